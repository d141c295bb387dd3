/* One HTTP request: what CivetWeb parsed, checked again strictly, its body, its Lua table. */
#ifndef LEFT4ME_REQUEST_H
#define LEFT4ME_REQUEST_H

#include <civetweb.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#define REQUEST_BUFFER 16384   /* what CivetWeb reads a header block into */
#define REQUEST_HEAD_MAX 15360 /* what we accept of it */

typedef struct HttpRequest {
    const struct mg_request_info *info;
    const char *path, *query;
    char *body; /* malloc'ed, NULL when empty */
    size_t body_length;
} HttpRequest;

/* Refuse what CivetWeb lets pass but a proxy in front may read differently: bare line feeds,
 * folded, doubled or too many headers, blanks before a colon, Content-Length beside
 * Transfer-Encoding, a bad or missing Host. Returns 0 or the HTTP status to answer. */
int request_check(const struct mg_request_info *info);
/* Read the body, at most limit bytes, within timeout_ms in all (and one slice). Returns 0 or the
 * HTTP status to answer. */
int request_read_body(struct mg_connection *conn, size_t limit, int timeout_ms,
                      HttpRequest *request);
/* After an answer to a refused body: take a limited rest of it, else closing resets the connection
 * and the client never reads the answer. */
void request_discard_body(struct mg_connection *conn);
/* The value of a header by its lower-case name, or NULL. */
const char *request_header(const struct mg_request_info *info, const char *name);
/* Whether the connection may serve another request, by version and Connection header. */
bool request_keeps_alive(const struct mg_request_info *info);
/* Whether the client takes gzip: RFC 9110, 12.5.3, as far as anyone says it. */
bool request_takes_gzip(const struct mg_request_info *info);
/* Push the request's table. Raises Lua errors. */
void request_push(lua_State *L, const HttpRequest *request);

#endif
