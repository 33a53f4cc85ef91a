/* select: counted sets of any size, what is ready in which set, time-outs and errors. */
#define FD_SETSIZE 4
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
enum { MANY = 10000 };
#else
enum { MANY = 2000 };
#endif

/* select for one socket, for so long, as a text: which of the sets it is left in. */
static const char *ready(SOCKET s, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set sets[3];
	int result;

	for (int i = 0; i < 3; i++) {
		FD_ZERO(&sets[i]);
		FD_SET(s, &sets[i]);
	}
	result = select(0, &sets[0], &sets[1], &sets[2], &time);
	if (result < 0)
		return error_name(WSAGetLastError());
	return words("%d:%s%s%s", result, FD_ISSET(s, &sets[0]) ? " read" : "",
		     FD_ISSET(s, &sets[1]) ? " write" : "", FD_ISSET(s, &sets[2]) ? " except" : "");
}

static const char *wait_for(SOCKET s, int which)
{
	struct timeval time = { 2, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	if (select(0, which == 0 ? &set : NULL, which == 1 ? &set : NULL, which == 2 ? &set : NULL, &time) <
	    0)
		return error_name(WSAGetLastError());
	return FD_ISSET(s, &set) ? "ready" : "not ready";
}

static void macros(void)
{
	fd_set set;

	FD_ZERO(&set);
	is_int(0, set.fd_count, "FD_ZERO");
	for (SOCKET s = 11; s <= 14; s++)
		FD_SET(s, &set);
	is_int(4, set.fd_count, "FD_SET up to FD_SETSIZE");
	FD_SET(12, &set);
	is_int(4, set.fd_count, "...of one that is there");
	FD_SET(99, &set);
	is_int(4, set.fd_count, "...of one too many");
	ok(!FD_ISSET(99, &set), "...which is not there");
	ok(FD_ISSET(11, &set) && FD_ISSET(14, &set), "FD_ISSET of the first and the last");
	FD_CLR(12, &set);
	is_int(3, set.fd_count, "FD_CLR");
	ok(set.fd_array[0] == 11 && set.fd_array[1] == 13 && set.fd_array[2] == 14, "...closes the gap");
	FD_CLR(12, &set);
	is_int(3, set.fd_count, "FD_CLR of what is not there");
	is_int((int)(offsetof(fd_set, fd_array) + 4 * sizeof(SOCKET)), sizeof set, "the size of a set");
}

static void errors(void)
{
	struct timeval at_once = { 0, 0 }, negative = { -1, 0 };
	SOCKET good = new_socket(AF_INET, SOCK_STREAM), closed = new_socket(AF_INET, SOCK_STREAM);
	fd_set empty, set;

	closesocket(closed);
	FD_ZERO(&empty);
	fails(WSAEINVAL, select(0, NULL, NULL, NULL, &at_once), "no set");
	fails(WSAEINVAL, select(0, NULL, NULL, NULL, NULL), "no set and no time-out");
	fails(WSAEINVAL, select(0, &empty, &empty, &empty, &at_once), "empty sets");
	fails(WSAEINVAL, select(0, NULL, &empty, NULL, NULL), "one empty set");
	for (int i = 0; i < 3; i++) {
		FD_ZERO(&set);
		FD_SET(good, &set);
		FD_SET(closed, &set);
		fails(WSAENOTSOCK,
		      select(0, i == 0 ? &set : NULL, i == 1 ? &set : NULL, i == 2 ? &set : NULL, &at_once),
		      "a closed socket in set %d", i);
		is_int(2, set.fd_count, "...which is left as it was");
		FD_ZERO(&set);
		FD_SET(INVALID_SOCKET, &set);
		fails(WSAENOTSOCK,
		      select(0, i == 0 ? &set : NULL, i == 1 ? &set : NULL, i == 2 ? &set : NULL, NULL),
		      "INVALID_SOCKET in set %d", i);
	}
	FD_ZERO(&set);
	FD_SET(good, &set);
	wine_todo("Wine waits for it");
	fails(WSAEINVAL, select(0, &set, NULL, NULL, &negative), "a negative time-out");
	todo_end();
	closesocket(good);
}

static void fresh(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM), pair[2];
	struct sockaddr_storage address;
	int length;

	is_string("0:", ready(s, 0), "a fresh connection socket");
	closesocket(s);
	s = bound_socket(AF_INET, SOCK_STREAM, &address, &length);
	is_string("0:", ready(s, 0), "a bound one");
	listen(s, 1);
	is_string("0:", ready(s, 0), "one that listens");
	closesocket(s);
	s = bound_socket(AF_INET, SOCK_DGRAM, &address, &length);
	is_string("1: write", ready(s, 0), "a datagram socket");
	closesocket(s);
	tcp_pair(AF_INET6, pair);
	is_string("1: write", ready(pair[0], 0), "a connection");
	close_pair(pair);
}

static void reading(void)
{
	struct linger at_once = { 1, 0 };
	struct sockaddr_storage address;
	int length;
	char byte = 'x';
	SOCKET pair[2], listener = listening_socket(AF_INET, &address, &length), s;

	s = new_socket(AF_INET, SOCK_STREAM);
	connect(s, (struct sockaddr *)&address, length);
	is_string("ready", wait_for(listener, 0), "a connection to accept makes readable");
	closesocket(s);
	closesocket(listener);

	tcp_pair(AF_INET, pair);
	send(pair[1], &byte, 1, 0);
	is_string("ready", wait_for(pair[0], 0), "data makes readable");
	is_string("2: read write", ready(pair[0], 0), "...and it is writable");
	is_string("2: read write", ready(pair[0], 0), "...as long as the data is there");
	recv(pair[0], &byte, 1, 0);
	is_string("1: write", ready(pair[0], 0), "...no longer");
	shutdown(pair[1], SD_SEND);
	is_string("ready", wait_for(pair[0], 0), "the end makes readable");
	is_string("2: read write", ready(pair[0], 0), "...and it is still writable");
	close_pair(pair);

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof at_once);
	closesocket(pair[1]);
	is_string("ready", wait_for(pair[0], 0), "a reset makes readable");
	closesocket(pair[0]);

	tcp_pair(AF_INET, pair);
	send(pair[1], &byte, 1, MSG_OOB);
	is_string("ready", wait_for(pair[0], 2), "urgent data is an exception");
	is_string("2: write except", ready(pair[0], 0), "...and nothing to read");
	recv(pair[0], &byte, 1, MSG_OOB);
	is_string("1: write", ready(pair[0], 0), "...until it is read");
	close_pair(pair);
}

static SOCKET connecting(const struct sockaddr *address, int length)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	u_long on = 1;

	ioctlsocket(s, FIONBIO, &on);
	fails(WSAEWOULDBLOCK, connect(s, address, length), "a connect begins");
	return s;
}

static void connects(void)
{
	struct sockaddr_storage address;
	int length, error = -1, error_length = sizeof error;
	SOCKET listener = listening_socket(AF_INET, &address, &length), s;

	s = connecting((struct sockaddr *)&address, length);
	is_string("ready", wait_for(s, 1), "success makes writable");
	is_string("1: write", ready(s, 0), "...and nothing else");
	closesocket(s);
	closesocket(listener);

	s = connecting((struct sockaddr *)&address, length);
	is_string("ready", wait_for(s, 2), "failure is an exception");
	is_string("1: except", ready(s, 0), "...and nothing else");
	is_string("1: except", ready(s, 0), "...and stays one");
	getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &error_length);
	is_error(WSAECONNREFUSED, error, "SO_ERROR says which");
	closesocket(s);
}

static void time_outs(void)
{
	SOCKET pair[2];
	static const int limits[] = { 0, 1, 50, 1200 };

	tcp_pair(AF_INET, pair);
	for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct timeval time = { limits[i] / 1000, limits[i] % 1000 * 1000 };
		long long start = now_ms(), spent;
		fd_set set;
		int result;

		FD_ZERO(&set);
		FD_SET(pair[0], &set);
		result = select(0, &set, NULL, NULL, &time);
		spent = now_ms() - start;
		is_int(0, result, "%d ms", limits[i]);
		ok(spent >= limits[i] - 1 && spent < limits[i] + 500, "...are waited for (%lld)", spent);
		is_int(0, set.fd_count, "...and the set is empty");
		ok(time.tv_sec == limits[i] / 1000 && time.tv_usec == limits[i] % 1000 * 1000,
		   "...and the time-out as it was");
	}
	close_pair(pair);
}

static void send_later(void *argument)
{
	sleep_ms(100);
	send(*(SOCKET *)argument, "x", 1, 0);
}

static void several(void)
{
	SOCKET pair[2], other[2];
	fd_set read, write;
	struct timeval time = { 0, 0 };
	struct task *task;

	tcp_pair(AF_INET, pair);
	udp_pair(AF_INET, other);
	task = task_start(send_later, &other[1]);
	FD_ZERO(&read);
	FD_SET(pair[0], &read);
	FD_SET(other[0], &read);
	is_int(1, select(-5, &read, NULL, NULL, NULL), "without a time-out, one of two");
	is_int(1, read.fd_count, "...is left");
	ok(FD_ISSET(other[0], &read), "...this one");
	task_end(task, 1000);

	FD_ZERO(&read);
	FD_ZERO(&write);
	FD_SET(pair[0], &read);
	FD_SET(pair[1], &read);
	FD_SET(other[0], &read);
	FD_SET(pair[0], &write);
	FD_SET(other[0], &write);
	is_int(3, select(0, &read, &write, NULL, &time), "places are counted, not sockets");
	is_int(1, read.fd_count, "...one to read");
	is_int(2, write.fd_count, "...two to write");
	ok(write.fd_array[0] == pair[0] && write.fd_array[1] == other[0], "...in their order");

	/* Those in all three, in other orders. */
	for (int turn = 0; turn < 2; turn++) {
		fd_set sets[3] = { { 2, { pair[0], pair[1] } }, { 2, { pair[turn], pair[!turn] } },
				   { 2, { pair[1], pair[0] } } };

		is_int(2, select(0, &sets[0], &sets[1], &sets[2], &time), "three sets");
		is_int(0, sets[0].fd_count + sets[2].fd_count, "...nothing to read, and no exception");
		ok(sets[1].fd_count == 2 && sets[1].fd_array[0] == pair[turn] && sets[1].fd_array[1] == pair[!turn],
		   "...both to write, in their order");
	}
	close_pair(pair);
	close_pair(other);
}

/* One set for reading and writing is left with what is ready for either. A socket that stands twice in a set is
 * left once. Both is what Wine's tests have seen of Windows. */
static void again(void)
{
	struct timeval time = { 0, 0 };
	SOCKET pair[2];
	fd_set set;

	tcp_pair(AF_INET, pair);
	send(pair[0], "x", 1, 0);
	is_string("ready", wait_for(pair[1], 0), "of a connection one end can be read");
	set = (fd_set){ 2, { pair[0], pair[1] } };
	is_int(2, select(0, &set, &set, NULL, &time), "one set for reading and writing");
	ok(FD_ISSET(pair[0], &set) && FD_ISSET(pair[1], &set), "...has both ends");
	set = (fd_set){ 2, { pair[0], pair[1] } };
	is_int(1, select(0, &set, NULL, &set, &time), "one set for reading and exceptions");
	ok(set.fd_count == 1 && set.fd_array[0] == pair[1], "...has the one");
	set = (fd_set){ 2, { pair[0], pair[1] } };
	is_int(2, select(0, &set, &set, &set, &time), "one set for everything");
	set = (fd_set){ 2, { pair[0], pair[0] } };
	is_int(1, select(0, NULL, &set, NULL, &time), "a socket twice in a set");
	ok(set.fd_count == 1 && set.fd_array[0] == pair[0], "...is left once");
	ok(set.fd_array[1] == pair[0], "...and the place after it as it was");
	set = (fd_set){ 4, { pair[1], pair[0], pair[1], pair[0] } };
	is_int(2, select(0, NULL, &set, NULL, &time), "two sockets twice");
	ok(set.fd_array[0] == pair[1] && set.fd_array[1] == pair[0], "...are left in their order");
	close_pair(pair);
}

/* What the kernel calls readable, and Windows does not. */
static void not_readable(void)
{
	SOCKET pair[2];
	int on = 1;
	char byte;

	tcp_pair(AF_INET, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, (char *)&on, sizeof on);
	send(pair[0], "A", 1, MSG_OOB);
	is_string("ready", wait_for(pair[1], 0), "urgent data in line can be read");
	is_string("2: read write", ready(pair[1], 0), "...and is no exception");
	is_string("not ready", wait_for(pair[1], 2), "...nor does it end a wait for one");
	recv(pair[1], &byte, 1, 0);
	shutdown(pair[0], SD_RECEIVE);
	is_string("1: write", ready(pair[0], 0), "who receives no more has nothing to read");
	shutdown(pair[0], SD_SEND);
	is_string("1: write", ready(pair[0], 0), "...nor who sends no more either");
	is_string("2: read write", (wait_for(pair[1], 0), ready(pair[1], 0)), "...but its peer has the end");
	shutdown(pair[1], SD_SEND);
	is_string("ready", wait_for(pair[0], 0), "...and then it has one, too");
	close_pair(pair);
}

static struct {
	struct sockaddr_storage address;
	int length;
	SOCKET s;
} late;

static void connect_later(void *argument)
{
	(void)argument;
	sleep_ms(100);
	connect(late.s, (struct sockaddr *)&late.address, late.length);
}

static void close_later(void *argument)
{
	(void)argument;
	sleep_ms(100);
	closesocket(late.s);
}

/* What other threads do to a socket on which this one waits. */
static void meanwhile(void)
{
	SOCKET listener = listening_socket(AF_INET, &late.address, &late.length), pair[2];
	struct timeval time = { 5, 0 };
	struct task *task;
	fd_set set, other;

	late.s = new_socket(AF_INET, SOCK_STREAM);
	task = task_start(connect_later, NULL);
	is_string("ready", wait_for(late.s, 1), "another thread connects it");
	task_end(task, 5000);
	closesocket(late.s);
	closesocket(accept(listener, NULL, NULL));

	for (int fresh = 0; fresh < 2; fresh++) {
		if (fresh)
			pair[0] = new_socket(AF_INET, SOCK_STREAM), pair[1] = INVALID_SOCKET;
		else
			tcp_pair(AF_INET, pair);
		late.s = pair[0];
		task = task_start(close_later, NULL);
		set = other = (fd_set){ 2, { listener, late.s } };
		is_int(1, select(0, &set, NULL, &other, &time), "another thread closes %s",
		       fresh ? "a fresh stream" : "a connection");
		ok(set.fd_count == 1 && set.fd_array[0] == late.s, "...which is something to read");
		is_int(0, other.fd_count, "...and no exception");
		task_end(task, 5000);
		closesocket(pair[1]);
	}
	late.s = new_socket(AF_INET, SOCK_DGRAM);
	task = task_start(close_later, NULL);
	set = (fd_set){ 2, { listener, late.s } };
	fails(WSAENOTSOCK, select(0, NULL, NULL, &set, NULL), "another closes one on whose exceptions it waits");
	is_int(0, set.fd_count, "...the set is empty");
	task_end(task, 5000);
	closesocket(listener);
}

/* A set of another size than this file's. */
static fd_set *large_set(unsigned count)
{
	fd_set *set = malloc(offsetof(fd_set, fd_array) + count * sizeof(SOCKET));

	if (!set)
		bail("no memory for a set");
	set->fd_count = count;
	return set;
}

/* Many sockets, of which the last has something to read; some of descriptors that no POSIX fd_set holds. */
static void many(void)
{
	enum { COUNT = MANY };
	fd_set *read = large_set(COUNT), *write = large_set(COUNT);
	struct timeval time = { 2, 0 };
	struct sockaddr_storage address;
	SOCKET sender = new_socket(AF_INET, SOCK_DGRAM);
	int length;

#ifdef __linux__
	struct rlimit limit;
	int above = -1;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max < MANY + 2000) {
		skip(5, "no more than %lu descriptors are allowed", (unsigned long)limit.rlim_max);
		return;
	}
	limit.rlim_cur = MANY + 2000;
	setrlimit(RLIMIT_NOFILE, &limit);
	above = fcntl(0, F_DUPFD_CLOEXEC, 1500);
	close(above);
#endif
	for (int i = 0; i < COUNT; i++) {
		SOCKET s = secluded_socket(&address, &length);

#ifdef __linux__
		if (i % 2) { /* under a high number; it is adopted there */
			int high = fcntl((int)s, F_DUPFD_CLOEXEC, 1500);

			closesocket(s);
			s = (SOCKET)high;
		}
#endif
		read->fd_array[i] = s;
	}
	memcpy(write, read, offsetof(fd_set, fd_array) + COUNT * sizeof(SOCKET));
	sendto(sender, "x", 1, 0, (struct sockaddr *)&address, length);
	is_int(1, select(0, read, NULL, NULL, &time), "one of %d sockets", MANY);
	is_int(1, read->fd_count, "...is left");
	is_hex(*(write->fd_array + COUNT - 1), read->fd_array[0], "...the last one");
#ifdef __linux__
	ok(read->fd_array[0] > 1024, "...whose number is above 1024");
	is_int(COUNT, select(0, NULL, write, NULL, &time), "all are writable");
#endif
	write->fd_count = COUNT;
	for (int i = 0; i < COUNT; i++)
		closesocket(write->fd_array[i]);
	closesocket(sender);
	free(read);
	free(write);
}

#ifdef __linux__
/* More places than descriptors are allowed, which is as many as poll(2) takes at a time. */
static void more_than_descriptors(void)
{
	struct rlimit limit, before;
	struct timeval time = { 0, 0 };
	fd_set *read = large_set(300), *write = large_set(300);
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < 300; i++) {
		read->fd_array[i] = pair[i % 2];
		write->fd_array[i] = pair[i % 3 % 2];
	}
	is_int(2, select(0, read, write, NULL, &time), "six hundred places, 64 descriptors being allowed");
	is_int(0, read->fd_count, "...none to read");
	ok(write->fd_count == 2 && write->fd_array[0] == pair[0] && write->fd_array[1] == pair[1],
	   "...two to write");
	setrlimit(RLIMIT_NOFILE, &before);
	close_pair(pair);
	free(read);
	free(write);
}
#endif

struct attempt {
	int set;
	void *pointer;
	fd_set *good;
	int result, error;
};

static void attempt(void *argument)
{
	struct attempt *try = argument;
	struct timeval time = { 0, 0 };
	fd_set *sets[3] = { try->good, try->good, try->good };

	WSASetLastError(0);
	if (try->set < 3)
		sets[try->set] = try->pointer;
	try->result = select(0, sets[0], sets[1], sets[2], try->set < 3 ? &time : try->pointer);
	try->error = WSAGetLastError();
}

static void pointers(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	for (int set = 0; set < 4; set++)
		for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
			fd_set good = { 1, { s } };
			struct attempt try = { set, bad->pointer, &good, 0, 0 };
			bool crashed;

			if (!bad->pointer)
				continue; /* which is no set, and no time-out */
			wine_todo("Wine uses bad pointers");
			crashed = crashes(attempt, &try);
			is_string("WSAEFAULT", crashed ? "a crash" : error_name(try.error), "%s %d: %s",
				  set < 3 ? "set" : "time-out", set, bad->name);
			todo_end();
		}
	/* A set whose count says more than there is memory for. */
	fd_set *edge = (fd_set *)before_bad_page(offsetof(fd_set, fd_array) + sizeof(SOCKET));
	struct attempt try = { 0, edge, NULL, 0, 0 };

	edge->fd_array[0] = s;
	edge->fd_count = 1;
	attempt(&try);
	is_int(0, try.result, "a set that ends before a bad page");
	edge->fd_array[0] = s;
	edge->fd_count = 2;
	wine_todo("Wine uses bad pointers");
	is_string("WSAEFAULT", crashes(attempt, &try) ? "a crash" : error_name(try.error),
		  "one whose count goes beyond it");
	edge->fd_count = 0xffffffff;
	is_string("WSAEFAULT", crashes(attempt, &try) ? "a crash" : error_name(try.error),
		  "one with the greatest count");
	todo_end();
	closesocket(s);
}

int main(void)
{
	plan_lazy();
	macros();
	winsock_start();
	errors();
	fresh();
	reading();
	connects();
	time_outs();
	several();
	again();
	not_readable();
	meanwhile();
#ifdef __linux__
	more_than_descriptors();
#endif
	many();
	pointers();
	winsock_end();
	return done();
}
