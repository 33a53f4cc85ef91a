/* ioctlsocket and WSAIoctl, over one table. */
#include "export.h"
#include "fault.h"
#include "keepalive.h"
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

union argument {
	DWORD dword;
	struct tcp_keepalive keepalive;
	GUID guid;
	void (*function)(void);
};

/* What a code takes and gives; fewer bytes are WSAEFAULT. */
struct request {
	DWORD code;
	size_t in, out;
	bool quiet; /* an overlapped call leaves the count of bytes alone */
	int (*act)(SOCKET s, struct socket *sock, union argument *argument);
};

static int set_nonblocking(SOCKET s, struct socket *sock, union argument *argument)
{
	int flags = fcntl((int)s, F_GETFL);

	if (flags < 0)
		return wsc__error_from_errno(errno);
	flags = argument->dword ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	if (fcntl((int)s, F_SETFL, flags) < 0)
		return wsc__error_from_errno(errno);
	wsc__socket_mark(sock, argument->dword ? SOCKET_NONBLOCKING : 0, argument->dword ? 0 : SOCKET_NONBLOCKING);
	return 0;
}

static int count_readable(SOCKET s, struct socket *sock, union argument *argument)
{
	int bytes;

	(void)sock;
	if (ioctl((int)s, FIONREAD, &bytes) < 0)
		return errno == ENOTTY ? WS_WSAENOTSOCK : wsc__error_from_errno(errno); /* a file by now */
	argument->dword = (DWORD)bytes;
	return 0;
}

/* TRUE says that no urgent data is waiting; with SO_OOBINLINE, that it is next or not there. */
static int is_at_mark(SOCKET s, struct socket *sock, union argument *argument)
{
	struct pollfd urgent = { .fd = (int)s, .events = POLLPRI };
	int in_line = 0, at_mark = 0;
	socklen_t size = sizeof in_line;

	if (sock->type != SOCK_STREAM)
		return WS_WSAEINVAL;
	if (poll(&urgent, 1, 0) < 0 || getsockopt((int)s, SOL_SOCKET, SO_OOBINLINE, &in_line, &size) < 0 ||
	    ioctl((int)s, SIOCATMARK, &at_mark) < 0)
		return wsc__error_from_errno(errno);
	argument->dword = !(urgent.revents & POLLPRI) || (in_line && at_mark);
	return 0;
}

static int set_keepalive_values(SOCKET s, struct socket *sock, union argument *argument)
{
	return wsc__keepalive_set_values(s, sock, &argument->keepalive);
}

/* Functions that Windows gives by pointer only, or so as well. */
static int find_extension(SOCKET s, struct socket *sock, union argument *argument)
{
	static const struct {
		GUID guid;
		void (*function)(void);
	} extensions[] = {
		{ WSAID_WSARECVMSG, (void (*)(void))WSC(WSARecvMsg) },
		{ WSAID_WSASENDMSG, (void (*)(void))WSC(WSASendMsg) },
	};

	(void)s, (void)sock;
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		if (!memcmp(&extensions[i].guid, &argument->guid, sizeof argument->guid)) {
			argument->function = extensions[i].function;
			return 0;
		}
	return WS_WSAEINVAL;
}

static const struct request requests[] = {
	{ WS_FIONBIO, 4, 0, false, set_nonblocking },
	{ WS_FIONREAD, 0, 4, false, count_readable },
	{ WS_SIOCATMARK, 0, 4, false, is_at_mark },
	{ WS_SIO_GET_EXTENSION_FUNCTION_POINTER, sizeof(GUID), sizeof(void (*)(void)), false, find_extension },
	{ WS_SIO_KEEPALIVE_VALS, sizeof(struct tcp_keepalive), 0, true, set_keepalive_values },
};

static const struct request *find(DWORD code)
{
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		if (requests[i].code == code)
			return &requests[i];
	return NULL;
}

int WSC(ioctlsocket)(SOCKET s, LONG code, WSC(u_long) *user)
{
	const struct request *request = find((DWORD)code);
	struct socket *sock;
	union argument argument;
	int error = wsc__socket_enter(s, &sock);

	if (!error && (!request || request->in > 4 || request->out > 4))
		error = WS_WSAEOPNOTSUPP;
	/* Also where it is only written: nothing is done before its place is known to be good. */
	if (!error)
		error = wsc__copy_in(&argument, user, 4);
	if (!error)
		error = request->act(s, sock, &argument);
	if (!error && request->out)
		error = wsc__copy_out(user, &argument, 4);
	return wsc__result(error);
}
WSC_ALIAS(ioctlsocket)

static int perform(SOCKET s, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *given)
{
	const struct request *request = find(code);
	struct socket *sock = wsc__socket_get(s);
	union argument argument;
	int error;

	if (!sock)
		return WS_WSAENOTSOCK;
	if (!request)
		return WS_WSAEOPNOTSUPP;
	if (in_size < request->in || out_size < request->out || wsc__copy_in(&argument, in, request->in))
		return WS_WSAEFAULT;
	error = request->act(s, sock, &argument);
	if (!error && wsc__copy_out(out, &argument, request->out))
		error = WS_WSAEFAULT;
	if (!error)
		*given = (DWORD)request->out;
	return error;
}

enum { STATUS_SUCCESS = 0, STATUS_PENDING = 0x103, STATUS_NOT_SUPPORTED = 0xc00000bb };

static int set_status(WSAOVERLAPPED *overlapped, ULONG_PTR status)
{
	return wsc__copy_out((char *)overlapped + offsetof(WSAOVERLAPPED, Internal), &status, sizeof status);
}

/* The end of an overlapped call. Whatever it gives, Windows counts no bytes here. */
static int complete(WSAOVERLAPPED *overlapped, ULONG_PTR status)
{
	ULONG_PTR none = 0;
	int error = wsc__copy_out((char *)overlapped + offsetof(WSAOVERLAPPED, InternalHigh), &none, sizeof none);

	return error ? error : set_status(overlapped, status);
}

/* Nothing here takes time, so that it is over when the call returns: without an event, a port or a
 * routine to tell, that is all there is to it. A code that nobody knows is begun all the same. */
static int perform_overlapped(SOCKET s, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size,
			      DWORD *returned, WSAOVERLAPPED *overlapped)
{
	const struct request *request = find(code);
	DWORD given = 0;
	int error = wsc__socket_get(s) ? set_status(overlapped, STATUS_PENDING) : WS_WSAENOTSOCK;

	if (!error && !request) {
		error = complete(overlapped, STATUS_NOT_SUPPORTED);
		return error ? error : WS_WSA_IO_PENDING;
	}
	if (!error)
		error = perform(s, code, in, in_size, out, out_size, &given);
	if (!error)
		error = complete(overlapped, STATUS_SUCCESS);
	if (!error && !request->quiet)
		error = wsc__copy_out(returned, &given, sizeof given);
	return error;
}

int WSC(WSAIoctl)(SOCKET s, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *returned,
		  WSAOVERLAPPED *overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	DWORD given = 0;
	int error = wsc__enter();

	/* Windows looks at this pointer before anything else, and needs it even if it goes unused. */
	if (!error && overlapped)
		error = wsc__copy_in(&given, returned, sizeof given);
	if (!error)
		error = wsc__copy_out(returned, &given, sizeof given);
	if (error)
		return wsc__result(error);
	given = 0;
	if (overlapped && routine) /* there is no alertable wait yet that could run it */
		return wsc__result(WS_WSAEOPNOTSUPP);
	if (overlapped)
		return wsc__result(perform_overlapped(s, code, in, in_size, out, out_size, returned, overlapped));
	error = perform(s, code, in, in_size, out, out_size, &given);
	if (given)
		wsc__copy_out(returned, &given, sizeof given);
	return wsc__result(error);
}
WSC_ALIAS(WSAIoctl)
