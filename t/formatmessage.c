/* FormatMessage makes of a text what Windows does, and has one for each error; LocalFree takes what it gives.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "net.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Newer than mingw-w64's headers. */
#ifndef ERROR_NO_WORK_DONE
#define ERROR_NO_WORK_DONE 235
#endif

enum { UNTOUCHED = 'x', ROOM = 512 };

/* A text of the W side. Good until the eighth call. */
static WCHAR *wide(const char *text)
{
	static WCHAR texts[8][ROOM];
	static int next;
	WCHAR *to = texts[next++ % 8];
	size_t i = 0;

	do
		to[i] = (unsigned char)text[i];
	while (text[i++]);
	return to;
}

static const char *narrow(const WCHAR *text)
{
	static char to[ROOM];
	size_t i = 0;

	do
		to[i] = text[i] < 0x80 ? (char)text[i] : '?';
	while (text[i++] && i < ROOM);
	return to;
}

/* A template on one line. */
static const char *shown(const char *template)
{
	static char text[ROOM];
	char *to = text;

	for (; *template; template ++) {
		if (*template >= ' ')
			*to++ = *template;
		else
			to += sprintf(to, "\\%c", *template == '\n' ? 'n' : *template == '\r' ? 'r' : 't');
	}
	*to = 0;
	return text;
}

/* Checks of FORMAT_MESSAGE_FROM_STRING: what the template becomes, with these arguments. */
static void check_a(const char *expected, const char *template, DWORD flags, va_list *arguments)
{
	char out[ROOM] = "";
	DWORD length =
		FormatMessageA(FORMAT_MESSAGE_FROM_STRING | flags, template, 0, 0, out, ROOM, arguments);

	is_string(expected, out, "A, flags 0x%x: \"%s\"", (unsigned)flags, shown(template));
	is_int((long long)strlen(expected), length, "...and its length");
}

static void check_w(const char *expected, const char *template, DWORD flags, va_list *arguments)
{
	WCHAR out[ROOM] = { 0 };
	DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_STRING | flags, wide(template), 0, 0, out, ROOM,
				      arguments);

	is_string(expected, narrow(out), "W, flags 0x%x: \"%s\"", (unsigned)flags, shown(template));
	is_int((long long)strlen(expected), length, "...and its length");
}

static void a_gives(const char *expected, const char *template, DWORD flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	check_a(expected, template, flags, &arguments);
	va_end(arguments);
}

static void w_gives(const char *expected, const char *template, DWORD flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	check_w(expected, template, flags, &arguments);
	va_end(arguments);
}

/* Where the arguments are numbers, or there are none. */
static void both_give(const char *expected, const char *template, DWORD flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	check_a(expected, template, flags, &arguments);
	va_end(arguments);
	va_start(arguments, flags);
	check_w(expected, template, flags, &arguments);
	va_end(arguments);
}

/* With FORMAT_MESSAGE_ARGUMENT_ARRAY instead. */
static void both_give_array(const char *expected, const char *template, ULONG_PTR *array)
{
	check_a(expected, template, FORMAT_MESSAGE_ARGUMENT_ARRAY, (va_list *)array);
	check_w(expected, template, FORMAT_MESSAGE_ARGUMENT_ARRAY, (va_list *)array);
}

static void escapes(void)
{
	both_give("test", "test", 0);
	both_give(" %% ", " %%%% ", 0);
	both_give(" ..  427", " %.%.  %1!d!", 0, 427);
	both_give("test", "test%0test", 0);
	both_give("yah!", "yah%!%0   ", 0);
	both_give("    ", "% %   ", 0);
	both_give("\r\n\r\t", "%n%r%t", 0);
	both_give("hi\r\n", "hi\n", 0);
	both_give("hi\r\n", "hi\r\n", 0);
	both_give("\r\n", "\r", 0);
	both_give("\r\n\r\n", "\r\r\n", 0);
	both_give("a b", "a% b", 0);
}

static void inserts(void)
{
	ULONG_PTR numbers[] = { 6, 4, 2, 5, 3, 1 };
	ULONG_PTR texts[] = { 4, 2, (ULONG_PTR) "Bill", (ULONG_PTR) "Bob", 6, (ULONG_PTR) "Bill" };

	a_gives("test", "%1!s!", 0, "test");
	a_gives("test", "%1", 0, "test");
	a_gives("test", "%1%2", 0, "te", "st");
	a_gives("test", "%1%3%2%1", 0, "t", "s", "e");
	a_gives("test", "%1!hs!", 0, "test");
	a_gives("test", "%1!ls!", 0, wide("test"));
	a_gives("test", "%1!S!", 0, wide("test"));
	a_gives("test", "%1!ws!", 0, wide("test"));
	a_gives("(null)", "%1", 0, NULL);
	a_gives("  t", "%1!3s!", 0, "t");
	a_gives("t  |", "%1!-3s!|", 0, "t");
	a_gives("   t", "%1!*s!", 0, 4, "t");
	a_gives("te", "%1!.2s!", 0, "test");
	a_gives("Bill Bob Bill", "%1 %2 %1", 0, "Bill", "Bob");
	a_gives("  Bi Bob   Bill", "%1!*.*s! %3 %4!*s!", 0, 4, 2, "Bill", "Bob", 6, "Bill");
	check_a("  Bi Bob   Bill", "%1!*.*s! %4 %5!*s!", FORMAT_MESSAGE_ARGUMENT_ARRAY, (va_list *)texts);

	w_gives("test", "%1!s!", 0, wide("test"));
	w_gives("test", "%1", 0, wide("test"));
	w_gives("test", "%1%3%2%1", 0, wide("t"), wide("s"), wide("e"));
	w_gives("test", "%1!ls!", 0, wide("test"));
	w_gives("test", "%1!S!", 0, "test");
	w_gives("test", "%1!hs!", 0, "test");
	w_gives("test", "%1!ws!", 0, wide("test"));
	w_gives("(null)", "%1", 0, NULL);
	w_gives("   t", "%1!*s!", 0, 4, wide("t"));

	both_give("test", "%1!c!%2!c!%3!c!%1!c!", 0, 't', 'e', 's');
	both_give("test", "%1!lc!%2!lc!%3!lc!%1!lc!", 0, 't', 'e', 's');
	both_give("test", "%1!wc!%2!wc!%3!wc!%1!wc!", 0, 't', 'e', 's');
	both_give("test", "%1!C!%2!C!%3!C!%1!C!", 0, 't', 'e', 's');
	both_give("123", "%1!d!%2!d!%3!d!", 0, 1, 2, 3);
	both_give("   1", "%1!4d!", 0, 1);
	both_give("1   ", "%1!-4d!", 0, 1);
	both_give("  -5", "%1!4d!", 0, -5);
	both_give("0011", "%1!04d!", 0, 11);
	both_give("   b", "%1!4x!", 0, 11);
	both_give("B   ", "%1!-4X!", 0, 11);
	both_give(" 1AB", "%1!4X!", 0, 0x1ab);
	both_give("0x1ab", "%1!#x!", 0, 0x1ab);
	both_give("4294967295", "%1!u!", 0, 0xffffffffu);
	both_give("-1", "%1!ld!", 0, 0xffffffffu);
	both_give("123456789abcdef", "%1!I64x!", 0, 0x123456789abcdefLL);
	both_give("  03", "%1!4.2u!", 0, 3);
	both_give("  001", "%1!*.*u!", 0, 5, 3, 1);
	/* In a list the first asterisk of an insert has no number of its own. */
	both_give("  001, 0002", "%1!*.*u!,%1!*.*u!", 0, 5, 3, 1, 4, 2);
	both_give("  001,  0002", "%1!*.*u!,%3!*.*u!", 0, 5, 3, 1, 6, 4, 2);
	both_give_array("  0002, 00003", "%1!*.*u!,%1!*.*u!", numbers);
	both_give_array("  0002,  001", "%1!*.*u!,%4!*.*u!", numbers);
}

static void inserts_ignored(void)
{
	const DWORD flags = FORMAT_MESSAGE_IGNORE_INSERTS;

	both_give("test", "test", flags);
	both_give("test", "test%0test", flags);
	both_give("test%1%2!*.*s!%99", "test%1%2!*.*s!%99", flags);
	both_give("%%% %.%!", "%%% %.%!", flags);
	both_give("\r\n\r\t", "%n%r%t", flags);
	both_give("hi\r\n", "hi\n", flags);
	both_give("\r\n\r\n", "\r\r\n", flags);
	both_give("hi ", "hi\r\n", flags | FORMAT_MESSAGE_MAX_WIDTH_MASK);
	both_give("  ", "\r\r\n", flags | FORMAT_MESSAGE_MAX_WIDTH_MASK);
	both_give("short\r\nlong\r\nline%1", "short%nlong line%1", flags | 8);
}

/* A line has fewer characters than the width. */
static void widths(void)
{
	static const struct {
		DWORD width;
		const char *expected, *template;
	} lines[] = {
		{ FORMAT_MESSAGE_MAX_WIDTH_MASK, "hi ", "hi\n" },
		{ FORMAT_MESSAGE_MAX_WIDTH_MASK, "hi ", "hi\r\n" },
		{ FORMAT_MESSAGE_MAX_WIDTH_MASK, " ", "\r" },
		{ FORMAT_MESSAGE_MAX_WIDTH_MASK, "  ", "\r\r\n" },
		{ FORMAT_MESSAGE_MAX_WIDTH_MASK, "hi\r\n", "hi%n" },
		{ 20, "short long line", "short long line" },
		{ 11, "short long\r\nline", "short long line" },
		{ 20, "short long long\r\nline", "short long long line" },
		{ 10, "short\r\nlong line", "short long line" },
		{ 16, "short long\r\nline", "short long    line" },
		{ 16, "short long\r\nwordlongerthanal\r\nine", "short long    wordlongerthanaline" },
		{ 12, "short long\r\n  line", "short long    line" },
		{ 12, "short long\r\n\r\nwordlongerth\r\nanaline", "short long    wordlongerthanaline" },
		{ 15, "   short line", "   short line" },
		{ 11, "\r\nshortlong\r\nline", "   shortlong line" },
		{ 11, "l1\r\n\r\nshortlong\r\nline", "l1%n   shortlong line" },
		{ 5, "\r\n\r\n\r\n ", "                " },
		{ 5, "l1\r\n\r\n\r\n  ", "l1               " },
		{ 8, "shortlon\r\n", "shortlon" },
		{ 8, "shortlon\r\ngline", "shortlongline" },
		{ 7, "short\r\nlong\r\nline", "short long line" },
		{ 11, "short long\r\nline", "short\nlong line" },
		{ 8, "shortlon\r\n\r\n", "shortlon%n" },
		{ 10, "short\r\nlong line", "short%nlong line" },
		{ 8, "short\r\nlong\r\nline", "short%nlong line" },
		{ 10, "short\rlong line", "short%rlong line" },
		{ 8, "short\rlong\r\nline", "short%rlong line" },
		{ 11, "short\r\nlong\tline", "short long\tline" },
		{ 11, "short\r\nlong-line", "short long-line" },
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		both_give(lines[i].expected, lines[i].template, lines[i].width);
}

/* A failure of the A side leaves the buffer alone; one of the W side leaves what was made until then. */
static void refuses(DWORD error, const char *left_a, const char *left_w, DWORD flags, const char *template,
		    DWORD size)
{
	char out[ROOM] = "xxxxxxxx";
	WCHAR out_w[ROOM];

	memcpy(out_w, wide(out), sizeof out_w);
	SetLastError(0);
	is_int(0, FormatMessageA(flags, template, 0, 0, out, size, NULL),
	       "A, flags 0x%x, \"%s\", %u characters: fails", (unsigned)flags, template, (unsigned)size);
	is_int(error, GetLastError(), "...with the right error");
	is_string(left_a, out, "...and leaves this");
	SetLastError(0);
	is_int(0, FormatMessageW(flags, wide(template), 0, 0, out_w, size, NULL),
	       "W, flags 0x%x, \"%s\", %u characters: fails", (unsigned)flags, template, (unsigned)size);
	is_int(error, GetLastError(), "...with the right error");
	is_string(left_w, narrow(out_w), "...and leaves this");
}

/* Even where there is no room for it, an argument is used up. */
static void uses_argument(const WCHAR *template, ...)
{
	va_list arguments;
	WCHAR out[1] = { UNTOUCHED };

	va_start(arguments, template);
	SetLastError(0);
	is_int(0, FormatMessageW(FORMAT_MESSAGE_FROM_STRING, template, 0, 0, out, 1, &arguments),
	       "room for no character");
	is_int(ERROR_INSUFFICIENT_BUFFER, GetLastError(), "...is not enough");
	is_int(0, out[0], "...and the text is empty");
	is_string("unused", va_arg(arguments, const char *), "...but the argument is used up");
	va_end(arguments);
}

static void failures(void)
{
	const DWORD string = FORMAT_MESSAGE_FROM_STRING;

	refuses(ERROR_NO_WORK_DONE, "xxxxxxxx", "", string, "", ROOM);
	refuses(ERROR_NO_WORK_DONE, "xxxxxxxx", "", string | FORMAT_MESSAGE_IGNORE_INSERTS, "%0test", ROOM);
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "xxxxxxxx", string, "%", ROOM);
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "testxxxx", string, "test%", ROOM);
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "xxxxxxxx", string, "%1", ROOM);
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "xxxxxxxx", string | FORMAT_MESSAGE_ARGUMENT_ARRAY, "%1",
		ROOM);
	refuses(ERROR_INSUFFICIENT_BUFFER, "xxxxxxxx", "xxxxxxxx", string, "test", 0);
	refuses(ERROR_INSUFFICIENT_BUFFER, "xxxxxxxx", "", string, "test", 1);
	refuses(ERROR_INSUFFICIENT_BUFFER, "xxxxxxxx", "tes", string, "test", 4);
	/* There has to be a source. */
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "xxxxxxxx", 0, "test", ROOM);
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "xxxxxxxx", FORMAT_MESSAGE_IGNORE_INSERTS, "test", ROOM);
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "xxxxxxxx", FORMAT_MESSAGE_ARGUMENT_ARRAY, "test", ROOM);
	refuses(ERROR_INVALID_PARAMETER, "xxxxxxxx", "xxxxxxxx", FORMAT_MESSAGE_MAX_WIDTH_MASK, "test", ROOM);
	/* A string goes before the others. */
	both_give("test", "test", FORMAT_MESSAGE_FROM_SYSTEM);
	both_give("test", "test", FORMAT_MESSAGE_FROM_HMODULE);
	uses_argument(wide("%1!s! %2!s!"), wide("eaten"), "unused");
}

static void no_buffer(void)
{
	const DWORD system = FORMAT_MESSAGE_FROM_SYSTEM, allocates = system | FORMAT_MESSAGE_ALLOCATE_BUFFER;

	for (DWORD size = 0; size <= 256; size = 16 * size + 1) {
		SetLastError(0);
		is_int(0, FormatMessageW(system, NULL, 0, 0, NULL, size, NULL), "W, NULL for %u characters",
		       (unsigned)size);
		is_int(ERROR_INVALID_PARAMETER, GetLastError(), "...is a wrong parameter");
		SetLastError(0);
		is_int(0, FormatMessageW(allocates, NULL, 0, 0, NULL, size, NULL),
		       "W, NULL for a pointer, size %u", (unsigned)size);
		is_int(ERROR_INVALID_PARAMETER, GetLastError(), "...is a wrong parameter");
		SetLastError(0);
		is_int(0, FormatMessageA(allocates, NULL, 0, 0, NULL, size, NULL),
		       "A, NULL for a pointer, size %u", (unsigned)size);
		is_int(ERROR_NOT_ENOUGH_MEMORY, GetLastError(), "...is a lack of memory");
		if (size > 1)
			continue;
		SetLastError(0);
		is_int(0, FormatMessageA(system, NULL, 0, 0, NULL, size, NULL), "A, NULL for %u characters",
		       (unsigned)size);
		is_int(ERROR_INSUFFICIENT_BUFFER, GetLastError(), "...is too small a buffer");
	}
}

/* The A side knows no more than 32767 characters, the W side no limit. */
static void long_texts(void)
{
	for (DWORD size = 32766; size <= 32769; size++) {
		char *text = malloc(size), *out = malloc(size), *made = NULL;
		DWORD length = size < 32768 ? size - 1 : 0,
		      error = size < 32768 ? 0 : ERROR_INVALID_PARAMETER;

		memset(text, 'a', size - 1);
		text[size - 1] = 0;
		SetLastError(0);
		is_int(length, FormatMessageA(FORMAT_MESSAGE_FROM_STRING, text, 0, 0, out, size, NULL),
		       "A, %u characters", (unsigned)size);
		is_int(error, GetLastError(), "...and the error");
		ok(!length || !strcmp(text, out), "...and the text");
		SetLastError(0);
		is_int(length,
		       FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER, text, 0, 0,
				      (char *)&made, size, NULL),
		       "...as many, allocated");
		is_int(error, GetLastError(), "...and the error");
		ok(length ? made && !strcmp(text, made) : !made, "...and the text");
		LocalFree(made);
		free(text);
		free(out);
	}
	for (DWORD size = 1000; size < 1000000; size *= 3) {
		WCHAR *text = malloc(size * sizeof *text), *out = malloc(size * sizeof *out);

		for (DWORD i = 0; i + 1 < size; i++)
			text[i] = (WCHAR)('A' + i % 26);
		text[size - 1] = 0;
		is_int(size - 1, FormatMessageW(FORMAT_MESSAGE_FROM_STRING, text, 0, 0, out, size, NULL),
		       "W, %u characters", (unsigned)size);
		ok(!memcmp(text, out, size * sizeof *out), "...and the text");
		free(text);
		free(out);
	}
}

static void allocated(void)
{
	static const DWORD sizes[] = { 0, 4, 5, 6, 1024 };
	const DWORD flags = FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER;
	char *text;
	WCHAR *text_w;

	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		text = NULL;
		is_int(4, FormatMessageA(flags, "test", 0, 0, (char *)&text, sizes[i], NULL),
		       "A, allocated, at least %u", (unsigned)sizes[i]);
		if (ok(text != NULL, "...and there it is") && is_string("test", text, "...with the text") &&
		    sizes[i])
			memset(text, 0, sizes[i]); /* which is there: valgrind and sanitizers look */
		ok(!LocalFree(text), "...and LocalFree takes it");
		text_w = NULL;
		is_int(4, FormatMessageW(flags, wide("test"), 0, 0, (WCHAR *)&text_w, sizes[i], NULL),
		       "W, allocated, at least %u", (unsigned)sizes[i]);
		if (ok(text_w != NULL, "...and there it is") &&
		    is_string("test", narrow(text_w), "...with the text") && sizes[i])
			memset(text_w, 0, sizes[i] * sizeof *text_w);
		ok(!LocalFree(text_w), "...and LocalFree takes it");
	}
	text = (char *)1;
	is_int(0, FormatMessageA(flags, "", 0, 0, (char *)&text, 0, NULL), "A, allocated, nothing");
	ok(!text, "...leaves NULL");
	text_w = (WCHAR *)1;
	is_int(0, FormatMessageW(flags, wide(""), 0, 0, (WCHAR *)&text_w, 0, NULL), "W, allocated, nothing");
	ok(!text_w, "...leaves NULL");
	text = (char *)1;
	is_int(0, FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER, "test", 0, 0, (char *)&text, 0, NULL),
	       "A, no source");
	ok(!text, "...leaves NULL");
}

static void local_memory(void)
{
	char *memory = LocalAlloc(LPTR, 100);
	int sum = 0;

	for (int i = 0; memory && i < 100; i++)
		sum += memory[i];
	ok(memory && !sum, "LocalAlloc with LPTR gives zeros");
	ok(!LocalFree(memory), "LocalFree");
	memory = LocalAlloc(LMEM_FIXED, 0);
	ok(memory != NULL, "LocalAlloc of nothing gives something");
	ok(!LocalFree(memory), "...that LocalFree takes");
	ok(!LocalFree(NULL), "LocalFree of NULL");
	SetLastError(0);
	is_int(0, LocalAlloc(LMEM_FIXED, ~(SIZE_T)0) != NULL, "LocalAlloc of too much");
	is_int(ERROR_NOT_ENOUGH_MEMORY, GetLastError(), "...says so");
}

/* The system's texts: t/errors.c goes through them all. */
static void system_texts(void)
{
	const DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
	char text[ROOM] = "", line[ROOM] = "", result[ROOM] = "";
	DWORD length = FormatMessageA(flags, NULL, WSAECONNREFUSED, 0, text, ROOM, NULL);

	ok(length > 3 && !strcmp(text + length - 3, ".\r\n"), "a text ends as Windows' do: %s", shown(text));
	is_int(length - 1,
	       FormatMessageA(flags | FORMAT_MESSAGE_MAX_WIDTH_MASK, NULL, WSAECONNREFUSED, 0, line, ROOM,
			      NULL),
	       "in a line of its own");
	ok(length > 3 && !strncmp(text, line, length - 2) && !strcmp(line + length - 2, " "),
	   "...it ends in a blank");
	is_int(length, FormatMessageA(flags, NULL, 0x80070000 | WSAECONNREFUSED, 0, result, ROOM, NULL),
	       "as an HRESULT");
	is_string(text, result, "...it is the same");
	is_int(length,
	       FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, WSAECONNREFUSED,
			      MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), result, ROOM, NULL),
	       "in the user's language, with inserts");
	is_int(length,
	       FormatMessageA(flags | FORMAT_MESSAGE_FROM_HMODULE, NULL, WSAECONNREFUSED,
			      MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), result, ROOM, NULL),
	       "in English, or from the program");
	SetLastError(0);
	is_int(0, FormatMessageA(flags, NULL, 3044, 0, result, ROOM, NULL), "a number without a text");
	is_int(ERROR_MR_MID_NOT_FOUND, GetLastError(), "...is not found");
	SetLastError(0);
	is_int(0, FormatMessageA(flags, NULL, WSAECONNREFUSED, 0, result, length, NULL),
	       "a buffer one character too short");
	is_int(ERROR_INSUFFICIENT_BUFFER, GetLastError(), "...is not enough");
	is_int(length, FormatMessageA(flags, NULL, WSAECONNREFUSED, 0, result, length + 1, NULL),
	       "one that fits is");

	is_string(line, gai_strerrorA(WSAECONNREFUSED), "gai_strerrorA gives that line");
	is_string(line, narrow(gai_strerrorW(WSAECONNREFUSED)), "and so does gai_strerrorW");
	is_string(gai_strerrorA(EAI_NONAME), gai_strerrorA(WSAHOST_NOT_FOUND),
		  "EAI_NONAME is WSAHOST_NOT_FOUND");
	ok(*gai_strerror(EAI_AGAIN) && *gai_strerrorA(-12345), "gai_strerror has a text for anything");
}

#ifndef __MINGW32__
/* On Windows these end the program. */
static void bad_pointers_here(void)
{
	ULONG_PTR bad[] = { 1 };
	char out[ROOM];
	const struct bad_pointer *pointer;

	for (pointer = bad_pointers(); pointer->name; pointer++) {
		if (!pointer[1].name)
			*pointer->pointer = 'x'; /* a text that does not end before the page does */
		SetLastError(0);
		is_int(0, FormatMessageA(FORMAT_MESSAGE_FROM_STRING, pointer->pointer, 0, 0, out, ROOM, NULL),
		       "%s for the text", pointer->name);
		is_int(ERROR_NOACCESS, GetLastError(), "...is seen");
		SetLastError(0);
		is_int(0,
		       FormatMessageW(FORMAT_MESSAGE_FROM_STRING, pointer->pointer, 0, 0, (WCHAR *)out, ROOM,
				      NULL),
		       "%s for the wide text", pointer->name);
		is_int(ERROR_NOACCESS, GetLastError(), "...is seen");
		bad[0] = (ULONG_PTR)pointer->pointer;
		if (!bad[0])
			continue;
		SetLastError(0);
		is_int(0,
		       FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, "%1", 0, 0,
				      out, ROOM, (va_list *)bad),
		       "%s for an argument", pointer->name);
		is_int(ERROR_NOACCESS, GetLastError(), "...is seen");
		SetLastError(0);
		is_int(0,
		       FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, "%1!d!", 0,
				      0, out, ROOM, (va_list *)pointer->pointer),
		       "%s for the arguments", pointer->name);
		is_int(ERROR_NOACCESS, GetLastError(), "...is seen");
		SetLastError(0);
		is_int(0,
		       FormatMessageA(FORMAT_MESSAGE_FROM_STRING, "test and more", 0, 0, pointer->pointer,
				      ROOM, NULL),
		       "%s for the buffer", pointer->name);
		is_int(ERROR_NOACCESS, GetLastError(), "...is seen");
		SetLastError(0);
		ok(LocalFree(pointer->pointer) == pointer->pointer, "%s for LocalFree", pointer->name);
		is_int(ERROR_INVALID_HANDLE, GetLastError(), "...is no handle");
	}
	is_int(5,
	       FormatMessageA(FORMAT_MESSAGE_FROM_STRING, strcpy(before_bad_page(6), "until"), 0, 0, out,
			      ROOM, NULL),
	       "a text at the very end of memory");
}

/* What is not ASCII is UTF-8 to the A side. */
static void not_ascii(void)
{
	static const WCHAR mixed[] = L"a\u00e9\u20ac\U0001f600", half[] = { 0xd83d, 'b', 0 };
	int length = sizeof mixed / sizeof *mixed - 1; /* 5 with surrogates, else 4 */
	WCHAR out[ROOM] = { 0 };
	ULONG_PTR text[] = { (ULONG_PTR) "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" };

	a_gives("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "%1!ws!", 0, mixed);
	a_gives("\xed\xa0\xbd" "b", "%1!ws!", 0, half);
	a_gives("\xe2\x82\xac", "%1!wc!", 0, 0x20ac);
	is_int(length,
	       FormatMessageW(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, wide("%1!hs!"), 0,
			      0, out, ROOM, (va_list *)text),
	       "UTF-8 for the W side");
	ok(!memcmp(mixed, out, sizeof mixed), "...becomes UTF-16 or UTF-32, as wchar_t has it");
	is_int(0,
	       FormatMessageW(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, wide("%1!hs!"), 0,
			      0, out, length, (va_list *)text),
	       "...which needs room for its units");
}

/* A language that is not there, and what else Windows refuses by its page. */
static void documented(void)
{
	char out[ROOM];
	va_list *none = NULL;

	SetLastError(0);
	is_int(0,
	       FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, WSAEINVAL, MAKELANGID(7, 1), out, ROOM, none),
	       "in German");
	is_int(ERROR_RESOURCE_LANG_NOT_FOUND, GetLastError(), "...it is not there");
	SetLastError(0);
	is_int(0, FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE, NULL, WSAEINVAL, 0, out, ROOM, none),
	       "from the program");
	is_int(ERROR_RESOURCE_TYPE_NOT_FOUND, GetLastError(), "...which has no texts");
	SetLastError(0);
	is_int(0, FormatMessageA(FORMAT_MESSAGE_FROM_STRING, "%1!f!", 0, 0, out, ROOM, none),
	       "a number with a point");
	is_int(ERROR_INVALID_PARAMETER, GetLastError(), "...is not known");
	SetLastError(0);
	is_int(0, FormatMessageA(FORMAT_MESSAGE_FROM_STRING, "%1!d", 0, 0, out, ROOM, none),
	       "an insert without its end");
	is_int(ERROR_INVALID_PARAMETER, GetLastError(), "...is none");
}
#endif

int main(void)
{
	plan_lazy();
	escapes(); /* all of it works without WSAStartup */
	winsock_start();
	escapes();
	inserts();
	inserts_ignored();
	widths();
	failures();
	no_buffer();
	long_texts();
	allocated();
	local_memory();
	system_texts();
#ifndef __MINGW32__
	bad_pointers_here();
	not_ascii();
	documented();
#endif
	winsock_end();
	return done();
}
