/* Sends a text to an echo server and waits until all of it has come back.
 *
 * Usage: echo-client host port [text [times]] */
#include "keepalive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma comment(lib, "Ws2_32.lib")

static SOCKET Connect(const char *host, const char *port)
{
	ADDRINFOA hints, *list = NULL, *info;
	SOCKET s = INVALID_SOCKET;
	int result;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_protocol = IPPROTO_TCP;
	result = getaddrinfo(host, port, &hints, &list);
	if (result != 0) {
		Complain("getaddrinfo", result);
		return INVALID_SOCKET;
	}
	for (info = list; info != NULL && s == INVALID_SOCKET; info = info->ai_next) {
		s = socket(info->ai_family, info->ai_socktype, info->ai_protocol);
		if (s != INVALID_SOCKET && connect(s, info->ai_addr, (int)info->ai_addrlen) == SOCKET_ERROR) {
			Complain("connect", WSAGetLastError());
			closesocket(s);
			s = INVALID_SOCKET;
		}
	}
	freeaddrinfo(list);
	return s;
}

/* Returns 0 if the same text came back. */
static int Exchange(SOCKET s, const char *text)
{
	int length = (int)strlen(text), received = 0;
	char buffer[4096];

	if (send(s, text, length, 0) != length)
		return Complain("send", WSAGetLastError());
	while (received < length) {
		int n = recv(s, buffer, min((int)sizeof(buffer), length - received), 0);

		if (n == SOCKET_ERROR)
			return Complain("recv", WSAGetLastError());
		if (n == 0) {
			fprintf(stderr, "the server has closed the connection\n");
			return 1;
		}
		if (memcmp(buffer, text + received, n) != 0) {
			fprintf(stderr, "something else came back\n");
			return 1;
		}
		received += n;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *text = argc > 3 ? argv[3] : "Is anybody there?";
	int times = argc > 4 ? atoi(argv[4]) : 1;
	int result, i;
	WSADATA data;
	SOCKET s;

	if (argc < 3) {
		fprintf(stderr, "usage: echo-client host port [text [times]]\n");
		return 2;
	}
	result = WSAStartup(MAKEWORD(2, 2), &data);
	if (result != 0)
		return Complain("WSAStartup", result);

	s = Connect(argv[1], argv[2]);
	if (s == INVALID_SOCKET) {
		WSACleanup();
		return 1;
	}
	result = EnableKeepAlive(s, 5000, 500);
	if (result != 0)
		Complain("keep-alive", result);
	for (i = 0; i < times && result == 0; i++)
		result = Exchange(s, text);
	if (result == 0)
		printf("%d times %d bytes came back\n", times, (int)strlen(text));
	shutdown(s, SD_SEND);
	closesocket(s);
	WSACleanup();
	return result;
}
