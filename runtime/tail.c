/* Shared tails of log files. A block is only ever added to, under its tail's mutex; what a reader
 * was given it sends without. */
#include "tail.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scope.h"

#define READ_SIZE 65536
#define BLOCK_SIZE 65536
#define SHARED_MAX 48 /* blocks of all files kept for readers that come a little later */

/* Formatted lines of the file from one offset to another. */
struct TailBlock {
    TailBlock *next; /* shared after it */
    int holders;
    int64_t from, to;
    size_t filled;
    char out[BLOCK_SIZE + LINES_ROOM];
};

struct Tail {
    Tail *next;  /* in the list of open ones */
    int readers; /* this and the list under the list's mutex */
    int fd;      /* while it is open no other file has its inode number */
    dev_t device;
    ino_t inode;
    LineFormat format;
    pthread_mutex_t mutex; /* of all that follows */
    int awake;             /* readers with a block; with the last one the rest is let go */
    TailBlock *shared; /* the oldest first */
    char *in;          /* what is being formatted */
};

static struct {
    pthread_mutex_t mutex;
    Tail *first;
} open_tails = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static atomic_int shared_count;

static void block_release(TailBlock *block) {
    if (--block->holders == 0) free(block);
}

static void unshare_oldest(Tail *tail) {
    TailBlock *oldest = tail->shared;
    tail->shared = oldest->next;
    block_release(oldest);
    atomic_fetch_sub(&shared_count, 1);
}

/* When too many are shared, the tail's oldest makes room, or this one stays its reader's own. */
static void share(Tail *tail, TailBlock *block) {
    bool too_many = atomic_fetch_add(&shared_count, 1) >= SHARED_MAX;
    if (too_many && !tail->shared) {
        atomic_fetch_sub(&shared_count, 1);
        return;
    }
    if (too_many) unshare_oldest(tail);
    TailBlock **slot = &tail->shared;
    while (*slot) slot = &(*slot)->next;
    *slot = block;
    block->holders++;
}

static bool is_full(const TailBlock *block) { return block->filled >= BLOCK_SIZE; }

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

/* Format the lines in in[0..got). Returns the bytes used; stops when the block is full. */
static size_t take_lines(const Tail *tail, TailBlock *block, size_t got, bool last) {
    size_t used = 0;
    while (used < got && !is_full(block)) {
        const char *line = tail->in + used;
        if (*line == '\0') { /* a hole */
            used++;
            continue;
        }
        size_t length = next_line(line, got - used, last);
        if (length == 0) break;
        used += length;
        size_t text = line[length - 1] == '\n' ? length - 1 : length;
        block->filled += line_write(tail->format, line, text, block->to + (int64_t)used,
                                    block->out + block->filled);
    }
    block->to += (int64_t)used;
    return used;
}

/* Add what the file has beyond the block. Returns whether that is anything, be it half a line. */
static bool fill(const Tail *tail, TailBlock *block, bool last) {
    bool found = false;
    for (size_t used = 1; used > 0 && !is_full(block);) {
        off_t data = lseek(tail->fd, block->to, SEEK_DATA);
        if (data > block->to) block->to = data;
        ssize_t got = pread(tail->fd, tail->in, READ_SIZE, block->to);
        if (got <= 0) break;
        found = true;
        used = take_lines(tail, block, (size_t)got, last && got < READ_SIZE);
    }
    return found;
}

/* A shared block that begins where the reader is, or that goes on from there. */
static TailBlock *find(const TailReader *reader) {
    for (TailBlock *block = reader->tail->shared; block; block = block->next)
        if (block->from == reader->offset || (block->to == reader->offset && !is_full(block)))
            return block;
    return NULL;
}

static TailBlock *block_new(int64_t offset) {
    TailBlock *block = malloc(sizeof *block);
    if (!block) return NULL;
    block->next = NULL;
    block->holders = 0;
    block->from = block->to = offset;
    block->filled = 0;
    return block;
}

static void attach(TailReader *reader, TailBlock *block) {
    reader->block = block;
    reader->sent = block->from == reader->offset ? 0 : block->filled;
    block->holders++;
    reader->tail->awake++;
}

static void detach(TailReader *reader) {
    block_release(reader->block);
    reader->block = NULL;
    reader->tail->awake--;
}

static int attach_shared(TailReader *reader) {
    Tail *tail = reader->tail;
    if (!tail->in) tail->in = malloc(READ_SIZE);
    if (!tail->in) return -ENOMEM;
    TailBlock *block = find(reader);
    if (!block) {
        block = block_new(reader->offset);
        if (!block) return -ENOMEM;
        share(tail, block);
    }
    attach(reader, block);
    return 0;
}

static bool is_done(const TailReader *reader) { return reader->sent == reader->block->filled; }

/* Half a line may still grow for the others: it goes into a block that nobody else finds. */
static int add_rest(TailReader *reader) {
    TailBlock *block = block_new(reader->offset);
    if (!block) return -ENOMEM;
    detach(reader);
    attach(reader, block);
    fill(reader->tail, block, true);
    return 0;
}

/* Make sure that what comes next, if anything does, is in the reader's block. */
static int advance(TailReader *reader, bool last) {
    if (reader->block && is_done(reader) && is_full(reader->block)) detach(reader);
    int result = reader->block ? 0 : attach_shared(reader);
    if (result == 0 && is_done(reader)) {
        reader->found |= fill(reader->tail, reader->block, false);
        if (is_done(reader) && last) result = add_rest(reader);
    }
    return result;
}

ssize_t tail_next(TailReader *reader, bool last, const char **ret) {
    pthread_mutex_lock(&reader->tail->mutex);
    ssize_t result = advance(reader, last);
    if (result == 0) {
        const TailBlock *block = reader->block;
        *ret = block->out + reader->sent;
        result = (ssize_t)(block->filled - reader->sent);
        reader->found |= result > 0;
        reader->sent = block->filled;
        reader->offset = block->to;
    }
    pthread_mutex_unlock(&reader->tail->mutex);
    return result;
}

void tail_pause(TailReader *reader) {
    if (!reader->block) return;
    Tail *tail = reader->tail;
    pthread_mutex_lock(&tail->mutex);
    detach(reader);
    if (tail->awake == 0) {
        while (tail->shared) unshare_oldest(tail);
        free(steal_pointer(&tail->in));
    }
    pthread_mutex_unlock(&tail->mutex);
}

static Tail *look_up(const struct stat *file, LineFormat format) {
    Tail *tail = open_tails.first;
    while (tail && (tail->device != file->st_dev || tail->inode != file->st_ino ||
                    tail->format.tagged != format.tagged || tail->format.events != format.events ||
                    tail->format.times != format.times))
        tail = tail->next;
    return tail;
}

static Tail *tail_new(int *fd, const struct stat *file, LineFormat format) {
    Tail *tail = calloc(1, sizeof *tail);
    if (!tail) return NULL;
    tail->fd = steal_fd(fd);
    tail->device = file->st_dev;
    tail->inode = file->st_ino;
    tail->format = format;
    pthread_mutex_init(&tail->mutex, NULL);
    tail->next = open_tails.first;
    open_tails.first = tail;
    return tail;
}

/* Where the line after the one at this offset begins; the offset itself when that is far. */
static int64_t next_line_at(int fd, int64_t offset) {
    char part[4096];
    for (int64_t at = offset; at < offset + READ_SIZE; at += (int64_t)sizeof part) {
        ssize_t got = pread(fd, part, sizeof part, at);
        const char *end = got > 0 ? memchr(part, '\n', (size_t)got) : NULL;
        if (end) return at + (end - part) + 1;
        if (got < (ssize_t)sizeof part) break;
    }
    return offset;
}

static int64_t beginning(int fd, int64_t size, int64_t from) {
    if (from >= 0) return from <= size ? from : 0;
    return size + from > 0 ? next_line_at(fd, size + from - 1) : 0;
}

int tail_open(TailReader *reader, const char *path, LineFormat format, int64_t from) {
    scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat file;
    if (fd < 0 || fstat(fd, &file) < 0) return -errno;
    if (!S_ISREG(file.st_mode)) return -EINVAL;
    int64_t offset = beginning(fd, file.st_size, from);
    pthread_mutex_lock(&open_tails.mutex);
    Tail *tail = look_up(&file, format);
    if (!tail) tail = tail_new(&fd, &file, format);
    if (tail) tail->readers++;
    pthread_mutex_unlock(&open_tails.mutex);
    if (!tail) return -ENOMEM;
    *reader = (TailReader){.tail = tail, .offset = offset};
    return 0;
}

static bool leave(Tail *tail) {
    pthread_mutex_lock(&open_tails.mutex);
    bool unused = --tail->readers == 0;
    Tail **slot = &open_tails.first;
    while (*slot != tail) slot = &(*slot)->next;
    if (unused) *slot = tail->next;
    pthread_mutex_unlock(&open_tails.mutex);
    return unused;
}

void tail_close(TailReader *reader) {
    Tail *tail = reader->tail;
    if (!tail) return;
    tail_pause(reader);
    *reader = (TailReader){0};
    if (!leave(tail)) return;
    while (tail->shared) unshare_oldest(tail); /* left when memory was short */
    free(tail->in);
    close(tail->fd);
    pthread_mutex_destroy(&tail->mutex);
    free(tail);
}
