/* The options of IPPROTO_TCP with ways of their own. */
#include "address.h"
#include "error.h"
#include "icmp.h"
#include "options.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static int put(SOCKET s, int name, int value)
{
	return wsc__posix_set(s, IPPROTO_TCP, name, &value, sizeof value);
}

/* The kernel sends a SYN again once at least, and by itself several times, as the administrator has it. */
int wsc__option_set_syn_retries(SOCKET s, struct socket *sock, const struct option *option,
				const struct value *value)
{
	struct socket_extras *extras;
	int error = 0;

	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	if (!extras)
		error = WS_WSAENOBUFS;
	if (!error && !extras->syn_retries)
		error = wsc__posix_get(s, IPPROTO_TCP, TCP_SYNCNT, &extras->syn_retries,
				       sizeof extras->syn_retries);
	if (!error)
		error = put(s, TCP_SYNCNT, value->dword ? 1 : extras->syn_retries);
	wsc__socket_unlock(sock);
	return error ? error : wsc__option_set_kept(s, sock, option, value);
}

/* For a listener: how many connections may have sent data already and wait for the rest of their handshake.
 * One that connects has to have data to send with it, and no call of Winsock 2 gives any. */
int wsc__option_set_fastopen(SOCKET s, struct socket *sock, const struct option *option,
			     const struct value *value)
{
	enum { QUEUE = 256 };
	int error = wsc__socket_is(sock, SOCKET_CONNECTED | SOCKET_CONNECTING)
			    ? 0
			    : put(s, TCP_FASTOPEN, value->dword ? QUEUE : 0);

	return error ? error : wsc__option_set_kept(s, sock, option, value);
}

/* Which byte is the urgent one: Linux goes by BSD, unless the whole system is told otherwise. So this is
 * kept, one thing under two names, of which neither can be turned off for a connection once it was turned on.
 */
int wsc__option_get_urgent(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s;
	wsc__socket_lock(sock);
	value->dword = (sock->extras && sock->extras->urgent == WS_TCP_EXPEDITED_1122) ==
		       (option->name == WS_TCP_EXPEDITED_1122);
	wsc__socket_unlock(sock);
	return 0;
}

int wsc__option_set_urgent(SOCKET s, struct socket *sock, const struct option *option,
			   const struct value *value)
{
	int other = option->name == WS_TCP_EXPEDITED_1122 ? WS_TCP_BSDURGENT : WS_TCP_EXPEDITED_1122, wanted;
	struct socket_extras *extras;
	int error = 0;

	(void)s;
	wanted = value->dword ? option->name : other;
	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	if (!extras)
		error = WS_WSAENOBUFS;
	else if (extras->urgent && extras->urgent != wanted && wsc__socket_is(sock, SOCKET_CONNECTED))
		error = WS_WSAEINVAL;
	else
		extras->urgent = value->dword || wanted == WS_TCP_EXPEDITED_1122 ? wanted : 0;
	wsc__socket_unlock(sock);
	return error;
}

int wsc__option_set_at_most_2(SOCKET s, struct socket *sock, const struct option *option,
			      const struct value *value)
{
	return value->dword > 2 ? WS_WSAEINVAL : wsc__option_set_kept(s, sock, option, value);
}

/* TCP_FAIL_CONNECT_ON_ICMP_ERROR */

static bool is_asked(struct socket *sock)
{
	return wsc__option_kept(sock, WS_IPPROTO_TCP, WS_TCP_FAIL_CONNECT_ON_ICMP_ERROR);
}

static void ask(SOCKET s, struct socket *sock, int on)
{
	if (sock->family == WS_AF_INET6)
		setsockopt((int)s, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
	/* Of an IPv6 socket's IPv4 connections, too. */
	setsockopt((int)s, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
}

/* One message from the kernel's queue of errors. Under the lock. */
static void note(struct socket_extras *extras, struct msghdr *message)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		bool ipv4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
		bool ipv6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
		struct sock_extended_err error;
		struct sockaddr_storage source = { .ss_family = AF_UNSPEC };

		if (!ipv4 && !ipv6)
			continue;
		memcpy(&error, CMSG_DATA(part), sizeof error);
		if (error.ee_origin != SO_EE_ORIGIN_ICMP && error.ee_origin != SO_EE_ORIGIN_ICMP6)
			continue;
		memcpy(&source, CMSG_DATA(part) + sizeof error,
		       ipv4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		wsc__address_from_posix(&source);
		extras->icmp_failed = true;
		memset(&extras->icmp, 0, sizeof extras->icmp);
		memcpy(&extras->icmp.srcaddress, &source, sizeof extras->icmp.srcaddress);
		extras->icmp.protocol = error.ee_origin == SO_EE_ORIGIN_ICMP ? IPPROTO_ICMP : IPPROTO_ICMPV6;
		extras->icmp.type = error.ee_type;
		extras->icmp.code = error.ee_code;
	}
}

/* Takes all there is. Under the lock. */
static void collect(SOCKET s, struct socket_extras *extras)
{
	_Alignas(struct cmsghdr) char control[512];
	char packet[1];

	for (;;) {
		struct iovec part = { packet, sizeof packet };
		struct msghdr message = { .msg_iov = &part,
					  .msg_iovlen = 1,
					  .msg_control = control,
					  .msg_controllen = sizeof control };

		if (recvmsg((int)s, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		note(extras, &message);
	}
}

void wsc__icmp_begin(SOCKET s, struct socket *sock)
{
	bool asked = is_asked(sock);

	wsc__socket_lock(sock);
	if (sock->extras) {
		collect(s, sock->extras);
		sock->extras->icmp_failed = false;
	}
	wsc__socket_unlock(sock);
	if (asked)
		ask(s, sock, true);
}

void wsc__icmp_end(SOCKET s, struct socket *sock)
{
	if (is_asked(sock))
		ask(s, sock, false);
}

bool wsc__icmp_failed(SOCKET s, struct socket *sock)
{
	bool failed = false;

	if (!is_asked(sock))
		return false;
	wsc__socket_lock(sock);
	if (sock->extras) {
		collect(s, sock->extras);
		failed = sock->extras->icmp_failed;
	}
	wsc__socket_unlock(sock);
	return failed;
}

/* Without an error the value has no bytes. */
int wsc__option_get_icmp_error_info(SOCKET s, struct socket *sock, const struct option *option,
				    struct value *value)
{
	(void)option;
	if (!is_asked(sock))
		return WS_WSAEINVAL;
	value->size = 0;
	if (!wsc__icmp_failed(s, sock))
		return 0;
	wsc__socket_lock(sock);
	if (sock->extras) {
		value->icmp = sock->extras->icmp;
		value->size = sizeof value->icmp;
	}
	wsc__socket_unlock(sock);
	return 0;
}
