/* What a unit and systemd about it said, formatted for a stream that reads it bit by bit. */
#ifndef LEFT4ME_JOURNAL_STREAM_H
#define LEFT4ME_JOURNAL_STREAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "stream.h"

typedef struct JournalStream JournalStream;

/* is_over(asked) is asked while it looks for the beginning, which may take a second. Returns 0 or a
 * negative errno as journal_open, or -EMFILE. */
int journal_stream_open(const StreamSpec *spec, bool (*is_over)(void *), void *asked,
                        JournalStream **ret);
/* The failure of open as a sentence for who asked. */
const char *journal_stream_problem(int result);

/* The next formatted bytes; they stay until the next call. `last`: also an unfinished last line.
 * Returns their number, 0 when there are no more by now, or a negative errno. */
ssize_t journal_stream_next(JournalStream *stream, bool last, const char **ret);
/* After how many milliseconds to call next again. */
int journal_stream_wait(const JournalStream *stream);
void journal_stream_close(JournalStream *stream);

#endif
