/* A test that goes through a table: one line a row, and all that differed beneath it.
 *
 *	rows_begin(wine);
 *	row_begin("%s %s tcp", level, option);
 *	row_differs("success", "get: %s", outcome(result));
 *	row_end();
 *	rows_end();
 *
 * What Wine 8 does is in t/NAME.wine, of which make has t/NAME-wine.h: lines of a row's name, a blank and its
 * differences with "; " between them. Under Wine such a row is a TODO; one that differs in another way, and
 * one that does not differ any more, fail. make record-wine writes the list anew, after which it wants to be
 * read. */
#ifndef TAP_ROWS_H
#define TAP_ROWS_H

#include "tap.h"

#include <stddef.h>

/* The lines of t/NAME.wine; NULL ends them. Natively they are of no account. */
void rows_begin(const char *const *wine);

/* Every line of the list is about a row that was there. Returns how many rows there were. */
int rows_end(void);

/* A row's name: two rows or more of one name are an error, and so is a name that goes on where
 * another ends. */
void row_begin(const char *format, ...) TAP_FORMAT(1, 2);

/* What was expected is shown natively. What was seen is nothing that changes from one run to the next, in few
 * and plain words, since the manual has them too. */
void row_differs(const char *expected, const char *format, ...) TAP_FORMAT(2, 3);
bool row_has_differed(void); /* what is asked next may make no sense then */

bool row_end(void);

/* The row that was begun cannot be shown here. */
void row_skip(const char *reason);

#endif
