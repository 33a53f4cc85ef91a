/* What a socket does not receive though the kernel would deliver it. */
#ifndef WSC_FILTER_H
#define WSC_FILTER_H

#include "options.h"

/* Makes the kernel's filter anew, from what is kept of the socket's options: IP_MULTICAST_LOOP,
 * IPV6_MULTICAST_LOOP, IPV6_PROTECTION_LEVEL, IP_RECEIVE_BROADCAST, IP_IFLIST, IPV6_IFLIST,
 * SO_REUSE_MULTICASTPORT; from the groups of IPv6, and from whom a conditional listener lets in. */
int wsc__filter_update(SOCKET s, struct socket *sock);

/* Keeps one of these and makes the filter by it, or does neither. */
int wsc__filter_keep(SOCKET s, struct socket *sock, const struct option *option, DWORD value);

#endif
