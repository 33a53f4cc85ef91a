/* Queued data where there are threads, forks, other families, and less of everything. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <afunix.h>

#include "sendqueue.h"

#include "kernel.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

static int descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = -1; /* the directory's own */

	if (!directory)
		bail("/proc/self/fd cannot be read");
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* Descriptors of queues that are out are closed a moment after the peer has it all. */
static bool descriptors_become(int expected)
{
	long long end = now_ms() + PATIENCE;

	while (descriptors() != expected && now_ms() < end)
		sleep_ms(5);
	return descriptors() == expected;
}

static void unix_pair(SOCKET pair[2])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	SOCKET listener = new_socket(AF_UNIX, SOCK_STREAM);

	snprintf(address.sun_path, sizeof address.sun_path, "/tmp/queued.%d", (int)getpid());
	unlink(address.sun_path);
	pair[0] = new_socket(AF_UNIX, SOCK_STREAM);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1) ||
	    connect(pair[0], (struct sockaddr *)&address, sizeof address))
		bail("AF_UNIX: %s", error_name(WSAGetLastError()));
	pair[1] = accept(listener, NULL, NULL);
	closesocket(listener);
	unlink(address.sun_path);
}

static void other_family(void)
{
	SOCKET pair[2];
	struct reader reader;
	size_t sent;

	unix_pair(pair);
	reader = begin_reader(pair);
	is_int(MUCH, send(pair[0], stream, MUCH, 0), "AF_UNIX: 50 MB are accepted whole");
	sent = fill(pair[0], MUCH, 1 << 20);
	ok(!is_writable(pair[0], 0), "...then it is not writable");
	succeeds(shutdown(pair[0], SD_SEND), "...shutdown");
	fails(WSAESHUTDOWN, send(pair[0], "x", 1, 0), "...send after that");
	is_string("end", read_end(&reader), "...the peer sees the end");
	is_int((long long)sent, (long long)reader.place, "...behind all that was accepted");
	close_pair(pair);

	unix_pair(pair);
	reader = begin_reader(pair);
	send(pair[0], stream, SOME, 0);
	closesocket(pair[0]);
	is_string("end", read_end(&reader), "AF_UNIX: closesocket: the peer sees the end");
	is_int(SOME, (long long)reader.place, "...behind all that was accepted");
	closesocket(pair[1]);
}

/* The descriptor is closed by others, and its number is another socket's. */
static void behind_the_back(void)
{
	SOCKET pair[2], other[2];
	struct reader reader;
	char byte;

	tcp_pair(AF_INET, other);
	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	send(pair[0], stream, SOME, 0);
	dup2((int)other[0], (int)pair[0]);
	closesocket(other[0]);
	is_int(1, send(pair[0], "x", 1, 0), "what has the number now is another socket");
	is_int(1, recv(other[1], &byte, 1, 0), "...with another peer");
	is_string("end", read_end(&reader), "...the peer of the one before sees the end");
	is_int(SOME, (long long)reader.place, "...behind all that was accepted");
	close_pair(pair);
	closesocket(other[1]);
}

/* What a descriptor is, as the kernel names it; NULL if it is none. */
static const char *file_of(int fd)
{
	static char name[256];
	char path[64];
	ssize_t length;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	length = readlink(path, name, sizeof name - 1);
	name[length > 0 ? length : 0] = '\0';
	return length > 0 ? name : NULL;
}

/* Another descriptor for the same. */
static int other_of(int fd)
{
	char name[256];

	snprintf(name, sizeof name, "%s", file_of(fd));
	for (int i = 3; i < 1000; i++)
		if (i != fd && file_of(i) && !strcmp(name, file_of(i)))
			return i;
	bail("no other descriptor for %s", name);
	return -1;
}

static int engine(void)
{
	for (int i = 3; i < 1000; i++)
		if (file_of(i) && strstr(file_of(i), "[eventpoll]"))
			return i;
	bail("no epoll");
	return -1;
}

/* Without the engine's help: select, and then a send that blocks, do it all. */
static void alone(void)
{
	enum { EPOLL_DELETE = 2, PART = 1 << 18 };
	SOCKET pair[2];
	struct reader reader;
	struct task *task;
	bool right = true;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	is_int(MUCH, send(pair[0], stream, MUCH, 0), "50 MB");
	if (syscall(SYS_epoll_ctl, engine(), EPOLL_DELETE, other_of((int)pair[0]), NULL))
		bail("epoll_ctl");
	read_to(&reader, 3 << 20);
	ok(!is_writable(pair[0], 0), "there is room in the kernel, but more to fill it with");
	fails(WSAEWOULDBLOCK, send(pair[0], "x", 1, 0), "...send says the same");
	while (right && reader.place < MUCH / 2)
		right = read_to(&reader, reader.place + PART) && !is_writable(pair[0], 0);
	ok(right, "...and so on, while it is read");
	set_blocking(pair[0], true);
	reader.most = MUCH + SOME;
	task = task_start(read_thread, &reader);
	is_int(SOME, send(pair[0], stream_at(MUCH), SOME, 0), "...a send that blocks sees to the rest");
	ok(task_end(task, PATIENCE) && reader.place == MUCH + SOME && !reader.wrong, "...all of it arrives");
	close_pair(pair);
}

/* Somebody closes all descriptors, and opens others. */
static void others_descriptor(void)
{
	SOCKET pair[2], strangers[2];
	struct reader reader;
	char byte;
	int own;

	tcp_pair(AF_INET, strangers);
	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	send(pair[0], stream, MUCH, 0);
	own = other_of((int)pair[0]);
	dup2((int)strangers[0], own);
	set_option(pair[1], SO_RCVTIMEO, 500);
	is_string("WSAETIMEDOUT", read_end(&reader), "a queue without its descriptor is lost");
	set_blocking(strangers[1], false);
	fails(WSAEWOULDBLOCK, recv(strangers[1], &byte, 1, 0), "...and nobody else gets it");
	close(own);
	close_pair(pair);
	close_pair(strangers);
}

/* Many at once. Some peers never read and go; the others get all of it, in order. */
enum { MANY = 64, EACH = 6 << 20, WRITERS = 4 };
static int used = MANY; /* pairs: valgrind takes its time for each byte */
static SOCKET pairs[MANY][2];
static atomic_int wrong;

static bool is_killed(int i)
{
	return i % 8 == 7;
}

static void write_some(void *argument)
{
	int first = *(int *)argument;
	size_t sent[MANY] = { 0 };
	int left = 0;

	for (int i = first; i < used; i += WRITERS)
		left++;
	while (left) {
		struct timeval time = { PATIENCE / 1000, 0 };
		fd_set set;

		FD_ZERO(&set);
		for (int i = first; i < used; i += WRITERS)
			if (sent[i] < EACH)
				FD_SET(pairs[i][0], &set);
		if (select(0, NULL, &set, NULL, &time) <= 0) {
			wrong++;
			return;
		}
		for (int i = first; i < used; i += WRITERS) {
			int size = 1 << 20, result;

			if (sent[i] >= EACH || !FD_ISSET(pairs[i][0], &set))
				continue;
			result = send(pairs[i][0], stream_at(sent[i]), size, 0);
			if (result == size)
				sent[i] += (size_t)size;
			else if (result > 0 || WSAGetLastError() == WSAEWOULDBLOCK || !is_killed(i))
				wrong++; /* select has called it writable */
			else
				sent[i] = EACH;
			if (sent[i] < EACH)
				continue;
			closesocket(pairs[i][0]); /* with most of it still queued */
			left--;
		}
	}
}

static void read_some(void *argument)
{
	int first = *(int *)argument;

	for (int i = first; i < used; i += WRITERS) {
		struct reader reader = { .s = pairs[i][1] };

		if (is_killed(i))
			read_to(&reader, 100000);
		else if (strcmp(read_end(&reader), "end") || reader.place != EACH)
			wrong++;
		closesocket(pairs[i][1]);
	}
}

static void many(void)
{
	int before = descriptors(), first[WRITERS];
	struct task *tasks[2 * WRITERS];
	bool ended = true;

	if (getenv("VALGRIND_LIB"))
		used = MANY / 8;
	for (int i = 0; i < used; i++) {
		tcp_pair(AF_INET, pairs[i]);
		begin_reader(pairs[i]);
	}
	for (int i = 0; i < WRITERS; i++) {
		first[i] = i;
		tasks[i] = task_start(write_some, &first[i]);
		tasks[WRITERS + i] = task_start(read_some, &first[i]);
	}
	for (int i = 0; i < 2 * WRITERS; i++)
		ended = task_end(tasks[i], 2 * PATIENCE) && ended;
	ok(ended, "%d sockets, 4 threads that send, 4 that receive", used);
	is_int(0, wrong, "...every byte in its place, and no result that should not be");
	ok(descriptors_become(before), "...and no descriptor is left");
}

/* A child neither sends what its parent has queued, nor keeps the connection open. */
static void forked(void)
{
	SOCKET pair[2];
	struct reader reader;
	int status = -1;
	pid_t child;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	send(pair[0], stream, SOME, 0);
	child = fork();
	if (child == 0) {
		int count = descriptors(), more = 0;

		if (!SANITIZED && read_to(&reader, 1000)) { /* it shares the sockets, and may use them */
			SOCKET own[2];

			tcp_pair(AF_INET, own);
			begin_reader(own);
			more = send(own[0], stream, SOME, 0) != SOME;
			closesocket(own[0]);
			reader = (struct reader){ .s = own[1] };
			more += strcmp(read_end(&reader), "end") || reader.place != SOME;
			closesocket(own[1]);
			more += descriptors() != count + 1; /* the engine's */
		}
		closesocket(pair[0]);
		closesocket(pair[1]);
		free(stream);
		exit(more);
	}
	waitpid(child, &status, 0);
	is_int(0, status, "a child that has queues of its own ends well");
	if (!SANITIZED)
		reader.place = 1000;
	closesocket(pair[0]);
	is_string("end", read_end(&reader), "...the parent's queue goes out once");
	is_int(SOME, (long long)reader.place, "...and whole");
	closesocket(pair[1]);
}

static atomic_bool used_enough;

static void use(void *argument)
{
	SOCKET s = *(SOCKET *)argument;

	while (!used_enough)
		set_linger(s, 3);
}

/* A child can go on with a socket that another thread was in the midst of a call on. */
static void forked_in_use(void)
{
	enum { ROUNDS = SANITIZED ? 20 : 100, SECONDS = 10 };
	SOCKET s;
	struct task *task;
	int status = 0;

	if (getenv("VALGRIND_LIB")) {
		skip(2, "a child of a busy thread has seconds to wait for valgrind");
		return;
	}
	s = new_socket(AF_INET, SOCK_STREAM);
	task = task_start(use, &s);
	for (int i = 0; i < ROUNDS && !status; i++) {
		pid_t child = fork();

		if (child == 0) {
			alarm(SECONDS);
			_exit(closesocket(s) ? 1 : 0);
		}
		waitpid(child, &status, 0);
	}
	is_int(0, status, "children close a socket that another thread of their parent's uses");
	used_enough = true;
	ok(task_end(task, PATIENCE), "...which goes on with it");
	closesocket(s);
}

/* The last WSACleanup does not wait for the peer of a socket that does not block; a time to linger is no
 * reason to end the stream in good order without its rest. */
static void cleaned_up(void)
{
	SOCKET pair[2];
	size_t place = 0;
	char buffer[STEP];
	bool right = true;
	ssize_t now;
	int peer;

	tcp_pair(AF_INET, pair);
	begin_reader(pair);
	set_linger(pair[0], 5);
	is_int(SOME, send(pair[0], stream, SOME, 0), "a socket that lingers and does not block");
	peer = dup((int)pair[1]); /* WSACleanup closes the other */
	WSACleanup();
	winsock_start();
	while (place < SOME && right && (now = read(peer, buffer, sizeof buffer)) > 0) {
		right = !memcmp(buffer, stream_at(place), (size_t)now);
		place += (size_t)now;
	}
	is_int(SOME, (long long)place, "...is cleaned up, and all arrives");
	is_int(0, read(peer, buffer, 1), "...and then the end");
	close(peer);
}

/* Where nothing can be queued, a send takes what the kernel takes. */
static void without_descriptors(void)
{
	struct rlimit limit, before;
	SOCKET pair[2];
	struct reader reader;
	int result;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &limit);
	result = send(pair[0], stream, MUCH, 0);
	setrlimit(RLIMIT_NOFILE, &before);
	ok(result > 0 && result < MUCH, "without a descriptor a part is accepted (%d bytes)", result);
	ok(read_to(&reader, (size_t)result), "...which arrives");
	ok(is_writable(pair[0], PATIENCE), "...and it is writable again");
	is_int(MUCH, send(pair[0], stream_at((size_t)result), MUCH, 0), "...and now takes all");
	closesocket(pair[0]);
	is_string("end", read_end(&reader), "...which arrives too");
	is_int((long long)MUCH + result, (long long)reader.place, "...and no more than that");
	closesocket(pair[1]);
}

static void without_memory(void)
{
	struct rlimit limit = { 64 << 20, RLIM_INFINITY }, before;
	SOCKET pair[2];
	struct reader reader;
	int result;

	if (SANITIZED) {
		skip(2, "the sanitizer needs more memory than that");
		return;
	}
	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	getrlimit(RLIMIT_AS, &before);
	limit.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_AS, &limit);
	result = send(pair[0], stream, MUCH, 0);
	setrlimit(RLIMIT_AS, &before);
	if (getenv("VALGRIND_LIB") || result == MUCH)
		skip(1, "memory is not bounded here");
	else
		ok(result > 0 && result < MUCH, "without memory a part is accepted (%d bytes)", result);
	ok(read_to(&reader, (size_t)result), "...which arrives");
	close_pair(pair);
}

/* What cannot be read cannot be queued. */
static void bad_buffer(void)
{
	enum { GOOD = 12 << 20, PAGE = 4096 };
	SOCKET pair[2];
	struct reader reader;
	char *edge = mmap(NULL, GOOD + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int result;

	if (edge == MAP_FAILED || mprotect(edge + GOOD, PAGE, PROT_NONE))
		bail("mmap");
	memcpy(edge, stream, GOOD);
	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	result = send(pair[0], edge, GOOD + 100, 0);
	ok(result > 0 && result <= GOOD, "of a buffer that ends too early a part is accepted (%d bytes)",
	   result);
	ok(read_to(&reader, (size_t)result), "...which arrives");
	close_pair(pair);
	munmap(edge, GOOD + PAGE);
}

/* Signals that arrive in the middle of everything, but never on the library's thread. */
static pthread_t main_thread;
static atomic_int signals, strangers;
static void on_signal(int number)
{
	(void)number;
	signals++;
	if (!pthread_equal(pthread_self(), main_thread))
		strangers++;
}

static void signalled(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	SOCKET pair[2];
	struct reader reader;
	pid_t child;
	sigset_t usr1;

	tcp_pair(AF_INET, pair);
	reader = begin_reader(pair);
	main_thread = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
	send(pair[0], stream, SOME, 0);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL); /* now only another thread could take it */
	kill(getpid(), SIGUSR1);
	ok(read_to(&reader, SOME) && !signals, "the library's thread takes no signal");
	pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	is_int(1, signals, "...the program's does");
	reader.place = 0;
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 300; i++) {
			kill(getppid(), SIGUSR1);
			usleep(500);
		}
		_exit(0);
	}
	for (size_t sent = 0; sent < 10 * (size_t)SOME; sent += SOME) {
		is_int(SOME, send(pair[0], stream_at(sent), SOME, 0), "a send among signals");
		ok(read_to(&reader, sent + SOME), "...arrives");
	}
	waitpid(child, NULL, 0);
	ok(signals > 0 && !strangers, "the signals came to the program's own thread (%d)", signals);
	close_pair(pair);
}

/* The end of a process that has queued something for a peer that does not read. */
static int child(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	SOCKET s;

	winsock_start();
	stream_begin();
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((unsigned short)atoi(port));
	s = new_socket(AF_INET, SOCK_STREAM);
	if (connect(s, (struct sockaddr *)&address, sizeof address))
		bail("connect: %s", error_name(WSAGetLastError()));
	set_blocking(s, false);
	if (send(s, stream, SOME, 0) != SOME)
		bail("send");
	free(stream);
	stream = NULL;
	return 0;
}

struct ending {
	char port[16];
	int status;
	long long end;
};

static void run_child(void *argument)
{
	struct ending *ending = argument;
	char output[256];

	ending->status = run_again(ending->port, output, sizeof output);
	ending->end = now_ms();
}

static void process_ends(const char *wait, bool dies)
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = listening_socket(AF_INET, &address, &length), s;
	struct ending ending;
	struct task *task;
	long long start;

	snprintf(ending.port, sizeof ending.port, "%u", ntohs(((struct sockaddr_in *)&address)->sin_port));
	set_environment("WINSOCK_COMPAT_EXIT_WAIT", wait);
	task = task_start(run_child, &ending);
	s = accept(listener, NULL, NULL);
	start = now_ms();
	if (dies) {
		sleep_ms(100);
		closesocket(s);
	}
	ok(task_end(task, PATIENCE), "ExitWait %s: a process ends whose peer %s", wait,
	   dies ? "is no more" : "does not read");
	is_int(0, ending.status, "...with its own status");
	if (!dies)
		ok(ending.end - start >= atoi(wait) - 200, "...after that time (%lld ms)",
		   ending.end - start);
	if (!dies)
		closesocket(s);
	closesocket(listener);
	set_environment("WINSOCK_COMPAT_EXIT_WAIT", NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argv[1]);
	plan_lazy();
	winsock_start();
	stream_begin();
	without_memory();
	other_family();
	behind_the_back();
	alone();
	others_descriptor();
	many();
	without_descriptors();
	bad_buffer();
	forked();
	forked_in_use();
	cleaned_up();
	signalled();
	process_ends("600", false);
	process_ends("0", false);
	process_ends("60000", true);
	free(stream);
	winsock_end();
	return done();
}
