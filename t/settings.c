/* What the tests of the settings share. */
#define _GNU_SOURCE 1 /* nftw */
#include "settings.h"

#include "tap/tap.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int real_stderr = -1;
static FILE *heard;

void listen_to_stderr(void)
{
	if (!(heard = tmpfile()))
		bail("there is no temporary file");
	fflush(stderr);
	real_stderr = dup(STDERR_FILENO);
	dup2(fileno(heard), STDERR_FILENO);
}

const char *hear(void)
{
	static char text[4096];
	size_t size;

	fflush(stderr);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	rewind(heard);
	size = fread(text, 1, sizeof text - 1, heard);
	text[size] = 0;
	fclose(heard);
	return text;
}

const char *data_file(const char *name)
{
	static char path[1000];

	snprintf(path, sizeof path, "%s/%s", T_DATA, name);
	return path;
}

char *read_whole(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	char *data;

	if (!file || fstat(fileno(file), &status) < 0)
		bail("%s cannot be read", path);
	data = malloc(status.st_size + 1);
	if (!data || fread(data, 1, status.st_size, file) != (size_t)status.st_size)
		bail("%s cannot be read", path);
	fclose(file);
	data[status.st_size] = 0;
	*size = status.st_size;
	return data;
}

void write_whole(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		bail("%s cannot be written", path);
}

static char scratch[] = "/tmp/winsock-compat-XXXXXX";

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status, (void)type, (void)where;
	return remove(path);
}

static void remove_scratch(void)
{
	nftw(scratch, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_directory(void)
{
	static int made;

	if (!made) {
		if (!mkdtemp(scratch))
			bail("there is no directory for files");
		made = 1;
		atexit(remove_scratch);
	}
	return scratch;
}
