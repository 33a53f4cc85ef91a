/* Windows' basic types. */
#ifndef _WINDEF_
#define _WINDEF_
#define _MINWINDEF_

#include <stdarg.h>
#include <stddef.h>
#include "wsc/face.h"

#ifdef WSC_OVERLAY
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#ifndef WINVER
#define WINVER _WIN32_WINNT
#endif
#endif

/* What the compilers of Windows know as keywords. */
#ifndef __int64
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#endif
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif

#define WINAPI
#define WINAPIV
#define APIENTRY
#define CALLBACK
#define PASCAL
#define CDECL
#define FAR
#define NEAR
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID  void
#define DECLSPEC_IMPORT

WSC_BEGIN

typedef char CHAR, CCHAR, *PCHAR, *LPSTR, *PSTR, *NPSTR;
typedef const char *LPCSTR, *PCSTR, *LPCCH, *PCCH;
typedef unsigned char UCHAR, BYTE, BOOLEAN, *PUCHAR, *PBYTE, *LPBYTE, *PBOOLEAN;
typedef signed char INT8, *PINT8;
typedef unsigned char UINT8, *PUINT8;
typedef short SHORT, INT16, *PSHORT, *PINT16;
typedef unsigned short USHORT, WORD, UINT16, ATOM, *PUSHORT, *PWORD, *LPWORD, *PUINT16;
typedef int INT, BOOL, INT32, LONG32, *PINT, *LPINT, *PBOOL, *LPBOOL, *PINT32, *PLONG32;
typedef unsigned int UINT, UINT32, ULONG32, DWORD32, *PUINT, *PUINT32, *PULONG32, *PDWORD32;

/* Windows' long has 32 bits everywhere. */
#if __SIZEOF_LONG__ == 4
typedef long LONG, *PLONG, *LPLONG;
typedef unsigned long ULONG, DWORD, *PULONG, *PDWORD, *LPDWORD;
#else
typedef int LONG, *PLONG, *LPLONG;
typedef unsigned int ULONG, DWORD, *PULONG, *PDWORD, *LPDWORD;
#endif

__extension__ typedef long long LONGLONG, INT64, LONG64, *PLONGLONG, *PINT64, *PLONG64;
__extension__ typedef unsigned long long ULONGLONG, UINT64, ULONG64, DWORD64, DWORDLONG;
typedef ULONGLONG *PULONGLONG, *PUINT64, *PULONG64, *PDWORD64, *PDWORDLONG;
typedef float FLOAT, *PFLOAT;

typedef __INTPTR_TYPE__ INT_PTR, LONG_PTR, *PINT_PTR, *PLONG_PTR;
typedef __UINTPTR_TYPE__ UINT_PTR, ULONG_PTR, DWORD_PTR, *PUINT_PTR, *PULONG_PTR, *PDWORD_PTR;
typedef __SIZE_TYPE__ SIZE_T, *PSIZE_T;
typedef __PTRDIFF_TYPE__ SSIZE_T, *PSSIZE_T;

/* A wide character is the program's wchar_t: UTF-32, or UTF-16 with -fshort-wchar. */
#ifdef WSC_OVERLAY
typedef wchar_t WCHAR;
#define WSC_WIDE(text) L##text
#else
typedef __CHAR16_TYPE__ WCHAR;
#endif
typedef WCHAR *PWCHAR, *LPWCH, *PWCH, *LPWSTR, *PWSTR, *NWPSTR;
typedef const WCHAR *LPCWSTR, *PCWSTR, *LPCWCH, *PCWCH;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef LPWSTR LPTSTR, PTSTR;
typedef LPCWSTR LPCTSTR, PCTSTR;
#define TEXT(text) WSC_WIDE(text)
#else
typedef char TCHAR, *PTCHAR;
typedef LPSTR LPTSTR, PTSTR;
typedef LPCSTR LPCTSTR, PCTSTR;
#define TEXT(text) text
#endif

typedef void *PVOID, *LPVOID, *HANDLE;
typedef const void *LPCVOID, *PCVOID;
typedef HANDLE *PHANDLE, *LPHANDLE;
typedef HANDLE HINSTANCE, HMODULE, HWND, HGLOBAL, HLOCAL;
typedef LONG HRESULT, NTSTATUS;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;

/* Any function; a C program calls it with whatever it has. */
#ifdef WSC_OVERLAY
typedef INT_PTR(WINAPI *FARPROC)();
#else
typedef INT_PTR(WINAPI *FARPROC)(void);
#endif
typedef FARPROC PROC;

typedef union _LARGE_INTEGER {
	__extension__ struct {
		DWORD LowPart;
		LONG HighPart;
	};
	struct {
		DWORD LowPart;
		LONG HighPart;
	} u;
	LONGLONG QuadPart WSC_ALIGN8;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
	__extension__ struct {
		DWORD LowPart;
		DWORD HighPart;
	};
	struct {
		DWORD LowPart;
		DWORD HighPart;
	} u;
	ULONGLONG QuadPart WSC_ALIGN8;
} ULARGE_INTEGER, *PULARGE_INTEGER;

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
	DWORD Data1;
	WORD Data2;
	WORD Data3;
	BYTE Data4[8];
} GUID, *LPGUID;
typedef const GUID *LPCGUID;
typedef GUID IID, *LPIID, CLSID, *LPCLSID;
#endif

#ifdef WSC_OVERLAY
#ifdef __cplusplus
typedef const GUID &REFGUID, &REFIID, &REFCLSID;
#else
typedef const GUID *const REFGUID, *const REFIID, *const REFCLSID;
#endif
#endif

typedef struct _LUID {
	DWORD LowPart;
	LONG HighPart;
} LUID, *PLUID;

typedef struct _FILETIME {
	DWORD dwLowDateTime;
	DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

WSC_END

#ifdef WSC_OVERLAY
#define ARRAYSIZE(array) (sizeof(array) / sizeof *(array))
#endif
#define MAKEWORD(low, high)          ((WORD)(((BYTE)(low)) | ((WORD)((BYTE)(high))) << 8))
#define MAKELONG(low, high)          ((LONG)(((WORD)(low)) | ((DWORD)((WORD)(high))) << 16))
#define LOWORD(value)                ((WORD)((DWORD_PTR)(value)&0xffff))
#define HIWORD(value)                ((WORD)((DWORD_PTR)(value) >> 16 & 0xffff))
#define LOBYTE(value)                ((BYTE)((DWORD_PTR)(value)&0xff))
#define HIBYTE(value)                ((BYTE)((DWORD_PTR)(value) >> 8 & 0xff))
#define UNREFERENCED_PARAMETER(name) ((void)(name))

/* The structure of this type that has the member which is pointed to. */
#define CONTAINING_RECORD(pointer, type, member)                                                             \
	((type *)(void *)((char *)(pointer) - __builtin_offsetof(type, member)))

#if defined WSC_OVERLAY && !defined __cplusplus && !defined NOMINMAX
#ifndef min
#define min(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) ((a) > (b) ? (a) : (b))
#endif
#endif

#endif
