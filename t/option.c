/* The socket options: how each row treats lengths, values and sockets, and what it does. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Newer than mingw-w64's headers. */
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif

static const int lengths[] = { 1, 2, 3, 4, 8, 0, -1 };
enum { LENGTHS = sizeof lengths / sizeof *lengths };

/* How Windows treats an option's lengths: what setsockopt and getsockopt do with each of the
 * above, and what 0x100 in four bytes becomes. The observations have no length of 3; it is taken
 * for more than two bytes and less than four. */
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
static const struct group dword_truth = {
	/* as the page of SO_KEEPALIVE has it */
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "WSAEFAULT, 0, 1", "WSAEFAULT, 0, 2", "WSAEFAULT, 0, 3", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"1",
};
static const struct group short_truth = {
	{ "success", "success", "success", "success", "success", "success", "success" },
	{ "success, 1, 1", "success, 2, 1", "success, 3, 1", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"1",
};
static const struct group tcp_number = {
	{ "WSAEFAULT", "WSAEFAULT", "WSAEFAULT", "success", "success", "WSAEFAULT", "WSAENOBUFS" },
	{ "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "WSAEFAULT, 0, 0", "success, 4, 4", "success, 4, 4",
	  "WSAEFAULT, 0, 0", "WSAEFAULT, 0, -1" },
	"256",
};
static const struct group tcp_count = {
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

static const char any_socket[] = "Wine takes the option on any socket";
static const char no_tcp_options[] = "Wine 8 has none of TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT";

static const struct row {
	int level, name;
	const char *text;
	const struct group *group, *page; /* `page`: in mode page, if that differs */
	const char *initial;              /* on a fresh stream; NULL: the system chooses */
	const char *wine, *wine_datagram; /* reasons for which Wine differs */
	bool streams_only;                /* WSAENOPROTOOPT on datagram sockets */
	bool read_only, windows_10;
} rows[] = {
#define ROW(option_level, option_name) .level = option_level, .name = option_name, .text = #option_name
	{ ROW(SOL_SOCKET, SO_REUSEADDR), .group = &short_truth, .initial = "0" },
	{ ROW(SOL_SOCKET, SO_KEEPALIVE), .group = &byte_truth, .page = &dword_truth, .initial = "0",
	  .streams_only = true, .wine_datagram = any_socket },
	{ ROW(SOL_SOCKET, SO_BROADCAST), .group = &short_truth, .initial = "0" },
	{ ROW(SOL_SOCKET, SO_LINGER), .group = &zeroing_number, .initial = "0", .streams_only = true,
	  .wine = "Wine makes l_onoff 1", .wine_datagram = any_socket },
	{ ROW(SOL_SOCKET, SO_DONTLINGER), .group = &short_truth, .initial = "1", .streams_only = true,
	  .wine = "Wine does not look at the length", .wine_datagram = any_socket },
	{ ROW(SOL_SOCKET, SO_SNDBUF), .group = &zeroing_number },
	{ ROW(SOL_SOCKET, SO_RCVBUF), .group = &zeroing_number },
	{ ROW(SOL_SOCKET, SO_SNDTIMEO), .group = &number, .initial = "0" },
	{ ROW(SOL_SOCKET, SO_RCVTIMEO), .group = &number, .initial = "0" },
	{ ROW(SOL_SOCKET, SO_ERROR), .group = &number, .initial = "0",
	  .wine = "Wine takes SO_ERROR and forgets it" },
	{ ROW(SOL_SOCKET, SO_TYPE), .group = &number, .initial = "1", .read_only = true,
	  .wine = "Wine leaves the last error alone, and a length above 4",
	  .wine_datagram = "Wine says WSAENOPROTOOPT for any socket" },
	{ ROW(IPPROTO_TCP, TCP_NODELAY), .group = &byte_truth, .initial = "0", .streams_only = true,
	  .wine_datagram = "Wine goes by the level" },
	{ ROW(IPPROTO_TCP, TCP_KEEPIDLE), .group = &tcp_number, .initial = "7200", .streams_only = true,
	  .windows_10 = true, .wine = no_tcp_options },
	{ ROW(IPPROTO_TCP, TCP_KEEPCNT), .group = &tcp_count, .initial = "10", .streams_only = true,
	  .windows_10 = true, .wine = no_tcp_options },
	{ ROW(IPPROTO_TCP, TCP_KEEPINTVL), .group = &tcp_number, .initial = "1", .streams_only = true,
	  .windows_10 = true, .wine = no_tcp_options },
};
enum { ROWS = sizeof rows / sizeof *rows };

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
	const char *expected;

	for (int i = 0; i < LENGTHS; i++) {
		expected = row->read_only && lengths[i] >= 4 ? "WSAENOPROTOOPT" : group->set[i];
		if (row->read_only && lengths[i] < 4)
			continue; /* two reasons to refuse it, and no observation which one is named */
		set(s, row, 0);
		CHECK(row->wine, expected, set_bytes(s, row, one, lengths[i]), "%s, %d bytes: %s", row->text,
		      lengths[i], expected);
		if (strcmp(expected, "success") == 0) {
			const char *value = lengths[i] > 0 || lengths[i] == -1 ? "1" : "0";

			if (lengths[i] != -1)
				CHECK(row->wine, value, get(s, row), "%s, what %d bytes have done: %s",
				      row->text, lengths[i], value);
		}
	}
	for (int i = 0; i < LENGTHS; i++) {
		set(s, row, 1);
		CHECK(row->wine, group->get[i], get_all(s, row, lengths[i]), "%s, a buffer of %d: %s",
		      row->text, lengths[i], group->get[i]);
		if (lengths[i] <= 0)
			CHECK(row->wine, "1", get(s, row), "%s, what that has done: nothing", row->text);
	}
}

static void values_of(SOCKET s, const struct row *row, const struct group *group)
{
	bool is_value = *group->wide >= '0' && *group->wide <= '9';

	if (row->read_only)
		return;
	set(s, row, 1);
	CHECK(row->wine, is_value ? "success" : group->wide, set(s, row, 0x100), "%s of 0x100: %s", row->text,
	      is_value ? "success" : group->wide);
	CHECK(row->wine, is_value ? group->wide : "1", get(s, row), "%s after 0x100: %s", row->text,
	      is_value ? group->wide : "1");
	set(s, row, 1);
}

static void rows_of(const char *mode, bool page)
{
	for (int i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		const struct group *group = page && row->page ? row->page : row->group;
		SOCKET s;

		if (!page && !row->page)
			continue; /* the mode has nothing to do with it */
		if (is_wine() && page && row->page)
			continue; /* Wine has one mode, as Windows has */
		diag("%s, mode %s", row->text, mode);
		s = stream();
		if (row->initial)
			CHECK(row->wine, row->initial, get(s, row), "%s of a fresh stream: %s", row->text,
			      row->initial);
		lengths_of(s, row, group);
		values_of(s, row, group);
		closesocket(s);
	}
}

static void datagrams(void)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (int f = 0; f < 2; f++)
		for (int i = 0; i < ROWS; i++) {
			const struct row *row = &rows[i];
			SOCKET s = new_socket(families[f], SOCK_DGRAM);
			const char *got = row->streams_only ? "WSAENOPROTOOPT" : "success";
			const char *taken = row->read_only ? "WSAEINVAL" : got;
			const char *seen = get(s, row);

			CHECK(row->wine_datagram, got, *seen >= '0' && *seen <= '9' ? "success" : seen,
			      "%s of UDP over IPv%d: %s", row->text, f ? 6 : 4, got);
			CHECK(row->wine_datagram, taken, set(s, row, 1), "%s set on UDP over IPv%d: %s",
			      row->text, f ? 6 : 4, taken);
			closesocket(s);
		}
}

static void unknown(void)
{
	static const char *const option_first = "Wine looks at the option before the handle";
	static const int bad_levels[] = { -1, 0x1234ffff, 0x8000ffff, 0x8000, 0x800, 1 };
	static const int levels[] = { SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6 };
	SOCKET s = stream(), closed = stream();
	struct row row = { .text = "an unknown option" };

	for (size_t i = 0; i < sizeof bad_levels / sizeof *bad_levels; i++) {
		row.level = bad_levels[i];
		row.name = SO_RCVTIMEO;
		is_string("WSAEINVAL", set(s, &row, 1), "setsockopt, level %#x: WSAEINVAL", row.level);
		is_string("WSAEINVAL", get(s, &row), "getsockopt, level %#x: WSAEINVAL", row.level);
	}
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		row.level = levels[i];
		row.name = 0x7fff;
		is_string("WSAENOPROTOOPT", set(s, &row, 1), "setsockopt, level %d, an unknown option",
		          row.level);
		is_string("WSAENOPROTOOPT", get(s, &row), "getsockopt, level %d, an unknown option",
		          row.level);
	}
	row.level = row.name = -1;
	is_string("WSAEINVAL", set(s, &row, 1), "setsockopt, level and option -1: WSAEINVAL");
	is_string("WSAEINVAL", get(s, &row), "getsockopt, level and option -1: WSAEINVAL");
	row.level = row.name = 0;
	is_string("WSAENOPROTOOPT", set(s, &row, 1), "setsockopt, level and option 0: WSAENOPROTOOPT");
	is_string("WSAENOPROTOOPT", get(s, &row), "getsockopt, level and option 0: WSAENOPROTOOPT");
	closesocket(closed);
	row.level = -1;
	is_string("WSAENOTSOCK", get(closed, &row), "a closed socket comes before an unknown level");
	CHECK(option_first, "WSAENOTSOCK", set(INVALID_SOCKET, &row, 1), "so does INVALID_SOCKET");
	for (int i = 0; i < ROWS; i++) {
		CHECK(option_first, "WSAENOTSOCK", set(closed, &rows[i], 1), "%s set on a closed socket",
		      rows[i].text);
		CHECK(option_first, "WSAENOTSOCK", get(closed, &rows[i]), "%s of a closed socket",
		      rows[i].text);
	}
	closesocket(s);
}

/* A success leaves 0 for the last error, as on Windows. */
static void last_error(void)
{
	SOCKET s = stream();

	for (int i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		WSASetLastError(0xdead);
		get(s, row);
		CHECK(row->wine, "0", error_name(WSAGetLastError()), "%s: getsockopt clears the last error",
		      row->text);
		WSASetLastError(0xdead);
		set(s, row, 1);
		if (!row->read_only)
			CHECK(row->wine, "0", error_name(WSAGetLastError()),
			      "%s: setsockopt clears the last error", row->text);
	}
	closesocket(s);
}

static const struct row *row_of(int level, int name)
{
	for (int i = 0; i < ROWS; i++)
		if (rows[i].level == level && rows[i].name == name)
			return &rows[i];
	return NULL;
}

#ifdef __linux__
/* Earlier versions do not know all of them. */
static void versions(void)
{
	static const char *const windows[] = { "2000", "xp", "2003", "vista", "7", "8", "8.1", "10", "11" };

	for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
		bool windows_10 = atoi(windows[i]) == 10 || atoi(windows[i]) == 11;
		SOCKET s;

		winsock_end();
		set_environment("WINSOCK_COMPAT_WINDOWS", windows[i]);
		winsock_start();
		s = stream();
		for (int n = 0; n < ROWS; n++) {
			const char *expected = rows[n].windows_10 && !windows_10 ? "WSAENOPROTOOPT"
			                       : rows[n].read_only               ? NULL
			                                                         : "success";

			if (expected)
				is_string(expected, set(s, &rows[n], 1), "%s on Windows %s: %s", rows[n].text,
				          windows[i], expected);
		}
		closesocket(s);
	}
	winsock_end();
	set_environment("WINSOCK_COMPAT_WINDOWS", NULL);
	winsock_start();
}
#endif

static void buffers(void)
{
	static const DWORD sizes[] = { 0, 1, 1024, 4096, 8192, 100000, 1000000, 0x7fffffff };
	const struct row *both[] = { row_of(SOL_SOCKET, SO_RCVBUF), row_of(SOL_SOCKET, SO_SNDBUF) };
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
	const struct row *dont = row_of(SOL_SOCKET, SO_DONTLINGER);
	struct linger five = { 1, 5 }, wide = { 0x100, 7 }, at_once = { 1, 0 };
	SOCKET pair[2], s = stream();
	char byte;

	is_string("{0, 0}", get_linger(s), "SO_LINGER of a fresh socket");
	is_string("1", get(s, dont), "SO_DONTLINGER of a fresh socket");
	is_string("success", set_bytes(s, row_of(SOL_SOCKET, SO_LINGER), &five, sizeof five),
	          "SO_LINGER {1, 5}");
	is_string("{1, 5}", get_linger(s), "...reads back");
	is_string("0", get(s, dont), "...and SO_DONTLINGER is FALSE");
	is_string("success", set(s, dont, TRUE), "SO_DONTLINGER TRUE");
	CHECK("Wine keeps no time while lingering is off", "{0, 5}", get_linger(s),
	      "...switches SO_LINGER off, its time stays");
	is_string("success", set(s, dont, FALSE), "SO_DONTLINGER FALSE");
	CHECK("Wine keeps no time while lingering is off", "{1, 5}", get_linger(s),
	      "...switches it on again");
	is_string("success", set_bytes(s, row_of(SOL_SOCKET, SO_LINGER), &wide, sizeof wide),
	          "SO_LINGER {0x100, 7}");
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
	const struct row *receive = row_of(SOL_SOCKET, SO_RCVTIMEO),
	                 *send_row = row_of(SOL_SOCKET, SO_SNDTIMEO);
	static char data[65536];
	SOCKET pair[2];
	long long start, begun;
	char byte;
	int result;

	tcp_pair(AF_INET, pair);
	is_string("success", set(pair[0], receive, 123), "SO_RCVTIMEO of 123 ms");
	is_string("123", get(pair[0], receive), "...reads back as 123");
	start = now_ms();
	fails(WSAETIMEDOUT, recv(pair[0], &byte, 1, 0), "...recv gives up");
	start = now_ms() - start;
	ok(start >= 100 && start < 3000, "...after that time (%lld ms)", start);
	is_string("success", set(pair[0], receive, 0), "SO_RCVTIMEO of 0");
	send(pair[1], "x", 1, 0);
	is_int(1, recv(pair[0], &byte, 1, 0), "...waits for as long as it takes");
	is_string("success", set(pair[0], receive, 0xffffffff), "SO_RCVTIMEO of 0xffffffff");
	is_string("4294967295", get(pair[0], receive), "...reads back");

	is_string("success", set(pair[0], send_row, 150), "SO_SNDTIMEO of 150 ms");
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
	const struct row *error = row_of(SOL_SOCKET, SO_ERROR);
	SOCKET s = stream(), udp = new_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_in nobody = { .sin_family = AF_INET };
	u_long on = 1;
	fd_set failed;
	struct timeval wait = { 5, 0 };

	is_string("0", get(s, error), "SO_ERROR of a fresh socket");
	is_string("success", set(s, error, 1234), "SO_ERROR can be set");
	CHECK(forgets, "1234", get(s, error), "...reads back once");
	is_string("0", get(s, error), "...and only once");
	is_string("success", set(udp, error, 1234), "SO_ERROR can be set on UDP");
	CHECK(forgets, "1234", get(udp, error), "...reads back");
	closesocket(udp);

	ioctlsocket(s, FIONBIO, &on);
	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	nobody.sin_port = htons(free_port(AF_INET, SOCK_STREAM));
	connect(s, (struct sockaddr *)&nobody, sizeof nobody);
	FD_ZERO(&failed);
	FD_SET(s, &failed);
	is_int(1, select(0, NULL, NULL, &failed, &wait), "a connect that is refused");
	is_string("10061", get(s, error), "...is in SO_ERROR: WSAECONNREFUSED");
	CHECK("Wine keeps it", "0", get(s, error), "...and is taken by that");
	closesocket(s);
}

static void type(void)
{
	const struct row *row = row_of(SOL_SOCKET, SO_TYPE);
	SOCKET s = stream(), udp = new_socket(AF_INET, SOCK_DGRAM);

	is_string("1", get(s, row), "SO_TYPE of TCP");
	is_string("2", get(udp, row), "SO_TYPE of UDP");
	is_string("WSAENOPROTOOPT", set(s, row, SOCK_DGRAM), "SO_TYPE of TCP cannot be set");
	CHECK(row->wine_datagram, "WSAEINVAL", set(udp, row, SOCK_STREAM), "nor of UDP, by another name");
	is_string("1", get(s, row), "SO_TYPE of TCP after that");
	closesocket(s);
	closesocket(udp);
}

/* Binds a second socket to the port of a first. */
static const char *bind_twice(int socket_type, bool first_reuses, bool second_reuses, bool listens,
                              SOCKET pair[2], struct sockaddr_in *address)
{
	const struct row *reuse = row_of(SOL_SOCKET, SO_REUSEADDR);
	int length = sizeof *address;
	const char *seen;

	memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 2; i++)
		pair[i] = new_socket(AF_INET, socket_type);
	set(pair[0], reuse, first_reuses);
	set(pair[1], reuse, second_reuses);
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

static void inheritance(void)
{
	static const struct {
		int level, name;
		DWORD value;
	} handed_on[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },   { SOL_SOCKET, SO_LINGER, 0x00050001 },
		{ SOL_SOCKET, SO_DONTLINGER, 0 },  { SOL_SOCKET, SO_SNDBUF, 12345 },
		{ SOL_SOCKET, SO_RCVBUF, 23456 },  { SOL_SOCKET, SO_SNDTIMEO, 3456 },
		{ SOL_SOCKET, SO_RCVTIMEO, 4567 }, { IPPROTO_TCP, TCP_KEEPIDLE, 77 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 7 }, { IPPROTO_TCP, TCP_KEEPCNT, 200 },
	};
	enum { COUNT = sizeof handed_on / sizeof *handed_on };
	struct sockaddr_storage address;
	SOCKET listener, client, accepted;
	int length;

	listener = listening_socket(AF_INET, &address, &length);
	for (int i = 0; i < COUNT; i++)
		if (handed_on[i].name != SO_DONTLINGER)
			set(listener, row_of(handed_on[i].level, handed_on[i].name), handed_on[i].value);
	client = stream();
	connect(client, (struct sockaddr *)&address, length);
	accepted = accept(listener, NULL, NULL);
	for (int i = 0; i < COUNT; i++) {
		const struct row *row = row_of(handed_on[i].level, handed_on[i].name);
		const char *expected = words("%lu", (unsigned long)handed_on[i].value);

		CHECK(row->wine ? row->wine : "Wine hands on less", expected, get(accepted, row),
		      "%s of an accepted socket is the listener's", row->text);
	}
	is_string("0", get(client, row_of(SOL_SOCKET, SO_KEEPALIVE)), "the client has none of it");
	closesocket(accepted);
	closesocket(client);
	closesocket(listener);
}

int main(void)
{
	plan_lazy();
	set_environment("WINSOCK_COMPAT_MODE", NULL);
	winsock_start();
	rows_of("page", true);
	datagrams();
	unknown();
	last_error();
	buffers();
	linger();
	timeouts();
	error_option();
	type();
	reuse();
	time_wait();
	inheritance();
#ifdef __linux__
	versions();
#endif
	winsock_end();
	set_environment("WINSOCK_COMPAT_MODE", "windows");
	winsock_start();
	rows_of("windows", false);
	winsock_end();
	return done();
}
