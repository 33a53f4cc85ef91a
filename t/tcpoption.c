/* What the options of IPPROTO_TCP take, give and hand on; tcplink.c has what they do to packets. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "net.h"

/* Newer than mingw-w64's headers. */
enum {
	MAXSEG = 4,
	MAXRT = 5,
	NOSYNRETRIES = 9,
	TIMESTAMPS = 10,
	OFFLOAD_PREFERENCE = 11,
	CONGESTION_ALGORITHM = 12,
	DELAY_FIN_ACK = 13,
	MAXRTMS = 14,
	FASTOPEN = 15,
	KEEPCNT = 16,
	KEEPINTVL = 17,
	FAIL_CONNECT_ON_ICMP_ERROR = 18,
	ICMP_ERROR_INFORMATION = 19,
	EXPEDITED_1122 = 2,
	KEEPIDLE = 3,
	BSDURGENT = 0x7000,
};

static int set(SOCKET s, int name, DWORD value)
{
	return setsockopt(s, IPPROTO_TCP, name, (const char *)&value, sizeof value);
}

static DWORD get(SOCKET s, int name)
{
	DWORD value = 0;
	int length = sizeof value;

	if (getsockopt(s, IPPROTO_TCP, name, (char *)&value, &length) != 0)
		diag("option %d: %s", name, error_name(WSAGetLastError()));
	return value;
}

static void retransmission_time(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	is_int(0, get(s, MAXRT), "TCP_MAXRT is the system's at first");
	succeeds(set(s, MAXRT, 7), "TCP_MAXRT");
	is_int(7, get(s, MAXRT), "... is read back in seconds");
	is_int(7000, get(s, MAXRTMS), "... and as TCP_MAXRTMS in milliseconds");
	succeeds(set(s, MAXRTMS, 1001), "TCP_MAXRTMS");
	is_int(1001, get(s, MAXRTMS), "... is read back");
	is_int(2, get(s, MAXRT), "... and as TCP_MAXRT in whole seconds");
	succeeds(set(s, MAXRT, 0x7fffffff), "a time longer than the kernel's");
	is_int(0x7fffffff, get(s, MAXRT), "... is kept");
	succeeds(set(s, MAXRT, (DWORD)-1), "for ever");
	is_hex(0xffffffff, get(s, MAXRT), "... is -1");
	is_hex(0xffffffff, get(s, MAXRTMS), "... in milliseconds too");
	succeeds(set(s, MAXRT, 0), "and 0");
	is_int(0, get(s, MAXRTMS), "... is the system's again");
	closesocket(s);
}

static void urgent_data(void)
{
	SOCKET pair[2];

	tcp_pair(AF_INET, pair);
	is_int(FALSE, get(pair[0], EXPEDITED_1122), "TCP_EXPEDITED_1122 is off at first");
	is_int(TRUE, get(pair[0], BSDURGENT), "... and TCP_BSDURGENT is on");
	succeeds(set(pair[0], EXPEDITED_1122, FALSE), "... which can be said");
	succeeds(set(pair[0], EXPEDITED_1122, TRUE), "TCP_EXPEDITED_1122 is turned on");
	is_int(TRUE, get(pair[0], EXPEDITED_1122), "... is on");
	is_int(FALSE, get(pair[0], BSDURGENT), "... and TCP_BSDURGENT is off");
	succeeds(set(pair[0], EXPEDITED_1122, TRUE), "... it can be turned on again");
	fails(WSAEINVAL, set(pair[0], EXPEDITED_1122, FALSE), "... but, for a connection, not off");
	fails(WSAEINVAL, set(pair[0], BSDURGENT, TRUE), "... under neither name");
	is_int(TRUE, get(pair[0], EXPEDITED_1122), "... and stays on");
	succeeds(set(pair[1], BSDURGENT, TRUE), "TCP_BSDURGENT is turned on");
	fails(WSAEINVAL, set(pair[1], EXPEDITED_1122, TRUE), "... and cannot be turned off");
	close_pair(pair);
	tcp_pair(AF_INET6, pair);
	succeeds(set(pair[0], BSDURGENT, FALSE), "TCP_BSDURGENT is turned off");
	is_int(TRUE, get(pair[0], EXPEDITED_1122), "... and TCP_EXPEDITED_1122 on");
	close_pair(pair);
}

static void offload(void)
{
	SOCKET s = new_socket(AF_INET6, SOCK_STREAM);

	for (DWORD preference = 0; preference <= 2; preference++) {
		succeeds(set(s, OFFLOAD_PREFERENCE, preference), "TCP_OFFLOAD_PREFERENCE %d",
			 (int)preference);
		is_int(preference, get(s, OFFLOAD_PREFERENCE), "... is kept");
	}
	fails(WSAEINVAL, set(s, OFFLOAD_PREFERENCE, 3), "TCP_OFFLOAD_PREFERENCE 3");
	is_int(2, get(s, OFFLOAD_PREFERENCE), "... changes nothing");
	closesocket(s);
}

/* Both ends send no segment larger than the one that asked for it. */
static void segments(int family)
{
	struct sockaddr_storage address;
	int length;
	SOCKET s = listening_socket(family, &address, &length), caller = new_socket(family, SOCK_STREAM),
	       accepted;

	fails(WSAEINVAL, set(caller, MAXSEG, 1), "TCP_MAXSEG 1, family %d", family);
	succeeds(set(caller, MAXSEG, 600), "TCP_MAXSEG 600");
	is_int(600, get(caller, MAXSEG), "... is read back");
	connect(caller, (struct sockaddr *)&address, length);
	accepted = accept(s, NULL, NULL);
	ok(get(caller, MAXSEG) >= 500 && get(caller, MAXSEG) <= 600,
	   "... connected, its segments are no larger");
	ok(get(accepted, MAXSEG) >= 500 && get(accepted, MAXSEG) <= 600, "... nor are the peer's");
	closesocket(caller);
	closesocket(accepted);
	closesocket(s);
}

static void icmp_errors(void)
{
	char value[64];
	int length = sizeof value;
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);

	fails(WSAEINVAL, getsockopt(s, IPPROTO_TCP, ICMP_ERROR_INFORMATION, value, &length),
	      "TCP_ICMP_ERROR_INFO without TCP_FAIL_CONNECT_ON_ICMP_ERROR");
	succeeds(set(s, FAIL_CONNECT_ON_ICMP_ERROR, TRUE), "TCP_FAIL_CONNECT_ON_ICMP_ERROR");
	length = sizeof value;
	succeeds(getsockopt(s, IPPROTO_TCP, ICMP_ERROR_INFORMATION, value, &length), "... and then");
	is_int(0, length, "... there is none");
	length = 35;
	fails(WSAEFAULT, getsockopt(s, IPPROTO_TCP, ICMP_ERROR_INFORMATION, value, &length),
	      "... nor room for it");
	fails(WSAENOPROTOOPT, setsockopt(s, IPPROTO_TCP, ICMP_ERROR_INFORMATION, value, 36),
	      "... nor is it set");
	closesocket(s);
}

static const struct {
	int name;
	DWORD value;
	const char *text;
} handed_on[] = {
	{ TCP_NODELAY, 1, "TCP_NODELAY" },
	{ EXPEDITED_1122, 1, "TCP_EXPEDITED_1122" },
	{ BSDURGENT, 0, "TCP_BSDURGENT" },
	{ KEEPIDLE, 60, "TCP_KEEPIDLE" },
	{ KEEPINTVL, 5, "TCP_KEEPINTVL" },
	{ KEEPCNT, 7, "TCP_KEEPCNT" },
	{ MAXRT, 33, "TCP_MAXRT" },
	{ MAXRTMS, 33000, "TCP_MAXRTMS" },
	{ TIMESTAMPS, 1, "TCP_TIMESTAMPS" },
	{ OFFLOAD_PREFERENCE, 2, "TCP_OFFLOAD_PREFERENCE" },
	{ CONGESTION_ALGORITHM, 1, "TCP_CONGESTION_ALGORITHM" },
	{ DELAY_FIN_ACK, 1, "TCP_DELAY_FIN_ACK" },
};
enum { HANDED_ON = sizeof handed_on / sizeof *handed_on };

static void have_all(SOCKET s, const char *which)
{
	for (int i = 0; i < HANDED_ON; i++)
		is_int(handed_on[i].value, get(s, handed_on[i].name), "%s has %s", which, handed_on[i].text);
}

static void inheritance(int family)
{
	struct sockaddr_storage address;
	int length;
	SOCKET s = bound_socket(family, SOCK_STREAM, &address, &length),
	       caller = new_socket(family, SOCK_STREAM);
	SOCKET pair[2], accepted;

	for (int i = 0; i < HANDED_ON; i++) {
		set(s, handed_on[i].name, handed_on[i].value);
		set(caller, handed_on[i].name, handed_on[i].value);
	}
	listen(s, 1);
	connect(caller, (struct sockaddr *)&address, length);
	accepted = accept(s, NULL, NULL);
	have_all(accepted, "an accepted socket");
	have_all(caller, "a socket that was connected");
	closesocket(accepted);
	closesocket(caller);
	tcp_pair(family, pair);
	setsockopt(pair[1], SOL_SOCKET, 0x700b /* SO_UPDATE_ACCEPT_CONTEXT */, (char *)&s, sizeof s);
	have_all(pair[1], "a socket after SO_UPDATE_ACCEPT_CONTEXT");
	close_pair(pair);
	closesocket(s);
}

static void queue_of_fast_opens(void)
{
	SOCKET pair[2], s = new_socket(AF_INET, SOCK_STREAM);

	is_int(FALSE, get(s, FASTOPEN), "TCP_FASTOPEN is off at first");
	succeeds(set(s, FASTOPEN, TRUE), "... and is turned on");
	is_int(TRUE, get(s, FASTOPEN), "... and is on");
	succeeds(set(s, FASTOPEN, FALSE), "... and off");
	closesocket(s);
	tcp_pair(AF_INET, pair);
	succeeds(set(pair[0], FASTOPEN, TRUE), "... or for a connection, which it comes too late for");
	close_pair(pair);
}

int main(void)
{
	plan_lazy();
	winsock_start();
	if (is_wine())
		skip_all("Wine 8 has TCP_NODELAY and TCP_KEEPALIVE alone");
	retransmission_time();
	urgent_data();
	offload();
	segments(AF_INET);
	segments(AF_INET6);
	icmp_errors();
	inheritance(AF_INET);
	inheritance(AF_INET6);
	queue_of_fast_opens();
	winsock_end();
	return done();
}
