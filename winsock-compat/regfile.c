/* The parser of registry files, and the way to them on the disk.
 *
 * A file is first turned into UTF-8 whose lines end in \n and which holds no
 * 0 but the one that ends it, so that all reading afterwards is a walk with one
 * pointer. Names, strings and bytes are unfolded where they stand: none gets
 * longer. Where this is looser than what regedit writes, regedit reads it too
 * (blanks, comments after the data, bytes of one digit, \r alone). */
#include "regfile.h"

#include "utf.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SIZE_LIMIT (1 << 20)

struct reader {
	char *at;
	unsigned line;
	bool utf16;   /* the file was */
	bool wide;    /* strings in lists of bytes are */
	bool deleted; /* the key we are in is a [-KEY] */
	struct regfile_entry entry;
	unsigned char dword[4]; /* the entry's data, where it is not in the text */
	char *string;
	regfile_handler *handle;
	void *context;
	struct regfile_error *error;
};

static bool __attribute__((format(printf, 3, 4)))
fail(struct regfile_error *error, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error->line = line;
	vsnprintf(error->why, sizeof error->why, format, arguments);
	va_end(arguments);
	return false;
}

static unsigned lines(const char *from, const char *to)
{
	unsigned count = 0;

	for (; from < to; from++)
		count += *from == '\n';
	return count;
}

/* The first byte that is not UTF-8, or NULL. */
static const char *not_utf8(const char *text)
{
	static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		const unsigned char *first = s;
		uint32_t c = *s++;
		int more = c < 0x80 ? 0 : c < 0xc2 ? -1 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : -1;

		if (more > 0)
			c &= 0x3f >> more;
		for (int i = 0; i < more; i++, s++) {
			if ((*s & 0xc0) != 0x80)
				return (const char *)first;
			c = c << 6 | (*s & 0x3f);
		}
		if (more < 0 || c < smallest[more] || c > 0x10ffff || (c & 0xfffff800) == 0xd800)
			return (const char *)first;
	}
	return NULL;
}

/* One \n for \r\n and for \r alone; no 0 inside. */
static bool unify_lines(char *text, size_t size, struct regfile_error *error)
{
	char *out = text;

	for (size_t i = 0; i < size; i++) {
		if (!text[i])
			return fail(error, 1 + lines(text, out),
				    "a zero character; UTF-16 needs its byte order mark");
		if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
			continue;
		*out++ = text[i] == '\r' ? '\n' : text[i];
	}
	*out = 0;
	return true;
}

/* The file as text, to be freed; NULL if it is none. */
static char *decode(const unsigned char *data, size_t size, bool *utf16, struct regfile_error *error)
{
	char *text = malloc(size / 2 * 3 + 2), *end;
	size_t mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	*utf16 = size >= 2 && data[0] == 0xff && data[1] == 0xfe;
	if (!text) {
		fail(error, 0, "no memory to read it");
		return NULL;
	}
	if (size >= 2 && data[0] == 0xfe && data[1] == 0xff) {
		fail(error, 1, "UTF-16 with the high byte first; regedit writes the low one first");
		goto no_text;
	}
	if (*utf16) {
		end = wsc__utf8_from_utf16(text, data + 2, (size - 2) / 2);
	} else {
		end = text + size - mark;
		if (size)
			memcpy(text, data + mark, size - mark);
	}
	if (!unify_lines(text, end - text, error))
		goto no_text;
	if (*utf16 && size % 2) {
		fail(error, 1 + lines(text, text + strlen(text)), "the file ends in half a UTF-16 character");
		goto no_text;
	}
	return text;

no_text:
	free(text);
	return NULL;
}

static void skip_blanks(struct reader *r)
{
	while (*r->at == ' ' || *r->at == '\t')
		r->at++;
}

/* Whether nothing but blanks and a comment is left of the line; if so, we are
 * on the next one. */
static bool skip_line_end(struct reader *r)
{
	skip_blanks(r);
	if (*r->at == ';')
		r->at += strcspn(r->at, "\n");
	if (*r->at == '\n') {
		r->at++;
		r->line++;
		return true;
	}
	return !*r->at;
}

static bool skip_word(struct reader *r, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One hexadecimal digit to that many. */
static bool read_number(struct reader *r, int digits, uint32_t *number)
{
	int count = 0;

	for (*number = 0; digit(*r->at) >= 0; r->at++) {
		if (++count > digits)
			return false;
		*number = *number << 4 | digit(*r->at);
	}
	return count > 0;
}

static bool read_header(struct reader *r)
{
	static const char five[] = "Windows Registry Editor Version 5.00", four[] = "REGEDIT4";
	size_t length;

	skip_blanks(r);
	length = strcspn(r->at, "\n");
	while (length > 0 && (r->at[length - 1] == ' ' || r->at[length - 1] == '\t'))
		length--;
	if (length == sizeof five - 1 && memcmp(r->at, five, length) == 0) {
		const char *bad = r->utf16 ? NULL : not_utf8(r->at);

		if (bad)
			return fail(r->error, 1 + lines(r->at, bad), "neither UTF-16 nor UTF-8");
		r->wide = true;
	} else if (length == sizeof four - 1 && memcmp(r->at, four, length) == 0) {
		r->wide = false; /* eight bits of some code page, passed on as they are */
	} else {
		return fail(r->error, 1, "not a registry file: the first line is neither \"%s\" nor \"%s\"",
			    five, four);
	}
	r->at += length;
	return skip_line_end(r);
}

static bool has_root(const char *key)
{
	static const char *const roots[] = {
		"HKEY_CLASSES_ROOT",  "HKEY_CURRENT_CONFIG",   "HKEY_CURRENT_USER", "HKEY_DYN_DATA",
		"HKEY_LOCAL_MACHINE", "HKEY_PERFORMANCE_DATA", "HKEY_USERS",
	};
	size_t length = strcspn(key, "\\");

	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (wsc__regfile_same(key, length, roots[i], strlen(roots[i])))
			return true;
	return false;
}

/* A key may itself hold ] and ; so its end is the first ] with nothing after
 * it but a comment. */
static bool read_key(struct reader *r)
{
	bool deleted = r->at[1] == '-';
	unsigned line = r->line;
	char *key = r->at + 1 + deleted, *line_end = key + strcspn(key, "\n"), *end = key;

	while ((end = memchr(end, ']', line_end - end))) {
		r->at = end + 1;
		if (skip_line_end(r))
			break;
		end++;
	}
	if (!end)
		return fail(r->error, line, "a key is not closed by ] at the end of its line");
	while (end > key && end[-1] == '\\')
		end--;
	*end = 0;
	if (!has_root(key))
		return fail(r->error, line,
			    "the key '%.100s' does not begin with HKEY_LOCAL_MACHINE or another root", key);
	r->deleted = deleted;
	r->entry = (struct regfile_entry){.action = REGFILE_DELETE_KEY, .key = key, .name = "", .line = line};
	if (deleted)
		r->handle(r->context, &r->entry);
	return true;
}

/* Text in quotation marks, of which the first is where we are; NULL if it is
 * none. regedit breaks the line where a string does, but no name has several. */
static char *read_quoted(struct reader *r, bool several_lines, size_t *length)
{
	char *text = ++r->at, *out = text;
	unsigned line = r->line;

	for (; *r->at != '"'; *out++ = *r->at++) {
		if (!*r->at || (*r->at == '\n' && !several_lines)) {
			fail(r->error, line, "a quotation mark is not closed");
			return NULL;
		}
		if (*r->at == '\n')
			r->line++;
		if (*r->at != '\\')
			continue;
		r->at++;
		if (*r->at == 'n' || *r->at == 'r') { /* not regedit's, but that of Wine */
			*r->at = *r->at == 'n' ? '\n' : '\r';
		} else if (*r->at != '\\' && *r->at != '"') {
			fail(r->error, r->line,
			     "a backslash in quotation marks stands before neither \\ nor \"");
			return NULL;
		}
	}
	*length = out - text;
	r->at++;
	*out = 0;
	return text;
}

/* Bytes with commas between them; after a comma, \ goes on in the next line
 * that is neither empty nor a comment. */
static bool read_bytes(struct reader *r)
{
	unsigned char *out = (unsigned char *)r->at;

	r->entry.data = out;
	skip_blanks(r);
	if (*r->at == '\\' || digit(*r->at) >= 0)
		do {
			uint32_t byte;

			skip_blanks(r);
			if (*r->at == '\\') {
				r->at++;
				if (!skip_line_end(r))
					return fail(r->error, r->line, "a \\ is not at the end of its line");
				while (*r->at && skip_line_end(r))
					;
			}
			if (!read_number(r, 2, &byte))
				return fail(r->error, r->line, "a list of bytes has something else in it");
			*out++ = byte;
			skip_blanks(r);
		} while (*r->at == ',' && r->at++);
	r->entry.size = out - (const unsigned char *)r->entry.data;
	return true;
}

/* A string is handed over as UTF-8 even where it was written in bytes. */
static bool string_from_bytes(struct reader *r)
{
	size_t size = r->entry.size;
	char *end;

	free(r->string);
	end = r->string = malloc(size / 2 * 3 + 2);
	if (!end)
		return fail(r->error, r->entry.line, "no memory to read it");
	if (r->wide) {
		end = wsc__utf8_from_utf16(end, r->entry.data, size / 2);
	} else {
		memcpy(end, r->entry.data, size);
		end += size;
	}
	while (end > r->string && !end[-1])
		end--;
	*end = 0;
	r->entry.data = r->string;
	r->entry.size = end - r->string;
	return true;
}

static bool read_data(struct reader *r)
{
	uint32_t number;

	r->entry.action = REGFILE_SET;
	if (*r->at == '"') {
		r->entry.type = REGFILE_SZ;
		r->entry.data = read_quoted(r, true, &r->entry.size);
		return r->entry.data;
	}
	if (skip_word(r, "-")) {
		r->entry.action = REGFILE_DELETE_VALUE;
		return true;
	}
	if (skip_word(r, "dword:")) {
		skip_blanks(r);
		if (!read_number(r, 8, &number))
			return fail(r->error, r->line, "dword: wants one to eight hexadecimal digits");
		for (int i = 0; i < 4; i++)
			r->dword[i] = number >> 8 * i;
		r->entry.type = REGFILE_DWORD;
		r->entry.data = r->dword;
		r->entry.size = sizeof r->dword;
		return true;
	}
	if (skip_word(r, "hex:")) {
		r->entry.type = REGFILE_BINARY;
		return read_bytes(r);
	}
	if (skip_word(r, "hex(")) {
		if (!read_number(r, 8, &r->entry.type) || !skip_word(r, "):"))
			return fail(r->error, r->line, "hex( wants a type in hexadecimal digits, then ):");
		return read_bytes(r) && (r->entry.type != REGFILE_SZ || string_from_bytes(r));
	}
	return fail(r->error, r->line, "the data is neither a string, dword:, hex: nor -");
}

static bool read_value(struct reader *r)
{
	unsigned line = r->line;
	bool string, several_lines;
	size_t length;

	if (!r->entry.key)
		return fail(r->error, line, "a value before any key");
	if (r->deleted)
		return fail(r->error, line, "a value of a key that is deleted");
	r->entry = (struct regfile_entry){.key = r->entry.key, .name = "", .line = line};
	if (!skip_word(r, "@") && !(r->entry.name = read_quoted(r, false, &length)))
		return false;
	skip_blanks(r);
	if (!skip_word(r, "="))
		return fail(r->error, line, "no = after the name");
	skip_blanks(r);
	string = *r->at == '"';
	if (!read_data(r))
		return false;
	several_lines = r->line > line;
	if (!skip_line_end(r))
		return string && several_lines /* it ends in the mark that begins the next name */
			       ? fail(r->error, line, "a quotation mark is not closed")
			       : fail(r->error, r->line, "there is something after the data");
	r->handle(r->context, &r->entry);
	return true;
}

static bool read_lines(struct reader *r)
{
	bool good = true;

	while (good && *r->at) {
		if (skip_line_end(r))
			continue;
		if (*r->at == '[')
			good = read_key(r);
		else if (*r->at == '"' || *r->at == '@')
			good = read_value(r);
		else
			good = fail(r->error, r->line, "neither a key nor a value nor a comment");
	}
	return good;
}

bool wsc__regfile_parse(const void *data, size_t size, regfile_handler *handle, void *context,
			struct regfile_error *error)
{
	struct reader r = {.line = 1, .handle = handle, .context = context, .error = error};
	char *text = decode(data, size, &r.utf16, error);
	bool good;

	if (!text)
		return false;
	r.at = text;
	good = read_header(&r) && read_lines(&r);
	free(r.string);
	free(text);
	return good;
}

/* Who reads our stderr may have gone, and the program must not die of that. */
static void write_message(const char *message, size_t size)
{
	static const struct timespec at_once;
	sigset_t pipe, old, pending;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &old);
	if (write(STDERR_FILENO, message, size) < 0 && errno == EPIPE && !sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void wsc__regfile_complain(const char *where, unsigned line, const char *format, ...)
{
	char message[1024], *end = message + sizeof message - 1, *at = message;
	va_list arguments;

	at += snprintf(at, end - at, "winsock-compat: %.700s:", where);
	if (line)
		at += snprintf(at, end - at, "%u:", line);
	at += snprintf(at, end - at, " ");
	va_start(arguments, format);
	vsnprintf(at, end - at, format, arguments);
	va_end(arguments);
	at += strlen(at);
	for (char *c = message; c < at; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?'; /* a file does not get at the terminal through us */
	*at++ = '\n';
	write_message(message, at - message);
}

/* The whole of an open file, to be freed; or why not. */
static void *read_all(int fd, size_t *size, const char **why)
{
	struct stat status;
	char *data = NULL;
	ssize_t count;

	*size = 0;
	*why = "it cannot be read";
	if (fstat(fd, &status) < 0)
		return NULL;
	*why = S_ISDIR(status.st_mode) ? "it is a directory" : "it is no regular file";
	if (!S_ISREG(status.st_mode))
		return NULL;
	*why = "it is larger than 1 MiB";
	if (status.st_size > SIZE_LIMIT)
		return NULL;
	*why = "no memory to read it";
	data = malloc(status.st_size + 1); /* one more, to see the end or that it grows */
	if (!data)
		return NULL;
	while (*size <= (size_t)status.st_size) {
		count = read(fd, data + *size, status.st_size + 1 - *size);
		if (count == 0)
			return data;
		if (count < 0 && errno != EINTR) {
			*why = "it cannot be read";
			goto no_data;
		}
		if (count > 0)
			*size += count;
	}
	*why = "it grows while it is read";

no_data:
	free(data);
	return NULL;
}

/* strerror would speak the locale's language. */
static const char *why_not_opened(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return "there is no such file";
	case EACCES:
		return "it may not be read";
	default:
		return "it cannot be opened";
	}
}

bool wsc__regfile_read(const char *path, bool must_exist, regfile_handler *handle, void *context)
{
	struct regfile_error error;
	const char *why;
	size_t size;
	void *data;
	bool good;
	int fd;

	/* Without O_NONBLOCK, opening a FIFO waits for somebody to write to it. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		if (must_exist || (errno != ENOENT && errno != ENOTDIR))
			wsc__regfile_complain(path, 0, "%s", why_not_opened(errno));
		return false;
	}
	data = read_all(fd, &size, &why);
	close(fd);
	if (!data) {
		wsc__regfile_complain(path, 0, "%s", why);
		return false;
	}
	good = wsc__regfile_parse(data, size, handle, context, &error);
	free(data);
	if (!good)
		wsc__regfile_complain(path, error.line, "%s", error.why);
	return good;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

bool wsc__regfile_same(const char *a, size_t a_length, const char *b, size_t b_length)
{
	if (a_length != b_length)
		return false;
	for (size_t i = 0; i < a_length; i++)
		if (upper(a[i]) != upper(b[i]))
			return false;
	return true;
}
