/* Winsock 1.1's lookups that end with a message to a window: WSAAsyncGetXbyY, WSACancelAsyncRequest.
 *
 * The library has no windows. The message goes through the program's own PostMessage, if it has one: the
 * window layer that it was ported to. */
#include "blocking.h"
#include "error.h"
#include "export.h"
#include "fault.h"
#include "host.h"
#include "lookup.h"
#include "service.h"
#include "startup.h"

#include <stdlib.h>

extern BOOL PostMessageA(HWND window, UINT message, WPARAM wide, LPARAM large) __attribute__((weak));
extern BOOL PostMessageW(HWND window, UINT message, WPARAM wide, LPARAM large) __attribute__((weak));

struct request {
	struct lookup lookup;
	HWND window;
	UINT message;
	char *buffer; /* the program's */
	int room;
	int (*look_up)(const struct request *request, struct packed_result *result);
	int error; /* what the program has written cannot be looked up for this reason */
	char name[NI_MAXHOST], transport[SERVICE_NAME];
	bool any_transport;
	unsigned char address[sizeof(struct in6_addr)];
	int number; /* the address' type, a port, or a protocol */
	void *found;
	size_t size; /* of that */
};

static void post(const struct request *request, WORD length, int error)
{
	BOOL (*post_message)(HWND, UINT, WPARAM, LPARAM) = PostMessageA ? PostMessageA : PostMessageW;

	post_message(request->window, request->message, (WPARAM)request->lookup.handle,
		     (LPARAM)((DWORD)length | (DWORD)error << 16));
}

/* What is found becomes what it is going to be in the program's buffer. */
static int find_request(struct lookup *lookup)
{
	struct request *request = (struct request *)lookup;
	struct packed_result result;
	int error = request->error;

	if (!error)
		error = request->look_up(request, &result);
	if (error)
		return error;
	result.move(result.memory, (uintptr_t)request->buffer - (uintptr_t)result.memory);
	request->found = malloc(result.size);
	if (!request->found)
		return WS_WSAENOBUFS;
	memcpy(request->found, result.memory, result.size);
	request->size = result.size;
	return 0;
}

static void finish_request(struct lookup *lookup, int error)
{
	struct request *request = (struct request *)lookup;

	if (!error && (request->room < 0 || request->size > (size_t)request->room))
		error = WS_WSAENOBUFS;
	if (!error)
		error = wsc__copy_out(request->buffer, request->found, request->size);
	/* What it needs is said whether there was room or not. */
	post(request, (WORD)request->size, error);
}

static void free_request(struct lookup *lookup)
{
	struct request *request = (struct request *)lookup;

	free(request->found);
	free(request);
}

static const struct lookup_kind request_kind = { find_request, finish_request, free_request };

/* A handle has 16 bits, as in the days when it was made, and is not 0. */
static uintptr_t new_handle(void)
{
	uintptr_t handle;

	do
		handle = wsc__lookup_new_handle() & 0xffff;
	while (!handle);
	return handle;
}

/* NULL and the last error, if there can be none. */
static struct request *new_request(HWND window, UINT message, char *buffer, int room)
{
	struct request *request = NULL;
	int error = wsc__enter();

	if (!error && !PostMessageA && !PostMessageW)
		error = WS_WSAEOPNOTSUPP;
	if (!error) {
		request = calloc(1, sizeof *request);
		error = request ? 0 : WS_WSAEWOULDBLOCK;
	}
	if (error)
		return wsc__result_pointer(error, NULL);
	request->window = window;
	request->message = message;
	request->buffer = buffer;
	request->room = room;
	return request;
}

static HANDLE start(struct request *request)
{
	uintptr_t handle = new_handle();

	request->lookup.handle = handle;
	if (wsc__lookup_start(&request->lookup, &request_kind, WSC_FOREVER))
		return wsc__result_pointer(WS_WSAEWOULDBLOCK, NULL);
	return (HANDLE)handle;
}

static int host_by_name(const struct request *request, struct packed_result *result)
{
	return wsc__host_by_name(request->name, result);
}

HANDLE WSC(WSAAsyncGetHostByName)(HWND window, WSC(u_int) message, const char *name, char *buffer, int room)
{
	struct request *request = new_request(window, message, buffer, room);

	if (!request)
		return NULL;
	request->look_up = host_by_name;
	request->error = wsc__host_read_name(request->name, name);
	return start(request);
}
WSC_ALIAS(WSAAsyncGetHostByName)

static int host_by_address(const struct request *request, struct packed_result *result)
{
	return wsc__host_by_address(request->address, request->number, result);
}

HANDLE WSC(WSAAsyncGetHostByAddr)(HWND window, WSC(u_int) message, const char *address, int length, int type,
				  char *buffer, int room)
{
	struct request *request = new_request(window, message, buffer, room);

	if (!request)
		return NULL;
	request->look_up = host_by_address;
	request->number = type;
	request->error = wsc__host_read_address(request->address, address, length, type);
	return start(request);
}
WSC_ALIAS(WSAAsyncGetHostByAddr)

/* Both names, of which that of the transport may be NULL. */
static void read_service(struct request *request, const char *name, const char *transport)
{
	request->any_transport = !transport;
	if (name)
		request->error = wsc__service_read(request->name, name);
	if (!request->error && transport)
		request->error = wsc__service_read(request->transport, transport);
}

static int service_by_name(const struct request *request, struct packed_result *result)
{
	return wsc__service_by_name(request->name, request->any_transport ? NULL : request->transport,
				    result);
}

HANDLE WSC(WSAAsyncGetServByName)(HWND window, WSC(u_int) message, const char *name, const char *transport,
				  char *buffer, int room)
{
	struct request *request = new_request(window, message, buffer, room);

	if (!request)
		return NULL;
	request->look_up = service_by_name;
	read_service(request, name, transport);
	if (!name)
		request->error = WS_WSAEFAULT;
	return start(request);
}
WSC_ALIAS(WSAAsyncGetServByName)

static int service_by_port(const struct request *request, struct packed_result *result)
{
	return wsc__service_by_port(request->number, request->any_transport ? NULL : request->transport,
				    result);
}

HANDLE WSC(WSAAsyncGetServByPort)(HWND window, WSC(u_int) message, int port, const char *transport,
				  char *buffer, int room)
{
	struct request *request = new_request(window, message, buffer, room);

	if (!request)
		return NULL;
	request->look_up = service_by_port;
	request->number = port;
	read_service(request, NULL, transport);
	return start(request);
}
WSC_ALIAS(WSAAsyncGetServByPort)

static int protocol_by_name(const struct request *request, struct packed_result *result)
{
	return wsc__service_protocol_by_name(request->name, result);
}

HANDLE WSC(WSAAsyncGetProtoByName)(HWND window, WSC(u_int) message, const char *name, char *buffer, int room)
{
	struct request *request = new_request(window, message, buffer, room);

	if (!request)
		return NULL;
	request->look_up = protocol_by_name;
	request->error = wsc__service_read(request->name, name);
	return start(request);
}
WSC_ALIAS(WSAAsyncGetProtoByName)

static int protocol_by_number(const struct request *request, struct packed_result *result)
{
	return wsc__service_protocol_by_number(request->number, result);
}

HANDLE WSC(WSAAsyncGetProtoByNumber)(HWND window, WSC(u_int) message, int number, char *buffer, int room)
{
	struct request *request = new_request(window, message, buffer, room);

	if (!request)
		return NULL;
	request->look_up = protocol_by_number;
	request->number = number;
	return start(request);
}
WSC_ALIAS(WSAAsyncGetProtoByNumber)

/* A handle that was never given is told from one whose message is on its way. */
int WSC(WSACancelAsyncRequest)(HANDLE handle)
{
	uintptr_t number = (uintptr_t)handle, last = wsc__lookup_last_handle();
	int error = wsc__enter();

	if (!error && !wsc__lookup_cancel(&request_kind, number, 0))
		error = number && number <= 0xffff && number <= last ? WS_WSAEALREADY : WS_WSAEINVAL;
	return wsc__result(error);
}
WSC_ALIAS(WSACancelAsyncRequest)
