/* The kernel's routing socket. */
#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int open_netlink(unsigned groups, int *fd)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int error;

	*fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0), NETLINK_ROUTE);
	if (*fd < 0)
		return wsc__error_from_errno(errno);
	if (!bind(*fd, (struct sockaddr *)&address, sizeof address))
		return 0;
	error = wsc__error_from_errno(errno);
	close(*fd);
	return error;
}

static int ask(int fd, int type, int family)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} request = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof request.body),
			  .nlmsg_type = (unsigned short)type,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body.rtgen_family = (unsigned char)family,
	};

	return send(fd, &request, sizeof request, 0) < 0 ? wsc__error_from_errno(errno) : 0;
}

/* One packet of the answer. */
static int read_messages(int fd, int (*each)(const struct nlmsghdr *, void *), void *argument, bool *done)
{
	_Alignas(struct nlmsghdr) char packet[16384];
	ssize_t got = recv(fd, packet, sizeof packet, 0);
	const struct nlmsghdr *message = (const void *)packet;
	unsigned left = got < 0 ? 0 : (unsigned)got;
	int error = 0;

	if (got < 0)
		return errno == EINTR ? 0 : wsc__error_from_errno(errno);
	for (; !error && NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
		if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
			*done = true;
		if (message->nlmsg_type == NLMSG_ERROR)
			return WS_WSASYSCALLFAILURE;
		if (!*done)
			error = each(message, argument);
	}
	return error;
}

int wsc__netlink_dump(int type, int family, int (*each)(const struct nlmsghdr *message, void *argument),
		      void *argument)
{
	bool done = false;
	int fd, error = open_netlink(0, &fd);

	if (error)
		return error;
	error = ask(fd, type, family);
	while (!error && !done)
		error = read_messages(fd, each, argument, &done);
	close(fd);
	return error;
}

size_t wsc__netlink_ask(const struct nlmsghdr *request, struct nlmsghdr *answer, size_t size)
{
	ssize_t got = -1;
	int fd;

	if (open_netlink(0, &fd))
		return 0;
	if (send(fd, request, request->nlmsg_len, 0) >= 0)
		got = recv(fd, answer, size, 0);
	close(fd);
	return got < (ssize_t)sizeof *answer || !NLMSG_OK(answer, (size_t)got) ? 0 : answer->nlmsg_len;
}

const void *wsc__netlink_attribute(const struct rtattr *first, size_t length, int type, size_t least)
{
	for (; RTA_OK(first, length); first = RTA_NEXT(first, length))
		if (first->rta_type == type && RTA_PAYLOAD(first) >= least)
			return RTA_DATA(first);
	return NULL;
}

/* What the messages say is found out anew. One that was lost is a change like any other. */
static void drain(int fd)
{
	char byte;

	while (recv(fd, &byte, sizeof byte, 0) >= 0 || errno == EINTR || errno == ENOBUFS)
		;
}

int wsc__netlink_wait(SOCKET s, struct socket *sock, unsigned groups,
		      int (*changed)(void *argument, bool *yes), void *argument)
{
	bool yes = false;
	int fd, error = open_netlink(groups, &fd);

	if (error)
		return error;
	while (!error && !yes) {
		error = wsc__ioctl_wait(s, sock, fd, -1);
		if (!error) {
			drain(fd);
			error = changed(argument, &yes);
		}
	}
	close(fd);
	return error;
}
