/* WSAStartup, WSACleanup: the count, and what begins and ends with it. */
#include "startup.h"

#include "export.h"
#include "fault.h"
#include "lookup.h"
#include "options.h"
#include "profile.h"
#include "socket.h"

#include <pthread.h>
#include <string.h>

_Atomic int wsc__startups;
_Atomic WORD wsc__version;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define WINSOCK(major, minor) ((WORD)((minor) << 8 | (major)))
#define HIGHEST               WINSOCK(2, 2)

static unsigned major(WORD version)
{
	return version & 0xff;
}

static unsigned minor(WORD version)
{
	return version >> 8;
}

/* The version to use: the one that was asked for, or the highest before it that exists. */
static WORD negotiated(WORD requested)
{
	if (major(requested) == 1)
		return minor(requested) > 1 ? WINSOCK(1, 1) : requested;
	if (major(requested) == 2 && minor(requested) <= minor(HIGHEST))
		return requested;
	return HIGHEST;
}

static bool older(WORD a, WORD b)
{
	return major(a) != major(b) ? major(a) < major(b) : minor(a) < minor(b);
}

static void describe(WSADATA *data, WORD version)
{
	data->wVersion = version;
	data->wHighVersion = HIGHEST;
	strcpy(data->szDescription, "WinSock 2.0");
	strcpy(data->szSystemStatus, "Running");
	/* Winsock 2 leaves both 0; to 1.1 programs they are the limits Windows always names. */
	data->iMaxSockets = major(version) == 1 ? 32767 : 0;
	data->iMaxUdpDg = major(version) == 1 ? 65467 : 0;
}

int WSC(WSAStartup)(WORD requested, WSADATA *data)
{
	WORD version;
	WSADATA filled;
	int error = 0;

	if (wsc__thread.in_progress)
		return WS_WSAEINPROGRESS;
	if (!major(requested)) {
		/* Even then the program learns what there is, if it gave room for it. */
		if (data && !wsc__copy_in(&filled, data, sizeof filled)) {
			describe(&filled, HIGHEST);
			wsc__copy_out(data, &filled, sizeof filled);
		}
		return WS_WSAVERNOTSUPPORTED;
	}
	version = negotiated(requested);
	pthread_mutex_lock(&lock);
	/* Not again for nothing: calls that the last WSACleanup has woken may still look at what follows from it. */
	if (!wsc__startups && wsc__profile_load()) {
		wsc__fault_start();
		wsc__options_start();
	}
	if (wsc__copy_in(&filled, data, sizeof filled))
		error = WS_WSAEFAULT;
	if (!error) {
		describe(&filled, version);
		error = wsc__copy_out(data, &filled, sizeof filled);
	}
	if (!error) {
		if (!wsc__startups || older(version, wsc__version))
			wsc__version = version;
		wsc__startups++;
	}
	pthread_mutex_unlock(&lock);
	return error;
}
WSC_ALIAS(WSAStartup)

int WSC(WSACleanup)(void)
{
	int error = wsc__enter();

	if (error)
		return wsc__result(error);
	pthread_mutex_lock(&lock);
	if (!wsc__startups)
		error = WS_WSANOTINITIALISED;
	else if (!--wsc__startups) {
		wsc__lookup_drop_all();
		wsc__socket_close_all();
	}
	pthread_mutex_unlock(&lock);
	wsc__thread.last_error = error; /* Windows clears it after a success */
	return error ? SOCKET_ERROR : 0;
}
WSC_ALIAS(WSACleanup)
