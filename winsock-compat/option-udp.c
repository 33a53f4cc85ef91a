/* The options of IPPROTO_UDP with ways of their own. */
#include "options.h"

#include <sys/socket.h>

/* With a checksum, and without one: the same switch the other way round. */
int wsc__option_get_checksum(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	int error = wsc__option_get_int(s, sock, option, value);

	value->dword = !value->dword;
	return error;
}

int wsc__option_set_checksum(SOCKET s, struct socket *sock, const struct option *option,
			     const struct value *value)
{
	struct value without = { .dword = !value->dword };

	return wsc__option_set_int(s, sock, option, &without);
}
