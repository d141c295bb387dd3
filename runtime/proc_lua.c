/* The binding of host.proc. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "border.h"
#include "proc.h"
#include "proc_lua.h"

#define PROC "host.proc"
#define PROC_READ_MAX (1 << 20)

static const char *const stream_names[] = {"stdin", "stdout", "stderr", NULL};

/* Copies a list of strings into a NULL-terminated vector that lives as a userdata on the stack. */
static char *const *check_strings(lua_State *L, int index, const char *what) {
    lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    const char **vector = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *vector, 1);
    lua_createtable(L, (int)count, 0); /* anchors the strings */
    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_rawgeti(L, index, i) != LUA_TSTRING)
            luaL_error(L, "%s must be a list of strings", what);
        size_t length = 0;
        vector[i - 1] = lua_tolstring(L, -1, &length);
        if (strlen(vector[i - 1]) != length) luaL_error(L, "%s holds a NUL byte", what);
        lua_rawseti(L, -2, i);
    }
    vector[count] = NULL;
    lua_setiuservalue(L, -2, 1);
    return (char *const *)vector;
}

static char *const *check_argv(lua_State *L, int options) {
    if (lua_getfield(L, options, "argv") != LUA_TTABLE)
        luaL_error(L, "option 'argv' must be a list");
    char *const *argv = check_strings(L, lua_gettop(L), "argv");
    if (!argv[0]) luaL_error(L, "option 'argv' is empty");
    return argv;
}

static char *const *check_env(lua_State *L, int options) {
    if (lua_getfield(L, options, "env") == LUA_TNIL) return NULL;
    luaL_argexpected(L, lua_istable(L, -1), options, "table 'env'");
    int env = lua_gettop(L);
    lua_newtable(L);
    int list = lua_gettop(L);
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, env); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) luaL_error(L, "names in 'env' must be strings");
        luaL_checkstring(L, -1);
        lua_pushvalue(L, -2);
        lua_pushliteral(L, "=");
        lua_pushvalue(L, -3);
        lua_concat(L, 3);
        lua_rawseti(L, list, ++count);
    }
    return check_strings(L, list, "env");
}

enum { PROC_UNKNOWN = -1 }; /* none of the PROC_ choices */

static int stdio_word(const char *word, bool may_join) {
    if (strcmp(word, "pipe") == 0) return PROC_PIPE;
    if (strcmp(word, "null") == 0) return PROC_NULL;
    if (strcmp(word, "inherit") == 0) return PROC_INHERIT;
    return may_join && strcmp(word, "stdout") == 0 ? PROC_STDOUT : PROC_UNKNOWN;
}

static int check_stdio(lua_State *L, int options, const char *name, int fallback) {
    int choice = PROC_UNKNOWN;
    int type = lua_getfield(L, options, name);
    if (type == LUA_TNIL) {
        choice = fallback;
    } else if (lua_isinteger(L, -1)) {
        lua_Integer fd = lua_tointeger(L, -1);
        if (fd >= 0 && fd <= INT_MAX) choice = (int)fd;
    } else if (type == LUA_TSTRING) {
        choice = stdio_word(lua_tostring(L, -1), strcmp(name, "stderr") == 0);
    }
    if (choice == PROC_UNKNOWN)
        luaL_error(L, "option '%s' is pipe, null, inherit or a descriptor", name);
    lua_pop(L, 1);
    return choice;
}

void proc_check_command(lua_State *L, ProcOptions *options, int fallback) {
    options->argv = check_argv(L, 1);
    options->env = check_env(L, 1);
    options->cwd = border_opt_string(L, 1, "cwd", false);
    options->session = border_opt_boolean(L, 1, "session", true);
    for (int i = 0; i < 3; i++)
        options->stdio[i] = check_stdio(L, 1, stream_names[i], i == 0 ? PROC_NULL : fallback);
}

static const char *const spawn_options[] = {"argv",       "cwd",        "env",    "input",
                                            "max_output", "session",    "stderr", "stdin",
                                            "stdout",     "timeout_ms", NULL};

static void check_options(lua_State *L, ProcOptions *options, int fallback) {
    border_check_options(L, 1, spawn_options);
    proc_check_command(L, options, fallback);
}

static void release(Proc *proc) {
    proc_close(proc);
    free(proc);
}

Proc *proc_push(lua_State *L) {
    BorderHandle *handle = border_handle_new(L, PROC);
    Proc *proc = malloc(sizeof *proc);
    if (!proc) {
        luaL_error(L, "not enough memory");
        return NULL;
    }
    *proc = PROC_NONE;
    handle->pointer = proc;
    return proc;
}

static int l_proc_spawn(lua_State *L) {
    ProcOptions options = {0};
    check_options(L, &options, PROC_PIPE);
    int err = proc_spawn(&options, proc_push(L));
    if (err < 0) return border_fail_errno(L, -err, "%s", options.argv[0]);
    return 1;
}

static int l_proc_adopt(lua_State *L) {
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);
    long long start_time = luaL_checkinteger(L, 2);
    luaL_argcheck(L, pid > 0, 1, "not a process id");
    int err = proc_adopt(pid, start_time, proc_push(L));
    if (err < 0) return border_fail_errno(L, -err, "process %d", (int)pid);
    return 1;
}

static int l_proc_start_time(lua_State *L) {
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);
    long long ticks = 0;
    int err = proc_start_time(pid, &ticks);
    if (err < 0) return border_fail_errno(L, -err, "process %d", (int)pid);
    lua_pushinteger(L, ticks);
    return 1;
}

static void push_status(lua_State *L, const Proc *proc) {
    lua_createtable(L, 0, 3);
    lua_pushstring(L, proc->signalled ? "signal" : "exit");
    lua_setfield(L, -2, "kind");
    lua_pushinteger(L, proc->signalled ? 128 + proc->code : proc->code);
    lua_setfield(L, -2, "code");
    const char *name = proc->signalled ? sigabbrev_np(proc->code) : NULL;
    lua_pushstring(L, name);
    lua_setfield(L, -2, "signal");
}

/* What proc.run holds, in a box that is closed on return and on error. */
typedef struct RunBox {
    Proc proc;
    ProcRun run;
} RunBox;

static int l_run_box_close(lua_State *L) {
    RunBox *box = lua_touserdata(L, 1);
    proc_close(&box->proc);
    for (int i = 0; i < 2; i++) {
        free(box->run.text[i]);
        box->run.text[i] = NULL;
    }
    return 0;
}

static RunBox *new_run_box(lua_State *L) {
    RunBox *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (RunBox){.proc = PROC_NONE};
    if (luaL_newmetatable(L, "host.proc.run")) {
        lua_pushcfunction(L, l_run_box_close);
        lua_setfield(L, -2, "__close");
        lua_pushcfunction(L, l_run_box_close);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    lua_toclose(L, -1);
    return box;
}

static int l_proc_run(lua_State *L) {
    ProcOptions options = {0};
    check_options(L, &options, PROC_PIPE);
    lua_getfield(L, 1, "input");
    size_t input_length = 0;
    const char *input = luaL_optlstring(L, -1, NULL, &input_length);
    if (input) options.stdio[0] = PROC_PIPE;
    lua_Integer timeout = border_opt_integer(L, 1, "timeout_ms", -1);
    lua_Integer max = border_opt_integer(L, 1, "max_output", PROC_READ_MAX);
    luaL_argcheck(L, timeout >= -1 && timeout <= INT_MAX, 1, "bad timeout_ms");
    luaL_argcheck(L, max >= 0, 1, "bad max_output");
    RunBox *box = new_run_box(L);
    int err = proc_spawn(&options, &box->proc);
    if (err < 0) return border_fail_errno(L, -err, "%s", options.argv[0]);
    err = proc_communicate(&box->proc, input, input_length, (int)timeout, (size_t)max, &box->run);
    if (err < 0) return border_fail_errno(L, -err, "%s", options.argv[0]);
    push_status(L, &box->proc);
    for (int i = 0; i < 2; i++) {
        lua_pushlstring(L, box->run.text[i] ? box->run.text[i] : "", box->run.length[i]);
        lua_setfield(L, -2, stream_names[i + 1]);
    }
    lua_pushboolean(L, box->run.timed_out);
    lua_setfield(L, -2, "timed_out");
    return 1;
}

static int check_signal(lua_State *L, int index) {
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"TERM", SIGTERM}, {"KILL", SIGKILL}, {"INT", SIGINT},   {"HUP", SIGHUP},
                   {"QUIT", SIGQUIT}, {"STOP", SIGSTOP}, {"CONT", SIGCONT}, {"USR1", SIGUSR1}};
    const char *name = luaL_checkstring(L, index);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (strcmp(signals[i].name, name) == 0) return signals[i].number;
    return luaL_argerror(L, index, "unknown signal name");
}

static int l_proc_kill_group(lua_State *L) {
    pid_t group = (pid_t)luaL_checkinteger(L, 1);
    luaL_argcheck(L, group > 1, 1, "not a process group");
    int number = check_signal(L, 2);
    if (kill(-group, number) < 0) return border_fail_errno(L, errno, "group %d", (int)group);
    return border_ok(L);
}

static int l_proc_self_detach(lua_State *L) {
    if (setsid() < 0) return border_fail_errno(L, errno, "setsid");
    return border_ok(L);
}

static int l_pid(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    lua_pushinteger(L, proc->pid);
    return 1;
}

static int l_pidfd(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    lua_pushinteger(L, proc->pidfd);
    return 1;
}

static int l_fd(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    int fd = proc->stdio[luaL_checkoption(L, 2, NULL, stream_names)];
    if (fd < 0) return 0;
    lua_pushinteger(L, fd);
    return 1;
}

static int l_read(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    int stream = luaL_checkoption(L, 2, NULL, stream_names);
    lua_Integer max = luaL_optinteger(L, 3, 65536);
    luaL_argcheck(L, stream > 0 && proc->stdio[stream] >= 0, 2, "not a pipe");
    luaL_argcheck(L, max > 0 && max <= PROC_READ_MAX, 3, "out of range");
    luaL_Buffer buffer;
    char *room = luaL_buffinitsize(L, &buffer, (size_t)max);
    ssize_t got = read(proc->stdio[stream], room, (size_t)max);
    int err = errno;
    luaL_pushresultsize(&buffer, got > 0 ? (size_t)got : 0);
    if (got > 0) return 1;
    if (got == 0) return border_nothing(L, "eof");
    if (err == EAGAIN || err == EINTR) return border_nothing(L, "again");
    return border_fail_errno(L, err, "read from the child");
}

static int l_write(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    size_t length = 0;
    const char *data = luaL_checklstring(L, 2, &length);
    luaL_argcheck(L, proc->stdio[0] >= 0, 1, "stdin is not a pipe");
    ssize_t written = write(proc->stdio[0], data, length);
    int err = errno;
    if (written < 0 && (err == EAGAIN || err == EINTR)) return border_nothing(L, "again");
    if (written < 0) return border_fail_errno(L, err, "write to the child");
    lua_pushinteger(L, written);
    return 1;
}

static int l_close_stdin(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    if (proc->stdio[0] >= 0) close(proc->stdio[0]);
    proc->stdio[0] = -1;
    return border_ok(L);
}

static int l_kill(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    int number = check_signal(L, 2);
    bool group = lua_istable(L, 3) && border_opt_boolean(L, 3, "group", false);
    int err = proc_kill(proc, number, group);
    if (err < 0) return border_fail_errno(L, -err, "signal process %d", (int)proc->pid);
    return border_ok(L);
}

static int l_wait(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    luaL_argcheck(L, !proc->adopted, 1, "an adopted process has no status");
    int err = proc_wait(proc);
    if (err == -EAGAIN) return border_nothing(L, "again");
    if (err < 0) return border_fail_errno(L, -err, "wait for process %d", (int)proc->pid);
    push_status(L, proc);
    return 1;
}

static int l_exited(lua_State *L) {
    Proc *proc = border_check_open(L, 1, PROC);
    lua_pushboolean(L, proc_wait(proc) == 0);
    return 1;
}

static int l_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, PROC);
    Proc *proc = handle->pointer;
    handle->pointer = NULL;
    if (proc) release(proc);
    return 0;
}

int luaopen_host_proc(lua_State *L);
int luaopen_host_proc(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"close_stdin", l_close_stdin},
        {"exited", l_exited},
        {"fd", l_fd},
        {"kill", l_kill},
        {"pid", l_pid},
        {"pidfd", l_pidfd},
        {"read", l_read},
        {"wait", l_wait},
        {"write", l_write},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"adopt", l_proc_adopt},
        {"kill_group", l_proc_kill_group},
        {"run", l_proc_run},
        {"self_detach", l_proc_self_detach},
        {"spawn", l_proc_spawn},
        {"start_time", l_proc_start_time},
        {NULL, NULL},
    };
    border_metatable(L, PROC, methods, l_close);
    luaL_newlib(L, functions);
    return 1;
}
