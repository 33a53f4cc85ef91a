/* Network adapters by their index: which one an address stands for, and which one leads to it. */
#include "adapter.h"

#include "ws.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static unsigned with_address(uint32_t address)
{
	struct ifaddrs *list;
	unsigned index = 0;

	if (getifaddrs(&list) < 0)
		return 0;
	for (const struct ifaddrs *entry = list; entry && !index; entry = entry->ifa_next)
		if (entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET &&
		    ((const struct sockaddr_in *)(const void *)entry->ifa_addr)->sin_addr.s_addr == address)
			index = if_nametoindex(entry->ifa_name);
	freeifaddrs(list);
	return index;
}

int wsc__adapter_meant(uint32_t address, unsigned *index)
{
	*index = ntohl(address);
	if (*index < 1 << 24)
		return 0;
	*index = with_address(address);
	return *index ? 0 : WS_WSAEADDRNOTAVAIL;
}

/* A request for the route to an address. */
struct request {
	struct nlmsghdr head;
	struct rtmsg route;
	struct rtattr attribute;
	unsigned char address[sizeof(struct in6_addr)];
};

static void fill(struct request *request, const struct sockaddr_storage *to)
{
	bool first = to->ss_family == AF_INET;
	size_t size = first ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	const void *address = first ? (const void *)&((const struct sockaddr_in *)to)->sin_addr :
				      (const void *)&((const struct sockaddr_in6 *)to)->sin6_addr;

	memset(request, 0, sizeof *request);
	request->head.nlmsg_len = (unsigned)(offsetof(struct request, address) + size);
	request->head.nlmsg_type = RTM_GETROUTE;
	request->head.nlmsg_flags = NLM_F_REQUEST;
	request->route.rtm_family = (unsigned char)to->ss_family;
	request->route.rtm_dst_len = (unsigned char)(8 * size);
	request->attribute.rta_type = RTA_DST;
	request->attribute.rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(request->address, address, size);
}

/* The interface that the answer names; 0 if there is no route. */
static unsigned read_route(int fd)
{
	_Alignas(struct nlmsghdr) char answer[4096];
	ssize_t size = recv(fd, answer, sizeof answer, 0);
	const struct nlmsghdr *head = (const void *)answer;
	const struct rtattr *attribute;
	unsigned index;
	size_t left;

	if (size < (ssize_t)NLMSG_LENGTH(sizeof(struct rtmsg)) || head->nlmsg_type != RTM_NEWROUTE)
		return 0;
	left = (size_t)size - NLMSG_LENGTH(sizeof(struct rtmsg));
	attribute = RTM_RTA((const struct rtmsg *)NLMSG_DATA(head));
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == RTA_OIF && RTA_PAYLOAD(attribute) >= sizeof index) {
			memcpy(&index, RTA_DATA(attribute), sizeof index);
			return index;
		}
	return 0;
}

unsigned wsc__adapter_toward(const struct sockaddr_storage *to)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct request request;
	unsigned index = 0;

	if (fd < 0)
		return ADAPTER_LOOPBACK;
	fill(&request, to);
	if (send(fd, &request, request.head.nlmsg_len, 0) >= 0)
		index = read_route(fd);
	close(fd);
	return index ? index : ADAPTER_LOOPBACK;
}
