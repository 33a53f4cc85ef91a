/* Ioctls on a network of the test's own: addresses and routes that change, routers, what multicast reaches.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>

#include <stddef.h>
#include <string.h>

#include "tap/link.h"
#include "tap/net.h"

enum {
	HERE_ADDRESS = 0x0a090001,
	THERE_ADDRESS = 0x0a090002,
	OTHER_ADDRESS = 0x0a090003,
	BEYOND = 0xc0000201
};

static DWORD count;

static const char *control(SOCKET s, DWORD code, const void *in, DWORD in_size, void *out, DWORD out_size)
{
	count = 0xdead;
	return outcome(WSAIoctl(s, code, (void *)in, in_size, out, out_size, &count, NULL, NULL));
}

static struct sockaddr_in internet(unsigned address, unsigned port)
{
	struct sockaddr_in name = { .sin_family = AF_INET };

	name.sin_addr.s_addr = htonl(address);
	name.sin_port = htons((unsigned short)port);
	return name;
}

static const char *text(unsigned address)
{
	struct in_addr in;

	in.s_addr = htonl(address);
	return words("%s", inet_ntoa(in));
}

/* The addresses that a program could bind to, one after the other. */
static const char *addresses(SOCKET s)
{
	union {
		SOCKET_ADDRESS_LIST list;
		char bytes[4096];
	} room;
	const char *all = "", *result = control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, &room, sizeof room);

	if (strcmp(result, "success"))
		return result;
	for (const SOCKET_ADDRESS *one = room.list.Address; one < room.list.Address + room.list.iAddressCount;
	     one++)
		all = words("%s%s%s", all, *all ? " " : "",
			    inet_ntoa(((struct sockaddr_in *)one->lpSockaddr)->sin_addr));
	return all;
}

static const char *source(SOCKET s, unsigned address)
{
	struct sockaddr_in to = internet(address, 0), from;
	const char *result = control(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof to, &from, sizeof from);

	return strcmp(result, "success") ? result : words("%s", inet_ntoa(from.sin_addr));
}

/* A thread that waits for a change. It is on the test's own network as well. */
struct waiter {
	SOCKET s;
	DWORD code;
	struct sockaddr_in to;
	_Atomic int error; /* -1 until it is over */
};

static void wait_for_change(void *argument)
{
	struct waiter *waiter = argument;
	DWORD bytes = 0xdead;

	link_enter(HERE);
	waiter->error =
		WSAIoctl(waiter->s, waiter->code, &waiter->to, sizeof waiter->to, NULL, 0, &bytes, NULL, NULL)
			? WSAGetLastError()
			: 0;
}

static struct task *start(struct waiter *waiter, DWORD code, unsigned to)
{
	struct task *task;

	waiter->s = new_socket(AF_INET, SOCK_STREAM);
	waiter->code = code;
	waiter->to = internet(to, 0);
	waiter->error = -1;
	task = task_start(wait_for_change, waiter);
	sleep_ms(150);
	return task;
}

static void finish(struct waiter *waiter, struct task *task, const char *what)
{
	ok(task_end(task, 5000), "%s", what);
	is_error(0, waiter->error, "...with success");
	closesocket(waiter->s);
}

static void changes(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	struct waiter list, route, any;
	struct task *list_task, *route_task, *any_task;
	struct sockaddr_in to = internet(THERE_ADDRESS, 0);
	u_long on = 1;

	for (int i = 0; i < 100 && !*addresses(s); i++)
		sleep_ms(20); /* the interface is up, but may not run yet */
	is_string("10.9.0.1", addresses(s), "the addresses here");
	is_string("10.9.0.1", source(s, THERE_ADDRESS), "...from which one sends there");
	is_string("WSAENETUNREACH", source(s, BEYOND), "...and nowhere else");

	list_task = start(&list, SIO_ADDRESS_LIST_CHANGE, 0);
	route_task = start(&route, SIO_ROUTING_INTERFACE_CHANGE, THERE_ADDRESS);
	any_task = start(&any, SIO_ROUTING_INTERFACE_CHANGE, INADDR_ANY);
	is_int(-1, list.error, "nothing has changed yet for SIO_ADDRESS_LIST_CHANGE");
	is_int(-1, route.error, "...nor for SIO_ROUTING_INTERFACE_CHANGE");
	link_address(HERE, "10.9.0.3");
	finish(&list, list_task, "another address ends SIO_ADDRESS_LIST_CHANGE");
	finish(&route, route_task, "...and SIO_ROUTING_INTERFACE_CHANGE");
	finish(&any, any_task, "...and the same for any destination");
	is_string("10.9.0.3", addresses(s), "...it is the address now");
	is_string("10.9.0.3", source(s, THERE_ADDRESS), "...from which one sends");

	/* A route that leads elsewhere changes nothing about this one. */
	any_task = start(&any, SIO_ROUTING_INTERFACE_CHANGE, INADDR_ANY);
	route_task = start(&route, SIO_ROUTING_INTERFACE_CHANGE, BEYOND);
	list_task = start(&list, SIO_ROUTING_INTERFACE_CHANGE, THERE_ADDRESS);
	link_default_route(LINK_ADDRESS_THERE);
	finish(&any, any_task, "a new route ends SIO_ROUTING_INTERFACE_CHANGE of any destination");
	finish(&route, route_task, "...and that of what it leads to");
	is_string("10.9.0.3", source(s, BEYOND), "...which is reached now");
	ok(!task_end(list_task, 200), "...but not that of another");
	closesocket(list.s);
	for (int i = 0; i < 100 && list.error == -1; i++)
		sleep_ms(20);
	is_error(WSA_OPERATION_ABORTED, list.error, "...until its socket is closed");

	ioctlsocket(s, FIONBIO, &on);
	is_string("WSAEWOULDBLOCK", control(s, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL, 0),
		  "without blocking nothing waits");
	is_string("WSAEWOULDBLOCK", control(s, SIO_ROUTING_INTERFACE_CHANGE, &to, sizeof to, NULL, 0),
		  "...nor here");
	closesocket(s);
}

static void interfaces(void)
{
	INTERFACE_INFO list[8];
	union {
		INTERFACE_INFO_EX list[8];
		char bytes[4096];
	} room;
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

	is_string("success", control(s, SIO_GET_INTERFACE_LIST, NULL, 0, list, sizeof list),
		  "the interfaces");
	is_int(2 * sizeof *list, count, "...the loopback and one");
	is_hex(IFF_UP | IFF_BROADCAST, list[1].iiFlags, "...its flags");
	is_string(text(OTHER_ADDRESS), words("%s", inet_ntoa(list[1].iiAddress.AddressIn.sin_addr)),
		  "...its address");
	is_string("255.0.0.0", words("%s", inet_ntoa(list[1].iiNetmask.AddressIn.sin_addr)), "...its mask");
	is_string("10.255.255.255", words("%s", inet_ntoa(list[1].iiBroadcastAddress.AddressIn.sin_addr)),
		  "...where it broadcasts to");
	is_string("success", control(s, SIO_GET_INTERFACE_LIST_EX, NULL, 0, &room, sizeof room),
		  "the same, extended");
	is_int(2 * sizeof *room.list, count, "...two");
	is_hex(IFF_UP | IFF_BROADCAST, room.list[1].iiFlags, "...its flags");
	is_string(text(OTHER_ADDRESS),
		  words("%s", inet_ntoa(((struct sockaddr_in *)room.list[1].iiAddress.lpSockaddr)->sin_addr)),
		  "...its address");
	is_string("255.0.0.0",
		  words("%s", inet_ntoa(((struct sockaddr_in *)room.list[1].iiNetmask.lpSockaddr)->sin_addr)),
		  "...its mask");
	is_string("WSAEFAULT", control(s, SIO_GET_INTERFACE_LIST_EX, NULL, 0, &room, 2 * sizeof *room.list),
		  "...into a room for the structures alone");
	closesocket(s);
}

static const char *receive(SOCKET s)
{
	char bytes[16];
	int result = recv(s, bytes, sizeof bytes, 0);

	return result < 0 ? error_name(WSAGetLastError()) : words("%d bytes", result);
}

/* A datagram that may not pass any router, to what is behind one. */
static void expired_datagrams(void)
{
	struct sockaddr_in beyond = internet(BEYOND, 9), here = internet(INADDR_ANY, 0);
	SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
	DWORD limit = 400, hops = 1, off = FALSE, on = TRUE;

	link_enter(THERE);
	link_tune("icmp_ratelimit", "0");
	if (!link_tune("ip_forward", "1")) {
		link_enter(HERE);
		skip(1, "nobody may become a router here");
		closesocket(s);
		return;
	}
	link_enter(HERE);
	bind(s, (struct sockaddr *)&here, sizeof here);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	/* The router knows no way yet: that is nothing that Windows reports. */
	sendto(s, "x", 1, 0, (struct sockaddr *)&beyond, sizeof beyond);
	is_string("WSAETIMEDOUT", receive(s), "a network that cannot be reached is not reported");
	sendto(s, "x", 1, 0, (struct sockaddr *)&beyond, sizeof beyond);
	sleep_ms(100);
	is_int(1, sendto(s, "x", 1, 0, (struct sockaddr *)&beyond, sizeof beyond), "...nor to a send");
	receive(s);
	link_enter(THERE);
	link_default_route("10.9.0.3");
	link_enter(HERE);
	setsockopt(s, IPPROTO_IP, IP_TTL, (char *)&hops, sizeof hops);
	is_int(1, sendto(s, "x", 1, 0, (struct sockaddr *)&beyond, sizeof beyond),
	       "a datagram that lives one hop");
	is_string("WSAENETRESET", receive(s), "...comes back as WSAENETRESET");
	is_string("WSAETIMEDOUT", receive(s), "...once");
	control(s, SIO_UDP_CONNRESET, &off, sizeof off, NULL, 0);
	sendto(s, "x", 1, 0, (struct sockaddr *)&beyond, sizeof beyond);
	is_string("WSAENETRESET", receive(s), "SIO_UDP_CONNRESET has no part in that");
	control(s, SIO_UDP_CONNRESET, &on, sizeof on, NULL, 0);
	is_string("success", control(s, SIO_UDP_NETRESET, &off, sizeof off, NULL, 0),
		  "SIO_UDP_NETRESET FALSE");
	sendto(s, "x", 1, 0, (struct sockaddr *)&beyond, sizeof beyond);
	is_string("WSAETIMEDOUT", receive(s), "...it does not come back");
	closesocket(s);
}

/* Whether what this host sends to a group comes to its own members. */
static void own_multicast(void)
{
	struct sockaddr_in group = internet(INADDR_ANY, 7777);
	struct ip_mreq request;
	SOCKET member = new_socket(AF_INET, SOCK_DGRAM), s = new_socket(AF_INET, SOCK_DGRAM);
	DWORD limit = 300, off = FALSE;

	succeeds(bind(member, (struct sockaddr *)&group, sizeof group), "a member of a group");
	setsockopt(member, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	group.sin_addr.s_addr = inet_addr("239.1.2.3");
	request.imr_multiaddr = group.sin_addr;
	request.imr_interface.s_addr = htonl(OTHER_ADDRESS);
	succeeds(setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&request, sizeof request),
		 "...has joined");
	setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, (char *)&request.imr_interface,
		   sizeof request.imr_interface);
	sendto(s, "abc", 3, 0, (struct sockaddr *)&group, sizeof group);
	is_string("3 bytes", receive(member), "...gets what this host sends");
	is_string("success", control(member, SIO_MULTIPOINT_LOOPBACK, &off, sizeof off, NULL, 0),
		  "SIO_MULTIPOINT_LOOPBACK FALSE");
	sendto(s, "abc", 3, 0, (struct sockaddr *)&group, sizeof group);
	is_string("WSAETIMEDOUT", receive(member), "...it does not");
	closesocket(member);
	closesocket(s);
}

/* The next packet of a protocol, by its header: where it came from and went to; or the error. */
static const char *packet(SOCKET s, int protocol)
{
	unsigned char bytes[2048] = { 0 };
	struct sockaddr_in from = { 0 };
	int length, size;

	do {
		length = sizeof from;
		size = recvfrom(s, (char *)bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);
		if (size < 0)
			return error_name(WSAGetLastError());
	} while (bytes[9] != protocol);
	if (memcmp(&from.sin_addr, bytes + 12, 4) || size < (bytes[2] << 8 | bytes[3]))
		return "another sender or length than the header says";
	return words("%d.%d.%d.%d to %d.%d.%d.%d, %d bytes", bytes[12], bytes[13], bytes[14], bytes[15],
		     bytes[16], bytes[17], bytes[18], bytes[19], bytes[2] << 8 | bytes[3]);
}

static SOCKET raw_socket(int protocol)
{
	struct sockaddr_in here = internet(OTHER_ADDRESS, 0);
	SOCKET s = socket(AF_INET, SOCK_RAW, protocol);
	DWORD limit = 300;

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof limit);
	bind(s, (struct sockaddr *)&here, sizeof here);
	return s;
}

static void sniffing(void)
{
	struct sockaddr_in there = internet(THERE_ADDRESS, 9), group = internet(0xef010203, 9), name;
	struct ip_mreq membership;
	int length = sizeof name;
	u_long waiting = 0, on = 1, off = 0;
	char bytes[2048];
	DWORD mode = RCVALL_ON;
	SOCKET s = socket(AF_INET, SOCK_RAW, IPPROTO_IP), sender = new_socket(AF_INET, SOCK_DGRAM);

	if (!ok(s != INVALID_SOCKET, "a raw socket of IPPROTO_IP"))
		return;
	is_string("WSAEINVAL", control(s, SIO_RCVALL, &mode, sizeof mode, NULL, 0),
		  "SIO_RCVALL needs an address");
	closesocket(s);
	s = raw_socket(IPPROTO_IP);
	mode = 4;
	is_string("WSAEINVAL", control(s, SIO_RCVALL, &mode, sizeof mode, NULL, 0),
		  "...and a mode that there is");
	mode = RCVALL_ON;
	is_string("success", control(s, SIO_RCVALL, &mode, sizeof mode, NULL, 0), "SIO_RCVALL on");
	sendto(sender, "abc", 3, 0, (struct sockaddr *)&there, sizeof there);
	is_string("10.9.0.3 to 10.9.0.2, 31 bytes", packet(s, IPPROTO_UDP), "...shows what this host sends");
	is_string("10.9.0.2 to 10.9.0.3, 59 bytes", packet(s, IPPROTO_ICMP), "...and what comes back");
	sendto(sender, "abcd", 4, 0, (struct sockaddr *)&there, sizeof there);
	sleep_ms(100);
	succeeds(ioctlsocket(s, FIONREAD, &waiting), "FIONREAD of the next packet");
	is_int(waiting, recv(s, bytes, sizeof bytes, 0), "...is what is received of it");
	succeeds(getsockname(s, (struct sockaddr *)&name, &length), "it has its name still");
	is_hex(OTHER_ADDRESS, ntohl(name.sin_addr.s_addr), "...the address");
	ioctlsocket(s, FIONBIO, &on);
	while (recv(s, bytes, sizeof bytes, 0) >= 0)
		;
	is_error(WSAEWOULDBLOCK, WSAGetLastError(), "...and if it does not block, that there is no more");
	ioctlsocket(s, FIONBIO, &off);
	mode = RCVALL_OFF;
	is_string("success", control(s, SIO_RCVALL, &mode, sizeof mode, NULL, 0), "SIO_RCVALL off");
	sendto(sender, "abc", 3, 0, (struct sockaddr *)&there, sizeof there);
	is_string("WSAETIMEDOUT", packet(s, IPPROTO_UDP), "...shows nothing");
	mode = RCVALL_IPLEVEL;
	is_string("success", control(s, SIO_RCVALL, &mode, sizeof mode, NULL, 0),
		  "...and on again, otherwise");
	sendto(sender, "abc", 3, 0, (struct sockaddr *)&there, sizeof there);
	is_string("10.9.0.3 to 10.9.0.2, 31 bytes", packet(s, IPPROTO_UDP), "...it does");
	succeeds(closesocket(s), "...and can be closed");

	mode = TRUE;
	s = raw_socket(IPPROTO_UDP);
	is_string("WSAEINVAL", control(s, SIO_RCVALL, &mode, sizeof mode, NULL, 0),
		  "SIO_RCVALL is not for IPPROTO_UDP");
	is_string("success", control(s, SIO_RCVALL_MCAST, &mode, sizeof mode, NULL, 0),
		  "SIO_RCVALL_MCAST is");
	sendto(sender, "abc", 3, 0, (struct sockaddr *)&there, sizeof there);
	sendto(sender, "abc", 3, 0, (struct sockaddr *)&group, sizeof group);
	is_string("10.9.0.3 to 239.1.2.3, 31 bytes", packet(s, IPPROTO_UDP), "...shows what goes to groups");
	is_string("WSAETIMEDOUT", packet(s, IPPROTO_UDP), "...and nothing else");
	closesocket(s);

	s = raw_socket(IPPROTO_IGMP);
	is_string("success", control(s, SIO_RCVALL_IGMPMCAST, &mode, sizeof mode, NULL, 0),
		  "SIO_RCVALL_IGMPMCAST");
	sendto(sender, "abc", 3, 0, (struct sockaddr *)&group, sizeof group);
	membership.imr_multiaddr.s_addr = inet_addr("239.3.2.1");
	membership.imr_interface.s_addr = htonl(OTHER_ADDRESS);
	setsockopt(sender, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&membership, sizeof membership);
	is_string("10.9.0.3", words("%.8s", packet(s, IPPROTO_IGMP)), "...shows who joins a group");
	closesocket(s);
	closesocket(sender);
}

/* How long a connect tries when nobody answers: with one retransmission, 1 s and 2 s. */
static void given_up(void)
{
	TCP_INITIAL_RTO_PARAMETERS parameters = { 0, 1 };
	struct sockaddr_in silent = internet(THERE_ADDRESS, 99);
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	long long began;

	link_cut();
	is_string("success", control(s, SIO_TCP_INITIAL_RTO, &parameters, sizeof parameters, NULL, 0),
		  "SIO_TCP_INITIAL_RTO, one retransmission");
	began = now_ms();
	fails(WSAETIMEDOUT, connect(s, (struct sockaddr *)&silent, sizeof silent),
	      "a connect to nobody fails");
	ok(now_ms() - began > 2500 && now_ms() - began < 6000, "...after three seconds (%lld ms)",
	   now_ms() - began);
	closesocket(s);
}

int main(void)
{
	const char *reason = link_make();

	if (reason)
		skip_all("%s", reason);
	link_loopback();
	plan_lazy();
	winsock_start();
	changes();
	interfaces();
	expired_datagrams();
	own_multicast();
	sniffing();
	given_up();
	winsock_end();
	return done();
}
