/* A growing byte buffer; a failed allocation is remembered and makes the buffer useless, not
 * unsafe. */
#ifndef LEFT4ME_BUFFER_H
#define LEFT4ME_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Buffer {
    char *data;
    size_t length, capacity;
    bool failed;
} Buffer;

void buffer_add(Buffer *buffer, const void *data, size_t length);
void buffer_addf(Buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_free(Buffer *buffer);

#endif
