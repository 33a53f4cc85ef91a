/* Many threads at once open, use, adopt and close sockets, some of them the same ones.
 *
 * WSC_SECONDS says for how long; 3 if it is not set. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include "kernel.h"
#include "net.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, SHARED = 4, LASTING = 4 };

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
enum wrong { RESULT, TIMES, KERNEL_TIMES, ERROR, BUFFER, WRONGS };
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

	switch (next(seed) % 9) {
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
		may("recv from a shared socket", recv(s, &byte, 1, 0));
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
	default:
		fresh = socket(AF_INET, next(seed) % 4 ? SOCK_STREAM : SOCK_DGRAM, 0);
		ioctlsocket(fresh, FIONBIO, &on);
		s = atomic_exchange(place, fresh);
		must("closesocket of a shared socket", closesocket(s));
		break;
	}
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
	static void (*const kinds[])(unsigned *) = { own, adopt, share, share, share, last };
	unsigned seed = 0x9e3779b9u * (unsigned)(1 + (size_t)argument);

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
	};
	const char *seconds = getenv("WSC_SECONDS");
	struct task *tasks[THREADS];
	int before, hanging = 0;
	u_long on = 1;

	plan_lazy();
	winsock_start();
	before = count_descriptors();
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
