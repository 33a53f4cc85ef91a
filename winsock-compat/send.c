/* send and sendto. */
#include "address.h"
#include "blocking.h"
#include "fault.h"
#include "rcvall.h"
#include "transfer.h"
#include "unreachable.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* Linux has one word for every stream that takes no more; Windows says what became of it. */
static int broken(SOCKET s, struct socket *sock)
{
	int error = wsc__socket_verify(s, sock, NULL);

	if (!error)
		error = wsc__socket_take_error(sock);
	if (error)
		return error;
	if (wsc__socket_is(sock, SOCKET_NO_SEND))
		return WS_WSAESHUTDOWN;
	if (wsc__socket_is(sock, SOCKET_TIMED_OUT | SOCKET_RESET))
		return WS_WSAECONNRESET;
	return wsc__socket_is(sock, SOCKET_CONNECTED) ? wsc__socket_lost(s, sock, EPIPE) : WS_WSAENOTCONN;
}

static int failure(SOCKET s, struct socket *sock)
{
	switch (errno) {
	case EPIPE:
		return broken(s, sock);
	case EAGAIN:
		return wsc__would_block(s, sock);
	case EDESTADDRREQ:
		return WS_WSAENOTCONN;
	default:
		return wsc__socket_lost(s, sock, errno);
	}
}

/* Sends all of it if the socket blocks, else as much as there is room for. `sent` counts what
 * went out, which matters even if the rest did not. */
static int transmit(SOCKET s, struct socket *sock, const char *data, size_t size, int flags,
		    const struct sockaddr_storage *to, socklen_t to_length, size_t *sent)
{
	enum { AGAIN = 2 };
	uint64_t end = wsc__deadline(sock->send_timeout);
	bool wait = wsc__hooked(sock);
	int error = 0, again = 0;

	flags |= MSG_NOSIGNAL;
	*sent = 0;
	do {
		ssize_t now;

		if (wait)
			error = wsc__wait(s, POLLOUT, end);
		if (error)
			break;
		now = sendto(wsc__rcvall_raw(s, sock), data + *sent, size - *sent, wait ? flags | MSG_DONTWAIT : flags,
			     (const struct sockaddr *)to, to_length);
		if (now >= 0) {
			*sent += (size_t)now;
			if (sock->type != SOCK_STREAM || wsc__socket_is(sock, SOCKET_NONBLOCKING))
				break;
			wait = wait || end != WSC_FOREVER; /* for the rest of the time, not for all of it again */
		} else if (errno == EINTR) {
			wait = wait || end != WSC_FOREVER;
		} else if (wsc__unreachable_is(sock, errno) && again++ < AGAIN) {
			wsc__unreachable_collect(s, sock); /* about one before; on Windows that fails no send */
		} else if (errno != EAGAIN || !wait) {
			error = failure(s, sock);
		}
	} while (!error && *sent < size);
	return *sent ? 0 : error;
}

enum { KNOWN_FLAGS = WS_MSG_OOB | WS_MSG_DONTROUTE | WS_MSG_PARTIAL };

static int send_to(SOCKET s, struct socket *sock, const char *data, int size, int flags,
		   const struct WSC(sockaddr) *to, int to_length, size_t *sent)
{
	struct sockaddr_storage address;
	socklen_t length = 0;
	int posix_flags, error = wsc__flags_in(flags, KNOWN_FLAGS, &posix_flags);

	if (!error && size < 0)
		error = WS_WSAEFAULT;
	if (sock->type == SOCK_STREAM) /* a connection knows where it leads to */
		to = NULL;
	if (!error && to)
		error = wsc__socket_address(s, sock, to, to_length, &address, &length);
	if (error)
		return error;
	if (length && address.ss_family != AF_UNIX && !wsc__address_port(&address)) {
		*sent = (size_t)size; /* Windows sends it, and nobody can be there */
		return 0;
	}
	return transmit(s, sock, data, (size_t)size, posix_flags, length ? &address : NULL, length, sent);
}

int WSC(sendto)(SOCKET s, const char *data, int size, int flags, const struct WSC(sockaddr) *to, int to_length)
{
	struct socket *sock;
	size_t sent = 0;
	int error = wsc__socket_begin(s, &sock);

	if (error)
		return wsc__result(error);
	error = send_to(s, sock, data, size, flags, to, to_length, &sent);
	return wsc__transfer_end(sock, error, (ssize_t)sent, size);
}

/* What nearly every call is, without the rest. */
static int send_plain(SOCKET s, struct socket *sock, const char *data, int size, size_t *sent)
{
	ssize_t now = send((int)s, data, (size_t)size, MSG_NOSIGNAL);
	size_t rest = 0;
	int error;

	if (now < 0 && errno != EINTR && !wsc__unreachable_is(sock, errno))
		return failure(s, sock);
	*sent = now > 0 ? (size_t)now : 0;
	if (now == size || (now >= 0 && wsc__socket_is(sock, SOCKET_NONBLOCKING)))
		return 0;
	error = send_to(s, sock, data + *sent, size - (int)*sent, 0, NULL, 0, &rest); /* a signal came between */
	*sent += rest;
	return *sent ? 0 : error;
}

int WSC(send)(SOCKET s, const char *data, int size, int flags)
{
	struct socket *sock;
	size_t sent = 0;
	int error = wsc__socket_begin(s, &sock);

	if (__builtin_expect(error, 0))
		return wsc__result(error);
	if (!flags && size >= 0 && !sock->send_timeout && !wsc__hooked(sock) && !wsc__socket_is(sock, SOCKET_RCVALL))
		error = send_plain(s, sock, data, size, &sent);
	else
		error = send_to(s, sock, data, size, flags, NULL, 0, &sent);
	return wsc__transfer_end(sock, error, (ssize_t)sent, size);
}
