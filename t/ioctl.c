/* ioctlsocket and WSAIoctl: FIONBIO, FIONREAD, SIOCATMARK, codes nobody knows, and the order of checks. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include "net.h"

#include <string.h>

#ifdef __linux__
#include <fcntl.h>
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
	winsock_end();
	return done();
}
