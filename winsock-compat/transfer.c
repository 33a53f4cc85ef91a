/* What sending and receiving have in common. */
#include "transfer.h"

#include <fcntl.h>
#include <sys/socket.h>

static const struct {
	int windows, posix;
} flag[] = {
	{ WS_MSG_OOB, MSG_OOB },
	{ WS_MSG_PEEK, MSG_PEEK },
	{ WS_MSG_DONTROUTE, MSG_DONTROUTE },
	{ WS_MSG_WAITALL, MSG_WAITALL },
	{ WS_MSG_PUSH_IMMEDIATE, 0 }, /* Linux never waits for more than one byte */
	{ WS_MSG_PARTIAL, 0 },        /* means something to message streams only */
};

int wsc__flags_in(int flags, int known, int *posix_flags)
{
	*posix_flags = 0;
	if (!flags)
		return 0;
	if (flags & ~known)
		return WS_WSAEOPNOTSUPP;
	for (unsigned i = 0; i < sizeof flag / sizeof *flag; i++)
		if (flags & flag[i].windows)
			*posix_flags |= flag[i].posix;
	return 0;
}

int wsc__would_block(SOCKET s, struct socket *sock)
{
	int flags;

	if (wsc__socket_is(sock, SOCKET_CONNECTING) && wsc__socket_connecting(s, sock))
		return WS_WSAENOTCONN;
	if (wsc__socket_is(sock, SOCKET_NONBLOCKING))
		return WS_WSAEWOULDBLOCK;
	flags = fcntl((int)s, F_GETFL); /* others may have switched it */
	return flags >= 0 && flags & O_NONBLOCK ? WS_WSAEWOULDBLOCK : WS_WSAETIMEDOUT;
}
