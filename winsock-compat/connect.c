/* connect and WSAConnect. */
#include "address.h"
#include "bind.h"
#include "blocking.h"
#include "export.h"
#include "icmp.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A stream cannot go to nobody: Linux takes the wildcard for this host, Windows refuses it. */
static int check(struct socket *sock, const struct sockaddr_storage *address)
{
	/* Windows cannot connect to a name that is no file's, though it can be bound. */
	if (address->ss_family == AF_UNIX)
		return ((const struct sockaddr_un *)address)->sun_path[0] ? 0 : WS_WSAEINVAL;
	if (sock->type != SOCK_STREAM)
		return 0;
	return wsc__address_is_any(address) || !wsc__address_port(address) ? WS_WSAEADDRNOTAVAIL : 0;
}

/* Linux says the same of a socket that listens, and Windows does not. */
static int connected(SOCKET s)
{
	int listens = 0;
	socklen_t size = sizeof listens;

	getsockopt((int)s, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
	return listens ? WS_WSAEINVAL : WS_WSAEISCONN;
}

/* Waits for the end of a connect that goes on by itself. */
static int finish(SOCKET s)
{
	int posix_error, error = wsc__wait(s, POLLOUT, WSC_FOREVER);
	socklen_t size = sizeof posix_error;

	if (error)
		return error;
	if (getsockopt((int)s, SOL_SOCKET, SO_ERROR, &posix_error, &size) < 0)
		posix_error = errno;
	return posix_error ? wsc__error_from_errno(posix_error) : 0;
}

static int limit_sending(SOCKET s, DWORD milliseconds)
{
	struct timeval limit = { milliseconds / 1000, milliseconds % 1000 * 1000 };

	return setsockopt((int)s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* Linux waits here while the listener's queue is full, and neither closing the socket nor poll(2) can tell. So it
 * waits a little at a time. Gives an errno. */
static int connect_local(SOCKET s, struct socket *sock, const struct sockaddr *address, socklen_t length)
{
	enum { PERIOD = 10 }; /* ms */
	bool waits = !wsc__socket_is(sock, SOCKET_NONBLOCKING);
	int error;

	if (waits)
		limit_sending(s, PERIOD);
	do {
		error = connect((int)s, address, length) < 0 ? errno : 0;
		if (error == EAGAIN && wsc__hooked(sock) && wsc__run_hook())
			error = ECANCELED;
	} while ((error == EINTR || (error == EAGAIN && waits)) && !wsc__socket_is_closed(sock));
	if (waits)
		limit_sending(s, sock->send_timeout);
	return error;
}

static int begin(SOCKET s, struct socket *sock, const struct sockaddr_storage *address, socklen_t length)
{
	bool local = address->ss_family == AF_UNIX, hooked = !local && wsc__hooked(sock);
	int flags = hooked ? fcntl((int)s, F_GETFL) : 0, error = 0;

	if (hooked)
		fcntl((int)s, F_SETFL, flags | O_NONBLOCK);
	if (local)
		error = connect_local(s, sock, (const struct sockaddr *)address, length);
	else if (connect((int)s, (const struct sockaddr *)address, length) < 0)
		error = errno;
	/* A signal leaves it going on, and so does the end of SO_SNDTIMEO, which on Windows is
	 * no concern of connect's. */
	if (error == EINTR || (error == EINPROGRESS && !wsc__socket_is(sock, SOCKET_NONBLOCKING)))
		error = finish(s);
	else if (error == EISCONN)
		error = connected(s);
	else if (error == ECANCELED) /* by the hook */
		error = WS_WSAEINTR;
	else if (error == ENOENT) /* no file of this name, so no listener */
		error = WS_WSAECONNREFUSED;
	else if (error)
		error = wsc__error_from_errno(error);
	if (hooked)
		fcntl((int)s, F_SETFL, flags);
	return error;
}

/* Whether a connect that fails so has tried. Then select says so afterwards. */
static bool has_tried(int error)
{
	switch (error) {
	case WS_WSAECONNREFUSED:
	case WS_WSAECONNRESET:
	case WS_WSAEHOSTUNREACH:
	case WS_WSAENETUNREACH:
	case WS_WSAETIMEDOUT:
		return true;
	default:
		return false;
	}
}

static int connect_stream(SOCKET s, struct socket *sock, const struct sockaddr_storage *address, socklen_t length)
{
	unsigned before;
	bool changed = false;
	int error;

	if (wsc__socket_is(sock, SOCKET_CONNECTING | SOCKET_REFUSED) && !wsc__socket_verify(s, sock, NULL))
		wsc__socket_forget_failure(s, sock);
	before = sock->state;
	wsc__socket_lock(sock);
	memcpy(&sock->peer, address, sizeof sock->peer);
	wsc__socket_unlock(sock);
	wsc__socket_mark(sock, SOCKET_CONNECTING,
			 SOCKET_TIMED_OUT | SOCKET_RESET | SOCKET_ABORTED | SOCKET_REFUSED);
	if (sock->extras && !(before & (SOCKET_CONNECTING | SOCKET_CONNECTED)))
		wsc__icmp_begin(s, sock);
	error = begin(s, sock, address, length);
	if (error && error != WS_WSAEWOULDBLOCK && sock->extras && wsc__icmp_failed(s, sock))
		error = WS_WSAEHOSTUNREACH;
	/* Linux has a success for the connect that finds an earlier one done. */
	if (!error && before & (SOCKET_CONNECTING | SOCKET_CONNECTED) &&
	    !wsc__socket_verify(s, sock, &changed) && !changed)
		error = WS_WSAEISCONN;
	if (!error || (error == WS_WSAEISCONN && !(before & SOCKET_CONNECTED)))
		wsc__socket_connected(s, sock);
	if (!error || error == WS_WSAEISCONN)
		wsc__socket_mark(sock, SOCKET_CONNECTED | SOCKET_BOUND, SOCKET_CONNECTING);
	else if (has_tried(error))
		wsc__socket_not_connected(sock);
	else if (error != WS_WSAEWOULDBLOCK && error != WS_WSAEALREADY)
		wsc__socket_mark(sock, before & (SOCKET_TIMED_OUT | SOCKET_RESET), SOCKET_CONNECTING);
	return error;
}

/* Names a datagram socket's peer. On Windows it may be everybody, whatever SO_BROADCAST says; the kernel goes
 * by that when it looks for the way, which it keeps. */
static int name_peer(SOCKET s, const struct sockaddr_storage *address, socklen_t length)
{
	int on = 1, off = 0, result = connect((int)s, (const struct sockaddr *)address, length);

	if (result < 0 && errno == EACCES && address->ss_family == AF_INET) {
		setsockopt((int)s, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
		result = connect((int)s, (const struct sockaddr *)address, length);
		setsockopt((int)s, SOL_SOCKET, SO_BROADCAST, &off, sizeof off);
	}
	return result < 0 ? wsc__error_from_errno(errno) : 0;
}

static int connect_to(SOCKET s, struct socket *sock, const struct WSC(sockaddr) *name, int name_length)
{
	struct sockaddr_storage address;
	socklen_t length;
	int error = wsc__socket_address(s, sock, name, name_length, &address, &length);

	if (!error)
		error = check(sock, &address);
	if (!error)
		error = wsc__bind_connect(s, sock);
	if (error)
		return error;
	if (sock->type != SOCK_STREAM) { /* names the peer, or forgets it */
		if (wsc__address_is_any(&address))
			address.ss_family = AF_UNSPEC;
		else if (sock->type == SOCK_RAW) /* to Linux a peer without a port is none */
			((struct sockaddr_in *)&address)->sin_port = htons(1);
		error = name_peer(s, &address, length);
		if (error)
			return error;
		wsc__socket_bound_raw(s, sock);
		wsc__socket_mark(sock, SOCKET_BOUND | (address.ss_family == AF_UNSPEC ? 0 : SOCKET_CONNECTED),
				 SOCKET_CONNECTED);
		return 0;
	}
	wsc__option_connecting(s, sock);
	return connect_stream(s, sock, &address, length);
}

int WSC(connect)(SOCKET s, const struct WSC(sockaddr) *name, int name_length)
{
	struct socket *sock;
	int error = wsc__socket_begin(s, &sock);

	if (error)
		return wsc__result(error);
	error = connect_to(s, sock, name, name_length);
	if (wsc__socket_end(sock)) /* by another thread, meanwhile */
		error = WS_WSAENOTSOCK;
	if (error == WS_WSAEALREADY && (wsc__version & 0xff) < 2) /* as Winsock 1 called it */
		error = WS_WSAEINVAL;
	return wsc__result(error);
}

/* TCP carries no data with a connect, so there is none to send or to get. */
int WSC(WSAConnect)(SOCKET s, const struct WSC(sockaddr) *name, int name_length, WSABUF *caller_data,
		    WSABUF *callee_data, QOS *socket_qos, QOS *group_qos)
{
	(void)caller_data, (void)callee_data, (void)socket_qos, (void)group_qos;
	return WSC(connect)(s, name, name_length);
}
WSC_ALIAS(WSAConnect)
