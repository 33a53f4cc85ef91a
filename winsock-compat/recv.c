/* recv and recvfrom. */
#include "address.h"
#include "blocking.h"
#include "fault.h"
#include "rcvall.h"
#include "transfer.h"
#include "unreachable.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* The kernel says end of file. That is the truth for a connection closed in good order; after
 * one that broke, or that this side has shut, Windows goes on to say so. `before` is the state when
 * the call began: of two threads that wait for a connection that dies, the kernel tells only one. */
static int ended(SOCKET s, struct socket *sock, unsigned before)
{
	enum {
		BROKEN = SOCKET_TIMED_OUT | SOCKET_RESET,
		STATES = BROKEN | SOCKET_NO_RECEIVE | SOCKET_ERROR_SET | SOCKET_KEEPALIVE,
	};
	bool timed_out;
	int error;

	if (!wsc__socket_is(sock, STATES))
		return wsc__socket_aborted(s, sock) && !wsc__socket_verify(s, sock, NULL) ? WS_WSAECONNABORTED : 0;
	error = wsc__socket_verify(s, sock, NULL);
	if (!error)
		error = wsc__socket_take_error(sock);
	if (error)
		return error;
	timed_out = wsc__socket_probed_to_death(s, sock);
	if (timed_out && !(before & BROKEN)) {
		wsc__socket_mark(sock, SOCKET_TIMED_OUT, 0);
		return WS_WSAENETRESET;
	}
	if (timed_out || wsc__socket_is(sock, BROKEN))
		return WS_WSAECONNRESET;
	if (wsc__socket_is(sock, SOCKET_NO_RECEIVE))
		return WS_WSAESHUTDOWN;
	return wsc__socket_aborted(s, sock) ? WS_WSAECONNABORTED : 0;
}

/* A datagram socket without an address cannot receive, and Windows will not wait for it. */
static int check_bound(SOCKET s, struct socket *sock)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof name;

	if (wsc__socket_is(sock, SOCKET_BOUND | SOCKET_CONNECTED) || sock->type != SOCK_DGRAM ||
	    sock->family == WS_AF_UNIX || getsockname((int)s, (struct sockaddr *)&name, &length) < 0)
		return 0;
	if (!wsc__address_port(&name))
		return WS_WSAEINVAL;
	wsc__socket_mark(sock, SOCKET_BOUND, 0);
	return 0;
}

/* Linux never waits for urgent data, and calls its absence EINVAL. Windows waits, or would have to;
 * to be EINVAL it has to come in line with the rest. */
static int await_urgent(SOCKET s, struct socket *sock, uint64_t end)
{
	int in_line = 0;
	socklen_t size = sizeof in_line;

	getsockopt((int)s, SOL_SOCKET, SO_OOBINLINE, &in_line, &size);
	if (in_line)
		return WS_WSAEINVAL;
	return wsc__socket_is(sock, SOCKET_NONBLOCKING) ? WS_WSAEWOULDBLOCK :
							  wsc__wait(s, POLLPRI | POLLRDHUP, end);
}

/* Receives what there is; or waits for it, as the socket and the flags are set. */
static int receive(SOCKET s, struct socket *sock, struct msghdr *message, int flags, ssize_t *received)
{
	uint64_t end = wsc__deadline(sock->receive_timeout);
	bool wait = wsc__hooked(sock), awaited = false;
	unsigned before = sock->state;
	struct iovec *room = message->msg_iov;
	int error = check_bound(s, sock);

	if (!error && wsc__unreachable_noted(sock))
		error = wsc__unreachable_take(s, sock);
	while (!error) {
		ssize_t now;

		if (wait)
			error = wsc__wait(s, flags & MSG_OOB ? POLLPRI : POLLIN, end);
		if (error)
			break;
		now = recvmsg((int)s, message, wait ? flags | MSG_DONTWAIT : flags);
		if (now > 0 || (now == 0 && sock->type != SOCK_STREAM)) {
			*received += now;
			if (!(flags & MSG_WAITALL) || (size_t)now == room->iov_len)
				return message->msg_flags & MSG_TRUNC ? WS_WSAEMSGSIZE : 0;
			room->iov_base = (char *)room->iov_base + now; /* only Linux lets a signal cut it short */
			room->iov_len -= (size_t)now;
			wait = wait || end != WSC_FOREVER;
		} else if (now == 0 || (errno == EINVAL && flags & MSG_OOB && awaited)) {
			error = ended(s, sock, before);
			break;
		} else if (errno == EINVAL && flags & MSG_OOB) {
			error = await_urgent(s, sock, end);
			awaited = true;
		} else if (errno == EINTR) { /* to wait for the rest of the time, not for all of it again */
			wait = wait || end != WSC_FOREVER;
		} else if (wsc__unreachable_is(sock, errno)) { /* a datagram of ours was */
			error = wsc__unreachable_error(s, sock, errno);
		} else if (errno != EAGAIN || !wait) { /* else another thread was faster */
			error = errno == EAGAIN ? wsc__would_block(s, sock) : wsc__socket_lost(s, sock, errno);
		}
	}
	return *received ? 0 : error;
}

/* Windows waits for all only of a stream and only if it may block, and keeps nothing back of what it
 * shows. Urgent data is a matter of streams, too. */
static int check_flags(SOCKET s, struct socket *sock, int flags)
{
	bool stream = sock->type == SOCK_STREAM;
	bool refused = flags & WS_MSG_WAITALL && (!stream || wsc__socket_is(sock, SOCKET_NONBLOCKING) ||
						  flags & (WS_MSG_PEEK | WS_MSG_OOB | WS_MSG_PARTIAL));

	if (flags & WS_MSG_OOB && !stream)
		refused = true;
	return refused && !wsc__socket_verify(s, sock, NULL) ? WS_WSAEOPNOTSUPP : 0;
}

enum { KNOWN_FLAGS = WS_MSG_OOB | WS_MSG_PEEK | WS_MSG_WAITALL | WS_MSG_PUSH_IMMEDIATE | WS_MSG_PARTIAL };

static int receive_from(SOCKET s, struct socket *sock, char *buffer, int size, int flags,
			struct WSC(sockaddr) *from, int *from_length, ssize_t *received)
{
	struct sockaddr_storage address;
	struct iovec part = { buffer, (size_t)size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	bool wants_address = from && from_length && sock->type != SOCK_STREAM;
	int posix_flags, error = wsc__flags_in(flags, KNOWN_FLAGS, &posix_flags);

	if (!error)
		error = check_flags(s, sock, flags);
	if (!error && size < 0)
		error = WS_WSAEFAULT;
	/* Before the datagram is taken, so that it is not lost. */
	if (!error && sock->type != SOCK_STREAM)
		error = wsc__copy_out_check(buffer, (size_t)size);
	if (!error && wants_address)
		error = wsc__address_room(wsc__family_to_posix(sock->family), from, from_length);
	if (error)
		return error;
	if (wants_address) {
		message.msg_name = &address;
		message.msg_namelen = sizeof address;
	}
	error = receive(s, sock, &message, posix_flags, received);
	if (wants_address && wsc__socket_is(sock, SOCKET_RCVALL))
		wsc__rcvall_sender(buffer, (size_t)*received, &address, &message.msg_namelen);
	if (wants_address && message.msg_namelen && (!error || error == WS_WSAEMSGSIZE))
		wsc__address_out(&address, message.msg_namelen, from, from_length);
	return error;
}

int WSC(recvfrom)(SOCKET s, char *buffer, int size, int flags, struct WSC(sockaddr) *from, int *from_length)
{
	struct socket *sock;
	ssize_t received = 0;
	int error = wsc__socket_begin(s, &sock);

	if (error)
		return wsc__result(error);
	error = receive_from(s, sock, buffer, size, flags, from, from_length, &received);
	return wsc__transfer_end(sock, error, received, 1);
}

/* What nearly every call is, without the rest. */
static int receive_plain(SOCKET s, struct socket *sock, char *buffer, int size, ssize_t *received)
{
	unsigned before = sock->state;

	*received = recv((int)s, buffer, (size_t)size, 0);
	if (*received > 0)
		return 0;
	if (*received == 0)
		return ended(s, sock, before);
	switch (errno) {
	case EAGAIN:
		return wsc__socket_is(sock, SOCKET_NONBLOCKING) && !wsc__socket_is(sock, SOCKET_CONNECTING) ?
			       WS_WSAEWOULDBLOCK :
			       wsc__would_block(s, sock);
	case EINTR:
		*received = 0;
		return receive_from(s, sock, buffer, size, 0, NULL, NULL, received);
	default:
		return wsc__socket_lost(s, sock, errno);
	}
}

int WSC(recv)(SOCKET s, char *buffer, int size, int flags)
{
	struct socket *sock;
	ssize_t received = 0;
	int error = wsc__socket_begin(s, &sock);

	if (__builtin_expect(error, 0))
		return wsc__result(error);
	if (!flags && size >= 0 && sock->type == SOCK_STREAM && !sock->receive_timeout && !wsc__hooked(sock))
		error = receive_plain(s, sock, buffer, size, &received);
	else
		error = receive_from(s, sock, buffer, size, flags, NULL, NULL, &received);
	return wsc__transfer_end(sock, error, received, 1);
}
