/* Lookups over a link of the test's own: the network that it is and what becomes of it, a server of names that answers
 * late, and one that never does. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <svcguid.h>

#include <string.h>

#include "tap/link.h"
#include "tap/net.h"

static SOCKET server; /* of names */

static union {
	WSAQUERYSETA set;
	char bytes[16384];
} result;

static HANDLE begin(DWORD space, GUID *class, const char *name, DWORD flags)
{
	WSAQUERYSETA set = { .dwSize = sizeof set, .dwNameSpace = space, .lpServiceClassId = class };
	HANDLE handle = NULL;

	set.lpszServiceInstanceName = (char *)name;
	succeeds(WSALookupServiceBeginA(&set, flags, &handle), "a lookup%s%s", name ? " of " : "", name ? name : "");
	return handle;
}

static int next(HANDLE handle, DWORD flags)
{
	DWORD size = sizeof result;

	return WSALookupServiceNextA(handle, flags, &size, &result.set);
}

static int changes(HANDLE handle)
{
	return WSANSPIoctl(handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, NULL, NULL);
}

/* What is known of a network, beside its name. */
static const NLA_BLOB *data(NLA_BLOB_DATA_TYPE type)
{
	const NLA_BLOB *at = (NLA_BLOB *)(void *)result.set.lpBlob->pBlobData;

	while (at->header.type != type) {
		if (!at->header.nextOffset)
			bail("nothing of type %d", type);
		at = (NLA_BLOB *)(void *)(result.set.lpBlob->pBlobData + at->header.nextOffset);
	}
	return at;
}

/* The kernel takes its time to see that a link is up. */
static void wait_for_link(void)
{
	WSAQUERYSETA set = { .dwSize = sizeof set, .dwNameSpace = NS_NLA };
	long long start = now_ms();
	HANDLE handle;
	int outcome;

	do {
		if (WSALookupServiceBeginA(&set, LUP_RETURN_NAME, &handle))
			bail("no lookup: %s", error_name(WSAGetLastError()));
		outcome = next(handle, 0);
		WSALookupServiceEnd(handle);
		if (outcome)
			sleep_ms(20);
	} while (outcome && now_ms() - start < 20000);
}

static void check_network(void)
{
	GUID class = NLA_SERVICE_CLASS_GUID;
	HANDLE handle = begin(NS_NLA, &class, NULL, LUP_RETURN_ALL), second;

	succeeds(next(handle, 0), "the network");
	is_string("here", result.set.lpszServiceInstanceName, "...its name");
	is_string("here", data(NLA_INTERFACE)->data.interfaceData.adapterName, "...its adapter");
	is_int(6, (int)data(NLA_INTERFACE)->data.interfaceData.dwType, "...which is of Ethernet");
	is_int(NLA_INTERNET_NO, data(NLA_CONNECTIVITY)->data.connectivity.internet, "...and leads nowhere else");
	is_int(NLA_NETWORK_UNMANAGED, data(NLA_CONNECTIVITY)->data.connectivity.type, "...ruled by no domain");
	fails(WSA_E_NO_MORE, next(handle, 0), "...the only one");
	fails(WSAEWOULDBLOCK, changes(handle), "nothing has changed");
	second = begin(NS_NLA, &class, NULL, LUP_RETURN_ALL);
	fails(WSAEWOULDBLOCK, changes(second), "...nor for one that has not read yet");
	link_default_route(LINK_ADDRESS_THERE);
	succeeds(changes(handle), "there is a route to everywhere: something has changed");
	succeeds(next(handle, 0), "...namely");
	is_string("here", result.set.lpszServiceInstanceName, "...that network");
	is_int(RESULT_IS_CHANGED, (int)result.set.dwOutputFlags, "...in what is known of it");
	is_int(NLA_INTERNET_YES, data(NLA_CONNECTIVITY)->data.connectivity.internet, "...it leads everywhere");
	fails(WSA_E_NO_MORE, next(handle, 0), "...and that is all");
	fails(WSAEWOULDBLOCK, changes(handle), "nothing has changed since");
	fails(WSA_E_NO_MORE, next(handle, 0), "...and there is nothing new");
	succeeds(changes(second), "for the other one it has");
	succeeds(next(second, 0), "...which gives what was true when it began");
	is_int(NLA_INTERNET_NO, data(NLA_CONNECTIVITY)->data.connectivity.internet, "...first");
	is_int(0, (int)result.set.dwOutputFlags, "...as a network");
	succeeds(next(second, 0), "...and then");
	is_int(RESULT_IS_CHANGED, (int)result.set.dwOutputFlags, "...the change");
	succeeds(WSALookupServiceEnd(second), "...the end");

	link_loopback();
	fails(WSAEWOULDBLOCK, changes(handle), "the loopback interface is no network");
	succeeds(WSALookupServiceEnd(handle), "the end");
}

/* A network goes and another comes: the two ends change places. */
static void check_others(void)
{
	GUID class = NLA_SERVICE_CLASS_GUID;
	HANDLE handle = begin(NS_NLA, &class, NULL, LUP_RETURN_ALL);
	int added = 0, deleted = 0;

	succeeds(next(handle, 0), "the network");
	fails(WSA_E_NO_MORE, next(handle, 0), "...the only one");
	link_enter(THERE);
	succeeds(changes(handle), "elsewhere it is another one");
	while (!next(handle, 0)) {
		bool is_there = !strcmp(result.set.lpszServiceInstanceName, "there");

		added += is_there && result.set.dwOutputFlags == RESULT_IS_ADDED;
		deleted += !is_there && result.set.dwOutputFlags == RESULT_IS_DELETED;
	}
	is_int(1, added, "...which was added");
	is_int(1, deleted, "...as the first was deleted");
	succeeds(WSALookupServiceEnd(handle), "the end");
	link_enter(HERE);
}

/* Names */

struct asker {
	HANDLE handle;
	int outcome, error;
};

static void ask(void *argument)
{
	struct asker *asker = argument;

	asker->outcome = next(asker->handle, 0);
	asker->error = WSAGetLastError();
}

/* The next question that the server gets. */
static int question(unsigned char *packet, int size, struct sockaddr_in *from)
{
	int length = sizeof *from;

	return recvfrom(server, (char *)packet, size, 0, (struct sockaddr *)from, &length);
}

/* "slow.test" is another name of "real.test", which is 10.9.0.7. */
static void answer(unsigned char *packet, int size, const struct sockaddr_in *to)
{
	static const unsigned char records[] = {
		0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 11, 4, 'r', 'e', 'a', 'l', 4, 't', 'e', 's', 't', 0,
		4, 'r', 'e', 'a', 'l', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 9, 0, 7,
	};
	int end = 12;

	while (end < size && packet[end])
		end += packet[end] + 1;
	end += 5; /* the type and the class */
	packet[2] = 0x81;
	packet[3] = 0x80;
	memset(packet + 4, 0, 8);
	packet[5] = 1;
	packet[7] = 2;
	memcpy(packet + end, records, sizeof records);
	sendto(server, (char *)packet, end + (int)sizeof records, 0, (struct sockaddr *)to, sizeof *to);
}

static void check_answer(void)
{
	GUID class = SVCID_INET_HOSTADDRBYNAME;
	struct asker asker = { .handle = begin(NS_DNS, &class, "slow.test", LUP_RETURN_ALL) };
	struct task *task = task_start(ask, &asker);
	unsigned char packet[1024];
	struct sockaddr_in from, *address;
	int size = question(packet, 512, &from);

	ok(size > 12, "the server of names is asked");
	answer(packet, size, &from);
	ok(task_end(task, 20000), "the lookup ends when it answers");
	is_int(0, asker.outcome, "...with an answer");
	is_string("real.test", result.set.lpszServiceInstanceName, "...the host's own name");
	is_int(0, (int)result.set.dwOutputFlags, "...which is no alias");
	address = (struct sockaddr_in *)(void *)result.set.lpcsaBuffer[0].RemoteAddr.lpSockaddr;
	is_string("10.9.0.7", inet_ntoa(address->sin_addr), "...its address");
	succeeds(next(asker.handle, 0), "...another answer");
	is_string("slow.test", result.set.lpszServiceInstanceName, "...the name that was asked for");
	is_int(RESULT_IS_ALIAS, (int)result.set.dwOutputFlags, "...which is an alias");
	fails(WSA_E_NO_MORE, next(asker.handle, 0), "...and that is all");
	succeeds(WSALookupServiceEnd(asker.handle), "the end");
}

static void check_cancel(void)
{
	GUID class = SVCID_INET_HOSTADDRBYNAME;
	struct asker asker = { .handle = begin(NS_DNS, &class, "never.test", LUP_RETURN_ALL) }, second = asker;
	struct task *task = task_start(ask, &asker), *other;
	unsigned char packet[512];
	struct sockaddr_in from;
	HANDLE quick;

	ok(question(packet, sizeof packet, &from) > 12, "the server of names is asked, and says nothing");
	other = task_start(ask, &second);
	sleep_ms(50);
	quick = begin(NS_DNS, &(GUID)SVCID_HOSTNAME, NULL, LUP_RETURN_NAME);
	succeeds(next(quick, 0), "...meanwhile another lookup is answered");
	succeeds(WSALookupServiceEnd(quick), "...and ends");
	succeeds(WSALookupServiceEnd(asker.handle), "the end of a lookup that is under way");
	ok(task_end(task, 10000), "...ends the call that waits");
	is_int(SOCKET_ERROR, asker.outcome, "...which fails");
	is_error(WSA_E_CANCELLED, asker.error, "...as it was cancelled");
	ok(task_end(other, 10000), "...and a second call");
	ok(second.error == WSA_E_CANCELLED || second.error == WSA_INVALID_HANDLE, "...which fails too");
	fails(WSA_INVALID_HANDLE, next(asker.handle, 0), "the lookup is no more");
}

int main(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(53) };
	const char *failure = link_make();

	if (!failure)
		failure = link_file("/etc/resolv.conf",
				    "nameserver " LINK_ADDRESS_THERE "\noptions timeout:30 attempts:1\n");
	if (!failure)
		failure = link_file("/etc/nsswitch.conf", "hosts: dns\nservices: files\n");
	if (failure)
		skip_all("no network of its own: %s", failure);
	plan_lazy();
	winsock_start();
	link_enter(THERE);
	server = new_socket(AF_INET, SOCK_DGRAM);
	if (bind(server, (struct sockaddr *)&any, sizeof any))
		bail("port 53: %s", error_name(WSAGetLastError()));
	wait_for_link();
	link_enter(HERE);
	wait_for_link();
	check_network();
	check_others();
	check_answer();
	check_cancel();
	closesocket(server);
	winsock_end();
	return done();
}
