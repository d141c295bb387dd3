/* The list of host.* modules a state can require. */
#ifndef LEFT4ME_BINDINGS_H
#define LEFT4ME_BINDINGS_H

#include <lauxlib.h>

extern const luaL_Reg host_modules[];

#endif
