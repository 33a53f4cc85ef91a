/* UTF-16, which Windows' wide strings are, and UTF-8, which the system's are. */
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

#endif
