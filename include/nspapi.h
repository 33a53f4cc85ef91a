/* Name spaces. What Winsock 1.1 had of them is no more; the constants and structures are in winsock2.h. */
#ifndef _NSPAPI_INCLUDED
#define _NSPAPI_INCLUDED

#include "winsock2.h"

#endif
