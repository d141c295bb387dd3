/* Request states: K Lua states with a stack each, borrowed for one handler call at a time. */
#ifndef LEFT4ME_POOL_H
#define LEFT4ME_POOL_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Pool Pool;

/* The strings must outlive the pool. */
typedef struct PoolOptions {
    const char *module; /* require(module).init(config) runs once in each state */
    const char *path;   /* package.path of the states */
    const char *config;
    size_t config_length;
    int states;
    size_t state_bytes; /* memory limit of one state */
} PoolOptions;

/* Makes the pool and its first state, so that a broken module is found at once; the others are made
 * when they are first needed. Returns 0, or -ENOMEM or -EINVAL (the module fails) with a message in
 * error. */
int pool_new(const PoolOptions *options, Pool **ret, char *error, size_t error_size);
/* No call may be running. */
void pool_free(Pool *pool);

/* Borrow a state and run task(handle, recall, argument) in it: the module's function `handle`, its
 * function `recall` or nil, and a light userdata. Returns 0, -ETIMEDOUT when every state stayed busy
 * for timeout_ms, or -EIO when the call failed: that is logged and the state thrown away. */
int pool_call(Pool *pool, lua_CFunction task, void *argument, int64_t timeout_ms);

#endif
