/* The options of SOL_SOCKET with ways of their own. */
#include "accept.h"
#include "address.h"
#include "blocking.h"
#include "error.h"
#include "fault.h"
#include "options.h"
#include "protocol.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Reading takes the error away, but for that of a connect; unlike what is documented, it can be set too. */
int wsc__option_get_error(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	enum { NOTED = SOCKET_ERROR_SET | SOCKET_CONNECTING | SOCKET_REFUSED };
	int posix_error = 0, error = wsc__socket_is(sock, NOTED) ? wsc__socket_verify(s, sock, NULL) : 0;

	if (!error) {
		wsc__socket_connecting(s, sock); /* a success makes an end of the failure before it */
		error = wsc__posix_get(s, option->posix_level, option->posix_name, &posix_error,
				       sizeof posix_error);
	}
	if (!error && posix_error)
		wsc__socket_keep_error(s, sock, posix_error);
	value->dword = error ? 0 : (DWORD)wsc__socket_tell_error(sock);
	return error;
}

int wsc__option_set_error(SOCKET s, struct socket *sock, const struct option *option,
			  const struct value *value)
{
	int error = wsc__socket_verify(s, sock, NULL);

	(void)option;
	if (!error)
		wsc__socket_set_error(sock, (int)value->dword);
	return error;
}

/* A paused listener is one to the program all the same. */
int wsc__option_get_acceptconn(SOCKET s, struct socket *sock, const struct option *option,
			       struct value *value)
{
	int error = wsc__option_get_int(s, sock, option, value);

	if (wsc__socket_is_paused(sock))
		value->dword = TRUE;
	return error;
}

/* What was set is what is read back: Linux doubles it, and has a least and a most. */
static DWORD *buffer(struct socket *sock, const struct option *option)
{
	return option->name == WS_SO_RCVBUF ? &sock->receive_buffer : &sock->send_buffer;
}

int wsc__option_get_buffer(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	DWORD asked;

	wsc__socket_lock(sock);
	asked = *buffer(sock, option);
	wsc__socket_unlock(sock);
	if (asked == ~0u)
		return wsc__option_get_int(s, sock, option, value);
	value->dword = asked;
	return 0;
}

/* On Windows a buffer bounds what waits in it, not what a call or a segment may add to that: with none at all
 * a datagram of any size can be sent, and a stream goes on in segments as large as before. The kernel's
 * buffer has to have room for so much. A datagram is received whole into an empty buffer of any size on both
 * systems. */
static DWORD least(struct socket *sock, const struct option *option)
{
	enum { SEND_STREAM = 16384, SEND_DATAGRAM = 65536, RECEIVE_STREAM = 65536 };

	if (option->name == WS_SO_SNDBUF)
		return sock->type == SOCK_STREAM ? SEND_STREAM : SEND_DATAGRAM;
	return sock->type == SOCK_STREAM ? RECEIVE_STREAM : 0;
}

int wsc__option_set_buffer(SOCKET s, struct socket *sock, const struct option *option,
			   const struct value *value)
{
	DWORD bytes = value->dword < least(sock, option) ? least(sock, option) : value->dword;
	int number = bytes > INT_MAX / 2 ? INT_MAX / 2 : (int)bytes;
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, &number, sizeof number);

	if (error)
		return error;
	wsc__socket_lock(sock);
	*buffer(sock, option) = value->dword;
	wsc__socket_unlock(sock);
	return 0;
}

/* The kernel rounds a timeval to its ticks; the milliseconds are kept to be read back. */
static _Atomic DWORD *timeout(struct socket *sock, const struct option *option)
{
	return option->name == WS_SO_RCVTIMEO ? &sock->receive_timeout : &sock->send_timeout;
}

int wsc__option_get_timeout(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s;
	value->dword = *timeout(sock, option);
	return 0;
}

int wsc__option_set_timeout(SOCKET s, struct socket *sock, const struct option *option,
			    const struct value *value)
{
	struct timeval time = { .tv_sec = value->dword / 1000, .tv_usec = value->dword % 1000 * 1000 };
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, &time, sizeof time);
	if (!error)
		*timeout(sock, option) = value->dword;
	return error;
}

/* l_linger is kept while l_onoff is 0, so that SO_DONTLINGER can bring it back. */
int wsc__option_get_linger(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	struct linger linger;
	socklen_t size = sizeof linger;

	if (getsockopt((int)s, option->posix_level, option->posix_name, &linger, &size) < 0)
		return wsc__error_from_errno(errno);
	value->linger.l_onoff = (WORD)linger.l_onoff;
	value->linger.l_linger = (WORD)linger.l_linger;
	wsc__socket_lock(sock);
	if (linger.l_onoff && sock->linger_on)
		value->linger.l_onoff = sock->linger_on; /* 2 and 0x100 read back as such */
	if (!linger.l_onoff)
		value->linger.l_linger = sock->linger_time;
	wsc__socket_unlock(sock);
	return 0;
}

int wsc__option_set_linger(SOCKET s, struct socket *sock, const struct option *option,
			   const struct value *value)
{
	struct linger linger = { value->linger.l_onoff != 0, value->linger.l_linger };
	int error = wsc__posix_set(s, option->posix_level, option->posix_name, &linger, sizeof linger);
	if (error)
		return error;
	wsc__socket_lock(sock);
	sock->linger_on = value->linger.l_onoff;
	sock->linger_time = value->linger.l_linger;
	wsc__socket_unlock(sock);
	return 0;
}

int wsc__option_get_dontlinger(SOCKET s, struct socket *sock, const struct option *option,
			       struct value *value)
{
	struct value linger;
	int error = wsc__option_get_linger(s, sock, option, &linger);

	value->dword = !linger.linger.l_onoff;
	return error;
}

int wsc__option_set_dontlinger(SOCKET s, struct socket *sock, const struct option *option,
			       const struct value *value)
{
	struct value linger;
	int error = wsc__option_get_linger(s, sock, option, &linger);

	if (error || linger.linger.l_onoff == !value->dword || (linger.linger.l_onoff && !value->dword))
		return error;
	linger.linger.l_onoff = !value->dword;
	return wsc__option_set_linger(s, sock, option, &linger);
}

/* For Windows' own calls it decides whether a socket made by socket() is overlapped; to all sockets of
 * this thread it is one value. */
int wsc__option_get_opentype(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s, (void)sock, (void)option;
	value->dword = wsc__thread.open_type;
	return 0;
}

int wsc__option_set_opentype(SOCKET s, struct socket *sock, const struct option *option,
			     const struct value *value)
{
	(void)s, (void)sock, (void)option;
	wsc__thread.open_type = value->dword;
	return 0;
}

/* What accept() and connect() do by themselves, the overlapped calls leave to these two. */
int wsc__option_set_update_accept_context(SOCKET s, struct socket *sock, const struct option *option,
					  const struct value *value)
{
	struct socket *listener = wsc__socket_get(value->socket);

	(void)option;
	if (!listener || wsc__socket_verify(value->socket, listener, NULL))
		return WS_WSAENOTSOCK;
	wsc__options_copy(s, sock, value->socket, listener);
	return 0;
}

int wsc__option_set_update_connect_context(SOCKET s, struct socket *sock, const struct option *option,
					   const struct value *value)
{
	(void)s, (void)option, (void)value;
	return wsc__socket_is(sock, SOCKET_CONNECTED) ? 0 : WS_WSAENOTCONN;
}

/* Both addresses behind the structure that points to them, in the caller's buffer. */
static int add_address(struct value *value, int *at, int size,
		       int (*name)(int, struct sockaddr *, socklen_t *), SOCKET s, struct socket *sock,
		       SOCKET_ADDRESS *member)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof address;

	member->lpSockaddr = NULL;
	member->iSockaddrLength = 0;
	if (name((int)s, (struct sockaddr *)&address, &length) < 0)
		return errno == ENOTCONN ? 0 : wsc__error_from_errno(errno);
	if ((int)length > size) /* Linux ends the longest path of AF_UNIX with a zero that nobody asked for */
		length = (socklen_t)size;
	/* Not bound yet. The port of a raw socket is its protocol, to Linux. */
	if (length <= sizeof address.ss_family)
		return 0;
	if (sock->type == SOCK_RAW ? wsc__address_is_any(&address) && !wsc__socket_is(sock, SOCKET_BOUND)
				   : address.ss_family != AF_UNIX && !wsc__address_port(&address))
		return 0;
	wsc__address_from_posix(&address);
	memset(value->bytes + *at, 0, (size_t)size);
	memcpy(value->bytes + *at, &address, length);
	member->lpSockaddr = wsc__user_at(value->user, (size_t)*at);
	member->iSockaddrLength = size;
	*at += size;
	return 0;
}

int wsc__option_get_bsp_state(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	const WSAPROTOCOL_INFOW *protocol = wsc__protocol_of(sock);
	int size = protocol->iMaxSockAddr, at = sizeof value->state, error;

	(void)option;
	if (value->size < at + 2 * size)
		return WS_WSAEFAULT;
	memset(&value->state, 0, sizeof value->state);
	error = add_address(value, &at, size, getsockname, s, sock, &value->state.LocalAddr);
	if (!error)
		error = add_address(value, &at, size, getpeername, s, sock, &value->state.RemoteAddr);
	value->state.iSocketType = sock->type;
	value->state.iProtocol = protocol->iProtocol;
	value->size = at;
	return error;
}

int wsc__option_get_protocol_info_a(SOCKET s, struct socket *sock, const struct option *option,
				    struct value *value)
{
	(void)s, (void)option;
	wsc__protocol_copy(1, &value->protocol_infoA, wsc__protocol_of(sock));
	return 0;
}

int wsc__option_get_protocol_info_w(SOCKET s, struct socket *sock, const struct option *option,
				    struct value *value)
{
	(void)s, (void)option;
	wsc__protocol_copy(value->wide, &value->protocol_infoW, wsc__protocol_of(sock));
	return 0;
}

/* The most that one call can send: what a packet has room for beside its headers, which the kernel does not
 * count for IPv6. A stream has no messages. */
int wsc__option_get_max_message(SOCKET s, struct socket *sock, const struct option *option,
				struct value *value)
{
	enum { PACKET = 65535, IPV4_HEADER = 20, UDP_HEADER = 8 };

	(void)s, (void)option;
	if (sock->type == SOCK_STREAM) {
		value->dword = ~0u;
		return 0;
	}
	value->dword = PACKET;
	if (sock->family == WS_AF_INET)
		value->dword -= IPV4_HEADER;
	if (sock->type == SOCK_DGRAM)
		value->dword -= UDP_HEADER;
	return 0;
}

int wsc__option_get_connect_time(SOCKET s, struct socket *sock, const struct option *option,
				 struct value *value)
{
	bool connected = sock->type == SOCK_STREAM && !wsc__socket_connecting(s, sock) &&
			 wsc__socket_is(sock, SOCKET_CONNECTED);

	(void)option;
	value->dword = connected ? (DWORD)((wsc__now() - sock->connected_at) / 1000) : ~0u;
	return 0;
}

/* Who listens already lets the kernel accept what comes. */
int wsc__option_set_conditional_accept(SOCKET s, struct socket *sock, const struct option *option,
				       const struct value *value)
{
	return wsc__socket_is(sock, SOCKET_LISTENING) ? WS_WSAEINVAL
						      : wsc__option_set_kept(s, sock, option, value);
}

int wsc__option_get_pause_accept(SOCKET s, struct socket *sock, const struct option *option,
				 struct value *value)
{
	(void)s, (void)option;
	value->dword = wsc__socket_is(sock, SOCKET_PAUSED);
	return 0;
}

int wsc__option_set_pause_accept(SOCKET s, struct socket *sock, const struct option *option,
				 const struct value *value)
{
	(void)option;
	return wsc__accept_pause(s, sock, value->dword);
}

/* A PROCESSOR_NUMBER: the group, of at most 64 processors, and the number in it. */
int wsc__option_get_received_processor(SOCKET s, struct socket *sock, const struct option *option,
				       struct value *value)
{
	enum { GROUP_SIZE = 64 };
	int processor = 0, error;

	(void)sock;
	error = wsc__posix_get(s, option->posix_level, option->posix_name, &processor, sizeof processor);
	if (processor < 0) /* nothing was received yet */
		processor = 0;
	value->dword = (DWORD)(processor / GROUP_SIZE) | (DWORD)(processor % GROUP_SIZE) << 16;
	return error;
}

/* Where a connection was to go before the firewall redirected it, if it did. */
int wsc__option_get_original_dst(SOCKET s, struct socket *sock, const struct option *option,
				 struct value *value)
{
	enum { ORIGINAL_DST = 80 }; /* of netfilter, for both families */
	int level = sock->family == WS_AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t length =
		sock->family == WS_AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

	(void)option;
	if (!wsc__socket_is(sock, SOCKET_CONNECTED))
		return WS_WSAENOTCONN;
	if (getsockopt((int)s, level, ORIGINAL_DST, &address, &length) < 0 &&
	    getsockname((int)s, (struct sockaddr *)&address, &length) < 0)
		return wsc__error_from_errno(errno);
	wsc__address_from_posix(&address);
	memcpy(value->bytes, &address, length);
	value->size = (int)length;
	return 0;
}
