/* The kernel's own options of a descriptor. */
#include "snapshot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

unsigned snapshot_changes;

/* These stand before the C library's, in whatever this program is linked with. */

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	snapshot_changes++;
	return (int)syscall(SYS_setsockopt, fd, level, name, value, length);
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	snapshot_changes++;
	return (int)syscall(SYS_bind, fd, address, length);
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	snapshot_changes++;
	return (int)syscall(SYS_connect, fd, address, length);
}

int shutdown(int fd, int how)
{
	snapshot_changes++;
	return (int)syscall(SYS_shutdown, fd, how);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	snapshot_changes++;
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	snapshot_changes += command == F_SETFL;
	return (int)syscall(SYS_fcntl, fd, command, argument);
}

/* Where the options are, and how far the names go. From 64 on IPPROTO_IP has the packet filter's. */
static const struct {
	const char *name;
	short level, end;
} levels[] = {
	{ "SOL_SOCKET", SOL_SOCKET, 96 },        { "IPPROTO_IP", IPPROTO_IP, 64 },
	{ "IPPROTO_IPV6", IPPROTO_IPV6, 96 },    { "IPPROTO_TCP", IPPROTO_TCP, 64 },
	{ "IPPROTO_UDP", IPPROTO_UDP, 112 },     { "IPPROTO_RAW", IPPROTO_RAW, 8 },
	{ "IPPROTO_ICMPV6", IPPROTO_ICMPV6, 8 },
};

enum { LEVELS = sizeof levels / sizeof *levels };

/* What is no option: reading these does something, or they change by themselves. */
static const struct {
	short level, name;
} others[] = {
	{ SOL_SOCKET, SO_ERROR },              /* reading takes it */
	{ SOL_SOCKET, SO_PEERPIDFD },          /* reading makes a descriptor */
	{ SOL_SOCKET, SO_INCOMING_CPU },       /* the last packet's */
	{ SOL_SOCKET, SO_INCOMING_NAPI_ID },   /* the same */
	{ SOL_SOCKET, SO_MEMINFO },            /* what waits in the buffers */
	{ IPPROTO_IP, IP_MTU },                /* of the route, which may be forgotten */
	{ IPPROTO_IPV6, IPV6_MTU },            /* the same */
	{ IPPROTO_IPV6, IPV6_PATHMTU },        /* the same */
	{ IPPROTO_TCP, TCP_INFO },             /* the connection's life */
	{ IPPROTO_TCP, TCP_CC_INFO },          /* the same */
	{ IPPROTO_TCP, TCP_TIMESTAMP },        /* the time */
	{ IPPROTO_TCP, TCP_QUICKACK },         /* goes by the traffic */
	{ IPPROTO_TCP, TCP_SAVED_SYN },        /* reading takes it */
	{ IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE }, /* reading receives */
};

static bool is_option(int level, int name, int state)
{
	if (level == IPPROTO_TCP && name == TCP_MAXSEG) /* goes by the peer's window while there is a peer */
		return state == TCP_CLOSE || state == TCP_LISTEN;
	/* No option of a TCP socket's; the library has it on during a connect that TCP_ICMP_ERROR_INFO is
	 * for. */
	if (state &&
	    ((level == IPPROTO_IP && name == IP_RECVERR) || (level == IPPROTO_IPV6 && name == IPV6_RECVERR)))
		return false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].level == level && others[i].name == name)
			return false;
	return true;
}

/* Whether this socket is in the group, and how. */
static int read_membership(int fd, struct kernel_option *option)
{
	struct group_filter filter = { .gf_interface = (uint32_t)(option->group % SNAPSHOT_INTERFACES + 1) };
	socklen_t length = sizeof filter;
	int number = option->group / SNAPSHOT_INTERFACES;

	if (option->level == IPPROTO_IP) {
		struct sockaddr_in *group = (struct sockaddr_in *)&filter.gf_group;

		group->sin_family = AF_INET;
		inet_pton(AF_INET, SNAPSHOT_GROUP, &group->sin_addr);
		group->sin_addr.s_addr = htonl(ntohl(group->sin_addr.s_addr) + (uint32_t)number);
	} else {
		struct sockaddr_in6 *group = (struct sockaddr_in6 *)&filter.gf_group;

		group->sin6_family = AF_INET6;
		inet_pton(AF_INET6, SNAPSHOT_GROUP6, &group->sin6_addr);
		group->sin6_addr.s6_addr[15] = (uint8_t)(group->sin6_addr.s6_addr[15] + number);
	}
	if (getsockopt(fd, option->level, option->name, &filter, &length) < 0)
		return errno;
	memcpy(option->bytes, &filter.gf_fmode, sizeof filter.gf_fmode);
	memcpy(option->bytes + sizeof filter.gf_fmode, &filter.gf_numsrc, sizeof filter.gf_numsrc);
	return 0;
}

/* The program that filters packets. Its length is counted in instructions, which are more than there is room
 * for. */
static int read_filter(int fd, struct kernel_option *option)
{
	static struct sock_filter program[BPF_MAXINSNS];
	socklen_t count = BPF_MAXINSNS;
	uint64_t sum = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, program, &count) < 0)
		return errno;
	for (socklen_t i = 0; i < count; i++)
		sum = sum * 31 +
		      (program[i].code ^ (uint64_t)program[i].k << 32 ^ program[i].jt ^ program[i].jf << 8);
	option->length = (short)count;
	memcpy(option->bytes, &sum, sizeof sum);
	return 0;
}

/* Its bytes are 0 before. */
static void read_option(int fd, struct kernel_option *option)
{
	socklen_t length = sizeof option->bytes;

	if (option->group >= 0) {
		option->error = (short)read_membership(fd, option);
	} else if (option->level == SOL_SOCKET && option->name == SO_GET_FILTER) {
		option->error = (short)read_filter(fd, option);
	} else if (getsockopt(fd, option->level, option->name, option->bytes, &length) < 0) {
		option->error = (short)errno;
	} else {
		option->length = (short)length;
	}
}

static void add(struct snapshot *snapshot, int fd, int level, int name, int group)
{
	struct kernel_option *option = &snapshot->options[snapshot->count];

	if (snapshot->count == SNAPSHOT_MOST)
		return;
	*option = (struct kernel_option){ .level = (short)level, .name = (short)name, .group = group };
	read_option(fd, option);
	if (option->error != ENOPROTOOPT && option->error != EOPNOTSUPP)
		snapshot->count++;
}

static bool has_groups(int fd)
{
	int type = 0, family = 0;
	socklen_t length = sizeof type;

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length);
	return (family == AF_INET || family == AF_INET6) && (type == SOCK_DGRAM || type == SOCK_RAW);
}

static int tcp_state(int fd)
{
	unsigned char state = 0; /* the first byte of struct tcp_info */
	socklen_t length = sizeof state;

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &length) < 0 ? 0 : state;
}

void snapshot_take(struct snapshot *snapshot, int fd)
{
	int type;
	socklen_t length = sizeof type;

	snapshot->count = 0;
	snapshot->flags = fcntl(fd, F_GETFL);
	snapshot->state = tcp_state(fd);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
		return;
	for (int i = 0; i < LEVELS; i++)
		for (int name = 0; name < levels[i].end; name++)
			if (is_option(levels[i].level, name, snapshot->state))
				add(snapshot, fd, levels[i].level, name, -1);
	for (int group = 0; has_groups(fd) && group < SNAPSHOT_GROUPS * SNAPSHOT_INTERFACES; group++) {
		add(snapshot, fd, IPPROTO_IP, MCAST_MSFILTER, group);
		add(snapshot, fd, IPPROTO_IPV6, MCAST_MSFILTER, group);
	}
}

static const char *level_name(int level)
{
	for (int i = 0; i < LEVELS; i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "?";
}

static void say_value(char *text, size_t size, const struct kernel_option *option)
{
	int value;

	memcpy(&value, option->bytes, sizeof value);
	if (option->error)
		snprintf(text, size, "\"%s\"", strerror(option->error));
	else if (option->length > (short)sizeof value)
		snprintf(text, size, "%d... (%d bytes)", value, option->length);
	else
		snprintf(text, size, "%d", value);
}

static const char *say_difference(const struct kernel_option *before, const struct kernel_option *after)
{
	static char text[240];
	char was[48], is[48], group[64] = "";

	say_value(was, sizeof was, before);
	say_value(is, sizeof is, after);
	if (before->group >= 0)
		snprintf(group, sizeof group, " (group %d, interface %d)",
			 before->group / SNAPSHOT_INTERFACES, before->group % SNAPSHOT_INTERFACES + 1);
	snprintf(text, sizeof text, "the kernel's option %d of %s%s was %s and is %s", before->name,
		 level_name(before->level), group, was, is);
	return text;
}

const char *snapshot_renew(struct snapshot *snapshot, int fd)
{
	static char text[64];
	const char *difference = NULL;
	int flags = fcntl(fd, F_GETFL);

	if (snapshot->state && tcp_state(fd) != snapshot->state) {
		snapshot_take(snapshot, fd);
		return NULL;
	}
	if (flags != snapshot->flags) {
		snprintf(text, sizeof text, "the descriptor's flags were 0%o and are 0%o",
			 (unsigned)snapshot->flags, (unsigned)flags);
		snapshot->flags = flags;
		difference = text;
	}
	for (int i = 0; i < snapshot->count; i++) {
		struct kernel_option *option = &snapshot->options[i];
		struct kernel_option now = { .level = option->level,
					     .name = option->name,
					     .group = option->group };

		read_option(fd, &now);
		if (memcmp(&now, option, sizeof now) == 0)
			continue;
		if (!difference)
			difference = say_difference(option, &now);
		*option = now;
	}
	return difference;
}

void snapshot_drop(int fd)
{
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	close(fd);
}
