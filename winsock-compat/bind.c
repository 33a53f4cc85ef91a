/* bind and listen. */
#include "bind.h"

#include "accept.h"
#include "address.h"
#include "conditional.h"
#include "conflict.h"
#include "options.h"
#include "port.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int wsc__bind_connect(SOCKET s, struct socket *sock)
{
	bool is_ipv6 = sock->family == WS_AF_INET6;
	struct sockaddr_storage any;
	int error;

	wsc__conflict_connect(s, sock);
	/* The kernel chooses at random for bind, and for datagrams; for streams it goes by the peer. */
	if (!sock->ports.reservation && (sock->type != SOCK_STREAM || !wsc__port_get(sock, PORT_RANDOMIZE)))
		return 0;
	if ((!is_ipv6 && sock->family != WS_AF_INET) || wsc__conflict_is_bound(s, sock))
		return 0;
	memset(&any, 0, sizeof any);
	any.ss_family = is_ipv6 ? AF_INET6 : AF_INET;
	error = wsc__port_bind(s, sock, &any,
			       is_ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	if (!error)
		wsc__socket_mark(sock, SOCKET_BOUND, 0);
	return error;
}

void wsc__bind_any(SOCKET s, struct socket *sock)
{
	struct sockaddr_storage any = { .ss_family = (sa_family_t)wsc__family_to_posix(sock->family) };

	if (wsc__socket_is(sock, SOCKET_BOUND | SOCKET_CONNECTED) ||
	    wsc__port_bind(s, sock, &any, sizeof(struct sockaddr_in6)))
		return;
	wsc__socket_bound_raw(s, sock);
	wsc__socket_mark(sock, SOCKET_BOUND, 0);
}

/* Windows wants an address of this machine, where Linux takes those of groups as well. */
static int check_ipv4(SOCKET s, struct socket *sock, const struct sockaddr_in *in)
{
	int allowed = 0;
	socklen_t size = sizeof allowed;

	if (IN_MULTICAST(ntohl(in->sin_addr.s_addr)))
		return WS_WSAEADDRNOTAVAIL;
	if (in->sin_addr.s_addr != htonl(INADDR_BROADCAST))
		return 0;
	if (sock->type != SOCK_DGRAM)
		return WS_WSAEADDRNOTAVAIL;
	getsockopt((int)s, SOL_SOCKET, SO_BROADCAST, &allowed, &size);
	return allowed ? 0 : WS_WSAEACCES;
}

/* Windows looks at the scope of any address, Linux only where it cannot do without; and where Linux
 * wants it, Windows finds it out. */
static int check_ipv6(struct sockaddr_in6 *in6)
{
	bool local = IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr), found = false;
	struct ifaddrs *addresses, *at;
	unsigned index = 0;

	if (IN6_IS_ADDR_MULTICAST(&in6->sin6_addr))
		return WS_WSAEADDRNOTAVAIL;
	if (IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) || IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) ||
	    (!local && !in6->sin6_scope_id))
		return 0;
	if (getifaddrs(&addresses) < 0)
		return 0; /* the kernel will say what it thinks of it */
	for (at = addresses; at && !found; at = at->ifa_next) {
		const struct sockaddr_in6 *its = (const void *)at->ifa_addr;

		if (!its || its->sin6_family != AF_INET6 ||
		    !IN6_ARE_ADDR_EQUAL(&its->sin6_addr, &in6->sin6_addr))
			continue;
		index = if_nametoindex(at->ifa_name);
		found = !in6->sin6_scope_id || index == in6->sin6_scope_id;
	}
	freeifaddrs(addresses);
	if (!found)
		return WS_WSAEADDRNOTAVAIL;
	if (local)
		in6->sin6_scope_id = index;
	return 0;
}

static int check_address(SOCKET s, struct socket *sock, struct sockaddr_storage *address)
{
	if (sock->type == SOCK_RAW)
		return 0;
	return address->ss_family == AF_INET    ? check_ipv4(s, sock, (struct sockaddr_in *)address)
	       : address->ss_family == AF_INET6 ? check_ipv6((struct sockaddr_in6 *)address)
						: 0;
}

/* Windows gives a socket of AF_UNIX no name of its own choice, cannot have one that asks to share it, and
 * calls a directory that is not there a dead network. */
static int bind_file(SOCKET s, struct socket *sock, const struct sockaddr_storage *address, socklen_t length)
{
	if (length <= offsetof(struct sockaddr_un, sun_path))
		return WS_WSAEINVAL;
	if (wsc__port_get(sock, PORT_REUSEADDR))
		return WS_WSAEOPNOTSUPP;
	if (bind((int)s, (const struct sockaddr *)address, length) < 0)
		return errno == ENOENT || errno == ENOTDIR ? WS_WSAENETDOWN : wsc__error_from_errno(errno);
	atomic_fetch_or(&sock->ports.options, PORT_BOUND);
	return 0;
}

int WSC(bind)(SOCKET s, const struct WSC(sockaddr) * name, int name_length)
{
	struct sockaddr_storage address;
	socklen_t length;
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error)
		error = wsc__socket_address(s, sock, name, name_length, &address, &length);
	if (!error && wsc__port_get(sock, PORT_BOUND)) /* of which the kernel may not know yet */
		error = WS_WSAEINVAL;
	if (!error)
		error = check_address(s, sock, &address);
	if (!error)
		error = sock->family == WS_AF_UNIX ? bind_file(s, sock, &address, length)
						   : wsc__port_bind(s, sock, &address, length);
	if (!error) {
		wsc__socket_bound_raw(s, sock);
		wsc__socket_mark(sock, SOCKET_BOUND, 0);
	}
	return wsc__result(error);
}

/* Linux would find an address for it; Windows wants bind() first. */
static int check_bound(SOCKET s, struct socket *sock)
{
	return sock->family == WS_AF_UNIX || wsc__conflict_is_bound(s, sock) ? 0 : WS_WSAEINVAL;
}

int WSC(listen)(SOCKET s, int backlog)
{
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error)
		error = wsc__socket_verify(s, sock, NULL);
	if (!error && sock->type != SOCK_STREAM)
		error = WS_WSAEOPNOTSUPP;
	if (!error && wsc__socket_is(sock, SOCKET_CONNECTED) && wsc__tcp_state((int)s) == WSC_TCP_ESTABLISHED)
		error = WS_WSAEISCONN;
	if (!error)
		error = check_bound(s, sock);
	if (!error) {
		wsc__socket_forget_failure(s, sock);
		wsc__option_listening(s, sock);
		error = wsc__conditional_prepare(s, sock);
	}
	if (!error)
		error = wsc__conflict_listen(s, sock, backlog);
	if (!error) {
		wsc__conditional_listening(s, sock, backlog);
		wsc__socket_mark(sock, SOCKET_LISTENING, 0);
		error = wsc__accept_listening(s, sock);
	}
	return wsc__result(error);
}
