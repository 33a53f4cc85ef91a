/* Two network namespaces joined by a pair of virtual interfaces. */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

static const struct {
	const char *interface, *address;
	unsigned char hardware[6];
} ends[] = {
	[HERE] = { "here", "10.9.0.1", { 2, 0, 0, 0, 9, 1 } },
	[THERE] = { "there", LINK_ADDRESS_THERE, { 2, 0, 0, 0, 9, 2 } },
};

static int namespaces[2]; /* descriptors */
static int recorder;
static char reason[160];

static const char *cannot(const char *what)
{
	snprintf(reason, sizeof reason, "%s: %s", what, strerror(errno));
	return reason;
}

static bool write_file(const char *path, const char *format, ...)
{
	char text[64];
	va_list arguments;
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int length;
	bool written;

	if (fd < 0)
		return false;
	va_start(arguments, format);
	length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	written = write(fd, text, length) == length;
	close(fd);
	return written;
}

static const char *leave_namespace(void)
{
	unsigned user = geteuid(), group = getegid();

	/* Whoever may not do it becomes root in a user namespace, where the system permits that. */
	if (unshare(CLONE_NEWNET) < 0) {
		if (unshare(CLONE_NEWUSER) < 0)
			return cannot("a user namespace");
		if (!write_file("/proc/self/setgroups", "deny") ||
		    !write_file("/proc/self/uid_map", "0 %u 1", user) ||
		    !write_file("/proc/self/gid_map", "0 %u 1", group))
			return cannot("root in a user namespace");
		if (unshare(CLONE_NEWNET) < 0)
			return cannot("a network namespace");
	}
	return NULL;
}

static const char *make_namespaces(void)
{
	const char *failure = leave_namespace();

	if (failure)
		return failure;
	for (int end = THERE; end >= HERE; end--) {
		if (unshare(CLONE_NEWNET) < 0)
			return cannot("a network namespace");
		namespaces[end] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (namespaces[end] < 0)
			return cannot("/proc/self/ns/net");
	}
	return NULL;
}

void link_enter(enum link_end end)
{
	if (setns(namespaces[end], CLONE_NEWNET) < 0)
		bail("setns: %s", strerror(errno));
}

/* A netlink message under construction; attributes nest. */
struct message {
	struct nlmsghdr head;
	struct ifinfomsg interface;
	char attributes[512];
};

static struct rtattr *attribute(struct message *message, int type, const void *value, int length)
{
	struct rtattr *added = (struct rtattr *)((char *)message + NLMSG_ALIGN(message->head.nlmsg_len));

	added->rta_type = type;
	added->rta_len = RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(added), value, length);
	message->head.nlmsg_len = NLMSG_ALIGN(message->head.nlmsg_len) + RTA_ALIGN(added->rta_len);
	return added;
}

static void end_attribute(struct message *message, struct rtattr *outer)
{
	outer->rta_len = (char *)message + message->head.nlmsg_len - (char *)outer;
}

static void describe(struct message *message, enum link_end end)
{
	attribute(message, IFLA_IFNAME, ends[end].interface, strlen(ends[end].interface) + 1);
	attribute(message, IFLA_ADDRESS, ends[end].hardware, sizeof ends[end].hardware);
	attribute(message, IFLA_NET_NS_FD, &namespaces[end], sizeof namespaces[end]);
}

static const char *make_interfaces(void)
{
	struct message message = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			  .nlmsg_type = RTM_NEWLINK,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK },
	};
	struct rtattr *information, *data, *peer;
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} answer = { .error.error = 0 };
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (netlink < 0)
		return cannot("netlink");
	describe(&message, HERE);
	information = attribute(&message, IFLA_LINKINFO, NULL, 0);
	attribute(&message, IFLA_INFO_KIND, "veth", strlen("veth"));
	data = attribute(&message, IFLA_INFO_DATA, NULL, 0);
	peer = attribute(&message, VETH_INFO_PEER, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg));
	describe(&message, THERE);
	end_attribute(&message, peer);
	end_attribute(&message, data);
	end_attribute(&message, information);
	if (send(netlink, &message, message.head.nlmsg_len, 0) < 0 ||
	    recv(netlink, &answer, sizeof answer, 0) < 0 || (errno = -answer.error.error) != 0) {
		close(netlink);
		return cannot("a pair of virtual interfaces");
	}
	close(netlink);
	return NULL;
}

static struct sockaddr internet_address(const char *text)
{
	struct sockaddr_in internet = { .sin_family = AF_INET };
	struct sockaddr address;

	inet_pton(AF_INET, text, &internet.sin_addr);
	memcpy(&address, &internet, sizeof address);
	return address;
}

void link_address(enum link_end end, const char *address)
{
	struct ifreq request = { .ifr_addr = internet_address(address) };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, ends[end].interface);
	if (s < 0 || ioctl(s, SIOCSIFADDR, &request) < 0)
		bail("address %s: %s", address, strerror(errno));
	close(s);
}

void link_default_route(const char *gateway)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	route.rt_dst = internet_address("0.0.0.0");
	route.rt_genmask = internet_address("0.0.0.0");
	route.rt_gateway = internet_address(gateway);
	if (s < 0 || ioctl(s, SIOCADDRT, &route) < 0)
		bail("default route: %s", strerror(errno));
	close(s);
}

static void set_up(const char *interface)
{
	struct ifreq request = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, interface);
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &request) < 0)
		bail("interface %s: %s", interface, strerror(errno));
	close(s);
}

static void bring_up(enum link_end end)
{
	char path[96];

	link_enter(end);
	/* Nobody else can have the addresses of IPv6, so they need not be tried out for a second. */
	snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/accept_dad", ends[end].interface);
	write_file(path, "0");
	link_address(end, ends[end].address);
	set_up(ends[end].interface);
}

/* HERE never asks where THERE is: after the cut nobody would answer, and nothing would go out. */
static void know_neighbour(void)
{
	struct arpreq request = { .arp_flags = ATF_PERM | ATF_COM };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	request.arp_pa = internet_address(ends[THERE].address);
	request.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(request.arp_ha.sa_data, ends[THERE].hardware, sizeof ends[THERE].hardware);
	strcpy(request.arp_dev, ends[HERE].interface);
	if (s < 0 || ioctl(s, SIOCSARP, &request) < 0)
		bail("neighbour: %s", strerror(errno));
	close(s);
}

static const char *start_recorder(void)
{
	struct sockaddr_ll interface = { .sll_family = AF_PACKET,
					 .sll_protocol = htons(ETH_P_ALL),
					 .sll_ifindex = if_nametoindex(ends[HERE].interface) };
	int on = 1;

	recorder = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	if (recorder < 0 || setsockopt(recorder, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
	    bind(recorder, (struct sockaddr *)&interface, sizeof interface) < 0)
		return cannot("a packet socket");
	return NULL;
}

const char *link_make(void)
{
	const char *failure = make_namespaces();

	if (!failure)
		failure = make_interfaces();
	if (failure)
		return failure;
	bring_up(THERE);
	bring_up(HERE);
	know_neighbour();
	return start_recorder();
}

const char *link_leave(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	const char *failure = leave_namespace();
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!failure && (s < 0 || ioctl(s, SIOCSIFFLAGS, &request) < 0))
		failure = cannot("the loopback interface");
	close(s);
	return failure;
}

bool link_tune(const char *name, const char *value)
{
	char path[96];

	snprintf(path, sizeof path, "/proc/sys/net/ipv4/%s", name);
	return write_file(path, "%s", value);
}

const char *link_file(const char *path, const char *text)
{
	static bool left;
	char own[] = "/tmp/tap-XXXXXX";
	size_t length = strlen(text);
	int fd;

	if (!left && (unshare(CLONE_NEWNS) < 0 || mount("", "/", "", MS_REC | MS_PRIVATE, "") < 0))
		return cannot("a mount namespace");
	left = true;
	fd = mkstemp(own);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length || fchmod(fd, 0644) < 0)
		return cannot(own);
	close(fd);
	if (mount(own, path, "", MS_BIND, "") < 0)
		cannot(path);
	else
		*reason = 0;
	unlink(own);
	return *reason ? reason : NULL;
}

void link_route(void)
{
	struct rtentry route = { .rt_gateway = internet_address(LINK_ADDRESS_THERE),
				 .rt_dst = internet_address("0.0.0.0"),
				 .rt_genmask = internet_address("0.0.0.0"),
				 .rt_flags = RTF_UP | RTF_GATEWAY };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0 || ioctl(s, SIOCADDRT, &route) < 0)
		bail("route: %s", strerror(errno));
	close(s);
	link_enter(THERE);
	if (!link_tune("ip_forward", "1"))
		bail("ip_forward: %s", strerror(errno));
	link_enter(HERE);
}

unsigned link_index(enum link_end end)
{
	unsigned index;

	link_enter(end);
	index = if_nametoindex(ends[end].interface);
	link_enter(HERE);
	return index;
}

void link_address6(enum link_end end, const char *address)
{
	struct {
		struct in6_addr address;
		unsigned prefix;
		int index;
		char rest[sizeof(struct ifreq)]; /* valgrind takes it for one */
	} request = { .prefix = 64, .index = (int)link_index(end), .rest = { 0 } };
	struct sockaddr_in6 name = { .sin6_family = AF_INET6 };
	int s;

	link_enter(end);
	s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET6, address, &request.address);
	if (s < 0 || ioctl(s, SIOCSIFADDR, &request) < 0)
		bail("address %s: %s", address, strerror(errno));
	/* The kernel makes it fit for use a little later. */
	name.sin6_addr = request.address;
	for (int i = 0; bind(s, (struct sockaddr *)&name, sizeof name) < 0; i++) {
		if (i == 2000)
			bail("address %s: %s", address, strerror(errno));
		poll(NULL, 0, 1);
	}
	close(s);
	link_enter(HERE);
}

/* The kernel has made it from the hardware's address. */
const char *link_local6(enum link_end end)
{
	static char text[2][INET6_ADDRSTRLEN];
	const unsigned char *mac = ends[end].hardware;

	snprintf(text[end], sizeof text[end], "fe80::%x:%x:fe%02x:%x", (mac[0] ^ 2) << 8 | mac[1],
		 mac[2] << 8 | 0xff, mac[3], mac[4] << 8 | mac[5]);
	return text[end];
}

static int word(const unsigned char *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

/* The option of TCP's header that begins with 2, 4. */
static int segment_of(const unsigned char *tcp, int length)
{
	int end = length < 20 ? 0 : (tcp[12] >> 4) * 4;

	for (int i = 20; i + 3 < end && end <= length; i += tcp[i] == 1 ? 1 : tcp[i + 1])
		if (tcp[i] == 2)
			return word(tcp + i + 2);
		else if (tcp[i] == 0 || (tcp[i] != 1 && tcp[i + 1] < 2))
			break;
	return 0;
}

static void describe_packet(struct packet *packet, const unsigned char *bytes, int size)
{
	bool first = bytes[0] >> 4 == 4;
	const unsigned char *body;

	memset(packet, 0, sizeof *packet);
	packet->version = bytes[0] >> 4;
	packet->length = size;
	packet->ttl = first ? bytes[8] : bytes[7];
	packet->tos = first ? bytes[1] : (bytes[0] << 4 | bytes[1] >> 4) & 0xff;
	packet->header = first ? (bytes[0] & 15) * 4 : 40;
	packet->protocol = first ? bytes[9] : bytes[6];
	packet->dont_fragment = first && word(bytes + 6) & 0x4000;
	packet->fragment = first ? word(bytes + 6) & 0x3fff : bytes[6] == 44;
	memcpy(packet->from, bytes + (first ? 12 : 8), first ? 4 : 16);
	memcpy(packet->to, bytes + (first ? 16 : 24), first ? 4 : 16);
	body = bytes + packet->header;
	if (packet->protocol == IPPROTO_UDP && size >= packet->header + 8)
		packet->checksum = word(body + 6);
	if (packet->protocol == IPPROTO_TCP && size >= packet->header + 20) {
		packet->segment = segment_of(body, size - packet->header);
		packet->flags = body[13];
		packet->urgent = word(body + 18);
		packet->data = size - packet->header - (body[12] >> 4) * 4;
	}
}

void link_forget(void)
{
	char byte;

	while (recv(recorder, &byte, 1, MSG_DONTWAIT) >= 0)
		;
}

bool link_packet(const char *to, struct packet *packet, int milliseconds)
{
	unsigned char bytes[2048], address[16];
	bool first = inet_pton(AF_INET, to, address) == 1;
	double end = link_now() + milliseconds / 1e3;
	struct sockaddr_ll from;
	ssize_t size;

	if (!first && inet_pton(AF_INET6, to, address) != 1)
		bail("%s is no address", to);
	for (;;) {
		socklen_t length = sizeof from;

		size = recvfrom(recorder, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);
		if (size < 0 && link_now() >= end)
			return false;
		if (size < 0) {
			poll(&(struct pollfd){ .fd = recorder, .events = POLLIN }, 1, 10);
			continue;
		}
		if (from.sll_pkttype != PACKET_OUTGOING || size < (first ? 20 : 40) ||
		    bytes[0] >> 4 != (first ? 4 : 6))
			continue;
		describe_packet(packet, bytes, (int)size);
		if (memcmp(packet->to, address, first ? 4 : 16) == 0)
			return true;
	}
}

void link_cut(void)
{
	link_enter(THERE);
	link_address(THERE, "0.0.0.0");
	link_enter(HERE);
}

static void hear(struct conversation *c, const struct tcphdr *tcp, int length, bool sent, double when)
{
	unsigned start = ntohl(tcp->seq), end = start + length + tcp->syn + tcp->fin;

	if (!sent) {
		c->answer = when;
		c->answered += c->probes;
		c->probes = c->data = 0;
	} else if (tcp->rst) {
		c->reset = when;
	} else if (length <= 1 && !tcp->syn && !tcp->fin && start == c->next - 1) {
		if (c->probes < (int)(sizeof c->probe / sizeof *c->probe))
			c->probe[c->probes] = when;
		c->probes++;
	} else {
		c->data += length > 0;
		if (c->next == 0 || (int)(end - c->next) > 0)
			c->next = end;
	}
}

void link_listen(struct conversation *conversations, int first_port, int count, int milliseconds)
{
	_Alignas(struct ip) unsigned char packet[2048];
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct sockaddr_ll from;
	struct iovec memory = { packet, sizeof packet };
	ssize_t size;

	poll(&(struct pollfd){ .fd = recorder, .events = POLLIN }, 1, milliseconds);
	for (;;) {
		struct msghdr message = { &from, sizeof from, &memory, 1, &control, sizeof control, 0 };
		const struct ip *ip = (const struct ip *)packet;
		const struct tcphdr *tcp;
		struct timespec stamp;
		bool sent;
		int port, headers;

		size = recvmsg(recorder, &message, 0);
		if (size < 0)
			return;
		if (size < 40 || from.sll_protocol != htons(ETH_P_IP) || ip->ip_p != IPPROTO_TCP)
			continue;
		memcpy(&stamp, CMSG_DATA(&control.head), sizeof stamp);
		tcp = (const struct tcphdr *)(packet + ip->ip_hl * 4);
		headers = ip->ip_hl * 4 + tcp->doff * 4;
		sent = from.sll_pkttype == PACKET_OUTGOING;
		port = ntohs(sent ? tcp->dest : tcp->source) - first_port;
		if (port >= 0 && port < count)
			hear(&conversations[port], tcp, ntohs(ip->ip_len) - headers, sent,
			     stamp.tv_sec + stamp.tv_nsec / 1e9);
	}
}

double link_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void link_loopback(void)
{
	set_up("lo");
}
