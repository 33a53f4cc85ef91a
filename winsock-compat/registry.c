/* The table of registry values, and where they are read from. */
#define _GNU_SOURCE 1 /* secure_getenv */
#include "registry.h"

#include "profile.h"
#include "regfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef WSC_SYSCONFDIR
#error "the makefile says in WSC_SYSCONFDIR where the system's settings are"
#endif

#define TCPIP "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
#define OURS  "HKEY_LOCAL_MACHINE\\SOFTWARE\\winsock-compat"

#define TCPIP_VALUE(name)         TCPIP, name, "WINSOCK_COMPAT_" name
#define OUR_VALUE(name, capitals) OURS, name, "WINSOCK_COMPAT_" capitals

/* clang-format off */
static const struct row {
	const char *key, *name, *variable;
	uint32_t absent; /* the default */
	uint32_t minimum, maximum;
	uint32_t below, above; /* what a number out of this range becomes */
	const char *(*word)(unsigned index); /* a REG_SZ, one of these words; if NULL, a REG_DWORD */
} rows[REGISTRY_COUNT] = {
	/* Ranges and defaults: Microsoft's registry reference for Windows 2000 and 2003. */
	[REGISTRY_KEEP_ALIVE_TIME] =
		{ TCPIP_VALUE("KeepAliveTime"),                 7200000, 1, 0xffffffff, 1, 0xffffffff, NULL },
	[REGISTRY_KEEP_ALIVE_INTERVAL] =
		{ TCPIP_VALUE("KeepAliveInterval"),                1000, 1, 0xffffffff, 1, 0xffffffff, NULL },
	[REGISTRY_TCP_MAX_DATA_RETRANSMISSIONS] =
		{ TCPIP_VALUE("TcpMaxDataRetransmissions"),           5, 0, 0xffffffff, 0, 0xffffffff, NULL },
	[REGISTRY_PPTP_TCP_MAX_DATA_RETRANSMISSIONS] =
		{ TCPIP_VALUE("PPTPTcpMaxDataRetransmissions"),       5, 0, 0xff,       0, 0xff,       NULL },

	[REGISTRY_WINDOWS] =
		{ OUR_VALUE("Windows", "WINDOWS"),   WINDOWS_10,     .word = wsc__profile_windows },
	[REGISTRY_MODE] =
		{ OUR_VALUE("Mode", "MODE"),         MODE_PAGE,      .word = wsc__profile_mode },
	[REGISTRY_POINTERS] =
		{ OUR_VALUE("Pointers", "POINTERS"), POINTERS_GUARD, .word = wsc__profile_pointers },
	[REGISTRY_EXIT_WAIT] =
		{ OUR_VALUE("ExitWait", "EXIT_WAIT"), 10000,       0, 0xffffffff, 0, 0xffffffff, NULL },
};
/* clang-format on */

/* What is being read: a file's line or a variable, for the messages. */
struct source {
	struct registry *registry;
	const char *where;
	unsigned line;
};

static void set_default(struct registry *registry, const struct row *row)
{
	registry->values[row - rows] = (struct registry_value){.number = row->absent};
}

static void set(const struct source *source, const struct row *row, uint32_t number)
{
	source->registry->values[row - rows] = (struct registry_value){true, number};
}

static void set_number(const struct source *source, const struct row *row, uint64_t number)
{
	uint32_t inside = number < row->minimum ? row->below : number > row->maximum ? row->above : number;

	if (inside != number)
		wsc__regfile_complain(source->where, source->line, "%s is out of its range and becomes %lu",
				      row->name, (unsigned long)inside);
	set(source, row, inside);
}

static void set_word(const struct source *source, const struct row *row, const char *text)
{
	char known[100] = "";
	size_t length = 0;
	const char *word;

	for (unsigned i = 0; (word = row->word(i)); i++) {
		if (wsc__regfile_same(text, strlen(text), word, strlen(word))) {
			set(source, row, i);
			return;
		}
		if (length < sizeof known)
			length +=
				snprintf(known + length, sizeof known - length, "%s%s", i ? ", " : "", word);
	}
	wsc__regfile_complain(source->where, source->line, "%s '%.60s' is none of %s", row->name, text,
			      known);
}

/* Whether KEY is OF or a key that it lies below. The control set in use is an alias; an export may
 * well have it under the name that it nearly always has. */
static bool is_or_holds(const char *key, const char *of, bool *is)
{
	static const char current[] = "CurrentControlSet", first[] = "ControlSet001";

	for (;;) {
		size_t length = strcspn(key, "\\"), of_length = strcspn(of, "\\");

		if (!wsc__regfile_same(key, length, of, of_length) &&
		    !(wsc__regfile_same(key, length, first, sizeof first - 1) &&
		      wsc__regfile_same(of, of_length, current, sizeof current - 1)))
			return false;
		key += length;
		of += of_length;
		*is = !*key && !*of;
		if (!*key || !*of)
			return !*key;
		key++;
		of++;
	}
}

static const struct row *find_row(const struct regfile_entry *entry)
{
	bool is;

	for (const struct row *row = rows; row < rows + REGISTRY_COUNT; row++)
		if (wsc__regfile_same(entry->name, strlen(entry->name), row->name, strlen(row->name)) &&
		    is_or_holds(entry->key, row->key, &is) && is)
			return row;
	return NULL;
}

static void delete_key(struct registry *registry, const char *key)
{
	bool is;

	for (const struct row *row = rows; row < rows + REGISTRY_COUNT; row++)
		if (is_or_holds(key, row->key, &is))
			set_default(registry, row);
}

static void take_entry(void *context, const struct regfile_entry *entry)
{
	struct source *source = context;
	const unsigned char *data = entry->data;
	const struct row *row;
	bool ours;

	source->line = entry->line;
	if (entry->action == REGFILE_DELETE_KEY) {
		delete_key(source->registry, entry->key);
		return;
	}
	row = find_row(entry);
	if (!row) { /* elsewhere it is one of the many that are not for us */
		if (is_or_holds(entry->key, OURS, &ours) && ours)
			wsc__regfile_complain(source->where, source->line, "'%.60s' is no setting of ours",
					      *entry->name ? entry->name : "@");
	} else if (entry->action == REGFILE_DELETE_VALUE) {
		set_default(source->registry, row);
	} else if (row->word && entry->type == REGFILE_SZ) {
		set_word(source, row, entry->data);
	} else if (!row->word && entry->type == REGFILE_DWORD && entry->size == 4) {
		set_number(source, row, data[0] | data[1] << 8 | data[2] << 16 | (uint32_t)data[3] << 24);
	} else {
		wsc__regfile_complain(source->where, source->line, "%s is not a %s", row->name,
				      row->word ? "string" : "DWORD");
	}
}

/* A file counts as a whole or not at all. */
static void read_file(struct registry *registry, const char *path, bool must_exist)
{
	struct registry attempt = *registry;
	struct source source = {&attempt, path, 0};

	if (wsc__regfile_read(path, must_exist, take_entry, &source))
		*registry = attempt;
}

/* A variable's text; NULL if it is not set, empty, or not ours to trust since the program has other
 * rights than its user. */
static const char *variable(const char *name)
{
	const char *text = secure_getenv(name);

	return text && *text ? text : NULL;
}

static void read_users_file(struct registry *registry)
{
	const char *directory = variable("XDG_CONFIG_HOME"), *home = variable("HOME");
	bool xdg = directory && *directory == '/'; /* its specification ignores others */
	char *path;

	if (!xdg && !home)
		return;
	if (asprintf(&path, "%s%s/winsock-compat.reg", xdg ? directory : home, xdg ? "" : "/.config") < 0)
		return;
	read_file(registry, path, false);
	free(path);
}

/* Decimal, or hexadecimal after 0x. Numbers beyond 32 bits stay beyond them. */
static bool number_from_text(const char *text, uint64_t *number)
{
	int base = 10;

	if (text[0] == '0' && (text[1] | 0x20) == 'x') {
		base = 16;
		text += 2;
	}
	*number = 0;
	do {
		int lower = *text | 0x20;
		int digit = *text >= '0' && *text <= '9'   ? *text - '0'
			    : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
							   : base;

		if (digit >= base)
			return false;
		if (*number <= UINT32_MAX)
			*number = *number * base + digit;
	} while (*++text);
	return true;
}

static void read_variable(struct registry *registry, const struct row *row)
{
	struct source source = {registry, row->variable, 0};
	const char *text = variable(row->variable);
	uint64_t number;

	if (!text)
		return;
	if (row->word)
		set_word(&source, row, text);
	else if (number_from_text(text, &number))
		set_number(&source, row, number);
	else
		wsc__regfile_complain(source.where, 0, "'%.60s' is not a number", text);
}

void wsc__registry_load(struct registry *registry)
{
	const char *path = variable("WINSOCK_COMPAT_REGISTRY");

	for (const struct row *row = rows; row < rows + REGISTRY_COUNT; row++)
		set_default(registry, row);
	read_file(registry, WSC_SYSCONFDIR "/winsock-compat.reg", false);
	read_users_file(registry);
	if (path)
		read_file(registry, path, true);
	for (const struct row *row = rows; row < rows + REGISTRY_COUNT; row++)
		read_variable(registry, row);
}
