/* Reads this machine's journal (sd-journal(3)): what a unit printed, what systemd said about it. A
 * journal belongs to one thread at a time. */
#ifndef LEFT4ME_JOURNAL_H
#define LEFT4ME_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_TEXT_MAX ((size_t)256 * 1024) /* of a line of the journal; what is longer is cut */
#define JOURNAL_CURSOR_SIZE 192
#define JOURNAL_UNIT_SIZE 256

typedef struct Journal Journal;

typedef struct JournalQuery {
    const char *unit;
    const char *invocation, *boot; /* 32 hex digits, or NULL for any */
    const char *after;             /* a cursor: nothing up to it is given; or NULL */
    const char *resume;            /* like after, but only if such an entry is among the others */
    const char *directory;         /* NULL: the system's journal */
    int64_t tail;            /* begin so many entries before the end; negative: at the first */
    size_t tail_bytes;       /* and not further back than this much text; 0: any */
    size_t text_max;         /* at most JOURNAL_TEXT_MAX */
    bool manager;            /* also what systemd said about the unit */
    bool restarts;           /* the invocation only says where to begin: later ones are given too */
    bool (*is_over)(void *); /* if set: asked now and then while it goes back, with asked */
    void *asked;
} JournalQuery;

/* text stays until the next call on the journal; it may hold any bytes. */
typedef struct JournalEntry {
    const char *text;
    size_t length;
    int64_t time_ms, pid;
    int priority;
    bool manager, broken; /* broken: the unit's next entry is the rest of this line */
} JournalEntry;

/* Returns 0, -EINVAL (a field of the query), -EACCES, -ENOENT (there is no journal), -ECANCELED (it
 * was over) or another negative errno. */
int journal_open(const JournalQuery *query, Journal **ret);
void journal_close(Journal *journal);
/* Returns 1, 0 when there is no more for now, or a negative errno. */
int journal_next(Journal *journal, JournalEntry *ret);
/* The cursor of the entry last given; -ENOENT when none was. */
int journal_cursor(const Journal *journal, char ret[JOURNAL_CURSOR_SIZE]);
/* Readable when there may be more; -EMFILE when this user has too many. */
int journal_fd(Journal *journal);
/* The milliseconds after which to look again without being told: journald tells up to 250 ms late.
 */
int journal_timeout(const Journal *journal);
/* To be called before next when the descriptor or the time says so. Returns SD_JOURNAL_NOP,
 * _APPEND, _INVALIDATE or a negative errno. */
int journal_process(Journal *journal);

/* The cursor of the newest entry of all. Returns 1, 0 when there is none, or a negative errno. */
int journal_newest(const char *directory, char ret[JOURNAL_CURSOR_SIZE]);
bool journal_is_cursor(const char *text);

#endif
