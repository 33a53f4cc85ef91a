/* The options that say what is received, and what is told of it. */
#include "control.h"
#include "error.h"
#include "filter.h"
#include "options.h"

#include <string.h>

/* WSARecvMsg gives a control message of this name with each datagram. */
int wsc__option_get_control(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s;
	value->dword = wsc__control_is_asked(sock, option->level, option->name);
	return 0;
}

int wsc__option_set_control(SOCKET s, struct socket *sock, const struct option *option,
			    const struct value *value)
{
	return wsc__control_ask(s, sock, option->level, option->name, value->dword);
}

/* The size up to which datagrams may be joined to one. Linux joins up to the most that there can be, or not
 * at all; what a smaller buffer could not hold would be lost, so then it is not at all. */
enum { COALESCED_MOST = 65507 };

int wsc__option_get_coalesced(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s, (void)option;
	wsc__socket_lock(sock);
	value->dword = sock->extras ? sock->extras->coalesced : 0;
	wsc__socket_unlock(sock);
	return 0;
}

int wsc__option_set_coalesced(SOCKET s, struct socket *sock, const struct option *option,
			      const struct value *value)
{
	struct socket_extras *extras;
	int error = wsc__control_ask(s, sock, option->level, option->name, value->dword >= COALESCED_MOST);

	if (error)
		return error;
	wsc__socket_lock(sock);
	extras = wsc__socket_extras(sock);
	if (extras)
		extras->coalesced = value->dword;
	wsc__socket_unlock(sock);
	return extras ? 0 : WS_WSAENOBUFS;
}

/* What the kernel's filter does by what is kept: IP_RECEIVE_BROADCAST, IP_IFLIST. */
int wsc__option_get_filtered(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	return wsc__option_get_kept(s, sock, option, value);
}

int wsc__option_set_filtered(SOCKET s, struct socket *sock, const struct option *option,
			     const struct value *value)
{
	return wsc__filter_keep(s, sock, option, value->dword);
}

/* The interfaces of IP_IFLIST or IPV6_IFLIST. Under the lock; NULL if there is no memory. */
static struct interface_list *list_of(struct socket *sock, const struct option *option)
{
	struct socket_extras *extras = wsc__socket_extras(sock);

	return extras ? &extras->interfaces[option->level == WS_IPPROTO_IPV6] : NULL;
}

static unsigned find(const struct interface_list *list, DWORD interface)
{
	unsigned i = 0;

	while (i < list->count && list->index[i] != interface)
		i++;
	return i;
}

/* One more than once, and one that is not listed, is no error. */
int wsc__option_set_interface_added(SOCKET s, struct socket *sock, const struct option *option,
				    const struct value *value)
{
	struct interface_list *list;
	int error = WS_WSAENOBUFS;

	wsc__socket_lock(sock);
	list = list_of(sock, option);
	if (list && find(list, value->dword) < list->count) {
		error = 0;
	} else if (list && list->count < INTERFACES_LISTED) {
		list->index[list->count++] = value->dword;
		error = 0;
	}
	wsc__socket_unlock(sock);
	return error ? error : wsc__filter_update(s, sock);
}

int wsc__option_set_interface_deleted(SOCKET s, struct socket *sock, const struct option *option,
				      const struct value *value)
{
	struct interface_list *list;
	unsigned place;

	wsc__socket_lock(sock);
	list = list_of(sock, option);
	place = list ? find(list, value->dword) : 0;
	if (list && place < list->count)
		list->index[place] = list->index[--list->count];
	wsc__socket_unlock(sock);
	return list ? wsc__filter_update(s, sock) : WS_WSAENOBUFS;
}

/* Windows has no list while it does not count. */
int wsc__option_get_interfaces(SOCKET s, struct socket *sock, const struct option *option,
			       struct value *value)
{
	int on = option->level == WS_IPPROTO_IPV6 ? WS_IPV6_IFLIST : WS_IP_IFLIST, size = 0, error;
	struct interface_list *list;

	(void)s;
	if (!wsc__option_kept(sock, option->level, on))
		return WS_WSAEINVAL;
	wsc__socket_lock(sock);
	list = list_of(sock, option);
	if (list)
		size = (int)(list->count * sizeof *list->index);
	error = !list ? WS_WSAENOBUFS : value->size < size ? WS_WSAEFAULT : 0;
	if (!error)
		memcpy(value->bytes, list->index, (size_t)size);
	wsc__socket_unlock(sock);
	value->size = size;
	return error;
}
