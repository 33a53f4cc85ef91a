/* The socket options: one row each, for setsockopt, getsockopt, the tests and the manual. */
#ifndef WSC_OPTIONS_H
#define WSC_OPTIONS_H

#include "profile.h"
#include "socket.h"

/* An option's value on its way between the program and the kernel. */
union value {
	DWORD dword;
	struct WSC(linger) linger;
};

/* How Windows treats a value's length. */
struct shape {
	int size;          /* bytes that a full value has, and that getsockopt reports for it */
	int set_least;     /* fewer bytes than these are WSAEFAULT to setsockopt */
	int set_bytes;     /* how many of them count */
	int get_least;     /* ... and to getsockopt */
	int get_short;     /* what getsockopt reports below `size` bytes; 0: as many as it wrote */
	bool set_none;     /* length 0 is taken, and changes nothing */
	bool set_negative; /* a negative length is taken, as a very large one; else WSAENOBUFS */
	bool two_bytes;    /* getsockopt fills a buffer of two bytes whole, though it reports get_short */
	enum { UNTOUCHED, LENGTH_ZEROED, BUFFER_ZEROED } get_failed; /* after a length too small */
	enum { ANY, TRUTH, AT_MOST_255 } values; /* nonzero is 1; over 255 is WSAEINVAL */
};

/* When the fast path is the whole truth: an option of the kernel's of four bytes, on a socket
 * whose states in `mask` are these for a value of 0, and those for any other. */
struct quick {
	unsigned mask, zero, other;
	bool ask; /* to set what is set already: ask whether it is */
};

struct option {
	int level, name;           /* Winsock's numbers */
	const char *text;          /* "SO_KEEPALIVE" */
	const struct shape *shape; /* as observed on Windows */
	const struct shape *page;  /* as documented, where mode `page` goes by that; else NULL */
	int posix_level, posix_name;
	struct quick quick_get, quick_set; /* a mask of 0: none */
	int argument;              /* for get and set, if they serve several rows */
	bool noted;                /* the socket's note has a part in it, and is verified first */
	bool streams_only;         /* WSAENOPROTOOPT on any other type of socket */
	bool windows_10;           /* unknown to earlier versions */
	bool takes_error;          /* reading it takes it away */
	int (*get)(SOCKET s, struct socket *sock, const struct option *option, union value *value);
	int (*set)(SOCKET s, struct socket *sock, const struct option *option, const union value *value);
	const char *source;
};

extern const struct option wsc__options[];
extern const unsigned wsc__options_count;

/* Makes the index for this profile; called by WSAStartup, under its lock. */
void wsc__options_start(void);

/* The rows by their numbers: open addressing, at most a quarter full. A slot has all that the
 * fast path needs. */
enum { OPTION_SLOTS = 128 };
struct option_slot {
	uint64_t key, get_key, set_key; /* those of the fast paths meet nothing if there is none */
	const struct option *option;
	int posix_level, posix_name;
	struct quick get, set;
};
extern struct option_slot wsc__option_slots[OPTION_SLOTS];

static inline uint64_t wsc__option_key(int level, int name)
{
	return (uint64_t)(unsigned)level << 32 | (unsigned)name;
}

/* Where the search for an option begins, and the one place where a fast path looks. */
static inline struct option_slot *wsc__option_slot(int level, int name)
{
	return &wsc__option_slots[((unsigned)level * 16 + (unsigned)name) % OPTION_SLOTS];
}

/* The row. WSAEINVAL for a level that does not exist, WSAENOPROTOOPT for an option that does
 * not, or not yet in this version of Windows. */
int wsc__option_find(int level, int name, const struct option **option);

/* How this row treats lengths in the profile's mode. */
const struct shape *wsc__option_shape(const struct option *option);

#endif
