/* The pool of request states: the last one returned is lent first, so idle states stay cold or
 * unmade. */
#include "pool.h"

#include <errno.h>
#include <lauxlib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "stack.h"
#include "state.h"

#define STACK_BYTES                                                                                \
    (2u << 20) /* 200 nested C calls (Lua's limit) of 10 KiB each, as LPeg's match needs */

typedef struct Slot {
    struct Slot *next; /* in the list of free ones */
    lua_State *L;      /* NULL until needed, and after a failure */
    int handle;        /* registry reference of the module's handle function */
    int recall;        /* and of its recall function, LUA_REFNIL when it has none */
    Stack *stack;
} Slot;

struct Pool {
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    Slot *free;
    PoolOptions options;
    int states;
    Slot slots[];
};

/* One visit to a state, on its stack. */
typedef struct Visit {
    Pool *pool;
    Slot *slot;
    lua_CFunction task; /* NULL: only make the state */
    void *argument;
    int result;
    char error[1024];
} Visit;

static int set_up(lua_State *L) {
    const PoolOptions *options = lua_touserdata(L, 1);
    state_require(L, options->path, options->module);
    lua_getfield(L, -1, "init");
    lua_pushlstring(L, options->config, options->config_length);
    lua_call(L, 1, 0);
    if (lua_getfield(L, -1, "handle") != LUA_TFUNCTION)
        return luaL_error(L, "%s has no function handle", options->module);
    lua_pushinteger(L, luaL_ref(L, LUA_REGISTRYINDEX));
    lua_getfield(L, -2, "recall");
    lua_pushinteger(L, luaL_ref(L, LUA_REGISTRYINDEX));
    return 2;
}

static void make_state(Visit *visit) {
    Slot *slot = visit->slot;
    slot->L = state_new(STATE_SERVICE, -1);
    if (!slot->L) {
        visit->result = -ENOMEM;
        snprintf(visit->error, sizeof visit->error, "cannot make a Lua state");
        return;
    }
    state_memory(slot->L)->cap = visit->pool->options.state_bytes;
    lua_pushcfunction(slot->L, set_up);
    lua_pushlightuserdata(slot->L, &visit->pool->options);
    if (state_call(slot->L, 1, 2) != LUA_OK) {
        visit->result = -EINVAL;
        return;
    }
    slot->handle = (int)lua_tointeger(slot->L, -2);
    slot->recall = (int)lua_tointeger(slot->L, -1);
    lua_settop(slot->L, 0);
    lua_gc(slot->L, LUA_GCCOLLECT);
}

static void run_task(Visit *visit) {
    lua_State *L = visit->slot->L;
    lua_pushcfunction(L, visit->task);
    lua_rawgeti(L, LUA_REGISTRYINDEX, visit->slot->handle);
    lua_rawgeti(L, LUA_REGISTRYINDEX, visit->slot->recall);
    lua_pushlightuserdata(L, visit->argument);
    if (state_call(L, 3, 0) != LUA_OK) visit->result = -EIO;
}

/* A state that failed may hold an open transaction or half-made globals: it is not used again. */
static void throw_away(Visit *visit) {
    lua_State *L = visit->slot->L;
    if (!L) return;
    state_error_copy(L, visit->error, sizeof visit->error);
    state_free(L);
    visit->slot->L = NULL;
}

static void visit_on_stack(void *argument) {
    Visit *visit = argument;
    if (!visit->slot->L) make_state(visit);
    if (visit->result == 0 && visit->task) run_task(visit);
    if (visit->result < 0) throw_away(visit);
}

static void free_on_stack(void *argument) { state_free(argument); }

static bool make_stacks(Pool *pool) {
    for (; pool->states < pool->options.states; pool->states++) {
        Slot *slot = &pool->slots[pool->states];
        slot->stack = stack_new(STACK_BYTES);
        if (!slot->stack) return false;
        slot->next = pool->free;
        pool->free = slot;
    }
    return true;
}

int pool_new(const PoolOptions *options, Pool **ret, char *error, size_t error_size) {
    snprintf(error, error_size, "not enough memory for %d request states", options->states);
    Pool *pool = calloc(1, sizeof *pool + (size_t)options->states * sizeof(Slot));
    if (!pool) return -ENOMEM;
    pool->options = *options;
    pthread_mutex_init(&pool->mutex, NULL);
    monotonic_cond_init(&pool->freed);
    if (!make_stacks(pool)) {
        pool_free(pool);
        return -ENOMEM;
    }
    Visit visit = {.pool = pool, .slot = pool->free}; /* the one that is lent first */
    stack_call(visit.slot->stack, visit_on_stack, &visit);
    snprintf(error, error_size, "%s", visit.error);
    if (visit.result < 0) {
        pool_free(pool);
        return visit.result;
    }
    *ret = pool;
    return 0;
}

void pool_free(Pool *pool) {
    for (int i = 0; i < pool->states; i++) {
        Slot *slot = &pool->slots[i];
        if (slot->L) stack_call(slot->stack, free_on_stack, slot->L);
        stack_free(slot->stack);
    }
    pthread_cond_destroy(&pool->freed);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

static Slot *take(Pool *pool, int64_t timeout_ms) {
    struct timespec deadline = monotonic_deadline(monotonic_ms() + timeout_ms);
    int waited = 0;
    pthread_mutex_lock(&pool->mutex);
    while (!pool->free && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&pool->freed, &pool->mutex, &deadline);
    Slot *slot = pool->free;
    if (slot) pool->free = slot->next;
    pthread_mutex_unlock(&pool->mutex);
    return slot;
}

static void put(Pool *pool, Slot *slot) {
    pthread_mutex_lock(&pool->mutex);
    slot->next = pool->free;
    pool->free = slot;
    pthread_cond_signal(&pool->freed);
    pthread_mutex_unlock(&pool->mutex);
}

int pool_call(Pool *pool, lua_CFunction task, void *argument, int64_t timeout_ms) {
    Slot *slot = take(pool, timeout_ms);
    if (!slot) return -ETIMEDOUT;
    Visit visit = {.pool = pool, .slot = slot, .task = task, .argument = argument};
    stack_call(slot->stack, visit_on_stack, &visit);
    put(pool, slot);
    if (visit.result < 0) fprintf(stderr, "left4me: request failed: %s\n", visit.error);
    return visit.result == 0 ? 0 : -EIO;
}
