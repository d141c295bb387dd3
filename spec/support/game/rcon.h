/* RCON over TCP, as the Valve wiki's "Source RCON Protocol" describes it, with srcds' own habits.
 */
#ifndef STANDIN_RCON_H
#define STANDIN_RCON_H

#include <poll.h>
#include <stdint.h>

enum { RCON_CLIENTS = 16, RCON_POLLS = RCON_CLIENTS + 1 };

/* Listens; returns 0 or negative errno. */
int rcon_open(const char *ip, int port);
/* Fill RCON_POLLS entries; unused ones get fd -1. */
void rcon_prepare(struct pollfd *polls);
void rcon_handle(const struct pollfd *polls);
/* Release held packets, drop idle connections; returns when something is due next (INT64_MAX:
 * never). */
int64_t rcon_tick(int64_t now);
/* Events of the world. */
void rcon_map_changed(void);
void rcon_password_changed(void);
/* The command running now gets no answer. */
void rcon_withhold_answer(void);
void rcon_close(void);

#endif
