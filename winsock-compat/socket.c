/* A socket's state; socket, WSASocket and closesocket. */
#include "socket.h"

#include "address.h"
#include "blocking.h"
#include "duplicate.h"
#include "conditional.h"
#include "errorqueue.h"
#include "export.h"
#include "fault.h"
#include "filter.h"
#include "icmp.h"
#include "joinleaf.h"
#include "options.h"
#include "port.h"
#include "profile.h"
#include "readiness.h"
#include "sendqueue.h"
#include "timestamp.h"
#include "unreachable.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

struct socket *_Atomic wsc__socket_pages[SOCKET_PAGES];
_Atomic unsigned wsc__socket_endings;

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned pages_end; /* there are none from here on */

static bool close_fresh(struct socket *sock, int *error);
static int end(int fd, struct socket *sock);

/* Whoever had it has not come along. */
static void free_lock(pthread_mutex_t *lock)
{
	if (pthread_mutex_trylock(lock))
		pthread_mutex_init(lock, NULL);
	else
		pthread_mutex_unlock(lock);
}

/* The threads whose calls were counted have not come along, and cannot give a number back, nor let go of a
 * lock. */
static void forget_calls(void)
{
	free_lock(&table_lock);
	for (unsigned page = 0; page < pages_end; page++) {
		struct socket *sockets = wsc__socket_pages[page];

		for (int i = 0; sockets && i < SOCKET_PAGE; i++) {
			free_lock(&sockets[i].lock);
			if (atomic_exchange(&sockets[i].calls, 0) & CALLS_CLOSED)
				close(sockets[i].number);
		}
	}
	wsc__watch_forget();
}

static void watch_fork(void)
{
	pthread_atfork(NULL, NULL, forget_calls);
}

/* The place of a descriptor's entry, made if it is not there; NULL if memory has run out. */
static struct socket *entry(unsigned fd)
{
	struct socket *_Atomic *slot = &wsc__socket_pages[fd / SOCKET_PAGE];
	struct socket *page = *slot;
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (!page) {
		pthread_once(&once, watch_fork);
		pthread_mutex_lock(&table_lock);
		page = *slot;
		if (!page) {
			page = aligned_alloc(_Alignof(struct socket), SOCKET_PAGE * sizeof *page);
			if (page)
				memset(page, 0,
				       SOCKET_PAGE * sizeof *page); /* a mutex of zeros is initialised */
			for (unsigned i = 0; page && i < SOCKET_PAGE; i++)
				page[i].number = (int)(fd / SOCKET_PAGE * SOCKET_PAGE + i);
			*slot = page;
			if (fd / SOCKET_PAGE >= pages_end)
				pages_end = fd / SOCKET_PAGE + 1;
		}
		pthread_mutex_unlock(&table_lock);
	}
	return page ? &page[fd % SOCKET_PAGE] : NULL;
}

static int option(int fd, int level, int name, int *value)
{
	socklen_t size = sizeof *value;

	return getsockopt(fd, level, name, value, &size);
}

uint64_t wsc__socket_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof cookie;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0)
		cookie = 0;
	return cookie;
}

void wsc__socket_refuse(int fd)
{
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	close(fd);
}

/* Under the lock. */
static void drop_extras(struct socket *sock)
{
	struct socket_extras *extras = sock->extras;

	wsc__conditional_free(wsc__conditional_detach(sock));
	wsc__errorqueue_forget(sock, -1);
	sock->extras = NULL;
	for (int i = 0; extras && i < extras->waiting_count; i++)
		wsc__socket_refuse(extras->waiting[i]);
	if (extras) {
		wsc__sendqueue_orphan(extras->queue);
		free(extras->waiting);
		free(extras->errors);
		wsc__timestamp_free(extras->stamps);
	}
	free(extras);
}

/* Under the lock. What the note has beside its state ends with it. */
static unsigned replace_state(struct socket *sock, unsigned state)
{
	unsigned before = atomic_exchange(&sock->state, state);
	int deferred;

	if (before & SOCKET_KNOWN)
		atomic_fetch_add(&wsc__socket_endings, 1);
	drop_extras(sock);
	if (before & (SOCKET_DEFERRED | SOCKET_RCVALL)) {
		deferred = atomic_exchange(&sock->deferred, -1);
		if (deferred >= 0 && before & SOCKET_DEFERRED)
			wsc__socket_refuse(deferred);
		else if (deferred >= 0)
			close(deferred);
	}
	return before;
}

/* Under the lock. The same for a socket that is being closed. What calls may be using stays: the raw socket
 * of SIO_RCVALL, and what a conditional listener has open. */
static unsigned forget_state(struct socket *sock)
{
	unsigned before = atomic_fetch_and(&sock->state, SOCKET_RCVALL);
	int deferred = before & SOCKET_DEFERRED ? atomic_exchange(&sock->deferred, -1) : -1;

	if (sock->extras && sock->extras->conditional)
		wsc__conditional_close(sock);
	else
		drop_extras(sock);
	if (deferred >= 0)
		wsc__socket_refuse(deferred);
	return before;
}
/* One plain store each: the state, which is stored last, makes them seen together. */
#define FILL(member, value) atomic_store_explicit(&sock->member, (value), memory_order_relaxed)

/* Under the lock. */
static void fill(struct socket *sock, uint64_t cookie, int family, int type, int protocol, unsigned state)
{
	replace_state(sock, 0); /* what a note about another socket may still hold */
	atomic_fetch_and(&sock->calls, ~(unsigned)CALLS_CLOSED);
	FILL(fresh, false);
	FILL(generation, atomic_load_explicit(&sock->generation, memory_order_relaxed) + 1);
	FILL(type, type);
	FILL(family, family);
	FILL(protocol, protocol);
	FILL(cookie, cookie);
	FILL(pending_error, 0);
	FILL(deferred, -1);
	sock->keepalive = WSC_KEEPALIVE_UNASKED;
	sock->receive_buffer = sock->send_buffer = ~0u;
	FILL(receive_timeout, 0);
	FILL(send_timeout, 0);
	sock->linger_on = sock->linger_time = 0;
	sock->vacated = false;
	FILL(shared, false);
	FILL(unaware, false);
	FILL(control, 0);
	FILL(ports.options, 0);
	FILL(ports.bound, 0);
	FILL(ports.sharing, 0);
	FILL(ports.reservation, 0);
	FILL(connected_at, state & SOCKET_CONNECTED ? wsc__now() : 0);
	state |= SOCKET_KNOWN | (type == SOCK_STREAM ? SOCKET_STREAM : 0);
	atomic_store_explicit(&sock->state, state, memory_order_release);
}

/* Under the lock. All that a fresh note needs: it is written for each socket, and most notes are empty
 * before. */
static void fill_fresh(struct socket *sock, int family, int type, int protocol)
{
	if (atomic_load_explicit(&sock->state, memory_order_relaxed) || sock->extras)
		replace_state(sock, 0);
	if (atomic_load_explicit(&sock->calls, memory_order_relaxed) & CALLS_CLOSED)
		atomic_fetch_and(&sock->calls, ~(unsigned)CALLS_CLOSED);
	FILL(type, type);
	FILL(family, family);
	FILL(protocol, protocol);
	FILL(cookie, 0);
	sock->fresh = true; /* before the look whether WSACleanup has come */
}

#undef FILL

int wsc__socket_add(int fd, int family, int type, int protocol, unsigned state, struct socket **sock)
{
	*sock = (unsigned)fd < (unsigned)SOCKET_PAGE * SOCKET_PAGES ? entry((unsigned)fd) : NULL;
	if (!*sock) {
		close(fd);
		return WS_WSAENOBUFS;
	}
	wsc__socket_lock(*sock);
	fill(*sock, wsc__socket_cookie(fd), family, type, protocol, state | SOCKET_OWNED);
	wsc__socket_unlock(*sock);
	if (wsc__startups)
		return 0;
	end(fd, *sock);
	return WS_WSANOTINITIALISED;
}

/* What a socket of the kernel's still lacks. */
static void finish_fresh(int fd, int family, int type, int protocol)
{
	if (type == SOCK_DGRAM && family != WS_AF_UNIX)
		wsc__unreachable_start(fd, wsc__family_to_posix(family));
	wsc__option_fresh(fd, family, type, protocol);
}

/* Notes a socket, of TCP or UDP, that may be closed before any call meets it: wsc__socket_adopt does the
 * rest. */
static int add_fresh(int fd, int family, int type, int protocol)
{
	struct socket *sock =
		(unsigned)fd < (unsigned)SOCKET_PAGE * SOCKET_PAGES ? entry((unsigned)fd) : NULL;
	int error;

	if (!sock) {
		close(fd);
		return WS_WSAENOBUFS;
	}
	wsc__socket_lock(sock);
	fill_fresh(sock, family, type, protocol);
	wsc__socket_unlock(sock);
	if (wsc__startups)
		return 0;
	if (!close_fresh(sock, &error))
		end(fd, sock);
	return WS_WSANOTINITIALISED;
}

int wsc__socket_exchange(SOCKET s, struct socket *sock, int fd)
{
	int error = dup3(fd, (int)s, O_CLOEXEC) < 0 ? wsc__error_from_errno(errno) : 0;

	close(fd);
	if (!error)
		sock->cookie = wsc__socket_cookie((int)s);
	return error;
}

struct socket_extras *wsc__socket_extras(struct socket *sock)
{
	if (!sock->extras)
		sock->extras = calloc(1, sizeof *sock->extras);
	return sock->extras;
}

/* Where a stream stands, as far as the kernel tells. */
static unsigned stream_state(int fd, int family)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof peer;
	int listens;

	if (!option(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens) && listens)
		return SOCKET_LISTENING;
	if (!getpeername(fd, (struct sockaddr *)&peer, &size))
		return SOCKET_CONNECTED;
	return family != WS_AF_UNIX && wsc__tcp_state(fd) == WSC_TCP_SYN_SENT ? SOCKET_CONNECTING : 0;
}

void wsc__socket_ask(SOCKET s, struct socket *sock)
{
	unsigned state = sock->type == SOCK_STREAM ? stream_state((int)s, sock->family) : 0;

	if (state & SOCKET_CONNECTED)
		sock->connected_at = wsc__now();
	if (state)
		wsc__socket_mark(sock, state, 0);
}

/* What a socket that others made has been through. */
static unsigned adopted_state(int fd, int family, int type)
{
	unsigned state = 0;
	int value, flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && flags & O_NONBLOCK)
		state |= SOCKET_NONBLOCKING;
	if (type == SOCK_RAW) /* the kernel does not tell whether it is bound */
		state |= SOCKET_BOUND;
	if (type != SOCK_STREAM)
		return state;
	state |= stream_state(fd, family);
	if (!option(fd, SOL_SOCKET, SO_KEEPALIVE, &value) && value)
		state |= SOCKET_KEEPALIVE;
	return state;
}

/* Under the lock. Whether this is the socket that a fresh note was made of, as far as one can see: it is of
 * its protocol, and nobody has given it an address, without which it neither has nor seeks a peer, nor
 * listens. A raw one has its protocol for a port. If the kernel tells nothing today, there is nothing to
 * compare. */
static bool is_as_made(int fd, struct socket *sock)
{
	const int spoken = sock->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
	struct sockaddr_storage name;
	socklen_t size = sizeof name;
	int protocol;

	if (option(fd, SOL_SOCKET, SO_PROTOCOL, &protocol))
		return errno != EBADF && errno != ENOTSOCK;
	if (protocol != spoken)
		return false;
	if (getsockname(fd, (struct sockaddr *)&name, &size))
		return errno != EBADF && errno != ENOTSOCK;
	return name.ss_family == wsc__family_to_posix(sock->family) && !wsc__address_port(&name);
}

/* Under the lock. What the kernel tells may be about two sockets, if this one is closed and its
 * number used again meanwhile. But then the cookie, which was asked first, is that of the old one,
 * and whoever made the new one writes the note anew, or finds that it does not fit. */
static bool adopt(int fd, struct socket *sock)
{
	uint64_t cookie = wsc__socket_cookie(fd);
	int family, type, protocol, shares;

	if (wsc__socket_is_closed(sock))
		return false;
	if (cookie && wsc__socket_is(sock, SOCKET_KNOWN) && cookie == sock->cookie)
		return true; /* another thread has been faster */
	if (sock->fresh && is_as_made(fd, sock)) {
		finish_fresh(fd, sock->family, sock->type, sock->protocol); /* before anything can come */
		fill(sock, cookie, sock->family, sock->type, sock->protocol, SOCKET_OWNED);
		return true;
	}
	sock->fresh = false;
	if (option(fd, SOL_SOCKET, SO_TYPE, &type) || option(fd, SOL_SOCKET, SO_DOMAIN, &family) ||
	    option(fd, SOL_SOCKET, SO_PROTOCOL, &protocol))
		return false;
	if (!cookie && wsc__socket_is(sock, SOCKET_KNOWN))
		return true; /* as it must have been here, where nothing tells two sockets apart */
	family = wsc__family_from_posix(family);
	fill(sock, cookie, family, type, protocol, adopted_state(fd, family, type));
	if (wsc__socket_is(sock, SOCKET_KEEPALIVE))
		wsc__keepalive_adopt(fd, sock);
	if (!option(fd, SOL_SOCKET, SO_REUSEPORT, &shares) && shares)
		sock->ports.options = PORT_REUSEADDR;
	return true;
}

struct socket *wsc__socket_adopt(SOCKET s)
{
	struct socket *sock;
	int type;
	bool adopted;

	if (!s || s >= (SOCKET)SOCKET_PAGE * SOCKET_PAGES)
		return NULL;
	sock = wsc__socket_place(s);
	if (!sock || !sock->fresh) {
		if (option((int)s, SOL_SOCKET, SO_TYPE, &type))
			return NULL;
		sock = entry((unsigned)s);
	}
	if (!sock)
		return NULL;
	wsc__socket_lock(sock);
	adopted = adopt((int)s, sock);
	wsc__socket_unlock(sock);
	return adopted ? sock : NULL;
}

/* Its descriptor was no socket a moment ago. Another thread may have made one of it by now. */
static void forget(struct socket *sock, uint64_t cookie)
{
	wsc__socket_lock(sock);
	if (sock->cookie == cookie)
		replace_state(sock, 0);
	wsc__socket_unlock(sock);
}

int wsc__socket_verify(SOCKET s, struct socket *sock, bool *changed)
{
	uint64_t noted = sock->cookie, cookie = 0;
	socklen_t size = sizeof cookie;
	bool same = false;

	if (getsockopt((int)s, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0) {
		if (errno == EBADF || errno == ENOTSOCK) {
			forget(sock, noted);
			return WS_WSAENOTSOCK;
		}
		same = true; /* no cookies here, or none today: there is nothing to compare */
	}
	same = same || (wsc__socket_is(sock, SOCKET_KNOWN) && cookie == sock->cookie);
	if (changed)
		*changed = !same;
	return same || wsc__socket_adopt(s) ? 0 : WS_WSAENOTSOCK;
}

static bool is_tcp(struct socket *sock)
{
	return sock->type == SOCK_STREAM && sock->family != WS_AF_UNIX;
}

/* Keep-alive probes are only sent while nothing waits to be acknowledged; so if nothing was
 * outstanding when the kernel gave a connection up, it was the probes that stayed unanswered. */
static bool nothing_outstanding(int fd)
{
	int bytes;

	return !ioctl(fd, SIOCOUTQ, &bytes) && !bytes;
}

/* Whether the peer has yet to acknowledge something, and may still do it. */
static bool outstanding(int fd)
{
	return !nothing_outstanding(fd) && wsc__tcp_state(fd) != WSC_TCP_CLOSE;
}

/* Seconds for which closesocket waits for the peer to have all that was sent; 0: it does not. Under the lock.
 */
static unsigned lingers(struct socket *sock)
{
	bool may = wsc__socket_is(sock, SOCKET_CONNECTED | SOCKET_CONNECTING) && is_tcp(sock);

	if (sock->shared) /* it need not end with this descriptor */
		return 0;
	return may && sock->linger_on ? sock->linger_time : 0;
}

/* Whether closing is a reset: SO_LINGER without a time. Under the lock. */
static bool aborts(struct socket *sock)
{
	if (sock->shared) /* its last descriptor will be one */
		return false;
	return wsc__socket_is(sock, SOCKET_CONNECTED) && is_tcp(sock) && sock->linger_on && !sock->linger_time;
}

/* Resets the connection, whoever else uses the kernel's socket. Linux before 6.6 may refuse to while a call
 * waits. */
static bool disconnect(int fd)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	return connect(fd, &nobody, sizeof nobody) == 0;
}

/* Whether calls beside the closing itself are in the socket. */
static bool is_awaited(struct socket *sock)
{
	return atomic_load(&sock->calls) != CALLS_CLOSED + 1;
}

/* Waits, and lets the closing be a reset if that was not enough, as the result says. Linux would wait even if
 * the socket does not block, and let the connection live on afterwards. */
static bool linger(int fd, struct socket *sock, struct sendqueue *queue, bool blocks, unsigned seconds)
{
	enum { SHORTEST = 1, LONGEST = 32 };
	uint64_t end = wsc__now() + (uint64_t)seconds * 1000;
	struct linger reset = { 1, 0 }, none = { 0, 0 };
	bool late = false;

	for (int pause = SHORTEST; blocks && !late && (wsc__sendqueue_holds(queue) || outstanding(fd));
	     pause = pause < LONGEST ? 2 * pause : pause) {
		nanosleep(&(struct timespec){ 0, pause * 1000000 }, NULL);
		late = wsc__now() >= end;
	}
	late = late && (wsc__sendqueue_holds(queue) || outstanding(fd));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, late ? &reset : &none, sizeof none);
	if (late && is_awaited(sock)) /* or it would wait for them */
		disconnect(fd);
	return late;
}

static _Atomic uint64_t woken_at; /* when the last closing woke a call */

bool wsc__socket_settling(void)
{
	enum { LONGEST = 100 };

	if (wsc__now() > woken_at + LONGEST)
		return false;
	nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	return true;
}

/* Ends what calls of other threads wait for in the kernel. Of a socket that the filter of SIO_RCVALL feeds
 * they see it by the raw socket. What is queued is still to be sent; those who wait for that look up by
 * themselves. */
static void wake(int fd, struct socket *sock, bool reset, bool queued)
{
	woken_at = wsc__now();
	if (!reset || !disconnect(fd))
		shutdown(fd, queued ? SHUT_RD : SHUT_RDWR);
	if (wsc__socket_is(sock, SOCKET_RCVALL))
		shutdown(sock->deferred, SHUT_RDWR);
}

/* The number stays taken until the calls have left that were woken, or that wait for something else, like a
 * condition function: Linux would let them go on, with the data of whatever has it next. Meanwhile a socket
 * stands there to which nothing can happen. If there is no descriptor to make it of, the closed one stays: it
 * is shut down, and differs in that it keeps its port. */
static void vacate(int fd, struct socket *sock)
{
	int dead[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, dead) < 0)
		return;
	close(dead[1]);
	wsc__socket_lock(sock);
	sock->vacated = !wsc__socket_exchange((SOCKET)fd, sock, dead[0]);
	wsc__socket_unlock(sock);
}

void wsc__socket_free(struct socket *sock)
{
	wsc__socket_lock(sock);
	if (atomic_load(&sock->calls) == CALLS_CLOSED) {
		replace_state(sock, 0);
		/* Unless somebody has closed it behind our back, and it is another's. */
		if (!sock->vacated || wsc__socket_cookie(sock->number) == sock->cookie)
			close(sock->number); /* closed even if Linux says EINTR: again could hit another */
		atomic_fetch_and(&sock->calls, ~(unsigned)CALLS_CLOSED);
	}
	wsc__socket_unlock(sock);
}

/* From here on the socket is none, to calls that begin and to those that wait. The closing is a call like
 * those that it meets: whichever leaves last gives the number back. False if another thread was faster. */
static bool begin_end(struct socket *sock)
{
	bool first;

	wsc__socket_lock(sock); /* which an adoption holds */
	first = wsc__socket_is(sock, SOCKET_KNOWN);
	if (first) {
		wsc__socket_mark(sock, 0, SOCKET_KNOWN);
		atomic_fetch_add(&wsc__socket_endings, 1);
		atomic_fetch_add(&sock->calls, CALLS_CLOSED + 1); /* after that: see wsc__socket_hold */
	}
	wsc__socket_unlock(sock);
	return first;
}

/* Wakes all who wait for it, and closes it. */
static void finish_end(int fd, struct socket *sock)
{
	unsigned state, seconds;
	uint64_t cookie;
	struct sendqueue *queue;
	bool reset, reserves, shared, watched, late = false;

	wsc__socket_lock(sock);
	cookie = sock->cookie;
	seconds = lingers(sock);
	reset = aborts(sock);
	shared = sock->shared;
	reserves = sock->ports.options & PORT_RESERVES; /* now that it is unknown: see wsc__port_acquire */
	queue = wsc__sendqueue_take(sock);
	state = forget_state(sock);
	wsc__socket_unlock(sock);

	if (reset) {
		wsc__sendqueue_leave(queue, true);
		queue = NULL;
	}
	watched = wsc__selections && wsc__watch_hold(fd, sock);
	if (!shared && (watched || is_awaited(sock))) /* a shared one's connection goes on */
		wake(fd, sock, reset, queue != NULL);
	if (seconds)
		late = linger(fd, sock, queue, !(state & SOCKET_NONBLOCKING), seconds);
	wsc__sendqueue_leave(queue, late);
	if (is_awaited(sock))
		vacate(fd, sock);
	wsc__socket_end(sock);
	if (reserves)
		wsc__port_closed(cookie);
}

static int end(int fd, struct socket *sock)
{
	if (!begin_end(sock))
		return WS_WSAENOTSOCK;
	finish_end(fd, sock);
	return 0;
}

/* Whether a descriptor is a socket, by the cheapest call that tells: it sends no messages. */
static bool is_socket(int fd)
{
	int type;

	return syscall(SYS_sendmmsg, fd, NULL, 0, 0) == 0 || !option(fd, SOL_SOCKET, SO_TYPE, &type);
}

/* Closes a socket that no call has met since it was made, so that nobody waits for it, and there is nothing
 * to know of it but that the number has not become something else. False if a call has. Under the lock, so
 * that a first call finds the note as it was or the number closed. */
static bool close_fresh(struct socket *sock, int *error)
{
	bool fresh;

	wsc__socket_lock(sock);
	fresh = sock->fresh;
	if (fresh) {
		*error = is_socket(sock->number) ? 0 : WS_WSAENOTSOCK;
		if (!*error)
			close(sock->number);
		atomic_store_explicit(&sock->fresh, false, memory_order_relaxed);
	}
	wsc__socket_unlock(sock);
	return fresh;
}

int wsc__socket_address(SOCKET s, struct socket *sock, const void *user, int user_length,
			struct sockaddr_storage *address, socklen_t *length)
{
	int error = wsc__socket_verify(s, sock, NULL);

	return error ? error : wsc__address_in(sock->family, user, user_length, address, length);
}

void wsc__socket_bind_raw(SOCKET s, struct socket *sock)
{
	if (wsc__socket_is(sock, SOCKET_BOUND))
		return;
	wsc__socket_mark(sock, SOCKET_BOUND, 0);
	wsc__filter_update(s, sock);
}

/* A descriptor that was closed behind our back may be anybody's now. */
static bool still_ours(int fd, struct socket *sock)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof cookie;

	return wsc__socket_is(sock, SOCKET_OWNED) && !getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) &&
	       cookie == sock->cookie;
}

struct socket *wsc__socket_next(SOCKET *s)
{
	for (; *s < (SOCKET)SOCKET_PAGE * pages_end; ++*s) {
		struct socket *sock = wsc__socket_place(*s);

		if (!sock)
			*s |= SOCKET_PAGE - 1;
		else if (wsc__socket_is(sock, SOCKET_KNOWN))
			return sock;
	}
	return NULL;
}

static void forget_stranger(struct socket *sock)
{
	wsc__socket_lock(sock);
	if (wsc__socket_is(sock, SOCKET_KNOWN))
		replace_state(sock, 0);
	wsc__socket_unlock(sock);
}

/* First all are unknown, so that no call takes the end of its peer, which is closed here too, for news. */
void wsc__socket_close_all(void)
{
	struct socket *sock;

	for (SOCKET s = 0; s < (SOCKET)SOCKET_PAGE * pages_end; s++) {
		sock = wsc__socket_place(s);
		if (sock && sock->fresh) /* which finds out whether it is ours to close */
			wsc__socket_adopt(s);
	}
	for (SOCKET s = 0; (sock = wsc__socket_next(&s)); s++)
		if (!still_ours((int)s, sock))
			forget_stranger(sock);
		else if (begin_end(sock))
			sock->cleaned = true;
	for (SOCKET s = 0; s < (SOCKET)SOCKET_PAGE * pages_end; s++) {
		sock = wsc__socket_place(s);
		if (sock && sock->cleaned) {
			sock->cleaned = false;
			finish_end((int)s, sock);
		}
	}
	wsc__duplicate_end();
	wsc__port_end();
}

short wsc__poll_now(int fd, short events)
{
	struct pollfd now = { .fd = fd, .events = events };
	int count;

	do
		count = poll(&now, 1, 0);
	while (count < 0 && errno == EINTR); /* so it says with a signal pending, though it need not wait */
	return count > 0 ? now.revents : 0;
}

int wsc__tcp_state(int fd)
{
	struct tcp_info information;
	socklen_t size = sizeof information;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &information, &size) < 0)
		return -1;
	return information.tcpi_state;
}

void wsc__socket_connected(SOCKET s, struct socket *sock)
{
	enum { FAILURE = SOCKET_REFUSED | SOCKET_ERROR_SET | SOCKET_ERROR_TOLD };

	if (sock->extras)
		wsc__icmp_end(s, sock);
	sock->connected_at = wsc__now();
	wsc__socket_mark(sock, SOCKET_CONNECTED, SOCKET_CONNECTING | FAILURE);
}

bool wsc__socket_connecting(SOCKET s, struct socket *sock)
{
	short is;

	if (!wsc__socket_is(sock, SOCKET_CONNECTING))
		return false;
	is = wsc__poll_now((int)s, POLLOUT);
	if (!is)
		return true;
	if (is & (POLLERR | POLLHUP | POLLNVAL))
		wsc__socket_not_connected(sock);
	else
		wsc__socket_connected(s, sock);
	return false;
}

void wsc__socket_not_connected(struct socket *sock)
{
	wsc__socket_mark(sock, SOCKET_REFUSED, SOCKET_CONNECTING);
}

/* To Linux such a socket is connecting until its next connect, which fails for it. */
void wsc__socket_forget_failure(SOCKET s, struct socket *sock)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int posix_error;

	if (wsc__socket_connecting(s, sock) || !wsc__socket_is(sock, SOCKET_REFUSED))
		return;
	if (!option((int)s, SOL_SOCKET, SO_ERROR, &posix_error) && posix_error)
		wsc__socket_keep_error(s, sock, posix_error);
	connect((int)s, &nobody, sizeof nobody);
}

bool wsc__socket_has_failed(SOCKET s, struct socket *sock, int posix_error)
{
	bool stream = sock->type == SOCK_STREAM;

	if (stream && posix_error == ECONNRESET &&
	    wsc__socket_is(sock, SOCKET_CONNECTING)) /* so it had a peer */
		wsc__socket_connected(s, sock);
	if (!stream || wsc__socket_connecting(s, sock) || !wsc__socket_is(sock, SOCKET_REFUSED) ||
	    wsc__socket_verify(s, sock, NULL))
		return false;
	if (posix_error != ENOTCONN && posix_error != EPIPE && posix_error != EINVAL)
		wsc__socket_keep_error(s, sock, posix_error);
	return true;
}

int wsc__socket_lost(SOCKET s, struct socket *sock, int posix_error)
{
	bool stream = sock->type == SOCK_STREAM;

	if (sock->extras && !wsc__socket_is(sock, SOCKET_CONNECTED) && wsc__icmp_failed(s, sock))
		return WS_WSAEHOSTUNREACH;
	switch (posix_error) {
	case ECONNREFUSED: /* an ICMP message about a datagram sent before */
		return stream ? WS_WSAECONNREFUSED : WS_WSAECONNRESET;
	case ECONNRESET:
		if (stream)
			wsc__socket_mark(sock, SOCKET_RESET, 0);
		return WS_WSAECONNRESET;
	case EPIPE: /* how Linux calls a reset after the peer's end of file */
		if (stream)
			wsc__socket_mark(sock, SOCKET_ABORTED, 0);
		return WS_WSAECONNABORTED;
	case ETIMEDOUT:
	case EHOSTUNREACH: /* how Linux calls it when the next hop has fallen silent too */
	case ENETUNREACH:
		if (!stream || !wsc__socket_is(sock, SOCKET_CONNECTED) ||
		    wsc__tcp_state((int)s) != WSC_TCP_CLOSE)
			break;
		wsc__socket_mark(sock, SOCKET_TIMED_OUT, 0);
		return wsc__socket_is(sock, SOCKET_KEEPALIVE) && nothing_outstanding((int)s)
			       ? WS_WSAENETRESET
			       : WS_WSAETIMEDOUT;
	}
	return wsc__error_from_errno(posix_error);
}

void wsc__socket_look(SOCKET s, struct socket *sock)
{
	int posix_error;

	if (!wsc__socket_is(sock, SOCKET_CONNECTED) || wsc__tcp_state((int)s) != WSC_TCP_CLOSE ||
	    option((int)s, SOL_SOCKET, SO_ERROR, &posix_error) || !posix_error)
		return;
	wsc__socket_keep_error(s, sock, posix_error);
}

bool wsc__socket_probed_to_death(SOCKET s, struct socket *sock)
{
	struct tcp_info information;
	socklen_t size = offsetof(struct tcp_info, tcpi_backoff);

	return wsc__socket_is(sock, SOCKET_KEEPALIVE) &&
	       !getsockopt((int)s, IPPROTO_TCP, TCP_INFO, &information, &size) &&
	       information.tcpi_state == WSC_TCP_CLOSE && information.tcpi_probes &&
	       nothing_outstanding((int)s);
}

int wsc__socket_error(SOCKET s, struct socket *sock, int posix_error)
{
	if (wsc__socket_is(sock, SOCKET_CONNECTED) && is_tcp(sock) && wsc__tcp_state((int)s) != WSC_TCP_CLOSE)
		return 0;
	return wsc__socket_lost(s, sock, posix_error);
}

static void set_error(struct socket *sock, int error, unsigned state)
{
	sock->pending_error = error;
	wsc__socket_mark(sock, SOCKET_ERROR_SET | state, SOCKET_ERROR_TOLD & ~state);
}

void wsc__socket_keep_error(SOCKET s, struct socket *sock, int posix_error)
{
	bool refused;
	int error;

	if (wsc__socket_connecting(s, sock)) /* a router's complaint, and it goes on */
		return;
	if (wsc__unreachable_is(sock, posix_error)) { /* a receive will tell it */
		wsc__unreachable_keep(s, sock, posix_error);
		return;
	}
	refused = wsc__socket_is(sock, SOCKET_REFUSED);
	error = wsc__socket_error(s, sock, posix_error);
	if (error)
		set_error(sock, error, refused ? SOCKET_ERROR_TOLD : 0);
}

void wsc__socket_set_error(struct socket *sock, int error)
{
	if (error)
		set_error(sock, error, SOCKET_ERROR_TOLD);
	else
		wsc__socket_mark(sock, 0, SOCKET_ERROR_SET | SOCKET_ERROR_TOLD);
}

int wsc__socket_take_error(struct socket *sock)
{
	if (!wsc__socket_is(sock, SOCKET_ERROR_SET) || wsc__socket_is(sock, SOCKET_ERROR_TOLD))
		return 0;
	wsc__socket_mark(sock, 0, SOCKET_ERROR_SET);
	return atomic_exchange(&sock->pending_error, 0);
}

int wsc__socket_tell_error(struct socket *sock)
{
	if (!wsc__socket_is(sock, SOCKET_ERROR_TOLD))
		return wsc__socket_take_error(sock);
	if (wsc__socket_is(sock, SOCKET_CONNECTING | SOCKET_REFUSED))
		return sock->pending_error;
	wsc__socket_mark(sock, 0, SOCKET_ERROR_SET | SOCKET_ERROR_TOLD);
	return atomic_exchange(&sock->pending_error, 0);
}

bool wsc__socket_aborted(SOCKET s, struct socket *sock)
{
	int posix_error;

	if (!wsc__socket_is(sock, SOCKET_CONNECTED) || wsc__tcp_state((int)s) != WSC_TCP_CLOSE)
		return false;
	if (!option((int)s, SOL_SOCKET, SO_ERROR, &posix_error) && posix_error)
		wsc__socket_mark(sock, SOCKET_ABORTED, 0);
	return wsc__socket_is(sock, SOCKET_ABORTED);
}

/* 0 is a descriptor like any other to Linux, but no socket to a Windows program. */
int wsc__socket_not_zero(int fd)
{
	int other;

	if (fd)
		return fd;
	other = fcntl(fd, F_DUPFD_CLOEXEC, 1);
	close(fd);
	return other;
}

/* What each protocol is spoken over, in the order of the catalogue. Windows completes a call that
 * names no type with the first entry that fits. */
static const struct {
	int protocol, type;
} types[] = {
	{ IPPROTO_TCP, SOCK_STREAM },
	{ IPPROTO_UDP, SOCK_DGRAM },
};

/* A raw socket that can receive all protocols, once SIO_RCVALL says so. Linux has none that could be
 * asked for; one that only sends is the nearest. */
static int any_protocol(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd >= 0)
		setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &(int){ 0 }, sizeof(int));
	return fd;
}

/* Whether there is such a socket on Windows. The kernel has more of them. The catalogue knows no other type
 * of AF_UNIX than streams, so that others are of another family: that is what Windows says to Go's
 * "unixgram". */
static int check_kind(int family, int type, int protocol)
{
	enum { RAW_MOST = 255 };
	const int spoken = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;

	if (family == WS_AF_UNIX && (type != SOCK_STREAM || wsc__profile.windows < &wsc__windows[WINDOWS_10]))
		return WS_WSAEAFNOSUPPORT;
	if (type == SOCK_RAW)
		return protocol < 0 || protocol > RAW_MOST ? WS_WSAEPROTONOSUPPORT : 0;
	return protocol && (family == WS_AF_UNIX || protocol != spoken) ? WS_WSAEPROTONOSUPPORT : 0;
}

static int create(int family, int type, int protocol, DWORD flags, SOCKET *s)
{
	struct socket *sock;
	int posix_family, fd, error;
	size_t i;

	/* Windows looks at the type first, then at the family, then at the protocol. */
	for (i = 0; !type && i < sizeof types / sizeof *types; i++)
		if (types[i].protocol == protocol || (!protocol && family != WS_AF_UNSPEC))
			type = types[i].type;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_RAW)
		return !type && !family && !protocol ? WS_WSAEINVAL : WS_WSAESOCKTNOSUPPORT;
	if (family == WS_AF_UNSPEC) {
		if (!protocol)
			return WS_WSAEINVAL;
		family = WS_AF_INET;
	}
	posix_family = wsc__family_to_posix(family);
	if (posix_family < 0)
		return WS_WSAEAFNOSUPPORT;
	error = check_kind(family, type, protocol);
	if (!error)
		error = wsc__joinleaf_check(type, flags);
	if (error)
		return error;
	fd = socket(posix_family, type | SOCK_CLOEXEC, protocol);
	if (fd < 0 && errno == EPROTONOSUPPORT && type == SOCK_RAW && family == WS_AF_INET &&
	    protocol == WS_IPPROTO_IP)
		fd = any_protocol();
	if (fd >= 0)
		fd = wsc__socket_not_zero(fd);
	if (fd < 0) /* EINVAL is what Linux says of a protocol beyond those it could ever have */
		return errno == EINVAL ? WS_WSAEPROTONOSUPPORT : wsc__error_from_errno(errno);
	/* On Windows an IPv6 socket speaks IPv6 only, unless told otherwise. */
	if (family == WS_AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 1 }, sizeof(int));
	*s = (SOCKET)fd;
	if (type != SOCK_RAW && family != WS_AF_UNIX &&
	    !wsc__joinleaf_is_leaf(flags)) /* a raw one receives at once */
		return add_fresh(fd, family, type, protocol);
	finish_fresh(fd, family, type, protocol);
	error = wsc__socket_add(fd, family, type, protocol, 0, &sock);
	if (!error && type == SOCK_RAW)
		wsc__filter_update((SOCKET)fd, sock);
	if (!error) {
		error = wsc__joinleaf_note(sock, flags);
		if (error)
			end(fd, sock);
	}
	return error;
}

SOCKET WSC(socket)(int family, int type, int protocol)
{
	SOCKET s;
	int error = wsc__enter();

	if (!error)
		error = create(family, type, protocol, 0, &s);
	return error ? wsc__result_socket(error) : s;
}

/* The group, and most of the flags, ask for nothing that a socket here does not have anyway. */
SOCKET WSC(WSASocketA)(int family, int type, int protocol, WSAPROTOCOL_INFOA *information, GROUP group,
		       DWORD flags)
{
	WSAPROTOCOL_INFOA info;
	SOCKET s;
	int error = wsc__enter();

	(void)group;
	if (!error && information)
		error = wsc__copy_in(&info, information, sizeof info);
	if (!error && information && wsc__duplicate_is(&info)) {
		error = wsc__duplicate_take(&info, &s);
		return error ? wsc__result_socket(error) : s;
	}
	if (!error && information) {
		/* Where the caller leaves it to the structure, the structure says it. */
		if (family == -1 || !family)
			family = info.iAddressFamily;
		if (type == -1 || !type)
			type = info.iSocketType;
		if (protocol == -1 || !protocol)
			protocol = info.iProtocol;
		if (!family) /* only without a structure does it follow from the protocol */
			error = WS_WSAEAFNOSUPPORT;
	}
	if (!error)
		error = create(family, type, protocol, flags, &s);
	return error ? wsc__result_socket(error) : s;
}
WSC_ALIAS(WSASocketA)

/* The structures differ in the name at their end alone, which nobody reads. */
SOCKET WSC(WSASocketW)(int family, int type, int protocol, WSAPROTOCOL_INFOW *information, GROUP group,
		       DWORD flags)
{
	_Static_assert(offsetof(WSAPROTOCOL_INFOW, szProtocol) == offsetof(WSAPROTOCOL_INFOA, szProtocol) &&
			       offsetof(WSAPROTOCOL_INFOW_UTF32, szProtocol) ==
				       offsetof(WSAPROTOCOL_INFOA, szProtocol),
		       "the members before the name lie alike");
	return WSC(WSASocketA)(family, type, protocol, (WSAPROTOCOL_INFOA *)information, group, flags);
}
WSC_ALIAS(WSASocketW)

/* Closing a socket that may not block, and would have to wait, is begun when it can be ended. */
static int may_close(SOCKET s, struct socket *sock)
{
	unsigned seconds = 0;

	if (wsc__socket_is(sock, SOCKET_NONBLOCKING)) {
		wsc__socket_lock(sock);
		seconds = lingers(sock);
		wsc__socket_unlock(sock);
	}
	if (!seconds)
		return 0;
	return wsc__sendqueue_flush(s, sock) != SENDQUEUE_NONE || outstanding((int)s) ? WS_WSAEWOULDBLOCK : 0;
}

int WSC(closesocket)(SOCKET s)
{
	struct socket *sock = wsc__socket_place(s);
	int error = wsc__enter();

	if (!error && sock && sock->fresh && close_fresh(sock, &error))
		return wsc__result(error);
	if (!error)
		error = wsc__socket_enter(s, &sock);
	if (!error)
		error = wsc__socket_verify(s, sock, NULL); /* never close what is no socket any more */
	if (!error)
		error = may_close(s, sock);
	if (!error)
		error = end((int)s, sock);
	return wsc__result(error);
}
WSC_ALIAS(closesocket)
