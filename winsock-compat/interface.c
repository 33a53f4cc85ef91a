/* Interfaces and their addresses: SIO_GET_INTERFACE_LIST, SIO_ADDRESS_LIST_QUERY and what goes with them. */
#include "interface.h"

#include "address.h"
#include "fault.h"
#include "netlink.h"

#include <linux/if_addr.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct links {
	struct {
		unsigned index, flags;
	} * list;
	size_t count;
};

static int add_link(const struct nlmsghdr *message, void *argument)
{
	const struct ifinfomsg *link = NLMSG_DATA(message);
	struct links *links = argument;
	void *larger;

	if (message->nlmsg_type != RTM_NEWLINK)
		return 0;
	larger = realloc(links->list, (links->count + 1) * sizeof *links->list);
	if (!larger)
		return WS_WSAENOBUFS;
	links->list = larger;
	links->list[links->count].index = (unsigned)link->ifi_index;
	links->list[links->count++].flags = link->ifi_flags;
	return 0;
}

static unsigned flags_of(const struct links *links, unsigned index)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->list[i].index == index)
			return links->list[i].flags;
	return 0;
}

struct locals {
	struct links links;
	struct local_address *list;
	size_t count;
};

static void fill_in(struct sockaddr_in *address, const void *bytes)
{
	address->sin_family = AF_INET;
	memcpy(&address->sin_addr, bytes, sizeof address->sin_addr);
}

/* IFA_ADDRESS is the other end if there is an IFA_LOCAL beside it. */
static bool describe(struct local_address *local, const struct ifaddrmsg *address, size_t length)
{
	size_t size = address->ifa_family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	const struct rtattr *first = IFA_RTA(address);
	const void *here = wsc__netlink_attribute(first, length, IFA_LOCAL, size);
	const void *there = wsc__netlink_attribute(first, length, IFA_ADDRESS, size);
	const void *broadcast = wsc__netlink_attribute(first, length, IFA_BROADCAST, size);
	const void *flags = wsc__netlink_attribute(first, length, IFA_FLAGS, sizeof(unsigned));

	memset(local, 0, sizeof *local);
	local->index = address->ifa_index;
	local->prefix = address->ifa_prefixlen;
	local->flags = address->ifa_flags;
	if (flags)
		memcpy(&local->flags, flags, sizeof local->flags);
	if (!here)
		here = there;
	if (!here || (address->ifa_family != AF_INET && address->ifa_family != AF_INET6))
		return false;
	if (address->ifa_family == AF_INET) {
		fill_in(&local->address.in, here);
		if (broadcast || there)
			fill_in(&local->broadcast.in, broadcast ? broadcast : there);
	} else {
		local->address.in6.sin6_family = AF_INET6;
		memcpy(&local->address.in6.sin6_addr, here, size);
		if (IN6_IS_ADDR_LINKLOCAL(&local->address.in6.sin6_addr))
			local->address.in6.sin6_scope_id = local->index;
	}
	return true;
}

static int add_address(const struct nlmsghdr *message, void *argument)
{
	const struct ifaddrmsg *address = NLMSG_DATA(message);
	struct locals *locals = argument;
	struct local_address local, *larger;

	if (message->nlmsg_type != RTM_NEWADDR || !describe(&local, address, IFA_PAYLOAD(message)))
		return 0;
	local.link = flags_of(&locals->links, local.index);
	larger = realloc(locals->list, (locals->count + 1) * sizeof *larger);
	if (!larger)
		return WS_WSAENOBUFS;
	larger[locals->count++] = local;
	locals->list = larger;
	return 0;
}

int wsc__interface_locals(int family, struct local_address **list, size_t *count)
{
	struct locals locals = { .list = NULL };
	int error = wsc__netlink_dump(RTM_GETLINK, AF_UNSPEC, add_link, &locals.links);

	if (!error)
		error = wsc__netlink_dump(RTM_GETADDR, family, add_address, &locals);
	free(locals.links.list);
	if (error)
		free(locals.list);
	*list = error ? NULL : locals.list;
	*count = locals.count;
	return error;
}

/* Linux gives AF_INET6 another number; the rest lies alike. */
static size_t put_address(void *to, const void *address, int posix_family)
{
	size_t size = posix_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	WORD family = (WORD)wsc__family_from_posix(posix_family);

	memcpy(to, address, size);
	memcpy(to, &family, sizeof family);
	return size;
}

int wsc__interface_put(struct call *call, const void *addresses, size_t stride, size_t count, int family)
{
	const size_t each = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	const size_t table = offsetof(SOCKET_ADDRESS_LIST, Address) + count * sizeof(SOCKET_ADDRESS);
	const size_t size = table + count * each;
	SOCKET_ADDRESS_LIST *list;
	int error;

	if (call->out && call->out_size && call->out_size < sizeof list->iAddressCount) {
		call->counted = true; /* none */
		return WS_WSAEINVAL;
	}
	if (!call->out || call->out_size < size)
		return wsc__ioctl_needs(call, size);
	list = calloc(1, size + sizeof *list);
	if (!list)
		return WS_WSAENOBUFS;
	list->iAddressCount = (INT)count;
	for (size_t i = 0; i < count; i++) {
		size_t at = table + i * each;

		put_address((char *)list + at, (const char *)addresses + i * stride, family);
		list->Address[i].lpSockaddr = wsc__user_at(call->out, at);
		list->Address[i].iSockaddrLength = (INT)each;
	}
	error = wsc__copy_out(call->out, list, size);
	free(list);
	call->given = (DWORD)size;
	return error;
}

/* Loopback and link-local addresses of the loopback interface are not for others. */
static bool is_own_loop(const struct local_address *local)
{
	if (!(local->link & IFF_LOOPBACK))
		return false;
	if (local->address.any.sa_family == AF_INET) {
		unsigned address = ntohl(local->address.in.sin_addr.s_addr);

		return address >> 24 == 127 || address >> 16 == 0xa9fe;
	}
	return IN6_IS_ADDR_LOOPBACK(&local->address.in6.sin6_addr) ||
	       IN6_IS_ADDR_LINKLOCAL(&local->address.in6.sin6_addr);
}

int wsc__interface_bindable(int family, struct local_address **list, size_t *count)
{
	enum {
		NOT_PREFERRED = IFA_F_TENTATIVE | IFA_F_DEPRECATED | IFA_F_DADFAILED,
		UP = IFF_UP | IFF_RUNNING
	};
	size_t kept = 0;
	int error = wsc__interface_locals(family, list, count);

	for (size_t i = 0; !error && i < *count; i++)
		if (!((*list)[i].flags & NOT_PREFERRED) && ((*list)[i].link & UP) == UP &&
		    !is_own_loop(&(*list)[i])) {
			(*list)[kept] = (*list)[i];
			(*list)[kept].flags = (*list)[kept].link = 0; /* if they change, the list does not */
			kept++;
		}
	*count = kept;
	return error;
}

int wsc__interface_addresses(SOCKET s, struct socket *sock, struct call *call)
{
	struct local_address *list;
	size_t count;
	int family = wsc__family_to_posix(sock->family);
	int error = wsc__interface_bindable(family, &list, &count);

	(void)s;
	if (!error)
		error = wsc__interface_put(call, &list->address, sizeof *list, count, family);
	free(list);
	return error;
}

struct change {
	int family;
	struct local_address *before;
	size_t count;
};

static int list_changed(void *argument, bool *yes)
{
	const struct change *change = argument;
	struct local_address *now;
	size_t count;
	int error = wsc__interface_bindable(change->family, &now, &count);

	*yes = !error &&
	       (count != change->count || (count && memcmp(now, change->before, count * sizeof *now)));
	free(now);
	return error;
}

int wsc__interface_change(SOCKET s, struct socket *sock, struct call *call)
{
	struct change change = { .family = wsc__family_to_posix(sock->family) };
	unsigned groups = RTMGRP_LINK | (change.family == AF_INET ? RTMGRP_IPV4_IFADDR : RTMGRP_IPV6_IFADDR);
	int error = wsc__interface_bindable(change.family, &change.before, &change.count);

	(void)call;
	if (!error)
		error = wsc__netlink_wait(s, sock, groups, list_changed, &change);
	free(change.before);
	return error;
}

int wsc__interface_broadcast(SOCKET s, struct socket *sock, struct call *call)
{
	struct WSC(sockaddr_in) address = { .sin_family = WS_AF_INET };

	(void)s, (void)sock;
	address.sin_addr.S_un.S_addr = htonl(INADDR_BROADCAST);
	memcpy(call->argument.bytes, &address, sizeof address);
	return 0;
}

static ULONG windows_flags(unsigned link)
{
	static const struct {
		unsigned posix;
		ULONG windows;
	} flags[] = {
		{ IFF_UP, WS_IFF_UP },
		{ IFF_BROADCAST, WS_IFF_BROADCAST },
		{ IFF_LOOPBACK, WS_IFF_LOOPBACK },
		{ IFF_POINTOPOINT, WS_IFF_POINTTOPOINT },
		{ IFF_MULTICAST, WS_IFF_MULTICAST },
	};
	ULONG windows = 0;

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (link & flags[i].posix)
			windows |= flags[i].windows;
	return windows;
}

/* The interface's netmask as an address of its family. */
static struct sockaddr_in6 mask_of(const struct local_address *local)
{
	struct sockaddr_in6 mask = { .sin6_family = local->address.any.sa_family };
	unsigned char *bytes = mask.sin6_family == AF_INET
				       ? (unsigned char *)&((struct sockaddr_in *)&mask)->sin_addr
				       : mask.sin6_addr.s6_addr;

	for (unsigned bit = 0; bit < local->prefix; bit++)
		bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	return mask;
}

/* An interface that can broadcast has an address for it, though nobody may have set one. */
static void complete_broadcast(struct local_address *local)
{
	struct sockaddr_in6 mask = mask_of(local);
	struct sockaddr_in *in = &local->broadcast.in;

	if (local->address.any.sa_family != AF_INET)
		return;
	if (!(local->link & (IFF_BROADCAST | IFF_POINTOPOINT))) {
		memset(in, 0, sizeof *in);
	} else if (local->link & IFF_BROADCAST) {
		if (in->sin_addr.s_addr == local->address.in.sin_addr.s_addr)
			in->sin_addr.s_addr |= ~((struct sockaddr_in *)&mask)->sin_addr.s_addr;
	}
}

static void put_information(INTERFACE_INFO *information, struct local_address *local)
{
	struct sockaddr_in6 mask = mask_of(local);

	complete_broadcast(local);
	information->iiFlags = windows_flags(local->link);
	put_address(&information->iiAddress, &local->address, AF_INET);
	put_address(&information->iiNetmask, &mask, AF_INET);
	if (local->broadcast.any.sa_family)
		put_address(&information->iiBroadcastAddress, &local->broadcast, AF_INET);
}

int wsc__interface_list(SOCKET s, struct socket *sock, struct call *call)
{
	INTERFACE_INFO *table = NULL;
	struct local_address *list;
	size_t count, size;
	int error = wsc__interface_locals(AF_INET, &list, &count);

	(void)s, (void)sock;
	size = count * sizeof *table;
	if (!error && (!call->out || call->out_size < size))
		error = WS_WSAEFAULT;
	if (!error && !(table = calloc(count + 1, sizeof *table)))
		error = WS_WSAENOBUFS;
	for (size_t i = 0; !error && i < count; i++)
		put_information(&table[i], &list[i]);
	if (!error)
		error = wsc__copy_out(call->out, table, size);
	call->given = (DWORD)size;
	free(table);
	free(list);
	return error;
}

/* An address of the extended list: in our copy, and where it stands for the program. */
static void place(SOCKET_ADDRESS *entry, char *copy, void *user, size_t *at, const void *address, int family)
{
	size_t size = put_address(copy + *at, address, family);

	entry->lpSockaddr = wsc__user_at(user, *at);
	entry->iSockaddrLength = (INT)size;
	*at += size;
}

/* The count says how many structures there are, so that it has to leave out the addresses behind them. */
int wsc__interface_list_ex(SOCKET s, struct socket *sock, struct call *call)
{
	INTERFACE_INFO_EX *table = NULL;
	struct local_address *list;
	size_t count, size, at;
	int family = wsc__family_to_posix(sock->family);
	int error = wsc__interface_locals(family, &list, &count);

	(void)s;
	at = count * sizeof *table;
	size = at + count * 3 * sizeof(struct sockaddr_in6);
	call->given = (DWORD)at;
	if (!error && (!call->out || call->out_size < size))
		error = WS_WSAEFAULT;
	if (!error && !(table = calloc(1, size + 1)))
		error = WS_WSAENOBUFS;
	for (size_t i = 0; !error && i < count; i++) {
		struct sockaddr_in6 mask = mask_of(&list[i]);

		complete_broadcast(&list[i]);
		table[i].iiFlags = windows_flags(list[i].link);
		place(&table[i].iiAddress, (char *)table, call->out, &at, &list[i].address, family);
		place(&table[i].iiNetmask, (char *)table, call->out, &at, &mask, family);
		if (list[i].broadcast.any.sa_family)
			place(&table[i].iiBroadcastAddress, (char *)table, call->out, &at, &list[i].broadcast,
			      family);
	}
	if (!error)
		error = wsc__copy_out(call->out, table, size);
	free(table);
	free(list);
	return error;
}
