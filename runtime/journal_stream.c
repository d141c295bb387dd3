/* A unit's journal as lines: what journald broke is joined again, what is too long is cut as in
 * lua/domain/console_lines.lua. A stream needs the memory of one batch, however long the log is. */
#include "journal_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define LINE_LIMIT 4096
#define LINE_MARK " … [cut]"
#define SYSTEMD_MARK "[systemd] "
#define KEPT_BYTES (64 << 20) /* of a long run, as of a log file */
#define BATCH 16384

#define LINE_ROOM (sizeof SYSTEMD_MARK + LINE_LIMIT + 3 + sizeof LINE_MARK)
#define BATCH_ROOM (BATCH + 2 * (LINE_ROOM * 3 + JOURNAL_CURSOR_SIZE + 64))

struct JournalStream {
    Journal *journal;
    bool follow;
    bool unfinished, cut;             /* the line: more of it is to come; its end was cut off */
    size_t mark, used;                /* bytes of the line: what stands before it, and its own */
    size_t filled;                    /* of the batch */
    char cursor[JOURNAL_CURSOR_SIZE]; /* of the line's newest part */
    char line[LINE_ROOM];
    char batch[BATCH_ROOM];
};

/* An empty field of the description stands for any. */
static const char *given(const char *text) { return text[0] ? text : NULL; }

int journal_stream_open(const StreamSpec *spec, bool (*is_over)(void *), void *asked,
                        JournalStream **ret) {
    const StreamJournal *journal = &spec->journal;
    bool is_tail = journal->tail > 0 && journal->tail < KEPT_BYTES;
    JournalQuery query = {.unit = journal->unit,
                          .invocation = given(journal->invocation),
                          .boot = given(journal->boot),
                          .after = given(journal->after),
                          .resume = journal_is_cursor(journal->from) ? journal->from : NULL,
                          .directory = given(spec->path),
                          .tail = INT64_MAX,
                          .tail_bytes = is_tail ? (size_t)journal->tail : KEPT_BYTES,
                          .text_max = LINE_LIMIT + 4,
                          .manager = true,
                          .restarts = true,
                          .is_over = is_over,
                          .asked = asked};
    JournalStream *stream = malloc(sizeof *stream);
    if (!stream) return -ENOMEM;
    stream->follow = journal->follow;
    stream->unfinished = false;
    int result = journal_open(&query, &stream->journal);
    if (result < 0) {
        free(stream);
        return result;
    }
    if (journal->follow) result = journal_fd(stream->journal);
    if (result < 0) {
        journal_stream_close(stream);
        return result;
    }
    *ret = stream;
    return 0;
}

const char *journal_stream_problem(int result) {
    if (result == -EACCES)
        return "The service may not read the journal: it is not in the group systemd-journal.";
    if (result == -ENOENT) return "This machine keeps no journal.";
    return "The journal cannot be read just now. Try again soon.";
}

static void begin_line(JournalStream *stream, const char *mark) {
    stream->mark = strlen(mark);
    stream->used = 0;
    stream->cut = false;
    memcpy(stream->line, mark, stream->mark);
}

/* How many of the bytes still pass: up to the limit, and to the end of the character there. */
static size_t passing(const JournalStream *stream, const char *text, size_t length) {
    size_t count = stream->used < LINE_LIMIT ? LINE_LIMIT - stream->used : 0;
    if (count >= length) return length;
    while (count < length && stream->used + count < LINE_LIMIT + 3 &&
           ((unsigned char)text[count] & 0xC0) == 0x80)
        count++;
    return count;
}

static void add_text(JournalStream *stream, const char *text, size_t length) {
    if (stream->cut) return;
    size_t count = passing(stream, text, length);
    memcpy(stream->line + stream->mark + stream->used, text, count);
    stream->used += count;
    if (count == length) return;
    memcpy(stream->line + stream->mark + stream->used, LINE_MARK, strlen(LINE_MARK));
    stream->used += strlen(LINE_MARK);
    stream->cut = true;
}

static void end_line(JournalStream *stream) {
    stream->filled += line_write_entry(stream->follow ? stream->cursor : NULL, stream->line,
                                       stream->mark + stream->used, stream->batch + stream->filled);
    stream->unfinished = false;
}

/* What systemd says ends a line that the unit left open. */
static int take_entry(JournalStream *stream, const JournalEntry *entry) {
    if (entry->manager && stream->unfinished) end_line(stream);
    if (!stream->unfinished) begin_line(stream, entry->manager ? SYSTEMD_MARK : "");
    int result = journal_cursor(stream->journal, stream->cursor);
    if (result < 0) return result;
    add_text(stream, entry->text, entry->length);
    if (entry->broken)
        stream->unfinished = true;
    else
        end_line(stream);
    return 0;
}

ssize_t journal_stream_next(JournalStream *stream, bool last, const char **ret) {
    int result = stream->follow ? journal_process(stream->journal) : 0;
    if (result < 0) return result;
    JournalEntry entry;
    stream->filled = 0;
    while (stream->filled < BATCH && (result = journal_next(stream->journal, &entry)) > 0) {
        result = take_entry(stream, &entry);
        if (result < 0) return result;
    }
    if (result < 0) return result;
    if (last && stream->unfinished && stream->filled < BATCH) end_line(stream);
    *ret = stream->batch;
    return (ssize_t)stream->filled;
}

int journal_stream_wait(const JournalStream *stream) { return journal_timeout(stream->journal); }

void journal_stream_close(JournalStream *stream) {
    journal_close(stream->journal);
    free(stream);
}
