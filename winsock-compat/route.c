/* Which local address leads to another: SIO_ROUTING_INTERFACE_QUERY and _CHANGE. */
#include "route.h"

#include "address.h"
#include "fault.h"
#include "netlink.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* What the program asks about. Windows calls it all WSAEINVAL that is no address. */
static int destination(struct socket *sock, struct call *call, struct sockaddr_storage *to, socklen_t *length)
{
	DWORD least = sock->family == WS_AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

	if (!call->in || call->in_size < least)
		return WS_WSAEINVAL;
	return wsc__address_in(sock->family, call->in, (int)least, to, length);
}

/* Connecting a datagram socket sends nothing, but needs a route. */
static int connect_to(int fd, const struct sockaddr_storage *to, socklen_t length,
		      struct sockaddr_storage *from)
{
	socklen_t size = sizeof *from;

	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &(int){ 1 }, sizeof(int));
	if (connect(fd, (const struct sockaddr *)to, length) < 0)
		return errno == EHOSTUNREACH ? WS_WSAENETUNREACH : wsc__error_from_errno(errno);
	if (getsockname(fd, (struct sockaddr *)from, &size) < 0)
		return wsc__error_from_errno(errno);
	((struct sockaddr_in *)from)->sin_port = 0; /* in either family it stands there */
	return 0;
}

int wsc__route_source(const struct sockaddr_storage *to, socklen_t length, struct sockaddr_storage *from)
{
	int error, fd = socket(to->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(from, 0, sizeof *from);
	if (fd < 0)
		return wsc__error_from_errno(errno);
	error = connect_to(fd, to, length, from);
	close(fd);
	return error;
}

int wsc__route_query(SOCKET s, struct socket *sock, struct call *call)
{
	struct sockaddr_storage to, from;
	socklen_t length;
	int error = destination(sock, call, &to, &length);

	(void)s;
	if (!error && wsc__address_is_any(&to))
		error = WS_WSAEINVAL;
	if (!error)
		error = wsc__route_source(&to, length, &from);
	if (error)
		return error;
	if (!call->out)
		return WS_WSAEFAULT;
	if (call->out_size < length)
		return wsc__ioctl_needs(call, length);
	wsc__address_from_posix(&from);
	call->given = length;
	return wsc__copy_out(call->out, &from, length);
}

struct watched {
	struct sockaddr_storage to, before;
	socklen_t length;
	int error; /* of the route to it, before */
};

/* Who names no destination hears of every change. */
static int route_changed(void *argument, bool *yes)
{
	struct watched *watched = argument;
	struct sockaddr_storage now;
	int error = wsc__route_source(&watched->to, watched->length, &now);

	*yes = wsc__address_is_any(&watched->to) || error != watched->error ||
	       memcmp(&now, &watched->before, watched->length);
	return 0;
}

int wsc__route_change(SOCKET s, struct socket *sock, struct call *call)
{
	enum {
		GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR |
			 RTMGRP_IPV6_ROUTE,
	};
	struct watched watched;
	int error = destination(sock, call, &watched.to, &watched.length);

	if (error)
		return error;
	watched.error = wsc__route_source(&watched.to, watched.length, &watched.before);
	return wsc__netlink_wait(s, sock, GROUPS, route_changed, &watched);
}
