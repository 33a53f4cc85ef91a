/* The parser of registry files under libFuzzer: make fuzz-regfile builds it. What it promises of
 * an entry is checked, and every byte is read for the sanitizers. */
#include "regfile.h"

#include <stdlib.h>
#include <string.h>

static unsigned last_line;
static volatile unsigned char sum;

static void demand(bool kept)
{
	if (!kept)
		abort();
}

static void check_entry(void *context, const struct regfile_entry *entry)
{
	const unsigned char *data = entry->data;

	(void)context;
	demand(wsc__regfile_same(entry->key, 5, "HKEY_", 5));
	demand(!strchr(entry->key, '\n') && entry->key[strlen(entry->key) - 1] != '\\');
	demand(entry->name && strlen(entry->name) < 1 << 20);
	demand(entry->line > last_line);
	last_line = entry->line;
	if (entry->action != REGFILE_SET)
		return;
	demand(data != NULL);
	for (size_t i = 0; i < entry->size; i++)
		sum += data[i];
	if (entry->type == REGFILE_SZ)
		demand(data[entry->size] == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct regfile_error error = {.why = ""};
	bool good;

	last_line = 0;
	good = wsc__regfile_parse(data, size, check_entry, NULL, &error);
	demand(good == !*error.why);
	demand(good || error.line >= 1);
	return 0;
}
