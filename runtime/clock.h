/* Clocks for engines: nanoseconds and milliseconds of the one that no change of the date moves. */
#ifndef LEFT4ME_CLOCK_H
#define LEFT4ME_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

static inline int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t monotonic_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static inline int64_t monotonic_ms(void) { return monotonic_ns() / 1000000; }

/* A time of monotonic_ms() as the absolute deadline that waits take. */
static inline struct timespec monotonic_deadline(int64_t ms) {
    return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

/* A condition whose timed waits take such a deadline. */
static inline void monotonic_cond_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

#endif
