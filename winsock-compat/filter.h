/* What a socket does not want to receive. The kernel does the sorting, by a program that is attached to the
 * socket, so that select and the like know of no datagram that recv would not give. */
#ifndef WSC_FILTER_H
#define WSC_FILTER_H

#include "ws.h"

#include <stdbool.h>

struct socket;

enum filter_family { FILTER_IPV4, FILTER_IPV6, FILTER_FAMILIES };
enum { FILTER_INTERFACES = 32 };

struct filter {
	bool no_broadcasts;                      /* IP_RECEIVE_BROADCAST is FALSE */
	bool no_own_multicasts[FILTER_FAMILIES]; /* IP_MULTICAST_LOOP is, which on Windows is the receiver's */
	bool only_listed[FILTER_FAMILIES];       /* IP_IFLIST: interfaces that are not listed do not count */
	unsigned listed[FILTER_FAMILIES];
	DWORD interfaces[FILTER_FAMILIES][FILTER_INTERFACES];
};

/* What is set; all zero if nothing ever was. */
void wsc__filter_get(struct socket *sock, struct filter *filter);

/* Makes the kernel act so, from the next datagram that arrives on. On a stream it is only noted. */
int wsc__filter_set(SOCKET s, struct socket *sock, const struct filter *filter);

#endif
