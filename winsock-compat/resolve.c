/* From names to addresses and back: getaddrinfo, getnameinfo, and their relatives. */
#include "resolve.h"

#include "address.h"
#include "error.h"
#include "export.h"
#include "fault.h"
#include "host.h"
#include "idn.h"
#include "service.h"
#include "startup.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	int windows, posix;
} flag[] = {
	{ WS_AI_PASSIVE, AI_PASSIVE },
	{ WS_AI_CANONNAME, AI_CANONNAME },
	{ WS_AI_NUMERICHOST, AI_NUMERICHOST },
	{ WS_AI_FQDN, AI_CANONNAME },
	{ WS_AI_ALL, AI_ALL },
	{ WS_AI_ADDRCONFIG, AI_ADDRCONFIG },
	{ WS_AI_V4MAPPED, AI_V4MAPPED },
};

/* Flags that ask for nothing which is not so here anyway, or for name spaces that are not here. */
enum {
	IDLE_FLAGS = WS_AI_NUMERICSERV | WS_AI_DNS_ONLY | WS_AI_FORCE_CLEAR_TEXT | WS_AI_BYPASS_DNS_CACHE |
		     WS_AI_RETURN_TTL | WS_AI_NON_AUTHORITATIVE | WS_AI_SECURE |
		     WS_AI_RETURN_PREFERRED_NAMES | WS_AI_FILESERVER | WS_AI_DISABLE_IDN_ENCODING |
		     WS_AI_SECURE_WITH_FALLBACK,
};

/* A row: ADDRINFOEX2 begins like ADDRINFOEX, which begins like ADDRINFO but for its last member. */
struct row {
	union {
		ADDRINFOA plain;
		ADDRINFOEXA extended;
		ADDRINFOEX2A second;
	};
	struct sockaddr_storage address;
	char name[]; /* with its zero, and the other name if there is one */
};
_Static_assert(offsetof(ADDRINFOA, ai_protocol) == offsetof(struct wanted, protocol),
	       "the hints begin alike");
_Static_assert(offsetof(ADDRINFOEXW, ai_protocol) == offsetof(struct wanted, protocol),
	       "the hints begin alike");
_Static_assert(offsetof(ADDRINFOEX2A, ai_next) == offsetof(ADDRINFOEXA, ai_next), "the rows begin alike");

/* What of the hints is only for results. */
static bool has_results(const struct list *list, const ADDRINFOEXA *hints)
{
	const ADDRINFOA *plain = (const void *)hints;

	return plain->ai_addrlen || plain->ai_canonname || plain->ai_addr ||
	       (list->extended ? (void *)hints->ai_next : (void *)plain->ai_next);
}

static int read_flags(const struct list *list, const struct wanted *wanted, bool has_node)
{
	const int names = WS_AI_CANONNAME | WS_AI_FQDN;
	unsigned known = IDLE_FLAGS;

	for (size_t i = 0; i < sizeof flag / sizeof *flag; i++)
		known |= (unsigned)flag[i].windows;
	if ((unsigned)wanted->flags & ~known)
		return WS_WSAEINVAL;
	if (!list->extended && (wanted->flags & names) == names)
		return WS_WSAEINVAL;
	return wanted->flags & names && !has_node ? WS_WSANO_RECOVERY : 0;
}

/* Windows looks at the type alone, and takes any protocol with it. */
static int read_hints(struct wanted *wanted, const struct list *list, const void *user, bool has_node)
{
	ADDRINFOEXA hints;
	int family;

	memset(&hints, 0, sizeof hints);
	if (user && wsc__copy_in(&hints, user, list->extended ? sizeof(ADDRINFOEXA) : sizeof(ADDRINFOA)))
		return WS_WSAEFAULT;
	memcpy(wanted, &hints, sizeof *wanted);
	if (has_results(list, &hints))
		return WS_WSANO_RECOVERY;
	family = wanted->family == WS_AF_UNSPEC ? AF_UNSPEC : wsc__family_to_posix(wanted->family);
	if (family < 0 || family == AF_UNIX)
		return WS_WSAEAFNOSUPPORT;
	if (wanted->type < 0 || wanted->type > WS_SOCK_SEQPACKET)
		return WS_WSAESOCKTNOSUPPORT;
	return read_flags(list, wanted, has_node);
}

/* A name that is too long is nobody's. */
static int read_name(int unit, char *to, const void *user, size_t most, int nobody)
{
	int error = wsc__wide_in(unit, to, user, most);

	return error == WS_WSAENAMETOOLONG ? nobody : error;
}

int wsc__resolve_read(struct question *question, const struct list *list, const void *node,
		      const void *service, const void *hints, void *result)
{
	void *nothing = NULL;
	int error = wsc__copy_out(result, &nothing, sizeof nothing);

	question->has_node = node;
	question->has_service = service;
	if (!error && !node && !service)
		error = WS_WSAHOST_NOT_FOUND;
	if (!error && node)
		error = read_name(list->unit, question->node, node, NI_MAXHOST, WS_WSAHOST_NOT_FOUND);
	if (!error && service)
		error = read_name(list->unit, question->service, service, NI_MAXSERV, WS_WSATYPE_NOT_FOUND);
	return error ? error : read_hints(&question->wanted, list, hints, node);
}

static void **next_of(const struct list *list, struct row *row)
{
	return list->extended ? (void **)&row->extended.ai_next : (void **)&row->plain.ai_next;
}

/* The answer as it is made. */
struct answer {
	const struct question *question;
	struct list *list;
	void **next;
	in_port_t port;
	const char *canonical; /* of the first row; NULL if nobody asked for it */
};

static int add_row(struct answer *answer, const struct sockaddr *address, socklen_t length)
{
	const struct wanted *wanted = &answer->question->wanted;
	const char *canonical = answer->list->first ? NULL : answer->canonical;
	const char *node = answer->question->node;
	size_t unit = (size_t)answer->list->unit,
	       room = canonical ? (strlen(canonical) + strlen(node) + 2) * unit : 0;
	struct row *row = calloc(1, sizeof *row + room);

	if (!row)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	memcpy(&row->address, address, length);
	((struct sockaddr_in *)&row->address)->sin_port = answer->port; /* in both it lies there */
	row->plain.ai_family = wsc__family_from_posix(address->sa_family);
	row->plain.ai_socktype = wanted->type;
	row->plain.ai_protocol = wanted->protocol;
	row->plain.ai_addrlen = length;
	row->plain.ai_addr = (struct WSC(sockaddr) *)&row->address;
	wsc__address_from_posix(&row->address);
	if (canonical) {
		row->plain.ai_canonname = row->name;
		room = (wsc__wide_copy(answer->list->unit, row->name, canonical) + 1) * unit;
	}
	if (canonical && wanted->flags & WS_AI_FQDN && wanted->flags & WS_AI_CANONNAME) {
		row->second.ai_version = WS_ADDRINFOEX_VERSION_2;
		row->second.ai_fqdn = row->name + room;
		wsc__wide_copy(answer->list->unit, row->second.ai_fqdn, strchr(node, '.') ? node : canonical);
	}
	*answer->next = row;
	answer->next = next_of(answer->list, row);
	return 0;
}

void wsc__resolve_free(const struct list *list)
{
	for (void *row = list->first, *next; row; row = next) {
		next = *next_of(list, row);
		free(row);
	}
}

void WSC(freeaddrinfo)(ADDRINFOA *row)
{
	wsc__resolve_free(&(struct list){ .first = row });
}

void WSC(FreeAddrInfoW)(PADDRINFOW row)
{
	wsc__resolve_free(&(struct list){ .first = row });
}
WSC_ALIAS(FreeAddrInfoW)

void WSC(FreeAddrInfoEx)(PADDRINFOEXA row)
{
	wsc__resolve_free(&(struct list){ .first = row, .extended = true });
}
WSC_ALIAS(FreeAddrInfoEx)

void WSC(FreeAddrInfoExW)(PADDRINFOEXW row)
{
	wsc__resolve_free(&(struct list){ .first = row, .extended = true });
}
WSC_ALIAS(FreeAddrInfoExW)

/* Whether this host has an IPv6 address that reaches further than its own link. */
static bool reaches_ipv6(void)
{
	struct ifaddrs *interfaces;
	bool found = false;

	if (getifaddrs(&interfaces) < 0)
		return true;
	for (struct ifaddrs *i = interfaces; i && !found; i = i->ifa_next) {
		const struct sockaddr_in6 *in6 = (void *)i->ifa_addr;

		found = in6 && in6->sin6_family == AF_INET6 && !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) &&
			!IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr);
	}
	freeifaddrs(interfaces);
	return found;
}

/* Whether Windows keeps it back: the IPv6 address of a name, on a host that has none itself. */
static bool is_of_no_use(const struct addrinfo *posix, bool numeric)
{
	const struct sockaddr_in6 *in6 = (void *)posix->ai_addr;

	return posix->ai_family == AF_INET6 && !numeric && !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) &&
	       !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) && !IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) &&
	       !reaches_ipv6();
}

/* Linux gives a row for each type and protocol that fits, Windows one, which repeats the question. */
static int add_found(struct answer *answer, const struct addrinfo *posix, bool numeric)
{
	const struct addrinfo *given = NULL;
	bool held_back = false;
	int error = 0;

	if (posix && posix->ai_canonname && answer->question->wanted.flags & (WS_AI_CANONNAME | WS_AI_FQDN))
		answer->canonical = posix->ai_canonname;
	for (; posix && !error; posix = posix->ai_next) {
		if (wsc__family_from_posix(posix->ai_family) < 0)
			continue;
		if (given && given->ai_addrlen == posix->ai_addrlen &&
		    !memcmp(given->ai_addr, posix->ai_addr, posix->ai_addrlen))
			continue;
		given = posix;
		if (is_of_no_use(posix, numeric))
			held_back = true;
		else
			error = add_row(answer, posix->ai_addr, posix->ai_addrlen);
	}
	return !error && !answer->list->first && held_back ? WS_WSANO_DATA : error;
}

/* The address in IPv6's form, as AI_V4MAPPED has it. */
static int add_mapped(struct answer *answer, const struct sockaddr_storage *address)
{
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6,
				       .sin6_addr.s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(&mapped.sin6_addr.s6_addr[12], &((const struct sockaddr_in *)address)->sin_addr,
	       sizeof(struct in_addr));
	return add_row(answer, (struct sockaddr *)&mapped, sizeof mapped);
}

/* This host's own addresses, IPv6 first. */
static int add_own(struct answer *answer)
{
	const struct wanted *wanted = &answer->question->wanted;
	struct sockaddr_storage addresses[HOST_ADDRESSES];
	bool mapped = wanted->family == WS_AF_INET6 && wanted->flags & WS_AI_V4MAPPED;
	int count = 0, error = 0;

	if (wanted->flags & WS_AI_NUMERICHOST)
		return WS_WSAHOST_NOT_FOUND;
	if (wanted->flags & (WS_AI_CANONNAME | WS_AI_FQDN))
		answer->canonical = wsc__host_name();
	if (wanted->family != WS_AF_INET)
		count = wsc__host_addresses(AF_INET6, addresses);
	for (int i = 0; i < count && !error; i++)
		error = add_row(answer, (struct sockaddr *)&addresses[i], sizeof(struct sockaddr_in6));
	if (error || (wanted->family == WS_AF_INET6 && !(mapped && (!count || wanted->flags & WS_AI_ALL))))
		return error || answer->list->first ? error : WS_WSANO_DATA;
	count = wsc__host_addresses(AF_INET, addresses);
	for (int i = 0; i < count && !error; i++)
		error = mapped ? add_mapped(answer, &addresses[i])
			       : add_row(answer, (struct sockaddr *)&addresses[i],
					 sizeof(struct sockaddr_in));
	return error;
}

/* Windows takes an IPv6 address in brackets, and a port after them that it does not look at. */
static bool strip_brackets(char *node)
{
	char *end = *node == '[' ? strchr(node, ']') : NULL;

	if (!end || (end[1] && (end[1] != ':' || !end[2] || end[2 + strspn(end + 2, "0123456789")])))
		return false;
	*end = '\0';
	memmove(node, node + 1, (size_t)(end - node));
	return true;
}

static bool is_numeric(const char *node)
{
	struct in6_addr address;

	return inet_pton(AF_INET, node, &address) == 1 || strchr(node, ':');
}

/* A number, or the name of a service of this type. */
static int read_port(const struct question *question, in_port_t *port)
{
	const char *service = question->service;
	unsigned long number;
	uint16_t found;
	char *end;

	*port = 0;
	if (!question->has_service || !*service)
		return 0;
	number = strtoul(service, &end, 10);
	if (!*end) {
		*port = htons((uint16_t)number);
		return 0;
	}
	if (question->wanted.flags & WS_AI_NUMERICSERV)
		return WS_WSAHOST_NOT_FOUND;
	if (wsc__service_port(service, question->wanted.type, &found))
		return WS_WSATYPE_NOT_FOUND;
	*port = htons(found);
	return 0;
}

/* The question as the C library takes it. */
static struct addrinfo hints_of(const struct wanted *wanted)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC };

	for (size_t i = 0; i < sizeof flag / sizeof *flag; i++)
		if (wanted->flags & flag[i].windows)
			hints.ai_flags |= flag[i].posix;
	if (wanted->family != WS_AF_UNSPEC)
		hints.ai_family = wsc__family_to_posix(wanted->family);
	if (wanted->type == WS_SOCK_STREAM || wanted->type == WS_SOCK_DGRAM)
		hints.ai_socktype = wanted->type;
	return hints;
}

static int ask(struct answer *answer, const char *name, const struct addrinfo *hints, bool numeric)
{
	struct addrinfo *posix = NULL;
	int error = wsc__error_from_eai(getaddrinfo(name, name ? NULL : "0", hints, &posix));

	if (!error)
		error = add_found(answer, posix, numeric);
	if (posix)
		freeaddrinfo(posix);
	return error;
}

static int find(struct answer *answer)
{
	const struct question *question = answer->question;
	struct addrinfo hints = hints_of(&question->wanted);
	char node[sizeof question->node];
	const char *name = question->has_node ? node : NULL;
	bool numeric = !name;
	int error;

	if (name) {
		strcpy(node, question->node);
		if (strip_brackets(node))
			hints.ai_flags |= AI_NUMERICHOST;
		numeric = is_numeric(node);
		if (!(question->wanted.flags & WS_AI_DISABLE_IDN_ENCODING) &&
		    wsc__idn_encode(node, sizeof node))
			return WS_WSAHOST_NOT_FOUND;
	}
	error = ask(answer, name, &hints, numeric);
	if (error == WS_WSANO_DATA && hints.ai_flags & AI_V4MAPPED && !(hints.ai_flags & AI_ALL)) {
		hints.ai_flags |= AI_ALL; /* all of IPv6 was kept back */
		error = ask(answer, name, &hints, numeric);
	}
	if (error && name && !strcasecmp(name, "localhost") && !(hints.ai_flags & AI_NUMERICHOST)) {
		hints.ai_flags &= ~(AI_PASSIVE | AI_CANONNAME);
		error = ask(answer, NULL, &hints, true); /* if /etc/hosts does not know it */
	}
	return error;
}

int wsc__resolve(const struct question *question, struct list *list)
{
	struct answer answer = { .question = question, .list = list, .next = &list->first };
	int error = read_port(question, &answer.port);

	if (!error)
		error = question->has_node && wsc__host_is_own(question->node) ? add_own(&answer)
									       : find(&answer);
	if (error) {
		wsc__resolve_free(list);
		list->first = NULL;
	}
	return error;
}

/* Gives the error itself, and leaves it as the last error too. */
static int resolve(const void *node, const void *service, const void *hints, struct list list, void *result)
{
	struct question question;
	int error = wsc__enter();

	if (!error)
		error = wsc__resolve_read(&question, &list, node, service, hints, result);
	if (!error)
		error = wsc__resolve(&question, &list);
	if (!error && wsc__copy_out(result, &list.first, sizeof list.first)) {
		error = WS_WSAEFAULT;
		wsc__resolve_free(&list);
	}
	wsc__thread.last_error = error;
	return error;
}

INT WSC(getaddrinfo)(PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result)
{
	return resolve(node, service, hints, (struct list){ .unit = 1 }, result);
}

WSC_WIDE_FORMS(INT, GetAddrInfoW, (PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *result),
	       resolve(node, service, hints, (struct list){ .unit = wide }, result))

/* The address itself: its scope is a number on Windows, on Linux an interface's name. */
static void write_number(const struct sockaddr_storage *address, char node[NI_MAXHOST])
{
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, node, NI_MAXHOST);
		return;
	}
	inet_ntop(AF_INET6, &in6->sin6_addr, node, NI_MAXHOST);
	if (in6->sin6_scope_id)
		snprintf(node + strlen(node), NI_MAXHOST - strlen(node), "%%%u", in6->sin6_scope_id);
}

/* The name of a host; where it has none, its address does. */
static int name_host(const struct sockaddr_storage *address, socklen_t length, int flags, char *node)
{
	int posix_flags = NI_NAMEREQD | (flags & WS_NI_NOFQDN ? NI_NOFQDN : 0), error;

	if (!(flags & WS_NI_NUMERICHOST)) {
		error = wsc__error_from_eai(getnameinfo((const struct sockaddr *)address, length, node,
							NI_MAXHOST, NULL, 0, posix_flags));
		if (error != WS_WSAHOST_NOT_FOUND || flags & WS_NI_NAMEREQD)
			return error;
	}
	write_number(address, node);
	return 0;
}

/* Both texts in UTF-8, as far as they are wanted: a name that nobody asks for is not looked up. */
static int name_address(const void *user, int length, int flags, char *node, char *service)
{
	struct sockaddr_storage address;
	uint16_t port;
	socklen_t whole;
	WORD family;
	int error;

	if (length < (int)sizeof family || wsc__copy_in(&family, user, sizeof family))
		return WS_WSAEFAULT;
	if (family != WS_AF_INET && family != WS_AF_INET6)
		return WS_WSAEAFNOSUPPORT;
	error = wsc__address_in(family, user, length, &address, &whole);
	if (error)
		return error;
	if (node)
		error = name_host(&address, whole, flags, node);
	if (error)
		return error;
	port = (uint16_t)wsc__address_port(&address);
	if (service &&
	    (flags & WS_NI_NUMERICSERV || !wsc__service_name(port, flags & WS_NI_DGRAM, service, NI_MAXSERV)))
		snprintf(service, NI_MAXSERV, "%u", port);
	return 0;
}

/* One of the two texts; no room is no wish for it. */
static int name_out(int unit, void *user, DWORD room, const char *text)
{
	int error = user && room ? wsc__wide_out(unit, user, room, text) : 0;

	return error == WS_WSAENOBUFS ? WS_ERROR_INSUFFICIENT_BUFFER : error;
}

static int get_name(int unit, const void *address, int length, void *node, DWORD node_room, void *service,
		    DWORD service_room, int flags)
{
	char node_text[NI_MAXHOST], service_text[NI_MAXSERV];
	int error = wsc__enter();

	if (!error && !(node && node_room) && !(service && service_room))
		error = WS_WSAHOST_NOT_FOUND;
	if (!error)
		error = name_address(address, length, flags, node && node_room ? node_text : NULL,
				     service && service_room ? service_text : NULL);
	if (!error)
		error = name_out(unit, node, node_room, node_text);
	if (!error)
		error = name_out(unit, service, service_room, service_text);
	wsc__thread.last_error = error;
	return error;
}

INT WSC(getnameinfo)(const struct WSC(sockaddr) * address, WSC(socklen_t) length, PCHAR node, DWORD node_room,
		     PCHAR service, DWORD service_room, INT flags)
{
	return get_name(1, address, length, node, node_room, service, service_room, flags);
}

WSC_WIDE_FORMS(INT, GetNameInfoW,
	       (const struct WSC(sockaddr) * address, WSC(socklen_t) length, PWCHAR node, DWORD node_room,
		PWCHAR service, DWORD service_room, INT flags),
	       get_name(wide, address, length, node, node_room, service, service_room, flags))
