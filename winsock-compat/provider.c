/* The providers behind the catalogue: WSCGetProviderPath, WSCGetProviderInfo, WSCGetApplicationCategory,
 * WSAProviderConfigChange. */
#include "error.h"
#include "export.h"
#include "fault.h"
#include "protocol.h"
#include "startup.h"
#include "wide.h"

#include <ws2spi.h>

/* These calls have their errors there, and no last error. */
static int result(int error, int *user)
{
	if (!error)
		return 0;
	wsc__copy_out(user, &error, sizeof error);
	return WS_SOCKET_ERROR;
}

/* In the order in which Wine's tests/protocol.c saw Windows find fault. */
static int path_of(int unit, const GUID *user_provider, void *user, int *user_length)
{
	static const char path[] = "%SystemRoot%\\system32\\mswsock.dll";
	int length, needed = sizeof path;
	GUID provider;

	if (!user_provider || !user_length || wsc__copy_in(&provider, user_provider, sizeof provider) ||
	    wsc__copy_in(&length, user_length, sizeof length))
		return WS_WSAEFAULT;
	if (length < 0 || !wsc__protocol_provides(&provider))
		return WS_WSAEINVAL;
	if (!user || length < needed) {
		wsc__copy_out(user_length, &needed, sizeof needed);
		return WS_WSAEFAULT;
	}
	return wsc__wide_out(unit, user, (size_t)length, path);
}

WSC_WIDE_FORMS(int, WSCGetProviderPath, (LPGUID provider, WCHAR *path, LPINT length, LPINT error),
	       result(path_of(wide, provider, path, length), error))

/* No provider of ours is layered, so that none has a category. */
static int info_of(const GUID *user_provider, WSC_PROVIDER_INFO_TYPE type, BYTE *info, size_t *user_size)
{
	const DWORD categories = 0;
	size_t size, needed = sizeof categories;
	GUID provider;

	if (!user_provider || wsc__copy_in(&provider, user_provider, sizeof provider))
		return WS_WSAEFAULT;
	if (!wsc__protocol_provides(&provider)) /* before all else: Wine's tests/protocol.c */
		return WS_WSANO_RECOVERY;
	if (type == ProviderInfoAudit)
		return WS_ERROR_CALL_NOT_IMPLEMENTED;
	if (type != ProviderInfoLspCategories)
		return WS_WSAEINVAL;
	if (!user_size || wsc__copy_in(&size, user_size, sizeof size))
		return WS_WSAEFAULT;
	if (!info || size < needed) {
		wsc__copy_out(user_size, &needed, sizeof needed);
		return WS_WSAEFAULT;
	}
	return wsc__copy_out(info, &categories, sizeof categories);
}

int WSC(WSCGetProviderInfo)(LPGUID provider, WSC_PROVIDER_INFO_TYPE type, PBYTE info, size_t *size,
			    DWORD flags, LPINT error)
{
	(void)flags;
	return result(info_of(provider, type, info, size), error);
}
WSC_ALIAS(WSCGetProviderInfo)

/* Nobody has put a program into a category. */
int WSC(WSCGetApplicationCategory)(LPCWSTR path, DWORD path_length, LPCWSTR extra, DWORD extra_length,
				   DWORD *categories, LPINT error)
{
	(void)extra, (void)extra_length;
	return result(path && path_length && categories ? WS_WSASERVICE_NOT_FOUND : WS_WSAEINVAL, error);
}
WSC_ALIAS(WSCGetApplicationCategory)

/* The first call gives a handle, as on Windows. Those after it would wait for a provider to come or go, which
 * none ever does: WSAEOPNOTSUPP is the error for a system where that takes a restart. */
static int config_change(HANDLE *user)
{
	static char notification;
	HANDLE handle;

	if (!user || wsc__copy_in(&handle, user, sizeof handle))
		return WS_WSAEFAULT;
	if (handle)
		return handle == &notification ? WS_WSAEOPNOTSUPP : WS_WSA_INVALID_HANDLE;
	handle = &notification;
	return wsc__copy_out(user, &handle, sizeof handle);
}

int WSC(WSAProviderConfigChange)(LPHANDLE handle, LPWSAOVERLAPPED overlapped,
				 LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	int error = wsc__enter();

	(void)overlapped, (void)routine;
	return wsc__result(error ? error : config_change(handle));
}
WSC_ALIAS(WSAProviderConfigChange)
