/* Addresses as text and numbers in network order: inet_*, hton*, ntoh*. */
#include "address.h"
#include "error.h"
#include "fault.h"

#include <arpa/inet.h>
#include <string.h>

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

/* Room for any address that is one; longer text is none. */
enum { TEXT = 64 };

WSC(u_long) WSC(inet_addr)(const char *text)
{
	char copy[TEXT];

	if (wsc__copy_string(copy, text, sizeof copy))
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
	return family == WS_AF_INET ? sizeof(struct in_addr) : family == WS_AF_INET6 ? sizeof(struct in6_addr) : 0;
}

INT WSC(inet_pton)(INT family, PCSTR text, PVOID address)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char copy[TEXT];
	int numeric, error;

	if (!address_size(family))
		return wsc__result(WS_WSAEAFNOSUPPORT);
	if (!text || !address)
		return wsc__result(WS_WSAEFAULT);
	error = wsc__copy_string(copy, text, sizeof copy);
	if (error) /* what is too long for an address is none */
		return error == WS_WSAENAMETOOLONG ? 0 : wsc__result(error);
	numeric = inet_pton(wsc__family_to_posix(family), copy, bytes);
	if (numeric == 1 && wsc__copy_out(address, bytes, address_size(family)))
		return wsc__result(WS_WSAEFAULT);
	return numeric;
}

PCSTR WSC(inet_ntop)(INT family, LPCVOID address, LPSTR text, size_t size)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN];
	int error = 0;

	if (!address_size(family))
		error = WS_WSAEAFNOSUPPORT;
	else if (wsc__copy_in(bytes, address, address_size(family)))
		error = WS_WSAEFAULT;
	if (!error) {
		inet_ntop(wsc__family_to_posix(family), bytes, copy, sizeof copy);
		if (strlen(copy) >= size)
			error = WS_WSA_INVALID_PARAMETER;
		else if (wsc__copy_out(text, copy, strlen(copy) + 1))
			error = WS_WSAEFAULT;
	}
	if (error) {
		wsc__thread.last_error = error;
		return NULL;
	}
	return text;
}
