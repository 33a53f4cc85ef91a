/* The ports that the system chooses, in a network that has few of them. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "link.h"
#include "net.h"

#include <stdio.h>
#include <string.h>

static int set(SOCKET s, int level, int name, int value)
{
	return setsockopt(s, level, name, (char *)&value, sizeof value);
}

static const char *bind_at(SOCKET s, const char *address, unsigned port)
{
	struct sockaddr_in in;

	memset(&in, 0, sizeof in);
	in.sin_family = AF_INET;
	in.sin_port = htons((unsigned short)port);
	in.sin_addr.s_addr = inet_addr(address);
	return outcome(bind(s, (struct sockaddr *)&in, sizeof in));
}

static unsigned port_of(SOCKET s)
{
	struct sockaddr_in in;
	int length = sizeof in;

	return getsockname(s, (struct sockaddr *)&in, &length) ? 0 : ntohs(in.sin_port);
}

/* There are two ports, and no third. */
static void all_taken(int type, int option, const char *what)
{
	SOCKET all[3];

	for (int i = 0; i < 3; i++) {
		all[i] = new_socket(AF_INET, type);
		if (option)
			set(all[i], SOL_SOCKET, option, 1);
		is_string(i < 2 ? "success" : "WSAENOBUFS", bind_at(all[i], "127.0.0.1", 0),
			  "%s: socket %d of three", what, i + 1);
	}
	ok(port_of(all[0]) != port_of(all[1]), "%s: no two of them share a port", what);
	for (int i = 0; i < 3; i++)
		closesocket(all[i]);
}

/* Each address has all ports of its own. */
static void scalability(void)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.2", "127.0.0.3" };
	SOCKET all[6];

	for (int i = 0; i < 6; i++) {
		all[i] = new_socket(AF_INET, SOCK_STREAM);
		succeeds(set(all[i], SOL_SOCKET, SO_PORT_SCALABILITY, 1), "SO_PORT_SCALABILITY of socket %d",
			 i + 1);
		is_string("success", bind_at(all[i], addresses[i / 2], 0), "...finds a port of %s among two",
			  addresses[i / 2]);
	}
	for (int i = 0; i < 6; i++)
		closesocket(all[i]);
}

/* With one port only, two connections to different peers have it. */
static void unicast(void)
{
	struct sockaddr_in to[2];
	SOCKET servers[2], clients[2];
	int length = sizeof *to;

	for (int i = 0; i < 2; i++) {
		servers[i] = new_socket(AF_INET, SOCK_STREAM);
		is_string("success", bind_at(servers[i], "127.0.0.1", 80 + (unsigned)i), "a server");
		listen(servers[i], 5);
		getsockname(servers[i], (struct sockaddr *)&to[i], &length);
	}
	for (int reuses = 0; reuses < 2; reuses++) {
		for (int i = 0; i < 2; i++) {
			const char *what =
				words("%s, connection %d", reuses ? "SO_REUSE_UNICASTPORT" : "default", i);

			clients[i] = new_socket(AF_INET, SOCK_STREAM);
			if (reuses)
				set(clients[i], SOL_SOCKET, SO_REUSE_UNICASTPORT, 1);
			is_string(!reuses && i ? "WSAENOBUFS" : "success",
				  bind_at(clients[i], "127.0.0.1", 0), "%s: the one port there is", what);
			if (reuses) {
				is_int(0, port_of(clients[i]), "%s: ...is not chosen yet", what);
				succeeds(connect(clients[i], (struct sockaddr *)&to[i], sizeof to[i]),
					 "%s: ...and the peer hears from it", what);
				is_int(40000, port_of(clients[i]), "%s: ...by that port", what);
			}
		}
		for (int i = 0; i < 2; i++) {
			set(clients[i], SOL_SOCKET, SO_LINGER, 1); /* l_onoff 1, l_linger 0: no TIME_WAIT */
			closesocket(clients[i]);
		}
	}
	close_pair(servers);
}

int main(void)
{
	const char *failure = link_leave();

	if (failure)
		skip_all("%s", failure);
	if (!link_tune("ip_local_port_range", "40000 40001") || !link_tune("ip_unprivileged_port_start", "0"))
		skip_all("the range of ports cannot be changed");
	plan_lazy();
	winsock_start();
	all_taken(SOCK_STREAM, 0, "TCP");
	all_taken(SOCK_STREAM, SO_REUSEADDR, "TCP, SO_REUSEADDR");
	all_taken(SOCK_DGRAM, 0, "UDP");
	all_taken(SOCK_DGRAM, SO_REUSEADDR, "UDP, SO_REUSEADDR");
	all_taken(SOCK_DGRAM, SO_REUSE_MULTICASTPORT, "UDP, SO_REUSE_MULTICASTPORT");
	scalability();
	if (!link_tune("ip_local_port_range", "40000 40000"))
		bail("the range of ports cannot be changed again");
	unicast();
	winsock_end();
	return done();
}
