/* accept and WSAAccept, and SO_PAUSE_ACCEPT. */
#include "accept.h"

#include "address.h"
#include "blocking.h"
#include "conditional.h"
#include "export.h"
#include "filter.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* A connection that was put off: the one that a condition function did, or one that came before a pause. */
static int take_waiting(struct socket *listener)
{
	struct socket_extras *extras;
	int fd;

	wsc__socket_lock(listener);
	wsc__socket_mark(listener, 0, SOCKET_DEFERRED); /* first: one may be put off at any time */
	extras = listener->extras;
	fd = atomic_exchange(&listener->deferred, -1);
	if (fd < 0 && extras && extras->waiting_count) {
		fd = extras->waiting[0];
		memmove(extras->waiting, extras->waiting + 1, (size_t)--extras->waiting_count * sizeof fd);
	}
	if (extras && extras->waiting_count)
		wsc__socket_mark(listener, SOCKET_DEFERRED, 0);
	wsc__socket_unlock(listener);
	return fd;
}

/* Nobody comes while the listener is paused; it may be let go on, or closed, by another thread. */
static int await_resume(struct socket *listener)
{
	enum { PERIOD = 5 }; /* ms */

	while (wsc__socket_is(listener, SOCKET_KNOWN) && wsc__socket_is_paused(listener)) {
		int error = wsc__thread.hook ? wsc__run_hook() : 0;

		if (error)
			return error;
		if (wsc__socket_is(listener, SOCKET_NONBLOCKING))
			return WS_WSAEWOULDBLOCK;
		nanosleep(&(struct timespec){ 0, PERIOD * 1000000 }, NULL);
	}
	return wsc__socket_is(listener, SOCKET_KNOWN) ? 0 : WS_WSAEINTR;
}

/* Whether an accept that failed goes on: it met a pause, which may be over by now, or SO_RCVTIMEO, which
 * Linux applies here too though it is no concern of accept's. */
static bool goes_on(SOCKET s, struct socket *listener, int posix_error)
{
	bool yes;

	wsc__socket_lock(listener); /* pauses come and go under it */
	yes = wsc__socket_is_paused(listener);
	if (!yes && posix_error == EINVAL)
		yes = wsc__tcp_state((int)s) == WSC_TCP_LISTEN;
	if (!yes && posix_error == EAGAIN)
		yes = !wsc__socket_is(listener, SOCKET_NONBLOCKING) && !(fcntl((int)s, F_GETFL) & O_NONBLOCK);
	wsc__socket_unlock(listener);
	return yes && (posix_error == EINVAL || posix_error == EAGAIN);
}

struct condition {
	LPCONDITIONPROC function;
	DWORD_PTR context;
};

/* Asks the program, to which all calls are closed meanwhile. The addresses become Windows'. */
static int ask(const struct condition *condition, struct sockaddr_storage *caller, socklen_t caller_length,
	       struct sockaddr_storage *callee, socklen_t callee_length)
{
	WSABUF caller_id = { caller_length, (char *)caller }, callee_id = { callee_length, (char *)callee };
	WSABUF none = { 0, NULL };
	GROUP group = 0;
	int answer;

	wsc__address_from_posix(caller);
	wsc__address_from_posix(callee);
	wsc__thread.in_progress = true;
	answer = condition->function(&caller_id, NULL, NULL, NULL, &callee_id, &none, &group,
				     condition->context);
	wsc__thread.in_progress = false;
	switch (answer) {
	case WS_CF_ACCEPT:
		return 0;
	case WS_CF_REJECT:
		return WS_WSAECONNREFUSED;
	case WS_CF_DEFER:
		return WS_WSATRY_AGAIN;
	default:
		return WS_WSAEINVAL;
	}
}

static int ask_about_connection(const struct condition *condition, int fd)
{
	struct sockaddr_storage caller, callee;
	socklen_t caller_length = sizeof caller, callee_length = sizeof callee;

	if (getpeername(fd, (struct sockaddr *)&caller, &caller_length) < 0)
		return WS_WSAECONNRESET;
	if (getsockname(fd, (struct sockaddr *)&callee, &callee_length) < 0)
		return wsc__error_from_errno(errno);
	return ask(condition, &caller, caller_length, &callee, callee_length);
}

static int ask_about_caller(const void *condition, const struct sockaddr_storage *caller,
			    const struct sockaddr_storage *callee, socklen_t length)
{
	struct sockaddr_storage from = *caller, to = *callee;

	return ask(condition, &from, length, &to, length);
}

/* The next connection: one that was put off, or one from the kernel's queue. */
static int next(SOCKET s, struct socket *listener, const struct condition *condition, int *fd)
{
	bool hooked = wsc__hooked(listener) || wsc__waits_aside(s, listener), nonblocking;
	int error;

	for (;;) {
		if (wsc__socket_is(listener, SOCKET_DEFERRED)) {
			*fd = take_waiting(listener);
			if (*fd >= 0)
				return 0;
		}
		if (wsc__socket_is_paused(listener)) {
			error = await_resume(listener);
			if (error)
				return error;
			continue; /* one may have been put off meanwhile */
		}
		if (wsc__socket_is(listener, SOCKET_CONDITIONAL)) {
			error = wsc__conditional_next(
				s, listener, condition->function ? ask_about_caller : NULL, condition, fd);
			if (error == WSC_LOOK_AGAIN)
				continue;
			return error;
		}
		if (hooked) {
			error = wsc__wait(s, POLLIN, WSC_FOREVER);
			if (error)
				return error;
		}
		nonblocking = wsc__socket_is(listener, SOCKET_NONBLOCKING);
		*fd = accept4((int)s, NULL, NULL, SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0));
		if (*fd >= 0)
			*fd = wsc__socket_not_zero(*fd);
		if (*fd >= 0)
			return 0;
		error = errno;
		if (error != EINTR && !goes_on(s, listener, error))
			return error == ECONNABORTED ? WS_WSAECONNRESET : wsc__error_from_errno(error);
	}
}

static int peer(int fd, struct WSC(sockaddr) * name, int *name_length)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;

	if (!name || !name_length)
		return 0;
	if (getpeername(fd, (struct sockaddr *)&address, &length) < 0)
		return wsc__error_from_errno(errno == ENOTCONN ? ECONNRESET : errno); /* gone already */
	return wsc__address_out(&address, length, name, name_length);
}

/* Keeps the connection for the next call; there is room for one, the first in the queue. The listener may
 * have been closed while the program was asked, and its number may be another's. */
static void put_off(struct socket *listener, uint64_t cookie, int fd)
{
	wsc__socket_lock(listener);
	if (wsc__socket_is(listener, SOCKET_KNOWN) && listener->cookie == cookie) {
		fd = atomic_exchange(&listener->deferred, fd);
		wsc__socket_mark(listener, SOCKET_DEFERRED, 0);
	}
	wsc__socket_unlock(listener);
	if (fd >= 0)
		wsc__socket_refuse(fd);
}

/* What the program set on the listener, a connection it accepts has too. The kernel has handed
 * its part on already, but for AF_UNIX; these are the notes. */
static void inherit(SOCKET s, struct socket *sock, SOCKET from, struct socket *listener)
{
	if (sock->family == WS_AF_UNIX) {
		wsc__options_copy(s, sock, from, listener);
		return;
	}
	wsc__keepalive_inherit(sock, listener);
	if (wsc__socket_is(listener, SOCKET_INLINE))
		wsc__socket_mark(sock, SOCKET_INLINE, 0);
	wsc__options_inherit(sock, listener);
	wsc__socket_lock(listener);
	DWORD receive_buffer = listener->receive_buffer, send_buffer = listener->send_buffer;
	WORD linger_on = listener->linger_on, linger_time = listener->linger_time;
	wsc__socket_unlock(listener);
	wsc__socket_lock(sock);
	sock->receive_buffer = receive_buffer;
	sock->send_buffer = send_buffer;
	sock->linger_on = linger_on;
	sock->linger_time = linger_time;
	wsc__socket_unlock(sock);
	sock->ports.options = listener->ports.options & (PORT_REUSEADDR | PORT_EXCLUSIVE);
	sock->receive_timeout = listener->receive_timeout;
	sock->send_timeout = listener->send_timeout;
}

static int take(SOCKET s, struct socket *listener, struct WSC(sockaddr) * name, int *name_length,
		const struct condition *condition, SOCKET *accepted)
{
	struct socket *sock;
	unsigned nonblocking;
	int fd, error = wsc__socket_verify(s, listener, NULL);
	uint64_t cookie = listener->cookie;
	bool conditional = wsc__socket_is(listener, SOCKET_CONDITIONAL); /* who got here was let in before */

	if (!error && listener->type != SOCK_STREAM)
		error = WS_WSAEOPNOTSUPP;
	if (!error)
		error = next(s, listener, condition, &fd);
	if (error)
		return error;
	if (condition->function && !conditional) {
		error = ask_about_connection(condition, fd);
		if (error) {
			if (error == WS_WSATRY_AGAIN)
				put_off(listener, cookie, fd);
			else
				wsc__socket_refuse(fd);
			return error;
		}
	}
	error = peer(fd, name, name_length);
	if (error) {
		wsc__socket_refuse(fd);
		return error;
	}
	nonblocking = listener->state & SOCKET_NONBLOCKING;
	error = wsc__socket_add(fd, listener->family, listener->type, listener->protocol,
				SOCKET_CONNECTED | SOCKET_BOUND | nonblocking, &sock);
	if (error)
		return error;
	inherit((SOCKET)fd, sock, s, listener);
	if (conditional) /* the kernel has handed its filter on */
		wsc__filter_update((SOCKET)fd, sock);
	*accepted = (SOCKET)fd;
	return 0;
}

SOCKET WSC(WSAAccept)(SOCKET s, struct WSC(sockaddr) * name, int *name_length, LPCONDITIONPROC function,
		      DWORD_PTR context)
{
	struct condition condition = { function, context };
	struct socket *listener;
	SOCKET accepted;
	int error = wsc__socket_begin(s, &listener);

	if (error)
		return wsc__result_socket(error);
	error = take(s, listener, name, name_length, &condition, &accepted);
	if (wsc__socket_end(listener) && error && error != WS_WSAENOTSOCK) /* closed meanwhile, not before */
		error = WS_WSAEINTR;
	return error ? wsc__result_socket(error) : accepted;
}
WSC_ALIAS(WSAAccept)

/* Under the lock. One connection of the kernel's queue is kept: EAGAIN if it is empty. */
static int save_one(SOCKET s, struct socket *listener, struct socket_extras *extras)
{
	int flags = wsc__socket_is(listener, SOCKET_NONBLOCKING) ? SOCK_NONBLOCK : 0;
	int *more = realloc(extras->waiting, ((size_t)extras->waiting_count + 1) * sizeof *more);
	int fd;

	if (!more)
		return ENOBUFS;
	extras->waiting = more;
	fd = accept4((int)s, NULL, NULL, SOCK_CLOEXEC | flags);
	if (fd >= 0)
		fd = wsc__socket_not_zero(fd);
	if (fd < 0)
		return errno;
	more[extras->waiting_count++] = fd;
	wsc__socket_mark(listener, SOCKET_DEFERRED, 0);
	return 0;
}

/* Under the lock. The connections that are there already stay. Nothing may wait here, whoever else accepts
 * them at the same time; an accept that does not wait either because of that finds the pause noted. */
static int save_waiting(SOCKET s, struct socket *listener, struct socket_extras *extras)
{
	int flags = fcntl((int)s, F_GETFL), posix_error = 0;

	if (flags < 0 || fcntl((int)s, F_SETFL, flags | O_NONBLOCK) < 0)
		return wsc__error_from_errno(errno);
	while (!posix_error)
		posix_error = save_one(s, listener, extras);
	fcntl((int)s, F_SETFL, flags);
	return posix_error == EAGAIN ? 0 : wsc__error_from_errno(posix_error);
}

/* To a socket that listens no more but keeps its port, the kernel answers with a reset. It gives a port that
 * it has chosen itself back, so this one is bound to it anew; a program's own it keeps (EINVAL). */
static int pause(SOCKET s, struct socket *listener, struct socket_extras *extras)
{
	struct tcp_info information;
	struct sockaddr_storage name;
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	socklen_t size = sizeof information, length = sizeof name;
	int device = 0, none = 0, error = save_waiting(s, listener, extras);

	/* SIO_INDEX_BIND may have come after bind, to an interface that does not have the address. */
	if (!error && !wsc__posix_get(s, SOL_SOCKET, SO_BINDTOIFINDEX, &device, sizeof device) && device)
		error = wsc__posix_set(s, SOL_SOCKET, SO_BINDTOIFINDEX, &none, sizeof none);
	if (error)
		return error;
	if (getsockopt((int)s, IPPROTO_TCP, TCP_INFO, &information, &size) < 0 ||
	    getsockname((int)s, (struct sockaddr *)&name, &length) < 0 ||
	    connect((int)s, &nobody, sizeof nobody) < 0)
		error = wsc__error_from_errno(errno);
	if (!error)
		extras->backlog = (int)information.tcpi_sacked; /* that is what it means of a listener */
	if (!error && bind((int)s, (struct sockaddr *)&name, length) < 0 && errno != EINVAL)
		error = wsc__error_from_errno(errno);
	if (device)
		setsockopt((int)s, SOL_SOCKET, SO_BINDTOIFINDEX, &device, sizeof device);
	wsc__conditional_hush(listener);
	return error;
}

int wsc__accept_pause(SOCKET s, struct socket *sock, bool paused)
{
	struct socket_extras *extras;
	bool listens = wsc__socket_is(sock, SOCKET_LISTENING) && sock->family != WS_AF_UNIX;
	int error = 0;

	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	if (!extras)
		error = WS_WSAENOBUFS;
	if (!error && paused) {
		/* First, for an accept that the kernel will send back. */
		bool was = wsc__socket_is(sock, SOCKET_PAUSED);

		wsc__socket_mark(sock, SOCKET_PAUSED, 0);
		if (listens && wsc__tcp_state((int)s) == WSC_TCP_LISTEN)
			error = pause(s, sock, extras);
		if (error && !was)
			wsc__socket_mark(sock, 0, SOCKET_PAUSED);
	} else if (!error) {
		wsc__conditional_hush(sock); /* the kernel has refused those who came meanwhile */
		if (listens && wsc__tcp_state((int)s) == WSC_TCP_CLOSE && listen((int)s, extras->backlog) < 0)
			error = wsc__error_from_errno(errno);
		else
			wsc__socket_mark(sock, 0, SOCKET_PAUSED);
	}
	wsc__socket_unlock(sock);
	return error;
}

SOCKET WSC(accept)(SOCKET s, struct WSC(sockaddr) * name, int *name_length)
{
	return WSC(WSAAccept)(s, name, name_length, NULL, 0);
}
