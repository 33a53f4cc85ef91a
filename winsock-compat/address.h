/* Socket addresses between the two systems: AF_INET6 is 23 there and 10 here. */
#ifndef WSC_ADDRESS_H
#define WSC_ADDRESS_H

#include "ws.h"

#include <stdbool.h>
#include <sys/socket.h>

/* -1 for a family that the other system does not have, or that we do not translate. */
int wsc__family_to_posix(int family);
int wsc__family_from_posix(int family);

/* The program's address, for a socket of this family (WS_AF_*). WSAEFAULT for a bad pointer or a
 * length too small for it, WSAEAFNOSUPPORT for an address of another one. */
int wsc__address_in(int of_socket, const void *user, int user_length, struct sockaddr_storage *address,
		    socklen_t *length);

/* Gives the program an address; *user_length says how much room there is and gets the length.
 * WSAEFAULT for a bad pointer or too little room, which leaves *user_length alone. */
int wsc__address_out(const struct sockaddr_storage *address, socklen_t length, void *user, int *user_length);

/* The same, told beforehand: whether an address of this family could be given there. Nothing
 * changes; so nothing is lost by a call that would fail too late. */
int wsc__address_room(int posix_family, void *user, int *user_length);

/* In place, for addresses that the kernel gave. */
void wsc__address_from_posix(struct sockaddr_storage *address);

bool wsc__address_is_any(const struct sockaddr_storage *address);
unsigned wsc__address_port(const struct sockaddr_storage *address);

#endif
