/* The performance counter, and the kernel's stamps in its terms. */
#ifndef WSC_COUNTER_H
#define WSC_COUNTER_H

#include "ws.h"

#include <time.h>

/* What the counter showed when the wall clock had this time, which is past. As exact as the two clocks can be
 * read beside each other, which is well below a microsecond; but if somebody has set the wall clock since, it
 * is off by as much. */
ULONG64 wsc__counter_at(const struct timespec *wall);

#endif
