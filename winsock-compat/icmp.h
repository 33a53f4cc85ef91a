/* TCP_FAIL_CONNECT_ON_ICMP_ERROR: what routers say of a connect. */
#ifndef WSC_ICMP_H
#define WSC_ICMP_H

#include "socket.h"

/* A connect begins: what an earlier one met is forgotten, and messages are asked for if the option is on. */
void wsc__icmp_begin(SOCKET s, struct socket *sock);

/* It has come to a good end. What routers say of a connection that lives is no error to Windows. */
void wsc__icmp_end(SOCKET s, struct socket *sock);

/* Whether the last connect, with the option on, has met an ICMP error; the message is in the extras. */
bool wsc__icmp_failed(SOCKET s, struct socket *sock);

#endif
