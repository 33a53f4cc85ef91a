/* WSAAsyncGetXbyY and WSACancelAsyncRequest: a message to a window says that what was asked for is in the
 * buffer. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "net.h"

#include <stdlib.h>
#include <string.h>

/* A window, and what comes to it. */
enum { MESSAGE = 0x400 + 77, PATIENCE = 20000 };

struct seen {
	WPARAM handle;
	int error, length;
};

#ifdef __MINGW32__

static HWND window;

static void make_window(void)
{
	window = CreateWindowExA(0, "STATIC", "", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
	if (!window)
		skip_all("no window: %lu", GetLastError());
}

static bool next_message(struct seen *seen, int milliseconds)
{
	long long end = now_ms() + milliseconds;
	MSG message;

	do {
		while (PeekMessageA(&message, window, MESSAGE, MESSAGE, PM_REMOVE)) {
			*seen = (struct seen){ message.wParam, WSAGETASYNCERROR(message.lParam),
					       WSAGETASYNCBUFLEN(message.lParam) };
			return true;
		}
		Sleep(2);
	} while (now_ms() < end);
	return false;
}

#else

#include <pthread.h>
#include <time.h>

/* The program's window layer: the library finds its PostMessageA by its name. */
static HWND window = (HWND)0x1234;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t posted = PTHREAD_COND_INITIALIZER;
static struct seen queue[64];
static int first, last, strangers;

BOOL PostMessageA(HWND to, UINT number, WPARAM wide, LPARAM large);
BOOL PostMessageA(HWND to, UINT number, WPARAM wide, LPARAM large)
{
	pthread_mutex_lock(&lock);
	strangers += to != window || number != MESSAGE || (ULONG_PTR)large >> 16 > 0xffff;
	queue[last++ % 64] = (struct seen){ wide, WSAGETASYNCERROR(large), WSAGETASYNCBUFLEN(large) };
	pthread_cond_signal(&posted);
	pthread_mutex_unlock(&lock);
	return TRUE;
}

static void make_window(void)
{
}

static bool next_message(struct seen *seen, int milliseconds)
{
	struct timespec end;
	bool found;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += milliseconds / 1000;
	end.tv_nsec += milliseconds % 1000 * 1000000L;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	pthread_mutex_lock(&lock);
	while (first == last && !pthread_cond_timedwait(&posted, &lock, &end))
		;
	found = first < last;
	if (found)
		*seen = queue[first++ % 64];
	pthread_mutex_unlock(&lock);
	return found;
}

#endif

static char buffer[MAXGETHOSTSTRUCT];

/* The message about this handle: its error. */
static bool ends(HANDLE handle, int error, const char *what)
{
	struct seen seen = { 0, -1, 0 };

	if (!ok(handle != NULL, "%s: a handle", what))
		return false;
	if (!ok(next_message(&seen, PATIENCE), "%s: a message", what))
		return false;
	ok(seen.handle == (WPARAM)handle, "%s: ...about it", what);
	return is_error(error, seen.error, "%s: ...the error", what);
}

static bool inside(const void *pointer)
{
	return (const char *)pointer >= buffer && (const char *)pointer < buffer + sizeof buffer;
}

/* Everything that a structure points to lies in the buffer with it. */
static bool list_inside(char **list)
{
	bool all = inside(list);

	for (; all && *list; list++)
		all = inside(*list);
	return all;
}

static void check_host(const char *what, const char *address)
{
	struct hostent *host = (struct hostent *)(void *)buffer;

	if (!ok(inside(host->h_name) && list_inside(host->h_aliases) && list_inside(host->h_addr_list),
		"%s: all of it is in the buffer", what))
		return;
	is_int(AF_INET, host->h_addrtype, "%s: the family", what);
	is_int(4, host->h_length, "%s: the length", what);
	is_string(address, inet_ntoa(*(struct in_addr *)(void *)host->h_addr_list[0]), "%s: the address",
		  what);
}

static void hosts(void)
{
	static const unsigned char loopback[4] = { 127, 0, 0, 1 };
	char name[32] = "127.0.0.9";
	HANDLE handle;

	handle = WSAAsyncGetHostByName(window, MESSAGE, name, buffer, sizeof buffer);
	memset(name, 'x', sizeof name - 1); /* the name is the program's again */
	if (ends(handle, 0, "a host by its name"))
		check_host("a host by its name", "127.0.0.9");
	handle = WSAAsyncGetHostByName(window, MESSAGE, "localhost", buffer, sizeof buffer);
	if (ends(handle, 0, "localhost"))
		check_host("localhost", "127.0.0.1");
	handle = WSAAsyncGetHostByName(window, MESSAGE, "nosuchhost.invalid", buffer, sizeof buffer);
	ends(handle, WSAHOST_NOT_FOUND, "a host that is none");
	handle = WSAAsyncGetHostByAddr(window, MESSAGE, (const char *)loopback, 4, AF_INET, buffer,
				       sizeof buffer);
	if (ends(handle, 0, "a host by its address"))
		check_host("a host by its address", "127.0.0.1");
	gethostname(name, sizeof name);
	handle = WSAAsyncGetHostByName(window, MESSAGE, name, buffer, sizeof buffer);
	if (ends(handle, 0, "this host's name"))
		ok(list_inside(((struct hostent *)(void *)buffer)->h_addr_list),
		   "this host's name: in the buffer");
}

static void check_service(const char *what, const char *name, const char *transport, int port)
{
	struct servent *service = (struct servent *)(void *)buffer;

	if (!ok(inside(service->s_name) && inside(service->s_proto) && list_inside(service->s_aliases),
		"%s: all of it is in the buffer", what))
		return;
	is_string(name, service->s_name, "%s: the name", what);
	is_string(transport, service->s_proto, "%s: the transport", what);
	is_int(port, ntohs((u_short)service->s_port), "%s: the port", what);
}

static void services(void)
{
	HANDLE handle = WSAAsyncGetServByName(window, MESSAGE, "domain", "udp", buffer, sizeof buffer);

	if (ends(handle, 0, "a service by its name"))
		check_service("a service by its name", "domain", "udp", 53);
	handle = WSAAsyncGetServByName(window, MESSAGE, "telnet", NULL, buffer, sizeof buffer);
	if (ends(handle, 0, "a service of any transport"))
		check_service("a service of any transport", "telnet", "tcp", 23);
	handle = WSAAsyncGetServByPort(window, MESSAGE, htons(25), "tcp", buffer, sizeof buffer);
	if (ends(handle, 0, "a service by its port"))
		check_service("a service by its port", "smtp", "tcp", 25);
	handle = WSAAsyncGetServByName(window, MESSAGE, "nosuchservice", "tcp", buffer, sizeof buffer);
	ends(handle, WSANO_DATA, "a service that is none");
	handle = WSAAsyncGetServByPort(window, MESSAGE, htons(25), "nosuchprotocol", buffer, sizeof buffer);
	ends(handle, WSANO_DATA, "a service of no transport");
}

static void check_protocol(const char *what, const char *name, int number)
{
	struct protoent *protocol = (struct protoent *)(void *)buffer;

	if (!ok(inside(protocol->p_name) && list_inside(protocol->p_aliases),
		"%s: all of it is in the buffer", what))
		return;
	is_string(name, protocol->p_name, "%s: the name", what);
	is_int(number, protocol->p_proto, "%s: the number", what);
}

static void protocols(void)
{
	HANDLE handle = WSAAsyncGetProtoByName(window, MESSAGE, "UDP", buffer, sizeof buffer);

	if (ends(handle, 0, "a protocol by its name"))
		check_protocol("a protocol by its name", "udp", 17);
	handle = WSAAsyncGetProtoByNumber(window, MESSAGE, 6, buffer, sizeof buffer);
	if (ends(handle, 0, "a protocol by its number"))
		check_protocol("a protocol by its number", "tcp", 6);
	handle = WSAAsyncGetProtoByNumber(window, MESSAGE, 2, buffer, sizeof buffer);
	ends(handle, WSANO_DATA, "a protocol that is none");
}

/* Too small a buffer: the message says how large it has to be, and that is enough. */
static void small_buffers(void)
{
	struct seen seen = { 0, 0, 0 };
	HANDLE handle = WSAAsyncGetServByName(window, MESSAGE, "telnet", "tcp", buffer, 8);
	int needed;

	if (!ok(handle && next_message(&seen, PATIENCE), "a buffer of 8 bytes: a message"))
		return;
	is_error(WSAENOBUFS, seen.error, "...the error");
	needed = seen.length;
	ok(needed > (int)sizeof(struct servent) && needed < 200, "...and a size that will do: %d", needed);
	memset(buffer, 0xa5, sizeof buffer);
	handle = WSAAsyncGetServByName(window, MESSAGE, "telnet", "tcp", buffer, needed);
	if (ends(handle, 0, "a buffer of that size"))
		check_service("a buffer of that size", "telnet", "tcp", 23);
	is_hex(0xa5, (unsigned char)buffer[needed], "...beyond which nothing is written");
	handle = WSAAsyncGetServByName(window, MESSAGE, "telnet", "tcp", buffer, needed - 1);
	ends(handle, WSAENOBUFS, "one byte less");
}

/* Several at once: each has a handle of its own and a message of its own. */
static void many(void)
{
	enum { COUNT = 16 };
	static char buffers[COUNT][MAXGETHOSTSTRUCT];
	HANDLE handles[COUNT];
	int same = 0, unknown = 0, failed = 0, messages = 0;
	struct seen seen;

	for (int i = 0; i < COUNT; i++) {
		handles[i] = WSAAsyncGetHostByName(window, MESSAGE, words("127.0.1.%d", i + 1), buffers[i],
						   sizeof buffers[i]);
		for (int j = 0; j < i; j++)
			same += handles[j] == handles[i];
	}
	is_int(0, same, "many at once: no two have the same handle");
	while (messages < COUNT && next_message(&seen, PATIENCE)) {
		int i = 0;

		while (i < COUNT && (WPARAM)handles[i] != seen.handle)
			i++;
		messages++;
		unknown += i == COUNT;
		if (i == COUNT)
			continue;
		failed += seen.error != 0;
		handles[i] = NULL;
		if (!seen.error)
			failed += ((struct hostent *)(void *)buffers[i])->h_addr_list[0][3] != i + 1;
	}
	is_int(COUNT, messages, "...each has a message");
	is_int(0, unknown, "...of its own");
	is_int(0, failed, "...and its answer");
}

static const char wine_handles[] = "Wine cancels nothing, and says that it did";

static void cancelling(void)
{
	HANDLE handle;
	struct seen seen;

	wine_todo(wine_handles);
	fails(WSAEINVAL, WSACancelAsyncRequest(NULL), "WSACancelAsyncRequest of no request");
	fails(WSAEINVAL, WSACancelAsyncRequest((HANDLE)(ULONG_PTR)0xfffe),
	      "...and of a handle that nobody was given");
	todo_end();
	handle = WSAAsyncGetServByName(window, MESSAGE, "telnet", "tcp", buffer, sizeof buffer);
	ends(handle, 0, "a request that is over");
	wine_todo(wine_handles);
	fails(WSAEALREADY, WSACancelAsyncRequest(handle), "...can no longer be cancelled");
	todo_end();
	ok(!next_message(&seen, 50), "...and no message is left");
}

#ifndef __MINGW32__
/* What the program cannot give is told in the message, by the page. */
static void bad_pointers_here(void)
{
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		HANDLE handle;

		if (!bad->pointer)
			continue;
		if (!strncmp(bad->name, "the byte", 8))
			*bad->pointer = 'x';
		handle = WSAAsyncGetHostByName(window, MESSAGE, bad->pointer, buffer, sizeof buffer);
		ends(handle, WSAEFAULT, words("a host's name that is %s", bad->name));
		handle = WSAAsyncGetProtoByNumber(window, MESSAGE, 6, bad->pointer, sizeof buffer);
		ends(handle, WSAEFAULT, words("a buffer that is %s", bad->name));
	}
	ends(WSAAsyncGetServByName(window, MESSAGE, NULL, NULL, buffer, sizeof buffer), WSAEFAULT,
	     "no service");
	ends(WSAAsyncGetHostByAddr(window, MESSAGE, "1234", 4, 99, buffer, sizeof buffer), WSAEAFNOSUPPORT,
	     "a family that does not exist");
	ends(WSAAsyncGetHostByAddr(window, MESSAGE, "1234", 3, AF_INET, buffer, sizeof buffer), WSAEFAULT,
	     "too short an address");
	ends(WSAAsyncGetProtoByNumber(window, MESSAGE, 6, buffer, -1), WSAENOBUFS, "less than no room");
	is_int(0, strangers, "each message is for the window, with the program's number");
}
#endif

int main(void)
{
	plan_lazy();
	make_window();
	winsock_start();
	hosts();
	services();
	protocols();
	small_buffers();
	many();
	cancelling();
#ifndef __MINGW32__
	bad_pointers_here();
#endif
	winsock_end();
	wine_todo("Wine does not ask for WSAStartup");
	ok(!WSAAsyncGetHostByName(window, MESSAGE, "localhost", buffer, sizeof buffer), "before WSAStartup");
	is_error(WSANOTINITIALISED, WSAGetLastError(), "...the error");
	todo_end();
	return done();
}
