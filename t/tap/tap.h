/* The TAP functions of the tests, the same here and on Windows.
 *
 * A test says what it expects first and what it saw second; the words that
 * follow are a printf format and make the line's description. Each check
 * returns whether it passed. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

#ifdef __GNUC__
#define TAP_FORMAT(f, a) __attribute__((format(printf, f, a)))
#else
#define TAP_FORMAT(f, a)
#endif

/* plan() says how many checks follow; plan_lazy() leaves it to the end of the
 * program, which then has to be left by done(). */
void plan(int count);
void plan_lazy(void);
int done(void); /* what main returns: 0 if every check passed */

/* Leaves the program: the whole test cannot be run here, or cannot go on. */
void skip_all(const char *format, ...) TAP_FORMAT(1, 2);
void bail(const char *format, ...) TAP_FORMAT(1, 2);

bool ok(bool passed, const char *format, ...) TAP_FORMAT(2, 3);
bool is_int(long long expected, long long seen, const char *format, ...) TAP_FORMAT(3, 4);
bool is_hex(unsigned long long expected, unsigned long long seen, const char *format, ...) TAP_FORMAT(3, 4);
bool is_string(const char *expected, const char *seen, const char *format, ...) TAP_FORMAT(3, 4);

/* Winsock errors, shown by name. */
bool is_error(int expected, int seen, const char *format, ...) TAP_FORMAT(3, 4);
const char *error_name(int error); /* "WSAEFAULT", "0" for none, the number for one unknown */

void skip(int count, const char *format, ...) TAP_FORMAT(2, 3);
void diag(const char *format, ...) TAP_FORMAT(1, 2);

/* The checks until todo_end() are expected to fail, for this reason: under
 * Wine alone, or everywhere. */
void wine_todo(const char *reason);
void wine_may_differ(const char *reason); /* those of them that fail under Wine; the others are right there */
void todo(const char *reason);
void todo_end(void);

bool is_wine(void); /* whether this is the Windows program, under Wine */

/* A page of the documentation, tested statement by statement. The checks after
 * statement("K5", "a shorter length is refused") belong to K5. Each is a TAP
 * line, and tells wsc-compare beneath it what the page says and what was seen:
 *
 *	# section page mode
 *	# K5: a shorter length is refused
 *	not ok 12 - K5 2 bytes: WSAEFAULT # TODO takes one byte and more
 *	# K5 | 2 bytes | WSAEFAULT | success
 *
 * The words that follow expected and seen say what was done; within a
 * statement they are unique, and the same in the native and the Windows
 * program, since the table's rows meet by them. No text may hold a '|'. */
void section(const char *name); /* of the table: one per mode, say */
void statement(const char *number, const char *text);
bool page_says(const char *expected, const char *seen, const char *format, ...) TAP_FORMAT(3, 4);
bool page_says_int(long long expected, long long seen, const char *format, ...) TAP_FORMAT(3, 4);

/* The same for what cannot be shown here: the line is a SKIP with the reason,
 * in which the table puts "skipped" for what was seen. */
void page_skip(const char *expected, const char *reason, const char *format, ...) TAP_FORMAT(3, 4);

/* Words for the above, good until the eighth call after this one. */
const char *words(const char *format, ...) TAP_FORMAT(1, 2);

#endif
