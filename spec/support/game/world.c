/* The played world: maps, players with well-meant and with hostile names, the `status` text. */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console.h"
#include "cvar.h"
#include "files.h"
#include "rcon.h"
#include "switches.h"

World world = {.ip = "0.0.0.0", .port = 27015, .max_players = 8};

static const char *const names[] = {
    "Zoe from Accounts",
    "xX_Hunter_Xx",
    "na\"me with quotes\"",
    "# 26 1 \"fake\" STEAM_1:0:1 00:01 1 0 active",
    "\"><img src=x onerror=1>",
    "</script><b>bold",
    "Ünïcödé ☃",
    "\xF0\x9F\xA7\x9F zombie",
    "\xE2\x80\xAErtl name",
    "  two  spaces  ",
    "${HOME}`id`",
    "STEAM_1:1:7",
};
static const char *const survivors[] = {"Coach", "Nick", "Ellis", "Rochelle",
                                        "Bill",  "Zoey", "Louis", "Francis"};
enum { NAMES = sizeof names / sizeof *names };

static int next_userid = 2;
static unsigned next_name;
static int64_t next_move, next_chatter;

int world_count(bool bots) {
    int count = 0;
    for (int i = 0; i < MAX_PLAYERS; i++) {
        count += world.players[i].used && world.players[i].bot == bots;
    }
    return count;
}

bool world_hibernating(void) {
    return world_count(false) == 0 && cvar_number("sv_hibernate_when_empty") != 0;
}

bool world_has_map(const char *map) {
    char path[96];
    if (!*map || strspn(map, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
                     strlen(map)) {
        return false;
    }
    int length = snprintf(path, sizeof path, "maps/%s.bsp", map);
    return strlen(map) < sizeof world.map && length < (int)sizeof path && files_exist(path);
}

bool world_load(const char *map) {
    if (!world_has_map(map)) {
        return false;
    }
    snprintf(world.map, sizeof world.map, "%s", map);
    console_print("Initializing Director Script\nHost_NewGame on map %s\n", world.map);
    console_log("Loading map \"%s\"\n", world.map);
    console_log("Started map \"%s\" (CRC \"-1\")\n", world.map);
    console_print("Executing dedicated server config file server.cfg\n");
    console_add("exec server.cfg"); /* behind all +commands */
    if (world_hibernating()) {
        console_print("Server is hibernating\n");
    }
    return true;
}

static Player *free_slot(void) {
    for (int i = 0; i < world.max_players; i++) {
        if (!world.players[i].used) {
            return &world.players[i];
        }
    }
    return NULL;
}

static Player *enter(const char *name, bool bot) {
    Player *player = free_slot();
    if (!player) {
        return NULL;
    }
    int userid = next_userid++;
    *player = (Player){.used = true,
                       .bot = bot,
                       .userid = userid,
                       .account = bot ? 0 : 1000u + (unsigned)userid * 37u,
                       .score = userid % 7,
                       .ping = bot ? 0 : 20 + userid * 13 % 180,
                       .since = now_ms()};
    snprintf(player->name, sizeof player->name, "%s", name);
    return player;
}

Player *world_join(const char *name) {
    bool asleep = world_hibernating();
    Player *player = enter(name, false);
    if (!player) {
        return NULL;
    }
    if (asleep) {
        console_print("Server waking up from hibernation\n");
    }
    console_print("Client \"%s\" connected (192.0.2.%d:27005).\n", player->name,
                  player->userid % 250 + 1);
    console_log("\"%s<%d><STEAM_1:%u:%u><>\" entered the game\n", player->name, player->userid,
                player->account & 1u, player->account >> 1);
    return player;
}

void world_leave(Player *player, const char *why) {
    if (!player->bot) {
        console_print("Dropped %s from server (%s)\n", player->name, why);
    }
    player->used = false;
    if (!player->bot && world_hibernating()) {
        console_print("Server is hibernating\n");
    }
}

Player *world_find(int userid, const char *name) {
    for (int i = 0; i < MAX_PLAYERS; i++) {
        Player *player = &world.players[i];
        if (player->used && (name ? strcmp(player->name, name) == 0 : player->userid == userid)) {
            return player;
        }
    }
    return NULL;
}

static void print_duration(int64_t seconds, Text *into) {
    if (seconds >= 3600) {
        text_print(into, "%" PRId64 ":", seconds / 3600);
    }
    text_print(into, "%02" PRId64 ":%02" PRId64, seconds / 60 % 60, seconds % 60);
}

static void print_player(const Player *player, int slot, Text *into) {
    if (player->bot) {
        text_print(into, "#%2d \"%s\" BOT active\n", player->userid, player->name);
        return;
    }
    text_print(into, "# %d %d \"%s\" STEAM_1:%u:%u ", player->userid, slot + 1, player->name,
               player->account & 1u, player->account >> 1);
    print_duration((now_ms() - player->since) / 1000, into);
    text_print(into, " %d 0 active 30000 192.0.2.%d:27005\n", player->ping,
               player->userid % 250 + 1);
}

void world_status(Text *into) {
    bool asleep = world_hibernating();
    text_print(into, "hostname: %s\nversion : 2.2.4.3 9505 secure  (unknown)\n",
               cvar_string("hostname"));
    text_print(into, "udp/ip  : %s:%d [ public n/a ]\nos      : Linux Dedicated\n", world.ip,
               world.port);
    text_print(into, "map     : %s at: ( 568, -5707, 0 )\n", world.map);
    text_print(into, "players : %d humans, %d bots (%d max) (%shibernating) (unreserved)\n\n",
               world_count(false), world_count(true), world.max_players, asleep ? "" : "not ");
    text_print(into, "# userid name uniqueid connected ping loss state rate adr\n");
    for (int i = 0; i < MAX_PLAYERS; i++) {
        if (world.players[i].used) {
            print_player(&world.players[i], i, into);
        }
    }
    text_print(into, "#end\n");
}

static void keep_bots(void) {
    int bots = world_count(true);
    for (; bots < (int)switches.bots && enter(survivors[bots % 8], true); bots++) {
    }
    for (int i = MAX_PLAYERS - 1; i >= 0 && bots > (int)switches.bots; i--) {
        if (world.players[i].used && world.players[i].bot) {
            world_leave(&world.players[i], "");
            bots--;
        }
    }
}

/* One comes until the house is full, then one leaves, and so on: every name shows up in turn. */
static void move_players(void) {
    int humans = world_count(false);
    bool leaves = humans >= (int)switches.players || (humans > 1 && next_name % 3 == 2);
    next_name++;
    if (!leaves) {
        world_join(names[next_name % NAMES]);
        return;
    }
    for (int i = 0; i < MAX_PLAYERS; i++) {
        Player *player = &world.players[(i + (int)(next_name % MAX_PLAYERS)) % MAX_PLAYERS];
        if (player->used && !player->bot) {
            world_leave(player, "Disconnect by user.");
            return;
        }
    }
}

int64_t world_tick(int64_t now) {
    int64_t due = INT64_MAX;
    if (!*world.map) {
        return due;
    }
    keep_bots();
    if (switches.players > 0) {
        if (next_move <= now) {
            move_players();
            next_move = now + switches.players_every;
        }
        due = next_move;
    }
    if (switches.chatter > 0) {
        if (next_chatter <= now) {
            console_log("World triggered \"Heartbeat\" (map \"%s\")\n", world.map);
            next_chatter = now + switches.chatter;
        }
        due = next_chatter < due ? next_chatter : due;
    }
    return due;
}
