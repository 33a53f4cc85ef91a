/* UTF-16 and UTF-32 to UTF-8 and back. */
#include "utf.h"

#include "tap/tap.h"

#include <string.h>

static const struct {
	const char *name, *utf8;
	uint16_t utf16[4];
} same[] = {
	{ "nothing", "", { 0 } },
	{ "one byte", "a", { 'a' } },
	{ "two bytes", "\xc3\xa9", { 0xe9 } },
	{ "the first of two bytes", "\xc2\x80", { 0x80 } },
	{ "three bytes", "\xe2\x82\xac", { 0x20ac } },
	{ "the first of three bytes", "\xe0\xa0\x80", { 0x800 } },
	{ "four bytes", "\xf0\x9f\x98\x80", { 0xd83d, 0xde00 } },
	{ "the last of all", "\xf4\x8f\xbf\xbf", { 0xdbff, 0xdfff } },
};

static const struct {
	const char *name, *utf8;
	uint16_t utf16[8];
} broken[] = {
	{ "a byte that never begins", "\x80", { 0xfffd } },
	{ "too long a form", "\xc0\xaf", { 0xfffd, 0xfffd } },
	{ "too long a form of three", "\xe0\x80\xaf", { 0xfffd, 0xfffd, 0xfffd } },
	{ "cut short", "\xe2\x82", { 0xfffd, 0xfffd } },
	{ "over the last", "\xf4\x90\x80\x80", { 0xfffd, 0xfffd, 0xfffd, 0xfffd } },
	{ "the next character is whole", "\xe2" "a", { 0xfffd, 'a' } },
};

static size_t count(const uint16_t *units)
{
	size_t n = 0;

	while (units[n])
		n++;
	return n;
}

/* UTF-32, by way of UTF-16. */
static void check_utf32(void)
{
	static const uint32_t none[] = { 'a', 0x110000, 0xffffffff, 0xd83d, 'b' };
	uint32_t units[16];
	uint16_t utf16[16];
	char bytes[64];

	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		size_t length = strlen(same[i].utf8), seen;

		seen = (size_t)(wsc__utf32_from_utf8(units, same[i].utf8, length) - units);
		is_int(length > 0, seen, "%s is one unit of UTF-32", same[i].name);
		*wsc__utf8_from_utf32(bytes, units, seen) = 0;
		is_string(same[i].utf8, bytes, "...and back");
	}
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		size_t length = strlen(broken[i].utf8), seen;
		bool alike;

		seen = (size_t)(wsc__utf32_from_utf8(units, broken[i].utf8, length) - units);
		*wsc__utf16_from_utf8(utf16, broken[i].utf8, length) = 0;
		alike = seen == count(utf16);
		for (size_t n = 0; alike && n < seen; n++)
			alike = units[n] == utf16[n];
		ok(alike, "no UTF-8, to UTF-32: %s", broken[i].name);
	}
	*wsc__utf8_from_utf32(bytes, none, 5) = 0;
	is_string("a\xef\xbf\xbd\xef\xbf\xbd\xed\xa0\xbd" "b", bytes, "what is beyond all characters, and half a pair");
}

int main(void)
{
	uint16_t units[16];
	char bytes[64];
	unsigned char half[] = { 0x3d, 0xd8, 'a', 0 };

	plan_lazy();
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		*wsc__utf16_from_utf8(units, same[i].utf8, strlen(same[i].utf8)) = 0;
		ok(count(units) == count(same[i].utf16) && !memcmp(units, same[i].utf16, 2 * count(units)),
		   "%s to UTF-16", same[i].name);
		*wsc__utf8_from_utf16(bytes, same[i].utf16, count(same[i].utf16)) = 0;
		is_string(same[i].utf8, bytes, "%s to UTF-8", same[i].name);
	}
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		*wsc__utf16_from_utf8(units, broken[i].utf8, strlen(broken[i].utf8)) = 0;
		ok(count(units) == count(broken[i].utf16) && !memcmp(units, broken[i].utf16, 2 * count(units)),
		   "no UTF-8: %s", broken[i].name);
	}
	*wsc__utf8_from_utf16(bytes, half, 2) = 0;
	is_string("\xed\xa0\xbd" "a", bytes, "half a pair goes through");
	check_utf32();
	return done();
}
