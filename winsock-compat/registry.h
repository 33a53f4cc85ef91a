/* The registry values that we know, from files and from the environment. */
#ifndef WSC_REGISTRY_H
#define WSC_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

enum registry_index {
	REGISTRY_KEEP_ALIVE_TIME,
	REGISTRY_KEEP_ALIVE_INTERVAL,
	REGISTRY_TCP_MAX_DATA_RETRANSMISSIONS,
	REGISTRY_PPTP_TCP_MAX_DATA_RETRANSMISSIONS,
	REGISTRY_WINDOWS,
	REGISTRY_MODE,
	REGISTRY_POINTERS,
	REGISTRY_EXIT_WAIT,
	REGISTRY_COUNT
};

struct registry {
	struct registry_value {
		bool configured; /* if not, number is the default */
		uint32_t number; /* a word's is its place among the words */
	} values[REGISTRY_COUNT];
};

/* Reads all sources, the later over the earlier: the system's file, the user's,
 * WINSOCK_COMPAT_REGISTRY's, single variables. What is wrong is said on stderr
 * and left out; it cannot fail. */
void wsc__registry_load(struct registry *registry);

#endif
