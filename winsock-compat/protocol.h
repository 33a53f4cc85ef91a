/* The protocols of the catalogue, as Windows describes them. */
#ifndef WSC_PROTOCOL_H
#define WSC_PROTOCOL_H

#include "socket.h"

/* In the order of their entries' numbers. */
extern const WSAPROTOCOL_INFOW wsc__protocols[];
extern const unsigned wsc__protocols_count;

/* The one that a socket speaks. */
const WSAPROTOCOL_INFOW *wsc__protocol_of(struct socket *sock);

/* The structure as a program has it whose characters have so many bytes: WSAPROTOCOL_INFOA is that of 1. */
size_t wsc__protocol_size(size_t unit);
void wsc__protocol_put(void *to, const WSAPROTOCOL_INFOW *protocol, size_t unit);

/* Whether the catalogue has an entry of this provider. */
bool wsc__protocol_provides(const GUID *provider);

#endif
