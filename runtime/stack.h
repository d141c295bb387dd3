/* A C stack of its own for code that needs more than CivetWeb's worker threads have (100 KiB). */
#ifndef LEFT4ME_STACK_H
#define LEFT4ME_STACK_H

#include <stddef.h>

typedef struct Stack Stack;

/* Pages are taken as they are touched; the page below is a guard. Returns NULL when memory is
 * short. */
Stack *stack_new(size_t bytes);
void stack_free(Stack *stack);
/* Run function(argument) on the stack; returns when it returned. One call at a time. */
void stack_call(Stack *stack, void (*function)(void *), void *argument);

#endif
