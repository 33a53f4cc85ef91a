/* The best destination first. */
#ifndef WSC_ADDRESSSORT_H
#define WSC_ADDRESSSORT_H

#include "ws.h"

#include <netinet/in.h>
#include <stddef.h>

/* Sorts addresses (POSIX') by RFC 6724 and the kernel's routes. Those of IPv4 lie in the same places. If
 * memory has run out, they stay as they are. */
void wsc__addresssort_best(struct sockaddr_in6 *list, size_t count);

#endif
