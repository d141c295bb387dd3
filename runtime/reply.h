/* A handler's response, copied out of Lua: status, headers, and a body, a file or a stream. A body
 * may go out compressed when the handler allows it (RFC 9110, 8.4 and 12.5.3). */
#ifndef LEFT4ME_REPLY_H
#define LEFT4ME_REPLY_H

#include <civetweb.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "stream.h"

typedef struct Reply {
    int status;
    Buffer headers; /* "Name: value\r\n" lines, without those this file writes itself */
    Buffer body;
    bool compress;      /* for who takes gzip; the headers say Vary then */
    char *file;         /* path of the file to send, or NULL */
    StreamSpec *stream; /* or NULL */
} Reply;

/* Read the response table at index. Raises a Lua error when it is not a proper response; whatever
 * was copied by then is the reply's, so call reply_free in any case. */
void reply_read(lua_State *L, int index, Reply *reply);
void reply_free(Reply *reply);

/* The same reply with its body compressed; the caller frees it. Returns false, and makes none, when
 * the handler did not allow it, when it saves nothing worth the work, and when there is no memory.
 */
bool reply_pack(const Reply *reply, Reply *ret_packed);
/* The bytes of status line, headers and body. */
void reply_bytes(const Reply *reply, bool head_only, bool keep_alive, Buffer *out);
/* Write them in one piece. head_only: a HEAD request. Returns the status.
 */
int reply_send(struct mg_connection *conn, const Reply *reply, bool head_only, bool keep_alive);
/* Start a response whose body follows: the head up to the empty line. length -1: until the end. */
void reply_head(Buffer *out, int status, const Buffer *headers, long long length, bool keep_alive);
/* Add a header unless the block has it. */
void reply_default(Buffer *headers, const char *name, const char *value);
/* A short plain text response; closes the connection. 405 is said of files. Returns the status. */
int reply_refuse(struct mg_connection *conn, int status, const char *text, int retry_after_s);

#endif
