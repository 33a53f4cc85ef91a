/* WSAENETDOWN, shown with a kernel that answers ENETDOWN.
 *
 * Each call has a process of its own, which makes its sockets and then forbids
 * itself the socket calls: a seccomp filter lets them fail with ENETDOWN. */
#include <winsock2.h>
#include <mstcpip.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/net.h"

static const int socket_calls[] = {
#ifdef SYS_socketcall
	SYS_socketcall,
#endif
#ifdef SYS_accept
	SYS_accept,
#endif
	SYS_socket,      SYS_bind,        SYS_listen,     SYS_accept4,    SYS_connect,
	SYS_shutdown,    SYS_sendto,      SYS_sendmsg,    SYS_recvfrom,   SYS_recvmsg,
	SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_getsockopt, SYS_ioctl,
};
enum { CALLS = sizeof socket_calls / sizeof *socket_calls };

/* Whether the kernel took the filter. It stays until the process ends. */
static bool net_goes_down(void)
{
	struct sock_filter filter[2 * CALLS + 2];
	struct sock_fprog program = { .filter = filter };
	size_t n = 0;

	filter[n++] =
	        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < CALLS; i++) {
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, socket_calls[i], 0, 1);
		filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENETDOWN);
	}
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int call_setsockopt(SOCKET s)
{
	BOOL on = TRUE;

	return setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&on, sizeof on);
}

static int call_getsockopt(SOCKET s)
{
	BOOL on;
	int length = sizeof on;

	return getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&on, &length);
}

static int call_keepalive_vals(SOCKET s)
{
	struct tcp_keepalive values = { 1, 7200000, 1000 };
	DWORD bytes;

	return WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL);
}

static int call_fionread(SOCKET s)
{
	u_long waiting;

	return ioctlsocket(s, FIONREAD, &waiting);
}

static int call_socket(SOCKET s)
{
	(void)s;
	return socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) == INVALID_SOCKET ? SOCKET_ERROR : 0;
}

static int call_connect(SOCKET s)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(s, (struct sockaddr *)&address, sizeof address);
}

static int call_bind(SOCKET s)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	return bind(s, (struct sockaddr *)&address, sizeof address);
}

static int call_send(SOCKET s)
{
	return send(s, "x", 1, 0);
}

static int call_recv(SOCKET s)
{
	char byte;

	return recv(s, &byte, 1, 0);
}

/* clang-format off */
static const struct {
	const char *name;
	int (*call)(SOCKET s);
	bool fresh; /* on a socket that is not connected */
} calls[] = {
	{ "setsockopt(SO_KEEPALIVE)",     call_setsockopt,     false },
	{ "getsockopt(SO_KEEPALIVE)",     call_getsockopt,     false },
	{ "WSAIoctl(SIO_KEEPALIVE_VALS)", call_keepalive_vals, false },
	{ "ioctlsocket(FIONREAD)",        call_fionread,       false },
	{ "socket",                       call_socket,         false },
	{ "bind",                         call_bind,           true },
	{ "connect",                      call_connect,        true },
	{ "send",                         call_send,           false },
	{ "recv",                         call_recv,           false },
};
/* clang-format on */

enum { NO_FILTER = 77 };

/* The whole life of a call's process; the error, which fits no exit status, goes through the pipe. */
static void try(int i, int report)
{
	SOCKET pair[2];
	int result, error;

	winsock_start();
	tcp_pair(AF_INET, pair);
	if (calls[i].fresh)
		pair[0] = new_socket(AF_INET, SOCK_STREAM);
	if (!net_goes_down())
		_exit(NO_FILTER);
	result = calls[i].call(pair[0]);
	error = result == SOCKET_ERROR ? WSAGetLastError() : 0;
	_exit(write(report, &error, sizeof error) != sizeof error);
}

int main(void)
{
	plan_lazy();
	for (int i = 0; i < (int)(sizeof calls / sizeof *calls); i++) {
		int channel[2], error = -1, status = -1;
		pid_t child = pipe(channel) == 0 ? fork() : -1;

		if (child < 0)
			bail("no process can be made");
		if (child == 0)
			try(i, channel[1]);
		close(channel[1]);
		if (read(channel[0], &error, sizeof error) != sizeof error)
			error = -1;
		close(channel[0]);
		waitpid(child, &status, 0);
		if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER)
			skip_all("the kernel takes no seccomp filter");
		is_error(WSAENETDOWN, error, "%s", calls[i].name);
	}
	return done();
}
