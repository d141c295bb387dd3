/* Sends files: those beneath share_dir/static, and the one a handler names. */
#ifndef LEFT4ME_STATIC_H
#define LEFT4ME_STATIC_H

#include <civetweb.h>
#include <stdbool.h>

#include "buffer.h"

#define STATIC_PREFIX "/static/"

/* Open share_dir/static for static_send. Returns a descriptor or -errno. */
int static_open(void);
/* Serve a path that begins with STATIC_PREFIX. Returns the status. */
int static_send(struct mg_connection *conn, int directory, const char *path, bool keep_alive);
/* Serve an absolute path with a handler's headers. Returns the status. */
int file_send(struct mg_connection *conn, const char *path, const Buffer *headers, bool keep_alive);

#endif
