/* bind: who may have a port beside whom, who gets what comes, and which port is chosen.
 *
 * The matrix is that of Microsoft's page "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", for one user. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SO_RANDOMIZE_PORT
#define SO_RANDOMIZE_PORT 0x3005
#endif
#ifndef SO_PORT_SCALABILITY
#define SO_PORT_SCALABILITY 0x3006
#endif
#ifndef SO_REUSE_UNICASTPORT
#define SO_REUSE_UNICASTPORT 0x3007
#endif
#ifndef SO_REUSE_MULTICASTPORT
#define SO_REUSE_MULTICASTPORT 0x3008
#endif

/* Fails under Wine for this reason, if it fails. */
#define CHECK(wine_reason, expected, seen, ...)                                                              \
	do {                                                                                                 \
		const char *check_seen = (seen);                                                             \
		if (strcmp((expected), check_seen) != 0)                                                     \
			wine_todo(wine_reason);                                                              \
		is_string((expected), check_seen, __VA_ARGS__);                                              \
		todo_end();                                                                                  \
	} while (0)

static const char wine_kernel[] = "Wine 8 leaves it to Linux, whose rules are others";

static int set(SOCKET s, int level, int name, int value)
{
	return setsockopt(s, level, name, (char *)&value, sizeof value);
}

static int get(SOCKET s, int level, int name)
{
	int value = 0, length = sizeof value;

	return getsockopt(s, level, name, (char *)&value, &length) ? -1 : value;
}

/* What a socket asks for before it is bound. */
enum option { DEFAULT, REUSE, EXCLUSIVE, OPTIONS };
static const char *const option_names[] = { "default", "SO_REUSEADDR", "SO_EXCLUSIVEADDRUSE" };

/* Where it is bound. */
struct place {
	const char *name;
	int family;
	const char *address;
	bool dual; /* IPV6_V6ONLY is FALSE */
};
static const struct place any4 = { "0.0.0.0", AF_INET, "0.0.0.0", false };
static const struct place lo4 = { "127.0.0.1", AF_INET, "127.0.0.1", false };
static const struct place other4 = { "127.0.0.2", AF_INET, "127.0.0.2", false };
static const struct place any6 = { "::", AF_INET6, "::", false };
static const struct place lo6 = { "::1", AF_INET6, "::1", false };
static const struct place dual = { ":: of both families", AF_INET6, "::", true };
static const struct place mapped_any = { "::ffff:0.0.0.0", AF_INET6, "::ffff:0.0.0.0", true };
static const struct place mapped = { "::ffff:127.0.0.1", AF_INET6, "::ffff:127.0.0.1", true };

static int at(const struct place *place, unsigned short port, struct sockaddr_storage *address)
{
	struct sockaddr_in *in = (void *)address;
	struct sockaddr_in6 *in6 = (void *)address;

	memset(address, 0, sizeof *address);
	address->ss_family = (short)place->family;
	in->sin_port = htons(port);
	inet_pton(place->family, place->address,
		  place->family == AF_INET6 ? (void *)&in6->sin6_addr : (void *)&in->sin_addr);
	return place->family == AF_INET6 ? sizeof *in6 : sizeof *in;
}

static SOCKET with(const struct place *place, int type, enum option option)
{
	SOCKET s = new_socket(place->family, type);

	if (place->dual)
		set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (option == REUSE)
		set(s, SOL_SOCKET, SO_REUSEADDR, 1);
	if (option == EXCLUSIVE)
		set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
	return s;
}

static const char *bind_at(SOCKET s, const struct place *place, unsigned short port)
{
	struct sockaddr_storage address;
	int length = at(place, port, &address);

	return outcome(bind(s, (struct sockaddr *)&address, length));
}

static SOCKET bound(const struct place *place, int type, enum option option, unsigned short port)
{
	SOCKET s = with(place, type, option);

	if (strcmp(bind_at(s, place, port), "success") != 0)
		bail("cannot bind to %s, port %u", place->name, port);
	return s;
}

static unsigned short port_of(SOCKET s)
{
	struct sockaddr_in6 address; /* the port is at the same place in both families */
	int length = sizeof address;

	return getsockname(s, (struct sockaddr *)&address, &length) ? 0 : ntohs(address.sin6_port);
}

/* One that nobody has on any address. */
static unsigned short a_port(int type)
{
	SOCKET s = bound(&dual, type, DEFAULT, 0);
	unsigned short port = port_of(s);

	closesocket(s);
	return port;
}

/* The page's table for Windows Server 2003 and later, and that for XP and earlier. Rows: the first
 * bind, default to a wildcard, default to an address, SO_REUSEADDR to a wildcard...; columns: the second
 * one likewise. */
enum answer { S, U, A }; /* success, WSAEADDRINUSE, WSAEACCES */
static const char *const answers[] = { "success", "WSAEADDRINUSE", "WSAEACCES" };
static const unsigned char later[6][6] = {
	{ U, S, A, S, U, S }, { S, U, S, A, U, U }, { U, S, S, S, U, S },
	{ S, U, S, S, U, U }, { U, A, A, A, U, A }, { S, U, S, A, U, U },
};
static const unsigned char earlier[6][6] = {
	{ U, U, S, S, U, U }, { U, U, S, S, U, U }, { U, U, S, S, U, U },
	{ U, U, S, S, U, U }, { U, U, A, A, U, U }, { U, U, A, A, U, U },
};

/* Two places; which rows and columns of the table they are is said by whether each is a wildcard to the
 * other. One of both families is a wildcard even to that of IPv4: that two of the latter kind may be bound
 * beside each other was seen on Windows (Wine's tests, test_reuseaddr), while the page has no word of it. */
static const struct pair {
	const struct place *first, *second;
	bool first_wild, second_wild, apart;
} pairs[] = {
	/* clang-format off */
	{ &any4, &any4, true, true, false },
	{ &any4, &lo4, true, false, false },
	{ &lo4, &any4, false, true, false },
	{ &lo4, &lo4, false, false, false },
	{ &lo4, &other4, false, false, true },
	{ &any6, &any6, true, true, false },
	{ &any6, &lo6, true, false, false },
	{ &lo6, &any6, false, true, false },
	{ &lo6, &lo6, false, false, false },
	{ &any6, &any4, false, false, true },
	{ &any4, &any6, false, false, true },
	{ &lo6, &lo4, false, false, true },
	{ &dual, &dual, true, true, false },
	{ &dual, &any4, true, false, false },
	{ &any4, &dual, false, true, false },
	{ &dual, &lo4, true, false, false },
	{ &lo4, &dual, false, true, false },
	{ &dual, &lo6, true, false, false },
	{ &lo6, &dual, false, true, false },
	{ &dual, &any6, true, true, false },
	{ &any6, &dual, true, true, false },
	{ &mapped_any, &any4, true, true, false },
	{ &mapped, &lo4, false, false, false },
	{ &lo4, &mapped, false, false, false },
	{ &mapped, &any4, false, true, false },
	{ &any4, &mapped, true, false, false },
	/* clang-format on */
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

/* The answer to the second bind; when both are bound, both streams must be able to listen as well. */
static const char *bind_both(const struct pair *pair, int type, enum option first, enum option second)
{
	unsigned short port = a_port(type);
	SOCKET a = with(pair->first, type, first), b = with(pair->second, type, second);
	const char *seen = bind_at(a, pair->first, port);

	if (strcmp(seen, "success") == 0)
		seen = bind_at(b, pair->second, port);
	else
		seen = words("first bind: %s", seen);
	if (strcmp(seen, "success") == 0 && type == SOCK_STREAM && (listen(a, 5) || listen(b, 5)))
		seen = words("listen: %s", error_name(WSAGetLastError()));
	closesocket(a);
	closesocket(b);
	return seen;
}

static void cell(const unsigned char table[6][6], const struct pair *pair, int type, enum option first,
		 enum option second, const char *windows)
{
	enum answer answer =
		pair->apart ? S : table[first * 2 + !pair->first_wild][second * 2 + !pair->second_wild];
	const char *seen = bind_both(pair, type, first, second);

	if (strcmp(answers[answer], seen) != 0) /* someone else may have had the port */
		seen = bind_both(pair, type, first, second);
	CHECK(wine_kernel, answers[answer], seen, "%s%s: %s to %s, then %s to %s", windows,
	      type == SOCK_STREAM ? "TCP" : "UDP", option_names[first], pair->first->name,
	      option_names[second], pair->second->name);
}

static void matrix(const unsigned char table[6][6], int count, const char *windows)
{
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++)
		for (int i = 0; i < count; i++)
			for (enum option first = DEFAULT; first < OPTIONS; first++)
				for (enum option second = DEFAULT; second < OPTIONS; second++)
					cell(table, &pairs[i], type, first, second, windows);
}

/* The same with the second bind in another process. */
static int in_child(const char *argument)
{
	int family, type, option;
	unsigned port, is_dual;
	char address[64];
	struct place place = { address, 0, address, false };
	SOCKET s;

	if (sscanf(argument, "%d,%d,%d,%u,%u,%63s", &family, &type, &option, &is_dual, &port, address) != 6)
		return 1;
	winsock_start();
	place.family = family;
	place.dual = is_dual;
	s = with(&place, type, (enum option)option);
	printf("%s", bind_at(s, &place, (unsigned short)port));
	closesocket(s);
	winsock_end();
	return 0;
}

static const char *bind_there(const struct place *place, int type, enum option option, unsigned short port)
{
	static char output[256];
	const char *argument = words("%d,%d,%d,%u,%u,%s", place->family, type, (int)option, place->dual, port,
				     place->address);

	run_again(argument, output, sizeof output);
	return output;
}

static const char not_across[] = "Linux cannot tell it from a conflict, across processes";

static void processes(void)
{
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		const char *what = type == SOCK_STREAM ? "TCP" : "UDP";

		for (int i = 0; i < 4; i++) {
			const struct pair *pair = &pairs[i];

			for (enum option first = DEFAULT; first < OPTIONS; first++) {
				unsigned short port = a_port(type);
				SOCKET s = bound(pair->first, type, first, port);

				for (enum option second = DEFAULT; second < OPTIONS; second++) {
					enum answer answer = later[first * 2 + !pair->first_wild]
								  [second * 2 + !pair->second_wild];
					const char *seen = bind_there(pair->second, type, second, port);
					bool limit = answer == S && !(first == REUSE && second == REUSE);

					if (strcmp(answers[answer], seen) != 0)
						wine_todo(wine_kernel);
					if (limit && !is_wine())
						todo(not_across);
					is_string(answers[answer], seen,
						  "%s, two processes: %s to %s, then %s to %s", what,
						  option_names[first], pair->first->name,
						  option_names[second], pair->second->name);
					todo_end();
				}
				closesocket(s);
			}
		}
	}
}

/* After this process has made room for a socket of its own the kernel keeps others out as before. */
static void beside(const struct place *wide, const struct place *narrow)
{
	unsigned short port = a_port(SOCK_STREAM);
	SOCKET all[2] = { bound(wide, SOCK_STREAM, DEFAULT, port), with(narrow, SOCK_STREAM, DEFAULT) };

	listen(all[0], 5);
	CHECK(wine_kernel, "success", bind_at(all[1], narrow, port), "%s beside a listener at %s",
	      narrow->name, wide->name);
	for (int listens = 0; listens < 2; listens++) {
		CHECK(wine_kernel, "WSAEACCES", bind_there(narrow, SOCK_STREAM, REUSE, port),
		      "%s: SO_REUSEADDR of another process gets neither this%s", narrow->name,
		      listens ? ", when it listens" : "");
		CHECK(wine_kernel, "WSAEACCES", bind_there(wide, SOCK_STREAM, REUSE, port), "...nor %s",
		      wide->name);
		listen(all[1], 5);
	}
	close_pair(all);
}

/* A listener at this place; it does not wait for connections that do not come. */
static SOCKET listener(const struct place *place, enum option option, unsigned short port)
{
	SOCKET s = bound(place, SOCK_STREAM, option, port);
	u_long on = 1;

	ioctlsocket(s, FIONBIO, &on);
	return s;
}

/* Which of the listeners gets a connection to this place: its number, or -1 for none. */
static int who_accepts(const struct place *to, unsigned short port, SOCKET *listeners, int count)
{
	SOCKET client = new_socket(to->family, SOCK_STREAM), accepted;
	struct sockaddr_storage address;
	int length = at(to, port, &address), who = -1;
	bool connects = connect(client, (struct sockaddr *)&address, length) == 0;

	for (int tries = 0; connects && who < 0 && tries < 50; tries++) {
		for (int i = 0; i < count && who < 0; i++) {
			if (listeners[i] == INVALID_SOCKET)
				continue;
			accepted = accept(listeners[i], NULL, NULL);
			if (accepted == INVALID_SOCKET)
				continue;
			who = i;
			closesocket(accepted);
		}
		if (who < 0)
			sleep_ms(20);
	}
	closesocket(client);
	return who;
}

static void same_address(const struct place *place, const struct place *to)
{
	static const char one_listens[] = "Wine 8 lets only one of them listen";
	unsigned short port = a_port(SOCK_STREAM);
	SOCKET all[4];

	for (int i = 0; i < 3; i++)
		all[i] = listener(place, REUSE, port);
	all[3] = INVALID_SOCKET;
	succeeds(listen(all[0], 5), "%s: the first of three sockets that share an address listens",
		 place->name);
	wine_todo(one_listens);
	succeeds(listen(all[1], 5), "%s: and the second", place->name);
	todo_end();
	for (int i = 0; i < 8; i++)
		is_int(0, who_accepts(to, port, all, 3), "%s: connection %d is the first one's", place->name,
		       i);
	closesocket(all[0]);
	all[0] = INVALID_SOCKET;
	wine_todo(one_listens);
	for (int i = 0; i < 4; i++)
		is_int(1, who_accepts(to, port, all, 3), "%s: after its end %d is the second one's",
		       place->name, i);
	todo_end();
	closesocket(all[1]);
	all[1] = INVALID_SOCKET;
	all[3] = listener(place, REUSE, port);
	succeeds(listen(all[2], 5), "%s: the third listens when the second is closed", place->name);
	is_int(2, who_accepts(to, port, all, 4), "%s: and gets what comes", place->name);
	closesocket(all[2]);
	all[2] = INVALID_SOCKET;
	succeeds(listen(all[3], 5), "%s: then one that was bound after the rest", place->name);
	is_int(3, who_accepts(to, port, all, 4), "%s: and gets what comes", place->name);
	closesocket(all[3]);
}

/* The one with the more precise address gets the connection, whoever came first. */
static void precise(const struct place *wide, const struct place *narrow, const struct place *target,
		    const struct place *elsewhere, enum option option)
{
	for (int narrow_first = 0; narrow_first < 2; narrow_first++) {
		const char *order = words("%s, %s %s %s", narrow->name, option_names[option],
					  narrow_first ? "before" : "after", wide->name);
		unsigned short port = a_port(SOCK_STREAM);
		const struct place *places[] = { narrow_first ? narrow : wide, narrow_first ? wide : narrow };
		SOCKET all[2];

		for (int i = 0; i < 2; i++) {
			all[i] = with(places[i], SOCK_STREAM, places[i] == narrow ? option : DEFAULT);
			ioctlsocket(all[i], FIONBIO, &(u_long){ 1 });
			CHECK(wine_kernel, "success", bind_at(all[i], places[i], port), "%s: %s is bound",
			      order, places[i]->name);
			CHECK(wine_kernel, "success", outcome(listen(all[i], 5)), "%s: ...and listens",
			      order);
		}
		CHECK(wine_kernel, words("%d", !narrow_first), words("%d", who_accepts(target, port, all, 2)),
		      "%s: what is for %s goes there", order, target->name);
		if (elsewhere)
			CHECK(wine_kernel, words("%d", narrow_first),
			      words("%d", who_accepts(elsewhere, port, all, 2)),
			      "%s: what is for %s goes to the other", order, elsewhere->name);
		close_pair(all);
	}
}

/* Which of the sockets gets a datagram: its number, or -1. */
static int who_receives(const struct place *to, unsigned short port, SOCKET *sockets, int count)
{
	SOCKET sender = new_socket(to->family, SOCK_DGRAM);
	struct sockaddr_storage address;
	struct timeval wait = { 2, 0 };
	int length = at(to, port, &address), who = -1;
	fd_set readable;
	char byte;

	sendto(sender, "x", 1, 0, (struct sockaddr *)&address, length);
	FD_ZERO(&readable);
	for (int i = 0; i < count; i++)
		if (sockets[i] != INVALID_SOCKET)
			FD_SET(sockets[i], &readable);
	if (select(0, &readable, NULL, NULL, &wait) == 1)
		for (int i = 0; i < count && who < 0; i++)
			if (sockets[i] != INVALID_SOCKET && FD_ISSET(sockets[i], &readable) &&
			    recv(sockets[i], &byte, 1, 0) == 1)
				who = i;
	closesocket(sender);
	return who;
}

static void datagrams(const struct place *wide, const struct place *narrow)
{
	unsigned short port = a_port(SOCK_DGRAM);
	SOCKET all[3];

	for (int i = 0; i < 3; i++)
		all[i] = bound(narrow, SOCK_DGRAM, REUSE, port);
	for (int i = 0; i < 4; i++)
		CHECK("Wine 8 gives it to the last", "0", words("%d", who_receives(narrow, port, all, 3)),
		      "%s: of sockets that share, the first gets datagram %d", narrow->name, i);
	closesocket(all[0]);
	closesocket(all[2]);
	all[0] = all[2] = INVALID_SOCKET;
	is_int(1, who_receives(narrow, port, all, 3), "%s: then one that is left", narrow->name);
	closesocket(all[1]);

	port = a_port(SOCK_DGRAM);
	all[0] = bound(wide, SOCK_DGRAM, DEFAULT, port);
	all[1] = with(narrow, SOCK_DGRAM, DEFAULT);
	CHECK(wine_kernel, "success", bind_at(all[1], narrow, port), "%s beside %s", narrow->name,
	      wide->name);
	CHECK(wine_kernel, "1", words("%d", who_receives(narrow, port, all, 2)), "...gets what is for it");
	all[2] = with(narrow, SOCK_DGRAM, REUSE);
	is_string("WSAEACCES", bind_at(all[2], narrow, port), "...and no third one is let in");
	closesocket(all[2]);
	close_pair(all);
}

/* A datagram for a group comes to all of its members that share the port. */
static void group(int option, const char *name)
{
	unsigned short port = a_port(SOCK_DGRAM);
	struct ip_mreq membership;
	struct sockaddr_storage to;
	struct place place = { "239.255.8.8", AF_INET, "239.255.8.8", false };
	DWORD loopback = htonl(INADDR_LOOPBACK);
	struct timeval wait = { 2, 0 };
	SOCKET all[2], sender = new_socket(AF_INET, SOCK_DGRAM);
	int length = at(&place, port, &to);
	fd_set readable;
	char byte;

	membership.imr_multiaddr.s_addr = inet_addr(place.address);
	membership.imr_interface.s_addr = loopback;
	for (int i = 0; i < 2; i++) {
		all[i] = new_socket(AF_INET, SOCK_DGRAM);
		CHECK("Wine 8 does not know it", "success", outcome(set(all[i], SOL_SOCKET, option, 1)), "%s",
		      name);
		CHECK("Wine 8 does not know it", "success", bind_at(all[i], &any4, port),
		      "%s: socket %d is bound", name, i);
		setsockopt(all[i], IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&membership, sizeof membership);
	}
	setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, (char *)&loopback, sizeof loopback);
	sendto(sender, "x", 1, 0, (struct sockaddr *)&to, length);
	for (int i = 0; i < 2; i++) {
		FD_ZERO(&readable);
		FD_SET(all[i], &readable);
		CHECK("Wine 8 does not know it", "1",
		      words("%d",
			    select(0, &readable, NULL, NULL, &wait) == 1 ? recv(all[i], &byte, 1, 0) : 0),
		      "%s: a datagram for the group comes to socket %d", name, i);
	}
	if (option == SO_REUSE_MULTICASTPORT) {
		wait.tv_sec = 0;
		wait.tv_usec = 200000;
		at(&lo4, port, &to);
		sendto(sender, "x", 1, 0, (struct sockaddr *)&to, length);
		FD_ZERO(&readable);
		FD_SET(all[0], &readable);
		FD_SET(all[1], &readable);
		CHECK("Wine 8 does not know it", "0", words("%d", select(0, &readable, NULL, NULL, &wait)),
		      "%s: one for this host comes to none", name);
		closesocket(all[1]);
		all[1] = new_socket(AF_INET, SOCK_DGRAM);
		is_string("WSAEADDRINUSE", bind_at(all[1], &any4, port), "%s: it shares with its like alone",
			  name);
	}
	closesocket(sender);
	close_pair(all);
}

/* The two options exclude each other, and mean nothing after bind. */
static void options(void)
{
	unsigned short port = a_port(SOCK_STREAM);
	SOCKET s = new_socket(AF_INET, SOCK_STREAM), second;

	succeeds(set(s, SOL_SOCKET, SO_REUSEADDR, 1), "SO_REUSEADDR TRUE");
	fails(WSAEINVAL, set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), "...then SO_EXCLUSIVEADDRUSE");
	is_int(0, get(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE), "...which stays FALSE");
	succeeds(set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 0), "...and can be set FALSE");
	succeeds(set(s, SOL_SOCKET, SO_REUSEADDR, 0), "SO_REUSEADDR FALSE again");
	succeeds(set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), "...then SO_EXCLUSIVEADDRUSE");
	fails(WSAEINVAL, set(s, SOL_SOCKET, SO_REUSEADDR, 1), "...and SO_REUSEADDR no more");
	is_int(0, get(s, SOL_SOCKET, SO_REUSEADDR), "...which stays FALSE");
	closesocket(s);

	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		const char *what = type == SOCK_STREAM ? "TCP" : "UDP";

		port = a_port(type);
		s = bound(&lo4, type, DEFAULT, port);
		second = with(&lo4, type, REUSE);
		CHECK("Wine 8 refuses or obeys it", "success", outcome(set(s, SOL_SOCKET, SO_REUSEADDR, 1)),
		      "%s: SO_REUSEADDR after bind", what);
		CHECK("Wine 8 obeys it", "WSAEACCES", bind_at(second, &lo4, port),
		      "%s: ...comes too late to share", what);
		closesocket(s);
		CHECK("Wine 8 has it bound already", "success", bind_at(second, &lo4, port),
		      "%s: the second gets it afterwards", what);
		set(second, SOL_SOCKET, SO_REUSEADDR, 0);
		s = with(&lo4, type, REUSE);
		CHECK(wine_kernel, "success", bind_at(s, &lo4, port), "%s: nor can it be taken back", what);
		closesocket(s);
		closesocket(second);

		port = a_port(type);
		s = bound(&any4, type, DEFAULT, port);
		set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
		second = with(&lo4, type, DEFAULT);
		CHECK(wine_kernel, "success", bind_at(second, &lo4, port),
		      "%s: SO_EXCLUSIVEADDRUSE after bind keeps nobody out", what);
		closesocket(s);
		closesocket(second);
	}
}

/* A connection of which the listener is gone. [0] is its client, [1] was accepted. */
static unsigned short left_behind(enum option option, SOCKET pair[2])
{
	unsigned short port = a_port(SOCK_STREAM);
	SOCKET s = bound(&lo4, SOCK_STREAM, option, port);
	struct sockaddr_storage address;
	int length = at(&lo4, port, &address);

	listen(s, 5);
	pair[0] = new_socket(AF_INET, SOCK_STREAM);
	connect(pair[0], (struct sockaddr *)&address, length);
	pair[1] = accept(s, NULL, NULL);
	closesocket(s);
	return port;
}

static void connections(void)
{
	static const char *const wine_reason[] = { "Wine 8 refuses it", "Wine 8 refuses it",
						   "Wine 8 allows it" };
	SOCKET pair[2], s;
	unsigned short port;
	char byte;

	for (enum option first = DEFAULT; first < OPTIONS; first++) {
		for (enum option second = DEFAULT; second < OPTIONS; second++) {
			const char *what = words("%s after %s", option_names[second], option_names[first]);

			port = left_behind(first, pair);
			s = with(&lo4, SOCK_STREAM, second);
			CHECK(wine_reason[second], second == EXCLUSIVE ? "WSAEADDRINUSE" : "success",
			      bind_at(s, &lo4, port), "%s: the listener is closed, a connection lives", what);
			closesocket(s);

			/* In good order, as the page advises: the accepting side ends first, and so has
			 * the TIME_WAIT. */
			shutdown(pair[1], SD_SEND);
			recv(pair[0], &byte, 1, 0);
			closesocket(pair[0]);
			recv(pair[1], &byte, 1, 0);
			closesocket(pair[1]);
			s = with(&lo4, SOCK_STREAM, second);
			CHECK("Wine 8 refuses it", "success", bind_at(s, &lo4, port),
			      "%s: it is in TIME_WAIT", what);
			CHECK("Wine 8 refuses it", "success", outcome(listen(s, 5)), "%s: ...and listens",
			      what);
			closesocket(s);
		}
	}
	/* One that was bound and connected still has its address. */
	port = a_port(SOCK_STREAM);
	{
		struct sockaddr_storage address;
		int length;
		SOCKET server = listening_socket(AF_INET, &address, &length);
		SOCKET client = bound(&lo4, SOCK_STREAM, DEFAULT, port);

		succeeds(connect(client, (struct sockaddr *)&address, length), "a bound socket connects");
		s = with(&lo4, SOCK_STREAM, DEFAULT);
		is_string("WSAEADDRINUSE", bind_at(s, &lo4, port), "...and keeps its address to itself");
		closesocket(s);
		s = accept(server, NULL, NULL);
		closesocket(client);
		recv(s, &byte, 1, 0);
		closesocket(s);
		closesocket(server);
		s = with(&lo4, SOCK_STREAM, DEFAULT);
		CHECK("Wine 8 refuses it", "success", bind_at(s, &lo4, port), "...until it is closed");
		closesocket(s);
	}
}

/* What bind looks at, in its order. */
static void arguments(void)
{
	struct sockaddr_storage address;
	int length = at(&lo4, 0, &address);
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	CHECK("Wine 8 looks at the address first", "WSAENOTSOCK", outcome(bind(INVALID_SOCKET, NULL, 0)),
	      "no socket, and no address");
	fails(WSAEFAULT, bind(s, NULL, 0), "NULL");
	fails(WSAEFAULT, bind(s, NULL, length), "NULL, of the right length");
	fails(WSAEFAULT, bind(s, (struct sockaddr *)&address, 0), "a length of 0");
	fails(WSAEFAULT, bind(s, (struct sockaddr *)&address, length - 1), "a length too short by one");
	address.ss_family = 0xdead;
	fails(WSAEAFNOSUPPORT, bind(s, (struct sockaddr *)&address, length), "a family that is none");
	address.ss_family = AF_INET6;
	CHECK("Wine 8 says it otherwise", "WSAEAFNOSUPPORT",
	      outcome(bind(s, (struct sockaddr *)&address, sizeof(struct sockaddr_in6))), "another family");
	length = at(&lo4, 0, &address);
	succeeds(bind(s, (struct sockaddr *)&address, length), "a port of the system's choice");
	ok(port_of(s) != 0, "...is chosen at once");
	fails(WSAEFAULT, bind(s, NULL, 0), "bound already, and NULL");
	fails(WSAEINVAL, bind(s, (struct sockaddr *)&address, length), "bound already");
	fails(WSAEINVAL, bind(s, (struct sockaddr *)&address, length), "...which does not change");
	at(&(struct place){ "", AF_INET, "192.0.2.77", false }, 0, &address);
	fails(WSAEINVAL, bind(s, (struct sockaddr *)&address, length), "...not even for a foreign address");
	closesocket(s);
}

static void addresses(void)
{
	static const struct {
		struct place place;
		const char *tcp, *udp;
		bool broadcast;
	} foreign[] = {
		{ { "a foreign address", AF_INET, "192.0.2.77", false },
		  "WSAEADDRNOTAVAIL",
		  "WSAEADDRNOTAVAIL",
		  false },
		{ { "a foreign address", AF_INET6, "2001:db8::77", false },
		  "WSAEADDRNOTAVAIL",
		  "WSAEADDRNOTAVAIL",
		  false },
		{ { "a group", AF_INET, "239.255.8.8", false },
		  "WSAEADDRNOTAVAIL",
		  "WSAEADDRNOTAVAIL",
		  false },
		{ { "a group", AF_INET6, "ff02::8", false }, "WSAEADDRNOTAVAIL", "WSAEADDRNOTAVAIL", false },
		{ { "all hosts", AF_INET, "255.255.255.255", false },
		  "WSAEADDRNOTAVAIL",
		  "WSAEACCES",
		  false },
		{ { "all hosts, with SO_BROADCAST", AF_INET, "255.255.255.255", false },
		  "WSAEADDRNOTAVAIL",
		  "success",
		  true },
	};

	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
			const struct place *place = &foreign[i].place;
			SOCKET s = new_socket(place->family, type);

			if (foreign[i].broadcast)
				set(s, SOL_SOCKET, SO_BROADCAST, 1);
			CHECK("Wine 8 takes it, or says it otherwise",
			      type == SOCK_STREAM ? foreign[i].tcp : foreign[i].udp, bind_at(s, place, 0),
			      "%s to %s (%s)", type == SOCK_STREAM ? "TCP" : "UDP", place->name,
			      place->address);
			if (place->address[0] != '2' || i < 2)
				CHECK("Wine 8 has it bound already", "success",
				      bind_at(s, place->family == AF_INET ? &lo4 : &lo6, 0),
				      "...and then to another");
			closesocket(s);
		}
}

/* The scope must be one in which there is such an address. */
static void scope(void)
{
	struct sockaddr_storage address;
	struct sockaddr_in6 *in6 = (void *)&address, seen;
	int length = at(&lo6, 0, &address), seen_length = sizeof seen;
	SOCKET s = new_socket(AF_INET6, SOCK_STREAM);

	in6->sin6_scope_id = 0xabacab;
	CHECK("Wine 8 does not look at it", "WSAEADDRNOTAVAIL",
	      outcome(bind(s, (struct sockaddr *)in6, length)), "a scope that there is not");
	in6->sin6_scope_id = 0;
	CHECK("Wine 8 has it bound already", "success", outcome(bind(s, (struct sockaddr *)in6, length)),
	      "...and none, afterwards");
	succeeds(getsockname(s, (struct sockaddr *)&seen, &seen_length), "...which getsockname");
	is_int(0, (int)seen.sin6_scope_id, "...shows as none");
	closesocket(s);
}

/* An address of one interface alone: Windows finds out which. */
static void local_scope(void)
{
	char hex[33], its_name[33], text[INET6_ADDRSTRLEN];
	unsigned index, length_of_prefix, scope_of_address, flags;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 }, seen;
	int length = sizeof seen;
	bool found = false;
	FILE *file = fopen("/proc/net/if_inet6", "r");
	SOCKET s;

	while (file && !found &&
	       fscanf(file, "%32s %x %x %x %x %32s", hex, &index, &length_of_prefix, &scope_of_address,
		      &flags, its_name) == 6)
		found = scope_of_address == 0x20 && !(flags & 0x48); /* neither tentative nor a duplicate */
	if (file)
		fclose(file);
	if (!found) {
		skip(6, "there is no interface with an address of its own link");
		return;
	}
	for (int i = 0; i < 16; i++) {
		unsigned byte;

		sscanf(&hex[i * 2], "%2x", &byte);
		in6.sin6_addr.s6_addr[i] = (unsigned char)byte;
	}
	inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
	for (int i = 0; i < 2; i++) {
		s = new_socket(AF_INET6, SOCK_STREAM);
		in6.sin6_scope_id = 0xabacab;
		fails(WSAEADDRNOTAVAIL, bind(s, (struct sockaddr *)&in6, sizeof in6),
		      "%s of a scope that there is not", text);
		in6.sin6_scope_id = i ? index : 0;
		succeeds(bind(s, (struct sockaddr *)&in6, sizeof in6), "...of %s",
			 i ? "its interface" : "none");
		getsockname(s, (struct sockaddr *)&seen, &length);
		is_int((int)index, (int)seen.sin6_scope_id, "...is its interface's");
		closesocket(s);
	}
}

/* Many threads want the same port at once, while the wildcard has a listener that makes room. */
struct race {
	unsigned short port;
	enum option option;
	SOCKET s;
	const char *seen;
};

static void run_race(void *argument)
{
	struct race *race = argument;
	struct sockaddr_storage address;
	int length = at(&lo4, race->port, &address);

	race->seen = bind(race->s, (struct sockaddr *)&address, length) ? error_name(WSAGetLastError())
									: "success";
}

static void races(void)
{
	enum { RACERS = 4, ROUNDS = 50 };
	int winners[2] = { 0 }, wrong = 0;

	for (int round = 0; round < ROUNDS; round++) {
		unsigned short port = a_port(SOCK_STREAM);
		SOCKET wide = listener(&any4, DEFAULT, port);
		struct race races[RACERS];
		struct task *tasks[RACERS];
		int won = 0;

		listen(wide, 5);
		for (int i = 0; i < RACERS; i++) {
			races[i] = (struct race){ port, round % 2 ? REUSE : DEFAULT, INVALID_SOCKET, "" };
			races[i].s = with(&lo4, SOCK_STREAM, races[i].option);
			tasks[i] = task_start(run_race, &races[i]);
		}
		for (int i = 0; i < RACERS; i++) {
			if (!task_end(tasks[i], 10000))
				bail("a bind does not return");
			won += strcmp(races[i].seen, "success") == 0;
			wrong += strcmp(races[i].seen, "success") != 0 &&
				 strcmp(races[i].seen, "WSAEADDRINUSE") != 0;
		}
		for (int i = 0; i < RACERS; i++)
			closesocket(races[i].s);
		winners[round % 2] += won;
		closesocket(wide);
	}
	CHECK(wine_kernel, words("%d", ROUNDS / 2), words("%d", winners[0]),
	      "of %d threads that want a port one gets it, each of %d times", RACERS, ROUNDS / 2);
	CHECK(wine_kernel, words("%d", RACERS * ROUNDS / 2), words("%d", winners[1]),
	      "...and all of them with SO_REUSEADDR");
	CHECK(wine_kernel, "0", words("%d", wrong), "...and the others are told so");
}

static void v6only(void)
{
	SOCKET six = new_socket(AF_INET6, SOCK_STREAM), four = new_socket(AF_INET, SOCK_STREAM), pair[2];
	static const char not_ipv4[] = "Wine 8 does not have it for IPv4";
	unsigned short port = a_port(SOCK_STREAM);

	is_int(1, get(six, IPPROTO_IPV6, IPV6_V6ONLY), "IPV6_V6ONLY of a new socket");
	is_string("success", bind_at(six, &any6, port), "...which is bound");
	CHECK(not_ipv4, "1", words("%d", get(four, IPPROTO_IPV6, IPV6_V6ONLY)),
	      "IPV6_V6ONLY of a socket of IPv4");
	succeeds(set(four, IPPROTO_IPV6, IPV6_V6ONLY, 0), "...can be set");
	CHECK(not_ipv4, "0", words("%d", get(four, IPPROTO_IPV6, IPV6_V6ONLY)), "...and is FALSE then");
	succeeds(set(four, IPPROTO_IPV6, IPV6_V6ONLY, 1), "...and TRUE again");
	is_string("success", bind_at(four, &any4, port), "both are bound to the wildcard of their family");
	for (int i = 0; i < 2; i++) {
		SOCKET s = i ? four : six;
		const char *family = i ? "IPv4" : "IPv6";

		is_int(SOCKET_ERROR, set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), "%s: then it cannot be set FALSE",
		       family);
		is_int(SOCKET_ERROR, set(s, IPPROTO_IPV6, IPV6_V6ONLY, 1), "%s: nor TRUE", family);
		CHECK(not_ipv4, "1", words("%d", get(s, IPPROTO_IPV6, IPV6_V6ONLY)), "%s: and is what it was",
		      family);
	}
	closesocket(six);
	closesocket(four);
	pair[0] = listener(&dual, DEFAULT, port);
	pair[1] = INVALID_SOCKET;
	listen(pair[0], 5);
	is_int(0, get(pair[0], IPPROTO_IPV6, IPV6_V6ONLY), "IPV6_V6ONLY FALSE stays so when it is bound");
	is_int(0, who_accepts(&lo4, port, pair, 1), "...and connections of IPv4 come there");
	is_int(0, who_accepts(&lo6, port, pair, 1), "...and those of IPv6");
	closesocket(pair[0]);
}

/* How a port is chosen. */
static void chosen(void)
{
	static const char unknown[] = "Wine 8 does not know it";
	enum { SOCKETS = 16 };
	struct sockaddr_storage address, second;
	int length, second_length, steady = 0;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM), all[2], servers[2], accepted;
	unsigned short last = 0;

	CHECK(unknown, "success", outcome(set(s, SOL_SOCKET, SO_REUSE_UNICASTPORT, 1)),
	      "SO_REUSE_UNICASTPORT");
	CHECK(unknown, "WSAEINVAL", outcome(set(s, SOL_SOCKET, SO_RANDOMIZE_PORT, 1)),
	      "...rules SO_RANDOMIZE_PORT out");
	CHECK(unknown, "success", outcome(set(s, SOL_SOCKET, SO_RANDOMIZE_PORT, 0)), "...but for FALSE");
	CHECK(unknown, "success", outcome(set(s, SOL_SOCKET, SO_REUSE_UNICASTPORT, 0)),
	      "...and can be set FALSE");
	CHECK(unknown, "success", outcome(set(s, SOL_SOCKET, SO_RANDOMIZE_PORT, 1)),
	      "...then SO_RANDOMIZE_PORT is TRUE");
	closesocket(s);

	/* Ports of connect alone, by SO_RANDOMIZE_PORT: Linux would go up by steps of two. */
	servers[0] = listening_socket(AF_INET, &address, &length);
	for (int i = 0; i < SOCKETS; i++) {
		s = new_socket(AF_INET, SOCK_STREAM);
		set(s, SOL_SOCKET, SO_RANDOMIZE_PORT, 1);
		if (connect(s, (struct sockaddr *)&address, length))
			bail("connect: %s", error_name(WSAGetLastError()));
		steady += last && abs(port_of(s) - last) <= 64;
		last = port_of(s);
		closesocket(accept(servers[0], NULL, NULL));
		closesocket(s);
	}
	CHECK(unknown, "yes", steady < SOCKETS / 2 ? "yes" : "no",
	      "SO_RANDOMIZE_PORT: %d ports are all over the place", SOCKETS);

	/* A port is bound late, and two connections to different peers could have the same one. */
	servers[1] = listening_socket(AF_INET, &second, &second_length);
	s = new_socket(AF_INET, SOCK_STREAM);
	set(s, SOL_SOCKET, SO_REUSE_UNICASTPORT, 1);
	is_string("success", bind_at(s, &lo4, 0), "SO_REUSE_UNICASTPORT: a bind to any port");
	is_string("WSAEINVAL", bind_at(s, &lo4, 0), "...is the only one");
	succeeds(connect(s, (struct sockaddr *)&address, length), "...and the socket connects");
	ok(port_of(s) != 0, "...with a port");
	accepted = accept(servers[0], NULL, NULL);
	ok(accepted != INVALID_SOCKET, "...and is accepted");
	closesocket(accepted);
	closesocket(s);
	for (int i = 0; i < 2; i++)
		closesocket(servers[i]);

	for (int i = 0; i < 2; i++) {
		all[i] = new_socket(AF_INET, SOCK_STREAM);
		CHECK(unknown, "success", outcome(set(all[i], SOL_SOCKET, SO_PORT_SCALABILITY, 1)),
		      "SO_PORT_SCALABILITY");
		is_string("success", bind_at(all[i], i ? &other4 : &lo4, 0), "...and a port of %s",
			  i ? other4.name : lo4.name);
	}
	close_pair(all);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return in_child(argv[1]);
	plan_lazy();
	winsock_start();
	matrix(later, PAIRS, "");
	processes();
	beside(&any4, &lo4);
	beside(&any6, &lo6);
	options();
	connections();
	same_address(&lo4, &lo4);
	same_address(&lo6, &lo6);
	same_address(&any4, &lo4);
	precise(&any4, &lo4, &lo4, &other4, DEFAULT);
	precise(&any4, &lo4, &lo4, &other4, REUSE);
	precise(&any6, &lo6, &lo6, NULL, DEFAULT);
	precise(&dual, &any4, &lo4, &lo6, DEFAULT);
	precise(&dual, &lo4, &lo4, &lo6, DEFAULT);
	precise(&dual, &lo6, &lo6, &lo4, DEFAULT);
	datagrams(&any4, &lo4);
	datagrams(&any6, &lo6);
	group(SO_REUSEADDR, "SO_REUSEADDR");
	group(SO_REUSE_MULTICASTPORT, "SO_REUSE_MULTICASTPORT");
	arguments();
	addresses();
	scope();
	if (!is_wine())
		local_scope();
	races();
	v6only();
	chosen();
	winsock_end();
	if (!is_wine()) {
		set_environment("WINSOCK_COMPAT_WINDOWS", "xp");
		winsock_start();
		matrix(earlier, 5, "Windows XP: ");
		winsock_end();
	}
	return done();
}
