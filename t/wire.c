/* Keep-alive on the wire: the link is cut, and the probes are counted in captured packets.
 *
 * Every scene is a process with a connection of its own, and all play at the
 * same time over one link. A scene says how keep-alive is asked for, what the
 * program is doing when the link is cut, and how many probes at which times
 * and which errors must follow. The link is cut after the first probes were
 * answered: what comes after the last answer counts. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/link.h"
#include "tap/net.h"

enum {
	FIRST_PORT = 7000,
	BEFORE_CUT = 1500,   /* milliseconds in which probes are answered */
	SILENCE = 9000,      /* milliseconds for which a connection without probes has to live on */
	LATE = 1500,         /* milliseconds by which a busy machine may be late */
	PATIENCE = 40,       /* seconds until a scene must have ended */
	SLOW_PATIENCE = 200, /* the same with WSC_SLOW */
	NOT_REACHED = -1,    /* the call that would have given an error */
};

/* What the process of a scene saw. */
struct report {
	volatile int ready, cut, ended; /* connected; told that the link is cut; all is seen */
	int on;                         /* what getsockopt(SO_KEEPALIVE) said after asking */
	double failure;                 /* when the connection failed; 0: it did not */
	int error[4];                   /* of each call */
};

struct scene {
	const char *name;
	const char *settings[5]; /* WINSOCK_COMPAT_NAME=VALUE, without the prefix */
	bool slow;               /* only with WSC_SLOW */
	void (*ask)(SOCKET s);   /* for keep-alive; NULL: does not */
	double idle, interval;   /* seconds */
	int probes;
	void (*act)(SOCKET s, struct report *seen);
	struct {
		const char *call;
		int error;
	} then[4]; /* what act does, and what must come of it */
};

/* How keep-alive is asked for */

static void set(SOCKET s, int level, int option, DWORD value)
{
	if (setsockopt(s, level, option, (const char *)&value, sizeof value) != 0)
		bail("option %d of level %d: %s", option, level, error_name(WSAGetLastError()));
}

static void set_values(SOCKET s, DWORD idle, DWORD interval)
{
	struct tcp_keepalive values = { 1, idle, interval };
	DWORD bytes;

	if (WSAIoctl(s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL, 0, &bytes, NULL, NULL) != 0)
		bail("SIO_KEEPALIVE_VALS: %s", error_name(WSAGetLastError()));
}

static void ask_switch(SOCKET s)
{
	set(s, SOL_SOCKET, SO_KEEPALIVE, TRUE);
}

static void ask_values(SOCKET s)
{
	set_values(s, 2000, 1000);
}

static void ask_values_then_switch(SOCKET s)
{
	set_values(s, 1000, 2000);
	set(s, SOL_SOCKET, SO_KEEPALIVE, FALSE);
	set(s, SOL_SOCKET, SO_KEEPALIVE, TRUE);
}

static void ask_options(SOCKET s)
{
	set(s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set(s, IPPROTO_TCP, TCP_KEEPINTVL, 2);
	set(s, IPPROTO_TCP, TCP_KEEPCNT, 3);
	set(s, SOL_SOCKET, SO_KEEPALIVE, TRUE);
}

static void ask_many(SOCKET s)
{
	set(s, SOL_SOCKET, SO_KEEPALIVE, TRUE);
	set(s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set(s, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set(s, IPPROTO_TCP, TCP_KEEPCNT, 130);
}

/* What the program does */

/* The end of the stream is none of the errors that a scene expects. */
static int receive(SOCKET s)
{
	char byte;
	int got = recv(s, &byte, 1, 0);

	return got < 0 ? WSAGetLastError() : got == 0 ? WSAEDISCON : 0;
}

static int transmit(SOCKET s)
{
	return send(s, "text", 4, 0) < 0 ? WSAGetLastError() : 0;
}

static int switch_on(SOCKET s)
{
	BOOL on = TRUE;

	return setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&on, sizeof on) ? WSAGetLastError() : 0;
}

static void act_receive(SOCKET s, struct report *seen)
{
	seen->error[0] = receive(s);
	seen->failure = link_now();
	seen->error[1] = receive(s);
	seen->error[2] = transmit(s);
	seen->error[3] = switch_on(s);
}

struct receiver {
	SOCKET s;
	int error;
};

static void receiver(void *argument)
{
	struct receiver *receiver = argument;

	receiver->error = receive(receiver->s);
}

/* The kernel gives the error to one of the two, and the end of the stream to the other. */
static void act_receive_twice(SOCKET s, struct report *seen)
{
	struct receiver other = { s, NOT_REACHED };
	struct task *task = task_start(receiver, &other);

	seen->error[0] = receive(s);
	seen->failure = link_now();
	task_end(task, 2000);
	seen->error[1] = other.error;
}

/* Waits for the connection's death and does not take the error. */
static void await_death(SOCKET s, struct report *seen)
{
	fd_set readable;

	FD_ZERO(&readable);
	FD_SET(s, &readable);
	if (select(0, &readable, NULL, NULL, NULL) != 1)
		bail("select: %s", error_name(WSAGetLastError()));
	seen->failure = link_now();
}

static void act_select_receive(SOCKET s, struct report *seen)
{
	await_death(s, seen);
	seen->error[0] = receive(s);
	seen->error[1] = receive(s);
}

static void act_select_transmit(SOCKET s, struct report *seen)
{
	await_death(s, seen);
	seen->error[0] = transmit(s);
	seen->error[1] = transmit(s);
}

static void act_select_switch_on(SOCKET s, struct report *seen)
{
	await_death(s, seen);
	seen->error[0] = switch_on(s);
}

static void act_transmit(SOCKET s, struct report *seen)
{
	seen->error[0] = transmit(s);
	seen->error[1] = receive(s);
	seen->failure = link_now();
}

static void act_wait(SOCKET s, struct report *seen)
{
	u_long nonblocking = 1;

	sleep_ms(SILENCE);
	if (ioctlsocket(s, FIONBIO, &nonblocking) != 0)
		bail("FIONBIO: %s", error_name(WSAGetLastError()));
	seen->error[0] = receive(s);
}

/* clang-format off */

#define WINDOWS_10     "WINDOWS=10"
#define WINDOWS_XP     "WINDOWS=xp"
#define AFTER_1_SECOND "KeepAliveTime=1000"

#define RECEIVES                                                                                             \
	.act = act_receive,                                                                                  \
	.then = { { "the recv in progress", WSAENETRESET }, { "the next recv", WSAECONNRESET },              \
		  { "the next send", WSAECONNRESET }, { "setsockopt(SO_KEEPALIVE)", WSAENETRESET } }

#define FIVE_PROBES                                                                                          \
	.settings = { WINDOWS_XP, AFTER_1_SECOND },                                                          \
	.ask = ask_switch, .idle = 1, .interval = 1, .probes = 5

static const struct scene scenes[] = {
	{ "SO_KEEPALIVE on Windows 10", .settings = { WINDOWS_10, AFTER_1_SECOND },
	  .ask = ask_switch, .idle = 1, .interval = 1, .probes = 10, RECEIVES },
	{ "SO_KEEPALIVE on Windows XP", FIVE_PROBES, RECEIVES },
	{ "the registry's interval and the larger of its counts",
	  .settings = { WINDOWS_XP, AFTER_1_SECOND, "KeepAliveInterval=2000",
			"TcpMaxDataRetransmissions=2", "PPTPTcpMaxDataRetransmissions=3" },
	  .ask = ask_switch, .idle = 1, .interval = 2, .probes = 3, RECEIVES },
	{ "SIO_KEEPALIVE_VALS {1, 2000, 1000}", .settings = { WINDOWS_10 },
	  .ask = ask_values, .idle = 2, .interval = 1, .probes = 10, RECEIVES },
	{ "SIO_KEEPALIVE_VALS {1, 1000, 2000}, SO_KEEPALIVE off and on", .settings = { WINDOWS_XP },
	  .ask = ask_values_then_switch, .idle = 1, .interval = 2, .probes = 5, RECEIVES },
	{ "TCP_KEEPIDLE 1, TCP_KEEPINTVL 2, TCP_KEEPCNT 3", .settings = { WINDOWS_10 },
	  .ask = ask_options, .idle = 1, .interval = 2, .probes = 3, RECEIVES },
	{ "TCP_KEEPCNT 130", .settings = { WINDOWS_10 }, .slow = true,
	  .ask = ask_many, .idle = 1, .interval = 1, .probes = 130, RECEIVES },

	{ "two threads", FIVE_PROBES, .act = act_receive_twice,
	  .then = { { "the first recv in progress", WSAENETRESET }, { "the second one", WSAENETRESET } } },
	{ "select and recv", FIVE_PROBES, .act = act_select_receive,
	  .then = { { "recv", WSAENETRESET }, { "the next recv", WSAECONNRESET } } },
	{ "select and send", FIVE_PROBES, .act = act_select_transmit,
	  .then = { { "send", WSAENETRESET }, { "the next send", WSAECONNRESET } } },
	{ "select and setsockopt", FIVE_PROBES, .act = act_select_switch_on,
	  .then = { { "setsockopt(SO_KEEPALIVE)", WSAENETRESET } } },

	{ "a count of 0",
	  .settings = { WINDOWS_XP, AFTER_1_SECOND, "TcpMaxDataRetransmissions=0",
			"PPTPTcpMaxDataRetransmissions=0" },
	  .ask = ask_switch, .act = act_wait, .then = { { "recv long after", WSAEWOULDBLOCK } } },
	{ "no keep-alive", .settings = { WINDOWS_10, AFTER_1_SECOND },
	  .act = act_wait, .then = { { "recv long after", WSAEWOULDBLOCK } } },
	{ "unacknowledged data", .settings = { WINDOWS_10, AFTER_1_SECOND },
	  .ask = ask_switch, .act = act_transmit,
	  .then = { { "send", 0 }, { "the recv in progress", WSAETIMEDOUT } } },
};

/* clang-format on */

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static void choose_settings(const char *const settings[5])
{
	static const char *const names[] = {
		"MODE",
		"WINDOWS",
		"REGISTRY",
		"KeepAliveTime",
		"KeepAliveInterval",
		"TcpMaxDataRetransmissions",
		"PPTPTcpMaxDataRetransmissions",
	};

	for (int i = 0; i < COUNT(names); i++)
		set_environment(words("WINSOCK_COMPAT_%s", names[i]), NULL);
	for (int i = 0; i < 5 && settings[i]; i++) {
		int length = strchr(settings[i], '=') - settings[i];

		set_environment(words("WINSOCK_COMPAT_%.*s", length, settings[i]), settings[i] + length + 1);
	}
}

/* From HERE, pair[0], to a port THERE, pair[1]; this process has both ends. */
static void connect_pair(int port, SOCKET pair[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((u_short)port) };
	SOCKET listener;

	address.sin_addr.s_addr = inet_addr(LINK_ADDRESS_THERE);
	link_enter(THERE);
	listener = new_socket(AF_INET, SOCK_STREAM);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0)
		bail("the server: %s", error_name(WSAGetLastError()));
	link_enter(HERE);
	pair[0] = new_socket(AF_INET, SOCK_STREAM);
	if (connect(pair[0], (struct sockaddr *)&address, sizeof address) != 0)
		bail("connect: %s", error_name(WSAGetLastError()));
	pair[1] = accept(listener, NULL, NULL);
	if (pair[1] == INVALID_SOCKET)
		bail("accept: %s", error_name(WSAGetLastError()));
	closesocket(listener);
}

static void exchange(SOCKET from, SOCKET to)
{
	char text[4];

	if (transmit(from) != 0 || recv(to, text, sizeof text, MSG_WAITALL) != sizeof text)
		bail("no data gets through: %s", error_name(WSAGetLastError()));
}

static void play(const struct scene *scene, struct report *seen)
{
	SOCKET pair[2];
	int length = sizeof seen->on;

	choose_settings(scene->settings);
	winsock_start();
	connect_pair(FIRST_PORT + (int)(scene - scenes), pair);
	if (scene->ask)
		scene->ask(pair[0]);
	if (getsockopt(pair[0], SOL_SOCKET, SO_KEEPALIVE, (char *)&seen->on, &length) != 0)
		bail("getsockopt: %s", error_name(WSAGetLastError()));
	exchange(pair[0], pair[1]);
	exchange(pair[1], pair[0]);
	seen->ready = true;
	while (!seen->cut)
		sleep_ms(10);
	scene->act(pair[0], seen);
	seen->ended = true;
}

static bool slow, impatient; /* WSC_SLOW=1; the kernel gives data up in seconds */

static const char *why_not(const struct scene *scene)
{
	if (scene->slow && !slow)
		return "takes minutes; WSC_SLOW=1 does it";
	if (scene->act == act_transmit && !impatient)
		return "takes a quarter of an hour: tcp_retries2 cannot be set";
	return NULL;
}

static pid_t players[COUNT(scenes)];
static struct report *reports; /* shared with the players */

/* A scene that died has said why. */
static bool player_left(int i)
{
	int status;

	if (players[i] > 0 && waitpid(players[i], &status, WNOHANG) == players[i]) {
		players[i] = 0;
		if (status != 0)
			bail("%s: ended with status %d", scenes[i].name, status);
	}
	return players[i] == 0;
}

static void start_players(void)
{
	reports = mmap(NULL, sizeof *reports * COUNT(scenes), PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reports == MAP_FAILED)
		bail("no memory to share");
	for (int i = 0; i < COUNT(scenes); i++) {
		for (int call = 0; call < COUNT(scenes[i].then); call++)
			reports[i].error[call] = NOT_REACHED;
		if (why_not(&scenes[i]))
			continue;
		players[i] = fork();
		if (players[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			play(&scenes[i], &reports[i]);
			_exit(0);
		}
	}
	for (int i = 0; i < COUNT(scenes); i++)
		while (players[i] > 0 && !reports[i].ready && !player_left(i))
			sleep_ms(10);
}

/* Records until every player left, or patience ends. */
static void watch(struct conversation *heard, int seconds)
{
	double end = link_now() + seconds;
	int left;

	do {
		link_listen(heard, FIRST_PORT, COUNT(scenes), 200);
		left = 0;
		for (int i = 0; i < COUNT(scenes); i++)
			left += player_left(i);
	} while (left < COUNT(scenes) && link_now() < end);
	for (int i = 0; i < COUNT(scenes); i++) {
		if (players[i] > 0) {
			diag("%s: has not ended", scenes[i].name);
			kill(players[i], SIGKILL);
		}
	}
}

/* The kernel is never early. It may be late by an eighth, to which it rounds what it waits for. */
static void is_time(double expected, double seen, const char *name, const char *what)
{
	double latest = expected * 9 / 8 + LATE / 1000.0;

	if (!ok(expected - .01 <= seen && seen <= latest, "%s: %s after %g s", name, what, expected)) {
		diag("  expected %.3f to %.3f s", expected, latest);
		diag("  saw %.3f s", seen);
	}
}

static void check(const struct scene *scene, const struct report *seen, const struct conversation *heard)
{
	double end = scene->idle + scene->probes * scene->interval;

	is_int(scene->ask != NULL, seen->on, "%s: SO_KEEPALIVE reads %s", scene->name,
	       scene->ask ? "TRUE" : "FALSE");
	is_int(scene->probes, heard->probes, "%s: %d probes", scene->name, scene->probes);
	if (scene->probes && heard->probes > 1) {
		int last = (heard->probes < COUNT(heard->probe) ? heard->probes : COUNT(heard->probe)) - 1;
		double shortest = 1e9, longest = 0;

		for (int i = 1; i <= last; i++) {
			double step = heard->probe[i] - heard->probe[i - 1];

			shortest = step < shortest ? step : shortest;
			longest = step > longest ? step : longest;
		}
		ok(heard->answered > 0 || scene->idle > 1, "%s: the probe before was answered", scene->name);
		is_time(scene->idle, heard->probe[0] - heard->answer, scene->name, "the first");
		is_time(scene->interval, shortest, scene->name, "then the quickest");
		is_time(scene->interval, longest, scene->name, "and the slowest");
		is_time(end, heard->reset - heard->answer, scene->name, "the connection is given up");
		is_time(end, seen->failure - heard->answer, scene->name, "the program learns it");
	} else if (scene->act == act_wait) {
		is_int(0, heard->answered, "%s: nor any before the cut", scene->name);
	}
	for (int i = 0; i < COUNT(scene->then) && scene->then[i].call; i++)
		is_error(scene->then[i].error, seen->error[i], "%s: %s", scene->name, scene->then[i].call);
}

int main(void)
{
	static struct conversation heard[COUNT(scenes)];
	const char *failure = link_make(), *wanted = getenv("WSC_SLOW");

	if (failure)
		skip_all("%s", failure);
	plan_lazy();
	slow = wanted && strcmp(wanted, "1") == 0;
	impatient = link_tune("tcp_retries2", "3");
	start_players();
	sleep_ms(BEFORE_CUT);
	link_cut();
	for (int i = 0; i < COUNT(scenes); i++)
		reports[i].cut = true;
	watch(heard, slow ? SLOW_PATIENCE : PATIENCE);
	for (int i = 0; i < COUNT(scenes); i++) {
		if (why_not(&scenes[i]))
			skip(1, "%s: %s", scenes[i].name, why_not(&scenes[i]));
		else
			check(&scenes[i], &reports[i], &heard[i]);
	}
	return done();
}
