/* The engine of host.sock: socket(7), unix(7), udp(7). Every descriptor is non-blocking and close-on-exec. */
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "scope.h"

static int parse_address(const char *ip, int port, struct sockaddr_in *ret_address) {
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->sin_family = AF_INET;
    ret_address->sin_port = htons((uint16_t)port);
    if (port < 0 || port > 65535 || inet_pton(AF_INET, ip, &ret_address->sin_addr) != 1) return -EINVAL;
    return 0;
}

static int open_socket(int domain, int type) {
    int fd = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

int sock_tcp_connect(const char *ip, int port) {
    struct sockaddr_in address;
    int err = parse_address(ip, port, &address);
    if (err < 0) return err;
    scoped_fd int fd = open_socket(AF_INET, SOCK_STREAM);
    if (fd < 0) return fd;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
        return -errno;
    return steal_fd(&fd);
}

static int open_bound(int type, const char *ip, int port) {
    struct sockaddr_in address;
    int err = parse_address(ip, port, &address);
    if (err < 0) return err;
    scoped_fd int fd = open_socket(AF_INET, type);
    if (fd < 0) return fd;
    int on = type == SOCK_STREAM; /* a port whose old connections still fade away */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -errno;
    return steal_fd(&fd);
}

int sock_tcp_listen(const char *ip, int port) {
    scoped_fd int fd = open_bound(SOCK_STREAM, ip, port);
    if (fd < 0) return fd;
    return listen(fd, 64) < 0 ? -errno : steal_fd(&fd);
}

int sock_udp(const char *ip, int port) { return open_bound(SOCK_DGRAM, ip, port); }

static int unix_address(const char *path, struct sockaddr_un *ret_address) {
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->sun_family = AF_UNIX;
    size_t length = strlen(path);
    if (length >= sizeof ret_address->sun_path) return -ENAMETOOLONG;
    memcpy(ret_address->sun_path, path, length + 1);
    return 0;
}

/* The umask is the process's, so the mode is set before anybody can connect: between bind and listen. */
int sock_unix_listen(const char *path, mode_t mode) {
    struct sockaddr_un address;
    int err = unix_address(path, &address);
    if (err < 0) return err;
    scoped_fd int fd = open_socket(AF_UNIX, SOCK_STREAM);
    if (fd < 0) return fd;
    if (unlink(path) < 0 && errno != ENOENT) return -errno;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -errno;
    if (chmod(path, mode) < 0 || listen(fd, 16) < 0) return -errno;
    return steal_fd(&fd);
}

int sock_unix_connect(const char *path) {
    struct sockaddr_un address;
    int err = unix_address(path, &address);
    if (err < 0) return err;
    scoped_fd int fd = open_socket(AF_UNIX, SOCK_STREAM);
    if (fd < 0) return fd;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) return -errno;
    return steal_fd(&fd);
}

int sock_accept(int fd) {
    int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return accepted < 0 ? -errno : accepted;
}

int sock_connected(int fd) {
    struct pollfd waiting = {.fd = fd, .events = POLLOUT};
    int ready = poll(&waiting, 1, 0);
    if (ready <= 0) return ready < 0 ? -errno : -EAGAIN;
    int err = 0; /* asked for only now: it may come while the connection is made */
    socklen_t length = sizeof err;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &length) < 0) return -errno;
    return -err;
}

int sock_local_port(int fd) {
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
    if (address.sin_family != AF_INET) return -EAFNOSUPPORT;
    return ntohs(address.sin_port);
}

ssize_t sock_send_to(int fd, const void *data, size_t length, const char *ip, int port) {
    struct sockaddr_in address;
    int err = parse_address(ip, port, &address);
    if (err < 0) return err;
    ssize_t sent = sendto(fd, data, length, MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof address);
    return sent < 0 ? -errno : sent;
}

ssize_t sock_receive_from(int fd, void *room, size_t size, SockAddress *ret_from) {
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    ssize_t got = recvfrom(fd, room, size, 0, (struct sockaddr *)&address, &length);
    if (got < 0) return -errno;
    inet_ntop(AF_INET, &address.sin_addr, ret_from->ip, sizeof ret_from->ip);
    ret_from->port = ntohs(address.sin_port);
    return got;
}

int sock_wait(int fd, bool for_writing, int timeout_ms) {
    struct pollfd waiting = {.fd = fd, .events = for_writing ? POLLOUT : POLLIN};
    int ready = poll(&waiting, 1, timeout_ms);
    if (ready < 0) return errno == EINTR ? 0 : -errno;
    return ready;
}
