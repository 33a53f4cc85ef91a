/* The program's texts. A unit of one has so many bytes: 1, UTF-8; 2, UTF-16; 4, UTF-32, of which the last two
 * are its wide strings. */
#ifndef WSC_WIDE_H
#define WSC_WIDE_H

#include "ws.h"

#include <stdint.h>
#include <string.h>

/* One unit, in the library's own memory. */
static inline uint32_t wsc__wide_load(int unit, const void *from)
{
	uint16_t two;
	uint32_t four;

	switch (unit) {
	case 1:
		return *(const unsigned char *)from;
	case 2:
		memcpy(&two, from, sizeof two);
		return two;
	default:
		memcpy(&four, from, sizeof four);
		return four;
	}
}

static inline void wsc__wide_store(int unit, void *to, uint32_t value)
{
	unsigned char one = (unsigned char)value;
	uint16_t two = (uint16_t)value;

	memcpy(to, unit == 1 ? (void *)&one : unit == 2 ? (void *)&two : (void *)&value, (size_t)unit);
}

/* Copies a text in as UTF-8, with the zero at its end: WSAEFAULT, or WSAENAMETOOLONG for one of `most` units
 * or more. `to` has room for WSC_UTF8_MOST bytes each. */
int wsc__wide_in(int unit, char *to, const void *user, size_t most);
enum { WSC_UTF8_MOST = 4 };

/* Copies UTF-8 out, with a zero at its end: WSAENOBUFS if there is room for fewer units than that. */
int wsc__wide_out(int unit, void *user, size_t room, const char *text);

/* The same to where there is room for a unit for each byte, and one more. Gives their number, without the
 * zero. */
size_t wsc__wide_copy(int unit, void *to, const char *text);

/* The same for a text of so many units or bytes, and for what may have zeros in it: none is added at the end,
 * which they give. */
char *wsc__wide_to_utf8(int unit, char *to, const void *units, size_t count);
void *wsc__wide_from_utf8(int unit, void *to, const char *from, size_t size);

#endif
