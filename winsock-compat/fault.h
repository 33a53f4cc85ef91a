/* Pointers that come from the program: reading and writing through them never crashes.
 *
 * A good pointer costs a plain load or store. A bad one raises SIGSEGV in an instruction that is
 * listed in a table, and the handler goes on where the table says. Where no such instructions are
 * written for the processor, or the setting Pointers is "probe", the kernel does the copying
 * instead: that holds whatever the program does with SIGSEGV, and costs a system call each. */
#ifndef WSC_FAULT_H
#define WSC_FAULT_H

#include "ws.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes behind a pointer of the program's. If that is none, C has no such place, and no arithmetic with it. */
static inline void *wsc__user_at(const void *user, size_t offset)
{
	return (void *)((uintptr_t)user + offset);
}

/* Both give 0 or WSAEFAULT. */
int wsc__copy_in(void *to, const void *user, size_t size);
int wsc__copy_out(void *user, const void *from, size_t size);

/* The same for what the kernel is going to write to: whether all of it is there. */
int wsc__copy_out_check(void *user, size_t size);

/* The same for a string; WSAENAMETOOLONG for one that does not end within `size` bytes. */
int wsc__copy_string(char *to, const char *user, size_t size);

/* An array of the program's, to be read and written member by member with wsc__view_load_socket and its like:
 * the program's own memory, or where that cannot be guarded a copy. */
struct view {
	void *at;
	void *user;
	size_t size; /* in bytes */
};

/* 0, WSAEFAULT or WSAENOBUFS. The last byte is there, and more is not known before it is accessed. */
int wsc__view_open(struct view *view, void *user, size_t count, size_t member_size);

/* Ends it, and puts what was written where it belongs: 0 or WSAEFAULT. */
int wsc__view_close_copy(struct view *view, bool written);
static inline int wsc__view_close(struct view *view, bool written)
{
	return view->at != view->user ? wsc__view_close_copy(view, written) : 0;
}

/* Makes the guard ready; called by WSAStartup. Safe to call again. */
void wsc__fault_start(void);

/* Whether the handler stands, without which the guarded accesses below must not be used. */
extern bool wsc__guarded;

/* One guarded instruction, and its row in the table: where it is, and where to go on. */
#if defined __x86_64__ && defined __LP64__
#define WSC_GUARD(instruction) WSC_GUARD_ROW(instruction)
#define WSC_LOAD1              "movb %1, %0"
#define WSC_LOAD4              "movl %1, %0"
#define WSC_STORE1             "movb %1, %0"
#define WSC_STORE4             "movl %1, %0"
#define WSC_STORE2             "movw %1, %0"
#define WSC_LOAD_SOCKET        "movq %1, %0"
#define WSC_STORE_SOCKET       "movq %1, %0"
#elif defined __i386__
#define WSC_GUARD(instruction) WSC_GUARD_ROW(instruction)
#define WSC_LOAD1              "movb %1, %0"
#define WSC_LOAD4              "movl %1, %0"
#define WSC_STORE1             "movb %1, %0"
#define WSC_STORE4             "movl %1, %0"
#define WSC_STORE2             "movw %1, %0"
#define WSC_LOAD_SOCKET        "movl %1, %0"
#define WSC_STORE_SOCKET       "movl %1, %0"
#elif defined __aarch64__
#define WSC_GUARD(instruction) WSC_GUARD_ROW(instruction)
#define WSC_LOAD1              "ldrb %w0, %1"
#define WSC_LOAD4              "ldr %w0, %1"
#define WSC_STORE1             "strb %w1, %0"
#define WSC_STORE4             "str %w1, %0"
#define WSC_STORE2             "strh %w1, %0"
#define WSC_LOAD_SOCKET        "ldr %0, %1"
#define WSC_STORE_SOCKET       "str %1, %0"
#endif

#ifdef WSC_GUARD
#define WSC_GUARD_ROW(instruction)                                                                           \
	"1:	" instruction "\n"                                                                             \
	"	.pushsection wsc_faults, \"a\"\n"                                                               \
	"	.balign 4\n"                                                                                   \
	"	.long 1b - ., %l[fault] - .\n"                                                                 \
	"	.popsection\n"

/* The registers that a byte can be in. */
#ifdef __i386__
#define WSC_BYTE "q"
#else
#define WSC_BYTE "r"
#endif

static inline bool wsc__load1(unsigned char *value, const void *user)
{
	unsigned char loaded;

	__asm__ goto(WSC_GUARD(WSC_LOAD1) : "=" WSC_BYTE(loaded) : "m"(*(const unsigned char *)user) : : fault);
	*value = loaded;
	return true;
fault:
	return false;
}

static inline bool wsc__load4(int *value, const void *user)
{
	int loaded;

	__asm__ goto(WSC_GUARD(WSC_LOAD4) : "=r"(loaded) : "m"(*(const int *)user) : : fault);
	*value = loaded;
	return true;
fault:
	return false;
}

static inline bool wsc__store1(void *user, unsigned char value)
{
	__asm__ goto(WSC_GUARD(WSC_STORE1) : "=m"(*(unsigned char *)user) : WSC_BYTE(value) : : fault);
	return true;
fault:
	return false;
}

static inline bool wsc__store4(void *user, int value)
{
	__asm__ goto(WSC_GUARD(WSC_STORE4) : "=m"(*(int *)user) : "r"(value) : : fault);
	return true;
fault:
	return false;
}

/* Members of a view: whether they are there. */
static inline bool wsc__view_load4(int *value, const void *at)
{
	return wsc__load4(value, at);
}

static inline bool wsc__view_load_socket(SOCKET *value, const void *at)
{
	SOCKET loaded;

	__asm__ goto(WSC_GUARD(WSC_LOAD_SOCKET) : "=r"(loaded) : "m"(*(const SOCKET *)at) : : fault);
	*value = loaded;
	return true;
fault:
	return false;
}

static inline bool wsc__view_store2(void *at, short value)
{
	__asm__ goto(WSC_GUARD(WSC_STORE2) : "=m"(*(short *)at) : "r"(value) : : fault);
	return true;
fault:
	return false;
}

static inline bool wsc__view_store_socket(void *at, SOCKET value)
{
	__asm__ goto(WSC_GUARD(WSC_STORE_SOCKET) : "=m"(*(SOCKET *)at) : "r"(value) : : fault);
	return true;
fault:
	return false;
}
#else
static inline bool wsc__load4(int *value, const void *user)
{
	return !wsc__copy_in(value, user, 4);
}

static inline bool wsc__store4(void *user, int value)
{
	return !wsc__copy_out(user, &value, 4);
}

/* A view is always a copy here. */
static inline bool wsc__view_load4(int *value, const void *at)
{
	*value = *(const int *)at;
	return true;
}

static inline bool wsc__view_load_socket(SOCKET *value, const void *at)
{
	*value = *(const SOCKET *)at;
	return true;
}

static inline bool wsc__view_store2(void *at, short value)
{
	*(short *)at = value;
	return true;
}

static inline bool wsc__view_store_socket(void *at, SOCKET value)
{
	*(SOCKET *)at = value;
	return true;
}
#endif

#endif
