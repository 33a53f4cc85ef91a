/* The ioctls: their rows, which are made from ioctls.in, and the handlers that the rows name. */
#ifndef WSC_IOCTL_H
#define WSC_IOCTL_H

#include "profile.h"
#include "socket.h"

/* What a buffer has to have; `error` if it has less or is NULL. */
struct ioctl_size {
	enum { NONE, AT_LEAST, EXACT, HANDLERS } form; /* the last: the handler looks at it */
	unsigned char least, most; /* bytes; what is longer than `most` is not looked at */
	int error;
};

/* The kinds of sockets, as bits. */
enum ioctl_kind {
	IOCTL_TCP4 = 1 << 0,
	IOCTL_TCP6 = 1 << 1,
	IOCTL_UDP4 = 1 << 2,
	IOCTL_UDP6 = 1 << 3,
	IOCTL_RAW4 = 1 << 4,
	IOCTL_RAW6 = 1 << 5,
	IOCTL_UNIX = 1 << 6,
};

/* What becomes of a call with an OVERLAPPED: see ioctls.in. */
enum ioctl_overlapped { DONE, QUIET, PENDS, NEVER, FAULT, LATER };

struct call;

struct ioctl {
	DWORD code;
	const char *name;
	const struct windows *since;
	struct ioctl_size in, out;
	unsigned kinds; /* of sockets that it is for; `other` is the error on the rest */
	int other;
	bool kept;  /* a call that fails leaves the count of bytes alone, or else it is 0 */
	bool noted; /* the answer comes from the note, which is verified first */
	enum ioctl_overlapped overlapped;
	int refusal; /* the error, and no handler */
	int (*act)(SOCKET s, struct socket *sock, struct call *call);
};

/* A call on its way between the program and the handler. */
struct call {
	void *in, *out; /* the program's, untried; NULL counts as no bytes */
	DWORD in_size, out_size;
	union { /* what stood in `in`; and what goes to `out`, if the row says its size */
		DWORD dword;
		BYTE bytes[16];
		struct tcp_keepalive keepalive;
		GUID guid;
		INET_PORT_RANGE range;
		INET_PORT_RESERVATION_INSTANCE instance;
		ULONG64 token, stamp;
		SOCKET s;
	} argument;
	DWORD given;  /* the count of bytes; of a row whose `out` is HANDLERS the handler sets it */
	bool counted; /* it counts though the call fails: so many are needed */
};

/* WSAEFAULT, and the count says how many bytes there had to be. */
static inline int wsc__ioctl_needs(struct call *call, size_t size)
{
	call->given = (DWORD)size;
	call->counted = true;
	return WS_WSAEFAULT;
}

/* The kind of a socket; 0 for one that is none of them. */
static inline unsigned wsc__ioctl_kind(struct socket *sock)
{
	int family = sock->family, type = sock->type;
	int second = family == WS_AF_INET6;

	if (family == WS_AF_UNIX)
		return IOCTL_UNIX;
	switch (type) {
	case SOCK_STREAM:
		return IOCTL_TCP4 << second;
	case SOCK_DGRAM:
		return IOCTL_UDP4 << second;
	case SOCK_RAW:
		return IOCTL_RAW4 << second;
	default:
		return 0;
	}
}

/* Waits until `fd` can be read; WSAEWOULDBLOCK if the socket does not block, WSA_OPERATION_ABORTED if
 * another thread closes it. `milliseconds` is how long, -1 for ever: when they are over it is 0 too. */
int wsc__ioctl_wait(SOCKET s, struct socket *sock, int fd, int milliseconds);

typedef int ioctl_handler(SOCKET s, struct socket *sock, struct call *call);

/* addresssort.c */
ioctl_handler wsc__addresssort;
/* extension.c */
ioctl_handler wsc__extension_one, wsc__extension_table;
/* index.c */
ioctl_handler wsc__index_bind, wsc__index_join, wsc__index_leave, wsc__index_multicast, wsc__index_unicast;
/* interface.c */
ioctl_handler wsc__interface_addresses, wsc__interface_broadcast, wsc__interface_change, wsc__interface_list,
	wsc__interface_list_ex;
/* ioctl.c */
ioctl_handler wsc__ioctl_nothing, wsc__ioctl_peer;
/* multicast.c */
ioctl_handler wsc__multicast_get_filter, wsc__multicast_get_group_filter, wsc__multicast_loopback,
	wsc__multicast_scope, wsc__multicast_set_filter, wsc__multicast_set_group_filter;
/* processor.c */
ioctl_handler wsc__processor_query, wsc__processor_scalability, wsc__processor_set;
/* rcvall.c */
ioctl_handler wsc__rcvall_groups, wsc__rcvall_groups_of, wsc__rcvall_igmp, wsc__rcvall_set,
	wsc__rcvall_set_of;
/* route.c */
ioctl_handler wsc__route_change, wsc__route_query;
/* tcpinfo.c */
ioctl_handler wsc__tcpinfo_backlog, wsc__tcpinfo_backlog_change, wsc__tcpinfo_compatibility,
	wsc__tcpinfo_fast_path, wsc__tcpinfo_initial_rto, wsc__tcpinfo_priority, wsc__tcpinfo_query;
/* timestamp.c */
ioctl_handler wsc__timestamp_configure, wsc__timestamp_query;
/* transport.c */
ioctl_handler wsc__transport_apply, wsc__transport_query;
/* unreachable.c */
ioctl_handler wsc__unreachable_connreset, wsc__unreachable_netreset;

#endif
