/* Names of functions go on meaning what they mean in C++: t/headers.t compiles and runs this. */
#include <functional>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iostream>
#include <string>
#include <thread>
#if __cplusplus >= 201703L
#include <filesystem>
#endif
#include <sys/socket.h>
#include <type_traits>

namespace own
{
struct Connection {
	int sent = 0;
	int send(int count) { return sent += count; }
	int recv(int count) const { return count - 1; }
	Connection &connect(const std::string &) { return *this; }
	int select() { return 11; }
	void close() {}
	void shutdown() {}
};
int accept(int given)
{
	return given + 1;
}
}

static int failures;

static void must(bool holds, const char *what)
{
	if (!holds) {
		std::cout << what << std::endl;
		failures++;
	}
}

static int add(int a, int b)
{
	return a + b;
}

int main()
{
	using namespace std::placeholders;
	own::Connection connection;
	auto bound = std::bind(add, _1, 5);
	auto receive = &recv;
	std::function<int(SOCKET, const char *, int, int)> sender = ::send;
	int interface = 1, near = 2, far = 3, small = 4;
	u_long narrow = 0;
	DWORD dword = 0;
	unsigned long wide = static_cast<unsigned long>(-1);
	int result = 0;
	std::thread thread([&result] { result = ::bind(0, nullptr, 0); });

	thread.join();
	must(result == 2, "bind in a thread");
	must(bound(1) == 6, "std::bind");
	must(connection.send(3) == 3 && connection.recv(3) == 2 && connection.connect("x").select() == 11, "methods");
	must(receive(0, nullptr, 0, 0) == 4 && sender(0, "", 0, 0) == 6, "addresses of functions");
	must(std::is_same<decltype(receive), int (*)(SOCKET, char *, int, int)>::value, "recv's type");
	must(own::accept(1) == 2 && ::accept(0, nullptr, nullptr) == 1, "namespaces");
	must(interface + near + far + small == 10, "variables");
	must(ioctlsocket(0, static_cast<LONG>(FIONBIO), &narrow) == 9 && narrow == 1, "ioctlsocket of u_long");
	must(ioctlsocket(0, static_cast<LONG>(FIONREAD), &wide) == 9 && wide == static_cast<unsigned int>(wide),
	     "ioctlsocket of unsigned long");
	must(WSAIoctl(0, SIO_FLUSH, nullptr, 0, NULL, 0, &wide, NULL, NULL) == 10 && wide == 3, "WSAIoctl of unsigned long");
	must(WSAIoctl(0, SIO_FLUSH, NULL, 0, NULL, 0, &dword, NULL, NULL) == 10 && dword == 3, "WSAIoctl of DWORD");
	must(WSAIoctl(0, SIO_FLUSH, NULL, 0, NULL, 0, NULL, NULL, NULL) == 10, "WSAIoctl of NULL");
	must(ioctlsocket(0, 0, NULL) == 9 && ioctlsocket(0, 0, nullptr) == 9, "ioctlsocket of NULL");
#if __cplusplus >= 201703L
	must(std::is_same<std::filesystem::path::value_type, char>::value &&
	             std::filesystem::path("/a/b").filename() == "b",
	     "std::filesystem");
#endif
	return failures != 0;
}
