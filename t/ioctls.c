/* Every row of ioctls.in, on every kind of socket: counts, lengths, pointers, and what a new socket says.
 * t/ioctls.wine has what Wine does. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

enum form { NONE, AT_LEAST, EXACT, HANDLERS };
enum overlapped { DONE, QUIET, PENDS, NEVER, FAULT, LATER };
enum outcome { WORKS, ANSWERS, REFUSES };
enum { KINDS = 7 };

struct size {
	enum form form;
	DWORD least, most;
	int error;
};

struct row {
	const char *name;
	DWORD code;
	struct size in, out;
	bool kept;
	unsigned kinds;
	int other;
	enum overlapped overlapped;
	enum outcome outcome;
	int fresh[KINDS];
};

static const struct row rows[] = {
#define ROW(name, code, in_form, in_least, in_most, in_error, out_form, out_least, out_most, out_error,      \
	    kept, kinds, other, overlapped, outcome, ...)                                                    \
	{ #name,                                                                                             \
	  code,                                                                                              \
	  { in_form, in_least, in_most, in_error },                                                          \
	  { out_form, out_least, out_most, out_error },                                                      \
	  kept,                                                                                              \
	  kinds,                                                                                             \
	  other,                                                                                             \
	  overlapped,                                                                                        \
	  outcome,                                                                                           \
	  { __VA_ARGS__ } },
#include "ioctls-rows.h"
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct {
	const char *name;
	int family, type, protocol;
} kinds[KINDS] = {
	{ "tcp4", AF_INET, SOCK_STREAM, IPPROTO_TCP }, { "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "udp4", AF_INET, SOCK_DGRAM, IPPROTO_UDP },  { "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ "raw4", AF_INET, SOCK_RAW, IPPROTO_ICMP },   { "raw6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ "unix", AF_UNIX, SOCK_STREAM, 0 },
};

static const char *const wine[] = {
#include "ioctls-wine.h"
};

static void check(const char *what, const char *expected, const char *seen)
{
	if (strcmp(expected, seen))
		row_differs(expected, "%s: %s", what, seen);
}

/* One call, and what comes of it. */
struct attempt {
	SOCKET s;
	DWORD code;
	void *in, *out;
	DWORD in_size, out_size;
	DWORD *returned;
	WSAOVERLAPPED *overlapped;
	bool by_ioctlsocket;
	int error;
};

enum { ROOM = 16384, ZEROS = 64, UNTOUCHED = 0xdead };
static DWORD count;
static char zeros[ZEROS], room[ROOM];
static WSAOVERLAPPED overlapped;

static void attempt(void *argument)
{
	struct attempt *try = argument;
	int result = try->by_ioctlsocket ? ioctlsocket(try->s, (long)try->code, try->in)
					 : WSAIoctl(try->s, try->code, try->in, try->in_size, try->out,
						    try->out_size, try->returned, try->overlapped, NULL);

	try->error = result ? WSAGetLastError() : 0;
}

static struct attempt whole(const struct row *row, SOCKET s)
{
	count = UNTOUCHED;
	memset(zeros, 0, sizeof zeros);
	return (struct attempt){
		.s = s,
		.code = row->code,
		.in = zeros,
		.in_size = row->in.form == HANDLERS || row->in.form == NONE ? ZEROS : row->in.most,
		.out = room,
		.out_size = ROOM,
		.returned = &count,
	};
}

static const char *count_text(DWORD number)
{
	return number == UNTOUCHED ? "the count is left" : words("%lu bytes", (unsigned long)number);
}

/* A success of a row whose output varies gives some bytes, or even none. */
static const char *run(struct attempt *try, bool varies)
{
	if (crashes(attempt, try))
		return "a crash";
	if (!try->error && varies && count != UNTOUCHED)
		return "success";
	return words("%s, %s", try->error ? error_name(try->error) : "success", count_text(count));
}

static const char *failure(const struct row *row, int error)
{
	return words("%s, %s", error_name(error), row->kept ? "the count is left" : "0 bytes");
}

static const char *fresh_result(const struct row *row, int kind)
{
	int error = row->outcome == REFUSES || row->kinds & 1u << kind ? row->fresh[kind] : row->other;

	if (error)
		return failure(row, error);
	if (row->out.form == HANDLERS)
		return "success";
	return words("success, %lu bytes", (unsigned long)row->out.least);
}

static void lengths(const struct row *row, SOCKET s, bool output)
{
	const struct size *size = output ? &row->out : &row->in;
	const DWORD tries[] = { 0, size->least - 1, size->least + 1 };

	if (size->form != AT_LEAST && size->form != EXACT)
		return;
	for (unsigned i = 0; i < 2u + (size->form == EXACT); i++) {
		struct attempt try = whole(row, s);

		if (i == 1 && !tries[1])
			continue;
		*(output ? &try.out_size : &try.in_size) = tries[i];
		check(words("%s %s", i < 2 ? "short" : "long", output ? "output" : "input"),
		      failure(row, size->error), run(&try, false));
	}
}

static void pointers(const struct row *row, int kind, SOCKET s, bool output)
{
	const struct size *size = output ? &row->out : &row->in;

	if (size->form != AT_LEAST && size->form != EXACT)
		return;
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		struct attempt try = whole(row, s);

		if (output && bad->pointer && row->fresh[kind])
			continue; /* it is not written then */
		if (size->least == 1 && strstr(bad->name, "before"))
			continue; /* that byte is enough */
		*(output ? &try.out : &try.in) = bad->pointer;
		if (output)
			try.out_size = size->least;
		check(words("%s %s", bad->pointer ? "bad" : "no", output ? "output" : "input"),
		      failure(row, bad->pointer ? WSAEFAULT : size->error), run(&try, false));
	}
}

static const char *status_text(void)
{
	return overlapped.Internal == UNTOUCHED ? "no status"
						: words("status %#x", (unsigned)overlapped.Internal);
}

static const char *overlapped_result(const struct row *row, int kind)
{
	bool fits = row->outcome == REFUSES || row->kinds & 1u << kind;
	int error = fits ? row->fresh[kind] : row->other;

	switch (row->overlapped) {
	case NEVER:
		return "WSA_IO_PENDING, the count is left, status 0xc00000bb";
	case FAULT:
		return words("%s, status", failure(row, WSAEFAULT));
	case PENDS:
		if (!error)
			return "WSA_IO_PENDING, the count is left, status 0";
		break;
	default:
		break;
	}
	if (error)
		return words("%s, the count is left, %s", error_name(error),
			     row->overlapped == QUIET ? "status 0x103" : "no status");
	return words("success, %s, status 0", row->overlapped == QUIET    ? "the count is left"
					      : row->out.form == HANDLERS ? "some"
									  : count_text(row->out.least));
}

static void with_overlapped(const struct row *row, int kind, SOCKET s)
{
	struct attempt try = whole(row, s);
	const char *seen;

	if (row->overlapped == LATER || row->overlapped == FAULT)
		return;
	memset(&overlapped, 0, sizeof overlapped);
	overlapped.Internal = UNTOUCHED;
	try.overlapped = &overlapped;
	if (crashes(attempt, &try))
		seen = "a crash";
	else
		seen = words("%s, %s, %s", try.error ? error_name(try.error) : "success",
			     row->out.form == HANDLERS && !try.error && count != UNTOUCHED
				     ? "some"
				     : count_text(count),
			     status_text());
	check("overlapped", overlapped_result(row, kind), seen);
}

/* Its four bytes are input and output at once. */
static void by_ioctlsocket(const struct row *row, int kind, SOCKET s)
{
	struct attempt try = whole(row, s);
	const char *seen;
	int error;

	if (row->in.form == HANDLERS || row->out.form == HANDLERS)
		return;
	if (row->outcome == REFUSES)
		error = row->fresh[kind];
	else if (row->in.least > 4)
		error = row->in.error;
	else if (row->out.least > 4)
		error = row->out.error;
	else
		error = row->kinds & 1u << kind ? row->fresh[kind] : row->other;
	try.by_ioctlsocket = true;
	seen = crashes(attempt, &try) ? "a crash" : error_name(try.error);
	check("ioctlsocket", error_name(error), seen);
}

static void walk(const struct row *row, int kind, SOCKET s)
{
	bool fits = row->outcome == REFUSES || row->kinds & 1u << kind;
	struct attempt try = whole(row, s);

	row_begin("%s %s", row->name, kinds[kind].name);
	try.returned = NULL;
	check("no count", "WSAEFAULT, the count is left", run(&try, false));
	if (fits && row->outcome != REFUSES) {
		lengths(row, s, false);
		pointers(row, kind, s, false);
		lengths(row, s, true);
		pointers(row, kind, s, true);
	}
	try = whole(row, s);
	check(fits ? "a new socket" : "a socket that it is not for", fresh_result(row, kind),
	      run(&try, row->out.form == HANDLERS));
	with_overlapped(row, kind, s);
	by_ioctlsocket(row, kind, s);
	row_end();
}

/* All rows on sockets of a kind, a new one each. */
static void rows_on(int kind)
{
	u_long on = 1;

	for (int i = 0; i < ROWS; i++) {
		SOCKET s = socket(kinds[kind].family, kinds[kind].type, kinds[kind].protocol);

		if (s == INVALID_SOCKET) {
			const char *reason = words("no such socket: %s", error_name(WSAGetLastError()));

			row_begin("%s %s", rows[i].name, kinds[kind].name);
			row_skip(reason);
			continue;
		}
		ioctlsocket(s, FIONBIO, &on);
		walk(&rows[i], kind, s);
		closesocket(s);
	}
}

int main(void)
{
	plan_lazy();
	winsock_start();
	rows_begin(wine);
	for (int kind = 0; kind < KINDS; kind++)
		rows_on(kind);
	is_int(ROWS * KINDS, rows_end(), "every row was walked through on every kind of socket");
	winsock_end();
	return done();
}
