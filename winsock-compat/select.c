/* select, over poll(2): any number of sockets, whatever their descriptors' numbers. */
#include "blocking.h"
#include "export.h"
#include "fault.h"
#include "sendqueue.h"
#include "unreachable.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

_Atomic unsigned wsc__selections;

enum { READ, WRITE, EXCEPT, SETS };

/* One place in one of the program's sets. */
struct place {
	SOCKET s;
	struct socket *sock;
	size_t waiting; /* its socket's in the array of that name */
	bool ready;
};

struct selection {
	WSC(fd_set) *user[SETS];
	WSC(u_int) count[SETS];
	size_t total;
	struct place *places;   /* those of the three sets, one after the other */
	struct pollfd *waiting; /* one a socket, for poll() takes no more than there may be descriptors */
	size_t waiting_count;
	size_t *index;          /* of `waiting` by descriptor, counted from 1: open addressing */
	size_t index_size;      /* a power of two, more than twice as many as there are places */
	size_t held;            /* places whose sockets are held */
	bool queued;            /* one that shall be writable has a queue: closesocket does not wake poll() then */
};

enum { FEW = 64 }; /* sockets for which the stack has room */

/* Where a socket stands in a set with the program's own FD_SETSIZE. */
static SOCKET *member_of(WSC(fd_set) *set, WSC(u_int) n)
{
	return wsc__user_at(set, offsetof(WSC(fd_set), fd_array) + n * sizeof(SOCKET));
}

/* The count is the first member, so that the set's address is its address. A set has to have the
 * memory that it claims before any is taken for it here. */
static int count_sets(struct selection *selection)
{
	for (int i = 0; i < SETS; i++) {
		SOCKET last;

		selection->count[i] = 0;
		if (!selection->user[i])
			continue;
		if (wsc__copy_in(&selection->count[i], selection->user[i], sizeof selection->count[i]) ||
		    (selection->count[i] &&
		     wsc__copy_in(&last, member_of(selection->user[i], selection->count[i] - 1), sizeof last)))
			return WS_WSAEFAULT;
		selection->total += selection->count[i];
	}
	return selection->total ? 0 : WS_WSAEINVAL;
}

/* A stream that neither has nor seeks a peer has nothing to tell, though poll() calls it hung up; nor has a
 * listener that is paused. */
static bool is_idle(struct socket *sock)
{
	enum { BUSY = SOCKET_CONNECTING | SOCKET_CONNECTED | SOCKET_LISTENING | SOCKET_REFUSED };

	return sock->type == SOCK_STREAM && (!wsc__socket_is(sock, BUSY) || wsc__socket_is_paused(sock));
}

/* Whether the note decides, and not the kernel. Then it has to be about this very socket. */
static bool is_noted(struct socket *sock)
{
	enum { NOTED = SOCKET_CONNECTING | SOCKET_REFUSED | SOCKET_DEFERRED | SOCKET_ERROR_SET };

	return is_idle(sock) || wsc__socket_is(sock, NOTED) || wsc__unreachable_noted(sock);
}

/* Where the socket waits; a set may name it again, or another set. */
static size_t waiting_of(struct selection *selection, int fd)
{
	size_t slot = (size_t)fd % selection->index_size;

	while (selection->index[slot] && selection->waiting[selection->index[slot] - 1].fd != fd)
		slot = (slot + 1) % selection->index_size;
	if (!selection->index[slot]) {
		selection->waiting[selection->waiting_count] = (struct pollfd){ .fd = fd };
		selection->index[slot] = ++selection->waiting_count;
	}
	return selection->index[slot] - 1;
}

static int find_socket(struct place *place)
{
	int error = 0;

	place->sock = wsc__socket_get(place->s);
	if (!place->sock)
		return WS_WSAENOTSOCK;
	if (is_noted(place->sock))
		error = wsc__socket_verify(place->s, place->sock, NULL);
	if (!error && is_idle(place->sock))
		wsc__socket_ask(place->s, place->sock);
	return error || wsc__socket_hold(place->sock) ? error : WS_WSAENOTSOCK;
}

static int read_sets(struct selection *selection)
{
	struct place *place = selection->places;
	int error;

	for (int i = 0; i < SETS; i++)
		for (WSC(u_int) n = 0; n < selection->count[i]; n++, place++) {
			place->ready = false;
			if (wsc__copy_in(&place->s, member_of(selection->user[i], n), sizeof place->s))
				return WS_WSAEFAULT;
			error = find_socket(place);
			if (error)
				return error;
			selection->held++;
			place->waiting = waiting_of(selection, (int)place->s);
		}
	return 0;
}

static void release_sets(struct selection *selection)
{
	for (size_t i = 0; i < selection->held; i++)
		wsc__socket_end(selection->places[i].sock);
}

/* What is ready without asking the kernel: a connection put off, an error that waits. */
static bool is_ready(int set, struct socket *sock)
{
	return (set == READ && (wsc__socket_is(sock, SOCKET_DEFERRED) || wsc__unreachable_noted(sock))) ||
	       (set != EXCEPT && wsc__socket_is(sock, SOCKET_ERROR_SET) &&
		!wsc__socket_is(sock, SOCKET_ERROR_TOLD));
}

static bool prepare(struct selection *selection)
{
	static const short events[SETS] = { POLLIN, POLLOUT, POLLPRI };
	struct place *place = selection->places;
	bool ready = false;

	selection->queued = false;
	for (size_t at = 0; at < selection->waiting_count; at++)
		selection->waiting[at].events = 0;
	for (int i = 0; i < SETS; i++)
		for (WSC(u_int) n = 0; n < selection->count[i]; n++, place++) {
			struct pollfd *waiting = &selection->waiting[place->waiting];

			place->ready = is_ready(i, place->sock);
			selection->queued = selection->queued || (i == WRITE && wsc__socket_is(place->sock, SOCKET_QUEUED));
			ready = ready || place->ready;
			/* What has hung up and answered nothing will not do so later, but wake poll() at once. */
			waiting->fd = is_idle(place->sock) || waiting->revents & (POLLHUP | POLLERR) ? -1 :
												       (int)place->s;
			waiting->events |= events[i];
		}
	return ready;
}

/* Whether what poll() saw makes the place ready. The failure of a connect is an exception to
 * Windows, not something to read or to write. */
static bool answers(int set, SOCKET s, struct socket *sock, short seen)
{
	bool connecting = wsc__socket_is(sock, SOCKET_CONNECTING | SOCKET_REFUSED);
	bool failed = connecting && seen & (POLLERR | POLLHUP);

	if (connecting && !failed && seen & POLLOUT)
		wsc__socket_connected(s, sock);
	switch (set) {
	case READ:
		return !failed && seen & (POLLIN | POLLHUP | POLLERR);
	case WRITE:
		return !failed && seen & (POLLOUT | POLLHUP | POLLERR) && wsc__sendqueue_writable(s, sock);
	default:
		return failed || seen & POLLPRI;
	}
}

/* An ICMP message about a datagram counts if a receive would report it; or else it is forgotten. */
static short without_messages(struct place *place, short seen)
{
	if (!(seen & POLLERR) || place->sock->type != SOCK_DGRAM || place->sock->family == WS_AF_UNIX ||
	    wsc__unreachable_look(place->s, place->sock))
		return seen;
	return seen & ~POLLERR;
}

/* Whether any place is ready. If none is and another thread has closed a socket, WSAENOTSOCK. */
static int evaluate(struct selection *selection, bool *ready)
{
	struct place *place = selection->places;
	bool closed = false;

	for (int i = 0; i < SETS; i++)
		for (WSC(u_int) n = 0; n < selection->count[i]; n++, place++) {
			struct pollfd *waiting = &selection->waiting[place->waiting];
			short seen = waiting->fd < 0 ? 0 : waiting->revents;
			bool known = wsc__socket_is(place->sock, SOCKET_KNOWN);

			closed = closed || seen & POLLNVAL || !known;
			/* Idle it also is if another socket took the place of the one noted. */
			if (known && seen & (POLLHUP | POLLERR)) {
				bool gone = wsc__socket_verify(place->s, place->sock, NULL);

				closed = closed || gone;
				if (gone || is_idle(place->sock))
					continue;
			}
			if (seen & POLLERR && waiting->fd >= 0)
				seen = waiting->revents = without_messages(place, seen);
			if (seen & POLLERR) /* what other calls say depends on what became of it */
				wsc__socket_look(place->s, place->sock);
			if (!known && i != READ) /* that it is closed is something to read, and nothing else */
				continue;
			place->ready = place->ready || answers(i, place->s, place->sock, seen);
			*ready = *ready || place->ready;
		}
	return closed && !*ready ? WS_WSAENOTSOCK : 0;
}

static int read_timeout(const struct WSC(timeval) *user, struct timespec *left, bool *forever)
{
	struct WSC(timeval) time;

	*forever = !user;
	if (!user)
		return 0;
	if (wsc__copy_in(&time, user, sizeof time))
		return WS_WSAEFAULT;
	if (time.tv_sec < 0 || time.tv_usec < 0)
		return WS_WSAEINVAL;
	left->tv_sec = time.tv_sec + time.tv_usec / 1000000;
	left->tv_nsec = time.tv_usec % 1000000 * 1000;
	return 0;
}

static struct timespec clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now;
}

static struct timespec add(struct timespec a, struct timespec b)
{
	struct timespec sum = { a.tv_sec + b.tv_sec, a.tv_nsec + b.tv_nsec };

	if (sum.tv_nsec >= 1000000000) {
		sum.tv_nsec -= 1000000000;
		sum.tv_sec++;
	}
	return sum;
}

/* What is left until `end`; nothing, if that is over. */
static struct timespec until(struct timespec end)
{
	struct timespec now = clock_now(), left = { end.tv_sec - now.tv_sec, end.tv_nsec - now.tv_nsec };

	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	return left.tv_sec < 0 ? (struct timespec){ 0, 0 } : left;
}

static int wait_for(struct selection *selection, const struct WSC(timeval) *user_timeout, bool *ready)
{
	static const struct timespec at_once = { 0, 0 }, period = { 0, 10000000 };
	struct timespec left = at_once, end = at_once;
	bool forever;
	int error = read_timeout(user_timeout, &left, &forever);

	if (error)
		return error;
	if (!forever)
		end = add(clock_now(), left);
	for (;;) {
		bool now = prepare(selection);
		bool over = !forever && !left.tv_sec && !left.tv_nsec;
		const struct timespec *timeout = now ? &at_once : forever ? NULL : &left;

		if (wsc__thread.hook && !now && !over) {
			error = wsc__run_hook();
			if (error)
				return error;
		}
		if ((wsc__thread.hook || selection->queued) && !now && !over &&
		    (forever || left.tv_sec || left.tv_nsec > period.tv_nsec))
			timeout = &period;
		if (ppoll(selection->waiting, selection->waiting_count, timeout, NULL) < 0) {
			if (errno != EINTR)
				return wsc__error_from_errno(errno);
		} else {
			error = evaluate(selection, ready);
			if (error || *ready || over)
				return error;
		}
		if (!forever)
			left = until(end);
	}
}

static int write_sets(struct selection *selection, int *ready)
{
	struct place *place = selection->places;

	*ready = 0;
	for (int i = 0; i < SETS; i++) {
		WSC(u_int) left = 0;

		for (WSC(u_int) n = 0; n < selection->count[i]; n++, place++)
			if (place->ready && wsc__copy_out(member_of(selection->user[i], left++), &place->s,
							  sizeof place->s))
				return WS_WSAEFAULT;
		if (selection->user[i] && wsc__copy_out(selection->user[i], &left, sizeof left))
			return WS_WSAEFAULT;
		*ready += (int)left;
	}
	return 0;
}

static int select_sets(struct selection *selection, const struct WSC(timeval) *timeout, int *ready)
{
	struct place few_places[FEW];
	struct pollfd few_waiting[FEW];
	size_t few_index[4 * FEW] = { 0 };
	bool any = false, many;
	int error = count_sets(selection);

	if (error)
		return error;
	selection->places = few_places;
	selection->waiting = few_waiting;
	selection->index = few_index;
	selection->index_size = sizeof few_index / sizeof *few_index;
	many = selection->total > FEW;
	if (many) {
		while (selection->index_size < 4 * selection->total)
			selection->index_size *= 2;
		selection->places = calloc(selection->total, sizeof *selection->places);
		selection->waiting = calloc(selection->total, sizeof *selection->waiting);
		selection->index = calloc(selection->index_size, sizeof *selection->index);
	}
	if (!selection->places || !selection->waiting || !selection->index)
		error = WS_WSAENOBUFS;
	if (!error)
		error = read_sets(selection);
	if (!error)
		error = wait_for(selection, timeout, &any);
	release_sets(selection);
	if (!error)
		error = write_sets(selection, ready);
	if (many) {
		free(selection->places);
		free(selection->waiting);
		free(selection->index);
	}
	selection->places = NULL;
	selection->waiting = NULL;
	selection->index = NULL;
	return error;
}

int WSC(select)(int count, WSC(fd_set) *readfds, WSC(fd_set) *writefds, WSC(fd_set) *exceptfds,
		const struct WSC(timeval) *timeout)
{
	struct selection selection = { .user = { readfds, writefds, exceptfds } };
	int ready, error = wsc__enter();

	(void)count; /* Berkeley's, and ignored on Windows */
	if (!error)
		error = select_sets(&selection, timeout, &ready);
	return error ? wsc__result(error) : ready;
}

int WSC(__WSAFDIsSet)(SOCKET s, WSC(fd_set) *set)
{
	for (WSC(u_int) i = 0; i < set->fd_count; i++)
		if (*member_of(set, i) == s)
			return 1;
	return 0;
}
WSC_ALIAS(__WSAFDIsSet)
