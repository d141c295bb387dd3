/* Finds the sockets of CivetWeb connections by their addresses among our open descriptors. */
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "scope.h"

static bool local_port_is(int fd, int port) {
    struct sockaddr_in local = {0};
    socklen_t length = sizeof local;
    return getsockname(fd, (struct sockaddr *)&local, &length) == 0 &&
           local.sin_family == AF_INET && ntohs(local.sin_port) == port;
}

static bool peer_is(int fd, struct in_addr address, int port) {
    struct sockaddr_in peer = {0};
    socklen_t length = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && peer.sin_family == AF_INET &&
           ntohs(peer.sin_port) == port && peer.sin_addr.s_addr == address.s_addr;
}

int peer_socket(const struct mg_connection *conn) {
    const struct mg_request_info *info = mg_get_request_info(conn);
    struct in_addr address;
    scoped_dir DIR *fds = opendir("/proc/self/fd");
    if (!fds || inet_pton(AF_INET, info->remote_addr, &address) != 1) return -1;
    int found = -1;
    for (struct dirent *entry = readdir(fds); entry; entry = readdir(fds)) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd <= 2 || !peer_is(fd, address, info->remote_port) ||
            !local_port_is(fd, info->server_port))
            continue;
        if (found >= 0) return -1;
        found = fd;
    }
    return found;
}

bool peer_gone(int fd) {
    struct pollfd poll_fd = {.fd = fd, .events = POLLRDHUP};
    return fd >= 0 && poll(&poll_fd, 1, 0) > 0;
}

void peer_shut_all(int port) {
    scoped_dir DIR *fds = opendir("/proc/self/fd");
    if (!fds) return;
    for (struct dirent *entry = readdir(fds); entry; entry = readdir(fds)) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd > 2 && local_port_is(fd, port)) shutdown(fd, SHUT_RD);
    }
}
