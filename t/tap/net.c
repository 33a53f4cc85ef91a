/* What many tests need of sockets, memory, threads, time and processes. */
#define _GNU_SOURCE /* pipe2 */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mman.h>
#include <sys/wait.h>
#else
#include <windows.h>
#include <io.h>
#include <process.h>
#endif

enum { PAGE = 4096, REGION = 65536 }; /* Windows reserves memory in regions */

void winsock_start(void)
{
	WSADATA data;
	int error = WSAStartup(MAKEWORD(2, 2), &data);

	if (error)
		bail("WSAStartup: %s", error_name(error));
}

void winsock_end(void)
{
	if (WSACleanup() != 0)
		bail("WSACleanup: %s", error_name(WSAGetLastError()));
}

#define WORDS(text)                                                                                          \
	do {                                                                                                 \
		va_list arguments;                                                                           \
		va_start(arguments, format);                                                                 \
		vsnprintf((text), sizeof(text), format, arguments);                                          \
		va_end(arguments);                                                                           \
	} while (0)

bool succeeds(int result, const char *format, ...)
{
	int error = WSAGetLastError();
	bool passed = result == 0;
	char what[256];

	WORDS(what);
	if (!ok(passed, "%s", what))
		diag("  expected 0, saw %d and %s", result, error_name(error));
	return passed;
}

bool fails(int expected, int result, const char *format, ...)
{
	int error = WSAGetLastError();
	bool passed = result == SOCKET_ERROR && error == expected;
	char what[256];

	WORDS(what);
	if (!ok(passed, "%s", what))
		diag("  expected -1 and %s, saw %d and %s", error_name(expected), result, error_name(error));
	return passed;
}

const char *outcome(int result)
{
	return result == SOCKET_ERROR ? error_name(WSAGetLastError()) : "success";
}

static void must(bool done, const char *what)
{
	if (!done)
		bail("%s: %s", what, error_name(WSAGetLastError()));
}

SOCKET new_socket(int family, int type)
{
	SOCKET s = socket(family, type, 0);

	must(s != INVALID_SOCKET, "socket");
	return s;
}

SOCKET secluded_socket(struct sockaddr_storage *address, int *length)
{
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	memset(address, 0, sizeof *address);
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(0x7f4d0001); /* 127.77.0.1 */
	*length = sizeof *in;
	must(bind(s, (struct sockaddr *)address, *length) == 0, "bind");
	must(getsockname(s, (struct sockaddr *)address, length) == 0, "getsockname");
	return s;
}

SOCKET bound_socket(int family, int type, struct sockaddr_storage *address, int *length)
{
	SOCKET s = new_socket(family, type);

	memset(address, 0, sizeof *address);
	address->ss_family = family;
	if (family == AF_INET6) {
		((struct sockaddr_in6 *)address)->sin6_addr.s6_addr[15] = 1;
		*length = sizeof(struct sockaddr_in6);
	} else {
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*length = sizeof(struct sockaddr_in);
	}
	must(bind(s, (struct sockaddr *)address, *length) == 0, "bind");
	must(getsockname(s, (struct sockaddr *)address, length) == 0, "getsockname");
	return s;
}

SOCKET listening_socket(int family, struct sockaddr_storage *address, int *length)
{
	SOCKET s = bound_socket(family, SOCK_STREAM, address, length);

	must(listen(s, 5) == 0, "listen");
	return s;
}

void tcp_pair(int family, SOCKET pair[2])
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = listening_socket(family, &address, &length);

	pair[0] = new_socket(family, SOCK_STREAM);
	must(connect(pair[0], (struct sockaddr *)&address, length) == 0, "connect");
	pair[1] = accept(listener, NULL, NULL);
	must(pair[1] != INVALID_SOCKET, "accept");
	closesocket(listener);
}

void udp_pair(int family, SOCKET pair[2])
{
	struct sockaddr_storage address[2];
	int length, i;

	for (i = 0; i < 2; i++)
		pair[i] = bound_socket(family, SOCK_DGRAM, &address[i], &length);
	for (i = 0; i < 2; i++)
		must(connect(pair[i], (struct sockaddr *)&address[!i], length) == 0, "connect");
}

void close_pair(SOCKET pair[2])
{
	closesocket(pair[0]);
	closesocket(pair[1]);
}

bool is_writable(SOCKET s, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s, &set);
	return select(0, NULL, &set, NULL, &time) == 1;
}

const char *option_set(SOCKET s, int level, int option, DWORD value)
{
	return outcome(setsockopt(s, level, option, (const char *)&value, sizeof value));
}

const char *option_get(SOCKET s, int level, int option)
{
	DWORD value = 0xdead;
	int length = sizeof value;

	if (getsockopt(s, level, option, (char *)&value, &length))
		return outcome(SOCKET_ERROR);
	return words("%lu", (unsigned long)value);
}

void find_extension(GUID name, void *function)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	DWORD bytes;

	if (WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &name, sizeof name, function, sizeof(FARPROC),
		     &bytes, NULL, NULL))
		bail("no such extension: %s", error_name(WSAGetLastError()));
	closesocket(s);
}

unsigned short free_port(int family, int type)
{
	struct sockaddr_storage address;
	int length;

	closesocket(bound_socket(family, type, &address, &length));
	return ntohs(((struct sockaddr_in *)&address)->sin_port); /* sin6_port stands at the same place */
}

enum access { READ_WRITE, READ_ONLY, NOTHING };

static void protect(char *memory, enum access access)
{
#ifdef __linux__
	static const int protection[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE };

	if (mprotect(memory, PAGE, protection[access]) < 0)
		bail("mprotect: %s", strerror(errno));
#else
	static const DWORD protection[] = { PAGE_READWRITE, PAGE_READONLY, PAGE_NOACCESS };
	DWORD old;

	if (!VirtualProtect(memory, PAGE, protection[access], &old))
		bail("VirtualProtect: %lu", GetLastError());
#endif
}

static char *new_region(void)
{
#ifdef __linux__
	char *memory = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
#else
	char *memory = VirtualAlloc(NULL, REGION, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

	if (!memory)
		bail("VirtualAlloc: %lu", GetLastError());
#endif
	return memory;
}

/* Linux puts nothing so low unless it is told to; libraries that are loaded later fill any hole. */
static char *unmapped_page(void)
{
#ifdef __linux__
	return (char *)0x11000;
#else
	char *memory = new_region();

	VirtualFree(memory + PAGE, PAGE, MEM_DECOMMIT);
	return memory + PAGE;
#endif
}

static char *protected_page(void)
{
	char *memory = new_region() + PAGE;

	protect(memory, NOTHING);
	return memory;
}

const struct bad_pointer *bad_pointers(void)
{
	static struct bad_pointer list[] = {
		{ "NULL", NULL },
		{ "1", (char *)1 },
		{ "an unmapped page", NULL },
		{ "a protected page", NULL },
		{ "the byte before a protected page", NULL },
		{ NULL, NULL },
	};

	if (!list[2].pointer) {
		list[2].pointer = unmapped_page();
		list[3].pointer = protected_page();
		list[4].pointer = before_bad_page(1);
	}
	return list;
}

#ifdef __linux__
bool crashes(void (*function)(void *), void *argument)
{
	function(argument);
	return false;
}
#else
static void *crash_point[5]; /* what __builtin_setjmp needs: it unwinds no frames of Wine's */

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *exception)
{
	if (exception->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION)
		__builtin_longjmp(crash_point, 1);
	return EXCEPTION_CONTINUE_SEARCH;
}

bool crashes(void (*function)(void *), void *argument)
{
	PVOID handler = AddVectoredExceptionHandler(TRUE, on_exception);
	volatile bool crashed = true;

	if (!__builtin_setjmp(crash_point)) {
		function(argument);
		crashed = false;
	}
	RemoveVectoredExceptionHandler(handler);
	return crashed;
}
#endif

char *before_bad_page(size_t size)
{
	if (size > PAGE)
		bail("before_bad_page: %lu bytes are more than a page", (unsigned long)size);
	return protected_page() - size;
}

char *read_only_page(void)
{
	char *memory = new_region();

	protect(memory, READ_ONLY);
	return memory;
}

struct task {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool ended;
	void (*function)(void *);
	void *argument;
	struct task *next;
};

static struct task *left_alone; /* threads that still use their tasks */

static void *run_task(void *argument)
{
	struct task *task = argument;

	task->function(task->argument);
	pthread_mutex_lock(&task->mutex);
	task->ended = true;
	pthread_cond_signal(&task->changed);
	pthread_mutex_unlock(&task->mutex);
	return NULL;
}

struct task *task_start(void (*function)(void *), void *argument)
{
	struct task *task = calloc(1, sizeof *task);
	int error;

	if (!task)
		bail("no memory for a task");
	pthread_mutex_init(&task->mutex, NULL);
	pthread_cond_init(&task->changed, NULL);
	task->function = function;
	task->argument = argument;
	error = pthread_create(&task->thread, NULL, run_task, task);
	if (error)
		bail("pthread_create: %s", strerror(error));
	return task;
}

bool task_end(struct task *task, int milliseconds)
{
	struct timespec end;
	bool ended;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += milliseconds / 1000;
	end.tv_nsec += milliseconds % 1000 * 1000000L;
	if (end.tv_nsec >= 1000000000L) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&task->mutex);
	while (!task->ended && pthread_cond_timedwait(&task->changed, &task->mutex, &end) == 0)
		;
	ended = task->ended;
	pthread_mutex_unlock(&task->mutex);
	if (!ended) {
		pthread_detach(task->thread);
		task->next = left_alone;
		left_alone = task;
		return false;
	}
	pthread_join(task->thread, NULL);
	pthread_cond_destroy(&task->changed);
	pthread_mutex_destroy(&task->mutex);
	free(task);
	return true;
}

void sleep_ms(int milliseconds)
{
	struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000L };

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

long long now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

void set_environment(const char *name, const char *value)
{
#ifdef __linux__
	if (value ? setenv(name, value, 1) : unsetenv(name))
		bail("setenv %s: %s", name, strerror(errno));
#else
	if (_putenv_s(name, value ? value : ""))
		bail("_putenv_s %s", name);
#endif
}

#ifdef __linux__
static long spawn(const char *argument)
{
	char program[4096] = ""; /* by its path, since valgrind runs no /proc/self/exe */
	char *arguments[] = { program, (char *)argument, NULL };
	pid_t child;

	if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		execv(*arguments, arguments);
		_exit(127);
	}
	return child;
}

static int wait_for(long child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			bail("waitpid: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int make_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC);
}
#else
static intptr_t spawn(const char *argument)
{
	char program[MAX_PATH];

	GetModuleFileNameA(NULL, program, sizeof program);
	return _spawnl(_P_NOWAIT, program, "test", argument, NULL);
}

static int wait_for(intptr_t child)
{
	int status;

	_cwait(&status, child, 0);
	return status >= 0 && status < 128 ? status : 128; /* else it is an exception's number */
}

static int make_pipe(int ends[2])
{
	return _pipe(ends, PAGE, _O_BINARY | _O_NOINHERIT);
}
#endif

/* With these as its stdin, stdout and stderr; -1 is what this program has. */
static long long spawn_with(const char *argument, const int standard[3])
{
	int saved[3], i;
	long long child;

	fflush(stdout);
	for (i = 0; i < 3; i++) {
		saved[i] = -1;
		if (standard[i] >= 0) {
			saved[i] = dup(i);
			dup2(standard[i], i);
		}
	}
	child = spawn(argument);
	for (i = 0; i < 3; i++) {
		if (standard[i] >= 0) {
			dup2(saved[i], i);
			close(saved[i]);
		}
	}
	if (child < 0)
		bail("this program could not be run again: %s", strerror(errno));
	return child;
}

int run_again(const char *argument, char *output, size_t size)
{
	int ends[2];
	char extra[256];
	size_t seen = 0;
	long long child;

	if (make_pipe(ends) < 0)
		bail("pipe: %s", strerror(errno));
	child = spawn_with(argument, (int[3]){ -1, ends[1], ends[1] });
	close(ends[1]);
	for (;;) { /* to the end, so that the child never waits for room */
		bool room = seen + 1 < size;
		int got = read(ends[0], room ? output + seen : extra, room ? size - 1 - seen : sizeof extra);

		if (got <= 0)
			break;
		if (room)
			seen += got;
	}
	close(ends[0]);
	output[seen] = '\0';
	return wait_for(child);
}

struct program {
	long long child;
	int in, out;
};

struct program *program_start(const char *argument)
{
	struct program *program = calloc(1, sizeof *program);
	int in[2], out[2];

	if (!program || make_pipe(in) < 0 || make_pipe(out) < 0)
		bail("no pipes for a program: %s", strerror(errno));
	program->child = spawn_with(argument, (int[3]){ in[0], out[1], -1 });
	close(in[0]);
	close(out[1]);
	program->in = in[1];
	program->out = out[0];
	return program;
}

unsigned long program_id(const struct program *program)
{
#ifdef __linux__
	return (unsigned long)program->child;
#else
	return GetProcessId((HANDLE)(intptr_t)program->child);
#endif
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		int now = write(fd, bytes, size);

		if (now <= 0)
			return false;
		bytes += now;
		size -= now;
	}
	return true;
}

static bool read_all(int fd, char *bytes, size_t size)
{
	while (size > 0) {
		int now = read(fd, bytes, size);

		if (now <= 0)
			return false;
		bytes += now;
		size -= now;
	}
	return true;
}

bool program_write(struct program *program, const void *bytes, size_t size)
{
	return write_all(program->in, bytes, size);
}

bool program_read(struct program *program, void *bytes, size_t size)
{
	return read_all(program->out, bytes, size);
}

int program_end(struct program *program)
{
	int status;

	close(program->in);
	status = wait_for(program->child);
	close(program->out);
	free(program);
	return status;
}

bool parent_read(void *bytes, size_t size)
{
#ifndef __linux__
	_setmode(0, _O_BINARY);
#endif
	return read_all(0, bytes, size);
}

bool parent_write(const void *bytes, size_t size)
{
#ifndef __linux__
	_setmode(1, _O_BINARY);
#endif
	return write_all(1, bytes, size);
}
