/* gettimeofday as mingw-w64's <sys/time.h> has it: with Windows' timeval. Read after each header of
 * the system; the system's own function would write sixteen bytes into the eight. */
#if defined _SYS_TIME_H && !defined WSC_TIMEOFDAY_H
#define WSC_TIMEOFDAY_H

#include "timeval.h"

WSC_BEGIN

/* A symbol of its own, for posix_gettimeofday's is gettimeofday. */
static __inline__ int gettimeofday(struct timeval *now, void *zone) __asm__("wsc__gettimeofday");

static __inline__ __attribute__((unused)) int gettimeofday(struct timeval *now, void *zone)
{
	struct posix_timeval posix;
	int result = posix_gettimeofday(&posix, (struct timezone *)zone);

	now->tv_sec = (LONG)posix.tv_sec;
	now->tv_usec = (LONG)posix.tv_usec;
	return result;
}

WSC_END

#endif
