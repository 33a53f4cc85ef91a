/* WSADuplicateSocket: a socket for another process, which is this program again, or for this one. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <windows.h>

#include "net.h"

#include <string.h>
#ifdef __linux__
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>
#endif

/* What the other process is told to do with its socket, and what it answers. */
enum order { TAKE, TAKE_WIDE, ECHO, RECEIVE, ACCEPT, CLOSE, LOOK, BECOME_NOBODY };
struct order_message {
	enum order order;
	WSAPROTOCOL_INFOA info;
	WSAPROTOCOL_INFOW wide;
};
struct answer {
	int error, bytes;
	char data[16];
	DWORD receive_timeout, keepalive;
	struct sockaddr_in peer;
};

static void take_error(struct answer *answer, bool good)
{
	answer->error = good ? 0 : WSAGetLastError();
}

static void look_at(SOCKET s, struct answer *answer)
{
	int size = sizeof answer->receive_timeout, length = sizeof answer->peer;

	take_error(answer, getpeername(s, (struct sockaddr *)&answer->peer, &length) == 0);
	getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&answer->receive_timeout, &size);
	size = sizeof answer->keepalive;
	answer->keepalive = 0; /* on Windows one byte is written */
	getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&answer->keepalive, &size);
}

static int other_process(void)
{
	struct order_message message;
	SOCKET s = INVALID_SOCKET, accepted;

	winsock_start();
	while (parent_read(&message, sizeof message)) {
		struct answer answer;

		memset(&answer, 0, sizeof answer);
		switch (message.order) {
		case TAKE:
			s = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
				       &message.info, 0, WSA_FLAG_OVERLAPPED);
			take_error(&answer, s != INVALID_SOCKET);
			break;
		case TAKE_WIDE:
			s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
				       &message.wide, 0, WSA_FLAG_OVERLAPPED);
			take_error(&answer, s != INVALID_SOCKET);
			break;
		case ECHO:
			answer.bytes = recv(s, answer.data, sizeof answer.data, 0);
			take_error(&answer, answer.bytes >= 0 &&
						    send(s, answer.data, answer.bytes, 0) == answer.bytes);
			break;
		case RECEIVE:
			answer.bytes = recv(s, answer.data, sizeof answer.data, 0);
			take_error(&answer, answer.bytes >= 0);
			break;
		case ACCEPT:
			accepted = accept(s, NULL, NULL);
			take_error(&answer, accepted != INVALID_SOCKET);
			closesocket(s);
			s = accepted;
			break;
		case CLOSE:
			take_error(&answer, closesocket(s) == 0);
			break;
		case LOOK:
			look_at(s, &answer);
			break;
		case BECOME_NOBODY:
#ifdef __linux__
			answer.error = setuid(65534);
#endif
			break;
		}
		parent_write(&answer, sizeof answer);
	}
	winsock_end();
	return 0;
}

static struct program *other;
static DWORD other_id;
static struct answer answer;

static int tell(enum order order, const WSAPROTOCOL_INFOA *info, const WSAPROTOCOL_INFOW *wide)
{
	struct order_message message;

	memset(&message, 0, sizeof message);
	message.order = order;
	if (info)
		message.info = *info;
	if (wide)
		message.wide = *wide;
	memset(&answer, 0, sizeof answer);
	if (!program_write(other, &message, sizeof message) || !program_read(other, &answer, sizeof answer))
		bail("the other process has gone");
	return answer.error;
}

static void hand_over(SOCKET s, const char *what)
{
	WSAPROTOCOL_INFOA info;

	succeeds(WSADuplicateSocketA(s, other_id, &info), "%s: WSADuplicateSocket", what);
	is_error(0, tell(TAKE, &info, NULL), "...and the other process has it");
}

/* Whether what is sent there comes back. */
static bool echoes(SOCKET s, const char *text)
{
	int size = (int)strlen(text);
	char back[16];

	return send(s, text, size, 0) == size && tell(ECHO, NULL, NULL) == 0 && answer.bytes == size &&
	       recv(s, back, sizeof back, 0) == size && memcmp(back, text, size) == 0;
}

static void start_other(void)
{
	other = program_start("other");
	other_id = program_id(other);
}

static void arguments(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	WSAPROTOCOL_INFOA info, own;
	int size = sizeof own;

	fails(WSAENOTSOCK, WSADuplicateSocketA(0, 0, NULL), "no socket, no process, no place");
	fails(WSAEINVAL, WSADuplicateSocketA(s, 0, NULL), "no process, no place");
	fails(WSAEINVAL, WSADuplicateSocketA(s, ~0u, &info), "a process that there is not");
	fails(WSAENOTSOCK, WSADuplicateSocketA(0, GetCurrentProcessId(), &info), "no socket");
	fails(WSAENOTSOCK, WSADuplicateSocketA(INVALID_SOCKET, GetCurrentProcessId(), &info),
	      "INVALID_SOCKET");
	fails(WSAEFAULT, WSADuplicateSocketA(s, GetCurrentProcessId(), NULL), "no place");
	fails(WSAEFAULT, WSADuplicateSocketW(s, GetCurrentProcessId(), NULL), "no place for the wide one");
	for (const struct bad_pointer *bad = bad_pointers(); bad->name && !is_wine(); bad++)
		fails(WSAEFAULT, WSADuplicateSocketA(s, GetCurrentProcessId(), (void *)bad->pointer), "%s",
		      bad->name);

	memset(&info, 0xcc, sizeof info);
	succeeds(WSADuplicateSocketA(s, GetCurrentProcessId(), &info), "this process");
	is_int(IPPROTO_TCP, info.iProtocol, "...the protocol");
	is_int(AF_INET, info.iAddressFamily, "...the family");
	is_int(SOCK_STREAM, info.iSocketType, "...the type");
	getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&own, &size);
	is_string(own.szProtocol, info.szProtocol, "...and the name");
	ok(!memcmp(&own.ProviderId, &info.ProviderId, sizeof own.ProviderId), "...and the provider");
	is_int(own.dwServiceFlags1, info.dwServiceFlags1, "...and what it can do");
	closesocket(WSASocketA(0, 0, 0, &info, 0, 0));
	closesocket(s);
}

/* Two descriptors of one socket in this process. */
static void same_process(void)
{
	SOCKET pair[2], copy;
	WSAPROTOCOL_INFOA info;
	WSAPROTOCOL_INFOW wide;
	struct sockaddr_in name[2];
	int length = sizeof *name;
	u_long on = 1, off = 0;
	DWORD time = 200;
	char byte = 0;

	tcp_pair(AF_INET, pair);
	succeeds(WSADuplicateSocketA(pair[0], GetCurrentProcessId(), &info), "a connection, in this process");
	copy = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
	ok(copy != INVALID_SOCKET, "...WSASocket");
	ok(copy != pair[0], "...another descriptor");
	if (is_wine())
		skip(1, "Wine takes the number for whatever handle has it then");
	else
		fails(WSAEINVAL, (int)WSASocketA(0, 0, 0, &info, 0, 0), "...once");
	succeeds(getpeername(pair[0], (struct sockaddr *)&name[0], &length), "getpeername");
	succeeds(getpeername(copy, (struct sockaddr *)&name[1], &length), "...of the copy");
	ok(!memcmp(&name[0], &name[1], sizeof *name), "...the same");
	setsockopt(copy, SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof time);
	ioctlsocket(pair[0], FIONBIO, &on);
	wine_may_differ("Wine has that of each handle by itself");
	fails(WSAEWOULDBLOCK, recv(copy, &byte, 1, 0), "FIONBIO of one is for both");
	todo_end();
	ioctlsocket(pair[0], FIONBIO, &off);
	fails(WSAETIMEDOUT, recv(copy, &byte, 1, 0), "...and so is that it blocks again");
	closesocket(pair[0]);
	is_int(1, send(copy, "x", 1, 0), "the first is closed, and the copy sends");
	is_int(1, recv(pair[1], &byte, 1, 0), "...and the peer receives");
	is_int('x', byte, "...that");

	succeeds(WSADuplicateSocketW(copy, GetCurrentProcessId(), &wide), "a copy of the copy, wide");
	pair[0] = WSASocketW(0, 0, 0, &wide, 0, 0);
	ok(pair[0] != INVALID_SOCKET, "...WSASocketW");
	succeeds(shutdown(copy, SD_SEND), "shutdown by one");
	is_int(0, recv(pair[1], &byte, 1, 0), "...is for all");
	closesocket(copy);
	close_pair(pair);

	memset(&info, 0, sizeof info);
	info.iAddressFamily = AF_INET;
	info.iSocketType = SOCK_STREAM;
	info.iProtocol = IPPROTO_TCP;
	copy = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
	ok(copy != INVALID_SOCKET, "a structure that was never a socket's makes one");
	closesocket(copy);
	if (is_wine()) {
		skip(1, "Wine takes the number for whatever handle has it");
	} else {
		info.dwProviderReserved = 0x5a5a5a5a;
		fails(WSAEINVAL, (int)WSASocketA(0, 0, 0, &info, 0, 0), "one that was somebody's, perhaps");
	}
}

/* Source: tests/sock.c:3765-3871. */
static void datagrams(void)
{
	for (int early = 0; early < 2; early++) {
		struct sockaddr_storage address;
		SOCKET source = new_socket(AF_INET, SOCK_DGRAM), copy;
		WSAPROTOCOL_INFOA info;
		int length = sizeof(struct sockaddr_in);
		char text[4] = "";
		u_long on = 1;

		memset(&address, 0, sizeof address);
		address.ss_family = AF_INET;
		((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		succeeds(WSADuplicateSocketA(source, GetCurrentProcessId(), &info), "a datagram socket");
		copy = early ? WSASocketA(0, 0, 0, &info, 0, 0) : INVALID_SOCKET;
		succeeds(bind(source, (struct sockaddr *)&address, length), "...is bound");
		if (!early)
			copy = WSASocketA(0, 0, 0, &info, 0, 0);
		ok(copy != INVALID_SOCKET, "...and has a copy, made %s", early ? "before" : "after");
		getsockname(source, (struct sockaddr *)&address, &length);
		is_int(4, sendto(source, "abc", 4, 0, (struct sockaddr *)&address, length),
		       "...sends to itself");
		if (early) {
			ioctlsocket(copy, FIONBIO, &on);
			wine_todo("Wine's copies learn of a bind");
			fails(WSAEINVAL, recvfrom(copy, text, 4, 0, NULL, NULL),
			      "...and the copy cannot receive");
			todo_end();
		} else {
			is_int(4, recvfrom(copy, text, 4, 0, NULL, NULL), "...and the copy receives");
			is_string("abc", text, "...that");
		}
		closesocket(copy);
		closesocket(source);
	}
}

static void connection(void)
{
	SOCKET pair[2];
	char byte;

	tcp_pair(AF_INET, pair);
	hand_over(pair[1], "a connection");
	ok(echoes(pair[0], "hello"), "...and speaks for it");
	succeeds(closesocket(pair[1]), "this process closes it");
	ok(echoes(pair[0], "still"), "...and the other one's goes on");
	is_error(0, tell(CLOSE, NULL, NULL), "the other one closes it");
	is_int(0, recv(pair[0], &byte, 1, 0), "...and it ends");
	closesocket(pair[0]);
}

/* The one that has it may have closed it before it is fetched. */
static void closed_before(void)
{
	WSAPROTOCOL_INFOW wide;
	SOCKET pair[2];

	tcp_pair(AF_INET6, pair);
	succeeds(WSADuplicateSocketW(pair[1], other_id, &wide), "an IPv6 connection, wide");
	closesocket(pair[1]);
	is_error(0, tell(TAKE_WIDE, NULL, &wide), "...is fetched when this process has closed it");
	ok(echoes(pair[0], "v6"), "...and lives");
	tell(CLOSE, NULL, NULL);
	closesocket(pair[0]);
}

static void listener(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET server = listening_socket(AF_INET, &address, &length),
	       client = new_socket(AF_INET, SOCK_STREAM), served;

	succeeds(connect(client, (struct sockaddr *)&address, length), "a connection");
	served = accept(server, NULL, NULL);
	hand_over(served, "accepted here, served there");
	closesocket(served);
	ok(echoes(client, "served"), "...it is");
	tell(CLOSE, NULL, NULL);
	closesocket(client);

	hand_over(server, "a listener");
	closesocket(server);
	client = new_socket(AF_INET, SOCK_STREAM);
	succeeds(connect(client, (struct sockaddr *)&address, length), "...takes connections");
	is_error(0, tell(ACCEPT, NULL, NULL), "...and the other process accepts them");
	ok(echoes(client, "there"), "...and serves them");
	tell(CLOSE, NULL, NULL);
	closesocket(client);
}

/* What is known of the socket goes with it. */
static void options(void)
{
	DWORD timeout = 1234, on = 1, returned;
	struct tcp_keepalive values = { 1, 50000, 1500 };
	struct sockaddr_in name;
	int length = sizeof name;
	u_long yes = 1;
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, (char *)&timeout, sizeof timeout);
	succeeds(
		WSAIoctl(pair[1], SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &returned, NULL, NULL),
		"SIO_KEEPALIVE_VALS");
	setsockopt(pair[1], SOL_SOCKET, SO_KEEPALIVE, (char *)&on, sizeof on);
	getsockname(pair[0], (struct sockaddr *)&name, &length);
	hand_over(pair[1], "a connection with options");
	is_error(0, tell(LOOK, NULL, NULL), "...getpeername");
	ok(answer.peer.sin_port == name.sin_port, "...its peer");
	is_int(1234, answer.receive_timeout, "...SO_RCVTIMEO");
	is_int(1, answer.keepalive & 0xff, "...SO_KEEPALIVE");
	tell(CLOSE, NULL, NULL);
	ioctlsocket(pair[1], FIONBIO, &yes);
	hand_over(pair[1], "one that does not block");
	is_error(WSAEWOULDBLOCK, tell(RECEIVE, NULL, NULL), "...does not block there");
	tell(CLOSE, NULL, NULL);
	succeeds(shutdown(pair[1], SD_RECEIVE), "one that is shut for receiving");
	hand_over(pair[1], "...that");
	is_error(WSAESHUTDOWN, tell(RECEIVE, NULL, NULL), "...is so there");
	tell(CLOSE, NULL, NULL);
	close_pair(pair);
}

#ifdef __linux__
static int open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	while (directory && readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* Nobody but the process that it is for has it, and only one of the same user. */
static void strangers(void)
{
	WSAPROTOCOL_INFOA info, mine;
	SOCKET pair[2], copy;

	tcp_pair(AF_INET, pair);
	succeeds(WSADuplicateSocketA(pair[1], other_id, &info), "one for the other process");
	fails(WSAEINVAL, (int)WSASocketA(0, 0, 0, &info, 0, 0), "...is nothing to this one");
	is_error(0, tell(TAKE, &info, NULL), "...and still there for the other");
	is_error(WSAEINVAL, tell(TAKE, &info, NULL), "...once");
	tell(CLOSE, NULL, NULL);
	succeeds(WSADuplicateSocketA(pair[1], GetCurrentProcessId(), &mine), "one for this process");
	is_error(WSAEINVAL, tell(TAKE, &mine, NULL), "...is nothing to the other one");
	copy = WSASocketA(0, 0, 0, &mine, 0, 0);
	ok(copy != INVALID_SOCKET, "...and still there for this one");
	closesocket(copy);
	if (geteuid() != 0) {
		skip(4, "only root can be another user");
	} else {
		succeeds(WSADuplicateSocketA(pair[1], other_id, &info), "one for the other process");
		is_int(0, tell(BECOME_NOBODY, NULL, NULL), "...which becomes another user's");
		is_error(WSAEINVAL, tell(TAKE, &info, NULL), "...and does not get it");
		fails(WSAEINVAL, WSADuplicateSocketA(pair[1], other_id, &info), "...nor is it given another");
	}
	close_pair(pair);
}

/* What nobody fetches is not kept without end. */
static void bounds(void)
{
	enum { MOST = 256, MORE = MOST + 8 };
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	WSAPROTOCOL_INFOA info;
	int made = 0, before;

	is_int(0, program_end(other), "the process ends");
	succeeds(WSADuplicateSocketA(s, GetCurrentProcessId(), &info), "...and what waited for it");
	closesocket(WSASocketA(0, 0, 0, &info, 0, 0));
	before = open_files();
	start_other();
	while (made < MORE && WSADuplicateSocketA(s, other_id, &info) == 0)
		made++;
	is_error(WSAENOBUFS, WSAGetLastError(), "so many are kept and no more");
	is_int(MOST, made, "...this many");
	is_int(0, program_end(other), "that process ends, too");
	succeeds(WSADuplicateSocketA(s, GetCurrentProcessId(), &info), "...and there is room again");
	is_int(before + 1, open_files(), "...for all of them");
	closesocket(WSASocketA(0, 0, 0, &info, 0, 0));
	is_int(before, open_files(), "nothing is left open");
	fails(WSAEINVAL, WSADuplicateSocketA(s, other_id, &info), "a process that there is no more");
	closesocket(s);
}

/* The child of a fork has the sockets, but not what waits to be fetched. */
#include <sys/wait.h>

static void forked(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM), copy;
	WSAPROTOCOL_INFOA info;
	int status = -1;
	pid_t child;

	succeeds(WSADuplicateSocketA(s, GetCurrentProcessId(), &info), "one for this process");
	child = fork();
	if (child == 0) {
		copy = WSASocketA(0, 0, 0, &info, 0, 0);
		_exit(copy == INVALID_SOCKET && WSAGetLastError() == WSAEINVAL ? 0 : 1);
	}
	waitpid(child, &status, 0);
	is_int(0, status, "...is nothing to a child of it");
	copy = WSASocketA(0, 0, 0, &info, 0, 0);
	ok(copy != INVALID_SOCKET, "...and still there for itself");
	closesocket(copy);
	closesocket(s);
}
#else
static void strangers(void)
{
}

static void bounds(void)
{
	is_int(0, program_end(other), "the process ends");
}

static void forked(void)
{
}
#endif

int main(int argc, char **argv)
{
	if (argc > 1)
		return other_process();
	plan_lazy();
	winsock_start();
	arguments();
	same_process();
	datagrams();
	start_other();
	connection();
	closed_before();
	listener();
	options();
	strangers();
	bounds();
	forked();
	winsock_end();
	return done();
}
