/* getsockopt and setsockopt: the lengths, then the row does the rest. */
#include "export.h"
#include "fault.h"
#include "options.h"

#include <string.h>
#include <sys/socket.h>

static const struct shape *shape_of(const struct option *option)
{
	return option->page && wsc__profile.mode == MODE_PAGE ? option->page : option->shape;
}

/* A refusal because of the type is drawn from the note, so the note has to be right. */
static int check_type(SOCKET s, struct socket *sock, const struct option *option)
{
	int error = 0;

	if (option->streams_only && sock->type != SOCK_STREAM) {
		error = wsc__socket_verify(s, sock, NULL);
		if (!error && sock->type != SOCK_STREAM)
			error = WS_WSAENOPROTOOPT;
	}
	return error;
}

static int find(SOCKET s, int level, int name, struct socket **sock, const struct option **option)
{
	int error = wsc__socket_enter(s, sock);

	if (!error)
		error = wsc__option_find(level, name, option);
	if (!error)
		error = check_type(s, *sock, *option);
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

	if (length <= 0)
		return WS_WSAEFAULT;
	if (shape->get_failed == LENGTH_ZEROED)
		wsc__copy_out(user_length, &none, sizeof none);
	else if (shape->get_failed == BUFFER_ZEROED)
		wsc__copy_out(user, zeros, (size_t)length);
	return WS_WSAEFAULT;
}

static int give(const struct shape *shape, const union value *value, char *user, int length, int *user_length)
{
	int bytes = length < shape->size ? length : shape->size, reported = bytes;

	if (bytes < shape->size && shape->get_short) {
		reported = shape->get_short;
		if (!shape->two_bytes)
			bytes = reported;
	}
	if (wsc__copy_out(user, value, (size_t)bytes) ||
	    wsc__copy_out(user_length, &reported, sizeof reported))
		return WS_WSAEFAULT;
	return 0;
}

int WSC(getsockopt)(SOCKET s, int level, int name, char *user, int *user_length)
{
	struct socket *sock;
	const struct option *option;
	const struct shape *shape;
	union value value;
	int length, error = find(s, level, name, &sock, &option);

	if (error)
		return result(error);
	if (wsc__copy_in(&length, user_length, sizeof length))
		return result(WS_WSAEFAULT);
	shape = shape_of(option);
	if (length < shape->get_least)
		return result(too_short(shape, user, length, user_length));
	error = option->get(s, sock, option, &value);
	if (error)
		return result(error);
	error = give(shape, &value, user, length, user_length);
	if (error && option->takes_error && value.dword)
		option->set(s, sock, option, &value); /* nobody has got it, so it is still there */
	return result(error);
}

/* The value, of as many bytes as count; shorter ones are numbers of fewer digits. */
static int take(const struct shape *shape, const char *user, int length, union value *value)
{
	size_t bytes = length < 0 || length > shape->set_bytes ? (size_t)shape->set_bytes : (size_t)length;

	value->dword = 0;
	if (wsc__copy_in(value, user, bytes))
		return WS_WSAEFAULT;
	if (shape->values == TRUTH)
		value->dword = value->dword != 0;
	else if (shape->values == AT_MOST_255 && value->dword > 255)
		return WS_WSAEINVAL;
	return 0;
}

int WSC(setsockopt)(SOCKET s, int level, int name, const char *user, int length)
{
	struct socket *sock;
	const struct option *option;
	const struct shape *shape;
	union value value;
	int error = find(s, level, name, &sock, &option);

	if (error)
		return result(error);
	shape = shape_of(option);
	if (length < shape->set_least) {
		if (!length)
			return result(shape->set_none && user ? 0 : WS_WSAEFAULT);
		if (length > 0)
			return result(WS_WSAEFAULT);
		if (!shape->set_negative)
			return result(WS_WSAENOBUFS);
	}
	error = take(shape, user, length, &value);
	if (!error)
		error = option->set(s, sock, option, &value);
	return result(error);
}
