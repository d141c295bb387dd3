/* Server queries (A2S) over UDP, as the Valve wiki's "Server queries" describes them. */
#ifndef STANDIN_A2S_H
#define STANDIN_A2S_H

/* Binds; returns the descriptor or negative errno. */
int a2s_open(const char *ip, int port);
/* Answers what has arrived. Until a map is loaded nothing is answered. */
void a2s_read(void);
void a2s_close(void);

#endif
