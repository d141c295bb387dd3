/* Streams: the tail of a log file with its bell, the file as text, a unit's journal as either, any
 * file as it is, or bells alone. */
#include "sse.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "file_stream.h"
#include "journal_stream.h"
#include "peer.h"
#include "reply.h"
#include "tail.h"

#define PING_MS 15000     /* a comment after so long a silence keeps proxies from cutting it */
#define LOOK_MS 1000      /* how often a waiting stream looks whether its reader is still there */
#define PATIENCE_MS 10000 /* how long a reader may take nothing */
#define FILE_PATIENCE_MS 60000 /* … of a file, which it would have to take from the beginning */
#define PACE_MS 25             /* a busy log is sent in batches, not at every ring */
#define QUIET_MS 100           /* after so long without a ring nothing more is expected soon */
#define BELL_MS 200            /* at most five events a second and topic */

typedef struct Stream {
    const StreamSpec *spec;
    HubWatch watch; /* the spec's topics, then those that revoke */
    uint64_t seen[HUB_WATCH_MAX];
    uint64_t since;
    int socket;
    int64_t sent_at, look_at;
    uint64_t told[STREAM_TOPICS]; /* of the bells */
    int64_t told_at[STREAM_TOPICS];
    TailReader log; /* has no tail while the file is not there */
    JournalStream *journal;
    FileStream *file;
} Stream;

static bool revoked(Stream *stream) {
    HubView view;
    for (size_t i = stream->spec->topic_count; i < stream->watch.count; i++) {
        hub_watch_view(&stream->watch, i, &view);
        if (view.generation > stream->since) return true;
    }
    return false;
}

static bool is_over(void *stream) { return hub_stopping() || revoked(stream); }

/* Wait until the socket takes more; a slow reader must not hide a stop or a revocation. */
static bool wait_for_reader(Stream *stream) {
    struct pollfd poll_fd = {.fd = stream->socket, .events = POLLOUT};
    int64_t deadline = monotonic_ms() + (stream->file ? FILE_PATIENCE_MS : PATIENCE_MS);
    while (!is_over(stream) && monotonic_ms() < deadline)
        if (poll(&poll_fd, 1, LOOK_MS / 2) > 0) return (poll_fd.revents & (POLLERR | POLLHUP)) == 0;
    return false;
}

/* Straight to the socket, never blocking: mg_write would wait without looking at anything else. */
static bool send_bytes(Stream *stream, const char *data, size_t length) {
    while (length > 0) {
        ssize_t sent = send(stream->socket, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (sent < 0 && !wait_for_reader(stream)) return false;
        if (sent < 0) continue;
        data += sent;
        length -= (size_t)sent;
        stream->sent_at = monotonic_ms();
    }
    return true;
}

/* Who asked for the end of a log hears where that begins. */
static bool send_start(Stream *stream) {
    char event[96];
    long long offset = stream->log.offset;
    int length =
        snprintf(event, sizeof event, "id: %lld\nevent: start\ndata: %lld\n\n", offset, offset);
    return send_bytes(stream, event, (size_t)length);
}

static int open_log(Stream *stream) {
    const StreamSpec *spec = stream->spec;
    if (stream->log.tail) return 0;
    LineFormat format = {
        .tagged = spec->tagged, .events = spec->kind == STREAM_LOG, .times = spec->times};
    int result = tail_open(&stream->log, spec->path, format, spec->from);
    if (result < 0 || spec->from >= 0 || !format.events) return result;
    return send_start(stream) ? 0 : -EPIPE;
}

/* The next bytes to send, 0 when there are none by now, or a negative errno. */
static ssize_t next_bytes(Stream *stream, bool last, const char **ret) {
    if (stream->journal) return journal_stream_next(stream->journal, last, ret);
    if (stream->file) return file_stream_next(stream->file, ret);
    int opened = open_log(stream);
    if (opened == -EPIPE) return opened;
    return opened == 0 ? tail_next(&stream->log, last, ret) : 0; /* not there yet, or no file */
}

/* Send what there is by now; `last`: also an unfinished last line. Returns false when the stream is
 * over. */
static bool pump(Stream *stream, bool last) {
    stream->log.found = false;
    for (;;) {
        if (is_over(stream)) return false;
        const char *data = NULL;
        ssize_t length = next_bytes(stream, last, &data);
        if (length <= 0) return length == 0;
        if (!send_bytes(stream, data, (size_t)length)) return false;
    }
}

/* Now and then: is the reader still there? Is it time for a comment? */
static bool is_attended(Stream *stream) {
    int64_t now = monotonic_ms();
    if (now < stream->look_at) return true;
    stream->look_at = now + LOOK_MS;
    if (peer_gone(stream->socket)) return false;
    return now < stream->sent_at + PING_MS || send_bytes(stream, ": ping\n\n", 8);
}

/* Wait for a ring, at most until the deadline. Returns false when the stream is over. */
static bool wait_for_ring(Stream *stream, int64_t deadline) {
    for (;;) {
        int64_t look = stream->look_at < deadline ? stream->look_at : deadline;
        bool rang = hub_watch_wait(&stream->watch, stream->seen, look);
        if (is_over(stream) || !is_attended(stream)) return false;
        if (rang || monotonic_ms() >= deadline) return true;
    }
}

static void send_end(Stream *stream, const char *text) {
    char event[HUB_TEXT_MAX + 64];
    int length = snprintf(event, sizeof event, "event: end\ndata: %s\n\n", text);
    send_bytes(stream, event, (size_t)length);
}

/* Tell of the bells that rang and are due. *ret_next: when to look again. Returns false when the
 * stream is over. */
static bool tell_bells(Stream *stream, int64_t *ret_next) {
    Buffer out = {0};
    int64_t now = monotonic_ms();
    *ret_next = INT64_MAX;
    for (size_t i = stream->spec->first_bell; i < stream->spec->topic_count; i++) {
        HubView view;
        hub_watch_view(&stream->watch, i, &view);
        stream->seen[i] = view.generation;
        int64_t due = stream->told_at[i] + BELL_MS;
        if (view.generation == stream->told[i]) continue;
        if (now >= due) {
            buffer_addf(&out, "event: changed\ndata: %s\n\n", stream->spec->topics[i]);
            stream->told[i] = view.generation;
            stream->told_at[i] = now;
        } else if (due < *ret_next) {
            *ret_next = due;
        }
    }
    bool sent = !out.failed && send_bytes(stream, out.data, out.length);
    buffer_free(&out);
    return sent;
}

/* Of an ended log's own topic nothing is heard any more. */
static void run_bells(Stream *stream) {
    HubView view;
    for (int64_t next; tell_bells(stream, &next) && wait_for_ring(stream, next);) {
        if (stream->spec->first_bell == 0) continue;
        hub_watch_view(&stream->watch, 0, &view);
        stream->seen[0] = view.generation;
    }
}

/* The state of the log's own topic, noted before the log is read: what is written after that rings
 * again. */
static bool log_is_over(Stream *stream, HubView *ret) {
    if (stream->spec->first_bell > 0) {
        hub_watch_view(&stream->watch, 0, ret);
        stream->seen[0] = ret->generation;
    }
    return stream->spec->ended || ret->closed;
}

/* A quiet log's next line goes out at once. Returns whether it came to its end. */
static bool run_log(Stream *stream) {
    for (int64_t next;;) {
        HubView view = {0};
        int64_t began = monotonic_ms();
        bool over = log_is_over(stream, &view);
        if (!pump(stream, over)) return false;
        if (over) {
            send_end(stream, stream->spec->ended ? stream->spec->closing_text : view.text);
            return true;
        }
        if (!tell_bells(stream, &next)) return false;
        if (!hub_watch_wait(&stream->watch, stream->seen, monotonic_ms() + QUIET_MS)) {
            tail_pause(&stream->log);
            if (!wait_for_ring(stream, next)) return false;
        }
        if (stream->log.found) hub_watch_pause(&stream->watch, began + PACE_MS);
    }
}

/* A journal has no bell that rings at once: it is looked at all the time. Returns whether it came
 * to its end. */
static bool run_journal(Stream *stream) {
    for (int64_t next;;) {
        HubView view = {0};
        bool over = log_is_over(stream, &view);
        if (!pump(stream, over)) return false;
        if (over) {
            send_end(stream, view.text);
            return true;
        }
        if (!tell_bells(stream, &next)) return false;
        int64_t look = monotonic_ms() + journal_stream_wait(stream->journal);
        if (!wait_for_ring(stream, look < next ? look : next)) return false;
    }
}

static const char *content_type(const Stream *stream) {
    const StreamSpec *spec = stream->spec;
    if (spec->kind == STREAM_FILE) return "application/octet-stream";
    bool is_text = spec->kind == STREAM_TEXT || (stream->journal && !spec->journal.follow);
    return is_text ? "text/plain; charset=utf-8" : "text/event-stream";
}

static bool send_head(Stream *stream, const Buffer *headers) {
    const char *type = content_type(stream);
    Buffer all = {0}, out = {0};
    buffer_add(&all, headers->data, headers->length);
    reply_default(&all, "Content-Type", type);
    reply_default(&all, "Cache-Control", "no-store");
    if (!stream->file) reply_default(&all, "X-Accel-Buffering", "no");
    reply_head(&out, 200, &all, stream->file ? file_stream_size(stream->file) : -1, false);
    if (strcmp(type, "text/event-stream") == 0) buffer_add(&out, ": open\n\n", 8);
    bool sent = !all.failed && !out.failed && send_bytes(stream, out.data, out.length);
    buffer_free(&all);
    buffer_free(&out);
    return sent;
}

static bool watch_topics(Stream *stream) {
    const StreamSpec *spec = stream->spec;
    const char *names[HUB_WATCH_MAX];
    size_t count = 0;
    for (; count < spec->topic_count; count++) names[count] = spec->topics[count];
    for (size_t i = 0; i < spec->revoker_count; i++) names[count++] = spec->revokers[i];
    if (hub_watch_open(&stream->watch, names, count) < 0) return false;
    for (size_t i = 0; i < count; i++) {
        HubView view;
        hub_watch_view(&stream->watch, i, &view);
        stream->seen[i] = view.generation;
    }
    memcpy(stream->told, stream->seen, sizeof stream->told);
    return true;
}

static void run(Stream *stream) {
    const StreamSpec *spec = stream->spec;
    bool listens = spec->topic_count > spec->first_bell;
    if (spec->kind == STREAM_LOG)
        listens = run_log(stream) && listens;
    else if (stream->journal && spec->journal.follow)
        listens = run_journal(stream) && listens;
    else if (spec->kind != STREAM_BELL) {
        pump(stream, true);
        listens = false;
    }
    if (listens) run_bells(stream);
}

/* What a kind reads from besides log files. Returns 0 or a negative errno. */
static int open_source(Stream *stream) {
    const StreamSpec *spec = stream->spec;
    if (spec->kind == STREAM_JOURNAL)
        return journal_stream_open(spec, is_over, stream, &stream->journal);
    return spec->kind == STREAM_FILE ? file_stream_open(spec, &stream->file) : 0;
}

static void refuse_source(const Stream *stream, struct mg_connection *conn, int result) {
    if (stream->spec->kind == STREAM_FILE)
        reply_refuse(conn, 404, "There is no such file.", 0);
    else
        reply_refuse(conn, 503, journal_stream_problem(result), 5);
}

void sse_run(struct mg_connection *conn, const StreamSpec *spec, const Buffer *headers,
             uint64_t since, bool head_only) {
    Stream stream = {.spec = spec, .since = since};
    stream.socket = peer_socket(conn);
    mg_disable_connection_keep_alive(conn);
    if (stream.socket < 0 || !watch_topics(&stream)) {
        reply_refuse(conn, 503, "The service cannot send a live view just now. Try again soon.", 5);
        return;
    }
    int opened = open_source(&stream);
    if (revoked(&stream))
        reply_refuse(conn, 403, "You may not see this any more.", 0);
    else if (opened < 0)
        refuse_source(&stream, conn, opened);
    else if (send_head(&stream, headers) && !head_only)
        run(&stream);
    hub_watch_close(&stream.watch);
    tail_close(&stream.log);
    if (stream.journal) journal_stream_close(stream.journal);
    if (stream.file) file_stream_close(stream.file);
}
