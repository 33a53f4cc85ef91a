/* What the options of IP, IPv6 and UDP do to the packets on the wire: in a network of the test's own,
 * each is sent HERE, recorded, and looked at; THERE sockets say what arrives. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <string.h>

#include "tap/link.h"
#include "tap/net.h"

enum {
	PORT = 7100,
	SOON = 2000, /* milliseconds in which what is sent is recorded and arrives */
	NEVER = 150, /* the same for what must not */
	MTU = 1500,
};

#define HERE6   "fd00:9::1"
#define THERE6  "fd00:9::2"
#define TEREDO6 "2001:0:9::2"

static char data[4096];

static void set(SOCKET s, int level, int option, DWORD value)
{
	if (setsockopt(s, level, option, (const char *)&value, sizeof value))
		bail("option %d of level %d to %lu: %s", option, level, (unsigned long)value,
		     error_name(WSAGetLastError()));
}

static const char *try_set(SOCKET s, int level, int option, DWORD value)
{
	return outcome(setsockopt(s, level, option, (const char *)&value, sizeof value));
}

static DWORD get(SOCKET s, int level, int option)
{
	DWORD value = 0xdead;
	int length = sizeof value;

	if (getsockopt(s, level, option, (char *)&value, &length))
		bail("option %d of level %d: %s", option, level, error_name(WSAGetLastError()));
	return value;
}

/* An address of either family, as the text says; a link-local one goes over the link. */
static struct sockaddr_storage address_of(const char *text, int *length)
{
	struct sockaddr_storage address;
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

	memset(&address, 0, sizeof address);
	in->sin_port = htons(PORT);
	*length = sizeof *in;
	in->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
		return address;
	*length = sizeof *in6;
	in6->sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		bail("%s is no address", text);
	if (in6->sin6_addr.s6_addr[0] == 0xfe || in6->sin6_addr.s6_addr[0] == 0xff)
		in6->sin6_scope_id = link_index(HERE);
	return address;
}

static int send_to(SOCKET s, const char *to, int size)
{
	int length;
	struct sockaddr_storage address = address_of(to, &length);

	return sendto(s, data, size, 0, (struct sockaddr *)&address, length);
}

/* What goes out. IPv4-mapped addresses become what they stand for. */
static struct packet packet_of(SOCKET s, const char *to, int size)
{
	struct packet packet;
	int sent;

	link_forget();
	sent = send_to(s, to, size);
	if (sent != size)
		bail("sending %d bytes to %s: %d, %s", size, to, sent, error_name(WSAGetLastError()));
	if (!link_packet(strncmp(to, "::ffff:", 7) ? to : to + 7, &packet, SOON))
		bail("nothing was sent to %s", to);
	return packet;
}

static SOCKET there(int family, int type, const char *address)
{
	int length;
	struct sockaddr_storage name = address_of(address, &length);
	DWORD timeout = SOON;
	SOCKET s;

	link_enter(THERE);
	if (name.ss_family == AF_INET6 && ((struct sockaddr_in6 *)&name)->sin6_scope_id)
		((struct sockaddr_in6 *)&name)->sin6_scope_id = link_index(THERE);
	link_enter(THERE);
	s = new_socket(family, type);
	set(s, SOL_SOCKET, SO_RCVTIMEO, timeout);
	if (bind(s, (struct sockaddr *)&name, length))
		bail("bind to %s: %s", address, error_name(WSAGetLastError()));
	link_enter(HERE);
	return s;
}

static int received(SOCKET s, int milliseconds)
{
	set(s, SOL_SOCKET, SO_RCVTIMEO, (DWORD)milliseconds);
	return recv(s, data, sizeof data, 0);
}

static void hops(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), six = new_socket(AF_INET6, SOCK_DGRAM);
	struct packet packet = packet_of(s, LINK_ADDRESS_THERE, 10);

	is_int(get(s, IPPROTO_IP, IP_TTL), packet.ttl, "IP_TTL of a fresh socket is what goes out");
	set(s, IPPROTO_IP, IP_TTL, 5);
	is_int(5, packet_of(s, LINK_ADDRESS_THERE, 10).ttl, "IP_TTL 5");
	set(s, IPPROTO_IP, IP_TTL, 255);
	is_int(255, packet_of(s, LINK_ADDRESS_THERE, 10).ttl, "IP_TTL 255");
	set(s, IPPROTO_IP, IP_TTL, 0);
	is_int(0, get(s, IPPROTO_IP, IP_TTL), "IP_TTL 0 reads back");
	is_int(1, packet_of(s, LINK_ADDRESS_THERE, 10).ttl, "...and no router lets it pass");

	set(six, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	packet = packet_of(six, THERE6, 10);
	is_int(get(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS), packet.ttl, "IPV6_UNICAST_HOPS of a fresh socket");
	set(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
	is_int(9, packet_of(six, THERE6, 10).ttl, "IPV6_UNICAST_HOPS 9");
	set(six, IPPROTO_IP, IP_TTL, 7);
	is_int(7, packet_of(six, "::ffff:" LINK_ADDRESS_THERE, 10).ttl,
	       "IP_TTL 7 of a dual-stack socket, to IPv4");
	is_int(9, packet_of(six, THERE6, 10).ttl, "...IPV6_UNICAST_HOPS still to IPv6");
	closesocket(six);
	closesocket(s);
}

static void tos(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), stream = new_socket(AF_INET, SOCK_STREAM);
	struct packet packet;
	u_long on = 1;
	struct sockaddr_storage address;
	int length;

	is_int(0, packet_of(s, LINK_ADDRESS_THERE, 10).tos, "IP_TOS of a fresh socket");
	set(s, IPPROTO_IP, IP_TOS, 0xb8);
	is_int(0xb8, packet_of(s, LINK_ADDRESS_THERE, 10).tos, "IP_TOS 0xb8");
	set(s, IPPROTO_IP, IP_TOS, 0x12);
	is_int(0x12, packet_of(s, LINK_ADDRESS_THERE, 10).tos, "IP_TOS 0x12, with bits of ECN");

	set(stream, IPPROTO_IP, IP_TOS, 0x13);
	is_int(0x13, get(stream, IPPROTO_IP, IP_TOS), "IP_TOS 0x13 of a stream reads back");
	set(stream, IPPROTO_IP, IP_TTL, 6);
	set(stream, IPPROTO_IP, IP_USER_MTU, 1000);
	ioctlsocket(stream, FIONBIO, &on);
	address = address_of(LINK_ADDRESS_THERE, &length);
	link_forget();
	connect(stream, (struct sockaddr *)&address, length);
	ok(link_packet(LINK_ADDRESS_THERE, &packet, SOON), "a stream's SYN");
	is_int(0x10, packet.tos & 0xfc, "...has the bits that are not ECN's");
	is_int(6, packet.ttl, "...and IP_TTL");
	is_int(960, packet.segment, "...and IP_USER_MTU 1000: segments of 960 bytes");
	ok(packet.dont_fragment, "...and is not to be fragmented");
	closesocket(stream);

	stream = new_socket(AF_INET, SOCK_STREAM);
	is_int(TRUE, get(stream, IPPROTO_IP, IP_DONTFRAGMENT), "IP_DONTFRAGMENT of a stream");
	set(stream, IPPROTO_IP, IP_DONTFRAGMENT, FALSE);
	ioctlsocket(stream, FIONBIO, &on);
	link_forget();
	connect(stream, (struct sockaddr *)&address, length);
	ok(link_packet(LINK_ADDRESS_THERE, &packet, SOON) && !packet.dont_fragment,
	   "...FALSE: its SYN may be fragmented");
	closesocket(stream);
	closesocket(s);
}

/* Sends more than the link carries at once. */
static void large(SOCKET s, SOCKET server, const char *to, bool passes, const char *what)
{
	if (passes) {
		is_int(2000, send_to(s, to, 2000), "%s: 2000 bytes", what);
		is_int(2000, received(server, SOON), "...arrive");
	} else {
		fails(WSAEMSGSIZE, send_to(s, to, 2000), "%s: 2000 bytes", what);
		fails(WSAETIMEDOUT, received(server, NEVER), "...do not arrive");
	}
}

static void fragments4(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		int option;
		DWORD value;
		bool bit, passes;
	} cases[] = {
		{ "fresh",                     0,               0,     false, true },
		{ "IP_DONTFRAGMENT TRUE",      IP_DONTFRAGMENT, TRUE,  true,  false },
		{ "IP_DONTFRAGMENT FALSE",     IP_DONTFRAGMENT, FALSE, false, true },
		{ "IP_MTU_DISCOVER, do",       71,              1,     true,  false },
		{ "IP_MTU_DISCOVER, do not",   71,              2,     false, true },
		{ "IP_MTU_DISCOVER, probe",    71,              3,     true,  false },
		{ "IP_DONTFRAGMENT FALSE",     IP_DONTFRAGMENT, FALSE, false, true },
	};
	/* clang-format on */
	SOCKET server = there(AF_INET, SOCK_DGRAM, LINK_ADDRESS_THERE), s = new_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_storage address;
	int length;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct packet packet;

		if (cases[i].option)
			set(s, IPPROTO_IP, cases[i].option, cases[i].value);
		packet = packet_of(s, LINK_ADDRESS_THERE, 10);
		is_int(cases[i].bit, packet.dont_fragment, "%s: the bit", cases[i].what);
		is_int(10, received(server, SOON), "...10 bytes arrive");
		link_forget();
		large(s, server, LINK_ADDRESS_THERE, cases[i].passes, cases[i].what);
		if (cases[i].passes)
			ok(link_packet(LINK_ADDRESS_THERE, &packet, SOON) && packet.fragment &&
				   packet.length <= MTU,
			   "...in fragments");
	}
	succeeds(WSASetIPUserMtu(s, 1000), "WSASetIPUserMtu");
	is_int(972, send_to(s, LINK_ADDRESS_THERE, 972), "IP_USER_MTU 1000: 972 bytes go");
	todo("Linux has nothing that would cut datagrams of IPv4 smaller than the link wants them");
	ok(packet_of(s, LINK_ADDRESS_THERE, 973).fragment, "...973 in fragments");
	todo_end();
	set(s, IPPROTO_IP, IP_DONTFRAGMENT, TRUE);
	is_int(972, send_to(s, LINK_ADDRESS_THERE, 972), "...with IP_DONTFRAGMENT 972 go");
	fails(WSAEMSGSIZE, send_to(s, LINK_ADDRESS_THERE, 973), "...and 973 do not");
	address = address_of(LINK_ADDRESS_THERE, &length);
	connect(s, (struct sockaddr *)&address, length);
	fails(WSAEMSGSIZE, send(s, data, 973, 0), "...nor by send()");
	set(s, IPPROTO_IP, 76, 0xffffffff);
	is_int(973, send(s, data, 973, 0), "IP_USER_MTU unspecified again: they go");
	closesocket(s);
	closesocket(server);
}

static void fragments6(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		int option;
		DWORD value;
		bool passes;
	} cases[] = {
		{ "fresh, IPv6",               0,             0,     true },
		{ "IPV6_DONTFRAG TRUE",        IPV6_DONTFRAG, TRUE,  false },
		{ "IPV6_DONTFRAG FALSE",       IPV6_DONTFRAG, FALSE, true },
		{ "IPV6_MTU_DISCOVER, do",     71,            1,     false },
		{ "IPV6_MTU_DISCOVER, do not", 71,            2,     true },
		{ "IPV6_MTU_DISCOVER, probe",  71,            3,     false },
		{ "IPV6_DONTFRAG FALSE",       IPV6_DONTFRAG, FALSE, true },
	};
	/* clang-format on */
	SOCKET server = there(AF_INET6, SOCK_DGRAM, THERE6), s = new_socket(AF_INET6, SOCK_DGRAM);
	struct packet packet;
	DWORD mtu = 0;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (cases[i].option)
			set(s, IPPROTO_IPV6, cases[i].option, cases[i].value);
		link_forget();
		large(s, server, THERE6, cases[i].passes, cases[i].what);
		if (cases[i].passes)
			ok(link_packet(THERE6, &packet, SOON) && packet.fragment, "...in fragments");
	}
	succeeds(WSASetIPUserMtu(s, 1300), "WSASetIPUserMtu");
	succeeds(WSAGetIPUserMtu(s, &mtu), "...and WSAGetIPUserMtu");
	is_int(1300, mtu, "...reads it");
	packet = packet_of(s, THERE6, 2000);
	ok(packet.fragment && packet.length <= 1300, "IPV6_USER_MTU 1300: 2000 bytes go in fragments of %d",
	   packet.length);
	is_int(2000, received(server, SOON), "...and arrive");
	todo("Linux does not look at it for what would fit the link");
	ok(packet_of(s, THERE6, 1400).fragment, "...1400 bytes too");
	todo_end();
	is_int(1400, received(server, SOON), "...and arrive");
	set(s, IPPROTO_IPV6, IPV6_DONTFRAG, TRUE);
	fails(WSAEMSGSIZE, send_to(s, THERE6, 1400), "...with IPV6_DONTFRAG they do not go");
	set(s, IPPROTO_IPV6, 76, 0xffffffff);
	is_int(1400, send_to(s, THERE6, 1400), "IPV6_USER_MTU unspecified again: they go whole");
	closesocket(s);
	closesocket(server);
}

static void path(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), six = new_socket(AF_INET6, SOCK_DGRAM);
	int length;
	struct sockaddr_storage address = address_of(LINK_ADDRESS_THERE, &length);

	connect(s, (struct sockaddr *)&address, length);
	is_int(MTU, get(s, IPPROTO_IP, 73), "IP_MTU of a connected socket is the link's");
	address = address_of(THERE6, &length);
	connect(six, (struct sockaddr *)&address, length);
	is_int(MTU, get(six, IPPROTO_IPV6, 72), "IPV6_MTU too");
	closesocket(six);
	closesocket(s);
}

static void checksum(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	is_int(TRUE, get(s, IPPROTO_UDP, UDP_CHECKSUM_COVERAGE), "UDP_CHECKSUM_COVERAGE of a fresh socket");
	ok(packet_of(s, LINK_ADDRESS_THERE, 10).checksum != 0, "...its datagrams have a checksum");
	set(s, IPPROTO_UDP, UDP_NOCHECKSUM, TRUE);
	is_int(0, packet_of(s, LINK_ADDRESS_THERE, 10).checksum, "UDP_NOCHECKSUM: they have none");
	is_int(FALSE, get(s, IPPROTO_UDP, UDP_CHECKSUM_COVERAGE), "...and UDP_CHECKSUM_COVERAGE says so");
	set(s, IPPROTO_UDP, UDP_CHECKSUM_COVERAGE, TRUE);
	ok(packet_of(s, LINK_ADDRESS_THERE, 10).checksum != 0, "UDP_CHECKSUM_COVERAGE: they have one again");
	is_int(FALSE, get(s, IPPROTO_UDP, UDP_NOCHECKSUM), "...and UDP_NOCHECKSUM says so");
	closesocket(s);
}

static void header_options(void)
{
	static const char record_route[] = { 7, 7, 4, 0, 0, 0, 0, 0 },
			  hop_by_hop[] = { 0, 0, 1, 4, 0, 0, 0, 0 };
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), six = new_socket(AF_INET6, SOCK_DGRAM);
	char read[64];
	int length = sizeof read;

	is_int(20, packet_of(s, LINK_ADDRESS_THERE, 10).header, "a header without IP_OPTIONS");
	succeeds(setsockopt(s, IPPROTO_IP, IP_OPTIONS, record_route, sizeof record_route), "IP_OPTIONS");
	is_int(28, packet_of(s, LINK_ADDRESS_THERE, 10).header, "...make it longer");
	succeeds(getsockopt(s, IPPROTO_IP, IP_OPTIONS, read, &length), "...and read back");
	ok(length == sizeof record_route && !memcmp(read, record_route, 3), "...as they were (%d bytes)",
	   length);
	succeeds(setsockopt(s, IPPROTO_IP, IP_OPTIONS, NULL, 0), "...and are taken away by none");
	is_int(20, packet_of(s, LINK_ADDRESS_THERE, 10).header, "...in the packets too");

	is_int(IPPROTO_UDP, packet_of(six, THERE6, 10).protocol, "a datagram without IPV6_HOPOPTS");
	succeeds(setsockopt(six, IPPROTO_IPV6, IPV6_HOPOPTS, hop_by_hop, sizeof hop_by_hop), "IPV6_HOPOPTS");
	is_int(0, packet_of(six, THERE6, 10).protocol, "...come before it");
	succeeds(setsockopt(six, IPPROTO_IPV6, IPV6_HOPOPTS, NULL, 0), "...and are taken away by none");
	is_int(IPPROTO_UDP, packet_of(six, THERE6, 10).protocol, "...in the packets too");
	closesocket(six);
	closesocket(s);
}

static void own_header(void)
{
	static const unsigned char header[20] = { 0x45, 0, 0,  30, 0, 1, 0,  0, 77, 200,
						  0,    0, 10, 9,  0, 1, 10, 9, 0,  2 };
	struct packet packet;
	SOCKET s = socket(AF_INET, SOCK_RAW, 200), any = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	is_int(FALSE, get(s, IPPROTO_IP, IP_HDRINCL), "IP_HDRINCL of a fresh raw socket");
	is_int(FALSE, get(any, IPPROTO_IP, IP_HDRINCL), "...even of IPPROTO_RAW");
	packet = packet_of(s, LINK_ADDRESS_THERE, 10);
	is_int(30, packet.length, "what is sent gets a header");
	is_int(200, packet.protocol, "...of the socket's protocol");
	memcpy(data, header, sizeof header);
	set(s, IPPROTO_IP, IP_HDRINCL, TRUE);
	packet = packet_of(s, LINK_ADDRESS_THERE, 30);
	is_int(30, packet.length, "IP_HDRINCL: what is sent begins with one");
	is_int(77, packet.ttl, "...and goes out as it is");
	set(any, IPPROTO_IP, IP_HDRINCL, TRUE);
	is_int(77, packet_of(any, LINK_ADDRESS_THERE, 30).ttl, "...of IPPROTO_RAW too");
	memset(data, 0, sizeof data);
	closesocket(any);
	closesocket(s);
}

static void interfaces(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), six = new_socket(AF_INET6, SOCK_DGRAM);
	SOCKET stream = new_socket(AF_INET, SOCK_STREAM);
	struct packet packet;
	struct ip_mreq membership;
	u_long on = 1;
	int length;
	struct sockaddr_storage address = address_of(LINK_ADDRESS_THERE, &length);

	set(s, IPPROTO_IP, IP_UNICAST_IF, htonl(1));
	link_forget();
	send_to(s, LINK_ADDRESS_THERE, 10);
	ok(!link_packet(LINK_ADDRESS_THERE, &packet, NEVER),
	   "IP_UNICAST_IF of the loopback interface: not by the link");
	set(s, IPPROTO_IP, IP_UNICAST_IF, htonl(link_index(HERE)));
	is_int(38, packet_of(s, LINK_ADDRESS_THERE, 10).length, "...of the link: it goes");
	set(six, IPPROTO_IPV6, IPV6_UNICAST_IF, 1);
	link_forget();
	send_to(six, THERE6, 10);
	ok(!link_packet(THERE6, &packet, NEVER),
	   "IPV6_UNICAST_IF of the loopback interface: not by the link");
	set(six, IPPROTO_IPV6, IPV6_UNICAST_IF, link_index(HERE));
	is_int(58, packet_of(six, THERE6, 10).length, "...of the link: it goes");
	set(stream, IPPROTO_IP, IP_UNICAST_IF, htonl(1));
	ioctlsocket(stream, FIONBIO, &on);
	link_forget();
	connect(stream, (struct sockaddr *)&address, length);
	ok(!link_packet(LINK_ADDRESS_THERE, &packet, NEVER),
	   "IP_UNICAST_IF of the loopback interface: no SYN by the link");
	closesocket(stream);
	stream = new_socket(AF_INET, SOCK_STREAM);
	set(stream, IPPROTO_IP, IP_UNICAST_IF, htonl(link_index(HERE)));
	ioctlsocket(stream, FIONBIO, &on);
	link_forget();
	connect(stream, (struct sockaddr *)&address, length);
	ok(link_packet(LINK_ADDRESS_THERE, &packet, SOON), "...of the link: it goes");

	set(s, IPPROTO_IP, IP_UNICAST_IF, 0);
	set(s, IPPROTO_IP, IP_MULTICAST_IF, htonl(link_index(HERE)));
	packet = packet_of(s, "239.9.9.9", 10);
	is_int(1, packet.ttl,
	       "IP_MULTICAST_IF, the index of the link: multicast leaves by it, IP_MULTICAST_TTL is 1");
	set(s, IPPROTO_IP, IP_MULTICAST_TTL, 9);
	is_int(9, packet_of(s, "239.9.9.9", 10).ttl, "IP_MULTICAST_TTL 9");
	set(s, IPPROTO_IP, IP_TTL, 3);
	is_int(9, packet_of(s, "239.9.9.9", 10).ttl, "...and IP_TTL has no part in it");
	set(s, IPPROTO_IP, IP_MULTICAST_TTL, 0);
	send_to(s, "239.9.9.9", 10);
	todo("Linux lets it out if no socket here has joined the group");
	ok(!link_packet("239.9.9.9", &packet, NEVER), "IP_MULTICAST_TTL 0: none leaves the host");
	todo_end();
	membership.imr_multiaddr.s_addr = inet_addr("239.9.9.9");
	membership.imr_interface.s_addr = htonl(link_index(HERE));
	succeeds(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&membership, sizeof membership),
		 "...joining it");
	link_forget();
	send_to(s, "239.9.9.9", 10);
	ok(!link_packet("239.9.9.9", &packet, NEVER), "...then none does");
	set(s, IPPROTO_IP, IP_MULTICAST_TTL, 1);
	set(s, IPPROTO_IP, IP_MULTICAST_IF, htonl(1));
	link_forget();
	send_to(s, "239.9.9.9", 10);
	ok(!link_packet("239.9.9.9", &packet, NEVER),
	   "IP_MULTICAST_IF, the index of the loopback interface: not by the link");
	set(s, IPPROTO_IP, IP_MULTICAST_IF, inet_addr("10.9.0.1"));
	is_int(link_index(HERE), get(s, IPPROTO_IP, IP_MULTICAST_IF),
	       "IP_MULTICAST_IF, an address, reads as the index");
	is_int(38, packet_of(s, "239.9.9.9", 10).length, "...and multicast leaves by the link again");

	set(six, IPPROTO_IPV6, IPV6_UNICAST_IF, 0);
	set(six, IPPROTO_IPV6, IPV6_MULTICAST_IF, link_index(HERE));
	set(six, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 4);
	is_int(4, packet_of(six, "ff15::9", 10).ttl, "IPV6_MULTICAST_IF and IPV6_MULTICAST_HOPS 4");
	closesocket(stream);
	closesocket(six);
	closesocket(s);
}

/* Who may send to a socket of this level, from where. */
static void may_reach(SOCKET server, DWORD level, const char *from, const char *to, bool may)
{
	SOCKET s = new_socket(AF_INET6, SOCK_DGRAM);
	int length;
	struct sockaddr_storage source = address_of(from, &length);

	((struct sockaddr_in6 *)&source)->sin6_port = 0;
	if (bind(s, (struct sockaddr *)&source, length))
		bail("bind to %s: %s", from, error_name(WSAGetLastError()));
	if (send_to(s, to, 10) != 10)
		bail("from %s to %s: %s", from, to, error_name(WSAGetLastError()));
	if (may)
		is_int(10, received(server, SOON), "IPV6_PROTECTION_LEVEL %lu: from %s to %s",
		       (unsigned long)level, from, to);
	else
		fails(WSAETIMEDOUT, received(server, NEVER), "IPV6_PROTECTION_LEVEL %lu: not from %s to %s",
		      (unsigned long)level, from, to);
	closesocket(s);
}

static const char *connects(const char *from, const char *to)
{
	SOCKET s = new_socket(AF_INET6, SOCK_STREAM);
	int length;
	struct sockaddr_storage source = address_of(from, &length), address;
	struct timeval wait = { 0, NEVER * 1000 };
	u_long on = 1;
	fd_set done;

	((struct sockaddr_in6 *)&source)->sin6_port = 0;
	bind(s, (struct sockaddr *)&source, length);
	ioctlsocket(s, FIONBIO, &on);
	address = address_of(to, &length);
	connect(s, (struct sockaddr *)&address, length);
	FD_ZERO(&done);
	FD_SET(s, &done);
	length = select(0, NULL, &done, NULL, &wait);
	closesocket(s);
	return length == 1 ? "connected" : "not connected";
}

static void protection(void)
{
	SOCKET server = there(AF_INET6, SOCK_DGRAM, "::"), listener = there(AF_INET6, SOCK_STREAM, "::");
	const char *local_here = link_local6(HERE), *local_there = link_local6(THERE);

	may_reach(server, 0, HERE6, THERE6, true);
	may_reach(server, 0, HERE6, TEREDO6, true);
	set(server, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, PROTECTION_LEVEL_RESTRICTED);
	may_reach(server, PROTECTION_LEVEL_RESTRICTED, HERE6, THERE6, false);
	may_reach(server, PROTECTION_LEVEL_RESTRICTED, local_here, local_there, true);
	set(server, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, PROTECTION_LEVEL_EDGERESTRICTED);
	may_reach(server, PROTECTION_LEVEL_EDGERESTRICTED, HERE6, THERE6, true);
	may_reach(server, PROTECTION_LEVEL_EDGERESTRICTED, HERE6, TEREDO6, false);
	set(server, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, PROTECTION_LEVEL_UNRESTRICTED);
	may_reach(server, PROTECTION_LEVEL_UNRESTRICTED, HERE6, TEREDO6, true);

	set(listener, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, PROTECTION_LEVEL_RESTRICTED);
	listen(listener, 5);
	is_string("not connected", connects(HERE6, THERE6), "a listening stream: not from outside");
	is_string("connected", connects(local_here, local_there), "...but from its link");
	set(listener, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, PROTECTION_LEVEL_UNRESTRICTED);
	is_string("connected", connects(HERE6, THERE6), "...and from outside when it may");
	closesocket(listener);
	closesocket(server);
}

int main(void)
{
	const char *failure = link_make();

	if (failure)
		skip_all("%s", failure);
	link_address6(HERE, HERE6);
	link_address6(THERE, THERE6);
	link_address6(HERE, "2001:0:9::1");
	link_address6(THERE, TEREDO6);
	plan_lazy();
	winsock_start();
	hops();
	tos();
	fragments4();
	fragments6();
	path();
	checksum();
	header_options();
	own_header();
	interfaces();
	protection();
	is_string("WSAEINVAL", try_set(new_socket(AF_INET, SOCK_DGRAM), IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1),
		  "an option of IPv6 on a socket of IPv4");
	winsock_end();
	return done();
}
