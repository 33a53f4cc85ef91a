/* SO_CONDITIONAL_ACCEPT: a listener that answers no caller before the program has said so.
 *
 * Linux completes a handshake before it tells anybody of the caller. So a filter on the listener drops each
 * SYN but those of callers that were let in, and a raw socket hears who knocks. A caller that is let in gets
 * into the filter, and its SYN is delivered once more, by the loopback interface; where that cannot be, the
 * caller itself sends it again, a second later. One that is refused gets the reset that the kernel would
 * send. */
#include "conditional.h"

#include "address.h"
#include "blocking.h"
#include "diag.h"
#include "filter.h"
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif

enum {
	HEADER_MOST = 60,  /* of TCP, and of IPv4 */
	KNOCKS_MOST = 200, /* who wait at the same time, whatever the backlog */
	QUIET = 4000,      /* ms after which a caller that sent one SYN would have sent another */
	PERIOD = 5,        /* ms between two looks for a connection that another thread may have met */
	PATIENCE = 500,    /* ms that a call which does not block spends on a handshake */
};

enum stage {
	KNOCKING, /* nobody has decided about it */
	ASKED,    /* the program is asked */
	ADMITTED, /* the kernel is to complete its handshake */
	HERE,     /* and has: `fd` */
	GONE,     /* or the caller has withdrawn */
};

struct party {
	struct in6_addr address; /* one of IPv4 is mapped */
	in_port_t port;
	unsigned scope;
};

/* A caller. */
struct knock {
	struct knock *next;
	uint64_t serial;
	enum stage stage;
	bool held; /* a call waits for its connection */
	int fd;
	struct party caller, callee;
	unsigned char segment[HEADER_MOST]; /* the SYN, without data */
	int segment_size;
	uint64_t first, last; /* when its SYN came for the first and for the last time */
};

struct conditional {
	int watched; /* epoll: all that follows, and the listener */
	int bell;    /* eventfd: readable while there is somebody about whom nobody has decided */
	int raw[2];  /* of IPv4 and IPv6; -1 */
	bool rings, closed;
	bool to_device; /* the listener hears one interface alone */
	in_port_t port;
	struct in6_addr own; /* where the listener is bound; zeros for any */
	unsigned most, count;
	struct knock *knocks; /* the first is the oldest */
};

static const struct in6_addr mapped = { { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0 } } };

static struct in6_addr address_of(const struct sockaddr_storage *name)
{
	struct in6_addr address = mapped;

	if (name->ss_family == AF_INET6)
		address = ((const struct sockaddr_in6 *)name)->sin6_addr;
	else
		memcpy(address.s6_addr + 12, &((const struct sockaddr_in *)name)->sin_addr, 4);
	return address;
}

static uint64_t next_serial(void)
{
	static _Atomic uint64_t last;

	return ++last;
}

static struct conditional *of(struct socket *sock)
{
	return sock->extras ? sock->extras->conditional : NULL;
}

/* Packets that are made here */

static uint32_t sum(uint32_t before, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < size; i++)
		before += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	return before;
}

static uint16_t folded(uint32_t all)
{
	while (all >> 16)
		all = (all & 0xffff) + (all >> 16);
	return htons((uint16_t)~all);
}

static void complete_checksum(const struct party *from, const struct party *to, struct tcphdr *segment,
			      size_t size)
{
	bool is4 = IN6_IS_ADDR_V4MAPPED(&from->address);
	size_t skip = is4 ? 12 : 0;
	uint32_t all = IPPROTO_TCP + (uint32_t)size;

	all = sum(all, from->address.s6_addr + skip, 16 - skip);
	all = sum(all, to->address.s6_addr + skip, 16 - skip);
	segment->check = 0;
	segment->check = folded(sum(all, segment, size));
}

static bool send_segment(struct conditional *conditional, const struct party *from, const struct party *to,
			 const void *segment, size_t size)
{
	bool is4 = IN6_IS_ADDR_V4MAPPED(&from->address);
	union {
		struct iphdr four;
		struct ip6_hdr six;
	} header = { { 0 } };
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6,
				    .sin6_addr = to->address,
				    .sin6_scope_id = to->scope };
	union {
		struct tcphdr tcp;
		unsigned char bytes[HEADER_MOST];
	} copy;
	struct iovec parts[] = { { &header, is4 ? sizeof header.four : sizeof header.six }, { &copy, size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	memcpy(&copy, segment, size);
	complete_checksum(from, to, &copy.tcp, size);
	if (is4) { /* the kernel fills in the rest */
		header.four.version = 4;
		header.four.ihl = sizeof header.four / 4;
		header.four.ttl = IPDEFTTL;
		header.four.frag_off = htons(IP_DF);
		header.four.protocol = IPPROTO_TCP;
		memcpy(&header.four.saddr, from->address.s6_addr + 12, 4);
		memcpy(&header.four.daddr, to->address.s6_addr + 12, 4);
		to4.sin_addr.s_addr = header.four.daddr;
		message.msg_name = &to4;
		message.msg_namelen = sizeof to4;
	} else {
		header.six.ip6_flow = htonl(6u << 28);
		header.six.ip6_plen = htons((uint16_t)size);
		header.six.ip6_nxt = IPPROTO_TCP;
		header.six.ip6_hlim = IPDEFTTL;
		header.six.ip6_src = from->address;
		header.six.ip6_dst = to->address;
		message.msg_name = &to6;
		message.msg_namelen = sizeof to6;
	}
	return sendmsg(conditional->raw[!is4], &message, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

/* The reset with which the kernel answers a SYN to a port where nobody listens. */
static void send_reset(struct conditional *conditional, const struct knock *knock)
{
	struct tcphdr syn, reset = { .doff = sizeof reset / 4 };

	memcpy(&syn, knock->segment, sizeof syn);
	reset.source = syn.dest;
	reset.dest = syn.source;
	reset.ack_seq = htonl(ntohl(syn.seq) + 1);
	reset.rst = reset.ack = 1;
	send_segment(conditional, &knock->callee, &knock->caller, &reset, sizeof reset);
}

/* To the listener the packet comes by the interface that has the address, which a listener of one interface
 * may not hear. */
static void replay(struct conditional *conditional, const struct knock *knock)
{
	if (!conditional->to_device)
		send_segment(conditional, &knock->caller, &knock->callee, knock->segment,
			     (size_t)knock->segment_size);
}

/* The list of callers; all of it under the lock */

static void ring(struct conditional *conditional)
{
	bool any = false;
	eventfd_t count;

	for (struct knock *knock = conditional->knocks; knock && !any; knock = knock->next)
		any = !knock->held && (knock->stage == KNOCKING || knock->stage == HERE);
	if (any == conditional->rings || conditional->closed)
		return;
	conditional->rings = any;
	if (any)
		eventfd_write(conditional->bell, 1);
	else
		eventfd_read(conditional->bell, &count);
}

static void drop(struct conditional *conditional, struct knock *knock)
{
	struct knock **at = &conditional->knocks;

	while (*at != knock)
		at = &(*at)->next;
	*at = knock->next;
	conditional->count--;
	if (knock->fd >= 0)
		wsc__socket_refuse(knock->fd);
	free(knock);
}

static struct knock *find(struct conditional *conditional, uint64_t serial)
{
	struct knock *knock = conditional->knocks;

	while (knock && knock->serial != serial)
		knock = knock->next;
	return knock;
}

static struct knock *find_caller(struct conditional *conditional, const struct in6_addr *address,
				 in_port_t port)
{
	struct knock *knock = conditional->knocks;

	while (knock && (knock->caller.port != port || !IN6_ARE_ADDR_EQUAL(&knock->caller.address, address)))
		knock = knock->next;
	return knock;
}

/* A caller sends its SYN again after one second, or three, and each time after twice as long. */
static bool is_over(const struct knock *knock)
{
	return wsc__now() - knock->last > QUIET + 2 * (knock->last - knock->first);
}

static void forget_old(struct conditional *conditional)
{
	for (struct knock *knock = conditional->knocks, *next; knock; knock = next) {
		next = knock->next;
		if (!knock->held &&
		    (knock->stage == GONE ||
		     ((knock->stage == KNOCKING || knock->stage == ADMITTED) && is_over(knock))))
			drop(conditional, knock);
	}
}

/* The wildcards of both families are one. */
static struct in6_addr plain(struct in6_addr address)
{
	return IN6_ARE_ADDR_EQUAL(&address, &mapped) ? in6addr_any : address;
}

/* Another listener may have the very address that is called, and a SYN may be one of a connection's. Of
 * several with the same address, a filter of the kernel's decides (conflict.c), which it does not tell. */
static bool is_ours(struct socket *sock, const struct conditional *conditional, const struct party *caller,
		    const struct party *callee)
{
	struct diag_taker taker;

	if (!wsc__diag_who_takes(&caller->address, caller->port, &callee->address, callee->port,
				 callee->scope, &taker) ||
	    taker.cookie == sock->cookie)
		return true;
	taker.address = plain(taker.address);
	return !taker.connected && IN6_ARE_ADDR_EQUAL(&taker.address, &conditional->own);
}

static void hear(struct socket *sock, struct conditional *conditional, const struct party *caller,
		 const struct party *callee, const unsigned char *segment, int size)
{
	struct knock *knock = find_caller(conditional, &caller->address, caller->port);
	struct tcphdr tcp, before;

	memcpy(&tcp, segment, sizeof tcp);
	if (tcp.rst) {
		if (knock && knock->stage == ADMITTED)
			knock->stage = GONE;
		return;
	}
	if (size > tcp.doff * 4)
		size = tcp.doff * 4;
	if (size < (int)sizeof tcp || wsc__socket_is_paused(sock)) /* then the kernel refuses it */
		return;
	if (knock && knock->stage == HERE) /* its own SYN, delivered once more */
		return;
	if (knock) {
		memcpy(&before, knock->segment, sizeof before);
		if (before.seq != tcp.seq)
			knock->first = wsc__now(); /* another call of the same port's */
	} else {
		if (conditional->count >= conditional->most || !is_ours(sock, conditional, caller, callee))
			return;
		knock = calloc(1, sizeof *knock);
		if (!knock)
			return;
		*knock = (struct knock){ .serial = next_serial(), .fd = -1, .first = wsc__now() };
		struct knock **end = &conditional->knocks;

		while (*end)
			end = &(*end)->next;
		*end = knock;
		conditional->count++;
	}
	knock->caller = *caller;
	knock->callee = *callee;
	knock->last = wsc__now();
	memcpy(knock->segment, segment, (size_t)size);
	knock->segment_size = size;
}

static bool is_unicast(const struct in6_addr *address)
{
	return IN6_IS_ADDR_V4MAPPED(address)
		       ? address->s6_addr[12] && address->s6_addr[12] < 224
		       : !IN6_IS_ADDR_MULTICAST(address) && !IN6_IS_ADDR_UNSPECIFIED(address);
}

/* Of IPv4 a raw socket gives the packet, of IPv6 what follows the header. */
static int read_header4(const unsigned char *packet, int size, struct party *caller, struct party *callee)
{
	struct iphdr header;

	if (size < (int)sizeof header)
		return -1;
	memcpy(&header, packet, sizeof header);
	caller->address = callee->address = mapped;
	memcpy(caller->address.s6_addr + 12, &header.saddr, 4);
	memcpy(callee->address.s6_addr + 12, &header.daddr, 4);
	return header.ihl * 4;
}

static int read_header6(struct msghdr *message, const struct sockaddr_in6 *from, struct party *caller,
			struct party *callee)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		struct in6_pktinfo information;

		if (part->cmsg_level != IPPROTO_IPV6 || part->cmsg_type != IPV6_PKTINFO)
			continue;
		memcpy(&information, CMSG_DATA(part), sizeof information);
		caller->address = from->sin6_addr;
		caller->scope = from->sin6_scope_id;
		callee->address = information.ipi6_addr;
		if (IN6_IS_ADDR_LINKLOCAL(&callee->address))
			callee->scope = information.ipi6_ifindex;
		return 0;
	}
	return -1;
}

static void listen_to(struct socket *sock, struct conditional *conditional, int six)
{
	unsigned char packet[2 * HEADER_MOST];
	_Alignas(struct cmsghdr) char control[64];
	struct sockaddr_in6 from;
	struct iovec part = { packet, sizeof packet };

	for (;;) {
		struct msghdr message = { &from, sizeof from, &part, 1, control, sizeof control, 0 };
		struct party caller = { .port = 0 }, callee = { .port = 0 };
		ssize_t size = recvmsg(conditional->raw[six], &message, MSG_DONTWAIT);
		int start;

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return;
		start = six ? read_header6(&message, &from, &caller, &callee)
			    : read_header4(packet, (int)size, &caller, &callee);
		if (start < 0 || size < start + (int)sizeof(struct tcphdr))
			continue;
		memcpy(&caller.port, packet + start, sizeof caller.port);
		memcpy(&callee.port, packet + start + 2, sizeof callee.port);
		if (callee.port == conditional->port && is_unicast(&caller.address) &&
		    is_unicast(&callee.address))
			hear(sock, conditional, &caller, &callee, packet + start, (int)size - start);
	}
}

static void listen_to_all(struct socket *sock, struct conditional *conditional)
{
	for (int six = 0; six < 2; six++)
		if (conditional->raw[six] >= 0)
			listen_to(sock, conditional, six);
	forget_old(conditional);
	ring(conditional);
}

/* For the next accept. */
static int put_aside(struct socket *sock, int fd)
{
	struct socket_extras *extras = sock->extras;
	int *more = realloc(extras->waiting, ((size_t)extras->waiting_count + 1) * sizeof *more);

	if (!more)
		return WS_WSAENOBUFS;
	extras->waiting = more;
	more[extras->waiting_count++] = fd;
	wsc__socket_mark(sock, SOCKET_DEFERRED, 0);
	return 0;
}

/* One whose caller is not known any more was let in all the same. */
static int keep_connection(struct socket *sock, struct conditional *conditional, int fd)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof name;
	struct in6_addr address;
	struct knock *knock = NULL;
	int error;

	if (!getpeername(fd, (struct sockaddr *)&name, &length)) {
		address = address_of(&name);
		knock = find_caller(conditional, &address, ((struct sockaddr_in *)&name)->sin_port);
	}
	if (knock && knock->stage != HERE) {
		knock->stage = HERE;
		knock->fd = fd;
		return 0;
	}
	error = put_aside(sock, fd);
	if (error)
		wsc__socket_refuse(fd);
	return error;
}

/* Under the lock, so that no other thread is faster between the two calls and lets this one wait. */
static int take_connections(SOCKET s, struct socket *sock, struct conditional *conditional)
{
	int error = 0;

	while (!error && wsc__poll_now((int)s, POLLIN) & POLLIN) {
		int fd = accept4((int)s, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			fd = wsc__socket_not_zero(fd);
		if (fd >= 0)
			error = keep_connection(sock, conditional, fd);
		else if (errno != EINTR && errno != ECONNABORTED)
			error = wsc__error_from_errno(errno);
	}
	ring(conditional);
	return error;
}

static void refuse_all(struct conditional *conditional)
{
	for (struct knock *knock = conditional->knocks, *next; knock; knock = next) {
		next = knock->next;
		if (knock->stage == KNOCKING || knock->stage == ASKED) {
			send_reset(conditional, knock);
			drop(conditional, knock);
		}
	}
	ring(conditional);
}

/* What the kernel has accepted already, the next accepts get. */
void wsc__conditional_hush(struct socket *sock)
{
	struct conditional *conditional = of(sock);

	if (!conditional)
		return;
	listen_to_all(sock, conditional); /* none of whom counts while the pause is noted */
	refuse_all(conditional);
	for (struct knock *knock = conditional->knocks, *next; knock; knock = next) {
		next = knock->next;
		if (knock->stage == ADMITTED)
			knock->stage = GONE;
		if (knock->held)
			continue;
		if (knock->stage == HERE && !put_aside(sock, knock->fd))
			knock->fd = -1;
		drop(conditional, knock);
	}
	ring(conditional);
}

/* The kernel's socket may be gone before they look at it again. */
void wsc__conditional_close(struct socket *sock)
{
	wsc__conditional_hush(sock);
	of(sock)->closed = true;
	eventfd_write(of(sock)->bell, 1);
}

unsigned wsc__conditional_admitted(struct socket *sock, struct caller callers[ADMITTED_MOST])
{
	struct conditional *conditional;
	unsigned count = 0;

	wsc__socket_lock(sock);
	conditional = of(sock);
	/* Of more than that, the newest: the kernel has got the others' SYN already. */
	for (struct knock *knock = conditional ? conditional->knocks : NULL; knock; knock = knock->next)
		if (knock->stage == ADMITTED)
			callers[count++ % ADMITTED_MOST] =
				(struct caller){ knock->caller.address, knock->caller.port };
	wsc__socket_unlock(sock);
	return count < ADMITTED_MOST ? count : ADMITTED_MOST;
}

/* The listener's beginning and end */

struct conditional *wsc__conditional_detach(struct socket *sock)
{
	struct conditional *conditional = of(sock);

	if (conditional)
		sock->extras->conditional = NULL;
	return conditional;
}

void wsc__conditional_free(struct conditional *conditional)
{
	if (!conditional)
		return;
	refuse_all(conditional);
	while (conditional->knocks)
		drop(conditional, conditional->knocks);
	for (int six = 0; six < 2; six++)
		if (conditional->raw[six] >= 0)
			close(conditional->raw[six]);
	if (conditional->bell >= 0)
		close(conditional->bell);
	if (conditional->watched >= 0)
		close(conditional->watched);
	free(conditional);
}

static bool attach(int fd, const struct sock_filter *code, size_t count)
{
	struct sock_fprog program = { (unsigned short)count, (struct sock_filter *)(uintptr_t)code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

/* A raw socket that hears nothing yet. */
static int open_raw(int family)
{
	static const struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP), on = 1;
	bool fit;

	if (fd < 0)
		return -1;
	fit = attach(fd, nothing, 1);
	if (family == AF_INET)
		fit = fit && !setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &on, sizeof on);
	else
		fit = fit && !setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof on) &&
		      !setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
	if (fit)
		return fd;
	close(fd);
	return -1;
}

/* From now on it hears the SYN and the resets that come to the port. */
static void hear_port(int fd, bool six, in_port_t port)
{
	const struct sock_filter four_code[] = {
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohs(port), 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_RST, 2, 0),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TH_SYN | TH_ACK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TH_SYN, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 2 * HEADER_MOST),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter six_code[sizeof four_code / sizeof *four_code - 1];

	memcpy(six_code, four_code + 1, sizeof six_code);
	six_code[0].code = BPF_LD | BPF_H | BPF_ABS;
	six_code[2].code = BPF_LD | BPF_B | BPF_ABS;
	if (six)
		attach(fd, six_code, sizeof six_code / sizeof *six_code);
	else
		attach(fd, four_code, sizeof four_code / sizeof *four_code);
}

static bool watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* EPERM if there is no privilege for it. */
static int open_all(SOCKET s, struct socket *sock, struct conditional *conditional)
{
	int v6only = 0;
	bool six = sock->family == WS_AF_INET6, four = !six;

	if (six && !wsc__posix_get(s, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only) && !v6only)
		four = true;
	if ((four && (conditional->raw[0] = open_raw(AF_INET)) < 0) ||
	    (six && (conditional->raw[1] = open_raw(AF_INET6)) < 0))
		return errno;
	conditional->watched = epoll_create1(EPOLL_CLOEXEC);
	conditional->bell = conditional->watched < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (conditional->bell < 0 || !watch(conditional->watched, conditional->bell) ||
	    !watch(conditional->watched, (int)s) || !watch(conditional->watched, conditional->raw[0]) ||
	    !watch(conditional->watched, conditional->raw[1]))
		return errno;
	return 0;
}

int wsc__conditional_prepare(SOCKET s, struct socket *sock)
{
	struct conditional *conditional;
	struct socket_extras *extras;
	int posix_error, error;

	if (sock->family == WS_AF_UNIX || wsc__socket_is(sock, SOCKET_CONDITIONAL) ||
	    !wsc__option_kept(sock, WS_SOL_SOCKET, WS_SO_CONDITIONAL_ACCEPT))
		return 0;
	conditional = calloc(1, sizeof *conditional);
	if (!conditional)
		return WS_WSAENOBUFS;
	*conditional = (struct conditional){ -1, -1, { -1, -1 }, .most = 1 };
	posix_error = open_all(s, sock, conditional);
	if (posix_error) {
		wsc__conditional_free(conditional);
		return posix_error == EPERM || posix_error == EACCES || posix_error == ENOPROTOOPT
			       ? 0
			       : wsc__error_from_errno(posix_error);
	}
	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	if (extras && !extras->conditional) {
		extras->conditional = conditional;
		conditional = NULL;
		wsc__socket_mark(sock, SOCKET_CONDITIONAL, 0);
	}
	wsc__socket_unlock(sock);
	wsc__conditional_free(conditional); /* another thread's is there */
	error = extras ? wsc__filter_update(s, sock) : WS_WSAENOBUFS;
	if (error) {
		wsc__socket_lock(sock);
		wsc__socket_mark(sock, 0, SOCKET_CONDITIONAL);
		conditional = wsc__conditional_detach(sock);
		wsc__socket_unlock(sock);
		wsc__conditional_free(conditional);
	}
	return error;
}

/* As many as the backlog may knock; SOMAXCONN and its hints ask for more than is sensible. */
static unsigned most_of(int backlog)
{
	return backlog < 0 || backlog > KNOCKS_MOST ? KNOCKS_MOST : backlog ? (unsigned)backlog : 1;
}

void wsc__conditional_listening(SOCKET s, struct socket *sock, int backlog)
{
	struct conditional *conditional;
	struct sockaddr_storage name = { 0 };
	socklen_t length = sizeof name;
	int device = 0;

	if (!wsc__socket_is(sock, SOCKET_CONDITIONAL) ||
	    getsockname((int)s, (struct sockaddr *)&name, &length) < 0)
		return;
	wsc__posix_get(s, SOL_SOCKET, SO_BINDTOIFINDEX, &device, sizeof device);
	wsc__socket_lock(sock);
	conditional = of(sock);
	if (conditional) {
		conditional->most = most_of(backlog);
		conditional->to_device = device != 0;
		conditional->port = ((struct sockaddr_in *)&name)->sin_port;
		conditional->own = plain(address_of(&name));
		for (int six = 0; six < 2; six++) {
			int fd = conditional->raw[six];
			bool fits = name.ss_family == (six ? AF_INET6 : AF_INET);

			if (fd < 0)
				continue;
			/* To one address, or by one interface: the rest is not for this listener. */
			if (fits && !wsc__address_is_any(&name))
				bind(fd, (struct sockaddr *)&name, length);
			if (device)
				setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device, sizeof device);
			hear_port(fd, six, conditional->port);
		}
	}
	wsc__socket_unlock(sock);
}

/* Accepting */

static void name_of(struct socket *sock, const struct party *party, struct sockaddr_storage *name)
{
	struct sockaddr_in *in = (void *)name;
	struct sockaddr_in6 *in6 = (void *)name;

	memset(name, 0, sizeof *name);
	if (sock->family == WS_AF_INET) {
		in->sin_family = AF_INET;
		in->sin_port = party->port;
		memcpy(&in->sin_addr, party->address.s6_addr + 12, 4);
	} else {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = party->port;
		in6->sin6_addr = party->address;
		in6->sin6_scope_id = IN6_IS_ADDR_LINKLOCAL(&party->address) ? party->scope : 0;
	}
}

/* What a call has found to do. */
struct chance {
	int fd;          /* a connection; or -1 and */
	uint64_t serial; /* somebody to ask about; 0 is nobody */
	struct party caller, callee;
};

/* Gives WSC_LOOK_AGAIN, an error, or 0 and a chance. */
static int look(SOCKET s, struct socket *sock, struct chance *chance)
{
	struct conditional *conditional;
	int error = WSC_LOOK_AGAIN;

	*chance = (struct chance){ .fd = -1 };
	wsc__socket_lock(sock);
	conditional = of(sock);
	if (!conditional || !wsc__socket_is(sock, SOCKET_KNOWN)) {
		error = WS_WSAEINTR;
	} else if (!wsc__socket_is_paused(sock)) {
		error = take_connections(s, sock, conditional);
		if (error && wsc__tcp_state((int)s) != WSC_TCP_LISTEN)
			error = WS_WSAEINVAL;
		listen_to_all(sock, conditional);
		if (!error && wsc__socket_is(sock, SOCKET_DEFERRED))
			error = WSC_LOOK_AGAIN;
	}
	for (struct knock *knock = error ? NULL : conditional->knocks; knock; knock = knock->next) {
		if (knock->held || (knock->stage != KNOCKING && knock->stage != HERE))
			continue;
		if (knock->stage == HERE) {
			chance->fd = knock->fd;
			knock->fd = -1;
			drop(conditional, knock);
		} else {
			chance->serial = knock->serial;
			chance->caller = knock->caller;
			chance->callee = knock->callee;
			knock->stage = ASKED;
		}
		ring(conditional);
		break;
	}
	wsc__socket_unlock(sock);
	return error;
}

/* Does what the program said. */
static int decide(SOCKET s, struct socket *sock, uint64_t cookie, uint64_t serial, int answer)
{
	struct conditional *conditional;
	struct knock *knock, copy;
	bool admit = false;

	wsc__socket_lock(sock);
	conditional = wsc__socket_is(sock, SOCKET_KNOWN) && sock->cookie == cookie ? of(sock) : NULL;
	knock = conditional ? find(conditional, serial) : NULL;
	if (!knock) {
		answer = answer        ? answer
			 : conditional ? WS_WSAECONNRESET
				       : WS_WSAEINTR; /* paused, or closed */
	} else if (answer == WS_WSATRY_AGAIN) {
		knock->stage = KNOCKING;
	} else if (answer) {
		send_reset(conditional, knock);
		drop(conditional, knock);
	} else {
		knock->stage = ADMITTED;
		knock->held = admit = true;
	}
	if (conditional)
		ring(conditional);
	wsc__socket_unlock(sock);
	if (!admit)
		return answer;
	answer = wsc__filter_update(s, sock);
	wsc__socket_lock(sock);
	conditional = of(sock);
	knock = conditional ? find(conditional, serial) : NULL;
	if (knock) {
		copy = *knock;
		if (!answer)
			replay(conditional, &copy);
		else
			knock->stage = GONE;
	}
	wsc__socket_unlock(sock);
	return 0;
}

/* One look at what became of the handshake: 0 with the connection, an error, or WSC_LOOK_AGAIN. */
static int look_for(SOCKET s, struct socket *sock, uint64_t serial, bool late, int *fd)
{
	struct conditional *conditional;
	struct knock *knock;
	int error = WSC_LOOK_AGAIN, failure = 0;

	wsc__socket_lock(sock);
	conditional = wsc__socket_is(sock, SOCKET_KNOWN) ? of(sock) : NULL;
	if (conditional && !wsc__socket_is_paused(sock)) {
		failure = take_connections(s, sock, conditional);
		listen_to_all(sock, conditional);
	}
	knock = conditional ? find(conditional, serial) : NULL;
	if (!conditional) {
		error = WS_WSAEINTR;
	} else if (!knock) {
		error = WS_WSAECONNRESET;
	} else if (knock->stage == HERE) {
		error = 0;
		*fd = knock->fd;
		knock->fd = -1;
		drop(conditional, knock);
	} else if (knock->stage == GONE) {
		error = WS_WSAECONNRESET;
		drop(conditional, knock);
	} else if (is_over(knock)) {
		error = WS_WSAEACCES;
		drop(conditional, knock);
	} else if (late || failure) { /* some later call will get it */
		error = late ? WS_WSAEWOULDBLOCK : failure;
		knock->held = false;
	}
	if (conditional)
		ring(conditional);
	wsc__socket_unlock(sock);
	return error;
}

/* Waits until the caller that was let in is connected. */
static int await(SOCKET s, struct socket *sock, uint64_t serial, int *fd)
{
	uint64_t end = wsc__socket_is(sock, SOCKET_NONBLOCKING) ? wsc__now() + PATIENCE : WSC_FOREVER;
	int error;

	for (;;) {
		error = look_for(s, sock, serial, wsc__now() >= end, fd);
		if (error != WSC_LOOK_AGAIN)
			break;
		poll(&(struct pollfd){ .fd = (int)s, .events = POLLIN }, 1, PERIOD);
	}
	if (wsc__socket_is(sock, SOCKET_KNOWN))
		wsc__filter_update(s, sock); /* its next SYN is to be another call */
	return error;
}

int wsc__conditional_next(SOCKET s, struct socket *sock, wsc__conditional_ask *ask, const void *context,
			  int *fd)
{
	uint64_t cookie = sock->cookie;
	struct sockaddr_storage caller, callee;
	socklen_t length =
		sock->family == WS_AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	struct chance chance;
	int error = look(s, sock, &chance);

	if (!error && chance.fd >= 0) {
		*fd = chance.fd;
	} else if (!error && chance.serial) {
		name_of(sock, &chance.caller, &caller);
		name_of(sock, &chance.callee, &callee);
		error = ask ? ask(context, &caller, &callee, length) : 0;
		error = decide(s, sock, cookie, chance.serial, error);
		if (!error) {
			error = await(s, sock, chance.serial, fd);
			if (!ask && (error == WS_WSAECONNRESET || error == WS_WSAEACCES))
				return WSC_LOOK_AGAIN; /* nobody was told of this one */
		}
	} else if (!error) {
		if (wsc__socket_is(sock, SOCKET_NONBLOCKING))
			return WS_WSAEWOULDBLOCK;
		error = wsc__wait_descriptor(wsc__conditional_watched(s, sock), POLLIN, WSC_FOREVER);
		return error ? error : WSC_LOOK_AGAIN;
	}
	if (!error && wsc__socket_is(sock, SOCKET_NONBLOCKING))
		fcntl(*fd, F_SETFL, O_NONBLOCK);
	return error;
}

/* select and WSAPoll */

int wsc__conditional_watched(SOCKET s, struct socket *sock)
{
	struct conditional *conditional;
	int fd;

	wsc__socket_lock(sock);
	conditional = of(sock);
	fd = conditional ? conditional->watched : (int)s;
	wsc__socket_unlock(sock);
	return fd;
}

short wsc__conditional_seen(SOCKET s, struct socket *sock, short seen)
{
	struct conditional *conditional;

	wsc__socket_lock(sock);
	conditional = of(sock);
	if (conditional && !wsc__socket_is_paused(sock)) {
		listen_to_all(sock, conditional);
		seen = wsc__poll_now((int)s, POLLIN);
		if (conditional->rings)
			seen |= POLLIN;
	}
	wsc__socket_unlock(sock);
	return seen;
}
