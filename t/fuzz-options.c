/* setsockopt, getsockopt, ioctlsocket and WSAIoctl with random arguments, on sockets of every kind in every
 * state.
 *
 * Nothing may crash or hang, no call may give an error that is none of Winsock's, none that fails may change
 * an option of the kernel's, and none may write where it has no business. What the arguments mean is for the
 * other tests; here they are anything.
 *
 * The calls come in sessions, each of one kind of socket from WSAStartup to WSACleanup, and a session follows
 * from its number alone. A finding names the session:
 *   WSC_SEED     the number of the first session; without it the time says it
 *   WSC_CALLS    how many calls are made; without it
 *   WSC_SECONDS  for how long; 2 if it is not set. Each kind of socket has a session in any case
 *   WSC_TRACE    prints every call
 * So WSC_SEED=NUMBER WSC_CALLS=1 WSC_TRACE=1 shows what led to it. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <afunix.h>
#include <mstcpip.h>
#include <mswsock.h>

#include "kernel.h"
#include "link.h"
#include "net.h"
#include "options.h"
#include "snapshot.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (int)(sizeof(array) / sizeof *(array))

/* Random numbers: Vigna's splitmix64, which any seed is good for. */

static uint64_t random_state;

static uint64_t any(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static int below(int end)
{
	return (int)(any() % (unsigned)end);
}

static bool one_in(int count)
{
	return below(count) == 0;
}

static int any_int(void)
{
	static const int edges[] = { 0,     1,      -1,     2,      0x7f,    0x80,       0xff,
				     0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, -0x7fffffff - 1 };

	switch (below(3)) {
	case 0:
		return edges[below(COUNT(edges))];
	case 1:
		return below(128);
	default:
		return (int)any();
	}
}

/* What there is to ask for: the rows of options.in and ioctls.in. */

#define ON_OTHER 0x1000 /* what options.in has no word for */

static const struct code {
	const char *name;
	DWORD number;
	int in, out;
	const char *end;
} codes[] = {
#define ROW(name, number, in_form, in, in_most, in_error, out_form, out, out_most, out_error, kept, kinds,   \
	    other, end, ...)                                                                                 \
	{ #name, number, in, out, #end },
#include "ioctls-rows.h"
#undef ROW
};

static const struct code *find_code(DWORD number)
{
	for (const struct code *code = codes; code < codes + COUNT(codes); code++)
		if (code->number == number)
			return code;
	return NULL;
}

/* Where a call's arguments lie: a page each, with none after it. What they held before a call is kept
 * beside it, to see what the call has written. */
enum region { IN_PAGE, OUT_PAGE, LENGTH_PAGE, OVERLAPPED_PAGE, REGIONS };
enum { PAGE = 4096 };
static struct {
	char *memory;
	char before[PAGE];
} regions[REGIONS];

/* How an argument can lie. */
enum place { AT_END, INSIDE, ACROSS_END, BAD, READ_ONLY, ABSURD };
static const char *const places[] = { "valid", "valid",     "across the end of memory",
				      "bad",   "read-only", "absurd" };
static char *read_only;

struct argument {
	char *pointer;
	int size; /* as the call is told */
	int room; /* bytes that are really there to be written */
	enum region region;
	enum place place;
};

static char *end_of(enum region region)
{
	return regions[region].memory + PAGE;
}

static struct argument place(enum region region, int size, enum place place)
{
	struct argument argument = { .size = size, .region = region, .place = place };
	int fitting = size < 0 ? 4 : size > PAGE ? PAGE : size; /* SO_OPENTYPE writes 4 bytes into -1 */

	switch (place) {
	case AT_END:
		argument.pointer = end_of(region) - fitting;
		break;
	case INSIDE:
		argument.pointer = regions[region].memory + below(PAGE - fitting + 1);
		break;
	case ACROSS_END:
		argument.pointer = end_of(region) - below(fitting ? fitting : 1);
		break;
	case BAD:
		argument.pointer = bad_pointers()[below(4)].pointer;
		break;
	case READ_ONLY:
		argument.pointer = read_only + below(PAGE);
		break;
	case ABSURD:
		argument.pointer = (char *)(uintptr_t)(one_in(2) ? any() : ~(uint64_t)0 - (uint64_t)below(9));
		break;
	}
	if (place <= ACROSS_END) {
		argument.room = (int)(end_of(region) - argument.pointer);
		if (argument.room > fitting)
			argument.room = fitting;
	}
	return argument;
}

static struct argument place_anywhere(enum region region, int size)
{
	static const enum place choice[] = { AT_END, INSIDE, AT_END,    INSIDE, AT_END,     INSIDE,
					     AT_END, INSIDE, AT_END,    INSIDE, ACROSS_END, ACROSS_END,
					     BAD,    BAD,    READ_ONLY, ABSURD };

	return place(region, size, choice[below(COUNT(choice))]);
}

/* What was where it lies. */
static char *before(const struct argument *argument)
{
	return regions[argument->region].before + (argument->pointer - regions[argument->region].memory);
}

static void write_region(const struct argument *argument, const void *from, int size)
{
	if (size > argument->room)
		size = argument->room;
	if (size <= 0)
		return;
	memcpy(argument->pointer, from, (size_t)size);
	memcpy(before(argument), from, (size_t)size);
}

/* Whether the region is as it was but for so many bytes there; it is then again. */
static bool is_untouched(const struct argument *argument, int allowed)
{
	char *memory = regions[argument->region].memory, *old = regions[argument->region].before;
	size_t from = PAGE, to = PAGE;
	bool same;

	if (argument->place <= ACROSS_END) {
		from = (size_t)(argument->pointer - memory);
		to = from + (size_t)(allowed < 0 ? 0 : allowed > argument->room ? argument->room : allowed);
	}
	same = memcmp(memory, old, from) == 0 && memcmp(memory + to, old + to, PAGE - to) == 0;
	memcpy(memory + from, old + from, to - from);
	if (!same)
		memcpy(memory, old, PAGE);
	return same;
}

/* What the values are: mostly anything, sometimes what makes sense for their size. */

static DWORD any_interface(void)
{
	static const DWORD known[] = { 0, 1, 2, 0x0100007f, 0x0100090a, 0x01000000, 0x02000000 };

	return one_in(8) ? (DWORD)any() : known[below(COUNT(known))];
}

/* Filled in for the socket that the calls are made on. */
static int family_of_subject(void);

static void fill_group(struct sockaddr_storage *address)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	struct sockaddr_in *four = (struct sockaddr_in *)address;

	memset(address, 0, sizeof *address);
	if (one_in(8) || family_of_subject() == AF_INET6) {
		six->sin6_family = AF_INET6;
		inet_pton(AF_INET6, SNAPSHOT_GROUP6, &six->sin6_addr);
		six->sin6_addr.s6_addr[15] += below(SNAPSHOT_GROUPS);
	} else {
		four->sin_family = one_in(8) ? any() : AF_INET;
		inet_pton(AF_INET, SNAPSHOT_GROUP, &four->sin_addr);
		four->sin_addr.s_addr += htonl(below(SNAPSHOT_GROUPS));
	}
}

/* One of two hosts, of the family of the group. */
static void fill_source(struct sockaddr_storage *address)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	struct sockaddr_in *four = (struct sockaddr_in *)address;

	fill_group(address);
	if (address->ss_family == AF_INET6)
		inet_pton(AF_INET6, one_in(2) ? "fd00::1" : "fd00::2", &six->sin6_addr);
	else
		four->sin_addr.s_addr = one_in(2) ? 0x0100000a : 0x0200000a;
}

static void fill_sensibly(char *value, int size)
{
	union {
		struct ip_mreq membership;
		struct ip_mreq_source source;
		struct ipv6_mreq membership6;
		struct group_req group;
		struct group_source_req group_source;
		struct tcp_keepalive keepalive;
		struct sockaddr_storage address;
		SOCKET handle;
	} sense;
	struct sockaddr_storage group;

	memset(&sense, 0, sizeof sense);
	fill_group(&group);
	if (size == sizeof sense.group) {
		sense.group.gr_interface = any_interface();
		sense.group.gr_group = group;
	} else if (size == sizeof sense.group_source) {
		sense.group_source.gsr_interface = any_interface();
		sense.group_source.gsr_group = group;
		fill_source(&sense.group_source.gsr_source);
	} else if (size == sizeof sense.membership6) {
		sense.membership6.ipv6mr_multiaddr = ((struct sockaddr_in6 *)&group)->sin6_addr;
		sense.membership6.ipv6mr_interface = any_interface();
	} else if (size == sizeof sense.source && one_in(2)) {
		sense.source.imr_multiaddr = ((struct sockaddr_in *)&group)->sin_addr;
		sense.source.imr_sourceaddr.s_addr = one_in(2) ? 0x0100000a : 0x0200000a;
		sense.source.imr_interface.s_addr = any_interface();
	} else if (size == sizeof sense.keepalive) {
		sense.keepalive.onoff = (DWORD)any_int();
		sense.keepalive.keepalivetime = (DWORD)any_int();
		sense.keepalive.keepaliveinterval = (DWORD)any_int();
	} else if (size == sizeof sense.membership) {
		sense.membership.imr_multiaddr = ((struct sockaddr_in *)&group)->sin_addr;
		sense.membership.imr_interface.s_addr = any_interface();
	} else {
		sense.address = group;
	}
	memcpy(value, &sense, (size_t)size < sizeof sense ? (size_t)size : sizeof sense);
}

static void fill(const struct argument *argument)
{
	static char value[PAGE];
	int size = argument->room, number = any_int();
	uint64_t noise;

	memset(value, 0, (size_t)size);
	switch (below(5)) {
	case 0:
		break;
	case 1:
		number = below(4);
		/* fall through */
	case 2:
		memcpy(value, &number, (size_t)size < sizeof number ? (size_t)size : sizeof number);
		break;
	case 3:
		fill_sensibly(value, size);
		break;
	default:
		for (int i = 0; i < size; i += (int)sizeof noise) {
			noise = any();
			memcpy(value + i, &noise,
			       (size_t)(size - i) < sizeof noise ? (size_t)(size - i) : sizeof noise);
		}
		break;
	}
	write_region(argument, value, size);
}

/* A reservation takes a descriptor for each port, and the process has only so many. */
static void ask_for_few_ports(const struct argument *argument)
{
	INET_PORT_RANGE range;

	if (argument->room < (int)sizeof range)
		return;
	memcpy(&range, argument->pointer, sizeof range);
	range.NumberOfPorts %= 64;
	write_region(argument, &range, sizeof range);
}

static int any_length(int right)
{
	switch (below(8)) {
	case 0:
		return below(9);
	case 1:
		return right - 1;
	case 2:
		return right + 1 + below(64);
	case 3:
		return one_in(4) ? any_int() : below(1200);
	default:
		return right ? right : 4;
	}
}

/* A call, and what came of it. */
enum function { SETSOCKOPT, GETSOCKOPT, IOCTLSOCKET, WSAIOCTL, FUNCTIONS };
static const char *const functions[] = { "setsockopt", "getsockopt", "ioctlsocket", "WSAIoctl" };

struct call {
	enum function function;
	SOCKET s;
	int level, name;
	DWORD code;
	struct argument in, out, length, overlapped;
	bool elsewhere; /* the handle is none of this socket's */
	int result, error;
};

/* What is wrong with it. */
enum finding { CRASH, RESULT, ERROR, KERNEL, LENGTHS, WRITES, FINDINGS };
static const char *const findings[] = {
	[CRASH] = "no call crashes or hangs",
	[RESULT] = "a call gives 0 or SOCKET_ERROR",
	[ERROR] = "an error is one of Winsock's, and a call that fails has one",
	[KERNEL] = "no call that fails, and no getsockopt, changes an option of the kernel's",
	[LENGTHS] = "getsockopt reports no more than it has room for, and writes no more than it reports",
	[WRITES] = "no call writes where it has no business",
};

/* What the sockets are. */
enum { POSIX_UNIX = 1, POSIX_INET = 2, POSIX_INET6 = 10, POSIX_NETLINK = 16, POSIX_PACKET = 17 };
enum { POSIX_STREAM = 1, POSIX_DGRAM = 2, POSIX_RAW = 3, POSIX_SEQPACKET = 5 };
enum { EXPERIMENT = 253 }; /* a protocol that nobody speaks */

static const struct kind {
	const char *text;
	int on;                     /* ON_* */
	int family, type, protocol; /* Winsock's, or the kernel's if it is made behind the library's back */
	bool behind;
} kinds[] = {
	{ "TCP over IPv4", ON_TCP, AF_INET, SOCK_STREAM, 0, false },
	{ "TCP over IPv6", ON_TCP, AF_INET6, SOCK_STREAM, 0, false },
	{ "UDP over IPv4", ON_UDP, AF_INET, SOCK_DGRAM, 0, false },
	{ "UDP over IPv6", ON_UDP, AF_INET6, SOCK_DGRAM, 0, false },
	{ "raw over IPv4", ON_RAW, AF_INET, SOCK_RAW, EXPERIMENT, false },
	{ "raw over IPv6", ON_RAW, AF_INET6, SOCK_RAW, EXPERIMENT, false },
	{ "AF_UNIX", ON_UNIX, AF_UNIX, SOCK_STREAM, 0, false },
	{ "the kernel's TCP over IPv4", ON_TCP, POSIX_INET, POSIX_STREAM, 0, true },
	{ "the kernel's TCP over IPv6", ON_TCP, POSIX_INET6, POSIX_STREAM, 0, true },
	{ "the kernel's UDP over IPv6", ON_UDP, POSIX_INET6, POSIX_DGRAM, 0, true },
	{ "the kernel's AF_UNIX", ON_UNIX, POSIX_UNIX, POSIX_STREAM, 0, true },
	{ "AF_UNIX with datagrams", ON_OTHER, POSIX_UNIX, POSIX_DGRAM, 0, true },
	{ "AF_UNIX with packets in sequence", ON_OTHER, POSIX_UNIX, POSIX_SEQPACKET, 0, true },
	{ "netlink", ON_OTHER, POSIX_NETLINK, POSIX_RAW, 0, true },
	{ "packets", ON_OTHER, POSIX_PACKET, POSIX_DGRAM, 0, true },
};

static struct subject {
	const struct kind *kind;
	int family; /* Winsock's */
	SOCKET s, peer;
	bool error_was_set; /* SO_ERROR may hold anything */
	bool unmet;         /* what a call changes may be what is still to be done to a fresh socket */
} subject;

/* What the process that makes the calls tells the one that waits for it. */
static struct shared {
	uint64_t session;
	volatile uint64_t calls;
	bool done;
	const char *state;
	struct call call;
	uint64_t errors[FUNCTIONS][12000]; /* by their numbers; 0 is a success */
	int found[FINDINGS];
	struct example {
		enum function function;
		int level, name;
		DWORD code;
		char text[768];
	} examples[FINDINGS][16];
	int steps_missed[64];
	int rounds[64];
} * shared;

enum { SENTINEL = 4242 };

static int family_of_subject(void)
{
	return subject.family;
}

static void say_argument(char *text, size_t size, const char *name, const struct argument *argument)
{
	unsigned char byte[8] = { 0 };
	int shown = argument->room < 8 ? argument->room : 8;

	if (argument->place > ACROSS_END) {
		snprintf(text, size, ", %s %s %p", name, places[argument->place], (void *)argument->pointer);
		return;
	}
	memcpy(byte, before(argument), (size_t)shown);
	snprintf(text, size, ", %s %s (%02x%02x%02x%02x %02x%02x%02x%02x)", name, places[argument->place],
		 byte[0], byte[1], byte[2], byte[3], byte[4], byte[5], byte[6], byte[7]);
}

static const struct option *find_option(int level, int name)
{
	for (const struct option *option = options; option < options + COUNT(options); option++)
		if (option->level == level && option->number == name)
			return option;
	return NULL;
}

static const char *option_text(int level, int name)
{
	const struct option *option = find_option(level, name);

	return option ? words("%s %s", option->level_name, option->name) : words("%d %d", level, name);
}

static const char *code_text(DWORD number)
{
	const struct code *code = find_code(number);

	return code ? code->name : words("0x%lx", (unsigned long)number);
}

static const char *say_call(const struct call *call)
{
	static char text[400];
	char in[80] = "", out[80] = "", length[80] = "", overlapped[80] = "";
	bool is_option = call->function <= GETSOCKOPT;

	if (call->in.pointer || call->function != GETSOCKOPT)
		say_argument(in, sizeof in, "in", &call->in);
	if (call->function != SETSOCKOPT)
		say_argument(out, sizeof out, "out", &call->out);
	if (call->function == GETSOCKOPT || call->function == WSAIOCTL)
		say_argument(length, sizeof length, "length", &call->length);
	if (call->overlapped.pointer)
		say_argument(overlapped, sizeof overlapped, "overlapped", &call->overlapped);
	snprintf(text, sizeof text, "%s(%s%s%s, %d%s, %d%s%s): %s", functions[call->function],
		 is_option ? option_text(call->level, call->name) : code_text(call->code),
		 call->elsewhere ? ", of another handle" : "", in, call->in.size, out, call->out.size, length,
		 overlapped, call->result ? error_name(call->error) : "success");
	return text;
}

static const char *where(void)
{
	return words("WSC_SEED=%llu, %s, %s", (unsigned long long)shared->session,
		     kinds[shared->session % COUNT(kinds)].text, shared->state);
}

static void found(enum finding finding, const char *format, ...) TAP_FORMAT(2, 3);
static void found(enum finding finding, const char *format, ...)
{
	const struct call *call = &shared->call;
	struct example *example = shared->examples[finding],
		       *end = example + COUNT(shared->examples[finding]);
	char what[256];
	va_list arguments;

	shared->found[finding]++;
	for (; example < end && *example->text; example++) /* one of a kind is enough */
		if (example->function == call->function && example->level == call->level &&
		    example->name == call->name && example->code == call->code)
			return;
	if (example == end)
		return;
	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	example->function = call->function;
	example->level = call->level;
	example->name = call->name;
	example->code = call->code;
	snprintf(example->text, sizeof example->text, "%s: %s: %s", where(), say_call(call), what);
}

/* The checks of a call. */

static struct snapshot snapshot;
static unsigned changes, calls_unseen;

static void look_anew(void)
{
	changes = snapshot_changes;
	snapshot_take(&snapshot, (int)subject.s);
}

/* Errors of Win32 that Winsock gives as well, and those of its own; all have names. What it says of an errno
 * that nobody has thought of is no answer. */
static bool is_winsock(int error)
{
	static const int others[] = { WSA_INVALID_HANDLE,    WSA_NOT_ENOUGH_MEMORY, WSA_INVALID_PARAMETER,
				      WSA_OPERATION_ABORTED, WSA_IO_INCOMPLETE,     WSA_IO_PENDING };

	for (int i = 0; i < COUNT(others); i++)
		if (others[i] == error)
			return true;
	return error >= WSABASEERR && error <= 11033 && error != WSASYSCALLFAILURE &&
	       strncmp(error_name(error), "WSA", 3) == 0;
}

static void check_error(const struct call *call)
{
	int error = call->error < 0 || call->error >= COUNT(shared->errors[0]) ? COUNT(shared->errors[0]) - 1
									       : call->error;

	shared->errors[call->function][call->result ? error : 0]++;
	if (call->result != 0 && call->result != SOCKET_ERROR)
		found(RESULT, "gives %d", call->result);
	if (call->result ? !is_winsock(call->error) : call->error != 0 && call->error != SENTINEL)
		found(ERROR, "the last error is %s", error_name(call->error));
}

/* A call that has done nothing to any socket is looked at now and then, to see that this is the whole truth.
 */
static void check_kernel(const struct call *call)
{
	const char *changed;

	if (subject.unmet || (changes == snapshot_changes && ++calls_unseen % 16))
		return;
	changes = snapshot_changes;
	changed = snapshot_renew(&snapshot, (int)subject.s);
	if (changed && !call->elsewhere &&
	    (call->function == GETSOCKOPT || (call->result && call->error != WSA_IO_PENDING)))
		found(KERNEL, "%s", changed);
}

/* What getsockopt may write: as many bytes as it reports, or all where Windows reports fewer than it writes.
 * A call that fails may write into the buffer. */
static int check_length(const struct call *call, int given)
{
	const struct option *option = find_option(call->level, call->name);
	int reported, allowed = given < 0 ? call->out.room : given;

	if (call->result || call->length.room < (int)sizeof reported)
		return allowed;
	memcpy(&reported, call->length.pointer, sizeof reported);
	if (given >= 0 && (reported < 0 || reported > given))
		found(LENGTHS, "reports %d bytes of %d", reported, given);
	if (option && option->lengths->traits & SHAPE_TWO_BYTES && given < option->lengths->size)
		return given;
	return reported;
}

static void check_socket_error(const struct call *call)
{
	int value;

	if (call->level != SOL_SOCKET || call->name != SO_ERROR || call->result || subject.error_was_set ||
	    call->out.room < (int)sizeof value)
		return;
	memcpy(&value, call->out.pointer, sizeof value);
	if (value && !is_winsock(value))
		found(ERROR, "SO_ERROR is %s", error_name(value));
}

static void check_writes(const struct call *call)
{
	int given = 0, allowed = call->function == SETSOCKOPT ? 0 : call->out.room;

	if (call->function == GETSOCKOPT) {
		if (call->length.room == sizeof given)
			memcpy(&given, before(&call->length), sizeof given);
		allowed = check_length(call, given);
		if (given >= 0 && allowed > given)
			allowed = given;
	}
	if (!is_untouched(&call->out, allowed))
		found(call->function == GETSOCKOPT ? LENGTHS : WRITES,
		      "writes beyond the %d bytes of its result", allowed);
	if (!is_untouched(&call->in, 0))
		found(WRITES, "writes into what it is given");
	if (!is_untouched(&call->length, sizeof(int)))
		found(WRITES, "writes beside the length");
	if (!is_untouched(&call->overlapped, sizeof(WSAOVERLAPPED)))
		found(WRITES, "writes beside the OVERLAPPED");
}

/* Making a call. */

static const struct option *any_option(void)
{
	return &options[below(COUNT(options))];
}

/* Most of them are made for this socket. */
static const struct option *fitting_option(void)
{
	const struct option *option = any_option();

	for (int i = 0; i < 3 && (!(option->sockets & subject.kind->on) ||
				  (option->level == IPPROTO_IPV6 && subject.family != AF_INET6));
	     i++)
		option = any_option();
	return option;
}

static void choose_option(struct call *call)
{
	const struct option *option = fitting_option();

	call->level = option->level;
	call->name = option->number;
	call->out.size = option->lengths->size;
	switch (below(12)) {
	case 0:
		call->level = any_int();
		break;
	case 1:
		call->name = any_int();
		break;
	case 2:
		call->level = any_option()->level;
		break;
	case 3:
		call->level = any_int();
		call->name = any_int();
		break;
	}
}

static void choose_group_option(struct call *call)
{
	char value[sizeof(struct group_source_req)];
	const struct option *option;

	do
		option = any_option();
	while (option->lengths->size < (int)sizeof(struct ip_mreq) ||
	       option->lengths->size > (int)sizeof value);
	call->level = option->level;
	call->name = option->number;
	call->in = place(IN_PAGE, option->lengths->size, AT_END);
	fill_sensibly(value, call->in.size);
	write_region(&call->in, value, call->in.size);
}

/* A call that waits until something happens does so only on a socket that blocks. */
static void choose_code(struct call *call)
{
	const struct code *code = &codes[below(COUNT(codes))];

	call->code = code->number;
	call->in.size = code->in;
	call->out.size = code->out;
	if (one_in(12))
		call->code = (DWORD)any_int();
	else if (one_in(12))
		call->code ^= (DWORD)1 << below(32);
	code = find_code(call->code);
	if (code && strcmp(code->end, "LATER") == 0 && !(snapshot.flags & O_NONBLOCK))
		call->code = SIO_FLUSH;
}

static void choose_socket(struct call *call)
{
	static const SOCKET none[] = { INVALID_SOCKET, 0, (SOCKET)1 << 31, 0x7fffffff, 1000000 };

	call->s = subject.s;
	if (one_in(50))
		call->s = one_in(2) ? none[below(COUNT(none))] : subject.s + ((SOCKET)1 << (32 + below(31)));
	call->elsewhere = call->s != subject.s;
}

static void complete(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
	(void)error, (void)bytes, (void)overlapped, (void)flags;
}

static void choose(struct call *call)
{
	int size;

	memset(call, 0, sizeof *call);
	call->function = one_in(3) ? one_in(3) ? IOCTLSOCKET : WSAIOCTL : one_in(2) ? SETSOCKOPT : GETSOCKOPT;
	choose_socket(call);
	call->in.place = call->out.place = call->length.place = call->overlapped.place = BAD;
	switch (call->function) {
	case SETSOCKOPT:
		if (one_in(8)) { /* groups and sources, which only make sense one after the other */
			choose_group_option(call);
			break;
		}
		choose_option(call);
		call->in = place_anywhere(IN_PAGE, any_length(call->out.size));
		fill(&call->in);
		break;
	case GETSOCKOPT:
		choose_option(call);
		size = any_length(call->out.size);
		call->out = place_anywhere(OUT_PAGE, size);
		call->length = place_anywhere(LENGTH_PAGE, sizeof(int));
		write_region(&call->length, &size, sizeof size);
		break;
	case IOCTLSOCKET:
		choose_code(call);
		call->out = place_anywhere(OUT_PAGE, sizeof(u_long));
		fill(&call->out);
		if (call->code == SIO_ACQUIRE_PORT_RESERVATION)
			ask_for_few_ports(&call->out);
		break;
	default:
		choose_code(call);
		call->in = place_anywhere(IN_PAGE, any_length(call->in.size));
		fill(&call->in);
		if (call->code == SIO_ACQUIRE_PORT_RESERVATION)
			ask_for_few_ports(&call->in);
		call->out = place_anywhere(OUT_PAGE, one_in(2) ? below(PAGE) : any_length(call->out.size));
		call->length = one_in(4) ? place_anywhere(LENGTH_PAGE, sizeof(DWORD))
					 : place(LENGTH_PAGE, sizeof(DWORD), AT_END);
		if (call->out.size < 0) /* a DWORD: more than there can be */
			call->out.room = call->out.place <= ACROSS_END
						 ? (int)(end_of(OUT_PAGE) - call->out.pointer)
						 : 0;
		if (one_in(8))
			call->overlapped = place_anywhere(OVERLAPPED_PAGE, sizeof(WSAOVERLAPPED));
		break;
	}
}

static bool traced;

static void make_call(void)
{
	struct call *call = &shared->call;
	DWORD *returned;
	u_long *value;
	int *length;

	choose(call);
	WSASetLastError(SENTINEL);
	switch (call->function) {
	case SETSOCKOPT:
		if (call->level == SOL_SOCKET && call->name == SO_ERROR)
			subject.error_was_set = true;
		call->result = setsockopt(call->s, call->level, call->name, call->in.pointer, call->in.size);
		break;
	case GETSOCKOPT:
		length = (int *)(void *)call->length.pointer;
		call->result = getsockopt(call->s, call->level, call->name, call->out.pointer, length);
		break;
	case IOCTLSOCKET:
		value = (u_long *)(void *)call->out.pointer;
		call->result = ioctlsocket(call->s, (long)call->code, value);
		break;
	default:
		returned = (DWORD *)(void *)call->length.pointer;
		call->result = WSAIoctl(call->s, call->code, call->in.pointer, (DWORD)call->in.size,
					call->out.pointer, (DWORD)call->out.size, returned,
					(WSAOVERLAPPED *)(void *)call->overlapped.pointer,
					one_in(16) ? complete : NULL);
		break;
	}
	call->error = WSAGetLastError();
	shared->calls++;
	if (traced)
		printf("# %s: %s\n", where(), say_call(call));
	check_error(call);
	check_kernel(call);
	check_socket_error(call);
	check_writes(call);
}

static void make_calls(int most)
{
	for (int left = below(most + 1); left; left--)
		make_call();
}

/* The states of a socket are what was done to it. A step says whether it came to be: the options that were
 * set before may forbid it. */

/* Whatever it is. */
static void abandon(SOCKET s)
{
	snapshot_hurry((int)s);
	if (closesocket(s) != 0)
		kernel_close(s);
}

static void be_nonblocking(SOCKET s)
{
	u_long on = 1;

	ioctlsocket(s, FIONBIO, &on);
}

static void wait_for(SOCKET s, short events)
{
	struct {
		int fd;
		short events, revents;
	} one = { (int)s, events, 0 };

	syscall(SYS_poll, &one, 1, 50);
}

enum { POSIX_POLLIN = 1, POSIX_POLLOUT = 4 };

/* The files of AF_UNIX, each for as long as it may be needed. */
enum { FILES = 8, FILE_SIZE = 64 };
static char files[FILES][FILE_SIZE];
static unsigned next_file;

static const char *new_file(void)
{
	char *file = files[next_file++ % FILES];

	if (*file)
		unlink(file);
	snprintf(file, FILE_SIZE, "/tmp/winsock-compat-fuzz-%d-%u", (int)getpid(), next_file);
	return file;
}

static void remove_files(void)
{
	for (int i = 0; i < FILES; i++)
		if (*files[i])
			unlink(files[i]);
}

/* An address of this family: nobody's yet, on this host. */
static int own_address(int family, struct sockaddr_storage *address)
{
	memset(address, 0, sizeof *address);
	address->ss_family = (ADDRESS_FAMILY)family;
	if (family == AF_INET6) {
		((struct sockaddr_in6 *)address)->sin6_addr.s6_addr[15] = 1;
		return sizeof(struct sockaddr_in6);
	}
	if (family == AF_INET) {
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(struct sockaddr_in);
	}
	strcpy((char *)address + sizeof address->ss_family, new_file());
	return sizeof(struct sockaddr_un);
}

static SOCKET new_peer(struct sockaddr_storage *address, int *length)
{
	SOCKET peer = socket(subject.family, subject.kind->type, subject.kind->protocol);

	*length = own_address(subject.family, address);
	if (peer == INVALID_SOCKET || bind(peer, (struct sockaddr *)address, *length) != 0)
		bail("the peer: %s", error_name(WSAGetLastError()));
	*length = sizeof *address;
	if (getsockname(peer, (struct sockaddr *)address, length) != 0)
		bail("the peer's name: %s", error_name(WSAGetLastError()));
	be_nonblocking(peer);
	return peer;
}

static bool be_bound(void)
{
	struct sockaddr_storage address;
	int length = own_address(subject.family, &address);

	return bind(subject.s, (struct sockaddr *)&address, length) == 0;
}

static bool listens(void)
{
	return listen(subject.s, 5) == 0;
}

static bool connect_to(const struct sockaddr_storage *address, int length)
{
	be_nonblocking(subject.s);
	return connect(subject.s, (const struct sockaddr *)address, length) == 0 ||
	       WSAGetLastError() == WSAEWOULDBLOCK;
}

static bool be_connected(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET listener = new_peer(&address, &length);

	if (!(subject.kind->on & ON_STREAM)) {
		subject.peer = listener;
		return connect_to(&address, length);
	}
	listen(listener, 5);
	if (connect_to(&address, length)) {
		wait_for(listener, POSIX_POLLIN);
		subject.peer = accept(listener, NULL, NULL);
	}
	closesocket(listener);
	return subject.peer != INVALID_SOCKET;
}

/* The socket that listens goes, and the one that it accepts is in its place. */
static bool be_accepted(void)
{
	struct sockaddr_storage address, of_peer;
	int length = sizeof address, length_of_peer;
	SOCKET accepted;

	if (getsockname(subject.s, (struct sockaddr *)&address, &length) != 0)
		return false;
	subject.peer = new_peer(&of_peer, &length_of_peer);
	if (connect(subject.peer, (struct sockaddr *)&address, length) != 0 &&
	    WSAGetLastError() != WSAEWOULDBLOCK)
		return false;
	wait_for(subject.s, POSIX_POLLIN);
	be_nonblocking(subject.s);
	accepted = accept(subject.s, NULL, NULL);
	if (accepted == INVALID_SOCKET)
		return false;
	closesocket(subject.s);
	subject.s = accepted;
	return true;
}

/* The peer's queue is full, and what more comes is not answered. */
static bool be_connecting(void)
{
	struct sockaddr_storage address;
	int length;
	SOCKET fillers[3];

	subject.peer = new_peer(&address, &length);
	listen(subject.peer, 0);
	for (int i = 0; i < COUNT(fillers); i++) {
		fillers[i] = socket(subject.family, SOCK_STREAM, 0);
		be_nonblocking(fillers[i]);
		connect(fillers[i], (struct sockaddr *)&address, length);
	}
	connect_to(&address, length);
	for (int i = 0; i < COUNT(fillers); i++)
		abandon(fillers[i]);
	return WSAGetLastError() == WSAEWOULDBLOCK;
}

static bool be_refused(void)
{
	struct sockaddr_storage address;
	int length;

	closesocket(new_peer(&address, &length));
	if (!connect_to(&address, length))
		return true;
	if (!(subject.kind->on & ON_STREAM))
		send(subject.s, "text", 4, 0);
	wait_for(subject.s, POSIX_POLLOUT);
	return true;
}

static bool shut_down(void)
{
	return shutdown(subject.s, below(3)) == 0;
}

static bool has_data(void)
{
	send(subject.peer, "x", 1, MSG_OOB);
	return send(subject.peer, "text", 4, 0) == 4;
}

static bool peer_shuts_down(void)
{
	return shutdown(subject.peer, SD_SEND) == 0;
}

static bool peer_closes(void)
{
	SOCKET peer = subject.peer;

	subject.peer = INVALID_SOCKET;
	return closesocket(peer) == 0;
}

static bool peer_resets(void)
{
	abandon(subject.peer);
	subject.peer = INVALID_SOCKET;
	return true;
}

static bool error_is_met(void)
{
	char byte;

	be_nonblocking(subject.s);
	return recv(subject.s, &byte, 1, 0) < 0;
}

static bool be_closed(void)
{
	return closesocket(subject.s) == 0;
}

static bool be_closed_behind(void)
{
	kernel_close(subject.s);
	return true;
}

/* The number is that of something else now. */
static bool be_replaced_by(int fd)
{
	syscall(SYS_dup3, fd, (int)subject.s, 0);
	kernel_close((SOCKET)fd);
	return fd >= 0;
}

static bool be_file(void)
{
	return be_replaced_by((int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR));
}

static bool be_pipe(void)
{
	int ends[2];

	syscall(SYS_pipe2, ends, 0);
	kernel_close((SOCKET)ends[1]);
	return be_replaced_by(ends[0]);
}

static bool be_another(void)
{
	int family = one_in(2) ? POSIX_INET : POSIX_INET6;

	return be_replaced_by(kernel_socket(family, one_in(2) ? POSIX_STREAM : POSIX_DGRAM));
}

static bool be_pair(void)
{
	int pair[2] = { -1, -1 };

	syscall(SYS_socketpair, subject.kind->family, subject.kind->type, 0, pair);
	subject.peer = (SOCKET)pair[1];
	return be_replaced_by(pair[0]);
}

enum { STEPS = 4 };
static const struct state {
	const char *text;
	int on; /* ON_* */
	bool (*steps[STEPS])(void);
} states[] = {
	{ "fresh", ON_ANY | ON_OTHER, { NULL } },
	{ "bound", ON_ANY, { be_bound } },
	{ "listening", ON_STREAM, { be_bound, listens } },
	{ "connecting", ON_TCP, { be_connecting } },
	{ "bound and connecting", ON_TCP, { be_bound, be_connecting } },
	{ "refused", ON_STREAM | ON_UDP, { be_refused } },
	{ "connected", ON_ANY, { be_connected } },
	{ "bound and connected", ON_IP, { be_bound, be_connected } },
	{ "accepted", ON_STREAM, { be_bound, listens, be_accepted } },
	{ "with data", ON_STREAM, { be_connected, has_data } },
	{ "shut down", ON_ANY, { be_connected, shut_down } },
	{ "shut down twice", ON_STREAM, { be_connected, shut_down, shut_down } },
	{ "shut down by the peer", ON_STREAM, { be_connected, peer_shuts_down } },
	{ "closed by the peer", ON_STREAM, { be_connected, peer_closes } },
	{ "closed by the peer, with data", ON_STREAM, { be_connected, has_data, peer_closes } },
	{ "accepted and closed by the peer", ON_STREAM, { be_bound, listens, be_accepted, peer_closes } },
	{ "reset by the peer", ON_TCP, { be_connected, peer_resets } },
	{ "reset by the peer, as a call has met", ON_TCP, { be_connected, peer_resets, error_is_met } },
	{ "one of a pair", ON_OTHER, { be_pair } },
	{ "closed", ON_ANY | ON_OTHER, { be_closed } },
	{ "closed behind the library's back", ON_ANY | ON_OTHER, { be_closed_behind } },
	{ "replaced by a file", ON_ANY | ON_OTHER, { be_file } },
	{ "replaced by a pipe", ON_ANY | ON_OTHER, { be_pipe } },
	{ "replaced by another socket", ON_ANY | ON_OTHER, { be_another } },
	{ "replaced when connected", ON_TCP, { be_connected, be_another } },
};
_Static_assert(sizeof states / sizeof *states <= sizeof shared->rounds / sizeof *shared->rounds, "room");

static bool is_possible(const struct kind *kind, const struct state *state)
{
	if (!(kind->on & state->on))
		return false;
	return state->steps[0] != be_pair || kind->family == POSIX_UNIX;
}

/* The first call that meets a socket ends its making, which is told from what the call does only later. */
static void meet(void)
{
	int type, size = sizeof type;

	subject.unmet = true;
	if (one_in(2))
		make_calls(2);
	subject.unmet = false;
	if (getsockopt(subject.s, SOL_SOCKET, SO_TYPE, (char *)&type, &size) != 0)
		bail("%s: SO_TYPE", subject.kind->text);
}

/* One socket on its way into a state, with calls between the steps. */
static void round_of(const struct state *state)
{
	const struct kind *kind = subject.kind;
	int i;

	subject.s = kind->behind ? (SOCKET)syscall(SYS_socket, kind->family, kind->type, kind->protocol)
				 : socket(kind->family, kind->type, kind->protocol);
	if ((int)subject.s < 0)
		bail("%s: no socket", kind->text);
	subject.peer = INVALID_SOCKET;
	subject.error_was_set = false;
	shared->state = "on the way";
	look_anew();
	if (!kind->behind)
		meet();
	look_anew();
	for (i = 0; i < STEPS && state->steps[i]; i++) {
		if (one_in(2))
			make_calls(20);
		if (!state->steps[i]())
			break;
		look_anew();
	}
	if (i < STEPS && state->steps[i])
		shared->steps_missed[state - states]++;
	else
		shared->rounds[state - states]++;
	shared->state = state->text;
	look_anew();
	make_calls(snapshot.count ? 500 : 50); /* there is not much to say of what is no socket */
	abandon(subject.s);
	if (subject.peer != INVALID_SOCKET)
		abandon(subject.peer);
}

static bool may_be_made(const struct kind *kind)
{
	int fd;

	if (kind->on != ON_RAW && kind->family != POSIX_PACKET)
		return true;
	fd = kernel_socket(POSIX_PACKET, POSIX_RAW);
	if (fd >= 0)
		kernel_close((SOCKET)fd);
	return fd >= 0;
}

static void session(void)
{
	static const char *const windows[] = { "xp", "vista", "7", "10", "11" };
	const struct kind *kind = &kinds[shared->session % COUNT(kinds)];

	if (!may_be_made(kind))
		return;
	random_state = shared->session;
	calls_unseen = 0;
	/* AF_UNIX came with Windows 10. */
	set_environment("WINSOCK_COMPAT_WINDOWS",
			kind->on == ON_UNIX ? windows[3 + below(2)] : windows[below(COUNT(windows))]);
	set_environment("WINSOCK_COMPAT_MODE", one_in(2) ? "page" : "windows");
	set_environment("WINSOCK_COMPAT_POINTERS", one_in(4) ? "probe" : "guard");
	winsock_start();
	subject.kind = kind;
	subject.family = !kind->behind ? kind->family : kind->family == POSIX_INET6 ? AF_INET6 : kind->family;
	for (const struct state *state = states; state < states + COUNT(states); state++)
		if (is_possible(kind, state))
			round_of(state);
	remove_files();
	winsock_end();
}

static void run(uint64_t seed, uint64_t calls, long long milliseconds)
{
	long long end = now_ms() + milliseconds;

	for (shared->session = seed; shared->calls < calls; shared->session++) {
		if (calls == UINT64_MAX && now_ms() >= end &&
		    shared->session - seed >= (uint64_t)COUNT(kinds))
			break;
		session();
	}
	shared->done = true;
}

/* The process that waits. */

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* Waits for the calls; the exit status, or -1 if one took too long. */
static int watch(pid_t child)
{
	enum { STEP = 20, PATIENCE = 60000 };
	uint64_t before = 0;
	int status, waited = 0;

	while (waitpid(child, &status, WNOHANG) == 0) {
		sleep_ms(STEP);
		waited = shared->calls == before ? waited + STEP : 0;
		before = shared->calls;
		if (waited < PATIENCE)
			continue;
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		return -1;
	}
	return status;
}

static void say_errors(void)
{
	for (int function = 0; function < FUNCTIONS; function++)
		for (int error = 0; error < COUNT(shared->errors[function]); error++)
			if (shared->errors[function][error])
				diag("%-11s %10llu %s", functions[function],
				     (unsigned long long)shared->errors[function][error],
				     error ? error_name(error) : "success");
}

int main(void)
{
	uint64_t seed = number("WSC_SEED", (uint64_t)time(NULL) * 1000),
		 calls = number("WSC_CALLS", UINT64_MAX);
	long long milliseconds = (long long)number("WSC_SECONDS", 2) * 1000, start;
	const char *alone = link_make();
	int status;
	pid_t child;

	plan_lazy();
	if (alone)
		diag("in the network of this host, since there can be no other: %s", alone);
	else
		link_loopback();
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bail("no shared memory");
	traced = getenv("WSC_TRACE") != NULL;
	bad_pointers();
	read_only = read_only_page();
	for (int i = 0; i < REGIONS; i++) {
		regions[i].memory = before_bad_page(PAGE);
		memset(regions[i].memory, 0xa5, PAGE);
		memset(regions[i].before, 0xa5, PAGE);
	}
	diag("the first session is WSC_SEED=%llu", (unsigned long long)seed);
	start = now_ms();
	child = fork();
	if (child == 0) {
		run(seed, calls, milliseconds);
		exit(0);
	}
	status = child < 0 ? -1 : watch(child);
	milliseconds = now_ms() - start;
	if (status || !shared->done)
		found(CRASH, "%s", status < 0 ? "takes too long" : words("status 0x%x", (unsigned)status));
	for (int finding = 0; finding < FINDINGS; finding++) {
		is_int(0, shared->found[finding], "%s", findings[finding]);
		for (int i = 0; i < COUNT(shared->examples[finding]) && *shared->examples[finding][i].text;
		     i++)
			diag("  %s", shared->examples[finding][i].text);
	}
	for (int i = 0; shared->done && i < COUNT(states); i++)
		ok(shared->rounds[i], "sockets were %s: %d times", states[i].text, shared->rounds[i]);
	say_errors();
	diag("%llu calls in %lld ms", (unsigned long long)shared->calls, milliseconds);
	return done();
}
