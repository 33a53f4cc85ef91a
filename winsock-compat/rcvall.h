/* Raw sockets that receive what passes an interface: SIO_RCVALL. */
#ifndef WSC_RCVALL_H
#define WSC_RCVALL_H

#include "socket.h"

/* The descriptor to ask for a name and to send with: that of the socket which the program made. */
static inline int wsc__rcvall_raw(SOCKET s, struct socket *sock)
{
	return __builtin_expect(wsc__socket_is(sock, SOCKET_RCVALL), 0) ? sock->deferred : (int)s;
}

/* Who sent the packet that begins there; a packet socket says whose hardware it was. */
void wsc__rcvall_sender(const void *packet, size_t size, struct sockaddr_storage *address, socklen_t *length);

#endif
