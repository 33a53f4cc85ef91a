/* Errors: what they are called on either side, and the results of the calls. */
#ifndef WSC_ERROR_H
#define WSC_ERROR_H

#include "thread.h"

/* The Winsock number for an errno, as most calls report it; where a call decides
 * otherwise, it does so itself. An errno without a counterpart is WSASYSCALLFAILURE. */
int wsc__error_from_errno(int posix_error);

/* The same for what getaddrinfo gives, 0 included; errno counts where that says so. */
int wsc__error_from_eai(int eai);

/* The same for h_errno after a failure: WSANO_RECOVERY for what is none of its codes. */
int wsc__error_from_h_errno(int code);

/* What WSAGetOverlappedResult makes of the NTSTATUS that an operation has left: 0 for a success,
 * WSA_IO_INCOMPLETE for one that is not over, WSAEINVAL for a failure that Winsock does not know. */
int wsc__error_from_status(DWORD status);

/* The same for GetOverlappedResult and completion ports, to which errors are Windows' own. */
DWORD wsc__system_error_from_status(DWORD status);

/* What an operation leaves in Internal that ended with this error of Winsock, or with 0;
 * wsc__error_from_status gives the error again. */
DWORD wsc__status_from_error(int error);

/* 0, or sets the last error and gives SOCKET_ERROR. A success leaves the last error alone. */
static inline int wsc__result(int error)
{
	if (!error)
		return 0;
	wsc__thread.last_error = error;
	return SOCKET_ERROR;
}

/* The same for the calls that give a pointer: NULL after an error. */
static inline void *wsc__result_pointer(int error, void *pointer)
{
	if (error)
		wsc__thread.last_error = error;
	return error ? NULL : pointer;
}

/* The same for the calls that give a socket. */
static inline SOCKET wsc__result_socket(int error)
{
	wsc__thread.last_error = error;
	return INVALID_SOCKET;
}

#endif
