/* WSAConnectByName and WSAConnectByList: one address after the other, until somebody answers. */
#include "address.h"
#include "addresssort.h"
#include "blocking.h"
#include "connect.h"
#include "export.h"
#include "fault.h"
#include "profile.h"
#include "wide.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What both are asked for beside the addresses. */
struct request {
	SOCKET s;
	struct socket *sock;
	DWORD *local_length, *remote_length;
	void *local, *remote;
	bool without_port; /* in the local address */
	uint64_t end;      /* of wsc__now, or WSC_FOREVER */
};

static socklen_t length_of(struct socket *sock)
{
	return sock->family == WS_AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

/* Source: tests/sock.c:3947-4010: without a length nothing is given, and without a place the length is not
 * looked at. That too little room is found before anybody is connected is our choice. */
static int check_place(struct socket *sock, const void *address, const DWORD *user_length)
{
	DWORD length;

	if (!address || !user_length)
		return 0;
	return wsc__copy_in(&length, user_length, sizeof length) || length < length_of(sock) ? WS_WSAEFAULT
											     : 0;
}

/* Source: tests/sock.c:4031-4040, by versions of which Windows 10 is two. */
static int check_type(struct socket *sock)
{
	if (sock->type == SOCK_STREAM && sock->family != WS_AF_UNIX)
		return 0;
	return wsc__profile.windows >= &wsc__windows[WINDOWS_10] ? WS_WSAEFAULT : WS_WSAEOPNOTSUPP;
}

static int begin(struct request *request, const struct WSC(timeval) * user_timeout)
{
	struct WSC(timeval) timeout;
	int error = check_type(request->sock);

	request->end = WSC_FOREVER;
	if (!error)
		error = check_place(request->sock, request->local, request->local_length);
	if (!error)
		error = check_place(request->sock, request->remote, request->remote_length);
	if (error || !user_timeout)
		return error;
	if (wsc__copy_in(&timeout, user_timeout, sizeof timeout))
		return WS_WSAEFAULT;
	if (timeout.tv_sec < 0 || timeout.tv_usec < 0)
		return WS_WSAEINVAL;
	request->end =
		wsc__now() + (uint64_t)timeout.tv_sec * 1000 + ((uint64_t)timeout.tv_usec + 999) / 1000;
	return 0;
}

static bool is_connected(struct socket *sock)
{
	return wsc__socket_is(sock, SOCKET_CONNECTED);
}

/* One address; whether another may do better. */
static int attempt(struct request *request, struct sockaddr_storage *address, bool *goes_on)
{
	int error = WS_WSAETIMEDOUT;

	*goes_on = false;
	if (wsc__now() >= request->end)
		return error;
	error = wsc__connect_until(request->s, request->sock, address, length_of(request->sock),
				   request->end);
	*goes_on = error && error != WS_WSAEISCONN && error != WS_WSAEALREADY && error != WS_WSAEINTR &&
		   wsc__socket_is(request->sock, SOCKET_KNOWN);
	return error;
}

static void give(DWORD *user_length, void *user, struct sockaddr_storage *address, socklen_t size)
{
	DWORD length = size;

	wsc__address_from_posix(address);
	if (user && user_length && !wsc__copy_out(user, address, size))
		wsc__copy_out(user_length, &length, sizeof length);
}

/* The local address that is given has no port. Source: tests/sock.c:3921, of WSAConnectByName. */
static void give_names(struct request *request)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof name;

	if (!getsockname((int)request->s, (struct sockaddr *)&name, &length)) {
		if (request->without_port)
			((struct sockaddr_in *)&name)->sin_port = 0; /* sin6_port lies at the same place */
		give(request->local_length, request->local, &name, length);
	}
	length = length_of(request->sock);
	if (!getsockopt((int)request->s, SOL_SOCKET, SO_PEERNAME, &name, &length))
		give(request->remote_length, request->remote, &name, length);
}

/* IPv6 sockets that speak IPv4 too have it in addresses of their own family. */
static bool is_dual(struct request *request)
{
	int only = 1;
	socklen_t size = sizeof only;

	return request->sock->family == WS_AF_INET6 &&
	       !getsockopt((int)request->s, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) && !only;
}

static void map(const struct sockaddr_in *in, struct sockaddr_storage *address)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = in->sin_port };

	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&mapped.sin6_addr.s6_addr[12], &in->sin_addr, sizeof in->sin_addr);
	*in6 = mapped;
}

/* An address for the socket's own family; false if it is none. */
static bool fit(struct request *request, const struct sockaddr *from, struct sockaddr_storage *address)
{
	int family = wsc__family_to_posix(request->sock->family);

	memset(address, 0, sizeof *address);
	if (from->sa_family == family)
		memcpy(address, from, length_of(request->sock));
	else if (from->sa_family == AF_INET && is_dual(request))
		map((const struct sockaddr_in *)from, address);
	return address->ss_family != AF_UNSPEC;
}

static int connect_by_name(struct request *request, const char *node, const char *service)
{
	ADDRINFOA hints = { .ai_socktype = WS_SOCK_STREAM }, *found = NULL;
	bool goes_on = true;
	int error;

	hints.ai_family = is_dual(request) ? WS_AF_UNSPEC : request->sock->family;
	error = WSC(getaddrinfo)(node, service, &hints, &found);
	if (error)
		return error;
	error = WS_WSAHOST_NOT_FOUND; /* unless one of the addresses suits the socket */
	for (ADDRINFOA *one = found; one && goes_on; one = one->ai_next) {
		struct sockaddr_storage address, fitted;
		socklen_t length;

		if (!wsc__address_in(one->ai_family, one->ai_addr, (int)one->ai_addrlen, &address, &length) &&
		    fit(request, (struct sockaddr *)&address, &fitted))
			error = attempt(request, &fitted, &goes_on);
	}
	WSC(freeaddrinfo)(found);
	return error;
}

/* The end of both, which tell the program yes or no. */
static BOOL end(struct request *request, int error)
{
	if (!error)
		give_names(request);
	if (wsc__socket_end(request->sock)) /* by another thread, meanwhile */
		error = WS_WSAENOTSOCK;
	return !wsc__result(error);
}

/* A name that is too long is nobody's. */
static int name_in(int unit, char *to, const void *user, size_t most, int nobody)
{
	int error = wsc__wide_in(unit, to, user, most);

	return error == WS_WSAENAMETOOLONG ? nobody : error;
}

/* The names are looked at before the socket. Source: tests/sock.c:3947-3956. */
static BOOL by_name(struct request request, int unit, const void *user_node, const void *user_service,
		    const struct WSC(timeval) * timeout, const void *reserved)
{
	char node[WSC_UTF8_MOST * NI_MAXHOST], service[WSC_UTF8_MOST * NI_MAXSERV];
	int error = wsc__enter();

	if (!error && (!user_node || !user_service || reserved))
		error = WS_WSAEINVAL;
	if (!error)
		error = name_in(unit, node, user_node, NI_MAXHOST, WS_WSAHOST_NOT_FOUND);
	if (!error)
		error = name_in(unit, service, user_service, NI_MAXSERV, WS_WSATYPE_NOT_FOUND);
	if (!error)
		error = wsc__socket_begin(request.s, &request.sock);
	if (error)
		return !wsc__result(error);
	request.without_port = true;
	error = wsc__socket_verify(request.s, request.sock, NULL);
	if (!error)
		error = begin(&request, timeout);
	if (!error && is_connected(request.sock))
		error = WS_WSAEISCONN;
	return end(&request, error ? error : connect_by_name(&request, node, service));
}

#define REQUEST ((struct request){ s, NULL, local_length, remote_length, local, remote, false, 0 })

BOOL WSC(WSAConnectByNameA)(SOCKET s, LPCSTR node, LPCSTR service, LPDWORD local_length, LPSOCKADDR local,
			    LPDWORD remote_length, LPSOCKADDR remote, const struct WSC(timeval) * timeout,
			    LPWSAOVERLAPPED reserved)
{
	return by_name(REQUEST, 1, node, service, timeout, reserved);
}
WSC_ALIAS(WSAConnectByNameA)

WSC_WIDE_FORMS(BOOL, WSAConnectByNameW,
	       (SOCKET s, LPWSTR node, LPWSTR service, LPDWORD local_length, LPSOCKADDR local,
		LPDWORD remote_length, LPSOCKADDR remote, const struct WSC(timeval) * timeout,
		LPWSAOVERLAPPED reserved),
	       by_name(REQUEST, wide, node, service, timeout, reserved))

/* One entry of the program's list, as an address of POSIX'. */
static int read_entry(const SOCKET_ADDRESS_LIST *user, size_t index, struct sockaddr_storage *address)
{
	SOCKET_ADDRESS entry;
	socklen_t length;
	WORD family;

	if (wsc__copy_in(&entry,
			 wsc__user_at(user, offsetof(SOCKET_ADDRESS_LIST, Address) + index * sizeof entry),
			 sizeof entry) ||
	    entry.iSockaddrLength < (int)sizeof family ||
	    wsc__copy_in(&family, entry.lpSockaddr, sizeof family))
		return WS_WSAEFAULT;
	if (family != WS_AF_INET && family != WS_AF_INET6)
		return WS_WSAEAFNOSUPPORT;
	return wsc__address_in(family, entry.lpSockaddr, entry.iSockaddrLength, address, &length);
}

/* All addresses that suit the socket, the best first; `error` is what is the matter with the last other one.
 */
static struct sockaddr_in6 *read_list(struct request *request, const SOCKET_ADDRESS_LIST *user, size_t count,
				      size_t *fitting, int *error)
{
	struct sockaddr_in6 *list = calloc(count + 1, sizeof *list);

	*error = list ? WS_WSAEINVAL : WS_WSAENOBUFS; /* a list of nothing */
	*fitting = 0;
	for (size_t i = 0; list && i < count; i++) {
		struct sockaddr_storage address, fitted;
		int wrong = read_entry(user, i, &address);

		if (wrong == WS_WSAEFAULT) {
			*error = wrong;
			*fitting = 0;
			break;
		}
		if (!wrong && fit(request, (struct sockaddr *)&address, &fitted))
			memcpy(&list[(*fitting)++], &fitted, sizeof *list);
		else
			*error = WS_WSAEAFNOSUPPORT;
	}
	if (list)
		wsc__addresssort_best(list, *fitting);
	return list;
}

static int connect_by_list(struct request *request, const SOCKET_ADDRESS_LIST *user)
{
	enum { MOST = 1 << 16 };
	struct sockaddr_in6 *list;
	size_t fitting;
	bool goes_on = true;
	int error;
	INT count;

	if (wsc__copy_in(&count, user, sizeof count))
		return WS_WSAEFAULT;
	if (count < 0 || count > MOST)
		return WS_WSAEINVAL;
	list = read_list(request, user, (size_t)count, &fitting, &error);
	for (size_t i = 0; i < fitting && goes_on; i++) {
		struct sockaddr_storage address;

		memset(&address, 0, sizeof address);
		memcpy(&address, &list[i], sizeof list[i]);
		error = attempt(request, &address, &goes_on);
	}
	free(list);
	return error;
}

BOOL WSC(WSAConnectByList)(SOCKET s, PSOCKET_ADDRESS_LIST list, LPDWORD local_length, LPSOCKADDR local,
			   LPDWORD remote_length, LPSOCKADDR remote, const struct WSC(timeval) * timeout,
			   LPWSAOVERLAPPED reserved)
{
	struct request request = REQUEST;
	int error = wsc__enter();

	if (!error && reserved)
		error = WS_WSAEINVAL;
	if (!error)
		error = wsc__socket_begin(s, &request.sock);
	if (error)
		return !wsc__result(error);
	error = wsc__socket_verify(s, request.sock, NULL);
	if (!error)
		error = begin(&request, timeout);
	if (!error && is_connected(request.sock))
		error = WS_WSAEISCONN;
	return end(&request, error ? error : connect_by_list(&request, list));
}
WSC_ALIAS(WSAConnectByList)
