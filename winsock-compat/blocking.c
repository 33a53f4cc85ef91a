/* Calls that wait, and the blocking hook of Winsock 1.1. */
#include "blocking.h"

#include "export.h"
#include "fault.h"
#include "rcvall.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

enum { HOOK_PERIOD = 10 }; /* ms between two looks at the socket while the hook has nothing to do */

uint64_t wsc__now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int wsc__run_hook(void)
{
	struct thread *thread = &wsc__thread;

	thread->cancelled = false;
	thread->in_progress = true;
	while (thread->hook && thread->hook() && !thread->cancelled)
		;
	thread->in_progress = false;
	return thread->cancelled ? WS_WSAEINTR : 0;
}

uint64_t wsc__deadline(DWORD timeout)
{
	return timeout ? wsc__now() + timeout + 1
		       : WSC_FOREVER; /* the millisecond that has begun is no whole one */
}

/* Whether it blocks, those who share it may have changed. */
bool wsc__waits_apart(SOCKET s, struct socket *sock)
{
	return !wsc__socket_is(sock, SOCKET_NONBLOCKING) && !(fcntl((int)s, F_GETFL) & O_NONBLOCK);
}

/* Of another descriptor, too, for who is woken by that; and looking up so often, in ms, or never (-1). */
static int wait_for(int fd, short events, int other, int period, uint64_t end)
{
	for (;;) {
		struct pollfd waiting[] = { { .fd = fd, .events = events }, { .fd = other } };
		nfds_t count = other == fd ? 1 : 2;
		uint64_t now = wsc__now();
		int error, left = period;

		if (wsc__thread.hook) {
			error = wsc__run_hook();
			if (error)
				return error;
			left = HOOK_PERIOD;
		}
		if (end != WSC_FOREVER && (left < 0 || end < now + (uint64_t)left))
			left = now < end ? (int)(end - now) : 0;
		if (poll(waiting, count, left) > 0)
			return 0;
		if (wsc__now() >= end)
			return WS_WSAETIMEDOUT;
	}
}

/* The packet socket of SIO_RCVALL cannot be woken, but the raw one can. One that is shared is not shut when
 * it is closed here; but another descriptor has its number then. */
int wsc__wait(SOCKET s, short events, uint64_t end)
{
	struct socket *sock = wsc__socket_place(s);

	return wait_for((int)s, events, wsc__rcvall_raw(s, sock),
			wsc__socket_is(sock, SOCKET_SHARED) ? HOOK_PERIOD : -1, end);
}

int wsc__wait_descriptor(int fd, short events, uint64_t end)
{
	return wait_for(fd, events, fd, -1, end);
}

/* Hooks are for programs that negotiated Winsock 1: Winsock 2 has abolished them. */
static int enter_hook_call(void)
{
	int error = wsc__startups ? 0 : WS_WSANOTINITIALISED;

	return !error && (wsc__version & 0xff) >= 2 ? WS_WSAEOPNOTSUPP : error;
}

/* What WSASetBlockingHook gives back for the hook that every thread begins with. */
static BOOL default_hook(void)
{
	return FALSE;
}

FARPROC WSC(WSASetBlockingHook)(FARPROC hook)
{
	BOOL (*previous)(void) = wsc__thread.hook ? wsc__thread.hook : default_hook;
	BOOL (*next)(void) = (BOOL(*)(void))(void (*)(void))hook;
	int error = enter_hook_call();

	if (!error && !hook)
		error = WS_WSAEFAULT;
	if (!error && wsc__thread.in_progress)
		error = WS_WSAEINPROGRESS;
	if (error) {
		wsc__thread.last_error = error;
		return NULL;
	}
	wsc__thread.hook = next == default_hook ? NULL : next;
	return (FARPROC)(void (*)(void))previous;
}
WSC_ALIAS(WSASetBlockingHook)

int WSC(WSAUnhookBlockingHook)(void)
{
	int error = enter_hook_call();

	if (!error && wsc__thread.in_progress)
		error = WS_WSAEINPROGRESS;
	if (!error)
		wsc__thread.hook = NULL;
	return wsc__result(error);
}
WSC_ALIAS(WSAUnhookBlockingHook)

BOOL WSC(WSAIsBlocking)(void)
{
	return wsc__thread.in_progress && wsc__thread.hook;
}
WSC_ALIAS(WSAIsBlocking)

int WSC(WSACancelBlockingCall)(void)
{
	int error = enter_hook_call();

	if (!error && !WSC(WSAIsBlocking)())
		error = WS_WSAEINVAL;
	if (!error)
		wsc__thread.cancelled = true;
	return wsc__result(error);
}
WSC_ALIAS(WSACancelBlockingCall)
