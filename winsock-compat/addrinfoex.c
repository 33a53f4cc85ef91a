/* The extended forms of getaddrinfo, which need not wait: GetAddrInfoEx, its cancelling and its outcome,
 * SetAddrInfoEx. */
#include "resolve.h"

#include "blocking.h"
#include "error.h"
#include "export.h"
#include "fault.h"
#include "lookup.h"
#include "startup.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A question that is being asked in the background. */
struct query {
	struct lookup lookup;
	struct question question;
	struct list list;
	WSAOVERLAPPED *overlapped; /* the program's, and where its list goes */
	LPLOOKUPSERVICE_COMPLETION_ROUTINE routine;
	void *result;
};

/* What an OVERLAPPED says is written and read whole. */
static pthread_mutex_t status_lock = PTHREAD_MUTEX_INITIALIZER;

static int put_status(WSAOVERLAPPED *overlapped, int status)
{
	ULONG_PTR value = (ULONG_PTR)status;
	int error;

	pthread_mutex_lock(&status_lock);
	error = wsc__copy_out(wsc__user_at(overlapped, offsetof(WSAOVERLAPPED, Internal)), &value,
			      sizeof value);
	pthread_mutex_unlock(&status_lock);
	return error;
}

static int find_query(struct lookup *lookup)
{
	struct query *query = (struct query *)lookup;

	return wsc__resolve(&query->question, &query->list);
}

/* The list is there before the OVERLAPPED says so, and all of it before the routine runs. */
static void finish_query(struct lookup *lookup, int error)
{
	struct query *query = (struct query *)lookup;

	if (!error) {
		error = wsc__copy_out(query->result, &query->list.first, sizeof query->list.first);
		if (!error)
			query->list.first = NULL;
	}
	put_status(query->overlapped, error);
	if (query->routine)
		query->routine((DWORD)error, 0, query->overlapped);
}

static void free_query(struct lookup *lookup)
{
	struct query *query = (struct query *)lookup;

	wsc__resolve_free(&query->list);
	free(query);
}

static const struct lookup_kind query_kind = { find_query, finish_query, free_query };

/* Waits in this thread, for which nothing is finished. */
static int find_in_time(struct query *query, uint64_t end)
{
	void *result = query->result;
	int error = wsc__lookup_wait(&query->lookup, &query_kind, end);

	if (!error) {
		error = wsc__copy_out(result, &query->list.first, sizeof query->list.first);
		if (!error)
			query->list.first = NULL;
	}
	wsc__lookup_release(&query->lookup);
	return error;
}

static int start_query(struct query *query, uint64_t end, HANDLE *user_handle)
{
	HANDLE handle;
	WSAOVERLAPPED *overlapped = query->overlapped;
	int error;

	query->lookup.handle = wsc__lookup_new_handle();
	handle = (HANDLE)query->lookup.handle;
	error = wsc__copy_out(wsc__user_at(overlapped, offsetof(WSAOVERLAPPED, Pointer)), &query->result,
			      sizeof query->result);
	if (!error && user_handle)
		error = wsc__copy_out(user_handle, &handle, sizeof handle);
	if (!error)
		error = put_status(overlapped, WS_WSAEINPROGRESS);
	if (error)
		free_query(&query->lookup);
	else
		error = wsc__lookup_start(&query->lookup, &query_kind, end);
	return error ? error : WS_WSA_IO_PENDING;
}

/* What can be known before anybody is asked. There is one name space here: the system's resolver. */
static int check(DWORD space, const WSAOVERLAPPED *overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine)
{
	HANDLE event = NULL;

	if (overlapped &&
	    wsc__copy_in(&event, wsc__user_at(overlapped, offsetof(WSAOVERLAPPED, hEvent)), sizeof event))
		return WS_WSAEFAULT;
	if (routine && (event || !overlapped))
		return WS_WSAEINVAL;
	if (event)
		return WS_WSAEOPNOTSUPP;
	return space == WS_NS_ALL || space == WS_NS_DNS ? 0 : WS_WSASERVICE_NOT_FOUND;
}

static int read_timeout(const void *user, uint64_t *end)
{
	struct WSC(timeval) timeout;

	*end = WSC_FOREVER;
	if (!user)
		return 0;
	if (wsc__copy_in(&timeout, user, sizeof timeout))
		return WS_WSAEFAULT;
	if (timeout.tv_sec < 0 || timeout.tv_usec < 0)
		return WS_WSAEINVAL;
	*end = wsc__now() + (uint64_t)timeout.tv_sec * 1000 + ((uint64_t)timeout.tv_usec + 999) / 1000;
	return 0;
}

static int resolve(struct list list, const void *node, const void *service, DWORD space, const void *hints,
		   void *result, const void *timeout, WSAOVERLAPPED *overlapped,
		   LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, HANDLE *handle)
{
	struct query *query = malloc(sizeof *query);
	uint64_t end;
	int error = wsc__enter();

	if (!error && !query)
		error = WS_WSA_NOT_ENOUGH_MEMORY;
	if (!error)
		error = check(space, overlapped, routine);
	if (!error)
		error = wsc__resolve_read(&query->question, &list, node, service, hints, result);
	if (!error)
		error = read_timeout(timeout, &end);
	if (error) {
		free(query);
		return error;
	}
	query->list = list;
	query->overlapped = overlapped;
	query->routine = routine;
	query->result = result;
	if (overlapped)
		return start_query(query, end, handle);
	if (timeout)
		return find_in_time(query, end);
	error = wsc__resolve(&query->question, &query->list);
	if (!error)
		error = wsc__copy_out(result, &query->list.first, sizeof query->list.first);
	if (!error)
		query->list.first = NULL;
	free_query(&query->lookup);
	return error;
}

/* Gives the error itself, and leaves it as the last error too. */
static int result_of(int error)
{
	wsc__thread.last_error = error;
	return error;
}

/* What makes it wait in the background is reserved in this form. */
INT WSC(GetAddrInfoExA)(PCSTR node, PCSTR service, DWORD space, LPGUID provider, const ADDRINFOEXA *hints,
			PADDRINFOEXA *result, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
			LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle)
{
	int error = wsc__enter();

	(void)provider;
	if (!error && (timeout || overlapped || routine || handle))
		error = WS_WSAEINVAL;
	if (!error)
		error = resolve((struct list){ .unit = 1, .extended = true }, node, service, space, hints,
				result, NULL, NULL, NULL, NULL);
	return result_of(error);
}
WSC_ALIAS(GetAddrInfoExA)

WSC_WIDE_FORMS(INT, GetAddrInfoExW,
	       (PCWSTR node, PCWSTR service, DWORD space, LPGUID provider, const ADDRINFOEXW *hints,
		PADDRINFOEXW *result, struct WSC(timeval) * timeout, LPWSAOVERLAPPED overlapped,
		LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, LPHANDLE handle),
	       ((void)provider,
		result_of(resolve((struct list){ .unit = wide, .extended = true }, node, service, space,
				  hints, result, timeout, overlapped, routine, handle))))

INT WSC(GetAddrInfoExCancel)(LPHANDLE user)
{
	HANDLE handle;

	if (wsc__copy_in(&handle, user, sizeof handle) ||
	    !wsc__lookup_cancel(&query_kind, (uintptr_t)handle, WS_WSA_E_CANCELLED))
		return WS_WSA_INVALID_HANDLE;
	return 0;
}
WSC_ALIAS(GetAddrInfoExCancel)

INT WSC(GetAddrInfoExOverlappedResult)(LPWSAOVERLAPPED overlapped)
{
	ULONG_PTR status;
	int error;

	pthread_mutex_lock(&status_lock);
	error = wsc__copy_in(&status, wsc__user_at(overlapped, offsetof(WSAOVERLAPPED, Internal)),
			     sizeof status);
	pthread_mutex_unlock(&status_lock);
	return error ? WS_WSAEINVAL : (int)status;
}
WSC_ALIAS(GetAddrInfoExOverlappedResult)

/* No name space here takes names: of Windows' own, that of the DNS does not either. */
static int refuse(bool reserved)
{
	int error = wsc__enter();

	return result_of(error ? error : reserved ? WS_WSAEINVAL : WS_WSANO_RECOVERY);
}

INT WSC(SetAddrInfoExA)(PCSTR node, PCSTR service, SOCKET_ADDRESS *addresses, DWORD count, LPBLOB blob,
			DWORD flags, DWORD space, LPGUID provider, struct WSC(timeval) * timeout,
			LPWSAOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
			LPHANDLE handle)
{
	(void)node, (void)service, (void)addresses, (void)count, (void)blob, (void)flags, (void)space,
		(void)provider;
	return refuse(timeout || overlapped || routine || handle);
}
WSC_ALIAS(SetAddrInfoExA)

/* Of the text nothing is read. */
INT WSC(SetAddrInfoExW)(PCWSTR node, PCWSTR service, SOCKET_ADDRESS *addresses, DWORD count, LPBLOB blob,
			DWORD flags, DWORD space, LPGUID provider, struct WSC(timeval) * timeout,
			LPWSAOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
			LPHANDLE handle)
{
	(void)node, (void)service, (void)addresses, (void)count, (void)blob, (void)flags, (void)space,
		(void)provider;
	return refuse(timeout || overlapped || routine || handle);
}
WSC_ALIAS(SetAddrInfoExW)
