/* Reads a handler's stream description out of its Lua table. */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "border.h"

/* Copy a field that may stand on one line of a stream into a fixed array. */
static bool copy_line(lua_State *L, int index, const char *field, char *to, size_t size) {
    const char *text = border_opt_string(L, index, field, false);
    if (!text) return false;
    if (strlen(text) >= size || strpbrk(text, "\r\n"))
        luaL_error(L, "bad %s in a stream description", field);
    memcpy(to, text, strlen(text) + 1);
    return true;
}

/* Copy the topics that a field lists. Returns how many there are, 0 when there is no such field. */
static size_t read_topics(lua_State *L, int index, const char *field, char (*to)[HUB_NAME_MAX + 1],
                          lua_Integer most) {
    int type = lua_getfield(L, index, field);
    if (type != LUA_TTABLE && type != LUA_TNIL) luaL_error(L, "%s must be a list", field);
    lua_Integer count = type == LUA_TTABLE ? luaL_len(L, -1) : 0;
    if (count > most) luaL_error(L, "%s has at most %d topics", field, (int)most);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        const char *name = lua_tostring(L, -1);
        if (!name || !*name || strlen(name) > HUB_NAME_MAX || strpbrk(name, "\r\n")) {
            luaL_error(L, "bad topic in a stream description");
            return 0;
        }
        memcpy(to[i - 1], name, strlen(name) + 1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return (size_t)count;
}

/* Of a bell stream all its topics, of a log those that ring beside its own. */
static void read_bells(lua_State *L, int index, StreamSpec *spec) {
    spec->first_bell = spec->topic_count;
    size_t count = read_topics(L, index, "topics", spec->topics + spec->first_bell,
                               (lua_Integer)(STREAM_TOPICS - spec->first_bell));
    spec->topic_count += count;
    if (spec->kind == STREAM_BELL && count == 0) luaL_error(L, "a bell needs topics");
}

static void read_journal(lua_State *L, int index, StreamSpec *spec) {
    StreamJournal *journal = &spec->journal;
    border_opt_string(L, index, "unit", true);
    copy_line(L, index, "unit", journal->unit, sizeof journal->unit);
    copy_line(L, index, "invocation", journal->invocation, sizeof journal->invocation);
    copy_line(L, index, "boot", journal->boot, sizeof journal->boot);
    copy_line(L, index, "after", journal->after, sizeof journal->after);
    copy_line(L, index, "from", journal->from, sizeof journal->from);
    journal->tail = border_opt_integer(L, index, "tail", 0);
    journal->follow = border_opt_boolean(L, index, "follow", false);
    spec->topic_count = copy_line(L, index, "topic", spec->topics[0], sizeof spec->topics[0]);
}

static StreamKind read_kind(lua_State *L, int index) {
    const char *kind = border_opt_string(L, index, "kind", true);
    if (strcmp(kind, "log") == 0) return STREAM_LOG;
    if (strcmp(kind, "text") == 0) return STREAM_TEXT;
    if (strcmp(kind, "journal") == 0) return STREAM_JOURNAL;
    if (strcmp(kind, "file") == 0) return STREAM_FILE;
    if (strcmp(kind, "bell") != 0) luaL_error(L, "unknown kind of stream '%s'", kind);
    return STREAM_BELL;
}

static void read_log(lua_State *L, int index, StreamSpec *spec) {
    const char *format = border_opt_string(L, index, "format", true);
    spec->tagged = strcmp(format, "tagged") == 0;
    if (!spec->tagged && strcmp(format, "plain") != 0)
        luaL_error(L, "unknown format of a log '%s'", format);
    spec->from = border_opt_integer(L, index, "from", 0);
    spec->times = border_opt_boolean(L, index, "times", false);
    spec->ended = copy_line(L, index, "ended", spec->closing_text, sizeof spec->closing_text);
    spec->topic_count = copy_line(L, index, "topic", spec->topics[0], sizeof spec->topics[0]);
    if (spec->kind == STREAM_LOG && !spec->ended && spec->topic_count == 0)
        luaL_error(L, "a log that has not ended needs a topic");
}

/* The path of a kind that has one, the directory of a file, or of a journal that is not this
 * machine's; else "". */
static const char *read_path(lua_State *L, int index, StreamKind kind) {
    if (kind == STREAM_BELL) return "";
    bool in_directory = kind == STREAM_JOURNAL || kind == STREAM_FILE;
    const char *path =
        border_opt_string(L, index, in_directory ? "directory" : "path", kind != STREAM_JOURNAL);
    if (path && path[0] != '/') luaL_error(L, "a log needs an absolute path");
    return path ? path : "";
}

void stream_read(lua_State *L, int index, StreamSpec **ret) {
    static const char *const fields[] = {
        "kind",       "path", "from",  "format", "topic",     "ended", "topics", "revoke", "unit",
        "invocation", "boot", "after", "follow", "directory", "times", "tail",   NULL};
    border_check_options(L, index, fields);
    StreamKind kind = read_kind(L, index);
    const char *path = read_path(L, index, kind);
    const char *file = kind == STREAM_FILE ? border_opt_string(L, index, "path", true) : "";
    size_t size = strlen(path) + 1;
    StreamSpec *spec = calloc(1, sizeof *spec + size + strlen(file) + 1);
    if (!spec) {
        luaL_error(L, "not enough memory");
        return;
    }
    *ret = spec;
    spec->kind = kind;
    memcpy(spec->path, path, size);
    spec->file = memcpy(spec->path + size, file, strlen(file) + 1);
    spec->revoker_count = read_topics(L, index, "revoke", spec->revokers, STREAM_REVOKERS);
    if (kind == STREAM_JOURNAL)
        read_journal(L, index, spec);
    else if (kind != STREAM_FILE && kind != STREAM_BELL)
        read_log(L, index, spec);
    read_bells(L, index, spec);
}
