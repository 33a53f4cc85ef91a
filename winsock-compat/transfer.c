/* What sending and receiving have in common. */
#include "transfer.h"

#include "fault.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

static const struct {
	int windows, posix;
} flag[] = {
	{ WS_MSG_OOB, MSG_OOB },         { WS_MSG_PEEK, MSG_PEEK },    { WS_MSG_DONTROUTE, MSG_DONTROUTE },
	{ WS_MSG_WAITALL, MSG_WAITALL }, { WS_MSG_PUSH_IMMEDIATE, 0 }, /* Linux never waits for more than one
									  byte */
	{ WS_MSG_PARTIAL, 0 }, /* means something to message streams only */
};

int wsc__flags_in(int flags, int known, int *posix_flags)
{
	*posix_flags = 0;
	if (!flags)
		return 0;
	if (flags & ~known)
		return WS_WSAEOPNOTSUPP;
	for (unsigned i = 0; i < sizeof flag / sizeof *flag; i++)
		if (flags & flag[i].windows)
			*posix_flags |= flag[i].posix;
	return 0;
}

int wsc__would_block(SOCKET s, struct socket *sock)
{
	int flags;

	if (wsc__socket_is(sock, SOCKET_CONNECTING) && wsc__socket_connecting(s, sock))
		return WS_WSAENOTCONN;
	if (wsc__socket_is(sock, SOCKET_NONBLOCKING))
		return WS_WSAEWOULDBLOCK;
	flags = fcntl((int)s, F_GETFL); /* others may have switched it */
	return flags >= 0 && flags & O_NONBLOCK ? WS_WSAEWOULDBLOCK : WS_WSAETIMEDOUT;
}

static void begin(struct transfer *transfer, struct iovec *parts, size_t count, int flags)
{
	transfer->message = (struct msghdr){ .msg_iov = parts, .msg_iovlen = count };
	transfer->parts = parts;
	transfer->size = transfer->done = 0;
	transfer->flags = flags;
	transfer->refused = false;
}

void wsc__transfer_one(struct transfer *transfer, const void *buffer, size_t size, int flags)
{
	begin(transfer, transfer->part, 1, flags);
	transfer->part[0] = (struct iovec){ (void *)(uintptr_t)buffer, size };
	transfer->size = size;
}

int wsc__transfer_many(struct transfer *transfer, const WSABUF *user, DWORD count, int flags)
{
	struct iovec *parts = transfer->part;
	int error = 0;

	if (count > TRANSFER_PARTS_MOST)
		return WS_WSAENOBUFS;
	if (count > TRANSFER_PARTS)
		parts = malloc(count * sizeof *parts);
	if (!parts)
		return WS_WSAENOBUFS;
	begin(transfer, parts, count, flags);
	for (DWORD i = 0; i < count && !error; i++) {
		WSABUF buffer;

		error = wsc__copy_in(&buffer, (const void *)((uintptr_t)user + i * sizeof buffer),
				     sizeof buffer);
		if (!error) {
			parts[i] = (struct iovec){ buffer.buf, buffer.len };
			transfer->size += buffer.len;
		}
	}
	if (error)
		wsc__transfer_free(transfer);
	return error;
}

void wsc__transfer_free(struct transfer *transfer)
{
	if (transfer->parts != transfer->part)
		free(transfer->parts);
}

void wsc__transfer_advance(struct transfer *transfer, size_t bytes)
{
	struct msghdr *message = &transfer->message;

	transfer->done += bytes;
	while (message->msg_iovlen && bytes >= message->msg_iov->iov_len) {
		bytes -= message->msg_iov->iov_len;
		message->msg_iov++;
		message->msg_iovlen--;
	}
	if (bytes) {
		message->msg_iov->iov_base = (char *)message->msg_iov->iov_base + bytes;
		message->msg_iov->iov_len -= bytes;
	}
}

int wsc__transfer_check(DWORD *count, WSAOVERLAPPED *overlapped)
{
	if (overlapped) /* there are no event objects, ports or alertable waits yet that could tell of its end
			 */
		return WS_WSAEOPNOTSUPP;
	return wsc__copy_out_check(count, sizeof *count);
}
