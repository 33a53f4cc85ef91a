/* ICMP messages about the datagrams of a socket that has asked for them. */
#include "errorqueue.h"

#include "options.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

/* The level whose option asks for messages of this origin; -1 for what is no ICMP. */
static int level_of(const struct sock_extended_err *error)
{
	switch (error->ee_origin) {
	case SO_EE_ORIGIN_ICMP:
		return WS_IPPROTO_IP;
	case SO_EE_ORIGIN_ICMP6:
		return WS_IPPROTO_IPV6;
	default:
		return -1;
	}
}

/* Under the lock. */
static struct error_queue *queue_of(struct socket *sock)
{
	struct socket_extras *extras = wsc__socket_extras(sock);

	if (extras && !extras->errors) {
		extras->errors = calloc(1, sizeof *extras->errors);
		if (extras->errors)
			extras->errors->last = &extras->errors->first;
	}
	return extras ? extras->errors : NULL;
}

static struct error_message *make(int level, const struct sock_extended_err *error,
				  const struct msghdr *header, const void *data, size_t size)
{
	struct error_message *message = calloc(1, sizeof *message + size);

	if (!message)
		return NULL;
	message->level = level;
	message->information = (IN_RECVERR){
		.protocol = level == WS_IPPROTO_IP ? WS_IPPROTO_ICMP : WS_IPPROTO_ICMPV6,
		.info = error->ee_info, /* the MTU, of what was too big; else 0 */
		.type = error->ee_type,
		.code = error->ee_code,
	};
	message->to_length = header->msg_namelen;
	if (header->msg_namelen)
		memcpy(&message->to, header->msg_name, header->msg_namelen);
	message->size = size;
	memcpy(message->data, data, size);
	return message;
}

void wsc__errorqueue_add(struct socket *sock, const struct sock_extended_err *error,
			 const struct msghdr *header, const void *data, size_t size)
{
	int level = level_of(error);
	struct error_message *message;
	struct error_queue *queue;

	if (level < 0 || !wsc__option_kept(sock, level, WS_IP_RECVERR)) /* IPv6 has it by the same number */
		return;
	message = make(level, error, header, data, size);
	wsc__socket_lock(sock);
	queue = message ? queue_of(sock) : NULL;
	if (queue && queue->count < MOST) {
		*queue->last = message;
		queue->last = &message->next;
		queue->count++;
		wsc__socket_mark(sock, SOCKET_ERRORS, 0);
		message = NULL;
	}
	wsc__socket_unlock(sock);
	free(message);
}

/* Under the lock. Takes the one at this place out of the queue. */
static struct error_message *take(struct socket *sock, struct error_queue *queue,
				  struct error_message **place)
{
	struct error_message *message = *place;

	*place = message->next;
	message->next = NULL;
	if (!*place)
		queue->last = place;
	if (!--queue->count)
		wsc__socket_mark(sock, 0, SOCKET_ERRORS);
	return message;
}

struct error_message *wsc__errorqueue_take(struct socket *sock)
{
	struct error_message *message = NULL;

	wsc__socket_lock(sock);
	if (sock->extras && sock->extras->errors && sock->extras->errors->first)
		message = take(sock, sock->extras->errors, &sock->extras->errors->first);
	wsc__socket_unlock(sock);
	return message;
}

void wsc__errorqueue_return(struct socket *sock, struct error_message *message)
{
	struct error_queue *queue;

	wsc__socket_lock(sock);
	queue = wsc__socket_is(sock, SOCKET_KNOWN) ? queue_of(sock) : NULL;
	if (queue) {
		message->next = queue->first;
		queue->first = message;
		if (!message->next)
			queue->last = &message->next;
		queue->count++;
		wsc__socket_mark(sock, SOCKET_ERRORS, 0);
		message = NULL;
	}
	wsc__socket_unlock(sock);
	free(message);
}

void wsc__errorqueue_forget(struct socket *sock, int level)
{
	struct error_queue *queue = sock->extras ? sock->extras->errors : NULL;
	struct error_message **place = queue ? &queue->first : NULL;

	while (place && *place) {
		if (level < 0 || (*place)->level == level)
			free(take(sock, queue, place));
		else
			place = &(*place)->next;
	}
}
