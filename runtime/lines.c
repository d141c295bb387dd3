/* Turns lines of a log into server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html) or plain text. A carriage return
 * would end a line of the stream, bad UTF-8 would stop a strict reader. */
#include "lines.h"

#include <string.h>

static bool is_rest(const unsigned char *text, size_t count) {
    for (size_t i = 0; i < count; i++)
        if ((text[i] & 0xC0) != 0x80) return false;
    return true;
}

/* The length of the well-formed sequence at text (RFC 3629), or 0. */
static size_t utf8_sequence(const unsigned char *text, size_t left) {
    unsigned char first = text[0];
    if (first < 0x80) return 1;
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || left < length || !is_rest(text + 1, length - 1)) return 0;
    if (first == 0xE0 && text[1] < 0xA0) return 0; /* overlong */
    if (first == 0xED && text[1] > 0x9F) return 0; /* surrogates */
    if (first == 0xF0 && text[1] < 0x90) return 0; /* overlong */
    if (first == 0xF4 && text[1] > 0x8F) return 0; /* above U+10FFFF */
    return length;
}

/* trusted: the writer repaired the text, only a carriage return or a hole can be in the way. No
 * file's line has a line feed in it, but what a program hands to journald may. */
static bool is_plain(const char *text, size_t length, bool trusted) {
    if (trusted) return !memchr(text, '\r', length) && !memchr(text, '\0', length);
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\0' || text[i] == '\r' || text[i] == '\n' || (unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

/* NULs (holes of the file) go, what would end the line becomes a blank, a bad byte U+FFFD. */
static size_t repair(const char *text, size_t length, char *out) {
    static const char replacement[3] = {'\xEF', '\xBF', '\xBD'}; /* U+FFFD */
    char *to = out;
    for (size_t i = 0; i < length;) {
        size_t sequence = utf8_sequence((const unsigned char *)text + i, length - i);
        if (sequence == 0) {
            memcpy(to, replacement, sizeof replacement);
            to += sizeof replacement;
            i++;
            continue;
        }
        if (text[i] == '\r' || text[i] == '\n')
            *to++ = ' ';
        else if (text[i] != '\0') {
            memcpy(to, text + i, sequence);
            to += sequence;
        }
        i += sequence;
    }
    return (size_t)(to - out);
}

static size_t copy_text(const char *text, size_t length, bool trusted, char *out) {
    if (length > 0 && text[length - 1] == '\r') length--;
    if (!is_plain(text, length, trusted)) return repair(text, length, out);
    memcpy(out, text, length);
    return length;
}

/* The length of a leading "<digits> O " or "<digits> E ", or 0. */
static size_t tag_length(const char *line, size_t length) {
    size_t digits = 0;
    while (digits < length && line[digits] >= '0' && line[digits] <= '9') digits++;
    bool tagged = digits > 0 && length >= digits + 3 && line[digits] == ' ' &&
                  (line[digits + 1] == 'O' || line[digits + 1] == 'E') && line[digits + 2] == ' ';
    return tagged ? digits + 3 : 0;
}

static inline char *put(char *to, const char *text) {
    size_t length = strlen(text); /* a constant where this is inlined */
    memcpy(to, text, length);
    return to + length;
}

static char *put_number(char *to, int64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    memcpy(to, digits + at, sizeof digits - at);
    return to + sizeof digits - at;
}

/* The time of a tagged line, and whether it is a step. */
static char *put_time(char *to, const char *line, size_t digits, bool is_step) {
    *to++ = '@';
    memcpy(to, line, digits);
    return put(to + digits, is_step ? "r" : "");
}

size_t line_write(LineFormat format, const char *line, size_t length, int64_t next, char *out) {
    size_t tag = format.tagged ? tag_length(line, length) : 0;
    bool is_step = tag > 0 && line[length - 1] == '\r'; /* lua/domain/job_log.lua */
    if (is_step && !format.times) return 0;
    char *to = out;
    if (format.events) {
        bool is_error = tag > 0 && line[tag - 2] == 'E';
        to = put_number(put(to, "id: "), next);
        if (format.times && tag > 0) to = put_time(to, line, tag - 3, is_step);
        to = is_error ? put(to, "\nevent: stderr\ndata: ") : put(to, "\nevent: stdout\ndata: ");
    }
    to += copy_text(line + tag, length - tag, tag > 0, to);
    to = put(to, "\n");
    if (format.events) to = put(to, "\n");
    return (size_t)(to - out);
}

size_t line_write_entry(const char *id, const char *text, size_t length, char *out) {
    char *to = out;
    if (id) to = put(put(put(to, "id: "), id), "\nevent: stdout\ndata: ");
    to += copy_text(text, length, false, to);
    to = put(to, "\n");
    if (id) to = put(to, "\n");
    return (size_t)(to - out);
}
