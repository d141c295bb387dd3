/* Reads many streams to their end, keeps the first and counts the bytes of all: clients that cost little beside the
 * server they share the cores with. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define STREAMS_MAX 100

static int open_stream(const struct sockaddr_in *address, const char *request, size_t length) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) < 0) return -1;
    return send(fd, request, length, MSG_NOSIGNAL) == (ssize_t)length ? fd : -1;
}

/* Read until each has ended; what the first gives goes into the file. */
static int drain(int loop, const int *fds, int count, int file, unsigned long long *bytes) {
    static char room[262144];
    struct epoll_event events[STREAMS_MAX];
    for (int open = count; open > 0;) {
        int ready = epoll_wait(loop, events, count, 60000);
        if (ready <= 0) return -1;
        for (int i = 0; i < ready; i++) {
            int stream = events[i].data.fd;
            ssize_t got = recv(fds[stream], room, sizeof room, 0);
            if (got < 0 || (stream == 0 && write(file, room, (size_t)got) != got)) return -1;
            bytes[stream] += (unsigned long long)got;
            if (got > 0) continue;
            close(fds[stream]);
            open--;
        }
    }
    return 0;
}

/* bench_stream_sink IP PORT COUNT FILE <REQUEST: prints how many bytes came on each connection, head included. */
int main(int argc, char **argv) {
    int count = argc == 5 ? atoi(argv[3]) : 0;
    char request[4096];
    size_t length = fread(request, 1, sizeof request, stdin);
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (count < 1 || count > STREAMS_MAX || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) return 2;
    int loop = epoll_create1(EPOLL_CLOEXEC), file = open(argv[4], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (loop < 0 || file < 0) return 1;
    address.sin_port = htons((unsigned short)atoi(argv[2]));
    int fds[STREAMS_MAX];
    unsigned long long bytes[STREAMS_MAX] = {0};
    for (int i = 0; i < count; i++) {
        struct epoll_event interest = {.events = EPOLLIN, .data.fd = i};
        fds[i] = open_stream(&address, request, length);
        if (fds[i] < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, fds[i], &interest) < 0) return 1;
    }
    if (drain(loop, fds, count, file, bytes) < 0) return 1;
    for (int i = 0; i < count; i++) printf("%llu\n", bytes[i]);
    return 0;
}
