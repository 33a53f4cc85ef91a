/* Hosts by their names and addresses: gethostname, gethostbyname, gethostbyaddr. */
#include "address.h"
#include "error.h"
#include "export.h"
#include "fault.h"
#include "host.h"
#include "interface.h"
#include "packed.h"
#include "startup.h"
#include "wide.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

static int own_name(int unit, void *name, int size)
{
	struct utsname system;
	int error = wsc__enter();

	if (!error) {
		uname(&system);
		error = wsc__wide_out(unit, name, size > 0 ? (size_t)size : 0, system.nodename);
		if (error == WS_WSAENOBUFS)
			error = WS_WSAEFAULT;
	}
	return wsc__result(error);
}

int WSC(gethostname)(char *name, int size)
{
	return own_name(1, name, size);
}

WSC_WIDE_FORMS(int, GetHostNameW, (PWSTR name, int size), own_name(wide, name, size))

/* The address that packets to far away come from, without sending one; 0 if there is no way there. */
static in_addr_t preferred(void)
{
	struct sockaddr_in far = { .sin_family = AF_INET,
				   .sin_port = htons(9),
				   .sin_addr.s_addr = htonl(0xc0000201) };
	struct sockaddr_in here = { .sin_addr.s_addr = 0 };
	socklen_t length = sizeof here;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	if (connect(fd, (struct sockaddr *)&far, sizeof far) < 0 ||
	    getsockname(fd, (struct sockaddr *)&here, &length) < 0)
		here.sin_addr.s_addr = 0;
	close(fd);
	return here.sin_addr.s_addr;
}

bool wsc__host_is_own(const char *name)
{
	struct utsname system;

	uname(&system);
	return !*name || !strcasecmp(name, system.nodename) || !strcasecmp(name, "..localmachine");
}

const char *wsc__host_name(void)
{
	static __thread struct utsname system;

	uname(&system);
	return system.nodename;
}

/* Whether one goes before another: of IPv4 that which packets to far away come from, of IPv6 the nearer
 * scope, as Windows has it by RFC 6724. */
static bool goes_before(const struct sockaddr_storage *one, const struct sockaddr_storage *other,
			in_addr_t preferred)
{
	const struct sockaddr_in *in = (const void *)one;
	const struct sockaddr_in6 *one6 = (const void *)one, *other6 = (const void *)other;

	if (one->ss_family == AF_INET)
		return in->sin_addr.s_addr == preferred;
	return IN6_IS_ADDR_LINKLOCAL(&one6->sin6_addr) && !IN6_IS_ADDR_LINKLOCAL(&other6->sin6_addr);
}

/* Whatever /etc/hosts makes of its name, Windows gives a host's own addresses, and that of the loopback
 * interface only if it has no other. */
int wsc__host_addresses(int family, struct sockaddr_storage addresses[HOST_ADDRESSES])
{
	struct local_address *list = NULL;
	size_t count = 0;
	in_addr_t first = family == AF_INET ? preferred() : 0;
	int given = 0, place;

	if (wsc__interface_bindable(family, &list, &count))
		count = 0;
	for (size_t i = 0; i < count && given < HOST_ADDRESSES; i++) {
		struct sockaddr_storage address = { .ss_family = AF_UNSPEC };

		memcpy(&address, &list[i].address, sizeof list[i].address);
		for (place = given; place && goes_before(&address, &addresses[place - 1], first); place--)
			addresses[place] = addresses[place - 1];
		addresses[place] = address;
		given++;
	}
	free(list);
	if (!given && family == AF_INET) {
		memset(addresses, 0, sizeof *addresses);
		*(struct sockaddr_in *)addresses =
			(struct sockaddr_in){ .sin_family = AF_INET,
					      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		given++;
	}
	return given;
}

/* What a thread was given last: gethostbyname and gethostbyaddr have it in common. */
static __thread struct packed_host {
	HOSTENT host;
	char room[8192];
	size_t size; /* as much of the room as is in use, and the structure */
} packed_host;

static void move_host(void *memory, uintptr_t by)
{
	HOSTENT *host = memory;

	wsc__pack_move_list(&host->h_aliases, by);
	wsc__pack_move_list(&host->h_addr_list, by);
	wsc__pack_move(&host->h_name, by);
}

static int given(int error, struct packed_result *result)
{
	*result = (struct packed_result){ &packed_host.host, packed_host.size, move_host };
	return error;
}

/* In Windows' order: names, addresses, what they point to. */
static int pack_host(const struct hostent *posix)
{
	struct packed packed = { packed_host.room, packed_host.room + sizeof packed_host.room, false };
	HOSTENT *host = &packed_host.host;
	size_t length = (size_t)posix->h_length;

	host->h_addrtype = (short)wsc__family_from_posix(posix->h_addrtype);
	host->h_length = (short)length;
	host->h_aliases = wsc__pack_list(&packed, posix->h_aliases);
	host->h_addr_list = wsc__pack_list(&packed, posix->h_addr_list);
	for (char **address = host->h_addr_list; address && *address; address++)
		*address = wsc__pack(&packed, *address, length);
	wsc__pack_strings(&packed, host->h_aliases);
	host->h_name = wsc__pack(&packed, posix->h_name, strlen(posix->h_name) + 1);
	packed_host.size = (size_t)(packed.at - (char *)&packed_host);
	return packed.full ? WS_WSANO_RECOVERY : 0;
}

static int pack_own(void)
{
	struct sockaddr_storage addresses[HOST_ADDRESSES];
	char *none = NULL, *list[HOST_ADDRESSES + 1] = { NULL };
	struct hostent own = {
		.h_name = (char *)wsc__host_name(),
		.h_aliases = &none,
		.h_addrtype = AF_INET,
		.h_length = sizeof(struct in_addr),
		.h_addr_list = list,
	};
	int count = wsc__host_addresses(AF_INET, addresses);

	for (int i = 0; i < count; i++)
		list[i] = (char *)&((struct sockaddr_in *)&addresses[i])->sin_addr;
	return pack_host(&own);
}

enum { RESOLVER_ROOM = 16384 }; /* for an answer with all its names and addresses */

static int find_by_name(const char *name)
{
	char room[RESOLVER_ROOM];
	struct hostent posix, *found = NULL;
	int resolver_error = 0;

	if (wsc__host_is_own(name))
		return pack_own();
	if (gethostbyname2_r(name, AF_INET, &posix, room, sizeof room, &found, &resolver_error) || !found)
		return wsc__error_from_h_errno(resolver_error);
	return pack_host(found);
}

static int find_by_address(const unsigned char *address, size_t size, int type)
{
	char room[RESOLVER_ROOM];
	struct hostent posix, *found = NULL;
	int resolver_error = 0;

	if (gethostbyaddr_r(address, (socklen_t)size, wsc__family_to_posix(type), &posix, room, sizeof room,
			    &found, &resolver_error) ||
	    !found)
		return wsc__error_from_h_errno(resolver_error);
	return pack_host(found);
}

int wsc__host_read_name(char name[NI_MAXHOST], const char *user)
{
	int error;

	*name = '\0';
	error = user ? wsc__copy_string(name, user, NI_MAXHOST) : 0;
	return error == WS_WSAENAMETOOLONG ? WS_WSAHOST_NOT_FOUND : error; /* no host has so long a name */
}

int wsc__host_by_name(const char *name, struct packed_result *result)
{
	return given(find_by_name(name), result);
}

struct WSC(hostent) * WSC(gethostbyname)(const char *user)
{
	char name[NI_MAXHOST];
	int error = wsc__enter();

	if (!error)
		error = wsc__host_read_name(name, user);
	if (!error)
		error = find_by_name(name);
	return wsc__result_pointer(error, &packed_host.host);
}

static size_t address_size(int type)
{
	return type == WS_AF_INET    ? sizeof(struct in_addr)
	       : type == WS_AF_INET6 ? sizeof(struct in6_addr)
				     : 0;
}

int wsc__host_read_address(unsigned char address[sizeof(struct in6_addr)], const char *user, int length,
			   int type)
{
	size_t size = address_size(type);

	if (!size)
		return WS_WSAEAFNOSUPPORT;
	return length < (int)size ? WS_WSAEFAULT : wsc__copy_in(address, user, size);
}

int wsc__host_by_address(const unsigned char *address, int type, struct packed_result *result)
{
	return given(find_by_address(address, address_size(type), type), result);
}

struct WSC(hostent) * WSC(gethostbyaddr)(const char *user, int length, int type)
{
	unsigned char address[sizeof(struct in6_addr)];
	int error = wsc__enter();

	if (!error)
		error = wsc__host_read_address(address, user, length, type);
	if (!error)
		error = find_by_address(address, address_size(type), type);
	return wsc__result_pointer(error, &packed_host.host);
}
