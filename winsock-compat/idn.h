/* Host names outside of ASCII, as the domain name system knows them. */
#ifndef WSC_IDN_H
#define WSC_IDN_H

#include <stddef.h>

/* Turns a name in UTF-8, in place, into one of ASCII: labels of other letters become "xn--..." (RFC 3492). 0,
 * or -1 if there is no such name, or no room for it. A name of ASCII stays what it is. */
int wsc__idn_encode(char *name, size_t room);

#endif
