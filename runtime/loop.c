/* host.loop: one epoll instance; Lua pulls the events, C never calls Lua. Tags live in the handle's user value. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "border.h"

#define LOOP "host.loop"
#define LOOP_EVENTS 64

typedef struct Loop {
    int epoll;
} Loop;

static int loop_open(Loop **ret_loop) {
    Loop *loop = malloc(sizeof *loop);
    if (!loop) return -ENOMEM;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        int err = errno;
        free(loop);
        return -err;
    }
    *ret_loop = loop;
    return 0;
}

static void loop_free(Loop *loop) {
    close(loop->epoll);
    free(loop);
}

static int loop_control(Loop *loop, int operation, int fd, unsigned interest) {
    struct epoll_event event = {.events = interest, .data.fd = fd};
    return epoll_ctl(loop->epoll, operation, fd, &event) < 0 ? -errno : 0;
}

/* ---- binding ---- */

static unsigned check_interest(lua_State *L, int index) {
    const char *mode = luaL_checkstring(L, index);
    if (strcmp(mode, "r") == 0) return EPOLLIN;
    if (strcmp(mode, "w") == 0) return EPOLLOUT;
    if (strcmp(mode, "rw") == 0) return EPOLLIN | EPOLLOUT;
    return (unsigned)luaL_argerror(L, index, "expected \"r\", \"w\" or \"rw\"");
}

static int l_loop_new(lua_State *L) {
    BorderHandle *handle = border_handle_new(L, LOOP);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    Loop *loop = NULL;
    int err = loop_open(&loop);
    if (err < 0) return border_fail_errno(L, -err, "epoll_create1");
    handle->pointer = loop;
    return 1;
}

static void remember_tag(lua_State *L, int fd, int index) {
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, fd);
    lua_pop(L, 1);
}

static int l_loop_add(lua_State *L) {
    Loop *loop = border_check_open(L, 1, LOOP);
    int fd = (int)luaL_checkinteger(L, 2);
    unsigned interest = check_interest(L, 3);
    luaL_checkany(L, 4);
    lua_settop(L, 4);
    lua_getiuservalue(L, 1, 1);
    lua_rawgeti(L, 5, fd); /* of one that is there already: it keeps its tag */
    remember_tag(L, fd, 4);
    int err = loop_control(loop, EPOLL_CTL_ADD, fd, interest);
    if (err == 0) return border_ok(L);
    lua_rawseti(L, 5, fd);
    return border_fail_errno(L, -err, "add descriptor %d to the loop", fd);
}

static int l_loop_mod(lua_State *L) {
    Loop *loop = border_check_open(L, 1, LOOP);
    int fd = (int)luaL_checkinteger(L, 2);
    int err = loop_control(loop, EPOLL_CTL_MOD, fd, check_interest(L, 3));
    if (err < 0) return border_fail_errno(L, -err, "change descriptor %d in the loop", fd);
    return border_ok(L);
}

static int l_loop_del(lua_State *L) {
    Loop *loop = border_check_open(L, 1, LOOP);
    int fd = (int)luaL_checkinteger(L, 2);
    int err = loop_control(loop, EPOLL_CTL_DEL, fd, 0);
    lua_settop(L, 2);
    lua_pushnil(L);
    remember_tag(L, fd, 3);
    if (err < 0) return border_fail_errno(L, -err, "remove descriptor %d from the loop", fd);
    return border_ok(L);
}

static void push_flag(lua_State *L, const char *name, unsigned set) {
    if (!set) return;
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, name);
}

static int l_loop_wait(lua_State *L) {
    Loop *loop = border_check_open(L, 1, LOOP);
    lua_Integer timeout = luaL_optinteger(L, 2, -1);
    if (timeout > 0x7fffffff) timeout = 0x7fffffff;
    struct epoll_event events[LOOP_EVENTS];
    int count = epoll_wait(loop->epoll, events, LOOP_EVENTS, timeout < 0 ? -1 : (int)timeout);
    int err = errno;
    if (count < 0 && err != EINTR) return border_fail_errno(L, err, "epoll_wait");
    lua_getiuservalue(L, 1, 1);
    lua_createtable(L, count > 0 ? count : 0, 0);
    for (int i = 0; i < count; i++) {
        lua_createtable(L, 0, 3);
        lua_rawgeti(L, -3, events[i].data.fd);
        lua_setfield(L, -2, "tag");
        push_flag(L, "readable", events[i].events & EPOLLIN);
        push_flag(L, "writable", events[i].events & EPOLLOUT);
        push_flag(L, "hangup", events[i].events & (EPOLLHUP | EPOLLERR));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int l_loop_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, LOOP);
    Loop *loop = handle->pointer;
    handle->pointer = NULL;
    if (loop) loop_free(loop);
    return 0;
}

int luaopen_host_loop(lua_State *L);
int luaopen_host_loop(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"add", l_loop_add}, {"del", l_loop_del}, {"mod", l_loop_mod},
        {"wait", l_loop_wait}, {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"new", l_loop_new}, {NULL, NULL}};
    border_metatable(L, LOOP, methods, l_loop_close);
    luaL_newlib(L, functions);
    return 1;
}
