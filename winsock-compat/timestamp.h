/* Timestamps of datagrams: SIO_TIMESTAMPING, SIO_GET_TX_TIMESTAMP, SO_TIMESTAMP_ID. */
#ifndef WSC_TIMESTAMP_H
#define WSC_TIMESTAMP_H

#include "socket.h"

#include <time.h>

/* What has to be said to the kernel with a datagram that is to be stamped. */
struct stamping {
	bool wanted; /* the program gives it this number */
	DWORD id;
	bool is_asked; /* ...and wants such stamps at all */
	bool is_told;  /* the kernel can be told the number; else it counts */
};

/* Whether a datagram that has a number is to be stamped, and how. */
void wsc__timestamp_ask(SOCKET s, struct socket *sock, struct stamping *stamping);

/* Around the sending of one for which the kernel counts: `failed` sends are not counted. */
void wsc__timestamp_begin(struct socket *sock, const struct stamping *stamping);
void wsc__timestamp_end(SOCKET s, struct socket *sock, const struct stamping *stamping, bool failed);

/* The kernel says when the datagram of this number, or count, went out. */
void wsc__timestamp_add(struct socket *sock, DWORD key, const struct timespec *when);

/* Under the lock. */
void wsc__timestamp_free(struct stamps *stamps);

#endif
