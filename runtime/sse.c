/* Streams: the tail of a log file with its bell, the file as text, or bells alone. */
#include "sse.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "lines.h"
#include "peer.h"
#include "reply.h"

#define READ_SIZE 65536
#define WRITE_SIZE 65536
#define PIECE_SIZE 32768  /* a writable socket takes so much without long waits */
#define PING_MS 15000     /* a comment after so long a silence keeps proxies from cutting it */
#define LOOK_MS 1000      /* how often a waiting stream looks whether its reader is still there */
#define PATIENCE_MS 10000 /* how long a reader may take nothing */
#define PACE_MS 25        /* a busy log is sent in batches, not at every ring */
#define BELL_MS 200       /* at most five events a second and topic */

typedef struct Stream {
    struct mg_connection *conn;
    const StreamSpec *spec;
    HubWatch watch; /* the spec's topics, then the one that revokes */
    uint64_t seen[HUB_WATCH_MAX];
    uint64_t since;
    int socket;
    int64_t sent_at;
    int fd; /* of the log, -1 while it is not there */
    int64_t offset;
    bool found; /* the last look at the log found something new, be it half a line */
} Stream;

typedef struct Chunk {
    char in[READ_SIZE];
    char out[WRITE_SIZE + LINES_ROOM];
    size_t filled;
} Chunk;

static bool revoked(Stream *stream) {
    if (!stream->spec->revoke[0]) return false;
    HubView view;
    hub_watch_view(&stream->watch, stream->watch.count - 1, &view);
    return view.generation > stream->since;
}

/* Wait until the socket takes more; a slow reader must not hide a stop or a revocation. */
static bool wait_for_reader(Stream *stream) {
    struct pollfd poll_fd = {.fd = stream->socket, .events = POLLOUT};
    int64_t deadline = monotonic_ms() + PATIENCE_MS;
    while (!hub_stopping() && !revoked(stream) && monotonic_ms() < deadline)
        if (poll(&poll_fd, 1, LOOK_MS / 2) > 0) return (poll_fd.revents & (POLLERR | POLLHUP)) == 0;
    return false;
}

static bool send_bytes(Stream *stream, const char *data, size_t length) {
    while (length > 0) {
        size_t piece = length < PIECE_SIZE ? length : PIECE_SIZE;
        if (stream->socket >= 0 && !wait_for_reader(stream)) return false;
        if (mg_write(stream->conn, data, piece) < (int)piece) return false;
        data += piece;
        length -= piece;
        stream->sent_at = monotonic_ms();
    }
    return true;
}

static bool open_log(Stream *stream) {
    if (stream->fd >= 0) return true;
    stream->fd = open(stream->spec->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat info;
    if (stream->fd < 0) return false;
    if (fstat(stream->fd, &info) < 0 || !S_ISREG(info.st_mode)) {
        close(stream->fd);
        stream->fd = -1;
        return false;
    }
    stream->offset = stream->spec->from <= info.st_size ? stream->spec->from : 0;
    return true;
}

/* How much of a line longer than LINES_MAX to send: not half a character (RFC 3629). */
static size_t cut_length(const char *text) {
    size_t length = LINES_MAX;
    while (length > LINES_MAX - 3 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
    return length;
}

/* The length of the next line to send, 0 when it is not complete yet. */
static size_t next_line(const char *text, size_t left, bool last) {
    const char *end = memchr(text, '\n', left > LINES_MAX ? LINES_MAX + 1 : left);
    if (end) return (size_t)(end - text) + 1;
    if (left > LINES_MAX) return cut_length(text);
    return last ? left : 0;
}

/* Format the lines in in[0..got). Returns the bytes used; stops when out has no room for one more.
 */
static size_t take_lines(Stream *stream, Chunk *chunk, size_t got, bool last) {
    LineFormat format = {.tagged = stream->spec->tagged,
                         .events = stream->spec->kind == STREAM_LOG};
    size_t used = 0;
    while (used < got && chunk->filled < WRITE_SIZE) {
        if (chunk->in[used] == '\0') { /* a hole */
            used++;
            continue;
        }
        size_t length = next_line(chunk->in + used, got - used, last);
        if (length == 0) break;
        used += length;
        size_t text = chunk->in[used - 1] == '\n' ? length - 1 : length;
        chunk->filled += line_write(format, chunk->in + used - length, text,
                                    stream->offset + (int64_t)used, chunk->out + chunk->filled);
    }
    stream->offset += (int64_t)used;
    return used;
}

/* Send what the file holds beyond the offset; `last`: also an unfinished last line. */
static bool send_chunks(Stream *stream, Chunk *chunk, bool last) {
    for (;;) {
        ssize_t got = pread(stream->fd, chunk->in, READ_SIZE, stream->offset);
        size_t used = got > 0 ? take_lines(stream, chunk, (size_t)got, last && got < READ_SIZE) : 0;
        if (used > 0 && chunk->filled < WRITE_SIZE) continue;
        if (!send_bytes(stream, chunk->out, chunk->filled)) return false;
        chunk->filled = 0;
        if (used == 0 || hub_stopping()) return true;
    }
}

static bool pump(Stream *stream, bool last) {
    struct stat info;
    stream->found = false;
    if (!open_log(stream) || fstat(stream->fd, &info) < 0) return true;
    off_t data = lseek(stream->fd, stream->offset, SEEK_DATA);
    if (data > stream->offset) stream->offset = data;
    if (info.st_size <= stream->offset) return true;
    stream->found = true;
    Chunk *chunk = malloc(sizeof *chunk);
    if (!chunk) return false;
    chunk->filled = 0;
    bool sent = send_chunks(stream, chunk, last);
    free(chunk);
    return sent;
}

/* Wait for a ring, at most until the deadline. Returns false when the stream is over. */
static bool wait_for_ring(Stream *stream, int64_t deadline) {
    for (;;) {
        int64_t now = monotonic_ms();
        int64_t look = now + LOOK_MS < deadline ? now + LOOK_MS : deadline;
        bool rang = hub_watch_wait(&stream->watch, stream->seen, look);
        if (hub_stopping() || revoked(stream)) return false;
        now = monotonic_ms();
        if (rang || now >= deadline) return true;
        if (peer_gone(stream->socket)) return false;
        if (now >= stream->sent_at + PING_MS && !send_bytes(stream, ": ping\n\n", 8)) return false;
    }
}

static void pause_until(int64_t deadline_ms) {
    struct timespec deadline = monotonic_deadline(deadline_ms);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
}

static void send_end(Stream *stream, const char *text) {
    char event[HUB_TEXT_MAX + 64];
    int length = snprintf(event, sizeof event, "event: end\ndata: %s\n\n", text);
    send_bytes(stream, event, (size_t)length);
}

/* The generation is noted before the file is read: what is written after that rings again. A quiet
 * log's next line goes out at once. */
static void run_log(Stream *stream) {
    HubView view = {0};
    for (;;) {
        int64_t began = monotonic_ms();
        if (stream->spec->topic_count > 0) hub_watch_view(&stream->watch, 0, &view);
        stream->seen[0] = view.generation;
        bool over = stream->spec->ended || view.closed;
        if (revoked(stream) || !pump(stream, over) || hub_stopping()) return;
        if (over) {
            send_end(stream, stream->spec->ended ? stream->spec->closing_text : view.text);
            return;
        }
        if (!wait_for_ring(stream, INT64_MAX)) return;
        if (stream->found) pause_until(began + PACE_MS);
    }
}

static void run_bell(Stream *stream) {
    uint64_t told[STREAM_TOPICS];
    int64_t told_at[STREAM_TOPICS] = {0};
    memcpy(told, stream->seen, sizeof told);
    for (int64_t next = 0; wait_for_ring(stream, next);) {
        next = INT64_MAX;
        Buffer out = {0};
        int64_t now = monotonic_ms();
        for (size_t i = 0; i < stream->spec->topic_count; i++) {
            HubView view;
            hub_watch_view(&stream->watch, i, &view);
            stream->seen[i] = view.generation;
            int64_t due = told_at[i] + BELL_MS;
            if (view.generation == told[i]) continue;
            if (now >= due) {
                buffer_addf(&out, "event: changed\ndata: %s\n\n", stream->spec->topics[i]);
                told[i] = view.generation;
                told_at[i] = now;
            } else if (due < next) {
                next = due;
            }
        }
        bool sent = !out.failed && send_bytes(stream, out.data, out.length);
        buffer_free(&out);
        if (!sent) return;
    }
}

static bool send_head(Stream *stream, const Buffer *headers) {
    bool is_text = stream->spec->kind == STREAM_TEXT;
    Buffer all = {0}, out = {0};
    buffer_add(&all, headers->data, headers->length);
    reply_default(&all, "Content-Type",
                  is_text ? "text/plain; charset=utf-8" : "text/event-stream");
    reply_default(&all, "Cache-Control", "no-store");
    reply_default(&all, "X-Accel-Buffering", "no");
    reply_head(&out, 200, &all, -1, false);
    if (!is_text) buffer_add(&out, ": open\n\n", 8);
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
    if (spec->revoke[0]) names[count++] = spec->revoke;
    if (hub_watch_open(&stream->watch, names, count) < 0) return false;
    for (size_t i = 0; i < count; i++) {
        HubView view;
        hub_watch_view(&stream->watch, i, &view);
        stream->seen[i] = view.generation;
    }
    return true;
}

void sse_run(struct mg_connection *conn, const StreamSpec *spec, const Buffer *headers,
             uint64_t since) {
    Stream stream = {.conn = conn, .spec = spec, .since = since, .fd = -1};
    stream.socket = peer_socket(conn);
    mg_disable_connection_keep_alive(conn);
    if (!watch_topics(&stream)) {
        reply_refuse(conn, 503, "The service is short of memory. Try again soon.", 5);
        return;
    }
    if (revoked(&stream)) {
        reply_refuse(conn, 403, "You may not see this any more.", 0);
    } else if (send_head(&stream, headers)) {
        if (spec->kind == STREAM_LOG)
            run_log(&stream);
        else if (spec->kind == STREAM_BELL)
            run_bell(&stream);
        else
            pump(&stream, true);
    }
    hub_watch_close(&stream.watch);
    if (stream.fd >= 0) close(stream.fd);
}
