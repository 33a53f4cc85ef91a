/* What goes wrong around a program: no descriptor left, no memory, signals at any time, peers that vanish, and
 * connections of which only one end is left. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <afunix.h>
#include <mstcpip.h>
#include <mswsock.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "kernel.h"
#include "link.h"
#include "net.h"
#include "newer.h"

enum { PATIENCE = 20000 };

static const char *result(int count)
{
	return count < 0 ? error_name(WSAGetLastError()) : words("%d", count);
}

static const char *made(SOCKET s)
{
	if (s == INVALID_SOCKET)
		return error_name(WSAGetLastError());
	closesocket(s);
	return "a socket";
}

static int count_descriptors(void)
{
	int count = 0;

	for (int i = 0; i < 1024; i++)
		count += syscall(SYS_fcntl, i, 1) >= 0;
	return count;
}

static void set_nonblocking(SOCKET s, u_long on)
{
	if (ioctlsocket(s, FIONBIO, &on))
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
}

/* No descriptor left */

static int taken[256], taken_count;
static struct rlimit limit;

static void take_descriptors(void)
{
	struct rlimit few;

	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	few.rlim_cur = sizeof taken / sizeof *taken;
	setrlimit(RLIMIT_NOFILE, &few);
	while ((taken[taken_count] = (int)syscall(SYS_dup, 0)) >= 0)
		taken_count++;
}

static void give_descriptors(void)
{
	while (taken_count)
		syscall(SYS_close, taken[--taken_count]);
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int CALLBACK agree(LPWSABUF caller, LPWSABUF caller_data, LPQOS socket_qos, LPQOS group_qos, LPWSABUF callee,
			  LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
	return CF_ACCEPT;
}

static const char *ask(SOCKET s, DWORD code)
{
	static char room[1 << 14];
	DWORD bytes;

	return result(WSAIoctl(s, code, NULL, 0, room, sizeof room, &bytes, NULL, NULL));
}

static void no_descriptor(void)
{
	struct sockaddr_storage address, udp_address;
	int length, udp_length, before = count_descriptors(), one = 1;
	SOCKET listener, client, udp, tcp[2], idle, many[100], accepted;
	struct addrinfo *list, numeric = { .ai_flags = AI_NUMERICHOST };
	struct timeval soon = { 0, 10000 };
	struct {
		u_int count;
		SOCKET at[100];
	} set = { 0 };
	WSAPROTOCOL_INFOA info = { .iAddressFamily = AF_INET, .iSocketType = SOCK_STREAM, .iProtocol = IPPROTO_TCP };
	char byte;
	int right = 0;

	listener = listening_socket(AF_INET, &address, &length);
	client = new_socket(AF_INET, SOCK_STREAM);
	succeeds(connect(client, (struct sockaddr *)&address, length), "a connection waits to be accepted");
	udp = bound_socket(AF_INET, SOCK_DGRAM, &udp_address, &udp_length);
	tcp_pair(AF_INET, tcp);
	idle = new_socket(AF_INET, SOCK_STREAM);
	for (int i = 0; i < 100; i++)
		set.at[set.count++] = many[i] = new_socket(AF_INET, SOCK_DGRAM);
	take_descriptors();

	is_string("WSAEMFILE", made(socket(AF_INET, SOCK_STREAM, 0)), "no descriptor left: socket");
	is_string("WSAEMFILE", made(socket(AF_INET6, SOCK_DGRAM, 0)), "...of IPv6");
	is_string("WSAEMFILE", made(socket(AF_UNIX, SOCK_STREAM, 0)), "...of AF_UNIX");
	is_string("WSAEMFILE", made(WSASocketA(-1, -1, -1, &info, 0, WSA_FLAG_OVERLAPPED)), "WSASocketA");
	is_string("WSAEMFILE", made(accept(listener, NULL, NULL)), "accept");
	is_string("WSAEMFILE", made(WSAAccept(listener, NULL, NULL, agree, 0)), "WSAAccept");
	set_nonblocking(listener, 1);
	is_string("WSAEMFILE", made(accept(listener, NULL, NULL)), "accept that does not wait");
	set_nonblocking(listener, 0);
	is_int(0, select(0, (fd_set *)&set, NULL, NULL, &soon), "select of many");
	is_int(1, send(tcp[0], "x", 1, 0), "send");
	is_int(1, recv(tcp[1], &byte, 1, 0), "recv");
	is_int(1, sendto(udp, "x", 1, 0, (struct sockaddr *)&udp_address, udp_length), "sendto");
	is_int(1, recv(udp, &byte, 1, 0), "recv of a datagram");
	succeeds(setsockopt(tcp[0], SOL_SOCKET, SO_KEEPALIVE, (char *)&one, sizeof one), "setsockopt");
	is_string("WSAEMFILE", ask(idle, SIO_ADDRESS_LIST_QUERY), "SIO_ADDRESS_LIST_QUERY");
	is_string("WSAEMFILE", ask(idle, SIO_ADDRESS_LIST_CHANGE), "SIO_ADDRESS_LIST_CHANGE");
	is_string("WSAEMFILE", ask(udp, SIO_GET_INTERFACE_LIST), "SIO_GET_INTERFACE_LIST");
	ok(getaddrinfo("127.0.0.1", "80", &numeric, &list) == 0, "getaddrinfo of numbers");
	freeaddrinfo(list);
	list = NULL;
	ok(getaddrinfo("nobody.invalid", NULL, NULL, &list) != 0 && !list, "getaddrinfo of a name fails");
	fails(WSAEADDRINUSE, bind(idle, (struct sockaddr *)&address, length), "bind to a port that is taken");
	for (int i = 0; i < 100; i++)
		right += closesocket(many[i]) == 0;
	is_int(100, right, "all of them can be closed");
	for (int i = 0; i < 100; i++) /* the numbers that are free now are taken again */
		if ((taken[taken_count] = (int)syscall(SYS_dup, 0)) >= 0)
			taken_count++;
	succeeds(closesocket(tcp[0]), "closesocket of a connection");
	is_int(0, recv(tcp[1], &byte, 1, 0), "...which its peer sees");
	give_descriptors();

	accepted = accept(listener, NULL, NULL);
	ok(accepted != INVALID_SOCKET, "with descriptors again, accept gives the connection");
	is_int(1, send(client, "y", 1, 0), "...over which data goes");
	is_int(1, recv(accepted, &byte, 1, 0), "...and arrives");
	closesocket(accepted);
	closesocket(client);
	closesocket(listener);
	closesocket(udp);
	closesocket(tcp[1]);
	closesocket(idle);
	is_int(before, count_descriptors(), "no descriptor is left open");
}

static void no_descriptor_at_end(void)
{
	int before;

	WSACleanup();
	before = count_descriptors();
	winsock_start();
	for (int i = 0; i < 10; i++)
		new_socket(AF_INET, SOCK_STREAM);
	take_descriptors();
	succeeds(WSACleanup(), "the last WSACleanup with no descriptor left");
	give_descriptors();
	is_int(before, count_descriptors(), "...closes all");
	take_descriptors();
	winsock_start();
	give_descriptors();
	ok(true, "WSAStartup with no descriptor left");
}

/* No memory. The sanitizers have a malloc of their own. */

#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
static __thread long until_refusal; /* so many allocations succeed, and one fails; 0: all succeed */
static __thread bool refused, counts;
static atomic_long allocated;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *old);

static bool is_refused(void)
{
	if (!until_refusal || --until_refusal)
		return false;
	refused = true;
	errno = ENOMEM;
	return true;
}

static void *counted(void *memory)
{
	if (memory && counts)
		allocated++;
	return memory;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
	if (is_refused())
		return NULL;
	return old ? __libc_realloc(old, size) : counted(__libc_malloc(size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return is_refused() ? NULL : __libc_memalign(alignment, size); /* notes of sockets: never freed */
}

void free(void *old)
{
	if (old && counts)
		allocated--;
	__libc_free(old);
}

/* One call of a scene has failed; it may, for want of memory. */
static int strange;

static bool went(const char *what, int error)
{
	bool wanted = error == WSAENOBUFS || error == WSA_NOT_ENOUGH_MEMORY;

	if (!error)
		return true;
	if (!refused || !wanted) {
		if (strange++ < 5)
			diag("%s: %s%s", what, error_name(error), refused ? "" : ", and memory was there");
	}
	return false;
}

static bool did(const char *what, int result)
{
	return went(what, result < 0 ? WSAGetLastError() : 0);
}

static SOCKET opened(const char *what, SOCKET s)
{
	went(what, s == INVALID_SOCKET ? WSAGetLastError() : 0);
	return s;
}

static void use_options(SOCKET tcp, SOCKET udp, SOCKET udp6)
{
	struct ip_mreq group = { .imr_multiaddr.s_addr = inet_addr("239.1.2.3"),
				 .imr_interface.s_addr = htonl(INADDR_LOOPBACK) };
	struct ipv6_mreq group6 = { .ipv6mr_interface = 1 };
	int one = 1;

	group6.ipv6mr_multiaddr.s6_addr[0] = 0xff;
	group6.ipv6mr_multiaddr.s6_addr[1] = 0x01;
	group6.ipv6mr_multiaddr.s6_addr[15] = 0x77;
	did("SO_MAXDG or another that is only kept",
	    setsockopt(tcp, IPPROTO_TCP, TCP_EXPEDITED_1122, (char *)&one, sizeof one));
	did("TCP_NOSYNRETRIES", setsockopt(tcp, IPPROTO_TCP, TCP_NOSYNRETRIES, (char *)&one, sizeof one));
	did("UDP_RECV_MAX_COALESCED_SIZE",
	    setsockopt(udp, IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, (char *)&one, sizeof one));
	did("IP_ADD_MEMBERSHIP",
	    setsockopt(udp, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&group, sizeof group));
	did("IPV6_ADD_MEMBERSHIP",
	    setsockopt(udp6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&group6, sizeof group6));
	did("IP_DROP_MEMBERSHIP", refused ? 0
					  : setsockopt(udp, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&group,
						       sizeof group));
}

static void use_ioctls(SOCKET tcp, SOCKET udp)
{
	static const DWORD codes[] = { SIO_ADDRESS_LIST_QUERY, SIO_GET_INTERFACE_LIST };
	static char room[1 << 14];
	DWORD bytes;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		did("an ioctl", WSAIoctl(tcp, codes[i], NULL, 0, room, sizeof room, &bytes, NULL, NULL));
		did("an ioctl of UDP", WSAIoctl(udp, codes[i], NULL, 0, room, sizeof room, &bytes, NULL, NULL));
	}
	if (did("SIO_ADDRESS_LIST_QUERY",
		WSAIoctl(tcp, SIO_ADDRESS_LIST_QUERY, NULL, 0, room, sizeof room, &bytes, NULL, NULL)))
		did("SIO_ADDRESS_LIST_SORT",
		    WSAIoctl(tcp, SIO_ADDRESS_LIST_SORT, room, bytes, room, sizeof room, &bytes, NULL, NULL));
}

static void use_buffers(SOCKET from, SOCKET to)
{
	enum { PARTS = 40 };
	char data[PARTS] = { 0 };
	WSABUF parts[PARTS];
	DWORD bytes, flags = 0;

	for (int i = 0; i < PARTS; i++)
		parts[i] = (WSABUF){ 1, &data[i] };
	if (did("WSASend of many buffers", WSASend(from, parts, PARTS, &bytes, 0, NULL, NULL)))
		did("WSARecv of many buffers", WSARecv(to, parts, PARTS, &bytes, &flags, NULL, NULL));
}

static void use_names(void)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *list = NULL;
	char *text = NULL;
	int error = getaddrinfo("127.0.0.1", "80", &hints, &list);

	went("getaddrinfo", error);
	freeaddrinfo(list);
	list = NULL;
	counts = false; /* the system's resolver keeps some, and may call it a name that nobody has */
	getaddrinfo("localhost", NULL, NULL, &list);
	freeaddrinfo(list);
	counts = true;
	FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
		       NULL, WSAENOBUFS, 0, (char *)&text, 0, NULL);
	LocalFree(text);
}

static void use_select(SOCKET s)
{
	struct {
		u_int count;
		SOCKET at[200];
	} set = { 0 };
	struct timeval at_once = { 0, 0 };

	for (int i = 0; i < 200; i++)
		set.at[set.count++] = s;
	did("select of many", select(0, (fd_set *)&set, NULL, NULL, &at_once));
}

/* A listener whose connections wait in the note. */
static void use_pause(SOCKET listener, const struct sockaddr_storage *name, int length)
{
	SOCKET client = opened("socket of a client", socket(AF_INET, SOCK_STREAM, 0)), accepted;
	DWORD on = 1, off = 0;

	if (client == INVALID_SOCKET)
		return;
	if (did("connect", connect(client, (struct sockaddr *)name, length)) &&
	    did("SO_PAUSE_ACCEPT", setsockopt(listener, SOL_SOCKET, SO_PAUSE_ACCEPT, (char *)&on, sizeof on)) &&
	    did("SO_PAUSE_ACCEPT off", setsockopt(listener, SOL_SOCKET, SO_PAUSE_ACCEPT, (char *)&off, sizeof off))) {
		accepted = opened("accept", accept(listener, NULL, NULL));
		if (accepted != INVALID_SOCKET) {
			use_buffers(client, accepted);
			did("closesocket of what was accepted", closesocket(accepted));
		}
	}
	did("closesocket of the client", closesocket(client));
}

static void scene(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_storage bound;
	int length = sizeof bound, error;
	SOCKET s[4];
	WSADATA data;

	error = WSAStartup(0x202, &data);
	if (!went("WSAStartup", error))
		return;
	s[0] = opened("socket", socket(AF_INET, SOCK_STREAM, 0));
	s[1] = opened("socket of UDP", socket(AF_INET, SOCK_DGRAM, 0));
	s[2] = opened("socket of IPv6", socket(AF_INET6, SOCK_DGRAM, 0));
	s[3] = opened("another socket", socket(AF_INET, SOCK_STREAM, 0));
	if (s[0] != INVALID_SOCKET && s[1] != INVALID_SOCKET && s[2] != INVALID_SOCKET && s[3] != INVALID_SOCKET) {
		use_options(s[0], s[1], s[2]);
		use_ioctls(s[0], s[1]);
		use_select(s[1]);
		use_names();
		if (did("bind", bind(s[0], (struct sockaddr *)&name, sizeof name)) &&
		    did("listen", listen(s[0], 4)) &&
		    did("getsockname", getsockname(s[0], (struct sockaddr *)&bound, &length))) {
			int refusal = bind(s[3], (struct sockaddr *)&bound, length) ? WSAGetLastError() : 0;

			went("bind to a port that is taken", refusal == WSAEADDRINUSE ? 0 : refusal ? refusal : -1);
			use_pause(s[0], &bound, length);
		}
	}
	for (int i = 0; i < 4; i++)
		if (s[i] != INVALID_SOCKET)
			did("closesocket", closesocket(s[i]));
	did("WSACleanup", WSACleanup());
}

static void no_memory(void)
{
	enum { MOST = 5000 };
	int descriptors, n = 0, leaks = 0;

	WSACleanup();
	scene(); /* what is made once and kept */
	counts = false;
	is_int(0, strange, "the scene works with memory");
	strange = 0;
	descriptors = count_descriptors();
	do {
		refused = false;
		allocated = 0;
		counts = true;
		until_refusal = ++n;
		scene();
		until_refusal = 0;
		counts = false;
		if (allocated && leaks++ < 5)
			diag("allocation %d refused: %ld more than before", n, (long)allocated);
	} while (refused && n < MOST);
	ok(n > 20 && n < MOST, "memory refused once, in each of %d places", n - 1);
	is_int(0, strange, "...every call that fails for it says so, and the others do not fail");
	is_int(0, leaks, "...no memory is left");
	is_int(descriptors, count_descriptors(), "...no descriptor is left");
	winsock_start();
}
#else
static void no_memory(void)
{
	skip(5, "a sanitizer's malloc is not to be replaced");
}
#endif

/* Signals, a thousand a second, to the thread that waits: there is no EINTR for them on Windows, so each call goes
 * on, and for as long as it was to. */
enum { LATER = 100, TIME = 300 };
static atomic_long signals;

static void count_signal(int number)
{
	signals++;
}

static void begin_signals(void)
{
	struct sigaction action = { .sa_handler = count_signal };
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void end_signals(void)
{
	struct itimerval never = { 0 };

	setitimer(ITIMER_REAL, &never, NULL);
}

/* What another thread does a little later, undisturbed. */
struct later {
	void (*act)(struct later *);
	SOCKET s;
	const struct sockaddr_storage *name;
	int length;
	SOCKET more[8];
	int more_count;
};

static void act_later(void *argument)
{
	struct later *later = argument;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	sleep_ms(LATER);
	later->act(later);
}

static struct task *start_later(struct later *later)
{
	struct task *task;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	task = task_start(act_later, later);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return task;
}

static void send_ten(struct later *later)
{
	send(later->s, "0123456789", 10, 0);
}

static void send_slowly(struct later *later)
{
	for (int i = 0; i < 10; i++) {
		send(later->s, &"0123456789"[i], 1, 0);
		sleep_ms(10);
	}
}

static void connect_there(struct later *later)
{
	connect(later->s, (struct sockaddr *)later->name, later->length);
}

static void drain(struct later *later)
{
	static char room[1 << 16];
	int got;

	do
		got = recv(later->s, room, sizeof room, 0);
	while (got > 0);
}

static void accept_all(struct later *later)
{
	while (later->more_count < 2)
		later->more[later->more_count++] = accept(later->s, NULL, NULL);
}

static void close_it(struct later *later)
{
	closesocket(later->s);
}

static char outgoing[1 << 23];

static void signals_in(void)
{
	struct sockaddr_storage name, local = { 0 };
	struct sockaddr_un *path = (struct sockaddr_un *)&local;
	struct timeval time = { 0, TIME * 1000 };
	DWORD milliseconds = TIME, bytes, flags = 0;
	int length, nine = 0;
	struct later later = { 0 };
	struct task *task;
	SOCKET pair[2], listener, client, accepted, full, fill[4];
	char buffer[16];
	WSABUF part = { sizeof buffer, buffer };
	long long start;
	fd_set set;

	begin_signals();
	while (signals < 10) /* they come */
		;

	tcp_pair(AF_INET, pair);
	later = (struct later){ .act = send_ten, .s = pair[0] };
	task = start_later(&later);
	is_int(10, recv(pair[1], buffer, sizeof buffer, 0), "signals in recv");
	task_end(task, PATIENCE);
	task = start_later(&later);
	is_int(10, recv(pair[1], buffer, sizeof buffer, MSG_PEEK), "signals in recv, MSG_PEEK");
	recv(pair[1], buffer, sizeof buffer, 0);
	task_end(task, PATIENCE);
	later.act = send_slowly;
	task = start_later(&later);
	is_int(10, recv(pair[1], buffer, 10, MSG_WAITALL), "signals in recv, MSG_WAITALL");
	task_end(task, PATIENCE);
	later.act = send_ten;
	task = start_later(&later);
	is_string("0", result(WSARecv(pair[1], &part, 1, &bytes, &flags, NULL, NULL)), "signals in WSARecv");
	task_end(task, PATIENCE);
	task = start_later(&later);
	FD_ZERO(&set);
	FD_SET(pair[1], &set);
	is_string("1", result(select(0, &set, NULL, NULL, NULL)), "signals in select");
	recv(pair[1], buffer, sizeof buffer, 0);
	task_end(task, PATIENCE);
	start = now_ms();
	is_string("0", result(select(0, &set, NULL, NULL, &time)), "signals in select that has a time");
	ok(now_ms() - start >= TIME, "...which passes");
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds);
	start = now_ms();
	is_string("WSAETIMEDOUT", result(recv(pair[1], buffer, sizeof buffer, 0)), "signals in recv that has a time");
	ok(now_ms() - start >= TIME, "...which passes");
	later = (struct later){ .act = close_it, .s = pair[1] };
	milliseconds = PATIENCE;
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds);
	task = start_later(&later);
	is_string("WSAECONNABORTED", result(recv(pair[1], buffer, sizeof buffer, 0)), "signals in recv until closesocket");
	task_end(task, PATIENCE);
	closesocket(pair[0]);

	tcp_pair(AF_INET, pair);
	later = (struct later){ .act = drain, .s = pair[0] };
	task = start_later(&later);
	is_int(sizeof outgoing, send(pair[1], outgoing, sizeof outgoing, 0), "signals in send");
	closesocket(pair[1]);
	task_end(task, PATIENCE);
	closesocket(pair[0]);

	tcp_pair(AF_INET, pair);
	milliseconds = TIME;
	setsockopt(pair[1], SOL_SOCKET, SO_SNDTIMEO, (char *)&milliseconds, sizeof milliseconds);
	set_nonblocking(pair[1], 1);
	while (send(pair[1], outgoing, sizeof outgoing, 0) > 0)
		;
	set_nonblocking(pair[1], 0);
	start = now_ms();
	is_string("WSAETIMEDOUT", result(send(pair[1], outgoing, 1 << 16, 0)), "signals in send that has a time");
	ok(now_ms() - start >= TIME, "...which passes");
	close_pair(pair);

	udp_pair(AF_INET, pair);
	later = (struct later){ .act = send_ten, .s = pair[0] };
	task = start_later(&later);
	is_int(10, recvfrom(pair[1], buffer, sizeof buffer, 0, NULL, NULL), "signals in recvfrom");
	task_end(task, PATIENCE);
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds);
	start = now_ms();
	is_string("WSAETIMEDOUT", result(recv(pair[1], buffer, sizeof buffer, 0)), "signals in recv of UDP that has a time");
	ok(now_ms() - start >= TIME, "...which passes");
	close_pair(pair);

	listener = listening_socket(AF_INET, &name, &length);
	client = new_socket(AF_INET, SOCK_STREAM);
	later = (struct later){ .act = connect_there, .s = client, .name = &name, .length = length };
	task = start_later(&later);
	accepted = accept(listener, NULL, NULL);
	ok(accepted != INVALID_SOCKET, "signals in accept");
	task_end(task, PATIENCE);
	closesocket(accepted);
	closesocket(client);
	later = (struct later){ .act = close_it, .s = listener };
	task = start_later(&later);
	is_string("WSAEINTR", made(accept(listener, NULL, NULL)), "signals in accept until closesocket");
	task_end(task, PATIENCE);

	full = bound_socket(AF_INET, SOCK_STREAM, &name, &length);
	listen(full, 0);
	for (int i = 0; i < 1; i++) {
		fill[i] = new_socket(AF_INET, SOCK_STREAM);
		connect(fill[i], (struct sockaddr *)&name, length);
	}
	client = new_socket(AF_INET, SOCK_STREAM);
	later = (struct later){ .act = accept_all, .s = full };
	task = start_later(&later);
	is_string("0", result(connect(client, (struct sockaddr *)&name, length)), "signals in connect");
	task_end(task, PATIENCE);
	for (int i = 0; i < 1; i++)
		closesocket(fill[i]);
	while (later.more_count)
		closesocket(later.more[--later.more_count]);
	closesocket(client);
	closesocket(full);

	path->sun_family = AF_UNIX;
	snprintf(path->sun_path, sizeof path->sun_path, "/tmp/wsc-faults-%d", (int)getpid());
	full = new_socket(AF_UNIX, SOCK_STREAM);
	if (bind(full, (struct sockaddr *)path, sizeof *path) || listen(full, 0))
		bail("AF_UNIX: %s", error_name(WSAGetLastError()));
	fill[0] = new_socket(AF_UNIX, SOCK_STREAM);
	connect(fill[0], (struct sockaddr *)path, sizeof *path);
	client = new_socket(AF_UNIX, SOCK_STREAM);
	later = (struct later){ .act = accept_all, .s = full };
	task = start_later(&later);
	is_string("0", result(connect(client, (struct sockaddr *)path, sizeof *path)), "signals in connect of AF_UNIX");
	task_end(task, PATIENCE);
	nine += send(client, "123456789", 9, 0);
	nine += later.more_count == 2 ? recv(later.more[1], buffer, sizeof buffer, 0) : 0;
	is_int(18, nine, "...which leads to the listener");
	while (later.more_count)
		closesocket(later.more[--later.more_count]);
	closesocket(fill[0]);
	closesocket(client);
	closesocket(full);
	unlink(path->sun_path);

	client = new_socket(AF_INET, SOCK_STREAM);
	later = (struct later){ .act = close_it, .s = client };
	task = start_later(&later);
	is_string("WSA_OPERATION_ABORTED", ask(client, SIO_ADDRESS_LIST_CHANGE),
		  "signals in SIO_ADDRESS_LIST_CHANGE until closesocket");
	task_end(task, PATIENCE);
	end_signals();
	ok(signals > 500, "signals came all the time: %ld", (long)signals);
}

/* One end of a connection is gone, as if its host had been started anew: the kernel is told not to say so. */
static void vanish(SOCKET s)
{
	enum { KERNEL_TCP_REPAIR = 19 };

	if (kernel_set(s, KERNEL_TCP, KERNEL_TCP_REPAIR, 1) < 0)
		bail("TCP_REPAIR: %s", strerror(errno));
	closesocket(s);
}

static void half_open(void)
{
	DWORD milliseconds = TIME;
	struct linger second = { 1, 1 };
	char buffer[4];
	SOCKET pair[2];
	struct later later;
	struct task *task;
	fd_set set;

	tcp_pair(AF_INET, pair);
	vanish(pair[1]);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds);
	is_string("WSAETIMEDOUT", result(recv(pair[0], buffer, 4, 0)), "a half-open connection: recv hears nothing");
	is_string("4", result(send(pair[0], "text", 4, 0)), "...send does not know it yet");
	FD_ZERO(&set);
	FD_SET(pair[0], &set);
	is_string("1", result(select(0, &set, NULL, NULL, NULL)), "...but the answer makes it readable");
	is_string("WSAECONNRESET", result(recv(pair[0], buffer, 4, 0)), "...recv");
	is_string("WSAECONNRESET", result(send(pair[0], "text", 4, 0)), "...send");
	is_string("WSAECONNRESET", result(recv(pair[0], buffer, 4, 0)), "...recv again");
	succeeds(closesocket(pair[0]), "...closesocket");

	tcp_pair(AF_INET, pair);
	vanish(pair[1]);
	later = (struct later){ .act = send_ten, .s = pair[0] };
	task = start_later(&later);
	is_string("WSAECONNRESET", result(recv(pair[0], buffer, 4, 0)), "recv that waits while another thread sends");
	task_end(task, PATIENCE);
	closesocket(pair[0]);

	tcp_pair(AF_INET, pair);
	vanish(pair[1]);
	later = (struct later){ .act = close_it, .s = pair[0] };
	task = start_later(&later);
	is_string("WSAECONNABORTED", result(recv(pair[0], buffer, 4, 0)), "recv that waits while another thread closes");
	task_end(task, PATIENCE);

	tcp_pair(AF_INET, pair);
	vanish(pair[1]);
	setsockopt(pair[0], SOL_SOCKET, SO_LINGER, (char *)&second, sizeof second);
	send(pair[0], "text", 4, 0);
	succeeds(closesocket(pair[0]), "closesocket that lingers");
}

/* The link to the peer is cut. */
static void vanished_peer(void)
{
	struct sockaddr_storage name = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&name;
	int length = sizeof *in, error;
	SOCKET listener, s[3], peer[3], late;
	struct linger second = { 1, 1 };
	struct later later;
	struct task *task;
	char buffer[4];
	long long start;

	link_enter(THERE);
	listener = new_socket(AF_INET, SOCK_STREAM);
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = inet_addr(LINK_ADDRESS_THERE);
	in->sin_port = htons(7000);
	if (bind(listener, (struct sockaddr *)in, length) || listen(listener, 5))
		bail("listen: %s", error_name(WSAGetLastError()));
	link_enter(HERE);
	for (int i = 0; i < 3; i++) {
		s[i] = new_socket(AF_INET, SOCK_STREAM);
		succeeds(connect(s[i], (struct sockaddr *)in, length), "connect over the link");
		peer[i] = accept(listener, NULL, NULL);
	}
	if (!link_tune("tcp_retries2", "2") || !link_tune("tcp_syn_retries", "1")) {
		skip(9, "the times of retransmissions cannot be set");
		return;
	}
	link_cut();
	is_string("4", result(send(s[0], "text", 4, 0)), "the link is cut: send does not know it");
	later = (struct later){ .act = send_ten, .s = s[0] };
	task = start_later(&later);
	error = recv(s[0], buffer, 4, 0) < 0 ? WSAGetLastError() : 0;
	ok(error == WSAETIMEDOUT, "...recv does in the end: %s", error_name(error));
	task_end(task, PATIENCE);
	is_string("WSAECONNRESET", result(send(s[0], "text", 4, 0)), "...send knows it then");
	succeeds(closesocket(s[0]), "...closesocket");

	later = (struct later){ .act = close_it, .s = s[1] };
	task = start_later(&later);
	is_string("WSAECONNABORTED", result(recv(s[1], buffer, 4, 0)), "recv is woken by closesocket as ever");
	task_end(task, PATIENCE);

	setsockopt(s[2], SOL_SOCKET, SO_LINGER, (char *)&second, sizeof second);
	send(s[2], "text", 4, 0);
	start = now_ms();
	succeeds(closesocket(s[2]), "closesocket that lingers");
	ok(now_ms() - start >= 300, "...waits for the peer: %lld ms", now_ms() - start);

	late = new_socket(AF_INET, SOCK_STREAM);
	error = connect(late, (struct sockaddr *)in, length) ? WSAGetLastError() : 0;
	ok(error == WSAETIMEDOUT || error == WSAEHOSTUNREACH, "connect: %s", error_name(error));
	closesocket(late);
	for (int i = 0; i < 3; i++)
		closesocket(peer[i]);
	closesocket(listener);
}

int main(int count, char **arguments)
{
	const char *reason;

	plan_lazy();
	winsock_start();
	no_descriptor();
	no_descriptor_at_end();
	no_memory();
	signals_in();
	winsock_end();
	reason = link_make();
	if (reason) {
		skip(20, "%s", reason);
		return done();
	}
	winsock_start();
	vanished_peer();
	link_loopback();
	half_open();
	winsock_end();
	return done();
}
