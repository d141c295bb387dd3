/* Files without a Lua state: content types, ETag and 304 (RFC 9110), our own ones compressed. */
#include "static.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "assets.h"
#include "reply.h"
#include "request.h"
#include "scope.h"

#define CHUNK 65536

static const char *content_type(const char *path) {
    static const char *const types[][2] = {
        {".css", "text/css; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
        {".ico", "image/x-icon"},
        {".jpg", "image/jpeg"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".log", "text/plain; charset=utf-8"},
        {".map", "application/json"},
        {".png", "image/png"},
        {".svg", "image/svg+xml"},
        {".txt", "text/plain; charset=utf-8"},
        {".woff2", "font/woff2"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i][0]) == 0) return types[i][1];
    return "application/octet-stream";
}

static void add_validators(Buffer *headers, const struct stat *info, char etag[64]) {
    snprintf(etag, 64, "\"%llx-%llx\"",
             (unsigned long long)info->st_mtim.tv_sec * 1000000000ull +
                 (unsigned long long)info->st_mtim.tv_nsec,
             (unsigned long long)info->st_size);
    reply_default(headers, "ETag", etag);
    struct tm utc;
    char date[64];
    if (!gmtime_r(&info->st_mtim.tv_sec, &utc)) return; /* a year beyond what an int holds */
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    reply_default(headers, "Last-Modified", date);
}

static bool is_unchanged(const struct mg_request_info *info, const char *etag) {
    const char *asked = request_header(info, "if-none-match");
    return asked && (strcmp(asked, "*") == 0 || strstr(asked, etag));
}

/* Returns false when the client went or the file got shorter on the way. */
static bool send_content(struct mg_connection *conn, int fd, Buffer *out, long long left) {
    char *chunk = malloc(CHUNK);
    while (chunk && left > 0) {
        ssize_t got = read(fd, chunk, left < CHUNK ? (size_t)left : CHUNK);
        if (got <= 0) break;
        buffer_add(out, chunk, (size_t)got);
        if (out->failed || mg_write(conn, out->data, out->length) < (int)out->length) break;
        out->length = 0;
        left -= got;
    }
    free(chunk);
    return left == 0;
}

static int send_open_file(struct mg_connection *conn, int fd, const char *path, Buffer *headers,
                          bool keep_alive) {
    const struct mg_request_info *request = mg_get_request_info(conn);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
        return reply_refuse(conn, 404, "There is no such file.", 0);
    char etag[64];
    add_validators(headers, &info, etag);
    reply_default(headers, "Content-Type", content_type(path));
    reply_default(headers, "X-Content-Type-Options", "nosniff");
    int status = is_unchanged(request, etag) ? 304 : 200;
    Buffer out = {0};
    reply_head(&out, status, headers, info.st_size, keep_alive);
    bool bodyless =
        status == 304 || info.st_size == 0 || strcmp(request->request_method, "HEAD") == 0;
    bool sent = !headers->failed && !out.failed &&
                (bodyless ? mg_write(conn, out.data, out.length) == (int)out.length
                          : send_content(conn, fd, &out, info.st_size));
    if (!sent || !keep_alive) mg_disable_connection_keep_alive(conn);
    buffer_free(&out);
    return status;
}

static int send_bytes(struct mg_connection *conn, const AssetBytes *bytes, Buffer *headers,
                      bool keep_alive) {
    const struct mg_request_info *request = mg_get_request_info(conn);
    int status = is_unchanged(request, bytes->etag) ? 304 : 200;
    Buffer out = {0};
    buffer_addf(headers, "ETag: %s\r\n", bytes->etag);
    reply_head(&out, status, headers, (long long)bytes->length, keep_alive);
    if (status == 200 && strcmp(request->request_method, "HEAD") != 0)
        buffer_add(&out, bytes->data, bytes->length);
    bool sent =
        !headers->failed && !out.failed && mg_write(conn, out.data, out.length) == (int)out.length;
    if (!sent || !keep_alive) mg_disable_connection_keep_alive(conn);
    buffer_free(&out);
    return status;
}

static int send_asset(struct mg_connection *conn, Asset *asset, const char *path, bool for_ever,
                      bool keep_alive) {
    const AssetBytes *packed = asset_gzip(asset);
    Buffer headers = {0};
    buffer_addf(&headers, "Content-Type: %s\r\nX-Content-Type-Options: nosniff\r\n",
                content_type(path));
    buffer_addf(&headers, "Cache-Control: %s\r\n",
                for_ever ? "public, max-age=31536000, immutable" : "no-cache");
    if (packed) buffer_addf(&headers, "Vary: Accept-Encoding\r\n");
    if (packed && !request_takes_gzip(mg_get_request_info(conn))) packed = NULL;
    if (packed) buffer_addf(&headers, "Content-Encoding: gzip\r\n");
    int status = send_bytes(conn, packed ? packed : asset_plain(asset), &headers, keep_alive);
    buffer_free(&headers);
    return status;
}

/* The hash of another version of our files: a page of the service before its upgrade. */
static bool is_former(const char *hash, size_t length) {
    return length == strlen(assets_hash()) && strspn(hash, "0123456789abcdef") == length;
}

static int send_elsewhere(struct mg_connection *conn, const char *path) {
    Reply reply = {.status = 307};
    buffer_addf(&reply.headers, "Location: " STATIC_PREFIX "%s/%s\r\nCache-Control: no-store\r\n",
                assets_hash(), path);
    reply_send(conn, &reply, false, false);
    reply_free(&reply);
    return 307;
}

int static_send(struct mg_connection *conn, const char *path, bool keep_alive) {
    const char *method = mg_get_request_info(conn)->request_method;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return reply_refuse(conn, 405, "Files can only be read.", 0);
    path += strlen(STATIC_PREFIX);
    const char *version = path;
    size_t length = strcspn(path, "/");
    bool versioned = path[length] == '/' && is_former(version, length);
    if (versioned) path += length + 1;
    Asset *asset = assets_find(path);
    if (!asset) return reply_refuse(conn, 404, "There is no such file.", 0);
    if (versioned && strncmp(version, assets_hash(), length) != 0)
        return send_elsewhere(conn, asset_path(asset));
    return send_asset(conn, asset, path, versioned, keep_alive);
}

int file_send(struct mg_connection *conn, const char *path, const Buffer *headers,
              bool keep_alive) {
    scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    Buffer all = {0};
    buffer_add(&all, headers->data, headers->length);
    int status = send_open_file(conn, fd, path, &all, keep_alive);
    buffer_free(&all);
    return status;
}
