/* Lookups in the background: each has a thread of its own, for which nobody has to wait. */
#ifndef WSC_LOOKUP_H
#define WSC_LOOKUP_H

#include "ws.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct lookup;

struct lookup_kind {
	/* Looks up, in the thread: it may take as long as it likes, and touches no memory of the program's.
	 */
	int (*find)(struct lookup *lookup);

	/* Hands over what was found, or the error, in some thread of the library's. It is called once, unless
	 * the lookup is dropped: when it has been found, or is cancelled, or takes too long. Not for
	 * wsc__lookup_wait. */
	void (*finish)(struct lookup *lookup, int error);

	/* Frees all of it, once nobody needs it any more. */
	void (*free)(struct lookup *lookup);
};

/* What a lookup begins with. Its handle is set before it starts; the rest is private. */
struct lookup {
	uintptr_t handle;
	const struct lookup_kind *kind;
	struct lookup *next; /* of those that are pending */
	int users;           /* threads that need it */
	bool waited;         /* for by wsc__lookup_wait */
	int error;           /* with which it ended */
	uint64_t end;        /* of wsc__now: then it takes too long */
	pthread_cond_t over; /* it is pending no more */
};

/* A number that no other lookup has, and the last one that was given. */
uintptr_t wsc__lookup_new_handle(void);
uintptr_t wsc__lookup_last_handle(void);

/* Begins a lookup, which ends with WSAETIMEDOUT at that moment of wsc__now (WSC_FOREVER is never).
 * WSA_NOT_ENOUGH_MEMORY if there can be no thread for it; then it is freed. */
int wsc__lookup_start(struct lookup *lookup, const struct lookup_kind *kind, uint64_t end);

/* The same, and waits for it: the error with which it ended. Whatever that is, wsc__lookup_release frees it.
 */
int wsc__lookup_wait(struct lookup *lookup, const struct lookup_kind *kind, uint64_t end);
void wsc__lookup_release(struct lookup *lookup);

/* Ends a lookup of this kind at once; false if none of this handle is pending. It finishes with the error, or
 * is dropped if that is 0. */
bool wsc__lookup_cancel(const struct lookup_kind *kind, uintptr_t handle, int error);

/* Drops all that are pending, as the last WSACleanup does. */
void wsc__lookup_drop_all(void);

#endif
