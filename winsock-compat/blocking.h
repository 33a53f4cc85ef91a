/* Calls that wait: the blocking hook of Winsock 1.1, and waiting for a socket. */
#ifndef WSC_BLOCKING_H
#define WSC_BLOCKING_H

#include "socket.h"

/* select and WSAPoll calls that wait. They are not counted in their sockets' notes, but closesocket wakes
 * them: see wsc__watch_hold. */
extern _Atomic unsigned wsc__selections;

#define WSC_FOREVER (~(uint64_t)0)

/* Whether a call that may block has to run this thread's hook while it waits. */
static inline bool wsc__hooked(struct socket *sock)
{
	return __builtin_expect(wsc__thread.hook != NULL, 0) && !wsc__socket_is(sock, SOCKET_NONBLOCKING);
}

/* Whether a call that waits for it in the kernel would not be woken by closesocket, and has to wait in
 * wsc__wait. */
bool wsc__waits_apart(SOCKET s, struct socket *sock);
static inline bool wsc__waits_aside(SOCKET s, struct socket *sock)
{
	return __builtin_expect(wsc__socket_is(sock, SOCKET_RCVALL | SOCKET_SHARED), 0) &&
	       wsc__waits_apart(s, sock);
}

/* Waits until the socket, which is held, is ready for `events` of poll(2) or closed, running the hook if
 * there is one. Gives 0, WSAETIMEDOUT at that moment of wsc__now, or WSAEINTR if the hook cancelled the call.
 */
int wsc__wait(SOCKET s, short events, uint64_t end);

/* The same for a descriptor of the library's own, which has no note. */
int wsc__wait_descriptor(int fd, short events, uint64_t end);

/* When a call that begins now is over, by SO_RCVTIMEO or SO_SNDTIMEO: 0 is never. */
uint64_t wsc__deadline(DWORD timeout);

/* Runs this thread's hook until it has no more to do; WSAEINTR if it cancelled the call. */
int wsc__run_hook(void);

/* Milliseconds of a clock that only goes forward. */
uint64_t wsc__now(void);

#endif
