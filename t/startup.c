/* WSAStartup and WSACleanup: versions, the count, and what every call says when it is 0. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <string.h>

static const char wine_looks_at_handles[] = "Wine looks at the handle only";

/* What is written into a WSADATA beforehand, to see what is left alone. */
static char *const vendor = (char *)0x1234;

static WSADATA filled(void)
{
	WSADATA data;

	memset(&data, 0xcc, sizeof data);
	data.lpVendorInfo = vendor;
	return data;
}

static const struct {
	int major, minor, error, got_major, got_minor;
} versions[] = {
	{ 0, 0, WSAVERNOTSUPPORTED, 2, 2 },
	{ 0, 1, WSAVERNOTSUPPORTED, 2, 2 },
	{ 0, 255, WSAVERNOTSUPPORTED, 2, 2 },
	{ 1, 0, 0, 1, 0 },
	{ 1, 1, 0, 1, 1 },
	{ 1, 5, 0, 1, 1 },
	{ 1, 255, 0, 1, 1 },
	{ 2, 0, 0, 2, 0 },
	{ 2, 1, 0, 2, 1 },
	{ 2, 2, 0, 2, 2 },
	{ 2, 9, 0, 2, 2 },
	{ 3, 0, 0, 2, 2 },
	{ 255, 255, 0, 2, 2 },
};

static void check_data(const WSADATA *data, int major, int minor, int asked_major, const char *version)
{
	int winsock_1 = asked_major == 1;

	is_hex(MAKEWORD(major, minor), data->wVersion, "%s: wVersion", version);
	is_hex(MAKEWORD(2, 2), data->wHighVersion, "%s: wHighVersion", version);
	is_string("WinSock 2.0", data->szDescription, "%s: szDescription", version);
	is_string("Running", data->szSystemStatus, "%s: szSystemStatus", version);
	is_int(winsock_1 ? 32767 : 0, data->iMaxSockets, "%s: iMaxSockets", version);
	is_int(winsock_1 ? 65467 : 0, data->iMaxUdpDg, "%s: iMaxUdpDg", version);
	ok(data->lpVendorInfo == vendor, "%s: lpVendorInfo is left alone", version);
}

static void every_version(void)
{
	for (unsigned i = 0; i < sizeof versions / sizeof *versions; i++) {
		const char *version = words("%d.%d", versions[i].major, versions[i].minor);
		WORD asked = MAKEWORD(versions[i].major, versions[i].minor);
		WSADATA data = filled();

		is_error(versions[i].error, WSAStartup(asked, &data), "%s", version);
		check_data(&data, versions[i].got_major, versions[i].got_minor, versions[i].major, version);
		if (versions[i].error) {
			is_error(WSAVERNOTSUPPORTED, WSAStartup(asked, NULL), "%s: NULL", version);
		} else {
			succeeds(WSACleanup(), "%s: WSACleanup", version);
			is_error(WSAEFAULT, WSAStartup(asked, NULL), "%s: NULL", version);
		}
		WSASetLastError(1);
		fails(WSANOTINITIALISED, WSACleanup(), "%s: nothing was started", version);
	}
}

/* WSAStartup with a bad pointer. */
struct attempt {
	WORD version;
	void *data;
	int error;
};

static void attempt(void *argument)
{
	struct attempt *try = argument;

	try->error = WSAStartup(try->version, try->data);
}

static void try_pointer(const char *name, void *data)
{
	static const WORD versions[] = { MAKEWORD(1, 1), MAKEWORD(2, 2), MAKEWORD(0, 5) };

	for (unsigned i = 0; i < sizeof versions / sizeof *versions; i++) {
		struct attempt try = { versions[i], data, 0 };
		bool crashed;

		if (data)
			wine_todo("Wine writes through bad pointers");
		crashed = crashes(attempt, &try);
		ok(!crashed, "%s: %d.%d: no crash", name, LOBYTE(versions[i]), HIBYTE(versions[i]));
		is_error(LOBYTE(versions[i]) ? WSAEFAULT : WSAVERNOTSUPPORTED, try.error, "%s: the error",
			 name);
		todo_end();
		fails(WSANOTINITIALISED, WSACleanup(), "%s: nothing was started", name);
	}
}

static void pointers(void)
{
	WSADATA *at_the_end = (WSADATA *)before_bad_page(sizeof *at_the_end);

	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++)
		try_pointer(bad->name, bad->pointer);
	try_pointer("memory that may not be written", read_only_page());
	try_pointer("memory that ends half way", (char *)at_the_end + sizeof *at_the_end / 2);
	is_error(0, WSAStartup(MAKEWORD(2, 2), at_the_end), "memory that just suffices");
	succeeds(WSACleanup(), "and its WSACleanup");
}

static void counting(void)
{
	WSADATA data;
	SOCKET s;

	is_error(0, WSAStartup(MAKEWORD(2, 2), &data), "the first start");
	s = new_socket(AF_INET, SOCK_STREAM);
	is_error(0, WSAStartup(MAKEWORD(1, 1), &data), "the second start, of another version");
	is_hex(MAKEWORD(1, 1), data.wVersion, "which it gets");
	is_error(WSAVERNOTSUPPORTED, WSAStartup(MAKEWORD(0, 1), &data), "a third that fails");
	is_error(WSAEFAULT, WSAStartup(MAKEWORD(2, 2), NULL), "a fourth that fails");
	succeeds(WSACleanup(), "one WSACleanup");
	fails(WSAEINVAL, listen(s, 1), "the socket lives on, though it is not bound");
	succeeds(WSACleanup(), "the last WSACleanup");
	fails(WSANOTINITIALISED, WSACleanup(), "one too many");
	fails(WSANOTINITIALISED, WSACleanup(), "another one too many");
	is_error(0, WSAStartup(MAKEWORD(2, 2), &data), "they do not count below 0");
	succeeds(WSACleanup(), "and its WSACleanup");
}

static void last_error(void)
{
	winsock_start();
	winsock_start();
	wine_todo("Wine's WSACleanup leaves the last error");
	for (int i = 0; i < 2; i++) {
		WSASetLastError(WSAEISCONN);
		WSACleanup();
		is_error(0, WSAGetLastError(), "WSACleanup %d clears the last error", i + 1);
	}
	todo_end();
}

/* Every call, with arguments that would be good were Winsock started. Each gives whether it failed. */
static struct sockaddr_in address;
static char buffer[512];
static int length;

#define CALL(name, failed)                                                                                   \
	static bool call_##name(SOCKET s)                                                                    \
	{                                                                                                    \
		return failed;                                                                               \
	}

CALL(accept, accept(s, NULL, NULL) == INVALID_SOCKET)
CALL(bind, bind(s, (struct sockaddr *)&address, sizeof address))
CALL(closesocket, closesocket(s))
CALL(connect, connect(s, (struct sockaddr *)&address, sizeof address))
CALL(gethostname, gethostname(buffer, sizeof buffer))
CALL(getpeername, getpeername(s, (struct sockaddr *)buffer, &length))
CALL(getsockname, getsockname(s, (struct sockaddr *)buffer, &length))
CALL(getsockopt, getsockopt(s, SOL_SOCKET, SO_TYPE, buffer, &length))
CALL(listen, listen(s, 1))
CALL(recv, recv(s, buffer, 1, 0) < 0)
CALL(recvfrom, recvfrom(s, buffer, 1, 0, NULL, NULL) < 0)
CALL(send, send(s, buffer, 1, 0) < 0)
CALL(setsockopt, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, buffer, 4))
CALL(shutdown, shutdown(s, SD_BOTH))
CALL(socket, socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET)

static bool call_getaddrinfo(SOCKET s)
{
	struct addrinfo *result = NULL;
	int error = getaddrinfo("127.0.0.1", NULL, NULL, &result);

	if (!error)
		freeaddrinfo(result);
	else if (error != WSAGetLastError())
		diag("getaddrinfo gave %s", error_name(error));
	return error;
}

static bool call_ioctlsocket(SOCKET s)
{
	u_long on = 1;

	return ioctlsocket(s, FIONBIO, &on);
}

static bool call_select(SOCKET s)
{
	struct timeval at_once = { 0, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, &set, NULL, NULL, &at_once) == SOCKET_ERROR;
}

static bool call_sendto(SOCKET s)
{
	return sendto(s, buffer, 1, 0, (struct sockaddr *)&address, sizeof address) < 0;
}

CALL(WSAAccept, WSAAccept(s, NULL, NULL, NULL, 0) == INVALID_SOCKET)

static bool call_WSAConnect(SOCKET s)
{
	return WSAConnect(s, (struct sockaddr *)&address, sizeof address, NULL, NULL, NULL, NULL);
}

static bool call_WSAIoctl(SOCKET s)
{
	DWORD bytes;
	u_long on = 1;

	return WSAIoctl(s, FIONBIO, &on, sizeof on, NULL, 0, &bytes, NULL, NULL);
}

static bool call_WSASocketA(SOCKET s)
{
	return WSASocketA(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED) == INVALID_SOCKET;
}

static bool call_WSASocketW(SOCKET s)
{
	return WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED) == INVALID_SOCKET;
}

static const struct call {
	const char *name;
	bool (*fails)(SOCKET s);
	bool other_on_wine; /* it is WSAENOTSOCK, or even succeeds */
	bool takes_socket;
} calls[] = {
	{ "accept", call_accept, true, true },
	{ "bind", call_bind, true, true },
	{ "closesocket", call_closesocket, false, true },
	{ "connect", call_connect, true, true },
	{ "getaddrinfo", call_getaddrinfo, true, false },
	{ "gethostname", call_gethostname, true, false },
	{ "getpeername", call_getpeername, true, true },
	{ "getsockname", call_getsockname, true, true },
	{ "getsockopt", call_getsockopt, true, true },
	{ "ioctlsocket", call_ioctlsocket, true, true },
	{ "listen", call_listen, true, true },
	{ "recv", call_recv, true, true },
	{ "recvfrom", call_recvfrom, true, true },
	{ "select", call_select, true, true },
	{ "send", call_send, true, true },
	{ "sendto", call_sendto, true, true },
	{ "setsockopt", call_setsockopt, true, true },
	{ "shutdown", call_shutdown, true, true },
	{ "socket", call_socket, false, false },
	{ "WSAAccept", call_WSAAccept, true, true },
	{ "WSAConnect", call_WSAConnect, true, true },
	{ "WSAIoctl", call_WSAIoctl, true, true },
	{ "WSASocketA", call_WSASocketA, false, false },
	{ "WSASocketW", call_WSASocketW, false, false },
};

static void try_calls(SOCKET s, const char *when)
{
	for (const struct call *call = calls; call < calls + sizeof calls / sizeof *calls; call++) {
		length = sizeof buffer;
		if (call->other_on_wine)
			wine_todo(wine_looks_at_handles);
		WSASetLastError(0);
		fails(WSANOTINITIALISED, call->fails(s) ? SOCKET_ERROR : 0, "%s: %s", when, call->name);
		todo_end();
	}
}

static void try_old_socket(SOCKET s, const char *which)
{
	for (const struct call *call = calls; call < calls + sizeof calls / sizeof *calls; call++) {
		if (!call->takes_socket)
			continue;
		length = sizeof buffer;
		WSASetLastError(0);
		fails(WSAENOTSOCK, call->fails(s) ? SOCKET_ERROR : 0, "%s: %s", which, call->name);
	}
}

/* These need nothing to be started. */
static void always(const char *when)
{
	struct in_addr loopback = { .s_addr = htonl(INADDR_LOOPBACK) };
	char bytes[16];
	fd_set set;

	WSASetLastError(WSAEALREADY);
	is_error(WSAEALREADY, WSAGetLastError(), "%s: the last error", when);
	is_hex(0x01020304, ntohl(htonl(0x01020304)), "%s: htonl, ntohl", when);
	is_hex(0x0102, ntohs(htons(0x0102)), "%s: htons, ntohs", when);
	is_hex(loopback.s_addr, inet_addr("127.0.0.1"), "%s: inet_addr", when);
	is_string("127.0.0.1", inet_ntoa(loopback), "%s: inet_ntoa", when);
	is_int(1, inet_pton(AF_INET6, "::1", bytes), "%s: inet_pton", when);
	ok(inet_ntop(AF_INET6, bytes, buffer, sizeof buffer), "%s: inet_ntop", when);
	is_string("::1", buffer, "%s: inet_ntop's text", when);
	FD_ZERO(&set);
	FD_SET(7, &set);
	ok(FD_ISSET(7, &set), "%s: FD_ISSET", when);
}

/* A peer sees that a socket was closed by the last WSACleanup. Here as there the descriptor is gone. */
static void sockets_end(void)
{
	struct sockaddr_storage name;
	SOCKET listener, s, pair[2];
	int size;

	winsock_start();
	listener = listening_socket(AF_INET, &name, &size);
	memcpy(&address, &name, sizeof address);
	tcp_pair(AF_INET6, pair);
	s = new_socket(AF_INET, SOCK_STREAM);
	try_old_socket(INVALID_SOCKET, "INVALID_SOCKET");
	succeeds(WSACleanup(), "the last WSACleanup, with sockets open");
	try_calls(listener, "after WSACleanup");
	try_calls(INVALID_SOCKET, "with INVALID_SOCKET");
	always("after WSACleanup");

	winsock_start();
	try_old_socket(listener, "the old listener");
	try_old_socket(pair[0], "the old connection");
	fails(WSAENOTSOCK, closesocket(s), "the old socket");
	s = new_socket(AF_INET, SOCK_STREAM);
	fails(WSAECONNREFUSED, connect(s, (struct sockaddr *)&name, size), "nobody listens any more");
	winsock_end();
}

int main(void)
{
	plan_lazy();
	try_calls(INVALID_SOCKET, "before WSAStartup");
	fails(WSANOTINITIALISED, WSACleanup(), "WSACleanup before WSAStartup");
	always("before WSAStartup");
	every_version();
	pointers();
	counting();
	last_error();
	sockets_end();
	return done();
}
