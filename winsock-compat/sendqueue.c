/* What was accepted from the program and not yet by the kernel. */
#include "sendqueue.h"

#include "blocking.h"
#include "engine.h"
#include "error.h"
#include "fault.h"
#include "profile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* The rest of one send. */
struct rest {
	struct rest *next;
	size_t size, sent;
	int flags; /* MSG_OOB: its last byte is urgent */
	char bytes[];
};

struct sendqueue {
	struct socket *sock; /* NULL if it is alone */
	int fd;              /* its own; -1 while it is empty */
	uint64_t cookie;     /* of the connection: a descriptor may be closed behind our back */
	unsigned slot;       /* in `queues`, while it is not empty */
	unsigned turn;       /* how often it was given one: the same slot is another key */
	size_t size;         /* bytes */
	struct rest *first, **last;
	bool ends;  /* behind it the kernel's socket is shut for sending */
	bool taken; /* between wsc__sendqueue_take and wsc__sendqueue_leave */
	bool shared; /* others may have the connection too: it goes on with them */
};

/* Above what a note knows, below the engine's. A signal handler may call exit while a thread has it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Those that are not empty, by slot. All below here is under the lock. */
static struct sendqueue **queues;
static unsigned slots;
static _Atomic unsigned waiting; /* so many */
static uint64_t moved;           /* bytes, ever: whether there is progress */

static uint64_t key_of(const struct sendqueue *queue)
{
	return (uint64_t)(queue->turn & 0xffffff) << 32 | queue->slot;
}

static struct sendqueue *find(uint64_t key)
{
	unsigned slot = (unsigned)key;
	struct sendqueue *queue = slot < slots ? queues[slot] : NULL;

	return queue && key_of(queue) == key ? queue : NULL;
}

static int give_slot(struct sendqueue *queue)
{
	enum { STEP = 64 };
	unsigned slot = 0;

	if (waiting == slots) {
		struct sendqueue **more = realloc(queues, (slots + STEP) * sizeof *more);

		if (!more)
			return WS_WSAENOBUFS;
		for (unsigned i = slots; i < slots + STEP; i++)
			more[i] = NULL;
		queues = more;
		slot = slots;
		slots += STEP;
	}
	while (queues[slot])
		slot++;
	queues[slot] = queue;
	queue->slot = slot;
	queue->turn++;
	waiting++;
	return 0;
}

static void discard(struct sendqueue *queue)
{
	while (queue->first) {
		struct rest *rest = queue->first;

		queue->first = rest->next;
		free(rest);
	}
	queue->last = &queue->first;
	queue->size = 0;
}

static bool is_ours(const struct sendqueue *queue)
{
	return wsc__socket_cookie(queue->fd) == queue->cookie;
}

/* It is empty, be it sent or thrown away. */
static void finish(struct sendqueue *queue)
{
	struct socket *sock = queue->sock;

	if (is_ours(queue)) {
		wsc__engine_remove(queue->fd);
		close(queue->fd);
	}
	queue->fd = -1;
	queue->ends = false;
	queues[queue->slot] = NULL;
	waiting--;
	if (sock)
		wsc__socket_mark(sock, 0, SOCKET_QUEUED);
	else if (!queue->taken)
		free(queue);
}

/* The connection is no more. Who has not heard of it yet hears it in the next call. */
static void lose(struct sendqueue *queue, int posix_error)
{
	enum { KNOWN = SOCKET_RESET | SOCKET_TIMED_OUT | SOCKET_ABORTED };
	struct socket *sock = queue->sock;

	if (sock && !(posix_error == EPIPE && wsc__socket_is(sock, KNOWN)))
		wsc__socket_keep_error((SOCKET)queue->fd, sock, posix_error);
	discard(queue);
	finish(queue);
}

/* A byte is urgent only when it is the last one. */
static ssize_t send_rest(int fd, const struct rest *rest)
{
	size_t size = rest->size - rest->sent;
	int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

	if (rest->flags & MSG_OOB && size > 1)
		size--;
	else
		flags |= rest->flags;
	return send(fd, rest->bytes + rest->sent, size, flags);
}

/* True if the kernel would have taken more than `most`. */
static bool flush(struct sendqueue *queue, size_t most)
{
	size_t done = 0;

	if (!is_ours(queue)) {
		discard(queue);
		finish(queue);
		return false;
	}
	while (queue->first && done < most) {
		struct rest *rest = queue->first;
		ssize_t now = send_rest(queue->fd, rest);

		if (now < 0 && errno == EINTR)
			continue;
		if (now < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM))
			return false;
		if (now < 0) {
			lose(queue, errno);
			return false;
		}
		rest->sent += (size_t)now;
		queue->size -= (size_t)now;
		done += (size_t)now;
		moved += (size_t)now;
		if (rest->sent < rest->size)
			continue;
		queue->first = rest->next;
		if (!queue->first)
			queue->last = &queue->first;
		free(rest);
	}
	if (queue->first)
		return true;
	if (queue->ends)
		shutdown(queue->fd, SHUT_WR);
	finish(queue);
	return false;
}

/* The program has closed it, so nobody will receive what comes: the connection is reset, as the kernel does
 * with one that it has for itself (RFC 1122, 4.2.2.13). */
static bool gets_more(const struct sendqueue *queue)
{
	int family = 0;
	socklen_t size = sizeof family;
	char byte;

	return !getsockopt(queue->fd, SOL_SOCKET, SO_DOMAIN, &family, &size) && family != AF_UNIX &&
	       recv(queue->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static void reset(struct sendqueue *queue)
{
	setsockopt(queue->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	discard(queue);
	finish(queue);
}

void wsc__sendqueue_tell(uint64_t key, uint32_t events)
{
	enum { AT_ONCE = 1 << 20 }; /* for which others may have to wait */
	bool more = true;

	while (more) {
		struct sendqueue *queue;

		pthread_mutex_lock(&lock);
		queue = find(key);
		more = false;
		if (queue && events & EPOLLIN && !queue->sock && !queue->taken && !queue->shared &&
		    gets_more(queue))
			reset(queue);
		else if (queue)
			more = flush(queue, AT_ONCE);
		pthread_mutex_unlock(&lock);
	}
}

/* A child would send everything a second time. */
static void in_child(void)
{
	for (unsigned i = 0; i < slots; i++) {
		struct sendqueue *queue = queues[i];

		if (!queue)
			continue;
		queues[i] = NULL;
		close(queue->fd);
		queue->fd = -1;
		queue->ends = false;
		discard(queue);
		if (queue->sock)
			wsc__socket_mark(queue->sock, 0, SOCKET_QUEUED);
		else
			free(queue);
	}
	waiting = 0;
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

static void begin(void)
{
	wsc__engine_begin();
	pthread_atfork(before_fork, after_fork, in_child);
}

static struct rest *copy(const struct iovec *parts, size_t count, int flags, int *error)
{
	struct rest *rest;
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += parts[i].iov_len;
	rest = size < SIZE_MAX - sizeof *rest ? malloc(sizeof *rest + size) : NULL;
	if (!rest) {
		*error = WS_WSAENOBUFS;
		return NULL;
	}
	*rest = (struct rest){ .flags = flags & MSG_OOB };
	for (size_t i = 0; i < count && !*error; i++) {
		*error = wsc__copy_in(rest->bytes + rest->size, parts[i].iov_base, parts[i].iov_len);
		rest->size += parts[i].iov_len;
	}
	if (!*error)
		return rest;
	free(rest);
	return NULL;
}

/* The queue of the note, or a new one that is not in it yet. Under both locks. */
static struct sendqueue *queue_of(struct socket *sock)
{
	struct socket_extras *extras = wsc__socket_extras(sock);

	if (extras && !extras->queue) {
		extras->queue = calloc(1, sizeof *extras->queue);
		if (extras->queue)
			*extras->queue =
				(struct sendqueue){ .sock = sock, .fd = -1, .last = &extras->queue->first };
	}
	return extras ? extras->queue : NULL;
}

/* Makes a queue that is empty ready to hold something. */
static int start(SOCKET s, struct socket *sock, struct sendqueue *queue)
{
	enum { LEAST = 3 };
	int error = 0, fd = fcntl((int)s, F_DUPFD_CLOEXEC, LEAST);

	if (fd < 0)
		return wsc__error_from_errno(errno);
	queue->fd = fd;
	queue->cookie = sock->cookie;
	error = is_ours(queue) ? give_slot(queue) : WS_WSAENOTSOCK;
	if (!error) {
		error = wsc__engine_add(fd, EPOLLOUT | EPOLLIN, ENGINE_SENDQUEUE, key_of(queue));
		if (error) {
			queues[queue->slot] = NULL;
			waiting--;
		}
	}
	if (error) {
		close(fd);
		queue->fd = -1;
	}
	return error;
}

/* Under both locks. */
static int append(SOCKET s, struct socket *sock, struct rest *rest)
{
	struct sendqueue *queue;
	int error = 0;

	if (!wsc__socket_is(sock, SOCKET_KNOWN))
		return WS_WSAENOTSOCK;
	queue = queue_of(sock);
	if (!queue)
		return WS_WSAENOBUFS;
	if (!queue->first)
		error = start(s, sock, queue);
	if (error)
		return error;
	*queue->last = rest;
	queue->last = &rest->next;
	queue->size += rest->size;
	wsc__socket_mark(sock, SOCKET_QUEUED, 0);
	return 0;
}

int wsc__sendqueue_add(SOCKET s, struct socket *sock, const struct iovec *parts, size_t count, int flags)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int error = 0;
	struct rest *rest = copy(parts, count, flags, &error);

	if (!rest)
		return error;
	pthread_once(&once, begin);
	/* The kernel has taken something, so it has a peer, though nobody may have looked. Of one that is
	 * connecting `lose` would ask the note, for which it may not wait. */
	if (!wsc__socket_is(sock, SOCKET_CONNECTED))
		wsc__socket_connected(s, sock);
	wsc__socket_lock(sock);
	pthread_mutex_lock(&lock);
	error = append(s, sock, rest);
	pthread_mutex_unlock(&lock);
	wsc__socket_unlock(sock);
	if (error)
		free(rest);
	return error;
}

/* The note's queue with something in it, or NULL. Under both locks. */
static struct sendqueue *queued(struct socket *sock)
{
	struct socket_extras *extras = sock->extras;

	return extras && extras->queue && extras->queue->first ? extras->queue : NULL;
}

static enum sendqueue_state state_of(struct socket *sock)
{
	struct sendqueue *queue = queued(sock);

	if (!queue)
		return SENDQUEUE_NONE;
	return sock->send_buffer != ~0u && queue->size < sock->send_buffer ? SENDQUEUE_ROOM : SENDQUEUE_FULL;
}

enum sendqueue_state wsc__sendqueue_flush(SOCKET s, struct socket *sock)
{
	enum sendqueue_state state;
	struct sendqueue *queue;

	(void)s;
	wsc__socket_lock(sock);
	pthread_mutex_lock(&lock);
	queue = queued(sock);
	if (queue)
		flush(queue, SIZE_MAX);
	state = state_of(sock);
	pthread_mutex_unlock(&lock);
	wsc__socket_unlock(sock);
	return state;
}

bool wsc__sendqueue_is_writable(SOCKET s, struct socket *sock)
{
	if (wsc__socket_verify(s, sock, NULL))
		return true;                      /* to say what it is */
	if (wsc__socket_is(sock, SOCKET_NO_SEND)) /* a send does not wait to say that */
		return true;
	switch (wsc__sendqueue_flush(s, sock)) {
	case SENDQUEUE_NONE:
		return wsc__poll_now((int)s, POLLOUT) & (POLLOUT | POLLERR | POLLHUP | POLLNVAL);
	case SENDQUEUE_ROOM:
		return true;
	default:
		return false;
	}
}

bool wsc__sendqueue_shutdown(SOCKET s, struct socket *sock)
{
	struct sendqueue *queue;

	(void)s;
	wsc__socket_lock(sock);
	pthread_mutex_lock(&lock);
	queue = queued(sock);
	if (queue)
		queue->ends = true;
	pthread_mutex_unlock(&lock);
	wsc__socket_unlock(sock);
	return queue != NULL;
}

/* Away from the note. Under both locks. */
static void part(struct sendqueue *queue)
{
	struct socket *sock = queue->sock;

	if (sock && queue->first)
		wsc__socket_mark(sock, 0, SOCKET_QUEUED);
	queue->shared = sock && sock->shared;
	queue->sock = NULL;
}

struct sendqueue *wsc__sendqueue_take(struct socket *sock)
{
	struct socket_extras *extras = sock->extras;
	struct sendqueue *queue;

	if (!extras || !extras->queue)
		return NULL;
	pthread_mutex_lock(&lock);
	queue = extras->queue;
	extras->queue = NULL;
	part(queue);
	if (queue->first) {
		queue->taken = true;
	} else {
		free(queue);
		queue = NULL;
	}
	pthread_mutex_unlock(&lock);
	return queue;
}

bool wsc__sendqueue_holds(struct sendqueue *queue)
{
	bool holds;

	if (!queue)
		return false;
	pthread_mutex_lock(&lock);
	holds = queue->first;
	pthread_mutex_unlock(&lock);
	return holds;
}

/* Goes on without a socket, if there is anything to go on with. */
static void leave(struct sendqueue *queue, bool drop)
{
	queue->taken = false;
	if (!queue->first) {
		free(queue);
	} else if (drop || (!queue->shared && gets_more(queue))) {
		discard(queue);
		finish(queue);
	}
}

void wsc__sendqueue_leave(struct sendqueue *queue, bool drop)
{
	if (!queue)
		return;
	pthread_mutex_lock(&lock);
	leave(queue, drop);
	pthread_mutex_unlock(&lock);
}

void wsc__sendqueue_orphan(struct sendqueue *queue)
{
	if (!queue)
		return;
	pthread_mutex_lock(&lock);
	part(queue);
	leave(queue, false);
	pthread_mutex_unlock(&lock);
}

/* The end of the process would be the end of the queues; on Windows they are the system's. Peers of which
 * none takes anything for some time are given up. */
static __attribute__((destructor)) void wait_until_out(void)
{
	enum { SHORTEST = 1, LONGEST = 20 };
	uint64_t last = 0, end = 0;
	int pause = SHORTEST;

	while (waiting) {
		if (!pthread_mutex_trylock(&lock)) {
			for (unsigned i = 0; i < slots; i++)
				if (queues[i])
					flush(queues[i], SIZE_MAX);
			if (moved != last)
				end = 0;
			last = moved;
			pthread_mutex_unlock(&lock);
		}
		if (!end)
			end = wsc__now() + wsc__profile.exit_wait;
		if (wsc__now() >= end)
			return;
		nanosleep(&(struct timespec){ 0, pause * 1000000 }, NULL);
		pause = pause < LONGEST ? pause * 2 : pause;
	}
}
