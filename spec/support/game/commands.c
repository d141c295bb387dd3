/* The console commands: one table, each a small function; what is no command may be a cvar. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "console.h"
#include "cvar.h"
#include "files.h"
#include "rcon.h"
#include "switches.h"
#include "world.h"

enum { MAX_EXEC = 256, MAX_CAT = 256 << 10, MAX_FLOOD = 1000000 };

static int executed;

void command_reset_depth(void) { executed = 0; }

/* What the engine keeps of a cfg file: its lines without comments and blank ones. */
static void strip(const char *text, Text *into) {
    while (*text) {
        size_t length = strcspn(text, "\n"), kept = 0;
        bool quoted = false, blank = true;
        for (; kept < length && (quoted || strncmp(text + kept, "//", 2) != 0); kept++) {
            quoted ^= text[kept] == '"';
            blank &= (unsigned char)text[kept] <= ' ';
        }
        if (!blank) {
            text_add(into, text, kept);
            text_add(into, "\n", 1);
        }
        text += length + (text[length] == '\n');
    }
}

static void do_exec(int count, char *words[], const char *rest) {
    (void)rest;
    if (count != 2) {
        console_print("exec <filename>: execute a script file\n");
        return;
    }
    char path[512];
    const char *suffix = strrchr(words[1], '.') ? "" : ".cfg";
    int length = snprintf(path, sizeof path, "cfg/%s%s", words[1], suffix);
    Text file = {0}, kept = {0};
    if (length >= (int)sizeof path || files_read(path, &file) < 0) {
        console_print("exec: couldn't exec %s\n", words[1]);
    } else if (++executed > MAX_EXEC) {
        console_print("Cbuf_AddText: buffer overflow\n");
    } else {
        console_print("execing %s\n", words[1]);
        strip(file.data ? file.data : "", &kept);
        if (kept.length > 0) {
            kept.data[kept.length - 1] = '\0';
            console_insert(kept.data);
        }
    }
    text_free(&file);
    text_free(&kept);
}

static void do_echo(int count, char *words[], const char *rest) {
    (void)rest;
    Text line = {0};
    console_join(count, words, 1, &line);
    console_print("%s \n", line.data ? line.data : "");
    text_free(&line);
}

static void do_cat(int count, char *words[], const char *rest) {
    (void)rest;
    Text file = {.limit = MAX_CAT};
    int err = count == 2 ? files_read(words[1], &file) : -EINVAL;
    if (err < 0) {
        console_print("cat: %s\n", strerror(-err));
    } else {
        console_write(file.data ? file.data : "", file.length);
    }
    text_free(&file);
}

static void do_write(int count, char *words[], const char *rest) {
    (void)rest;
    Text line = {0};
    console_join(count, words, 2, &line);
    text_add(&line, "\n", 1);
    int err = count >= 2 ? files_write(words[1], line.data) : -EINVAL;
    console_print("write: %s\n", err < 0 ? strerror(-err) : "done");
    text_free(&line);
}

static void do_say(int count, char *words[], const char *rest) {
    (void)words;
    if (count > 1) {
        console_print("Console: %s\n", rest);
        console_log("\"Console<0><Console><Console>\" say \"%s\"\n", rest);
    }
}

static void show(void (*print)(Text *)) {
    Text answer = {0};
    print(&answer);
    console_write(answer.data, answer.length);
    text_free(&answer);
}

static void do_status(int count, char *words[], const char *rest) {
    (void)count, (void)words, (void)rest;
    show(world_status);
}

static void do_cvarlist(int count, char *words[], const char *rest) {
    (void)count, (void)words, (void)rest;
    show(cvar_list);
}

static void do_map(int count, char *words[], const char *rest) {
    (void)rest;
    if (count < 2) {
        console_print("Usage: %s <map>\n", words[0]);
        return;
    }
    bool first = !*world.map;
    if (strcasecmp(words[0], "changelevel") == 0 && first) {
        console_print("Can't changelevel, not running server\n");
    } else if (!world_load(words[1])) {
        console_print("%s failed: %s not found\n", words[0], words[1]);
    } else if (!first) {
        rcon_map_changed();
    }
}

static void do_quit(int count, char *words[], const char *rest) {
    (void)count, (void)words, (void)rest;
    console_log("server_message: \"quit\"\n");
    world.quit = true;
}

static void do_kick(int count, char *words[], const char *rest) {
    (void)rest;
    bool by_id = strcasecmp(words[0], "kickid") == 0;
    Player *player =
        count < 2 ? NULL
                  : world_find(by_id ? (int)number_of(words[1], 0) : 0, by_id ? NULL : words[1]);
    if (player) {
        world_leave(player, "Kicked by Console");
    } else {
        console_print("Player not found\n");
    }
}

static void do_join(int count, char *words[], const char *rest) {
    (void)words;
    if (!world_join(count > 1 ? rest : "Somebody")) {
        console_print("Server is full.\n");
    }
}

static void do_flood(int count, char *words[], const char *rest) {
    (void)rest;
    long lines = number_of(count > 1 ? words[1] : NULL, 1000);
    for (long i = 1; i <= lines && i <= MAX_FLOOD; i++) {
        console_print("flood line %ld of %ld\n", i, lines);
    }
}

static void do_long_line(int count, char *words[], const char *rest) {
    (void)rest;
    long left = number_of(count > 1 ? words[1] : NULL, 10000);
    char block[4096];
    memset(block, 'x', sizeof block);
    for (; left > 0; left -= (long)sizeof block) {
        console_write(block, left < (long)sizeof block ? (size_t)left : sizeof block);
    }
    console_write("\n", 1);
}

static void do_mute(int count, char *words[], const char *rest) {
    (void)count, (void)words, (void)rest;
    rcon_withhold_answer();
}

static void do_standin_help(int count, char *words[], const char *rest);

static const struct {
    const char *name;
    void (*run)(int count, char *words[], const char *rest);
    const char *help;
} commands[] = {
    {"cat", do_cat, "print a file below the game directory (the stand-in only)"},
    {"changelevel", do_map, "change the map"},
    {"cvarlist", do_cvarlist, "list all cvars"},
    {"echo", do_echo, "print its words"},
    {"exec", do_exec, "run a file of the cfg directory"},
    {"exit", do_quit, "end the server"},
    {"kick", do_kick, "kick a player by name"},
    {"kickid", do_kick, "kick a player by userid"},
    {"map", do_map, "load a map"},
    {"quit", do_quit, "end the server"},
    {"say", do_say, "say something to the players"},
    {"standin_flood", do_flood, "print N lines"},
    {"standin_help", do_standin_help, "list what only the stand-in has"},
    {"standin_join", do_join, "let a player with this name join"},
    {"standin_long_line", do_long_line, "print one line of N bytes"},
    {"standin_mute", do_mute, "a command that RCON never gets an answer to"},
    {"status", do_status, "show the server and its players"},
    {"write", do_write, "write words into a file below the game directory (the stand-in only)"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void do_standin_help(int count, char *words[], const char *rest) {
    (void)count, (void)words, (void)rest;
    const char *help;
    const char *name;
    for (int i = 0; i < COMMANDS; i++) {
        console_print("%-24s %s\n", commands[i].name, commands[i].help);
    }
    for (int i = 0; (name = switch_name(i, &help)); i++) {
        console_print("standin_%-16s %s\n", name, help);
    }
}

static void set_cvar(Cvar *cvar, int count, char *words[]) {
    Text value = {0};
    if (count < 2) {
        cvar_describe(cvar, &value);
        console_write(value.data, value.length);
    } else {
        console_join(count, words, 1, &value);
        bool changed = strcmp(cvar_value(cvar), value.data) != 0;
        cvar_set(cvar, value.data);
        if (changed && strcmp(cvar->name, "rcon_password") == 0) {
            rcon_password_changed();
        }
    }
    text_free(&value);
}

void command_run(int count, char *words[], const char *rest) {
    for (int i = 0; i < COMMANDS; i++) {
        if (strcasecmp(commands[i].name, words[0]) == 0) {
            commands[i].run(count, words, rest);
            return;
        }
    }
    Cvar *cvar = cvar_find(words[0]);
    if (cvar) {
        set_cvar(cvar, count, words);
    } else if (strncmp(words[0], "standin_", 8) != 0 ||
               !switch_set(words[0] + 8, count > 1 ? words[1] : NULL)) {
        console_print("Unknown command \"%s\"\n", words[0]);
    }
}
