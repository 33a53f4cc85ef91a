/* Urgent data of TCP as Windows has it: apart from the stream, and each byte kept until it is asked for. */
#ifndef WSC_URGENT_H
#define WSC_URGENT_H

#include "socket.h"
#include "transfer.h"

#include <poll.h>

/* For select and WSAPoll. What is ready without asking the kernel, as events of poll(2): POLLPRI for urgent
 * bytes that wait, POLLIN for such that became part of the stream when SO_OOBINLINE was set. */
short wsc__urgent_waiting(struct socket *sock);

static inline short wsc__urgent_ready(struct socket *sock)
{
	return __builtin_expect(wsc__socket_is(sock, SOCKET_URGENT), 0) ? wsc__urgent_waiting(sock) : 0;
}

/* What poll(2) saw, when what it says of urgent data has been looked into. */
short wsc__urgent_look(SOCKET s, struct socket *sock, short seen);

static inline short wsc__urgent_events(SOCKET s, struct socket *sock, short seen)
{
	return __builtin_expect(seen & POLLPRI, 0) ? wsc__urgent_look(s, sock, seen) : seen;
}

/* recv with MSG_OOB: one byte, if there is one, `done` says so. Never waits. */
int wsc__urgent_take(SOCKET s, struct socket *sock, struct transfer *transfer, int posix_flags);

/* Any other receive of a socket with SOCKET_URGENT: as much as there is before the next place where an urgent
 * byte was, or may be. Never waits. Not for a socket of which the kernel's way is Windows': */
int wsc__urgent_receive(SOCKET s, struct socket *sock, struct transfer *transfer, int posix_flags);
bool wsc__urgent_is_plain(struct socket *sock);

/* FIONREAD and SIOCATMARK, of TCP. */
int wsc__urgent_count(SOCKET s, struct socket *sock, DWORD *bytes);
int wsc__urgent_is_at_mark(SOCKET s, struct socket *sock, DWORD *at_mark);

/* Whether the next urgent byte can only be had when some of the stream was received: there are too many
 * places to remember. */
bool wsc__urgent_is_full(struct socket *sock);

#endif
