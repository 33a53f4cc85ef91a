/* Every structure has Windows' size, and every member its place. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>
#include <stddef.h>
#include <stdio.h>
#include "tap.h"

static void place(const char *what, size_t offset, size_t size, size_t offset64, size_t size64,
		  size_t offset32, size_t size32)
{
	char expected[32], seen[32];

	if (sizeof(void *) == 8)
		snprintf(expected, sizeof expected, "at %u, %u bytes", (unsigned)offset64, (unsigned)size64);
	else
		snprintf(expected, sizeof expected, "at %u, %u bytes", (unsigned)offset32, (unsigned)size32);
	snprintf(seen, sizeof seen, "at %u, %u bytes", (unsigned)offset, (unsigned)size);
	is_string(expected, seen, "%s", what);
}

/* The sizes on x64 and x86; a member's offset and size on both, or on each. */
#define TYPE(type, size64, size32) is_int(sizeof(void *) == 8 ? size64 : size32, sizeof(type), #type)
#define MEMBERS(type, member, offset64, size64, offset32, size32)                                            \
	place(#type "." #member, offsetof(type, member), sizeof(((type *)0)->member), offset64, size64,      \
	      offset32, size32)
#define MEMBER(type, member, offset, size) MEMBERS(type, member, offset, size, offset, size)

/* clang-format off */
static void compare(void)
{
	TYPE(SOCKET, 8, 4);
	TYPE(HANDLE, 8, 4);
	TYPE(u_long, 4, 4);
	TYPE(u_int, 4, 4);
	TYPE(socklen_t, 4, 4);
	TYPE(BOOL, 4, 4);
	TYPE(BOOLEAN, 1, 1);
	TYPE(DWORD, 4, 4);
	TYPE(ULONG_PTR, 8, 4);

	TYPE(struct addrinfo, 48, 32);
	MEMBER(struct addrinfo, ai_flags, 0, 4);
	MEMBER(struct addrinfo, ai_family, 4, 4);
	MEMBER(struct addrinfo, ai_socktype, 8, 4);
	MEMBER(struct addrinfo, ai_protocol, 12, 4);
	MEMBERS(struct addrinfo, ai_addrlen, 16, 8, 16, 4);
	MEMBERS(struct addrinfo, ai_canonname, 24, 8, 20, 4);
	MEMBERS(struct addrinfo, ai_addr, 32, 8, 24, 4);
	MEMBERS(struct addrinfo, ai_next, 40, 8, 28, 4);

	TYPE(ADDRINFOW, 48, 32);
	MEMBER(ADDRINFOW, ai_flags, 0, 4);
	MEMBER(ADDRINFOW, ai_family, 4, 4);
	MEMBER(ADDRINFOW, ai_socktype, 8, 4);
	MEMBER(ADDRINFOW, ai_protocol, 12, 4);
	MEMBERS(ADDRINFOW, ai_addrlen, 16, 8, 16, 4);
	MEMBERS(ADDRINFOW, ai_canonname, 24, 8, 20, 4);
	MEMBERS(ADDRINFOW, ai_addr, 32, 8, 24, 4);
	MEMBERS(ADDRINFOW, ai_next, 40, 8, 28, 4);

	TYPE(ADDRINFOEXW, 72, 44);
	MEMBER(ADDRINFOEXW, ai_flags, 0, 4);
	MEMBER(ADDRINFOEXW, ai_family, 4, 4);
	MEMBER(ADDRINFOEXW, ai_socktype, 8, 4);
	MEMBER(ADDRINFOEXW, ai_protocol, 12, 4);
	MEMBERS(ADDRINFOEXW, ai_addrlen, 16, 8, 16, 4);
	MEMBERS(ADDRINFOEXW, ai_canonname, 24, 8, 20, 4);
	MEMBERS(ADDRINFOEXW, ai_addr, 32, 8, 24, 4);
	MEMBERS(ADDRINFOEXW, ai_blob, 40, 8, 28, 4);
	MEMBERS(ADDRINFOEXW, ai_bloblen, 48, 8, 32, 4);
	MEMBERS(ADDRINFOEXW, ai_provider, 56, 8, 36, 4);
	MEMBERS(ADDRINFOEXW, ai_next, 64, 8, 40, 4);

	TYPE(fd_set, 520, 260);
	MEMBER(fd_set, fd_count, 0, 4);
	MEMBERS(fd_set, fd_array, 8, 512, 4, 256);

	TYPE(struct timeval, 8, 8);
	MEMBER(struct timeval, tv_sec, 0, 4);
	MEMBER(struct timeval, tv_usec, 4, 4);

	TYPE(struct linger, 4, 4);
	MEMBER(struct linger, l_onoff, 0, 2);
	MEMBER(struct linger, l_linger, 2, 2);

	TYPE(struct hostent, 32, 16);
	MEMBERS(struct hostent, h_name, 0, 8, 0, 4);
	MEMBERS(struct hostent, h_aliases, 8, 8, 4, 4);
	MEMBERS(struct hostent, h_addrtype, 16, 2, 8, 2);
	MEMBERS(struct hostent, h_length, 18, 2, 10, 2);
	MEMBERS(struct hostent, h_addr_list, 24, 8, 12, 4);

	TYPE(struct netent, 24, 16);
	MEMBERS(struct netent, n_name, 0, 8, 0, 4);
	MEMBERS(struct netent, n_aliases, 8, 8, 4, 4);
	MEMBERS(struct netent, n_addrtype, 16, 2, 8, 2);
	MEMBERS(struct netent, n_net, 20, 4, 12, 4);

	TYPE(struct servent, 32, 16);
	MEMBERS(struct servent, s_name, 0, 8, 0, 4);
	MEMBERS(struct servent, s_aliases, 8, 8, 4, 4);
	MEMBERS(struct servent, s_proto, 16, 8, 12, 4);
	MEMBERS(struct servent, s_port, 24, 2, 8, 2);

	TYPE(struct protoent, 24, 12);
	MEMBERS(struct protoent, p_name, 0, 8, 0, 4);
	MEMBERS(struct protoent, p_aliases, 8, 8, 4, 4);
	MEMBERS(struct protoent, p_proto, 16, 2, 8, 2);

	TYPE(struct in_addr, 4, 4);
	MEMBER(struct in_addr, S_un.S_un_b, 0, 4);
	MEMBER(struct in_addr, S_un.S_un_w, 0, 4);
	MEMBER(struct in_addr, S_un.S_addr, 0, 4);

	TYPE(struct in6_addr, 16, 16);
	MEMBER(struct in6_addr, u.Byte, 0, 16);
	MEMBER(struct in6_addr, u.Word, 0, 16);

	TYPE(struct sockaddr, 16, 16);
	MEMBER(struct sockaddr, sa_family, 0, 2);
	MEMBER(struct sockaddr, sa_data, 2, 14);

	TYPE(struct sockaddr_in, 16, 16);
	MEMBER(struct sockaddr_in, sin_family, 0, 2);
	MEMBER(struct sockaddr_in, sin_port, 2, 2);
	MEMBER(struct sockaddr_in, sin_addr, 4, 4);
	MEMBER(struct sockaddr_in, sin_zero, 8, 8);

	TYPE(struct sockaddr_in6, 28, 28);
	MEMBER(struct sockaddr_in6, sin6_family, 0, 2);
	MEMBER(struct sockaddr_in6, sin6_port, 2, 2);
	MEMBER(struct sockaddr_in6, sin6_flowinfo, 4, 4);
	MEMBER(struct sockaddr_in6, sin6_addr, 8, 16);
	MEMBER(struct sockaddr_in6, sin6_scope_id, 24, 4);

	TYPE(struct sockaddr_storage, 128, 128);
	MEMBER(struct sockaddr_storage, ss_family, 0, 2);
	MEMBER(struct sockaddr_storage, __ss_align, 8, 8);

	TYPE(SOCKADDR_INET, 28, 28);
	MEMBER(SOCKADDR_INET, Ipv4, 0, 16);
	MEMBER(SOCKADDR_INET, Ipv6, 0, 28);
	MEMBER(SOCKADDR_INET, si_family, 0, 2);

	TYPE(SOCKET_ADDRESS, 16, 8);
	MEMBERS(SOCKET_ADDRESS, lpSockaddr, 0, 8, 0, 4);
	MEMBERS(SOCKET_ADDRESS, iSockaddrLength, 8, 4, 4, 4);

	TYPE(SOCKET_ADDRESS_LIST, 24, 12);
	MEMBER(SOCKET_ADDRESS_LIST, iAddressCount, 0, 4);
	MEMBERS(SOCKET_ADDRESS_LIST, Address, 8, 16, 4, 8);

	TYPE(CSADDR_INFO, 40, 24);
	MEMBERS(CSADDR_INFO, LocalAddr, 0, 16, 0, 8);
	MEMBERS(CSADDR_INFO, RemoteAddr, 16, 16, 8, 8);
	MEMBERS(CSADDR_INFO, iSocketType, 32, 4, 16, 4);
	MEMBERS(CSADDR_INFO, iProtocol, 36, 4, 20, 4);

	TYPE(WSABUF, 16, 8);
	MEMBER(WSABUF, len, 0, 4);
	MEMBERS(WSABUF, buf, 8, 8, 4, 4);

	TYPE(WSAMSG, 56, 28);
	MEMBERS(WSAMSG, name, 0, 8, 0, 4);
	MEMBERS(WSAMSG, namelen, 8, 4, 4, 4);
	MEMBERS(WSAMSG, lpBuffers, 16, 8, 8, 4);
	MEMBERS(WSAMSG, dwBufferCount, 24, 4, 12, 4);
	MEMBERS(WSAMSG, Control, 32, 16, 16, 8);
	MEMBERS(WSAMSG, dwFlags, 48, 4, 24, 4);

	TYPE(WSACMSGHDR, 16, 12);
	MEMBERS(WSACMSGHDR, cmsg_len, 0, 8, 0, 4);
	MEMBERS(WSACMSGHDR, cmsg_level, 8, 4, 4, 4);
	MEMBERS(WSACMSGHDR, cmsg_type, 12, 4, 8, 4);

	TYPE(struct ip_mreq, 8, 8);
	MEMBER(struct ip_mreq, imr_multiaddr, 0, 4);
	MEMBER(struct ip_mreq, imr_interface, 4, 4);

	TYPE(struct ip_mreq_source, 12, 12);
	MEMBER(struct ip_mreq_source, imr_multiaddr, 0, 4);
	MEMBER(struct ip_mreq_source, imr_sourceaddr, 4, 4);
	MEMBER(struct ip_mreq_source, imr_interface, 8, 4);

	TYPE(struct ip_msfilter, 20, 20);
	MEMBER(struct ip_msfilter, imsf_multiaddr, 0, 4);
	MEMBER(struct ip_msfilter, imsf_interface, 4, 4);
	MEMBER(struct ip_msfilter, imsf_fmode, 8, 4);
	MEMBER(struct ip_msfilter, imsf_numsrc, 12, 4);
	MEMBER(struct ip_msfilter, imsf_slist, 16, 4);

	TYPE(struct ipv6_mreq, 20, 20);
	MEMBER(struct ipv6_mreq, ipv6mr_multiaddr, 0, 16);
	MEMBER(struct ipv6_mreq, ipv6mr_interface, 16, 4);

	TYPE(struct group_req, 136, 136);
	MEMBER(struct group_req, gr_interface, 0, 4);
	MEMBER(struct group_req, gr_group, 8, 128);

	TYPE(struct group_source_req, 264, 264);
	MEMBER(struct group_source_req, gsr_interface, 0, 4);
	MEMBER(struct group_source_req, gsr_group, 8, 128);
	MEMBER(struct group_source_req, gsr_source, 136, 128);

	TYPE(struct group_filter, 272, 272);
	MEMBER(struct group_filter, gf_interface, 0, 4);
	MEMBER(struct group_filter, gf_group, 8, 128);
	MEMBER(struct group_filter, gf_fmode, 136, 4);
	MEMBER(struct group_filter, gf_numsrc, 140, 4);
	MEMBER(struct group_filter, gf_slist, 144, 128);

	TYPE(struct in_pktinfo, 8, 8);
	MEMBER(struct in_pktinfo, ipi_addr, 0, 4);
	MEMBER(struct in_pktinfo, ipi_ifindex, 4, 4);

	TYPE(struct in6_pktinfo, 20, 20);
	MEMBER(struct in6_pktinfo, ipi6_addr, 0, 16);
	MEMBER(struct in6_pktinfo, ipi6_ifindex, 16, 4);

#ifdef __linux__ /* newer than the headers of mingw-w64 */
	TYPE(IN_PKTINFO_EX, 12, 12);
	MEMBER(IN_PKTINFO_EX, pkt_info, 0, 8);
	MEMBER(IN_PKTINFO_EX, scope_id, 8, 4);

	TYPE(IN6_PKTINFO_EX, 24, 24);
	MEMBER(IN6_PKTINFO_EX, pkt_info, 0, 20);
	MEMBER(IN6_PKTINFO_EX, scope_id, 20, 4);

	TYPE(IN_RECVERR, 12, 12);
	MEMBER(IN_RECVERR, protocol, 0, 4);
	MEMBER(IN_RECVERR, info, 4, 4);
	MEMBER(IN_RECVERR, type, 8, 1);
	MEMBER(IN_RECVERR, code, 9, 1);
#endif

	TYPE(WSAPOLLFD, 16, 8);
	MEMBERS(WSAPOLLFD, fd, 0, 8, 0, 4);
	MEMBERS(WSAPOLLFD, events, 8, 2, 4, 2);
	MEMBERS(WSAPOLLFD, revents, 10, 2, 6, 2);

	TYPE(WSAOVERLAPPED, 32, 20);
	MEMBERS(WSAOVERLAPPED, Internal, 0, 8, 0, 4);
	MEMBERS(WSAOVERLAPPED, InternalHigh, 8, 8, 4, 4);
	MEMBERS(WSAOVERLAPPED, Offset, 16, 4, 8, 4);
	MEMBERS(WSAOVERLAPPED, Pointer, 16, 8, 8, 4);
	MEMBERS(WSAOVERLAPPED, OffsetHigh, 20, 4, 12, 4);
	MEMBERS(WSAOVERLAPPED, hEvent, 24, 8, 16, 4);

	TYPE(WSANETWORKEVENTS, 44, 44);
	MEMBER(WSANETWORKEVENTS, lNetworkEvents, 0, 4);
	MEMBER(WSANETWORKEVENTS, iErrorCode, 4, 40);

	TYPE(struct tcp_keepalive, 12, 12);
	MEMBER(struct tcp_keepalive, onoff, 0, 4);
	MEMBER(struct tcp_keepalive, keepalivetime, 4, 4);
	MEMBER(struct tcp_keepalive, keepaliveinterval, 8, 4);

	TYPE(WSADATA, 408, 400);
	MEMBER(WSADATA, wVersion, 0, 2);
	MEMBER(WSADATA, wHighVersion, 2, 2);
	MEMBERS(WSADATA, iMaxSockets, 4, 2, 390, 2);
	MEMBERS(WSADATA, iMaxUdpDg, 6, 2, 392, 2);
	MEMBERS(WSADATA, lpVendorInfo, 8, 8, 396, 4);
	MEMBERS(WSADATA, szDescription, 16, 257, 4, 257);
	MEMBERS(WSADATA, szSystemStatus, 273, 129, 261, 129);

	TYPE(WSAPROTOCOLCHAIN, 32, 32);
	MEMBER(WSAPROTOCOLCHAIN, ChainLen, 0, 4);
	MEMBER(WSAPROTOCOLCHAIN, ChainEntries, 4, 28);

	TYPE(WSAPROTOCOL_INFOA, 372, 372);
	MEMBER(WSAPROTOCOL_INFOA, dwServiceFlags1, 0, 4);
	MEMBER(WSAPROTOCOL_INFOA, dwServiceFlags2, 4, 4);
	MEMBER(WSAPROTOCOL_INFOA, dwServiceFlags3, 8, 4);
	MEMBER(WSAPROTOCOL_INFOA, dwServiceFlags4, 12, 4);
	MEMBER(WSAPROTOCOL_INFOA, dwProviderFlags, 16, 4);
	MEMBER(WSAPROTOCOL_INFOA, ProviderId, 20, 16);
	MEMBER(WSAPROTOCOL_INFOA, dwCatalogEntryId, 36, 4);
	MEMBER(WSAPROTOCOL_INFOA, ProtocolChain, 40, 32);
	MEMBER(WSAPROTOCOL_INFOA, iVersion, 72, 4);
	MEMBER(WSAPROTOCOL_INFOA, iAddressFamily, 76, 4);
	MEMBER(WSAPROTOCOL_INFOA, iMaxSockAddr, 80, 4);
	MEMBER(WSAPROTOCOL_INFOA, iMinSockAddr, 84, 4);
	MEMBER(WSAPROTOCOL_INFOA, iSocketType, 88, 4);
	MEMBER(WSAPROTOCOL_INFOA, iProtocol, 92, 4);
	MEMBER(WSAPROTOCOL_INFOA, iProtocolMaxOffset, 96, 4);
	MEMBER(WSAPROTOCOL_INFOA, iNetworkByteOrder, 100, 4);
	MEMBER(WSAPROTOCOL_INFOA, iSecurityScheme, 104, 4);
	MEMBER(WSAPROTOCOL_INFOA, dwMessageSize, 108, 4);
	MEMBER(WSAPROTOCOL_INFOA, dwProviderReserved, 112, 4);
	MEMBER(WSAPROTOCOL_INFOA, szProtocol, 116, 256);

	TYPE(WSAPROTOCOL_INFOW, 116 + 256 * (int)sizeof(WCHAR), 116 + 256 * (int)sizeof(WCHAR));
	MEMBER(WSAPROTOCOL_INFOW, dwServiceFlags1, 0, 4);
	MEMBER(WSAPROTOCOL_INFOW, dwServiceFlags2, 4, 4);
	MEMBER(WSAPROTOCOL_INFOW, dwServiceFlags3, 8, 4);
	MEMBER(WSAPROTOCOL_INFOW, dwServiceFlags4, 12, 4);
	MEMBER(WSAPROTOCOL_INFOW, dwProviderFlags, 16, 4);
	MEMBER(WSAPROTOCOL_INFOW, ProviderId, 20, 16);
	MEMBER(WSAPROTOCOL_INFOW, dwCatalogEntryId, 36, 4);
	MEMBER(WSAPROTOCOL_INFOW, ProtocolChain, 40, 32);
	MEMBER(WSAPROTOCOL_INFOW, iVersion, 72, 4);
	MEMBER(WSAPROTOCOL_INFOW, iAddressFamily, 76, 4);
	MEMBER(WSAPROTOCOL_INFOW, iMaxSockAddr, 80, 4);
	MEMBER(WSAPROTOCOL_INFOW, iMinSockAddr, 84, 4);
	MEMBER(WSAPROTOCOL_INFOW, iSocketType, 88, 4);
	MEMBER(WSAPROTOCOL_INFOW, iProtocol, 92, 4);
	MEMBER(WSAPROTOCOL_INFOW, iProtocolMaxOffset, 96, 4);
	MEMBER(WSAPROTOCOL_INFOW, iNetworkByteOrder, 100, 4);
	MEMBER(WSAPROTOCOL_INFOW, iSecurityScheme, 104, 4);
	MEMBER(WSAPROTOCOL_INFOW, dwMessageSize, 108, 4);
	MEMBER(WSAPROTOCOL_INFOW, dwProviderReserved, 112, 4);
	MEMBER(WSAPROTOCOL_INFOW, szProtocol, 116, 256 * (int)sizeof(WCHAR));

	TYPE(FLOWSPEC, 32, 32);
	MEMBER(FLOWSPEC, TokenRate, 0, 4);
	MEMBER(FLOWSPEC, TokenBucketSize, 4, 4);
	MEMBER(FLOWSPEC, PeakBandwidth, 8, 4);
	MEMBER(FLOWSPEC, Latency, 12, 4);
	MEMBER(FLOWSPEC, DelayVariation, 16, 4);
	MEMBER(FLOWSPEC, ServiceType, 20, 4);
	MEMBER(FLOWSPEC, MaxSduSize, 24, 4);
	MEMBER(FLOWSPEC, MinimumPolicedSize, 28, 4);

	TYPE(QOS, 80, 72);
	MEMBER(QOS, SendingFlowspec, 0, 32);
	MEMBER(QOS, ReceivingFlowspec, 32, 32);
	MEMBERS(QOS, ProviderSpecific, 64, 16, 64, 8);

	TYPE(WSAQUERYSETW, 120, 60);
	MEMBER(WSAQUERYSETW, dwSize, 0, 4);
	MEMBERS(WSAQUERYSETW, lpszServiceInstanceName, 8, 8, 4, 4);
	MEMBERS(WSAQUERYSETW, lpServiceClassId, 16, 8, 8, 4);
	MEMBERS(WSAQUERYSETW, lpVersion, 24, 8, 12, 4);
	MEMBERS(WSAQUERYSETW, lpszComment, 32, 8, 16, 4);
	MEMBERS(WSAQUERYSETW, dwNameSpace, 40, 4, 20, 4);
	MEMBERS(WSAQUERYSETW, lpNSProviderId, 48, 8, 24, 4);
	MEMBERS(WSAQUERYSETW, lpszContext, 56, 8, 28, 4);
	MEMBERS(WSAQUERYSETW, dwNumberOfProtocols, 64, 4, 32, 4);
	MEMBERS(WSAQUERYSETW, lpafpProtocols, 72, 8, 36, 4);
	MEMBERS(WSAQUERYSETW, lpszQueryString, 80, 8, 40, 4);
	MEMBERS(WSAQUERYSETW, dwNumberOfCsAddrs, 88, 4, 44, 4);
	MEMBERS(WSAQUERYSETW, lpcsaBuffer, 96, 8, 48, 4);
	MEMBERS(WSAQUERYSETW, dwOutputFlags, 104, 4, 52, 4);
	MEMBERS(WSAQUERYSETW, lpBlob, 112, 8, 56, 4);

	TYPE(WSANAMESPACE_INFOW, 40, 32);
	MEMBER(WSANAMESPACE_INFOW, NSProviderId, 0, 16);
	MEMBER(WSANAMESPACE_INFOW, dwNameSpace, 16, 4);
	MEMBER(WSANAMESPACE_INFOW, fActive, 20, 4);
	MEMBER(WSANAMESPACE_INFOW, dwVersion, 24, 4);
	MEMBERS(WSANAMESPACE_INFOW, lpszIdentifier, 32, 8, 28, 4);

	TYPE(WSANAMESPACE_INFOEXW, 56, 40);
	MEMBERS(WSANAMESPACE_INFOEXW, lpszIdentifier, 32, 8, 28, 4);
	MEMBERS(WSANAMESPACE_INFOEXW, ProviderSpecific, 40, 16, 32, 8);

	TYPE(WSANSCLASSINFOW, 32, 20);
	MEMBERS(WSANSCLASSINFOW, lpszName, 0, 8, 0, 4);
	MEMBERS(WSANSCLASSINFOW, dwNameSpace, 8, 4, 4, 4);
	MEMBERS(WSANSCLASSINFOW, dwValueType, 12, 4, 8, 4);
	MEMBERS(WSANSCLASSINFOW, dwValueSize, 16, 4, 12, 4);
	MEMBERS(WSANSCLASSINFOW, lpValue, 24, 8, 16, 4);

	TYPE(WSASERVICECLASSINFOW, 32, 16);
	MEMBERS(WSASERVICECLASSINFOW, lpServiceClassId, 0, 8, 0, 4);
	MEMBERS(WSASERVICECLASSINFOW, lpszServiceClassName, 8, 8, 4, 4);
	MEMBERS(WSASERVICECLASSINFOW, dwCount, 16, 4, 8, 4);
	MEMBERS(WSASERVICECLASSINFOW, lpClassInfos, 24, 8, 12, 4);

	TYPE(WSAVERSION, 8, 8);
	TYPE(LUID, 8, 8);
	TYPE(PMTUD_STATE, 4, 4);
	TYPE(SCOPE_LEVEL, 4, 4);
	TYPE(AFPROTOCOLS, 8, 8);
	TYPE(WSACOMPLETION, 32, 16);
	MEMBERS(WSACOMPLETION, Parameters.WindowMessage.uMsg, 16, 4, 8, 4);
	MEMBERS(WSACOMPLETION, Parameters.Apc.lpfnCompletionProc, 16, 8, 8, 4);
	MEMBERS(WSACOMPLETION, Parameters.Port.Key, 24, 8, 12, 4);

	MEMBER(NLA_BLOB, header.type, 0, 4);
	MEMBER(NLA_BLOB, header.dwSize, 4, 4);
	MEMBER(NLA_BLOB, header.nextOffset, 8, 4);
	MEMBER(NLA_BLOB, data.interfaceData.dwSpeed, 16, 4);
	MEMBER(NLA_BLOB, data.interfaceData.adapterName, 20, 1);
	MEMBER(NLA_BLOB, data.connectivity.internet, 16, 4);
	MEMBER(NLA_BLOB, data.ICS.remote.machineName, 24, 256 * (int)sizeof(WCHAR));
	TYPE(NLA_BLOB, 24 + 512 * (int)sizeof(WCHAR), 24 + 512 * (int)sizeof(WCHAR));

	TYPE(BLOB, 16, 8);
	MEMBER(BLOB, cbSize, 0, 4);
	MEMBERS(BLOB, pBlobData, 8, 8, 4, 4);

	TYPE(AFPROTOCOLS, 8, 8);
	MEMBER(AFPROTOCOLS, iAddressFamily, 0, 4);
	MEMBER(AFPROTOCOLS, iProtocol, 4, 4);

	TYPE(TRANSMIT_FILE_BUFFERS, 32, 16);
	MEMBERS(TRANSMIT_FILE_BUFFERS, Head, 0, 8, 0, 4);
	MEMBERS(TRANSMIT_FILE_BUFFERS, HeadLength, 8, 4, 4, 4);
	MEMBERS(TRANSMIT_FILE_BUFFERS, Tail, 16, 8, 8, 4);
	MEMBERS(TRANSMIT_FILE_BUFFERS, TailLength, 24, 4, 12, 4);

	TYPE(TRANSMIT_PACKETS_ELEMENT, 24, 24);
	MEMBER(TRANSMIT_PACKETS_ELEMENT, dwElFlags, 0, 4);
	MEMBER(TRANSMIT_PACKETS_ELEMENT, cLength, 4, 4);
	MEMBER(TRANSMIT_PACKETS_ELEMENT, nFileOffset, 8, 8);
	MEMBERS(TRANSMIT_PACKETS_ELEMENT, pBuffer, 8, 8, 8, 4);
	MEMBERS(TRANSMIT_PACKETS_ELEMENT, hFile, 16, 8, 16, 4);

	TYPE(INTERFACE_INFO, 76, 76);
	MEMBER(INTERFACE_INFO, iiFlags, 0, 4);
	MEMBER(INTERFACE_INFO, iiAddress, 4, 24);
	MEMBER(INTERFACE_INFO, iiBroadcastAddress, 28, 24);
	MEMBER(INTERFACE_INFO, iiNetmask, 52, 24);

	TYPE(PROCESSOR_NUMBER, 4, 4);
	MEMBER(PROCESSOR_NUMBER, Number, 2, 1);

	TYPE(TRANSPORT_SETTING_ID, 16, 16);

	TYPE(REAL_TIME_NOTIFICATION_SETTING_INPUT, 32, 32);
	MEMBER(REAL_TIME_NOTIFICATION_SETTING_INPUT, BrokerEventGuid, 16, 16);

	TYPE(REAL_TIME_NOTIFICATION_SETTING_OUTPUT, 4, 4);

	TYPE(TCP_ICW_PARAMETERS, 4, 4);
	TYPE(TCP_ACK_FREQUENCY_PARAMETERS, 1, 1);

	TYPE(RCVALL_IF, 8, 8);
	MEMBER(RCVALL_IF, Interface, 4, 4);

	TYPE(TCP_INITIAL_RTO_PARAMETERS, 4, 4);
	MEMBER(TCP_INITIAL_RTO_PARAMETERS, Rtt, 0, 2);
	MEMBER(TCP_INITIAL_RTO_PARAMETERS, MaxSynRetransmissions, 2, 1);

	TYPE(GUID, 16, 16);
	MEMBER(GUID, Data1, 0, 4);
	MEMBER(GUID, Data2, 4, 2);
	MEMBER(GUID, Data3, 6, 2);
	MEMBER(GUID, Data4, 8, 8);
#ifdef __MINGW32__
	diag("not in mingw-w64's headers: ICMP_ERROR_INFO, TCP_INFO, TIMESTAMPING_CONFIG, SOCKET_PROCESSOR_AFFINITY and others");
#else
	TYPE(SOCKET_PROCESSOR_AFFINITY, 8, 8);
	MEMBER(SOCKET_PROCESSOR_AFFINITY, NumaNodeId, 4, 2);

	TYPE(WSA_COMPATIBILITY_MODE, 8, 8);
	MEMBER(WSA_COMPATIBILITY_MODE, TargetOsVersion, 4, 4);

	TYPE(RSS_SCALABILITY_INFO, 1, 1);

	TYPE(TCP_INFO_v0, 88, 88);
	MEMBER(TCP_INFO_v0, State, 0, 4);
	MEMBER(TCP_INFO_v0, Mss, 4, 4);
	MEMBER(TCP_INFO_v0, ConnectionTimeMs, 8, 8);
	MEMBER(TCP_INFO_v0, TimestampsEnabled, 16, 1);
	MEMBER(TCP_INFO_v0, RttUs, 20, 4);
	MEMBER(TCP_INFO_v0, RcvBuf, 44, 4);
	MEMBER(TCP_INFO_v0, BytesOut, 48, 8);
	MEMBER(TCP_INFO_v0, BytesIn, 56, 8);
	MEMBER(TCP_INFO_v0, SynRetrans, 84, 1);

	TYPE(TCP_INFO_v1, 136, 136);
	MEMBER(TCP_INFO_v1, SynRetrans, 84, 1);
	MEMBER(TCP_INFO_v1, SndLimTransRwin, 88, 4);
	MEMBER(TCP_INFO_v1, SndLimBytesRwin, 96, 8);
	MEMBER(TCP_INFO_v1, SndLimTransCwnd, 104, 4);
	MEMBER(TCP_INFO_v1, SndLimBytesCwnd, 112, 8);
	MEMBER(TCP_INFO_v1, SndLimBytesSnd, 128, 8);

	TYPE(ICMP_ERROR_INFO, 36, 36);
	MEMBER(ICMP_ERROR_INFO, srcaddress, 0, 28);
	MEMBER(ICMP_ERROR_INFO, protocol, 28, 4);
	MEMBER(ICMP_ERROR_INFO, type, 32, 1);
	MEMBER(ICMP_ERROR_INFO, code, 33, 1);

	TYPE(TIMESTAMPING_CONFIG, 8, 8);
	MEMBER(TIMESTAMPING_CONFIG, Flags, 0, 4);
	MEMBER(TIMESTAMPING_CONFIG, TxTimestampsBuffered, 4, 2);
#endif

	TYPE(INET_PORT_RESERVATION_INSTANCE, 16, 16);
	MEMBER(INET_PORT_RESERVATION_INSTANCE, StartPort, 0, 2);
	MEMBER(INET_PORT_RESERVATION_INSTANCE, NumberOfPorts, 2, 2);
	MEMBER(INET_PORT_RESERVATION_INSTANCE, Token, 8, 8);
	TYPE(INET_PORT_RESERVATION_INFORMATION, 4, 4);
}
/* clang-format on */

int main(void)
{
	plan_lazy();
	compare();
	return done();
}
