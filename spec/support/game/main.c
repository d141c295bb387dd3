/* The stand-in game server: a small program that behaves like srcds for L4D2 as far as a manager of
 * servers can see. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "a2s.h"
#include "console.h"
#include "cvar.h"
#include "files.h"
#include "rcon.h"
#include "switches.h"
#include "world.h"

enum { POLL_SIGNAL, POLL_QUERY, POLL_INPUT, POLL_RCON };
enum { POLLS = POLL_RCON + RCON_POLLS, INPUT_LIMIT = 65536 };

static Text startup, input;

static void usage_error(const char *what, const char *value) {
    console_print("ERROR: %s %s\n", what, value ? value : "");
    exit(1);
}

static int port_number(const char *text) {
    long port = number_of(text, 0);
    if (port < 1 || port > 65535) {
        usage_error("bad port", text);
    }
    return (int)port;
}

static bool is_option(const char *word) {
    return (*word == '-' && (word[1] < '0' || word[1] > '9')) || *word == '+';
}

static void take_option(const char *name, const char *value) {
    if (strncmp(name, "-standin-", 9) == 0) {
        if (!switch_set(name + 9, value)) {
            usage_error("unknown or bad switch", name);
        }
    } else if (strcmp(name, "-game") == 0) {
        if (!value || !files_set_game(value)) {
            usage_error("bad -game", value);
        }
    } else if (strcmp(name, "-port") == 0 || strcmp(name, "+hostport") == 0) {
        world.port = port_number(value);
    } else if (strcmp(name, "+ip") == 0 || strcmp(name, "-ip") == 0) {
        if (!value || snprintf(world.ip, sizeof world.ip, "%s", value) >= (int)sizeof world.ip) {
            usage_error("bad address", value);
        }
    } else if (strcmp(name, "-maxplayers") == 0) {
        long wanted = number_of(value, 8);
        world.max_players = wanted < 1 ? 8 : wanted > MAX_PLAYERS ? MAX_PLAYERS : (int)wanted;
    }
}

/* "+command words" up to the next option are console commands, run before the first map. */
static void take_command(int count, char *words[]) {
    text_add(&startup, words[0] + 1, strlen(words[0] + 1));
    for (int i = 1; i < count; i++) {
        text_print(&startup, " \"%s\"", words[i]);
    }
    text_add(&startup, "\n", 1);
}

static void read_arguments(int argc, char *argv[]) {
    bool has_map = false;
    for (int i = 1; i < argc;) {
        int next = i + 1;
        while (next < argc && !is_option(argv[next])) {
            next++;
        }
        if (is_option(argv[i])) {
            take_option(argv[i], next > i + 1 ? argv[i + 1] : NULL);
            if (*argv[i] == '+') {
                has_map |= strcmp(argv[i], "+map") == 0;
                take_command(next - i, argv + i);
            }
        }
        i = next;
    }
    if (!has_map) {
        text_print(&startup, "map c1m1_hotel\n");
    }
}

static void limit_players(void) {
    if (world.max_players > 8 && !files_exist("addons/l4dtoolz.vdf")) {
        console_print("maxplayers %d needs l4dtoolz, set to 8\n", world.max_players);
        world.max_players = 8;
    }
    console_print("maxplayers set to %d\n", world.max_players);
}

static int open_sockets(void) {
    int queries = a2s_open(world.ip, world.port), err = queries;
    const char *kind = "UDP";
    if (err >= 0) {
        kind = "TCP";
        err = rcon_open(world.ip, world.port);
    }
    if (err < 0) {
        console_print("WARNING: %s_OpenSocket: port: %d  bind: %s\n", kind, world.port,
                      strerror(-err));
        console_print("ERROR: Couldn't allocate dedicated server IP port %d.\n", world.port);
        exit(1);
    }
    console_print("Network: IP %s, mode MP, dedicated Yes, ports %d SV / 27005 CL\n", world.ip,
                  world.port);
    return queries;
}

static int signal_descriptor(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void read_signal(int fd) {
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof info) != (ssize_t)sizeof info) {
        return;
    }
    console_log("server_message: \"caught %s\"\n", info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
    world.quit = !switches.ignore_stop;
}

/* Returns false at the end of the input: from then on it is not asked any more. */
static bool read_input(void) {
    char block[4096];
    ssize_t count = read(STDIN_FILENO, block, sizeof block);
    if (count <= 0) {
        return count < 0 && (errno == EAGAIN || errno == EINTR);
    }
    input.limit = INPUT_LIMIT;
    if (!text_add(&input, block, (size_t)count)) {
        text_clear(&input);
    }
    char *end;
    while (input.length > 0 && (end = memchr(input.data, '\n', input.length))) {
        size_t length = (size_t)(end - input.data);
        input.data[length] = '\0';
        console_add(input.data);
        text_consume(&input, length + 1);
        console_execute();
    }
    return true;
}

static void die_hard(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void hang(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (;;) {
        pause();
    }
}

/* Carry out what a switch asked for by now; returns when the next one is due. */
static int64_t misbehave(int64_t now) {
    int64_t due = INT64_MAX;
    const int64_t times[] = {switches.crash_at, switches.exit_at, switches.hang_at};
    void (*const acts[])(void) = {die_hard, NULL, hang};
    for (int i = 0; i < 3; i++) {
        if (times[i] && times[i] <= now && acts[i]) {
            acts[i]();
        } else if (times[i] && times[i] <= now) {
            console_print("Exiting with code %d\n", (int)switches.exit_code);
            exit((int)switches.exit_code);
        } else if (times[i] && times[i] < due) {
            due = times[i];
        }
    }
    return due;
}

/* Returns the time until which nothing is to be done. */
static int64_t let_time_pass(int64_t start) {
    int64_t now = now_ms(), due = misbehave(now);
    if (startup.length > 0 && now >= start + switches.slow_start) {
        Text commands = startup;
        startup = (Text){0};
        console_add(commands.data);
        console_execute();
        text_free(&commands);
    } else if (startup.length > 0 && start + switches.slow_start < due) {
        due = start + switches.slow_start;
    }
    int64_t world_due = world_tick(now), rcon_due = rcon_tick(now);
    due = world_due < due ? world_due : due;
    return rcon_due < due ? rcon_due : due;
}

static void serve(int signals, int queries) {
    struct pollfd polls[POLLS] = {
        [POLL_SIGNAL] = {.fd = signals, .events = POLLIN},
        [POLL_QUERY] = {.fd = queries, .events = POLLIN},
        [POLL_INPUT] = {.fd = STDIN_FILENO, .events = POLLIN},
    };
    int64_t start = now_ms();
    while (!world.quit) {
        int64_t due = let_time_pass(start), wait = due == INT64_MAX ? -1 : due - now_ms();
        rcon_prepare(polls + POLL_RCON);
        if (world.quit || poll(polls, POLLS, due != INT64_MAX && wait < 0 ? 0 : (int)wait) < 0) {
            continue;
        }
        if (polls[POLL_SIGNAL].revents) {
            read_signal(signals);
        }
        if (polls[POLL_QUERY].revents) {
            a2s_read();
        }
        if (polls[POLL_INPUT].revents && !read_input()) {
            polls[POLL_INPUT].fd = -1;
        }
        rcon_handle(polls + POLL_RCON);
    }
}

int main(int argc, char *argv[]) {
    int signals = signal_descriptor();
    read_arguments(argc, argv);
    console_print("Setting breakpad minidump AppID = 222860\nConsole initialized.\n");
    console_print("Game.dll loaded for \"Left 4 Dead 2\" (stand-in, -game %s)\n", files_game());
    limit_players();
    int queries = open_sockets();
    serve(signals, queries);
    console_log("Server shutdown\n");
    rcon_close();
    a2s_close();
    close(signals);
    console_free();
    cvar_free_all();
    text_free(&startup);
    text_free(&input);
    return 0;
}
