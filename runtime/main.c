/* left4me and l4d2ctl: makes one Lua state and hands the command line to boot.main. */
#include <fcntl.h>
#include <lauxlib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "state.h"

/* `left4me lua FILE` may load Debian's Lua modules; nothing else may. */
static StateKind kind_for(int argc, char **argv) {
    return argc > 1 && strcmp(argv[1], "lua") == 0 ? STATE_TOOL : STATE_SERVICE;
}

/* A caller of Lua may push LUA_MINSTACK values only; a command line can be longer. */
static int run(lua_State *L, int argc, char **argv) {
    if (!lua_checkstack(L, argc + LUA_MINSTACK)) {
        fprintf(stderr, "left4me: too many arguments\n");
        return 70; /* EX_SOFTWARE */
    }
    int status = state_push_function(L, "boot.main", "run");
    if (status == LUA_OK) {
        for (int i = 0; i < argc; i++) lua_pushstring(L, argv[i]);
        status = state_call(L, argc, 1);
    }
    if (status != LUA_OK) {
        char message[8192];
        state_error_copy(L, message, sizeof message);
        fprintf(stderr, "left4me: %s\n", message);
        return 70; /* EX_SOFTWARE */
    }
    return (int)lua_tointeger(L, -1);
}

/* What was printed must have arrived, or success would be a lie; but a reader may have had enough. */
static int finish_output(int code) {
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR)) return code; /* a pipe nobody reads */
    fprintf(stderr, "left4me: cannot write the output, or not all of it\n");
    return code == 0 ? 74 : code; /* EX_IOERR */
}

/* A number below 3 that is closed would be the next file we open, and messages would go into that. */
static void fill_standard_streams(void) {
    int fd = 0;
    while (fd >= 0 && fd < 3) fd = open("/dev/null", O_RDWR);
    if (fd >= 3) close(fd);
}

int main(int argc, char **argv) {
    fill_standard_streams();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* ignored by whoever started us, it would cost us the children's ends */
    lua_State *L = state_new(kind_for(argc, argv), -1);
    if (!L) {
        fprintf(stderr, "left4me: cannot start Lua (is lua-lpeg installed?)\n");
        return 71; /* EX_OSERR */
    }
    int code = finish_output(run(L, argc, argv));
    state_free(L);
    return code;
}
