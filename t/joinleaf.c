/* WSAJoinLeaf: multicast by way of multipoint sessions. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

#include <string.h>

enum { LEAF = WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF };

static struct sockaddr_storage group(int family, unsigned short port)
{
	struct sockaddr_storage address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

	memset(&address, 0, sizeof address);
	address.ss_family = family;
	in6->sin6_port = htons(port); /* sin_port lies at the same place */
	if (family == AF_INET) {
		((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(0xefff2a17); /* 239.255.42.23 */
	} else {
		static const unsigned char bytes[16] = { 0xff, 0x15, [14] = 0x2a, [15] = 0x17 };

		memcpy(in6->sin6_addr.s6_addr, bytes, sizeof bytes);
	}
	return address;
}

static int length_of(int family)
{
	return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static const char *join(SOCKET s, const struct sockaddr_storage *address, int length, DWORD flags)
{
	SOCKET leaf = WSAJoinLeaf(s, (const struct sockaddr *)address, length, NULL, NULL, NULL, NULL, flags);

	if (leaf == INVALID_SOCKET)
		return outcome(SOCKET_ERROR);
	return leaf == s ? "success" : "another socket";
}

/* IPv4 by the loopback interface, which has no route for groups of IPv6 on Linux. */
static SOCKET leaf_socket(int family)
{
	SOCKET s = WSASocketA(family, SOCK_DGRAM, IPPROTO_UDP, NULL, 0, LEAF | WSA_FLAG_OVERLAPPED);
	DWORD loopback = htonl(INADDR_LOOPBACK);

	if (s == INVALID_SOCKET)
		bail("WSASocket: %s", error_name(WSAGetLastError()));
	if (family == AF_INET)
		setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, (char *)&loopback, sizeof loopback);
	return s;
}

static void errors(void)
{
	struct sockaddr_storage address = group(AF_INET, 4711), other = group(AF_INET6, 4711), nobody = { 0 };
	SOCKET stream = new_socket(AF_INET, SOCK_STREAM), plain = new_socket(AF_INET, SOCK_DGRAM),
	       leaf = leaf_socket(AF_INET);
	int length = length_of(AF_INET);

	is_string("WSAENOTSOCK", join(INVALID_SOCKET, &address, length, JL_BOTH), "no socket: WSAENOTSOCK");
	is_string("WSAEINVAL", join(stream, &address, length, JL_BOTH), "a stream: WSAEINVAL");
	is_string("WSAEINVAL", join(plain, &address, length, JL_BOTH),
		  "a socket that was not opened for it: WSAEINVAL");
	is_string("WSAEINVAL", join(leaf, &address, length, 0), "neither sender nor receiver: WSAEINVAL");
	is_string("WSAEINVAL", join(leaf, &address, length, JL_SENDER_ONLY | JL_RECEIVER_ONLY),
		  "a sender only and a receiver only: WSAEINVAL");
	is_string("WSAEFAULT", join(leaf, NULL, length, JL_BOTH), "no group: WSAEFAULT");
	is_string("WSAEFAULT", join(leaf, &address, length - 1, JL_BOTH), "too short a group: WSAEFAULT");
	is_string("WSAEAFNOSUPPORT", join(leaf, &other, length_of(AF_INET6), JL_BOTH),
		  "a group of the other family: WSAEAFNOSUPPORT");
	nobody.ss_family = AF_INET;
	is_string("WSAEADDRNOTAVAIL", join(leaf, &nobody, length, JL_BOTH),
		  "an address that is no group: WSAEADDRNOTAVAIL");
	closesocket(leaf);
	closesocket(plain);
	closesocket(stream);
	fails(WSAEINVAL, (int)WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, LEAF),
	      "TCP has no leaves");
	fails(WSAEINVAL,
	      (int)WSASocketA(AF_INET, SOCK_DGRAM, IPPROTO_UDP, NULL, 0,
			      WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_D_LEAF),
	      "UDP has no roots");
}

/* One sends, the other one has joined as told. */
static void sessions(int family)
{
	const char *v = family == AF_INET ? "IPv4" : "IPv6";
	struct sockaddr_storage address, any = { 0 }, name;
	int length = length_of(family), name_length = sizeof name;
	SOCKET sender = leaf_socket(family), receiver = leaf_socket(family);
	DWORD timeout = 5000;
	u_long on = 1;
	char text[8] = "";

	any.ss_family = family;
	succeeds(bind(receiver, (struct sockaddr *)&any, length), "%s: the receiver is bound", v);
	getsockname(receiver, (struct sockaddr *)&name, &name_length);
	address = group(family, ntohs(((struct sockaddr_in *)&name)->sin_port));
	is_string("success", join(receiver, &address, length, JL_RECEIVER_ONLY), "%s: a receiver joins", v);
	is_string("WSAEISCONN", join(receiver, &address, length, JL_RECEIVER_ONLY), "...once: WSAEISCONN");
	is_string("success", join(sender, &address, length, JL_SENDER_ONLY), "%s: a sender joins", v);
	name_length = sizeof name;
	succeeds(getsockname(sender, (struct sockaddr *)&name, &name_length), "...and is bound");
	if (sendto(sender, "abc", 3, 0, (struct sockaddr *)&address, length) != 3) {
		skip(2, "no route for multicast here: %s", error_name(WSAGetLastError()));
	} else {
		setsockopt(receiver, SOL_SOCKET, SO_RCVTIMEO, (char *)&timeout, sizeof timeout);
		is_int(3, recv(receiver, text, sizeof text, 0),
		       "...sends to the group, and the receiver hears it");
		is_string("abc", text, "...this");
	}
	closesocket(receiver);

	/* A sender alone has joined no group. */
	receiver = leaf_socket(family);
	succeeds(bind(receiver, (struct sockaddr *)&any, length), "%s: another socket is bound", v);
	name_length = sizeof name;
	getsockname(receiver, (struct sockaddr *)&name, &name_length);
	address = group(family, ntohs(((struct sockaddr_in *)&name)->sin_port));
	is_string("success", join(receiver, &address, length, JL_SENDER_ONLY), "...and joins as a sender");
	sendto(sender, "abc", 3, 0, (struct sockaddr *)&address, length);
	ioctlsocket(receiver, FIONBIO, &on);
	fails(WSAEWOULDBLOCK, recv(receiver, text, sizeof text, 0), "...and hears nothing");
	closesocket(receiver);
	closesocket(sender);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	wine_may_differ("Wine 8 has no WSAJoinLeaf, and opens what it is asked for");
	errors();
	if (is_wine()) {
		skip(1, "Wine 8 has no WSAJoinLeaf");
	} else {
		sessions(AF_INET);
		sessions(AF_INET6);
	}
	todo_end();
	winsock_end();
	return done();
}
