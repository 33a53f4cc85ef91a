/* Keep-alive with SO_KEEPALIVE and SIO_KEEPALIVE_VALS. */
#include "keepalive.h"

#include <mstcpip.h>
#include <stdio.h>

int EnableKeepAlive(SOCKET s, ULONG idle, ULONG interval)
{
	BOOL on = TRUE, seen = FALSE;
	int length = sizeof(seen);
	struct tcp_keepalive vals;
	DWORD bytes = 0;

	if (setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&on, sizeof(on)) == SOCKET_ERROR)
		return WSAGetLastError();

	vals.onoff = 1;
	vals.keepalivetime = idle;
	vals.keepaliveinterval = interval;
	if (WSAIoctl(s, SIO_KEEPALIVE_VALS, &vals, sizeof(vals), NULL, 0, &bytes, NULL, NULL) == SOCKET_ERROR)
		return WSAGetLastError();

	if (getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&seen, &length) == SOCKET_ERROR)
		return WSAGetLastError();
	printf("keep-alive is %s: %lu ms, then every %lu ms\n", seen ? "on" : "off", (unsigned long)idle,
	       (unsigned long)interval);
	return 0;
}

int Complain(const char *what, int error)
{
	fprintf(stderr, "%s failed: %d\n", what, error);
	return 1;
}
