/* The binding of host.bus. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "border.h"
#include "bus.h"

#define BUS "host.bus"
#define STEPS_AT_ONCE 256 /* so that a flood of events holds up nobody else */
#define UNITS_MAX 10000   /* of one list; 1,000 servers have a fraction of it */

/* ---- events ---- */

static void set_string(lua_State *L, const char *name, const char *value) {
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

static void push_property(lua_State *L, const BusProperty *property) {
    if (property->type == BUS_STRING)
        lua_pushstring(L, property->string);
    else if (property->type == BUS_BOOLEAN)
        lua_pushboolean(L, property->integer != 0);
    else
        lua_pushinteger(L, property->integer);
}

/* Push the one property, nil when it says nothing. Returns what is wrong with the answer, or NULL. */
static const char *push_one_property(lua_State *L, const BusEvent *event) {
    BusProperty property;
    int told = bus_read_property(event, &property);
    if (told > 0)
        push_property(L, &property);
    else
        lua_pushnil(L);
    return told < 0 ? "the property has another form than expected" : NULL;
}

/* Set the fields of the table on the top. Returns what is wrong with the answer, or NULL. */
static const char *set_properties(lua_State *L, const BusEvent *event) {
    BusProperty property;
    int found = 0;
    while ((found = bus_next_property(event, &property)) > 0) {
        push_property(L, &property);
        lua_setfield(L, -2, property.name);
    }
    return found < 0 ? "the properties have another form than expected" : NULL;
}

/* Fill the list on the top. Returns what is wrong with the answer, or NULL. */
static const char *add_units(lua_State *L, const BusEvent *event) {
    BusUnit unit;
    int found = 0;
    for (lua_Integer i = 1; (found = bus_next_unit(event, &unit)) > 0; i++) {
        if (i > UNITS_MAX) return "the list is too long";
        lua_createtable(L, 0, 4);
        set_string(L, "unit", unit.name);
        set_string(L, "load", unit.load);
        set_string(L, "active", unit.active);
        set_string(L, "sub", unit.sub);
        lua_rawseti(L, -2, i);
    }
    return found < 0 ? "the list has another form than expected" : NULL;
}

static void set_failure(lua_State *L, const char *message, const char *code) {
    set_string(L, "message", message);
    set_string(L, "code", code);
}

/* Set the field value, or message and code, of the event on the top. */
static void set_value(lua_State *L, const BusEvent *event) {
    const char *wrong = NULL;
    switch (event->value) {
    case BUS_DONE: lua_pushboolean(L, 1); break;
    case BUS_TEXT: lua_pushstring(L, event->text); break;
    case BUS_PROPERTY: wrong = push_one_property(L, event); break;
    case BUS_PROPERTIES:
        lua_createtable(L, 0, 20);
        wrong = set_properties(L, event);
        break;
    case BUS_LIST:
        lua_newtable(L);
        wrong = add_units(L, event);
        break;
    }
    if (!wrong) {
        lua_setfield(L, -2, "value");
        return;
    }
    lua_pop(L, 1);
    set_failure(L, wrong, "org.freedesktop.DBus.Error.LimitsExceeded");
}

static void push_event(lua_State *L, const BusEvent *event) {
    static const char *const kinds[] = {
        [BUS_REPLY] = "reply", [BUS_JOB] = "job", [BUS_UNIT] = "unit", [BUS_MANAGER] = "manager"};
    lua_createtable(L, 0, 4);
    set_string(L, "kind", kinds[event->kind]);
    switch (event->kind) {
    case BUS_REPLY:
        lua_pushinteger(L, (lua_Integer)event->token);
        lua_setfield(L, -2, "token");
        if (event->error)
            set_failure(L, event->message, event->error);
        else
            set_value(L, event);
        break;
    case BUS_JOB:
        set_string(L, "job", event->job);
        set_string(L, "unit", event->unit);
        set_string(L, "result", event->result);
        break;
    case BUS_UNIT:
        set_string(L, "unit", event->unit);
        set_properties(L, event);
        break;
    default: set_string(L, "what", event->text);
    }
}

static int fail_lost(lua_State *L, int result) {
    return border_fail(L, "closed", "the connection to the bus is lost: %s", strerror(-result));
}

/* bus:process(): a lost connection is told only once everything before it was. */
static int l_bus_process(lua_State *L) {
    Bus *bus = border_check_open(L, 1, BUS);
    lua_newtable(L);
    lua_Integer count = 0;
    int result = 1;
    for (int i = 0; i < STEPS_AT_ONCE && result > 0; i++) {
        BusEvent event = {0};
        result = bus_step(bus, &event);
        if (result <= 0 || event.kind == BUS_NOTHING) continue;
        push_event(L, &event);
        lua_rawseti(L, -2, ++count);
    }
    if (result < 0 && count == 0) return fail_lost(L, result);
    return 1;
}

/* ---- calls ---- */

static const char *check_name(lua_State *L, int index) {
    size_t length = 0;
    const char *name = luaL_checklstring(L, index, &length);
    luaL_argcheck(L, strlen(name) == length, index, "holds a NUL byte");
    return name;
}

/* Whoever calls may be the first to notice that the bus is gone. */
static int push_token(lua_State *L, int result, uint64_t token, const char *what) {
    if (result == -ENOTCONN || result == -ECONNRESET || result == -EPIPE) return fail_lost(L, result);
    if (result < 0) return border_fail_errno(L, -result, "ask systemd: %s", what);
    lua_pushinteger(L, (lua_Integer)token);
    return 1;
}

static int call_unit(lua_State *L, BusVerb verb, const char *what) {
    Bus *bus = border_check_open(L, 1, BUS);
    const char *unit = check_name(L, 2);
    uint64_t token = 0;
    int result = bus_unit(bus, verb, unit, &token);
    return push_token(L, result, token, what);
}

static int l_bus_start(lua_State *L) { return call_unit(L, BUS_START, "start a unit"); }
static int l_bus_stop(lua_State *L) { return call_unit(L, BUS_STOP, "stop a unit"); }
static int l_bus_enabled(lua_State *L) { return call_unit(L, BUS_ENABLED, "state of a unit file"); }
static int l_bus_reset_failed(lua_State *L) {
    return call_unit(L, BUS_RESET_FAILED, "forget a unit's failure");
}

static int l_bus_properties(lua_State *L) {
    Bus *bus = border_check_open(L, 1, BUS);
    const char *unit = check_name(L, 2);
    uint64_t token = 0;
    int result = bus_properties(bus, unit, &token);
    return push_token(L, result, token, "properties of a unit");
}

static int l_bus_property(lua_State *L) {
    Bus *bus = border_check_open(L, 1, BUS);
    const char *unit = check_name(L, 2), *name = check_name(L, 3), *known = NULL;
    luaL_argcheck(L, bus_property_interface(name, &known), 3, "unknown property");
    uint64_t token = 0;
    int result = bus_property(bus, unit, name, &token);
    return push_token(L, result, token, "property of a unit");
}

static int l_bus_list(lua_State *L) {
    Bus *bus = border_check_open(L, 1, BUS);
    const char *pattern = check_name(L, 2);
    uint64_t token = 0;
    int result = bus_list(bus, pattern, &token);
    return push_token(L, result, token, "list units");
}

static int l_bus_subscribe(lua_State *L) {
    Bus *bus = border_check_open(L, 1, BUS);
    uint64_t token = 0;
    int result = bus_subscribe(bus, &token);
    return push_token(L, result, token, "subscribe");
}

/* ---- handle ---- */

static int l_bus_open(lua_State *L) {
    static const char *const names[] = {"address", NULL};
    lua_settop(L, 1);
    if (lua_isnil(L, 1)) {
        lua_newtable(L);
        lua_replace(L, 1);
    }
    border_check_options(L, 1, names);
    const char *address = border_opt_string(L, 1, "address", false);
    BorderHandle *handle = border_handle_new(L, BUS);
    Bus *bus = NULL;
    int err = bus_open(address, &bus);
    if (err < 0)
        return border_fail_errno(L, -err, "connect to %s", address ? address : "the system bus");
    handle->pointer = bus;
    return 1;
}

static int l_bus_fd(lua_State *L) {
    int fd = bus_fd(border_check_open(L, 1, BUS));
    if (fd < 0) return border_fail(L, "closed", "the connection to the bus is lost");
    lua_pushinteger(L, fd);
    return 1;
}

static int l_bus_events(lua_State *L) {
    int events = bus_events(border_check_open(L, 1, BUS));
    if (events < 0) return border_fail(L, "closed", "the connection to the bus is lost");
    bool reads = events & POLLIN, writes = events & POLLOUT;
    lua_pushstring(L, reads && writes ? "rw" : writes ? "w" : "r");
    return 1;
}

static int l_bus_timeout(lua_State *L) {
    int64_t ms = bus_timeout(border_check_open(L, 1, BUS));
    if (ms < 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, ms);
    return 1;
}

static int l_bus_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, BUS);
    Bus *bus = handle->pointer;
    handle->pointer = NULL;
    if (bus) bus_free(bus);
    return 0;
}

int luaopen_host_bus(lua_State *L);
int luaopen_host_bus(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"enabled", l_bus_enabled},
        {"events", l_bus_events},
        {"fd", l_bus_fd},
        {"list", l_bus_list},
        {"process", l_bus_process},
        {"properties", l_bus_properties},
        {"property", l_bus_property},
        {"reset_failed", l_bus_reset_failed},
        {"start", l_bus_start},
        {"stop", l_bus_stop},
        {"subscribe", l_bus_subscribe},
        {"timeout", l_bus_timeout},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"open", l_bus_open}, {NULL, NULL}};
    border_metatable(L, BUS, methods, l_bus_close);
    luaL_newlib(L, functions);
    return 1;
}
