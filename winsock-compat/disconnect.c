/* WSASendDisconnect and WSARecvDisconnect: shutdown, with data that no protocol here carries. */
#include "export.h"
#include "fault.h"
#include "socket.h"

/* Source: the page of WSASendDisconnect. A buffer of no bytes is no data; that is our choice. */
int WSC(WSASendDisconnect)(SOCKET s, LPWSABUF data)
{
	struct socket *sock;
	WSABUF buffer;
	int error = wsc__socket_enter(s, &sock);

	if (!error && data) {
		error = wsc__copy_in(&buffer, data, sizeof buffer);
		if (!error && buffer.len)
			error = WS_WSAENOPROTOOPT;
	}
	return error ? wsc__result(error) : WSC(shutdown)(s, WS_SD_SEND);
}
WSC_ALIAS(WSASendDisconnect)

/* Source: the page of WSARecvDisconnect, by which TCP need not refuse: no data has come, then. */
int WSC(WSARecvDisconnect)(SOCKET s, LPWSABUF data)
{
	struct socket *sock;
	WSABUF buffer;
	int error = wsc__socket_enter(s, &sock);

	if (!error && data) {
		error = wsc__copy_in(&buffer, data, sizeof buffer);
		buffer.len = 0;
		if (!error)
			error = wsc__copy_out(data, &buffer, sizeof buffer);
	}
	return error ? wsc__result(error) : WSC(shutdown)(s, WS_SD_RECEIVE);
}
WSC_ALIAS(WSARecvDisconnect)
