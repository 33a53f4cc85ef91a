/* What a socket does not receive though the kernel would deliver it. */
#ifndef WSC_FILTER_H
#define WSC_FILTER_H

#include "socket.h"

/* Makes the kernel's filter anew, from what is kept of the socket's options: IP_MULTICAST_LOOP,
 * IPV6_MULTICAST_LOOP, IPV6_PROTECTION_LEVEL. */
int wsc__filter_update(SOCKET s, struct socket *sock);

#endif
