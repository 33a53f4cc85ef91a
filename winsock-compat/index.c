/* Ioctls that name an interface by its index: SIO_UCAST_IF, SIO_INDEX_BIND and their like. */
#include "ioctl.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

static int put(SOCKET s, int level, int name, const void *value, socklen_t size)
{
	return setsockopt((int)s, level, name, value, size) < 0 ? wsc__error_from_errno(errno) : 0;
}

int wsc__index_unicast(SOCKET s, struct socket *sock, struct call *call)
{
	unsigned index = htonl(call->argument.dword);

	return sock->family == WS_AF_INET ? put(s, IPPROTO_IP, IP_UNICAST_IF, &index, sizeof index) :
					    put(s, IPPROTO_IPV6, IPV6_UNICAST_IF, &index, sizeof index);
}

int wsc__index_bind(SOCKET s, struct socket *sock, struct call *call)
{
	(void)sock;
	return put(s, SOL_SOCKET, SO_BINDTOIFINDEX, &call->argument.dword, sizeof call->argument.dword);
}

int wsc__index_multicast(SOCKET s, struct socket *sock, struct call *call)
{
	struct ip_mreqn interface = { .imr_ifindex = (int)call->argument.dword };

	return sock->family == WS_AF_INET ?
		       put(s, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface) :
		       put(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface.imr_ifindex, sizeof interface.imr_ifindex);
}

static int change_membership(SOCKET s, int name, const struct call *call)
{
	struct ip_mreqn membership = { .imr_ifindex = 0 };

	memcpy(&membership.imr_multiaddr, call->argument.bytes, 4);
	memcpy(&membership.imr_ifindex, call->argument.bytes + 4, 4);
	return put(s, IPPROTO_IP, name, &membership, sizeof membership);
}

int wsc__index_join(SOCKET s, struct socket *sock, struct call *call)
{
	(void)sock;
	return change_membership(s, IP_ADD_MEMBERSHIP, call);
}

int wsc__index_leave(SOCKET s, struct socket *sock, struct call *call)
{
	(void)sock;
	return change_membership(s, IP_DROP_MEMBERSHIP, call);
}
