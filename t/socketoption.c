/* What the options of SOL_SOCKET do: to the connection, to the peer, to the calls that follow. */
#include <winsock2.h>
#include <mswsock.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdlib.h>
#include <string.h>

/* Newer than mingw-w64's headers. */
#ifndef SO_BSP_STATE
#define SO_BSP_STATE 0x1009
#endif
#ifndef SO_PAUSE_ACCEPT
#define SO_PAUSE_ACCEPT 0x3003
#endif
#ifndef SO_RECEIVED_PROCESSOR
#define SO_RECEIVED_PROCESSOR 0x3011
#endif

enum {
	NEVER = 0x7fffffff,
	LATE = 4000, /* milliseconds by which a busy machine may be late */
};

static char block[65536];

static int set(SOCKET s, int level, int name, DWORD value)
{
	return setsockopt(s, level, name, (const char *)&value, sizeof value);
}

static DWORD get(SOCKET s, int level, int name)
{
	DWORD value = 0xdeadbeef;
	int length = sizeof value;

	if (getsockopt(s, level, name, (char *)&value, &length) != 0)
		diag("option 0x%x: %s", name, error_name(WSAGetLastError()));
	return value;
}

static int set_linger(SOCKET s, unsigned short on, unsigned short seconds)
{
	struct linger linger = { on, seconds };

	return setsockopt(s, SOL_SOCKET, SO_LINGER, (const char *)&linger, sizeof linger);
}

static void set_blocking(SOCKET s, bool blocking)
{
	u_long value = !blocking;

	if (ioctlsocket(s, FIONBIO, &value) != 0)
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
}

/* Sends until no more is taken, at most that much, and says how much that was. */
static long long fill(SOCKET s, long long most)
{
	long long sent = 0;
	int now;

	set_blocking(s, false);
	while (sent < most && (now = send(s, block, 4096, 0)) > 0)
		sent += now;
	return sent;
}

/* Receives until the connection ends, and says how; *received is how much came before. */
static const char *drain(SOCKET s, long long *received)
{
	int now;

	*received = 0;
	while ((now = recv(s, block, sizeof block, 0)) > 0)
		*received += now;
	return now == 0 ? "end" : error_name(WSAGetLastError());
}

static bool is_between(long long least, long long most, long long seen, const char *what)
{
	bool passed = ok(least <= seen && seen <= most, "%s", what);

	if (!passed)
		diag("%lld is not between %lld and %lld", seen, least, most);
	return passed;
}

/* SO_LINGER and SO_DONTLINGER */

static void graceful_close(void)
{
	SOCKET pair[2];
	long long received;

	tcp_pair(AF_INET, pair);
	is_int(sizeof block, send(pair[0], block, sizeof block, 0), "without SO_LINGER: data is sent");
	succeeds(closesocket(pair[0]), "... and the socket closed");
	is_string("end", drain(pair[1], &received), "... and the peer sees an end in good order");
	is_int(sizeof block, received, "... after all of the data");
	closesocket(pair[1]);
}

static const char shuts_down[] = "Wine shuts a connection down before it closes it";

static void abortive_close(void)
{
	SOCKET pair[2];
	long long received;

	tcp_pair(AF_INET, pair);
	succeeds(set_linger(pair[0], 1, 0), "SO_LINGER { 1, 0 }");
	succeeds(closesocket(pair[0]), "... closesocket does not wait");
	wine_todo(shuts_down);
	is_string("WSAECONNRESET", drain(pair[1], &received), "... and the peer sees a reset");
	todo_end();
	closesocket(pair[1]);

	tcp_pair(AF_INET, pair);
	set_linger(pair[0], 1, 0);
	set_blocking(pair[0], false);
	succeeds(closesocket(pair[0]), "the same on a socket that does not block");
	wine_todo(shuts_down);
	is_string("WSAECONNRESET", drain(pair[1], &received), "... is a reset as well");
	todo_end();
	closesocket(pair[1]);
}

struct reader {
	SOCKET s;
	int delay;
	long long received;
	const char *end;
};

static void read_later(void *argument)
{
	struct reader *reader = argument;

	sleep_ms(reader->delay);
	reader->end = drain(reader->s, &reader->received);
}

static void lingering_close(void)
{
	SOCKET pair[2];
	long long begin, sent, received;

	tcp_pair(AF_INET, pair);
	set_linger(pair[0], 1, 20);
	send(pair[0], block, 1000, 0);
	begin = now_ms();
	succeeds(closesocket(pair[0]), "SO_LINGER { 1, 20 }, and the peer takes the data: closesocket");
	is_between(0, 10000, now_ms() - begin, "... waits no longer than that takes");
	is_string("end", drain(pair[1], &received), "... and the peer sees an end in good order");
	is_int(1000, received, "... after all of the data");
	closesocket(pair[1]);

	tcp_pair(AF_INET, pair);
	set_linger(pair[0], 1, 20);
	sent = fill(pair[0], NEVER);
	set_blocking(pair[0], true);
	struct reader reader = { pair[1], 700, 0, NULL };
	struct task *task = task_start(read_later, &reader);
	begin = now_ms();
	succeeds(closesocket(pair[0]), "the same, and the peer reads only later: closesocket");
	is_between(500, 20000, now_ms() - begin, "... waits for it");
	ok(task_end(task, 30000), "... which comes to an end");
	is_string("end", reader.end, "... in good order");
	is_int(sent, reader.received, "... after all of the data");
	closesocket(pair[1]);

	tcp_pair(AF_INET, pair);
	set_linger(pair[0], 1, 1);
	sent = fill(pair[0], NEVER);
	set_blocking(pair[0], true);
	begin = now_ms();
	succeeds(closesocket(pair[0]), "SO_LINGER { 1, 1 }, and the peer does not read: closesocket");
	is_between(900, 1000 + LATE, now_ms() - begin, "... waits for a second");
	wine_todo(shuts_down);
	is_string("WSAECONNRESET", drain(pair[1], &received), "... and the peer sees a reset");
	ok(received < sent, "... before it has all of the data");
	todo_end();
	closesocket(pair[1]);
}

static void close_that_would_block(void)
{
	SOCKET pair[2];
	long long sent, received, more = 0;
	int closed;

	tcp_pair(AF_INET, pair);
	set_linger(pair[0], 1, 20);
	set_blocking(pair[0], false);
	succeeds(closesocket(pair[0]),
		 "SO_LINGER { 1, 20 } on a socket that does not block, with nothing to send");
	is_string("end", drain(pair[1], &received), "... is an end in good order");
	closesocket(pair[1]);

	if (is_wine()) {
		skip(5, "Wine closes it, whatever it has to send");
		return;
	}
	tcp_pair(AF_INET, pair);
	set_linger(pair[0], 1, 20);
	sent = fill(pair[0], NEVER);
	fails(WSAEWOULDBLOCK, closesocket(pair[0]), "... with data that the peer does not take");
	is_int(20, get(pair[0], SOL_SOCKET, SO_LINGER) >> 16, "... leaves it open");
	set_blocking(pair[1], false);
	for (long long begin = now_ms(); (closed = closesocket(pair[0])) != 0 && now_ms() < begin + 20000;) {
		while ((received = recv(pair[1], block, sizeof block, 0)) > 0)
			more += received;
		sleep_ms(10);
	}
	succeeds(closed, "... and closes it when the peer has taken all");
	set_blocking(pair[1], true);
	is_string("end", drain(pair[1], &received), "... which is an end in good order");
	is_int(sent, more + received, "... after all of the data");
	closesocket(pair[1]);
}

static const char dontlinger[] = "Wine's SO_DONTLINGER forgets l_linger";

static void linger_and_dontlinger(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	set_linger(s, 1, 7);
	succeeds(set(s, SOL_SOCKET, SO_DONTLINGER, TRUE), "SO_DONTLINGER");
	is_hex(0, get(s, SOL_SOCKET, SO_LINGER) & 0xffff, "... turns lingering off");
	succeeds(set(s, SOL_SOCKET, SO_DONTLINGER, FALSE), "... and FALSE");
	wine_todo(dontlinger);
	is_hex(7 << 16 | 1, get(s, SOL_SOCKET, SO_LINGER), "... brings it back with the seconds it had");
	todo_end();
	closesocket(s);
}

/* SO_SNDBUF and SO_RCVBUF */

static void buffers_read_back(void)
{
	static const int names[] = { SO_SNDBUF, SO_RCVBUF };
	static const DWORD values[] = { 0, 1, 4096, 65536, 1000000, 0x7fffffff };
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

	for (int i = 0; i < 2 * 2 * 6; i++) {
		SOCKET s = new_socket(AF_INET, types[i % 2]);

		set(s, SOL_SOCKET, names[i / 2 % 2], values[i / 4]);
		is_int(values[i / 4], get(s, SOL_SOCKET, names[i / 2 % 2]), "%s of a %s is what was set",
		       i / 2 % 2 ? "SO_RCVBUF" : "SO_SNDBUF", i % 2 ? "datagram socket" : "stream");
		closesocket(s);
	}
}

/* tests/sock.c:1322-1356 */
static void small_receive_buffer(void)
{
	char buffer[4096];
	int sent = 0, received = 0;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	set_blocking(pair[0], false);
	succeeds(set(pair[0], SOL_SOCKET, SO_SNDBUF, 0), "the sender has no buffer");
	succeeds(set(pair[1], SOL_SOCKET, SO_RCVBUF, 1024), "... and the receiver one of 1024 bytes");
	for (int i = 0; i < 3; i++)
		sent += send(pair[0], buffer, sizeof buffer, 0) == sizeof buffer;
	closesocket(pair[0]);
	for (int i = 0; i < 3; i++)
		received += recv(pair[1], buffer, sizeof buffer, MSG_WAITALL) == sizeof buffer;
	wine_todo("Wine gives the kernel what it was given");
	is_int(3, sent, "... 4096 bytes are sent whole, three times");
	is_int(3, received, "... and received");
	todo_end();
	closesocket(pair[1]);
}

static long long taken(DWORD send_buffer, DWORD receive_buffer)
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = bound_socket(AF_INET, SOCK_STREAM, &address, &length), s, accepted;
	long long bytes;

	set(listener, SOL_SOCKET, SO_RCVBUF, receive_buffer);
	listen(listener, 1);
	s = new_socket(AF_INET, SOCK_STREAM);
	set(s, SOL_SOCKET, SO_SNDBUF, send_buffer);
	connect(s, (struct sockaddr *)&address, length);
	accepted = accept(listener, NULL, NULL);
	bytes = fill(s, NEVER);
	closesocket(s);
	closesocket(accepted);
	closesocket(listener);
	return bytes;
}

static void buffers_bound_a_stream(void)
{
	long long small = taken(4096, 4096), large_sender = taken(200000, 4096),
		  large_receiver = taken(4096, 200000);

	diag("bytes taken: %lld, with SO_SNDBUF %lld, with SO_RCVBUF %lld", small, large_sender,
	     large_receiver);
	ok(small < 250000, "a stream with small buffers takes little");
	ok(small < large_sender, "... more with a larger SO_SNDBUF");
	ok(small < large_receiver, "... or with a larger SO_RCVBUF of the peer");
}

static int kept_datagrams(DWORD receive_buffer)
{
	SOCKET pair[2];
	int kept = 0;

	udp_pair(AF_INET, pair);
	set(pair[1], SOL_SOCKET, SO_RCVBUF, receive_buffer);
	for (int i = 0; i < 100; i++)
		send(pair[0], block, 1000, 0);
	set_blocking(pair[1], false);
	while (recv(pair[1], block, sizeof block, 0) == 1000)
		kept++;
	close_pair(pair);
	return kept;
}

static void buffers_of_datagrams(void)
{
	SOCKET pair[2];
	int few = kept_datagrams(8192);

	ok(few >= 1 && few < 50, "SO_RCVBUF 8192: few datagrams wait to be received");
	diag("%d", few);
	is_int(100, kept_datagrams(200000), "... and with 200000 all of a hundred");

	udp_pair(AF_INET, pair);
	set(pair[0], SOL_SOCKET, SO_SNDBUF, 0);
	set(pair[1], SOL_SOCKET, SO_RCVBUF, 1);
	is_int(60000, send(pair[0], block, 60000, 0), "without a send buffer, a large datagram is sent");
	is_int(60000, recv(pair[1], block, sizeof block, 0), "... and received into a buffer of one byte");
	close_pair(pair);
}

/* SO_SNDTIMEO and SO_RCVTIMEO */

static void timed(long long least, long long most, int error, long long begin, int result, const char *what)
{
	long long time = now_ms() - begin;

	fails(error, result, "%s", what);
	is_between(least, most, time, "... after that time");
}

static void connect_later(void *argument)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	sleep_ms(400);
	connect(s, argument, sizeof(struct sockaddr_in));
	sleep_ms(100);
	closesocket(s);
}

static void timeouts(void)
{
	struct sockaddr_storage address;
	struct task *task;
	SOCKET pair[2], s, accepted;
	long long begin;
	int length;
	char byte;

	tcp_pair(AF_INET, pair);
	set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 300);
	begin = now_ms();
	timed(290, 300 + LATE, WSAETIMEDOUT, begin, recv(pair[0], &byte, 1, 0), "SO_RCVTIMEO 300: recv");
	begin = now_ms();
	timed(290, 300 + LATE, WSAETIMEDOUT, begin, recv(pair[0], &byte, 1, MSG_PEEK), "... with MSG_PEEK");
	send(pair[1], "x", 1, 0);
	is_int(1, recv(pair[0], &byte, 1, 0), "... and what comes afterwards is received");
	set_blocking(pair[0], false);
	begin = now_ms();
	timed(0, 250, WSAEWOULDBLOCK, begin, recv(pair[0], &byte, 1, 0), "a socket that does not block");
	fill(pair[0], NEVER);
	set_blocking(pair[0], true);
	set(pair[0], SOL_SOCKET, SO_SNDTIMEO, 300);
	begin = now_ms();
	timed(290, 300 + LATE, WSAETIMEDOUT, begin, send(pair[0], block, sizeof block, 0),
	      "SO_SNDTIMEO 300: send");
	close_pair(pair);

	udp_pair(AF_INET6, pair);
	set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 200);
	begin = now_ms();
	timed(190, 200 + LATE, WSAETIMEDOUT, begin, recvfrom(pair[0], &byte, 1, 0, NULL, NULL), "recvfrom");
	close_pair(pair);

	s = listening_socket(AF_INET, &address, &length);
	set(s, SOL_SOCKET, SO_RCVTIMEO, 100);
	task = task_start(connect_later, &address);
	accepted = accept(s, NULL, NULL);
	ok(accepted != INVALID_SOCKET, "accept is not limited");
	is_int(100, get(accepted, SOL_SOCKET, SO_RCVTIMEO), "... though the time is handed on");
	task_end(task, 10000);
	closesocket(accepted);
	closesocket(s);
}

/* SO_OOBINLINE */

static void out_of_band(void)
{
	u_long at_mark;
	char buffer[8];
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	send(pair[0], "a", 1, 0);
	send(pair[0], "b", 1, MSG_OOB);
	send(pair[0], "c", 1, 0);
	is_int(1, recv(pair[1], buffer, 1, MSG_OOB), "urgent data comes apart from the rest");
	is_int('b', buffer[0], "... this");
	is_int(2, recv(pair[1], buffer, 1, 0) + recv(pair[1], buffer + 1, 1, 0), "... which");
	ok(!memcmp("ac", buffer, 2), "... does not have it");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	succeeds(set(pair[1], SOL_SOCKET, SO_OOBINLINE, TRUE), "SO_OOBINLINE");
	send(pair[0], "a", 1, 0);
	send(pair[0], "b", 1, MSG_OOB);
	send(pair[0], "c", 1, 0);
	fails(WSAEINVAL, recv(pair[1], buffer, 1, MSG_OOB), "... and there is none with MSG_OOB");
	is_int(1, recv(pair[1], buffer, 1, 0), "... but it comes in line");
	succeeds(ioctlsocket(pair[1], SIOCATMARK, &at_mark), "... at the mark");
	is_int(2, recv(pair[1], buffer + 1, 1, 0) + recv(pair[1], buffer + 2, 1, 0), "... in its place");
	ok(!memcmp("abc", buffer, 3), "... once");
	set_blocking(pair[1], false);
	fails(WSAEWOULDBLOCK, recv(pair[1], buffer, 1, 0), "... and not again");
	close_pair(pair);
}

/* SO_CONDITIONAL_ACCEPT, SO_PAUSE_ACCEPT, SO_ACCEPTCONN */

static int CALLBACK reject(LPWSABUF caller, LPWSABUF caller_data, LPQOS socket_qos, LPQOS group_qos,
			   LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
	return CF_REJECT;
}

/* What a caller sees that is rejected: Windows refuses it; a kernel that may not ask first has to reset it.
 */
static const char *rejection(SOCKET caller)
{
	struct timeval time = { 2, 0 };
	fd_set failed, readable;
	char byte;

	FD_ZERO(&failed);
	FD_ZERO(&readable);
	FD_SET(caller, &failed);
	FD_SET(caller, &readable);
	if (select(0, &readable, NULL, &failed, &time) < 1)
		return "nothing";
	if (FD_ISSET(caller, &failed))
		return error_name(get(caller, SOL_SOCKET, SO_ERROR));
	return recv(caller, &byte, 1, 0) < 0 ? error_name(WSAGetLastError()) : "data";
}

static bool has_raw_sockets(void)
{
	SOCKET s = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);

	closesocket(s);
	return s != INVALID_SOCKET;
}

static void conditional_accept(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET s = bound_socket(AF_INET, SOCK_STREAM, &address, &length), caller;

	wine_todo("Wine has no SO_CONDITIONAL_ACCEPT");
	succeeds(set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, TRUE), "SO_CONDITIONAL_ACCEPT");
	is_int(TRUE, get(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT), "... is kept");
	listen(s, 1);
	fails(WSAEINVAL, set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, FALSE),
	      "... and cannot be set on a listener");
	is_int(TRUE, get(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT), "... which keeps what it had");
	todo_end();
	caller = new_socket(AF_INET, SOCK_STREAM);
	set_blocking(caller, false);
	connect(caller, (struct sockaddr *)&address, length);
	fails(WSAECONNREFUSED, WSAAccept(s, NULL, NULL, reject, 0) == INVALID_SOCKET ? SOCKET_ERROR : 0,
	      "a caller whom the condition function rejects");
	wine_todo("Wine closes it in good order");
	is_string(has_raw_sockets() ? "WSAECONNREFUSED" : "WSAECONNRESET", rejection(caller),
		  "... gets no connection");
	todo_end();
	closesocket(caller);
	closesocket(s);
}

static const char *call(const struct sockaddr_storage *address, int length, SOCKET *s)
{
	*s = new_socket(address->ss_family, SOCK_STREAM);
	return outcome(connect(*s, (const struct sockaddr *)address, length));
}

static bool is_readable(SOCKET s, int milliseconds)
{
	struct timeval time = { 0, milliseconds * 1000 };
	fd_set readable;

	FD_ZERO(&readable);
	FD_SET(s, &readable);
	return select(0, &readable, NULL, NULL, &time) == 1;
}

struct accepting {
	SOCKET listener, accepted;
	int error;
};

static void accept_later(void *argument)
{
	struct accepting *accepting = argument;

	accepting->accepted = accept(accepting->listener, NULL, NULL);
	accepting->error = WSAGetLastError();
}

static void pause_accept(int family)
{
	struct sockaddr_storage address;
	struct sockaddr_storage name;
	int length, name_length = sizeof name;
	SOCKET s = listening_socket(family, &address, &length), callers[4], accepted;
	struct accepting accepting = { s, INVALID_SOCKET, 0 };
	struct task *task;

	if (is_wine()) {
		skip(18, "Wine has no SO_PAUSE_ACCEPT");
		closesocket(s);
		return;
	}
	is_int(TRUE, get(s, SOL_SOCKET, SO_ACCEPTCONN), "SO_ACCEPTCONN of a listener");
	call(&address, length, &callers[0]);
	call(&address, length, &callers[1]);
	succeeds(set(s, SOL_SOCKET, SO_PAUSE_ACCEPT, TRUE), "SO_PAUSE_ACCEPT");
	is_int(TRUE, get(s, SOL_SOCKET, SO_PAUSE_ACCEPT), "... is on");
	is_int(TRUE, get(s, SOL_SOCKET, SO_ACCEPTCONN), "... and it listens yet");
	getsockname(s, (struct sockaddr *)&name, &name_length);
	ok(!memcmp(&address, &name, length), "... at the same port");
	is_string("WSAECONNREFUSED", call(&address, length, &callers[2]), "... but who comes now is refused");
	closesocket(callers[2]);
	ok(is_readable(s, 0), "... while who has come before");
	for (int i = 0; i < 2; i++) {
		accepted = accept(s, NULL, NULL);
		send(callers[i], "0", 1, 0);
		ok(accepted != INVALID_SOCKET && recv(accepted, block, 1, 0) == 1,
		   "... is accepted, caller %d", i);
		closesocket(accepted);
		closesocket(callers[i]);
	}
	ok(!is_readable(s, 100), "... and then nobody is there");
	set_blocking(s, false);
	fails(WSAEWOULDBLOCK, accept(s, NULL, NULL) == INVALID_SOCKET ? SOCKET_ERROR : 0,
	      "... for accept either");
	set_blocking(s, true);
	task = task_start(accept_later, &accepting);
	sleep_ms(50);
	succeeds(set(s, SOL_SOCKET, SO_PAUSE_ACCEPT, FALSE), "... until it goes on");
	is_string("success", call(&address, length, &callers[3]), "... with the next caller");
	ok(task_end(task, 10000) && accepting.accepted != INVALID_SOCKET,
	   "... whom an accept that waits gets");
	closesocket(accepting.accepted);
	closesocket(callers[3]);

	task = task_start(accept_later, &accepting);
	sleep_ms(50);
	set(s, SOL_SOCKET, SO_PAUSE_ACCEPT, TRUE);
	sleep_ms(50);
	set(s, SOL_SOCKET, SO_PAUSE_ACCEPT, FALSE);
	call(&address, length, &callers[3]);
	ok(task_end(task, 10000) && accepting.accepted != INVALID_SOCKET,
	   "... as does one that has waited since before the pause");
	closesocket(accepting.accepted);
	closesocket(callers[3]);

	set(s, SOL_SOCKET, SO_PAUSE_ACCEPT, TRUE);
	task = task_start(accept_later, &accepting);
	sleep_ms(50);
	succeeds(closesocket(s), "a paused listener can be closed");
	ok(task_end(task, 10000) && accepting.accepted == INVALID_SOCKET, "... and accept returns");
	is_error(WSAEINTR, accepting.error, "... with this error");
}

/* Whoever gets a caller first, the pause does not wait for the next one. */

static void accept_all(void *argument)
{
	struct accepting *accepting = argument;

	while ((accepting->accepted = accept(accepting->listener, NULL, NULL)) != INVALID_SOCKET)
		closesocket(accepting->accepted);
	accepting->error = WSAGetLastError();
}

static void pause_often(void *argument)
{
	const SOCKET *s = argument;

	for (int i = 0; i < 400; i++)
		set(*s, SOL_SOCKET, SO_PAUSE_ACCEPT, i % 2 == 0);
}

static void pause_while_accepting(void)
{
	enum { ACCEPTING = 2, CALLERS = 100 };
	struct sockaddr_storage address;
	int length;
	SOCKET s = listening_socket(AF_INET, &address, &length), caller;
	struct accepting accepting[ACCEPTING];
	struct task *accepts[ACCEPTING], *pauses;

	if (is_wine()) {
		skip(1 + 2 * ACCEPTING, "Wine has no SO_PAUSE_ACCEPT");
		closesocket(s);
		return;
	}
	for (int i = 0; i < ACCEPTING; i++) {
		accepting[i] = (struct accepting){ s, INVALID_SOCKET, 0 };
		accepts[i] = task_start(accept_all, &accepting[i]);
	}
	pauses = task_start(pause_often, &s);
	for (int i = 0; i < CALLERS; i++) {
		call(&address, length, &caller);
		closesocket(caller);
	}
	ok(task_end(pauses, 20000), "SO_PAUSE_ACCEPT never waits, whoever accepts at the same time");
	closesocket(s);
	for (int i = 0; i < ACCEPTING; i++) {
		ok(task_end(accepts[i], 10000), "... and accept %d ends with the listener", i);
		ok(accepting[i].error == WSAEINTR || accepting[i].error == WSAENOTSOCK,
		   "... and not before: %s", error_name(accepting[i].error));
	}
}

static void pause_before_listen(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET s = bound_socket(AF_INET, SOCK_STREAM, &address, &length), caller;

	if (is_wine()) {
		skip(3, "Wine has no SO_PAUSE_ACCEPT");
		closesocket(s);
		return;
	}
	is_int(FALSE, get(s, SOL_SOCKET, SO_ACCEPTCONN), "SO_ACCEPTCONN before listen");
	set(s, SOL_SOCKET, SO_PAUSE_ACCEPT, TRUE);
	succeeds(listen(s, 1), "a socket may be paused before it listens");
	is_string("WSAECONNREFUSED", call(&address, length, &caller), "... and refuses from the beginning");
	closesocket(caller);
	closesocket(s);
}

/* SO_CONNECT_TIME */

static void connect_time(void)
{
	struct sockaddr_storage address;
	SOCKET pair[2], s = new_socket(AF_INET, SOCK_STREAM);
	long long begin = now_ms();
	int length;

	is_hex(0xffffffff, get(s, SOL_SOCKET, SO_CONNECT_TIME), "SO_CONNECT_TIME without a connection");
	closesocket(s);
	s = listening_socket(AF_INET, &address, &length);
	is_hex(0xffffffff, get(s, SOL_SOCKET, SO_CONNECT_TIME), "... of a listener");
	closesocket(s);
	udp_pair(AF_INET, pair);
	is_hex(0xffffffff, get(pair[0], SOL_SOCKET, SO_CONNECT_TIME), "... of datagrams");
	close_pair(pair);
	tcp_pair(AF_INET, pair);
	sleep_ms(1100);
	for (int i = 0; i < 2; i++)
		is_between(1, (now_ms() - begin) / 1000, get(pair[i], SOL_SOCKET, SO_CONNECT_TIME),
			   i ? "... and where it was accepted" : "the seconds where it was connected");
	close_pair(pair);
}

/* SO_BSP_STATE */

union state {
	CSADDR_INFO info;
	char space[512];
};

static void same_address(SOCKADDR *expected, int expected_length, const SOCKET_ADDRESS *seen,
			 const char *what)
{
	ok(seen->iSockaddrLength == expected_length && seen->lpSockaddr &&
		   !memcmp(seen->lpSockaddr, expected, expected_length),
	   "%s", what);
}

static void bsp_state(int family, int address_size)
{
	union state state;
	struct sockaddr_storage name;
	int length = sizeof state, full = sizeof state.info + 2 * address_size, name_length;
	SOCKET pair[2], s = new_socket(family, SOCK_STREAM);

	succeeds(getsockopt(s, SOL_SOCKET, SO_BSP_STATE, state.space, &length), "SO_BSP_STATE, family %d",
		 family);
	ok(!state.info.LocalAddr.lpSockaddr && !state.info.LocalAddr.iSockaddrLength,
	   "... no local address yet");
	ok(!state.info.RemoteAddr.lpSockaddr && !state.info.RemoteAddr.iSockaddrLength,
	   "... nor a remote one");
	is_int(SOCK_STREAM, state.info.iSocketType, "... its type");
	is_int(IPPROTO_TCP, state.info.iProtocol, "... and its protocol");
	closesocket(s);

	s = bound_socket(family, SOCK_STREAM, &name, &name_length);
	length = sizeof state;
	getsockopt(s, SOL_SOCKET, SO_BSP_STATE, state.space, &length);
	same_address((SOCKADDR *)&name, name_length, &state.info.LocalAddr, "bound, it has a local address");
	ok(!state.info.RemoteAddr.lpSockaddr, "... and no remote one");
	closesocket(s);

	tcp_pair(family, pair);
	length = sizeof state;
	succeeds(getsockopt(pair[0], SOL_SOCKET, SO_BSP_STATE, state.space, &length), "... connected");
	is_int(sizeof state, length, "... with room to spare");
	name_length = sizeof name;
	getsockname(pair[0], (struct sockaddr *)&name, &name_length);
	same_address((SOCKADDR *)&name, name_length, &state.info.LocalAddr, "... it has a local address");
	name_length = sizeof name;
	getpeername(pair[0], (struct sockaddr *)&name, &name_length);
	same_address((SOCKADDR *)&name, name_length, &state.info.RemoteAddr, "... and a remote one");
	ok((char *)state.info.LocalAddr.lpSockaddr >= state.space + sizeof state.info &&
		   (char *)state.info.RemoteAddr.lpSockaddr + address_size <= state.space + sizeof state,
	   "... behind the structure, in the caller's buffer");
	length = full;
	succeeds(getsockopt(pair[0], SOL_SOCKET, SO_BSP_STATE, state.space, &length),
		 "... with room for just that");
	length = full - 1;
	fails(WSAEFAULT, getsockopt(pair[0], SOL_SOCKET, SO_BSP_STATE, state.space, &length),
	      "... and a byte less");
	is_int(full - 1, length, "... leaves the length alone");
	close_pair(pair);
}

/* SO_PROTOCOL_INFO */

static void protocol_info(int family, int type, int protocol, DWORD services, const char *name)
{
	SOCKET s = socket(family, type, protocol);
	WSAPROTOCOL_INFOA ansi;
	WSAPROTOCOL_INFOW wide;
	int length = sizeof ansi;
	size_t i = 0;

	memset(&ansi, 0x55, sizeof ansi);
	memset(&wide, 0x55, sizeof wide);
	succeeds(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&ansi, &length),
		 "SO_PROTOCOL_INFOA: %s", name);
	length = sizeof wide;
	succeeds(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&wide, &length),
		 "... and SO_PROTOCOL_INFOW");
	ok(!memcmp(&ansi, &wide, offsetof(WSAPROTOCOL_INFOA, szProtocol)), "... are alike up to the name");
	while (ansi.szProtocol[i] && ansi.szProtocol[i] == wide.szProtocol[i])
		i++;
	ok(i && !ansi.szProtocol[i] && !wide.szProtocol[i], "... and in the name");
	wine_todo("Wine has names of its own");
	is_string(name, ansi.szProtocol, "... which is Windows'");
	todo_end();
	is_int(family, ansi.iAddressFamily, "... family");
	is_int(type, ansi.iSocketType, "... type");
	is_int(protocol, ansi.iProtocol, "... protocol");
	is_hex(services, ansi.dwServiceFlags1, "... services");
	is_int(family == AF_INET ? sizeof(SOCKADDR_IN) : sizeof(SOCKADDR_IN6), ansi.iMaxSockAddr,
	       "... size of addresses");
	is_int(1, ansi.ProtocolChain.ChainLen, "... with nothing layered upon it");
	closesocket(s);
	s = WSASocketA(-1, -1, -1, &ansi, 0, WSA_FLAG_OVERLAPPED);
	ok(s != INVALID_SOCKET, "... and with it a socket is made");
	is_int(type, get(s, SOL_SOCKET, SO_TYPE), "... of that type");
	closesocket(s);
}

/* SO_MAX_MSG_SIZE and its like */

static void max_message(int family)
{
	struct sockaddr_storage address;
	int length;
	SOCKET s = bound_socket(family, SOCK_DGRAM, &address, &length);
	DWORD most = get(s, SOL_SOCKET, SO_MAX_MSG_SIZE);

	ok(most == 65507 || most == 65527, "SO_MAX_MSG_SIZE of family %d", family);
	is_int(most, sendto(s, block, most, 0, (struct sockaddr *)&address, length),
	       "... as much can be sent");
	if (family == AF_INET6)
		wine_todo("Wine gives the answer for IPv4");
	fails(WSAEMSGSIZE, sendto(s, block, most + 1, 0, (struct sockaddr *)&address, length),
	      "... and no byte more");
	todo_end();
	wine_todo("Wine has neither");
	is_int(most, get(s, SOL_SOCKET, SO_MAXDG), "... and SO_MAXDG");
	is_int(most, get(s, SOL_SOCKET, SO_MAXPATHDG), "... and SO_MAXPATHDG are the same");
	todo_end();
	closesocket(s);
}

/* SO_OPENTYPE */

static void other_thread(void *argument)
{
	DWORD *seen = argument;

	seen[0] = get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE);
	set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, SO_SYNCHRONOUS_ALERT);
	seen[1] = get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE);
}

static void open_type(void)
{
	DWORD seen[2];

	succeeds(set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, SO_SYNCHRONOUS_NONALERT),
		 "SO_OPENTYPE of no socket");
	is_hex(SO_SYNCHRONOUS_NONALERT, get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE), "... is kept");
	ok(task_end(task_start(other_thread, seen), 10000), "another thread");
	is_hex(0, seen[0], "... begins with 0");
	is_hex(SO_SYNCHRONOUS_ALERT, seen[1], "... and has its own");
	is_hex(SO_SYNCHRONOUS_NONALERT, get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE),
	       "... which is not this one's");
	set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, 0);
}

/* What listeners hand on, and what a connect leaves alone */

static const struct {
	int level, name;
	DWORD value;
	const char *text, *wine;
} handed_on[] = {
#define HANDED_ON(level, name, value, wine)                                                                  \
	{                                                                                                    \
		level, name, value, #name, wine                                                              \
	}
	HANDED_ON(SOL_SOCKET, SO_DEBUG, 1, "Wine has no SO_DEBUG"),
	HANDED_ON(SOL_SOCKET, SO_DONTROUTE, 1, NULL),
	HANDED_ON(SOL_SOCKET, SO_REUSEADDR, 1, NULL),
	HANDED_ON(SOL_SOCKET, SO_KEEPALIVE, 1, NULL),
	HANDED_ON(SOL_SOCKET, SO_OOBINLINE, 1, NULL),
	HANDED_ON(SOL_SOCKET, SO_LINGER, 555 << 16 | 1, dontlinger),
	HANDED_ON(SOL_SOCKET, SO_DONTLINGER, 0, NULL),
	HANDED_ON(SOL_SOCKET, SO_SNDBUF, 0x123, NULL),
	HANDED_ON(SOL_SOCKET, SO_RCVBUF, 0x123, NULL),
	HANDED_ON(SOL_SOCKET, SO_SNDTIMEO, 0x123, NULL),
	HANDED_ON(SOL_SOCKET, SO_RCVTIMEO, 0x123, NULL),
	HANDED_ON(IPPROTO_TCP, TCP_NODELAY, 1, NULL),
#undef HANDED_ON
};
enum { HANDED_ON = sizeof handed_on / sizeof *handed_on };

static void set_all(SOCKET s)
{
	for (int i = 0; i < HANDED_ON; i++)
		set(s, handed_on[i].level, handed_on[i].name, handed_on[i].value);
}

/* A byte option reads back in one byte, the first: the others are what they were. `bound`: it already has a
 * port, for which it is too late to share. */
static void have_all(SOCKET s, bool bound, const char *which)
{
	for (int i = 0; i < HANDED_ON; i++) {
		DWORD value = 0;
		int length = sizeof value;

		if (bound && handed_on[i].name == SO_REUSEADDR)
			continue;

		if (handed_on[i].wine)
			wine_todo(handed_on[i].wine);
		getsockopt(s, handed_on[i].level, handed_on[i].name, (char *)&value, &length);
		is_hex(handed_on[i].value, value, "%s has %s", which, handed_on[i].text);
		todo_end();
	}
}

static void inheritance(int family)
{
	struct sockaddr_storage address;
	int length;
	SOCKET s = bound_socket(family, SOCK_STREAM, &address, &length), caller, accepted;

	set_all(s);
	listen(s, 1);
	caller = new_socket(family, SOCK_STREAM);
	set_all(caller);
	connect(caller, (struct sockaddr *)&address, length);
	accepted = accept(s, NULL, NULL);
	have_all(accepted, false, "an accepted socket");
	have_all(caller, false, "a socket that was connected");
	set_linger(accepted, 0, 0);
	set_linger(caller, 0, 0);
	set_linger(s, 0, 0);
	closesocket(accepted);
	closesocket(caller);
	closesocket(s);
}

static void update_context(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET pair[2], s = listening_socket(AF_INET, &address, &length), none = INVALID_SOCKET;

	tcp_pair(AF_INET, pair);
	if (is_wine()) {
		skip(2, "Wine takes any handle");
	} else {
		fails(WSAENOTSOCK,
		      setsockopt(pair[1], SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&none, sizeof none),
		      "SO_UPDATE_ACCEPT_CONTEXT without a listener");
		fails(WSAEFAULT,
		      setsockopt(pair[1], SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&s, sizeof s - 1),
		      "... or with too little of it");
	}
	set_all(s);
	succeeds(setsockopt(pair[1], SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&s, sizeof s),
		 "... with one");
	if (is_wine())
		skip(HANDED_ON - 1, "Wine changes nothing");
	else
		have_all(pair[1], true, "... the socket");
	set_linger(pair[1], 0, 0);
	succeeds(setsockopt(pair[0], SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0),
		 "SO_UPDATE_CONNECT_CONTEXT");
	close_pair(pair);
	set_linger(s, 0, 0);
	closesocket(s);
	s = new_socket(AF_INET, SOCK_STREAM);
	wine_todo("Wine does not look");
	fails(WSAENOTCONN, setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0),
	      "... without a connection");
	todo_end();
	closesocket(s);
}

static void received_processor(void)
{
	SOCKET pair[2];
	char byte;

	if (is_wine()) {
		skip(1, "Wine has no SO_RECEIVED_PROCESSOR");
		return;
	}
	tcp_pair(AF_INET, pair);
	send(pair[0], "x", 1, 0);
	recv(pair[1], &byte, 1, 0);
	ok((get(pair[1], SOL_SOCKET, SO_RECEIVED_PROCESSOR) >> 16) < 64,
	   "SO_RECEIVED_PROCESSOR is one of a group of 64");
	close_pair(pair);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	graceful_close();
	abortive_close();
	lingering_close();
	close_that_would_block();
	linger_and_dontlinger();
	buffers_read_back();
	small_receive_buffer();
	buffers_bound_a_stream();
	buffers_of_datagrams();
	timeouts();
	out_of_band();
	conditional_accept();
	pause_accept(AF_INET);
	pause_accept(AF_INET6);
	pause_while_accepting();
	pause_before_listen();
	connect_time();
	bsp_state(AF_INET, sizeof(SOCKADDR_IN));
	bsp_state(AF_INET6, sizeof(SOCKADDR_IN6));
	protocol_info(AF_INET, SOCK_STREAM, IPPROTO_TCP, 0x20066, "MSAFD Tcpip [TCP/IP]");
	protocol_info(AF_INET, SOCK_DGRAM, IPPROTO_UDP, 0x20609, "MSAFD Tcpip [UDP/IP]");
	protocol_info(AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0x20066, "MSAFD Tcpip [TCP/IPv6]");
	protocol_info(AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 0x20609, "MSAFD Tcpip [UDP/IPv6]");
	max_message(AF_INET);
	max_message(AF_INET6);
	open_type();
	inheritance(AF_INET);
	inheritance(AF_INET6);
	update_context();
	received_processor();
	winsock_end();
	return done();
}
