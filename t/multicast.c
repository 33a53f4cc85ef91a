/* Multicast: who hears what, and which option may follow which.
 *
 * All on the loopback interface, where every socket is on the same host and, with addresses of 127.0.0.0/8,
 * may yet be several sources. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <string.h>

/* Newer than mingw-w64's headers. */
#ifndef MCAST_JOIN_GROUP
#define MCAST_JOIN_GROUP         41
#define MCAST_LEAVE_GROUP        42
#define MCAST_BLOCK_SOURCE       43
#define MCAST_UNBLOCK_SOURCE     44
#define MCAST_JOIN_SOURCE_GROUP  45
#define MCAST_LEAVE_SOURCE_GROUP 46
#endif

enum { SOON = 2000, NEVER = 100 }; /* milliseconds for what comes, and for what must not */

static const char by_index[] = "Wine takes 0.x.x.x for an address";
static const char heard_by_all[] = "Wine delivers what any socket has joined";
static const char sender_decides[] = "Wine leaves IP_MULTICAST_LOOP to the sender";

static const char order[] = "Wine takes Linux' order of source and interface";

static unsigned short port;

static DWORD ip(const char *text)
{
	return inet_addr(text);
}

static struct sockaddr_in name_of(const char *address, unsigned short at)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(at) };

	name.sin_addr.s_addr = ip(address);
	return name;
}

/* Receives at the test's port, together with others. */
static SOCKET receiver(void)
{
	struct sockaddr_in name = name_of("0.0.0.0", port);
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	BOOL on = TRUE;

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on);
	if (bind(s, (struct sockaddr *)&name, sizeof name))
		bail("bind: %s", error_name(WSAGetLastError()));
	return s;
}

static SOCKET sender(const char *from)
{
	struct sockaddr_in name = name_of(from, 0);
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	if (bind(s, (struct sockaddr *)&name, sizeof name))
		bail("bind to %s: %s", from, error_name(WSAGetLastError()));
	if (strcmp(option_set(s, IPPROTO_IP, IP_MULTICAST_IF, ip("127.0.0.1")), "success"))
		bail("IP_MULTICAST_IF: %s", error_name(WSAGetLastError()));
	return s;
}

static void say(SOCKET s, const char *group, const char *text)
{
	struct sockaddr_in name = name_of(group, port);
	int length = (int)strlen(text);

	if (sendto(s, text, length, 0, (struct sockaddr *)&name, sizeof name) != length)
		bail("sendto %s: %s", group, error_name(WSAGetLastError()));
}

static const char *hear(SOCKET s, DWORD milliseconds)
{
	char text[64];
	int length;

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds);
	length = recv(s, text, sizeof text - 1, 0);
	return length < 0 ? outcome(SOCKET_ERROR) : words("%.*s", length, text);
}

/* Says something to a group, which arrives or does not. */
static void hears(bool comes, SOCKET s, SOCKET from, const char *group, const char *what)
{
	say(from, group, "word");
	is_string(comes ? "word" : "WSAETIMEDOUT", hear(s, comes ? SOON : NEVER), "%s", what);
}

static const char *member(SOCKET s, int option, const char *group, DWORD adapter)
{
	struct ip_mreq request;

	request.imr_multiaddr.s_addr = ip(group);
	request.imr_interface.s_addr = adapter;
	return outcome(setsockopt(s, IPPROTO_IP, option, (char *)&request, sizeof request));
}

static const char *source(SOCKET s, int option, const char *group, const char *from)
{
	struct ip_mreq_source request;

	request.imr_multiaddr.s_addr = ip(group);
	request.imr_sourceaddr.s_addr = ip(from);
	request.imr_interface.s_addr = ip("127.0.0.1");
	return outcome(setsockopt(s, IPPROTO_IP, option, (char *)&request, sizeof request));
}

static void membership(void)
{
	SOCKET s = receiver(), other = receiver(), from = sender("127.0.0.1");

	is_string("success", member(s, IP_ADD_MEMBERSHIP, "239.1.1.1", ip("127.0.0.1")),
		  "IP_ADD_MEMBERSHIP, by address");
	hears(true, s, from, "239.1.1.1", "...datagrams to the group arrive");
	wine_may_differ(heard_by_all);
	is_string("WSAETIMEDOUT", hear(other, NEVER), "...not at another socket of the port");
	todo_end();
	hears(false, s, from, "239.1.1.2", "...nor those to another group");
	is_string("success", member(other, IP_ADD_MEMBERSHIP, "239.1.1.2", ip("127.0.0.1")),
		  "the other joins another");
	wine_may_differ(heard_by_all);
	hears(false, s, from, "239.1.1.2", "...which the first does not hear");
	todo_end();
	is_string("word", hear(other, SOON), "...but the other does");
	is_string("success", member(s, IP_DROP_MEMBERSHIP, "239.1.1.1", ip("127.0.0.1")),
		  "IP_DROP_MEMBERSHIP");
	hears(false, s, from, "239.1.1.1", "...they arrive no more");
	closesocket(s);
	closesocket(other);

	s = receiver();
	wine_may_differ(by_index);
	is_string("success", member(s, IP_ADD_MEMBERSHIP, "239.1.1.1", htonl(1)),
		  "IP_ADD_MEMBERSHIP, by index");
	hears(true, s, from, "239.1.1.1", "...datagrams arrive");
	is_string("success", member(s, IP_DROP_MEMBERSHIP, "239.1.1.1", ip("127.0.0.1")),
		  "...IP_DROP_MEMBERSHIP, by address");
	todo_end();
	hears(false, s, from, "239.1.1.1", "...they arrive no more");
	is_string("success", member(s, IP_ADD_MEMBERSHIP, "239.1.1.1", 0),
		  "IP_ADD_MEMBERSHIP, by no interface at all");
	is_string("success", member(s, IP_DROP_MEMBERSHIP, "239.1.1.1", 0), "IP_DROP_MEMBERSHIP too");
	wine_may_differ("Wine has another error");
	is_string("WSAEADDRNOTAVAIL", member(s, IP_ADD_MEMBERSHIP, "239.1.1.1", ip("203.0.113.1")),
		  "the address of no interface");
	is_string("WSAEADDRNOTAVAIL", member(s, IP_ADD_MEMBERSHIP, "239.1.1.1", htonl(0xfffff0)),
		  "the index of none");
	todo_end();
	is_string("WSAEINVAL", member(s, IP_ADD_MEMBERSHIP, "192.0.2.1", ip("127.0.0.1")),
		  "a group that is none");
	is_string("WSAENOPROTOOPT", option_get(s, IPPROTO_IP, IP_ADD_MEMBERSHIP),
		  "IP_ADD_MEMBERSHIP cannot be read");
	closesocket(s);
	s = new_socket(AF_INET, SOCK_STREAM);
	wine_may_differ("Wine has another error");
	is_string("WSAEINVAL", member(s, IP_ADD_MEMBERSHIP, "239.1.1.1", ip("127.0.0.1")),
		  "a stream cannot join");
	todo_end();
	closesocket(s);
	closesocket(from);
}

static void sources(void)
{
	SOCKET s = receiver(), one = sender("127.0.0.1"), two = sender("127.0.0.2");

	wine_may_differ(order);
	is_string("success", source(s, IP_ADD_SOURCE_MEMBERSHIP, "239.1.1.3", "127.0.0.1"),
		  "IP_ADD_SOURCE_MEMBERSHIP");
	hears(true, s, one, "239.1.1.3", "...the source is heard");
	hears(false, s, two, "239.1.1.3", "...another is not");
	is_string("success", source(s, IP_ADD_SOURCE_MEMBERSHIP, "239.1.1.3", "127.0.0.2"), "...with it");
	hears(true, s, two, "239.1.1.3", "...it is");
	is_string("success", source(s, IP_DROP_SOURCE_MEMBERSHIP, "239.1.1.3", "127.0.0.1"),
		  "IP_DROP_SOURCE_MEMBERSHIP");
	hears(false, s, one, "239.1.1.3", "...the first is not any more");
	hears(true, s, two, "239.1.1.3", "...the other still is");
	is_string("success", source(s, IP_DROP_SOURCE_MEMBERSHIP, "239.1.1.3", "127.0.0.2"),
		  "...and of the last");
	hears(false, s, two, "239.1.1.3", "...none is");

	is_string("success", member(s, IP_ADD_MEMBERSHIP, "239.1.1.3", ip("127.0.0.1")), "IP_ADD_MEMBERSHIP");
	is_string("success", source(s, IP_BLOCK_SOURCE, "239.1.1.3", "127.0.0.2"), "IP_BLOCK_SOURCE");
	hears(false, s, two, "239.1.1.3", "...that source is not heard");
	hears(true, s, one, "239.1.1.3", "...another is");
	is_string("success", source(s, IP_UNBLOCK_SOURCE, "239.1.1.3", "127.0.0.2"), "IP_UNBLOCK_SOURCE");
	hears(true, s, two, "239.1.1.3", "...it is again");
	todo_end();
	closesocket(two);
	closesocket(one);
	closesocket(s);
}

/* The page on the behaviour of multicast options: which one conflicts with an earlier one, and how. */
static void conflicts(void)
{
	enum { ADD = IP_ADD_MEMBERSHIP, DROP = IP_DROP_MEMBERSHIP, ADD_ONE = IP_ADD_SOURCE_MEMBERSHIP };
	enum { DROP_ONE = IP_DROP_SOURCE_MEMBERSHIP, BLOCK = IP_BLOCK_SOURCE, UNBLOCK = IP_UNBLOCK_SOURCE };
	static const char linux_rules[] = "Wine goes by Linux' rules";
	/* clang-format off */
	static const struct {
		const char *what;
		int options[4]; /* all succeed but the last */
		const char *expected;
	} rows[] = {
		{ "add, add",                             { ADD, ADD },                      "WSAEADDRNOTAVAIL" },
		{ "add, add source",                      { ADD, ADD_ONE },                  "WSAEADDRNOTAVAIL" },
		{ "add, drop source",                     { ADD, DROP_ONE },                 "WSAEINVAL" },
		{ "add, unblock",                         { ADD, UNBLOCK },                  "WSAEINVAL" },
		{ "add, drop, drop",                      { ADD, DROP, DROP },               "WSAEINVAL" },
		{ "add, drop, drop source",               { ADD, DROP, DROP_ONE },           "WSAEINVAL" },
		{ "add, drop, block",                     { ADD, DROP, BLOCK },              "WSAEINVAL" },
		{ "add, drop, unblock",                   { ADD, DROP, UNBLOCK },            "WSAEINVAL" },
		{ "add source, add",                      { ADD_ONE, ADD },                  "WSAEADDRNOTAVAIL" },
		{ "add source, add source",               { ADD_ONE, ADD_ONE },              "WSAEADDRNOTAVAIL" },
		{ "add source, unblock",                  { ADD_ONE, UNBLOCK },              "WSAEINVAL" },
		{ "add source, drop source, unblock",     { ADD_ONE, DROP_ONE, UNBLOCK },    "WSAEINVAL" },
		{ "add source, drop source, drop source", { ADD_ONE, DROP_ONE, DROP_ONE },   "WSAEADDRNOTAVAIL" },
		{ "add, block, block",                    { ADD, BLOCK, BLOCK },             "WSAEADDRNOTAVAIL" },
		{ "add, block, add source",               { ADD, BLOCK, ADD_ONE },           "WSAEINVAL" },
		{ "add, block, add",                      { ADD, BLOCK, ADD },               "WSAEINVAL" },
		{ "add, block, unblock, unblock",         { ADD, BLOCK, UNBLOCK, UNBLOCK },  "WSAEADDRNOTAVAIL" },
		{ "add source, drop",                     { ADD_ONE, DROP },                 "success" },
		{ "add, drop, add",                       { ADD, DROP, ADD },                "success" },
		{ "add source, drop source, add",         { ADD_ONE, DROP_ONE, ADD },        "success" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		SOCKET s = receiver();
		const char *seen = "nothing";

		for (int n = 0; n < 4 && rows[i].options[n]; n++) {
			int option = rows[i].options[n];
			bool last = n == 3 || !rows[i].options[n + 1];

			seen = option == ADD || option == DROP
				       ? member(s, option, "239.1.1.4", ip("127.0.0.1"))
				       : source(s, option, "239.1.1.4", "127.0.0.1");
			if (!last && strcmp(seen, "success") && !is_wine())
				bail("%s, step %d: %s", rows[i].what, n, seen);
		}
		wine_may_differ(linux_rules);
		is_string(rows[i].expected, seen, "%s: %s", rows[i].what, rows[i].expected);
		todo_end();
		closesocket(s);
	}
}

/* The options that any family has. */
static const char *group_option(SOCKET s, int level, int option, const char *group, const char *from,
				ULONG adapter)
{
	struct group_source_req request;
	struct sockaddr_in name = name_of(group, 0);
	struct sockaddr_in6 name6 = { .sin6_family = AF_INET6 };

	memset(&request, 0, sizeof request);
	request.gsr_interface = adapter;
	if (strchr(group, ':')) {
		inet_pton(AF_INET6, group, &name6.sin6_addr);
		memcpy(&request.gsr_group, &name6, sizeof name6);
	} else {
		memcpy(&request.gsr_group, &name, sizeof name);
	}
	if (!from)
		return outcome(setsockopt(s, level, option, (char *)&request, sizeof(struct group_req)));
	name = name_of(from, 0);
	memcpy(&request.gsr_source, &name, sizeof name);
	return outcome(setsockopt(s, level, option, (char *)&request, sizeof request));
}

static void groups(void)
{
	static const char group[] = "239.1.1.5", none[] = "Wine 8 has no MCAST options";
	SOCKET s = receiver(), one = sender("127.0.0.1"), two = sender("127.0.0.2");

	wine_may_differ(none);
	is_string("success", group_option(s, IPPROTO_IP, MCAST_JOIN_GROUP, group, NULL, 1),
		  "MCAST_JOIN_GROUP");
	hears(true, s, one, group, "...datagrams arrive");
	is_string("success", member(s, IP_DROP_MEMBERSHIP, group, ip("127.0.0.1")),
		  "...and it is the same as IP_ADD_MEMBERSHIP: IP_DROP_MEMBERSHIP");
	is_string("success", group_option(s, IPPROTO_IP, MCAST_JOIN_GROUP, group, NULL, 1),
		  "MCAST_JOIN_GROUP again");
	is_string("success", group_option(s, IPPROTO_IP, MCAST_BLOCK_SOURCE, group, "127.0.0.2", 1),
		  "MCAST_BLOCK_SOURCE");
	hears(false, s, two, group, "...that source is not heard");
	is_string("success", group_option(s, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, group, "127.0.0.2", 1),
		  "MCAST_UNBLOCK_SOURCE");
	hears(true, s, two, group, "...it is again");
	is_string("success", group_option(s, IPPROTO_IP, MCAST_LEAVE_GROUP, group, NULL, 1),
		  "MCAST_LEAVE_GROUP");
	hears(false, s, one, group, "...datagrams arrive no more");
	is_string("success", group_option(s, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, group, "127.0.0.2", 1),
		  "MCAST_JOIN_SOURCE_GROUP");
	hears(true, s, two, group, "...that source is heard");
	hears(false, s, one, group, "...another is not");
	is_string("success", group_option(s, IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, group, "127.0.0.2", 1),
		  "MCAST_LEAVE_SOURCE_GROUP");
	is_string("WSAEINVAL", group_option(s, IPPROTO_IP, MCAST_JOIN_GROUP, "ff02::1:5", NULL, 1),
		  "a group of IPv6 at the level of IPv4");
	is_string("WSAEADDRNOTAVAIL", group_option(s, IPPROTO_IP, MCAST_JOIN_GROUP, group, NULL, 0xfffff0),
		  "the index of no interface");
	todo_end();
	closesocket(two);
	closesocket(one);
	closesocket(s);
}

/* On Windows it is the receiver who does not want to hear its own host. */
static void loop(void)
{
	static const char group[] = "239.1.1.6";
	SOCKET on = receiver(), off = receiver(), from = sender("127.0.0.1");

	member(on, IP_ADD_MEMBERSHIP, group, ip("127.0.0.1"));
	member(off, IP_ADD_MEMBERSHIP, group, ip("127.0.0.1"));
	is_string("1", option_get(off, IPPROTO_IP, IP_MULTICAST_LOOP), "IP_MULTICAST_LOOP of a fresh socket");
	is_string("success", option_set(off, IPPROTO_IP, IP_MULTICAST_LOOP, FALSE), "...FALSE");
	is_string("0", option_get(off, IPPROTO_IP, IP_MULTICAST_LOOP), "...reads back");
	hears(true, on, from, group, "another socket hears this host as before");
	wine_may_differ(sender_decides);
	is_string("WSAETIMEDOUT", hear(off, NEVER), "...this one does not");
	option_set(off, IPPROTO_IP, IP_MULTICAST_IF, ip("127.0.0.1"));
	hears(true, on, off, group, "what it says itself is heard by others");
	todo_end();
	while (strcmp(hear(off, NEVER), "WSAETIMEDOUT") != 0)
		;
	is_string("success", option_set(off, IPPROTO_IP, IP_MULTICAST_LOOP, TRUE), "IP_MULTICAST_LOOP TRUE");
	hears(true, off, from, group, "...it hears its host again");
	closesocket(on);
	closesocket(off);
	closesocket(from);
}

/* A datagram that is none of a group passes whatever the option says. */
static void unicast(void)
{
	SOCKET pair[2];
	DWORD off = 0;

	udp_pair(AF_INET, pair);
	setsockopt(pair[0], IPPROTO_IP, IP_MULTICAST_LOOP, (char *)&off, sizeof off);
	send(pair[1], "word", 4, 0);
	is_string("word", hear(pair[0], SOON), "IP_MULTICAST_LOOP FALSE has no part in what is for one host");
	close_pair(pair);
	udp_pair(AF_INET6, pair);
	setsockopt(pair[0], IPPROTO_IPV6, IPV6_MULTICAST_LOOP, (char *)&off, sizeof off);
	send(pair[1], "word", 4, 0);
	is_string("word", hear(pair[0], SOON), "nor has IPV6_MULTICAST_LOOP");
	close_pair(pair);
}

static void choice(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	is_string("0", option_get(s, IPPROTO_IP, IP_MULTICAST_IF), "IP_MULTICAST_IF of a fresh socket");
	wine_may_differ("Wine gives back the address, and takes no index");
	is_string("success", option_set(s, IPPROTO_IP, IP_MULTICAST_IF, htonl(1)),
		  "...an index in network order");
	is_string("1", option_get(s, IPPROTO_IP, IP_MULTICAST_IF), "...reads back in host order");
	is_string("success", option_set(s, IPPROTO_IP, IP_MULTICAST_IF, ip("127.0.0.1")), "...an address");
	is_string("1", option_get(s, IPPROTO_IP, IP_MULTICAST_IF), "...reads back as the index");
	todo_end();
	wine_may_differ("Wine has another error");
	is_string("WSAEADDRNOTAVAIL", option_set(s, IPPROTO_IP, IP_MULTICAST_IF, ip("203.0.113.1")),
		  "...the address of none");
	is_string("WSAEADDRNOTAVAIL", option_set(s, IPPROTO_IP, IP_MULTICAST_IF, htonl(0xfffff0)),
		  "...the index of none");
	is_string("1", option_get(s, IPPROTO_IP, IP_MULTICAST_IF), "...what was refused has changed nothing");
	todo_end();
	is_string("success", option_set(s, IPPROTO_IP, IP_MULTICAST_IF, 0), "...none in particular");
	is_string("0", option_get(s, IPPROTO_IP, IP_MULTICAST_IF), "...reads back");
	closesocket(s);

	s = new_socket(AF_INET6, SOCK_DGRAM);
	is_string("0", option_get(s, IPPROTO_IPV6, IPV6_MULTICAST_IF), "IPV6_MULTICAST_IF of a fresh socket");
	is_string("success", option_set(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, 1), "...an index in host order");
	is_string("1", option_get(s, IPPROTO_IPV6, IPV6_MULTICAST_IF), "...reads back");
	wine_may_differ("Wine has another error");
	is_string("WSAEADDRNOTAVAIL", option_set(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0xfffff0),
		  "...the index of none");
	succeeds(setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, NULL, 0), "...NULL");
	is_string("0", option_get(s, IPPROTO_IPV6, IPV6_MULTICAST_IF), "...is none in particular");
	todo_end();
	closesocket(s);
}

/* The loopback interface has no route for groups of IPv6 on Linux, so this takes another. */
static void ipv6(void)
{
	static const char group[] = "ff15::7:1";
	struct sockaddr_in6 name = { .sin6_family = AF_INET6 };
	struct ipv6_mreq request = { .ipv6mr_interface = 0 };
	SOCKET s = new_socket(AF_INET6, SOCK_DGRAM), from = new_socket(AF_INET6, SOCK_DGRAM);
	SOCKET elsewhere = new_socket(AF_INET6, SOCK_DGRAM);
	int length = sizeof name;
	DWORD off = FALSE, on = TRUE;

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on);
	setsockopt(elsewhere, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on);
	bind(s, (struct sockaddr *)&name, sizeof name);
	getsockname(s, (struct sockaddr *)&name, &length);
	bind(elsewhere, (struct sockaddr *)&name, sizeof name);
	inet_pton(AF_INET6, group, &name.sin6_addr);
	request.ipv6mr_multiaddr = name.sin6_addr;
	request.ipv6mr_interface = 1;
	succeeds(setsockopt(elsewhere, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request, sizeof request),
		 "IPV6_ADD_MEMBERSHIP, the loopback interface");
	request.ipv6mr_interface = 0;
	succeeds(setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request, sizeof request),
		 "IPV6_ADD_MEMBERSHIP, by no interface at all");
	wine_may_differ("Wine goes by Linux' rules");
	fails(WSAEADDRNOTAVAIL,
	      setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request, sizeof request), "...twice");
	todo_end();
	if (sendto(from, "word", 4, 0, (struct sockaddr *)&name, sizeof name) != 4) {
		skip(5, "no route for multicast of IPv6 here: %s", error_name(WSAGetLastError()));
	} else {
		is_string("word", hear(s, SOON), "...datagrams to the group arrive");
		wine_may_differ("Wine delivers the group from any interface");
		is_string("WSAETIMEDOUT", hear(elsewhere, NEVER),
			  "...not at the socket that joined by another interface");
		todo_end();
		setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, (char *)&off, sizeof off);
		sendto(from, "word", 4, 0, (struct sockaddr *)&name, sizeof name);
		wine_may_differ(sender_decides);
		is_string("WSAETIMEDOUT", hear(s, NEVER), "IPV6_MULTICAST_LOOP FALSE: they do not");
		todo_end();
		setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, (char *)&on, sizeof on);
		sendto(from, "word", 4, 0, (struct sockaddr *)&name, sizeof name);
		is_string("word", hear(s, SOON), "IPV6_MULTICAST_LOOP TRUE: they do");
		setsockopt(s, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, (char *)&request, sizeof request);
		sendto(from, "word", 4, 0, (struct sockaddr *)&name, sizeof name);
		is_string("WSAETIMEDOUT", hear(s, NEVER), "IPV6_DROP_MEMBERSHIP: they do not");
		setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request, sizeof request);
	}
	succeeds(setsockopt(s, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, (char *)&request, sizeof request),
		 "IPV6_DROP_MEMBERSHIP");
	wine_may_differ("Wine goes by Linux' rules");
	fails(WSAEINVAL, setsockopt(s, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, (char *)&request, sizeof request),
	      "...twice");
	todo_end();
	wine_may_differ("Wine 8 has no MCAST options");
	is_string("success", group_option(s, IPPROTO_IPV6, MCAST_JOIN_GROUP, group, NULL, 0),
		  "MCAST_JOIN_GROUP of IPv6");
	is_string("WSAEINVAL", group_option(s, IPPROTO_IPV6, MCAST_JOIN_GROUP, "239.1.1.7", NULL, 1),
		  "a group of IPv4 at the level of IPv6");
	todo_end();
	request.ipv6mr_interface = 0xfffff0;
	wine_may_differ("Wine has another error");
	fails(WSAEADDRNOTAVAIL,
	      setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request, sizeof request),
	      "the index of no interface");
	todo_end();
	request = (struct ipv6_mreq){ .ipv6mr_interface = 0 };
	request.ipv6mr_multiaddr.s6_addr[15] = 1;
	fails(WSAEINVAL, setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request, sizeof request),
	      "a group that is none");
	closesocket(elsewhere);
	closesocket(from);
	closesocket(s);
}

/* However many it has joined, each is heard. */
static void many(void)
{
	static const int counts[] = { 2, 20, 32, 33, 40 };
	struct sockaddr_in6 name = { .sin6_family = AF_INET6 };
	SOCKET s = new_socket(AF_INET6, SOCK_DGRAM), from = new_socket(AF_INET6, SOCK_DGRAM);
	struct ipv6_mreq request = { .ipv6mr_interface = 0 };
	int length = sizeof name, n = 0;

	bind(s, (struct sockaddr *)&name, sizeof name);
	getsockname(s, (struct sockaddr *)&name, &length);
	inet_pton(AF_INET6, "ff15::7:100", &name.sin6_addr);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		for (; n < counts[i]; n++) {
			name.sin6_addr.s6_addr[15] = (u_char)n;
			request.ipv6mr_multiaddr = name.sin6_addr;
			if (setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request,
				       sizeof request))
				bail("group %d: %s", n, error_name(WSAGetLastError()));
		}
		if (sendto(from, "last", 4, 0, (struct sockaddr *)&name, sizeof name) != 4) {
			skip(1, "no route for multicast of IPv6 here: %s", error_name(WSAGetLastError()));
			continue;
		}
		is_string("last", hear(s, SOON), "the last of %d groups is heard", n);
	}
	closesocket(from);
	closesocket(s);
}

/* A socket of IPv6 that speaks IPv4 too joins groups of IPv4 at the level of IPv4. */
static void dual(void)
{
	SOCKET s = new_socket(AF_INET6, SOCK_DGRAM), from = sender("127.0.0.1");
	struct sockaddr_in6 name = { .sin6_family = AF_INET6 };
	unsigned short shared = port;
	int length = sizeof name;
	DWORD off = FALSE;

	setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&off, sizeof off);
	bind(s, (struct sockaddr *)&name, sizeof name);
	getsockname(s, (struct sockaddr *)&name, &length);
	port = ntohs(name.sin6_port);
	is_string("success", member(s, IP_ADD_MEMBERSHIP, "239.1.1.8", ip("127.0.0.1")),
		  "IP_ADD_MEMBERSHIP on a dual-stack socket");
	hears(true, s, from, "239.1.1.8", "...datagrams arrive");
	is_string("success", option_set(s, IPPROTO_IP, IP_MULTICAST_LOOP, FALSE),
		  "...IP_MULTICAST_LOOP FALSE");
	wine_may_differ(sender_decides);
	hears(false, s, from, "239.1.1.8", "...they do not");
	todo_end();
	port = shared;
	closesocket(from);
	closesocket(s);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	port = free_port(AF_INET, SOCK_DGRAM);
	membership();
	sources();
	conflicts();
	groups();
	loop();
	unicast();
	choice();
	ipv6();
	many();
	dual();
	winsock_end();
	return done();
}
