/* The options of SOL_SOCKET with ways of their own. */
#include "error.h"
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>

/* Reading takes the error away, as on Windows; unlike what is documented, it can be set too. */
int wsc__option_get_error(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	int posix_error, error;

	if (wsc__socket_is(sock, SOCKET_ERROR_SET)) {
		error = wsc__socket_verify(s, sock, NULL);
		value->dword = (DWORD)wsc__socket_take_error(sock);
		if (error || value->dword)
			return error;
	}
	error = wsc__posix_get(s, option->posix_level, option->posix_name, &posix_error, sizeof posix_error);
	if (error)
		return error;
	value->dword = posix_error ? (DWORD)wsc__socket_error(s, sock, posix_error) : 0;
	return 0;
}

int wsc__option_set_error(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	int error = wsc__socket_verify(s, sock, NULL);

	(void)option;
	if (!error)
		wsc__socket_keep_error(sock, (int)value->dword);
	return error;
}

/* What was set is what is read back: Linux doubles it, and has a least and a most. */
static DWORD *buffer(struct socket *sock, const struct option *option)
{
	return option->name == WS_SO_RCVBUF ? &sock->receive_buffer : &sock->send_buffer;
}

int wsc__option_get_buffer(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	DWORD asked;

	wsc__socket_lock(sock);
	asked = *buffer(sock, option);
	wsc__socket_unlock(sock);
	if (asked == ~0u)
		return wsc__option_get_int(s, sock, option, value);
	value->dword = asked;
	return 0;
}

int wsc__option_set_buffer(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	int number = value->dword > INT_MAX / 2 ? INT_MAX / 2 : (int)value->dword;
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, &number, sizeof number);
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

int wsc__option_get_timeout(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s;
	value->dword = *timeout(sock, option);
	return 0;
}

int wsc__option_set_timeout(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct timeval time = { .tv_sec = value->dword / 1000, .tv_usec = value->dword % 1000 * 1000 };
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, &time, sizeof time);
	if (!error)
		*timeout(sock, option) = value->dword;
	return error;
}

/* l_linger is kept while l_onoff is 0, so that SO_DONTLINGER can bring it back. */
int wsc__option_get_linger(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
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

int wsc__option_set_linger(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct linger linger = { value->linger.l_onoff != 0, value->linger.l_linger };
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, &linger, sizeof linger);
	if (error)
		return error;
	wsc__socket_lock(sock);
	sock->linger_on = value->linger.l_onoff;
	sock->linger_time = value->linger.l_linger;
	wsc__socket_unlock(sock);
	return 0;
}

int wsc__option_get_dontlinger(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	struct value linger;
	int error = wsc__option_get_linger(s, sock, option, &linger);

	value->dword = !linger.linger.l_onoff;
	return error;
}

int wsc__option_set_dontlinger(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct value linger;
	int error = wsc__option_get_linger(s, sock, option, &linger);

	if (error)
		return error;
	linger.linger.l_onoff = !value->dword;
	return wsc__option_set_linger(s, sock, option, &linger);
}

/* For Windows' own calls it decides whether a socket made by socket() is overlapped; to all sockets of
 * this thread it is one value. */
int wsc__option_get_opentype(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s, (void)sock, (void)option;
	value->dword = wsc__thread.open_type;
	return 0;
}

int wsc__option_set_opentype(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	(void)s, (void)sock, (void)option;
	wsc__thread.open_type = value->dword;
	return 0;
}

/* What accept() and connect() do by themselves, the overlapped calls leave to these two. */
int wsc__option_set_update_accept_context(SOCKET s, struct socket *sock, const struct option *option,
					  const struct value *value)
{
	(void)s, (void)sock, (void)option;
	return wsc__socket_get(value->socket) ? 0 : WS_WSAENOTSOCK;
}

int wsc__option_set_update_connect_context(SOCKET s, struct socket *sock, const struct option *option,
					   const struct value *value)
{
	(void)s, (void)option, (void)value;
	return wsc__socket_is(sock, SOCKET_CONNECTED) ? 0 : WS_WSAENOTCONN;
}
