/* Control messages, both directions: a table of the two systems' levels, types and layouts. */
#include "control.h"

#include "counter.h"
#include "fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81
#endif

/* What the kernel says of an arrival, and what becomes of it. Each gives as much as its row has room for;
 * the structures of Winsock begin alike, so that one serves several. False: not for this datagram. */
static bool arrival4(const void *from, size_t size, void *to)
{
	const struct in_pktinfo *kernel = from;
	IN_PKTINFO_EX *info = to;

	(void)size;
	memcpy(&info->pkt_info.ipi_addr, &kernel->ipi_addr, sizeof kernel->ipi_addr);
	info->pkt_info.ipi_ifindex = (ULONG)kernel->ipi_ifindex;
	info->scope_id.Value = 0;
	return true;
}

static bool interface4(const void *from, size_t size, void *to)
{
	const struct in_pktinfo *kernel = from;

	(void)size;
	memcpy(to, &kernel->ipi_ifindex, sizeof kernel->ipi_ifindex);
	return true;
}

/* Linux says it of IPv4 datagrams as well; on Windows that is IP_PKTINFO's business. */
static bool arrival6(const void *from, size_t size, void *to)
{
	const struct in6_pktinfo *kernel = from;
	IN6_PKTINFO_EX *info = to;
	const struct in6_addr *address = &kernel->ipi6_addr;

	(void)size;
	memcpy(&info->pkt_info.ipi6_addr, address, sizeof *address);
	info->pkt_info.ipi6_ifindex = kernel->ipi6_ifindex;
	info->scope_id.Value = IN6_IS_ADDR_LINKLOCAL(address) || IN6_IS_ADDR_MC_LINKLOCAL(address)
				       ? kernel->ipi6_ifindex
				       : 0;
	return !IN6_IS_ADDR_V4MAPPED(address);
}

static bool interface6(const void *from, size_t size, void *to)
{
	const struct in6_pktinfo *kernel = from;

	(void)size;
	memcpy(to, &kernel->ipi6_ifindex, sizeof kernel->ipi6_ifindex);
	return !IN6_IS_ADDR_V4MAPPED(&kernel->ipi6_addr);
}

/* An int, or a byte as Linux has it for the type of service. */
static bool number(const void *from, size_t size, void *to)
{
	int value = *(const unsigned char *)from;

	if (size >= sizeof value)
		memcpy(&value, from, sizeof value);
	memcpy(to, &value, sizeof value);
	return true;
}

enum { ECN_BITS = 3, CONGESTION_EXPERIENCED = 3 };

static bool congestion(const void *from, size_t size, void *to)
{
	int value;

	number(from, size, &value);
	value &= ECN_BITS;
	memcpy(to, &value, sizeof value);
	return true;
}

static bool stamp(const void *from, size_t size, void *to)
{
	struct timespec when;
	ULONG64 count;

	if (size < sizeof when)
		return false;
	memcpy(&when, from, sizeof when);
	count = wsc__counter_at(&when);
	memcpy(to, &count, sizeof count);
	return true;
}

#define RECEIVED(windows, wanted, name, bytes, linux, needs, comes)                                          \
	WS_##windows, WS_##wanted, WS_##name, bytes, linux, needs, comes

/* clang-format off */
static const struct received {
	int level, option, type;                    /* Winsock's: the option that asks for it, and what it is called */
	unsigned size;                              /* of its data; 0 as the kernel's */
	int posix_level, posix_option, posix_type;  /* where it comes from */
	bool (*convert)(const void *from, size_t size, void *to); /* NULL: alike */
} received[] = {
	{ RECEIVED(IPPROTO_IP, IP_PKTINFO, IP_PKTINFO, 8, IPPROTO_IP, IP_PKTINFO, IP_PKTINFO), arrival4 },
	{ RECEIVED(IPPROTO_IP, IP_PKTINFO_EX, IP_PKTINFO_EX, 12, IPPROTO_IP, IP_PKTINFO, IP_PKTINFO), arrival4 },
	{ RECEIVED(IPPROTO_IP, IP_RECVDSTADDR, IP_RECVDSTADDR, 4, IPPROTO_IP, IP_PKTINFO, IP_PKTINFO), arrival4 },
	{ RECEIVED(IPPROTO_IP, IP_RECVIF, IP_RECVIF, 4, IPPROTO_IP, IP_PKTINFO, IP_PKTINFO), interface4 },
	{ RECEIVED(IPPROTO_IP, IP_ORIGINAL_ARRIVAL_IF, IP_ORIGINAL_ARRIVAL_IF, 4, IPPROTO_IP, IP_PKTINFO, IP_PKTINFO), interface4 },
	{ RECEIVED(IPPROTO_IP, IP_RECVTTL, IP_TTL, 4, IPPROTO_IP, IP_RECVTTL, IP_TTL), number },
	{ RECEIVED(IPPROTO_IP, IP_RECVTOS, IP_TOS, 4, IPPROTO_IP, IP_RECVTOS, IP_TOS), number },
	{ RECEIVED(IPPROTO_IP, IP_RECVECN, IP_ECN, 4, IPPROTO_IP, IP_RECVTOS, IP_TOS), congestion },

	{ RECEIVED(IPPROTO_IPV6, IPV6_PKTINFO, IPV6_PKTINFO, 20, IPPROTO_IPV6, IPV6_RECVPKTINFO, IPV6_PKTINFO), arrival6 },
	{ RECEIVED(IPPROTO_IPV6, IPV6_PKTINFO_EX, IPV6_PKTINFO_EX, 24, IPPROTO_IPV6, IPV6_RECVPKTINFO, IPV6_PKTINFO), arrival6 },
	{ RECEIVED(IPPROTO_IPV6, IPV6_RECVDSTADDR, IPV6_RECVDSTADDR, 16, IPPROTO_IPV6, IPV6_RECVPKTINFO, IPV6_PKTINFO), arrival6 },
	{ RECEIVED(IPPROTO_IPV6, IPV6_RECVIF, IPV6_RECVIF, 4, IPPROTO_IPV6, IPV6_RECVPKTINFO, IPV6_PKTINFO), interface6 },
	{ RECEIVED(IPPROTO_IPV6, IP_ORIGINAL_ARRIVAL_IF, IP_ORIGINAL_ARRIVAL_IF, 4, IPPROTO_IPV6, IPV6_RECVPKTINFO, IPV6_PKTINFO), interface6 },
	{ RECEIVED(IPPROTO_IPV6, IPV6_HOPLIMIT, IPV6_HOPLIMIT, 4, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT), number },
	{ RECEIVED(IPPROTO_IPV6, IPV6_RECVTCLASS, IPV6_TCLASS, 4, IPPROTO_IPV6, IPV6_RECVTCLASS, IPV6_TCLASS), number },
	{ RECEIVED(IPPROTO_IPV6, IPV6_RECVECN, IPV6_ECN, 4, IPPROTO_IPV6, IPV6_RECVTCLASS, IPV6_TCLASS), congestion },
	{ RECEIVED(IPPROTO_IPV6, IPV6_RECVRTHDR, IPV6_RTHDR, 0, IPPROTO_IPV6, IPV6_RECVRTHDR, IPV6_RTHDR), NULL },

	{ RECEIVED(IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, UDP_COALESCED_INFO, 4, IPPROTO_UDP, UDP_GRO, UDP_GRO), number },

	{ RECEIVED(SOL_SOCKET, SO_TIMESTAMP, SO_TIMESTAMP, 8, SOL_SOCKET, SO_TIMESTAMPNS, SCM_TIMESTAMPNS), stamp },
};
/* clang-format on */

enum { RECEIVED = sizeof received / sizeof *received, WATCH = 31, DATA_ROOM = 64 };
_Static_assert(RECEIVED < WATCH, "a bit for each row, and one of our own");

static unsigned bit(int row)
{
	return 1u << row;
}

/* What the kernel is to say of every datagram on this kind of socket, whoever asks for it. */
static const struct {
	int family, posix_level, posix_option;
} watched[] = {
	{ WS_AF_INET, IPPROTO_IP, IP_PKTINFO },
	{ WS_AF_INET6, IPPROTO_IP, IP_PKTINFO },
	{ WS_AF_INET6, IPPROTO_IPV6, IPV6_RECVPKTINFO },
};
enum { WATCHED = sizeof watched / sizeof *watched };

static bool needs(struct socket *sock, unsigned asked, int posix_level, int posix_option)
{
	for (int row = 0; row < RECEIVED; row++)
		if (asked & bit(row) && received[row].posix_level == posix_level &&
		    received[row].posix_option == posix_option)
			return true;
	for (int i = 0; i < WATCHED && asked & bit(WATCH); i++)
		if (watched[i].family == sock->family && watched[i].posix_level == posix_level &&
		    watched[i].posix_option == posix_option)
			return true;
	return false;
}

static int tell_kernel(SOCKET s, struct socket *sock, int posix_level, int posix_option, int on)
{
	if (sock->family == WS_AF_INET6 && sock->type == SOCK_RAW && posix_level == IPPROTO_IP)
		return 0; /* it never has an IPv4 packet, nor has Linux this for it */
	if (!setsockopt((int)s, posix_level, posix_option, &on, sizeof on))
		return 0;
	return errno == EOPNOTSUPP ? WS_WSAENOPROTOOPT : wsc__error_from_errno(errno);
}

static int find_row(int level, int option)
{
	int row = 0;

	while (row < RECEIVED && !(received[row].level == level && received[row].option == option))
		row++;
	return row;
}

int wsc__control_ask(SOCKET s, struct socket *sock, int level, int option, bool on)
{
	int row = find_row(level, option), error = 0;
	unsigned before, after;

	if (row == RECEIVED)
		return WS_WSAENOPROTOOPT;
	wsc__socket_lock(sock);
	before = sock->control;
	after = on ? before | bit(row) : before & ~bit(row);
	if (needs(sock, before, received[row].posix_level, received[row].posix_option) !=
	    needs(sock, after, received[row].posix_level, received[row].posix_option))
		error = tell_kernel(s, sock, received[row].posix_level, received[row].posix_option, on);
	if (!error)
		sock->control = after;
	wsc__socket_unlock(sock);
	return error;
}

bool wsc__control_is_asked(struct socket *sock, int level, int option)
{
	int row = find_row(level, option);

	return row < RECEIVED && sock->control & bit(row);
}

void wsc__control_watch(SOCKET s, struct socket *sock)
{
	if (sock->control & bit(WATCH))
		return;
	wsc__socket_lock(sock);
	for (int i = 0; i < WATCHED; i++)
		if (watched[i].family == sock->family)
			tell_kernel(s, sock, watched[i].posix_level, watched[i].posix_option, 1);
	sock->control |= bit(WATCH);
	wsc__socket_unlock(sock);
}

static const struct cmsghdr *find_message(struct msghdr *message, int level, int type)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header))
		if (header->cmsg_level == level && header->cmsg_type == type)
			return header;
	return NULL;
}

/* Linux' suggestion for the source of an answer is the datagram's destination exactly if that is an
 * address of this host's own. Without a suggestion, as the socket has not been watched yet when the
 * datagram came, only one broadcast address can be told. */
static DWORD destination_flags(struct msghdr *message)
{
	const struct cmsghdr *header = find_message(message, IPPROTO_IP, IP_PKTINFO);

	if (header) {
		const struct in_pktinfo *info = (const void *)CMSG_DATA(header);

		if (IN_MULTICAST(ntohl(info->ipi_addr.s_addr)))
			return WS_MSG_MCAST;
		if (info->ipi_addr.s_addr == INADDR_BROADCAST)
			return WS_MSG_BCAST;
		return info->ipi_spec_dst.s_addr && info->ipi_spec_dst.s_addr != info->ipi_addr.s_addr
			       ? WS_MSG_BCAST
			       : 0;
	}
	header = find_message(message, IPPROTO_IPV6, IPV6_PKTINFO);
	if (header) {
		const struct in6_pktinfo *info = (const void *)CMSG_DATA(header);

		return IN6_IS_ADDR_MULTICAST(&info->ipi6_addr) ? WS_MSG_MCAST : 0;
	}
	return 0;
}

/* Both systems align header and data alike: to the size of a pointer. */
static size_t aligned(size_t size)
{
	return (size + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1);
}

/* One message, at the end of those that are there. A last one needs no place for what aligns the next. */
static int append(WSABUF *room, DWORD *used, int level, int type, const void *data, size_t size, DWORD *flags)
{
	size_t start = aligned(sizeof(WSACMSGHDR)), place = aligned(*used);
	WSACMSGHDR header = { start + size, level, type };
	int error;

	if (place > room->len || room->len - place < start + size) {
		*flags |= WS_MSG_CTRUNC;
		return 0;
	}
	error = wsc__copy_out(room->buf + place, &header, sizeof header);
	if (!error)
		error = wsc__copy_out(room->buf + place + start, data, size);
	place += aligned(start + size);
	*used = place < room->len ? (DWORD)place : room->len;
	return error;
}

int wsc__control_out(struct socket *sock, struct msghdr *message, WSABUF *room, DWORD *flags)
{
	unsigned asked = sock->control;
	DWORD used = 0;
	int error = 0;

	*flags |= destination_flags(message);
	for (int row = 0; row < RECEIVED && !error; row++) {
		const struct received *what = &received[row];
		const struct cmsghdr *header =
			asked & bit(row) ? find_message(message, what->posix_level, what->posix_type) : NULL;
		_Alignas(8) unsigned char data[DATA_ROOM];
		size_t size;

		if (!header)
			continue;
		size = header->cmsg_len - CMSG_LEN(0);
		if (!what->convert)
			error = append(room, &used, what->level, what->type, CMSG_DATA(header), size, flags);
		else if (what->convert(CMSG_DATA(header), size, data))
			error = append(room, &used, what->level, what->type, data, what->size, flags);
	}
	if (message->msg_flags & MSG_CTRUNC)
		*flags |= WS_MSG_CTRUNC;
	room->len = used;
	return error;
}

int wsc__control_error(const struct error_message *message, WSABUF *room, DWORD *flags)
{
	DWORD used = 0;
	int error = append(room, &used, message->level, WS_IP_RECVERR, &message->information,
			   sizeof message->information, flags);

	room->len = used;
	return error;
}

/* What the kernel can be told of a datagram to be sent. */
enum sent { ARRIVAL4, TTL, TOS, ARRIVAL6, HOPS, CLASS, SEGMENT, STAMP, STAMP_ID, SENT };

static const struct {
	int level, type;
	unsigned size;
} sent[SENT] = {
	[ARRIVAL4] = { IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo) },
	[TTL] = { IPPROTO_IP, IP_TTL, sizeof(int) },
	[TOS] = { IPPROTO_IP, IP_TOS, sizeof(int) },
	[ARRIVAL6] = { IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo) },
	[HOPS] = { IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(int) },
	[CLASS] = { IPPROTO_IPV6, IPV6_TCLASS, sizeof(int) },
	[SEGMENT] = { IPPROTO_UDP, UDP_SEGMENT, sizeof(uint16_t) },
	[STAMP] = { SOL_SOCKET, SO_TIMESTAMPING, sizeof(uint32_t) },
	[STAMP_ID] = { SOL_SOCKET, SCM_TS_OPT_ID, sizeof(uint32_t) },
};

union told {
	struct in_pktinfo arrival4;
	struct in6_pktinfo arrival6;
	int number;
	uint16_t segment;
	uint32_t stamp;
};

/* The program's messages, each at most once: a later one stands. */
struct told_all {
	union told told[SENT];
	bool is_told[SENT];
	int congestion[SENT]; /* the two bits of TOS or CLASS, if they were given alone; else -1 */
};

/* Each takes a message's data. WSAEINVAL for a value that cannot be. */
static int source4(struct told_all *all, enum sent what, const void *data)
{
	IN_PKTINFO info;

	memcpy(&info, data, sizeof info);
	all->told[what].arrival4 = (struct in_pktinfo){ .ipi_ifindex = (int)info.ipi_ifindex };
	memcpy(&all->told[what].arrival4.ipi_spec_dst, &info.ipi_addr, sizeof info.ipi_addr);
	all->is_told[what] = true;
	return 0;
}

static int source6(struct told_all *all, enum sent what, const void *data)
{
	memcpy(&all->told[what].arrival6, data, sizeof(struct in6_pktinfo));
	all->is_told[what] = true;
	return 0;
}

/* A byte of the header; -1 leaves it as the socket has it. */
static int header_byte(struct told_all *all, enum sent what, const void *data)
{
	int value;

	memcpy(&value, data, sizeof value);
	if (value < -1 || value > 255 || (what == TTL && !value))
		return WS_WSAEINVAL;
	all->told[what].number = value;
	all->is_told[what] = value >= 0;
	return 0;
}

static int congestion_bits(struct told_all *all, enum sent what, const void *data)
{
	int value;

	memcpy(&value, data, sizeof value);
	if (value < 0 || value >= CONGESTION_EXPERIENCED) /* which is for routers to say */
		return WS_WSAEINVAL;
	all->congestion[what] = value;
	return 0;
}

static int segment(struct told_all *all, enum sent what, const void *data)
{
	DWORD value;

	memcpy(&value, data, sizeof value);
	if (value > UINT16_MAX)
		return WS_WSAEINVAL;
	all->told[what].segment = (uint16_t)value;
	all->is_told[what] = true;
	return 0;
}

/* Whether it is to be stamped is another question. */
static int stamp_id(struct told_all *all, enum sent what, const void *data)
{
	memcpy(&all->told[what].stamp, data, sizeof(uint32_t));
	all->is_told[what] = true;
	return 0;
}

static const struct sendable {
	int level, type;
	unsigned size; /* of its data */
	enum sent what;
	int (*take)(struct told_all *all, enum sent what, const void *data);
} sendable[] = {
	{ WS_IPPROTO_IP, WS_IP_PKTINFO, 8, ARRIVAL4, source4 },
	{ WS_IPPROTO_IP, WS_IP_PKTINFO_EX, 12, ARRIVAL4, source4 },
	{ WS_IPPROTO_IP, WS_IP_TTL, 4, TTL, header_byte },
	{ WS_IPPROTO_IP, WS_IP_HOPLIMIT, 4, TTL, header_byte },
	{ WS_IPPROTO_IP, WS_IP_TOS, 4, TOS, header_byte },
	{ WS_IPPROTO_IP, WS_IP_TCLASS, 4, TOS, header_byte },
	{ WS_IPPROTO_IP, WS_IP_ECN, 4, TOS, congestion_bits },
	{ WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, 20, ARRIVAL6, source6 },
	{ WS_IPPROTO_IPV6, WS_IPV6_PKTINFO_EX, 24, ARRIVAL6, source6 },
	{ WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, 4, HOPS, header_byte },
	{ WS_IPPROTO_IPV6, WS_IPV6_TCLASS, 4, CLASS, header_byte },
	{ WS_IPPROTO_IPV6, WS_IPV6_ECN, 4, CLASS, congestion_bits },
	{ WS_IPPROTO_UDP, WS_UDP_SEND_MSG_SIZE, 4, SEGMENT, segment },
	{ WS_SOL_SOCKET, WS_SO_TIMESTAMP_ID, 4, STAMP_ID, stamp_id },
};

/* One message of the program's, of which `left` bytes are there; takes away what it occupies. */
static int take(struct socket *sock, const char **user, size_t *left, struct told_all *all)
{
	size_t start = aligned(sizeof(WSACMSGHDR)), gap;
	unsigned char data[DATA_ROOM];
	WSACMSGHDR header;

	if (*left < start || wsc__copy_in(&header, *user, sizeof header))
		return *left < start ? WS_WSAEINVAL : WS_WSAEFAULT;
	if (header.cmsg_len < start || header.cmsg_len > *left ||
	    (header.cmsg_level == WS_IPPROTO_IPV6 && sock->family != WS_AF_INET6))
		return WS_WSAEINVAL;
	for (unsigned i = 0; i < sizeof sendable / sizeof *sendable; i++) {
		if (sendable[i].level != header.cmsg_level || sendable[i].type != header.cmsg_type)
			continue;
		if (header.cmsg_len - start < sendable[i].size)
			return WS_WSAEINVAL;
		if (wsc__copy_in(data, *user + start, sendable[i].size))
			return WS_WSAEFAULT;
		gap = aligned(header.cmsg_len) - header.cmsg_len; /* the last one may go without */
		*left -= header.cmsg_len;
		*left -= gap < *left ? gap : *left;
		*user += header.cmsg_len + gap;
		return sendable[i].take(all, sendable[i].what, data);
	}
	return WS_WSAEINVAL;
}

/* Linux knows the two bits as part of the whole byte only. */
static void add_congestion(SOCKET s, struct told_all *all, enum sent what, int posix_option)
{
	int value = 0;
	socklen_t size = sizeof value;

	if (all->congestion[what] < 0)
		return;
	if (all->is_told[what])
		value = all->told[what].number;
	else if (getsockopt((int)s, sent[what].level, posix_option, &value, &size) < 0 || value < 0)
		value = 0;
	all->told[what].number = (value & ~ECN_BITS) | all->congestion[what];
	all->is_told[what] = true;
}

static void note_source(const struct told_all *all, struct control *control)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&control->source;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&control->source;

	control->has_source = all->is_told[ARRIVAL4] || all->is_told[ARRIVAL6];
	memset(in6, 0, sizeof *in6);
	if (all->is_told[ARRIVAL4] && all->told[ARRIVAL4].arrival4.ipi_spec_dst.s_addr) {
		in->sin_family = AF_INET;
		in->sin_addr = all->told[ARRIVAL4].arrival4.ipi_spec_dst;
	} else if (all->is_told[ARRIVAL6]) {
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = all->told[ARRIVAL6].arrival6.ipi6_addr;
		in6->sin6_scope_id = all->told[ARRIVAL6].arrival6.ipi6_ifindex;
	}
}

/* The number of a datagram means something if it is to be stamped when it goes out. */
static void add_stamp(SOCKET s, struct socket *sock, struct told_all *all, struct stamping *stamping)
{
	*stamping = (struct stamping){ .wanted = all->is_told[STAMP_ID], .id = all->told[STAMP_ID].stamp };
	if (!stamping->wanted)
		return;
	wsc__timestamp_ask(s, sock, stamping);
	all->is_told[STAMP_ID] = stamping->is_told;
	all->is_told[STAMP] = stamping->is_asked;
	all->told[STAMP].stamp = SOF_TIMESTAMPING_TX_SOFTWARE;
}

int wsc__control_in(SOCKET s, struct socket *sock, const WSABUF *user, struct control *control,
		    struct msghdr *message)
{
	struct told_all all = { .congestion = { [TOS] = -1, [CLASS] = -1 } };
	const char *at = user->buf;
	size_t left = user->len, used = 0;
	int error = 0;

	while (left && !error)
		error = take(sock, &at, &left, &all);
	if (error)
		return error;
	add_congestion(s, &all, TOS, IP_TOS);
	add_congestion(s, &all, CLASS, IPV6_TCLASS);
	add_stamp(s, sock, &all, &control->stamping);
	for (int what = 0; what < SENT; what++) {
		struct cmsghdr *header = (void *)(control->room + used);

		if (!all.is_told[what])
			continue;
		memset(header, 0, CMSG_SPACE(sent[what].size));
		*header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sent[what].size),
					    .cmsg_level = sent[what].level,
					    .cmsg_type = sent[what].type };
		memcpy(CMSG_DATA(header), &all.told[what], sent[what].size);
		used += CMSG_SPACE(sent[what].size);
	}
	note_source(&all, control);
	message->msg_control = used ? control->room : NULL;
	message->msg_controllen = used;
	return 0;
}
