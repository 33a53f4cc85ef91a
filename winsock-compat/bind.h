/* What bind and the calls after it have to agree about. */
#ifndef WSC_BIND_H
#define WSC_BIND_H

#include "socket.h"

/* Before a stream connects: what its connection will leave behind keeps nobody from the port, and
 * SO_RANDOMIZE_PORT chooses one. */
void wsc__bind_connect(SOCKET s, struct socket *sock);

#endif
