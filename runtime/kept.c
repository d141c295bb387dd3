/* Replies kept across requests: counted, so that one may be sent by some threads while its state is
 * gone. */
#include "kept.h"

#include <lauxlib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "border.h"
#include "request.h"

#define KEPT "host.serve kept reply"

typedef struct Variant {
    Reply reply;
    Buffer bytes; /* of the whole response, as connections that stay open get it */
} Variant;

struct Kept {
    atomic_int holders;
    Variant plain, packed;
    pthread_mutex_t packing;
    bool tried; /* to pack it; the packed one has no bytes when that failed */
};

static void free_variant(Variant *variant) {
    reply_free(&variant->reply);
    buffer_free(&variant->bytes);
}

void kept_release(Kept *kept) {
    if (atomic_fetch_sub(&kept->holders, 1) > 1) return;
    free_variant(&kept->plain);
    free_variant(&kept->packed);
    pthread_mutex_destroy(&kept->packing);
    free(kept);
}

static void pack(Kept *kept) {
    Variant packed = {0};
    if (reply_pack(&kept->plain.reply, &packed.reply))
        reply_bytes(&packed.reply, false, true, &packed.bytes);
    if (packed.bytes.failed) free_variant(&packed);
    kept->packed = packed;
}

/* Others who ask meanwhile wait: it takes less than packing it themselves. */
static const Variant *packed_variant(Kept *kept) {
    pthread_mutex_lock(&kept->packing);
    if (!kept->tried) pack(kept);
    kept->tried = true;
    pthread_mutex_unlock(&kept->packing);
    return kept->packed.bytes.length > 0 ? &kept->packed : &kept->plain;
}

int kept_send(struct mg_connection *conn, Kept *kept, bool head_only, bool keep_alive) {
    const Variant *variant =
        request_takes_gzip(mg_get_request_info(conn)) ? packed_variant(kept) : &kept->plain;
    if (head_only || !keep_alive) return reply_send(conn, &variant->reply, head_only, keep_alive);
    mg_write(conn, variant->bytes.data, variant->bytes.length);
    return variant->reply.status;
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
    pthread_mutex_init(&kept->packing, NULL);
    handle->pointer = kept;
    Variant *plain = &kept->plain;
    reply_read(L, 1, &plain->reply);
    if (plain->reply.file || plain->reply.stream)
        return luaL_error(L, "only a response with a body can be kept");
    reply_bytes(&plain->reply, false, true, &plain->bytes);
    return plain->bytes.failed ? luaL_error(L, "not enough memory") : 1;
}

void kept_register(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    border_metatable(L, KEPT, none, l_kept_close);
}
