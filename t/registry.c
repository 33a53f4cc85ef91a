/* The registry values: which source wins, and what is said about a bad one. */
#include "registry.h"

#include "profile.h"
#include "settings.h"
#include "tap/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define TCPIP "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\n"
#define FIRST "[HKEY_LOCAL_MACHINE\\System\\controlset001\\services\\TCPIP\\parameters]\n"
#define OURS  "[HKEY_LOCAL_MACHINE\\SOFTWARE\\winsock-compat]\n"

static const char *const variables[] = {
	"WINSOCK_COMPAT_KeepAliveTime",
	"WINSOCK_COMPAT_KeepAliveInterval",
	"WINSOCK_COMPAT_TcpMaxDataRetransmissions",
	"WINSOCK_COMPAT_PPTPTcpMaxDataRetransmissions",
	"WINSOCK_COMPAT_WINDOWS",
	"WINSOCK_COMPAT_MODE",
	"WINSOCK_COMPAT_POINTERS",
	"WINSOCK_COMPAT_EXIT_WAIT",
	"WINSOCK_COMPAT_REGISTRY",
	"XDG_CONFIG_HOME",
};

/* The places of the files, all below the scratch directory; registry.c here is
 * compiled with the first as the system's. */
static const char etc[] = WSC_SYSCONFDIR "/winsock-compat.reg";
static char home[100], users[200], xdg[100], xdgs[200], named[200];

static void write_file(const char *path, const char *lines)
{
	char text[2000];

	snprintf(text, sizeof text, "Windows Registry Editor Version 5.00\n%s", lines);
	write_whole(path, text, strlen(text));
}

static void write_named(const char *lines)
{
	write_file(named, lines);
	setenv("WINSOCK_COMPAT_REGISTRY", named, 1);
}

static void forget_everything(void)
{
	for (size_t i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	setenv("HOME", home, 1);
	remove(etc);
	remove(users);
	remove(xdgs);
	remove(named);
}

/* The four values of Tcpip\Parameters and our four, those configured with a star. */
static const char *values(void)
{
	static char text[200];
	struct registry registry;
	size_t length = 0;

	memset(&registry, 0xa5, sizeof registry);
	wsc__registry_load(&registry);
	for (size_t i = 0; i < REGISTRY_COUNT; i++)
		length += snprintf(text + length, sizeof text - length, "%s%s%u", i ? " " : "",
				   registry.values[i].configured ? "*" : "", registry.values[i].number);
	return text;
}

#define DEFAULTS "7200000 1000 5 5 7 0 0 10000"

/* Loads what has been written, says it, and forgets it. What is said begins with
 * "winsock-compat: " and WHERE in every line, which are left out of SAID. */
static void check(const char *expected, const char *where, const char *said, const char *what)
{
	char expected_said[3000] = "", seen[200];
	const char *line = said;

	for (size_t length = 0; *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n'))
		length += snprintf(expected_said + length, sizeof expected_said - length,
		"winsock-compat: %s:%.*s\n",
				   where, (int)strcspn(line, "\n"), line);
	listen_to_stderr();
	snprintf(seen, sizeof seen, "%s", values());
	is_string(expected_said, hear(), "%s: what is said", what);
	is_string(expected, seen, "%s", what);
	forget_everything();
}

/* One file each, named by the variable. */
static const struct {
	const char *what, *lines, *expected, *said;
} files[] = {
	/* clang-format off */
	{ "the four values", TCPIP "\"KeepAliveTime\"=dword:1\n\"KeepAliveInterval\"=dword:2\n"
		"\"TcpMaxDataRetransmissions\"=dword:3\n\"PPTPTcpMaxDataRetransmissions\"=dword:4",
		"*1 *2 *3 *4 7 0 0 10000", "" },
	{ "names in other letters", TCPIP "\"keepalivetime\"=dword:1", "*1 1000 5 5 7 0 0 10000", "" },
	{ "a control set by its number", FIRST "\"KeepAliveTime\"=dword:1", "*1 1000 5 5 7 0 0 10000", "" },
	{ "the other control set",
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002\\Services\\Tcpip\\Parameters]\n"
		"\"KeepAliveTime\"=dword:1", DEFAULTS, "" },
	{ "the right name in a key above",
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip]\n"
		"\"KeepAliveTime\"=dword:1", DEFAULTS, "" },
	{ "the right name in a key below",
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\x]\n"
		"\"KeepAliveTime\"=dword:1", DEFAULTS, "" },
	{ "the right name in a key beside",
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters]\n"
		"\"KeepAliveTime\"=dword:1", DEFAULTS, "" },
	{ "the right name under another root",
		"[HKEY_USERS\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\n"
		"\"KeepAliveTime\"=dword:1", DEFAULTS, "" },
	{ "the later line wins", TCPIP "\"KeepAliveTime\"=dword:1\n" FIRST "\"KeepAliveTime\"=dword:2",
		"*2 1000 5 5 7 0 0 10000", "" },
	{ "the largest values",
		TCPIP "\"KeepAliveTime\"=dword:ffffffff\n\"KeepAliveInterval\"=dword:ffffffff\n"
		"\"TcpMaxDataRetransmissions\"=dword:ffffffff\n\"PPTPTcpMaxDataRetransmissions\"=dword:ff",
		"*4294967295 *4294967295 *4294967295 *255 7 0 0 10000", "" },
	{ "the smallest values", TCPIP "\"KeepAliveTime\"=dword:1\n\"KeepAliveInterval\"=dword:1\n"
		"\"TcpMaxDataRetransmissions\"=dword:0\n\"PPTPTcpMaxDataRetransmissions\"=dword:0",
		"*1 *1 *0 *0 7 0 0 10000", "" },
	{ "values out of range", TCPIP "\"KeepAliveTime\"=dword:0\n\"KeepAliveInterval\"=dword:0\n"
		"\"PPTPTcpMaxDataRetransmissions\"=dword:100", "*1 *1 5 *255 7 0 0 10000",
		"3: KeepAliveTime is out of its range and becomes 1\n"
		"4: KeepAliveInterval is out of its range and becomes 1\n"
		"5: PPTPTcpMaxDataRetransmissions is out of its range and becomes 255" },
	{ "a dword as bytes", TCPIP "\"KeepAliveTime\"=hex(4):e8,03,00,80", "*2147484648 1000 5 5 7 0 0 10000",
		"" },
	{ "a dword of too few bytes", TCPIP "\"KeepAliveTime\"=hex(4):e8,03", DEFAULTS,
		"3: KeepAliveTime is not a DWORD" },
	{ "a string for a number", TCPIP "\"KeepAliveTime\"=\"1\"", DEFAULTS,
		"3: KeepAliveTime is not a DWORD" },
	{ "a qword for a number", TCPIP "\"KeepAliveTime\"=hex(b):01,00,00,00,00,00,00,00", DEFAULTS,
		"3: KeepAliveTime is not a DWORD" },
	{ "a bad line spares the good one before it",
		TCPIP "\"KeepAliveTime\"=dword:1\n\"KeepAliveTime\"=\"2\"",
		"*1 1000 5 5 7 0 0 10000", "4: KeepAliveTime is not a DWORD" },
	{ "a value deleted", TCPIP "\"KeepAliveTime\"=dword:1\n\"KeepAliveTime\"=-", DEFAULTS, "" },
	{ "its key deleted", TCPIP "\"KeepAliveTime\"=dword:1\n" OURS "\"Mode\"=\"windows\"\n"
		"[-HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Tcpip\\Parameters]",
		"7200000 1000 5 5 7 *1 0 10000", "" },
	{ "a key above deleted", TCPIP "\"KeepAliveTime\"=dword:1\n[-HKEY_LOCAL_MACHINE\\SYSTEM]", DEFAULTS,
		"" },
	{ "a key below deleted", TCPIP "\"KeepAliveTime\"=dword:1\n"
		"[-HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\x]",
		"*1 1000 5 5 7 0 0 10000", "" },
	{ "what is not for us", TCPIP "\"Hostname\"=\"x\"\n@=\"y\"\n\"EnableDHCP\"=-", DEFAULTS, "" },

	{ "our own values", OURS "\"Windows\"=\"2003\"\n\"Mode\"=\"windows\"\n\"Pointers\"=\"probe\"",
		"7200000 1000 5 5 *2 *1 *1 10000", "" },
	{ "our own defaults", OURS "\"Windows\"=\"10\"\n\"Mode\"=\"page\"\n\"Pointers\"=\"guard\"",
		"7200000 1000 5 5 *7 *0 *0 10000", "" },
	{ "a number of ours", OURS "\"ExitWait\"=dword:0", "7200000 1000 5 5 7 0 0 *0", "" },
	{ "words in other letters", OURS "\"windows\"=\"XP\"\n\"MODE\"=\"Windows\"",
		"7200000 1000 5 5 *1 *1 0 10000", "" },
	{ "a word as bytes", OURS "\"Windows\"=hex(1):38,00,2e,00,31,00,00,00", "7200000 1000 5 5 *6 0 0 10000",
		"" },
	{ "no such Windows", OURS "\"Windows\"=\"95\"", DEFAULTS,
		"3: Windows '95' is none of 2000, xp, 2003, vista, 7, 8, 8.1, 10, 11" },
	{ "no such mode", OURS "\"Mode\"=\"\"", DEFAULTS, "3: Mode '' is none of page, windows" },
	{ "the beginning of a word", OURS "\"Pointers\"=\"prob\"", DEFAULTS,
		"3: Pointers 'prob' is none of guard, probe" },
	{ "more than a word", OURS "\"Pointers\"=\"probe \"", DEFAULTS,
		"3: Pointers 'probe ' is none of guard, probe" },
	{ "a number for a word", OURS "\"Windows\"=dword:7", DEFAULTS, "3: Windows is not a string" },
	{ "no setting of ours", OURS "\"Window\"=\"7\"\n@=\"7\"\n\"Mode\"=\"windows\"",
		"7200000 1000 5 5 7 *1 0 10000",
		"3: 'Window' is no setting of ours\n4: '@' is no setting of ours" },
	{ "a bad file has no say at all", TCPIP "\"KeepAliveTime\"=dword:1\n\"KeepAliveInterval\"=dword:x",
		DEFAULTS,
		"4: dword: wants one to eight hexadecimal digits" },
	/* clang-format on */
};

/* One variable each. */
static const struct {
	const char *what, *variable, *text, *expected, *said;
} settings[] = {
	/* clang-format off */
	{ "decimal", "WINSOCK_COMPAT_KeepAliveTime", "1000", "*1000 1000 5 5 7 0 0 10000", "" },
	{ "decimal in spite of a 0", "WINSOCK_COMPAT_KeepAliveTime", "0100", "*100 1000 5 5 7 0 0 10000", "" },
	{ "hexadecimal", "WINSOCK_COMPAT_KeepAliveInterval", "0x7D0", "7200000 *2000 5 5 7 0 0 10000", "" },
	{ "zero", "WINSOCK_COMPAT_TcpMaxDataRetransmissions", "0", "7200000 1000 *0 5 7 0 0 10000", "" },
	{ "the largest", "WINSOCK_COMPAT_KeepAliveTime", "4294967295", "*4294967295 1000 5 5 7 0 0 10000", "" },
	{ "beyond 32 bits", "WINSOCK_COMPAT_TcpMaxDataRetransmissions", "4294967296",
		"7200000 1000 *4294967295 5 7 0 0 10000",
		" TcpMaxDataRetransmissions is out of its range and becomes 4294967295" },
	{ "beyond 64 bits", "WINSOCK_COMPAT_KeepAliveTime", "99999999999999999999999",
		"*4294967295 1000 5 5 7 0 0 10000",
		" KeepAliveTime is out of its range and becomes 4294967295" },
	{ "below the range", "WINSOCK_COMPAT_KeepAliveTime", "0", "*1 1000 5 5 7 0 0 10000",
		" KeepAliveTime is out of its range and becomes 1" },
	{ "above the range", "WINSOCK_COMPAT_PPTPTcpMaxDataRetransmissions", "256",
		"7200000 1000 5 *255 7 0 0 10000",
		" PPTPTcpMaxDataRetransmissions is out of its range and becomes 255" },
	{ "an empty variable is none", "WINSOCK_COMPAT_KeepAliveTime", "", DEFAULTS, "" },
	{ "a unit", "WINSOCK_COMPAT_KeepAliveTime", "10s", DEFAULTS, " '10s' is not a number" },
	{ "a sign", "WINSOCK_COMPAT_KeepAliveTime", "-1", DEFAULTS, " '-1' is not a number" },
	{ "a blank", "WINSOCK_COMPAT_KeepAliveTime", " 1", DEFAULTS, " ' 1' is not a number" },
	{ "0x alone", "WINSOCK_COMPAT_KeepAliveTime", "0x", DEFAULTS, " '0x' is not a number" },
	{ "hexadecimal without 0x", "WINSOCK_COMPAT_KeepAliveTime", "7d0", DEFAULTS,
		" '7d0' is not a number" },
	{ "how long to wait", "WINSOCK_COMPAT_EXIT_WAIT", "1500", "7200000 1000 5 5 7 0 0 *1500", "" },
	{ "which Windows", "WINSOCK_COMPAT_WINDOWS", "8.1", "7200000 1000 5 5 *6 0 0 10000", "" },
	{ "which mode", "WINSOCK_COMPAT_MODE", "windows", "7200000 1000 5 5 7 *1 0 10000", "" },
	{ "which pointers", "WINSOCK_COMPAT_POINTERS", "probe", "7200000 1000 5 5 7 0 *1 10000", "" },
	{ "no such Windows", "WINSOCK_COMPAT_WINDOWS", "nt", DEFAULTS,
		" Windows 'nt' is none of 2000, xp, 2003, vista, 7, 8, 8.1, 10, 11" },
	{ "no such mode", "WINSOCK_COMPAT_MODE", "pages", DEFAULTS,
		" Mode 'pages' is none of page, windows" },
	{ "no such file", "WINSOCK_COMPAT_REGISTRY", "/nowhere/x.reg", DEFAULTS, " there is no such file" },
	{ "a directory", "WINSOCK_COMPAT_REGISTRY", "/", DEFAULTS, " it is a directory" },
	/* clang-format on */
};

#define VALUE(number) TCPIP "\"KeepAliveTime\"=dword:" number "\n"

static void check_order(void)
{
	check(DEFAULTS, "", "", "nothing anywhere");

	write_file(etc,
	VALUE("1") "\"KeepAliveInterval\"=dword:1\n\"TcpMaxDataRetransmissions\"=dword:1\n" OURS
		   "\"Windows\"=\"xp\"");
	write_file(users, VALUE("2") "\"KeepAliveInterval\"=dword:2\n\"TcpMaxDataRetransmissions\"=-");
	write_named(VALUE("3"));
	setenv("WINSOCK_COMPAT_WINDOWS", "7", 1);
	check("*3 *2 5 5 *4 0 0 10000", "", "", "each source over the one before");

	write_file(etc, VALUE("1"));
	check("*1 1000 5 5 7 0 0 10000", "", "", "the system's file alone");
	write_file(users, VALUE("2"));
	check("*2 1000 5 5 7 0 0 10000", "", "", "the user's file alone");
	write_file(users, VALUE("2"));
	setenv("XDG_CONFIG_HOME", "config", 1);
	check("*2 1000 5 5 7 0 0 10000", "", "", "an XDG_CONFIG_HOME that is not absolute");
	write_file(users, VALUE("2"));
	write_file(xdgs, VALUE("4"));
	setenv("XDG_CONFIG_HOME", xdg, 1);
	check("*4 1000 5 5 7 0 0 10000", "", "", "XDG_CONFIG_HOME in place of HOME");
	write_file(xdgs, VALUE("4"));
	setenv("XDG_CONFIG_HOME", xdg, 1);
	unsetenv("HOME");
	check("*4 1000 5 5 7 0 0 10000", "", "", "XDG_CONFIG_HOME without HOME");
	write_file(users, VALUE("2"));
	unsetenv("HOME");
	check(DEFAULTS, "", "", "neither XDG_CONFIG_HOME nor HOME");

	write_file(etc, VALUE("1"));
	write_file(users, VALUE("2") "\"KeepAliveTime\"");
	check("*1 1000 5 5 7 0 0 10000", users, "4: no = after the name", "a bad file leaves the one before it");
	write_named(VALUE("3"));
	setenv("WINSOCK_COMPAT_KeepAliveTime", "x", 1);
	check("*3 1000 5 5 7 0 0 10000", "WINSOCK_COMPAT_KeepAliveTime", " 'x' is not a number",
	      "a bad variable leaves the file's value");
	mkdir(etc, 0700);
	check(DEFAULTS, etc, " it is a directory", "a directory in the system's place");
}

static void check_data_files(void)
{
	static const char *const exports[] = { "tcpip.reg", "tcpip-utf8.reg", "tcpip-utf8-bom.reg",
	"tcpip-regedit4.reg" };

	for (size_t i = 0; i < COUNT(exports); i++) {
		setenv("WINSOCK_COMPAT_REGISTRY", data_file(exports[i]), 1);
		check("*300000 *2000 *3 *7 7 0 0 10000", "", "", exports[i]);
	}
	setenv("WINSOCK_COMPAT_REGISTRY", data_file("settings.reg"), 1);
	check("7200000 1000 5 5 *2 *1 *1 10000", "", "", "settings.reg");
	setenv("WINSOCK_COMPAT_REGISTRY", data_file("bad-values.reg"), 1);
	check("7200000 *1 5 *255 7 0 *1 10000", data_file("bad-values.reg"),
	      "4: KeepAliveTime is not a DWORD\n"
	      "5: KeepAliveInterval is out of its range and becomes 1\n"
	      "6: PPTPTcpMaxDataRetransmissions is out of its range and becomes 255\n"
	      "7: KeepAliveTime is not a DWORD\n"
	      "10: Windows '95' is none of 2000, xp, 2003, vista, 7, 8, 8.1, 10, 11\n"
	      "11: Mode is not a string\n"
	      "12: 'Colour' is no setting of ours\n"
	      "13: '@' is no setting of ours", "bad-values.reg");
	setenv("WINSOCK_COMPAT_REGISTRY", data_file("bad-dword.reg"), 1);
	check(DEFAULTS, data_file("bad-dword.reg"), "6: there is something after the data", "bad-dword.reg");
	setenv("WINSOCK_COMPAT_REGISTRY", data_file("bad-utf16.reg"), 1);
	check(DEFAULTS, data_file("bad-utf16.reg"), "5: dword: wants one to eight hexadecimal digits",
	"bad-utf16.reg");
}

enum { AS_BY_DEFAULT, NOT_AS_BY_DEFAULT, NOT_SECURE };

/* What runs in the set-user-ID copy of this program. */
static int be_secure(void)
{
	return !getauxval(AT_SECURE) ? NOT_SECURE : strcmp(DEFAULTS,
	values()) ? NOT_AS_BY_DEFAULT : AS_BY_DEFAULT;
}

/* The variables of whoever starts a program with more rights than his own are not to be trusted. */
static void check_secure(void)
{
	char path[200];
	size_t size;
	char *program = read_whole("/proc/self/exe", &size);
	int status;
	pid_t child;

	if (geteuid() != 0) {
		skip(1, "only root can make a set-user-ID program of another user");
		free(program);
		return;
	}
	snprintf(path, sizeof path, "%s/secure", scratch_directory());
	write_whole(path, program, size);
	free(program);
	if (chmod(scratch_directory(), 0755) < 0 || chown(path, 65534, 65534) < 0 || chmod(path, 06755) < 0)
		bail("the set-user-ID program cannot be made");
	write_named(VALUE("3"));
	write_file(users, VALUE("2"));
	setenv("WINSOCK_COMPAT_KeepAliveInterval", "1", 1);
	setenv("WINSOCK_COMPAT_MODE", "windows", 1);
	if (!(child = fork())) {
		execl(path, path, "secure", NULL);
		_exit(NOT_SECURE);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_SECURE)
		skip(1, "the temporary directory takes no set-user-ID program");
	else
		is_int(AS_BY_DEFAULT, status >> 8,
		"a set-user-ID program hears neither variables nor files they lead to");
	forget_everything();
}

int main(int argc, char **argv)
{
	char directory[150];

	if (argc > 1 && strcmp(argv[1], "secure") == 0)
		_exit(be_secure()); /* and the leak checker, which may not look into it, is not asked */
	plan_lazy();
	mkdir(WSC_SYSCONFDIR, 0777);
	snprintf(home, sizeof home, "%s/home", scratch_directory());
	snprintf(directory, sizeof directory, "%s/.config", home);
	snprintf(users, sizeof users, "%s/winsock-compat.reg", directory);
	snprintf(xdg, sizeof xdg, "%s/xdg", scratch_directory());
	snprintf(xdgs, sizeof xdgs, "%s/winsock-compat.reg", xdg);
	snprintf(named, sizeof named, "%s/named.reg", scratch_directory());
	if (mkdir(home, 0700) < 0 || mkdir(directory, 0700) < 0 || mkdir(xdg, 0700) < 0)
		bail("there are no directories for files");
	forget_everything();

	check_order();
	for (size_t i = 0; i < COUNT(files); i++) {
		write_named(files[i].lines);
		check(files[i].expected, named, files[i].said, files[i].what);
	}
	for (size_t i = 0; i < COUNT(settings); i++) {
		bool file = strcmp(settings[i].variable, "WINSOCK_COMPAT_REGISTRY") == 0;

		setenv(settings[i].variable, settings[i].text, 1);
		check(settings[i].expected, file ? settings[i].text : settings[i].variable, settings[i].said,
		      settings[i].what);
	}
	check_data_files();
	check_secure();
	remove(WSC_SYSCONFDIR);
	return done();
}
