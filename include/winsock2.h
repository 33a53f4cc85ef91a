/* Winsock 2. */
#ifndef _WINSOCK2API_
#define _WINSOCK2API_

#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_ /* keeps winsock.h out of windows.h */
#endif

#include "windows.h"
#include "wsc/sockets.h"
#include "ws2def.h"
#include "qos.h"

#ifdef WSC_OVERLAY
#include "wsc/winsock2-constants.h"

#undef WSAAPI
#define WSAAPI
#ifndef WINSOCK_VERSION
#define WINSOCK_VERSION MAKEWORD(2, 2)
#endif
#define WSA_INVALID_EVENT ((WSAEVENT)NULL)
#endif

WSC_BEGIN

typedef HANDLE WSAEVENT, *LPWSAEVENT;
typedef OVERLAPPED WSAOVERLAPPED, *LPWSAOVERLAPPED;
typedef WSC(u_int) GROUP;
typedef DWORD SERVICEFLAGS;

typedef struct _QualityOfService {
	FLOWSPEC SendingFlowspec;
	FLOWSPEC ReceivingFlowspec;
	WSABUF ProviderSpecific;
} QOS, *LPQOS;

typedef struct _WSANETWORKEVENTS {
	LONG lNetworkEvents;
	int iErrorCode[10];
} WSANETWORKEVENTS, *LPWSANETWORKEVENTS;

typedef struct _WSAPROTOCOLCHAIN {
	int ChainLen;
	DWORD ChainEntries[7];
} WSAPROTOCOLCHAIN, *LPWSAPROTOCOLCHAIN;

#define WSC_PROTOCOL_INFO(character)                                                                         \
	DWORD dwServiceFlags1;                                                                               \
	DWORD dwServiceFlags2;                                                                               \
	DWORD dwServiceFlags3;                                                                               \
	DWORD dwServiceFlags4;                                                                               \
	DWORD dwProviderFlags;                                                                               \
	GUID ProviderId;                                                                                     \
	DWORD dwCatalogEntryId;                                                                              \
	WSAPROTOCOLCHAIN ProtocolChain;                                                                      \
	int iVersion;                                                                                        \
	int iAddressFamily;                                                                                  \
	int iMaxSockAddr;                                                                                    \
	int iMinSockAddr;                                                                                    \
	int iSocketType;                                                                                     \
	int iProtocol;                                                                                       \
	int iProtocolMaxOffset;                                                                              \
	int iNetworkByteOrder;                                                                               \
	int iSecurityScheme;                                                                                 \
	DWORD dwMessageSize;                                                                                 \
	DWORD dwProviderReserved;                                                                            \
	character szProtocol[255 + 1];

typedef struct _WSAPROTOCOL_INFOA {
	WSC_PROTOCOL_INFO(CHAR)
} WSAPROTOCOL_INFOA, *LPWSAPROTOCOL_INFOA;

typedef struct _WSAPROTOCOL_INFOW {
	WSC_PROTOCOL_INFO(WCHAR)
} WSAPROTOCOL_INFOW, *LPWSAPROTOCOL_INFOW;

#ifndef WSC_OVERLAY /* as a program with a wchar_t of four bytes has it */
typedef struct _WSAPROTOCOL_INFOW_UTF32 {
	WSC_PROTOCOL_INFO(UINT32)
} WSAPROTOCOL_INFOW_UTF32;
#endif

#undef WSC_PROTOCOL_INFO

typedef struct WSC(pollfd) {
	SOCKET fd;
	SHORT events;
	SHORT revents;
} WSAPOLLFD, *PWSAPOLLFD, *LPWSAPOLLFD;

typedef struct _AFPROTOCOLS {
	INT iAddressFamily;
	INT iProtocol;
} AFPROTOCOLS, *PAFPROTOCOLS, *LPAFPROTOCOLS;

typedef enum _WSAEcomparator { COMP_EQUAL = 0, COMP_NOTLESS } WSAECOMPARATOR, *PWSAECOMPARATOR, *LPWSAECOMPARATOR;

typedef struct _WSAVersion {
	DWORD dwVersion;
	WSAECOMPARATOR ecHow;
} WSAVERSION, *PWSAVERSION, *LPWSAVERSION;

#define WSC_QUERYSET(string)                                                                                 \
	DWORD dwSize;                                                                                        \
	string lpszServiceInstanceName;                                                                      \
	LPGUID lpServiceClassId;                                                                             \
	LPWSAVERSION lpVersion;                                                                              \
	string lpszComment;                                                                                  \
	DWORD dwNameSpace;                                                                                   \
	LPGUID lpNSProviderId;                                                                               \
	string lpszContext;                                                                                  \
	DWORD dwNumberOfProtocols;                                                                           \
	LPAFPROTOCOLS lpafpProtocols;                                                                        \
	string lpszQueryString;                                                                              \
	DWORD dwNumberOfCsAddrs;                                                                             \
	LPCSADDR_INFO lpcsaBuffer;                                                                           \
	DWORD dwOutputFlags;                                                                                 \
	LPBLOB lpBlob;

typedef struct _WSAQuerySetA {
	WSC_QUERYSET(LPSTR)
} WSAQUERYSETA, *PWSAQUERYSETA, *LPWSAQUERYSETA;

typedef struct _WSAQuerySetW {
	WSC_QUERYSET(LPWSTR)
} WSAQUERYSETW, *PWSAQUERYSETW, *LPWSAQUERYSETW;

#undef WSC_QUERYSET

typedef struct _WSANAMESPACE_INFOA {
	GUID NSProviderId;
	DWORD dwNameSpace;
	BOOL fActive;
	DWORD dwVersion;
	LPSTR lpszIdentifier;
} WSANAMESPACE_INFOA, *PWSANAMESPACE_INFOA, *LPWSANAMESPACE_INFOA;

typedef struct _WSANAMESPACE_INFOW {
	GUID NSProviderId;
	DWORD dwNameSpace;
	BOOL fActive;
	DWORD dwVersion;
	LPWSTR lpszIdentifier;
} WSANAMESPACE_INFOW, *PWSANAMESPACE_INFOW, *LPWSANAMESPACE_INFOW;

#define WSC_NAMESPACE_INFOEX(string)                                                                         \
	GUID NSProviderId;                                                                                   \
	DWORD dwNameSpace;                                                                                   \
	BOOL fActive;                                                                                        \
	DWORD dwVersion;                                                                                     \
	string lpszIdentifier;                                                                               \
	BLOB ProviderSpecific;

typedef struct _WSANAMESPACE_INFOEXA {
	WSC_NAMESPACE_INFOEX(LPSTR)
} WSANAMESPACE_INFOEXA, *PWSANAMESPACE_INFOEXA, *LPWSANAMESPACE_INFOEXA;

typedef struct _WSANAMESPACE_INFOEXW {
	WSC_NAMESPACE_INFOEX(LPWSTR)
} WSANAMESPACE_INFOEXW, *PWSANAMESPACE_INFOEXW, *LPWSANAMESPACE_INFOEXW;

#undef WSC_NAMESPACE_INFOEX

typedef struct _WSANSClassInfoA {
	LPSTR lpszName;
	DWORD dwNameSpace;
	DWORD dwValueType;
	DWORD dwValueSize;
	LPVOID lpValue;
} WSANSCLASSINFOA, *PWSANSCLASSINFOA, *LPWSANSCLASSINFOA;

typedef struct _WSANSClassInfoW {
	LPWSTR lpszName;
	DWORD dwNameSpace;
	DWORD dwValueType;
	DWORD dwValueSize;
	LPVOID lpValue;
} WSANSCLASSINFOW, *PWSANSCLASSINFOW, *LPWSANSCLASSINFOW;

typedef struct _WSAServiceClassInfoA {
	LPGUID lpServiceClassId;
	LPSTR lpszServiceClassName;
	DWORD dwCount;
	LPWSANSCLASSINFOA lpClassInfos;
} WSASERVICECLASSINFOA, *PWSASERVICECLASSINFOA, *LPWSASERVICECLASSINFOA;

typedef struct _WSAServiceClassInfoW {
	LPGUID lpServiceClassId;
	LPWSTR lpszServiceClassName;
	DWORD dwCount;
	LPWSANSCLASSINFOW lpClassInfos;
} WSASERVICECLASSINFOW, *PWSASERVICECLASSINFOW, *LPWSASERVICECLASSINFOW;

typedef enum _WSAESETSERVICEOP {
	RNRSERVICE_REGISTER = 0,
	RNRSERVICE_DEREGISTER,
	RNRSERVICE_DELETE
} WSAESETSERVICEOP, *PWSAESETSERVICEOP, *LPWSAESETSERVICEOP;

typedef int(CALLBACK *LPCONDITIONPROC)(LPWSABUF caller, LPWSABUF caller_data, LPQOS socket_qos,
				       LPQOS group_qos, LPWSABUF callee, LPWSABUF callee_data, GROUP *group,
				       DWORD_PTR context);

typedef void(CALLBACK *LPWSAOVERLAPPED_COMPLETION_ROUTINE)(DWORD error, DWORD transferred,
							   LPWSAOVERLAPPED overlapped, DWORD flags);

typedef enum _WSACOMPLETIONTYPE {
	NSP_NOTIFY_IMMEDIATELY = 0,
	NSP_NOTIFY_HWND,
	NSP_NOTIFY_EVENT,
	NSP_NOTIFY_PORT,
	NSP_NOTIFY_APC
} WSACOMPLETIONTYPE, *PWSACOMPLETIONTYPE, *LPWSACOMPLETIONTYPE;

typedef struct _WSACOMPLETION {
	WSACOMPLETIONTYPE Type;
	union {
		struct {
			HWND hWnd;
			UINT uMsg;
			WPARAM context;
		} WindowMessage;
		struct {
			LPWSAOVERLAPPED lpOverlapped;
		} Event;
		struct {
			LPWSAOVERLAPPED lpOverlapped;
			LPWSAOVERLAPPED_COMPLETION_ROUTINE lpfnCompletionProc;
		} Apc;
		struct {
			LPWSAOVERLAPPED lpOverlapped;
			HANDLE hPort;
			ULONG_PTR Key;
		} Port;
	} Parameters;
} WSACOMPLETION, *PWSACOMPLETION, *LPWSACOMPLETION;

WSC_WIDE_FUNCTION(int, GetHostNameW, (PWSTR name, int namelen));
WSC_FUNCTION(SOCKET, WSAAccept,
	     (SOCKET s, struct WSC(sockaddr) * addr, LPINT addrlen, LPCONDITIONPROC condition,
	      DWORD_PTR context));
WSC_FUNCTION(INT, WSAAddressToStringA,
	     (LPSOCKADDR address, DWORD address_length, LPWSAPROTOCOL_INFOA info, LPSTR text, LPDWORD text_length));
WSC_WIDE_FUNCTION(INT, WSAAddressToStringW,
	     (LPSOCKADDR address, DWORD address_length, LPWSAPROTOCOL_INFOW info, LPWSTR text, LPDWORD text_length));
WSC_FUNCTION(int, WSAConnect,
	     (SOCKET s, const struct WSC(sockaddr) * name, int namelen, LPWSABUF caller_data,
	      LPWSABUF callee_data, LPQOS socket_qos, LPQOS group_qos));
WSC_FUNCTION(BOOL, WSAConnectByList,
	     (SOCKET s, PSOCKET_ADDRESS_LIST list, LPDWORD local_length, LPSOCKADDR local,
	      LPDWORD remote_length, LPSOCKADDR remote, const struct WSC(timeval) * timeout,
	      LPWSAOVERLAPPED reserved));
WSC_FUNCTION(BOOL, WSAConnectByNameA,
	     (SOCKET s, LPCSTR node, LPCSTR service, LPDWORD local_length, LPSOCKADDR local,
	      LPDWORD remote_length, LPSOCKADDR remote, const struct WSC(timeval) * timeout,
	      LPWSAOVERLAPPED reserved));
WSC_WIDE_FUNCTION(BOOL, WSAConnectByNameW,
	     (SOCKET s, LPWSTR node, LPWSTR service, LPDWORD local_length, LPSOCKADDR local,
	      LPDWORD remote_length, LPSOCKADDR remote, const struct WSC(timeval) * timeout,
	      LPWSAOVERLAPPED reserved));
WSC_FUNCTION(int, WSADuplicateSocketA, (SOCKET s, DWORD process, LPWSAPROTOCOL_INFOA info));
WSC_WIDE_FUNCTION(int, WSADuplicateSocketW, (SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info));
WSC_FUNCTION(INT, WSAEnumNameSpaceProvidersA, (LPDWORD size, LPWSANAMESPACE_INFOA providers));
WSC_FUNCTION(INT, WSAEnumNameSpaceProvidersExA, (LPDWORD size, LPWSANAMESPACE_INFOEXA providers));
WSC_WIDE_FUNCTION(INT, WSAEnumNameSpaceProvidersExW, (LPDWORD size, LPWSANAMESPACE_INFOEXW providers));
WSC_WIDE_FUNCTION(INT, WSAEnumNameSpaceProvidersW, (LPDWORD size, LPWSANAMESPACE_INFOW providers));
WSC_FUNCTION(int, WSAEnumProtocolsA, (LPINT protocols, LPWSAPROTOCOL_INFOA buffer, LPDWORD size));
WSC_WIDE_FUNCTION(int, WSAEnumProtocolsW, (LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD size));
WSC_FUNCTION(BOOL, WSAGetQOSByName, (SOCKET s, LPWSABUF name, LPQOS qos));
WSC_FUNCTION(INT, WSAGetServiceClassInfoA,
	     (LPGUID provider, LPGUID service_class, LPDWORD size, LPWSASERVICECLASSINFOA info));
WSC_WIDE_FUNCTION(INT, WSAGetServiceClassInfoW,
	     (LPGUID provider, LPGUID service_class, LPDWORD size, LPWSASERVICECLASSINFOW info));
WSC_FUNCTION(INT, WSAGetServiceClassNameByClassIdA, (LPGUID service_class, LPSTR name, LPDWORD length));
WSC_WIDE_FUNCTION(INT, WSAGetServiceClassNameByClassIdW, (LPGUID service_class, LPWSTR name, LPDWORD length));
WSC_FUNCTION(int, WSAHtonl, (SOCKET s, WSC(u_long) hostlong, WSC(u_long) * netlong));
WSC_FUNCTION(int, WSAHtons, (SOCKET s, WSC(u_short) hostshort, WSC(u_short) * netshort));
WSC_FUNCTION(INT, WSAInstallServiceClassA, (LPWSASERVICECLASSINFOA info));
WSC_WIDE_FUNCTION(INT, WSAInstallServiceClassW, (LPWSASERVICECLASSINFOW info));
WSC_FUNCTION(int, WSAIoctl,
	     (SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD returned,
	      LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine));
WSC_FUNCTION(SOCKET, WSAJoinLeaf,
	     (SOCKET s, const struct WSC(sockaddr) * name, int namelen, LPWSABUF caller_data,
	      LPWSABUF callee_data, LPQOS socket_qos, LPQOS group_qos, DWORD flags));
WSC_FUNCTION(INT, WSALookupServiceBeginA, (LPWSAQUERYSETA restrictions, DWORD flags, LPHANDLE lookup));
WSC_WIDE_FUNCTION(INT, WSALookupServiceBeginW, (LPWSAQUERYSETW restrictions, DWORD flags, LPHANDLE lookup));
WSC_FUNCTION(INT, WSALookupServiceEnd, (HANDLE lookup));
WSC_FUNCTION(INT, WSALookupServiceNextA, (HANDLE lookup, DWORD flags, LPDWORD size, LPWSAQUERYSETA results));
WSC_WIDE_FUNCTION(INT, WSALookupServiceNextW, (HANDLE lookup, DWORD flags, LPDWORD size, LPWSAQUERYSETW results));
WSC_FUNCTION(INT, WSANSPIoctl,
	     (HANDLE lookup, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size,
	      LPDWORD returned, LPWSACOMPLETION completion));
WSC_FUNCTION(int, WSANtohl, (SOCKET s, WSC(u_long) netlong, WSC(u_long) * hostlong));
WSC_FUNCTION(int, WSANtohs, (SOCKET s, WSC(u_short) netshort, WSC(u_short) * hostshort));
WSC_FUNCTION(int, WSAPoll, (LPWSAPOLLFD fds, ULONG count, INT timeout));
WSC_FUNCTION(int, WSAProviderConfigChange,
	     (LPHANDLE notification, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine));
WSC_FUNCTION(int, WSARecv,
	     (SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
	      LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine));
WSC_FUNCTION(int, WSARecvDisconnect, (SOCKET s, LPWSABUF data));
WSC_FUNCTION(int, WSARecvFrom,
	     (SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
	      struct WSC(sockaddr) * from, LPINT from_length, LPWSAOVERLAPPED overlapped,
	      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine));
WSC_FUNCTION(INT, WSARemoveServiceClass, (LPGUID service_class));
WSC_FUNCTION(int, WSASend,
	     (SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags, LPWSAOVERLAPPED overlapped,
	      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine));
WSC_FUNCTION(int, WSASendDisconnect, (SOCKET s, LPWSABUF data));
WSC_FUNCTION(int, WSASendMsg,
	     (SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD sent, LPWSAOVERLAPPED overlapped,
	      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine));
WSC_FUNCTION(int, WSASendTo,
	     (SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
	      const struct WSC(sockaddr) * to, int to_length, LPWSAOVERLAPPED overlapped,
	      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine));
WSC_FUNCTION(INT, WSASetServiceA, (LPWSAQUERYSETA service, WSAESETSERVICEOP operation, DWORD flags));
WSC_WIDE_FUNCTION(INT, WSASetServiceW, (LPWSAQUERYSETW service, WSAESETSERVICEOP operation, DWORD flags));
WSC_FUNCTION(SOCKET, WSASocketA,
	     (int af, int type, int protocol, LPWSAPROTOCOL_INFOA info, GROUP group, DWORD flags));
WSC_FUNCTION(SOCKET, WSASocketW,
	     (int af, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags));
WSC_FUNCTION(INT, WSAStringToAddressA,
	     (LPSTR text, INT family, LPWSAPROTOCOL_INFOA info, LPSOCKADDR address, LPINT address_length));
WSC_WIDE_FUNCTION(INT, WSAStringToAddressW,
	     (LPWSTR text, INT family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR address, LPINT address_length));

WSC_END

#ifdef WSC_OVERLAY

/* Types of pointers to these functions, for programs that ask for them. */
#if INCL_WINSOCK_API_TYPEDEFS + 0
#include "wsc/winsock2-pointers.h"
#endif

/* Programs declare the count as an unsigned long, which a DWORD is on Windows. */
#if defined __cplusplus && __SIZEOF_LONG__ != 4
extern "C++" template <typename Long>
inline typename wsc_if_long<Long>::type WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out,
						 DWORD out_size, Long *returned, LPWSAOVERLAPPED overlapped,
						 LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	return WSAIoctl(s, code, in, in_size, out, out_size, wsc_low_half(returned), overlapped, routine);
}
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WSC_SWAPPED(bits, value) __builtin_bswap##bits(value)
#else
#define WSC_SWAPPED(bits, value) (value)
#endif

/* Numbers of other kinds; a float in network order is an integer. */
static __inline__ __attribute__((unused)) ULONG64 htonll(ULONG64 value)
{
	return WSC_SWAPPED(64, value);
}

static __inline__ __attribute__((unused)) ULONG64 ntohll(ULONG64 value)
{
	return WSC_SWAPPED(64, value);
}

static __inline__ __attribute__((unused)) UINT32 htonf(float value)
{
	UINT32 bits;

	__builtin_memcpy(&bits, &value, sizeof bits);
	return WSC_SWAPPED(32, bits);
}

static __inline__ __attribute__((unused)) float ntohf(UINT32 bits)
{
	float value;

	bits = WSC_SWAPPED(32, bits);
	__builtin_memcpy(&value, &bits, sizeof value);
	return value;
}

static __inline__ __attribute__((unused)) ULONG64 htond(double value)
{
	ULONG64 bits;

	__builtin_memcpy(&bits, &value, sizeof bits);
	return WSC_SWAPPED(64, bits);
}

static __inline__ __attribute__((unused)) double ntohd(ULONG64 bits)
{
	double value;

	bits = WSC_SWAPPED(64, bits);
	__builtin_memcpy(&value, &bits, sizeof value);
	return value;
}

#undef WSC_SWAPPED

#ifdef UNICODE
typedef WSAPROTOCOL_INFOW WSAPROTOCOL_INFO, *LPWSAPROTOCOL_INFO;
typedef WSAQUERYSETW WSAQUERYSET, *PWSAQUERYSET, *LPWSAQUERYSET;
typedef WSANAMESPACE_INFOW WSANAMESPACE_INFO, *PWSANAMESPACE_INFO, *LPWSANAMESPACE_INFO;
typedef WSANAMESPACE_INFOEXW WSANAMESPACE_INFOEX, *PWSANAMESPACE_INFOEX, *LPWSANAMESPACE_INFOEX;
typedef WSANSCLASSINFOW WSANSCLASSINFO, *PWSANSCLASSINFO, *LPWSANSCLASSINFO;
typedef WSASERVICECLASSINFOW WSASERVICECLASSINFO, *PWSASERVICECLASSINFO, *LPWSASERVICECLASSINFO;
#define WSAAddressToString              WSAAddressToStringW
#define WSAConnectByName                WSAConnectByNameW
#define WSADuplicateSocket              WSADuplicateSocketW
#define WSAEnumNameSpaceProviders       WSAEnumNameSpaceProvidersW
#define WSAEnumNameSpaceProvidersEx     WSAEnumNameSpaceProvidersExW
#define WSAEnumProtocols                WSAEnumProtocolsW
#define WSAGetServiceClassInfo          WSAGetServiceClassInfoW
#define WSAGetServiceClassNameByClassId WSAGetServiceClassNameByClassIdW
#define WSAInstallServiceClass          WSAInstallServiceClassW
#define WSALookupServiceBegin           WSALookupServiceBeginW
#define WSALookupServiceNext            WSALookupServiceNextW
#define WSASetService                   WSASetServiceW
#define WSASocket                       WSASocketW
#define WSAStringToAddress              WSAStringToAddressW
#define SO_PROTOCOL_INFO                SO_PROTOCOL_INFOW
#else
typedef WSAPROTOCOL_INFOA WSAPROTOCOL_INFO, *LPWSAPROTOCOL_INFO;
typedef WSAQUERYSETA WSAQUERYSET, *PWSAQUERYSET, *LPWSAQUERYSET;
typedef WSANAMESPACE_INFOA WSANAMESPACE_INFO, *PWSANAMESPACE_INFO, *LPWSANAMESPACE_INFO;
typedef WSANAMESPACE_INFOEXA WSANAMESPACE_INFOEX, *PWSANAMESPACE_INFOEX, *LPWSANAMESPACE_INFOEX;
typedef WSANSCLASSINFOA WSANSCLASSINFO, *PWSANSCLASSINFO, *LPWSANSCLASSINFO;
typedef WSASERVICECLASSINFOA WSASERVICECLASSINFO, *PWSASERVICECLASSINFO, *LPWSASERVICECLASSINFO;
#define WSAAddressToString              WSAAddressToStringA
#define WSAConnectByName                WSAConnectByNameA
#define WSADuplicateSocket              WSADuplicateSocketA
#define WSAEnumNameSpaceProviders       WSAEnumNameSpaceProvidersA
#define WSAEnumNameSpaceProvidersEx     WSAEnumNameSpaceProvidersExA
#define WSAEnumProtocols                WSAEnumProtocolsA
#define WSAGetServiceClassInfo          WSAGetServiceClassInfoA
#define WSAGetServiceClassNameByClassId WSAGetServiceClassNameByClassIdA
#define WSAInstallServiceClass          WSAInstallServiceClassA
#define WSALookupServiceBegin           WSALookupServiceBeginA
#define WSALookupServiceNext            WSALookupServiceNextA
#define WSASetService                   WSASetServiceA
#define WSASocket                       WSASocketA
#define WSAStringToAddress              WSAStringToAddressA
#define SO_PROTOCOL_INFO                SO_PROTOCOL_INFOA
#endif
#endif

#endif
