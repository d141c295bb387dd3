/* host.clock: the wall clock and the monotonic clock. */
#include <lauxlib.h>

#include "clock.h"

static int l_clock_now(lua_State *L) {
    lua_pushinteger(L, clock_ns(CLOCK_REALTIME) / 1000000);
    return 1;
}

static int l_clock_monotonic(lua_State *L) {
    lua_pushinteger(L, monotonic_ms());
    return 1;
}

static int l_clock_monotonic_ns(lua_State *L) {
    lua_pushinteger(L, monotonic_ns());
    return 1;
}

int luaopen_host_clock(lua_State *L);
int luaopen_host_clock(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"monotonic", l_clock_monotonic},
        {"monotonic_ns", l_clock_monotonic_ns},
        {"now", l_clock_now},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
