/* WSASendDisconnect, WSARecvDisconnect, and WSAConnect: what goes with a connection beside its data, which
 * TCP has none of. And WSARecvEx. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "net.h"

#include <string.h>

static void sending(void)
{
	WSABUF some = { 3, "bye" }, nothing = { 0, NULL };
	SOCKET fresh = new_socket(AF_INET, SOCK_STREAM), pair[2];
	char byte;

	fails(WSAENOTSOCK, WSASendDisconnect(INVALID_SOCKET, NULL), "WSASendDisconnect of no socket");
	fails(WSAENOTCONN, WSASendDisconnect(fresh, NULL), "...of one without a peer");
	closesocket(fresh);
	for (int i = 0; i < 2; i++) {
		tcp_pair(AF_INET, pair);
		if (!i) {
			wine_todo("Wine does not look at the data");
			fails(WSAENOPROTOOPT, WSASendDisconnect(pair[0], &some), "...with data");
			todo_end();
		}
		if (is_wine() && !i) {
			close_pair(pair);
			tcp_pair(AF_INET, pair);
		}
		is_int(1, send(pair[0], "x", 1, 0), "...which leaves it as it was");
		succeeds(WSASendDisconnect(pair[0], i ? &nothing : NULL), "...with %s",
			 i ? "a buffer of nothing" : "none");
		fails(WSAESHUTDOWN, send(pair[0], "x", 1, 0), "...after which it does not send");
		is_int(1, recv(pair[1], &byte, 1, 0), "...the peer has what was sent before");
		is_int(0, recv(pair[1], &byte, 1, 0), "...and the end");
		is_int(1, send(pair[1], "y", 1, 0), "...and can send");
		is_int(1, recv(pair[0], &byte, 1, 0), "...and is received");
		close_pair(pair);
	}
	if (!is_wine()) {
		tcp_pair(AF_INET, pair);
		for (const struct bad_pointer *bad = bad_pointers() + 1; bad->name; bad++)
			fails(WSAEFAULT, WSASendDisconnect(pair[0], (WSABUF *)bad->pointer), "data at %s",
			      bad->name);
		close_pair(pair);
	}
}

static void receiving(void)
{
	char room[8] = "before", byte;
	WSABUF data = { sizeof room, room };
	SOCKET fresh = new_socket(AF_INET, SOCK_STREAM), pair[2];

	fails(WSAENOTSOCK, WSARecvDisconnect(INVALID_SOCKET, NULL), "WSARecvDisconnect of no socket");
	fails(WSAENOTCONN, WSARecvDisconnect(fresh, NULL), "...of one without a peer");
	closesocket(fresh);
	tcp_pair(AF_INET, pair);
	succeeds(WSARecvDisconnect(pair[0], &data), "...with room for data");
	wine_todo("Wine does not look at it");
	is_int(0, data.len, "...of which none has come");
	todo_end();
	is_string("before", room, "...and nothing is written");
	fails(WSAESHUTDOWN, recv(pair[0], &byte, 1, 0), "...after which it does not receive");
	is_int(1, send(pair[0], "x", 1, 0), "...but sends");
	is_int(1, recv(pair[1], &byte, 1, 0), "...and the peer has it");
	succeeds(WSARecvDisconnect(pair[0], NULL), "...a second time");
	if (!is_wine())
		for (const struct bad_pointer *bad = bad_pointers() + 1; bad->name; bad++)
			fails(WSAEFAULT, WSARecvDisconnect(pair[0], (WSABUF *)bad->pointer), "room at %s",
			      bad->name);
	close_pair(pair);
}

static SOCKET listener;
static struct sockaddr_storage address;
static int length;

static int connect_with(SOCKET s, WSABUF *caller, WSABUF *callee, QOS *socket_qos, QOS *group_qos)
{
	return WSAConnect(s, (struct sockaddr *)&address, length, caller, callee, socket_qos, group_qos);
}

static void connecting(void)
{
	char room[8];
	WSABUF some = { 5, "hello" }, nothing = { 0, NULL }, data = { sizeof room, room };
	QOS qos;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	listener = listening_socket(AF_INET, &address, &length);
	memset(&qos, 0, sizeof qos);
	fails(WSAENOTSOCK, connect_with(INVALID_SOCKET, &some, NULL, NULL, NULL), "WSAConnect of no socket");
	if (is_wine()) {
		skip(5, "Wine looks at none of it");
	} else {
		const struct bad_pointer *bad = bad_pointers() + 1;

		fails(WSAEPROTONOSUPPORT, connect_with(s, &some, NULL, NULL, NULL),
		      "data to go with a connect");
		fails(WSAEFAULT, connect_with(s, (WSABUF *)bad->pointer, NULL, NULL, NULL),
		      "...that is nowhere");
		fails(WSAEINVAL, connect_with(s, NULL, NULL, NULL, &qos), "flows for a group");
		qos.SendingFlowspec.ServiceType = SERVICETYPE_GUARANTEED;
		fails(WSAEOPNOTSUPP, connect_with(s, NULL, NULL, &qos, NULL), "a flow that is guaranteed");
		fails(WSAEFAULT, connect_with(s, NULL, NULL, (QOS *)bad->pointer, NULL),
		      "a flow that is nowhere");
	}
	qos.SendingFlowspec.ServiceType = qos.ReceivingFlowspec.ServiceType = SERVICETYPE_BESTEFFORT;
	succeeds(connect_with(s, &nothing, &data, &qos, NULL),
		 "no data, room for some, and what flow there is");
	wine_todo("Wine does not look at the room");
	is_int(0, data.len, "...of which none has come");
	todo_end();
	fails(WSAEISCONN, connect_with(s, NULL, NULL, NULL, NULL), "...and it is connected");
	closesocket(s);

	s = new_socket(AF_INET, SOCK_DGRAM);
	data.len = 7;
	succeeds(connect_with(s, &some, &data, NULL, NULL), "data and a datagram socket");
	is_int(7, data.len, "...are nothing to each other");
	closesocket(s);
	closesocket(listener);
}

static void partial(void)
{
	SOCKET pair[2];
	char text[4] = "";
	int flags = MSG_PEEK;

	if (is_wine()) {
		skip(17, "Wine 8 has no WSARecvEx that does anything");
		return;
	}
	udp_pair(AF_INET, pair);
	is_int(3, send(pair[0], "abc", 3, 0), "a datagram");
	flags = 0;
	is_int(3, WSARecvEx(pair[1], text, sizeof text, &flags), "WSARecvEx");
	is_int(0, flags, "...all of it");
	is_string("abc", text, "...this");
	send(pair[0], "abcdef", 6, 0);
	is_int(2, WSARecvEx(pair[1], text, 2, &flags), "more than there is room for");
	is_hex(MSG_PARTIAL, flags, "...MSG_PARTIAL");
	is_string("abc", text, "...as much as fits");
	send(pair[0], "gh", 2, 0);
	flags = MSG_PEEK | MSG_OOB;
	is_int(2, WSARecvEx(pair[1], text, sizeof text, &flags), "what is in the flags before");
	is_int(0, flags, "...is no wish");
	fails(WSAEFAULT, WSARecvEx(pair[1], text, sizeof text, NULL), "no flags");
	flags = 0;
	fails(WSAENOTSOCK, WSARecvEx(INVALID_SOCKET, text, 1, &flags), "no socket");
	close_pair(pair);
	tcp_pair(AF_INET6, pair);
	send(pair[0], "stream", 6, 0);
	flags = 0;
	is_int(3, WSARecvEx(pair[1], text, 3, &flags), "a stream");
	is_int(0, flags, "...has no parts");
	closesocket(pair[0]);
	is_int(3, WSARecvEx(pair[1], text, 4, &flags), "...and goes on");
	is_int(0, WSARecvEx(pair[1], text, 4, &flags), "...to its end");
	closesocket(pair[1]);
	pair[0] = new_socket(AF_INET, SOCK_STREAM);
	fails(WSAENOTCONN, WSARecvEx(pair[0], text, 4, &flags), "one without a peer");
	closesocket(pair[0]);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	sending();
	receiving();
	connecting();
	partial();
	winsock_end();
	return done();
}
