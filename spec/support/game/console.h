/* The console: a bounded command buffer, its tokenizer, and the output that RCON can listen in on.
 */
#ifndef STANDIN_CONSOLE_H
#define STANDIN_CONSOLE_H

#include <stdbool.h>

#include "text.h"

enum { MAX_WORDS = 64 };

/* Prints to standard output and, while one listens, to the capture. */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_write(const char *bytes, size_t length);
/* The same as a line of the server log: "L 11/21/2026 - 04:05:06: …". */
void console_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* NULL ends the capture. */
void console_capture(Text *into);

/* Commands to the end or to the front of the buffer; what does not fit is dropped with the engine's
 * words. */
void console_add(const char *commands);
void console_insert(const char *commands);
/* Runs until the buffer is empty. */
void console_execute(void);

/* Cut a command line into words (quotes hold words together). Writes into line. */
int console_words(char *line, char *words[MAX_WORDS]);
/* Words from..count joined by single spaces. */
void console_join(int count, char *const words[], int from, Text *into);
/* Drop the buffers' memory. */
void console_free(void);

/* In commands.c: run one command. rest is what follows the first word as typed, without
 * quotes around the whole of it. */
void command_run(int count, char *words[], const char *rest);
/* How many files were executed since the buffer was last empty (in commands.c). */
void command_reset_depth(void);

#endif
