/* host.db: the Lua side of db.c; constraint failures return, every other SQL failure raises. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "border.h"
#include "db.h"

#define DB "host.db"
#define STATEMENT "host.db statement"
#define GUARD "host.db transaction"
#define BLOB "host.db blob"
#define SQL_ERROR "host.db error"

static const char null_marker = 0;

/* ---- failures ---- */

static int error_tostring(lua_State *L) {
    lua_getfield(L, 1, "code");
    lua_getfield(L, 1, "message");
    lua_pushfstring(L, "%s: %s", lua_tostring(L, -2), lua_tostring(L, -1));
    return 1;
}

static int raise_sql(lua_State *L, int code, const char *message) {
    lua_createtable(L, 0, 2);
    lua_pushstring(L, db_code_name(code));
    lua_setfield(L, -2, "code");
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    luaL_setmetatable(L, SQL_ERROR);
    return lua_error(L);
}

static const char *message_of(const Db *db, int code) {
    bool own = sqlite3_extended_errcode(db_handle(db)) != code;
    return own ? sqlite3_errstr(code) : sqlite3_errmsg(db_handle(db));
}

/* A constraint is an expected failure: the triple. All else raises. */
static int fail_sql(lua_State *L, const Db *db, int code) {
    if (code == SQLITE_MISUSE) return luaL_error(L, "exactly one SQL statement expected");
    const char *message = message_of(db, code);
    if ((code & 0xff) == SQLITE_CONSTRAINT)
        return border_fail(L, db_code_name(code), "%s", message);
    return raise_sql(L, code, message);
}

/* ---- statements ---- */

static Db *check_db(lua_State *L) { return border_check_open(L, 1, DB); }

static int statement_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, STATEMENT);
    DbStatement *statement = handle->pointer;
    handle->pointer = NULL;
    if (statement) db_release(statement);
    return 0;
}

static int bind_number(lua_State *L, sqlite3_stmt *stmt, int position, int index) {
    if (lua_isinteger(L, index))
        return sqlite3_bind_int64(stmt, position, lua_tointeger(L, index));
    if (isnan(lua_tonumber(L, index))) luaL_argerror(L, index, "not a number (NaN)");
    return sqlite3_bind_double(stmt, position, lua_tonumber(L, index));
}

static int bind_bytes(lua_State *L, sqlite3_stmt *stmt, int position, int index) {
    size_t length = 0;
    if (lua_type(L, index) == LUA_TSTRING) {
        const char *text = lua_tolstring(L, index, &length);
        return sqlite3_bind_text64(stmt, position, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    luaL_checkudata(L, index, BLOB);
    lua_getiuservalue(L, index, 1);
    const char *bytes = lua_tolstring(L, -1, &length);
    int code = sqlite3_bind_blob64(stmt, position, bytes, length, SQLITE_TRANSIENT);
    lua_pop(L, 1);
    return code;
}

static int bind_value(lua_State *L, sqlite3_stmt *stmt, int position, int index) {
    switch (lua_type(L, index)) {
    case LUA_TNIL: return sqlite3_bind_null(stmt, position);
    case LUA_TBOOLEAN: return sqlite3_bind_int(stmt, position, lua_toboolean(L, index));
    case LUA_TNUMBER: return bind_number(L, stmt, position, index);
    case LUA_TSTRING:
    case LUA_TUSERDATA: return bind_bytes(L, stmt, position, index);
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, index) == (void *)&null_marker)
            return sqlite3_bind_null(stmt, position);
        break;
    default: break;
    }
    luaL_argerror(L, index, lua_pushfstring(L, "cannot bind a %s", luaL_typename(L, index)));
    return SQLITE_MISMATCH;
}

/* Prepares argument 2, binds 3…top and leaves the statement's box on the stack, to be closed on
 * return unless it is to live on. Returns NULL and a SQLite code on failure. */
static DbStatement *open_statement(lua_State *L, Db *db, bool live_on, int *ret_code) {
    size_t length = 0;
    const char *sql = luaL_checklstring(L, 2, &length);
    int given = lua_gettop(L) - 2;
    BorderHandle *box = border_handle_new(L, STATEMENT);
    if (!live_on) lua_toclose(L, -1);
    DbStatement *statement = NULL;
    *ret_code = db_acquire(db, sql, length, &statement);
    if (*ret_code != SQLITE_OK) return NULL;
    box->pointer = statement;
    int wanted = sqlite3_bind_parameter_count(statement->stmt);
    if (wanted != given)
        luaL_error(L, "the statement takes %d parameters, got %d", wanted, given);
    for (int i = 1; i <= wanted && *ret_code == SQLITE_OK; i++)
        *ret_code = bind_value(L, statement->stmt, i, i + 2);
    return *ret_code == SQLITE_OK ? statement : NULL;
}

/* ---- results ---- */

/* Pushes nothing and returns false for NULL. */
static bool push_column(lua_State *L, sqlite3_stmt *stmt, int column) {
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_INTEGER: lua_pushinteger(L, sqlite3_column_int64(stmt, column)); return true;
    case SQLITE_FLOAT: lua_pushnumber(L, sqlite3_column_double(stmt, column)); return true;
    case SQLITE_NULL: return false;
    default: break;
    }
    const void *bytes = sqlite3_column_blob(stmt, column);
    size_t length = (size_t)sqlite3_column_bytes(stmt, column);
    lua_pushlstring(L, bytes ? bytes : "", bytes ? length : 0); /* NULL: empty, or no memory for it */
    return true;
}

static void push_row(lua_State *L, sqlite3_stmt *stmt) {
    int count = sqlite3_column_count(stmt);
    lua_createtable(L, 0, count);
    for (int column = 0; column < count; column++)
        if (push_column(L, stmt, column)) lua_setfield(L, -2, sqlite3_column_name(stmt, column));
}

static int l_db_row(lua_State *L) {
    Db *db = check_db(L);
    int code = SQLITE_OK;
    DbStatement *statement = open_statement(L, db, false, &code);
    if (statement) code = sqlite3_step(statement->stmt);
    if (!statement || (code != SQLITE_ROW && code != SQLITE_DONE)) return fail_sql(L, db, code);
    if (code == SQLITE_ROW)
        push_row(L, statement->stmt);
    else
        lua_pushnil(L);
    return 1;
}

static int l_db_value(lua_State *L) {
    Db *db = check_db(L);
    int code = SQLITE_OK;
    DbStatement *statement = open_statement(L, db, false, &code);
    if (statement) code = sqlite3_step(statement->stmt);
    if (!statement || (code != SQLITE_ROW && code != SQLITE_DONE)) return fail_sql(L, db, code);
    if (code == SQLITE_DONE || !push_column(L, statement->stmt, 0)) lua_pushnil(L);
    return 1;
}

static int l_db_rows(lua_State *L) {
    Db *db = check_db(L);
    int code = SQLITE_OK;
    DbStatement *statement = open_statement(L, db, false, &code);
    lua_newtable(L);
    lua_Integer count = 0;
    while (statement && (code = sqlite3_step(statement->stmt)) == SQLITE_ROW) {
        push_row(L, statement->stmt);
        lua_rawseti(L, -2, ++count);
    }
    return code == SQLITE_DONE ? 1 : fail_sql(L, db, code);
}

static int l_db_run(lua_State *L) {
    Db *db = check_db(L);
    int code = SQLITE_OK;
    DbStatement *statement = open_statement(L, db, false, &code);
    sqlite3_int64 before = sqlite3_total_changes64(db_handle(db));
    while (statement && (code = sqlite3_step(statement->stmt)) == SQLITE_ROW) continue;
    if (code != SQLITE_DONE) return fail_sql(L, db, code);
    bool changed = sqlite3_total_changes64(db_handle(db)) != before;
    lua_pushinteger(L, changed ? sqlite3_changes64(db_handle(db)) : 0);
    lua_pushinteger(L, sqlite3_last_insert_rowid(db_handle(db)));
    return 2;
}

static int next_row(lua_State *L) {
    BorderHandle *box = lua_touserdata(L, lua_upvalueindex(1));
    DbStatement *statement = box->pointer;
    if (!statement || db_is_closed(statement->db)) return luaL_error(L, "closed " STATEMENT);
    int code = sqlite3_step(statement->stmt);
    if (code == SQLITE_DONE) return 0;
    if (code != SQLITE_ROW) return raise_sql(L, code, sqlite3_errmsg(db_handle(statement->db)));
    push_row(L, statement->stmt);
    return 1;
}

static int l_db_each(lua_State *L) {
    Db *db = check_db(L);
    int code = SQLITE_OK;
    if (!open_statement(L, db, true, &code)) return fail_sql(L, db, code);
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, next_row, 1);
    lua_insert(L, -2);
    lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushnil(L);
    lua_insert(L, -2);
    return 4; /* next, nil, nil, the box as closing value */
}

static int l_db_exec(lua_State *L) {
    Db *db = check_db(L);
    size_t length = 0;
    const char *script = luaL_checklstring(L, 2, &length);
    luaL_argcheck(L, strlen(script) == length, 2, "contains a zero byte");
    int code = sqlite3_exec(db_handle(db), script, NULL, NULL, NULL);
    return code == SQLITE_OK ? border_ok(L) : fail_sql(L, db, code);
}

/* ---- transactions ---- */

/* The guard points at the connection's handle while the transaction is to be rolled back. */
static int guard_close(lua_State *L) {
    BorderHandle *guard = luaL_checkudata(L, 1, GUARD);
    BorderHandle *handle = guard->pointer;
    guard->pointer = NULL;
    if (!handle || !handle->pointer) return 0;
    sqlite3 *sqlite = db_handle(handle->pointer);
    if (!sqlite3_get_autocommit(sqlite)) sqlite3_exec(sqlite, "ROLLBACK", NULL, NULL, NULL);
    return 0;
}

/* No lua_pcall: the guard rolls back when fn raises, and the C frame keeps fn from yielding. */
static int l_db_transaction(lua_State *L) {
    Db *db = check_db(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (!sqlite3_get_autocommit(db_handle(db)))
        return luaL_error(L, "already in a transaction");
    BorderHandle *guard = border_handle_new(L, GUARD);
    lua_insert(L, 2);
    lua_toclose(L, 2);
    int code = sqlite3_exec(db_handle(db), "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code != SQLITE_OK) return raise_sql(L, code, sqlite3_errmsg(db_handle(db)));
    guard->pointer = lua_touserdata(L, 1);
    lua_call(L, lua_gettop(L) - 3, LUA_MULTRET);
    luaL_checkstack(L, LUA_MINSTACK, NULL); /* the results may have taken it all */
    int results = lua_gettop(L) - 2;
    if (results > 0 && !lua_toboolean(L, 3)) return results;
    db = check_db(L);
    code = sqlite3_exec(db_handle(db), "COMMIT", NULL, NULL, NULL);
    if (code != SQLITE_OK) return fail_sql(L, db, code);
    guard->pointer = NULL;
    return results;
}

static int l_db_in_transaction(lua_State *L) {
    lua_pushboolean(L, !sqlite3_get_autocommit(db_handle(check_db(L))));
    return 1;
}

/* ---- the connection ---- */

static int l_db_stamp(lua_State *L) {
    Db *db = check_db(L);
    long long others = 0, own = 0;
    int code = db_stamp(db, &others, &own);
    if (code != SQLITE_OK) return fail_sql(L, db, code);
    lua_pushinteger(L, others);
    lua_pushinteger(L, own);
    return 2;
}

static int l_db_backup(lua_State *L) {
    Db *db = check_db(L);
    const char *path = luaL_checkstring(L, 2);
    char message[256] = "";
    int code = db_backup(db, path, message, sizeof message);
    if (code == SQLITE_OK) return border_ok(L);
    return border_fail(L, db_code_name(code), "backup to %s: %s", path, message);
}

static int l_db_check(lua_State *L) {
    Db *db = check_db(L);
    lua_settop(L, 1);
    lua_pushliteral(L, "PRAGMA quick_check(1)");
    int code = SQLITE_OK;
    DbStatement *statement = open_statement(L, db, false, &code);
    if (statement) code = sqlite3_step(statement->stmt);
    if (!statement || code != SQLITE_ROW)
        return border_fail(L, db_code_name(code), "%s", sqlite3_errmsg(db_handle(db)));
    const char *verdict = (const char *)sqlite3_column_text(statement->stmt, 0);
    if (verdict && strcmp(verdict, "ok") == 0) return border_ok(L);
    return border_fail(L, "SQLITE_CORRUPT", "%s", verdict ? verdict : "the check says nothing");
}

static int l_db_limit(lua_State *L) {
    db_limit(check_db(L), luaL_optinteger(L, 2, 0), luaL_optinteger(L, 3, 0));
    return 0;
}

static int l_db_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, DB);
    Db *db = handle->pointer;
    handle->pointer = NULL;
    if (db) db_close(db);
    return 0;
}

static int l_db_open(lua_State *L) {
    static const char *const names[] = {"readonly", "create", "busy_ms", NULL};
    const char *path = luaL_checkstring(L, 1);
    DbOptions options = {.busy_ms = 5000};
    if (!lua_isnoneornil(L, 2)) {
        border_check_options(L, 2, names);
        options.readonly = border_opt_boolean(L, 2, "readonly", false);
        options.create = border_opt_boolean(L, 2, "create", false);
        options.busy_ms = (int)border_opt_integer(L, 2, "busy_ms", 5000);
    }
    BorderHandle *handle = border_handle_new(L, DB);
    char message[256] = "";
    Db *db = NULL;
    int code = db_open(path, options, &db, message, sizeof message);
    if (code != SQLITE_OK) return border_fail(L, db_code_name(code), "open %s: %s", path, message);
    handle->pointer = db;
    return 1;
}

static int l_db_blob(lua_State *L) {
    luaL_checkstring(L, 1);
    lua_newuserdatauv(L, 0, 1);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, BLOB);
    return 1;
}

static void make_metatables(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"backup", l_db_backup},
        {"check", l_db_check},
        {"each", l_db_each},
        {"exec", l_db_exec},
        {"in_transaction", l_db_in_transaction},
        {"limit", l_db_limit},
        {"row", l_db_row},
        {"rows", l_db_rows},
        {"run", l_db_run},
        {"stamp", l_db_stamp},
        {"transaction", l_db_transaction},
        {"value", l_db_value},
        {NULL, NULL},
    };
    border_metatable(L, DB, methods, l_db_close);
    border_metatable(L, STATEMENT, none, statement_close);
    border_metatable(L, GUARD, none, guard_close);
    luaL_newmetatable(L, BLOB);
    luaL_newmetatable(L, SQL_ERROR);
    lua_pushcfunction(L, error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 2);
}

int luaopen_host_db(lua_State *L);
int luaopen_host_db(lua_State *L) {
    static const luaL_Reg functions[] = {{"blob", l_db_blob}, {"open", l_db_open}, {NULL, NULL}};
    make_metatables(L);
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, (void *)&null_marker);
    lua_setfield(L, -2, "null");
    return 1;
}
