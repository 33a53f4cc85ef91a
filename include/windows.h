/* The part of windows.h that network programs need for Winsock. */
#ifndef _WINDOWS_
#define _WINDOWS_
#define _INC_WINDOWS

/* What programs have of Windows' own C library by its <stdio.h> or by windows.h. */
#ifdef WSC_OVERLAY
#include <wchar.h>
#ifndef WIN32_LEAN_AND_MEAN
#include <stdlib.h>
#endif
#endif

#include "windef.h"
#include "winbase.h"
#include "winerror.h"

/* As on Windows, where winsock2.h keeps it out by defining _WINSOCKAPI_. */
#ifndef WIN32_LEAN_AND_MEAN
#include "winsock.h"
#endif

#endif
