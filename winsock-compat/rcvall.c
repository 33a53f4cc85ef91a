/* SIO_RCVALL. */
#include "ioctl.h"

int wsc__rcvall_set(SOCKET s, struct socket *sock, struct call *call)
{
	(void)s, (void)sock, (void)call;
	return WS_WSAEOPNOTSUPP;
}
