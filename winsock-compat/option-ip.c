/* The options of IPPROTO_IP and IPPROTO_IPV6 with ways of their own. */
#include "address.h"
#include "error.h"
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The index of an interface that a program may write in place of an IPv4 address: 0.x.x.x. */
static unsigned interface_index(uint32_t address)
{
	uint32_t host = ntohl(address);

	return host && host < 1 << 24 ? host : 0;
}

/* IPv4's takes an address as well as an index, and reads back what was set. */
int wsc__option_get_multicast_if(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	return wsc__option_get_int(s, sock, option, value);
}

int wsc__option_set_multicast_if(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct ip_mreqn interface = { .imr_ifindex = (int)interface_index(value->dword) };

	if (option->level == WS_IPPROTO_IPV6)
		return wsc__option_set_int(s, sock, option, value);
	if (!interface.imr_ifindex)
		interface.imr_address.s_addr = value->dword;
	return wsc__posix_set(s, option->posix_level, option->posix_name, &interface, sizeof interface);
}

/* Windows takes the index in network order for IPv4, and in host order for IPv6; Linux always in the
 * former. It is read in host order. */
int wsc__option_get_unicast_if(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	int error = wsc__option_get_int(s, sock, option, value);

	value->dword = ntohl(value->dword);
	return error;
}

int wsc__option_set_unicast_if(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct value index = { .dword = option->level == WS_IPPROTO_IPV6 ? htonl(value->dword) : value->dword };

	return wsc__option_set_int(s, sock, option, &index);
}

/* The same choice under other numbers. What was never set reads as 0, which cannot be set. */
static const int mtu_discover[] = { -1, IP_PMTUDISC_DO, IP_PMTUDISC_DONT, IP_PMTUDISC_PROBE };
enum { MTU_DISCOVER = sizeof mtu_discover / sizeof *mtu_discover };

int wsc__option_get_mtu_discover(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	int error = wsc__option_get_int(s, sock, option, value);
	DWORD state = MTU_DISCOVER - 1;

	while (state && mtu_discover[state] != (int)value->dword)
		state--;
	value->dword = state;
	return error;
}

int wsc__option_set_mtu_discover(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct value posix;

	if (!value->dword || value->dword >= MTU_DISCOVER)
		return WS_WSAEINVAL;
	posix.dword = (DWORD)mtu_discover[value->dword];
	return wsc__option_set_int(s, sock, option, &posix);
}

/* That of the path to the peer. */
int wsc__option_get_mtu(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	return wsc__option_get_int(s, sock, option, value);
}
