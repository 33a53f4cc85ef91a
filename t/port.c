/* Port reservations: whom they keep out, whom they let in, and how long. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not in all versions of mingw-w64's headers; the layout is that of t/structs.c. */
#ifndef SIO_ACQUIRE_PORT_RESERVATION
#define SIO_ACQUIRE_PORT_RESERVATION   0x98000064
#define SIO_RELEASE_PORT_RESERVATION   0x98000065
#define SIO_ASSOCIATE_PORT_RESERVATION 0x98000066
#endif

struct range {
	unsigned short first, count;
};
struct instance {
	unsigned short first, count;
	ULONG64 token __attribute__((aligned(8)));
};

static const char unknown[] = "Wine 8 has no reservations";

/* Fails under Wine for this reason, if it fails. */
#define CHECK(wine_reason, expected, seen, ...)                                                              \
	do {                                                                                                 \
		const char *check_seen = (seen);                                                             \
		if (strcmp((expected), check_seen) != 0)                                                     \
			wine_todo(wine_reason);                                                              \
		is_string((expected), check_seen, __VA_ARGS__);                                              \
		todo_end();                                                                                  \
	} while (0)

static const char *acquire(SOCKET s, unsigned first, unsigned count, struct instance *instance)
{
	struct range range = { htons((unsigned short)first), (unsigned short)count };
	DWORD bytes = 0xdead;
	const char *seen;

	memset(instance, 0, sizeof *instance);
	seen = outcome(WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof range, instance,
				sizeof *instance, &bytes, NULL, NULL));
	return strcmp(seen, "success") == 0 && bytes != sizeof *instance ? "another number of bytes" : seen;
}

static const char *token_call(SOCKET s, DWORD code, ULONG64 token)
{
	DWORD bytes;

	return outcome(WSAIoctl(s, code, &token, sizeof token, NULL, 0, &bytes, NULL, NULL));
}

static const char *bind_to(SOCKET s, int family, unsigned port)
{
	struct sockaddr_storage address;
	struct sockaddr_in *in = (void *)&address;

	memset(&address, 0, sizeof address);
	address.ss_family = (short)family;
	in->sin_port = htons((unsigned short)port);
	return outcome(bind(s, (struct sockaddr *)&address,
			    family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)));
}

static unsigned port_of(SOCKET s)
{
	struct sockaddr_in6 address;
	int length = sizeof address;

	return getsockname(s, (struct sockaddr *)&address, &length) ? 0 : ntohs(address.sin6_port);
}

/* The answer to a bind in another process. */
static int in_child(const char *argument)
{
	int family, type;
	unsigned port;
	SOCKET s;

	if (sscanf(argument, "%d,%d,%u", &family, &type, &port) != 3)
		return 1;
	winsock_start();
	s = new_socket(family, type);
	printf("%s", bind_to(s, family, port));
	closesocket(s);
	winsock_end();
	return 0;
}

static bool is_free(int family, int type, unsigned port)
{
	char output[256];

	run_again(words("%d,%d,%u", family, type, port), output, sizeof output);
	return strcmp(output, "success") == 0;
}

static void connects(SOCKET server, unsigned port, const char *what)
{
	struct sockaddr_in to;
	SOCKET client = new_socket(AF_INET, SOCK_STREAM), accepted = INVALID_SOCKET;

	memset(&to, 0, sizeof to);
	to.sin_family = AF_INET;
	to.sin_port = htons((unsigned short)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(unknown, "success", outcome(listen(server, 5)), "%s: it listens", what);
	CHECK(unknown, "success", outcome(connect(client, (struct sockaddr *)&to, sizeof to)),
	      "%s: ...is connected to", what);
	if (!is_wine())
		accepted = accept(server, NULL, NULL);
	closesocket(accepted);
	closesocket(client);
}

static void receives(SOCKET server, int family, unsigned port, const char *what)
{
	struct sockaddr_storage to;
	struct timeval wait = { 2, 0 };
	SOCKET client = new_socket(family, SOCK_DGRAM);
	fd_set readable;

	memset(&to, 0, sizeof to);
	to.ss_family = (short)family;
	((struct sockaddr_in *)&to)->sin_port = htons((unsigned short)port);
	if (family == AF_INET)
		((struct sockaddr_in *)&to)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&to)->sin6_addr = in6addr_loopback;
	sendto(client, "x", 1, 0, (struct sockaddr *)&to,
	       family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	FD_ZERO(&readable);
	FD_SET(server, &readable);
	CHECK(unknown, "1", words("%d", select(0, &readable, NULL, NULL, &wait)), "%s: it gets a datagram",
	      what);
	closesocket(client);
}

static void reserved(int family, int type)
{
	const char *what = family == AF_INET ? (type == SOCK_STREAM ? "TCP, IPv4" : "UDP, IPv4")
					     : (type == SOCK_STREAM ? "TCP, IPv6" : "UDP, IPv6");
	SOCKET owner = new_socket(family, type), s, drawn[4];
	struct instance instance, again;
	unsigned first;

	CHECK(unknown, "success", acquire(owner, 0, 3, &instance), "%s: three ports, wherever", what);
	first = ntohs(instance.first);
	CHECK(unknown, "3", words("%d", instance.count), "%s: ...are got", what);
	CHECK(unknown, "yes", first && instance.token ? "yes" : "no", "%s: ...with a token", what);
	for (unsigned i = 0; i < 3; i++) {
		s = new_socket(family, type);
		CHECK(unknown, "WSAEACCES", bind_to(s, family, first + i), "%s: port %u of it cannot be had",
		      what, i);
		closesocket(s);
		if (first)
			ok(!is_free(AF_INET, type, first + i) && !is_free(AF_INET6, type, first + i),
			   "%s: port %u, nor by another process", what, i);
	}
	CHECK(unknown, "WSAEADDRINUSE", acquire(owner, first ? first : 1, 2, &again),
	      "%s: they cannot be reserved again", what);

	for (int i = 0; i < 4; i++) {
		drawn[i] = new_socket(family, type);
		CHECK(unknown, "success",
		      token_call(drawn[i], SIO_ASSOCIATE_PORT_RESERVATION, instance.token),
		      "%s: socket %d is to draw from it", what, i);
		CHECK(unknown, i < 3 ? "success" : "WSAEADDRINUSE", bind_to(drawn[i], family, 0),
		      "%s: ...and does%s", what, i < 3 ? "" : " not: there is none left");
		if (i < 3)
			CHECK(unknown, words("%u", first + (unsigned)i), words("%u", port_of(drawn[i])),
			      "%s: ...has one of the three", what);
	}
	for (int i = 0; i < 3; i++)
		if (type == SOCK_DGRAM)
			receives(drawn[i], family, port_of(drawn[i]), what);
		else if (family == AF_INET)
			connects(drawn[i], port_of(drawn[i]), what);
	CHECK(unknown, "WSAEINVAL", token_call(drawn[0], SIO_ASSOCIATE_PORT_RESERVATION, instance.token),
	      "%s: a bound socket cannot be to draw", what);

	closesocket(drawn[1]);
	if (first)
		ok(!is_free(family, type, first + 1),
		   "%s: a port that was drawn goes back to the reservation", what);
	CHECK(unknown, "success", bind_to(drawn[3], family, 0), "%s: ...and is drawn again", what);
	closesocket(drawn[0]);
	closesocket(drawn[2]);
	closesocket(drawn[3]);

	s = new_socket(family, type == SOCK_STREAM ? SOCK_DGRAM : SOCK_STREAM);
	CHECK(unknown, "WSAEINVAL", token_call(s, SIO_ASSOCIATE_PORT_RESERVATION, instance.token),
	      "%s: it is for one protocol", what);
	CHECK(unknown, "WSAEINVAL", token_call(owner, SIO_ASSOCIATE_PORT_RESERVATION, instance.token + 1),
	      "%s: a token that is none", what);
	CHECK(unknown, "WSAEINVAL", token_call(owner, SIO_RELEASE_PORT_RESERVATION, instance.token + 1),
	      "%s: ...has nothing to release", what);
	closesocket(s);
	CHECK(unknown, "success", token_call(owner, SIO_ASSOCIATE_PORT_RESERVATION, instance.token),
	      "%s: the socket itself may draw", what);
	CHECK(unknown, "success", token_call(owner, SIO_RELEASE_PORT_RESERVATION, instance.token),
	      "%s: released", what);
	CHECK(unknown, "WSAEINVAL", token_call(owner, SIO_RELEASE_PORT_RESERVATION, instance.token),
	      "%s: ...which can be done once", what);
	CHECK(unknown, "WSAEINVAL", bind_to(owner, family, 0), "%s: ...and nothing can be drawn", what);
	if (first)
		ok(is_free(family, type, first), "%s: ...and the ports are free", what);
	closesocket(owner);

	/* A connect that comes without a bind draws too. */
	{
		struct sockaddr_storage address;
		int length;
		SOCKET server = bound_socket(family, type, &address, &length);

		if (type == SOCK_STREAM)
			listen(server, 5);
		owner = new_socket(family, type);
		acquire(owner, 0, 1, &instance);
		s = new_socket(family, type);
		token_call(s, SIO_ASSOCIATE_PORT_RESERVATION, instance.token);
		succeeds(connect(s, (struct sockaddr *)&address, length),
			 "%s: a socket that is to draw connects", what);
		CHECK(unknown, words("%u", ntohs(instance.first)), words("%u", port_of(s)),
		      "%s: ...from there", what);
		closesocket(s);
		closesocket(owner);
		closesocket(server);
	}

	/* Chosen ones, which end with the socket. */
	owner = new_socket(family, type);
	if (first) {
		CHECK(unknown, "success", acquire(owner, first, 2, &again), "%s: two ports by name", what);
		is_int((int)first, ntohs(again.first), "%s: ...are those", what);
		ok(!is_free(family, type, first), "%s: ...and taken", what);
		closesocket(owner);
		ok(is_free(family, type, first), "%s: ...until the socket is closed", what);
	} else {
		closesocket(owner);
	}
}

static void arguments(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM), raw;
	struct instance instance;

	CHECK(unknown, "WSAEINVAL", acquire(s, 5000, 0, &instance), "no ports");
	CHECK(unknown, "WSAEINVAL", acquire(s, 65535, 2, &instance), "more ports than there are");
	closesocket(s);
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (raw == INVALID_SOCKET) {
		skip(1, "raw sockets are not permitted");
		return;
	}
	is_string("WSAEOPNOTSUPP", acquire(raw, 0, 1, &instance), "a raw socket");
	closesocket(raw);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return in_child(argv[1]);
	plan_lazy();
	winsock_start();
	reserved(AF_INET, SOCK_STREAM);
	reserved(AF_INET6, SOCK_STREAM);
	reserved(AF_INET, SOCK_DGRAM);
	reserved(AF_INET6, SOCK_DGRAM);
	arguments();
	winsock_end();
	return done();
}
