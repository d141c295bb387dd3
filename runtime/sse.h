/* Runs a stream on the worker thread that owns the connection, without any Lua state. */
#ifndef LEFT4ME_SSE_H
#define LEFT4ME_SSE_H

#include <civetweb.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "stream.h"

/* Serve the stream until it ends, its reader goes, its right is revoked, or the server stops.
 * headers are the handler's; since is hub_now() before the handler ran: a revocation after that
 * counts. head_only: a HEAD request. */
void sse_run(struct mg_connection *conn, const StreamSpec *spec, const Buffer *headers,
             uint64_t since, bool head_only);

#endif
