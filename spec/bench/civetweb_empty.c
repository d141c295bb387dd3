/* An empty CivetWeb handler: the limit our pages are measured against. civetweb_empty PORT prints the real port. */
#include <civetweb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int answer(struct mg_connection *conn) {
    static const char response[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                   "Content-Length: 6\r\nConnection: keep-alive\r\n\r\nempty\n";
    mg_write(conn, response, sizeof response - 1);
    return 200;
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    char address[64];
    snprintf(address, sizeof address, "127.0.0.1:%s", argv[1]);
    const char *settings[] = {"listening_ports", address, "num_threads", "128",
                              "enable_keep_alive", "yes", "keep_alive_timeout_ms", "5000",
                              "tcp_nodelay", "1", NULL};
    struct mg_callbacks callbacks = {.begin_request = answer};
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    mg_init_library(0);
    struct mg_context *context = mg_start(&callbacks, NULL, settings);
    struct mg_server_port port = {0};
    if (!context || mg_get_server_ports(context, 1, &port) < 1) return 1;
    printf("%d\n", port.port);
    fflush(stdout);
    int signal = 0;
    sigwait(&stop, &signal);
    mg_stop(context);
    mg_exit_library();
    return 0;
}
