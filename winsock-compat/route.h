/* The kernel's choice of a local address. */
#ifndef WSC_ROUTE_H
#define WSC_ROUTE_H

#include <sys/socket.h>

/* The local address, without a port, from which datagrams to this one would go; all POSIX. A WSA error
 * if there is none: WSAENETUNREACH. */
int wsc__route_source(const struct sockaddr_storage *to, socklen_t length, struct sockaddr_storage *from);

#endif
