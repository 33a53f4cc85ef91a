/* send, sendto, recv, recvfrom and shutdown: flags, sizes, time-outs and the ends of connections. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include "kernel.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#endif

static const char no_wait[] = "Wine's MSG_WAITALL does not wait";

static void set_nonblocking(SOCKET s)
{
	u_long on = 1;

	if (ioctlsocket(s, FIONBIO, &on))
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
}

static void set(SOCKET s, int name, DWORD value)
{
	if (setsockopt(s, SOL_SOCKET, name, (char *)&value, sizeof value))
		bail("setsockopt: %s", error_name(WSAGetLastError()));
}

static bool ready(SOCKET s, bool urgent)
{
	struct timeval time = { 2, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, urgent ? NULL : &set, NULL, urgent ? &set : NULL, &time) == 1;
}

static bool is_readable(SOCKET s)
{
	return ready(s, false);
}

/* What a receiving call gave: the bytes as text, or the error's name. */
static const char *received(int result, const char *buffer)
{
	return result < 0 ? error_name(WSAGetLastError()) : words("%d: %.*s", result, result, buffer);
}

static const char *receive(SOCKET s, int size, int flags)
{
	static char buffer[256];

	memset(buffer, '.', sizeof buffer);
	WSASetLastError(0);
	return received(recv(s, buffer, size, flags), buffer);
}

static int say(SOCKET s, const char *text)
{
	return send(s, text, (int)strlen(text), 0);
}

static void streams(int family)
{
	SOCKET pair[2];

	tcp_pair(family, pair);
	is_int(6, say(pair[0], "abcdef"), "send");
	ok(is_readable(pair[1]), "...arrives");
	is_string("3: abc", receive(pair[1], 3, MSG_PEEK), "MSG_PEEK");
	is_string("6: abcdef", receive(pair[1], 100, MSG_PEEK), "MSG_PEEK again, of more");
	is_string("2: ab", receive(pair[1], 2, 0), "recv of a part");
	is_string("0: ", receive(pair[1], 0, 0), "recv of nothing");
	is_string("4: cdef", receive(pair[1], 100, 0), "recv of the rest");
	is_int(0, send(pair[0], "", 0, 0), "send of nothing");
	is_int(3, say(pair[1], "xyz"), "send the other way");
	is_string("3: xyz", receive(pair[0], 100, 0), "...arrives");

	/* The address parts of the calls are for datagrams. */
	struct sockaddr_storage from = { .ss_family = 0x1234 };
	int length = 77;
	char buffer[8];

	is_int(2, sendto(pair[0], "to", 2, 0, NULL, 0), "sendto on a connection");
	is_int(2, recvfrom(pair[1], buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length),
	       "recvfrom on a connection");
	is_int(77, length, "...leaves the length alone");
	is_hex(0x1234, from.ss_family, "...and the address");
	close_pair(pair);
}

static void send_slowly(void *argument)
{
	SOCKET s = *(SOCKET *)argument;

	say(s, "ab");
	sleep_ms(50);
	say(s, "cd");
	sleep_ms(50);
	say(s, "ef");
}

static void wait_for_all(void)
{
	SOCKET pair[2];
	struct task *task;

	tcp_pair(AF_INET, pair);
	task = task_start(send_slowly, &pair[0]);
	wine_todo(no_wait);
	is_string("5: abcde", receive(pair[1], 5, MSG_WAITALL), "MSG_WAITALL waits for all");
	todo_end();
	ok(task_end(task, 2000), "...of what is sent");
	wine_todo(no_wait);
	is_string("1: f", receive(pair[1], 5, 0), "the rest");
	todo_end();
	say(pair[0], "end");
	closesocket(pair[0]);
	is_string("3: end", receive(pair[1], 5, MSG_WAITALL), "MSG_WAITALL gets what there is at the end");
	closesocket(pair[1]);

	tcp_pair(AF_INET, pair);
	say(pair[0], "abc");
	ok(is_readable(pair[1]), "data for MSG_WAITALL");
	wine_todo("Wine allows it");
	is_string("WSAEOPNOTSUPP", receive(pair[1], 3, MSG_WAITALL | MSG_PEEK), "MSG_WAITALL with MSG_PEEK");
	say(pair[0], "abc");
	set_nonblocking(pair[1]);
	is_string("WSAEOPNOTSUPP", receive(pair[1], 3, MSG_WAITALL),
		  "MSG_WAITALL on a socket that does not block");
	todo_end();
	close_pair(pair);
}

static void unknown_flags(void)
{
	static const int unknown[] = { 0x40, 0x100, 0x4000, 0x10000000 };
	SOCKET tcp[2], udp[2];

	tcp_pair(AF_INET, tcp);
	udp_pair(AF_INET, udp);
	set_nonblocking(tcp[1]);
	set_nonblocking(udp[1]);
	wine_todo("Wine ignores flags it does not know");
	for (unsigned i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		fails(WSAEOPNOTSUPP, send(tcp[0], "a", 1, unknown[i]), "send, flag %#x", unknown[i]);
		fails(WSAEOPNOTSUPP, send(udp[0], "a", 1, unknown[i]), "send of a datagram, flag %#x",
		      unknown[i]);
		is_string("WSAEOPNOTSUPP", receive(tcp[1], 1, unknown[i]), "recv, flag %#x", unknown[i]);
		is_string("WSAEOPNOTSUPP", receive(udp[1], 1, unknown[i]), "recv of a datagram, flag %#x",
			  unknown[i]);
	}
	todo_end();
	fails(WSAEOPNOTSUPP, send(udp[0], "a", 1, MSG_OOB), "send of a datagram, MSG_OOB");
	wine_todo("Wine ignores it");
	is_string("WSAEOPNOTSUPP", receive(udp[1], 1, MSG_OOB), "recv of a datagram, MSG_OOB");
	todo_end();
	is_int(1, send(tcp[0], "a", 1, MSG_DONTROUTE), "send, MSG_DONTROUTE");
	close_pair(tcp);
	close_pair(udp);
}

/* No row of the options' table yet. */
static void inline_urgent(SOCKET s)
{
#ifdef __linux__
	enum { KERNEL_SO_OOBINLINE = 10 };

	kernel_set(s, KERNEL_SOL_SOCKET, KERNEL_SO_OOBINLINE, 1);
#else
	set(s, SO_OOBINLINE, 1);
#endif
}

static void urgent_later(void *argument)
{
	SOCKET s = *(SOCKET *)argument;

	sleep_ms(50);
	send(s, "!", 1, MSG_OOB);
}

static void close_later(void *argument)
{
	sleep_ms(50);
	closesocket(*(SOCKET *)argument);
}

static void urgent(void)
{
	struct task *task;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	say(pair[0], "ab");
	is_int(1, send(pair[0], "!", 1, MSG_OOB), "send, MSG_OOB");
	say(pair[0], "cd");
	ok(ready(pair[1], true), "...is announced");
	is_string("1: !", receive(pair[1], 10, MSG_OOB), "recv, MSG_OOB");
	is_string("2: ab", receive(pair[1], 10, 0), "recv stops where it was sent");
	is_string("2: cd", receive(pair[1], 10, 0), "recv of what came after it");
	task = task_start(urgent_later, &pair[0]);
	is_string("1: !", receive(pair[1], 10, MSG_OOB), "recv, MSG_OOB, waits for more");
	task_end(task, 2000);
	set_nonblocking(pair[1]);
	is_string("WSAEWOULDBLOCK", receive(pair[1], 10, MSG_OOB), "recv, MSG_OOB, with none left");

	close_pair(pair);

	tcp_pair(AF_INET, pair);
	inline_urgent(pair[1]);
	send(pair[0], "?", 1, MSG_OOB);
	ok(is_readable(pair[1]), "SO_OOBINLINE: it is data like any other");
	is_string("WSAEINVAL", receive(pair[1], 10, MSG_OOB), "...which MSG_OOB does not get");
	is_string("1: ?", receive(pair[1], 10, 0), "...but recv does");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	task = task_start(close_later, &pair[0]);
	set(pair[1], SO_RCVTIMEO, 1000);
	is_string("0: ", receive(pair[1], 10, MSG_OOB), "recv, MSG_OOB, waits for the end");
	task_end(task, 2000);
	closesocket(pair[1]);
}

static void datagrams(int family)
{
	struct sockaddr_storage address[2], from;
	int length, from_length;
	SOCKET a = bound_socket(family, SOCK_DGRAM, &address[0], &length);
	SOCKET b = bound_socket(family, SOCK_DGRAM, &address[1], &length);
	char buffer[16], *exact;

	is_int(6, sendto(a, "abcdef", 6, 0, (struct sockaddr *)&address[1], length), "sendto");
	ok(is_readable(b), "...arrives");
	is_string("WSAEMSGSIZE", receive(b, 4, MSG_PEEK), "MSG_PEEK of a part");
	is_string("6: abcdef", receive(b, 100, MSG_PEEK), "MSG_PEEK of all");
	from_length = sizeof from;
	memset(&from, 0xcc, sizeof from);
	is_string("6: abcdef",
		  received(recvfrom(b, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &from_length),
			   buffer),
		  "recvfrom");
	is_int(length, from_length, "...the sender's length");
	ok(!memcmp(&from, &address[0], (size_t)length), "...and address, of family %d", family);

	/* What does not fit is lost, what does is there, and so is the sender. */
	sendto(a, "abcdef", 6, 0, (struct sockaddr *)&address[1], length);
	memset(buffer, '.', sizeof buffer);
	memset(&from, 0xcc, sizeof from);
	from_length = sizeof from;
	fails(WSAEMSGSIZE, recvfrom(b, buffer, 4, 0, (struct sockaddr *)&from, &from_length),
	      "recvfrom into a buffer too small");
	ok(!memcmp(buffer, "abcd..", 6), "...has filled it");
	is_int(length, from_length, "...and knows the sender's length");
	ok(!memcmp(&from, &address[0], (size_t)length), "...and address");
	set_nonblocking(b);
	is_string("WSAEWOULDBLOCK", receive(b, 10, 0), "...the rest is lost");

	/* Too little room for the address: nothing is. */
	sendto(a, "abcdef", 6, 0, (struct sockaddr *)&address[1], length);
	ok(is_readable(b), "another datagram");
	for (from_length = 0; from_length < length; from_length += length - 1) {
		int before = from_length;

		memset(&from, 0xcc, sizeof from);
		wine_todo("Wine gives as much of the address as fits");
		fails(WSAEFAULT,
		      recvfrom(b, buffer, sizeof buffer, MSG_PEEK, (struct sockaddr *)&from, &from_length),
		      "recvfrom, %d bytes for the address", before);
		todo_end();
		from_length = before;
	}
	is_string("6: abcdef", receive(b, 100, 0), "...the datagram is still there");
	exact = before_bad_page((size_t)length);
	sendto(a, "abcdef", 6, 0, (struct sockaddr *)&address[1], length);
	from_length = length;
	is_int(6, recvfrom(b, buffer, sizeof buffer, 0, (struct sockaddr *)exact, &from_length),
	       "recvfrom, an address that just fits before a bad page");

	is_int(0, sendto(a, "", 0, 0, (struct sockaddr *)&address[1], length), "sendto of nothing");
	ok(is_readable(b), "...is a datagram");
	is_string("0: ", receive(b, 10, 0), "...of nothing");
	fails(WSAEMSGSIZE, sendto(a, exact - 3000, 70000, 0, (struct sockaddr *)&address[1], length),
	      "sendto of more than a datagram holds");

	fails(WSAEFAULT, sendto(a, "a", 1, 0, (struct sockaddr *)&address[1], length - 1),
	      "sendto an address too short");
	wine_todo("Wine has another error for it");
	fails(WSAENOTCONN, send(a, "a", 1, 0), "send to nobody");
	address[1].ss_family = 0xdead;
	fails(WSAEAFNOSUPPORT, sendto(a, "a", 1, 0, (struct sockaddr *)&address[1], length),
	      "sendto an unknown family");
	todo_end();
	closesocket(a);
	closesocket(b);

	a = new_socket(family, SOCK_DGRAM);
	set_nonblocking(a);
	wine_todo("Wine waits for datagrams that cannot come");
	is_string("WSAEINVAL", receive(a, 10, 0), "recv on a datagram socket that is not bound");
	todo_end();
	closesocket(a);
}

/* "Nobody there" comes back as an error of receiving, never of sending. */
static void unreachable(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	int sent = 0;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(free_port(AF_INET, SOCK_DGRAM));
	succeeds(connect(s, (struct sockaddr *)&address, sizeof address), "connect to a port nobody has");
	set(s, SO_RCVTIMEO, 500);
	for (int i = 0; i < 4; i++, sleep_ms(20))
		sent += say(s, "x");
	wine_todo("Wine's send fails, as Linux has it");
	is_int(4, sent, "send never fails of it");
	ok(is_readable(s), "the error makes the socket readable");
	is_string("WSAECONNRESET", receive(s, 10, 0), "...and recv says that nobody is there");
	todo_end();
	closesocket(s);
}

static void time_out(SOCKET s, const char *what)
{
	enum { LIMIT = 150 };
	long long start, spent;
	const char *seen;

	set(s, SO_RCVTIMEO, LIMIT);
	start = now_ms();
	seen = receive(s, 10, 0);
	spent = now_ms() - start;
	is_string("WSAETIMEDOUT", seen, "%s: SO_RCVTIMEO", what);
	ok(spent >= LIMIT - 1, "...not earlier (%lld ms)", spent);
	ok(spent < LIMIT + 1000, "...nor much later");
}

static void time_outs(void)
{
	SOCKET pair[2];
	static char much[1 << 20];
	long long start;
	int result;

	udp_pair(AF_INET, pair);
	time_out(pair[0], "a datagram socket");
	say(pair[1], "late");
	is_string("4: late", receive(pair[0], 10, 0), "...goes on to receive");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	time_out(pair[0], "a connection");
	say(pair[1], "late");
	is_string("4: late", receive(pair[0], 10, 0), "...goes on to receive");
	set(pair[0], SO_SNDTIMEO, 100);
	start = now_ms();
	do
		result = send(pair[0], much, sizeof much, 0);
	while (result == sizeof much && now_ms() - start < 5000);
	if (result < 0)
		fails(WSAETIMEDOUT, result, "SO_SNDTIMEO");
	else
		ok(result < (int)sizeof much, "SO_SNDTIMEO: a part was sent");
	ok(now_ms() - start >= 99, "...not earlier");

	set_nonblocking(pair[0]);
	start = now_ms();
	is_string("WSAEWOULDBLOCK", receive(pair[0], 10, 0), "a time-out on a socket that does not block");
	ok(now_ms() - start < 100, "...at once");
	close_pair(pair);
}

static void nonblocking(void)
{
	SOCKET pair[2];
	static char much[1 << 16];
	int result, rounds = 0;

	tcp_pair(AF_INET, pair);
	set_nonblocking(pair[0]);
	is_string("WSAEWOULDBLOCK", receive(pair[0], 10, 0), "recv of what is not there");
	is_string("WSAEWOULDBLOCK", receive(pair[0], 10, MSG_PEEK), "MSG_PEEK at what is not there");
	do
		result = send(pair[0], much, sizeof much, 0);
	while (result > 0 && ++rounds < 10000);
	fails(WSAEWOULDBLOCK, result, "send when nothing fits any more");
	close_pair(pair);
}

static void shutting_down(void)
{
	SOCKET pair[2], s;

	fails(WSAENOTSOCK, shutdown(INVALID_SOCKET, SD_BOTH), "shutdown of no socket");
	s = new_socket(AF_INET, SOCK_STREAM);
	fails(WSAENOTCONN, shutdown(s, SD_SEND), "shutdown of a fresh socket");
	wine_todo("Wine has another error for it");
	fails(WSAENOTCONN, say(s, "a"), "send on a fresh socket");
	todo_end();
	is_string("WSAENOTCONN", receive(s, 10, 0), "recv on a fresh socket");
	closesocket(s);

	tcp_pair(AF_INET, pair);
	fails(WSAEINVAL, shutdown(pair[0], 3), "shutdown, how is 3");
	fails(WSAEINVAL, shutdown(pair[0], -1), "shutdown, how is -1");
	succeeds(shutdown(pair[0], SD_SEND), "SD_SEND");
	fails(WSAESHUTDOWN, say(pair[0], "a"), "send after it");
	fails(WSAESHUTDOWN, say(pair[0], "a"), "send again");
	is_string("0: ", receive(pair[1], 10, 0), "the peer sees the end");
	is_string("0: ", receive(pair[1], 10, 0), "...again");
	is_int(1, say(pair[1], "x"), "the other direction is open");
	is_string("1: x", receive(pair[0], 10, 0), "...and receives");
	succeeds(shutdown(pair[1], SD_SEND), "SD_SEND of the peer");
	is_string("0: ", receive(pair[0], 10, 0), "...is the end");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	succeeds(shutdown(pair[0], SD_RECEIVE), "SD_RECEIVE");
	is_string("WSAESHUTDOWN", receive(pair[0], 10, 0), "recv after it");
	is_int(1, say(pair[0], "a"), "send after it");
	is_string("1: a", receive(pair[1], 10, 0), "...arrives");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	succeeds(shutdown(pair[0], SD_BOTH), "SD_BOTH");
	is_string("WSAESHUTDOWN", receive(pair[0], 10, 0), "recv after it");
	fails(WSAESHUTDOWN, say(pair[0], "a"), "send after it");
	close_pair(pair);
}

/* The peer has closed: the end, then a refusal; and no signal ends the process. */
static void peer_closed(void)
{
	SOCKET pair[2];
	int result, rounds = 0;

	tcp_pair(AF_INET, pair);
	say(pair[1], "last");
	closesocket(pair[1]);
	is_string("4: last", receive(pair[0], 10, 0), "what the peer sent before it closed");
	is_string("0: ", receive(pair[0], 10, 0), "the end");
	do {
		result = say(pair[0], "x");
		sleep_ms(5);
	} while (result == 1 && ++rounds < 100);
	result = say(pair[0], "x");
	is_int(SOCKET_ERROR, result, "send fails once the peer has refused it");
	ok(WSAGetLastError() == WSAECONNRESET || WSAGetLastError() == WSAECONNABORTED, "...with %s",
	   error_name(WSAGetLastError()));
	closesocket(pair[0]);
}

static void reset(void)
{
	struct linger at_once = { 1, 0 };
	const char *seen[2];
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[1]);
	ok(is_readable(pair[0]), "a reset makes the socket readable");
	seen[0] = receive(pair[0], 10, 0);
	seen[1] = receive(pair[0], 10, 0);
	wine_todo("Wine forgets a reset, sooner or later");
	is_string("WSAECONNRESET, WSAECONNRESET", words("%s, %s", seen[0], seen[1]), "recv twice");
	todo_end();
	fails(WSAECONNRESET, say(pair[0], "x"), "send");
	fails(WSAECONNRESET, say(pair[0], "x"), "...again");
	closesocket(pair[0]);

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[1]);
	ok(is_readable(pair[0]), "another reset");
	fails(WSAECONNRESET, say(pair[0], "x"), "send first");
	closesocket(pair[0]);
}

/* Bad buffers. Linux takes part of one that is good at its beginning: so does Winsock. */
struct attempt {
	int call;
	SOCKET s;
	char *pointer;
	int result, error;
};

static const char *const calls[] = {
	"send",
	"recv",
	"recv, MSG_PEEK",
	"send of a datagram",
	"recv of a datagram",
	"sendto, address",
	"recvfrom, address",
	"recvfrom, length",
};

static void attempt(void *argument)
{
	struct attempt *try = argument;
	struct sockaddr_in from;
	int length = sizeof from;
	char buffer[16];

	WSASetLastError(0);
	switch (try->call) {
	case 0:
	case 3:
		try->result = send(try->s, try->pointer, 8, 0);
		break;
	case 1:
	case 2:
	case 4:
		try->result = recv(try->s, try->pointer, 8, try->call == 2 ? MSG_PEEK : 0);
		break;
	case 5:
		try->result = sendto(try->s, "a", 1, 0, (struct sockaddr *)try->pointer, sizeof from);
		break;
	case 6:
		try->result =
			recvfrom(try->s, buffer, sizeof buffer, 0, (struct sockaddr *)try->pointer, &length);
		break;
	case 7:
		try->result = recvfrom(try->s, buffer, sizeof buffer, 0, (struct sockaddr *)&from,
				       (int *)try->pointer);
		break;
	}
	try->error = try->result < 0 ? WSAGetLastError() : 0;
}

static void pointers(void)
{
	SOCKET tcp[2], udp[2];

	tcp_pair(AF_INET, tcp);
	udp_pair(AF_INET, udp);
	for (int call = 0; call < (int)(sizeof calls / sizeof *calls); call++)
		for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
			bool datagram = call >= 3, partly = !strncmp(bad->name, "the byte", 8) && call < 5;
			SOCKET *pair = datagram ? udp : tcp;
			struct attempt try = { call, pair[0], bad->pointer, 0, 0 };
			bool crashed;

			if ((call >= 5 && !bad->pointer) || (partly && !datagram))
				continue; /* no address, or a part of the buffer: neither is an error */
			if (call >= 5 && is_wine())
				continue; /* it hangs of them */
			say(pair[1], "12345678");
			is_readable(pair[0]);
			crashed = crashes(attempt, &try);
			is_string("WSAEFAULT", crashed ? "a crash" : error_name(try.error), "%s: %s",
				  calls[call], bad->name);
		}
	fails(WSAEFAULT, recv(tcp[0], NULL, -1, 0), "recv of -1 bytes");
	fails(WSAEFAULT, send(tcp[0], NULL, -1, 0), "send of -1 bytes");
	close_pair(tcp);
	close_pair(udp);
}

#ifdef __linux__
/* Signals that come every ten milliseconds, which leaves valgrind time between them, and restart no call. */
static atomic_int signals; /* any thread gets them */

static void on_signal(int number)
{
	signals++;
}

static void storm(bool on)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerval timer = { { 0, on ? 10000 : 0 }, { 0, on ? 10000 : 0 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}
#else
static int signals = 1;

static void storm(bool on)
{
}
#endif

enum { LARGE = 4 << 20 };

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 2654435761u >> 24);
}

struct large_send {
	SOCKET s;
	int result, error;
};

static void send_large(void *argument)
{
	struct large_send *large = argument;
	char *data = malloc(LARGE);

	for (size_t i = 0; i < LARGE; i++)
		data[i] = (char)byte_at(i);
	large->result = send(large->s, data, LARGE, 0);
	large->error = WSAGetLastError();
	free(data);
}

static void receive_large(SOCKET s, const char *what)
{
	static unsigned char buffer[100000];
	size_t seen = 0, wrong = 0;
	int now;

	while (seen < LARGE && (now = recv(s, (char *)buffer, sizeof buffer, 0)) > 0) {
		for (int i = 0; i < now; i++)
			wrong += buffer[i] != byte_at(seen + i);
		seen += (size_t)now;
		if (seen < LARGE / 8)
			sleep_ms(2); /* so that the sender has to wait */
	}
	is_int(LARGE, (long long)seen, "%s: all of it arrives", what);
	is_int(0, (long long)wrong, "...as it was sent");
}

static void large(bool time_outs)
{
	const char *what = time_outs ? "a large send with time-outs" : "a large send";
	struct large_send large = { 0 };
	struct task *task;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	if (time_outs)
		for (int i = 0; i < 2; i++) {
			set(pair[i], SO_SNDTIMEO, 5000);
			set(pair[i], SO_RCVTIMEO, 5000);
		}
	large.s = pair[0];
	task = task_start(send_large, &large);
	receive_large(pair[1], what);
	ok(task_end(task, 5000), "...the call comes back");
	is_int(LARGE, large.result, "...with its size");
	close_pair(pair);
}

struct later {
	struct sockaddr_storage address;
	int length;
	SOCKET s;
};

static void say_later(void *argument)
{
	struct later *later = argument;

	sleep_ms(100);
	say(later->s, "late");
}

static void connect_later(void *argument)
{
	struct later *later = argument;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	sleep_ms(100);
	connect(s, (struct sockaddr *)&later->address, later->length);
	closesocket(s);
}

/* No call that waits is cut short. */
static void waits(void)
{
	struct timeval limit = { 0, 150000 };
	struct later later = { .length = 0 };
	SOCKET listener = listening_socket(AF_INET, &later.address, &later.length), pair[2], accepted;
	struct task *task;
	long long start;
	fd_set readable;

	task = task_start(connect_later, &later);
	accepted = accept(listener, NULL, NULL);
	ok(accepted != INVALID_SOCKET, "accept waits");
	ok(task_end(task, 2000), "...for the connection");
	closesocket(accepted);
	closesocket(listener);

	tcp_pair(AF_INET, pair);
	task = task_start(send_slowly, &pair[0]);
	wine_todo(no_wait);
	is_string("6: abcdef", receive(pair[1], 6, MSG_WAITALL), "MSG_WAITALL waits");
	todo_end();
	task_end(task, 2000);
	close_pair(pair);
	tcp_pair(AF_INET, pair);
	set(pair[1], SO_RCVTIMEO, 100);
	say(pair[0], "part");
	is_string("4: part", receive(pair[1], 6, MSG_WAITALL), "MSG_WAITALL gives what has come in time");
	close_pair(pair);

	for (int i = 0; i < 2; i++) {
		(i ? udp_pair : tcp_pair)(AF_INET, pair);
		later.s = pair[1];
		task = task_start(say_later, &later);
		is_string("4: late", receive(pair[0], 10, 0), "recv of a %s waits",
			  i ? "datagram" : "connection");
		task_end(task, 2000);
		task = task_start(say_later, &later);
		FD_ZERO(&readable);
		FD_SET(pair[0], &readable);
		is_int(1, select(0, &readable, NULL, NULL, NULL), "select waits");
		task_end(task, 2000);
		receive(pair[0], 10, 0);
		start = now_ms();
		FD_ZERO(&readable);
		FD_SET(pair[0], &readable);
		is_int(0, select(0, &readable, NULL, NULL, &limit), "select with a time-out");
		ok(now_ms() - start >= 149, "...waits for it");
		time_out(pair[0], "among signals");
		close_pair(pair);
	}
}

#ifdef __linux__
/* The listener's queue is full; room comes while connect waits, and Linux then tries again. */
static void drain(void *argument)
{
	SOCKET listener = *(SOCKET *)argument;

	sleep_ms(300);
	for (int i = 0; i < 2; i++)
		closesocket(accept(listener, NULL, NULL));
}

static void connect_waits(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = bound_socket(AF_INET, SOCK_STREAM, &address, &length), first, s;
	struct task *task;

	listen(listener, 0);
	first = new_socket(AF_INET, SOCK_STREAM);
	connect(first, (struct sockaddr *)&address, length);
	s = new_socket(AF_INET, SOCK_STREAM);
	set(s, SO_SNDTIMEO, 50);
	task = task_start(drain, &listener);
	succeeds(connect(s, (struct sockaddr *)&address, length),
		 "connect waits among signals, whatever SO_SNDTIMEO");
	ok(task_end(task, 3000), "...until there is room");
	closesocket(s);
	closesocket(first);
	closesocket(listener);
}
#else
static void connect_waits(void)
{
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	streams(AF_INET);
	streams(AF_INET6);
	wait_for_all();
	unknown_flags();
	urgent();
	datagrams(AF_INET);
	datagrams(AF_INET6);
	unreachable();
	time_outs();
	nonblocking();
	shutting_down();
	peer_closed();
	reset();
	pointers();
	storm(true);
	large(false);
	large(true);
	waits();
	connect_waits();
	storm(false);
	ok(signals != 0, "there were signals meanwhile");
	winsock_end();
	return done();
}
