/* What bind and the calls after it have to agree about. */
#ifndef WSC_BIND_H
#define WSC_BIND_H

#include "socket.h"

/* Before a connect: what a bound stream will leave behind keeps nobody from its port; one that is not bound
 * is, where SO_RANDOMIZE_PORT or a reservation chooses its port. */
int wsc__bind_connect(SOCKET s, struct socket *sock);

/* What sending does to a datagram socket that has no address yet. */
void wsc__bind_any(SOCKET s, struct socket *sock);

#endif
