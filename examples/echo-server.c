/* An echo server whose connections do not outlive their peers.
 *
 * Usage: echo-server [port [connections]]
 * With port 0 the system chooses one; after that many connections the server ends. */
#include "keepalive.h"

#include <stdio.h>
#include <stdlib.h>

#pragma comment(lib, "Ws2_32.lib")

/* Sends back what comes, until the client has no more. */
static int Echo(SOCKET s)
{
	char buffer[4096];
	int received;

	while ((received = recv(s, buffer, sizeof(buffer), 0)) > 0) {
		int sent = 0;

		while (sent < received) {
			int n = send(s, buffer + sent, received - sent, 0);

			if (n == SOCKET_ERROR)
				return WSAGetLastError();
			sent += n;
		}
	}
	return received == SOCKET_ERROR ? WSAGetLastError() : 0;
}

static int Serve(SOCKET listener, int connections)
{
	while (connections-- != 0) {
		SOCKET s = accept(listener, NULL, NULL);
		int error;

		if (s == INVALID_SOCKET)
			return Complain("accept", WSAGetLastError());
		error = EnableKeepAlive(s, 10000, 1000);
		if (error)
			Complain("keep-alive", error);
		error = Echo(s);
		if (error)
			Complain("the connection", error);
		closesocket(s);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 7777;
	int connections = argc > 2 ? atoi(argv[2]) : -1;
	struct sockaddr_in address = { 0 };
	int length = sizeof(address);
	WSADATA data;
	SOCKET listener;
	int result = WSAStartup(MAKEWORD(2, 2), &data);

	if (result != 0)
		return Complain("WSAStartup", result);

	listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	address.sin_family = AF_INET;
	address.sin_addr.S_un.S_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((u_short)port);
	if (listener == INVALID_SOCKET)
		result = Complain("socket", WSAGetLastError());
	else if (bind(listener, (SOCKADDR *)&address, length) == SOCKET_ERROR)
		result = Complain("bind", WSAGetLastError());
	else if (listen(listener, SOMAXCONN) == SOCKET_ERROR)
		result = Complain("listen", WSAGetLastError());
	else if (getsockname(listener, (SOCKADDR *)&address, &length) == SOCKET_ERROR)
		result = Complain("getsockname", WSAGetLastError());
	else {
		printf("listening on port %d\n", ntohs(address.sin_port));
		fflush(stdout);
		result = Serve(listener, connections);
	}
	if (listener != INVALID_SOCKET)
		closesocket(listener);
	WSACleanup();
	return result;
}
