/* Hosts, services and protocols: gethostbyname, gethostbyaddr, getserv*, getproto*, getnameinfo and the
 * wide forms. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	short number;
	const char *name, *alias;
} protocols[] = {
	{ 0, "ip", "IP" },
	{ 1, "icmp", "ICMP" },
	{ 3, "ggp", "GGP" },
	{ 6, "tcp", "TCP" },
	{ 8, "egp", "EGP" },
	{ 12, "pup", "PUP" },
	{ 17, "udp", "UDP" },
	{ 20, "hmp", "HMP" },
	{ 22, "xns-idp", "XNS-IDP" },
	{ 27, "rdp", "RDP" },
	{ 41, "ipv6", "IPv6" },
	{ 43, "ipv6-route", "IPv6-Route" },
	{ 44, "ipv6-frag", "IPv6-Frag" },
	{ 50, "esp", "ESP" },
	{ 51, "ah", "AH" },
	{ 58, "ipv6-icmp", "IPv6-ICMP" },
	{ 59, "ipv6-nonxt", "IPv6-NoNxt" },
	{ 60, "ipv6-opts", "IPv6-Opts" },
	{ 66, "rvd", "RVD" },
};
enum { PROTOCOLS = sizeof protocols / sizeof *protocols };

static void check_protocols(void)
{
	int unknown = 0;

	for (int i = 0; i < PROTOCOLS; i++) {
		struct protoent *found = getprotobynumber(protocols[i].number);

		ok(found, "getprotobynumber(%d)", protocols[i].number);
		if (found) {
			is_string(protocols[i].name, found->p_name, "...its name");
			is_string(protocols[i].alias, found->p_aliases[0], "...its alias");
			ok(!found->p_aliases[1], "...and no other");
		}
		found = getprotobyname(protocols[i].alias);
		is_int(protocols[i].number, found ? found->p_proto : -1, "getprotobyname(\"%s\")", protocols[i].alias);
	}
	for (int number = -1; number <= 256; number++) {
		bool known = false;

		for (int i = 0; i < PROTOCOLS; i++)
			known = known || protocols[i].number == number;
		unknown += !known && getprotobynumber(number);
	}
	is_int(0, unknown, "no other number is a protocol");
	ok(!getprotobyname("nosuchprotocol"), "nor is any other name");
	is_error(WSANO_DATA, WSAGetLastError(), "...the error");
}

static void service(const char *name, const char *transport, int port, const char *asked_name, const char *asked_transport)
{
	struct servent *found = getservbyname(asked_name, asked_transport);
	const char *what = words("getservbyname(\"%s\", %s)", asked_name, asked_transport ? asked_transport : "NULL");

	ok(found, "%s", what);
	if (!found)
		return;
	is_string(name, found->s_name, "%s: its name", what);
	if (transport)
		is_string(transport, found->s_proto, "%s: its transport", what);
	is_int(port, ntohs((u_short)found->s_port), "%s: its port", what);
	ok(found->s_aliases, "%s: a list of aliases", what);
}

static void check_services(void)
{
	struct servent *first, *second;

	service("domain", "udp", 53, "domain", "udp");
	service("telnet", "tcp", 23, "telnet", "tcp");
	service("http", NULL, 80, "http", NULL);
	service("telnet", "tcp", 23, "TELNET", "tcp");
	first = getservbyport(htons(25), "tcp");
	is_string("smtp", first ? first->s_name : "none", "getservbyport(25, tcp)");
	first = getservbyname("domain", "udp");
	second = getservbyname("telnet", "tcp");
	ok(first == second, "a thread has one place for its services");
	ok(!getservbyname("nosuchservice", "tcp"), "no such service");
	is_error(WSANO_DATA, WSAGetLastError(), "...the error");
	ok(!getservbyname("telnet", "nosuchprotocol"), "no such transport");
	is_error(WSANO_DATA, WSAGetLastError(), "...the error");
	ok(!getservbyport(htons(1), "nosuchprotocol"), "no such port of no such transport");
	is_error(WSANO_DATA, WSAGetLastError(), "...the error");
}

/* Whether everything lies where it does on Windows: the lists right behind the structure. */
static void check_layout(const struct hostent *host, const char *what)
{
	char *const *end = host->h_aliases;

	ok((const void *)host->h_aliases == host + 1, "%s: the aliases follow the structure", what);
	while (*end)
		end++;
	ok(host->h_addr_list == end + 1, "%s: the addresses follow the aliases", what);
	end = host->h_addr_list;
	while (*end)
		end++;
	ok(host->h_addr_list[0] == (const char *)(end + 1), "%s: the first address follows their list", what);
}

static void check_hosts(void)
{
	static const unsigned char loopback[4] = { 127, 0, 0, 1 };
	char name[256];
	struct hostent *host = gethostbyname("127.0.0.1"), *own, *other;

	ok(host, "gethostbyname of an address");
	if (host) {
		is_int(AF_INET, host->h_addrtype, "...its family");
		is_int(4, host->h_length, "...its length");
		ok(!memcmp(loopback, host->h_addr_list[0], 4), "...itself");
		check_layout(host, "127.0.0.1");
	}
	host = gethostbyname("localhost");
	ok(host && !memcmp(loopback, host->h_addr_list[0], 4), "gethostbyname(\"localhost\") is 127.0.0.1");
	gethostname(name, sizeof name);
	own = gethostbyname("");
	ok(own, "gethostbyname(\"\") is this host");
	if (own) {
		int count = 0, loopbacks = 0;

		for (; own->h_addr_list[count]; count++)
			loopbacks += own->h_addr_list[count][0] == 127;
		ok(loopbacks == 0 || count == 1, "...with the loopback address only if there is no other");
		check_layout(own, "this host");
	}
	other = gethostbyname(name);
	ok(other && other->h_addr_list[0], "gethostbyname of its name");
	ok(gethostbyname(NULL), "gethostbyname(NULL) is this host too");
	ok(!gethostbyname("nosuchhost.invalid"), "no such host");
	is_error(WSAHOST_NOT_FOUND, WSAGetLastError(), "...the error");

	host = gethostbyaddr((const char *)loopback, 4, AF_INET);
	ok(host && !memcmp(host->h_addr_list[0], loopback, 4), "gethostbyaddr(127.0.0.1)");
	ok(!gethostbyaddr((const char *)loopback, 3, AF_INET), "gethostbyaddr, a length too small");
	wine_todo("Wine has one error for length and family");
	is_error(WSAEFAULT, WSAGetLastError(), "...the error");
	todo_end();
	if (!is_wine()) { /* which dies of it */
		ok(!gethostbyaddr(NULL, 4, AF_INET), "gethostbyaddr(NULL)");
		is_error(WSAEFAULT, WSAGetLastError(), "...the error");
	}
	ok(!gethostbyaddr((const char *)loopback, 4, 99), "gethostbyaddr, a family that does not exist");
	is_error(WSAEAFNOSUPPORT, WSAGetLastError(), "...the error");
}

/* What another thread asks for does not change what this one was given. */
static void ask_elsewhere(void *unused)
{
	(void)unused;
	getservbyname("telnet", "tcp");
	getprotobyname("udp");
	gethostbyname("127.0.0.2");
}

static void check_threads(void)
{
	struct servent *found = getservbyname("domain", "udp");
	struct protoent *protocol = getprotobyname("tcp");
	struct hostent *host = gethostbyname("127.0.0.1");
	struct task *task = task_start(ask_elsewhere, NULL);

	ok(task_end(task, 10000), "another thread asks for others");
	is_string("domain", found ? found->s_name : "none", "...and the service is what it was");
	is_string("tcp", protocol ? protocol->p_name : "none", "...the protocol too");
	is_int(1, host ? host->h_addr_list[0][3] : 0, "...and the host");
}

/* The C library's wcscmp is for a wchar_t of four bytes alone. */
static bool same_text(const WCHAR *one, const WCHAR *other)
{
	while (*one && *one == *other)
		one++, other++;
	return *one == *other;
}

static void check_nameinfo(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(25) };
	struct sockaddr_in6 address6 = { .sin6_family = AF_INET6, .sin6_port = htons(53) };
	char host[256] = "", port[32] = "";
	WCHAR wide_host[256], wide_port[32];
	const struct sockaddr *sa = (struct sockaddr *)&address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address6.sin6_addr.s6_addr[15] = 1;
	is_int(0, getnameinfo(sa, sizeof address, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV),
	       "getnameinfo, numbers");
	is_string("127.0.0.1", host, "...the host");
	is_string("25", port, "...the port");
	is_int(0, getnameinfo(sa, sizeof address, NULL, 0, port, sizeof port, 0), "getnameinfo, the service alone");
	is_string("smtp", port, "...its name");
	is_int(0, getnameinfo((struct sockaddr *)&address6, sizeof address6, host, sizeof host, port, sizeof port,
			      NI_NUMERICHOST | NI_DGRAM), "getnameinfo, IPv6");
	is_string("::1", host, "...the host");
	is_string("domain", port, "...the service");
	wine_todo("Wine gives the system's number");
	is_int(ERROR_INSUFFICIENT_BUFFER, getnameinfo(sa, sizeof address, host, 9, NULL, 0, NI_NUMERICHOST),
	       "getnameinfo, one byte too few");
	todo_end();
	is_int(0, getnameinfo(sa, sizeof address, host, 10, NULL, 0, NI_NUMERICHOST), "getnameinfo, just enough");
	wine_todo("Wine has nothing against it");
	is_int(WSAHOST_NOT_FOUND, getnameinfo(sa, sizeof address, NULL, 0, NULL, 0, 0), "getnameinfo for nothing");
	is_error(WSAHOST_NOT_FOUND, WSAGetLastError(), "...which is the last error, too");
	todo_end();
	wine_todo("Wine lets the system say it");
	is_int(WSAEFAULT, getnameinfo(sa, sizeof address - 1, host, sizeof host, NULL, 0, NI_NUMERICHOST),
	       "getnameinfo, too short an address");
	todo_end();
	address.sin_family = 99;
	is_int(WSAEAFNOSUPPORT, getnameinfo(sa, sizeof address, host, sizeof host, NULL, 0, NI_NUMERICHOST),
	       "getnameinfo, a family that does not exist");
	address.sin_family = AF_INET;
	is_int(0, GetNameInfoW(sa, sizeof address, wide_host, 10, wide_port, 3, NI_NUMERICHOST | NI_NUMERICSERV),
	       "GetNameInfoW, just enough");
	ok(same_text(wide_host, L"127.0.0.1"), "...the host");
	ok(same_text(wide_port, L"25"), "...the port");
	wine_todo("Wine gives the system's number");
	is_int(ERROR_INSUFFICIENT_BUFFER, GetNameInfoW(sa, sizeof address, wide_host, 9, NULL, 0, NI_NUMERICHOST),
	       "GetNameInfoW, one unit too few");
	todo_end();
}

static void check_wide(void)
{
	struct addrinfo *narrow;
	ADDRINFOW *wide, hints = { .ai_flags = AI_CANONNAME };
	ADDRINFOEXW *extended;
	WCHAR name[256], same[256];
	char text[256];
	int length = 0;

	gethostname(text, sizeof text);
	succeeds(GetHostNameW(name, 256), "GetHostNameW");
	while (name[length] && name[length] == (unsigned char)text[length])
		length++;
	ok(!name[length] && !text[length], "...the name that gethostname gives");
	succeeds(GetHostNameW(same, length + 1), "GetHostNameW, just enough");
	fails(WSAEFAULT, GetHostNameW(same, length), "GetHostNameW, one unit too few");
	fails(WSAEFAULT, GetHostNameW(NULL, 256), "GetHostNameW(NULL)");

	is_int(0, GetAddrInfoW(L"127.0.0.1", L"80", &hints, &wide), "GetAddrInfoW");
	is_int(0, getaddrinfo("127.0.0.1", "80", NULL, &narrow), "getaddrinfo of the same");
	ok(wide->ai_addrlen == narrow->ai_addrlen && !memcmp(wide->ai_addr, narrow->ai_addr, wide->ai_addrlen),
	   "...the same address");
	ok(wide->ai_canonname && same_text(wide->ai_canonname, L"127.0.0.1"), "...its name is wide");
	FreeAddrInfoW(wide);
	freeaddrinfo(narrow);
	is_int(WSAHOST_NOT_FOUND, GetAddrInfoW(NULL, NULL, NULL, &wide), "GetAddrInfoW of nothing");
	ok(!wide, "...gives nothing");
	is_int(WSATYPE_NOT_FOUND, GetAddrInfoW(NULL, L"nosuchservice", NULL, &wide), "GetAddrInfoW, no such service");
	is_int(0, GetAddrInfoExW(L"::1", L"80", NS_DNS, NULL, NULL, &extended, NULL, NULL, NULL, NULL), "GetAddrInfoExW");
	is_int(AF_INET6, extended->ai_family, "...the family");
	ok(!extended->ai_blob && !extended->ai_bloblen && !extended->ai_provider, "...and nothing besides");
	FreeAddrInfoExW(extended);
#ifndef __MINGW32__ /* Wine 8 lacks it */
	ADDRINFOEXA *narrow_extended;

	is_int(0, GetAddrInfoExA("::1", "80", NS_DNS, NULL, NULL, &narrow_extended, NULL, NULL, NULL, NULL), "GetAddrInfoExA");
	is_int(AF_INET6, narrow_extended->ai_family, "...the family");
	FreeAddrInfoEx(narrow_extended);
#endif
}

int main(void)
{
	plan_lazy();
	winsock_start();
	check_protocols();
	check_services();
	check_hosts();
	check_threads();
	check_nameinfo();
	check_wide();
	winsock_end();
	ok(!gethostbyname(""), "gethostbyname before WSAStartup");
	is_error(WSANOTINITIALISED, WSAGetLastError(), "...the error");
	return done();
}
