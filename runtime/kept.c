/* Replies kept across requests: counted, so that one may be sent by some threads while its state is
 * gone. */
#include "kept.h"

#include <lauxlib.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "border.h"

#define KEPT "host.serve kept reply"

struct Kept {
    atomic_int holders;
    Reply reply;
    Buffer bytes; /* of the whole response, as connections that stay open get it */
};

void kept_release(Kept *kept) {
    if (atomic_fetch_sub(&kept->holders, 1) > 1) return;
    reply_free(&kept->reply);
    buffer_free(&kept->bytes);
    free(kept);
}

int kept_send(struct mg_connection *conn, const Kept *kept, bool keep_alive) {
    if (!keep_alive) return reply_send(conn, &kept->reply, false, false);
    mg_write(conn, kept->bytes.data, kept->bytes.length);
    return kept->reply.status;
}

Kept *kept_hold(lua_State *L, int index) {
    BorderHandle *handle = luaL_testudata(L, index, KEPT);
    Kept *kept = handle ? handle->pointer : NULL;
    if (kept) atomic_fetch_add(&kept->holders, 1);
    return kept;
}

static int l_kept_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, KEPT);
    Kept *kept = handle->pointer;
    handle->pointer = NULL;
    if (kept) kept_release(kept);
    return 0;
}

int l_serve_keep(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    BorderHandle *handle = border_handle_new(L, KEPT);
    Kept *kept = calloc(1, sizeof *kept);
    if (!kept) return luaL_error(L, "not enough memory");
    atomic_init(&kept->holders, 1);
    handle->pointer = kept;
    reply_read(L, 1, &kept->reply);
    if (kept->reply.file || kept->reply.stream)
        return luaL_error(L, "only a response with a body can be kept");
    reply_bytes(&kept->reply, false, true, &kept->bytes);
    return kept->bytes.failed ? luaL_error(L, "not enough memory") : 1;
}

void kept_register(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    border_metatable(L, KEPT, none, l_kept_close);
}
