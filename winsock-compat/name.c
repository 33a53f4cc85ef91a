/* getsockname and getpeername. */
#include "address.h"
#include "fault.h"
#include "rcvall.h"
#include "port.h"
#include "socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* With SO_REUSE_UNICASTPORT a socket is bound before it has a port. */
static bool will_have_port(SOCKET s, struct socket *sock)
{
	return wsc__port_get(sock, PORT_BOUND) && !wsc__socket_verify(s, sock, NULL) && wsc__port_get(sock, PORT_BOUND);
}

static int local_name(SOCKET s, struct WSC(sockaddr) *name, int *name_length)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (error)
		return error;
	if (getsockname(wsc__rcvall_raw(s, sock), (struct sockaddr *)&address, &length) < 0)
		return wsc__error_from_errno(errno);
	if (sock->family == WS_AF_UNIX && length <= offsetof(struct sockaddr_un, sun_path) &&
	    !wsc__socket_is(sock, SOCKET_CONNECTED) && !wsc__socket_verify(s, sock, NULL) &&
	    !wsc__socket_is(sock, SOCKET_CONNECTED))
		return WS_WSAEINVAL;
	if (sock->type == SOCK_RAW) { /* whose protocol Linux shows for its port */
		if (!wsc__socket_is(sock, SOCKET_BOUND) && !wsc__socket_verify(s, sock, NULL) &&
		    !wsc__socket_is(sock, SOCKET_BOUND))
			return WS_WSAEINVAL;
		((struct sockaddr_in *)&address)->sin_port = 0;
	}
	/* Linux calls a socket without a name 0.0.0.0:0, which Windows does not. */
	if ((address.ss_family == AF_INET || address.ss_family == AF_INET6) && sock->type != SOCK_RAW &&
	    !wsc__address_port(&address) && !will_have_port(s, sock))
		return WS_WSAEINVAL;
	return wsc__address_out(&address, length, name, name_length);
}

int WSC(getsockname)(SOCKET s, struct WSC(sockaddr) *name, int *name_length)
{
	return wsc__result(local_name(s, name, name_length));
}

/* Windows knows the peer from the beginning of a connect, Linux from its end. */
static bool pending_peer(SOCKET s, struct socket *sock, struct sockaddr_storage *address, socklen_t *length)
{
	if (wsc__socket_verify(s, sock, NULL) || !wsc__socket_connecting(s, sock))
		return false;
	wsc__socket_lock(sock);
	memcpy(address, &sock->peer, sizeof sock->peer);
	wsc__socket_unlock(sock);
	*length = address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	return address->ss_family; /* not known of a connect that we have not seen */
}

static int peer_name(SOCKET s, struct WSC(sockaddr) *name, int *name_length)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (error)
		return error;
	/* WSAENOTCONN comes before any look at the pointers, on Windows too. */
	if (getpeername((int)s, (struct sockaddr *)&address, &length) < 0) {
		error = wsc__error_from_errno(errno);
		if (error != WS_WSAENOTCONN || !pending_peer(s, sock, &address, &length))
			return error;
	}
	if (sock->type == SOCK_RAW)
		((struct sockaddr_in *)&address)->sin_port = 0;
	return wsc__address_out(&address, length, name, name_length);
}

int WSC(getpeername)(SOCKET s, struct WSC(sockaddr) *name, int *name_length)
{
	return wsc__result(peer_name(s, name, name_length));
}
