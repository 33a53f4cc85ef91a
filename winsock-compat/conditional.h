/* SO_CONDITIONAL_ACCEPT: a listener that answers no caller before the program has said so.
 *
 * It takes raw sockets, and so CAP_NET_RAW; without that a listener is like any other. */
#ifndef WSC_CONDITIONAL_H
#define WSC_CONDITIONAL_H

#include "socket.h"

/* Called by listen() before the kernel listens, and then. The first lets no caller through from then on; it
 * fails for want of memory or descriptors, not for want of the privilege. */
int wsc__conditional_prepare(SOCKET s, struct socket *sock);
void wsc__conditional_listening(SOCKET s, struct socket *sock, int backlog);

/* What the program says of a caller: 0, WSATRY_AGAIN, or an error with which the caller is refused. The
 * addresses are the kernel's, in the listener's family. */
typedef int wsc__conditional_ask(const void *context, const struct sockaddr_storage *caller,
				 const struct sockaddr_storage *callee, socklen_t length);

/* The next connection of such a listener: of the first caller that `ask`, if there is one, lets in.
 * WSC_LOOK_AGAIN if a pause or an earlier connection is to be seen to first. */
enum { WSC_LOOK_AGAIN = -1 };
int wsc__conditional_next(SOCKET s, struct socket *sock, wsc__conditional_ask *ask, const void *context,
			  int *fd);

/* A pause begins, or ends: whoever has called since or waits to be asked about is refused. Under the lock. */
void wsc__conditional_hush(struct socket *sock);

/* The listener is closed: they are refused, and who waits for the listener is woken. Under the lock. */
void wsc__conditional_close(struct socket *sock);

/* Its part of the listener's extras: taken out of them, to be freed when nobody waits any more. Under the
 * lock. */
struct conditional *wsc__conditional_detach(struct socket *sock);
void wsc__conditional_free(struct conditional *conditional);

/* Callers whose handshake the kernel is to carry out: their addresses (those of IPv4 mapped), and their ports
 * in the order of the network. As many as there are, at most ADMITTED_MOST. */
enum { ADMITTED_MOST = 16 };
struct caller {
	struct in6_addr address;
	in_port_t port;
};
unsigned wsc__conditional_admitted(struct socket *sock, struct caller callers[ADMITTED_MOST]);

/* For select and WSAPoll: the descriptor that poll(2) has to look at in place of the socket, and what the
 * events that it saw there mean of the socket. Of all sockets but such listeners, the socket and the same
 * events. */
int wsc__conditional_watched(SOCKET s, struct socket *sock);
short wsc__conditional_seen(SOCKET s, struct socket *sock, short seen);

static inline int wsc__conditional_fd(SOCKET s, struct socket *sock)
{
	return __builtin_expect(wsc__socket_is(sock, SOCKET_CONDITIONAL), 0)
		       ? wsc__conditional_watched(s, sock)
		       : (int)s;
}

static inline short wsc__conditional_events(SOCKET s, struct socket *sock, short seen)
{
	return __builtin_expect(wsc__socket_is(sock, SOCKET_CONDITIONAL), 0) && seen
		       ? wsc__conditional_seen(s, sock, seen)
		       : seen;
}

#endif
