/* A growable byte buffer with an upper limit, and little-endian writers for packets. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_LIMIT = 1 << 20 };

static void reserve(Text *text, size_t room) {
    if (room <= text->room) {
        return;
    }
    size_t wanted = text->room ? text->room * 2 : 256;
    while (wanted < room) {
        wanted *= 2;
    }
    char *data = realloc(text->data, wanted);
    if (!data) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    text->data = data;
    text->room = wanted;
}

bool text_add(Text *text, const void *bytes, size_t length) {
    size_t limit = text->limit ? text->limit : DEFAULT_LIMIT;
    size_t left = limit > text->length ? limit - text->length : 0;
    size_t taken = length < left ? length : left;
    reserve(text, text->length + taken + 1);
    if (taken > 0) {
        memcpy(text->data + text->length, bytes, taken);
    }
    text->length += taken;
    text->data[text->length] = '\0';
    return taken == length;
}

bool text_print(Text *text, const char *format, ...) {
    va_list args;
    char *line = NULL;
    va_start(args, format);
    int length = vasprintf(&line, format, args);
    va_end(args);
    if (length < 0) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    bool whole = text_add(text, line, (size_t)length);
    free(line);
    return whole;
}

void text_byte(Text *text, unsigned value) {
    unsigned char byte = (unsigned char)value;
    text_add(text, &byte, 1);
}

void text_int16(Text *text, unsigned value) {
    text_byte(text, value & 0xff);
    text_byte(text, value >> 8 & 0xff);
}

void text_int32(Text *text, unsigned value) {
    text_int16(text, value & 0xffff);
    text_int16(text, value >> 16);
}

void text_string(Text *text, const char *value) { text_add(text, value, strlen(value) + 1); }

void text_consume(Text *text, size_t length) {
    if (length >= text->length) {
        text_clear(text);
        return;
    }
    memmove(text->data, text->data + length, text->length - length + 1);
    text->length -= length;
}

void text_clear(Text *text) {
    text->length = 0;
    if (text->data) {
        text->data[0] = '\0';
    }
}

void text_free(Text *text) {
    free(text->data);
    text->data = NULL;
    text->length = text->room = 0;
}

long number_of(const char *text, long fallback) {
    char *end = NULL;
    long number = text ? strtol(text, &end, 10) : fallback;
    return !text || end == text || *end ? fallback : number;
}
