/* host.json: JSON through jansson; integers stay 64-bit, empty arrays and objects stay apart. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "border.h"

#define ARRAY_MARK "host.json.array"
#define BOX "host.json box"

enum { MAX_BYTES = 1024 * 1024, MAX_DEPTH = 64, DEPTH_LIMIT = 512 };

/* What jansson gave us and Lua errors must not leak. */
typedef struct Box {
    json_t *root;
    char *text;
} Box;

static const char null_marker = 0;

static int box_close(lua_State *L) {
    Box *box = luaL_checkudata(L, 1, BOX);
    json_decref(box->root);
    free(box->text);
    *box = (Box){0};
    return 0;
}

static Box *box_new(lua_State *L) {
    Box *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (Box){0};
    luaL_setmetatable(L, BOX);
    lua_toclose(L, -1);
    return box;
}

/* ---- decode ---- */

static void push_json(lua_State *L, const json_t *value);

static void push_array(lua_State *L, const json_t *array) {
    size_t count = json_array_size(array);
    lua_createtable(L, (int)count, 0);
    luaL_setmetatable(L, ARRAY_MARK);
    for (size_t i = 0; i < count; i++) {
        push_json(L, json_array_get(array, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_object(lua_State *L, json_t *object) {
    lua_createtable(L, 0, (int)json_object_size(object));
    for (void *iter = json_object_iter(object); iter; iter = json_object_iter_next(object, iter)) {
        lua_pushlstring(L, json_object_iter_key(iter), json_object_iter_key_len(iter));
        push_json(L, json_object_iter_value(iter));
        lua_rawset(L, -3);
    }
}

static void push_json(lua_State *L, const json_t *value) {
    luaL_checkstack(L, 4, "JSON too deep");
    switch (json_typeof(value)) {
    case JSON_OBJECT: push_object(L, (json_t *)value); return;
    case JSON_ARRAY: push_array(L, value); return;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER: lua_pushinteger(L, json_integer_value(value)); return;
    case JSON_REAL: lua_pushnumber(L, json_real_value(value)); return;
    case JSON_TRUE: lua_pushboolean(L, 1); return;
    case JSON_FALSE: lua_pushboolean(L, 0); return;
    case JSON_NULL: lua_pushlightuserdata(L, (void *)&null_marker); return;
    }
}

/* The deepest nesting of brackets outside strings: known before anything is built. */
static int text_depth(const char *text, size_t length) {
    int depth = 0, deepest = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (quoted && c == '\\') i++;
        else if (c == '"') quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > deepest) deepest = depth;
        else if (!quoted && (c == ']' || c == '}')) depth--;
    }
    return deepest;
}

static int l_json_decode(lua_State *L) {
    static const char *const options[] = {"max_bytes", "max_depth", NULL};
    size_t length = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer max_bytes = MAX_BYTES, max_depth = MAX_DEPTH;
    if (!lua_isnoneornil(L, 2)) {
        border_check_options(L, 2, options);
        max_bytes = border_opt_integer(L, 2, "max_bytes", MAX_BYTES);
        max_depth = border_opt_integer(L, 2, "max_depth", MAX_DEPTH);
    }
    luaL_argcheck(L, max_depth >= 0 && max_depth <= DEPTH_LIMIT, 2, "max_depth is 0 to 512");
    if (max_bytes < 0 || length > (size_t)max_bytes)
        return border_fail(L, "JSON_TOO_LARGE", "more than %lld bytes", (long long)max_bytes);
    if (text_depth(text, length) > max_depth)
        return border_fail(L, "JSON_TOO_DEEP", "nested deeper than %lld", (long long)max_depth);
    Box *box = box_new(L);
    json_error_t error;
    box->root = json_loadb(text, length,
                           JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!box->root)
        return border_fail(L, "JSON_SYNTAX", "line %d, column %d: %s", error.line, error.column,
                           error.text);
    push_json(L, box->root);
    return 1;
}

/* ---- encode: every new value is handed to its parent before Lua is called again ---- */

static json_t *build(lua_State *L, int index, int depth);

static json_t *build_string(lua_State *L, int index) {
    size_t length = 0;
    const char *text = lua_tolstring(L, index, &length);
    json_t *value = json_stringn(text, length);
    if (!value) luaL_error(L, "cannot encode a string that is not valid UTF-8");
    return value;
}

static json_t *build_number(lua_State *L, int index) {
    if (lua_isinteger(L, index)) return json_integer(lua_tointeger(L, index));
    double number = lua_tonumber(L, index);
    if (!isfinite(number)) luaL_error(L, "cannot encode %f as JSON", number);
    return json_real(number);
}

/* A list is marked, or has an element 1. */
static bool is_array(lua_State *L, int index) {
    if (lua_getmetatable(L, index)) {
        luaL_getmetatable(L, ARRAY_MARK);
        bool marked = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
        if (marked) return true;
    }
    bool listed = lua_rawgeti(L, index, 1) != LUA_TNIL;
    lua_pop(L, 1);
    return listed;
}

static void check_added(lua_State *L, int status) {
    if (status != 0) luaL_error(L, "not enough memory to encode JSON");
}

static void fill(lua_State *L, int index, json_t *value, int depth);

static void fill_array(lua_State *L, int index, json_t *array, int depth) {
    lua_Integer count = (lua_Integer)lua_rawlen(L, index), seen = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        lua_Integer key = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : 0;
        if (key < 1 || key > count) luaL_error(L, "cannot encode a table that is half a list");
        seen++;
    }
    if (seen != count) luaL_error(L, "cannot encode a list with holes");
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, index, i);
        json_t *child = build(L, lua_gettop(L), depth);
        check_added(L, json_array_append_new(array, child));
        fill(L, lua_gettop(L), child, depth);
        lua_pop(L, 1);
    }
}

static void fill_object(lua_State *L, int index, json_t *object, int depth) {
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "cannot encode a %s as the name of a field", luaL_typename(L, -2));
        size_t length = 0;
        const char *key = lua_tolstring(L, -2, &length);
        json_t *child = build(L, lua_gettop(L), depth);
        if (json_object_setn_new(object, key, length, child) != 0)
            luaL_error(L, "cannot encode a field's name that is not valid UTF-8");
        fill(L, lua_gettop(L), child, depth);
    }
}

static void fill(lua_State *L, int index, json_t *value, int depth) {
    if (json_is_array(value)) fill_array(L, index, value, depth - 1);
    if (json_is_object(value)) fill_object(L, index, value, depth - 1);
}

/* The value at index without its children; the caller owns it and must attach it at once. */
static json_t *build(lua_State *L, int index, int depth) {
    luaL_checkstack(L, 6, "JSON too deep");
    switch (lua_type(L, index)) {
    case LUA_TSTRING: return build_string(L, index);
    case LUA_TNUMBER: return build_number(L, index);
    case LUA_TBOOLEAN: return json_boolean(lua_toboolean(L, index));
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, index) == (void *)&null_marker) return json_null();
        break;
    case LUA_TTABLE:
        if (depth <= 0) luaL_error(L, "cannot encode: nested too deep, or a table within itself");
        return is_array(L, index) ? json_array() : json_object();
    default: break;
    }
    luaL_error(L, "cannot encode a %s as JSON", luaL_typename(L, index));
    return NULL;
}

static int l_json_encode(lua_State *L) {
    static const char *const options[] = {"pretty", "sort_keys", NULL};
    luaL_checkany(L, 1);
    size_t flags = JSON_ENCODE_ANY;
    bool pretty = false, sort = true;
    if (!lua_isnoneornil(L, 2)) {
        border_check_options(L, 2, options);
        pretty = border_opt_boolean(L, 2, "pretty", false);
        sort = border_opt_boolean(L, 2, "sort_keys", true);
    }
    flags |= pretty ? JSON_INDENT(2) : JSON_COMPACT;
    if (sort) flags |= JSON_SORT_KEYS;
    Box *box = box_new(L);
    box->root = build(L, 1, MAX_DEPTH);
    fill(L, 1, box->root, MAX_DEPTH);
    box->text = json_dumps(box->root, flags);
    if (!box->text) return luaL_error(L, "not enough memory to encode JSON");
    lua_pushstring(L, box->text);
    return 1;
}

static int l_json_array(lua_State *L) {
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_setmetatable(L, ARRAY_MARK);
    return 1;
}

static int l_json_is_array(lua_State *L) {
    lua_pushboolean(L, lua_istable(L, 1) && is_array(L, 1));
    return 1;
}

int luaopen_host_json(lua_State *L);
int luaopen_host_json(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"array", l_json_array},
        {"decode", l_json_decode},
        {"encode", l_json_encode},
        {"is_array", l_json_is_array},
        {NULL, NULL},
    };
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    luaL_newmetatable(L, ARRAY_MARK);
    border_metatable(L, BOX, no_methods, box_close);
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, (void *)&null_marker);
    lua_setfield(L, -2, "null");
    return 1;
}
