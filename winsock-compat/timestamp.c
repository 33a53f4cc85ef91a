/* Timestamps of datagrams.
 *
 * What is received is stamped by SO_TIMESTAMPNS, a control message among others. What is sent is stamped
 * where the kernel hands it to the interface, and the stamp comes through the queue of errors, with a number:
 * since Linux 6.13 that which the program gave the datagram, before one by which the kernel counts them. */
#include "timestamp.h"

#include "control.h"
#include "counter.h"
#include "error.h"
#include "ioctl.h"
#include "unreachable.h"

#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81
#endif

enum { WAITING_MOST = 256 };

struct stamps {
	bool counts; /* the kernel counts the datagrams, and these are the numbers of those that are under way
		      */
	DWORD sent;
	struct waiting {
		DWORD key, id;
	} waiting[WAITING_MOST];
	unsigned waiting_count;
	unsigned most, count; /* of those that went out: how many are kept, and are there */
	struct stamp {
		DWORD id;
		ULONG64 when;
	} * stamp;
};

/* For a kernel that counts: so that it counts as we do. */
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

static int set_kernel(SOCKET s, int flags)
{
	return setsockopt((int)s, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) < 0
		       ? wsc__error_from_errno(errno)
		       : 0;
}

enum { REPORT = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY };

/* Whether a kernel takes numbers is found out with a datagram that is not sent. */
static bool takes_ids(void)
{
	enum { PROBE = 0x10 /* MSG_PROBE, which the C library does not name */ };
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(uint32_t))];
	} control = { .header = { CMSG_LEN(sizeof(uint32_t)), SOL_SOCKET, SCM_TS_OPT_ID } };
	struct iovec part = { NULL, 0 };
	struct msghdr message = { &self, sizeof self, &part, 1, &control, sizeof control, 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool takes;

	self.sin_port = htons(9);
	takes = fd >= 0 && !set_kernel((SOCKET)fd, REPORT | SOF_TIMESTAMPING_OPT_ID) &&
		(sendmsg(fd, &message, PROBE | MSG_DONTWAIT) >= 0 || errno != EINVAL);
	if (fd >= 0)
		close(fd);
	return takes;
}

void wsc__timestamp_free(struct stamps *stamps)
{
	if (stamps)
		free(stamps->stamp);
	free(stamps);
}

/* Under the lock; NULL if there are none, or no note. */
static struct stamps *stamps_of(struct socket *sock)
{
	return sock->extras ? sock->extras->stamps : NULL;
}

static int start(struct socket *sock, unsigned most)
{
	struct stamps *stamps = calloc(1, sizeof *stamps), *before;
	struct socket_extras *extras;

	if (stamps) {
		stamps->most = most;
		stamps->stamp = calloc(most ? most : 1, sizeof *stamps->stamp);
		stamps->counts = !takes_ids();
	}
	if (!stamps || !stamps->stamp) {
		wsc__timestamp_free(stamps);
		return WS_WSAENOBUFS;
	}
	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	before = extras ? extras->stamps : stamps;
	if (extras)
		extras->stamps = stamps;
	wsc__socket_unlock(sock);
	wsc__timestamp_free(before);
	return extras ? 0 : WS_WSAENOBUFS;
}

static void stop(struct socket *sock)
{
	struct stamps *before;

	wsc__socket_lock(sock);
	before = stamps_of(sock);
	if (before)
		sock->extras->stamps = NULL;
	wsc__socket_unlock(sock);
	wsc__timestamp_free(before);
}

int wsc__timestamp_configure(SOCKET s, struct socket *sock, struct call *call)
{
	TIMESTAMPING_CONFIG config;
	int error;

	memcpy(&config, call->argument.bytes, sizeof config);
	if (config.Flags & ~(ULONG)(WS_TIMESTAMPING_FLAG_RX | WS_TIMESTAMPING_FLAG_TX))
		return WS_WSAEINVAL;
	error = wsc__control_ask(s, sock, WS_SOL_SOCKET, WS_SO_TIMESTAMP,
				 config.Flags & WS_TIMESTAMPING_FLAG_RX);
	if (error)
		return error;
	error = set_kernel(s, 0); /* from which the kernel counts anew */
	wsc__unreachable_collect(s, sock);
	stop(sock);
	if (!error && config.Flags & WS_TIMESTAMPING_FLAG_TX) {
		error = start(sock, config.TxTimestampsBuffered);
		if (!error)
			error = set_kernel(s, REPORT | SOF_TIMESTAMPING_OPT_ID);
		if (error)
			stop(sock);
	}
	return error;
}

void wsc__timestamp_ask(SOCKET s, struct socket *sock, struct stamping *stamping)
{
	struct stamps *stamps;

	wsc__socket_lock(sock);
	stamps = stamps_of(sock);
	stamping->is_asked = stamps;
	stamping->is_told = stamps && !stamps->counts;
	wsc__socket_unlock(sock);
	if (stamping->is_asked)
		wsc__unreachable_collect(s, sock); /* what is not collected takes the place of datagrams */
}

static bool is_counted(const struct stamping *stamping)
{
	return stamping->wanted && stamping->is_asked && !stamping->is_told;
}

void wsc__timestamp_begin(struct socket *sock, const struct stamping *stamping)
{
	struct stamps *stamps;

	if (!is_counted(stamping))
		return;
	pthread_mutex_lock(&counting);
	wsc__socket_lock(sock);
	stamps = stamps_of(sock);
	if (stamps && stamps->waiting_count == WAITING_MOST) /* something lost the oldest one's stamp */
		memmove(stamps->waiting, stamps->waiting + 1,
			--stamps->waiting_count * sizeof *stamps->waiting);
	if (stamps)
		stamps->waiting[stamps->waiting_count++] = (struct waiting){ stamps->sent++, stamping->id };
	wsc__socket_unlock(sock);
}

/* Whether it has counted a failed one the kernel does not say; so it counts anew, and those under way are
 * lost. */
void wsc__timestamp_end(SOCKET s, struct socket *sock, const struct stamping *stamping, bool failed)
{
	struct stamps *stamps;

	if (!is_counted(stamping))
		return;
	wsc__socket_lock(sock);
	stamps = failed ? stamps_of(sock) : NULL;
	if (stamps) {
		stamps->waiting_count = 0;
		stamps->sent = 0;
		set_kernel(s, REPORT);
		set_kernel(s, REPORT | SOF_TIMESTAMPING_OPT_ID);
	}
	wsc__socket_unlock(sock);
	pthread_mutex_unlock(&counting);
}

/* Under the lock. The number that the program gave the datagram; false if it is not known. */
static bool find_id(struct stamps *stamps, DWORD key, DWORD *id)
{
	*id = key;
	if (!stamps->counts)
		return true;
	for (unsigned i = 0; i < stamps->waiting_count; i++)
		if (stamps->waiting[i].key == key) {
			*id = stamps->waiting[i].id;
			stamps->waiting_count--;
			memmove(stamps->waiting + i, stamps->waiting + i + 1,
				(stamps->waiting_count - i) * sizeof *stamps->waiting);
			return true;
		}
	return false;
}

void wsc__timestamp_add(struct socket *sock, DWORD key, const struct timespec *when)
{
	ULONG64 count = wsc__counter_at(when);
	struct stamps *stamps;
	DWORD id;

	wsc__socket_lock(sock);
	stamps = stamps_of(sock);
	if (stamps && find_id(stamps, key, &id) &&
	    stamps->count < stamps->most) /* or else the new one is lost */
		stamps->stamp[stamps->count++] = (struct stamp){ id, count };
	wsc__socket_unlock(sock);
}

int wsc__timestamp_query(SOCKET s, struct socket *sock, struct call *call)
{
	DWORD id = call->argument.dword;
	int error = WS_WSAEWOULDBLOCK;
	struct stamps *stamps;

	wsc__unreachable_collect(s, sock);
	wsc__socket_lock(sock);
	stamps = stamps_of(sock);
	for (unsigned i = 0; stamps && error && i < stamps->count; i++)
		if (stamps->stamp[i].id == id) {
			call->argument.stamp = stamps->stamp[i].when;
			stamps->count--;
			memmove(stamps->stamp + i, stamps->stamp + i + 1,
				(stamps->count - i) * sizeof *stamps->stamp);
			error = 0;
		}
	wsc__socket_unlock(sock);
	return error;
}
