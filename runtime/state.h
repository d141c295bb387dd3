/* Makes Lua states: chosen libraries, host modules as preloads, counted memory, and the one protected
 * call of the runtime. */
#ifndef LEFT4ME_STATE_H
#define LEFT4ME_STATE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* Memory of one state. cap 0 means no cap; fail_at counts down to an injected failure, -1 is off. */
typedef struct StateMemory {
    size_t used, cap;
    long allocations, fail_at;
} StateMemory;

typedef enum StateKind {
    STATE_SERVICE, /* our modules only: no C module is ever loaded from a path */
    STATE_TOOL,    /* `left4me lua`: also Debian's Lua modules (busted needs them) */
} StateKind;

/* Returns NULL when memory is short. fail_at as in StateMemory (tests), else -1. */
lua_State *state_new(StateKind kind, long fail_at);
void state_free(lua_State *L);
StateMemory *state_memory(lua_State *L);

/* lua_pcall with a traceback handler; error objects pass through unchanged. Returns a LUA_ status. */
int state_call(lua_State *L, int arguments, int results);
/* Push require(module), which is searched along path (the state's package.path from now on). Raises. */
void state_require(lua_State *L, const char *path, const char *module);
/* require(module)[function](...): pushes the function below the arguments the caller then pushes.
 * Returns a LUA_ status; on failure the error is on the stack. */
int state_push_function(lua_State *L, const char *module, const char *function);
/* Copy the error on top of the stack as text without terminal tricks; cannot raise. The memory cap of the
 * state is lifted: use it for a state that is about to be closed. */
void state_error_copy(lua_State *L, char *to, size_t size);

#endif
