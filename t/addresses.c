/* Addresses as text: inet_addr, inet_pton and inet_ntop as Windows reads and writes them,
 * WSAAddressToString, WSAStringToAddress, and WSAHtonl with its relatives. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *text;
	unsigned address; /* in host order */
} dotted[] = {
	{ "1 2 3 4", 1 },
	{ "1.2.3. 4", 0xffffffff },
	{ "1.2.3 .4", 0x01020003 },
	{ "3.4.5.6  7", 0x03040506 },
	{ " 3.4.5.6", 0xffffffff },
	{ "\t3.4.5.6", 0xffffffff },
	{ "3.4.5.6 ", 0x03040506 },
	{ ".1.2.3", 0xffffffff },
	{ " 0", 0xffffffff },
	{ "0xa1a2b3b4 ", 0xa1a2b3b4 },
	{ "  ", 0xffffffff },
	{ "127.127.127.255:123", 0xffffffff },
	{ "1.2.3.0xaA", 0x010203aa },
	{ "1.1.1.0x", 0xffffffff },
	{ "1.2.3.010", 0x01020308 },
	{ "1.2.3.00", 0x01020300 },
	{ "1.2.3.0a", 0xffffffff },
	{ "1.1.1.-2", 0xffffffff },
	{ "203569230", 0x0c22384e },
	{ "[0.1.2.3]", 0xffffffff },
	{ "017700000001", 0x7f000001 },
	{ "0777", 0x1ff },
};

static void check_inet_addr(void)
{
	for (size_t i = 0; i < sizeof dotted / sizeof *dotted; i++)
		is_hex(dotted[i].address, ntohl(inet_addr(dotted[i].text)), "inet_addr(\"%s\")", dotted[i].text);
	WSASetLastError(0);
	is_hex(INADDR_NONE, inet_addr(NULL), "inet_addr(NULL)");
	is_error(WSAEFAULT, WSAGetLastError(), "...the error");
}

/* What only one of the two systems would read, and what is near it. */
static const struct {
	int family;
	const char *text, *seen; /* written again; NULL: no address */
} texts[] = {
	{ AF_INET, "1.1.1.010", NULL },
	{ AF_INET, "1.1.1.00", NULL },
	{ AF_INET, "1.2.3", NULL },
	{ AF_INET, "3.4.5.6 ", NULL },
	{ AF_INET, "0x00010203", NULL },
	{ AF_INET, "::1", NULL },
	{ AF_INET6, "0:0:0:0:0:0:0::", "::" },
	{ AF_INET6, "0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7" },
	{ AF_INET6, "0:a:b:c:d:e:f::", "0:a:b:c:d:e:f:0" },
	{ AF_INET6, "::0:a:b:c:d:e:f", NULL },
	{ AF_INET6, "::0:0:0:0:0:0:0", NULL },
	{ AF_INET6, "::0:0:0:0:0:0", "::" },
	{ AF_INET6, "1111::3333:4444:5555:6666:7777:8888", "1111:0:3333:4444:5555:6666:7777:8888" },
	{ AF_INET6, "1111:2222:3333:4444:5555:6666::8888", "1111:2222:3333:4444:5555:6666:0:8888" },
	{ AF_INET6, "1111:2222:3333:4444:5555:6666::7777:8888", NULL },
	{ AF_INET6, "1111:2222:3333:4444:5555:6666:7777::8888", NULL },
	{ AF_INET6, "1111:2222:3333:4444:5555::0x88", NULL },
	{ AF_INET6, "::01234", NULL },
	{ AF_INET6, "::fffff", NULL },
	{ AF_INET6, "1::001.2.3.4", "1::102:304" },
	{ AF_INET6, "1::1.002.3.4", "1::102:304" },
	{ AF_INET6, "1::0001.2.3.4", NULL },
	{ AF_INET6, "1::1.2.3.0004", NULL },
	{ AF_INET6, "1::1.2.256.4", NULL },
	{ AF_INET6, "1::1.2.3", NULL },
	{ AF_INET6, "::.", NULL },
	{ AF_INET6, "::%16", NULL },
	{ AF_INET6, "[::]", NULL },
	{ AF_INET6, "::204.152.189.116", "::204.152.189.116" },
	{ AF_INET6, "::fffe:cc98:bd74", "::fffe:cc98:bd74" },
};

/* Two colons in front and seven parts behind them: on Windows too much. */
static void todo_for(const char *text)
{
	int colons = 0;

	for (const char *at = text; *at; at++)
		colons += *at == ':';
	if (!strncmp(text, "::", 2) && colons == 8)
		wine_todo("Wine takes it for an address");
}

static void widen(WCHAR *to, const char *from)
{
	while ((*to++ = (unsigned char)*from++))
		;
}

static void check_pton(void)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		unsigned char bytes[16], same[16];
		char text[64] = "none";
		WCHAR wide[64], written[64];
		bool alike = true;

		widen(wide, texts[i].text);
		todo_for(texts[i].text);
		is_int(texts[i].seen != NULL, inet_pton(texts[i].family, texts[i].text, bytes), "inet_pton(\"%s\")",
		       texts[i].text);
		WSASetLastError(0);
		is_int(texts[i].seen != NULL, InetPtonW(texts[i].family, wide, same), "InetPtonW of it");
		is_error(texts[i].seen ? 0 : WSAEINVAL, WSAGetLastError(), "...the last error");
		todo_end();
		if (!texts[i].seen)
			continue;
		ok(!memcmp(bytes, same, texts[i].family == AF_INET ? 4 : 16), "...the same");
		inet_ntop(texts[i].family, bytes, text, sizeof text);
		is_string(texts[i].seen, text, "inet_ntop gives it back");
		ok(InetNtopW(texts[i].family, bytes, written, 64) == written, "InetNtopW too");
		widen(wide, texts[i].seen);
		for (int c = 0; wide[c] || written[c]; c++)
			alike = alike && wide[c] == written[c];
		ok(alike, "...the same");
		WSASetLastError(0);
		ok(!InetNtopW(texts[i].family, bytes, written, strlen(texts[i].seen)), "InetNtopW, a unit too few");
		is_error(WSA_INVALID_PARAMETER, WSAGetLastError(), "...the last error");
	}
	unsigned char bytes[16];
	fails(WSAEFAULT, inet_pton(AF_UNSPEC, NULL, bytes), "no text comes before no family");
	fails(WSAEAFNOSUPPORT, inet_pton(AF_UNSPEC, "127.0.0.1", bytes), "no family");
}

static const struct {
	int family;
	const char *address;
	unsigned scope, port;
	const char *text;
} addresses[] = {
	{ AF_INET, "0.0.0.0", 0, 0, "0.0.0.0" },
	{ AF_INET, "255.255.255.255", 0, 0, "255.255.255.255" },
	{ AF_INET, "0.0.0.0", 0, 65535, "0.0.0.0:65535" },
	{ AF_INET, "255.255.255.255", 0, 65535, "255.255.255.255:65535" },
	{ AF_INET6, "::1", 0, 0, "::1" },
	{ AF_INET6, "20ab::1", 0, 0, "20ab::1" },
	{ AF_INET6, "20ab::2001", 0, 33274, "[20ab::2001]:33274" },
	{ AF_INET6, "20ab::2001", 0x1234, 33274, "[20ab::2001%4660]:33274" },
	{ AF_INET6, "20ab::2001", 0x1234, 0, "20ab::2001%4660" },
};

static DWORD make(size_t i, struct sockaddr_storage *address)
{
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof *address);
	in->sin_family = (short)addresses[i].family;
	in->sin_port = htons((u_short)addresses[i].port);
	if (addresses[i].family == AF_INET) {
		inet_pton(AF_INET, addresses[i].address, &in->sin_addr);
		return sizeof *in;
	}
	inet_pton(AF_INET6, addresses[i].address, &in6->sin6_addr);
	in6->sin6_scope_id = addresses[i].scope;
	return sizeof *in6;
}

static void check_to_string(void)
{
	struct sockaddr_storage address;

	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		DWORD size = make(i, &address), length, whole = (DWORD)strlen(addresses[i].text) + 1;
		struct sockaddr *sa = (struct sockaddr *)&address;
		char text[64] = "";
		WCHAR wide[64], expected[64];

		length = sizeof text;
		succeeds(WSAAddressToStringA(sa, size, NULL, text, &length), "WSAAddressToStringA");
		is_string(addresses[i].text, text, "...gives");
		is_int(whole, length, "...its length");
		succeeds(WSAAddressToStringA(sa, size, NULL, text, &length), "...in just enough room");
		length = whole - 1;
		fails(WSAEFAULT, WSAAddressToStringA(sa, size, NULL, text, &length), "...not in less");
		is_int(whole, length, "...which says how much it needs");
		length = 64;
		succeeds(WSAAddressToStringW(sa, size, NULL, wide, &length), "WSAAddressToStringW");
		widen(expected, addresses[i].text);
		ok(!memcmp(expected, wide, whole * sizeof *wide), "...gives the same");
		is_int(whole, length, "...and the same length");
		length = 0;
		fails(WSAEFAULT, WSAAddressToStringW(sa, size, NULL, NULL, &length), "...nowhere, in no room");
		is_int(whole, length, "...which says how much it needs");
	}
	address.ss_family = 99;
	DWORD length = 64;
	char text[64];
	fails(WSAEINVAL, WSAAddressToStringA((struct sockaddr *)&address, sizeof address, NULL, text, &length),
	      "WSAAddressToStringA, a family that does not exist");
	make(0, &address);
	fails(WSAEINVAL, WSAAddressToStringA((struct sockaddr *)&address, 4, NULL, text, &length),
	      "WSAAddressToStringA, too short an address");
}

static const struct {
	int family;
	const char *text, *seen; /* written again; NULL: WSAEINVAL */
} strings[] = {
	{ AF_INET, "", NULL },
	{ AF_INET, " ", NULL },
	{ AF_INET, "1.1.1.1", "1.1.1.1" },
	{ AF_INET, "127.127.127.127:", NULL },
	{ AF_INET, "127.127.127.127:0", NULL },
	{ AF_INET, "127.127.127.127:123", "127.127.127.127:123" },
	{ AF_INET, "127.127.127.127:65535", "127.127.127.127:65535" },
	{ AF_INET, "127.127.127.127:65537", NULL },
	{ AF_INET, "127.127.127.127::1", NULL },
	{ AF_INET, "127.127.127.127:0xAbCd", "127.127.127.127:43981" },
	{ AF_INET, "127.127.127.127:0x", NULL },
	{ AF_INET, "127.127.127.127:0x10000", NULL },
	{ AF_INET, "127.127.127.127:010", "127.127.127.127:8" },
	{ AF_INET, "127.127.127.127:08", NULL },
	{ AF_INET, "127.127.127.127:0a", NULL },
	{ AF_INET, "255.255.255.256", NULL },
	{ AF_INET, "1.1.1.0xaA", "1.1.1.170" },
	{ AF_INET, "1.1.1.0x", NULL },
	{ AF_INET, "1.1.1.010", "1.1.1.8" },
	{ AF_INET, "1.1.1.08", NULL },
	{ AF_INET, "1.1.1.-2", NULL },
	{ AF_INET, "1", "0.0.0.1" },
	{ AF_INET, "1:1", "0.0.0.1:1" },
	{ AF_INET, "1.2", "1.0.0.2" },
	{ AF_INET, "1000.2000", NULL },
	{ AF_INET, "1.2.", NULL },
	{ AF_INET, "1..2", NULL },
	{ AF_INET, "1.2.3:1", "1.2.0.3:1" },
	{ AF_INET, "203569230:123", "12.34.56.78:123" },
	{ AF_INET, "3.4.65536", NULL },
	{ AF_INET, "3.4.5.6.7", NULL },
	{ AF_INET, " 3.4.5.6", NULL },
	{ AF_INET, "3.4.5.6 ", NULL },
	{ AF_INET, "3.4.5.6:7 ", NULL },
	{ AF_INET, "[0.1.2.3]", NULL },
	{ AF_INET, "0x00010203:10", "0.1.2.3:10" },
	{ AF_INET, "0x123456789", "35.69.103.137" },
	{ AF_INET, "0x00010Q03", NULL },
	{ AF_INET, "1234BEEF", NULL },
	{ AF_INET, "017700000001", "127.0.0.1" },
	{ AF_INET, "::1", NULL },
	{ AF_INET6, "::1", "::1" },
	{ AF_INET6, "[::1]", "::1" },
	{ AF_INET6, "[::1]:65535", "[::1]:65535" },
	{ AF_INET6, "2001::1", "2001::1" },
	{ AF_INET6, "::1]:65535", NULL },
	{ AF_INET6, "001::1", "1::1" },
	{ AF_INET6, "::1:2:3:4:5:6:7", NULL },
	{ AF_INET6, "fe80::1%7", "fe80::1%7" },
	{ AF_INET6, "1.2.3.4", NULL },
	{ AF_INET6, "1:2:3:", NULL },
	{ AF_INET6, "", NULL },
};

static void check_from_string(void)
{
	struct sockaddr_storage address;
	struct sockaddr *sa = (struct sockaddr *)&address;
	int length;

	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		for (int wide = 0; wide < 2; wide++) {
			int size = strings[i].family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
			const char *what = words("WSAStringToAddress%c(\"%s\")", wide ? 'W' : 'A', strings[i].text);
			char text[64], copy[64];
			WCHAR units[64];
			DWORD room = sizeof text;
			int result;

			length = size + 10;
			memset(&address, 0xab, sizeof address);
			strcpy(copy, strings[i].text);
			widen(units, strings[i].text);
			WSASetLastError(0);
			result = wide ? WSAStringToAddressW(units, strings[i].family, NULL, sa, &length) :
					WSAStringToAddressA(copy, strings[i].family, NULL, sa, &length);
			if (!strings[i].seen) {
				todo_for(strings[i].text);
				fails(WSAEINVAL, result, "%s", what);
				is_int(size + 10, length, "...leaves the length alone");
				is_int(0, sa->sa_family, "...and no family behind");
				todo_end();
				continue;
			}
			succeeds(result, "%s", what);
			is_int(size, length, "...its length");
			text[0] = '\0';
			WSAAddressToStringA(sa, (DWORD)length, NULL, text, &room);
			is_string(strings[i].seen, text, "...is");
		}
	length = 0;
	fails(WSAEFAULT, WSAStringToAddressA((char *)"1.2.3.4", AF_INET, NULL, sa, &length), "no room for the address");
	is_int(sizeof(struct sockaddr_in), length, "...says how much it needs");
	length = sizeof address;
	fails(WSAEINVAL, WSAStringToAddressA((char *)"1.2.3.4", 99, NULL, sa, &length), "a family that does not exist");
	fails(WSAEINVAL, WSAStringToAddressA(NULL, AF_INET, NULL, sa, &length), "no string");
	fails(WSAEINVAL, WSAStringToAddressA((char *)"1.2.3.4", AF_INET, NULL, NULL, &length), "nowhere to write to");
}

static void check_network_order(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	u_long number = 0;
	u_short half = 0;

	succeeds(WSAHtonl(s, 0x01020304, &number), "WSAHtonl");
	is_hex(htonl(0x01020304), number, "...is htonl");
	succeeds(WSANtohl(s, number, &number), "WSANtohl");
	is_hex(0x01020304, number, "...is ntohl");
	succeeds(WSAHtons(s, 0x0102, &half), "WSAHtons");
	is_hex(htons(0x0102), half, "...is htons");
	succeeds(WSANtohs(s, half, &half), "WSANtohs");
	is_hex(0x0102, half, "...is ntohs");
	fails(WSAEFAULT, WSAHtonl(s, 1, NULL), "WSAHtonl, nowhere to write to");
	wine_todo("Wine returns the error");
	fails(WSAEFAULT, WSANtohs(s, 1, NULL), "WSANtohs, nowhere to write to");
	todo_end();
	wine_todo("Wine does not look at the socket");
	fails(WSAENOTSOCK, WSAHtonl(INVALID_SOCKET, 1, &number), "WSAHtonl of no socket");
	fails(WSAENOTSOCK, WSAHtons(INVALID_SOCKET, 1, &half), "WSAHtons of no socket");
	todo_end();
	closesocket(s);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	check_inet_addr();
	check_pton();
	check_to_string();
	check_from_string();
	check_network_order();
	winsock_end();
	return done();
}
