/* The blocking hook of Winsock 1.1: what runs it, what it may do, how it cancels a call. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <string.h>

static SOCKET tcp[2], udp[2], listener, connecting;
static struct sockaddr_storage address, full_address; /* of the listener; of one that takes no more */
static int address_length, full_length;

static int calls;        /* of the hook */
static int cancel_after; /* that many; 0: never */
static bool was_blocking;

static int hook(void)
{
	calls++;
	was_blocking = WSAIsBlocking();
	if (calls == cancel_after && WSACancelBlockingCall() != 0)
		diag("WSACancelBlockingCall: %s", error_name(WSAGetLastError()));
	if (calls > 2000) /* it ran on and on: never hang */
		WSACancelBlockingCall();
	return FALSE;
}

static FARPROC set_hook(int (*function)(void))
{
	return WSASetBlockingHook((FARPROC)(void (*)(void))function);
}

/* The calls that block, each on something that is not ready. */
static const char *block_recv(void)
{
	char byte;

	return outcome(recv(tcp[0], &byte, 1, 0));
}

static const char *block_recvfrom(void)
{
	char byte;

	return outcome(recvfrom(udp[0], &byte, 1, 0, NULL, NULL));
}

static const char *block_accept(void)
{
	SOCKET s = accept(listener, NULL, NULL);

	if (s == INVALID_SOCKET)
		return outcome(SOCKET_ERROR);
	closesocket(s);
	return "success";
}

static const char *block_select(void)
{
	fd_set set;
	int ready;

	FD_ZERO(&set);
	FD_SET(tcp[0], &set);
	ready = select(0, &set, NULL, NULL, NULL);
	return ready > 0 ? "success" : outcome(ready);
}

static const char *block_send(void)
{
	static char data[1000000];
	int sent = 0;

	for (int i = 0; i < 20 && sent >= 0; i++)
		sent = send(tcp[0], data, sizeof data, 0);
	return outcome(sent);
}

static const char *block_connect(void)
{
	connecting = new_socket(AF_INET, SOCK_STREAM);
	return outcome(connect(connecting, (struct sockaddr *)&full_address, full_length));
}

/* What makes them ready, from another thread. */
static void ready_recv(void *unused)
{
	sleep_ms(50);
	send(tcp[1], "x", 1, 0);
}

static void ready_recvfrom(void *unused)
{
	sleep_ms(50);
	send(udp[1], "x", 1, 0);
}

static void ready_accept(void *unused)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	sleep_ms(50);
	connect(s, (struct sockaddr *)&address, address_length);
	closesocket(s);
}

static char drained[1 << 16];

static void ready_send(void *unused)
{
	fd_set set;
	struct timeval soon;

	sleep_ms(50);
	do { /* until nothing has come for a while */
		FD_ZERO(&set);
		FD_SET(tcp[1], &set);
		soon = (struct timeval){ 0, 300000 };
	} while (select(0, &set, NULL, NULL, &soon) == 1 && recv(tcp[1], drained, sizeof drained, 0) > 0);
}

static const struct {
	const char *name;
	const char *(*block)(void);
	void (*ready)(void *unused);
} operations[] = {
	{ "recv", block_recv, ready_recv },
	{ "recvfrom", block_recvfrom, ready_recvfrom },
	{ "accept", block_accept, ready_accept },
	{ "select", block_select, ready_recv },
	{ "send", block_send, ready_send },
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static void open_sockets(void)
{
	tcp_pair(AF_INET, tcp);
	udp_pair(AF_INET, udp);
	listener = listening_socket(AF_INET, &address, &address_length);
}

static void close_sockets(void)
{
	close_pair(tcp);
	close_pair(udp);
	closesocket(listener);
}

static void runs(void)
{
	for (int i = 0; i < OPERATIONS; i++) {
		struct task *task;

		open_sockets();
		calls = cancel_after = 0;
		was_blocking = false;
		task = task_start(operations[i].ready, NULL);
		is_string("success", operations[i].block(), "%s waits with a hook", operations[i].name);
		ok(calls > 0, "...which runs meanwhile");
		ok(was_blocking, "...and WSAIsBlocking is TRUE in it");
		is_int(FALSE, WSAIsBlocking(), "...and FALSE afterwards");
		ok(task_end(task, 10000), "...the other thread needs no hook");
		close_sockets();
	}
}

static void cancels(void)
{
	for (int i = 0; i < OPERATIONS; i++) {
		struct task *task;

		open_sockets();
		calls = 0;
		cancel_after = 3;
		is_string("WSAEINTR", operations[i].block(), "%s is cancelled", operations[i].name);
		is_int(3, calls, "...at once");
		is_int(FALSE, WSAIsBlocking(), "...and WSAIsBlocking is FALSE");
		cancel_after = 0;
		if (operations[i].block == block_send)
			ready_send(NULL); /* what went out before it was cancelled */
		task = task_start(operations[i].ready, NULL);
		is_string("success", operations[i].block(), "...the socket can be used afterwards");
		task_end(task, 10000);
		close_sockets();
	}
}

/* A connection to a listener whose queue is full waits for as long as one likes. */
static void connects(void)
{
	SOCKET full = bound_socket(AF_INET, SOCK_STREAM, &full_address, &full_length), fill[8];
	struct sockaddr_storage name;
	int length = sizeof name, filled = 0;
	bool is_full = false;

	listen(full, 0);
	while (filled < 8 && !is_full) {
		u_long on = 1;
		struct timeval soon = { 0, 100000 };
		fd_set set;

		fill[filled] = new_socket(AF_INET, SOCK_STREAM);
		ioctlsocket(fill[filled], FIONBIO, &on);
		connect(fill[filled], (struct sockaddr *)&full_address, full_length);
		FD_ZERO(&set);
		FD_SET(fill[filled++], &set);
		is_full = select(0, NULL, &set, NULL, &soon) == 0;
	}
	set_hook(hook);
	calls = 0;
	cancel_after = 3;
	is_string("WSAEINTR", block_connect(), "connect is cancelled");
	is_int(3, calls, "...at once");
	is_string("success", outcome(closesocket(connecting)), "...and the socket can be closed");
	calls = cancel_after = 0;
	connecting = new_socket(AF_INET, SOCK_STREAM);
	listener = listening_socket(AF_INET, &address, &address_length);
	is_string("success", outcome(connect(connecting, (struct sockaddr *)&address, address_length)),
		  "connect works with a hook");
	is_string("success", outcome(getpeername(connecting, (struct sockaddr *)&name, &length)), "...to the peer");
	closesocket(connecting);
	address_length = sizeof(struct sockaddr_in);
	((struct sockaddr_in *)&address)->sin_port = htons(free_port(AF_INET, SOCK_STREAM));
	connecting = new_socket(AF_INET, SOCK_STREAM);
	is_string("WSAECONNREFUSED", outcome(connect(connecting, (struct sockaddr *)&address, address_length)),
		  "connect to nobody is refused with a hook too");
	closesocket(connecting);
	closesocket(listener);
	WSAUnhookBlockingHook();
	while (filled)
		closesocket(fill[--filled]);
	closesocket(full);
}

/* What a hook must not do. */
static const char *call_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET ? outcome(SOCKET_ERROR) : "success";
}

static const char *call_wsasocket(void)
{
	return WSASocketA(AF_INET, SOCK_STREAM, 0, NULL, 0, 0) == INVALID_SOCKET ? outcome(SOCKET_ERROR) : "success";
}

static const char *call_closesocket(void)
{
	return outcome(closesocket(tcp[1]));
}

static const char *call_bind(void)
{
	return outcome(bind(tcp[1], (struct sockaddr *)&address, address_length));
}

static const char *call_listen(void)
{
	return outcome(listen(tcp[1], 1));
}

static const char *call_accept(void)
{
	return accept(listener, NULL, NULL) == INVALID_SOCKET ? outcome(SOCKET_ERROR) : "success";
}

static const char *call_wsaaccept(void)
{
	return WSAAccept(listener, NULL, NULL, NULL, 0) == INVALID_SOCKET ? outcome(SOCKET_ERROR) : "success";
}

static const char *call_connect(void)
{
	return outcome(connect(tcp[1], (struct sockaddr *)&address, address_length));
}

static const char *call_wsaconnect(void)
{
	return outcome(WSAConnect(tcp[1], (struct sockaddr *)&address, address_length, NULL, NULL, NULL, NULL));
}

static const char *call_send(void)
{
	return outcome(send(tcp[1], "x", 1, 0));
}

static const char *call_sendto(void)
{
	return outcome(sendto(udp[1], "x", 1, 0, NULL, 0));
}

static const char *call_recv(void)
{
	char byte;

	return outcome(recv(tcp[0], &byte, 1, 0));
}

static const char *call_recvfrom(void)
{
	char byte;

	return outcome(recvfrom(udp[0], &byte, 1, 0, NULL, NULL));
}

static const char *call_select(void)
{
	struct timeval at_once = { 0, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(tcp[1], &set);
	return outcome(select(0, NULL, &set, NULL, &at_once));
}

static const char *call_poll(void)
{
	WSAPOLLFD one = { .fd = tcp[1], .events = POLLOUT };

	return outcome(WSAPoll(&one, 1, 0));
}

static const char *call_shutdown(void)
{
	return outcome(shutdown(tcp[1], SD_SEND));
}

static const char *call_getsockname(void)
{
	struct sockaddr_storage name;
	int length = sizeof name;

	return outcome(getsockname(tcp[1], (struct sockaddr *)&name, &length));
}

static const char *call_getpeername(void)
{
	struct sockaddr_storage name;
	int length = sizeof name;

	return outcome(getpeername(tcp[1], (struct sockaddr *)&name, &length));
}

static const char *call_gethostname(void)
{
	char name[256];

	return outcome(gethostname(name, sizeof name));
}

static const char *call_ioctlsocket(void)
{
	u_long waiting;

	return outcome(ioctlsocket(tcp[1], FIONREAD, &waiting));
}

static const char *call_wsaioctl(void)
{
	DWORD waiting, bytes;

	return outcome(WSAIoctl(tcp[1], FIONREAD, NULL, 0, &waiting, sizeof waiting, &bytes, NULL, NULL));
}

static const char *set_option(int name)
{
	DWORD on = 1;

	return outcome(setsockopt(tcp[1], SOL_SOCKET, name, (char *)&on, sizeof on));
}

static const char *get_option(int name)
{
	DWORD on = 1;
	int length = sizeof on;

	return outcome(getsockopt(tcp[1], SOL_SOCKET, name, (char *)&on, &length));
}

static const char *call_set_keepalive(void)
{
	return set_option(SO_KEEPALIVE);
}

static const char *call_set_timeout(void)
{
	return set_option(SO_RCVTIMEO);
}

static const char *call_get_keepalive(void)
{
	return get_option(SO_KEEPALIVE);
}

static const char *call_get_error(void)
{
	return get_option(SO_ERROR);
}

static const char *call_startup(void)
{
	WSADATA data;

	return error_name(WSAStartup(MAKEWORD(1, 1), &data));
}

static const char *call_cleanup(void)
{
	return outcome(WSACleanup());
}

static const char *call_set_hook(void)
{
	return set_hook(hook) ? "success" : outcome(SOCKET_ERROR);
}

static const char *call_unhook(void)
{
	return outcome(WSAUnhookBlockingHook());
}

static const struct {
	const char *name;
	const char *(*call)(void);
} forbidden[] = {
	{ "socket", call_socket },
	{ "WSASocketA", call_wsasocket },
	{ "closesocket", call_closesocket },
	{ "bind", call_bind },
	{ "listen", call_listen },
	{ "accept", call_accept },
	{ "WSAAccept", call_wsaaccept },
	{ "connect", call_connect },
	{ "WSAConnect", call_wsaconnect },
	{ "send", call_send },
	{ "sendto", call_sendto },
	{ "recv", call_recv },
	{ "recvfrom", call_recvfrom },
	{ "select", call_select },
	{ "WSAPoll", call_poll },
	{ "shutdown", call_shutdown },
	{ "getsockname", call_getsockname },
	{ "getpeername", call_getpeername },
	{ "gethostname", call_gethostname },
	{ "ioctlsocket", call_ioctlsocket },
	{ "WSAIoctl", call_wsaioctl },
	{ "setsockopt of SO_KEEPALIVE", call_set_keepalive },
	{ "setsockopt of SO_RCVTIMEO", call_set_timeout },
	{ "getsockopt of SO_KEEPALIVE", call_get_keepalive },
	{ "getsockopt of SO_ERROR", call_get_error },
	{ "WSAStartup", call_startup },
	{ "WSACleanup", call_cleanup },
	{ "WSASetBlockingHook", call_set_hook },
	{ "WSAUnhookBlockingHook", call_unhook },
};
enum { FORBIDDEN = sizeof forbidden / sizeof *forbidden };

static const char *seen[FORBIDDEN];
static int allowed;

static int calling_hook(void)
{
	for (int i = 0; i < FORBIDDEN && calls == 0; i++)
		seen[i] = forbidden[i].call();
	if (calls == 0) {
		WSASetLastError(4711);
		allowed += WSAGetLastError() == 4711;
		allowed += htonl(1) == 0x01000000;
		allowed += inet_addr("127.0.0.1") == htonl(INADDR_LOOPBACK);
		allowed += strcmp(inet_ntoa((struct in_addr){ .s_addr = 0 }), "0.0.0.0") == 0;
	}
	return ++calls < 5 || (WSACancelBlockingCall(), FALSE); /* TRUE: it wants to run again */
}

static void closed_inside(void)
{
	open_sockets();
	calls = allowed = 0;
	set_hook(calling_hook);
	is_string("WSAEINTR", block_recv(), "a hook that makes calls");
	for (int i = 0; i < FORBIDDEN; i++)
		is_string("WSAEINPROGRESS", seen[i] ? seen[i] : "not called", "...%s: WSAEINPROGRESS",
			  forbidden[i].name);
	is_int(4, allowed, "...what does not need the network may be called");
	WSAUnhookBlockingHook();
	is_string("success", call_getsockname(), "after it, calls work");
	is_string("success", call_set_keepalive(), "after it, setsockopt works");
	close_sockets();
}

/* Each thread has its own hook. */
static char other[3][64];

static void other_thread(void *unused)
{
	sleep_ms(20);
	strcpy(other[0], WSAIsBlocking() ? "TRUE" : "FALSE");
	strcpy(other[1], call_get_keepalive());
	strcpy(other[2], outcome(WSACancelBlockingCall()));
	sleep_ms(30);
	send(tcp[1], "x", 1, 0);
}

static void own_receive(void *unused)
{
	strcpy(other[0], block_recv());
}

static void threads(void)
{
	struct task *task, *sender;

	open_sockets();
	set_hook(hook);
	calls = cancel_after = 0;
	task = task_start(other_thread, NULL);
	is_string("success", block_recv(), "a call of one thread blocks");
	ok(task_end(task, 5000), "...while another is at work");
	is_string("FALSE", other[0], "...there WSAIsBlocking is FALSE");
	is_string("success", other[1], "...its calls are not refused");
	is_string("WSAEINVAL", other[2], "...and it has no call to cancel");
	calls = 0;
	sender = task_start(ready_recv, NULL);
	task = task_start(own_receive, NULL);
	ok(task_end(task, 5000), "a thread without a hook receives");
	task_end(sender, 5000);
	is_string("success", other[0], "...as usual");
	is_int(0, calls, "...without that hook");
	WSAUnhookBlockingHook();
	close_sockets();
}

static void setting(void)
{
	FARPROC first = set_hook(hook), second;
	struct task *task;
	u_long on = 1;

	ok(first != NULL, "WSASetBlockingHook gives the hook that was there: the default one");
	second = WSASetBlockingHook(first);
	ok(second == (FARPROC)(void (*)(void))hook, "...or that of the program");
	open_sockets();
	calls = 0;
	task = task_start(ready_recv, NULL);
	is_string("success", block_recv(), "with the default hook back, recv");
	task_end(task, 5000);
	is_int(0, calls, "...calls no other");
	set_hook(hook);
	is_string("success", call_unhook(), "WSAUnhookBlockingHook");
	task = task_start(ready_recv, NULL);
	is_string("success", block_recv(), "...recv then");
	task_end(task, 5000);
	is_int(0, calls, "...calls none");
	is_string("WSAEFAULT", WSASetBlockingHook(NULL) ? "success" : outcome(SOCKET_ERROR),
		  "WSASetBlockingHook(NULL): WSAEFAULT");
	is_string("WSAEINVAL", outcome(WSACancelBlockingCall()), "WSACancelBlockingCall with nothing to cancel");

	set_hook(hook);
	calls = 0;
	ioctlsocket(tcp[0], FIONBIO, &on);
	is_string("WSAEWOULDBLOCK", block_recv(), "a non-blocking socket does not wait");
	is_int(0, calls, "...nor run the hook");
	on = 0;
	ioctlsocket(tcp[0], FIONBIO, &on);
	{
		DWORD timeout = 60;

		setsockopt(tcp[0], SOL_SOCKET, SO_RCVTIMEO, (char *)&timeout, sizeof timeout);
		is_string("WSAETIMEDOUT", block_recv(), "SO_RCVTIMEO ends a wait with a hook");
		ok(calls > 0, "...that ran");
	}
	WSAUnhookBlockingHook();
	close_sockets();
}

static void start(WORD version)
{
	WSADATA data;

	if (WSAStartup(version, &data) != 0)
		bail("WSAStartup");
}

int main(void)
{
	static const char *const stubs = "Wine takes a hook and never calls it";

	plan_lazy();
	start(MAKEWORD(2, 2));
	wine_todo(stubs);
	is_string("WSAEOPNOTSUPP", call_set_hook(), "Winsock 2 has no hooks: WSASetBlockingHook");
	is_string("WSAEOPNOTSUPP", call_unhook(), "...WSAUnhookBlockingHook");
	is_string("WSAEOPNOTSUPP", outcome(WSACancelBlockingCall()), "...WSACancelBlockingCall");
	todo_end();
	is_int(FALSE, WSAIsBlocking(), "...WSAIsBlocking is FALSE");
	winsock_end();
	wine_todo(stubs);
	is_string("WSANOTINITIALISED", call_unhook(), "without WSAStartup: WSANOTINITIALISED");
	todo_end();

	start(MAKEWORD(1, 1));
	if (is_wine()) {
		struct task *task;

		open_sockets();
		set_hook(hook);
		task = task_start(ready_recv, NULL);
		is_string("success", block_recv(), "recv waits with a hook");
		wine_todo(stubs);
		ok(calls > 0, "...which runs meanwhile");
		todo_end();
		task_end(task, 10000);
		close_sockets();
		winsock_end();
		return done();
	}
	setting();
	set_hook(hook);
	runs();
	cancels();
	WSAUnhookBlockingHook();
	connects();
	closed_inside();
	threads();
	winsock_end();
	return done();
}
