/* Keep-alive: SO_KEEPALIVE, SIO_KEEPALIVE_VALS and TCP_KEEP*, done with the kernel's options.
 *
 * What sockopt.c's fast path cannot do comes here, with the note verified: the options are
 * written in full, under the lock. */
#include "keepalive.h"

#include "error.h"
#include "options.h"
#include "profile.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

enum {
	LONGEST = 32767,  /* seconds that TCP_KEEPIDLE and TCP_KEEPINTVL take */
	MOST = 127,       /* probes that TCP_KEEPCNT takes */
};

/* The kernel's side of it. */
struct probing {
	bool on;
	int idle, interval, count;
	int user_timeout; /* ms; 0 is none */
};

/* What the kernel is told. */
enum what { TIMES = 1, COUNT = 2, SWITCH = 4 };

static int seconds(uint64_t milliseconds)
{
	if (milliseconds > (uint64_t)LONGEST * 1000)
		return LONGEST;
	return milliseconds ? (int)((unsigned)milliseconds + 999) / 1000 : 1;
}

static uint64_t time_of(const struct keepalive *keepalive)
{
	return keepalive->time == KEEPALIVE_TIME_UNASKED ? wsc__profile.keepalive_time : keepalive->time;
}

static uint64_t interval_of(const struct keepalive *keepalive)
{
	return keepalive->interval == KEEPALIVE_TIME_UNASKED ? wsc__profile.keepalive_interval :
							       keepalive->interval;
}

static unsigned count_of(const struct keepalive *keepalive)
{
	return keepalive->count == (unsigned)KEEPALIVE_COUNT_UNASKED ? wsc__profile.keepalive_count :
								      keepalive->count;
}

/* How long a wait of the kernel's really is: its timers have coarser ticks the longer they run,
 * and round up. */
static int64_t rounded(int64_t milliseconds)
{
	struct timespec resolution;
	int64_t tick, ticks, coarse = 1;

	clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
	tick = resolution.tv_nsec / 1000000 ? resolution.tv_nsec / 1000000 : 1;
	ticks = (milliseconds + tick - 1) / tick;
	while (ticks >= 63 * coarse)
		coarse *= 8;
	return coarse > 1 ? (ticks + coarse) / coarse * coarse * tick : milliseconds;
}

/* TCP_USER_TIMEOUT for so many probes. With it set the kernel gives up by the time since it last
 * heard from the peer, not by the count, and looks whenever a probe is due: so it has to fall
 * between the last probe and the one too many, with half an interval to spare on either side. */
static int user_timeout(int idle, int interval, unsigned count)
{
	int64_t timeout = (idle + rounded(idle)) / 2 + (2 * (int64_t)count - 1) * rounded(interval) / 2;

	return timeout > INT_MAX ? INT_MAX : (int)timeout;
}

static struct probing probing_of(const struct keepalive *keepalive, bool on)
{
	unsigned count = count_of(keepalive);
	struct probing probing = {
		.on = on && count,
		.idle = seconds(time_of(keepalive)),
		.interval = seconds(interval_of(keepalive)),
		.count = count < 1 ? 1 : count > MOST ? MOST : (int)count,
	};

	/* Linux gives up by that time whatever it waits for: it is the end of unanswered probes as well. */
	if (keepalive->data)
		probing.user_timeout = keepalive->data < INT_MAX ? (int)keepalive->data : INT_MAX;
	else if (on && count > MOST)
		probing.user_timeout = user_timeout(probing.idle * 1000, probing.interval * 1000, count);
	return probing;
}

static int put(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) < 0 ? wsc__error_from_errno(errno) : 0;
}

/* Tells the kernel, the switch last, so that it never probes by other times than asked. */
static int tell(int fd, const struct probing *probing, unsigned what, bool user_timeout)
{
	int error = 0;

	if (what & TIMES) {
		error = put(fd, IPPROTO_TCP, TCP_KEEPIDLE, probing->idle);
		if (!error)
			error = put(fd, IPPROTO_TCP, TCP_KEEPINTVL, probing->interval);
	}
	if (!error && what & COUNT)
		error = put(fd, IPPROTO_TCP, TCP_KEEPCNT, probing->count);
	if (!error && user_timeout)
		error = put(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, probing->user_timeout);
	if (!error && what & SWITCH)
		error = put(fd, SOL_SOCKET, SO_KEEPALIVE, probing->on);
	return error;
}

static bool is_on(struct socket *sock)
{
	return wsc__socket_is(sock, SOCKET_KEEPALIVE | SOCKET_SILENT);
}

/* Whether it is on already with this count. The kernel's word for it shows that this is still
 * the socket that was told the count. */
static bool is_on_with(int fd, struct socket *sock, unsigned count)
{
	int value;
	socklen_t size = sizeof value;

	return wsc__socket_is(sock, SOCKET_KEEPALIVE) && count == count_of(&sock->keepalive) &&
	       !getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &size) && value;
}

/* Makes `wanted` and `on` the socket's keep-alive, or leaves it as it was. Under the lock. */
static int change(SOCKET s, struct socket *sock, const struct keepalive *wanted, unsigned what, bool on)
{
	enum { BOTH = SOCKET_KEEPALIVE | SOCKET_SILENT };
	struct probing after = probing_of(wanted, on);
	unsigned state = !on ? 0 : after.on ? SOCKET_KEEPALIVE : SOCKET_SILENT;
	bool user_timeout = after.user_timeout || sock->keepalive.user_timeout;
	int error;

	if (after.on != wsc__socket_is(sock, SOCKET_KEEPALIVE)) /* a count of 0 comes or goes, too */
		what |= SWITCH;
	if (what & SWITCH && after.on)
		what = is_on_with((int)s, sock, count_of(wanted)) ? TIMES : TIMES | COUNT | SWITCH;
	error = tell((int)s, &after, what, user_timeout);
	if (error) {
		struct probing before = probing_of(&sock->keepalive, is_on(sock));

		tell((int)s, &before, what, user_timeout);
		return error;
	}
	sock->keepalive = *wanted;
	sock->keepalive.user_timeout = after.user_timeout != 0;
	if ((sock->state & BOTH) != state)
		wsc__socket_mark(sock, state, BOTH & ~state);
	return 0;
}

/* What the option is refused for: a connect under way, a connection that is dead. */
static int refusal(SOCKET s, struct socket *sock)
{
	if (wsc__profile.windows->refuses_keepalive_while_connecting && wsc__socket_connecting(s, sock))
		return WS_WSAEINVAL;
	wsc__socket_look(s, sock);
	if (wsc__socket_is(sock, SOCKET_TIMED_OUT))
		return WS_WSAENETRESET;
	if (wsc__socket_is(sock, SOCKET_RESET))
		return WS_WSAENOTCONN;
	return 0;
}

/* Only TCP has times and a count; for any other stream the switch is all there is. */
static int switch_to(SOCKET s, struct socket *sock, bool on)
{
	struct keepalive wanted = sock->keepalive;
	int error;

	if (sock->family == WS_AF_INET || sock->family == WS_AF_INET6)
		return change(s, sock, &wanted, SWITCH, on);
	error = put((int)s, SOL_SOCKET, SO_KEEPALIVE, on);
	if (!error)
		wsc__socket_mark(sock, on ? SOCKET_KEEPALIVE : 0, on ? 0 : SOCKET_KEEPALIVE);
	return error;
}

int wsc__option_set_keepalive(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	int error = refusal(s, sock);

	(void)option;
	if (error)
		return error;
	wsc__socket_lock(sock);
	error = switch_to(s, sock, value->dword);
	wsc__socket_unlock(sock);
	return error;
}

int wsc__option_get_keepalive(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	int on, error;

	wsc__socket_lock(sock);
	error = wsc__posix_get(s, option->posix_level, option->posix_name, &on, sizeof on);
	if (!error && !on != !wsc__socket_is(sock, SOCKET_KEEPALIVE)) { /* others have switched it */
		wsc__socket_mark(sock, on ? SOCKET_KEEPALIVE : 0, on ? SOCKET_SILENT : SOCKET_KEEPALIVE);
		if (on)
			wsc__keepalive_adopt((int)s, sock);
	}
	value->dword = is_on(sock);
	wsc__socket_unlock(sock);
	return error;
}

static bool is_tcp(struct socket *sock)
{
	return sock->type == SOCK_STREAM && sock->family != WS_AF_UNIX;
}

/* Whether TCP_KEEPCNT was ever set. */
static bool count_asked(struct socket *sock)
{
	bool asked;

	wsc__socket_lock(sock);
	asked = sock->keepalive.count != (unsigned)KEEPALIVE_COUNT_UNASKED;
	wsc__socket_unlock(sock);
	return asked;
}

int wsc__keepalive_set_values(SOCKET s, struct socket *sock, const struct tcp_keepalive *values)
{
	struct keepalive wanted;
	int error = 0;

	/* A count asked for earlier is used again here, so it has to be this socket's. */
	if (!is_tcp(sock) || count_asked(sock))
		error = wsc__socket_verify(s, sock, NULL);
	if (!error && !is_tcp(sock))
		error = sock->type == SOCK_STREAM ? WS_WSAEOPNOTSUPP : WS_WSAENOPROTOOPT;
	if (error)
		return error;
	wsc__socket_lock(sock);
	wanted = sock->keepalive;
	if (values->onoff) {
		wanted.time = values->keepalivetime ? values->keepalivetime : KEEPALIVE_TIME_UNASKED;
		wanted.interval =
			values->keepaliveinterval ? values->keepaliveinterval : KEEPALIVE_TIME_UNASKED;
	}
	error = change(s, sock, &wanted, SWITCH, values->onoff);
	wsc__socket_unlock(sock);
	return error;
}

int wsc__option_set_part(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct keepalive wanted;
	int error;

	if (option->argument < KEEPALIVE_COUNT && !value->dword)
		return WS_WSAEINVAL;
	wsc__socket_lock(sock);
	wanted = sock->keepalive;
	switch (option->argument) {
	case KEEPALIVE_IDLE:
		wanted.time = (uint64_t)value->dword * 1000;
		break;
	case KEEPALIVE_INTERVAL:
		wanted.interval = (uint64_t)value->dword * 1000;
		break;
	case KEEPALIVE_COUNT:
		wanted.count = value->dword;
		break;
	case KEEPALIVE_DATA:
		wanted.data = value->dword == ~0u ? KEEPALIVE_DATA_FOREVER : (uint64_t)value->dword * 1000;
		break;
	case KEEPALIVE_DATA_MILLISECONDS:
		wanted.data = value->dword == ~0u ? KEEPALIVE_DATA_FOREVER : value->dword;
		break;
	}
	error = change(s, sock, &wanted, option->argument < KEEPALIVE_DATA ? TIMES | COUNT : 0, is_on(sock));
	wsc__socket_unlock(sock);
	return error;
}

static DWORD whole_seconds(uint64_t milliseconds)
{
	return milliseconds == KEEPALIVE_DATA_FOREVER ? ~0u : (DWORD)((milliseconds + 999) / 1000);
}

int wsc__option_get_part(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s;
	wsc__socket_lock(sock);
	switch (option->argument) {
	case KEEPALIVE_IDLE:
		value->dword = whole_seconds(time_of(&sock->keepalive));
		break;
	case KEEPALIVE_INTERVAL:
		value->dword = whole_seconds(interval_of(&sock->keepalive));
		break;
	case KEEPALIVE_COUNT:
		value->dword = count_of(&sock->keepalive);
		break;
	case KEEPALIVE_DATA:
		value->dword = whole_seconds(sock->keepalive.data);
		break;
	case KEEPALIVE_DATA_MILLISECONDS:
		value->dword = sock->keepalive.data < ~0u ? (DWORD)sock->keepalive.data : ~0u;
		break;
	}
	wsc__socket_unlock(sock);
	return 0;
}

void wsc__keepalive_adopt(int fd, struct socket *sock)
{
	int idle, interval, count;
	socklen_t size = sizeof(int);

	if (!is_tcp(sock) || getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size) < 0 ||
	    getsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, &size) < 0 ||
	    getsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, &size) < 0)
		return;
	sock->keepalive = (struct keepalive){ (uint64_t)idle * 1000, (uint64_t)interval * 1000,
					      (unsigned)count, sock->keepalive.data, sock->keepalive.data != 0 };
}

bool wsc__keepalive_is_part(const struct option *option)
{
	return option->set == wsc__option_set_keepalive || option->set == wsc__option_set_part;
}

void wsc__keepalive_copy(SOCKET s, struct socket *sock, struct socket *from)
{
	struct keepalive wanted;
	bool on;

	wsc__socket_lock(from);
	wanted = from->keepalive;
	on = is_on(from);
	wsc__socket_unlock(from);
	if (!is_tcp(sock))
		return;
	wsc__socket_lock(sock);
	wanted.user_timeout = sock->keepalive.user_timeout;
	change(s, sock, &wanted, TIMES | COUNT | SWITCH, on);
	wsc__socket_unlock(sock);
}

void wsc__keepalive_inherit(struct socket *accepted, struct socket *listener)
{
	struct keepalive keepalive;
	unsigned state;

	wsc__socket_lock(listener);
	keepalive = listener->keepalive;
	state = listener->state & (SOCKET_KEEPALIVE | SOCKET_SILENT);
	wsc__socket_unlock(listener);
	wsc__socket_lock(accepted);
	accepted->keepalive = keepalive;
	wsc__socket_mark(accepted, state, 0);
	wsc__socket_unlock(accepted);
}
