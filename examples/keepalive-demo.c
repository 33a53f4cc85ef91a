/* The life of SO_KEEPALIVE on one socket, for wsc-compare to run on both systems. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include <stdio.h>

#pragma comment(lib, "Ws2_32.lib")

static void Show(SOCKET s, const char *when)
{
	BOOL value = FALSE;
	int length = sizeof(value);

	if (getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length) == SOCKET_ERROR)
		printf("%-28s error %d\n", when, WSAGetLastError());
	else
		printf("%-28s %s\n", when, value ? "TRUE" : "FALSE");
}

static void Set(SOCKET s, const char *when, DWORD value)
{
	if (setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&value, sizeof(value)) == SOCKET_ERROR)
		printf("%-28s error %d\n", when, WSAGetLastError());
	else
		Show(s, when);
}

int main(void)
{
	struct tcp_keepalive vals = { 1, 60000, 1000 };
	DWORD bytes = 99;
	WSADATA data;
	SOCKET s;

	if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
		return 1;
	printf("Winsock %d.%d\n", LOBYTE(data.wVersion), HIBYTE(data.wVersion));
	printf("SO_KEEPALIVE is 0x%04x, SOL_SOCKET 0x%04x\n\n", SO_KEEPALIVE, SOL_SOCKET);

	s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	Show(s, "a new socket");
	Set(s, "set to TRUE", TRUE);
	Set(s, "set to 2", 2);
	Set(s, "set to FALSE", FALSE);
	if (WSAIoctl(s, SIO_KEEPALIVE_VALS, &vals, sizeof(vals), NULL, 0, &bytes, NULL, NULL) == SOCKET_ERROR)
		printf("SIO_KEEPALIVE_VALS: error %d\n", WSAGetLastError());
	Show(s, "SIO_KEEPALIVE_VALS, on");
	printf("%-28s %lu\n", "bytes it returned", (unsigned long)bytes);
	closesocket(s);
	Set(s, "set on a closed socket", TRUE);

	WSACleanup();
	return 0;
}
