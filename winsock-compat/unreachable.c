/* ICMP messages about datagrams: SIO_UDP_CONNRESET, SIO_UDP_NETRESET, IP_RECVERR and IPV6_RECVERR.
 *
 * Windows reports a port that nobody has bound, and a datagram that has met too many routers, to the next
 * receive of any UDP socket; a send never fails for them. Linux tells connected sockets alone, and that at
 * the next call of any kind, unless it is asked to queue such messages. So it is asked to, and whatever
 * call meets one moves it from the queue to the note. Stamps of what was sent come the same way. */
#include "unreachable.h"

#include "errorqueue.h"
#include "ioctl.h"
#include "options.h"
#include "timestamp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>

static int switch_queue(int fd, int posix_family, bool on)
{
	int value = on, error = 0;

	/* An IPv6 socket may send to IPv4 too. */
	if (setsockopt(fd, IPPROTO_IP, IP_RECVERR, &value, sizeof value) < 0)
		error = wsc__error_from_errno(errno);
	if (posix_family == AF_INET6)
		error = setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &value, sizeof value) < 0
				? wsc__error_from_errno(errno)
				: 0;
	return error;
}

static bool has_queue(SOCKET s, struct socket *sock)
{
	int on = 0;
	socklen_t size = sizeof on;

	if (sock->family == WS_AF_INET)
		getsockopt((int)s, IPPROTO_IP, IP_RECVERR, &on, &size);
	else
		getsockopt((int)s, IPPROTO_IPV6, IPV6_RECVERR, &on, &size);
	return on;
}

void wsc__unreachable_start(int fd, int posix_family)
{
	switch_queue(fd, posix_family, true);
}

/* Which of the two it is, if any and if it is wanted. */
static unsigned news_of(struct socket *sock, const struct sock_extended_err *error)
{
	bool four = error->ee_origin == SO_EE_ORIGIN_ICMP, six = error->ee_origin == SO_EE_ORIGIN_ICMP6;

	if ((four && error->ee_type == ICMP_DEST_UNREACH && error->ee_code == ICMP_PORT_UNREACH) ||
	    (six && error->ee_type == ICMP6_DST_UNREACH && error->ee_code == ICMP6_DST_UNREACH_NOPORT))
		return wsc__socket_is(sock, SOCKET_NO_CONNRESET) ? 0 : SOCKET_PORT_UNREACHABLE;
	if ((four && error->ee_type == ICMP_TIME_EXCEEDED) || (six && error->ee_type == ICMP6_TIME_EXCEEDED))
		return wsc__socket_is(sock, SOCKET_NO_NETRESET) ? 0 : SOCKET_EXPIRED;
	return 0;
}

/* Keeps one for a receive; the newest are lost if there are many. */
static void add_refusal(struct socket *sock, unsigned news, const struct msghdr *message)
{
	struct socket_extras *extras;

	if (!news)
		return;
	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	if (extras && extras->refusal_count < REFUSALS_MOST) {
		struct refusal *refusal = &extras->refusals[extras->refusal_count++];
		bool fits = message->msg_namelen <= sizeof refusal->to;

		*refusal = (struct refusal){ .state = news, .length = fits ? message->msg_namelen : 0 };
		memcpy(&refusal->to, message->msg_name, refusal->length);
	}
	wsc__socket_mark(sock, news, 0);
	wsc__socket_unlock(sock);
}

/* Under the lock. Forgets those of this kind, or only the first of all. */
static void forget_refusals(struct socket *sock, unsigned news, bool first)
{
	struct socket_extras *extras = sock->extras;
	unsigned left = 0, kept = 0;

	for (unsigned i = 0; extras && i < extras->refusal_count; i++) {
		struct refusal refusal = extras->refusals[i];

		if (first ? !i : refusal.state == news)
			continue;
		extras->refusals[kept++] = refusal;
		left |= refusal.state;
	}
	if (extras)
		extras->refusal_count = kept;
	wsc__socket_mark(sock, 0, news & ~left);
}

/* What one entry of the kernel's queue says. */
static void read_entry(struct socket *sock, struct msghdr *message, const void *data, size_t size)
{
	struct sock_extended_err error = { .ee_origin = SO_EE_ORIGIN_NONE };
	struct scm_timestamping stamps = { 0 };

	for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR(message, item)) {
		if ((item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_RECVERR) ||
		    (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_RECVERR))
			memcpy(&error, CMSG_DATA(item), sizeof error);
		else if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMPING)
			memcpy(&stamps, CMSG_DATA(item), sizeof stamps);
	}
	if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) {
		wsc__timestamp_add(sock, error.ee_data, &stamps.ts[0]);
		return;
	}
	add_refusal(sock, news_of(sock, &error), message);
	wsc__errorqueue_add(sock, &error, message, data, size);
}

bool wsc__unreachable_collect(SOCKET s, struct socket *sock)
{
	enum { ROUNDS = 64 }; /* so that a flood of them does not keep anybody here */
	union {
		struct cmsghdr head;
		char space[512];
	} control;
	unsigned char data[2048]; /* more than comes back of any datagram */

	if (sock->type != SOCK_DGRAM || sock->family == WS_AF_UNIX)
		return false;
	for (int i = 0; i < ROUNDS; i++) {
		struct sockaddr_storage to;
		struct iovec part = { data, sizeof data };
		struct msghdr message = { &to, sizeof to, &part, 1, &control, sizeof control, 0 };
		ssize_t size = recvmsg((int)s, &message, MSG_ERRQUEUE | MSG_DONTWAIT);

		if (size < 0)
			break;
		read_entry(sock, &message, data, (size_t)size);
	}
	return wsc__unreachable_noted(sock);
}

int wsc__unreachable_take(SOCKET s, struct socket *sock, bool peeks, struct refused *refused)
{
	unsigned news = 0;
	int error;

	refused->length = 0;
	if (!wsc__unreachable_noted(sock))
		return 0;
	error = wsc__socket_verify(s, sock, NULL);
	if (error)
		return error;
	wsc__socket_lock(sock);
	if (sock->extras && sock->extras->refusal_count) {
		const struct refusal *refusal = sock->extras->refusals;

		news = refusal->state;
		refused->length = refusal->length;
		memcpy(&refused->to, &refusal->to, refusal->length);
	} else if (wsc__unreachable_noted(sock)) {
		news = wsc__socket_is(sock, SOCKET_PORT_UNREACHABLE) ? SOCKET_PORT_UNREACHABLE
								     : SOCKET_EXPIRED;
	}
	if (news && !peeks)
		forget_refusals(sock, news, true);
	wsc__socket_unlock(sock);
	return !news ? 0 : news == SOCKET_PORT_UNREACHABLE ? WS_WSAECONNRESET : WS_WSAENETRESET;
}

/* All that Linux makes of ICMP messages. */
bool wsc__unreachable_is(struct socket *sock, int posix_error)
{
	if (sock->type != SOCK_DGRAM || sock->family == WS_AF_UNIX)
		return false;
	switch (posix_error) {
	case EACCES:
	case ECONNREFUSED:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case EMSGSIZE:
	case ENETUNREACH:
	case ENONET:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
	case EPROTO:
		return true;
	default:
		return false;
	}
}

/* A connected socket hears of refusals even where there is no queue. */
int wsc__unreachable_error(SOCKET s, struct socket *sock, int posix_error, bool peeks,
			   struct refused *refused)
{
	refused->length = 0;
	if (wsc__unreachable_collect(s, sock))
		return wsc__unreachable_take(s, sock, peeks, refused);
	return posix_error == ECONNREFUSED && !has_queue(s, sock) &&
			       !wsc__socket_is(sock, SOCKET_NO_CONNRESET)
		       ? WS_WSAECONNRESET
		       : 0;
}

void wsc__unreachable_keep(SOCKET s, struct socket *sock, int posix_error)
{
	if (!wsc__unreachable_collect(s, sock) && posix_error == ECONNREFUSED && !has_queue(s, sock) &&
	    !wsc__socket_is(sock, SOCKET_NO_CONNRESET))
		wsc__socket_mark(sock, SOCKET_PORT_UNREACHABLE, 0);
}

bool wsc__unreachable_look(SOCKET s, struct socket *sock)
{
	int posix_error = 0;
	socklen_t size = sizeof posix_error;

	if (wsc__unreachable_collect(s, sock))
		return true;
	getsockopt((int)s, SOL_SOCKET, SO_ERROR, &posix_error, &size);
	wsc__unreachable_keep(s, sock, posix_error);
	return wsc__unreachable_noted(sock);
}

/* Without anybody who wants to hear there need be no queue. */
static int update(SOCKET s, struct socket *sock)
{
	enum { BOTH_OFF = SOCKET_NO_CONNRESET | SOCKET_NO_NETRESET };
	int family = sock->family == WS_AF_INET ? AF_INET : AF_INET6;
	bool silent = (sock->state & BOTH_OFF) == BOTH_OFF;

	return switch_queue((int)s, family,
			    !silent || wsc__option_kept(sock, WS_IPPROTO_IP, WS_IP_RECVERR) ||
				    wsc__option_kept(sock, WS_IPPROTO_IPV6, WS_IPV6_RECVERR));
}

/* Switches one of the two reports. */
static int report(SOCKET s, struct socket *sock, bool on, unsigned off_state, unsigned news)
{
	wsc__socket_mark(sock, on ? 0 : off_state, on ? off_state : 0);
	if (!on) {
		wsc__socket_lock(sock);
		forget_refusals(sock, news, false);
		wsc__socket_unlock(sock);
	}
	return update(s, sock);
}

int wsc__unreachable_connreset(SOCKET s, struct socket *sock, struct call *call)
{
	return report(s, sock, call->argument.dword, SOCKET_NO_CONNRESET, SOCKET_PORT_UNREACHABLE);
}

int wsc__unreachable_netreset(SOCKET s, struct socket *sock, struct call *call)
{
	return report(s, sock, call->argument.dword, SOCKET_NO_NETRESET, SOCKET_EXPIRED);
}

int wsc__option_get_error_messages(SOCKET s, struct socket *sock, const struct option *option,
				   struct value *value)
{
	return wsc__option_get_kept(s, sock, option, value);
}

/* What has come before counts as it was then. */
int wsc__option_set_error_messages(SOCKET s, struct socket *sock, const struct option *option,
				   const struct value *value)
{
	int error;

	wsc__unreachable_collect(s, sock);
	error = wsc__option_keep(sock, option, value->dword);
	if (error)
		return error;
	if (!value->dword) {
		wsc__socket_lock(sock);
		wsc__errorqueue_forget(sock, option->level);
		wsc__socket_unlock(sock);
	}
	return sock->type == SOCK_DGRAM ? update(s, sock) : 0; /* a raw socket only keeps it */
}
