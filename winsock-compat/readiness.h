/* What sockets are ready for, for every call that waits for more than one of them. */
#ifndef WSC_READINESS_H
#define WSC_READINESS_H

#include "socket.h"

#include <poll.h>
#include <time.h>

/* What there is to know of a socket. A call tells the program of it in its own terms. */
enum readiness {
	READY_RECEIVE = 1 << 0, /* a receive or an accept has something to give, an error perhaps */
	READY_SEND = 1 << 1,    /* a send would not wait: a connect has succeeded, or there is room, or no use */
	READY_URGENT = 1 << 2,  /* urgent data, not in line; or something for MSG_ERRQUEUE */
	READY_END = 1 << 3,     /* the peer has sent the last */
	READY_BROKEN = 1 << 4,  /* the connection was reset or given up */
	READY_FAILED = 1 << 5,  /* the last connect has failed */
	READY_CLOSED = 1 << 6,  /* there is no such socket any more */
};

/* Which readiness ends a call, by what it asks about a socket in poll(2)'s words. */
struct interest {
	unsigned in, out, pri; /* asked with POLLIN, POLLOUT, POLLPRI */
	unsigned always;
};

enum { WATCH_FEW = 256 }; /* sockets for which the stack has room: 3 KB */

/* The sockets of one call: begin, add them, wait, end. */
struct watch {
	const struct interest *interest;
	/* One for each socket that was added, in that order. fd: its number; -1 if it was none; ~number while
	 * poll(2) is not asked about it. events: what the call asks. revents, after the wait: enum readiness,
	 * reduced to what is of interest. */
	struct pollfd *polled;
	unsigned *generations; /* what socket each of them was when it was added */
	size_t count;
	size_t noted;     /* of how many the note knows more than poll(2) does */
	bool queued;      /* one that is to be writable has a queue, and closesocket does not wake poll(2) then */
	bool deaf; /* closing one does not wake poll(2), as it cannot be shut or is shared: the bell does */
	size_t ignored;   /* about how many poll(2) is not asked */
	unsigned endings; /* wsc__socket_endings when all of them were there */
	int changes, bell; /* an epoll that tells of those about which poll(2) is not asked, and of the other,
			    * an eventfd that closesocket rings; -1 until they are needed */
	struct watch *next, **link; /* of those that sleep */
	struct watch_hold *holds;   /* the sockets of this call that were closed while it slept */
	struct pollfd few_polled[WATCH_FEW + 1];
	unsigned few_generations[WATCH_FEW];
};

/* Makes room for so many: 0, or WSAENOBUFS. Whatever it says, wsc__watch_end has to follow. */
int wsc__watch_begin(struct watch *watch, const struct interest *interest, size_t most);
void wsc__watch_end(struct watch *watch);

/* Whether poll(2) says all there is to say about a socket in this state, which is known and is of use. */
static inline bool wsc__watch_plain(unsigned state)
{
	enum {
		NOTED = SOCKET_CONNECTING | SOCKET_REFUSED | SOCKET_DEFERRED | SOCKET_ERROR_SET |
			SOCKET_PAUSED | SOCKET_NO_RECEIVE | SOCKET_ERRORS | SOCKET_PORT_UNREACHABLE |
			SOCKET_EXPIRED | SOCKET_URGENT | SOCKET_CONDITIONAL | SOCKET_QUEUED | SOCKET_RCVALL |
			SOCKET_SHARED,
	};

	return (state & (SOCKET_KNOWN | NOTED)) == SOCKET_KNOWN &&
	       (!(state & SOCKET_STREAM) || state & (SOCKET_CONNECTED | SOCKET_LISTENING));
}

/* Adds the next one if poll(2) says all there is to say about it, and if not does nothing. A loop of these calls
 * no function, and goes through ten thousand sockets in no time; it keeps watch->count to itself. */
static inline bool wsc__watch_add_plain(struct pollfd *polled, unsigned *generation, SOCKET s, short events)
{
	struct socket *sock = wsc__socket_place(s);

	if (__builtin_expect(!sock, 0) ||
	    __builtin_expect(!wsc__watch_plain(atomic_load_explicit(&sock->state, memory_order_acquire)), 0))
		return false;
	*polled = (struct pollfd){ .fd = (int)s, .events = events };
	*generation = atomic_load_explicit(&sock->generation, memory_order_relaxed);
	return true;
}

/* Adds the next one, whatever it is; `events` are of POLLIN, POLLOUT, POLLPRI, POLLRDHUP. Whether it is a
 * socket. */
bool wsc__watch_add(struct watch *watch, SOCKET s, short events);

/* Waits until one is ready in a way that is of interest, at most so long; NULL is for ever. 0 with the number of
 * those that are, or WSAEINTR if the hook cancelled the call, or WSAENOBUFS. */
int wsc__watch_wait(struct watch *watch, const struct timespec *timeout, size_t *ready);

/* The number of what was added. */
static inline int wsc__watch_number(const struct pollfd *polled)
{
	return polled->fd < 0 ? ~polled->fd : polled->fd;
}

/* The first that is ready, from this one on; the count if there is none. */
static inline size_t wsc__watch_next(const struct watch *watch, size_t at)
{
	const struct pollfd *polled = watch->polled;

	while (at + 4 <= watch->count &&
	       !(polled[at].revents | polled[at + 1].revents | polled[at + 2].revents | polled[at + 3].revents))
		at += 4;
	while (at < watch->count && !polled[at].revents)
		at++;
	return at;
}

/* What of this readiness the call has asked for. */
static inline unsigned wsc__interesting(const struct interest *interest, short events, unsigned ready)
{
	unsigned all = interest->always;

	all |= events & POLLIN ? interest->in : 0;
	all |= events & POLLOUT ? interest->out : 0;
	all |= events & POLLPRI ? interest->pri : 0;
	return ready & all;
}

/* Has the calls that sleep for this descriptor hold its socket, which is being closed, until they have noticed: as
 * wsc__socket_hold does. Whether there are any; shutdown is to wake them. */
bool wsc__watch_hold(int fd, struct socket *sock);

/* After a fork: the threads that slept have not come along. */
void wsc__watch_forget(void);

#endif
