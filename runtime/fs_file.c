/* host.fs: the Lua side of open files and locks. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "border.h"
#include "fs.h"
#include "fs_handle.h"

static int check_file(lua_State *L) { return border_check_fd(L, 1, FS_FILE); }

static int l_file_write(lua_State *L) {
    int fd = check_file(L);
    size_t size = 0;
    const char *bytes = luaL_checklstring(L, 2, &size);
    int result = fs_write_all(fd, bytes, size);
    return result < 0 ? border_fail_errno(L, -result, "write") : border_ok(L);
}

static int l_file_read(lua_State *L) {
    int fd = check_file(L);
    lua_Integer size = luaL_checkinteger(L, 2);
    luaL_argcheck(L, size > 0 && size <= INT_MAX, 2, "1 or more bytes");
    luaL_Buffer buffer;
    char *bytes = luaL_buffinitsize(L, &buffer, (size_t)size);
    size_t got = 0;
    int result = fs_read_all(fd, bytes, (size_t)size, &got);
    if (result < 0) return border_fail_errno(L, -result, "read");
    if (got == 0) return border_nothing(L, "eof");
    luaL_pushresultsize(&buffer, got);
    return 1;
}

static int l_file_seek(lua_State *L) {
    int fd = check_file(L);
    lua_Integer offset = luaL_checkinteger(L, 2);
    if (lseek(fd, offset, SEEK_SET) < 0) return border_fail_errno(L, errno, "seek");
    return border_ok(L);
}

static int l_file_size(lua_State *L) {
    struct stat st;
    if (fstat(check_file(L), &st) < 0) return border_fail_errno(L, errno, "size");
    lua_pushinteger(L, st.st_size);
    return 1;
}

static int l_file_sync(lua_State *L) {
    if (fdatasync(check_file(L)) < 0) return border_fail_errno(L, errno, "sync");
    return border_ok(L);
}

static int l_file_punch(lua_State *L) {
    int fd = check_file(L);
    lua_Integer offset = luaL_checkinteger(L, 2);
    lua_Integer length = luaL_checkinteger(L, 3);
    luaL_argcheck(L, offset >= 0, 2, "0 or more");
    luaL_argcheck(L, length > 0, 3, "1 or more bytes");
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) < 0)
        return border_fail_errno(L, errno, "punch");
    return border_ok(L);
}

static int l_file_fd(lua_State *L) {
    lua_pushinteger(L, check_file(L));
    return 1;
}

static int l_file_close(lua_State *L) { return border_close_fd(L, FS_FILE); }

static int l_lock_close(lua_State *L) { return border_close_fd(L, FS_LOCK); }

void fs_file_metatables(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg file[] = {
        {"fd", l_file_fd},     {"punch", l_file_punch}, {"read", l_file_read},
        {"seek", l_file_seek}, {"size", l_file_size},   {"sync", l_file_sync},
        {"write", l_file_write}, {NULL, NULL},
    };
    border_metatable(L, FS_FILE, file, l_file_close);
    border_metatable(L, FS_LOCK, none, l_lock_close);
}
