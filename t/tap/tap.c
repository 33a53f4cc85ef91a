/* The TAP functions of the tests. */
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef __linux__
#include <fcntl.h>
#include <io.h>
#endif

static int planned, run, failed;
static bool lazy;
static const char *todo_reason;
static bool todo_is_possible; /* only what fails is a TODO */

static void start(void)
{
#ifndef __linux__
	_setmode(_fileno(stdout), _O_BINARY); /* a plan that ends in \r\n is no plan */
#endif
	setvbuf(stdout, NULL, _IONBF, 0);
}

void plan(int count)
{
	start();
	planned = count;
	printf("1..%d\n", count);
}

void plan_lazy(void)
{
	start();
	lazy = true;
}

int done(void)
{
	if (lazy)
		printf("1..%d\n", run);
	else if (planned != run)
		printf("# %d checks were planned, %d were run\n", planned, run);
	return failed || (!lazy && planned != run);
}

static void finish(const char *prefix, const char *format, va_list arguments)
{
	printf("%s", prefix);
	vprintf(format, arguments);
	printf("\n");
}

void skip_all(const char *format, ...)
{
	va_list arguments;

	start();
	va_start(arguments, format);
	finish("1..0 # SKIP ", format, arguments);
	va_end(arguments);
	exit(0);
}

void bail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	finish("Bail out! ", format, arguments);
	va_end(arguments);
	exit(255);
}

void diag(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	finish("# ", format, arguments);
	va_end(arguments);
}

static bool report(bool passed, const char *format, va_list arguments)
{
	printf("%sok %d - ", passed ? "" : "not ", ++run);
	vprintf(format, arguments);
	if (todo_reason && !(passed && todo_is_possible))
		printf(" # TODO %s", todo_reason);
	else if (!passed)
		failed++;
	printf("\n");
	return passed;
}

#define REPORT(passed)                                                                                       \
	do {                                                                                                 \
		va_list arguments;                                                                           \
		va_start(arguments, format);                                                                 \
		result = report((passed), format, arguments);                                                \
		va_end(arguments);                                                                           \
	} while (0)

bool ok(bool passed, const char *format, ...)
{
	bool result;

	REPORT(passed);
	return result;
}

bool is_int(long long expected, long long seen, const char *format, ...)
{
	bool result;

	REPORT(expected == seen);
	if (!result)
		printf("#   expected %lld, saw %lld\n", expected, seen);
	return result;
}

bool is_hex(unsigned long long expected, unsigned long long seen, const char *format, ...)
{
	bool result;

	REPORT(expected == seen);
	if (!result)
		printf("#   expected 0x%llx, saw 0x%llx\n", expected, seen);
	return result;
}

bool is_string(const char *expected, const char *seen, const char *format, ...)
{
	bool result;

	REPORT(strcmp(expected, seen) == 0);
	if (!result)
		printf("#   expected '%s', saw '%s'\n", expected, seen);
	return result;
}

bool is_error(int expected, int seen, const char *format, ...)
{
	bool result;

	REPORT(expected == seen);
	if (!result) {
		printf("#   expected %s,", error_name(expected));
		printf(" saw %s\n", error_name(seen));
	}
	return result;
}

void skip(int count, const char *format, ...)
{
	while (count-- > 0) {
		va_list arguments;

		va_start(arguments, format);
		printf("ok %d # SKIP ", ++run);
		vprintf(format, arguments);
		printf("\n");
		va_end(arguments);
	}
}

void todo(const char *reason)
{
	todo_reason = reason;
}

void wine_todo(const char *reason)
{
	if (is_wine())
		todo_reason = reason;
}

void wine_may_differ(const char *reason)
{
	wine_todo(reason);
	todo_is_possible = true;
}

void todo_end(void)
{
	todo_reason = NULL;
	todo_is_possible = false;
}

bool is_wine(void)
{
#ifdef __linux__
	return false;
#else
	return true;
#endif
}

#define FORMAT(text, size)                                                                                   \
	do {                                                                                                 \
		va_list arguments;                                                                           \
		va_start(arguments, format);                                                                 \
		vsnprintf((text), (size), format, arguments);                                                \
		va_end(arguments);                                                                           \
	} while (0)

const char *words(const char *format, ...)
{
	static char texts[8][256];
	static unsigned next;
	char *text = texts[next++ % (sizeof texts / sizeof *texts)];

	FORMAT(text, sizeof *texts);
	return text;
}

static const char *number; /* of the statement being checked */

void section(const char *name)
{
	diag("section %s", name);
}

void statement(const char *new_number, const char *text)
{
	number = new_number;
	diag("%s: %s", number, text);
}

static void show_row(const char *what, const char *expected, const char *seen)
{
	if (!number)
		bail("'%s' belongs to no statement", what);
	diag("%s | %s | %s | %s", number, what, expected, seen);
}

bool page_says(const char *expected, const char *seen, const char *format, ...)
{
	bool passed = strcmp(expected, seen) == 0;
	char what[256];

	FORMAT(what, sizeof what);
	ok(passed, "%s %s: %s", number, what, expected);
	show_row(what, expected, seen);
	return passed;
}

bool page_says_int(long long expected, long long seen, const char *format, ...)
{
	char what[256];

	FORMAT(what, sizeof what);
	return page_says(words("%lld", expected), words("%lld", seen), "%s", what);
}

void page_skip(const char *expected, const char *reason, const char *format, ...)
{
	char what[256];

	FORMAT(what, sizeof what);
	printf("ok %d - %s %s: %s # SKIP %s\n", ++run, number, what, expected, reason);
	show_row(what, expected, "skipped");
}

static const struct {
	int number;
	const char *name;
} errors[] = {
	{ 0, "0" },
	{ 6, "WSA_INVALID_HANDLE" },
	{ 8, "WSA_NOT_ENOUGH_MEMORY" },
	{ 87, "WSA_INVALID_PARAMETER" },
	{ 995, "WSA_OPERATION_ABORTED" },
	{ 996, "WSA_IO_INCOMPLETE" },
	{ 997, "WSA_IO_PENDING" },
	{ 10004, "WSAEINTR" },
	{ 10009, "WSAEBADF" },
	{ 10013, "WSAEACCES" },
	{ 10014, "WSAEFAULT" },
	{ 10022, "WSAEINVAL" },
	{ 10024, "WSAEMFILE" },
	{ 10035, "WSAEWOULDBLOCK" },
	{ 10036, "WSAEINPROGRESS" },
	{ 10037, "WSAEALREADY" },
	{ 10038, "WSAENOTSOCK" },
	{ 10039, "WSAEDESTADDRREQ" },
	{ 10040, "WSAEMSGSIZE" },
	{ 10041, "WSAEPROTOTYPE" },
	{ 10042, "WSAENOPROTOOPT" },
	{ 10043, "WSAEPROTONOSUPPORT" },
	{ 10044, "WSAESOCKTNOSUPPORT" },
	{ 10045, "WSAEOPNOTSUPP" },
	{ 10046, "WSAEPFNOSUPPORT" },
	{ 10047, "WSAEAFNOSUPPORT" },
	{ 10048, "WSAEADDRINUSE" },
	{ 10049, "WSAEADDRNOTAVAIL" },
	{ 10050, "WSAENETDOWN" },
	{ 10051, "WSAENETUNREACH" },
	{ 10052, "WSAENETRESET" },
	{ 10053, "WSAECONNABORTED" },
	{ 10054, "WSAECONNRESET" },
	{ 10055, "WSAENOBUFS" },
	{ 10056, "WSAEISCONN" },
	{ 10057, "WSAENOTCONN" },
	{ 10058, "WSAESHUTDOWN" },
	{ 10060, "WSAETIMEDOUT" },
	{ 10061, "WSAECONNREFUSED" },
	{ 10064, "WSAEHOSTDOWN" },
	{ 10065, "WSAEHOSTUNREACH" },
	{ 10067, "WSAEPROCLIM" },
	{ 10091, "WSASYSNOTREADY" },
	{ 10092, "WSAVERNOTSUPPORTED" },
	{ 10093, "WSANOTINITIALISED" },
	{ 10101, "WSAEDISCON" },
	{ 10109, "WSATYPE_NOT_FOUND" },
	{ 11001, "WSAHOST_NOT_FOUND" },
	{ 11002, "WSATRY_AGAIN" },
	{ 11003, "WSANO_RECOVERY" },
	{ 11004, "WSANO_DATA" },
};

const char *error_name(int error)
{
	static char number[2][16]; /* two, so that one line can show two */
	static int which;
	size_t i;

	for (i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].number == error)
			return errors[i].name;
	which = !which;
	snprintf(number[which], sizeof number[which], "%d", error);
	return number[which];
}
