/* What sending and receiving have in common: every call of the two families is a transfer. */
#ifndef WSC_TRANSFER_H
#define WSC_TRANSFER_H

#include "socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

/* One call: what it is to move, and what is left of it. That is all there is to know of a call while it
 * waits. The buffers are the program's, for the kernel to check; all else was read before. */
enum { TRANSFER_PARTS = 16, TRANSFER_PARTS_MOST = 1024 /* the kernel's UIO_MAXIOV */ };
struct transfer {
	struct msghdr message;                     /* as the kernel wants it: what is left to do */
	struct iovec part[TRANSFER_PARTS], *parts; /* the buffers; `parts` if they are many */
	size_t size;                               /* of the buffers together */
	size_t done;                               /* bytes that were moved */
	int flags;                                 /* WS_MSG_* */
	struct sockaddr_storage address;           /* of the peer */
	bool refused;                              /* a receive tells of a datagram that was sent there */
};

/* A transfer of one buffer. Needs no wsc__transfer_free. */
void wsc__transfer_one(struct transfer *transfer, const void *buffer, size_t size, int flags);

/* One of the program's array of buffers: WSAEFAULT, or WSAENOBUFS for more of them than the kernel takes. */
int wsc__transfer_many(struct transfer *transfer, const WSABUF *user, DWORD count, int flags);
void wsc__transfer_free(struct transfer *transfer);

/* Whether the end of a receive means that a datagram was taken, be it cut short: WSAEMSGSIZE may also be
 * what the kernel says of one that was sent before. */
static inline bool wsc__transfer_took(const struct transfer *transfer, int error)
{
	return !error || (error == WS_WSAEMSGSIZE && transfer->message.msg_flags & MSG_TRUNC);
}

/* So many bytes more were moved. */
void wsc__transfer_advance(struct transfer *transfer, size_t bytes);

/* Receives. `from` and `from_length`, if given, are the program's and get the sender of a datagram; there
 * has to be room for it, or the datagram stays where it is. WSAEMSGSIZE for a datagram that did not fit. */
int wsc__receive(SOCKET s, struct socket *sock, struct transfer *transfer, void *from, int *from_length);

/* Sends, to the address `to` of the program's if there is one. */
int wsc__send(SOCKET s, struct socket *sock, struct transfer *transfer, const void *to, int to_length);

/* The kernel's flags for the program's; WSAEOPNOTSUPP for one that is not in `known` (WS_MSG_*). */
int wsc__flags_in(int flags, int known, int *posix_flags);

/* What EAGAIN means: the socket does not block, its time is up, or it is not connected yet. */
int wsc__would_block(SOCKET s, struct socket *sock);

/* What begins WSASend and the like on a socket: WSAEFAULT if `count` cannot take the count of bytes, which
 * only an overlapped call goes without, and WSAEOPNOTSUPP to that. */
int wsc__transfer_check(DWORD *count, WSAOVERLAPPED *overlapped);

/* The end of a call that moved so many bytes, and leaves its error behind, or 0. One that has not done
 * its least because another thread closed the socket has failed. */
static inline int wsc__transfer_end(struct socket *sock, int error, ssize_t bytes, ssize_t least)
{
	if (wsc__socket_is_closed(sock) && (error || bytes < least))
		error = sock->type == SOCK_STREAM ? WS_WSAECONNABORTED : WS_WSAEINTR;
	wsc__socket_end(sock);
	wsc__thread.last_error = error;
	return error;
}

#endif
