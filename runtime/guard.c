/* host.guard: resumes a coroutine of someone else's code under limits of time and memory. */
#include <math.h>
#include <stdint.h>

#include "border.h"
#include "clock.h"
#include "state.h"

/* Instructions between two looks at the clock: a single one can be a comparison of megabytes. */
enum { STEP = 20, SLICE_NS = 5000000, STUCK_NS = 100000000 };

typedef struct Guard {
    lua_State *co;
    lua_Integer instructions, slice; /* left in all, left until others run */
    int64_t time_left, start, last;  /* ns */
    int step;
    const char *over; /* why the coroutine is to end; it unwinds from now on */
    bool sliced, closing;
} Guard;

static _Thread_local Guard *active;

static void hook(lua_State *L, lua_Debug *event);

static void account(lua_State *L, Guard *guard) {
    int64_t now = monotonic_ns();
    guard->instructions -= guard->step;
    guard->slice -= guard->step;
    guard->time_left -= now - guard->last;
    guard->last = now;
    if (guard->over && guard->step > 1) {
        guard->step = 1;
        lua_sethook(L, hook, LUA_MASKCOUNT, 1);
    }
}

/* A yield cannot be caught by the code; where none is possible (in a callback of a C function) an
 * error is raised at every instruction until one is. The code must not have xpcall: Lua calls a
 * message handler with hooks off. */
static void hook(lua_State *L, lua_Debug *event) {
    (void)event;
    Guard *guard = active;
    if (!guard) return;
    account(L, guard);
    bool can_yield = L == guard->co && !guard->closing && lua_isyieldable(L);
    int64_t ran = guard->last - guard->start;
    if (!guard->over && (guard->instructions < 0 || guard->time_left < 0))
        guard->over = "stopped: it ran for too long";
    if (!guard->over && !can_yield && ran > STUCK_NS)
        guard->over = "stopped: it stayed for too long in one call";
    guard->sliced = !guard->over && (guard->slice < 0 || ran > SLICE_NS);
    if (can_yield && (guard->over || guard->sliced))
        lua_yield(L, 0);
    else if (guard->over)
        luaL_error(L, "%s", guard->over);
}

/* Runs pending to-be-closed variables, still under the guard; leaves the error object if any. */
static void close_thread(Guard *guard) {
    guard->closing = true;
    lua_resetthread(guard->co);
}

static int run(Guard *guard, lua_State *from, int arguments, int *results) {
    active = guard;
    guard->last = monotonic_ns();
    /* Lua visits every call of the coroutine for this: in a deep recursion a slice is over. */
    lua_sethook(guard->co, hook, LUA_MASKCOUNT, guard->step);
    guard->start = monotonic_ns();
    int status = lua_resume(guard->co, from, arguments, results);
    guard->sliced = guard->sliced && status == LUA_YIELD;
    if (status != LUA_OK && (status != LUA_YIELD || guard->over)) close_thread(guard);
    lua_sethook(guard->co, NULL, 0, 0);
    active = NULL;
    return status;
}

/* Parts of a millisecond count: else slices shorter than one would be free. */
static int64_t read_time_left(lua_State *L, int index) {
    int is_number = 1;
    bool given = lua_getfield(L, index, "milliseconds") != LUA_TNIL;
    lua_Number milliseconds = given ? lua_tonumberx(L, -1, &is_number) : 10000;
    lua_pop(L, 1);
    if (!is_number || !(fabs(milliseconds) < 1e9))
        luaL_error(L, "option 'milliseconds' must be a number below a thousand million");
    return (int64_t)(milliseconds * 1e6);
}

/* The limits are kept in the caller's table between slices. */
static size_t read_limits(lua_State *L, int index, Guard *guard, size_t used) {
    static const char *const names[] = {"instructions", "slice", "bytes", "milliseconds", "base",
                                        NULL};
    border_check_options(L, index, names);
    guard->instructions = border_opt_integer(L, index, "instructions", 100000000);
    guard->slice = border_opt_integer(L, index, "slice", 100000);
    guard->time_left = read_time_left(L, index);
    lua_Integer bytes = border_opt_integer(L, index, "bytes", 16777216);
    lua_Integer base = border_opt_integer(L, index, "base", (lua_Integer)used);
    luaL_argcheck(L, bytes > 0 && base >= 0 && bytes <= LUA_MAXINTEGER - base, index, "bytes must be positive");
    lua_pushinteger(L, base);
    lua_setfield(L, index, "base");
    return (size_t)(base + bytes);
}

static void write_limits(lua_State *L, int index, const Guard *guard) {
    lua_pushinteger(L, guard->instructions);
    lua_setfield(L, index, "instructions");
    lua_pushnumber(L, (lua_Number)guard->time_left / 1e6);
    lua_setfield(L, index, "milliseconds");
}

static int fail(lua_State *L, const char *why) {
    lua_pushboolean(L, 0);
    lua_pushstring(L, why);
    return 2;
}

static lua_State *check_thread(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "coroutine");
    lua_Debug frame;
    bool running = co == L || (lua_status(co) == LUA_OK && lua_getstack(co, 0, &frame));
    luaL_argcheck(L, !running && !active, 1, "cannot guard from within");
    return co;
}

/* "slice" | true, what it yielded or returned | false, error */
static int l_guard_resume(lua_State *L) {
    Guard guard = {.co = check_thread(L), .step = STEP};
    StateMemory *memory = state_memory(L);
    size_t cap = read_limits(L, 2, &guard, memory->used), outer_cap = memory->cap;
    int arguments = lua_gettop(L) - 2, results = 0, before = lua_status(guard.co);
    if (before != LUA_YIELD && (before != LUA_OK || lua_gettop(guard.co) == 0))
        return fail(L, "cannot resume dead coroutine");
    if (!lua_checkstack(guard.co, arguments)) return fail(L, "too many arguments to resume");
    lua_xmove(L, guard.co, arguments);
    memory->cap = cap;
    int status = run(&guard, L, arguments, &results);
    memory->cap = outer_cap;
    write_limits(L, 2, &guard);
    if (guard.over) {
        lua_settop(guard.co, 0); /* with the error on its stack it would look resumable */
        return fail(L, guard.over);
    }
    if (guard.sliced) {
        lua_pushliteral(L, "slice");
        return 1;
    }
    bool ok = status == LUA_OK || status == LUA_YIELD;
    if (!ok) results = 1;
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(guard.co, results);
        return fail(L, "too many results");
    }
    lua_pushboolean(L, ok);
    lua_xmove(guard.co, L, results);
    return results + 1;
}

/* Ends a suspended coroutine; its to-be-closed variables get no time to run Lua code. */
static int l_guard_close(lua_State *L) {
    Guard guard = {.co = check_thread(L), .step = 1, .over = "stopped"};
    active = &guard;
    guard.start = guard.last = monotonic_ns();
    lua_sethook(guard.co, hook, LUA_MASKCOUNT, 1);
    close_thread(&guard);
    lua_settop(guard.co, 0);
    lua_sethook(guard.co, NULL, 0, 0);
    active = NULL;
    return 0;
}

int luaopen_host_guard(lua_State *L);
int luaopen_host_guard(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"close", l_guard_close},
        {"resume", l_guard_resume},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
