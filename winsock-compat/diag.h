/* What the kernel's sock_diag tells of all sockets of this network namespace. */
#ifndef WSC_DIAG_H
#define WSC_DIAG_H

#include "conflict.h"

#include <stddef.h>

/* What the sockets at a port are to one that would be bound there. */
enum diag {
	DIAG_SAME = 1 << 0,      /* one has this address */
	DIAG_WIDER = 1 << 1,     /* one covers more */
	DIAG_NARROWER = 1 << 2,  /* one covers a part */
	DIAG_CONNECTED = 1 << 3, /* a connection lives; TIME_WAIT is not counted */
	DIAG_UNKNOWN = 1 << 4,   /* the kernel does not tell */
};

/* Bits of the above, for a SOCK_STREAM or SOCK_DGRAM, leaving out the sockets with these cookies. Connections
 * are looked for if asked: that takes the kernel milliseconds. */
unsigned wsc__diag(int type, unsigned port, const struct reach *reach, bool connections,
		   const uint64_t *cookies, size_t count);

/* Who gets what a caller sends to an address of this host, over this interface if the address is only good
 * there, else 0: the addresses of IPv4 mapped, the ports in the order of the network. False if the kernel
 * does not tell. */
struct diag_taker {
	uint64_t cookie;
	struct in6_addr address; /* where it is bound */
	bool connected;          /* to this very caller; TIME_WAIT is not */
};
bool wsc__diag_who_takes(const struct in6_addr *caller, in_port_t caller_port, const struct in6_addr *callee,
			 in_port_t callee_port, unsigned interface, struct diag_taker *taker);

#endif
