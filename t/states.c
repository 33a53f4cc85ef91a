/* The life of a socket: what each call says in each state. One row is a cell of the tables in doc/design.md:
 * one call on a socket that was brought into the state for it and does not block. t/states.wine has what Wine
 * does. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"
#include "rows.h"

#include <string.h>

/* clang-format off */
static const char *const wine[] = {
#include "states-wine.h"
};
/* clang-format on */

enum call {
	BIND,
	CONNECT,
	LISTEN,
	ACCEPT,
	SEND,
	RECV,
	SENDTO,
	RECVFROM,
	GETSOCKNAME,
	GETPEERNAME,
	SHUT_RECEIVE,
	SHUT_SEND,
	SHUT_BOTH,
	SO_ERROR_IS,
	SELECT,
	CLOSE,
	CALLS
};
static const char *const call_names[CALLS] = {
	"bind",
	"connect",
	"listen",
	"accept",
	"send",
	"recv",
	"sendto",
	"recvfrom",
	"getsockname",
	"getpeername",
	"shutdown SD_RECEIVE",
	"shutdown SD_SEND",
	"shutdown SD_BOTH",
	"get SO_ERROR",
	"select",
	"closesocket",
};

enum protocol { TCP, UDP, UNIX };
struct kind {
	const char *name;
	enum protocol protocol;
	int family, type;
};

/* Brings a socket into a state; the other end, if there is one, goes to *peer. */
typedef SOCKET maker(const struct kind *kind, SOCKET *peer);
static maker created, bound, connecting, refused, refused_bound, connected, readable, shut_receive,
	shut_unread, shut_send, shut_both, peer_shut, peer_closed, both_shut, was_reset, reset_told,
	was_aborted, listening, closed;

static const struct {
	const char *name;
	maker *make;
} states[] = {
	{ "created", created },
	{ "bound", bound },
	{ "connecting", connecting },
	{ "refused", refused },
	{ "bound, refused", refused_bound },
	{ "connected", connected },
	{ "readable", readable },
	{ "shut for receive", shut_receive },
	{ "shut for receive, unread", shut_unread },
	{ "shut for send", shut_send },
	{ "shut for both", shut_both },
	{ "peer has shut", peer_shut },
	{ "peer has closed", peer_closed },
	{ "both have shut", both_shut },
	{ "reset", was_reset },
	{ "reset, told", reset_told },
	{ "aborted", was_aborted },
	{ "listening", listening },
	{ "closed", closed },
};
enum { STATES = sizeof states / sizeof *states };

/* The tables of doc/design.md, cell by cell. */
static const struct row {
	enum protocol protocol;
	const char *state;
	enum call call;
	const char *expected;
	char source;
} rows[] = {
#define ROW(protocol, state, call, expected, source) { protocol, state, call, expected, source },
#include "states-rows.h"
};
enum { ROWS = sizeof rows / sizeof *rows };

/* Whom sockets of the kind that is tested can reach: a listener, or a datagram socket; one whose queue is
 * full; and nobody. */
static SOCKET server;
static struct sockaddr_storage server_address, full_address, nobody;
static int address_length;
enum { FILLERS = 8 };
static SOCKET full, fillers[FILLERS];
static int filler_count;

static struct sockaddr *generic(struct sockaddr_storage *address)
{
	return (struct sockaddr *)address;
}

static void must(bool done, const char *what)
{
	if (!done)
		bail("%s: %s", what, error_name(WSAGetLastError()));
}

static void nonblocking(SOCKET s)
{
	u_long on = 1;

	must(ioctlsocket(s, FIONBIO, &on) == 0, "FIONBIO");
}

enum { READ = 1, WRITE = 2, EXCEPT = 4, WAIT = 5000 };

/* In which sets the socket is, of those that are asked for; -1 for an error. */
static int look(SOCKET s, int sets, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set set[3];
	int found = 0;

	for (int i = 0; i < 3; i++) {
		FD_ZERO(&set[i]);
		if (sets & 1 << i)
			FD_SET(s, &set[i]);
	}
	if (select(0, &set[0], &set[1], &set[2], &time) == SOCKET_ERROR)
		return -1;
	for (int i = 0; i < 3; i++)
		found |= FD_ISSET(s, &set[i]) ? 1 << i : 0;
	return found;
}

#ifdef __linux__
#include <afunix.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char directory[] = "/tmp/winsock-compat-XXXXXX";

/* A path that no socket has had yet. */
static void free_path(struct sockaddr_storage *address)
{
	static int count;
	struct sockaddr_un *name = (struct sockaddr_un *)address;

	memset(address, 0, sizeof *address);
	name->sun_family = AF_UNIX;
	snprintf(name->sun_path, sizeof name->sun_path, "%s/%d", directory, count++);
	address_length = sizeof *name;
}

static void begin_paths(void)
{
	must(mkdtemp(directory) != NULL, "mkdtemp");
}

static void end_paths(void)
{
	char path[64];

	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, "%s/%d", directory, i);
		unlink(path);
	}
	rmdir(directory);
}
#else
static void free_path(struct sockaddr_storage *address)
{
}
#endif

/* The loopback address with any port, or a path. */
static void free_name(const struct kind *kind, struct sockaddr_storage *address)
{
	memset(address, 0, sizeof *address);
	address->ss_family = kind->family;
	address_length = sizeof(struct sockaddr_in);
	if (kind->family == AF_INET)
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else if (kind->family == AF_UNIX)
		free_path(address);
	else {
		((struct sockaddr_in6 *)address)->sin6_addr.s6_addr[15] = 1;
		address_length = sizeof(struct sockaddr_in6);
	}
}

static void bind_it(const struct kind *kind, SOCKET s, struct sockaddr_storage *address)
{
	int length;

	free_name(kind, address);
	must(bind(s, generic(address), address_length) == 0, "bind");
	length = sizeof *address;
	if (kind->family != AF_UNIX)
		must(getsockname(s, generic(address), &length) == 0, "getsockname");
}

static SOCKET created(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = new_socket(kind->family, kind->type);

	nonblocking(s);
	return s;
}

static SOCKET bound(const struct kind *kind, SOCKET *peer)
{
	struct sockaddr_storage address;
	SOCKET s = created(kind, peer);

	bind_it(kind, s, &address);
	return s;
}

static SOCKET connecting(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = created(kind, peer);

	must(connect(s, generic(&full_address), address_length) == SOCKET_ERROR &&
		     WSAGetLastError() == WSAEWOULDBLOCK,
	     "a connect that goes on");
	return s;
}

static SOCKET refuse(const struct kind *kind, SOCKET s)
{
	if (connect(s, generic(&nobody), address_length) == SOCKET_ERROR &&
	    WSAGetLastError() == WSAEWOULDBLOCK)
		must(look(s, EXCEPT, WAIT) == EXCEPT, "a connect that is refused");
	return s;
}

static SOCKET refused(const struct kind *kind, SOCKET *peer)
{
	return refuse(kind, created(kind, peer));
}

static SOCKET refused_bound(const struct kind *kind, SOCKET *peer)
{
	return refuse(kind, bound(kind, peer));
}

static SOCKET connected(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = created(kind, peer);
	int error = connect(s, generic(&server_address), address_length) ? WSAGetLastError() : 0;

	must(!error || (error == WSAEWOULDBLOCK && look(s, WRITE, WAIT) == WRITE), "connect");
	if (kind->type == SOCK_STREAM) {
		*peer = accept(server, NULL, NULL);
		must(*peer != INVALID_SOCKET, "accept");
	}
	return s;
}

static SOCKET readable(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = connected(kind, peer);
	struct sockaddr_storage name;
	int length = sizeof name;

	if (kind->type == SOCK_STREAM) {
		must(send(*peer, "x", 1, 0) == 1, "send");
	} else {
		must(getsockname(s, generic(&name), &length) == 0, "getsockname");
		must(sendto(server, "x", 1, 0, generic(&name), length) == 1, "sendto");
	}
	must(look(s, READ, WAIT) == READ, "what was sent");
	return s;
}

static SOCKET shut(SOCKET s, int how)
{
	must(shutdown(s, how) == 0, "shutdown");
	return s;
}

static SOCKET shut_receive(const struct kind *kind, SOCKET *peer)
{
	return shut(connected(kind, peer), SD_RECEIVE);
}

static SOCKET shut_unread(const struct kind *kind, SOCKET *peer)
{
	return shut(readable(kind, peer), SD_RECEIVE);
}

static SOCKET shut_send(const struct kind *kind, SOCKET *peer)
{
	return shut(connected(kind, peer), SD_SEND);
}

static SOCKET shut_both(const struct kind *kind, SOCKET *peer)
{
	return shut(connected(kind, peer), SD_BOTH);
}

static SOCKET peer_shut(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = connected(kind, peer);

	shut(*peer, SD_SEND);
	must(look(s, READ, WAIT) == READ, "the peer's end");
	return s;
}

static SOCKET peer_closed(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = connected(kind, peer);

	closesocket(*peer);
	*peer = INVALID_SOCKET;
	must(look(s, READ, WAIT) == READ, "the peer's end");
	return s;
}

static SOCKET both_shut(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = shut_send(kind, peer);

	must(look(*peer, READ, WAIT) == READ, "the end at the peer");
	shut(*peer, SD_SEND);
	must(look(s, READ, WAIT) == READ, "the peer's end");
	return s;
}

static SOCKET was_reset(const struct kind *kind, SOCKET *peer)
{
	struct linger at_once = { 1, 0 };
	SOCKET s = connected(kind, peer);

	must(setsockopt(*peer, SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once) == 0, "SO_LINGER");
	closesocket(*peer);
	*peer = INVALID_SOCKET;
	must(look(s, READ, WAIT) == READ, "the reset");
	return s;
}

static SOCKET reset_told(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = was_reset(kind, peer);
	char byte;

	recv(s, &byte, 1, 0);
	return s;
}

/* The peer closes, and resets when it is sent something. */
static SOCKET was_aborted(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = peer_closed(kind, peer);

	must(send(s, "x", 1, 0) == 1, "send to nobody");
	sleep_ms(is_wine() ? 20 : 2); /* for the reset, which nothing shows but the call that is tested */
	return s;
}

static SOCKET listening(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = bound(kind, peer);

	must(listen(s, 1) == 0, "listen");
	return s;
}

static SOCKET closed(const struct kind *kind, SOCKET *peer)
{
	SOCKET s = created(kind, peer);

	closesocket(s);
	return s;
}

static int error_of(int result)
{
	return result == SOCKET_ERROR ? WSAGetLastError() : result;
}

static int ask_error(SOCKET s)
{
	int error = -1, size = sizeof error;

	return getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &size) ? WSAGetLastError() : error;
}

static int call_it(const struct kind *kind, enum call call, SOCKET s)
{
	struct sockaddr_storage address;
	int length = sizeof address, sets;
	SOCKET taken;
	char byte;

	switch (call) {
	case BIND:
		free_name(kind, &address);
		return error_of(bind(s, generic(&address), address_length));
	case CONNECT:
		return error_of(connect(s, generic(&server_address), address_length));
	case LISTEN:
		return error_of(listen(s, 1));
	case ACCEPT:
		taken = accept(s, NULL, NULL);
		return taken == INVALID_SOCKET ? WSAGetLastError() : 0;
	case SEND:
		return error_of(send(s, "x", 1, 0));
	case RECV:
		return error_of(recv(s, &byte, 1, 0));
	case SENDTO:
		return error_of(sendto(s, "x", 1, 0, generic(&server_address), address_length));
	case RECVFROM:
		return error_of(recvfrom(s, &byte, 1, 0, generic(&address), &length));
	case GETSOCKNAME:
		return error_of(getsockname(s, generic(&address), &length));
	case GETPEERNAME:
		return error_of(getpeername(s, generic(&address), &length));
	case SHUT_RECEIVE:
	case SHUT_SEND:
	case SHUT_BOTH:
		return error_of(shutdown(s, call - SHUT_RECEIVE + SD_RECEIVE));
	case SO_ERROR_IS:
		return ask_error(s);
	case SELECT:
		sets = look(s, READ | WRITE | EXCEPT, 0);
		return sets < 0 ? WSAGetLastError() : sets;
	case CLOSE:
		return error_of(closesocket(s));
	default:
		return -1;
	}
}

/* As the table has it. */
static const char *outcome_name(enum call call, int outcome)
{
	static const char *const sets[] = { "none", "r", "w", "rw", "e", "re", "we", "rwe" };

	if (call == SELECT && outcome >= 0 && outcome < 8)
		return sets[outcome];
	if (outcome == 0 && call != RECV && call != RECVFROM && call != SO_ERROR_IS)
		return "success";
	return error_name(outcome);
}

static maker *maker_of(const char *state)
{
	for (int i = 0; i < STATES; i++)
		if (strcmp(states[i].name, state) == 0)
			return states[i].make;
	bail("nobody can bring a socket into the state %s", state);
	return NULL;
}

static void try_row(const struct kind *kind, const struct row *row)
{
	maker *make = maker_of(row->state);
	SOCKET peer = INVALID_SOCKET, taken, s = make(kind, &peer);
	const char *seen;

	row_begin("%s %s: %s gives %s", kind->name, row->state, call_names[row->call], row->expected);
	WSASetLastError(0);
	seen = outcome_name(row->call, call_it(kind, row->call, s));
	if (strcmp(seen, row->expected) != 0)
		row_differs(row->expected, "%s", seen);
	row_end();
	if (make != closed && row->call != CLOSE)
		closesocket(s);
	if (peer != INVALID_SOCKET)
		closesocket(peer);
	while (kind->type == SOCK_STREAM && look(server, READ, 0) == READ) { /* what a row has connected */
		taken = accept(server, NULL, NULL);
		if (taken != INVALID_SOCKET)
			closesocket(taken);
	}
}

/* So many connections that the next ones go on waiting. */
static void fill(const struct kind *kind)
{
	full = new_socket(kind->family, kind->type);
	bind_it(kind, full, &full_address);
	must(listen(full, 0) == 0, "listen");
	for (filler_count = 0; filler_count < FILLERS;) {
		SOCKET s = new_socket(kind->family, kind->type);

		nonblocking(s);
		fillers[filler_count++] = s;
		connect(s, generic(&full_address), address_length);
		if (look(s, WRITE, 100) != WRITE)
			return;
	}
	bail("a listener's queue is never full");
}

static void try_kind(const struct kind *kind)
{
	SOCKET closed_one = new_socket(kind->family, kind->type);

	server = new_socket(kind->family, kind->type);
	bind_it(kind, server, &server_address);
	nonblocking(server);
	if (kind->type == SOCK_STREAM)
		must(listen(server, 5) == 0, "listen");
	bind_it(kind, closed_one, &nobody);
	closesocket(closed_one);
	if (kind->protocol == TCP)
		fill(kind);
	for (int i = 0; i < ROWS; i++)
		if (rows[i].protocol == kind->protocol)
			try_row(kind, &rows[i]);
	closesocket(server);
	if (kind->protocol == TCP) {
		while (filler_count)
			closesocket(fillers[--filler_count]);
		closesocket(full);
	}
}

int main(void)
{
	static const struct kind kinds[] = {
		{ "tcp4", TCP, AF_INET, SOCK_STREAM },  { "tcp6", TCP, AF_INET6, SOCK_STREAM },
		{ "udp4", UDP, AF_INET, SOCK_DGRAM },   { "udp6", UDP, AF_INET6, SOCK_DGRAM },
		{ "unix", UNIX, AF_UNIX, SOCK_STREAM },
	};

	plan_lazy();
	winsock_start();
	rows_begin(wine);
	for (int i = 0; i < 4; i++)
		try_kind(&kinds[i]);
#ifdef __linux__
	begin_paths();
	try_kind(&kinds[4]); /* which Wine does not have */
	end_paths();
#endif
	rows_end();
	winsock_end();
	return done();
}
