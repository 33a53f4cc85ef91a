/* The profile: what each Windows is and what the registry changes about it (K28, K29, K31-K35). */
#include "profile.h"

#include "settings.h"
#include "tap/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char tcp[] = "WINSOCK_COMPAT_TcpMaxDataRetransmissions";
static const char pptp[] = "WINSOCK_COMPAT_PPTPTcpMaxDataRetransmissions";

static void set(const char *name, const char *text)
{
	if (text)
		setenv(name, text, 1);
	else
		unsetenv(name);
}

static const struct {
	const char *name;
	unsigned major, minor, build, probes;
	bool refuses, options;
} versions[] = {
	{"2000", 5, 0, 2195, 5, false, false},
	{"xp", 5, 1, 2600, 5, false, false},
	{"2003", 5, 2, 3790, 5, false, false},
	{"vista", 6, 0, 6002, 10, true, false},
	{"7", 6, 1, 7601, 10, true, false},
	{"8", 6, 2, 9200, 10, true, false},
	{"8.1", 6, 3, 9600, 10, true, false},
	{"10", 10, 0, 19045, 10, true, true},
	{"11", 10, 0, 26100, 10, true, true},
};

/* The number of probes before Vista; NULL is a value that the registry lacks. */
static const struct {
	const char *tcp, *pptp;
	unsigned probes;
} counts[] = {
	{NULL, NULL, 5},
	{"3", "7", 7},
	{"7", "3", 7},
	{"2", "3", 3},
	{"0", "0", 0},
	{"0", "1", 1},
	{"3", NULL, 3},
	{"0", NULL, 0},
	{NULL, "3", 3},
	{NULL, "0", 0},
	{"255", NULL, 255},
	{"256", NULL, 255},
	{"0xffffffff", "7", 255},
	{"7", "255", 255},
};

static void check_versions(void)
{
	for (size_t i = 0; i < COUNT(versions); i++) {
		const char *name = versions[i].name;

		set("WINSOCK_COMPAT_WINDOWS", name);
		wsc__profile_load();
		is_string(name, wsc__profile.windows->name, "Windows %s", name);
		is_int(versions[i].major, wsc__profile.windows->major, "Windows %s: major version", name);
		is_int(versions[i].minor, wsc__profile.windows->minor, "Windows %s: minor version", name);
		is_int(versions[i].build, wsc__profile.windows->build, "Windows %s: build", name);
		is_int(7200000, wsc__profile.keepalive_time, "Windows %s: K28, idle for two hours", name);
		is_int(1000, wsc__profile.keepalive_interval, "Windows %s: K28, a probe a second", name);
		is_int(versions[i].probes, wsc__profile.keepalive_count, "Windows %s: K29, the probes", name);
		is_int(versions[i].refuses, wsc__profile.windows->refuses_keepalive_while_connecting,
		       "Windows %s: K37, K39, whether connecting forbids SO_KEEPALIVE", name);

		for (size_t j = 0; j < COUNT(counts); j++) {
			set(tcp, counts[j].tcp);
			set(pptp, counts[j].pptp);
			wsc__profile_load();
			is_int(versions[i].probes == 10 ? 10 : counts[j].probes, wsc__profile.keepalive_count,
			       "Windows %s: K29, K33-K35, probes with %s and %s", name,
			       counts[j].tcp ? counts[j].tcp : "none",
			counts[j].pptp ? counts[j].pptp : "none");
		}
		set(tcp, NULL);
		set(pptp, NULL);
	}
	set("WINSOCK_COMPAT_WINDOWS", NULL);
}

int main(void)
{
	plan_lazy();
	set("HOME", NULL);
	set("XDG_CONFIG_HOME", NULL);
	set("WINSOCK_COMPAT_REGISTRY", NULL);
	is_string("10", wsc__profile.windows->name, "there is a Windows before anything is loaded");

	wsc__profile_load();
	is_string("10", wsc__profile.windows->name, "by default we are Windows 10");
	is_int(MODE_PAGE, wsc__profile.mode, "...as the page has it");
	is_int(POINTERS_GUARD, wsc__profile.pointers, "...and faults are caught");
	check_versions();

	set("WINSOCK_COMPAT_MODE", "windows");
	set("WINSOCK_COMPAT_POINTERS", "probe");
	set("WINSOCK_COMPAT_KeepAliveTime", "1");
	set("WINSOCK_COMPAT_KeepAliveInterval", "0xffffffff");
	wsc__profile_load();
	is_int(MODE_WINDOWS, wsc__profile.mode, "mode windows");
	is_int(POINTERS_PROBE, wsc__profile.pointers, "the kernel is asked");
	is_int(1, wsc__profile.keepalive_time, "K31: the shortest idle time");
	is_int(0xffffffff, wsc__profile.keepalive_interval, "K32: the longest interval");
	is_int(10, wsc__profile.keepalive_count, "...and the probes as they were");

	set("WINSOCK_COMPAT_MODE", NULL);
	set("WINSOCK_COMPAT_KeepAliveTime", NULL);
	set("WINSOCK_COMPAT_REGISTRY", data_file("tcpip.reg"));
	set("WINSOCK_COMPAT_WINDOWS", "xp");
	wsc__profile_load();
	is_int(MODE_PAGE, wsc__profile.mode, "what was set for the start before is forgotten");
	is_int(300000, wsc__profile.keepalive_time, "an export of XP: idle for five minutes");
	is_int(0xffffffff, wsc__profile.keepalive_interval, "...the interval as the environment has it");
	is_int(7, wsc__profile.keepalive_count, "...and the larger number of probes");

	set("WINSOCK_COMPAT_WINDOWS", "95");
	listen_to_stderr();
	wsc__profile_load();
	is_string("winsock-compat: WINSOCK_COMPAT_WINDOWS: Windows '95' is none of "
		  "2000, xp, 2003, vista, 7, 8, 8.1, 10, 11\n", hear(), "a Windows that is none is said");
	is_string("10", wsc__profile.windows->name, "...and is Windows 10");
	return done();
}
