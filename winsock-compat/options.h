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

struct option {
	int level, name;           /* Winsock's numbers */
	const char *text;          /* "SO_KEEPALIVE" */
	const struct shape *shape; /* as observed on Windows */
	const struct shape *page;  /* as documented, where mode `page` goes by that; else NULL */
	int posix_level, posix_name;
	int argument;              /* for get and set, if they serve several rows */
	bool streams_only;         /* WSAENOPROTOOPT on any other type of socket */
	bool windows_10;           /* unknown to earlier versions */
	bool takes_error;          /* reading it takes it away */
	int (*get)(SOCKET s, struct socket *sock, const struct option *option, union value *value);
	int (*set)(SOCKET s, struct socket *sock, const struct option *option, const union value *value);
	const char *source;
};

extern const struct option wsc__options[];
extern const unsigned wsc__options_count;

/* Makes the index; called by WSAStartup, under its lock. */
void wsc__options_start(void);

/* The row, in constant time. WSAEINVAL for a level that does not exist, WSAENOPROTOOPT for an
 * option that does not, or not yet in this version of Windows. */
int wsc__option_find(int level, int name, const struct option **option);

#endif
