/* Checks a request CivetWeb parsed, reads its body, and makes its Lua table. CivetWeb parses in
 * place: it puts NULs over the separators of the header block, which lets us see what stood there.
 */
#include "request.h"

#include <ctype.h>
#include <errno.h>
#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"

/* mg_read blocks until it has all it was asked for and its timeout starts anew with each byte:
 * reading in small slices bounds the total time of a slow body. */
#define BODY_SLICE 64
/* What we still read of a body that is too large, so that its sender gets to see our answer. */
#define DISCARD_MAX (16 << 20)
#define DISCARD_MS 2000

/* RFC 9110, 5.6.2: tchar */
static bool is_token(const char *text) {
    if (!*text) return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("!#$%&'*+-.^_`|~", *text)) return false;
    return true;
}

/* A header line was "name:[blanks]value\r\n": exactly one NUL after the name, only blanks up to the
 * value, two NULs after it. */
static bool line_is_strict(const struct mg_header *header) {
    const char *end = header->name + strlen(header->name);
    for (const char *c = end + 1; c < header->value; c++)
        if (*c != ' ') return false;
    return is_token(header->name) && header->value[strlen(header->value) + 1] == '\0';
}

/* The header block must be whole: each line starts where the one before ended, and the last is
 * followed by the empty line. CivetWeb silently stops at a folded line and after 64 headers. */
static int check_block(const struct mg_request_info *info) {
    const char *next = info->http_version + strlen(info->http_version) + 2;
    for (int i = 0; i < info->num_headers; i++) {
        const struct mg_header *header = &info->http_headers[i];
        if (header->name != next || !line_is_strict(header)) return 400;
        next = header->value + strlen(header->value) + 2;
        if (next - info->request_method > REQUEST_HEAD_MAX) return 431;
    }
    if (next[0] != '\r' || next[1] != '\0') return info->num_headers == MG_MAX_HEADERS ? 431 : 400;
    /* Wiped, or a later request in this buffer that ends in bare line feeds would seem whole. */
    *(char *)next = '\0';
    return 0;
}

static int count_headers(const struct mg_request_info *info, const char *name) {
    int count = 0;
    for (int i = 0; i < info->num_headers; i++)
        if (strcasecmp(info->http_headers[i].name, name) == 0) count++;
    return count;
}

const char *request_header(const struct mg_request_info *info, const char *name) {
    for (int i = 0; i < info->num_headers; i++)
        if (strcasecmp(info->http_headers[i].name, name) == 0) return info->http_headers[i].value;
    return NULL;
}

static bool has_doubled(const struct mg_request_info *info) {
    static const char *const once[] = {
        "authorization", "content-length", "content-type",      "cookie",
        "expect",        "host",           "last-event-id",     "origin",
        "referer",       "sec-fetch-site", "transfer-encoding", NULL};
    for (const char *const *name = once; *name; name++)
        if (count_headers(info, *name) > 1) return true;
    return false;
}

/* RFC 9110, 7.2: a name, an IPv4 address or a bracketed IPv6 address, and perhaps a port. */
static bool host_is_good(const char *host) {
    size_t length = host ? strlen(host) : 0;
    if (length == 0 || length > 255) return false;
    for (; *host; host++)
        if (!isalnum((unsigned char)*host) && !strchr("-._:[]", *host)) return false;
    return true;
}

static bool is_number(const char *text) {
    size_t length = strlen(text);
    return length > 0 && length <= 18 && strspn(text, "0123456789") == length;
}

int request_check(const struct mg_request_info *info) {
    int status = check_block(info);
    if (status != 0) return status;
    const char *length = request_header(info, "content-length");
    const char *coding = request_header(info, "transfer-encoding");
    const char *expect = request_header(info, "expect");
    if (has_doubled(info) || !host_is_good(request_header(info, "host"))) return 400;
    if (length && (coding || !is_number(length))) return 400;
    /* RFC 9112, 6.1: a proxy in front may not have seen that coding. */
    if (coding && strcmp(info->http_version, "1.1") != 0) return 400;
    if (coding && strcasecmp(coding, "chunked") != 0) return 501;
    if (expect && strcasecmp(expect, "100-continue") != 0) return 417;
    return 0;
}

/* Grow the body to hold one more slice; doubling, but never far above the limit. */
static bool make_room(HttpRequest *request, size_t *capacity, size_t limit) {
    if (request->body_length + BODY_SLICE <= *capacity) return true;
    size_t wanted = *capacity ? *capacity * 2 : 1024;
    if (wanted > limit + BODY_SLICE) wanted = limit + BODY_SLICE;
    char *grown = realloc(request->body, wanted);
    if (!grown) return false;
    request->body = grown;
    *capacity = wanted;
    return true;
}

int request_read_body(struct mg_connection *conn, size_t limit, int timeout_ms,
                      HttpRequest *request) {
    const struct mg_request_info *info = request->info;
    const char *length = request_header(info, "content-length");
    bool chunked = request_header(info, "transfer-encoding") != NULL;
    if (!chunked && (!length || info->content_length == 0)) return 0;
    if (!chunked && (uint64_t)info->content_length > limit) return 413;
    if (request_header(info, "expect")) mg_write(conn, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    size_t capacity = 0;
    int64_t deadline = monotonic_ms() + timeout_ms;
    for (;;) {
        if (!make_room(request, &capacity, limit)) return 503;
        int got = mg_read(conn, request->body + request->body_length, BODY_SLICE);
        if (got < 0) return 400;
        request->body_length += (size_t)got;
        if (request->body_length > limit) return 413;
        if (!chunked && request->body_length == (size_t)info->content_length) return 0;
        if (got == 0) return chunked ? 0 : 408;
        if (monotonic_ms() > deadline) return 408;
    }
}

void request_discard_body(struct mg_connection *conn) {
    const struct mg_request_info *info = mg_get_request_info(conn);
    if (request_header(info, "expect") || info->content_length > DISCARD_MAX) return;
    char slice[BODY_SLICE];
    int64_t deadline = monotonic_ms() + DISCARD_MS;
    while (monotonic_ms() < deadline && mg_read(conn, slice, sizeof slice) > 0) continue;
}

bool request_keeps_alive(const struct mg_request_info *info) {
    const char *connection = request_header(info, "connection");
    if (connection) return strcasestr(connection, "keep-alive") != NULL;
    return strcmp(info->http_version, "1.1") == 0;
}

bool request_takes_gzip(const struct mg_request_info *info) {
    const char *accepted = request_header(info, "accept-encoding");
    const char *named = accepted ? strcasestr(accepted, "gzip") : NULL;
    if (!named) return false;
    named += strcspn(named, ",;");
    const char *weight = *named == ';' ? strcasestr(named, "q=") : NULL;
    return !weight || weight > named + strcspn(named, ",") || strtod(weight + 2, NULL) > 0;
}

/* Lower-case the name on the way; repeated headers are joined with ", " (RFC 9110, 5.2). */
static void push_header(lua_State *L, int table, const struct mg_header *header) {
    luaL_Buffer buffer;
    size_t length = strlen(header->name);
    char *name = luaL_buffinitsize(L, &buffer, length);
    for (size_t i = 0; i < length; i++) name[i] = (char)tolower((unsigned char)header->name[i]);
    luaL_pushresultsize(&buffer, length);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, table) == LUA_TSTRING)
        lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), header->value);
    else
        lua_pushstring(L, header->value);
    lua_remove(L, -2);
    lua_rawset(L, table);
}

void request_push(lua_State *L, const HttpRequest *request) {
    const struct mg_request_info *info = request->info;
    lua_createtable(L, 0, 6);
    lua_pushstring(L, info->request_method);
    lua_setfield(L, -2, "method");
    lua_pushstring(L, request->path);
    lua_setfield(L, -2, "path");
    lua_pushstring(L, request->query);
    lua_setfield(L, -2, "query");
    lua_pushstring(L, info->remote_addr);
    lua_setfield(L, -2, "remote");
    lua_pushlstring(L, request->body ? request->body : "", request->body_length);
    lua_setfield(L, -2, "body");
    lua_createtable(L, 0, info->num_headers);
    for (int i = 0; i < info->num_headers; i++)
        push_header(L, lua_gettop(L), &info->http_headers[i]);
    lua_setfield(L, -2, "headers");
}
