/* The protocols of the catalogue, as Windows describes them. */
#include "protocol.h"

#include "wide.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */

/* What Windows 10 lists: the entries of its own provider, whose numbers are the same on every machine. */
#define TCPIP  { 0xe70f1aa0, 0xab8b, 0x11cf, { 0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } }
#define TCPIP6 { 0xf9eab0c0, 0x26d4, 0x11d0, { 0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4 } }
#define UNIX   { 0xa00943d9, 0x9c2e, 0x4633, { 0x9b, 0x59, 0x00, 0x57, 0xa3, 0x16, 0x09, 0x94 } }

#define STREAM (WS_XP1_GUARANTEED_DELIVERY | WS_XP1_GUARANTEED_ORDER | WS_XP1_GRACEFUL_CLOSE | WS_XP1_IFS_HANDLES)
#define DATAGRAM                                                                                             \
	(WS_XP1_CONNECTIONLESS | WS_XP1_MESSAGE_ORIENTED | WS_XP1_SUPPORT_BROADCAST | WS_XP1_SUPPORT_MULTIPOINT | \
	 WS_XP1_IFS_HANDLES)
#define ENTRY(number) .dwCatalogEntryId = (number), .ProtocolChain.ChainLen = WS_BASE_PROTOCOL, .iVersion = 2
#define OPEN          .dwProviderFlags = WS_PFL_MATCHES_PROTOCOL_ZERO
#define HIDDEN        .dwProviderFlags = WS_PFL_MATCHES_PROTOCOL_ZERO | WS_PFL_HIDDEN
#define ADDRESS(family, least, most) .iAddressFamily = (family), .iMinSockAddr = (least), .iMaxSockAddr = (most)
#define IPV4                         ADDRESS(WS_AF_INET, 16, 16), .ProviderId = TCPIP
#define IPV6                         ADDRESS(WS_AF_INET6, 28, 28), .ProviderId = TCPIP6
#define SPEAKS(type, protocol)       .iSocketType = (type), .iProtocol = (protocol)

enum { UDP_MESSAGE = 65467, RAW_MESSAGE = 32768 };

const WSAPROTOCOL_INFOW wsc__protocols[] = {
	{ ENTRY(1001), OPEN, IPV4, SPEAKS(SOCK_STREAM, IPPROTO_TCP), .szProtocol = u"MSAFD Tcpip [TCP/IP]",
	  .dwServiceFlags1 = STREAM | WS_XP1_EXPEDITED_DATA },
	{ ENTRY(1002), OPEN, IPV4, SPEAKS(SOCK_DGRAM, IPPROTO_UDP), .szProtocol = u"MSAFD Tcpip [UDP/IP]",
	  .dwServiceFlags1 = DATAGRAM, .dwMessageSize = UDP_MESSAGE },
	{ ENTRY(1003), HIDDEN, IPV4, SPEAKS(SOCK_RAW, 0), .szProtocol = u"MSAFD Tcpip [RAW/IP]",
	  .dwServiceFlags1 = DATAGRAM, .dwMessageSize = RAW_MESSAGE, .iProtocolMaxOffset = 255 },
	{ ENTRY(1004), OPEN, IPV6, SPEAKS(SOCK_STREAM, IPPROTO_TCP), .szProtocol = u"MSAFD Tcpip [TCP/IPv6]",
	  .dwServiceFlags1 = STREAM | WS_XP1_EXPEDITED_DATA },
	{ ENTRY(1005), OPEN, IPV6, SPEAKS(SOCK_DGRAM, IPPROTO_UDP), .szProtocol = u"MSAFD Tcpip [UDP/IPv6]",
	  .dwServiceFlags1 = DATAGRAM, .dwMessageSize = UDP_MESSAGE },
	{ ENTRY(1006), HIDDEN, IPV6, SPEAKS(SOCK_RAW, 0), .szProtocol = u"MSAFD Tcpip [RAW/IPv6]",
	  .dwServiceFlags1 = DATAGRAM, .dwMessageSize = RAW_MESSAGE, .iProtocolMaxOffset = 255 },
	{ ENTRY(1007), OPEN, ADDRESS(WS_AF_UNIX, 2, 110), SPEAKS(SOCK_STREAM, 0), .szProtocol = u"AF_UNIX",
	  .dwServiceFlags1 = STREAM, .ProviderId = UNIX },
};
/* clang-format on */
const unsigned wsc__protocols_count = sizeof wsc__protocols / sizeof *wsc__protocols;

const WSAPROTOCOL_INFOW *wsc__protocol_of(struct socket *sock)
{
	const WSAPROTOCOL_INFOW *protocol = wsc__protocols, *last = wsc__protocols + wsc__protocols_count - 1;

	while (protocol < last && (protocol->iAddressFamily != sock->family ||
				   (protocol->iSocketType != sock->type && sock->family != WS_AF_UNIX)))
		protocol++;
	return protocol;
}

size_t wsc__protocol_copy(int unit, void *to, const WSAPROTOCOL_INFOW *protocol)
{
	enum { NAME = offsetof(WSAPROTOCOL_INFOW, szProtocol) };
	_Static_assert(NAME == offsetof(WSAPROTOCOL_INFOA, szProtocol) &&
			       NAME == offsetof(WSAPROTOCOL_INFOW_UTF32, szProtocol),
		       "the members before the name lie alike");
	size_t size = NAME + (size_t)unit * (sizeof protocol->szProtocol / sizeof *protocol->szProtocol);

	memset(to, 0, size);
	memcpy(to, protocol, NAME);
	for (size_t i = 0; protocol->szProtocol[i]; i++) /* ASCII */
		wsc__wide_store(unit, (char *)to + NAME + i * (size_t)unit, protocol->szProtocol[i]);
	return size;
}

bool wsc__protocol_provides(const GUID *provider)
{
	for (unsigned i = 0; i < wsc__protocols_count; i++)
		if (!memcmp(provider, &wsc__protocols[i].ProviderId, sizeof *provider))
			return true;
	return false;
}
