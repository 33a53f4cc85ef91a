/* UTF-16, UTF-32 and UTF-8. */
#include "utf.h"

enum { REPLACEMENT = 0xfffd, LAST = 0x10ffff };

/* What the first byte of a character of so many more bytes begins with. */
static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };

static char *write(char *to, uint32_t c)
{
	int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	*to++ = (char)(first[more] | c >> 6 * more);
	while (more-- > 0)
		*to++ = (char)(0x80 | (c >> 6 * more & 0x3f));
	return to;
}

char *wsc__utf8_from_utf16(char *to, const void *units, size_t count)
{
	const unsigned char *from = units;

	for (size_t i = 0; i < count; i++) {
		uint32_t c = from[2 * i] | from[2 * i + 1] << 8;

		if ((c & 0xfc00) == 0xd800 && i + 1 < count && (from[2 * i + 3] & 0xfc) == 0xdc) {
			i++;
			c = 0x10000 + ((c & 0x3ff) << 10) + ((from[2 * i] | from[2 * i + 1] << 8) & 0x3ff);
		}
		to = write(to, c);
	}
	return to;
}

char *wsc__utf8_from_utf32(char *to, const uint32_t *units, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to = write(to, units[i] <= LAST ? units[i] : REPLACEMENT);
	return to;
}

/* The character that begins here, and its bytes; those of one that is none are 1. */
static uint32_t character(const unsigned char *from, size_t size, size_t *bytes)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	size_t more = *from < 0x80 ? 0 : *from < 0xe0 ? 1 : *from < 0xf0 ? 2 : 3;
	uint32_t c = more ? *from & 0x3fu >> more : *from;

	*bytes = 1;
	if (more && (*from < 0xc2 || *from > 0xf4 || size <= more))
		return REPLACEMENT;
	for (size_t i = 1; i <= more; i++) {
		if ((from[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (from[i] & 0x3f);
	}
	if (c < least[more] || c > LAST)
		return REPLACEMENT;
	*bytes = more + 1;
	return c;
}

uint16_t *wsc__utf16_from_utf8(uint16_t *to, const char *from, size_t size)
{
	size_t bytes;

	for (; size; from += bytes, size -= bytes) {
		uint32_t c = character((const unsigned char *)from, size, &bytes);

		if (c >= 0x10000) {
			*to++ = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		*to++ = (uint16_t)c;
	}
	return to;
}

uint32_t *wsc__utf32_from_utf8(uint32_t *to, const char *from, size_t size)
{
	size_t bytes;

	for (; size; from += bytes, size -= bytes)
		*to++ = character((const unsigned char *)from, size, &bytes);
	return to;
}
