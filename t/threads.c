/* Many threads at once open, use, adopt and close sockets, some of them the same ones. What goes over a
 * connection says whose it is.
 *
 * WSC_SECONDS says for how long; 3 if it is not set. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <afunix.h>
#include <mstcpip.h>

#include "kernel.h"
#include "net.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8, SHARED = 4, LASTING = 4, MEETING = 4, WAITING_MOST = 5 };

#ifdef __SANITIZE_THREAD__
/* That a stale number meets another socket is what this test is about. Of memory, which is what
 * else is watched, these calls touch nothing but the descriptor and a byte of their caller's. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:^recv$\nrace:^close$\n";
}
#endif

static atomic_bool stop;
static _Atomic SOCKET shared[SHARED]; /* closed by one thread while others use them */
static SOCKET lasting[LASTING];       /* used by all, and open until the end */
static atomic_long operations;

/* The first wrong results of each kind, and how many there were. */
enum wrong { RESULT, TIMES, KERNEL_TIMES, ERROR, BUFFER, FOREIGN, HANGS, WRONGS };
static atomic_int wrong[WRONGS];
static char first_wrong[WRONGS][128];

static void note(enum wrong kind, const char *what, long expected, long seen)
{
	if (atomic_fetch_add(&wrong[kind], 1) == 0)
		snprintf(first_wrong[kind], sizeof first_wrong[kind], "%s: expected %ld, saw %ld", what,
			 expected, seen);
}

static void must(const char *what, int result)
{
	atomic_fetch_add_explicit(&operations, 1, memory_order_relaxed);
	if (result != 0)
		note(RESULT, what, 0, WSAGetLastError());
}

static void same(enum wrong kind, const char *what, long expected, long seen)
{
	atomic_fetch_add_explicit(&operations, 1, memory_order_relaxed);
	if (expected != seen)
		note(kind, what, expected, seen);
}

/* A socket that others use and close: the call works, or says that there is no such socket, or
 * something of the sort that a socket in its state may say. */
static void may(const char *what, int result)
{
	static const int possible[] = { WSAENOTSOCK,     WSAENOTCONN, WSAEWOULDBLOCK, WSAECONNRESET,
					WSAECONNABORTED, WSAEINTR,    WSAENOPROTOOPT, WSAEINVAL };
	int error = WSAGetLastError();

	atomic_fetch_add_explicit(&operations, 1, memory_order_relaxed);
	if (result >= 0)
		return;
	for (size_t i = 0; i < sizeof possible / sizeof *possible; i++)
		if (error == possible[i])
			return;
	note(ERROR, what, 0, error);
}

static unsigned next(unsigned *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static int set(SOCKET s, int level, int name, DWORD value)
{
	return setsockopt(s, level, name, (char *)&value, sizeof value);
}

static long get(SOCKET s, int level, int name)
{
	DWORD value = 0;
	int length = sizeof value;

	return getsockopt(s, level, name, (char *)&value, &length) == 0 ? (long)value : -WSAGetLastError();
}

static int set_any(SOCKET s, int which)
{
	return which ? set(s, SOL_SOCKET, SO_RCVTIMEO, 60000) : set(s, SOL_SOCKET, SO_SNDBUF, 100000);
}

/* A socket of the thread's own: whatever the others do, it has what was set on it. */
static void own(unsigned *seed)
{
	DWORD idle = 1 + next(seed) % 32767, interval = 1 + next(seed) % 32767,
	      buffer = 5000 + next(seed) % 60000;
	bool on = next(seed) % 2;
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	struct tcp_keepalive values = { 1, idle * 1000, interval * 1000 };
	DWORD bytes;

	if (s == INVALID_SOCKET) {
		note(RESULT, "socket", 0, WSAGetLastError());
		return;
	}
	same(TIMES, "SO_KEEPALIVE of a fresh socket", 0, get(s, SOL_SOCKET, SO_KEEPALIVE));
	same(TIMES, "TCP_KEEPCNT of a fresh socket", 10, get(s, IPPROTO_TCP, TCP_KEEPCNT));
	if (on) {
		must("SIO_KEEPALIVE_VALS",
		     WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL));
	} else {
		must("TCP_KEEPIDLE", set(s, IPPROTO_TCP, TCP_KEEPIDLE, idle));
		must("TCP_KEEPINTVL", set(s, IPPROTO_TCP, TCP_KEEPINTVL, interval));
	}
	must("SO_RCVBUF", set(s, SOL_SOCKET, SO_RCVBUF, buffer));
	same(TIMES, "SO_KEEPALIVE", on, get(s, SOL_SOCKET, SO_KEEPALIVE));
	same(TIMES, "TCP_KEEPIDLE", idle, get(s, IPPROTO_TCP, TCP_KEEPIDLE));
	same(TIMES, "TCP_KEEPINTVL", interval, get(s, IPPROTO_TCP, TCP_KEEPINTVL));
	same(KERNEL_TIMES, "the kernel's idle time", idle, kernel_get(s, KERNEL_TCP, KERNEL_KEEPIDLE));
	same(KERNEL_TIMES, "the kernel's interval", interval, kernel_get(s, KERNEL_TCP, KERNEL_KEEPINTVL));
	same(BUFFER, "SO_RCVBUF", buffer, get(s, SOL_SOCKET, SO_RCVBUF));
	must("SO_KEEPALIVE set", set(s, SOL_SOCKET, SO_KEEPALIVE, !on));
	same(TIMES, "SO_KEEPALIVE after it", !on, get(s, SOL_SOCKET, SO_KEEPALIVE));
	same(KERNEL_TIMES, "the kernel's switch", !on, kernel_get(s, KERNEL_SOL_SOCKET, KERNEL_SO_KEEPALIVE));
	if (next(seed) % 4)
		must("closesocket", closesocket(s));
	else
		kernel_close(s); /* behind the library's back, which leaves the note as it is */
}

/* One that POSIX calls make, with keep-alive or without. */
static void adopt(unsigned *seed)
{
	int idle = 1 + (int)(next(seed) % 32767);
	bool on = next(seed) % 2;
	SOCKET s = (SOCKET)kernel_socket(2, 1);

	kernel_set(s, KERNEL_TCP, KERNEL_KEEPIDLE, idle);
	kernel_set(s, KERNEL_SOL_SOCKET, KERNEL_SO_KEEPALIVE, on);
	same(TIMES, "SO_KEEPALIVE of an adopted socket", on, get(s, SOL_SOCKET, SO_KEEPALIVE));
	if (on)
		same(TIMES, "TCP_KEEPIDLE of an adopted socket", idle, get(s, IPPROTO_TCP, TCP_KEEPIDLE));
	must("SO_KEEPALIVE set on an adopted socket", set(s, SOL_SOCKET, SO_KEEPALIVE, 1));
	same(KERNEL_TIMES, "its idle time", on ? idle : 7200, kernel_get(s, KERNEL_TCP, KERNEL_KEEPIDLE));
	must("closesocket of an adopted socket", closesocket(s));
}

/* The same few for all. What is done to them may meet another socket of the same number by the
 * time it is done, as it may on Windows; so it is nothing that own() and adopt() look at. */
static void share(unsigned *seed)
{
	_Atomic SOCKET *place = &shared[next(seed) % SHARED];
	SOCKET s = *place, fresh;
	struct timeval soon = { 0, next(seed) % 2 * 2000 };
	WSAPOLLFD polled[2] = { { .fd = s, .events = POLLIN }, { .fd = lasting[0], .events = POLLIN } };
	u_long on = 1;
	fd_set sets[2];
	char byte;

	switch (next(seed) % 10) {
	case 0:
		may("SO_KEEPALIVE of a shared socket", (int)get(s, SOL_SOCKET, SO_KEEPALIVE) < -1 ? -1 : 0);
		break;
	case 1:
		may("SO_RCVTIMEO of a shared socket", set(s, SOL_SOCKET, SO_RCVTIMEO, 1 + next(seed) % 1000));
		break;
	case 2:
		may("SO_ERROR of a shared socket", (int)get(s, SOL_SOCKET, SO_ERROR) < -1 ? -1 : 0);
		break;
	case 3:
		may("recv from a shared socket", recv(s, &byte, 1, MSG_PEEK));
		break;
	case 4:
		for (int i = 0; i < 2; i++) {
			FD_ZERO(&sets[i]);
			FD_SET(s, &sets[i]);
		}
		may("select of a shared socket", select(0, &sets[0], &sets[1], NULL, &soon));
		break;
	case 7:
		may("WSAPoll of a shared socket", WSAPoll(polled, 2, (int)(next(seed) % 3)));
		break;
	case 5:
		may("FIONREAD of a shared socket", ioctlsocket(s, FIONREAD, &on));
		break;
	case 6:
		may("SO_DONTLINGER of a shared socket", set(s, SOL_SOCKET, SO_DONTLINGER, 1));
		break;
	case 8:
		fresh = socket(AF_INET, next(seed) % 2 ? SOCK_STREAM : SOCK_DGRAM, 0);
		must("closesocket of a fresh socket", closesocket(fresh));
		break;
	default:
		fresh = socket(AF_INET, next(seed) % 4 ? SOCK_STREAM : SOCK_DGRAM, 0);
		if (next(seed) % 2) /* or whoever comes first is the first to meet it */
			ioctlsocket(fresh, FIONBIO, &on);
		s = atomic_exchange(place, fresh);
		must("closesocket of a shared socket", closesocket(s));
		break;
	}
}

/* What goes over a connection, in both directions. */
struct message {
	unsigned long long connection;
	unsigned number, side;
};
static _Atomic unsigned long long connections;

/* Calls on connections of a thread's own have to do all that they are asked, but that another thread may have
 * meant a shared socket of this number when it set SO_RCVTIMEO. */
static bool hear(const char *what, SOCKET s, unsigned long long connection, unsigned number, unsigned side)
{
	struct message message = { 0 };
	int size = 0;

	while (size < (int)sizeof message) {
		int more = recv(s, (char *)&message + size, (int)sizeof message - size, 0);

		atomic_fetch_add_explicit(&operations, 1, memory_order_relaxed);
		if (more < 0 && (WSAGetLastError() == WSAETIMEDOUT || WSAGetLastError() == WSAEWOULDBLOCK))
			continue;
		if (more <= 0) {
			note(RESULT, what, 0, more < 0 ? WSAGetLastError() : -1);
			return false;
		}
		size += more;
	}
	same(FOREIGN, what, (long)connection, (long)message.connection);
	same(FOREIGN, what, (long)number, (long)message.number);
	same(FOREIGN, what, (long)side, (long)message.side);
	return true;
}

static void talk(const char *what, SOCKET pair[2], unsigned *seed)
{
	unsigned long long connection = ++connections;
	unsigned rounds = 1 + next(seed) % 4, told = 1 + next(seed) % 4;
	fd_set set;

	for (unsigned round = 0; round < rounds; round++)
		for (unsigned side = 0; side < 2; side++) {
			for (unsigned number = 0; number < told; number++) {
				struct message message = { connection, number, side };

				same(RESULT, what, sizeof message,
				     send(pair[side], (char *)&message, sizeof message, 0));
			}
			if (next(seed) % 4 == 0) {
				FD_ZERO(&set);
				FD_SET(pair[!side], &set);
				same(RESULT, "select of a connection", 1, select(0, &set, NULL, NULL, NULL));
			}
			if (next(seed) % 4 == 0)
				must("SO_RCVTIMEO or SO_SNDBUF of a connection",
				     set_any(pair[side], (int)(next(seed) % 2)));
			for (unsigned number = 0; number < told; number++)
				if (!hear(what, pair[!side], connection, number, side))
					return;
		}
}

static void end_pair(SOCKET pair[2], unsigned *seed)
{
	struct linger reset = { 1, 0 };

	if (next(seed) % 8) /* ports would have to rest after closings in good order */
		must("SO_LINGER", setsockopt(pair[0], SOL_SOCKET, SO_LINGER, (char *)&reset, sizeof reset));
	must("closesocket of a connection", closesocket(pair[0]));
	must("closesocket of its other end", closesocket(pair[1]));
}

static SOCKET listener_at(int family, struct sockaddr_storage *name, int *length, unsigned *seed)
{
	struct sockaddr_un *local = (struct sockaddr_un *)name;
	struct sockaddr_in *in = (struct sockaddr_in *)name;
	SOCKET s = socket(family, SOCK_STREAM, 0);

	memset(name, 0, sizeof *name);
	name->ss_family = (ADDRESS_FAMILY)family;
	if (family == AF_UNIX) {
		*length = sizeof *local;
		snprintf(local->sun_path, sizeof local->sun_path, "/tmp/wsc-threads-%d-%08x%08x",
			 (int)getpid(), next(seed), next(seed));
	} else {
		*length = sizeof *in;
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	if (family != AF_UNIX)
		must("TCP_NODELAY of a listener", set(s, IPPROTO_TCP, TCP_NODELAY, 1));
	must("bind", bind(s, (struct sockaddr *)name, *length));
	must("listen", listen(s, 4));
	if (family != AF_UNIX)
		must("getsockname", getsockname(s, (struct sockaddr *)name, length));
	return s;
}

static void converse_by_stream(int family, unsigned *seed)
{
	const char *what = family == AF_UNIX ? "a connection of AF_UNIX" : "a connection of TCP";
	struct sockaddr_storage name;
	int length;
	SOCKET listener = listener_at(family, &name, &length, seed), pair[2];

	for (unsigned i = 0; i < 4; i++) {
		pair[0] = socket(family, SOCK_STREAM, 0);
		must("connect", connect(pair[0], (struct sockaddr *)&name, length));
		if (family != AF_UNIX) /* the other end inherits it */
			must("TCP_NODELAY", set(pair[0], IPPROTO_TCP, TCP_NODELAY, 1));
		pair[1] = accept(listener, NULL, NULL);
		if (pair[1] == INVALID_SOCKET) {
			note(RESULT, "accept", 0, WSAGetLastError());
			closesocket(pair[0]);
			break;
		}
		talk(what, pair, seed);
		end_pair(pair, seed);
	}
	must("closesocket of a listener", closesocket(listener));
	if (family == AF_UNIX)
		unlink(((struct sockaddr_un *)&name)->sun_path);
}

static void converse(unsigned *seed)
{
	SOCKET pair[2];

	switch (next(seed) % 3) {
	case 0:
		converse_by_stream(AF_INET, seed);
		break;
	case 1:
		converse_by_stream(AF_UNIX, seed);
		break;
	default:
		udp_pair(AF_INET, pair);
		talk("datagrams", pair, seed);
		must("closesocket of datagrams", closesocket(pair[0]));
		must("closesocket of datagrams", closesocket(pair[1]));
		break;
	}
}

/* Sockets for which threads wait while another closes them. That one looks first whether each of them waits
 * in the kernel already, so that what they get can be nothing but this socket's. */
struct meeting {
	pthread_mutex_t lock;
	bool open;
	SOCKET s, other; /* other: the end that nobody waits for; INVALID_SOCKET for a listener */
	struct sockaddr_storage name;
	int length;
	unsigned long long connection;
	long waiting[THREADS]; /* threads, in the order of their own numbers; 0: not there */
};
static struct meeting meetings[MEETING];
static atomic_int waiting;

static void open_meeting(struct meeting *meeting, unsigned *seed)
{
	SOCKET pair[2], listener;
	u_long on = 1;

	meeting->connection = ++connections;
	meeting->other = INVALID_SOCKET;
	switch (next(seed) % 4) {
	case 0:
		meeting->s = listener_at(AF_INET, &meeting->name, &meeting->length, seed);
		break;
	case 1:
		udp_pair(AF_INET, pair);
		meeting->s = pair[0];
		meeting->other = pair[1];
		break;
	case 2:
		listener = listener_at(AF_UNIX, &meeting->name, &meeting->length, seed);
		pair[0] = socket(AF_UNIX, SOCK_STREAM, 0);
		must("connect", connect(pair[0], (struct sockaddr *)&meeting->name, meeting->length));
		pair[1] = accept(listener, NULL, NULL);
		closesocket(listener);
		unlink(((struct sockaddr_un *)&meeting->name)->sun_path);
		meeting->s = pair[0];
		meeting->other = pair[1];
		break;
	default:
		tcp_pair(AF_INET, pair);
		meeting->s = pair[0];
		meeting->other = pair[1];
		break;
	}
	if (meeting->other != INVALID_SOCKET)
		ioctlsocket(meeting->other, FIONBIO, &on);
	meeting->open = true;
}

static void woken(const char *what, int result)
{
	int error = WSAGetLastError();

	if (result < 0 && error != WSAECONNABORTED && error != WSAEINTR && error != WSAENOTSOCK)
		note(ERROR, what, 0, error);
}

static void wait_there(SOCKET s, bool listens, unsigned long long connection, unsigned *seed)
{
	WSAPOLLFD polled = { s, POLLIN, 0 };
	struct message message;
	SOCKET accepted;
	fd_set set;
	int size;

	atomic_fetch_add_explicit(&operations, 1, memory_order_relaxed);
	if (next(seed) % 6 == 0) {
		woken("WSAPoll that waits", WSAPoll(&polled, 1, -1));
	} else if (next(seed) % 3 == 0) {
		FD_ZERO(&set);
		FD_SET(s, &set);
		woken("select that waits", select(0, &set, NULL, NULL, NULL));
	} else if (listens) {
		accepted = accept(s, NULL, NULL);
		woken("accept that waits", accepted == INVALID_SOCKET ? -1 : 0);
		if (accepted != INVALID_SOCKET) {
			size = recv(accepted, (char *)&message, sizeof message, 0);
			if (size == (int)sizeof message)
				same(FOREIGN, "accept that waits", (long)connection,
				     (long)message.connection);
			closesocket(accepted);
		}
	} else {
		size = recv(s, (char *)&message, sizeof message, 0);
		woken("recv that waits", size);
		if (size > 0)
			same(FOREIGN, "recv that waits", (long)connection, (long)message.connection);
	}
}

/* Something for one of those who wait. Under the lock, so that the socket stays. */
static void feed(struct meeting *meeting)
{
	struct message message = { meeting->connection, 0, 0 };
	struct linger reset = { 1, 0 };
	SOCKET s = meeting->other;
	u_long on = 1;

	if (s != INVALID_SOCKET) {
		send(s, (char *)&message, sizeof message, 0);
		return;
	}
	s = socket(AF_INET, SOCK_STREAM, 0);
	ioctlsocket(s, FIONBIO, &on); /* nobody may be accepting */
	connect(s, (struct sockaddr *)&meeting->name, meeting->length);
	send(s, (char *)&message, sizeof message, 0);
	if (meeting->connection % 2)
		setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&reset, sizeof reset);
	closesocket(s);
}

static int count_waiting(struct meeting *meeting, bool in_kernel)
{
	int count = 0;

	pthread_mutex_lock(&meeting->lock);
	for (int i = 0; i < THREADS; i++)
		count += meeting->waiting[i] && !(in_kernel && kernel_waits(meeting->waiting[i]));
	pthread_mutex_unlock(&meeting->lock);
	return count;
}

/* Closes the socket and opens another there, which may get its number while they have not left yet. */
static void close_meeting(struct meeting *meeting, bool reopen, unsigned *seed)
{
	enum { PATIENCE = 20000 };
	struct meeting closing;
	long long end = now_ms() + PATIENCE;

	pthread_mutex_lock(&meeting->lock);
	closing = *meeting;
	meeting->open = false;
	pthread_mutex_unlock(&meeting->lock);
	if (!closing.open)
		return;
	while (count_waiting(meeting, true) && now_ms() < end)
		sleep_ms(1);
	must("closesocket of one that others wait for", closesocket(closing.s));
	if (closing.other != INVALID_SOCKET)
		must("closesocket of its other end", closesocket(closing.other));
	if (reopen && next(seed) % 2)
		converse(seed);
	while (count_waiting(meeting, false) && now_ms() < end)
		sleep_ms(1);
	if (count_waiting(meeting, false))
		note(HANGS, "a call that waits for a closed socket", 0, 1);
	pthread_mutex_lock(&meeting->lock);
	if (reopen && !stop) /* in this order with main */
		open_meeting(meeting, seed);
	pthread_mutex_unlock(&meeting->lock);
}

static __thread int self;

/* Somebody has to be left who does not wait. */
static bool may_wait(void)
{
	if (++waiting <= WAITING_MOST)
		return true;
	waiting--;
	return false;
}

static void meet(unsigned *seed)
{
	struct meeting *meeting = &meetings[next(seed) % MEETING];
	unsigned what = next(seed) % 8;
	unsigned long long connection;
	bool open, listens;
	SOCKET s;

	if (what == 0) {
		close_meeting(meeting, true, seed);
		return;
	}
	pthread_mutex_lock(&meeting->lock);
	open = meeting->open;
	if (open && what < 3)
		feed(meeting);
	open = open && what >= 3 && !stop && may_wait();
	s = meeting->s;
	listens = meeting->other == INVALID_SOCKET;
	connection = meeting->connection;
	if (open)
		meeting->waiting[self] = kernel_thread();
	pthread_mutex_unlock(&meeting->lock);
	if (!open)
		return;
	wait_there(s, listens, connection, seed);
	pthread_mutex_lock(&meeting->lock);
	meeting->waiting[self] = 0;
	pthread_mutex_unlock(&meeting->lock);
	waiting--;
}

/* Those that stay may be switched on and off by anybody. */
static void last(unsigned *seed)
{
	SOCKET s = lasting[next(seed) % LASTING];
	struct tcp_keepalive values = { next(seed) % 2, 3000, 4000 };
	DWORD bytes;
	long seen;

	switch (next(seed) % 4) {
	case 0:
		must("SO_KEEPALIVE of a lasting socket", set(s, SOL_SOCKET, SO_KEEPALIVE, next(seed) % 2));
		break;
	case 1:
		seen = get(s, SOL_SOCKET, SO_KEEPALIVE);
		same(TIMES, "SO_KEEPALIVE of a lasting socket", seen > 0, seen);
		break;
	case 2:
		must("SIO_KEEPALIVE_VALS of a lasting socket",
		     WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL));
		break;
	default:
		seen = get(s, IPPROTO_TCP, TCP_KEEPIDLE);
		same(TIMES, "TCP_KEEPIDLE of a lasting socket", seen == 3 ? 3 : 7200, seen);
		break;
	}
}

static void work(void *argument)
{
	static void (*const kinds[])(unsigned *) = { own,  adopt,    share, share, share,
						     last, converse, meet,  meet };
	unsigned seed = 0x9e3779b9u * (unsigned)(1 + (size_t)argument);

	self = (int)(size_t)argument;

	while (!stop)
		kinds[next(&seed) % (sizeof kinds / sizeof *kinds)](&seed);
}

static int count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

int main(void)
{
	static const char *const kinds[WRONGS] = {
		"every call on a socket of one's own succeeds",
		"keep-alive reads as it was set, on each socket",
		"keep-alive is so in the kernel",
		"a socket closed meanwhile gives no odd error",
		"SO_RCVBUF reads as it was set",
		"no connection brings what belongs to another",
		"no call goes on that waits for a socket which is closed",
	};
	const char *seconds = getenv("WSC_SECONDS");
	struct task *tasks[THREADS];
	int before, hanging = 0;
	unsigned seed = 1;
	u_long on = 1;

	plan_lazy();
	winsock_start();
	before = count_descriptors();
	for (int i = 0; i < MEETING; i++) {
		pthread_mutex_init(&meetings[i].lock, NULL);
		open_meeting(&meetings[i], &seed);
	}
	for (int i = 0; i < LASTING; i++)
		lasting[i] = new_socket(AF_INET, SOCK_STREAM);
	for (int i = 0; i < SHARED; i++) {
		SOCKET s = new_socket(AF_INET, SOCK_STREAM);

		ioctlsocket(s, FIONBIO, &on);
		shared[i] = s;
	}
	for (size_t i = 0; i < THREADS; i++)
		tasks[i] = task_start(work, (void *)i);
	sleep_ms((seconds ? atoi(seconds) : 3) * 1000);
	stop = true;
	for (int i = 0; i < MEETING; i++) /* whoever still waits */
		close_meeting(&meetings[i], false, &seed);
	for (int i = 0; i < THREADS; i++)
		hanging += !task_end(tasks[i], 20000);
	is_int(0, hanging, "every thread comes to its end");
	for (int i = 0; i < WRONGS; i++)
		if (!is_int(0, wrong[i], "%s", kinds[i]))
			diag("%s", first_wrong[i]);
	for (int i = 0; i < LASTING; i++) {
		is_int(kernel_get(lasting[i], KERNEL_SOL_SOCKET, KERNEL_SO_KEEPALIVE),
		       get(lasting[i], SOL_SOCKET, SO_KEEPALIVE), "library and kernel agree about socket %d",
		       i);
		closesocket(lasting[i]);
	}
	for (int i = 0; i < SHARED; i++)
		closesocket(shared[i]);
	is_int(before, count_descriptors(), "no descriptor is left");
	diag("%ld operations", (long)operations);
	winsock_end();
	return done();
}
