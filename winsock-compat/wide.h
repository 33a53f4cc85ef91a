/* The program's wide strings, which are UTF-16. */
#ifndef WSC_WIDE_H
#define WSC_WIDE_H

#include "ws.h"

/* Copies a wide string in as UTF-8, with the zero at its end: WSAEFAULT, or WSAENAMETOOLONG for one of
 * `most` units or more. `to` has room for three bytes each. */
int wsc__wide_in(char *to, const WCHAR *user, size_t most);

/* Copies UTF-8 out as a wide string, with a zero at its end, if there is room for so many units: else
 * WSAEFAULT. */
int wsc__wide_out(WCHAR *user, size_t room, const char *text);

#endif
