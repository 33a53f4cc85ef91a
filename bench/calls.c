/* Measures Winsock calls: here beside the system's own, or under Wine.
 *
 *	calls time ROUNDS [CALL]   prints CALL SIDE NANOSECONDS, a line for each round
 *	calls do COUNT      does each call so often, or less by its weight: what run counts from outside
 *	calls list          prints CALL BARS WEIGHT TEXT
 *
 * The two sides take turns, so that what else the machine does hits both. */
#define FD_SETSIZE 1000
#include <winsock2.h>
#include <mstcpip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __linux__
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#else
#include <windows.h>
#endif

#include "calls.h"

static void set_keepalive(SOCKET s, BOOL on)
{
	setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&on, sizeof on);
}

static void our_set_keepalive(SOCKET a, SOCKET b)
{
	(void)b;
	set_keepalive(a, TRUE);
}

static void get(SOCKET s, int name)
{
	int value, size = sizeof value;

	getsockopt(s, SOL_SOCKET, name, (char *)&value, &size);
}

static void our_get_keepalive(SOCKET a, SOCKET b)
{
	(void)b;
	get(a, SO_KEEPALIVE);
}

static void our_get_error(SOCKET a, SOCKET b)
{
	(void)b;
	get(a, SO_ERROR);
}

static void our_keepalive_vals(SOCKET a, SOCKET b)
{
	struct tcp_keepalive values = { 1, 7200000, 1000 };
	DWORD bytes;

	(void)b;
	WSAIoctl(a, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL);
}

static void our_last_error(SOCKET a, SOCKET b)
{
	static volatile int seen;

	(void)a, (void)b, (void)seen;
	seen = WSAGetLastError();
}

static void our_ping_pong(SOCKET a, SOCKET b)
{
	char packet[64] = "ping";

	send(a, packet, sizeof packet, 0);
	recv(b, packet, sizeof packet, 0);
	send(b, packet, sizeof packet, 0);
	recv(a, packet, sizeof packet, 0);
}

static void our_recv_nothing(SOCKET a, SOCKET b)
{
	char byte;

	(void)a;
	recv(b, &byte, 1, 0);
}

static void our_switch_keepalive(SOCKET a, SOCKET b)
{
	(void)b;
	set_keepalive(a, FALSE);
	set_keepalive(a, TRUE);
}

static void open_close(int type)
{
	closesocket(socket(AF_INET, type, 0));
}

static void our_open_close(SOCKET a, SOCKET b)
{
	(void)a, (void)b;
	open_close(SOCK_STREAM);
}

static void our_open_close_udp(SOCKET a, SOCKET b)
{
	(void)a, (void)b;
	open_close(SOCK_DGRAM);
}

static SOCKET echoes[ECHOES], threads_ends[ECHOES];

static void our_echo(SOCKET a, SOCKET b)
{
	char packet[PACKET] = "echo";

	(void)a, (void)b;
	for (int i = 0; i < ECHOES; i++)
		send(echoes[i], packet, sizeof packet, 0);
	for (int i = 0; i < ECHOES; i++)
		recv(echoes[i], packet, sizeof packet, MSG_WAITALL);
}

/* Connections, to the last of which something has come that nobody takes. */
static SOCKET many[MANY];

/* A program keeps its set, gives select a copy, and looks through what is left. */
static void select_last(unsigned count, const struct timeval *timeout)
{
	static fd_set of_64, of_1000;
	static volatile SOCKET found;
	fd_set *kept = count == 64 ? &of_64 : &of_1000, ready;

	if (!kept->fd_count)
		for (unsigned i = 0; i < count; i++)
			kept->fd_array[kept->fd_count++] = many[MANY - count + i];
	memcpy(&ready, kept, (char *)&kept->fd_array[count] - (char *)kept);
	select(0, &ready, NULL, NULL, timeout);
	for (unsigned i = 0; i < ready.fd_count; i++)
		found = ready.fd_array[i];
	(void)found;
}

static void poll_last(unsigned count, int timeout)
{
	static WSAPOLLFD polled[MANY];
	static volatile SOCKET found;
	WSAPOLLFD *these = polled + MANY - count;
	int left;

	if (!polled[0].fd)
		for (unsigned i = 0; i < MANY; i++)
			polled[i] = (WSAPOLLFD){ .fd = many[i], .events = POLLIN };
	left = WSAPoll(these, count, timeout);
	for (unsigned i = 0; left > 0 && i < count; i++)
		if (these[i].revents) {
			found = these[i].fd;
			left--;
		}
	(void)found;
}

static const struct timeval at_once;

#define OF_MANY(name, call)                                                                                  \
	static void our_##name(SOCKET a, SOCKET b)                                                           \
	{                                                                                                    \
		(void)a, (void)b;                                                                            \
		call;                                                                                        \
	}
OF_MANY(select_64, select_last(64, NULL))
OF_MANY(select_1000, select_last(1000, NULL))
OF_MANY(look_64, select_last(64, &at_once))
OF_MANY(look_1000, select_last(1000, &at_once))
OF_MANY(poll_64, poll_last(64, -1))
OF_MANY(poll_10000, poll_last(MANY, -1))
OF_MANY(poll_look_64, poll_last(64, 0))
OF_MANY(poll_look_10000, poll_last(MANY, 0))

#ifdef __linux__
enum { SIDES = 2 };
#define RAW(name) raw_##name
#else
enum { SIDES = 1 };
#define RAW(name) NULL
#endif

static const struct call {
	const char *name, *text, *bars;
	int weight;
	void (*ours)(SOCKET a, SOCKET b);
	void (*raw)(int a, int b);
} calls[] = {
#define ROW(name, text, bars, weight) { #name, text, bars, weight, our_##name, RAW(name) },
	CALLS(ROW)
};
enum { COUNT = sizeof calls / sizeof *calls };

static SOCKET idle[2], busy[2]; /* connections; idle[1] does not block, and nothing comes to it */

static void require(int done, const char *what)
{
	if (!done) {
		fprintf(stderr, "calls: %s: error %d\n", what, WSAGetLastError());
		exit(1);
	}
}

static void connect_ends(SOCKET ends[2])
{
	static SOCKET listener = INVALID_SOCKET;
	static struct sockaddr_in address = { .sin_family = AF_INET };
	int length = sizeof address, on = 1;

	if (listener == INVALID_SOCKET) {
	listener = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	require(bind(listener, (struct sockaddr *)&address, sizeof address) == 0, "bind");
	require(listen(listener, 1) == 0, "listen");
	require(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
	}
	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	require(connect(ends[0], (struct sockaddr *)&address, sizeof address) == 0, "connect");
	ends[1] = accept(listener, NULL, NULL);
	require(ends[1] != INVALID_SOCKET, "accept");
	for (int i = 0; i < 2; i++)
		require(setsockopt(ends[i], IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof on) == 0,
		        "TCP_NODELAY");
	require(setsockopt(ends[0], SOL_SOCKET, SO_KEEPALIVE, (char *)&on, sizeof on) == 0, "SO_KEEPALIVE");
}

static
#ifdef __linux__
	void *
#else
	DWORD WINAPI
#endif
	echo(void *argument)
{
	char packet[PACKET];
	SOCKET s = *(SOCKET *)argument;
	int length;

	while ((length = recv(s, packet, sizeof packet, 0)) > 0)
		send(s, packet, length, 0);
	return 0;
}

static void start_echo(int i)
{
	SOCKET ends[2];
#ifdef __linux__
	pthread_t thread;
#endif

	connect_ends(ends);
	echoes[i] = ends[0];
	threads_ends[i] = ends[1];
#ifdef __linux__
	require(pthread_create(&thread, NULL, echo, &threads_ends[i]) == 0, "thread");
	pthread_detach(thread);
#else
	require(CreateThread(NULL, 0, echo, &threads_ends[i], 0, NULL) != NULL, "thread");
#endif
}

static void start_echoes(void)
{
#ifdef __linux__
	int ours[ECHOES], theirs[ECHOES];

	for (int i = 0; i < ECHOES; i++) {
		SOCKET ends[2];

		connect_ends(ends);
		ours[i] = (int)ends[0];
		theirs[i] = (int)ends[1];
	}
	raw_take_echoes(ours, theirs);
#endif
	for (int i = 0; i < ECHOES; i++)
		start_echo(i);
}

static void connect_many(void)
{
#ifdef __linux__
	static int sockets[MANY];
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
#endif
	for (int i = 0; i < MANY; i += 2)
		connect_ends(&many[i]);
	require(send(many[MANY - 2], "x", 1, 0) == 1, "send");
#ifdef __linux__
	for (int i = 0; i < MANY; i++)
		sockets[i] = (int)many[i];
	raw_take_many(sockets);
#endif
}

static void repeat(const struct call *call, int side, long times)
{
	const SOCKET *ends = call->ours == our_ping_pong ? busy : idle;

	while (times--) {
		if (side == 0)
			call->ours(ends[0], ends[1]);
		else
			call->raw((int)ends[0], (int)ends[1]);
	}
}

static const char *const sides[] = { "ours", "raw" };

static double nanoseconds(const struct call *call, int side, long times)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	repeat(call, side, times);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec);
}

static void take_time(int rounds, const char *only)
{
	enum { LONG_ENOUGH = 1000000 };
	long times[COUNT];

	for (int i = 0; i < COUNT; i++)
		for (times[i] = 4; nanoseconds(&calls[i], 0, times[i]) < LONG_ENOUGH;)
			times[i] *= 2;
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < COUNT; i++) {
			if (only && strcmp(only, calls[i].name))
				continue;
			for (int turn = 0; turn < SIDES; turn++) {
				int side = (turn + round) % SIDES;

				printf("%s %s %.2f\n", calls[i].name, sides[side],
				       nanoseconds(&calls[i], side, times[i]) / times[i]);
			}
		}
	}
}

/* strace sees the marks, and callgrind the function's name: what is between counts. */
static void mark(const char *text)
{
#ifdef __linux__
	prctl(PR_SET_NAME, text);
#else
	(void)text;
#endif
}

static __attribute__((noinline)) void counted(const struct call *call, int side, long times)
{
	char text[16];

	snprintf(text, sizeof text, "%d %s", (int)(call - calls), sides[side]);
	mark(text);
	repeat(call, side, times);
	mark("end");
}

static void do_all(long times)
{
	for (int i = 0; i < COUNT; i++) {
		for (int side = 0; side < SIDES; side++) {
			repeat(&calls[i], side, 3);
			counted(&calls[i], side, (times + calls[i].weight - 1) / calls[i].weight);
		}
	}
}

int main(int argc, char **argv)
{
	WSADATA data;
	long number = argc > 2 ? atol(argv[2]) : 0;

	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (int i = 0; i < COUNT; i++)
			printf("%s %s %d %s\n", calls[i].name, calls[i].bars, calls[i].weight, calls[i].text);
		return 0;
	}
	if (number < 1) {
		fprintf(stderr, "usage: calls time ROUNDS [CALL] | do COUNT | list\n");
		return 2;
	}
	require(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
	connect_ends(idle);
	connect_ends(busy);
	start_echoes();
	connect_many();
	require(ioctlsocket(idle[1], FIONBIO, &(u_long){ 1 }) == 0, "FIONBIO");
	if (strcmp(argv[1], "time") == 0)
		take_time((int)number, argc > 3 ? argv[3] : NULL);
	else
		do_all(number);
	return WSACleanup();
}
