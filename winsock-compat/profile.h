/* Which Windows we are, and what follows from that and the registry. */
#ifndef WSC_PROFILE_H
#define WSC_PROFILE_H

#include <stdbool.h>

/* Whose word counts where the SO_KEEPALIVE page and real Windows differ. */
enum mode { MODE_PAGE, MODE_WINDOWS };

/* How the program's pointers are tried: a fault is caught, or the kernel asked. */
enum pointers { POINTERS_GUARD, POINTERS_PROBE };

enum windows_version {
	WINDOWS_2000,
	WINDOWS_XP,
	WINDOWS_2003,
	WINDOWS_VISTA,
	WINDOWS_7,
	WINDOWS_8,
	WINDOWS_8_1,
	WINDOWS_10,
	WINDOWS_11,
	WINDOWS_COUNT
};

struct windows {
	const char *name; /* in the settings */
	unsigned major, minor, build;
	unsigned probes;                         /* unanswered keep-alive probes that end a connection */
	bool probes_from_registry;               /* the registry may say another number */
	bool refuses_keepalive_while_connecting; /* setting SO_KEEPALIVE then is WSAEINVAL */
};

extern const struct windows wsc__windows[WINDOWS_COUNT];

struct profile {
	enum mode mode;
	const struct windows *windows;
	enum pointers pointers;
	unsigned keepalive_time, keepalive_interval; /* ms, at least 1 */
	unsigned keepalive_count;                    /* probes, at most 255; 0: none is ever sent */
	unsigned exit_wait;                          /* ms without progress that the end of the process allows a queue */
};

/* What is to be done. To be read only while Winsock is started: the first start
 * fills it in, and a new one anew. */
extern struct profile wsc__profile;

/* Reads the settings anew. Whether they are others than before. The caller holds the lock of the start. */
bool wsc__profile_load(void);

/* The words of the settings in the order of their enumerators; NULL past the last. */
const char *wsc__profile_mode(unsigned index);
const char *wsc__profile_pointers(unsigned index);
const char *wsc__profile_windows(unsigned index);

#endif
