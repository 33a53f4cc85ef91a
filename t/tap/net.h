/* What many tests need, the same here and on Windows: sockets, bad memory, threads, time, processes.
 *
 * What cannot be had ends the test with "Bail out!", so that no caller checks. */
#ifndef TAP_NET_H
#define TAP_NET_H

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "tap.h"

void winsock_start(void); /* version 2.2 */
void winsock_end(void);

/* Checks of a call's result: 0, or SOCKET_ERROR and this last error. */
bool succeeds(int result, const char *format, ...) TAP_FORMAT(2, 3);
bool fails(int error, int result, const char *format, ...) TAP_FORMAT(3, 4);
const char *outcome(int result); /* "success", or the last error's name if result is SOCKET_ERROR */

/* Sockets on the loopback interface, of AF_INET or AF_INET6. */
SOCKET new_socket(int family, int type);
SOCKET bound_socket(int family, int type, struct sockaddr_storage *address, int *length); /* to a free port */
SOCKET secluded_socket(struct sockaddr_storage *address, int *length); /* of UDP, where no other test sends to */
SOCKET listening_socket(int family, struct sockaddr_storage *address, int *length);
void tcp_pair(int family, SOCKET pair[2]); /* connected; [1] is the accepted one */
void udp_pair(int family, SOCKET pair[2]); /* connected to each other */
void close_pair(SOCKET pair[2]);
bool is_writable(SOCKET s, int milliseconds);   /* so select says, within that time */
unsigned short free_port(int family, int type); /* nothing is bound to it; in host order */

/* Options that are a number. */
const char *option_set(SOCKET s, int level, int option, DWORD value); /* its outcome */
const char *option_get(SOCKET s, int level, int option);              /* the number, or the error */

void find_extension(GUID name,
		    void *function); /* what SIO_GET_EXTENSION_FUNCTION_POINTER has; to a pointer */

/* Pointers that are not the program's memory: NULL, 1, a page that is not
 * mapped, one that may not be touched, and the last bytes before one. The list
 * ends with a name of NULL. */
struct bad_pointer {
	const char *name;
	char *pointer;
};
const struct bad_pointer *bad_pointers(void);
char *before_bad_page(size_t size); /* size bytes that are memory, and none after them; filled with 0 */
char *read_only_page(void);         /* 4096 bytes of 0 */

/* Runs function(argument) and says whether it touched memory that it may not.
 * Only Wine does that: natively such a thing ends the test, as it should. */
bool crashes(void (*function)(void *), void *argument);

/* Runs function(argument) in a thread. task_end() waits for it and says
 * whether it ended in time; if it did not, the thread is left alone. */
struct task *task_start(void (*function)(void *), void *argument);
bool task_end(struct task *task, int milliseconds);

void sleep_ms(int milliseconds);
long long now_ms(void); /* from some moment on, never backwards */

void set_environment(const char *name, const char *value); /* NULL: unset */

/* Runs this program again with one argument, waits for it, and puts what it
 * wrote on stdout and stderr into output, which ends with 0. Returns the exit
 * status; 128 and more if it died. */
int run_again(const char *argument, char *output, size_t size);

/* Runs this program again with one argument, beside this one, and talks to it: what is written there comes in
 * its stdin, what it writes on its stdout is read here. Both read all of what they want, or say false. */
struct program;
struct program *program_start(const char *argument);
unsigned long program_id(const struct program *program); /* its GetCurrentProcessId() */
bool program_write(struct program *program, const void *bytes, size_t size);
bool program_read(struct program *program, void *bytes, size_t size);
int program_end(struct program *program);   /* ends its stdin and waits for it; its exit status */
bool parent_read(void *bytes, size_t size); /* in the program that was started so */
bool parent_write(const void *bytes, size_t size);

#endif
