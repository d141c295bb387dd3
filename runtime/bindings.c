/* THE registry: every C module the host offers, on one screen. */
#include "bindings.h"

int luaopen_host_bus(lua_State *L);
int luaopen_host_clock(lua_State *L);
int luaopen_host_crypto(lua_State *L);
int luaopen_host_db(lua_State *L);
int luaopen_host_edit(lua_State *L);
int luaopen_host_fault(lua_State *L);
int luaopen_host_fs(lua_State *L);
int luaopen_host_guard(lua_State *L);
int luaopen_host_hub(lua_State *L);
int luaopen_host_journal(lua_State *L);
int luaopen_host_json(lua_State *L);
int luaopen_host_loop(lua_State *L);
int luaopen_host_mount(lua_State *L);
int luaopen_host_ns(lua_State *L);
int luaopen_host_proc(lua_State *L);
int luaopen_host_runtime(lua_State *L);
int luaopen_host_serve(lua_State *L);
int luaopen_host_signal(lua_State *L);
int luaopen_host_sock(lua_State *L);
int luaopen_host_watch(lua_State *L);
int luaopen_host_yaml(lua_State *L);

const luaL_Reg host_modules[] = {
    {"host.bus", luaopen_host_bus},         /* systemd over D-Bus, without waiting */
    {"host.clock", luaopen_host_clock},     /* wall clock and monotonic clock */
    {"host.crypto", luaopen_host_crypto},   /* passwords, random bytes, HMAC, SHA-256 */
    {"host.db", luaopen_host_db},           /* SQLite */
    {"host.edit", luaopen_host_edit},       /* a line editor for the console */
    {"host.fault", luaopen_host_fault},     /* specs: run a chunk under a failing allocator */
    {"host.fs", luaopen_host_fs},           /* files beneath a root, never outside it */
    {"host.guard", luaopen_host_guard},     /* run someone else's code under limits */
    {"host.hub", luaopen_host_hub},         /* topics: ring, note the generation, wait */
    {"host.journal", luaopen_host_journal}, /* systemd's journal, of one unit */
    {"host.json", luaopen_host_json},       /* JSON with exact integers */
    {"host.loop", luaopen_host_loop},       /* epoll: Lua pulls the events */
    {"host.mount", luaopen_host_mount},     /* mount plans, by the new mount API */
    {"host.ns", luaopen_host_ns},           /* a program in namespaces of its own */
    {"host.proc", luaopen_host_proc},       /* children, pidfds, pipes */
    {"host.runtime", luaopen_host_runtime}, /* paths, version, environment, raw output */
    {"host.serve", luaopen_host_serve},     /* the service: HTTP, request states, scheduler thread */
    {"host.signal", luaopen_host_signal},   /* signals read from a descriptor */
    {"host.sock", luaopen_host_sock},       /* TCP, UDP, Unix sockets with peer credentials */
    {"host.watch", luaopen_host_watch},     /* files that change */
    {"host.yaml", luaopen_host_yaml},       /* YAML events */
    {NULL, NULL},
};
