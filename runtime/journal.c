/* The engine of host.journal. journald writes through shared memory and announces that by inotify
 * up to 250 ms late (POST_CHANGE_TIMER_INTERVAL_USEC in its source), so that a follower looks by
 * itself every few milliseconds: with nothing new that costs a comparison a file. */
#include "journal.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "scope.h"
#include "systemd.h"

#define LOOK_MS 25
#define ASK_EVERY 4096

struct Journal {
    sd_journal *source;
    bool pending; /* it stands at an entry that was not given yet */
    bool given;
    char *text;
    size_t room, text_max;
    char unit[JOURNAL_UNIT_SIZE];
};

/* ---- cursors ---- */

/* What journal_file_format_cursor writes: sequence number and its series, boot and its clock, wall
 * clock (µs), a hash of the content. */
typedef struct Place {
    char series[33], boot[33];
    uint64_t number, monotonic, realtime, content;
} Place;

#define HEX "0123456789abcdef"

/* NAME=ID, and the semicolon behind it. */
static bool take_id(const char **at, char name, char ret[33]) {
    if ((*at)[0] != name || (*at)[1] != '=') return false;
    const char *id = *at + 2;
    if (strspn(id, HEX) != 32 || id[32] != ';') return false;
    memcpy(ret, id, 32);
    ret[32] = '\0';
    *at = id + 33;
    return true;
}

/* NAME=NUMBER, and what must stand behind it. */
static bool take_number(const char **at, char name, char behind, uint64_t *ret) {
    if ((*at)[0] != name || (*at)[1] != '=') return false;
    const char *digits = *at + 2;
    size_t length = strspn(digits, HEX);
    if (length < 1 || length > 16 || digits[length] != behind) return false;
    *ret = strtoull(digits, NULL, 16);
    *at = digits + length + (behind != '\0');
    return true;
}

static bool parse_cursor(const char *text, Place *ret) {
    return take_id(&text, 's', ret->series) && take_number(&text, 'i', ';', &ret->number) &&
           take_id(&text, 'b', ret->boot) && take_number(&text, 'm', ';', &ret->monotonic) &&
           take_number(&text, 't', ';', &ret->realtime) &&
           take_number(&text, 'x', '\0', &ret->content);
}

bool journal_is_cursor(const char *text) {
    Place place;
    return parse_cursor(text, &place);
}

/* Whether a comes after b, as sd-journal orders entries of different files. */
static bool is_later(const char *a_text, const char *b_text) {
    Place a, b;
    if (!parse_cursor(a_text, &a) || !parse_cursor(b_text, &b)) return false;
    if (strcmp(a.series, b.series) == 0) return a.number > b.number;
    if (strcmp(a.boot, b.boot) == 0) return a.monotonic > b.monotonic;
    return a.realtime > b.realtime;
}

static int cursor_of(sd_journal *source, char ret[JOURNAL_CURSOR_SIZE]) {
    scoped_free char *cursor = NULL;
    int result = systemd.sd_journal_get_cursor(source, &cursor);
    if (result < 0) return result;
    snprintf(ret, JOURNAL_CURSOR_SIZE, "%s", cursor);
    return 0;
}

/* ---- may it be read? ---- */

/* sd-journal keeps quiet about files it may not open. Returns 1 when there is one that can be read,
 * -EACCES when there are only others, else 0. */
static int look_into(const char *path, const char *prefix) {
    scoped_dir DIR *directory = opendir(path);
    if (!directory) return errno == EACCES ? -EACCES : errno == ENOENT ? 0 : -errno;
    int result = 0;
    for (const struct dirent *entry; (entry = readdir(directory)) && result <= 0;) {
        const char *suffix = strrchr(entry->d_name, '.');
        if (!suffix || strncmp(suffix, ".journal", 8) != 0) continue;
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0) continue;
        bool readable = faccessat(dirfd(directory), entry->d_name, R_OK, AT_EACCESS) == 0;
        result = readable ? 1 : -EACCES;
    }
    return result;
}

/* Where journald keeps this machine's journal: until the next boot, and for good. */
typedef struct Folders {
    char until_boot[64], kept[64];
} Folders;

static int find_folders(Folders *ret) {
    sd_id128_t machine;
    char id[SD_ID128_STRING_MAX];
    int result = systemd.sd_id128_get_machine(&machine);
    if (result < 0) return result;
    systemd.sd_id128_to_string(machine, id);
    snprintf(ret->until_boot, sizeof ret->until_boot, "/run/log/journal/%s", id);
    snprintf(ret->kept, sizeof ret->kept, "/var/log/journal/%s", id);
    return 0;
}

static int check_access(void) {
    Folders folders;
    int result = find_folders(&folders);
    if (result < 0) return result;
    int volatile_one = look_into(folders.until_boot, "system");
    int kept_one = look_into(folders.kept, "system");
    if (volatile_one > 0 || kept_one > 0) return 0;
    return volatile_one < 0 ? volatile_one : kept_one < 0 ? kept_one : -ENOENT;
}

static int open_source(const char *directory, sd_journal **ret) {
    int result = systemd_load();
    if (result < 0) return result;
    if (directory) {
        int found = look_into(directory, "");
        return found < 0 ? found : systemd.sd_journal_open_directory(ret, directory, 0);
    }
    result = check_access();
    return result < 0 ? result
                      : systemd.sd_journal_open(ret, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
}

/* ---- which entries ---- */

static bool is_id(const char *text) {
    return !text || (strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32);
}

/* The characters of a unit's name, see systemd.unit(5). */
static bool is_unit(const char *text) {
    size_t length = strlen(text);
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr(":-_.\\@", *at)) return false;
    return length > 0 && length < JOURNAL_UNIT_SIZE;
}

static bool is_valid(const JournalQuery *query) {
    return is_unit(query->unit) && is_id(query->invocation) && is_id(query->boot) &&
           (!query->after || journal_is_cursor(query->after)) &&
           (!query->resume || journal_is_cursor(query->resume)) &&
           query->text_max <= JOURNAL_TEXT_MAX;
}

static int match(sd_journal *source, const char *field, const char *value) {
    char text[JOURNAL_UNIT_SIZE + 32];
    if (!value) return 0;
    snprintf(text, sizeof text, "%s=%s", field, value);
    return systemd.sd_journal_add_match(source, text, 0);
}

/* Fields that begin with an underscore come from journald: no program can lie in them. */
static int add_filter(sd_journal *source, const JournalQuery *query) {
    int result = match(source, "_SYSTEMD_UNIT", query->unit);
    if (result >= 0) result = match(source, "_SYSTEMD_INVOCATION_ID", query->invocation);
    if (result >= 0) result = match(source, "_BOOT_ID", query->boot);
    if (result < 0 || !query->manager) return result;
    result = systemd.sd_journal_add_disjunction(source);
    if (result >= 0) result = match(source, "_PID", "1");
    if (result >= 0) result = match(source, "UNIT", query->unit);
    if (result >= 0) result = match(source, "INVOCATION_ID", query->invocation);
    return result >= 0 ? match(source, "_BOOT_ID", query->boot) : result;
}

/* ---- where to begin ---- */

/* Returns 1 when the cursor's own entry is among those that match, else 0. */
static int seek_after(Journal *journal, const char *cursor) {
    journal->pending = false;
    int result = systemd.sd_journal_seek_cursor(journal->source, cursor);
    if (result >= 0) result = systemd.sd_journal_next(journal->source);
    if (result <= 0) return result;
    result = systemd.sd_journal_test_cursor(journal->source, cursor);
    journal->pending = result == 0;
    return result;
}

static size_t text_length(sd_journal *source) {
    const void *data;
    size_t length = 0;
    return systemd.sd_journal_get_data(source, "MESSAGE", &data, &length) < 0 ? 0 : length;
}

static int go_back(Journal *journal, const JournalQuery *query) {
    sd_journal *source = journal->source;
    size_t bytes = 0;
    int64_t entries = 0;
    int result = systemd.sd_journal_seek_tail(source);
    while (result >= 0 && (entries < query->tail || entries == 0)) {
        result = systemd.sd_journal_previous(source);
        if (result <= 0) break;
        entries++;
        if (query->is_over && entries % ASK_EVERY == 0 && query->is_over(query->asked))
            return -ECANCELED;
        if (query->tail_bytes == 0) continue;
        bytes += text_length(source);
        if (bytes > query->tail_bytes) break;
    }
    if (result >= 0 && entries == 0) return systemd.sd_journal_seek_head(source);
    journal->pending = query->tail > 0;
    return result;
}

static int begin(Journal *journal, const JournalQuery *query) {
    if (query->resume && (!query->after || is_later(query->resume, query->after))) {
        int result = seek_after(journal, query->resume);
        if (result != 0) return result;
        journal->pending = false;
    }
    if (query->tail < 0)
        return query->after ? seek_after(journal, query->after)
                            : systemd.sd_journal_seek_head(journal->source);
    int result = go_back(journal, query);
    if (result < 0 || !query->after || !journal->pending) return result;
    char here[JOURNAL_CURSOR_SIZE];
    result = cursor_of(journal->source, here);
    if (result < 0 || is_later(here, query->after)) return result;
    return seek_after(journal, query->after);
}

/* Where the run lies that the invocation began: behind ret, which is empty when there is nothing
 * before it. One of which nothing was said yet lies at the end. systemd's words are searched
 * too: of a process that was gone too soon journald does not know the invocation. */
static int find_run(sd_journal *source, const JournalQuery *query, char ret[JOURNAL_CURSOR_SIZE]) {
    JournalQuery run = *query;
    run.manager = true;
    char first[JOURNAL_CURSOR_SIZE] = "";
    int result = add_filter(source, &run);
    run.invocation = NULL;
    if (result >= 0) result = systemd.sd_journal_seek_head(source);
    if (result >= 0) result = systemd.sd_journal_next(source);
    if (result > 0) result = cursor_of(source, first);
    systemd.sd_journal_flush_matches(source);
    run.manager = query->manager;
    if (result >= 0) result = add_filter(source, &run);
    if (result >= 0)
        result = first[0] ? systemd.sd_journal_seek_cursor(source, first)
                          : systemd.sd_journal_seek_tail(source);
    if (result >= 0 && first[0]) result = systemd.sd_journal_next(source);
    if (result >= 0) result = systemd.sd_journal_previous(source);
    ret[0] = '\0';
    return result > 0 ? cursor_of(source, ret) : result;
}

static int start(Journal *journal, const JournalQuery *query) {
    if (!query->invocation || !query->restarts) {
        int result = add_filter(journal->source, query);
        return result < 0 ? result : begin(journal, query);
    }
    JournalQuery run = *query;
    char before[JOURNAL_CURSOR_SIZE];
    int result = find_run(journal->source, query, before);
    run.invocation = NULL;
    if (before[0] && (!run.after || is_later(before, run.after))) run.after = before;
    return result < 0 ? result : begin(journal, &run);
}

int journal_open(const JournalQuery *query, Journal **ret) {
    if (!is_valid(query)) return -EINVAL;
    Journal *journal = calloc(1, sizeof *journal);
    if (!journal) return -ENOMEM;
    memcpy(journal->unit, query->unit, strlen(query->unit));
    journal->text_max = query->text_max;
    int result = open_source(query->directory, &journal->source);
    if (result >= 0)
        result = systemd.sd_journal_set_data_threshold(journal->source, query->text_max + 16);
    if (result >= 0) result = start(journal, query);
    if (result < 0) {
        journal_close(journal);
        return result;
    }
    *ret = journal;
    return 0;
}

void journal_close(Journal *journal) {
    if (journal->source) systemd.sd_journal_close(journal->source);
    free(journal->text);
    free(journal);
}

/* ---- entries ---- */

/* Whether data is FIELD=value; then value and its length are returned. */
static bool is_field(const char *data, size_t length, const char *field, const char **ret_value,
                     size_t *ret_length) {
    size_t name = strlen(field);
    if (length <= name || memcmp(data, field, name) != 0 || data[name] != '=') return false;
    *ret_value = data + name + 1;
    *ret_length = length - name - 1;
    return true;
}

static int64_t number_of(const char *text, size_t length) {
    int64_t number = 0;
    for (size_t i = 0; i < length && i < 18 && isdigit((unsigned char)text[i]); i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

static bool equals(const char *text, size_t length, const char *word) {
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static int keep_text(Journal *journal, const char *text, size_t length, JournalEntry *entry) {
    if (length > journal->text_max) length = journal->text_max;
    if (!journal->text || length > journal->room) {
        char *text_room = realloc(journal->text, length + 1);
        if (!text_room) return -ENOMEM;
        journal->text = text_room;
        journal->room = length;
    }
    if (length > 0) memcpy(journal->text, text, length);
    entry->text = journal->text;
    entry->length = length;
    return 0;
}

/* Of the ways a line can end (_LINE_BREAK, systemd.journal-fields(7)) one has the rest follow: it
 * was too long. After pid-change the rest may be empty, and journald keeps no empty lines. */
static int take_field(Journal *journal, const char *data, size_t length, JournalEntry *entry) {
    const char *value;
    size_t count;
    if (is_field(data, length, "MESSAGE", &value, &count))
        return entry->text ? 0 : keep_text(journal, value, count, entry);
    if (is_field(data, length, "PRIORITY", &value, &count))
        entry->priority = (int)(number_of(value, count) & 7);
    else if (is_field(data, length, "_PID", &value, &count))
        entry->pid = number_of(value, count);
    else if (is_field(data, length, "_SYSTEMD_UNIT", &value, &count))
        entry->manager = !equals(value, count, journal->unit);
    else if (is_field(data, length, "_LINE_BREAK", &value, &count))
        entry->broken = equals(value, count, "line-max");
    return 0;
}

/* An entry whose fields cannot all be read is given with the others: one bad block of a file must
 * not end a log. */
static int read_entry(Journal *journal, JournalEntry *ret) {
    JournalEntry entry = {.priority = 6, .manager = true};
    uint64_t time = 0;
    const void *data;
    size_t length;
    int result = 0;
    systemd.sd_journal_restart_data(journal->source);
    while (result == 0 &&
           systemd.sd_journal_enumerate_available_data(journal->source, &data, &length) > 0)
        result = take_field(journal, data, length, &entry);
    if (result < 0) return result;
    if (systemd.sd_journal_get_realtime_usec(journal->source, &time) >= 0)
        entry.time_ms = (int64_t)(time / 1000);
    if (!entry.text) entry.text = "";
    *ret = entry;
    return 1;
}

int journal_next(Journal *journal, JournalEntry *ret) {
    int result = journal->pending ? 1 : systemd.sd_journal_next(journal->source);
    if (result <= 0) return result;
    journal->pending = true;
    result = read_entry(journal, ret);
    if (result < 0) return result;
    journal->pending = false;
    journal->given = true;
    return 1;
}

int journal_cursor(const Journal *journal, char ret[JOURNAL_CURSOR_SIZE]) {
    return journal->given ? cursor_of(journal->source, ret) : -ENOENT;
}

/* ---- waiting ---- */

int journal_fd(Journal *journal) { return systemd.sd_journal_get_fd(journal->source); }

int journal_timeout(const Journal *journal) {
    uint64_t at = 0;
    if (journal->pending || systemd.sd_journal_get_timeout(journal->source, &at) < 0) return 0;
    int64_t left = at == UINT64_MAX ? LOOK_MS : (int64_t)(at / 1000) - monotonic_ms();
    return left < 0 ? 0 : left > LOOK_MS ? LOOK_MS : (int)left;
}

int journal_process(Journal *journal) { return systemd.sd_journal_process(journal->source); }

/* Closes the source. */
static int newest_of(sd_journal *source, char ret[JOURNAL_CURSOR_SIZE]) {
    int result = systemd.sd_journal_seek_tail(source);
    if (result >= 0) result = systemd.sd_journal_previous(source);
    bool found = result > 0;
    if (found) result = cursor_of(source, ret);
    systemd.sd_journal_close(source);
    return result < 0 ? result : found;
}

/* The one file that journald writes to, of perhaps hundreds. Returns 0 when it is empty, absent, or one of two. */
static int newest_of_active(char ret[JOURNAL_CURSOR_SIZE]) {
    Folders folders;
    char until_boot[96], kept[96];
    if (systemd_load() < 0 || find_folders(&folders) < 0) return 0;
    snprintf(until_boot, sizeof until_boot, "%s/system.journal", folders.until_boot);
    snprintf(kept, sizeof kept, "%s/system.journal", folders.kept);
    bool is_volatile = access(until_boot, F_OK) == 0, is_kept = access(kept, F_OK) == 0;
    if (is_volatile == is_kept) return 0;
    sd_journal *source = NULL;
    const char *files[] = {is_kept ? kept : until_boot, NULL};
    if (systemd.sd_journal_open_files(&source, files, 0) < 0) return 0;
    int result = newest_of(source, ret);
    return result < 0 ? 0 : result;
}

int journal_newest(const char *directory, char ret[JOURNAL_CURSOR_SIZE]) {
    int result = directory ? 0 : newest_of_active(ret);
    if (result > 0) return result;
    sd_journal *source = NULL;
    result = open_source(directory, &source);
    return result < 0 ? result : newest_of(source, ret);
}
