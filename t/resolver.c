/* Lookups in a network of their own, whose name server is this test: what is asked, what becomes of the
 * answers, and that nobody has to wait for a server which keeps silent. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "link.h"
#include "net.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

enum { PATIENCE = 20000 };

/* The name server. It answers by this table; a name that begins with "slow" not before it is told to, and one
 * that is not there it does not know. */
enum { A = 1, CNAME = 5, PTR = 12, AAAA = 28, REFUSED = -1 };

static const struct record {
	const char *name;
	int type;
	const char *value;
} records[] = {
	{ "dual.test", A, "192.0.2.1" },         { "dual.test", AAAA, "2001:db8:9::1" },
	{ "four.test", A, "192.0.2.4" },         { "four.test", A, "192.0.2.5" },
	{ "six.test", AAAA, "2001:db8:9::6" },   { "alias.test", CNAME, "dual.test" },
	{ "slow.test", A, "192.0.2.9" },         { "xn--bcher-kva.test", A, "192.0.2.7" },
	{ "xn--zckzah.test", A, "192.0.2.8" },   { "broken.test", REFUSED, "" },
	{ "flat.example.org", A, "192.0.2.10" }, { "1.2.0.192.in-addr.arpa", PTR, "dual.test" },
};
enum { RECORDS = sizeof records / sizeof *records };

static SOCKET server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char asked[512]; /* the last names, each once for each type, with a blank behind it */
static volatile LONG questions, released;

struct held {
	unsigned char bytes[512];
	int length;
	struct sockaddr_in from;
};

/* The question's name as text, and where it ends. */
static int read_name(const unsigned char *bytes, int at, char *name)
{
	while (bytes[at]) {
		memcpy(name, bytes + at + 1, bytes[at]);
		name += bytes[at];
		at += bytes[at] + 1;
		*name++ = bytes[at] ? '.' : 0;
	}
	return at + 1;
}

static int write_name(unsigned char *to, const char *name)
{
	int at = 0;

	while (*name) {
		int length = (int)strcspn(name, ".");

		to[at] = (unsigned char)length;
		memcpy(to + at + 1, name, length);
		at += length + 1;
		name += length + (name[length] == '.');
	}
	to[at] = 0;
	return at + 1;
}

static int write_record(unsigned char *to, const char *name, const struct record *record)
{
	int at = write_name(to, name), length;
	unsigned char head[10] = { 0, (unsigned char)record->type, 0, 1, 0, 0, 0, 60, 0, 0 };
	unsigned char value[256];

	if (record->type == A || record->type == AAAA) {
		length = record->type == A ? 4 : 16;
		inet_pton(record->type == A ? AF_INET : AF_INET6, record->value, value);
	} else {
		length = write_name(value, record->value);
	}
	head[9] = (unsigned char)length;
	memcpy(to + at, head, sizeof head);
	memcpy(to + at + sizeof head, value, length);
	return at + (int)sizeof head + length;
}

static void answer(const struct held *question)
{
	unsigned char reply[1024];
	char name[256];
	int end = read_name(question->bytes, 12, name), type = question->bytes[end + 1], at = end + 4,
	    count = 0;
	bool known = false, refused = false;
	const char *canonical = name;

	memcpy(reply, question->bytes, at);
	for (int i = 0; i < RECORDS; i++) {
		if (strcasecmp(records[i].name, canonical))
			continue;
		known = true;
		refused = refused || records[i].type == REFUSED;
		if (records[i].type == type || records[i].type == CNAME) {
			at += write_record(reply + at, canonical, &records[i]);
			count++;
		}
		if (records[i].type == CNAME && type != CNAME) {
			canonical = records[i].value;
			i = -1;
		}
	}
	reply[2] = 0x84 | (question->bytes[2] & 1);
	reply[3] = refused ? 2 : known ? 0x80 : 0x83;
	reply[6] = 0;
	reply[7] = (unsigned char)count;
	memset(reply + 8, 0, 4);
	sendto(server, (char *)reply, at, 0, (struct sockaddr *)&question->from, sizeof question->from);
}

static void serve(void *unused)
{
	static struct held held[64];
	int waiting = 0;

	(void)unused;
	for (;;) {
		struct held *next = &held[waiting];
		int size = sizeof next->from;
		char name[256];

		next->length = recvfrom(server, (char *)next->bytes, sizeof next->bytes, 0,
					(struct sockaddr *)&next->from, &size);
		if (next->length < 0) /* closed */
			return;
		if (next->length == 4) { /* told to go on */
			for (int i = 0; i < waiting; i++)
				answer(&held[i]);
			waiting = 0;
			continue;
		}
		if (next->length < 17)
			continue;
		read_name(next->bytes, 12, name);
		pthread_mutex_lock(&lock);
		if (strlen(asked) + strlen(name) + 2 < sizeof asked)
			strcat(strcat(asked, name), " ");
		pthread_mutex_unlock(&lock);
		__atomic_add_fetch(&questions, 1, __ATOMIC_SEQ_CST);
		if (!strncmp(name, "slow", 4) && waiting < 63 &&
		    !__atomic_load_n(&released, __ATOMIC_SEQ_CST))
			waiting++;
		else
			answer(next);
	}
}

/* Tells the server to answer what it has left waiting, and not to let anybody wait from now on; or the
 * reverse. */
static void release(bool on)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53) };

	to.sin_addr.s_addr = inet_addr("127.0.0.77");
	__atomic_store_n(&released, on, __ATOMIC_SEQ_CST);
	if (on)
		sendto(s, "go!!", 4, 0, (struct sockaddr *)&to, sizeof to);
	closesocket(s);
}

/* So many questions have come. */
static bool has_asked(int count)
{
	for (long long end = now_ms() + PATIENCE; now_ms() < end; sleep_ms(1))
		if (__atomic_load_n(&questions, __ATOMIC_SEQ_CST) >= count)
			return true;
	return false;
}

static struct task *start_server(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(53) };

	here.sin_addr.s_addr = inet_addr("127.0.0.77");
	server = new_socket(AF_INET, SOCK_DGRAM);
	if (bind(server, (struct sockaddr *)&here, sizeof here))
		bail("bind: %s", error_name(WSAGetLastError()));
	return task_start(serve, NULL);
}

/* What getaddrinfo says: the addresses, or the error. */
static const char *look_up(const char *node, const char *service, int family, int type, int flags)
{
	static char text[512];
	struct addrinfo hints, *result = NULL;
	char host[64];
	int error;

	memset(&hints, 0, sizeof hints);
	hints.ai_family = family;
	hints.ai_socktype = type;
	hints.ai_flags = flags;
	error = getaddrinfo(node, service, &hints, &result);
	if (error)
		return error_name(error);
	*text = 0;
	for (struct addrinfo *row = result; row; row = row->ai_next) {
		if (getnameinfo(row->ai_addr, (int)row->ai_addrlen, host, sizeof host, NULL, 0,
				NI_NUMERICHOST))
			strcpy(host, "?");
		sprintf(text + strlen(text), "%s%s", *text ? " " : "", host);
		if (service)
			sprintf(text + strlen(text), ":%u",
				ntohs(((struct sockaddr_in *)(void *)row->ai_addr)->sin_port));
		if (row->ai_canonname)
			sprintf(text + strlen(text), "=%s", row->ai_canonname);
	}
	freeaddrinfo(result);
	return text;
}

static const struct {
	const char *node, *service;
	int family, type, flags;
	const char *without,
		*with; /* an address of IPv6 that reaches further than the link; NULL: the same */
} lookups[] = {
	{ "four.test", NULL, 0, 0, 0, "192.0.2.4 192.0.2.5", NULL },
	{ "dual.test", NULL, 0, 0, 0, "192.0.2.1", "2001:db8:9::1 192.0.2.1" },
	{ "dual.test", NULL, AF_INET, 0, 0, "192.0.2.1", NULL },
	{ "dual.test", NULL, AF_INET6, 0, 0, "WSANO_DATA", "2001:db8:9::1" },
	{ "four.test", NULL, AF_INET6, 0, 0, "WSANO_DATA", NULL },
	{ "six.test", NULL, AF_INET, 0, 0, "WSANO_DATA", NULL },
	{ "six.test", NULL, 0, 0, 0, "WSANO_DATA", "2001:db8:9::6" },
	{ "four.test", NULL, AF_INET6, 0, AI_V4MAPPED, "::ffff:192.0.2.4 ::ffff:192.0.2.5", NULL },
	{ "dual.test", NULL, AF_INET6, 0, AI_V4MAPPED, "::ffff:192.0.2.1", "2001:db8:9::1" },
	{ "dual.test", NULL, AF_INET6, 0, AI_V4MAPPED | AI_ALL, "::ffff:192.0.2.1",
	  "2001:db8:9::1 ::ffff:192.0.2.1" },
	{ "dual.test", NULL, 0, 0, AI_ADDRCONFIG, "192.0.2.1", "2001:db8:9::1 192.0.2.1" },
	{ "alias.test", NULL, AF_INET, 0, AI_CANONNAME, "192.0.2.1=dual.test", NULL },
	{ "four.test", NULL, 0, 0, AI_CANONNAME, "192.0.2.4=four.test 192.0.2.5", NULL },
	{ "flat", NULL, AF_INET, 0, 0, "192.0.2.10", NULL },
	{ "flat", NULL, AF_INET, 0, AI_FQDN, "192.0.2.10=flat.example.org", NULL },
	{ "nosuchhost.test", NULL, 0, 0, 0, "WSAHOST_NOT_FOUND", NULL },
	{ "broken.test", NULL, 0, 0, 0, "WSATRY_AGAIN", NULL },
	{ "four.test", "http", AF_INET, SOCK_STREAM, 0, "192.0.2.4:80 192.0.2.5:80", NULL },
	{ "four.test", NULL, 0, 0, AI_NUMERICHOST, "WSAHOST_NOT_FOUND", NULL },
	{ "192.0.2.4", NULL, AF_INET6, 0, AI_NUMERICHOST | AI_V4MAPPED, "::ffff:192.0.2.4", NULL },
	{ "2001:db8:9::6", NULL, 0, 0, 0, "2001:db8:9::6", NULL },
	{ "localhost", NULL, 0, 0, 0, "::1 127.0.0.1", NULL },
	{ "LocalHost", NULL, AF_INET, 0, 0, "127.0.0.1", NULL },
	{ "localhost", NULL, AF_INET, 0, AI_PASSIVE, "127.0.0.1", NULL },
	{ NULL, "http", AF_INET, 0, 0, "127.0.0.1:80", NULL },
	{ NULL, "ms-sql-s", AF_INET, SOCK_STREAM, AI_PASSIVE, "0.0.0.0:1433", NULL },
	{ NULL, "telnet", AF_INET, SOCK_DGRAM, 0, "WSATYPE_NOT_FOUND", NULL },
	{ NULL, "tftp", AF_INET, SOCK_STREAM, 0, "WSATYPE_NOT_FOUND", NULL },
	{ NULL, "tftp", AF_INET, 0, 0, "127.0.0.1:69", NULL },
};

static void lookups_give(bool with)
{
	for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++)
		is_string(with && lookups[i].with ? lookups[i].with : lookups[i].without,
			  look_up(lookups[i].node, lookups[i].service, lookups[i].family, lookups[i].type,
				  lookups[i].flags),
			  "getaddrinfo %s %s, family %d, type %d, flags %#x, %s IPv6",
			  lookups[i].node ? lookups[i].node : "NULL",
			  lookups[i].service ? lookups[i].service : "NULL", lookups[i].family,
			  lookups[i].type, (unsigned)lookups[i].flags, with ? "with" : "without");
}

/* The kernel makes them fit for use a little after it has them. */
static void await_addresses(const char *addresses)
{
	for (long long end = now_ms() + PATIENCE; now_ms() < end; sleep_ms(10))
		if (!strcmp(addresses, look_up("", NULL, 0, 0, 0)))
			return;
}

/* This host has its own addresses, whatever /etc/hosts says of it. */
static void own_name(const char *addresses)
{
	char name[256], expected[300];
	struct hostent *host;

	await_addresses(addresses);
	gethostname(name, sizeof name);
	is_string(addresses, look_up("", NULL, 0, 0, 0), "the empty name");
	is_string(addresses, look_up(name, NULL, 0, 0, 0), "this host's name");
	is_string(addresses, look_up("..localmachine", NULL, 0, 0, 0), "..localmachine");
	is_string("10.9.0.1:80", look_up("", "80", AF_INET, 0, 0), "...with a port");
	snprintf(expected, sizeof expected, "10.9.0.1=%s", name);
	is_string(expected, look_up(name, NULL, AF_INET, 0, AI_CANONNAME), "...with its name");
	is_string("WSAHOST_NOT_FOUND", look_up("", NULL, 0, 0, AI_NUMERICHOST), "...which is no number");
	host = gethostbyname(name);
	ok(host && !host->h_addr_list[1], "gethostbyname of it gives one address");
	is_string("10.9.0.1", host ? inet_ntoa(*(struct in_addr *)(void *)host->h_addr_list[0]) : "none",
		  "...its own");
}

/* A name outside of ASCII is asked for as the domain name system has it. */
static void other_letters(void)
{
	static const struct {
		const WCHAR *name;
		const char *utf8, *asked, *address;
		int flags;
	} names[] = {
		{ L"b\u00fccher.test",
		  "b\xc3\xbc"
		  "cher.test",
		  "xn--bcher-kva.test ", "192.0.2.7", 0 },
		{ L"B\u00dcCHER.test",
		  "B\xc3\x9c"
		  "CHER.test",
		  "xn--bcher-kva.test ", "192.0.2.7", 0 },
		{ L"\u30c6\u30b9\u30c8\u3002test", "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88\xe3\x80\x82test",
		  "xn--zckzah.test ", "192.0.2.8", 0 },
		{ L"b\u00fccher.test",
		  "b\xc3\xbc"
		  "cher.test",
		  "", NULL, AI_DISABLE_IDN_ENCODING },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ADDRINFOW hints, *result = NULL;
		char host[64] = "";
		int error;

		memset(&hints, 0, sizeof hints);
		hints.ai_family = AF_INET;
		hints.ai_flags = names[i].flags;
		pthread_mutex_lock(&lock);
		*asked = 0;
		pthread_mutex_unlock(&lock);
		error = GetAddrInfoW(names[i].name, NULL, &hints, &result);
		is_error(names[i].address ? 0 : WSAHOST_NOT_FOUND, error, "%s, flags %#x", names[i].utf8,
			 (unsigned)names[i].flags);
		if (error)
			continue;
		pthread_mutex_lock(&lock);
		is_string(names[i].asked, asked, "...what the server was asked");
		pthread_mutex_unlock(&lock);
		getnameinfo(result->ai_addr, (int)result->ai_addrlen, host, sizeof host, NULL, 0,
			    NI_NUMERICHOST);
		is_string(names[i].address, host, "...the address");
		FreeAddrInfoW(result);
		is_string(names[i].address, look_up(names[i].utf8, NULL, AF_INET, 0, names[i].flags),
			  "...by UTF-8 too");
	}
}

/* getnameinfo asks for a host's name only if it is wanted. */
static void from_addresses(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(69) };
	char host[64] = "", service[32] = "";
	WCHAR wide[64];
	int before = __atomic_load_n(&questions, __ATOMIC_SEQ_CST);

	in.sin_addr.s_addr = inet_addr("192.0.2.1");
	is_error(0,
		 getnameinfo((struct sockaddr *)&in, sizeof in, NULL, 0, service, sizeof service, NI_DGRAM),
		 "getnameinfo for a service");
	is_string("tftp", service, "...its name, from Windows' table");
	is_error(0, getnameinfo((struct sockaddr *)&in, sizeof in, NULL, 0, service, sizeof service, 0),
		 "...of streams");
	is_string("69", service, "...there is none: its number");
	is_int(before, __atomic_load_n(&questions, __ATOMIC_SEQ_CST), "...and nobody was asked");
	is_error(0, getnameinfo((struct sockaddr *)&in, sizeof in, host, sizeof host, NULL, 0, 0),
		 "getnameinfo for a host");
	is_string("dual.test", host, "...its name");
	is_error(0, GetNameInfoW((struct sockaddr *)&in, sizeof in, wide, 64, NULL, 0, NI_NAMEREQD),
		 "GetNameInfoW");
	ok(!wcscmp(wide, L"dual.test"), "...its name");
	in.sin_addr.s_addr = inet_addr("192.0.2.77");
	is_error(0, getnameinfo((struct sockaddr *)&in, sizeof in, host, sizeof host, NULL, 0, 0),
		 "a host without a name");
	is_string("192.0.2.77", host, "...its number");
	is_error(WSAHOST_NOT_FOUND,
		 getnameinfo((struct sockaddr *)&in, sizeof in, host, sizeof host, NULL, 0, NI_NAMEREQD),
		 "...unless its name is required");
}

/* A lookup that its server leaves waiting. */
struct call {
	WSAOVERLAPPED overlapped;
	ADDRINFOEXW *result;
	volatile LONG called;
	DWORD error;
};

static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped)
{
	struct call *call = (struct call *)(void *)overlapped;

	(void)bytes;
	call->error = error;
	__atomic_add_fetch(&call->called, 1, __ATOMIC_SEQ_CST);
}

static int count_of(volatile LONG *count)
{
	return __atomic_load_n(count, __ATOMIC_SEQ_CST);
}

static bool is_called(struct call *call)
{
	for (long long end = now_ms() + PATIENCE; now_ms() < end; sleep_ms(1))
		if (count_of(&call->called))
			return true;
	return false;
}

static int ask(struct call *call, const WCHAR *node, struct timeval *timeout, HANDLE *handle)
{
	memset(call, 0, sizeof *call);
	return GetAddrInfoExW(node, NULL, NS_DNS, NULL, NULL, &call->result, timeout, &call->overlapped,
			      routine, handle);
}

static void cancelled(void)
{
	struct call *call = calloc(1, sizeof *call), later;
	HANDLE handle = NULL, other = NULL;
	int before = count_of(&questions);

	is_error(WSA_IO_PENDING, ask(call, L"slow.test", NULL, &handle), "a lookup that takes long");
	ok(has_asked(before + 1), "...the server is asked");
	is_error(WSAEINPROGRESS, GetAddrInfoExOverlappedResult(&call->overlapped), "...it is under way");
	is_int(0, count_of(&call->called), "...and its routine not called yet");
	is_error(WSA_IO_PENDING, ask(&later, L"four.test", NULL, &other), "another one");
	ok(handle != other, "...has another handle");
	ok(is_called(&later), "...and is over before it");
	is_error(0, (int)later.error, "...its error");
	FreeAddrInfoExW(later.result);
	is_error(WSA_INVALID_HANDLE, GetAddrInfoExCancel(&other), "...it cannot be cancelled any more");
	is_error(0, GetAddrInfoExCancel(&handle), "the first is cancelled");
	ok(is_called(call), "...its routine is called, though the server is silent");
	is_error(WSA_E_CANCELLED, (int)call->error, "...with the error");
	is_error(WSA_E_CANCELLED, GetAddrInfoExOverlappedResult(&call->overlapped),
		 "...which the OVERLAPPED has too");
	ok(!call->result, "...and no result");
	is_error(WSA_INVALID_HANDLE, GetAddrInfoExCancel(&handle), "...it is cancelled once");
	is_int(1, count_of(&call->called), "...and its routine called once");
	free(call); /* what comes now finds nobody, and writes nowhere */
}

static void limited(void)
{
	struct timeval timeout = { 0, 200000 };
	ADDRINFOEXW *result = (ADDRINFOEXW *)1;
	struct call call;
	long long start = now_ms();

	is_error(WSAETIMEDOUT,
		 GetAddrInfoExW(L"slow.test", NULL, NS_DNS, NULL, NULL, &result, &timeout, NULL, NULL, NULL),
		 "a lookup with a limit");
	ok(!result, "...has no result");
	ok(now_ms() - start >= 199, "...it waited for its time");
	ok(now_ms() - start < PATIENCE, "...and not for the server");
	is_error(WSA_IO_PENDING, ask(&call, L"slow.test", &timeout, NULL), "the same with a routine");
	ok(is_called(&call), "...which is called");
	is_error(WSAETIMEDOUT, (int)call.error, "...with the error");
	ok(!call.result, "...and no result");
}

/* What waits for a silent server. */
struct waiting {
	int which;
	bool done, found;
};

static void wait_for_server(void *argument)
{
	struct waiting *waiting = argument;
	struct addrinfo *result = NULL;
	ADDRINFOW *wide = NULL;

	switch (waiting->which) {
	case 0:
		waiting->found = gethostbyname("slow.test") != NULL;
		break;
	case 1:
		waiting->found = !getaddrinfo("slow.test", NULL, NULL, &result);
		freeaddrinfo(result);
		break;
	default:
		waiting->found = !GetAddrInfoW(L"slow.test", NULL, NULL, &wide);
		FreeAddrInfoW(wide);
	}
	__atomic_store_n(&waiting->done, true, __ATOMIC_SEQ_CST);
}

static void go_on(void *unused)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(25) };
	char host[64];
	struct hostent *found;

	(void)unused;
	in.sin_addr.s_addr = inet_addr("192.0.2.1");
	is_string("192.0.2.4 192.0.2.5", look_up("four.test", NULL, AF_INET, 0, 0), "meanwhile: getaddrinfo");
	found = gethostbyname("four.test");
	ok(found != NULL, "meanwhile: gethostbyname");
	found = gethostbyaddr((const char *)&in.sin_addr, 4, AF_INET);
	is_string("dual.test", found ? found->h_name : "none", "meanwhile: gethostbyaddr");
	is_error(0, getnameinfo((struct sockaddr *)&in, sizeof in, host, sizeof host, NULL, 0, 0),
		 "meanwhile: getnameinfo");
	ok(getservbyname("telnet", "tcp") != NULL, "meanwhile: getservbyname");
	ok(getprotobyname("tcp") != NULL, "meanwhile: getprotobyname");
	ok(gethostbyname("") != NULL, "meanwhile: this host");
}

static void others_go_on(void)
{
	struct waiting waiting[3];
	struct task *slow[3], *quick;
	int before = count_of(&questions);

	memset(waiting, 0, sizeof waiting);
	for (int i = 0; i < 3; i++) {
		waiting[i].which = i;
		slow[i] = task_start(wait_for_server, &waiting[i]);
	}
	ok(has_asked(before + 3), "three threads wait for the server");
	quick = task_start(go_on, NULL);
	ok(task_end(quick, PATIENCE), "...and another thread's lookups do not wait for them");
	for (int i = 0; i < 3; i++)
		ok(!__atomic_load_n(&waiting[i].done, __ATOMIC_SEQ_CST), "...thread %d waits all that time",
		   i + 1);
	release(true);
	for (int i = 0; i < 3; i++) {
		ok(task_end(slow[i], PATIENCE), "...until the server answers");
		ok(waiting[i].found, "...and has its answer");
	}
	release(false);
}

/* The window layer of this program counts. */
static volatile LONG messages;
BOOL PostMessageW(HWND window, UINT number, WPARAM wide, LPARAM large);
BOOL PostMessageW(HWND window, UINT number, WPARAM wide, LPARAM large)
{
	(void)window, (void)number, (void)wide, (void)large;
	__atomic_add_fetch(&messages, 1, __ATOMIC_SEQ_CST);
	return TRUE;
}

static void no_message(void)
{
	char *buffer = calloc(1, MAXGETHOSTSTRUCT);
	int before = count_of(&questions);
	HANDLE handle = WSAAsyncGetHostByName(NULL, 0x400, "slow.test", buffer, MAXGETHOSTSTRUCT), other;

	ok(handle != NULL, "WSAAsyncGetHostByName is back at once");
	ok(has_asked(before + 1), "...the server is asked");
	other = WSAAsyncGetHostByName(NULL, 0x400, "four.test", buffer, MAXGETHOSTSTRUCT);
	ok(other && other != handle, "another request");
	for (long long end = now_ms() + PATIENCE; !count_of(&messages) && now_ms() < end; sleep_ms(1))
		;
	is_int(1, count_of(&messages), "...which is over before it");
	succeeds(WSACancelAsyncRequest(handle), "WSACancelAsyncRequest of the first");
	fails(WSAEALREADY, WSACancelAsyncRequest(handle), "...once");
	free(buffer); /* which nobody writes to any more */
	release(true);
	sleep_ms(50);
	is_int(1, count_of(&messages), "...there is no message, even when the server answers");
	release(false);
}

/* The last WSACleanup ends what is under way, and tells nobody. */
static void cleaned_up(struct task *task)
{
	struct timeval timeout = { 60, 0 };
	struct call call, with_limit;
	char buffer[MAXGETHOSTSTRUCT];
	int before = count_of(&questions), told = count_of(&messages);

	is_error(WSA_IO_PENDING, ask(&call, L"slow.test", NULL, NULL), "a lookup");
	is_error(WSA_IO_PENDING, ask(&with_limit, L"slow.test", &timeout, NULL), "one with a limit");
	ok(WSAAsyncGetHostByName(NULL, 0x400, "slow.test", buffer, sizeof buffer) != NULL,
	   "one with a message");
	ok(has_asked(before + 3), "...the server is asked");
	winsock_end();
	ok(task_end(task, PATIENCE), "WSACleanup closes the server too");
	is_int(0, count_of(&call.called) + count_of(&with_limit.called), "...and calls no routine");
	is_int(told, count_of(&messages), "...and sends no message");
}

/* The address with its scope as a number. */
static const char *own_addresses(const char *more)
{
	unsigned char bytes[16];
	char text[64];

	inet_pton(AF_INET6, link_local6(HERE), bytes);
	inet_ntop(AF_INET6, bytes, text, sizeof text);
	return words("%s%%%u%s 10.9.0.1", text, link_index(HERE), more);
}

int main(void)
{
	const char *failure = link_make();
	char hosts[512], name[256] = "";
	struct task *task;

	if (!failure) {
		winsock_start();
		gethostname(name, sizeof name);
		winsock_end();
		/* As Debian has it. */
		snprintf(hosts, sizeof hosts, "127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost\n", name);
		failure = link_file("/etc/hosts", hosts);
	}
	if (!failure)
		failure = link_file(
			"/etc/resolv.conf",
			"nameserver 127.0.0.77\nsearch example.org\noptions timeout:30 attempts:1\n");
	if (!failure)
		failure = link_file("/etc/nsswitch.conf", "hosts: files dns\nservices: files\n");
	if (!failure)
		failure = link_file("/etc/services", "");
	if (failure)
		skip_all("%s", failure);
	link_enter(HERE);
	link_loopback();
	plan_lazy();
	winsock_start();
	task = start_server();
	lookups_give(false);
	own_name(own_addresses(""));
	other_letters();
	from_addresses();
	cancelled();
	limited();
	others_go_on();
	no_message();
	link_address6(HERE, "2001:db8:9::77");
	lookups_give(true);
	own_name(own_addresses(" 2001:db8:9::77"));
	cleaned_up(task);
	return done();
}
