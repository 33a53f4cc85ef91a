/* What the options of IPPROTO_TCP do to packets: on a network of its own, whose link is cut. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <string.h>

#include "tap/kernel.h"
#include "tap/link.h"
#include "tap/net.h"

enum {
	PORT = 7000,
	LATE = 4000, /* milliseconds by which a busy machine may be late */
};

static int set(SOCKET s, int level, int name, DWORD value)
{
	return setsockopt(s, level, name, (const char *)&value, sizeof value);
}

static void set_blocking(SOCKET s, bool blocking)
{
	u_long value = !blocking;

	ioctlsocket(s, FIONBIO, &value);
}

static struct sockaddr_in address_of(const char *text, unsigned short port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static SOCKET listen_there(unsigned short port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	SOCKET s;

	link_enter(THERE);
	s = new_socket(AF_INET, SOCK_STREAM);
	link_enter(HERE);
	if (bind(s, (struct sockaddr *)&any, sizeof any) != 0)
		bail("bind: %s", error_name(WSAGetLastError()));
	return s;
}

static void call_there(SOCKET s, unsigned short port)
{
	struct sockaddr_in there = address_of(LINK_ADDRESS_THERE, port);

	if (connect(s, (struct sockaddr *)&there, sizeof there) != 0)
		bail("connect: %s", error_name(WSAGetLastError()));
}

/* TCP_FASTOPEN: data comes with the first packet of the handshake. */

static bool opened_fast(unsigned short port, bool asked)
{
	enum { SYN_DATA = 32 }; /* of tcpi_options */
	struct sockaddr_in there = address_of(LINK_ADDRESS_THERE, port);
	SOCKET listener = listen_there(port), caller = new_socket(AF_INET, SOCK_STREAM), accepted;
	unsigned char information[8] = { 0 };
	int size = sizeof information;
	char data[5] = "";

	if (asked)
		succeeds(set(listener, IPPROTO_TCP, TCP_FASTOPEN, TRUE), "TCP_FASTOPEN");
	listen(listener, 1);
	if (syscall(SYS_sendto, (int)caller, "data", 4, KERNEL_MSG_FASTOPEN, &there, sizeof there) != 4)
		diag("MSG_FASTOPEN is not possible");
	accepted = accept(listener, NULL, NULL);
	is_int(4, recv(accepted, data, 4, 0), "... data arrives");
	is_string("data", data, "... whole");
	syscall(SYS_getsockopt, (int)accepted, KERNEL_TCP, KERNEL_TCP_INFO, information, &size);
	closesocket(accepted);
	closesocket(caller);
	closesocket(listener);
	return information[5] & SYN_DATA;
}

static void fast_open(void)
{
	bool tuned = link_tune("tcp_fastopen", "5"); /* data without a cookie */

	link_enter(THERE);
	/* And listeners that take it, if they are asked to. */
	tuned = tuned && link_tune("tcp_fastopen", "514");
	link_enter(HERE);
	if (!tuned) {
		skip(7, "tcp_fastopen cannot be set");
		return;
	}
	ok(!opened_fast(PORT, false), "... after the handshake, to a listener without TCP_FASTOPEN");
	ok(opened_fast(PORT + 1, true), "... with the handshake, to one that has it");
}

/* TCP_FAIL_CONNECT_ON_ICMP_ERROR: THERE knows no way to this address, and says so. */

#define NOWHERE "192.0.2.1"

static void is_icmp_error(SOCKET s)
{
	ICMP_ERROR_INFO information;
	int length = sizeof information;
	char text[64];

	succeeds(getsockopt(s, IPPROTO_TCP, TCP_ICMP_ERROR_INFO, (char *)&information, &length),
		 "... TCP_ICMP_ERROR_INFO");
	is_int(36, length, "... has");
	memset(&information, 0, sizeof information);
	succeeds(WSAGetIcmpErrorInfo(s, &information), "... by WSAGetIcmpErrorInfo too");
	is_int(AF_INET, information.srcaddress.si_family, "... the family");
	inet_ntop(AF_INET, &information.srcaddress.Ipv4.sin_addr, text, sizeof text);
	is_string(LINK_ADDRESS_THERE, text, "... and the address of who said it");
	is_int(IPPROTO_ICMP, information.protocol, "... in ICMP");
	is_int(3, information.type, "... that the destination is unreachable");
	is_int(0, information.code, "... its network");
}

static void icmp_error(void)
{
	struct sockaddr_in nowhere = address_of(NOWHERE, PORT),
			   there = address_of(LINK_ADDRESS_THERE, PORT + 2);
	struct timeval patience = { 10, 0 };
	ICMP_ERROR_INFO information;
	DWORD error = 0;
	int length = sizeof error;
	fd_set failed;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	link_route();
	fails(WSAEINVAL, WSAGetIcmpErrorInfo(s, &information), "WSAGetIcmpErrorInfo without the option");
	succeeds(WSASetFailConnectOnIcmpError(s, TRUE), "TCP_FAIL_CONNECT_ON_ICMP_ERROR");
	succeeds(WSAGetFailConnectOnIcmpError(s, &error), "... by calls of its own");
	is_int(TRUE, error, "... which read it too");
	fails(WSAEHOSTUNREACH, connect(s, (struct sockaddr *)&nowhere, sizeof nowhere), "... connect");
	is_icmp_error(s);
	fails(WSAECONNREFUSED, connect(s, (struct sockaddr *)&there, sizeof there),
	      "... and another connect");
	length = sizeof information;
	succeeds(getsockopt(s, IPPROTO_TCP, TCP_ICMP_ERROR_INFO, (char *)&information, &length), "... which");
	is_int(0, length, "... met none");
	fails(WSANO_DATA, WSAGetIcmpErrorInfo(s, &information), "... as WSAGetIcmpErrorInfo says");
	closesocket(s);

	s = new_socket(AF_INET, SOCK_STREAM);
	set(s, IPPROTO_TCP, TCP_FAIL_CONNECT_ON_ICMP_ERROR, TRUE);
	set_blocking(s, false);
	fails(WSAEWOULDBLOCK, connect(s, (struct sockaddr *)&nowhere, sizeof nowhere),
	      "... and without waiting");
	FD_ZERO(&failed);
	FD_SET(s, &failed);
	is_int(1, select(0, NULL, NULL, &failed, &patience), "... it fails");
	length = sizeof error;
	getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &length);
	is_error(WSAEHOSTUNREACH, (int)error, "... the same");
	is_icmp_error(s);
	closesocket(s);
}

/* The kernel's one time-out stands for data and for probes. */
static void shared_timeout(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	int counted;

	set(s, SOL_SOCKET, SO_KEEPALIVE, TRUE);
	is_int(0, kernel_get(s, KERNEL_TCP, KERNEL_USER_TIMEOUT), "keep-alive alone leaves the time-out");
	set(s, IPPROTO_TCP, TCP_KEEPCNT, 200);
	counted = kernel_get(s, KERNEL_TCP, KERNEL_USER_TIMEOUT);
	ok(counted > 7200000, "... unless there are more probes than the kernel counts");
	set(s, IPPROTO_TCP, TCP_MAXRT, 5);
	is_int(5000, kernel_get(s, KERNEL_TCP, KERNEL_USER_TIMEOUT), "TCP_MAXRT comes first");
	set(s, IPPROTO_TCP, TCP_KEEPIDLE, 60);
	set(s, SOL_SOCKET, SO_KEEPALIVE, FALSE);
	set(s, SOL_SOCKET, SO_KEEPALIVE, TRUE);
	is_int(5000, kernel_get(s, KERNEL_TCP, KERNEL_USER_TIMEOUT), "... whatever is asked of keep-alive");
	set(s, IPPROTO_TCP, TCP_KEEPIDLE, 7200);
	set(s, IPPROTO_TCP, TCP_MAXRT, 0);
	is_int(counted, kernel_get(s, KERNEL_TCP, KERNEL_USER_TIMEOUT), "... and leaves it as it was");
	set(s, SOL_SOCKET, SO_KEEPALIVE, FALSE);
	is_int(0, kernel_get(s, KERNEL_TCP, KERNEL_USER_TIMEOUT), "... or as nobody needs it");
	set(s, IPPROTO_TCP, TCP_MAXRT, (DWORD)-1);
	is_int(0x7fffffff, kernel_get(s, KERNEL_TCP, KERNEL_USER_TIMEOUT), "for ever is 24 days");
	closesocket(s);
}

/* Connections of which each has sent something that nobody acknowledges, for the link is cut. */

static struct connection {
	const char *name;
	int option;
	DWORD value;
	int least, most; /* milliseconds until it is given up; 0: it lives on */
	SOCKET s;
	long long time;
	int error;
} connections[] = {
	{ .name = "TCP_MAXRT 2", .option = TCP_MAXRT, .value = 2, .least = 1900, .most = 2600 },
	{ .name = "TCP_MAXRTMS 1000", .option = TCP_MAXRTMS, .value = 1000, .least = 900, .most = 1600 },
	/* With two retransmissions of the system's. */
	{ .name = "no TCP_MAXRT", .least = 2500, .most = 4500 },
	{ .name = "TCP_MAXRT -1", .option = TCP_MAXRT, .value = (DWORD)-1 },
	{ .name = "TCP_MAXRT 600", .option = TCP_MAXRT, .value = 600 },
};
enum { CONNECTIONS = sizeof connections / sizeof *connections, PATIENCE = 6000 };

static void connect_all(SOCKET listener, SOCKET nagle, SOCKET no_delay)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &connections[i];

		c->s = new_socket(AF_INET, SOCK_STREAM);
		if (c->option)
			succeeds(set(c->s, IPPROTO_TCP, c->option, c->value), "%s", c->name);
		call_there(c->s, PORT + 3);
		set_blocking(c->s, false);
	}
	call_there(nagle, PORT + 3);
	set(no_delay, IPPROTO_TCP, TCP_NODELAY, TRUE);
	call_there(no_delay, PORT + 3);
	for (int i = 0; i < CONNECTIONS + 2; i++)
		accept(listener, NULL, NULL);
}

static void watch_all(void)
{
	long long begin = now_ms();

	for (int i = 0; i < CONNECTIONS; i++)
		send(connections[i].s, "x", 1, 0);
	while (now_ms() < begin + PATIENCE) {
		for (int i = 0; i < CONNECTIONS; i++) {
			struct connection *c = &connections[i];
			char byte;

			if (c->time || recv(c->s, &byte, 1, 0) >= 0 || WSAGetLastError() == WSAEWOULDBLOCK)
				continue;
			c->error = WSAGetLastError();
			c->time = now_ms() - begin;
		}
		sleep_ms(20);
	}
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &connections[i];

		if (c->least) {
			is_error(WSAETIMEDOUT, c->error, "%s: the connection fails", c->name);
			ok(c->least <= c->time && c->time <= c->most + LATE, "... in time");
			diag("%s: %lld ms", c->name, c->time);
		} else {
			is_int(0, c->time, "%s: it lives on", c->name);
		}
		closesocket(c->s);
	}
}

/* While a byte is not acknowledged, Nagle's algorithm keeps the next one back. */
static void nagles_algorithm(SOCKET nagle, SOCKET no_delay)
{
	for (int i = 0; i < 2; i++) {
		send(nagle, "x", 1, 0);
		send(no_delay, "x", 1, 0);
	}
	is_int(1, kernel_unsent(nagle), "without TCP_NODELAY the second byte waits");
	is_int(0, kernel_unsent(no_delay), "... and with it it does not");
	closesocket(nagle);
	closesocket(no_delay);
}

struct caller {
	SOCKET s;
	long long time;
	int error;
};

static void call_nobody(void *argument)
{
	struct caller *caller = argument;
	struct sockaddr_in there = address_of(LINK_ADDRESS_THERE, PORT);
	long long begin = now_ms();

	caller->error =
		connect(caller->s, (struct sockaddr *)&there, sizeof there) == 0 ? 0 : WSAGetLastError();
	caller->time = now_ms() - begin;
}

static void syn_retries(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	int before = kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT);

	set(s, IPPROTO_TCP, TCP_NOSYNRETRIES, TRUE);
	is_int(1, kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT), "TCP_NOSYNRETRIES: one is the least");
	set(s, IPPROTO_TCP, TCP_NOSYNRETRIES, FALSE);
	is_int(before, kernel_get(s, KERNEL_TCP, KERNEL_SYNCNT), "... and without it as many as there were");
	closesocket(s);
}

/* TCP_EXPEDITED_1122, TCP_BSDURGENT: which byte the kernel's urgent pointer names is not to be changed. */
static void expedited(void)
{
	enum { EXPEDITED_1122 = 2, URG = 32 };
	SOCKET listener = listen_there(PORT + 4), s = new_socket(AF_INET, SOCK_STREAM), peer;
	struct packet packet;

	listen(listener, 1);
	call_there(s, PORT + 4);
	peer = accept(listener, NULL, NULL);
	for (int on = 0; on < 2; on++) {
		if (on)
			set(s, IPPROTO_TCP, EXPEDITED_1122, TRUE);
		link_forget();
		send(s, "!", 1, MSG_OOB);
		do
			packet.data = 0;
		while (link_packet(LINK_ADDRESS_THERE, &packet, LATE) && !packet.data);
		is_int(URG, packet.flags & URG, "TCP_EXPEDITED_1122 %s: an urgent byte", on ? "on" : "off");
		is_int(1, packet.urgent, "... whose pointer is BSD's, one behind it");
	}
	closesocket(peer);
	closesocket(s);
	closesocket(listener);
}

int main(void)
{
	const char *failure = link_make();
	struct caller caller = { INVALID_SOCKET, 0, 0 };
	struct task *task;
	SOCKET listener, nagle, no_delay;

	if (failure)
		skip_all("%s", failure);
	plan_lazy();
	winsock_start();
	link_tune("tcp_retries2", "2");
	fast_open();
	icmp_error();
	shared_timeout();
	syn_retries();
	expedited();
	listener = listen_there(PORT + 3);
	listen(listener, 10);
	nagle = new_socket(AF_INET, SOCK_STREAM);
	no_delay = new_socket(AF_INET, SOCK_STREAM);
	caller.s = new_socket(AF_INET, SOCK_STREAM);
	set(caller.s, IPPROTO_TCP, TCP_NOSYNRETRIES, TRUE);
	connect_all(listener, nagle, no_delay);
	link_cut();
	task = task_start(call_nobody, &caller);
	nagles_algorithm(nagle, no_delay);
	watch_all();
	ok(task_end(task, 20000), "TCP_NOSYNRETRIES: connect ends");
	is_error(WSAETIMEDOUT, caller.error, "... in vain");
	ok(caller.time > 900 && caller.time < 3100 + LATE, "... soon");
	diag("%lld ms", caller.time);
	closesocket(caller.s);
	closesocket(listener);
	winsock_end();
	return done();
}
