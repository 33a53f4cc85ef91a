/* Local sockets. */
#ifndef _AFUNIX_
#define _AFUNIX_

#include "ws2def.h"

#ifdef WSC_OVERLAY
#include "wsc/afunix-constants.h"
#endif

#define UNIX_PATH_MAX 108

WSC_BEGIN

typedef struct WSC(sockaddr_un) {
	ADDRESS_FAMILY sun_family;
	char sun_path[UNIX_PATH_MAX];
} SOCKADDR_UN, *PSOCKADDR_UN;

WSC_END

#endif
