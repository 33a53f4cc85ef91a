/* Registry files: what is read from them, and what is said about bad ones. */
#include "regfile.h"

#include "settings.h"
#include "tap/tap.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Entries as lines of text; a key only where it is another than before. */
struct dump {
	char text[16384], key[300];
	size_t length;
};

static void __attribute__((format(printf, 2, 3))) add(struct dump *dump, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	dump->length += vsnprintf(dump->text + dump->length, sizeof dump->text - dump->length, format,
	arguments);
	va_end(arguments);
	if (dump->length >= sizeof dump->text)
		bail("a dump is too long");
}

static void add_entry(void *context, const struct regfile_entry *entry)
{
	struct dump *dump = context;
	const unsigned char *data = entry->data;

	if (entry->action == REGFILE_DELETE_KEY) {
		add(dump, "[-%s] %u\n", entry->key, entry->line);
		return;
	}
	if (strcmp(dump->key, entry->key) != 0)
		add(dump, "[%s]\n", entry->key);
	snprintf(dump->key, sizeof dump->key, "%s", entry->key);
	add(dump, "%u \"%s\" ", entry->line, entry->name);
	if (entry->action == REGFILE_DELETE_VALUE) {
		add(dump, "deleted\n");
		return;
	}
	add(dump, "%u", entry->type);
	if (entry->type == REGFILE_SZ)
		add(dump, " \"%s\"", (const char *)data);
	else
		for (size_t i = 0; i < entry->size; i++)
			add(dump, " %02x", data[i]);
	add(dump, "\n");
}

static const char *parse(struct dump *dump, const void *data, size_t size)
{
	struct regfile_error error;
	unsigned char *copy = malloc(size ? size : 1); /* exactly as long,
	so that valgrind sees a step past it */

	memcpy(copy, data, size);
	if (!wsc__regfile_parse(copy, size, add_entry, dump, &error))
		add(dump, "%u: %s", error.line, error.why);
	free(copy);
	return dump->text;
}

/* Line 1 is the header, line 2 the key, the rest is what is tested. */
#define HEADER "Windows Registry Editor Version 5.00\n"
#define KEY    "HKEY_CURRENT_USER\\x"

#define NO_HEADER \
	"not a registry file: the first line is neither " \
	"\"Windows Registry Editor Version 5.00\" nor \"REGEDIT4\""
#define NO_END "a quotation mark is not closed"
#define JUNK   "there is something after the data"
#define NO_BYTE "a list of bytes has something else in it"

/* clang-format off */
static const struct {
	const char *what, *text, *expected;
} values[] = {
	{ "blanks wherever they may be", "\t\"a\"  =\t dword:  0001  ", "3 \"a\" 4 01 00 00 00\n" },
	{ "nothing but comments", "; a\n  ;b\n\n;", "" },
	{ "a comment after a string", "\"a\"=\"b;c\";d", "3 \"a\" 1 \"b;c\"\n" },
	{ "a comment after a dword", "\"a\"=dword:4;d", "3 \"a\" 4 04 00 00 00\n" },
	{ "a name with an equals sign", "\"a=b\"=dword:ffffffff", "3 \"a=b\" 4 ff ff ff ff\n" },
	{ "the same name twice", "\"a\"=dword:1\n\"a\"=-", "3 \"a\" 4 01 00 00 00\n4 \"a\" deleted\n" },
	{ "lines end in \\r alone", "\"a\"=dword:1\r\"b\"=dword:2\r",
		"3 \"a\" 4 01 00 00 00\n4 \"b\" 4 02 00 00 00\n" },
	{ "a string of two lines and its end", "\"a\"=\"1\r\n2\"\n\"b\"=-",
		"3 \"a\" 1 \"1\n2\"\n5 \"b\" deleted\n" },
	{ "bytes begin in the next line", "\"a\"=hex:\\\n  01,2", "3 \"a\" 3 01 02\n" },
	{ "bytes go on after blank lines", "\"a\"=hex:01,\\;c\n\n ;c\n\t02", "3 \"a\" 3 01 02\n" },
	{ "a string in bytes of UTF-16", "\"a\"=hex(1):e4,00,62,00,00,00,00,00", "3 \"a\" 1 \"ä""b\"\n" },
	{ "half a surrogate pair", "\"a\"=hex(1):3d,d8,62,00", "3 \"a\" 1 \"\xed\xa0\xbd""b\"\n" },
	{ "half a UTF-16 character", "\"a\"=hex(1):62,00,63", "3 \"a\" 1 \"b\"\n" },
	{ "an empty string in bytes", "\"a\"=hex(1):", "3 \"a\" 1 \"\"\n" },
	{ "a dword in bytes", "\"a\"=hex(4):01,02,03,04", "3 \"a\" 4 01 02 03 04\n" },
	{ "line breaks that Wine writes", "\"a\"=\"1\\r\\n2\"", "3 \"a\" 1 \"1\r\n2\"\n" },

	{ "a name without its end", "\"a=dword:1\n", "3: " NO_END },
	{ "a string without its end", "\"a\"=\"b\n", "3: " NO_END },
	{ "a string that the next name ends", "\"a\"=\"b\n\n\"c\"=\"d\"", "3: " NO_END },
	{ "a string without quotation marks", "\"a\"=b",
		"3: the data is neither a string, dword:, hex: nor -" },
	{ "no data", "\"a\"=\n\"b\"=dword:1", "3: the data is neither a string, dword:, hex: nor -" },
	{ "no equals sign", "\"a\" dword:1", "3: no = after the name" },
	{ "a name without quotation marks", "a=dword:1", "3: neither a key nor a value nor a comment" },
	{ "a comment of another kind", "#a", "3: neither a key nor a value nor a comment" },
	{ "words after a string", "\"a\"=\"b\" c", "3: " JUNK },
	{ "two strings", "\"a\"=\"b\"\"c\"", "3: " JUNK },
	{ "words after -", "\"a\"=-1", "3: " JUNK },
	{ "a backslash before something else", "\"a\"=\"C:\\temp\"",
		"3: a backslash in quotation marks stands before neither \\ nor \"" },
	{ "a backslash at the end of a line", "\"a\"=\"b\\\nc\"",
		"3: a backslash in quotation marks stands before neither \\ nor \"" },
	{ "a dword without digits", "\n\"a\"=dword:\n", "4: dword: wants one to eight hexadecimal digits" },
	{ "a dword of nine digits", "\"a\"=dword:000000001",
		"3: dword: wants one to eight hexadecimal digits" },
	{ "a dword of words", "\"a\"=dword:hello", "3: dword: wants one to eight hexadecimal digits" },
	{ "a dword like C's", "\"a\"=dword:0x1", "3: " JUNK },
	{ "a dword in two parts", "\"a\"=dword:1234 5678", "3: " JUNK },
	{ "a type in other letters", "\"a\"=DWORD:1", "3: the data is neither a string, dword:, hex: nor -" },
	{ "bytes that end in a comma", "\"a\"=hex:01,\n\"b\"=-", "3: " NO_BYTE },
	{ "bytes that begin with a comma", "\"a\"=hex:,01", "3: " JUNK },
	{ "bytes of three digits", "\"a\"=hex:001", "3: " NO_BYTE },
	{ "bytes that the file's end ends", "\"a\"=hex:01,\\\n", "4: " NO_BYTE },
	{ "bytes that a key ends", "\"a\"=hex:01,\\\n[HKEY_USERS]", "4: " NO_BYTE },
	{ "a \\ without a comma", "\"a\"=hex:01\\\n,02", "3: " JUNK },
	{ "words after \\", "\"a\"=hex:01,\\ 02\n", "3: a \\ is not at the end of its line" },
	{ "hex without a type", "\"a\"=hex():01", "3: hex( wants a type in hexadecimal digits, then ):" },
	{ "hex without :", "\"a\"=hex(b)01", "3: hex( wants a type in hexadecimal digits, then ):" },
	{ "hex with a type too long", "\"a\"=hex(123456789):01",
		"3: hex( wants a type in hexadecimal digits, then ):" },
	{ "the values before a bad one", "\"a\"=dword:1\n\"b\"",
		"3 \"a\" 4 01 00 00 00\n4: no = after the name" },
	{ "bad UTF-8", "\"a\"=\"b\"\n\"\xc3(\"=\"b\"", "4: neither UTF-16 nor UTF-8" },
	{ "UTF-8 longer than need be", "\"\xe0\x80\xaf\"=\"b\"", "3: neither UTF-16 nor UTF-8" },
	{ "half a pair in UTF-8", "\"\xed\xa0\xbd\"=\"b\"", "3: neither UTF-16 nor UTF-8" },
	{ "UTF-8 that the file's end cuts", "\"\xf0\x9f\x98", "3: neither UTF-16 nor UTF-8" },
};

static const struct {
	const char *what, *text, *expected;
} keys[] = {
	{ "no line", "", "" },
	{ "a value without a key", "\"a\"=dword:1", "2: a value before any key" },
	{ "a deleted key", "[-HKEY_USERS\\a]", "[-HKEY_USERS\\a] 2\n" },
	{ "a value of a deleted key", "[-HKEY_USERS\\a]\n\"a\"=dword:1",
		"[-HKEY_USERS\\a] 2\n3: a value of a key that is deleted" },
	{ "a key after a deleted one", "[-HKEY_USERS\\a]\n[HKEY_USERS\\a]\n@=-",
		"[-HKEY_USERS\\a] 2\n[HKEY_USERS\\a]\n4 \"\" deleted\n" },
	{ "a key in other letters", "[hkey_Local_Machine\\A]\n@=-",
		"[hkey_Local_Machine\\A]\n3 \"\" deleted\n" },
	{ "a key that ends in backslashes", "[HKEY_USERS\\a\\\\]\n@=-", "[HKEY_USERS\\a]\n3 \"\" deleted\n" },
	{ "brackets in a key and a comment", "[HKEY_USERS\\a]b] ; [c]\n@=-",
		"[HKEY_USERS\\a]b]\n3 \"\" deleted\n" },
	{ "a root and nothing else", "[HKEY_USERS]\n@=-", "[HKEY_USERS]\n3 \"\" deleted\n" },
	{ "a key without its bracket", "\n[HKEY_USERS\\a\n]",
		"3: a key is not closed by ] at the end of its line" },
	{ "words after a key", "[HKEY_USERS\\a] b", "2: a key is not closed by ] at the end of its line" },
	{ "no key", "[]", "2: the key '' does not begin with HKEY_LOCAL_MACHINE or another root" },
	{ "a short root", "[HKLM\\a]",
		"2: the key 'HKLM\\a' does not begin with HKEY_LOCAL_MACHINE or another root" },
	{ "a root with more to it", "[HKEY_USERS2]",
		"2: the key 'HKEY_USERS2' does not begin with HKEY_LOCAL_MACHINE or another root" },
	{ "a blank before the root", "[ HKEY_USERS]",
		"2: the key ' HKEY_USERS' does not begin with HKEY_LOCAL_MACHINE or another root" },
};

#define BYTES(text) text, sizeof text - 1
static const struct {
	const char *what, *data;
	size_t size;
	const char *expected;
} files[] = {
	{ "nothing", BYTES(""), "1: " NO_HEADER },
	{ "no header", BYTES("[HKEY_USERS]\n"), "1: " NO_HEADER },
	{ "an empty line first", BYTES("\nREGEDIT4\n"), "1: " NO_HEADER },
	{ "version 4", BYTES("Windows Registry Editor Version 4.00\n"), "1: " NO_HEADER },
	{ "the header in other letters", BYTES("regedit4\n"), "1: " NO_HEADER },
	{ "words after the header", BYTES("REGEDIT4 a\n"), "1: " NO_HEADER },
	{ "Windows 3.1", BYTES("REGEDIT\n"), "1: " NO_HEADER },
	{ "REGEDIT4 and nothing else", BYTES("REGEDIT4"), "" },
	{ "version 5 and nothing else", BYTES("Windows Registry Editor Version 5.00"), "" },
	{ "blanks around the header", BYTES(" \tREGEDIT4 \r\n[HKEY_USERS]\n@=-"),
		"[HKEY_USERS]\n3 \"\" deleted\n" },
	{ "eight bits in REGEDIT4", BYTES("REGEDIT4\n[HKEY_USERS]\n\"\xe4\"=\"\xf6\""),
		"[HKEY_USERS]\n3 \"\xe4\" 1 \"\xf6\"\n" },
	{ "a string in bytes in REGEDIT4", BYTES("REGEDIT4\n[HKEY_USERS]\n@=hex(1):61,62,00"),
		"[HKEY_USERS]\n3 \"\" 1 \"ab\"\n" },
	{ "REGEDIT4 with the mark of UTF-8", BYTES("\xef\xbb\xbfREGEDIT4\n[HKEY_USERS]\n@=-"),
		"[HKEY_USERS]\n3 \"\" deleted\n" },
	{ "REGEDIT4 in UTF-16", BYTES("\xff\xfeR\0E\0G\0E\0D\0I\0T\0""4\0"), "" },
	{ "UTF-16 without a mark", BYTES("R\0E\0G\0E\0D\0I\0T\0""4\0"),
		"1: a zero character; UTF-16 needs its byte order mark" },
	{ "UTF-16 of the other byte order", BYTES("\xfe\xff\0R\0E\0G\0E\0D\0I\0T\0""4"),
		"1: UTF-16 with the high byte first; regedit writes the low one first" },
	{ "UTF-16 that ends too early", BYTES("\xff\xfeR\0E\0G\0E\0D\0I\0T\0""4\0\r\0\n\0["),
		"2: the file ends in half a UTF-16 character" },
	{ "a mark and nothing else", BYTES("\xff\xfe"), "1: " NO_HEADER },
	{ "half a mark", BYTES("\xff"), "1: " NO_HEADER },
	{ "a zero", BYTES("REGEDIT4\n[HKEY_USERS]\n\"a\0b\"=-"),
		"3: a zero character; UTF-16 needs its byte order mark" },
};
/* clang-format on */

static void check_data_file(const char *name, const char *expectation)
{
	static struct dump dump;
	size_t size;
	char *data = read_whole(data_file(name), &size), *expected = read_whole(data_file(expectation),
	&(size_t){0});

	dump = (struct dump){.length = 0};
	is_string(expected, parse(&dump, data, size), "%s: its entries", name);
	free(data);
	free(expected);
}

/* Reads a file with what is said about it in words, the path before it being %. */
static bool check_reading(const char *path, bool must_exist, bool good, const char *said, const char *what)
{
	static struct dump dump;
	char expected[1200] = "";
	bool result;

	dump = (struct dump){.length = 0};
	if (*said)
		snprintf(expected, sizeof expected, "winsock-compat: %s:%s\n", path, said);
	listen_to_stderr();
	result = wsc__regfile_read(path, must_exist, add_entry, &dump);
	is_string(expected, hear(), "%s: what is said", what);
	return is_int(good, result, "%s: whether it was read", what);
}

static void check_files(void)
{
	char path[200];
	char *large = malloc((1 << 20) + 1);

	snprintf(path, sizeof path, "%s/none.reg", scratch_directory());
	check_reading(path, false, false, "", "a file that need not be there");
	check_reading(path, true, false, " there is no such file", "a file that is not there");
	snprintf(path, sizeof path, "%s/none/none.reg", scratch_directory());
	check_reading(path, false, false, "", "a file whose directory is not there");
	check_reading(scratch_directory(), false, false, " it is a directory", "a directory");
	check_reading("/dev/null", false, false, " it is no regular file", "a device");

	snprintf(path, sizeof path, "%s/fifo.reg", scratch_directory());
	if (mkfifo(path, 0600) < 0)
		bail("there is no FIFO");
	alarm(10);
	check_reading(path, false, false, " it is no regular file", "a FIFO that nobody writes to");
	alarm(0);

	snprintf(path, sizeof path, "%s/large.reg", scratch_directory());
	memset(large, '\n', (1 << 20) + 1);
	memcpy(large, "REGEDIT4", 8);
	write_whole(path, large, 1 << 20);
	check_reading(path, false, true, "", "a file of 1 MiB");
	write_whole(path, large, (1 << 20) + 1);
	check_reading(path, false, false, " it is larger than 1 MiB", "a file of one byte more");
	free(large);

	if (geteuid() == 0) {
		skip(2, "root may read everything");
	} else {
		chmod(path, 0);
		check_reading(path, false, false, " it may not be read", "a file of somebody else's");
	}
	check_reading(data_file("bad-byte-order.reg"), false, false,
		      "1: UTF-16 with the high byte first; regedit writes the low one first", "UTF-16BE");
	check_reading(data_file("bad-dword.reg"), false, false, "6: " JUNK, "a bad dword");
	check_reading(data_file("bad-half.reg"), false, false, "4: the file ends in half a UTF-16 character",
		      "half a character");
	check_reading(data_file("bad-header.reg"), false, false, "1: " NO_HEADER, "no header");
	check_reading(data_file("bad-hklm.reg"), false, false,
		      "3: the key 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters' "
		      "does not begin with HKEY_LOCAL_MACHINE or another root", "HKLM");
	check_reading(data_file("bad-latin1.reg"), false, false, "4: neither UTF-16 nor UTF-8", "Latin 1");
	check_reading(data_file("bad-name.reg"), false, false, "4: " NO_END, "a name without its end");
	check_reading(data_file("bad-utf16.reg"), false, false,
	"5: dword: wants one to eight hexadecimal digits",
		      "a dword without digits, in UTF-16");
	check_reading(data_file("everything.reg"), true, true, "", "a good file");
}

static void check_messages(void)
{
	char path[2000];
	sigset_t before, after, pending;
	int stderr_copy, ends[2];

	listen_to_stderr();
	wsc__regfile_complain("a\nb", 7, "%s", "\x1b[2J\x7f");
	is_string("winsock-compat: a?b:7: ?[2J?\n", hear(),
	"a message keeps to its line and leaves the terminal alone");

	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = 0;
	listen_to_stderr();
	wsc__regfile_complain(path, 4294967295, "%s", path);
	is_int(1023, strlen(hear()), "a message has an end");

	stderr_copy = dup(STDERR_FILENO);
	if (pipe(ends) < 0)
		bail("there is no pipe");
	dup2(ends[1], STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
	sigprocmask(SIG_SETMASK, NULL, &before);
	wsc__regfile_complain("a", 0, "b");
	sigprocmask(SIG_SETMASK, NULL, &after);
	sigpending(&pending);
	dup2(stderr_copy, STDERR_FILENO);
	close(stderr_copy);
	ok(true, "a message that nobody reads: the program lives");
	ok(!sigismember(&pending, SIGPIPE), "...and no signal is left");
	is_int(sigismember(&before, SIGPIPE), sigismember(&after, SIGPIPE), "...and it is blocked as before");
}

int main(void)
{
	static struct dump dump;
	char text[400];

	plan_lazy();
	for (size_t i = 0; i < COUNT(values); i++) {
		int length = snprintf(text, sizeof text, "%s[%s]\n%s", HEADER, KEY, values[i].text);

		dump = (struct dump){.key = KEY};
		is_string(values[i].expected, parse(&dump, text, length), "%s", values[i].what);
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		int length = snprintf(text, sizeof text, "%s%s", HEADER, keys[i].text);

		dump = (struct dump){.length = 0};
		is_string(keys[i].expected, parse(&dump, text, length), "%s", keys[i].what);
	}
	for (size_t i = 0; i < COUNT(files); i++) {
		dump = (struct dump){.length = 0};
		is_string(files[i].expected, parse(&dump, files[i].data, files[i].size), "%s", files[i].what);
	}
	check_data_file("tcpip.reg", "tcpip.expected");
	check_data_file("tcpip-utf8.reg", "tcpip.expected");
	check_data_file("tcpip-utf8-bom.reg", "tcpip.expected");
	check_data_file("tcpip-regedit4.reg", "tcpip-regedit4.expected");
	check_data_file("everything.reg", "everything.expected");
	check_files();
	check_messages();
	return done();
}
