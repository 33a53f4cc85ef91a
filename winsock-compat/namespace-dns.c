/* The name space of hosts and services: what gethostbyname and its relatives ask for, by the classes that
 * stand for them. */
#include "namespace.h"

#include "error.h"
#include "fault.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <svcguid.h>

static const GUID hostname = SVCID_HOSTNAME, by_address = SVCID_INET_HOSTADDRBYINETSTRING,
		  by_name = SVCID_INET_HOSTADDRBYNAME, service = SVCID_INET_SERVICEBYNAME,
		  records = SVCID_DNS_TYPE_A, records6 = SVCID_DNS_TYPE_AAAA;

static bool is(const struct query *query, const GUID *class)
{
	return wsc__namespace_is(&query->class, class);
}

/* A service at a port, by either transport, without a kind of record. */
static bool is_port(const GUID *class)
{
	return (IS_SVCID_TCP(class) || IS_SVCID_UDP(class)) && !RR_FROM_SVCID(class);
}

static bool takes_family(const struct query *query, int family)
{
	if (is(query, &records6))
		return family == WS_AF_INET6;
	for (size_t i = 0; i < query->protocols_count; i++)
		if (query->protocols[i].family == family)
			return true;
	return !query->protocols_count &&
	       family == WS_AF_INET; /* as Winsock 1.1, which these classes are of */
}

static int check(const struct query *query)
{
	bool host = is(query, &hostname) || is(query, &by_name);

	if (query->flags & WS_LUP_CONTAINERS)
		return WS_WSANO_DATA;
	if (!query->has_class)
		return WS_WSAEINVAL;
	if (!host && !is(query, &by_address) && !is(query, &service) && !is(query, &records) &&
	    !is(query, &records6) && !is_port(&query->class))
		return WS_WSASERVICE_NOT_FOUND;
	if (!host && !*query->name)
		return WS_WSAEINVAL;
	if (!takes_family(query, WS_AF_INET) && !takes_family(query, WS_AF_INET6))
		return WS_WSAEINVAL;
	return 0;
}

/* A structure of Winsock 1.1 in one piece: what was a pointer says where it is in there, from its beginning.
 */
struct piece {
	unsigned char *bytes;
	size_t size;
	bool failed;
};

/* Where so many bytes more are; 0, if they come from nowhere. */
static size_t append(struct piece *piece, const void *from, size_t size)
{
	size_t at = (piece->size + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
	unsigned char *larger = piece->failed ? NULL : realloc(piece->bytes, at + size);

	if (!larger) {
		piece->failed = true;
		return 0;
	}
	memset(larger + piece->size, 0, at + size - piece->size);
	if (from)
		memcpy(larger + at, from, size);
	piece->bytes = larger;
	piece->size = at + size;
	return at;
}

static char *append_text(struct piece *piece, const char *text)
{
	return (char *)append(piece, text, strlen(text) + 1);
}

/* A list, then what is in it: each of so many bytes, or texts if that is 0. */
static char **append_list(struct piece *piece, char *const *list, size_t each)
{
	size_t count = 0, at, entry;

	while (list[count])
		count++;
	at = append(piece, NULL, (count + 1) * sizeof *list);
	for (size_t i = 0; i < count; i++) {
		entry = append(piece, list[i], each ? each : strlen(list[i]) + 1);
		if (!piece->failed)
			memcpy(piece->bytes + at + i * sizeof entry, &entry, sizeof entry);
	}
	return (char **)at;
}

static int hand_over(struct piece *piece, const void *head, size_t size, struct answer *answer)
{
	if (piece->failed) {
		free(piece->bytes);
		return WS_WSA_NOT_ENOUGH_MEMORY;
	}
	memcpy(piece->bytes, head, size);
	answer->blob = piece->bytes;
	answer->blob_size = piece->size;
	return 0;
}

static int add_host_blob(struct answer *answer, const HOSTENT *host)
{
	struct piece piece = { NULL, 0, false };
	HOSTENT flat = *host;

	append(&piece, &flat, sizeof flat);
	flat.h_name = append_text(&piece, host->h_name);
	flat.h_aliases = append_list(&piece, host->h_aliases, 0);
	flat.h_addr_list = append_list(&piece, host->h_addr_list, (size_t)host->h_length);
	return hand_over(&piece, &flat, sizeof flat, answer);
}

static int add_service_blob(struct answer *answer, const SERVENT *found)
{
	struct piece piece = { NULL, 0, false };
	SERVENT flat = *found;

	append(&piece, &flat, sizeof flat);
	flat.s_name = append_text(&piece, found->s_name);
	flat.s_aliases = append_list(&piece, found->s_aliases, 0);
	flat.s_proto = append_text(&piece, found->s_proto);
	return hand_over(&piece, &flat, sizeof flat, answer);
}

/* The protocols for which an address is given: that of the class, those that the program named, or TCP. */
static size_t transports(const struct query *query, int family, int found[])
{
	int of_class = !is_port(&query->class) ? 0 : IS_SVCID_UDP(&query->class) ? IPPROTO_UDP : IPPROTO_TCP;
	size_t count = 0;

	for (size_t i = 0; i < query->protocols_count; i++) {
		int protocol = query->protocols[i].protocol;

		if (query->protocols[i].family != family || (of_class && protocol && protocol != of_class))
			continue;
		if (!protocol || protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)
			found[count++] = of_class ? of_class : protocol ? protocol : IPPROTO_TCP;
	}
	if (!query->protocols_count)
		found[count++] = of_class ? of_class : IPPROTO_TCP;
	return count;
}

/* That of the class, or that of the service beside the name; in network order, 0 if there is none. */
static unsigned short port_of(const struct query *query)
{
	const SERVENT *found;
	char *end;
	unsigned long number = strtoul(query->string, &end, 10);

	if (is_port(&query->class))
		return htons(PORT_FROM_SVCID_TCP(&query->class));
	if (isdigit((unsigned char)*query->string) && !*end)
		return htons((unsigned short)number);
	found = *query->string ? WSC(getservbyname)(query->string, NULL) : NULL;
	return found ? (unsigned short)found->s_port : 0;
}

static int add_address(const struct query *query, struct answer *answer, int family, const void *bytes)
{
	int protocols[sizeof query->protocols / sizeof *query->protocols + 1];
	size_t count = transports(query, family, protocols);
	struct answer_address *larger =
		realloc(answer->addresses, (answer->addresses_count + count + 1) * sizeof *larger);

	if (!larger)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	answer->addresses = larger;
	for (size_t i = 0; i < count; i++) {
		struct answer_address *to = &larger[answer->addresses_count++];
		struct WSC(sockaddr_in) *in = (void *)&to->address;
		struct WSC(sockaddr_in6) *in6 = (void *)&to->address;

		memset(to, 0, sizeof *to);
		in->sin_family = (WORD)family;
		in->sin_port = port_of(query); /* both families have it at the same place */
		if (family == WS_AF_INET)
			memcpy(&in->sin_addr, bytes, sizeof in->sin_addr);
		else
			memcpy(&in6->sin6_addr, bytes, sizeof in6->sin6_addr);
		to->protocol = protocols[i];
		to->type = protocols[i] == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
	}
	return 0;
}

/* A host as an answer; the second family of one that has been answered adds its addresses only. */
static int add_host(const struct query *query, struct answers *answers, const HOSTENT *host)
{
	struct answer *answer = answers->count ? answers->list : wsc__namespace_answer(answers);
	int error = 0;

	if (!answer)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	if (!answer->name) {
		answer->has_class = true;
		answer->class = query->class;
		answer->name = strdup(host->h_name);
		error = answer->name ? add_host_blob(answer, host) : WS_WSA_NOT_ENOUGH_MEMORY;
	}
	for (char **address = host->h_addr_list; *address && !error; address++)
		error = add_address(query, answer, host->h_addrtype, *address);
	return error;
}

static int add_aliases(const struct query *query, struct answers *answers, const HOSTENT *host)
{
	for (char **alias = host->h_aliases; *alias && query->flags & WS_LUP_RETURN_ALIASES; alias++) {
		struct answer *answer = wsc__namespace_answer(answers);

		if (!answer || !(answer->name = strdup(*alias)))
			return WS_WSA_NOT_ENOUGH_MEMORY;
		answer->flags = WS_RESULT_IS_ALIAS;
	}
	return 0;
}

/* What a call of Winsock 1.1 has failed with, as a lookup says it. */
static int failure(void)
{
	int error = wsc__thread.last_error;

	return error == WS_WSAHOST_NOT_FOUND ? WS_WSASERVICE_NOT_FOUND : error;
}

/* All addresses of IPv6, as gethostbyname would give them if it did. */
static int ask_host6(const struct query *query, struct answers *answers)
{
	ADDRINFOA hints = { .ai_family = WS_AF_INET6, .ai_flags = WS_AI_CANONNAME }, *list;
	char own[NI_MAXHOST], *none = NULL, *addresses[64] = { NULL };
	HOSTENT host = { .h_aliases = &none, .h_addrtype = WS_AF_INET6, .h_length = sizeof(struct in6_addr) };
	size_t count = 0;
	int error;

	WSC(gethostname)(own, sizeof own);
	error = WSC(getaddrinfo)(*query->name ? query->name : own, NULL, &hints, &list);
	if (error)
		return error == WS_WSAHOST_NOT_FOUND ? WS_WSASERVICE_NOT_FOUND : error;
	for (ADDRINFOA *i = list; i && count < sizeof addresses / sizeof *addresses - 1; i = i->ai_next)
		addresses[count++] = (char *)&((struct WSC(sockaddr_in6) *)i->ai_addr)->sin6_addr;
	host.h_addr_list = addresses;
	host.h_name = list->ai_canonname ? list->ai_canonname : own;
	error = add_host(query, answers, &host);
	WSC(freeaddrinfo)(list);
	return error;
}

static int ask_host(const struct query *query, struct answers *answers)
{
	const HOSTENT *host = NULL;
	int error = 0, error6 = 0;

	if (takes_family(query, WS_AF_INET)) {
		host = WSC(gethostbyname)(query->name);
		error = host ? add_host(query, answers, host) : failure();
	}
	if (takes_family(query, WS_AF_INET6))
		error6 = ask_host6(query, answers);
	if (host && !error)
		error = add_aliases(query, answers, host);
	if (error == WS_WSA_NOT_ENOUGH_MEMORY || error6 == WS_WSA_NOT_ENOUGH_MEMORY)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	return answers->count ? 0 : error ? error : error6; /* one family is enough */
}

static int ask_address(const struct query *query, struct answers *answers)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	const HOSTENT *host;
	int error;

	if (inet_pton(AF_INET, query->name, bytes) == 1)
		host = WSC(gethostbyaddr)((char *)bytes, sizeof(struct in_addr), WS_AF_INET);
	else if (inet_pton(AF_INET6, query->name, bytes) == 1)
		host = WSC(gethostbyaddr)((char *)bytes, sizeof(struct in6_addr), WS_AF_INET6);
	else
		return WS_WSASERVICE_NOT_FOUND;
	if (!host)
		return failure();
	error = add_host(query, answers, host);
	return error ? error : add_aliases(query, answers, host);
}

/* "ftp", "ftp/tcp", "21/tcp": the second part is the protocol. */
static int ask_service(const struct query *query, struct answers *answers)
{
	char name[sizeof query->name], *transport, *end;
	const SERVENT *found;
	struct answer *answer;
	unsigned port;

	strcpy(name, query->name);
	transport = strchr(name, '/');
	if (transport)
		*transport++ = '\0';
	port = (unsigned)strtoul(name, &end, 10);
	found = isdigit((unsigned char)*name) && !*end ? WSC(getservbyport)(htons((uint16_t)port), transport)
						       : WSC(getservbyname)(name, transport);
	if (!found)
		return wsc__thread.last_error == WS_WSANO_DATA ? WS_WSASERVICE_NOT_FOUND
							       : wsc__thread.last_error;
	answer = wsc__namespace_answer(answers);
	if (!answer || !(answer->name = strdup(found->s_name)))
		return WS_WSA_NOT_ENOUGH_MEMORY;
	port = ntohs((uint16_t)found->s_port);
	answer->has_class = true;
	answer->class = !strcmp(found->s_proto, "udp") ? (GUID)SVCID_UDP(port) : (GUID)SVCID_TCP(port);
	return add_service_blob(answer, found);
}

static int ask(const struct query *query, struct answers *answers)
{
	int error = is(query, &service)      ? ask_service(query, answers)
		    : is(query, &by_address) ? ask_address(query, answers)
					     : ask_host(query, answers);

	if (error)
		wsc__namespace_free(answers);
	return error;
}

/* Nothing is done here either: who has a name is up to the servers of names. */
static int set(const struct query *query, WSAESETSERVICEOP operation)
{
	static const GUID networks = NLA_SERVICE_CLASS_GUID;

	return wsc__namespace_is(&query->class, &networks) || operation == RNRSERVICE_DELETE
		       ? WS_WSASERVICE_NOT_FOUND
		       : 0;
}

const struct name_space wsc__namespace_dns = {
	.provider = { 0x22059d40, 0x7e9e, 0x11cf, { 0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b } },
	.number = WS_NS_DNS,
	.identifier = "Tcpip",
	.waits = true,
	.check = check,
	.ask = ask,
	.set = set,
};
