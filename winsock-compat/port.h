/* Ports: the options about them, and reservations. */
#ifndef WSC_PORT_H
#define WSC_PORT_H

#include "socket.h"

/* The options that are noted as bits. Setting one takes effect with the next bind. */
int wsc__port_set(SOCKET s, struct socket *sock, enum port_option option, bool on);
static inline bool wsc__port_get(struct socket *sock, enum port_option option)
{
	return sock->ports.options & option;
}

/* IPV6_V6ONLY, which sockets of IPv4 have too. */
int wsc__port_set_v6only(SOCKET s, struct socket *sock, bool on);
int wsc__port_get_v6only(SOCKET s, struct socket *sock, bool *on);

/* SIO_ACQUIRE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION and SIO_ASSOCIATE_PORT_RESERVATION. The
 * socket's note has been verified. A range that begins with port 0 is to be found. */
int wsc__port_acquire(SOCKET s, struct socket *sock, const INET_PORT_RANGE *range,
		      INET_PORT_RESERVATION_INSTANCE *instance);
int wsc__port_release(SOCKET s, struct socket *sock, ULONG64 token);
int wsc__port_associate(SOCKET s, struct socket *sock, ULONG64 token);

/* bind(2) by Windows' rules; from its reservation, if the socket has one. */
int wsc__port_bind(SOCKET s, struct socket *sock, const struct sockaddr_storage *address, socklen_t length);

/* The descriptor, to be closed by the caller, and the cookie of what holds a port in the reservation
 * that this socket draws from; -1 if it draws from none, or not this port. */
int wsc__port_holder(struct socket *sock, unsigned port, uint64_t *cookie);

/* Whether a reservation of this process has the port. */
bool wsc__port_is_reserved(int type, unsigned port);

/* The socket with this cookie is closed: its reservations end. */
void wsc__port_closed(uint64_t cookie);

/* The last WSACleanup ends all of them, those of sockets that were closed behind our back too. */
void wsc__port_end(void);

#endif
