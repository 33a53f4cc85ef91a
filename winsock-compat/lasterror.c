/* The thread's last error. */
#include "error.h"
#include "export.h"

__thread struct thread wsc__thread;

int WSC(WSAGetLastError)(void)
{
	return wsc__thread.last_error;
}
WSC_ALIAS(WSAGetLastError)

void WSC(WSASetLastError)(int error)
{
	wsc__thread.last_error = error;
}
WSC_ALIAS(WSASetLastError)

DWORD WSC(GetLastError)(void)
{
	return (DWORD)wsc__thread.last_error;
}
WSC_ALIAS(GetLastError)

void WSC(SetLastError)(DWORD error)
{
	wsc__thread.last_error = (int)error;
}
WSC_ALIAS(SetLastError)
