/* accept and WSAAccept: the condition function, what it is told, and what its answers do. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <string.h>

static SOCKET listener;
static struct sockaddr_storage address;
static int address_length;

/* What the condition function is to answer, and what it saw. */
static int answer, asked;
static struct sockaddr_storage caller, callee;
static int caller_length, callee_length;
static DWORD_PTR context_seen;
static bool other_data;
static const char *inside[8];

static int CALLBACK condition(LPWSABUF caller_id, LPWSABUF caller_data, LPQOS socket_qos, LPQOS group_qos,
			      LPWSABUF callee_id, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
	asked++;
	caller_length = caller_id && caller_id->len <= sizeof caller ? (int)caller_id->len : 0;
	memcpy(&caller, caller_length ? caller_id->buf : "", caller_length);
	callee_length = callee_id && callee_id->len <= sizeof callee ? (int)callee_id->len : 0;
	memcpy(&callee, callee_length ? callee_id->buf : "", callee_length);
	other_data = (caller_data && caller_data->len) || socket_qos || group_qos;
	context_seen = context;
	return answer;
}

static int CALLBACK calling_condition(LPWSABUF caller_id, LPWSABUF caller_data, LPQOS socket_qos,
				      LPQOS group_qos, LPWSABUF callee_id, LPWSABUF callee_data, GROUP *group,
				      DWORD_PTR context)
{
	struct timeval at_once = { 0, 0 };
	WSADATA data;
	u_long waiting;
	DWORD one = 1;
	fd_set set;
	char byte;

	FD_ZERO(&set);
	FD_SET(listener, &set);
	inside[0] = outcome(accept(listener, NULL, NULL) == INVALID_SOCKET ? SOCKET_ERROR : 0);
	inside[1] = outcome(recv(listener, &byte, 1, 0));
	inside[2] = outcome(select(0, &set, NULL, NULL, &at_once));
	inside[3] = outcome(ioctlsocket(listener, FIONREAD, &waiting));
	inside[4] = outcome(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, (char *)&one, sizeof one));
	inside[5] = outcome(closesocket(listener));
	inside[6] = error_name(WSAStartup(MAKEWORD(2, 2), &data));
	inside[7] = outcome(WSACleanup());
	return CF_ACCEPT;
}

static SOCKET call(int family)
{
	SOCKET s = new_socket(family, SOCK_STREAM);

	if (connect(s, (struct sockaddr *)&address, address_length) != 0)
		bail("connect: %s", error_name(WSAGetLastError()));
	return s;
}

static void nonblocking(SOCKET s)
{
	u_long on = 1;

	ioctlsocket(s, FIONBIO, &on);
}

static bool is_readable(SOCKET s, int milliseconds)
{
	struct timeval wait = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, &set, NULL, NULL, &wait) == 1 && FD_ISSET(s, &set);
}

/* The socket, or the error's name. */
static SOCKET accepted;
static const char *take(struct sockaddr *name, int *length, LPCONDITIONPROC function)
{
	accepted = WSAAccept(listener, name, length, function, 4711);
	return accepted == INVALID_SOCKET ? outcome(SOCKET_ERROR) : "success";
}

/* Whether both sockets are ends of one connection. */
static bool are_connected(SOCKET a, SOCKET b)
{
	char byte = 0;

	return send(a, "x", 1, 0) == 1 && recv(b, &byte, 1, 0) == 1 && byte == 'x';
}

static bool same_name(SOCKET s, const struct sockaddr_storage *name, int length,
		      int(WSAAPI *getter)(SOCKET, struct sockaddr *, int *))
{
	struct sockaddr_storage own;
	int own_length = sizeof own;

	memset(&own, 0, sizeof own);
	return getter(s, (struct sockaddr *)&own, &own_length) == 0 && own_length == length &&
	       memcmp(&own, name, length) == 0;
}

static void open_listener(int family)
{
	listener = listening_socket(family, &address, &address_length);
	asked = 0;
}

static void accepts(int family)
{
	const char *v = family == AF_INET6 ? "IPv6" : "IPv4";
	struct sockaddr_storage name;
	int length = sizeof name;
	SOCKET client;

	open_listener(family);
	client = call(family);
	answer = CF_ACCEPT;
	memset(&name, 0, sizeof name);
	is_string("success", take((struct sockaddr *)&name, &length, condition), "%s, CF_ACCEPT", v);
	is_int(1, asked, "...the function was asked once");
	is_int(4711, context_seen, "...with its context");
	is_int(family, caller.ss_family, "...the caller's family");
	ok(same_name(client, &caller, caller_length, getsockname), "...the caller's address");
	if (family == AF_INET6)
		wine_todo("Wine gives the callee in a structure that is too small");
	is_int(family, callee.ss_family, "...the callee's family");
	ok(same_name(client, &callee, callee_length, getpeername), "...the callee's address");
	todo_end();
	ok(!other_data, "...and nothing else: TCP has no more");
	ok(same_name(client, &name, length, getsockname), "WSAAccept gives the caller's address too");
	ok(are_connected(client, accepted), "...and a connection");
	closesocket(accepted);
	closesocket(client);

	client = call(family);
	is_string("success", take(NULL, NULL, NULL), "%s, no function: as accept", v);
	ok(are_connected(client, accepted), "...a connection");
	closesocket(accepted);
	closesocket(client);
	closesocket(listener);
}

static void rejects(void)
{
	SOCKET client;
	char byte;

	open_listener(AF_INET);
	client = call(AF_INET);
	answer = CF_REJECT;
	is_string("WSAECONNREFUSED", take(NULL, NULL, condition), "CF_REJECT");
	wine_todo("Wine closes it in good order");
	fails(WSAECONNRESET, recv(client, &byte, 1, 0), "...the caller meets a reset");
	todo_end();
	closesocket(client);
	nonblocking(listener);
	is_string("WSAEWOULDBLOCK", take(NULL, NULL, condition), "...and is not offered again");
	closesocket(listener);
}

static void invalid(void)
{
	SOCKET client;

	open_listener(AF_INET);
	client = call(AF_INET);
	answer = 99;
	wine_todo("Wine says WSAENOTSOCK");
	is_string("WSAEINVAL", take(NULL, NULL, condition), "an answer that is none: WSAEINVAL");
	todo_end();
	closesocket(client);
	closesocket(listener);
}

static void defers(void)
{
	SOCKET first, second, accepted_first;

	open_listener(AF_INET);
	first = call(AF_INET);
	answer = CF_DEFER;
	is_string("WSATRY_AGAIN", take(NULL, NULL, condition), "CF_DEFER");
	wine_todo("Wine's select knows nothing of a connection that was put off");
	ok(is_readable(listener, 1000), "...select still says that there is a connection");
	todo_end();
	second = call(AF_INET);
	is_string("WSATRY_AGAIN", take(NULL, NULL, condition), "...and again");
	ok(same_name(first, &caller, caller_length, getsockname), "...the same caller");
	nonblocking(listener);
	answer = CF_ACCEPT;
	is_string("success", take(NULL, NULL, condition), "...until it is accepted");
	is_int(3, asked, "...the function was asked three times");
	ok(same_name(first, &caller, caller_length, getsockname), "...about the same caller");
	ok(are_connected(first, accepted), "...which is connected");
	accepted_first = accepted;
	is_string("success", take(NULL, NULL, condition), "the second caller comes after it");
	ok(are_connected(second, accepted), "...and is connected");
	is_string("WSAEWOULDBLOCK", take(NULL, NULL, condition), "there are no more");
	ok(!is_readable(listener, 0), "...as select says");
	closesocket(accepted);
	closesocket(accepted_first);
	closesocket(first);
	closesocket(second);

	first = call(AF_INET);
	is_readable(listener, 1000);
	answer = CF_DEFER;
	is_string("WSATRY_AGAIN", take(NULL, NULL, condition), "one that is put off");
	accepted = accept(listener, NULL, NULL);
	ok(accepted != INVALID_SOCKET && are_connected(first, accepted), "...is accept's");
	closesocket(accepted);
	closesocket(first);

	first = call(AF_INET);
	is_readable(listener, 1000);
	is_string("WSATRY_AGAIN", take(NULL, NULL, condition), "one that is put off");
	answer = CF_REJECT;
	is_string("WSAECONNREFUSED", take(NULL, NULL, condition), "...can be rejected");
	is_string("WSAEWOULDBLOCK", take(NULL, NULL, condition), "...and is gone then");
	closesocket(first);
	closesocket(listener);
}

/* Closing the listener ends what it put off. */
static void closes(void)
{
	SOCKET client;
	char byte;

	open_listener(AF_INET);
	client = call(AF_INET);
	answer = CF_DEFER;
	is_string("WSATRY_AGAIN", take(NULL, NULL, condition), "one that is put off");
	succeeds(closesocket(listener), "...and its listener is closed");
	ok(is_readable(client, 2000), "...the caller is told");
	wine_todo("Wine closes it in good order");
	fails(WSAECONNRESET, recv(client, &byte, 1, 0), "...by a reset");
	todo_end();
	closesocket(client);
}

static void in_progress(void)
{
	static const char *const names[] = { "accept",     "recv",        "select",     "ioctlsocket",
					     "setsockopt", "closesocket", "WSAStartup", "WSACleanup" };
	SOCKET client;

	open_listener(AF_INET);
	client = call(AF_INET);
	if (is_wine()) {
		skip(10, "Wine lets a condition function make calls, even close the listener");
	} else {
		is_string("success", take(NULL, NULL, calling_condition), "a function that makes calls");
		for (int i = 0; i < 8; i++)
			is_string("WSAEINPROGRESS", inside[i], "...%s: WSAEINPROGRESS", names[i]);
		ok(are_connected(client, accepted), "...and after it they work");
		closesocket(accepted);
	}
	closesocket(client);
	closesocket(listener);
}

static const char *accept_from(SOCKET s, struct sockaddr *name, int *length)
{
	accepted = accept(s, name, length);
	if (accepted == INVALID_SOCKET)
		return outcome(SOCKET_ERROR);
	closesocket(accepted);
	return "success";
}

static void errors(void)
{
	struct sockaddr_storage name;
	SOCKET udp = new_socket(AF_INET, SOCK_DGRAM), idle = new_socket(AF_INET, SOCK_STREAM), client;
	int length;

	is_string("WSAEOPNOTSUPP", accept_from(udp, NULL, NULL), "accept on UDP");
	is_string("WSAEINVAL", accept_from(idle, NULL, NULL), "accept without listen");
	is_string("WSAENOTSOCK", accept_from(INVALID_SOCKET, NULL, NULL), "accept on no socket");
	closesocket(udp);
	closesocket(idle);
	open_listener(AF_INET);
	client = call(AF_INET);
	length = 0;
	is_string("WSAEFAULT", accept_from(listener, (struct sockaddr *)&name, &length),
		  "no room for the name");
	is_int(0, length, "...the length stays");
	closesocket(client);
	client = call(AF_INET);
	length = sizeof(struct sockaddr_in) - 1;
	is_string("WSAEFAULT", accept_from(listener, (struct sockaddr *)&name, &length), "too little room");
	closesocket(client);
	nonblocking(listener);
	while (is_readable(listener, 50))
		accept_from(listener, NULL, NULL);
	is_string("WSAEWOULDBLOCK", accept_from(listener, NULL, NULL), "nobody calls");
	client = call(AF_INET);
	is_readable(listener, 1000);
	length = sizeof name;
	is_string("success", accept_from(listener, (struct sockaddr *)&name, &length), "somebody calls");
	is_int(sizeof(struct sockaddr_in), length, "...the length is the name's");
	closesocket(client);
	closesocket(listener);
}

/* An accepted socket is as blocking as its listener. */
static void inherits_mode(void)
{
	SOCKET client;
	char byte;

	open_listener(AF_INET);
	nonblocking(listener);
	client = call(AF_INET);
	is_readable(listener, 1000);
	is_string("success", take(NULL, NULL, NULL), "from a listener that does not block");
	fails(WSAEWOULDBLOCK, recv(accepted, &byte, 1, 0), "...comes a socket that does not");
	closesocket(accepted);
	closesocket(client);
	closesocket(listener);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	accepts(AF_INET);
	accepts(AF_INET6);
	rejects();
	invalid();
	defers();
	closes();
	in_progress();
	errors();
	inherits_mode();
	winsock_end();
	return done();
}
