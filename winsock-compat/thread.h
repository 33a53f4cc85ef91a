/* What each thread has of its own. */
#ifndef WSC_THREAD_H
#define WSC_THREAD_H

#include "ws.h"

#include <stdbool.h>

struct thread {
	int last_error;      /* of WSAGetLastError and GetLastError alike */
	bool in_progress;    /* its blocking hook or condition function runs: WSAEINPROGRESS */
	bool cancelled;      /* WSACancelBlockingCall was called from the hook */
	DWORD open_type;     /* SO_OPENTYPE */
	BOOL (*hook)(void);  /* of WSASetBlockingHook; NULL is the default one, which blocks */
};

extern __thread struct thread wsc__thread __attribute__((tls_model("initial-exec")));

#endif
