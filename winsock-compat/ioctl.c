/* ioctlsocket and WSAIoctl, over the rows that are made from ioctls.in. */
#include "ioctl.h"

#include "export.h"
#include "fault.h"
#include "port.h"
#include "rcvall.h"
#include "urgent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int set_nonblocking(SOCKET s, struct socket *sock, struct call *call)
{
	DWORD on = call->argument.dword;
	int flags, error = 0;

	wsc__socket_lock(sock); /* the kernel and the note change together */
	flags = fcntl((int)s, F_GETFL);
	if (flags < 0 || fcntl((int)s, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) < 0)
		error = wsc__error_from_errno(errno);
	else
		wsc__socket_mark(sock, on ? SOCKET_NONBLOCKING : 0, on ? 0 : SOCKET_NONBLOCKING);
	wsc__socket_unlock(sock);
	return error;
}

static int count_readable(SOCKET s, struct socket *sock, struct call *call)
{
	int bytes;

	if (sock->type == SOCK_STREAM && sock->family != WS_AF_UNIX)
		return wsc__urgent_count(s, sock, &call->argument.dword);
	if (ioctl((int)s, FIONREAD, &bytes) < 0)
		return errno == ENOTTY ? WS_WSAENOTSOCK : wsc__error_from_errno(errno); /* a file by now */
	call->argument.dword = (DWORD)bytes;
	return 0;
}

static int is_at_mark(SOCKET s, struct socket *sock, struct call *call)
{
	return wsc__urgent_is_at_mark(s, sock, &call->argument.dword);
}

static int set_keepalive_values(SOCKET s, struct socket *sock, struct call *call)
{
	return wsc__keepalive_set_values(s, sock, &call->argument.keepalive);
}

/* There are no layers: the socket is that of the base provider. */
static int give_handle(SOCKET s, struct socket *sock, struct call *call)
{
	(void)sock;
	call->argument.s = s;
	return 0;
}

int wsc__ioctl_nothing(SOCKET s, struct socket *sock, struct call *call)
{
	(void)s, (void)sock, (void)call;
	return 0;
}

int wsc__ioctl_peer(SOCKET s, struct socket *sock, struct call *call)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	(void)sock;
	if (getsockopt((int)s, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return wsc__error_from_errno(errno);
	call->argument.dword = (DWORD)peer.pid;
	return peer.pid ? 0 : WS_WSAENOTCONN;
}

static int acquire_ports(SOCKET s, struct socket *sock, struct call *call)
{
	INET_PORT_RANGE range = call->argument.range;

	return wsc__port_acquire(s, sock, &range, &call->argument.instance);
}

static int release_ports(SOCKET s, struct socket *sock, struct call *call)
{
	return wsc__port_release(s, sock, call->argument.token);
}

static int associate_ports(SOCKET s, struct socket *sock, struct call *call)
{
	return wsc__port_associate(s, sock, call->argument.token);
}

#include "ioctl-rows.h"

static const struct ioctl *find(DWORD code)
{
	unsigned char row = ioctl_index[code % IOCTL_SLOTS];
	const struct ioctl *ioctl = row ? &ioctls[row - 1] : NULL;

	return ioctl && ioctl->code == code && ioctl->since <= wsc__profile.windows ? ioctl : NULL;
}

/* Edge-triggered: an idle stream has hung up from the beginning, and only the change matters. */
static int watch(int epoll, int fd, unsigned events)
{
	struct epoll_event event = { .events = events | EPOLLET, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? wsc__error_from_errno(errno) : 0;
}

/* Waits as wsc__ioctl_wait promises, and no longer than the socket is known. */
static int wait_for(struct socket *sock, int epoll, int fd, int milliseconds)
{
	struct epoll_event event;
	int count;

	do {
		count = epoll_wait(epoll, &event, 1, milliseconds);
		if (!wsc__socket_is(sock, SOCKET_KNOWN))
			return WS_WSA_OPERATION_ABORTED;
	} while (count < 0 ? errno == EINTR : count > 0 && event.data.fd != fd);
	return count < 0 ? wsc__error_from_errno(errno) : 0;
}

int wsc__ioctl_wait(SOCKET s, struct socket *sock, int fd, int milliseconds)
{
	int epoll, own, error;

	if (wsc__socket_is(sock, SOCKET_NONBLOCKING))
		return WS_WSAEWOULDBLOCK;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return wsc__error_from_errno(errno);
	if (!wsc__socket_hold(sock)) {
		close(epoll);
		return WS_WSAENOTSOCK;
	}
	own = fcntl(wsc__rcvall_raw(s, sock), F_DUPFD_CLOEXEC,
		    0); /* epoll forgets what others close, and says nothing */
	error = own < 0 ? wsc__error_from_errno(errno) : watch(epoll, own, 0);
	if (!error && fd >= 0)
		error = watch(epoll, fd, EPOLLIN);
	if (!error)
		error = wait_for(sock, epoll, fd, milliseconds);
	close(epoll);
	if (own >= 0)
		close(own);
	wsc__socket_end(sock);
	return error;
}

/* Whether a buffer has what the row asks for. */
static int check_size(const struct ioctl_size *size, const void *user, DWORD user_size)
{
	if (size->form == NONE || size->form == HANDLERS)
		return 0;
	if (!user || user_size < size->least || (size->form == EXACT && user_size != size->least))
		return size->error;
	return 0;
}

static int read_argument(const struct ioctl *ioctl, struct call *call)
{
	DWORD size = call->in_size < ioctl->in.most ? call->in_size : ioctl->in.most;

	call->argument.dword = 0; /* of which there may come less */
	return wsc__copy_in(&call->argument, call->in, size);
}

/* A socket of another kind is one only if the note is about it. */
static int check_kind(SOCKET s, struct socket *sock, const struct ioctl *ioctl)
{
	int error = 0;

	if (ioctl->kinds & wsc__ioctl_kind(sock))
		return 0;
	if (!ioctl->noted)
		error = wsc__socket_verify(s, sock, NULL);
	return error || ioctl->kinds & wsc__ioctl_kind(sock) ? error : ioctl->other;
}

static int perform(SOCKET s, struct socket *sock, const struct ioctl *ioctl, struct call *call)
{
	int error = ioctl->noted ? wsc__socket_verify(s, sock, NULL) : 0;

	if (!error)
		error = ioctl->refusal;
	if (!error)
		error = check_size(&ioctl->in, call->in, call->in_size);
	if (!error && ioctl->in.least)
		error = read_argument(ioctl, call);
	if (!error)
		error = check_size(&ioctl->out, call->out, call->out_size);
	if (!error && ioctl->other)
		error = check_kind(s, sock, ioctl);
	if (!error)
		error = ioctl->act(s, sock, call);
	if (!error && ioctl->out.least) {
		call->given = ioctl->out.least;
		error = wsc__copy_out(call->out, &call->argument, ioctl->out.least);
	}
	return error;
}

int WSC(ioctlsocket)(SOCKET s, LONG code, WSC(u_long) * user)
{
	const struct ioctl *ioctl = find((DWORD)code);
	struct call call = { .in = user, .out = user, .in_size = 4, .out_size = 4 };
	struct socket *sock;
	DWORD before;
	int error = wsc__socket_enter(s, &sock);

	if (!error && !ioctl)
		error = WS_WSAEOPNOTSUPP;
	/* Also where it is only written: nothing is done before its place is known to be good. */
	if (!error)
		error = wsc__copy_in(&before, user, sizeof before);
	if (!error)
		error = perform(s, sock, ioctl, &call);
	return wsc__result(error);
}
WSC_ALIAS(ioctlsocket)

enum { STATUS_SUCCESS = 0, STATUS_PENDING = 0x103 };
#define STATUS_BUFFER_TOO_SMALL ((ULONG_PTR)(LONG)0xc0000023)
#define STATUS_NOT_SUPPORTED    ((ULONG_PTR)(LONG)0xc00000bb)

static int set_status(WSAOVERLAPPED *overlapped, ULONG_PTR status)
{
	return wsc__copy_out(wsc__user_at(overlapped, offsetof(WSAOVERLAPPED, Internal)), &status,
			     sizeof status);
}

/* The end of an overlapped call. */
static int complete(WSAOVERLAPPED *overlapped, ULONG_PTR status, ULONG_PTR bytes)
{
	int error = wsc__copy_out(wsc__user_at(overlapped, offsetof(WSAOVERLAPPED, InternalHigh)), &bytes,
				  sizeof bytes);

	return error ? error : set_status(overlapped, status);
}

/* A call that is begun, and whose end only the OVERLAPPED tells. */
static int pend(WSAOVERLAPPED *overlapped, ULONG_PTR status, ULONG_PTR bytes)
{
	int error = complete(overlapped, status, bytes);

	return error ? error : WS_WSA_IO_PENDING;
}

/* Nothing here takes time, so that it is over when the call returns: without an event, a port or a
 * routine to tell, that is all there is to it. A code that nobody knows is begun all the same. */
static int perform_overlapped(SOCKET s, struct socket *sock, const struct ioctl *ioctl, struct call *call,
			      WSAOVERLAPPED *overlapped)
{
	enum ioctl_overlapped end = ioctl ? ioctl->overlapped : NEVER;
	int error = 0;

	/* Nothing is done before the place for its end is known to be good. */
	if (end != FAULT && end != LATER && wsc__copy_out_check(overlapped, offsetof(WSAOVERLAPPED, Offset)))
		return WS_WSAEFAULT;
	switch (end) {
	case NEVER:
		return pend(overlapped, STATUS_NOT_SUPPORTED, 0);
	case FAULT:
		return WS_WSAEFAULT;
	case LATER:
		return WS_WSAEOPNOTSUPP;
	case PENDS:
		error = perform(s, sock, ioctl, call);
		if (error == WS_WSAEFAULT)
			return pend(overlapped, STATUS_BUFFER_TOO_SMALL, 0);
		return error ? error : pend(overlapped, STATUS_SUCCESS, call->given);
	case QUIET:
		error = set_status(overlapped, STATUS_PENDING);
		break;
	case DONE:
		break;
	}
	if (!error)
		error = perform(s, sock, ioctl, call);
	return error ? error : complete(overlapped, STATUS_SUCCESS, 0); /* Windows counts no bytes there */
}

/* Windows looks at this pointer before anything else, and needs it even if it goes unused. */
static int check_count(DWORD *returned)
{
	DWORD before;
	int value;

	if (wsc__guarded)
		return wsc__load4(&value, returned) && wsc__store4(returned, value) ? 0 : WS_WSAEFAULT;
	return wsc__copy_in(&before, returned, sizeof before) ||
			       wsc__copy_out(returned, &before, sizeof before)
		       ? WS_WSAEFAULT
		       : 0;
}

static int store_count(DWORD *returned, DWORD given)
{
	if (wsc__guarded)
		return wsc__store4(returned, (int)given) ? 0 : WS_WSAEFAULT;
	return wsc__copy_out(returned, &given, sizeof given);
}

static int control(SOCKET s, DWORD code, struct call *call, DWORD *returned, WSAOVERLAPPED *overlapped,
		   LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	const struct ioctl *ioctl = find(code);
	struct socket *sock = wsc__socket_get(s);
	bool stores = !overlapped; /* the count is stored */
	int error;

	if (overlapped && routine) /* there is no alertable wait yet that could run it */
		return WS_WSAEOPNOTSUPP;
	if (!sock)
		error = WS_WSAENOTSOCK;
	else if (overlapped)
		error = perform_overlapped(s, sock, ioctl, call, overlapped);
	else
		error = ioctl ? perform(s, sock, ioctl, call) : WS_WSAEOPNOTSUPP;
	if (!error)
		stores = stores || ioctl->overlapped != QUIET;
	else if (call->counted)
		stores = true;
	else if (ioctl && ioctl->kept)
		stores = false;
	if (error && !call->counted)
		call->given = 0;
	if (stores && store_count(returned, call->given))
		error = WS_WSAEFAULT;
	return error;
}

int WSC(WSAIoctl)(SOCKET s, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *returned,
		  WSAOVERLAPPED *overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	struct call call; /* but for its argument, which need not be cleared */
	int error = wsc__enter();

	call.in = in;
	call.in_size = in_size;
	call.out = out;
	call.out_size = out_size;
	call.given = 0;
	call.counted = false;

	if (!error)
		error = check_count(returned);
	if (!error)
		error = control(s, code, &call, returned, overlapped, routine);
	return wsc__result(error);
}
WSC_ALIAS(WSAIoctl)
