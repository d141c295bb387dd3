/* Turns the lines of a log file into server-sent events or plain text. */
#ifndef LEFT4ME_LINES_H
#define LEFT4ME_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_MAX                                                                                  \
    16640 /* a longer line is sent in pieces; a job's has 4096 characters and its tag */
#define LINES_ROOM (LINES_MAX * 3 + 128) /* what one line can grow to */

typedef struct LineFormat {
    bool tagged; /* strip "<unix ms> O " or "<unix ms> E " */
    bool events; /* WHATWG server-sent events; else plain text */
    bool times;  /* an event's id is "<offset>@<unix ms>", the steps of progress bars are events too:
                    their ids end with "r", and the next line of their stream replaces them */
} LineFormat;

/* Write one line (without its line feed) to out, which has LINES_ROOM left; next is the file offset
 * after the line, the event's id. Returns the bytes written: none of a progress bar's step, unless
 * times are wanted. */
size_t line_write(LineFormat format, const char *line, size_t length, int64_t next, char *out);

/* The same of a line of the journal, which has a cursor as its id; NULL: as plain text. */
size_t line_write_entry(const char *id, const char *text, size_t length, char *out);

#endif
