/* What sending and receiving have in common. */
#ifndef WSC_TRANSFER_H
#define WSC_TRANSFER_H

#include "socket.h"

#include <sys/socket.h>

/* The kernel's flags for the program's; WSAEOPNOTSUPP for one that is not in `known` (WS_MSG_*). */
int wsc__flags_in(int flags, int known, int *posix_flags);

/* What EAGAIN means: the socket does not block, its time is up, or it is not connected yet. */
int wsc__would_block(SOCKET s, struct socket *sock);

/* The end of a call that moved so many bytes: what it returns. One that has not done its least
 * because another thread closed the socket has failed. */
static inline int wsc__transfer_end(struct socket *sock, int error, ssize_t bytes, int least)
{
	int type = sock->type;

	if (wsc__socket_end(sock) && (error || bytes < least))
		error = type == SOCK_STREAM ? WS_WSAECONNABORTED : WS_WSAEINTR;
	return error ? wsc__result(error) : (int)bytes;
}

#endif
