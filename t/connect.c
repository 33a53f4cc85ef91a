/* bind, listen, accept, connect, getsockname and getpeername: addresses, states and their errors. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <string.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage storage;
};

static const struct family {
	int family, length;
	const char *name;
} families[] = {
	{ AF_INET, sizeof(struct sockaddr_in), "IPv4" },
	{ AF_INET6, sizeof(struct sockaddr_in6), "IPv6" },
};

enum { FAMILIES = sizeof families / sizeof *families };

static union address any_address(const struct family *family)
{
	union address address;

	memset(&address, 0, sizeof address);
	address.any.sa_family = (unsigned short)family->family;
	return address;
}

static union address loopback(const struct family *family, unsigned short port)
{
	union address address = any_address(family);

	if (family->family == AF_INET)
		address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		address.in6.sin6_addr.s6_addr[15] = 1;
	address.in.sin_port = htons(port); /* sin6_port stands at the same place */
	return address;
}

static bool is_loopback(const union address *address, const struct family *family)
{
	union address expected = loopback(family, ntohs(address->in.sin_port));

	return address->any.sa_family == family->family && address->in.sin_port != 0 &&
	       !memcmp(&expected, address, (size_t)family->length);
}

static void set_nonblocking(SOCKET s, u_long on)
{
	if (ioctlsocket(s, FIONBIO, &on))
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
}

/* The addresses that each end of a connection sees, in each family. */
static void names(const struct family *family)
{
	union address bound, seen[4], from;
	SOCKET listener = new_socket(family->family, SOCK_STREAM), pair[2];
	int length[4], from_length = sizeof from;

	bound = loopback(family, 0);
	succeeds(bind(listener, &bound.any, family->length), "%s: bind to port 0", family->name);
	length[0] = sizeof bound;
	succeeds(getsockname(listener, &bound.any, &length[0]), "%s: getsockname", family->name);
	is_int(family->length, length[0], "...its length");
	ok(is_loopback(&bound, family), "...the loopback address with a port, of family %d", family->family);
	fails(WSAENOTCONN, getpeername(listener, &seen[0].any, &length[0]), "...and no peer");
	succeeds(listen(listener, 5), "%s: listen", family->name);

	pair[0] = new_socket(family->family, SOCK_STREAM);
	succeeds(connect(pair[0], &bound.any, family->length), "%s: connect", family->name);
	pair[1] = accept(listener, &from.any, &from_length);
	ok(pair[1] != INVALID_SOCKET, "%s: accept", family->name);
	is_int(family->length, from_length, "...the length of the peer's address");
	for (int i = 0; i < 4; i++) {
		int (*function)(SOCKET, struct sockaddr *, int *) = i < 2 ? getsockname : getpeername;

		memset(&seen[i], 0xcc, sizeof seen[i]);
		length[i] = sizeof seen[i];
		succeeds(function(pair[i % 2], &seen[i].any, &length[i]), "%s: %s of end %d", family->name,
			 i < 2 ? "getsockname" : "getpeername", i % 2);
		is_int(family->length, length[i], "...its length");
		ok(is_loopback(&seen[i], family), "...its address");
	}
	ok(!memcmp(&seen[0], &seen[3], (size_t)family->length), "%s: the names meet", family->name);
	ok(!memcmp(&seen[1], &seen[2], (size_t)family->length), "...at the other end too");
	ok(!memcmp(&from, &seen[3], (size_t)family->length), "...and accept's is the same");
	ok(!memcmp(&bound, &seen[1], (size_t)family->length), "...and the listener's");
	close_pair(pair);
	closesocket(listener);
}

struct wrong_length {
	int length;
	const char *name;
};

static void binding(const struct family *family)
{
	SOCKET s = new_socket(family->family, SOCK_STREAM), other;
	union address address = loopback(family, 0), name;
	int length = sizeof name;

	fails(WSAEFAULT, bind(s, NULL, family->length), "%s: bind to NULL", family->name);
	fails(WSAEFAULT, bind(s, &address.any, 0), "%s: bind with length 0", family->name);
	wine_todo("Wine has another error for it");
	fails(WSAEFAULT, bind(s, &address.any, -1), "%s: bind with length -1", family->name);
	todo_end();
	fails(WSAEFAULT, bind(s, &address.any, family->length - 1), "%s: bind with a byte too few",
	      family->name);
	address.any.sa_family = 0xdead;
	fails(WSAEAFNOSUPPORT, bind(s, &address.any, family->length), "%s: bind to an unknown family",
	      family->name);
	address = any_address(&families[family == families]);
	wine_todo("Wine has another error for it");
	fails(family->family == AF_INET ? WSAEAFNOSUPPORT : WSAEFAULT,
	      bind(s, &address.any, family->length == 16 ? 28 : 16), "%s: bind to the other family",
	      family->name);
	todo_end();
	length = sizeof name;
	fails(WSAEINVAL, getsockname(s, &name.any, &length), "%s: still unbound", family->name);
	is_int(sizeof name, length, "...and the length is left alone");
	address = any_address(family);
	succeeds(bind(s, &address.any, sizeof address), "%s: bind to any address, with a length too great",
		 family->name);
	succeeds(getsockname(s, &name.any, &length), "...has a name");
	is_int(family->length, length, "...of this length");
	ok(name.in.sin_port != 0, "...a port");
	address.in.sin_port = name.in.sin_port;
	ok(!memcmp(&address, &name, (size_t)family->length), "...and any address still");
	fails(WSAEINVAL, bind(s, &address.any, family->length), "%s: bind again", family->name);
	address = loopback(family, 0);
	fails(WSAEINVAL, bind(s, &address.any, family->length), "%s: bind again, to another address",
	      family->name);
	fails(WSAEFAULT, bind(s, &address.any, family->length - 1), "%s: the length is looked at before that",
	      family->name);
	succeeds(listen(s, 1), "%s: listen", family->name);

	other = new_socket(family->family, SOCK_STREAM);
	address = any_address(family);
	address.in.sin_port = name.in.sin_port;
	fails(WSAEADDRINUSE, bind(other, &address.any, family->length), "%s: the port is in use",
	      family->name);
	closesocket(s);
	succeeds(bind(other, &address.any, family->length), "...and free once its socket is closed");
	closesocket(other);

	address = any_address(family);
	if (family->family == AF_INET) {
		address.in.sin_addr.s_addr = htonl(0xc0000201); /* 192.0.2.1 is nobody's */
		s = new_socket(family->family, SOCK_STREAM);
		fails(WSAEADDRNOTAVAIL, bind(s, &address.any, family->length), "bind to a foreign address");
		closesocket(s);
	}
}

/* Both calls look at the state first, then at the pointers; a length too small changes nothing. */
static void name_errors(const struct family *family)
{
	SOCKET s = new_socket(family->family, SOCK_STREAM), pair[2];
	union address name;
	int length = sizeof name;

	wine_todo("Wine looks at the pointers first");
	fails(WSAENOTSOCK, getsockname(INVALID_SOCKET, NULL, NULL), "getsockname of no socket");
	todo_end();
	fails(WSAENOTSOCK, getpeername(INVALID_SOCKET, NULL, NULL), "getpeername of no socket");
	fails(WSAEINVAL, getsockname(s, &name.any, &length), "%s: getsockname of a fresh socket",
	      family->name);
	fails(WSAENOTCONN, getpeername(s, &name.any, &length), "%s: getpeername of a fresh socket",
	      family->name);
	wine_todo("Wine looks at the pointers first");
	fails(WSAENOTCONN, getpeername(s, NULL, NULL), "%s: getpeername of a fresh socket, with NULL",
	      family->name);
	todo_end();
	is_int(sizeof name, length, "...and the length is left alone");
	closesocket(s);

	tcp_pair(family->family, pair);
	for (int i = 0; i < 2; i++) {
		int (*function)(SOCKET, struct sockaddr *, int *) = i ? getpeername : getsockname;
		const char *what = words("%s: %s", family->name, i ? "getpeername" : "getsockname");

		for (length = 0; length < family->length; length += 5) {
			int before = length;

			memset(&name, 0xcc, sizeof name);
			fails(WSAEFAULT, function(pair[0], &name.any, &length), "%s, a length of %d", what,
			      before);
			is_int(before, length, "...is left alone");
			if (i && before)
				wine_todo("Wine writes what there is room for");
			ok(name.any.sa_family == 0xcccc, "...and nothing is written");
			todo_end();
		}
		length = family->length;
		succeeds(function(pair[0], &name.any, &length), "%s, just enough room", what);
		length = sizeof name;
	}
	close_pair(pair);
}

static void listening(void)
{
	SOCKET stream = new_socket(AF_INET, SOCK_STREAM), datagram = new_socket(AF_INET, SOCK_DGRAM), pair[2];
	struct sockaddr_storage address;
	int length;

	fails(WSAENOTSOCK, listen(INVALID_SOCKET, 1), "listen on no socket");
	fails(WSAEINVAL, listen(stream, 1), "listen on a socket that is not bound");
	wine_todo("Wine looks whether it is bound first");
	fails(WSAEOPNOTSUPP, listen(datagram, 1), "listen on a datagram socket that is not bound");
	todo_end();
	closesocket(datagram);
	datagram = bound_socket(AF_INET, SOCK_DGRAM, &address, &length);
	fails(WSAEOPNOTSUPP, listen(datagram, 1), "listen on a datagram socket");
	tcp_pair(AF_INET, pair);
	wine_todo("Wine has another error for it");
	fails(WSAEISCONN, listen(pair[0], 1), "listen on a connected socket");
	todo_end();
	close_pair(pair);
	closesocket(stream);
	stream = listening_socket(AF_INET, &address, &length);
	succeeds(listen(stream, 7), "listen again");
	succeeds(listen(stream, SOMAXCONN), "listen with SOMAXCONN");
	closesocket(stream);
	stream = bound_socket(AF_INET, SOCK_STREAM, &address, &length);
	succeeds(listen(stream, -200), "listen with a number that is only a hint");
	closesocket(stream);
	closesocket(datagram);
}

static void accepting(void)
{
	struct sockaddr_storage address;
	union address from;
	int length, from_length = sizeof from;
	SOCKET listener = listening_socket(AF_INET, &address, &length), s, accepted;

	fails(WSAENOTSOCK, (int)accept(INVALID_SOCKET, NULL, NULL), "accept on no socket");
	s = new_socket(AF_INET, SOCK_STREAM);
	fails(WSAEINVAL, (int)accept(s, NULL, NULL), "accept on a socket that does not listen");
	closesocket(s);
	s = bound_socket(AF_INET, SOCK_DGRAM, &address, &length);
	fails(WSAEOPNOTSUPP, (int)accept(s, NULL, NULL), "accept on a datagram socket");
	closesocket(s);

	getsockname(listener, (struct sockaddr *)&address, &length);
	set_nonblocking(listener, 1);
	fails(WSAEWOULDBLOCK, (int)accept(listener, NULL, NULL), "nobody has connected");

	/* A socket gets the mode of its listener. */
	for (u_long on = 0; on <= 1; on++) {
		char byte;

		s = new_socket(AF_INET, SOCK_STREAM);
		succeeds(connect(s, (struct sockaddr *)&address, length), "connect");
		set_nonblocking(listener, on);
		accepted = accept(listener, &from.any, &from_length);
		ok(accepted != INVALID_SOCKET, "accept, FIONBIO %lu", (unsigned long)on);
		if (on) {
			fails(WSAEWOULDBLOCK, recv(accepted, &byte, 1, 0),
			      "...its socket does not block either");
		} else {
			DWORD limit = 50;

			setsockopt(accepted, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
			fails(WSAETIMEDOUT, recv(accepted, &byte, 1, 0), "...its socket blocks");
		}
		closesocket(accepted);
		closesocket(s);
	}

	/* An address that there is no room for: the connection is gone. */
	for (int i = 0; i < 2; i++) {
		s = new_socket(AF_INET, SOCK_STREAM);
		succeeds(connect(s, (struct sockaddr *)&address, length), "connect");
		is_int(1, is_writable(s, 1000), "...is done");
		from_length = i ? (int)sizeof(struct sockaddr_in) - 1 : 0;
		fails(WSAEFAULT, (int)accept(listener, &from.any, &from_length),
		      "accept, %d bytes for the address", from_length);
		set_nonblocking(listener, 1);
		fails(WSAEWOULDBLOCK, (int)accept(listener, NULL, NULL),
		      "...the connection was taken all the same");
		closesocket(s);
	}

	/* One pointer alone is as good as none. */
	s = new_socket(AF_INET, SOCK_STREAM);
	succeeds(connect(s, (struct sockaddr *)&address, length), "connect");
	is_int(1, is_writable(s, 1000), "...is done");
	accepted = accept(listener, NULL, &from_length);
	ok(accepted != INVALID_SOCKET, "accept with a length and no address");
	closesocket(accepted);
	closesocket(s);
	closesocket(listener);
}

/* Time-outs are about data: accept and connect know none. */
static void connect_later(void *argument)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	sleep_ms(300);
	connect(s, argument, sizeof(struct sockaddr_in));
	closesocket(s);
}

static void no_time_outs(void)
{
	struct sockaddr_storage address;
	int length;
	DWORD limit = 30;
	SOCKET listener = listening_socket(AF_INET, &address, &length), accepted;
	struct task *task;

	succeeds(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit), "SO_RCVTIMEO");
	succeeds(setsockopt(listener, SOL_SOCKET, SO_SNDTIMEO, (char *)&limit, sizeof limit), "SO_SNDTIMEO");
	task = task_start(connect_later, &address);
	accepted = accept(listener, NULL, NULL);
	ok(accepted != INVALID_SOCKET, "accept waits longer than SO_RCVTIMEO");
	ok(task_end(task, 2000), "...until somebody connects");
	closesocket(accepted);
	closesocket(listener);
}

static void connecting(const struct family *family)
{
	SOCKET listener = new_socket(family->family, SOCK_STREAM),
	       s = new_socket(family->family, SOCK_STREAM);
	union address address = loopback(family, 0), wrong, name;
	int length = sizeof address;
	unsigned short closed_port = free_port(family->family, SOCK_STREAM);

	bind(listener, &address.any, family->length);
	listen(listener, 5);
	getsockname(listener, &address.any, &length);

	fails(WSAENOTSOCK, connect(INVALID_SOCKET, &address.any, family->length), "connect of no socket");
	if (is_wine()) {
		skip(3, "Wine connects to what lies beyond the length, or dies of it");
	} else {
		fails(WSAEFAULT, connect(s, &address.any, family->length - 1), "%s: connect, a byte too few",
		      family->name);
		fails(WSAEFAULT, connect(s, &address.any, 0), "%s: connect, length 0", family->name);
		fails(WSAEFAULT, connect(s, &address.any, -1), "%s: connect, length -1", family->name);
	}
	wrong = address;
	wrong.any.sa_family = 0xdead;
	wine_todo("Wine has another error for it");
	fails(WSAEAFNOSUPPORT, connect(s, &wrong.any, family->length), "%s: connect to an unknown family",
	      family->name);
	todo_end();
	if (is_wine()) {
		skip(2, "Wine tries to reach any address and port 0");
	} else {
		wrong = any_address(family);
		wrong.in.sin_port = address.in.sin_port;
		fails(WSAEADDRNOTAVAIL, connect(s, &wrong.any, family->length), "%s: connect to any address",
		      family->name);
		wrong = loopback(family, 0);
		fails(WSAEADDRNOTAVAIL, connect(s, &wrong.any, family->length), "%s: connect to port 0",
		      family->name);
	}
	wrong = loopback(family, closed_port);
	fails(WSAECONNREFUSED, connect(s, &wrong.any, family->length),
	      "%s: connect to a port nobody listens on", family->name);
	length = sizeof name;
	fails(WSAENOTCONN, getpeername(s, &name.any, &length), "...has no peer");
	wine_todo("Wine's socket is of no use after a refused connect");
	fails(WSAECONNREFUSED, connect(s, &wrong.any, family->length), "%s: connect to it again",
	      family->name);
	todo_end();
	if (is_wine()) {
		closesocket(s);
		s = new_socket(family->family, SOCK_STREAM);
	}
	succeeds(connect(s, &address.any, family->length), "%s: connect then to one that does", family->name);
	fails(WSAEISCONN, connect(s, &address.any, family->length), "%s: connect of a connected socket",
	      family->name);
	fails(WSAEISCONN, connect(s, &wrong.any, family->length), "...to another address");
	wine_todo("Wine looks at the state first");
	fails(WSAEFAULT, connect(s, &address.any, 3), "...with a wrong length");
	todo_end();
	fails(WSAEINVAL, connect(listener, &address.any, family->length), "%s: connect of a listener",
	      family->name);
	closesocket(s);
	closesocket(listener);
}

static void nonblocking_connect(void)
{
	struct sockaddr_storage address;
	union address name, wrong = loopback(&families[0], free_port(AF_INET, SOCK_STREAM));
	int length, name_length = sizeof name, error = -1, error_length = sizeof error;
	SOCKET listener = listening_socket(AF_INET, &address, &length), s = new_socket(AF_INET, SOCK_STREAM);
	struct timeval soon = { 2, 0 };
	fd_set failed;

	set_nonblocking(s, 1);
	fails(WSAEWOULDBLOCK, connect(s, (struct sockaddr *)&address, length),
	      "a connect that does not wait");
	ok(is_writable(s, 2000), "...is done when the socket is writable");
	fails(WSAEISCONN, connect(s, (struct sockaddr *)&address, length), "...and connect says so");
	succeeds(getpeername(s, &name.any, &name_length), "...and getpeername");
	closesocket(s);

	s = new_socket(AF_INET, SOCK_STREAM);
	set_nonblocking(s, 1);
	fails(WSAEWOULDBLOCK, connect(s, &wrong.any, sizeof wrong.in), "one that will be refused");
	FD_ZERO(&failed);
	FD_SET(s, &failed);
	is_int(1, select(0, NULL, NULL, &failed, &soon), "...is in exceptfds when it has been");
	succeeds(getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &error_length), "SO_ERROR");
	is_error(WSAECONNREFUSED, error, "...says why");
	fails(WSAENOTCONN, getpeername(s, &name.any, &name_length), "...and there is no peer");
	closesocket(s);
	closesocket(listener);
}

/* A connect whose listener's queue is full goes on and on. */
static void pending_connect(void)
{
	enum { MOST = 8 };
	struct sockaddr_storage address;
	int length, used = 0;
	SOCKET listener = bound_socket(AF_INET, SOCK_STREAM, &address, &length), sockets[MOST],
	       s = INVALID_SOCKET;
	union address name;
	char byte = 0;

	listen(listener, 0);
	while (used < MOST) {
		s = sockets[used++] = new_socket(AF_INET, SOCK_STREAM);
		set_nonblocking(s, 1);
		connect(s, (struct sockaddr *)&address, length);
		if (!is_writable(s, 100))
			break;
	}
	fails(WSAEALREADY, connect(s, (struct sockaddr *)&address, length), "connect while one is under way");
	wine_todo("Wine has another error for it");
	fails(WSAENOTCONN, recv(s, &byte, 1, 0), "recv meanwhile");
	fails(WSAENOTCONN, send(s, &byte, 1, 0), "send meanwhile");
	length = sizeof name;
	succeeds(getpeername(s, &name.any, &length), "getpeername meanwhile");
	todo_end();
	length = sizeof name;
	succeeds(getsockname(s, &name.any, &length), "getsockname meanwhile");
	while (used)
		closesocket(sockets[--used]);
	closesocket(listener);
}

/* A datagram socket's connect names its peer, and the wildcard takes it back. */
static void datagrams(const struct family *family)
{
	SOCKET s = new_socket(family->family, SOCK_DGRAM);
	union address address = loopback(family, free_port(family->family, SOCK_DGRAM)), name;
	int length = sizeof name;

	succeeds(connect(s, &address.any, family->length), "%s: connect of a datagram socket", family->name);
	succeeds(getpeername(s, &name.any, &length), "...has a peer");
	ok(!memcmp(&name, &address, (size_t)family->length), "...this one");
	length = sizeof name;
	succeeds(getsockname(s, &name.any, &length), "...and is bound");
	address.in.sin_port = htons((unsigned short)(ntohs(address.in.sin_port) ^ 1));
	succeeds(connect(s, &address.any, family->length), "%s: connect to another peer", family->name);
	length = sizeof name;
	succeeds(getpeername(s, &name.any, &length), "...has a peer");
	ok(!memcmp(&name, &address, (size_t)family->length), "...that one");
	address = any_address(family);
	succeeds(connect(s, &address.any, family->length), "%s: connect to nobody", family->name);
	length = sizeof name;
	fails(WSAENOTCONN, getpeername(s, &name.any, &length), "...has no peer");
	closesocket(s);
}

/* A name of nothing but zeros takes the peer away too; and what waits to be received goes with its peer.
 * Source of the first: tests/sock.c:14124. */
static void other_peers(const struct family *family)
{
	SOCKET s, peers[2];
	union address own, name[2], zeros;
	int length = sizeof own, name_length[2];
	char text[4] = "";

	s = bound_socket(family->family, SOCK_DGRAM, &own.storage, &length);
	for (int i = 0; i < 2; i++)
		peers[i] = bound_socket(family->family, SOCK_DGRAM, &name[i].storage, &name_length[i]);
	succeeds(connect(s, &name[0].any, family->length), "%s: connect of a datagram socket", family->name);
	is_int(3, sendto(peers[0], "old", 3, 0, &own.any, length), "...the peer sends");
	succeeds(connect(s, &name[0].any, family->length), "...connect to the same peer");
	set_nonblocking(s, 1);
	is_int(3, recv(s, text, 3, 0), "...which changes nothing");
	is_int(3, sendto(peers[0], "old", 3, 0, &own.any, length), "...the peer sends again");
	succeeds(connect(s, &name[1].any, family->length), "...connect to another one");
	wine_todo("Wine keeps what came before");
	fails(WSAEWOULDBLOCK, recv(s, text, 3, 0), "...and what the first one sent is gone");
	todo_end();
	if (is_wine())
		recv(s, text, 3, 0);
	is_int(3, sendto(peers[1], "new", 3, 0, &own.any, length), "...the other one sends");
	is_int(3, recv(s, text, 3, 0), "...and that is received");
	is_string("new", text, "...this");

	memset(&zeros, 0, sizeof zeros);
	if (family->family == AF_INET6)
		wine_may_differ("Wine has another error for it");
	succeeds(connect(s, &zeros.any, family->length), "%s: connect to a name of zeros", family->name);
	length = sizeof own;
	fails(WSAENOTCONN, getpeername(s, &own.any, &length), "...there is no peer any more");
	todo_end();
	zeros.in.sin_port = htons(1);
	wine_may_differ("Wine does not look at the rest of it");
	fails(WSAEAFNOSUPPORT, connect(s, &zeros.any, family->length),
	      "...one with a port is another family's");
	todo_end();
	closesocket(s);
	closesocket(peers[0]);
	closesocket(peers[1]);
}

/* Once it is the peer, a broadcast address needs no SO_BROADCAST. Source: tests/sock.c:14227-14254. Bound to
 * the loopback interface, nothing goes further than that. */
static void broadcast(void)
{
	struct sockaddr_storage own;
	union address everybody = any_address(&families[0]);
	BOOL allowed = TRUE;
	int length, size = sizeof allowed;
	SOCKET s = bound_socket(AF_INET, SOCK_DGRAM, &own, &length);

	everybody.in.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	everybody.in.sin_port = htons(free_port(AF_INET, SOCK_DGRAM));
	fails(WSAEACCES, sendto(s, "test", 4, 0, &everybody.any, sizeof everybody.in), "sendto to everybody");
	wine_todo("Wine asks for SO_BROADCAST");
	succeeds(connect(s, &everybody.any, sizeof everybody.in), "...but connect");
	todo_end();
	succeeds(getsockopt(s, SOL_SOCKET, SO_BROADCAST, (char *)&allowed, &size), "...SO_BROADCAST");
	is_int(FALSE, allowed, "...is still off");
	fails(WSAEACCES, sendto(s, "test", 4, 0, &everybody.any, sizeof everybody.in),
	      "...sendto is still refused");
	wine_todo("Wine asks for SO_BROADCAST");
	for (int i = 0; i < 2; i++)
		is_int(4, send(s, "test", 4, 0), "...but send is not");
	is_int(4, sendto(s, "test", 4, 0, NULL, 0), "...nor sendto to the peer");
	todo_end();
	closesocket(s);
}

/* A connection knows where it leads to, and where from. Source: tests/sock.c:14158-14184. */
static void addresses_of_streams(void)
{
	SOCKET pair[2];
	union address bad, before;
	int length = 0x40ffee11;
	char text[8] = "";

	tcp_pair(AF_INET, pair);
	memset(&bad, 0xfe, sizeof bad);
	before = bad;
	if (is_wine()) {
		skip(5, "Wine 8 looks at the address, and waits for ever");
	} else {
		is_int(4, sendto(pair[0], "abc", 4, 0, &bad.any, sizeof bad.in),
		       "sendto on a connection, to nowhere");
		is_int(4, recvfrom(pair[1], text, sizeof text, 0, &bad.any, &length), "...recvfrom");
		is_string("abc", text, "...has it");
		ok(!memcmp(&bad, &before, sizeof bad), "...and gives no address");
		is_int(0x40ffee11, length, "...nor its length");
	}
	close_pair(pair);
}

/* Addresses of other hosts. Source: tests/sock.c:12675. */
static void foreign(const struct family *family)
{
	union address address = any_address(family);
	SOCKET s = new_socket(family->family, SOCK_DGRAM);

	if (family->family == AF_INET)
		address.in.sin_addr.s_addr = htonl(0xcb007107); /* 203.0.113.7 is nobody's */
	else
		memcpy(address.in6.sin6_addr.s6_addr, "\x20\x01\x0d\xb8", 4); /* nor is 2001:db8:: */
	wine_may_differ("Wine lets it be");
	fails(WSAEADDRNOTAVAIL, bind(s, &address.any, family->length),
	      "%s: a datagram socket of another host's address", family->name);
	todo_end();
	closesocket(s);
}

static SOCKET dual_socket(void)
{
	SOCKET s = new_socket(AF_INET6, SOCK_STREAM);
	DWORD off = 0;

	succeeds(setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&off, sizeof off), "IPV6_V6ONLY FALSE");
	return s;
}

static bool is_mapped(const union address *address, unsigned short port)
{
	static const unsigned char prefix[16] = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 };

	return address->any.sa_family == AF_INET6 &&
	       !memcmp(&address->in6.sin6_addr, prefix, sizeof prefix) &&
	       (!port || address->in6.sin6_port == port);
}

/* A socket that speaks both families has IPv4's addresses inside its own. Source: dual-stack-sockets. */
static void dual_stack(void)
{
	union address name = any_address(&families[1]), ipv4 = loopback(&families[0], 0), from, seen[2];
	int length = sizeof name, from_length = sizeof from, seen_length[2] = { sizeof *seen, sizeof *seen };
	SOCKET listener = dual_socket(), client = new_socket(AF_INET, SOCK_STREAM), accepted;

	succeeds(bind(listener, &name.any, sizeof name.in6), "a listener that speaks both is bound");
	getsockname(listener, &name.any, &length);
	succeeds(listen(listener, 5), "...and listens");
	ipv4.in.sin_port = name.in6.sin6_port;
	succeeds(connect(client, &ipv4.any, sizeof ipv4.in), "an IPv4 socket connects to it");
	accepted = accept(listener, &from.any, &from_length);
	ok(accepted != INVALID_SOCKET, "...is accepted");
	is_int(sizeof from.in6, from_length, "...with an IPv6 address");
	ok(is_mapped(&from, 0), "...that has its own inside");
	succeeds(getsockname(accepted, &seen[0].any, &seen_length[0]), "getsockname");
	ok(is_mapped(&seen[0], name.in6.sin6_port), "...the same way");
	succeeds(getpeername(accepted, &seen[1].any, &seen_length[1]), "getpeername");
	ok(!memcmp(&seen[1], &from, sizeof from.in6), "...too");
	closesocket(accepted);
	closesocket(client);
	closesocket(listener);

	listener = listening_socket(AF_INET, &ipv4.storage, &length);
	client = dual_socket();
	name = any_address(&families[1]);
	name.in6.sin6_addr.s6_addr[10] = name.in6.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&name.in6.sin6_addr.s6_addr[12], &ipv4.in.sin_addr, 4);
	name.in6.sin6_port = ipv4.in.sin_port;
	succeeds(connect(client, &name.any, sizeof name.in6), "it connects to an IPv4 listener");
	seen_length[0] = sizeof *seen;
	succeeds(getpeername(client, &seen[0].any, &seen_length[0]), "...getpeername");
	ok(is_mapped(&seen[0], ipv4.in.sin_port), "...the peer inside an IPv6 address");
	accepted = accept(listener, NULL, NULL);
	ok(send(client, "x", 1, 0) == 1 && recv(accepted, (char *)&from, 1, 0) == 1, "...and speaks with it");
	closesocket(accepted);
	closesocket(client);

	client = new_socket(AF_INET6, SOCK_STREAM);
	wine_may_differ("Wine has another error for it");
	ok(connect(client, &name.any, sizeof name.in6) == SOCKET_ERROR, "one that speaks IPv6 only does not");
	todo_end();
	closesocket(client);
	closesocket(listener);
}

/* The call with one bad pointer, for each that there is. */
struct attempt {
	int call;
	SOCKET s;
	void *pointer;
	int result, error;
};

static const struct {
	const char *name;
	bool wine_null, wine_bad; /* whether Wine refuses NULL, and the others */
} calls[] = {
	{ "bind", true, false },
	{ "connect", false, false },
	{ "getsockname, address", true, false },
	{ "getsockname, length", false, false },
	{ "getpeername, address", true, true },
	{ "getpeername, length", true, false },
	{ "getsockname, both", true, false },
	{ "getpeername, both", true, false },
};

static void attempt(void *argument)
{
	struct attempt *try = argument;
	union address name;
	int length = sizeof name;

	WSASetLastError(0);
	switch (try->call) {
	case 0:
		try->result = bind(try->s, try->pointer, sizeof(struct sockaddr_in));
		break;
	case 1:
		try->result = connect(try->s, try->pointer, sizeof(struct sockaddr_in));
		break;
	case 2:
		try->result = getsockname(try->s, try->pointer, &length);
		break;
	case 3:
		try->result = getsockname(try->s, &name.any, try->pointer);
		break;
	case 4:
		try->result = getpeername(try->s, try->pointer, &length);
		break;
	case 5:
		try->result = getpeername(try->s, &name.any, try->pointer);
		break;
	case 6:
		try->result = getsockname(try->s, try->pointer, try->pointer);
		break;
	case 7:
		try->result = getpeername(try->s, try->pointer, try->pointer);
		break;
	}
	try->error = WSAGetLastError();
}

static void pointers(void)
{
	SOCKET fresh = new_socket(AF_INET, SOCK_STREAM), pair[2];

	tcp_pair(AF_INET, pair);
	for (int call = 0; call < (int)(sizeof calls / sizeof *calls); call++)
		for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
			struct attempt try = { call, call < 2 ? fresh : pair[0], bad->pointer, 0, 0 };
			bool crashed;

			if (!(bad->pointer ? calls[call].wine_bad : calls[call].wine_null))
				wine_todo("Wine uses bad pointers");
			crashed = crashes(attempt, &try);
			is_string("WSAEFAULT", crashed ? "a crash" : error_name(try.error), "%s: %s",
				  calls[call].name, bad->name);
			todo_end();
		}
	close_pair(pair);
	closesocket(fresh);
}

/* Addresses that stand at the very end of memory are taken and given. */
static void edges(void)
{
	struct sockaddr_in *address = (struct sockaddr_in *)before_bad_page(sizeof *address);
	int *length = (int *)before_bad_page(sizeof *length);
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	address->sin_family = AF_INET;
	*length = sizeof *address;
	succeeds(bind(s, (struct sockaddr *)address, sizeof *address),
		 "bind to an address before a bad page");
	succeeds(getsockname(s, (struct sockaddr *)address, length), "getsockname to there");
	ok(address->sin_port != 0, "...has written");
	closesocket(s);
}

#ifdef __linux__
#include <afunix.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A connect that does not wait is over at once, even if there is no room. */
static void full_queue(SOCKET listener, const struct sockaddr_un *address)
{
	enum { MOST = 16 };
	SOCKET sockets[MOST], s;
	int used = 0, error = 0;

	listen(listener, 0);
	while (used < MOST && !error) {
		s = sockets[used++] = new_socket(AF_UNIX, SOCK_STREAM);
		set_nonblocking(s, 1);
		error = connect(s, (struct sockaddr *)address, sizeof *address) ? WSAGetLastError() : 0;
	}
	is_error(WSAECONNREFUSED, error, "AF_UNIX: a listener with a full queue refuses");
	set_nonblocking(listener, 1);
	while ((s = accept(listener, NULL, NULL)) != INVALID_SOCKET)
		closesocket(s);
	succeeds(connect(sockets[used - 1], (struct sockaddr *)address, sizeof *address),
		 "...until there is room");
	while (used)
		closesocket(sockets[--used]);
}

/* Wine has no AF_UNIX. */
static void local_sockets(void)
{
	char directory[] = "/tmp/winsock-compat-XXXXXX";
	struct sockaddr_un address = { .sun_family = AF_UNIX }, name;
	SOCKET listener, s, accepted;
	int length = sizeof name;
	char byte = 'x';

	if (!mkdtemp(directory))
		bail("mkdtemp failed");
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory);
	listener = new_socket(AF_UNIX, SOCK_STREAM);
	s = new_socket(AF_UNIX, SOCK_STREAM);
	fails(WSAECONNREFUSED, connect(s, (struct sockaddr *)&address, sizeof address),
	      "AF_UNIX: nobody is there");
	succeeds(bind(listener, (struct sockaddr *)&address, sizeof address), "AF_UNIX: bind");
	succeeds(listen(listener, 1), "AF_UNIX: listen");
	succeeds(connect(s, (struct sockaddr *)&address, sizeof address), "AF_UNIX: connect");
	accepted = accept(listener, NULL, NULL);
	ok(accepted != INVALID_SOCKET, "AF_UNIX: accept");
	succeeds(getpeername(s, (struct sockaddr *)&name, &length), "AF_UNIX: getpeername");
	is_int(AF_UNIX, name.sun_family, "...its family");
	is_string(address.sun_path, name.sun_path, "...its path");
	is_int(1, send(s, &byte, 1, 0), "AF_UNIX: send");
	byte = 0;
	is_int(1, recv(accepted, &byte, 1, 0), "AF_UNIX: recv");
	is_int('x', byte, "...the byte");
	closesocket(accepted);
	closesocket(s);
	full_queue(listener, &address);
	closesocket(listener);
	unlink(address.sun_path);
	rmdir(directory);
}
#else
static void local_sockets(void)
{
}
#endif

int main(void)
{
	plan_lazy();
	winsock_start();
	for (int i = 0; i < FAMILIES; i++) {
		names(&families[i]);
		binding(&families[i]);
		name_errors(&families[i]);
		connecting(&families[i]);
		datagrams(&families[i]);
		other_peers(&families[i]);
		foreign(&families[i]);
	}
	broadcast();
	addresses_of_streams();
	dual_stack();
	listening();
	accepting();
	no_time_outs();
	nonblocking_connect();
	pending_connect();
	pointers();
	edges();
	local_sockets();
	winsock_end();
	return done();
}
