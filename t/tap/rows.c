/* A test that goes through a table: one line a row, and all that differed beneath it. */
#include "rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 128, WORDS = 4096 };

static const char *const *list;
static size_t listed;
static bool *met; /* lines of the list */
static int rows;
static char name[NAME], differences[WORDS];

#define FORMAT(text, size)                                                                                   \
	do {                                                                                                 \
		va_list arguments;                                                                           \
		va_start(arguments, format);                                                                 \
		vsnprintf((text), (size), format, arguments);                                                \
		va_end(arguments);                                                                           \
	} while (0)

void rows_begin(const char *const *wine)
{
	list = wine;
	for (listed = 0; list[listed]; listed++)
		;
	met = calloc(listed + 1, sizeof *met);
	if (!met)
		bail("no memory for %lu lines", (unsigned long)listed);
	rows = 0;
}

int rows_end(void)
{
	size_t missed = 0;

	for (size_t i = 0; is_wine() && i < listed; i++)
		if (!met[i]) {
			diag("no such row: %s", list[i]);
			missed++;
		}
	if (is_wine())
		is_int(0, (long long)missed, "all that Wine does is said of rows that are there");
	free(met);
	met = NULL;
	return rows;
}

void row_begin(const char *format, ...)
{
	FORMAT(name, sizeof name);
	differences[0] = '\0';
	rows++;
}

void row_differs(const char *wanted, const char *format, ...)
{
	char text[256], *met;
	size_t length = strlen(differences);

	FORMAT(text, sizeof text);
	if (!is_wine())
		diag("%s: expected %s: %s", name, wanted, text);
	for (met = strstr(differences, text); met; met = strstr(met + 1, text))
		if ((met == differences || met[-1] == ' ') && strchr(";", met[strlen(text)]))
			return; /* that has been said */
	snprintf(differences + length, sizeof differences - length, "%s%s", length ? "; " : "", text);
}

bool row_has_differed(void)
{
	return *differences;
}

/* What Wine does, which is nothing unless this is Wine. */
static const char *expected(void)
{
	size_t length = strlen(name);

	for (size_t i = 0; is_wine() && i < listed; i++)
		if (strncmp(list[i], name, length) == 0 && list[i][length] == ' ') {
			if (met[i])
				bail("two rows are called %s", name);
			met[i] = true;
			return list[i] + length + 1;
		}
	return "";
}

bool row_end(void)
{
	const char *known = expected();
	bool passed = *known ? strcmp(known, differences) == 0 : !*differences;

	if (is_wine() && *differences)
		diag("differs %s %s", name, differences); /* for make record-wine */
	if (*known && passed) {
		todo(known);
		ok(false, "%s", name);
		todo_end();
		return true;
	}
	ok(passed, "%s", name);
	if (passed)
		return true;
	if (*known)
		diag("  expected '%s'", known);
	diag("  saw '%s'", differences);
	return false;
}

void row_skip(const char *reason)
{
	expected();
	skip(1, "%s: %s", name, reason);
}
