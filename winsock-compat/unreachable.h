/* ICMP messages about datagrams that were sent: on Windows the next receive fails for them. */
#ifndef WSC_UNREACHABLE_H
#define WSC_UNREACHABLE_H

#include "socket.h"

/* Has the kernel keep such messages, for a new UDP socket. */
void wsc__unreachable_start(int fd, int posix_family);

/* What the kernel has kept goes where it belongs: those that are reported into the note, one for each of the
 * next receives. Whether there is one. */
bool wsc__unreachable_collect(SOCKET s, struct socket *sock);

/* The same where the kernel has said this errno, which is all there is without a queue. */
void wsc__unreachable_keep(SOCKET s, struct socket *sock, int posix_error);

/* The same for select, which has seen that there is an error: one that no receive would report is gone. */
bool wsc__unreachable_look(SOCKET s, struct socket *sock);

/* Whether the note has such a message. */
static inline bool wsc__unreachable_noted(struct socket *sock)
{
	return wsc__socket_is(sock, SOCKET_PORT_UNREACHABLE | SOCKET_EXPIRED);
}

/* Whither the datagram was sent of which a receive tells that it was refused; a length of 0 if that is not
 * known. */
struct refused {
	struct sockaddr_storage to;
	socklen_t length;
};

/* What the next receive has to report, which takes it unless it only peeks: WSAECONNRESET, WSAENETRESET, or
 * 0. */
int wsc__unreachable_take(SOCKET s, struct socket *sock, bool peeks, struct refused *refused);

/* Whether a datagram socket's call fails with this errno, perhaps, because of a message that came before. */
bool wsc__unreachable_is(struct socket *sock, int posix_error);

/* What a receive has to report that failed so; 0 is nothing: it is to try again. */
int wsc__unreachable_error(SOCKET s, struct socket *sock, int posix_error, bool peeks,
			   struct refused *refused);

#endif
