/* A reply many requests are answered with: held by a Lua value and by each answer that is being
 * sent. */
#ifndef LEFT4ME_KEPT_H
#define LEFT4ME_KEPT_H

#include <lua.h>

#include "reply.h"

typedef struct Kept Kept;

/* The kept reply at index with a hold of the caller's own, or NULL when there is none. */
Kept *kept_hold(lua_State *L, int index);
void kept_release(Kept *kept);
/* Send it, with the date of its making, compressed if it may be and the client takes that.
 * head_only: a HEAD request. Returns the status. */
int kept_send(struct mg_connection *conn, Kept *kept, bool head_only, bool keep_alive);

/* serve.keep(response): pushes a kept reply, made of the response now and never again; it is
 * compressed once, when a client first takes that. */
int l_serve_keep(lua_State *L);
/* Make the metatable of kept replies. */
void kept_register(lua_State *L);

#endif
