/* Static files without a Lua state: content types, ETag and 304 (RFC 9110), nothing outside the
 * directory. */
#include "static.h"

#include <ctype.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "reply.h"
#include "request.h"
#include "scope.h"

#define CHUNK 65536

int static_open(void) {
    int fd = open(LEFT4ME_SHARE_DIR "/static", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

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

/* Our own files have plain names; nothing is percent-decoded and no name begins with a dot. */
static bool is_plain_path(const char *path) {
    for (const char *c = path; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr("-_./", *c)) return false;
        if (*c == '.' && (c == path || c[-1] == '/')) return false;
    }
    return *path != '\0';
}

static int open_beneath(int directory, const char *path) {
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    };
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
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

int static_send(struct mg_connection *conn, int directory, const char *path, bool keep_alive) {
    const struct mg_request_info *request = mg_get_request_info(conn);
    const char *method = request->request_method;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return reply_refuse(conn, 405, "Files can only be read.", 0);
    path += strlen(STATIC_PREFIX);
    scoped_fd int fd = is_plain_path(path) ? open_beneath(directory, path) : -1;
    Buffer headers = {0};
    /* Pages name a file with its version, ?v=…: such an address never changes its content. */
    const char *query = request->query_string;
    reply_default(&headers, "Cache-Control",
                  query && strncmp(query, "v=", 2) == 0 ? "public, max-age=31536000, immutable"
                                                        : "no-cache");
    int status = send_open_file(conn, fd, path, &headers, keep_alive);
    buffer_free(&headers);
    return status;
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
