/* The socket options, statement by statement: how they treat lengths, and what they do to a connection. What
 * every single one reads, takes and refuses is in t/options.c. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"
#include "newer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How Windows treats the lengths of options, as it was observed: what setsockopt and getsockopt do with each
 * of these, and what 0x100 in four bytes becomes. The observations have no length of 3; it is taken for more
 * than two bytes and less than four. */
static const int lengths[] = { 1, 2, 3, 4, 8, 0, -1 };
enum { LENGTHS = sizeof lengths / sizeof *lengths };

struct group {
	const char *set[LENGTHS];
	const char *get[LENGTHS]; /* "result, bytes written, length reported" */
	const char *wide;
};

static const struct group byte_truth = {
	{ "success", "success", "success", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "success, 1, 1", "success, 1, 1", "success, 1, 1", "success, 1, 1", "success, 1, 1",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"0",
};
static const struct group page_dword = {
	/* as the page of SO_KEEPALIVE has it */
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "WSAEFAULT, 0, 1", "WSAEFAULT, 0, 2", "WSAEFAULT, 0, 3", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"1",
};
static const struct group socket_truth = {
	{ "success", "success", "success", "success", "success", "success", "success" },
	{ "success, 1, 1", "success, 2, 1", "success, 3, 1", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"1",
};
static const struct group ip_truth = {
	{ "success", "success", "success", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "success, 1, 1", "success, 1, 1", "success, 1, 1", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"1",
};
static const struct group ip_number = {
	{ "success", "success", "success", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "success, 1, 1", "success, 1, 1", "success, 1, 1", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"WSAEINVAL",
};
static const struct group strict_truth = {
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"1",
};
static const struct group strict_number = {
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"256",
};
static const struct group strict_count = {
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"WSAEINVAL",
};
static const struct group zeroing_number = {
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "success" },
	{ "WSAEFAULT, 1, 1", "WSAEFAULT, 2, 2", "WSAEFAULT, 3, 3", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"256",
};
static const struct group number = {
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "success" },
	{ "WSAEFAULT, 0, 1", "WSAEFAULT, 0, 2", "WSAEFAULT, 0, 3", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"256",
};

static const char no_tcp_options[] = "Wine 8 has none of TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT";

/* One option for each group; what the others do, their rows in options.in say. */
static const struct row {
	int level, name;
	const char *text;
	const struct group *group, *page; /* `page`: in mode page, if that differs */
	int type;                         /* of the socket */
	const char *wine;                 /* the reason for which Wine differs */
} rows[] = {
#define ROW(option_level, option_name) .level = option_level, .name = option_name, .text = #option_name
	{ ROW(SOL_SOCKET, SO_KEEPALIVE), .group = &byte_truth, .page = &page_dword, .type = SOCK_STREAM },
	{ ROW(IPPROTO_TCP, TCP_NODELAY), .group = &byte_truth, .type = SOCK_STREAM },
	{ ROW(SOL_SOCKET, SO_BROADCAST), .group = &socket_truth, .type = SOCK_DGRAM },
	{ ROW(IPPROTO_IP, IP_MULTICAST_LOOP), .group = &ip_truth, .type = SOCK_DGRAM },
	{ ROW(IPPROTO_IP, IP_TTL), .group = &ip_number, .type = SOCK_STREAM },
	{ ROW(IPPROTO_IP, IP_RECVTTL), .group = &strict_truth, .type = SOCK_DGRAM },
	{ ROW(IPPROTO_TCP, TCP_KEEPIDLE), .group = &strict_number, .type = SOCK_STREAM,
	  .wine = no_tcp_options },
	{ ROW(IPPROTO_TCP, TCP_KEEPCNT), .group = &strict_count, .type = SOCK_STREAM,
	  .wine = no_tcp_options },
	{ ROW(SOL_SOCKET, SO_RCVBUF), .group = &zeroing_number, .type = SOCK_STREAM },
	{ ROW(SOL_SOCKET, SO_RCVTIMEO), .group = &number, .type = SOCK_STREAM },
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct row reuseaddr = { ROW(SOL_SOCKET, SO_REUSEADDR) };
static const struct row dontlinger = { ROW(SOL_SOCKET, SO_DONTLINGER) };
static const struct row linger_row = { ROW(SOL_SOCKET, SO_LINGER) };
static const struct row sndbuf = { ROW(SOL_SOCKET, SO_SNDBUF) };
static const struct row rcvbuf = { ROW(SOL_SOCKET, SO_RCVBUF) };
static const struct row sndtimeo = { ROW(SOL_SOCKET, SO_SNDTIMEO) };
static const struct row rcvtimeo = { ROW(SOL_SOCKET, SO_RCVTIMEO) };
static const struct row error_row = { ROW(SOL_SOCKET, SO_ERROR) };

/* Fails under Wine for this reason, if it fails. */
#define CHECK(wine_reason, expected, seen, ...)                                                              \
	do {                                                                                                 \
		const char *check_seen = (seen);                                                             \
		if ((wine_reason) && strcmp((expected), check_seen) != 0)                                    \
			wine_todo(wine_reason);                                                              \
		is_string((expected), check_seen, __VA_ARGS__);                                              \
		todo_end();                                                                                  \
	} while (0)

static SOCKET stream(void)
{
	return new_socket(AF_INET, SOCK_STREAM);
}

static const char *set_bytes(SOCKET s, const struct row *row, const void *value, int length)
{
	return outcome(setsockopt(s, row->level, row->name, value, length));
}

static const char *set(SOCKET s, const struct row *row, DWORD value)
{
	return set_bytes(s, row, &value, sizeof value);
}

/* The value, of as many bytes as getsockopt reports, or the error. */
static const char *get(SOCKET s, const struct row *row)
{
	DWORD value = 0;
	int length = sizeof value;

	if (getsockopt(s, row->level, row->name, (char *)&value, &length) == SOCKET_ERROR)
		return outcome(SOCKET_ERROR);
	return words("%lu", (unsigned long)value);
}

/* The result, the bytes written from the first on, and the length afterwards. */
static const char *get_all(SOCKET s, const struct row *row, int length)
{
	enum { UNTOUCHED = 0xa5 };
	unsigned char buffer[16];
	const char *result;
	int written = sizeof buffer;

	memset(buffer, UNTOUCHED, sizeof buffer);
	result = outcome(getsockopt(s, row->level, row->name, (char *)buffer, &length));
	while (written && buffer[written - 1] == UNTOUCHED)
		written--;
	for (int i = 0; i < written; i++)
		if (buffer[i] != (i == 0 && *result == 's'))
			result = "an odd value";
	return words("%s, %d, %d", result, written, length);
}

static void lengths_of(SOCKET s, const struct row *row, const struct group *group)
{
	static const unsigned char one[8] = { 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };

	for (int i = 0; i < LENGTHS; i++) {
		const char *expected = group->set[i];

		CHECK(row->wine, expected, set_bytes(s, row, one, lengths[i]), "%s, %d bytes: %s", row->text,
		      lengths[i], expected);
	}
	for (int i = 0; i < LENGTHS; i++) {
		set(s, row, 1);
		CHECK(row->wine, group->get[i], get_all(s, row, lengths[i]), "%s, a buffer of %d: %s",
		      row->text, lengths[i], group->get[i]);
	}
}

static void values_of(SOCKET s, const struct row *row, const struct group *group)
{
	bool is_value = *group->wide >= '0' && *group->wide <= '9';

	set(s, row, 1);
	CHECK(row->wine, is_value ? "success" : group->wide, set(s, row, 0x100), "%s of 0x100: %s", row->text,
	      is_value ? "success" : group->wide);
	CHECK(row->wine, is_value ? group->wide : "1", get(s, row), "%s after 0x100: %s", row->text,
	      is_value ? group->wide : "1");
}

static void groups(const char *mode, bool page)
{
	for (int i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		const struct group *group = page && row->page ? row->page : row->group;
		SOCKET s;

		if (page && is_wine() && row->page)
			continue; /* Wine has one mode, as Windows has */
		diag("%s, mode %s", row->text, mode);
		s = new_socket(AF_INET, row->type);
		lengths_of(s, row, group);
		values_of(s, row, group);
		closesocket(s);
	}
}

static void buffers(void)
{
	static const DWORD sizes[] = { 0, 1, 1024, 4096, 8192, 100000, 1000000, 0x7fffffff };
	const struct row *both[] = { &rcvbuf, &sndbuf };
	SOCKET s = stream();

	for (int i = 0; i < 2; i++)
		for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
			const char *expected = words("%lu", (unsigned long)sizes[n]);

			is_string("success", set(s, both[i], sizes[n]), "%s of %s", both[i]->text, expected);
			is_string(expected, get(s, both[i]), "%s reads back as %s", both[i]->text, expected);
		}
	closesocket(s);
}

static const char *get_linger(SOCKET s)
{
	struct linger linger = { 9, 9 };
	int length = sizeof linger;

	if (getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, &length) == SOCKET_ERROR)
		return outcome(SOCKET_ERROR);
	return words("{%d, %d}", linger.l_onoff, linger.l_linger);
}

static void linger(void)
{
	struct linger five = { 1, 5 }, wide = { 0x100, 7 }, at_once = { 1, 0 };
	SOCKET pair[2], s = stream();
	char byte;

	is_string("{0, 0}", get_linger(s), "SO_LINGER of a fresh socket");
	is_string("1", get(s, &dontlinger), "SO_DONTLINGER of a fresh socket");
	is_string("success", set_bytes(s, &linger_row, &five, sizeof five), "SO_LINGER {1, 5}");
	is_string("{1, 5}", get_linger(s), "...reads back");
	is_string("0", get(s, &dontlinger), "...and SO_DONTLINGER is FALSE");
	is_string("success", set(s, &dontlinger, TRUE), "SO_DONTLINGER TRUE");
	CHECK("Wine keeps no time while lingering is off", "{0, 5}", get_linger(s),
	      "...switches SO_LINGER off, its time stays");
	is_string("success", set(s, &dontlinger, FALSE), "SO_DONTLINGER FALSE");
	CHECK("Wine keeps no time while lingering is off", "{1, 5}", get_linger(s),
	      "...switches it on again");
	is_string("success", set_bytes(s, &linger_row, &wide, sizeof wide), "SO_LINGER {0x100, 7}");
	CHECK("Wine makes l_onoff 1", "{256, 7}", get_linger(s), "...reads back");
	closesocket(s);

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[1]);
	wine_todo("Wine takes an abortive close for one in good order here");
	fails(WSAECONNRESET, recv(pair[0], &byte, 1, 0), "SO_LINGER {1, 0}: the peer meets a reset");
	todo_end();
	closesocket(pair[0]);
}

static void timeouts(void)
{
	static char data[65536];
	SOCKET pair[2];
	long long start, begun;
	char byte;
	int result;

	tcp_pair(AF_INET, pair);
	is_string("success", set(pair[0], &rcvtimeo, 123), "SO_RCVTIMEO of 123 ms");
	is_string("123", get(pair[0], &rcvtimeo), "...reads back as 123");
	start = now_ms();
	fails(WSAETIMEDOUT, recv(pair[0], &byte, 1, 0), "...recv gives up");
	start = now_ms() - start;
	ok(start >= 100 && start < 3000, "...after that time (%lld ms)", start);
	is_string("success", set(pair[0], &rcvtimeo, 0), "SO_RCVTIMEO of 0");
	send(pair[1], "x", 1, 0);
	is_int(1, recv(pair[0], &byte, 1, 0), "...waits for as long as it takes");
	is_string("success", set(pair[0], &rcvtimeo, 0xffffffff), "SO_RCVTIMEO of 0xffffffff");
	is_string("4294967295", get(pair[0], &rcvtimeo), "...reads back");

	is_string("success", set(pair[0], &sndtimeo, 150), "SO_SNDTIMEO of 150 ms");
	start = now_ms();
	do {
		begun = now_ms();
		result = send(pair[0], data, sizeof data, 0);
	} while (result > 0 && now_ms() - start < 10000);
	start = begun;
	fails(WSAETIMEDOUT, result, "...send gives up when the peer reads nothing");
	start = now_ms() - start;
	ok(start >= 100 && start < 3000, "...after that time (%lld ms)", start);
	close_pair(pair);
}

static void error_option(void)
{
	static const char *const forgets = "Wine takes SO_ERROR and forgets it";
	SOCKET s = stream(), udp = new_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_in nobody = { .sin_family = AF_INET };
	u_long on = 1;
	fd_set failed;
	struct timeval wait = { 5, 0 };

	is_string("0", get(s, &error_row), "SO_ERROR of a fresh socket");
	is_string("success", set(s, &error_row, 1234), "SO_ERROR can be set");
	CHECK(forgets, "1234", get(s, &error_row), "...reads back once");
	is_string("0", get(s, &error_row), "...and only once");
	is_string("success", set(udp, &error_row, 1234), "SO_ERROR can be set on UDP");
	CHECK(forgets, "1234", get(udp, &error_row), "...reads back");
	closesocket(udp);

	ioctlsocket(s, FIONBIO, &on);
	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	nobody.sin_port = htons(free_port(AF_INET, SOCK_STREAM));
	connect(s, (struct sockaddr *)&nobody, sizeof nobody);
	FD_ZERO(&failed);
	FD_SET(s, &failed);
	is_int(1, select(0, NULL, NULL, &failed, &wait), "a connect that is refused");
	is_string("10061", get(s, &error_row), "...is in SO_ERROR: WSAECONNREFUSED");
	is_string("10061", get(s, &error_row), "...and stays there");
	closesocket(s);
}

/* Binds a second socket to the port of a first. */
static const char *bind_twice(int socket_type, bool first_reuses, bool second_reuses, bool listens,
			      SOCKET pair[2], struct sockaddr_in *address)
{
	int length = sizeof *address;
	const char *seen;

	memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 2; i++)
		pair[i] = new_socket(AF_INET, socket_type);
	set(pair[0], &reuseaddr, first_reuses);
	set(pair[1], &reuseaddr, second_reuses);
	bind(pair[0], (struct sockaddr *)address, length);
	getsockname(pair[0], (struct sockaddr *)address, &length);
	if (listens)
		listen(pair[0], 5);
	seen = outcome(bind(pair[1], (struct sockaddr *)address, length));
	if (listens && strcmp(seen, "success") == 0)
		seen = outcome(listen(pair[1], 5));
	return seen;
}

static void reuse(void)
{
	static const char *const what[] = { "UDP", "TCP", "TCP, listening" };
	static const char *const both_listen = "Wine lets only one of them listen";
	struct sockaddr_in address;
	struct timeval wait = { 5, 0 };
	SOCKET pair[2], client;
	fd_set readable;

	for (int i = 0; i < 3; i++) {
		int socket_type = i ? SOCK_STREAM : SOCK_DGRAM;

		is_string("WSAEADDRINUSE", bind_twice(socket_type, false, false, i == 2, pair, &address),
			  "%s: a port belongs to one socket", what[i]);
		close_pair(pair);
		CHECK(i == 2 ? both_listen : NULL, "success",
		      bind_twice(socket_type, true, true, i == 2, pair, &address),
		      "%s: with SO_REUSEADDR to two", what[i]);
		close_pair(pair);
		is_string("WSAEADDRINUSE", bind_twice(socket_type, true, false, i == 2, pair, &address),
			  "%s: but not to one that does not ask for it", what[i]);
		close_pair(pair);
	}

	bind_twice(SOCK_STREAM, true, true, true, pair, &address);
	client = stream();
	succeeds(connect(client, (struct sockaddr *)&address, sizeof address),
		 "a connection to a port of two");
	FD_ZERO(&readable);
	FD_SET(pair[0], &readable);
	FD_SET(pair[1], &readable);
	is_int(1, select(0, &readable, NULL, NULL, &wait), "...comes to one of them");
	closesocket(client);
	close_pair(pair);
}

/* A port is free again when its connections are over, though they are in TIME_WAIT still. */
static void time_wait(void)
{
	struct sockaddr_storage address, peer;
	int length, peer_length;
	SOCKET listener = listening_socket(AF_INET, &address, &length), client, accepted, again;
	char byte;

	client = bound_socket(AF_INET, SOCK_STREAM, &peer, &peer_length);
	connect(client, (struct sockaddr *)&address, length);
	accepted = accept(listener, NULL, NULL);
	closesocket(listener);
	shutdown(accepted, SD_SEND);
	recv(client, &byte, 1, 0);
	closesocket(client);
	recv(accepted, &byte, 1, 0);
	closesocket(accepted);
	again = stream();
	succeeds(bind(again, (struct sockaddr *)&address, length), "a server's port in TIME_WAIT is free");
	succeeds(listen(again, 5), "...to listen there");
	client = stream();
	succeeds(connect(client, (struct sockaddr *)&address, length), "...and to be connected to");
	accepted = accept(again, NULL, NULL);
	closesocket(again);
	shutdown(client, SD_SEND);
	recv(accepted, &byte, 1, 0);
	closesocket(accepted);
	recv(client, &byte, 1, 0);
	getsockname(client, (struct sockaddr *)&peer, &peer_length);
	closesocket(client);

	listener = listening_socket(AF_INET, &address, &length);
	client = bound_socket(AF_INET, SOCK_STREAM, &peer, &peer_length);
	connect(client, (struct sockaddr *)&address, length);
	accepted = accept(listener, NULL, NULL);
	shutdown(client, SD_SEND);
	recv(accepted, &byte, 1, 0);
	closesocket(accepted);
	recv(client, &byte, 1, 0);
	closesocket(client);
	again = stream();
	succeeds(bind(again, (struct sockaddr *)&peer, peer_length),
		 "a bound client's port in TIME_WAIT is free");
	closesocket(again);
	closesocket(listener);
}

int main(void)
{
	plan_lazy();
	set_environment("WINSOCK_COMPAT_MODE", "windows");
	winsock_start();
	groups("windows", false);
	winsock_end();
	set_environment("WINSOCK_COMPAT_MODE", NULL);
	winsock_start();
	groups("page", true);
	buffers();
	linger();
	timeouts();
	error_option();
	reuse();
	time_wait();
	winsock_end();
	return done();
}
