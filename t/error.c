/* The last error: one per thread, whichever of the four functions reads or writes it. */
#include <winsock2.h>
#include <windows.h>

#include "net.h"

static const int errors[] = { 0, 1, WSAEWOULDBLOCK, WSANOTINITIALISED, WSAHOST_NOT_FOUND, -1, 0x7fffffff };

static void one_value(void)
{
	for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++) {
		WSASetLastError(errors[i]);
		is_int(errors[i], WSAGetLastError(), "WSASetLastError(%d), WSAGetLastError", errors[i]);
		is_hex((unsigned)errors[i], GetLastError(), "WSASetLastError(%d), GetLastError", errors[i]);
		SetLastError(7);
		SetLastError((DWORD)errors[i]);
		is_int(errors[i], WSAGetLastError(), "SetLastError(%d), WSAGetLastError", errors[i]);
		is_hex((unsigned)errors[i], GetLastError(), "SetLastError(%d), GetLastError", errors[i]);
		is_int(errors[i], WSAGetLastError(), "reading it does not change it");
	}
}

/* A thread that fails all the time, in a way of its own. */
struct other {
	int at_first, wrong;
};

static void fail_otherwise(void *argument)
{
	struct other *other = argument;

	other->at_first = WSAGetLastError();
	for (int i = 0; i < 500; i++) {
		closesocket(INVALID_SOCKET);
		other->wrong += WSAGetLastError() != WSAENOTSOCK;
	}
}

static void one_per_thread(void)
{
	enum { THREADS = 3 };
	struct other others[THREADS] = { { 0 } };
	struct task *tasks[THREADS];
	int wrong = 0;

	for (int i = 0; i < THREADS; i++)
		tasks[i] = task_start(fail_otherwise, &others[i]);
	for (int i = 0; i < 500; i++) {
		socket(12345, SOCK_STREAM, 0);
		wrong += WSAGetLastError() != WSAEAFNOSUPPORT;
	}
	for (int i = 0; i < THREADS; i++) {
		ok(task_end(tasks[i], 5000), "thread %d ended", i);
		is_error(0, others[i].at_first, "it began with no error");
		is_int(0, others[i].wrong, "it saw the error of its own calls alone");
	}
	is_int(0, wrong, "and so did this thread");
}

/* On Windows these two leave 0 behind; the others are not known to. */
static void after_success(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	DWORD value = 1;
	int length = sizeof value;

	WSASetLastError(WSAEISCONN);
	succeeds(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, length), "setsockopt");
	is_error(0, WSAGetLastError(), "...leaves no error");
	WSASetLastError(WSAEISCONN);
	succeeds(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length), "getsockopt");
	is_error(0, WSAGetLastError(), "...leaves no error");
	length = sizeof value;
	WSASetLastError(WSAEISCONN);
	succeeds(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &length), "getsockopt of another option");
	wine_todo("Wine leaves it to the option");
	is_error(0, WSAGetLastError(), "...leaves no error");
	todo_end();
	closesocket(s);
}

/* Every failure sets it, and none but the function's own. */
static void after_failure(void)
{
	SOCKET s = new_socket(AF_INET, SOCK_STREAM);
	char byte = 0;

	WSASetLastError(0);
	fails(WSAENOTCONN, recv(s, &byte, 1, 0), "a failure after a success");
	WSASetLastError(WSAEISCONN);
	fails(WSAEINVAL, listen(s, 1), "a failure after a failure");
	is_hex(WSAEINVAL, GetLastError(), "GetLastError says so too");
	closesocket(s);
	fails(WSAENOTSOCK, recv(s, &byte, 1, 0), "a closed socket");
}

int main(void)
{
	plan_lazy();
	one_value();
	winsock_start();
	one_per_thread();
	after_success();
	after_failure();
	winsock_end();
	one_value();
	return done();
}
