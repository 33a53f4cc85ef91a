/* WSARecvMsg. */
#include "control.h"
#include "fault.h"
#include "transfer.h"

#include <errno.h>
#include <stddef.h>

/* What an earlier call may have left in dwFlags is no wish. */
enum { TOLD_FLAGS = WS_MSG_TRUNC | WS_MSG_CTRUNC | WS_MSG_BCAST | WS_MSG_MCAST };

/* Windows has the call for sockets of datagrams. */
static int check_type(SOCKET s, struct socket *sock, DWORD flags)
{
	int error = sock->type == SOCK_STREAM ? wsc__socket_verify(s, sock, NULL) : 0;

	if (!error && sock->type == SOCK_STREAM)
		error = flags & WS_MSG_PEEK ? WS_WSAEOPNOTSUPP : WS_WSAEINVAL;
	return error;
}

/* The places that are written at the end, while nothing is lost yet. */
static int check_places(LPWSAMSG user, const WSAMSG *message)
{
	DWORD room = message->Control.len < CONTROL_ROOM ? message->Control.len : CONTROL_ROOM;

	if (!message->name && message->namelen)
		return WS_WSAEFAULT;
	return wsc__copy_out_check(user, sizeof *user) || wsc__copy_out_check(message->Control.buf, room)
		       ? WS_WSAEFAULT
		       : 0;
}

/* What came, and came with it. */
static int tell(struct socket *sock, LPWSAMSG user, WSAMSG *message, struct transfer *transfer,
		DWORD *received)
{
	DWORD size = (DWORD)transfer->done, flags = 0;
	int error = wsc__control_out(sock, &transfer->message, &message->Control, &flags);

	if (transfer->message.msg_flags & MSG_TRUNC)
		flags |= WS_MSG_TRUNC;
	if (error ||
	    wsc__copy_out(wsc__user_at(user, offsetof(WSAMSG, Control.len)), &message->Control.len,
			  sizeof message->Control.len) ||
	    wsc__copy_out(wsc__user_at(user, offsetof(WSAMSG, dwFlags)), &flags, sizeof flags) ||
	    wsc__copy_out(received, &size, sizeof size))
		return WS_WSAEFAULT;
	return flags & (WS_MSG_TRUNC | WS_MSG_CTRUNC) ? WS_WSAEMSGSIZE : 0;
}

static int receive(SOCKET s, struct socket *sock, LPWSAMSG user, const WSAMSG *message, DWORD flags,
		   struct transfer *transfer, struct control *control)
{
	int *name_length = wsc__user_at(user, offsetof(WSAMSG, namelen));
	int error = wsc__transfer_many(transfer, message->lpBuffers, message->dwBufferCount, (int)flags);

	if (error)
		return error;
	transfer->message.msg_control = control->room;
	transfer->message.msg_controllen = sizeof control->room;
	wsc__control_watch(s, sock);
	error = wsc__receive(s, sock, transfer, message->name, message->name ? name_length : NULL);
	wsc__transfer_free(transfer);
	return error;
}

INT WSC(WSARecvMsg)(SOCKET s, LPWSAMSG user, LPDWORD received, LPWSAOVERLAPPED overlapped,
		    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	struct transfer transfer;
	struct control control;
	struct socket *sock;
	WSAMSG message;
	DWORD flags;
	int error = wsc__socket_begin(s, &sock);

	(void)routine; /* goes with an OVERLAPPED */
	if (error)
		return wsc__result(error);
	transfer.done = 0;
	error = wsc__copy_in(&message, user, sizeof message);
	flags = error ? 0 : message.dwFlags & ~(DWORD)TOLD_FLAGS;
	if (!error)
		error = check_type(s, sock, flags);
	if (!error)
		error = wsc__transfer_check(received, overlapped);
	if (!error && flags & ~(DWORD)WS_MSG_PEEK)
		error = WS_WSAEOPNOTSUPP;
	if (!error)
		error = check_places(user, &message);
	if (!error)
		error = receive(s, sock, user, &message, flags, &transfer, &control);
	error = wsc__transfer_end(sock, error, (ssize_t)transfer.done, 1);
	if (wsc__transfer_took(&transfer, error))
		error = tell(sock, user, &message, &transfer, received);
	return wsc__result(error);
}
