/* The constants of infrared sockets. */
#ifndef WSC_AF_IRDA_H
#define WSC_AF_IRDA_H

#include "winsock2.h"

#ifdef WSC_OVERLAY
#include "wsc/af_irda-constants.h"
#endif

#endif
