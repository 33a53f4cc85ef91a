/* send, sendto, WSASend and WSASendTo. */
#include "address.h"
#include "bind.h"
#include "blocking.h"
#include "connect.h"
#include "export.h"
#include "fault.h"
#include "options.h"
#include "rcvall.h"
#include "sendqueue.h"
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
	int posix_error = errno;

	switch (posix_error) {
	case EPIPE:
		return broken(s, sock);
	case EAGAIN:
		return wsc__would_block(s, sock);
	case EDESTADDRREQ:
		return WS_WSAENOTCONN;
	default:
		return wsc__socket_has_failed(s, sock, posix_error) ? WS_WSAENOTCONN
								    : wsc__socket_lost(s, sock, posix_error);
	}
}

/* A peer that is a broadcast address needs no SO_BROADCAST on Windows, once connect has named it. Source:
 * tests/sock.c:14251. */
static bool may_broadcast(struct socket *sock, int posix_error)
{
	return posix_error == EACCES && sock->type == SOCK_DGRAM && wsc__socket_is(sock, SOCKET_CONNECTED);
}

static ssize_t send_now(SOCKET s, struct socket *sock, const struct msghdr *message, int flags)
{
	int fd = wsc__rcvall_raw(s, sock);
	ssize_t now = sendmsg(fd, message, flags);

	if (__builtin_expect(now < 0, 0) && !message->msg_name && may_broadcast(sock, errno) &&
	    wsc__broadcast_lend(s)) {
		now = sendmsg(fd, message, flags);
		wsc__broadcast_return(s);
	}
	return now;
}

/* Queues what is left of a transfer, if it can. */
static int queue_rest(SOCKET s, struct socket *sock, struct transfer *transfer, int flags)
{
	int error =
		wsc__sendqueue_add(s, sock, transfer->message.msg_iov, transfer->message.msg_iovlen, flags);

	if (!error)
		transfer->done = transfer->size;
	return error;
}

/* A call that blocks waits until the queue is out. */
static int await_queue(SOCKET s, struct socket *sock, uint64_t end)
{
	enum { PERIOD = 5 }; /* ms between two looks: closesocket in another thread does not wake this */
	int error = 0;

	while (!error && wsc__sendqueue_flush(s, sock) != SENDQUEUE_NONE) {
		uint64_t now = wsc__now(), next = now + PERIOD;

		error = now >= end ? WS_WSAETIMEDOUT : wsc__wait(s, POLLOUT, next < end ? next : end);
		if (error == WS_WSAETIMEDOUT && now < end)
			error = 0;
		if (!wsc__socket_is(sock, SOCKET_KNOWN))
			error = WS_WSAENOTSOCK;
	}
	return error;
}

/* What goes before a send on a socket with a queue. May do all of it. */
static int meet_queue(SOCKET s, struct socket *sock, struct transfer *transfer, int flags, uint64_t end)
{
	int error = wsc__socket_verify(s, sock, NULL);

	if (!error && wsc__socket_is(sock, SOCKET_NO_SEND))
		error = WS_WSAESHUTDOWN;
	if (error || !transfer->size)
		return error;
	if (!wsc__socket_is(sock, SOCKET_NONBLOCKING))
		return await_queue(s, sock, end);
	switch (wsc__sendqueue_flush(s, sock)) {
	case SENDQUEUE_ROOM:
		return queue_rest(s, sock, transfer, flags);
	case SENDQUEUE_FULL:
		return WS_WSAEWOULDBLOCK;
	default:
		return 0;
	}
}

/* Sends all of it. What does not go out of a socket that does not block is queued; where there is no memory
 * for that, it was a part. One that blocks has failed with its rest, as on Windows: what went out is not
 * told. */
static int transmit(SOCKET s, struct socket *sock, struct transfer *transfer, int flags)
{
	enum { AGAIN = 2 };
	uint64_t end = wsc__deadline(sock->send_timeout);
	bool wait = wsc__hooked(sock) || (wsc__waits_aside(s, sock) && !wsc__socket_is(sock, SOCKET_RCVALL)),
	     over = false;
	int error = 0, again = 0;

	if (wsc__socket_is(sock, SOCKET_QUEUED)) {
		error = meet_queue(s, sock, transfer, flags, end);
		if (error || (transfer->size && transfer->done == transfer->size))
			return error;
	}
	flags |= MSG_NOSIGNAL;
	while (!over && !error) {
		ssize_t now;

		if (wait)
			error = wsc__wait(s, POLLOUT, end);
		if (error)
			break;
		now = send_now(s, sock, &transfer->message, wait ? flags | MSG_DONTWAIT : flags);
		if (now >= 0) {
			wsc__transfer_advance(transfer, (size_t)now);
			over = sock->type != SOCK_STREAM || wsc__socket_is(sock, SOCKET_NONBLOCKING) ||
			       transfer->done == transfer->size;
			wait = wait ||
			       end != WSC_FOREVER; /* for the rest of the time, not for all of it again */
		} else if (errno == EINTR) {
			wait = wait || end != WSC_FOREVER;
		} else if (wsc__unreachable_is(sock, errno) && again++ < AGAIN) {
			wsc__unreachable_collect(s,
						 sock); /* about one before; on Windows that fails no send */
		} else if (errno != EAGAIN || !wait) {
			error = failure(s, sock);
		} else if (wsc__socket_is_closed(sock)) {
			error = WS_WSAEINTR;
		} else {
			wsc__unreachable_collect(s, sock);
		}
	}
	if (!error && transfer->done < transfer->size && sock->type == SOCK_STREAM)
		queue_rest(s, sock, transfer, flags);
	return error == WS_WSAEWOULDBLOCK && transfer->done ? 0 : error; /* others have made it so */
}

enum { KNOWN_FLAGS = WS_MSG_OOB | WS_MSG_DONTROUTE | WS_MSG_PARTIAL };

int wsc__send(SOCKET s, struct socket *sock, struct transfer *transfer, const void *to, int to_length)
{
	struct msghdr *message = &transfer->message;
	int posix_flags, error = wsc__flags_in(transfer->flags, KNOWN_FLAGS, &posix_flags);

	if (error)
		return error;
	if (to && sock->type != SOCK_STREAM) { /* a connection knows where it leads to */
		error = wsc__socket_address(s, sock, to, to_length, &transfer->address,
					    &message->msg_namelen);
		if (error)
			return error;
		message->msg_name = &transfer->address;
		if (sock->type ==
		    SOCK_RAW) /* a port is no matter, but Linux takes that of IPv6 for a protocol */
			((struct sockaddr_in *)&transfer->address)->sin_port = 0;
		if (sock->type == SOCK_DGRAM && transfer->address.ss_family != AF_UNIX &&
		    !wsc__address_port(&transfer->address)) {
			if (wsc__socket_is(sock, SOCKET_NO_SEND))
				return WS_WSAESHUTDOWN;
			wsc__bind_any(s, sock);
			transfer->done = transfer->size; /* Windows sends it, and nobody can be there */
			return 0;
		}
	}
	if (wsc__socket_is(sock, SOCKET_LIMITED) && wsc__option_exceeds(s, sock, transfer->size))
		return WS_WSAEMSGSIZE;
	wsc__socket_bound_raw(s, sock);
	error = transmit(s, sock, transfer, posix_flags);
	if (!error)
		sock->unaware = false; /* to send has given it an address, then */
	return error;
}

/* sendto, from where the socket is held; and send, when it is not plain or has more to do, after so many
 * bytes were sent. */
static __attribute__((noinline)) int send_one(SOCKET s, struct socket *sock, const char *data, int size,
					      int flags, const void *to, int to_length, int before)
{
	struct transfer transfer;
	size_t sent;
	int error;

	wsc__transfer_one(&transfer, data + before, size < 0 ? 0 : (size_t)(size - before), flags);
	error = size < 0 ? WS_WSAEFAULT : wsc__send(s, sock, &transfer, to, to_length);
	sent = (size_t)before + transfer.done;
	if (before && error == WS_WSAEWOULDBLOCK)
		error = 0;
	return wsc__transfer_end(sock, error, (ssize_t)sent, size) ? SOCKET_ERROR : (int)sent;
}

int WSC(sendto)(SOCKET s, const char *data, int size, int flags, const struct WSC(sockaddr) * to,
		int to_length)
{
	struct socket *sock;
	int error = wsc__socket_begin(s, &sock);

	return error ? wsc__result(error) : send_one(s, sock, data, size, flags, to, to_length, 0);
}

/* A plain send that did not take all. */
static __attribute__((noinline)) int send_failed(SOCKET s, struct socket *sock, const char *data, int size,
						 ssize_t now)
{
	if (now < 0 && errno != EINTR && !wsc__unreachable_is(sock, errno) && !may_broadcast(sock, errno))
		return wsc__transfer_end(sock, failure(s, sock), 0, size) ? SOCKET_ERROR : 0;
	if (now >= 0 && wsc__socket_is(sock, SOCKET_NONBLOCKING)) {
		struct iovec rest = { (char *)(uintptr_t)data + now, (size_t)(size - now) };

		if (sock->type == SOCK_STREAM && !wsc__sendqueue_add(s, sock, &rest, 1, 0))
			now = size;
		return wsc__transfer_end(sock, 0, now, size) ? SOCKET_ERROR : (int)now;
	}
	return send_one(s, sock, data, size, 0, NULL, 0, now < 0 ? 0 : (int)now); /* a signal came between */
}

/* Nearly every call is of a stream that takes all of it. */
int WSC(send)(SOCKET s, const char *data, int size, int flags)
{
	struct socket *sock;
	ssize_t now;
	int error = wsc__socket_begin(s, &sock);

	if (__builtin_expect(error, 0))
		return wsc__result(error);
	if (flags || size < 0 || sock->send_timeout ||
	    wsc__socket_is(sock, SOCKET_RCVALL | SOCKET_LIMITED | SOCKET_QUEUED | SOCKET_SHARED) ||
	    wsc__hooked(sock))
		return send_one(s, sock, data, size, flags, NULL, 0, 0);
	now = send((int)s, data, (size_t)size, MSG_NOSIGNAL);
	if (__builtin_expect(now == size, 1))
		return wsc__transfer_end(sock, 0, now, size) ? SOCKET_ERROR : (int)now;
	return send_failed(s, sock, data, size, now);
}

static int send_many(SOCKET s, struct socket *sock, const WSABUF *buffers, DWORD count, DWORD *sent,
		     int flags, const void *to, int to_length, WSAOVERLAPPED *overlapped,
		     struct transfer *transfer)
{
	int error = wsc__transfer_check(sent, overlapped);

	if (!error)
		error = wsc__transfer_many(transfer, buffers, count, flags);
	if (error)
		return error;
	error = wsc__send(s, sock, transfer, to, to_length);
	wsc__transfer_free(transfer);
	return error;
}

int WSC(WSASendTo)(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD user_sent, DWORD flags,
		   const struct WSC(sockaddr) * to, int to_length, LPWSAOVERLAPPED overlapped,
		   LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	struct transfer transfer;
	struct socket *sock;
	DWORD sent;
	int error = wsc__socket_begin(s, &sock);

	(void)routine; /* goes with an OVERLAPPED */
	if (error)
		return wsc__result(error);
	transfer.size = transfer.done = 0;
	error = send_many(s, sock, buffers, count, user_sent, (int)flags, to, to_length, overlapped,
			  &transfer);
	error = wsc__transfer_end(sock, error, (ssize_t)transfer.done, (ssize_t)transfer.size);
	sent = (DWORD)transfer.done;
	if (!error)
		error = wsc__copy_out(user_sent, &sent, sizeof sent);
	return wsc__result(error);
}
WSC_ALIAS(WSASendTo)

int WSC(WSASend)(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
		 LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	return WSC(WSASendTo)(s, buffers, count, sent, flags, NULL, 0, overlapped, routine);
}
WSC_ALIAS(WSASend)
