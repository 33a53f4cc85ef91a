/* The calls that are measured, and what is measured of them. */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

/* NAME, text, and the bars that it has to reach: T the time, I the added
 * instructions, S the system calls; - for those that are only shown. */
#define CALLS(X)                                                                                             \
	X(set_keepalive, "setsockopt(SO_KEEPALIVE)", "TIS")                                                  \
	X(get_keepalive, "getsockopt(SO_KEEPALIVE)", "TIS")                                                  \
	X(get_error, "getsockopt(SO_ERROR)", "TIS")                                                          \
	X(keepalive_vals, "SIO_KEEPALIVE_VALS", "TIS")                                                       \
	X(last_error, "WSAGetLastError", "--S")                                                              \
	X(ping_pong, "send and recv of 64 bytes, both ways", "T-S")                                          \
	X(recv_nothing, "recv, non-blocking, nothing there", "--S")                                          \
	X(switch_keepalive, "setsockopt(SO_KEEPALIVE), off and on", "---")

/* The same as the Winsock calls in calls.c, done with the system's own calls.
 * A and B are the two ends of a connection. */
#define DECLARE_RAW(name, text, bars) void raw_##name(int a, int b);
CALLS(DECLARE_RAW)

#endif
