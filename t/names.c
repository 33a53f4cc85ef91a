/* Names and addresses as text: gethostname, inet_*, hton*, getaddrinfo. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdio.h>
#include <string.h>

static const char wine_rows[] = "Wine without hints gives a row for each type";
#ifndef AI_DNS_ONLY /* newer than mingw-w64's headers */
#define AI_DNS_ONLY 0x10
#endif

static const char wine_pointers[] = "Wine uses bad pointers";

static void order_of_bytes(void)
{
	static const unsigned char bytes[4] = { 1, 2, 3, 4 };
	u_long number;
	u_short half;

	memcpy(&number, bytes, sizeof number);
	memcpy(&half, bytes, sizeof half);
	is_hex(0x01020304, ntohl(number), "ntohl");
	is_hex(number, htonl(0x01020304), "htonl");
	is_hex(0x0102, ntohs(half), "ntohs");
	is_hex(half, htons(0x0102), "htons");
	is_hex(0xfffefdfc, ntohl(htonl(0xfffefdfc)), "there and back, with the highest bit");
	is_int(4, sizeof htonl(1), "a u_long has four bytes");
}

static void host_name(void)
{
	char name[256], exact[256];
	int length;

	memset(name, 'x', sizeof name);
	succeeds(gethostname(name, sizeof name), "gethostname");
	length = (int)strlen(name);
	ok(length > 0 && length < 256, "...a name");
	succeeds(gethostname(exact, length + 1), "gethostname, just enough room");
	is_string(name, exact, "...the same name");
	fails(WSAEFAULT, gethostname(exact, length), "gethostname, one byte too few");
	fails(WSAEFAULT, gethostname(exact, 0), "gethostname, no room");
	fails(WSAEFAULT, gethostname(exact, -1), "gethostname, less than no room");
	fails(WSAEFAULT, gethostname(NULL, 256), "gethostname, NULL");
}

static const struct {
	const char *text;
	unsigned address;
} dotted[] = {
	{ "127.0.0.1", 0x7f000001 },
	{ "1.2.3.4", 0x01020304 },
	{ "0.0.0.0", 0 },
	{ "255.255.255.255", 0xffffffff },
	{ "0x7f.1", 0x7f000001 },
	{ "127.1", 0x7f000001 },
	{ "1.2.772", 0x01020304 },
	{ "16909060", 0x01020304 },
	{ "0x01020304", 0x01020304 },
	{ "010.0.0.1", 0x08000001 },
	{ " ", 0 },
	{ "1.2.3.4 ", 0x01020304 },
	{ "", 0xffffffff },
	{ "x", 0xffffffff },
	{ "1.2.3.4.5", 0xffffffff },
	{ "1.2.3.256", 0xffffffff },
	{ "256.1.1.1", 0xffffffff },
	{ "1..2", 0xffffffff },
	{ "1.2.3.", 0xffffffff },
	{ "4294967296", 0xffffffff },
	{ "1.2.3.4x", 0xffffffff },
	{ "08.0.0.1", 0xffffffff },
	{ "-1", 0xffffffff },
	{ "::1", 0xffffffff },
	{ "localhost", 0xffffffff },
};

static void addresses(void)
{
	for (unsigned i = 0; i < sizeof dotted / sizeof *dotted; i++) {
		is_hex(dotted[i].address, ntohl(inet_addr(dotted[i].text)), "inet_addr '%s'", dotted[i].text);
	}
	is_hex(INADDR_NONE, inet_addr(NULL), "inet_addr of NULL");
}

/* Each thread has its own buffer. */
static void other_thread(void *argument)
{
	struct in_addr address = { .s_addr = htonl(0x05060708) };

	*(char **)argument = inet_ntoa(address);
	is_string("5.6.7.8", *(char **)argument, "inet_ntoa in another thread");
}

static void text_of_addresses(void)
{
	struct in_addr address = { .s_addr = htonl(0x01020304) };
	char *mine = inet_ntoa(address), *other = NULL;
	struct task *task = task_start(other_thread, &other);

	ok(task_end(task, 2000), "a thread ended");
	is_string("1.2.3.4", mine, "inet_ntoa");
	ok(other != mine, "...is not overwritten by another thread");
	address.s_addr = 0xffffffff;
	is_string("255.255.255.255", inet_ntoa(address), "inet_ntoa of the longest");
	ok(inet_ntoa(address) == mine, "...in this thread's buffer");
}

static const struct {
	const char *text, *back; /* back is NULL: it is no address */
	int family;
} presented[] = {
	{ "127.0.0.1", "127.0.0.1", AF_INET },
	{ "255.255.255.255", "255.255.255.255", AF_INET },
	{ "127.1", NULL, AF_INET },
	{ "1.2.3.256", NULL, AF_INET },
	{ "1.2.3", NULL, AF_INET },
	{ "1.2.3.4.5", NULL, AF_INET },
	{ "1.2.3.4 ", NULL, AF_INET },
	{ "0x7f.0.0.1", NULL, AF_INET },
	{ "", NULL, AF_INET },
	{ "::1", NULL, AF_INET },
	{ "::1", "::1", AF_INET6 },
	{ "::", "::", AF_INET6 },
	{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1", AF_INET6 },
	{ "fe80::0123", "fe80::123", AF_INET6 },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", AF_INET6 },
	{ "::ffff:1.2.3.4", "::ffff:1.2.3.4", AF_INET6 },
	{ "1:2:3:4:5:6:7", NULL, AF_INET6 },
	{ "1:2:3:4:5:6:7:8:9", NULL, AF_INET6 },
	{ "1::2::3", NULL, AF_INET6 },
	{ "12345::", NULL, AF_INET6 },
	{ "g::", NULL, AF_INET6 },
	{ "127.0.0.1", NULL, AF_INET6 },
	{ "", NULL, AF_INET6 },
};

static void presentation(void)
{
	unsigned char bytes[16];
	char text[64];

	for (unsigned i = 0; i < sizeof presented / sizeof *presented; i++) {
		const char *what = words("inet_pton %d '%s'", presented[i].family, presented[i].text);

		is_int(presented[i].back != NULL, inet_pton(presented[i].family, presented[i].text, bytes),
		       "%s", what);
		if (!presented[i].back)
			continue;
		ok(inet_ntop(presented[i].family, bytes, text, sizeof text) == text, "inet_ntop");
		is_string(presented[i].back, text, "...gives");
		ok(inet_ntop(presented[i].family, bytes, text, strlen(presented[i].back) + 1) == text,
		   "...in just enough room");
		WSASetLastError(0);
		ok(!inet_ntop(presented[i].family, bytes, text, strlen(presented[i].back)), "...not in less");
		is_hex(0xc000000d, (unsigned)WSAGetLastError(), "...and says so, with a NTSTATUS");
	}
	fails(WSAEAFNOSUPPORT, inet_pton(AF_UNSPEC, "::1", bytes), "inet_pton of no family");
	fails(WSAEAFNOSUPPORT, inet_pton(10, "::1", bytes), "inet_pton of Linux' AF_INET6");
	fails(WSAEFAULT, inet_pton(AF_INET, NULL, bytes), "inet_pton of NULL");
	fails(WSAEFAULT, inet_pton(AF_INET, "1.2.3.4", NULL), "inet_pton to NULL");
	WSASetLastError(0);
	ok(!inet_ntop(AF_UNSPEC, bytes, text, sizeof text), "inet_ntop of no family");
	is_error(WSAEAFNOSUPPORT, WSAGetLastError(), "...its error");
	memset(text, '1', sizeof text);
	text[sizeof text - 1] = '\0';
	is_int(0, inet_pton(AF_INET, text, bytes), "inet_pton of a very long text");
}

static const char *row(const struct addrinfo *info)
{
	char text[64] = "?";
	int port;

	if (info->ai_family == AF_INET && info->ai_addrlen == sizeof(struct sockaddr_in)) {
		struct sockaddr_in *in = (struct sockaddr_in *)info->ai_addr;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
		port = ntohs(in->sin_port);
	} else if (info->ai_family == AF_INET6 && info->ai_addrlen == sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)info->ai_addr;

		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
		port = ntohs(in6->sin6_port);
	} else {
		return "another family or length";
	}
	return words("%d %s %d type %d protocol %d%s", info->ai_addr->sa_family, text, port,
		     info->ai_socktype, info->ai_protocol, info->ai_next ? ", and more" : "");
}

static const struct lookup {
	const char *node, *service;
	int flags, family, type, protocol;
	const char *seen; /* the first row, or the error's name */
	const char *wine; /* how Wine differs */
} lookups[] = {
	{ "127.0.0.1", NULL, 0, 0, 0, 0, "2 127.0.0.1 0 type 0 protocol 0", NULL },
	{ "127.0.0.1", "80", 0, 0, 0, 0, "2 127.0.0.1 80 type 0 protocol 0", NULL },
	{ "127.0.0.1", "80", 0, AF_INET, SOCK_STREAM, 0, "2 127.0.0.1 80 type 1 protocol 0", NULL },
	{ "127.0.0.1", "80", 0, AF_INET, SOCK_DGRAM, IPPROTO_UDP, "2 127.0.0.1 80 type 2 protocol 17", NULL },
	{ "::1", "443", 0, 0, SOCK_STREAM, IPPROTO_TCP, "23 ::1 443 type 1 protocol 6", NULL },
	{ "::1", NULL, AI_NUMERICHOST, AF_INET6, 0, 0, "23 ::1 0 type 0 protocol 0", NULL },
	{ NULL, "80", AI_PASSIVE, AF_INET, SOCK_STREAM, 0, "2 0.0.0.0 80 type 1 protocol 0", NULL },
	{ NULL, "80", 0, AF_INET, SOCK_STREAM, 0, "2 127.0.0.1 80 type 1 protocol 0", NULL },
	{ NULL, "80", AI_PASSIVE, AF_INET6, SOCK_STREAM, 0, "23 :: 80 type 1 protocol 0", NULL },
	{ NULL, "80", 0, AF_INET6, SOCK_STREAM, 0, "23 ::1 80 type 1 protocol 0", NULL },
	{ "localhost", NULL, 0, AF_INET, SOCK_STREAM, 0, "2 127.0.0.1 0 type 1 protocol 0", NULL },
	{ "127.0.0.1", "http", 0, AF_INET, SOCK_STREAM, 0, "2 127.0.0.1 80 type 1 protocol 0", NULL },
	{ NULL, NULL, 0, 0, 0, 0, "WSAHOST_NOT_FOUND", NULL },
	{ "localhost", NULL, AI_NUMERICHOST, 0, 0, 0, "WSAHOST_NOT_FOUND", NULL },
	{ "1.2.3.4", "http", AI_NUMERICSERV, 0, SOCK_STREAM, 0, "WSAHOST_NOT_FOUND", NULL },
	{ "1.2.3.4", "no-such-service", 0, 0, SOCK_STREAM, 0, "WSATYPE_NOT_FOUND", NULL },
	{ "127.0.0.1", NULL, 0, 10, 0, 0, "WSAEAFNOSUPPORT", NULL },
	{ "127.0.0.1", NULL, 0, 0, 77, 0, "WSAESOCKTNOSUPPORT", NULL },
	{ "127.0.0.1", NULL, 0, AF_INET6, 0, 0, "WSAHOST_NOT_FOUND",
	  "Wine has an error that Windows does not" },
	{ "127.0.0.1", NULL, 0, AF_INET, 0, IPPROTO_TCP, "2 127.0.0.1 0 type 0 protocol 6", NULL },
	/* A type takes any protocol with it. */
	{ "127.0.0.1", NULL, 0, AF_INET, SOCK_STREAM, IPPROTO_UDP, "2 127.0.0.1 0 type 1 protocol 17", NULL },
	{ "127.0.0.1", NULL, 0, AF_INET, SOCK_DGRAM, 999, "2 127.0.0.1 0 type 2 protocol 999", NULL },
	{ "127.0.0.1", NULL, 0, AF_INET, SOCK_RAW, 0, "2 127.0.0.1 0 type 3 protocol 0", NULL },
	/* Brackets, and a port that nobody looks at. */
	{ "[beef::cafe]", NULL, 0, 0, 0, 0, "23 beef::cafe 0 type 0 protocol 0", NULL },
	{ "[beef::cafe]", NULL, AI_NUMERICHOST, AF_INET6, 0, 0, "23 beef::cafe 0 type 0 protocol 0", NULL },
	{ "[beef::cafe]:10239", NULL, AI_NUMERICHOST, AF_INET6, 0, 0, "23 beef::cafe 0 type 0 protocol 0",
	  NULL },
	{ "[beef::cafe]", NULL, AI_NUMERICHOST, AF_INET, 0, 0, "WSAHOST_NOT_FOUND", NULL },
	{ "[beef::cafe", NULL, AI_NUMERICHOST, 0, 0, 0, "WSAHOST_NOT_FOUND", NULL },
	{ "beef::cafe]", NULL, AI_NUMERICHOST, 0, 0, 0, "WSAHOST_NOT_FOUND", NULL },
	{ "192.168.1.253:1024", NULL, AI_NUMERICHOST, 0, 0, 0, "WSAHOST_NOT_FOUND", NULL },
	/* Services. */
	{ NULL, "", 0, AF_INET, 0, 0, "2 127.0.0.1 0 type 0 protocol 0", NULL },
	{ "127.0.0.1", "", 0, AF_INET, 0, 0, "2 127.0.0.1 0 type 0 protocol 0", NULL },
	{ "127.0.0.1", "domain", 0, AF_INET, SOCK_DGRAM, 0, "2 127.0.0.1 53 type 2 protocol 0", NULL },
	{ "127.0.0.1", "https", 0, AF_INET, 0, 0, "2 127.0.0.1 443 type 0 protocol 0", NULL },
	{ "127.0.0.1", "80", AI_NUMERICSERV, AF_INET, 0, 0, "2 127.0.0.1 80 type 0 protocol 0", NULL },
	/* Flags that ask for nothing here, that need a name, that may not go together, or that nobody knows.
	 */
	{ "127.0.0.1", NULL, AI_DNS_ONLY, AF_INET, 0, 0, "2 127.0.0.1 0 type 0 protocol 0",
	  "Wine asks the name server for a number" },
	{ "127.0.0.1", NULL, AI_DISABLE_IDN_ENCODING | AI_FILESERVER | AI_NON_AUTHORITATIVE | AI_SECURE,
	  AF_INET, 0, 0, "2 127.0.0.1 0 type 0 protocol 0", NULL },
	{ "127.0.0.1", NULL, AI_ALL | AI_V4MAPPED, AF_INET6, 0, 0, "23 ::ffff:127.0.0.1 0 type 0 protocol 0",
	  NULL },
	{ NULL, "80", AI_CANONNAME, AF_INET, 0, 0, "WSANO_RECOVERY",
	  "Wine does not look at flags that it does not know" },
	{ NULL, "80", AI_FQDN, AF_INET, 0, 0, "WSANO_RECOVERY",
	  "Wine does not look at flags that it does not know" },
	{ "127.0.0.1", NULL, AI_CANONNAME | AI_FQDN, AF_INET, 0, 0, "WSAEINVAL",
	  "Wine does not look at flags that it does not know" },
	{ "127.0.0.1", NULL, 0x200, AF_INET, 0, 0, "WSAEINVAL",
	  "Wine does not look at flags that it does not know" },
};

static const char *look_up(const struct lookup *lookup)
{
	struct addrinfo hints, *result = (struct addrinfo *)1;
	const char *seen;
	int error;

	memset(&hints, 0, sizeof hints);
	hints.ai_flags = lookup->flags;
	hints.ai_family = lookup->family;
	hints.ai_socktype = lookup->type;
	hints.ai_protocol = lookup->protocol;
	WSASetLastError(0);
	error = getaddrinfo(lookup->node, lookup->service, &hints, &result);
	if (error)
		return error != WSAGetLastError()
			       ? words("%s, last %s", error_name(error), error_name(WSAGetLastError()))
		       : result ? words("%s, and a result", error_name(error))
				: error_name(error);
	seen = row(result);
	freeaddrinfo(result);
	return seen;
}

static void resolving(void)
{
	struct addrinfo hints, *result = NULL;
	char name[256];

	for (unsigned i = 0; i < sizeof lookups / sizeof *lookups; i++) {
		const struct lookup *lookup = &lookups[i];

		if (lookup->wine)
			wine_todo(lookup->wine);
		is_string(lookup->seen, look_up(lookup), "getaddrinfo %s %s, flags %#x, %d, %d, %d",
			  lookup->node ? lookup->node : "NULL", lookup->service ? lookup->service : "NULL",
			  (unsigned)lookup->flags, lookup->family, lookup->type, lookup->protocol);
		todo_end();
	}
	is_int(0, getaddrinfo("127.0.0.1", "80", NULL, &result), "getaddrinfo without hints");
	wine_todo(wine_rows);
	is_string("2 127.0.0.1 80 type 0 protocol 0", row(result), "...its row");
	is_int(0, result->ai_flags & ~AI_NUMERICHOST, "...has no flags that nobody asked for");
	todo_end();
	ok(!result->ai_canonname, "...nor a canonical name");
	freeaddrinfo(result);

	memset(&hints, 0, sizeof hints);
	hints.ai_flags = AI_CANONNAME;
	is_int(0, getaddrinfo("127.0.0.1", NULL, &hints, &result), "AI_CANONNAME");
	is_string("127.0.0.1", result->ai_canonname ? result->ai_canonname : "none", "...the name");
	freeaddrinfo(result);

	/* What is for results only has to be nothing. */
	memset(&hints, 0, sizeof hints);
	wine_todo("Wine does not look at it");
	hints.ai_addrlen = 16;
	is_int(WSANO_RECOVERY, getaddrinfo("127.0.0.1", NULL, &hints, &result), "hints with ai_addrlen");
	hints.ai_addrlen = 0;
	hints.ai_canonname = name;
	is_int(WSANO_RECOVERY, getaddrinfo("127.0.0.1", NULL, &hints, &result), "...with ai_canonname");
	hints.ai_canonname = NULL;
	hints.ai_addr = (struct sockaddr *)(void *)name;
	is_int(WSANO_RECOVERY, getaddrinfo("127.0.0.1", NULL, &hints, &result), "...with ai_addr");
	hints.ai_addr = NULL;
	hints.ai_next = &hints;
	is_int(WSANO_RECOVERY, getaddrinfo("127.0.0.1", NULL, &hints, &result), "...with ai_next");
	todo_end();
	if (!is_wine())
		ok(!result, "...and no result");

	/* Every name of this host has one row an address. */
	gethostname(name, sizeof name);
	for (int i = 0; i < 2; i++) {
		int same = 0, types = 0;

		if (!is_int(0, getaddrinfo(i ? name : "", NULL, NULL, &result), "getaddrinfo of %s",
			    i ? "this host's name" : "the empty name"))
			continue;
		for (struct addrinfo *a = result; a; a = a->ai_next) {
			types += a->ai_socktype != 0;
			for (struct addrinfo *b = a->ai_next; b; b = b->ai_next)
				same += a->ai_addrlen == b->ai_addrlen &&
					!memcmp(a->ai_addr, b->ai_addr, a->ai_addrlen);
		}
		wine_todo(wine_rows);
		is_int(0, same, "...no address twice");
		is_int(0, types, "...and no type");
		todo_end();
		freeaddrinfo(result);
	}
	freeaddrinfo(NULL);
	ok(true, "freeaddrinfo of NULL");
	is_int(WSAEAFNOSUPPORT, EAI_FAMILY, "EAI_FAMILY");
	is_int(WSAHOST_NOT_FOUND, EAI_NONAME, "EAI_NONAME");
	is_int(WSATYPE_NOT_FOUND, EAI_SERVICE, "EAI_SERVICE");
	is_int(WSAESOCKTNOSUPPORT, EAI_SOCKTYPE, "EAI_SOCKTYPE");
	is_int(WSAEINVAL, EAI_BADFLAGS, "EAI_BADFLAGS");
}

/* Each pointer that these calls take. */
struct attempt {
	int call;
	void *pointer;
	int error;
};

static const struct {
	const char *name;
	int error;
	bool null;
} calls[] = {
	{ "gethostname", WSAEFAULT, true },           { "inet_pton, text", WSAEFAULT, true },
	{ "inet_pton, address", WSAEFAULT, true },    { "inet_ntop, address", WSAEFAULT, true },
	{ "inet_ntop, text", WSAEFAULT, false },      { "getaddrinfo, node", WSAEFAULT, false },
	{ "getaddrinfo, service", WSAEFAULT, false }, { "getaddrinfo, hints", WSAEFAULT, false },
	{ "getaddrinfo, result", WSAEFAULT, true },
};

static void attempt(void *argument)
{
	struct attempt *try = argument;
	unsigned char bytes[16] = { 127, 0, 0, 1 };
	struct addrinfo *result = NULL;
	char text[64];
	int failed = 1;

	WSASetLastError(0);
	switch (try->call) {
	case 0:
		failed = gethostname(try->pointer, 256);
		break;
	case 1:
		failed = inet_pton(AF_INET, try->pointer, bytes) < 0;
		break;
	case 2:
		failed = inet_pton(AF_INET, "1.2.3.4", try->pointer) < 0;
		break;
	case 3:
		failed = !inet_ntop(AF_INET, try->pointer, text, sizeof text);
		break;
	case 4:
		failed = !inet_ntop(AF_INET, bytes, try->pointer, 64);
		break;
	case 5:
		failed = getaddrinfo(try->pointer, "80", NULL, &result);
		break;
	case 6:
		failed = getaddrinfo("127.0.0.1", try->pointer, NULL, &result);
		break;
	case 7:
		failed = getaddrinfo("127.0.0.1", NULL, try->pointer, &result);
		break;
	case 8:
		failed = getaddrinfo("127.0.0.1", NULL, NULL, try->pointer);
		break;
	}
	try->error = failed ? WSAGetLastError() : 0;
	freeaddrinfo(result);
}

static void pointers(void)
{
	if (is_wine()) { /* it can hold a lock as it dies */
		skip(1, "%s", wine_pointers);
		return;
	}
	for (int call = 0; call < (int)(sizeof calls / sizeof *calls); call++)
		for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
			struct attempt try = { call, bad->pointer, 0 };

			if (!bad->pointer && !calls[call].null)
				continue;
			*before_bad_page(1) = '1';
			if (!strncmp(bad->name, "the byte", 8))
				*bad->pointer = '1'; /* text without an end */
			attempt(&try);
			is_error(calls[call].error, try.error, "%s: %s", calls[call].name, bad->name);
		}
}

int main(void)
{
	plan_lazy();
	winsock_start();
	order_of_bytes();
	host_name();
	addresses();
	text_of_addresses();
	presentation();
	resolving();
	pointers();
	winsock_end();
	return done();
}
