/* bind and listen. */
#include "bind.h"

#include "address.h"

#include <errno.h>
#include <sys/socket.h>

/* On Windows a port whose last connections are in TIME_WAIT is free, and one that another socket
 * is bound to is not, whether that one listens or not. Linux' SO_REUSEADDR gives away both, so
 * it is not set for good: here while binding for the second time, and on sockets that have
 * connections, in whose TIME_WAIT it is looked for. */
static void reuse(SOCKET s, int on)
{
	setsockopt((int)s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

static bool is_tcp(struct socket *sock)
{
	return sock->type == SOCK_STREAM && sock->family != WS_AF_UNIX;
}

void wsc__bind_free_afterwards(SOCKET s, struct socket *sock)
{
	if (is_tcp(sock) && wsc__socket_is(sock, SOCKET_BOUND))
		reuse(s, 1);
}

static int bind_to(SOCKET s, struct socket *sock, const struct sockaddr_storage *address, socklen_t length)
{
	int error = 0;

	if (bind((int)s, (const struct sockaddr *)address, length) < 0)
		error = errno;
	if (error == EADDRINUSE && is_tcp(sock)) {
		reuse(s, 1);
		error = bind((int)s, (const struct sockaddr *)address, length) < 0 ? errno : 0;
		reuse(s, 0);
	}
	return error ? wsc__error_from_errno(error) : 0;
}

int WSC(bind)(SOCKET s, const struct WSC(sockaddr) *name, int name_length)
{
	struct sockaddr_storage address;
	socklen_t length;
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error)
		error = wsc__socket_address(s, sock, name, name_length, &address, &length);
	if (!error)
		error = bind_to(s, sock, &address, length);
	if (!error)
		wsc__socket_mark(sock, SOCKET_BOUND, 0);
	return wsc__result(error);
}

/* Linux would find an address for it; Windows wants bind() first. */
static int check_bound(SOCKET s, struct socket *sock)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof name;

	if (sock->family == WS_AF_UNIX || getsockname((int)s, (struct sockaddr *)&name, &length) < 0)
		return 0;
	return wsc__address_port(&name) ? 0 : WS_WSAEINVAL;
}

int WSC(listen)(SOCKET s, int backlog)
{
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error)
		error = wsc__socket_verify(s, sock, NULL);
	if (!error && sock->type != SOCK_STREAM)
		error = WS_WSAEOPNOTSUPP;
	if (!error && wsc__socket_is(sock, SOCKET_CONNECTED) && wsc__tcp_state((int)s) == WSC_TCP_ESTABLISHED)
		error = WS_WSAEISCONN;
	if (!error)
		error = check_bound(s, sock);
	if (!error) {
		wsc__socket_forget_failure(s, sock);
		wsc__bind_free_afterwards(s, sock);
		if (listen((int)s, backlog) < 0)
			error = wsc__error_from_errno(errno);
		else
			wsc__socket_mark(sock, SOCKET_LISTENING, 0);
	}
	return wsc__result(error);
}
