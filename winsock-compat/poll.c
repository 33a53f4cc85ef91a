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

/* Whether what is asked of any socket may be asked; of a negative one it does not matter. */
static int add_sockets(struct watch *watch, WSAPOLLFD *user, ULONG count, bool *valid)
{
	*valid = true;
	for (WSAPOLLFD *at = user; at < user + count; at++) {
		struct {
			short events, answer;
		} words;
		SOCKET s;
		int both;

		_Static_assert(offsetof(WSAPOLLFD, revents) - offsetof(WSAPOLLFD, events) == sizeof(short),
			       "what is asked and the answer lie side by side");
		if (!wsc__view_load_socket(&s, &at->fd) || !wsc__view_load4(&both, &at->events))
			return WS_WSAEFAULT;
		memcpy(&words, &both, sizeof both);
		wsc__watch_add(watch, s, events_in(words.events));
		if (__builtin_expect(words.events & ~ASKED, 0) && (INT_PTR)s >= 0)
			*valid = false;
	}
	return 0;
}

static bool answer(WSAPOLLFD *user, const struct watch *watch)
{
	for (size_t i = 0; i < watch->count; i++) {
		const struct pollfd *polled = &watch->polled[i];
		short events = polled->fd == -1 ? WS_POLLNVAL : polled->revents ? events_out(polled) : 0;

		if (!wsc__view_store2(&user[i].revents, events))
			return false;
	}
	return true;
}

static bool answer_nothing(WSAPOLLFD *user, ULONG count)
{
	for (ULONG i = 0; i < count; i++)
		if (!wsc__view_store2(&user[i].revents, 0))
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

	if (!error)
		error = add_sockets(&watch, user, count, &valid);
	if (!error && !wsc__watch_find(&watch)) {
		error = WS_WSAENOTSOCK;
		there = answer(user, &watch);
	} else if (!error && !valid) {
		error = WS_WSAEINVAL;
		there = answer_nothing(user, count);
	}
	if (!error)
		error = wsc__watch_wait(&watch, milliseconds < 0 ? NULL : &timeout, ready);
	if (!error)
		there = answer(user, &watch);
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
	error = error ? error : closing;
	return error ? wsc__result(error) : (int)ready;
}
WSC_ALIAS(WSAPoll)
