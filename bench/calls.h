/* The calls that are measured, and what is measured of them. */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

/* NAME, text, and the bars that it has to reach: T the time, t the time with more
 * allowance, I the added instructions, S the system calls; - for those that are only
 * shown. Then how many times as long as others it takes, roughly. */
#define CALLS(X)                                                                                             \
	X(set_keepalive, "setsockopt(SO_KEEPALIVE)", "TIS", 1)                                               \
	X(get_keepalive, "getsockopt(SO_KEEPALIVE)", "TIS", 1)                                               \
	X(get_error, "getsockopt(SO_ERROR)", "TIS", 1)                                                       \
	X(keepalive_vals, "SIO_KEEPALIVE_VALS", "TIS", 1)                                                    \
	X(last_error, "WSAGetLastError", "--S", 1)                                                           \
	X(ping_pong, "send and recv of 64 bytes, both ways", "T-S", 1)                                       \
	X(recv_nothing, "recv, non-blocking, nothing there", "--S", 1)                                       \
	X(switch_keepalive, "setsockopt(SO_KEEPALIVE), off and on", "---", 1)                                \
	X(open_close, "socket and closesocket, TCP", "t--", 1)                                               \
	X(open_close_udp, "socket and closesocket, UDP", "---", 1)                                           \
	X(echo, "echo by 8 threads, 64 bytes each", "t-S", 20)                                               \
	X(select_64, "select, 64 sockets, one ready", "t-S", 4)                                              \
	X(select_1000, "select, 1,000 sockets, one ready", "t-S", 50)                                        \
	X(look_64, "the same without waiting, 64", "t-S", 2)                                                 \
	X(look_1000, "the same without waiting, 1,000", "t-S", 20)                                           \
	X(poll_64, "WSAPoll, 64 sockets, one ready", "t-S", 4)                                               \
	X(poll_10000, "WSAPoll, 10,000 sockets, one ready", "t-S", 500)                                      \
	X(poll_look_64, "the same without waiting, 64", "t-S", 2)                                            \
	X(poll_look_10000, "the same without waiting, 10,000", "t-S", 500)

/* The same as the Winsock calls in calls.c, done with the system's own calls.
 * A and B are the two ends of a connection. */
#define DECLARE_RAW(name, text, bars, weight) void raw_##name(int a, int b);
CALLS(DECLARE_RAW)

/* What the calls on many sockets and on echoing threads are done to. */
enum { MANY = 10000, ECHOES = 8, PACKET = 64 };
void raw_take_many(const int sockets[MANY]);
void raw_take_echoes(const int ours[ECHOES], const int theirs[ECHOES]);

#endif
