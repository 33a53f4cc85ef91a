/* What is measured, done with the system's own calls: what a program for Linux would do. */
#include "calls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void open_close(int type)
{
	close(socket(AF_INET, type | SOCK_CLOEXEC, 0));
}

void raw_open_close(int a, int b)
{
	(void)a, (void)b;
	open_close(SOCK_STREAM);
}

void raw_open_close_udp(int a, int b)
{
	(void)a, (void)b;
	open_close(SOCK_DGRAM);
}

static int echoes[ECHOES], threads_ends[ECHOES];

static void *echo(void *argument)
{
	char packet[PACKET];
	int s = *(int *)argument;
	ssize_t length;

	while ((length = recv(s, packet, sizeof packet, 0)) > 0)
		send(s, packet, (size_t)length, MSG_NOSIGNAL);
	return NULL;
}

void raw_take_echoes(const int ours[ECHOES], const int theirs[ECHOES])
{
	pthread_t thread;

	for (int i = 0; i < ECHOES; i++) {
		echoes[i] = ours[i];
		threads_ends[i] = theirs[i];
		pthread_create(&thread, NULL, echo, &threads_ends[i]);
		pthread_detach(thread);
	}
}

void raw_echo(int a, int b)
{
	char packet[PACKET] = "echo";

	(void)a, (void)b;
	for (int i = 0; i < ECHOES; i++)
		send(echoes[i], packet, sizeof packet, MSG_NOSIGNAL);
	for (int i = 0; i < ECHOES; i++)
		recv(echoes[i], packet, sizeof packet, MSG_WAITALL);
}

/* A program keeps its array, and looks through it for what is ready. */
static struct pollfd polled[MANY];

void raw_take_many(const int sockets[MANY])
{
	for (int i = 0; i < MANY; i++)
		polled[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
}

static void poll_last(int count, int timeout)
{
	static volatile int found;
	struct pollfd *these = polled + MANY - count;
	int left = poll(these, (nfds_t)count, timeout);

	for (int i = 0; left > 0 && i < count; i++)
		if (these[i].revents) {
			found = these[i].fd;
			left--;
		}
	(void)found;
}

#define POLL_LAST(name, count, timeout)                                                                      \
	void raw_##name(int a, int b)                                                                        \
	{                                                                                                    \
		(void)a, (void)b;                                                                            \
		poll_last(count, timeout);                                                                   \
	}
POLL_LAST(select_64, 64, -1)
POLL_LAST(select_1000, 1000, -1)
POLL_LAST(look_64, 64, 0)
POLL_LAST(look_1000, 1000, 0)
POLL_LAST(poll_64, 64, -1)
POLL_LAST(poll_10000, MANY, -1)
POLL_LAST(poll_look_64, 64, 0)
POLL_LAST(poll_look_10000, MANY, 0)
