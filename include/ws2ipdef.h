/* IPv6 addresses, multicast requests, packet information. */
#ifndef _WS2IPDEF_
#define _WS2IPDEF_

#include "ws2def.h"
#include "in6addr.h"
#include "winerror.h"

#ifdef WSC_OVERLAY
#include "wsc/ws2ipdef-constants.h"
#endif

WSC_BEGIN

typedef int SCOPE_LEVEL; /* ScopeLevelInterface and so on */

typedef struct _SCOPE_ID {
	__extension__ union {
		__extension__ struct {
			ULONG Zone : 28;
			ULONG Level : 4;
		};
		ULONG Value;
	};
} SCOPE_ID, *PSCOPE_ID;

typedef struct WSC(sockaddr_in6) {
	ADDRESS_FAMILY sin6_family;
	USHORT sin6_port;
	ULONG sin6_flowinfo;
	struct WSC(in6_addr) sin6_addr;
	__extension__ union {
		ULONG sin6_scope_id;
		SCOPE_ID sin6_scope_struct;
	};
} SOCKADDR_IN6, *PSOCKADDR_IN6, *LPSOCKADDR_IN6;
typedef SOCKADDR_IN6 SOCKADDR_IN6_LH, *PSOCKADDR_IN6_LH;

struct sockaddr_in6_old {
	SHORT sin6_family;
	USHORT sin6_port;
	ULONG sin6_flowinfo;
	struct WSC(in6_addr) sin6_addr;
};

typedef union _SOCKADDR_INET {
	SOCKADDR_IN Ipv4;
	SOCKADDR_IN6 Ipv6;
	ADDRESS_FAMILY si_family;
} SOCKADDR_INET, *PSOCKADDR_INET;

typedef struct icmp_error_info {
	SOCKADDR_INET srcaddress;
	INT protocol; /* IPPROTO_ICMP, IPPROTO_ICMPV6 */
	BYTE type;
	BYTE code;
} ICMP_ERROR_INFO, *PICMP_ERROR_INFO;

typedef struct _sockaddr_in6_pair {
	PSOCKADDR_IN6 SourceAddress;
	PSOCKADDR_IN6 DestinationAddress;
} SOCKADDR_IN6_PAIR, *PSOCKADDR_IN6_PAIR;

typedef union sockaddr_gen {
	struct WSC(sockaddr) Address;
	struct WSC(sockaddr_in) AddressIn;
	struct sockaddr_in6_old AddressIn6;
} sockaddr_gen;

typedef struct _INTERFACE_INFO {
	ULONG iiFlags;
	sockaddr_gen iiAddress;
	sockaddr_gen iiBroadcastAddress;
	sockaddr_gen iiNetmask;
} INTERFACE_INFO, *LPINTERFACE_INFO;

typedef struct _INTERFACE_INFO_EX {
	ULONG iiFlags;
	SOCKET_ADDRESS iiAddress;
	SOCKET_ADDRESS iiBroadcastAddress;
	SOCKET_ADDRESS iiNetmask;
} INTERFACE_INFO_EX, *LPINTERFACE_INFO_EX;

typedef struct WSC(ip_mreq) IP_MREQ, *PIP_MREQ;

typedef struct WSC(ip_mreq_source) {
	struct WSC(in_addr) imr_multiaddr;
	struct WSC(in_addr) imr_sourceaddr;
	struct WSC(in_addr) imr_interface;
} IP_MREQ_SOURCE, *PIP_MREQ_SOURCE;

typedef struct WSC(ipv6_mreq) {
	struct WSC(in6_addr) ipv6mr_multiaddr;
	ULONG ipv6mr_interface;
} IPV6_MREQ, *PIPV6_MREQ;

typedef int MULTICAST_MODE_TYPE; /* MCAST_INCLUDE, MCAST_EXCLUDE */
typedef int PMTUD_STATE, *PPMTUD_STATE; /* IP_PMTUDISC_NOT_SET and so on */

typedef struct WSC(ip_msfilter) {
	struct WSC(in_addr) imsf_multiaddr;
	struct WSC(in_addr) imsf_interface;
	MULTICAST_MODE_TYPE imsf_fmode;
	ULONG imsf_numsrc;
	struct WSC(in_addr) imsf_slist[1];
} IP_MSFILTER, *PIP_MSFILTER;

typedef struct WSC(group_req) {
	ULONG gr_interface;
	SOCKADDR_STORAGE gr_group;
} GROUP_REQ, *PGROUP_REQ;

typedef struct WSC(group_source_req) {
	ULONG gsr_interface;
	SOCKADDR_STORAGE gsr_group;
	SOCKADDR_STORAGE gsr_source;
} GROUP_SOURCE_REQ, *PGROUP_SOURCE_REQ;

typedef struct WSC(group_filter) {
	ULONG gf_interface;
	SOCKADDR_STORAGE gf_group;
	MULTICAST_MODE_TYPE gf_fmode;
	ULONG gf_numsrc;
	SOCKADDR_STORAGE gf_slist[1];
} GROUP_FILTER, *PGROUP_FILTER;

typedef struct WSC(in_pktinfo) {
	struct WSC(in_addr) ipi_addr;
	ULONG ipi_ifindex;
} IN_PKTINFO, *PIN_PKTINFO;

typedef struct WSC(in6_pktinfo) {
	struct WSC(in6_addr) ipi6_addr;
	ULONG ipi6_ifindex;
} IN6_PKTINFO, *PIN6_PKTINFO;

typedef struct in_pktinfo_ex {
	IN_PKTINFO pkt_info;
	SCOPE_ID scope_id;
} IN_PKTINFO_EX, *PIN_PKTINFO_EX;

typedef struct in6_pktinfo_ex {
	IN6_PKTINFO pkt_info;
	SCOPE_ID scope_id;
} IN6_PKTINFO_EX, *PIN6_PKTINFO_EX;

typedef struct in_recverr {
	INT protocol; /* IPPROTO_ICMP, IPPROTO_ICMPV6 */
	ULONG info;   /* the MTU, if the packet was too big */
	UCHAR type;
	UCHAR code;
} IN_RECVERR, *PIN_RECVERR;

WSC_END

#ifdef WSC_OVERLAY

#define WSC_INLINE static __inline__ __attribute__((unused))

WSC_BEGIN

WSC_INLINE BOOLEAN IN6_ADDR_EQUAL(const IN6_ADDR *a, const IN6_ADDR *b)
{
	return __builtin_memcmp(a, b, sizeof *a) == 0;
}

/* Whether all but the last bytes are zero. */
WSC_INLINE BOOLEAN wsc_in6_zero_but(const IN6_ADDR *a, int last)
{
	int i;

	for (i = 0; i < 16 - last; i++)
		if (a->u.Byte[i])
			return FALSE;
	return TRUE;
}

WSC_INLINE BOOLEAN IN6_IS_ADDR_UNSPECIFIED(const IN6_ADDR *a)
{
	return wsc_in6_zero_but(a, 0);
}

WSC_INLINE BOOLEAN IN6_IS_ADDR_LOOPBACK(const IN6_ADDR *a)
{
	return wsc_in6_zero_but(a, 1) && a->u.Byte[15] == 1;
}

WSC_INLINE BOOLEAN IN6_IS_ADDR_MULTICAST(const IN6_ADDR *a)
{
	return a->u.Byte[0] == 0xff;
}

WSC_INLINE BOOLEAN IN6_IS_ADDR_LINKLOCAL(const IN6_ADDR *a)
{
	return a->u.Byte[0] == 0xfe && (a->u.Byte[1] & 0xc0) == 0x80;
}

WSC_INLINE BOOLEAN IN6_IS_ADDR_SITELOCAL(const IN6_ADDR *a)
{
	return a->u.Byte[0] == 0xfe && (a->u.Byte[1] & 0xc0) == 0xc0;
}

WSC_INLINE BOOLEAN IN6_IS_ADDR_V4MAPPED(const IN6_ADDR *a)
{
	return wsc_in6_zero_but(a, 6) && a->u.Byte[10] == 0xff && a->u.Byte[11] == 0xff;
}

WSC_INLINE BOOLEAN IN6_IS_ADDR_V4COMPAT(const IN6_ADDR *a)
{
	return wsc_in6_zero_but(a, 4) && !IN6_IS_ADDR_UNSPECIFIED(a) && !IN6_IS_ADDR_LOOPBACK(a);
}

#define WSC_MULTICAST_SCOPE(name, scope)                                                                     \
	WSC_INLINE BOOLEAN name(const IN6_ADDR *a)                                                           \
	{                                                                                                    \
		return IN6_IS_ADDR_MULTICAST(a) && (a->u.Byte[1] & 0xf) == (scope);                          \
	}
WSC_MULTICAST_SCOPE(IN6_IS_ADDR_MC_NODELOCAL, 1)
WSC_MULTICAST_SCOPE(IN6_IS_ADDR_MC_LINKLOCAL, 2)
WSC_MULTICAST_SCOPE(IN6_IS_ADDR_MC_SITELOCAL, 5)
WSC_MULTICAST_SCOPE(IN6_IS_ADDR_MC_ORGLOCAL, 8)
WSC_MULTICAST_SCOPE(IN6_IS_ADDR_MC_GLOBAL, 0xe)
#undef WSC_MULTICAST_SCOPE

WSC_INLINE void IN6_SET_ADDR_UNSPECIFIED(IN6_ADDR *a)
{
	__builtin_memset(a, 0, sizeof *a);
}

WSC_INLINE void IN6_SET_ADDR_LOOPBACK(IN6_ADDR *a)
{
	IN6_SET_ADDR_UNSPECIFIED(a);
	a->u.Byte[15] = 1;
}

WSC_INLINE void IN6ADDR_SETANY(SOCKADDR_IN6 *address)
{
	__builtin_memset(address, 0, sizeof *address);
	address->sin6_family = AF_INET6;
}

WSC_INLINE void IN6ADDR_SETLOOPBACK(SOCKADDR_IN6 *address)
{
	IN6ADDR_SETANY(address);
	IN6_SET_ADDR_LOOPBACK(&address->sin6_addr);
}

WSC_INLINE BOOLEAN IN6ADDR_ISANY(const SOCKADDR_IN6 *address)
{
	return address->sin6_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address->sin6_addr);
}

WSC_INLINE BOOLEAN IN6ADDR_ISLOOPBACK(const SOCKADDR_IN6 *address)
{
	return address->sin6_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->sin6_addr);
}

WSC_END

#undef WSC_INLINE
#define IN6_ARE_ADDR_EQUAL IN6_ADDR_EQUAL

#define IP_MSFILTER_SIZE(count)                                                                              \
	(sizeof(IP_MSFILTER) - sizeof(struct in_addr) + (count) * sizeof(struct in_addr))
#define GROUP_FILTER_SIZE(count)                                                                             \
	(sizeof(GROUP_FILTER) - sizeof(SOCKADDR_STORAGE) + (count) * sizeof(SOCKADDR_STORAGE))
#define SS_PORT(address) (((struct sockaddr_in *)(address))->sin_port)

#endif

#endif
