/* host.hub: topics with generations, shared by all threads of the process; bounded, condvar waits.
 */
#include "hub.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"

#define TOPICS_MAX 4096
#define BUCKETS 1024

struct HubTopic {
    struct HubTopic *next;
    uint64_t generation, used;
    HubLink *links;
    char *text; /* set when closed */
    char name[];
};

static struct {
    pthread_mutex_t mutex;
    HubTopic *buckets[BUCKETS];
    size_t count;
    _Atomic uint64_t counter; /* of rings; changed under the mutex */
    uint64_t uses;            /* of look-ups, to find the topic longest unused */
    uint64_t floor;           /* generation of a new topic: not below that of any forgotten one */
    int bell;
    atomic_bool stopping;
} hub = {.mutex = PTHREAD_MUTEX_INITIALIZER, .bell = -1};

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t bucket_of(const char *name) {
    uint32_t hash = 2166136261u;
    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash % BUCKETS;
}

static bool forget_sooner(const HubTopic *a, const HubTopic *b) {
    if (!a->text != !b->text) return a->text != NULL;
    return a->used < b->used;
}

/* Forget the topic nobody watches that is closed or longest unused. */
static bool evict(void) {
    HubTopic **victim = NULL;
    for (size_t i = 0; i < BUCKETS; i++)
        for (HubTopic **slot = &hub.buckets[i]; *slot; slot = &(*slot)->next)
            if (!(*slot)->links && (!victim || forget_sooner(*slot, *victim))) victim = slot;
    if (!victim) return false;
    HubTopic *topic = *victim;
    *victim = topic->next;
    if (topic->generation > hub.floor) hub.floor = topic->generation;
    free(topic->text);
    free(topic);
    hub.count--;
    return true;
}

/* The mutex is held. Returns 0, -ENOMEM or -ENOSPC. */
static int topic_get(const char *name, HubTopic **ret) {
    HubTopic **bucket = &hub.buckets[bucket_of(name)];
    HubTopic *topic = *bucket;
    while (topic && strcmp(topic->name, name) != 0) topic = topic->next;
    if (!topic) {
        if (hub.count >= TOPICS_MAX && !evict()) return -ENOSPC;
        topic = calloc(1, sizeof *topic + strlen(name) + 1);
        if (!topic) return -ENOMEM;
        memcpy(topic->name, name, strlen(name) + 1);
        topic->generation = hub.floor;
        topic->next = *bucket;
        *bucket = topic;
        hub.count++;
    }
    topic->used = ++hub.uses;
    *ret = topic;
    return 0;
}

static void view(const HubTopic *topic, HubView *ret) {
    ret->generation = topic->generation;
    ret->closed = topic->text != NULL;
    snprintf(ret->text, sizeof ret->text, "%s", topic->text ? topic->text : "");
}

static void wake_scheduler(void) {
    uint64_t one = 1;
    if (hub.bell >= 0 && write(hub.bell, &one, sizeof one) < 0) {
        /* Only EAGAIN is possible: the bell is already ringing. */
    }
}

static void topic_ring(HubTopic *topic) {
    topic->generation = ++hub.counter;
    for (HubLink *link = topic->links; link; link = link->next)
        if (!link->watch->pauses || topic->text) pthread_cond_signal(&link->watch->changed);
    if (strcmp(topic->name, "scheduler") == 0) wake_scheduler();
}

uint64_t hub_now(void) { return atomic_load(&hub.counter); }

int hub_view(const char *name, HubView *ret) {
    HubTopic *topic = NULL;
    pthread_mutex_lock(&hub.mutex);
    int result = topic_get(name, &topic);
    if (result == 0) view(topic, ret);
    pthread_mutex_unlock(&hub.mutex);
    return result;
}

int hub_ring(const char *name) {
    HubTopic *topic = NULL;
    pthread_mutex_lock(&hub.mutex);
    int result = topic_get(name, &topic);
    if (result == 0) topic_ring(topic);
    pthread_mutex_unlock(&hub.mutex);
    return result;
}

int hub_close(const char *name, const char *text) {
    char *copy = strndup(text, HUB_TEXT_MAX);
    if (!copy) return -ENOMEM;
    HubTopic *topic = NULL;
    pthread_mutex_lock(&hub.mutex);
    int result = topic_get(name, &topic);
    if (result == 0) {
        char *old = topic->text;
        topic->text = copy;
        copy = old;
        topic_ring(topic);
    }
    pthread_mutex_unlock(&hub.mutex);
    free(copy);
    return result;
}

int hub_bell(void) {
    pthread_mutex_lock(&hub.mutex);
    if (hub.bell < 0) hub.bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int result = hub.bell < 0 ? -errno : hub.bell;
    pthread_mutex_unlock(&hub.mutex);
    return result;
}

void hub_start(void) { atomic_store(&hub.stopping, false); }

void hub_stop(void) {
    pthread_mutex_lock(&hub.mutex);
    atomic_store(&hub.stopping, true);
    for (size_t i = 0; i < BUCKETS; i++)
        for (HubTopic *topic = hub.buckets[i]; topic; topic = topic->next)
            for (HubLink *link = topic->links; link; link = link->next)
                pthread_cond_signal(&link->watch->changed);
    wake_scheduler();
    pthread_mutex_unlock(&hub.mutex);
}

bool hub_stopping(void) { return atomic_load(&hub.stopping); }

int hub_watch_open(HubWatch *watch, const char *const *names, size_t count) {
    if (count > HUB_WATCH_MAX) return -EINVAL;
    monotonic_cond_init(&watch->changed);
    watch->count = 0;
    watch->pauses = false;
    int result = 0;
    pthread_mutex_lock(&hub.mutex);
    for (size_t i = 0; i < count && result == 0; i++) {
        HubTopic *topic = NULL;
        result = topic_get(names[i], &topic);
        if (result < 0) break;
        watch->links[i] = (HubLink){.topic = topic, .watch = watch, .next = topic->links};
        topic->links = &watch->links[i];
        watch->count++;
    }
    pthread_mutex_unlock(&hub.mutex);
    if (result < 0) hub_watch_close(watch);
    return result;
}

void hub_watch_close(HubWatch *watch) {
    pthread_mutex_lock(&hub.mutex);
    for (size_t i = 0; i < watch->count; i++) {
        HubLink **slot = &watch->links[i].topic->links;
        while (*slot != &watch->links[i]) slot = &(*slot)->next;
        *slot = watch->links[i].next;
    }
    pthread_mutex_unlock(&hub.mutex);
    pthread_cond_destroy(&watch->changed);
}

void hub_watch_view(HubWatch *watch, size_t index, HubView *ret) {
    pthread_mutex_lock(&hub.mutex);
    view(watch->links[index].topic, ret);
    pthread_mutex_unlock(&hub.mutex);
}

static bool differs(const HubWatch *watch, const uint64_t *seen) {
    for (size_t i = 0; i < watch->count; i++)
        if (watch->links[i].topic->generation != seen[i]) return true;
    return false;
}

bool hub_watch_wait(HubWatch *watch, const uint64_t *seen, int64_t deadline_ms) {
    struct timespec deadline = monotonic_deadline(deadline_ms);
    pthread_mutex_lock(&hub.mutex);
    int waited = 0;
    while (!differs(watch, seen) && !hub_stopping() && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&watch->changed, &hub.mutex, &deadline);
    bool changed = differs(watch, seen);
    pthread_mutex_unlock(&hub.mutex);
    return changed;
}

void hub_watch_pause(HubWatch *watch, int64_t deadline_ms) {
    struct timespec deadline = monotonic_deadline(deadline_ms);
    pthread_mutex_lock(&hub.mutex);
    watch->pauses = true;
    const HubTopic *topic = watch->links[0].topic;
    int waited = 0;
    while (!topic->text && !hub_stopping() && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&watch->changed, &hub.mutex, &deadline);
    watch->pauses = false;
    pthread_mutex_unlock(&hub.mutex);
}
