/* Keep-alive, as the echo server and the echo client both switch it on. */
#ifndef KEEPALIVE_H
#define KEEPALIVE_H

#include <winsock2.h>
#include <ws2tcpip.h>

/* First probe after idle milliseconds, then one each interval. Returns 0, or
 * what WSAGetLastError said. */
int EnableKeepAlive(SOCKET s, ULONG idle, ULONG interval);

/* Says on stderr what failed and why; returns 1, for main to return. */
int Complain(const char *what, int error);

#endif
