/* The kernel's routing socket: what there is, and that something changed. */
#ifndef WSC_NETLINK_H
#define WSC_NETLINK_H

#include "ioctl.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* Calls `each` for every message that answers the request for this type (RTM_GETADDR...) and family
 * (POSIX'). 0, or the first error, be it `each`'s. */
int wsc__netlink_dump(int type, int family, int (*each)(const struct nlmsghdr *message, void *argument),
		      void *argument);

/* Sends one request, and gives the first message of the answer in these bytes; its size, or 0 for none. */
size_t wsc__netlink_ask(const struct nlmsghdr *request, struct nlmsghdr *answer, size_t size);

/* The value of an attribute of at least so many bytes, or NULL. */
const void *wsc__netlink_attribute(const struct rtattr *first, size_t length, int type, size_t least);

/* Waits until `changed` says so, which is asked at each message of these groups (RTMGRP_*). */
int wsc__netlink_wait(SOCKET s, struct socket *sock, unsigned groups,
		      int (*changed)(void *argument, bool *yes), void *argument);

#endif
