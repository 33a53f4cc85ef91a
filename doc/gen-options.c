/* Prints doc/winsock-compat-options.7: the library's table of options, as a manual page. */
#include "options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
	int level;
	const char *text;
} levels[] = {
	{ WS_SOL_SOCKET, "SOL_SOCKET" },     { WS_IPPROTO_IP, "IPPROTO_IP" },
	{ WS_IPPROTO_TCP, "IPPROTO_TCP" },   { WS_IPPROTO_UDP, "IPPROTO_UDP" },
	{ WS_IPPROTO_IPV6, "IPPROTO_IPV6" },
};

#define LINUX(level, name)                                                                                   \
	{                                                                                                    \
		level, name, #level, #name                                                                   \
	}
static const struct {
	int level, name;
	const char *level_text, *text;
} linux_options[] = {
	LINUX(SOL_SOCKET, SO_BROADCAST),  LINUX(SOL_SOCKET, SO_ERROR),       LINUX(SOL_SOCKET, SO_KEEPALIVE),
	LINUX(SOL_SOCKET, SO_LINGER),     LINUX(SOL_SOCKET, SO_RCVBUF),      LINUX(SOL_SOCKET, SO_RCVTIMEO),
	LINUX(SOL_SOCKET, SO_REUSEADDR),  LINUX(SOL_SOCKET, SO_REUSEPORT),   LINUX(SOL_SOCKET, SO_SNDBUF),
	LINUX(SOL_SOCKET, SO_SNDTIMEO),   LINUX(SOL_SOCKET, SO_TYPE),        LINUX(IPPROTO_TCP, TCP_KEEPCNT),
	LINUX(IPPROTO_TCP, TCP_KEEPIDLE), LINUX(IPPROTO_TCP, TCP_KEEPINTVL), LINUX(IPPROTO_TCP, TCP_NODELAY),
};

static void fail(const struct option *option, const char *why)
{
	fprintf(stderr, "gen-options: %s: %s\n", option->text, why);
	exit(1);
}

static const char *level_of(const struct option *option)
{
	for (size_t i = 0; i < COUNT(levels); i++)
		if (levels[i].level == option->level)
			return levels[i].text;
	fail(option, "its level has no name in doc/gen-options.c");
	return NULL;
}

static void print_linux(const struct option *option)
{
	for (size_t i = 0; i < COUNT(linux_options); i++)
		if (linux_options[i].level == option->posix_level &&
		    linux_options[i].name == option->posix_name) {
			printf("Linux:\n.Dv %s , %s .\n", linux_options[i].level_text, linux_options[i].text);
			return;
		}
	fail(option, "its Linux option has no name in doc/gen-options.c");
}

/* The groups of lengths, which have letters in the order of the options. */
static const struct shape *groups[26];

static char letter(const struct shape *shape)
{
	size_t i = 0;

	while (i < COUNT(groups) && groups[i] && groups[i] != shape)
		i++;
	if (i == COUNT(groups)) {
		fprintf(stderr, "gen-options: more groups of lengths than letters\n");
		exit(1);
	}
	groups[i] = shape;
	return (char)('A' + i);
}

/* The first Windows that has the late options. */
static const char *first_windows(void)
{
	int i = 0;

	while (i < WINDOWS_COUNT - 1 && !wsc__windows[i].has_tcp_keepalive_options)
		i++;
	return wsc__windows[i].name;
}

static void print_option(const struct option *option)
{
	printf(".It Dv %s\n.Dv %s ,\n0x%04x.\n", option->text, level_of(option), (unsigned)option->name);
	printf("Lengths: %c", letter(option->shape));
	if (option->page)
		printf(", in mode\n.Ql page\n%c", letter(option->page));
	printf(".\n");
	print_linux(option);
	if (option->streams_only)
		printf("Streams only.\n");
	if (option->windows_10)
		printf("Windows %s and later.\n", first_windows());
	printf("Source: %s.\n", option->source);
}

static const char *bytes(int number)
{
	static const char *const words[] = { "no byte", "1 byte", "2 bytes", "3 bytes", "4 bytes" };

	return words[number];
}

static void print_group(const struct shape *shape)
{
	printf(".It %c\nThe value has %s.\n", letter(shape), bytes(shape->size));
	printf(".Fn setsockopt\ntakes %s or more, of which the first %s;\n", bytes(shape->set_least),
	       shape->set_bytes == 1 ? "counts" : "four count");
	if (shape->set_none)
		printf("a length of 0 succeeds and changes nothing,\n");
	fputs(shape->set_negative ? "a negative one is taken for a very large one.\n"
				  : "a negative one is\n.Er WSAENOBUFS .\n",
	      stdout);
	if (shape->values == TRUTH)
		printf("Anything but 0 is 1.\n");
	else if (shape->values == AT_MOST_255)
		printf("Over 255 is\n.Er WSAEINVAL .\n");
	printf(".Fn getsockopt\nneeds %s", bytes(shape->get_least));
	if (shape->get_failed == LENGTH_ZEROED)
		printf("; with less, but some, the length becomes 0");
	else if (shape->get_failed == BUFFER_ZEROED)
		printf("; with less, what room there is becomes 0");
	printf(".\n");
	if (shape->get_short)
		printf("Below %s it tells a length of %d%s.\n", bytes(shape->size), shape->get_short,
		       shape->two_bytes ? ", though it fills a room of two" : "");
}

static const char before[] =
	".\\\" Made by doc/gen-options.c from winsock-compat/options.c.\n"
	".Dd November 22, 2026\n"
	".Dt WINSOCK-COMPAT-OPTIONS 7\n"
	".Os\n"
	".Sh NAME\n"
	".Nm winsock-compat-options\n"
	".Nd the socket options of the Winsock compatibility library\n"
	".Sh DESCRIPTION\n"
	"These are the options that\n"
	".Xr getsockopt 3ws\n"
	"and\n"
	".Xr setsockopt 3ws\n"
	"know, in the order of the library's own table: level and number on Windows, the\n"
	"group of lengths, the option of Linux' that does it, and the source of what is\n"
	"said, which is a page of Microsoft's or the tests of Wine, run on real Windows.\n"
	"Where the two systems differ in more than the number, the library makes up for\n"
	"it, or\n"
	".Xr getsockopt 3ws\n"
	"says what it does not.\n"
	"An option for streams only is\n"
	".Er WSAENOPROTOOPT\n"
	"on any other socket, and so is one before its Windows.\n"
	".Sh OPTIONS\n";

static const char between[] = ".Sh LENGTHS\n"
			      "A length too small is\n"
			      ".Er WSAEFAULT .\n"
			      "Of a larger one\n"
			      ".Fn setsockopt\n"
			      "leaves the rest alone, and\n"
			      ".Fn getsockopt\n"
			      "tells the length of the value.\n";

static const char after[] = ".Sh SEE ALSO\n"
			    ".Xr getsockopt 3ws ,\n"
			    ".Xr winsock-compat 5 ,\n"
			    ".Xr winsock-compat 7 ,\n"
			    ".Xr winsock-compat-errors 7\n";

int main(void)
{
	fputs(before, stdout);
	printf(".Bl -tag -width Ds\n");
	for (unsigned i = 0; i < wsc__options_count; i++)
		print_option(&wsc__options[i]);
	printf(".El\n");
	fputs(between, stdout);
	printf(".Bl -tag -width Ds\n");
	for (size_t i = 0; i < COUNT(groups) && groups[i]; i++)
		print_group(groups[i]);
	printf(".El\n");
	fputs(after, stdout);
	return fflush(stdout) || ferror(stdout);
}
