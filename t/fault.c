/* Pointers that are not the program's memory: WSAEFAULT, never a crash, and nothing lost. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

static SOCKET tcp[2], udp[2], listener, unbound, datagram;
static struct sockaddr_storage address; /* of the listener */
static int address_length;

static const char text[] = "something to receive"; /* waits on tcp[1] and udp[1] all the time */

static const char *outcome_socket(SOCKET s)
{
	if (s == INVALID_SOCKET)
		return outcome(SOCKET_ERROR);
	closesocket(s);
	return "success";
}

static void refill(SOCKET pair[2])
{
	u_long waiting = 0;

	ioctlsocket(pair[1], FIONREAD, &waiting);
	if (!waiting)
		send(pair[0], text, sizeof text, 0);
	for (int i = 0; !waiting && i < 100; i++) {
		sleep_ms(1);
		ioctlsocket(pair[1], FIONREAD, &waiting);
	}
}

/* Whether what was sent is still there to be received. */
static bool is_waiting(SOCKET s)
{
	char buffer[64] = "";
	u_long waiting = 0;

	ioctlsocket(s, FIONREAD, &waiting);
	return waiting && recv(s, buffer, sizeof buffer, MSG_PEEK) == sizeof text &&
	       strcmp(buffer, text) == 0;
}

static bool stream_waits(void)
{
	return is_waiting(tcp[1]);
}

static bool datagram_waits(void)
{
	return is_waiting(udp[1]);
}

static bool error_waits(void)
{
	int error = 0, length = sizeof error;

	getsockopt(unbound, SOL_SOCKET, SO_ERROR, (char *)&error, &length);
	setsockopt(unbound, SOL_SOCKET, SO_ERROR, (char *)&error, sizeof error);
	return error == 1234;
}

static bool nothing_was_sent(void)
{
	u_long waiting = 99;

	ioctlsocket(tcp[0], FIONREAD, &waiting);
	return waiting == 0;
}

static bool still_unbound(void)
{
	struct sockaddr_storage name;
	int length = sizeof name;

	return getsockname(unbound, (struct sockaddr *)&name, &length) == SOCKET_ERROR &&
	       WSAGetLastError() == WSAEINVAL;
}

static bool keepalive_is_off(void)
{
	DWORD on = 9;
	int length = sizeof on;

	return getsockopt(tcp[0], SOL_SOCKET, SO_KEEPALIVE, (char *)&on, &length) == 0 && !(on & 0xff);
}

/* The calls, each with one pointer that is bad and all others good. Missing are __WSAFDIsSet and
 * freeaddrinfo, which go through the program's memory as the program itself would, on Windows too,
 * and pointers to functions. */
static const char *do_startup(char *bad)
{
	return error_name(WSAStartup(MAKEWORD(2, 2), (WSADATA *)bad));
}

static const char *do_bind(char *bad)
{
	return outcome(bind(unbound, (struct sockaddr *)bad, sizeof(struct sockaddr_in)));
}

static const char *do_connect(char *bad)
{
	return outcome(connect(unbound, (struct sockaddr *)bad, sizeof(struct sockaddr_in)));
}

static const char *do_wsaconnect(char *bad)
{
	return outcome(WSAConnect(unbound, (struct sockaddr *)bad, sizeof(struct sockaddr_in), NULL, NULL,
				  NULL, NULL));
}

static SOCKET caller(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	connect(s, (struct sockaddr *)&address, address_length);
	return s;
}

static const char *do_accept_name(char *bad)
{
	int length = sizeof(struct sockaddr_in);
	SOCKET s = caller();
	const char *seen = outcome_socket(accept(listener, (struct sockaddr *)bad, &length));

	closesocket(s);
	return seen;
}

static const char *do_accept_length(char *bad)
{
	struct sockaddr_storage name;
	SOCKET s = caller();
	const char *seen = outcome_socket(accept(listener, (struct sockaddr *)&name, (int *)bad));

	closesocket(s);
	return seen;
}

static const char *do_wsaaccept_name(char *bad)
{
	int length = sizeof(struct sockaddr_in);
	SOCKET s = caller();
	const char *seen = outcome_socket(WSAAccept(listener, (struct sockaddr *)bad, &length, NULL, 0));

	closesocket(s);
	return seen;
}

static const char *do_wsaaccept_length(char *bad)
{
	struct sockaddr_storage name;
	SOCKET s = caller();
	const char *seen = outcome_socket(WSAAccept(listener, (struct sockaddr *)&name, (int *)bad, NULL, 0));

	closesocket(s);
	return seen;
}

static bool accepts(void)
{
	struct sockaddr_in name;
	int length = sizeof name;
	SOCKET s = caller(), accepted = accept(listener, (struct sockaddr *)&name, &length);

	closesocket(s);
	if (accepted == INVALID_SOCKET)
		return false;
	closesocket(accepted);
	return length == sizeof name && name.sin_family == AF_INET;
}

static const char *do_getsockname(char *bad)
{
	int length = sizeof(struct sockaddr_in);

	return outcome(getsockname(tcp[0], (struct sockaddr *)bad, &length));
}

static const char *do_getsockname_length(char *bad)
{
	struct sockaddr_storage name;

	return outcome(getsockname(tcp[0], (struct sockaddr *)&name, (int *)bad));
}

static const char *do_getpeername(char *bad)
{
	int length = sizeof(struct sockaddr_in);

	return outcome(getpeername(tcp[0], (struct sockaddr *)bad, &length));
}

static const char *do_getpeername_length(char *bad)
{
	struct sockaddr_storage name;

	return outcome(getpeername(tcp[0], (struct sockaddr *)&name, (int *)bad));
}

static const char *do_gethostname(char *bad)
{
	return outcome(gethostname(bad, 256));
}

static const char *do_setsockopt(char *bad)
{
	return outcome(setsockopt(tcp[0], SOL_SOCKET, SO_KEEPALIVE, bad, 4));
}

static const char *do_setsockopt_linger(char *bad)
{
	return outcome(setsockopt(tcp[0], SOL_SOCKET, SO_LINGER, bad, sizeof(struct linger)));
}

static const char *do_getsockopt(char *bad)
{
	int length = 4;

	return outcome(getsockopt(tcp[0], SOL_SOCKET, SO_KEEPALIVE, bad, &length));
}

static const char *do_getsockopt_length(char *bad)
{
	DWORD value;

	return outcome(getsockopt(tcp[0], SOL_SOCKET, SO_KEEPALIVE, (char *)&value, (int *)bad));
}

static const char *do_getsockopt_error(char *bad)
{
	int error = 1234, length = sizeof error;

	setsockopt(unbound, SOL_SOCKET, SO_ERROR, (char *)&error, sizeof error);
	return outcome(getsockopt(unbound, SOL_SOCKET, SO_ERROR, bad, &length));
}

static const char *do_getsockopt_error_length(char *bad)
{
	int error = 1234;

	setsockopt(unbound, SOL_SOCKET, SO_ERROR, (char *)&error, sizeof error);
	return outcome(getsockopt(unbound, SOL_SOCKET, SO_ERROR, (char *)&error, (int *)bad));
}

static const char *do_ioctlsocket(char *bad)
{
	return outcome(ioctlsocket(tcp[0], FIONREAD, (u_long *)bad));
}

static const char *do_fionbio(char *bad)
{
	return outcome(ioctlsocket(tcp[0], FIONBIO, (u_long *)bad));
}

static const char *do_atmark(char *bad)
{
	return outcome(ioctlsocket(tcp[0], SIOCATMARK, (u_long *)bad));
}

static const char *do_wsaioctl_in(char *bad)
{
	DWORD bytes;

	return outcome(WSAIoctl(tcp[0], SIO_KEEPALIVE_VALS, bad, sizeof(struct tcp_keepalive), NULL, 0,
				&bytes, NULL, NULL));
}

static const char *do_wsaioctl_out(char *bad)
{
	DWORD bytes;

	return outcome(WSAIoctl(tcp[0], FIONREAD, NULL, 0, bad, 4, &bytes, NULL, NULL));
}

static const char *do_wsaioctl_bytes(char *bad)
{
	struct tcp_keepalive values = { 1, 1000, 1000 };

	return outcome(WSAIoctl(tcp[0], SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, (DWORD *)bad,
				NULL, NULL));
}

static const char *do_wsaioctl_overlapped(char *bad)
{
	struct tcp_keepalive values = { 1, 1000, 1000 };
	DWORD bytes;

	return outcome(WSAIoctl(tcp[0], SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes,
				(WSAOVERLAPPED *)bad, NULL));
}

static const char *do_send(char *bad)
{
	return outcome(send(tcp[1], bad, 8, 0));
}

static const char *do_send_large(char *bad)
{
	return outcome(send(tcp[1], bad, 100000, 0));
}

static const char *do_sendto(char *bad)
{
	return outcome(sendto(udp[1], bad, 8, 0, NULL, 0));
}

static const char *do_sendto_name(char *bad)
{
	return outcome(sendto(datagram, "x", 1, 0, (struct sockaddr *)bad, sizeof(struct sockaddr_in)));
}

static const char *do_recv(char *bad)
{
	return outcome(recv(tcp[1], bad, 8, 0));
}

static const char *do_recv_datagram(char *bad)
{
	return outcome(recv(udp[1], bad, sizeof text, 0));
}

static const char *do_recvfrom(char *bad)
{
	struct sockaddr_storage name;
	int length = sizeof name;

	return outcome(recvfrom(udp[1], bad, sizeof text, 0, (struct sockaddr *)&name, &length));
}

static const char *do_recvfrom_name(char *bad)
{
	int length = sizeof(struct sockaddr_in);
	char buffer[64];

	return outcome(recvfrom(udp[1], buffer, sizeof buffer, 0, (struct sockaddr *)bad, &length));
}

static const char *do_recvfrom_length(char *bad)
{
	struct sockaddr_storage name;
	char buffer[64];

	return outcome(recvfrom(udp[1], buffer, sizeof buffer, 0, (struct sockaddr *)&name, (int *)bad));
}

static const char *do_select(fd_set *sets[3], struct timeval *timeout)
{
	return outcome(select(0, sets[0], sets[1], sets[2], timeout));
}

static const char *do_select_read(char *bad)
{
	struct timeval at_once = { 0, 0 };

	return do_select((fd_set *[3]){ (fd_set *)bad, NULL, NULL }, &at_once);
}

static const char *do_select_write(char *bad)
{
	struct timeval at_once = { 0, 0 };

	return do_select((fd_set *[3]){ NULL, (fd_set *)bad, NULL }, &at_once);
}

static const char *do_select_except(char *bad)
{
	struct timeval at_once = { 0, 0 };

	return do_select((fd_set *[3]){ NULL, NULL, (fd_set *)bad }, &at_once);
}

static const char *do_select_timeout(char *bad)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(tcp[1], &set);
	return do_select((fd_set *[3]){ &set, NULL, NULL }, (struct timeval *)bad);
}

static const char *do_poll(char *bad)
{
	return outcome(WSAPoll((WSAPOLLFD *)bad, 1, 0));
}

static const char *do_socket_a(char *bad)
{
	return outcome_socket(WSASocketA(-1, -1, -1, (WSAPROTOCOL_INFOA *)bad, 0, 0));
}

static const char *do_socket_w(char *bad)
{
	return outcome_socket(WSASocketW(-1, -1, -1, (WSAPROTOCOL_INFOW *)bad, 0, 0));
}

static const char *do_inet_addr(char *bad)
{
	return inet_addr(bad) == INADDR_NONE ? "INADDR_NONE" : "an address";
}

static const char *do_inet_pton(char *bad)
{
	struct in_addr to;

	return outcome(inet_pton(AF_INET, bad, &to));
}

static const char *do_inet_pton_to(char *bad)
{
	return outcome(inet_pton(AF_INET, "127.0.0.1", bad));
}

static const char *do_inet_ntop(char *bad)
{
	char buffer[64];

	return outcome(inet_ntop(AF_INET, bad, buffer, sizeof buffer) ? 0 : SOCKET_ERROR);
}

static const char *do_inet_ntop_to(char *bad)
{
	struct in_addr from = { .s_addr = 0 };

	return outcome(inet_ntop(AF_INET, &from, bad, 64) ? 0 : SOCKET_ERROR);
}

static const char *resolve(const char *node, const char *service, struct addrinfo *hints,
			   struct addrinfo **result)
{
	int error = getaddrinfo(node, service, hints, result);

	if (!error)
		freeaddrinfo(*result);
	return error ? error_name(error) : "success";
}

static const char *do_getaddrinfo_node(char *bad)
{
	struct addrinfo *result;

	return resolve(bad, "80", NULL, &result);
}

static const char *do_getaddrinfo_service(char *bad)
{
	struct addrinfo *result;

	return resolve("127.0.0.1", bad, NULL, &result);
}

static const char *do_getaddrinfo_hints(char *bad)
{
	struct addrinfo *result;

	return resolve("127.0.0.1", "80", (struct addrinfo *)bad, &result);
}

static const char *do_getaddrinfo_result(char *bad)
{
	return resolve("127.0.0.1", "80", NULL, (struct addrinfo **)bad);
}

enum kind { READ, WRITTEN };
static const char fault[] = "WSAEFAULT";

static const struct call {
	const char *what;
	const char *(*make)(char *bad);
	enum kind kind;
	int size;             /* bytes that the call needs there; 1 ends with the first that is bad */
	const char *expected; /* NULL: WSAEFAULT */
	const char *with_null;
	bool (*still)(void); /* what must be true afterwards */
	const char *still_what;
} calls[] = {
	{ "WSAStartup, the data", do_startup, WRITTEN, sizeof(WSADATA), NULL, NULL, NULL, NULL },
	{ "bind, the name", do_bind, READ, sizeof(struct sockaddr_in), NULL, NULL, still_unbound, "unbound" },
	{ "connect, the name", do_connect, READ, sizeof(struct sockaddr_in), NULL, NULL, still_unbound,
	  "unbound" },
	{ "WSAConnect, the name", do_wsaconnect, READ, sizeof(struct sockaddr_in), NULL, NULL, still_unbound,
	  "unbound" },
	{ "accept, the name", do_accept_name, WRITTEN, sizeof(struct sockaddr_in), NULL, "success", accepts,
	  "accepting" },
	{ "accept, its length", do_accept_length, WRITTEN, 4, NULL, "success", accepts, "accepting" },
	{ "WSAAccept, the name", do_wsaaccept_name, WRITTEN, sizeof(struct sockaddr_in), NULL, "success",
	  accepts, "accepting" },
	{ "WSAAccept, its length", do_wsaaccept_length, WRITTEN, 4, NULL, "success", accepts, "accepting" },
	{ "getsockname, the name", do_getsockname, WRITTEN, sizeof(struct sockaddr_in), NULL, NULL, NULL,
	  NULL },
	{ "getsockname, its length", do_getsockname_length, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "getpeername, the name", do_getpeername, WRITTEN, sizeof(struct sockaddr_in), NULL, NULL, NULL,
	  NULL },
	{ "getpeername, its length", do_getpeername_length, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "gethostname, the name", do_gethostname, WRITTEN, 2, NULL, NULL, NULL, NULL },
	{ "setsockopt, a DWORD", do_setsockopt, READ, 4, NULL, NULL, keepalive_is_off, "off" },
	{ "setsockopt, a linger", do_setsockopt_linger, READ, 4, NULL, NULL, NULL, NULL },
	{ "getsockopt, a DWORD", do_getsockopt, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "getsockopt, its length", do_getsockopt_length, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "getsockopt of SO_ERROR, the value", do_getsockopt_error, WRITTEN, 4, NULL, NULL, error_waits,
	  "to be taken" },
	{ "getsockopt of SO_ERROR, its length", do_getsockopt_error_length, WRITTEN, 4, NULL, NULL,
	  error_waits, "to be taken" },
	{ "ioctlsocket, FIONREAD", do_ioctlsocket, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "ioctlsocket, FIONBIO", do_fionbio, READ, 4, NULL, NULL, NULL, NULL },
	{ "ioctlsocket, SIOCATMARK", do_atmark, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "WSAIoctl, what goes in", do_wsaioctl_in, READ, sizeof(struct tcp_keepalive), NULL, NULL,
	  keepalive_is_off, "off" },
	{ "WSAIoctl, what comes out", do_wsaioctl_out, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "WSAIoctl, the byte count", do_wsaioctl_bytes, WRITTEN, 4, NULL, NULL, keepalive_is_off, "off" },
	{ "WSAIoctl, the overlapped", do_wsaioctl_overlapped, WRITTEN, 16, NULL, "success", NULL, NULL },
	{ "send, the data", do_send, READ, 8, NULL, NULL, nothing_was_sent, "not there" },
	{ "send, a lot of data", do_send_large, READ, 1000, NULL, NULL, nothing_was_sent, "not there" },
	{ "sendto, the data", do_sendto, READ, 8, NULL, NULL, NULL, NULL },
	{ "sendto, the name", do_sendto_name, READ, sizeof(struct sockaddr_in), NULL, "WSAENOTCONN", NULL,
	  NULL },
	{ "recv, the buffer", do_recv, WRITTEN, 8, NULL, NULL, stream_waits, "to be received" },
	{ "recv of a datagram, the buffer", do_recv_datagram, WRITTEN, sizeof text, NULL, NULL,
	  datagram_waits, "to be received" },
	{ "recvfrom, the buffer", do_recvfrom, WRITTEN, sizeof text, NULL, NULL, datagram_waits,
	  "to be received" },
	{ "recvfrom, the name", do_recvfrom_name, WRITTEN, sizeof(struct sockaddr_in), NULL, "success",
	  datagram_waits, "to be received" },
	{ "recvfrom, its length", do_recvfrom_length, WRITTEN, 4, NULL, "success", datagram_waits,
	  "to be received" },
	{ "select, what to read", do_select_read, WRITTEN, 4, NULL, "WSAEINVAL", NULL, NULL },
	{ "select, what to write", do_select_write, WRITTEN, 4, NULL, "WSAEINVAL", NULL, NULL },
	{ "select, exceptions", do_select_except, WRITTEN, 4, NULL, "WSAEINVAL", NULL, NULL },
	{ "select, the time", do_select_timeout, READ, sizeof(struct timeval), NULL, "success", stream_waits,
	  "to be received" },
	{ "WSAPoll, the array", do_poll, WRITTEN, sizeof(WSAPOLLFD), NULL, NULL, stream_waits, "to be received" },
	{ "WSASocketA, the protocol", do_socket_a, READ, sizeof(WSAPROTOCOL_INFOA), NULL, "", NULL, NULL },
	{ "WSASocketW, the protocol", do_socket_w, READ, sizeof(WSAPROTOCOL_INFOA), NULL, "", NULL, NULL },
	{ "inet_addr, the text", do_inet_addr, READ, 2, "INADDR_NONE", NULL, NULL, NULL },
	{ "inet_pton, the text", do_inet_pton, READ, 2, NULL, NULL, NULL, NULL },
	{ "inet_pton, the address", do_inet_pton_to, WRITTEN, 4, NULL, NULL, NULL, NULL },
	{ "inet_ntop, the address", do_inet_ntop, READ, 4, NULL, NULL, NULL, NULL },
	{ "inet_ntop, the text", do_inet_ntop_to, WRITTEN, 8, NULL, "-1073741811", NULL, NULL },
	{ "getaddrinfo, the node", do_getaddrinfo_node, READ, 2, NULL, "success", NULL, NULL },
	{ "getaddrinfo, the service", do_getaddrinfo_service, READ, 2, NULL, "success", NULL, NULL },
	{ "getaddrinfo, the hints", do_getaddrinfo_hints, READ, sizeof(struct addrinfo), NULL, "success",
	  NULL, NULL },
	{ "getaddrinfo, the result", do_getaddrinfo_result, WRITTEN, sizeof(void *), NULL, NULL, NULL, NULL },
};

struct attempt {
	const struct call *call;
	char *bad;
	const char *seen;
};

static void attempt(void *argument)
{
	struct attempt *this = argument;

	this->seen = this->call->make(this->bad);
}

static const char wine_reads[] = "Wine reads and writes there";

static void try(const struct call *call, char *bad, const char *where, const char *how)
{
	struct attempt this = { call, bad, NULL };
	const char *expected = call->expected ? call->expected : fault;

	if (!bad && call->with_null)
		expected = call->with_null;
	if (!*expected)
		return; /* NULL means something there */
	if (strcmp(where, "the byte before a protected page") == 0)
		*bad = 'x'; /* no end of a text */
	refill(tcp);
	refill(udp);
	if (crashes(attempt, &this))
		this.seen = "a crash";
	if (strcmp(expected, this.seen) != 0)
		wine_todo(wine_reads);
	is_string(expected, this.seen, "%s%s at %s: %s", how, call->what, where, expected);
	todo_end();
	if (call->still && expected == fault) {
		bool is_still = call->still();

		if (!is_still)
			wine_todo(wine_reads);
		ok(is_still, "...it is still %s", call->still_what);
		todo_end();
	}
}

static void try_all(const char *how)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		const struct call *call = &calls[i];

		if (is_wine() && (call->make == do_recvfrom_name || call->make == do_recvfrom_length ||
				  call->make == do_sendto_name)) {
			skip(1, "%s: after a bad one Wine hangs", call->what);
			continue;
		}
		for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++)
			try(call, bad->pointer, bad->name, how);
		/* All but the last byte is there. */
		if (call->size > 2) {
			char *last = before_bad_page((size_t)call->size - 1);

			if (call->make == do_getsockname || call->make == do_getpeername)
				memset(last, 1, (size_t)call->size - 1);
			if (strstr(call->what, "inet_ntop, the text"))
				memset(last, 'x', (size_t)call->size - 1);
			if (strstr(call->what, "the name") || strstr(call->what, "hints"))
				memcpy(last, &(short){ AF_INET }, sizeof(short)); /* it is not aligned */
			if (strstr(call->what, "hints"))
				memset(last, 0, sizeof(int));
			if (strstr(call->what, "select") && call->kind == WRITTEN)
				memset(last, 1, (size_t)call->size - 1);
			try(call, last, words("%d bytes before a protected page", call->size - 1), how);
		}
		/* It holds 0, which is a length too small, and a set with nothing in it. */
		if (call->kind == WRITTEN && !strstr(call->what, "select"))
			try(call, read_only_page(), "a read-only page", how);
	}
}

/* A set that can be read and not written: of one socket. */
static void read_only_set(const char *how)
{
#ifdef __linux__
	struct timeval at_once = { 0, 0 };
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	FD_ZERO((fd_set *)page);
	FD_SET(tcp[1], (fd_set *)page);
	mprotect(page, 4096, PROT_READ);
	refill(tcp);
	is_string("WSAEFAULT", outcome(select(0, (fd_set *)page, NULL, NULL, &at_once)),
		  "%sselect, what to read at a read-only page: WSAEFAULT", how);
	ok(stream_waits(), "...it is still to be received");
	munmap(page, 4096);
#else
	(void)how;
#endif
}

/* What a bad pointer must not keep from working: the rest of the call's work, or the next call. */
static void recovers(const char *how)
{
	char buffer[64];

	refill(tcp);
	refill(udp);
	is_int(sizeof text, recv(tcp[1], buffer, sizeof buffer, 0), "%sa stream can be read after all that",
	       how);
	is_string(text, buffer, "%s...and gives what was sent", how);
	is_int(sizeof text, recv(udp[1], buffer, sizeof buffer, 0), "%sa datagram too", how);
	is_string(text, buffer, "%s...and gives what was sent", how);
	/* Pointers that go unused may be anything. */
	is_int(0, send(tcp[1], NULL, 0, 0), "%ssend of nothing from NULL", how);
	is_int(0, sendto(udp[1], NULL, 0, 0, NULL, 0), "%ssendto of nothing from NULL", how);
	is_int(0, recv(udp[0], NULL, 0, 0), "%srecv of an empty datagram to NULL", how);
}

static void open_sockets(void)
{
	winsock_start();
	tcp_pair(AF_INET, tcp);
	udp_pair(AF_INET, udp);
	listener = listening_socket(AF_INET, &address, &address_length);
	unbound = new_socket(AF_INET, SOCK_STREAM);
	datagram = new_socket(AF_INET, SOCK_DGRAM);
}

static void close_sockets(void)
{
	close_pair(tcp);
	close_pair(udp);
	closesocket(listener);
	closesocket(unbound);
	closesocket(datagram);
	winsock_end();
}

/* Without WSAStartup nothing has been prepared, and still nothing crashes. */
static void before_startup(void)
{
	static const char *const names[] = { "WSAStartup, the data", "inet_addr, the text" };

	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
			if (strcmp(calls[i].what, names[n]) == 0)
				for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
					struct attempt this = { &calls[i], bad->pointer, NULL };
					const char *expected = calls[i].expected ? calls[i].expected : fault;

					if (crashes(attempt, &this))
						this.seen = "a crash";
					if (strcmp(expected, this.seen) != 0)
						wine_todo(wine_reads);
					is_string(expected, this.seen, "before WSAStartup: %s at %s: %s",
						  names[n], bad->name, expected);
					todo_end();
				}
}

#if defined __linux__
/* The children: each faults on its own account, in one of the ways that programs have. */
static volatile sig_atomic_t handled;
static char *own_bad;

static void own_handler(int number)
{
	(void)number;
	handled = 1;
	_exit(7);
}

static void own_information_handler(int number, siginfo_t *information, void *context)
{
	(void)number, (void)context;
	_exit(information->si_addr == own_bad ? 8 : 9);
}

static void own_mending_handler(int number, siginfo_t *information, void *context)
{
	(void)number, (void)context;
	handled++;
	mprotect(information->si_addr, 4096, PROT_READ | PROT_WRITE);
}

static void install(void (*handler)(int), void (*information)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_flags = information ? SA_SIGINFO : 0 };

	if (information)
		action.sa_sigaction = information;
	else
		action.sa_handler = handler;
	sigaction(SIGSEGV, &action, NULL);
}

static bool winsock_faults(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	return setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)1, 4) == SOCKET_ERROR &&
	       WSAGetLastError() == WSAEFAULT;
}

static int child(const char *what)
{
	own_bad = bad_pointers()[3].pointer; /* the protected page */
	if (strcmp(what, "before") == 0)
		install(own_handler, NULL);
	if (strcmp(what, "before, with information") == 0)
		install(NULL, own_information_handler);
	if (strcmp(what, "before, and it mends") == 0)
		install(NULL, own_mending_handler);
	if (strcmp(what, "ignored") == 0)
		install(SIG_IGN, NULL);
	winsock_start();
	if (!winsock_faults())
		return 3;
	if (strcmp(what, "after") == 0)
		install(own_handler, NULL);
	if (strcmp(what, "after, with information") == 0)
		install(NULL, own_information_handler);
	if (strcmp(what, "sent") == 0 || strcmp(what, "ignored") == 0)
		kill(getpid(), SIGSEGV);
	else
		*(volatile char *)own_bad = 1;
	if (strcmp(what, "before, and it mends") == 0)
		return handled == 1 && winsock_faults() ? 6 : 4;
	return winsock_faults() ? 5 : 4;
}

static void handlers(void)
{
	static const struct {
		const char *what;
		int status;
		const char *means;
	} children[] = {
		{ "none", 128 + SIGSEGV, "without a handler the process dies by SIGSEGV" },
		{ "sent", 128 + SIGSEGV, "a SIGSEGV that is sent kills as well" },
		{ "ignored", 5, "if it is ignored, it does not, and Winsock still guards its pointers" },
		{ "before", 7, "a handler from before WSAStartup gets the program's own faults" },
		{ "before, with information", 8, "...with the address" },
		{ "before, and it mends", 6, "...and may mend them, and go on" },
		{ "after", 7, "a handler from after WSAStartup gets them too" },
		{ "after, with information", 8, "...with the address" },
	};
	char output[1024];

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	skip(sizeof children / sizeof *children, "the sanitizer has SIGSEGV for itself");
	(void)output;
#else
	for (size_t i = 0; i < sizeof children / sizeof *children; i++)
		if (!is_int(children[i].status, run_again(children[i].what, output, sizeof output), "%s",
			    children[i].means))
			diag("%s", output);
#endif
}
#endif

int main(int count, char **arguments)
{
#ifdef __linux__
	if (count > 1)
		return child(arguments[1]);
#else
	(void)count, (void)arguments;
#endif
	plan_lazy();
	before_startup();
	open_sockets();
	try_all("");
	read_only_set("");
	recovers("");
	close_sockets();
#ifdef __linux__
	handlers();
	set_environment("WINSOCK_COMPAT_POINTERS", "probe");
	open_sockets();
	try_all("probe: ");
	read_only_set("probe: ");
	recovers("probe: ");
	close_sockets();
	set_environment("WINSOCK_COMPAT_POINTERS", NULL);
#endif
	return done();
}
