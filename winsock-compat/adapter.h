/* Network adapters by their index: which one an address stands for, and which one leads to it. */
#ifndef WSC_ADAPTER_H
#define WSC_ADAPTER_H

#include <stdint.h>
#include <sys/socket.h>

enum { ADAPTER_LOOPBACK = 1 }; /* in every network namespace */

/* What a program means by four bytes in the place of an interface: 0 is none in particular, 0.x.x.x an
 * index, and anything else an address of this host. WSAEADDRNOTAVAIL if it is none of these, or why that cannot be told. */
int wsc__adapter_meant(uint32_t address, unsigned *index);

/* Through which one datagrams to this address go (POSIX'). Where no route leads to it Windows has the
 * loopback interface, to which any group leads. */
unsigned wsc__adapter_toward(const struct sockaddr_storage *to);

#endif
