/* Winsock 1.1.
 *
 * Windows gives some multicast and IP_TTL options other numbers here than in ws2tcpip.h and
 * translates them in wsock32.dll. Here they have the numbers of Winsock 2, so that one library
 * serves both and winsock2.h may follow. */
#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_

#include "windows.h"
#include "wsc/sockets.h"

#ifdef WSC_OVERLAY
#include "wsc/winsock-constants.h"
#define WSAAPI
#endif

#endif
