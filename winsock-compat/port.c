/* Ports: the options about them, and reservations.
 *
 * A reservation holds each of its ports with a socket that is bound to it, on the wildcard of both
 * families, and does nothing. So the kernel keeps it from everybody in this network namespace, and when
 * the process ends it is free. A socket that draws from the reservation is bound beside the holder, as
 * conflict.c does it with sockets that Windows lets share. */
#include "port.h"

#include "address.h"
#include "conflict.h"
#include "diag.h"
#include "error.h"
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

/* What cannot be set while the other one is TRUE. The first two: tests/sock.c:2545-2570. The third:
 * sol-socket-socket-options, which does not say with what error. */
static const struct {
	enum port_option set, against;
} excluded[] = {
	{ PORT_REUSEADDR, PORT_EXCLUSIVE },
	{ PORT_EXCLUSIVE, PORT_REUSEADDR },
	{ PORT_RANDOMIZE, PORT_REUSE_UNICAST },
};

/* A port of the kernel's choice is chosen by connect, who sees what it is not to meet; so that
 * connections to different peers can have the same one. */
static int choose_late(SOCKET s, bool on)
{
	int value = on;

	if (setsockopt((int)s, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &value, sizeof value) < 0)
		return wsc__error_from_errno(errno);
	return 0;
}

static void note(struct socket *sock, enum port_option option, bool on)
{
	if (on)
		atomic_fetch_or(&sock->ports.options, option);
	else
		atomic_fetch_and(&sock->ports.options, ~(unsigned)option);
}

int wsc__port_set(SOCKET s, struct socket *sock, enum port_option option, bool on)
{
	bool before = wsc__port_get(sock, option);
	int error = 0;

	for (size_t i = 0; on && i < sizeof excluded / sizeof *excluded; i++)
		if (excluded[i].set == option && wsc__port_get(sock, excluded[i].against))
			return WS_WSAEINVAL;
	note(sock, option, on);
	if (option == PORT_REUSE_MULTICAST)
		error = wsc__filter_update(s, sock);
	else if (option == PORT_REUSE_UNICAST && wsc__conflict_has_port(sock) &&
		 !wsc__conflict_is_bound(s, sock))
		error = choose_late(s, on);
	if (error)
		note(sock, option, before);
	else
		wsc__conflict_prepare(s, sock);
	return error;
}

/* The kernel has it for what can be bound to addresses of both families. */
static bool kernel_has_v6only(struct socket *sock)
{
	return sock->family == WS_AF_INET6 && sock->type != SOCK_RAW;
}

int wsc__port_set_v6only(SOCKET s, struct socket *sock, bool on)
{
	int value = on;

	if (wsc__conflict_is_bound(s, sock))
		return WS_WSAEINVAL;
	if (kernel_has_v6only(sock) && setsockopt((int)s, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof value) < 0)
		return wsc__error_from_errno(errno);
	note(sock, PORT_V6ONLY_OFF, !on);
	return 0;
}

int wsc__port_get_v6only(SOCKET s, struct socket *sock, bool *on)
{
	int value = 1;
	socklen_t size = sizeof value;

	if (kernel_has_v6only(sock) && getsockopt((int)s, IPPROTO_IPV6, IPV6_V6ONLY, &value, &size) < 0)
		return wsc__error_from_errno(errno);
	*on = value;
	/* Linux makes it TRUE when the socket is bound to an address of IPv6. */
	if (!kernel_has_v6only(sock) || wsc__port_get(sock, PORT_BOUND))
		*on = *on && !wsc__port_get(sock, PORT_V6ONLY_OFF);
	return 0;
}

/* One block of ports. */
struct reservation {
	struct reservation *next;
	uint64_t token, owner; /* the cookie of the socket with which it ends */
	int type;
	unsigned first, count;
	int holders[]; /* one each */
};

static struct reservation *reservations;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Under the lock. */
static struct reservation **find(uint64_t token)
{
	struct reservation **place = &reservations;

	while (*place && (*place)->token != token)
		place = &(*place)->next;
	return place;
}

static void let_go(struct reservation *reservation)
{
	for (unsigned i = 0; i < reservation->count; i++)
		close(reservation->holders[i]);
	free(reservation);
}

/* A port whose last connections are in TIME_WAIT is free; see conflict.c. */
static int bind_after_connections(int fd, int type, unsigned port, const struct sockaddr_storage *address,
				  socklen_t length)
{
	struct reach reach;
	int error;

	wsc__reach_of(address, false, &reach);
	if (type != SOCK_STREAM || wsc__diag(type, port, &reach, true, NULL, 0))
		return EADDRINUSE;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	error = bind(fd, (const struct sockaddr *)address, length) < 0 ? errno : 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 0 }, sizeof(int));
	return error;
}

/* Holds one port: a descriptor, or -1 and errno. */
static int hold(int type, unsigned port)
{
	struct sockaddr_storage address = { .ss_family = AF_INET6 };
	socklen_t length = sizeof(struct sockaddr_in6);
	static struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	static const struct sock_fprog program = { 1, &nothing };
	int error, fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);

	if (fd < 0 && errno == EAFNOSUPPORT) {
		address.ss_family = AF_INET;
		length = sizeof(struct sockaddr_in);
		fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	}
	if (fd < 0)
		return -1;
	((struct sockaddr_in *)&address)->sin_port = htons((uint16_t)port); /* in both families */
	if (type == SOCK_DGRAM) /* what comes before its port is drawn is not kept */
		setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
	error = bind(fd, (struct sockaddr *)&address, length) < 0 ? errno : 0;
	if (error == EADDRINUSE)
		error = bind_after_connections(fd, type, port, &address, length);
	if (!error)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

/* Holds a block of ports: 0, or an errno. */
static int hold_all(struct reservation *reservation, unsigned first)
{
	unsigned held;
	int error = 0;

	reservation->first = first;
	for (held = 0; held < reservation->count && !error; held += !error) {
		reservation->holders[held] = hold(reservation->type, first + held);
		error = reservation->holders[held] < 0 ? errno : 0;
	}
	while (error && held)
		close(reservation->holders[--held]);
	return error;
}

/* Somewhere among the ports that the kernel gives to those who want any. */
static int hold_anywhere(struct reservation *reservation)
{
	enum { ATTEMPTS = 200 };
	unsigned low = 32768, high = 60999, count = reservation->count, random;
	FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	int error = EADDRINUSE;

	if (range) {
		if (fscanf(range, "%u %u", &low, &high) != 2)
			low = 32768, high = 60999;
		fclose(range);
	}
	if (high < low || count > high - low + 1)
		return EADDRINUSE;
	for (int i = 0; i < ATTEMPTS && error == EADDRINUSE; i++) {
		if (getrandom(&random, sizeof random, 0) != sizeof random)
			return errno;
		error = hold_all(reservation, low + random % (high - low + 2 - count));
	}
	return error;
}

int wsc__port_acquire(SOCKET s, struct socket *sock, const INET_PORT_RANGE *range,
		      INET_PORT_RESERVATION_INSTANCE *instance)
{
	static _Atomic uint32_t number;
	unsigned first = ntohs(range->StartPort), count = range->NumberOfPorts;
	struct reservation *reservation;
	uint64_t owner = sock->cookie;
	int posix_error;

	(void)s;
	if (!wsc__conflict_has_port(sock))
		return WS_WSAEOPNOTSUPP;
	if (!count || first + count > 65536)
		return WS_WSAEINVAL;
	reservation = malloc(sizeof *reservation + count * sizeof *reservation->holders);
	if (!reservation)
		return WS_WSAENOBUFS;
	*reservation = (struct reservation){ .token = (uint64_t)getpid() << 32 | ++number,
					     .owner = owner,
					     .type = sock->type,
					     .count = count };
	posix_error = first ? hold_all(reservation, first) : hold_anywhere(reservation);
	if (posix_error) {
		free(reservation);
		return wsc__error_from_errno(posix_error);
	}
	instance->StartPort = htons((uint16_t)reservation->first);
	instance->NumberOfPorts = (USHORT)count;
	instance->Token = reservation->token;
	pthread_mutex_lock(&lock);
	reservation->next = reservations;
	reservations = reservation;
	pthread_mutex_unlock(&lock);
	atomic_fetch_or(&sock->ports.options, PORT_RESERVES);
	/* Either we see that another thread closes the socket, or that one sees the reservation. */
	if (!(atomic_load(&sock->state) & SOCKET_KNOWN) || sock->cookie != owner) {
		wsc__port_closed(owner);
		return WS_WSAENOTSOCK;
	}
	return 0;
}

int wsc__port_release(SOCKET s, struct socket *sock, ULONG64 token)
{
	struct reservation **place, *reservation;

	(void)s;
	if (!wsc__conflict_has_port(sock))
		return WS_WSAEOPNOTSUPP;
	pthread_mutex_lock(&lock);
	place = find(token);
	reservation = *place;
	if (reservation)
		*place = reservation->next;
	pthread_mutex_unlock(&lock);
	if (!reservation)
		return WS_WSAEINVAL;
	let_go(reservation);
	return 0;
}

int wsc__port_associate(SOCKET s, struct socket *sock, ULONG64 token)
{
	struct reservation *reservation;
	int error;

	if (!wsc__conflict_has_port(sock))
		return WS_WSAEOPNOTSUPP;
	if (wsc__conflict_is_bound(s, sock))
		return WS_WSAEINVAL;
	pthread_mutex_lock(&lock);
	reservation = *find(token);
	error = reservation && reservation->type == sock->type ? 0 : WS_WSAEINVAL;
	pthread_mutex_unlock(&lock);
	if (!error)
		sock->ports.reservation = token;
	return error;
}

/* The first port of the reservation that nobody has drawn yet. */
static int draw(SOCKET s, struct socket *sock, struct sockaddr_storage *address, socklen_t length,
		uint64_t token)
{
	unsigned first = 0, count = 0;
	int error = WS_WSAEADDRINUSE;

	pthread_mutex_lock(&lock);
	if (*find(token)) {
		first = (*find(token))->first;
		count = (*find(token))->count;
	}
	pthread_mutex_unlock(&lock);
	if (!count) /* released meanwhile */
		return WS_WSAEINVAL;
	for (unsigned i = 0; i < count && (error == WS_WSAEADDRINUSE || error == WS_WSAEACCES); i++) {
		((struct sockaddr_in *)address)->sin_port =
			htons((uint16_t)(first + i)); /* in both families */
		error = wsc__conflict_bind(s, sock, address, length);
	}
	return error;
}

int wsc__port_bind(SOCKET s, struct socket *sock, const struct sockaddr_storage *address, socklen_t length)
{
	struct sockaddr_storage drawn;
	uint64_t token = sock->ports.reservation;

	if (!token || wsc__address_port(address))
		return wsc__conflict_bind(s, sock, address, length);
	memcpy(&drawn, address, length);
	return draw(s, sock, &drawn, length, token);
}

int wsc__port_holder(struct socket *sock, unsigned port, uint64_t *cookie)
{
	const struct reservation *reservation;
	int fd = -1;

	if (!sock->ports.reservation)
		return -1;
	pthread_mutex_lock(&lock);
	reservation = *find(sock->ports.reservation);
	if (reservation && port >= reservation->first && port - reservation->first < reservation->count)
		fd = fcntl(reservation->holders[port - reservation->first], F_DUPFD_CLOEXEC, 0);
	pthread_mutex_unlock(&lock);
	*cookie = fd < 0 ? 0 : wsc__socket_cookie(fd);
	return fd;
}

bool wsc__port_is_reserved(int type, unsigned port)
{
	bool is = false;

	pthread_mutex_lock(&lock);
	for (const struct reservation *reservation = reservations; reservation && !is;
	     reservation = reservation->next)
		is = reservation->type == type && port >= reservation->first &&
		     port - reservation->first < reservation->count;
	pthread_mutex_unlock(&lock);
	return is;
}

/* Ends all reservations, or those of one socket. */
static void end(bool all, uint64_t cookie)
{
	struct reservation **place, *reservation, *ended = NULL;

	pthread_mutex_lock(&lock);
	for (place = &reservations; (reservation = *place);) {
		if (all || reservation->owner == cookie) {
			*place = reservation->next;
			reservation->next = ended;
			ended = reservation;
		} else {
			place = &reservation->next;
		}
	}
	pthread_mutex_unlock(&lock);
	while ((reservation = ended)) {
		ended = reservation->next;
		let_go(reservation);
	}
}

void wsc__port_closed(uint64_t cookie)
{
	end(false, cookie);
}

void wsc__port_end(void)
{
	end(true, 0);
}
