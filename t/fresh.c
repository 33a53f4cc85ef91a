/* A socket is all that it should be to the first call that meets it after socket(), whichever that is.
 *
 * What is right is what the same call says of a socket that another call has met before. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include "net.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#ifdef __linux__
#include "kernel.h"
#include <fcntl.h>
#endif

static SOCKADDR_STORAGE loopback(int family)
{
	SOCKADDR_STORAGE address;
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

	memset(&address, 0, sizeof address);
	address.ss_family = (ADDRESS_FAMILY)family;
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr.s6_addr[15] = 1;
	return address;
}

static int size_of(int family)
{
	return family == AF_INET ? (int)sizeof(struct sockaddr_in) : (int)sizeof(struct sockaddr_in6);
}

static SOCKADDR_STORAGE listening; /* a listener's address, and one where nobody is */
static SOCKADDR_STORAGE nowhere;
static int length;
static char buffer[8];

static const char *get(SOCKET s, int level, int name)
{
	DWORD value = 0;
	int size = sizeof value;

	if (getsockopt(s, level, name, (char *)&value, &size) != 0)
		return outcome(SOCKET_ERROR);
	return words("%#lx", (unsigned long)value);
}

static const char *set(SOCKET s, int level, int name, DWORD value)
{
	const char *result = outcome(setsockopt(s, level, name, (char *)&value, sizeof value));

	return words("%s, %s", result, get(s, level, name));
}

#define GET(function, level, name)                                                                           \
	static const char *function(SOCKET s)                                                                \
	{                                                                                                    \
		return get(s, level, name);                                                                  \
	}
GET(get_keepalive, SOL_SOCKET, SO_KEEPALIVE)
GET(get_error, SOL_SOCKET, SO_ERROR)
GET(get_type, SOL_SOCKET, SO_TYPE)
GET(get_receive_time, SOL_SOCKET, SO_RCVTIMEO)
GET(get_listens, SOL_SOCKET, SO_ACCEPTCONN)
GET(get_reuse, SOL_SOCKET, SO_REUSEADDR)
GET(get_linger, SOL_SOCKET, SO_LINGER)
GET(get_nodelay, IPPROTO_TCP, TCP_NODELAY)
GET(get_fragments, IPPROTO_IP, IP_DONTFRAGMENT)
GET(get_loop, IPPROTO_IP, IP_MULTICAST_LOOP)
GET(get_only, IPPROTO_IPV6, IPV6_V6ONLY)

#define SET(function, level, name, value)                                                                    \
	static const char *function(SOCKET s)                                                                \
	{                                                                                                    \
		return set(s, level, name, value);                                                           \
	}
SET(set_keepalive, SOL_SOCKET, SO_KEEPALIVE, 1)
SET(set_receive_time, SOL_SOCKET, SO_RCVTIMEO, 7777)
SET(set_reuse, SOL_SOCKET, SO_REUSEADDR, 1)
SET(set_exclusive, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1)
SET(set_broadcast, SOL_SOCKET, SO_BROADCAST, 1)
SET(set_send_buffer, SOL_SOCKET, SO_SNDBUF, 22222)
SET(set_linger, SOL_SOCKET, SO_LINGER, 0x00090003)
SET(set_nodelay, IPPROTO_TCP, TCP_NODELAY, 1)
SET(set_fragments, IPPROTO_IP, IP_DONTFRAGMENT, 1)
SET(set_ttl, IPPROTO_IP, IP_TTL, 33)

static const char *get_protocol(SOCKET s)
{
	WSAPROTOCOL_INFOA information;
	int size = sizeof information;

	if (getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&information, &size) != 0)
		return outcome(SOCKET_ERROR);
	return words("%d %d %d", information.iAddressFamily, information.iSocketType, information.iProtocol);
}

static const char *name_of(SOCKET s)
{
	SOCKADDR_STORAGE name;
	int size = sizeof name, result = getsockname(s, (struct sockaddr *)&name, &size);

	return result ? outcome(result) : words("family %d", name.ss_family);
}

static const char *peer_of(SOCKET s)
{
	SOCKADDR_STORAGE name;
	int size = sizeof name;

	return outcome(getpeername(s, (struct sockaddr *)&name, &size));
}

static const char *bind_it(SOCKET s)
{
	SOCKADDR_STORAGE any = loopback(listening.ss_family);
	const char *first = outcome(bind(s, (struct sockaddr *)&any, length));

	return words("%s, then %s", first, outcome(bind(s, (struct sockaddr *)&any, length)));
}

static const char *connect_it(SOCKET s)
{
	const char *result = outcome(connect(s, (struct sockaddr *)&listening, length));

	return words("%s, then %s", result, peer_of(s));
}

static const char *connect_soon(SOCKET s)
{
	return outcome(WSAConnect(s, (struct sockaddr *)&listening, length, NULL, NULL, NULL, NULL));
}

static const char *listen_to_it(SOCKET s)
{
	return outcome(listen(s, 1));
}

static const char *accept_from_it(SOCKET s)
{
	return outcome(accept(s, NULL, NULL) == INVALID_SOCKET ? SOCKET_ERROR : 0);
}

static const char *receive(SOCKET s)
{
	return outcome(recv(s, buffer, sizeof buffer, 0) < 0 ? SOCKET_ERROR : 0);
}

static const char *receive_from(SOCKET s)
{
	return outcome(recvfrom(s, buffer, sizeof buffer, 0, NULL, NULL) < 0 ? SOCKET_ERROR : 0);
}

static const char *receive_buffers(SOCKET s)
{
	WSABUF part = { sizeof buffer, buffer };
	DWORD bytes, flags = 0;

	return outcome(WSARecv(s, &part, 1, &bytes, &flags, NULL, NULL));
}

static const char *transmit(SOCKET s)
{
	return outcome(send(s, buffer, sizeof buffer, 0) < 0 ? SOCKET_ERROR : 0);
}

static const char *transmit_to(SOCKET s)
{
	const char *result = outcome(
		sendto(s, buffer, sizeof buffer, 0, (struct sockaddr *)&nowhere, length) < 0 ? SOCKET_ERROR
											     : 0);

	return words("%s, %s", result, name_of(s));
}

static const char *transmit_buffers(SOCKET s)
{
	WSABUF part = { sizeof buffer, buffer };
	DWORD bytes;

	return outcome(WSASend(s, &part, 1, &bytes, 0, NULL, NULL));
}

static const char *shut_down(SOCKET s)
{
	return outcome(shutdown(s, SD_BOTH));
}

static const char *count_waiting(SOCKET s)
{
	u_long waiting = 99;
	const char *result = outcome(ioctlsocket(s, FIONREAD, &waiting));

	return words("%s, %lu", result, (unsigned long)waiting);
}

static const char *unblock(SOCKET s)
{
	u_long on = 1;
	const char *result = outcome(ioctlsocket(s, FIONBIO, &on));

	return words("%s, %s", result, outcome(connect(s, (struct sockaddr *)&listening, length)));
}

static const char *set_values(SOCKET s)
{
	struct tcp_keepalive values = { 1, 5000, 2000 };
	DWORD bytes;
	const char *result =
		outcome(WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL));

	return words("%s, %s", result, get_keepalive(s));
}

static const char *select_it(SOCKET s)
{
	struct timeval at_once = { 0, 0 };
	fd_set sets[3];
	int ready;

	for (int i = 0; i < 3; i++) {
		FD_ZERO(&sets[i]);
		FD_SET(s, &sets[i]);
	}
	ready = select(0, &sets[0], &sets[1], &sets[2], &at_once);
	if (ready < 0)
		return outcome(ready);
	return words("%s%s%s", FD_ISSET(s, &sets[0]) ? "read " : "", FD_ISSET(s, &sets[1]) ? "write " : "",
		     FD_ISSET(s, &sets[2]) ? "except " : "");
}

static const char *poll_it(SOCKET s)
{
	WSAPOLLFD polled = { .fd = s, .events = POLLRDNORM | POLLWRNORM };
	int ready = WSAPoll(&polled, 1, 0);

	return words("%s, %#x", outcome(ready < 0 ? ready : 0), (unsigned)polled.revents);
}

static const struct {
	const char *what;
	const char *(*call)(SOCKET s);
} calls[] = {
	{ "SO_KEEPALIVE", get_keepalive },
	{ "SO_ERROR", get_error },
	{ "SO_TYPE", get_type },
	{ "SO_RCVTIMEO", get_receive_time },
	{ "SO_ACCEPTCONN", get_listens },
	{ "SO_REUSEADDR", get_reuse },
	{ "SO_LINGER", get_linger },
	{ "TCP_NODELAY", get_nodelay },
	{ "IP_DONTFRAGMENT", get_fragments },
	{ "IP_MULTICAST_LOOP", get_loop },
	{ "IPV6_V6ONLY", get_only },
	{ "SO_PROTOCOL_INFO", get_protocol },
	{ "SO_KEEPALIVE set", set_keepalive },
	{ "SO_RCVTIMEO set", set_receive_time },
	{ "SO_REUSEADDR set", set_reuse },
	{ "SO_EXCLUSIVEADDRUSE set", set_exclusive },
	{ "SO_BROADCAST set", set_broadcast },
	{ "SO_SNDBUF set", set_send_buffer },
	{ "SO_LINGER set", set_linger },
	{ "TCP_NODELAY set", set_nodelay },
	{ "IP_DONTFRAGMENT set", set_fragments },
	{ "IP_TTL set", set_ttl },
	{ "SIO_KEEPALIVE_VALS", set_values },
	{ "FIONREAD", count_waiting },
	{ "FIONBIO", unblock },
	{ "getsockname", name_of },
	{ "getpeername", peer_of },
	{ "bind", bind_it },
	{ "connect", connect_it },
	{ "WSAConnect", connect_soon },
	{ "listen", listen_to_it },
	{ "accept", accept_from_it },
	{ "recv", receive },
	{ "recvfrom", receive_from },
	{ "WSARecv", receive_buffers },
	{ "send", transmit },
	{ "sendto", transmit_to },
	{ "WSASend", transmit_buffers },
	{ "shutdown", shut_down },
	{ "select", select_it },
	{ "WSAPoll", poll_it },
};

enum { CALLS = sizeof calls / sizeof *calls };

/* What the kernel has to know of a UDP socket before anything can come. */
static void is_furnished(SOCKET s, int family, const char *what)
{
#ifdef __linux__
	enum { IP = 0, IPV6 = 41, MTU_DISCOVER = 10, RECVERR = 11, ALL = 49, RECVERR6 = 25, ALL6 = 29 };
	int discovers = strcmp(what, "IP_DONTFRAGMENT set") == 0 ? 2 : 0;

	is_int(discovers, kernel_get(s, IP, MTU_DISCOVER), "...the kernel may fragment, or not");
	is_int(1, kernel_get(s, IP, RECVERR), "...it keeps ICMP messages");
	is_int(0, kernel_get(s, IP, ALL), "...of groups it takes those that are joined");
	if (family == AF_INET6) {
		is_int(1, kernel_get(s, IPV6, RECVERR6), "...so with IPv6: messages");
		is_int(0, kernel_get(s, IPV6, ALL6), "...groups");
	}
#else
	(void)s, (void)family, (void)what;
#endif
}

static bool is_open(SOCKET s)
{
#ifdef __linux__
	return syscall(SYS_fcntl, (int)s, F_GETFD) >= 0;
#else
	(void)s;
	return false;
#endif
}

/* Wine waits for a datagram to a socket that has no address. */
static bool waits(int call)
{
#ifdef __linux__
	(void)call;
	return false;
#else
	return strncmp(calls[call].what, "recv", 4) == 0 || strcmp(calls[call].what, "WSARecv") == 0;
#endif
}

static void first_calls(int family, int type)
{
	char kind[16];
	SOCKET kept[CALLS], untouched = new_socket(family, type), listener;
	struct sockaddr_storage name;
	char expected[128];
	int left = 0;

	snprintf(kind, sizeof kind, "%s, %s", type == SOCK_STREAM ? "TCP" : "UDP",
		 family == AF_INET ? "IPv4" : "IPv6");
	listener = listening_socket(family, &name, &length);
	memcpy(&listening, &name, sizeof listening);
	nowhere = loopback(family);
	((struct sockaddr_in *)&nowhere)->sin_port = htons(free_port(family, SOCK_DGRAM));
	length = size_of(family);
	for (int i = 0; i < CALLS; i++) {
		SOCKET met = new_socket(family, type);

		if (type == SOCK_DGRAM && waits(i)) {
			kept[i] = met;
			continue;
		}
		get_type(met);
		name_of(met);
		snprintf(expected, sizeof expected, "%s", calls[i].call(met));
		closesocket(met);
		kept[i] = new_socket(family, type);
		is_string(expected, calls[i].call(kept[i]), "%s: %s first", kind, calls[i].what);
		if (type == SOCK_DGRAM)
			is_furnished(kept[i], family, calls[i].what);
	}
	succeeds(closesocket(new_socket(family, type)), "%s: closesocket first", kind);
	closesocket(listener);

	winsock_end();
	for (int i = 0; i < CALLS; i++)
		left += is_open(kept[i]);
	is_int(0, left, "%s: WSACleanup closes those that were met", kind);
	ok(!is_open(untouched), "...and the one that was not");
	winsock_start();
	fails(WSAENOTSOCK, closesocket(untouched), "...which is no socket any more");
	fails(WSAENOTSOCK, closesocket(kept[0]), "...neither are those");
}

static void closing(void)
{
	SOCKET s = WSASocketA(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
	DWORD value;
	int size = sizeof value;

	succeeds(closesocket(s), "closesocket of a fresh socket");
	fails(WSAENOTSOCK, closesocket(s), "...a second time");
	fails(WSAENOTSOCK, getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &size), "...getsockopt");
	fails(WSAENOTSOCK, shutdown(s, SD_BOTH), "...shutdown");
	ok(!is_open(s), "...it is closed");
}

/* Two threads at once: each finds the note as the other has left it. */
enum { ROUNDS = 100 };

struct pair {
	SOCKET s;
	atomic_int ready;
	int result, error;
	bool closes;
};

static void meet(struct pair *pair)
{
	atomic_fetch_add(&pair->ready, 1);
	while (atomic_load(&pair->ready) < 2)
		;
}

static void other_first(void *argument)
{
	struct pair *pair = argument;
	DWORD value = 7777;

	meet(pair);
	if (pair->closes)
		pair->result = closesocket(pair->s);
	else
		pair->result = setsockopt(pair->s, SOL_SOCKET, SO_RCVTIMEO, (char *)&value, sizeof value);
	pair->error = WSAGetLastError();
}

/* A number is only the one that was closed as long as nobody makes a socket, so nobody does. */
static void two_first_calls(int type)
{
	static SOCKET kept[ROUNDS];
	const char *kind = type == SOCK_STREAM ? "TCP" : "UDP";
	int bad = 0, forgotten = 0, odd = 0, left = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct pair pair = { .s = new_socket(AF_INET, type) };
		struct task *task = task_start(other_first, &pair);
		struct linger value = { 1, 9 }, seen = { 0 };
		int size = sizeof seen;

		meet(&pair);
		bad += type == SOCK_STREAM
			       ? setsockopt(pair.s, SOL_SOCKET, SO_LINGER, (char *)&value, sizeof value) != 0
			       : strcmp(name_of(pair.s), "WSAEINVAL") != 0;
		if (!task_end(task, 20000))
			bail("a call hangs");
		bad += pair.result != 0;
		forgotten += strcmp(get_receive_time(pair.s), words("%#lx", 7777UL)) != 0;
		if (type == SOCK_STREAM) {
			getsockopt(pair.s, SOL_SOCKET, SO_LINGER, (char *)&seen, &size);
			forgotten += seen.l_onoff != 1 || seen.l_linger != 9;
		}
		kept[i] = pair.s;
	}
	is_int(0, bad, "%s: two first calls at once succeed", kind);
	is_int(0, forgotten, "...and neither undoes what the other has set");

	for (int i = 0; i < ROUNDS; i++) {
		struct pair pair = { .s = new_socket(AF_INET, type), .closes = true };
		struct task *task = task_start(other_first, &pair);
		const char *said;

		meet(&pair);
		said = set(pair.s, SOL_SOCKET, SO_RCVTIMEO, 7777);
		if (!task_end(task, 20000))
			bail("closesocket hangs");
		odd += pair.result != 0 || strcmp(get_receive_time(pair.s), "WSAENOTSOCK") != 0 ||
		       (strcmp(said, "success, 0x1e61") != 0 && strcmp(said, "success, WSAENOTSOCK") != 0 &&
			strcmp(said, "WSAENOTSOCK, WSAENOTSOCK") != 0);
	}
	is_int(0, odd, "...a closing and a first call at once: one comes before the other");

	winsock_end();
	for (int i = 0; i < ROUNDS; i++)
		left += is_open(kept[i]);
	is_int(0, left, "...WSACleanup closes them all");
	winsock_start();
}

/* A process that was forked ends the making for itself. */
static void forked(void)
{
#ifdef __linux__
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), other = new_socket(AF_INET, SOCK_DGRAM);
	int child, status = 0;

	fflush(stdout);
	child = (int)syscall(SYS_fork);
	if (child == 0) { /* which may say nothing but its status */
		bool good = strcmp(receive(s), "WSAEINVAL") == 0 && closesocket(other) == 0;

		winsock_end();
		syscall(SYS_exit_group, good && !is_open(s) && !is_open(other) ? 0 : 1);
	}
	syscall(SYS_wait4, child, &status, 0, NULL);
	is_int(0, status, "a forked process calls and closes its parent's fresh sockets");
	is_string("0x2", get_type(other), "...which stay the parent's");
	is_furnished(other, AF_INET, "SO_TYPE");
	succeeds(closesocket(s), "...to be closed");
	succeeds(closesocket(other), "...both");
#endif
}

int main(void)
{
	plan_lazy();
	winsock_start();
	first_calls(AF_INET, SOCK_STREAM);
	first_calls(AF_INET, SOCK_DGRAM);
	first_calls(AF_INET6, SOCK_STREAM);
	first_calls(AF_INET6, SOCK_DGRAM);
	closing();
	forked();
	two_first_calls(SOCK_STREAM);
	two_first_calls(SOCK_DGRAM);
	winsock_end();
	return done();
}
