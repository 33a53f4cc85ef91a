/* Ioctls that look into TCP: SIO_TCP_INFO, the ideal send backlog, the first retransmissions. */
#include "ioctl.h"

#include "blocking.h"
#include "fault.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KERNEL_ESTABLISHED = 1, KERNEL_CLOSE = 7, KERNEL_CLOSE_WAIT = 8, KERNEL_STATES = 13 };

/* What newer kernels have behind the members that every header knows. */
struct newer {
	unsigned rcv_wnd, rehash;
	unsigned short total_rto, total_rto_recoveries;
	unsigned total_rto_time;
};

struct information {
	struct tcp_info tcp;
	struct newer newer;
};

/* What an older kernel does not have is 0. */
static int ask(SOCKET s, struct information *information)
{
	char bytes[512] = { 0 };
	socklen_t size = sizeof bytes;

	if (getsockopt((int)s, IPPROTO_TCP, TCP_INFO, bytes, &size) < 0)
		return wsc__error_from_errno(errno);
	memcpy(&information->tcp, bytes, sizeof information->tcp);
	memcpy(&information->newer, bytes + offsetof(struct tcp_info, tcpi_snd_wnd) + 4,
	       sizeof information->newer);
	return 0;
}

static TCPSTATE state_of(unsigned state)
{
	static const TCPSTATE states[KERNEL_STATES] = {
		[1] = TCPSTATE_ESTABLISHED, [2] = TCPSTATE_SYN_SENT,   [3] = TCPSTATE_SYN_RCVD,
		[4] = TCPSTATE_FIN_WAIT_1,  [5] = TCPSTATE_FIN_WAIT_2, [6] = TCPSTATE_TIME_WAIT,
		[7] = TCPSTATE_CLOSED,      [8] = TCPSTATE_CLOSE_WAIT, [9] = TCPSTATE_LAST_ACK,
		[10] = TCPSTATE_LISTEN,     [11] = TCPSTATE_CLOSING,   [12] = TCPSTATE_SYN_RCVD,
	};

	return state < KERNEL_STATES ? states[state] : TCPSTATE_CLOSED;
}

/* Bytes on their way: what is not acknowledged, without what has not been sent yet. */
static ULONG in_flight(SOCKET s, const struct tcp_info *tcp)
{
	int outstanding;

	if (ioctl((int)s, SIOCOUTQ, &outstanding) < 0 || (unsigned)outstanding < tcp->tcpi_notsent_bytes)
		return 0;
	return (ULONG)outstanding - tcp->tcpi_notsent_bytes;
}

/* How often it sent again before the timer made it: with SYNs in the count, that is all there is. */
static ULONG fast_retransmissions(const struct information *information)
{
	unsigned all = information->tcp.tcpi_total_retrans, by_timer = information->newer.total_rto;

	return all > by_timer ? all - by_timer : 0;
}

static void describe(SOCKET s, struct socket *sock, const struct information *information,
		     TCP_INFO_v1 *result)
{
	const struct tcp_info *tcp = &information->tcp;
	bool listens = state_of(tcp->tcpi_state) == TCPSTATE_LISTEN; /* other numbers stand in its members */
	ULONG64 limited = tcp->tcpi_rwnd_limited + tcp->tcpi_sndbuf_limited;

	memset(result, 0, sizeof *result);
	result->State = state_of(tcp->tcpi_state);
	result->Mss = tcp->tcpi_snd_mss;
	if (listens)
		return;
	if (wsc__socket_is(sock, SOCKET_CONNECTED))
		result->ConnectionTimeMs = wsc__now() - sock->connected_at;
	result->TimestampsEnabled = (tcp->tcpi_options & TCPI_OPT_TIMESTAMPS) != 0;
	result->RttUs = tcp->tcpi_rtt;
	result->MinRttUs = tcp->tcpi_min_rtt == ~0u ? 0 : tcp->tcpi_min_rtt;
	result->BytesInFlight = in_flight(s, tcp);
	result->Cwnd = tcp->tcpi_snd_cwnd * tcp->tcpi_snd_mss;
	result->SndWnd = tcp->tcpi_snd_wnd;
	result->RcvWnd = information->newer.rcv_wnd ? information->newer.rcv_wnd : tcp->tcpi_rcv_space;
	result->RcvBuf = tcp->tcpi_rcv_space;
	result->BytesOut = tcp->tcpi_bytes_sent;
	result->BytesIn = tcp->tcpi_bytes_received;
	result->BytesReordered = tcp->tcpi_rcv_ooopack * tcp->tcpi_rcv_mss;
	result->BytesRetrans = (ULONG)tcp->tcpi_bytes_retrans;
	result->FastRetrans = fast_retransmissions(information);
	result->DupAcksIn = tcp->tcpi_dsack_dups;
	result->TimeoutEpisodes = information->newer.total_rto_recoveries;
	result->SynRetrans = result->State == TCPSTATE_SYN_SENT ? tcp->tcpi_retransmits : 0;
	result->SndLimTimeRwin = (ULONG)(tcp->tcpi_rwnd_limited / 1000);
	result->SndLimTimeSnd = (ULONG)(tcp->tcpi_sndbuf_limited / 1000);
	result->SndLimTimeCwnd =
		(ULONG)((tcp->tcpi_busy_time > limited ? tcp->tcpi_busy_time - limited : 0) / 1000);
}

int wsc__tcpinfo_query(SOCKET s, struct socket *sock, struct call *call)
{
	static const size_t sizes[] = { sizeof(TCP_INFO_v0), sizeof(TCP_INFO_v1) };
	struct information information;
	TCP_INFO_v1 result;
	DWORD version = call->argument.dword;
	int error;

	_Static_assert(offsetof(TCP_INFO_v0, SynRetrans) == offsetof(TCP_INFO_v1, SynRetrans),
		       "one begins as the other");
	if (version >= sizeof sizes / sizeof *sizes || !call->out || call->out_size < sizes[version])
		return WS_WSAEINVAL;
	error = ask(s, &information);
	if (error)
		return error;
	describe(s, sock, &information, &result);
	call->given = (DWORD)sizes[version];
	return wsc__copy_out(call->out, &result, sizes[version]);
}

/* Windows begins with 64 KiB, and the page names the most. */
static int backlog(SOCKET s, DWORD *bytes)
{
	enum { LEAST = 1 << 16, MOST = 1 << 24 };
	struct information information;
	uint64_t window;
	int error = ask(s, &information);

	if (error)
		return error;
	if (information.tcp.tcpi_state != KERNEL_ESTABLISHED &&
	    information.tcp.tcpi_state != KERNEL_CLOSE_WAIT)
		return WS_WSAENOTCONN;
	window = (uint64_t)information.tcp.tcpi_snd_cwnd * information.tcp.tcpi_snd_mss;
	*bytes = window < LEAST ? LEAST : window > MOST ? MOST : (DWORD)window;
	return 0;
}

int wsc__tcpinfo_backlog(SOCKET s, struct socket *sock, struct call *call)
{
	(void)sock;
	return backlog(s, &call->argument.dword);
}

/* The kernel tells nobody of its congestion window, so one has to look. */
int wsc__tcpinfo_backlog_change(SOCKET s, struct socket *sock, struct call *call)
{
	enum { PERIOD = 50 };
	DWORD before, now;
	int error = backlog(s, &before);

	(void)call;
	now = before;
	while (!error && now == before) {
		error = wsc__ioctl_wait(s, sock, -1, PERIOD);
		if (!error && backlog(s, &now))
			error = WS_WSA_OPERATION_ABORTED;
	}
	return error;
}

static bool has_peer(SOCKET s, struct socket *sock)
{
	wsc__socket_ask(s, sock);
	return wsc__socket_is(sock, SOCKET_CONNECTED | SOCKET_CONNECTING);
}

/* What a socket has that was never told how often to send its SYN again. */
static int usual_retransmissions(int family, int *count)
{
	socklen_t size = sizeof *count;
	int error = 0, fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return wsc__error_from_errno(errno);
	if (getsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, count, &size) < 0)
		error = wsc__error_from_errno(errno);
	close(fd);
	return error;
}

int wsc__tcpinfo_initial_rto(SOCKET s, struct socket *sock, struct call *call)
{
	enum { MOST = 127 }; /* for the kernel, whose least is 1 */
	UCHAR asked = call->argument.bytes[offsetof(TCP_INITIAL_RTO_PARAMETERS, MaxSynRetransmissions)];
	int error = 0, count = asked < MOST ? asked : MOST;

	if (has_peer(s, sock))
		return WS_WSAEINVAL;
	switch (asked) {
	case WS_TCP_INITIAL_RTO_UNSPECIFIED_MAX_SYN_RETRANSMISSIONS:
		return 0;
	case WS_TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS:
		count = 1;
		break;
	case WS_TCP_INITIAL_RTO_DEFAULT_MAX_SYN_RETRANSMISSIONS:
		error = usual_retransmissions(sock->family == WS_AF_INET ? AF_INET : AF_INET6, &count);
		break;
	}
	if (!error && setsockopt((int)s, IPPROTO_TCP, TCP_SYNCNT, &count, sizeof count) < 0)
		error = wsc__error_from_errno(errno);
	return error;
}

int wsc__tcpinfo_fast_path(SOCKET s, struct socket *sock, struct call *call)
{
	(void)call;
	return has_peer(s, sock) || wsc__socket_is(sock, SOCKET_LISTENING) ? WS_WSAEINVAL : 0;
}

int wsc__tcpinfo_priority(SOCKET s, struct socket *sock, struct call *call)
{
	enum { KINDS = 3 };

	(void)s, (void)sock;
	return call->argument.dword < KINDS ? 0 : WS_WSAEINVAL;
}

/* Before Vista a window never grew beyond what the header has room for. */
static int clamp_window(SOCKET s, bool clamp)
{
	enum { WITHOUT_SCALE = 65535 };
	struct information information;
	int most = clamp ? WITHOUT_SCALE : 0;
	int error = ask(s, &information);

	if (error ||
	    (!clamp && information.tcp.tcpi_state != KERNEL_CLOSE)) /* then the kernel does not let go */
		return error;
	return setsockopt((int)s, IPPROTO_TCP, TCP_WINDOW_CLAMP, &most, sizeof most) < 0
		       ? wsc__error_from_errno(errno)
		       : 0;
}

int wsc__tcpinfo_compatibility(SOCKET s, struct socket *sock, struct call *call)
{
	enum { VISTA = 0x06000000 };
	WSA_COMPATIBILITY_MODE mode;

	memcpy(&mode, call->argument.bytes, sizeof mode);
	if ((unsigned)mode.BehaviorId > WsaBehaviorAutoTuning)
		return WS_WSAEINVAL;
	if (mode.BehaviorId == WsaBehaviorReceiveBuffering || sock->family == WS_AF_UNIX)
		return 0;
	return clamp_window(s, mode.TargetOsVersion < VISTA);
}
