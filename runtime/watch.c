/* host.watch: files that change, as events on a descriptor (inotify(7)). An event is read after what
 * it tells of is done; many alike in a row come as one. Paths are trusted: a link at the end of one
 * is not followed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "border.h"

#define WATCH "host.watch"
#define WATCH_BUFFER 8192

typedef struct Watch {
    int fd;
    _Alignas(struct inotify_event) char buffer[WATCH_BUFFER];
} Watch;

static const struct {
    const char *name;
    uint32_t mask;
} kinds[] = {
    {"written", IN_MODIFY},  {"closed", IN_CLOSE_WRITE}, {"arrived", IN_MOVED_TO},
    {"made", IN_CREATE},     {"removed", IN_DELETE | IN_MOVED_FROM},
};

static uint32_t mask_of(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0) return kinds[i].mask;
    return 0;
}

static int watch_new(Watch **ret_watch) {
    Watch *watch = malloc(sizeof *watch);
    if (!watch) return -ENOMEM;
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd < 0) {
        int err = errno;
        free(watch);
        return -err;
    }
    *ret_watch = watch;
    return 0;
}

static void watch_free(Watch *watch) {
    close(watch->fd);
    free(watch);
}

static int watch_add(const Watch *watch, const char *path, uint32_t mask) {
    int id = inotify_add_watch(watch->fd, path, mask | IN_DONT_FOLLOW);
    return id < 0 ? -errno : id;
}

static int watch_remove(const Watch *watch, int id) {
    return inotify_rm_watch(watch->fd, id) < 0 ? -errno : 0;
}

/* Fills the buffer with whole events. Returns their bytes or negative errno. */
static int watch_read(Watch *watch) {
    ssize_t got = read(watch->fd, watch->buffer, sizeof watch->buffer);
    return got < 0 ? -errno : (int)got;
}

/* ---- binding ---- */

static int l_watch_new(lua_State *L) {
    BorderHandle *handle = border_handle_new(L, WATCH);
    Watch *watch = NULL;
    int err = watch_new(&watch);
    if (err < 0) return border_fail_errno(L, -err, "watch files");
    handle->pointer = watch;
    return 1;
}

static int l_watch_fd(lua_State *L) {
    const Watch *watch = border_check_open(L, 1, WATCH);
    lua_pushinteger(L, watch->fd);
    return 1;
}

/* watch:add(path, "written", "closed", …) */
static int l_watch_add(lua_State *L) {
    const Watch *watch = border_check_open(L, 1, WATCH);
    const char *path = luaL_checkstring(L, 2);
    uint32_t mask = 0;
    for (int i = 3; i <= lua_gettop(L) || i == 3; i++) {
        uint32_t kind = mask_of(luaL_checkstring(L, i));
        luaL_argcheck(L, kind, i, "expected written, closed, arrived, made or removed");
        mask |= kind;
    }
    int id = watch_add(watch, path, mask);
    if (id < 0) return border_fail_errno(L, -id, "watch %s", path);
    lua_pushinteger(L, id);
    return 1;
}

static int l_watch_remove(lua_State *L) {
    const Watch *watch = border_check_open(L, 1, WATCH);
    int err = watch_remove(watch, (int)luaL_checkinteger(L, 2));
    if (err < 0) return border_fail_errno(L, -err, "stop watching");
    return border_ok(L);
}

static void push_event(lua_State *L, const struct inotify_event *event) {
    lua_createtable(L, 0, 2);
    if (event->mask & IN_Q_OVERFLOW) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "lost");
        return;
    }
    lua_pushinteger(L, event->wd);
    lua_setfield(L, -2, "id");
    if (event->len > 0) {
        lua_pushstring(L, event->name);
        lua_setfield(L, -2, "name");
    }
    if (event->mask & IN_IGNORED) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "gone");
    }
}

static int l_watch_read(lua_State *L) {
    Watch *watch = border_check_open(L, 1, WATCH);
    int length = watch_read(watch);
    if (length == -EAGAIN) return border_nothing(L, "again");
    if (length < 0) return border_fail_errno(L, -length, "read what changed");
    lua_newtable(L);
    const char *at = watch->buffer;
    for (lua_Integer i = 1; at < watch->buffer + length; i++) {
        const struct inotify_event *event = (const void *)at;
        push_event(L, event);
        lua_rawseti(L, -2, i);
        at += sizeof *event + event->len;
    }
    return 1;
}

static int l_watch_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, WATCH);
    Watch *watch = handle->pointer;
    handle->pointer = NULL;
    if (watch) watch_free(watch);
    return 0;
}

int luaopen_host_watch(lua_State *L);
int luaopen_host_watch(lua_State *L) {
    static const luaL_Reg methods[] = {{"add", l_watch_add},
                                       {"fd", l_watch_fd},
                                       {"read", l_watch_read},
                                       {"remove", l_watch_remove},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"new", l_watch_new}, {NULL, NULL}};
    border_metatable(L, WATCH, methods, l_watch_close);
    luaL_newlib(L, functions);
    return 1;
}
