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

/* What GetAddrInfoEx calls when it is done. */
typedef void (*LPLOOKUPSERVICE_COMPLETION_ROUTINE)(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped);

WSC_FUNCTION(void, freeaddrinfo, (PADDRINFOA info));
WSC_FUNCTION(void, FreeAddrInfoEx, (PADDRINFOEXA info));
WSC_FUNCTION(void, FreeAddrInfoExW, (PADDRINFOEXW info));
WSC_FUNCTION(void, FreeAddrInfoW, (PADDRINFOW info));
WSC_FUNCTION(char *, gai_strerrorA, (int error));
WSC_FUNCTION(WCHAR *, gai_strerrorW, (int error));
WSC_FUNCTION(INT, getaddrinfo, (PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result));
WSC_FUNCTION(INT, GetAddrInfoExA,
	     (PCSTR node, PCSTR service, DWORD name_space, LPGUID provider, const ADDRINFOEXA *hints,
	      PADDRINFOEXA *result, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
	      LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle));
WSC_FUNCTION(INT, GetAddrInfoExW,
	     (PCWSTR node, PCWSTR service, DWORD name_space, LPGUID provider, const ADDRINFOEXW *hints,
	      PADDRINFOEXW *result, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
	      LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle));
WSC_FUNCTION(INT, GetAddrInfoW, (PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *result));
WSC_FUNCTION(INT, getnameinfo,
	     (const struct WSC(sockaddr) * address, WSC(socklen_t) length, PCHAR node, DWORD node_size,
	      PCHAR service, DWORD service_size, INT flags));
WSC_FUNCTION(INT, GetNameInfoW,
	     (const struct WSC(sockaddr) * address, WSC(socklen_t) length, PWCHAR node, DWORD node_size,
	      PWCHAR service, DWORD service_size, INT flags));
WSC_FUNCTION(PCSTR, inet_ntop, (INT family, LPCVOID address, LPSTR text, size_t size));
WSC_FUNCTION(INT, inet_pton, (INT family, PCSTR text, PVOID address));
WSC_FUNCTION(PCWSTR, InetNtopW, (INT family, LPCVOID address, LPWSTR text, size_t size));
WSC_FUNCTION(INT, InetPtonW, (INT family, PCWSTR text, PVOID address));

#ifdef WSC_OVERLAY

/* clang-format off */
#define IN6ADDR_ANY_INIT {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}}}
#define IN6ADDR_LOOPBACK_INIT {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}}}
/* clang-format on */

static const struct in6_addr in6addr_any __attribute__((unused)) = IN6ADDR_ANY_INIT;
static const struct in6_addr in6addr_loopback __attribute__((unused)) = IN6ADDR_LOOPBACK_INIT;

/* Options by calls of their own. */
#define WSC_DWORD_OPTION(getter, setter, level, option)                                                      \
	static __inline__ __attribute__((unused)) int getter(SOCKET s, LPDWORD value)                        \
	{                                                                                                    \
		int size = sizeof *value;                                                                    \
		return getsockopt(s, level, option, (char *)value, &size);                                   \
	}                                                                                                    \
	static __inline__ __attribute__((unused)) int setter(SOCKET s, DWORD value)                          \
	{                                                                                                    \
		return setsockopt(s, level, option, (const char *)&value, sizeof value);                     \
	}
WSC_DWORD_OPTION(WSAGetUdpSendMessageSize, WSASetUdpSendMessageSize, IPPROTO_UDP, UDP_SEND_MSG_SIZE)
WSC_DWORD_OPTION(WSAGetUdpRecvMaxCoalescedSize, WSASetUdpRecvMaxCoalescedSize, IPPROTO_UDP,
		 UDP_RECV_MAX_COALESCED_SIZE)
#undef WSC_DWORD_OPTION

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
#define GetNameInfoA  getnameinfo
#ifdef UNICODE
#define GetAddrInfo    GetAddrInfoW
#define GetAddrInfoEx  GetAddrInfoExW
#define FreeAddrInfo   FreeAddrInfoW
#define FreeAddrInfoEx FreeAddrInfoExW
#define GetNameInfo    GetNameInfoW
#define InetNtop       InetNtopW
#define InetPton       InetPtonW
#else
#define GetAddrInfo   GetAddrInfoA
#define GetAddrInfoEx GetAddrInfoExA
#define FreeAddrInfo  FreeAddrInfoA
#define GetNameInfo   GetNameInfoA
#define InetNtop      InetNtopA
#define InetPton      InetPtonA
#endif

#endif

WSC_END

#endif
