/* Ioctls that name an interface by its index: SIO_UCAST_IF, SIO_INDEX_BIND and their like. */
#include "ioctl.h"
#include "options.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

/* IPv4's options take an index in network order, as an address of 0.x.x.x. */
static int put(SOCKET s, struct socket *sock, int ipv4, int ipv6, DWORD index)
{
	if (sock->family != WS_AF_INET)
		return wsc__option_put(s, sock, WS_IPPROTO_IPV6, ipv6, &index, sizeof index);
	index = htonl(index);
	return wsc__option_put(s, sock, WS_IPPROTO_IP, ipv4, &index, sizeof index);
}

int wsc__index_unicast(SOCKET s, struct socket *sock, struct call *call)
{
	return put(s, sock, WS_IP_UNICAST_IF, WS_IPV6_UNICAST_IF, call->argument.dword);
}

int wsc__index_bind(SOCKET s, struct socket *sock, struct call *call)
{
	char name[IF_NAMESIZE];

	(void)sock;
	/* Linux takes any number, and says so in later calls. */
	if (call->argument.dword && !if_indextoname(call->argument.dword, name))
		return WS_WSAEADDRNOTAVAIL;
	return wsc__posix_set(s, SOL_SOCKET, SO_BINDTOIFINDEX, &call->argument.dword,
			      sizeof call->argument.dword);
}

int wsc__index_multicast(SOCKET s, struct socket *sock, struct call *call)
{
	return put(s, sock, WS_IP_MULTICAST_IF, WS_IPV6_MULTICAST_IF, call->argument.dword);
}

static int change_membership(SOCKET s, struct socket *sock, int name, const struct call *call)
{
	IP_MREQ membership;
	DWORD index;

	memcpy(&membership.imr_multiaddr, call->argument.bytes, 4);
	memcpy(&index, call->argument.bytes + 4, 4);
	membership.imr_interface.S_un.S_addr = htonl(index);
	return wsc__option_put(s, sock, WS_IPPROTO_IP, name, &membership, sizeof membership);
}

int wsc__index_join(SOCKET s, struct socket *sock, struct call *call)
{
	return change_membership(s, sock, WS_IP_ADD_MEMBERSHIP, call);
}

int wsc__index_leave(SOCKET s, struct socket *sock, struct call *call)
{
	return change_membership(s, sock, WS_IP_DROP_MEMBERSHIP, call);
}
