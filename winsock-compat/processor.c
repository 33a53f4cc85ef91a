/* Ioctls that concern processors: SIO_QUERY_RSS_PROCESSOR_INFO, SIO_CPU_AFFINITY. */
#include "ioctl.h"

#include "address.h"
#include "port.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Windows numbers processors in groups of so many. */
enum { IN_GROUP = 64 };

/* The memory next to a processor: the kernel has a directory for it in that of the processor. */
static unsigned node_of(int processor)
{
	char path[64];

	for (unsigned node = 0; node < 64; node++) {
		snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/node%u", processor, node);
		if (!access(path, F_OK))
			return node;
	}
	return 0;
}

int wsc__processor_query(SOCKET s, struct socket *sock, struct call *call)
{
	SOCKET_PROCESSOR_AFFINITY affinity = { .Reserved = 0 };
	int processor = -1;
	socklen_t size = sizeof processor;

	(void)sock;
	if (getsockopt((int)s, SOL_SOCKET, SO_INCOMING_CPU, &processor, &size) < 0)
		return wsc__error_from_errno(errno);
	if (processor < 0)
		processor = sched_getcpu();
	if (processor < 0)
		return wsc__error_from_errno(errno);
	affinity.Processor.Group = (USHORT)(processor / IN_GROUP);
	affinity.Processor.Number = (UCHAR)(processor % IN_GROUP);
	affinity.NumaNodeId = (USHORT)node_of(processor);
	memcpy(call->argument.bytes, &affinity, sizeof affinity);
	return 0;
}

int wsc__processor_scalability(SOCKET s, struct socket *sock, struct call *call)
{
	(void)s, (void)sock;
	call->argument.bytes[0] = FALSE;
	return 0;
}

static bool is_bound(SOCKET s, struct socket *sock)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof name;

	return wsc__socket_is(sock, SOCKET_BOUND) ||
	       (!getsockname((int)s, (struct sockaddr *)&name, &length) && wsc__address_port(&name));
}

/* Sockets that share a port get what their processor received. */
int wsc__processor_set(SOCKET s, struct socket *sock, struct call *call)
{
	int processor = (USHORT)call->argument.dword;

	if (is_bound(s, sock) || processor >= sysconf(_SC_NPROCESSORS_CONF))
		return WS_WSAEINVAL;
	if (setsockopt((int)s, SOL_SOCKET, SO_INCOMING_CPU, &processor, sizeof processor) < 0)
		return wsc__error_from_errno(errno);
	return wsc__port_set(s, sock, PORT_PROCESSORS, true);
}
