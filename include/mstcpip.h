/* Ioctls of Microsoft's TCP/IP, SIO_KEEPALIVE_VALS among them. */
#ifndef _MSTCPIP_
#define _MSTCPIP_

#include "ws2ipdef.h"

#ifdef WSC_OVERLAY
#include "wsc/mstcpip-constants.h"
#endif

WSC_BEGIN

/* Times are in milliseconds. */
struct tcp_keepalive {
	ULONG onoff;
	ULONG keepalivetime;
	ULONG keepaliveinterval;
};

typedef int RCVALL_VALUE, *PRCVALL_VALUE;

typedef struct _TCP_INITIAL_RTO_PARAMETERS {
	USHORT Rtt;
	UCHAR MaxSynRetransmissions;
} TCP_INITIAL_RTO_PARAMETERS, *PTCP_INITIAL_RTO_PARAMETERS;

typedef enum _TCPSTATE {
	TCPSTATE_CLOSED,
	TCPSTATE_LISTEN,
	TCPSTATE_SYN_SENT,
	TCPSTATE_SYN_RCVD,
	TCPSTATE_ESTABLISHED,
	TCPSTATE_FIN_WAIT_1,
	TCPSTATE_FIN_WAIT_2,
	TCPSTATE_CLOSE_WAIT,
	TCPSTATE_CLOSING,
	TCPSTATE_LAST_ACK,
	TCPSTATE_TIME_WAIT,
	TCPSTATE_MAX
} TCPSTATE;

typedef struct _TCP_INFO_v0 {
	TCPSTATE State;
	ULONG Mss;
	ULONG64 ConnectionTimeMs WSC_ALIGN8;
	BOOLEAN TimestampsEnabled;
	ULONG RttUs;
	ULONG MinRttUs;
	ULONG BytesInFlight;
	ULONG Cwnd;
	ULONG SndWnd;
	ULONG RcvWnd;
	ULONG RcvBuf;
	ULONG64 BytesOut WSC_ALIGN8;
	ULONG64 BytesIn WSC_ALIGN8;
	ULONG BytesReordered;
	ULONG BytesRetrans;
	ULONG FastRetrans;
	ULONG DupAcksIn;
	ULONG TimeoutEpisodes;
	UCHAR SynRetrans;
} TCP_INFO_v0, *PTCP_INFO_v0;

typedef struct _TCP_INFO_v1 {
	TCPSTATE State;
	ULONG Mss;
	ULONG64 ConnectionTimeMs WSC_ALIGN8;
	BOOLEAN TimestampsEnabled;
	ULONG RttUs;
	ULONG MinRttUs;
	ULONG BytesInFlight;
	ULONG Cwnd;
	ULONG SndWnd;
	ULONG RcvWnd;
	ULONG RcvBuf;
	ULONG64 BytesOut WSC_ALIGN8;
	ULONG64 BytesIn WSC_ALIGN8;
	ULONG BytesReordered;
	ULONG BytesRetrans;
	ULONG FastRetrans;
	ULONG DupAcksIn;
	ULONG TimeoutEpisodes;
	UCHAR SynRetrans;
	ULONG SndLimTransRwin;
	ULONG SndLimTimeRwin;
	ULONG64 SndLimBytesRwin WSC_ALIGN8;
	ULONG SndLimTransCwnd;
	ULONG SndLimTimeCwnd;
	ULONG64 SndLimBytesCwnd WSC_ALIGN8;
	ULONG SndLimTransSnd;
	ULONG SndLimTimeSnd;
	ULONG64 SndLimBytesSnd WSC_ALIGN8;
} TCP_INFO_v1, *PTCP_INFO_v1;

typedef struct _INET_PORT_RANGE {
	USHORT StartPort;
	USHORT NumberOfPorts;
} INET_PORT_RANGE, *PINET_PORT_RANGE;
typedef INET_PORT_RANGE INET_PORT_RESERVATION, *PINET_PORT_RESERVATION;

typedef struct _INET_PORT_RESERVATION_TOKEN {
	ULONG64 Token WSC_ALIGN8;
} INET_PORT_RESERVATION_TOKEN, *PINET_PORT_RESERVATION_TOKEN;

/* In C the two are unnamed on Windows: their members are the instance's. */
typedef struct _INET_PORT_RESERVATION_INSTANCE {
#ifdef __cplusplus
	INET_PORT_RESERVATION Reservation;
	INET_PORT_RESERVATION_TOKEN Token;
#else
	USHORT StartPort;
	USHORT NumberOfPorts;
	ULONG64 Token WSC_ALIGN8;
#endif
} INET_PORT_RESERVATION_INSTANCE, *PINET_PORT_RESERVATION_INSTANCE;

typedef struct _TIMESTAMPING_CONFIG {
	ULONG Flags;
	USHORT TxTimestampsBuffered;
} TIMESTAMPING_CONFIG, *PTIMESTAMPING_CONFIG;

WSC_END

#endif
