/* host.fs: the Lua side of files beneath a root. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "border.h"
#include "fs.h"
#include "fs_handle.h"

#define ROOT FS_ROOT
#define WALK "host.fs walk"

enum { READ_DEFAULT = 1 << 20, CHUNK_MAX = 1 << 20, LIST_DEFAULT = 10000, HOLDER_MAX = 512 };

static int check_root(lua_State *L) { return border_check_fd(L, 1, ROOT); }

/* NULL, which every engine function refuses, when the path holds a NUL byte. */
static const char *check_path(lua_State *L, int index) {
    size_t length = 0;
    const char *path = luaL_checklstring(L, index, &length);
    return strlen(path) == length ? path : NULL;
}

static mode_t opt_mode(lua_State *L, int index, mode_t fallback) {
    lua_Integer mode = luaL_optinteger(L, index, fallback);
    luaL_argcheck(L, mode >= 0 && mode <= 0777, index, "a mode is 0 to 0777");
    return (mode_t)mode;
}

static int fail(lua_State *L, int result, const char *verb, const char *path) {
    if (!path) return border_fail(L, "EINVAL", "%s: a path cannot hold a NUL byte", verb);
    if (result == -EXDEV)
        return border_fail(L, "EXDEV", "%s %.300s: the path leads out of its directory", verb, path);
    if (result == -ELOOP)
        return border_fail(L, "ELOOP", "%s %.300s: there is a symbolic link on the way", verb, path);
    if (result == -E2BIG)
        return border_fail(L, "E2BIG", "%s %.300s: there are too many directories", verb, path);
    return border_fail_errno(L, -result, "%s %.300s", verb, path);
}

static int done(lua_State *L, int result, const char *verb, const char *path) {
    return result < 0 ? fail(L, result, verb, path) : border_ok(L);
}

static const char *type_name(mode_t type) {
    switch (type & S_IFMT) {
    case S_IFREG: return "file";
    case S_IFDIR: return "directory";
    case S_IFLNK: return "symlink";
    case S_IFIFO: return "fifo";
    case S_IFSOCK: return "socket";
    case S_IFCHR:
    case S_IFBLK: return "device";
    default: return "unknown";
    }
}

static void set_integer(lua_State *L, const char *name, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

/* A file's time is any 64-bit number of seconds its owner likes. */
static lua_Integer milliseconds(const struct timespec *time) {
    lua_Integer ms = 0;
    if (__builtin_mul_overflow(time->tv_sec, 1000, &ms) ||
        __builtin_add_overflow(ms, time->tv_nsec / 1000000, &ms))
        return time->tv_sec < 0 ? LUA_MININTEGER : LUA_MAXINTEGER;
    return ms;
}

static void push_stat(lua_State *L, const struct stat *st) {
    lua_createtable(L, 0, 9);
    /* overlayfs: a character device of number 0 says that there is nothing, whatever is below */
    bool whiteout = S_ISCHR(st->st_mode) && st->st_rdev == 0;
    lua_pushstring(L, whiteout ? "whiteout" : type_name(st->st_mode));
    lua_setfield(L, -2, "type");
    set_integer(L, "size", st->st_size);
    set_integer(L, "mode", st->st_mode & 07777);
    set_integer(L, "mtime", milliseconds(&st->st_mtim));
    set_integer(L, "uid", st->st_uid);
    set_integer(L, "gid", st->st_gid);
    set_integer(L, "inode", (lua_Integer)st->st_ino);
    set_integer(L, "nlink", (lua_Integer)st->st_nlink);
    set_integer(L, "blocks", st->st_blocks);
}

static int l_fs_root(lua_State *L) {
    const char *path = check_path(L, 1);
    if (!path || *path != '/')
        return border_fail(L, "EINVAL", "open %.300s: not an absolute path", path ? path : "");
    BorderHandle *handle = border_handle_new(L, ROOT);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return border_fail_errno(L, errno, "open %.300s", path);
    border_keep_fd(handle, fd);
    return 1;
}

static int l_root_sub(lua_State *L) {
    static const char *const names[] = {"links", NULL};
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    uint64_t resolve = FS_FOLLOW;
    if (!lua_isnoneornil(L, 3)) {
        border_check_options(L, 3, names);
        resolve = border_opt_boolean(L, 3, "links", true) ? FS_FOLLOW : FS_STRICT;
    }
    BorderHandle *handle = border_handle_new(L, ROOT);
    lua_getiuservalue(L, 1, 1);
    lua_pushfstring(L, "%s/%s", lua_tostring(L, -1), rel ? rel : "");
    lua_setiuservalue(L, -3, 1);
    lua_pop(L, 1);
    int fd = fs_open(root, rel, O_PATH | O_DIRECTORY, 0, resolve);
    if (fd < 0) return fail(L, fd, "open", rel);
    border_keep_fd(handle, fd);
    return 1;
}

static int l_root_fd(lua_State *L) {
    lua_pushinteger(L, check_root(L));
    return 1;
}

static int l_root_path(lua_State *L) {
    check_root(L);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

static int l_root_close(lua_State *L) { return border_close_fd(L, ROOT); }

static int read_file(lua_State *L, int fd, size_t max, const char *rel) {
    struct stat st;
    size_t chunk = fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size + 1 : 4096;
    if (chunk > CHUNK_MAX) chunk = CHUNK_MAX;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    size_t got = 0;
    do {
        int result = fs_read_all(fd, luaL_prepbuffsize(&buffer, chunk), chunk, &got);
        if (result < 0) return fail(L, result, "read", rel);
        luaL_addsize(&buffer, got);
        if (luaL_bufflen(&buffer) > max)
            return border_fail(L, "EFBIG", "read %.300s: larger than %zu bytes", rel, max);
    } while (got == chunk);
    luaL_pushresult(&buffer);
    return 1;
}

static int open_handle(lua_State *L, int fd, const char *rel) {
    if (fd < 0) return fail(L, fd, "open", rel);
    border_keep_fd(lua_touserdata(L, -1), fd);
    return 1;
}

static int l_root_read(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    lua_Integer max = luaL_optinteger(L, 3, READ_DEFAULT);
    luaL_argcheck(L, max >= 0, 3, "0 or more bytes");
    BorderHandle *handle = border_handle_new(L, FS_FILE);
    lua_toclose(L, -1);
    int fd = fs_open_file(root, rel, O_RDONLY, 0, FS_FOLLOW);
    if (fd < 0) return fail(L, fd, "read", rel);
    border_keep_fd(handle, fd);
    return read_file(L, fd, (size_t)max, rel);
}

static int l_root_open(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    luaL_argcheck(L, strcmp(luaL_optstring(L, 3, "r"), "r") == 0, 3, "files open for reading only");
    border_handle_new(L, FS_FILE);
    return open_handle(L, fs_open_file(root, rel, O_RDONLY, 0, FS_FOLLOW), rel);
}

static int l_root_append(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    mode_t mode = opt_mode(L, 3, 0640);
    border_handle_new(L, FS_FILE);
    int flags = O_WRONLY | O_APPEND | O_CREAT;
    return open_handle(L, fs_open_file(root, rel, flags, mode, FS_STRICT), rel);
}

static int l_root_write(lua_State *L) {
    static const char *const names[] = {"sync", NULL};
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    size_t size = 0;
    const char *bytes = luaL_checklstring(L, 3, &size);
    mode_t mode = opt_mode(L, 4, 0640);
    bool sync = true;
    if (!lua_isnoneornil(L, 5)) {
        border_check_options(L, 5, names);
        sync = border_opt_boolean(L, 5, "sync", true);
    }
    return done(L, fs_write_file(root, rel, bytes, size, mode, sync), "write", rel);
}

static int l_root_stat(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    struct stat st;
    int result = fs_stat(root, rel, &st);
    if (result < 0) return fail(L, result, "stat", rel);
    push_stat(L, &st);
    return 1;
}

#define LIST "host.fs list"

static int l_list_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, LIST);
    FsList *list = handle->pointer;
    handle->pointer = NULL;
    if (list) fs_list_free(list);
    return 0;
}

static int push_list(lua_State *L, const FsList *list) {
    lua_createtable(L, (int)list->count, 0);
    for (size_t i = 0; i < list->count; i++) {
        lua_createtable(L, 0, 2);
        lua_pushstring(L, list->entries[i].name);
        lua_setfield(L, -2, "name");
        lua_pushstring(L, type_name(list->entries[i].type));
        lua_setfield(L, -2, "type");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushboolean(L, list->truncated);
    return 2;
}

static int l_root_list(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    lua_Integer max = luaL_optinteger(L, 3, LIST_DEFAULT);
    luaL_argcheck(L, max > 0 && max <= INT_MAX, 3, "1 or more entries");
    BorderHandle *handle = border_handle_new(L, LIST);
    lua_toclose(L, -1);
    FsList *list = NULL;
    int result = fs_list(root, rel, (size_t)max, &list);
    if (result < 0) return fail(L, result, "list", rel);
    handle->pointer = list;
    return push_list(L, list);
}

static int l_root_mkdir(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    return done(L, fs_mkdir(root, rel, opt_mode(L, 3, 0750)), "make directory", rel);
}

static int l_root_mkdirs(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    return done(L, fs_mkdirs(root, rel, opt_mode(L, 3, 0750)), "make directory", rel);
}

static int l_root_remove(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    return done(L, fs_remove(root, rel), "remove", rel);
}

static int l_root_remove_tree(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    return done(L, fs_remove_tree(root, rel), "remove", rel);
}

static unsigned check_rename_flags(lua_State *L) {
    static const char *const names[] = {"exchange", "replace", NULL};
    if (lua_isnoneornil(L, 4)) return RENAME_NOREPLACE;
    border_check_options(L, 4, names);
    if (border_opt_boolean(L, 4, "exchange", false)) return RENAME_EXCHANGE;
    return border_opt_boolean(L, 4, "replace", false) ? 0 : RENAME_NOREPLACE;
}

static int l_root_rename(lua_State *L) {
    int root = check_root(L);
    const char *from = check_path(L, 2);
    const char *to = check_path(L, 3);
    int result = fs_rename(root, from, to, check_rename_flags(L));
    return done(L, result, "rename", from && to ? to : NULL);
}

static int l_root_copy(lua_State *L) {
    int root = check_root(L);
    const char *from = check_path(L, 2);
    const char *to = check_path(L, 3);
    int result = fs_copy(root, from, to, opt_mode(L, 4, 0640));
    return done(L, result, "copy", from && to ? from : NULL);
}

static int l_root_symlink(lua_State *L) {
    int root = check_root(L);
    const char *target = check_path(L, 2);
    const char *rel = check_path(L, 3);
    return done(L, fs_symlink(root, target, rel), "link", target ? rel : NULL);
}

static int l_root_readlink(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    char target[PATH_MAX];
    int result = fs_readlink(root, rel, target, sizeof target);
    if (result < 0) return fail(L, result, "read link", rel);
    lua_pushstring(L, target);
    return 1;
}

static int l_root_opaque(lua_State *L) {
    int result = fs_opaque(check_root(L));
    if (result < 0) return fail(L, result, "look at", ".");
    lua_pushboolean(L, result);
    return 1;
}

static int l_root_chmod(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    luaL_checkinteger(L, 3);
    return done(L, fs_chmod(root, rel, opt_mode(L, 3, 0)), "change mode of", rel);
}

static int l_root_usage(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    FsUsage usage;
    int result = fs_usage(root, rel, &usage);
    if (result < 0) return fail(L, result, "measure", rel);
    lua_createtable(L, 0, 3);
    set_integer(L, "bytes", (lua_Integer)usage.bytes);
    set_integer(L, "files", (lua_Integer)usage.files);
    set_integer(L, "unreadable", (lua_Integer)usage.unreadable);
    return 1;
}

static int l_walk_next(lua_State *L) {
    FsWalk *walk = border_check_open(L, 1, WALK);
    const char *path = NULL;
    struct stat st;
    int result = fs_walk_next(walk, &path, &st);
    if (result < 0) return luaL_error(L, "walk: %s", strerror(-result));
    if (result == 0) return 0;
    lua_pushstring(L, path);
    push_stat(L, &st);
    return 2;
}

static int l_walk_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, WALK);
    FsWalk *walk = handle->pointer;
    handle->pointer = NULL;
    if (walk) fs_walk_close(walk);
    return 0;
}

static int l_root_walk(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    lua_pushcfunction(L, l_walk_next);
    BorderHandle *handle = border_handle_new(L, WALK);
    FsWalk *walk = NULL;
    int result = fs_walk_open(root, rel, &walk);
    if (result < 0) return fail(L, result, "walk", rel);
    handle->pointer = walk;
    lua_pushnil(L);
    lua_pushvalue(L, -2);
    return 4;
}

static int l_root_lock(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    const char *text = luaL_checkstring(L, 3);
    BorderHandle *handle = border_handle_new(L, FS_LOCK);
    char holder[HOLDER_MAX];
    int fd = fs_lock(root, rel, text, holder, sizeof holder);
    if (fd == -EWOULDBLOCK) return border_fail(L, "EWOULDBLOCK", "%s", holder);
    if (fd < 0) return fail(L, fd, "lock", rel);
    border_keep_fd(handle, fd);
    return 1;
}

static int l_root_holder(lua_State *L) {
    int root = check_root(L);
    const char *rel = check_path(L, 2);
    char holder[HOLDER_MAX];
    int result = fs_lock_holder(root, rel, holder, sizeof holder);
    if (result < 0) return fail(L, result, "lock", rel);
    if (result == 0) return border_nothing(L, "free");
    lua_pushstring(L, holder);
    return 1;
}

static int l_root_free(lua_State *L) {
    struct statvfs vfs;
    if (fstatvfs(check_root(L), &vfs) < 0) return border_fail_errno(L, errno, "free space");
    lua_createtable(L, 0, 2);
    set_integer(L, "free_bytes", (lua_Integer)vfs.f_bavail * (lua_Integer)vfs.f_frsize);
    set_integer(L, "total_bytes", (lua_Integer)vfs.f_blocks * (lua_Integer)vfs.f_frsize);
    return 1;
}

int luaopen_host_fs(lua_State *L);
int luaopen_host_fs(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg root[] = {
        {"append", l_root_append}, {"chmod", l_root_chmod},
        {"copy", l_root_copy},     {"fd", l_root_fd},
        {"free", l_root_free},     {"holder", l_root_holder},
        {"list", l_root_list},
        {"lock", l_root_lock},     {"mkdir", l_root_mkdir},
        {"mkdirs", l_root_mkdirs}, {"opaque", l_root_opaque},
        {"open", l_root_open},
        {"path", l_root_path},     {"read", l_root_read},
        {"readlink", l_root_readlink}, {"remove", l_root_remove},
        {"remove_tree", l_root_remove_tree}, {"rename", l_root_rename},
        {"stat", l_root_stat},     {"sub", l_root_sub},
        {"symlink", l_root_symlink}, {"usage", l_root_usage},
        {"walk", l_root_walk},     {"write", l_root_write},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"root", l_fs_root}, {NULL, NULL}};
    fs_file_metatables(L);
    border_metatable(L, WALK, none, l_walk_close);
    border_metatable(L, LIST, none, l_list_close);
    border_metatable(L, ROOT, root, l_root_close);
    luaL_newlib(L, functions);
    return 1;
}
