/* ICMP messages about the datagrams of a socket that has asked for them: IP_RECVERR, IPV6_RECVERR,
 * MSG_ERRQUEUE.
 *
 * Nobody has said what Windows makes of these, beyond the header: the options' numbers, the flag's, and what
 * is in IN_RECVERR. So the rest is as Linux has it: a queue of its own beside the datagrams, that never
 * waits. */
#ifndef WSC_ERRORQUEUE_H
#define WSC_ERRORQUEUE_H

#include "socket.h"

#include <linux/errqueue.h>

/* One of them. */
struct error_message {
	struct error_message *next;
	int level; /* WS_IPPROTO_*, of the option that asked for it */
	IN_RECVERR information;
	struct sockaddr_storage to; /* whither the datagram was sent */
	socklen_t to_length;
	size_t size; /* as much of the datagram as came back */
	unsigned char data[];
};

/* What a socket has of them, in its extras. */
struct error_queue {
	struct error_message *first, **last;
	unsigned count;
};

/* Keeps one that the kernel has told, if the socket has asked for it. The newest are lost if nobody takes
 * them. */
void wsc__errorqueue_add(struct socket *sock, const struct sock_extended_err *error,
			 const struct msghdr *message, const void *data, size_t size);

/* Whether there is any. */
static inline bool wsc__errorqueue_waits(struct socket *sock)
{
	return wsc__socket_is(sock, SOCKET_ERRORS);
}

/* The oldest, which is the caller's then, to be freed or given back; NULL if there is none. */
struct error_message *wsc__errorqueue_take(struct socket *sock);
void wsc__errorqueue_return(struct socket *sock, struct error_message *message);

/* Forgets those of a level; -1 is all. Under the lock. */
void wsc__errorqueue_forget(struct socket *sock, int level);

#endif
