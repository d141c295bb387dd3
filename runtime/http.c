/* CivetWeb glue: one callback that checks a request, lends it a Lua state while its handler runs,
 * and writes what came out after the state went back. */
#include "http.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <lauxlib.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "hub.h"
#include "kept.h"
#include "peer.h"
#include "reply.h"
#include "request.h"
#include "scope.h"
#include "sse.h"
#include "static.h"

#define STATE_WAIT_MS 5000 /* how long a request waits for a free Lua state */
#define DRAIN_MS 3000      /* how long stopping waits for running requests */

struct Http {
    struct mg_context *context;
    HttpOptions options;
    int port;
    atomic_int connections, requests, streams;
};

/* What the handler's call in Lua gets and gives: a reply of its own or a kept one. */
typedef struct Exchange {
    HttpRequest request;
    Reply reply;
    Kept *kept;
} Exchange;

/* Ask the module for an answer it has kept; far cheaper than a request's table and a new reply. */
static bool recall(lua_State *L, Exchange *exchange) {
    const HttpRequest *request = &exchange->request;
    const char *cookie = request_header(request->info, "cookie");
    if (!cookie || lua_isnil(L, 2) || strcmp(request->info->request_method, "GET") != 0)
        return false;
    lua_pushstring(L, request->path);
    lua_pushstring(L, request->query);
    lua_pushstring(L, cookie);
    const char *language = request_header(request->info, "accept-language");
    lua_pushstring(L, language ? language : "");
    lua_call(L, 4, 1);
    exchange->kept = kept_hold(L, 2);
    return exchange->kept != NULL;
}

/* Stack: handle, recall or nil, exchange. */
static int call_handler(lua_State *L) {
    Exchange *exchange = lua_touserdata(L, 3);
    lua_settop(L, 2);
    if (recall(L, exchange)) return 0;
    lua_settop(L, 1);
    request_push(L, &exchange->request);
    lua_call(L, 1, 1);
    exchange->kept = kept_hold(L, -1);
    if (!exchange->kept) reply_read(L, -1, &exchange->reply);
    return 0;
}

static const char *reason(int status) {
    switch (status) {
    case 408:
        return "The request took too long to arrive.";
    case 413:
        return "The request is too large.";
    case 417:
        return "Unknown expectation.";
    case 431:
        return "The request has too many or too long headers.";
    case 501:
        return "Unknown transfer coding.";
    case 505:
        return "Unknown HTTP version.";
    default:
        if (status < 500) return "The request is malformed.";
        return "Something went wrong on our side. The service's log has the details.";
    }
}

static int refuse(struct mg_connection *conn, int status) {
    return reply_refuse(conn, status, reason(status), 0);
}

static int run_stream(Http *http, struct mg_connection *conn, const Reply *reply, uint64_t since,
                      bool head_only) {
    if (head_only && reply->stream->kind != STREAM_FILE)
        return reply_send(conn, reply, true, false);
    int status = 200;
    if (atomic_fetch_add(&http->streams, 1) < http->options.streams)
        sse_run(conn, reply->stream, &reply->headers, since, head_only);
    else
        status = reply_refuse(
            conn, 503, "All places for live views are taken. Close one, or try again soon.", 5);
    atomic_fetch_sub(&http->streams, 1);
    return status;
}

/* Idle connections hold a worker each: when most are taken, each connection serves one request. */
static bool may_keep_alive(Http *http, const struct mg_request_info *info) {
    int rest = http->options.workers - atomic_load(&http->connections);
    return rest > http->options.workers / 16 && request_keeps_alive(info) && !hub_stopping();
}

static int send_body(Http *http, struct mg_connection *conn, const Reply *reply, bool head_only) {
    const struct mg_request_info *info = mg_get_request_info(conn);
    Reply packed = {0};
    bool is_packed = request_takes_gzip(info) && reply_pack(reply, &packed);
    int status =
        reply_send(conn, is_packed ? &packed : reply, head_only, may_keep_alive(http, info));
    reply_free(&packed);
    return status;
}

static int answer(Http *http, struct mg_connection *conn, Exchange *exchange) {
    const struct mg_request_info *info = exchange->request.info;
    uint64_t since = hub_now();
    int result = pool_call(http->options.pool, call_handler, exchange, STATE_WAIT_MS);
    if (result == -ETIMEDOUT)
        return reply_refuse(conn, 503, "The service is busy. Try again in a moment.", 1);
    if (result < 0) return refuse(conn, 500);
    const Reply *reply = &exchange->reply;
    bool head_only = strcmp(info->request_method, "HEAD") == 0;
    if (exchange->kept)
        return kept_send(conn, exchange->kept, head_only, may_keep_alive(http, info));
    if (reply->stream) {
        free(exchange->request.body); /* a stream may last for days */
        exchange->request.body = NULL;
        return run_stream(http, conn, reply, since, head_only);
    }
    if (reply->file)
        return file_send(conn, reply->file, &reply->headers, may_keep_alive(http, info));
    return send_body(http, conn, reply, head_only);
}

static int handle(Http *http, struct mg_connection *conn) {
    const struct mg_request_info *info = mg_get_request_info(conn);
    if (hub_stopping()) return reply_refuse(conn, 503, "The service is stopping.", 5);
    int status = request_check(info);
    if (status != 0) return refuse(conn, status);
    Exchange exchange = {.request = {.info = info,
                                     .path = info->local_uri_raw,
                                     .query = info->query_string ? info->query_string : ""}};
    status = request_read_body(conn, http->options.body_limit, http->options.request_ms,
                               &exchange.request);
    if (status != 0) {
        refuse(conn, status);
        if (status == 413) request_discard_body(conn);
    } else if (strncmp(exchange.request.path, STATIC_PREFIX, strlen(STATIC_PREFIX)) == 0)
        status = static_send(conn, exchange.request.path, may_keep_alive(http, info));
    else
        status = answer(http, conn, &exchange);
    free(exchange.request.body);
    reply_free(&exchange.reply);
    if (exchange.kept) kept_release(exchange.kept);
    return status;
}

static int on_request(struct mg_connection *conn) {
    Http *http = mg_get_user_context_data(conn);
    atomic_fetch_add(&http->requests, 1);
    int status = handle(http, conn);
    atomic_fetch_sub(&http->requests, 1);
    return status;
}

/* CivetWeb refused the request itself: same words, same form. */
static int on_error(struct mg_connection *conn, int status, const char *message) {
    (void)message;
    refuse(conn, status);
    return 0;
}

static int on_connect(const struct mg_connection *conn, void **data) {
    Http *http = mg_get_user_context_data(conn);
    atomic_fetch_add(&http->connections, 1);
    *data = NULL;
    return 0;
}

static void on_close(const struct mg_connection *conn) {
    Http *http = mg_get_user_context_data(conn);
    atomic_fetch_sub(&http->connections, 1);
}

/* CivetWeb's own log speaks of client mistakes and closed sockets: not for a server owner's eyes.
 */
static int on_log(const struct mg_connection *conn, const char *message) {
    (void)conn, (void)message;
    return 1;
}

/* Whether we could listen there: CivetWeb only says that it failed, not why. */
static int try_address(const char *ip, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) return -EINVAL;
    scoped_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return -errno;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -errno;
    return listen(fd, 1) < 0 ? -errno : 0;
}

static struct mg_context *start_civetweb(Http *http) {
    char address[64], workers[16], size[16], request_ms[16], idle_ms[16];
    snprintf(address, sizeof address, "%s:%d", http->options.ip, http->options.port);
    snprintf(workers, sizeof workers, "%d", http->options.workers);
    snprintf(size, sizeof size, "%d", REQUEST_BUFFER);
    snprintf(request_ms, sizeof request_ms, "%d", http->options.request_ms);
    snprintf(idle_ms, sizeof idle_ms, "%d", http->options.idle_ms);
    const char *settings[] = {
        "listening_ports",
        address,
        "num_threads",
        workers,
        "max_request_size",
        size,
        "request_timeout_ms",
        request_ms,
        "enable_keep_alive",
        "yes",
        "keep_alive_timeout_ms",
        idle_ms,
        "tcp_nodelay",
        "1",
        "decode_url",
        "no",
        "enable_auth_domain_check",
        "no",
        "enable_directory_listing",
        "no",
        NULL,
    };
    struct mg_callbacks callbacks = {
        .begin_request = on_request,
        .http_error = on_error,
        .init_connection = on_connect,
        .connection_closed = on_close,
        .log_message = on_log,
    };
    return mg_start(&callbacks, http, settings);
}

int http_start(const HttpOptions *options, Http **ret, int *ret_port) {
    int result = try_address(options->ip, options->port);
    if (result < 0) return result;
    Http *http = calloc(1, sizeof *http);
    if (!http) return -ENOMEM;
    http->options = *options;
    mg_init_library(0);
    http->context = start_civetweb(http);
    struct mg_server_port port = {0};
    if (!http->context || mg_get_server_ports(http->context, 1, &port) < 1) {
        if (http->context) mg_stop(http->context);
        mg_exit_library();
        free(http);
        return -EIO;
    }
    http->port = port.port;
    *ret_port = port.port;
    *ret = http;
    return 0;
}

void http_stop(Http *http) {
    int64_t deadline = monotonic_ms() + DRAIN_MS;
    struct timespec pause = {.tv_nsec = 2000000};
    while (atomic_load(&http->requests) > 0 && monotonic_ms() < deadline) nanosleep(&pause, NULL);
    peer_shut_all(http->port);
    mg_stop(http->context);
    mg_exit_library();
    free(http);
}
