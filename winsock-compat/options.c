/* The socket options, their shapes, and those with ways of their own. */
#include "options.h"

#include "error.h"
#include "fault.h"
#include "keepalive.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* The groups of lengths, as Windows was observed to treat them (Wine's tests/sock.c, test_optsize
 * and what follows it, which its authors run on Windows); `page` is what the documentation asks. */
static const struct shape page_dword = { /* so-keepalive: at least a DWORD, all of it, and one back */
	.size = 4, .set_least = 4, .set_bytes = 4, .get_least = 4, .values = TRUTH,
};
static const struct shape byte_truth = {
	.size = 1, .set_least = 1, .set_bytes = 1, .get_least = 1, .values = TRUTH,
};
static const struct shape short_truth = {
	.size = 4, .set_least = 1, .set_bytes = 4, .get_least = 1, .get_short = 1, .two_bytes = true,
	.set_none = true, .set_negative = true, .values = TRUTH,
};
static const struct shape tcp_dword = {
	.size = 4, .set_least = 4, .set_bytes = 4, .get_least = 4, .get_failed = LENGTH_ZEROED,
};
static const struct shape tcp_count = {
	.size = 4, .set_least = 4, .set_bytes = 4, .get_least = 4, .get_failed = LENGTH_ZEROED,
	.values = AT_MOST_255,
};
static const struct shape zeroing_dword = {
	.size = 4, .set_least = 4, .set_bytes = 4, .get_least = 4, .get_failed = BUFFER_ZEROED,
	.set_negative = true,
};
static const struct shape dword = {
	.size = 4, .set_least = 4, .set_bytes = 4, .get_least = 4, .set_negative = true,
};

static int posix_get(SOCKET s, int level, int name, int *value)
{
	socklen_t size = sizeof *value;

	if (!getsockopt((int)s, level, name, value, &size))
		return 0;
	/* So Linux says when it has the option for another kind of socket. */
	return errno == EOPNOTSUPP ? WS_WSAENOPROTOOPT : wsc__error_from_errno(errno);
}

static int posix_set(SOCKET s, int level, int name, const void *value, socklen_t size)
{
	if (!setsockopt((int)s, level, name, value, size))
		return 0;
	return errno == EOPNOTSUPP ? WS_WSAENOPROTOOPT : wsc__error_from_errno(errno);
}

/* The kernel has the same option, with an int for its value. */
static int get_int(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	int number, error = posix_get(s, option->posix_level, option->posix_name, &number);

	(void)sock;
	value->dword = (DWORD)number;
	return error;
}

static int set_int(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	int number = (int)value->dword;

	(void)sock;
	return posix_set(s, option->posix_level, option->posix_name, &number, sizeof number);
}

static int get_keepalive(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	bool on = false;
	int error = wsc__keepalive_get(s, sock, &on);

	(void)option;
	value->dword = on;
	return error;
}

static int set_keepalive(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	(void)option;
	return wsc__keepalive_set(s, sock, value->dword);
}

static int get_part(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	return wsc__keepalive_get_part(s, sock, (enum keepalive_part)option->argument, &value->dword);
}

static int set_part(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	return wsc__keepalive_set_part(s, sock, (enum keepalive_part)option->argument, value->dword);
}

/* Reading takes the error away, as on Windows; unlike what is documented, it can be set too. */
static int get_error(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	int posix_error, error;

	if (wsc__socket_is(sock, SOCKET_ERROR_SET)) {
		error = wsc__socket_verify(s, sock, NULL);
		value->dword = (DWORD)wsc__socket_take_error(sock);
		if (error || value->dword)
			return error;
	}
	error = posix_get(s, option->posix_level, option->posix_name, &posix_error);
	if (error)
		return error;
	value->dword = posix_error ? (DWORD)wsc__socket_error(s, sock, posix_error) : 0;
	return 0;
}

static int set_error(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	int error = wsc__socket_verify(s, sock, NULL);

	(void)option;
	if (!error)
		wsc__socket_keep_error(sock, (int)value->dword);
	return error;
}

/* A type cannot be changed; what Windows says to the attempt depends on it. */
static int set_type(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	(void)s, (void)option, (void)value;
	return sock->type == SOCK_STREAM ? WS_WSAENOPROTOOPT : WS_WSAEINVAL;
}

/* On Windows it lets a second living socket have the port, and so does SO_REUSEPORT here. Linux'
 * SO_REUSEADDR does that for datagrams, and for streams something else, which bind() uses. */
static int set_reuse(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	int error = set_int(s, sock, option, value), on = (int)value->dword;

	if (error || sock->type == SOCK_STREAM)
		return error;
	return posix_set(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

/* What was set is what is read back: Linux doubles it, and has a least and a most. */
static DWORD *buffer(struct socket *sock, const struct option *option)
{
	return option->name == WS_SO_RCVBUF ? &sock->receive_buffer : &sock->send_buffer;
}

static int get_buffer(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	DWORD asked;

	wsc__socket_lock(sock);
	asked = *buffer(sock, option);
	wsc__socket_unlock(sock);
	if (asked == ~0u)
		return get_int(s, sock, option, value);
	value->dword = asked;
	return 0;
}

static int set_buffer(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	int number = value->dword > INT_MAX / 2 ? INT_MAX / 2 : (int)value->dword;
	int error = posix_set(s, option->posix_level, option->posix_name, &number, sizeof number);
	if (error)
		return error;
	wsc__socket_lock(sock);
	*buffer(sock, option) = value->dword;
	wsc__socket_unlock(sock);
	return 0;
}

/* The kernel rounds a timeval to its ticks; the milliseconds are kept to be read back. */
static _Atomic DWORD *timeout(struct socket *sock, const struct option *option)
{
	return option->name == WS_SO_RCVTIMEO ? &sock->receive_timeout : &sock->send_timeout;
}

static int get_timeout(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	(void)s;
	value->dword = *timeout(sock, option);
	return 0;
}

static int set_timeout(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	struct timeval time = { .tv_sec = value->dword / 1000, .tv_usec = value->dword % 1000 * 1000 };
	int error = posix_set(s, option->posix_level, option->posix_name, &time, sizeof time);
	if (!error)
		*timeout(sock, option) = value->dword;
	return error;
}

/* l_linger is kept while l_onoff is 0, so that SO_DONTLINGER can bring it back. */
static int get_linger(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	struct linger linger;
	socklen_t size = sizeof linger;

	if (getsockopt((int)s, option->posix_level, option->posix_name, &linger, &size) < 0)
		return wsc__error_from_errno(errno);
	value->linger.l_onoff = (WORD)linger.l_onoff;
	value->linger.l_linger = (WORD)linger.l_linger;
	wsc__socket_lock(sock);
	if (linger.l_onoff && sock->linger_on)
		value->linger.l_onoff = sock->linger_on; /* 2 and 0x100 read back as such */
	if (!linger.l_onoff)
		value->linger.l_linger = sock->linger_time;
	wsc__socket_unlock(sock);
	return 0;
}

static int set_linger(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	struct linger linger = { value->linger.l_onoff != 0, value->linger.l_linger };
	int error = posix_set(s, option->posix_level, option->posix_name, &linger, sizeof linger);
	if (error)
		return error;
	wsc__socket_lock(sock);
	sock->linger_on = value->linger.l_onoff;
	sock->linger_time = value->linger.l_linger;
	wsc__socket_unlock(sock);
	return 0;
}

static int get_dontlinger(SOCKET s, struct socket *sock, const struct option *option, union value *value)
{
	union value linger;
	int error = get_linger(s, sock, option, &linger);

	value->dword = !linger.linger.l_onoff;
	return error;
}

static int set_dontlinger(SOCKET s, struct socket *sock, const struct option *option, const union value *value)
{
	union value linger;
	int error = get_linger(s, sock, option, &linger);

	if (error)
		return error;
	linger.linger.l_onoff = !value->dword;
	return set_linger(s, sock, option, &linger);
}

/* The kernel does all there is to it. */
#define ANY_SOCKET { SOCKET_KNOWN, SOCKET_KNOWN, SOCKET_KNOWN, false }

/* Where a row comes from: Microsoft's page, and what Wine's tests saw Windows do. */
static const char sol_socket_page[] = "sol-socket-socket-options; tests/sock.c";
static const char tcp_page[] = "ipproto-tcp-socket-options; tests/sock.c";

#define WINSOCK(option_level, option_name)                                                                   \
	.level = WS_##option_level, .name = WS_##option_name, .text = #option_name
#define LINUX(option_level, option_name) .posix_level = option_level, .posix_name = option_name

const struct option wsc__options[] = {
	{ WINSOCK(SOL_SOCKET, SO_REUSEADDR), .shape = &short_truth, LINUX(SOL_SOCKET, SO_REUSEPORT),
	  .get = get_int, .set = set_reuse, .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_KEEPALIVE), .shape = &byte_truth, .page = &page_dword, .noted = true,
	  .streams_only = true, LINUX(SOL_SOCKET, SO_KEEPALIVE), .get = get_keepalive, .set = set_keepalive,
	  .quick_get = WSC_KEEPALIVE_QUICK_GET, .quick_set = WSC_KEEPALIVE_QUICK_SET,
	  .source = "so-keepalive; tests/sock.c" },
	{ WINSOCK(SOL_SOCKET, SO_BROADCAST), .shape = &short_truth, LINUX(SOL_SOCKET, SO_BROADCAST),
	  .quick_get = ANY_SOCKET, .quick_set = ANY_SOCKET,
	  .get = get_int, .set = set_int, .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_LINGER), .shape = &zeroing_dword, .noted = true, .streams_only = true,
	  LINUX(SOL_SOCKET, SO_LINGER), .get = get_linger, .set = set_linger,
	  .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_DONTLINGER), .shape = &short_truth, .noted = true, .streams_only = true,
	  LINUX(SOL_SOCKET, SO_LINGER), .get = get_dontlinger, .set = set_dontlinger,
	  .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_SNDBUF), .shape = &zeroing_dword, .noted = true,
	  LINUX(SOL_SOCKET, SO_SNDBUF), .get = get_buffer, .set = set_buffer, .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_RCVBUF), .shape = &zeroing_dword, .noted = true,
	  LINUX(SOL_SOCKET, SO_RCVBUF), .get = get_buffer, .set = set_buffer, .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_SNDTIMEO), .shape = &dword, .noted = true,
	  LINUX(SOL_SOCKET, SO_SNDTIMEO), .get = get_timeout, .set = set_timeout, .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_RCVTIMEO), .shape = &dword, .noted = true,
	  LINUX(SOL_SOCKET, SO_RCVTIMEO), .get = get_timeout, .set = set_timeout, .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_ERROR), .shape = &dword, LINUX(SOL_SOCKET, SO_ERROR), .takes_error = true,
	  .quick_get = { SOCKET_KNOWN | SOCKET_ERROR_SET, SOCKET_KNOWN, ~0u, false }, .get = get_error,
	  .set = set_error, .source = sol_socket_page },
	{ WINSOCK(SOL_SOCKET, SO_TYPE), .shape = &dword, LINUX(SOL_SOCKET, SO_TYPE), .quick_get = ANY_SOCKET,
	  .get = get_int, .set = set_type, .source = sol_socket_page },
	{ WINSOCK(IPPROTO_TCP, TCP_NODELAY), .shape = &byte_truth, LINUX(IPPROTO_TCP, TCP_NODELAY),
	  .get = get_int, .set = set_int, .source = tcp_page },
	/* TCP_KEEPALIVE is the same number. */
	{ WINSOCK(IPPROTO_TCP, TCP_KEEPIDLE), .shape = &tcp_dword, .noted = true, .streams_only = true,
	  .windows_10 = true, LINUX(IPPROTO_TCP, TCP_KEEPIDLE), .argument = KEEPALIVE_IDLE,
	  .get = get_part, .set = set_part, .source = tcp_page },
	{ WINSOCK(IPPROTO_TCP, TCP_KEEPCNT), .shape = &tcp_count, .noted = true, .streams_only = true,
	  .windows_10 = true, LINUX(IPPROTO_TCP, TCP_KEEPCNT), .argument = KEEPALIVE_COUNT,
	  .get = get_part, .set = set_part, .source = tcp_page },
	{ WINSOCK(IPPROTO_TCP, TCP_KEEPINTVL), .shape = &tcp_dword, .noted = true, .streams_only = true,
	  .windows_10 = true, LINUX(IPPROTO_TCP, TCP_KEEPINTVL), .argument = KEEPALIVE_INTERVAL,
	  .get = get_part, .set = set_part, .source = tcp_page },
};

const unsigned wsc__options_count = sizeof wsc__options / sizeof *wsc__options;

_Static_assert(sizeof wsc__options / sizeof *wsc__options * 4 <= OPTION_SLOTS, "the index wants more slots");
struct option_slot wsc__option_slots[OPTION_SLOTS];

const struct shape *wsc__option_shape(const struct option *option)
{
	return option->page && wsc__profile.mode == MODE_PAGE ? option->page : option->shape;
}

/* A key that no search begins with at this slot. */
static uint64_t no_key(const struct option_slot *slot)
{
	return wsc__option_key(0, (int)(slot - wsc__option_slots) ^ 1);
}

static void enter(const struct option *option)
{
	struct option_slot *slot = wsc__option_slot(option->level, option->name);
	uint64_t key = wsc__option_key(option->level, option->name);
	bool quick = wsc__guarded && wsc__option_shape(option)->size == 4;

	while (slot->option)
		slot = slot == &wsc__option_slots[OPTION_SLOTS - 1] ? wsc__option_slots : slot + 1;
	*slot = (struct option_slot){
		.key = key,
		.get_key = quick && option->quick_get.mask ? key : no_key(slot),
		.set_key = quick && option->quick_set.mask ? key : no_key(slot),
		.option = option,
		.posix_level = option->posix_level,
		.posix_name = option->posix_name,
		.get = option->quick_get,
		.set = option->quick_set,
	};
}

void wsc__options_start(void)
{
	for (struct option_slot *slot = wsc__option_slots; slot < wsc__option_slots + OPTION_SLOTS; slot++)
		*slot = (struct option_slot){ .get_key = no_key(slot), .set_key = no_key(slot) };
	/* First those with a fast path, which looks no further than the first slot. */
	for (int quick = 1; quick >= 0; quick--)
		for (unsigned row = 0; row < wsc__options_count; row++)
			if ((wsc__options[row].quick_get.mask || wsc__options[row].quick_set.mask) == quick)
				enter(&wsc__options[row]);
}

static const int levels[] = { WS_SOL_SOCKET, WS_IPPROTO_IP, WS_IPPROTO_TCP, WS_IPPROTO_UDP, WS_IPPROTO_IPV6 };

static int unknown(int level)
{
	for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++)
		if (levels[i] == level)
			return WS_WSAENOPROTOOPT;
	return WS_WSAEINVAL;
}

int wsc__option_find(int level, int name, const struct option **option)
{
	const struct option_slot *slot = wsc__option_slot(level, name);
	uint64_t key = wsc__option_key(level, name);

	while (slot->option && slot->key != key)
		slot = slot == &wsc__option_slots[OPTION_SLOTS - 1] ? wsc__option_slots : slot + 1;
	if (!slot->option)
		return unknown(level);
	*option = slot->option;
	return slot->option->windows_10 && !wsc__profile.windows->has_tcp_keepalive_options ? WS_WSAENOPROTOOPT : 0;
}
