/* Who may have a port beside whom: SO_REUSEADDR, SO_EXCLUSIVEADDRUSE and neither. */
#ifndef WSC_CONFLICT_H
#define WSC_CONFLICT_H

#include "socket.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* What a socket asked for when it was bound. The first three are those of the page; the others share with
 * their like, and are default sockets to the rest. */
enum sharing { SHARING_DEFAULT, SHARING_REUSE, SHARING_EXCLUSIVE, SHARING_MULTICAST, SHARING_PROCESSORS };

/* The addresses at which a bound socket receives. An IPv6 socket of both families that is bound to
 * the wildcard covers more than a wildcard of IPv4, which is to it what an address is to a wildcard. */
struct reach {
	enum { REACH_IPV4 = 1, REACH_IPV6 = 2 } families;
	bool any;
	uint32_t scope;
	struct in6_addr address; /* those of IPv4 mapped */
};

enum overlap { OVERLAP_NONE, OVERLAP_SAME, OVERLAP_WIDER, OVERLAP_NARROWER };

/* How the first of two lies to the second. */
enum overlap wsc__reach_overlap(const struct reach *first, const struct reach *second);

/* What an address of AF_INET or AF_INET6 reaches; false for any other. */
bool wsc__reach_of(const struct sockaddr_storage *address, bool v6only, struct reach *reach);

/* bind(2) and listen(2) of a socket of AF_INET or AF_INET6, by Windows' rules instead of Linux'. */
int wsc__conflict_bind(SOCKET s, struct socket *sock, const struct sockaddr_storage *address,
		       socklen_t length);
int wsc__conflict_listen(SOCKET s, struct socket *sock, int backlog);

/* Before a bound stream connects: its TIME_WAIT will not keep others from the port. */
void wsc__conflict_connect(SOCKET s, struct socket *sock);

/* What the options of a socket come to. */
enum sharing wsc__conflict_sharing(struct socket *sock);

/* Tells the kernel of it, while the socket is not bound. */
void wsc__conflict_prepare(SOCKET s, struct socket *sock);

/* Whether what it is bound to is a port. */
static inline bool wsc__conflict_has_port(struct socket *sock)
{
	return (sock->family == WS_AF_INET || sock->family == WS_AF_INET6) &&
	       (sock->type == SOCK_STREAM || sock->type == SOCK_DGRAM);
}

/* Whether the kernel has bound it, or bind has and the kernel waits for a connect to do so. */
bool wsc__conflict_is_bound(SOCKET s, struct socket *sock);

#endif
