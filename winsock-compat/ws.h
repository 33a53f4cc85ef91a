/* What every source of the library begins with: Winsock in its own face, wsc_ and WS_. */
#ifndef WSC_WS_H
#define WSC_WS_H

#include "config.h"

#include <mstcpip.h>
#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "constants.h"

/* Names that POSIX lacks keep Windows' spelling. */
#define INVALID_SOCKET ((SOCKET)~0)
#define SOCKET_ERROR   WS_SOCKET_ERROR
#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

#endif
