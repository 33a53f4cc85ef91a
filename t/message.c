/* WSASend, WSARecv, WSASendTo, WSARecvFrom, WSASendMsg and WSARecvMsg: buffers, flags, counts and the order
 * of checks. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "net.h"

#include <stdlib.h>
#include <string.h>

static LPFN_WSARECVMSG receive_message;

/* Windows has it by pointer only. */
static void set_nonblocking(SOCKET s)
{
	u_long on = 1;

	if (ioctlsocket(s, FIONBIO, &on))
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
}

static bool is_readable(SOCKET s)
{
	struct timeval time = { 2, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, &set, NULL, NULL, &time) == 1;
}

/* The count of bytes and the flags that a call left behind, with what it put into a buffer: "3, 0: abc". */
static const char *seen(int result, DWORD count, DWORD flags, const char *data)
{
	return result ? error_name(WSAGetLastError())
		      : words("%lu, %#lx: %.*s", (unsigned long)count, (unsigned long)flags, (int)count,
			      data);
}

/* WSARecv into several buffers of these sizes, which end with 0; they lie one after the other. */
static const char *receive(SOCKET s, DWORD flags, const ULONG *sizes)
{
	static char room[256];
	DWORD count = 0xdead;
	WSABUF buffers[8];
	ULONG number = 0, used = 0;
	int result;

	for (; sizes[number]; used += sizes[number++])
		buffers[number] = (WSABUF){ sizes[number], room + used };
	memset(room, '.', sizeof room);
	WSASetLastError(0xdead);
	result = WSARecv(s, buffers, number, &count, &flags, NULL, NULL);
	return seen(result, count, flags, room);
}

#define SIZES(...) ((const ULONG[]){ __VA_ARGS__, 0 })

/* WSASend of the words of a text, each from a buffer of its own. */
static const char *say(SOCKET s, const char *one, const char *two, const char *three)
{
	WSABUF buffers[] = {
		{ (ULONG)strlen(one), (char *)one },
		{ (ULONG)strlen(two), (char *)two },
		{ (ULONG)strlen(three), (char *)three },
	};
	DWORD count = 0xdead;
	int result = WSASend(s, buffers, 3, &count, 0, NULL, NULL);

	return result ? error_name(WSAGetLastError()) : words("%lu", (unsigned long)count);
}

static void streams(void)
{
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	WSASetLastError(0xdead);
	is_string("9", say(pair[0], "dead", "", "beefs"), "WSASend of three buffers");
	is_int(0, WSAGetLastError(), "...leaves no last error");
	ok(is_readable(pair[1]), "...arrives");
	wine_todo("Wine leaves the flag there");
	is_string("4, 0: dead", receive(pair[1], MSG_PEEK, SIZES(4)), "WSARecv, MSG_PEEK");
	todo_end();
	is_string("9, 0: deadbeefs", receive(pair[1], 0, SIZES(4, 5)), "WSARecv into two buffers");
	is_int(0, WSAGetLastError(), "...leaves no last error");
	say(pair[0], "ab", "", "");
	ok(is_readable(pair[1]), "two bytes more");
	is_string("1, 0: a", receive(pair[1], 0, SIZES(1)), "WSARecv of one");
	is_string("1, 0: b", receive(pair[1], 0, SIZES(1, 1, 5)),
		  "WSARecv of the other, where there is room for more");
	set_nonblocking(pair[1]);
	is_string("WSAEWOULDBLOCK", receive(pair[1], 0, SIZES(5)), "WSARecv of nothing");
	closesocket(pair[0]);
	ok(is_readable(pair[1]), "the end");
	is_string("0, 0: ", receive(pair[1], 0, SIZES(5)), "WSARecv at the end");
	closesocket(pair[1]);
}

static void send_slowly(void *argument)
{
	SOCKET s = *(SOCKET *)argument;

	send(s, "ab", 2, 0);
	sleep_ms(50);
	send(s, "cd", 2, 0);
	sleep_ms(50);
	send(s, "ef", 2, 0);
}

static void wait_for_all(void)
{
	struct task *task;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	task = task_start(send_slowly, &pair[0]);
	wine_todo("Wine's MSG_WAITALL does not wait");
	is_string("5, 0: abcde", receive(pair[1], MSG_WAITALL, SIZES(1, 2, 2)),
		  "WSARecv, MSG_WAITALL, three buffers");
	todo_end();
	ok(task_end(task, 2000), "...of what is sent");
	wine_todo("Wine's MSG_WAITALL does not wait");
	is_string("1, 0: f", receive(pair[1], 0, SIZES(5)), "the rest");
	todo_end();
	say(pair[0], "abcde", "", "");
	ok(is_readable(pair[1]), "data for MSG_WAITALL");
	wine_todo("Wine allows it");
	is_string("WSAEOPNOTSUPP", receive(pair[1], MSG_WAITALL | MSG_PEEK, SIZES(5)),
		  "MSG_WAITALL with MSG_PEEK");
	todo_end();
	close_pair(pair);
}

/* Of a stream, in and out. */
static void stream_flags(void)
{
	WSABUF buffers[] = { { 2, (char *)"ab" }, { 2, (char *)"cd" } }, room = { 8, (char[8]){ 0 } };
	SOCKET pair[2];
	DWORD count = 0xdead, flags;

	tcp_pair(AF_INET, pair);
	succeeds(WSASend(pair[0], buffers, 2, &count, MSG_PARTIAL, NULL, NULL),
		 "WSASend, MSG_PARTIAL, of a stream");
	is_int(4, count, "...all of it");
	succeeds(WSASend(pair[0], buffers, 1, &count, MSG_PARTIAL | MSG_DONTROUTE, NULL, NULL),
		 "...with MSG_DONTROUTE");
	is_int(2, send(pair[0], "ef", 2, MSG_PARTIAL), "send, MSG_PARTIAL");
	ok(is_readable(pair[1]), "...arrives");
	sleep_ms(50);
	wine_may_differ("Wine leaves flags there");
	is_string("8, 0: abcdabef", receive(pair[1], MSG_PEEK | MSG_PARTIAL, SIZES(3, 9)),
		  "WSARecv, MSG_PEEK with MSG_PARTIAL, into two buffers");
	is_string("3, 0: abc", receive(pair[1], MSG_PEEK, SIZES(1, 1, 1)), "...MSG_PEEK of a part");
	is_string("2, 0: ab", receive(pair[1], MSG_PARTIAL, SIZES(1, 1)), "...MSG_PARTIAL");
	is_string("1, 0: c", receive(pair[1], MSG_PUSH_IMMEDIATE, SIZES(1)), "...MSG_PUSH_IMMEDIATE");
	todo_end();
	wine_todo("Wine allows it");
	set_nonblocking(pair[1]);
	is_string("WSAEOPNOTSUPP", receive(pair[1], MSG_WAITALL | MSG_PARTIAL, SIZES(1)),
		  "MSG_WAITALL with MSG_PARTIAL");
	is_string("WSAEOPNOTSUPP", receive(pair[1], MSG_WAITALL | MSG_OOB, SIZES(1)),
		  "MSG_WAITALL with MSG_OOB");
	todo_end();
	wine_may_differ("Wine has taken a part");
	is_string("5, 0: dabef", receive(pair[1], 0, SIZES(9)), "what was not received");
	todo_end();
	flags = MSG_PEEK | MSG_PARTIAL;
	count = 0xdead;
	fails(WSAEWOULDBLOCK, WSARecv(pair[1], &room, 1, &count, &flags, NULL, NULL), "WSARecv of nothing");
	is_hex(MSG_PEEK | MSG_PARTIAL, flags, "...leaves the flags alone");
	is_hex(0xdead, count, "...and the count");
	flags = 0x4000;
	wine_may_differ("Wine ignores flags it does not know");
	fails(WSAEOPNOTSUPP, WSARecv(pair[1], &room, 1, &count, &flags, NULL, NULL), "a flag that is none");
	todo_end();
	is_hex(0x4000, flags, "...stays");
	succeeds(WSASend(pair[0], buffers, 2, &count, MSG_OOB | MSG_DONTROUTE, NULL, NULL),
		 "WSASend, MSG_OOB, of two buffers");
	ok(is_readable(pair[1]), "...arrives");
	sleep_ms(50);
	wine_may_differ("Wine leaves flags there");
	is_string(words("1, %#x: d", MSG_OOB), receive(pair[1], MSG_OOB | MSG_PARTIAL, SIZES(1, 3)),
		  "WSARecv, MSG_OOB with MSG_PARTIAL: the last byte of the last buffer");
	todo_end();
	is_string("3, 0: abc", receive(pair[1], 0, SIZES(2, 5)), "...the others are data");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	say(pair[0], "abc", "", "");
	closesocket(pair[0]);
	sleep_ms(20);
	wine_may_differ("Wine leaves flags there");
	is_string("3, 0: abc", receive(pair[1], MSG_WAITALL, SIZES(2, 5)),
		  "MSG_WAITALL gets what there is at the end");
	is_string("0, 0: ", receive(pair[1], MSG_WAITALL, SIZES(2, 5)), "...and the end");
	todo_end();
	closesocket(pair[1]);
}

static void urgent(void)
{
	WSABUF buffer = { 1, (char *)"!" };
	DWORD count = 0;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	succeeds(WSASend(pair[0], &buffer, 1, &count, MSG_OOB, NULL, NULL), "WSASend, MSG_OOB");
	is_int(1, count, "...one byte");
	sleep_ms(20);
	is_string("1, 0x1: !", receive(pair[1], MSG_OOB, SIZES(4)), "WSARecv, MSG_OOB, says that it was");
	close_pair(pair);
}

/* Of a large array, with buffers larger than the socket's. */
enum { PIECES = 300, PIECE = 4096 };

struct pieces {
	SOCKET s;
	DWORD total, wrong;
};

static void receive_pieces(void *argument)
{
	struct pieces *pieces = argument;
	char *room = malloc(PIECES * PIECE);
	WSABUF *buffers = malloc(PIECES * sizeof *buffers);
	DWORD count = 0, flags = 0;

	while (pieces->total < PIECES * PIECE) {
		for (int i = 0; i < PIECES; i++)
			buffers[i] = (WSABUF){ PIECE, room + i * PIECE };
		if (WSARecv(pieces->s, buffers, PIECES, &count, &flags, NULL, NULL) || !count)
			break;
		for (DWORD i = 0; i < count; i++)
			pieces->wrong += room[i] != (char)((pieces->total + i) % 251);
		pieces->total += count;
	}
	free(buffers);
	free(room);
}

static void many_buffers(void)
{
	char *room = malloc(PIECES * PIECE);
	WSABUF *buffers = malloc(PIECES * sizeof *buffers);
	struct pieces pieces = { .total = 0 };
	struct task *task;
	DWORD count = 0;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	pieces.s = pair[1];
	for (int i = 0; i < PIECES * PIECE; i++)
		room[i] = (char)(i % 251);
	for (int i = 0; i < PIECES; i++)
		buffers[i] = (WSABUF){ PIECE, room + i * PIECE };
	task = task_start(receive_pieces, &pieces);
	succeeds(WSASend(pair[0], buffers, PIECES, &count, 0, NULL, NULL), "WSASend of %d buffers", PIECES);
	is_int(PIECES * PIECE, count, "...waits until all are sent");
	ok(task_end(task, 20000), "WSARecv with as many comes to its end");
	is_int(PIECES * PIECE, pieces.total, "...with all of it");
	is_int(0, pieces.wrong, "...each byte where it belongs");
	close_pair(pair);
	free(buffers);
	free(room);
}

static void send_something(void *argument)
{
	sleep_ms(50);
	send(*(SOCKET *)argument, "x", 1, 0);
}

/* A buffer of no bytes is a way to wait without one. */
static void nothing(void)
{
	WSABUF buffer = { 0, NULL }, many[40] = { { 0, NULL } };
	DWORD count = 0xdead, flags = 0;
	struct task *task;
	SOCKET pair[2];
	long long before;

	tcp_pair(AF_INET, pair);
	before = now_ms();
	task = task_start(send_something, &pair[0]);
	succeeds(WSARecv(pair[1], &buffer, 1, &count, &flags, NULL, NULL), "WSARecv of no bytes");
	ok(now_ms() - before >= 40, "...waits for data");
	task_end(task, 2000);
	is_int(0, count, "...and takes none");
	succeeds(WSARecv(pair[1], many, 40, &count, &flags, NULL, NULL), "...be it of many buffers");
	is_int(0, count, "...which take none either");
	is_int(0, recv(pair[1], NULL, 0, 0), "nor does recv");
	is_string("1, 0: x", receive(pair[1], 0, SIZES(5)), "...so it is still there");
	set_nonblocking(pair[1]);
	fails(WSAEWOULDBLOCK, WSARecv(pair[1], &buffer, 1, &count, &flags, NULL, NULL),
	      "WSARecv of no bytes, with none there, on a socket that does not block");

	count = 0xdead;
	wine_todo("Wine does not look at their number");
	fails(WSAEINVAL, WSARecv(pair[1], NULL, 0, &count, &flags, NULL, NULL), "WSARecv without a buffer");
	fails(WSAEINVAL, WSARecv(pair[1], &buffer, 0, &count, &flags, NULL, NULL),
	      "...and with an array of none");
	todo_end();
	is_int(0xdead, count, "...leaves the count alone");
	succeeds(WSASend(pair[0], &buffer, 1, &count, 0, NULL, NULL), "WSASend of no bytes");
	is_int(0, count, "...sends none");
	close_pair(pair);
}

static void timeouts(void)
{
	DWORD limit = 50, count = 0xdeadbeef, flags = 0;
	char byte;
	WSABUF buffer = { 1, &byte };
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	fails(WSAETIMEDOUT, WSARecv(pair[1], &buffer, 1, &count, &flags, NULL, NULL), "WSARecv, SO_RCVTIMEO");
	is_hex(0xdeadbeef, count, "...leaves the count alone");
	close_pair(pair);
}

static int recv_from(SOCKET s, char *room, ULONG size, DWORD *count, DWORD *flags,
		     struct sockaddr_storage *from, int *length)
{
	WSABUF buffer = { size, room };

	return WSARecvFrom(s, &buffer, 1, count, flags, (struct sockaddr *)from, length, NULL, NULL);
}

static void datagrams(int family)
{
	struct sockaddr_storage address[2], from;
	int length, from_length = sizeof from;
	SOCKET a = bound_socket(family, SOCK_DGRAM, &address[0], &length);
	SOCKET b = bound_socket(family, SOCK_DGRAM, &address[1], &length);
	char room[16] = "................";
	WSABUF buffers[] = { { 3, (char *)"abc" }, { 4, (char *)"defg" } };
	DWORD count = 0xdead, flags = 0;

	WSASetLastError(0xdead);
	succeeds(WSASendTo(a, buffers, 2, &count, 0, (struct sockaddr *)&address[1], length, NULL, NULL),
		 "WSASendTo of two buffers, family %d", family);
	is_int(7, count, "...counts both");
	is_int(0, WSAGetLastError(), "...and leaves no last error");
	ok(is_readable(b), "...arrives as one");
	succeeds(recv_from(b, room, 10, &count, &flags, &from, &from_length), "WSARecvFrom");
	is_int(7, count, "...of both");
	ok(!memcmp(room, "abcdefg...", 10), "...one after the other");
	is_int(length, from_length, "...the sender's length");
	ok(!memcmp(&from, &address[0], (size_t)length), "...and address");

	WSASendTo(a, buffers, 2, &count, 0, (struct sockaddr *)&address[1], length, NULL, NULL);
	memset(room, '.', sizeof room);
	count = 0xdead;
	from_length = sizeof from;
	fails(WSAEMSGSIZE, recv_from(b, room, 4, &count, &flags, &from, &from_length),
	      "WSARecvFrom, a datagram that does not fit");
	ok(!memcmp(room, "abcd....", 8), "...fills the buffer");
	is_int(length, from_length, "...and knows the sender");
	wine_todo("Wine leaves the count alone");
	is_int(4, count, "...and counts what fitted");
	todo_end();

	WSASendTo(a, buffers, 2, &count, 0, (struct sockaddr *)&address[1], length, NULL, NULL);
	from_length = 1;
	wine_todo("Wine gives as much of the address as fits");
	fails(WSAEFAULT, recv_from(b, room, 10, &count, &flags, &from, &from_length),
	      "WSARecvFrom, no room for the address");
	is_int(1, from_length, "...leaves the length alone");
	set_nonblocking(b);
	is_string("7, 0: abcdefg", receive(b, 0, SIZES(10)), "...and the datagram where it is");
	todo_end();
	is_string("WSAEWOULDBLOCK", receive(b, 0, SIZES(10)), "WSARecv without a datagram");

	buffers[0].len = 0;
	succeeds(WSASendTo(a, buffers, 1, &count, 0, (struct sockaddr *)&address[1], length, NULL, NULL),
		 "WSASendTo of no bytes");
	ok(is_readable(b), "...is a datagram");
	is_string("0, 0: ", receive(b, 0, SIZES(10)), "...of none");
	wine_todo("Wine has another error for it");
	fails(WSAENOTCONN, WSASend(a, buffers, 2, &count, 0, NULL, NULL), "WSASend to nobody");
	todo_end();
	closesocket(a);
	closesocket(b);
}

/* One of the calls, with one thing wrong. */
static void checks(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int length = sizeof address;
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), tcp[2];
	char data[8] = "data";
	WSABUF buffer = { 4, data };
	DWORD count = 0, flags = 0;

	address.sin_port = htons(free_port(AF_INET, SOCK_DGRAM));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tcp_pair(AF_INET, tcp);

	fails(WSAENOTSOCK, WSASend(INVALID_SOCKET, &buffer, 1, NULL, 0, NULL, NULL), "WSASend, no socket");
	fails(WSAENOTSOCK, WSARecv(INVALID_SOCKET, NULL, 0, NULL, NULL, NULL, NULL), "WSARecv, no socket");
	fails(WSAENOTSOCK,
	      WSASendTo(INVALID_SOCKET, &buffer, 1, NULL, 0, (struct sockaddr *)&address, length, NULL, NULL),
	      "WSASendTo, no socket");
	fails(WSAENOTSOCK, WSARecvFrom(INVALID_SOCKET, &buffer, 1, NULL, NULL, NULL, NULL, NULL, NULL),
	      "WSARecvFrom, no socket");
	fails(WSAEFAULT, WSASendTo(s, &buffer, 1, NULL, 0, (struct sockaddr *)&address, length, NULL, NULL),
	      "WSASendTo, NULL for the count");
	fails(WSAEFAULT, WSASend(tcp[0], &buffer, 1, NULL, 0, NULL, NULL), "WSASend, NULL for the count");
	send(tcp[1], "xy", 2, 0);
	ok(is_readable(tcp[0]), "data");
#ifdef __linux__ /* Wine takes the data, or crashes */
	fails(WSAEFAULT, WSARecv(tcp[0], &buffer, 1, NULL, &flags, NULL, NULL),
	      "WSARecv, NULL for the count");
	fails(WSAEFAULT, WSARecv(tcp[0], &buffer, 1, &count, NULL, NULL, NULL),
	      "WSARecv, NULL for the flags");
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		WSABUF bad_buffer = { 4, bad->pointer };

		fails(WSAEFAULT, WSASend(tcp[0], (WSABUF *)bad->pointer, 1, &count, 0, NULL, NULL),
		      "WSASend, the array is %s", bad->name);
		fails(WSAEFAULT, WSASend(tcp[0], &bad_buffer, 1, &count, 0, NULL, NULL),
		      "WSASend, the buffer is %s", bad->name);
		fails(WSAEFAULT, WSASend(tcp[0], &buffer, 1, (DWORD *)bad->pointer, 0, NULL, NULL),
		      "WSASend, the count is %s", bad->name);
		fails(WSAEFAULT, WSARecv(tcp[0], (WSABUF *)bad->pointer, 1, &count, &flags, NULL, NULL),
		      "WSARecv, the array is %s", bad->name);
		fails(WSAEFAULT, WSARecv(tcp[0], &bad_buffer, 1, &count, &flags, NULL, NULL),
		      "WSARecv, the buffer is %s", bad->name);
		fails(WSAEFAULT, WSARecv(tcp[0], &buffer, 1, (DWORD *)bad->pointer, &flags, NULL, NULL),
		      "WSARecv, the count is %s", bad->name);
		fails(WSAEFAULT, WSARecv(tcp[0], &buffer, 1, &count, (DWORD *)bad->pointer, NULL, NULL),
		      "WSARecv, the flags are %s", bad->name);
		if (bad->pointer)
			fails(WSAEFAULT,
			      WSASendTo(s, &buffer, 1, &count, 0, (struct sockaddr *)bad->pointer, length,
					NULL, NULL),
			      "WSASendTo, the address is %s", bad->name);
	}
	fails(WSAENOBUFS, WSASend(tcp[0], &buffer, 0xffffffff, &count, 0, NULL, NULL),
	      "WSASend of too many buffers");
#endif
	is_string("2, 0: xy", receive(tcp[0], 0, SIZES(8)), "...and the data is still there");
	wine_todo("Wine ignores flags it does not know");
	fails(WSAEOPNOTSUPP, WSASend(tcp[0], &buffer, 1, &count, 0x4000, NULL, NULL),
	      "WSASend, an unknown flag");
	flags = 0x4000;
	set_nonblocking(tcp[0]);
	fails(WSAEOPNOTSUPP, WSARecv(tcp[0], &buffer, 1, &count, &flags, NULL, NULL),
	      "WSARecv, an unknown flag");
	todo_end();
	close_pair(tcp);
	succeeds(WSASendTo(s, &buffer, 1, &count, 0, (struct sockaddr *)&address, length, NULL, NULL),
		 "WSASendTo");
	succeeds(getsockname(s, (struct sockaddr *)&address, &length), "...has bound the socket");
	closesocket(s);
}

/* There is nobody yet whom the end of such a call could be told to. */
#ifdef __linux__
static void overlapped(void)
{
	char byte;
	WSABUF buffer = { 1, &byte };
	WSAOVERLAPPED ahead = { 0 };
	WSAMSG message = { .lpBuffers = &buffer, .dwBufferCount = 1 };
	DWORD count = 0, flags = 0;
	SOCKET tcp[2], udp[2];

	tcp_pair(AF_INET, tcp);
	udp_pair(AF_INET, udp);
	fails(WSAEINVAL, WSARecv(tcp[0], NULL, 0, NULL, &flags, &ahead, NULL),
	      "WSARecv, overlapped, without a buffer");
	fails(WSAEOPNOTSUPP, WSARecv(tcp[0], &buffer, 1, NULL, &flags, &ahead, NULL), "WSARecv, overlapped");
	fails(WSAEOPNOTSUPP, WSASend(tcp[0], &buffer, 1, &count, 0, &ahead, NULL), "WSASend, overlapped");
	fails(WSAEOPNOTSUPP, receive_message(udp[0], &message, &count, &ahead, NULL),
	      "WSARecvMsg, overlapped");
	fails(WSAEOPNOTSUPP, WSASendMsg(udp[0], &message, 0, &count, &ahead, NULL), "WSASendMsg, overlapped");
	close_pair(tcp);
	close_pair(udp);
}
#endif

/* WSARecvMsg into one buffer; what it says besides is in `message`. */
static const char *message_of(SOCKET s, WSAMSG *message, ULONG size)
{
	static char room[64];
	WSABUF buffer = { size, room };
	DWORD count = 0xdead;
	int result;

	message->lpBuffers = &buffer;
	message->dwBufferCount = 1;
	memset(room, '.', sizeof room);
	result = receive_message(s, message, &count, NULL, NULL);
	if (result)
		return words("%s, %lu: %.8s", error_name(WSAGetLastError()), (unsigned long)count, room);
	return words("%lu: %.*s", (unsigned long)count, (int)count, room);
}

static void receive_messages(void)
{
	struct sockaddr_storage address[2], from;
	int length;
	SOCKET a = bound_socket(AF_INET, SOCK_DGRAM, &address[0], &length);
	SOCKET b = bound_socket(AF_INET, SOCK_DGRAM, &address[1], &length), tcp[2];
	WSAMSG message = { .name = (struct sockaddr *)&from, .namelen = sizeof from };
	WSABUF buffer = { 1, (char *)&from };
	DWORD count;

	connect(a, (struct sockaddr *)&address[1], length);
	send(a, "hello", 5, 0);
	is_string("5: hello", message_of(b, &message, 10), "WSARecvMsg without room for control messages");
	is_int(length, message.namelen, "...the sender's length");
	ok(!memcmp(&from, &address[0], (size_t)length), "...and address");
	is_hex(0, message.dwFlags, "...no flags");
	is_int(0, message.Control.len, "...and no control messages");

	message = (WSAMSG){ .dwFlags = MSG_PEEK };
	send(a, "again", 5, 0);
	is_string("5: again", message_of(b, &message, 10), "WSARecvMsg, MSG_PEEK");
	message.dwFlags = 0;
	is_string("5: again", message_of(b, &message, 10), "...leaves it there");

	send(a, "abcdef", 6, 0);
	wine_todo("Wine leaves the count alone");
	is_string("WSAEMSGSIZE, 4: abcd....", message_of(b, &message, 4),
		  "WSARecvMsg, a datagram that does not fit");
	is_hex(MSG_TRUNC, message.dwFlags, "...says so in its flags too");
	todo_end();

	message = (WSAMSG){ .namelen = 16 };
	send(a, "name", 4, 0);
	ok(is_readable(b), "a datagram");
#ifdef __linux__ /* Wine does not care, or crashes */
	WSAMSG *bad = (WSAMSG *)before_bad_page(sizeof message - 8);

	is_string("WSAEFAULT, 57005: ........", message_of(b, &message, 4),
		  "WSARecvMsg, a name's length without a name");
	message = (WSAMSG){ .Control = { 16, NULL } };
	is_string("WSAEFAULT, 57005: ........", message_of(b, &message, 4),
		  "WSARecvMsg, control's length without control");
	message = (WSAMSG){ .name = (struct sockaddr *)&from, .namelen = 8 };
	is_string("WSAEFAULT, 57005: ........", message_of(b, &message, 4),
		  "WSARecvMsg, too little room for the name");
	fails(WSAEFAULT, receive_message(b, bad, &count, NULL, NULL), "WSARecvMsg, half a message");
	fails(WSAEFAULT, receive_message(b, &message, NULL, NULL, NULL), "WSARecvMsg, NULL for the count");
	message = (WSAMSG){ .dwFlags = MSG_OOB };
	is_string("WSAEOPNOTSUPP, 57005: ........", message_of(b, &message, 4), "WSARecvMsg, MSG_OOB");
#endif
	fails(WSAEFAULT, receive_message(b, NULL, NULL, NULL, NULL), "WSARecvMsg, NULL for the message");
	message = (WSAMSG){ .dwFlags = 0 };
	is_string("4: name", message_of(b, &message, 4), "...and the datagram is still there");
	fails(WSAENOTSOCK, receive_message(INVALID_SOCKET, &message, &count, NULL, NULL),
	      "WSARecvMsg, no socket");
	closesocket(a);
	closesocket(b);

	tcp_pair(AF_INET, tcp);
	message = (WSAMSG){ .lpBuffers = &buffer, .dwBufferCount = 1 };
	send(tcp[1], "x", 1, 0);
	ok(is_readable(tcp[0]), "data of a stream");
	wine_todo("Wine receives it");
	message.dwFlags = MSG_PEEK;
	fails(WSAEOPNOTSUPP, receive_message(tcp[0], &message, &count, NULL, NULL),
	      "WSARecvMsg of a stream, MSG_PEEK");
	message.dwFlags = 0;
	fails(WSAEINVAL, receive_message(tcp[0], &message, &count, NULL, NULL), "WSARecvMsg of a stream");
	todo_end();
	close_pair(tcp);
}

static void send_messages(void)
{
	struct sockaddr_storage address;
	struct sockaddr_in name = { .sin_port = 0 };
	int length, name_length = sizeof name;
	SOCKET b = bound_socket(AF_INET, SOCK_DGRAM, &address, &length), a = new_socket(AF_INET, SOCK_DGRAM);
	WSABUF buffers[] = { { 5, (char *)"hello" }, { 6, (char *)" world" } };
	WSAMSG message = { (struct sockaddr *)&address, length, buffers, 1, { 0, NULL }, 0 };
	DWORD count = 0;

	fails(WSAENOTSOCK, WSASendMsg(INVALID_SOCKET, &message, 0, NULL, NULL, NULL),
	      "WSASendMsg, no socket");
	fails(WSAEFAULT, WSASendMsg(a, NULL, 0, NULL, NULL, NULL),
	      "WSASendMsg, NULL for the message and the count");
	fails(WSAEFAULT, WSASendMsg(a, NULL, 0, &count, NULL, NULL), "WSASendMsg, NULL for the message");
	fails(WSAEINVAL, getsockname(a, (struct sockaddr *)&name, &name_length),
	      "...has not bound the socket");
	fails(WSAEFAULT, WSASendMsg(a, &message, 0, NULL, NULL, NULL), "WSASendMsg, NULL for the count");
	wine_todo("Wine does not");
	succeeds(getsockname(a, (struct sockaddr *)&name, &name_length), "...has bound the socket");
	ok(name.sin_addr.s_addr == INADDR_ANY && name.sin_port, "...to any address and a port");
	todo_end();
	closesocket(a);

	a = new_socket(AF_INET, SOCK_DGRAM);
	WSASetLastError(0xdead);
	succeeds(WSASendMsg(a, &message, 0, &count, NULL, NULL), "WSASendMsg");
	is_int(0, WSAGetLastError(), "...leaves no last error");
	is_int(5, count, "...sent a buffer");
	is_string("5, 0: hello", receive(b, 0, SIZES(30)), "...which arrives");
	message.dwBufferCount = 2;
	message.dwFlags = MSG_PEEK;
	succeeds(WSASendMsg(a, &message, 0, &count, NULL, NULL),
		 "WSASendMsg of two buffers; dwFlags are no matter");
	is_int(11, count, "...sent both");
	is_string("11, 0: hello world", receive(b, 0, SIZES(30)), "...as one datagram");
	succeeds(getsockname(a, (struct sockaddr *)&name, &name_length), "the socket is bound");
#ifdef __linux__
	message.name = NULL;
	fails(WSAEFAULT, WSASendMsg(a, &message, 0, &count, NULL, NULL),
	      "WSASendMsg, a name's length without a name");
	message.namelen = 0;
	fails(WSAENOTCONN, WSASendMsg(a, &message, 0, &count, NULL, NULL), "WSASendMsg to nobody");
	message.name = (struct sockaddr *)&address;
	message.namelen = length;
	message.Control.len = 16;
	fails(WSAEFAULT, WSASendMsg(a, &message, 0, &count, NULL, NULL),
	      "WSASendMsg, control's length without control");
	message.Control.len = 0;
	fails(WSAEOPNOTSUPP, WSASendMsg(a, &message, MSG_PEEK, &count, NULL, NULL), "WSASendMsg, MSG_PEEK");
#endif
	closesocket(a);
	closesocket(b);

	a = new_socket(AF_INET, SOCK_STREAM);
	wine_todo("Wine has another error for it");
	fails(WSAEINVAL, WSASendMsg(a, &message, 0, &count, NULL, NULL), "WSASendMsg on a stream");
	todo_end();
	closesocket(a);
}

/* A thread that waits in one of the calls is woken by closesocket in another. */
#ifdef __linux__
static void close_later(void *argument)
{
	sleep_ms(50);
	closesocket(*(SOCKET *)argument);
}

static void closed(void)
{
	struct sockaddr_storage address;
	WSAMSG message = { .dwFlags = 0 };
	SOCKET udp, tcp[2];
	struct task *task;
	int length;

	tcp_pair(AF_INET, tcp);
	task = task_start(close_later, &tcp[1]);
	is_string("WSAECONNABORTED", receive(tcp[1], 0, SIZES(5)), "WSARecv, closed by another thread");
	task_end(task, 2000);
	closesocket(tcp[0]);

	udp = bound_socket(AF_INET, SOCK_DGRAM, &address, &length);
	task = task_start(close_later, &udp);
	is_string("WSAEINTR, 57005: ........", message_of(udp, &message, 5),
		  "WSARecvMsg, closed by another thread");
	task_end(task, 2000);
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	find_extension((GUID)WSAID_WSARECVMSG, &receive_message);
	streams();
	wait_for_all();
	stream_flags();
	urgent();
	many_buffers();
	nothing();
	timeouts();
	datagrams(AF_INET);
	datagrams(AF_INET6);
	checks();
#ifdef __linux__
	overlapped();
#endif
	receive_messages();
	send_messages();
#ifdef __linux__
	closed();
#endif
	winsock_end();
	return done();
}
