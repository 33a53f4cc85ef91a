/* Microsoft's extensions of Winsock. */
#ifndef _MSWSOCK_
#define _MSWSOCK_

#include "winsock2.h"

#ifdef WSC_OVERLAY
#include "wsc/mswsock-constants.h"
#endif

WSC_BEGIN

typedef struct _TRANSMIT_FILE_BUFFERS {
	LPVOID Head;
	DWORD HeadLength;
	LPVOID Tail;
	DWORD TailLength;
} TRANSMIT_FILE_BUFFERS, *PTRANSMIT_FILE_BUFFERS, *LPTRANSMIT_FILE_BUFFERS;

typedef struct _TRANSMIT_PACKETS_ELEMENT {
	ULONG dwElFlags;
	ULONG cLength;
	__extension__ union {
		__extension__ struct {
			LARGE_INTEGER nFileOffset;
			HANDLE hFile;
		};
		PVOID pBuffer;
	};
} TRANSMIT_PACKETS_ELEMENT, *PTRANSMIT_PACKETS_ELEMENT, *LPTRANSMIT_PACKETS_ELEMENT;

typedef enum _WSA_COMPATIBILITY_BEHAVIOR_ID {
	WsaBehaviorAll,
	WsaBehaviorReceiveBuffering,
	WsaBehaviorAutoTuning
} WSA_COMPATIBILITY_BEHAVIOR_ID, *PWSA_COMPATIBILITY_BEHAVIOR_ID;

typedef struct _WSA_COMPATIBILITY_MODE {
	WSA_COMPATIBILITY_BEHAVIOR_ID BehaviorId;
	ULONG TargetOsVersion; /* NTDDI_* */
} WSA_COMPATIBILITY_MODE, *PWSA_COMPATIBILITY_MODE;

/* What a lookup in the name space NS_NLA gives of a network: structures in a row, of which the last has no
 * next. */
typedef enum _NLA_BLOB_DATA_TYPE {
	NLA_RAW_DATA = 0,
	NLA_INTERFACE = 1,
	NLA_802_1X_LOCATION = 2,
	NLA_CONNECTIVITY = 3,
	NLA_ICS = 4
} NLA_BLOB_DATA_TYPE, *PNLA_BLOB_DATA_TYPE;

typedef enum _NLA_CONNECTIVITY_TYPE {
	NLA_NETWORK_AD_HOC = 0,
	NLA_NETWORK_MANAGED = 1,
	NLA_NETWORK_UNMANAGED = 2,
	NLA_NETWORK_UNKNOWN = 3
} NLA_CONNECTIVITY_TYPE, *PNLA_CONNECTIVITY_TYPE;

typedef enum _NLA_INTERNET {
	NLA_INTERNET_UNKNOWN = 0,
	NLA_INTERNET_NO = 1,
	NLA_INTERNET_YES = 2
} NLA_INTERNET, *PNLA_INTERNET;

typedef struct _NLA_BLOB {
	struct {
		NLA_BLOB_DATA_TYPE type;
		DWORD dwSize;
		DWORD nextOffset; /* from where the first one begins */
	} header;
	union {
		CHAR rawData[1];
		struct {
			DWORD dwType;
			DWORD dwSpeed;
			CHAR adapterName[1];
		} interfaceData;
		struct {
			CHAR information[1];
		} locationData;
		struct {
			NLA_CONNECTIVITY_TYPE type;
			NLA_INTERNET internet;
		} connectivity;
		struct {
			struct {
				DWORD speed;
				DWORD type;
				DWORD state;
				WCHAR machineName[256];
				WCHAR sharedAdapterName[256];
			} remote;
		} ICS;
	} data;
} NLA_BLOB, *PNLA_BLOB, *LPNLA_BLOB;

/* What WSAIoctl(SIO_GET_EXTENSION_FUNCTION_POINTER) gives. */
typedef BOOL(PASCAL *LPFN_ACCEPTEX)(SOCKET listener, SOCKET accepted, PVOID buffer, DWORD data_size,
				    DWORD local_size, DWORD remote_size, LPDWORD received,
				    LPOVERLAPPED overlapped);
typedef BOOL(PASCAL *LPFN_CONNECTEX)(SOCKET s, const struct WSC(sockaddr) * name, int namelen, PVOID data,
				     DWORD size, LPDWORD sent, LPOVERLAPPED overlapped);
typedef BOOL(PASCAL *LPFN_DISCONNECTEX)(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved);
typedef void(PASCAL *LPFN_GETACCEPTEXSOCKADDRS)(PVOID buffer, DWORD data_size, DWORD local_size,
						DWORD remote_size, struct WSC(sockaddr) * *local,
						LPINT local_len, struct WSC(sockaddr) * *remote,
						LPINT remote_len);
typedef BOOL(PASCAL *LPFN_TRANSMITFILE)(SOCKET s, HANDLE file, DWORD size, DWORD chunk,
					LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers,
					DWORD flags);
typedef BOOL(PASCAL *LPFN_TRANSMITPACKETS)(SOCKET s, LPTRANSMIT_PACKETS_ELEMENT elements, DWORD count,
					   DWORD chunk, LPOVERLAPPED overlapped, DWORD flags);
typedef INT(PASCAL *LPFN_WSAPOLL)(LPWSAPOLLFD fds, ULONG count, INT timeout);
typedef INT(PASCAL *LPFN_WSARECVMSG)(SOCKET s, LPWSAMSG message, LPDWORD received, LPWSAOVERLAPPED overlapped,
				     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
typedef INT(PASCAL *LPFN_WSASENDMSG)(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD sent,
				     LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);

#ifdef WSC_LIBRARY
/* What the pointer leads to. Windows has no such function by name; programs call their pointers so. */
INT WSC(WSARecvMsg)(SOCKET s, LPWSAMSG message, LPDWORD received, LPWSAOVERLAPPED overlapped,
		    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine) __asm__("wsc__WSARecvMsg");
#endif

WSC_END

/* The names of the extensions, initialisers of a GUID. */
/* clang-format off */
#define WSAID_TRANSMITFILE          {0xb5367df0, 0xcbac, 0x11cf, {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}
#define WSAID_ACCEPTEX              {0xb5367df1, 0xcbac, 0x11cf, {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}
#define WSAID_GETACCEPTEXSOCKADDRS  {0xb5367df2, 0xcbac, 0x11cf, {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}
#define WSAID_TRANSMITPACKETS       {0xd9689da0, 0x1f90, 0x11d3, {0x99, 0x71, 0x00, 0xc0, 0x4f, 0x68, 0xc8, 0x76}}
#define WSAID_CONNECTEX             {0x25a207b9, 0xddf3, 0x4660, {0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74, 0x06, 0x3e}}
#define WSAID_DISCONNECTEX          {0x7fda2e11, 0x8630, 0x436f, {0xa0, 0x31, 0xf5, 0x36, 0xa6, 0xee, 0xc1, 0x57}}
#define WSAID_WSARECVMSG            {0xf689d7c8, 0x6f1f, 0x436b, {0x8a, 0x53, 0xe5, 0x4f, 0xe3, 0x51, 0xc3, 0x22}}
#define WSAID_WSASENDMSG            {0xa441e712, 0x754f, 0x43ca, {0x84, 0xa7, 0x0d, 0xee, 0x44, 0xcf, 0x60, 0x6d}}
#define WSAID_WSAPOLL               {0x18c76f85, 0xdc66, 0x4964, {0x97, 0x2e, 0x23, 0xc2, 0x72, 0x38, 0x31, 0x2b}}

/* The name space of the networks, and the class of what is in it. */
#define NLA_NAMESPACE_GUID          {0x6642243a, 0x3ba8, 0x4aa6, {0xba, 0xa5, 0x2e, 0x0b, 0xd7, 0x1f, 0xdd, 0x83}}
#define NLA_SERVICE_CLASS_GUID      {0x0037e515, 0xb5c9, 0x4a43, {0xba, 0xda, 0x8b, 0x48, 0xa8, 0x7a, 0xd2, 0x39}}
/* clang-format on */

#endif
