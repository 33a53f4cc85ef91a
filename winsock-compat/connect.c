/* connect and WSAConnect. */
#include "connect.h"

#include "address.h"
#include "bind.h"
#include "blocking.h"
#include "export.h"
#include "fault.h"
#include "icmp.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
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

/* How long a connect is waited for. */
struct patience {
	bool none;    /* the socket does not block */
	uint64_t end; /* of wsc__now, or WSC_FOREVER */
};

/* Waits for the end of a connect that goes on by itself. */
static int finish(SOCKET s, const struct patience *patience)
{
	int posix_error, error = wsc__wait(s, POLLOUT, patience->end);
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

/* Linux waits here while the listener's queue is full, and neither closing the socket nor poll(2) can tell.
 * So it waits a little at a time. Gives an errno. */
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

static int begin(SOCKET s, struct socket *sock, const struct sockaddr_storage *address, socklen_t length,
		 const struct patience *patience)
{
	bool local = address->ss_family == AF_UNIX;
	bool aside = !local && !patience->none && (wsc__hooked(sock) || patience->end != WSC_FOREVER);
	int flags = aside ? fcntl((int)s, F_GETFL) : 0, error = 0;

	if (aside)
		fcntl((int)s, F_SETFL, flags | O_NONBLOCK);
	if (local)
		error = connect_local(s, sock, (const struct sockaddr *)address, length);
	else if (connect((int)s, (const struct sockaddr *)address, length) < 0)
		error = errno;
	/* A signal leaves it going on, and so does the end of SO_SNDTIMEO, which on Windows is
	 * no concern of connect's. */
	if (error == EINTR || (error == EINPROGRESS && !patience->none))
		error = finish(s, patience);
	else if (error == EISCONN)
		error = connected(s);
	else if (error == ECANCELED) /* by the hook */
		error = WS_WSAEINTR;
	else if (error == ENOENT) /* no file of this name, so no listener */
		error = WS_WSAECONNREFUSED;
	else if (error == EAGAIN && address->ss_family == AF_UNIX) /* a full queue, which nothing waits for */
		error = WS_WSAECONNREFUSED;
	else if (error)
		error = wsc__error_from_errno(error);
	if (aside)
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

static int connect_stream(SOCKET s, struct socket *sock, const struct sockaddr_storage *address,
			  socklen_t length, const struct patience *patience)
{
	unsigned before;
	bool changed = false;
	int error;

	if (wsc__socket_is(sock, SOCKET_CONNECTING | SOCKET_REFUSED) && !wsc__socket_verify(s, sock, NULL))
		wsc__socket_forget_failure(s, sock);
	if (wsc__socket_is(sock,
			   SOCKET_CONNECTED)) /* Linux forgets that it was, once the connection has ended */
		return WS_WSAEISCONN;
	before = sock->state;
	wsc__socket_mark(sock, SOCKET_CONNECTING,
			 SOCKET_TIMED_OUT | SOCKET_RESET | SOCKET_ABORTED | SOCKET_REFUSED);
	if (sock->extras && !(before & (SOCKET_CONNECTING | SOCKET_CONNECTED)))
		wsc__icmp_begin(s, sock);
	error = begin(s, sock, address, length, patience);
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

bool wsc__broadcast_lend(SOCKET s)
{
	int is_on = 1, on = 1;

	return !wsc__posix_get(s, SOL_SOCKET, SO_BROADCAST, &is_on, sizeof is_on) && !is_on &&
	       !wsc__posix_set(s, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
}

void wsc__broadcast_return(SOCKET s)
{
	int posix_error = errno, off = 0;

	setsockopt((int)s, SOL_SOCKET, SO_BROADCAST, &off, sizeof off);
	errno = posix_error;
}

/* Source: the pages of connect and WSAConnect: what waits to be received goes with the peer it was from. */
static void forget_received(SOCKET s, const struct sockaddr_storage *next)
{
	enum { FAILURES = 3 }; /* in a row: each may be a message about one that was sent */
	struct sockaddr_storage peer;
	socklen_t length = sizeof peer;
	int failed = 0;

	memset(&peer, 0, sizeof peer);
	if (getpeername((int)s, (struct sockaddr *)&peer, &length) < 0 || !memcmp(&peer, next, length))
		return;
	while (failed < FAILURES && wsc__poll_now((int)s, POLLIN | POLLERR) & (POLLIN | POLLERR))
		failed = recv((int)s, NULL, 0, MSG_DONTWAIT | MSG_TRUNC) < 0 ? failed + 1 : 0;
}

/* Names the peer, or forgets it. */
static int connect_datagram(SOCKET s, struct socket *sock, const struct sockaddr_storage *address,
			    socklen_t length)
{
	bool names = address->ss_family != AF_UNSPEC;
	int posix_error;

	if (wsc__socket_is(sock, SOCKET_CONNECTED) && !wsc__socket_is(sock, SOCKET_NO_RECEIVE))
		forget_received(s, address);
	posix_error = connect((int)s, (const struct sockaddr *)address, length) < 0 ? errno : 0;
	/* Source: tests/sock.c:14242. Linux asks for the option when it looks for the way there. */
	if (posix_error == EACCES && wsc__broadcast_lend(s)) {
		posix_error = connect((int)s, (const struct sockaddr *)address, length) < 0 ? errno : 0;
		wsc__broadcast_return(s);
	}
	if (posix_error)
		return wsc__error_from_errno(posix_error);
	wsc__socket_bound_raw(s, sock);
	wsc__socket_mark(sock, SOCKET_BOUND | (names ? SOCKET_CONNECTED : 0), SOCKET_CONNECTED);
	return 0;
}

static int connect_address(SOCKET s, struct socket *sock, struct sockaddr_storage *address, socklen_t length,
			   const struct patience *patience)
{
	int error = check(sock, address);

	if (!error)
		error = wsc__bind_connect(s, sock);
	if (error)
		return error;
	if (sock->type != SOCK_STREAM) {
		if (wsc__address_is_any(address))
			address->ss_family = AF_UNSPEC;
		else if (sock->type == SOCK_RAW) /* to Linux a peer without a port is none */
			((struct sockaddr_in *)address)->sin_port = htons(1);
		return connect_datagram(s, sock, address, length);
	}
	wsc__option_connecting(s, sock);
	return connect_stream(s, sock, address, length, patience);
}

/* A name of nothing but zeros: it takes the peer of a datagram socket away. */
static bool is_nobody(const struct WSC(sockaddr) * name, int length)
{
	static const char zeros[sizeof(struct sockaddr_in6)];
	char bytes[sizeof zeros];
	size_t size = length < (int)sizeof bytes ? (size_t)length : sizeof bytes;

	return length >= (int)sizeof(struct sockaddr_in) && !wsc__copy_in(bytes, name, size) &&
	       !memcmp(bytes, zeros, size);
}

static int connect_to(SOCKET s, struct socket *sock, const struct WSC(sockaddr) * name, int name_length)
{
	struct patience patience = { wsc__socket_is(sock, SOCKET_NONBLOCKING), WSC_FOREVER };
	struct sockaddr_storage address;
	socklen_t length;
	int error = wsc__socket_address(s, sock, name, name_length, &address, &length);

	if (error == WS_WSAEAFNOSUPPORT && sock->type == SOCK_DGRAM && is_nobody(name, name_length)) {
		address.ss_family = AF_UNSPEC;
		return connect_datagram(s, sock, &address, sizeof address.ss_family);
	}
	return error ? error : connect_address(s, sock, &address, length, &patience);
}

int WSC(connect)(SOCKET s, const struct WSC(sockaddr) * name, int name_length)
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

int wsc__connect_until(SOCKET s, struct socket *sock, struct sockaddr_storage *address, socklen_t length,
		       uint64_t end)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct patience patience = { false, end };
	int error = connect_address(s, sock, address, length, &patience);

	if (error == WS_WSAETIMEDOUT &&
	    wsc__tcp_state((int)s) == WSC_TCP_SYN_SENT) /* the time is up, but not TCP's */
		connect((int)s, &nobody, sizeof nobody);
	return error;
}

/* Source: the page of WSAConnect. A flow that asks for no guarantee is one that there can be. */
static int check_flows(const QOS *user_qos)
{
	QOS qos;

	if (wsc__copy_in(&qos, user_qos, sizeof qos))
		return WS_WSAEFAULT;
	return qos.SendingFlowspec.ServiceType > WS_SERVICETYPE_BESTEFFORT ||
			       qos.ReceivingFlowspec.ServiceType > WS_SERVICETYPE_BESTEFFORT
		       ? WS_WSAEOPNOTSUPP
		       : 0;
}

int wsc__connect_check(struct socket *sock, const WSABUF *caller_data, const WSABUF *callee_data,
		       const QOS *socket_qos, const QOS *group_qos)
{
	WSABUF buffer;

	if (sock->type == SOCK_STREAM) { /* datagrams: they are not looked at */
		if (caller_data && wsc__copy_in(&buffer, caller_data, sizeof buffer))
			return WS_WSAEFAULT;
		if (caller_data && buffer.len)
			return WS_WSAEPROTONOSUPPORT;
		if (callee_data && wsc__copy_in(&buffer, callee_data, sizeof buffer))
			return WS_WSAEFAULT;
	}
	if (group_qos)
		return WS_WSAEINVAL;
	return socket_qos ? check_flows(socket_qos) : 0;
}

int wsc__connect_answered(WSABUF *callee_data)
{
	typeof(callee_data->len) none = 0;

	return callee_data
		       ? wsc__copy_out(wsc__user_at(callee_data, offsetof(WSABUF, len)), &none, sizeof none)
		       : 0;
}

/* TCP carries no data with a connect. */
int WSC(WSAConnect)(SOCKET s, const struct WSC(sockaddr) * name, int name_length, WSABUF *caller_data,
		    WSABUF *callee_data, QOS *socket_qos, QOS *group_qos)
{
	struct socket *sock;
	int error = 0, result;

	if (caller_data || callee_data || socket_qos || group_qos) {
		error = wsc__socket_enter(s, &sock);
		if (!error)
			error = wsc__connect_check(sock, caller_data, callee_data, socket_qos, group_qos);
		if (error)
			return wsc__result(error);
	}
	result = WSC(connect)(s, name, name_length);
	error = wsc__thread.last_error;
	if (callee_data && (!result || error == WS_WSAEWOULDBLOCK) && sock->type == SOCK_STREAM &&
	    wsc__connect_answered(callee_data))
		return wsc__result(WS_WSAEFAULT);
	return result;
}
WSC_ALIAS(WSAConnect)
