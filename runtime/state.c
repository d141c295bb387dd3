/* Lua states: libraries are opened one by one, package.path is ours alone, package.cpath is empty. */
#include "state.h"

#include <dlfcn.h>
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "bindings.h"

static void *counted_alloc(void *ud, void *pointer, size_t old_size, size_t new_size) {
    StateMemory *memory = ud;
    size_t old = pointer ? old_size : 0;
    if (new_size == 0) {
        free(pointer);
        memory->used -= old;
        return NULL;
    }
    if (new_size > old) {
        memory->allocations++;
        if (memory->cap && memory->used + (new_size - old) > memory->cap) return NULL;
        if (memory->fail_at >= 0 && memory->allocations > memory->fail_at) return NULL;
    }
    void *block = realloc(pointer, new_size);
    if (block) memory->used += new_size - old;
    return block;
}

StateMemory *state_memory(lua_State *L) {
    void *ud = NULL;
    lua_getallocf(L, &ud);
    return ud;
}

static pthread_once_t lpeg_once = PTHREAD_ONCE_INIT;
static lua_CFunction lpeg_open;

static void lpeg_load(void) {
    void *library = dlopen(LEFT4ME_LPEG_MODULE, RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    void *symbol = dlsym(library, "luaopen_lpeg");
    *(void **)&lpeg_open = symbol;
}

static void open_package(lua_State *L, StateKind kind) {
    luaL_requiref(L, LUA_LOADLIBNAME, luaopen_package, 1);
    const char *tool_path = ";/usr/share/lua/5.4/?.lua;/usr/share/lua/5.4/?/init.lua";
    lua_pushfstring(L, "%s/lua/?.lua%s", LEFT4ME_SHARE_DIR, kind == STATE_TOOL ? tool_path : "");
    lua_setfield(L, -2, "path");
    lua_pushstring(L, kind == STATE_TOOL ? LEFT4ME_LUA_CPATH : "");
    lua_setfield(L, -2, "cpath");
    if (kind == STATE_SERVICE) {
        lua_pushnil(L);
        lua_setfield(L, -2, "loadlib");
    }
    lua_pop(L, 1);
}

static int open_libraries(lua_State *L) {
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},          {LUA_COLIBNAME, luaopen_coroutine},
        {LUA_TABLIBNAME, luaopen_table},    {LUA_IOLIBNAME, luaopen_io},
        {LUA_OSLIBNAME, luaopen_os},        {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math},    {LUA_UTF8LIBNAME, luaopen_utf8},
        {LUA_DBLIBNAME, luaopen_debug},     {NULL, NULL},
    };
    open_package(L, (StateKind)lua_tointeger(L, 1));
    for (const luaL_Reg *library = libraries; library->func; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    luaL_setfuncs(L, host_modules, 0);
    pthread_once(&lpeg_once, lpeg_load);
    if (!lpeg_open) return luaL_error(L, "cannot load %s", LEFT4ME_LPEG_MODULE);
    lua_pushcfunction(L, lpeg_open);
    lua_setfield(L, -2, "lpeg");
    return 0;
}

lua_State *state_new(StateKind kind, long fail_at) {
    StateMemory *memory = calloc(1, sizeof *memory);
    if (!memory) return NULL;
    memory->fail_at = fail_at;
    lua_State *L = lua_newstate(counted_alloc, memory);
    if (!L) {
        free(memory);
        return NULL;
    }
    lua_pushcfunction(L, open_libraries);
    lua_pushinteger(L, kind);
    if (state_call(L, 1, 0) != LUA_OK) {
        state_free(L);
        return NULL;
    }
    return L;
}

void state_free(lua_State *L) {
    StateMemory *memory = state_memory(L);
    memory->fail_at = -1;
    memory->cap = 0;
    lua_close(L);
    free(memory);
}

static int traceback(lua_State *L) {
    if (lua_type(L, 1) == LUA_TSTRING) luaL_traceback(L, L, lua_tostring(L, 1), 1);
    return 1;
}

int state_call(lua_State *L, int arguments, int results) {
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, traceback);
    lua_insert(L, base);
    int status = lua_pcall(L, arguments, results, base);
    lua_remove(L, base);
    return status;
}

void state_require(lua_State *L, const char *path, const char *module) {
    lua_getglobal(L, "package");
    lua_pushstring(L, path);
    lua_setfield(L, -2, "path");
    lua_pop(L, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    lua_call(L, 1, 1);
}

static int find_function(lua_State *L) {
    lua_getglobal(L, "require");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    lua_getfield(L, -1, lua_tostring(L, 2));
    if (!lua_isfunction(L, -1))
        return luaL_error(L, "%s has no function %s", lua_tostring(L, 1), lua_tostring(L, 2));
    return 1;
}

int state_push_function(lua_State *L, const char *module, const char *function) {
    lua_pushcfunction(L, find_function);
    lua_pushstring(L, module);
    lua_pushstring(L, function);
    return state_call(L, 2, 1);
}

static int describe_error(lua_State *L) {
    luaL_tolstring(L, 1, NULL);
    return 1;
}

void state_error_copy(lua_State *L, char *to, size_t size) {
    state_memory(L)->cap = 0;
    lua_pushcfunction(L, describe_error);
    lua_insert(L, -2);
    const char *text = state_call(L, 1, 1) == LUA_OK ? lua_tostring(L, -1) : "error in an error";
    snprintf(to, size, "%s", text);
    for (char *c = to; *c; c++)
        if ((unsigned char)*c < 32 && *c != '\n' && *c != '\t') *c = '?';
}
