/* SQLite connections: one statement cache each, results as SQLite codes, no Lua. */
#include "db.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

/* Few steps between two looks at the clock: a single one can work on LIMITED_VALUE bytes. */
enum { CACHE_SLOTS = 256, SQL_MAX = 1000000, PROGRESS_STEP = 10 };
enum { LIMITED_VALUE = 300000, LIMITED_PATTERN = 100 };

/* Alive until closed and the last statement came back: an iterator may outlive its connection. */
struct Db {
    sqlite3 *handle;
    bool closed;
    size_t in_use;
    long long max_ops, ops, max_ms, deadline_ms;
    DbStatement *cache[CACHE_SLOTS];
};

static int is_over(void *data) {
    Db *db = data;
    db->ops += PROGRESS_STEP;
    if (db->max_ops > 0 && db->ops > db->max_ops) return 1;
    return db->max_ms > 0 && monotonic_ms() > db->deadline_ms;
}

static void start_limits(Db *db) {
    db->ops = 0;
    if (db->max_ms > 0) db->deadline_ms = monotonic_ms() + db->max_ms;
}

void db_limit(Db *db, long long max_ops, long long max_ms) {
    bool limited = max_ops > 0 || max_ms > 0;
    db->max_ops = max_ops;
    db->max_ms = max_ms;
    start_limits(db);
    sqlite3_progress_handler(db->handle, PROGRESS_STEP, limited ? is_over : NULL, db);
    if (!limited) return;
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LIMITED_VALUE);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LIMITED_PATTERN);
}

static int configure(Db *db, DbOptions options) {
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, options.busy_ms);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* ATTACH and VACUUM INTO would reach other files. */
    if (options.readonly) sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
    return sqlite3_exec(db->handle, "PRAGMA schema_version", NULL, NULL, NULL);
}

/* A new file is for its owner only: it holds digests and RCON passwords. SQLite gives -wal and -shm
 * the same mode. */
static void make_private(const char *path) {
    if (strcmp(path, ":memory:") == 0) return;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) close(fd);
}

int db_open(const char *path, DbOptions options, Db **ret_db, char *message, size_t size) {
    Db *db = calloc(1, sizeof *db);
    if (!db) return SQLITE_NOMEM;
    int flags = SQLITE_OPEN_NOMUTEX;
    if (options.readonly)
        flags |= SQLITE_OPEN_READONLY;
    else
        flags |= SQLITE_OPEN_READWRITE | (options.create ? SQLITE_OPEN_CREATE : 0);
    if (options.create && !options.readonly) make_private(path);
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (code == SQLITE_OK) code = configure(db, options);
    if (code != SQLITE_OK) {
        snprintf(message, size, "%s", db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
        db_close(db);
        return code;
    }
    *ret_db = db;
    return SQLITE_OK;
}

static void free_when_unused(Db *db) {
    if (db->closed && db->in_use == 0) free(db);
}

static void statement_free(DbStatement *statement) {
    sqlite3_finalize(statement->stmt);
    free(statement->sql);
    free(statement);
}

void db_close(Db *db) {
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        DbStatement *statement = db->cache[i];
        db->cache[i] = NULL;
        if (!statement) continue;
        if (statement->busy) {
            free(statement->sql);
            statement->sql = NULL;
        } else {
            statement_free(statement);
        }
    }
    if (db->handle) sqlite3_progress_handler(db->handle, 0, NULL, NULL);
    sqlite3_close_v2(db->handle);
    db->closed = true;
    free_when_unused(db);
}

bool db_is_closed(const Db *db) { return db->closed; }

sqlite3 *db_handle(const Db *db) { return db->handle; }

static size_t slot_of(const char *sql, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)sql[i]) * 16777619u;
    return hash % CACHE_SLOTS;
}

static int prepare(Db *db, const char *sql, size_t length, sqlite3_stmt **ret_stmt) {
    if (length > SQL_MAX) return SQLITE_TOOBIG;
    sqlite3_stmt *stmt = NULL, *second = NULL;
    const char *tail = NULL;
    int code = sqlite3_prepare_v3(db->handle, sql, (int)length, SQLITE_PREPARE_PERSISTENT, &stmt,
                                  &tail);
    if (code != SQLITE_OK) return code;
    /* Only blanks and comments may follow: they prepare to nothing. */
    int rest = sqlite3_prepare_v2(db->handle, tail, (int)(sql + length - tail), &second, NULL);
    sqlite3_finalize(second);
    if (!stmt || second || rest != SQLITE_OK) {
        sqlite3_finalize(stmt);
        return SQLITE_MISUSE;
    }
    *ret_stmt = stmt;
    return SQLITE_OK;
}

/* Puts the statement where its text belongs, unless one in use is there. */
static void cache_put(Db *db, DbStatement *statement, const char *sql, size_t length, size_t slot) {
    DbStatement *old = db->cache[slot];
    if (old && old->busy) return;
    char *copy = malloc(length + 1);
    if (!copy) return;
    memcpy(copy, sql, length);
    copy[length] = '\0';
    if (old) statement_free(old);
    statement->sql = copy;
    statement->length = length;
    db->cache[slot] = statement;
}

static DbStatement *cache_get(const Db *db, const char *sql, size_t length, size_t slot) {
    DbStatement *found = db->cache[slot];
    if (!found || found->busy || found->length != length) return NULL;
    return memcmp(found->sql, sql, length) == 0 ? found : NULL;
}

int db_acquire(Db *db, const char *sql, size_t length, DbStatement **ret_statement) {
    size_t slot = slot_of(sql, length);
    DbStatement *statement = cache_get(db, sql, length, slot);
    start_limits(db);
    if (!statement) {
        sqlite3_stmt *stmt = NULL;
        int code = prepare(db, sql, length, &stmt);
        if (code != SQLITE_OK) return code;
        statement = calloc(1, sizeof *statement);
        if (!statement) {
            sqlite3_finalize(stmt);
            return SQLITE_NOMEM;
        }
        statement->db = db;
        statement->stmt = stmt;
        cache_put(db, statement, sql, length, slot);
    }
    statement->busy = true;
    db->in_use++;
    *ret_statement = statement;
    return SQLITE_OK;
}

void db_release(DbStatement *statement) {
    Db *db = statement->db;
    statement->busy = false;
    db->in_use--;
    if (statement->sql) {
        sqlite3_reset(statement->stmt);
        sqlite3_clear_bindings(statement->stmt);
    } else {
        statement_free(statement);
    }
    free_when_unused(db);
}

/* https://www.sqlite.org/pragma.html#pragma_data_version counts what others commit, total_changes
 * what this connection changes. */
int db_stamp(Db *db, long long *ret_others, long long *ret_own) {
    static const char sql[] = "PRAGMA data_version";
    DbStatement *statement = NULL;
    int code = db_acquire(db, sql, sizeof sql - 1, &statement);
    if (code != SQLITE_OK) return code;
    code = sqlite3_step(statement->stmt);
    if (code == SQLITE_ROW) {
        *ret_others = sqlite3_column_int64(statement->stmt, 0);
        *ret_own = sqlite3_total_changes64(db->handle);
        code = SQLITE_OK;
    }
    db_release(statement);
    return code;
}

static int copy_into(sqlite3 *target, sqlite3 *source) {
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", source, "main");
    if (!backup) return sqlite3_extended_errcode(target);
    sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup);
}

static bool same_file(const Db *db, const char *path) {
    const char *own = sqlite3_db_filename(db->handle, "main");
    struct stat a, b;
    return own && stat(own, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

int db_backup(Db *db, const char *to_path, char *message, size_t size) {
    if (same_file(db, to_path)) {
        snprintf(message, size, "that is the database itself");
        return SQLITE_CANTOPEN;
    }
    bool existed = access(to_path, F_OK) == 0;
    make_private(to_path);
    sqlite3 *target = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(to_path, &target, flags, NULL);
    if (code == SQLITE_OK) code = copy_into(target, db->handle);
    if (code != SQLITE_OK)
        snprintf(message, size, "%s", target ? sqlite3_errmsg(target) : "out of memory");
    sqlite3_close(target);
    if (code != SQLITE_OK && !existed) unlink(to_path);
    return code;
}

typedef struct CodeName {
    int code;
    const char *name;
} CodeName;

#define NAME(code) {code, #code}
static const CodeName code_names[] = {
    NAME(SQLITE_CONSTRAINT_CHECK), NAME(SQLITE_CONSTRAINT_DATATYPE),
    NAME(SQLITE_CONSTRAINT_FOREIGNKEY), NAME(SQLITE_CONSTRAINT_NOTNULL),
    NAME(SQLITE_CONSTRAINT_PRIMARYKEY), NAME(SQLITE_CONSTRAINT_ROWID),
    NAME(SQLITE_CONSTRAINT_TRIGGER), NAME(SQLITE_CONSTRAINT_UNIQUE), NAME(SQLITE_BUSY_SNAPSHOT),
    NAME(SQLITE_ERROR), NAME(SQLITE_INTERNAL), NAME(SQLITE_PERM), NAME(SQLITE_ABORT),
    NAME(SQLITE_BUSY), NAME(SQLITE_LOCKED), NAME(SQLITE_NOMEM), NAME(SQLITE_READONLY),
    NAME(SQLITE_INTERRUPT), NAME(SQLITE_IOERR), NAME(SQLITE_CORRUPT), NAME(SQLITE_NOTFOUND),
    NAME(SQLITE_FULL), NAME(SQLITE_CANTOPEN), NAME(SQLITE_PROTOCOL), NAME(SQLITE_EMPTY),
    NAME(SQLITE_SCHEMA), NAME(SQLITE_TOOBIG), NAME(SQLITE_CONSTRAINT), NAME(SQLITE_MISMATCH),
    NAME(SQLITE_MISUSE), NAME(SQLITE_NOLFS), NAME(SQLITE_AUTH), NAME(SQLITE_RANGE),
    NAME(SQLITE_NOTADB),
};

static const char *listed_name(int code) {
    for (size_t i = 0; i < sizeof code_names / sizeof *code_names; i++)
        if (code_names[i].code == code) return code_names[i].name;
    return NULL;
}

const char *db_code_name(int code) {
    const char *name = listed_name(code);
    if (!name) name = listed_name(code & 0xff);
    return name ? name : "SQLITE_UNKNOWN";
}
