/* WSAPoll: any number of sockets, each with what is asked and what is answered beside it. */
#include "export.h"
#include "fault.h"
#include "profile.h"
#include "readiness.h"

#include <string.h>

enum {
	ASKED = WS_POLLRDNORM | WS_POLLRDBAND | WS_POLLWRNORM,
	ALWAYS = READY_END | READY_BROKEN | READY_CLOSED,
};
static const struct interest interest = {
	.in = READY_RECEIVE,
	.out = READY_SEND,
	.pri = READY_URGENT,
	.always = ALWAYS | READY_FAILED,
};

/* Before its version 2004 (build 19041) Windows 10 said nothing of a connect that has failed. */
static const struct interest interest_before_2004 = {
	.in = READY_RECEIVE,
	.out = READY_SEND,
	.pri = READY_URGENT,
	.always = ALWAYS,
};

static short events_in(short events)
{
	return (short)((events & WS_POLLRDNORM ? POLLIN : 0) | (events & WS_POLLRDBAND ? POLLPRI : 0) |
		       (events & WS_POLLWRNORM ? POLLOUT : 0) | POLLRDHUP);
}

static short events_out(const struct pollfd *polled)
{
	unsigned ready = (unsigned)polled->revents;
	int events = 0;

	if (ready & READY_CLOSED)
		return WS_POLLNVAL;
	if (ready & READY_RECEIVE)
		events |= WS_POLLRDNORM;
	if (ready & READY_URGENT)
		events |= WS_POLLRDBAND;
	if (ready & READY_SEND || (ready & READY_FAILED && polled->events & POLLOUT))
		events |= WS_POLLWRNORM;
	if (ready & (READY_END | READY_BROKEN | READY_FAILED))
		events |= WS_POLLHUP;
	if (ready & (READY_BROKEN | READY_FAILED))
		events |= WS_POLLERR;
	return (short)events;
}

static bool load(const WSAPOLLFD *user, SOCKET *s, short *events)
{
	int both;

	_Static_assert(offsetof(WSAPOLLFD, revents) == offsetof(WSAPOLLFD, events) + 2, "both are read at once");
	if (!wsc__view_load_socket(s, &user->fd) || !wsc__view_load4(&both, &user->events))
		return false;
	memcpy(events, &both, sizeof *events);
	return true;
}

/* Adds plain sockets, of which nothing is asked that may not be, as far as they go. */
static __attribute__((noinline)) WSAPOLLFD *add_plain(struct watch *watch, WSAPOLLFD *user, WSAPOLLFD *end)
{
	struct pollfd *polled = watch->polled + watch->count;
	unsigned *generation = watch->generations + watch->count;
	short asked = 0, translated = events_in(asked); /* mostly the same of all */
	WSAPOLLFD *at;

	for (at = user; at != end; at++) {
		SOCKET s;
		short events;

		if (!load(at, &s, &events))
			break;
		if (__builtin_expect(events != asked, 0)) {
			if (events & ~ASKED)
				break;
			asked = events;
			translated = events_in(events);
		}
		if (!wsc__watch_add_plain(polled++, generation++, s, translated))
			break;
	}
	watch->count += (size_t)(at - user);
	return at;
}

/* `found` is the number of sockets; `valid` whether what is asked may be asked, which of a negative one does not
 * matter. */
static int add_sockets(struct watch *watch, WSAPOLLFD *user, ULONG count, size_t *found, bool *valid)
{
	WSAPOLLFD *end = user + count;
	size_t others = 0;

	*valid = true;
	while ((user = add_plain(watch, user, end)) != end) {
		SOCKET s;
		short events;

		if (!load(user++, &s, &events))
			return WS_WSAEFAULT;
		if (events & ~ASKED && (INT_PTR)s >= 0)
			*valid = false;
		others += !wsc__watch_add(watch, s, events_in(events));
	}
	*found = count - others;
	return 0;
}

/* Answers for those before `to` that nothing is ready. */
static bool answer_nothing(WSAPOLLFD *user, size_t from, size_t to)
{
	WSAPOLLFD *at = user + from, *end = user + to;

	while (at != end)
		if (!wsc__view_store2(&at++->revents, 0))
			return false;
	return true;
}

/* What has no number is not ready, and is answered for all the same. */
static bool answer(WSAPOLLFD *user, const struct watch *watch, size_t found)
{
	size_t next;

	for (size_t at = 0; at < watch->count; at = next + 1) {
		next = wsc__watch_next(watch, at);
		if (!answer_nothing(user, at, next) ||
		    (next < watch->count && !wsc__view_store2(&user[next].revents, events_out(&watch->polled[next]))))
			return false;
	}
	for (size_t at = 0; found < watch->count && at < watch->count; at++)
		if (watch->polled[at].fd == -1 && !wsc__view_store2(&user[at].revents, WS_POLLNVAL))
			return false;
	return true;
}

/* In Windows' order: whether there is a socket at all, then what is asked. What is no socket has POLLNVAL, but does
 * not count, nor end the wait. */
static int poll_sockets(WSAPOLLFD *user, ULONG count, int milliseconds, size_t *ready)
{
	const struct interest *ours = wsc__profile.windows->build >= 19041 ? &interest : &interest_before_2004;
	struct timespec timeout = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
	struct watch watch;
	int error = wsc__watch_begin(&watch, ours, count);
	bool valid, there = true;
	size_t found;

	if (!error)
		error = add_sockets(&watch, user, count, &found, &valid);
	if (!error && !found) {
		error = WS_WSAENOTSOCK;
		there = answer(user, &watch, found);
	} else if (!error && !valid) {
		error = WS_WSAEINVAL;
		there = answer_nothing(user, 0, count);
	}
	if (!error)
		error = wsc__watch_wait(&watch, milliseconds < 0 ? NULL : &timeout, ready);
	if (!error)
		there = answer(user, &watch, found);
	wsc__watch_end(&watch);
	return there ? error : WS_WSAEFAULT;
}

int WSC(WSAPoll)(WSAPOLLFD *user, ULONG count, INT milliseconds)
{
	struct view view;
	size_t ready = 0;
	int error = wsc__enter(), closing;

	if (!error && !count)
		error = WS_WSAEINVAL;
	if (!error)
		error = wsc__view_open(&view, user, count, sizeof *user);
	if (error)
		return wsc__result(error);
	error = poll_sockets(view.at, count, milliseconds, &ready);
	closing = wsc__view_close(&view, true);
	error = closing ? closing : error; /* what was to be answered, be it an error, comes first */
	if (error)
		return wsc__result(error);
	wsc__thread.last_error = 0; /* Wine's tests have seen that on Windows */
	return (int)ready;
}
WSC_ALIAS(WSAPoll)
