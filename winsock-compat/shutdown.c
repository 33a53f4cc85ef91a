/* shutdown. */
#include "sendqueue.h"

#include <errno.h>
#include <sys/socket.h>

static const struct {
	int posix;
	unsigned state;
} ways[] = {
	[WS_SD_RECEIVE] = { SHUT_RD, SOCKET_NO_RECEIVE },
	[WS_SD_SEND] = { SHUT_WR, SOCKET_NO_SEND },
	[WS_SD_BOTH] = { SHUT_RDWR, SOCKET_NO_RECEIVE | SOCKET_NO_SEND },
};

/* The kernel's socket is shut for sending behind what is still queued. */
static int shut(SOCKET s, struct socket *sock, int how)
{
	int posix = ways[how].posix;

	if (how != WS_SD_RECEIVE && wsc__socket_is(sock, SOCKET_QUEUED) && wsc__sendqueue_shutdown(s, sock)) {
		if (how == WS_SD_SEND)
			return 0;
		posix = SHUT_RD;
	}
	return shutdown((int)s, posix) < 0 ? wsc__error_from_errno(errno) : 0;
}

int WSC(shutdown)(SOCKET s, int how)
{
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error && (how < 0 || how >= (int)(sizeof ways / sizeof *ways)))
		error = WS_WSAEINVAL;
	if (!error)
		error = wsc__socket_verify(s, sock, NULL);
	if (!error)
		error = shut(s, sock, how);
	if (!error)
		wsc__socket_mark(sock, ways[how].state, 0);
	return wsc__result(error);
}
