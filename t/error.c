/* The last error, one per thread, whichever of the four functions reads or writes it; and the errors that
 * wait in a socket for a call: each is told once, by the call that Windows has tell it. */
#include <winsock2.h>
#include <windows.h>

#include "net.h"

#include <string.h>

static const int errors[] = { 0, 1, WSAEWOULDBLOCK, WSANOTINITIALISED, WSAHOST_NOT_FOUND, -1, 0x7fffffff };

static void one_value(void)
{
	for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++) {
		WSASetLastError(errors[i]);
		is_int(errors[i], WSAGetLastError(), "WSASetLastError(%d), WSAGetLastError", errors[i]);
		is_hex((unsigned)errors[i], GetLastError(), "WSASetLastError(%d), GetLastError", errors[i]);
		SetLastError(7);
		SetLastError((DWORD)errors[i]);
		is_int(errors[i], WSAGetLastError(), "SetLastError(%d), WSAGetLastError", errors[i]);
		is_hex((unsigned)errors[i], GetLastError(), "SetLastError(%d), GetLastError", errors[i]);
		is_int(errors[i], WSAGetLastError(), "reading it does not change it");
	}
}

/* A thread that fails all the time, in a way of its own. */
struct other {
	int at_first, wrong;
};

static void fail_otherwise(void *argument)
{
	struct other *other = argument;

	other->at_first = WSAGetLastError();
	for (int i = 0; i < 500; i++) {
		closesocket(INVALID_SOCKET);
		other->wrong += WSAGetLastError() != WSAENOTSOCK;
	}
}

static void one_per_thread(void)
{
	enum { THREADS = 3 };
	struct other others[THREADS] = { { 0 } };
	struct task *tasks[THREADS];
	int wrong = 0;

	for (int i = 0; i < THREADS; i++)
		tasks[i] = task_start(fail_otherwise, &others[i]);
	for (int i = 0; i < 500; i++) {
		socket(12345, SOCK_STREAM, 0);
		wrong += WSAGetLastError() != WSAEAFNOSUPPORT;
	}
	for (int i = 0; i < THREADS; i++) {
		ok(task_end(tasks[i], 5000), "thread %d ended", i);
		is_error(0, others[i].at_first, "it began with no error");
		is_int(0, others[i].wrong, "it saw the error of its own calls alone");
	}
	is_int(0, wrong, "and so did this thread");
}

/* On Windows these two leave 0 behind; the others are not known to. */
static void after_success(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	DWORD value = 1;
	int length = sizeof value;

	WSASetLastError(WSAEISCONN);
	succeeds(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, length), "setsockopt");
	is_error(0, WSAGetLastError(), "...leaves no error");
	WSASetLastError(WSAEISCONN);
	succeeds(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length), "getsockopt");
	is_error(0, WSAGetLastError(), "...leaves no error");
	length = sizeof value;
	WSASetLastError(WSAEISCONN);
	succeeds(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &length), "getsockopt of another option");
	wine_todo("Wine leaves it to the option");
	is_error(0, WSAGetLastError(), "...leaves no error");
	todo_end();
	closesocket(s);
}

/* Every failure sets it, and none but the function's own. */
static void after_failure(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	char byte = 0;

	WSASetLastError(0);
	fails(WSAENOTCONN, recv(s, &byte, 1, 0), "a failure after a success");
	WSASetLastError(WSAEISCONN);
	fails(WSAEINVAL, listen(s, 1), "a failure after a failure");
	is_hex(WSAEINVAL, GetLastError(), "GetLastError says so too");
	closesocket(s);
	fails(WSAENOTSOCK, recv(s, &byte, 1, 0), "a closed socket");
}

static void reset(SOCKET pair[2])
{
	const struct linger at_once = { 1, 0 };

	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[1]);
	pair[1] = INVALID_SOCKET;
}

static int pending(SOCKET s)
{
	int error = -1, length = sizeof error;

	return getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &length) ? -1 : error;
}

static void set_pending(SOCKET s, int error)
{
	succeeds(setsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, sizeof error), "SO_ERROR is set to %d",
		 error);
}

/* In which sets the socket is, within some seconds if it has to be in one. */
static const char *ready(SOCKET s, int seconds)
{
	struct timeval time = { seconds, 0 };
	fd_set read, write, except;

	FD_ZERO(&read);
	FD_ZERO(&write);
	FD_ZERO(&except);
	FD_SET(s, &read);
	FD_SET(s, &write);
	FD_SET(s, &except);
	select(0, &read, &write, &except, &time);
	return words("%s%s%s", FD_ISSET(s, &read) ? "read " : "", FD_ISSET(s, &write) ? "write " : "",
		     FD_ISSET(s, &except) ? "except " : "");
}

/* Whether the socket is an exception within some seconds. */
static bool is_exception(SOCKET s)
{
	struct timeval time = { 10, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, NULL, NULL, &set, &time) == 1;
}

static void unblock(SOCKET s)
{
	u_long on = 1;

	ioctlsocket(s, FIONBIO, &on);
}

/* Until the socket has something to read, be it an error. */
static void await(SOCKET s)
{
	struct timeval time = { 5, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	is_int(1, select(0, &set, NULL, NULL, &time), "...arrives");
}

static const char forgets[] = "Wine 8 says 0 after a reset";

/* A reset is told by every call from then on, and by SO_ERROR no more. */
static void after_reset(void)
{
	static const char byte = 0;
	SOCKET pair[2];
	char data[4];

	tcp_pair(AF_INET, pair);
	reset(pair);
	await(pair[0]);
	wine_todo(forgets);
	fails(WSAECONNRESET, recv(pair[0], data, sizeof data, 0), "recv after a reset");
	todo_end();
	is_error(0, pending(pair[0]), "...of which SO_ERROR knows nothing then");
	wine_todo(forgets);
	fails(WSAECONNRESET, recv(pair[0], data, sizeof data, 0), "...and recv again");
	todo_end();
	fails(WSAECONNRESET, send(pair[0], &byte, 1, 0), "...and send");
	fails(WSAECONNRESET, send(pair[0], &byte, 1, 0), "...and send again");
	is_string("read write ", ready(pair[0], 0), "...and it can be read and written");
	closesocket(pair[0]);

	tcp_pair(AF_INET, pair);
	reset(pair);
	await(pair[0]);
	fails(WSAECONNRESET, send(pair[0], &byte, 1, 0), "send after a reset");
	fails(WSAECONNRESET, send(pair[0], &byte, 1, 0), "...and send again");
	wine_todo(forgets);
	fails(WSAECONNRESET, recv(pair[0], data, sizeof data, 0), "...and recv");
	todo_end();
	closesocket(pair[0]);
}

/* What is sent to a peer that has closed is lost, and so is the connection. */
static void after_close(void)
{
	static const char byte = 0;
	SOCKET pair[2];
	char data[4];

	tcp_pair(AF_INET, pair);
	closesocket(pair[1]);
	await(pair[0]);
	is_int(0, recv(pair[0], data, sizeof data, 0), "recv after the peer has closed");
	is_int(0, recv(pair[0], data, sizeof data, 0), "...and again");
	is_int(1, send(pair[0], &byte, 1, 0), "what is sent goes out");
	sleep_ms(50);
	wine_todo("Wine 8 takes it for an end in good order, and then for a reset");
	fails(WSAECONNABORTED, recv(pair[0], data, sizeof data, 0),
	      "...and recv knows that it was for nothing");
	fails(WSAECONNABORTED, recv(pair[0], data, sizeof data, 0), "...and again");
	fails(WSAECONNABORTED, send(pair[0], &byte, 1, 0), "...and send");
	todo_end();
	closesocket(pair[0]);

	tcp_pair(AF_INET, pair);
	closesocket(pair[1]);
	await(pair[0]);
	is_int(1, send(pair[0], &byte, 1, 0), "another that is sent");
	sleep_ms(50);
	wine_todo("Wine 8 takes it for an end in good order, and then for a reset");
	fails(WSAECONNABORTED, send(pair[0], &byte, 1, 0), "...which the next send knows");
	fails(WSAECONNABORTED, send(pair[0], &byte, 1, 0), "...and the one after it");
	fails(WSAECONNABORTED, recv(pair[0], data, sizeof data, 0), "...and recv");
	todo_end();
	closesocket(pair[0]);

	/* Both sides done: no error at all. */
	tcp_pair(AF_INET, pair);
	closesocket(pair[1]);
	await(pair[0]);
	succeeds(shutdown(pair[0], SD_SEND), "shutdown of the other side");
	sleep_ms(50);
	is_int(0, recv(pair[0], data, sizeof data, 0), "...is no reason for recv to complain");
	is_error(0, pending(pair[0]), "...nor for SO_ERROR");
	fails(WSAESHUTDOWN, send(pair[0], &byte, 1, 0), "...but for send, which was shut down");
	closesocket(pair[0]);
}

static SOCKET connects_to_nobody(struct sockaddr_in *nobody)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	memset(nobody, 0, sizeof *nobody);
	nobody->sin_family = AF_INET;
	nobody->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	nobody->sin_port = htons(free_port(AF_INET, SOCK_STREAM));
	return s;
}

static const char fails_again[] = "Wine 8 fails it with the error of the one before";

/* A connect that waits tells its failure itself, and SO_ERROR does not. */
static void blocking_connect(void)
{
	struct sockaddr_storage address;
	struct sockaddr_in nobody;
	int length;
	SOCKET s = connects_to_nobody(&nobody), listener = listening_socket(AF_INET, &address, &length);

	fails(WSAECONNREFUSED, connect(s, (struct sockaddr *)&nobody, sizeof nobody), "a connect that waits");
	wine_todo("Wine 8 has it in SO_ERROR too");
	is_error(0, pending(s), "...has told its error");
	todo_end();
	is_string("except ", ready(s, 0), "...and is an exception to select");
	wine_todo("Wine 8 has it in SO_ERROR too");
	is_error(0, pending(s), "...still without an error");
	todo_end();
	wine_todo(fails_again);
	fails(WSAECONNREFUSED, connect(s, (struct sockaddr *)&nobody, sizeof nobody), "another try");
	todo_end();
	succeeds(connect(s, (struct sockaddr *)&address, length), "one that succeeds");
	is_string("write ", ready(s, 0), "...makes an end of it");
	closesocket(s);
	closesocket(listener);
}

/* One that does not wait leaves its failure in SO_ERROR, until one succeeds. */
static void nonblocking_connect(void)
{
	struct sockaddr_storage address;
	struct sockaddr_in nobody;
	int length;
	SOCKET s = connects_to_nobody(&nobody), listener = listening_socket(AF_INET, &address, &length);

	unblock(s);
	fails(WSAEWOULDBLOCK, connect(s, (struct sockaddr *)&nobody, sizeof nobody),
	      "a connect that does not wait");
	ok(is_exception(s), "...fails some time");
	is_string("except ", ready(s, 0), "...which can be neither read nor written");
	is_error(WSAECONNREFUSED, pending(s), "...and SO_ERROR says why");
	is_error(WSAECONNREFUSED, pending(s), "...as often as it is asked");
	is_string("except ", ready(s, 0), "...and it stays so");
	wine_todo("Wine 8 says WSAECONNRESET");
	fails(WSAENOTCONN, send(s, "x", 1, 0), "...and there is nobody to send to");
	todo_end();
	is_error(WSAECONNREFUSED, pending(s), "...which changes nothing");
	wine_todo(fails_again);
	fails(WSAEWOULDBLOCK, connect(s, (struct sockaddr *)&nobody, sizeof nobody),
	      "another try begins anew");
	todo_end();
	is_error(WSAECONNREFUSED, pending(s), "...and leaves the error there");
	ok(is_exception(s), "...until it fails as well");
	is_error(WSAECONNREFUSED, pending(s), "...with the same error");
	fails(WSAEWOULDBLOCK, connect(s, (struct sockaddr *)&address, length), "one that will succeed");
	is_string("write ", ready(s, 10), "...does");
	is_error(0, pending(s), "...and then there is no error");
	closesocket(s);

	/* Without select, too. */
	s = connects_to_nobody(&nobody);
	unblock(s);
	connect(s, (struct sockaddr *)&nobody, sizeof nobody);
	for (int i = 0; i < 200 && !pending(s); i++)
		sleep_ms(10);
	is_error(WSAECONNREFUSED, pending(s), "SO_ERROR alone tells of the failure");
	connect(s, (struct sockaddr *)&address, length);
	for (int i = 0; i < 200 && pending(s); i++)
		sleep_ms(10);
	wine_todo(fails_again);
	is_error(0, pending(s), "...and of the success");
	todo_end();
	closesocket(s);
	closesocket(listener);

	s = connects_to_nobody(&nobody);
	unblock(s);
	succeeds(bind(s, (struct sockaddr *)&(struct sockaddr_in){ .sin_family = AF_INET },
		      sizeof(struct sockaddr_in)),
		 "bind");
	connect(s, (struct sockaddr *)&nobody, sizeof nobody);
	ok(is_exception(s), "a connect that fails");
	wine_todo("Wine 8 cannot do that");
	succeeds(listen(s, 1), "...leaves the socket fit to listen");
	todo_end();
	is_error(WSAECONNREFUSED, pending(s), "...with the error where it was");
	closesocket(s);
}

/* What the program puts into SO_ERROR is for SO_ERROR. */
static void own_error(void)
{
	SOCKET pair[2];
	char data[4];

	tcp_pair(AF_INET, pair);
	set_pending(pair[0], 1234);
	is_string("write ", ready(pair[0], 0), "...nobody waits for that");
	is_int(1, send(pair[1], "x", 1, 0), "send");
	is_int(1, recv(pair[0], data, sizeof data, 0), "recv has no part in it");
	closesocket(pair[1]);
	is_int(0, recv(pair[0], data, sizeof data, 0), "...nor has the end of the connection");
	wine_todo("Wine 8 takes SO_ERROR and forgets it");
	is_error(1234, pending(pair[0]), "...and there it is");
	todo_end();
	set_pending(pair[0], 1234);
	set_pending(pair[0], 0);
	is_error(0, pending(pair[0]), "...and is gone");
	closesocket(pair[0]);
}

/* A datagram that finds nobody fails no send; the next receive tells it, once. */
static void datagrams(void)
{
	static const char byte = 0;
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_in nobody = { .sin_family = AF_INET };
	char data[4];
	int failed = 0;

	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	nobody.sin_port = htons(free_port(AF_INET, SOCK_DGRAM));
	unblock(s);
	succeeds(connect(s, (struct sockaddr *)&nobody, sizeof nobody),
		 "a datagram socket whose peer is nobody");
	is_int(1, send(s, &byte, 1, 0), "...sends");
	wine_todo("Wine 8 keeps it for SO_ERROR and for the next send");
	await(s);
	fails(WSAECONNRESET, recv(s, data, sizeof data, 0), "...and recv tells that it was for nothing");
	todo_end();
	fails(WSAEWOULDBLOCK, recv(s, data, sizeof data, 0), "...once");
	wine_todo("Wine 8 keeps it for SO_ERROR and for the next send");
	is_error(0, pending(s), "...and SO_ERROR does not tell it again");
	todo_end();
	send(s, &byte, 1, 0);
	sleep_ms(10);
	wine_todo("Wine 8 keeps it for SO_ERROR and for the next send");
	is_error(0, pending(s), "SO_ERROR knows nothing of another one");
	fails(WSAECONNRESET, recv(s, data, sizeof data, 0), "...which waits for recv");
	for (int i = 0; i < 5; i++) {
		failed += send(s, &byte, 1, 0) != 1;
		sleep_ms(10);
	}
	is_int(0, failed, "...and no send fails of it");
	todo_end();
	closesocket(s);
}

/* Who has no peer is told so, though Linux has other words for it. */
static void without_peer(void)
{
	SOCKET stream = new_socket(AF_INET, SOCK_STREAM), datagram = new_socket(AF_INET, SOCK_DGRAM);

	wine_todo("Wine 8 says WSAECONNRESET of a stream, and WSAEINVAL of datagrams");
	fails(WSAENOTCONN, send(stream, "x", 1, 0), "send on a stream without a peer");
	fails(WSAENOTCONN, send(datagram, "x", 1, 0), "...and on a datagram socket");
	fails(WSAENOTCONN, sendto(datagram, "x", 1, 0, NULL, 0), "...and sendto without an address");
	todo_end();
	closesocket(stream);
	closesocket(datagram);
}

/* EAGAIN is what the socket makes of it. */
static void would_block(void)
{
	DWORD time = 50;
	SOCKET pair[2];
	char data[4];

	tcp_pair(AF_INET, pair);
	succeeds(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof time), "SO_RCVTIMEO");
	fails(WSAETIMEDOUT, recv(pair[0], data, sizeof data, 0), "...lets recv time out");
	unblock(pair[0]);
	fails(WSAEWOULDBLOCK, recv(pair[0], data, sizeof data, 0), "...but not one that does not block");
	close_pair(pair);
}

int main(void)
{
	plan_lazy();
	one_value();
	winsock_start();
	one_per_thread();
	after_success();
	after_failure();
	after_reset();
	after_close();
	blocking_connect();
	nonblocking_connect();
	own_error();
	datagrams();
	without_peer();
	would_block();
	winsock_end();
	one_value();
	return done();
}
