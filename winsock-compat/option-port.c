/* The options about ports: who may have one beside whom, and which one is chosen. */
#include "options.h"
#include "port.h"

int wsc__option_get_port(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	(void)s;
	value->dword = wsc__port_get(sock, (enum port_option)option->argument);
	return 0;
}

int wsc__option_set_port(SOCKET s, struct socket *sock, const struct option *option,
			 const struct value *value)
{
	return wsc__port_set(s, sock, (enum port_option)option->argument, value->dword);
}

int wsc__option_get_v6only(SOCKET s, struct socket *sock, const struct option *option, struct value *value)
{
	bool on = false;
	int error = wsc__port_get_v6only(s, sock, &on);

	(void)option;
	value->dword = on;
	return error;
}

int wsc__option_set_v6only(SOCKET s, struct socket *sock, const struct option *option,
			   const struct value *value)
{
	(void)option;
	return wsc__port_set_v6only(s, sock, value->dword);
}
