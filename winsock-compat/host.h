/* Hosts by their names and addresses. */
#ifndef WSC_HOST_H
#define WSC_HOST_H

#include "packed.h"
#include "ws.h"

#include <netdb.h>
#include <netinet/in.h>

/* This host: its name, good until the thread asks again; whether a name means it; and its addresses of this
 * family (POSIX'), the best first, with no port. */
enum { HOST_ADDRESSES = 64 };
const char *wsc__host_name(void);
bool wsc__host_is_own(const char *name);
int wsc__host_addresses(int family, struct sockaddr_storage addresses[HOST_ADDRESSES]);

/* The parts of gethostbyname and gethostbyaddr: reading what the program has written, and the lookup, whose
 * result lies in the thread's own memory. The type is Windows'. */
int wsc__host_read_name(char name[NI_MAXHOST], const char *user);
int wsc__host_by_name(const char *name, struct packed_result *result);
int wsc__host_read_address(unsigned char address[sizeof(struct in6_addr)], const char *user, int length,
			   int type);
int wsc__host_by_address(const unsigned char *address, int type, struct packed_result *result);

#endif
