/* The binding of host.sock. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "border.h"
#include "sock.h"

#define SOCK "host.sock"
#define SOCK_READ_MAX (1 << 20)

static int check_fd(lua_State *L) { return border_check_fd(L, 1, SOCK); }

/* Returns the handle below the top with the descriptor in it, or the failure. */
static int finish(lua_State *L, BorderHandle *handle, int fd, const char *what) {
    if (fd == -EAGAIN) return border_nothing(L, "again");
    if (fd < 0) return border_fail_errno(L, -fd, "%s", what);
    border_keep_fd(handle, fd);
    return 1;
}

static int l_sock_tcp_connect(lua_State *L) {
    const char *ip = luaL_checkstring(L, 1);
    int port = (int)luaL_checkinteger(L, 2);
    BorderHandle *handle = border_handle_new(L, SOCK);
    return finish(L, handle, sock_tcp_connect(ip, port), ip);
}

static int l_sock_tcp_listen(lua_State *L) {
    const char *ip = luaL_checkstring(L, 1);
    int port = (int)luaL_checkinteger(L, 2);
    BorderHandle *handle = border_handle_new(L, SOCK);
    return finish(L, handle, sock_tcp_listen(ip, port), ip);
}

static int l_sock_udp(lua_State *L) {
    const char *ip = luaL_optstring(L, 1, "0.0.0.0");
    int port = (int)luaL_optinteger(L, 2, 0);
    BorderHandle *handle = border_handle_new(L, SOCK);
    return finish(L, handle, sock_udp(ip, port), ip);
}

static int l_sock_unix_listen(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    mode_t mode = (mode_t)luaL_optinteger(L, 2, 0600);
    BorderHandle *handle = border_handle_new(L, SOCK);
    return finish(L, handle, sock_unix_listen(path, mode), path);
}

static int l_sock_unix_connect(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    BorderHandle *handle = border_handle_new(L, SOCK);
    return finish(L, handle, sock_unix_connect(path), path);
}

static int l_accept(lua_State *L) {
    int fd = check_fd(L);
    BorderHandle *handle = border_handle_new(L, SOCK);
    return finish(L, handle, sock_accept(fd), "accept");
}

static int l_connected(lua_State *L) {
    int err = sock_connected(check_fd(L));
    if (err == -EAGAIN) return border_nothing(L, "again");
    if (err < 0) return border_fail_errno(L, -err, "connect");
    return border_ok(L);
}

static int l_fd(lua_State *L) {
    lua_pushinteger(L, check_fd(L));
    return 1;
}

static int l_local_port(lua_State *L) {
    int port = sock_local_port(check_fd(L));
    if (port < 0) return border_fail_errno(L, -port, "getsockname");
    lua_pushinteger(L, port);
    return 1;
}

static int l_peer(lua_State *L) {
    int fd = check_fd(L);
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return border_fail_errno(L, errno, "peer credentials");
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, peer.pid);
    lua_setfield(L, -2, "pid");
    lua_pushinteger(L, (lua_Integer)peer.uid);
    lua_setfield(L, -2, "uid");
    lua_pushinteger(L, (lua_Integer)peer.gid);
    lua_setfield(L, -2, "gid");
    return 1;
}

static lua_Integer check_max(lua_State *L) {
    lua_Integer max = luaL_optinteger(L, 2, 65536);
    luaL_argcheck(L, max > 0 && max <= SOCK_READ_MAX, 2, "out of range");
    return max;
}

static int l_recv(lua_State *L) {
    int fd = check_fd(L);
    lua_Integer max = check_max(L);
    luaL_Buffer buffer;
    char *room = luaL_buffinitsize(L, &buffer, (size_t)max);
    ssize_t got = recv(fd, room, (size_t)max, 0);
    int err = errno;
    luaL_pushresultsize(&buffer, got > 0 ? (size_t)got : 0);
    if (got > 0) return 1;
    if (got < 0 && (err == EAGAIN || err == EINTR)) return border_nothing(L, "again");
    if (got < 0) return border_fail_errno(L, err, "receive");
    return border_nothing(L, "eof");
}

static int l_recvfrom(lua_State *L) {
    int fd = check_fd(L);
    lua_Integer max = check_max(L);
    luaL_Buffer buffer;
    SockAddress from = {0};
    char *room = luaL_buffinitsize(L, &buffer, (size_t)max);
    ssize_t got = sock_receive_from(fd, room, (size_t)max, &from);
    luaL_pushresultsize(&buffer, got > 0 ? (size_t)got : 0);
    if (got == -EAGAIN || got == -EINTR) return border_nothing(L, "again");
    if (got < 0) return border_fail_errno(L, (int)-got, "receive");
    lua_pushstring(L, from.ip);
    lua_pushinteger(L, from.port);
    return 3;
}

static int push_sent(lua_State *L, ssize_t sent) {
    if (sent == -EAGAIN || sent == -EINTR || sent == -EINPROGRESS) return border_nothing(L, "again");
    if (sent < 0) return border_fail_errno(L, (int)-sent, "send");
    lua_pushinteger(L, sent);
    return 1;
}

static int l_send(lua_State *L) {
    int fd = check_fd(L);
    size_t length = 0;
    const char *data = luaL_checklstring(L, 2, &length);
    ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
    return push_sent(L, sent < 0 ? -errno : sent);
}

static int l_sendto(lua_State *L) {
    int fd = check_fd(L);
    size_t length = 0;
    const char *data = luaL_checklstring(L, 2, &length);
    const char *ip = luaL_checkstring(L, 3);
    return push_sent(L, sock_send_to(fd, data, length, ip, (int)luaL_checkinteger(L, 4)));
}

static int l_wait(lua_State *L) {
    int fd = check_fd(L);
    static const char *const modes[] = {"r", "w", NULL};
    bool for_writing = luaL_checkoption(L, 2, NULL, modes) == 1;
    int ready = sock_wait(fd, for_writing, (int)luaL_optinteger(L, 3, -1));
    if (ready < 0) return border_fail_errno(L, -ready, "poll");
    if (ready > 0) return border_ok(L);
    return border_nothing(L, "timeout");
}

static int l_close(lua_State *L) { return border_close_fd(L, SOCK); }

int luaopen_host_sock(lua_State *L);
int luaopen_host_sock(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"accept", l_accept}, {"connected", l_connected}, {"fd", l_fd},
        {"local_port", l_local_port}, {"peer", l_peer}, {"recv", l_recv},
        {"recvfrom", l_recvfrom}, {"send", l_send}, {"sendto", l_sendto},
        {"wait", l_wait}, {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"tcp_connect", l_sock_tcp_connect},   {"tcp_listen", l_sock_tcp_listen},
        {"udp", l_sock_udp},                   {"unix_connect", l_sock_unix_connect},
        {"unix_listen", l_sock_unix_listen},   {NULL, NULL},
    };
    border_metatable(L, SOCK, methods, l_close);
    luaL_newlib(L, functions);
    return 1;
}
