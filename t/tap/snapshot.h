/* The kernel's own options of a descriptor, to see whether any of them has changed.
 *
 * This file and snapshot.c know POSIX only, as link.h does. */
#ifndef TAP_SNAPSHOT_H
#define TAP_SNAPSHOT_H

#include <stdbool.h>

enum { SNAPSHOT_MOST = 320, SNAPSHOT_BYTES = 32 };

struct snapshot {
	int flags; /* of fcntl(2) */
	int state; /* of TCP; a connection may go on by itself, and options with it */
	int count;
	struct kernel_option {
		short level, name;
		short error; /* what getsockopt(2) says of it, which is part of what is compared */
		short length;
		int group; /* the membership that is asked for */
		unsigned char bytes[SNAPSHOT_BYTES];
	} options[SNAPSHOT_MOST];
};

/* The multicast groups whose memberships are options too: GROUP, GROUP + 1... of either family, on
 * the interfaces 1 and 2, with any source. */
enum { SNAPSHOT_GROUPS = 2, SNAPSHOT_INTERFACES = 2 };
#define SNAPSHOT_GROUP  "239.9.9.1"
#define SNAPSHOT_GROUP6 "ff05::9:1"

/* How many system calls there were in this program that can change an option. */
extern unsigned snapshot_changes;

/* Finds out which options it has, whatever it is, and how they are. */
void snapshot_take(struct snapshot *snapshot, int fd);

/* How they are now. Returns the first that has changed since, in words; NULL if none has. */
const char *snapshot_renew(struct snapshot *snapshot, int fd);

/* To close it is then without TCP's long goodbye. */
void snapshot_hurry(int fd);

#endif
