/* Ioctls of multicast: loopback, scope, and filters of sources. */
#include "ioctl.h"

#include "address.h"
#include "fault.h"
#include "options.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int put(SOCKET s, struct socket *sock, int ipv4, int ipv6, DWORD value)
{
	bool first = sock->family == WS_AF_INET;

	return wsc__option_put(s, sock, first ? WS_IPPROTO_IP : WS_IPPROTO_IPV6, first ? ipv4 : ipv6, &value, sizeof value);
}

int wsc__multicast_loopback(SOCKET s, struct socket *sock, struct call *call)
{
	return put(s, sock, WS_IP_MULTICAST_LOOP, WS_IPV6_MULTICAST_LOOP, call->argument.dword != 0);
}

int wsc__multicast_scope(SOCKET s, struct socket *sock, struct call *call)
{
	if (call->argument.dword > 255)
		return WS_WSAEINVAL;
	return put(s, sock, WS_IP_MULTICAST_TTL, WS_IPV6_MULTICAST_HOPS, call->argument.dword);
}

/* The two kinds of filter are read and written alike. */
struct kind {
	int level4, level6, name;
	size_t head, each;      /* bytes before the sources, and of one of them */
	size_t mode, number;    /* where MCAST_INCLUDE or _EXCLUDE stands, and how many sources follow */
	size_t family, sources; /* the first family, and those of the sources; 0: there are none */
};

static const struct kind ip_filter = {
	.level4 = IPPROTO_IP,
	.level6 = IPPROTO_IP,
	.name = IP_MSFILTER,
	.head = offsetof(struct WSC(ip_msfilter), imsf_slist),
	.each = sizeof(struct in_addr),
	.mode = offsetof(struct WSC(ip_msfilter), imsf_fmode),
	.number = offsetof(struct WSC(ip_msfilter), imsf_numsrc),
};
static const struct kind group_filter = {
	.level4 = IPPROTO_IP,
	.level6 = IPPROTO_IPV6,
	.name = MCAST_MSFILTER,
	.head = offsetof(struct WSC(group_filter), gf_slist),
	.each = sizeof(struct sockaddr_storage),
	.mode = offsetof(struct WSC(group_filter), gf_fmode),
	.number = offsetof(struct WSC(group_filter), gf_numsrc),
	.family = offsetof(struct WSC(group_filter), gf_group),
	.sources = offsetof(struct WSC(group_filter), gf_slist),
};

_Static_assert(offsetof(struct WSC(ip_msfilter), imsf_slist) == offsetof(struct ip_msfilter, imsf_slist), "alike");
_Static_assert(offsetof(struct WSC(group_filter), gf_slist) == offsetof(struct group_filter, gf_slist), "alike");
_Static_assert(offsetof(struct WSC(group_filter), gf_group) == offsetof(struct group_filter, gf_group), "alike");
_Static_assert(sizeof(SOCKADDR_STORAGE) == sizeof(struct sockaddr_storage), "alike");

static DWORD number_at(const char *filter, size_t offset)
{
	DWORD number;

	memcpy(&number, filter + offset, sizeof number);
	return number;
}

static void put_number(char *filter, size_t offset, DWORD number)
{
	memcpy(filter + offset, &number, sizeof number);
}

/* The two modes have each other's numbers on the two systems. */
static void swap_mode(const struct kind *kind, char *filter)
{
	put_number(filter, kind->mode, !number_at(filter, kind->mode));
}

static int translate_family(char *address, int (*translate)(int))
{
	WORD family;
	int other;

	memcpy(&family, address, sizeof family);
	other = translate(family);
	family = (WORD)(other < 0 ? AF_UNSPEC : other);
	memcpy(address, &family, sizeof family);
	return other;
}

static void translate_sources(const struct kind *kind, char *filter, DWORD count, int (*translate)(int))
{
	if (!kind->sources)
		return;
	for (DWORD i = 0; i < count; i++)
		translate_family(filter + kind->sources + i * kind->each, translate);
}

/* The kernel has a limit of its own for the sources, below what so many bytes hold. */
enum { FILTER_MOST = 1 << 16 };

static DWORD within(DWORD size)
{
	return size < FILTER_MOST ? size : FILTER_MOST;
}

/* The program's filter, as far as it is within, which the caller frees. */
static int read_filter(const struct kind *kind, const struct call *call, char **filter)
{
	DWORD size = within(call->in_size);

	if (!call->in || size < kind->head)
		return WS_WSAEFAULT;
	*filter = calloc(1, size + kind->each);
	if (!*filter)
		return WS_WSAENOBUFS;
	if (!wsc__copy_in(*filter, call->in, size)) {
		if (!kind->family || translate_family(*filter + kind->family, wsc__family_to_posix) >= 0)
			return 0;
		free(*filter);
		return WS_WSAEADDRNOTAVAIL; /* no address at all is no group either */
	}
	free(*filter);
	return WS_WSAEFAULT;
}

static int level_of(const struct kind *kind, struct socket *sock)
{
	return sock->family == WS_AF_INET ? kind->level4 : kind->level6;
}

static int set_filter(SOCKET s, struct socket *sock, const struct kind *kind, struct call *call)
{
	char *filter;
	DWORD count;
	size_t size = 0;
	int error = read_filter(kind, call, &filter);

	if (error)
		return error;
	count = number_at(filter, kind->number);
	if (count > (call->in_size - kind->head) / kind->each)
		error = WS_WSAEFAULT;
	else if ((size = kind->head + count * kind->each) > FILTER_MOST)
		error = WS_WSAENOBUFS;
	else if (number_at(filter, kind->mode) > WS_MCAST_EXCLUDE)
		error = WS_WSAEINVAL;
	if (!error) {
		swap_mode(kind, filter);
		translate_sources(kind, filter, count, wsc__family_to_posix);
		/* The kernel wants room for one source even if there is none. */
		if (setsockopt((int)s, level_of(kind, sock), kind->name, filter, (socklen_t)size) < 0)
			error = wsc__error_from_errno(errno);
	}
	free(filter);
	return error;
}

/* The kernel says how many sources there are, and gives as many of them as there is room for. */
static int get_filter(SOCKET s, struct socket *sock, const struct kind *kind, struct call *call)
{
	char *filter;
	socklen_t size = within(call->out_size);
	DWORD count, room, rows;
	int error = call->out && size >= kind->head ? read_filter(kind, call, &filter) : WS_WSAEFAULT;
	char *whole;

	if (error)
		return error;
	room = (DWORD)((size - kind->head) / kind->each);
	whole = realloc(filter, size + kind->each + within(call->in_size));
	if (!whole) {
		free(filter);
		return WS_WSAENOBUFS;
	}
	filter = whole;
	put_number(filter, kind->number, room);
	size = (socklen_t)(kind->head + room * kind->each);
	if (getsockopt((int)s, level_of(kind, sock), kind->name, filter, &size) < 0) {
		error = wsc__error_from_errno(errno);
	} else {
		count = number_at(filter, kind->number);
		rows = count < room ? count : room;
		swap_mode(kind, filter);
		if (kind->family)
			translate_family(filter + kind->family, wsc__family_from_posix);
		translate_sources(kind, filter, rows, wsc__family_from_posix);
		call->given = (DWORD)(kind->head + rows * kind->each);
		error = wsc__copy_out(call->out, filter, call->given);
	}
	free(filter);
	return error;
}

int wsc__multicast_set_filter(SOCKET s, struct socket *sock, struct call *call)
{
	return set_filter(s, sock, &ip_filter, call);
}

int wsc__multicast_get_filter(SOCKET s, struct socket *sock, struct call *call)
{
	return get_filter(s, sock, &ip_filter, call);
}

int wsc__multicast_set_group_filter(SOCKET s, struct socket *sock, struct call *call)
{
	return set_filter(s, sock, &group_filter, call);
}

int wsc__multicast_get_group_filter(SOCKET s, struct socket *sock, struct call *call)
{
	return get_filter(s, sock, &group_filter, call);
}
