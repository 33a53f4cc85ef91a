/* Two network namespaces joined by a pair of virtual interfaces: a network of the test's own, to be cut.
 *
 * The process that calls link_make() is HERE; a server belongs THERE. This file
 * and link.c know POSIX only, so that Winsock's names do not meet the kernel's. */
#ifndef TAP_LINK_H
#define TAP_LINK_H

#include <stdbool.h>

enum link_end { HERE, THERE };

#define LINK_ADDRESS_THERE "10.9.0.2"

/* Makes the network and begins to record what passes. Returns NULL, or why it
 * cannot be done on this machine. Processes that are forked later share it. */
const char *link_make(void);

/* Instead of all that, a network namespace with nothing but the loopback interface. */
const char *link_leave(void);

/* Sockets that this thread makes from now on are on that side. */
void link_enter(enum link_end end);

/* Brings the loopback interface of this thread's side up, which at first it is not. */
void link_loopback(void);

/* Sets a value beneath /proc/sys/net/ipv4, for the sockets on this thread's side, if that is permitted. */
bool link_tune(const char *name, const char *value);

/* From now on the file at this path, which is there, has this text to this process. Returns NULL, or why that
 * cannot be done; after one of the above, while there is one thread. */
const char *link_file(const char *path, const char *text);

/* What is neither HERE nor THERE is sent THERE, which passes it on, if it can. */
void link_route(void);

/* Gives that side an address of IPv6 more, of a prefix of 64 bits; beside it has a link-local one. */
void link_address6(enum link_end end, const char *address);
unsigned link_index(enum link_end end);     /* of its interface */
const char *link_local6(enum link_end end); /* "fe80::..." */

/* A packet that HERE sent, as it was recorded. */
struct packet {
	int version, length; /* of IP, and of the packet in bytes */
	int ttl, tos;        /* or hop limit and traffic class */
	int header;          /* bytes of the header, with its options */
	int protocol;        /* the first after the header: 0 is hop-by-hop options, 44 a fragment of IPv6 */
	bool dont_fragment, fragment; /* the bit; whether it is one of several */
	int checksum;                 /* of UDP: 0 is none */
	int flags;                    /* of TCP, as in its header: 2 is SYN, 4 RST, 16 ACK, 32 URG */
	int urgent;                   /* TCP's urgent pointer */
	int data;                     /* bytes of it */
	int segment;                  /* the largest that TCP's SYN asks for; 0: it is none */
	unsigned char from[16], to[16];
};

/* Forgets what was recorded so far. */
void link_forget(void);

/* The next packet that HERE sent to one of these: an address of IPv4 or IPv6. Waits for so long; false if
 * none came. */
bool link_packet(const char *to, struct packet *packet, int milliseconds);
/* The address of an end's interface from now on, for a thread that has entered it; "0.0.0.0" is none. */
void link_address(enum link_end end, const char *address);

/* Where this thread's side sends what it has no route for. */
void link_default_route(const char *gateway);

/* From now on nobody THERE hears what is sent; what is sent goes out as before. */
void link_cut(void);

/* What passed between HERE and one port THERE. Times are of link_now(). */
struct conversation {
	double answer;     /* when the last packet from THERE came */
	double probe[256]; /* when the keep-alive probes since then were sent */
	int probes;        /* how many, counted to the end even if they are more */
	int answered;      /* probes before that, which were answered */
	int data;          /* packets with data sent since the last answer */
	double reset;      /* when HERE gave up and reset the connection; 0: it did not */
	unsigned next;     /* the sequence number that HERE will use next */
};

/* Reads what was recorded since the last call, waiting at most so long for the
 * first packet. A port's conversation is that of index port - first_port. */
void link_listen(struct conversation *conversations, int first_port, int count, int milliseconds);

double link_now(void); /* seconds of the wall clock, which stamps the packets too */

#endif
