/* host.ns: the Lua side of namespaces; the process given back is a host.proc handle. */
#include <errno.h>
#include <string.h>

#include "border.h"
#include "confine.h"
#include "mount_plan.h"
#include "ns.h"
#include "proc_lua.h"

enum { ID_DEFAULT = 1000, ID_MAX = 65533 };

static const char *const spawn_fields[] = {"argv",     "cwd",    "env",     "gid",
                                           "hostname", "mounts", "rlimits", "stderr",
                                           "stdin",    "stdout", "uid",     NULL};

static const struct {
    const char *name;
    int resource;
} limits[] = {{"as", RLIMIT_AS},       {"core", RLIMIT_CORE},       {"cpu", RLIMIT_CPU},
              {"fsize", RLIMIT_FSIZE}, {"memlock", RLIMIT_MEMLOCK}, {"nofile", RLIMIT_NOFILE},
              {"nproc", RLIMIT_NPROC}, {"stack", RLIMIT_STACK}};

static int check_resource(lua_State *L, const char *name) {
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strcmp(limits[i].name, name) == 0) return limits[i].resource;
    return luaL_error(L, "unknown limit '%s'", name);
}

static void check_limits(lua_State *L, NsOptions *options) {
    if (lua_getfield(L, 1, "rlimits") == LUA_TNIL) return;
    if (!lua_istable(L, -1)) luaL_error(L, "option 'rlimits' must be a table");
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) luaL_error(L, "limits have names");
        if (options->limit_count == NS_LIMITS_MAX) luaL_error(L, "too many limits");
        NsLimit *limit = &options->limits[options->limit_count++];
        limit->resource = check_resource(L, lua_tostring(L, -2));
        lua_Integer value = luaL_checkinteger(L, -1);
        if (value < 0) luaL_error(L, "limit '%s' is negative", lua_tostring(L, -2));
        limit->value = (rlim_t)value;
    }
}

static unsigned check_id(lua_State *L, const char *field) {
    lua_Integer id = border_opt_integer(L, 1, field, ID_DEFAULT);
    if (id < 1 || id > ID_MAX) luaL_error(L, "option '%s' is 1 to %d", field, ID_MAX);
    return (unsigned)id;
}

static int l_ns_spawn(lua_State *L) {
    border_check_options(L, 1, spawn_fields);
    NsOptions options = {0};
    proc_check_command(L, &options.command, PROC_NULL);
    options.hostname = border_opt_string(L, 1, "hostname", false);
    options.uid = check_id(L, "uid");
    options.gid = check_id(L, "gid");
    check_limits(L, &options);
    lua_getfield(L, 1, "mounts");
    options.plan = mount_check_plan(L, -1);
    MountFailure failure = {0};
    if (ns_spawn(&options, proc_push(L), &failure) < 0) return mount_push_failure(L, &failure);
    return 1;
}

static int l_ns_confine(lua_State *L) {
    int result = ns_single_threaded() ? confine() : -EBUSY;
    return result < 0 ? border_fail_errno(L, -result, "confine this process") : border_ok(L);
}

static int l_ns_divides_sockets(lua_State *L) {
    lua_pushboolean(L, confine_divides_sockets());
    return 1;
}

int luaopen_host_ns(lua_State *L);
int luaopen_host_ns(lua_State *L) {
    static const luaL_Reg functions[] = {{"confine", l_ns_confine},
                                         {"divides_sockets", l_ns_divides_sockets},
                                         {"spawn", l_ns_spawn},
                                         {NULL, NULL}};
    luaL_requiref(L, "host.proc", luaopen_host_proc, 0);
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
