/* Registry files, as regedit exports them. */
#ifndef WSC_REGFILE_H
#define WSC_REGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The types that have a meaning here; an entry may have any other number. */
enum regfile_type {
	REGFILE_SZ = 1,
	REGFILE_EXPAND_SZ = 2,
	REGFILE_BINARY = 3,
	REGFILE_DWORD = 4,
	REGFILE_MULTI_SZ = 7,
	REGFILE_QWORD = 11,
};

enum regfile_action { REGFILE_SET, REGFILE_DELETE_VALUE, REGFILE_DELETE_KEY };

/* What one line of the file asks for. The pointers end with the call that
 * hands the entry over. */
struct regfile_entry {
	enum regfile_action action;
	const char *key;  /* the whole path, without brackets */
	const char *name; /* "" is the key's default value, "@" in the file */
	uint32_t type;    /* of the data, which only REGFILE_SET has */
	const void *data; /* REG_SZ: UTF-8 that ends in a 0 not counted; a DWORD: lowest byte first */
	size_t size;
	unsigned line;
};

struct regfile_error {
	unsigned line; /* 0: it is the file as a whole */
	char why[200];
};

typedef void regfile_handler(void *context, const struct regfile_entry *entry);

/* Hands over every entry in its order. Stops at the first thing that regedit
 * would not have written and says in *error what and where; the entries before
 * it have been handed over by then, and it is the caller who forgets them. */
bool wsc__regfile_parse(const void *data, size_t size, regfile_handler *handle, void *context,
			struct regfile_error *error);

/* The same for a file; what is wrong with it is said on stderr, but that it is
 * not there only if it must be. Opens nothing that could make it wait. */
bool wsc__regfile_read(const char *path, bool must_exist, regfile_handler *handle, void *context);

/* "winsock-compat: WHERE:LINE: why" on stderr, without the line if that is 0.
 * The only voice of the settings: it never stops the program. */
void wsc__regfile_complain(const char *where, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Names and keys are the same in either case. Only ASCII is folded: no name
 * that we look for has anything else, and the locale has no say. */
bool wsc__regfile_same(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
