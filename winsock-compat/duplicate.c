/* WSADuplicateSocketA and W: a socket for another process, or for this one again.
 *
 * Windows puts a handle into the other process, and its number into the structure. Here the other process has
 * to fetch it: a copy of the descriptor is kept, under a random number that the structure has behind the
 * protocol's name, and a thread gives it to the process it is meant for, over a local socket. The kernel says
 * who is at the other end of that, so neither the number nor the structure has to be kept secret. What is
 * known of the socket beside the kernel goes with it. */
#include "duplicate.h"

#include "address.h"
#include "export.h"
#include "fault.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What the structure carries, behind a protocol's name, which is short. Of the wide ones it is not at the
 * end. */
struct token {
	char magic[8];
	uint64_t server; /* names the local socket of the process that has the descriptor */
	uint64_t key[2]; /* names the descriptor */
	uint32_t pid;    /* of that process */
	uint32_t unused;
};
enum {
	TOKEN_AT = offsetof(WSAPROTOCOL_INFOA, szProtocol) + sizeof((WSAPROTOCOL_INFOA *)NULL)->szProtocol -
		   sizeof(struct token),
};
static const char magic[8] = "wsc dup";

/* A note, on its way. */
struct note {
	uint32_t size; /* of this: the two processes may have different versions of the library */
	int family, type, protocol;
	unsigned state;
	int pending_error;
	struct keepalive keepalive;
	DWORD receive_buffer, send_buffer, receive_timeout, send_timeout;
	WORD linger_on, linger_time;
	uint64_t connected_at;
	unsigned control, port_options;
	unsigned short bound;
	unsigned char sharing;
	bool has_extras;
	struct socket_extras extras;
};

/* The states that are the socket's, and not this descriptor's or an error's that is told once. */
enum {
	CARRIED = SOCKET_NONBLOCKING | SOCKET_BOUND | SOCKET_LISTENING | SOCKET_CONNECTING |
		  SOCKET_CONNECTED | SOCKET_TIMED_OUT | SOCKET_RESET | SOCKET_NO_RECEIVE | SOCKET_NO_SEND |
		  SOCKET_KEEPALIVE | SOCKET_SILENT | SOCKET_REFUSED | SOCKET_INLINE |
		  SOCKET_NO_CONNRESET | SOCKET_NO_NETRESET | SOCKET_PAUSED | SOCKET_ABORTED | SOCKET_LIMITED,
	TOLD = SOCKET_ERROR_SET | SOCKET_ERROR_TOLD,
};

/* All but what belongs to one process. */
static void copy_extras(struct socket_extras *to, const struct socket_extras *from)
{
	memcpy(to->kept, from->kept, sizeof to->kept);
	memcpy(to->is_kept, from->is_kept, sizeof to->is_kept);
	to->left_source = from->left_source;
	to->coalesced = from->coalesced;
	memcpy(to->interfaces, from->interfaces, sizeof to->interfaces);
	memcpy(to->joined, from->joined, sizeof to->joined);
	to->joined_count = from->joined_count;
	to->backlog = from->backlog;
	to->syn_retries = from->syn_retries;
	to->multipoint = from->multipoint;
	to->is_leaf = from->is_leaf;
	to->urgent = from->urgent;
}

/* Under the socket's lock. */
static void describe(struct socket *sock, struct note *note)
{
	unsigned state = sock->state;

	memset(note, 0, sizeof *note); /* what lies between the members goes to another process, too */
	note->size = sizeof *note;
	note->family = sock->family;
	note->type = sock->type;
	note->protocol = sock->protocol;
	note->state = state & CARRIED;
	if ((state & TOLD) == TOLD) {
		note->state |= TOLD;
		note->pending_error = sock->pending_error;
	}
	note->keepalive = sock->keepalive;
	note->receive_buffer = sock->receive_buffer;
	note->send_buffer = sock->send_buffer;
	note->receive_timeout = sock->receive_timeout;
	note->send_timeout = sock->send_timeout;
	note->linger_on = sock->linger_on;
	note->linger_time = sock->linger_time;
	note->connected_at = sock->connected_at;
	note->control = sock->control;
	note->port_options = sock->ports.options & ~(unsigned)PORT_RESERVES;
	note->bound = sock->ports.bound;
	note->sharing = sock->ports.sharing;
	note->has_extras = sock->extras != NULL;
	if (note->has_extras)
		copy_extras(&note->extras, sock->extras);
}

/* A note about the descriptor, from what came with it. */
static int adopt(int fd, const struct note *note, SOCKET *s)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof name;
	unsigned state = note->state & (CARRIED | TOLD);
	bool unaware;
	struct socket *sock;
	int error;

	/* Source: tests/sock.c:3868: a duplicate does not learn that another descriptor was bound. */
	unaware = note->type == SOCK_DGRAM && !(state & (SOCKET_BOUND | SOCKET_CONNECTED)) &&
		  note->family != WS_AF_UNIX && !getsockname(fd, (struct sockaddr *)&name, &length) &&
		  !wsc__address_port(&name);
	error = wsc__socket_add(fd, note->family, note->type, note->protocol, state | SOCKET_SHARED, &sock);
	if (error)
		return error;
	wsc__socket_lock(sock);
	sock->shared = true;
	sock->unaware = unaware;
	sock->pending_error = note->pending_error;
	sock->keepalive = note->keepalive;
	sock->receive_buffer = note->receive_buffer;
	sock->send_buffer = note->send_buffer;
	sock->receive_timeout = note->receive_timeout;
	sock->send_timeout = note->send_timeout;
	sock->linger_on = note->linger_on;
	sock->linger_time = note->linger_time;
	sock->connected_at = note->connected_at;
	sock->control = note->control;
	sock->ports.options = note->port_options;
	sock->ports.bound = note->bound;
	sock->ports.sharing = note->sharing;
	if (note->has_extras) {
		if (wsc__socket_extras(sock))
			copy_extras(sock->extras, &note->extras);
		else
			error = WS_WSAENOBUFS;
	}
	wsc__socket_unlock(sock);
	if (error) {
		WSC(closesocket)((SOCKET)fd);
		return error;
	}
	*s = (SOCKET)fd;
	return 0;
}

/* A descriptor that is kept for a process. */
struct offer {
	uint64_t key[2];
	pid_t pid;
	int fd;
	SOCKET s; /* it was made from, while that is the socket of this cookie */
	uint64_t cookie;
	struct note note; /* if it is not any more */
	struct offer *next;
};
enum { OFFERS_MOST = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all that follows */
static struct offer *offers;
static unsigned offers_count;
static bool serving;
static pthread_t server_thread;
static int server_fd;
static uint64_t server_name;

static void drop(struct offer *offer)
{
	close(offer->fd);
	free(offer);
}

/* Under the lock. Takes the offer that `link` leads to off the list. */
static struct offer *unlink_offer(struct offer **link)
{
	struct offer *offer = *link;

	*link = offer->next;
	offers_count--;
	return offer;
}

/* Under the lock. Those whose process is gone will never be fetched. */
static void drop_dead(void)
{
	for (struct offer **link = &offers; *link;) {
		if (kill((*link)->pid, 0) < 0 && errno == ESRCH)
			drop(unlink_offer(link));
		else
			link = &(*link)->next;
	}
}

/* The offer of this key, if it is for this process: it can be taken once. */
static struct offer *find(const uint64_t key[2], pid_t pid)
{
	struct offer **link = &offers, *offer = NULL;

	pthread_mutex_lock(&lock);
	while (*link && ((*link)->pid != pid || memcmp((*link)->key, key, sizeof(*link)->key) != 0))
		link = &(*link)->next;
	if (*link)
		offer = unlink_offer(link);
	pthread_mutex_unlock(&lock);
	return offer;
}

/* What is known of the socket now: on Windows it is asked when the descriptor is made, too. */
static void refresh(struct offer *offer)
{
	struct socket *sock = wsc__socket_find(offer->s);

	if (!sock)
		return;
	wsc__socket_lock(sock);
	if (wsc__socket_is(sock, SOCKET_KNOWN) && sock->cookie == offer->cookie)
		describe(sock, &offer->note);
	wsc__socket_unlock(sock);
}

/* A name without a file: it ends with its socket. */
static socklen_t name_of(uint64_t server, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)snprintf(address->sun_path + 1, sizeof address->sun_path - 1,
					    "winsock-compat/duplicate/%016llx", (unsigned long long)server));
}

/* Who is at the other end: nobody of another user's. */
static bool know(int fd, pid_t *pid)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != geteuid())
		return false;
	*pid = peer.pid;
	return true;
}

static void limit(int fd, int seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

union control { /* room for one descriptor */
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void give(int fd, struct offer *offer)
{
	struct iovec part = { &offer->note, sizeof offer->note };
	union control control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
					      .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS } };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};

	memcpy(CMSG_DATA(&control.header), &offer->fd, sizeof offer->fd);
	while (sendmsg(fd, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

static void serve_one(int fd)
{
	enum { SECONDS = 1 }; /* nobody keeps the others waiting */
	uint64_t key[2];
	struct offer *offer;
	pid_t pid;

	limit(fd, SECONDS);
	if (!know(fd, &pid) || recv(fd, key, sizeof key, MSG_WAITALL) != sizeof key)
		return;
	offer = find(key, pid);
	if (!offer)
		return;
	refresh(offer);
	give(fd, offer);
	drop(offer);
}

/* Until its socket is shut. */
static void *serve(void *argument)
{
	int listener = (int)(intptr_t)argument, fd;

	for (;;) {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			serve_one(fd);
			close(fd);
		} else if (errno == EINVAL || errno == EBADF) {
			return NULL;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			poll(NULL, 0, 10); /* descriptors or memory have run out */
		}
	}
}

/* Under the lock, in the child of a fork: the offers are the parent's. */
static void forget(void)
{
	while (offers)
		drop(unlink_offer(&offers));
	if (serving)
		close(server_fd);
	serving = false;
	pthread_mutex_unlock(&lock);
}

static void lock_it(void)
{
	pthread_mutex_lock(&lock);
}

static void unlock_it(void)
{
	pthread_mutex_unlock(&lock);
}

static void watch_fork(void)
{
	pthread_atfork(lock_it, unlock_it, forget);
}

static bool random_bytes(void *to, size_t size)
{
	return getrandom(to, size, 0) == (ssize_t)size;
}

/* Under the lock. */
static int start_serving(void)
{
	struct sockaddr_un address;
	sigset_t all, before;
	int error;

	if (serving)
		return 0;
	if (!random_bytes(&server_name, sizeof server_name))
		return WS_WSAENOBUFS;
	server_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server_fd < 0)
		return wsc__error_from_errno(errno);
	if (bind(server_fd, (struct sockaddr *)&address, name_of(server_name, &address)) < 0 ||
	    listen(server_fd, SOMAXCONN) < 0) {
		close(server_fd);
		return WS_WSAENOBUFS;
	}
	sigfillset(&all); /* the program's signals are for its own threads */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&server_thread, NULL, serve, (void *)(intptr_t)server_fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		close(server_fd);
	serving = !error;
	return error ? WS_WSAENOBUFS : 0;
}

void wsc__duplicate_end(void)
{
	bool stop;

	pthread_mutex_lock(&lock);
	drop_dead();
	for (struct offer **link = &offers; *link;) { /* those for this process itself end with its sockets */
		if ((*link)->pid == getpid())
			drop(unlink_offer(link));
		else
			link = &(*link)->next;
	}
	stop = serving && !offers;
	if (stop)
		serving = false;
	pthread_mutex_unlock(&lock);
	if (stop) {
		shutdown(server_fd, SHUT_RDWR);
		pthread_join(server_thread, NULL);
		close(server_fd);
	}
}

/* The effective user of a process, whatever it may hide; -1 if that cannot be found out. */
static long user_of(DWORD pid)
{
	char path[32], line[256];
	long user = -1;
	FILE *status;

	snprintf(path, sizeof path, "/proc/%u/status", pid);
	status = fopen(path, "re");
	while (status && user < 0 && fgets(line, sizeof line, status))
		sscanf(line, "Uid: %*d %ld", &user);
	if (status)
		fclose(status);
	return user;
}

/* Source: tests/sock.c:3736-3750 for a process that is none. */
static int check_target(DWORD pid)
{
	long user;

	if (pid == (DWORD)getpid())
		return 0;
	if (!pid || pid > INT_MAX || kill((pid_t)pid, 0) < 0)
		return WS_WSAEINVAL;
	user = user_of(pid);
	return user >= 0 && user != (long)geteuid() ? WS_WSAEINVAL : 0;
}

static void put_token(const struct offer *offer, WSAPROTOCOL_INFOA *information)
{
	struct token token = { .server = server_name, .pid = (uint32_t)getpid() };

	memcpy(token.magic, magic, sizeof magic);
	memcpy(token.key, offer->key, sizeof token.key);
	memcpy((char *)information + TOKEN_AT, &token, sizeof token);
	information->dwProviderReserved = (DWORD)offer->key[0] | 1; /* on Windows the handle */
}

static void note_shared(struct socket *sock)
{
	wsc__socket_lock(sock);
	if (wsc__socket_is(sock, SOCKET_KNOWN)) {
		sock->shared = true;
		wsc__socket_mark(sock, SOCKET_SHARED, 0);
	}
	wsc__socket_unlock(sock);
}

/* `information` is of either kind. */
static int offer_socket(SOCKET s, struct socket *sock, DWORD pid, WSAPROTOCOL_INFOA *information)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct offer *offer = calloc(1, sizeof *offer);
	int error = 0;

	if (!offer)
		return WS_WSAENOBUFS;
	pthread_once(&once, watch_fork);
	offer->pid = (pid_t)pid;
	offer->s = s;
	offer->fd = fcntl((int)s, F_DUPFD_CLOEXEC, 1);
	if (offer->fd < 0)
		error = wsc__error_from_errno(errno);
	if (!error && !random_bytes(offer->key, sizeof offer->key))
		error = WS_WSAENOBUFS;
	if (error) {
		if (offer->fd >= 0)
			close(offer->fd);
		free(offer);
		return error;
	}
	wsc__socket_lock(sock);
	offer->cookie = sock->cookie;
	describe(sock, &offer->note);
	wsc__socket_unlock(sock);
	pthread_mutex_lock(&lock);
	drop_dead();
	if (offers_count == OFFERS_MOST)
		error = WS_WSAENOBUFS;
	if (!error && pid != (DWORD)getpid())
		error = start_serving();
	if (!error) {
		put_token(offer, information);
		offer->next = offers;
		offers = offer;
		offers_count++;
	}
	pthread_mutex_unlock(&lock);
	if (error)
		drop(offer);
	else
		note_shared(sock);
	return error;
}

/* The socket first, then the process, then the place. Source: tests/sock.c:3731-3763. */
static int duplicate(SOCKET s, DWORD pid, void *user, int unit)
{
	union {
		WSAPROTOCOL_INFOA narrow;
		WSAPROTOCOL_INFOW wide;
		WSAPROTOCOL_INFOW_UTF32 wider;
	} information;
	const size_t size = unit == 1   ? sizeof information.narrow
			    : unit == 2 ? sizeof information.wide
					: sizeof information.wider;
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	if (!error)
		error = wsc__socket_verify(s, sock, NULL);
	if (!error)
		error = check_target(pid);
	if (!error)
		error = wsc__copy_out_check(user, size);
	if (!error &&
	    wsc__socket_is(sock, SOCKET_RCVALL)) /* two descriptors, of which Windows knows nothing */
		error = WS_WSAEOPNOTSUPP;
	if (error)
		return error;
	wsc__protocol_copy(unit, &information, wsc__protocol_of(sock));
	error = offer_socket(s, sock, pid, &information.narrow);
	return error ? error : wsc__copy_out(user, &information, size);
}

int WSC(WSADuplicateSocketA)(SOCKET s, DWORD pid, LPWSAPROTOCOL_INFOA information)
{
	return wsc__result(duplicate(s, pid, information, 1));
}
WSC_ALIAS(WSADuplicateSocketA)

WSC_WIDE_FORMS(int, WSADuplicateSocketW, (SOCKET s, DWORD pid, LPWSAPROTOCOL_INFOW information),
	       wsc__result(duplicate(s, pid, information, wide)))

bool wsc__duplicate_is(const WSAPROTOCOL_INFOA *information)
{
	return information->dwProviderReserved != 0;
}

/* The answer to the key: the note and the descriptor. */
static int receive(int fd, struct note *note, int *received)
{
	struct iovec part = { note, sizeof *note };
	union control control;
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	struct cmsghdr *header;
	ssize_t size;

	do
		size = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return errno == EAGAIN ? WS_WSAENETDOWN : WS_WSAEINVAL;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return message.msg_flags & MSG_CTRUNC ? WS_WSAEMFILE
						      : WS_WSAEINVAL; /* or there was no such offer */
	memcpy(received, CMSG_DATA(header), sizeof *received);
	if ((size_t)size != sizeof *note || note->size != sizeof *note) /* another version of this library */
		note->size = 0;
	return 0;
}

/* Asks the process that has it. */
static int fetch(const struct token *token, struct note *note, int *received)
{
	enum { SECONDS = 10 }; /* it may have been stopped */
	struct sockaddr_un address;
	socklen_t length = name_of(token->server, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), spare, error = 0;
	pid_t pid;

	if (fd < 0)
		return wsc__error_from_errno(errno);
	spare = fcntl(fd, F_DUPFD_CLOEXEC,
		      1); /* there will be room for it, or nothing has been asked for yet */
	if (spare < 0) {
		error = wsc__error_from_errno(errno);
		close(fd);
		return error;
	}
	limit(fd, SECONDS);
	if (connect(fd, (struct sockaddr *)&address, length) < 0 || !know(fd, &pid) ||
	    pid != (pid_t)token->pid ||
	    send(fd, token->key, sizeof token->key, MSG_NOSIGNAL) != sizeof token->key)
		error = WS_WSAEINVAL;
	close(spare);
	if (!error)
		error = receive(fd, note, received);
	close(fd);
	return error;
}

/* Source: the page of WSASocket: WSAEINVAL for a structure that has been used. */
int wsc__duplicate_take(const WSAPROTOCOL_INFOA *information, SOCKET *s)
{
	struct token token;
	struct offer *offer;
	struct note note;
	int fd = -1, error = 0;

	memcpy(&token, (const char *)information + TOKEN_AT, sizeof token);
	if (memcmp(token.magic, magic, sizeof magic) != 0)
		return WS_WSAEINVAL;
	if (token.pid == (uint32_t)getpid()) {
		offer = find(token.key, getpid());
		if (!offer)
			return WS_WSAEINVAL;
		refresh(offer);
		note = offer->note;
		fd = offer->fd;
		free(offer);
	} else {
		error = fetch(&token, &note, &fd);
	}
	if (!error)
		fd = wsc__socket_not_zero(fd);
	if (error || fd < 0)
		return error ? error : wsc__error_from_errno(errno);
	if (note.size)
		return adopt(fd, &note, s);
	*s = (SOCKET)fd; /* as much as the kernel tells */
	return wsc__socket_get(*s) ? 0 : WS_WSAENOBUFS;
}
