/* Pointers that come from the program: guarded copies and their signal handler. */
#include "fault.h"

#include "profile.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

/* The guarded copies are leaves that use no stack: wherever in them the fault comes, going on
 * at wsc__guard_fault returns WSAEFAULT to their caller. They lie between wsc__guard_begin and
 * wsc__guard_end, which is all that the handler needs to know. */
#if defined __x86_64__ && defined __LP64__
#define GUARDED 1
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.gregs[REG_RIP])
__asm__(".text\n"
	".p2align 4\n"
	"wsc__guard_begin:\n"
	".globl wsc__guarded_copy4\n.hidden wsc__guarded_copy4\n.type wsc__guarded_copy4, @function\n"
	"wsc__guarded_copy4:\n"
	"	movl (%rsi), %eax\n"
	"	movl %eax, (%rdi)\n"
	"	xorl %eax, %eax\n"
	"	ret\n"
	".size wsc__guarded_copy4, . - wsc__guarded_copy4\n"
	".globl wsc__guarded_copy\n.hidden wsc__guarded_copy\n.type wsc__guarded_copy, @function\n"
	"wsc__guarded_copy:\n"
	"	movq %rdx, %rcx\n"
	"	rep movsb\n"
	"	xorl %eax, %eax\n"
	"	ret\n"
	".size wsc__guarded_copy, . - wsc__guarded_copy\n"
	"wsc__guard_end:\n"
	"wsc__guard_fault:\n"
	"	movl $10014, %eax\n"
	"	ret\n");
#elif defined __i386__
#define GUARDED 1
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.gregs[REG_EIP])
__asm__(".text\n"
	".p2align 4\n"
	"wsc__guard_begin:\n"
	".globl wsc__guarded_copy4\n.hidden wsc__guarded_copy4\n.type wsc__guarded_copy4, @function\n"
	"wsc__guarded_copy4:\n"
	"	movl 4(%esp), %edx\n"
	"	movl 8(%esp), %ecx\n"
	"	movl (%ecx), %eax\n"
	"	movl %eax, (%edx)\n"
	"	xorl %eax, %eax\n"
	"	ret\n"
	".size wsc__guarded_copy4, . - wsc__guarded_copy4\n"
	".globl wsc__guarded_copy\n.hidden wsc__guarded_copy\n.type wsc__guarded_copy, @function\n"
	"wsc__guarded_copy:\n"
	"1:	movl 12(%esp), %ecx\n" /* the arguments are ours to use as variables */
	"	subl $1, %ecx\n"
	"	jb 2f\n"
	"	movl %ecx, 12(%esp)\n"
	"	movl 8(%esp), %edx\n"
	"	movb (%edx,%ecx), %al\n"
	"	movl 4(%esp), %edx\n"
	"	movb %al, (%edx,%ecx)\n"
	"	jmp 1b\n"
	"2:	xorl %eax, %eax\n"
	"	ret\n"
	".size wsc__guarded_copy, . - wsc__guarded_copy\n"
	"wsc__guard_end:\n"
	"wsc__guard_fault:\n"
	"	movl $10014, %eax\n"
	"	ret\n");
#elif defined __aarch64__
#define GUARDED 1
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.pc)
__asm__(".text\n"
	".p2align 4\n"
	"wsc__guard_begin:\n"
	".globl wsc__guarded_copy4\n.hidden wsc__guarded_copy4\n.type wsc__guarded_copy4, %function\n"
	"wsc__guarded_copy4:\n"
	"	ldr w3, [x1]\n"
	"	str w3, [x0]\n"
	"	mov w0, wzr\n"
	"	ret\n"
	".size wsc__guarded_copy4, . - wsc__guarded_copy4\n"
	".globl wsc__guarded_copy\n.hidden wsc__guarded_copy\n.type wsc__guarded_copy, %function\n"
	"wsc__guarded_copy:\n"
	"1:	cbz x2, 2f\n"
	"	sub x2, x2, #1\n"
	"	ldrb w3, [x1, x2]\n"
	"	strb w3, [x0, x2]\n"
	"	b 1b\n"
	"2:	mov w0, wzr\n"
	"	ret\n"
	".size wsc__guarded_copy, . - wsc__guarded_copy\n"
	"wsc__guard_end:\n"
	"wsc__guard_fault:\n"
	"	mov w0, #10014\n"
	"	ret\n");
#else
#define GUARDED 0
#endif

_Static_assert(WS_WSAEFAULT == 10014, "the assembly above says 10014");

static bool guarded; /* whether the handler stands; before WSAStartup it does not */

static int probed_copy(void *to, const void *from, size_t size);

#if GUARDED
extern const char wsc__guard_begin[] __attribute__((visibility("hidden")));
extern const char wsc__guard_end[] __attribute__((visibility("hidden")));
extern const char wsc__guard_fault[] __attribute__((visibility("hidden")));

static struct sigaction chained[2]; /* what the program had for SIGSEGV and SIGBUS */

static void on_fault(int signal, siginfo_t *information, void *opaque)
{
	ucontext_t *context = opaque;
	uintptr_t where = (uintptr_t)PROGRAM_COUNTER(context);
	const struct sigaction *next = &chained[signal == SIGBUS];

	if (where >= (uintptr_t)wsc__guard_begin && where < (uintptr_t)wsc__guard_end) {
		PROGRAM_COUNTER(context) = (uintptr_t)wsc__guard_fault;
	} else if (next->sa_flags & SA_SIGINFO) {
		next->sa_sigaction(signal, information, opaque);
	} else if (next->sa_handler != SIG_DFL && next->sa_handler != SIG_IGN) {
		next->sa_handler(signal);
	} else {
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

	guarded = wsc__profile.pointers == POINTERS_GUARD;
	if (guarded)
		pthread_once(&once, install);
}
#else
void wsc__fault_start(void)
{
}

int wsc__guarded_copy(void *to, const void *from, size_t size)
{
	return probed_copy(to, from, size);
}

int wsc__guarded_copy4(void *to, const void *from)
{
	return probed_copy(to, from, 4);
}
#endif

static int probed_copy(void *to, const void *from, size_t size)
{
	struct iovec local = { to, size };
	struct iovec remote = { (void *)(uintptr_t)from, size };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size ? 0 : WS_WSAEFAULT;
}

static inline int copy(void *to, const void *from, size_t size)
{
	if (!size)
		return 0;
	if (__builtin_expect(!guarded, 0))
		return probed_copy(to, from, size);
	return size == 4 ? wsc__guarded_copy4(to, from) : wsc__guarded_copy(to, from, size);
}

int wsc__copy_in(void *to, const void *user, size_t size)
{
	return copy(to, user, size);
}

int wsc__copy_out(void *user, const void *from, size_t size)
{
	return copy(user, from, size);
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
		if (copy(to + done, user + done, step))
			return WS_WSAEFAULT;
		if (memchr(to + done, 0, step))
			return 0;
		done += step;
	}
	return WS_WSAEFAULT;
}
