/* What bind and the calls after it have to agree about. */
#ifndef WSC_BIND_H
#define WSC_BIND_H

#include "socket.h"

/* Before a bound socket gets connections: their TIME_WAIT will not keep others from its port. */
void wsc__bind_free_afterwards(SOCKET s, struct socket *sock);

#endif
