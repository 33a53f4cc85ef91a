/* WSAJoinLeaf: IP multicast in the words of multipoint sessions. */
#include "joinleaf.h"

#include "address.h"
#include "connect.h"
#include "export.h"
#include "options.h"

#include <netinet/in.h>
#include <string.h>

/* IP has no roots: its pages of the catalogue do not have XP1_MULTIPOINT_CONTROL_PLANE or _DATA_PLANE,
 * without which no root is allowed, by the page of WSASocket. */
enum {
	LEAF = WS_WSA_FLAG_MULTIPOINT_C_LEAF | WS_WSA_FLAG_MULTIPOINT_D_LEAF,
	ROOT = WS_WSA_FLAG_MULTIPOINT_C_ROOT | WS_WSA_FLAG_MULTIPOINT_D_ROOT,
};

int wsc__joinleaf_check(int type, DWORD flags)
{
	return flags & ROOT || (flags & LEAF && type != SOCK_DGRAM && type != SOCK_RAW) ? WS_WSAEINVAL : 0;
}

bool wsc__joinleaf_is_leaf(DWORD flags)
{
	return flags & LEAF;
}

int wsc__joinleaf_note(struct socket *sock, DWORD flags)
{
	struct socket_extras *extras;

	if (!wsc__joinleaf_is_leaf(flags))
		return 0;
	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	if (extras)
		extras->multipoint = flags & LEAF;
	wsc__socket_unlock(sock);
	return extras ? 0 : WS_WSAENOBUFS;
}

/* Source: its page: without the flag it is WSAEINVAL, and a second time WSAEISCONN. */
static int check(SOCKET s, struct socket *sock, DWORD flags)
{
	int error = wsc__socket_verify(s, sock, NULL);

	if (error)
		return error;
	if (flags != WS_JL_SENDER_ONLY && flags != WS_JL_RECEIVER_ONLY && flags != WS_JL_BOTH)
		return WS_WSAEINVAL;
	wsc__socket_lock(sock);
	if (!sock->extras || !sock->extras->multipoint)
		error = WS_WSAEINVAL;
	else if (sock->extras->is_leaf)
		error = WS_WSAEISCONN;
	wsc__socket_unlock(sock);
	return error;
}

static bool is_group(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	return address->ss_family == AF_INET ? IN_MULTICAST(ntohl(in->sin_addr.s_addr))
					     : IN6_IS_ADDR_MULTICAST(&in6->sin6_addr);
}

/* A socket that has no address gets one. */
static int give_name(SOCKET s, const struct sockaddr_storage *group)
{
	SOCKADDR_STORAGE any = { .ss_family = group->ss_family };
	struct sockaddr_storage name;
	socklen_t length = sizeof name;

	if (!getsockname((int)s, (struct sockaddr *)&name, &length) && wsc__address_port(&name))
		return 0;
	wsc__address_from_posix((struct sockaddr_storage *)&any);
	return WSC(bind)(s, (struct WSC(sockaddr) *)&any, (int)length) ? wsc__thread.last_error : 0;
}

/* By the interface that multicast goes out by, or the one that the address names. */
static int join(SOCKET s, struct socket *sock, const struct sockaddr_storage *group)
{
	const struct sockaddr_in *in = (const void *)group;
	const struct sockaddr_in6 *in6 = (const void *)group;
	bool is_ipv6 = group->ss_family == AF_INET6;
	IP_MREQ request;
	IPV6_MREQ request6;
	DWORD interface = is_ipv6 ? in6->sin6_scope_id : 0;
	int size = sizeof interface;

	if (!interface &&
	    WSC(getsockopt)(s, is_ipv6 ? WS_IPPROTO_IPV6 : WS_IPPROTO_IP,
			    is_ipv6 ? WS_IPV6_MULTICAST_IF : WS_IP_MULTICAST_IF, (char *)&interface, &size))
		return wsc__thread.last_error;
	if (is_ipv6) {
		memcpy(&request6.ipv6mr_multiaddr, &in6->sin6_addr, sizeof in6->sin6_addr);
		request6.ipv6mr_interface = interface;
		return wsc__option_put(s, sock, WS_IPPROTO_IPV6, WS_IPV6_ADD_MEMBERSHIP, &request6,
				       sizeof request6);
	}
	memcpy(&request.imr_multiaddr, &in->sin_addr, sizeof in->sin_addr);
	request.imr_interface.S_un.S_addr = htonl(interface);
	return wsc__option_put(s, sock, WS_IPPROTO_IP, WS_IP_ADD_MEMBERSHIP, &request, sizeof request);
}

static int join_leaf(SOCKET s, struct socket *sock, const struct WSC(sockaddr) * name, int name_length,
		     DWORD flags)
{
	struct sockaddr_storage group;
	socklen_t length;
	int error = check(s, sock, flags);

	if (!error)
		error = wsc__socket_address(s, sock, name, name_length, &group, &length);
	if (!error && !is_group(&group))
		error = WS_WSAEADDRNOTAVAIL;
	if (!error)
		error = give_name(s, &group);
	if (!error && flags != WS_JL_SENDER_ONLY)
		error = join(s, sock, &group);
	if (!error) {
		wsc__socket_lock(sock);
		if (sock->extras)
			sock->extras->is_leaf = true;
		wsc__socket_unlock(sock);
	}
	return error;
}

/* A leaf is its own session's socket: there is no other one to give. */
SOCKET WSC(WSAJoinLeaf)(SOCKET s, const struct WSC(sockaddr) * name, int name_length, LPWSABUF caller_data,
			LPWSABUF callee_data, LPQOS socket_qos, LPQOS group_qos, DWORD flags)
{
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error)
		error = wsc__connect_check(sock, caller_data, callee_data, socket_qos, group_qos);
	if (!error)
		error = join_leaf(s, sock, name, name_length, flags);
	return error ? wsc__result_socket(error) : s;
}
WSC_ALIAS(WSAJoinLeaf)
