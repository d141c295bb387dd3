/* The parts of host.proc's binding that host.ns shares: command options in, a process handle out.
 */
#ifndef LEFT4ME_PROC_LUA_H
#define LEFT4ME_PROC_LUA_H

#include "border.h"
#include "proc.h"

/* Reads argv, env, cwd, session and the three streams of the option table at 1; leaves what must
 * stay anchored on the stack. */
void proc_check_command(lua_State *L, ProcOptions *options, int fallback);
/* Pushes a handle with room for a process (PROC_NONE), so that nothing can fail once there is one.
 * host.proc must be open. */
Proc *proc_push(lua_State *L);

int luaopen_host_proc(lua_State *L);

#endif
