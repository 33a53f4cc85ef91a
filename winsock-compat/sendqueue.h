/* What a stream that does not block has accepted and the kernel has not.
 *
 * Windows takes the buffer of a send whole or not at all; Linux takes as much as there is room for. The rest
 * becomes the socket's queue (SOCKET_QUEUED), and goes out on the engine's thread, or by whoever meets the
 * queue first. Nothing that is sent later passes it, and the end of the stream, by shutdown or closesocket,
 * comes behind it. A queue has a descriptor of its own for the connection, so that it outlives the socket. */
#ifndef WSC_SENDQUEUE_H
#define WSC_SENDQUEUE_H

#include "socket.h"

#include <sys/uio.h>

struct sendqueue;

enum sendqueue_state {
	SENDQUEUE_NONE, /* everything is the kernel's, or the connection is no more */
	SENDQUEUE_ROOM, /* there is a queue, shorter than SO_SNDBUF as the program set it: it takes another
			   buffer */
	SENDQUEUE_FULL,
};

/* Puts a copy of all the buffers behind what is queued: 0, or an error and nothing was taken. `flags` are the
 * kernel's. The caller holds the socket (wsc__socket_hold). */
int wsc__sendqueue_add(SOCKET s, struct socket *sock, const struct iovec *parts, size_t count, int flags);

/* Hands the kernel what it takes, and says what is left. An error that ends this waits for the next call, as
 * it would have in the kernel. The note has to be about this socket: see wsc__socket_verify. */
enum sendqueue_state wsc__sendqueue_flush(SOCKET s, struct socket *sock);

/* Whether a queue, if there is one, lets a socket be called writable that poll(2) has just called so. */
bool wsc__sendqueue_is_writable(SOCKET s, struct socket *sock);
static inline bool wsc__sendqueue_writable(SOCKET s, struct socket *sock)
{
	return __builtin_expect(!wsc__socket_is(sock, SOCKET_QUEUED), 1) ||
	       wsc__sendqueue_is_writable(s, sock);
}

/* Whether there is a queue, behind which the kernel's socket is shut for sending. */
bool wsc__sendqueue_shutdown(SOCKET s, struct socket *sock);

/* The end of a socket, in this order: its queue, or NULL, taken from the note (under the lock)... */
struct sendqueue *wsc__sendqueue_take(struct socket *sock);

/* ...whether that still holds something; NULL does not... */
bool wsc__sendqueue_holds(struct sendqueue *queue);

/* ...and what becomes of it, before the socket's own descriptor is closed: it goes on alone, or is thrown
 * away with `drop`. As on Windows a connection is reset at once if it has something that the program has not
 * received, or gets something after this; but not one that others have too. NULL is nothing to do. */
void wsc__sendqueue_leave(struct sendqueue *queue, bool drop);

/* The note is dropped and its descriptor was closed by others: the queue goes on alone. Under the lock. */
void wsc__sendqueue_orphan(struct sendqueue *queue);

/* For the engine. */
void wsc__sendqueue_tell(uint64_t key, uint32_t events);

#endif
