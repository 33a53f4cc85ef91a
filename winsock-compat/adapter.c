/* Network adapters by their index: which one an address stands for, and which one leads to it. */
#include "adapter.h"

#include "interface.h"
#include "netlink.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static int with_address(uint32_t address, unsigned *index)
{
	struct local_address *list;
	size_t count;
	int error = wsc__interface_locals(AF_INET, &list, &count);

	*index = 0;
	if (error)
		return error;
	for (size_t i = 0; i < count && !*index; i++)
		if (list[i].address.in.sin_addr.s_addr == address)
			*index = list[i].index;
	free(list);
	return *index ? 0 : WS_WSAEADDRNOTAVAIL;
}

int wsc__adapter_meant(uint32_t address, unsigned *index)
{
	*index = ntohl(address);
	if (*index < 1 << 24)
		return 0;
	return with_address(address, index);
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
	const void *address = first ? (const void *)&((const struct sockaddr_in *)to)->sin_addr
				    : (const void *)&((const struct sockaddr_in6 *)to)->sin6_addr;

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

unsigned wsc__adapter_toward(const struct sockaddr_storage *to)
{
	union {
		struct nlmsghdr head;
		char bytes[4096];
	} answer;
	struct request request;
	const struct rtmsg *route = NLMSG_DATA(&answer.head);
	const unsigned *index = NULL;
	size_t size;

	fill(&request, to);
	size = wsc__netlink_ask(&request.head, &answer.head, sizeof answer);
	if (size >= NLMSG_LENGTH(sizeof *route) && answer.head.nlmsg_type == RTM_NEWROUTE)
		index = wsc__netlink_attribute(RTM_RTA(route), size - NLMSG_LENGTH(sizeof *route), RTA_OIF,
					       sizeof *index);
	return index && *index ? *index : ADAPTER_LOOPBACK;
}
