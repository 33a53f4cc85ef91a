/* shutdown. */
#include "sendqueue.h"

#include <errno.h>
#include <sys/socket.h>

static const struct {
	int posix; /* -1: what is shut for receiving is only noted, and what waits for data goes on waiting */
	unsigned state;
} ways[] = {
	[WS_SD_RECEIVE] = { -1, SOCKET_NO_RECEIVE },
	[WS_SD_SEND] = { SHUT_WR, SOCKET_NO_SEND },
	[WS_SD_BOTH] = { SHUT_RDWR, SOCKET_NO_RECEIVE | SOCKET_NO_SEND },
};

/* Linux gives a connect under way up, and a listener too, and shuts a stream that has no peer; on Windows
 * that is an error and no more. */
static int check(SOCKET s, struct socket *sock)
{
	if (sock->type != SOCK_STREAM || wsc__socket_is(sock, SOCKET_CONNECTED))
		return 0;
	if (!wsc__socket_connecting(s, sock) && !wsc__socket_is(sock, SOCKET_CONNECTED))
		wsc__socket_ask(s, sock);
	return wsc__socket_is(sock, SOCKET_CONNECTED) ? 0 : WS_WSAENOTCONN;
}

/* The kernel does not know a peer any more: both sides have shut the connection, or it broke. Datagram
 * sockets need none. */
static int without_peer(SOCKET s, struct socket *sock)
{
	if (sock->type != SOCK_STREAM)
		return 0;
	wsc__socket_look(s, sock);
	if (wsc__socket_is(sock, SOCKET_ERROR_SET) && !wsc__socket_is(sock, SOCKET_ERROR_TOLD))
		return sock->pending_error;
	if (wsc__socket_is(sock, SOCKET_RESET | SOCKET_TIMED_OUT))
		return WS_WSAECONNRESET;
	return wsc__socket_is(sock, SOCKET_ABORTED) ? WS_WSAECONNABORTED : 0;
}

/* The kernel's socket is shut for sending behind what is still queued. */
static int shut_kernel(SOCKET s, struct socket *sock, int how)
{
	int posix = ways[how].posix;

	if (posix >= 0 && wsc__socket_is(sock, SOCKET_QUEUED) && wsc__sendqueue_shutdown(s, sock))
		posix = how == WS_SD_SEND ? -1 : SHUT_RD;
	if (posix < 0 || shutdown((int)s, posix) == 0)
		return 0;
	return errno == ENOTCONN ? without_peer(s, sock) : wsc__error_from_errno(errno);
}

static int shut(SOCKET s, struct socket *sock, int how)
{
	int error = wsc__socket_verify(s, sock, NULL);

	if (!error)
		error = check(s, sock);
	if (!error && ways[how].posix < 0 && wsc__tcp_state((int)s) == WSC_TCP_CLOSE)
		error = without_peer(s, sock);
	if (!error)
		error = shut_kernel(s, sock, how);
	if (!error)
		wsc__socket_mark(sock, ways[how].state, 0);
	return error;
}

int WSC(shutdown)(SOCKET s, int how)
{
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error && (how < 0 || how >= (int)(sizeof ways / sizeof *ways)))
		error = WS_WSAEINVAL;
	return wsc__result(error ? error : shut(s, sock, how));
}
