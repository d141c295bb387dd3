/* Copies a handler's response out of Lua and writes responses to the socket. */
#include "reply.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "border.h"
#include "gzip.h"

#define PACK_MIN 1024 /* a body that fits into one packet is as fast as it is */
/* A list of 50 jobs (31.2 KB) takes 0.26 ms and gives 5.5 KB at level 1, 0.38 ms and 5.0 KB at 4,
 * 0.44 ms and 4.9 KB at 6: all go out in the first flight of TCP (ten packets), so a visitor sees
 * the time alone. */
#define PACK_LEVEL 1

/* These belong to the server; a handler that sets one is wrong. */
static bool is_ours(const char *name) {
    static const char *const ours[] = {"connection", "content-length", "date", "transfer-encoding",
                                       NULL};
    for (const char *const *our = ours; *our; our++)
        if (strcasecmp(name, *our) == 0) return true;
    return false;
}

static bool is_name(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '-') return false;
    return length > 0 && length < 64;
}

/* No control characters: a line break in a value would start another header. */
static bool is_value(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < 32 && text[i] != '\t') || text[i] == 127) return false;
    return length < 8192;
}

static void read_header(lua_State *L, Buffer *out) {
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    size_t name_length = 0, value_length = 0;
    const char *name = lua_tolstring(L, -2, &name_length);
    const char *value = lua_tolstring(L, -1, &value_length);
    if (!name || !is_name(name, name_length) || is_ours(name))
        luaL_error(L, "bad response header name '%s'", name ? name : "?");
    if (!value || !is_value(value, value_length))
        luaL_error(L, "bad value of response header '%s'", name);
    buffer_add(out, name, name_length);
    buffer_add(out, ": ", 2);
    buffer_add(out, value, value_length);
    buffer_add(out, "\r\n", 2);
    lua_pop(L, 2);
}

static void read_headers(lua_State *L, int index, Buffer *out) {
    if (lua_getfield(L, index, "headers") != LUA_TNIL) {
        luaL_checktype(L, -1, LUA_TTABLE);
        lua_Integer count = luaL_len(L, -1);
        for (lua_Integer i = 1; i <= count; i++) {
            lua_rawgeti(L, -1, i);
            read_header(L, out);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

static void read_file(lua_State *L, Reply *reply) {
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_getfield(L, -1, "path");
    size_t length = 0;
    const char *path = luaL_checklstring(L, -1, &length);
    if (path[0] != '/' || strlen(path) != length) luaL_error(L, "a file needs an absolute path");
    reply->file = strdup(path);
    if (!reply->file) luaL_error(L, "not enough memory");
    lua_pop(L, 1);
}

static void read_body(lua_State *L, int index, Buffer *body) {
    size_t length = 0;
    lua_getfield(L, index, "body");
    const char *text = luaL_optlstring(L, -1, "", &length);
    buffer_add(body, text, length);
    lua_pop(L, 1);
}

static bool has_header(const Buffer *headers, const char *name) {
    size_t length = strlen(name);
    const char *line = headers->data, *end = headers->data + headers->length;
    while (line < end) {
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') return true;
        line = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
    }
    return false;
}

static void read_compress(lua_State *L, int index, Reply *reply) {
    reply->compress = border_opt_boolean(L, index, "compress", false);
    if (!reply->compress) return;
    if (reply->file || reply->stream) luaL_error(L, "only a body can be compressed");
    if (has_header(&reply->headers, "Content-Encoding"))
        luaL_error(L, "what has a Content-Encoding is not compressed again");
    buffer_addf(&reply->headers, "Vary: Accept-Encoding\r\n");
}

void reply_read(lua_State *L, int index, Reply *reply) {
    static const char *const fields[] = {"status", "headers", "body", "compress",
                                         "file",   "stream",  NULL};
    index = lua_absindex(L, index);
    border_check_options(L, index, fields);
    lua_Integer status = border_opt_integer(L, index, "status", 200);
    if (status < 200 || status > 599) luaL_error(L, "bad response status %I", (LUAI_UACINT)status);
    reply->status = (int)status;
    read_headers(L, index, &reply->headers);
    read_body(L, index, &reply->body);
    if (lua_getfield(L, index, "file") != LUA_TNIL) read_file(L, reply);
    if (lua_getfield(L, index, "stream") != LUA_TNIL) stream_read(L, lua_gettop(L), &reply->stream);
    lua_pop(L, 2);
    bool whole = !reply->headers.failed && !reply->body.failed;
    if (whole) read_compress(L, index, reply);
    if (!whole || reply->headers.failed) luaL_error(L, "not enough memory");
}

void reply_free(Reply *reply) {
    buffer_free(&reply->headers);
    buffer_free(&reply->body);
    free(reply->file);
    free(reply->stream);
    *reply = (Reply){0};
}

/* RFC 9110, 6.6.1. Kept for a second: strftime looks at /etc/localtime each time. */
static void add_date(Buffer *out) {
    static _Thread_local struct {
        time_t at;
        char text[64];
    } date;
    time_t now = time(NULL);
    if (date.at != now) {
        struct tm utc;
        gmtime_r(&now, &utc);
        strftime(date.text, sizeof date.text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
        date.at = now;
    }
    buffer_add(out, date.text, strlen(date.text));
}

static bool is_bodyless(int status) { return status == 204 || status == 304; }

void reply_head(Buffer *out, int status, const Buffer *headers, long long length, bool keep_alive) {
    buffer_addf(out, "HTTP/1.1 %d %s\r\n", status, mg_get_response_code_text(NULL, status));
    add_date(out);
    if (headers) buffer_add(out, headers->data, headers->length);
    if (length >= 0 && !is_bodyless(status)) buffer_addf(out, "Content-Length: %lld\r\n", length);
    buffer_addf(out, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close");
}

void reply_default(Buffer *headers, const char *name, const char *value) {
    if (!has_header(headers, name)) buffer_addf(headers, "%s: %s\r\n", name, value);
}

bool reply_pack(const Reply *reply, Reply *ret_packed) {
    const Buffer *body = &reply->body;
    if (!reply->compress || body->length < PACK_MIN || is_bodyless(reply->status)) return false;
    Reply packed = {.status = reply->status};
    buffer_add(&packed.headers, reply->headers.data, reply->headers.length);
    buffer_addf(&packed.headers, "Content-Encoding: gzip\r\n");
    bool made =
        !packed.headers.failed && gzip_bytes(body->data, body->length, PACK_LEVEL, &packed.body);
    if (made) *ret_packed = packed;
    if (!made) reply_free(&packed);
    return made;
}

void reply_bytes(const Reply *reply, bool head_only, bool keep_alive, Buffer *out) {
    bool bodyless = head_only || is_bodyless(reply->status);
    reply_head(out, reply->status, &reply->headers, (long long)reply->body.length, keep_alive);
    if (!bodyless) buffer_add(out, reply->body.data, reply->body.length);
}

int reply_send(struct mg_connection *conn, const Reply *reply, bool head_only, bool keep_alive) {
    Buffer out = {0};
    reply_bytes(reply, head_only, keep_alive, &out);
    if (!keep_alive || out.failed) mg_disable_connection_keep_alive(conn);
    if (!out.failed) mg_write(conn, out.data, out.length);
    buffer_free(&out);
    return reply->status;
}

int reply_refuse(struct mg_connection *conn, int status, const char *text, int retry_after_s) {
    Reply reply = {.status = status};
    const char *headers = "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
                          "X-Content-Type-Options: nosniff\r\n";
    buffer_add(&reply.headers, headers, strlen(headers));
    if (status == 405) buffer_addf(&reply.headers, "Allow: GET, HEAD\r\n");
    if (retry_after_s > 0) buffer_addf(&reply.headers, "Retry-After: %d\r\n", retry_after_s);
    buffer_add(&reply.body, text, strlen(text));
    buffer_add(&reply.body, "\n", 1);
    const char *method = mg_get_request_info(conn)->request_method; /* NULL when unreadable */
    reply_send(conn, &reply, method && strcmp(method, "HEAD") == 0, false);
    reply_free(&reply);
    return status;
}
