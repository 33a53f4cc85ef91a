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

int wsc__option_set_control(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
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

int wsc__option_set_coalesced(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
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

int wsc__option_get_broadcast(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	struct filter filter;

	(void)s, (void)option;
	wsc__filter_get(sock, &filter);
	value->dword = !filter.no_broadcasts;
	return 0;
}

int wsc__option_set_broadcast(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct filter filter;

	(void)option;
	wsc__filter_get(sock, &filter);
	filter.no_broadcasts = !value->dword;
	return wsc__filter_set(s, sock, &filter);
}

static enum filter_family family(const struct option *option)
{
	return option->level == WS_IPPROTO_IPV6 ? FILTER_IPV6 : FILTER_IPV4;
}

/* Whether only listed interfaces count. */
int wsc__option_get_listed(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	struct filter filter;

	(void)s;
	wsc__filter_get(sock, &filter);
	value->dword = filter.only_listed[family(option)];
	return 0;
}

int wsc__option_set_listed(SOCKET s, struct socket *sock, const struct option *option, const struct value *value)
{
	struct filter filter;

	wsc__filter_get(sock, &filter);
	filter.only_listed[family(option)] = value->dword;
	return wsc__filter_set(s, sock, &filter);
}

static unsigned find(const struct filter *filter, enum filter_family family, DWORD interface)
{
	unsigned i = 0;

	while (i < filter->listed[family] && filter->interfaces[family][i] != interface)
		i++;
	return i;
}

int wsc__option_set_interface_added(SOCKET s, struct socket *sock, const struct option *option,
				    const struct value *value)
{
	enum filter_family which = family(option);
	struct filter filter;
	unsigned place;

	wsc__filter_get(sock, &filter);
	place = find(&filter, which, value->dword);
	if (place < filter.listed[which])
		return 0;
	if (place == FILTER_INTERFACES)
		return WS_WSAENOBUFS;
	filter.interfaces[which][filter.listed[which]++] = value->dword;
	return wsc__filter_set(s, sock, &filter);
}

int wsc__option_set_interface_deleted(SOCKET s, struct socket *sock, const struct option *option,
				      const struct value *value)
{
	enum filter_family which = family(option);
	struct filter filter;
	unsigned place;

	wsc__filter_get(sock, &filter);
	place = find(&filter, which, value->dword);
	if (place == filter.listed[which])
		return WS_WSAEINVAL;
	filter.interfaces[which][place] = filter.interfaces[which][--filter.listed[which]];
	return wsc__filter_set(s, sock, &filter);
}

/* The list; Windows has none while it does not count. */
int wsc__option_get_interfaces(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	enum filter_family which = family(option);
	struct filter filter;
	int size;

	(void)s;
	wsc__filter_get(sock, &filter);
	size = (int)(filter.listed[which] * sizeof(DWORD));
	if (!filter.only_listed[which])
		return WS_WSAEINVAL;
	if (value->size < size)
		return WS_WSAEFAULT;
	memcpy(value->bytes, filter.interfaces[which], (size_t)size);
	value->size = size;
	return 0;
}
