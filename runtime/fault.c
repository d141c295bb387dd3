/* host.fault: run a chunk in a fresh state whose n-th allocation fails; the border's fault injection. */
#include <lauxlib.h>

#include "border.h"
#include "state.h"

static int run_chunk(lua_State *L) {
    if (luaL_loadbufferx(L, lua_tostring(L, 1), lua_rawlen(L, 1), "=fault", "t") != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 0);
    return 0;
}

typedef struct FaultResult {
    int status;
    long allocations;
    char message[512];
} FaultResult;

static FaultResult fault_run(const char *source, size_t length, long fail_at) {
    FaultResult result = {.status = LUA_ERRMEM, .message = "not enough memory"};
    lua_State *L = state_new(STATE_SERVICE, -1);
    if (!L) return result;
    lua_pushcfunction(L, run_chunk);
    lua_pushlstring(L, source, length);
    StateMemory *memory = state_memory(L);
    long before = memory->allocations;
    memory->fail_at = fail_at < 0 ? -1 : before + fail_at;
    result.status = state_call(L, 1, 0);
    result.allocations = memory->allocations - before;
    memory->fail_at = -1;
    if (result.status != LUA_OK) state_error_copy(L, result.message, sizeof result.message);
    state_free(L);
    return result;
}

/* fault.run(source, fail_at): true, allocations when the chunk ran; nil, message, "ENOMEM" when memory
 * ran out; nil, message, "ERROR" for any other error. fail_at -1 injects nothing. */
static int l_fault_run(lua_State *L) {
    size_t length = 0;
    const char *source = luaL_checklstring(L, 1, &length);
    lua_Integer fail_at = luaL_optinteger(L, 2, -1);
    FaultResult result = fault_run(source, length, (long)fail_at);
    if (result.status != LUA_OK)
        return border_fail(L, result.status == LUA_ERRMEM ? "ENOMEM" : "ERROR", "%s",
                           result.message);
    lua_pushboolean(L, 1);
    lua_pushinteger(L, result.allocations);
    return 2;
}

int luaopen_host_fault(lua_State *L);
int luaopen_host_fault(lua_State *L) {
    static const luaL_Reg functions[] = {{"run", l_fault_run}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
