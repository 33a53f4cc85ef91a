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
WSC_WIDE_FUNCTION(WCHAR *, gai_strerrorW, (int error));
WSC_FUNCTION(INT, getaddrinfo, (PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result));
WSC_FUNCTION(INT, GetAddrInfoExA,
	     (PCSTR node, PCSTR service, DWORD name_space, LPGUID provider, const ADDRINFOEXA *hints,
	      PADDRINFOEXA *result, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
	      LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle));
WSC_WIDE_FUNCTION(INT, GetAddrInfoExW,
		  (PCWSTR node, PCWSTR service, DWORD name_space, LPGUID provider, const ADDRINFOEXW *hints,
		   PADDRINFOEXW *result, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
		   LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle));
WSC_FUNCTION(INT, GetAddrInfoExCancel, (LPHANDLE handle));
WSC_FUNCTION(INT, GetAddrInfoExOverlappedResult, (LPWSAOVERLAPPED overlapped));
WSC_WIDE_FUNCTION(INT, GetAddrInfoW,
		  (PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *result));
WSC_FUNCTION(INT, getnameinfo,
	     (const struct WSC(sockaddr) * address, WSC(socklen_t) length, PCHAR node, DWORD node_size,
	      PCHAR service, DWORD service_size, INT flags));
WSC_WIDE_FUNCTION(INT, GetNameInfoW,
		  (const struct WSC(sockaddr) * address, WSC(socklen_t) length, PWCHAR node, DWORD node_size,
		   PWCHAR service, DWORD service_size, INT flags));
WSC_FUNCTION(PCSTR, inet_ntop, (INT family, LPCVOID address, LPSTR text, size_t size));
WSC_FUNCTION(INT, inet_pton, (INT family, PCSTR text, PVOID address));
WSC_WIDE_FUNCTION(PCWSTR, InetNtopW, (INT family, LPCVOID address, LPWSTR text, size_t size));
WSC_WIDE_FUNCTION(INT, InetPtonW, (INT family, PCWSTR text, PVOID address));
WSC_FUNCTION(INT, SetAddrInfoExA,
	     (PCSTR node, PCSTR service, SOCKET_ADDRESS *addresses, DWORD count, LPBLOB blob, DWORD flags,
	      DWORD name_space, LPGUID provider, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
	      LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle));
WSC_FUNCTION(INT, SetAddrInfoExW,
	     (PCWSTR node, PCWSTR service, SOCKET_ADDRESS *addresses, DWORD count, LPBLOB blob, DWORD flags,
	      DWORD name_space, LPGUID provider, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
	      LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle));

#ifdef WSC_OVERLAY

/* clang-format off */
#define IN6ADDR_ANY_INIT {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}}}
#define IN6ADDR_LOOPBACK_INIT {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}}}
/* clang-format on */

static const struct in6_addr in6addr_any __attribute__((unused)) = IN6ADDR_ANY_INIT;
static const struct in6_addr in6addr_loopback __attribute__((unused)) = IN6ADDR_LOOPBACK_INIT;

#define WSC_INLINE static __inline__ __attribute__((unused))

/* Options by calls of their own. */
#define WSC_DWORD_OPTION(getter, setter, level, option)                                                      \
	WSC_INLINE int getter(SOCKET s, LPDWORD value)                                                       \
	{                                                                                                    \
		int size = sizeof *value;                                                                    \
		return getsockopt(s, level, option, (char *)value, &size);                                   \
	}                                                                                                    \
	WSC_INLINE int setter(SOCKET s, DWORD value)                                                         \
	{                                                                                                    \
		return setsockopt(s, level, option, (const char *)&value, sizeof value);                     \
	}

/* The level of the socket's own family; the options below have the same number in both. */
WSC_INLINE int wsc_ip_level(SOCKET s)
{
	WSAPROTOCOL_INFOW info;
	int size = sizeof info;

	if (getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &size) == 0 &&
	    info.iAddressFamily == AF_INET6)
		return IPPROTO_IPV6;
	return IPPROTO_IP;
}

WSC_DWORD_OPTION(WSAGetUdpSendMessageSize, WSASetUdpSendMessageSize, IPPROTO_UDP, UDP_SEND_MSG_SIZE)
WSC_DWORD_OPTION(WSAGetUdpRecvMaxCoalescedSize, WSASetUdpRecvMaxCoalescedSize, IPPROTO_UDP,
		 UDP_RECV_MAX_COALESCED_SIZE)
WSC_DWORD_OPTION(WSAGetFailConnectOnIcmpError, WSASetFailConnectOnIcmpError, IPPROTO_TCP,
		 TCP_FAIL_CONNECT_ON_ICMP_ERROR)
WSC_DWORD_OPTION(WSAGetIPUserMtu, WSASetIPUserMtu, wsc_ip_level(s), IP_USER_MTU)
WSC_DWORD_OPTION(WSAGetRecvIPEcn, WSASetRecvIPEcn, wsc_ip_level(s), IP_RECVECN)
#undef WSC_DWORD_OPTION

WSC_INLINE int WSAGetIcmpErrorInfo(SOCKET s, PICMP_ERROR_INFO info)
{
	int size = sizeof *info;

	if (getsockopt(s, IPPROTO_TCP, TCP_ICMP_ERROR_INFO, (char *)info, &size) == SOCKET_ERROR)
		return SOCKET_ERROR;
	if (size)
		return 0;
	WSASetLastError(WSANO_DATA);
	return SOCKET_ERROR;
}

/* Ioctls by calls of their own. */
WSC_INLINE int idealsendbacklogquery(SOCKET s, ULONG *backlog)
{
	DWORD returned;

	return WSAIoctl(s, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, backlog, sizeof *backlog, &returned, NULL,
			NULL);
}

WSC_INLINE int idealsendbacklognotify(SOCKET s, LPWSAOVERLAPPED overlapped,
				      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	DWORD returned;

	return WSAIoctl(s, SIO_IDEAL_SEND_BACKLOG_CHANGE, NULL, 0, NULL, 0, &returned, overlapped, routine);
}

/* A filter of so many sources, and how long it is: there is room for one more, so that one without any is a
 * whole structure too. */
WSC_INLINE void *wsc_filter(size_t head, size_t each, ULONG count, DWORD *size)
{
	ULONG64 bytes = head + (ULONG64)each * count;
	void *filter = NULL;

	*size = (DWORD)bytes;
	if (bytes + each <= 0x7fffffff)
		filter = __builtin_calloc(1, *size + each);
	if (!filter)
		WSASetLastError(WSAENOBUFS);
	return filter;
}

WSC_INLINE int setipv4sourcefilter(SOCKET s, struct in_addr address, struct in_addr group,
				   MULTICAST_MODE_TYPE mode, ULONG count, const struct in_addr *sources)
{
	DWORD size, returned;
	IP_MSFILTER *filter = (IP_MSFILTER *)wsc_filter(IP_MSFILTER_SIZE(0), sizeof *sources, count, &size);
	int result;

	if (!filter)
		return SOCKET_ERROR;
	filter->imsf_multiaddr = group;
	filter->imsf_interface = address;
	filter->imsf_fmode = mode;
	filter->imsf_numsrc = count;
	if (count)
		__builtin_memcpy(filter->imsf_slist, sources, count * sizeof *sources);
	result = WSAIoctl(s, SIO_SET_MULTICAST_FILTER, filter, size, NULL, 0, &returned, NULL, NULL);
	__builtin_free(filter);
	return result;
}

/* Gives as many sources as there is room for, and the number of all. */
WSC_INLINE int getipv4sourcefilter(SOCKET s, struct in_addr address, struct in_addr group,
				   MULTICAST_MODE_TYPE *mode, ULONG *count, struct in_addr *sources)
{
	DWORD size, returned;
	IP_MSFILTER *filter = (IP_MSFILTER *)wsc_filter(IP_MSFILTER_SIZE(0), sizeof *sources, *count, &size);
	int result;

	if (!filter)
		return SOCKET_ERROR;
	filter->imsf_multiaddr = group;
	filter->imsf_interface = address;
	filter->imsf_numsrc = *count;
	result = WSAIoctl(s, SIO_GET_MULTICAST_FILTER, filter, size, filter, size, &returned, NULL, NULL);
	if (result == 0) {
		if (filter->imsf_numsrc < *count)
			*count = filter->imsf_numsrc;
		if (*count)
			__builtin_memcpy(sources, filter->imsf_slist, *count * sizeof *sources);
		*count = filter->imsf_numsrc;
		*mode = filter->imsf_fmode;
	}
	__builtin_free(filter);
	return result;
}

/* A filter of any family, with its group; NULL and the last error if there can be none. */
WSC_INLINE GROUP_FILTER *wsc_group_filter(ULONG index, const struct sockaddr *group, int length, ULONG count,
					  DWORD *size)
{
	GROUP_FILTER *filter;

	if (length < 0 || (size_t)length > sizeof filter->gf_group) {
		WSASetLastError(WSAEINVAL);
		return NULL;
	}
	filter = (GROUP_FILTER *)wsc_filter(GROUP_FILTER_SIZE(0), sizeof(SOCKADDR_STORAGE), count, size);
	if (filter) {
		filter->gf_interface = index;
		__builtin_memcpy(&filter->gf_group, group, (size_t)length);
		filter->gf_numsrc = count;
	}
	return filter;
}

WSC_INLINE int setsourcefilter(SOCKET s, ULONG index, const struct sockaddr *group, int length,
			       MULTICAST_MODE_TYPE mode, ULONG count, const SOCKADDR_STORAGE *sources)
{
	DWORD size, returned;
	GROUP_FILTER *filter = wsc_group_filter(index, group, length, count, &size);
	int result;

	if (!filter)
		return SOCKET_ERROR;
	filter->gf_fmode = mode;
	if (count)
		__builtin_memcpy(filter->gf_slist, sources, count * sizeof *sources);
	result = WSAIoctl(s, SIOCSMSFILTER, filter, size, NULL, 0, &returned, NULL, NULL);
	__builtin_free(filter);
	return result;
}

WSC_INLINE int getsourcefilter(SOCKET s, ULONG index, const struct sockaddr *group, int length,
			       MULTICAST_MODE_TYPE *mode, ULONG *count, SOCKADDR_STORAGE *sources)
{
	DWORD size, returned;
	GROUP_FILTER *filter = wsc_group_filter(index, group, length, *count, &size);
	int result;

	if (!filter)
		return SOCKET_ERROR;
	result = WSAIoctl(s, SIOCGMSFILTER, filter, size, filter, size, &returned, NULL, NULL);
	if (result == 0) {
		if (filter->gf_numsrc < *count)
			*count = filter->gf_numsrc;
		if (*count)
			__builtin_memcpy(sources, filter->gf_slist, *count * sizeof *sources);
		*count = filter->gf_numsrc;
		*mode = filter->gf_fmode;
	}
	__builtin_free(filter);
	return result;
}

#undef WSC_INLINE

#if INCL_WINSOCK_API_TYPEDEFS + 0
#include "wsc/ws2tcpip-pointers.h"
#define LPFN_FREEADDRINFOA LPFN_FREEADDRINFO
#define LPFN_GETADDRINFOA  LPFN_GETADDRINFO
#define LPFN_GETNAMEINFOA  LPFN_GETNAMEINFO
#ifdef UNICODE
#define LPFN_FREEADDRINFOT LPFN_FREEADDRINFOW
#define LPFN_GETADDRINFOT  LPFN_GETADDRINFOW
#define LPFN_GETNAMEINFOT  LPFN_GETNAMEINFOW
#else
#define LPFN_FREEADDRINFOT LPFN_FREEADDRINFOA
#define LPFN_GETADDRINFOT  LPFN_GETADDRINFOA
#define LPFN_GETNAMEINFOT  LPFN_GETNAMEINFOA
#endif
#endif

#define GAI_STRERROR_BUFFER_SIZE 1024
#ifdef UNICODE
#define gai_strerror gai_strerrorW
#else
#define gai_strerror gai_strerrorA
#endif

#define getaddrinfoA    getaddrinfo
#define GetAddrInfoA    getaddrinfo
#define FreeAddrInfoA   freeaddrinfo
#define FreeAddrInfoExA FreeAddrInfoEx
#define InetNtopA       inet_ntop
#define InetPtonA       inet_pton
#define GetNameInfoA    getnameinfo
#ifdef UNICODE
#define GetAddrInfo    GetAddrInfoW
#define GetAddrInfoEx  GetAddrInfoExW
#define FreeAddrInfo   FreeAddrInfoW
#define FreeAddrInfoEx FreeAddrInfoExW
#define GetNameInfo    GetNameInfoW
#define SetAddrInfoEx  SetAddrInfoExW
#define InetNtop       InetNtopW
#define InetPton       InetPtonW
#else
#define GetAddrInfo   GetAddrInfoA
#define GetAddrInfoEx GetAddrInfoExA
#define FreeAddrInfo  FreeAddrInfoA
#define GetNameInfo   GetNameInfoA
#define SetAddrInfoEx SetAddrInfoExA
#define InetNtop      InetNtopA
#define InetPton      InetPtonA
#endif

#endif

WSC_END

#endif
