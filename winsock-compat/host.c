/* Hosts by their names and addresses: gethostname, gethostbyname, gethostbyaddr. */
#include "address.h"
#include "error.h"
#include "export.h"
#include "fault.h"
#include "packed.h"
#include "startup.h"
#include "wide.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { ADDRESSES = 64 }; /* of this host, at most */

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
	struct sockaddr_in far = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0xc0000201) };
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

/* Windows gives a host's own addresses, those with the default route first, and 127.0.0.1 only if it has
 * no other; whatever /etc/hosts makes of its name. */
static int own_addresses(struct in_addr addresses[ADDRESSES])
{
	struct ifaddrs *interfaces = NULL;
	in_addr_t first = preferred();
	int count = 0;

	if (getifaddrs(&interfaces) < 0)
		interfaces = NULL;
	for (struct ifaddrs *i = interfaces; i && count < ADDRESSES; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET || !(i->ifa_flags & IFF_UP) ||
		    i->ifa_flags & IFF_LOOPBACK)
			continue;
		addresses[count] = ((struct sockaddr_in *)i->ifa_addr)->sin_addr;
		if (addresses[count].s_addr == first) {
			addresses[count] = addresses[0];
			addresses[0].s_addr = first;
		}
		count++;
	}
	if (interfaces)
		freeifaddrs(interfaces);
	if (!count)
		addresses[count++].s_addr = htonl(INADDR_LOOPBACK);
	return count;
}

/* What a thread was given last: gethostbyname and gethostbyaddr have it in common. */
static __thread struct packed_host {
	HOSTENT host;
	char room[8192];
} packed_host;

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
	return packed.full ? WS_WSANO_RECOVERY : 0;
}

static int pack_own(const char *name)
{
	struct in_addr addresses[ADDRESSES];
	char *none = NULL, *list[ADDRESSES + 1] = { NULL };
	struct hostent own = {
		.h_name = (char *)name,
		.h_aliases = &none,
		.h_addrtype = AF_INET,
		.h_length = sizeof *addresses,
		.h_addr_list = list,
	};
	int count = own_addresses(addresses);

	for (int i = 0; i < count; i++)
		list[i] = (char *)&addresses[i];
	return pack_host(&own);
}

enum { RESOLVER_ROOM = 16384 }; /* for an answer with all its names and addresses */

static int by_name(const char *name)
{
	char room[RESOLVER_ROOM];
	struct hostent posix, *found = NULL;
	int resolver_error = 0;

	if (gethostbyname2_r(name, AF_INET, &posix, room, sizeof room, &found, &resolver_error) || !found)
		return wsc__error_from_h_errno(resolver_error);
	return pack_host(found);
}

struct WSC(hostent) *WSC(gethostbyname)(const char *user)
{
	char name[NI_MAXHOST] = "";
	struct utsname system;
	int error = wsc__enter();

	if (!error && user)
		error = wsc__copy_string(name, user, sizeof name);
	if (error == WS_WSAENAMETOOLONG) /* no host has so long a name */
		error = WS_WSAHOST_NOT_FOUND;
	if (!error) {
		uname(&system);
		error = !*name || !strcasecmp(name, system.nodename) ? pack_own(system.nodename) : by_name(name);
	}
	return wsc__result_pointer(error, &packed_host.host);
}

static int by_address(const char *user, int length, int type)
{
	char room[RESOLVER_ROOM];
	unsigned char address[sizeof(struct in6_addr)];
	struct hostent posix, *found = NULL;
	int resolver_error = 0;
	size_t size = type == WS_AF_INET ? sizeof(struct in_addr) : type == WS_AF_INET6 ? sizeof(struct in6_addr) : 0;

	if (!size)
		return WS_WSAEAFNOSUPPORT;
	if (length < (int)size || wsc__copy_in(address, user, size))
		return WS_WSAEFAULT;
	if (gethostbyaddr_r(address, (socklen_t)size, wsc__family_to_posix(type), &posix, room, sizeof room, &found,
			    &resolver_error) || !found)
		return wsc__error_from_h_errno(resolver_error);
	return pack_host(found);
}

struct WSC(hostent) *WSC(gethostbyaddr)(const char *address, int length, int type)
{
	int error = wsc__enter();

	if (!error)
		error = by_address(address, length, type);
	return wsc__result_pointer(error, &packed_host.host);
}
