/* Every constant of include/constants.in has the value that is written there. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>
#include <windows.h>
#include <afunix.h>
#include <af_irda.h>
#include <ws2bth.h>
#include <ws2spi.h>
#include <wsrm.h>
#include "tap.h"

#ifndef MAXULONG /* mingw-w64 defines IP_UNSPECIFIED_USER_MTU with it, but not it */
#define MAXULONG 0xffffffff
#endif

/* The value as the constant's own type has it: INVALID_SOCKET is unsigned. */
#define CONSTANT(header, name, value)                                                                        \
	is_int((long long)(__typeof__(name))(value), (long long)(name), #header " " #name);

/* Only mingw-w64's headers may lack one. */
#ifdef __MINGW32__
#define MISSING(name) missing++;
#else
#define MISSING(name) ok(false, "%s is not defined", #name);
#endif

int main(void)
{
	int missing = 0;

	plan_lazy();
#include "constants.inc"
	if (missing)
		diag("%d constants are not in mingw-w64's headers", missing);
	return done();
}
