/* What is played: the map, who is there, and when that changes by itself. */
#ifndef STANDIN_WORLD_H
#define STANDIN_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

enum { MAX_PLAYERS = 31 };

typedef struct Player {
    bool used, bot;
    int userid;
    char name[64];
    unsigned account; /* STEAM_1:(account & 1):(account >> 1) */
    int score, ping;
    int64_t since; /* monotonic ms */
} Player;

typedef struct World {
    char ip[16];
    int port;
    int max_players;
    char map[64]; /* empty until one is loaded */
    Player players[MAX_PLAYERS];
    bool quit;
} World;

extern World world;

/* Load a map and then run server.cfg. False when there is no such map. */
bool world_load(const char *map);
bool world_has_map(const char *map);
int world_count(bool bots);
bool world_hibernating(void);
/* NULL when the server is full. */
Player *world_join(const char *name);
void world_leave(Player *player, const char *why);
/* By userid, or by exact name. */
Player *world_find(int userid, const char *name);
void world_status(Text *into);
/* Let time pass; returns when something is due next (INT64_MAX: never). */
int64_t world_tick(int64_t now);

#endif
