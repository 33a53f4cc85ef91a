/* The performance counter; and when datagrams came and went: SIO_TIMESTAMPING, SO_TIMESTAMP, SO_TIMESTAMP_ID,
 * SIO_GET_TX_TIMESTAMP. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>

#include <string.h>

#include "net.h"

/* Newer than the headers of mingw-w64. */
#ifndef SIO_TIMESTAMPING
#define SIO_TIMESTAMPING     0x980000eb
#define SIO_GET_TX_TIMESTAMP 0x980000ea
#define SO_TIMESTAMP         0x300a
#define SO_TIMESTAMP_ID      0x300b
#define TIMESTAMPING_FLAG_RX 1
#define TIMESTAMPING_FLAG_TX 2
typedef struct _TIMESTAMPING_CONFIG {
	ULONG Flags;
	USHORT TxTimestampsBuffered;
} TIMESTAMPING_CONFIG;
#endif

static long long frequency;

static long long counter(void)
{
	LARGE_INTEGER now;

	if (!QueryPerformanceCounter(&now))
		bail("QueryPerformanceCounter: %lu", (unsigned long)GetLastError());
	return now.QuadPart;
}

static void clocks(void)
{
	LARGE_INTEGER number;
	long long first, second;

	ok(QueryPerformanceFrequency(&number), "QueryPerformanceFrequency");
	frequency = number.QuadPart;
	is_int(10000000, frequency, "...10 MHz");
	first = counter();
	for (int i = 0; i < 1000; i++, first = second) {
		second = counter();
		if (second < first)
			break;
	}
	ok(second >= first, "the counter never goes back");
	first = counter();
	sleep_ms(30);
	second = counter();
	ok((second - first) * 1000 / frequency >= 29, "...and counts (%lld)", second - first);
#ifdef __linux__
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		SetLastError(0);
		ok(!QueryPerformanceCounter((LARGE_INTEGER *)bad->pointer), "QueryPerformanceCounter, %s",
		   bad->name);
		is_int(ERROR_NOACCESS, GetLastError(), "...ERROR_NOACCESS");
		ok(!QueryPerformanceFrequency((LARGE_INTEGER *)bad->pointer), "QueryPerformanceFrequency, %s",
		   bad->name);
	}
#endif
}

static const char *configure(SOCKET s, ULONG flags, USHORT buffered)
{
	TIMESTAMPING_CONFIG config = { flags, buffered };
	DWORD bytes = 0xdead;

	return outcome(WSAIoctl(s, SIO_TIMESTAMPING, &config, sizeof config, NULL, 0, &bytes, NULL, NULL));
}

static void configuration(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), stream = new_socket(AF_INET, SOCK_STREAM);

	wine_todo("Wine has no timestamps");
	is_string("success", configure(s, 0, 0), "SIO_TIMESTAMPING, neither way");
	is_string("success", configure(s, TIMESTAMPING_FLAG_RX | TIMESTAMPING_FLAG_TX, 10), "...both ways");
	is_string("WSAEINVAL", configure(s, 4, 10), "...an unknown flag");
	todo_end();
	is_string("WSAEOPNOTSUPP", configure(stream, TIMESTAMPING_FLAG_RX, 0), "...a stream");
	closesocket(s);
	closesocket(stream);
}

#ifdef __linux__
static LPFN_WSARECVMSG receive_message;

/* Two sockets of a family, the first of which sends to the second. */
static void open_ends(int family, SOCKET ends[2])
{
	struct sockaddr_storage address;
	int length;

	ends[1] = bound_socket(family, SOCK_DGRAM, &address, &length);
	ends[0] = new_socket(family, SOCK_DGRAM);
	if (connect(ends[0], (struct sockaddr *)&address, length))
		bail("connect: %s", error_name(WSAGetLastError()));
}

/* Receives; the stamp that came with it, 0 if there is none, and how many control messages there were. */
static UINT64 stamp_of_next(SOCKET s, int *messages)
{
	ULONG64 room[16];
	char byte;
	WSABUF buffer = { 1, &byte };
	WSAMSG message = { NULL, 0, &buffer, 1, { sizeof room, (char *)room }, 0 };
	UINT64 stamp = 0;
	DWORD count;

	*messages = 0;
	if (receive_message(s, &message, &count, NULL, NULL))
		bail("WSARecvMsg: %s", error_name(WSAGetLastError()));
	for (WSACMSGHDR *header = WSA_CMSG_FIRSTHDR(&message); header;
	     header = WSA_CMSG_NXTHDR(&message, header)) {
		++*messages;
		if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMP &&
		    header->cmsg_len == WSA_CMSG_LEN(sizeof stamp))
			memcpy(&stamp, WSA_CMSG_DATA(header), sizeof stamp);
	}
	return stamp;
}

/* The clocks are read one after the other, and anything may come between. */
static void is_between(long long before, UINT64 stamp, long long after, const char *what)
{
	long long tolerance = frequency / 100;

	ok((long long)stamp >= before - tolerance && (long long)stamp <= after, "%s (%lld before %lld after)",
	   what, (long long)stamp - before, after - (long long)stamp);
}

static void arrivals(int family)
{
	DWORD on = 1;
	long long before, after;
	UINT64 stamp;
	SOCKET ends[2];
	int messages;

	open_ends(family, ends);
	is_string("success", configure(ends[1], TIMESTAMPING_FLAG_RX, 0), "stamps of what comes, family %d",
		  family);
	before = counter();
	send(ends[0], "x", 1, 0);
	sleep_ms(30);
	stamp = stamp_of_next(ends[1], &messages);
	after = counter();
	is_between(before, stamp, after, "...lie between sending and receiving");
	/* The kernel begins to stamp some time after it is told to; what it has not stamped has the
	 * receiver's time. */
	for (int i = 0; i < 50 && after - (long long)stamp < frequency / 100; i++) {
		send(ends[0], "x", 1, 0);
		sleep_ms(30);
		stamp = stamp_of_next(ends[1], &messages);
		after = counter();
	}
	ok(after - (long long)stamp >= frequency / 100, "...and do not wait for the receiver");
	is_int(1, messages, "...one message");
	setsockopt(ends[1], family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
		   family == AF_INET ? IP_PKTINFO : IPV6_PKTINFO, (char *)&on, sizeof on);
	send(ends[0], "x", 1, 0);
	ok(stamp_of_next(ends[1], &messages) > stamp, "...a later one is later");
	is_int(2, messages, "...beside other messages");
	is_string("success", configure(ends[1], 0, 0), "...off again");
	send(ends[0], "x", 1, 0);
	is_int(0, stamp_of_next(ends[1], &messages), "...no stamp");
	is_int(1, messages, "...the other message alone");
	close_pair(ends);
}

/* Sends one byte, with a number. */
static const char *send_numbered(SOCKET s, UINT32 id, size_t size)
{
	ULONG64 room[4] = { 0 };
	WSACMSGHDR *header = (WSACMSGHDR *)room;
	WSABUF buffer = { 1, (char *)"x" };
	WSAMSG message = { NULL, 0, &buffer, 1, { (ULONG)WSA_CMSG_SPACE(size), (char *)room }, 0 };
	DWORD sent;

	*header = (WSACMSGHDR){ WSA_CMSG_LEN(size), SOL_SOCKET, SO_TIMESTAMP_ID };
	memcpy(WSA_CMSG_DATA(header), &id, size);
	return outcome(WSASendMsg(s, &message, 0, &sent, NULL, NULL));
}

static const char *stamp_of(SOCKET s, UINT32 id, UINT64 *stamp)
{
	DWORD bytes = 0xdead;
	const char *result;

	*stamp = 0;
	result = outcome(
		WSAIoctl(s, SIO_GET_TX_TIMESTAMP, &id, sizeof id, stamp, sizeof *stamp, &bytes, NULL, NULL));
	return strcmp(result, "success") || bytes == sizeof *stamp ? result : "another length";
}

/* The same, with the patience that the page asks for. */
static const char *await_stamp(SOCKET s, UINT32 id, UINT64 *stamp)
{
	const char *result = stamp_of(s, id, stamp);

	for (int i = 0; i < 1000 && !strcmp(result, "WSAEWOULDBLOCK"); i++) {
		sleep_ms(2);
		result = stamp_of(s, id, stamp);
	}
	return result;
}

static bool is_readable(SOCKET s, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, &set, NULL, NULL, &time) == 1;
}

static void departures(int family)
{
	long long before, after;
	UINT64 stamp, later;
	DWORD limit = 50;
	SOCKET ends[2];
	char byte;

	open_ends(family, ends);
	is_string("WSAEWOULDBLOCK", stamp_of(ends[0], 7, &stamp),
		  "no stamps of what goes at first, family %d", family);
	is_string("success", send_numbered(ends[0], 7, 4), "...a number is no error");
	is_string("WSAEINVAL", send_numbered(ends[0], 7, 2), "...unless it is too short");
	is_string("success", configure(ends[0], TIMESTAMPING_FLAG_TX, 3), "TIMESTAMPING_FLAG_TX, 3 of them");
	is_string("WSAEWOULDBLOCK", stamp_of(ends[0], 7, &stamp), "...not of what went before");
	before = counter();
	is_string("success", send_numbered(ends[0], 123456789, 4), "a numbered datagram");
	is_string("success", await_stamp(ends[0], 123456789, &stamp), "...has a stamp");
	after = counter();
	is_between(before, stamp, after, "...of the time between");
	is_string("WSAEWOULDBLOCK", stamp_of(ends[0], 123456789, &later), "...which is given once");

	send(ends[0], "x", 1, 0);
	send_numbered(ends[0], 1, 4);
	send(ends[0], "x", 1, 0);
	send_numbered(ends[0], 0xffffffff, 4);
	is_string("success", await_stamp(ends[0], 0xffffffff, &later),
		  "the second of two numbered ones among others");
	is_string("success", await_stamp(ends[0], 1, &stamp), "...and the first");
	ok(stamp < later, "...are in order");

	for (UINT32 id = 10; id < 15; id++)
		send_numbered(ends[0], id, 4);
	for (UINT32 id = 10; id < 15; id++)
		is_string(id < 13 ? "success" : "WSAEWOULDBLOCK",
			  id < 13 ? await_stamp(ends[0], id, &stamp) : stamp_of(ends[0], id, &stamp),
			  "of five the first three are kept: %d", (int)id);
	send_numbered(ends[0], 20, 4);
	is_string("success", await_stamp(ends[0], 20, &stamp), "...then there is room again");

	/* They come the way of errors, and are none. */
	send_numbered(ends[0], 21, 4);
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	ok(!is_readable(ends[0], 20), "a stamp makes nothing readable");
	is_int(-1, recv(ends[0], &byte, 1, 0), "...nor does it end a receive");
	is_error(WSAETIMEDOUT, WSAGetLastError(), "...but the time");
	is_int(1, send(ends[0], "x", 1, 0), "...nor does a send fail");
	is_string("success", await_stamp(ends[0], 21, &stamp), "...it waits for its ioctl");

	send_numbered(ends[0], 22, 4);
	is_string("success", configure(ends[0], TIMESTAMPING_FLAG_TX, 0),
		  "TIMESTAMPING_FLAG_TX, none of them");
	is_string("WSAEWOULDBLOCK", stamp_of(ends[0], 22, &stamp), "...what there was is gone");
	send_numbered(ends[0], 23, 4);
	sleep_ms(20);
	is_string("WSAEWOULDBLOCK", stamp_of(ends[0], 23, &stamp), "...and no more come");
	is_string("success", configure(ends[0], TIMESTAMPING_FLAG_RX, 10), "without TIMESTAMPING_FLAG_TX");
	send_numbered(ends[0], 24, 4);
	sleep_ms(20);
	is_string("WSAEWOULDBLOCK", stamp_of(ends[0], 24, &stamp), "...none either");
	close_pair(ends);
}

/* Whoever does not fetch them receives all the same. */
static void neglected(void)
{
	struct sockaddr_storage address, own;
	int length, own_length = sizeof own;
	SOCKET sink = bound_socket(AF_INET, SOCK_DGRAM, &address, &length),
	       s = new_socket(AF_INET, SOCK_DGRAM);
	DWORD size = 8192, limit = 2000;
	UINT64 stamp;
	char byte;

	connect(s, (struct sockaddr *)&address, length);
	getsockname(s, (struct sockaddr *)&own, &own_length);
	setsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&size, sizeof size);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	configure(s, TIMESTAMPING_FLAG_TX, 100);
	for (UINT32 id = 0; id < 1000; id++)
		send_numbered(s, id, 4);
	sendto(sink, "y", 1, 0, (struct sockaddr *)&own, own_length);
	is_int(1, recv(s, &byte, 1, 0), "after 1000 stamps that nobody fetched a datagram arrives");
	is_string("success", await_stamp(s, 99, &stamp),
		  "...and the stamps are there, up to the number wanted");
	is_string("WSAEWOULDBLOCK", stamp_of(s, 100, &stamp), "...and no more");
	closesocket(s);
	closesocket(sink);
}

/* From several threads at once, on one socket. */
enum { THREADS = 4, EACH = 50 };

static SOCKET shared;

static void send_many(void *argument)
{
	UINT32 first = *(UINT32 *)argument;

	for (UINT32 id = first; id < first + EACH; id++)
		send_numbered(shared, id, 4);
}

static void threads(void)
{
	UINT32 first[THREADS];
	struct task *tasks[THREADS];
	int found = 0;
	UINT64 stamp;
	SOCKET ends[2];

	open_ends(AF_INET, ends);
	configure(ends[0], TIMESTAMPING_FLAG_TX, THREADS * EACH);
	shared = ends[0];
	for (int i = 0; i < THREADS; i++) {
		first[i] = (UINT32)i * 1000;
		tasks[i] = task_start(send_many, &first[i]);
	}
	for (int i = 0; i < THREADS; i++)
		ok(task_end(tasks[i], 20000), "thread %d has sent", i);
	for (int i = 0; i < THREADS; i++)
		for (UINT32 id = first[i]; id < first[i] + EACH; id++)
			found += !strcmp(await_stamp(ends[0], id, &stamp), "success");
	is_int(THREADS * EACH, found, "...and each datagram has its stamp");
	close_pair(ends);
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	clocks();
	configuration();
#ifdef __linux__
	find_extension((GUID)WSAID_WSARECVMSG, &receive_message);
	arrivals(AF_INET);
	arrivals(AF_INET6);
	departures(AF_INET);
	departures(AF_INET6);
	neglected();
	threads();
#endif
	winsock_end();
	return done();
}
