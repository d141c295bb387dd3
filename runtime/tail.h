/* Log files as events: streams that read the same file share its descriptor and its latest blocks
 * of formatted lines, so that a line is formatted once, however many read it. */
#ifndef LEFT4ME_TAIL_H
#define LEFT4ME_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lines.h"

typedef struct Tail Tail;
typedef struct TailBlock TailBlock;

/* One stream's place in a file; zeroed when it has none. */
typedef struct TailReader {
    Tail *tail;
    TailBlock *block; /* what it is reading, NULL while it pauses */
    size_t sent;      /* of the block */
    int64_t offset;   /* in the file; while it pauses */
    bool found;       /* set when there was something more, be it half a line */
} TailReader;

/* Begin at an offset, at 0 when the file is shorter; negative: at the first line that begins within
 * so many bytes before the end. Only regular files, never through a link. Returns 0 or a negative
 * errno. */
int tail_open(TailReader *reader, const char *path, LineFormat format, int64_t from);

/* The next formatted bytes; they stay until the next call on the reader. `last`: also an unfinished
 * last line. Returns their number, 0 at the present end, or -ENOMEM. */
ssize_t tail_next(TailReader *reader, bool last, const char **ret);

/* There is nothing to be read for a while: let the memory go. */
void tail_pause(TailReader *reader);

void tail_close(TailReader *reader);

#endif
