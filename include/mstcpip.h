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

typedef struct _RCVALL_IF {
	RCVALL_VALUE Mode;
	ULONG Interface;
} RCVALL_IF, *PRCVALL_IF;

typedef struct _TCP_INITIAL_RTO_PARAMETERS {
	USHORT Rtt;
	UCHAR MaxSynRetransmissions;
} TCP_INITIAL_RTO_PARAMETERS, *PTCP_INITIAL_RTO_PARAMETERS;

typedef enum {
	TCP_ICW_LEVEL_DEFAULT = 0,
	TCP_ICW_LEVEL_HIGH = 1,
	TCP_ICW_LEVEL_VERY_HIGH = 2,
	TCP_ICW_LEVEL_AGGRESSIVE = 3,
	TCP_ICW_LEVEL_EXPERIMENTAL = 4,
	TCP_ICW_LEVEL_COMPAT = 254,
	TCP_ICW_LEVEL_MAX = 255
} TCP_ICW_LEVEL, *PTCP_ICW_LEVEL;

typedef struct _TCP_ICW_PARAMETERS {
	TCP_ICW_LEVEL Level;
} TCP_ICW_PARAMETERS, *PTCP_ICW_PARAMETERS;

typedef struct _TCP_ACK_FREQUENCY_PARAMETERS {
	UCHAR TcpDelayedAckFrequency;
} TCP_ACK_FREQUENCY_PARAMETERS, *PTCP_ACK_FREQUENCY_PARAMETERS;

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

typedef struct _INET_PORT_RESERVATION_INFORMATION {
	ULONG OwningPid;
} INET_PORT_RESERVATION_INFORMATION, *PINET_PORT_RESERVATION_INFORMATION;

typedef struct _RSS_SCALABILITY_INFO {
	BOOLEAN RssEnabled;
} RSS_SCALABILITY_INFO, *PRSS_SCALABILITY_INFO;

typedef struct _TRANSPORT_SETTING_ID {
	GUID Guid;
} TRANSPORT_SETTING_ID, *PTRANSPORT_SETTING_ID;

typedef struct _REAL_TIME_NOTIFICATION_SETTING_INPUT {
	TRANSPORT_SETTING_ID TransportSettingId;
	GUID BrokerEventGuid;
} REAL_TIME_NOTIFICATION_SETTING_INPUT, *PREAL_TIME_NOTIFICATION_SETTING_INPUT;

typedef enum _CONTROL_CHANNEL_TRIGGER_STATUS {
	CONTROL_CHANNEL_TRIGGER_STATUS_INVALID,
	CONTROL_CHANNEL_TRIGGER_STATUS_SOFTWARE_SLOT_ALLOCATED,
	CONTROL_CHANNEL_TRIGGER_STATUS_HARDWARE_SLOT_ALLOCATED,
	CONTROL_CHANNEL_TRIGGER_STATUS_POLICY_ERROR,
	CONTROL_CHANNEL_TRIGGER_STATUS_SYSTEM_ERROR,
	CONTROL_CHANNEL_TRIGGER_STATUS_TRANSPORT_DISCONNECTED,
	CONTROL_CHANNEL_TRIGGER_STATUS_SERVICE_UNAVAILABLE
} CONTROL_CHANNEL_TRIGGER_STATUS, *PCONTROL_CHANNEL_TRIGGER_STATUS;

typedef struct _REAL_TIME_NOTIFICATION_SETTING_OUTPUT {
	CONTROL_CHANNEL_TRIGGER_STATUS ChannelStatus;
} REAL_TIME_NOTIFICATION_SETTING_OUTPUT, *PREAL_TIME_NOTIFICATION_SETTING_OUTPUT;

typedef struct _TIMESTAMPING_CONFIG {
	ULONG Flags;
	USHORT TxTimestampsBuffered;
} TIMESTAMPING_CONFIG, *PTIMESTAMPING_CONFIG;

#ifdef WSC_OVERLAY
static const GUID REAL_TIME_NOTIFICATION_CAPABILITY __attribute__((unused)) = {
	0x6b59819a, 0x5cae, 0x492d, { 0xa9, 0x01, 0x2a, 0x3c, 0x2c, 0x50, 0x16, 0x4f }
};
#endif

#ifdef WSC_OVERLAY
#define WSC_INLINE static __inline__ __attribute__((unused))

/* Addresses of IPv4, as ws2ipdef.h has it for IPv6. */
WSC_INLINE BOOLEAN IN4_ADDR_EQUAL(const IN_ADDR *a, const IN_ADDR *b)
{
	return a->S_un.S_addr == b->S_un.S_addr;
}

/* Whether it begins with these bits of this number. */
WSC_INLINE BOOLEAN wsc_in4_begins(const IN_ADDR *a, ULONG number, int bits)
{
	const UCHAR *byte = (const UCHAR *)a;
	ULONG value = (ULONG)byte[0] << 24 | (ULONG)byte[1] << 16 | (ULONG)byte[2] << 8 | byte[3];

	return (value ^ number) >> (32 - bits) == 0;
}

#define WSC_IN4_RANGE(name, number, bits)                                                                    \
	WSC_INLINE BOOLEAN name(const IN_ADDR *a)                                                            \
	{                                                                                                    \
		return wsc_in4_begins(a, number, bits);                                                      \
	}
WSC_IN4_RANGE(IN4_IS_ADDR_UNSPECIFIED, 0, 32)
WSC_IN4_RANGE(IN4_IS_ADDR_LOOPBACK, 0x7f000000, 8)
WSC_IN4_RANGE(IN4_IS_ADDR_BROADCAST, 0xffffffff, 32)
WSC_IN4_RANGE(IN4_IS_ADDR_MULTICAST, 0xe0000000, 4)
WSC_IN4_RANGE(IN4_IS_ADDR_LINKLOCAL, 0xa9fe0000, 16)
#undef WSC_IN4_RANGE

WSC_INLINE void IN4ADDR_SETANY(SOCKADDR_IN *address)
{
	__builtin_memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
}

WSC_INLINE void IN4ADDR_SETLOOPBACK(SOCKADDR_IN *address)
{
	IN4ADDR_SETANY(address);
	address->sin_addr.S_un.S_un_b.s_b1 = 127;
	address->sin_addr.S_un.S_un_b.s_b4 = 1;
}

WSC_INLINE BOOLEAN IN4ADDR_ISANY(const SOCKADDR_IN *address)
{
	return address->sin_family == AF_INET && IN4_IS_ADDR_UNSPECIFIED(&address->sin_addr);
}

WSC_INLINE BOOLEAN IN4ADDR_ISLOOPBACK(const SOCKADDR_IN *address)
{
	return address->sin_family == AF_INET && IN4_IS_ADDR_LOOPBACK(&address->sin_addr);
}

/* Those of the family that the address says it is of. */
WSC_INLINE void INETADDR_SETANY(PSOCKADDR address)
{
	if (address->sa_family == AF_INET6)
		IN6ADDR_SETANY((SOCKADDR_IN6 *)(void *)address);
	else
		IN4ADDR_SETANY((SOCKADDR_IN *)(void *)address);
}

WSC_INLINE void INETADDR_SETLOOPBACK(PSOCKADDR address)
{
	if (address->sa_family == AF_INET6)
		IN6ADDR_SETLOOPBACK((SOCKADDR_IN6 *)(void *)address);
	else
		IN4ADDR_SETLOOPBACK((SOCKADDR_IN *)(void *)address);
}

WSC_INLINE BOOLEAN INETADDR_ISANY(const SOCKADDR *address)
{
	return address->sa_family == AF_INET6 ? IN6ADDR_ISANY((const SOCKADDR_IN6 *)(const void *)address)
					      : IN4ADDR_ISANY((const SOCKADDR_IN *)(const void *)address);
}

WSC_INLINE BOOLEAN INETADDR_ISLOOPBACK(const SOCKADDR *address)
{
	return address->sa_family == AF_INET6
		       ? IN6ADDR_ISLOOPBACK((const SOCKADDR_IN6 *)(const void *)address)
		       : IN4ADDR_ISLOOPBACK((const SOCKADDR_IN *)(const void *)address);
}

#undef WSC_INLINE
#endif

WSC_END

#endif
