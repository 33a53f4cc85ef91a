/* Pointers that come from the program: guarded copies and their signal handler. */
#include "fault.h"

#include "profile.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

bool wsc__guarded;

/* Copies by the kernel's hand, either way. */
static int probed_copy(void *to, const void *from, size_t size)
{
	struct iovec local = { to, size };
	struct iovec remote = { (void *)(uintptr_t)from, size };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size ? 0 : WS_WSAEFAULT;
}

#ifdef WSC_GUARD
#if defined __x86_64__
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.gregs[REG_RIP])
#elif defined __i386__
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.gregs[REG_EIP])
#elif defined __aarch64__
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.pc)
#endif

/* The table, which the linker puts together; both are offsets from where they stand. */
struct row {
	int32_t instruction, go_on;
};
extern const struct row wsc__faults_begin[] __asm__("__start_wsc_faults") __attribute__((visibility("hidden")));
extern const struct row wsc__faults_end[] __asm__("__stop_wsc_faults") __attribute__((visibility("hidden")));

static uintptr_t address(const int32_t *offset)
{
	return (uintptr_t)offset + (uintptr_t)(intptr_t)*offset;
}

/* Where to go on after a fault there; 0 if it is none of ours. */
static uintptr_t go_on(uintptr_t instruction)
{
	for (const struct row *row = wsc__faults_begin; row < wsc__faults_end; row++)
		if (address(&row->instruction) == instruction)
			return address(&row->go_on);
	return 0;
}

static struct sigaction chained[2]; /* what the program had for SIGSEGV and SIGBUS */

static void on_fault(int signal, siginfo_t *information, void *opaque)
{
	ucontext_t *context = opaque;
	uintptr_t next_instruction = go_on((uintptr_t)PROGRAM_COUNTER(context));
	const struct sigaction *next = &chained[signal == SIGBUS];

	if (next_instruction) {
		PROGRAM_COUNTER(context) = (__typeof__(PROGRAM_COUNTER(context)))next_instruction;
	} else if (next->sa_flags & SA_SIGINFO) {
		next->sa_sigaction(signal, information, opaque);
	} else if (next->sa_handler != SIG_DFL && next->sa_handler != SIG_IGN) {
		next->sa_handler(signal);
	} else if (next->sa_handler != SIG_IGN || information->si_code > 0) {
		/* Not ours: the instruction faults again, or the sender's signal is sent again,
		 * and the process ends as it would have without us. */
		sigaction(signal, next, NULL);
		if (information->si_code <= 0)
			raise(signal);
	}
}

static void guard(int signal)
{
	struct sigaction *next = &chained[signal == SIGBUS], ours;

	sigaction(signal, NULL, next);
	ours = *next;
	ours.sa_sigaction = on_fault;
	ours.sa_flags = (next->sa_flags & (SA_RESTART | SA_NODEFER)) | SA_SIGINFO | SA_ONSTACK;
	sigaction(signal, &ours, NULL);
}

/* Once in a process and for good: taking the handler away again could cut off one that the
 * program has since put before it. */
static void install(void)
{
	guard(SIGSEGV);
	guard(SIGBUS);
}

void wsc__fault_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	wsc__guarded = wsc__profile.pointers == POINTERS_GUARD;
	if (wsc__guarded)
		pthread_once(&once, install);
}
/* By fours as far as that goes: addresses and structures are of such sizes. */
static int guarded_copy_in(unsigned char *to, const unsigned char *user, size_t size)
{
	int four;

	for (; size >= sizeof four; to += sizeof four, user += sizeof four, size -= sizeof four) {
		if (!wsc__load4(&four, user))
			return WS_WSAEFAULT;
		memcpy(to, &four, sizeof four);
	}
	for (; size; to++, user++, size--)
		if (!wsc__load1(to, user))
			return WS_WSAEFAULT;
	return 0;
}

static int guarded_copy_out(unsigned char *user, const unsigned char *from, size_t size)
{
	int four;

	for (; size >= sizeof four; from += sizeof four, user += sizeof four, size -= sizeof four) {
		memcpy(&four, from, sizeof four);
		if (!wsc__store4(user, four))
			return WS_WSAEFAULT;
	}
	for (; size; from++, user++, size--)
		if (!wsc__store1(user, *from))
			return WS_WSAEFAULT;
	return 0;
}
#else
void wsc__fault_start(void)
{
}

static int guarded_copy_in(unsigned char *to, const unsigned char *user, size_t size)
{
	return probed_copy(to, user, size);
}

static int guarded_copy_out(unsigned char *user, const unsigned char *from, size_t size)
{
	return probed_copy(user, from, size);
}
#endif

int wsc__copy_in(void *to, const void *user, size_t size)
{
	return !size ? 0 : wsc__guarded ? guarded_copy_in(to, user, size) : probed_copy(to, user, size);
}

int wsc__copy_out(void *user, const void *from, size_t size)
{
	return !size ? 0 : wsc__guarded ? guarded_copy_out(user, from, size) : probed_copy(user, from, size);
}

int wsc__copy_out_check(void *user, size_t size)
{
	enum { PAGE = 4096 }; /* the least there is */
	uintptr_t at = (uintptr_t)user, end = at + size;
	unsigned char byte;

	if (end < at)
		return WS_WSAEFAULT;
	for (; at < end; at = (at / PAGE + 1) * PAGE)
		if (wsc__copy_in(&byte, (void *)at, 1) || wsc__copy_out((void *)at, &byte, 1))
			return WS_WSAEFAULT;
	return 0;
}

int wsc__view_open(struct view *view, void *user, size_t count, size_t member_size)
{
	unsigned char last;
	bool possible = count && count <= SIZE_MAX / member_size;
	int error;

	*view = (struct view){ .user = user, .size = count * member_size };
	if (!possible || wsc__copy_in(&last, wsc__user_at(user, view->size - 1), 1))
		return count ? WS_WSAEFAULT : 0;
	if (wsc__guarded) {
		view->at = user;
		return 0;
	}
	view->at = malloc(view->size);
	error = view->at ? wsc__copy_in(view->at, user, view->size) : WS_WSAENOBUFS;
	if (error)
		wsc__view_close(view, false);
	return error;
}

int wsc__view_close_copy(struct view *view, bool written)
{
	int error = view->at && written ? wsc__copy_out(view->user, view->at, view->size) : 0;

	free(view->at);
	view->at = NULL;
	return error;
}

int wsc__copy_string(char *to, const char *user, size_t size)
{
	/* No further at a time than the end of a block: what follows the string may not be there. */
	enum { BLOCK = 64 };
	size_t done = 0;

	while (done < size) {
		size_t step = BLOCK - ((uintptr_t)(user + done) % BLOCK);

		if (step > size - done)
			step = size - done;
		if (wsc__copy_in(to + done, user + done, step))
			return WS_WSAEFAULT;
		if (memchr(to + done, 0, step))
			return 0;
		done += step;
	}
	return WS_WSAENAMETOOLONG;
}
