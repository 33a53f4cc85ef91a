/* What the kernel itself has of the options of t/options.c. This file knows POSIX only, so that its names do
 * not meet Winsock's. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
/* After the above, which it would else redefine. */
#include <linux/netfilter_ipv4.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter_ipv4.h> /* which wants those above */

static const struct {
	int level, name;
} rows[] = {
#include "options-linux.h"
};

/* All bytes of the kernel's option; 0 if it has none for this socket. */
int linux_option(unsigned row, unsigned s, void *buffer, unsigned size)
{
	socklen_t length = size;

	memset(buffer, 0, size);
	return getsockopt((int)s, rows[row].level, rows[row].name, buffer, &length) < 0 ? 0 : (int)length;
}

/* Whether the kernel lets it be changed on such a socket: set to what it is, and to its opposite. */
int linux_can_change(unsigned row, unsigned s)
{
	int domain = 0, type = 0, protocol = 0, fresh, can;
	unsigned char value[64] = { 0 };
	socklen_t size = sizeof domain, length = sizeof value;

	getsockopt((int)s, SOL_SOCKET, SO_DOMAIN, &domain, &size);
	getsockopt((int)s, SOL_SOCKET, SO_TYPE, &type, &size);
	getsockopt((int)s, SOL_SOCKET, SO_PROTOCOL, &protocol, &size);
	fresh = socket(domain, type, protocol);
	getsockopt(fresh, rows[row].level, rows[row].name, value, &length);
	can = setsockopt(fresh, rows[row].level, rows[row].name, value, length) == 0;
	value[0] = !value[0];
	can = can && setsockopt(fresh, rows[row].level, rows[row].name, value, length) == 0;
	close(fresh);
	return can;
}
