/* Keep-alive: what the program asked for, and what the kernel is told. */
#ifndef WSC_KEEPALIVE_H
#define WSC_KEEPALIVE_H

#include "ws.h"

#include <stdbool.h>
#include <stdint.h>

struct option;
struct socket;

/* Milliseconds, though the kernel takes seconds: what was given is what is read back. */
struct keepalive {
	uint64_t time;       /* idle before the first probe */
	uint64_t interval;   /* between probes that stay unanswered */
	unsigned count;      /* probes; 0 sends none */
	uint64_t data;       /* TCP_MAXRT: unacknowledged data ends the connection; 0: the system's own time */
	bool user_timeout;   /* TCP_USER_TIMEOUT is set: for `data`, or in place of a count over the kernel's */
};

enum { KEEPALIVE_COUNT_UNASKED = -1 };
#define KEEPALIVE_TIME_UNASKED UINT64_MAX
#define WSC_KEEPALIVE_UNASKED                                                                                \
	((struct keepalive){ KEEPALIVE_TIME_UNASKED, KEEPALIVE_TIME_UNASKED, (unsigned)KEEPALIVE_COUNT_UNASKED, 0, false })

/* The states of a socket in which one system call is all of SO_KEEPALIVE. The kernel's answer is
 * compared with the note, so that a descriptor which is another's by now is found out: to
 * switch on what is on already is therefore to ask. */
#define WSC_KEEPALIVE_STATES (SOCKET_KNOWN | SOCKET_STREAM | SOCKET_KEEPALIVE | SOCKET_SILENT)
#define WSC_KEEPALIVE_OFF    (SOCKET_KNOWN | SOCKET_STREAM)
#define WSC_KEEPALIVE_ON     (SOCKET_KNOWN | SOCKET_STREAM | SOCKET_KEEPALIVE)
#define WSC_KEEPALIVE_QUICK_GET                                                                              \
	{ WSC_KEEPALIVE_STATES, WSC_KEEPALIVE_OFF, WSC_KEEPALIVE_ON, false }
#define WSC_KEEPALIVE_QUICK_SET                                                                              \
	{ WSC_KEEPALIVE_STATES | SOCKET_CONNECTING | SOCKET_TIMED_OUT | SOCKET_RESET, WSC_KEEPALIVE_OFF,      \
	  WSC_KEEPALIVE_ON, true }

/* SIO_KEEPALIVE_VALS: all of it or nothing. Times of 0 are the system's defaults. */
int wsc__keepalive_set_values(SOCKET s, struct socket *sock, const struct tcp_keepalive *values);

/* TCP_KEEPIDLE, TCP_KEEPINTVL (seconds) and TCP_KEEPCNT, TCP_MAXRT (seconds) and TCP_MAXRTMS, as
 * arguments of their rows. */
enum keepalive_part {
	KEEPALIVE_IDLE,
	KEEPALIVE_INTERVAL,
	KEEPALIVE_COUNT,
	KEEPALIVE_DATA,
	KEEPALIVE_DATA_MILLISECONDS,
};
#define KEEPALIVE_DATA_FOREVER UINT64_MAX

/* Takes over what others have set on the descriptor with keep-alive on. Under the lock. */
void wsc__keepalive_adopt(int fd, struct socket *sock);

/* Whether it is SO_KEEPALIVE or one of these. */
bool wsc__keepalive_is_part(const struct option *option);

/* Gives a socket the keep-alive of another. */
void wsc__keepalive_copy(SOCKET s, struct socket *sock, struct socket *from);

/* An accepted connection has what its listener had; the kernel has handed its part on. */
void wsc__keepalive_inherit(struct socket *accepted, struct socket *listener);

#endif
