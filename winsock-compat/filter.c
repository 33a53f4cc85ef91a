/* What a socket does not receive though the kernel would deliver it: a filter that the kernel runs.
 *
 * It sees each datagram, or each packet of a stream that listens, from the header of IP on. */
#include "filter.h"

#include "conditional.h"
#include "error.h"
#include "port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/socket.h>

enum {
	KEEP = 0x7fffffff, /* as many bytes as there are */
	DROP = 0,
	FILTER_MOST = 160 + 16 * (JOINED_MOST + ADMITTED_MOST),
	IPV4_FROM = 12, /* where the addresses stand in the headers */
	IPV4_TO = 16,
	IPV6_FROM = 8,
	IPV6_TO = 24,
};

/* A filter under construction. */
struct filter {
	struct sock_filter code[FILTER_MOST];
	unsigned short length;
};

static void add(struct filter *filter, unsigned short code, unsigned value, unsigned char then,
		unsigned char otherwise)
{
	filter->code[filter->length++] = (struct sock_filter){ code, then, otherwise, value };
}

static void load_byte(struct filter *filter, int offset)
{
	add(filter, BPF_LD | BPF_B | BPF_ABS, (unsigned)(SKF_NET_OFF + offset), 0, 0);
}

static void load_word(struct filter *filter, int offset)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_NET_OFF + offset), 0, 0);
}

static void load_extra(struct filter *filter, int what)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + what), 0, 0);
}

static void mask(struct filter *filter, unsigned bits)
{
	add(filter, BPF_ALU | BPF_AND | BPF_K, bits, 0, 0);
}

static void give(struct filter *filter, unsigned verdict)
{
	add(filter, BPF_RET | BPF_K, verdict, 0, 0);
}

static void give_if(struct filter *filter, unsigned value, unsigned verdict)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	give(filter, verdict);
}

/* What has not left this host: the kernel's copy for its own sockets, or what came by the loopback
 * interface. */
static void give_if_own(struct filter *filter, unsigned verdict)
{
	load_extra(filter, SKF_AD_PKTTYPE);
	give_if(filter, PACKET_LOOPBACK, verdict);
	load_extra(filter, SKF_AD_HATYPE);
	give_if(filter, ARPHRD_LOOPBACK, verdict);
}

/* A receiver that does not want to hear its own host, as Windows has IP_MULTICAST_LOOP: Linux asks the
 * sender instead, who is not to know. To a group, and from here? Drop. */
static void add_loop(struct filter *filter, int offset, unsigned bits, unsigned group)
{
	unsigned start;

	load_byte(filter, offset);
	mask(filter, bits);
	start = filter->length;
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, group, 0, 0);
	give_if_own(filter, DROP);
	filter->code[start].jf = (unsigned char)(filter->length - start - 1);
}

/* Only what came by an interface that is listed. */
static void add_interfaces(struct filter *filter, const struct interface_list *list)
{
	load_extra(filter, SKF_AD_IFINDEX);
	for (unsigned i = 0; i < list->count; i++)
		add(filter, BPF_JMP | BPF_JEQ | BPF_K, list->index[i], (unsigned char)(list->count - i), 0);
	give(filter, DROP);
}

/* The kernel knows what was broadcast on the link, and which broadcasts of its own came back. */
static void add_no_broadcasts(struct filter *filter)
{
	unsigned start;

	load_word(filter, IPV4_TO);
	give_if(filter, 0xffffffff, DROP);
	give_if(filter, 0x7fffffff, DROP); /* that of the loopback interface */
	start = filter->length;
	add(filter, BPF_JMP | BPF_JGE | BPF_K, 0xe0000000, 0, 0); /* a group is another matter */
	load_extra(filter, SKF_AD_PKTTYPE);
	give_if(filter, PACKET_BROADCAST, DROP);
	give_if(filter, PACKET_LOOPBACK, DROP);
	filter->code[start].jt = (unsigned char)(filter->length - start - 1);
}

static void listed(struct socket *sock, int family, struct interface_list *list)
{
	list->count = 0;
	wsc__socket_lock(sock);
	if (sock->extras)
		*list = sock->extras->interfaces[family];
	wsc__socket_unlock(sock);
}

/* SO_REUSE_MULTICASTPORT. To no group? Drop. */
static void add_groups_only(struct filter *filter, int offset, unsigned bits, unsigned group)
{
	load_byte(filter, offset);
	mask(filter, bits);
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, group, 1, 0);
	give(filter, DROP);
}

static unsigned word_of(const struct in6_addr *address, int index)
{
	unsigned word;

	memcpy(&word, &address->s6_addr[4 * index], sizeof word);
	return ntohl(word);
}

/* Goes to the next entry unless what was loaded is this; `end` is where that is to begin. */
static void must_be(struct filter *filter, unsigned value, unsigned end)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, (unsigned char)(end - filter->length - 1));
}

/* Linux delivers a group of IPv6 that a socket has joined from any interface by which the host gets it.
 * To a group, by an interface with which it is not joined? Drop. */
static void add_joined(struct filter *filter, const struct joined *joined, unsigned count)
{
	enum { ENTRY = 11 };
	unsigned end;

	load_byte(filter, IPV6_TO);
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, 0xff, 1, 0);
	add(filter, BPF_JMP | BPF_JA, count * ENTRY + 1, 0, 0);
	end = filter->length + count * ENTRY + 1;
	for (unsigned i = 0; i < count; i++) {
		unsigned next = filter->length + ENTRY;

		load_extra(filter, SKF_AD_IFINDEX);
		must_be(filter, joined[i].interface, next);
		for (int word = 0; word < 4; word++) {
			load_word(filter, IPV6_TO + 4 * word);
			must_be(filter, word_of(&joined[i].group, word), next);
		}
		add(filter, BPF_JMP | BPF_JA, end - filter->length - 1, 0, 0);
	}
	give(filter, DROP);
}

/* The same site: this host, and addresses of a link or site. */
static void add_same_site(struct filter *filter)
{
	load_word(filter, IPV6_FROM);
	mask(filter, 0xffc00000);
	give_if(filter, 0xfe800000, KEEP);
	give_if(filter, 0xfec00000, KEEP);
	give_if_own(filter, KEEP);
	give(filter, DROP);
}

/* What went through somebody's NAT by Teredo, whose addresses are those of 2001:0::/32. */
static void add_no_teredo(struct filter *filter)
{
	load_word(filter, IPV6_TO);
	give_if(filter, 0x20010000, DROP);
}

/* Begins what is only for one version of IP; end_version ends it. */
enum { VERSION_HEAD = 4 };
static unsigned begin_version(struct filter *filter, unsigned version)
{
	load_byte(filter, 0);
	mask(filter, 0xf0);
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, version << 4, 1, 0);
	add(filter, BPF_JMP | BPF_JA, 0, 0, 0);
	return filter->length;
}

static void end_version(struct filter *filter, unsigned start)
{
	if (filter->length == start)
		filter->length = (unsigned short)(start - VERSION_HEAD); /* nothing is */
	else
		filter->code[start - 1].k = filter->length - start;
}

/* One caller: what comes from it goes on behind the list. */
static void add_caller(struct filter *filter, const struct caller *caller, unsigned after)
{
	bool is4 = IN6_IS_ADDR_V4MAPPED(&caller->address);
	unsigned next = filter->length + (is4 ? 8 : 14);

	load_byte(filter, 0);
	mask(filter, 0xf0);
	must_be(filter, is4 ? 0x40 : 0x60, next);
	for (int word = is4 ? 3 : 0; word < 4; word++) {
		load_word(filter, is4 ? IPV4_FROM : IPV6_FROM + 4 * word);
		must_be(filter, word_of(&caller->address, word), next);
	}
	add(filter, BPF_LD | BPF_H | BPF_ABS, 0, 0, 0); /* of TCP's header: the packet begins there */
	must_be(filter, ntohs(caller->port), next);
	add(filter, BPF_JMP | BPF_JA, after - filter->length - 1, 0, 0);
}

/* SO_CONDITIONAL_ACCEPT. A SYN, and not one of the callers that were let in? Drop. */
static void add_conditional(struct filter *filter, const struct caller *callers, unsigned count)
{
	enum { FLAGS = 13, SYN_AND_ACK = 0x12, SYN = 0x02 };
	unsigned after;

	add(filter, BPF_LD | BPF_B | BPF_ABS, FLAGS, 0, 0);
	mask(filter, SYN_AND_ACK);
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYN, 1, 0);
	after = filter->length + 2;
	for (unsigned i = 0; i < count; i++)
		after += IN6_IS_ADDR_V4MAPPED(&callers[i].address) ? 8 : 14;
	add(filter, BPF_JMP | BPF_JA, after - filter->length - 1, 0, 0);
	for (unsigned i = 0; i < count; i++)
		add_caller(filter, &callers[i], after);
	give(filter, DROP);
}

static unsigned copy_joined(struct socket *sock, struct joined *joined)
{
	unsigned count;

	wsc__socket_lock(sock);
	count = sock->extras && sock->extras->joined_count <= JOINED_MOST ? sock->extras->joined_count : 0;
	if (count)
		memcpy(joined, sock->extras->joined, count * sizeof *joined);
	wsc__socket_unlock(sock);
	return count;
}

static void build(struct filter *filter, struct socket *sock)
{
	bool datagrams = sock->type != SOCK_STREAM, groups_only = wsc__port_get(sock, PORT_REUSE_MULTICAST);
	DWORD protection = sock->family == WS_AF_INET6
				   ? wsc__option_kept(sock, WS_IPPROTO_IPV6, WS_IPV6_PROTECTION_LEVEL)
				   : 0;
	struct interface_list list;
	struct joined joined[JOINED_MOST];
	bool conditional = wsc__socket_is(sock, SOCKET_CONDITIONAL);
	struct caller callers[ADMITTED_MOST];
	unsigned start, count = sock->type == SOCK_DGRAM ? copy_joined(sock, joined) : 0;

	filter->length = 0;
	if (conditional)
		add_conditional(filter, callers, wsc__conditional_admitted(sock, callers));
	if (sock->type == SOCK_RAW && !wsc__socket_is(sock, SOCKET_BOUND)) {
		give(filter, DROP);
		return;
	}
	start = begin_version(filter, 4);
	if (groups_only)
		add_groups_only(filter, IPV4_TO, 0xf0, 0xe0);
	if (datagrams && wsc__option_kept(sock, WS_IPPROTO_IP, WS_IP_IFLIST)) {
		listed(sock, 0, &list);
		add_interfaces(filter, &list);
	}
	if (datagrams && !wsc__option_kept(sock, WS_IPPROTO_IP, WS_IP_RECEIVE_BROADCAST))
		add_no_broadcasts(filter);
	if (datagrams && !wsc__option_kept(sock, WS_IPPROTO_IP, WS_IP_MULTICAST_LOOP))
		add_loop(filter, IPV4_TO, 0xf0, 0xe0);
	end_version(filter, start);
	start = begin_version(filter, 6);
	if (groups_only)
		add_groups_only(filter, IPV6_TO, 0xff, 0xff);
	if (datagrams && sock->family == WS_AF_INET6 &&
	    wsc__option_kept(sock, WS_IPPROTO_IPV6, WS_IPV6_IFLIST)) {
		listed(sock, 1, &list);
		add_interfaces(filter, &list);
	}
	if (count)
		add_joined(filter, joined, count);
	if (datagrams && sock->family == WS_AF_INET6 &&
	    !wsc__option_kept(sock, WS_IPPROTO_IPV6, WS_IPV6_MULTICAST_LOOP))
		add_loop(filter, IPV6_TO, 0xff, 0xff);
	if (protection == WS_PROTECTION_LEVEL_RESTRICTED)
		add_same_site(filter);
	else if (protection == WS_PROTECTION_LEVEL_EDGERESTRICTED)
		add_no_teredo(filter);
	end_version(filter, start);
	if (filter->length)
		give(filter, KEEP);
}

int wsc__filter_update(SOCKET s, struct socket *sock)
{
	/* Of two threads, the later one has seen what both have set. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct filter filter;
	struct sock_fprog program = { .filter = filter.code };
	int error = 0;

	pthread_mutex_lock(&lock);
	build(&filter, sock);
	program.len = filter.length;
	if (program.len ? setsockopt((int)s, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0
			: setsockopt((int)s, SOL_SOCKET, SO_DETACH_FILTER, &(int){ 0 }, sizeof(int)) < 0 &&
				  errno != ENOENT)
		error = wsc__error_from_errno(errno);
	pthread_mutex_unlock(&lock);
	return error;
}

int wsc__filter_keep(SOCKET s, struct socket *sock, const struct option *option, DWORD value)
{
	DWORD before;
	int error;

	wsc__option_recall(sock, option, &before);
	error = wsc__option_keep(sock, option, value);
	if (!error)
		error = wsc__filter_update(s, sock);
	if (error)
		wsc__option_keep(sock, option, before);
	return error;
}
