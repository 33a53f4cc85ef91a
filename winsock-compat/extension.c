/* The functions that SIO_GET_EXTENSION_FUNCTION_POINTER gives out. */
#include "ioctl.h"

#include "fault.h"

#include <string.h>

/* What is not there yet is unknown to the program too, which then does without it. */
static const struct {
	GUID guid;
	void (*function)(void);
} functions[] = {
	{ WSAID_WSAPOLL, (void (*)(void))WSC(WSAPoll) },
	{ WSAID_WSARECVMSG, (void (*)(void))WSC(WSARecvMsg) },
	{ WSAID_WSASENDMSG, (void (*)(void))WSC(WSASendMsg) },
};

int wsc__extension_one(SOCKET s, struct socket *sock, struct call *call)
{
	(void)s, (void)sock;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (!memcmp(&functions[i].guid, &call->argument.guid, sizeof(GUID))) {
			memcpy(call->argument.bytes, &functions[i].function, sizeof functions[i].function);
			return 0;
		}
	return WS_WSAEINVAL;
}

/* The one table that Windows has is that of registered I/O. */
int wsc__extension_table(SOCKET s, struct socket *sock, struct call *call)
{
	(void)s, (void)sock, (void)call;
	return WS_WSAEINVAL;
}
