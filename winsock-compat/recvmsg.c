/* WSARecvMsg. */
#include "address.h"
#include "control.h"
#include "errorqueue.h"
#include "fault.h"
#include "profile.h"
#include "transfer.h"
#include "unreachable.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

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

/* As much of the datagram as there is room for; how much that is. */
static int scatter(const struct error_message *message, const struct transfer *transfer, DWORD *given)
{
	size_t left = message->size;
	int error = 0;

	*given = 0;
	for (size_t i = 0; i < transfer->message.msg_iovlen && left && !error; i++) {
		const struct iovec *part = &transfer->message.msg_iov[i];
		size_t now = part->iov_len < left ? part->iov_len : left;

		error = wsc__copy_out(part->iov_base, message->data + *given, now);
		*given += (DWORD)now;
		left -= now;
	}
	return error;
}

/* Gives the program a message about a datagram that it has sent. */
static int tell_error(LPWSAMSG user, const WSAMSG *places, const struct transfer *transfer,
		      const struct error_message *message, DWORD *received)
{
	WSABUF control = places->Control;
	DWORD flags = WS_MSG_ERRQUEUE, size;
	int error = scatter(message, transfer, &size);

	if (!error && places->name)
		error = wsc__address_out(&message->to, message->to_length, places->name,
					 wsc__user_at(user, offsetof(WSAMSG, namelen)));
	if (!error)
		error = wsc__control_error(message, &control, &flags);
	if (size < message->size)
		flags |= WS_MSG_TRUNC;
	if (error ||
	    wsc__copy_out(wsc__user_at(user, offsetof(WSAMSG, Control.len)), &control.len,
			  sizeof control.len) ||
	    wsc__copy_out(wsc__user_at(user, offsetof(WSAMSG, dwFlags)), &flags, sizeof flags) ||
	    wsc__copy_out(received, &size, sizeof size))
		return WS_WSAEFAULT;
	return flags & (WS_MSG_TRUNC | WS_MSG_CTRUNC) ? WS_WSAEMSGSIZE : 0;
}

/* MSG_ERRQUEUE never waits. */
static int receive_error(SOCKET s, struct socket *sock, LPWSAMSG user, const WSAMSG *places, DWORD flags,
			 DWORD *received)
{
	struct transfer transfer;
	struct error_message *message;
	int error = wsc__transfer_many(&transfer, places->lpBuffers, places->dwBufferCount, 0);

	if (error)
		return error;
	wsc__unreachable_collect(s, sock);
	message = wsc__errorqueue_take(sock);
	error = message ? tell_error(user, places, &transfer, message, received) : WS_WSAEWOULDBLOCK;
	if (message && (error == WS_WSAEFAULT || flags & WS_MSG_PEEK))
		wsc__errorqueue_return(sock, message);
	else
		free(message);
	wsc__transfer_free(&transfer);
	return error;
}

/* What dwFlags may ask for: the queue of errors only where there can be one. */
static DWORD known_flags(struct socket *sock)
{
	bool queue = sock->type == SOCK_DGRAM && sock->family != WS_AF_UNIX &&
		     wsc__profile.windows >= &wsc__windows[WINDOWS_10];

	return WS_MSG_PEEK | (queue ? WS_MSG_ERRQUEUE : 0);
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
	if (!error && flags & ~known_flags(sock))
		error = WS_WSAEOPNOTSUPP;
	if (!error)
		error = check_places(user, &message);
	if (!error && flags & WS_MSG_ERRQUEUE) {
		error = receive_error(s, sock, user, &message, flags, received);
		wsc__socket_end(sock);
		return wsc__result(error);
	}
	if (!error)
		error = receive(s, sock, user, &message, flags, &transfer, &control);
	error = wsc__transfer_end(sock, error, (ssize_t)transfer.done, 1);
	if (wsc__transfer_took(&transfer, error))
		error = tell(sock, user, &message, &transfer, received);
	return wsc__result(error);
}
