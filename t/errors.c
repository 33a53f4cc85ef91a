/* Every row of errors.in: what becomes which error, what NTSTATUS means it, and what it says. */
#ifdef __MINGW32__
#define WIN32_NO_STATUS
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#ifdef __MINGW32__
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#else
#include <errno.h>
#include <netdb.h>
#endif

#include "net.h"

#include <string.h>

static const struct {
	const char *name;
	int code;
	const char *text;
} texts[] = {
#define ERROR_TEXT(name, code, text) { name, code, text },
#include "error-vectors.h"
#undef ERROR_TEXT
};

static const struct row {
	const char *name;
	unsigned status;
	int error;
	unsigned system;
	bool left;
} statuses[] = {
#define STATUS(name, number, error, system, left) { #name, number, error, system, left },
#include "error-vectors.h"
#undef STATUS
};

enum { TEXTS = sizeof texts / sizeof *texts, STATUSES = sizeof statuses / sizeof *statuses };

#ifdef __MINGW32__
/* Whether Wine 8 has a text for it. */
static bool wine_says(int code)
{
	static const int known[] = { WSAEINTR,          WSAEBADF,     WSAEACCES,      WSAEFAULT,
				     WSAEINVAL,         WSAEMFILE,    WSAECONNRESET,  WSAECONNREFUSED,
				     WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY, WSANO_DATA };
	static const int unknown[] = { 235, 433, 735, 1256 };
	bool says = code < WSABASEERR;

	for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
		says = says || code == known[i];
	for (unsigned i = 0; i < sizeof unknown / sizeof *unknown; i++)
		says = says && code != unknown[i];
	return says;
}

/* The two calls that an operation's status goes through. */
static int error_of(unsigned status)
{
	static SOCKET s = INVALID_SOCKET;
	WSAOVERLAPPED overlapped = { .Internal = status };
	DWORD bytes, flags;

	if (s == INVALID_SOCKET)
		s = new_socket(AF_INET, SOCK_STREAM);
	return WSAGetOverlappedResult(s, &overlapped, &bytes, FALSE, &flags) ? 0 : WSAGetLastError();
}

static unsigned system_error_of(unsigned status)
{
	static ULONG(WINAPI * translate)(LONG);

	if (!translate)
		translate = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlNtStatusToDosError");
	return translate((LONG)status);
}
#else
int wsc__error_from_errno(int posix_error);
int wsc__error_from_eai(int eai);
int wsc__error_from_h_errno(int code);
int wsc__error_from_status(DWORD status);
DWORD wsc__system_error_from_status(DWORD status);
DWORD wsc__status_from_error(int error);

#define wine_says(code)         true
#define error_of(status)        wsc__error_from_status(status)
#define system_error_of(status) wsc__system_error_from_status(status)
#endif

static void say_something(void)
{
	for (unsigned i = 0; i < TEXTS; i++) {
		char text[1024] = "";
		DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
					      NULL, (DWORD)texts[i].code, 0, text, sizeof text, NULL);

		if (!wine_says(texts[i].code))
			wine_todo("Wine 8 has few texts");
		ok(length > 2 && !strcmp(text + length - 2, "\r\n"), "%s, %d: there is a text", texts[i].name,
		   texts[i].code);
		todo_end();
#ifndef __MINGW32__
		is_int((long long)strlen(texts[i].text) + 2, length, "...as long as ours");
		ok(!strncmp(text, texts[i].text, strlen(texts[i].text)), "...which it is");
		ok(!strncmp(gai_strerrorA(texts[i].code), texts[i].text, strlen(texts[i].text)),
		   "...and so is that of gai_strerror");
#endif
	}
}

/* The names of getaddrinfo and of gethostbyname, and those of NTSTATUS, as far as the headers have them. */
static void names(void)
{
#define NAMED(name, number) is_hex(number, (unsigned)(name), #name);
#include "error-vectors.h"
#undef NAMED
}

static const struct row *find(unsigned status)
{
	for (unsigned i = 0; i < STATUSES; i++)
		if (statuses[i].status == status)
			return &statuses[i];
	return NULL;
}

/* How many of these mean something else than the table has: every other failure is WSAEINVAL, and a success
 * is none. */
static int count_wrong(unsigned from, unsigned to)
{
	int wrong = 0;

	for (unsigned status = from; status != to; status++) {
		const struct row *row = find(status);
		int expected = row ? row->error : status >> 30 > 1 ? WSAEINVAL : 0, seen = error_of(status);

		if (seen != expected && !wrong++)
			diag("0x%08x: expected %s, saw %s", status, error_name(expected), error_name(seen));
	}
	return wrong;
}

static void ntstatus(void)
{
	static const unsigned ranges[][2] = {
		{ 0x00000000, 0x00001000 }, { 0x40000000, 0x40001000 }, { 0x80000000, 0x80001000 },
		{ 0x80070000, 0x80071000 }, { 0xc0000000, 0xc0001000 }, { 0xc0010000, 0xc0011000 },
		{ 0xc0070000, 0xc0071000 }, { 0xc0072700, 0xc0072800 }, { 0xd0000000, 0xd0001000 },
		{ 0xd0070000, 0xd0071000 },
	};

	for (unsigned i = 0; i < STATUSES; i++) {
		is_error(statuses[i].error, error_of(statuses[i].status), "%s: to Winsock", statuses[i].name);
		is_int(statuses[i].system, system_error_of(statuses[i].status), "...and to others");
	}
	for (unsigned i = 0; i < sizeof ranges / sizeof *ranges; i++)
		is_int(0, count_wrong(ranges[i][0], ranges[i][1]), "0x%08x to 0x%08x: nothing else",
		       ranges[i][0], ranges[i][1] - 1);
	is_int(WSAECONNRESET, system_error_of(0xc0070000 | WSAECONNRESET),
	       "a code with the facility of Windows is itself");
	is_int(ERROR_HOST_UNREACHABLE, system_error_of(0xd000023d), "0xd... is 0xc...");
	is_int(ERROR_MR_MID_NOT_FOUND, system_error_of(0xc000a012), "one that nobody knows");
}

#ifndef __MINGW32__
/* An operation that fails leaves a status that says so. */
static void way_back(void)
{
	is_hex(0, wsc__status_from_error(0), "a success leaves 0");
	for (unsigned i = 0; i < STATUSES; i++)
		if (statuses[i].left)
			is_hex(statuses[i].status, wsc__status_from_error(statuses[i].error), "%s leaves %s",
			       error_name(statuses[i].error), statuses[i].name);
	for (unsigned i = 0; i < TEXTS; i++)
		if (texts[i].code) {
			DWORD status = wsc__status_from_error(texts[i].code);

			is_error(texts[i].code, wsc__error_from_status(status), "%s comes back",
				 texts[i].name);
			ok(status >> 30 > 1, "...from a failure, 0x%08x", status);
		}
	is_int(WSAENETRESET, wsc__system_error_from_status(wsc__status_from_error(WSAENETRESET)),
	       "a status of our own is the code to all");
}

static void posix_errors(void)
{
	static const int known[] = {
#define FROM_ERRNO(posix_error, error) posix_error,
#include "error-vectors.h"
#undef FROM_ERRNO
	};
	int wrong = 0;

#define FROM_ERRNO(posix_error, error) is_error(error, wsc__error_from_errno(posix_error), #posix_error);
#include "error-vectors.h"
#undef FROM_ERRNO
	for (int posix_error = -1; posix_error < 5000; posix_error++) {
		bool is_known = false;

		for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
			is_known = is_known || posix_error == known[i];
		wrong += !is_known && wsc__error_from_errno(posix_error) != WSASYSCALLFAILURE;
	}
	is_int(0, wrong, "any other errno is WSASYSCALLFAILURE");
	is_error(WSAEWOULDBLOCK, wsc__error_from_errno(EWOULDBLOCK), "EWOULDBLOCK");
	is_error(WSAEOPNOTSUPP, wsc__error_from_errno(ENOTSUP), "ENOTSUP");
}

/* EAI_SYSTEM is what errno says. */
static void resolver_errors(void)
{
	errno = ECONNREFUSED;
#define FROM_EAI(name, error)                                                                                \
	is_error((error) < 0 ? WSAECONNREFUSED : (error), wsc__error_from_eai(POSIX_##name), "Linux' " #name);
#include "error-vectors.h"
#undef FROM_EAI
#define FROM_RESOLVER(name, error) is_error(error, wsc__error_from_h_errno(POSIX_##name), "Linux' " #name);
#include "error-vectors.h"
#undef FROM_RESOLVER
	is_error(0, wsc__error_from_eai(0), "no error of getaddrinfo");
	is_error(WSAHOST_NOT_FOUND, wsc__error_from_eai(-12345), "one that is not known");
	is_error(WSANO_RECOVERY, wsc__error_from_h_errno(0), "none of gethostbyname, though it failed");
	is_error(WSANO_RECOVERY, wsc__error_from_h_errno(-1), "one of the resolver's own");
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	say_something();
	names();
	ntstatus();
#ifndef __MINGW32__
	way_back();
	posix_errors();
	resolver_errors();
#endif
	winsock_end();
	return done();
}
