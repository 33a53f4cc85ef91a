/* Datagrams as Windows treats them: what has no other test. Each line of it was seen on Windows, or stands on
 * a page of Microsoft's. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include <string.h>

#include "net.h"

static LPFN_WSARECVMSG receive_message;

static bool selects(SOCKET s, bool to_write, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, to_write ? NULL : &set, to_write ? &set : NULL, NULL, &time) == 1;
}

static void set_timeout(SOCKET s, DWORD milliseconds)
{
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds);
}

static const char *received(SOCKET s)
{
	char bytes[64];
	int size = recv(s, bytes, sizeof bytes, 0);

	return size < 0 ? error_name(WSAGetLastError()) : words("%d: %.*s", size, size, bytes);
}

static struct sockaddr_storage loopback(int family, unsigned short port, int *length)
{
	struct sockaddr_storage address;
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

	memset(&address, 0, sizeof address);
	address.ss_family = (short)family;
	in->sin_port = htons(port);
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr = in6addr_loopback;
	*length = family == AF_INET ? sizeof *in : sizeof *in6;
	return address;
}

/* Port 0 is nobody's: it goes, and arrives nowhere. */
static void port_zero(int family)
{
	int length, name_length = sizeof(struct sockaddr_storage);
	struct sockaddr_storage to = loopback(family, 0, &length), name;
	SOCKET s = new_socket(family, SOCK_DGRAM);
	WSABUF buffer = { 3, (char *)"abc" };
	WSAMSG message = { (struct sockaddr *)&to, length, &buffer, 1, { 0, NULL }, 0 };
	DWORD count = 0;

	wine_todo("Wine has an error for it");
	is_int(3, sendto(s, "abc", 3, 0, (struct sockaddr *)&to, length), "family %d: sendto port 0", family);
	todo_end();
	wine_may_differ("Wine has an error for it");
	succeeds(getsockname(s, (struct sockaddr *)&name, &name_length), "...has bound the socket");
	succeeds(WSASendTo(s, &buffer, 1, &count, 0, (struct sockaddr *)&to, length, NULL, NULL),
		 "...WSASendTo");
	is_int(3, count, "...counts");
	succeeds(WSASendMsg(s, &message, 0, &count, NULL, NULL), "...WSASendMsg");
	todo_end();
	closesocket(s);
}

/* The address of the sender takes its own room and no more. */
static void room_for_address(int family)
{
	struct sockaddr_storage address[2];
	int length, from_length;
	SOCKET a = bound_socket(family, SOCK_DGRAM, &address[0], &length);
	SOCKET b = bound_socket(family, SOCK_DGRAM, &address[1], &length);
	unsigned char from[sizeof(struct sockaddr_storage) + 16];
	char byte;

	for (int more = 0; more <= 16; more += 8) {
		memset(from, 0xcc, sizeof from);
		from_length = length + more;
		sendto(a, "x", 1, 0, (struct sockaddr *)&address[1], length);
		is_int(1, recvfrom(b, &byte, 1, 0, (struct sockaddr *)from, &from_length),
		       "family %d: recvfrom, %d bytes more for the address", family, more);
		is_int(length, from_length, "...its length");
		ok(!memcmp(from, &address[0], (size_t)length), "...the address");
		wine_may_differ("Wine fills all there is");
		is_hex(0xcc, from[length], "...and nothing behind it");
		todo_end();
	}
#ifdef __linux__ /* Wine has an error for it */
	sendto(a, "x", 1, 0, (struct sockaddr *)&address[1], length);
	is_int(1, recvfrom(b, &byte, 1, 0, (struct sockaddr *)from, NULL), "recvfrom without a length");
	sendto(a, "x", 1, 0, (struct sockaddr *)&address[1], length);
	from_length = 1;
	is_int(1, recvfrom(b, &byte, 1, 0, NULL, &from_length), "recvfrom without an address");
#endif
	closesocket(a);
	closesocket(b);
}

/* Nobody is there. */
static void refused(int family)
{
	struct sockaddr_storage to;
	int length, lost = 0, writable = 0;
	SOCKET s = new_socket(family, SOCK_DGRAM);
	WSABUF buffer = { 1, (char *)"x" };
	DWORD count, flags = 0;
	char byte;
	WSAMSG message = { NULL, 0, &buffer, 1, { 0, NULL }, 0 };
	u_long on = 1;

	to = loopback(family, free_port(family, SOCK_DGRAM), &length);
	succeeds(connect(s, (struct sockaddr *)&to, length), "family %d: a peer that is not there", family);
	set_timeout(s, 2000);
	for (int i = 0; i < 10; i++) {
		lost += send(s, "x", 1, 0) != 1;
		sleep_ms(2);
		writable += selects(s, true, 0);
	}
	wine_may_differ("Wine lets sends fail, as Linux has it");
	is_int(0, lost, "...no send fails");
	todo_end();
	is_int(10, writable, "...and select calls it writable");
	buffer.buf = &byte;
	wine_may_differ("Wine has told it to a send");
	fails(WSAECONNRESET, WSARecv(s, &buffer, 1, &count, &flags, NULL, NULL), "...WSARecv hears of it");
	send(s, "x", 1, 0);
	fails(WSAECONNRESET, WSARecvFrom(s, &buffer, 1, &count, &flags, NULL, NULL, NULL, NULL),
	      "...WSARecvFrom");
	send(s, "x", 1, 0);
	fails(WSAECONNRESET, receive_message(s, &message, &count, NULL, NULL), "...WSARecvMsg");
	todo_end();
	ioctlsocket(s, FIONBIO, &on);
	while (recv(s, &byte, 1, 0) < 0 && WSAGetLastError() == WSAECONNRESET)
		;
	is_string("WSAEWOULDBLOCK", received(s), "...and then there is nothing more");
	closesocket(s);

	/* Not connected, too. */
	s = new_socket(family, SOCK_DGRAM);
	set_timeout(s, 2000);
	is_int(1, sendto(s, "x", 1, 0, (struct sockaddr *)&to, length), "...sendto");
	wine_todo("Wine's hears of it only when it is connected, as Linux has it");
	is_string("WSAECONNRESET", received(s), "...is refused just so");
	todo_end();
	closesocket(s);
}

/* One failing receive for each datagram, which names whither it was sent. */
static void refused_by(int family)
{
	struct sockaddr_storage to[2], from;
	int length, from_length, failed = 0;
	SOCKET s = new_socket(family, SOCK_DGRAM);
	WSAMSG message = { (struct sockaddr *)&from, sizeof from, NULL, 0, { 0, NULL }, 0 };
	DWORD count;
	char byte;

	to[0] = loopback(family, free_port(family, SOCK_DGRAM), &length);
	to[1] = loopback(family, free_port(family, SOCK_DGRAM), &length);
	set_timeout(s, 1000);
	wine_may_differ("Wine's hears of it only when it is connected, as Linux has it");
	for (int i = 0; i < 2; i++) {
		sendto(s, "x", 1, 0, (struct sockaddr *)&to[i], length);
		from_length = sizeof from;
		memset(&from, 0xcc, sizeof from);
		fails(WSAECONNRESET, recvfrom(s, &byte, 1, MSG_PEEK, (struct sockaddr *)&from, &from_length),
		      "family %d: recvfrom, MSG_PEEK, of a refusal", family);
		is_int(length, from_length, "...the length of an address");
		ok(!memcmp(&from, &to[i], (size_t)length), "...whither it was sent");
		memset(&from, 0xcc, sizeof from);
		fails(WSAECONNRESET, recvfrom(s, &byte, 1, 0, (struct sockaddr *)&from, &from_length),
		      "...the same without MSG_PEEK");
		ok(!memcmp(&from, &to[i], (size_t)length), "...and address");
	}
#ifdef __linux__ /* Wine waits */
	for (int i = 0; i < 3; i++) {
		sendto(s, "x", 1, 0, (struct sockaddr *)&to[i % 2], length);
		sleep_ms(5);
	}
	for (int i = 0; i < 3; i++) {
		from_length = sizeof from;
		failed += recvfrom(s, &byte, 1, 0, (struct sockaddr *)&from, &from_length) < 0 &&
			  WSAGetLastError() == WSAECONNRESET && !memcmp(&from, &to[i % 2], (size_t)length);
	}
	is_int(3, failed, "three datagrams: three failing receives, in order");
	sendto(s, "x", 1, 0, (struct sockaddr *)&to[0], length);
	fails(WSAECONNRESET, receive_message(s, &message, &count, NULL, NULL), "WSARecvMsg");
	is_int(length, message.namelen, "...the length of an address");
	ok(!memcmp(&from, &to[0], (size_t)length), "...whither it was sent");
#else
	(void)message, (void)count, (void)failed;
#endif
	todo_end();
	closesocket(s);
}

/* To everybody: with SO_BROADCAST, or connected. */
static void broadcast(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	int length = sizeof(DWORD), sent;
	DWORD value = 1;

	to.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	fails(WSAEACCES, sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof to),
	      "sendto everybody without SO_BROADCAST");
	wine_todo("Wine goes by the option");
	succeeds(connect(s, (struct sockaddr *)&to, sizeof to), "...connect");
	todo_end();
	getsockopt(s, SOL_SOCKET, SO_BROADCAST, (char *)&value, &length);
	is_int(FALSE, value, "...does not turn it on");
	sent = send(s, "x", 1, 0);
	if (sent < 0 && WSAGetLastError() == WSAENETUNREACH) {
		skip(2, "there is no network here");
	} else {
		wine_todo("Wine goes by the option");
		is_int(1, sent, "...and send");
		todo_end();
		fails(WSAEACCES, sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof to),
		      "...but not sendto");
	}
	closesocket(s);
}

/* Several buffers, none, and flags. */
static void buffers(void)
{
	struct sockaddr_storage address[2];
	int length;
	SOCKET a = bound_socket(AF_INET, SOCK_DGRAM, &address[0], &length);
	SOCKET b = bound_socket(AF_INET, SOCK_DGRAM, &address[1], &length);
	char first[4], second[4], third[4];
	WSABUF out[] = { { 3, (char *)"abc" }, { 0, NULL }, { 4, (char *)"defg" } };
	WSABUF in[] = { { 2, first }, { 3, second }, { 4, third } };
	WSAMSG message;
	DWORD count = 0xdead, flags;

	connect(a, (struct sockaddr *)&address[1], length);
	set_timeout(b, 2000);
	succeeds(WSASend(a, out, 3, &count, 0, NULL, NULL), "WSASend of three buffers");
	is_int(7, count, "...all of it");
	flags = MSG_PEEK;
	count = 0xdead;
	wine_may_differ("Wine leaves the flag there");
	succeeds(WSARecv(b, in, 3, &count, &flags, NULL, NULL), "WSARecv into three, MSG_PEEK");
	is_int(7, count, "...all of it");
	is_hex(0, flags, "...no flags come back");
	todo_end();
	ok(!memcmp(first, "ab", 2) && !memcmp(second, "cde", 3) && !memcmp(third, "fg", 2),
	   "...one after the other");
	flags = 0;
	count = 0xdead;
	fails(WSAEMSGSIZE, WSARecv(b, in, 2, &count, &flags, NULL, NULL), "...into two: too few");
	wine_todo("Wine leaves the count alone");
	is_int(5, count, "...as much as fits");
	todo_end();
	flags = 0;
	succeeds(WSASend(a, NULL, 0, &count, 0, NULL, NULL), "WSASend of no buffer");
	is_int(0, count, "...no bytes");
	is_string("0: ", received(b), "...is a datagram");
	wine_todo("Wine does not look at their number");
	fails(WSAEINVAL, WSARecv(b, in, 0, &count, &flags, NULL, NULL), "WSARecv into no buffer");
	fails(WSAEINVAL, WSARecvFrom(b, NULL, 0, &count, &flags, NULL, NULL, NULL, NULL), "...WSARecvFrom");
	todo_end();

	succeeds(WSASend(a, out, 3, &count, 0, NULL, NULL), "a datagram");
	message = (WSAMSG){ NULL, 0, in, 3, { 0, NULL }, 0 };
	succeeds(receive_message(b, &message, &count, NULL, NULL), "WSARecvMsg into three buffers");
	is_int(7, count, "...all of it");
	is_hex(0, message.dwFlags, "...no flags");
	succeeds(WSASend(a, out, 3, &count, 0, NULL, NULL), "another");
	message = (WSAMSG){ NULL, 0, in, 1, { 0, NULL }, MSG_PEEK };
	wine_may_differ("Wine leaves count and flags alone");
	fails(WSAEMSGSIZE, receive_message(b, &message, &count, NULL, NULL), "...too large, MSG_PEEK");
	is_int(2, count, "...what fits");
	is_hex(MSG_TRUNC, message.dwFlags, "...MSG_TRUNC");
	todo_end();
#ifdef __linux__
	message = (WSAMSG){ NULL, 0, NULL, 0, { 0, NULL }, 0 };
	fails(WSAEMSGSIZE, receive_message(b, &message, &count, NULL, NULL), "WSARecvMsg into no buffer");
	is_int(0, count, "...no bytes");
	is_hex(MSG_TRUNC, message.dwFlags, "...MSG_TRUNC");
#else
	received(b);
#endif
	flags = MSG_PARTIAL;
	send(a, "x", 1, 0);
	wine_may_differ("Wine leaves the flag there");
	succeeds(WSARecv(b, in, 1, &count, &flags, NULL, NULL), "MSG_PARTIAL means nothing here");
	is_hex(0, flags, "...and does not come back");
	todo_end();
	closesocket(a);
	closesocket(b);
}

/* A socket of IPv6 that speaks IPv4 as well. */
static void dual_stack(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 }, mapped = { .sin6_family = AF_INET6 }, from;
	struct sockaddr_storage four_address;
	int length;
	DWORD off = 0;
	SOCKET six = new_socket(AF_INET6, SOCK_DGRAM), only = new_socket(AF_INET6, SOCK_DGRAM);
	SOCKET four = bound_socket(AF_INET, SOCK_DGRAM, &four_address, &length);
	char byte;

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	mapped.sin6_port = ((struct sockaddr_in *)&four_address)->sin_port;
	set_timeout(four, 2000);
	set_timeout(six, 2000);
	wine_may_differ("Wine's IPV6_V6ONLY is not always what it says");
	fails(WSAENETUNREACH, sendto(only, "x", 1, 0, (struct sockaddr *)&mapped, sizeof mapped),
	      "to IPv4 with IPV6_V6ONLY");
	todo_end();
	setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&off, sizeof off);
	is_int(1, sendto(six, "x", 1, 0, (struct sockaddr *)&mapped, sizeof mapped), "...without");
	length = sizeof from;
	is_int(1, recvfrom(four, &byte, 1, 0, (struct sockaddr *)&four_address, &length), "...arrives");
	is_int(AF_INET, four_address.ss_family, "...from IPv4");
	is_hex(INADDR_LOOPBACK, ntohl(((struct sockaddr_in *)&four_address)->sin_addr.s_addr),
	       "...this address");
	is_int(1, sendto(four, "y", 1, 0, (struct sockaddr *)&four_address, sizeof(struct sockaddr_in)),
	       "an answer");
	length = sizeof from;
	is_int(1, recvfrom(six, &byte, 1, 0, (struct sockaddr *)&from, &length), "...arrives");
	is_int(sizeof from, length, "...from an address of IPv6");
	ok(IN6_IS_ADDR_V4MAPPED(&from.sin6_addr), "...that is IPv4-mapped");
	ok(!memcmp(&from.sin6_addr, &mapped.sin6_addr, sizeof from.sin6_addr), "...this one");
	succeeds(connect(six, (struct sockaddr *)&mapped, sizeof mapped), "connected so");
	is_int(1, send(six, "z", 1, 0), "...sends");
	is_string("1: z", received(four), "...which arrives");
	length = sizeof from;
	succeeds(getpeername(six, (struct sockaddr *)&from, &length), "...its peer");
	ok(IN6_IS_ADDR_V4MAPPED(&from.sin6_addr), "...is IPv4-mapped");
	length = sizeof any;
	succeeds(getsockname(six, (struct sockaddr *)&any, &length), "...its name");
	ok(IN6_IS_ADDR_V4MAPPED(&any.sin6_addr), "...too");
	wine_todo("Wine takes it");
	fails(WSAEAFNOSUPPORT,
	      sendto(six, "x", 1, 0, (struct sockaddr *)&four_address, sizeof(struct sockaddr_in6)),
	      "an address of IPv4 is none for it");
	todo_end();
	closesocket(six);
	closesocket(only);
	closesocket(four);
}

/* Kinds of sockets that Linux has, and Windows has not. */
static void only_linux(void)
{
	static const struct {
		int family, type, protocol, error;
	} cases[] = {
		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, WSAEPROTONOSUPPORT }, /* pings without privilege */
		{ AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, WSAEPROTONOSUPPORT },
		{ AF_INET, SOCK_DGRAM, 136, WSAEPROTONOSUPPORT },        /* UDP-Lite */
		{ AF_INET, SOCK_STREAM, 262, WSAEPROTONOSUPPORT },       /* MPTCP */
		{ AF_INET, SOCK_STREAM, 132, WSAEPROTONOSUPPORT },       /* SCTP */
		{ AF_INET, SOCK_STREAM | 0x800, 0, WSAESOCKTNOSUPPORT }, /* SOCK_NONBLOCK */
		{ AF_INET, SOCK_RAW, 256, WSAEPROTONOSUPPORT },
		{ AF_INET, SOCK_RAW, -1, WSAEPROTONOSUPPORT },
		{ AF_INET, SOCK_SEQPACKET, 0, WSAESOCKTNOSUPPORT },
		{ 16, SOCK_RAW, 0, WSAEAFNOSUPPORT }, /* netlink */
		{ 17, SOCK_RAW, 0, WSAEAFNOSUPPORT }, /* packets */
	};

	wine_may_differ("Wine has some of them, or other errors");
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		SOCKET s;

		WSASetLastError(0);
		s = socket(cases[i].family, cases[i].type, cases[i].protocol);
		is_error(cases[i].error, s == INVALID_SOCKET ? WSAGetLastError() : 0, "socket(%d, %#x, %d)",
			 cases[i].family, (unsigned)cases[i].type, cases[i].protocol);
		if (s != INVALID_SOCKET)
			closesocket(s);
	}
	todo_end();
}

int main(void)
{
	plan_lazy();
	winsock_start();
	find_extension((GUID)WSAID_WSARECVMSG, &receive_message);
	port_zero(AF_INET);
	port_zero(AF_INET6);
	room_for_address(AF_INET);
	room_for_address(AF_INET6);
	refused(AF_INET);
	refused(AF_INET6);
	refused_by(AF_INET);
	refused_by(AF_INET6);
	broadcast();
	buffers();
	dual_stack();
	only_linux();
	winsock_end();
	return done();
}
