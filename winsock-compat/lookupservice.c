/* Questions to name spaces: WSALookupServiceBegin, WSALookupServiceNext, WSALookupServiceEnd, WSANSPIoctl,
 * WSASetService. */
#include "error.h"
#include "export.h"
#include "fault.h"
#include "namespace.h"
#include "reply.h"
#include "startup.h"
#include "wide.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { RETURNS = WS_LUP_RETURN_ALL };

_Static_assert(sizeof(WSAQUERYSETA) == sizeof(WSAQUERYSETW), "both forms lie alike");

/* Reading what is asked */

static int read_text(int unit, char *to, const void *user)
{
	int error;

	*to = '\0';
	if (!user)
		return 0;
	error = wsc__wide_in(unit, to, user, NI_MAXHOST);
	return error == WS_WSAENAMETOOLONG ? WS_WSAEINVAL : error;
}

static int read_protocols(struct query *query, const WSAQUERYSETA *set)
{
	if (set->dwNumberOfProtocols > sizeof query->protocols / sizeof *query->protocols)
		return WS_WSAEINVAL;
	query->protocols_count = set->dwNumberOfProtocols;
	return wsc__copy_in(query->protocols, set->lpafpProtocols,
			    query->protocols_count * sizeof *query->protocols);
}

/* The size comes first: a longer one is that of the buffer, which programs hand over too. */
static int read_query(int unit, struct query *query, WSAQUERYSETA *set, const void *user, DWORD flags)
{
	int error;

	memset(query, 0, sizeof *query);
	query->flags = flags;
	if (wsc__copy_in(&set->dwSize, user, sizeof set->dwSize))
		return WS_WSAEFAULT;
	if (set->dwSize < sizeof *set)
		return WS_WSAEINVAL;
	if (wsc__copy_in(set, user, sizeof *set))
		return WS_WSAEFAULT;
	error = read_text(unit, query->name, set->lpszServiceInstanceName);
	if (!error)
		error = read_text(unit, query->string, set->lpszQueryString);
	query->has_class = set->lpServiceClassId;
	if (!error && query->has_class)
		error = wsc__copy_in(&query->class, set->lpServiceClassId, sizeof query->class);
	return error ? error : read_protocols(query, set);
}

/* Whether a name space is among those that are meant: by its provider's name, or by its number. */
static bool is_meant(const struct name_space *space, const WSAQUERYSETA *set, const GUID *provider)
{
	if (set->lpNSProviderId)
		return wsc__namespace_is(provider, &space->provider);
	return set->dwNameSpace == WS_NS_ALL || set->dwNameSpace == space->number;
}

/* The first name space that answers such a question. */
static int choose(const struct query *query, const WSAQUERYSETA *set, const struct name_space **space)
{
	GUID provider;
	int refusal, error = set->lpNSProviderId ? WS_WSAEINVAL : WS_WSASERVICE_NOT_FOUND;

	if (set->lpNSProviderId && wsc__copy_in(&provider, set->lpNSProviderId, sizeof provider))
		return WS_WSAEFAULT;
	for (size_t i = 0; i < wsc__namespaces_count; i++) {
		if (!is_meant(wsc__namespaces[i], set, &provider))
			continue;
		refusal = wsc__namespaces[i]->check(query);
		if (!refusal) {
			*space = wsc__namespaces[i];
			return 0;
		}
		if (refusal != WS_WSASERVICE_NOT_FOUND || set->lpNSProviderId)
			error = refusal;
	}
	return error;
}

/* Lookups */

/* What is still to be given: an answer, and what has become of it. */
struct item {
	const struct answer *answer;
	DWORD flags; /* RESULT_IS_* */
};

struct lookup {
	struct lookup *next;
	ULONG_PTR number; /* the handle */
	int users;        /* calls and threads that are in it, and the list of all */
	const struct name_space *space;
	struct query query;
	bool asking, asked, ended;
	int error;                    /* that the next call has to give */
	struct answers known, before; /* the last answers, and those before */
	struct item *items;
	size_t count, at;
	bool watched; /* WSANSPIoctl was called, so that changes are given after the end */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER; /* a lookup was answered, or has ended */
static struct lookup *lookups;
static ULONG_PTR last_number;

static void leave(struct lookup *lookup)
{
	if (--lookup->users)
		return;
	wsc__namespace_free(&lookup->known);
	wsc__namespace_free(&lookup->before);
	free(lookup->items);
	free(lookup);
}

/* With the lock held; the caller leaves it. */
static struct lookup *find(HANDLE handle)
{
	struct lookup *lookup = lookups;

	while (lookup && lookup->number != (ULONG_PTR)handle)
		lookup = lookup->next;
	if (lookup)
		lookup->users++;
	return lookup;
}

static int add_item(struct lookup *lookup, const struct answer *answer, DWORD flags)
{
	struct item *larger = realloc(lookup->items, (lookup->count + 1) * sizeof *larger);

	if (!larger)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	lookup->items = larger;
	larger[lookup->count++] = (struct item){ answer, flags };
	return 0;
}

static const struct answer *by_name(const struct answers *answers, const char *name)
{
	for (size_t i = 0; i < answers->count; i++)
		if (!strcmp(answers->list[i].name, name))
			return &answers->list[i];
	return NULL;
}

static bool same(const struct answer *one, const struct answer *other)
{
	return one->blob_size == other->blob_size &&
	       (!one->blob_size || !memcmp(one->blob, other->blob, one->blob_size));
}

static bool all_same(const struct answers *one, const struct answers *other)
{
	bool is = one->count == other->count;

	for (size_t i = 0; is && i < one->count; i++) {
		const struct answer *twin = by_name(other, one->list[i].name);

		is = twin && same(&one->list[i], twin);
	}
	return is;
}

/* The first answers, as they are; those that come later, as far as they differ. */
static void take(struct lookup *lookup, struct answers fresh)
{
	bool first = !lookup->asked;

	wsc__namespace_free(&lookup->before);
	lookup->before = lookup->known;
	lookup->known = fresh;
	lookup->asked = true;
	lookup->count = lookup->at = 0;
	for (size_t i = 0; i < fresh.count && !lookup->error; i++) {
		const struct answer *answer = &fresh.list[i];
		const struct answer *old = first ? NULL : by_name(&lookup->before, answer->name);

		if (first)
			lookup->error = add_item(lookup, answer, answer->flags);
		else if (!old)
			lookup->error = add_item(lookup, answer, WS_RESULT_IS_ADDED);
		else if (!same(old, answer))
			lookup->error = add_item(lookup, answer, WS_RESULT_IS_CHANGED);
	}
	for (size_t i = 0; !first && i < lookup->before.count && !lookup->error; i++)
		if (!by_name(&fresh, lookup->before.list[i].name))
			lookup->error = add_item(lookup, &lookup->before.list[i], WS_RESULT_IS_DELETED);
}

static void *ask_elsewhere(void *argument)
{
	struct lookup *lookup = argument;
	struct answers fresh = { NULL, 0 };
	int error = lookup->space->ask(&lookup->query, &fresh);

	pthread_mutex_lock(&lock);
	lookup->error = error;
	take(lookup, fresh);
	lookup->asking = false;
	leave(lookup);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* In a thread of its own, which WSALookupServiceEnd can leave behind, since nothing wakes a resolver; and
 * whose own are the structures that gethostbyname and its like give. */
static int start_asking(struct lookup *lookup)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT };
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, old;
	int failed;

	sigfillset(&all); /* the program's signals are for the program's threads */
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	lookup->asking = true;
	lookup->users++;
	failed = pthread_create(&thread, &attributes, ask_elsewhere, lookup);
	if (failed) {
		lookup->asking = false;
		lookup->users--;
	}
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return failed ? WS_WSA_NOT_ENOUGH_MEMORY : 0;
}

/* Asks if nobody has yet, or if there may be something new to tell. */
static int have_answers(struct lookup *lookup)
{
	struct answers fresh = { NULL, 0 };
	int error = 0;

	if (lookup->asked && (!lookup->watched || lookup->at < lookup->count))
		return 0;
	if (!lookup->space->waits) {
		error = lookup->space->ask(&lookup->query, &fresh);
		if (!error)
			take(lookup, fresh);
		return error;
	}
	if (!lookup->asking)
		error = start_asking(lookup);
	while (!error && lookup->asking && !lookup->ended)
		pthread_cond_wait(&changed, &lock);
	return error;
}

static int begin(int unit, const void *user, DWORD flags, HANDLE *user_handle)
{
	struct lookup *lookup = calloc(1, sizeof *lookup);
	WSAQUERYSETA set;
	HANDLE handle;
	int error = 0;

	if (!lookup)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	lookup->users = 1;
	if (!user || !user_handle || wsc__copy_out_check(user_handle, sizeof *user_handle))
		error = WS_WSAEFAULT;
	if (!error)
		error = read_query(unit, &lookup->query, &set, user, flags);
	if (!error)
		error = choose(&lookup->query, &set, &lookup->space);
	if (!error && !lookup->space->waits)
		error = have_answers(lookup);
	if (error) {
		leave(lookup);
		return error;
	}
	pthread_mutex_lock(&lock);
	lookup->number = last_number += 4; /* handles of Windows' are multiples of it */
	lookup->next = lookups;
	lookups = lookup;
	handle = (HANDLE)lookup->number;
	pthread_mutex_unlock(&lock);
	return wsc__copy_out(user_handle, &handle, sizeof handle);
}

static int begin_result(int unit, const void *user, DWORD flags, HANDLE *handle)
{
	int error = wsc__enter();

	return wsc__result(error ? error : begin(unit, user, flags, handle));
}

INT WSC(WSALookupServiceBeginA)(LPWSAQUERYSETA restrictions, DWORD flags, LPHANDLE handle)
{
	return begin_result(1, restrictions, flags, handle);
}
WSC_ALIAS(WSALookupServiceBeginA)

WSC_WIDE_FORMS(INT, WSALookupServiceBeginW, (LPWSAQUERYSETW restrictions, DWORD flags, LPHANDLE handle),
	       begin_result(wide, restrictions, flags, handle))

/* Giving an answer */

static size_t address_size(const struct sockaddr_storage *address)
{
	return address->ss_family == WS_AF_INET ? sizeof(struct WSC(sockaddr_in))
						: sizeof(struct WSC(sockaddr_in6));
}

/* The address and, since the other side has to be usable too, the wildcard address of its family. */
static void put_addresses(struct reply *reply, const struct answer *answer, bool local, WSAQUERYSETA *set)
{
	CSADDR_INFO *table = calloc(answer->addresses_count + 1, sizeof *table);
	struct sockaddr_storage any;

	for (size_t i = 0; table && i < answer->addresses_count; i++) {
		const struct answer_address *from = &answer->addresses[i];
		INT size = (INT)address_size(&from->address);
		SOCKET_ADDRESS *prime = local ? &table[i].LocalAddr : &table[i].RemoteAddr;
		SOCKET_ADDRESS *other = local ? &table[i].RemoteAddr : &table[i].LocalAddr;

		memset(&any, 0, sizeof any);
		any.ss_family = from->address.ss_family;
		*prime = (SOCKET_ADDRESS){ wsc__reply_add(reply, &from->address, (size_t)size), size };
		*other = (SOCKET_ADDRESS){ wsc__reply_add(reply, &any, (size_t)size), size };
		table[i].iSocketType = from->type;
		table[i].iProtocol = from->protocol;
	}
	set->dwNumberOfCsAddrs = table ? (DWORD)answer->addresses_count : 0;
	if (set->dwNumberOfCsAddrs)
		set->lpcsaBuffer = wsc__reply_add(reply, table, set->dwNumberOfCsAddrs * sizeof *table);
	free(table);
}

static void put_blob(struct reply *reply, const struct answer *answer, LPBLOB *user)
{
	BLOB blob = { (ULONG)answer->blob_size, wsc__reply_add(reply, answer->blob, answer->blob_size) };

	*user = answer->blob ? wsc__reply_add(reply, &blob, sizeof blob) : NULL;
}

static int give(int unit, const struct lookup *lookup, const struct item *item, DWORD flags, void *user,
		DWORD *size)
{
	const struct answer *answer = item->answer;
	WSAQUERYSETA set = {
		.dwSize = sizeof set,
		.dwNameSpace = lookup->space->number,
		.dwOutputFlags = item->flags,
	};
	/* None of them, as well as all, is what the lookup began with. */
	DWORD wanted = lookup->query.flags & (flags & RETURNS ? flags : RETURNS);
	bool local = (lookup->query.flags | flags) & WS_LUP_RES_SERVICE;
	struct reply reply;

	wsc__reply_begin(&reply, unit, user, sizeof set);
	set.lpNSProviderId = wsc__reply_add(&reply, &lookup->space->provider, sizeof lookup->space->provider);
	if (wanted & WS_LUP_RETURN_NAME)
		set.lpszServiceInstanceName = wsc__reply_text(&reply, answer->name);
	if (wanted & WS_LUP_RETURN_TYPE && answer->has_class)
		set.lpServiceClassId = wsc__reply_add(&reply, &answer->class, sizeof answer->class);
	if (wanted & WS_LUP_RETURN_QUERY_STRING && *lookup->query.string)
		set.lpszQueryString = wsc__reply_text(&reply, lookup->query.string);
	if (wanted & WS_LUP_RETURN_ADDR)
		put_addresses(&reply, answer, local, &set);
	if (wanted & WS_LUP_RETURN_BLOB)
		put_blob(&reply, answer, &set.lpBlob);
	if (reply.copy)
		memcpy(reply.copy, &set, sizeof set);
	return wsc__reply_end(&reply, size);
}

/* With the lock held, which only a wait for answers lets go. */
static int give_next(int unit, struct lookup *lookup, DWORD flags, DWORD *size, void *user)
{
	int error;

	if (flags & WS_LUP_FLUSHPREVIOUS && lookup->at < lookup->count)
		lookup->at++;
	error = have_answers(lookup);
	if (lookup->ended)
		return WS_WSA_E_CANCELLED;
	if (!error) {
		error = lookup->error;
		lookup->error = 0;
	}
	if (error)
		return error;
	if (lookup->at == lookup->count)
		return WS_WSA_E_NO_MORE;
	error = give(unit, lookup, &lookup->items[lookup->at], flags, user, size);
	if (!error)
		lookup->at++;
	return error;
}

static int next(int unit, HANDLE handle, DWORD flags, DWORD *size, void *user)
{
	struct lookup *lookup;
	DWORD room;
	int error = wsc__enter();

	if (!error && (!size || wsc__copy_in(&room, size, sizeof room)))
		error = WS_WSAEFAULT;
	if (error)
		return wsc__result(error);
	pthread_mutex_lock(&lock);
	lookup = find(handle);
	error = WS_WSA_INVALID_HANDLE;
	if (lookup) {
		error = give_next(unit, lookup, flags, size, user);
		leave(lookup);
	}
	pthread_mutex_unlock(&lock);
	return wsc__result(error);
}

INT WSC(WSALookupServiceNextA)(HANDLE handle, DWORD flags, LPDWORD size, LPWSAQUERYSETA user)
{
	return next(1, handle, flags, size, user);
}
WSC_ALIAS(WSALookupServiceNextA)

WSC_WIDE_FORMS(INT, WSALookupServiceNextW, (HANDLE handle, DWORD flags, LPDWORD size, LPWSAQUERYSETW user),
	       next(wide, handle, flags, size, user))

/* A call that waits for answers is woken, and finds that the lookup has ended. */
INT WSC(WSALookupServiceEnd)(HANDLE handle)
{
	struct lookup **place = &lookups, *lookup;
	int error = wsc__enter();

	if (error)
		return wsc__result(error);
	pthread_mutex_lock(&lock);
	while (*place && (*place)->number != (ULONG_PTR)handle)
		place = &(*place)->next;
	lookup = *place;
	error = lookup ? 0 : WS_WSA_INVALID_HANDLE;
	if (lookup) {
		*place = lookup->next;
		lookup->ended = true;
		pthread_cond_broadcast(&changed);
		leave(lookup);
	}
	pthread_mutex_unlock(&lock);
	return wsc__result(error);
}
WSC_ALIAS(WSALookupServiceEnd)

/* Changes */

/* Success says that what was given is no longer true, WSAEWOULDBLOCK that it still is. */
static int poll_changes(struct lookup *lookup)
{
	struct answers now = { NULL, 0 };
	bool is;
	int error;

	if (!lookup->space->changes)
		return WS_WSAEOPNOTSUPP;
	error = lookup->space->ask(&lookup->query, &now);
	if (error)
		return error;
	lookup->watched = true;
	is = all_same(&lookup->known, &now);
	wsc__namespace_free(&now);
	return is ? WS_WSAEWOULDBLOCK : 0;
}

/* Only the question whether something has changed, and no notice when it does: events are not there yet. */
static int nsp_ioctl(HANDLE handle, DWORD code, DWORD *returned, const WSACOMPLETION *completion)
{
	struct lookup *lookup;
	WSACOMPLETIONTYPE type = NSP_NOTIFY_IMMEDIATELY;
	const DWORD none = 0;
	int error = wsc__enter();

	if (!error && completion)
		error = wsc__copy_in(&type, &completion->Type, sizeof type);
	if (!error && returned)
		error = wsc__copy_out(returned, &none, sizeof none);
	if (error)
		return error;
	pthread_mutex_lock(&lock);
	lookup = find(handle);
	error = WS_WSA_INVALID_HANDLE;
	if (lookup) {
		error = code == WS_SIO_NSP_NOTIFY_CHANGE && type == NSP_NOTIFY_IMMEDIATELY
				? poll_changes(lookup)
				: WS_WSAEOPNOTSUPP;
		leave(lookup);
	}
	pthread_mutex_unlock(&lock);
	return error;
}

INT WSC(WSANSPIoctl)(HANDLE lookup, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size,
		     LPDWORD returned, LPWSACOMPLETION completion)
{
	(void)in, (void)in_size, (void)out, (void)out_size; /* Windows' own providers ignore them, too */
	return wsc__result(nsp_ioctl(lookup, code, returned, completion));
}
WSC_ALIAS(WSANSPIoctl)

/* Registering */

static int set_service(int unit, const void *user, WSAESETSERVICEOP operation, DWORD flags)
{
	WSAQUERYSETA set;
	struct query query;
	GUID provider;
	int refusal, error = wsc__enter();

	if (!error && !user)
		error = WS_WSAEFAULT;
	if (!error)
		error = read_query(unit, &query, &set, user, flags);
	if (!error && set.lpNSProviderId)
		error = wsc__copy_in(&provider, set.lpNSProviderId, sizeof provider);
	if (error)
		return error;
	if ((unsigned)operation > RNRSERVICE_DELETE || !query.has_class || !*query.name)
		return WS_WSAEINVAL;
	error = set.lpNSProviderId ? WS_WSAEINVAL : WS_WSASERVICE_NOT_FOUND;
	for (size_t i = 0; i < wsc__namespaces_count && error; i++) {
		if (!is_meant(wsc__namespaces[i], &set, &provider))
			continue;
		refusal = wsc__namespaces[i]->set(&query, operation);
		if (refusal != WS_WSASERVICE_NOT_FOUND || set.lpNSProviderId)
			error = refusal;
	}
	return error;
}

INT WSC(WSASetServiceA)(LPWSAQUERYSETA service, WSAESETSERVICEOP operation, DWORD flags)
{
	return wsc__result(set_service(1, service, operation, flags));
}
WSC_ALIAS(WSASetServiceA)

WSC_WIDE_FORMS(INT, WSASetServiceW, (LPWSAQUERYSETW service, WSAESETSERVICEOP operation, DWORD flags),
	       wsc__result(set_service(wide, service, operation, flags)))
