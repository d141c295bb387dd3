/* Topics that threads ring and wait for. A bell carries no data: readers note a topic's generation,
 * read their file to its end, and only then wait for the generation to change. */
#ifndef LEFT4ME_HUB_H
#define LEFT4ME_HUB_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HUB_NAME_MAX 128
#define HUB_TEXT_MAX 200
#define HUB_WATCH_MAX 10 /* eight topics of a bell stream and the two that revoke it */

typedef struct HubTopic HubTopic;

/* What a topic looks like now. text is filled when closed. */
typedef struct HubView {
    uint64_t generation;
    bool closed;
    char text[HUB_TEXT_MAX + 1];
} HubView;

typedef struct HubLink {
    HubTopic *topic;
    struct HubWatch *watch;
    struct HubLink *next;
} HubLink;

/* One thread's place to wait for up to HUB_WATCH_MAX topics; watched topics are never forgotten. It
 * must stay where it is between open and close. */
typedef struct HubWatch {
    pthread_cond_t changed;
    HubLink links[HUB_WATCH_MAX];
    size_t count;
    bool pauses; /* only the end of its first topic may wake it */
} HubWatch;

/* Generations come from one counter, so a generation above an earlier hub_now() rang after it. */
uint64_t hub_now(void);
/* The topic's current state; makes the topic when it is new. Returns 0, -ENOMEM or -ENOSPC. */
int hub_view(const char *name, HubView *ret);
int hub_ring(const char *name);
/* Final for as long as the topic is remembered: later rings still ring, but it stays closed. */
int hub_close(const char *name, const char *text);
/* The eventfd written when topic "scheduler" rings and when stopping; owned by the hub. Or -errno.
 */
int hub_bell(void);

void hub_start(void);
/* Wakes every waiter, for good until hub_start. */
void hub_stop(void);
bool hub_stopping(void);

int hub_watch_open(HubWatch *watch, const char *const *names, size_t count);
void hub_watch_close(HubWatch *watch);
void hub_watch_view(HubWatch *watch, size_t index, HubView *ret);
/* Wait until a generation differs from seen[], the hub stops, or CLOCK_MONOTONIC reaches deadline
 * (ms). Returns whether a generation differs. */
bool hub_watch_wait(HubWatch *watch, const uint64_t *seen, int64_t deadline_ms);
/* Sleep through rings until the first topic is closed, the hub stops, or the deadline. */
void hub_watch_pause(HubWatch *watch, int64_t deadline_ms);

#endif
