/* IPv6 addresses, multicast requests, packet information. */
#ifndef _WS2IPDEF_
#define _WS2IPDEF_

#include "ws2def.h"
#include "in6addr.h"

#ifdef WSC_OVERLAY
#include "wsc/ws2ipdef-constants.h"
#endif

WSC_BEGIN

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

WSC_END

#ifdef WSC_OVERLAY

#define IP_MSFILTER_SIZE(count)                                                                              \
	(sizeof(IP_MSFILTER) - sizeof(struct in_addr) + (count) * sizeof(struct in_addr))
#define GROUP_FILTER_SIZE(count)                                                                             \
	(sizeof(GROUP_FILTER) - sizeof(SOCKADDR_STORAGE) + (count) * sizeof(SOCKADDR_STORAGE))
#define SS_PORT(address) (((struct sockaddr_in *)(address))->sin_port)

#endif

#endif
