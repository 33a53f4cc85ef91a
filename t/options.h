/* The rows of options.in, as tests read them: `options`. */
#ifndef T_OPTIONS_H
#define T_OPTIONS_H

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include <stdbool.h>

/* The words of the table. */
enum { TCP, UDP, RAW, UNIX, KINDS_OF_SOCKETS };
enum {
	ON_NONE = 0,
	ON_TCP = 1 << TCP,
	ON_UDP = 1 << UDP,
	ON_RAW = 1 << RAW,
	ON_UNIX = 1 << UNIX,
	ON_STREAM = ON_TCP | ON_UNIX,
	ON_DATAGRAM = ON_UDP | ON_RAW,
	ON_IP = ON_TCP | ON_DATAGRAM,
	ON_ANY = ON_IP | ON_UNIX,
};
#include "options-rows.h" /* the rest of the words */

struct lengths {
	const char *name;
	int size, set_least, set_counts, get_least, get_short, traits;
};

struct option {
	const char *level_name, *name;
	int level, number;
	const struct lengths *lengths, *page;
	int sockets, elsewhere;
	int get_error[KINDS_OF_SOCKETS], set_error[KINDS_OF_SOCKETS];
	int since, outcome, traits;
	const char *needs;
	int needs_error;
	bool has_linux; /* the kernel's option that has a part in it, */
	bool is_linux;  /* ... or is it */
	long long first[KINDS_OF_SOCKETS], samples[8];
	struct {
		long long value;
		int error;
	} refused[8];
};

#define OPTION_ROWS
#include "options-rows.h"
#undef OPTION_ROWS

#endif
