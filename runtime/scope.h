/* Scope-bound cleanup for engines. Never use these in a function that touches a lua_State: a Lua
 * error leaves by longjmp and skips the cleanup. */
#ifndef LEFT4ME_SCOPE_H
#define LEFT4ME_SCOPE_H

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void scope_free(void *pointer) { free(*(void **)pointer); }

static inline void scope_close_fd(int *fd) {
    if (*fd >= 0) {
        int saved = errno;
        close(*fd);
        errno = saved;
    }
}

static inline void scope_close_dir(DIR **dir) {
    if (*dir) closedir(*dir);
}

#define scoped_free __attribute__((cleanup(scope_free)))
#define scoped_fd __attribute__((cleanup(scope_close_fd)))
#define scoped_dir __attribute__((cleanup(scope_close_dir)))

static inline int steal_fd(int *fd) {
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

static inline void *steal_pointer(void *pointer) {
    void **slot = pointer;
    void *stolen = *slot;
    *slot = NULL;
    return stolen;
}

#endif
