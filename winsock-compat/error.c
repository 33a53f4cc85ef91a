/* Errors: the one table from errno to Winsock, and the thread's last error. */
#include "error.h"
#include "export.h"

#include <errno.h>

__thread struct thread wsc__thread;

/* Source: Microsoft's list of Windows Sockets error codes, turned round. */
static const short winsock_error[] = {
	[EPERM] = WS_WSAEACCES,
	[EINTR] = WS_WSAEINTR,
	[EIO] = WS_WSASYSCALLFAILURE,
	[EBADF] = WS_WSAENOTSOCK, /* on Windows a bad handle is just no socket */
	[EAGAIN] = WS_WSAEWOULDBLOCK,
	[ENOMEM] = WS_WSAENOBUFS,
	[EACCES] = WS_WSAEACCES,
	[EFAULT] = WS_WSAEFAULT,
	[ENODEV] = WS_WSAENETDOWN,
	[EINVAL] = WS_WSAEINVAL,
	[ENFILE] = WS_WSAEMFILE,
	[EMFILE] = WS_WSAEMFILE,
	[EPIPE] = WS_WSAECONNABORTED,
	[EDOM] = WS_WSAEINVAL,
	[ENAMETOOLONG] = WS_WSAENAMETOOLONG,
	[ENOTEMPTY] = WS_WSAENOTEMPTY,
	[ELOOP] = WS_WSAELOOP,
	[EREMOTE] = WS_WSAEREMOTE,
	[EUSERS] = WS_WSAEUSERS,
	[ENOTSOCK] = WS_WSAENOTSOCK,
	[EDESTADDRREQ] = WS_WSAEDESTADDRREQ,
	[EMSGSIZE] = WS_WSAEMSGSIZE,
	[EPROTOTYPE] = WS_WSAEPROTOTYPE,
	[ENOPROTOOPT] = WS_WSAENOPROTOOPT,
	[EPROTONOSUPPORT] = WS_WSAEPROTONOSUPPORT,
	[ESOCKTNOSUPPORT] = WS_WSAESOCKTNOSUPPORT,
	[EOPNOTSUPP] = WS_WSAEOPNOTSUPP,
	[EPFNOSUPPORT] = WS_WSAEPFNOSUPPORT,
	[EAFNOSUPPORT] = WS_WSAEAFNOSUPPORT,
	[EADDRINUSE] = WS_WSAEADDRINUSE,
	[EADDRNOTAVAIL] = WS_WSAEADDRNOTAVAIL,
	[ENETDOWN] = WS_WSAENETDOWN,
	[ENETUNREACH] = WS_WSAENETUNREACH,
	[ENETRESET] = WS_WSAENETRESET,
	[ECONNABORTED] = WS_WSAECONNABORTED,
	[ECONNRESET] = WS_WSAECONNRESET,
	[ENOBUFS] = WS_WSAENOBUFS,
	[EISCONN] = WS_WSAEISCONN,
	[ENOTCONN] = WS_WSAENOTCONN,
	[ESHUTDOWN] = WS_WSAESHUTDOWN,
	[ETOOMANYREFS] = WS_WSAETOOMANYREFS,
	[ETIMEDOUT] = WS_WSAETIMEDOUT,
	[ECONNREFUSED] = WS_WSAECONNREFUSED,
	[EHOSTDOWN] = WS_WSAEHOSTDOWN,
	[EHOSTUNREACH] = WS_WSAEHOSTUNREACH,
	[EALREADY] = WS_WSAEALREADY,
	[EINPROGRESS] = WS_WSAEWOULDBLOCK, /* a connect that goes on by itself */
	[ESTALE] = WS_WSAESTALE,
	[EDQUOT] = WS_WSAEDQUOT,
	[ECANCELED] = WS_WSA_OPERATION_ABORTED,
};

int wsc__error_from_errno(int posix_error)
{
	int error = 0;

	if (posix_error >= 0 && posix_error < (int)(sizeof winsock_error / sizeof *winsock_error))
		error = winsock_error[posix_error];
	return error ? error : WS_WSASYSCALLFAILURE;
}

int WSC(WSAGetLastError)(void)
{
	return wsc__thread.last_error;
}
WSC_ALIAS(WSAGetLastError)

void WSC(WSASetLastError)(int error)
{
	wsc__thread.last_error = error;
}
WSC_ALIAS(WSASetLastError)

DWORD WSC(GetLastError)(void)
{
	return (DWORD)wsc__thread.last_error;
}
WSC_ALIAS(GetLastError)

void WSC(SetLastError)(DWORD error)
{
	wsc__thread.last_error = (int)error;
}
WSC_ALIAS(SetLastError)
