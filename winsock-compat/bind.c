/* bind and listen. */
#include "address.h"
#include "socket.h"

#include <errno.h>
#include <sys/socket.h>

/* A port whose last connections are in TIME_WAIT is free on Windows; here the listener, and so
 * the connections it accepts, must have had this option. */
static void allow_time_wait(SOCKET s, struct socket *sock)
{
	if (sock->type == SOCK_STREAM && sock->family != WS_AF_UNIX)
		setsockopt((int)s, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
}

int WSC(bind)(SOCKET s, const struct WSC(sockaddr) *name, int name_length)
{
	struct sockaddr_storage address;
	socklen_t length;
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error)
		error = wsc__socket_address(s, sock, name, name_length, &address, &length);
	if (!error) {
		allow_time_wait(s, sock);
		if (bind((int)s, (struct sockaddr *)&address, length) < 0)
			error = wsc__error_from_errno(errno);
		else
			wsc__socket_mark(sock, SOCKET_BOUND, 0);
	}
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
		if (listen((int)s, backlog) < 0)
			error = wsc__error_from_errno(errno);
		else
			wsc__socket_mark(sock, SOCKET_LISTENING, 0);
	}
	return wsc__result(error);
}
