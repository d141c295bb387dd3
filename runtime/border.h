/* The border between C and Lua: one failure shape (nil, message, CODE), closed-first handles, checked
 * option tables. Every binding uses these and builds no triple by hand. */
#ifndef LEFT4ME_BORDER_H
#define LEFT4ME_BORDER_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

/* Push nil, "<formatted>: <strerror>", "EBUSY" for a positive errno; returns 3. Save errno first. */
int border_fail_errno(lua_State *L, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Push nil, message, code; returns 3. */
int border_fail(lua_State *L, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Push true; returns 1. */
int border_ok(lua_State *L);
/* Push nil and a word for an ordinary outcome: "again", "eof", "timeout"; returns 2. */
int border_nothing(lua_State *L, const char *why);

/* A handle is a userdata holding one pointer, born NULL (closed). `release` must accept non-NULL only. */
typedef struct BorderHandle {
    void *pointer;
} BorderHandle;

BorderHandle *border_handle_new(lua_State *L, const char *metatable);
/* Returns the pointer or raises "closed <metatable>". */
void *border_check_open(lua_State *L, int index, const char *metatable);
/* Make the metatable with methods; `close` is installed as close, __close and __gc. Leaves nothing. */
void border_metatable(lua_State *L, const char *metatable, const luaL_Reg *methods,
                      lua_CFunction close);

/* A handle that is one descriptor: its pointer is one more than that, so that NULL is "closed". */
void border_keep_fd(BorderHandle *handle, int fd);
/* Returns the descriptor or raises "closed <metatable>". */
int border_check_fd(lua_State *L, int index, const char *metatable);
/* The close method of such a handle at stack index 1. */
int border_close_fd(lua_State *L, const char *metatable);

/* Raise unless every key of the table at index is one of names (NULL-terminated). */
void border_check_options(lua_State *L, int index, const char *const *names);
/* Field readers for option tables; they raise with the field's name on a wrong type. */
lua_Integer border_opt_integer(lua_State *L, int index, const char *field, lua_Integer fallback);
bool border_opt_boolean(lua_State *L, int index, const char *field, bool fallback);
/* The string stays anchored in the table at index; one with a NUL byte raises. Returns NULL when absent and
 * not required. */
const char *border_opt_string(lua_State *L, int index, const char *field, bool required);

#endif
