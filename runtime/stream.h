/* The description of a stream that a handler returns: plain values, so the Lua state can go back.
 */
#ifndef LEFT4ME_STREAM_H
#define LEFT4ME_STREAM_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub.h"
#include "journal.h"

#define STREAM_REVOKERS 2
#define STREAM_TOPICS (HUB_WATCH_MAX - STREAM_REVOKERS)

typedef enum StreamKind {
    STREAM_LOG,     /* a growing file as events, one a line */
    STREAM_TEXT,    /* the file as it is now, as plain text */
    STREAM_BELL,    /* an event whenever a topic rings */
    STREAM_JOURNAL, /* what a unit said, as events or as plain text */
    STREAM_FILE,    /* the bytes of a file beneath a directory */
} StreamKind;

/* Of a unit's run; an empty string stands for any. */
typedef struct StreamJournal {
    bool follow; /* events, and on as the journal grows; else plain text of what there is */
    int64_t tail; /* not further back than this much text; 0: as far as is kept */
    char unit[JOURNAL_UNIT_SIZE];
    char invocation[33], boot[33];
    char after[JOURNAL_CURSOR_SIZE], from[JOURNAL_CURSOR_SIZE];
} StreamJournal;

typedef struct StreamSpec {
    StreamKind kind;
    bool tagged; /* the file's lines begin with "<unix ms> O " or "<unix ms> E " */
    bool times;  /* see LineFormat */
    bool ended;  /* nothing will be added: closing_text is known */
    int64_t from; /* negative: so many bytes before the end */
    size_t topic_count;
    size_t first_bell; /* before it in topics: the log's own, if it has one */
    char topics[STREAM_TOPICS][HUB_NAME_MAX + 1];
    size_t revoker_count;
    char revokers[STREAM_REVOKERS][HUB_NAME_MAX + 1];
    char closing_text[HUB_TEXT_MAX + 1];
    StreamJournal journal;
    const char *file; /* file: its path beneath the directory; kept behind path */
    char path[];      /* journal, file: of the directory; empty: this machine's journal */
} StreamSpec;

/* Read the table at index into a malloc'ed *ret. Raises a Lua error when it is no proper
 * description. */
void stream_read(lua_State *L, int index, StreamSpec **ret);

#endif
