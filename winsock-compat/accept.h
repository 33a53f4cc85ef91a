/* What a listener does with the connections that come: SO_PAUSE_ACCEPT. */
#ifndef WSC_ACCEPT_H
#define WSC_ACCEPT_H

#include "socket.h"

/* While it is paused, a listener refuses all that comes; those that have come before stay. A socket
 * that does not listen will be paused once it does. */
int wsc__accept_pause(SOCKET s, struct socket *sock, bool paused);

/* Called by listen() when the kernel listens. */
static inline int wsc__accept_listening(SOCKET s, struct socket *sock)
{
	return wsc__socket_is(sock, SOCKET_PAUSED) ? wsc__accept_pause(s, sock, true) : 0;
}

#endif
