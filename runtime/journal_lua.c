/* host.journal: the Lua side of journal.c. */
#include <errno.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "border.h"
#include "journal.h"

#define JOURNAL "host.journal"

static int fail(lua_State *L, int err, const char *what) {
    if (err == EACCES)
        return border_fail(L, "EACCES",
                           "%s: permission denied: only members of the group "
                           "systemd-journal may read the journal",
                           what);
    if (err == ENOENT) return border_fail(L, "ENOENT", "%s: this machine keeps no journal", what);
    if (err == EINVAL)
        return border_fail(L, "EINVAL", "%s: not the name of a unit, not an id, or not a cursor",
                           what);
    return border_fail_errno(L, err, "%s", what);
}

static JournalQuery read_query(lua_State *L, int index) {
    static const char *const fields[] = {"unit",    "invocation", "boot",      "after", "tail",
                                         "manager", "restarts",   "directory", NULL};
    border_check_options(L, index, fields);
    JournalQuery query = {.unit = border_opt_string(L, index, "unit", true),
                          .invocation = border_opt_string(L, index, "invocation", false),
                          .boot = border_opt_string(L, index, "boot", false),
                          .after = border_opt_string(L, index, "after", false),
                          .directory = border_opt_string(L, index, "directory", false),
                          .tail = border_opt_integer(L, index, "tail", -1),
                          .text_max = JOURNAL_TEXT_MAX,
                          .manager = border_opt_boolean(L, index, "manager", false),
                          .restarts = border_opt_boolean(L, index, "restarts", false)};
    return query;
}

static int l_journal_open(lua_State *L) {
    JournalQuery query = read_query(L, 1);
    BorderHandle *handle = border_handle_new(L, JOURNAL);
    Journal *journal = NULL;
    int result = journal_open(&query, &journal);
    if (result < 0) return fail(L, -result, "open the journal");
    handle->pointer = journal;
    return 1;
}

/* journal.cursor([directory]) */
static int l_journal_newest(lua_State *L) {
    char cursor[JOURNAL_CURSOR_SIZE];
    int result = journal_newest(luaL_optstring(L, 1, NULL), cursor);
    if (result < 0) return fail(L, -result, "find the end of the journal");
    if (result == 0) return 0;
    lua_pushstring(L, cursor);
    return 1;
}

static int l_journal_is_cursor(lua_State *L) {
    size_t length = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_pushboolean(L, strlen(text) == length && journal_is_cursor(text));
    return 1;
}

static void set_integer(lua_State *L, const char *name, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool value) {
    lua_pushboolean(L, value);
    lua_setfield(L, -2, name);
}

static int l_journal_next(lua_State *L) {
    Journal *journal = border_check_open(L, 1, JOURNAL);
    JournalEntry entry;
    int result = journal_next(journal, &entry);
    if (result == 0) return border_nothing(L, "again");
    if (result < 0) return fail(L, -result, "read the journal");
    lua_createtable(L, 0, 6);
    lua_pushlstring(L, entry.text, entry.length);
    lua_setfield(L, -2, "text");
    set_integer(L, "priority", entry.priority);
    set_integer(L, "time", entry.time_ms);
    set_integer(L, "pid", entry.pid);
    set_flag(L, "manager", entry.manager);
    set_flag(L, "broken", entry.broken);
    return 1;
}

static int l_journal_cursor(lua_State *L) {
    const Journal *journal = border_check_open(L, 1, JOURNAL);
    char cursor[JOURNAL_CURSOR_SIZE];
    int result = journal_cursor(journal, cursor);
    if (result == -ENOENT) return border_nothing(L, "again");
    if (result < 0) return fail(L, -result, "find the place in the journal");
    lua_pushstring(L, cursor);
    return 1;
}

static int l_journal_fd(lua_State *L) {
    int fd = journal_fd(border_check_open(L, 1, JOURNAL));
    if (fd < 0) return fail(L, -fd, "watch the journal");
    lua_pushinteger(L, fd);
    return 1;
}

static int l_journal_timeout(lua_State *L) {
    lua_pushinteger(L, journal_timeout(border_check_open(L, 1, JOURNAL)));
    return 1;
}

static int l_journal_process(lua_State *L) {
    int result = journal_process(border_check_open(L, 1, JOURNAL));
    if (result < 0) return fail(L, -result, "look at the journal");
    lua_pushstring(L, result == SD_JOURNAL_NOP      ? "nop"
                      : result == SD_JOURNAL_APPEND ? "append"
                                                    : "invalidate");
    return 1;
}

static int l_journal_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, JOURNAL);
    Journal *journal = handle->pointer;
    handle->pointer = NULL;
    if (journal) journal_close(journal);
    return 0;
}

int luaopen_host_journal(lua_State *L);
int luaopen_host_journal(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"cursor", l_journal_cursor},   {"fd", l_journal_fd},           {"next", l_journal_next},
        {"process", l_journal_process}, {"timeout", l_journal_timeout}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"cursor", l_journal_newest},
                                         {"is_cursor", l_journal_is_cursor},
                                         {"open", l_journal_open},
                                         {NULL, NULL}};
    border_metatable(L, JOURNAL, methods, l_journal_close);
    luaL_newlib(L, functions);
    return 1;
}
