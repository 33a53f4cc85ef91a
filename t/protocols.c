/* The catalogue of protocols and their providers: WSAEnumProtocols, WSCEnumProtocols, WSCGetProviderPath and the
 * like, WSAProviderConfigChange, WSAGetQOSByName. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <ws2spi.h>

#include "net.h"

#include <stdio.h>
#include <string.h>

static const char wine_catalogue[] = "Wine has a catalogue of its own";
static const char wine_stub[] = "Wine does nothing here";
static const char wine_pointers[] = "Wine uses bad pointers";

enum { MOST = 64 };
static WSAPROTOCOL_INFOA narrow[MOST];
static WSAPROTOCOL_INFOW wide[MOST], hidden[MOST];

static const GUID tcpip = { 0xe70f1aa0, 0xab8b, 0x11cf, { 0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } };
static const GUID tcpip6 = { 0xf9eab0c0, 0x26d4, 0x11d0, { 0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4 } };

/* What Windows 10 lists; RAW is not for programs to choose. */
static const struct {
	int number, family, type, protocol, address;
	DWORD flags, message;
	bool shown;
	const char *name;
} entries[] = {
	{ 1001, AF_INET, SOCK_STREAM, IPPROTO_TCP, 16, 0x20066, 0, true, "MSAFD Tcpip [TCP/IP]" },
	{ 1002, AF_INET, SOCK_DGRAM, IPPROTO_UDP, 16, 0x20609, 65467, true, "MSAFD Tcpip [UDP/IP]" },
	{ 1003, AF_INET, SOCK_RAW, 0, 16, 0x20609, 32768, false, "MSAFD Tcpip [RAW/IP]" },
	{ 1004, AF_INET6, SOCK_STREAM, IPPROTO_TCP, 28, 0x20066, 0, true, "MSAFD Tcpip [TCP/IPv6]" },
	{ 1005, AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 28, 0x20609, 65467, true, "MSAFD Tcpip [UDP/IPv6]" },
	{ 1006, AF_INET6, SOCK_RAW, 0, 28, 0x20609, 32768, false, "MSAFD Tcpip [RAW/IPv6]" },
	{ 1007, AF_UNIX, SOCK_STREAM, 0, 110, 0x20026, 0, true, "AF_UNIX" },
};
enum { ENTRIES = sizeof entries / sizeof *entries, SHOWN = ENTRIES - 2 };

static void check_entry(int i, const WSAPROTOCOL_INFOW *seen)
{
	const char *name = entries[i].name;

	is_int(entries[i].number, seen->dwCatalogEntryId, "%s: its number", name);
	is_int(entries[i].family, seen->iAddressFamily, "%s: its family", name);
	is_int(entries[i].type, seen->iSocketType, "%s: its type", name);
	is_int(entries[i].protocol, seen->iProtocol, "%s: its protocol", name);
	is_int(entries[i].address, seen->iMaxSockAddr, "%s: its longest address", name);
	is_hex(entries[i].flags, seen->dwServiceFlags1, "%s: its service", name);
	is_int((int)entries[i].message, (int)seen->dwMessageSize, "%s: its longest message", name);
	is_int(!entries[i].shown, !!(seen->dwProviderFlags & PFL_HIDDEN), "%s: whether it is hidden", name);
	is_int(BASE_PROTOCOL, seen->ProtocolChain.ChainLen, "%s: a base protocol", name);
}

/* The entries that should be there, in their order. */
static void check_catalogue(const WSAPROTOCOL_INFOW *list, int count, bool all)
{
	int next = 0;

	for (int i = 0; i < ENTRIES; i++)
		if ((all || entries[i].shown) && next < count)
			check_entry(i, &list[next++]);
}

static void check_enumeration(void)
{
	DWORD size = 0, whole;
	int count;

	fails(WSAENOBUFS, WSAEnumProtocolsA(NULL, NULL, &size), "WSAEnumProtocolsA, no buffer");
	whole = size;
	ok(whole && whole % sizeof *narrow == 0, "...says how much it takes");
	size = whole - 1;
	memset(narrow, 'x', sizeof narrow);
	fails(WSAENOBUFS, WSAEnumProtocolsA(NULL, narrow, &size), "one byte too few");
	is_int(whole, size, "...says how much it takes, too");
	is_int('x', *(char *)narrow, "...and leaves the buffer alone");
	fails(WSAENOBUFS, WSAEnumProtocolsA(NULL, NULL, &size), "enough bytes, but no buffer");
	count = WSAEnumProtocolsA(NULL, narrow, &size);
	is_int(whole / sizeof *narrow, count, "just enough");

	size = 0;
	fails(WSAENOBUFS, WSAEnumProtocolsW(NULL, wide, &size), "WSAEnumProtocolsW, no room");
	is_int((long long)count * sizeof *wide, size, "...says how much it takes");
	is_int(count, WSAEnumProtocolsW(NULL, wide, &size), "...and gives as many");
	for (int i = 0; i < count; i++) {
		bool same = true;

		for (int c = 0; c < 256 && (c == 0 || narrow[i].szProtocol[c - 1]); c++)
			same = same && narrow[i].szProtocol[c] == (char)wide[i].szProtocol[c];
		ok(same, "%s: both forms have its name", narrow[i].szProtocol);
		ok(narrow[i].dwCatalogEntryId == wide[i].dwCatalogEntryId &&
		   narrow[i].iSocketType == wide[i].iSocketType, "...and the rest");
		is_int(BIGENDIAN, narrow[i].iNetworkByteOrder, "...and network order");
	}
	wine_may_differ(wine_catalogue);
	is_int(SHOWN, count, "...those that Windows has");
	check_catalogue(wide, count, false);
	is_string(entries[0].name, narrow[0].szProtocol, "the first one's name");
	ok(!memcmp(&tcpip, &narrow[0].ProviderId, sizeof tcpip), "...and its provider");
	ok(!memcmp(&tcpip6, &narrow[2].ProviderId, sizeof tcpip6), "the provider of IPv6");
	todo_end();
}

/* A list that ends with 0 */
static void check_asked(void)
{
	int some[] = { 0xdead, IPPROTO_UDP, 0xcafe, IPPROTO_TCP, 0xbeef, 0 }, udp[] = { IPPROTO_UDP, 0 };
	int none[] = { 0 }, unknown[] = { 0xdead, 0 };
	DWORD size = sizeof narrow;
	int count = WSAEnumProtocolsA(some, narrow, &size);

	is_int(4, count, "TCP and UDP among protocols that do not exist: of both families");
	is_int(IPPROTO_TCP, narrow[0].iProtocol, "...in the order of the catalogue");
	is_int(IPPROTO_UDP, narrow[1].iProtocol, "...which has UDP second");
	size = 0;
	fails(WSAENOBUFS, WSAEnumProtocolsA(udp, NULL, &size), "UDP alone");
	is_int(2 * sizeof *narrow, size, "...takes less");
	is_int(2, WSAEnumProtocolsA(udp, narrow, &size), "...and that is enough");
	size = sizeof narrow;
	is_int(0, WSAEnumProtocolsA(unknown, narrow, &size), "no protocol that exists");
	size = sizeof narrow;
	is_int(0, WSAEnumProtocolsA(none, narrow, &size), "an empty list");
}

static void check_socket(void)
{
	WSAPROTOCOL_INFOW info;
	DWORD size = sizeof wide;
	int count = WSAEnumProtocolsW(NULL, wide, &size), length = sizeof info, same = 0;
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	succeeds(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &length), "SO_PROTOCOL_INFOW");
	for (int i = 0; i < count; i++)
		same += !memcmp(&info, &wide[i], sizeof info);
	is_int(1, same, "a socket's protocol is an entry");
	closesocket(s);
	s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &wide[0], 0, 0);
	ok(s != INVALID_SOCKET, "an entry makes a socket");
	length = sizeof info;
	succeeds(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &length), "...which has");
	is_int(wide[0].dwCatalogEntryId, info.dwCatalogEntryId, "...that entry");
	closesocket(s);
}

static void check_pointers(void)
{
	int udp[] = { IPPROTO_UDP, 0 }, error = 0;
	DWORD size = sizeof narrow;

	if (is_wine()) {
		skip(1, "bad pointers: %s", wine_pointers);
		return;
	}
	for (const struct bad_pointer *bad = bad_pointers(); bad->name; bad++) {
		fails(WSAEFAULT, WSAEnumProtocolsA(udp, narrow, (DWORD *)(void *)bad->pointer), "size: %s", bad->name);
		size = sizeof narrow;
		if (bad->pointer) {
			fails(WSAEFAULT, WSAEnumProtocolsA((int *)(void *)bad->pointer, narrow, &size), "list: %s",
			      bad->name);
			fails(WSAEFAULT, WSAEnumProtocolsA(udp, (void *)bad->pointer, &size), "buffer: %s", bad->name);
		}
		is_int(SOCKET_ERROR, WSCEnumProtocols(udp, hidden, (DWORD *)(void *)bad->pointer, &error),
		       "WSCEnumProtocols, size: %s", bad->name);
		is_error(WSAEFAULT, error, "...the error");
		is_int(SOCKET_ERROR, WSCEnumProtocols(NULL, NULL, &size, (int *)(void *)bad->pointer),
		       "WSCEnumProtocols, error: %s", bad->name);
		is_int(SOCKET_ERROR, WSCGetProviderPath((GUID *)(void *)bad->pointer, NULL, &error, &error),
		       "WSCGetProviderPath: %s", bad->name);
		is_error(WSAEFAULT, error, "...the error");
		fails(WSAEFAULT, WSAProviderConfigChange((HANDLE *)(void *)bad->pointer, NULL, NULL),
		      "WSAProviderConfigChange: %s", bad->name);
	}
}

static void check_hidden(void)
{
	DWORD size = 0;
	int error = 0, count, raw = 0;

	is_int(SOCKET_ERROR, WSCEnumProtocols(NULL, NULL, &size, &error), "WSCEnumProtocols, no buffer");
	is_error(WSAENOBUFS, error, "...the error");
	ok(size && size % sizeof *hidden == 0, "...says how much it takes");
	count = WSCEnumProtocols(NULL, hidden, &size, &error);
	is_int(size / sizeof *hidden, count, "...which is enough");
	for (int i = 0; i < count; i++)
		raw += hidden[i].iSocketType == SOCK_RAW;
	wine_may_differ(wine_catalogue);
	is_int(2, raw, "the raw protocols are hidden from WSAEnumProtocols, and here");
	is_int(ENTRIES, count, "...those that Windows has");
	check_catalogue(hidden, count, true);
	todo_end();
}

static void check_path(void)
{
	GUID provider = tcpip, unknown = { 0 };
	WCHAR path[256] = { 0 };
	int length, error = 0;

	is_int(SOCKET_ERROR, WSCGetProviderPath(NULL, NULL, NULL, NULL), "WSCGetProviderPath of nothing");
	is_int(SOCKET_ERROR, WSCGetProviderPath(NULL, NULL, NULL, &error), "...with a place for the error");
	is_error(WSAEFAULT, error, "...which is this");
	error = 0;
	is_int(SOCKET_ERROR, WSCGetProviderPath(&unknown, NULL, NULL, &error), "no length");
	is_error(WSAEFAULT, error, "...the error");
	length = -1;
	is_int(SOCKET_ERROR, WSCGetProviderPath(&unknown, NULL, &length, &error), "a length that is none");
	is_error(WSAEINVAL, error, "...the error");
	is_int(-1, length, "...and it is left");
	length = 256;
	error = 0;
	wine_todo("Wine knows every provider");
	is_int(SOCKET_ERROR, WSCGetProviderPath(&unknown, path, &length, &error), "a provider that does not exist");
	is_error(WSAEINVAL, error, "...the error");
	todo_end();
	is_int(256, length, "...and the length is left");
	wine_may_differ(wine_stub);
	length = 2;
	is_int(SOCKET_ERROR, WSCGetProviderPath(&provider, path, &length, &error), "too little room");
	is_error(WSAEFAULT, error, "...the error");
	is_int(sizeof "%SystemRoot%\\system32\\mswsock.dll", length, "...and how many characters it takes");
	is_int(0, WSCGetProviderPath(&provider, path, &length, &error), "...which are enough");
	ok(path[0] == '%' && path[12] == '\\' && path[length - 5] == '.' && !path[length - 1],
	   "...the path of a library, with the variable of the system's directory");
	todo_end();
}

/* Wine 8 lacks the second one of these. */
#ifdef __MINGW32__
#define WSCGetApplicationCategory(...) \
	((int(WINAPI *)(LPCWSTR, DWORD, LPCWSTR, DWORD, DWORD *, LPINT))category)(__VA_ARGS__)
static FARPROC category;
#endif

static void check_layers(void)
{
	static const WCHAR program[] = { 'c', ':', '\\', 'a', '.', 'e', 'x', 'e', 0 };
	GUID provider = tcpip, unknown = { 0 };
	BYTE info[4] = { 1, 1, 1, 1 };
	DWORD categories;
	size_t size = 0;
	int error = 0;

	is_int(SOCKET_ERROR, WSCGetProviderInfo(NULL, (WSC_PROVIDER_INFO_TYPE)-1, NULL, NULL, 0, NULL),
	       "WSCGetProviderInfo of nothing");
	is_int(SOCKET_ERROR, WSCGetProviderInfo(NULL, ProviderInfoLspCategories, info, &size, 0, &error), "no provider");
	is_error(WSAEFAULT, error, "...the error");
	is_int(SOCKET_ERROR, WSCGetProviderInfo(&unknown, (WSC_PROVIDER_INFO_TYPE)-1, info, &size, 0, &error),
	       "a provider that does not exist");
	is_error(WSANO_RECOVERY, error, "...which comes before a type that does not");
	is_int(SOCKET_ERROR, WSCGetProviderInfo(&unknown, ProviderInfoLspCategories, info, NULL, 0, &error),
	       "...and before a size that is NULL");
	is_error(WSANO_RECOVERY, error, "...the error");
	wine_may_differ(wine_stub);
	is_int(SOCKET_ERROR, WSCGetProviderInfo(&provider, ProviderInfoLspCategories, NULL, &size, 0, &error), "no buffer");
	is_error(WSAEFAULT, error, "...the error");
	is_int(sizeof(DWORD), (long long)size, "...and the size");
	is_int(0, WSCGetProviderInfo(&provider, ProviderInfoLspCategories, info, &size, 0, &error),
	       "the categories of a provider that is not layered");
	ok(!info[0] && !info[1] && !info[2] && !info[3], "...are none");
	is_int(SOCKET_ERROR, WSCGetProviderInfo(&provider, ProviderInfoAudit, info, &size, 0, &error), "its records");
	is_error(ERROR_CALL_NOT_IMPLEMENTED, error, "...nobody keeps");
	todo_end();
#ifdef __MINGW32__
	category = GetProcAddress(GetModuleHandleA("ws2_32.dll"), "WSCGetApplicationCategory");
	if (!category) {
		skip(1, "WSCGetApplicationCategory is not there");
		return;
	}
#endif
	is_int(SOCKET_ERROR, WSCGetApplicationCategory(NULL, 0, NULL, 0, NULL, NULL), "WSCGetApplicationCategory of nothing");
	error = 0;
	is_int(SOCKET_ERROR, WSCGetApplicationCategory(NULL, 0, NULL, 0, NULL, &error), "...with a place for the error");
	is_error(WSAEINVAL, error, "...which is this");
	is_int(SOCKET_ERROR, WSCGetApplicationCategory(program, 8, NULL, 0, &categories, &error),
	       "a program that nobody has put into a category");
	is_error(WSASERVICE_NOT_FOUND, error, "...the error");
}

static void check_changes(void)
{
	HANDLE handle = NULL, wrong = (HANDLE)(ULONG_PTR)0x1234;

	wine_may_differ(wine_stub);
	succeeds(WSAProviderConfigChange(&handle, NULL, NULL), "the first WSAProviderConfigChange");
	ok(handle, "...gives a handle");
	fails(WSA_INVALID_HANDLE, WSAProviderConfigChange(&wrong, NULL, NULL), "a handle that is none");
	todo_end();
	if (!is_wine())
		fails(WSAEOPNOTSUPP, WSAProviderConfigChange(&handle, NULL, NULL), "no provider will ever change");
}

static void check_qos(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	char none[8] = { 0, 'x' }, name[] = "G711";
	WSABUF list = { sizeof none, none }, template = { sizeof name, name }, empty = { 0, none };
	QOS qos;

	wine_may_differ(wine_stub);
	is_int(TRUE, WSAGetQOSByName(s, &list, &qos), "WSAGetQOSByName, all templates");
	is_int(0, none[0], "...which are none");
	ok(!WSAGetQOSByName(s, &template, &qos), "a template");
	is_error(WSAEINVAL, WSAGetLastError(), "...the error");
	ok(!WSAGetQOSByName(s, &empty, &qos), "no room for a list");
	is_error(WSAEFAULT, WSAGetLastError(), "...the error");
	ok(!WSAGetQOSByName(s, NULL, &qos), "no name");
	is_error(WSAEFAULT, WSAGetLastError(), "...the error");
	ok(!WSAGetQOSByName(INVALID_SOCKET, NULL, &qos), "no socket");
	is_error(WSAENOTSOCK, WSAGetLastError(), "...the error");
	todo_end();
	closesocket(s);
}

int main(void)
{
	DWORD size = sizeof narrow;
	int error = 0;

	plan_lazy();
	wine_may_differ("Wine does not ask");
	fails(WSANOTINITIALISED, WSAEnumProtocolsA(NULL, narrow, &size), "WSAEnumProtocolsA before WSAStartup");
	todo_end();
	size = sizeof hidden;
	ok(WSCEnumProtocols(NULL, hidden, &size, &error) > 0, "WSCEnumProtocols needs none");
	winsock_start();
	check_enumeration();
	check_asked();
	check_socket();
	check_pointers();
	check_hidden();
	check_path();
	check_layers();
	check_changes();
	check_qos();
	winsock_end();
	return done();
}
