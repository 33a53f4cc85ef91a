/* UTF-16, which Windows' wide strings are, UTF-8, which the system's are, and UTF-32, its wide ones. */
#ifndef WSC_UTF_H
#define WSC_UTF_H

#include <stddef.h>
#include <stdint.h>

/* The units may lie anywhere, the low byte first. Writes three bytes for each at most, and no zero
 * at the end; gives the end. Half of a surrogate pair is no character, and goes through all the same. */
char *wsc__utf8_from_utf16(char *to, const void *units, size_t count);

/* Writes a unit for each byte at most, and no zero at the end; gives the end. What is no UTF-8 becomes
 * the replacement character, byte by byte. */
uint16_t *wsc__utf16_from_utf8(uint16_t *to, const char *from, size_t size);

/* The same for UTF-32, with four bytes for each at most. What is beyond the last character becomes the
 * replacement character; half of a surrogate pair goes through here too. */
char *wsc__utf8_from_utf32(char *to, const uint32_t *units, size_t count);
uint32_t *wsc__utf32_from_utf8(uint32_t *to, const char *from, size_t size);

#endif
