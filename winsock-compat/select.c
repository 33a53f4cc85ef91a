/* select: any number of sockets, whatever their descriptors' numbers. */
#include "blocking.h"
#include "export.h"
#include "fault.h"
#include "readiness.h"

#include <stdlib.h>

enum { READ, WRITE, EXCEPT, SETS };

/* On Windows a socket that is closed meanwhile is something to read. */
static const struct interest interest = {
	.in = READY_RECEIVE | READY_END | READY_BROKEN | READY_CLOSED,
	.out = READY_SEND,
	.pri = READY_URGENT | READY_FAILED,
	.always = READY_CLOSED,
};
static const short asked[SETS] = { POLLIN, POLLOUT, POLLPRI };

struct set {
	WSC(fd_set) *user; /* NULL if there is none, or if it is one with a set before it */
	struct view members;
	WSC(u_int) count, left;
	short events;      /* what its sockets are asked: more than one thing if it was given more than once */
	int highest;       /* number that it was left with */
};

struct selection {
	struct set sets[SETS];
	struct watch watch;
	unsigned char *kept; /* which sets were left with a socket, by its number; NULL until that matters */
};

/* Where the sockets stand in a set with the program's own FD_SETSIZE. */
static SOCKET *members_of(WSC(fd_set) *user)
{
	return wsc__user_at(user, offsetof(WSC(fd_set), fd_array));
}

static int open_set(struct selection *selection, int which, WSC(fd_set) *user)
{
	struct set *set = &selection->sets[which];

	*set = (struct set){ .events = asked[which], .highest = -1 };
	for (int i = 0; user && i < which; i++)
		if (selection->sets[i].user == user) {
			selection->sets[i].events |= asked[which];
			return 0;
		}
	if (user && wsc__copy_in(&set->count, user, sizeof set->count))
		return WS_WSAEFAULT;
	set->user = user;
	return user ? wsc__view_open(&set->members, members_of(user), set->count, sizeof(SOCKET)) : 0;
}

/* A walk through a set: where it stands. */
struct walk {
	const SOCKET *at, *end;
	SOCKET s; /* that is there; INVALID_SOCKET at the end */
	short events;
};

/* Whether there is memory where the set says. */
static bool load(struct walk *walk)
{
	walk->s = INVALID_SOCKET;
	return walk->at == walk->end || wsc__view_load_socket(&walk->s, walk->at);
}

static bool step(struct walk *walk)
{
	walk->at++;
	return load(walk);
}

/* Adds plain sockets, as far as they go, or up to one of these two. */
static __attribute__((noinline)) const SOCKET *add_plain(struct watch *watch, const struct walk *walk, SOCKET stop,
							 SOCKET other_stop)
{
	struct pollfd *polled = watch->polled + watch->count;
	unsigned *generation = watch->generations + watch->count;
	const SOCKET *at, *end = walk->end;
	short events = walk->events;

	for (at = walk->at; at != end; at++) {
		SOCKET s;

		if (!wsc__view_load_socket(&s, at) || s == stop || s == other_stop ||
		    !wsc__watch_add_plain(polled++, generation++, s, events))
			break;
	}
	watch->count += (size_t)(at - walk->at);
	return at;
}

/* Adds what is left of a set, and what comes in the same order in the sets after it: so most programs' sockets are
 * watched once. */
static int add_set(struct watch *watch, struct walk *walk, struct walk *second, struct walk *third)
{
	bool there = true;

	while (there && walk->at != walk->end) {
		struct pollfd *polled;
		SOCKET s;

		walk->at = add_plain(watch, walk, second->s, third->s);
		there = load(walk);
		if (!there || walk->at == walk->end)
			break;
		s = walk->s;
		if (!wsc__watch_add(watch, s, walk->events))
			return WS_WSAENOTSOCK;
		polled = &watch->polled[watch->count - 1];
		there = step(walk);
		if (s == second->s && there) {
			polled->events |= second->events;
			there = step(second);
		}
		if (s == third->s && there) {
			polled->events |= third->events;
			there = step(third);
		}
	}
	return there ? 0 : WS_WSAEFAULT;
}

static int add_sockets(struct selection *selection)
{
	struct walk walks[SETS], none = { .s = INVALID_SOCKET };
	int error = 0;

	for (int i = 0; i < SETS; i++) {
		const struct set *set = &selection->sets[i];
		const SOCKET *first = set->members.at;

		walks[i] = (struct walk){ first, first + set->count, INVALID_SOCKET, set->events };
		if (!load(&walks[i]))
			return WS_WSAEFAULT;
	}
	for (int i = 0; i < SETS && !error; i++)
		error = add_set(&selection->watch, &walks[i], i < WRITE ? &walks[WRITE] : &none,
				i < EXCEPT ? &walks[EXCEPT] : &none);
	return error;
}

static int read_timeout(const struct WSC(timeval) *user, struct timespec *timeout)
{
	struct WSC(timeval) time;

	if (wsc__copy_in(&time, user, sizeof time))
		return WS_WSAEFAULT;
	if (time.tv_sec < 0 || time.tv_usec < 0)
		return WS_WSAEINVAL;
	timeout->tv_sec = time.tv_sec + time.tv_usec / 1000000;
	timeout->tv_nsec = time.tv_usec % 1000000 * 1000;
	return 0;
}

/* What of that which was asked about the socket is so. */
static short granted(const struct pollfd *polled)
{
	unsigned ready = (unsigned)polled->revents;
	int granted = (ready & interest.in ? POLLIN : 0) | (ready & interest.out ? POLLOUT : 0) |
		      (ready & interest.pri ? POLLPRI : 0);

	return (short)(granted & polled->events);
}

static bool belongs(const struct set *set, int which, const struct pollfd *polled)
{
	return set->user && polled->events & asked[which] && granted(polled) & set->events;
}

/* Which sets have which sockets, as far as those before this place go. */
static unsigned char *kept_before(struct selection *selection, const struct pollfd *end)
{
	const struct pollfd *first = selection->watch.polled;
	unsigned char *kept;
	int highest = 0;

	for (size_t i = 0; i < selection->watch.count; i++)
		if (wsc__watch_number(&first[i]) > highest)
			highest = wsc__watch_number(&first[i]);
	kept = calloc((size_t)highest + 1, 1);
	for (const struct pollfd *polled = first; kept && polled < end; polled++)
		for (int i = 0; i < SETS; i++)
			if (belongs(&selection->sets[i], i, polled))
				kept[wsc__watch_number(polled)] |= (unsigned char)(1 << i);
	return kept;
}

/* Leaves the set with the socket. On Windows one that a set has more than once is left once. */
static int keep(struct selection *selection, int which, const struct pollfd *polled)
{
	struct set *set = &selection->sets[which];
	int number = wsc__watch_number(polled);

	if (number <= set->highest && !selection->kept) {
		selection->kept = kept_before(selection, polled);
		if (!selection->kept)
			return WS_WSAENOBUFS;
	}
	if (selection->kept) {
		if (selection->kept[number] & 1 << which)
			return 0;
		selection->kept[number] |= (unsigned char)(1 << which);
	}
	if (number > set->highest)
		set->highest = number;
	return wsc__view_store_socket((SOCKET *)set->members.at + set->left++, (SOCKET)number) ? 0 : WS_WSAEFAULT;
}

/* Leaves the sets with what is ready: so many sockets in all. */
static int keep_ready(struct selection *selection, size_t ready)
{
	int error = 0;

	for (size_t at = 0; ready && !error; at++, ready--) {
		const struct pollfd *polled;

		at = wsc__watch_next(&selection->watch, at);
		polled = &selection->watch.polled[at];
		for (int i = 0; i < SETS && !error; i++)
			if (belongs(&selection->sets[i], i, polled))
				error = keep(selection, i, polled);
	}
	return error;
}

static int write_sets(struct selection *selection, size_t ready, int *places)
{
	int error = keep_ready(selection, ready);

	*places = 0;
	for (int i = 0; i < SETS && !error; i++) {
		struct set *set = &selection->sets[i];

		error = wsc__view_close(&set->members, true);
		if (!error && set->user)
			error = wsc__copy_out(set->user, &set->left, sizeof set->left);
		*places += (int)set->left;
	}
	/* Another thread has closed a socket, and that was of interest as such alone. */
	return !error && ready && !*places ? WS_WSAENOTSOCK : error;
}

static int select_sockets(struct selection *selection, const struct WSC(timeval) *user_timeout, int *places)
{
	struct watch *watch = &selection->watch;
	struct timespec timeout;
	size_t most = 0, ready;
	int error;

	for (int i = 0; i < SETS; i++)
		most += selection->sets[i].count;
	error = most ? wsc__watch_begin(watch, &interest, most) : WS_WSAEINVAL;
	if (!error)
		error = add_sockets(selection);
	if (!error && user_timeout)
		error = read_timeout(user_timeout, &timeout);
	if (!error)
		error = wsc__watch_wait(watch, user_timeout ? &timeout : NULL, &ready);
	if (!error)
		error = write_sets(selection, ready, places);
	if (most)
		wsc__watch_end(watch);
	return error;
}

int WSC(select)(int count, WSC(fd_set) *readfds, WSC(fd_set) *writefds, WSC(fd_set) *exceptfds,
		const struct WSC(timeval) *timeout)
{
	WSC(fd_set) *const users[SETS] = { readfds, writefds, exceptfds };
	struct selection selection;
	int opened, places = 0, error = wsc__enter();

	(void)count; /* Berkeley's, and ignored on Windows */
	if (error)
		return wsc__result(error);
	selection.kept = NULL;
	for (opened = 0; opened < SETS && !error; opened++)
		error = open_set(&selection, opened, users[opened]);
	if (!error)
		error = select_sockets(&selection, timeout, &places);
	while (opened--)
		wsc__view_close(&selection.sets[opened].members, false);
	free(selection.kept);
	return error ? wsc__result(error) : places;
}

int WSC(__WSAFDIsSet)(SOCKET s, WSC(fd_set) *set)
{
	for (WSC(u_int) i = 0; i < set->fd_count; i++)
		if (members_of(set)[i] == s)
			return 1;
	return 0;
}
WSC_ALIAS(__WSAFDIsSet)
