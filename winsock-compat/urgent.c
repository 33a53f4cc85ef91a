/* Urgent data of TCP as Windows has it: apart from the stream, and each byte kept until it is asked for.
 *
 * The kernel knows one urgent byte, which it skips when the stream is read, and forgets when the stream is
 * read on; when the next one comes, the first is ordinary data again. So whenever a call meets an urgent
 * byte, it takes it out and keeps it. Where that cannot be done because data comes before it, the place is
 * noted, as a hole: SO_OOBINLINE is on in the kernel meanwhile, so that every byte of the stream stands at
 * its place, and receives end before the hole and step over it.
 *
 * From the first such byte on, a receive takes no more than what had come before it looked for another one:
 * an urgent pointer never points to what was there already. */
#include "urgent.h"

#include "error.h"
#include "fault.h"
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static bool is_tcp(struct socket *sock)
{
	return sock->type == SOCK_STREAM && sock->family != WS_AF_UNIX;
}

/* What the kernel says. */

static bool is_pending(SOCKET s)
{
	return wsc__poll_now((int)s, POLLPRI) & POLLPRI;
}

static int in_line(SOCKET s, int *on)
{
	return wsc__posix_get(s, SOL_SOCKET, SO_OOBINLINE, on, sizeof *on);
}

static int set_in_line(SOCKET s, int on)
{
	return wsc__posix_set(s, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

static bool is_next(SOCKET s)
{
	int yes = 0;

	return !ioctl((int)s, SIOCATMARK, &yes) && yes;
}

/* In line, bytes before the urgent one; all that there is, if that has not come yet. Nothing is written; that it is
 * seldom asked for more than a megabyte is for valgrind, which looks after each byte all the same. */
static ssize_t distance(SOCKET s)
{
	enum { FEW = 1 << 20 };
	ssize_t bytes = recv((int)s, NULL, FEW, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	return bytes < FEW ? bytes : recv((int)s, NULL, INT_MAX, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
}

static ssize_t all(SOCKET s)
{
	int bytes;

	return ioctl((int)s, FIONREAD, &bytes) < 0 ? -1 : bytes;
}

/* A byte of the stream that is no urgent one any more; 0 if memory has run out. */
static unsigned char byte_at(SOCKET s, ssize_t place)
{
	unsigned char *bytes = malloc((size_t)place + 1), byte = 0;

	if (bytes && recv((int)s, bytes, (size_t)place + 1, MSG_PEEK | MSG_DONTWAIT) == place + 1)
		byte = bytes[place];
	free(bytes);
	return byte;
}

/* What is kept; all of it under the lock. */

static struct urgent *of(struct socket *sock)
{
	return sock->extras ? &sock->extras->urgent_data : NULL;
}

/* Whether the program wants urgent data in line; with a hole the kernel has something else. */
static bool wants_in_line(SOCKET s, struct socket *sock)
{
	int on = 0;

	if (of(sock) && of(sock)->holes)
		return wsc__socket_is(sock, SOCKET_INLINE);
	in_line(s, &on);
	wsc__socket_mark(sock, on ? SOCKET_INLINE : 0, on ? 0 : SOCKET_INLINE);
	return on;
}

static void keep(struct urgent *urgent, unsigned char byte)
{
	urgent->bytes[urgent->count++] = byte;
}

static void take_first(struct urgent *urgent, unsigned count)
{
	urgent->count -= count;
	memmove(urgent->bytes, urgent->bytes + count, urgent->count);
}

static void take_first_hole(struct urgent *urgent)
{
	urgent->holes--;
	memmove(urgent->hole, urgent->hole + 1, urgent->holes * sizeof *urgent->hole);
}

/* So many bytes before the holes were received. */
static void advance(struct urgent *urgent, size_t bytes)
{
	for (unsigned i = 0; i < urgent->holes; i++)
		urgent->hole[i] -= bytes;
}

static void settle(SOCKET s, struct socket *sock)
{
	struct urgent *urgent = of(sock);

	if (urgent && !urgent->holes)
		set_in_line(s, wsc__socket_is(sock, SOCKET_INLINE));
}

/* The hole of a byte that was early is next: the kernel would skip it, or not, if another one comes. */
static void step_over(SOCKET s, struct urgent *urgent)
{
	unsigned char byte;

	if (!urgent->early || !is_next(s))
		return;
	set_in_line(s, 1);
	urgent->early = recv((int)s, &byte, 1, MSG_DONTWAIT) != 1;
}

/* The urgent byte has data before it. The kernel gives it only while it is not in line, and then only the
 * newest. False if there is nothing more to do now: it may be known before all that comes in front of it is
 * there. */
static bool note_hole(SOCKET s, struct urgent *urgent)
{
	ssize_t place = distance(s), later;
	unsigned char byte;

	if (place <= 0 || place >= all(s) ||
	    (urgent->holes && (size_t)place <= urgent->hole[urgent->holes - 1]))
		return false;
	set_in_line(s, 0);
	if (recv((int)s, &byte, 1, MSG_OOB | MSG_DONTWAIT) != 1)
		return false;
	set_in_line(s, 1);
	urgent->hole[urgent->holes++] = (size_t)place;
	later = distance(s);
	if (later == place || is_pending(s)) {
		keep(urgent, byte);
		return true;
	}
	/* It was a newer one that has come meanwhile. */
	keep(urgent, byte_at(s, place));
	keep(urgent, byte);
	urgent->hole[urgent->holes++] = (size_t)later;
	return true;
}

/* Whether there is no room for one more place, so that the next byte stays with the kernel until some of the
 * stream was received. Under the lock. */
static bool is_full(const struct urgent *urgent)
{
	return urgent && urgent->holes + 2 > URGENT_MOST;
}

/* Takes what has come out of the stream, or notes where it stands. Whether there was anything. */
static bool notice(SOCKET s, struct socket *sock)
{
	struct socket_extras *extras = sock->extras;
	struct urgent *urgent;
	bool more = true, any = false;

	if (extras && extras->urgent_data.early && !wsc__socket_is(sock, SOCKET_INLINE)) {
		step_over(s, &extras->urgent_data);
		settle(s, sock);
	}
	if (!is_tcp(sock) || !is_pending(s) || wants_in_line(s, sock))
		return false;
	extras = wsc__socket_extras(sock);
	if (!extras)
		return false;
	wsc__socket_mark(sock, SOCKET_URGENT, 0);
	urgent = &extras->urgent_data;
	while (more && urgent->count + 2 <= URGENT_MOST && !is_full(urgent) && is_pending(s)) {
		unsigned char byte;

		set_in_line(s, 1);
		if (!is_next(s)) {
			more = note_hole(s, urgent);
		} else if (recv((int)s, &byte, 1, MSG_DONTWAIT) == 1) {
			urgent->holes = 0;
			keep(urgent, byte);
		} else {
			more = false;
		}
		any = any || more;
	}
	settle(s, sock);
	return any;
}

/* Whether one is there of which the place is not known yet, as a packet was lost: then the kernel has to
 * manage. */
static bool is_early(SOCKET s, const struct urgent *urgent)
{
	ssize_t place;
	bool early;

	if (!urgent || urgent->holes || !is_pending(s))
		return false;
	set_in_line(s, 1);
	place = distance(s);
	early = !is_next(s) && (place <= 0 || place >= all(s));
	set_in_line(s, 0);
	return early;
}

bool wsc__urgent_is_full(struct socket *sock)
{
	bool full;

	wsc__socket_lock(sock);
	full = is_full(of(sock));
	wsc__socket_unlock(sock);
	return full;
}

short wsc__urgent_waiting(struct socket *sock)
{
	struct urgent *urgent;
	short ready = 0;

	wsc__socket_lock(sock);
	urgent = of(sock);
	if (urgent && urgent->count)
		ready = wsc__socket_is(sock, SOCKET_INLINE) ? POLLIN : POLLPRI;
	wsc__socket_unlock(sock);
	return ready;
}

short wsc__urgent_look(SOCKET s, struct socket *sock, short seen)
{
	wsc__socket_lock(sock);
	notice(s, sock);
	if (wsc__socket_is(sock, SOCKET_INLINE) ||
	    ((!is_pending(s) || is_full(of(sock))) && !(of(sock) && of(sock)->count)))
		seen &= ~POLLPRI;
	wsc__socket_unlock(sock);
	return seen;
}

/* Into the first buffer that has room. */
static int give(struct transfer *transfer, unsigned char byte)
{
	struct msghdr *message = &transfer->message;
	int error;

	while (message->msg_iovlen && !message->msg_iov->iov_len)
		wsc__transfer_advance(transfer, 0);
	error = message->msg_iovlen ? wsc__copy_out(message->msg_iov->iov_base, &byte, 1) : WS_WSAEFAULT;
	if (!error)
		wsc__transfer_advance(transfer, 1);
	return error;
}

int wsc__urgent_take(SOCKET s, struct socket *sock, struct transfer *transfer, int posix_flags)
{
	struct urgent *urgent;
	unsigned char byte;
	int error = 0;

	wsc__socket_lock(sock);
	notice(s, sock);
	urgent = of(sock);
	if (wants_in_line(s, sock)) {
		error = WS_WSAEINVAL;
	} else if (urgent && urgent->count) {
		error = transfer->size ? give(transfer, urgent->bytes[0]) : 0;
		if (!error && transfer->size && !(posix_flags & MSG_PEEK))
			take_first(urgent, 1);
		settle(s, sock);
	} else if (transfer->size && is_early(s, urgent) &&
		   recv((int)s, &byte, 1, (posix_flags & MSG_PEEK) | MSG_OOB | MSG_DONTWAIT) == 1) {
		error = give(transfer, byte);
		urgent->early = !(posix_flags & MSG_PEEK);
	}
	wsc__socket_unlock(sock);
	return error;
}

/* The parts of a message that make so many bytes. */
static void cut(struct msghdr *message, struct iovec *last, size_t most)
{
	size_t i = 0;

	while (i < message->msg_iovlen && message->msg_iov[i].iov_len < most)
		most -= message->msg_iov[i++].iov_len;
	if (i < message->msg_iovlen) {
		*last = message->msg_iov[i];
		message->msg_iov[i].iov_len = most;
		message->msg_iovlen = i + 1;
	}
}

/* The receive itself, up to the first hole, or of so many bytes. */
static int receive_before(SOCKET s, struct urgent *urgent, size_t most, struct transfer *transfer,
			  int posix_flags)
{
	struct msghdr message = transfer->message;
	struct iovec whole = { NULL, 0 };
	unsigned char byte;
	ssize_t now;

	cut(&message, &whole, urgent->holes ? urgent->hole[0] : most);
	now = recvmsg((int)s, &message, (posix_flags & ~MSG_WAITALL) | MSG_DONTWAIT);
	if (whole.iov_base)
		message.msg_iov[message.msg_iovlen - 1] = whole;
	if (now <= 0)
		return now < 0 && errno == EFAULT ? WS_WSAEFAULT : 0;
	wsc__transfer_advance(transfer, (size_t)now);
	if (posix_flags & MSG_PEEK)
		return 0;
	advance(urgent, (size_t)now);
	while (urgent->holes && !urgent->hole[0]) {
		if (recv((int)s, &byte, 1, MSG_DONTWAIT) < 0)
			break;
		take_first_hole(urgent);
		advance(urgent, 1);
	}
	return 0;
}

int wsc__urgent_receive(SOCKET s, struct socket *sock, struct transfer *transfer, int posix_flags)
{
	struct urgent *urgent;
	unsigned given = 0;
	ssize_t there;
	int error = wsc__socket_verify(s, sock, NULL);

	if (error)
		return error;
	wsc__socket_lock(sock);
	do
		there = all(s);
	while (notice(s, sock));
	urgent = of(sock);
	if (urgent && urgent->count && wsc__socket_is(sock, SOCKET_INLINE)) {
		while (!error && given < urgent->count && transfer->done < transfer->size) {
			error = give(transfer, urgent->bytes[given]);
			given += !error;
		}
		if (!(posix_flags & MSG_PEEK))
			take_first(urgent, given);
		error = given ? 0 : error;
	} else if (urgent && (urgent->holes || there > 0)) {
		error = receive_before(s, urgent, (size_t)there, transfer, posix_flags);
	}
	settle(s, sock);
	wsc__socket_unlock(sock);
	return error;
}

bool wsc__urgent_is_plain(struct socket *sock)
{
	bool plain;

	wsc__socket_lock(sock);
	plain = !of(sock) || (wsc__socket_is(sock, SOCKET_INLINE) && !of(sock)->count && !of(sock)->holes);
	wsc__socket_unlock(sock);
	return plain;
}

int wsc__urgent_count(SOCKET s, struct socket *sock, DWORD *bytes)
{
	int error = wsc__socket_is(sock, SOCKET_URGENT) ? wsc__socket_verify(s, sock, NULL) : 0;
	struct urgent *urgent;
	ssize_t there;

	if (error)
		return error;
	wsc__socket_lock(sock);
	notice(s, sock);
	there = all(s);
	urgent = of(sock);
	if (there >= 0 && urgent && urgent->holes)
		there -= urgent->holes;
	if (there >= 0 && urgent && wsc__socket_is(sock, SOCKET_INLINE))
		there += urgent->count;
	wsc__socket_unlock(sock);
	if (there < 0)
		return errno == ENOTTY ? WS_WSAENOTSOCK : wsc__error_from_errno(errno); /* a file by now */
	*bytes = (DWORD)there;
	return 0;
}

/* TRUE says that no urgent data is waiting; with SO_OOBINLINE, that it is next or not there. */
int wsc__urgent_is_at_mark(SOCKET s, struct socket *sock, DWORD *at_mark)
{
	int error = wsc__socket_is(sock, SOCKET_URGENT) ? wsc__socket_verify(s, sock, NULL) : 0;
	struct urgent *urgent;
	bool pending;

	if (error)
		return error;
	wsc__socket_lock(sock);
	notice(s, sock);
	pending = is_pending(s);
	if (pending && wants_in_line(s, sock))
		pending = !is_next(s);
	urgent = of(sock);
	*at_mark = !pending && !(urgent && urgent->count);
	wsc__socket_unlock(sock);
	return 0;
}

/* SO_OOBINLINE */

int wsc__option_get_oob_inline(SOCKET s, struct socket *sock, const struct option *option,
			       struct value *value)
{
	int on = 0, error;

	(void)option;
	wsc__socket_lock(sock);
	error = in_line(s, &on);
	value->dword = of(sock) && of(sock)->holes ? wsc__socket_is(sock, SOCKET_INLINE) : on != 0;
	wsc__socket_unlock(sock);
	return error;
}

/* What waits becomes part of the stream: at its place, where that is still to come, or else before all the
 * rest. What was received is not to come again, as it would on Linux. */
static void put_in_line(SOCKET s, struct urgent *urgent)
{
	unsigned both = urgent->count < urgent->holes ? urgent->count : urgent->holes;
	unsigned char byte;

	urgent->count -= both; /* the newest of each are the same */
	urgent->holes -= both;
	if (!urgent->holes && is_next(s) && !is_pending(s))
		recv((int)s, &byte, 1, MSG_DONTWAIT);
}

int wsc__option_set_oob_inline(SOCKET s, struct socket *sock, const struct option *option,
			       const struct value *value)
{
	bool stream = is_tcp(sock);
	int error = 0, before = 0;

	(void)option;
	wsc__socket_lock(sock);
	if (stream && value->dword)
		notice(s, sock);
	if (stream && of(sock) && of(sock)->holes)
		before = wsc__socket_is(sock, SOCKET_INLINE);
	else
		error = in_line(s, &before);
	if (!error && !(stream && of(sock) && of(sock)->holes))
		error = set_in_line(s, value->dword != 0);
	if (!error) {
		wsc__socket_mark(sock, value->dword ? SOCKET_INLINE : 0, value->dword ? 0 : SOCKET_INLINE);
		if (stream && value->dword && !before && of(sock))
			put_in_line(s, of(sock));
		if (stream && of(sock))
			settle(s, sock);
	}
	wsc__socket_unlock(sock);
	return error;
}
