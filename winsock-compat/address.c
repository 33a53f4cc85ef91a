/* Socket addresses between the two systems. */
#include "address.h"

#include "fault.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

/* Beyond the number of the family the two systems' structures lie alike. */
static const struct {
	int windows, posix;
	socklen_t length; /* of a whole address, and the least that is taken */
	socklen_t least;
} families[] = {
	{ WS_AF_INET, AF_INET, sizeof(struct sockaddr_in), sizeof(struct sockaddr_in) },
	{ WS_AF_INET6, AF_INET6, sizeof(struct sockaddr_in6), sizeof(struct sockaddr_in6) },
	{ WS_AF_UNIX, AF_UNIX, sizeof(struct sockaddr_un), offsetof(struct sockaddr_un, sun_path) },
};

enum { FAMILIES = sizeof families / sizeof *families };

_Static_assert(sizeof(struct sockaddr_in) == sizeof(struct WSC(sockaddr_in)), "alike");
_Static_assert(sizeof(struct sockaddr_in6) == sizeof(struct WSC(sockaddr_in6)), "alike");
_Static_assert(offsetof(struct sockaddr_in6, sin6_scope_id) == offsetof(struct WSC(sockaddr_in6), sin6_scope_id),
	       "alike");

int wsc__family_to_posix(int family)
{
	for (int i = 0; i < FAMILIES; i++)
		if (families[i].windows == family)
			return families[i].posix;
	return -1;
}

int wsc__family_from_posix(int family)
{
	for (int i = 0; i < FAMILIES; i++)
		if (families[i].posix == family)
			return families[i].windows;
	return -1;
}

int wsc__address_in(int of_socket, const void *user, int user_length, struct sockaddr_storage *address,
		    socklen_t *length)
{
	WORD family;

	for (int i = 0; i < FAMILIES; i++) {
		if (families[i].windows != of_socket)
			continue;
		if (user_length < (int)families[i].least || wsc__copy_in(&family, user, sizeof family))
			return WS_WSAEFAULT;
		if (family != of_socket)
			break;
		*length = (socklen_t)user_length > families[i].length ? families[i].length :
								       (socklen_t)user_length;
		memset(address, 0, sizeof(struct sockaddr_in6)); /* enough for what is looked at and kept */
		if (wsc__copy_in(address, user, *length))
			return WS_WSAEFAULT;
		((char *)address)[*length] = '\0'; /* a path may come without */
		address->ss_family = (sa_family_t)families[i].posix;
		return 0;
	}
	return WS_WSAEAFNOSUPPORT;
}

void wsc__address_from_posix(struct sockaddr_storage *address)
{
	int family = wsc__family_from_posix(address->ss_family);

	if (family >= 0)
		address->ss_family = (sa_family_t)family;
}

int wsc__address_out(const struct sockaddr_storage *address, socklen_t length, void *user, int *user_length)
{
	struct sockaddr_storage windows = *address;
	int room, whole;

	if (address->ss_family == AF_UNIX && length > sizeof(struct sockaddr_un)) /* a zero behind the longest path */
		length = sizeof(struct sockaddr_un);
	whole = (int)length;
	if (wsc__copy_in(&room, user_length, sizeof room) || room < whole)
		return WS_WSAEFAULT;
	wsc__address_from_posix(&windows);
	if (wsc__copy_out(user, &windows, length))
		return WS_WSAEFAULT;
	return wsc__copy_out(user_length, &whole, sizeof whole);
}

int wsc__address_room(int posix_family, void *user, int *user_length)
{
	unsigned char bytes[sizeof(struct sockaddr_storage)];
	int room;

	for (int i = 0; i < FAMILIES; i++) {
		if (families[i].posix != posix_family)
			continue;
		if (wsc__copy_in(&room, user_length, sizeof room) || room < (int)families[i].least ||
		    wsc__copy_out(user_length, &room, sizeof room))
			return WS_WSAEFAULT;
		if (room > (int)families[i].length)
			room = (int)families[i].length;
		return wsc__copy_in(bytes, user, (size_t)room) || wsc__copy_out(user, bytes, (size_t)room) ?
			       WS_WSAEFAULT :
			       0;
	}
	return 0;
}

bool wsc__address_is_any(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	return address->ss_family == AF_INET  ? in->sin_addr.s_addr == htonl(INADDR_ANY) :
	       address->ss_family == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) :
						false;
}

unsigned wsc__address_port(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in = (const void *)address; /* both families have it there */

	return ntohs(in->sin_port);
}
