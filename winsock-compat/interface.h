/* The interfaces' addresses, as the kernel has them. */
#ifndef WSC_INTERFACE_H
#define WSC_INTERFACE_H

#include "ioctl.h"

#include <netinet/in.h>

struct local_address {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} address, broadcast; /* `broadcast` is the other end of a point-to-point link */
	unsigned index;       /* of the interface */
	unsigned link;        /* its IFF_*; */
	unsigned flags;       /* the address' IFA_F_* */
	unsigned prefix;      /* bits */
};

/* All addresses of this family (POSIX'), which the caller frees. */
int wsc__interface_locals(int family, struct local_address **list, size_t *count);

/* Those of them that Windows lists for a program to bind to. */
int wsc__interface_bindable(int family, struct local_address **list, size_t *count);

/* Gives the program a SOCKET_ADDRESS_LIST, the addresses behind it; POSIX' family becomes Windows'.
 * Each begins `stride` bytes after the one before. */
int wsc__interface_put(struct call *call, const void *addresses, size_t stride, size_t count, int family);

#endif
