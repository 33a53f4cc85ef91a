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

/* The text of an error, or a text with values put in. */
WSC_WIDE_FUNCTION(DWORD, FormatMessageA,
		  (DWORD flags, LPCVOID source, DWORD code, DWORD language, LPSTR buffer, DWORD size,
		   va_list *arguments));
WSC_WIDE_FUNCTION(DWORD, FormatMessageW,
		  (DWORD flags, LPCVOID source, DWORD code, DWORD language, LPWSTR buffer, DWORD size,
		   va_list *arguments));

WSC_FUNCTION(HLOCAL, LocalAlloc, (UINT flags, SIZE_T size));
WSC_FUNCTION(HLOCAL, LocalFree, (HLOCAL memory));

/* A clock that never goes back, in ticks of 100 ns. */
WSC_FUNCTION(BOOL, QueryPerformanceCounter, (LARGE_INTEGER * count));
WSC_FUNCTION(BOOL, QueryPerformanceFrequency, (LARGE_INTEGER * frequency));

WSC_END

#ifdef WSC_OVERLAY
#define MAKELANGID(primary, variant) ((WORD)((WORD)(variant) << 10 | (WORD)(primary)))
#define PRIMARYLANGID(language)      ((WORD)(language)&0x3ff)
#define SUBLANGID(language)          ((WORD)(language) >> 10)
#define LANG_SYSTEM_DEFAULT          MAKELANGID(LANG_NEUTRAL, SUBLANG_SYS_DEFAULT)
#define LANG_USER_DEFAULT            MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT)
#ifdef UNICODE
#define FormatMessage FormatMessageW
#else
#define FormatMessage FormatMessageA
#endif
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
