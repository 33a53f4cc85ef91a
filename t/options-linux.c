/* What the kernel itself has of the options of t/options.c. This file knows POSIX only, so that its names do
 * not meet Winsock's. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
/* After the above, which it would else redefine. */
#include <linux/netfilter_ipv4.h>
#include <string.h>
#include <sys/socket.h>

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
