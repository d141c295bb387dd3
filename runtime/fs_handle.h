/* Handles of host.fs that are one descriptor: the pointer is one more than it, so that NULL is "closed". */
#ifndef LEFT4ME_FS_HANDLE_H
#define LEFT4ME_FS_HANDLE_H

#include <lua.h>
#include <stdint.h>

#define FS_FILE "host.fs file"
#define FS_LOCK "host.fs lock"

static inline void *fs_handle_pointer(int fd) { return (void *)((intptr_t)fd + 1); }
static inline int fs_handle_fd(const void *pointer) { return (int)((intptr_t)pointer - 1); }

/* The close method of such a handle at stack index 1. */
int fs_handle_close(lua_State *L, const char *metatable);
/* Make the metatables of files and locks. */
void fs_file_metatables(lua_State *L);

#endif
