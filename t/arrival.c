/* What WSARecvMsg tells of datagrams that come over a link, and which of them come at all: broadcasts of
 * others and of this host, and interfaces that are listed. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include <string.h>

#include "tap/link.h"
#include "tap/net.h"

enum { PORT = 7200, LONG_ENOUGH = 200 };

static LPFN_WSARECVMSG receive_message;
static SOCKET here, there, own; /* a receiver, and senders on either side */

static void set(SOCKET s, int level, int name, DWORD value)
{
	if (setsockopt(s, level, name, (char *)&value, sizeof value))
		bail("option %d: %s", name, error_name(WSAGetLastError()));
}

static SOCKET sender(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	set(s, SOL_SOCKET, SO_BROADCAST, 1);
	return s;
}

static void open_sockets(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	link_enter(THERE);
	link_default_route("10.9.0.1"); /* for 255.255.255.255 */
	there = sender();
	link_enter(HERE);
	link_loopback();
	own = sender();
	here = new_socket(AF_INET, SOCK_DGRAM);
	find_extension((GUID)WSAID_WSARECVMSG, &receive_message);
	if (bind(here, (struct sockaddr *)&any, sizeof any))
		bail("the receiver: %s", error_name(WSAGetLastError()));
}

/* Sends one datagram to that address, and says what came of it: "10.9.0.1 if 3, 0x400", or "nothing". */
static const char *arrival(SOCKET from, const char *to)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct timeval time = { 0, LONG_ENOUGH * 1000 };
	ULONG64 room[16];
	char byte, text[32];
	WSABUF buffer = { 1, &byte };
	WSAMSG message = { NULL, 0, &buffer, 1, { sizeof room, (char *)room }, 0 };
	IN_PKTINFO info;
	fd_set set;
	DWORD count;

	inet_pton(AF_INET, to, &address.sin_addr);
	if (sendto(from, "x", 1, 0, (struct sockaddr *)&address, sizeof address) != 1)
		return words("not sent: %s", error_name(WSAGetLastError()));
	FD_ZERO(&set);
	FD_SET(here, &set);
	if (select(0, &set, NULL, NULL, &time) != 1)
		return "nothing";
	if (receive_message(here, &message, &count, NULL, NULL))
		return error_name(WSAGetLastError());
	if (!WSA_CMSG_FIRSTHDR(&message))
		return words("no message, %#lx", (unsigned long)message.dwFlags);
	memcpy(&info, WSA_CMSG_DATA(WSA_CMSG_FIRSTHDR(&message)), sizeof info);
	inet_ntop(AF_INET, &info.ipi_addr, text, sizeof text);
	return words("%s if %lu, %#lx", text, (unsigned long)info.ipi_ifindex,
		     (unsigned long)message.dwFlags);
}

int main(void)
{
	const char *reason = link_make();
	unsigned index;

	if (reason)
		skip_all("%s", reason);
	link_loopback();
	plan_lazy();
	winsock_start();
	open_sockets();
	index = link_index(HERE);
	set(here, IPPROTO_IP, IP_PKTINFO, 1);

	is_string(words("10.9.0.1 if %u, 0", index), arrival(there, "10.9.0.1"), "a datagram to this host");
	is_string(words("10.255.255.255 if %u, %#x", index, MSG_BCAST), arrival(there, "10.255.255.255"),
		  "a broadcast to the network");
	is_string(words("255.255.255.255 if %u, %#x", index, MSG_BCAST), arrival(there, "255.255.255.255"),
		  "a broadcast to the link");
	is_string(words("10.255.255.255 if %u, %#x", index, MSG_BCAST), arrival(own, "10.255.255.255"),
		  "a broadcast of this host's own");

	set(here, IPPROTO_IP, IP_RECEIVE_BROADCAST, 0);
	is_string("nothing", arrival(there, "10.255.255.255"),
		  "without IP_RECEIVE_BROADCAST: none to the network");
	is_string("nothing", arrival(there, "255.255.255.255"), "...none to the link");
	is_string("nothing", arrival(own, "10.255.255.255"), "...none of this host's own");
	is_string(words("10.9.0.1 if %u, 0", index), arrival(there, "10.9.0.1"),
		  "...but what is sent to this host");
	set(here, IPPROTO_IP, IP_RECEIVE_BROADCAST, 1);
	is_string(words("10.255.255.255 if %u, %#x", index, MSG_BCAST), arrival(there, "10.255.255.255"),
		  "and all with it");

	set(here, IPPROTO_IP, IP_ADD_IFLIST, 1);
	set(here, IPPROTO_IP, IP_IFLIST, 1);
	is_string("nothing", arrival(there, "10.9.0.1"),
		  "IP_IFLIST, of the loopback interface: nothing from the link");
	is_string("127.0.0.1 if 1, 0", arrival(own, "127.0.0.1"), "...but from there");
	set(here, IPPROTO_IP, IP_ADD_IFLIST, index);
	is_string(words("10.9.0.1 if %u, 0", index), arrival(there, "10.9.0.1"), "of both: from both");
	set(here, IPPROTO_IP, IP_DEL_IFLIST, 1);
	is_string("nothing", arrival(own, "127.0.0.1"), "of the link: nothing from the loopback interface");
	is_string(words("10.9.0.1 if %u, 0", index), arrival(there, "10.9.0.1"), "...but from the link");
	set(here, IPPROTO_IP, IP_RECEIVE_BROADCAST, 0);
	is_string("nothing", arrival(there, "10.255.255.255"), "both at once: no broadcasts");
	is_string(words("10.9.0.1 if %u, 0", index), arrival(there, "10.9.0.1"), "...but the rest");
	closesocket(here);
	closesocket(there);
	closesocket(own);
	winsock_end();
	return done();
}
