/* What the kernel's sock_diag tells of all sockets of this network namespace. */
#include "diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TCP_STATE_TIME_WAIT = 6, TCP_STATE_CLOSE = 7, TCP_STATE_LISTEN = 10, TCP_STATE_BOUND = 13 };
/* Connections are many, and the kernel keeps them where it has to search for a port. BOUND is of Linux 6.8,
 * and shown if asked for. */
enum {
	PORT_STATES = 1 << TCP_STATE_LISTEN | 1 << TCP_STATE_BOUND,
	ALL_STATES = 0x3fff & ~(1 << TCP_STATE_TIME_WAIT),
};

struct question {
	int type;
	bool connections;
	unsigned port;
	const struct reach *reach;
	const uint64_t *cookies;
	size_t count;
};

static bool left_out(const struct question *question, const struct inet_diag_msg *message)
{
	uint64_t cookie = message->id.idiag_cookie[0] | (uint64_t)message->id.idiag_cookie[1] << 32;

	for (size_t i = 0; i < question->count; i++)
		if (question->cookies[i] == cookie)
			return true;
	return false;
}

static bool is_v6only(const struct nlmsghdr *header)
{
	const struct inet_diag_msg *message = NLMSG_DATA(header);
	const char *at = (const char *)(message + 1), *end = (const char *)header + header->nlmsg_len;

	while (at + sizeof(struct nlattr) <= end) {
		const struct nlattr *attribute = (const void *)at;

		if (attribute->nla_len < sizeof *attribute)
			break;
		if (attribute->nla_type == INET_DIAG_SKV6ONLY)
			return at[sizeof *attribute];
		at += NLA_ALIGN(attribute->nla_len);
	}
	return false;
}

static unsigned is_to(const struct question *question, const struct nlmsghdr *header)
{
	static const unsigned bits[] = { [OVERLAP_NONE] = 0,
					 [OVERLAP_SAME] = DIAG_SAME,
					 [OVERLAP_WIDER] = DIAG_WIDER,
					 [OVERLAP_NARROWER] = DIAG_NARROWER };
	const struct inet_diag_msg *message = NLMSG_DATA(header);
	struct sockaddr_storage address = { .ss_family = message->idiag_family };
	struct reach reach;
	enum overlap overlap;

	if (message->id.idiag_sport != htons((uint16_t)question->port) || left_out(question, message))
		return 0;
	if (message->idiag_family == AF_INET)
		memcpy(&((struct sockaddr_in *)&address)->sin_addr, message->id.idiag_src, 4);
	else
		memcpy(&((struct sockaddr_in6 *)&address)->sin6_addr, message->id.idiag_src, 16);
	if (!wsc__reach_of(&address, is_v6only(header), &reach))
		return 0;
	reach.scope = question->reach->scope; /* the kernel does not tell */
	overlap = wsc__reach_overlap(&reach, question->reach);
	if (question->type == SOCK_STREAM && message->idiag_state != TCP_STATE_LISTEN &&
	    message->idiag_state != TCP_STATE_BOUND && message->idiag_state != TCP_STATE_CLOSE)
		return overlap ? DIAG_CONNECTED : 0;
	return bits[overlap];
}

static int error_of(const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = NLMSG_DATA(header);

	return error->error;
}

/* One family's sockets. */
static unsigned ask(int fd, int family, const struct question *question)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} asked = {
		.header = { sizeof asked, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 0, 0 },
		.request = { .sdiag_family = (uint8_t)family,
			     .sdiag_protocol = question->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP,
			     .idiag_states = question->type == SOCK_STREAM && !question->connections
						     ? PORT_STATES
						     : ALL_STATES,
			     .id.idiag_sport = htons((uint16_t)question->port) },
	};
	_Alignas(struct nlmsghdr) char answer[16384];
	unsigned found = 0;
	ssize_t length;

	if (send(fd, &asked, sizeof asked, 0) < 0)
		return DIAG_UNKNOWN;
	for (;;) {
		do
			length = recv(fd, answer, sizeof answer, 0);
		while (length < 0 && errno == EINTR);
		if (length <= 0)
			return DIAG_UNKNOWN;
		for (const struct nlmsghdr *header = (const void *)answer; NLMSG_OK(header, (size_t)length);
		     header = NLMSG_NEXT(header, length)) {
			if (header->nlmsg_type == NLMSG_DONE)
				return found;
			if (header->nlmsg_type == NLMSG_ERROR) /* a kernel without IPv6 has no such sockets */
				return family == AF_INET6 && error_of(header) == -ENOENT ? found
											 : DIAG_UNKNOWN;
			found |= is_to(question, header);
		}
	}
}

unsigned wsc__diag(int type, unsigned port, const struct reach *reach, bool connections,
		   const uint64_t *cookies, size_t count)
{
	struct question question = { type, connections, port, reach, cookies, count };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	unsigned found;

	if (fd < 0)
		return DIAG_UNKNOWN;
	found = ask(fd, AF_INET, &question) | ask(fd, AF_INET6, &question);
	close(fd);
	return found;
}

static void to_id(uint32_t id[4], const struct in6_addr *address, bool is4)
{
	memcpy(id, address->s6_addr + (is4 ? 12 : 0), is4 ? 4 : 16);
}

bool wsc__diag_who_takes(const struct in6_addr *caller, in_port_t caller_port, const struct in6_addr *callee,
			 in_port_t callee_port, unsigned interface, struct diag_taker *taker)
{
	bool is4 = IN6_IS_ADDR_V4MAPPED(callee);
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} asked = {
		.header = { sizeof asked, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0 },
		.request = { .sdiag_family = is4 ? AF_INET : AF_INET6,
			     .sdiag_protocol = IPPROTO_TCP,
			     .idiag_states = ~0u,
			     .id = { .idiag_sport = callee_port,
				     .idiag_dport = caller_port,
				     .idiag_if = interface,
				     .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
	};
	union {
		struct nlmsghdr header;
		char bytes[4096];
	} answer;
	const struct inet_diag_msg *message = NLMSG_DATA(&answer.header);
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	ssize_t length = -1;

	if (fd < 0)
		return false;
	to_id(asked.request.id.idiag_src, callee, is4);
	to_id(asked.request.id.idiag_dst, caller, is4);
	if (send(fd, &asked, sizeof asked, 0) > 0)
		do
			length = recv(fd, &answer, sizeof answer, 0);
		while (length < 0 && errno == EINTR);
	close(fd);
	if (length < (ssize_t)NLMSG_LENGTH(sizeof *message) ||
	    answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return false;
	taker->cookie = message->id.idiag_cookie[0] | (uint64_t)message->id.idiag_cookie[1] << 32;
	taker->connected =
		message->idiag_state != TCP_STATE_LISTEN && message->idiag_state != TCP_STATE_TIME_WAIT;
	taker->address = in6addr_any;
	if (message->idiag_family == AF_INET6)
		memcpy(&taker->address, message->id.idiag_src, 16);
	else {
		taker->address.s6_addr[10] = taker->address.s6_addr[11] = 0xff;
		memcpy(taker->address.s6_addr + 12, message->id.idiag_src, 4);
	}
	return true;
}
