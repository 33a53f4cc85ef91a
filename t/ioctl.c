/* ioctlsocket and WSAIoctl: what the codes do, the order of checks, overlapped calls, codes nobody knows.
 *
 * t/ioctls.c has the lengths and pointers of every code; t/network.c what needs a network of its own. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>

#include "net.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>
#include <afunix.h>
#include "kernel.h"
#endif

/* FIONREAD or SIOCATMARK by either call: the number, or the error's name. */
static const char *get(SOCKET s, long code, bool by_wsaioctl)
{
	u_long value = 0xdeadbeef;
	DWORD bytes = 0xdead;
	int result = by_wsaioctl ? WSAIoctl(s, (DWORD)code, NULL, 0, &value, sizeof value, &bytes, NULL, NULL)
				 : ioctlsocket(s, code, &value);

	if (result)
		return error_name(WSAGetLastError());
	if (by_wsaioctl && bytes != sizeof value)
		return words("%lu bytes", (unsigned long)bytes);
	return words("%lu", (unsigned long)value);
}

static const char *set_blocking(SOCKET s, u_long nonblocking, bool by_wsaioctl)
{
	u_long value = nonblocking;
	DWORD bytes = 0xdead;
	int result = by_wsaioctl ? WSAIoctl(s, FIONBIO, &value, sizeof value, NULL, 0, &bytes, NULL, NULL)
				 : ioctlsocket(s, FIONBIO, &value);

	if (result)
		return error_name(WSAGetLastError());
	if (value != nonblocking || (by_wsaioctl && bytes))
		return words("%lu, %lu bytes", (unsigned long)value, (unsigned long)bytes);
	return "success";
}

static const char *blocks(SOCKET s)
{
	DWORD limit = 30;
	char byte;

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	return recv(s, &byte, 1, 0) < 0 ? error_name(WSAGetLastError()) : "data";
}

static void blocking(bool by_wsaioctl)
{
	const char *call = by_wsaioctl ? "WSAIoctl" : "ioctlsocket";
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	is_string("WSAETIMEDOUT", blocks(pair[0]), "%s: a socket blocks", call);
	is_string("success", set_blocking(pair[0], 1, by_wsaioctl), "FIONBIO 1");
	is_string("WSAEWOULDBLOCK", blocks(pair[0]), "...it does not");
#ifdef __linux__
	ok((fcntl((int)pair[0], F_GETFL) & O_NONBLOCK) != 0, "...nor for Linux");
#endif
	is_string("success", set_blocking(pair[0], 0, by_wsaioctl), "FIONBIO 0");
	is_string("WSAETIMEDOUT", blocks(pair[0]), "...it does again");
	is_string("success", set_blocking(pair[0], 0x100, by_wsaioctl), "FIONBIO 0x100");
	is_string("WSAEWOULDBLOCK", blocks(pair[0]), "...it does not");
	close_pair(pair);
	is_string("WSAENOTSOCK", set_blocking(pair[0], 1, by_wsaioctl), "FIONBIO of a closed socket");
	is_string("WSAENOTSOCK", set_blocking(INVALID_SOCKET, 1, by_wsaioctl), "FIONBIO of no socket");
}

static bool is_ready(SOCKET s, bool urgent)
{
	struct timeval time = { 2, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, urgent ? NULL : &set, NULL, urgent ? &set : NULL, &time) == 1;
}

static void counting(bool by_wsaioctl)
{
	const char *call = by_wsaioctl ? "WSAIoctl" : "ioctlsocket";
	SOCKET pair[2];
	char bytes[8];

	tcp_pair(AF_INET, pair);
	is_string("0", get(pair[0], FIONREAD, by_wsaioctl), "%s: FIONREAD of nothing", call);
	send(pair[1], "abc", 3, 0);
	ok(is_ready(pair[0], false), "three bytes come");
	is_string("3", get(pair[0], FIONREAD, by_wsaioctl), "FIONREAD");
	recv(pair[0], bytes, 2, 0);
	is_string("1", get(pair[0], FIONREAD, by_wsaioctl), "FIONREAD of what is left");
	is_string("1", get(pair[0], SIOCATMARK, by_wsaioctl), "SIOCATMARK without urgent data");
	send(pair[1], "!", 1, MSG_OOB);
	ok(is_ready(pair[0], true), "urgent data comes");
	wine_todo("Wine has Linux's notion of the mark");
	is_string("0", get(pair[0], SIOCATMARK, by_wsaioctl), "SIOCATMARK while it waits");
	todo_end();
	is_string("1", get(pair[0], FIONREAD, by_wsaioctl), "FIONREAD does not count it");
	recv(pair[0], bytes, 1, MSG_OOB);
	is_string("1", get(pair[0], FIONREAD, by_wsaioctl), "...nor afterwards");
	recv(pair[0], bytes, 1, 0);
	wine_todo("Wine has Linux's notion of the mark");
	is_string("1", get(pair[0], SIOCATMARK, by_wsaioctl), "SIOCATMARK when all is read");
	todo_end();
	close_pair(pair);

	udp_pair(AF_INET, pair);
	is_string("0", get(pair[0], FIONREAD, by_wsaioctl), "%s: FIONREAD of no datagram", call);
	send(pair[1], "abcd", 4, 0);
	ok(is_ready(pair[0], false), "a datagram comes");
	is_string("4", get(pair[0], FIONREAD, by_wsaioctl), "FIONREAD of a datagram");
	is_string("WSAEINVAL", get(pair[0], SIOCATMARK, by_wsaioctl), "SIOCATMARK of a datagram socket");
	close_pair(pair);
	is_string("WSAENOTSOCK", get(pair[0], FIONREAD, by_wsaioctl), "FIONREAD of a closed socket");
	is_string("WSAENOTSOCK", get(pair[0], SIOCATMARK, by_wsaioctl), "SIOCATMARK of a closed socket");
}

static const struct {
	const char *name;
	DWORD code;
} codes[] = { { "FIONBIO", FIONBIO }, { "FIONREAD", FIONREAD }, { "SIOCATMARK", SIOCATMARK } };

/* One bad pointer at a time. */
struct attempt {
	SOCKET s;
	DWORD code;
	void *argument; /* of ioctlsocket */
	void *in, *out;
	DWORD *bytes; /* these three of WSAIoctl */
	bool by_wsaioctl;
	int error;
};

static void attempt(void *argument)
{
	struct attempt *try = argument;
	int result = try->by_wsaioctl
			     ? WSAIoctl(try->s, try->code, try->in, 4, try->out, 4, try->bytes, NULL, NULL)
			     : ioctlsocket(try->s, (long)try->code, try->argument);

	try->error = result ? WSAGetLastError() : 0;
}

static const char *outcome_of(struct attempt *try)
{
	return crashes(attempt, try) ? "a crash" : error_name(try->error);
}

/* What a call leaves of 0xdead when it fails for its buffers. */
static void left_count(DWORD code, DWORD bytes)
{
	if (code == FIONREAD || code == SIOCATMARK) {
		is_hex(0xdead, bytes, "...and the count is left alone");
		return;
	}
	wine_todo("Wine leaves the count alone");
	is_int(0, bytes, "...and no bytes");
	todo_end();
}

static void pointers(void)
{
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
		for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
			struct attempt try = { .s = pair[0],
					       .code = codes[i].code,
					       .argument = bad->pointer };
			DWORD bytes = 0xdead, value = 0;

			is_string("WSAEFAULT", outcome_of(&try), "ioctlsocket, %s: %s", codes[i].name,
				  bad->name);
			try.by_wsaioctl = true;
			try.bytes = &bytes;
			try.in = codes[i].code == FIONBIO ? bad->pointer : NULL;
			try.out = codes[i].code == FIONBIO ? NULL : bad->pointer;
			is_string("WSAEFAULT", outcome_of(&try), "WSAIoctl, %s: %s", codes[i].name,
				  bad->name);
			left_count(codes[i].code, bytes);
			try.in = try.out = &value;
			try.bytes = (DWORD *)bad->pointer;
			if (bad->pointer)
				wine_todo("Wine uses bad pointers to the count");
			is_string("WSAEFAULT", outcome_of(&try), "WSAIoctl, %s, count: %s", codes[i].name,
				  bad->name);
			todo_end();
		}
	close_pair(pair);
}

/* NULL for the count goes before everything else; then comes the socket, then the code, then the lengths. */
static void order(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	DWORD bytes, value = 1;
	char page[64];

	fails(WSAEFAULT, WSAIoctl(s, 0xdeadbeef, NULL, 0, NULL, 0, NULL, NULL, NULL),
	      "no count, an unknown code");
	fails(WSAEFAULT, WSAIoctl(s, FIONBIO, &value, 4, NULL, 0, NULL, NULL, NULL), "no count, FIONBIO");
	bytes = 0xdead;
	wine_todo("Wine looks at the code first");
	fails(WSAENOTSOCK, WSAIoctl(INVALID_SOCKET, 0xdeadbeef, NULL, 0, NULL, 0, &bytes, NULL, NULL),
	      "no socket, an unknown code");
	todo_end();
	bytes = 0xdead;
	fails(WSAEOPNOTSUPP, WSAIoctl(s, 0xdeadbeef, NULL, 0, NULL, 0, &bytes, NULL, NULL),
	      "an unknown code");
	is_int(0, bytes, "...and no bytes");
	bytes = 0xdead;
	fails(WSAEOPNOTSUPP,
	      WSAIoctl(s, 0xdeadbeef, page, sizeof page, page, sizeof page, &bytes, NULL, NULL),
	      "an unknown code with buffers");
	is_int(0, bytes, "...and no bytes");

	for (DWORD size = 0; size < 4; size++) {
		bytes = 0xdead;
		fails(WSAEFAULT, WSAIoctl(s, FIONBIO, &value, size, NULL, 0, &bytes, NULL, NULL),
		      "FIONBIO with %lu bytes", (unsigned long)size);
		left_count(FIONBIO, bytes);
		bytes = 0xdead;
		fails(WSAEFAULT, WSAIoctl(s, FIONREAD, NULL, 0, &value, size, &bytes, NULL, NULL),
		      "FIONREAD into %lu bytes", (unsigned long)size);
		left_count(FIONREAD, bytes);
		bytes = 0xdead;
		fails(WSAEFAULT, WSAIoctl(s, SIOCATMARK, NULL, 0, &value, size, &bytes, NULL, NULL),
		      "SIOCATMARK into %lu bytes", (unsigned long)size);
		left_count(SIOCATMARK, bytes);
	}
	value = 1;
	bytes = 0xdead;
	succeeds(WSAIoctl(s, FIONBIO, &value, 4, before_bad_page(1) + 1, 4, &bytes, NULL, NULL),
		 "FIONBIO does not look at the output");
	succeeds(WSAIoctl(s, FIONBIO, &value, 4, page, sizeof page, &bytes, NULL, NULL),
		 "...nor at its length");
	is_int(0, bytes, "...and gives no bytes");
	closesocket(s);
}

static void unknown(void)
{
	static const long codes[] = { 0, 1, 0x5421, 0x541b, 0x8905, 0x7fffffff };
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	u_long value = 1;

	for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) {
		fails(WSAEOPNOTSUPP, ioctlsocket(s, codes[i], &value), "ioctlsocket, %#lx", codes[i]);
		is_int(1, value, "...leaves the value alone");
	}
	closesocket(s);
}

/* Nothing here takes time, so that an overlapped call is over when it comes back. */
static void overlapped(void)
{
	SOCKET pair[2];
	struct tcp_keepalive values = { 1, 1000, 1000 };
	WSAOVERLAPPED overlapped;
	DWORD bytes = 0xdead, value;

	tcp_pair(AF_INET, pair);
	send(pair[1], "abc", 3, 0);
	ok(is_ready(pair[0], false), "three bytes come");
	memset(&overlapped, 0xcc, sizeof overlapped);
	overlapped.hEvent = NULL;
	succeeds(WSAIoctl(pair[0], FIONREAD, NULL, 0, &value, sizeof value, &bytes, &overlapped, NULL),
		 "FIONREAD, overlapped");
	is_int(3, value, "...the number");
	is_int(sizeof value, bytes, "...its bytes");
	is_int(0, (unsigned)overlapped.Internal, "...the status");
	is_int(0, (long long)overlapped.InternalHigh, "...which counts no bytes");

	bytes = 0xdead;
	overlapped.Internal = overlapped.InternalHigh = 0xdead;
	fails(WSAEFAULT,
	      WSAIoctl(pair[0], SIO_KEEPALIVE_VALS, &values, sizeof values - 1, NULL, 0, &bytes, &overlapped,
		       NULL),
	      "SIO_KEEPALIVE_VALS, overlapped, a byte too few");
	is_int(0xdead, bytes, "...leaves the count alone");
	wine_todo("Wine leaves the status alone too");
	is_hex(0x103, (unsigned)overlapped.Internal, "...the status is STATUS_PENDING");
	todo_end();
	is_int(0xdead, (long long)overlapped.InternalHigh, "...and its bytes are left alone");
	succeeds(WSAIoctl(pair[0], SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, &overlapped,
			  NULL),
		 "SIO_KEEPALIVE_VALS, overlapped");
	is_int(0, (unsigned)overlapped.Internal, "...the status");
	is_int(0, (long long)overlapped.InternalHigh, "...the bytes");
	wine_todo("Wine sets it");
	is_int(0xdead, bytes, "...and the count is left alone");
	todo_end();
	close_pair(pair);
}

/* Windows treats an unknown code as an operation that fails later. */
static void overlapped_unknown(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	WSAOVERLAPPED overlapped = { 0 };
	DWORD bytes = 0xdead;

	fails(WSAEFAULT, WSAIoctl(s, 0xdeadbeef, NULL, 0, NULL, 0, NULL, &overlapped, NULL),
	      "overlapped, no count, an unknown code");
	fails(WSA_IO_PENDING, WSAIoctl(s, 0xdeadbeef, NULL, 0, NULL, 0, &bytes, &overlapped, NULL),
	      "overlapped, an unknown code");
	is_int(0xdead, bytes, "...the count is left alone");
	is_int(0, (long long)overlapped.InternalHigh, "...and counts no bytes");
	is_hex(0xc00000bb, (unsigned)overlapped.Internal, "...whose status is STATUS_NOT_SUPPORTED");
	closesocket(s);
}

/* WSAIoctl without OVERLAPPED: "success" or the error's name, and in `count` the bytes. */
static DWORD count;

static const char *control(SOCKET s, DWORD code, const void *in, DWORD in_size, void *out, DWORD out_size)
{
	count = 0xdead;
	return outcome(WSAIoctl(s, code, (void *)in, in_size, out, out_size, &count, NULL, NULL));
}

static const char *set(SOCKET s, DWORD code, DWORD value)
{
	return control(s, code, &value, sizeof value, NULL, 0);
}

static struct sockaddr_in internet(unsigned address, unsigned port)
{
	struct sockaddr_in name = { .sin_family = AF_INET };

	name.sin_addr.s_addr = htonl(address);
	name.sin_port = htons((unsigned short)port);
	return name;
}

static void handles(void)
{
	static const DWORD codes[] = { SIO_BASE_HANDLE, SIO_BSP_HANDLE, SIO_BSP_HANDLE_SELECT,
				       SIO_BSP_HANDLE_POLL, SIO_QUERY_TARGET_PNP_HANDLE };
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

	for (int i = 0; i < 2; i++) {
		SOCKET s = new_socket(AF_INET, types[i]), base;
		WSAOVERLAPPED overlapped = { .Internal = 0xdead };

		for (unsigned n = 0; n < sizeof codes / sizeof *codes; n++) {
			base = 0;
			if (n)
				wine_todo("Wine knows SIO_BASE_HANDLE alone");
			is_string("success", control(s, codes[n], NULL, 0, &base, sizeof base),
				  "the handle of %#lx", (unsigned long)codes[n]);
			is_int((long long)s, (long long)base, "...is the socket itself");
			todo_end();
		}
		base = 0;
		fails(WSA_IO_PENDING,
		      WSAIoctl(s, SIO_BASE_HANDLE, NULL, 0, &base, sizeof base, &count, &overlapped, NULL),
		      "SIO_BASE_HANDLE, overlapped");
		is_hex(0xc00000bb, (unsigned)overlapped.Internal, "...is not supported");
		is_int(0, (long long)base, "...and gives none");
		wine_todo("Wine does not know it");
		fails(WSAEFAULT,
		      WSAIoctl(s, SIO_BSP_HANDLE_POLL, NULL, 0, &base, sizeof base, &count, &overlapped,
			       NULL),
		      "SIO_BSP_HANDLE_POLL, overlapped");
		todo_end();
		closesocket(s);
	}
}

static void extensions(void)
{
	GUID bogus = { .Data1 = 0xdeadbeef }, send_message = WSAID_WSASENDMSG;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	WSAOVERLAPPED overlapped = { .Internal = 0xdead, .InternalHigh = 0xdead };
	void *function = NULL;

	is_string("WSAEINVAL",
		  control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &bogus, sizeof bogus, &function,
			  sizeof function),
		  "a function that nobody knows");
	count = 0xdead;
	fails(WSAEINVAL,
	      WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &bogus, sizeof bogus, &function,
		       sizeof function, &count, &overlapped, NULL),
	      "...overlapped");
	is_hex(0xdead, count, "...leaves the count alone");
	is_hex(0xdead, (unsigned)overlapped.Internal, "...and the status");
	is_hex(0xdead, (unsigned)overlapped.InternalHigh, "...and its bytes");
	is_string("success",
		  control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &send_message, sizeof send_message,
			  &function, sizeof function),
		  "WSASendMsg is one");
	is_int(sizeof function, count, "...a pointer");
	ok(function != NULL, "...to something");
#ifdef __linux__
	fails(WSAENOTSOCK, ((LPFN_WSASENDMSG)function)(INVALID_SOCKET, NULL, 0, NULL, NULL, NULL),
	      "...that is called");
#endif
	closesocket(s);
}

/* Which local address leads to another. */
static void routing(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_in to = { 0 }, from;
	const DWORD size = sizeof to;

	wine_todo("Wine has WSAEFAULT");
	is_string("WSAEINVAL", control(s, SIO_ROUTING_INTERFACE_QUERY, &to, size - 1, &from, size),
		  "a route to an address that is too short");
	todo_end();
	is_hex(0xdead, count, "...leaves the count alone");
	wine_todo("Wine has WSAEFAULT");
	is_string("WSAEINVAL", control(s, SIO_ROUTING_INTERFACE_QUERY, NULL, size, &from, size),
		  "...to NULL");
	todo_end();
	is_hex(0xdead, count, "...leaves the count alone");
	is_string("WSAEAFNOSUPPORT", control(s, SIO_ROUTING_INTERFACE_QUERY, &to, size, &from, size),
		  "...to an address of no family");
	is_hex(0xdead, count, "...leaves the count alone");
	to = internet(INADDR_ANY, 0);
	wine_todo("Wine finds one");
	is_string("WSAEINVAL", control(s, SIO_ROUTING_INTERFACE_QUERY, &to, size, &from, size),
		  "...to 0.0.0.0");
	is_hex(0xdead, count, "...leaves the count alone");
	todo_end();
	to = internet(INADDR_LOOPBACK, 99);
	is_string("success", control(s, SIO_ROUTING_INTERFACE_QUERY, &to, size, &from, size),
		  "...to 127.0.0.1");
	is_int(size, count, "...gives an address");
	is_int(AF_INET, from.sin_family, "...of the family");
	wine_todo("Wine looks for the first interface");
	is_hex(INADDR_LOOPBACK, ntohl(from.sin_addr.s_addr), "...which is 127.0.0.1 as well");
	todo_end();
	is_int(0, from.sin_port, "...without a port");
	is_string("WSAEFAULT", control(s, SIO_ROUTING_INTERFACE_QUERY, &to, size, &from, size - 1),
		  "...into too little room");
	wine_todo("Wine leaves it alone");
	is_int(size, count, "...counts what is needed");
	todo_end();
	is_string("WSAEFAULT", control(s, SIO_ROUTING_INTERFACE_QUERY, &to, size, NULL, size),
		  "...into NULL");
	is_hex(0xdead, count, "...leaves the count alone");
	closesocket(s);
}

static void addresses(int family)
{
	const DWORD head = offsetof(SOCKET_ADDRESS_LIST, Address);
	const DWORD each = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	union {
		SOCKET_ADDRESS_LIST list;
		char bytes[8192];
	} room;
	const SOCKET_ADDRESS *address = room.list.Address;
	SOCKET s = new_socket(family, SOCK_STREAM), bound;
	DWORD needed, i;

	is_string("WSAEFAULT", control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, NULL, 0),
		  "the addresses of %s, without room", family == AF_INET ? "IPv4" : "IPv6");
	needed = count;
	is_string("success", control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, &room, sizeof room), "...with room");
	is_int(needed, count, "...as many bytes as were needed");
	is_int(head + (sizeof(SOCKET_ADDRESS) + each) * room.list.iAddressCount, count,
	       "...which are the list and its addresses");
	for (i = 0; i < (DWORD)room.list.iAddressCount; i++, address++) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)address->lpSockaddr;

		is_int(each, address->iSockaddrLength, "address %lu has its length", (unsigned long)i);
		ok((char *)address->lpSockaddr > room.bytes &&
			   (char *)address->lpSockaddr < room.bytes + count,
		   "...stands in the buffer");
		is_int(family, in->sin_family, "...has the family");
		if (family == AF_INET)
			ok(ntohl(in->sin_addr.s_addr) >> 24 != 127, "...and is not that of the loopback");
		bound = new_socket(family, SOCK_DGRAM);
		succeeds(bind(bound, address->lpSockaddr, address->iSockaddrLength),
			 "...a socket can be bound to it");
		closesocket(bound);
	}
	is_string("WSAEFAULT", control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, &room, 0), "into no bytes");
	is_int(needed, count, "...counts what is needed");
	for (DWORD size = 1; size < 4; size++) {
		is_string("WSAEINVAL", control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, &room, size),
			  "into %lu bytes", (unsigned long)size);
		is_int(0, count, "...counts none");
	}
	if (room.list.iAddressCount) {
		memset(&room, 0xcc, sizeof room);
		is_string("WSAEFAULT", control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, &room, head),
			  "into room for the count");
		is_int(needed, count, "...counts what is needed");
		is_hex(0xcccccccc, (unsigned)room.list.iAddressCount, "...and writes nothing");
	}
	if (!is_wine()) /* which hangs */
		is_string("WSAEFAULT",
			  control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, before_bad_page(4), sizeof room),
			  "into what is no memory");
	closesocket(s);
}

static void interfaces(void)
{
	INTERFACE_INFO list[64];
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	WSAOVERLAPPED overlapped = { 0 };
	bool loopback = false;
	DWORD size, i;

	is_string("success", control(s, SIO_GET_INTERFACE_LIST, NULL, 0, list, sizeof list),
		  "the interfaces");
	size = count;
	ok(size && size % sizeof *list == 0, "...some of them");
	for (i = 0; i < size / sizeof *list; i++) {
		bool broadcasts = list[i].iiFlags & IFF_BROADCAST;

		loopback = loopback || list[i].iiFlags & IFF_LOOPBACK;
		is_int(AF_INET, list[i].iiAddress.AddressIn.sin_family, "interface %lu has an address",
		       (unsigned long)i);
		ok(list[i].iiAddress.AddressIn.sin_addr.s_addr != 0, "...that is one");
		ok(list[i].iiNetmask.AddressIn.sin_addr.s_addr != 0, "...and a mask");
		if (!(list[i].iiFlags & IFF_POINTTOPOINT))
			is_int(broadcasts, list[i].iiBroadcastAddress.AddressIn.sin_addr.s_addr != 0,
			       "...and an address to broadcast to, if it can");
	}
	ok(loopback, "the loopback is among them");
	is_string("WSAEFAULT", control(s, SIO_GET_INTERFACE_LIST, NULL, 0, list, sizeof *list - 1),
		  "into too little room");
	is_int(0, count, "...counts nothing");
	count = 0xdead;
	fails(WSA_IO_PENDING,
	      WSAIoctl(s, SIO_GET_INTERFACE_LIST, NULL, 0, list, sizeof list, &count, &overlapped, NULL),
	      "overlapped");
	sleep_ms(is_wine() ? 100 : 0);
	is_hex(0xdead, count, "...leaves the count alone");
	is_hex(0, (unsigned)overlapped.Internal, "...its status");
	is_int(size, (long long)overlapped.InternalHigh, "...its bytes");
	fails(WSA_IO_PENDING,
	      WSAIoctl(s, SIO_GET_INTERFACE_LIST, NULL, 0, list, sizeof *list - 1, &count, &overlapped, NULL),
	      "overlapped, into too little room");
	sleep_ms(is_wine() ? 100 : 0);
	is_hex(0xc0000023, (unsigned)overlapped.Internal, "...its status is STATUS_BUFFER_TOO_SMALL");
	is_int(0, (long long)overlapped.InternalHigh, "...and counts no bytes");
	closesocket(s);
}

static void broadcast_address(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_in name = { 0 };

	wine_todo("Wine does not know it");
	is_string("success", control(s, SIO_GET_BROADCAST_ADDRESS, NULL, 0, &name, sizeof name),
		  "the broadcast address");
	is_int(AF_INET, name.sin_family, "...is of IPv4");
	is_hex(INADDR_BROADCAST, ntohl(name.sin_addr.s_addr), "...and 255.255.255.255");
	todo_end();
	closesocket(s);
}

/* A UDP socket that blocks for a short time only. */
static SOCKET patient_socket(int family, struct sockaddr_storage *name, int *length)
{
	SOCKET s = bound_socket(family, SOCK_DGRAM, name, length);
	DWORD limit = 100;

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	return s;
}

static const char *receive(SOCKET s)
{
	char bytes[16];
	int result = recv(s, bytes, sizeof bytes, 0);

	return result < 0 ? error_name(WSAGetLastError()) : words("%d bytes", result);
}

/* A datagram to a port that nobody has comes back as an ICMP message. */
static void refused_datagram(void)
{
	struct sockaddr_storage name, nobody;
	int length;
	SOCKET s, other = bound_socket(AF_INET, SOCK_DGRAM, &nobody, &length);

	closesocket(other); /* nobody has its port now */
	s = patient_socket(AF_INET, &name, &length);
	is_int(1, sendto(s, "x", 1, 0, (struct sockaddr *)&nobody, length), "a datagram to nobody");
	wine_todo("Wine hears of it on connected sockets alone");
	ok(is_ready(s, false), "...makes the socket readable");
	is_string("WSAECONNRESET", receive(s), "...is reported to the next receive");
	todo_end();
	is_string("WSAETIMEDOUT", receive(s), "...once");
	is_string("success", set(s, SIO_UDP_CONNRESET, FALSE), "SIO_UDP_CONNRESET FALSE");
	sendto(s, "x", 1, 0, (struct sockaddr *)&nobody, length);
	is_string("WSAETIMEDOUT", receive(s), "...it is not");
	closesocket(s);
}

#ifdef __linux__
/* The same of each family, and of a socket that is connected to nobody. */
static void refused_datagrams(int family, bool connected)
{
	struct sockaddr_storage name, nobody;
	int length;
	SOCKET s, other = bound_socket(family, SOCK_DGRAM, &nobody, &length);
	const char *kind = words("%s, %s", family == AF_INET ? "IPv4" : "IPv6",
				 connected ? "connected" : "not connected");

	closesocket(other); /* nobody has its port now */
	s = patient_socket(family, &name, &length);
	if (connected)
		connect(s, (struct sockaddr *)&nobody, length);
#define REFUSED() (connected ? send(s, "x", 1, 0) : sendto(s, "x", 1, 0, (struct sockaddr *)&nobody, length))
	is_int(1, REFUSED(), "%s: a datagram to nobody", kind);
	ok(is_ready(s, false), "...makes the socket readable");
	is_string("WSAECONNRESET", receive(s), "...is reported to the next receive");
	is_string("WSAETIMEDOUT", receive(s), "...once");
	for (int i = 0; i < 3; i++)
		is_int(1, REFUSED(), "no send fails for it");
	is_string("WSAECONNRESET", receive(s), "...but a receive does");
	while (!strcmp(receive(s), "WSAECONNRESET"))
		;
	if (!connected) {
		sendto(s, "self", 4, 0, (struct sockaddr *)&name, length);
		is_string("4 bytes", receive(s), "...and then datagrams come as before");
	}

	is_string("success", set(s, SIO_UDP_CONNRESET, FALSE), "SIO_UDP_CONNRESET FALSE");
	is_int(0, count, "...gives nothing");
	REFUSED();
	is_int(1, REFUSED(), "...no send fails");
	is_string("WSAETIMEDOUT", receive(s), "...nor a receive");
	is_string("success", set(s, SIO_UDP_NETRESET, FALSE), "SIO_UDP_NETRESET FALSE, too");
	REFUSED();
	is_int(1, REFUSED(), "...no send fails");
	is_string("WSAETIMEDOUT", receive(s), "...nor a receive");
	{
		struct timeval soon = { 0, 50000 };
		fd_set set;

		REFUSED();
		FD_ZERO(&set);
		FD_SET(s, &set);
		is_int(0, select(0, &set, NULL, NULL, &soon), "...and select does not call it readable");
	}
	is_string("success", set(s, SIO_UDP_CONNRESET, TRUE), "SIO_UDP_CONNRESET TRUE");
	REFUSED();
	is_string("WSAECONNRESET", receive(s), "...it is reported again");
#undef REFUSED
	closesocket(s);
}

/* What only the kernel can confirm, or Wine does not know at all. */
static void statistics(void)
{
	TCP_INFO_v0 v0;
	TCP_INFO_v1 v1;
	char bytes[1000] = { 0 };
	DWORD version = 0, backlog = 0, again = 0;
	SOCKET pair[2], s = new_socket(AF_INET, SOCK_STREAM);

	is_string("success", control(s, SIO_TCP_INFO, &version, 4, &v0, sizeof v0),
		  "SIO_TCP_INFO of a new socket");
	is_int(sizeof v0, count, "...gives a TCP_INFO_v0");
	is_int(TCPSTATE_CLOSED, v0.State, "...which is closed");
	is_string("WSAENOTCONN", control(s, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, &backlog, 4),
		  "it has no backlog");
	closesocket(s);
	s = listening_socket(AF_INET, &(struct sockaddr_storage){ 0 }, &(int){ 0 });
	control(s, SIO_TCP_INFO, &version, 4, &v0, sizeof v0);
	is_int(TCPSTATE_LISTEN, v0.State, "one that listens does");
	closesocket(s);

	tcp_pair(AF_INET, pair);
	send(pair[0], bytes, sizeof bytes, 0);
	ok(is_ready(pair[1], false), "a connection with 1000 bytes");
	sleep_ms(20);
	is_string("success", control(pair[0], SIO_TCP_INFO, &version, 4, &v0, sizeof v0), "SIO_TCP_INFO");
	ok(v0.ConnectionTimeMs >= 20 && v0.ConnectionTimeMs < 60000, "...how long it has been connected");
	is_int(TCPSTATE_ESTABLISHED, v0.State, "...is established");
	is_int(1000, (long long)v0.BytesOut, "...the bytes sent");
	is_int(0, (long long)v0.BytesIn, "...and received");
	ok(v0.Mss > 500 && v0.Cwnd >= v0.Mss && v0.SndWnd > 0 && v0.RcvWnd > 0, "...its windows");
	ok(v0.RttUs > 0 && v0.MinRttUs > 0, "...its round trip time");
	version = 1;
	is_string("success", control(pair[1], SIO_TCP_INFO, &version, 4, &v1, sizeof v1), "version 1");
	is_int(sizeof v1, count, "...gives a TCP_INFO_v1");
	is_int(1000, (long long)v1.BytesIn, "...the bytes received");
	is_string("WSAEINVAL", control(pair[1], SIO_TCP_INFO, &version, 4, &v1, sizeof v1 - 1),
		  "...into too little room");
	is_int(0, count, "...gives nothing");
	version = 2;
	is_string("WSAEINVAL", control(pair[1], SIO_TCP_INFO, &version, 4, &v1, sizeof v1), "version 2");
	is_string("success", control(pair[0], SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, &backlog, 4),
		  "the backlog");
	ok(backlog >= 0x10000 && backlog <= 0x1000000, "...is 64 KiB to 16 MiB");
	succeeds(idealsendbacklogquery(pair[0], &again), "idealsendbacklogquery");
	is_int(backlog, again, "...says the same");
	is_string("success", control(pair[0], FIONBIO, &(u_long){ 1 }, 4, NULL, 0), "without blocking");
	fails(WSAEWOULDBLOCK, idealsendbacklognotify(pair[0], NULL, NULL),
	      "...idealsendbacklognotify would wait for another");
	close_pair(pair);
}

static void first_retransmissions(void)
{
	enum { KERNEL_SYNCNT = 7 };
	TCP_INITIAL_RTO_PARAMETERS parameters = { 0, 3 };
	SOCKET pair[2], s = new_socket(AF_INET, SOCK_STREAM);
	int usual = kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT);

	is_string("success", control(s, SIO_TCP_INITIAL_RTO, &parameters, sizeof parameters, NULL, 0),
		  "SIO_TCP_INITIAL_RTO with 3 retransmissions");
	is_int(3, kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT), "...the kernel knows");
	parameters.MaxSynRetransmissions = TCP_INITIAL_RTO_UNSPECIFIED_MAX_SYN_RETRANSMISSIONS;
	control(s, SIO_TCP_INITIAL_RTO, &parameters, sizeof parameters, NULL, 0);
	is_int(3, kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT), "unspecified changes nothing");
	parameters.MaxSynRetransmissions = TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS;
	control(s, SIO_TCP_INITIAL_RTO, &parameters, sizeof parameters, NULL, 0);
	is_int(1, kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT), "none is the kernel's least");
	parameters.MaxSynRetransmissions = TCP_INITIAL_RTO_DEFAULT_MAX_SYN_RETRANSMISSIONS;
	control(s, SIO_TCP_INITIAL_RTO, &parameters, sizeof parameters, NULL, 0);
	is_int(usual, kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT), "the default is the default again");
	closesocket(s);
	tcp_pair(AF_INET, pair);
	is_string("WSAEINVAL", control(pair[0], SIO_TCP_INITIAL_RTO, &parameters, sizeof parameters, NULL, 0),
		  "of a connection it is too late");
	is_string("WSAEINVAL", set(pair[0], SIO_LOOPBACK_FAST_PATH, TRUE),
		  "...and for SIO_LOOPBACK_FAST_PATH");
	close_pair(pair);
}

static void compatibility(void)
{
	enum { KERNEL_WINDOW_CLAMP = 10, XP = 0x05010000, VISTA = 0x06000000 };
	WSA_COMPATIBILITY_MODE mode = { WsaBehaviorAutoTuning, XP };
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	int usual = kernel_get(s, KERNEL_TCP, KERNEL_WINDOW_CLAMP);

	is_string("success", control(s, SIO_SET_COMPATIBILITY_MODE, &mode, sizeof mode, NULL, 0),
		  "the auto-tuning of Windows XP");
	is_int(65535, kernel_get(s, KERNEL_TCP, KERNEL_WINDOW_CLAMP),
	       "...is a window of 65535 bytes at most");
	mode.TargetOsVersion = VISTA;
	control(s, SIO_SET_COMPATIBILITY_MODE, &mode, sizeof mode, NULL, 0);
	is_int(usual, kernel_get(s, KERNEL_TCP, KERNEL_WINDOW_CLAMP), "...that of Vista is not");
	mode.BehaviorId = (WSA_COMPATIBILITY_BEHAVIOR_ID)3;
	is_string("WSAEINVAL", control(s, SIO_SET_COMPATIBILITY_MODE, &mode, sizeof mode, NULL, 0),
		  "a behaviour that is none");
	closesocket(s);
}

static void peer_process(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	SOCKET listener = new_socket(AF_UNIX, SOCK_STREAM), s = new_socket(AF_UNIX, SOCK_STREAM), accepted;
	DWORD process = 0;

	snprintf(name.sun_path, sizeof name.sun_path, "/tmp/ioctl-test-%d", (int)getpid());
	unlink(name.sun_path);
	succeeds(bind(listener, (struct sockaddr *)&name, sizeof name), "an AF_UNIX socket");
	listen(listener, 1);
	succeeds(connect(s, (struct sockaddr *)&name, sizeof name), "...has a peer");
	accepted = accept(listener, NULL, NULL);
	is_string("success", control(accepted, SIO_AF_UNIX_GETPEERPID, NULL, 0, &process, sizeof process),
		  "SIO_AF_UNIX_GETPEERPID");
	is_int(getpid(), process, "...is this process");
	closesocket(accepted);
	closesocket(s);
	closesocket(listener);
	unlink(name.sun_path);
}

static void processors(void)
{
	SOCKET_PROCESSOR_AFFINITY affinity = { .Reserved = 1 };
	USHORT processor = 0, nowhere = 60000;
	SOCKET pair[2], s = new_socket(AF_INET, SOCK_DGRAM);

	tcp_pair(AF_INET, pair);
	is_string("success",
		  control(pair[0], SIO_QUERY_RSS_PROCESSOR_INFO, NULL, 0, &affinity, sizeof affinity),
		  "the processor of a connection");
	ok(affinity.Processor.Group * 64 + affinity.Processor.Number < sysconf(_SC_NPROCESSORS_CONF),
	   "...is there");
	close_pair(pair);
	is_string("WSAEINVAL", control(s, SIO_CPU_AFFINITY, &nowhere, sizeof nowhere, NULL, 0),
		  "a processor that is not there");
	is_string("success", control(s, SIO_CPU_AFFINITY, &processor, sizeof processor, NULL, 0),
		  "the first processor");
	is_int(0, kernel_get(s, KERNEL_SOL_SOCKET, 49), "...the kernel knows");
	closesocket(s);
	s = bound_socket(AF_INET, SOCK_DGRAM, &(struct sockaddr_storage){ 0 }, &(int){ 0 });
	is_string("WSAEINVAL", control(s, SIO_CPU_AFFINITY, &processor, sizeof processor, NULL, 0),
		  "of a bound socket it is too late");
	closesocket(s);
}

static void transport_settings(void)
{
	REAL_TIME_NOTIFICATION_SETTING_INPUT input = { .TransportSettingId.Guid =
							       REAL_TIME_NOTIFICATION_CAPABILITY };
	REAL_TIME_NOTIFICATION_SETTING_OUTPUT output = { CONTROL_CHANNEL_TRIGGER_STATUS_INVALID };
	GUID bogus = { .Data1 = 1 };
	SOCKET pair[2], s = new_socket(AF_INET, SOCK_STREAM);

	is_string("WSAENOTCONN", control(s, SIO_APPLY_TRANSPORT_SETTING, &input, sizeof input, NULL, 0),
		  "a channel trigger needs a connection");
	closesocket(s);
	tcp_pair(AF_INET, pair);
	is_string("success", control(pair[0], SIO_APPLY_TRANSPORT_SETTING, &input, sizeof input, NULL, 0),
		  "...it has one");
	is_string("success",
		  control(pair[0], SIO_QUERY_TRANSPORT_SETTING, &input, 16, &output, sizeof output),
		  "...its status");
	is_int(CONTROL_CHANNEL_TRIGGER_STATUS_SERVICE_UNAVAILABLE, output.ChannelStatus,
	       "...is that there is no service");
	is_int(ERROR_INSUFFICIENT_BUFFER,
	       WSAIoctl(pair[0], SIO_QUERY_TRANSPORT_SETTING, &input, 16, &output, 3, &count, NULL, NULL)
		       ? WSAGetLastError()
		       : 0,
	       "...into too little room");
	is_int(sizeof output, count, "...counts what is needed");
	is_string("WSAEINVAL",
		  control(pair[0], SIO_QUERY_TRANSPORT_SETTING, &bogus, 16, &output, sizeof output),
		  "another setting");
	close_pair(pair);
}

/* Joins a group on the loopback. */
static SOCKET member(struct sockaddr_in *group)
{
	struct sockaddr_storage name;
	struct ip_mreq request;
	int length;
	SOCKET s = bound_socket(AF_INET, SOCK_DGRAM, &name, &length);
	DWORD limit = 200;

	closesocket(s);
	s = new_socket(AF_INET, SOCK_DGRAM);
	*group = internet(INADDR_ANY, ntohs(((struct sockaddr_in *)&name)->sin_port));
	bind(s, (struct sockaddr *)group, sizeof *group);
	group->sin_addr.s_addr = inet_addr("239.255.7.7");
	request.imr_multiaddr = group->sin_addr;
	request.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
	succeeds(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&request, sizeof request),
		 "a member of a group");
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	return s;
}

/* A socket that sends to groups over the loopback, from this address. */
static SOCKET sender(unsigned address)
{
	struct sockaddr_in name = internet(address, 0);
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	bind(s, (struct sockaddr *)&name, sizeof name);
	name = internet(INADDR_LOOPBACK, 0);
	setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, (char *)&name.sin_addr, sizeof name.sin_addr);
	return s;
}

static const char *reaches(SOCKET from, const struct sockaddr_in *group, SOCKET to)
{
	sendto(from, "abc", 3, 0, (const struct sockaddr *)group, sizeof *group);
	return receive(to);
}

static void multicast(void)
{
	enum { OTHER_LOOPBACK = 0x7f000002 };
	union {
		struct ip_msfilter filter;
		char bytes[64];
	} set_filter = { .bytes = { 0 } }, got;
	struct sockaddr_in group;
	DWORD scope = 300;
	SOCKET s = member(&group), a = sender(INADDR_LOOPBACK), b = sender(OTHER_LOOPBACK);

	is_string("3 bytes", reaches(a, &group, s), "...gets what is sent to the group");
	is_string("success", set(s, SIO_MULTIPOINT_LOOPBACK, FALSE), "SIO_MULTIPOINT_LOOPBACK FALSE");
	is_string("WSAETIMEDOUT", reaches(a, &group, s), "...keeps out what its own host sends");
	is_string("success", set(s, SIO_MULTIPOINT_LOOPBACK, TRUE), "SIO_MULTIPOINT_LOOPBACK TRUE");
	is_string("3 bytes", reaches(a, &group, s), "...lets it in");
	is_string("success", set(a, SIO_MULTICAST_SCOPE, 7), "SIO_MULTICAST_SCOPE");
	is_int(7, kernel_get(a, 0, 33), "...is the kernel's time to live");
	is_string("WSAEINVAL", control(a, SIO_MULTICAST_SCOPE, &scope, sizeof scope, NULL, 0),
		  "...which is 255 at most");

	set_filter.filter.imsf_multiaddr = group.sin_addr;
	set_filter.filter.imsf_interface.s_addr = htonl(INADDR_LOOPBACK);
	set_filter.filter.imsf_fmode = MCAST_INCLUDE;
	set_filter.filter.imsf_numsrc = 1;
	set_filter.filter.imsf_slist[0].s_addr = htonl(OTHER_LOOPBACK);
	is_string("success", control(s, SIO_SET_MULTICAST_FILTER, &set_filter, IP_MSFILTER_SIZE(1), NULL, 0),
		  "a filter that includes one source");
	is_string("WSAETIMEDOUT", reaches(a, &group, s), "...keeps another out");
	is_string("3 bytes", reaches(b, &group, s), "...and lets that one in");
	got = set_filter;
	got.filter.imsf_fmode = 77;
	got.filter.imsf_numsrc = 0;
	got.filter.imsf_slist[0].s_addr = 0;
	is_string("success", control(s, SIO_GET_MULTICAST_FILTER, &got, 16, &got, sizeof got),
		  "...it can be read");
	is_int(IP_MSFILTER_SIZE(1), count, "...as long as it is");
	is_int(MCAST_INCLUDE, got.filter.imsf_fmode, "...its mode");
	is_int(1, got.filter.imsf_numsrc, "...its sources");
	is_hex(OTHER_LOOPBACK, ntohl(got.filter.imsf_slist[0].s_addr), "...the one");
	set_filter.filter.imsf_fmode = MCAST_EXCLUDE;
	is_string("success", control(s, SIO_SET_MULTICAST_FILTER, &set_filter, IP_MSFILTER_SIZE(1), NULL, 0),
		  "a filter that excludes it");
	is_string("3 bytes", reaches(a, &group, s), "...lets another in");
	is_string("WSAETIMEDOUT", reaches(b, &group, s), "...and keeps that one out");
	set_filter.filter.imsf_numsrc = 1000000;
	is_string("WSAEFAULT", control(s, SIO_SET_MULTICAST_FILTER, &set_filter, sizeof set_filter, NULL, 0),
		  "more sources than there are bytes");
	closesocket(a);
	closesocket(b);
	closesocket(s);
}

/* All of them are there, but no kernel takes so many. */
static void too_many_sources(SOCKET s, const GROUP_FILTER *one)
{
	enum { SOURCES = 4096 };
	GROUP_FILTER *many = calloc(1, GROUP_FILTER_SIZE(SOURCES));

	*many = *one;
	many->gf_numsrc = SOURCES;
	is_string("WSAENOBUFS", control(s, SIOCSMSFILTER, many, GROUP_FILTER_SIZE(SOURCES), NULL, 0),
		  "SIOCSMSFILTER, more sources than there can be");
	free(many);
}

/* The same for any family. */
static void group_filter(void)
{
	GROUP_FILTER filter = { .gf_fmode = MCAST_INCLUDE, .gf_numsrc = 1 }, got;
	struct sockaddr_in group, *source = (struct sockaddr_in *)&filter.gf_slist[0];
	SOCKET s = member(&group), a = sender(INADDR_LOOPBACK);

	filter.gf_interface = 1; /* the loopback */
	memcpy(&filter.gf_group, &group, sizeof group);
	*source = internet(0x7f000002, 0);
	is_string("success", control(s, SIOCSMSFILTER, &filter, sizeof filter, NULL, 0), "SIOCSMSFILTER");
	is_string("WSAETIMEDOUT", reaches(a, &group, s), "...keeps others out");
	got = filter;
	memset(&got.gf_slist, 0, sizeof got.gf_slist);
	is_string("success", control(s, SIOCGMSFILTER, &got, sizeof got, &got, sizeof got), "SIOCGMSFILTER");
	is_int(AF_INET, got.gf_group.ss_family, "...the group's family");
	is_int(MCAST_INCLUDE, got.gf_fmode, "...the mode");
	is_int(1, got.gf_numsrc, "...the sources");
	is_hex(0x7f000002, ntohl(((struct sockaddr_in *)&got.gf_slist[0])->sin_addr.s_addr), "...the one");
	too_many_sources(s, &filter);
	closesocket(a);
	closesocket(s);
}

/* Both by the calls of RFC 3678. */
static void source_filters(void)
{
	struct in_addr interface_address, list[2], excluded[2];
	struct sockaddr_in group;
	SOCKADDR_STORAGE source = { 0 }, seen[2];
	MULTICAST_MODE_TYPE mode = 77;
	ULONG number = 0;
	SOCKET s = member(&group), a = sender(INADDR_LOOPBACK), b = sender(0x7f000002);

	interface_address.s_addr = htonl(INADDR_LOOPBACK);
	excluded[0].s_addr = htonl(0x7f000002);
	excluded[1].s_addr = htonl(0x7f000003);
	succeeds(setipv4sourcefilter(s, interface_address, group.sin_addr, MCAST_EXCLUDE, 2, excluded),
		 "setipv4sourcefilter excludes two sources");
	is_string("3 bytes", reaches(a, &group, s), "...lets another in");
	is_string("WSAETIMEDOUT", reaches(b, &group, s), "...and keeps one of them out");
	succeeds(getipv4sourcefilter(s, interface_address, group.sin_addr, &mode, &number, NULL),
		 "getipv4sourcefilter without room");
	is_int(MCAST_EXCLUDE, mode, "...has the mode");
	is_int(2, number, "...and how many there are");
	memset(list, 0, sizeof list);
	number = 1;
	getipv4sourcefilter(s, interface_address, group.sin_addr, &mode, &number, list);
	is_int(2, number, "...so with room for one");
	ok(list[0].s_addr && !list[1].s_addr, "...which is all that is written");
	getipv4sourcefilter(s, interface_address, group.sin_addr, &mode, &number, list);
	ok(list[0].s_addr != list[1].s_addr &&
		   ntohl(list[0].s_addr) + ntohl(list[1].s_addr) == 2 * 0x7f000002u + 1,
	   "...and with room for both, both");

	((struct sockaddr_in *)&source)->sin_family = AF_INET;
	((struct sockaddr_in *)&source)->sin_addr.s_addr = htonl(0x7f000002);
	succeeds(setsourcefilter(s, 1, (struct sockaddr *)&group, sizeof group, MCAST_INCLUDE, 1, &source),
		 "setsourcefilter includes one of them");
	is_string("WSAETIMEDOUT", reaches(a, &group, s), "...keeps another out");
	is_string("3 bytes", reaches(b, &group, s), "...and lets that one in");
	number = 2;
	succeeds(getsourcefilter(s, 1, (struct sockaddr *)&group, sizeof group, &mode, &number, seen),
		 "getsourcefilter");
	is_int(MCAST_INCLUDE, mode, "...has the mode");
	is_int(1, number, "...one source");
	is_hex(0x7f000002, ntohl(((struct sockaddr_in *)&seen[0])->sin_addr.s_addr), "...which it is");
	succeeds(setsourcefilter(s, 1, (struct sockaddr *)&group, sizeof group, MCAST_EXCLUDE, 0, NULL),
		 "setsourcefilter without sources");
	is_string("3 bytes", reaches(a, &group, s), "...lets all in");
	fails(WSAEINVAL, setsourcefilter(s, 1, (struct sockaddr *)&group, 1000, MCAST_EXCLUDE, 0, NULL),
	      "an address longer than any");
	fails(WSAENOBUFS,
	      setipv4sourcefilter(s, interface_address, group.sin_addr, MCAST_EXCLUDE, 0xffffffff, list),
	      "more sources than there is memory");
	closesocket(a);
	closesocket(b);
	closesocket(s);
}

static SOCKADDR_IN6 destination(const char *text)
{
	SOCKADDR_IN6 address = { .sin6_family = AF_INET6 };

	inet_pton(AF_INET6, text, &address.sin6_addr);
	return address;
}

static void sorting(void)
{
	/* What no route leads to comes last; a loopback comes before what the table likes less. */
	SOCKADDR_IN6 from[] = { destination("100::1"), destination("::ffff:127.0.0.1"), destination("::1") };
	enum { COUNT = sizeof from / sizeof *from };
	union {
		SOCKET_ADDRESS_LIST list;
		char bytes[512];
	} room;
	SOCKET_ADDRESS *entries = room.list.Address;
	SOCKET s = new_socket(AF_INET6, SOCK_STREAM);
	const DWORD size = offsetof(SOCKET_ADDRESS_LIST, Address) + COUNT * sizeof(SOCKET_ADDRESS);
	char text[64];

	room.list.iAddressCount = COUNT;
	for (int i = 0; i < COUNT; i++) {
		entries[i].lpSockaddr = (struct sockaddr *)&from[i];
		entries[i].iSockaddrLength = sizeof from[i];
	}
	is_string("WSAEFAULT", control(s, SIO_ADDRESS_LIST_SORT, &room, size, &room, size),
		  "sorting into a list without room for the addresses");
	is_int(size + COUNT * sizeof *from, count, "...counts what is needed");
	is_string("success", control(s, SIO_ADDRESS_LIST_SORT, &room, size, &room, sizeof room),
		  "sorting, in its place");
	is_int(COUNT, room.list.iAddressCount, "...keeps all");
	inet_ntop(AF_INET6, &((SOCKADDR_IN6 *)entries[0].lpSockaddr)->sin6_addr, text, sizeof text);
	is_string("::1", text, "...the first");
	inet_ntop(AF_INET6, &((SOCKADDR_IN6 *)entries[1].lpSockaddr)->sin6_addr, text, sizeof text);
	is_string("::ffff:127.0.0.1", text, "...the second");
	from[0].sin6_family = 99;
	room.list.iAddressCount = 1;
	entries[0].lpSockaddr = (struct sockaddr *)&from[0];
	is_string("success", control(s, SIO_ADDRESS_LIST_SORT, &room, size, &room, sizeof room),
		  "what is no address");
	is_int(0, room.list.iAddressCount, "...is left out");
	room.list.iAddressCount = -1;
	is_string("WSAEINVAL", control(s, SIO_ADDRESS_LIST_SORT, &room, size, &room, sizeof room),
		  "less than none");
	room.list.iAddressCount = 1000;
	is_string("WSAEFAULT", control(s, SIO_ADDRESS_LIST_SORT, &room, size, &room, sizeof room),
		  "more than there are bytes");
	closesocket(s);
}

/* A code that this Windows does not have yet is one that nobody knows. */
static void versions(void)
{
	static const struct {
		const char *windows, *base_handle, *fast_path, *information;
	} rows[] = {
		{ "xp", "WSAEOPNOTSUPP", "WSAEOPNOTSUPP", "WSAEOPNOTSUPP" },
		{ "vista", "success", "WSAEOPNOTSUPP", "WSAEOPNOTSUPP" },
		{ "8", "success", "success", "WSAEOPNOTSUPP" },
		{ "10", "success", "success", "success" },
	};
	TCP_INFO_v0 information;
	DWORD version = 0;
	SOCKET base;

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		SOCKET s;

		winsock_end();
		set_environment("WINSOCK_COMPAT_WINDOWS", rows[i].windows);
		winsock_start();
		s = new_socket(AF_INET, SOCK_STREAM);
		is_string(rows[i].base_handle, control(s, SIO_BASE_HANDLE, NULL, 0, &base, sizeof base),
			  "Windows %s: SIO_BASE_HANDLE", rows[i].windows);
		is_string(rows[i].fast_path, set(s, SIO_LOOPBACK_FAST_PATH, TRUE),
			  "...SIO_LOOPBACK_FAST_PATH");
		is_string(rows[i].information,
			  control(s, SIO_TCP_INFO, &version, 4, &information, sizeof information),
			  "...SIO_TCP_INFO");
		closesocket(s);
	}
	set_environment("WINSOCK_COMPAT_WINDOWS", NULL);
}

struct waiter {
	SOCKET s;
	DWORD code;
	struct sockaddr_in to;
	int error;
};

static void wait_for_change(void *argument)
{
	struct waiter *waiter = argument;
	DWORD bytes;

	waiter->error =
		WSAIoctl(waiter->s, waiter->code, &waiter->to, sizeof waiter->to, NULL, 0, &bytes, NULL, NULL)
			? WSAGetLastError()
			: 0;
}

/* A call that waits for a change ends when the socket is closed. */
static void abandoned(void)
{
	static const struct {
		const char *name;
		DWORD code;
	} codes[] = {
		{ "SIO_ADDRESS_LIST_CHANGE", SIO_ADDRESS_LIST_CHANGE },
		{ "SIO_ROUTING_INTERFACE_CHANGE", SIO_ROUTING_INTERFACE_CHANGE },
		{ "SIO_IDEAL_SEND_BACKLOG_CHANGE", SIO_IDEAL_SEND_BACKLOG_CHANGE },
	};

	for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) {
		SOCKET pair[2];
		struct waiter waiter = { .code = codes[i].code, .to = internet(INADDR_LOOPBACK, 0) };
		struct task *task;

		tcp_pair(AF_INET, pair);
		waiter.s = pair[0];
		task = task_start(wait_for_change, &waiter);
		sleep_ms(30);
		succeeds(closesocket(pair[0]), "a socket that waits in %s is closed", codes[i].name);
		ok(task_end(task, 2000), "...it waits no longer");
		is_error(WSA_OPERATION_ABORTED, waiter.error, "...and says so");
		closesocket(pair[1]);
	}
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	for (int by_wsaioctl = 0; by_wsaioctl <= 1; by_wsaioctl++) {
		blocking(by_wsaioctl);
		counting(by_wsaioctl);
	}
	pointers();
	order();
	unknown();
	overlapped();
	overlapped_unknown();
	handles();
	extensions();
	routing();
	addresses(AF_INET);
	interfaces();
	broadcast_address();
	refused_datagram();
#ifdef __linux__
	addresses(AF_INET6); /* Wine lists those of IPv4 */
	for (int connected = 0; connected <= 1; connected++) {
		refused_datagrams(AF_INET, connected);
		refused_datagrams(AF_INET6, connected);
	}
	statistics();
	first_retransmissions();
	compatibility();
	peer_process();
	processors();
	transport_settings();
	multicast();
	group_filter();
	source_filters();
	sorting();
	abandoned();
	versions();
#endif
	winsock_end();
	return done();
}
