/* The HTTP server: CivetWeb's threads, our checks, the pool of Lua states, streams. */
#ifndef LEFT4ME_HTTP_H
#define LEFT4ME_HTTP_H

#include <stddef.h>

#include "pool.h"

typedef struct Http Http;

typedef struct HttpOptions {
    const char *ip; /* IPv4, numeric */
    int port;       /* 0: the kernel chooses */
    int workers;    /* connections served at a time */
    int streams;    /* of these at most so many may be streams */
    size_t body_limit;
    int request_ms; /* how long a request may take to arrive, and how long a write waits for its
                       reader */
    int idle_ms;    /* how long a connection is kept for another request */
    Pool *pool;
} HttpOptions;

/* Start listening and answering. Returns 0 and the real port, or -errno. */
int http_start(const HttpOptions *options, Http **ret, int *ret_port);
/* Let running requests finish (a few seconds at most), then stop. hub_stop() must have been called.
 */
void http_stop(Http *http);

#endif
