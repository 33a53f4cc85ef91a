/* Lookups in the background.
 *
 * A lookup is pending from its start until somebody takes it off the list: its own thread, when it has found
 * what it looked for, or whoever has had enough of it. Whoever took it off finishes it, so that this happens
 * once. A thread that is inside the C library's resolver cannot be stopped: it goes on, finds that its lookup
 * is no longer pending, and frees what it has. */
#include "lookup.h"

#include "blocking.h"

#include <signal.h>
#include <stdatomic.h>
#include <time.h>

static pthread_mutex_t lock =
	PTHREAD_MUTEX_INITIALIZER; /* of the list, and of what is private in its members */
static struct lookup *pending;
static _Atomic uintptr_t handles;

/* The threads are not in the child, which has no use for their lookups. */
static void forget(void)
{
	pthread_mutex_init(&lock, NULL);
	pending = NULL;
}

static void watch_fork(void)
{
	pthread_atfork(NULL, NULL, forget);
}

uintptr_t wsc__lookup_new_handle(void)
{
	return atomic_fetch_add(&handles, 1) + 1;
}

uintptr_t wsc__lookup_last_handle(void)
{
	return atomic_load(&handles);
}

/* Takes it off the list, under the lock; false if somebody else has. */
static bool take(struct lookup *lookup, int error)
{
	struct lookup **place = &pending;

	while (*place && *place != lookup)
		place = &(*place)->next;
	if (!*place)
		return false;
	*place = lookup->next;
	lookup->error = error;
	pthread_cond_broadcast(&lookup->over);
	return true;
}

void wsc__lookup_release(struct lookup *lookup)
{
	int users;

	pthread_mutex_lock(&lock);
	users = --lookup->users;
	pthread_mutex_unlock(&lock);
	if (users)
		return;
	pthread_cond_destroy(&lookup->over);
	lookup->kind->free(lookup);
}

/* A thread that nobody waits for, and that leaves the program's signals to the program. */
static bool start_thread(void *(*run)(void *), struct lookup *lookup)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT };
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t blocked, before;
	bool started;

	sigfillset(&blocked);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigdelset(&blocked, faults[i]);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	started = !pthread_create(&thread, &attributes, run, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

static void *find(void *argument)
{
	struct lookup *lookup = argument;
	int error = lookup->kind->find(lookup);
	bool ours;

	pthread_mutex_lock(&lock);
	ours = take(lookup, error);
	pthread_mutex_unlock(&lock);
	if (ours && !lookup->waited)
		lookup->kind->finish(lookup, error);
	wsc__lookup_release(lookup);
	return NULL;
}

/* Finishes one that has been taken off the list. */
static void *finish(void *argument)
{
	struct lookup *lookup = argument;

	lookup->kind->finish(lookup, lookup->error);
	wsc__lookup_release(lookup);
	return NULL;
}

static bool is_pending(const struct lookup *lookup)
{
	const struct lookup *other = pending;

	while (other && other != lookup)
		other = other->next;
	return other;
}

/* Waits for its end, under the lock, and makes it end when it takes too long; true if it did. */
static bool wait_for_end(struct lookup *lookup)
{
	struct timespec end = { .tv_sec = (time_t)(lookup->end / 1000),
				.tv_nsec = (long)(lookup->end % 1000) * 1000000 };

	while (is_pending(lookup)) {
		if (lookup->end == WSC_FOREVER)
			pthread_cond_wait(&lookup->over, &lock);
		else if (wsc__now() >= lookup->end)
			return take(lookup, WS_WSAETIMEDOUT);
		else
			pthread_cond_timedwait(&lookup->over, &lock, &end);
	}
	return false;
}

static void *watch(void *argument)
{
	struct lookup *lookup = argument;
	bool ours;

	pthread_mutex_lock(&lock);
	ours = wait_for_end(lookup);
	pthread_mutex_unlock(&lock);
	if (ours)
		return finish(lookup);
	wsc__lookup_release(lookup);
	return NULL;
}

/* Puts it on the list and makes its threads. If one cannot be had, whoever has it frees it, and nobody
 * finishes it. */
static int start(struct lookup *lookup, const struct lookup_kind *kind, uint64_t end, bool waited)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	bool watched = !waited && end != WSC_FOREVER, ours;
	pthread_condattr_t attributes;

	pthread_once(&once, watch_fork);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&lookup->over, &attributes);
	pthread_condattr_destroy(&attributes);
	lookup->kind = kind;
	lookup->end = end;
	lookup->waited = waited;
	lookup->error = 0;
	lookup->users = 2 + watched; /* this one, too */
	pthread_mutex_lock(&lock);
	lookup->next = pending;
	pending = lookup;
	pthread_mutex_unlock(&lock);
	if (watched && !start_thread(watch, lookup)) {
		wsc__lookup_release(lookup);
		watched = false;
		goto none;
	}
	if (start_thread(find, lookup))
		return 0;
none:
	pthread_mutex_lock(&lock);
	ours = take(lookup, WS_WSA_NOT_ENOUGH_MEMORY);
	pthread_mutex_unlock(&lock);
	wsc__lookup_release(lookup);
	return ours ? WS_WSA_NOT_ENOUGH_MEMORY : 0;
}

int wsc__lookup_start(struct lookup *lookup, const struct lookup_kind *kind, uint64_t end)
{
	int error = start(lookup, kind, end, false);

	wsc__lookup_release(lookup);
	return error;
}

int wsc__lookup_wait(struct lookup *lookup, const struct lookup_kind *kind, uint64_t end)
{
	int error;

	start(lookup, kind, end, true);
	pthread_mutex_lock(&lock);
	wait_for_end(lookup);
	error = lookup->error;
	pthread_mutex_unlock(&lock);
	return error;
}

bool wsc__lookup_cancel(const struct lookup_kind *kind, uintptr_t handle, int error)
{
	struct lookup *lookup;

	pthread_mutex_lock(&lock);
	for (lookup = pending; lookup; lookup = lookup->next)
		if (lookup->kind == kind && lookup->handle == handle)
			break;
	if (lookup) {
		take(lookup, error);
		lookup->users += error != 0;
	}
	pthread_mutex_unlock(&lock);
	if (lookup && error && !start_thread(finish, lookup))
		finish(lookup);
	return lookup;
}

void wsc__lookup_drop_all(void)
{
	pthread_mutex_lock(&lock);
	while (pending)
		take(pending, WS_WSAEINTR);
	pthread_mutex_unlock(&lock);
}
