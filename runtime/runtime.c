/* host.runtime: where our files are, who we are and who we become, the environment, raw output. */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "become.h"
#include "border.h"
#include "systemd.h"

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

/* The user database's answer is a static record: all of it is pushed before anything else asks. */
static int l_runtime_user(lua_State *L) {
    const char *name = luaL_checkstring(L, 1);
    errno = 0;
    const struct passwd *user = getpwnam(name);
    int err = errno;
    if (!user) return border_fail_errno(L, err ? err : ENOENT, "user %.100s", name);
    lua_pushinteger(L, user->pw_uid);
    lua_pushinteger(L, user->pw_gid);
    return 2;
}

static int l_runtime_become(lua_State *L) {
    const char *user = luaL_checkstring(L, 1);
    const char *extra_group = luaL_optstring(L, 2, NULL);
    const char *step = NULL;
    int result = become_user(user, extra_group, &step);
    if (result < 0) return border_fail_errno(L, -result, "become %.100s: %s", user, step);
    return border_ok(L);
}

static int l_runtime_files_as(lua_State *L) {
    lua_Integer uid = luaL_checkinteger(L, 1);
    lua_Integer gid = luaL_checkinteger(L, 2);
    luaL_argcheck(L, uid >= 0 && uid < UINT32_MAX, 1, "a user id");
    luaL_argcheck(L, gid >= 0 && gid < UINT32_MAX, 2, "a group id");
    int result = become_for_files((uid_t)uid, (gid_t)gid);
    return result < 0 ? border_fail_errno(L, -result, "files as user %d", (int)uid) : border_ok(L);
}

static int l_runtime_unseen(lua_State *L) {
    int result = become_unseen();
    return result < 0 ? border_fail_errno(L, -result, "unseen") : border_ok(L);
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

/* sd_notify(3), which nobody needs without a NOTIFY_SOCKET. */
static int l_runtime_notify(lua_State *L) {
    size_t length = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, strlen(text) == length, 1, "holds a NUL byte");
    int result = 0;
    if (getenv("NOTIFY_SOCKET")) result = systemd_load() < 0 ? -ELIBACC : systemd.sd_notify(0, text);
    if (result < 0) return border_fail_errno(L, -result, "tell systemd");
    lua_pushboolean(L, result > 0);
    return 1;
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
        {"become", l_runtime_become}, {"environ", l_runtime_environ},
        {"files_as", l_runtime_files_as}, {"getenv", l_runtime_getenv},
        {"ids", l_runtime_ids},       {"isatty", l_runtime_isatty},
        {"notify", l_runtime_notify},
        {"unseen", l_runtime_unseen}, {"user", l_runtime_user},
        {"write", l_runtime_write},   {NULL, NULL},
    };
    luaL_newlib(L, functions);
    lua_pushliteral(L, LEFT4ME_VERSION);
    lua_setfield(L, -2, "version");
    lua_pushliteral(L, LUA_RELEASE);
    lua_setfield(L, -2, "lua_version");
    lua_pushliteral(L, LEFT4ME_SHARE_DIR);
    lua_setfield(L, -2, "share_dir");
    push_executable(L);
    lua_setfield(L, -2, "executable");
    return 1;
}
