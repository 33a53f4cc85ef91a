/* Who may have a port beside whom: SO_REUSEADDR, SO_EXCLUSIVEADDRUSE and neither.
 *
 * Linux lets no two sockets have addresses that overlap, unless both ask for it. Windows has a wildcard
 * and an address beside each other without being asked, and the more precise one gets what comes. So a
 * bind is first left to the kernel, as it is; what it refuses is looked at again, with our own sockets in
 * view. Those that Windows would not mind are told to make room: while the second one is bound, both have
 * an option of Linux that lets them share, and neither has it afterwards. So the kernel guards the port
 * against other processes at all times but that moment.
 *
 * TIME_WAIT, and connections whose listener is gone, do not hold a port on Windows. Linux lets a socket
 * with its SO_REUSEADDR have such a port if theirs have it too; so that option is set on whatever listens
 * or connects, for its connections to inherit, and on a socket while it is bound. It is not set before the
 * kernel has said no: a port whose first socket was bound with it is given to any other that has it.
 *
 * SO_REUSEADDR of Windows is Linux' SO_REUSEPORT, and with datagrams SO_REUSEADDR as well. */
#include "conflict.h"

#include "address.h"
#include "diag.h"
#include "error.h"
#include "port.h"
#include "profile.h"

#include <errno.h>
#include <linux/filter.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all that looks at more than one socket */

/* What the second bind gets, by what both asked for and how the first one's address lies to its own.
 * Source: using-so-reuseaddr-and-so-exclusiveaddruse, the table of one user and, for the wildcards of two
 * families, tests/sock.c:2178-2300. */
/* clang-format off */
enum { USED = WS_WSAEADDRINUSE, DENIED = WS_WSAEACCES };
static const short enhanced[3][3][4] = { /* Windows Server 2003 and later */
	[SHARING_DEFAULT] = {              /*                   same    wider   narrower */
		[SHARING_DEFAULT]   = { 0, USED,   0,      0 },
		[SHARING_REUSE]     = { 0, DENIED, 0,      0 },
		[SHARING_EXCLUSIVE] = { 0, USED,   0,      USED },
	},
	[SHARING_REUSE] = {
		[SHARING_DEFAULT]   = { 0, USED,   0,      0 },
		[SHARING_REUSE]     = { 0, 0,      0,      0 },
		[SHARING_EXCLUSIVE] = { 0, USED,   0,      USED },
	},
	[SHARING_EXCLUSIVE] = {
		[SHARING_DEFAULT]   = { 0, USED,   DENIED, 0 },
		[SHARING_REUSE]     = { 0, DENIED, DENIED, 0 },
		[SHARING_EXCLUSIVE] = { 0, USED,   DENIED, USED },
	},
};
static const short before[3][3] = { /* Windows 2000 and XP: the addresses need only overlap */
	[SHARING_DEFAULT]   = { USED, 0,      USED },
	[SHARING_REUSE]     = { USED, 0,      USED },
	[SHARING_EXCLUSIVE] = { USED, DENIED, USED },
};
/* clang-format on */

static bool is_enhanced(void)
{
	return wsc__profile.windows >= &wsc__windows[WINDOWS_2003];
}

static int verdict(enum sharing first, enum sharing second, enum overlap overlap)
{
	if (overlap == OVERLAP_NONE || (first == second && first > SHARING_EXCLUSIVE))
		return 0;
	if (first > SHARING_EXCLUSIVE)
		first = SHARING_DEFAULT;
	if (second > SHARING_EXCLUSIVE)
		second = SHARING_DEFAULT;
	return is_enhanced() ? enhanced[first][second][overlap] : before[first][second];
}

bool wsc__reach_of(const struct sockaddr_storage *address, bool v6only, struct reach *reach)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	*reach = (struct reach){ .families = REACH_IPV6, .address = in6->sin6_addr };
	if (address->ss_family == AF_INET) {
		reach->families = REACH_IPV4;
		reach->address = (struct in6_addr){ .s6_addr[10] = 0xff, .s6_addr[11] = 0xff };
		memcpy(&reach->address.s6_addr[12], &in->sin_addr, 4);
	} else if (address->ss_family != AF_INET6) {
		return false;
	} else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		reach->families = REACH_IPV4;
	} else if (IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr)) {
		reach->any = true;
		reach->families = v6only ? REACH_IPV6 : REACH_IPV4 | REACH_IPV6;
	} else if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr)) {
		reach->scope = in6->sin6_scope_id;
	}
	if (reach->families == REACH_IPV4)
		reach->any = !memcmp(&reach->address.s6_addr[12], "\0\0\0", 4);
	return true;
}

enum overlap wsc__reach_overlap(const struct reach *first, const struct reach *second)
{
	if (!(first->families & second->families))
		return OVERLAP_NONE;
	if (first->any && second->any) {
		if (first->families & second->families & REACH_IPV6 || first->families == second->families)
			return OVERLAP_SAME;
		return first->families & REACH_IPV6 ? OVERLAP_WIDER : OVERLAP_NARROWER;
	}
	if (first->any || second->any)
		return first->any ? OVERLAP_WIDER : OVERLAP_NARROWER;
	return IN6_ARE_ADDR_EQUAL(&first->address, &second->address) && first->scope == second->scope
		       ? OVERLAP_SAME
		       : OVERLAP_NONE;
}

static int flag(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof value;

	getsockopt(fd, SOL_SOCKET, name, &value, &size);
	return value;
}

static void set_flag(int fd, int name, int value)
{
	setsockopt(fd, SOL_SOCKET, name, &value, sizeof value);
}

static bool is_v6only(SOCKET s, struct socket *sock)
{
	int value = 0;
	socklen_t size = sizeof value;

	return sock->family == WS_AF_INET6 && !getsockopt((int)s, IPPROTO_IPV6, IPV6_V6ONLY, &value, &size) &&
	       value;
}

/* Where it is bound; a port of 0 if it is not. */
static unsigned where(SOCKET s, struct socket *sock, struct reach *reach)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;

	if (getsockname((int)s, (struct sockaddr *)&address, &length) < 0 ||
	    !wsc__reach_of(&address, is_v6only(s, sock), reach))
		return 0;
	return wsc__address_port(&address);
}

enum sharing wsc__conflict_sharing(struct socket *sock)
{
	unsigned options = sock->ports.options;

	return options & PORT_REUSEADDR         ? SHARING_REUSE
	       : options & PORT_EXCLUSIVE       ? SHARING_EXCLUSIVE
	       : options & PORT_REUSE_MULTICAST ? SHARING_MULTICAST
	       : options & PORT_PROCESSORS      ? SHARING_PROCESSORS
						: SHARING_DEFAULT;
}

/* Linux' two options as the kernel has them before and after a bind. */
static void rest(SOCKET s, struct socket *sock, enum sharing sharing)
{
	set_flag((int)s, SO_REUSEPORT, sharing == SHARING_REUSE || sharing == SHARING_PROCESSORS);
	if (sock->type != SOCK_STREAM)
		set_flag((int)s, SO_REUSEADDR, sharing == SHARING_REUSE || sharing == SHARING_MULTICAST);
}

static bool is_internet(struct socket *sock)
{
	return sock->family == WS_AF_INET || sock->family == WS_AF_INET6;
}

bool wsc__conflict_is_bound(SOCKET s, struct socket *sock)
{
	struct reach reach;

	/* To a raw socket the protocol is what a port is. */
	return sock->ports.options & PORT_BOUND || (sock->type != SOCK_RAW && where(s, sock, &reach));
}

void wsc__conflict_prepare(SOCKET s, struct socket *sock)
{
	if (is_internet(sock) && !wsc__conflict_is_bound(s, sock))
		rest(s, sock, wsc__conflict_sharing(sock));
}

/* Our sockets that have to make room. */
struct others {
	struct other {
		int fd;
		struct socket *sock; /* which is held: closing it waits for us. NULL: holds a reservation */
		uint64_t cookie;
		int name; /* of the option that was off, and was switched on */
	} *list;
	size_t count, room;
	bool listen; /* one of them does */
};

static int add(struct others *others, struct other other)
{
	if (others->count == others->room) {
		size_t room = others->room ? others->room * 2 : 8;
		struct other *list = realloc(others->list, room * sizeof *list);

		if (!list)
			return WS_WSAENOBUFS;
		others->list = list;
		others->room = room;
	}
	others->list[others->count++] = other;
	return 0;
}

static void let_go(struct others *others)
{
	for (size_t i = 0; i < others->count; i++)
		if (others->list[i].sock)
			wsc__socket_end(others->list[i].sock);
		else
			close(others->list[i].fd);
	free(others->list);
}

/* How a socket of ours, which is held, lies to an address and port; its note may be about another. */
static enum overlap lies(SOCKET s, struct socket *sock, unsigned port, const struct reach *reach)
{
	struct reach its;
	bool changed;
	unsigned its_port;

	if (wsc__socket_verify(s, sock, &changed) || changed || !(sock->ports.options & PORT_BOUND))
		return OVERLAP_NONE;
	its_port = where(s, sock, &its);
	sock->ports.bound = (unsigned short)its_port;
	return its_port == port ? wsc__reach_overlap(&its, reach) : OVERLAP_NONE;
}

/* bind or listen, as the kernel does them. */
struct attempt {
	const struct sockaddr_storage *address; /* NULL: listen */
	socklen_t length;
	int backlog;
	enum sharing sharing;
};

static int try(SOCKET s, const struct attempt *attempt)
{
	int result;

	do
		result = attempt->address
				 ? bind((int)s, (const struct sockaddr *)attempt->address, attempt->length)
				 : listen((int)s, attempt->backlog);
	while (result < 0 && errno == EADDRINUSE && wsc__socket_settling()); /* a port whose socket was just closed */
	return result < 0 ? errno : 0;
}

/* What Windows says of a bind there, as far as our own sockets are concerned; and those that
 * overlap without being in the way. For a listen, which comes after that, all who overlap. */
static int judge(SOCKET s, struct socket *sock, unsigned port, const struct reach *reach,
		 const struct attempt *attempt, struct others *others)
{
	struct socket *other;
	int worst = 0, error = 0;

	for (SOCKET o = 0; (other = wsc__socket_next(&o)) && !error; o++) {
		unsigned its_port = other->ports.bound;
		enum overlap overlap;
		int said;

		if (o == s || other->type != sock->type || !(other->ports.options & PORT_BOUND) ||
		    (its_port && its_port != port) || !wsc__socket_hold(other))
			continue;
		overlap = lies(o, other, port, reach);
		said = attempt->address ? verdict(other->ports.sharing, attempt->sharing, overlap) : 0;
		if (said && (!worst || overlap == OVERLAP_SAME))
			worst = said;
		if (overlap)
			error = add(others, (struct other){ (int)o, other, other->cookie, 0 });
		if (!overlap || error)
			wsc__socket_end(other);
	}
	return error ? error : worst;
}

/* The socket that holds the port in the reservation which this one draws from. */
static int add_holder(struct socket *sock, unsigned port, struct others *others)
{
	struct other holder = { 0 };
	int error;

	holder.fd = wsc__port_holder(sock, port, &holder.cookie);
	error = holder.fd < 0 ? 0 : add(others, holder);
	if (error)
		close(holder.fd);
	return error;
}

/* A stream that listens gives way to SO_REUSEPORT alone. The kernel has a second, hasty answer for that
 * option, which it keeps until another socket comes; so everything else gives way to SO_REUSEADDR. */
static void make_room(struct socket *sock, struct others *others)
{
	for (size_t i = 0; i < others->count; i++) {
		struct other *other = &others->list[i];
		bool listens = sock->type == SOCK_STREAM && flag(other->fd, SO_ACCEPTCONN);

		others->listen = others->listen || listens;
		other->name = listens ? SO_REUSEPORT : SO_REUSEADDR;
		if (flag(other->fd, other->name))
			other->name = 0;
		else
			set_flag(other->fd, other->name, 1);
	}
}

static void end_room(struct others *others)
{
	for (size_t i = 0; i < others->count; i++)
		if (others->list[i].name)
			set_flag(others->list[i].fd, others->list[i].name, 0);
}

/* The kernel remembers of a port that the last bind was a sharing one, and lets more of that kind to the
 * same address without looking again. A bind that does not share makes it forget: one in the other family,
 * where nobody is in the way. */
static void forget_haste(int family, unsigned port)
{
	struct sockaddr_storage address = { .ss_family = family == WS_AF_INET ? AF_INET6 : AF_INET };
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	in->sin_port = htons((uint16_t)port); /* in both families */
	if (address.ss_family == AF_INET6) {
		in6->sin6_addr = in6addr_loopback;
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 1 }, sizeof(int));
	} else {
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	/* If the port is taken there as well, another process of this user could get in, with
	 * SO_REUSEADDR; of our own sockets judge() lets none. */
	bind(fd, (struct sockaddr *)&address, sizeof address);
	close(fd);
}

/* What is there besides our own. */
static unsigned ask_kernel(struct socket *sock, unsigned port, const struct reach *reach, bool exclusive,
			   struct others *others)
{
	uint64_t *cookies = malloc((others->count + 1) * sizeof *cookies);
	unsigned found;

	if (!cookies)
		return DIAG_UNKNOWN;
	cookies[others->count] = sock->cookie;
	for (size_t i = 0; i < others->count; i++)
		cookies[i] = others->list[i].cookie;
	found = wsc__diag(sock->type, port, reach, exclusive, cookies, others->count + 1);
	free(cookies);
	return found;
}

/* Whether a bind that the kernel refused may be tried with options that let it share. */
static bool may_share(struct socket *sock, const struct attempt *attempt, const struct others *others,
		      unsigned found)
{
	if (!attempt->address)
		return true;
	if (attempt->sharing == SHARING_REUSE) /* Linux keeps it from those who do not share */
		return sock->type == SOCK_STREAM || others->count;
	if (found & (DIAG_SAME | DIAG_WIDER | DIAG_NARROWER))
		return false;
	if (attempt->sharing == SHARING_EXCLUSIVE && found) /* then there may be no connection either */
		return false;
	return sock->type == SOCK_STREAM || others->count;
}

static int try_with_room(SOCKET s, struct socket *sock, unsigned port, const struct attempt *attempt,
			 struct others *others)
{
	int error;

	make_room(sock, others);
	set_flag((int)s, SO_REUSEADDR, 1);
	if (others->listen)
		set_flag((int)s, SO_REUSEPORT, 1);
	error = try(s, attempt);
	end_room(others);
	rest(s, sock, attempt->sharing);
	if (attempt->address && sock->type == SOCK_STREAM)
		set_flag((int)s, SO_REUSEADDR, 0);
	if (!error && others->listen)
		forget_haste(sock->family, port);
	return error;
}

/* Whom the kernel protects, we do not know as Windows does. To SO_REUSEADDR it says WSAEACCES in all
 * cases; and an address is refused beside a wildcard only if that one is exclusive. */
static int refusal(struct socket *sock, unsigned port, const struct reach *reach,
		   const struct attempt *attempt, unsigned found)
{
	if (attempt->sharing == SHARING_REUSE || wsc__port_is_reserved(sock->type, port))
		return WS_WSAEACCES;
	if (is_enhanced() && !reach->any && found & DIAG_WIDER && !(found & DIAG_SAME))
		return WS_WSAEACCES;
	return WS_WSAEADDRINUSE;
}

/* What the kernel has refused, or would not refuse though Windows does. */
static int share(SOCKET s, struct socket *sock, unsigned port, const struct reach *reach,
		 const struct attempt *attempt, bool refused)
{
	bool exclusive = attempt->sharing == SHARING_EXCLUSIVE;
	struct others others = { 0 };
	unsigned found = 0;
	int posix_error, error;

	pthread_mutex_lock(&lock);
	error = judge(s, sock, port, reach, attempt, &others);
	if (!error)
		error = add_holder(sock, port, &others);
	if (!error) {
		posix_error = refused ? EADDRINUSE : try(s, attempt);
		if (posix_error == EADDRINUSE) {
			found = attempt->address ? ask_kernel(sock, port, reach, exclusive, &others) : 0;
			if (may_share(sock, attempt, &others, found))
				posix_error = try_with_room(s, sock, port, attempt, &others);
		}
		error = !posix_error                ? 0
			: posix_error == EADDRINUSE ? refusal(sock, port, reach, attempt, found)
						    : wsc__error_from_errno(posix_error);
	}
	let_go(&others);
	pthread_mutex_unlock(&lock);
	return error;
}

/* Of sockets that share an address Linux takes any. Here the first one gets what comes, and after its end
 * the next one, as Windows was seen to do (tests/sock.c:2330-2545). */
static void first_gets_all(SOCKET s)
{
	static struct sock_filter first = BPF_STMT(BPF_RET | BPF_K, 0);
	static const struct sock_fprog program = { 1, &first }; /* static: with zeros in its hole */

	setsockopt((int)s, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program);
}

/* A port of the kernel's choice. Sharing datagram sockets could get one that another has. */
static int bind_anywhere(SOCKET s, struct socket *sock, const struct attempt *attempt)
{
	bool shares = sock->type != SOCK_STREAM && attempt->sharing != SHARING_DEFAULT;
	int posix_error;

	if (shares)
		rest(s, sock, SHARING_DEFAULT);
	posix_error = try(s, attempt);
	if (shares)
		rest(s, sock, attempt->sharing);
	if (posix_error == EADDRINUSE) /* all are taken */
		return WS_WSAENOBUFS;
	return posix_error ? wsc__error_from_errno(posix_error) : 0;
}

static int bind_to_port(SOCKET s, struct socket *sock, unsigned port, const struct attempt *attempt)
{
	bool reuses = attempt->sharing == SHARING_REUSE;
	struct reach reach;
	int error, posix_error = reuses ? EADDRINUSE : try(s, attempt);

	if (posix_error == EADDRINUSE) {
		wsc__reach_of(attempt->address, is_v6only(s, sock), &reach);
		error = share(s, sock, port, &reach, attempt, !reuses);
	} else {
		error = posix_error ? wsc__error_from_errno(posix_error) : 0;
	}
	if (!error && reuses && sock->type == SOCK_DGRAM)
		first_gets_all(s);
	return error;
}

int wsc__conflict_bind(SOCKET s, struct socket *sock, const struct sockaddr_storage *address,
		       socklen_t length)
{
	struct attempt attempt = { address, length, 0, wsc__conflict_sharing(sock) };
	unsigned port = wsc__address_port(address);
	int error;

	if (!wsc__conflict_has_port(sock)) {
		error = try(s, &attempt);
		error = error ? wsc__error_from_errno(error) : 0;
	} else {
		error = port ? bind_to_port(s, sock, port, &attempt) : bind_anywhere(s, sock, &attempt);
	}
	if (!error) {
		sock->ports.sharing = (unsigned char)attempt.sharing;
		sock->ports.bound = (unsigned short)port;
		atomic_fetch_or(&sock->ports.options, PORT_BOUND);
	}
	return error;
}

int wsc__conflict_listen(SOCKET s, struct socket *sock, int backlog)
{
	struct attempt attempt = { NULL, 0, backlog, sock->ports.sharing };
	struct reach reach;
	int error, posix_error, reuse = flag((int)s, SO_REUSEADDR);
	unsigned port;

	if (wsc__conflict_has_port(sock)) /* for its connections to have it too */
		set_flag((int)s, SO_REUSEADDR, 1);
	posix_error = try(s, &attempt);
	if (posix_error == EADDRINUSE && (port = where(s, sock, &reach)))
		error = share(s, sock, port, &reach, &attempt, true);
	else
		error = posix_error ? wsc__error_from_errno(posix_error) : 0;
	if (error)
		set_flag((int)s, SO_REUSEADDR, reuse);
	else if (attempt.sharing == SHARING_REUSE)
		first_gets_all(s);
	return error;
}

void wsc__conflict_connect(SOCKET s, struct socket *sock)
{
	if (sock->type == SOCK_STREAM && wsc__conflict_has_port(sock) && wsc__socket_is(sock, SOCKET_BOUND))
		set_flag((int)s, SO_REUSEADDR, 1);
}
