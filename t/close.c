/* closesocket, and the last WSACleanup, against the calls of other threads: each of them is woken, says so,
 * and gets nothing of whatever has the socket's number next. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>

#include "net.h"
#include "newer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <afunix.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <windows.h>
#include <unistd.h>
#include "kernel.h"
#else
#include <windows.h>
#define atomic_bool volatile bool
#define atomic_long volatile long
#endif

enum { OTHERS = 8, MINUTE = 60000, PATIENCE = 20000 };

/* A call that waits, in a thread of its own. */
struct scene {
	SOCKET s, other[OTHERS];
	int others;
	struct sockaddr_storage address; /* for connect */
	int length;
	const char *(*call)(struct scene *);
	char said[64];
	atomic_long thread;
};

static LPFN_WSARECVMSG receive_message;

static void start(WORD version)
{
	WSADATA data;

	if (WSAStartup(version, &data))
		bail("WSAStartup");
}

static const char *result(int count)
{
	static const char *const counts[] = { "0", "1" };

	return count < 0 ? error_name(WSAGetLastError()) : count < 2 ? counts[count] : "more";
}

static const char *accepting(struct scene *scene)
{
	return accept(scene->s, NULL, NULL) == INVALID_SOCKET ? error_name(WSAGetLastError()) : "accepted";
}

static char room[1 << 16];

static const char *receiving(struct scene *scene)
{
	char buffer[16];

	return result(recv(scene->s, buffer, sizeof buffer, 0));
}

static const char *receiving_all(struct scene *scene)
{
	char buffer[16];

	return result(recv(scene->s, buffer, sizeof buffer, MSG_WAITALL));
}

static const char *receiving_from(struct scene *scene)
{
	struct sockaddr_storage from;
	int length = sizeof from;
	char buffer[16];

	return result(recvfrom(scene->s, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length));
}

static const char *receiving_buffers(struct scene *scene)
{
	char buffer[16];
	WSABUF parts[2] = { { 4, buffer }, { 4, buffer + 4 } };
	DWORD bytes, flags = 0;

	return result(WSARecv(scene->s, parts, 2, &bytes, &flags, NULL, NULL));
}

static const char *receiving_message(struct scene *scene)
{
	char buffer[16];
	WSABUF part = { sizeof buffer, buffer };
	WSAMSG message = { .lpBuffers = &part, .dwBufferCount = 1 };
	DWORD bytes;

	return result(receive_message(scene->s, &message, &bytes, NULL, NULL));
}

static const char *sending(struct scene *scene)
{
	int sent;

	do
		sent = send(scene->s, room, sizeof room, 0);
	while (sent > 0);
	return result(sent);
}

static const char *selecting(struct scene *scene, int which)
{
	struct timeval time = { MINUTE / 1000, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(scene->s, &set);
	return result(select(0, which == 0 ? &set : NULL, which == 1 ? &set : NULL, which == 2 ? &set : NULL,
			     &time));
}

static const char *selecting_read(struct scene *scene)
{
	return selecting(scene, 0);
}

static const char *selecting_write(struct scene *scene)
{
	return selecting(scene, 1);
}

static const char *selecting_except(struct scene *scene)
{
	return selecting(scene, 2);
}

static const char *polling(struct scene *scene)
{
	WSAPOLLFD polled = { scene->s, POLLIN, 0 };
	const char *count = result(WSAPoll(&polled, 1, MINUTE));

	return !strcmp(count, "1") && polled.revents == POLLNVAL ? "POLLNVAL" : count;
}

static BOOL WINAPI idle_hook(void)
{
	return FALSE;
}

static const char *receiving_with_hook(struct scene *scene)
{
	const char *said;

	WSASetBlockingHook((FARPROC)(void (*)(void))idle_hook);
	said = receiving(scene);
	WSAUnhookBlockingHook();
	return said;
}

static const char *watching_addresses(struct scene *scene)
{
	DWORD bytes;

	return result(WSAIoctl(scene->s, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL, 0, &bytes, NULL, NULL));
}

/* What the scenes begin with. */
static void stream(struct scene *scene)
{
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	scene->s = pair[0];
	scene->other[scene->others++] = pair[1];
}

static void stream6(struct scene *scene)
{
	SOCKET pair[2];

	tcp_pair(AF_INET6, pair);
	scene->s = pair[0];
	scene->other[scene->others++] = pair[1];
}

static void timed_stream(struct scene *scene)
{
	DWORD time = MINUTE;

	stream(scene);
	setsockopt(scene->s, SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof time);
}

static void reset_stream(struct scene *scene)
{
	struct linger reset = { 1, 0 };

	stream(scene);
	setsockopt(scene->s, SOL_SOCKET, SO_LINGER, (char *)&reset, sizeof reset);
}

static void lingering_stream(struct scene *scene)
{
	struct linger five = { 1, 5 };

	stream(scene);
	setsockopt(scene->s, SOL_SOCKET, SO_LINGER, (char *)&five, sizeof five);
}

static void full_stream(struct scene *scene)
{
	u_long on = 1, off = 0;
	int sent;

	stream(scene);
	ioctlsocket(scene->s, FIONBIO, &on);
	do
		sent = send(scene->s, room, sizeof room, 0);
	while (sent > 0);
	ioctlsocket(scene->s, FIONBIO, &off);
}

static void datagram(struct scene *scene)
{
	scene->s = bound_socket(AF_INET, SOCK_DGRAM, &scene->address, &scene->length);
}

static void timed_datagram(struct scene *scene)
{
	DWORD time = MINUTE;

	datagram(scene);
	setsockopt(scene->s, SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof time);
}

static void connected_datagram(struct scene *scene)
{
	SOCKET pair[2];

	udp_pair(AF_INET, pair);
	scene->s = pair[0];
	scene->other[scene->others++] = pair[1];
}

static void listener(struct scene *scene)
{
	scene->s = listening_socket(AF_INET, &scene->address, &scene->length);
}

static void listener6(struct scene *scene)
{
	scene->s = listening_socket(AF_INET6, &scene->address, &scene->length);
}

static void idle_stream(struct scene *scene)
{
	scene->s = new_socket(AF_INET, SOCK_STREAM);
}

#ifdef __linux__
static const char *connecting(struct scene *scene)
{
	return result(connect(scene->s, (struct sockaddr *)&scene->address, scene->length));
}

/* Linux leaves those who meet a full queue unanswered, where Windows refuses them: this fills a listener's.
 */
static void fill_queue(struct scene *scene, int family)
{
	bool is_full = false;

	while (scene->others < OTHERS && !is_full) {
		struct timeval soon = { 0, 100000 };
		SOCKET s = new_socket(family, SOCK_STREAM);
		u_long on = 1;
		fd_set set;

		ioctlsocket(s, FIONBIO, &on);
		scene->other[scene->others++] = s;
		if (connect(s, (struct sockaddr *)&scene->address, scene->length) == 0)
			continue;
		FD_ZERO(&set);
		FD_SET(s, &set);
		is_full = family == AF_UNIX || select(0, NULL, &set, NULL, &soon) == 0;
	}
	if (!is_full)
		bail("the listener's queue never fills");
}

static void full_listener(struct scene *scene)
{
	scene->other[scene->others++] = bound_socket(AF_INET, SOCK_STREAM, &scene->address, &scene->length);
	listen(scene->other[0], 0);
	fill_queue(scene, AF_INET);
	scene->s = new_socket(AF_INET, SOCK_STREAM);
}

static void paused_listener(struct scene *scene)
{
	DWORD on = 1;

	listener(scene);
	if (setsockopt(scene->s, SOL_SOCKET, SO_PAUSE_ACCEPT, (char *)&on, sizeof on))
		bail("SO_PAUSE_ACCEPT: %s", error_name(WSAGetLastError()));
}

static int CALLBACK anybody(LPWSABUF caller, LPWSABUF caller_data, LPQOS socket_qos, LPQOS group_qos,
			    LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
	return CF_ACCEPT;
}

static const char *accepting_any(struct scene *scene)
{
	SOCKET s = WSAAccept(scene->s, NULL, NULL, anybody, 0);

	return s == INVALID_SOCKET ? error_name(WSAGetLastError()) : "accepted";
}

/* Without the privilege for raw sockets it would be a listener like any other. */
static void conditional_listener(struct scene *scene)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	SOCKET probe = socket(AF_INET, SOCK_RAW, 253);
	BOOL on = TRUE;

	scene->s = INVALID_SOCKET;
	if (probe == INVALID_SOCKET)
		return;
	closesocket(probe);
	scene->s = new_socket(AF_INET, SOCK_STREAM);
	if (setsockopt(scene->s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, (char *)&on, sizeof on) ||
	    bind(scene->s, (struct sockaddr *)&here, sizeof here) || listen(scene->s, 5))
		bail("SO_CONDITIONAL_ACCEPT: %s", error_name(WSAGetLastError()));
}

static SOCKET local_listener(struct scene *scene)
{
	static char directory[] = "/tmp/wsc-close-XXXXXX";
	struct sockaddr_un *name = (struct sockaddr_un *)&scene->address;
	SOCKET s = new_socket(AF_UNIX, SOCK_STREAM);

	strcpy(directory + sizeof directory - 7, "XXXXXX");
	if (!mkdtemp(directory))
		bail("mkdtemp");
	memset(name, 0, sizeof *name);
	name->sun_family = AF_UNIX;
	snprintf(name->sun_path, sizeof name->sun_path, "%s/socket", directory);
	scene->length = sizeof *name;
	if (bind(s, (struct sockaddr *)name, sizeof *name) || listen(s, 0))
		bail("AF_UNIX: %s", error_name(WSAGetLastError()));
	return s;
}

static void remove_local(struct scene *scene)
{
	struct sockaddr_un *name = (struct sockaddr_un *)&scene->address;

	if (name->sun_family != AF_UNIX)
		return;
	unlink(name->sun_path);
	*strrchr(name->sun_path, '/') = 0;
	rmdir(name->sun_path);
}

static void local_listening(struct scene *scene)
{
	scene->s = local_listener(scene);
}

static void local_full_listener(struct scene *scene)
{
	scene->other[scene->others++] = local_listener(scene);
	fill_queue(scene, AF_UNIX);
	scene->s = new_socket(AF_UNIX, SOCK_STREAM);
}

static void local_stream(struct scene *scene)
{
	scene->other[scene->others++] = local_listener(scene);
	scene->s = new_socket(AF_UNIX, SOCK_STREAM);
	if (connect(scene->s, (struct sockaddr *)&scene->address, scene->length))
		bail("AF_UNIX, connect: %s", error_name(WSAGetLastError()));
	scene->other[scene->others++] = accept(scene->other[0], NULL, NULL);
}

static void raw(struct scene *scene)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	scene->s = socket(AF_INET, SOCK_RAW, 253);
	if (scene->s != INVALID_SOCKET && bind(scene->s, (struct sockaddr *)&here, sizeof here))
		bail("bind of a raw socket: %s", error_name(WSAGetLastError()));
}

/* The loopback interface is asked for all that is not of IPv4, so that nothing comes. */
static void raw_all(struct scene *scene)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	DWORD on = RCVALL_ON, bytes;

	scene->s = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);
	if (scene->s == INVALID_SOCKET)
		return;
	if (bind(scene->s, (struct sockaddr *)&here, sizeof here))
		bail("bind of a raw socket: %s", error_name(WSAGetLastError()));
	if (WSAIoctl(scene->s, SIO_RCVALL_IGMPMCAST, &on, sizeof on, NULL, 0, &bytes, NULL, NULL)) {
		closesocket(scene->s);
		scene->s = INVALID_SOCKET;
	}
}
#endif

static void run(void *argument)
{
	struct scene *scene = argument;

#ifdef __linux__
	scene->thread = kernel_thread();
#else
	scene->thread = 1;
#endif
	snprintf(scene->said, sizeof scene->said, "%s", scene->call(scene));
}

/* Starts the call, and comes back when it waits. */
static struct task *begin(struct scene *scene)
{
	struct task *task = task_start(run, scene);
	long long end = now_ms() + PATIENCE;

	while (!scene->thread && now_ms() < end)
		sleep_ms(1);
#ifdef __linux__
	while (!kernel_waits(scene->thread) && now_ms() < end)
		sleep_ms(1);
#else
	sleep_ms(100);
#endif
	return task;
}

/* Sockets that come after, each with a datagram: they have the numbers that are free. */
enum { AFTER = 4 };

static void open_after(SOCKET after[AFTER])
{
	for (int i = 0; i < AFTER; i++) {
		struct sockaddr_storage address;
		int length;

		after[i] = bound_socket(AF_INET, SOCK_DGRAM, &address, &length);
		if (sendto(after[i], "foreign", 7, 0, (struct sockaddr *)&address, length) != 7)
			bail("sendto: %s", error_name(WSAGetLastError()));
	}
}

static void check_after(SOCKET after[AFTER], const char *name, const char *by)
{
	int whole = 0;

	for (int i = 0; i < AFTER; i++) {
		struct timeval time = { 5, 0 };
		char buffer[16];
		fd_set set;

		FD_ZERO(&set);
		FD_SET(after[i], &set);
		whole += select(0, &set, NULL, NULL, &time) == 1 &&
			 recv(after[i], buffer, sizeof buffer, 0) == 7;
		closesocket(after[i]);
	}
	is_int(AFTER, whole, "%s, %s: sockets made after that are left alone", name, by);
}

static const struct row {
	const char *name, *says;
	void (*prepare)(struct scene *);
	const char *(*call)(struct scene *);
} rows[] = {
	/* Where there is no other word: .NET's runtime is tested on Windows, in libraries/System.Net.Sockets,
	 * for AcceptGetsCanceledByDispose, ConnectGetsCanceledByDispose, TcpReceiveSendGetsCanceledByDispose
	 * and UdpReceiveGetsCanceledByDispose, with calls that block. */
	{ "accept", "WSAEINTR", listener, accepting },
	{ "accept, IPv6", "WSAEINTR", listener6, accepting },
	{ "recv", "WSAECONNABORTED", stream, receiving },
	{ "recv, IPv6", "WSAECONNABORTED", stream6, receiving },
	{ "recv, MSG_WAITALL", "WSAECONNABORTED", stream, receiving_all },
	{ "recv, SO_RCVTIMEO", "WSAECONNABORTED", timed_stream, receiving },
	{ "recv, SO_LINGER to reset", "WSAECONNABORTED", reset_stream, receiving },
	{ "recv, SO_LINGER", "WSAECONNABORTED", lingering_stream, receiving },
	{ "recv, blocking hook", "WSAECONNABORTED", stream, receiving_with_hook },
	{ "WSARecv", "WSAECONNABORTED", stream, receiving_buffers },
	{ "send", "WSAECONNABORTED", full_stream, sending },
	{ "recvfrom of UDP", "WSAEINTR", datagram, receiving_from },
	{ "recvfrom of UDP, SO_RCVTIMEO", "WSAEINTR", timed_datagram, receiving_from },
	{ "recv of connected UDP", "WSAEINTR", connected_datagram, receiving },
	{ "WSARecv of UDP", "WSAEINTR", datagram, receiving_buffers },
	{ "WSARecvMsg", "WSAEINTR", datagram, receiving_message },
	{ "select, to read", "1", stream, selecting_read },
	{ "select, to accept", "1", listener, selecting_read },
	{ "select, to read UDP", "1", datagram, selecting_read },
	{ "select, to write", "WSAENOTSOCK", full_stream, selecting_write },
	{ "select, for exceptions", "WSAENOTSOCK", stream, selecting_except },
	{ "select, of an idle stream", "1", idle_stream, selecting_read },
	{ "WSAPoll", "POLLNVAL", stream, polling },
	{ "WSAPoll of a listener", "POLLNVAL", listener, polling },
	{ "WSAPoll of UDP", "POLLNVAL", datagram, polling },
	{ "SIO_ADDRESS_LIST_CHANGE", "WSA_OPERATION_ABORTED", idle_stream, watching_addresses },
#ifdef __linux__
	{ "connect", "WSAENOTSOCK", full_listener, connecting },
	{ "accept, SO_PAUSE_ACCEPT", "WSAEINTR", paused_listener, accepting },
	{ "AF_UNIX, accept", "WSAEINTR", local_listening, accepting },
	{ "AF_UNIX, connect", "WSAENOTSOCK", local_full_listener, connecting },
	{ "AF_UNIX, recv", "WSAECONNABORTED", local_stream, receiving },
	{ "AF_UNIX, send", "WSAECONNABORTED", local_stream, sending },
	{ "AF_UNIX, select", "1", local_stream, selecting_read },
	{ "raw socket, recv", "WSAEINTR", raw, receiving },
	{ "SIO_RCVALL_IGMPMCAST, recv", "WSAEINTR", raw_all, receiving },
	{ "SIO_RCVALL_IGMPMCAST, select", "1", raw_all, selecting_read },
	{ "SIO_RCVALL_IGMPMCAST, select for exceptions", "WSAENOTSOCK", raw_all, selecting_except },
	{ "SIO_RCVALL_IGMPMCAST, WSAPoll", "POLLNVAL", raw_all, polling },
	{ "SO_CONDITIONAL_ACCEPT, WSAAccept", "WSAEINTR", conditional_listener, accepting_any },
	{ "SO_CONDITIONAL_ACCEPT, select", "1", conditional_listener, selecting_read },
	{ "SO_CONDITIONAL_ACCEPT, WSAPoll", "POLLNVAL", conditional_listener, polling },
#endif
};

enum ending { CLOSESOCKET, WSACLEANUP, ENDINGS };
static const char *const endings[ENDINGS] = { "closesocket", "the last WSACleanup" };

static void close_under(const struct row *row, enum ending ending)
{
	struct scene *scene = calloc(1, sizeof *scene);
	SOCKET after[AFTER];
	struct task *task;
	bool ended;

	start(row->call == receiving_with_hook ? 0x0101 : 0x0202); /* only the old one has hooks */
	scene->call = row->call;
	row->prepare(scene);
	if (scene->s == INVALID_SOCKET) {
		skip(4, "%s: not permitted", row->name);
		WSACleanup();
		free(scene);
		return;
	}
	task = begin(scene);
	if (ending == CLOSESOCKET) {
		succeeds(closesocket(scene->s), "%s: closesocket", row->name);
	} else {
		succeeds(WSACleanup(), "%s: WSACleanup", row->name);
		start(0x0202);
	}
	open_after(after);
	wine_may_differ("Wine's send never ends, and other calls have words that are not Winsock's");
	ended = ok(task_end(task, is_wine() ? PATIENCE / 8 : PATIENCE), "%s: %s wakes it", row->name,
		   endings[ending]);
	is_string(row->says, ended ? scene->said : "still waits", "%s, %s: what it says", row->name,
		  endings[ending]);
	todo_end();
	check_after(after, row->name, endings[ending]);
	for (int i = 0; i < scene->others; i++)
		closesocket(scene->other[i]);
#ifdef __linux__
	remove_local(scene);
#endif
	WSACleanup();
	if (ended)
		free(scene);
}

/* What the peer sees of it is what SO_LINGER says. */
static void peer_sees(void)
{
	static const struct {
		const char *name, *says;
		void (*prepare)(struct scene *);
	} closings[] = {
		{ "no SO_LINGER", "0", stream },
		{ "SO_LINGER to reset", "WSAECONNRESET", reset_stream },
		{ "SO_LINGER of a time", "0", lingering_stream },
	};

	for (size_t i = 0; i < sizeof closings / sizeof *closings; i++) {
		struct scene scene = { .call = receiving }, peer = { 0 };
		struct task *task;
		char buffer[4];

		closings[i].prepare(&scene);
		peer.s = scene.other[0];
		send(scene.s, "last", 4, 0);
		is_int(4, recv(peer.s, buffer, 4, 0), "%s: what was sent", closings[i].name);
		task = begin(&scene);
		send(scene.s, "more", 4, 0);
		if (scene.s != INVALID_SOCKET && strcmp(closings[i].says, "0"))
			recv(peer.s, buffer, 4, 0); /* a reset overtakes it */
		closesocket(scene.s);
		ok(task_end(task, PATIENCE), "%s: recv is woken", closings[i].name);
		if (!strcmp(closings[i].says, "0"))
			is_int(4, recv(peer.s, buffer, 4, 0), "%s: its peer gets what was sent last",
			       closings[i].name);
		wine_may_differ("Wine ends it in good order");
		is_string(closings[i].says, receiving(&peer), "%s: and then", closings[i].name);
		todo_end();
		closesocket(peer.s);
	}
}

/* A connection that WSADuplicateSocket has shared is not shut, but who waits for this descriptor is woken,
 * and takes nothing that is the other's. */
static void shared(void)
{
	static const struct {
		const char *name, *says;
		const char *(*call)(struct scene *);
	} waits[] = {
		{ "recv", "WSAECONNABORTED", receiving },
		{ "recv, MSG_WAITALL", "WSAECONNABORTED", receiving_all },
		{ "WSARecv", "WSAECONNABORTED", receiving_buffers },
		{ "send", "WSAECONNABORTED", sending },
		{ "select, to read", "1", selecting_read },
		{ "select, for exceptions", "WSAENOTSOCK", selecting_except },
		{ "WSAPoll", "POLLNVAL", polling },
	};

	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		struct scene scene = { .call = waits[i].call };
		WSAPROTOCOL_INFOA info;
		struct task *task;
		SOCKET copy;
		char buffer[4];

		stream(&scene);
		if (WSADuplicateSocketA(scene.s, GetCurrentProcessId(), &info))
			bail("WSADuplicateSocket: %s", error_name(WSAGetLastError()));
		copy = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
		task = begin(&scene);
		succeeds(closesocket(scene.s), "%s, shared: closesocket", waits[i].name);
		wine_may_differ("Wine has other words, or goes on");
		ok(task_end(task, PATIENCE), "...wakes it");
		is_string(waits[i].says, scene.said, "...which says so");
		send(scene.other[0], "data", 4, 0);
		is_int(4, recv(copy, buffer, 4, 0), "...what comes then is for the other descriptor");
		todo_end();
		closesocket(copy);
		closesocket(scene.other[0]);
	}
}

/* A call that waits for the program keeps the number, but nothing else. */
static atomic_bool asked, answer;

static int CALLBACK condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS socket_qos, LPQOS group_qos,
			      LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
	asked = true;
	for (int i = 0; !answer && i < PATIENCE; i++)
		sleep_ms(1);
	return CF_ACCEPT;
}

static const char *accepting_on_condition(struct scene *scene)
{
	SOCKET s = WSAAccept(scene->s, NULL, NULL, condition, 0);

	if (s == INVALID_SOCKET)
		return error_name(WSAGetLastError());
	closesocket(s);
	return "accepted";
}

static void closed_while_asked(void)
{
	struct scene scene = { .call = accepting_on_condition };
	SOCKET client = new_socket(AF_INET, SOCK_STREAM), next, more[3];
	struct sockaddr_storage name;
	int length = sizeof name, value = 1;
	struct task *task;
	bool taken = false;

	listener(&scene);
	asked = answer = false;
	task = task_start(run, &scene);
	connect(client, (struct sockaddr *)&scene.address, scene.length);
	for (int i = 0; !asked && i < PATIENCE; i++)
		sleep_ms(1);
	succeeds(closesocket(scene.s), "closesocket of a listener whose condition function runs");
	fails(WSAENOTSOCK, closesocket(scene.s), "...and again");
	fails(WSAENOTSOCK, getsockname(scene.s, (struct sockaddr *)&name, &length), "...getsockname");
	fails(WSAENOTSOCK, setsockopt(scene.s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, sizeof value),
	      "...setsockopt");
	fails(WSAENOTSOCK, listen(scene.s, 1), "...listen");
	next = new_socket(AF_INET, SOCK_STREAM);
	wine_may_differ("Wine keeps the port, sometimes");
	succeeds(bind(next, (struct sockaddr *)&scene.address, scene.length), "...its port is free");
	todo_end();
	for (int i = 0; i < 3; i++)
		taken = (more[i] = new_socket(AF_INET, SOCK_STREAM)) == scene.s || taken;
#ifdef __linux__
	ok(!taken && next != scene.s, "...and its number is not given to another while the call is there");
#endif
	answer = true;
	ok(task_end(task, PATIENCE), "...the call comes back");
	wine_may_differ("Wine accepts it");
	is_string("accepted", scene.said, "...with the connection that it has");
	todo_end();
	for (int i = 0; i < 3; i++)
		closesocket(more[i]);
	closesocket(next);
	closesocket(client);
}

/* A server that starts again finds its port free, though threads were waiting there. */
static void port_again(void)
{
	enum { ROUNDS = 20 };
	struct scene scene = { .call = accepting };
	int bound = 0;

	listener(&scene);
	for (int i = 0; i < ROUNDS; i++) {
		struct task *task;

		scene.thread = 0;
		scene.call = i % 2 ? selecting_read : accepting;
		task = begin(&scene);
		closesocket(scene.s);
		task_end(task, PATIENCE);
		scene.s = new_socket(AF_INET, SOCK_STREAM);
		bound += bind(scene.s, (struct sockaddr *)&scene.address, scene.length) == 0;
		listen(scene.s, 5);
	}
	closesocket(scene.s);
	is_int(ROUNDS, bound, "the port of a closed listener is free at once");
}

/* Many threads wait for one socket. */
static void many_wait(void)
{
	enum { MANY = 6 };
	struct scene scenes[MANY] = { { 0 } };
	struct task *tasks[MANY];
	int ended = 0, right = 0;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	for (int i = 0; i < MANY; i++) {
		scenes[i].s = pair[0];
		scenes[i].call = i % 2 ? selecting_read : receiving;
		tasks[i] = begin(&scenes[i]);
	}
	closesocket(pair[0]);
	for (int i = 0; i < MANY; i++) {
		ended += task_end(tasks[i], PATIENCE);
		right += !strcmp(scenes[i].said, i % 2 ? "1" : "WSAECONNABORTED");
	}
	is_int(MANY, ended, "all who wait for a socket are woken");
	wine_may_differ("Wine has other words");
	is_int(MANY, right, "...and say so");
	todo_end();
	closesocket(pair[1]);
}

#ifdef __linux__
/* Those who wait get nothing of the socket that has the number next, however soon. Each round gives the
 * number to a socket that has something to read, to accept or to write for. */
static void number_again(void)
{
	enum { ROUNDS = 2000, TRIES = 8 };
	const char *seconds = getenv("WSC_SECONDS");
	int rounds = seconds && atoi(seconds) > 3 ? ROUNDS : ROUNDS / 8, had = 0, wrong = 0, hanging = 0;
	static const struct {
		void (*prepare)(struct scene *);
		const char *(*call)(struct scene *), *says;
	} kinds[] = {
		{ stream, receiving, "WSAECONNABORTED" },
		{ datagram, receiving_from, "WSAEINTR" },
		{ listener, accepting, "WSAEINTR" },
		{ datagram, receiving_message, "WSAEINTR" },
		{ timed_stream, receiving, "WSAECONNABORTED" },
		{ stream, receiving_all, "WSAECONNABORTED" },
		{ full_stream, sending, "WSAECONNABORTED" },
		{ stream, selecting_except, "WSAENOTSOCK" },
		{ timed_datagram, receiving_from, "WSAEINTR" },
		{ stream, polling, "POLLNVAL" },
		{ datagram, polling, "POLLNVAL" },
		{ reset_stream, receiving, "WSAECONNABORTED" },
	};
	enum { KINDS = sizeof kinds / sizeof *kinds };

	for (int i = 0; i < rounds; i++) {
		struct scene scene = { .call = kinds[i % KINDS].call };
		SOCKET pair[2], next[TRIES];
		struct task *task;
		char buffer[16];

		kinds[i % KINDS].prepare(&scene);
		tcp_pair(AF_INET, pair);
		task = begin(&scene);
		closesocket(scene.s);
		for (int n = 0; n < TRIES; n++) {
			if (n % 2) { /* data on it is there before it has the number */
				struct sockaddr_storage address;
				int length;

				next[n] = bound_socket(AF_INET, SOCK_DGRAM, &address, &length);
				sendto(next[n], "foreign", 7, 0, (struct sockaddr *)&address, length);
			} else {
				next[n] = (SOCKET)syscall(SYS_dup, (int)pair[0]);
			}
			had += next[n] == scene.s;
		}
		send(pair[1], "foreign", 7, 0);
		hanging += !task_end(task, PATIENCE);
		if (strcmp(scene.said, kinds[i % KINDS].says) && wrong++ < 5)
			diag("round %d: expected %s, saw %s", i, kinds[i % KINDS].says, scene.said);
		if (recv(pair[0], buffer, sizeof buffer, 0) != 7 && wrong++ < 5)
			diag("round %d: data has gone", i);
		for (int n = 0; n < TRIES; n++) {
			if (n % 2 && recv(next[n], buffer, sizeof buffer, 0) != 7 && wrong++ < 5)
				diag("round %d: a datagram has gone", i);
			closesocket(next[n]);
		}
		for (int n = 0; n < scene.others; n++)
			closesocket(scene.other[n]);
		close_pair(pair);
	}
	is_int(0, hanging, "%d rounds: no call goes on", rounds);
	is_int(0, wrong, "...nor gets anything of the socket that has its number");
	diag("the number was had again at once in %d of %d rounds", had, rounds);
}

/* With no descriptor left there is none to stand at the number. */
static void no_descriptor(void)
{
	struct scene scene = { .call = receiving };
	struct rlimit limit, few;
	int full[256], count = 0;
	struct task *task;
	SOCKET again;

	stream(&scene);
	task = begin(&scene);
	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	few.rlim_cur = 256;
	setrlimit(RLIMIT_NOFILE, &few);
	while (count < 256 && (full[count] = (int)syscall(SYS_dup, 0)) >= 0)
		count++;
	succeeds(closesocket(scene.s), "closesocket with %d descriptors open, and none left", count);
	ok(task_end(task, PATIENCE), "...wakes recv");
	is_string("WSAECONNABORTED", scene.said, "...which says so");
	again = socket(AF_INET, SOCK_STREAM, 0);
	ok(again == scene.s, "...and its number is free");
	closesocket(again);
	while (count)
		syscall(SYS_close, full[--count]);
	setrlimit(RLIMIT_NOFILE, &limit);
	closesocket(scene.other[0]);
}

static int count_descriptors(void)
{
	int count = 0;

	for (int i = 0; i < 1024; i++)
		count += syscall(SYS_fcntl, i, 1) >= 0;
	return count;
}
#endif

int main(int count, char **arguments)
{
	plan_lazy();
	winsock_start();
	find_extension((GUID)WSAID_WSARECVMSG, &receive_message);
	WSACleanup();
#ifdef __linux__
	int descriptors = count_descriptors();
#endif
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (enum ending ending = 0; ending < ENDINGS; ending++)
			close_under(&rows[i], ending);
	winsock_start();
	peer_sees();
	if (!is_wine())
		shared();
	closed_while_asked();
	port_again();
	many_wait();
#ifdef __linux__
	number_again();
	no_descriptor();
#endif
	winsock_end();
#ifdef __linux__
	descriptors =
		count_descriptors() - descriptors; /* the library's thread has one, once it was needed */
	ok(descriptors == 0 || descriptors == 1, "no descriptor is left (%d more)", (int)descriptors);
#endif
	return done();
}
