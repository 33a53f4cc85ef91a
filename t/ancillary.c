/* Control messages: what WSARecvMsg tells of a datagram, what WSASendMsg is told for one, and what of all
 * that arrives. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "net.h"

#include <stdio.h>
#include <string.h>

#ifdef __linux__
#include "kernel.h"
#endif

/* Newer than the headers of mingw-w64. */
#ifndef IP_RECVECN
#define IP_RECVECN   50
#define IPV6_RECVECN 50
#endif
#ifndef IP_ECN
#define IP_ECN   50
#define IPV6_ECN 50
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS 40
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS 40
#endif
#ifndef IP_RECVTTL
#define IP_RECVTTL 21
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS 39
#endif
#ifndef IP_RECVDSTADDR
#define IP_RECVDSTADDR   25
#define IPV6_RECVDSTADDR 25
#endif
#ifndef IP_PKTINFO_EX
#define IP_PKTINFO_EX   51
#define IPV6_PKTINFO_EX 51
#endif
#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE           2
#define UDP_RECV_MAX_COALESCED_SIZE 3
#define UDP_COALESCED_INFO          3
#endif
#ifndef IP_IFLIST
#define IP_IFLIST     28
#define IP_ADD_IFLIST 29
#define IP_DEL_IFLIST 30
#define IP_GET_IFLIST 33
#endif

static LPFN_WSARECVMSG receive_message;

/* The last datagram, and what came with it. */
static struct {
	char data[70000];
	ULONG64 control[64];
	struct sockaddr_storage from;
	DWORD size;
	WSAMSG message;
} got;

static int get(SOCKET s, ULONG room)
{
	WSABUF buffer = { sizeof got.data, got.data };

	memset(got.control, 0xcc, sizeof got.control);
	got.message = (WSAMSG){
		(struct sockaddr *)&got.from, sizeof got.from, &buffer, 1, { room, (char *)got.control }, 0
	};
	got.size = 0xdead;
	return receive_message(s, &got.message, &got.size, NULL, NULL);
}

/* The messages' data as text, each with its level and type: "0.19: 127.0.0.1 if 1". */
static const char *text_of(const WSACMSGHDR *header)
{
	const unsigned char *data = WSA_CMSG_DATA((WSACMSGHDR *)header);
	size_t size = header->cmsg_len - WSA_CMSG_LEN(0);
	char text[64] = "";
	DWORD number;

	memcpy(&number, data, sizeof number);
	if (header->cmsg_level == IPPROTO_IP && size >= 8) {
		IN_PKTINFO info;

		memcpy(&info, data, sizeof info);
		inet_ntop(AF_INET, &info.ipi_addr, text, sizeof text);
		return words("%s if %lu", text, (unsigned long)info.ipi_ifindex);
	}
	if (header->cmsg_level == IPPROTO_IPV6 && size >= 20) {
		IN6_PKTINFO info;

		memcpy(&info, data, sizeof info);
		inet_ntop(AF_INET6, &info.ipi6_addr, text, sizeof text);
		return words("%s if %lu", text, (unsigned long)info.ipi6_ifindex);
	}
	if (header->cmsg_level == IPPROTO_IPV6 && size == 16)
		return inet_ntop(AF_INET6, (void *)data, text, sizeof text) ? words("%s", text) : "?";
	if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVDSTADDR)
		return inet_ntop(AF_INET, (void *)data, text, sizeof text) ? words("%s", text) : "?";
	return words("%lu", (unsigned long)number);
}

static const char *told(void)
{
	static char all[1024];

	all[0] = 0;
	for (WSACMSGHDR *header = WSA_CMSG_FIRSTHDR(&got.message); header;
	     header = WSA_CMSG_NXTHDR(&got.message, header))
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%d.%d/%d: %s", all[0] ? ", " : "",
			 header->cmsg_level, header->cmsg_type, (int)(header->cmsg_len - WSA_CMSG_LEN(0)),
			 text_of(header));
	return all;
}

static int set(SOCKET s, int level, int name, DWORD value)
{
	return setsockopt(s, level, name, (char *)&value, sizeof value);
}

static DWORD value_of(SOCKET s, int level, int name)
{
	DWORD value = 0xdead;
	int size = sizeof value;

	return getsockopt(s, level, name, (char *)&value, &size) ? 0xbad : value;
}

/* Two sockets of a family, the first of which sends to the second. */
static void open_ends(int family, SOCKET ends[2], struct sockaddr_storage *address)
{
	int length;

	ends[1] = bound_socket(family, SOCK_DGRAM, address, &length);
	ends[0] = new_socket(family, SOCK_DGRAM);
	if (connect(ends[0], (struct sockaddr *)address, length))
		bail("connect: %s", error_name(WSAGetLastError()));
}

/* Each option, and the message that it brings. The loopback interface is 1 on both systems. */
static const struct wish {
	int family, level, option;
	const char *text, *brings;
	bool wine; /* has it */
} wishes[] = {
	{ AF_INET, IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO", "0.19/8: 127.0.0.1 if 1", true },
	{ AF_INET, IPPROTO_IP, IP_PKTINFO_EX, "IP_PKTINFO_EX", "0.51/12: 127.0.0.1 if 1", false },
	{ AF_INET, IPPROTO_IP, IP_RECVDSTADDR, "IP_RECVDSTADDR", "0.25/4: 127.0.0.1", false },
	{ AF_INET, IPPROTO_IP, IP_RECVIF, "IP_RECVIF", "0.24/4: 1", false },
	{ AF_INET, IPPROTO_IP, IP_ORIGINAL_ARRIVAL_IF, "IP_ORIGINAL_ARRIVAL_IF", "0.47/4: 1", false },
	{ AF_INET, IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL", "0.4/4: 77", true },
	{ AF_INET, IPPROTO_IP, IP_RECVTOS, "IP_RECVTOS", "0.3/4: 34", true },
	{ AF_INET, IPPROTO_IP, IP_RECVECN, "IP_RECVECN", "0.50/4: 2", false },
	{ AF_INET6, IPPROTO_IPV6, IPV6_PKTINFO, "IPV6_PKTINFO", "41.19/20: ::1 if 1", true },
	{ AF_INET6, IPPROTO_IPV6, IPV6_PKTINFO_EX, "IPV6_PKTINFO_EX", "41.51/24: ::1 if 1", false },
	{ AF_INET6, IPPROTO_IPV6, IPV6_RECVDSTADDR, "IPV6_RECVDSTADDR", "41.25/16: ::1", false },
	{ AF_INET6, IPPROTO_IPV6, IPV6_RECVIF, "IPV6_RECVIF", "41.24/4: 1", false },
	{ AF_INET6, IPPROTO_IPV6, IP_ORIGINAL_ARRIVAL_IF, "IP_ORIGINAL_ARRIVAL_IF", "41.47/4: 1", false },
	{ AF_INET6, IPPROTO_IPV6, IPV6_HOPLIMIT, "IPV6_HOPLIMIT", "41.21/4: 77", true },
	{ AF_INET6, IPPROTO_IPV6, IPV6_RECVTCLASS, "IPV6_RECVTCLASS", "41.39/4: 34", true },
	{ AF_INET6, IPPROTO_IPV6, IPV6_RECVECN, "IPV6_RECVECN", "41.50/4: 2", false },
};
enum { WISHES = sizeof wishes / sizeof *wishes };

/* A sender whose datagrams can be told from others by TTL and type of service. */
static void mark(SOCKET s, int family)
{
	if (family == AF_INET) {
		set(s, IPPROTO_IP, IP_TTL, 77);
		set(s, IPPROTO_IP, IP_TOS, 34);
		return;
	}
	set(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 77);
#ifdef __linux__ /* Winsock has no option for it */
	enum { KERNEL_IPV6 = 41, KERNEL_TCLASS = 67 };

	kernel_set(s, KERNEL_IPV6, KERNEL_TCLASS, 34);
#endif
}

static void one_by_one(int family)
{
	struct sockaddr_storage address;
	SOCKET ends[2];

	open_ends(family, ends, &address);
	mark(ends[0], family);
	for (const struct wish *wish = wishes; wish < wishes + WISHES; wish++) {
		if (wish->family != family)
			continue;
		if (!wish->wine)
			wine_todo("Wine has no such option");
		is_int(0, value_of(ends[1], wish->level, wish->option), "%s is off at first", wish->text);
		succeeds(set(ends[1], wish->level, wish->option, 1), "...can be turned on");
		send(ends[0], "x", 1, 0);
		get(ends[1], sizeof got.control);
		if (family == AF_INET6 && wish->option == IPV6_RECVTCLASS)
			wine_todo("the sender has no option for it");
		is_string(wish->brings, told(), "...brings its message");
		if (wish->wine)
			todo_end();
		succeeds(set(ends[1], wish->level, wish->option, 0), "...and can be turned off");
		todo_end();
		send(ends[0], "x", 1, 0);
		get(ends[1], sizeof got.control);
		is_string("", told(), "%s off again: no message", wish->text);
	}
	close_pair(ends);
}

#ifdef __linux__
/* The calls that know by themselves which option it is. */
static void ecn(int family)
{
	struct sockaddr_storage address;
	DWORD on = 77;
	SOCKET ends[2];

	open_ends(family, ends, &address);
	mark(ends[0], family);
	succeeds(WSAGetRecvIPEcn(ends[1], &on), "WSAGetRecvIPEcn%s", family == AF_INET6 ? ", IPv6" : "");
	is_int(FALSE, on, "...is FALSE at first");
	succeeds(WSASetRecvIPEcn(ends[1], TRUE), "WSASetRecvIPEcn");
	send(ends[0], "x", 1, 0);
	get(ends[1], sizeof got.control);
	is_string(family == AF_INET ? "0.50/4: 2" : "41.50/4: 2", told(), "...brings the bits");
	succeeds(WSAGetRecvIPEcn(ends[1], &on), "...and reads back");
	is_int(TRUE, on, "...as TRUE");
	succeeds(WSASetRecvIPEcn(ends[1], FALSE), "...until it is off again");
	send(ends[0], "x", 1, 0);
	get(ends[1], sizeof got.control);
	is_string("", told(), "...and brings none");
	close_pair(ends);
	fails(WSAENOTSOCK, WSASetRecvIPEcn(INVALID_SOCKET, TRUE), "...of no socket");
}

static bool is_readable(SOCKET s, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, &set, NULL, NULL, &time) == 1;
}

/* All that are wished for, whatever they share in the kernel; and those that are left, if one is not any
 * more. */
static void all_at_once(int family)
{
	struct sockaddr_storage address;
	char all[1024] = "", others[1024] = "";
	const struct wish *first = NULL;
	SOCKET ends[2];

	open_ends(family, ends, &address);
	mark(ends[0], family);
	for (const struct wish *wish = wishes; wish < wishes + WISHES; wish++) {
		if (wish->family != family)
			continue;
		set(ends[1], wish->level, wish->option, 1);
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", all[0] ? ", " : "",
			 wish->brings);
		if (first)
			snprintf(others + strlen(others), sizeof others - strlen(others), "%s%s",
				 others[0] ? ", " : "", wish->brings);
		else
			first = wish;
	}
	send(ends[0], "x", 1, 0);
	get(ends[1], sizeof got.control);
	is_string(all, told(), "all at once, family %d", family);
	set(ends[1], first->level, first->option, 0);
	send(ends[0], "x", 1, 0);
	get(ends[1], sizeof got.control);
	is_string(others, told(), "...and without %s", first->text);
	close_pair(ends);
}
#endif

/* The room for control messages, and what is said if it does not do. */
static void room(void)
{
	struct sockaddr_storage address;
	SOCKET ends[2];

	open_ends(AF_INET, ends, &address);
	set(ends[1], IPPROTO_IP, IP_PKTINFO, 1);
	send(ends[0], "hello", 6, 0);
	fails(WSAEMSGSIZE, get(ends[1], 1), "room for one byte of control messages");
	is_hex(MSG_CTRUNC, got.message.dwFlags, "...MSG_CTRUNC");
	wine_todo("Wine leaves the count alone");
	is_int(6, got.size, "...the datagram's size all the same");
	todo_end();
	ok(!memcmp(got.data, "hello", 6), "...and the datagram");

	send(ends[0], "hello", 6, 0);
	fails(WSAEMSGSIZE, get(ends[1], 0), "no room for control messages");
	is_hex(MSG_CTRUNC, got.message.dwFlags, "...MSG_CTRUNC");

	send(ends[0], "hello", 6, 0);
	succeeds(get(ends[1], WSA_CMSG_SPACE(sizeof(IN_PKTINFO))), "just enough room");
	is_hex(0, got.message.dwFlags, "...no flags");
	is_int(WSA_CMSG_SPACE(sizeof(IN_PKTINFO)), got.message.Control.len, "...which is used");
	is_string("0.19/8: 127.0.0.1 if 1", told(), "...for the message");

	send(ends[0], "hello", 6, 0);
	succeeds(get(ends[1], sizeof got.control), "more than enough room");
	is_int(WSA_CMSG_SPACE(sizeof(IN_PKTINFO)), got.message.Control.len, "...the length is what was used");

#ifdef __linux__ /* Wine wants more */
	set(ends[1], IPPROTO_IP, IP_PKTINFO, 0);
	set(ends[1], IPPROTO_IP, IP_RECVTTL, 1);
	mark(ends[0], AF_INET);
	send(ends[0], "hello", 6, 0);
	succeeds(get(ends[1], WSA_CMSG_LEN(sizeof(INT))), "no room for what aligns the next message");
	is_string("0.4/4: 77", told(), "...is room enough");
#endif
	close_pair(ends);
}

/* WSASendMsg with one or two control messages. */
struct control {
	int level, type;
	unsigned size;
	const void *data;
};

static int send_with(SOCKET s, const char *data, ULONG size, const struct control *one,
		     const struct control *two)
{
	ULONG64 room[32] = { 0 };
	WSABUF buffer = { size, (char *)data };
	WSAMSG message = { NULL, 0, &buffer, 1, { sizeof room, (char *)room }, 0 };
	const struct control *both[] = { one, two };
	WSACMSGHDR *header = WSA_CMSG_FIRSTHDR(&message);
	DWORD sent = 0, used = 0;

	for (int i = 0; i < 2 && both[i]; i++) {
		header = (WSACMSGHDR *)((char *)room + used);
		header->cmsg_len = WSA_CMSG_LEN(both[i]->size);
		header->cmsg_level = both[i]->level;
		header->cmsg_type = both[i]->type;
		memcpy(WSA_CMSG_DATA(header), both[i]->data, both[i]->size);
		used += (DWORD)WSA_CMSG_SPACE(both[i]->size);
	}
	message.Control.len = used;
	return WSASendMsg(s, &message, 0, &sent, NULL, NULL);
}

#ifdef __linux__
static int send_number(SOCKET s, int level, int type, int number)
{
	struct control control = { level, type, sizeof number, &number };

	return send_with(s, "x", 1, &control, NULL);
}

/* What is said for one datagram, is so for that one only. */
static void sent_numbers(int family)
{
	bool four = family == AF_INET;
	int level = four ? IPPROTO_IP : IPPROTO_IPV6, congestion = 1, class = 0xb8;
	struct control ecn = { level, IP_ECN, sizeof congestion, &congestion };
	struct control tos = { level, four ? IP_TOS : IPV6_TCLASS, sizeof class, &class };
	const char *before = four ? "0.4/4: 77, 0.3/4: 34" : "41.21/4: 77, 41.39/4: 34";
	struct sockaddr_storage address;
	SOCKET ends[2];

	open_ends(family, ends, &address);
	mark(ends[0], family);
	set(ends[1], level, four ? IP_RECVTTL : IPV6_HOPLIMIT, 1);
	set(ends[1], level, four ? IP_RECVTOS : IPV6_RECVTCLASS, 1);

	succeeds(send_number(ends[0], level, four ? IP_TTL : IPV6_HOPLIMIT, 5), "family %d: a TTL of 5",
		 family);
	get(ends[1], sizeof got.control);
	is_string(four ? "0.4/4: 5, 0.3/4: 34" : "41.21/4: 5, 41.39/4: 34", told(), "...arrives");
	if (four) {
		succeeds(send_number(ends[0], level, IP_HOPLIMIT, 6), "IP_HOPLIMIT is the same");
		get(ends[1], sizeof got.control);
		is_string("0.4/4: 6, 0.3/4: 34", told(), "...as can be seen");
	}
	succeeds(send_number(ends[0], level, four ? IP_TOS : IPV6_TCLASS, 0xb8), "a type of service");
	get(ends[1], sizeof got.control);
	is_string(four ? "0.4/4: 77, 0.3/4: 184" : "41.21/4: 77, 41.39/4: 184", told(), "...arrives");
	succeeds(send_number(ends[0], level, IP_ECN, 1), "ECN bits");
	get(ends[1], sizeof got.control);
	is_string(four ? "0.4/4: 77, 0.3/4: 33" : "41.21/4: 77, 41.39/4: 33", told(),
		  "...beside the socket's other bits");
	succeeds(send_with(ends[0], "x", 1, &ecn, &tos), "ECN bits, and a type of service");
	get(ends[1], sizeof got.control);
	is_string(four ? "0.4/4: 77, 0.3/4: 185" : "41.21/4: 77, 41.39/4: 185", told(), "...make one");
	succeeds(send_number(ends[0], level, four ? IP_TTL : IPV6_HOPLIMIT, -1), "a TTL of -1");
	get(ends[1], sizeof got.control);
	is_string(before, told(), "...leaves it as it is");
	send(ends[0], "x", 1, 0);
	get(ends[1], sizeof got.control);
	is_string(before, told(), "and so does each of them for the datagrams that follow");

	fails(WSAEINVAL, send_number(ends[0], level, IP_ECN, 3), "congestion experienced: a router's word");
	fails(WSAEINVAL, send_number(ends[0], level, IP_ECN, 4), "three ECN bits");
	fails(WSAEINVAL, send_number(ends[0], level, four ? IP_TTL : IPV6_HOPLIMIT, 256), "a TTL of 256");
	fails(WSAEINVAL, send_number(ends[0], level, four ? IP_TOS : IPV6_TCLASS, 256),
	      "a type of service of 256");
	fails(WSAEINVAL, send_number(ends[0], level, 1234, 1), "an unknown type");
	fails(WSAEINVAL, send_number(ends[0], 1234, IP_TTL, 1), "an unknown level");
	if (four)
		fails(WSAEINVAL, send_number(ends[0], IPPROTO_IPV6, IPV6_HOPLIMIT, 1),
		      "IPv6's on a socket of IPv4");
	close_pair(ends);
}

static void bad_control(void)
{
	ULONG64 room[8] = { 0 };
	WSACMSGHDR *header = (WSACMSGHDR *)room;
	WSABUF buffer = { 1, (char *)"x" };
	WSAMSG message = { NULL, 0, &buffer, 1, { sizeof room, (char *)room }, 0 };
	struct sockaddr_storage address;
	SOCKET ends[2];
	DWORD sent;

	open_ends(AF_INET, ends, &address);
	*header = (WSACMSGHDR){ WSA_CMSG_LEN(sizeof(INT)), IPPROTO_IP, IP_TTL };
	*(INT *)(void *)WSA_CMSG_DATA(header) = 9;
	message.Control.len = WSA_CMSG_LEN(sizeof(INT));
	succeeds(WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "a control message that is all right");
	message.Control.len--;
	fails(WSAEINVAL, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "one that ends too late");
	message.Control.len = sizeof *header - 1;
	fails(WSAEINVAL, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "half a header");
	message.Control.len = sizeof room;
	fails(WSAEINVAL, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "nothing after the first");
	message.Control.len = WSA_CMSG_SPACE(sizeof(INT));
	header->cmsg_len = WSA_CMSG_LEN(3);
	fails(WSAEINVAL, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "too little data");
	header->cmsg_len = 1;
	fails(WSAEINVAL, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "a length of 1");
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		message.Control = (WSABUF){ 32, bad->pointer };
		fails(WSAEFAULT, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "control is %s",
		      bad->name);
	}
	close_pair(ends);
}
#endif

/* Where a datagram comes from. */
static void sources(void)
{
	IN_PKTINFO info = { .ipi_ifindex = 0 };
	IN6_PKTINFO info6 = { .ipi6_addr = IN6ADDR_LOOPBACK_INIT };
	struct control source = { IPPROTO_IP, IP_PKTINFO, sizeof info, &info };
	struct control source6 = { IPPROTO_IPV6, IPV6_PKTINFO, sizeof info6, &info6 };
	struct sockaddr_storage address;
	SOCKET ends[2];

	open_ends(AF_INET, ends, &address);
	closesocket(ends[0]);
	ends[0] = new_socket(AF_INET, SOCK_DGRAM);
	inet_pton(AF_INET, "127.0.0.1", &info.ipi_addr);
	connect(ends[0], (struct sockaddr *)&address, sizeof(struct sockaddr_in));
	succeeds(send_with(ends[0], "x", 1, &source, NULL), "from 127.0.0.1");
#ifdef __linux__
	get(ends[1], sizeof got.control);
	inet_pton(AF_INET, "127.0.0.5", &info.ipi_addr);
	closesocket(ends[0]);
	ends[0] = new_socket(AF_INET, SOCK_DGRAM);

	struct sockaddr_in *from = (struct sockaddr_in *)&got.from;
	WSABUF buffer = { 1, (char *)"x" };
	ULONG64 room[8];
	WSAMSG message = { (struct sockaddr *)&address,
			   sizeof(struct sockaddr_in),
			   &buffer,
			   1,
			   { WSA_CMSG_SPACE(sizeof info), (char *)room },
			   0 };
	WSACMSGHDR *header = (WSACMSGHDR *)room;
	DWORD sent;

	*header = (WSACMSGHDR){ WSA_CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO };
	memcpy(WSA_CMSG_DATA(header), &info, sizeof info);
	succeeds(WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL),
		 "from 127.0.0.5, on a socket that is not connected");
	get(ends[1], sizeof got.control);
	is_hex(0x7f000005, ntohl(from->sin_addr.s_addr), "...as the receiver sees");

	inet_pton(AF_INET, "192.0.2.77", &info.ipi_addr);
	memcpy(WSA_CMSG_DATA(header), &info, sizeof info);
	fails(WSAEADDRNOTAVAIL, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL),
	      "from somebody else's address");
	info = (IN_PKTINFO){ .ipi_ifindex = 0x7ffffff };
	memcpy(WSA_CMSG_DATA(header), &info, sizeof info);
	fails(WSAEADDRNOTAVAIL, WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL),
	      "by an interface that is not there");
	info = (IN_PKTINFO){ .ipi_ifindex = 1 };
	memcpy(WSA_CMSG_DATA(header), &info, sizeof info);
	succeeds(WSASendMsg(ends[0], &message, 0, &sent, NULL, NULL), "by the loopback interface");
#endif
	close_pair(ends);

	open_ends(AF_INET6, ends, &address);
	succeeds(send_with(ends[0], "x", 1, &source6, NULL), "from ::1");
#ifdef __linux__
	info6.ipi6_addr.u.Byte[0] = 0x20;
	fails(WSAEADDRNOTAVAIL, send_with(ends[0], "x", 1, &source6, NULL),
	      "from somebody else's IPv6 address");
#endif
	close_pair(ends);
}

/* A socket of IPv6 that receives IPv4 as well has the options of both. */
#ifdef __linux__
static void dual_stack(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	SOCKET s = new_socket(AF_INET6, SOCK_DGRAM), four = new_socket(AF_INET, SOCK_DGRAM);
	int length = sizeof any;

	set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (bind(s, (struct sockaddr *)&any, sizeof any) || getsockname(s, (struct sockaddr *)&any, &length))
		bail("bind: %s", error_name(WSAGetLastError()));
	to.sin_port = any.sin6_port;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	any.sin6_addr = in6addr_loopback;

	succeeds(set(s, IPPROTO_IPV6, IPV6_PKTINFO, 1), "IPV6_PKTINFO on a socket of both");
	sendto(four, "4", 1, 0, (struct sockaddr *)&to, sizeof to);
	get(s, sizeof got.control);
	is_string("", told(), "...is not for datagrams of IPv4");
	succeeds(set(s, IPPROTO_IP, IP_PKTINFO, 1), "IP_PKTINFO on it");
	sendto(four, "4", 1, 0, (struct sockaddr *)&to, sizeof to);
	get(s, sizeof got.control);
	is_string("0.19/8: 127.0.0.1 if 1", told(), "...is");
	is_int(AF_INET6, got.from.ss_family, "...and their sender has an IPv6 address");
	sendto(s, "6", 1, 0, (struct sockaddr *)&any, sizeof any);
	get(s, sizeof got.control);
	is_string("41.19/20: ::1 if 1", told(), "datagrams of IPv6 have their own");
	closesocket(s);
	closesocket(four);
}

/* One buffer, several datagrams; and back again. */
static void segments(void)
{
	static char data[10000];
	DWORD size = 1000;
	struct control control = { IPPROTO_UDP, UDP_SEND_MSG_SIZE, sizeof size, &size };
	struct sockaddr_storage address;
	int received = 0, total = 0;
	SOCKET ends[2];

	open_ends(AF_INET, ends, &address);
	if (set(ends[0], IPPROTO_UDP, UDP_SEND_MSG_SIZE, 3000)) {
		skip(1, "this kernel cannot: %s", error_name(WSAGetLastError()));
		close_pair(ends);
		return;
	}
	is_int(3000, value_of(ends[0], IPPROTO_UDP, UDP_SEND_MSG_SIZE), "UDP_SEND_MSG_SIZE");
	is_int(10000, send(ends[0], data, sizeof data, 0), "send of more");
	for (; is_readable(ends[1], received < 4 ? 2000 : 0); received++) {
		get(ends[1], sizeof got.control);
		is_int(received < 3 ? 3000 : 1000, got.size, "...datagram %d", received);
	}
	is_int(4, received, "...are four");
	succeeds(WSASetUdpSendMessageSize(ends[0], 2000), "WSASetUdpSendMessageSize is that option");
	succeeds(WSAGetUdpSendMessageSize(ends[0], &size), "...and WSAGetUdpSendMessageSize");
	is_int(2000, size, "...reads it");
	size = 1000;
	set(ends[0], IPPROTO_UDP, UDP_SEND_MSG_SIZE, 0);
	succeeds(send_with(ends[0], data, 2500, &control, NULL), "the same for one call");
	for (received = 0; is_readable(ends[1], received < 3 ? 2000 : 0); received++) {
		get(ends[1], sizeof got.control);
		total += (int)got.size;
	}
	is_int(3, received, "...are three datagrams");
	is_int(2500, total, "...of all the bytes");
	size = 70000;
	fails(WSAEINVAL, send_with(ends[0], data, 2500, &control, NULL), "a size larger than a datagram");

	succeeds(set(ends[1], IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, 65527),
		 "UDP_RECV_MAX_COALESCED_SIZE");
	is_int(65527, value_of(ends[1], IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE), "...reads back");
	succeeds(WSAGetUdpRecvMaxCoalescedSize(ends[1], &size), "WSAGetUdpRecvMaxCoalescedSize");
	is_int(65527, size, "...reads it too");
	succeeds(WSASetUdpRecvMaxCoalescedSize(ends[1], 65527), "WSASetUdpRecvMaxCoalescedSize");
	size = 1000;
	succeeds(send_with(ends[0], data, 2500, &control, NULL), "three datagrams again");
	for (received = total = 0; total < 2500 && is_readable(ends[1], 2000); received++) {
		succeeds(get(ends[1], sizeof got.control), "WSARecvMsg");
		total += (int)got.size;
		if (got.size > 1000)
			is_string("17.3/4: 1000", told(), "...of which several came as one");
	}
	is_int(2500, total, "...all the bytes, in %d", received);
	succeeds(set(ends[1], IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, 3000),
		 "a size that Linux cannot keep to");
	is_int(3000, value_of(ends[1], IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE), "...reads back");
	succeeds(send_with(ends[0], data, 2500, &control, NULL), "three datagrams once more");
	for (received = 0; is_readable(ends[1], received < 3 ? 2000 : 0); received++)
		get(ends[1], sizeof got.control);
	is_int(3, received, "...which are not joined");
	close_pair(ends);
}

static SOCKET bound_to_any(int family, struct sockaddr_in *address)
{
	struct sockaddr_in any = { .sin_family = (short)family };
	int length = sizeof any;
	SOCKET s = new_socket(family, SOCK_DGRAM);

	if (bind(s, (struct sockaddr *)&any, sizeof any) || getsockname(s, (struct sockaddr *)&any, &length))
		bail("bind: %s", error_name(WSAGetLastError()));
	*address = any;
	return s;
}

/* To whom a datagram was sent. */
static void destinations(void)
{
	struct sockaddr_in to;
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	SOCKET s = bound_to_any(AF_INET, &to), a = new_socket(AF_INET, SOCK_DGRAM);
	struct ip_mreq group;
	struct ipv6_mreq group6 = { .ipv6mr_interface = 1 };
	int length = sizeof to6;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sendto(a, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
	get(s, sizeof got.control);
	is_hex(0, got.message.dwFlags, "a datagram to this host: no flags");
	set(a, SOL_SOCKET, SO_BROADCAST, 1);
	to.sin_addr.s_addr = htonl(0x7fffffff);
	is_int(1, sendto(a, "x", 1, 0, (struct sockaddr *)&to, sizeof to), "a broadcast");
	get(s, sizeof got.control);
	is_hex(MSG_BCAST, got.message.dwFlags, "...has MSG_BCAST");

	inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr);
	group.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(a, IPPROTO_IP, IP_MULTICAST_IF, (char *)&group.imr_interface, sizeof group.imr_interface);
	succeeds(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&group, sizeof group),
		 "IP_ADD_MEMBERSHIP");
	to.sin_addr = group.imr_multiaddr;
	is_int(1, sendto(a, "x", 1, 0, (struct sockaddr *)&to, sizeof to), "a datagram to the group");
	if (is_readable(s, 1000)) {
		get(s, sizeof got.control);
		is_hex(MSG_MCAST, got.message.dwFlags, "...has MSG_MCAST");
	} else {
		skip(1, "the loopback interface has no multicast here");
	}
	closesocket(s);
	closesocket(a);

	s = new_socket(AF_INET6, SOCK_DGRAM);
	if (bind(s, (struct sockaddr *)&to6, sizeof to6) || getsockname(s, (struct sockaddr *)&to6, &length))
		bail("bind: %s", error_name(WSAGetLastError()));
	inet_pton(AF_INET6, "ff11::4:5", &group6.ipv6mr_multiaddr);
	succeeds(setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&group6, sizeof group6),
		 "IPV6_ADD_MEMBERSHIP");
	to6.sin6_addr = group6.ipv6mr_multiaddr;
	set(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, 1);
	if (sendto(s, "x", 1, 0, (struct sockaddr *)&to6, sizeof to6) == 1 && is_readable(s, 1000)) {
		get(s, sizeof got.control);
		is_hex(MSG_MCAST, got.message.dwFlags, "a datagram to a group of IPv6 has MSG_MCAST");
	} else {
		skip(1, "the loopback interface has no multicast here");
	}
	closesocket(s);
}

/* What is not wanted does not come, and select does not say that it did. */
static void no_broadcasts(void)
{
	struct sockaddr_in to;
	SOCKET s = bound_to_any(AF_INET, &to), a = new_socket(AF_INET, SOCK_DGRAM);

	set(a, SOL_SOCKET, SO_BROADCAST, 1);
	to.sin_addr.s_addr = htonl(0x7fffffff);
	is_int(1, value_of(s, IPPROTO_IP, IP_RECEIVE_BROADCAST), "IP_RECEIVE_BROADCAST is on at first");
	sendto(a, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
	ok(is_readable(s, 2000), "...and a broadcast comes");
	get(s, sizeof got.control);
	succeeds(set(s, IPPROTO_IP, IP_RECEIVE_BROADCAST, 0), "IP_RECEIVE_BROADCAST off");
	is_int(0, value_of(s, IPPROTO_IP, IP_RECEIVE_BROADCAST), "...reads back");
	sendto(a, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
	ok(!is_readable(s, 50), "...and none comes");
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sendto(a, "y", 1, 0, (struct sockaddr *)&to, sizeof to);
	ok(is_readable(s, 2000), "...but what is sent to this host does");
	get(s, sizeof got.control);
	succeeds(set(s, IPPROTO_IP, IP_RECEIVE_BROADCAST, 1), "on again");
	to.sin_addr.s_addr = htonl(0x7fffffff);
	sendto(a, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
	ok(is_readable(s, 2000), "...and a broadcast comes");
	closesocket(s);
	closesocket(a);
}

static void interfaces(int family)
{
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, size;
	struct sockaddr_storage address;
	DWORD list[8];
	SOCKET ends[2];

	open_ends(family, ends, &address);
	size = sizeof list;
	fails(WSAEINVAL, getsockopt(ends[1], level, IP_GET_IFLIST, (char *)list, &size),
	      "family %d: no list at first", family);
	succeeds(set(ends[1], level, IP_IFLIST, 1), "IP_IFLIST");
	is_int(1, value_of(ends[1], level, IP_IFLIST), "...reads back");
	size = sizeof list;
	succeeds(getsockopt(ends[1], level, IP_GET_IFLIST, (char *)list, &size), "the list is there");
	is_int(0, size, "...and empty");
	send(ends[0], "x", 1, 0);
	ok(!is_readable(ends[1], 50), "...so that nothing comes");
	succeeds(set(ends[1], level, IP_ADD_IFLIST, 1234), "another interface");
	send(ends[0], "x", 1, 0);
	ok(!is_readable(ends[1], 50), "...does not help");
	succeeds(set(ends[1], level, IP_ADD_IFLIST, 1), "the loopback interface");
	send(ends[0], "y", 1, 0);
	ok(is_readable(ends[1], 2000), "...does");
	get(ends[1], sizeof got.control);
	is_int('y', got.data[0], "...from now on");
	size = sizeof list;
	succeeds(getsockopt(ends[1], level, IP_GET_IFLIST, (char *)list, &size), "the list");
	is_int(8, size, "...has two");
	ok(list[0] == 1234 && list[1] == 1, "...which are these");
	size = 4;
	fails(WSAEFAULT, getsockopt(ends[1], level, IP_GET_IFLIST, (char *)list, &size),
	      "...for which there has to be room");
	succeeds(set(ends[1], level, IP_DEL_IFLIST, 1), "without it");
	send(ends[0], "x", 1, 0);
	ok(!is_readable(ends[1], 50), "...nothing comes");
	succeeds(set(ends[1], level, IP_IFLIST, 0), "IP_IFLIST off");
	send(ends[0], "z", 1, 0);
	ok(is_readable(ends[1], 2000), "...and all comes");
	close_pair(ends);
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	find_extension((GUID)WSAID_WSARECVMSG, &receive_message);
	one_by_one(AF_INET);
	one_by_one(AF_INET6);
#ifdef __linux__ /* mingw-w64 does not have them */
	ecn(AF_INET);
	ecn(AF_INET6);
#endif
	room();
	sources();
#ifdef __linux__
	all_at_once(AF_INET);
	all_at_once(AF_INET6);
	sent_numbers(AF_INET);
	sent_numbers(AF_INET6);
	bad_control();
	dual_stack();
	segments();
	destinations();
	no_broadcasts();
	interfaces(AF_INET);
	interfaces(AF_INET6);
#endif
	winsock_end();
	return done();
}
