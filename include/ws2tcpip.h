/* Names and addresses as text, and what TCP/IP adds to Winsock 2. */
#ifndef _WS2TCPIP_H_
#define _WS2TCPIP_H_

#include "winsock2.h"
#include "ws2ipdef.h"

#ifdef WSC_OVERLAY
#include "wsc/ws2tcpip-constants.h"
#endif

WSC_BEGIN

typedef int WSC(socklen_t);

WSC_FUNCTION(void, freeaddrinfo, (PADDRINFOA info));
WSC_FUNCTION(char *, gai_strerrorA, (int error));
WSC_FUNCTION(WCHAR *, gai_strerrorW, (int error));
WSC_FUNCTION(INT, getaddrinfo, (PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result));
WSC_FUNCTION(PCSTR, inet_ntop, (INT family, LPCVOID address, LPSTR text, size_t size));
WSC_FUNCTION(INT, inet_pton, (INT family, PCSTR text, PVOID address));

#ifdef WSC_OVERLAY

/* clang-format off */
#define IN6ADDR_ANY_INIT {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}}}
#define IN6ADDR_LOOPBACK_INIT {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}}}
/* clang-format on */

static const struct in6_addr in6addr_any __attribute__((unused)) = IN6ADDR_ANY_INIT;
static const struct in6_addr in6addr_loopback __attribute__((unused)) = IN6ADDR_LOOPBACK_INIT;

#define GAI_STRERROR_BUFFER_SIZE 1024
#ifdef UNICODE
#define gai_strerror gai_strerrorW
#else
#define gai_strerror gai_strerrorA
#endif

#define getaddrinfoA  getaddrinfo
#define GetAddrInfoA  getaddrinfo
#define FreeAddrInfoA freeaddrinfo
#define InetNtopA     inet_ntop
#define InetPtonA     inet_pton
#ifndef UNICODE
#define GetAddrInfo  GetAddrInfoA
#define FreeAddrInfo FreeAddrInfoA
#define InetNtop     InetNtopA
#define InetPton     InetPtonA
#endif

#endif

WSC_END

#endif
