/* The protocols of the catalogue, as Windows describes them. */
#ifndef WSC_PROTOCOL_H
#define WSC_PROTOCOL_H

#include "socket.h"

/* In the order of their entries' numbers. */
extern const WSAPROTOCOL_INFOW wsc__protocols[];
extern const unsigned wsc__protocols_count;

/* The one that a socket speaks. */
const WSAPROTOCOL_INFOW *wsc__protocol_of(struct socket *sock);

/* Writes the program's structure, whose name has units of so many bytes, and gives its size. */
size_t wsc__protocol_copy(int unit, void *to, const WSAPROTOCOL_INFOW *protocol);

/* Whether the catalogue has an entry of this provider. */
bool wsc__protocol_provides(const GUID *provider);

#endif
