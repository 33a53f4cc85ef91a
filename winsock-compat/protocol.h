/* The protocols of the catalogue, as Windows describes them. */
#ifndef WSC_PROTOCOL_H
#define WSC_PROTOCOL_H

#include "socket.h"

/* In the order of their entries' numbers. */
extern const WSAPROTOCOL_INFOW wsc__protocols[];
extern const unsigned wsc__protocols_count;

/* The one that a socket speaks. */
const WSAPROTOCOL_INFOW *wsc__protocol_of(struct socket *sock);

/* The same structure with a name of bytes. */
void wsc__protocol_narrow(const WSAPROTOCOL_INFOW *wide, WSAPROTOCOL_INFOA *narrow);

#endif
