/* LocalAlloc and LocalFree. */
#include "error.h"
#include "export.h"
#include "fault.h"

#include <stdalign.h>
#include <stdlib.h>

/* What lies before each block, so that LocalFree knows one. */
struct block {
	alignas(max_align_t) struct block *self;
};

/* A block that could move is one here that does not. */
HLOCAL WSC(LocalAlloc)(UINT flags, SIZE_T size)
{
	struct block *block = NULL;

	if (size <= SIZE_MAX - sizeof *block)
		block = flags & WS_LMEM_ZEROINIT ? calloc(1, sizeof *block + size)
						 : malloc(sizeof *block + size);
	if (!block) {
		wsc__thread.last_error = WS_ERROR_NOT_ENOUGH_MEMORY;
		return NULL;
	}
	block->self = block;
	return block + 1;
}
WSC_ALIAS(LocalAlloc)

/* What is no block is given back, as on Windows. */
HLOCAL WSC(LocalFree)(HLOCAL memory)
{
	struct block *block = (struct block *)((uintptr_t)memory - sizeof *block), found;

	if (!memory)
		return NULL;
	if (wsc__copy_in(&found, block, sizeof found) || found.self != block) {
		wsc__thread.last_error = WS_ERROR_INVALID_HANDLE;
		return memory;
	}
	block->self = NULL;
	free(block);
	return NULL;
}
WSC_ALIAS(LocalFree)
