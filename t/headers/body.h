/* Follows the headers in each order that t/headers.t tries: Winsock as on Windows, and POSIX
 * where the system's headers were read. */
#define PASTE_(a, b)    a##b
#define PASTE(a, b)     PASTE_(a, b)
#define MUST(condition) typedef char PASTE(must_, __COUNTER__)[(condition) ? 1 : -1] __attribute__((unused))

#define CONSTANT(header, name, value) MUST((name) == (__typeof__(name))(value));
#define MISSING(name)                 MUST(!#name);
#include "constants.inc"

MUST(sizeof(u_long) == 4 && sizeof(DWORD) == 4 && sizeof(LONG) == 4);
MUST(sizeof(SOCKET) == sizeof(void *) && (SOCKET)-1 > 0);
MUST(sizeof(struct timeval) == 8);
MUST(sizeof(struct linger) == 4);
MUST(sizeof(fd_set) == sizeof(SOCKET) + FD_SETSIZE * sizeof(SOCKET));
MUST(sizeof(struct pollfd) == sizeof(SOCKET) + (sizeof(SOCKET) == 8 ? 8 : 4));
MUST(sizeof(struct addrinfo) == 4 * 4 + 4 * sizeof(void *));
MUST((socklen_t)-1 < 0);

#ifdef ORDER_POSIX
MUST(POSIX_SO_KEEPALIVE == 9);
MUST(POSIX_AF_INET6 == 10);
MUST(POSIX_IPPROTO_TCP == 6);
#endif

int use(SOCKET s);
int use(SOCKET s)
{
	struct sockaddr_in v4 = { AF_INET, 0, { { { { 127, 0, 0, 1 } } } }, { 0 } };
	struct sockaddr_in6 v6;
	struct addrinfo *result;
	struct timeval time = { 1, 2 };
	struct linger linger = { 1, 2 };
	BOOL on = TRUE;
	u_long mode = 1;
	fd_set set;

	v4.sin_addr.s_addr = htonl(INADDR_ANY);
	v4.sin_addr.S_un.S_addr = INADDR_NONE;
	v4.sin_addr.S_un.S_un_b.s_b4 = v4.sin_addr.s_impno;
	v6.sin6_family = AF_INET6;
	v6.sin6_addr = in6addr_any;
	v6.sin6_addr.s6_addr[15] = 1;
	v6.sin6_addr.u.Word[7] = htons(1);
	v6.sin6_scope_id = 0;
	FD_ZERO(&set);
	FD_SET(s, &set);
	if (getaddrinfo("127.0.0.1", "80", NULL, &result))
		return WSAGetLastError() == h_errno;
	freeaddrinfo(result);
	if (setsockopt(s, SOL_SOCKET, SO_LINGER, (const char *)&linger, sizeof linger) ||
	    setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (const char *)&on, sizeof on) ||
	    ioctlsocket(s, (LONG)FIONBIO, &mode) || bind(s, (struct sockaddr *)&v6, sizeof v6) ||
	    connect(s, (const struct sockaddr *)&v4, (int)sizeof v4))
		return SOCKET_ERROR;
#ifdef ORDER_POSIX
	{
		int option = 0;
		struct posix_timeval posix_time = { 1, 2 };
		posix_socklen_t length = sizeof option;
		int fd = posix_socket(POSIX_AF_INET6, POSIX_SOCK_STREAM, 0);

		posix_getsockopt(fd, POSIX_SOL_SOCKET, POSIX_SO_KEEPALIVE, &option, &length);
		posix_setsockopt(fd, POSIX_SOL_SOCKET, POSIX_SO_RCVTIMEO, &posix_time, sizeof posix_time);
	}
#endif
	return select(0, &set, NULL, NULL, &time) + (FD_ISSET(s, &set) ? 1 : 0);
}
