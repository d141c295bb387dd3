/* host.runtime: where our files are, who we are, the environment, raw output. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "border.h"

extern char **environ;

static int l_runtime_getenv(lua_State *L) {
    lua_pushstring(L, getenv(luaL_checkstring(L, 1)));
    return 1;
}

static int l_runtime_environ(lua_State *L) {
    lua_newtable(L);
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals) continue;
        lua_pushlstring(L, *entry, (size_t)(equals - *entry));
        lua_pushstring(L, equals + 1);
        lua_settable(L, -3);
    }
    return 1;
}

static int l_runtime_isatty(lua_State *L) {
    lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
    return 1;
}

static int l_runtime_ids(lua_State *L) {
    lua_pushinteger(L, getpid());
    lua_pushinteger(L, geteuid());
    lua_pushinteger(L, getegid());
    return 3;
}

/* Writes all of the text; may block. */
static int l_runtime_write(lua_State *L) {
    int fd = (int)luaL_checkinteger(L, 1);
    size_t left = 0;
    const char *text = luaL_checklstring(L, 2, &left);
    while (left > 0) {
        ssize_t written = write(fd, text, left);
        int err = errno;
        if (written < 0 && err == EINTR) continue;
        if (written < 0) return border_fail_errno(L, err, "write");
        text += written;
        left -= (size_t)written;
    }
    return border_ok(L);
}

static void push_executable(lua_State *L) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length < 0)
        lua_pushnil(L);
    else
        lua_pushlstring(L, path, (size_t)length);
}

int luaopen_host_runtime(lua_State *L);
int luaopen_host_runtime(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"environ", l_runtime_environ}, {"getenv", l_runtime_getenv}, {"ids", l_runtime_ids},
        {"isatty", l_runtime_isatty},   {"write", l_runtime_write},   {NULL, NULL},
    };
    luaL_newlib(L, functions);
    lua_pushliteral(L, LEFT4ME_VERSION);
    lua_setfield(L, -2, "version");
    lua_pushliteral(L, LEFT4ME_SHARE_DIR);
    lua_setfield(L, -2, "share_dir");
    push_executable(L);
    lua_setfield(L, -2, "executable");
    return 1;
}
