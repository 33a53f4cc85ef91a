/* The program's texts. */
#include "wide.h"

#include "fault.h"
#include "utf.h"

#include <netdb.h>
#include <string.h>

enum { UNITS = NI_MAXHOST + 1 }; /* the longest text that is ever converted here is a host's name */

char *wsc__wide_to_utf8(int unit, char *to, const void *units, size_t count)
{
	switch (unit) {
	case 1:
		memcpy(to, units, count);
		return to + count;
	case 2:
		return wsc__utf8_from_utf16(to, units, count);
	default:
		return wsc__utf8_from_utf32(to, units, count);
	}
}

void *wsc__wide_from_utf8(int unit, void *to, const char *from, size_t size)
{
	switch (unit) {
	case 1:
		memcpy(to, from, size);
		return (char *)to + size;
	case 2:
		return wsc__utf16_from_utf8(to, from, size);
	default:
		return wsc__utf32_from_utf8(to, from, size);
	}
}

int wsc__wide_in(int unit, char *to, const void *user, size_t most)
{
	uint32_t text[UNITS];
	unsigned char *units = (unsigned char *)text;
	size_t count = 0, size = (size_t)unit;

	if (unit == 1)
		return wsc__copy_string(to, user, most);
	for (;;) {
		if (wsc__copy_in(units + count * size, wsc__user_at(user, count * size), size))
			return WS_WSAEFAULT;
		if (!wsc__wide_load(unit, units + count * size))
			break;
		if (++count == most || count == UNITS)
			return WS_WSAENAMETOOLONG;
	}
	*wsc__wide_to_utf8(unit, to, units, count) = '\0';
	return 0;
}

size_t wsc__wide_copy(int unit, void *to, const char *text)
{
	char *end = wsc__wide_from_utf8(unit, to, text, strlen(text));

	wsc__wide_store(unit, end, 0);
	return (size_t)(end - (char *)to) / (size_t)unit;
}

int wsc__wide_out(int unit, void *user, size_t room, const char *text)
{
	uint32_t units[UNITS];
	size_t length;

	if (strlen(text) >= UNITS)
		return WS_WSAENOBUFS;
	length = wsc__wide_copy(unit, units, text);
	return length < room ? wsc__copy_out(user, units, (length + 1) * (size_t)unit) : WS_WSAENOBUFS;
}
