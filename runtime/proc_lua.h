/* The parts of host.proc's binding that host.ns shares: command options in, a process handle out.
 */
#ifndef LEFT4ME_PROC_LUA_H
#define LEFT4ME_PROC_LUA_H

#include "border.h"
#include "proc.h"

/* Reads argv, env, cwd, session and the three streams of the option table at 1; leaves what must
 * stay anchored on the stack. */
void proc_check_command(lua_State *L, ProcOptions *options, int fallback);
/* A closed handle to be filled by proc_keep, with nothing between that can raise. host.proc must be
 * open. */
BorderHandle *proc_new_handle(lua_State *L);
int proc_keep(lua_State *L, BorderHandle *handle, const Proc *proc);

int luaopen_host_proc(lua_State *L);

#endif
