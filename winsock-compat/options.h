/* The socket options: one row each of options.in, for setsockopt, getsockopt, the tests and the manual. */
#ifndef WSC_OPTIONS_H
#define WSC_OPTIONS_H

#include "option-rows.h"
#include "profile.h"
#include "socket.h"

/* An option's value on its way between the program and the kernel. */
enum { OPTION_MOST = 1024 };
struct value {
	union {
		DWORD dword;
		struct WSC(linger) linger;
		SOCKET socket;
		IP_MREQ ip_mreq;
		IP_MREQ_SOURCE ip_mreq_source;
		IPV6_MREQ ipv6_mreq;
		GROUP_REQ group_req;
		GROUP_SOURCE_REQ group_source_req;
		SOCKADDR_STORAGE address;
		WSAPROTOCOL_INFOA protocol_infoA;
		WSAPROTOCOL_INFOW_UTF32 protocol_infoW;
		CSADDR_INFO state;
		ICMP_ERROR_INFO icmp;
		unsigned char bytes[OPTION_MOST];
	};
	/* For lengths that vary: how many bytes setsockopt was given; how many getsockopt has room for,
	 * and then how many it gives. */
	int size;
	int wide;   /* how many bytes a wide unit of the program's has, to getsockopt */
	char *user; /* where getsockopt is going to put it: a value may point into itself */
};

/* How Windows treats a value's length: a row of [lengths]. */
struct shape {
	int size;      /* bytes that a full value has, and that getsockopt reports for it */
	int set_least; /* fewer bytes than these are WSAEFAULT to setsockopt */
	int set_bytes; /* how many of them count */
	int get_least; /* ... and to getsockopt */
	int get_short; /* what getsockopt reports below `size` bytes; 0: as many as it wrote */
	int traits;    /* SHAPE_*: options.in says what they mean */
	int utf32;     /* in place of `size` where wide units have four bytes */
};

/* When the fast path is the whole truth: an option of the kernel's of four bytes, on a socket
 * whose states in `mask` are these for a value of 0, and those for any other. */
struct quick {
	unsigned mask, zero, other;
	bool ask; /* to set what is set already: ask whether it is */
};

/* The kinds of sockets that an option may be for. */
enum { KIND_TCP, KIND_UDP, KIND_RAW, KIND_UNIX, KINDS };
enum {
	ON_TCP = 1 << KIND_TCP,
	ON_UDP = 1 << KIND_UDP,
	ON_RAW = 1 << KIND_RAW,
	ON_UNIX = 1 << KIND_UNIX,
	ON_NONE = 0,
	ON_STREAM = ON_TCP | ON_UNIX,
	ON_DATAGRAM = ON_UDP | ON_RAW,
	ON_IP = ON_TCP | ON_DATAGRAM,
	ON_ANY = ON_IP | ON_UNIX,
};

struct option {
	int level, name;           /* Winsock's numbers */
	const char *text;          /* "SO_KEEPALIVE" */
	const struct shape *shape; /* as observed on Windows */
	const struct shape *page;  /* as documented, where mode `page` goes by that; else NULL */
	int sockets, elsewhere;    /* ON_*, and the error on any other socket */
	enum windows_version since;
	int posix_level, posix_name;
	struct quick quick_get, quick_set; /* a mask of 0: none */
	int argument;              /* for get and set, if they serve several rows */
	bool noted;                /* the socket's note has a part in it, and is verified first */
	int kept;                  /* its place among what is kept; -1 if it keeps nothing */
	DWORD initial[KINDS];      /* what is there before anything was set, if the kernel does not say */
	int traits;                /* OPTION_* */
	/* NULL where Windows has an error instead, which may depend on the socket: these. */
	int get_error[KINDS], set_error[KINDS];
	int (*get)(SOCKET s, struct socket *sock, const struct option *option, struct value *value);
	int (*set)(SOCKET s, struct socket *sock, const struct option *option, const struct value *value);
};

extern const struct option wsc__options[];
extern const unsigned wsc__options_count;

/* Makes the index for this profile; called by WSAStartup, under its lock. */
void wsc__options_start(void);

/* The rows with a fast path, and all that it needs: each is at the one place where it looks. */
enum { OPTION_SLOTS = 128 };
struct option_slot {
	uint64_t get_key, set_key; /* what meets nothing if there is none */
	const struct option *option;
	int posix_level, posix_name;
	struct quick get, set;
};
extern struct option_slot wsc__option_slots[OPTION_SLOTS];

static inline uint64_t wsc__option_key(int level, int name)
{
	return (uint64_t)(unsigned)level << 32 | (unsigned)name;
}

static inline struct option_slot *wsc__option_slot(int level, int name)
{
	struct option_slot *slot = &wsc__option_slots[((unsigned)level * 16 + (unsigned)name) % OPTION_SLOTS];

	__asm__("" : "+r"(slot)); /* found once: it would be worked out anew for each of its members */
	return slot;
}

/* The row. WSAEINVAL for a level that does not exist, WSAENOPROTOOPT for an option that does
 * not, or not yet in this version of Windows. */
int wsc__option_find(int level, int name, const struct option **option);

/* Of which kind the socket is: KIND_*. */
int wsc__option_kind(struct socket *sock);

/* Whether the option is for this socket: 0, or the error. */
int wsc__option_check(const struct option *option, struct socket *sock);

/* How this row treats lengths in the profile's mode. */
const struct shape *wsc__option_shape(const struct option *option);

/* The kernel's options. So Linux says EOPNOTSUPP when it has one for another kind of socket:
 * WSAENOPROTOOPT. */
int wsc__posix_get(SOCKET s, int level, int name, void *value, socklen_t size);
int wsc__posix_set(SOCKET s, int level, int name, const void *value, socklen_t size);

/* What is kept of an option of this level and name; what it is at first, if nothing is. */
DWORD wsc__option_kept(struct socket *sock, int level, int name);

/* Whether anything is kept of this option: what. And keeps something. */
bool wsc__option_recall(struct socket *sock, const struct option *option, DWORD *value);
int wsc__option_keep(struct socket *sock, const struct option *option, DWORD value);

/* Sets an option to a value that has its length, as setsockopt would. */
int wsc__option_put(SOCKET s, struct socket *sock, int level, int name, const void *bytes, size_t size);

/* Makes of a new socket of the kernel's, of this family (WS_AF_*), what it is at first on Windows. */
void wsc__option_fresh(int fd, int family, int type, int protocol);

/* Whether so many bytes would need fragments by IP_USER_MTU, and must not have them. */
bool wsc__option_exceeds(SOCKET s, struct socket *sock, size_t size);

/* What is to be done about the options before a stream seeks a peer, and when it begins to listen. */
void wsc__option_connecting(SOCKET s, struct socket *sock);
void wsc__option_listening(SOCKET s, struct socket *sock);

/* Gives a socket all the options that an accepted connection has from its listener, but for those that it can take
 * no more. */
void wsc__options_copy(SOCKET to, struct socket *sock, SOCKET from, struct socket *listener);

/* What an accepted connection has from its listener of all that is kept. */
void wsc__options_inherit(struct socket *accepted, struct socket *listener);

#endif
