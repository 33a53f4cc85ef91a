/* The providers of name spaces: WSAEnumNameSpaceProviders. */
#include "namespace.h"

#include "error.h"
#include "export.h"
#include "reply.h"
#include "startup.h"

#include <stdlib.h>
#include <string.h>

const struct name_space *const wsc__namespaces[] = { &wsc__namespace_nla, &wsc__namespace_dns };
const size_t wsc__namespaces_count = sizeof wsc__namespaces / sizeof *wsc__namespaces;

bool wsc__namespace_is(const GUID *one, const GUID *other)
{
	return !memcmp(one, other, sizeof *one);
}

struct answer *wsc__namespace_answer(struct answers *answers)
{
	struct answer *larger = realloc(answers->list, (answers->count + 1) * sizeof *larger);

	if (!larger)
		return NULL;
	answers->list = larger;
	return memset(&larger[answers->count++], 0, sizeof *larger);
}

void wsc__namespace_free(struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		free(answers->list[i].name);
		free(answers->list[i].addresses);
		free(answers->list[i].blob);
	}
	free(answers->list);
	*answers = (struct answers){ NULL, 0 };
}

_Static_assert(offsetof(WSANAMESPACE_INFOEXA, lpszIdentifier) == offsetof(WSANAMESPACE_INFOW, lpszIdentifier),
	       "all forms of the structure begin alike");

/* `each` is the size of the form that is asked for. What only the longer one has, the provider's own data, is
 * NULL: of Windows' providers only that of NS_EMAIL has any. */
static int enumerate(int unit, DWORD *size, void *user, size_t each)
{
	struct reply reply;
	int error = wsc__enter();

	if (error)
		return wsc__result(error);
	wsc__reply_begin(&reply, unit, user, wsc__namespaces_count * each);
	for (size_t i = 0; i < wsc__namespaces_count; i++) {
		const struct name_space *space = wsc__namespaces[i];
		WSANAMESPACE_INFOA info = {
			.NSProviderId = space->provider,
			.dwNameSpace = space->number,
			.fActive = TRUE,
			.lpszIdentifier = wsc__reply_text(&reply, space->identifier),
		};

		if (reply.copy)
			memcpy(reply.copy + i * each, &info, sizeof info);
	}
	error = wsc__reply_end(&reply, size);
	return error ? wsc__result(error) : (int)wsc__namespaces_count;
}

INT WSC(WSAEnumNameSpaceProvidersA)(LPDWORD size, LPWSANAMESPACE_INFOA user)
{
	return enumerate(1, size, user, sizeof *user);
}
WSC_ALIAS(WSAEnumNameSpaceProvidersA)

INT WSC(WSAEnumNameSpaceProvidersExA)(LPDWORD size, LPWSANAMESPACE_INFOEXA user)
{
	return enumerate(1, size, user, sizeof *user);
}
WSC_ALIAS(WSAEnumNameSpaceProvidersExA)

WSC_WIDE_FORMS(INT, WSAEnumNameSpaceProvidersExW, (LPDWORD size, LPWSANAMESPACE_INFOEXW user),
	       enumerate(wide, size, user, sizeof *user))

WSC_WIDE_FORMS(INT, WSAEnumNameSpaceProvidersW, (LPDWORD size, LPWSANAMESPACE_INFOW user),
	       enumerate(wide, size, user, sizeof *user))
