/* Control messages: what WSARecvMsg tells of a datagram beside its data, and WSASendMsg is told for one. */
#ifndef WSC_CONTROL_H
#define WSC_CONTROL_H

#include "errorqueue.h"
#include "socket.h"
#include "timestamp.h"

#include <sys/socket.h>

/* The kernel's messages of one datagram. */
enum { CONTROL_ROOM = 2560 };
struct control {
	bool has_source; /* of one to be sent: whether an address or an interface was named for it */
	struct sockaddr_storage source; /* the address; of family 0 if there is none */
	struct stamping stamping;
	_Alignas(struct cmsghdr) unsigned char room[CONTROL_ROOM];
};

/* Whether datagrams are to come with the messages that this option of Winsock asks for. The socket's note
 * keeps it; the kernel's options are those that all of the wishes together need. */
int wsc__control_ask(SOCKET s, struct socket *sock, int level, int option, bool on);
bool wsc__control_is_asked(struct socket *sock, int level, int option);

/* From now on the kernel says whither a datagram was sent, for MSG_BCAST and MSG_MCAST. */
void wsc__control_watch(SOCKET s, struct socket *sock);

/* Gives the program what was asked for. `room` is the program's, and its length becomes that of the
 * messages; `flags` gets WS_MSG_BCAST, WS_MSG_MCAST, and WS_MSG_CTRUNC if not all had a place. */
int wsc__control_out(struct socket *sock, struct msghdr *message, WSABUF *room, DWORD *flags);

/* The same for a message of MSG_ERRQUEUE: what ICMP said. */
int wsc__control_error(const struct error_message *message, WSABUF *room, DWORD *flags);

/* The program's messages in the kernel's terms, in `control`. WSAEINVAL for one that cannot be sent. */
int wsc__control_in(SOCKET s, struct socket *sock, const WSABUF *user, struct control *control,
		    struct msghdr *message);

#endif
