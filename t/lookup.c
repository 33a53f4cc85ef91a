/* GetAddrInfoExW that need not wait: the OVERLAPPED and its routine, cancelling, the outcome; and what is
 * refused. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "net.h"

#include <stddef.h>
#include <string.h>

#ifdef __MINGW32__
/* mingw-w64's headers lack them. */
static INT(WINAPI *GetAddrInfoExCancel_)(LPHANDLE);
static INT(WINAPI *GetAddrInfoExOverlappedResult_)(LPWSAOVERLAPPED);
#define GetAddrInfoExCancel           GetAddrInfoExCancel_
#define GetAddrInfoExOverlappedResult GetAddrInfoExOverlappedResult_

static bool has_cancel(void)
{
	return GetAddrInfoExCancel_;
}

static void find_functions(void)
{
	HMODULE module = GetModuleHandleA("ws2_32.dll");

	*(FARPROC *)&GetAddrInfoExCancel_ = GetProcAddress(module, "GetAddrInfoExCancel");
	*(FARPROC *)&GetAddrInfoExOverlappedResult_ = GetProcAddress(module, "GetAddrInfoExOverlappedResult");
	if (!GetAddrInfoExOverlappedResult_)
		skip_all("no GetAddrInfoExOverlappedResult");
}
#else
#define find_functions() ((void)0)
#define has_cancel()     true
#endif

enum { PATIENCE = 20000 };

/* What the routine saw. */
struct call {
	WSAOVERLAPPED overlapped;
	ADDRINFOEXW *result;
	volatile LONG called;
	DWORD error, bytes;
	WSAOVERLAPPED *given;
	ULONG_PTR internal;
	bool in_this_thread;
};

static __thread bool is_main;

static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped)
{
	struct call *call = (struct call *)(void *)((char *)overlapped - offsetof(struct call, overlapped));

	call->error = error;
	call->bytes = bytes;
	call->given = overlapped;
	call->internal = overlapped->Internal;
	call->in_this_thread = is_main;
	__atomic_add_fetch(&call->called, 1, __ATOMIC_SEQ_CST);
}

static void prepare(struct call *call)
{
	memset(call, 0, sizeof *call);
	memset(&call->overlapped, 0xcc, sizeof call->overlapped);
	call->overlapped.hEvent = NULL;
	call->result = (ADDRINFOEXW *)1;
	WSASetLastError(0);
}

static bool is_called(struct call *call)
{
	for (long long end = now_ms() + PATIENCE; now_ms() < end; sleep_ms(1))
		if (__atomic_load_n(&call->called, __ATOMIC_SEQ_CST))
			return true;
	return false;
}

static void ends(struct call *call, int error, const char *what)
{
	if (!ok(is_called(call), "%s: the routine is called", what))
		bail("it would use the stack later");
	is_error(error, (int)call->error, "%s: ...the error", what);
	is_int(0, call->bytes, "%s: ...no bytes", what);
	ok(call->given == &call->overlapped, "%s: ...the OVERLAPPED", what);
	is_error(error, (int)call->internal, "%s: ...which has the error by then", what);
	if (error)
		wine_todo("Wine says it after a success");
	ok(call->overlapped.Pointer == &call->result, "%s: ...and the place of the result", what);
	todo_end();
	ok(!call->overlapped.hEvent, "%s: ...and no event", what);
	ok(!call->in_this_thread, "%s: ...in another thread", what);
	is_error(error, GetAddrInfoExOverlappedResult(&call->overlapped), "%s: the result of the OVERLAPPED",
		 what);
	ok(!error == !!call->result, "%s: a list, or none", what);
	if (!error)
		FreeAddrInfoExW(call->result);
}

static int ask(struct call *call, const WCHAR *node, const WCHAR *service, HANDLE *handle)
{
	return GetAddrInfoExW(node, service, NS_DNS, NULL, NULL, &call->result, NULL, &call->overlapped,
			      routine, handle);
}

static void with_routine(void)
{
	struct call call;
	ADDRINFOEXW hints;
	HANDLE handle = (HANDLE) ~(ULONG_PTR)0;

	prepare(&call);
	is_error(WSA_IO_PENDING, ask(&call, L"localhost", L"80", &handle), "a lookup with a routine");
	is_error(WSA_IO_PENDING, WSAGetLastError(), "...is pending by the last error too");
	wine_todo("Wine gives no handle");
	ok(handle && handle != (HANDLE) ~(ULONG_PTR)0, "...and has a handle");
	todo_end();
	ends(&call, 0, "localhost");
	is_int(1, call.called, "...once");

	prepare(&call);
	is_error(WSA_IO_PENDING, ask(&call, L"nosuchhost.invalid", NULL, NULL), "no such host");
	ends(&call, WSAHOST_NOT_FOUND, "no such host");

	prepare(&call);
	memset(&hints, 0, sizeof hints);
	hints.ai_family = AF_INET;
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_protocol = IPPROTO_UDP;
	is_error(WSA_IO_PENDING,
		 GetAddrInfoExW(L"localhost", L"domain", NS_ALL, NULL, &hints, &call.result, NULL,
				&call.overlapped, routine, NULL),
		 "a lookup with hints");
	memset(&hints, 0xff, sizeof hints); /* they are the program's again */
	if (ok(is_called(&call), "...is over")) {
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)call.result->ai_addr;

		is_int(AF_INET, call.result->ai_family, "...the family");
		is_int(SOCK_DGRAM, call.result->ai_socktype, "...the type");
		is_int(53, ntohs(in->sin_port), "...the port");
		FreeAddrInfoExW(call.result);
	}
}

/* With neither routine nor event the OVERLAPPED itself says when it is over. */
static void by_looking(void)
{
	struct call call;
	int error = WSAEINPROGRESS;

	prepare(&call);
	is_error(WSA_IO_PENDING,
		 GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, NULL, NULL, &call.result, NULL, &call.overlapped,
				NULL, NULL),
		 "a lookup with an OVERLAPPED alone");
	for (long long end = now_ms() + PATIENCE; error == WSAEINPROGRESS && now_ms() < end; sleep_ms(1))
		error = GetAddrInfoExOverlappedResult(&call.overlapped);
	is_error(0, error, "...is over");
	ok(call.result != NULL, "...with its result");
	FreeAddrInfoExW(call.result);
}

static void refused(void)
{
	struct call call;
	HANDLE none = NULL;

	prepare(&call);
	wine_may_differ("Wine lets it pend");
	is_error(WSAHOST_NOT_FOUND, ask(&call, NULL, NULL, NULL), "neither name is told at once");
	is_error(WSAHOST_NOT_FOUND, WSAGetLastError(), "...by the last error too");
	is_int(0, call.called, "...not by the routine");
	todo_end();
	if (is_wine())
		is_called(&call);
	ok(!call.result, "...and there is no result");
	prepare(&call);
	call.overlapped.hEvent = (HANDLE)(ULONG_PTR)4;
	is_error(WSAEINVAL, ask(&call, L"localhost", NULL, NULL), "a routine and an event");
	is_int(0, call.called, "...no routine");
	is_error(WSAEINVAL, GetAddrInfoExOverlappedResult(NULL), "GetAddrInfoExOverlappedResult(NULL)");
	if (has_cancel()) {
		is_error(WSA_INVALID_HANDLE, GetAddrInfoExCancel(&none), "GetAddrInfoExCancel of no handle");
		none = (HANDLE)(ULONG_PTR)0x12345678;
		is_error(WSA_INVALID_HANDLE, GetAddrInfoExCancel(&none),
			 "...of a handle that nobody was given");
	} else {
		skip(2, "no GetAddrInfoExCancel");
	}
}

/* The A form has none of this. */
static void narrow(void)
{
	ADDRINFOEXA *result = NULL;
	struct timeval timeout = { 10, 0 };
	WSAOVERLAPPED overlapped;
	HANDLE handle = NULL;

	if (is_wine()) {
		skip(6, "Wine has no GetAddrInfoExA");
		return;
	}
	memset(&overlapped, 0, sizeof overlapped);
	is_error(WSAEINVAL,
		 GetAddrInfoExA("127.0.0.1", NULL, NS_DNS, NULL, NULL, &result, &timeout, NULL, NULL, NULL),
		 "GetAddrInfoExA with a timeout");
	is_error(WSAEINVAL,
		 GetAddrInfoExA("127.0.0.1", NULL, NS_DNS, NULL, NULL, &result, NULL, NULL, NULL, &handle),
		 "...with a handle");
	is_error(
		WSAEINVAL,
		GetAddrInfoExA("127.0.0.1", NULL, NS_DNS, NULL, NULL, &result, NULL, &overlapped, NULL, NULL),
		"...with an OVERLAPPED");
	is_error(WSAEINVAL, WSAGetLastError(), "...by the last error too");
	is_error(0, GetAddrInfoExA("127.0.0.1", NULL, NS_DNS, NULL, NULL, &result, NULL, NULL, NULL, NULL),
		 "...with none of these");
	ok(result != NULL, "...the result");
	FreeAddrInfoEx(result);
}

static void setting(void)
{
	struct timeval timeout = { 1, 0 };

	if (is_wine()) {
		skip(4, "Wine has no SetAddrInfoEx");
		return;
	}
	is_error(WSANO_RECOVERY,
		 SetAddrInfoExW(L"host", NULL, NULL, 0, NULL, 0, NS_DNS, NULL, NULL, NULL, NULL, NULL),
		 "SetAddrInfoExW");
	is_error(WSANO_RECOVERY, WSAGetLastError(), "...the last error");
	is_error(WSANO_RECOVERY,
		 SetAddrInfoExA("host", NULL, NULL, 0, NULL, 0, NS_ALL, NULL, NULL, NULL, NULL, NULL),
		 "SetAddrInfoExA");
	is_error(WSAEINVAL,
		 SetAddrInfoExA("host", NULL, NULL, 0, NULL, 0, NS_DNS, NULL, &timeout, NULL, NULL, NULL),
		 "...with a timeout, which is reserved");
}

/* A lookup with a limit that it does not need. */
static void in_time(void)
{
	struct timeval timeout = { 20, 0 };
	ADDRINFOEXW *result = NULL;
	struct call call;

	is_error(0,
		 GetAddrInfoExW(L"localhost", L"80", NS_DNS, NULL, NULL, &result, &timeout, NULL, NULL, NULL),
		 "a lookup that is done in time");
	ok(result != NULL, "...with a result");
	FreeAddrInfoExW(result);
	prepare(&call);
	is_error(WSA_IO_PENDING,
		 GetAddrInfoExW(L"localhost", NULL, NS_DNS, NULL, NULL, &call.result, &timeout,
				&call.overlapped, routine, NULL),
		 "the same with a routine");
	ends(&call, 0, "in time");
	sleep_ms(5);
	is_int(1, call.called, "...once");
}

/* Both names of a host: the result is the larger structure, whose second version says so. */
static void both_names(void)
{
#ifndef __MINGW32__
	ADDRINFOEXW hints;
	ADDRINFOEX2W *result = NULL;

	memset(&hints, 0, sizeof hints);
	hints.ai_flags = AI_CANONNAME | AI_FQDN;
	is_error(0,
		 GetAddrInfoExW(L"localhost", NULL, NS_DNS, NULL, &hints, (PADDRINFOEXW *)(void *)&result,
				NULL, NULL, NULL, NULL),
		 "AI_CANONNAME and AI_FQDN");
	is_int(ADDRINFOEX_VERSION_2, result->ai_version, "...the version");
	ok(result->ai_canonname && result->ai_fqdn && result->ai_canonname != result->ai_fqdn,
	   "...two names");
	FreeAddrInfoExW((PADDRINFOEXW)(void *)result);
#endif
}

#ifndef __MINGW32__
static void natively(void)
{
	char buffer[MAXGETHOSTSTRUCT];
	struct timeval bad = { -1, 0 };
	struct call call;

	/* This program has no PostMessage. */
	ok(!WSAAsyncGetHostByName(NULL, 0x400, "localhost", buffer, sizeof buffer),
	   "WSAAsyncGetHostByName without windows");
	is_error(WSAEOPNOTSUPP, WSAGetLastError(), "...the error");
	prepare(&call);
	call.overlapped.hEvent = (HANDLE)(ULONG_PTR)4;
	is_error(WSAEOPNOTSUPP,
		 GetAddrInfoExW(L"localhost", NULL, NS_DNS, NULL, NULL, &call.result, NULL, &call.overlapped,
				NULL, NULL),
		 "an event, which there are none of yet");
	is_error(WSAEINVAL,
		 GetAddrInfoExW(L"localhost", NULL, NS_DNS, NULL, NULL, &call.result, &bad, NULL, NULL, NULL),
		 "a timeout of less than nothing");
	is_error(WSASERVICE_NOT_FOUND,
		 GetAddrInfoExW(L"localhost", NULL, NS_BTH, NULL, NULL, &call.result, NULL, NULL, NULL, NULL),
		 "a name space that is not here");
	for (const struct bad_pointer *pointer = bad_pointers(); pointer->name; pointer++) {
		void *p = pointer->pointer;

		is_error(WSAEINVAL, GetAddrInfoExOverlappedResult(p), "GetAddrInfoExOverlappedResult of %s",
			 pointer->name);
		is_error(WSA_INVALID_HANDLE, GetAddrInfoExCancel(p), "GetAddrInfoExCancel of %s",
			 pointer->name);
		if (!p)
			continue;
		is_error(WSAEFAULT,
			 GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, NULL, NULL, &call.result, NULL, p,
					routine, NULL),
			 "an OVERLAPPED that is %s", pointer->name);
		is_error(WSAEFAULT,
			 GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, NULL, NULL, &call.result, p, NULL, NULL,
					NULL),
			 "a timeout that is %s", pointer->name);
		is_error(WSAEFAULT,
			 GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, NULL, NULL, p, NULL, NULL, NULL, NULL),
			 "a result that is %s", pointer->name);
		prepare(&call);
		is_error(WSAEFAULT,
			 GetAddrInfoExW(L"127.0.0.1", NULL, NS_DNS, NULL, NULL, &call.result, NULL,
					&call.overlapped, routine, p),
			 "a handle that is %s", pointer->name);
		is_int(0, call.called, "...no routine");
	}
}
#endif

int main(void)
{
	plan_lazy();
	is_main = true;
	find_functions();
	winsock_start();
	with_routine();
	by_looking();
	refused();
	narrow();
	setting();
	in_time();
	both_names();
#ifndef __MINGW32__
	natively();
#endif
	winsock_end();
	return done();
}
