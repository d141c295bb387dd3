/* host.signal: signals as bytes on a descriptor (signalfd), for programs that wait in a loop. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "border.h"

#define SIGNALS "host.signal"

typedef struct Signals {
    int fd;
    sigset_t watched; /* the ones that were open before, so that close gives exactly them back */
} Signals;

static const struct {
    const char *name;
    int number;
} known[] = {{"TERM", SIGTERM}, {"INT", SIGINT}, {"HUP", SIGHUP}, {"USR1", SIGUSR1}};

static int number_of(const char *name) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0) return known[i].number;
    return 0;
}

static const char *name_of(int number) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == number) return known[i].name;
    return "UNKNOWN";
}

static void signals_free(Signals *signals) {
    close(signals->fd);
    sigprocmask(SIG_UNBLOCK, &signals->watched, NULL);
    free(signals);
}

static int signals_watch(const sigset_t *wanted, Signals **ret_signals) {
    Signals *signals = calloc(1, sizeof *signals);
    if (!signals) return -ENOMEM;
    sigemptyset(&signals->watched);
    signals->fd = signalfd(-1, wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->fd < 0) {
        int err = errno;
        free(signals);
        return -err;
    }
    sigset_t before;
    sigprocmask(SIG_BLOCK, wanted, &before);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int number = known[i].number;
        if (sigismember(wanted, number) && !sigismember(&before, number))
            sigaddset(&signals->watched, number);
    }
    *ret_signals = signals;
    return 0;
}

static int signals_read(const Signals *signals, int *ret_number) {
    struct signalfd_siginfo info;
    ssize_t got = read(signals->fd, &info, sizeof info);
    if (got < 0) return -errno;
    *ret_number = (int)info.ssi_signo;
    return 0;
}

static void check_names(lua_State *L, sigset_t *wanted) {
    luaL_checktype(L, 1, LUA_TTABLE);
    sigemptyset(wanted);
    for (lua_Integer i = 1; lua_rawgeti(L, 1, i) != LUA_TNIL; i++) {
        const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        int number = number_of(name);
        if (!number) luaL_error(L, "unknown signal '%s'", name);
        sigaddset(wanted, number);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* signal.watch{"TERM", "INT"}: the signals stop killing this process and arrive by read() instead. */
static int l_signal_watch(lua_State *L) {
    sigset_t wanted;
    check_names(L, &wanted);
    BorderHandle *handle = border_handle_new(L, SIGNALS);
    Signals *signals = NULL;
    int err = signals_watch(&wanted, &signals);
    if (err < 0) return border_fail_errno(L, -err, "watch signals");
    handle->pointer = signals;
    return 1;
}

static int l_signal_fd(lua_State *L) {
    const Signals *signals = border_check_open(L, 1, SIGNALS);
    lua_pushinteger(L, signals->fd);
    return 1;
}

static int l_signal_read(lua_State *L) {
    const Signals *signals = border_check_open(L, 1, SIGNALS);
    int number = 0;
    int err = signals_read(signals, &number);
    if (err == -EAGAIN) return border_nothing(L, "again");
    if (err < 0) return border_fail_errno(L, -err, "read signals");
    lua_pushstring(L, name_of(number));
    return 1;
}

static int l_signal_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, SIGNALS);
    Signals *signals = handle->pointer;
    handle->pointer = NULL;
    if (signals) signals_free(signals);
    return 0;
}

int luaopen_host_signal(lua_State *L);
int luaopen_host_signal(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"fd", l_signal_fd}, {"read", l_signal_read}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"watch", l_signal_watch}, {NULL, NULL}};
    border_metatable(L, SIGNALS, methods, l_signal_close);
    luaL_newlib(L, functions);
    return 1;
}
