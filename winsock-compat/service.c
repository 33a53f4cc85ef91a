/* Services and protocols by their names and numbers: getservbyname, getservbyport, getprotobyname,
 * getprotobynumber. */
#include "service.h"

#include "fault.h"
#include "startup.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* What Windows' services file has of the assigned numbers, for systems whose own file has less or is not
 * there. Both transports, unless one is named. Source: IANA, and Windows' drivers\etc\services. */
static const struct service {
	const char *name, *alias, *transport;
	unsigned short port;
} services[] = {
	{ "echo", NULL, NULL, 7 },
	{ "discard", "sink", NULL, 9 },
	{ "systat", "users", NULL, 11 },
	{ "daytime", NULL, NULL, 13 },
	{ "qotd", "quote", NULL, 17 },
	{ "chargen", "ttytst", NULL, 19 },
	{ "ftp-data", NULL, "tcp", 20 },
	{ "ftp", NULL, "tcp", 21 },
	{ "ssh", NULL, "tcp", 22 },
	{ "telnet", NULL, "tcp", 23 },
	{ "smtp", "mail", "tcp", 25 },
	{ "time", "timserver", NULL, 37 },
	{ "rlp", "resource", "udp", 39 },
	{ "nameserver", "name", NULL, 42 },
	{ "nicname", "whois", "tcp", 43 },
	{ "domain", NULL, NULL, 53 },
	{ "bootps", "dhcps", "udp", 67 },
	{ "bootpc", "dhcpc", "udp", 68 },
	{ "tftp", NULL, "udp", 69 },
	{ "gopher", NULL, "tcp", 70 },
	{ "finger", NULL, "tcp", 79 },
	{ "http", "www", "tcp", 80 },
	{ "kerberos", "krb5", NULL, 88 },
	{ "hostname", "hostnames", "tcp", 101 },
	{ "iso-tsap", NULL, "tcp", 102 },
	{ "rtelnet", NULL, "tcp", 107 },
	{ "pop2", "postoffice", "tcp", 109 },
	{ "pop3", NULL, "tcp", 110 },
	{ "sunrpc", "rpcbind", NULL, 111 },
	{ "auth", "ident", "tcp", 113 },
	{ "uucp-path", NULL, "tcp", 117 },
	{ "nntp", "usenet", "tcp", 119 },
	{ "ntp", NULL, "udp", 123 },
	{ "epmap", "loc-srv", NULL, 135 },
	{ "netbios-ns", "nbname", NULL, 137 },
	{ "netbios-dgm", "nbdatagram", "udp", 138 },
	{ "netbios-ssn", "nbsession", "tcp", 139 },
	{ "imap", "imap4", "tcp", 143 },
	{ "snmp", NULL, "udp", 161 },
	{ "snmptrap", "snmp-trap", "udp", 162 },
	{ "bgp", NULL, "tcp", 179 },
	{ "irc", NULL, "tcp", 194 },
	{ "ipx", NULL, "udp", 213 },
	{ "ldap", NULL, "tcp", 389 },
	{ "https", "MCom", NULL, 443 },
	{ "microsoft-ds", NULL, NULL, 445 },
	{ "kpasswd", NULL, NULL, 464 },
	{ "isakmp", "ike", "udp", 500 },
	{ "exec", NULL, "tcp", 512 },
	{ "biff", "comsat", "udp", 512 },
	{ "login", NULL, "tcp", 513 },
	{ "who", "whod", "udp", 513 },
	{ "cmd", "shell", "tcp", 514 },
	{ "syslog", NULL, "udp", 514 },
	{ "printer", "spooler", "tcp", 515 },
	{ "talk", NULL, "udp", 517 },
	{ "ntalk", NULL, "udp", 518 },
	{ "router", "route", "udp", 520 },
	{ "uucp", "uucpd", "tcp", 540 },
	{ "klogin", NULL, "tcp", 543 },
	{ "kshell", "krcmd", "tcp", 544 },
	{ "rtsp", NULL, NULL, 554 },
	{ "nntps", "snntp", NULL, 563 },
	{ "http-rpc-epmap", NULL, NULL, 593 },
	{ "ldaps", "sldap", "tcp", 636 },
	{ "kerberos-adm", NULL, NULL, 749 },
	{ "ftps-data", NULL, "tcp", 989 },
	{ "ftps", NULL, "tcp", 990 },
	{ "telnets", NULL, "tcp", 992 },
	{ "imaps", NULL, "tcp", 993 },
	{ "ircs", NULL, "tcp", 994 },
	{ "pop3s", "spop3", "tcp", 995 },
	{ "kpop", NULL, "tcp", 1109 },
	{ "ms-sql-s", NULL, NULL, 1433 },
	{ "ms-sql-m", NULL, NULL, 1434 },
	{ "wins", NULL, NULL, 1512 },
	{ "ingreslock", "ingres", "tcp", 1524 },
	{ "l2tp", NULL, "udp", 1701 },
	{ "pptp", NULL, "tcp", 1723 },
	{ "radius", NULL, "udp", 1812 },
	{ "radacct", NULL, "udp", 1813 },
	{ "nfsd", "nfs", "udp", 2049 },
	{ "ms-wbt-server", "rdp", "tcp", 3389 },
	{ "ws-discovery", NULL, NULL, 3702 },
	{ "teredo", NULL, "udp", 3544 },
	{ "llmnr", NULL, NULL, 5355 },
	{ "winrm", "wsman", "tcp", 5985 },
};

/* All that Windows has; and no other, whatever the system knows. Source: Wine's tests/protocol.c, run on
 * Windows. */
static const struct {
	short number;
	const char *name, *alias;
} protocols[] = {
	{ 0, "ip", "IP" },
	{ 1, "icmp", "ICMP" },
	{ 3, "ggp", "GGP" },
	{ 6, "tcp", "TCP" },
	{ 8, "egp", "EGP" },
	{ 12, "pup", "PUP" },
	{ 17, "udp", "UDP" },
	{ 20, "hmp", "HMP" },
	{ 22, "xns-idp", "XNS-IDP" },
	{ 27, "rdp", "RDP" },
	{ 41, "ipv6", "IPv6" },
	{ 43, "ipv6-route", "IPv6-Route" },
	{ 44, "ipv6-frag", "IPv6-Frag" },
	{ 50, "esp", "ESP" },
	{ 51, "ah", "AH" },
	{ 58, "ipv6-icmp", "IPv6-ICMP" },
	{ 59, "ipv6-nonxt", "IPv6-NoNxt" },
	{ 60, "ipv6-opts", "IPv6-Opts" },
	{ 66, "rvd", "RVD" },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What a thread was given last of each kind. */
static __thread struct packed_service {
	SERVENT service;
	char room[1024];
	size_t size;
} packed_service;

static __thread struct {
	PROTOENT protocol;
	char room[128];
	size_t size;
} packed_protocol;

static void move_service(void *memory, uintptr_t by)
{
	SERVENT *service = memory;

	wsc__pack_move_list(&service->s_aliases, by);
	wsc__pack_move(&service->s_proto, by);
	wsc__pack_move(&service->s_name, by);
}

static void move_protocol(void *memory, uintptr_t by)
{
	PROTOENT *protocol = memory;

	wsc__pack_move_list(&protocol->p_aliases, by);
	wsc__pack_move(&protocol->p_name, by);
}

static int pack_service(struct packed_service *to, const char *name, char *const *aliases,
			const char *transport, int port)
{
	struct packed packed = { to->room, to->room + sizeof to->room, false };
	SERVENT *service = &to->service;

	service->s_aliases = wsc__pack_list(&packed, aliases);
	service->s_port = (short)port;
	service->s_proto = wsc__pack(&packed, transport, strlen(transport) + 1);
	service->s_name = wsc__pack(&packed, name, strlen(name) + 1);
	wsc__pack_strings(&packed, service->s_aliases);
	to->size = (size_t)(packed.at - (char *)to);
	return packed.full ? WS_WSANO_RECOVERY : 0;
}

/* The first in the table that fits; NULL fits everything, and so does a port of -1. */
static int service_in_table(struct packed_service *to, const char *name, int port, const char *transport)
{
	for (const struct service *s = services; s < services + COUNT(services); s++) {
		char *aliases[] = { (char *)s->alias, NULL };

		if (transport && s->transport && strcasecmp(transport, s->transport) != 0)
			continue;
		if (transport && strcasecmp(transport, "tcp") != 0 && strcasecmp(transport, "udp") != 0)
			continue;
		if (name ? !strcasecmp(name, s->name) || (s->alias && !strcasecmp(name, s->alias))
			 : port == s->port)
			return pack_service(to, s->name, aliases,
					    s->transport ? s->transport
					    : transport  ? transport
							 : "tcp",
					    htons(s->port));
	}
	return WS_WSANO_DATA;
}

static int by_name(struct packed_service *to, const char *name, const char *transport)
{
	char room[1024], lower[SERVICE_NAME];
	struct servent posix, *found = NULL;
	size_t i = 0;

	do
		lower[i] = (char)tolower((unsigned char)name[i]);
	while (name[i++]);
	if (!getservbyname_r(lower, transport, &posix, room, sizeof room, &found) && found)
		return pack_service(to, found->s_name, found->s_aliases, found->s_proto, found->s_port);
	return service_in_table(to, name, -1, transport);
}

static int by_port(struct packed_service *to, int port, const char *transport)
{
	char room[1024];
	struct servent posix, *found = NULL;

	if (!getservbyport_r(port, transport, &posix, room, sizeof room, &found) && found)
		return pack_service(to, found->s_name, found->s_aliases, found->s_proto, found->s_port);
	return service_in_table(to, NULL, ntohs((uint16_t)port), transport);
}

int wsc__service_port(const char *name, int type, uint16_t *port)
{
	static const char *const transports[] = { [0] = NULL, [SOCK_STREAM] = "tcp", [SOCK_DGRAM] = "udp" };
	struct packed_service found;

	if (type < 0 || type >= (int)COUNT(transports) || by_name(&found, name, transports[type]))
		return WS_WSATYPE_NOT_FOUND;
	*port = ntohs((uint16_t)found.service.s_port);
	return 0;
}

bool wsc__service_name(uint16_t port, bool datagrams, char *name, size_t size)
{
	struct packed_service found;

	if (by_port(&found, htons(port), datagrams ? "udp" : "tcp") || strlen(found.service.s_name) >= size)
		return false;
	strcpy(name, found.service.s_name);
	return true;
}

int wsc__service_read(char name[SERVICE_NAME], const char *user)
{
	int error = wsc__copy_string(name, user, SERVICE_NAME);

	return error == WS_WSAENAMETOOLONG ? WS_WSANO_DATA : error;
}

static int given_service(int error, struct packed_result *result)
{
	*result = (struct packed_result){ &packed_service.service, packed_service.size, move_service };
	return error;
}

int wsc__service_by_name(const char *name, const char *transport, struct packed_result *result)
{
	return given_service(by_name(&packed_service, name, transport), result);
}

int wsc__service_by_port(int port, const char *transport, struct packed_result *result)
{
	return given_service(by_port(&packed_service, port, transport), result);
}

struct WSC(servent) * WSC(getservbyname)(const char *user_name, const char *user_transport)
{
	char name[SERVICE_NAME], transport[SERVICE_NAME];
	int error = wsc__enter();

	if (!error)
		error = wsc__service_read(name, user_name);
	if (!error && user_transport)
		error = wsc__service_read(transport, user_transport);
	if (!error)
		error = by_name(&packed_service, name, user_transport ? transport : NULL);
	return wsc__result_pointer(error, &packed_service.service);
}

struct WSC(servent) * WSC(getservbyport)(int port, const char *user_transport)
{
	char transport[SERVICE_NAME];
	int error = wsc__enter();

	if (!error && user_transport)
		error = wsc__service_read(transport, user_transport);
	if (!error)
		error = by_port(&packed_service, port, user_transport ? transport : NULL);
	return wsc__result_pointer(error, &packed_service.service);
}

static int pack_protocol(size_t i)
{
	struct packed packed = { packed_protocol.room, packed_protocol.room + sizeof packed_protocol.room,
				 false };
	PROTOENT *protocol = &packed_protocol.protocol;
	char *aliases[] = { (char *)protocols[i].alias, NULL };

	protocol->p_aliases = wsc__pack_list(&packed, aliases);
	protocol->p_proto = protocols[i].number;
	protocol->p_name = wsc__pack(&packed, protocols[i].name, strlen(protocols[i].name) + 1);
	wsc__pack_strings(&packed, protocol->p_aliases);
	packed_protocol.size = (size_t)(packed.at - (char *)&packed_protocol);
	return 0;
}

static int protocol_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(protocols); i++)
		if (!strcasecmp(name, protocols[i].name))
			return pack_protocol(i);
	return WS_WSANO_DATA;
}

static int protocol_by_number(int number)
{
	for (size_t i = 0; i < COUNT(protocols); i++)
		if (number == protocols[i].number)
			return pack_protocol(i);
	return WS_WSANO_DATA;
}

static int given_protocol(int error, struct packed_result *result)
{
	*result = (struct packed_result){ &packed_protocol.protocol, packed_protocol.size, move_protocol };
	return error;
}

int wsc__service_protocol_by_name(const char *name, struct packed_result *result)
{
	return given_protocol(protocol_by_name(name), result);
}

int wsc__service_protocol_by_number(int number, struct packed_result *result)
{
	return given_protocol(protocol_by_number(number), result);
}

struct WSC(protoent) * WSC(getprotobyname)(const char *user)
{
	char name[SERVICE_NAME];
	int error = wsc__enter();

	if (!error)
		error = wsc__service_read(name, user);
	return wsc__result_pointer(error ? error : protocol_by_name(name), &packed_protocol.protocol);
}

struct WSC(protoent) * WSC(getprotobynumber)(int number)
{
	int error = wsc__enter();

	return wsc__result_pointer(error ? error : protocol_by_number(number), &packed_protocol.protocol);
}
