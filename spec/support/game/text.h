/* A growable byte buffer with an upper limit; the only container of the stand-in game server. */
#ifndef STANDIN_TEXT_H
#define STANDIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Text {
    char *data; /* always terminated when not NULL */
    size_t length;
    size_t room;
    size_t limit; /* bytes beyond it are dropped; 0 means 1 MiB */
} Text;

/* Returns false when the limit cut something off. Out of memory ends the program. */
bool text_add(Text *text, const void *bytes, size_t length);
bool text_print(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_byte(Text *text, unsigned value);
void text_int16(Text *text, unsigned value);
void text_int32(Text *text, unsigned value);
/* With the terminating zero. */
void text_string(Text *text, const char *value);
/* Forget the first `length` bytes. */
void text_consume(Text *text, size_t length);
void text_clear(Text *text);
void text_free(Text *text);

/* A whole decimal number, else the fallback. text may be NULL. */
long number_of(const char *text, long fallback);

#endif
