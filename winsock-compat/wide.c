/* The program's wide strings. */
#include "wide.h"

#include "fault.h"
#include "utf.h"

#include <netdb.h>
#include <string.h>

enum { UNITS = NI_MAXHOST + 1 }; /* the longest text that is ever converted here is a host's name */

int wsc__wide_in(char *to, const WCHAR *user, size_t most)
{
	WCHAR units[UNITS];
	size_t count = 0;

	for (;;) {
		if (wsc__copy_in(&units[count], user + count, sizeof *units))
			return WS_WSAEFAULT;
		if (!units[count])
			break;
		if (++count == most || count == UNITS)
			return WS_WSAENAMETOOLONG;
	}
	*wsc__utf8_from_utf16(to, units, count) = '\0';
	return 0;
}

int wsc__wide_out(WCHAR *user, size_t room, const char *text)
{
	size_t length = strlen(text), count;
	uint16_t units[UNITS], *end;

	if (length >= UNITS)
		return WS_WSAEFAULT;
	end = wsc__utf16_from_utf8(units, text, length);
	*end++ = 0;
	count = (size_t)(end - units);
	return count > room ? WS_WSAEFAULT : wsc__copy_out(user, units, count * sizeof *units);
}
