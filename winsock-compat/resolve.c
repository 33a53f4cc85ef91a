/* getaddrinfo and freeaddrinfo. */
#include "address.h"
#include "error.h"
#include "fault.h"
#include "startup.h"

#include <netdb.h>
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

static int hints_in(const ADDRINFOA *user, struct addrinfo *hints)
{
	ADDRINFOA windows;
	int flags = 0;

	memset(hints, 0, sizeof *hints);
	if (!user)
		return 0;
	if (wsc__copy_in(&windows, user, sizeof windows))
		return WS_WSAEFAULT;
	for (unsigned i = 0; i < sizeof flag / sizeof *flag; i++)
		if (windows.ai_flags & flag[i].windows)
			flags |= flag[i].posix;
	hints->ai_flags = flags;
	hints->ai_family = AF_UNSPEC;
	if (windows.ai_family != WS_AF_UNSPEC)
		hints->ai_family = wsc__family_to_posix(windows.ai_family);
	if (hints->ai_family < 0)
		return WS_WSAEAFNOSUPPORT;
	hints->ai_socktype = windows.ai_socktype;
	hints->ai_protocol = windows.ai_protocol;
	return 0;
}

/* One block each: the row, its address, its name. */
static ADDRINFOA *row_of(const struct addrinfo *posix, int type, int protocol)
{
	size_t name = posix->ai_canonname ? strlen(posix->ai_canonname) + 1 : 0;
	ADDRINFOA *row = calloc(1, sizeof *row + sizeof(struct sockaddr_storage) + name);
	struct sockaddr_storage *address = (void *)(row + 1);

	if (!row)
		return NULL;
	memcpy(address, posix->ai_addr, posix->ai_addrlen);
	wsc__address_from_posix(address);
	row->ai_family = wsc__family_from_posix(posix->ai_family);
	row->ai_socktype = type;
	row->ai_protocol = protocol;
	row->ai_addrlen = posix->ai_addrlen;
	row->ai_addr = (struct WSC(sockaddr) *)address;
	if (name)
		row->ai_canonname = memcpy(address + 1, posix->ai_canonname, name);
	return row;
}

void WSC(freeaddrinfo)(ADDRINFOA *row)
{
	while (row) {
		ADDRINFOA *next = row->ai_next;

		free(row);
		row = next;
	}
}

/* Linux gives a row for each type and protocol that fits, Windows one, which repeats the question. */
static int rows_out(const struct addrinfo *posix, const struct addrinfo *hints, ADDRINFOA **first)
{
	const struct addrinfo *given = NULL;

	for (*first = NULL; posix; posix = posix->ai_next) {
		if (wsc__family_from_posix(posix->ai_family) < 0)
			continue;
		if (given && given->ai_addrlen == posix->ai_addrlen &&
		    !memcmp(given->ai_addr, posix->ai_addr, posix->ai_addrlen))
			continue;
		*first = row_of(posix, hints->ai_socktype, hints->ai_protocol);
		if (!*first)
			return WS_WSA_NOT_ENOUGH_MEMORY;
		given = posix;
		first = &(*first)->ai_next;
	}
	return 0;
}

static int resolve(PCSTR node, PCSTR service, const ADDRINFOA *user_hints, ADDRINFOA **result)
{
	char node_copy[NI_MAXHOST], service_copy[NI_MAXSERV];
	struct addrinfo hints, *posix = NULL;
	ADDRINFOA *rows = NULL;
	int error = wsc__enter();

	if (error)
		return error;
	if (wsc__copy_out(result, &rows, sizeof rows))
		return WS_WSAEFAULT;
	if (!node && !service)
		return WS_WSAHOST_NOT_FOUND;
	error = node ? wsc__copy_string(node_copy, node, sizeof node_copy) : 0;
	if (error) /* no host has so long a name */
		return error == WS_WSAENAMETOOLONG ? WS_WSAHOST_NOT_FOUND : error;
	error = service ? wsc__copy_string(service_copy, service, sizeof service_copy) : 0;
	if (error)
		return error == WS_WSAENAMETOOLONG ? WS_WSATYPE_NOT_FOUND : error;
	error = hints_in(user_hints, &hints);
	if (error)
		return error;
	if (node && !*node_copy) /* the empty name is this host */
		gethostname(node_copy, sizeof node_copy);
	error = wsc__error_from_eai(getaddrinfo(node ? node_copy : NULL, service && *service_copy ? service_copy : NULL,
					   &hints, &posix));
	if (!error)
		error = rows_out(posix, &hints, &rows);
	if (posix)
		freeaddrinfo(posix);
	if (!error)
		error = wsc__copy_out(result, &rows, sizeof rows);
	if (error)
		WSC(freeaddrinfo)(rows);
	return error;
}

/* Gives the error itself, and leaves it as the last error too. */
INT WSC(getaddrinfo)(PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result)
{
	int error = resolve(node, service, hints, result);

	if (error)
		wsc__thread.last_error = error;
	return error;
}
