/* The page of SO_KEEPALIVE, statement by statement: K1 to K59, in mode `page` and in mode `windows`. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include "net.h"
#include "newer.h"

#include <stdio.h>
#include <string.h>

#ifdef __linux__
#include "kernel.h"
#define KERNEL(expected, s, level, name, ...)                                                                \
	page_says_int((expected), kernel_get((s), KERNEL_##level, KERNEL_##name), __VA_ARGS__)
#define KERNEL_ABOVE(least, s, ...)                                                                          \
	page_says(words("above %d", (least)),                                                                \
		  kernel_get((s), KERNEL_TCP, KERNEL_USER_TIMEOUT) > (least) ? words("above %d", (least)) : "less", \
		  __VA_ARGS__)
#else
#define KERNEL_ABOVE(least, s, ...)                                                                          \
	page_skip(words("above %d", (least)), "Wine's kernel cannot be asked from here", __VA_ARGS__)
#define KERNEL(expected, s, level, name, ...)                                                                \
	page_skip(words("%d", (expected)), "Wine's kernel cannot be asked from here", __VA_ARGS__)
#endif

#define BUT_WINE(reason, check)                                                                              \
	do {                                                                                                 \
		wine_todo(reason);                                                                           \
		check;                                                                                       \
		todo_end();                                                                                  \
	} while (0)

static const char as_windows[] = "Wine does as Windows was observed to, not as the page says";
static const char no_tcp_options[] = "Wine 8 has none of TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT";

/* Each gives "success" or the error's name. */
static const char *set_bytes(SOCKET s, int level, int name, const void *value, int length)
{
	return outcome(setsockopt(s, level, name, (const char *)value, length));
}

static const char *set(SOCKET s, DWORD value)
{
	return set_bytes(s, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof value);
}

static const char *set_tcp(SOCKET s, int name, DWORD value)
{
	return set_bytes(s, IPPROTO_TCP, name, &value, sizeof value);
}

/* "TRUE", "FALSE" or the error's name. */
static const char *get(SOCKET s)
{
	DWORD value = 0;
	int length = sizeof value;

	if (getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length) == SOCKET_ERROR)
		return outcome(SOCKET_ERROR);
	return value ? "TRUE" : "FALSE";
}

static const char *get_tcp(SOCKET s, int name)
{
	DWORD value = 0;
	int length = sizeof value;

	if (getsockopt(s, IPPROTO_TCP, name, (char *)&value, &length) == SOCKET_ERROR)
		return outcome(SOCKET_ERROR);
	return words("%lu", (unsigned long)value);
}

/* All that a getsockopt does: the value, of what was 0xdeadbeef before, and the length. */
static const char *get_all(SOCKET s, int level, int name, int length)
{
	unsigned value[2] = { 0xdeadbeef, 0xdeadbeef };
	const char *result = outcome(getsockopt(s, level, name, (char *)value, &length));

	return words("%s, %#x, length %d", result, value[0], length);
}

static const char *set_values_all(SOCKET s, ULONG on, ULONG time, ULONG interval, DWORD size, DWORD *bytes,
				  WSAOVERLAPPED *overlapped)
{
	struct tcp_keepalive values = { on, time, interval };

	return outcome(WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, size, NULL, 0, bytes, overlapped, NULL));
}

static const char *set_values(SOCKET s, ULONG on, ULONG time, ULONG interval)
{
	DWORD bytes = 0;

	return set_values_all(s, on, time, interval, sizeof(struct tcp_keepalive), &bytes, NULL);
}

/* Starts Winsock anew, with one setting changed; NULL ends the change. */
static void restart(const char *name, const char *value)
{
	winsock_end();
	set_environment(name, value);
	winsock_start();
}

static SOCKET stream(void)
{
	return new_socket(AF_INET, SOCK_STREAM);
}

/* A socket whose connect goes on and on: the listener's queue is full. */
static SOCKET pending_connect(SOCKET keep[], int *kept)
{
	struct sockaddr_storage address;
	int length = sizeof address;
	u_long on = 1;
	SOCKET s = bound_socket(AF_INET, SOCK_STREAM, &address, &length);

	keep[(*kept)++] = s;
	if (listen(s, 0) == SOCKET_ERROR)
		bail("listen: %s", error_name(WSAGetLastError()));
	for (int i = 0; i < 8; i++) {
		struct timeval soon = { 0, 100000 };
		fd_set done;

		s = stream();
		ioctlsocket(s, FIONBIO, &on);
		connect(s, (struct sockaddr *)&address, length);
		FD_ZERO(&done);
		FD_SET(s, &done);
		if (select(0, NULL, &done, NULL, &soon) == 0)
			return s;
		keep[(*kept)++] = s;
	}
	bail("every connect succeeded");
	return INVALID_SOCKET;
}

static void constants(void)
{
	SOCKET s = stream();

	statement("K1", "the option is 0x0008 at level 0xffff");
	page_says_int(0x0008, SO_KEEPALIVE, "SO_KEEPALIVE");
	page_says_int(0xffff, SOL_SOCKET, "SOL_SOCKET");
	page_says("success", set(s, TRUE), "switching on");
	KERNEL(1, s, SOL_SOCKET, SO_KEEPALIVE, "the kernel's own option, which has other numbers");
	page_says("success", set(s, FALSE), "switching off");
	KERNEL(0, s, SOL_SOCKET, SO_KEEPALIVE, "the kernel's own option again");

	statement("K2", "it can be read and written");
	page_says("FALSE", get(s), "getsockopt");
	page_says("success", set(s, TRUE), "setsockopt");
	page_says("TRUE", get(s), "getsockopt after it");
	closesocket(s);

	statement("K3", "it is FALSE by default");
	s = stream();
	page_says("FALSE", get(s), "a fresh IPv4 socket");
	closesocket(s);
	s = new_socket(AF_INET6, SOCK_STREAM);
	page_says("FALSE", get(s), "a fresh IPv6 socket");
	closesocket(s);
}

static void lengths(SOCKET s, bool page)
{
	const unsigned char wide[8] = { 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
	const char *shorter = page ? "WSAEFAULT" : "success";
	DWORD one = 1, zero = 0;

	statement("K4", "a DWORD of 0 or 1 is taken");
	page_says("success", set(s, 1), "1");
	page_says("TRUE", get(s), "after 1");
	page_says("success", set(s, 0), "0");
	page_says("FALSE", get(s), "after 0");

	statement("K5", page ? "a length below a DWORD is WSAEFAULT" : "one byte and more is taken");
	for (int length = 1; length <= 3; length++) {
		if (page)
			wine_todo(as_windows);
		page_says(shorter, set_bytes(s, SOL_SOCKET, SO_KEEPALIVE, &one, length), "%d bytes", length);
		page_says(page ? "FALSE" : "TRUE", get(s), "what %d bytes have done", length);
		todo_end();
		set(s, 0);
	}

	statement("K6", "a length of 0 is WSAEFAULT and changes nothing");
	set(s, 1);
	page_says("WSAEFAULT", set_bytes(s, SOL_SOCKET, SO_KEEPALIVE, &zero, 0), "0 bytes");
	page_says("TRUE", get(s), "what they have done");

	statement("K7", "a negative length fails");
	page_says("WSAENOBUFS", set_bytes(s, SOL_SOCKET, SO_KEEPALIVE, &zero, -1), "-1 bytes");
	page_says("TRUE", get(s), "what they have done");

	statement("K8", "more than a DWORD is taken, and the rest ignored");
	set(s, 0);
	page_says("success", set_bytes(s, SOL_SOCKET, SO_KEEPALIVE, wide, 8), "8 bytes");
	page_says("TRUE", get(s), "what they have done");

	statement("K9", page ? "the whole DWORD is the truth value" : "the lowest byte is the truth value");
	page_says("success", set(s, 0x100), "0x100");
	if (page)
		wine_todo(as_windows);
	page_says(page ? "TRUE" : "FALSE", get(s), "after 0x100");
	todo_end();
	page_says("success", set(s, 2), "2");
	page_says("TRUE", get(s), "after 2");
	page_says("success", set(s, 0xffffffff), "0xffffffff");
	page_says("TRUE", get(s), "after 0xffffffff");
}

static void results(SOCKET s, bool page)
{
	static const char whole[] = "success, 0x1, length 4", byte[] = "success, 0xdeadbe01, length 1";
	static const char fault[] = "WSAEFAULT, 0xdeadbeef, length";

	set(s, 1);
	if (page)
		wine_todo(as_windows);
	statement("K10", page ? "getsockopt gives a DWORD" : "getsockopt gives one byte");
	page_says(page ? whole : byte, get_all(s, SOL_SOCKET, SO_KEEPALIVE, 4), "a buffer of 4 bytes");

	statement("K11", page ? "a buffer below a DWORD is WSAEFAULT" : "a buffer of one byte is enough");
	for (int length = 1; length <= 3; length++)
		page_says(page ? words("%s %d", fault, length) : byte,
			  get_all(s, SOL_SOCKET, SO_KEEPALIVE, length), "a buffer of %d", length);

	statement("K12", "a larger buffer gets no more");
	page_says(page ? whole : byte, get_all(s, SOL_SOCKET, SO_KEEPALIVE, 8), "a buffer of 8 bytes");
	todo_end();

	statement("K13", "a length of 0 or below is WSAEFAULT, and stays as it was");
	page_says(words("%s 0", fault), get_all(s, SOL_SOCKET, SO_KEEPALIVE, 0), "a buffer of 0 bytes");
	page_says(words("%s -1", fault), get_all(s, SOL_SOCKET, SO_KEEPALIVE, -1), "a buffer of -1 bytes");
}

static void inheritance(void)
{
	struct sockaddr_storage address;
	int length = sizeof address;
	SOCKET listener = listening_socket(AF_INET, &address, &length), client = stream(), accepted;

	statement("K14", "an accepted socket has it from its listener");
	set_values(listener, 1, 5000, 2000);
	connect(client, (struct sockaddr *)&address, length);
	accepted = accept(listener, NULL, NULL);
	page_says("TRUE", get(accepted), "the accepted socket");
	page_says("FALSE", get(client), "the connecting one");
	KERNEL(5, accepted, TCP, KEEPIDLE, "its idle time in the kernel");
	BUT_WINE(no_tcp_options, page_says("2", get_tcp(accepted, TCP_KEEPINTVL), "its interval"));
	closesocket(client);
	closesocket(accepted);
	closesocket(listener);
}

static void listening(void)
{
	struct sockaddr_storage address;
	int length = sizeof address;
	SOCKET listener = listening_socket(AF_INET, &address, &length);

	statement("K41", "it can be set on a listening socket");
	page_says("success", set(listener, TRUE), "after listen");
	page_says("TRUE", get(listener), "what it reads then");
	closesocket(listener);
}

static void uninitialised(void)
{
	SOCKET s;

	statement("K15", "without WSAStartup all is WSANOTINITIALISED");
	winsock_end();
	wine_todo("Wine looks at the handle only");
	page_says("WSANOTINITIALISED", set(INVALID_SOCKET, 1), "setsockopt before WSAStartup");
	page_says("WSANOTINITIALISED", get(INVALID_SOCKET), "getsockopt before WSAStartup");
	todo_end();
	winsock_start();
	s = stream();
	page_says("success", set(s, 1), "after WSAStartup");
	winsock_end();
	wine_todo("Wine looks at the handle only");
	page_says("WSANOTINITIALISED", set(s, 1), "setsockopt after WSACleanup");
	page_says("WSANOTINITIALISED", get(s), "getsockopt after WSACleanup");
	todo_end();
	winsock_start();
	page_says("WSAENOTSOCK", set(s, 1), "the old socket after a new WSAStartup");
}

static int CALLBACK in_condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS socket_qos, LPQOS group_qos,
				 LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
	const char **seen = (const char **)context;

	*seen = set(INVALID_SOCKET, 1);
	return CF_ACCEPT;
}

static void in_progress(void)
{
	struct sockaddr_storage address;
	int length = sizeof address;
	SOCKET listener = listening_socket(AF_INET, &address, &length), client = stream(), accepted;
	const char *seen = "not called";

	statement("K19", "within a blocking call or a callback it is WSAEINPROGRESS");
	connect(client, (struct sockaddr *)&address, length);
	accepted = WSAAccept(listener, NULL, NULL, in_condition, (DWORD_PTR)&seen);
	BUT_WINE("Wine lets a condition function make calls",
		 page_says("WSAEINPROGRESS", seen, "inside a condition function of WSAAccept"));
	page_says("success", set(accepted, TRUE), "after it");
	page_skip("WSAEINPROGRESS", "t/hook.c shows it", "inside a blocking hook of Winsock 1.1");
	closesocket(accepted);
	closesocket(client);
	closesocket(listener);
}

/* A call with a bad pointer, and what came of it. */
struct attempt {
	SOCKET s;
	char *value;
	int *length; /* NULL with setsockopt */
	bool set;
	const char *seen;
};

static void attempt(void *argument)
{
	struct attempt *try = argument;

	try->seen = outcome(try->set ? setsockopt(try->s, SOL_SOCKET, SO_KEEPALIVE, try->value, 4) :
				       getsockopt(try->s, SOL_SOCKET, SO_KEEPALIVE, try->value, try->length));
}

static void faults(struct attempt try, const char *what, const char *where)
{
	const char *seen = crashes(attempt, &try) ? "a crash" : try.seen;

	if (strcmp(seen, "WSAEFAULT") != 0)
		wine_todo("Wine reads and writes there");
	page_says("WSAEFAULT", seen, "%s %s", what, where);
	todo_end();
}

static void pointers(SOCKET s)
{
	DWORD value = 0;
	int length;

	statement("K17", "a pointer that is not the program's memory is WSAEFAULT");
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		length = sizeof value;
		faults((struct attempt){ s, bad->pointer, NULL, true, "" }, "setsockopt from", bad->name);
		faults((struct attempt){ s, bad->pointer, &length, false, "" }, "getsockopt to", bad->name);
		faults((struct attempt){ s, (char *)&value, (int *)bad->pointer, false, "" },
		       "getsockopt with its length at", bad->name);
	}

	statement("K18", "a bad handle comes before a bad pointer");
	BUT_WINE("Wine looks at the pointer first",
		 page_says("WSAENOTSOCK", set_bytes(INVALID_SOCKET, SOL_SOCKET, SO_KEEPALIVE, NULL, 4),
			   "INVALID_SOCKET and NULL"));
}

/* The state rules of one version of Windows. */
static void while_connecting(bool refused)
{
	SOCKET keep[16], s;
	int kept = 0;

	s = pending_connect(keep, &kept);
	if (refused)
		wine_todo("Wine sets it at any time");
	page_says(refused ? "WSAEINVAL" : "success", set(s, TRUE), "setsockopt while connect is pending");
	todo_end();
	if (refused)
		wine_todo("Wine sets it at any time");
	page_says(refused ? "FALSE" : "TRUE", get(s), "what it has done");
	todo_end();
	closesocket(s);
	while (kept--)
		closesocket(keep[kept]);
}

static void network_down(void)
{
	statement("K16", "a network that is down is WSAENETDOWN");
	page_skip("WSAENETDOWN", "t/netdown.c shows it with a kernel that says so", "setsockopt");
}

static void levels_and_options(SOCKET s)
{
	static const int levels[] = { -1, 0x8000, 1 };
	DWORD value = 1;
	int length;

	statement("K20", "an unknown level is WSAEINVAL");
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		page_says("WSAEINVAL", set_bytes(s, levels[i], SO_KEEPALIVE, &value, 4), "setsockopt, level %d",
			  levels[i]);
		length = sizeof value;
		page_says("WSAEINVAL", outcome(getsockopt(s, levels[i], SO_KEEPALIVE, (char *)&value, &length)),
			  "getsockopt, level %d", levels[i]);
	}

	statement("K21", "Vista and later: while a connect is pending it is WSAEINVAL");
	while_connecting(true);

	statement("K22", "an unknown option is WSAENOPROTOOPT");
	page_says("WSAENOPROTOOPT", set_bytes(s, SOL_SOCKET, 0x7fff, &value, 4), "setsockopt of 0x7fff");
	length = sizeof value;
	page_says("WSAENOPROTOOPT", outcome(getsockopt(s, SOL_SOCKET, 0x7fff, (char *)&value, &length)),
		  "getsockopt of 0x7fff");
}

static void other_sockets(SOCKET s)
{
	SOCKET other;

	statement("K23", "a datagram socket is WSAENOPROTOOPT");
	for (int i = 0; i < 2; i++) {
		other = new_socket(i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		wine_todo("Wine takes the option on any socket");
		page_says("WSAENOPROTOOPT", set(other, TRUE), "setsockopt, UDP over IPv%d", i ? 6 : 4);
		page_says("WSAENOPROTOOPT", get(other), "getsockopt, UDP over IPv%d", i ? 6 : 4);
		todo_end();
		closesocket(other);
	}
	other = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (other == INVALID_SOCKET) {
		page_skip("WSAENOPROTOOPT", "no right to make raw sockets", "setsockopt, raw");
	} else {
		BUT_WINE("Wine takes the option on any socket",
			 page_says("WSAENOPROTOOPT", set(other, TRUE), "setsockopt, raw"));
		closesocket(other);
	}

	statement("K24", "what is no socket is WSAENOTSOCK");
	other = stream();
	closesocket(other);
	page_says("WSAENOTSOCK", set(INVALID_SOCKET, TRUE), "setsockopt, INVALID_SOCKET");
	page_says("WSAENOTSOCK", get(INVALID_SOCKET), "getsockopt, INVALID_SOCKET");
	page_says("WSAENOTSOCK", set(other, TRUE), "setsockopt, a closed socket");
	page_says("WSAENOTSOCK", get(other), "getsockopt, a closed socket");
}

static void results_and_last_error(SOCKET s)
{
	DWORD value = 1;
	int length;

	statement("K27", "failure is SOCKET_ERROR and a last error; success leaves the last error 0");
	WSASetLastError(1234);
	value = 1;
	page_says_int(0, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, 4), "setsockopt's result");
	page_says_int(0, WSAGetLastError(), "the last error after it");
	WSASetLastError(1234);
	length = sizeof value;
	page_says_int(0, getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length), "getsockopt's result");
	page_says_int(0, WSAGetLastError(), "the last error after that");
	page_says_int(SOCKET_ERROR, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, NULL, 4), "the result of a failure");
	page_says_int(WSAEFAULT, WSAGetLastError(), "the last error then");
	page_says_int(WSAEFAULT, (int)GetLastError(), "GetLastError then");
}

static void connection_oriented(SOCKET s)
{
	statement("K42", "it is for connection-oriented protocols alone");
	page_says("success", set(s, TRUE), "TCP");
	page_skip("WSAENOPROTOOPT", "see K23", "UDP");
}

static void settled(void)
{
	SOCKET keep[16], s, pair[2];
	int kept = 0;

	statement("K37", "Vista and later: it can be set before connect and after, not while");
	s = stream();
	page_says("success", set(s, TRUE), "before");
	closesocket(s);
	tcp_pair(AF_INET, pair);
	page_says("success", set(pair[0], TRUE), "after");
	page_says("success", set(pair[1], TRUE), "on the accepted socket");
	close_pair(pair);

	statement("K38", "that holds for WSAConnect as for connect");
	{
		struct sockaddr_storage address;
		int length = sizeof address;
		u_long on = 1;

		s = pending_connect(keep, &kept);
		closesocket(s);
		getsockname(keep[0], (struct sockaddr *)&address, &length);
		s = stream();
		ioctlsocket(s, FIONBIO, &on);
		page_says("WSAEWOULDBLOCK",
			  outcome(WSAConnect(s, (struct sockaddr *)&address, length, NULL, NULL, NULL, NULL)),
			  "WSAConnect to a full listener");
		BUT_WINE("Wine sets it at any time",
			 page_says("WSAEINVAL", set(s, TRUE), "setsockopt while WSAConnect is pending"));
		closesocket(s);
		while (kept)
			closesocket(keep[--kept]);
	}

	statement("K39", "2000, XP and 2003: it can be set while a connect is pending");
	restart("WINSOCK_COMPAT_WINDOWS", "xp");
	while_connecting(false);
	restart("WINSOCK_COMPAT_WINDOWS", NULL);

	statement("K40", "getsockopt is not restricted while connecting");
	s = pending_connect(keep, &kept);
	page_says("FALSE", get(s), "getsockopt while connect is pending");
	closesocket(s);
	while (kept)
		closesocket(keep[--kept]);
}

static void dead(void)
{
	static const char graceful[] = "Wine takes an abortive close for one in good order here";
	struct linger at_once = { 1, 0 };
	SOCKET pair[2];
	char byte;

	statement("K25", "on a connection that timed out it is WSAENETRESET");
	page_skip("WSAENETRESET", "t/wire.c cuts a link for it", "setsockopt after the probes failed");

	statement("K26", "on a connection that was reset it is WSAENOTCONN");
	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[1]);
	BUT_WINE(graceful, page_says("WSAECONNRESET", outcome(recv(pair[0], &byte, 1, 0)), "recv meets the reset"));
	BUT_WINE("Wine forgets the reset", page_says("WSAENOTCONN", set(pair[0], TRUE), "setsockopt after it"));
	closesocket(pair[0]);
	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[1]);
	sleep_ms(50);
	BUT_WINE("Wine forgets the reset",
		 page_says("WSAENOTCONN", set(pair[0], TRUE), "setsockopt before any call met it"));
	BUT_WINE(graceful,
		 page_says("WSAECONNRESET", outcome(recv(pair[0], &byte, 1, 0)), "and recv still meets it"));
	closesocket(pair[0]);
}

static void defaults(void)
{
	SOCKET s = stream();

	statement("K28", "the first probe comes after 2 hours, the next every second");
	set(s, TRUE);
	KERNEL(7200, s, TCP, KEEPIDLE, "the idle time in the kernel, in seconds");
	KERNEL(1, s, TCP, KEEPINTVL, "the interval in the kernel, in seconds");

	statement("K29", "Vista and later send 10 probes, earlier ones 5");
	KERNEL(10, s, TCP, KEEPCNT, "the count in the kernel");
	wine_todo(no_tcp_options);
	page_says("10", get_tcp(s, TCP_KEEPCNT), "TCP_KEEPCNT");
	page_says("success", set_tcp(s, TCP_KEEPCNT, 5), "TCP_KEEPCNT of 5");
	page_says("5", get_tcp(s, TCP_KEEPCNT), "what it reads then");
	todo_end();
	KERNEL(5, s, TCP, KEEPCNT, "the count in the kernel then");
	wine_todo(no_tcp_options);
	page_says("WSAEINVAL", set_tcp(s, TCP_KEEPCNT, 256), "TCP_KEEPCNT of 256");
	page_says("5", get_tcp(s, TCP_KEEPCNT), "what that has done");
	page_says("success", set_tcp(s, TCP_KEEPCNT, 200), "TCP_KEEPCNT of 200");
	page_says("200", get_tcp(s, TCP_KEEPCNT), "what it reads after 200");
	todo_end();
	KERNEL_ABOVE(7200000 + 199000, s, "the time after which the kernel gives up, in ms, in place of a count");
	closesocket(s);

	restart("WINSOCK_COMPAT_WINDOWS", "xp");
	s = stream();
	set(s, TRUE);
	KERNEL(5, s, TCP, KEEPCNT, "the count in the kernel on XP");
	page_says("WSAENOPROTOOPT", get_tcp(s, TCP_KEEPCNT), "TCP_KEEPCNT on XP");
	closesocket(s);
	restart("WINSOCK_COMPAT_WINDOWS", NULL);

	statement("K30", "after failed probes the call in progress is WSAENETRESET, later ones WSAECONNRESET");
	page_skip("WSAENETRESET", "t/wire.c cuts a link for it", "recv in progress");
	page_skip("WSAECONNRESET", "t/wire.c cuts a link for it", "recv afterwards");
}

/* Sets one value of the registry and says what the kernel makes of it. */
#define REGISTRY(expected, variable, value, name, ...)                                                       \
	do {                                                                                                 \
		restart("WINSOCK_COMPAT_" variable, value);                                                  \
		SOCKET registry_socket = stream();                                                           \
		set(registry_socket, TRUE);                                                                  \
		KERNEL(expected, registry_socket, TCP, name, __VA_ARGS__);                                   \
		closesocket(registry_socket);                                                                \
		restart("WINSOCK_COMPAT_" variable, NULL);                                                   \
	} while (0)

static void registry(void)
{
	SOCKET s;

	statement("K31", "KeepAliveTime is the system's idle time, in ms");
	REGISTRY(2, "KeepAliveTime", "1500", KEEPIDLE, "1500 ms, in seconds");
	REGISTRY(1, "KeepAliveTime", "1", KEEPIDLE, "1 ms, in seconds");
	REGISTRY(32767, "KeepAliveTime", "0xffffffff", KEEPIDLE, "0xffffffff ms, in seconds");
	REGISTRY(1, "KeepAliveTime", "0", KEEPIDLE, "0, which is below the least, in seconds");

	statement("K32", "KeepAliveInterval is the system's interval, in ms");
	REGISTRY(3, "KeepAliveInterval", "2001", KEEPINTVL, "2001 ms, in seconds");
	REGISTRY(32767, "KeepAliveInterval", "0xffffffff", KEEPINTVL, "0xffffffff ms, in seconds");

	set_environment("WINSOCK_COMPAT_WINDOWS", "2003");
	statement("K33", "2000, XP and 2003 send the larger of two counts");
	set_environment("WINSOCK_COMPAT_PPTPTcpMaxDataRetransmissions", "3");
	REGISTRY(7, "TcpMaxDataRetransmissions", "7", KEEPCNT, "7 and 3");
	set_environment("WINSOCK_COMPAT_PPTPTcpMaxDataRetransmissions", "9");
	REGISTRY(9, "TcpMaxDataRetransmissions", "7", KEEPCNT, "7 and 9");

	statement("K34", "with a count of 0 no probe is sent");
	set_environment("WINSOCK_COMPAT_PPTPTcpMaxDataRetransmissions", "0");
	restart("WINSOCK_COMPAT_TcpMaxDataRetransmissions", "0");
	s = stream();
	page_says("success", set(s, TRUE), "setsockopt");
	page_says("TRUE", get(s), "what it reads then");
	KERNEL(0, s, SOL_SOCKET, SO_KEEPALIVE, "the kernel's own option, which would probe");
	page_says("success", set(s, FALSE), "switching off");
	page_says("FALSE", get(s), "what it reads after that");
	closesocket(s);

	statement("K35", "a count above 255 is 255");
	restart("WINSOCK_COMPAT_TcpMaxDataRetransmissions", "300");
	s = stream();
	set(s, TRUE);
	KERNEL(127, s, TCP, KEEPCNT, "the count in the kernel, which takes no more");
	KERNEL_ABOVE(7200000 + 254000, s, "the time after which the kernel gives up, in ms, in place of the count");
	closesocket(s);
	set_environment("WINSOCK_COMPAT_WINDOWS", NULL);
	set_environment("WINSOCK_COMPAT_PPTPTcpMaxDataRetransmissions", NULL);
	restart("WINSOCK_COMPAT_TcpMaxDataRetransmissions", NULL);

	statement("K36", "the system's values hold unless SIO_KEEPALIVE_VALS set others for the connection");
	s = stream();
	set_values(s, 1, 6000, 3000);
	set(s, FALSE);
	set(s, TRUE);
	KERNEL(6, s, TCP, KEEPIDLE, "the idle time after switching off and on");
	KERNEL(3, s, TCP, KEEPINTVL, "the interval after switching off and on");
	closesocket(s);
	s = stream();
	set(s, TRUE);
	KERNEL(7200, s, TCP, KEEPIDLE, "the idle time of another socket");
	closesocket(s);
}

static void values(void)
{
	static const struct tcp_keepalive accepted[] = {
		{ 1, 0, 0 }, { 1, 100, 100 }, { 1, 1000, 1000 }, { 1, 10000, 10000 }, { 0, 100, 100 },
	};
	static const ULONG large[] = { 40000000, 0xffffffff };
	SOCKET s = stream(), udp = new_socket(AF_INET, SOCK_DGRAM);
	WSAOVERLAPPED overlapped;
	DWORD bytes = 99;

	statement("K43", "SIO_KEEPALIVE_VALS is 0x98000004 and takes three ULONGs");
	page_says("0x98000004", words("%#lx", (unsigned long)SIO_KEEPALIVE_VALS), "the code");
	page_says_int(12, sizeof(struct tcp_keepalive), "the structure's size");
	page_says("success", set_values_all(s, 1, 1000, 1000, 12, &bytes, NULL), "WSAIoctl");
	page_says_int(0, bytes, "the bytes it returns");

	statement("K44", "less than the structure is WSAEFAULT");
	bytes = 99;
	page_says("WSAEFAULT", set_values_all(s, 1, 1000, 1000, 11, &bytes, NULL), "11 bytes");
	page_says_int(0, bytes, "the bytes then");
	bytes = 99;
	page_says("WSAEFAULT",
		  outcome(WSAIoctl(s, SIO_KEEPALIVE_VALS, NULL, 12, NULL, 0, &bytes, NULL, NULL)), "NULL");
	bytes = 99;
	memset(&overlapped, 0, sizeof overlapped);
	overlapped.Internal = 0xdead;
	page_says("WSAEFAULT", set_values_all(s, 1, 1000, 1000, 11, &bytes, &overlapped), "11 bytes, overlapped");
	page_says_int(99, bytes, "the bytes after the overlapped call");
	BUT_WINE("Wine leaves the structure alone",
		 page_says("0x103", words("%#lx", (unsigned long)overlapped.Internal), "its Internal: pending"));

	statement("K45", "no place for the byte count is WSAEFAULT");
	page_says("WSAEFAULT", set_values_all(s, 1, 1000, 1000, 12, NULL, NULL), "NULL");
	page_says("WSAEFAULT", set_values_all(s, 1, 1000, 1000, 12, NULL, &overlapped), "NULL, overlapped");

	statement("K46", "it switches SO_KEEPALIVE on and off");
	page_says("success", set_values(s, 1, 7000, 2000), "on");
	page_says("TRUE", get(s), "what getsockopt says then");
	KERNEL(7, s, TCP, KEEPIDLE, "the idle time in the kernel");
	KERNEL(2, s, TCP, KEEPINTVL, "the interval in the kernel");
	page_says("success", set_values(s, 0, 7000, 2000), "off");
	page_says("FALSE", get(s), "what getsockopt says after that");

	statement("K47", "times of 0, 100 and 10000 ms are taken");
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
		page_says("success",
			  set_values(s, accepted[i].onoff, accepted[i].keepalivetime, accepted[i].keepaliveinterval),
			  "{%lu, %lu, %lu}", (unsigned long)accepted[i].onoff,
			  (unsigned long)accepted[i].keepalivetime, (unsigned long)accepted[i].keepaliveinterval);

	statement("K48", "large times are taken");
	for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
		if (large[i] == 40000000)
			wine_todo("Wine hands the number on to a kernel that refuses it");
		page_says("success", set_values(s, 1, large[i], large[i]), "%lu ms", (unsigned long)large[i]);
		todo_end();
		KERNEL(32767, s, TCP, KEEPIDLE, "%lu ms in the kernel, which takes no more",
		       (unsigned long)large[i]);
	}

	statement("K49", "a datagram socket is WSAENOPROTOOPT");
	BUT_WINE("Wine says WSAEINVAL", page_says("WSAENOPROTOOPT", set_values(udp, 1, 1000, 1000), "UDP"));

	statement("K50", "what is no socket is WSAENOTSOCK");
	page_says("WSAENOTSOCK", set_values(INVALID_SOCKET, 1, 1000, 1000), "INVALID_SOCKET");

	statement("K51", "an overlapped call completes at once");
	memset(&overlapped, 0, sizeof overlapped);
	overlapped.Internal = overlapped.InternalHigh = 0xdead;
	bytes = 99;
	page_says("success", set_values_all(s, 1, 1000, 1000, 12, &bytes, &overlapped), "WSAIoctl");
	page_says("0", words("%#lx", (unsigned long)overlapped.Internal), "its Internal: success");
	page_says("0", words("%#lx", (unsigned long)overlapped.InternalHigh), "its InternalHigh: no bytes");
	BUT_WINE("Wine says 0 there too", page_says_int(99, bytes, "the byte count, which is left alone"));
	closesocket(udp);
	closesocket(s);
}

static void tcp_options(void)
{
	static const int names[] = { TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT };
	static const char *const text[] = { "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT" };
	SOCKET s = stream();
	DWORD value = 5;

	statement("K52", "TCP_KEEPIDLE is 3, TCP_KEEPINTVL 17, TCP_KEEPCNT 16; each takes a DWORD");
	page_says_int(3, TCP_KEEPIDLE, "TCP_KEEPIDLE's number");
	page_says_int(17, TCP_KEEPINTVL, "TCP_KEEPINTVL's number");
	page_says_int(16, TCP_KEEPCNT, "TCP_KEEPCNT's number");
	wine_todo(no_tcp_options);
	for (int i = 0; i < 3; i++) {
		page_says("success", set_tcp(s, names[i], 5), "%s, 4 bytes", text[i]);
		page_says("success, 0x5, length 4", get_all(s, IPPROTO_TCP, names[i], 4), "%s read", text[i]);
		page_says("success, 0x5, length 4", get_all(s, IPPROTO_TCP, names[i], 8), "%s read, 8 bytes",
			  text[i]);
		for (int length = 0; length <= 3; length++)
			page_says("WSAEFAULT", set_bytes(s, IPPROTO_TCP, names[i], &value, length), "%s, %d bytes",
				  text[i], length);
		for (int length = 1; length <= 3; length++)
			page_says("WSAEFAULT, 0xdeadbeef, length 0", get_all(s, IPPROTO_TCP, names[i], length),
				  "%s read, %d bytes", text[i], length);
	}
	todo_end();

	statement("K53", "milliseconds there, seconds here: what was given is read back");
	set_values(s, 1, 1500, 1500);
	KERNEL(2, s, TCP, KEEPIDLE, "1500 ms in the kernel, rounded up");
	wine_todo(no_tcp_options);
	page_says("2", get_tcp(s, TCP_KEEPIDLE), "1500 ms in whole seconds");
	page_says("success", set_tcp(s, TCP_KEEPIDLE, 40000), "TCP_KEEPIDLE of 40000");
	page_says("40000", get_tcp(s, TCP_KEEPIDLE), "what it reads then");
	todo_end();
	KERNEL(32767, s, TCP, KEEPIDLE, "40000 s in the kernel, which takes no more");
	closesocket(s);
}

static void user_timeout(void)
{
	SOCKET s = stream();

	set(s, TRUE);
	statement("K54", "TCP_USER_TIMEOUT is left alone otherwise");
	KERNEL(0, s, TCP, USER_TIMEOUT, "with a count of 10");
	closesocket(s);
}

static void rfc_1122(void)
{
	SOCKET s;

	statement("K59", "RFC 1122: off by default, and not under two hours");
	s = stream();
	KERNEL(0, s, SOL_SOCKET, SO_KEEPALIVE, "the kernel's option on a fresh socket");
	set(s, TRUE);
	KERNEL(7200, s, TCP, KEEPIDLE, "the idle time when it is switched on");
	closesocket(s);
}

static void quirks(void)
{
	int(WSAAPI * getter)(SOCKET, int, int, char *, int *) = getsockopt;
	int(WSAAPI * setter)(SOCKET, int, int, const char *, int) = setsockopt;
	SOCKET s = stream();
	DWORD value = 0;
	int length = sizeof value;

	statement("K55", "setsockopt takes an int for the length, getsockopt a pointer to one");
	page_says("success", outcome(setter(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&value, length)),
		  "setsockopt by such a pointer");
	page_says("success", outcome(getter(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length)),
		  "getsockopt by such a pointer");

	statement("K56", "setsockopt only reads the value");
	page_says("success", set_bytes(s, SOL_SOCKET, SO_KEEPALIVE, read_only_page(), 4), "from a read-only page");

	statement("K57", "the constant comes with winsock2.h");
#ifdef SO_KEEPALIVE
	page_says("defined", "defined", "SO_KEEPALIVE");
#else
	page_says("defined", "undefined", "SO_KEEPALIVE");
#endif
	closesocket(s);

	statement("K58", "Windows 2000 has it already");
	restart("WINSOCK_COMPAT_WINDOWS", "2000");
	s = stream();
	page_says("success", set(s, TRUE), "SO_KEEPALIVE");
	page_says("success", set_values(s, 1, 1000, 1000), "SIO_KEEPALIVE_VALS");
	closesocket(s);
	restart("WINSOCK_COMPAT_WINDOWS", NULL);
}

int main(void)
{
	SOCKET s;

	plan_lazy();
	set_environment("WINSOCK_COMPAT_MODE", NULL);
	winsock_start();
	section("mode page");
	constants();
	s = stream();
	lengths(s, true);
	results(s, true);
	closesocket(s);
	inheritance();
	uninitialised();
	network_down();
	s = stream();
	pointers(s);
	in_progress();
	levels_and_options(s);
	other_sockets(s);
	dead();
	results_and_last_error(s);
	closesocket(s);
	defaults();
	registry();
	settled();
	listening();
	s = stream();
	connection_oriented(s);
	closesocket(s);
	values();
	tcp_options();
	user_timeout();
	quirks();
	rfc_1122();

	section("mode windows");
	restart("WINSOCK_COMPAT_MODE", "windows");
	s = stream();
	lengths(s, false);
	results(s, false);
	closesocket(s);
	winsock_end();
	return done();
}
