/* Templates of a quality of service: WSAGetQOSByName. There are none. */
#include "error.h"
#include "export.h"
#include "fault.h"
#include "socket.h"

/* A name that is empty asks for the list of all names, which ends with an empty one; any other, for that
 * template. */
static int find(SOCKET s, const WSABUF *user, void *qos)
{
	struct socket *sock;
	WSABUF name;
	char first;
	int error = wsc__socket_enter(s, &sock);

	if (error)
		return error;
	if (!user || wsc__copy_in(&name, user, sizeof name) || wsc__copy_in(&first, name.buf, sizeof first))
		return WS_WSAEFAULT;
	if (first)
		return wsc__copy_out_check(qos, sizeof(QOS)) ? WS_WSAEFAULT : WS_WSAEINVAL;
	return name.len ? wsc__copy_out(name.buf, &first, sizeof first) : WS_WSAEFAULT;
}

BOOL WSC(WSAGetQOSByName)(SOCKET s, LPWSABUF name, LPQOS qos)
{
	return !wsc__result(find(s, name, qos));
}
WSC_ALIAS(WSAGetQOSByName)
