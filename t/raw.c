/* Raw sockets: pings as Windows programs write them, headers that are received and sent, and when a socket
 * receives. To make one takes a privilege. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include <string.h>

#include "net.h"

#ifdef __linux__
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum { ECHO = 8, ECHO_REPLY = 0, ECHO6 = 128, ECHO_REPLY6 = 129, EXPERIMENTAL = 253, HEADER = 20 };
enum { ID = 0x4711, PAYLOAD = 32, PACKET = 8 + PAYLOAD };

static unsigned short sequence;

static unsigned short checksum(const unsigned char *bytes, int size)
{
	unsigned sum = 0;

	for (int i = 0; i < size; i += 2)
		sum += (unsigned)bytes[i] << 8 | (i + 1 < size ? bytes[i + 1] : 0u);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (unsigned short)~sum;
}

static void put16(unsigned char *place, unsigned value)
{
	place[0] = (unsigned char)(value >> 8);
	place[1] = (unsigned char)value;
}

static unsigned get16(const unsigned char *place)
{
	return (unsigned)place[0] << 8 | place[1];
}

/* A question for the other side. */
static void make_echo(unsigned char *packet, int type)
{
	packet[0] = (unsigned char)type;
	packet[1] = packet[2] = packet[3] = 0;
	put16(packet + 4, ID);
	put16(packet + 6, ++sequence);
	for (int i = 0; i < PAYLOAD; i++)
		packet[8 + i] = (unsigned char)(i + 'a');
	put16(packet + 2, checksum(packet, PACKET));
}

static struct sockaddr_in loopback(void)
{
	struct sockaddr_in address;

	memset(&address, 0, sizeof address);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static void set_timeout(SOCKET s, DWORD milliseconds)
{
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&milliseconds, sizeof milliseconds);
}

/* The answer to the last question, among whatever else a raw socket hears; its size, or -1. */
static int answer(SOCKET s, unsigned char *packet, int room, struct sockaddr_in *from)
{
	int length, size;

	do {
		length = sizeof *from;
		memset(from, 0xcc, sizeof *from);
		size = recvfrom(s, (char *)packet, room, 0, (struct sockaddr *)from, &length);
	} while (size >= HEADER + 8 && (packet[HEADER] != ECHO_REPLY || get16(packet + HEADER + 4) != ID ||
					get16(packet + HEADER + 6) != sequence));
	return size;
}

static void is_answer(int size, const unsigned char *packet, const struct sockaddr_in *from)
{
	is_int(HEADER + PACKET, size, "...is answered, with the header in front");
	is_int(4, packet[0] >> 4, "...of IPv4");
	is_int(HEADER / 4, packet[0] & 15, "...without options");
	is_int(size, get16(packet + 2), "...its length is the packet's, in network order");
	is_int(IPPROTO_ICMP, packet[9], "...the protocol");
	ok(!memcmp(packet + 12, "\x7f\0\0\1\x7f\0\0\1", 8), "...the addresses");
	is_int(PAYLOAD + 'a' - 1, packet[HEADER + PACKET - 1], "...the payload");
	is_int(AF_INET, from->sin_family, "...the sender's family");
	is_hex(INADDR_LOOPBACK, ntohl(from->sin_addr.s_addr), "...and address");
	is_int(0, from->sin_port, "...and no port");
}

static SOCKET raw_socket(int family, int protocol)
{
	SOCKET s = socket(family, SOCK_RAW, protocol);

	if (s == INVALID_SOCKET)
		bail("a raw socket: %s", error_name(WSAGetLastError()));
	set_timeout(s, 2000);
	return s;
}

static bool is_known(int family, int protocol)
{
	SOCKET s = socket(family, SOCK_RAW, protocol);
	bool known = s != INVALID_SOCKET;

	wine_todo("Wine knows few protocols");
	ok(known, "protocol %d, family %d", protocol, family);
	todo_end();
	closesocket(s);
	return known;
}

static void ping(void)
{
	struct sockaddr_in to = loopback(), from, name;
	unsigned char packet[256];
	int length = sizeof name;
	SOCKET s = raw_socket(AF_INET, IPPROTO_ICMP);

	make_echo(packet, ECHO);
	is_int(PACKET, sendto(s, (char *)packet, PACKET, 0, (struct sockaddr *)&to, sizeof to),
	       "an echo request");
	is_answer(answer(s, packet, sizeof packet, &from), packet, &from);
	wine_may_differ("the socket may be another one for Wine");
	succeeds(getsockname(s, (struct sockaddr *)&name, &length), "sending has bound the socket");
	is_hex(INADDR_ANY, name.sin_addr.s_addr, "...to any address");
	is_int(0, name.sin_port, "...and no port");
	todo_end();

	make_echo(packet, ECHO);
	to.sin_port = htons(7);
	is_int(PACKET, sendto(s, (char *)packet, PACKET, 0, (struct sockaddr *)&to, sizeof to),
	       "another, with a port, which is no matter");
	is_int(HEADER + PACKET, answer(s, packet, sizeof packet, &from), "...is answered");
	closesocket(s);
}

static void connected(void)
{
	struct sockaddr_in to = loopback(), from, name;
	unsigned char packet[256];
	int length = sizeof name;
	SOCKET s = raw_socket(AF_INET, IPPROTO_ICMP);

	wine_todo("Wine has another error for it");
	fails(WSAENOTCONN, send(s, (char *)packet, PACKET, 0), "send to nobody");
	todo_end();
	succeeds(connect(s, (struct sockaddr *)&to, sizeof to), "a connected raw socket");
	make_echo(packet, ECHO);
	is_int(PACKET, send(s, (char *)packet, PACKET, 0), "...sends");
	is_int(HEADER + PACKET, answer(s, packet, sizeof packet, &from), "...and is answered");
	wine_todo("Wine goes by the port");
	succeeds(getpeername(s, (struct sockaddr *)&name, &length), "...has a peer");
	is_hex(INADDR_LOOPBACK, ntohl(name.sin_addr.s_addr), "...this one");
	todo_end();
	closesocket(s);
}

static void when_bound(void)
{
	struct sockaddr_in to = loopback(), name, from;
	unsigned char packet[256];
	int length = sizeof name;
	u_long on = 1;
	SOCKET s = raw_socket(AF_INET, IPPROTO_ICMP), other = raw_socket(AF_INET, IPPROTO_ICMP);

	ioctlsocket(s, FIONBIO, &on);
	wine_todo("Wine waits all the same");
	fails(WSAEINVAL, recv(s, (char *)packet, sizeof packet, 0), "recv on a raw socket that is not bound");
	todo_end();
	fails(WSAEINVAL, getsockname(s, (struct sockaddr *)&name, &length), "...nor has it a name");
	make_echo(packet, ECHO);
	sendto(other, (char *)packet, PACKET, 0, (struct sockaddr *)&to, sizeof to);
	is_int(HEADER + PACKET, answer(other, packet, sizeof packet, &from), "another one pings");
	wine_may_differ("Wine's may receive before");
	succeeds(bind(s, (struct sockaddr *)&to, sizeof to), "bind");
	fails(WSAEWOULDBLOCK, recv(s, (char *)packet, sizeof packet, 0),
	      "...what was before is not received");
	length = sizeof name;
	succeeds(getsockname(s, (struct sockaddr *)&name, &length), "...the name");
	is_hex(INADDR_LOOPBACK, ntohl(name.sin_addr.s_addr), "...is the address");
	is_int(0, name.sin_port, "...without a port");
	todo_end();
	make_echo(packet, ECHO);
	sendto(other, (char *)packet, PACKET, 0, (struct sockaddr *)&to, sizeof to);
	is_int(HEADER + PACKET, answer(other, packet, sizeof packet, &from), "the other one pings again");
	is_int(HEADER + PACKET, answer(s, packet, sizeof packet, &from),
	       "...and all raw sockets hear the answer");
	closesocket(s);
	closesocket(other);
}

static void small_buffers(void)
{
	struct sockaddr_in to = loopback(), from;
	unsigned char packet[256], small[24];
	SOCKET s = raw_socket(AF_INET, IPPROTO_ICMP);

	make_echo(packet, ECHO);
	sendto(s, (char *)packet, PACKET, 0, (struct sockaddr *)&to, sizeof to);
	memset(small, 0xcc, sizeof small);
	fails(WSAEMSGSIZE, answer(s, small, HEADER + 2, &from) < 0 ? -1 : 0, "a packet that does not fit");
	is_int(0x45, small[0], "...has filled the buffer");
	is_int(0xcc, small[HEADER + 2], "...and no more");
	closesocket(s);
}

static void own_header(void)
{
	struct sockaddr_in to = loopback(), from;
	unsigned char packet[256];
	DWORD on = 1;
	SOCKET s = raw_socket(AF_INET, IPPROTO_ICMP);

	succeeds(setsockopt(s, IPPROTO_IP, IP_HDRINCL, (char *)&on, sizeof on), "IP_HDRINCL");
	memset(packet, 0, HEADER);
	packet[0] = 0x45;
	put16(packet + 2, HEADER + PACKET);
	packet[8] = 77;
	packet[9] = IPPROTO_ICMP;
	memcpy(packet + 12, "\x7f\0\0\1\x7f\0\0\1", 8);
	make_echo(packet + HEADER, ECHO);
	is_int(HEADER + PACKET,
	       sendto(s, (char *)packet, HEADER + PACKET, 0, (struct sockaddr *)&to, sizeof to),
	       "a packet with a header of its own");
	is_answer(answer(s, packet, sizeof packet, &from), packet, &from);
	closesocket(s);
}

static void other_protocols(int family)
{
	struct sockaddr_storage address, from;
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
	int length = family == AF_INET ? sizeof *in : sizeof *in6, header = family == AF_INET ? HEADER : 0;
	int from_length = sizeof from;
	unsigned char bytes[64];
	SOCKET a, b;

	if (!is_known(family, EXPERIMENTAL))
		return;
	a = raw_socket(family, EXPERIMENTAL);
	b = raw_socket(family, EXPERIMENTAL);
	memset(&address, 0, sizeof address);
	address.ss_family = (short)family;
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr.s6_addr[15] = 1;
	succeeds(bind(b, (struct sockaddr *)&address, length), "protocol 253, family %d", family);
	is_int(5, sendto(a, "hello", 5, 0, (struct sockaddr *)&address, length), "...5 bytes");
	is_int(header + 5,
	       recvfrom(b, (char *)bytes, sizeof bytes, 0, (struct sockaddr *)&from, &from_length),
	       "...arrive, %s header", header ? "behind a" : "without a");
	ok(!memcmp(bytes + header, "hello", 5), "...the same");
	is_int(length, from_length, "...the sender's length");
	is_int(family, from.ss_family, "...and family");
	is_int(0, ((struct sockaddr_in *)&from)->sin_port, "...and no port");
	closesocket(a);
	closesocket(b);
}

static void ping6(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 }, from;
	unsigned char packet[256];
	int length, size;
	SOCKET s;

	if (!is_known(AF_INET6, IPPROTO_ICMPV6))
		return;
	s = raw_socket(AF_INET6, IPPROTO_ICMPV6);
	to.sin6_addr = in6addr_loopback;
	make_echo(packet, ECHO6);
	packet[2] = packet[3] = 0; /* the system's to fill in */
	is_int(PACKET, sendto(s, (char *)packet, PACKET, 0, (struct sockaddr *)&to, sizeof to),
	       "an echo request of IPv6");
	do {
		length = sizeof from;
		size = recvfrom(s, (char *)packet, sizeof packet, 0, (struct sockaddr *)&from, &length);
	} while (size > 0 && (packet[0] != ECHO_REPLY6 || get16(packet + 6) != sequence));
	is_int(PACKET, size, "...is answered, without a header");
	is_int(ID, get16(packet + 4), "...with the same number");
	ok(!memcmp(&from.sin6_addr, &in6addr_loopback, sizeof from.sin6_addr), "...from there");
	is_int(0, from.sin6_port, "...and no port");
	to.sin6_port = htons(7);
	is_int(PACKET, sendto(s, (char *)packet, PACKET, 0, (struct sockaddr *)&to, sizeof to),
	       "another, with a port, which is no matter");
	succeeds(connect(s, (struct sockaddr *)&to, sizeof to), "a connected one");
	is_int(PACKET, send(s, (char *)packet, PACKET, 0), "...sends");
	closesocket(s);
}

/* What a program asks about it. */
static void information(void)
{
	WSAPROTOCOL_INFOA info;
	int length = sizeof info;
	SOCKET s = raw_socket(AF_INET, IPPROTO_ICMP);

	succeeds(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&info, &length), "SO_PROTOCOL_INFO");
	is_int(SOCK_RAW, info.iSocketType, "...its type");
	wine_todo("Wine says which protocol");
	is_int(0, info.iProtocol, "...its protocol is 0");
	todo_end();
	wine_todo("Wine has another error for it");
	fails(WSAEOPNOTSUPP, listen(s, 1), "listen");
	todo_end();
	closesocket(s);
}

/* With control messages. */
#ifdef __linux__
static void messages(void)
{
	struct sockaddr_in to = loopback(), from;
	unsigned char packet[256];
	GUID name = WSAID_WSARECVMSG;
	LPFN_WSARECVMSG receive_message;
	ULONG64 room[16];
	WSABUF buffer = { PACKET, (char *)packet };
	WSAMSG message = { (struct sockaddr *)&to, sizeof to, &buffer, 1, { 0, NULL }, 0 };
	IN_PKTINFO info;
	DWORD count, on = 1;
	SOCKET s = raw_socket(AF_INET, IPPROTO_ICMP);

	if (WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &name, sizeof name, &receive_message,
		     sizeof receive_message, &count, NULL, NULL))
		bail("no WSARecvMsg");
	setsockopt(s, IPPROTO_IP, IP_PKTINFO, (char *)&on, sizeof on);
	message.Control.buf = (char *)room;
	fails(WSAEINVAL, receive_message(s, &message, &count, NULL, NULL), "WSARecvMsg before it is bound");
	make_echo(packet, ECHO);
	succeeds(WSASendMsg(s, &message, 0, &count, NULL, NULL), "WSASendMsg");
	is_int(PACKET, count, "...all of it");
	do {
		buffer.len = sizeof packet;
		message = (WSAMSG){
			(struct sockaddr *)&from, sizeof from, &buffer, 1, { sizeof room, (char *)room }, 0
		};
		if (receive_message(s, &message, &count, NULL, NULL))
			bail("WSARecvMsg: %s", error_name(WSAGetLastError()));
	} while (packet[HEADER] != ECHO_REPLY);
	is_int(HEADER + PACKET, count, "WSARecvMsg");
	ok(WSA_CMSG_FIRSTHDR(&message) && WSA_CMSG_FIRSTHDR(&message)->cmsg_type == IP_PKTINFO,
	   "...with IP_PKTINFO");
	memcpy(&info, WSA_CMSG_DATA(WSA_CMSG_FIRSTHDR(&message)), sizeof info);
	is_hex(INADDR_LOOPBACK, ntohl(info.ipi_addr.s_addr), "...the address");
	fails(WSAEMSGSIZE, sendto(s, (char *)packet, 70000, 0, (struct sockaddr *)&to, sizeof to),
	      "more than a packet");
	closesocket(s);

	s = raw_socket(AF_INET, IPPROTO_ICMP);
	message = (WSAMSG){ (struct sockaddr *)&to, sizeof to, &buffer, 1, { 0, NULL }, 0 };
	fails(WSAEFAULT, WSASendMsg(s, &message, 0, NULL, NULL, NULL), "WSASendMsg, no count");
	set_timeout(s, 20);
	fails(WSAETIMEDOUT, recv(s, (char *)packet, sizeof packet, 0), "...has bound the socket");
	closesocket(s);
}

/* This program again, as a user who may not. */
static void without_privilege(void)
{
	char output[256];

	is_int(0, run_again("unprivileged", output, sizeof output), "without the privilege");
	ok(strstr(output, "WSAEACCES WSAEACCES WSAEACCES\n") != NULL, "...there are no raw sockets");
}

static int unprivileged(void)
{
	const char *seen[3];

	if (syscall(SYS_setresuid, 65534, 65534, 65534))
		bail("setresuid");
	WSAStartup(MAKEWORD(2, 2), &(WSADATA){ 0 });
	seen[0] = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == INVALID_SOCKET ? error_name(WSAGetLastError())
									    : "made";
	seen[1] = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6) == INVALID_SOCKET ? error_name(WSAGetLastError())
									       : "made";
	seen[2] = socket(AF_INET, SOCK_RAW, IPPROTO_IP) == INVALID_SOCKET ? error_name(WSAGetLastError())
									  : "made";
	printf("%s %s %s\n", seen[0], seen[1], seen[2]);
	return 0;
}
#endif

int main(int count, char **arguments)
{
	SOCKET s;

#ifdef __linux__
	if (count > 1 && !strcmp(arguments[1], "unprivileged"))
		return unprivileged();
#endif
	winsock_start();
	s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (s == INVALID_SOCKET)
		skip_all("no raw sockets: %s", error_name(WSAGetLastError()));
	closesocket(s);
	plan_lazy();
	ping();
	connected();
	when_bound();
	small_buffers();
	own_header();
	other_protocols(AF_INET);
	other_protocols(AF_INET6);
	ping6();
	information();
#ifdef __linux__
	messages();
	without_privilege();
#endif
	winsock_end();
	return done();
}
