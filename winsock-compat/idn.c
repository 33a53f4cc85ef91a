/* Host names outside of ASCII: Punycode, by RFC 3492.
 *
 * Letters become small ones first, as IDNA has it. What else IDNA does to a name is left to whoever wrote it:
 * no letter is composed with its accent, none is forbidden. */
#include "idn.h"

#include "utf.h"

#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

/* The RFC's parameters. */
enum { BASE = 36, FIRST = 1, LAST = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_CODE = 128 };
enum { LABEL = 63 };

struct output {
	char *at, *end;
};

static int put(struct output *out, char byte)
{
	if (out->at == out->end)
		return -1;
	*out->at++ = byte;
	return 0;
}

static uint32_t adapted(uint32_t delta, uint32_t points, int is_first)
{
	uint32_t k = 0;

	delta = is_first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - FIRST) * LAST / 2; k += BASE)
		delta /= BASE - FIRST;
	return k + (BASE - FIRST + 1) * delta / (delta + SKEW);
}

/* A number, whose last digit is below its threshold. */
static int put_number(struct output *out, uint32_t number, uint32_t bias)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t threshold = k <= bias ? FIRST : k >= bias + LAST ? LAST : k - bias;

		if (number < threshold)
			return put(out, digits[number]);
		if (put(out, digits[threshold + (number - threshold) % (BASE - threshold)]))
			return -1;
		number = (number - threshold) / (BASE - threshold);
	}
}

static int put_label(struct output *out, const uint32_t *label, uint32_t count)
{
	uint32_t code = FIRST_CODE, delta = 0, bias = FIRST_BIAS, basic = 0, done;
	const char *start = out->at;
	int error = 0;

	for (uint32_t i = 0; i < count; i++)
		basic += label[i] < FIRST_CODE;
	for (const char *prefix = "xn--"; basic < count && *prefix && !error; prefix++)
		error = put(out, *prefix);
	for (uint32_t i = 0; i < count && !error; i++)
		if (label[i] < FIRST_CODE)
			error = put(out, (char)label[i]);
	if (basic && basic < count && !error)
		error = put(out, '-');
	for (done = basic; done < count && !error; delta++, code++) {
		uint32_t least = 0x110000;

		for (uint32_t i = 0; i < count; i++)
			if (label[i] >= code && label[i] < least)
				least = label[i];
		delta += (least - code) * (done + 1); /* a host's name is too short for this to overflow */
		code = least;
		for (uint32_t i = 0; i < count && !error; i++) {
			delta += label[i] < code;
			if (label[i] == code) {
				error = put_number(out, delta, bias);
				bias = adapted(delta, done + 1, done == basic);
				delta = 0;
				done++;
			}
		}
	}
	return error || out->at - start > LABEL ? -1 : 0;
}

static locale_t unicode;

static void make_locale(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static uint32_t small(uint32_t letter)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_locale);
	return unicode ? (uint32_t)towlower_l((wint_t)letter, unicode) : letter;
}

static int is_dot(uint32_t letter)
{
	return letter == '.' || letter == 0x3002 || letter == 0xff0e || letter == 0xff61;
}

int wsc__idn_encode(char *name, size_t room)
{
	uint32_t letters[NI_MAXHOST];
	char ascii[NI_MAXHOST];
	struct output out = { ascii, ascii + sizeof ascii - 1 };
	size_t length = strlen(name), count, label = 0;
	int error = 0;

	while (length && !(name[length - 1] & 0x80))
		length--;
	if (!length)
		return 0;
	length = strlen(name);
	if (length > NI_MAXHOST)
		return -1;
	count = (size_t)(wsc__utf32_from_utf8(letters, name, length) - letters);
	for (size_t i = 0; i <= count && !error; i++) {
		if (i < count && !is_dot(letters[i])) {
			letters[i] = small(letters[i]);
			continue;
		}
		error = put_label(&out, letters + label, (uint32_t)(i - label));
		if (!error && i < count)
			error = put(&out, '.');
		label = i + 1;
	}
	*out.at++ = '\0';
	if (error || (size_t)(out.at - ascii) > room)
		return -1;
	memcpy(name, ascii, (size_t)(out.at - ascii));
	return 0;
}
