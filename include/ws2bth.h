/* The constants of Bluetooth sockets. */
#ifndef WSC_WS2BTH_H
#define WSC_WS2BTH_H

#include "winsock2.h"

#ifdef WSC_OVERLAY
#include "wsc/ws2bth-constants.h"
#endif

#endif
