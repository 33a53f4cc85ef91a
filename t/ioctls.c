/* Every row of ioctls.in, on every kind of socket: counts, lengths, pointers, and what a new socket says.
 *
 * What Wine does otherwise is in ioctls-wine.in, call by call: there these checks are TODO, and Wine
 * has to do what is written there. `ioctls record` prints what would have to be written. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

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
#define ROW(name, code, in_form, in_least, in_most, in_error, out_form, out_least, out_most, out_error, kept, kinds, \
	    other, overlapped, outcome, ...)                                                                  \
	{ #name, code, { in_form, in_least, in_most, in_error }, { out_form, out_least, out_most, out_error }, \
	  kept, kinds, other, overlapped, outcome, { __VA_ARGS__ } },
#include "ioctls-rows.h"
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct {
	const char *name;
	int family, type, protocol;
} kinds[KINDS] = {
	{ "tcp4", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "udp4", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ "raw4", AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ "raw6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ "unix", AF_UNIX, SOCK_STREAM, 0 },
};

/* What Wine was seen to do where it should do something else. */
static const struct difference {
	const char *row, *what, *kind, *seen;
} differences[] = {
#define WINE(row, what, kind, seen) { row, what, kind, seen },
#include "ioctls-wine.h"
	{ NULL, NULL, NULL, NULL },
};

static bool recording;

static const struct difference *difference_of(const struct row *row, int kind, const char *what)
{
	for (const struct difference *d = differences; d->row; d++)
		if (!strcmp(d->row, row->name) && !strcmp(d->what, what) && !strcmp(d->kind, kinds[kind].name))
			return d;
	return NULL;
}

static void check(const struct row *row, int kind, const char *what, const char *expected, const char *seen)
{
	const struct difference *known = is_wine() ? difference_of(row, kind, what) : NULL;

	if (recording) {
		if (strcmp(expected, seen))
			printf("RECORD %s|%s|%s|%s\n", row->name, what, kinds[kind].name, seen);
		return;
	}
	if (!known) {
		is_string(expected, seen, "%s, %s, %s", row->name, kinds[kind].name, what);
		return;
	}
	is_string(known->seen, seen, "%s, %s, %s: as written in ioctls-wine.in", row->name, kinds[kind].name, what);
	wine_todo("see ioctls-wine.in");
	is_string(expected, seen, "%s, %s, %s", row->name, kinds[kind].name, what);
	todo_end();
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

static void lengths(const struct row *row, int kind, SOCKET s, bool output)
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
		check(row, kind, words("%s of %s", output ? "output" : "input", i == 0 ? "0 bytes" : i == 1 ? "a byte too few" : "a byte too many"),
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
		check(row, kind, words("%s at %s", output ? "output" : "input", bad->name),
		      failure(row, bad->pointer ? WSAEFAULT : size->error), run(&try, false));
	}
}

static const char *status_text(void)
{
	return overlapped.Internal == UNTOUCHED ? "no status" : words("status %#x", (unsigned)overlapped.Internal);
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
	return words("success, %s, status 0", row->overlapped == QUIET	  ? "the count is left"
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
			     row->out.form == HANDLERS && !try.error && count != UNTOUCHED ? "some" : count_text(count),
			     status_text());
	check(row, kind, "overlapped", overlapped_result(row, kind), seen);
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
	check(row, kind, "ioctlsocket", error_name(error), seen);
}

static void walk(const struct row *row, int kind, SOCKET s)
{
	bool fits = row->outcome == REFUSES || row->kinds & 1u << kind;
	struct attempt try = whole(row, s);

	try.returned = NULL;
	check(row, kind, "no count", "WSAEFAULT, the count is left", run(&try, false));
	if (fits && row->outcome != REFUSES) {
		lengths(row, kind, s, false);
		pointers(row, kind, s, false);
		lengths(row, kind, s, true);
		pointers(row, kind, s, true);
	}
	try = whole(row, s);
	check(row, kind, fits ? "a new socket" : "a socket that it is not for", fresh_result(row, kind),
	      run(&try, row->out.form == HANDLERS));
	with_overlapped(row, kind, s);
	by_ioctlsocket(row, kind, s);
}

int main(int argc, char **argv)
{
	recording = argc > 1 && !strcmp(argv[1], "record");
	plan_lazy();
	winsock_start();
	for (int kind = 0; kind < KINDS; kind++) {
		u_long on = 1;
		SOCKET s = socket(kinds[kind].family, kinds[kind].type, kinds[kind].protocol);

		if (s == INVALID_SOCKET) {
			skip(1, "no socket of %s: %s", kinds[kind].name, error_name(WSAGetLastError()));
			continue;
		}
		closesocket(s);
		for (int i = 0; i < ROWS; i++) {
			s = socket(kinds[kind].family, kinds[kind].type, kinds[kind].protocol);
			ioctlsocket(s, FIONBIO, &on);
			walk(&rows[i], kind, s);
			closesocket(s);
		}
	}
	winsock_end();
	return done();
}
