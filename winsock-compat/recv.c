/* recv, recvfrom, WSARecv, WSARecvFrom and WSARecvEx. */
#include "address.h"
#include "blocking.h"
#include "export.h"
#include "fault.h"
#include "rcvall.h"
#include "sendqueue.h"
#include "transfer.h"
#include "unreachable.h"
#include "urgent.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
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

	if (wsc__socket_is(sock, SOCKET_QUEUED)) /* whose engine may be about to note what became of it */
		wsc__sendqueue_flush(s, sock);
	if (!wsc__socket_is(sock, STATES))
		return wsc__socket_aborted(s, sock) && !wsc__socket_verify(s, sock, NULL) ? WS_WSAECONNABORTED
											  : 0;
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

	if (sock->type == SOCK_RAW && !wsc__socket_is(sock, SOCKET_BOUND))
		return wsc__socket_verify(s, sock, NULL) || !wsc__socket_is(sock, SOCKET_BOUND) ? WS_WSAEINVAL
												: 0;
	if (wsc__socket_is(sock, SOCKET_BOUND | SOCKET_CONNECTED) || sock->type != SOCK_DGRAM ||
	    sock->family == WS_AF_UNIX || getsockname((int)s, (struct sockaddr *)&name, &length) < 0)
		return 0;
	if (!wsc__address_port(&name) || sock->unaware)
		return WS_WSAEINVAL;
	wsc__socket_mark(sock, SOCKET_BOUND, 0);
	return 0;
}

/* What a receive that the kernel refused means to the program. */
static int failure(SOCKET s, struct socket *sock, int posix_error)
{
	if (posix_error == EAGAIN)
		return wsc__would_block(s, sock);
	if (wsc__socket_has_failed(s, sock, posix_error) ||
	    (posix_error == EINVAL && sock->family == WS_AF_UNIX))
		return WS_WSAENOTCONN;
	return wsc__socket_lost(s, sock, posix_error);
}

/* What has come and what comes is not for a socket that was shut for receiving. */
static int check_open(SOCKET s, struct socket *sock)
{
	int error = wsc__socket_is(sock, SOCKET_NO_RECEIVE) ? wsc__socket_verify(s, sock, NULL) : 0;

	return !error && wsc__socket_is(sock, SOCKET_NO_RECEIVE) ? WS_WSAESHUTDOWN : error;
}

/* Waits for the next urgent byte. One that is there already, but of which the place cannot be noted, is not
 * seen by poll(2) to become anything else when another thread has made room for that. */
static int wait_urgent(SOCKET s, struct socket *sock, uint64_t end)
{
	enum { PERIOD = 5 }; /* ms */
	uint64_t now = wsc__now(), next = now + PERIOD;
	int error;

	if (!wsc__urgent_is_full(sock))
		return wsc__wait(s, POLLPRI | POLLRDHUP, end);
	error = wsc__wait(s, POLLRDHUP, next < end ? next : end);
	return error == WS_WSAETIMEDOUT && now < end ? 0 : error;
}

/* One urgent byte. Linux never waits for it, and calls its absence EINVAL; Windows does. */
static int receive_urgent(SOCKET s, struct socket *sock, struct transfer *transfer, int flags)
{
	uint64_t end = wsc__deadline(sock->receive_timeout);
	unsigned before = sock->state;

	for (;;) {
		int error = wsc__urgent_take(s, sock, transfer, flags);
		int posix_error;
		ssize_t now;
		char byte;

		if (error || transfer->done)
			return error;
		now = recv((int)s, &byte, 1, MSG_OOB | MSG_PEEK | MSG_DONTWAIT); /* for what goes wrong */
		posix_error = errno;
		if (now > 0) /* it has just come */
			continue;
		if (now == 0 || wsc__poll_now((int)s, POLLRDHUP) & (POLLRDHUP | POLLHUP))
			return ended(s, sock, before);
		if (posix_error != EINVAL && posix_error != EAGAIN && posix_error != EINTR)
			return failure(s, sock, posix_error);
		if (wsc__socket_is(sock, SOCKET_NONBLOCKING))
			return WS_WSAEWOULDBLOCK;
		error = wait_urgent(s, sock, end);
		if (error)
			return error;
	}
}

/* What a receive has to say of a datagram that was sent before, once the kernel has an error or the note has
 * one. On Windows it names the address, as if that had answered, by which RakNet knows who is gone; and each
 * message makes one receive fail, which OpenJDK goes by, as it does by MSG_PEEK leaving it there. */
static int refusal(SOCKET s, struct socket *sock, struct transfer *transfer, int flags, int posix_error)
{
	struct refused refused;
	bool peeks = flags & MSG_PEEK;
	int error = posix_error ? wsc__unreachable_error(s, sock, posix_error, peeks, &refused)
				: wsc__unreachable_take(s, sock, peeks, &refused);

	if (error && refused.length && transfer->message.msg_name) {
		memcpy(&transfer->address, &refused.to, refused.length);
		transfer->message.msg_namelen = refused.length;
		transfer->refused = true;
	}
	return error;
}

/* Receives what there is; or waits for it, as the socket and the flags are set. */
static int receive(SOCKET s, struct socket *sock, struct transfer *transfer, int flags)
{
	uint64_t end = wsc__deadline(sock->receive_timeout);
	bool wait = wsc__hooked(sock) || wsc__waits_aside(s, sock);
	unsigned before = sock->state;
	int error = check_bound(s, sock);

	if (!error && wsc__unreachable_noted(sock))
		error = refusal(s, sock, transfer, flags, 0);
	while (!error) {
		ssize_t now;

		if (wait)
			error = wsc__wait(s, POLLIN, end);
		if (error)
			break;
		now = recvmsg((int)s, &transfer->message, wait ? flags | MSG_DONTWAIT : flags);
		if (now > 0 || (now == 0 && sock->type != SOCK_STREAM)) {
			wsc__transfer_advance(transfer, (size_t)now);
			if (!(flags & MSG_WAITALL) || transfer->done == transfer->size)
				return transfer->message.msg_flags & MSG_TRUNC ? WS_WSAEMSGSIZE : 0;
			wait = wait || end != WSC_FOREVER; /* only Linux lets a signal cut it short */
		} else if (now == 0) {
			error = ended(s, sock, before);
			break;
		} else if (errno == EINTR) { /* to wait for the rest of the time, not for all of it again */
			wait = wait || end != WSC_FOREVER;
		} else if (wsc__unreachable_is(sock, errno)) { /* a datagram of ours was */
			error = refusal(s, sock, transfer, flags, errno);
		} else if (errno != EAGAIN || !wait) {
			error = failure(s, sock, errno);
		} else if (wsc__socket_is_closed(sock)) {
			error = WS_WSAEINTR;
		} else { /* another thread was faster, or there is only something in the queue of errors */
			wsc__unreachable_collect(s, sock);
		}
	}
	return transfer->done ? 0 : error;
}

/* To receive nothing of a stream is to wait until there is something. */
static int receive_nothing(SOCKET s, struct socket *sock, int flags)
{
	struct transfer transfer;
	char byte = 0;

	if (wsc__urgent_ready(sock) & POLLIN)
		return 0;
	wsc__transfer_one(&transfer, &byte, 1, 0);
	return flags & MSG_OOB ? receive_urgent(s, sock, &transfer, flags | MSG_PEEK)
			       : receive(s, sock, &transfer, flags | MSG_PEEK);
}

/* A stream between whose bytes there may be urgent ones. */
static int receive_between(SOCKET s, struct socket *sock, struct transfer *transfer, int flags)
{
	uint64_t end = wsc__deadline(sock->receive_timeout);
	unsigned before = sock->state;
	int error;

	do {
		ssize_t now;
		char byte;

		error = wsc__urgent_receive(s, sock, transfer, flags);
		if (error || (transfer->done && (!(flags & MSG_WAITALL) || transfer->done == transfer->size)))
			break;
		now = recv((int)s, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		if (now == 0) {
			error = ended(s, sock, before);
			break;
		}
		if (now < 0 && errno != EAGAIN && errno != EINTR)
			error = failure(s, sock, errno);
		else if (now < 0 && wsc__socket_is(sock, SOCKET_NONBLOCKING))
			error = WS_WSAEWOULDBLOCK;
		else if (now < 0)
			error = wsc__wait(s, POLLIN, end);
	} while (!error);
	return transfer->done ? 0 : error;
}

static int receive_stream(SOCKET s, struct socket *sock, struct transfer *transfer, int flags)
{
	if (!transfer->size)
		return receive_nothing(s, sock, flags);
	if (flags & MSG_OOB)
		return receive_urgent(s, sock, transfer, flags);
	if (wsc__socket_is(sock, SOCKET_URGENT) && !wsc__urgent_is_plain(sock))
		return receive_between(s, sock, transfer, flags);
	return receive(s, sock, transfer, flags);
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

/* Before the datagram is taken, so that it is not lost. */
static int check_room(struct socket *sock, struct transfer *transfer, void *from, int *from_length)
{
	struct msghdr *message = &transfer->message;
	int error = 0;

	for (size_t i = 0; i < message->msg_iovlen && !error; i++)
		error = wsc__copy_out_check(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
	if (!error && from && from_length)
		error = wsc__address_room(wsc__family_to_posix(sock->family), from, from_length);
	return error;
}

enum { KNOWN_FLAGS = WS_MSG_OOB | WS_MSG_PEEK | WS_MSG_WAITALL | WS_MSG_PUSH_IMMEDIATE | WS_MSG_PARTIAL };

int wsc__receive(SOCKET s, struct socket *sock, struct transfer *transfer, void *from, int *from_length)
{
	struct msghdr *message = &transfer->message;
	bool stream = sock->type == SOCK_STREAM;
	const void *first;
	size_t first_size;
	int posix_flags, error = wsc__flags_in(transfer->flags, KNOWN_FLAGS, &posix_flags);

	if (!error)
		error = check_flags(s, sock, transfer->flags);
	if (!error)
		error = check_open(s, sock);
	if (error)
		return error;
	if (stream)
		return receive_stream(s, sock, transfer, posix_flags);
	error = check_room(sock, transfer, from, from_length);
	if (error)
		return error;
	first = message->msg_iovlen ? message->msg_iov->iov_base : NULL;
	first_size = message->msg_iovlen ? message->msg_iov->iov_len : 0;
	if (from && from_length) {
		message->msg_name = &transfer->address;
		message->msg_namelen = sizeof transfer->address;
	}
	error = receive(s, sock, transfer, posix_flags);
	if (message->msg_namelen && wsc__socket_is(sock, SOCKET_RCVALL))
		wsc__rcvall_sender(first, transfer->done < first_size ? transfer->done : first_size,
				   &transfer->address, &message->msg_namelen);
	if (message->msg_namelen && (transfer->refused || wsc__transfer_took(transfer, error)))
		wsc__address_out(&transfer->address, message->msg_namelen, from, from_length);
	return error;
}

/* recvfrom, from where the socket is held; and recv, when it is not plain. */
static __attribute__((noinline)) int receive_one(SOCKET s, struct socket *sock, char *buffer, int size,
						 int flags, void *from, int *from_length)
{
	struct transfer transfer;
	int error;

	wsc__transfer_one(&transfer, buffer, size < 0 ? 0 : (size_t)size, flags);
	error = size < 0 ? WS_WSAEFAULT : wsc__receive(s, sock, &transfer, from, from_length);
	return wsc__transfer_end(sock, error, (ssize_t)transfer.done, 1) ? SOCKET_ERROR : (int)transfer.done;
}

int WSC(recvfrom)(SOCKET s, char *buffer, int size, int flags, struct WSC(sockaddr) * from, int *from_length)
{
	struct socket *sock;
	int error = wsc__socket_begin(s, &sock);

	return error ? wsc__result(error) : receive_one(s, sock, buffer, size, flags, from, from_length);
}

/* What became of a plain recv that brought nothing. */
static __attribute__((noinline)) int receive_failed(SOCKET s, struct socket *sock, unsigned before,
						    bool at_end)
{
	int error = at_end ? ended(s, sock, before) : failure(s, sock, errno);

	return wsc__transfer_end(sock, error, 0, 1) ? SOCKET_ERROR : 0;
}

/* Nearly every call is of a stream that blocks or has something, and asks for no more. */
int WSC(recv)(SOCKET s, char *buffer, int size, int flags)
{
	struct socket *sock;
	ssize_t received;
	unsigned before;
	int error = wsc__socket_begin(s, &sock);

	if (__builtin_expect(error, 0))
		return wsc__result(error);
	before = sock->state;
	if (flags || size <= 0 ||
	    (before & (SOCKET_STREAM | SOCKET_NO_RECEIVE | SOCKET_URGENT | SOCKET_SHARED)) != SOCKET_STREAM ||
	    sock->receive_timeout || wsc__hooked(sock))
		return receive_one(s, sock, buffer, size, flags, NULL, NULL);
	received = recv((int)s, buffer, (size_t)size, 0);
	if (__builtin_expect(received > 0, 1))
		return wsc__transfer_end(sock, 0, received, 1) ? SOCKET_ERROR : (int)received;
	if (received < 0 && errno == EAGAIN &&
	    (before & (SOCKET_NONBLOCKING | SOCKET_CONNECTING)) == SOCKET_NONBLOCKING)
		return wsc__transfer_end(sock, WS_WSAEWOULDBLOCK, 0, 1) ? SOCKET_ERROR : 0;
	if (received < 0 && errno == EINTR)
		return receive_one(s, sock, buffer, size, 0, NULL, NULL);
	return receive_failed(s, sock, before, received == 0);
}

/* Takes no flags, and tells by one that of a datagram there was more than fits. Source: its page. */
int WSC(WSARecvEx)(SOCKET s, char *buffer, int size, int *user_flags)
{
	struct transfer transfer;
	struct socket *sock;
	bool is_part;
	int flags, error = wsc__socket_begin(s, &sock);

	if (error)
		return wsc__result(error);
	wsc__transfer_one(&transfer, buffer, size < 0 ? 0 : (size_t)size, 0);
	error = size < 0 ? WS_WSAEFAULT : wsc__copy_out_check(user_flags, sizeof *user_flags);
	if (!error)
		error = wsc__receive(s, sock, &transfer, NULL, NULL);
	is_part = error == WS_WSAEMSGSIZE && wsc__transfer_took(&transfer, error);
	if (wsc__transfer_end(sock, is_part ? 0 : error, (ssize_t)transfer.done, 1))
		return SOCKET_ERROR;
	flags = is_part ? WS_MSG_PARTIAL : 0;
	wsc__copy_out(user_flags, &flags, sizeof flags);
	return (int)transfer.done;
}
WSC_ALIAS(WSARecvEx)

/* Windows looks at the number of buffers first, even before it can tell how the call is to end. */
static int receive_many(SOCKET s, struct socket *sock, const WSABUF *buffers, DWORD count, DWORD *received,
			DWORD *user_flags, void *from, int *from_length, WSAOVERLAPPED *overlapped,
			struct transfer *transfer)
{
	int flags, error = count ? wsc__transfer_check(received, overlapped) : WS_WSAEINVAL;

	if (!error)
		error = wsc__copy_out_check(user_flags, sizeof flags);
	if (!error)
		error = wsc__copy_in(&flags, user_flags, sizeof flags);
	if (!error)
		error = wsc__transfer_many(transfer, buffers, count, flags);
	if (error)
		return error;
	error = wsc__receive(s, sock, transfer, from, from_length);
	wsc__transfer_free(transfer);
	return error;
}

/* What the call leaves behind: the size of what was received, also of a datagram that was too long, and
 * whether it was urgent. */
static int tell(const struct transfer *transfer, DWORD *user_received, DWORD *user_flags)
{
	DWORD received = (DWORD)transfer->done, flags = (DWORD)transfer->flags & WS_MSG_OOB;
	int error = wsc__copy_out(user_received, &received, sizeof received);

	return error ? error : wsc__copy_out(user_flags, &flags, sizeof flags);
}

int WSC(WSARecvFrom)(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
		     struct WSC(sockaddr) * from, LPINT from_length, LPWSAOVERLAPPED overlapped,
		     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	struct transfer transfer;
	struct socket *sock;
	int error = wsc__socket_begin(s, &sock);

	(void)routine; /* goes with an OVERLAPPED */
	if (error)
		return wsc__result(error);
	transfer.done = 0;
	error = receive_many(s, sock, buffers, count, received, flags, from, from_length, overlapped,
			     &transfer);
	error = wsc__transfer_end(sock, error, (ssize_t)transfer.done, 1);
	if (wsc__transfer_took(&transfer, error))
		error = tell(&transfer, received, flags) ? WS_WSAEFAULT : error;
	return wsc__result(error);
}
WSC_ALIAS(WSARecvFrom)

int WSC(WSARecv)(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
		 LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	return WSC(WSARecvFrom)(s, buffers, count, received, flags, NULL, NULL, overlapped, routine);
}
WSC_ALIAS(WSARecv)
