/* A growing byte buffer. */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(Buffer *buffer, size_t more) {
    if (buffer->failed) return false;
    size_t needed = buffer->length + more;
    if (needed <= buffer->capacity) return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 512;
    while (capacity < needed) capacity *= 2;
    char *grown = realloc(buffer->data, capacity);
    if (!grown) {
        buffer->failed = true;
        return false;
    }
    buffer->data = grown;
    buffer->capacity = capacity;
    return true;
}

void buffer_add(Buffer *buffer, const void *data, size_t length) {
    if (length == 0 || !make_room(buffer, length)) return;
    memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
}

void buffer_addf(Buffer *buffer, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char text[512];
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof text)
        buffer->failed = true;
    else
        buffer_add(buffer, text, (size_t)length);
}

void buffer_free(Buffer *buffer) {
    free(buffer->data);
    *buffer = (Buffer){0};
}
