/* What sockets are ready for: poll(2), and what the notes know beyond it. */
#include "readiness.h"

#include "blocking.h"
#include "conditional.h"
#include "errorqueue.h"
#include "sendqueue.h"
#include "unreachable.h"
#include "urgent.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct timespec at_once = { 0, 0 };
static const struct timespec period = { 0, 10000000 }; /* between two looks where nothing would wake the call */

int wsc__watch_begin(struct watch *watch, const struct interest *interest, size_t most)
{
	watch->interest = interest;
	watch->polled = watch->few_polled;
	watch->generations = watch->few_generations;
	watch->count = watch->noted = watch->ignored = 0;
	watch->endings = wsc__socket_endings;
	watch->changes = watch->bell = -1;
	watch->queued = watch->deaf = false;
	watch->holds = NULL;
	if (most <= WATCH_FEW)
		return 0;
	watch->polled = most < SIZE_MAX / 16 ? malloc((most + 1) * (sizeof *watch->polled + sizeof *watch->generations))
					     : NULL;
	watch->generations = (unsigned *)(watch->polled + most + 1);
	return watch->polled ? 0 : WS_WSAENOBUFS;
}

void wsc__watch_end(struct watch *watch)
{
	if (watch->changes >= 0)
		close(watch->changes);
	if (watch->bell >= 0)
		close(watch->bell);
	if (watch->polled != watch->few_polled)
		free(watch->polled);
}

/* The threads that sleep, so that closesocket can wake them: a list for each of a few locks. */
enum { LISTS = 16 };
static struct sleepers {
	pthread_mutex_t lock;
	struct watch *first;
} __attribute__((aligned(64))) sleepers[LISTS] = {
	[0 ... LISTS - 1] = { .lock = PTHREAD_MUTEX_INITIALIZER },
};

struct watch_hold {
	struct watch_hold *next;
	struct socket *sock;
};

_Atomic unsigned wsc__selections;

static struct sleepers *list_of_thread(void)
{
	uintptr_t thread = (uintptr_t)&wsc__thread; /* greater powers of two are all that sets them apart */

	return &sleepers[(uint32_t)(thread ^ thread >> 20) * 2654435769u >> 28];
}

static void fall_asleep(struct watch *watch)
{
	struct sleepers *list = list_of_thread();

	pthread_mutex_lock(&list->lock);
	watch->link = &list->first;
	watch->next = list->first;
	if (watch->next)
		watch->next->link = &watch->next;
	list->first = watch;
	pthread_mutex_unlock(&list->lock);
	atomic_fetch_add(&wsc__selections, 1);
}

static void wake_up(struct watch *watch)
{
	struct sleepers *list = list_of_thread();

	atomic_fetch_sub(&wsc__selections, 1);
	pthread_mutex_lock(&list->lock);
	*watch->link = watch->next;
	if (watch->next)
		watch->next->link = watch->link;
	pthread_mutex_unlock(&list->lock);
	while (watch->holds) {
		struct watch_hold *hold = watch->holds;

		watch->holds = hold->next;
		wsc__socket_end(hold->sock);
		free(hold);
	}
}

void wsc__watch_forget(void)
{
	for (int i = 0; i < LISTS; i++) {
		pthread_mutex_init(&sleepers[i].lock, NULL);
		sleepers[i].first = NULL;
	}
	wsc__selections = 0;
}

/* The one that sleeps may meanwhile turn a number into its complement. */
static bool has(const struct watch *watch, int fd)
{
	for (size_t i = 0; i < watch->count; i++) {
		int other = __atomic_load_n(&watch->polled[i].fd, __ATOMIC_RELAXED);

		if (other == fd || other == ~fd)
			return true;
	}
	return false;
}

/* Without memory the number may be another's before the call has noticed, which then sleeps on. */
static void hold(struct watch *watch, struct socket *sock)
{
	struct watch_hold *hold = malloc(sizeof *hold);

	if (hold) {
		*hold = (struct watch_hold){ watch->holds, sock };
		watch->holds = hold;
		atomic_fetch_add(&sock->calls, 1);
	}
	if (watch->bell >= 0)
		eventfd_write(watch->bell, 1);
}

/* The ending has been counted before; a thread that is not in its list yet will see that. */
bool wsc__watch_hold(int fd, struct socket *sock)
{
	bool found = false;

	for (int i = 0; i < LISTS; i++) {
		pthread_mutex_lock(&sleepers[i].lock);
		for (struct watch *watch = sleepers[i].first; watch; watch = watch->next)
			if (has(watch, fd)) {
				hold(watch, sock);
				found = true;
			}
		pthread_mutex_unlock(&sleepers[i].lock);
	}
	return found;
}

static unsigned state_of(struct socket *sock)
{
	return atomic_load_explicit(&sock->state, memory_order_acquire);
}

/* A stream that neither has nor seeks a peer has nothing to tell, though poll(2) calls it hung up. */
static bool is_idle(unsigned state)
{
	enum { BUSY = SOCKET_CONNECTING | SOCKET_CONNECTED | SOCKET_LISTENING | SOCKET_REFUSED };

	return state & SOCKET_STREAM && !(state & BUSY);
}

bool wsc__watch_add(struct watch *watch, SOCKET s, short events)
{
	struct socket *sock = wsc__socket_get(s);
	size_t at = watch->count++;

	if (sock && !wsc__watch_plain(state_of(sock)) && wsc__socket_verify(s, sock, NULL))
		sock = NULL;
	watch->polled[at] = (struct pollfd){ .fd = sock ? (int)s : -1, .events = events }; /* and is not ready */
	if (!sock)
		return false;
	if (is_idle(state_of(sock)))
		wsc__socket_ask(s, sock);
	watch->generations[at] = sock->generation;
	watch->noted += !wsc__watch_plain(state_of(sock));
	return true;
}

/* Whether the peer of a stream that receives no more has sent its end. The kernel shows both as one. */
static bool peer_ended(SOCKET s, struct socket *sock, short seen)
{
	enum { TIME_WAIT = 6, CLOSE_WAIT = 8, LAST_ACK = 9, CLOSING = 11 };

	if (sock->family == WS_AF_UNIX)
		return seen & POLLHUP && !wsc__socket_is(sock, SOCKET_NO_SEND);
	switch (wsc__tcp_state((int)s)) {
	case TIME_WAIT:
	case WSC_TCP_CLOSE:
	case CLOSE_WAIT:
	case LAST_ACK:
	case CLOSING:
		return true;
	default:
		return false;
	}
}

/* To poll(2) the end is something to read, to Windows only data is. */
static bool has_data(SOCKET s, struct socket *sock)
{
	int bytes = 0;
	DWORD count;

	if (wsc__socket_is(sock, SOCKET_URGENT))
		return !wsc__urgent_count(s, sock, &count) && count;
	return !ioctl((int)s, FIONREAD, &bytes) && bytes > 0;
}

/* An error that is waiting for the next call. */
static bool has_error(struct socket *sock)
{
	return wsc__socket_is(sock, SOCKET_ERROR_SET) && !wsc__socket_is(sock, SOCKET_ERROR_TOLD);
}

static unsigned listener_readiness(SOCKET s, struct socket *sock, short seen)
{
	if (wsc__socket_is(sock, SOCKET_CONDITIONAL))
		seen = wsc__conditional_events(s, sock, wsc__poll_now(wsc__conditional_fd(s, sock), POLLIN));

	return wsc__socket_is(sock, SOCKET_DEFERRED) || (seen & POLLIN && !wsc__socket_is(sock, SOCKET_PAUSED)) ? READY_RECEIVE : 0;
}

static unsigned connection_readiness(SOCKET s, struct socket *sock, short seen)
{
	enum { LOST = SOCKET_TIMED_OUT | SOCKET_RESET | SOCKET_ABORTED };
	bool deaf = wsc__socket_is(sock, SOCKET_NO_RECEIVE);
	bool ended = seen & (POLLRDHUP | POLLHUP) && (!deaf || peer_ended(s, sock, seen));
	unsigned ready = seen & (POLLOUT | POLLHUP) ? READY_SEND : 0;

	seen = (short)(wsc__urgent_events(s, sock, seen) | wsc__urgent_ready(sock));
	/* Of a connection that lives, POLLERR tells of messages that no receive gives. What other calls say
	 * depends on what became of it. */
	if (seen & POLLERR)
		wsc__socket_look(s, sock);
	if (has_error(sock) || (seen & POLLHUP && wsc__socket_is(sock, LOST)) ||
	    (seen & POLLERR && (sock->family == WS_AF_UNIX || wsc__tcp_state((int)s) == WSC_TCP_CLOSE)))
		ready |= READY_BROKEN | READY_SEND;
	else if (ended)
		ready |= READY_END;
	if (ready & READY_SEND && !wsc__sendqueue_writable(s, sock))
		ready &= ~(unsigned)READY_SEND;
	if (seen & POLLIN && !deaf && (!ended || has_data(s, sock)))
		ready |= READY_RECEIVE;
	if (seen & POLLPRI && !wsc__socket_is(sock, SOCKET_INLINE)) /* else it is data like any other */
		ready |= READY_URGENT;
	return ready;
}

static unsigned stream_readiness(SOCKET s, struct socket *sock, short seen)
{
	unsigned state = state_of(sock);

	if (state & SOCKET_REFUSED)
		return READY_FAILED | (state & SOCKET_LISTENING ? listener_readiness(s, sock, seen) : 0);
	if (state & SOCKET_LISTENING)
		return listener_readiness(s, sock, seen);
	if (state & SOCKET_CONNECTING) {
		if (seen & (POLLERR | POLLHUP))
			return READY_FAILED;
		if (!seen)
			return 0;
		wsc__socket_connected(s, sock);
	} else if (is_idle(state)) {
		return 0;
	}
	return connection_readiness(s, sock, seen);
}

static unsigned datagram_readiness(SOCKET s, struct socket *sock, short seen)
{
	unsigned ready = seen & POLLOUT ? READY_SEND : 0;

	/* An ICMP message about a datagram counts if a receive would report it; or else it is forgotten. */
	if (seen & POLLERR && sock->type == SOCK_DGRAM && sock->family != WS_AF_UNIX)
		wsc__unreachable_look(s, sock);
	else if (seen & POLLERR)
		ready |= READY_RECEIVE | READY_SEND;
	if (has_error(sock))
		ready |= READY_RECEIVE | READY_SEND;
	if (wsc__unreachable_noted(sock) || (seen & POLLIN && !wsc__socket_is(sock, SOCKET_NO_RECEIVE)))
		ready |= READY_RECEIVE;
	if (wsc__errorqueue_waits(sock))
		ready |= READY_URGENT;
	return ready;
}

/* What the socket is ready for, if poll(2) has `seen` that. */
static unsigned readiness(SOCKET s, struct socket *sock, short seen)
{
	if (!(seen & ~(POLLIN | POLLOUT)) && wsc__watch_plain(state_of(sock)))
		return (seen & POLLIN ? READY_RECEIVE : 0) | (seen & POLLOUT ? READY_SEND : 0);
	return wsc__socket_is(sock, SOCKET_STREAM) ? stream_readiness(s, sock, seen)
						   : datagram_readiness(s, sock, seen);
}

/* Whether the note is about another socket than the one that was found. */
static bool is_other(struct watch *watch, size_t at, struct socket *sock)
{
	return !wsc__socket_is(sock, SOCKET_KNOWN) || sock->generation != watch->generations[at];
}

/* Has poll(2) not asked about it from now on; its next change is waited for. */
static void ignore(struct watch *watch, struct pollfd *polled)
{
	watch->ignored++;
	__atomic_store_n(&polled->fd, ~polled->fd, __ATOMIC_RELAXED);
}

/* Whether a note has what the call waits for. That it has more than the kernel may have come to pass, or an end,
 * since the last look. */
static bool look_at_notes(struct watch *watch)
{
	bool ready = false;

	watch->noted = 0;
	watch->queued = watch->deaf = false;
	for (size_t i = 0; i < watch->count; i++) {
		int fd = watch->polled[i].fd < 0 ? ~watch->polled[i].fd : watch->polled[i].fd;
		struct socket *sock = fd ? wsc__socket_place((SOCKET)fd) : NULL;

		if (!sock || wsc__watch_plain(state_of(sock)))
			continue;
		watch->noted++;
		watch->queued = watch->queued || (watch->polled[i].events & POLLOUT && wsc__socket_is(sock, SOCKET_QUEUED));
		watch->deaf = watch->deaf || wsc__socket_is(sock, SOCKET_RCVALL | SOCKET_SHARED);
		if (is_idle(state_of(sock)))
			wsc__socket_ask((SOCKET)fd, sock);
		if (watch->polled[i].fd == fd && wsc__socket_is(sock, SOCKET_CONDITIONAL)) /* it has another one to tell */
			ignore(watch, &watch->polled[i]);
		ready = ready || wsc__interesting(watch->interest, watch->polled[i].events,
						  readiness((SOCKET)fd, sock, 0));
	}
	return ready;
}

static bool evaluate_one(struct watch *watch, size_t at, bool closed)
{
	struct pollfd *polled = &watch->polled[at];
	SOCKET s = (SOCKET)(polled->fd < 0 ? ~polled->fd : polled->fd);
	struct socket *sock = wsc__socket_place(s);
	short seen = polled->revents;
	unsigned ready = READY_CLOSED;

	if (polled->fd == -1)
		return false;
	closed = seen & POLLNVAL || (closed && is_other(watch, at, sock));
	/* What the note adds has to be about this socket, and if it was not, the other is what the call was given. */
	if (!closed && seen & (POLLHUP | POLLERR)) {
		closed = wsc__socket_verify(s, sock, NULL);
		watch->generations[at] = sock->generation;
	}
	if (!closed)
		ready = readiness(s, sock, seen);
	ready = wsc__interesting(watch->interest, polled->events, ready);
	polled->revents = (short)ready;
	/* What it saw and is nothing to the call would wake it again at once: the next change is waited for. */
	if (!ready && seen)
		ignore(watch, polled);
	return ready;
}

/* How many are ready, where poll(2) has answered for so many. */
static size_t evaluate(struct watch *watch, int answered)
{
	unsigned endings = wsc__socket_endings;
	bool closed = endings != watch->endings;
	size_t ready = 0;

	watch->endings = endings;
	if (watch->noted || closed) {
		for (size_t i = 0; i < watch->count; i++)
			ready += evaluate_one(watch, i, closed);
		return ready;
	}
	for (size_t i = 0; answered && (i = wsc__watch_next(watch, i)) < watch->count; i++, answered--)
		ready += evaluate_one(watch, i, false);
	return ready;
}

static int compare(const void *a, const void *b)
{
	const struct pollfd *one = *(struct pollfd *const *)a, *other = *(struct pollfd *const *)b;

	return one->fd < other->fd ? -1 : one->fd > other->fd;
}

/* poll(2) takes no more at a time than there may be descriptors; a program may name one any number of times. */
static int poll_merged(struct pollfd *polled, size_t count, const struct timespec *time)
{
	struct pollfd **sorted = malloc(count * sizeof *sorted), *merged = malloc(count * sizeof *merged);
	size_t used = 0, known = 0;
	int answered = -1;

	for (size_t i = 0; sorted && i < count; i++)
		if (polled[i].fd >= 0)
			sorted[known++] = &polled[i];
	if (sorted && merged) {
		qsort(sorted, known, sizeof *sorted, compare);
		for (size_t i = 0; i < known; i++) {
			if (!i || sorted[i]->fd != sorted[i - 1]->fd)
				merged[used++] = (struct pollfd){ .fd = sorted[i]->fd };
			merged[used - 1].events |= sorted[i]->events;
		}
		answered = ppoll(merged, used, time, NULL);
	} else {
		errno = ENOMEM;
	}
	if (answered >= 0) {
		answered = 0;
		for (size_t i = 0; i < count; i++)
			polled[i].revents = 0;
		for (size_t i = 0, at = 0; i < known; i++) {
			at += merged[at].fd != sorted[i]->fd;
			sorted[i]->revents =
				(short)(merged[at].revents & (sorted[i]->events | POLLERR | POLLHUP | POLLNVAL));
			answered += sorted[i]->revents != 0;
		}
	}
	free(sorted);
	free(merged);
	return answered;
}

static int poll_all(struct watch *watch, const struct timespec *time)
{
	size_t count = watch->count;
	int answered;

	if (watch->changes >= 0)
		watch->polled[count++] = (struct pollfd){ .fd = watch->changes, .events = POLLIN };
	if (!time || (!time->tv_sec && !time->tv_nsec))
		answered = poll(watch->polled, count, time ? 0 : -1);
	else
		answered = ppoll(watch->polled, count, time, NULL);
	return answered < 0 && errno == EINVAL ? poll_merged(watch->polled, count, time) : answered;
}

/* The bell is in the epoll because that forgets, and says nothing, what is closed. Under the lock of the list, since
 * closesocket looks for the bell. */
static bool make_changes(struct watch *watch)
{
	struct sleepers *list = list_of_thread();
	struct epoll_event event = { .events = EPOLLIN };
	int changes = epoll_create1(EPOLL_CLOEXEC), bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (changes >= 0 && bell >= 0 && epoll_ctl(changes, EPOLL_CTL_ADD, bell, &event) == 0) {
		pthread_mutex_lock(&list->lock);
		watch->changes = changes;
		watch->bell = bell;
		pthread_mutex_unlock(&list->lock);
		return true;
	}
	if (changes >= 0)
		close(changes);
	if (bell >= 0)
		close(bell);
	return false;
}

/* Has those that poll(2) is not asked about tell of their next change. That each tells first of what it is at
 * the moment makes poll(2) look at it once more, so that nothing is missed. Whether all of them will. */
static bool watch_changes(struct watch *watch)
{
	bool all = watch->changes >= 0 || make_changes(watch);

	for (size_t i = 0; i < watch->count && all; i++) {
		struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET };
		int fd = ~watch->polled[i].fd;

		if (fd > 0)
			fd = wsc__conditional_fd((SOCKET)fd, wsc__socket_place((SOCKET)fd));
		if (fd > 0 && epoll_ctl(watch->changes, EPOLL_CTL_ADD, fd, &event) < 0)
			all = errno == EEXIST || errno == EBADF;
	}
	return all;
}

/* poll(2) is asked about all of them again. */
static void watch_all(struct watch *watch)
{
	struct epoll_event events[16];

	while (watch->changes >= 0 && epoll_wait(watch->changes, events, 16, 0) == 16)
		;
	watch->ignored = 0;
	for (size_t i = 0; i < watch->count; i++)
		if (watch->polled[i].fd < -1)
			watch->polled[i].fd = ~watch->polled[i].fd;
}

static const struct timespec *shorter(const struct timespec *time, const struct timespec *other)
{
	bool is = time && (time->tv_sec < other->tv_sec ||
			   (time->tv_sec == other->tv_sec && time->tv_nsec < other->tv_nsec));

	return is ? time : other;
}

/* Looks once, or sleeps for so long: an errno. From fall_asleep on no socket is closed that was there. */
static int look(struct watch *watch, const struct timespec *time, size_t *ready)
{
	bool sleeps = !time || time->tv_sec || time->tv_nsec, blind = false;
	int answered, posix_error = 0;

	if (sleeps) {
		fall_asleep(watch);
		if ((watch->ignored || watch->deaf) && wsc__socket_endings == watch->endings)
			blind = !watch_changes(watch);
		if (blind)
			time = shorter(time, &period);
		if (wsc__socket_endings != watch->endings) /* closesocket may have missed this call, or its bell */
			time = &at_once;
	}
	answered = poll_all(watch, time);
	if (answered >= 0)
		*ready = evaluate(watch, answered);
	else
		posix_error = errno;
	if (sleeps)
		wake_up(watch);
	if (blind || (answered >= 0 && watch->changes >= 0 && watch->polled[watch->count].revents))
		watch_all(watch);
	return posix_error;
}

static struct timespec clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now;
}

static struct timespec add(struct timespec a, struct timespec b)
{
	struct timespec sum = { a.tv_sec + b.tv_sec, a.tv_nsec + b.tv_nsec };

	if (sum.tv_nsec >= 1000000000) {
		sum.tv_nsec -= 1000000000;
		sum.tv_sec++;
	}
	return sum;
}

/* What is left until `end`; nothing, if that is over. */
static struct timespec until(struct timespec end)
{
	struct timespec now = clock_now(), left = { end.tv_sec - now.tv_sec, end.tv_nsec - now.tv_nsec };

	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	return left.tv_sec < 0 ? at_once : left;
}

int wsc__watch_wait(struct watch *watch, const struct timespec *timeout, size_t *ready)
{
	bool forever = !timeout, over = timeout && !timeout->tv_sec && !timeout->tv_nsec;
	struct timespec left = forever ? at_once : *timeout, end = at_once;

	if (!forever && !over)
		end = add(clock_now(), left);
	*ready = 0;
	for (bool first = true;; first = false) {
		bool noted = (!first || watch->noted) && look_at_notes(watch);
		const struct timespec *time = noted || over ? &at_once : forever ? NULL : &left;
		int posix_error;

		if (wsc__thread.hook && time != &at_once) {
			int error = wsc__run_hook();

			if (error)
				return error;
			time = shorter(time, &period);
		}
		if (watch->queued && time != &at_once)
			time = shorter(time, &period);
		posix_error = look(watch, time, ready);
		if (posix_error && posix_error != EINTR)
			return posix_error == EINVAL ? WS_WSAENOBUFS : wsc__error_from_errno(posix_error);
		if (!posix_error && (*ready || over))
			return 0;
		if (!forever) {
			left = until(end);
			over = !left.tv_sec && !left.tv_nsec;
		}
	}
}
