/* The options of IPPROTO_IP and IPPROTO_IPV6 with ways of their own. */
#include "adapter.h"
#include "error.h"
#include "filter.h"
#include "options.h"
#include "profile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

/* A socket that is UDP on Windows hears only the groups that it has joined itself, and lets its datagrams
 * be fragmented anywhere; a raw one writes no header until it says so. The kernel refuses what is for
 * another kind of socket, and what it is too old for. */
void wsc__option_fresh(int fd, int family, int type, int protocol)
{
	static const struct {
		int type, protocol, family; /* 0: any */
		int level, name, value;
	} fresh[] = {
		{ SOCK_DGRAM, 0, 0, IPPROTO_IP, IP_MULTICAST_ALL, 0 },
		{ SOCK_DGRAM, 0, WS_AF_INET6, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0 },
		{ SOCK_DGRAM, 0, 0, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT },
		{ SOCK_RAW, 0, WS_AF_INET, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT },
		{ SOCK_RAW, IPPROTO_RAW, WS_AF_INET, IPPROTO_IP, IP_HDRINCL, 0 },
		{ SOCK_RAW, IPPROTO_RAW, WS_AF_INET6, IPPROTO_IPV6, IPV6_HDRINCL, 0 },
	};

	if (type == SOCK_STREAM || family == WS_AF_UNIX)
		return;
	for (unsigned i = 0; i < sizeof fresh / sizeof *fresh; i++)
		if (fresh[i].type == type && (!fresh[i].protocol || fresh[i].protocol == protocol) &&
		    (!fresh[i].family || fresh[i].family == family))
			setsockopt(fd, fresh[i].level, fresh[i].name, &fresh[i].value, sizeof fresh[i].value);
}

/* What the kernel has that comes nearest: it knows no TTL of 0, and keeps the two bits of ECN in a
 * stream's TOS for itself. */
static DWORD nearest(const struct option *option, struct socket *sock, DWORD value)
{
	if (option->posix_name == IP_TTL)
		return value ? value : 1;
	return sock->type == SOCK_STREAM ? value & ~(DWORD)IPTOS_ECN_MASK : value;
}

/* What was set is what is read, as long as the kernel still has what came of it. */
int wsc__option_get_nearest(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	int error = wsc__option_get_int(s, sock, option, value);
	DWORD asked;

	if (!error && wsc__option_recall(sock, option, &asked) &&
	    nearest(option, sock, asked) == nearest(option, sock, value->dword))
		value->dword = asked;
	return error;
}

int wsc__option_set_nearest(SOCKET s, struct socket *sock, const struct option *option,
			    const struct value *value)
{
	struct value near = { .dword = nearest(option, sock, value->dword) };
	int error = wsc__option_set_int(s, sock, option, &near);

	return error ? error : wsc__option_keep(sock, option, value->dword);
}

/* Windows takes the index in network order for IPv4, and in host order for IPv6; Linux always in the
 * former. It is read in host order. */
int wsc__option_get_unicast_if(SOCKET s, struct socket *sock, const struct option *option,
			       struct value *value)
{
	int error = wsc__option_get_int(s, sock, option, value);

	value->dword = ntohl(value->dword);
	return error;
}

int wsc__option_set_unicast_if(SOCKET s, struct socket *sock, const struct option *option,
			       const struct value *value)
{
	bool second = option->level == WS_IPPROTO_IPV6;
	struct value index = { .dword = second ? htonl(value->dword) : value->dword };
	int error = wsc__option_set_int(s, sock, option, &index);

	return error ? error : wsc__option_keep(sock, option, second ? value->dword : ntohl(value->dword));
}

/* A stream's SYN does not go by that choice on Linux, but it does by the interface to which the socket is
 * bound; nothing but the connection is going to be received. */
void wsc__option_connecting(SOCKET s, struct socket *sock)
{
	DWORD index = wsc__option_kept(sock, WS_IPPROTO_IP, WS_IP_UNICAST_IF);

	if (sock->family == WS_AF_INET6 && !index)
		index = wsc__option_kept(sock, WS_IPPROTO_IPV6, WS_IPV6_UNICAST_IF);
	if (index)
		setsockopt((int)s, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof index);
}

/* Whether datagrams may be fragmented is one number of the kernel's, and two options of Windows': the one
 * that was set last counts. */
static int set_fragmentation(SOCKET s, const struct option *option, int discover)
{
	return wsc__posix_set(s, option->posix_level, option->posix_name, &discover, sizeof discover);
}

int wsc__option_get_dont_fragment(SOCKET s, struct socket *sock, const struct option *option,
				  struct value *value)
{
	return wsc__option_get_kept(s, sock, option, value);
}

/* Linux would set IPv4's bit of that name on datagrams that fit, unless told not to. IPv6 has none. */
int wsc__option_set_dont_fragment(SOCKET s, struct socket *sock, const struct option *option,
				  const struct value *value)
{
	bool stream = sock->type == SOCK_STREAM;
	int off = option->level == WS_IPPROTO_IPV6 && !stream ? IP_PMTUDISC_WANT : IP_PMTUDISC_DONT;
	int on = stream ? IP_PMTUDISC_WANT : IP_PMTUDISC_DO;
	int error = set_fragmentation(s, option, value->dword ? on : off);

	return error ? error : wsc__option_keep(sock, option, value->dword);
}

/* Indexed by Windows' numbers. 0, for never set, cannot be set. Streams search for the path's MTU or not;
 * datagrams go by the path's, are cut to the interface's, or must not exceed that. */
static const struct {
	int datagram, stream;
} discovery[] = {
	[1] = { IP_PMTUDISC_DO, IP_PMTUDISC_WANT },    /* ..._DO */
	[2] = { IP_PMTUDISC_OMIT, IP_PMTUDISC_DONT },  /* ..._DONT */
	[3] = { IP_PMTUDISC_PROBE, IP_PMTUDISC_DONT }, /* ..._PROBE */
};

int wsc__option_get_mtu_discover(SOCKET s, struct socket *sock, const struct option *option,
				 struct value *value)
{
	return wsc__option_get_kept(s, sock, option, value);
}

int wsc__option_set_mtu_discover(SOCKET s, struct socket *sock, const struct option *option,
				 const struct value *value)
{
	bool stream = sock->type == SOCK_STREAM;
	int error;

	if (!value->dword || value->dword >= sizeof discovery / sizeof *discovery)
		return WS_WSAEINVAL;
	error = set_fragmentation(s, option,
				  stream ? discovery[value->dword].stream : discovery[value->dword].datagram);
	return error ? error : wsc__option_keep(sock, option, value->dword);
}

/* An upper bound of the MTU. Linux has one for datagrams of IPv6, not below what any link of it carries;
 * a stream that is not connected yet may say that its segments are to fit. To those of IPv4 it means as
 * much as that those which must not be cut are refused. */
int wsc__option_get_user_mtu(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	return wsc__option_get_kept(s, sock, option, value);
}

static DWORD within(DWORD value, DWORD least, DWORD most)
{
	return value < least ? least : value > most ? most : value;
}

int wsc__option_set_user_mtu(SOCKET s, struct socket *sock, const struct option *option,
			     const struct value *value)
{
	enum { IPV6_LEAST = 1280, SEGMENT_LEAST = 88, SEGMENT_MOST = 32767 };
	const DWORD headers = (option->level == WS_IPPROTO_IPV6 ? 40 : 20) + 20;
	bool unlimited = value->dword == WS_IP_UNSPECIFIED_USER_MTU;
	DWORD bytes = value->dword, before;
	int error = 0;

	if (unlimited && !wsc__option_recall(sock, option, &before))
		return 0; /* TCP_MAXSEG stays as it may have been set */
	if (sock->type == SOCK_STREAM) {
		bytes = within(bytes < headers ? 0 : bytes - headers, SEGMENT_LEAST, SEGMENT_MOST);
		bytes = unlimited ? 0 : bytes;
		error = wsc__posix_set(s, IPPROTO_TCP, TCP_MAXSEG, &bytes, sizeof bytes);
	} else if (option->level == WS_IPPROTO_IPV6) {
		bytes = unlimited ? 0 : within(bytes, IPV6_LEAST, 0xffff);
		error = wsc__posix_set(s, IPPROTO_IPV6, IPV6_MTU, &bytes, sizeof bytes);
	}
	if (!error)
		error = wsc__option_keep(sock, option, value->dword);
	if (!error && sock->type == SOCK_DGRAM && sock->family == WS_AF_INET)
		wsc__socket_mark(sock, unlimited ? 0 : SOCKET_LIMITED, unlimited ? SOCKET_LIMITED : 0);
	return error;
}

bool wsc__option_exceeds(SOCKET s, struct socket *sock, size_t size)
{
	enum { HEADERS = 20 + 8 };
	int segment = 0, discover = 0;

	wsc__posix_get(s, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
	if (segment && (size_t)segment < size)
		size = (size_t)segment;
	if (size + HEADERS <= wsc__option_kept(sock, WS_IPPROTO_IP, WS_IP_USER_MTU))
		return false;
	wsc__posix_get(s, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof discover);
	return discover == IP_PMTUDISC_DO || discover == IP_PMTUDISC_PROBE;
}

/* From where a socket of IPv6 may be reached. IPv4 has the option only to be asked for it. */
static DWORD default_level(void)
{
	enum windows_version version = (enum windows_version)(wsc__profile.windows - wsc__windows);

	if (version >= WINDOWS_7)
		return 0; /* left open */
	return version == WINDOWS_VISTA ? WS_PROTECTION_LEVEL_UNRESTRICTED
					: WS_PROTECTION_LEVEL_EDGERESTRICTED;
}

int wsc__option_get_protection_level(SOCKET s, struct socket *sock, const struct option *option,
				     struct value *value)
{
	(void)s;
	if (!wsc__option_recall(sock, option, &value->dword))
		value->dword = default_level();
	return 0;
}

int wsc__option_set_protection_level(SOCKET s, struct socket *sock, const struct option *option,
				     const struct value *value)
{
	DWORD level = value->dword;
	bool stream = sock->type == SOCK_STREAM;

	/* 0 is what there is on Windows 7 and later before any was set. */
	if (level && level != WS_PROTECTION_LEVEL_UNRESTRICTED &&
	    level != WS_PROTECTION_LEVEL_EDGERESTRICTED && level != WS_PROTECTION_LEVEL_RESTRICTED)
		return WS_WSAEINVAL;
	/* What a stream asks for itself, it may receive: only from when it listens is it a question. */
	if (option->level == WS_IPPROTO_IP || (stream && !wsc__socket_is(sock, SOCKET_LISTENING)))
		return wsc__option_keep(sock, option, level);
	return wsc__filter_keep(s, sock, option, level);
}

void wsc__option_listening(SOCKET s, struct socket *sock)
{
	if (sock->family == WS_AF_INET6 && wsc__option_kept(sock, WS_IPPROTO_IPV6, WS_IPV6_PROTECTION_LEVEL))
		wsc__filter_update(s, sock);
}
