/* host.yaml: libyaml's events as small tables with line and column; Lua gives them a meaning. */
#include <errno.h>
#include <yaml.h>

#include "border.h"
#include "scope.h"

#define READER "host.yaml reader"

/* The text is anchored as the handle's user value. */
typedef struct YamlReader {
    yaml_parser_t parser;
    yaml_event_t event; /* the last one handed out; owned */
} YamlReader;

static int reader_new(const char *text, size_t length, YamlReader **ret_reader) {
    scoped_free YamlReader *reader = calloc(1, sizeof *reader);
    if (!reader || !yaml_parser_initialize(&reader->parser)) return -ENOMEM;
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text, length);
    *ret_reader = steal_pointer(&reader);
    return 0;
}

static void reader_free(YamlReader *reader) {
    yaml_event_delete(&reader->event);
    yaml_parser_delete(&reader->parser);
    free(reader);
}

/* ---- names ---- */

static const char *event_name(yaml_event_type_t type) {
    switch (type) {
    case YAML_STREAM_START_EVENT: return "stream_start";
    case YAML_STREAM_END_EVENT: return "stream_end";
    case YAML_DOCUMENT_START_EVENT: return "document_start";
    case YAML_DOCUMENT_END_EVENT: return "document_end";
    case YAML_ALIAS_EVENT: return "alias";
    case YAML_SCALAR_EVENT: return "scalar";
    case YAML_SEQUENCE_START_EVENT: return "sequence_start";
    case YAML_SEQUENCE_END_EVENT: return "sequence_end";
    case YAML_MAPPING_START_EVENT: return "mapping_start";
    case YAML_MAPPING_END_EVENT: return "mapping_end";
    case YAML_NO_EVENT: break;
    }
    return NULL;
}

static const char *scalar_style(yaml_scalar_style_t style) {
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return "single";
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return "double";
    case YAML_LITERAL_SCALAR_STYLE: return "literal";
    case YAML_FOLDED_SCALAR_STYLE: return "folded";
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE: break;
    }
    return "plain";
}

/* ---- the Lua side ---- */

static void set_text(lua_State *L, const char *field, const yaml_char_t *text) {
    if (!text) return;
    lua_pushstring(L, (const char *)text);
    lua_setfield(L, -2, field);
}

static void set_scalar(lua_State *L, const yaml_event_t *event) {
    lua_pushlstring(L, (const char *)event->data.scalar.value, event->data.scalar.length);
    lua_setfield(L, -2, "value");
    lua_pushstring(L, scalar_style(event->data.scalar.style));
    lua_setfield(L, -2, "style");
    set_text(L, "anchor", event->data.scalar.anchor);
    set_text(L, "tag", event->data.scalar.tag);
}

static void set_collection(lua_State *L, const yaml_char_t *anchor, const yaml_char_t *tag,
                           bool flow) {
    lua_pushstring(L, flow ? "flow" : "block");
    lua_setfield(L, -2, "style");
    set_text(L, "anchor", anchor);
    set_text(L, "tag", tag);
}

static void push_event(lua_State *L, const yaml_event_t *event) {
    lua_createtable(L, 0, 6);
    lua_pushstring(L, event_name(event->type));
    lua_setfield(L, -2, "type");
    lua_pushinteger(L, (lua_Integer)event->start_mark.line + 1);
    lua_setfield(L, -2, "line");
    lua_pushinteger(L, (lua_Integer)event->start_mark.column + 1);
    lua_setfield(L, -2, "column");
    if (event->type == YAML_SCALAR_EVENT) set_scalar(L, event);
    if (event->type == YAML_ALIAS_EVENT) set_text(L, "anchor", event->data.alias.anchor);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        set_collection(L, event->data.sequence_start.anchor, event->data.sequence_start.tag,
                       event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
    if (event->type == YAML_MAPPING_START_EVENT)
        set_collection(L, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                       event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
}

static int fail_syntax(lua_State *L, const yaml_parser_t *parser) {
    if (parser->error == YAML_MEMORY_ERROR) return border_fail(L, "ENOMEM", "not enough memory");
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_READER_ERROR)
        return border_fail(L, "YAML_SYNTAX", "byte %zu: %s", parser->problem_offset, problem);
    return border_fail(L, "YAML_SYNTAX", "line %zu, column %zu: %s", parser->problem_mark.line + 1,
                       parser->problem_mark.column + 1, problem);
}

static int next_event(lua_State *L) {
    BorderHandle *handle = lua_touserdata(L, lua_upvalueindex(1));
    YamlReader *reader = handle->pointer;
    if (!reader) return luaL_error(L, "closed %s", READER);
    yaml_event_delete(&reader->event);
    if (!yaml_parser_parse(&reader->parser, &reader->event)) return fail_syntax(L, &reader->parser);
    if (reader->event.type == YAML_NO_EVENT)
        lua_pushnil(L);
    else
        push_event(L, &reader->event);
    return 1;
}

static int l_reader_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, READER);
    YamlReader *reader = handle->pointer;
    handle->pointer = NULL;
    if (reader) reader_free(reader);
    return 0;
}

static int l_yaml_events(lua_State *L) {
    size_t length = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    BorderHandle *handle = border_handle_new(L, READER);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, next_event, 1);
    lua_pushnil(L);
    lua_pushnil(L);
    lua_rotate(L, -4, -1); /* next, nil, nil, the handle as closing value */
    YamlReader *reader = NULL;
    int status = reader_new(text, length, &reader);
    if (status < 0) return border_fail_errno(L, -status, "reading YAML");
    handle->pointer = reader;
    return 4;
}

int luaopen_host_yaml(lua_State *L);
int luaopen_host_yaml(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {{"events", l_yaml_events}, {NULL, NULL}};
    border_metatable(L, READER, none, l_reader_close);
    luaL_newlib(L, functions);
    return 1;
}
