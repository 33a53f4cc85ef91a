/* WSASendMsg. */
#include "bind.h"
#include "control.h"
#include "export.h"
#include "fault.h"
#include "transfer.h"

#include <unistd.h>

/* Windows has the call for sockets of datagrams. */
static int check_type(SOCKET s, struct socket *sock)
{
	int error = sock->type == SOCK_STREAM ? wsc__socket_verify(s, sock, NULL) : 0;

	return !error && sock->type == SOCK_STREAM ? WS_WSAEINVAL : error;
}

/* Windows gives the socket an address before it finds that it cannot say how much was sent. */
static int check_count(SOCKET s, struct socket *sock, DWORD *sent, WSAOVERLAPPED *overlapped)
{
	int error = wsc__transfer_check(sent, overlapped);

	if (error == WS_WSAEFAULT)
		wsc__bind_any(s, sock);
	return error;
}

/* The kernel has several words for a source that is not this host's, or an interface that is not there. */
static int because_of_source(const struct sockaddr_storage *source, int error)
{
	int fd, bound;

	if (error == WS_WSAEINVAL || error == WS_WSAENETDOWN)
		return WS_WSAEADDRNOTAVAIL;
	if (error != WS_WSAENETUNREACH || !source->ss_family)
		return error;
	fd = socket(source->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error;
	bound = bind(fd, (const struct sockaddr *)source, sizeof(struct sockaddr_in6));
	close(fd);
	return bound < 0 ? WS_WSAEADDRNOTAVAIL : error;
}

static int send_message(SOCKET s, struct socket *sock, const WSAMSG *message, DWORD flags,
			struct transfer *transfer)
{
	struct control control;
	int error = wsc__transfer_many(transfer, message->lpBuffers, message->dwBufferCount, (int)flags);

	if (error)
		return error;
	if (!message->name && message->namelen)
		error = WS_WSAEFAULT;
	if (!error)
		error = wsc__control_in(s, sock, &message->Control, &control, &transfer->message);
	if (!error) {
		wsc__timestamp_begin(sock, &control.stamping);
		error = wsc__send(s, sock, transfer, message->name, message->namelen);
		wsc__timestamp_end(s, sock, &control.stamping, error);
		if (error && control.has_source)
			error = because_of_source(&control.source, error);
	}
	wsc__transfer_free(transfer);
	return error;
}

INT WSC(WSASendMsg)(SOCKET s, LPWSAMSG user, DWORD flags, LPDWORD user_sent, LPWSAOVERLAPPED overlapped,
		    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	struct transfer transfer;
	struct socket *sock;
	WSAMSG message;
	DWORD sent;
	int error = wsc__socket_begin(s, &sock);

	(void)routine; /* goes with an OVERLAPPED */
	if (error)
		return wsc__result(error);
	transfer.size = transfer.done = 0;
	error = wsc__copy_in(&message, user, sizeof message);
	if (!error)
		error = check_type(s, sock);
	if (!error)
		error = check_count(s, sock, user_sent, overlapped);
	if (!error)
		error = send_message(s, sock, &message, flags, &transfer);
	error = wsc__transfer_end(sock, error, (ssize_t)transfer.done, (ssize_t)transfer.size);
	sent = (DWORD)transfer.done;
	if (!error)
		error = wsc__copy_out(user_sent, &sent, sizeof sent);
	return wsc__result(error);
}
WSC_ALIAS(WSASendMsg)
