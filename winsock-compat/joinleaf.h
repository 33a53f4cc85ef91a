/* Sockets that were opened for WSAJoinLeaf. */
#ifndef WSC_JOINLEAF_H
#define WSC_JOINLEAF_H

#include "socket.h"

/* WSASocket's WSA_FLAG_MULTIPOINT_*: WSAEINVAL for those that no protocol here has. */
int wsc__joinleaf_check(int type, DWORD flags);

/* Whether they are anything to note. */
bool wsc__joinleaf_is_leaf(DWORD flags);

/* Notes them; WSAENOBUFS if memory has run out. */
int wsc__joinleaf_note(struct socket *sock, DWORD flags);

#endif
