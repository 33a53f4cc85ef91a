/* Streams of AF_UNIX: their addresses, their files, and what Windows does not have of them. */
#include <winsock2.h>
#include <afunix.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "net.h"

#ifdef __linux__
#include <sys/stat.h>
#include <unistd.h>
#define remove_file(path) unlink(path)
#else
#define remove_file(path) (DeleteFileA(path) ? 0 : -1)
#endif

enum { PATH_AT = offsetof(struct sockaddr_un, sun_path) };

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	return address;
}

/* A name that no file has; good until the next call but three. */
static const char *fresh_path(void)
{
	static char paths[4][64];
	static int used;
	char *path = paths[used++ % 4];

#ifdef __linux__
	snprintf(path, sizeof *paths, "/tmp/winsock-compat-unix-%d-%d", (int)getpid(), used);
#else
	snprintf(path, sizeof *paths, "wsc-unix-%d-%d", (int)GetCurrentProcessId(), used);
#endif
	remove_file(path);
	return path;
}

static SOCKET stream(void)
{
	return new_socket(AF_UNIX, SOCK_STREAM);
}

static const char *bind_to(SOCKET s, const char *path)
{
	struct sockaddr_un address = address_of(path);

	return outcome(bind(s, (struct sockaddr *)&address, sizeof address));
}

static const char *connect_to(SOCKET s, const char *path)
{
	struct sockaddr_un address = address_of(path);

	return outcome(connect(s, (struct sockaddr *)&address, sizeof address));
}

static SOCKET listener(const char *path)
{
	SOCKET s = stream();

	if (strcmp(bind_to(s, path), "success") || listen(s, 5))
		bail("the listener: %s", error_name(WSAGetLastError()));
	return s;
}

/* What one of the calls that give addresses gives: "PATH", "unnamed", or an error. */
static const char *name_of(int WSAAPI call(SOCKET, struct sockaddr *, int *), SOCKET s)
{
	struct sockaddr_un name;
	int length = sizeof name;

	memset(&name, 0xcc, sizeof name);
	if (call(s, (struct sockaddr *)&name, &length))
		return error_name(WSAGetLastError());
	if (name.sun_family != AF_UNIX)
		return "another family";
	return length <= PATH_AT || !name.sun_path[0] ? "unnamed" : words("%.108s", name.sun_path);
}

/* Only streams, and no protocol. */
static void kinds(void)
{
	static const struct {
		int type, protocol, error;
	} cases[] = {
		{ SOCK_STREAM, 0, 0 },
		{ 0, 0, 0 },
		{ SOCK_DGRAM, 0, WSAEAFNOSUPPORT },
		{ SOCK_RAW, 0, WSAEAFNOSUPPORT },
		{ SOCK_SEQPACKET, 0, WSAESOCKTNOSUPPORT },
		{ SOCK_STREAM, 1, WSAEPROTONOSUPPORT }, /* PF_UNIX, which Linux takes */
		{ SOCK_STREAM, IPPROTO_TCP, WSAEPROTONOSUPPORT },
		{ 0xdead, 0, WSAESOCKTNOSUPPORT },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		SOCKET s;

		WSASetLastError(0);
		s = socket(AF_UNIX, cases[i].type, cases[i].protocol);
		is_error(cases[i].error, s == INVALID_SOCKET ? WSAGetLastError() : 0,
			 "socket(AF_UNIX, %d, %d)", cases[i].type, cases[i].protocol);
		if (s != INVALID_SOCKET)
			closesocket(s);
	}
}

static void conversation(void)
{
	const char *path = fresh_path();
	SOCKET server = listener(path), client = stream(), accepted;
	struct sockaddr_un from;
	int length = sizeof from;
	char bytes[16];

	is_string(path, name_of(getsockname, server), "a listener's name");
	is_string("WSAENOTCONN", name_of(getpeername, server), "...it has no peer");
	is_string("WSAEINVAL", name_of(getsockname, client), "a fresh socket has no name");
	is_string("WSAENOTCONN", name_of(getpeername, client), "...nor a peer");
	is_string("success", connect_to(client, path), "connect");
	accepted = accept(server, (struct sockaddr *)&from, &length);
	ok(accepted != INVALID_SOCKET, "accept");
	is_int(AF_UNIX, from.sun_family, "...the family of who connected");
	ok(length <= PATH_AT || !from.sun_path[0], "...who has no name");
	is_string(path, name_of(getpeername, client), "the client's peer");
	is_string("unnamed", name_of(getsockname, client), "...its name");
	is_string(path, name_of(getsockname, accepted), "the server's name");
	is_string("unnamed", name_of(getpeername, accepted), "...and its peer's");
	is_string("WSAEISCONN", connect_to(client, path), "connect again");

	is_int(5, send(client, "hello", 5, 0), "send");
	is_int(5, recv(accepted, bytes, sizeof bytes, 0), "...arrives");
	ok(!memcmp(bytes, "hello", 5), "...as it was");
	succeeds(shutdown(accepted, SD_SEND), "shutdown");
	is_int(0, recv(client, bytes, sizeof bytes, 0), "...is the end to the other side");
	is_int(2, send(client, "ok", 2, 0), "...which may go on");
	is_int(2, recv(accepted, bytes, sizeof bytes, 0), "...and is heard");
	fails(WSAESHUTDOWN, send(accepted, "x", 1, 0), "...but not this one");
	closesocket(client);
	closesocket(accepted);
	closesocket(server);
	remove_file(path);
}

/* The name is a file, which stays. */
static void files(void)
{
	const char *path = fresh_path();
	SOCKET s = listener(path), other = stream();
	char missing[80];

	is_string("WSAEADDRINUSE", bind_to(other, path), "another socket of the same name");
	is_string("WSAEINVAL", bind_to(s, fresh_path()), "another name for the same socket");
	closesocket(s);
	is_string("WSAEADDRINUSE", bind_to(other, path), "...nor when the first is closed: the file stays");
	is_string("WSAECONNREFUSED", connect_to(other, path), "...but nobody is there");
	is_int(0, remove_file(path), "...until it is deleted");
	is_string("WSAECONNREFUSED", connect_to(other, path), "no file is the same to connect");
	is_string("WSAEINVAL", bind_to(other, path), "...after which the socket cannot be bound, as one of TCP");
	closesocket(other);
	other = stream();
	is_string("success", bind_to(other, path), "...but the name is free for another");
	is_string("WSAEINVAL", outcome(listen(stream(), 1)), "listen without a name");
	closesocket(other);
	remove_file(path);

	snprintf(missing, sizeof missing, "%s/socket", fresh_path());
	s = stream();
	is_string("WSAENETDOWN", bind_to(s, missing), "a directory that is not there");
	is_string("success", bind_to(s, path), "...and then one that is");
	closesocket(s);
	remove_file(path);
}

/* The lengths of addresses. */
static void lengths(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX }, name;
	const char *path = fresh_path();
	int length = PATH_AT + (int)strlen(path), name_length;
	SOCKET s = stream(), client = stream();

	fails(WSAEFAULT, bind(s, (struct sockaddr *)&address, 1), "half a family");
	fails(WSAEINVAL, bind(s, (struct sockaddr *)&address, PATH_AT), "no path: Windows makes up none");
	address.sun_family = AF_INET;
	fails(WSAEAFNOSUPPORT, bind(s, (struct sockaddr *)&address, sizeof address), "another family");
	address = address_of(path);
	succeeds(bind(s, (struct sockaddr *)&address, length), "a path without its zero");
	is_string(path, name_of(getsockname, s), "...is that path");
	for (name_length = 0; name_length < PATH_AT + 2; name_length++) {
		int before = name_length;

		fails(WSAEFAULT, getsockname(s, (struct sockaddr *)&name, &name_length),
		      "getsockname, room for %d", before);
		is_int(before, name_length, "...the length is left");
	}
	succeeds(listen(s, 1), "listen");
	succeeds(connect(client, (struct sockaddr *)&address, length), "connect without the zero, too");
	closesocket(client);
	closesocket(s);
	remove_file(path);

	s = stream();
	memset(address.sun_path, 'x', sizeof address.sun_path);
	memcpy(address.sun_path, "/tmp/", 5);
#ifdef __linux__
	succeeds(bind(s, (struct sockaddr *)&address, sizeof address), "the longest path");
	name_length = sizeof name;
	memset(&name, 0, sizeof name);
	fails(WSAEFAULT, getsockname(s, (struct sockaddr *)&name, &(int){ sizeof name - 1 }),
	      "...needs room");
	succeeds(getsockname(s, (struct sockaddr *)&name, &name_length), "...which the structure has");
	is_int(sizeof name, name_length, "...all of it");
	ok(!memcmp(name.sun_path, address.sun_path, sizeof name.sun_path), "...the path");
	closesocket(s);
	{
		char whole[sizeof address.sun_path + 1];

		memcpy(whole, address.sun_path, sizeof address.sun_path);
		whole[sizeof whole - 1] = 0;
		is_int(0, remove_file(whole), "...is the file's");
	}
#else
	closesocket(s);
#endif
}

/* What Windows' documentation has and Windows has not, and the other way round. */
static void oddities(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0winsock-compat" };
	const char *path = fresh_path();
	SOCKET s = stream(), client = stream();
	DWORD on = 1;

	succeeds(bind(s, (struct sockaddr *)&address, sizeof address), "a name that is no file's");
	succeeds(listen(s, 1), "...can listen");
	fails(WSAEINVAL, connect(client, (struct sockaddr *)&address, sizeof address),
	      "...but nobody can connect to it");
	closesocket(s);
	s = stream();
	succeeds(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on), "SO_REUSEADDR");
	is_string("WSAEOPNOTSUPP", bind_to(s, path), "...and then there is no bind");
	on = 0;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on);
	is_string("success", bind_to(s, path), "...until it is off");
	closesocket(s);
	closesocket(client);
	remove_file(path);
}

/* Without blocking, and closed under others. */
static void close_later(void *argument)
{
	sleep_ms(50);
	closesocket(*(SOCKET *)argument);
}

static void waiting(void)
{
	const char *path = fresh_path();
	SOCKET server = listener(path), client = stream(), accepted;
	struct timeval time = { 2, 0 };
	struct task *task;
	u_long on = 1;
	char byte;
	fd_set set;

	ioctlsocket(server, FIONBIO, &on);
	ok(accept(server, NULL, NULL) == INVALID_SOCKET && WSAGetLastError() == WSAEWOULDBLOCK,
	   "accept without a connection");
	is_string("success", connect_to(client, path), "connect");
	FD_ZERO(&set);
	FD_SET(server, &set);
	is_int(1, select(0, &set, NULL, NULL, &time), "...makes the listener readable");
	accepted = accept(server, NULL, NULL);
	fails(WSAEWOULDBLOCK, recv(accepted, &byte, 1, 0), "...which passes on that it does not block");
	on = 0;
	ioctlsocket(accepted, FIONBIO, &on);
	on = 1;
	ioctlsocket(client, FIONBIO, &on);
	fails(WSAEWOULDBLOCK, recv(client, &byte, 1, 0), "recv of nothing");
	task = task_start(close_later, &client);
	is_int(0, recv(accepted, &byte, 1, 0), "recv until the other side is closed");
	task_end(task, 2000);
	closesocket(accepted);
	closesocket(server);
	remove_file(path);
}

#ifdef __linux__
/* Windows before 10 has none. */
static void older(void)
{
	char output[256];

	set_environment("WINSOCK_COMPAT_WINDOWS", "8.1");
	run_again("older", output, sizeof output);
	set_environment("WINSOCK_COMPAT_WINDOWS", NULL);
	is_string("WSAEAFNOSUPPORT\n", output, "Windows 8.1 has no AF_UNIX");
}
#endif

int main(int count, char **arguments)
{
	SOCKET s;

	winsock_start();
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	if (count > 1) {
		puts(s == INVALID_SOCKET ? error_name(WSAGetLastError()) : "made");
		return 0;
	}
	if (s == INVALID_SOCKET && is_wine())
		skip_all("Wine has no AF_UNIX");
	closesocket(s);
	plan_lazy();
	kinds();
	conversation();
	files();
	lengths();
	oddities();
	waiting();
#ifdef __linux__
	older();
#endif
	winsock_end();
	return done();
}
