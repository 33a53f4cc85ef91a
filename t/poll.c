/* WSAPoll: what may be asked, what is answered in every state, what is no socket, closing meanwhile, numbers.
 *
 * What Windows does is from Microsoft's page on WSAPoll and from what Wine's own tests have seen there. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <afunix.h>
#include <sys/resource.h>
#endif
#ifndef WSAID_WSAPOLL
#define WSAID_WSAPOLL                                                                                        \
	{                                                                                                    \
		0x18c76f85, 0xdc66, 0x4964, { 0x97, 0x2e, 0x23, 0xc2, 0x72, 0x38, 0x31, 0x2b }               \
	}
#endif

enum { ALL = POLLRDNORM | POLLRDBAND | POLLWRNORM, ENOUGH = 5000 };

/* The answer as words; the values are Windows', which t/constants.c checks. */
static const char *flags(int events)
{
	static const struct {
		int value;
		const char *name;
	} names[] = {
		{ POLLRDNORM, "RDNORM " }, { POLLRDBAND, "RDBAND " }, { POLLWRNORM, "WRNORM " },
		{ POLLERR, "ERR " },       { POLLHUP, "HUP " },       { POLLNVAL, "NVAL " },
	};
	char text[64] = "";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (events & names[i].value)
			strcat(text, names[i].name);
		events &= ~names[i].value;
	}
	return events ? words("%s%#x", text, events) : words("%s", *text ? text : "nothing");
}

/* What WSAPoll says of one socket, at last: for as long as `wait` it may say nothing. */
static const char *asked(SOCKET s, int events, int wait)
{
	WSAPOLLFD one = { .fd = s, .events = (SHORT)events, .revents = 0x5ead };
	int result = WSAPoll(&one, 1, wait);

	if (result < 0)
		return error_name(WSAGetLastError());
	return result == (one.revents != 0) ? flags(one.revents) : words("%d: %s", result, flags(one.revents));
}

static const char *now(SOCKET s)
{
	return asked(s, ALL, 0);
}

/* The same when something is about to come that makes it more than writable. */
static const char *then(SOCKET s)
{
	asked(s, POLLRDNORM | POLLRDBAND, ENOUGH);
	return now(s);
}

static void arguments(void)
{
	WSAPOLLFD pair[2] = { { .fd = new_socket(AF_INET, SOCK_DGRAM), .events = POLLIN } };
	WSAPOLLFD *last;

	fails(WSAEINVAL, WSAPoll(NULL, 0, 0), "nothing, at no place");
	fails(WSAEINVAL, WSAPoll(pair, 0, 0), "nothing");
	fails(WSAEINVAL, WSAPoll(NULL, 0, 1), "nothing, with a time");
	fails(WSAEFAULT, WSAPoll(NULL, 1, 0), "one, at no place");
	fails(WSAEFAULT, WSAPoll(NULL, 1, 1), "one, at no place, with a time");
	last = (WSAPOLLFD *)(void *)before_bad_page(sizeof *last);
	*last = pair[0];
	is_int(0, WSAPoll(last, 1, 0), "one that ends where memory does");
	closesocket(pair[0].fd);
}

#ifdef __linux__ /* Wine crashes */
static void pointers(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	WSAPOLLFD *last = (WSAPOLLFD *)(void *)before_bad_page(sizeof *last);

	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++)
		fails(WSAEFAULT, WSAPoll((WSAPOLLFD *)(void *)bad->pointer, 1, 0), "%s", bad->name);
	*last = (WSAPOLLFD){ .fd = s, .events = POLLOUT };
	fails(WSAEFAULT, WSAPoll(last, 2, 0), "one more than there is memory");
	fails(WSAEFAULT, WSAPoll(last, 1000000, 0), "a million more");
	fails(WSAEFAULT, WSAPoll(last, 0xffffffff, 0), "as many as can be said");
	/* It can be read, and holds what is no socket: only the answer cannot be given. */
	fails(WSAEFAULT, WSAPoll((WSAPOLLFD *)(void *)read_only_page(), 1, 0), "what cannot be written to");
	closesocket(s);
}
#endif

static void what_may_be_asked(void)
{
	static const int refused[] = { POLLERR, POLLHUP, POLLNVAL, 0x8,    POLLWRBAND, 0x40,   0x80,
				       POLLPRI, 0x800,   0x1000,   0x2000, 0x4000,     0x8000, POLLIN | POLLPRI };
	struct sockaddr_storage address;
	int length;
	SOCKET listener = listening_socket(AF_INET, &address, &length), pair[2];

	tcp_pair(AF_INET, pair);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		wine_todo("Wine takes any flag");
		is_string("WSAEINVAL", asked(listener, refused[i], 0), "%#x of a listener", refused[i]);
		is_string("WSAEINVAL", asked(pair[0], refused[i], 0), "%#x of a connection", refused[i]);
		todo_end();
	}
	is_string("nothing", asked(pair[0], 0, 0), "nothing of a connection");
	is_string("WRNORM ", asked(pair[0], POLLOUT, 0), "POLLOUT");
	is_string("nothing", asked(pair[0], POLLIN, 0), "POLLIN");
	close_pair(pair);
	closesocket(listener);
}

/* What is no socket is answered for, but neither counts nor ends the wait. */
static void no_sockets(void)
{
	enum { NONE = 0xabacab };
	struct sockaddr_storage address;
	int length;
	long long start;
	SOCKET s = listening_socket(AF_INET, &address, &length), closed = new_socket(AF_INET, SOCK_STREAM);
	WSAPOLLFD two[2];

#define TWO(a, a_events, b, b_events)                                                                        \
	(two[0] = (WSAPOLLFD){ .fd = a, .events = a_events, .revents = 0x5ead },                             \
	 two[1] = (WSAPOLLFD){ .fd = b, .events = b_events, .revents = 0x5ead }, WSASetLastError(4711), two)
	closesocket(closed);
	is_int(0, WSAPoll(TWO(INVALID_SOCKET, POLLERR, s, POLLIN), 2, 0), "a negative one, asked what may not be");
	is_error(0, WSAGetLastError(), "...is no error");
	is_string("NVAL ", flags(two[0].revents), "...and is called invalid");
	is_string("nothing", flags(two[1].revents), "...the other is not ready");
	is_int(0, WSAPoll(TWO(s, POLLIN, NONE, POLLIN), 2, 0), "one that never was");
	is_string("nothing", flags(two[0].revents), "...the other is not ready");
	is_string("NVAL ", flags(two[1].revents), "...it is called invalid");
	is_int(0, WSAPoll(TWO(s, POLLIN, closed, POLLIN), 2, 0), "a closed one");
	is_string("NVAL ", flags(two[1].revents), "...is called invalid");
	wine_todo("Wine takes any flag");
	fails(WSAEINVAL, WSAPoll(TWO(s, POLLIN, NONE, POLLERR), 2, 0), "one that never was, asked what may not be");
	todo_end();
	is_string("nothing", flags(two[0].revents), "...nothing is answered");
	wine_todo("Wine takes any flag");
	is_string("nothing", flags(two[1].revents), "...for either");
	todo_end();
	fails(WSAENOTSOCK, WSAPoll(TWO(INVALID_SOCKET, POLLERR, NONE, POLLERR), 2, ENOUGH), "no socket at all");
	is_string("NVAL ", flags(two[0].revents), "...both");
	is_string("NVAL ", flags(two[1].revents), "...are called invalid");
	fails(WSAENOTSOCK, WSAPoll(TWO(INVALID_SOCKET, 0, (SOCKET)-7, 0), 2, 0), "two negative ones");
	start = now_ms();
	is_int(0, WSAPoll(TWO(INVALID_SOCKET, 0, s, POLLIN), 2, 60), "with a time");
	ok(now_ms() - start >= 59, "...it is waited for");
	closesocket(s);
}

static void connections(void)
{
	struct sockaddr_storage address;
	struct linger at_once = { 1, 0 };
	int length, on = 1;
	char buffer[8];
	SOCKET listener = listening_socket(AF_INET, &address, &length), fresh = new_socket(AF_INET, SOCK_STREAM);
	SOCKET pair[2];

	is_string("nothing", now(fresh), "a fresh stream");
	is_string("nothing", now(listener), "a listener to which nobody comes");
	pair[0] = new_socket(AF_INET, SOCK_STREAM);
	connect(pair[0], (struct sockaddr *)&address, length);
	is_string("RDNORM ", then(listener), "one to which somebody does");
	is_string("nothing", asked(listener, POLLRDBAND | POLLWRNORM, 0), "...if that is asked");
	is_string("nothing", asked(listener, 0, 0), "...and if nothing is");
	pair[1] = accept(listener, NULL, NULL);
	is_string("nothing", now(listener), "...no longer, once it is accepted");
	is_string("WRNORM ", now(pair[0]), "a connection");
	is_string("WRNORM ", now(pair[1]), "its other end");

	send(pair[1], "1234", 4, 0);
	is_string("RDNORM WRNORM ", then(pair[0]), "...has come");
	is_string("RDNORM ", asked(pair[0], POLLIN, 0), "...POLLIN alone");
	is_string("WRNORM ", now(pair[1]), "...not to its sender");
	recv(pair[0], buffer, sizeof buffer, 0);
	is_string("WRNORM ", now(pair[0]), "...and is taken");

	send(pair[0], "A", 1, MSG_OOB);
	is_string("RDBAND WRNORM ", then(pair[1]), "urgent data");
	is_string("nothing", asked(pair[1], POLLRDNORM, 0), "...is nothing to read");
	recv(pair[1], buffer, 1, MSG_OOB);
	is_string("WRNORM ", now(pair[1]), "...and is taken");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, (char *)&on, sizeof on);
	send(pair[0], "A", 1, MSG_OOB);
	is_string("RDNORM WRNORM ", then(pair[1]), "urgent data in line");
	is_string("nothing", asked(pair[1], POLLRDBAND, 50), "...is data like any other");
	recv(pair[1], buffer, 1, 0);
	is_string("WRNORM ", now(pair[1]), "...and is taken");

	shutdown(pair[0], SD_RECEIVE);
	is_string("WRNORM ", now(pair[0]), "who receives no more");
	is_string("WRNORM ", now(pair[1]), "...is no news to the peer");
	is_string("nothing", asked(pair[0], POLLIN, 50), "...nor anything to wait for");
	shutdown(pair[0], SD_SEND);
	is_string("HUP ", asked(pair[1], 0, ENOUGH), "the peer sends no more");
	is_string("WRNORM HUP ", now(pair[1]), "...and that alone has happened");
	is_string("WRNORM ", now(pair[0]), "...nothing has to itself");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	send(pair[0], "data", 4, 0);
	shutdown(pair[0], SD_SEND);
	wine_todo("Wine tells of the end after the data");
	is_string("HUP ", asked(pair[1], 0, is_wine() ? 100 : ENOUGH), "the peer sends no more, but has sent before");
	is_string("RDNORM WRNORM HUP ", now(pair[1]), "...there is data");
	todo_end();
	recv(pair[1], buffer, sizeof buffer, 0);
	is_string("WRNORM HUP ", now(pair[1]), "...until it is read");
	is_int(0, recv(pair[1], buffer, sizeof buffer, 0), "...and then the end is");
	is_string("WRNORM HUP ", now(pair[1]), "...which changes nothing");
	close_pair(pair);

	tcp_pair(AF_INET6, pair);
	closesocket(pair[0]);
	asked(pair[1], POLLIN, ENOUGH);
	is_string("WRNORM HUP ", now(pair[1]), "the peer has closed");
	closesocket(pair[1]);

	tcp_pair(AF_INET, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[0]);
	asked(pair[1], POLLIN, ENOUGH);
	wine_may_differ("Wine adds what there is to read");
	is_string("WRNORM ERR HUP ", now(pair[1]), "the peer has reset the connection");
	is_string("ERR HUP ", asked(pair[1], 0, 0), "...which is said unasked");
	is_string("ERR HUP ", asked(pair[1], POLLIN, 0), "...again");
	todo_end();
	wine_may_differ("Wine calls it an end in good order");
	is_int(-1, recv(pair[1], buffer, 1, 0), "...and recv knows of it");
	is_error(WSAECONNRESET, WSAGetLastError(), "...still");
	is_string("WRNORM ERR HUP ", now(pair[1]), "...which has not changed anything");
	todo_end();
	closesocket(pair[1]);
	closesocket(fresh);
	closesocket(listener);
}

static void connects(void)
{
	struct sockaddr_storage address;
	struct sockaddr_in *nobody = (struct sockaddr_in *)&address;
	int length, error = -1, size = sizeof error;
	u_long on = 1;
	SOCKET listener = listening_socket(AF_INET, &address, &length), s = new_socket(AF_INET, SOCK_STREAM);

	ioctlsocket(s, FIONBIO, &on);
	fails(WSAEWOULDBLOCK, connect(s, (struct sockaddr *)&address, length), "a connect begins");
	is_string("WRNORM ", asked(s, ALL, ENOUGH), "...and succeeds");
	closesocket(s);
	closesocket(listener);

	s = new_socket(AF_INET, SOCK_STREAM);
	ioctlsocket(s, FIONBIO, &on);
	nobody->sin_port = htons(free_port(AF_INET, SOCK_STREAM));
	fails(WSAEWOULDBLOCK, connect(s, (struct sockaddr *)&address, length), "another begins");
	wine_todo("Wine knows POLLERR only");
	is_string("WRNORM ERR HUP ", asked(s, ALL, ENOUGH), "...and fails");
	is_string("ERR HUP ", asked(s, POLLIN, 0), "...whatever is asked");
	todo_end();
	getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &size);
	is_error(WSAECONNREFUSED, error, "...as SO_ERROR says");
	wine_todo("Wine knows POLLERR only");
	is_string("WRNORM ERR HUP ", now(s), "...which changes nothing");
	todo_end();
	closesocket(s);

	s = new_socket(AF_INET, SOCK_STREAM);
	fails(WSAECONNREFUSED, connect(s, (struct sockaddr *)&address, length), "one that is waited for");
	wine_todo("Wine knows nothing of it, or POLLERR only");
	is_string("WRNORM ERR HUP ", now(s), "...has failed too");
	todo_end();
	closesocket(s);
}

static void datagrams(void)
{
	struct sockaddr_storage address, nobody;
	int length, nobody_length;
	char byte;
	u_long on = 1;
	SOCKET fresh = new_socket(AF_INET, SOCK_DGRAM), s = bound_socket(AF_INET, SOCK_DGRAM, &address, &length);
	SOCKET closed = bound_socket(AF_INET, SOCK_DGRAM, &nobody, &nobody_length);

	is_string("WRNORM ", now(fresh), "a datagram socket without an address");
	is_string("WRNORM ", now(s), "one with an address");
	sendto(fresh, "x", 1, 0, (struct sockaddr *)&address, length);
	is_string("RDNORM WRNORM ", then(s), "...to which something comes");
	recv(s, &byte, 1, 0);
	is_string("WRNORM ", now(s), "...that is taken");
	closesocket(closed);
	ioctlsocket(s, FIONBIO, &on); /* Wine would wait */
	sendto(s, "x", 1, 0, (struct sockaddr *)&nobody, nobody_length);
	wine_todo("Wine does not hear that nobody had the port");
	is_string("RDNORM ", asked(s, POLLIN, is_wine() ? 50 : ENOUGH), "a datagram that met nobody");
	is_string("RDNORM WRNORM ", now(s), "...is something to read");
	fails(WSAECONNRESET, recv(s, &byte, 1, 0), "...which recv tells");
	todo_end();
	is_string("WRNORM ", now(s), "...once");
	closesocket(fresh);
	closesocket(s);
}

/* Each place has its own question and its own answer. */
static void repeated(void)
{
	SOCKET pair[2];
	WSAPOLLFD all[4];
	static const int events[] = { POLLIN, POLLOUT, 0, POLLIN | POLLOUT };

	tcp_pair(AF_INET, pair);
	send(pair[1], "x", 1, 0);
	is_string("RDNORM ", asked(pair[0], POLLIN, ENOUGH), "something to read");
	for (int i = 0; i < 4; i++)
		all[i] = (WSAPOLLFD){ .fd = pair[0], .events = (SHORT)events[i], .revents = 0x5ead };
	wine_todo("Wine counts each place as often as there are ready ones");
	is_int(3, WSAPoll(all, 4, -1), "the same socket four times");
	todo_end();
	is_string("RDNORM ", flags(all[0].revents), "...asked whether it can be read");
	is_string("WRNORM ", flags(all[1].revents), "...whether it can be written");
	is_string("nothing", flags(all[2].revents), "...nothing");
	is_string("RDNORM WRNORM ", flags(all[3].revents), "...and both");
	close_pair(pair);
}

static SOCKET late_pair[2];

static void send_later(void *argument)
{
	(void)argument;
	sleep_ms(100);
	send(late_pair[1], "x", 1, 0);
}

static void times(void)
{
	static const int limits[] = { 0, 1, 60 };
	struct task *task;

	tcp_pair(AF_INET, late_pair);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		long long start = now_ms();

		is_string("nothing", asked(late_pair[0], POLLIN, limits[i]), "%d ms", limits[i]);
		ok(now_ms() - start >= limits[i] - 1, "...are waited for");
	}
	task = task_start(send_later, NULL);
	is_string("RDNORM ", asked(late_pair[0], POLLIN, -1), "for ever, until something comes");
	task_end(task, ENOUGH);
	recv(late_pair[0], (char[1]){ 0 }, 1, 0);
	task = task_start(send_later, NULL);
	is_string("RDNORM ", asked(late_pair[0], POLLIN, ENOUGH), "for long, until something comes");
	task_end(task, ENOUGH);
	close_pair(late_pair);
}

static SOCKET to_close;

static void close_later(void *argument)
{
	(void)argument;
	sleep_ms(100);
	closesocket(to_close);
}

/* Another thread closes a socket on which this one waits; only Windows says so of all of them. */
static void closed_meanwhile(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET kept[2], pair[2];
	static const char *const kinds[] = { "a connection", "a fresh stream", "a listener", "a datagram socket" };

	tcp_pair(AF_INET, kept);
	for (int kind = 0; kind < 4; kind++)
		for (int wait = ENOUGH; wait >= -1; wait -= ENOUGH + 1) {
			WSAPOLLFD two[2] = { { .fd = kept[0], .events = POLLIN } };
			struct task *task;

			pair[1] = INVALID_SOCKET;
			if (kind == 0)
				tcp_pair(AF_INET, pair);
			else if (kind == 2)
				pair[0] = listening_socket(AF_INET, &address, &length);
			else
				pair[0] = new_socket(AF_INET, kind == 1 ? SOCK_STREAM : SOCK_DGRAM);
			two[1] = (WSAPOLLFD){ .fd = to_close = pair[0], .events = POLLIN };
			task = task_start(close_later, NULL);
			is_int(1, WSAPoll(two, 2, wait), "%s is closed meanwhile", kinds[kind]);
			is_string("nothing", flags(two[0].revents), "...of the other there is nothing to say");
			is_string("NVAL ", flags(two[1].revents), "...it is called invalid");
			task_end(task, ENOUGH);
			closesocket(pair[1]);
		}
	close_pair(kept);
}

static struct {
	struct sockaddr_storage address;
	int length;
	SOCKET s;
} late;

static void connect_later(void *argument)
{
	(void)argument;
	sleep_ms(100);
	connect(late.s, (struct sockaddr *)&late.address, late.length);
}

static void listen_later(void *argument)
{
	SOCKET client = new_socket(AF_INET, SOCK_STREAM);

	(void)argument;
	sleep_ms(100);
	listen(late.s, 1);
	connect(client, (struct sockaddr *)&late.address, late.length);
	closesocket(client);
}

/* A stream that is nothing yet, and becomes something while its thread waits. */
static void becomes_something(void)
{
	SOCKET listener = listening_socket(AF_INET, &late.address, &late.length);
	struct task *task;

	late.s = new_socket(AF_INET, SOCK_STREAM);
	task = task_start(connect_later, NULL);
	is_string("WRNORM ", asked(late.s, POLLOUT, ENOUGH), "another thread connects it");
	task_end(task, ENOUGH);
	closesocket(late.s);
	closesocket(listener);

	late.s = bound_socket(AF_INET, SOCK_STREAM, &late.address, &late.length);
	task = task_start(listen_later, NULL);
	wine_may_differ("Wine waits for what it was");
	is_string("RDNORM ", asked(late.s, POLLIN, ENOUGH), "another thread makes it listen");
	todo_end();
	task_end(task, ENOUGH);
	closesocket(late.s);
}

#ifdef __linux__
static void go_on_later(void *argument)
{
	DWORD off = FALSE;
	SOCKET client = new_socket(AF_INET, SOCK_STREAM);

	(void)argument;
	sleep_ms(100);
	setsockopt(late.s, SOL_SOCKET, SO_PAUSE_ACCEPT, (char *)&off, sizeof off);
	connect(client, (struct sockaddr *)&late.address, late.length);
	closesocket(client);
}

/* A listener that pauses does not tell of anybody; Wine has none. */
static void pauses(void)
{
	DWORD on = TRUE;
	struct task *task;

	late.s = listening_socket(AF_INET, &late.address, &late.length);
	succeeds(setsockopt(late.s, SOL_SOCKET, SO_PAUSE_ACCEPT, (char *)&on, sizeof on), "a listener pauses");
	is_string("nothing", asked(late.s, POLLIN, 50), "...and is not ready");
	task = task_start(go_on_later, NULL);
	is_string("RDNORM ", asked(late.s, POLLIN, ENOUGH), "...until another thread lets it go on");
	task_end(task, ENOUGH);
	closesocket(late.s);
}
#endif

static void extension(void)
{
	GUID guid = WSAID_WSAPOLL;
	int (WSAAPI *function)(LPWSAPOLLFD, ULONG, INT) = NULL;
	DWORD bytes = 0;
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	WSAPOLLFD one = { .fd = s, .events = POLLOUT };

	wine_todo("Wine has no such extension");
	succeeds(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof guid, &function, sizeof function, &bytes,
			  NULL, NULL),
		 "it is an extension function too");
	is_int(1, function ? function(&one, 1, 0) : -1, "...which does the same");
	todo_end();
	closesocket(s);
}

#ifdef __linux__
enum { PLACES = 10000 };

static void may_open(rlim_t count)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* More places than descriptors are allowed, which is as many as poll(2) takes at a time. */
static void more_than_descriptors(void)
{
	static WSAPOLLFD all[1000];
	SOCKET pair[2];
	int right = 0;

	tcp_pair(AF_INET, pair);
	may_open(64);
	for (int i = 0; i < 1000; i++)
		all[i] = (WSAPOLLFD){ .fd = i == 500 ? INVALID_SOCKET : pair[i % 2],
				      .events = i % 3 ? POLLIN : POLLOUT };
	is_int(334, WSAPoll(all, 1000, -1), "two sockets at a thousand places, 64 descriptors being allowed");
	for (int i = 0; i < 1000; i++)
		right += all[i].revents == (i == 500 ? POLLNVAL : i % 3 ? 0 : POLLWRNORM);
	is_int(1000, right, "...each has its answer");
	may_open(RLIM_INFINITY);
	close_pair(pair);
}

static void local_streams(void)
{
	SOCKET listener = new_socket(AF_UNIX, SOCK_STREAM), pair[2];
	SOCKADDR_UN name = { .sun_family = AF_UNIX };
	char path[] = "/tmp/wsc-poll-XXXXXX", buffer[8];
	int directory = mkdtemp(path) != NULL;

	snprintf(name.sun_path, sizeof name.sun_path, "%s/socket", path);
	ok(directory && bind(listener, (struct sockaddr *)&name, sizeof name) == 0 && listen(listener, 1) == 0,
	   "a local listener");
	is_string("nothing", now(listener), "...to which nobody comes");
	pair[0] = new_socket(AF_UNIX, SOCK_STREAM);
	is_string("nothing", now(pair[0]), "a fresh local stream");
	succeeds(connect(pair[0], (struct sockaddr *)&name, sizeof name), "...is connected");
	is_string("RDNORM ", then(listener), "...so somebody comes");
	pair[1] = accept(listener, NULL, NULL);
	is_string("WRNORM ", now(pair[0]), "its one end");
	is_string("WRNORM ", now(pair[1]), "its other end");
	send(pair[0], "data", 4, 0);
	is_string("RDNORM WRNORM ", then(pair[1]), "...to which data comes");
	shutdown(pair[0], SD_SEND);
	is_string("RDNORM WRNORM HUP ", then(pair[1]), "...and the end");
	recv(pair[1], buffer, sizeof buffer, 0);
	is_string("WRNORM HUP ", now(pair[1]), "...which alone is there then");
	closesocket(pair[0]);
	is_string("WRNORM HUP ", now(pair[1]), "...also when the peer has closed");
	closesocket(pair[1]);
	closesocket(listener);
	remove(name.sun_path);
	remove(path);
}

/* Before its version of 2004 Windows did not say that a connect had failed. */
static void old_windows(void)
{
	struct sockaddr_in nobody = { .sin_family = AF_INET };
	SOCKET s;

	winsock_end();
	set_environment("WINSOCK_COMPAT_WINDOWS", "8.1");
	winsock_start();
	s = new_socket(AF_INET, SOCK_STREAM);
	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	nobody.sin_port = htons(free_port(AF_INET, SOCK_STREAM));
	fails(WSAECONNREFUSED, connect(s, (struct sockaddr *)&nobody, sizeof nobody), "a connect to nobody");
	is_string("nothing", asked(s, ALL, 50), "...is not what Windows 8.1 tells");
	closesocket(s);
	winsock_end();
	set_environment("WINSOCK_COMPAT_WINDOWS", NULL);
	winsock_start();
}
#else
enum { PLACES = 2000 };
#endif

/* Many sockets, of which the last has something to read. */
static void many(void)
{
	WSAPOLLFD *all = calloc(PLACES, sizeof *all);
	struct sockaddr_storage address;
	SOCKET sender = new_socket(AF_INET, SOCK_DGRAM);
	int length, made, ready = 0;

#ifdef __linux__
	struct rlimit limit;

	may_open(RLIM_INFINITY);
	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < PLACES + 100) {
		skip(5, "no more than %lu descriptors are allowed", (unsigned long)limit.rlim_cur);
		return;
	}
#endif
	for (made = 0; all && made < PLACES; made++)
		all[made] = (WSAPOLLFD){ .fd = secluded_socket(&address, &length),
					 .events = POLLIN };
	sendto(sender, "x", 1, 0, (struct sockaddr *)&address, length);
	is_int(1, WSAPoll(all, PLACES, ENOUGH), "one of %d sockets", PLACES);
	for (int i = 0; i < made; i++)
		ready += all[i].revents != 0;
	is_int(1, ready, "...one has an answer");
	is_string("RDNORM ", flags(all[PLACES - 1].revents), "...the last");
	for (int i = 0; i < made; i++)
		all[i].events = POLLOUT;
	is_int(PLACES, WSAPoll(all, PLACES, 0), "all are writable");
	ready = 0;
	for (int i = 0; i < made; i++)
		ready += all[i].revents == POLLWRNORM;
	is_int(PLACES, ready, "...as they say");
	for (int i = 0; i < made; i++)
		closesocket(all[i].fd);
	closesocket(sender);
	free(all);
}

int main(void)
{
	plan_lazy();
	wine_may_differ("Wine does not look whether it was started");
	fails(WSANOTINITIALISED, WSAPoll(&(WSAPOLLFD){ 0 }, 1, 0), "before WSAStartup");
	todo_end();
	winsock_start();
	arguments();
	what_may_be_asked();
	no_sockets();
	connections();
	connects();
	datagrams();
	repeated();
	times();
	closed_meanwhile();
	becomes_something();
	extension();
#ifdef __linux__
	pauses();
	pointers();
	more_than_descriptors();
	local_streams();
	old_windows();
#endif
	many();
	winsock_end();
	return done();
}
