/* Addresses as text and numbers in network order: inet_*, WSAAddressToString, WSAStringToAddress, hton*,
 * ntoh*. */
#include "address.h"
#include "error.h"
#include "export.h"
#include "fault.h"
#include "profile.h"
#include "socket.h"
#include "wide.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

WSC(u_long) WSC(htonl)(WSC(u_long) number)
{
	return htonl(number);
}

WSC(u_long) WSC(ntohl)(WSC(u_long) number)
{
	return ntohl(number);
}

WSC(u_short) WSC(htons)(WSC(u_short) number)
{
	return htons(number);
}

WSC(u_short) WSC(ntohs)(WSC(u_short) number)
{
	return ntohs(number);
}

/* The same for a socket, whose network order is always this one. */
static int for_socket(SOCKET s, void *user, const void *number, size_t size)
{
	struct socket *sock;
	int error = wsc__socket_enter(s, &sock);

	return wsc__result(error ? error : wsc__copy_out(user, number, size));
}

int WSC(WSAHtonl)(SOCKET s, WSC(u_long) host, WSC(u_long) * network)
{
	host = htonl(host);
	return for_socket(s, network, &host, sizeof host);
}
WSC_ALIAS(WSAHtonl)

int WSC(WSANtohl)(SOCKET s, WSC(u_long) network, WSC(u_long) * host)
{
	return WSC(WSAHtonl)(s, network, host);
}
WSC_ALIAS(WSANtohl)

int WSC(WSAHtons)(SOCKET s, WSC(u_short) host, WSC(u_short) * network)
{
	host = htons(host);
	return for_socket(s, network, &host, sizeof host);
}
WSC_ALIAS(WSAHtons)

int WSC(WSANtohs)(SOCKET s, WSC(u_short) network, WSC(u_short) * host)
{
	return WSC(WSAHtons)(s, network, host);
}
WSC_ALIAS(WSANtohs)

/* Room for any address that is one, with a scope and a port; longer text is none. */
enum { TEXT = 96 };

WSC(u_long) WSC(inet_addr)(const char *text)
{
	char copy[TEXT];
	int error = wsc__copy_string(copy, text, sizeof copy);

	if (error == WS_WSAEFAULT)
		wsc__thread.last_error = error;
	if (error)
		return INADDR_NONE;
	return *copy == ' ' && !copy[1] ? 0 : inet_addr(copy); /* a single blank is 0.0.0.0 to Windows */
}

char *WSC(inet_ntoa)(struct WSC(in_addr) address)
{
	static __thread char text[INET_ADDRSTRLEN];

	return (char *)inet_ntop(AF_INET, &address, text, sizeof text);
}

static size_t address_size(int family)
{
	return family == WS_AF_INET    ? sizeof(struct in_addr)
	       : family == WS_AF_INET6 ? sizeof(struct in6_addr)
				       : 0;
}

/* Windows takes a part of three digits that begins with 0, though only at the end of an IPv6 address. */
static void strip_zeros(char *text)
{
	char *to = strrchr(text, ':');

	if (!to || !strchr(to, '.'))
		return;
	to++;
	for (const char *from = to; *from;) {
		size_t digits = strspn(from, "0123456789"), zeros = 0;

		while (digits <= 3 && zeros + 1 < digits && from[zeros] == '0')
			zeros++;
		memmove(to, from + zeros, digits - zeros);
		to += digits - zeros;
		from += digits;
		if (*from)
			*to++ = *from++;
		if (!*from)
			*to = '\0';
	}
}

/* "::1:2:3:4:5:6:7" is no address to Windows, where the colons at the beginning are two parts or more. */
static bool has_seven_parts(const char *text)
{
	int colons = 0;

	if (strncmp(text, "::", 2) != 0 || strchr(text, '.'))
		return false;
	for (text += 2; *text; text++)
		colons += *text == ':';
	return colons == 6;
}

/* inet_pton for a copy of the text, which it may change: 1, or 0 if it is no address. Source: Wine's
 * tests/protocol.c, run on Windows. */
static int parse(int family, char *text, void *bytes)
{
	if (family == WS_AF_INET6 && has_seven_parts(text))
		return 0;
	if (family == WS_AF_INET6)
		strip_zeros(text);
	return inet_pton(wsc__family_to_posix(family), text, bytes);
}

/* What the forms of inet_pton have in common. */
static int text_to_address(int unit, int family, const void *text, void *address)
{
	char copy[WSC_UTF8_MOST * TEXT];
	unsigned char bytes[sizeof(struct in6_addr)];
	int error = wsc__wide_in(unit, copy, text, TEXT);

	if (error == WS_WSAEFAULT)
		return wsc__result(WS_WSAEFAULT);
	if (!address_size(family))
		return wsc__result(WS_WSAEAFNOSUPPORT);
	if (!address)
		return wsc__result(WS_WSAEFAULT);
	if (error || !parse(family, copy, bytes)) /* what is too long for an address is none */
		return 0;
	return wsc__copy_out(address, bytes, address_size(family)) ? wsc__result(WS_WSAEFAULT) : 1;
}

INT WSC(inet_pton)(INT family, PCSTR text, PVOID address)
{
	return text_to_address(1, family, text, address);
}

/* Unlike the other form it has an error for what is no address. */
static int wide_to_address(int unit, int family, const void *text, void *address)
{
	int result = text_to_address(unit, family, text, address);

	if (!result)
		wsc__thread.last_error = WS_WSAEINVAL;
	return result;
}

WSC_WIDE_FORMS(INT, InetPtonW, (INT family, PCWSTR text, PVOID address),
	       wide_to_address(wide, family, text, address))

static int address_to_text(int family, const void *address, char text[INET6_ADDRSTRLEN])
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (!address_size(family))
		return WS_WSAEAFNOSUPPORT;
	if (wsc__copy_in(bytes, address, address_size(family)))
		return WS_WSAEFAULT;
	inet_ntop(wsc__family_to_posix(family), bytes, text, INET6_ADDRSTRLEN);
	return 0;
}

/* Too little room, or none. The number is that of a NTSTATUS, as Wine's tests/protocol.c saw it. */
static int no_room(void)
{
	return wsc__profile.windows - wsc__windows >= WINDOWS_8 ? (int)0xc000000d : WS_WSAEINVAL;
}

static void *give_text(int unit, int family, const void *address, void *text, size_t size)
{
	char copy[INET6_ADDRSTRLEN];
	int error = address_to_text(family, address, copy);

	/* To the wide form it is the documented number: nobody has seen another. */
	if (!error && (!text || strlen(copy) >= size))
		error = unit == 1 ? no_room() : WS_WSA_INVALID_PARAMETER;
	if (!error)
		error = wsc__wide_out(unit, text, size, copy);
	return wsc__result_pointer(error, text);
}

PCSTR WSC(inet_ntop)(INT family, LPCVOID address, LPSTR text, size_t size)
{
	return give_text(1, family, address, text, size);
}

WSC_WIDE_FORMS(PCWSTR, InetNtopW, (INT family, LPCVOID address, LPWSTR text, size_t size),
	       give_text(wide, family, address, text, size))

/* "1.2.3.4:80", "::1%3", "[::1%3]:80" */
static int write_address(const void *user, DWORD length, char text[TEXT])
{
	struct sockaddr_storage address;
	const struct sockaddr_in *in = (void *)&address;
	const struct sockaddr_in6 *in6 = (void *)&address;
	char host[INET6_ADDRSTRLEN], scope[16] = "";
	socklen_t whole;
	WORD family;
	int error;

	if (!user || length < sizeof family || wsc__copy_in(&family, user, sizeof family))
		return WS_WSAEFAULT;
	if (!address_size(family))
		return WS_WSAEINVAL;
	if (length < (family == WS_AF_INET ? sizeof *in : sizeof *in6))
		return WS_WSAEINVAL;
	error = wsc__address_in(family, user, (int)length, &address, &whole);
	if (error)
		return error;
	if (family == WS_AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
		if (in->sin_port)
			snprintf(text, TEXT, "%s:%u", host, ntohs(in->sin_port));
		else
			snprintf(text, TEXT, "%s", host);
		return 0;
	}
	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
	if (in6->sin6_scope_id)
		snprintf(scope, sizeof scope, "%%%u", in6->sin6_scope_id);
	if (in6->sin6_port)
		snprintf(text, TEXT, "[%s%s]:%u", host, scope, ntohs(in6->sin6_port));
	else
		snprintf(text, TEXT, "%s%s", host, scope);
	return 0;
}

/* *size gets what the text needs, even if that is too much. */
static int address_to_string(int unit, const void *address, DWORD length, void *user, DWORD *size)
{
	char text[TEXT];
	DWORD room, needed;
	int error = wsc__enter();

	if (!error && (!size || wsc__copy_in(&room, size, sizeof room)))
		error = WS_WSAEFAULT;
	if (!error)
		error = write_address(address, length, text);
	if (!error) {
		needed = (DWORD)strlen(text) + 1; /* units of any kind: it is ASCII */
		if (wsc__copy_out(size, &needed, sizeof needed) || room < needed)
			error = WS_WSAEFAULT;
	}
	return wsc__result(error ? error : wsc__wide_out(unit, user, room, text));
}

/* The protocol's info chooses a provider; there is only one here. */
INT WSC(WSAAddressToStringA)(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOA info, LPSTR user,
			     LPDWORD size)
{
	(void)info;
	return address_to_string(1, address, length, user, size);
}
WSC_ALIAS(WSAAddressToStringA)

WSC_WIDE_FORMS(INT, WSAAddressToStringW,
	       (LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOW info, LPWSTR user, LPDWORD size),
	       ((void)info, address_to_string(wide, address, length, user, size)))

/* A port as C writes numbers, from 1 on; false if it is none. */
static bool read_port(const char *text, in_port_t *port)
{
	char *end;
	unsigned long number;

	if (!isdigit((unsigned char)*text))
		return false;
	number = strtoul(text, &end, 0);
	*port = htons((uint16_t)number);
	return !*end && number && number <= 0xffff && tolower((unsigned char)end[-1]) != 'x';
}

/* Parts as inet_addr takes them, but no blanks; then perhaps a port. */
static bool read_ipv4(char *text, struct sockaddr_in *in)
{
	char *colon = strchr(text, ':');

	if (strpbrk(text, " \t\n\v\f\r"))
		return false;
	if (colon) {
		*colon++ = '\0';
		if (!read_port(colon, &in->sin_port))
			return false;
	}
	if (!strncasecmp(text, "0x", 2) && strspn(text + 2, "0123456789abcdefABCDEF") == strlen(text + 2) &&
	    strlen(text) > 10)
		text = memcpy(text + strlen(text) - 10, "0x", 2); /* Windows loses the digits in front */
	return inet_aton(text, &in->sin_addr) == 1;
}

/* "::1%3", "[::1%3]" or "[::1%3]:80" */
static bool read_ipv6(char *text, struct sockaddr_in6 *in6)
{
	char *bracket = NULL, *scope, *end;
	unsigned long number;

	if (*text == '[') {
		bracket = strchr(++text, ']');
		if (!bracket ||
		    (bracket[1] && (bracket[1] != ':' || !read_port(bracket + 2, &in6->sin6_port))))
			return false;
		*bracket = '\0';
	}
	scope = strchr(text, '%');
	if (scope) {
		*scope++ = '\0';
		number = isdigit((unsigned char)*scope) ? strtoul(scope, &end, 10) : 0;
		if (!isdigit((unsigned char)*scope) || *end || number > 0xffffffff)
			return false;
		in6->sin6_scope_id = (uint32_t)number;
	}
	return parse(WS_AF_INET6, text, &in6->sin6_addr) == 1;
}

static int read_address(int unit, int family, const void *string, void *user, int *user_length)
{
	char text[WSC_UTF8_MOST * TEXT];
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t length = family == WS_AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	int room, whole = (int)length, error;
	bool read;

	if (!string || !user || !user_length || !address_size(family))
		return WS_WSAEINVAL;
	error = wsc__wide_in(unit, text, string, TEXT);
	if (error == WS_WSAEFAULT || wsc__copy_in(&room, user_length, sizeof room))
		return WS_WSAEFAULT;
	if (room < whole) {
		wsc__copy_out(user_length, &whole, sizeof whole);
		return WS_WSAEFAULT;
	}
	read = !error && (family == WS_AF_INET ? read_ipv4(text, (struct sockaddr_in *)&address)
					       : read_ipv6(text, (struct sockaddr_in6 *)&address));
	if (!read) { /* nothing is left there of what a program may have had */
		memset(&address, 0, sizeof address);
		wsc__copy_out(user, &address, length);
		return WS_WSAEINVAL;
	}
	address.ss_family = (sa_family_t)wsc__family_to_posix(family);
	return wsc__address_out(&address, length, user, user_length);
}

static int string_to_address(int unit, const void *string, int family, void *address, int *length)
{
	int error = wsc__enter();

	return wsc__result(error ? error : read_address(unit, family, string, address, length));
}

INT WSC(WSAStringToAddressA)(LPSTR string, INT family, LPWSAPROTOCOL_INFOA info, LPSOCKADDR address,
			     LPINT length)
{
	(void)info;
	return string_to_address(1, string, family, address, length);
}
WSC_ALIAS(WSAStringToAddressA)

WSC_WIDE_FORMS(INT, WSAStringToAddressW,
	       (LPWSTR string, INT family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR address, LPINT length),
	       ((void)info, string_to_address(wide, string, family, address, length)))
