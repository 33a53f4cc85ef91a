/* What is measured, done with the system's own calls: what a program for Linux would do. */
#include "calls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static void set(int s, int level, int name, int value)
{
	setsockopt(s, level, name, &value, sizeof value);
}

static int get(int s, int level, int name)
{
	int value = 0;
	socklen_t size = sizeof value;

	getsockopt(s, level, name, &value, &size);
	return value;
}

void raw_set_keepalive(int a, int b)
{
	(void)b;
	set(a, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void raw_get_keepalive(int a, int b)
{
	(void)b;
	get(a, SOL_SOCKET, SO_KEEPALIVE);
}

void raw_get_error(int a, int b)
{
	(void)b;
	get(a, SOL_SOCKET, SO_ERROR);
}

/* To switch on by Windows' times is to set these too. */
static void switch_on(int s)
{
	set(s, IPPROTO_TCP, TCP_KEEPIDLE, 7200);
	set(s, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set(s, IPPROTO_TCP, TCP_KEEPCNT, 10);
	set(s, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void raw_keepalive_vals(int a, int b)
{
	(void)b;
	switch_on(a);
}

void raw_last_error(int a, int b)
{
	static volatile int seen;

	(void)a, (void)b, (void)seen;
	seen = errno;
}

void raw_ping_pong(int a, int b)
{
	char packet[64] = "ping";

	send(a, packet, sizeof packet, MSG_NOSIGNAL);
	recv(b, packet, sizeof packet, 0);
	send(b, packet, sizeof packet, MSG_NOSIGNAL);
	recv(a, packet, sizeof packet, 0);
}

void raw_recv_nothing(int a, int b)
{
	char byte;

	(void)a;
	recv(b, &byte, 1, 0);
}

void raw_switch_keepalive(int a, int b)
{
	(void)b;
	set(a, SOL_SOCKET, SO_KEEPALIVE, 0);
	switch_on(a);
}
