/* Pointers that come from the program: reading and writing through them never crashes.
 *
 * Each function gives 0 or WSAEFAULT. A good pointer costs a plain copy; a bad one raises
 * SIGSEGV inside a guarded copy, whose handler turns it into the error. Where no guarded copy
 * is written for the processor, or the setting Pointers is "probe", the kernel does the copy
 * instead: that holds whatever the program does with SIGSEGV, and costs a system call each. */
#ifndef WSC_FAULT_H
#define WSC_FAULT_H

#include "ws.h"

#include <stddef.h>
#include <stdint.h>

int wsc__copy_in(void *to, const void *user, size_t size);
int wsc__copy_out(void *user, const void *from, size_t size);

/* A string of the program's, cut off at size - 1 bytes; one that does not fit is WSAEFAULT. */
int wsc__copy_string(char *to, const char *user, size_t size);

/* Makes the guard ready; called by WSAStartup. Safe to call again. */
void wsc__fault_start(void);

/* The guarded copies themselves, which wsc__copy_in and _out choose from. */
int wsc__guarded_copy(void *to, const void *from, size_t size);
int wsc__guarded_copy4(void *to, const void *from);

#endif
