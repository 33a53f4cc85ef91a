/* What the kernel itself says of a socket, behind the library's back: native tests only. The
 * numbers are Linux's, since the names are Winsock's here. */
#ifndef TAP_KERNEL_H
#define TAP_KERNEL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>

extern long syscall(long number, ...);

enum {
	KERNEL_SOL_SOCKET = 1,
	KERNEL_SO_KEEPALIVE = 9,
	KERNEL_SO_RCVTIMEO = 20,
	KERNEL_TCP = 6,
	KERNEL_KEEPIDLE = 4,
	KERNEL_KEEPINTVL = 5,
	KERNEL_KEEPCNT = 6,
	KERNEL_SYNCNT = 7,
	KERNEL_USER_TIMEOUT = 18,
	KERNEL_TCP_INFO = 11,
	KERNEL_SIOCOUTQNSD = 0x894b,
	KERNEL_MSG_FASTOPEN = 0x20000000,
};

static inline int kernel_get(SOCKET s, int level, int name)
{
	int value = -1, size = sizeof value;

	return syscall(SYS_getsockopt, (int)s, level, name, &value, &size) < 0 ? -1 : value;
}

static inline int kernel_set(SOCKET s, int level, int name, int value)
{
	return (int)syscall(SYS_setsockopt, (int)s, level, name, &value, sizeof value);
}

/* Bytes that wait to be sent, for the first time. */
static inline int kernel_unsent(SOCKET s)
{
	int bytes = -1;

	return syscall(SYS_ioctl, (int)s, KERNEL_SIOCOUTQNSD, &bytes) < 0 ? -1 : bytes;
}

/* socket(2) and close(2), with Linux's family. */
static inline int kernel_socket(int family, int type)
{
	return (int)syscall(SYS_socket, family, type, 0);
}

static inline int kernel_close(SOCKET s)
{
	return (int)syscall(SYS_close, (int)s);
}

static inline long kernel_thread(void)
{
	return syscall(SYS_gettid);
}

/* Whether that thread waits in a system call of sockets or of time: not for a lock, nor for the processor. */
static inline bool kernel_waits(long thread)
{
	static const long waits[] = {
		SYS_accept4, SYS_clock_nanosleep, SYS_connect, SYS_ppoll,  SYS_recvfrom,
		SYS_recvmsg, SYS_sendmsg,         SYS_sendto,  SYS_epoll_pwait,
#ifdef SYS_poll
		SYS_poll,    SYS_epoll_wait,
#endif
	};
	char path[64], state = 0;
	long number = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/task/%ld/stat", thread);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (file)
		fclose(file);
	snprintf(path, sizeof path, "/proc/self/task/%ld/syscall", thread);
	file = state == 'S' ? fopen(path, "re") : NULL;
	if (!file || fscanf(file, "%ld", &number) != 1)
		number = -1;
	if (file)
		fclose(file);
	for (unsigned i = 0; i < sizeof waits / sizeof *waits; i++)
		if (number == waits[i])
			return true;
	return false;
}

#endif
