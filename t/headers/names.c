/* Names of functions go on meaning what they mean in C: t/headers.t compiles and runs this. */
#define FD_SETSIZE 100
#include <stdlib.h>
#include <unistd.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <stdio.h>

struct operations {
	int (*connect)(int);
	int (*send)(int);
	int bind, accept;
	int (*ioctlsocket)(SOCKET s, LONG cmd, u_long *argp);
};

static int seven(int given)
{
	return given + 7;
}

/* A program's own functions of POSIX's names that Windows lacks. */
static int poll(int given)
{
	return given + 1;
}

static int ioctl(int given)
{
	return given + 2;
}

static int failures;

static void must(int holds, const char *what)
{
	if (!holds) {
		printf("%s\n", what);
		failures++;
	}
}

#define NAME(x)     #x
#define EXPANDED(x) NAME(x)

int main(void)
{
	struct operations own = { seven, seven, 2, 3, ioctlsocket }, *ops = &own;
	int(WSAAPI * receive)(SOCKET, char *, int, int) = &recv;
	int(WSAAPI * finish)(SOCKET) = closesocket;
	int interface = 1, near = 2, far = 3, small = 4, hyper = 5;
	u_long narrow = 0;
	unsigned long wide = 0;
	struct {
		int s_addr, s6_addr, h_errno_, s_host;
	} members = { 1, 2, 3, 4 };
	fd_set set;
	struct timeval now[2] = {{0, 0}, {1, 2}};

	must(ops->connect(1) == 8 && own.send(2) == 9 && own.bind + own.accept == 5, "struct members");
	must(receive(0, NULL, 0, 0) == 4 && finish(0) == 8, "addresses of functions");
	must(interface + near + far + small + hyper == 15, "variables");
	must(sizeof EXPANDED(send) == sizeof "send" && EXPANDED(send)[0] == 's', "the name as text");
	must(poll(1) == 2 && ioctl(1) == 3, "functions of the program");
	must(ioctlsocket(0, FIONREAD, &narrow) == 9 && narrow == 1, "ioctlsocket of u_long");
	wide = (unsigned long)-1;
	must(ioctlsocket(0, FIONREAD, &wide) == 9, "ioctlsocket of unsigned long");
	must(wide == (unsigned int)wide, "...which has all its bits set");
	must(ops->ioctlsocket(0, FIONREAD, &narrow) == 9 && narrow == 2, "ioctlsocket as a member");
	must(members.s_addr + members.s6_addr + members.s_host == 7, "members called s_addr");
	must(sizeof set.fd_array / sizeof set.fd_array[0] == 100, "FD_SETSIZE of the program");
	FD_ZERO(&set);
	FD_SET(5, &set);
	FD_SET(6, &set);
	FD_SET(5, &set);
	must(set.fd_count == 2, "FD_SET");
	FD_CLR(5, &set);
	must(set.fd_count == 1 && set.fd_array[0] == 6, "FD_CLR");
	must(gettimeofday(now, NULL) == 0 && now[0].tv_sec > 1000000000, "gettimeofday");
	must(now[1].tv_sec == 1 && now[1].tv_usec == 2, "...which writes a timeval of Windows'");
	return failures != 0;
}
