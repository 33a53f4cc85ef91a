/* Macros and inline functions of the headers do what Windows' do. */
#define FD_SETSIZE                4
#define INCL_WINSOCK_API_TYPEDEFS 1
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <stdio.h>
#include <string.h>
#include "tap.h"

static void sets(void)
{
	fd_set set, copy;
	SOCKET s;

	FD_ZERO(&set);
	is_int(0, set.fd_count, "FD_ZERO");
	for (s = 100; s < 106; s++)
		FD_SET(s, &set);
	is_int(4, set.fd_count, "FD_SET: FD_SETSIZE is the program's");
	FD_SET(101, &set);
	is_int(4, set.fd_count, "FD_SET: a socket is in a set once");
	is_int(1, FD_ISSET(103, &set) != 0, "FD_ISSET: one that is there");
	is_int(1, __WSAFDIsSet(103, &set) != 0, "...which is __WSAFDIsSet");
	is_int(0, __WSAFDIsSet(7, &set), "...for one that is not there, too");
	is_int(0, FD_ISSET(104, &set) != 0, "FD_ISSET: one that found no room");
	FD_CLR(101, &set);
	is_int(3, set.fd_count, "FD_CLR");
	is_int(100 + 102 + 103, (long long)(set.fd_array[0] + set.fd_array[1] + set.fd_array[2]),
	       "...keeps the rest");
	is_int(102, (long long)set.fd_array[1], "...in order");
	FD_CLR(7, &set);
	is_int(3, set.fd_count, "FD_CLR: a socket that is not there");
	copy = set;
	is_int(1, FD_ISSET(102, &copy) != 0, "a set can be copied");
}

static struct in6_addr address(const char *bytes)
{
	struct in6_addr result;
	unsigned byte;
	int i;

	for (i = 0; i < 16; i++) {
		sscanf(bytes + 2 * i, "%2x", &byte);
		result.s6_addr[i] = (UCHAR)byte;
	}
	return result;
}

static const struct {
	const char *bytes, *kind;
} addresses[] = {
	{ "00000000000000000000000000000000", "unspecified" },
	{ "00000000000000000000000000000001", "loopback" },
	{ "00000000000000000000000000000002", "v4compat" },
	{ "000000000000000000000000c0000201", "v4compat" },
	{ "00000000000000000000ffffc0000201", "v4mapped" },
	{ "00000000000000000001ffffc0000201", "none" },
	{ "fe800000000000000000000000000001", "linklocal" },
	{ "febf0000000000000000000000000001", "linklocal" },
	{ "fec00000000000000000000000000001", "sitelocal" },
	{ "feff0000000000000000000000000001", "sitelocal" },
	{ "20010db8000000000000000000000001", "none" },
	{ "ff010000000000000000000000000001", "multicast nodelocal" },
	{ "ff120000000000000000000000000001", "multicast linklocal" },
	{ "ff050000000000000000000000000001", "multicast sitelocal" },
	{ "ff080000000000000000000000000001", "multicast orglocal" },
	{ "ff0e0000000000000000000000000001", "multicast global" },
	{ "ff030000000000000000000000000001", "multicast" },
};

static void in6(void)
{
	struct sockaddr_in6 where;
	size_t i;

	for (i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct in6_addr a = address(addresses[i].bytes);
		char kinds[200] = "";

#define KIND(test, text)                                                                                     \
	if (test(&a))                                                                                        \
	strcat(strcat(kinds, *kinds ? " " : ""), text)
		KIND(IN6_IS_ADDR_UNSPECIFIED, "unspecified");
		KIND(IN6_IS_ADDR_LOOPBACK, "loopback");
		KIND(IN6_IS_ADDR_V4COMPAT, "v4compat");
		KIND(IN6_IS_ADDR_V4MAPPED, "v4mapped");
		KIND(IN6_IS_ADDR_LINKLOCAL, "linklocal");
		KIND(IN6_IS_ADDR_SITELOCAL, "sitelocal");
		KIND(IN6_IS_ADDR_MULTICAST, "multicast");
		KIND(IN6_IS_ADDR_MC_NODELOCAL, "nodelocal");
		KIND(IN6_IS_ADDR_MC_LINKLOCAL, "linklocal");
		KIND(IN6_IS_ADDR_MC_SITELOCAL, "sitelocal");
		KIND(IN6_IS_ADDR_MC_ORGLOCAL, "orglocal");
		KIND(IN6_IS_ADDR_MC_GLOBAL, "global");
		is_string(addresses[i].kind, *kinds ? kinds : "none", "%s", addresses[i].bytes);
	}

	memset(&where, 0xff, sizeof where);
	IN6_SET_ADDR_UNSPECIFIED(&where.sin6_addr);
	is_int(1, IN6_IS_ADDR_UNSPECIFIED(&where.sin6_addr) != 0, "IN6_SET_ADDR_UNSPECIFIED");
	IN6_SET_ADDR_LOOPBACK(&where.sin6_addr);
	is_int(1, IN6_IS_ADDR_LOOPBACK(&where.sin6_addr) != 0, "IN6_SET_ADDR_LOOPBACK");
	memset(&where, 0xff, sizeof where);
	IN6ADDR_SETLOOPBACK(&where);
	is_int(1, IN6ADDR_ISLOOPBACK(&where) && !IN6ADDR_ISANY(&where), "IN6ADDR_SETLOOPBACK");
	is_int(AF_INET6, where.sin6_family, "...of AF_INET6");
	is_int(0, where.sin6_port + where.sin6_scope_id + where.sin6_flowinfo, "...and nothing else");
	is_int(1, IN6_ADDR_EQUAL(&where.sin6_addr, &in6addr_loopback) != 0, "IN6_ADDR_EQUAL");
	IN6ADDR_SETANY(&where);
	is_int(1, IN6ADDR_ISANY(&where) && !IN6ADDR_ISLOOPBACK(&where), "IN6ADDR_SETANY");
	is_int(0, IN6_ADDR_EQUAL(&where.sin6_addr, &in6addr_loopback) != 0, "IN6_ADDR_EQUAL of others");
	where.sin6_scope_struct.Value = 0x12345678;
	is_hex(0x2345678, where.sin6_scope_struct.Zone, "a scope's zone");
	is_hex(1, where.sin6_scope_struct.Level, "...and level");
}

static void control(void)
{
	static const char data[5] = "1234";
	union {
		WSACMSGHDR align;
		char bytes[200];
	} buffer;
	WSAMSG message;
	WSACMSGHDR *cmsg;

	memset(&buffer, 0, sizeof buffer);
	memset(&message, 0, sizeof message);
	message.Control.buf = buffer.bytes;
	message.Control.len = WSA_CMSG_SPACE(sizeof data) + WSA_CMSG_SPACE(4);
	is_int(sizeof(void *) == 8 ? 24 : 20, WSA_CMSG_SPACE(sizeof data), "WSA_CMSG_SPACE");
	is_int(sizeof(void *) == 8 ? 21 : 17, WSA_CMSG_LEN(sizeof data), "WSA_CMSG_LEN");
	cmsg = WSA_CMSG_FIRSTHDR(&message);
	ok((char *)cmsg == buffer.bytes, "WSA_CMSG_FIRSTHDR");
	cmsg->cmsg_len = WSA_CMSG_LEN(sizeof data);
	memcpy(WSA_CMSG_DATA(cmsg), data, sizeof data);
	is_int((long long)sizeof(WSACMSGHDR), (char *)WSA_CMSG_DATA(cmsg) - buffer.bytes, "WSA_CMSG_DATA");
	cmsg = WSA_CMSG_NXTHDR(&message, cmsg);
	is_int((long long)WSA_CMSG_SPACE(sizeof data), (char *)cmsg - buffer.bytes, "WSA_CMSG_NXTHDR");
	cmsg->cmsg_len = WSA_CMSG_LEN(4);
	cmsg = WSA_CMSG_NXTHDR(&message, cmsg);
	ok(!cmsg, "...and no third");
	message.Control.len = sizeof(WSACMSGHDR) - 1;
	ok(!WSA_CMSG_FIRSTHDR(&message), "no header in a short buffer");
}

/* Programs that load the library themselves ask for the types of pointers to its functions. */
static void pointers(void)
{
	LPFN_WSASTARTUP start = WSAStartup;
	LPFN_HTONS swap = htons;
	LPFN_IOCTLSOCKET control_of = ioctlsocket;
	LPFN_WSASOCKET new_socket = WSASocket; /* A or W, as UNICODE has it */
	LPFN_GETADDRINFOA look_up = getaddrinfo;
	LPFN_FREEADDRINFOA free_it = freeaddrinfo;
	struct addrinfo hints, *info = NULL;
	u_long on = 1;
	WSADATA data;
	SOCKET s;

	is_int(0, start(MAKEWORD(2, 2), &data), "LPFN_WSASTARTUP");
	is_hex(0x0201, swap(0x0102), "LPFN_HTONS");
	s = new_socket(AF_INET, SOCK_DGRAM, 0, NULL, 0, 0);
	ok(s != INVALID_SOCKET, "LPFN_WSASOCKET");
	is_int(0, control_of(s, FIONBIO, &on), "LPFN_IOCTLSOCKET");
	memset(&hints, 0, sizeof hints);
	hints.ai_flags = AI_NUMERICHOST;
	is_int(0, look_up("127.0.0.1", NULL, &hints, &info), "LPFN_GETADDRINFOA");
	if (info)
		free_it(info);
	closesocket(s);
	WSACleanup();
}

/* Addresses of either family, by the helpers of mstcpip.h. */
static void either_family(void)
{
#ifdef __MINGW32__
	skip(14, "mingw-w64 has no INETADDR_SETANY");
#else
	static const struct {
		const char *text;
		BOOLEAN loopback, broadcast, multicast, link_local;
	} rows[] = {
		{ "0.0.0.0", FALSE, FALSE, FALSE, FALSE },
		{ "127.200.0.1", TRUE, FALSE, FALSE, FALSE },
		{ "255.255.255.255", FALSE, TRUE, FALSE, FALSE },
		{ "239.1.2.3", FALSE, FALSE, TRUE, FALSE },
		{ "169.254.7.7", FALSE, FALSE, FALSE, TRUE },
		{ "192.0.2.1", FALSE, FALSE, FALSE, FALSE },
	};
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct in_addr a;

		a.s_addr = inet_addr(rows[i].text);
		ok(IN4_IS_ADDR_UNSPECIFIED(&a) == !i && IN4_IS_ADDR_LOOPBACK(&a) == rows[i].loopback &&
			   IN4_IS_ADDR_BROADCAST(&a) == rows[i].broadcast &&
			   IN4_IS_ADDR_MULTICAST(&a) == rows[i].multicast &&
			   IN4_IS_ADDR_LINKLOCAL(&a) == rows[i].link_local,
		   "IN4_IS_ADDR_...: %s", rows[i].text);
	}
	for (int i = 0; i < 2; i++) {
		SOCKADDR_INET address;
		char text[64];

		memset(&address, 0xcc, sizeof address);
		address.si_family = (ADDRESS_FAMILY)families[i];
		INETADDR_SETANY((PSOCKADDR)&address);
		ok(INETADDR_ISANY((PSOCKADDR)&address), "INETADDR_SETANY and INETADDR_ISANY");
		ok(!INETADDR_ISLOOPBACK((PSOCKADDR)&address) && SS_PORT(&address) == 0,
		   "...and nothing else");
		INETADDR_SETLOOPBACK((PSOCKADDR)&address);
		ok(INETADDR_ISLOOPBACK((PSOCKADDR)&address) && !INETADDR_ISANY((PSOCKADDR)&address),
		   "INETADDR_SETLOOPBACK and INETADDR_ISLOOPBACK");
		inet_ntop(families[i], i ? (void *)&address.Ipv6.sin6_addr : (void *)&address.Ipv4.sin_addr,
			  text, sizeof text);
		is_string(i ? "::1" : "127.0.0.1", text, "...as text");
	}
#endif
}

/* Of windows.h what network programs have in every file. */
static void windows(void)
{
	char path[MAX_PATH];
	static const GUID one = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };
	IID interface_of = one;
	CLSID class_of = one;

	is_int(260, sizeof path, "MAX_PATH");
	is_int(260, ARRAYSIZE(path), "ARRAYSIZE");
	ok(!memcmp(&interface_of, &class_of, sizeof one), "an IID and a CLSID are GUIDs");
	ok(wcslen(L"wide") == 4, "<stdio.h> or windows.h brings the functions of wide text");
}

int main(void)
{
	WSADATA data;

	plan_lazy();
	WSAStartup(MAKEWORD(2, 2), &data);
	pointers();
	windows();
	either_family();
	sets();
	in6();
	control();
	is_hex(0x0202, MAKEWORD(2, 2), "MAKEWORD");
	is_hex(0x12345678, MAKELONG(0x5678, 0x1234), "MAKELONG");
	is_hex(0x5678, LOWORD(0x12345678), "LOWORD");
	is_hex(0x1234, HIWORD(0x12345678), "HIWORD");
	is_hex(0x78, LOBYTE(0x5678), "LOBYTE");
	is_hex(0x56, HIBYTE(0x5678), "HIBYTE");
	is_hex(0x0807060504030201, htonll(0x0102030405060708), "htonll");
	is_hex(0x0102030405060708, ntohll(htonll(0x0102030405060708)), "ntohll");
#ifdef __MINGW32__
	skip(3, "mingw-w64 has no htonf");
#else
	is_hex(0x0000803f, htonf(1.0f), "htonf");
	ok(ntohf(htonf(1.5f)) == 1.5f, "ntohf");
	ok(ntohd(htond(-2.5)) == -2.5, "ntohd");
#endif
	is_hex(0x04030201, htonl(0x01020304), "htonl");
	is_hex(0x0201, htons(0x0102), "htons");
	WSASetLastError(WSATRY_AGAIN);
	is_error(TRY_AGAIN, h_errno, "h_errno is WSAGetLastError");
	is_hex(0x4004667f, _IOR('f', 127, u_long), "_IOR");
	is_hex(0x8004667e, _IOW('f', 126, u_long), "_IOW");
	is_hex(0x98000004, _WSAIOW(IOC_VENDOR, 4), "_WSAIOW");
	is_hex(0xc8000006, _WSAIORW(IOC_WS2, 6), "_WSAIORW");
	ok(IN_CLASSA(0x0a000001) && !IN_CLASSB(0x0a000001), "IN_CLASSA");
	ok(IN_CLASSC(0xc0000201) && !IN_CLASSA(0xc0000201), "IN_CLASSC");
	ok(IN_MULTICAST(0xe0000001) && !IN_MULTICAST(0xc0000201), "IN_MULTICAST");
	WSACleanup();
	return done();
}
