/* What the tests of the settings share: what is said on stderr, files, data. */
#ifndef T_SETTINGS_H
#define T_SETTINGS_H

#include <stddef.h>

/* From here on stderr goes to a file; hear() ends that and returns what it holds,
 * which stays until the next hear(). */
void listen_to_stderr(void);
const char *hear(void);

/* The path of a file in t/data; stays until the next call. */
const char *data_file(const char *name);

/* A whole file, ended by a 0 not counted, to be freed. */
char *read_whole(const char *path, size_t *size);
void write_whole(const char *path, const void *data, size_t size);

/* A directory for this run, which is removed with all in it when the program is left. */
const char *scratch_directory(void);

#endif
