/* SIO_RCVALL and its relatives: a raw socket receives what passes an interface, be it for others.
 *
 * No raw socket of Linux does. So the descriptor becomes that of a packet socket, which gives the same
 * bytes, from the IP header on; the raw socket is kept to send with, and comes back with RCVALL_OFF. */
#include "rcvall.h"

#include "address.h"
#include "fault.h"
#include "interface.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a code is for: sockets made with this protocol, and packets to all, to groups, or of IGMP. */
struct feed {
	int protocol, protocol6; /* -1: not for that family */
	enum { EVERYTHING, GROUPS, IGMP } what;
};

static const struct feed everything = { WS_IPPROTO_IP, WS_IPPROTO_IPV6, EVERYTHING };
static const struct feed groups = { WS_IPPROTO_UDP, -1, GROUPS };
static const struct feed igmp = { WS_IPPROTO_IGMP, -1, IGMP };

/* Only IP, of the family; and of what this host sends itself only what Windows shows: nothing before
 * Windows 7, and nothing twice, as it would come on the loopback. */
static int filter(int fd, const struct feed *feed, int family, bool sent)
{
	enum { ACCEPT = 0x40000, NOTHING = 0xff };
	const unsigned ethernet = family == AF_INET ? ETH_P_IP : ETH_P_IPV6;
	/* Each test skips what it can to the refusal at the end. */
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (unsigned)SKF_AD_OFF + SKF_AD_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ethernet, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (unsigned)SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, sent ? NOTHING : PACKET_OUTGOING, 6, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, feed->what == EVERYTHING ? 0 : 16), /* the destination */
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, feed->what == EVERYTHING ? 0 : 0xf0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, feed->what == EVERYTHING ? 0 : 0xe0, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), /* the protocol */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, feed->what == IGMP ? IPPROTO_IGMP : 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ACCEPT),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog whole = { sizeof program / sizeof *program, program };

	if (feed->what == IGMP)
		program[8].code = BPF_JMP | BPF_JEQ | BPF_K;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &whole, sizeof whole) < 0
		       ? wsc__error_from_errno(errno)
		       : 0;
}

/* What was set on the raw socket and matters to whoever receives. */
static void copy_settings(int from, int to)
{
	static const int options[] = { SO_RCVTIMEO, SO_RCVBUF };
	int flags = fcntl(from, F_GETFL);

	if (flags >= 0)
		fcntl(to, F_SETFL, flags);
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		union {
			struct timeval time;
			int bytes;
		} value;
		socklen_t size = sizeof value;

		if (!getsockopt(from, SOL_SOCKET, options[i], &value, &size)) {
			if (options[i] == SO_RCVBUF) /* which the kernel doubles */
				value.bytes /= 2;
			setsockopt(to, SOL_SOCKET, options[i], &value, size);
		}
	}
}

/* The packet socket for an interface. It hears nothing before its filter is there. */
static int open_packets(const struct feed *feed, int family, unsigned index, bool loopback, bool promiscuous,
			int *fd)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(ETH_P_ALL),
				       .sll_ifindex = (int)index };
	struct packet_mreq membership = { .mr_ifindex = (int)index,
					  .mr_type = feed->what == EVERYTHING ? PACKET_MR_PROMISC
									      : PACKET_MR_ALLMULTI };
	bool sent = !loopback && wsc__profile.windows >= &wsc__windows[WINDOWS_7];
	int error;

	*fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return errno == EPERM ? WS_WSAEACCES : wsc__error_from_errno(errno);
	error = filter(*fd, feed, family, sent);
	if (!error && promiscuous &&
	    setsockopt(*fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership) < 0)
		error = wsc__error_from_errno(errno);
	if (!error && bind(*fd, (struct sockaddr *)&address, sizeof address) < 0)
		error = errno == ENODEV ? WS_WSAEINVAL : wsc__error_from_errno(errno);
	if (error)
		close(*fd);
	return error;
}

/* The raw socket comes back. Under the lock. */
static int stop(SOCKET s, struct socket *sock)
{
	int error;

	if (!wsc__socket_is(sock, SOCKET_RCVALL))
		return 0;
	error = wsc__socket_exchange(s, sock, atomic_exchange(&sock->deferred, -1));
	wsc__socket_mark(sock, 0, SOCKET_RCVALL);
	return error;
}

/* Under the lock. */
static int start(SOCKET s, struct socket *sock, int packets)
{
	int error, raw = fcntl((int)s, F_DUPFD_CLOEXEC, 3);

	if (raw < 0) {
		error = wsc__error_from_errno(errno);
		close(packets);
		return error;
	}
	copy_settings(raw, packets);
	error = wsc__socket_exchange(s, sock, packets);
	if (error) {
		close(raw);
		return error;
	}
	sock->deferred = raw;
	wsc__socket_mark(sock, SOCKET_RCVALL, 0);
	return 0;
}

static bool same_address(const struct local_address *local, const struct sockaddr_storage *name)
{
	const struct sockaddr_in *in = (const void *)name;
	const struct sockaddr_in6 *in6 = (const void *)name;

	if (name->ss_family == AF_INET)
		return local->address.in.sin_addr.s_addr == in->sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&local->address.in6.sin6_addr, &in6->sin6_addr);
}

/* The interface whose address the socket is bound to, or the one of this index. */
static int find_interface(SOCKET s, struct socket *sock, unsigned *index, bool *loopback)
{
	struct sockaddr_storage name = { 0 };
	socklen_t length = sizeof name;
	struct local_address *list;
	size_t count;
	int error = wsc__interface_locals(wsc__family_to_posix(sock->family), &list, &count);

	if (!error && !*index &&
	    (getsockname(wsc__rcvall_raw(s, sock), (struct sockaddr *)&name, &length) < 0 ||
	     wsc__address_is_any(&name)))
		error = WS_WSAEINVAL;
	for (size_t i = 0; !error && i < count; i++)
		if (*index ? list[i].index == *index : same_address(&list[i], &name)) {
			*index = list[i].index;
			*loopback = list[i].link & IFF_LOOPBACK;
			free(list);
			return 0;
		}
	free(list);
	return error ? error : WS_WSAEINVAL;
}

static bool is_for(const struct feed *feed, struct socket *sock)
{
	return sock->protocol == (sock->family == WS_AF_INET ? feed->protocol : feed->protocol6) ||
	       (feed->what == EVERYTHING && sock->family == WS_AF_INET && sock->protocol == IPPROTO_RAW);
}

static int change(SOCKET s, struct socket *sock, const struct feed *feed, DWORD mode, unsigned index)
{
	bool loopback = false;
	int packets = -1, error = 0;

	if (mode > WS_RCVALL_MAX)
		return WS_WSAEINVAL;
	if (mode == WS_RCVALL_SOCKETLEVELONLY) /* Windows never made anything of it */
		return 0;
	if (mode != WS_RCVALL_OFF) {
		if (!is_for(feed, sock))
			return WS_WSAEINVAL;
		error = find_interface(s, sock, &index, &loopback);
		if (!error)
			error = open_packets(feed, wsc__family_to_posix(sock->family), index, loopback,
					     mode == WS_RCVALL_ON, &packets);
		if (error)
			return error;
	}
	wsc__socket_lock(sock);
	error = stop(s, sock);
	if (mode != WS_RCVALL_OFF && !error)
		error = start(s, sock, packets);
	else if (packets >= 0)
		close(packets);
	wsc__socket_unlock(sock);
	return error;
}

int wsc__rcvall_set(SOCKET s, struct socket *sock, struct call *call)
{
	return change(s, sock, &everything, call->argument.dword, 0);
}

int wsc__rcvall_groups(SOCKET s, struct socket *sock, struct call *call)
{
	return change(s, sock, &groups, call->argument.dword ? WS_RCVALL_ON : WS_RCVALL_OFF, 0);
}

int wsc__rcvall_igmp(SOCKET s, struct socket *sock, struct call *call)
{
	return change(s, sock, &igmp, call->argument.dword ? WS_RCVALL_ON : WS_RCVALL_OFF, 0);
}

/* RCVALL_IF: the mode, and an interface to which the socket need not be bound. */
static int change_of(SOCKET s, struct socket *sock, const struct feed *feed, struct call *call)
{
	RCVALL_IF asked;

	memcpy(&asked, call->argument.bytes, sizeof asked);
	if (asked.Mode != WS_RCVALL_OFF && !asked.Interface)
		return WS_WSAEINVAL;
	return change(s, sock, feed, (DWORD)asked.Mode, asked.Interface);
}

int wsc__rcvall_set_of(SOCKET s, struct socket *sock, struct call *call)
{
	return change_of(s, sock, &everything, call);
}

int wsc__rcvall_groups_of(SOCKET s, struct socket *sock, struct call *call)
{
	return change_of(s, sock, &groups, call);
}

void wsc__rcvall_sender(const void *packet, size_t size, struct sockaddr_storage *address, socklen_t *length)
{
	enum { SOURCE = 12, SOURCE6 = 8 };
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	unsigned char header[24] = { 0 };
	bool six;

	wsc__copy_in(header, packet, size < sizeof header ? size : sizeof header);
	six = header[0] >> 4 == 6;
	memset(address, 0, sizeof *in6);
	if (six) {
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, header + SOURCE6, sizeof in6->sin6_addr);
	} else {
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, header + SOURCE, sizeof in->sin_addr);
	}
	*length = six ? sizeof *in6 : sizeof *in;
}
