/* Every function that winsock-compat/functions.in has is there where it says: exported, or given out as a pointer. On
 * Windows they all are. */
#ifndef __MINGW32__
#define _GNU_SOURCE
#include <dlfcn.h>
#endif

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "net.h"
#include "rows.h"

#include <stdio.h>

static const char *const wine[] = {
#include "functions-wine.h"
};

static const struct {
	const char *library, *name;
	bool there; /* here */
} exports[] = {
#define EXPORT(library, name, there) { #library, #name, there },
#define POINTER(name, id, there)
#include "functions-rows.h"
#undef EXPORT
#undef POINTER
};

static const struct {
	const char *name;
	GUID id;
	bool there;
} pointers[] = {
#define EXPORT(library, name, there)
#define POINTER(name, id, there) { #name, id, there },
#include "functions-rows.h"
#undef EXPORT
#undef POINTER
};

#ifdef __MINGW32__
static bool is_exported(const char *library, const char *name)
{
	HMODULE module = LoadLibraryA(library);

	return module && GetProcAddress(module, name);
}

#define EXPECTED(row) true
#else
static bool is_exported(const char *library, const char *name)
{
	char symbol[64];

	(void)library;
	snprintf(symbol, sizeof symbol, "wsc_%s", name);
	return dlsym(RTLD_DEFAULT, symbol);
}

#define EXPECTED(row) ((row).there)
#endif

static bool is_given(SOCKET s, GUID id)
{
	void (*function)(void) = NULL;
	DWORD size;

	return !WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function, &size, NULL,
			 NULL) && function;
}

static void check(const char *where, const char *name, bool expected, bool seen)
{
	row_begin("%s %s", where, name);
	if (expected != seen)
		row_differs(expected ? "it is there" : "it is not there", seen ? "it is there" : "it is not there");
	row_end();
}

int main(void)
{
	SOCKET s;

	plan_lazy();
	winsock_start();
	s = new_socket(AF_INET, SOCK_STREAM);
	rows_begin(wine);
	for (unsigned i = 0; i < sizeof exports / sizeof *exports; i++)
		check(exports[i].library, exports[i].name, EXPECTED(exports[i]),
		      is_exported(exports[i].library, exports[i].name));
	for (unsigned i = 0; i < sizeof pointers / sizeof *pointers; i++)
		check("guid", pointers[i].name, EXPECTED(pointers[i]), is_given(s, pointers[i].id));
	is_int(sizeof exports / sizeof *exports + sizeof pointers / sizeof *pointers, rows_end(), "all rows");
	closesocket(s);
	winsock_end();
	return done();
}
