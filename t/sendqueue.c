/* A send that does not block takes the buffer whole or not at all; and what was sent arrives, whatever
 * becomes of the socket and the process. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "sendqueue.h"

static const char partly[] = "Wine 8 takes a part",
		  no_reset[] = "Wine 8 takes a reset for an end in good order";

/* wine-tests:14319 (send_buffering): 50 MB at once. */
static void whole(int family)
{
	SOCKET pair[2];
	struct reader reader;
	size_t sent;
	int result;

	tcp_pair(family, pair);
	reader = begin_reader(pair);
	result = send(pair[0], stream, MUCH, 0);
	wine_todo(partly);
	is_int(MUCH, result, "50 MB are accepted whole");
	todo_end();
	sent = result > 0 ? (size_t)result : 0;
	sent = fill(pair[0], sent, 1 << 20);
	is_error(WSAEWOULDBLOCK, WSAGetLastError(), "...until nothing more is");
	ok(!is_writable(pair[0], 0), "...when select does not call it writable");
	ok(read_to(&reader, sent), "all of it arrives in order (%lld of %lld bytes)", (long long)reader.place,
	   (long long)sent);
	ok(is_writable(pair[0], PATIENCE), "...and the socket is writable again");
	is_int(1000, send(pair[0], stream_at(sent), 1000, 0), "...and takes more");
	ok(read_to(&reader, sent + 1000), "...which follows");
	closesocket(pair[0]);
	is_string("end", read_end(&reader), "...and then the end");
	closesocket(pair[1]);
}

/* wine-tests:6888 (write_events): no send takes less than all of its buffer. */
static void or_nothing(void)
{
	enum { ROUNDS = 6, SIZE = 1 << 20 };
	SOCKET pair[2];
	struct reader reader;
	size_t sent = 0;
	bool right = true, parts = false;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	for (int i = 0; i < ROUNDS && right; i++) {
		size_t before = sent;

		right = is_writable(pair[0], PATIENCE);
		sent = fill(pair[0], sent, SIZE);
		parts = parts || (sent - before) % SIZE;
		right = right && sent > before && WSAGetLastError() == WSAEWOULDBLOCK &&
			read_to(&reader, sent);
	}
	ok(right, "what select calls writable takes something, and all of that arrives");
	wine_todo(partly);
	ok(!parts, "...and no buffer was taken in part");
	todo_end();
	close_pair(pair);
}

/* The same with several buffers, of which the kernel takes some and a part. */
static void several(void)
{
	enum { COUNT = 20 };
	WSABUF buffers[COUNT];
	SOCKET pair[2];
	struct reader reader;
	DWORD sent = 0, size = 0;
	int result;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	for (int i = 0; i < COUNT; i++) {
		buffers[i].buf = (char *)stream_at(size);
		buffers[i].len = 1000000 + 1000 * (unsigned)i;
		size += buffers[i].len;
	}
	result = WSASend(pair[0], buffers, COUNT, &sent, 0, NULL, NULL);
	succeeds(result, "WSASend of twenty buffers");
	wine_todo(partly);
	is_int(size, sent, "...accepts them whole");
	todo_end();
	fails(WSAEWOULDBLOCK, WSASend(pair[0], buffers, COUNT, &sent, 0, NULL, NULL), "another one waits");
	sent = result ? 0 : sent;
	closesocket(pair[0]);
	is_string("end", read_end(&reader), "...and the end comes");
	wine_todo(partly);
	is_int(size, (long long)reader.place, "...after all of them");
	todo_end();
	closesocket(pair[1]);
}

/* wine-tests:1349-1356: without a buffer, to a peer with a small one. */
static void without_buffer(void)
{
	SOCKET pair[2];
	struct reader reader;
	size_t sent = 0;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	set_option(pair[0], SO_SNDBUF, 0);
	set_option(pair[1], SO_RCVBUF, 1024);
	wine_may_differ("Wine 8 has too small a buffer then");
	for (int i = 0; i < 3; i++) {
		int result = send(pair[0], stream_at(sent), 4096, 0);

		is_int(4096, result, "SO_SNDBUF 0: send %d", i);
		sent += result > 0 ? (size_t)result : 0;
	}
	todo_end();
	ok(read_to(&reader, sent), "...all that was accepted arrives");
	close_pair(pair);
}

/* While less than that is waiting, another buffer is taken (Microsoft's article 214397 on sending small
 * segments). */
static void send_buffer(void)
{
	enum { SIZE = 6 << 20 };
	SOCKET pair[2];
	struct reader reader;
	size_t sent;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	set_option(pair[0], SO_SNDBUF, SIZE);
	sent = fill(pair[0], 0, 300000);
	is_error(WSAEWOULDBLOCK, WSAGetLastError(), "SO_SNDBUF of 6 MiB is full at some time");
	wine_todo("Wine 8 has the kernel's buffer");
	ok(sent >= SIZE && sent % 300000 == 0, "...when so much was taken (%lld bytes)", (long long)sent);
	todo_end();
	ok(!is_writable(pair[0], 0), "...and it is not writable");
	ok(read_to(&reader, sent), "...and all of it arrives");
	ok(is_writable(pair[0], PATIENCE), "...and it is writable again");
	close_pair(pair);
}

static void shutting(int how, const char *what)
{
	SOCKET pair[2];
	struct reader reader;
	int sent, result;
	char byte;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	sent = send(pair[0], stream, SOME, 0);
	succeeds(shutdown(pair[0], how), "%s", what);
	fails(WSAESHUTDOWN, send(pair[0], "x", 1, 0), "%s: send", what);
	fails(WSAESHUTDOWN, send(pair[0], "x", 1, MSG_OOB), "%s: urgent data", what);
	set_blocking(pair[0], true);
	fails(WSAESHUTDOWN, send(pair[0], "x", 1, 0), "%s: send on a socket that blocks", what);
	is_string("end", read_end(&reader), "%s: the peer sees the end", what);
	is_int(sent, (long long)reader.place, "...behind all that was accepted");
	if (how == SD_SEND) {
		is_int(1, send(pair[1], "y", 1, 0), "...and may answer");
		set_option(pair[0], SO_RCVTIMEO, PATIENCE);
		result = recv(pair[0], &byte, 1, 0);
		is_int(1, result, "...which is received");
	}
	close_pair(pair);
}

/* What was accepted arrives after the socket is closed. */
static void closing(bool first_shut)
{
	SOCKET pair[2];
	struct reader reader;
	int sent;
	long long start;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	sent = send(pair[0], stream, MUCH, 0);
	if (first_shut)
		shutdown(pair[0], SD_SEND);
	start = now_ms();
	succeeds(closesocket(pair[0]), "closesocket%s", first_shut ? " after shutdown" : "");
	ok(now_ms() - start < PATIENCE / 2, "...does not wait");
	fails(WSAENOTSOCK, send(pair[0], "x", 1, 0), "...and there is no socket any more");
	is_string("end", read_end(&reader), "...the peer sees the end");
	is_int(sent, (long long)reader.place, "...behind all that was accepted");
	closesocket(pair[1]);
}

/* The same for what the kernel has, and a slow reader. */
static void closing_plainly(void)
{
	SOCKET pair[2];
	struct reader reader;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	set_blocking(pair[0], true);
	is_int(1 << 20, send(pair[0], stream, 1 << 20, 0), "1 MiB is sent");
	succeeds(closesocket(pair[0]), "...and the socket closed");
	reader.pause = 5;
	is_string("end", read_end(&reader), "...a slow peer sees the end");
	is_int(1 << 20, (long long)reader.place, "...behind all of it");
	closesocket(pair[1]);
}

/* What is pending and unreceived makes closesocket abortive (MSDN Library of June 1998, conference paper
 * SA8F5). */
static void unreceived(bool queued)
{
	SOCKET pair[2];
	struct reader reader;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	send(pair[0], stream, queued ? MUCH : 1000, 0);
	send(pair[1], "unread", 6, 0);
	sleep_ms(100);
	succeeds(closesocket(pair[0]), "%s is closed with data that nobody has received",
		 queued ? "a socket with a queue" : "a socket");
	sleep_ms(100);
	wine_may_differ(no_reset);
	is_string("WSAECONNRESET", read_end(&reader), "...its peer sees a reset");
	todo_end();
	closesocket(pair[1]);
}

/* Data for a connection that goes on alone: nobody is going to receive it. */
static void answered(void)
{
	SOCKET pair[2];
	struct reader reader;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	send(pair[0], stream, MUCH, 0);
	closesocket(pair[0]);
	send(pair[1], "too late", 8, 0);
	sleep_ms(200);
	wine_may_differ(no_reset);
	is_string("WSAECONNRESET", read_end(&reader), "data for a socket that is closed makes it a reset");
	todo_end();
	ok(reader.place < MUCH, "...before all was sent");
	closesocket(pair[1]);
}

static void lingering_for_long(void)
{
	SOCKET pair[2];
	struct reader reader;
	struct task *task;
	int sent;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	set_linger(pair[0], 20);
	sent = send(pair[0], stream, SOME, 0);
	if (is_wine()) {
		skip(7, "Wine 8 closes it at once");
		set_linger(pair[0], 0);
		close_pair(pair);
		return;
	}
	fails(WSAEWOULDBLOCK, closesocket(pair[0]), "closesocket that would have to linger");
	fails(WSAEWOULDBLOCK, send(pair[0], stream_at((size_t)sent), SOME, 0),
	      "...leaves the socket as it was");
	set_blocking(pair[0], true);
	reader.most = (size_t)-1;
	task = task_start(read_thread, &reader);
	succeeds(closesocket(pair[0]), "...and that may block waits");
	ok(task_end(task, PATIENCE), "...the peer sees the end");
	is_int(0, reader.result, "...in good order");
	is_int(sent, (long long)reader.place, "...behind all that was accepted");
	ok(!reader.wrong, "...which is what was sent");
	closesocket(pair[1]);
}

static void lingering(void)
{
	SOCKET pair[2];
	struct reader reader;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	send(pair[0], stream, SOME, 0);
	set_linger(pair[0], 0);
	succeeds(closesocket(pair[0]), "closesocket that lingers for no time");
	wine_may_differ(no_reset);
	is_string("WSAECONNRESET", read_end(&reader), "...is a reset");
	todo_end();
	closesocket(pair[1]);

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	send(pair[0], stream, SOME, 0);
	set_linger(pair[0], 1);
	set_blocking(pair[0], true);
	succeeds(closesocket(pair[0]), "closesocket that lingers in vain");
	wine_may_differ(no_reset);
	is_string("WSAECONNRESET", read_end(&reader), "...ends in a reset");
	todo_end();
	closesocket(pair[1]);
}

/* FIONBIO 0 while something is queued. */
static void blocking_again(void)
{
	SOCKET pair[2];
	struct reader reader;
	struct task *task;
	size_t sent;
	long long start;
	int result;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	sent = fill(pair[0], 0, SOME);
	set_blocking(pair[0], true);
	set_option(pair[0], SO_SNDTIMEO, 200);
	start = now_ms();
	fails(WSAETIMEDOUT, send(pair[0], stream_at(sent), 1000, 0),
	      "a socket that blocks waits for its queue");
	ok(now_ms() - start >= 199, "...so long as SO_SNDTIMEO says");
	set_option(pair[0], SO_SNDTIMEO, 0);
	reader.most = sent + SOME;
	reader.pause = 1;
	task = task_start(read_thread, &reader);
	result = send(pair[0], stream_at(sent), SOME, 0);
	is_int(SOME, result, "...and then sends all");
	ok(task_end(task, PATIENCE) && !reader.wrong, "...which arrives in order");
	close_pair(pair);
}

/* The time is up when a part was sent: how much, nobody knows (Microsoft's page on SO_SNDTIMEO). */
static void out_of_time(void)
{
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	set_option(pair[0], SO_SNDTIMEO, 200);
	fails(WSAETIMEDOUT, send(pair[0], stream, MUCH, 0), "a send that blocks is late with its rest");
	close_pair(pair);
}

struct closer {
	SOCKET s;
	int after;
};

static void close_later(void *argument)
{
	struct closer *closer = argument;

	sleep_ms(closer->after);
	closesocket(closer->s);
}

/* closesocket in another thread wakes who waits for the queue, and what was accepted arrives all the same. */
static void closed_meanwhile(void)
{
	SOCKET pair[2];
	struct reader reader;
	struct closer closer = { .after = 100 };
	struct task *task;
	size_t sent;

	if (is_wine()) {
		skip(4, "Wine 8 does not wake the send");
		return;
	}
	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	sent = fill(pair[0], 0, SOME);
	set_blocking(pair[0], true);
	closer.s = pair[0];
	task = task_start(close_later, &closer);
	fails(WSAECONNABORTED, send(pair[0], stream_at(sent), 1000, 0),
	      "closed while a send waits for the queue");
	ok(task_end(task, PATIENCE), "...closesocket returns");
	is_string("end", read_end(&reader), "...the peer sees the end");
	is_int((long long)sent, (long long)reader.place, "...behind all that was accepted");
	closesocket(pair[1]);
}

/* The same for a select that waits for the queue. */
static void closed_in_select(void)
{
	SOCKET pair[2];
	struct closer closer = { .after = 100 };
	struct task *task;
	struct timeval time = { PATIENCE / 1000, 0 };
	fd_set set;
	long long start = now_ms();

	tcp_pair(AF_INET, pair);
	begin_reader(pair);
	fill(pair[0], 0, SOME);
	closer.s = pair[0];
	task = task_start(close_later, &closer);
	FD_ZERO(&set);
	FD_SET(pair[0], &set);
	fails(WSAENOTSOCK, select(0, NULL, &set, NULL, &time), "closed while a select waits for the queue");
	ok(now_ms() - start < PATIENCE / 2, "...which is woken");
	ok(task_end(task, PATIENCE), "...closesocket returns");
	closesocket(pair[1]);
}

/* The peer resets the connection while something is queued for it. */
static void reset(bool by_send)
{
	SOCKET pair[2];
	char byte;

	tcp_pair(AF_INET, pair);
	begin_reader(pair);
	fill(pair[0], 0, SOME);
	set_linger(pair[1], 0);
	closesocket(pair[1]);
	ok(is_writable(pair[0], PATIENCE), "a reset makes a socket with a queue writable");
	sleep_ms(100);
	wine_may_differ(no_reset);
	if (by_send)
		fails(WSAECONNRESET, send(pair[0], "x", 1, 0), "...send says what it was");
	else
		fails(WSAECONNRESET, recv(pair[0], &byte, 1, 0), "...recv says what it was");
	fails(WSAECONNRESET, send(pair[0], "x", 1, 0), "...and send goes on to say so");
	todo_end();
	succeeds(closesocket(pair[0]), "...and it can be closed");
}

#ifndef TCP_FAIL_CONNECT_ON_ICMP_ERROR
#define TCP_FAIL_CONNECT_ON_ICMP_ERROR 18
#endif

/* The same, when the program has not asked how its connect went, and while another call looks at the queue.
 */
static void reset_unseen(void)
{
	enum { ROUNDS = 20 };
	struct sockaddr_storage address;
	int length, right = 0;
	SOCKET listener = listening_socket(AF_INET, &address, &length);

	for (int i = 0; i < ROUNDS; i++) {
		SOCKET pair[2] = { new_socket(AF_INET, SOCK_STREAM), INVALID_SOCKET };
		DWORD on = 1;
		int result, error;

		setsockopt(pair[0], IPPROTO_TCP, TCP_FAIL_CONNECT_ON_ICMP_ERROR, (char *)&on, sizeof on);
		set_blocking(pair[0], false);
		connect(pair[0], (struct sockaddr *)&address, length);
		pair[1] = accept(listener, NULL, NULL);
		sleep_ms(1);
		result = send(pair[0], stream, SOME, 0);
		set_linger(pair[1], 0);
		closesocket(pair[1]);
		do {
			if (result > 0)
				result = send(pair[0], "x", 1, 0);
			error = WSAGetLastError();
			if (result < 0 && error == WSAEWOULDBLOCK)
				result = 1;
		} while (result > 0);
		right += error == WSAECONNRESET;
		closesocket(pair[0]);
	}
	closesocket(listener);
	wine_may_differ(no_reset);
	is_int(ROUNDS, right, "a reset of a connection whose beginning nobody has looked at");
	todo_end();
}

/* A connection that has another descriptor by WSADuplicateSocket goes on, with all that this one has
 * accepted. */
enum leaving { PLAINLY, TO_RESET, UNRECEIVED, ANSWERED };

static void duplicated(enum leaving leaving, const char *what)
{
	WSAPROTOCOL_INFOA info;
	struct reader reader;
	SOCKET pair[2], copy;
	size_t sent;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	if (WSADuplicateSocketA(pair[0], GetCurrentProcessId(), &info))
		bail("WSADuplicateSocket: %s", error_name(WSAGetLastError()));
	copy = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
	if (leaving == TO_RESET)
		set_linger(pair[0], 0);
	if (leaving == UNRECEIVED)
		send(pair[1], "x", 1, 0);
	sleep_ms(10);
	sent = fill(pair[0], 0, SOME);
	succeeds(closesocket(pair[0]), "%s: closesocket of one of two descriptors", what);
	if (leaving == ANSWERED)
		send(pair[1], "x", 1, 0);
	sleep_ms(10);
	ok(read_to(&reader, sent), "...all that it has accepted arrives (%lld of %lld bytes)",
	   (long long)reader.place, (long long)sent);
	is_int(1000, send(copy, stream_at(sent), 1000, 0), "...the other one takes more");
	ok(read_to(&reader, sent + 1000), "...which follows");
	closesocket(copy);
	closesocket(pair[1]);
}

/* The peer only closes: what is queued for it is refused. */
static void peer_closes(void)
{
	SOCKET pair[2];
	char byte;
	int result;

	tcp_pair(AF_INET, pair);
	begin_reader(pair);
	fill(pair[0], 0, SOME);
	closesocket(pair[1]); /* which resets, since it has not received all */
	ok(is_writable(pair[0], PATIENCE), "a peer that closes makes it writable");
	sleep_ms(100);
	result = recv(pair[0], &byte, 1, 0);
	wine_may_differ(no_reset);
	ok(result < 0 && (WSAGetLastError() == WSAECONNRESET || WSAGetLastError() == WSAECONNABORTED),
	   "...and recv says that the connection is no more (%s)", outcome(result));
	todo_end();
	closesocket(pair[0]);
}

/* Urgent data does not pass what is queued before it. */
static void urgent(void)
{
	SOCKET pair[2];
	struct reader reader;
	struct timeval time = { PATIENCE / 1000, 0 };
	fd_set set;
	size_t sent;
	char byte = 0;

	if (is_wine()) {
		skip(4, "%s", partly);
		return;
	}
	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	set_option(pair[0], SO_SNDBUF, 16 << 20); /* else the queue takes no more */
	sent = (size_t)send(pair[0], stream, SOME, 0);
	is_int(1, send(pair[0], "!", 1, MSG_OOB), "urgent data behind what is queued");
	ok(read_to(&reader, sent), "...comes after that");
	FD_ZERO(&set);
	FD_SET(pair[1], &set);
	is_int(1, select(0, NULL, NULL, &set, &time), "...as such");
	ok(recv(pair[1], &byte, 1, MSG_OOB) == 1 && byte == '!', "...whole");
	close_pair(pair);
}

/* A process that ends: what it has sent arrives. */
struct exits {
	const char *how;
	unsigned short port;
	int status; /* as it ended */
	long accepted;
};

static SOCKET connect_to(unsigned short port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	if (connect(s, (struct sockaddr *)&address, sizeof address))
		bail("connect: %s", error_name(WSAGetLastError()));
	return s;
}

/* Its argument is HOW:PORT. It says how much was accepted. */
static int child(const char *argument)
{
	SOCKET s;
	DWORD sent;

	winsock_start();
	stream_begin();
	s = connect_to((unsigned short)atoi(strchr(argument, ':') + 1));
	if (*argument == 'p') {
		sent = (DWORD)send(s, stream, 1 << 20, 0);
	} else {
		set_blocking(s, false);
		sent = (DWORD)send(s, stream, MUCH, 0);
	}
	printf("%lu\n", (unsigned long)sent);
	fflush(stdout);
	if (*argument == 'c')
		closesocket(s);
	if (*argument == 'w')
		winsock_end();
	if (*argument == 'e')
		exit(0);
	free(stream);
	return 0;
}

static void run_child(void *argument)
{
	struct exits *exits = argument;
	char words[64], output[256];

	snprintf(words, sizeof words, "%s:%u", exits->how, exits->port);
	exits->status = run_again(words, output, sizeof output);
	exits->accepted = atol(output);
}

static void process_ends(const char *how, const char *what)
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = listening_socket(AF_INET, &address, &length);
	struct exits exits = { how, ntohs(((struct sockaddr_in *)&address)->sin_port), 0, 0 };
	struct task *task = task_start(run_child, &exits);
	struct reader reader = { .s = accept(listener, NULL, NULL) };

	set_option(reader.s, SO_RCVTIMEO, PATIENCE);
	sleep_ms(50);
	reader.pause = *how == 'p' ? 5 : 0;
	is_string("end", read_end(&reader), "%s: the peer sees the end", what);
	ok(task_end(task, PATIENCE) && exits.status == 0, "...the process is no more");
	is_int(exits.accepted, (long long)reader.place, "...and all that was accepted has arrived");
	closesocket(reader.s);
	closesocket(listener);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argv[1]);
	plan_lazy();
	winsock_start();
	stream_begin();
	whole(AF_INET);
	whole(AF_INET6);
	or_nothing();
	several();
	without_buffer();
	send_buffer();
	shutting(SD_SEND, "SD_SEND");
	shutting(SD_BOTH, "SD_BOTH");
	closing(false);
	closing(true);
	closing_plainly();
	unreceived(false);
	unreceived(true);
	answered();
	lingering_for_long();
	lingering();
	blocking_again();
	out_of_time();
	closed_meanwhile();
	closed_in_select();
	reset(true);
	reset(false);
	reset_unseen();
	duplicated(PLAINLY, "nothing else");
	duplicated(TO_RESET, "SO_LINGER to reset");
	duplicated(UNRECEIVED, "something to receive");
	duplicated(ANSWERED, "something that comes");
	peer_closes();
	urgent();
	process_ends("return", "return from main");
	process_ends("exit", "exit");
	process_ends("close", "closesocket, then return from main");
	process_ends("wsacleanup", "WSACleanup, then return from main");
	process_ends("plainly", "what the kernel has, then return from main");
	free(stream);
	winsock_end();
	return done();
}
