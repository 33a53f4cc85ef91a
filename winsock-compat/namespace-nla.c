/* The name space of the networks that this host is in, Windows' Network Location Awareness: one for each
 * interface that is up and has an address, the loopback interface aside. */
#include "namespace.h"

#include "interface.h"
#include "netlink.h"

#include <net/if.h> /* before the kernel's, which then leaves out what it has too */
#include <net/if_arp.h>
#include <linux/wireless.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const GUID class = NLA_SERVICE_CLASS_GUID;

static int check(const struct query *query)
{
	if (query->flags & WS_LUP_CONTAINERS)
		return WS_WSANO_DATA;
	if (query->has_class && !wsc__namespace_is(&query->class, &class))
		return WS_WSASERVICE_NOT_FOUND;
	for (size_t i = 0; i < query->protocols_count; i++)
		if (query->protocols[i].family != WS_AF_INET && query->protocols[i].family != WS_AF_INET6)
			return WS_WSAEINVAL;
	return 0;
}

/* What kind of adapter it is, as Windows numbers them (IF_TYPE_*). */
static DWORD kind_of(const char *name)
{
	enum { OTHER = 1, ETHERNET = 6, PPP = 23, LOOPBACK = 24, WIRELESS = 71, TUNNEL = 131 };
	static const struct {
		unsigned short posix;
		DWORD windows;
	} kinds[] = {
		{ ARPHRD_ETHER, ETHERNET }, { ARPHRD_PPP, PPP },        { ARPHRD_LOOPBACK, LOOPBACK },
		{ ARPHRD_TUNNEL, TUNNEL },  { ARPHRD_TUNNEL6, TUNNEL }, { ARPHRD_SIT, TUNNEL },
		{ ARPHRD_IPGRE, TUNNEL },   { 0xfffe, TUNNEL }, /* ARPHRD_NONE: no header at all */
	};
	struct ifreq request = { .ifr_name = "" };
	struct iwreq wireless = { .u.name = "" };
	DWORD kind = OTHER;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	snprintf(wireless.ifr_ifrn.ifrn_name, sizeof wireless.ifr_ifrn.ifrn_name, "%s", name);
	if (!ioctl(fd, SIOCGIWNAME, &wireless))
		kind = WIRELESS;
	else if (!ioctl(fd, SIOCGIFHWADDR, &request))
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			if (kinds[i].posix == request.ifr_hwaddr.sa_family)
				kind = kinds[i].windows;
	if (fd >= 0)
		close(fd);
	return kind;
}

/* Bits in a second, as far as the member can say it; 0 if nobody knows. */
static DWORD speed_of(const char *name)
{
	char path[64];
	long megabits = 0;
	FILE *file;

	snprintf(path, sizeof path, "/sys/class/net/%s/speed", name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%ld", &megabits) != 1 || megabits < 0)
		megabits = 0;
	fclose(file);
	return megabits > 4294 ? 0xffffffff : (DWORD)megabits * 1000000;
}

/* An interface, and whether a route to everywhere leads through it. */
struct way {
	unsigned index;
	bool out;
};

static int look_at_route(const struct nlmsghdr *message, void *argument)
{
	const struct rtmsg *route = NLMSG_DATA(message);
	struct way *way = argument;
	const unsigned *index;

	if (message->nlmsg_type != RTM_NEWROUTE || route->rtm_dst_len || route->rtm_type != RTN_UNICAST)
		return 0;
	index = wsc__netlink_attribute(RTM_RTA(route), RTM_PAYLOAD(message), RTA_OIF, sizeof *index);
	way->out = way->out || (index && *index == way->index);
	return 0;
}

static bool leads_out(unsigned index)
{
	struct way way = { index, false };

	if (wsc__netlink_dump(RTM_GETROUTE, AF_INET, look_at_route, &way) || !way.out)
		wsc__netlink_dump(RTM_GETROUTE, AF_INET6, look_at_route, &way);
	return way.out;
}

/* Two structures: the interface, whose name makes the first as long as it is, and what it is connected to. */
static int describe(struct answer *answer, unsigned index)
{
	const size_t head = offsetof(NLA_BLOB, data.interfaceData.adapterName);
	const size_t second = (head + strlen(answer->name) + 1 + 3) / 4 * 4;
	const size_t size = second + offsetof(NLA_BLOB, data) + sizeof(((NLA_BLOB *)0)->data.connectivity);
	unsigned char *bytes = calloc(1, second + sizeof(NLA_BLOB));
	NLA_BLOB *blob = (void *)bytes;

	if (!bytes)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	blob->header.type = NLA_INTERFACE;
	blob->header.dwSize = (DWORD)second;
	blob->header.nextOffset = (DWORD)second;
	blob->data.interfaceData.dwType = kind_of(answer->name);
	blob->data.interfaceData.dwSpeed = speed_of(answer->name);
	memcpy(bytes + head, answer->name, strlen(answer->name));
	blob = (void *)(bytes + second);
	blob->header.type = NLA_CONNECTIVITY;
	blob->header.dwSize = (DWORD)(size - second);
	blob->data.connectivity.type = NLA_NETWORK_UNMANAGED; /* no domain rules it */
	blob->data.connectivity.internet = leads_out(index) ? NLA_INTERNET_YES : NLA_INTERNET_NO;
	answer->blob = bytes;
	answer->blob_size = size;
	return 0;
}

/* A name, if there is one, means that network alone. */
static int add_network(struct answers *answers, unsigned index, const char *meant)
{
	char name[IF_NAMESIZE];
	struct answer *answer;

	if (!if_indextoname(index, name) ||
	    (*meant && strcmp(meant, name) != 0)) /* or it has gone meanwhile */
		return 0;
	for (size_t i = 0; i < answers->count; i++)
		if (!strcmp(answers->list[i].name, name))
			return 0;
	answer = wsc__namespace_answer(answers);
	if (!answer || !(answer->name = strdup(name)))
		return WS_WSA_NOT_ENOUGH_MEMORY;
	answer->has_class = true;
	answer->class = class;
	return describe(answer, index);
}

static int add_family(struct answers *answers, int family, const char *meant)
{
	struct local_address *list;
	size_t count;
	int error = wsc__interface_locals(family, &list, &count);

	for (size_t i = 0; i < count && !error; i++)
		if (list[i].link & IFF_UP && list[i].link & IFF_RUNNING && !(list[i].link & IFF_LOOPBACK))
			error = add_network(answers, list[i].index, meant);
	free(list);
	return error;
}

static int ask(const struct query *query, struct answers *answers)
{
	int error = add_family(answers, AF_INET, query->name);

	if (!error)
		error = add_family(answers, AF_INET6, query->name);
	if (error)
		wsc__namespace_free(answers);
	return error;
}

/* Windows keeps networks in its registry, and what is known of them. Here they are what they are. */
static int set(const struct query *query, WSAESETSERVICEOP operation)
{
	(void)operation;
	return wsc__namespace_is(&query->class, &class) ? WS_WSAEACCES : WS_WSASERVICE_NOT_FOUND;
}

const struct name_space wsc__namespace_nla = {
	.provider = NLA_NAMESPACE_GUID,
	.number = WS_NS_NLA,
	.identifier = "Network Location Awareness Legacy (NLAv1) Namespace",
	.changes = true,
	.check = check,
	.ask = ask,
	.set = set,
};
