/* What sending and receiving have in common. */
#ifndef WSC_TRANSFER_H
#define WSC_TRANSFER_H

#include "socket.h"

/* The kernel's flags for the program's; WSAEOPNOTSUPP for one that is not in `known` (WS_MSG_*). */
int wsc__flags_in(int flags, int known, int *posix_flags);

/* What EAGAIN means: the socket does not block, its time is up, or it is not connected yet. */
int wsc__would_block(SOCKET s, struct socket *sock);

#endif
