/* The profile: made of the registry values and of what each Windows is. */
#include "profile.h"

#include "registry.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Versions: Microsoft's page "Operating System Version"; builds: those of the last service pack
 * or release (2000 and XP kept theirs; 22H2 for 10, 24H2 for 11). Probes and connecting: the
 * SO_KEEPALIVE page. */
/* clang-format off */
const struct windows wsc__windows[WINDOWS_COUNT] = {
	[WINDOWS_2000]  = { "2000",   5, 0,  2195,  5, true, false },
	[WINDOWS_XP]    = { "xp",     5, 1,  2600,  5, true, false },
	[WINDOWS_2003]  = { "2003",   5, 2,  3790,  5, true, false },
	[WINDOWS_VISTA] = { "vista",  6, 0,  6002, 10, false, true },
	[WINDOWS_7]     = { "7",      6, 1,  7601, 10, false, true },
	[WINDOWS_8]     = { "8",      6, 2,  9200, 10, false, true },
	[WINDOWS_8_1]   = { "8.1",    6, 3,  9600, 10, false, true },
	[WINDOWS_10]    = { "10",    10, 0, 19045, 10, false, true },
	[WINDOWS_11]    = { "11",    10, 0, 26100, 10, false, true },
};
/* clang-format on */

#define MAXIMUM_PROBES 255

struct profile wsc__profile = { .windows = &wsc__windows[WINDOWS_10] };

const char *wsc__profile_mode(unsigned index)
{
	static const char *const words[] = { [MODE_PAGE] = "page", [MODE_WINDOWS] = "windows" };

	return index < COUNT(words) ? words[index] : NULL;
}

const char *wsc__profile_pointers(unsigned index)
{
	static const char *const words[] = { [POINTERS_GUARD] = "guard", [POINTERS_PROBE] = "probe" };

	return index < COUNT(words) ? words[index] : NULL;
}

const char *wsc__profile_windows(unsigned index)
{
	return index < COUNT(wsc__windows) ? wsc__windows[index].name : NULL;
}

/* Before Vista the larger of the two values counts, "when both are configured": one that stands
 * alone is not compared with the other's default, or else no single value could ever make the
 * probes fewer, and an administrator who writes TcpMaxDataRetransmissions=3 (as the hardening
 * guides do) or 0 (no probes) would get 5. Neither of them stands in a fresh registry. */
static unsigned probes(const struct windows *windows, const struct registry *registry)
{
	const struct registry_value *tcp = &registry->values[REGISTRY_TCP_MAX_DATA_RETRANSMISSIONS];
	const struct registry_value *pptp = &registry->values[REGISTRY_PPTP_TCP_MAX_DATA_RETRANSMISSIONS];
	unsigned number = 0;

	if (!windows->probes_from_registry || (!tcp->configured && !pptp->configured))
		return windows->probes;
	if (tcp->configured)
		number = tcp->number;
	if (pptp->configured && pptp->number > number)
		number = pptp->number;
	return number > MAXIMUM_PROBES ? MAXIMUM_PROBES : number;
}

static bool is_same(const struct profile *a, const struct profile *b)
{
	return a->mode == b->mode && a->windows == b->windows && a->pointers == b->pointers &&
	       a->keepalive_time == b->keepalive_time && a->keepalive_interval == b->keepalive_interval &&
	       a->keepalive_count == b->keepalive_count;
}

bool wsc__profile_load(void)
{
	struct registry registry;
	const struct windows *windows;
	struct profile next;

	wsc__registry_load(&registry);
	windows = &wsc__windows[registry.values[REGISTRY_WINDOWS].number];
	next = (struct profile){
		.mode = registry.values[REGISTRY_MODE].number,
		.windows = windows,
		.pointers = registry.values[REGISTRY_POINTERS].number,
		.exit_wait = registry.values[REGISTRY_EXIT_WAIT].number,
		.keepalive_time = registry.values[REGISTRY_KEEP_ALIVE_TIME].number,
		.keepalive_interval = registry.values[REGISTRY_KEEP_ALIVE_INTERVAL].number,
		.keepalive_count = probes(windows, &registry),
	};
	if (is_same(&next, &wsc__profile))
		return false;
	wsc__profile = next;
	return true;
}
