/* The constants of reliable multicast. */
#ifndef WSC_WSRM_H
#define WSC_WSRM_H

#include "winsock2.h"

#ifdef WSC_OVERLAY
#include "wsc/wsrm-constants.h"
#endif

#endif
