/* UTF-16 and UTF-8. */
#include "utf.h"

/* What the first byte of a character of so many more bytes begins with. */
static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };

char *wsc__utf8_from_utf16(char *to, const void *units, size_t count)
{
	const unsigned char *from = units;

	for (size_t i = 0; i < count; i++) {
		uint32_t c = from[2 * i] | from[2 * i + 1] << 8;
		int more;

		if ((c & 0xfc00) == 0xd800 && i + 1 < count && (from[2 * i + 3] & 0xfc) == 0xdc) {
			i++;
			c = 0x10000 + ((c & 0x3ff) << 10) + ((from[2 * i] | from[2 * i + 1] << 8) & 0x3ff);
		}
		more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
		*to++ = (char)(first[more] | c >> 6 * more);
		while (more-- > 0)
			*to++ = (char)(0x80 | (c >> 6 * more & 0x3f));
	}
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
		return 0xfffd;
	for (size_t i = 1; i <= more; i++) {
		if ((from[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (from[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff)
		return 0xfffd;
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
