/* What Winsock 2 and its providers share: addresses, buffers, messages. */
#ifndef _WS2DEF_
#define _WS2DEF_

#include "wsc/sockets.h"

#ifdef WSC_OVERLAY
#include "wsc/ws2def-constants.h"

typedef int IPPROTO, *PIPPROTO;

#define _WSAIO(kind, number)   (IOC_VOID | (kind) | (number))
#define _WSAIOR(kind, number)  (IOC_OUT | (kind) | (number))
#define _WSAIOW(kind, number)  (IOC_IN | (kind) | (number))
#define _WSAIORW(kind, number) (IOC_INOUT | (kind) | (number))
#endif

WSC_BEGIN

typedef USHORT ADDRESS_FAMILY;

typedef struct WSC(sockaddr_storage) {
	ADDRESS_FAMILY ss_family;
	CHAR __ss_pad1[6];
	LONGLONG __ss_align WSC_ALIGN8;
	CHAR __ss_pad2[112];
} SOCKADDR_STORAGE, *PSOCKADDR_STORAGE, *LPSOCKADDR_STORAGE;
typedef SOCKADDR_STORAGE SOCKADDR_STORAGE_LH, *PSOCKADDR_STORAGE_LH, *LPSOCKADDR_STORAGE_LH;

typedef struct _SOCKET_ADDRESS {
	LPSOCKADDR lpSockaddr;
	INT iSockaddrLength;
} SOCKET_ADDRESS, *PSOCKET_ADDRESS, *LPSOCKET_ADDRESS;

typedef struct _SOCKET_ADDRESS_LIST {
	INT iAddressCount;
	SOCKET_ADDRESS Address[1];
} SOCKET_ADDRESS_LIST, *PSOCKET_ADDRESS_LIST, *LPSOCKET_ADDRESS_LIST;

typedef struct _PROCESSOR_NUMBER {
	WORD Group;
	BYTE Number;
	BYTE Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

typedef struct _SOCKET_PROCESSOR_AFFINITY {
	PROCESSOR_NUMBER Processor;
	USHORT NumaNodeId;
	USHORT Reserved;
} SOCKET_PROCESSOR_AFFINITY, *PSOCKET_PROCESSOR_AFFINITY;

typedef struct _CSADDR_INFO {
	SOCKET_ADDRESS LocalAddr;
	SOCKET_ADDRESS RemoteAddr;
	INT iSocketType;
	INT iProtocol;
} CSADDR_INFO, *PCSADDR_INFO, *LPCSADDR_INFO;

typedef struct _WSABUF {
	ULONG len;
	CHAR *buf;
} WSABUF, *LPWSABUF;

typedef struct _WSAMSG {
	LPSOCKADDR name;
	INT namelen;
	LPWSABUF lpBuffers;
	ULONG dwBufferCount;
	WSABUF Control;
	ULONG dwFlags;
} WSAMSG, *PWSAMSG, *LPWSAMSG;

typedef struct WSC(cmsghdr) {
	SIZE_T cmsg_len;
	INT cmsg_level;
	INT cmsg_type;
} WSACMSGHDR, *PWSACMSGHDR, *LPWSACMSGHDR;

typedef struct WSC(addrinfo) {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	size_t ai_addrlen;
	char *ai_canonname;
	struct WSC(sockaddr) * ai_addr;
	struct WSC(addrinfo) * ai_next;
} ADDRINFOA, *PADDRINFOA;

typedef struct addrinfoW {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	size_t ai_addrlen;
	PWSTR ai_canonname;
	struct WSC(sockaddr) * ai_addr;
	struct addrinfoW *ai_next;
} ADDRINFOW, *PADDRINFOW;

typedef struct _BLOB {
	ULONG cbSize;
	BYTE *pBlobData;
} BLOB, *PBLOB, *LPBLOB;

typedef struct addrinfoexA {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	size_t ai_addrlen;
	char *ai_canonname;
	struct WSC(sockaddr) * ai_addr;
	void *ai_blob;
	size_t ai_bloblen;
	GUID *ai_provider;
	struct addrinfoexA *ai_next;
} ADDRINFOEXA, *PADDRINFOEXA, *LPADDRINFOEXA;

typedef struct addrinfoexW {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	size_t ai_addrlen;
	PWSTR ai_canonname;
	struct WSC(sockaddr) * ai_addr;
	void *ai_blob;
	size_t ai_bloblen;
	GUID *ai_provider;
	struct addrinfoexW *ai_next;
} ADDRINFOEXW, *PADDRINFOEXW, *LPADDRINFOEXW;

/* With both AI_CANONNAME and AI_FQDN: the same, with a name more. */
typedef struct addrinfoex2A {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	size_t ai_addrlen;
	char *ai_canonname;
	struct WSC(sockaddr) * ai_addr;
	void *ai_blob;
	size_t ai_bloblen;
	GUID *ai_provider;
	struct addrinfoex2A *ai_next;
	int ai_version;
	char *ai_fqdn;
} ADDRINFOEX2A, *PADDRINFOEX2A, *LPADDRINFOEX2A;

typedef struct addrinfoex2W {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	size_t ai_addrlen;
	PWSTR ai_canonname;
	struct WSC(sockaddr) * ai_addr;
	void *ai_blob;
	size_t ai_bloblen;
	GUID *ai_provider;
	struct addrinfoex2W *ai_next;
	int ai_version;
	PWSTR ai_fqdn;
} ADDRINFOEX2W, *PADDRINFOEX2W, *LPADDRINFOEX2W;

WSC_END

#ifdef WSC_OVERLAY

typedef WSACMSGHDR CMSGHDR, *PCMSGHDR;
#define _WSACMSGHDR cmsghdr

#ifdef UNICODE
typedef ADDRINFOW ADDRINFOT, *PADDRINFOT;
typedef ADDRINFOEXW ADDRINFOEX, *PADDRINFOEX;
#else
typedef ADDRINFOA ADDRINFOT, *PADDRINFOT;
typedef ADDRINFOEXA ADDRINFOEX, *PADDRINFOEX;
#endif
typedef ADDRINFOA ADDRINFO, *LPADDRINFO;

/* Ancillary data: a header, then data, each aligned like a pointer. */
#define WSA_CMSGHDR_ALIGN(length)  (((length) + sizeof(SIZE_T) - 1) & ~(sizeof(SIZE_T) - 1))
#define WSA_CMSGDATA_ALIGN(length) WSA_CMSGHDR_ALIGN(length)
#define WSA_CMSG_DATA(cmsg)        ((UCHAR *)(cmsg) + WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR)))
#define WSA_CMSG_SPACE(length)     (WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR)) + WSA_CMSGHDR_ALIGN(length))
#define WSA_CMSG_LEN(length)       (WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR)) + (length))
#define WSA_CMSG_FIRSTHDR(msg)                                                                               \
	((msg)->Control.len >= sizeof(WSACMSGHDR) ? (LPWSACMSGHDR)(void *)(msg)->Control.buf                 \
						  : (LPWSACMSGHDR)NULL)
#define WSA_CMSG_NXTHDR(msg, cmsg)                                                                           \
	(!(cmsg) ? WSA_CMSG_FIRSTHDR(msg)                                                                    \
	 : WSC_CMSG_END(cmsg) + sizeof(WSACMSGHDR) > (ULONG_PTR)(msg)->Control.buf + (msg)->Control.len      \
		 ? (LPWSACMSGHDR)NULL                                                                        \
		 : (LPWSACMSGHDR)WSC_CMSG_END(cmsg))
#define WSC_CMSG_END(cmsg) ((ULONG_PTR)(cmsg) + WSA_CMSGHDR_ALIGN((cmsg)->cmsg_len))
#define CMSG_SPACE(length) WSA_CMSG_SPACE(length)
#define CMSG_LEN(length)   WSA_CMSG_LEN(length)

#endif

#endif
