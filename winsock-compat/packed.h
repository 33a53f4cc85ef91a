/* Strings and lists of them packed into one room, as Windows does for what a thread is given to read. */
#ifndef WSC_PACKED_H
#define WSC_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct packed {
	char *at, *end;
	bool full; /* something did not fit */
};

/* The copy; NULL if it did not fit. */
static inline void *wsc__pack(struct packed *packed, const void *from, size_t size)
{
	char *at = packed->at;

	if ((size_t)(packed->end - at) < size) {
		packed->full = true;
		return NULL;
	}
	packed->at = at + size;
	return memcpy(at, from, size);
}

/* A list of pointers that ends with NULL, as it stands. */
static inline char **wsc__pack_list(struct packed *packed, char *const *list)
{
	size_t count = 1, over = (uintptr_t)packed->at % sizeof *list;

	while (list[count - 1])
		count++;
	if (over)
		packed->at += sizeof *list - over;
	if (packed->at > packed->end)
		packed->at = packed->end;
	return wsc__pack(packed, list, count * sizeof *list);
}

/* The strings that such a list points to. */
static inline void wsc__pack_strings(struct packed *packed, char **list)
{
	for (; list && *list; list++)
		*list = wsc__pack(packed, *list, strlen(*list) + 1);
}

/* What was packed: a structure at the beginning of its room, and how its pointers become those of a copy that
 * lies so many bytes further on. */
struct packed_result {
	void *memory;
	size_t size;
	void (*move)(void *memory, uintptr_t by);
};

static inline void wsc__pack_move(char **pointer, uintptr_t by)
{
	*pointer = (char *)((uintptr_t)*pointer + by);
}

/* A list with what it points to. */
static inline void wsc__pack_move_list(char ***list, uintptr_t by)
{
	for (char **pointer = *list; *pointer; pointer++)
		wsc__pack_move(pointer, by);
	*list = (char **)((uintptr_t)*list + by);
}

#endif
