/* Runs a function on a stack of its own (ucontext), so that K request states need K big stacks, not
 * one a worker: Lua may nest 200 C calls, which overflows the 100 KiB Debian's CivetWeb gives its
 * threads. */
#include "stack.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
/* A function that is entered on one stack and left on another. */
#define UNTRACED __attribute__((no_sanitize("thread")))
#else
#define UNTRACED
#endif

struct Stack {
    ucontext_t inside, outside;
    char *memory;
    size_t bytes;
    void (*function)(void *);
    void *argument;
    const void *caller_bottom; /* the calling thread's stack, for the sanitizers */
    size_t caller_bytes;
    void *caller_fiber, *fiber;
};

/* The sanitizers must be told of every switch; in ordinary builds these are empty. */
UNTRACED static void before_entering(Stack *stack, void **ret_fake) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(ret_fake, stack->memory, stack->bytes);
#endif
#if defined(__SANITIZE_THREAD__)
    stack->caller_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(stack->fiber, 0);
#endif
    (void)stack, (void)ret_fake;
}

static void after_entering(Stack *stack) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(NULL, &stack->caller_bottom, &stack->caller_bytes);
#endif
    (void)stack;
}

UNTRACED static void before_leaving(Stack *stack) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(NULL, stack->caller_bottom, stack->caller_bytes);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(stack->caller_fiber, 0);
#endif
    (void)stack;
}

static void after_leaving(void *fake) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
    (void)fake;
}

/* makecontext hands over ints only: the pointer comes in halves. */
UNTRACED static void enter(unsigned high, unsigned low) {
    Stack *stack = (Stack *)((uintptr_t)high << 32 | low);
    after_entering(stack);
    stack->function(stack->argument);
    before_leaving(stack);
}

Stack *stack_new(size_t bytes) {
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    Stack *stack = calloc(1, sizeof *stack);
    if (!stack) return NULL;
    char *memory = mmap(NULL, guard + bytes, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + guard, bytes, PROT_READ | PROT_WRITE) < 0) {
        if (memory != MAP_FAILED) munmap(memory, guard + bytes);
        free(stack);
        return NULL;
    }
    stack->memory = memory + guard;
    stack->bytes = bytes;
#if defined(__SANITIZE_THREAD__)
    stack->fiber = __tsan_create_fiber(0);
#endif
    return stack;
}

void stack_free(Stack *stack) {
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    munmap(stack->memory - guard, guard + stack->bytes);
#if defined(__SANITIZE_THREAD__)
    __tsan_destroy_fiber(stack->fiber);
#endif
    free(stack);
}

UNTRACED void stack_call(Stack *stack, void (*function)(void *), void *argument) {
    stack->function = function;
    stack->argument = argument;
    getcontext(&stack->inside);
    stack->inside.uc_stack.ss_sp = stack->memory;
    stack->inside.uc_stack.ss_size = stack->bytes;
    stack->inside.uc_link = &stack->outside;
    uintptr_t bits = (uintptr_t)stack;
    makecontext(&stack->inside, (void (*)(void))enter, 2, (unsigned)(bits >> 32), (unsigned)bits);
    void *fake = NULL;
    before_entering(stack, &fake);
    swapcontext(&stack->outside, &stack->inside);
    after_leaving(fake);
}
