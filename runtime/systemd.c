/* Loads libsystemd once, at its first use, and looks up the functions it is used for. */
#include "systemd.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

Systemd systemd;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int outcome = -ELIBACC;

/* A data pointer is copied as a function pointer: POSIX allows it (dlsym(3)), ISO C has no cast for it. */
static bool look_up(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static void load(void) {
    void *library = dlopen(LEFT4ME_LIBSYSTEMD, RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    bool complete = true;
#define SYSTEMD_LOOK_UP(name) complete = look_up(library, #name, &systemd.name) && complete;
    SYSTEMD_FUNCTIONS(SYSTEMD_LOOK_UP)
#undef SYSTEMD_LOOK_UP
    if (complete) outcome = 0;
}

int systemd_load(void) {
    pthread_once(&once, load);
    return outcome;
}
