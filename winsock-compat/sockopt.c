/* getsockopt and setsockopt: the lengths, then the row does the rest. */
#include "export.h"
#include "fault.h"
#include "options.h"

#include <string.h>
#include <sys/socket.h>

/* The row, and the socket if it is one for which the row is there. What is drawn from the note, a refusal
 * because of its kind included, needs the right note. */
static int find(SOCKET s, int level, int name, struct socket **sock, const struct option **option)
{
	int error = wsc__enter(), unknown = wsc__option_find(level, name, option);

	if (error || (!unknown && (*option)->traits & OPTION_ANY_HANDLE))
		return error;
	*sock = wsc__socket_get(s);
	if (!*sock)
		return WS_WSAENOTSOCK;
	if (unknown) /* a level without options is none, unless the socket is made for it */
		return level == (*sock)->protocol ? WS_WSAENOPROTOOPT : unknown;
	if ((*option)->noted || wsc__option_check(*option, *sock))
		error = wsc__socket_verify(s, *sock, NULL);
	return error;
}

/* Both calls leave 0 behind when they succeed, as on Windows. */
static int result(int error)
{
	wsc__thread.last_error = error;
	return error ? SOCKET_ERROR : 0;
}

/* getsockopt with a buffer too small for the value. */
static int too_short(const struct shape *shape, char *user, int length, int *user_length)
{
	static const char zeros[4];
	int none = 0;

	if (shape->traits & SHAPE_LENGTH_NEEDED)
		wsc__copy_out(user_length, &shape->size, sizeof shape->size);
	if (length <= 0)
		return WS_WSAEFAULT;
	if (shape->traits & SHAPE_LENGTH_ZEROED)
		wsc__copy_out(user_length, &none, sizeof none);
	else if (shape->traits & SHAPE_BUFFER_ZEROED)
		wsc__copy_out(user, zeros, (size_t)length);
	return WS_WSAEFAULT;
}

static int give(const struct shape *shape, const struct value *value, char *user, int length, int *user_length)
{
	int size = shape->traits & SHAPE_VARIES ? value->size : shape->size;
	int bytes = length < size ? length : size, reported = bytes;

	if (bytes < size && shape->get_short) {
		reported = shape->get_short;
		if (!(shape->traits & SHAPE_TWO_BYTES))
			bytes = reported;
	}
	if (shape->traits & SHAPE_LENGTH_KEPT)
		reported = length;
	if (wsc__copy_out(user, value, (size_t)bytes) ||
	    wsc__copy_out(user_length, &reported, sizeof reported))
		return WS_WSAEFAULT;
	return 0;
}

/* The shape, to a program whose wide units have so many bytes. */
static struct shape shape_of(const struct option *option, int wide)
{
	struct shape shape = *wsc__option_shape(option);

	if (wide == 4 && shape.utf32)
		shape.size = shape.get_least = shape.utf32;
	return shape;
}

static __attribute__((noinline)) int get_slowly(int wide, SOCKET s, int level, int name, char *user,
						int *user_length)
{
	struct socket *sock = NULL;
	const struct option *option;
	struct shape shape;
	struct value value;
	int length, error = find(s, level, name, &sock, &option);

	if (!error && sock)
		error = option->get_error[wsc__option_kind(sock)];
	if (!error && sock)
		error = wsc__option_check(option, sock);
	if (error)
		return result(error);
	if (wsc__copy_in(&length, user_length, sizeof length))
		return result(WS_WSAEFAULT);
	shape = shape_of(option, wide);
	if (length < 0 && shape.traits & SHAPE_GET_NEGATIVE)
		length = shape.size;
	if (length < shape.get_least)
		return result(too_short(&shape, user, length, user_length));
	value.dword = 0; /* a handler may convert it before it looks whether the kernel gave any */
	value.size = length > OPTION_MOST ? OPTION_MOST : length;
	value.wide = wide;
	value.user = user;
	error = option->get(s, sock, option, &value);
	if (error)
		return result(error);
	error = give(&shape, &value, user, length, user_length);
	if (error && option->traits & OPTION_TAKES_ERROR && value.dword)
		option->set(s, sock, option, &value); /* nobody has got it, so it is still there */
	return result(error);
}

/* The fast paths: one system call, and no more than some eighty instructions beside it. Whatever
 * they cannot be sure of is done anew, the long way. */
static inline bool is_whole_truth(const struct quick *quick, unsigned state, int value)
{
	return (state & quick->mask) == (value ? quick->other : quick->zero);
}

/* The kernel has handed over an error that the long way is to find again. */
static __attribute__((noinline)) void keep_error(SOCKET s, int posix_error)
{
	struct socket *sock = NULL;

	if (!wsc__socket_enter(s, &sock))
		wsc__socket_keep_error(s, sock, posix_error);
}

int WSC(getsockopt)(SOCKET s, int level, int name, char *user, int *user_length)
{
	const struct option_slot *slot = wsc__option_slot(level, name);
	struct socket *sock = wsc__socket_place(s);
	unsigned state;
	int length, value;
	socklen_t size = sizeof value;

	if (__builtin_expect(!sock || slot->get_key != wsc__option_key(level, name) || wsc__thread.in_progress, 0))
		return get_slowly(2, s, level, name, user, user_length);
	state = atomic_load_explicit(&sock->state, memory_order_acquire);
	if (wsc__load4(&length, user_length) && length >= (int)sizeof value &&
	    !getsockopt((int)s, slot->posix_level, slot->posix_name, &value, &size)) {
		if (is_whole_truth(&slot->get, state, value) && wsc__store4(user, value) &&
		    wsc__store4(user_length, sizeof value))
			return result(0);
		if (slot->option->traits & OPTION_TAKES_ERROR && value)
			keep_error(s, value);
	}
	return get_slowly(2, s, slot->option->level, slot->option->name, user, user_length);
}

/* Of all options one alone has wide text. */
int wsc_getsockopt_utf32(SOCKET s, int level, int name, char *user, int *user_length)
{
	if (level == WS_SOL_SOCKET && name == WS_SO_PROTOCOL_INFOW)
		return get_slowly(4, s, level, name, user, user_length);
	return WSC(getsockopt)(s, level, name, user, user_length);
}

/* The value, of as many bytes as count; shorter ones are numbers of fewer digits. */
static int take(const struct shape *shape, const char *user, int length, struct value *value)
{
	int most = shape->traits & SHAPE_VARIES ? OPTION_MOST : shape->set_bytes;
	size_t bytes = length < 0 || length > most ? (size_t)most : (size_t)length;

	value->dword = 0;
	value->size = (int)bytes;
	if (wsc__copy_in(value, user, bytes))
		return WS_WSAEFAULT;
	if (shape->traits & SHAPE_TRUTH)
		value->dword = value->dword != 0;
	else if (shape->traits & SHAPE_AT_MOST_255 && value->dword > 255)
		return WS_WSAEINVAL;
	return 0;
}

static __attribute__((noinline)) int set_slowly(SOCKET s, int level, int name, const char *user, int length)
{
	struct socket *sock = NULL;
	const struct option *option;
	const struct shape *shape;
	struct value value;
	int error = find(s, level, name, &sock, &option);

	if (!error && sock)
		error = option->set_error[wsc__option_kind(sock)];
	if (!error && sock)
		error = wsc__option_check(option, sock);
	if (error)
		return result(error);
	shape = wsc__option_shape(option);
	if (!user && shape->traits & SHAPE_NULL) {
		memset(&value, 0, sizeof value.dword);
		return result(option->set(s, sock, option, &value));
	}
	if (length < shape->set_least) {
		if (!length)
			return result(shape->traits & SHAPE_NONE && user ? 0 : WS_WSAEFAULT);
		if (length > 0)
			return result(WS_WSAEFAULT);
		if (!(shape->traits & SHAPE_NEGATIVE))
			return result(WS_WSAENOBUFS);
	}
	error = take(shape, user, length, &value);
	if (!error)
		error = option->set(s, sock, option, &value);
	return result(error);
}

int WSC(setsockopt)(SOCKET s, int level, int name, const char *user, int length)
{
	const struct option_slot *slot = wsc__option_slot(level, name);
	struct socket *sock = wsc__socket_place(s);
	int value, is_set;
	socklen_t size = sizeof is_set;

	if (__builtin_expect(!sock || slot->set_key != wsc__option_key(level, name) || wsc__thread.in_progress, 0))
		return set_slowly(s, level, name, user, length);
	if (length >= (int)sizeof value && wsc__load4(&value, user) &&
	    is_whole_truth(&slot->set, atomic_load_explicit(&sock->state, memory_order_acquire), value)) {
		if (value && slot->set.ask) {
			if (!getsockopt((int)s, slot->posix_level, slot->posix_name, &is_set, &size) && is_set)
				return result(0);
		} else if (!setsockopt((int)s, slot->posix_level, slot->posix_name, &value, sizeof value)) {
			return result(0);
		}
	}
	return set_slowly(s, slot->option->level, slot->option->name, user, length);
}
