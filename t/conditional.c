/* SO_CONDITIONAL_ACCEPT: no caller is answered before the condition function has said so, as the packets on a
 * network of the test's own show. The listener is HERE, most callers are THERE. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tap/kernel.h"
#include "tap/link.h"
#include "tap/net.h"

#ifndef SO_PAUSE_ACCEPT
#define SO_PAUSE_ACCEPT 0x3003
#endif

#define HERE4  "10.9.0.1"
#define HERE6  "fd00:9::1"
#define THERE6 "fd00:9::2"

enum {
	SOON = 5000, /* milliseconds in which what has to come has come */
	NEVER = 150, /* the same for what must not */
	SYN_ACK = 0x12,
	RST_ACK = 0x14,
};

static SOCKET listener;
static struct sockaddr_storage address; /* the listener's, for who calls it */
static int length;
static const char *caller_host; /* to which the listener's packets go */

static int answer, asked;
static struct sockaddr_storage caller_seen, callee_seen;

static int CALLBACK condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS socket_qos, LPQOS group_qos,
			      LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
	asked++;
	memset(&caller_seen, 0, sizeof caller_seen);
	memset(&callee_seen, 0, sizeof callee_seen);
	memcpy(&caller_seen, caller->buf, caller->len);
	memcpy(&callee_seen, callee->buf, callee->len);
	return answer;
}

static void set(SOCKET s, int level, int name, DWORD value)
{
	if (setsockopt(s, level, name, (char *)&value, sizeof value))
		bail("option %#x: %s", name, error_name(WSAGetLastError()));
}

static void block(SOCKET s, bool blocks)
{
	u_long on = !blocks;

	if (ioctlsocket(s, FIONBIO, &on))
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
}

static void set_address(const char *text, unsigned scope)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
	unsigned short port = in->sin_port; /* in the same place in both */

	memset(&address, 0, sizeof address);
	in->sin_port = port;
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		length = sizeof *in;
	} else {
		inet_pton(AF_INET6, text, &in6->sin6_addr);
		in6->sin6_family = AF_INET6;
		in6->sin6_scope_id = scope;
		length = sizeof *in6;
	}
}

/* A listener that does not block, for any address of the family; callers use `text`. */
static void open_listener(int family, const char *text, int backlog)
{
	struct sockaddr_storage any = { .ss_family = (short)family };
	int size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

	listener = new_socket(family, SOCK_STREAM);
	if (family == AF_INET6)
		set(listener, IPPROTO_IPV6, IPV6_V6ONLY, FALSE);
	set(listener, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, TRUE);
	if (bind(listener, (struct sockaddr *)&any, size) || listen(listener, backlog))
		bail("the listener: %s", error_name(WSAGetLastError()));
	size = sizeof address;
	getsockname(listener, (struct sockaddr *)&address, &size);
	set_address(text, link_index(THERE));
	block(listener, false);
	asked = 0;
	link_forget();
}

static SOCKET call_from(enum link_end end)
{
	SOCKET s;

	link_enter(end);
	s = new_socket(address.ss_family, SOCK_STREAM);
	link_enter(HERE);
	block(s, false);
	if (!connect(s, (struct sockaddr *)&address, length) || WSAGetLastError() != WSAEWOULDBLOCK)
		bail("connect: %s", error_name(WSAGetLastError()));
	return s;
}

static SOCKET call(void)
{
	return call_from(THERE);
}

static bool is_ready(SOCKET s, int set_number, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set sets[3];

	for (int i = 0; i < 3; i++)
		FD_ZERO(&sets[i]);
	FD_SET(s, &sets[set_number]);
	return select(0, &sets[0], &sets[1], &sets[2], &time) == 1;
}

static bool is_readable(SOCKET s, int milliseconds)
{
	return is_ready(s, 0, milliseconds);
}

/* What became of a caller: connected, the error's name, or nothing so far. */
static const char *fate(SOCKET s, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	int error, size = sizeof error;
	fd_set writable, failed;

	FD_ZERO(&writable);
	FD_ZERO(&failed);
	FD_SET(s, &writable);
	FD_SET(s, &failed);
	if (select(0, NULL, &writable, &failed, &time) < 1)
		return "nothing";
	if (FD_ISSET(s, &writable))
		return "connected";
	getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &size);
	return error_name(error);
}

/* The flags of the next packet of TCP's that the listener's side sends to the callers; 0 if there is none. */
static int sent(int milliseconds)
{
	struct packet packet;

	while (link_packet(caller_host, &packet, milliseconds))
		if (packet.protocol == IPPROTO_TCP)
			return packet.flags;
	return 0;
}

static SOCKET accepted;
static const char *take(LPCONDITIONPROC function)
{
	accepted = WSAAccept(listener, NULL, NULL, function, 0);
	return accepted == INVALID_SOCKET ? outcome(SOCKET_ERROR) : "success";
}

/* The next caller, who may not have got here yet. */
static const char *take_soon(int what)
{
	answer = what;
	is_readable(listener, SOON);
	return take(condition);
}

static bool are_connected(SOCKET a, SOCKET b)
{
	char byte = 0;

	block(a, true);
	block(b, true);
	return send(a, "x", 1, 0) == 1 && recv(b, &byte, 1, 0) == 1 && byte == 'x' &&
	       send(b, "y", 1, 0) == 1 && recv(a, &byte, 1, 0) == 1 && byte == 'y';
}

/* As the listener's family has it. */
static bool is_from(SOCKET s)
{
	struct sockaddr_storage name;
	struct sockaddr_in *in = (struct sockaddr_in *)&name;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&name, *seen6 = (struct sockaddr_in6 *)&caller_seen;
	struct sockaddr_in *seen = (struct sockaddr_in *)&caller_seen;
	int size = sizeof name;

	getsockname(s, (struct sockaddr *)&name, &size);
	if (seen->sin_port != in->sin_port)
		return false;
	if (caller_seen.ss_family == AF_INET)
		return seen->sin_addr.s_addr == in->sin_addr.s_addr;
	return name.ss_family == AF_INET6 ? !memcmp(&seen6->sin6_addr, &in6->sin6_addr, 16)
					  : IN6_IS_ADDR_V4MAPPED(&seen6->sin6_addr) &&
						    !memcmp((char *)&seen6->sin6_addr + 12, &in->sin_addr, 4);
}

/* Instructions of the filter that the kernel runs for a socket. */
static int filter_length(SOCKET s)
{
	enum { SO_GET_FILTER = 26 };
	int count = 0;

	return syscall(SYS_getsockopt, (int)s, KERNEL_SOL_SOCKET, SO_GET_FILTER, NULL, &count) < 0 ? -1
												   : count;
}

static void decides(const char *what, int family, const char *text, const char *host)
{
	SOCKET first, second;

	caller_host = host;
	open_listener(family, text, 5);
	ok(!is_readable(listener, 0), "%s: nobody has called", what);
	is_string("WSAEWOULDBLOCK", take(condition), "...and nobody can be accepted");
	first = call();
	ok(is_readable(listener, SOON), "...a caller makes the listener readable");
	is_int(0, sent(NEVER), "...and is not answered");
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "...CF_DEFER");
	ok(is_from(first), "...the caller's address");
	is_int(family, callee_seen.ss_family, "...the callee's family");
	is_int(((struct sockaddr_in *)&address)->sin_port, ((struct sockaddr_in *)&callee_seen)->sin_port,
	       "...and port");
	is_int(0, sent(NEVER), "...the caller is still not answered");
	is_string("nothing", fate(first, 0), "...and waits");
	ok(is_readable(listener, 0), "...and the listener is still readable");
	is_string("success", take_soon(CF_ACCEPT), "...CF_ACCEPT");
	ok(is_from(first), "...of the same caller");
	is_int(2, asked, "...the function was asked twice");
	is_int(SYN_ACK, sent(SOON), "...now it is answered");
	is_string("connected", fate(first, SOON), "...and connected");
	is_int(0, filter_length(accepted), "...without the listener's filter");
	ok(are_connected(first, accepted), "...to the socket that was accepted");
	ok(!is_readable(listener, 0), "...that was all");
	closesocket(accepted);
	closesocket(first);

	sent(NEVER); /* the end of that */
	link_forget();
	second = call();
	is_string("WSAECONNREFUSED", take_soon(CF_REJECT), "%s: CF_REJECT", what);
	is_int(RST_ACK, sent(SOON), "...a reset is all that the caller gets");
	is_string("WSAECONNREFUSED", fate(second, SOON), "...who is refused");
	is_string("WSAEWOULDBLOCK", take(condition), "...and gone");
	closesocket(second);

	second = call();
	is_string("WSAEINVAL", take_soon(99), "...an answer that is none");
	is_string("WSAECONNREFUSED", fate(second, SOON), "...refuses the caller too");
	closesocket(second);
	closesocket(listener);
}

/* Without a condition function everybody is let in. */
static void plain_accept(void)
{
	struct sockaddr_storage name;
	int size = sizeof name;
	SOCKET s;

	open_listener(AF_INET, HERE4, 5);
	s = call();
	is_readable(listener, SOON);
	memset(&caller_seen, 0, sizeof caller_seen);
	accepted = accept(listener, (struct sockaddr *)&caller_seen, &size);
	ok(accepted != INVALID_SOCKET, "accept lets the caller in");
	ok(is_from(s), "...whose address it gives");
	ok(are_connected(s, accepted), "...and is connected");
	closesocket(accepted);
	closesocket(s);
	closesocket(listener);
}

static void several(void)
{
	SOCKET callers[4];

	open_listener(AF_INET, HERE4, 3);
	for (int i = 0; i < 4; i++)
		callers[i] = call();
	closesocket(callers[3]); /* for whom there is no room */
	is_string("WSAECONNREFUSED", take_soon(CF_REJECT), "of several callers the first is rejected");
	ok(is_from(callers[0]), "...which it is");
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "...the second put off");
	ok(is_from(callers[1]), "...which it is");
	is_string("success", take_soon(CF_ACCEPT), "...and accepted");
	ok(is_from(callers[1]) && are_connected(callers[1], accepted), "...itself");
	closesocket(accepted);
	is_string("success", take_soon(CF_ACCEPT), "...and so is the third");
	ok(is_from(callers[2]) && are_connected(callers[2], accepted), "...itself");
	is_string("WSAEWOULDBLOCK", take(condition), "...the fourth was more than the backlog has room for");
	is_string("WSAECONNREFUSED", fate(callers[0], SOON), "...the first has been refused");
	closesocket(accepted);
	for (int i = 0; i < 3; i++)
		closesocket(callers[i]);
	closesocket(listener);
}

/* A caller says that it is there again and again; and at some time it does so no more. */
static void patience(void)
{
	SOCKET s;

	open_listener(AF_INET, HERE4, 5);
	s = call();
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "a caller that is put off");
	sleep_ms(1300);
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "...and calls again meanwhile");
	is_string("WSAECONNREFUSED", take_soon(CF_REJECT), "...is one");
	is_string("WSAEWOULDBLOCK", take(condition), "...and no more");
	closesocket(s);

	s = call();
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "a caller that gives up");
	closesocket(s);
	is_string("WSAECONNRESET", take_soon(CF_ACCEPT), "...cannot be accepted any more");
	is_string("WSAEWOULDBLOCK", take(condition), "...and is not asked about again");

	s = call();
	ok(is_readable(listener, SOON), "one that gives up without being asked about");
	closesocket(s);
	sleep_ms(4300);
	ok(!is_readable(listener, 0), "...is forgotten");
	is_string("WSAEWOULDBLOCK", take(condition), "...by WSAAccept too");
	closesocket(listener);
}

static void ends(void)
{
	SOCKET s;

	open_listener(AF_INET, HERE4, 5);
	s = call();
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "who waits when the listener is closed");
	succeeds(closesocket(listener), "...closesocket");
	is_string("WSAECONNREFUSED", fate(s, SOON), "...is refused");
	closesocket(s);

	open_listener(AF_INET, HERE4, 5);
	s = call();
	ok(is_readable(listener, SOON), "who waits when the listener is paused");
	set(listener, SOL_SOCKET, SO_PAUSE_ACCEPT, TRUE);
	is_string("WSAECONNREFUSED", fate(s, SOON), "...is refused");
	closesocket(s);
	s = call();
	is_string("WSAECONNREFUSED", fate(s, SOON), "...and so is who comes then");
	closesocket(s);
	set(listener, SOL_SOCKET, SO_PAUSE_ACCEPT, FALSE);
	ok(!is_readable(listener, NEVER), "...of whom nothing is left after the pause");
	s = call();
	is_string("success", take_soon(CF_ACCEPT), "...and the next one is asked about");
	ok(are_connected(s, accepted), "...and connected");
	closesocket(accepted);
	closesocket(s);
	closesocket(listener);
}

static const char *awaited;

static void await(void *argument)
{
	awaited = take(argument ? condition : NULL);
}

static void wait_readable(void *argument)
{
	awaited = is_readable(listener, SOON) ? "readable" : "nothing";
}

/* WSAPoll is select in other words. */
static void polls(void)
{
	WSAPOLLFD polled = { .events = POLLRDNORM };
	SOCKET s;

	open_listener(AF_INET, HERE4, 5);
	polled.fd = listener;
	is_int(0, WSAPoll(&polled, 1, 0), "WSAPoll: nobody has called");
	s = call();
	is_int(1, WSAPoll(&polled, 1, SOON), "...a caller");
	is_hex(POLLRDNORM, (unsigned short)polled.revents, "...POLLRDNORM");
	is_string("WSAECONNREFUSED", take_soon(CF_REJECT), "...who is refused");
	is_int(0, WSAPoll(&polled, 1, 0), "...and that was all");
	closesocket(s);
	closesocket(listener);
}

static void close_listener(void *argument)
{
	sleep_ms(100);
	closesocket(listener);
}

static void waits(void)
{
	struct task *task;
	SOCKET s;

	open_listener(AF_INET, HERE4, 5);
	block(listener, true);
	answer = CF_ACCEPT;
	for (int function = 0; function < 2; function++) {
		task = task_start(await, function ? &function : NULL);
		sleep_ms(50);
		s = call();
		ok(task_end(task, SOON), "%s waits for a caller", function ? "WSAAccept" : "accept");
		is_string("success", awaited, "...and gets it");
		ok(are_connected(s, accepted), "...connected");
		closesocket(accepted);
		closesocket(s);
	}
	task = task_start(wait_readable, NULL);
	sleep_ms(50);
	s = call();
	ok(task_end(task, SOON), "select waits for a caller");
	is_string("readable", awaited, "...and says so");
	answer = CF_REJECT;
	is_string("WSAECONNREFUSED", take(condition), "...who is there");
	closesocket(s);
	task = task_start(close_listener, NULL);
	is_string("WSAEINTR", take(condition), "closesocket wakes WSAAccept");
	task_end(task, SOON);

	open_listener(AF_INET, HERE4, 5);
	task = task_start(wait_readable, NULL);
	close_listener(NULL);
	ok(task_end(task, SOON / 2), "closesocket wakes select");
}

/* On the loopback interface everything is the same. */
static void loopback(const char *text)
{
	SOCKET s;

	open_listener(AF_INET6, text, 5);
	s = call_from(HERE);
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "%s: CF_DEFER", text);
	is_string("nothing", fate(s, NEVER), "...the caller waits");
	is_string("success", take_soon(CF_ACCEPT), "...CF_ACCEPT");
	ok(is_from(s) && are_connected(s, accepted), "...connects it");
	closesocket(accepted);
	closesocket(s);
	s = call_from(HERE);
	is_string("WSAECONNREFUSED", take_soon(CF_REJECT), "...CF_REJECT");
	is_string("WSAECONNREFUSED", fate(s, SOON), "...refuses it");
	closesocket(s);
	closesocket(listener);
}

/* What calls another socket of the same port, and connections that are there, are no business of the
 * listener's. */
static void others(void)
{
	SOCKET specific = new_socket(AF_INET, SOCK_STREAM), s, other;

	open_listener(AF_INET, HERE4, 5);
	if (bind(specific, (struct sockaddr *)&address, length) || listen(specific, 5))
		bail("a second listener: %s", error_name(WSAGetLastError()));
	s = call();
	is_string("connected", fate(s, SOON), "another listener has the address that is called");
	ok(!is_readable(listener, NEVER), "...so nobody is asked");
	other = accept(specific, NULL, NULL);
	ok(are_connected(s, other), "...and the caller is its own");
	closesocket(other);
	closesocket(specific);
	closesocket(s);
	closesocket(listener);
}

static char said[64];

static void accepting(void *unused)
{
	snprintf(said, sizeof said, "%s", take(NULL));
}

/* What the listener has open beside itself may have numbers that no socket ever had: the notes come in pages
 * of 1024. */
static void numbers(void)
{
	enum { PAGE = 1024, LEFT = 2 };
	struct rlimit limit, more;
	struct task *task;
	int taken[PAGE], count = 0;

	getrlimit(RLIMIT_NOFILE, &limit);
	more = limit;
	more.rlim_cur = more.rlim_max < 2 * PAGE ? more.rlim_max : 2 * PAGE;
	setrlimit(RLIMIT_NOFILE, &more);
	do
		taken[count] = (int)syscall(SYS_dup, 0);
	while (taken[count++] < PAGE - LEFT - 1);
	open_listener(AF_INET, HERE4, 5);
	block(listener, true);
	task = task_start(accepting, NULL);
	sleep_ms(NEVER);
	succeeds(closesocket(listener), "closesocket of a listener with the last numbers of a page");
	ok(task_end(task, SOON), "...wakes accept");
	is_string("WSAEINTR", said, "...which says so");
	while (count)
		syscall(SYS_close, taken[--count]);
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* capset(2): only root's CAP_NET_RAW can do any of this. */
static bool privilege(bool on)
{
	enum { VERSION = 0x20080522, NET_RAW = 1 << 13 };
	struct {
		unsigned version;
		int process;
	} header = { VERSION, 0 };
	struct {
		unsigned effective, permitted, inheritable;
	} data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	data[0].effective = on ? data[0].effective | NET_RAW : data[0].effective & ~(unsigned)NET_RAW;
	return syscall(SYS_capset, &header, data) == 0;
}

static void without_privilege(void)
{
	SOCKET s;
	char byte;

	if (!privilege(false))
		bail("capset");
	open_listener(AF_INET, HERE4, 5);
	s = call();
	is_int(SYN_ACK, sent(SOON), "without CAP_NET_RAW the kernel answers");
	is_string("connected", fate(s, SOON), "...and connects the caller");
	is_string("WSATRY_AGAIN", take_soon(CF_DEFER), "...before the function is asked");
	is_string("WSAECONNREFUSED", take_soon(CF_REJECT), "...CF_REJECT");
	is_readable(s, SOON);
	fails(WSAECONNRESET, recv(s, &byte, 1, 0), "...resets the connection");
	privilege(true);
	closesocket(s);
	closesocket(listener);
}

int main(void)
{
	const char *reason = link_make();

	if (reason)
		skip_all("%s", reason);
	link_loopback();
	link_address6(HERE, HERE6);
	link_address6(THERE, THERE6);
	plan_lazy();
	winsock_start();
	decides("IPv4", AF_INET, HERE4, LINK_ADDRESS_THERE);
	decides("IPv6", AF_INET6, HERE6, THERE6);
	decides("both, IPv4", AF_INET6, HERE4, LINK_ADDRESS_THERE);
	decides("link-local", AF_INET6, link_local6(HERE), link_local6(THERE));
	caller_host = LINK_ADDRESS_THERE;
	plain_accept();
	several();
	patience();
	ends();
	waits();
	polls();
	loopback("127.0.0.1");
	loopback("::1");
	others();
	numbers();
	without_privilege();
	winsock_end();
	return done();
}
