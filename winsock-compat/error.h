/* Errors: what errno is called in Winsock, and the results of the calls. */
#ifndef WSC_ERROR_H
#define WSC_ERROR_H

#include "thread.h"

/* The Winsock number for an errno, as most calls report it; where a call decides
 * otherwise, it does so itself. An errno without a counterpart is WSASYSCALLFAILURE. */
int wsc__error_from_errno(int posix_error);

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
