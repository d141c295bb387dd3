/* SQLite without Lua: a connection with cached statements and a bound on the work of one statement.
 * Functions return a SQLite result code (extended), SQLITE_OK being 0. */
#ifndef LEFT4ME_DB_H
#define LEFT4ME_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Db Db;

/* A prepared statement in use; goes back to the cache by db_release. */
typedef struct DbStatement {
    Db *db;
    sqlite3_stmt *stmt;
    char *sql; /* NULL when not cached */
    size_t length;
    bool busy;
} DbStatement;

typedef struct DbOptions {
    bool readonly, create;
    int busy_ms;
} DbOptions;

/* Opens and reads the header, so that a file that is no database fails here. message (size bytes)
 * is filled on failure. */
int db_open(const char *path, DbOptions options, Db **ret_db, char *message, size_t size);
/* Statements still in use stay valid until their release. */
void db_close(Db *db);
bool db_is_closed(const Db *db);
sqlite3 *db_handle(const Db *db);
/* Bounds each statement to about max_ops virtual machine steps and max_ms of time (0: no bound), its
 * values and patterns to what the console needs. Both 0 lifts the bounds on work. */
void db_limit(Db *db, long long max_ops, long long max_ms);

/* SQLITE_MISUSE when sql holds no statement, or more than one. */
int db_acquire(Db *db, const char *sql, size_t length, DbStatement **ret_statement);
void db_release(DbStatement *statement);
/* Copies the whole database to a file in one step. */
int db_backup(Db *db, const char *to_path, char *message, size_t size);

/* Two numbers of which at least one changes whenever the content has: by others, by this connection. */
int db_stamp(Db *db, long long *ret_others, long long *ret_own);

/* "SQLITE_BUSY"; the name of the primary code for an extended one not listed. */
const char *db_code_name(int code);

#endif
