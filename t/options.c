/* Every row of options.in, on every kind of socket: one line each, beneath which is all that differed.
 *
 * What is expected comes from the table alone: its text, as make=test of gen-options.awk has it, and what its
 * head comment says that this means. t/options.wine has what Wine does. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "net.h"
#include "options.h"
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = sizeof options / sizeof *options };

static const char *const wine[] = {
#include "options-wine.h"
};

#ifdef __linux__
int linux_option(unsigned row, unsigned s, void *buffer, unsigned size);
int linux_can_change(unsigned row, unsigned s);
#endif

/* The sockets. */

static const struct kind {
	const char *name;
	int family, type, protocol, number;
} kinds[] = {
	{ "tcp", AF_INET, SOCK_STREAM, 0, TCP },         { "tcp6", AF_INET6, SOCK_STREAM, 0, TCP },
	{ "udp", AF_INET, SOCK_DGRAM, 0, UDP },          { "udp6", AF_INET6, SOCK_DGRAM, 0, UDP },
	{ "raw", AF_INET, SOCK_RAW, IPPROTO_ICMP, RAW }, { "raw6", AF_INET6, SOCK_RAW, 253, RAW },
	{ "unix", AF_UNIX, SOCK_STREAM, 0, UNIX },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in ip;
		struct sockaddr_in6 ip6;
		struct {
			unsigned short family;
			char path[108];
		} local;
	};
	int length;
};

static SOCKET open_socket(const struct kind *kind)
{
	SOCKET s = socket(kind->family, kind->type, kind->protocol);

	if (s == INVALID_SOCKET)
		bail("socket %s: %s", kind->name, error_name(WSAGetLastError()));
	return s;
}

/* Loopback's, and any free port; for AF_UNIX a file that is not there. */
static void free_address(const struct kind *kind, struct address *address)
{
	memset(address, 0, sizeof *address);
	address->any.sa_family = (unsigned short)kind->family;
	switch (kind->family) {
	case AF_INET:
		address->ip.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address->length = sizeof address->ip;
		break;
	case AF_INET6:
		address->ip6.sin6_addr.s6_addr[15] = 1;
		address->length = sizeof address->ip6;
		break;
	default:
		strcpy(address->local.path, "options.socket");
		remove(address->local.path);
		address->length = sizeof address->local;
	}
}

static const char *bind_to_free(SOCKET s, const struct kind *kind, struct address *address)
{
	free_address(kind, address);
	return outcome(bind(s, &address->any, address->length));
}

/* Some ports are chosen no sooner than here. */
static const char *listen_at_free(SOCKET s, const struct kind *kind, struct address *address)
{
	const char *seen = bind_to_free(s, kind, address);

	if (strcmp(seen, "success") == 0)
		seen = outcome(listen(s, 5));
	if (strcmp(seen, "success") != 0 || kind->family == AF_UNIX)
		return seen;
	return outcome(getsockname(s, &address->any, &address->length));
}

static void remove_address(const struct kind *kind, const struct address *address)
{
	if (kind->family == AF_UNIX)
		remove(address->local.path);
}

enum { AT_ONCE = 50, IN_TIME = 5000 }; /* milliseconds */

/* Whoever s is connected to, until the next one is. */
static SOCKET peer = INVALID_SOCKET;

static const char *accept_from(SOCKET listener, SOCKET s, const struct address *address, int milliseconds)
{
	struct timeval wait = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	u_long on = 1, off = 0; /* a listener may answer no sooner than it accepts */
	fd_set readable;
	int result;

	closesocket(peer);
	peer = INVALID_SOCKET;
	ioctlsocket(s, FIONBIO, &on);
	result = connect(s, &address->any, address->length);
	if (result == SOCKET_ERROR && WSAGetLastError() != WSAEWOULDBLOCK)
		return words("connect: %s", outcome(SOCKET_ERROR));
	FD_ZERO(&readable);
	FD_SET(listener, &readable);
	if (select((int)listener + 1, &readable, NULL, NULL, &wait) != 1)
		return "nobody to accept";
	peer = accept(listener, NULL, NULL);
	if (peer == INVALID_SOCKET)
		return words("accept: %s", outcome(SOCKET_ERROR));
	FD_ZERO(&readable);
	FD_SET(s, &readable);
	if (select((int)s + 1, NULL, &readable, NULL, &wait) != 1)
		return "no end of connect";
	ioctlsocket(s, FIONBIO, &off);
	return "success";
}

/* Datagrams need nobody at the other end. */
static const char *connect_socket(SOCKET s, const struct kind *kind)
{
	struct address address;
	const char *seen;
	SOCKET listener;

	if (kind->type != SOCK_STREAM) {
		free_address(kind, &address);
		if (kind->type == SOCK_DGRAM) {
			address.ip.sin_port = htons(9); /* of both families */
		}
		return outcome(connect(s, &address.any, address.length));
	}
	listener = open_socket(kind);
	if (strcmp(listen_at_free(listener, kind, &address), "success") != 0)
		bail("no listener of kind %s: %s", kind->name, error_name(WSAGetLastError()));
	seen = accept_from(listener, s, &address, IN_TIME);
	closesocket(listener);
	remove_address(kind, &address);
	return seen;
}

/* The calls. Both of them put 0 in the place of the last error when they succeed. */

enum { ROOM = 2048, UNTOUCHED = 0xa5 };
struct got {
	int error, length, written;
	unsigned char bytes[ROOM];
};
static bool get_left_error, set_left_error;

static void get(SOCKET s, const struct option *option, int length, struct got *got)
{
	memset(got->bytes, UNTOUCHED, sizeof got->bytes);
	got->length = length;
	WSASetLastError(0xdead);
	got->error =
		getsockopt(s, option->level, option->number, (char *)got->bytes, &got->length) == SOCKET_ERROR
			? WSAGetLastError()
			: 0;
	if (!got->error && WSAGetLastError() != 0)
		get_left_error = true;
	for (got->written = ROOM; got->written && got->bytes[got->written - 1] == UNTOUCHED;)
		got->written--;
}

static int set(SOCKET s, const struct option *option, const void *bytes, int length)
{
	WSASetLastError(0xdead);
	if (setsockopt(s, option->level, option->number, bytes, length) == SOCKET_ERROR)
		return WSAGetLastError();
	if (WSAGetLastError() != 0)
		set_left_error = true;
	return 0;
}

static const char *named(int error)
{
	return error ? error_name(error) : "success";
}

/* What the table says. */

static bool is_number(const struct lengths *lengths)
{
	return (lengths->size == 1 || lengths->size == 4) && !(lengths->traits & SHAPE_VARIES);
}

static bool is_for(const struct option *option, const struct kind *kind)
{
	if (option->level == IPPROTO_IPV6 && kind->family != AF_INET6 &&
	    !(option->traits & OPTION_ANY_FAMILY))
		return false;
	if (kind->family == AF_INET6 &&
	    (option->traits & OPTION_IPV4_ONLY || (option->level == IPPROTO_IP && kind->type == SOCK_RAW)))
		return false;
	return option->sockets & 1 << kind->number;
}

/* Why one of the calls fails on this kind of socket, whatever is passed to it; 0 if it does not. */
static int refusal(const int *errors, const struct option *option, const struct kind *kind)
{
	if (errors[kind->number])
		return errors[kind->number];
	return is_for(option, kind) ? 0 : option->elsewhere;
}

/* What becomes of a number of four bytes of which so many are passed: the value, or -1 if that is WSAEINVAL.
 */
static long long taken(const struct lengths *lengths, unsigned value, int bytes)
{
	if (bytes < 0 || bytes > lengths->set_counts)
		bytes = lengths->set_counts;
	if (bytes < 4)
		value &= (1u << bytes * 8) - 1;
	if (lengths->traits & SHAPE_TRUTH)
		return value != 0;
	return lengths->traits & SHAPE_AT_MOST_255 && value > 255 ? -1 : (long long)value;
}

/* Why setsockopt refuses this length; 0 if it does not. */
static int set_error(const struct lengths *lengths, int length)
{
	if (length < 0)
		return lengths->traits & SHAPE_NEGATIVE ? 0 : WSAENOBUFS;
	if (length >= lengths->set_least || (!length && lengths->traits & SHAPE_NONE))
		return 0;
	return WSAEFAULT;
}

/* What getsockopt gives to a buffer of this length, if it has these bytes. */
static void expect(const struct lengths *lengths, const unsigned char *value, int length, struct got *got)
{
	int size = lengths->size;

	memset(got->bytes, UNTOUCHED, sizeof got->bytes);
	got->error = got->written = 0;
	got->length = length;
	if (length < 0 && lengths->traits & SHAPE_GET_NEGATIVE)
		length = got->length = size;
	if (length < lengths->get_least || length < 0) {
		got->error = WSAEFAULT;
		if (lengths->traits & SHAPE_LENGTH_NEEDED)
			got->length = size;
		else if (lengths->traits & SHAPE_LENGTH_ZEROED && length > 0)
			got->length = 0;
		if (lengths->traits & SHAPE_BUFFER_ZEROED && length > 0)
			memset(got->bytes, 0, (size_t)(got->written = length));
		return;
	}
	got->written = length < size ? length : size;
	if (!(lengths->traits & SHAPE_LENGTH_KEPT))
		got->length = got->written;
	if (length < size && lengths->get_short) {
		got->length = lengths->get_short;
		if (!(lengths->traits & SHAPE_TWO_BYTES))
			got->written = lengths->get_short;
	}
	memcpy(got->bytes, value, (size_t)got->written);
}

static const char *describe(const struct got *got, int asked)
{
	const char *result = got->error ? error_name(got->error)
					: words("%d byte%s", got->written, got->written == 1 ? "" : "s");

	if (got->error && got->written)
		result = words("%s, %d bytes written", result, got->written);
	if (got->length == (got->error ? asked : got->written))
		return result;
	return got->length == asked ? words("%s, length as passed", result)
				    : words("%s, length %d", result, got->length);
}

/* A value for the option: the number, or a structure that can be set on this socket. */
static int value_for(const struct option *option, const struct lengths *lengths, const struct kind *kind,
		     long long number, unsigned char *bytes)
{
	static const unsigned char group6[16] = { 0xff, 2, [15] = 0x77 }, loopback6[16] = { [15] = 1 };
	enum { GROUP = 0xe0000277, LOOPBACK_INDEX = 1 };
	bool is_ip6 = option->level == IPPROTO_IPV6;
	unsigned value = (unsigned)number;
	SOCKADDR_STORAGE group = { 0 }, source = { 0 };
	struct sockaddr_in *ip[] = { (struct sockaddr_in *)&group, (struct sockaddr_in *)&source };
	struct sockaddr_in6 *ip6[] = { (struct sockaddr_in6 *)&group, (struct sockaddr_in6 *)&source };
	static SOCKET listener = INVALID_SOCKET;

	memset(bytes, 0xff, ROOM);
	for (int i = 0; i < 2; i++)
		if (is_ip6) {
			ip6[i]->sin6_family = AF_INET6;
			memcpy(&ip6[i]->sin6_addr, i ? loopback6 : group6, 16);
		} else {
			ip[i]->sin_family = AF_INET;
			ip[i]->sin_addr.s_addr = htonl(i ? INADDR_LOOPBACK : GROUP);
		}
#define IS(text) (strcmp(lengths->name, text) == 0)
	if (IS("ip_mreq")) {
		IP_MREQ *request = (IP_MREQ *)bytes;

		request->imr_multiaddr = ip[0]->sin_addr;
		request->imr_interface = ip[1]->sin_addr;
	} else if (IS("ip_mreq_source")) {
		IP_MREQ_SOURCE *request = (IP_MREQ_SOURCE *)bytes;

		request->imr_multiaddr = ip[0]->sin_addr;
		request->imr_sourceaddr = request->imr_interface = ip[1]->sin_addr;
	} else if (IS("ipv6_mreq")) {
		IPV6_MREQ *request = (IPV6_MREQ *)bytes;

		request->ipv6mr_multiaddr = ip6[0]->sin6_addr;
		request->ipv6mr_interface = LOOPBACK_INDEX;
	} else if (IS("group_req")) {
		GROUP_REQ *request = (GROUP_REQ *)bytes;

		request->gr_interface = LOOPBACK_INDEX;
		request->gr_group = group;
	} else if (IS("group_source_req")) {
		GROUP_SOURCE_REQ *request = (GROUP_SOURCE_REQ *)bytes;

		request->gsr_interface = LOOPBACK_INDEX;
		request->gsr_group = group;
		request->gsr_source = source;
	} else if (IS("handle")) {
		closesocket(listener);
		listener = open_socket(kind);
		memcpy(bytes, &listener, sizeof listener);
	} else if (is_number(lengths)) {
		memcpy(bytes, &value, sizeof value);
	}
#undef IS
	return lengths->size;
}

static const struct option *option_called(int level, const char *name)
{
	for (int i = 0; i < ROWS; i++)
		if (options[i].level == level && strcmp(options[i].name, name) == 0)
			return &options[i];
	bail("options.in has no option %s", name);
	return NULL;
}

/* Some options need what is not to be had here, as a firewall that redirects. */
static bool can_provide(const struct option *option)
{
	return !option->needs || strcmp(option->needs, "peer") == 0 || option->needs[0] < 'a';
}

static void provide(SOCKET s, const struct option *option, const struct kind *kind)
{
	unsigned char bytes[ROOM];
	const struct option *other;
	int error, length;

	if (!option->needs)
		return;
	if (strcmp(option->needs, "peer") == 0) {
		connect_socket(s, kind);
		return;
	}
	if (!can_provide(option))
		return;
	other = option_called(option->level, option->needs);
	provide(s, other, kind);
	length = value_for(other, other->lengths, kind, other->samples[0], bytes);
	error = set(s, other, bytes, length);
	if (error)
		row_differs("success", "%s first: %s", other->name, error_name(error));
}

/* One row on one kind of socket. */

struct subject {
	const struct option *option;
	const struct kind *kind;
	const struct lengths *lengths;
	bool can_get, can_set;
	struct got first; /* what a fresh socket has */
};

/* A value that belongs to no socket does not go away with one. */
static SOCKET fresh(const struct subject *subject)
{
	const struct option *option = subject->option;
	SOCKET s = open_socket(subject->kind);
	DWORD first = (DWORD)option->first[subject->kind->number], type;
	int size = sizeof type;

	/* Its first call ends its making, which changes what the kernel has: see t/fresh.c. */
	getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&type, &size);
	if (option->traits & OPTION_ANY_HANDLE)
		set(s, option, &first, sizeof first);
	provide(s, option, subject->kind);
	return s;
}

static bool same(const struct got *a, const struct got *b)
{
	return a->error == b->error && a->length == b->length && a->written == b->written &&
	       memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The number that was read, or the error; other values are not to be spoken of. */
static const char *shown(const struct got *got)
{
	unsigned value = 0;

	if (got->error)
		return error_name(got->error);
	if (got->written > 4)
		return "another";
	memcpy(&value, got->bytes, (size_t)got->written);
	return words(value < 0x10000 ? "%u" : "0x%x", value);
}

static void expect_number(const struct lengths *lengths, long long number, struct got *got)
{
	unsigned value = (unsigned)number;
	unsigned char bytes[ROOM] = { 0 };

	memcpy(bytes, &value, sizeof value);
	expect(lengths, bytes, lengths->size, got);
}

/* The whole value, in as much room as it needs. */
static void get_whole(SOCKET s, const struct subject *subject, struct got *got)
{
	get(s, subject->option, subject->lengths->size ? subject->lengths->size : ROOM, got);
}

/* Whether the socket has this value now. */
static void has(SOCKET s, const struct subject *subject, const struct got *expected, const char *when)
{
	struct got seen;

	if (!subject->can_get || !is_number(subject->lengths))
		return; /* a structure may have pointers into itself */
	get_whole(s, subject, &seen);
	if (!same(expected, &seen))
		row_differs(shown(expected), "%s %s", when, shown(&seen));
}

static void has_number(SOCKET s, const struct subject *subject, long long number, const char *when)
{
	struct got expected;

	expect_number(subject->lengths, number, &expected);
	has(s, subject, &expected, when);
}

/* What the kernel has; nothing of the kind where no kernel is, or the row names no option of its. */
struct kernel {
	int length;
	unsigned char bytes[ROOM];
};

static void ask_kernel(SOCKET s, const struct option *option, struct kernel *kernel)
{
	kernel->length = 0;
#ifdef __linux__
	if (option->has_linux)
		kernel->length = linux_option((unsigned)(option - options), (unsigned)s, kernel->bytes,
					      sizeof kernel->bytes);
#endif
}

static bool kernel_has_changed(SOCKET s, const struct option *option, const struct kernel *before)
{
	struct kernel now;

	ask_kernel(s, option, &now);
	return now.length != before->length || memcmp(now.bytes, before->bytes, (size_t)now.length) != 0;
}

/* IPV6_V6ONLY of a raw socket, for one, the kernel has and does not let change. */
static bool kernel_can_change(SOCKET s, const struct option *option)
{
#ifdef __linux__
	return linux_can_change((unsigned)(option - options), (unsigned)s);
#else
	(void)s, (void)option;
	return false;
#endif
}

/* A set that fails in this way and leaves everything as it was. */
static void fails_to_set(SOCKET s, const struct subject *subject, int error, const void *bytes, int length,
			 const char *what)
{
	struct kernel before;
	struct got value;
	int seen;

	get_whole(s, subject, &value);
	ask_kernel(s, subject->option, &before);
	seen = set(s, subject->option, bytes, length);
	if (seen != error)
		row_differs(error_name(error), "%s: %s", what, named(seen));
	if (!seen)
		return;
	if (!(subject->option->traits & OPTION_TAKES_ERROR))
		has(s, subject, &value, words("%s fails, and then it reads", what));
	if (kernel_has_changed(s, subject->option, &before))
		row_differs("nothing changed", "%s fails, and the kernel's option changes", what);
}

/* Several lengths with which the same is wrong are told of once. */
enum { LENGTHS = 12 };
struct complaint {
	int length;
	char expected[64], seen[64];
	bool told;
};

static void tell(const char *call, struct complaint *complaints, int count)
{
	for (int i = 0; i < count; i++) {
		const char *list = "";

		if (complaints[i].told)
			continue;
		for (int j = i; j < count; j++)
			if (strcmp(complaints[i].seen, complaints[j].seen) == 0 &&
			    (is_wine() || strcmp(complaints[i].expected, complaints[j].expected) == 0)) {
				complaints[j].told = true;
				list = words("%s%s%d", list, *list ? ", " : "", complaints[j].length);
			}
		row_differs(complaints[i].expected, "%s of %s: %s", call, list, complaints[i].seen);
	}
}

static void complain(struct complaint *complaints, int *count, int length, const char *expected,
		     const char *seen)
{
	struct complaint *complaint = &complaints[(*count)++];

	complaint->length = length;
	complaint->told = false;
	snprintf(complaint->expected, sizeof complaint->expected, "%s", expected);
	snprintf(complaint->seen, sizeof complaint->seen, "%s", seen);
}

/* Those with which something may happen: each once. */
static int lengths_of(const struct lengths *lengths, int *list)
{
	int size = lengths->size, candidates[] = { 0, 1, 2, 3, 4, 8, size - 1, size, size + 4, -1 };
	int count = 0;

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		bool met = candidates[i] < -1;

		for (int j = 0; j < count; j++)
			met |= list[j] == candidates[i];
		if (!met)
			list[count++] = candidates[i];
	}
	return count;
}

/* The first of the other values that can be set, else what is there. */
static long long sample_of(const struct subject *subject)
{
	unsigned value = 0;

	if (subject->option->samples[0] >= 0)
		return subject->option->samples[0];
	memcpy(&value, subject->first.bytes, subject->first.written < 4 ? (size_t)subject->first.written : 4);
	return value;
}

static void get_lengths(const struct subject *subject)
{
	const struct lengths *lengths = subject->lengths;
	struct complaint complaints[LENGTHS];
	struct got value, expected, seen;
	unsigned char bytes[ROOM];
	int list[LENGTHS], count = lengths_of(lengths, list), wrong = 0;
	SOCKET s = fresh(subject);

	value_for(subject->option, lengths, subject->kind, sample_of(subject), bytes);
	for (int i = 0; i < count; i++) {
		if (subject->can_set && is_number(lengths) && subject->option->samples[0] >= 0) {
			set(s, subject->option, bytes, lengths->size);
			expect_number(lengths, sample_of(subject), &value);
		} else {
			value = subject->first;
		}
		get(s, subject->option, list[i], &seen);
		expect(lengths, value.bytes, list[i], &expected);
		if (lengths->traits & SHAPE_VARIES && list[i] >= 0) {
			expected = seen; /* any number of bytes that there is room for, or too little room */
			if (seen.error && seen.error != WSAEFAULT)
				expected.error = 0;
			expected.length = seen.error ? list[i] : seen.written;
			if (seen.error ? seen.written : seen.written > list[i])
				expected.written = 0;
		}
		if (same(&expected, &seen))
			continue;
		if (strcmp(describe(&expected, list[i]), describe(&seen, list[i])) != 0)
			complain(complaints, &wrong, list[i], describe(&expected, list[i]),
				 describe(&seen, list[i]));
		else
			complain(complaints, &wrong, list[i], "the value", "another value");
	}
	tell("get", complaints, wrong);
	closesocket(s);
}

static void set_lengths(const struct subject *subject)
{
	const struct lengths *lengths = subject->lengths;
	struct complaint complaints[LENGTHS], after[LENGTHS];
	int list[LENGTHS], count = lengths_of(lengths, list), wrong = 0, wrong_after = 0;
	unsigned char bytes[ROOM];

	for (int i = 0; i < count; i++) {
		SOCKET s = fresh(subject);
		int error = set_error(lengths, list[i]), seen;
		struct got expected = subject->first, now;
		struct kernel before;
		long long number = sample_of(subject);

		if (lengths->traits & SHAPE_VARIES && list[i]) {
			closesocket(s);
			continue; /* who knows what is to be in it? */
		}
		value_for(subject->option, lengths, subject->kind, number, bytes);
		ask_kernel(s, subject->option, &before);
		seen = set(s, subject->option, bytes, list[i]);
		if (seen != error) {
			complain(complaints, &wrong, list[i], named(error), named(seen));
		} else if (is_number(lengths) && subject->can_get) {
			if (!error && list[i])
				expect_number(lengths, taken(lengths, (unsigned)number, list[i]), &expected);
			get_whole(s, subject, &now);
			if (!same(&expected, &now))
				complain(after, &wrong_after, list[i], shown(&expected), shown(&now));
		}
		if (error && seen && kernel_has_changed(s, subject->option, &before))
			row_differs("nothing changed", "set of %d fails, and the kernel's option changes",
				    list[i]);
		closesocket(s);
	}
	tell("set", complaints, wrong);
	tell("read after set", after, wrong_after);
}

static bool is_refused(const struct option *option, long long value)
{
	for (int i = 0; option->refused[i].error; i++)
		if (option->refused[i].value == value)
			return true;
	return false;
}

/* Sets a number, of four bytes. */
static int set_number(SOCKET s, const struct subject *subject, long long number)
{
	unsigned char bytes[ROOM];

	value_for(subject->option, subject->lengths, subject->kind, number, bytes);
	return set(s, subject->option, bytes, sizeof(DWORD));
}

static const char *number_text(long long number)
{
	return words(number < 0x10000 ? "%lld" : "0x%llx", number);
}

static void takes(SOCKET s, const struct subject *subject, long long number, long long reads)
{
	int error = set_number(s, subject, number);

	if (error)
		row_differs("success", "set to %s: %s", number_text(number), error_name(error));
	else
		has_number(s, subject, reads, words("set to %s: reads", number_text(number)));
}

/* Whether the kernel's option is what is set; where it has none for raw sockets, the library may. */
static bool is_the_kernels(const struct subject *subject)
{
	const struct option *option = subject->option;

	return option->outcome == WORKS && option->is_linux && !(option->traits & OPTION_TAKES_ERROR) &&
	       (subject->kind->number != RAW || !(option->sockets & ON_TCP));
}

static void values(const struct subject *subject)
{
	static const unsigned wide[] = { 2, 0x100 };
	const struct option *option = subject->option;
	const struct lengths *lengths = subject->lengths;
	long long first = option->first[subject->kind->number];
	SOCKET s = fresh(subject);
	struct kernel before;
	unsigned char bytes[ROOM];

	ask_kernel(s, option, &before);
	for (int i = 0; option->samples[i] >= 0; i++) {
		takes(s, subject, option->samples[i], option->samples[i]);
		if (!i && is_the_kernels(subject) && before.length && option->samples[i] != first &&
		    !kernel_has_changed(s, option, &before) && kernel_can_change(s, option))
			row_differs("a change", "set to %s: the kernel's option does not change",
				    number_text(option->samples[i]));
	}
	if (first >= 0 && !is_refused(option, first))
		takes(s, subject, first, first);
	if (lengths->traits & SHAPE_NULL) {
		int error = set(s, option, NULL, 0);

		if (error)
			row_differs("success", "set to NULL: %s", error_name(error));
		else
			has_number(s, subject, 0, "set to NULL: reads");
	}
	for (int i = 0; option->refused[i].error; i++) {
		value_for(option, lengths, subject->kind, option->refused[i].value, bytes);
		fails_to_set(s, subject, option->refused[i].error, bytes, lengths->size,
			     words("set to %s", number_text(option->refused[i].value)));
	}
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
		long long reads = taken(lengths, wide[i], 4);

		if (reads < 0) {
			value_for(option, lengths, subject->kind, wide[i], bytes);
			fails_to_set(s, subject, WSAEINVAL, bytes, 4, words("set to %u", wide[i]));
		} else if (lengths->traits & SHAPE_TRUTH || lengths->size == 1) {
			takes(s, subject, wide[i], reads);
			takes(s, subject, 1, 1);
			takes(s, subject, wide[i], reads);
			if (!is_refused(option, 0))
				takes(s, subject, 0, 0);
		}
	}
	closesocket(s);
}

/* Set before bind and connect, it is there after them; and it comes from a listener, or not. */
static void life(const struct subject *subject)
{
	const struct option *option = subject->option;
	const struct kind *kind = subject->kind;
	long long sample = sample_of(subject);
	struct address address;
	SOCKET s = fresh(subject), client;
	const char *seen;
	struct got expected;

	if (set_number(s, subject, sample))
		return (void)closesocket(s);
	seen = bind_to_free(s, kind, &address);
	if (kind->family == AF_UNIX && option->level == SOL_SOCKET && option->number == SO_REUSEADDR) {
		if (strcmp(seen, "WSAEOPNOTSUPP") != 0) /* t/unix.c has more of it */
			row_differs("WSAEOPNOTSUPP", "bound: %s", seen);
		remove_address(kind, &address);
		return (void)closesocket(s);
	}
	if (strcmp(seen, "success") != 0)
		row_differs("success", "bound: %s", seen);
	has_number(s, subject, sample, "bound: reads");
	seen = option->needs ? "success" : connect_socket(s, kind);
	if (strcmp(seen, "success") != 0)
		row_differs("success", "connected: %s", seen);
	has_number(s, subject, sample, "connected: reads");
	closesocket(s);
	remove_address(kind, &address);
	if (kind->type != SOCK_STREAM)
		return;

	s = fresh(subject);
	set_number(s, subject, sample);
	client = open_socket(kind);
	seen = listen_at_free(s, kind, &address);
	if (strcmp(seen, "success") == 0 && kind->family != AF_UNIX) /* which may have no port before */
		seen = outcome(getsockname(s, &address.any, &address.length));
	if (strcmp(seen, "success") == 0)
		seen = accept_from(s, client, &address,
				   option->traits & OPTION_NO_ACCEPT ? AT_ONCE : IN_TIME);
	expected = subject->first;
	if (option->traits & OPTION_INHERIT)
		expect_number(subject->lengths, sample, &expected);
	if (option->traits & OPTION_NO_ACCEPT && strcmp(seen, "success") == 0)
		row_differs("nobody", "accepted");
	else if (option->traits & OPTION_NO_ACCEPT)
		;
	else if (strcmp(seen, "success") != 0)
		row_differs("success", "accepted: %s", seen);
	else
		has(peer, subject, &expected,
		    option->traits & OPTION_INHERIT ? "accepted: not inherited:" : "accepted: inherited:");
	if (option->first[kind->number] >= 0)
		has_number(client, subject, option->first[kind->number], "its peer:");
	closesocket(client);
	closesocket(s);
	remove_address(kind, &address);
}

/* A call that fails on this kind of socket, whatever it is given. */
static void refuses(const struct subject *subject, bool is_get, int error, const char *when)
{
	unsigned char bytes[ROOM];
	SOCKET s = open_socket(subject->kind);
	struct got got;
	int length;

	if (is_get) {
		get_whole(s, subject, &got);
		if (got.error != error)
			row_differs(error_name(error), "get%s: %s", when, named(got.error));
	} else {
		length = value_for(subject->option, subject->lengths, subject->kind, 1, bytes);
		fails_to_set(s, subject, error, bytes, length, words("set%s", when));
	}
	closesocket(s);
}

/* Whether it works at all. */
static bool can_be_read(struct subject *subject)
{
	SOCKET s = fresh(subject);
	long long first = subject->option->first[subject->kind->number];

	get_whole(s, subject, &subject->first);
	if (subject->first.error)
		row_differs("success", "get: %s", error_name(subject->first.error));
	else if (first >= 0)
		has_number(s, subject, first, "at first:");
	closesocket(s);
	return !subject->first.error;
}

static bool can_be_set(const struct subject *subject)
{
	unsigned char bytes[ROOM];
	SOCKET s = fresh(subject);
	int length = value_for(subject->option, subject->lengths, subject->kind, sample_of(subject), bytes);
	int error = set(s, subject->option, bytes, length);

	if (error)
		row_differs("success", "set: %s", error_name(error));
	closesocket(s);
	return !error;
}

static void check_row(const struct option *option, const struct kind *kind, const struct lengths *lengths)
{
	struct subject subject = { .option = option, .kind = kind, .lengths = lengths };
	int get_refusal = refusal(option->get_error, option, kind),
	    set_refusal = refusal(option->set_error, option, kind);
	char without[64];
	bool can_get, can_set;

	snprintf(without, sizeof without, " without %s", option->needs ? option->needs : "");
	get_left_error = set_left_error = false;
	subject.can_get = !get_refusal;
	subject.can_set = !set_refusal;
	if (get_refusal)
		refuses(&subject, true, get_refusal, "");
	else if (option->needs)
		refuses(&subject, true, option->needs_error, without);
	if (set_refusal)
		refuses(&subject, false, set_refusal, "");
	else if (option->needs)
		refuses(&subject, false, option->needs_error, without);
	can_get = subject.can_get = !get_refusal && can_provide(option) && can_be_read(&subject);
	can_set = subject.can_set = !set_refusal && can_provide(option) && can_be_set(&subject);
	if (can_get)
		get_lengths(&subject);
	if (can_set)
		set_lengths(&subject);
	if (can_set && is_number(lengths)) {
		values(&subject);
		if (can_get && option->samples[0] >= 0 &&
		    !(option->traits & (OPTION_TAKES_ERROR | OPTION_ANY_HANDLE)))
			life(&subject);
	}
	if (get_left_error)
		row_differs("0", "get leaves the last error");
	if (set_left_error)
		row_differs("0", "set leaves the last error");
}

static void rows_on(const struct kind *kind)
{
	SOCKET s = socket(kind->family, kind->type, kind->protocol);
	const char *reason = s != INVALID_SOCKET       ? NULL
			     : kind->family == AF_UNIX ? "no sockets of AF_UNIX here"
			     : kind->type == SOCK_RAW  ? "raw sockets are not permitted"
						       : NULL;

	if (s == INVALID_SOCKET && !reason)
		bail("socket %s: %s", kind->name, error_name(WSAGetLastError()));
	closesocket(s);
	for (int i = 0; i < ROWS; i++) {
		row_begin("%s %s %s", options[i].level_name, options[i].name, kind->name);
		if (reason) {
			row_skip(reason);
			continue;
		}
		check_row(&options[i], kind, options[i].lengths);
		row_end();
	}
}

/* What is no socket: WSAENOTSOCK, for every option but those that take any handle. */

static void call_both(SOCKET s, const struct option *option, int error, const char *what)
{
	unsigned char bytes[ROOM] = { 0 };
	int length = is_number(option->lengths) ? 4 : ROOM, seen;
	struct got got;

	get(s, option, length, &got);
	if (got.error != error)
		row_differs(named(error), "get, %s: %s", what, named(got.error));
	else if (error && (got.written || got.length != length))
		row_differs("nothing written", "get, %s: %s", what, describe(&got, length));
	seen = set(s, option, bytes, length);
	if (seen != error)
		row_differs(named(error), "set, %s: %s", what, named(seen));
}

static void handles(void)
{
	SOCKET closed = new_socket(AF_INET, SOCK_STREAM);

	closesocket(closed);
	for (int i = 0; i < ROWS; i++) {
		int error = options[i].traits & OPTION_ANY_HANDLE ? 0 : WSAENOTSOCK;

		row_begin("%s %s no-socket", options[i].level_name, options[i].name);
		call_both(INVALID_SOCKET, &options[i], error, "INVALID_SOCKET");
		call_both(closed, &options[i], error, "a closed socket");
		row_end();
	}
}

/* Every option alike. */
static void before_startup(void)
{
	unsigned char bytes[4] = { 0 };
	struct got got;

	row_begin("any option before-WSAStartup");
	for (int i = 0; i < ROWS; i++) {
		int seen = set(INVALID_SOCKET, &options[i], bytes, sizeof bytes);

		get(INVALID_SOCKET, &options[i], sizeof bytes, &got);
		if (got.error != WSANOTINITIALISED)
			row_differs("WSANOTINITIALISED", "get of some: %s", named(got.error));
		if (seen != WSANOTINITIALISED)
			row_differs("WSANOTINITIALISED", "set of some: %s", named(seen));
	}
	row_end();
}

#ifdef __linux__
/* What is known to this version of Windows is known as it is today. */
static void is_known(bool is_there, int seen, int today, const char *call, const char *version)
{
	if (!is_there && seen != WSAENOPROTOOPT)
		row_differs("WSAENOPROTOOPT", "%s, Windows %s: %s", call, version, named(seen));
	if (is_there && seen == WSAENOPROTOOPT && today != WSAENOPROTOOPT)
		row_differs(named(today), "%s, Windows %s: %s", call, version, named(seen));
}

/* An option that is younger than Windows is none. */
static void versions(void)
{
	static const char *const windows[WINDOWS_COUNT] = { "2000", "xp",  "2003", "vista", "7",
							    "8",    "8.1", "10",   "11" };
	static struct {
		int get, set;
	} seen[WINDOWS_COUNT][ROWS];
	unsigned char bytes[ROOM] = { 0 };
	struct got got;

	winsock_end();
	for (int version = 0; version < WINDOWS_COUNT; version++) {
		SOCKET s;

		set_environment("WINSOCK_COMPAT_WINDOWS", windows[version]);
		winsock_start();
		s = new_socket(AF_INET, SOCK_STREAM);
		for (int i = 0; i < ROWS; i++) {
			get(s, &options[i], ROOM, &got);
			seen[version][i].get = got.error;
			seen[version][i].set = set(s, &options[i], bytes, 4);
		}
		closesocket(s);
		winsock_end();
	}
	set_environment("WINSOCK_COMPAT_WINDOWS", NULL);
	winsock_start();
	for (int i = 0; i < ROWS; i++) {
		row_begin("%s %s since %s", options[i].level_name, options[i].name,
			  windows[options[i].since]);
		for (int version = 0; version < WINDOWS_COUNT; version++) {
			bool is_there = version >= options[i].since;

			is_known(is_there, seen[version][i].get, seen[WINDOWS_COUNT - 1][i].get, "get",
				 windows[version]);
			is_known(is_there, seen[version][i].set, seen[WINDOWS_COUNT - 1][i].set, "set",
				 windows[version]);
		}
		row_end();
	}
}

/* Where the page and Windows differ, mode page goes by the page. */
static int page_rows(void)
{
	int count = 0;

	winsock_end();
	set_environment("WINSOCK_COMPAT_MODE", "page");
	winsock_start();
	for (int i = 0; i < ROWS; i++)
		for (int k = 0; options[i].page != options[i].lengths && k < KINDS; k++, count++) {
			row_begin("%s %s %s in mode page", options[i].level_name, options[i].name,
				  kinds[k].name);
			if (kinds[k].type == SOCK_RAW) {
				row_skip("raw sockets have no part in it");
				continue;
			}
			check_row(&options[i], &kinds[k], options[i].page);
			row_end();
		}
	return count;
}
#endif

/* Both calls, with an option that there is not. */
static void no_option(SOCKET s, int level, int number, int error)
{
	struct option option = { .level = level, .number = number };
	const char *expected = words("%s for level %d, option %d", error_name(error), level, number);
	unsigned char bytes[4] = { 0 };
	struct got got;
	int seen;

	get(s, &option, sizeof bytes, &got);
	if (got.error != error || got.written || got.length != sizeof bytes)
		row_differs(expected, "get of some: %s", describe(&got, sizeof bytes));
	seen = set(s, &option, bytes, sizeof bytes);
	if (seen != error)
		row_differs(expected, "set of some: %s", named(seen));
}

static bool is_option(int level, int number)
{
	for (int i = 0; i < ROWS; i++)
		if (options[i].level == level && options[i].number == number)
			return true;
	return false;
}

/* The socket comes first, then the level, then the option. */
static void unknown_on(SOCKET s, const char *name, bool is_socket)
{
	static const int levels[] = { -1, 0x1234ffff, (int)0x8000ffff, 0x8000, 0x800, IPPROTO_IGMP };
	static const int numbers[] = { 0x7fff, 0, -1 };

	row_begin("any unknown-level %s", name);
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		no_option(s, levels[i], SO_RCVTIMEO, is_socket ? WSAEINVAL : WSAENOTSOCK);
		no_option(s, levels[i], -1, is_socket ? WSAEINVAL : WSAENOTSOCK);
	}
	row_end();
	row_begin("any unknown-option %s", name);
	for (int i = 0; i < ROWS; i++) {
		if (options[i].sockets == ON_NONE || (i && options[i].level == options[i - 1].level))
			continue;
		for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
			if (!is_option(options[i].level, numbers[n]))
				no_option(s, options[i].level, numbers[n],
					  is_socket ? WSAENOPROTOOPT : WSAENOTSOCK);
	}
	row_end();
}

static void unknown(void)
{
	SOCKET closed;

	for (int k = 0; k < KINDS; k++) {
		SOCKET s = socket(kinds[k].family, kinds[k].type, kinds[k].protocol);

		if (s == INVALID_SOCKET)
			continue;
		unknown_on(s, kinds[k].name, true);
		if (kinds[k].type == SOCK_RAW) {
			row_begin("any option-of-its-protocol %s", kinds[k].name);
			no_option(s, kinds[k].protocol, 1, WSAENOPROTOOPT);
			row_end();
		}
		closesocket(s);
	}
	unknown_on(INVALID_SOCKET, "INVALID_SOCKET", false);
	closed = new_socket(AF_INET, SOCK_STREAM);
	closesocket(closed);
	unknown_on(closed, "closed", false);
}

int main(void)
{
	int expected = ROWS * (KINDS + 1); /* each kind of socket, and none */

	plan_lazy();
	set_environment("WINSOCK_COMPAT_MODE", "windows");
	is_int(184, ROWS, "options.in has the options that there are");
	rows_begin(wine);
	before_startup();
	winsock_start();
	for (int k = 0; k < KINDS; k++)
		rows_on(&kinds[k]);
	handles();
	unknown();
#ifdef __linux__
	versions();
	expected += ROWS + page_rows();
#endif
	ok(rows_end() >= expected, "...each of which was walked through");
	closesocket(peer);
	winsock_end();
	return done();
}
