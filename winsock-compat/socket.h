/* A socket's state.
 *
 * The value of a SOCKET is its file descriptor; what we know of it stands in a table of which
 * entries are never freed, so that a thread may look at one while another closes the socket.
 *
 * The kernel's socket is the truth and the entry only a note about it. A descriptor may be
 * closed and used again behind our back, so an answer that comes from the entry alone, and
 * that the kernel does not confirm in the same call, is given only after wsc__socket_verify
 * has found the note to be about this very socket (SO_COOKIE). A note about another one is
 * thrown away and the socket adopted anew. */
#ifndef WSC_SOCKET_H
#define WSC_SOCKET_H

#include "keepalive.h"
#include "startup.h"
#include "ws.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum socket_state {
	SOCKET_KNOWN = 1 << 0,       /* the entry is in use */
	SOCKET_OWNED = 1 << 1,       /* made by a call of ours: the last WSACleanup closes it */
	SOCKET_NONBLOCKING = 1 << 2, /* FIONBIO */
	SOCKET_BOUND = 1 << 3,       /* a bind of ours succeeded */
	SOCKET_LISTENING = 1 << 4,
	SOCKET_CONNECTING = 1 << 5,        /* a connect was begun and its end was not seen yet */
	SOCKET_CONNECTED = 1 << 6,         /* it had a peer, be it gone or not */
	SOCKET_TIMED_OUT = 1 << 7,         /* keep-alive probes stayed unanswered, and that was reported */
	SOCKET_RESET = 1 << 8,             /* the peer reset the connection, and that was reported */
	SOCKET_NO_RECEIVE = 1 << 9,        /* shutdown(SD_RECEIVE) */
	SOCKET_NO_SEND = 1 << 10,          /* shutdown(SD_SEND) */
	SOCKET_KEEPALIVE = 1 << 11,        /* SO_KEEPALIVE is on, and the kernel probes */
	SOCKET_SILENT = 1 << 12,           /* SO_KEEPALIVE is on with a probe count of 0: no kernel option */
	SOCKET_ERROR_SET = 1 << 13,        /* `pending_error` waits for the next SO_ERROR or call... */
	SOCKET_DEFERRED = 1 << 14,         /* `deferred` waits for the next accept */
	SOCKET_QUEUED = 1 << 15,           /* it has accepted what the kernel has not: see sendqueue.h */
	SOCKET_REFUSED = 1 << 16,          /* the last connect failed: select says so in exceptfds */
	SOCKET_STREAM = 1 << 17,           /* its type is SOCK_STREAM */
	SOCKET_ERRORS = 1 << 18,           /* messages that IP_RECVERR asked for wait in the extras */
	SOCKET_PORT_UNREACHABLE = 1 << 19, /* a datagram met a port that nobody has: for the next receive */
	SOCKET_EXPIRED = 1 << 20,          /* a datagram met too many routers: for the next receive */
	SOCKET_NO_CONNRESET = 1 << 21,     /* SIO_UDP_CONNRESET is off */
	SOCKET_NO_NETRESET = 1 << 22,      /* SIO_UDP_NETRESET is off */
	SOCKET_PAUSED = 1 << 23,           /* SO_PAUSE_ACCEPT: if it listens, the kernel's socket does not */
	SOCKET_ERROR_TOLD = 1 << 24,       /* ...or rather for SO_ERROR alone */
	SOCKET_ABORTED = 1 << 25,          /* the peer had closed before it got all that was sent */
	SOCKET_RCVALL = 1 << 26,           /* SIO_RCVALL: the descriptor is a packet socket's */
	SOCKET_LIMITED = 1 << 27,          /* IP_USER_MTU is set, for datagrams of IPv4 */
	SOCKET_CONDITIONAL = 1 << 28,      /* a listener that asks before it answers: see conditional.h */
	SOCKET_URGENT = 1 << 29,           /* its peer has sent urgent data: see urgent.h */
	SOCKET_INLINE = 1 << 30,           /* SO_OOBINLINE, as far as we know */
	SOCKET_SHARED =
		1u << 31, /* by WSADuplicateSocket: `shared` says so too, and beyond the state's end */
};

/* What decides who may have a port beside whom. */
enum port_option {
	PORT_REUSEADDR = 1 << 0,       /* SO_REUSEADDR */
	PORT_EXCLUSIVE = 1 << 1,       /* SO_EXCLUSIVEADDRUSE */
	PORT_RANDOMIZE = 1 << 2,       /* SO_RANDOMIZE_PORT */
	PORT_SCALABILITY = 1 << 3,     /* SO_PORT_SCALABILITY */
	PORT_REUSE_UNICAST = 1 << 4,   /* SO_REUSE_UNICASTPORT */
	PORT_REUSE_MULTICAST = 1 << 5, /* SO_REUSE_MULTICASTPORT */
	PORT_V6ONLY_OFF = 1 << 6,      /* IPV6_V6ONLY was set FALSE */
	PORT_BOUND = 1 << 7,           /* a bind of ours gave it its address */
	PORT_RESERVES = 1 << 8,        /* port reservations end with it */
	PORT_PROCESSORS = 1 << 9,      /* SIO_CPU_AFFINITY: those who share a port each have a processor */
};
struct ports {
	_Atomic unsigned options;     /* enum port_option */
	_Atomic unsigned short bound; /* the port of a bind of ours, in host order; 0: the kernel knows */
	_Atomic unsigned char sharing; /* enum sharing: as it was bound */
	_Atomic uint64_t reservation; /* that bind takes a port from; 0 is none */
};

/* What is kept for sockets on which something rare was set. */
enum { OPTIONS_KEPT = 96, JOINED_MOST = 32, INTERFACES_LISTED = 32, REFUSALS_MOST = 16 };
struct interface_list {
	unsigned count;
	DWORD index[INTERFACES_LISTED];
};

enum { URGENT_MOST = 64 };
struct urgent {
	unsigned char bytes[URGENT_MOST]; /* that wait to be received */
	size_t hole[URGENT_MOST];         /* where in the stream the newest ones are: bytes from its beginning */
	unsigned count, holes;
	bool early; /* the kernel has one more hole: a byte that came before what stands in front of it */
};

struct socket_extras {
	DWORD kept[OPTIONS_KEPT]; /* options that are only kept */
	bool is_kept[OPTIONS_KEPT];
	uint64_t left_source; /* the multicast source that was taken off a list last; 0: none */
	DWORD coalesced;      /* UDP_RECV_MAX_COALESCED_SIZE */
	struct interface_list interfaces[2]; /* IP_ADD_IFLIST, IPV6_ADD_IFLIST */
	struct joined {
		unsigned interface;
		struct in6_addr group;
	} joined[JOINED_MOST]; /* groups of IPv6 */
	unsigned joined_count; /* JOINED_MOST + 1: too many to be noted */
	int backlog;              /* what a paused listener goes on with */
	int *waiting, waiting_count; /* connections that came before the pause: wait for the next accepts */
	struct conditional *conditional; /* with SOCKET_CONDITIONAL */
	int syn_retries;          /* the kernel's, before TCP_NOSYNRETRIES; 0 if that was never set */
	unsigned multipoint;      /* WSA_FLAG_MULTIPOINT_*: it may be a leaf */
	bool is_leaf;             /* WSAJoinLeaf has made it one */
	struct urgent urgent_data;
	int urgent;               /* TCP_EXPEDITED_1122 or TCP_BSDURGENT, whichever was turned on */
	bool icmp_failed;         /* the last connect has met an ICMP error: this one */
	ICMP_ERROR_INFO icmp;
	struct refusal {            /* what became of datagrams, for the next receives */
		unsigned state;     /* SOCKET_PORT_UNREACHABLE or SOCKET_EXPIRED */
		socklen_t length;
		struct sockaddr_in6 to;
	} refusals[REFUSALS_MOST];
	unsigned refusal_count;
	struct error_queue *errors; /* what IP_RECVERR asked for; NULL if there never was any */
	struct stamps *stamps;      /* of datagrams that were sent; NULL without SIO_TIMESTAMPING */
	struct sendqueue *queue;  /* what SOCKET_QUEUED is about; may be empty */
};

struct socket { /* of a size that makes finding one a shift */
	_Atomic unsigned state; /* enum socket_state; its changes need no lock */
	_Atomic int type;       /* SOCK_*, the same numbers on both systems */
	_Atomic int family;     /* WS_AF_* */
	_Atomic int protocol;   /* IPPROTO_*, the same numbers on both systems */
	_Atomic uint64_t cookie; /* the kernel's name of the socket */
	_Atomic int pending_error;
	_Atomic int deferred;   /* a connection that a condition function put off; or, with SOCKET_RCVALL, the
				 * descriptor of the raw socket that the program made */
	_Atomic unsigned calls; /* between wsc__socket_begin and wsc__socket_end; and CALLS_CLOSED */
	_Atomic unsigned generation; /* of how many sockets the note has been */
	pthread_mutex_t lock;   /* for what follows */
	struct keepalive keepalive;
	DWORD receive_buffer, send_buffer;       /* SO_RCVBUF, SO_SNDBUF as set; ~0 if never */
	_Atomic DWORD receive_timeout, send_timeout; /* SO_RCVTIMEO, SO_SNDTIMEO in ms; 0 is none */
	WORD linger_on, linger_time;             /* SO_LINGER as set */
	_Atomic uint64_t connected_at;           /* wsc__now() when it got its peer */
	_Atomic unsigned control;                /* the control messages that receives give: rows of control.c */
	struct ports ports;
	struct socket_extras *_Atomic extras;    /* what few sockets have; NULL until they do */
	int number;                              /* the descriptor's */
	_Atomic bool shared;                     /* by WSADuplicateSocket: other descriptors may be its too */
	_Atomic bool unaware;                    /* such a one, which does not see that another was bound since */
	bool cleaned;                            /* the last WSACleanup is closing it */
	bool vacated;                            /* it is closed, and another socket keeps its number */
	_Atomic bool fresh; /* made by socket, and no call has met it: unknown, but for its kind; see add_fresh */
} __attribute__((aligned(256)));
_Static_assert(sizeof(struct socket) == 256, "an entry has outgrown its place");

/* closesocket has begun, and calls that it found here have not all left: until then the number is nobody's. */
enum { CALLS_CLOSED = 1 << 30 };

enum { SOCKET_PAGE = 1024, SOCKET_PAGES = 1 << 16 };
extern struct socket *_Atomic wsc__socket_pages[SOCKET_PAGES];

/* How many sockets the notes have forgotten: as long as it stays the same, all are there. */
extern _Atomic unsigned wsc__socket_endings;

/* Adopts a descriptor that we do not know, or ends the making of one that is fresh: NULL if it is no socket. */
struct socket *wsc__socket_adopt(SOCKET s);

/* The place of a socket's entry, known or not; NULL if it never had one. */
static inline struct socket *wsc__socket_place(SOCKET s)
{
	struct socket *page;

	if (__builtin_expect(s / SOCKET_PAGE >= SOCKET_PAGES, 0))
		return NULL;
	page = atomic_load_explicit(&wsc__socket_pages[s / SOCKET_PAGE], memory_order_acquire);
	return __builtin_expect(page != NULL, 1) ? &page[s % SOCKET_PAGE] : NULL;
}

/* The entry of a socket that we know, or NULL. There is none before WSAStartup, nor after
 * WSACleanup. */
static inline struct socket *wsc__socket_find(SOCKET s)
{
	struct socket *sock = wsc__socket_place(s);

	return sock && atomic_load_explicit(&sock->state, memory_order_acquire) & SOCKET_KNOWN ? sock : NULL;
}

/* The socket's entry, or NULL: WSAENOTSOCK. */
static inline struct socket *wsc__socket_get(SOCKET s)
{
	struct socket *sock = wsc__socket_find(s);

	return sock ? sock : wsc__socket_adopt(s);
}

static inline bool wsc__socket_is(struct socket *sock, unsigned states)
{
	return atomic_load_explicit(&sock->state, memory_order_relaxed) & states;
}

/* Whether it listens, to the program, while the kernel's socket does not. */
static inline bool wsc__socket_is_paused(struct socket *sock)
{
	enum { BOTH = SOCKET_PAUSED | SOCKET_LISTENING };

	return (atomic_load_explicit(&sock->state, memory_order_relaxed) & BOTH) == BOTH;
}

static inline void wsc__socket_mark(struct socket *sock, unsigned add, unsigned remove)
{
	unsigned old = atomic_load_explicit(&sock->state, memory_order_relaxed);

	while (!atomic_compare_exchange_weak(&sock->state, &old, (old & ~remove) | add))
		;
}

static inline void wsc__socket_lock(struct socket *sock)
{
	pthread_mutex_lock(&sock->lock);
}

static inline void wsc__socket_unlock(struct socket *sock)
{
	pthread_mutex_unlock(&sock->lock);
}

/* What begins every call on a socket: WSANOTINITIALISED, WSAEINPROGRESS or WSAENOTSOCK. */
static inline int wsc__socket_enter(SOCKET s, struct socket **sock)
{
	int error = wsc__enter();

	if (__builtin_expect(error, 0))
		return error;
	*sock = wsc__socket_get(s);
	return *sock ? 0 : WS_WSAENOTSOCK;
}

/* Gives the number back, and clears the entry, unless another call has come. */
void wsc__socket_free(struct socket *sock);

/* Lets go of what wsc__socket_hold has held. Whether the socket was closed meanwhile. */
static inline bool wsc__socket_end(struct socket *sock)
{
	unsigned calls = atomic_fetch_sub(&sock->calls, 1);

	if (__builtin_expect(!(calls & CALLS_CLOSED), 1))
		return false;
	if (calls == (CALLS_CLOSED | 1)) /* the last one out */
		wsc__socket_free(sock);
	return true;
}

/* Keeps the descriptor this socket's while a call waits for it: closesocket in another thread wakes the call,
 * and the last call that leaves closes the descriptor. False if the socket is closed already. */
static inline bool wsc__socket_hold(struct socket *sock)
{
	atomic_fetch_add(&sock->calls, 1);
	if (__builtin_expect(atomic_load(&sock->state) & SOCKET_KNOWN, 1))
		return true;
	wsc__socket_end(sock);
	return false;
}

/* Whether a socket that is held was closed meanwhile. */
static inline bool wsc__socket_is_closed(struct socket *sock)
{
	return __builtin_expect(atomic_load_explicit(&sock->calls, memory_order_relaxed) & CALLS_CLOSED, 0);
}

/* wsc__socket_enter for a call that may wait; a success has its wsc__socket_end. */
static inline int wsc__socket_begin(SOCKET s, struct socket **sock)
{
	int error = wsc__socket_enter(s, sock);

	return !error && !wsc__socket_hold(*sock) ? WS_WSAENOTSOCK : error;
}

/* Whether a call has been woken by closesocket a moment ago, and may not yet have let go of the kernel's socket
 * and its port. If so, waits a millisecond. */
bool wsc__socket_settling(void);

/* Makes the entry of a descriptor that a call of ours just got from the kernel. Gives an error and closes the
 * descriptor if there is no memory, or if the last WSACleanup has come in between. */
int wsc__socket_add(int fd, int family, int type, int protocol, unsigned state, struct socket **sock);

/* Its extras, made if there are none; NULL if memory has run out. Under the lock. */
struct socket_extras *wsc__socket_extras(struct socket *sock);

/* Puts another kernel socket in the place of this one; `fd` is its own number, which is closed. Under
 * the lock. */
int wsc__socket_exchange(SOCKET s, struct socket *sock, int fd);

/* Finds out whether the entry is about the socket that s is now, and adopts that if it is not.
 * 0, or WSAENOTSOCK. `changed`, if given, says whether it was adopted anew. */
int wsc__socket_verify(SOCKET s, struct socket *sock, bool *changed);

/* The program's address for this socket: WSAEFAULT, or WSAEAFNOSUPPORT for one of another family. */
int wsc__socket_address(SOCKET s, struct socket *sock, const void *user, int user_length,
			struct sockaddr_storage *address, socklen_t *length);

/* A raw socket receives from when it has an address, which its first sending gives it too. Nothing, if it has
 * one. */
void wsc__socket_bind_raw(SOCKET s, struct socket *sock);
static inline void wsc__socket_bound_raw(SOCKET s, struct socket *sock)
{
	if (__builtin_expect(sock->type == SOCK_RAW, 0))
		wsc__socket_bind_raw(s, sock);
}

/* Notes that a connect has come to its end, and when. */
void wsc__socket_connected(SOCKET s, struct socket *sock);

/* Whether a connect is still under way; forgets SOCKET_CONNECTING if not. */
bool wsc__socket_connecting(SOCKET s, struct socket *sock);

/* The other end of a connect: it has failed. */
void wsc__socket_not_connected(struct socket *sock);

/* Makes a socket whose connect failed fit for another, or for listen. */
void wsc__socket_forget_failure(SOCKET s, struct socket *sock);

/* Notes that a stream listens, or has or seeks a peer, in case a call that is not ours made it so. */
void wsc__socket_ask(SOCKET s, struct socket *sock);

/* What a receive or a send of a stream failed with may be why it has no peer: that is for SO_ERROR, and the
 * call has failed for want of one. */
bool wsc__socket_has_failed(SOCKET s, struct socket *sock, int posix_error);

/* What a failed receive or send means, and what the socket is from now on. */
int wsc__socket_lost(SOCKET s, struct socket *sock, int posix_error);

/* Looks for the end of a connection that no call of ours has met yet, without taking its
 * error away from the call that will. */
void wsc__socket_look(SOCKET s, struct socket *sock);

/* Whether its keep-alive probes stayed unanswered, though another call has taken the error. */
bool wsc__socket_probed_to_death(SOCKET s, struct socket *sock);

/* What the kernel's SO_ERROR means. Linux also tells there of routers that could not reach the
 * peer of a connection that goes on living: to Windows that is no error. */
int wsc__socket_error(SOCKET s, struct socket *sock, int posix_error);

/* Keeps what the kernel's SO_ERROR has handed over. On Windows the failure of a connect stays in
 * SO_ERROR until one succeeds; any other error is for the next call, as it was in the kernel. */
void wsc__socket_keep_error(SOCKET s, struct socket *sock, int posix_error);

/* What SO_ERROR shall tell, because the program says so; 0 is nothing. */
void wsc__socket_set_error(struct socket *sock, int error);

/* The error waiting for the next call, which takes it; 0 if there is none. */
int wsc__socket_take_error(struct socket *sock);

/* The same for SO_ERROR. */
int wsc__socket_tell_error(struct socket *sock);

/* Whether a connection that the kernel calls ended was given up, because the peer had closed and did
 * not take what was sent since. */
bool wsc__socket_aborted(SOCKET s, struct socket *sock);

/* The first socket that we know at *s or after it, and *s its number; NULL if there is none. */
struct socket *wsc__socket_next(SOCKET *s);

/* The kernel's name of a socket; 0 if it has none. A kernel before 4.12 has no cookies: all are 0, and every
 * socket looks the same. */
uint64_t wsc__socket_cookie(int fd);

/* What poll(2) says of a descriptor at this moment, undisturbed by signals. */
short wsc__poll_now(int fd, short events);

/* The state of a TCP connection as the kernel numbers it; -1 for anything but TCP. */
enum { WSC_TCP_ESTABLISHED = 1, WSC_TCP_SYN_SENT = 2, WSC_TCP_CLOSE = 7, WSC_TCP_LISTEN = 10 };
int wsc__tcp_state(int fd);

/* The same descriptor under another number if it is 0. */
int wsc__socket_not_zero(int fd);

/* Closes a connection that no program will get: its peer is to see a refusal, not an end in good order. */
void wsc__socket_refuse(int fd);

/* Closes all sockets that are ours and forgets the others. */
void wsc__socket_close_all(void);

#endif
