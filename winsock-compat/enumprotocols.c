/* What the catalogue of protocols has: WSAEnumProtocols for programs, WSCEnumProtocols with what is hidden
 * from them. */
#include "error.h"
#include "export.h"
#include "fault.h"
#include "protocol.h"
#include "startup.h"

#include <stdlib.h>

#include <ws2spi.h>

enum { ASKED = 64 }; /* protocols that a program may list; nobody has so many */

/* A list that ends with 0; NULL asks for all. */
struct asked {
	bool all;
	size_t count;
	int protocols[ASKED];
};

static int read_asked(struct asked *asked, const int *user)
{
	int protocol;

	asked->all = !user;
	asked->count = 0;
	while (user && asked->count < ASKED) {
		if (wsc__copy_in(&protocol, user++, sizeof protocol))
			return WS_WSAEFAULT;
		if (!protocol)
			break;
		asked->protocols[asked->count++] = protocol;
	}
	return 0;
}

static bool is_asked(const struct asked *asked, const WSAPROTOCOL_INFOW *protocol)
{
	for (size_t i = 0; i < asked->count; i++)
		if (asked->protocols[i] == protocol->iProtocol)
			return true;
	return asked->all;
}

/* In the catalogue's order, whatever the order of the list. A buffer that is NULL is as one that is too
 * short: seen on Windows by Wine's tests/protocol.c. */
static int enumerate(int unit, const int *user_asked, void *user, DWORD *user_size, bool hidden, int *count)
{
	struct asked asked;
	unsigned char *list;
	DWORD room, needed = 0;
	int error = read_asked(&asked, user_asked);

	*count = 0;
	if (!error && (!user_size || wsc__copy_in(&room, user_size, sizeof room)))
		error = WS_WSAEFAULT;
	if (error)
		return error;
	list = malloc(wsc__protocols_count * sizeof(WSAPROTOCOL_INFOW_UTF32)); /* the largest form */
	if (!list)
		return WS_WSAENOBUFS;
	for (unsigned i = 0; i < wsc__protocols_count; i++)
		if ((hidden || !(wsc__protocols[i].dwProviderFlags & WS_PFL_HIDDEN)) &&
		    is_asked(&asked, &wsc__protocols[i])) {
			needed += (DWORD)wsc__protocol_copy(unit, list + needed, &wsc__protocols[i]);
			++*count;
		}
	if (!user || room < needed)
		error = wsc__copy_out(user_size, &needed, sizeof needed) ? WS_WSAEFAULT : WS_WSAENOBUFS;
	else
		error = wsc__copy_out(user, list, needed);
	free(list);
	return error;
}

static int enumerate_for_program(int unit, const int *asked, void *user, DWORD *size)
{
	int count = 0, error = wsc__enter();

	if (!error)
		error = enumerate(unit, asked, user, size, false, &count);
	return error ? wsc__result(error) : count;
}

int WSC(WSAEnumProtocolsA)(LPINT asked, LPWSAPROTOCOL_INFOA user, LPDWORD size)
{
	return enumerate_for_program(1, asked, user, size);
}
WSC_ALIAS(WSAEnumProtocolsA)

WSC_WIDE_FORMS(int, WSAEnumProtocolsW, (LPINT asked, LPWSAPROTOCOL_INFOW user, LPDWORD size),
	       enumerate_for_program(wide, asked, user, size))

/* Needs no WSAStartup: it reads the catalogue, which is there before. */
static int enumerate_all(int unit, const int *asked, void *user, DWORD *size, int *user_error)
{
	int count, error = enumerate(unit, asked, user, size, true, &count);

	if (!error)
		return count;
	wsc__copy_out(user_error, &error, sizeof error);
	return WS_SOCKET_ERROR;
}

WSC_WIDE_FORMS(int, WSCEnumProtocols, (LPINT asked, LPWSAPROTOCOL_INFOW user, LPDWORD size, LPINT user_error),
	       enumerate_all(wide, asked, user, size, user_error))
