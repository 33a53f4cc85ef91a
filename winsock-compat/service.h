/* Services and protocols by their names and numbers. */
#ifndef WSC_SERVICE_H
#define WSC_SERVICE_H

#include "packed.h"
#include "ws.h"

enum { SERVICE_NAME = 256 }; /* no service and no protocol has so long a name */

/* The parts of getservbyname and its relatives: reading a name of the program's, WSANO_DATA if it is
 * nobody's, and the lookup, whose result lies in the thread's own memory. NULL is any transport. */
int wsc__service_read(char name[SERVICE_NAME], const char *user);
int wsc__service_by_name(const char *name, const char *transport, struct packed_result *result);
int wsc__service_by_port(int port, const char *transport, struct packed_result *result);
int wsc__service_protocol_by_name(const char *name, struct packed_result *result);
int wsc__service_protocol_by_number(int number, struct packed_result *result);

/* The port of a service for sockets of this type (0: any), in host order; WSATYPE_NOT_FOUND. */
int wsc__service_port(const char *name, int type, uint16_t *port);

/* The name of a port; false if it has none. */
bool wsc__service_name(uint16_t port, bool datagrams, char *name, size_t size);

#endif
