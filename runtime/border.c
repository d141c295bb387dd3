/* Failure triples, handles and option tables shared by all bindings. */
#include "border.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int border_fail(lua_State *L, const char *code, const char *format, ...) {
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, code);
    return 3;
}

int border_fail_errno(lua_State *L, int err, const char *format, ...) {
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const char *name = strerrorname_np(err);
    return border_fail(L, name ? name : "EUNKNOWN", "%s: %s", message, strerror(err));
}

int border_ok(lua_State *L) {
    lua_pushboolean(L, 1);
    return 1;
}

int border_nothing(lua_State *L, const char *why) {
    lua_pushnil(L);
    lua_pushstring(L, why);
    return 2;
}

BorderHandle *border_handle_new(lua_State *L, const char *metatable) {
    BorderHandle *handle = lua_newuserdatauv(L, sizeof *handle, 1);
    handle->pointer = NULL;
    luaL_setmetatable(L, metatable);
    return handle;
}

void *border_check_open(lua_State *L, int index, const char *metatable) {
    BorderHandle *handle = luaL_checkudata(L, index, metatable);
    if (!handle->pointer) luaL_error(L, "closed %s", metatable);
    return handle->pointer;
}

void border_metatable(lua_State *L, const char *metatable, const luaL_Reg *methods,
                      lua_CFunction close) {
    luaL_newmetatable(L, metatable);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "close");
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__close");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__gc");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

void border_keep_fd(BorderHandle *handle, int fd) { handle->pointer = (void *)((intptr_t)fd + 1); }

static int fd_of(const void *pointer) { return (int)((intptr_t)pointer - 1); }

int border_check_fd(lua_State *L, int index, const char *metatable) {
    return fd_of(border_check_open(L, index, metatable));
}

int border_close_fd(lua_State *L, const char *metatable) {
    BorderHandle *handle = luaL_checkudata(L, 1, metatable);
    if (handle->pointer) close(fd_of(handle->pointer));
    handle->pointer = NULL;
    return 0;
}

static bool listed(const char *name, const char *const *names) {
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

void border_check_options(lua_State *L, int index, const char *const *names) {
    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "option names are strings, got a %s", luaL_typename(L, -2));
        if (!listed(lua_tostring(L, -2), names))
            luaL_error(L, "unknown option '%s'", lua_tostring(L, -2));
    }
}

lua_Integer border_opt_integer(lua_State *L, int index, const char *field, lua_Integer fallback) {
    lua_getfield(L, index, field);
    int is_integer = 0;
    lua_Integer value = lua_tointegerx(L, -1, &is_integer);
    if (lua_isnil(L, -1))
        value = fallback;
    else if (!is_integer)
        luaL_error(L, "option '%s' must be an integer", field);
    lua_pop(L, 1);
    return value;
}

bool border_opt_boolean(lua_State *L, int index, const char *field, bool fallback) {
    lua_getfield(L, index, field);
    bool value = lua_isnil(L, -1) ? fallback : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

const char *border_opt_string(lua_State *L, int index, const char *field, bool required) {
    lua_getfield(L, index, field);
    const char *value = NULL;
    size_t length = 0;
    if (lua_type(L, -1) == LUA_TSTRING)
        value = lua_tolstring(L, -1, &length);
    else if (!lua_isnil(L, -1) || required)
        luaL_error(L, "option '%s' must be a string", field);
    if (value && strlen(value) != length) luaL_error(L, "option '%s' holds a NUL byte", field);
    lua_pop(L, 1);
    return value;
}
