/* Windows' error numbers and other constants of windows.h. */
#ifndef _WINERROR_
#define _WINERROR_

#include "wsc/face.h"

#ifdef WSC_OVERLAY
#include "wsc/windows-constants.h"
#endif

#endif
