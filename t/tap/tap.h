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
void todo(const char *reason);
void todo_end(void);

bool is_wine(void); /* whether this is the Windows program, under Wine */

#endif
