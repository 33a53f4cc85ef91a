/* SIO_ADDRESS_LIST_SORT: the best destination first, by RFC 6724 and the kernel's routes. */
#include "addresssort.h"

#include "address.h"
#include "fault.h"
#include "interface.h"
#include "route.h"

#include <linux/if_addr.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The RFC's policy table, longest prefix first. */
static const struct policy {
	unsigned char prefix[16];
	unsigned bits, precedence, label;
} policies[] = {
	{ { [15] = 1 }, 128, 50, 0 },  { { [10] = 0xff, [11] = 0xff }, 96, 35, 4 }, /* IPv4 */
	{ { 0 }, 96, 1, 3 },           { { 0x20, 0x01, 0, 0 }, 32, 5, 5 },
	{ { 0x20, 0x02 }, 16, 30, 2 }, { { 0x3f, 0xfe }, 16, 1, 12 },
	{ { 0xfe, 0xc0 }, 10, 1, 11 }, { { 0xfc }, 7, 3, 13 },
	{ { 0 }, 0, 40, 1 },
};

struct candidate {
	struct sockaddr_in6 to, from; /* IPv4 as ::ffff:a.b.c.d */
	size_t place;                 /* in the program's list */
	bool reachable, deprecated;   /* `from` is */
};

static unsigned common_bits(const unsigned char *a, const unsigned char *b)
{
	unsigned bits = 0;

	while (bits < 128 && !((a[bits / 8] ^ b[bits / 8]) & 0x80 >> bits % 8))
		bits++;
	return bits;
}

static const struct policy *policy_of(const struct sockaddr_in6 *address)
{
	const struct policy *policy = policies;

	while (common_bits(policy->prefix, address->sin6_addr.s6_addr) < policy->bits)
		policy++;
	return policy;
}

enum { LINK_LOCAL = 2, SITE_LOCAL = 5, GLOBAL = 14 };

static unsigned scope_of(const struct sockaddr_in6 *address)
{
	const struct in6_addr *in6 = &address->sin6_addr;
	const unsigned char *byte = in6->s6_addr;

	if (IN6_IS_ADDR_V4MAPPED(in6)) /* loopback and link-local are one scope there */
		return byte[12] == 127 || (byte[12] == 169 && byte[13] == 254) ? LINK_LOCAL : GLOBAL;
	if (IN6_IS_ADDR_MULTICAST(in6))
		return byte[1] & 0xf;
	if (IN6_IS_ADDR_LINKLOCAL(in6) || IN6_IS_ADDR_LOOPBACK(in6))
		return LINK_LOCAL;
	return IN6_IS_ADDR_SITELOCAL(in6) ? SITE_LOCAL : GLOBAL;
}

/* Below zero if the first number is better for being greater. */
static int greater_first(unsigned a, unsigned b)
{
	return a > b ? -1 : a < b;
}

/* The rules in their order: the first one that tells two destinations apart decides. Home addresses
 * and tunnels are nothing that the kernel tells about. */
static int compare(const void *first, const void *second)
{
	const struct candidate *a = first, *b = second;
	const struct policy *to_a = policy_of(&a->to), *to_b = policy_of(&b->to);
	int better = greater_first(a->reachable, b->reachable);

	if (!better && a->reachable) {
		better = greater_first(scope_of(&a->to) == scope_of(&a->from),
				       scope_of(&b->to) == scope_of(&b->from));
		if (!better)
			better = greater_first(!a->deprecated, !b->deprecated);
		if (!better)
			better = greater_first(to_a->label == policy_of(&a->from)->label,
					       to_b->label == policy_of(&b->from)->label);
	}
	if (!better)
		better = greater_first(to_a->precedence, to_b->precedence);
	if (!better)
		better = -greater_first(scope_of(&a->to), scope_of(&b->to));
	if (!better && a->reachable &&
	    IN6_IS_ADDR_V4MAPPED(&a->to.sin6_addr) == IN6_IS_ADDR_V4MAPPED(&b->to.sin6_addr))
		better = greater_first(common_bits(a->to.sin6_addr.s6_addr, a->from.sin6_addr.s6_addr),
				       common_bits(b->to.sin6_addr.s6_addr, b->from.sin6_addr.s6_addr));
	return better ? better : a->place < b->place ? -1 : 1;
}

/* An IPv4 address inside an IPv6 one. */
static struct sockaddr_in6 map(const struct sockaddr_in *in)
{
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = in->sin_port };

	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&mapped.sin6_addr.s6_addr[12], &in->sin_addr, 4);
	return mapped;
}

/* Where datagrams to it would come from. */
static void find_source(struct candidate *candidate, const struct local_address *locals, size_t count)
{
	struct sockaddr_storage to = { 0 }, from;
	struct sockaddr_in *in = (struct sockaddr_in *)&to;

	if (IN6_IS_ADDR_V4MAPPED(&candidate->to.sin6_addr)) {
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, &candidate->to.sin6_addr.s6_addr[12], 4);
		candidate->reachable = !wsc__route_source(&to, sizeof *in, &from);
		candidate->from = map((const struct sockaddr_in *)&from);
		return;
	}
	memcpy(&to, &candidate->to, sizeof candidate->to);
	candidate->reachable = !wsc__route_source(&to, sizeof candidate->to, &from);
	memcpy(&candidate->from, &from, sizeof candidate->from);
	for (size_t i = 0; i < count; i++)
		if (IN6_ARE_ADDR_EQUAL(&locals[i].address.in6.sin6_addr, &candidate->from.sin6_addr))
			candidate->deprecated = locals[i].flags & IFA_F_DEPRECATED;
}

/* The interface on which an address that holds for one link only can be meant. */
static unsigned scope_id(const struct sockaddr_in6 *to, const struct local_address *locals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!(locals[i].link & IFF_LOOPBACK) && scope_of(&locals[i].address.in6) == scope_of(to))
			return locals[i].index;
	return 0;
}

/* Takes over one address; false if it is none, which leaves it out of the list. */
static bool take(struct candidate *candidate, const SOCKET_ADDRESS *entry, const struct local_address *locals,
		 size_t count)
{
	struct sockaddr_storage address;
	socklen_t length;

	if (wsc__address_in(WS_AF_INET6, entry->lpSockaddr, entry->iSockaddrLength, &address, &length))
		return false;
	memcpy(&candidate->to, &address, sizeof candidate->to);
	if (!candidate->to.sin6_scope_id && scope_of(&candidate->to) < GLOBAL &&
	    (IN6_IS_ADDR_LINKLOCAL(&candidate->to.sin6_addr) ||
	     IN6_IS_ADDR_SITELOCAL(&candidate->to.sin6_addr))) {
		candidate->to.sin6_scope_id = scope_id(&candidate->to, locals, count);
		if (!candidate->to.sin6_scope_id && IN6_IS_ADDR_SITELOCAL(&candidate->to.sin6_addr))
			return false;
	}
	find_source(candidate, locals, count);
	return true;
}

/* How many addresses the program's list says it has, and has memory for before any is taken for them here. */
static int count_entries(const struct call *call, size_t *count)
{
	const size_t head = offsetof(SOCKET_ADDRESS_LIST, Address);
	SOCKET_ADDRESS last;
	INT said;

	if (!call->in || call->in_size < sizeof said || wsc__copy_in(&said, call->in, sizeof said))
		return WS_WSAEFAULT;
	if (said < 0)
		return WS_WSAEINVAL;
	*count = (size_t)said;
	if (!said)
		return 0;
	if (call->in_size < head || (call->in_size - head) / sizeof last < *count)
		return WS_WSAEFAULT;
	return wsc__copy_in(&last, wsc__user_at(call->in, head + (*count - 1) * sizeof last), sizeof last);
}

static int read_entries(const struct call *call, struct candidate *candidates, size_t *count)
{
	struct local_address *locals;
	size_t local_count, taken = 0;
	int error = wsc__interface_locals(AF_INET6, &locals, &local_count);

	for (size_t i = 0; !error && i < *count; i++) {
		SOCKET_ADDRESS entry;

		error = wsc__copy_in(
			&entry,
			wsc__user_at(call->in, offsetof(SOCKET_ADDRESS_LIST, Address) + i * sizeof entry),
			sizeof entry);
		if (!error && take(&candidates[taken], &entry, locals, local_count)) {
			candidates[taken].place = taken;
			taken++;
		}
	}
	free(locals);
	*count = taken;
	return error;
}

int wsc__addresssort(SOCKET s, struct socket *sock, struct call *call)
{
	struct candidate *candidates;
	size_t count;
	int error = count_entries(call, &count);

	(void)s, (void)sock;
	if (error)
		return error;
	candidates = calloc(count + 1, sizeof *candidates);
	if (!candidates)
		return WS_WSAENOBUFS;
	error = read_entries(call, candidates, &count);
	if (!error)
		qsort(candidates, count, sizeof *candidates, compare);
	if (!error)
		error = wsc__interface_put(call, &candidates->to, sizeof *candidates, count, AF_INET6);
	free(candidates);
	return error;
}

void wsc__addresssort_best(struct sockaddr_in6 *list, size_t count)
{
	struct candidate *candidates = calloc(count + 1, sizeof *candidates);
	struct sockaddr_in6 *before = calloc(count + 1, sizeof *before);
	struct local_address *locals = NULL;
	size_t local_count = 0;

	if (candidates && before && !wsc__interface_locals(AF_INET6, &locals, &local_count)) {
		memcpy(before, list, count * sizeof *list);
		for (size_t i = 0; i < count; i++) {
			candidates[i].to = list[i].sin6_family == AF_INET
						   ? map((struct sockaddr_in *)&list[i])
						   : list[i];
			candidates[i].place = i;
			find_source(&candidates[i], locals, local_count);
		}
		qsort(candidates, count, sizeof *candidates, compare);
		for (size_t i = 0; i < count; i++)
			list[i] = before[candidates[i].place];
		free(locals);
	}
	free(before);
	free(candidates);
}
