/* Sends files: those beneath share_dir/static, and the one a handler names. */
#ifndef LEFT4ME_STATIC_H
#define LEFT4ME_STATIC_H

#include <civetweb.h>
#include <stdbool.h>

#include "buffer.h"

#define STATIC_PREFIX "/static/"

/* Serve a path that begins with STATIC_PREFIX: STATIC_PREFIX<assets_hash>/<file> for ever, without
 * the hash as it is now; an older hash is sent on to this one. Returns the status. */
int static_send(struct mg_connection *conn, const char *path, bool keep_alive);
/* Serve an absolute path with a handler's headers. Returns the status. */
int file_send(struct mg_connection *conn, const char *path, const Buffer *headers, bool keep_alive);

#endif
