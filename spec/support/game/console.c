/* The console's command buffer: takes text, cuts it into commands at newlines and semicolons, runs
 * them in order. */
#include "console.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "switches.h"

static Text pending = {.limit = 1 << 21};
static Text *capture;
static bool executing;

void console_write(const char *bytes, size_t length) {
    if (capture) {
        text_add(capture, bytes, length);
    }
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written < 0 && errno == EAGAIN) {
            struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&out, 1, -1);
            continue;
        }
        if (written < 0 && errno != EINTR) {
            return;
        }
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
}

__attribute__((format(printf, 2, 0))) static void print_with(const char *prefix, const char *format,
                                                             va_list args) {
    char *text = NULL, *line = NULL;
    int length = vasprintf(&text, format, args);
    if (length >= 0) {
        length = asprintf(&line, "%s%s", prefix, text);
        free(text);
    }
    if (length >= 0) {
        console_write(line, (size_t)length);
        free(line);
    }
}

void console_print(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_with("", format, args);
    va_end(args);
}

void console_log(const char *format, ...) {
    char stamp[40];
    time_t now = time(NULL);
    struct tm parts;
    localtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "L %m/%d/%Y - %H:%M:%S: ", &parts);
    va_list args;
    va_start(args, format);
    print_with(stamp, format, args);
    va_end(args);
}

void console_capture(Text *into) { capture = into; }

static bool fits(const char *commands) {
    if (pending.length + strlen(commands) + 1 <= (size_t)switches.cbuf) {
        return true;
    }
    console_print("Cbuf_AddText: buffer overflow\n");
    return false;
}

void console_add(const char *commands) {
    if (fits(commands)) {
        text_print(&pending, "%s\n", commands);
    }
}

void console_insert(const char *commands) {
    if (!fits(commands)) {
        return;
    }
    Text joined = {.limit = 1 << 21};
    text_print(&joined, "%s\n", commands);
    text_add(&joined, pending.data ? pending.data : "", pending.length);
    text_free(&pending);
    pending = joined;
}

/* The length of the first command in the buffer, without its end; *ret_next is where the second
 * begins. */
static size_t first_command(const char *text, size_t length, size_t *ret_next) {
    bool quoted = false;
    size_t stop = length;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && stop == length && c == '/' && i + 1 < length && text[i + 1] == '/') {
            stop = i;
        }
        if (c == '\n' || (c == ';' && !quoted && stop == length)) {
            *ret_next = i + 1;
            return stop < i ? stop : i;
        }
    }
    *ret_next = length;
    return stop;
}

int console_words(char *line, char *words[MAX_WORDS]) {
    int count = 0;
    while (count < MAX_WORDS) {
        while (*line && (unsigned char)*line <= ' ') {
            line++;
        }
        if (!*line) {
            break;
        }
        if (*line == '"') {
            words[count++] = ++line;
            line += strcspn(line, "\"");
        } else {
            words[count++] = line;
            line += strcspn(line, " \t\r\"");
            if (*line == '"') {
                /* name"value" is two words, so the quote must stay for the next turn. */
                memmove(line + 1, line, strlen(line) + 1);
            }
        }
        if (*line) {
            *line++ = '\0';
        }
    }
    return count;
}

void console_join(int count, char *const words[], int from, Text *into) {
    for (int i = from; i < count; i++) {
        text_print(into, "%s%s", i > from ? " " : "", words[i]);
    }
}

static void run_line(const char *text, size_t length) {
    /* One byte more than the text: console_words may move it. */
    char *line = calloc(1, length * 2 + 2), *copy = strndup(text, length);
    if (!line || !copy) {
        exit(1);
    }
    memcpy(line, text, length);
    char *words[MAX_WORDS];
    int count = console_words(line, words);
    if (count > 0) {
        char *rest = copy + strspn(copy, " \t\r\"") + strlen(words[0]);
        rest += *rest == '"';
        rest += strspn(rest, " \t\r");
        size_t left = strlen(rest);
        if (left > 1 && rest[0] == '"' && rest[left - 1] == '"') {
            rest[left - 1] = '\0';
            rest++;
        }
        command_run(count, words, rest);
    }
    free(line);
    free(copy);
}

void console_execute(void) {
    if (executing) {
        return;
    }
    executing = true;
    Text line = {.limit = 1 << 21};
    while (pending.length > 0) {
        size_t next = 0, length = first_command(pending.data, pending.length, &next);
        text_clear(&line);
        text_add(&line, pending.data, length);
        text_consume(&pending, next);
        run_line(line.data, line.length);
    }
    command_reset_depth();
    text_free(&line);
    executing = false;
}

void console_free(void) { text_free(&pending); }
