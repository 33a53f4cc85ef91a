/* The little of Windows' base API that Winsock needs. */
#ifndef _WINBASE_
#define _WINBASE_

#include "windef.h"

WSC_BEGIN

typedef struct _OVERLAPPED {
	ULONG_PTR Internal;
	ULONG_PTR InternalHigh;
	__extension__ union {
		__extension__ struct {
			DWORD Offset;
			DWORD OffsetHigh;
		};
		PVOID Pointer;
	};
	HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct _SECURITY_ATTRIBUTES {
	DWORD nLength;
	LPVOID lpSecurityDescriptor;
	BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

/* The thread's last error, the one that WSAGetLastError gives. */
WSC_FUNCTION(DWORD, GetLastError, (void));
WSC_FUNCTION(void, SetLastError, (DWORD error));

WSC_END

#ifdef WSC_OVERLAY
#define INVALID_HANDLE_VALUE          ((HANDLE)(LONG_PTR)-1)
#define RtlZeroMemory(to, size)       __builtin_memset((to), 0, (size))
#define RtlFillMemory(to, size, byte) __builtin_memset((to), (byte), (size))
#define RtlCopyMemory(to, from, size) __builtin_memcpy((to), (from), (size))
#define RtlMoveMemory(to, from, size) __builtin_memmove((to), (from), (size))
#define ZeroMemory                    RtlZeroMemory
#define FillMemory                    RtlFillMemory
#define CopyMemory                    RtlCopyMemory
#define MoveMemory                    RtlMoveMemory
#endif

#endif
