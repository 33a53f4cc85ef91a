/* The options of IP, IPv6 and UDP: which values they take, on which sockets, and what they say. What they do
 * on the wire is shown by t/packet.c, groups by t/multicast.c. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdlib.h>
#include <string.h>

/* Newer than mingw-w64's headers, or missing there. */
#undef IP_MTU_DISCOVER
#undef IP_MTU
#undef IP_USER_MTU
#undef IPV6_MTU_DISCOVER
#undef IPV6_MTU
#undef IPV6_USER_MTU
#undef IP_UNSPECIFIED_USER_MTU
enum {
	IP_MTU_DISCOVER = 71,
	IP_MTU = 73,
	IP_USER_MTU = 76,
	IPV6_MTU_DISCOVER = 71,
	IPV6_MTU = 72,
	IPV6_USER_MTU = 76,
};
static const DWORD IP_UNSPECIFIED_USER_MTU = 0xffffffff;

static const char none_of_it[] = "Wine 8 does not know the option";

static const char *round_trip(SOCKET s, int level, int option, DWORD value)
{
	const char *result = option_set(s, level, option, value);

	return strcmp(result, "success") ? result : option_get(s, level, option);
}

/* Numbers of one byte. */
static void numbers(void)
{
	static const struct {
		const char *text;
		int family, type, level, option;
	} rows[] = {
#define ROW(family, type, level, option) { #option " of " #type, family, type, level, option }
		ROW(AF_INET, SOCK_STREAM, IPPROTO_IP, IP_TTL),
		ROW(AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_TTL),
		ROW(AF_INET, SOCK_STREAM, IPPROTO_IP, IP_TOS),
		ROW(AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_TOS),
		ROW(AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_MULTICAST_TTL),
		ROW(AF_INET6, SOCK_STREAM, IPPROTO_IPV6, IPV6_UNICAST_HOPS),
		ROW(AF_INET6, SOCK_DGRAM, IPPROTO_IPV6, IPV6_UNICAST_HOPS),
		ROW(AF_INET6, SOCK_DGRAM, IPPROTO_IPV6, IPV6_MULTICAST_HOPS),
	};
	static const DWORD values[] = { 0, 1, 3, 64, 128, 255 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		SOCKET s = new_socket(rows[i].family, rows[i].type);

		for (size_t n = 0; n < sizeof values / sizeof *values; n++) {
			bool wine =
				(rows[i].option == IP_TTL && rows[i].level == IPPROTO_IP && !values[n]) ||
				(rows[i].option == IP_TOS && rows[i].type == SOCK_STREAM && values[n] & 3);

			if (wine)
				wine_may_differ("Wine has what Linux has");
			is_string(words("%lu", (unsigned long)values[n]),
				  round_trip(s, rows[i].level, rows[i].option, values[n]),
				  "%s: %lu reads back", rows[i].text, (unsigned long)values[n]);
			todo_end();
		}
		is_string("WSAEINVAL", option_set(s, rows[i].level, rows[i].option, 256), "%s: 256",
			  rows[i].text);
		wine_may_differ("Wine takes -1 for the default");
		is_string("WSAEINVAL", option_set(s, rows[i].level, rows[i].option, 0xffffffff), "%s: -1",
			  rows[i].text);
		is_string("255", option_get(s, rows[i].level, rows[i].option),
			  "...what was refused has changed nothing");
		todo_end();
		closesocket(s);
	}
}

static void defaults(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), six = new_socket(AF_INET6, SOCK_DGRAM);

	is_string("1", option_get(s, IPPROTO_IP, IP_MULTICAST_TTL), "IP_MULTICAST_TTL of a fresh socket");
	is_string("1", option_get(six, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), "IPV6_MULTICAST_HOPS");
	is_string("0", option_get(s, IPPROTO_IP, IP_TOS), "IP_TOS");
	is_string("1", option_get(s, IPPROTO_IP, IP_MULTICAST_LOOP), "IP_MULTICAST_LOOP");
	is_string("1", option_get(six, IPPROTO_IPV6, IPV6_MULTICAST_LOOP), "IPV6_MULTICAST_LOOP");
	is_string("0", option_get(s, IPPROTO_IP, IP_UNICAST_IF), "IP_UNICAST_IF");
	is_string("0", option_get(six, IPPROTO_IPV6, IPV6_UNICAST_IF), "IPV6_UNICAST_IF");
	closesocket(six);
	closesocket(s);
}

/* Every option of IPv6 is WSAEINVAL on a socket of IPv4. One of IPv4 is at home on a socket of IPv6 that may
 * speak both. */
static void families(void)
{
	static const int options[] = { IPV6_UNICAST_HOPS,     IPV6_MULTICAST_HOPS, IPV6_MULTICAST_LOOP,
				       IPV6_MULTICAST_IF,     IPV6_DONTFRAG,       IPV6_UNICAST_IF,
				       IPV6_PROTECTION_LEVEL, IPV6_PKTINFO };
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), six = new_socket(AF_INET6, SOCK_DGRAM);

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		wine_may_differ("Wine leaves that to Linux");
		is_string("WSAEINVAL", option_get(s, IPPROTO_IPV6, options[i]),
			  "option %d of IPv6 on IPv4, read", options[i]);
		is_string("WSAEINVAL", option_set(s, IPPROTO_IPV6, options[i], 1), "...set");
		todo_end();
	}
	option_set(six, IPPROTO_IPV6, IPV6_V6ONLY, FALSE);
	is_string("9", round_trip(six, IPPROTO_IP, IP_TTL, 9), "IP_TTL of a dual-stack socket");
	is_string("7", round_trip(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7), "...and IPV6_UNICAST_HOPS");
	is_string("9", option_get(six, IPPROTO_IP, IP_TTL), "...are two");
	is_string("1", round_trip(six, IPPROTO_IP, IP_DONTFRAGMENT, TRUE),
		  "IP_DONTFRAGMENT of a dual-stack socket");
	is_string("0", option_get(six, IPPROTO_IPV6, IPV6_DONTFRAG), "...and IPV6_DONTFRAG are two as well");
	closesocket(six);
	closesocket(s);
}

static void fragmentation(void)
{
	/* clang-format off */
	static const struct {
		const char *text;
		int family, type, level, dont, discover;
		const char *initial;
	} rows[] = {
		{ "TCP",            AF_INET,  SOCK_STREAM, IPPROTO_IP,   IP_DONTFRAGMENT, IP_MTU_DISCOVER,   "1" },
		{ "UDP",            AF_INET,  SOCK_DGRAM,  IPPROTO_IP,   IP_DONTFRAGMENT, IP_MTU_DISCOVER,   "0" },
		{ "TCP over IPv6",  AF_INET6, SOCK_STREAM, IPPROTO_IPV6, IPV6_DONTFRAG,   IPV6_MTU_DISCOVER, "1" },
		{ "UDP over IPv6",  AF_INET6, SOCK_DGRAM,  IPPROTO_IPV6, IPV6_DONTFRAG,   IPV6_MTU_DISCOVER, "0" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		SOCKET s = new_socket(rows[i].family, rows[i].type);

		is_string(rows[i].initial, option_get(s, rows[i].level, rows[i].dont),
			  "%s: whether fragments are forbidden", rows[i].text);
		is_string("1", round_trip(s, rows[i].level, rows[i].dont, 0xdead), "...0xdead reads as 1");
		is_string("0", round_trip(s, rows[i].level, rows[i].dont, 0), "...0 as 0");
		wine_may_differ(none_of_it);
		is_string("0", option_get(s, rows[i].level, rows[i].discover),
			  "%s: the discovery of the MTU was not set", rows[i].text);
		is_string("WSAEINVAL", option_set(s, rows[i].level, rows[i].discover, 0),
			  "...and cannot be unset");
		for (DWORD value = 1; value <= 3; value++)
			is_string(words("%lu", (unsigned long)value),
				  round_trip(s, rows[i].level, rows[i].discover, value), "...%lu reads back",
				  (unsigned long)value);
		is_string("WSAEINVAL", option_set(s, rows[i].level, rows[i].discover, 4), "...4 is none");
		is_string("3", option_get(s, rows[i].level, rows[i].discover), "...and has changed nothing");
		todo_end();
		is_string("0", option_get(s, rows[i].level, rows[i].dont),
			  "...the other option is as it was set");
		closesocket(s);
	}
}

static void mtu(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	SOCKET pair[2];
	int family = AF_INET, level = IPPROTO_IP, option = IP_MTU, user = IP_USER_MTU;

	for (int f = 0; f < 2; f++) {
		for (int t = 0; t < 2; t++) {
			SOCKET s = new_socket(family, types[t]);

			wine_may_differ(none_of_it);
			is_string("WSAENOTCONN", option_get(s, level, option),
				  "the path's MTU without a path, IPv%d", f ? 6 : 4);
			is_string("4294967295", option_get(s, level, user), "...no bound is set");
			is_string("1400", round_trip(s, level, user, 1400), "...1400 is one");
			is_string("100", round_trip(s, level, user, 100),
				  "...so is less than any link carries");
			is_string("4294967295", round_trip(s, level, user, IP_UNSPECIFIED_USER_MTU),
				  "...none again");
			todo_end();
			closesocket(s);
		}
		tcp_pair(family, pair);
		wine_may_differ(none_of_it);
		ok(*option_get(pair[0], level, option) >= '1' && *option_get(pair[0], level, option) <= '9',
		   "the MTU of a stream's path: %s", option_get(pair[0], level, option));
		is_string("WSAENOPROTOOPT", option_set(pair[0], level, option, 1400), "...cannot be set");
		todo_end();
		close_pair(pair);
		udp_pair(family, pair);
		wine_may_differ(none_of_it);
		ok(*option_get(pair[0], level, option) >= '1' && *option_get(pair[0], level, option) <= '9',
		   "the MTU of connected datagrams' path: %s", option_get(pair[0], level, option));
		todo_end();
		close_pair(pair);
		family = AF_INET6;
		level = IPPROTO_IPV6;
		option = IPV6_MTU;
		user = IPV6_USER_MTU;
	}
}

/* The index in network order for IPv4, in host order for IPv6, and read in host order. */
static void unicast_if(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

	for (int t = 0; t < 2; t++) {
		SOCKET s = new_socket(AF_INET, types[t]), six = new_socket(AF_INET6, types[t]);

		wine_may_differ("Wine has what Linux has");
		is_string("1", round_trip(s, IPPROTO_IP, IP_UNICAST_IF, htonl(1)),
			  "IP_UNICAST_IF, the loopback interface");
		is_string("WSAEADDRNOTAVAIL", option_set(s, IPPROTO_IP, IP_UNICAST_IF, htonl(0xfffff0)),
			  "...an index of none");
		is_string("1", option_get(s, IPPROTO_IP, IP_UNICAST_IF), "...has changed nothing");
		is_string("0", round_trip(s, IPPROTO_IP, IP_UNICAST_IF, 0), "...none in particular");
		is_string("1", round_trip(six, IPPROTO_IPV6, IPV6_UNICAST_IF, 1),
			  "IPV6_UNICAST_IF, the loopback interface");
		is_string("WSAEADDRNOTAVAIL", option_set(six, IPPROTO_IPV6, IPV6_UNICAST_IF, 0xfffff0),
			  "...an index of none");
		is_string("0", round_trip(six, IPPROTO_IPV6, IPV6_UNICAST_IF, 0), "...none in particular");
		todo_end();
		closesocket(six);
		closesocket(s);
	}
}

/* A connection goes by it as well. */
static void connected_by_interface(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = listening_socket(AF_INET, &address, &length), s = new_socket(AF_INET, SOCK_STREAM);

	wine_may_differ("Wine takes the index in host order");
	is_string("success", option_set(s, IPPROTO_IP, IP_UNICAST_IF, htonl(1)),
		  "IP_UNICAST_IF before connect()");
	todo_end();
	succeeds(connect(s, (struct sockaddr *)&address, length),
		 "...a connection over the loopback interface");
	closesocket(s);
	closesocket(listener);
}

static void protection(void)
{
	SOCKET six = new_socket(AF_INET6, SOCK_DGRAM), s = new_socket(AF_INET, SOCK_STREAM);
	static const DWORD levels[] = { PROTECTION_LEVEL_UNRESTRICTED, 20, PROTECTION_LEVEL_RESTRICTED };
	static const DWORD bad[] = { 1, 15, 40, 0xffffffff };

	wine_may_differ("Wine keeps nothing of it");
	for (int i = 0; i < 3; i++) {
		is_string(words("%lu", (unsigned long)levels[i]),
			  round_trip(six, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, levels[i]),
			  "IPV6_PROTECTION_LEVEL %lu", (unsigned long)levels[i]);
	}
	for (int i = 0; i < 4; i++)
		is_string("WSAEINVAL", option_set(six, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, bad[i]),
			  "...%ld is none", (long)(int)bad[i]);
	is_string("30", option_get(six, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL), "...and has changed nothing");
	is_string("10", round_trip(s, IPPROTO_IP, IPV6_PROTECTION_LEVEL, 10), "the same on IPv4");
	todo_end();
	closesocket(s);
	closesocket(six);
}

#ifdef __linux__
static void versions(void)
{
	static const struct {
		const char *windows, *level;
	} rows[] = { { "xp", "20" }, { "vista", "10" }, { "7", "0" }, { "10", "0" } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		SOCKET s;

		winsock_end();
		set_environment("WINSOCK_COMPAT_WINDOWS", rows[i].windows);
		winsock_start();
		s = new_socket(AF_INET6, SOCK_DGRAM);
		is_string(rows[i].level, option_get(s, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL),
			  "IPV6_PROTECTION_LEVEL of a fresh socket on Windows %s", rows[i].windows);
		is_string(rows[i].level,
			  round_trip(s, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, (DWORD)atoi(rows[i].level)),
			  "...can be set");
		closesocket(s);
	}
	winsock_end();
	set_environment("WINSOCK_COMPAT_WINDOWS", NULL);
	winsock_start();
}
#endif

static void checksums(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM), six = new_socket(AF_INET6, SOCK_DGRAM);

	wine_may_differ(none_of_it);
	is_string("0", option_get(s, IPPROTO_UDP, UDP_NOCHECKSUM), "UDP_NOCHECKSUM of a fresh socket");
	is_string("1", round_trip(s, IPPROTO_UDP, UDP_NOCHECKSUM, 7), "...7 is TRUE");
	is_string("0", option_get(s, IPPROTO_UDP, UDP_CHECKSUM_COVERAGE),
		  "...UDP_CHECKSUM_COVERAGE is the opposite");
	is_string("1", round_trip(s, IPPROTO_UDP, UDP_CHECKSUM_COVERAGE, TRUE), "...and switches it too");
	is_string("0", option_get(s, IPPROTO_UDP, UDP_NOCHECKSUM), "...off");
	is_string("WSAENOPROTOOPT", option_get(six, IPPROTO_UDP, UDP_NOCHECKSUM),
		  "UDP_NOCHECKSUM is not for IPv6");
	is_string("WSAENOPROTOOPT", option_set(six, IPPROTO_UDP, UDP_NOCHECKSUM, TRUE), "...nor to be set");
	todo_end();
	closesocket(six);
	closesocket(s);
}

static void raw(void)
{
	static const char *const differs = "Wine has another error";
	SOCKET s = socket(AF_INET, SOCK_RAW, IPPROTO_RAW), six = socket(AF_INET6, SOCK_RAW, 200);
	SOCKET udp = new_socket(AF_INET, SOCK_DGRAM), tcp = new_socket(AF_INET, SOCK_STREAM);

	wine_may_differ(differs);
	is_string("WSAEINVAL", option_get(udp, IPPROTO_IP, IP_HDRINCL), "IP_HDRINCL of UDP");
	is_string("WSAEINVAL", option_set(tcp, IPPROTO_IP, IP_HDRINCL, TRUE), "IP_HDRINCL set on TCP");
	todo_end();
	closesocket(tcp);
	closesocket(udp);
	if (s == INVALID_SOCKET || six == INVALID_SOCKET) {
		skip(11, "raw sockets: %s", error_name(WSAGetLastError()));
		return;
	}
	wine_may_differ("Wine leaves it to Linux");
	is_string("0", option_get(s, IPPROTO_IP, IP_HDRINCL), "IP_HDRINCL of a fresh raw socket");
	todo_end();
	is_string("1", round_trip(s, IPPROTO_IP, IP_HDRINCL, TRUE), "...TRUE");
	is_string("0", option_get(s, IPPROTO_IP, IP_DONTFRAGMENT), "IP_DONTFRAGMENT of a raw socket");
	is_string("5", round_trip(s, IPPROTO_IP, IP_TTL, 5), "IP_TTL of a raw socket");
	wine_may_differ(none_of_it);
	is_string("WSAENOTCONN", option_get(s, IPPROTO_IP, IP_MTU), "IP_MTU of a raw socket");
	is_string("0", option_get(six, IPPROTO_IPV6, IPV6_HDRINCL), "IPV6_HDRINCL of a raw socket");
	is_string("1", round_trip(six, IPPROTO_IPV6, IPV6_HDRINCL, TRUE), "...TRUE");
	is_string("2", round_trip(six, IPPROTO_IPV6, IPV6_CHECKSUM, 2), "IPV6_CHECKSUM at an even place");
	is_string("WSAEINVAL", option_set(six, IPPROTO_IPV6, IPV6_CHECKSUM, 3), "...not at an odd one");
	is_string("4294967295", round_trip(six, IPPROTO_IPV6, IPV6_CHECKSUM, 0xffffffff), "...none");
	is_string("WSAEINVAL", option_set(six, IPPROTO_IP, IP_TTL, 5),
		  "a raw socket of IPv6 has no options of IPv4");
	todo_end();
	closesocket(six);
	closesocket(s);
}

/* What is inserted into headers: of any length, and empty at first. */
static void headers(void)
{
	/* clang-format off */
	static const struct {
		const char *text;
		int family, level, option;
	} rows[] = {
		{ "IP_OPTIONS",    AF_INET,  IPPROTO_IP,   IP_OPTIONS },
		{ "IPV6_HOPOPTS",  AF_INET6, IPPROTO_IPV6, IPV6_HOPOPTS },
		{ "IPV6_RTHDR",    AF_INET6, IPPROTO_IPV6, IPV6_RTHDR },
	};
	/* clang-format on */
	static const char no_operations[] = { 1, 1, 1, 0 };
	SOCKET s;
	char buffer[256];
	int length;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		s = new_socket(rows[i].family, SOCK_DGRAM);
		length = sizeof buffer;
		if (i > 0)
			wine_may_differ(none_of_it);
		succeeds(getsockopt(s, rows[i].level, rows[i].option, buffer, &length),
			 "%s of a fresh socket", rows[i].text);
		is_int(0, length, "...has no length");
		todo_end();
		closesocket(s);
	}
	s = new_socket(AF_INET, SOCK_DGRAM);
	succeeds(setsockopt(s, IPPROTO_IP, IP_OPTIONS, no_operations, sizeof no_operations),
		 "IP_OPTIONS of four bytes");
	length = sizeof buffer;
	succeeds(getsockopt(s, IPPROTO_IP, IP_OPTIONS, buffer, &length), "...read");
	ok(length == 4 && !memcmp(buffer, no_operations, 4), "...are what was set");
	memset(buffer, 1, sizeof buffer);
	fails(WSAEINVAL, setsockopt(s, IPPROTO_IP, IP_OPTIONS, buffer, 44), "...more than a header holds");
	closesocket(s);
}

static void reliable_multicast(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	for (int option = 1001; option <= 1014; option++) {
		is_string("WSAEINVAL", option_get(s, 113, option),
			  "option %d of IPPROTO_RM on another socket", option);
		is_string("WSAEINVAL", option_set(s, 113, option, 1), "...set");
	}
	closesocket(s);
}

/* What an accepted connection has from its listener. */
static void inherited(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = listening_socket(AF_INET, &address, &length);
	SOCKET s = new_socket(AF_INET, SOCK_STREAM), accepted;

	option_set(listener, IPPROTO_IP, IP_TTL, 9);
	option_set(listener, IPPROTO_IP, IP_TOS, 0x23);
	option_set(listener, IPPROTO_IP, IP_DONTFRAGMENT, FALSE);
	connect(s, (struct sockaddr *)&address, length);
	accepted = accept(listener, NULL, NULL);
	is_string("9", option_get(accepted, IPPROTO_IP, IP_TTL),
		  "an accepted connection has the listener's IP_TTL");
	wine_may_differ("Wine has what Linux has");
	is_string("35", option_get(accepted, IPPROTO_IP, IP_TOS), "...and IP_TOS");
	todo_end();
	is_string("0", option_get(accepted, IPPROTO_IP, IP_DONTFRAGMENT), "...and IP_DONTFRAGMENT");
	closesocket(accepted);
	closesocket(s);
	closesocket(listener);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	numbers();
	defaults();
	families();
	fragmentation();
	mtu();
	unicast_if();
	connected_by_interface();
	protection();
#ifdef __linux__
	versions();
#endif
	checksums();
	raw();
	headers();
	reliable_multicast();
	inherited();
	winsock_end();
	return done();
}
