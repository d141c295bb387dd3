/* Reads a mount plan from a Lua table; shared by host.mount and host.ns. */
#ifndef LEFT4ME_MOUNT_PLAN_H
#define LEFT4ME_MOUNT_PLAN_H

#include <lua.h>

#include "mount.h"

/* The plan table at index; raises on misuse. Its memory is left on the stack, its strings belong to
 * the table, which must stay reachable and unchanged. */
MountPlan mount_check_plan(lua_State *L, int index);
/* Push nil, the failure's text, its errno's name; returns 3. */
int mount_push_failure(lua_State *L, const MountFailure *failure);

#endif
