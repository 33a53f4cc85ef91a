/* What winsock.h and winsock2.h have in common: the types and functions of Winsock 1.1. */
#ifndef WSC_SOCKETS_H
#define WSC_SOCKETS_H

#include "../windef.h"
#include "../inaddr.h"
#include "timeval.h"

WSC_BEGIN

typedef unsigned char WSC(u_char);
typedef unsigned short WSC(u_short);
typedef unsigned int WSC(u_int);
typedef ULONG WSC(u_long);
__extension__ typedef unsigned long long u_int64;

typedef UINT_PTR SOCKET;

/* A program may define FD_SETSIZE before it includes winsock2.h. */
typedef struct WSC(fd_set) {
	WSC(u_int) fd_count;
#ifdef WSC_OVERLAY
#ifndef FD_SETSIZE
#define FD_SETSIZE 64
#endif
	SOCKET fd_array[FD_SETSIZE];
#else
	SOCKET fd_array[]; /* as many as the program that made the set */
#endif
} WSC(fd_set), *PFD_SET, *LPFD_SET;

typedef struct WSC(sockaddr) {
	USHORT sa_family;
	CHAR sa_data[14];
} SOCKADDR, *PSOCKADDR, *LPSOCKADDR;

typedef struct WSC(sockaddr_in) {
	SHORT sin_family;
	USHORT sin_port;
	struct WSC(in_addr) sin_addr;
	CHAR sin_zero[8];
} SOCKADDR_IN, *PSOCKADDR_IN, *LPSOCKADDR_IN;

typedef struct WSC(linger) {
	USHORT l_onoff;
	USHORT l_linger;
} LINGER, *PLINGER, *LPLINGER;

typedef struct WSC(hostent) {
	char *h_name;
	char **h_aliases;
	short h_addrtype;
	short h_length;
	char **h_addr_list;
} HOSTENT, *PHOSTENT, *LPHOSTENT;

struct WSC(netent) {
	char *n_name;
	char **n_aliases;
	short n_addrtype;
	WSC(u_long) n_net;
};

typedef struct WSC(servent) {
	char *s_name;
	char **s_aliases;
#if __SIZEOF_POINTER__ == 8
	char *s_proto;
	short s_port;
#else
	short s_port;
	char *s_proto;
#endif
} SERVENT, *PSERVENT, *LPSERVENT;

typedef struct WSC(protoent) {
	char *p_name;
	char **p_aliases;
	short p_proto;
} PROTOENT, *PPROTOENT, *LPPROTOENT;

struct sockproto {
	USHORT sp_family;
	USHORT sp_protocol;
};

struct WSC(ip_mreq) {
	struct WSC(in_addr) imr_multiaddr;
	struct WSC(in_addr) imr_interface;
};

typedef struct WSAData {
	WORD wVersion;
	WORD wHighVersion;
#if __SIZEOF_POINTER__ == 8
	unsigned short iMaxSockets;
	unsigned short iMaxUdpDg;
	char *lpVendorInfo;
	char szDescription[256 + 1];
	char szSystemStatus[128 + 1];
#else
	char szDescription[256 + 1];
	char szSystemStatus[128 + 1];
	unsigned short iMaxSockets;
	unsigned short iMaxUdpDg;
	char *lpVendorInfo;
#endif
} WSADATA, *LPWSADATA;

WSC_FUNCTION(SOCKET, accept, (SOCKET s, struct WSC(sockaddr) * addr, int *addrlen));
WSC_FUNCTION(int, bind, (SOCKET s, const struct WSC(sockaddr) * name, int namelen));
WSC_FUNCTION(int, closesocket, (SOCKET s));
WSC_FUNCTION(int, connect, (SOCKET s, const struct WSC(sockaddr) * name, int namelen));
WSC_FUNCTION(struct WSC(hostent) *, gethostbyaddr, (const char *addr, int len, int type));
WSC_FUNCTION(struct WSC(hostent) *, gethostbyname, (const char *name));
WSC_FUNCTION(int, gethostname, (char *name, int namelen));
WSC_FUNCTION(int, getpeername, (SOCKET s, struct WSC(sockaddr) * name, int *namelen));
WSC_FUNCTION(struct WSC(protoent) *, getprotobyname, (const char *name));
WSC_FUNCTION(struct WSC(protoent) *, getprotobynumber, (int number));
WSC_FUNCTION(struct WSC(servent) *, getservbyname, (const char *name, const char *proto));
WSC_FUNCTION(struct WSC(servent) *, getservbyport, (int port, const char *proto));
WSC_FUNCTION(int, getsockname, (SOCKET s, struct WSC(sockaddr) * name, int *namelen));
WSC_WIDE_FUNCTION(int, getsockopt, (SOCKET s, int level, int optname, char *optval, int *optlen));
WSC_FUNCTION(WSC(u_long), htonl, (WSC(u_long) hostlong));
WSC_FUNCTION(WSC(u_short), htons, (WSC(u_short) hostshort));
WSC_FUNCTION(WSC(u_long), inet_addr, (const char *cp));
WSC_FUNCTION(char *, inet_ntoa, (struct WSC(in_addr) in));
WSC_FUNCTION(int, ioctlsocket, (SOCKET s, LONG cmd, WSC(u_long) * argp));
WSC_FUNCTION(int, listen, (SOCKET s, int backlog));
WSC_FUNCTION(WSC(u_long), ntohl, (WSC(u_long) netlong));
WSC_FUNCTION(WSC(u_short), ntohs, (WSC(u_short) netshort));
WSC_FUNCTION(int, recv, (SOCKET s, char *buf, int len, int flags));
WSC_FUNCTION(int, recvfrom,
	     (SOCKET s, char *buf, int len, int flags, struct WSC(sockaddr) * from, int *fromlen));
WSC_FUNCTION(int, select,
	     (int nfds, WSC(fd_set) * readfds, WSC(fd_set) * writefds, WSC(fd_set) * exceptfds,
	      const struct WSC(timeval) * timeout));
WSC_FUNCTION(int, send, (SOCKET s, const char *buf, int len, int flags));
WSC_FUNCTION(int, sendto,
	     (SOCKET s, const char *buf, int len, int flags, const struct WSC(sockaddr) * to, int tolen));
WSC_FUNCTION(int, setsockopt, (SOCKET s, int level, int optname, const char *optval, int optlen));
WSC_FUNCTION(int, shutdown, (SOCKET s, int how));
WSC_FUNCTION(SOCKET, socket, (int af, int type, int protocol));

WSC_FUNCTION(HANDLE, WSAAsyncGetHostByAddr,
	     (HWND window, WSC(u_int) message, const char *addr, int len, int type, char *buf, int buflen));
WSC_FUNCTION(HANDLE, WSAAsyncGetHostByName,
	     (HWND window, WSC(u_int) message, const char *name, char *buf, int buflen));
WSC_FUNCTION(HANDLE, WSAAsyncGetProtoByName,
	     (HWND window, WSC(u_int) message, const char *name, char *buf, int buflen));
WSC_FUNCTION(HANDLE, WSAAsyncGetProtoByNumber,
	     (HWND window, WSC(u_int) message, int number, char *buf, int buflen));
WSC_FUNCTION(HANDLE, WSAAsyncGetServByName,
	     (HWND window, WSC(u_int) message, const char *name, const char *proto, char *buf, int buflen));
WSC_FUNCTION(HANDLE, WSAAsyncGetServByPort,
	     (HWND window, WSC(u_int) message, int port, const char *proto, char *buf, int buflen));
WSC_FUNCTION(int, WSACancelAsyncRequest, (HANDLE task));
WSC_FUNCTION(int, WSACancelBlockingCall, (void));
WSC_FUNCTION(int, WSACleanup, (void));
WSC_FUNCTION(int, __WSAFDIsSet, (SOCKET s, WSC(fd_set) * set));
WSC_FUNCTION(int, WSAGetLastError, (void));
WSC_FUNCTION(BOOL, WSAIsBlocking, (void));
WSC_FUNCTION(FARPROC, WSASetBlockingHook, (FARPROC hook));
WSC_FUNCTION(void, WSASetLastError, (int error));
WSC_FUNCTION(int, WSAStartup, (WORD version, LPWSADATA data));
WSC_FUNCTION(int, WSAUnhookBlockingHook, (void));

WSC_END

#ifdef WSC_OVERLAY

typedef __typeof__(ioctlsocket) *LPFN_IOCTLSOCKET;

/* Windows' u_long is unsigned long; where that has 64 bits, ioctlsocket takes either. */
#if __SIZEOF_LONG__ != 4
static __inline__ u_long *wsc_low_half(void *argument)
{
	typedef u_long __attribute__((may_alias)) half;
	half *halves = (half *)argument;
	if (!halves)
		return 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	halves[1] = 0;
	return (u_long *)halves;
#else
	halves[0] = 0;
	return (u_long *)(halves + 1);
#endif
}
#ifdef __cplusplus
/* Templates, for a NULL is no unsigned long *. */
extern "C++" {
template <typename Long> struct wsc_if_long {
};
template <> struct wsc_if_long<unsigned long> {
	typedef int type;
};
template <typename Long> inline typename wsc_if_long<Long>::type ioctlsocket(SOCKET s, LONG cmd, Long *argp)
{
	return ioctlsocket(s, cmd, wsc_low_half(argp));
}
}
#else
#define ioctlsocket(s, cmd, argp)                                                                            \
	ioctlsocket(s, cmd, \
	            __extension__ _Generic((argp), unsigned long *: wsc_low_half((void *)(argp)), default: (argp)))
#endif
#endif

typedef struct fd_set FD_SET;

#define h_addr  h_addr_list[0]
#define h_errno WSAGetLastError()

/* Windows' sets are lists: adding looks for the socket first and forgets what does not fit. */
#define FD_ZERO(set)     ((void)((set)->fd_count = 0))
#define FD_ISSET(s, set) __WSAFDIsSet((SOCKET)(s), (set))
#define FD_SET(s, set)                                                                                       \
	do {                                                                                                 \
		WSC(u_int) wsc_i = 0;                                                                        \
		while (wsc_i < (set)->fd_count && (set)->fd_array[wsc_i] != (SOCKET)(s))                     \
			wsc_i++;                                                                             \
		if (wsc_i == (set)->fd_count && wsc_i < FD_SETSIZE) {                                        \
			(set)->fd_array[wsc_i] = (SOCKET)(s);                                                \
			(set)->fd_count++;                                                                   \
		}                                                                                            \
	} while (0)
#define FD_CLR(s, set)                                                                                       \
	do {                                                                                                 \
		WSC(u_int) wsc_i = 0;                                                                        \
		while (wsc_i < (set)->fd_count && (set)->fd_array[wsc_i] != (SOCKET)(s))                     \
			wsc_i++;                                                                             \
		if (wsc_i < (set)->fd_count) {                                                               \
			while (++wsc_i < (set)->fd_count)                                                    \
				(set)->fd_array[wsc_i - 1] = (set)->fd_array[wsc_i];                         \
			(set)->fd_count--;                                                                   \
		}                                                                                            \
	} while (0)

#define IN_CLASSA(address)    (((LONG)(address)&0x80000000) == 0)
#define IN_CLASSB(address)    (((LONG)(address)&0xc0000000) == 0x80000000)
#define IN_CLASSC(address)    (((LONG)(address)&0xe0000000) == 0xc0000000)
#define IN_CLASSD(address)    (((LONG)(address)&0xf0000000) == 0xe0000000)
#define IN_MULTICAST(address) IN_CLASSD(address)

#define _IO(group, number) (IOC_VOID | ((group) << 8) | (number))
#define _IOR(group, number, type)                                                                            \
	(IOC_OUT | (((LONG)sizeof(type) & IOCPARM_MASK) << 16) | ((group) << 8) | (number))
#define _IOW(group, number, type)                                                                            \
	(IOC_IN | (((LONG)sizeof(type) & IOCPARM_MASK) << 16) | ((group) << 8) | (number))

#define WSAMAKEASYNCREPLY(length, error) MAKELONG(length, error)
#define WSAMAKESELECTREPLY(event, error) MAKELONG(event, error)
#define WSAGETASYNCBUFLEN(lparam)        LOWORD(lparam)
#define WSAGETASYNCERROR(lparam)         HIWORD(lparam)
#define WSAGETSELECTEVENT(lparam)        LOWORD(lparam)
#define WSAGETSELECTERROR(lparam)        HIWORD(lparam)

#endif

#endif
