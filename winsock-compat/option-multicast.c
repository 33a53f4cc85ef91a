/* Joining and leaving multicast groups, and the sources in them. */
#include "address.h"
#include "options.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Both systems have the address of an interface here; Windows takes its index for one as well, as 0.x.x.x. */
int wsc__option_set_membership(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	const DWORD *words = (const DWORD *)value->bytes; /* group, interface */
	struct ip_mreqn request = { .imr_multiaddr.s_addr = words[0], .imr_address.s_addr = words[1] };
	uint32_t interface = ntohl(words[1]);

	(void)sock;
	if (interface && interface < 1 << 24)
		request = (struct ip_mreqn){ .imr_multiaddr.s_addr = words[0], .imr_ifindex = (int)interface };
	return wsc__posix_set(s, option->posix_level, option->posix_name, &request, sizeof request);
}

/* Windows has group, source, interface; Linux has the interface in the middle. */
int wsc__option_set_source(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	const DWORD *words = (const DWORD *)value->bytes;
	struct ip_mreq_source request = {
		.imr_multiaddr.s_addr = words[0],
		.imr_interface.s_addr = words[2],
		.imr_sourceaddr.s_addr = words[1],
	};

	(void)sock;
	return wsc__posix_set(s, option->posix_level, option->posix_name, &request, sizeof request);
}

int wsc__option_set_membership6(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	(void)sock;
	return wsc__posix_set(s, option->posix_level, option->posix_name, value->bytes, sizeof(struct ipv6_mreq));
}

int wsc__option_set_group(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct group_req request = { .gr_interface = value->group_req.gr_interface };

	(void)sock;
	memcpy(&request.gr_group, &value->group_req.gr_group, sizeof request.gr_group);
	request.gr_group.ss_family = (sa_family_t)wsc__family_to_posix(request.gr_group.ss_family);
	return wsc__posix_set(s, option->posix_level, option->posix_name, &request, sizeof request);
}

int wsc__option_set_group_source(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct group_source_req request = { .gsr_interface = value->group_source_req.gsr_interface };

	(void)sock;
	memcpy(&request.gsr_group, &value->group_source_req.gsr_group, sizeof request.gsr_group);
	memcpy(&request.gsr_source, &value->group_source_req.gsr_source, sizeof request.gsr_source);
	request.gsr_group.ss_family = (sa_family_t)wsc__family_to_posix(request.gsr_group.ss_family);
	request.gsr_source.ss_family = (sa_family_t)wsc__family_to_posix(request.gsr_source.ss_family);
	return wsc__posix_set(s, option->posix_level, option->posix_name, &request, sizeof request);
}
