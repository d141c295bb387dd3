/* What the stand-in can be told to do wrong: each `-standin-some-name N` on the command line is
 * also the console command `standin_some_name N`. */
#ifndef STANDIN_SWITCHES_H
#define STANDIN_SWITCHES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Switches {
    int64_t crash_at, exit_at, hang_at; /* monotonic ms, 0 = never */
    int64_t exit_code;
    int64_t slow_start; /* ms */
    int64_t ignore_stop;
    int64_t drop_queries; /* how many, -1 = all */
    int64_t silent_asleep, no_loopback, shuffle_splits;
    int64_t auth_gap; /* ms between the two login packets, 0 = one segment */
    int64_t auth_cut;
    int64_t changelevel; /* 0 keep RCON, 1 drop it, 2 fall silent, 3 empty answers */
    int64_t rcon_idle;   /* ms, 0 = never dropped */
    int64_t rcon_chatter;
    int64_t players, players_every, bots;
    int64_t chatter; /* ms between log lines, 0 = none */
    int64_t cbuf;    /* bytes of the command buffer */
    int64_t rules;   /* most rules told to a query */
} Switches;

extern Switches switches;

/* The name in either form, without its prefix; value NULL for a bare switch. False: no such switch
 * or bad value. */
bool switch_set(const char *name, const char *value);
/* The i-th switch's name in console form and what it does; NULL after the last. */
const char *switch_name(int i, const char **help);
/* Milliseconds of the monotonic clock. */
int64_t now_ms(void);

#endif
