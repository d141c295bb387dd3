/* Non-blocking sockets with numeric IPv4 addresses and Unix sockets with peer credentials. */
#ifndef LEFT4ME_SOCK_H
#define LEFT4ME_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct SockAddress {
    char ip[16];
    int port;
} SockAddress;

/* Each returns a descriptor or a negative errno; -EINVAL for an address that is no dotted quad. */
int sock_tcp_connect(const char *ip, int port);
int sock_tcp_listen(const char *ip, int port);
int sock_udp(const char *ip, int port);
int sock_unix_listen(const char *path, mode_t mode);
int sock_unix_connect(const char *path);
int sock_accept(int fd);

/* 0 once connected, -EAGAIN while under way, else what went wrong. */
int sock_connected(int fd);
int sock_local_port(int fd);
ssize_t sock_send_to(int fd, const void *data, size_t length, const char *ip, int port);
ssize_t sock_receive_from(int fd, void *room, size_t size, SockAddress *ret_from);
/* Wait until readable or writable: 1 ready, 0 time is up. May block. */
int sock_wait(int fd, bool for_writing, int timeout_ms);

#endif
