/* The process. */
#include "export.h"
#include "ws.h"

#include <unistd.h>

DWORD WSC(GetCurrentProcessId)(void)
{
	return (DWORD)getpid();
}
WSC_ALIAS(GetCurrentProcessId)
