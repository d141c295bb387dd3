/* host.hub: the Lua side of the topics. */
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>

#include "border.h"
#include "clock.h"
#include "hub.h"

/* A text that may stand on one line of a stream: no control characters, bounded. */
static const char *check_line(lua_State *L, int index, size_t min, size_t max) {
    size_t length = 0;
    const char *text = luaL_checklstring(L, index, &length);
    luaL_argcheck(L, length >= min && length <= max, index, "bad length");
    for (size_t i = 0; i < length; i++)
        luaL_argcheck(L, (unsigned char)text[i] >= 32 && text[i] != 127, index,
                      "control character");
    return text;
}

static const char *check_topic(lua_State *L, int index) {
    return check_line(L, index, 1, HUB_NAME_MAX);
}

static int done(lua_State *L, int result, const char *topic) {
    return result < 0 ? border_fail_errno(L, -result, "topic %s", topic) : border_ok(L);
}

static int l_hub_ring(lua_State *L) {
    const char *topic = check_topic(L, 1);
    return done(L, hub_ring(topic), topic);
}

static int l_hub_close(lua_State *L) {
    const char *topic = check_topic(L, 1);
    const char *text = check_line(L, 2, 0, HUB_TEXT_MAX);
    return done(L, hub_close(topic, text), topic);
}

static int push_view(lua_State *L, const HubView *view) {
    lua_pushinteger(L, (lua_Integer)view->generation);
    if (!view->closed) return 1;
    lua_pushstring(L, view->text);
    return 2;
}

static int l_hub_generation(lua_State *L) {
    const char *topic = check_topic(L, 1);
    HubView view;
    int result = hub_view(topic, &view);
    if (result < 0) return border_fail_errno(L, -result, "topic %s", topic);
    return push_view(L, &view);
}

static int wait_for(const char *topic, uint64_t seen, int64_t timeout_ms, HubView *ret) {
    HubWatch watch;
    int result = hub_watch_open(&watch, &topic, 1);
    if (result < 0) return result;
    bool changed = hub_watch_wait(&watch, &seen, monotonic_ms() + timeout_ms);
    hub_watch_view(&watch, 0, ret);
    hub_watch_close(&watch);
    return changed;
}

static int l_hub_wait(lua_State *L) {
    const char *topic = check_topic(L, 1);
    lua_Integer seen = luaL_checkinteger(L, 2);
    lua_Integer timeout_ms = luaL_checkinteger(L, 3);
    luaL_argcheck(L, timeout_ms >= 0 && timeout_ms <= 86400000, 3, "0 to 86400000");
    HubView view;
    int result = wait_for(topic, (uint64_t)seen, timeout_ms, &view);
    if (result < 0) return border_fail_errno(L, -result, "topic %s", topic);
    if (result == 0) return border_fail(L, "ETIMEDOUT", "topic %s did not ring", topic);
    return push_view(L, &view);
}

static int l_hub_bell_fd(lua_State *L) {
    int result = hub_bell();
    if (result < 0) return border_fail_errno(L, -result, "eventfd");
    lua_pushinteger(L, result);
    return 1;
}

static int l_hub_bell_read(lua_State *L) {
    int fd = hub_bell();
    if (fd < 0) return border_fail_errno(L, -fd, "eventfd");
    eventfd_t rings = 0;
    bool rung = eventfd_read(fd, &rings) == 0;
    lua_pushboolean(L, rung);
    return 1;
}

static int l_hub_stopping(lua_State *L) {
    lua_pushboolean(L, hub_stopping());
    return 1;
}

int luaopen_host_hub(lua_State *L);
int luaopen_host_hub(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"bell_fd", l_hub_bell_fd}, {"bell_read", l_hub_bell_read},
        {"close", l_hub_close},     {"generation", l_hub_generation},
        {"ring", l_hub_ring},       {"stopping", l_hub_stopping},
        {"wait", l_hub_wait},       {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
