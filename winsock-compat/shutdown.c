/* shutdown. */
#include "socket.h"

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

int WSC(shutdown)(SOCKET s, int how)
{
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error && (how < 0 || how >= (int)(sizeof ways / sizeof *ways)))
		error = WS_WSAEINVAL;
	if (!error)
		error = wsc__socket_verify(s, sock, NULL);
	if (!error) {
		if (shutdown((int)s, ways[how].posix) < 0)
			error = wsc__error_from_errno(errno);
		else
			wsc__socket_mark(sock, ways[how].state, 0);
	}
	return wsc__result(error);
}
