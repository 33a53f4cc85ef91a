/* What programs read of the catalogue of providers. */
#ifndef _WINSOCK2SPI_
#define _WINSOCK2SPI_

#include "winsock2.h"

#ifdef WSC_OVERLAY
#include "wsc/ws2spi-constants.h"

#define WSCEnumNameSpaceProviders   WSAEnumNameSpaceProvidersW
#define WSCEnumNameSpaceProvidersEx WSAEnumNameSpaceProvidersExW
#endif

WSC_BEGIN

typedef enum _WSC_PROVIDER_INFO_TYPE {
	ProviderInfoLspCategories = 0,
	ProviderInfoAudit
} WSC_PROVIDER_INFO_TYPE;

WSC_WIDE_FUNCTION(int, WSCEnumProtocols, (LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD size, LPINT error));
WSC_FUNCTION(int, WSCGetApplicationCategory,
	     (LPCWSTR path, DWORD path_length, LPCWSTR extra, DWORD extra_length, DWORD *categories,
	      LPINT error));
WSC_FUNCTION(int, WSCGetProviderInfo,
	     (LPGUID provider, WSC_PROVIDER_INFO_TYPE type, PBYTE info, size_t *size, DWORD flags,
	      LPINT error));
WSC_WIDE_FUNCTION(int, WSCGetProviderPath, (LPGUID provider, WCHAR *path, LPINT length, LPINT error));

WSC_END

#endif
