/* Multicast: joining and leaving groups, the sources in them, and the interface to send by. */
#include "adapter.h"
#include "address.h"
#include "error.h"
#include "filter.h"
#include "options.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What every one of the structures says. */
struct membership {
	unsigned interface; /* 0: the one that leads to the group */
	struct sockaddr_storage group, source;
};

static void put_ipv4(struct sockaddr_storage *address, const struct WSC(in_addr) * from)
{
	struct sockaddr_in *in = (struct sockaddr_in *)address;

	in->sin_family = AF_INET;
	memcpy(&in->sin_addr, from, sizeof in->sin_addr);
}

static const void *bytes_of(const struct sockaddr_storage *address, size_t *size)
{
	*size = address->ss_family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	return address->ss_family == AF_INET
		       ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
		       : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
}

static bool is_same(const struct sockaddr_storage *one, const struct sockaddr_storage *other)
{
	size_t size;
	const void *bytes = bytes_of(one, &size);

	return one->ss_family == other->ss_family && !memcmp(bytes, bytes_of(other, &size), size);
}

static bool is_group(const struct sockaddr_storage *address)
{
	size_t size;
	const unsigned char *bytes = bytes_of(address, &size);

	return address->ss_family == AF_INET ? (*bytes & 0xf0) == 0xe0 : *bytes == 0xff;
}

/* How a socket stands to a group and to one source in it. */
enum standing {
	OUTSIDE,
	HEARS_ALL,    /* every source */
	HEARS_THIS,   /* this one, but others are blocked */
	BLOCKS_THIS,  /* this one is, too */
	CHOSE_OTHERS, /* only some, and this one is not among them */
	CHOSE_THIS,   /* it is */
	STANDINGS
};

/* The kernel has lists of at most so many, unless its administrator wants more. */
enum { SOURCES = 64 };

static int standing(SOCKET s, const struct option *option, const struct membership *membership,
		    enum standing *is)
{
	socklen_t size = GROUP_FILTER_SIZE(SOURCES);
	struct group_filter *filter = calloc(1, size);
	bool named = false;

	*is = OUTSIDE;
	if (!filter)
		return WS_WSAENOBUFS;
	filter->gf_interface = membership->interface;
	filter->gf_group = membership->group;
	filter->gf_numsrc = SOURCES;
	if (!getsockopt((int)s, option->posix_level, MCAST_MSFILTER, filter, &size)) {
		for (unsigned i = 0; i < filter->gf_numsrc && i < SOURCES && !named; i++)
			named = is_same(&filter->gf_slist[i], &membership->source);
		if (filter->gf_fmode == MCAST_INCLUDE)
			*is = named ? CHOSE_THIS : CHOSE_OTHERS;
		else
			*is = named ? BLOCKS_THIS : filter->gf_numsrc ? HEARS_THIS : HEARS_ALL;
	}
	free(filter);
	return 0;
}

/* Source: Microsoft's page on the behaviour of multicast options. Linux tells some of these cases apart
 * in other ways, and lets others pass. A LEFT is WSAEADDRNOTAVAIL if the source is the one that was
 * taken off a list last, and WSAEINVAL if it was on none. */
enum { FINE = 0, TWICE = WS_WSAEADDRNOTAVAIL, NO = WS_WSAEINVAL, LEFT = -1 };

/* clang-format off */
static const int verdicts[][STANDINGS] = {
	/*                                                 OUTSIDE HEARS_ALL HEARS_THIS BLOCKS_THIS CHOSE_OTHERS CHOSE_THIS */
	[MCAST_JOIN_GROUP - MCAST_JOIN_GROUP]         = { FINE,   TWICE,    NO,        NO,         TWICE,       TWICE },
	[MCAST_LEAVE_GROUP - MCAST_JOIN_GROUP]        = { NO,     FINE,     FINE,      FINE,       FINE,        FINE },
	[MCAST_BLOCK_SOURCE - MCAST_JOIN_GROUP]       = { NO,     FINE,     FINE,      TWICE,      NO,          NO },
	[MCAST_UNBLOCK_SOURCE - MCAST_JOIN_GROUP]     = { NO,     LEFT,     LEFT,      FINE,       NO,          NO },
	[MCAST_JOIN_SOURCE_GROUP - MCAST_JOIN_GROUP]  = { FINE,   TWICE,    NO,        NO,         FINE,        TWICE },
	[MCAST_LEAVE_SOURCE_GROUP - MCAST_JOIN_GROUP] = { LEFT,   NO,       NO,        NO,         TWICE,       FINE },
};
/* clang-format on */

/* The source that this socket took off a list last, under the socket's lock: a number of it, since no
 * more than "the same" is asked. */
static uint64_t number_of(const struct membership *membership)
{
	uint64_t number = 14695981039346656037u ^ membership->interface;
	const struct sockaddr_storage *addresses[] = { &membership->group, &membership->source };

	for (int i = 0; i < 2; i++) {
		size_t size;
		const unsigned char *bytes = bytes_of(addresses[i], &size);

		while (size--)
			number = (number ^ *bytes++) * 1099511628211u;
	}
	return number;
}

static int verdict(struct socket *sock, const struct option *option, const struct membership *membership,
		   enum standing is)
{
	int error = verdicts[option->posix_name - MCAST_JOIN_GROUP][is];

	if (error != LEFT)
		return error;
	return sock->extras && sock->extras->left_source == number_of(membership) ? TWICE : NO;
}

static void remember(struct socket *sock, const struct option *option, const struct membership *membership)
{
	bool left =
		option->posix_name == MCAST_UNBLOCK_SOURCE || option->posix_name == MCAST_LEAVE_SOURCE_GROUP;

	if (left ? wsc__socket_extras(sock) != NULL : sock->extras != NULL)
		sock->extras->left_source = left ? number_of(membership) : 0;
}

/* For the filter of what the kernel delivers though it came by another interface. */
static void note_joined(struct socket *sock, const struct membership *membership, bool is_joined)
{
	struct socket_extras *extras = wsc__socket_extras(sock);
	const struct in6_addr *group = &((const struct sockaddr_in6 *)&membership->group)->sin6_addr;
	unsigned i = 0;

	if (!extras || extras->joined_count > JOINED_MOST)
		return;
	while (i < extras->joined_count && (extras->joined[i].interface != membership->interface ||
					    memcmp(&extras->joined[i].group, group, sizeof *group)))
		i++;
	if (i < extras->joined_count && !is_joined)
		extras->joined[i] = extras->joined[--extras->joined_count];
	else if (i == JOINED_MOST)
		extras->joined_count++;
	else if (i == extras->joined_count && is_joined)
		extras->joined[extras->joined_count++] = (struct joined){ membership->interface, *group };
}

/* An interface that is none is an address that is none, as on Windows. */
static int put(SOCKET s, const struct option *option, const void *value, socklen_t size)
{
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, value, size);

	return error && (errno == ENODEV || errno == EADDRINUSE) ? WS_WSAEADDRNOTAVAIL : error;
}

/* The options that say where a source stands have it behind what they share with the others. */
static int tell(SOCKET s, const struct option *option, const struct membership *membership)
{
	struct group_source_req request;
	bool whole = option->posix_name != MCAST_JOIN_GROUP && option->posix_name != MCAST_LEAVE_GROUP;

	_Static_assert(offsetof(struct group_req, gr_group) == offsetof(struct group_source_req, gsr_group),
		       "alike");
	memset(&request, 0, sizeof request); /* what lies between the members, too */
	request.gsr_interface = membership->interface;
	request.gsr_group = membership->group;
	request.gsr_source = membership->source;
	return put(s, option, &request, whole ? sizeof request : sizeof(struct group_req));
}

static int change(SOCKET s, struct socket *sock, const struct option *option, struct membership *membership)
{
	int family = option->level == WS_IPPROTO_IPV6 ? AF_INET6 : AF_INET, error;
	enum standing is;

	if (membership->group.ss_family != family || !is_group(&membership->group))
		return WS_WSAEINVAL;
	if (membership->source.ss_family && membership->source.ss_family != family)
		return WS_WSAEINVAL;
	membership->source.ss_family = (sa_family_t)family;
	if (!membership->interface)
		membership->interface = wsc__adapter_toward(&membership->group);
	wsc__socket_lock(sock);
	error = standing(s, option, membership, &is);
	if (!error)
		error = verdict(sock, option, membership, is);
	if (!error)
		error = tell(s, option, membership);
	if (!error)
		remember(sock, option, membership);
	if (!error && family == AF_INET6 && !standing(s, option, membership, &is))
		note_joined(sock, membership, is != OUTSIDE);
	wsc__socket_unlock(sock);
	if (!error && family == AF_INET6)
		wsc__filter_update(s, sock);
	return error;
}

int wsc__option_set_membership(SOCKET s, struct socket *sock, const struct option *option,
			       const struct value *value)
{
	struct membership membership = { .interface = 0 };
	int error = wsc__adapter_meant(value->ip_mreq.imr_interface.S_un.S_addr, &membership.interface);

	put_ipv4(&membership.group, &value->ip_mreq.imr_multiaddr);
	return error ? error : change(s, sock, option, &membership);
}

int wsc__option_set_source(SOCKET s, struct socket *sock, const struct option *option,
			   const struct value *value)
{
	struct membership membership = { .interface = 0 };
	int error =
		wsc__adapter_meant(value->ip_mreq_source.imr_interface.S_un.S_addr, &membership.interface);

	put_ipv4(&membership.group, &value->ip_mreq_source.imr_multiaddr);
	put_ipv4(&membership.source, &value->ip_mreq_source.imr_sourceaddr);
	return error ? error : change(s, sock, option, &membership);
}

int wsc__option_set_membership6(SOCKET s, struct socket *sock, const struct option *option,
				const struct value *value)
{
	struct membership membership = { .interface = value->ipv6_mreq.ipv6mr_interface };
	struct sockaddr_in6 *group = (struct sockaddr_in6 *)&membership.group;

	group->sin6_family = AF_INET6;
	memcpy(&group->sin6_addr, &value->ipv6_mreq.ipv6mr_multiaddr, sizeof group->sin6_addr);
	return change(s, sock, option, &membership);
}

static void put_address(struct sockaddr_storage *address, const SOCKADDR_STORAGE *from)
{
	int family = wsc__family_to_posix(from->ss_family);

	memcpy(address, from, sizeof *address);
	address->ss_family = (sa_family_t)(family < 0 ? AF_UNIX : family); /* one that no group has */
}

int wsc__option_set_group(SOCKET s, struct socket *sock, const struct option *option,
			  const struct value *value)
{
	struct membership membership = { .interface = value->group_req.gr_interface };

	put_address(&membership.group, &value->group_req.gr_group);
	return change(s, sock, option, &membership);
}

int wsc__option_set_group_source(SOCKET s, struct socket *sock, const struct option *option,
				 const struct value *value)
{
	struct membership membership = { .interface = value->group_source_req.gsr_interface };

	put_address(&membership.group, &value->group_source_req.gsr_group);
	put_address(&membership.source, &value->group_source_req.gsr_source);
	return change(s, sock, option, &membership);
}

/* IPv4's takes an address as well as an index, and gives the index; the kernel gives an address if it got
 * one. */
int wsc__option_get_multicast_if(SOCKET s, struct socket *sock, const struct option *option,
				 struct value *value)
{
	DWORD index;
	int error;

	if (option->level == WS_IPPROTO_IPV6)
		return wsc__option_get_int(s, sock, option, value);
	if (wsc__option_recall(sock, option, &index)) {
		value->dword = index;
		return 0;
	}
	error = wsc__option_get_int(s, sock, option, value);
	if (!error && !wsc__adapter_meant(value->dword, &index))
		value->dword = index;
	return error;
}

int wsc__option_set_multicast_if(SOCKET s, struct socket *sock, const struct option *option,
				 const struct value *value)
{
	struct ip_mreqn interface = { .imr_ifindex = 0 };
	unsigned index;
	int error;

	if (option->level == WS_IPPROTO_IPV6)
		return put(s, option, &value->dword, sizeof value->dword);
	error = wsc__adapter_meant(value->dword, &index);
	if (error)
		return error;
	interface.imr_ifindex = (int)index;
	if (index != ntohl(value->dword)) /* the address that datagrams are to come from, then */
		interface.imr_address.s_addr = value->dword;
	error = put(s, option, &interface, sizeof interface);
	return error ? error : wsc__option_keep(sock, option, index);
}

/* On Windows it is the receiver who does not want to hear its own host. */
int wsc__option_get_multicast_loop(SOCKET s, struct socket *sock, const struct option *option,
				   struct value *value)
{
	return wsc__option_get_kept(s, sock, option, value);
}

int wsc__option_set_multicast_loop(SOCKET s, struct socket *sock, const struct option *option,
				   const struct value *value)
{
	return wsc__filter_keep(s, sock, option, value->dword);
}
