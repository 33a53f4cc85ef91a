/* SIO_APPLY_TRANSPORT_SETTING and SIO_QUERY_TRANSPORT_SETTING: the checks of a channel that is not there. */
#include "ioctl.h"

#include "fault.h"

#include <string.h>

static const GUID capability = {
	0x6b59819a, 0x5cae, 0x492d, { 0xa9, 0x01, 0x2a, 0x3c, 0x2c, 0x50, 0x16, 0x4f }
};

/* The one setting that Windows has, of a connection. */
static int check(SOCKET s, struct socket *sock, const struct call *call, size_t size)
{
	if (memcmp(&call->argument.guid, &capability, sizeof capability) || call->in_size < size)
		return WS_WSAEINVAL;
	wsc__socket_ask(s, sock);
	return wsc__socket_is(sock, SOCKET_CONNECTED) ? 0 : WS_WSAENOTCONN;
}

int wsc__transport_apply(SOCKET s, struct socket *sock, struct call *call)
{
	return check(s, sock, call, sizeof(REAL_TIME_NOTIFICATION_SETTING_INPUT));
}

int wsc__transport_query(SOCKET s, struct socket *sock, struct call *call)
{
	REAL_TIME_NOTIFICATION_SETTING_OUTPUT output = { CONTROL_CHANNEL_TRIGGER_STATUS_SERVICE_UNAVAILABLE };
	int error = check(s, sock, call, sizeof(TRANSPORT_SETTING_ID));

	if (error)
		return error;
	if (!call->out || call->out_size < sizeof output) {
		wsc__ioctl_needs(call, sizeof output);
		return WS_ERROR_INSUFFICIENT_BUFFER;
	}
	call->given = sizeof output;
	return wsc__copy_out(call->out, &output, sizeof output);
}
