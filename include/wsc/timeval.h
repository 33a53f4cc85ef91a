/* Windows' timeval: eight bytes, whatever the system's time_t. */
#ifndef WSC_TIMEVAL_H
#define WSC_TIMEVAL_H

#include "../windef.h"

WSC_BEGIN

typedef struct WSC(timeval) {
	LONG tv_sec;
	LONG tv_usec;
} TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

WSC_END

#endif
