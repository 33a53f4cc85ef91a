/* What a socket does not want to receive, as a program of the kernel's packet filter. */
#include "filter.h"

#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

enum { INSTRUCTIONS = 160 };
struct program {
	struct sock_filter code[INSTRUCTIONS];
	unsigned length;
};

static void add(struct program *program, unsigned code, unsigned value)
{
	program->code[program->length++] = (struct sock_filter)BPF_STMT((unsigned short)code, value);
}

/* Of the datagram's IP header, whatever the socket is. */
enum { IP_VERSION = 0, DESTINATION4 = 16, DESTINATION6 = 24 };

static void load_header(struct program *program, unsigned width, int place)
{
	add(program, BPF_LD | BPF_ABS | width, (unsigned)(SKF_NET_OFF + place));
}

/* Of what the kernel knows besides. */
static void load_known(struct program *program, int what)
{
	add(program, BPF_LD | BPF_ABS | BPF_W, (unsigned)(SKF_AD_OFF + what));
}

/* Jumps forward, to where land() is said, if the comparison holds, or if it does not. */
static unsigned jump(struct program *program, unsigned comparison, unsigned value)
{
	add(program, BPF_JMP | BPF_K | comparison, value);
	return program->length - 1;
}

static void land(struct program *program, unsigned jump, bool if_holds)
{
	unsigned char distance = (unsigned char)(program->length - jump - 1);

	if (if_holds)
		program->code[jump].jt = distance;
	else
		program->code[jump].jf = distance;
}

enum { NOTHING = 0, ALL = 0x40000 };

static void drop_if(struct program *program, unsigned comparison, unsigned value)
{
	unsigned not = jump(program, comparison, value);

	add(program, BPF_RET | BPF_K, NOTHING);
	land(program, not, false);
}

static void check_interface(struct program *program, const struct filter *filter, enum filter_family family)
{
	unsigned first, listed = filter->listed[family];

	if (!filter->only_listed[family])
		return;
	load_known(program, SKF_AD_IFINDEX);
	first = program->length;
	for (unsigned i = 0; i < listed; i++)
		jump(program, BPF_JEQ, filter->interfaces[family][i]);
	add(program, BPF_RET | BPF_K, NOTHING);
	for (unsigned i = 0; i < listed; i++)
		land(program, first + i, true);
}

/* The kernel knows what was broadcast on the link, and of its own broadcasts that they came back. */
static void check_broadcast(struct program *program, const struct filter *filter)
{
	unsigned multicast;

	if (!filter->no_broadcasts)
		return;
	load_header(program, BPF_W, DESTINATION4);
	drop_if(program, BPF_JEQ, INADDR_BROADCAST);
	drop_if(program, BPF_JEQ, INADDR_LOOPBACK | 0xffffff);
	multicast = jump(program, BPF_JGE, INADDR_UNSPEC_GROUP);
	load_known(program, SKF_AD_PKTTYPE);
	drop_if(program, BPF_JEQ, PACKET_BROADCAST);
	drop_if(program, BPF_JEQ, PACKET_LOOPBACK);
	land(program, multicast, true);
}

/* This host's own: they came back from where they were sent to, or never left. */
static void check_own_multicast(struct program *program, const struct filter *filter, enum filter_family family)
{
	unsigned other;

	if (!filter->no_own_multicasts[family])
		return;
	if (family == FILTER_IPV4) {
		load_header(program, BPF_W, DESTINATION4);
		add(program, BPF_ALU | BPF_AND | BPF_K, 0xf0000000);
		other = jump(program, BPF_JEQ, INADDR_UNSPEC_GROUP);
	} else {
		load_header(program, BPF_B, DESTINATION6);
		other = jump(program, BPF_JEQ, 0xff);
	}
	load_known(program, SKF_AD_PKTTYPE);
	drop_if(program, BPF_JEQ, PACKET_LOOPBACK);
	load_known(program, SKF_AD_HATYPE);
	drop_if(program, BPF_JEQ, ARPHRD_LOOPBACK);
	land(program, other, false);
}

static void compile(struct program *program, const struct filter *filter)
{
	unsigned version6;

	program->length = 0;
	load_header(program, BPF_B, IP_VERSION);
	add(program, BPF_ALU | BPF_RSH | BPF_K, 4);
	version6 = jump(program, BPF_JEQ, 6);
	check_interface(program, filter, FILTER_IPV4);
	check_broadcast(program, filter);
	check_own_multicast(program, filter, FILTER_IPV4);
	add(program, BPF_RET | BPF_K, ALL);
	land(program, version6, true);
	check_interface(program, filter, FILTER_IPV6);
	check_own_multicast(program, filter, FILTER_IPV6);
	add(program, BPF_RET | BPF_K, ALL);
}

static bool is_needed(const struct filter *filter)
{
	bool needed = filter->no_broadcasts;

	for (int family = 0; family < FILTER_FAMILIES; family++)
		needed = needed || filter->no_own_multicasts[family] || filter->only_listed[family];
	return needed;
}

static int tell_kernel(SOCKET s, const struct filter *filter)
{
	struct program program;
	struct sock_fprog posix = { .filter = program.code };
	int none = 0;

	if (!is_needed(filter)) {
		if (!setsockopt((int)s, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none) || errno == ENOENT)
			return 0;
		return wsc__error_from_errno(errno);
	}
	compile(&program, filter);
	posix.len = (unsigned short)program.length;
	return setsockopt((int)s, SOL_SOCKET, SO_ATTACH_FILTER, &posix, sizeof posix) < 0 ?
		       wsc__error_from_errno(errno) :
		       0;
}

void wsc__filter_get(struct socket *sock, struct filter *filter)
{
	wsc__socket_lock(sock);
	if (sock->extras)
		*filter = sock->extras->filter;
	else
		memset(filter, 0, sizeof *filter);
	wsc__socket_unlock(sock);
}

int wsc__filter_set(SOCKET s, struct socket *sock, const struct filter *filter)
{
	struct socket_extras *extras;
	int error;

	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	error = !extras ? WS_WSAENOBUFS : sock->type == SOCK_STREAM ? 0 : tell_kernel(s, filter);
	if (!error)
		extras->filter = *filter;
	wsc__socket_unlock(sock);
	return error;
}
