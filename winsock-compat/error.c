/* Errors: between errno, the codes of name resolution, NTSTATUS and Winsock, by the table in errors.in. */
#include "error.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const short winsock_error[] = {
#define FROM_ERRNO(posix_error, error) [posix_error] = WS_##error,
#include "error-rows.h"
#undef FROM_ERRNO
};

int wsc__error_from_errno(int posix_error)
{
	int error = 0;

	if (posix_error >= 0 && posix_error < (int)COUNT(winsock_error))
		error = winsock_error[posix_error];
	return error ? error : WS_WSASYSCALLFAILURE;
}

int wsc__error_from_eai(int eai)
{
	switch (eai) {
	case 0:
		return 0;
	case EAI_SYSTEM:
		return wsc__error_from_errno(errno);
#define FROM_EAI(name, error)                                                                                \
	case name:                                                                                           \
		return WS_##error;
#include "error-rows.h"
#undef FROM_EAI
	default:
		return WS_WSAHOST_NOT_FOUND;
	}
}

int wsc__error_from_h_errno(int code)
{
	switch (code) {
#define FROM_RESOLVER(name, error)                                                                           \
	case name:                                                                                           \
		return WS_##error;
#include "error-rows.h"
#undef FROM_RESOLVER
	default:
		return WS_WSANO_RECOVERY;
	}
}

static const struct status {
	DWORD status;
	int error;    /* of Winsock */
	DWORD system; /* of those who do not know Winsock */
	bool left;    /* by an operation that fails with this error */
} statuses[] = {
#define STATUS(number, error, system, left) { number, WS_##error, WS_##system, left },
#include "error-rows.h"
#undef STATUS
};

/* What an operation leaves that fails with an error without an NTSTATUS: the bit says that it is not
 * one of Windows', so that none of those is taken for it. */
#define OURS 0xe0070000u
#define CODE 0xffffu

static bool has_failed(DWORD status)
{
	return status >> 30 > 1 || status == WS_STATUS_PENDING;
}

static const struct status *find_status(DWORD status)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (statuses[i].status == status)
			return &statuses[i];
	return NULL;
}

int wsc__error_from_status(DWORD status)
{
	const struct status *row;

	if (!has_failed(status))
		return 0;
	if ((status & ~CODE) == OURS)
		return (int)(status & CODE);
	row = find_status(status);
	return row ? row->error : WS_WSAEINVAL;
}

DWORD wsc__system_error_from_status(DWORD status)
{
	const struct status *row;

	if (!has_failed(status))
		return 0;
	if (status >> 28 == 0xd) /* to Windows the same as 0xc */
		status &= ~0x10000000u;
	switch (status & ~CODE) {
	case OURS:
	case 0x80070000:
	case 0xc0010000:
	case 0xc0070000:
		return status & CODE;
	}
	row = find_status(status);
	return row ? row->system : WS_ERROR_MR_MID_NOT_FOUND;
}

DWORD wsc__status_from_error(int error)
{
	for (size_t i = 0; error && i < COUNT(statuses); i++)
		if (statuses[i].left && statuses[i].error == error)
			return statuses[i].status;
	return error ? OURS | ((DWORD)error & CODE) : 0;
}
