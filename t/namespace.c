/* Name spaces: who provides them, lookups of hosts, services and networks, and classes of services. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <nspapi.h>
#include <svcguid.h>

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char wine_stub[] = "Wine has no name spaces";

static GUID hostname = SVCID_HOSTNAME, host_by_name = SVCID_INET_HOSTADDRBYNAME,
	    host_by_address = SVCID_INET_HOSTADDRBYINETSTRING, service_by_name = SVCID_INET_SERVICEBYNAME,
	    networks = NLA_SERVICE_CLASS_GUID, ftp = SVCID_FTP_TCP, dns_udp = SVCID_DOMAIN_UDP,
	    records6 = SVCID_DNS_TYPE_AAAA;
static GUID dns = { 0x22059d40, 0x7e9e, 0x11cf, { 0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b } };
static GUID nla = NLA_NAMESPACE_GUID;
static GUID unknown = { 0x12345678, 0x1234, 0x1234, { 1, 2, 3, 4, 5, 6, 7, 8 } };

static union {
	WSAQUERYSETA narrow;
	WSAQUERYSETW wide;
	char bytes[16384];
} result;

/* Whether a pointer leads into the last result, all of it. */
static bool inside(const void *pointer, size_t size)
{
	const char *at = pointer;

	return at >= result.bytes && at + size <= result.bytes + sizeof result;
}

/* A wide text as bytes */
static const char *narrowed(const WCHAR *text)
{
	static char copy[256];
	size_t length = 0;

	for (; text && text[length] && length < sizeof copy - 1; length++)
		copy[length] = (char)text[length];
	copy[length] = '\0';
	return text ? copy : "NULL";
}

/* Providers */

static void check_provider(const GUID *id, DWORD space, BOOL active, const char *name)
{
	if (space == NS_DNS) {
		ok(!memcmp(id, &dns, sizeof dns), "NS_DNS: its provider");
		is_string("Tcpip", name, "...its name");
		ok(active, "...is active");
	} else if (space == NS_NLA) {
		ok(!memcmp(id, &nla, sizeof nla), "NS_NLA: its provider");
		is_string("Network Location Awareness Legacy (NLAv1) Namespace", name, "...its name");
		ok(active, "...is active");
	}
}

static void check_providers(void)
{
	WSANAMESPACE_INFOA *narrow;
	WSANAMESPACE_INFOW *wide;
	DWORD size = 0, most;
	int count;
	bool has_dns = false, has_nla = false;

	wine_todo(wine_stub);
	fails(WSAEFAULT, WSAEnumNameSpaceProvidersA(NULL, NULL), "WSAEnumNameSpaceProvidersA of nothing");
	fails(WSAEFAULT, WSAEnumNameSpaceProvidersA(&size, NULL), "no buffer");
	ok(size > sizeof *narrow, "...says how much it takes");
	todo_end();
	if (is_wine()) {
		skip(1, "%s", wine_stub);
		return;
	}
	most = size;
	narrow = calloc(1, size + 1);
	size--;
	fails(WSAEFAULT, WSAEnumNameSpaceProvidersA(&size, narrow), "one byte too few");
	is_int(most, size, "...says how much it takes");
	count = WSAEnumNameSpaceProvidersA(&size, narrow);
	ok(count >= 2, "just enough: %d providers", count);
	for (int i = 0; i < count; i++) {
		has_dns = has_dns || narrow[i].dwNameSpace == NS_DNS;
		has_nla = has_nla || narrow[i].dwNameSpace == NS_NLA;
		ok(narrow[i].lpszIdentifier >= (char *)(narrow + count) &&
		   narrow[i].lpszIdentifier + strlen(narrow[i].lpszIdentifier) < (char *)narrow + size,
		   "the name of one is in the buffer behind the structures");
		check_provider(&narrow[i].NSProviderId, narrow[i].dwNameSpace, narrow[i].fActive,
			       narrow[i].lpszIdentifier);
	}
	ok(has_dns && has_nla, "hosts and networks are among them");
	free(narrow);

	size = 0;
	fails(WSAEFAULT, WSAEnumNameSpaceProvidersW(&size, NULL), "WSAEnumNameSpaceProvidersW, no buffer");
	ok(size > most, "...takes more");
	wide = calloc(1, size);
	is_int(count, WSAEnumNameSpaceProvidersW(&size, wide), "...and gives as many");
	for (int i = 0; i < count; i++)
		check_provider(&wide[i].NSProviderId, wide[i].dwNameSpace, wide[i].fActive,
			       narrowed(wide[i].lpszIdentifier));
	free(wide);
}

#ifndef __MINGW32__ /* Wine 8 lacks them */
static void check_providers_ex(void)
{
	WSANAMESPACE_INFOEXA narrow[16];
	WSANAMESPACE_INFOEXW wide[16];
	DWORD size = 0;
	int count;

	fails(WSAEFAULT, WSAEnumNameSpaceProvidersExA(&size, NULL), "WSAEnumNameSpaceProvidersExA, no buffer");
	ok(size <= sizeof narrow, "...says how much it takes");
	count = WSAEnumNameSpaceProvidersExA(&size, narrow);
	ok(count >= 2, "...which is enough");
	for (int i = 0; i < count; i++) {
		check_provider(&narrow[i].NSProviderId, narrow[i].dwNameSpace, narrow[i].fActive,
			       narrow[i].lpszIdentifier);
		ok(!narrow[i].ProviderSpecific.cbSize && !narrow[i].ProviderSpecific.pBlobData,
		   "...no data of the provider's own");
	}
	size = sizeof wide;
	is_int(count, WSAEnumNameSpaceProvidersExW(&size, wide), "WSAEnumNameSpaceProvidersExW");
	for (int i = 0; i < count; i++)
		check_provider(&wide[i].NSProviderId, wide[i].dwNameSpace, wide[i].fActive,
			       narrowed(wide[i].lpszIdentifier));
}
#endif

/* Lookups */

static WSAQUERYSETA query(DWORD space, GUID *class, const char *name)
{
	WSAQUERYSETA set;

	memset(&set, 0, sizeof set);
	set.dwSize = sizeof set;
	set.dwNameSpace = space;
	set.lpServiceClassId = class;
	set.lpszServiceInstanceName = (char *)name;
	return set;
}

static HANDLE begin(WSAQUERYSETA set, DWORD flags, const char *what)
{
	HANDLE handle = NULL;

	succeeds(WSALookupServiceBeginA(&set, flags, &handle), "%s", what);
	return handle;
}

static void refuses(int error, WSAQUERYSETA set, DWORD flags, const char *what)
{
	HANDLE handle = NULL;

	fails(error, WSALookupServiceBeginA(&set, flags, &handle), "%s", what);
}

static int next(HANDLE handle, DWORD flags)
{
	DWORD size = sizeof result;

	memset(&result, 0x55, sizeof result);
	return WSALookupServiceNextA(handle, flags, &size, &result.narrow);
}

static void end(HANDLE handle)
{
	fails(WSA_E_NO_MORE, next(handle, 0), "...and nothing more");
	succeeds(WSALookupServiceEnd(handle), "...the end");
}

static void check_arguments(void)
{
	WSAQUERYSETA set = query(NS_ALL, &hostname, NULL), small = set;
	WSAQUERYSETW wide;
	AFPROTOCOLS ipx = { 6, 1000 };
	HANDLE handle = NULL;
	DWORD size = sizeof result;

	memset(&wide, 0, sizeof wide);
	wine_may_differ(wine_stub);
	fails(WSAEFAULT, WSALookupServiceBeginW(NULL, 0, &handle), "WSALookupServiceBeginW, no question");
	fails(WSAEFAULT, WSALookupServiceBeginW(&wide, 0, NULL), "WSALookupServiceBeginW, no handle");
	fails(WSAEINVAL, WSALookupServiceBeginW(&wide, 0, &handle), "WSALookupServiceBeginW, a size of 0");
	fails(WSAEFAULT, WSALookupServiceBeginA(NULL, 0, &handle), "WSALookupServiceBeginA, no question");
	small.dwSize = sizeof small - 1;
	refuses(WSAEINVAL, small, 0, "a size too small");
	fails(ERROR_INVALID_HANDLE, WSALookupServiceEnd(NULL), "WSALookupServiceEnd of nothing");
	fails(WSA_INVALID_HANDLE, WSALookupServiceEnd((HANDLE)(ULONG_PTR)0x123454), "WSALookupServiceEnd of no handle");
	fails(WSA_INVALID_HANDLE, WSALookupServiceNextA((HANDLE)(ULONG_PTR)0x123454, 0, &size, &result.narrow),
	      "WSALookupServiceNext of no handle");
	refuses(WSASERVICE_NOT_FOUND, query(NS_BTH, &hostname, NULL), 0, "a name space that is not there: Bluetooth");
	refuses(WSASERVICE_NOT_FOUND, query(NS_DNS, &unknown, "localhost"), 0, "a class that NS_DNS does not know");
	refuses(WSASERVICE_NOT_FOUND, query(NS_NLA, &hostname, NULL), 0, "a class that NS_NLA does not know");
	refuses(WSASERVICE_NOT_FOUND, query(NS_ALL, &unknown, "localhost"), 0, "a class that nobody knows");
	refuses(WSAEINVAL, query(NS_DNS, NULL, "localhost"), 0, "no class, which NS_DNS needs");
	refuses(WSANO_DATA, query(NS_DNS, &hostname, NULL), LUP_CONTAINERS, "containers of hosts");
	refuses(WSANO_DATA, query(NS_NLA, &networks, NULL), LUP_CONTAINERS, "containers of networks");
	set.lpNSProviderId = &unknown;
	refuses(WSAEINVAL, set, 0, "a provider that is none");
	set = query(NS_NLA, &networks, NULL);
	set.dwNumberOfProtocols = 1;
	set.lpafpProtocols = &ipx;
	refuses(WSAEINVAL, set, 0, "networks that are not of IP");
	todo_end();
}

static void check_pointers(void)
{
	HANDLE handle = begin(query(NS_ALL, &hostname, NULL), LUP_RETURN_NAME, "a lookup");

	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		WSAQUERYSETA set = query(NS_ALL, &hostname, NULL), *at = (WSAQUERYSETA *)(void *)bad->pointer;
		DWORD size = sizeof result;
		HANDLE other;

		fails(WSAEFAULT, WSALookupServiceBeginA(at, 0, &other), "a question: %s", bad->name);
		fails(WSAEFAULT, WSALookupServiceBeginA(&set, 0, (HANDLE *)(void *)bad->pointer), "its handle: %s",
		      bad->name);
		fails(WSAEFAULT, WSALookupServiceNextA(handle, 0, (DWORD *)(void *)bad->pointer, &result.narrow),
		      "a size: %s", bad->name);
		fails(WSAEFAULT, WSALookupServiceNextA(handle, 0, &size, at), "an answer: %s", bad->name);
		fails(WSAEFAULT, WSASetServiceA(at, RNRSERVICE_REGISTER, 0), "WSASetService: %s", bad->name);
		if (!bad->pointer)
			continue;
		set.lpServiceClassId = (GUID *)(void *)bad->pointer;
		refuses(WSAEFAULT, set, 0, "its class");
		if (bad[1].name) /* the last one is a byte of 0, and so a name */
			refuses(WSAEFAULT, query(NS_ALL, &hostname, bad->pointer), 0, "its name");
		set = query(NS_ALL, &hostname, NULL);
		set.dwNumberOfProtocols = 1;
		set.lpafpProtocols = (AFPROTOCOLS *)(void *)bad->pointer;
		refuses(WSAEFAULT, set, 0, "its protocols");
		fails(WSAEFAULT, WSANSPIoctl(handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, NULL,
					     (WSACOMPLETION *)(void *)bad->pointer), "WSANSPIoctl: %s", bad->name);
	}
	succeeds(next(handle, 0), "...and the answer is still there");
	end(handle);
}

/* What gethostname asks for. */
static void check_own(void)
{
	char name[256];
	HANDLE handle = begin(query(NS_ALL, &hostname, NULL), LUP_RETURN_NAME | LUP_RETURN_ADDR, "this host");
	WSAQUERYSETA *set = &result.narrow;

	gethostname(name, sizeof name);
	succeeds(next(handle, 0), "...an answer");
	is_int(sizeof *set, set->dwSize, "...its size");
	is_int(NS_DNS, set->dwNameSpace, "...the name space");
	ok(inside(set->lpNSProviderId, sizeof dns) && !memcmp(set->lpNSProviderId, &dns, sizeof dns), "...the provider");
	ok(inside(set->lpszServiceInstanceName, strlen(name) + 1), "...a name, in the buffer");
	is_string(name, set->lpszServiceInstanceName, "...that gethostname gives");
	ok(set->dwNumberOfCsAddrs >= 1 && inside(set->lpcsaBuffer, set->dwNumberOfCsAddrs * sizeof(CSADDR_INFO)),
	   "...addresses");
	ok(!set->lpBlob && !set->lpServiceClassId && !set->lpszQueryString && !set->lpszComment,
	   "...and nothing that was not asked for");
	end(handle);
	handle = begin(query(NS_ALL, &hostname, ""), LUP_RETURN_NAME, "this host by an empty name");
	succeeds(next(handle, LUP_RETURN_NAME), "...an answer");
	is_string(name, set->lpszServiceInstanceName, "...the same name");
	end(handle);
}

static const struct sockaddr_in *remote(DWORD i)
{
	return (struct sockaddr_in *)(void *)result.narrow.lpcsaBuffer[i].RemoteAddr.lpSockaddr;
}

/* What is in a blob, at an offset from its beginning. */
static const char *in_blob(const void *offset)
{
	const BLOB *blob = result.narrow.lpBlob;

	return (size_t)offset < blob->cbSize ? (char *)blob->pBlobData + (size_t)offset : "outside";
}

/* What gethostbyname asks for. */
static void check_host(void)
{
	HANDLE handle = begin(query(NS_DNS, &host_by_name, "localhost"), LUP_RETURN_ALL & ~LUP_RETURN_ALIASES,
			      "a host by its name");
	WSAQUERYSETA *set = &result.narrow;
	const struct hostent *host;
	char *const *list;

	succeeds(next(handle, 0), "...an answer");
	is_string("localhost", set->lpszServiceInstanceName, "...its name");
	ok(set->lpServiceClassId && !memcmp(set->lpServiceClassId, &host_by_name, sizeof host_by_name), "...its class");
	is_int(1, set->dwNumberOfCsAddrs, "...one address");
	is_int(AF_INET, remote(0)->sin_family, "...of IPv4");
	is_hex(INADDR_LOOPBACK, ntohl(remote(0)->sin_addr.s_addr), "...127.0.0.1");
	is_int(0, remote(0)->sin_port, "...without a port");
	is_int(sizeof *remote(0), set->lpcsaBuffer[0].RemoteAddr.iSockaddrLength, "...its length");
	is_int(AF_INET, set->lpcsaBuffer[0].LocalAddr.lpSockaddr->sa_family, "...a local address to go with it");
	is_int(SOCK_STREAM, set->lpcsaBuffer[0].iSocketType, "...of a stream");
	is_int(IPPROTO_TCP, set->lpcsaBuffer[0].iProtocol, "...of TCP");
	ok(inside(set->lpBlob, sizeof *set->lpBlob) && inside(set->lpBlob->pBlobData, set->lpBlob->cbSize),
	   "...a hostent, in the buffer");
	host = (struct hostent *)(void *)set->lpBlob->pBlobData;
	is_string("localhost", in_blob(host->h_name), "...with offsets in place of its pointers: the name");
	is_int(4, host->h_length, "...its length");
	list = (char **)(void *)in_blob(host->h_addr_list);
	ok(!memcmp(in_blob(list[0]), "\177\0\0\1", 4), "...the address");
	ok(!list[1], "...and no other");
	ok((size_t)host->h_aliases % sizeof(void *) == 0, "...and a list of aliases");
	end(handle);

	handle = begin(query(NS_DNS, &host_by_name, "nosuchhost.invalid"), LUP_RETURN_ALL, "a host that does not exist");
	fails(WSASERVICE_NOT_FOUND, next(handle, 0), "...no answer");
	end(handle);
	handle = begin(query(NS_DNS, &host_by_address, "127.0.0.1"), LUP_RETURN_NAME, "a host by its address");
	succeeds(next(handle, 0), "...an answer");
	ok(set->lpszServiceInstanceName && *set->lpszServiceInstanceName, "...a name");
	end(handle);
	handle = begin(query(NS_DNS, &host_by_address, "127.0.0"), LUP_RETURN_NAME, "by what is no address");
	fails(WSASERVICE_NOT_FOUND, next(handle, 0), "...no answer");
	end(handle);
	refuses(WSAEINVAL, query(NS_DNS, &host_by_address, NULL), 0, "by no address");
}

/* Which transports, which families and which port an address is for. */
static void check_restrictions(void)
{
	AFPROTOCOLS udp = { AF_INET, IPPROTO_UDP }, both[] = { { AF_INET, IPPROTO_TCP }, { AF_INET, IPPROTO_UDP } };
	AFPROTOCOLS six = { AF_INET6, 0 };
	WSAQUERYSETA set = query(NS_DNS, &host_by_name, "localhost");
	HANDLE handle;

	set.dwNumberOfProtocols = 1;
	set.lpafpProtocols = &udp;
	handle = begin(set, LUP_RETURN_ADDR, "a host for UDP");
	succeeds(next(handle, 0), "...an answer");
	is_int(SOCK_DGRAM, result.narrow.lpcsaBuffer[0].iSocketType, "...of datagrams");
	is_int(IPPROTO_UDP, result.narrow.lpcsaBuffer[0].iProtocol, "...of UDP");
	end(handle);
	set.dwNumberOfProtocols = 2;
	set.lpafpProtocols = both;
	set.lpszQueryString = (char *)"8080";
	handle = begin(set, LUP_RETURN_ADDR | LUP_RETURN_QUERY_STRING, "for both, at a port");
	succeeds(next(handle, 0), "...an answer");
	is_int(2, result.narrow.dwNumberOfCsAddrs, "...for each of them");
	is_int(8080, ntohs(remote(0)->sin_port), "...with the port");
	is_string("8080", result.narrow.lpszQueryString, "...and what was asked beside the name");
	end(handle);
	set = query(NS_DNS, &host_by_name, "localhost");
	set.lpszQueryString = (char *)"telnet";
	handle = begin(set, LUP_RETURN_ADDR, "a host and a service");
	succeeds(next(handle, 0), "...an answer");
	is_int(23, ntohs(remote(0)->sin_port), "...with its port");
	end(handle);
	handle = begin(query(NS_DNS, &ftp, "localhost"), LUP_RETURN_ADDR, "a class that is a port of TCP");
	succeeds(next(handle, 0), "...an answer");
	is_int(21, ntohs(remote(0)->sin_port), "...with the port");
	end(handle);
	handle = begin(query(NS_DNS, &dns_udp, "localhost"), LUP_RETURN_ADDR, "a class that is a port of UDP");
	succeeds(next(handle, 0), "...an answer");
	is_int(53, ntohs(remote(0)->sin_port), "...with the port");
	is_int(IPPROTO_UDP, result.narrow.lpcsaBuffer[0].iProtocol, "...and the protocol");
	end(handle);
	set = query(NS_DNS, &host_by_name, "::1");
	set.dwNumberOfProtocols = 1;
	set.lpafpProtocols = &six;
	handle = begin(set, LUP_RETURN_ADDR, "a host for IPv6");
	succeeds(next(handle, 0), "...an answer");
	is_int(AF_INET6, result.narrow.lpcsaBuffer[0].RemoteAddr.lpSockaddr->sa_family, "...an address of that family");
	is_int(sizeof(struct sockaddr_in6), result.narrow.lpcsaBuffer[0].RemoteAddr.iSockaddrLength, "...its length");
	end(handle);
	handle = begin(query(NS_DNS, &records6, "::1"), LUP_RETURN_ADDR | LUP_RETURN_BLOB, "a record of IPv6");
	succeeds(next(handle, 0), "...an answer");
	is_int(AF_INET6, ((struct hostent *)(void *)result.narrow.lpBlob->pBlobData)->h_addrtype, "...a hostent");
	end(handle);
	handle = begin(query(NS_DNS, &host_by_name, "localhost"), LUP_RETURN_ADDR | LUP_RES_SERVICE,
		       "a host as the one that serves");
	succeeds(next(handle, 0), "...an answer");
	is_hex(INADDR_LOOPBACK,
	       ntohl(((struct sockaddr_in *)(void *)result.narrow.lpcsaBuffer[0].LocalAddr.lpSockaddr)->sin_addr.s_addr),
	       "...whose address is the local one");
	end(handle);
}

/* What getservbyname and getservbyport ask for. */
static void check_service(const char *name, const char *found, int port, const char *transport)
{
	HANDLE handle = begin(query(NS_DNS, &service_by_name, name), LUP_RETURN_NAME | LUP_RETURN_BLOB | LUP_RETURN_TYPE,
			      name);
	const struct servent *service;
	GUID class = SVCID_TCP(0);

	succeeds(next(handle, 0), "...an answer");
	is_string(found, result.narrow.lpszServiceInstanceName, "...its name");
	service = (struct servent *)(void *)result.narrow.lpBlob->pBlobData;
	is_string(found, in_blob(service->s_name), "...in a servent, too");
	is_string(transport, in_blob(service->s_proto), "...its transport");
	is_int(port, ntohs((u_short)service->s_port), "...its port");
	class.Data1 = (strcmp(transport, "tcp") ? 0x000a0000u : 0x00090000u) | (unsigned)port;
	ok(!memcmp(result.narrow.lpServiceClassId, &class, sizeof class), "...its class");
	end(handle);
}

static void check_services(void)
{
	HANDLE handle;

	check_service("smtp/tcp", "smtp", 25, "tcp");
	check_service("telnet", "telnet", 23, "tcp");
	check_service("53/udp", "domain", 53, "udp");
	check_service("21/TCP", "ftp", 21, "tcp");
	handle = begin(query(NS_DNS, &service_by_name, "nosuchservice/tcp"), LUP_RETURN_NAME,
		       "a service that does not exist");
	fails(WSASERVICE_NOT_FOUND, next(handle, 0), "...no answer");
	end(handle);
}

/* A result that is too large stays, until it is told to go. */
static void check_room(void)
{
	HANDLE handle = begin(query(NS_DNS, &host_by_name, "localhost"), LUP_RETURN_NAME | LUP_RETURN_BLOB,
			      "a lookup for little room");
	DWORD size = 0, needed;

	fails(WSAEFAULT, WSALookupServiceNextA(handle, 0, &size, NULL), "no room");
	needed = size;
	ok(needed > sizeof result.narrow, "...says how much it takes");
	size = needed - 1;
	memset(&result, 0x55, sizeof result);
	fails(WSAEFAULT, WSALookupServiceNextA(handle, 0, &size, &result.narrow), "one byte too few");
	is_int(needed, size, "...says how much it takes");
	is_int(0x55, result.bytes[0], "...and writes nothing");
	size = sizeof result;
	succeeds(WSALookupServiceNextA(handle, LUP_RETURN_NAME, &size, &result.narrow), "less than was asked for at first");
	ok(result.narrow.lpszServiceInstanceName && !result.narrow.lpBlob, "...is given");
	end(handle);
	handle = begin(query(NS_DNS, &host_by_name, "localhost"), LUP_RETURN_NAME, "a lookup of a name");
	succeeds(next(handle, LUP_RETURN_ALL), "more than was asked for at first");
	ok(result.narrow.lpszServiceInstanceName && !result.narrow.lpBlob, "...is not given");
	end(handle);
	handle = begin(query(NS_DNS, &host_by_name, "localhost"), LUP_RETURN_NAME, "a lookup again");
	size = 0;
	fails(WSAEFAULT, WSALookupServiceNextA(handle, 0, &size, NULL), "no room");
	fails(WSA_E_NO_MORE, next(handle, LUP_FLUSHPREVIOUS), "what did not fit is flushed");
	succeeds(WSALookupServiceEnd(handle), "...the end");
	fails(WSA_INVALID_HANDLE, WSALookupServiceEnd(handle), "...and not twice");
	fails(WSA_INVALID_HANDLE, next(handle, 0), "...after which it gives nothing");
}

static void check_wide(void)
{
	WCHAR name[] = { 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't', 0 };
	WSAQUERYSETW set;
	HANDLE handle = NULL;
	DWORD size = 0, narrow;

	memset(&set, 0, sizeof set);
	set.dwSize = sizeof set;
	set.dwNameSpace = NS_DNS;
	set.lpServiceClassId = &host_by_name;
	set.lpszServiceInstanceName = name;
	succeeds(WSALookupServiceBeginW(&set, LUP_RETURN_NAME, &handle), "WSALookupServiceBeginW");
	fails(WSAEFAULT, WSALookupServiceNextA(handle, 0, &size, NULL), "its size as bytes");
	narrow = size;
	size = 0;
	fails(WSAEFAULT, WSALookupServiceNextW(handle, 0, &size, NULL), "...and wide");
	is_int(9 * (sizeof(WCHAR) - 1) + sizeof(WCHAR) - 1, size - narrow, "...differ by the name's characters");
	succeeds(WSALookupServiceNextW(handle, 0, &size, &result.wide), "WSALookupServiceNextW, just enough");
	is_string("localhost", narrowed(result.wide.lpszServiceInstanceName), "...the name");
	fails(WSA_E_NO_MORE, WSALookupServiceNextW(handle, 0, &size, &result.wide), "...and nothing more");
	succeeds(WSALookupServiceEnd(handle), "...the end");
}

/* Each network has an interface and says what it is connected to. */
static void check_network(void)
{
	const BLOB *blob = result.narrow.lpBlob;
	DWORD offset = 0, last = 0;
	bool adapter = false, connectivity = false;

	is_int(NS_NLA, result.narrow.dwNameSpace, "a network: the name space");
	ok(result.narrow.lpServiceClassId && !memcmp(result.narrow.lpServiceClassId, &networks, sizeof networks),
	   "...its class");
	ok(result.narrow.lpszServiceInstanceName && *result.narrow.lpszServiceInstanceName, "...its name");
	ok(inside(blob, sizeof *blob) && inside(blob->pBlobData, blob->cbSize), "...its data");
	do {
		const NLA_BLOB *data = (NLA_BLOB *)(void *)(blob->pBlobData + offset);

		last = offset;
		if (data->header.type == NLA_INTERFACE)
			adapter = strlen(data->data.interfaceData.adapterName) > 0;
		if (data->header.type == NLA_CONNECTIVITY)
			connectivity = data->data.connectivity.internet <= NLA_INTERNET_YES;
		offset = data->header.nextOffset;
	} while (offset > last && offset < blob->cbSize);
	is_int(0, offset, "...whose list ends");
	ok(adapter, "...which has an adapter");
	ok(connectivity, "...and says what it is connected to");
}

static void check_networks(void)
{
	WSAQUERYSETA set = query(NS_ALL, NULL, NULL);
	HANDLE handle = begin(set, LUP_RETURN_ALL | LUP_DEEP, "everything: the networks");
	char name[256] = "";
	int count = 0;

	while (!next(handle, LUP_RETURN_ALL)) {
		check_network();
		snprintf(name, sizeof name, "%s", result.narrow.lpszServiceInstanceName);
		count++;
	}
	is_error(WSA_E_NO_MORE, WSAGetLastError(), "...no more than %d", count);
	fails(WSAEWOULDBLOCK, WSANSPIoctl(handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, NULL, NULL),
	      "nothing has changed");
	fails(WSA_E_NO_MORE, next(handle, LUP_RETURN_ALL), "...so that there is nothing new");
	fails(WSAEOPNOTSUPP, WSANSPIoctl(handle, SIO_NSP_NOTIFY_CHANGE + 1, NULL, 0, NULL, 0, NULL, NULL),
	      "another code");
	succeeds(WSALookupServiceEnd(handle), "...the end");
	set.lpNSProviderId = &nla;
	set.lpServiceClassId = &networks;
	if (*name)
		set.lpszServiceInstanceName = name;
	handle = begin(set, LUP_RETURN_NAME, "one of them, by its provider");
	if (*name) {
		succeeds(next(handle, 0), "...an answer");
		is_string(name, result.narrow.lpszServiceInstanceName, "...that one");
		ok(!result.narrow.lpBlob, "...without its data");
	}
	end(handle);

	handle = begin(query(NS_DNS, &hostname, NULL), LUP_RETURN_NAME, "a lookup of a host");
	fails(WSAEOPNOTSUPP, WSANSPIoctl(handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, NULL, NULL),
	      "does not tell of changes");
	succeeds(next(handle, 0), "...but answers");
	end(handle);
	fails(WSA_INVALID_HANDLE, WSANSPIoctl(handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, NULL, NULL),
	      "a lookup that has ended");
}

static void check_set(void)
{
	WSAQUERYSETA set = query(NS_DNS, &unknown, "a service");

	succeeds(WSASetServiceA(&set, RNRSERVICE_REGISTER, 0), "WSASetServiceA in NS_DNS does nothing");
	succeeds(WSASetServiceA(&set, RNRSERVICE_DEREGISTER, 0), "...in either direction");
	fails(WSASERVICE_NOT_FOUND, WSASetServiceA(&set, RNRSERVICE_DELETE, 0), "...so that there is nothing to delete");
	fails(WSAEINVAL, WSASetServiceA(&set, (WSAESETSERVICEOP)3, 0), "an operation that does not exist");
	set.lpszServiceInstanceName = NULL;
	fails(WSAEINVAL, WSASetServiceA(&set, RNRSERVICE_REGISTER, 0), "no name");
	set = query(NS_DNS, NULL, "a service");
	fails(WSAEINVAL, WSASetServiceA(&set, RNRSERVICE_REGISTER, 0), "no class");
	set = query(NS_NLA, &networks, "a network");
	fails(WSAEACCES, WSASetServiceA(&set, RNRSERVICE_REGISTER, 0), "a network is not kept");
	set = query(NS_ALL, &networks, "a network");
	fails(WSAEACCES, WSASetServiceA(&set, RNRSERVICE_REGISTER, 0), "...nor in all name spaces");
	set = query(NS_BTH, &unknown, "a service");
	fails(WSASERVICE_NOT_FOUND, WSASetServiceA(&set, RNRSERVICE_REGISTER, 0), "a name space that is not there");
	fails(WSAEFAULT, WSASetServiceW(NULL, RNRSERVICE_REGISTER, 0), "WSASetServiceW of nothing");
}

/* Classes */

static void check_class_name(GUID *class, const char *expected)
{
	char name[64];
	WCHAR wide[64];
	DWORD length = sizeof name;

	succeeds(WSAGetServiceClassNameByClassIdA(class, name, &length), "the name of class %s", expected);
	is_string(expected, name, "...is that");
	is_int(strlen(expected) + 1, length, "...and so long");
	length--;
	fails(WSAEFAULT, WSAGetServiceClassNameByClassIdA(class, name, &length), "one character too few");
	is_int(strlen(expected) + 1, length, "...says how many it takes");
	succeeds(WSAGetServiceClassNameByClassIdW(class, wide, &length), "just enough wide ones");
	is_string(expected, narrowed(wide), "...are the name");
}

static void check_classes(void)
{
	BYTE port[] = { 0xd2, 4, 0, 0 };
	char port_name[] = "TcpPort", name[] = "Our Service";
	WSANSCLASSINFOA infos[2] = { { port_name, NS_DNS, 4, sizeof port, port }, { port_name, NS_SAP, 4, sizeof port, port } };
	WSASERVICECLASSINFOA info = { &unknown, name, 2, infos }, *found = (WSASERVICECLASSINFOA *)(void *)&result;
	WSASERVICECLASSINFOW *wide = (WSASERVICECLASSINFOW *)(void *)&result;
	DWORD size = sizeof result, length = 0;

	wine_may_differ(wine_stub);
	fails(WSAEINVAL, WSAInstallServiceClassA(NULL), "WSAInstallServiceClassA of nothing");
	fails(WSATYPE_NOT_FOUND, WSARemoveServiceClass(&unknown), "no such class to remove");
	fails(WSAEINVAL, WSARemoveServiceClass(NULL), "nothing to remove");
	fails(WSA_INVALID_PARAMETER, WSAGetServiceClassNameByClassIdA(NULL, name, &length), "the name of nothing");
	todo_end();
	if (is_wine()) {
		skip(1, "%s", wine_stub);
		return;
	}
	check_class_name(&ftp, "ftp");
	check_class_name(&host_by_name, "INET_HOSTADDRBYNAME");
	fails(WSANO_DATA, WSAGetServiceClassNameByClassIdA(&unknown, name, &size), "the name of no class");
	fails(WSATYPE_NOT_FOUND, WSAGetServiceClassInfoA(&dns, &unknown, &size, found), "no such class");
	fails(WSAEINVAL, WSAGetServiceClassInfoA(&unknown, &ftp, &size, found), "no such provider");
	fails(WSAEINVAL, WSAGetServiceClassInfoA(NULL, &ftp, &size, found), "no provider");
	fails(WSAEACCES, WSARemoveServiceClass(&hostname), "a class that everybody knows stays");
	fails(WSAEFAULT, WSARemoveServiceClass((GUID *)(void *)bad_pointers()[1].pointer), "a bad pointer");

	succeeds(WSAInstallServiceClassA(&info), "WSAInstallServiceClassA");
	fails(WSAEALREADY, WSAInstallServiceClassA(&info), "...once");
	check_class_name(&unknown, "Our Service");
	size = 0;
	fails(WSAEFAULT, WSAGetServiceClassInfoA(&dns, &unknown, &size, NULL), "no room for it");
	ok(size > sizeof *found, "...says how much it takes");
	succeeds(WSAGetServiceClassInfoA(&dns, &unknown, &size, found), "...which is enough");
	ok(!memcmp(found->lpServiceClassId, &unknown, sizeof unknown), "...the class");
	is_string(name, found->lpszServiceClassName, "...its name");
	is_int(1, found->dwCount, "...what it is in that name space, and not in others");
	is_string("TcpPort", found->lpClassInfos[0].lpszName, "...a value's name");
	ok(found->lpClassInfos[0].dwValueSize == sizeof port && !memcmp(found->lpClassInfos[0].lpValue, port, sizeof port),
	   "...the value");
	size = sizeof result;
	succeeds(WSAGetServiceClassInfoW(&dns, &unknown, &size, wide), "WSAGetServiceClassInfoW");
	is_string(name, narrowed(wide->lpszServiceClassName), "...its name");
	is_string("TcpPort", narrowed(wide->lpClassInfos[0].lpszName), "...the value's name");
	succeeds(WSARemoveServiceClass(&unknown), "WSARemoveServiceClass");
	fails(WSATYPE_NOT_FOUND, WSARemoveServiceClass(&unknown), "...once");
	infos[0].dwValueSize = 0x7fffffff;
	fails(WSAEINVAL, WSAInstallServiceClassA(&info), "a value that is too long");
	infos[0].dwValueSize = sizeof port;
	info.dwCount = 0x7fffffff;
	fails(WSAEINVAL, WSAInstallServiceClassA(&info), "too many values");
	info.dwCount = 2;
	info.lpClassInfos = (WSANSCLASSINFOA *)(void *)bad_pointers()[1].pointer;
	fails(WSAEFAULT, WSAInstallServiceClassA(&info), "values at a bad pointer");
	info.lpszServiceClassName = NULL;
	fails(WSAEINVAL, WSAInstallServiceClassA(&info), "no name");
	fails(WSAEINVAL, WSAInstallServiceClassW(NULL), "WSAInstallServiceClassW of nothing");
}

/* The thread's own structures are not touched by a lookup. */
static void check_thread(void)
{
	struct hostent *host = gethostbyname("127.0.0.2");
	struct servent *service = getservbyname("domain", "udp");
	HANDLE handle = begin(query(NS_DNS, &host_by_name, "localhost"), LUP_RETURN_ALL & ~LUP_RETURN_ALIASES,
			      "a lookup");

	succeeds(next(handle, 0), "...an answer");
	end(handle);
	is_int(2, host->h_addr_list[0][3], "...leaves what gethostbyname has given");
	is_string("domain", service->s_name, "...and getservbyname");
}

int main(void)
{
	WSAQUERYSETA set = query(NS_ALL, &hostname, NULL);
	HANDLE handle = NULL;

	plan_lazy();
	wine_may_differ(wine_stub);
	fails(WSANOTINITIALISED, WSALookupServiceBeginA(&set, LUP_RETURN_NAME, &handle), "a lookup before WSAStartup");
	todo_end();
	winsock_start();
	check_providers();
	check_arguments();
	check_classes();
	if (is_wine()) {
		set = query(NS_ALL, NULL, NULL);
		wine_todo(wine_stub);
		succeeds(WSALookupServiceBeginA(&set, LUP_RETURN_ALL | LUP_DEEP, &handle), "a lookup of everything");
		todo_end();
		skip(1, "lookups: %s", wine_stub);
		return done();
	}
#ifndef __MINGW32__
	check_providers_ex();
#endif
	check_pointers();
	check_own();
	check_host();
	check_restrictions();
	check_services();
	check_room();
	check_wide();
	check_networks();
	check_set();
	check_thread();
	winsock_end();
	fails(WSANOTINITIALISED, next(NULL, 0), "a lookup after WSACleanup");
	return done();
}
