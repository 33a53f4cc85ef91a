/* Urgent data: apart from the stream, several bytes of it, FIONREAD and SIOCATMARK, and in line with
 * SO_OOBINLINE. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdio.h>
#include <string.h>

static const char moved[] = "Wine, as Linux, makes the older of two urgent bytes a part of the stream";
static const char notion[] = "Wine has Linux's notion of the mark";
static const char twice[] = "Wine delivers it twice";

static SOCKET pair[2]; /* [0] sends to [1], which does not block */

static void open_pair(void)
{
	u_long on = 1;

	tcp_pair(AF_INET, pair);
	ioctlsocket(pair[1], FIONBIO, &on);
}

static void say(const char *text)
{
	if (send(pair[0], text, (int)strlen(text), 0) != (int)strlen(text))
		bail("send: %s", error_name(WSAGetLastError()));
}

static void shout(const char *text)
{
	if (send(pair[0], text, (int)strlen(text), MSG_OOB) != (int)strlen(text))
		bail("send, MSG_OOB: %s", error_name(WSAGetLastError()));
}

enum { READ = 1, EXCEPT = 2 };

/* What select says of the receiver within that time. */
static int ready(int asked, int milliseconds)
{
	struct timeval time = { 0, milliseconds * 1000 };
	fd_set readable, urgent;

	FD_ZERO(&readable);
	FD_ZERO(&urgent);
	if (asked & READ)
		FD_SET(pair[1], &readable);
	if (asked & EXCEPT)
		FD_SET(pair[1], &urgent);
	if (select(0, &readable, NULL, &urgent, &time) < 0)
		bail("select: %s", error_name(WSAGetLastError()));
	return (FD_ISSET(pair[1], &readable) ? READ : 0) | (FD_ISSET(pair[1], &urgent) ? EXCEPT : 0);
}

enum { SOON = 900, SOME_TIME = 50 };

static bool urgent_comes(void)
{
	return ready(EXCEPT, SOON) == EXCEPT;
}

static bool data_comes(void)
{
	return ready(READ, SOON) == READ;
}

static const char *receive(int size, int flags)
{
	static char buffer[64];
	int count;

	memset(buffer, '.', sizeof buffer);
	WSASetLastError(0);
	count = recv(pair[1], buffer, size, flags);
	return count < 0 ? error_name(WSAGetLastError()) : words("%.*s", count, buffer);
}

static long get(long code)
{
	u_long value = 0xdead;

	if (ioctlsocket(pair[1], code, &value))
		bail("ioctl %#lx: %s", code, error_name(WSAGetLastError()));
	return (long)value;
}

/* FIONREAD and SIOCATMARK. */
static const char *counts(void)
{
	long count = get(FIONREAD);

	return words("%ld %s", count, get(SIOCATMARK) ? "TRUE" : "FALSE");
}

static void set_inline(BOOL on)
{
	if (setsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, (char *)&on, sizeof on))
		bail("SO_OOBINLINE: %s", error_name(WSAGetLastError()));
}

static int get_inline(void)
{
	int on = 0xdead, size = sizeof on;

	getsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, (char *)&on, &size);
	return on;
}

/* As Wine's tests saw it on Windows. */
static void counting(void)
{
	open_pair();
	is_string("0 TRUE", counts(), "FIONREAD, SIOCATMARK of nothing");
	say("data.");
	ok(data_comes(), "data comes");
	is_string("5 TRUE", counts(), "...that is all");
	shout("a");
	ok(urgent_comes(), "urgent data comes");
	wine_todo(notion);
	is_string("5 FALSE", counts(), "...which is not counted");
	todo_end();
	shout("b");
	sleep_ms(SOME_TIME);
	wine_may_differ(moved);
	is_string("5 FALSE", counts(), "...nor is more of it");
	is_string("dat", receive(3, 0), "recv of data");
	is_string("2 FALSE", counts(), "...changes nothing else");
	is_string("a", receive(1, MSG_OOB), "recv, MSG_OOB, of the first");
	ok(urgent_comes(), "...there is another");
	is_string("2 FALSE", counts(), "...as SIOCATMARK says");
	is_string("a.", receive(5, 0), "recv of the rest of the data");
	is_string("0 FALSE", counts(), "...leaves the urgent byte");
	is_string("b", receive(1, MSG_OOB), "recv, MSG_OOB, of the second");
	is_string("0 TRUE", counts(), "...that is all");
	todo_end();
	close_pair(pair);

	open_pair();
	shout("a");
	ok(urgent_comes(), "an urgent byte");
	set_inline(TRUE);
	wine_todo(notion);
	is_string("1 FALSE", counts(), "...put in line");
	todo_end();
	is_string("a", receive(1, 0), "...recv");
	is_string("0 TRUE", counts(), "...that is all");
	shout("b");
	ok(data_comes(), "...another");
	is_string("1 TRUE", counts(), "...is data like any other");
	close_pair(pair);
}

/* Each stands somewhere in the stream, of which nothing is lost. */
static void several(void)
{
	open_pair();
	wine_may_differ(moved);
	say("ab");
	shout("1");
	ok(urgent_comes(), "data and an urgent byte");
	say("cd");
	shout("2");
	ok(urgent_comes(), "...more of both");
	sleep_ms(SOME_TIME);
	is_string("4 FALSE", counts(), "...four bytes are data");
	say("ef");
	shout("3");
	sleep_ms(SOME_TIME);
	say("gh");
	sleep_ms(SOME_TIME);
	is_string("8 FALSE", counts(), "...eight");
	is_string("1", receive(8, MSG_OOB | MSG_PEEK), "MSG_OOB with MSG_PEEK: the first");
	is_string("1", receive(1, MSG_OOB), "MSG_OOB: the first");
	is_string("2", receive(1, MSG_OOB), "...the second");
	is_string("ab", receive(2, MSG_PEEK), "MSG_PEEK: what came before");
	is_string("a", receive(1, 0), "recv of a part");
	is_string("b", receive(1, 0), "...of the rest before the first one's place");
	is_string("c", words("%.1s", receive(1, 0)), "...what came after it");
	is_string("5 FALSE", counts(), "...five are left");
	is_string("3", receive(1, MSG_OOB), "MSG_OOB: the third");
	is_string("5 TRUE", counts(), "...five are left, and no more urgent ones");
	is_string("WSAEWOULDBLOCK", receive(1, MSG_OOB), "MSG_OOB: there is no fourth");
	ok(ready(EXCEPT, 0) == 0, "...as select says");
	is_string("d", receive(1, 0), "recv of the data");
	is_string("ef", receive(2, 0), "...all of it");
	is_string("gh", receive(2, 0), "...in order");
	ok(ready(READ, 0) == 0, "...that was all");
	is_string("WSAEWOULDBLOCK", receive(1, 0), "...as recv says");
	todo_end();
	close_pair(pair);

	open_pair();
	wine_may_differ(moved);
	shout("1");
	ok(urgent_comes(), "an urgent byte before all data");
	say("abc");
	ok(data_comes(), "...and data");
	is_string("3 FALSE", counts(), "...which is counted");
	shout("2");
	sleep_ms(SOME_TIME);
	say("def");
	sleep_ms(SOME_TIME);
	is_string("6 FALSE", counts(), "...all of it");
	is_string("1", receive(1, MSG_OOB), "...the first one is there");
	is_string("2", receive(1, MSG_OOB), "...the second one is there");
	todo_end();
	close_pair(pair);
}

static void waits_for_all(void)
{
	u_long off = 0, on = 1;

	open_pair();
	wine_may_differ(moved);
	say("ab");
	shout("1");
	ok(urgent_comes(), "data and an urgent byte");
	say("cd");
	shout("2");
	ok(urgent_comes(), "...and more");
	sleep_ms(SOME_TIME);
	get(SIOCATMARK);
	say("ef");
	ioctlsocket(pair[1], FIONBIO, &off);
	is_string("abcdef", receive(6, MSG_WAITALL), "MSG_WAITALL goes on behind both places");
	ioctlsocket(pair[1], FIONBIO, &on);
	is_string("1", receive(1, MSG_OOB), "...the first one is there");
	is_string("2", receive(1, MSG_OOB), "...the second one is there");
	todo_end();
	close_pair(pair);
}

static void in_line(void)
{
	open_pair();
	say("ab");
	shout("!");
	say("cd");
	set_inline(TRUE);
	ok(data_comes(), "in line, an urgent byte is data");
	sleep_ms(SOME_TIME);
	is_int(READ, ready(READ | EXCEPT, SOON), "...of which exceptfds says nothing");
	is_int(0, ready(EXCEPT, SOME_TIME), "...even if it is asked alone");
	is_string("WSAEINVAL", receive(1, MSG_OOB), "...nor MSG_OOB");
	is_string("a", receive(1, 0), "recv");
	is_string("b", receive(1, 0), "...what came before");
	is_string("!", receive(1, 0), "...itself");
	is_string("c", receive(1, 0), "...and after");
	is_string("d", receive(10, 0), "...that was all");
	is_int(0, ready(READ, 0), "...once: select");
	is_string("WSAEWOULDBLOCK", receive(10, 0), "...and recv");
	is_string("0 TRUE", counts(), "...and FIONREAD");
	set_inline(FALSE);
	shout("?");
	ok(urgent_comes(), "out of line again");
	is_string("?", receive(1, MSG_OOB), "...MSG_OOB");
	set_inline(TRUE);
	is_int(TRUE, get_inline(), "what was received with MSG_OOB before SO_OOBINLINE is set");
	wine_todo(twice);
	is_int(0, ready(READ, SOME_TIME), "...does not come again, as select says");
	is_string("WSAEWOULDBLOCK", receive(10, 0), "...and recv");
	todo_end();
	shout("A");
	ok(data_comes(), "...another one");
	is_string("A", receive(1, 0), "...comes");
	wine_may_differ(twice);
	is_string("WSAEWOULDBLOCK", receive(10, 0), "...once");
	todo_end();
	close_pair(pair);
}

/* What was met before, but not received. */
static void put_in_line(void)
{
	open_pair();
	wine_may_differ(moved);
	shout("1");
	ok(urgent_comes(), "two urgent bytes");
	shout("2");
	sleep_ms(SOME_TIME);
	is_string("0 FALSE", counts(), "...that were met");
	say("ab");
	shout("3");
	sleep_ms(SOME_TIME);
	is_string("2 FALSE", counts(), "...and a third, behind data");
	set_inline(TRUE);
	is_string("5 FALSE", counts(), "...put in line");
	is_int(READ, ready(READ | EXCEPT, SOON), "...are data");
	say("cd");
	sleep_ms(SOME_TIME);
	is_string("1", receive(1, MSG_PEEK), "MSG_PEEK");
	is_string("1", receive(1, 0), "recv");
	is_string("2", receive(1, 0), "...in order");
	is_string("a", receive(1, 0), "...with the data");
	is_string("b", receive(1, 0), "...all of it");
	is_string("3", receive(1, 0), "...the third");
	is_string("cd", receive(10, 0), "...and what came then");
	is_string("0 TRUE", counts(), "...that was all");
	todo_end();
	close_pair(pair);
}

/* What was received with MSG_OOB stays out of the stream, also if it becomes one with SO_OOBINLINE later. */
static void taken_before(void)
{
	open_pair();
	wine_may_differ(moved);
	say("ab");
	shout("1");
	ok(urgent_comes(), "an urgent byte behind data");
	is_string("1", receive(1, MSG_OOB), "...MSG_OOB");
	shout("2");
	ok(urgent_comes(), "...another behind it");
	is_int(FALSE, get_inline(), "...SO_OOBINLINE is off");
	set_inline(TRUE);
	is_int(TRUE, get_inline(), "...and on");
	say("cd");
	sleep_ms(SOME_TIME);
	is_string("5", words("%ld", get(FIONREAD)), "...the second one counts now");
	is_string("ab", receive(2, 0), "recv: the data");
	is_string("2", receive(1, 0), "...the second one");
	is_string("cd", receive(2, 0), "...the rest");
	todo_end();
	close_pair(pair);
}

static const char *receive_many(DWORD flags, bool *was_urgent)
{
	static char bytes[9];
	WSABUF buffers[] = { { 0, NULL }, { 1, bytes }, { 3, bytes + 1 } };
	DWORD count;

	memset(bytes, 0, sizeof bytes);
	if (WSARecv(pair[1], buffers, 3, &count, &flags, NULL, NULL))
		return error_name(WSAGetLastError());
	*was_urgent = flags == MSG_OOB;
	return words("%lu: %s, flags %#lx", (unsigned long)count, bytes, (unsigned long)flags);
}

static void several_buffers(void)
{
	WSABUF out[] = { { 2, (char *)"ab" }, { 0, NULL }, { 1, (char *)"!" } };
	bool was_urgent = false;
	DWORD sent = 0;

	open_pair();
	succeeds(WSASend(pair[0], out, 3, &sent, MSG_OOB, NULL, NULL),
		 "WSASend, MSG_OOB, of several buffers");
	is_int(3, sent, "...all of it");
	ok(urgent_comes(), "...is announced");
	is_string("2: ab, flags 0", receive_many(0, &was_urgent), "WSARecv: all but the last byte are data");
	is_string(words("1: !, flags %#x", MSG_OOB), receive_many(MSG_OOB, &was_urgent),
		  "...which MSG_OOB gets");
	is_string("WSAEWOULDBLOCK", receive_many(MSG_OOB, &was_urgent), "...once");
	close_pair(pair);
}

static void urgent_later(void *argument)
{
	sleep_ms(50);
	shout("!");
}

static void ends(void)
{
	struct task *task;
	u_long off = 0;

	open_pair();
	say("a");
	shout("1");
	ok(urgent_comes(), "data and an urgent byte");
	closesocket(pair[0]);
	sleep_ms(SOME_TIME);
	is_string("1", receive(1, MSG_OOB), "...outlive the peer");
	is_string("a", receive(10, 0), "...both");
	is_string("", receive(10, 0), "...and then comes the end");
	closesocket(pair[1]);

	open_pair();
	ioctlsocket(pair[1], FIONBIO, &off);
	task = task_start(urgent_later, NULL);
	ok(urgent_comes(), "select waits for urgent data");
	task_end(task, 2000);
	is_string("!", receive(1, MSG_OOB), "...which is there");
	task = task_start(urgent_later, NULL);
	is_string("!", receive(1, MSG_OOB), "recv, MSG_OOB, waits for it");
	task_end(task, 2000);
	close_pair(pair);
}

#ifdef __linux__
/* The library remembers only so many places of urgent bytes in a stream that is not received. Then the next
 * one waits: for that, no call may wait in vain, nor say that it is there. */
static void many_places(void)
{
	enum { MANY = 100 };
	u_long off = 0;
	DWORD time = 300;
	char byte = 0;
	int count = 0, result, error;
	bool right = true;

	open_pair();
	do {
		char urgent[2] = { (char)('A' + count % 26), 0 };

		say("x");
		shout(urgent);
		if (!urgent_comes())
			break;
		right = recv(pair[1], &byte, 1, MSG_OOB) == 1 && byte == *urgent && right;
	} while (++count < MANY);
	ok(right && count > 50 && count < MANY,
	   "many urgent bytes are received before what is in front of them (%d)", count);
	ioctlsocket(pair[1], FIONBIO, &off);
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof time);
	result = recv(pair[1], &byte, 1, MSG_OOB);
	error = WSAGetLastError();
	is_int(SOCKET_ERROR, result, "...another one waits");
	is_error(WSAETIMEDOUT, error, "...no longer than SO_RCVTIMEO says");
	is_int(1, recv(pair[1], &byte, 1, 0), "...until something of the stream was received");
	is_int(1, recv(pair[1], &byte, 1, 0), "...or a little more");
	is_int(1, recv(pair[1], &byte, 1, MSG_OOB), "...and is there then");
	is_int('A' + count % 26, byte, "...as it was sent");
	close_pair(pair);
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	counting();
	several();
	waits_for_all();
	in_line();
	put_in_line();
	taken_before();
	several_buffers();
	ends();
#ifdef __linux__
	many_places();
#endif
	winsock_end();
	return done();
}
