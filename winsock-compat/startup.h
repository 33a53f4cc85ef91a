/* WSAStartup and WSACleanup, and the check with which every other call begins. */
#ifndef WSC_STARTUP_H
#define WSC_STARTUP_H

#include "error.h"

#include <stdatomic.h>

extern _Atomic int wsc__startups; /* WSAStartup calls without their WSACleanup */
extern _Atomic WORD wsc__version; /* the lowest version that one of them negotiated */

/* 0, WSANOTINITIALISED, or WSAEINPROGRESS inside a blocking hook or a condition function. */
static inline int wsc__enter(void)
{
	if (__builtin_expect(!atomic_load_explicit(&wsc__startups, memory_order_relaxed), 0))
		return WS_WSANOTINITIALISED;
	if (__builtin_expect(wsc__thread.in_progress, 0))
		return WS_WSAEINPROGRESS;
	return 0;
}

#endif
