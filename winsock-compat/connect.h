/* What connect and the calls that connect in another way have in common. */
#ifndef WSC_CONNECT_H
#define WSC_CONNECT_H

#include "socket.h"

/* Connects a stream and waits for the end of it, whether the socket blocks or not, but not beyond a moment
 * of wsc__now: then it is WSAETIMEDOUT, and the socket is as after any other failure. */
int wsc__connect_until(SOCKET s, struct socket *sock, struct sockaddr_storage *address, socklen_t length,
		       uint64_t end);

/* SO_BROADCAST for a moment, where Linux asks for it and Windows does not; false if the socket has it, or
 * cannot have it. To return it leaves errno alone. */
bool wsc__broadcast_lend(SOCKET s);
void wsc__broadcast_return(SOCKET s);

/* The last four arguments of WSAConnect and WSAJoinLeaf: whether they ask for what there is not. */
int wsc__connect_check(struct socket *sock, const WSABUF *caller_data, const WSABUF *callee_data,
		       const QOS *socket_qos, const QOS *group_qos);

/* The peer has answered nothing beside yes or no: WSAEFAULT if there is no place to say so. */
int wsc__connect_answered(WSABUF *callee_data);

#endif
