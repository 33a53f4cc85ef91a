/* From names to addresses and back: getaddrinfo, getnameinfo, and their relatives. */
#include "address.h"
#include "error.h"
#include "export.h"
#include "fault.h"
#include "startup.h"
#include "wide.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	int windows, posix;
} flag[] = {
	{ WS_AI_PASSIVE, AI_PASSIVE },         { WS_AI_CANONNAME, AI_CANONNAME },
	{ WS_AI_NUMERICHOST, AI_NUMERICHOST }, { WS_AI_NUMERICSERV, AI_NUMERICSERV },
	{ WS_AI_ALL, AI_ALL },                 { WS_AI_ADDRCONFIG, AI_ADDRCONFIG },
	{ WS_AI_V4MAPPED, AI_V4MAPPED },
};

/* What the program asks for, in either face: the four numbers that the two kinds of hints begin with. */
struct wanted {
	int flags, family, type, protocol;
};
_Static_assert(offsetof(ADDRINFOA, ai_protocol) == offsetof(struct wanted, protocol), "the hints begin alike");
_Static_assert(offsetof(ADDRINFOEXW, ai_protocol) == offsetof(struct wanted, protocol), "the hints begin alike");

/* The list that is given out. The Ex forms have three members more before the last; both kinds lie in a
 * block each, with its address and its name. */
struct list {
	int unit; /* of its texts */
	bool extended;
	void *first;
};

static size_t row_size(const struct list *list)
{
	return list->extended ? sizeof(ADDRINFOEXA) : sizeof(ADDRINFOA);
}

/* Windows looks at the type alone, and takes any protocol with it; Linux wants the two to fit. */
static int hints_in(const struct list *list, const void *user, struct wanted *wanted, struct addrinfo *hints)
{
	unsigned char whole[sizeof(ADDRINFOEXA)] = { 0 };

	memset(hints, 0, sizeof *hints);
	if (user && wsc__copy_in(whole, user, row_size(list)))
		return WS_WSAEFAULT;
	memcpy(wanted, whole, sizeof *wanted);
	for (unsigned i = 0; i < sizeof flag / sizeof *flag; i++)
		if (wanted->flags & flag[i].windows)
			hints->ai_flags |= flag[i].posix;
	hints->ai_family = AF_UNSPEC;
	if (wanted->family != WS_AF_UNSPEC)
		hints->ai_family = wsc__family_to_posix(wanted->family);
	if (hints->ai_family < 0 || hints->ai_family == AF_UNIX)
		return WS_WSAEAFNOSUPPORT;
	if (wanted->type < 0 || wanted->type > WS_SOCK_SEQPACKET)
		return WS_WSAESOCKTNOSUPPORT;
	if (wanted->type == WS_SOCK_STREAM || wanted->type == WS_SOCK_DGRAM)
		hints->ai_socktype = wanted->type;
	return 0;
}

static void **next_of(const struct list *list, void *row)
{
	return list->extended ? (void **)&((ADDRINFOEXA *)row)->ai_next : (void **)&((ADDRINFOA *)row)->ai_next;
}

static void *row_of(const struct list *list, const struct addrinfo *posix, const struct wanted *wanted)
{
	size_t name = posix->ai_canonname ? strlen(posix->ai_canonname) + 1 : 0;
	ADDRINFOA *row = calloc(1, row_size(list) + sizeof(struct sockaddr_storage) + name * (size_t)list->unit);
	struct sockaddr_storage *address = (void *)((char *)row + row_size(list));

	if (!row)
		return NULL;
	memcpy(address, posix->ai_addr, posix->ai_addrlen);
	wsc__address_from_posix(address);
	row->ai_family = wsc__family_from_posix(posix->ai_family);
	row->ai_socktype = wanted->type;
	row->ai_protocol = wanted->protocol;
	row->ai_addrlen = posix->ai_addrlen;
	row->ai_addr = (struct WSC(sockaddr) *)address;
	if (name) {
		row->ai_canonname = (char *)(address + 1);
		wsc__wide_copy(list->unit, address + 1, posix->ai_canonname);
	}
	return row;
}

static void free_rows(const struct list *list)
{
	for (void *row = list->first, *next; row; row = next) {
		next = *next_of(list, row);
		free(row);
	}
}

void WSC(freeaddrinfo)(ADDRINFOA *row)
{
	free_rows(&(struct list){ .first = row });
}

void WSC(FreeAddrInfoW)(PADDRINFOW row)
{
	free_rows(&(struct list){ .first = row });
}
WSC_ALIAS(FreeAddrInfoW)

void WSC(FreeAddrInfoEx)(PADDRINFOEXA row)
{
	free_rows(&(struct list){ .first = row, .extended = true });
}
WSC_ALIAS(FreeAddrInfoEx)

void WSC(FreeAddrInfoExW)(PADDRINFOEXW row)
{
	free_rows(&(struct list){ .first = row, .extended = true });
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
	       !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) && !IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) && !reaches_ipv6();
}

/* Linux gives a row for each type and protocol that fits, Windows one, which repeats the question. */
static int rows_out(const struct addrinfo *posix, const struct wanted *wanted, bool numeric, struct list *list)
{
	const struct addrinfo *given = NULL;
	void **next = &list->first;
	bool held_back = false;

	for (; posix; posix = posix->ai_next) {
		if (wsc__family_from_posix(posix->ai_family) < 0)
			continue;
		if (given && given->ai_addrlen == posix->ai_addrlen &&
		    !memcmp(given->ai_addr, posix->ai_addr, posix->ai_addrlen))
			continue;
		given = posix;
		if (is_of_no_use(posix, numeric)) {
			held_back = true;
			continue;
		}
		*next = row_of(list, posix, wanted);
		if (!*next)
			return WS_WSA_NOT_ENOUGH_MEMORY;
		next = next_of(list, *next);
	}
	return !list->first && held_back ? WS_WSANO_DATA : 0;
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

/* Both names are the program's no more; `result` is where the list goes. */
static int look_up(char *node, char *service, const void *user_hints, struct list *list, void *result)
{
	struct addrinfo hints, *posix = NULL;
	struct wanted wanted;
	bool numeric;
	int error = hints_in(list, user_hints, &wanted, &hints);

	if (error)
		return error;
	if (node && !*node) /* the empty name is this host */
		gethostname(node, NI_MAXHOST);
	else if (node && strip_brackets(node))
		hints.ai_flags |= AI_NUMERICHOST;
	if (service && !*service)
		service = NULL;
	if (!node && !service)
		service = (char *)"0";
	numeric = !node || is_numeric(node);
	error = wsc__error_from_eai(getaddrinfo(node, service, &hints, &posix));
	if (!error)
		error = rows_out(posix, &wanted, numeric, list);
	if (posix)
		freeaddrinfo(posix);
	if (!error)
		error = wsc__copy_out(result, &list->first, sizeof list->first);
	if (error)
		free_rows(list);
	return error;
}

/* A name that is too long is nobody's. */
static int name_in(int unit, char *to, const void *user, size_t most, int nobody)
{
	int error = wsc__wide_in(unit, to, user, most);

	return error == WS_WSAENAMETOOLONG ? nobody : error;
}

/* Gives the error itself, and leaves it as the last error too. */
static int resolve(const void *user_node, const void *user_service, const void *user_hints, struct list list,
		   void *result)
{
	char node[WSC_UTF8_MOST * NI_MAXHOST], service[WSC_UTF8_MOST * NI_MAXSERV];
	int error = wsc__enter();

	if (!error && wsc__copy_out(result, &list.first, sizeof list.first))
		error = WS_WSAEFAULT;
	if (!error && !user_node && !user_service)
		error = WS_WSAHOST_NOT_FOUND;
	if (!error && user_node)
		error = name_in(list.unit, node, user_node, NI_MAXHOST, WS_WSAHOST_NOT_FOUND);
	if (!error && user_service)
		error = name_in(list.unit, service, user_service, NI_MAXSERV, WS_WSATYPE_NOT_FOUND);
	if (!error)
		error = look_up(user_node ? node : NULL, user_service ? service : NULL, user_hints, &list, result);
	wsc__thread.last_error = error;
	return error;
}

INT WSC(getaddrinfo)(PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result)
{
	return resolve(node, service, hints, (struct list){ .unit = 1 }, result);
}

WSC_WIDE_FORMS(INT, GetAddrInfoW, (PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *result),
	       resolve(node, service, hints, (struct list){ .unit = wide }, result))

/* Of the name spaces there is only that of the system's resolver here. */
static int resolve_extended(int unit, const void *node, const void *service, DWORD space, const void *hints,
			    void *result, const void *overlapped)
{
	if (!overlapped && (space == WS_NS_ALL || space == WS_NS_DNS))
		return resolve(node, service, hints, (struct list){ .unit = unit, .extended = true }, result);
	wsc__thread.last_error = overlapped ? WS_WSAEOPNOTSUPP : WS_WSASERVICE_NOT_FOUND;
	return wsc__thread.last_error;
}

INT WSC(GetAddrInfoExA)(PCSTR node, PCSTR service, DWORD space, LPGUID provider, const ADDRINFOEXA *hints,
			PADDRINFOEXA *result, struct WSC(timeval) *timeout, LPWSAOVERLAPPED overlapped,
			LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle)
{
	(void)provider, (void)timeout, (void)handle;
	return resolve_extended(1, node, service, space, hints, result, overlapped ? (void *)overlapped : (void *)routine);
}
WSC_ALIAS(GetAddrInfoExA)

WSC_WIDE_FORMS(INT, GetAddrInfoExW,
	       (PCWSTR node, PCWSTR service, DWORD space, LPGUID provider, const ADDRINFOEXW *hints,
		PADDRINFOEXW *result, struct WSC(timeval) *timeout, LPWSAOVERLAPPED overlapped,
		LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle),
	       ((void)provider, (void)timeout, (void)handle,
		resolve_extended(wide, node, service, space, hints, result,
				 overlapped ? (void *)overlapped : (void *)routine)))

static const struct {
	int windows, posix;
} name_flag[] = {
	{ WS_NI_NOFQDN, NI_NOFQDN },           { WS_NI_NUMERICHOST, NI_NUMERICHOST },
	{ WS_NI_NAMEREQD, NI_NAMEREQD },       { WS_NI_NUMERICSERV, NI_NUMERICSERV },
	{ WS_NI_DGRAM, NI_DGRAM },
};

/* Both texts in UTF-8. */
static int name_address(const void *user, int length, int flags, char node[NI_MAXHOST], char service[NI_MAXSERV])
{
	struct sockaddr_storage address;
	socklen_t whole;
	WORD family;
	int posix_flags = 0, error;

	if (length < (int)sizeof family || wsc__copy_in(&family, user, sizeof family))
		return WS_WSAEFAULT;
	if (family != WS_AF_INET && family != WS_AF_INET6)
		return WS_WSAEAFNOSUPPORT;
	error = wsc__address_in(family, user, length, &address, &whole);
	if (error)
		return error;
	for (unsigned i = 0; i < sizeof name_flag / sizeof *name_flag; i++)
		if (flags & name_flag[i].windows)
			posix_flags |= name_flag[i].posix;
	return wsc__error_from_eai(getnameinfo((struct sockaddr *)&address, whole, node, NI_MAXHOST, service,
					       NI_MAXSERV, posix_flags));
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
		error = name_address(address, length, flags, node_text, service_text);
	if (!error)
		error = name_out(unit, node, node_room, node_text);
	if (!error)
		error = name_out(unit, service, service_room, service_text);
	wsc__thread.last_error = error;
	return error;
}

INT WSC(getnameinfo)(const struct WSC(sockaddr) *address, WSC(socklen_t) length, PCHAR node, DWORD node_room,
		     PCHAR service, DWORD service_room, INT flags)
{
	return get_name(1, address, length, node, node_room, service, service_room, flags);
}

WSC_WIDE_FORMS(INT, GetNameInfoW,
	       (const struct WSC(sockaddr) *address, WSC(socklen_t) length, PWCHAR node, DWORD node_room,
		PWCHAR service, DWORD service_room, INT flags),
	       get_name(wide, address, length, node, node_room, service, service_room, flags))
