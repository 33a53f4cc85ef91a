/* The library's own thread, over epoll(7). */
#include "engine.h"

#include "error.h"
#include "sendqueue.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

static void (*const tell[ENGINE_USERS])(uint64_t key, uint32_t events) = {
	[ENGINE_SENDQUEUE] = wsc__sendqueue_tell,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int epoll_fd = -1; /* and a thread that waits for it, or -1 and none */

static void *run(void *argument)
{
	enum { AT_ONCE = 16 };
	int fd = (int)(intptr_t)argument;
	struct epoll_event events[AT_ONCE];

	for (;;) {
		int count = epoll_wait(fd, events, AT_ONCE, -1);

		if (count < 0 && errno != EINTR) /* somebody has closed a descriptor that was not theirs */
			break;
		for (int i = 0; i < count; i++)
			tell[events[i].data.u64 >> ENGINE_KEY_BITS](
				events[i].data.u64 & ((UINT64_C(1) << ENGINE_KEY_BITS) - 1),
				events[i].events);
	}
	pthread_mutex_lock(&lock);
	if (epoll_fd == fd)
		epoll_fd = -1;
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Signals are for the program's own threads. */
static int start_thread(int fd)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int posix_error = pthread_attr_init(&attributes);

	if (posix_error)
		return posix_error;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	posix_error = pthread_create(&thread, &attributes, run, (void *)(intptr_t)fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return posix_error;
}

/* Under the lock. */
static int start(void)
{
	int posix_error, fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return wsc__error_from_errno(errno);
	posix_error = start_thread(fd);
	if (posix_error) {
		close(fd);
		return wsc__error_from_errno(posix_error == EAGAIN ? ENOMEM : posix_error);
	}
	epoll_fd = fd;
	return 0;
}

int wsc__engine_add(int fd, uint32_t events, enum engine_user user, uint64_t key)
{
	struct epoll_event event = { .events = events | EPOLLET,
				     .data.u64 = (uint64_t)user << ENGINE_KEY_BITS | key };
	int error;

	pthread_mutex_lock(&lock);
	error = epoll_fd < 0 ? start() : 0;
	if (!error && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		error = wsc__error_from_errno(errno);
	pthread_mutex_unlock(&lock);
	return error;
}

void wsc__engine_remove(int fd)
{
	pthread_mutex_lock(&lock);
	if (epoll_fd >= 0)
		epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	pthread_mutex_unlock(&lock);
}

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

static void in_child(void)
{
	if (epoll_fd >= 0)
		close(epoll_fd);
	epoll_fd = -1;
	pthread_mutex_unlock(&lock);
}

static void watch_fork(void)
{
	pthread_atfork(before_fork, after_fork, in_child);
}

void wsc__engine_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_fork);
}
