/* FormatMessage and gai_strerror: the texts of errors, and what can be put into a text.
 *
 * Source: Microsoft's page of FormatMessage, and what Wine's tests of it (kernel32/tests/format_msg.c) show
 * of Windows. Both faces are one: a text is turned into units, which are bytes to the A side and WCHARs of
 * the program's to the other, and the units are what is counted, wrapped and padded. */
#include "error.h"
#include "export.h"
#include "fault.h"
#include "utf.h"
#include "wide.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	DWORD code;
	const char *text;
} texts[] = {
#define ERROR_TEXT(name, text) { WS_##name, text },
#include "error-rows.h"
#undef ERROR_TEXT
};

struct text {
	uint32_t *units;
	size_t length, room;
};

enum { ARGUMENTS = 99, LONGEST = 0x7fff /* a width, a precision, a buffer of the A side */ };

struct message {
	DWORD flags;
	int unit; /* how many bytes one of its texts has, and */
	int wide; /* one of the program's WCHARs */
	struct text in, out;
	size_t limit;                /* fewer units than these fit */
	size_t width, line;          /* that a line may have, 0 if any; where the last one begins */
	va_list *list;               /* the arguments: these, or */
	const ULONG_PTR *array;      /* those */
	ULONG_PTR values[ARGUMENTS]; /* what was taken from the list */
	size_t last;                 /* the number of the last argument that was used */
};

static int add(struct text *text, uint32_t unit)
{
	if (text->length == text->room) {
		size_t room = text->room ? 2 * text->room : 256;
		uint32_t *units = realloc(text->units, room * sizeof *units);

		if (!units)
			return WS_ERROR_NOT_ENOUGH_MEMORY;
		text->units = units;
		text->room = room;
	}
	text->units[text->length++] = unit;
	return 0;
}

/* Turns what was read into units of another size. */
static int convert(struct text *text, int from, int to)
{
	size_t length = text->length, most = WSC_UTF8_MOST * length + 1;
	char *bytes = malloc(most), *units = malloc(most * sizeof *text->units), *end;
	struct text result = { 0 };
	int error = bytes && units ? 0 : WS_ERROR_NOT_ENOUGH_MEMORY;

	if (!error) {
		for (size_t i = 0; i < length; i++)
			wsc__wide_store(from, units + i * (size_t)from, text->units[i]);
		end = wsc__wide_to_utf8(from, bytes, units, length);
		end = wsc__wide_from_utf8(to, units, bytes, (size_t)(end - bytes));
		for (char *unit = units; !error && unit < end; unit += to)
			error = add(&result, wsc__wide_load(to, unit));
	}
	free(bytes);
	free(units);
	free(text->units);
	*text = result;
	return error;
}

/* Reads a text of the program's, or so many units of it. */
static int read_text(struct text *text, const void *user, int unit, size_t most)
{
	enum {
		BLOCK = 64
	}; /* what follows a text may not be there: no further at a time than the end of one */
	const char *from = user;
	size_t size = (size_t)unit;

	while (most) {
		unsigned char bytes[BLOCK + 1];
		size_t count = (BLOCK - (uintptr_t)from % BLOCK) / size;

		count = !count ? 1 : count > most ? most : count;
		if (wsc__copy_in(bytes, from, count * size))
			return WS_ERROR_NOACCESS;
		for (size_t i = 0; i < count; i++) {
			uint32_t value = wsc__wide_load(unit, bytes + i * size);
			int error = value ? add(text, value) : 0;

			if (!value || error)
				return error;
		}
		from += count * size;
		most -= count;
	}
	return 0;
}

/* The line is full: it ends at its last blanks, or here if it has none. */
static int wrap(struct message *message)
{
	struct text *out = &message->out;
	size_t from, end = out->length, rest;
	int error = 0;

	while (end > message->line && out->units[end - 1] != ' ')
		end--;
	if (end == message->line)
		end = out->length;
	for (from = end; from > message->line && out->units[from - 1] == ' '; from--)
		;
	rest = out->length - end;
	for (int i = 0; i < 2 && !error; i++) /* room for the line break, whatever the blanks leave */
		error = add(out, 0);
	if (error)
		return error;
	memmove(out->units + from + 2, out->units + end, rest * sizeof *out->units);
	out->units[from] = '\r';
	out->units[from + 1] = '\n';
	out->length = from + 2 + rest;
	message->line = from + 2;
	return 0;
}

static int put(struct message *message, uint32_t unit)
{
	struct text *out = &message->out;
	int error = add(out, unit);

	if (error)
		return error;
	if (unit == '\r' || unit == '\n')
		message->line = out->length;
	else if (message->width && out->length - message->line == message->width)
		error = wrap(message);
	return !error && out->length >= message->limit ? WS_ERROR_INSUFFICIENT_BUFFER : error;
}

/* A line break of the text, which gives way to those of a line's width. */
static int put_line_break(struct message *message)
{
	int error;

	if (message->flags & WS_FORMAT_MESSAGE_MAX_WIDTH_MASK)
		return put(message, ' ');
	error = put(message, '\r');
	return error ? error : put(message, '\n');
}

/* The argument of this number. */
static int take(struct message *message, size_t number, ULONG_PTR *value)
{
	if (number > ARGUMENTS)
		return WS_ERROR_INVALID_PARAMETER;
	if (message->array) {
		if (number > message->last)
			message->last = number;
		return wsc__copy_in(value, message->array + number - 1, sizeof *value) ? WS_ERROR_NOACCESS
										       : 0;
	}
	if (!message->list)
		return WS_ERROR_INVALID_PARAMETER;
	while (message->last < number)
		message->values[message->last++] = va_arg(*message->list, ULONG_PTR);
	*value = message->values[number - 1];
	return 0;
}

/* What stands between the exclamation marks of an insert. */
struct insert {
	size_t number; /* of the next argument */
	bool starred;  /* width or precision came from arguments */
	bool left, zeros, plus, blank, prefixed;
	size_t width, precision; /* a precision of ~0 is none */
	char size;               /* of a number: h, L for 64 bits, or 0; of characters: h or w */
	char type;
};

/* The next argument of an insert: the first has its number, and the others follow the last one used. */
static int take_next(struct message *message, struct insert *insert, ULONG_PTR *value)
{
	int error = take(message, insert->number ? insert->number : message->last + 1, value);

	insert->number = 0;
	return error;
}

static int read_length(struct message *message, struct insert *insert, size_t *at, size_t *length)
{
	const struct text *in = &message->in;
	ULONG_PTR value = 0;
	int error = 0;

	if (*at < in->length && in->units[*at] == '*') {
		++*at;
		error = take_next(message, insert, &value);
		insert->starred = true;
		if ((int)value <
		    0) { /* as in C: a negative width fills on the right, a negative precision is none */
			insert->left = insert->left || length == &insert->width;
			value = length == &insert->width ? (ULONG_PTR) - (long long)(int)value
							 : ~(ULONG_PTR)0;
		}
		*length = value == ~(ULONG_PTR)0 ? ~(size_t)0 : (DWORD)value;
	} else {
		for (*length = 0; *at < in->length && in->units[*at] >= '0' && in->units[*at] <= '9'; ++*at)
			if (*length <= LONGEST)
				*length = 10 * *length + in->units[*at] - '0';
	}
	return !error && *length > LONGEST && *length != ~(size_t)0 ? WS_ERROR_INVALID_PARAMETER : error;
}

/* The words of a size, which Windows writes in more than one way. */
static void read_size(const struct text *in, struct insert *insert, size_t *at)
{
	static const struct {
		const char *word;
		char size;
	} sizes[] = { { "I64", 'L' }, { "ll", 'L' }, { "I32", 0 }, { "I", sizeof(ULONG_PTR) == 8 ? 'L' : 0 },
		      { "h", 'h' },   { "l", 'w' },  { "w", 'w' } };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t length = 0;

		while (sizes[i].word[length] && *at + length < in->length &&
		       in->units[*at + length] == (unsigned char)sizes[i].word[length])
			length++;
		if (!sizes[i].word[length]) {
			insert->size = sizes[i].size;
			*at += length;
			return;
		}
	}
}

/* From after the first exclamation mark to after the second. */
static int read_insert(struct message *message, struct insert *insert, size_t *at)
{
	const struct text *in = &message->in;
	int error;

	for (; *at < in->length; ++*at) {
		switch (in->units[*at]) {
		case '-':
			insert->left = true;
			continue;
		case '0':
			insert->zeros = true;
			continue;
		case '+':
			insert->plus = true;
			continue;
		case ' ':
			insert->blank = true;
			continue;
		case '#':
			insert->prefixed = true;
			continue;
		}
		break;
	}
	error = read_length(message, insert, at, &insert->width);
	if (!error && *at < in->length && in->units[*at] == '.') {
		++*at;
		error = read_length(message, insert, at, &insert->precision);
	}
	read_size(in, insert, at);
	if (!error && (*at + 1 >= in->length || in->units[*at] > 0x7f || in->units[*at + 1] != '!'))
		error = WS_ERROR_INVALID_PARAMETER;
	if (!error)
		insert->type = (char)in->units[*at];
	*at += 2;
	return error;
}

/* The text, filled up to the width of the insert. */
static int put_filled(struct message *message, const struct insert *insert, const struct text *text)
{
	size_t blanks = insert->width > text->length ? insert->width - text->length : 0;
	int error = 0;

	for (size_t i = 0; !error && !insert->left && i < blanks; i++)
		error = put(message, ' ');
	for (size_t i = 0; !error && i < text->length; i++)
		error = put(message, text->units[i]);
	for (size_t i = 0; !error && insert->left && i < blanks; i++)
		error = put(message, ' ');
	return error;
}

/* The unit of an insert's text: one of the other side's, if its type is a large letter. */
static int unit_of(const struct message *message, const struct insert *insert)
{
	bool other = insert->type == 'S' || insert->type == 'C';

	return insert->size == 'w' || (insert->size != 'h' && other == (message->unit == 1)) ? message->wide
											     : 1;
}

/* The text, which is no longer needed afterwards, in units of the message's. */
static int put_converted(struct message *message, const struct insert *insert, struct text *text, int unit)
{
	int error = unit == message->unit ? 0 : convert(text, unit, message->unit);

	if (!error)
		error = put_filled(message, insert, text);
	free(text->units);
	return error;
}

static int put_string(struct message *message, const struct insert *insert, ULONG_PTR value)
{
	static const char null[] = "(null)";
	int unit = value ? unit_of(message, insert) : 1;
	struct text text = { 0 };
	int error = read_text(&text, value ? (const void *)value : null, unit, insert->precision);

	if (!error)
		return put_converted(message, insert, &text, unit);
	free(text.units);
	return error;
}

static int put_character(struct message *message, const struct insert *insert, ULONG_PTR value)
{
	int unit = unit_of(message, insert);
	struct text text = { 0 };
	int error = add(&text, wsc__wide_load(unit, &value));

	return error ? error : put_converted(message, insert, &text, unit);
}

/* A number by the C library, in which no padding is left to do. */
static int put_number(struct message *message, const struct insert *insert, unsigned long long value)
{
	char format[16], *end = format, *digits;
	bool is_signed = insert->type == 'd' || insert->type == 'i';
	struct text text = { 0 };
	int error = 0;
	int precision = insert->precision == ~(size_t)0 ? -1 : (int)insert->precision;
	int width = insert->zeros && !insert->left && precision < 0 ? (int)insert->width : 0;

	if (insert->size == 'h')
		value = is_signed ? (unsigned long long)(short)value : (unsigned short)value;
	else if (insert->size != 'L')
		value = is_signed ? (unsigned long long)(int)value : (unsigned int)value;
	*end++ = '%';
	if (width)
		*end++ = '0';
	if (is_signed && (insert->plus || insert->blank))
		*end++ = insert->plus ? '+' : ' ';
	if (insert->prefixed && !is_signed && insert->type != 'u')
		*end++ = '#';
	memcpy(end, "*.*ll", 5);
	end[5] = insert->type;
	end[6] = 0;
	digits = malloc(2 * LONGEST);
	if (!digits)
		return WS_ERROR_NOT_ENOUGH_MEMORY;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(digits, 2 * LONGEST, format, width, precision, value);
#pragma GCC diagnostic pop
	for (char *digit = digits; !error && *digit; digit++)
		error = add(&text, (unsigned char)*digit);
	free(digits);
	if (!error)
		error = put_filled(message, insert, &text);
	free(text.units);
	return error;
}

static int put_insert(struct message *message, size_t *at)
{
	const struct text *in = &message->in;
	struct insert insert = { .precision = ~(size_t)0, .type = 's' };
	unsigned long long value;
	ULONG_PTR part = 0;
	int error = 0;

	for (int digits = 0; digits < 2 && *at < in->length && in->units[*at] >= '0' && in->units[*at] <= '9';
	     digits++)
		insert.number = 10 * insert.number + in->units[(*at)++] - '0';
	if (*at < in->length && in->units[*at] == '!') {
		++*at;
		error = read_insert(message, &insert, at);
	}
	if (!error)
		error = take_next(message, &insert, &part);
	value = part;
	if (!error && sizeof part == 4 && insert.size == 'L' && !strchr("sScC", insert.type)) {
		error = take_next(message, &insert, &part);
		value |= (unsigned long long)part << 32;
	}
	/* In a list, the numbers do not count the first asterisk of an insert. */
	if (insert.starred && message->list)
		message->last--;
	if (error)
		return error;
	switch (insert.type) {
	case 's':
	case 'S':
		return put_string(message, &insert, part);
	case 'c':
	case 'C':
		return put_character(message, &insert, part);
	case 'p': /* as Windows' C library writes it */
		insert.type = 'X';
		insert.size = 'L';
		insert.precision = 2 * sizeof part;
		return put_number(message, &insert, part);
	case 'd':
	case 'i':
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		return put_number(message, &insert, value);
	default: /* numbers with a point are not known to Windows either */
		return WS_ERROR_INVALID_PARAMETER;
	}
}

/* What a percent sign begins; `ended` says that it ends the message. */
static int put_escape(struct message *message, size_t *at, bool *ended)
{
	unsigned escape = *at < message->in.length ? message->in.units[*at] : 0;
	bool ignored = message->flags & WS_FORMAT_MESSAGE_IGNORE_INSERTS;
	int error;

	if (escape >= '1' && escape <= '9' && !ignored)
		return put_insert(message, at);
	++*at;
	switch (escape) {
	case 0:
		return WS_ERROR_INVALID_PARAMETER;
	case '0':
		*ended = true;
		return 0;
	case 'n':
		error = put(message, '\r');
		return error ? error : put(message, '\n');
	case 'r':
		return put(message, '\r');
	case 't':
		return put(message, '\t');
	default:
		error = ignored ? put(message, '%') : 0;
		return error ? error : put(message, escape);
	}
}

static int expand(struct message *message)
{
	const struct text *in = &message->in;
	bool ended = false;
	int error = 0;

	for (size_t at = 0; at < in->length && !error && !ended;) {
		uint32_t unit = in->units[at++];

		if (unit == '%') {
			error = put_escape(message, &at, &ended);
		} else if (unit == '\r' || unit == '\n') {
			if (unit == '\r' && at < in->length && in->units[at] == '\n')
				at++;
			error = put_line_break(message);
		} else {
			error = put(message, unit);
		}
	}
	return error;
}

/* The system's texts are there in one language, which nobody need ask for. */
static bool speaks(DWORD language)
{
	WORD primary = language & 0x3ff, variant = (WORD)language >> 10;

	return primary == WS_LANG_NEUTRAL || primary == WS_LANG_INVARIANT ||
	       (primary == WS_LANG_ENGLISH && variant <= WS_SUBLANG_ENGLISH_US);
}

static int find_text(struct message *message, DWORD code, DWORD language)
{
	static const char end[] = "\r\n";
	int error;

	if (!speaks(language))
		return WS_ERROR_RESOURCE_LANG_NOT_FOUND;
	if (code >> 16 == 0x8007) /* an HRESULT */
		code &= 0xffff;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].code == code) {
			error = read_text(&message->in, texts[i].text, 1, ~(size_t)0);
			return error ? error : read_text(&message->in, end, 1, ~(size_t)0);
		}
	return WS_ERROR_MR_MID_NOT_FOUND;
}

static int find_source(struct message *message, const void *source, DWORD code, DWORD language)
{
	if (message->flags & WS_FORMAT_MESSAGE_FROM_STRING)
		return read_text(&message->in, source, message->unit, ~(size_t)0);
	if (message->flags & WS_FORMAT_MESSAGE_FROM_SYSTEM)
		return find_text(message, code, language);
	/* A module has no texts here. */
	return message->flags & WS_FORMAT_MESSAGE_FROM_HMODULE ? WS_ERROR_RESOURCE_TYPE_NOT_FOUND
							       : WS_ERROR_INVALID_PARAMETER;
}

static int find_arguments(struct message *message, va_list *arguments)
{
	char first[sizeof(va_list)];

	if (!arguments || message->flags & WS_FORMAT_MESSAGE_IGNORE_INSERTS)
		return 0;
	if (message->flags & WS_FORMAT_MESSAGE_ARGUMENT_ARRAY)
		message->array = (const ULONG_PTR *)arguments;
	else
		message->list = arguments;
	return message->list && wsc__copy_in(first, arguments, sizeof first) ? WS_ERROR_NOACCESS : 0;
}

/* Hands over so many units, and a 0 if there is to be one. */
static int give(const struct message *message, void *buffer, size_t count, bool end)
{
	size_t size = (size_t)message->unit;
	unsigned char unit[sizeof(uint32_t)] = { 0 };
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		wsc__wide_store(message->unit, unit, message->out.units[i]);
		error = wsc__copy_out(wsc__user_at(buffer, i * size), unit, size);
	}
	memset(unit, 0, sizeof unit);
	if (!error && end)
		error = wsc__copy_out(wsc__user_at(buffer, count * size), unit, size);
	return error ? WS_ERROR_NOACCESS : 0;
}

static int give_allocated(const struct message *message, void *buffer, size_t least)
{
	size_t count = message->out.length + 1 > least ? message->out.length + 1 : least;
	void *memory = WSC(LocalAlloc)(WS_LMEM_FIXED, count * (size_t)message->unit);
	int error = memory ? give(message, memory, message->out.length, true) : WS_ERROR_NOT_ENOUGH_MEMORY;

	if (!error && wsc__copy_out(buffer, &memory, sizeof memory))
		error = WS_ERROR_NOACCESS;
	if (error)
		WSC(LocalFree)(memory);
	return error;
}

/* The A side makes its text elsewhere and gives it whole; the W side makes it in the buffer, in which a
 * failure finds what had been made until then. */
static int give_text(const struct message *message, void *buffer, DWORD size, int error)
{
	size_t length = message->out.length;
	int failed;

	if (!error && !length)
		error = WS_ERROR_NO_WORK_DONE;
	if (message->flags & WS_FORMAT_MESSAGE_ALLOCATE_BUFFER)
		return error ? error : give_allocated(message, buffer, size);
	if (!error)
		return give(message, buffer, length, true);
	if (message->unit == 1 || !size)
		return error;
	if (length >= size)
		length = size - 1;
	failed = give(message, buffer, length, error != WS_ERROR_INVALID_PARAMETER);
	return failed ? failed : error;
}

static int format(struct message *message, const void *source, DWORD code, DWORD language, void *buffer,
		  DWORD size, va_list *arguments)
{
	bool allocates = message->flags & WS_FORMAT_MESSAGE_ALLOCATE_BUFFER;
	void *nothing = NULL;
	int error;

	if (allocates && wsc__copy_out(buffer, &nothing, sizeof nothing))
		return WS_ERROR_NOACCESS;
	error = find_source(message, source, code, language);
	if (!error)
		error = find_arguments(message, arguments);
	if (error)
		return error;
	message->width = message->flags & WS_FORMAT_MESSAGE_MAX_WIDTH_MASK;
	if (message->width == WS_FORMAT_MESSAGE_MAX_WIDTH_MASK) /* as wide as it likes */
		message->width = 0;
	message->limit = allocates ? ~(size_t)0 : size;
	return give_text(message, buffer, size, expand(message));
}

static DWORD result(struct message *message, int error)
{
	DWORD length = (DWORD)message->out.length;

	free(message->in.units);
	free(message->out.units);
	if (error)
		wsc__thread.last_error = error;
	return error ? 0 : length;
}

static DWORD format_bytes(int wide, DWORD flags, LPCVOID source, DWORD code, DWORD language, void *buffer,
			  DWORD size, va_list *arguments)
{
	struct message message = { .flags = flags, .unit = 1, .wide = wide };

	if (size > LONGEST)
		return result(&message, WS_ERROR_INVALID_PARAMETER);
	if (!buffer && flags & WS_FORMAT_MESSAGE_ALLOCATE_BUFFER)
		return result(&message, WS_ERROR_NOT_ENOUGH_MEMORY);
	return result(&message, format(&message, source, code, language, buffer, size, arguments));
}

/* A string that is put in may be wide on this side too. */
WSC_WIDE_FORMS(DWORD, FormatMessageA,
	       (DWORD flags, LPCVOID source, DWORD code, DWORD language, LPSTR buffer, DWORD size,
		va_list *arguments),
	       format_bytes(wide, flags, source, code, language, buffer, size, arguments))

static DWORD format_wide(int wide, DWORD flags, LPCVOID source, DWORD code, DWORD language, void *buffer,
			 DWORD size, va_list *arguments)
{
	struct message message = { .flags = flags, .unit = wide, .wide = wide };

	if (!buffer)
		return result(&message, WS_ERROR_INVALID_PARAMETER);
	return result(&message, format(&message, source, code, language, buffer, size, arguments));
}

WSC_WIDE_FORMS(DWORD, FormatMessageW,
	       (DWORD flags, LPCVOID source, DWORD code, DWORD language, LPWSTR buffer, DWORD size,
		va_list *arguments),
	       format_wide(wide, flags, source, code, language, buffer, size, arguments))

/* Each thread has its own, which is more than Windows promises. */
enum { STRERROR_SIZE = 256 };
enum {
	STRERROR_FLAGS = WS_FORMAT_MESSAGE_FROM_SYSTEM | WS_FORMAT_MESSAGE_IGNORE_INSERTS |
			 WS_FORMAT_MESSAGE_MAX_WIDTH_MASK
};

char *WSC(gai_strerrorA)(int error)
{
	static __thread char text[STRERROR_SIZE];

	if (!WSC(FormatMessageA)(STRERROR_FLAGS, NULL, (DWORD)error, 0, text, sizeof text, NULL))
		snprintf(text, sizeof text, "Nobody knows error %d. ", error);
	return text;
}
WSC_ALIAS(gai_strerrorA)

static void *wide_text(int wide, int error)
{
	static __thread uint32_t text[STRERROR_SIZE];

	wsc__wide_copy(wide, text, WSC(gai_strerrorA)(error));
	return text;
}

WSC_WIDE_FORMS(WCHAR *, gai_strerrorW, (int error), wide_text(wide, error))
