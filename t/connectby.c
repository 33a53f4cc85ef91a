/* WSAConnectByNameA and W, WSAConnectByList: names, lists, both families, times, and what they give. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "net.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Wine 8 has no such function to link with. */
typedef BOOL(PASCAL *by_list_function)(SOCKET, PSOCKET_ADDRESS_LIST, LPDWORD, LPSOCKADDR, LPDWORD, LPSOCKADDR,
				       const struct timeval *, LPWSAOVERLAPPED);
static by_list_function by_list;

static void find_by_list(void)
{
#ifdef __linux__
	by_list = WSAConnectByList;
#else
	by_list =
		(by_list_function)(void *)GetProcAddress(GetModuleHandleA("ws2_32.dll"), "WSAConnectByList");
#endif
}

static SOCKET server, server6; /* listen on loopback, both at the same port */
static struct sockaddr_in address;
static struct sockaddr_in6 address6;
static char port[8], closed_port[8];

static void start(void)
{
	int length = sizeof address;
	u_long on = 1;

	for (int i = 0; i < 16; i++) { /* until the port is free in both families */
		server = listening_socket(AF_INET, (struct sockaddr_storage *)&(SOCKADDR_STORAGE){ 0 },
					  &length);
		getsockname(server, (struct sockaddr *)&address, &length);
		server6 = new_socket(AF_INET6, SOCK_STREAM);
		memset(&address6, 0, sizeof address6);
		address6.sin6_family = AF_INET6;
		address6.sin6_addr.s6_addr[15] = 1;
		address6.sin6_port = address.sin_port;
		if (bind(server6, (struct sockaddr *)&address6, sizeof address6) == 0 &&
		    listen(server6, 5) == 0)
			break;
		closesocket(server);
		closesocket(server6);
	}
	ioctlsocket(server, FIONBIO, &on);
	ioctlsocket(server6, FIONBIO, &on);
	sprintf(port, "%u", ntohs(address.sin_port));
	sprintf(closed_port, "%u", free_port(AF_INET, SOCK_STREAM));
}

/* So that the servers' queues never fill up. */
static void take_away(void)
{
	SOCKET from[2] = { server, server6 }, taken;

	for (int i = 0; i < 2; i++)
		while ((taken = accept(from[i], NULL, NULL)) != INVALID_SOCKET)
			closesocket(taken);
}

/* TRUE is success, and FALSE has its error. */
static bool yes(BOOL result, const char *what)
{
	int error = WSAGetLastError();
	bool passed = ok(result, "%s", what);

	if (!passed)
		diag("  saw %s", error_name(error));
	take_away();
	return passed;
}

static bool no(int expected, BOOL result, const char *what)
{
	int error = WSAGetLastError();

	return is_error(expected, result ? 0 : error, "%s: %s", what, error_name(expected));
}

static BOOL by_name(SOCKET s, const char *node, const char *service)
{
	/* mingw-w64 has them as strings that could be written to. */
	return WSAConnectByNameA(s, (char *)node, (char *)service, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* Both look at the names first. */
static void arguments(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM), gone = new_socket(AF_INET, SOCK_STREAM),
	       datagram = new_socket(AF_INET, SOCK_DGRAM);
	WSAOVERLAPPED overlapped = { 0 };

	closesocket(gone);
	no(WSAEINVAL, by_name(s, NULL, port), "no node");
	no(WSAEINVAL, by_name(s, "127.0.0.1", NULL), "no service");
	no(WSAEINVAL, by_name(gone, "127.0.0.1", NULL), "no service and no socket");
	no(WSAEINVAL, WSAConnectByNameA(s, "127.0.0.1", port, NULL, NULL, NULL, NULL, NULL, &overlapped),
	   "what is reserved");
	wine_may_differ("Wine looks for the names first");
	no(WSAENOTSOCK, by_name(INVALID_SOCKET, "127.0.0.1", port), "no socket");
	no(WSAENOTSOCK, by_name(gone, "127.0.0.1", port), "a closed socket");
	todo_end();
	wine_may_differ("versions of Windows have three errors for it");
	no(WSAEFAULT, by_name(datagram, "127.0.0.1", port), "a datagram socket");
	todo_end();
	no(WSATYPE_NOT_FOUND, by_name(s, "127.0.0.1", "nonexistentservice"), "an unknown service");
	if (is_wine()) {
		skip(2, "Wine uses bad pointers");
	} else {
		struct timeval before = { -1, 0 };
		const struct bad_pointer *bad = bad_pointers() + 2;

		no(WSAEFAULT, by_name(s, bad->pointer, port), "a node that cannot be read");
		no(WSAEFAULT, by_name(s, "127.0.0.1", bad->pointer), "a service that cannot be read");
		no(WSAEFAULT,
		   WSAConnectByNameA(s, "127.0.0.1", port, NULL, NULL, NULL, NULL,
				     (struct timeval *)bad->pointer, NULL),
		   "a time that cannot be read");
		no(WSAEINVAL, WSAConnectByNameA(s, "127.0.0.1", port, NULL, NULL, NULL, NULL, &before, NULL),
		   "a time below 0");
	}
	closesocket(datagram);
	closesocket(s);
}

static void names(void)
{
	struct sockaddr_in local, remote, own, peer;
	DWORD local_length = sizeof local, remote_length = sizeof remote;
	int length = sizeof own;
	DWORD yes_it_is = 1;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	memset(&local, 0xcc, sizeof local);
	yes(WSAConnectByNameA(s, "127.0.0.1", port, &local_length, (struct sockaddr *)&local, &remote_length,
			      (struct sockaddr *)&remote, NULL, NULL),
	    "an address and a port");
	setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, (char *)&yes_it_is, sizeof yes_it_is);
	succeeds(getsockname(s, (struct sockaddr *)&own, &length), "...getsockname");
	succeeds(getpeername(s, (struct sockaddr *)&peer, &length), "...getpeername");
	is_int(sizeof local, local_length, "...the length of the local address");
	is_int(sizeof remote, remote_length, "...and of the remote one");
	ok(local.sin_family == AF_INET && local.sin_addr.s_addr == own.sin_addr.s_addr,
	   "...the local address");
	is_int(0, local.sin_port, "...without its port");
	ok(remote.sin_port == address.sin_port && !memcmp(&peer, &remote, sizeof peer),
	   "...the remote address");
	no(WSAEISCONN, by_name(s, "127.0.0.1", port), "a connected socket");
	closesocket(s);

	s = new_socket(AF_INET, SOCK_STREAM);
	memset(&local, 0, sizeof local);
	memset(&remote, 0, sizeof remote);
	yes(WSAConnectByNameA(s, "127.0.0.1", port, NULL, (struct sockaddr *)&local, NULL,
			      (struct sockaddr *)&remote, NULL, NULL),
	    "places without lengths");
	ok(!local.sin_family && !remote.sin_family, "...get nothing");
	closesocket(s);

	s = new_socket(AF_INET, SOCK_STREAM);
	local_length = remote_length = 5;
	yes(WSAConnectByNameA(s, "127.0.0.1", port, &local_length, NULL, &remote_length, NULL, NULL, NULL),
	    "lengths without places");
	ok(local_length == 5 && remote_length == 5, "...stay");
	closesocket(s);

	s = new_socket(AF_INET, SOCK_STREAM);
	local_length = remote_length = 3;
	no(WSAEFAULT,
	   WSAConnectByNameA(s, "127.0.0.1", port, &local_length, (struct sockaddr *)&local, &remote_length,
			     (struct sockaddr *)&remote, NULL, NULL),
	   "too little room");
	ok(local_length == 3 && remote_length == 3, "...the lengths stay");
	closesocket(s);
	s = new_socket(AF_INET, SOCK_STREAM);
	local_length = remote_length = sizeof(struct sockaddr_in) + 7;
	yes(WSAConnectByNameA(s, "127.0.0.1", port, &local_length, (struct sockaddr *)&local, &remote_length,
			      (struct sockaddr *)&remote, NULL, NULL),
	    "more room than it takes");
	ok(local_length == sizeof local && remote_length == sizeof remote, "...the lengths say what it took");
	closesocket(s);
}

/* The call waits whether the socket does or not, and works with one that is bound. */
static void modes(void)
{
	struct sockaddr_storage own;
	int length, again = sizeof own;
	u_long on = 1;
	char byte;
	WCHAR wide_port[sizeof port];
	SOCKET s = bound_socket(AF_INET, SOCK_STREAM, &own, &length);
	unsigned short bound_to = ((struct sockaddr_in *)&own)->sin_port;

	ioctlsocket(s, FIONBIO, &on);
	wine_may_differ("Wine does not wait for a socket that does not");
	ok(by_name(s, "localhost", port), "a socket that is bound and does not block");
	todo_end();
	getsockname(s, (struct sockaddr *)&own, &again);
	wine_may_differ("Wine may take its address away");
	is_int(bound_to, ((struct sockaddr_in *)&own)->sin_port, "...has its port");
	todo_end();
	fails(WSAEWOULDBLOCK, recv(s, &byte, 1, 0), "...and does not block");
	closesocket(s);
	take_away();

	s = new_socket(AF_INET, SOCK_STREAM);
	no(WSAECONNREFUSED, by_name(s, "127.0.0.1", closed_port), "a port that nobody has");
	wine_todo("Wine's socket is of no use after a refused connect");
	yes(by_name(s, "127.0.0.1", port), "...and then one that somebody has");
	todo_end();
	closesocket(s);

	s = new_socket(AF_INET, SOCK_STREAM);
	wine_may_differ("Wine 8 may lack it");
	for (int i = 0; i < (int)sizeof port; i++)
		wide_port[i] = (WCHAR)port[i];
	yes(WSAConnectByNameW(s, (WCHAR[]){ L"127.0.0.1" }, wide_port, NULL, NULL, NULL, NULL, NULL, NULL),
	    "wide names");
	todo_end();
	closesocket(s);
}

static SOCKET dual_socket(void)
{
	SOCKET s = new_socket(AF_INET6, SOCK_STREAM);
	DWORD off = 0;

	if (setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&off, sizeof off) != 0)
		bail("IPV6_V6ONLY");
	return s;
}

static bool peer_is_mapped(const struct sockaddr_in6 *peer)
{
	static const unsigned char prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(peer->sin6_addr.s6_addr, prefix, sizeof prefix);
}

static void families(void)
{
	struct sockaddr_in6 remote;
	DWORD length = sizeof remote;
	SOCKET s = new_socket(AF_INET6, SOCK_STREAM);

	yes(by_name(s, "::1", port), "IPv6");
	closesocket(s);
	if (is_wine()) {
		skip(4, "Wine has a socket of one family seek addresses of any");
		return;
	}
	s = new_socket(AF_INET6, SOCK_STREAM);
	ok(!by_name(s, "127.0.0.1", port), "an IPv6 socket does not reach IPv4");
	closesocket(s);
	s = dual_socket();
	yes(WSAConnectByNameA(s, "127.0.0.1", port, NULL, NULL, &length, (struct sockaddr *)&remote, NULL,
			      NULL),
	    "...unless it speaks both");
	is_int(sizeof remote, length, "...the peer is one of its own family");
	ok(peer_is_mapped(&remote) && remote.sin6_port == address.sin_port, "...mapped");
	closesocket(s);
}

/* A listener whose queue is full lets everybody wait. */
static void times(void)
{
	enum { MOST = 8 };
	struct sockaddr_storage full_address;
	struct timeval a_while = { 0, 300000 }, none = { 0, 0 };
	int length, used = 0;
	SOCKET full = bound_socket(AF_INET, SOCK_STREAM, &full_address, &length), sockets[MOST], s;
	char full_port[8], byte;
	long long began;
	u_long on = 1;

	if (is_wine()) {
		closesocket(full);
		skip(5, "Wine 8 knows no time");
		return;
	}
	listen(full, 0);
	sprintf(full_port, "%u", ntohs(((struct sockaddr_in *)&full_address)->sin_port));
	while (used < MOST) { /* to be sure: what the queue takes, and more */
		sockets[used] = new_socket(AF_INET, SOCK_STREAM);
		ioctlsocket(sockets[used], FIONBIO, &on);
		connect(sockets[used++], (struct sockaddr *)&full_address, length);
	}
	s = new_socket(AF_INET, SOCK_STREAM);
	began = now_ms();
	no(WSAETIMEDOUT, WSAConnectByNameA(s, "127.0.0.1", full_port, NULL, NULL, NULL, NULL, &a_while, NULL),
	   "somebody who does not answer");
	ok(now_ms() - began >= 300, "...for so long");
	no(WSAETIMEDOUT, WSAConnectByNameA(s, "127.0.0.1", port, NULL, NULL, NULL, NULL, &none, NULL),
	   "no time at all");
	yes(WSAConnectByNameA(s, "127.0.0.1", port, NULL, NULL, NULL, NULL, &(struct timeval){ 20, 0 }, NULL),
	    "...and then somebody who does, in time");
	is_int(0, recv(s, &byte, 1, 0), "...and the socket blocks as it did");
	closesocket(s);
	while (used)
		closesocket(sockets[--used]);
	closesocket(full);
}

static union {
	SOCKET_ADDRESS_LIST list;
	char room[sizeof(SOCKET_ADDRESS_LIST) + 4 * sizeof(SOCKET_ADDRESS)];
} list;

static void put(int index, void *address_of_one, int length)
{
	SOCKET_ADDRESS *entry = (void *)(list.room + offsetof(SOCKET_ADDRESS_LIST, Address));

	list.list.iAddressCount = index + 1;
	entry[index].lpSockaddr = address_of_one;
	entry[index].iSockaddrLength = length;
}

static BOOL try_list(SOCKET s)
{
	return by_list(s, &list.list, NULL, NULL, NULL, NULL, NULL, NULL);
}

static void lists(void)
{
	struct sockaddr_in nobody = address, local;
	struct sockaddr_in6 nobody6 = address6, remote, mapped = { .sin6_family = AF_INET6 };
	DWORD local_length = sizeof local, remote_length = sizeof remote;
	WSAOVERLAPPED overlapped = { 0 };
	int length = sizeof nobody;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	nobody.sin_port = htons(free_port(AF_INET, SOCK_STREAM));
	nobody6.sin6_port = htons(free_port(AF_INET6, SOCK_STREAM));
	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&mapped.sin6_addr.s6_addr[12], &address.sin_addr, 4);
	mapped.sin6_port = address.sin_port;

	list.list.iAddressCount = 0;
	no(WSAEINVAL, try_list(s), "a list of nobody");
	no(WSAEFAULT, by_list(s, NULL, NULL, NULL, NULL, NULL, NULL, NULL), "no list");
	list.list.iAddressCount = -1;
	no(WSAEINVAL, try_list(s), "less than nobody");
	put(0, &address, sizeof address);
	no(WSAEINVAL, by_list(s, &list.list, NULL, NULL, NULL, NULL, NULL, &overlapped), "what is reserved");
	no(WSAENOTSOCK, try_list(INVALID_SOCKET), "no socket");
	put(0, NULL, sizeof address);
	no(WSAEFAULT, try_list(s), "an address that is nowhere");
	put(0, &address, sizeof address - 1);
	no(WSAEFAULT, try_list(s), "an address that is too short");
	put(0, &address6, sizeof address6);
	no(WSAEAFNOSUPPORT, try_list(s), "an address of the other family");
	put(0, &nobody, sizeof nobody);
	put(1, &nobody, sizeof nobody);
	no(WSAECONNREFUSED, try_list(s), "addresses that nobody has");
	put(1, &address6, sizeof address6);
	put(2, &address, sizeof address);
	yes(by_list(s, &list.list, &local_length, (struct sockaddr *)&local, &remote_length,
		    (struct sockaddr *)&remote, NULL, NULL),
	    "two that are of no use, and one that somebody has");
	is_int(sizeof local, local_length, "...the length of the local address");
	is_int(sizeof local, remote_length, "...and of the remote one");
	ok(!memcmp(&remote, &address, sizeof address), "...which is that one");
	succeeds(getsockname(s, (struct sockaddr *)&nobody, &length), "...getsockname");
	ok(!memcmp(&local, &nobody, sizeof local), "...is the local address, with its port");
	no(WSAEISCONN, try_list(s), "a connected socket");
	closesocket(s);

	s = new_socket(AF_INET6, SOCK_STREAM);
	put(0, &nobody6, sizeof nobody6);
	put(1, &address6, sizeof address6);
	yes(try_list(s), "IPv6");
	closesocket(s);
	s = dual_socket();
	put(0, &nobody6, sizeof nobody6);
	put(1, &mapped, sizeof mapped);
	yes(try_list(s), "an IPv4 address inside an IPv6 one");
	closesocket(s);
	s = dual_socket();
	put(1, &address, sizeof address);
	remote_length = sizeof remote;
	yes(by_list(s, &list.list, NULL, NULL, &remote_length, (struct sockaddr *)&remote, NULL, NULL),
	    "an IPv4 address, for a socket that speaks both");
	ok(remote_length == sizeof remote && peer_is_mapped(&remote), "...is mapped");
	closesocket(s);
}

/* The best address is tried first, wherever it stands. */
static void order(void)
{
	struct sockaddr_in far_away = address;
	struct timeval a_while = { 10, 0 };
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	long long began = now_ms();

	far_away.sin_addr.s_addr = htonl(0xc0000201); /* 192.0.2.1 is nobody's */
	put(0, &far_away, sizeof far_away);
	put(1, &address, sizeof address);
	yes(by_list(s, &list.list, NULL, NULL, NULL, NULL, &a_while, NULL),
	    "this host before one that is far away");
	ok(now_ms() - began < 9000, "...which was not waited for");
	closesocket(s);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	find_by_list();
	start();
	arguments();
	names();
	modes();
	families();
	times();
	if (by_list) {
		lists();
		order();
	} else {
		skip(24, "Wine 8 has no WSAConnectByList");
	}
	closesocket(server);
	closesocket(server6);
	winsock_end();
	return done();
}
