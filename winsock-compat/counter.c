/* QueryPerformanceCounter and QueryPerformanceFrequency. */
#include "counter.h"

#include "error.h"
#include "export.h"
#include "fault.h"

#include <stdint.h>

/* The frequency that Windows 10 has on the machines of today. */
enum { FREQUENCY = 10000000, NANOSECONDS = 1000000000, TICK = NANOSECONDS / FREQUENCY };

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * NANOSECONDS + time->tv_nsec;
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return nanoseconds(&now);
}

/* How much further the wall clock is: of several attempts the one that nothing came between. */
static int64_t difference(void)
{
	enum { ATTEMPTS = 4 };
	int64_t best = 0, shortest = INT64_MAX;

	for (int i = 0; i < ATTEMPTS; i++) {
		int64_t before = read_clock(CLOCK_MONOTONIC), wall = read_clock(CLOCK_REALTIME);
		int64_t spent = read_clock(CLOCK_MONOTONIC) - before;

		if (spent < shortest) {
			shortest = spent;
			best = wall - before - spent / 2;
		}
	}
	return best;
}

ULONG64 wsc__counter_at(const struct timespec *wall)
{
	int64_t then = nanoseconds(wall) - difference(), now = read_clock(CLOCK_MONOTONIC);

	return (ULONG64)((then > now ? now : then < 0 ? 0 : then) / TICK);
}

static BOOL give(LARGE_INTEGER *user, int64_t value)
{
	if (!wsc__copy_out(user, &value, sizeof value))
		return TRUE;
	wsc__thread.last_error = WS_ERROR_NOACCESS;
	return FALSE;
}

BOOL WSC(QueryPerformanceCounter)(LARGE_INTEGER *count)
{
	return give(count, read_clock(CLOCK_MONOTONIC) / TICK);
}
WSC_ALIAS(QueryPerformanceCounter)

BOOL WSC(QueryPerformanceFrequency)(LARGE_INTEGER *frequency)
{
	return give(frequency, FREQUENCY);
}
WSC_ALIAS(QueryPerformanceFrequency)
