/* The switches of the stand-in: one table for the command line and the console. */
#include "switches.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

Switches switches = {
    .exit_code = 1,
    .auth_gap = 20,
    .changelevel = 1,
    .players_every = 2000,
    .cbuf = 8192,
    .rules = 1000,
};

typedef struct Entry {
    const char *name;
    size_t offset;
    int64_t bare; /* the value of a switch given without one */
    int64_t min, max;
    bool later; /* a time from now on */
    const char *help;
} Entry;

#define AT(field) offsetof(Switches, field)
enum { HOUR = 3600000 };

static const Entry entries[] = {
    {"crash_after", AT(crash_at), 0, 0, HOUR, true, "die of SIGSEGV in N ms"},
    {"exit_after", AT(exit_at), 0, 0, HOUR, true,
     "exit in N ms with the exit code of standin_exit_code"},
    {"exit_code", AT(exit_code), 1, 0, 255, false, "exit code for standin_exit_after"},
    {"hang", AT(hang_at), 0, 0, HOUR, true, "in N ms stop doing anything, deaf to all but SIGKILL"},
    {"slow_start", AT(slow_start), 2000, 0, HOUR, false, "load the first map N ms after the start"},
    {"ignore_stop", AT(ignore_stop), 1, 0, 1, false, "log SIGINT and SIGTERM but go on"},
    {"drop_queries", AT(drop_queries), -1, -1, 1000000, false, "drop the next N queries, -1 all"},
    {"silent_asleep", AT(silent_asleep), 1, 0, 1, false, "answer no query while hibernating"},
    {"no_loopback", AT(no_loopback), 1, 0, 1, false,
     "answer no query from 127.0.0.0/8, as Left 4 Dead 2 does"},
    {"shuffle_splits", AT(shuffle_splits), 1, 0, 1, false, "send split packets last one first"},
    {"auth_gap", AT(auth_gap), 20, 0, 60000, false,
     "ms between the two login packets, 0 = one segment"},
    {"auth_cut", AT(auth_cut), 1, 0, 1, false,
     "cut the login answer inside the second packet's header"},
    {"changelevel", AT(changelevel), 1, 0, 3, false,
     "RCON after a map change: 0 goes on, 1 drops, 2 is silent, 3 answers empty"},
    {"rcon_idle", AT(rcon_idle), 1000, 0, HOUR, false,
     "drop RCON connections idle for N ms, 0 = never"},
    {"rcon_chatter", AT(rcon_chatter), 1, 0, 1, false, "mix log lines into RCON answers"},
    {"players", AT(players), 4, 0, 31, false, "simulate up to N players coming and going"},
    {"players_every", AT(players_every), 2000, 10, HOUR, false, "ms between two comings or goings"},
    {"bots", AT(bots), 4, 0, 8, false, "have N survivor bots"},
    {"chatter", AT(chatter), 1000, 0, HOUR, false, "print a log line every N ms, 0 = none"},
    {"cbuf", AT(cbuf), 8192, 64, 1 << 20, false, "bytes in the command buffer"},
    {"rules", AT(rules), 30, 0, 1000, false, "tell a query at most N rules; 30 fit in one packet"},
};

enum { ENTRIES = sizeof entries / sizeof *entries };

static bool same_name(const char *console, const char *given) {
    for (; *console && *given; console++, given++) {
        if (*console != *given && !(*console == '_' && *given == '-')) {
            return false;
        }
    }
    return *console == *given;
}

static bool parse(const char *value, int64_t *ret_number) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno || end == value || *end) {
        return false;
    }
    *ret_number = number;
    return true;
}

bool switch_set(const char *name, const char *value) {
    for (int i = 0; i < ENTRIES; i++) {
        const Entry *entry = &entries[i];
        if (!same_name(entry->name, name)) {
            continue;
        }
        int64_t number = entry->bare;
        if (value && !parse(value, &number)) {
            return false;
        }
        if (number < entry->min || number > entry->max) {
            return false;
        }
        number += entry->later ? now_ms() : 0;
        memcpy((char *)&switches + entry->offset, &number, sizeof number);
        return true;
    }
    return false;
}

const char *switch_name(int i, const char **help) {
    if (i >= ENTRIES) {
        return NULL;
    }
    *help = entries[i].help;
    return entries[i].name;
}

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
