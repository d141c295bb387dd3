/* Names of the handles of host.fs that are made in more than one file. */
#ifndef LEFT4ME_FS_HANDLE_H
#define LEFT4ME_FS_HANDLE_H

#include <lua.h>

#define FS_FILE "host.fs file"
#define FS_LOCK "host.fs lock"
#define FS_ROOT "host.fs root"

/* Make the metatables of files and locks. */
void fs_file_metatables(lua_State *L);

#endif
