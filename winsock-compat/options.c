/* The socket options: finding a row, and what many rows have in common. */
#include "options.h"

#include "error.h"
#include "fault.h"
#include "keepalive.h"

#include <errno.h>
#include <linux/netfilter_ipv4.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The fast paths: no more than the kernel's word is needed, on any socket, and where the note has a
 * part in it on those of which the note says so. */
#define ANY_SOCKET          { SOCKET_KNOWN, SOCKET_KNOWN, SOCKET_KNOWN, false }
#define NEVER               { 0, 0, 0, false }
#define QUICK_GET_ANY       ANY_SOCKET
#define QUICK_SET_ANY       ANY_SOCKET
#define QUICK_GET_GET       ANY_SOCKET
#define QUICK_SET_GET       NEVER
#define QUICK_GET_ERROR     { SOCKET_KNOWN | SOCKET_ERROR_SET, SOCKET_KNOWN, ~0u, false }
#define QUICK_SET_ERROR     NEVER
#define QUICK_GET_KEEPALIVE WSC_KEEPALIVE_QUICK_GET
#define QUICK_SET_KEEPALIVE WSC_KEEPALIVE_QUICK_SET

#define OPTION_ROWS
#include "option-rows.h"

const unsigned wsc__options_count = sizeof wsc__options / sizeof *wsc__options;

struct option_slot wsc__option_slots[OPTION_SLOTS];

/* All rows by their numbers: open addressing, at most a quarter full. */
enum { INDEX_BITS = 10, INDEX_SIZE = 1 << INDEX_BITS };
_Static_assert(sizeof wsc__options / sizeof *wsc__options * 4 <= INDEX_SIZE, "the index wants more bits");
static const struct option *option_index[INDEX_SIZE];

const struct shape *wsc__option_shape(const struct option *option)
{
	return option->page && wsc__profile.mode == MODE_PAGE ? option->page : option->shape;
}

/* Where the row stands, or would. */
static const struct option **place(int level, int name)
{
	unsigned i = ((unsigned)level << 16 ^ (unsigned)name) * 2654435761u >> (32 - INDEX_BITS);

	while (option_index[i] && (option_index[i]->level != level || option_index[i]->name != name))
		i = (i + 1) % INDEX_SIZE;
	return &option_index[i];
}

/* A key that is not looked for in this slot. */
static uint64_t no_key(const struct option_slot *slot)
{
	return wsc__option_key(0, (int)(slot - wsc__option_slots) ^ 1);
}

static void enter_quick(const struct option *option)
{
	struct option_slot *slot = wsc__option_slot(option->level, option->name);
	uint64_t key = wsc__option_key(option->level, option->name);

	if (slot->option) /* taken: the long way will do */
		return;
	*slot = (struct option_slot){
		.get_key = option->quick_get.mask ? key : no_key(slot),
		.set_key = option->quick_set.mask ? key : no_key(slot),
		.option = option,
		.posix_level = option->posix_level,
		.posix_name = option->posix_name,
		.get = option->quick_get,
		.set = option->quick_set,
	};
}

void wsc__options_start(void)
{
	memset(option_index, 0, sizeof option_index);
	for (struct option_slot *slot = wsc__option_slots; slot < wsc__option_slots + OPTION_SLOTS; slot++)
		*slot = (struct option_slot){ .get_key = no_key(slot), .set_key = no_key(slot) };
	for (const struct option *option = wsc__options; option < wsc__options + wsc__options_count; option++) {
		if (option->since > wsc__profile.windows - wsc__windows)
			continue;
		*place(option->level, option->name) = option;
		if (wsc__guarded && wsc__option_shape(option)->size == 4 &&
		    (option->quick_get.mask || option->quick_set.mask))
			enter_quick(option);
	}
}

static int unknown(int level)
{
	for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++)
		if (levels[i] == level)
			return WS_WSAENOPROTOOPT;
	return WS_WSAEINVAL;
}

int wsc__option_find(int level, int name, const struct option **option)
{
	*option = *place(level, name);
	return *option ? 0 : unknown(level);
}

int wsc__option_kind(struct socket *sock)
{
	if (sock->family == WS_AF_UNIX)
		return KIND_UNIX;
	return sock->type == SOCK_STREAM ? KIND_TCP : sock->type == SOCK_DGRAM ? KIND_UDP : KIND_RAW;
}

int wsc__option_check(const struct option *option, struct socket *sock)
{
	if (!(option->sockets & 1 << wsc__option_kind(sock)))
		return option->elsewhere;
	if (option->level == WS_IPPROTO_IPV6 && sock->family != WS_AF_INET6 && !(option->traits & OPTION_ANY_FAMILY))
		return option->elsewhere;
	if (sock->family != WS_AF_INET6)
		return 0;
	/* A stream or UDP may speak IPv4 with an IPv6 socket, a raw one never does. */
	if (option->traits & OPTION_IPV4_ONLY || (option->level == WS_IPPROTO_IP && sock->type == SOCK_RAW))
		return option->elsewhere;
	return 0;
}

static int posix_result(int result)
{
	if (!result)
		return 0;
	return errno == EOPNOTSUPP ? WS_WSAENOPROTOOPT : wsc__error_from_errno(errno);
}

int wsc__posix_get(SOCKET s, int level, int name, void *value, socklen_t size)
{
	return posix_result(getsockopt((int)s, level, name, value, &size));
}

int wsc__posix_set(SOCKET s, int level, int name, const void *value, socklen_t size)
{
	return posix_result(setsockopt((int)s, level, name, value, size));
}

/* The kernel has the same option, with an int for its value. */
int wsc__option_get_int(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)sock;
	return wsc__posix_get(s, option->posix_level, option->posix_name, &value->dword, sizeof value->dword);
}

int wsc__option_set_int(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	(void)sock;
	return wsc__posix_set(s, option->posix_level, option->posix_name, &value->dword, sizeof value->dword);
}

/* The kernel has the same option, with the same bytes for its value. */
int wsc__option_get_bytes(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	socklen_t size = (socklen_t)value->size;
	int error = posix_result(getsockopt((int)s, option->posix_level, option->posix_name, value->bytes, &size));

	(void)sock;
	value->size = (int)size;
	return error;
}

int wsc__option_set_bytes(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, value->bytes, (socklen_t)value->size);

	(void)sock;
	/* To set some takes a privilege, and so for Linux does taking away what is not there. */
	return error == WS_WSAEACCES && !value->size ? 0 : error;
}

/* There is nothing to it: what is read is empty, what is set goes nowhere. */
int wsc__option_get_nothing(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s, (void)sock, (void)option;
	value->size = 0;
	return 0;
}

int wsc__option_set_nothing(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	(void)s, (void)sock, (void)option, (void)value;
	return 0;
}

int wsc__option_put(SOCKET s, struct socket *sock, int level, int name, const void *bytes, size_t size)
{
	struct value value = { .size = (int)size };
	const struct option *option;
	int error = wsc__option_find(level, name, &option);

	if (!error)
		error = option->set_error[wsc__option_kind(sock)];
	if (!error)
		error = wsc__option_check(option, sock);
	if (error)
		return error;
	memcpy(value.bytes, bytes, size);
	return option->set(s, sock, option, &value);
}

/* Kept with the socket, for want of anything here that it could do. */
static DWORD kept(struct socket *sock, const struct option *option)
{
	const struct socket_extras *extras = sock->extras;

	return extras && option->kept >= 0 && extras->is_kept[option->kept] ? extras->kept[option->kept] : option->initial[wsc__option_kind(sock)];
}

int wsc__option_get_kept(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s;
	wsc__socket_lock(sock);
	value->dword = kept(sock, option);
	wsc__socket_unlock(sock);
	return 0;
}

/* Under the lock. */
static int keep(struct socket *sock, const struct option *option, DWORD value)
{
	struct socket_extras *extras = wsc__socket_extras(sock);

	if (!extras)
		return WS_WSAENOBUFS;
	extras->kept[option->kept] = value;
	extras->is_kept[option->kept] = true;
	return 0;
}

int wsc__option_keep(struct socket *sock, const struct option *option, DWORD value)
{
	int error;

	wsc__socket_lock(sock);
	error = keep(sock, option, value);
	wsc__socket_unlock(sock);
	return error;
}

bool wsc__option_recall(struct socket *sock, const struct option *option, DWORD *value)
{
	bool is_kept;

	wsc__socket_lock(sock);
	is_kept = sock->extras && option->kept >= 0 && sock->extras->is_kept[option->kept];
	*value = kept(sock, option);
	wsc__socket_unlock(sock);
	return is_kept;
}

int wsc__option_set_kept(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	(void)s;
	return wsc__option_keep(sock, option, value->dword);
}

DWORD wsc__option_kept(struct socket *sock, int level, int name)
{
	const struct option *option;
	DWORD value = 0;

	if (!wsc__option_find(level, name, &option))
		wsc__option_recall(sock, option, &value);
	return value;
}

void wsc__options_inherit(struct socket *accepted, struct socket *listener)
{
	struct socket_extras extras;
	bool any;

	wsc__socket_lock(listener);
	any = listener->extras;
	if (any)
		extras = *listener->extras;
	wsc__socket_unlock(listener);
	if (!any)
		return;
	wsc__socket_lock(accepted);
	for (const struct option *option = wsc__options; option < wsc__options + wsc__options_count; option++)
		if ((option->get == wsc__option_get_kept || option->traits & OPTION_KEEPS) &&
		    option->traits & OPTION_INHERIT && extras.is_kept[option->kept])
			keep(accepted, option, extras.kept[option->kept]);
	if (extras.urgent && wsc__socket_extras(accepted))
		accepted->extras->urgent = extras.urgent;
	wsc__socket_unlock(accepted);
}

/* Linux sizes a buffer by itself until somebody sets it. */
static bool is_buffer_of_the_kernels(const struct option *option, struct socket *sock)
{
	if (option->set != wsc__option_set_buffer)
		return false;
	return (option->name == WS_SO_RCVBUF ? sock->receive_buffer : sock->send_buffer) == ~0u;
}

void wsc__options_copy(SOCKET to, struct socket *sock, SOCKET from, struct socket *listener)
{
	for (const struct option *option = wsc__options; option < wsc__options + wsc__options_count; option++) {
		struct value theirs, ours;

		if (!(option->traits & OPTION_INHERIT) || !option->get || !option->set ||
		    wsc__option_check(option, sock) || wsc__option_check(option, listener) ||
		    (wsc__keepalive_is_part(option) && sock->family != WS_AF_UNIX) ||
		    is_buffer_of_the_kernels(option, listener))
			continue;
		/* What it has already may be something that cannot be set. */
		if (!option->get(from, listener, option, &theirs) && !option->get(to, sock, option, &ours) &&
		    memcmp(&theirs, &ours, (size_t)option->shape->size) != 0)
			option->set(to, sock, option, &theirs);
	}
	wsc__keepalive_copy(to, sock, listener);
}
