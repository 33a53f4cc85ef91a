/* Classes of services: those that everybody knows, and those that this process has installed. On Windows they
 * are in the registry; here they end with the process. */
#include "error.h"
#include "export.h"
#include "fault.h"
#include "namespace.h"
#include "reply.h"
#include "service.h"
#include "startup.h"
#include "wide.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <svcguid.h>

/* So much of each, so that a number that is none does no harm. */
enum { INFOS = 256, VALUE = 65536, NAME = NI_MAXHOST };

struct class_info {
	const char *name;
	DWORD name_space, type, size;
	void *value;
};

struct service_class {
	struct service_class *next;
	GUID id;
	const char *name;
	struct class_info *infos;
	DWORD count;
};

/* Their names are those of the constants; nobody has told what Windows calls them. */
static struct service_class known[] = {
	{ NULL, SVCID_HOSTNAME, "HOSTNAME", NULL, 0 },
	{ NULL, SVCID_INET_HOSTADDRBYINETSTRING, "INET_HOSTADDRBYINETSTRING", NULL, 0 },
	{ NULL, SVCID_INET_SERVICEBYNAME, "INET_SERVICEBYNAME", NULL, 0 },
	{ NULL, SVCID_INET_HOSTADDRBYNAME, "INET_HOSTADDRBYNAME", NULL, 0 },
	{ NULL, NLA_SERVICE_CLASS_GUID, "NLA", NULL, 0 },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct service_class *installed;

static struct service_class *find_known(const GUID *id)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (wsc__namespace_is(&known[i].id, id))
			return &known[i];
	return NULL;
}

/* The place that points to it, or to nothing. */
static struct service_class **find_installed(const GUID *id)
{
	struct service_class **place = &installed;

	while (*place && !wsc__namespace_is(&(*place)->id, id))
		place = &(*place)->next;
	return place;
}

/* A class that stands for a port is that of the service there. */
static bool find_port(const GUID *id, struct service_class *class, char name[NAME])
{
	if ((!IS_SVCID_TCP(id) && !IS_SVCID_UDP(id)) || RR_FROM_SVCID(id))
		return false;
	*class = (struct service_class){ .id = *id, .name = name };
	return wsc__service_name(PORT_FROM_SVCID_TCP(id), IS_SVCID_UDP(id), name, NAME);
}

/* With the lock held; `room` is for one that is not in a list. */
static const struct service_class *find(const GUID *id, struct service_class *room, char name[NAME])
{
	const struct service_class *class = find_known(id);

	if (!class)
		class = *find_installed(id);
	return class ? class : find_port(id, room, name) ? room : NULL;
}

static void drop(struct service_class *class)
{
	for (DWORD i = 0; class->infos && i < class->count; i++) {
		free((char *)class->infos[i].name);
		free(class->infos[i].value);
	}
	free(class->infos);
	free((char *)class->name);
	free(class);
}

/* Installing */

static int read_name(int unit, const char **to, const void *user)
{
	char name[WSC_UTF8_MOST * NAME];
	int error = user ? wsc__wide_in(unit, name, user, NAME) : WS_WSAEINVAL;

	if (!error && !(*to = strdup(name)))
		error = WS_WSA_NOT_ENOUGH_MEMORY;
	return error == WS_WSAENAMETOOLONG ? WS_WSAEINVAL : error;
}

static int read_info(int unit, struct class_info *info, const WSANSCLASSINFOA *user)
{
	WSANSCLASSINFOA copy;
	int error;

	if (wsc__copy_in(&copy, user, sizeof copy))
		return WS_WSAEFAULT;
	if (copy.dwValueSize > VALUE)
		return WS_WSAEINVAL;
	error = read_name(unit, &info->name, copy.lpszName);
	if (error)
		return error;
	info->name_space = copy.dwNameSpace;
	info->type = copy.dwValueType;
	info->size = copy.dwValueSize;
	info->value = malloc(info->size + 1);
	if (!info->value)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	return wsc__copy_in(info->value, copy.lpValue, info->size);
}

static int read_class(int unit, struct service_class *class, const void *user)
{
	WSASERVICECLASSINFOA copy;
	int error;

	if (!user)
		return WS_WSAEINVAL;
	if (wsc__copy_in(&copy, user, sizeof copy))
		return WS_WSAEFAULT;
	if (!copy.lpServiceClassId || copy.dwCount > INFOS)
		return WS_WSAEINVAL;
	if (wsc__copy_in(&class->id, copy.lpServiceClassId, sizeof class->id))
		return WS_WSAEFAULT;
	error = read_name(unit, &class->name, copy.lpszServiceClassName);
	if (error)
		return error;
	class->infos = calloc(copy.dwCount + 1, sizeof *class->infos);
	if (!class->infos)
		return WS_WSA_NOT_ENOUGH_MEMORY;
	for (; class->count < copy.dwCount && !error; class->count++)
		error = read_info(unit, &class->infos[class->count],
				  wsc__user_at(copy.lpClassInfos, class->count * sizeof *copy.lpClassInfos));
	return error;
}

static int install(int unit, const void *user)
{
	struct service_class *class = calloc(1, sizeof *class), room;
	char name[NAME];
	int error = wsc__enter();

	if (!error)
		error = class ? read_class(unit, class, user) : WS_WSA_NOT_ENOUGH_MEMORY;
	if (!error) {
		pthread_mutex_lock(&lock);
		if (find(&class->id, &room, name)) {
			error = WS_WSAEALREADY;
		} else {
			class->next = installed;
			installed = class;
		}
		pthread_mutex_unlock(&lock);
	}
	if (error && class)
		drop(class);
	return wsc__result(error);
}

INT WSC(WSAInstallServiceClassA)(LPWSASERVICECLASSINFOA info)
{
	return install(1, info);
}
WSC_ALIAS(WSAInstallServiceClassA)

WSC_WIDE_FORMS(INT, WSAInstallServiceClassW, (LPWSASERVICECLASSINFOW info), install(wide, info))

INT WSC(WSARemoveServiceClass)(LPGUID user)
{
	struct service_class **place, *class = NULL;
	GUID id;
	int error = wsc__enter();

	if (!error)
		error = !user ? WS_WSAEINVAL : wsc__copy_in(&id, user, sizeof id);
	if (!error) {
		pthread_mutex_lock(&lock);
		place = find_installed(&id);
		class = *place;
		if (class)
			*place = class->next;
		else
			error = find_known(&id) ? WS_WSAEACCES : WS_WSATYPE_NOT_FOUND;
		pthread_mutex_unlock(&lock);
	}
	if (class)
		drop(class);
	return wsc__result(error);
}
WSC_ALIAS(WSARemoveServiceClass)

/* Asking */

/* What is for another name space its provider does not keep. */
static void put_infos(struct reply *reply, const struct service_class *class, DWORD name_space,
		      WSASERVICECLASSINFOA *info)
{
	WSANSCLASSINFOA infos[INFOS];
	DWORD count = 0;

	for (DWORD i = 0; i < class->count; i++) {
		const struct class_info *from = &class->infos[i];

		if (from->name_space != WS_NS_ALL && from->name_space != name_space)
			continue;
		infos[count++] = (WSANSCLASSINFOA){
			.lpszName = wsc__reply_text(reply, from->name),
			.dwNameSpace = from->name_space,
			.dwValueType = from->type,
			.dwValueSize = from->size,
			.lpValue = wsc__reply_add(reply, from->value, from->size),
		};
	}
	info->dwCount = count;
	info->lpClassInfos = count ? wsc__reply_add(reply, infos, count * sizeof *infos) : NULL;
}

static const struct name_space *provider_of(const GUID *provider)
{
	for (size_t i = 0; i < wsc__namespaces_count; i++)
		if (wsc__namespace_is(&wsc__namespaces[i]->provider, provider))
			return wsc__namespaces[i];
	return NULL;
}

static int get_info(int unit, const GUID *user_provider, const GUID *user_id, DWORD *size, void *user)
{
	const struct name_space *space;
	const struct service_class *class;
	struct service_class room;
	WSASERVICECLASSINFOA info = { 0 };
	struct reply reply;
	char name[NAME];
	GUID provider, id;
	int error = wsc__enter();

	if (error)
		return error;
	if (!user_provider || !user_id || !size)
		return WS_WSAEINVAL;
	if (wsc__copy_in(&provider, user_provider, sizeof provider) || wsc__copy_in(&id, user_id, sizeof id))
		return WS_WSAEFAULT;
	space = provider_of(&provider);
	if (!space)
		return WS_WSAEINVAL;
	pthread_mutex_lock(&lock);
	class = find(&id, &room, name);
	error = WS_WSATYPE_NOT_FOUND;
	if (class) {
		wsc__reply_begin(&reply, unit, user, sizeof info);
		info.lpServiceClassId = wsc__reply_add(&reply, &class->id, sizeof class->id);
		info.lpszServiceClassName = wsc__reply_text(&reply, class->name);
		put_infos(&reply, class, space->number, &info);
		if (reply.copy)
			memcpy(reply.copy, &info, sizeof info);
		error = wsc__reply_end(&reply, size);
	}
	pthread_mutex_unlock(&lock);
	return error;
}

INT WSC(WSAGetServiceClassInfoA)(LPGUID provider, LPGUID id, LPDWORD size, LPWSASERVICECLASSINFOA user)
{
	return wsc__result(get_info(1, provider, id, size, user));
}
WSC_ALIAS(WSAGetServiceClassInfoA)

WSC_WIDE_FORMS(INT, WSAGetServiceClassInfoW,
	       (LPGUID provider, LPGUID id, LPDWORD size, LPWSASERVICECLASSINFOW user),
	       wsc__result(get_info(wide, provider, id, size, user)))

/* The length is in units, with the 0. */
static int get_name(int unit, const GUID *user_id, void *user, DWORD *length)
{
	const struct service_class *class;
	struct service_class space;
	struct reply reply;
	char name[NAME];
	DWORD room, size, needed;
	GUID id;
	int error = wsc__enter();

	if (error)
		return error;
	if (!user_id)
		return WS_WSA_INVALID_PARAMETER;
	if (!length || wsc__copy_in(&room, length, sizeof room) || wsc__copy_in(&id, user_id, sizeof id))
		return WS_WSAEFAULT;
	wsc__reply_begin(&reply, unit, user, 0);
	pthread_mutex_lock(&lock);
	class = find(&id, &space, name);
	if (class)
		wsc__reply_text(&reply, class->name);
	pthread_mutex_unlock(&lock);
	if (!class) {
		free(reply.copy);
		return WS_WSANO_DATA;
	}
	needed = (DWORD)(reply.size / (size_t)unit);
	size = room < needed ? 0 : (DWORD)reply.size;
	error = wsc__reply_end(&reply, &size);
	return wsc__copy_out(length, &needed, sizeof needed) ? WS_WSAEFAULT : error;
}

INT WSC(WSAGetServiceClassNameByClassIdA)(LPGUID id, LPSTR user, LPDWORD length)
{
	return wsc__result(get_name(1, id, user, length));
}
WSC_ALIAS(WSAGetServiceClassNameByClassIdA)

WSC_WIDE_FORMS(INT, WSAGetServiceClassNameByClassIdW, (LPGUID id, LPWSTR user, LPDWORD length),
	       wsc__result(get_name(wide, id, user, length)))
