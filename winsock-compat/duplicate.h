/* Sockets that are handed to another process, or to this one again. */
#ifndef WSC_DUPLICATE_H
#define WSC_DUPLICATE_H

#include "socket.h"

/* Whether WSASocket's structure is one of WSADuplicateSocket's: the descriptor that it stands for, and its
 * note, are this process' then. */
bool wsc__duplicate_is(const WSAPROTOCOL_INFOA *information);
int wsc__duplicate_take(const WSAPROTOCOL_INFOA *information, SOCKET *s);

/* The last WSACleanup: nobody waits any more, unless somebody has yet to fetch a socket. */
void wsc__duplicate_end(void);

#endif
