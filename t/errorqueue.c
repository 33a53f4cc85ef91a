/* IP_RECVERR, IPV6_RECVERR and MSG_ERRQUEUE: what became of datagrams, as real ICMP messages over a link tell
 * it. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>

#include <string.h>

#include "tap/link.h"
#include "tap/net.h"

enum { PORT = 7300, SOON = 3000, NEVER = 100 };

#define HERE6  "fd00:9::1"
#define THERE6 "fd00:9::2"

static LPFN_WSARECVMSG receive_message;
static char text[64];

static int set(SOCKET s, int level, int option, DWORD value)
{
	return setsockopt(s, level, option, (char *)&value, sizeof value);
}

static DWORD get(SOCKET s, int level, int option)
{
	DWORD value = 0xdead;
	int length = sizeof value;

	return getsockopt(s, level, option, (char *)&value, &length) ? 0xbad : value;
}

static void switch_ioctl(SOCKET s, DWORD code, DWORD on)
{
	DWORD bytes;

	if (WSAIoctl(s, code, &on, sizeof on, NULL, 0, &bytes, NULL, NULL))
		bail("ioctl: %s", error_name(WSAGetLastError()));
}

/* What each family is called by, and how the test reaches the other side. */
static const struct family {
	int family, level, length, protocol;
	const char *name, *there;
} four = { AF_INET, IPPROTO_IP, sizeof(struct sockaddr_in), IPPROTO_ICMP, "IPv4", LINK_ADDRESS_THERE },
  six = { AF_INET6, IPPROTO_IPV6, sizeof(struct sockaddr_in6), IPPROTO_ICMPV6, "IPv6", THERE6 };

static struct sockaddr_storage address_of(int family, const char *address, unsigned short port)
{
	struct sockaddr_storage storage;
	struct sockaddr_in *in = (struct sockaddr_in *)&storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;

	memset(&storage, 0, sizeof storage);
	storage.ss_family = family;
	in->sin_port = htons(port);
	inet_pton(family, address, family == AF_INET ? (void *)&in->sin_addr : (void *)&in6->sin6_addr);
	return storage;
}

/* A socket that sends from the port PORT. */
static SOCKET sender(const struct family *family, bool reports)
{
	struct sockaddr_storage here =
		address_of(family->family, family->family == AF_INET ? "0.0.0.0" : "::", PORT);
	SOCKET s = new_socket(family->family, SOCK_DGRAM);

	if (bind(s, (struct sockaddr *)&here, family->length) || set(s, SOL_SOCKET, SO_RCVTIMEO, SOON) ||
	    (reports && set(s, family->level, family->family == AF_INET ? IP_RECVERR : IPV6_RECVERR, TRUE)))
		bail("the sender: %s", error_name(WSAGetLastError()));
	return s;
}

static void send_text(SOCKET s, const struct family *family, unsigned short port)
{
	struct sockaddr_storage there = address_of(family->family, family->there, port);

	if (sendto(s, "hello world", 11, 0, (struct sockaddr *)&there, family->length) != 11)
		bail("sendto: %s", error_name(WSAGetLastError()));
}

/* What select says of it: "read except". */
static const char *selected(SOCKET s, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set read, except;

	FD_ZERO(&read);
	FD_ZERO(&except);
	FD_SET(s, &read);
	FD_SET(s, &except);
	select(0, &read, NULL, &except, &time);
	return words("%s%s", FD_ISSET(s, &read) ? " read" : "", FD_ISSET(s, &except) ? " except" : "");
}

static bool waits_for_message(SOCKET s, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set except;

	FD_ZERO(&except);
	FD_SET(s, &except);
	return select(0, NULL, NULL, &except, &time) == 1;
}

/* WSARecvMsg, MSG_ERRQUEUE: "11 hello world, 0x1000; to ADDRESS PORT; 0.75/12: 1 3.3 0". */
static const char *message_of(SOCKET s, DWORD flags, ULONG size, ULONG room)
{
	static struct sockaddr_storage to;
	static ULONG64 control[16];
	WSABUF buffer = { size, text };
	WSAMSG message = { (struct sockaddr *)&to,    sizeof to,           &buffer, 1,
			   { room, (char *)control }, MSG_ERRQUEUE | flags };
	WSACMSGHDR *header;
	IN_RECVERR information;
	DWORD count = 0xdead;
	char address[64] = "";
	const char *error = "";

	memset(text, '.', sizeof text);
	memset(&to, 0xcc, sizeof to);
	if (receive_message(s, &message, &count, NULL, NULL)) {
		if (WSAGetLastError() != WSAEMSGSIZE)
			return error_name(WSAGetLastError());
		error = "WSAEMSGSIZE ";
	}
	inet_ntop(to.ss_family,
		  to.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&to)->sin_addr
					  : (void *)&((struct sockaddr_in6 *)&to)->sin6_addr,
		  address, sizeof address);
	header = WSA_CMSG_FIRSTHDR(&message);
	if (!header)
		return words("%s%lu %.*s, %#lx; to %s %d", error, (unsigned long)count, (int)count, text,
			     (unsigned long)message.dwFlags, address,
			     ntohs(((struct sockaddr_in *)&to)->sin_port));
	memcpy(&information, WSA_CMSG_DATA(header), sizeof information);
	return words("%s%lu %.*s, %#lx; to %s %d; %d.%d/%d: %d %d.%d %lu", error, (unsigned long)count,
		     (int)count, text, (unsigned long)message.dwFlags, address,
		     ntohs(((struct sockaddr_in *)&to)->sin_port), header->cmsg_level, header->cmsg_type,
		     (int)(header->cmsg_len - WSA_CMSG_LEN(0)), (int)information.protocol, information.type,
		     information.code, (unsigned long)information.info);
}

static const char *take(SOCKET s)
{
	return message_of(s, 0, sizeof text, 128);
}

static const char *received(SOCKET s)
{
	char bytes[16];
	int result = recv(s, bytes, sizeof bytes, 0);

	return result < 0 ? error_name(WSAGetLastError()) : words("%.*s", result, bytes);
}

/* A port that nobody has: the other side's kernel says so. */
static void nobody_there(const struct family *family)
{
	int option = family->family == AF_INET ? IP_RECVERR : IPV6_RECVERR;
	const char *told = words("11 hello world, 0x1000; to %s 9; %d.75/12: %d %s 0", family->there,
				 family->level, family->protocol, family->family == AF_INET ? "3.3" : "1.4");
	SOCKET s = sender(family, false);
	struct sockaddr_storage there;

	is_int(FALSE, get(s, family->level, option), "%s: the option is off at first", family->name);
	is_string("WSAEWOULDBLOCK", take(s), "...MSG_ERRQUEUE has nothing, and does not wait");
	send_text(s, family, 9);
	is_string("WSAECONNRESET", received(s), "...a refusal is for the next receive");
	is_string("WSAEWOULDBLOCK", take(s), "...and not in the queue");

	succeeds(set(s, family->level, option, TRUE), "%s: the option on", family->name);
	is_int(TRUE, get(s, family->level, option), "...reads back");
	is_string("", selected(s, NEVER), "...nothing to read, no exception");
	send_text(s, family, 9);
	ok(waits_for_message(s, SOON), "...a refusal is an exception to select");
	is_string(" read except", selected(s, SOON), "...and something to read");
	is_string("WSAECONNRESET", received(s), "...which the next receive tells");
	is_string(" except", selected(s, NEVER), "...the exception stays");
	is_string(told, message_of(s, MSG_PEEK, sizeof text, 128), "...MSG_ERRQUEUE | MSG_PEEK has it");
	is_string(told, take(s), "...MSG_ERRQUEUE takes it");
	is_string("WSAEWOULDBLOCK", take(s), "...once");
	is_string("", selected(s, NEVER), "...and all is over");

	send_text(s, family, 9);
	is_string("WSAECONNRESET", received(s), "another one");
	there = address_of(family->family, family->there, 9);
	is_string(words("WSAEMSGSIZE 5 hello, 0x1100; to %s 9; %d.75/12: %d %s 0", family->there,
			family->level, family->protocol, family->family == AF_INET ? "3.3" : "1.4"),
		  message_of(s, 0, 5, 128), "...into a small buffer: MSG_TRUNC");
	is_string("WSAEWOULDBLOCK", take(s), "...and it is gone");
	send_text(s, family, 9);
	is_string("WSAECONNRESET", received(s), "one more");
	is_string(words("WSAEMSGSIZE 11 hello world, 0x1200; to %s 9", family->there),
		  message_of(s, 0, sizeof text, WSA_CMSG_LEN(sizeof(IN_RECVERR)) - 1),
		  "...little room for control messages: MSG_CTRUNC");

	/* Connected, and by either call. */
	succeeds(connect(s, (struct sockaddr *)&there, family->length), "a connected socket");
	is_int(2, send(s, "ab", 2, 0), "...sends");
	ok(waits_for_message(s, SOON), "...and hears of it");
	is_int(2, send(s, "cd", 2, 0), "...a send does not fail");
	is_string("WSAECONNRESET", received(s), "...a receive does");
	is_string("2 ab", words("%.4s", take(s)), "...the queue has the first");
	ok(waits_for_message(s, SOON), "...and more comes");
	is_string("2 cd", words("%.4s", take(s)), "...the second");
	closesocket(s);
}

static void by_halves(void)
{
	SOCKET s = sender(&four, true);

	switch_ioctl(s, SIO_UDP_CONNRESET, FALSE);
	switch_ioctl(s, SIO_UDP_NETRESET, FALSE);
	set(s, SOL_SOCKET, SO_RCVTIMEO, NEVER);
	send_text(s, &four, 9);
	ok(waits_for_message(s, SOON), "without SIO_UDP_CONNRESET: an exception");
	is_string("WSAETIMEDOUT", received(s), "...no failing receive");
	is_string("11 hello world", words("%.14s", take(s)), "...but a message");
	succeeds(set(s, IPPROTO_IP, IP_RECVERR, FALSE), "off again");
	send_text(s, &four, 9);
	ok(!waits_for_message(s, NEVER), "...no exception");
	is_string("WSAEWOULDBLOCK", take(s), "...and no message");
	switch_ioctl(s, SIO_UDP_CONNRESET, TRUE);
	set(s, IPPROTO_IP, IP_RECVERR, TRUE);
	send_text(s, &four, 9);
	ok(waits_for_message(s, SOON), "on again: a message");
	set(s, IPPROTO_IP, IP_RECVERR, FALSE);
	is_string("WSAEWOULDBLOCK", take(s), "...which is forgotten when the option is off");
	ok(!waits_for_message(s, NEVER), "...so that there is no exception");
	is_string("WSAECONNRESET", received(s), "...but a failing receive");
	closesocket(s);
}

/* THERE says with a message of its own what became of a datagram from PORT to the port 9. */
static void complain(const struct family *family, int type, int code, unsigned info, unsigned char *packet,
		     int size)
{
	struct sockaddr_storage here =
		address_of(family->family, family->family == AF_INET ? "10.9.0.1" : HERE6, 0);
	unsigned sum = 0;
	SOCKET raw;

	packet[0] = (unsigned char)type;
	packet[1] = (unsigned char)code;
	packet[2] = packet[3] = 0;
	for (int i = 0; i < 4; i++)
		packet[4 + i] = (unsigned char)(info >> (24 - 8 * i));
	if (family->family == AF_INET) { /* of ICMPv6 the kernel does that */
		for (int i = 0; i < size; i += 2)
			sum += (unsigned)packet[i] << 8 | (i + 1 < size ? packet[i + 1] : 0u);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		packet[2] = (unsigned char)(~sum >> 8);
		packet[3] = (unsigned char)~sum;
	}
	link_enter(THERE);
	raw = socket(family->family, SOCK_RAW, family->protocol);
	link_enter(HERE);
	if (raw == INVALID_SOCKET ||
	    sendto(raw, (char *)packet, size, 0, (struct sockaddr *)&here, family->length) != size)
		bail("the message: %s", error_name(WSAGetLastError()));
	closesocket(raw);
}

/* The head of the datagram that a message is about, as a router would quote it. */
static int quote(const struct family *family, unsigned char *packet)
{
	static const unsigned char header4[] = { 0x45, 0, 0,  39, 0, 1, 0x40, 0, 9, IPPROTO_UDP,
						 0,    0, 10, 9,  0, 1, 10,   9, 0, 2 };
	static const unsigned char header6[8] = { 0x60, 0, 0, 0, 0, 19, IPPROTO_UDP, 9 };
	const unsigned char udp[] = { PORT >> 8, PORT & 0xff, 0, 9, 0, 19, 0, 0 };
	int at = 8;

	memset(packet, 0, 128);
	if (family->family == AF_INET) {
		memcpy(packet + at, header4, sizeof header4);
		at += sizeof header4;
	} else {
		memcpy(packet + at, header6, sizeof header6);
		inet_pton(AF_INET6, HERE6, packet + at + 8);
		inet_pton(AF_INET6, THERE6, packet + at + 24);
		at += 40;
	}
	memcpy(packet + at, udp, sizeof udp);
	memcpy(packet + at + sizeof udp, "hello world", 11);
	return at + (int)sizeof udp + 11;
}

static void other_messages(const struct family *family)
{
	static const struct {
		const struct family *family;
		int type, code;
		unsigned info, told;
		const char *receive, *what;
	} cases[] = {
		{ &four, 11, 0, 0, 0, "WSAENETRESET", "too many routers" },
		{ &four, 3, 1, 0, 0, "WSAETIMEDOUT", "host unreachable" },
		{ &four, 3, 13, 0, 0, "WSAETIMEDOUT", "prohibited" },
		{ &four, 3, 4, 1000, 1000, "WSAETIMEDOUT", "fragmentation needed" },
		{ &six, 3, 0, 0, 0, "WSAENETRESET", "too many routers" },
		{ &six, 1, 3, 0, 0, "WSAETIMEDOUT", "address unreachable" },
		{ &six, 2, 0, 1300, 1300, "WSAETIMEDOUT", "packet too big" },
	};
	SOCKET s = sender(family, true);

	set(s, SOL_SOCKET, SO_RCVTIMEO, NEVER);
	set(s, family->level, family->family == AF_INET ? IP_DONTFRAGMENT : IPV6_DONTFRAG, TRUE);
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned char packet[128];
		int size;

		if (cases[i].family != family)
			continue;
		size = quote(family, packet);
		complain(family, cases[i].type, cases[i].code, cases[i].info, packet, size);
		ok(waits_for_message(s, SOON), "%s, %s: an exception", family->name, cases[i].what);
		is_string(cases[i].receive, received(s), "...a receive");
		is_string(words("11 hello world, 0x1000; to %s 9; %d.75/12: %d %d.%d %u", family->there,
				family->level, family->protocol, cases[i].type, cases[i].code, cases[i].told),
			  take(s), "...the message");
	}
	closesocket(s);
}

/* A socket of both families has both options, each for its own. */
static void dual_stack(void)
{
	struct sockaddr_storage to = address_of(AF_INET6, "::ffff:" LINK_ADDRESS_THERE, 9);
	SOCKET s = new_socket(AF_INET6, SOCK_DGRAM);

	set(s, IPPROTO_IPV6, IPV6_V6ONLY, FALSE);
	set(s, SOL_SOCKET, SO_RCVTIMEO, SOON);
	set(s, IPPROTO_IPV6, IPV6_RECVERR, TRUE);
	sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof(struct sockaddr_in6));
	is_string("WSAECONNRESET", received(s), "a dual-stack socket, to IPv4");
	is_string("WSAEWOULDBLOCK", take(s), "...IPV6_RECVERR is not for that");
	succeeds(set(s, IPPROTO_IP, IP_RECVERR, TRUE), "IP_RECVERR on it");
	sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof(struct sockaddr_in6));
	is_string("WSAECONNRESET", received(s), "...a refusal");
	is_string("1 x, 0x1000; to ::ffff:10.9.0.2 9; 0.75/12: 1 3.3 0", take(s), "...is in the queue");
	closesocket(s);
}

/* Datagrams come beside, and what nobody takes does not grow. */
static void many(void)
{
	struct sockaddr_storage here = address_of(AF_INET, "10.9.0.1", PORT);
	unsigned char packet[128];
	SOCKET s = sender(&four, true), other;
	int size = 0, count = 0;

	for (int i = 0; i < 100; i++) {
		size = quote(&four, packet);
		complain(&four, 3, 1, 0, packet, size);
		if (i % 10 == 9)
			waits_for_message(s, SOON);
	}
	link_enter(THERE);
	other = new_socket(AF_INET, SOCK_DGRAM);
	link_enter(HERE);
	sendto(other, "data", 4, 0, (struct sockaddr *)&here, sizeof(struct sockaddr_in));
	is_string("data", received(s), "a datagram beside 100 messages");
	while (!strncmp(take(s), "11 hello", 8))
		count++;
	is_int(64, count, "...of which 64 are kept");
	complain(&four, 3, 1, 0, packet, size);
	for (int i = 0; i < 100 && !waits_for_message(s, 0); i++)
		sleep_ms(10);
	ok(waits_for_message(s, 0), "...and there is room again");
	take(s);
	complain(&four, 3, 1, 0, packet, size);
	sleep_ms(100);
	is_string(" except", selected(s, 0), "a message is seen at the first look");
	closesocket(other);
	closesocket(s);
}

static void bad_calls(void)
{
	SOCKET s = sender(&four, true), raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	struct sockaddr_storage to;
	WSABUF buffer = { sizeof text, text };
	WSAMSG message;
	DWORD count;

	send_text(s, &four, 9);
	waits_for_message(s, SOON);
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		WSABUF bad_buffer = { 11, bad->pointer };

		message = (WSAMSG){ NULL, 0, &bad_buffer, 1, { 0, NULL }, MSG_ERRQUEUE };
		fails(WSAEFAULT, receive_message(s, &message, &count, NULL, NULL), "the buffer is %s",
		      bad->name);
		message = (WSAMSG){ NULL, 0, &buffer, 1, { 64, bad->pointer }, MSG_ERRQUEUE };
		fails(WSAEFAULT, receive_message(s, &message, &count, NULL, NULL), "control is %s",
		      bad->name);
		message = (WSAMSG){
			(struct sockaddr *)bad->pointer, 16, &buffer, 1, { 0, NULL }, MSG_ERRQUEUE
		};
		fails(WSAEFAULT, receive_message(s, &message, &count, NULL, NULL), "the name is %s",
		      bad->name);
	}
	message = (WSAMSG){ (struct sockaddr *)&to, 8, &buffer, 1, { 0, NULL }, MSG_ERRQUEUE };
	fails(WSAEFAULT, receive_message(s, &message, &count, NULL, NULL), "too little room for the name");
	is_string("11 hello world", words("%.14s", take(s)), "...and the message is still there");
	fails(WSAEOPNOTSUPP, recv(s, text, sizeof text, MSG_ERRQUEUE), "recv has no MSG_ERRQUEUE");
	is_string("WSAEOPNOTSUPP", take(raw), "...nor has a raw socket");
	closesocket(raw);
	send_text(s, &four, 9);
	waits_for_message(s, SOON);
	succeeds(closesocket(s), "a socket is closed with a message in its queue");
}

int main(void)
{
	const char *reason = link_make();

	if (reason)
		skip_all("%s", reason);
	link_enter(THERE);
	link_tune("icmp_ratelimit", "0");
	link_tune("icmp_ratemask", "0");
	link_tune("../ipv6/icmp/ratelimit", "0");
	link_enter(HERE);
	link_address6(HERE, HERE6);
	link_address6(THERE, THERE6);
	plan_lazy();
	winsock_start();
	find_extension((GUID)WSAID_WSARECVMSG, &receive_message);
	nobody_there(&four);
	nobody_there(&six);
	by_halves();
	other_messages(&four);
	other_messages(&six);
	dual_stack();
	many();
	bad_calls();
	winsock_end();
	return done();
}
