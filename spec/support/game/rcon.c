/* RCON: login with its two packets, answers in several packets, bans, and the ways a connection
 * goes bad. */
#include "rcon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console.h"
#include "cvar.h"
#include "switches.h"
#include "text.h"
#include "world.h"

enum {
    RESPONSE_VALUE = 0,
    EXECCOMMAND = 2,
    AUTH_RESPONSE = 2,
    AUTH = 3,
    MIN_SIZE = 10,
    MAX_SIZE = 4110,
    BODY = 4086,
    MAX_OUT = 4 << 20,
    SOURCES = 64
};

typedef struct Client {
    Text in, out, held;
    int64_t release_at, last_heard;
    struct sockaddr_in from;
    char name[32];
    int fd; /* -1 when free */
    bool authed, closing, mute, empty;
} Client;

/* What an address did wrong. */
typedef struct Source {
    unsigned address;
    int total, recent;
    int64_t recent_since, banned_until; /* -1 = for good */
} Source;

static int listener = -1;
static Client clients[RCON_CLIENTS];
static Source sources[SOURCES];
static bool withhold;

int rcon_open(const char *ip, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    for (int i = 0; i < RCON_CLIENTS; i++) {
        clients[i].fd = -1;
    }
    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
        return -EINVAL;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0) {
        return -errno;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, RCON_CLIENTS) < 0) {
        int err = errno;
        close(fd);
        return -err;
    }
    listener = fd;
    return 0;
}

/* Unread input would make the close a reset, and the peer lose what was sent to it last. */
static void drop(Client *client) {
    char rest[4096];
    shutdown(client->fd, SHUT_WR);
    for (int i = 0; i < 64 && recv(client->fd, rest, sizeof rest, 0) > 0; i++) {
    }
    close(client->fd);
    text_free(&client->in);
    text_free(&client->out);
    text_free(&client->held);
    *client = (Client){.fd = -1};
}

static void flush(Client *client) {
    while (client->out.length > 0) {
        ssize_t sent = send(client->fd, client->out.data, client->out.length, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (sent < 0) {
            drop(client);
            return;
        }
        text_consume(&client->out, (size_t)sent);
    }
    if (client->closing && client->held.length == 0) {
        drop(client);
    }
}

/* Packets keep their order: behind a held one all wait. */
static void send_packet(Client *client, unsigned id, unsigned type, const char *body,
                        size_t length) {
    Text *into = client->held.length > 0 ? &client->held : &client->out;
    into->limit = MAX_OUT;
    text_int32(into, (unsigned)length + MIN_SIZE);
    text_int32(into, id);
    text_int32(into, type);
    text_add(into, body, length);
    if (!text_add(into, "\0", 2)) {
        client->closing = true;
    }
}

static Source *source_of(const Client *client) {
    unsigned address = client->from.sin_addr.s_addr;
    Source *source = &sources[ntohl(address) % SOURCES];
    if (source->address != address) {
        *source = (Source){.address = address};
    }
    return source;
}

static bool banned(const Client *client) {
    int64_t until = source_of(client)->banned_until;
    return until < 0 || until > now_ms();
}

static void count_failure(Client *client) {
    Source *source = source_of(client);
    int64_t now = now_ms();
    if ((double)(now - source->recent_since) > cvar_number("sv_rcon_minfailuretime") * 1000) {
        source->recent_since = now;
        source->recent = 0;
    }
    source->recent++;
    source->total++;
    if (source->recent < cvar_number("sv_rcon_minfailures") &&
        source->total < cvar_number("sv_rcon_maxfailures")) {
        return;
    }
    double minutes = cvar_number("sv_rcon_banpenalty");
    source->banned_until = minutes > 0 ? now + (int64_t)(minutes * 60000) : -1;
    char address[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &client->from.sin_addr, address, sizeof address);
    console_log("Banning %s for rcon hacking attempts\n", address);
    client->closing = true;
}

/* The second login packet comes a moment after the first, whole or cut; see srcds' habits. */
static void answer_login(Client *client, unsigned id, bool good) {
    send_packet(client, id, RESPONSE_VALUE, "", 0);
    size_t before = client->out.length;
    send_packet(client, good ? id : 0xffffffffu, AUTH_RESPONSE, "", 0);
    size_t kept = before + (switches.auth_cut ? 6 : 0);
    if (switches.auth_gap > 0 && client->held.length == 0 && client->out.length > kept) {
        text_add(&client->held, client->out.data + kept, client->out.length - kept);
        client->out.length = kept;
        client->release_at = now_ms() + switches.auth_gap;
    }
}

static void login(Client *client, unsigned id, const char *password) {
    const char *expected = cvar_string("rcon_password");
    client->authed = *expected && strcmp(expected, password) == 0;
    client->mute = client->empty = false;
    answer_login(client, id, client->authed);
    if (!client->authed) {
        console_log("rcon from \"%s\": Bad Password\n", client->name);
        count_failure(client);
    }
}

static void answer(Client *client, unsigned id, const Text *text) {
    if (client->mute) {
        return;
    }
    size_t length = client->empty ? 0 : text->length, from = 0;
    if (switches.rcon_chatter) {
        send_packet(client, 0, RESPONSE_VALUE, "L chatter: nothing asked for this\n", 34);
    }
    do {
        size_t part = length - from < BODY ? length - from : BODY;
        send_packet(client, id, RESPONSE_VALUE, text->data ? text->data + from : "", part);
        from += part;
    } while (from < length);
}

static void run(Client *client, unsigned id, const char *command) {
    Text text = {0};
    console_capture(switches.rcon_chatter ? &text : NULL);
    if (cvar_number("sv_rcon_log") != 0) {
        console_log("rcon from \"%s\": command \"%s\"\n", client->name, command);
    }
    console_capture(&text);
    withhold = false;
    bool mute = client->mute, empty = client->empty;
    console_add(command);
    console_execute();
    console_capture(NULL);
    if (!withhold && client->fd >= 0) {
        /* The answer to changelevel itself still comes. */
        bool now_mute = client->mute, now_empty = client->empty;
        client->mute = mute;
        client->empty = empty;
        answer(client, id, &text);
        client->mute = now_mute;
        client->empty = now_empty;
    }
    text_free(&text);
}

static void handle_packet(Client *client, unsigned id, unsigned type, const char *body) {
    client->last_heard = now_ms();
    if (type == AUTH) {
        login(client, id, body);
    } else if (!client->authed) {
        console_log("rcon from \"%s\": not logged in\n", client->name);
        answer_login(client, id, false);
        count_failure(client);
    } else if (type == EXECCOMMAND) {
        run(client, id, body);
    } else if (type == RESPONSE_VALUE && !client->mute) {
        /* srcds mirrors it, and then sends this. */
        send_packet(client, id, RESPONSE_VALUE, "", 0);
        send_packet(client, id, RESPONSE_VALUE, "\0\1\0\0", 4);
    }
}

static unsigned little_endian(const char *bytes) {
    const unsigned char *b = (const unsigned char *)bytes;
    return b[0] | (unsigned)b[1] << 8 | (unsigned)b[2] << 16 | (unsigned)b[3] << 24;
}

static void handle_input(Client *client) {
    while (client->in.length >= 4 && !client->closing) {
        unsigned size = little_endian(client->in.data);
        if (size < MIN_SIZE || size > MAX_SIZE) {
            console_log("rcon from \"%s\": bad packet size %u\n", client->name, size);
            client->closing = true;
            break;
        }
        if (client->in.length < size + 4) {
            break;
        }
        char body[MAX_SIZE + 1] = {0};
        memcpy(body, client->in.data + 12, size - 8);
        unsigned id = little_endian(client->in.data + 4), type = little_endian(client->in.data + 8);
        text_consume(&client->in, size + 4);
        handle_packet(client, id, type, body);
    }
    flush(client);
}

static void read_client(Client *client) {
    char block[4096];
    ssize_t count = recv(client->fd, block, sizeof block, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (count <= 0 || !text_add(&client->in, block, (size_t)count)) {
        drop(client);
        return;
    }
    handle_input(client);
}

static void accept_client(void) {
    struct sockaddr_in from = {0};
    socklen_t size = sizeof from;
    int one = 1,
        fd = accept4(listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    Client fresh = {.fd = fd, .from = from, .last_heard = now_ms()};
    for (int i = 0; i < RCON_CLIENTS && !banned(&fresh); i++) {
        if (clients[i].fd >= 0) {
            continue;
        }
        char address[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &from.sin_addr, address, sizeof address);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        clients[i] = fresh;
        snprintf(clients[i].name, sizeof clients[i].name, "%s:%d", address, ntohs(from.sin_port));
        return;
    }
    close(fd);
}

void rcon_prepare(struct pollfd *polls) {
    polls[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (int i = 0; i < RCON_CLIENTS; i++) {
        short events = POLLIN;
        if (clients[i].out.length > 0) {
            events = POLLOUT; /* a reader that does not read is not listened to */
        }
        polls[i + 1] = (struct pollfd){.fd = clients[i].fd, .events = events};
    }
}

void rcon_handle(const struct pollfd *polls) {
    for (int i = 0; i < RCON_CLIENTS; i++) {
        Client *client = &clients[i];
        if (client->fd < 0 || client->fd != polls[i + 1].fd) {
            continue;
        }
        if (polls[i + 1].revents & POLLOUT) {
            flush(client);
        } else if (polls[i + 1].revents) {
            read_client(client);
        }
    }
    if (polls[0].revents & POLLIN) {
        accept_client();
    }
}

int64_t rcon_tick(int64_t now) {
    int64_t due = INT64_MAX;
    for (int i = 0; i < RCON_CLIENTS; i++) {
        Client *client = &clients[i];
        if (client->fd >= 0 && client->held.length > 0 && client->release_at <= now) {
            text_add(&client->out, client->held.data, client->held.length);
            text_clear(&client->held);
            flush(client);
        }
        if (client->fd >= 0 && client->closing) {
            flush(client);
        }
        if (client->fd >= 0 && switches.rcon_idle > 0 &&
            client->last_heard + switches.rcon_idle <= now) {
            drop(client);
        }
        if (client->fd >= 0 && client->held.length > 0 && client->release_at < due) {
            due = client->release_at;
        }
        if (client->fd >= 0 && switches.rcon_idle > 0 &&
            client->last_heard + switches.rcon_idle < due) {
            due = client->last_heard + switches.rcon_idle;
        }
    }
    return due;
}

void rcon_map_changed(void) {
    for (int i = 0; i < RCON_CLIENTS; i++) {
        clients[i].closing |= clients[i].fd >= 0 && switches.changelevel == 1;
        clients[i].mute |= switches.changelevel == 2;
        clients[i].empty |= switches.changelevel == 3;
    }
}

void rcon_password_changed(void) {
    for (int i = 0; i < RCON_CLIENTS; i++) {
        clients[i].closing |= clients[i].fd >= 0;
    }
}

void rcon_withhold_answer(void) { withhold = true; }

void rcon_close(void) {
    for (int i = 0; i < RCON_CLIENTS; i++) {
        if (clients[i].fd >= 0) {
            drop(&clients[i]);
        }
    }
    if (listener >= 0) {
        close(listener);
    }
    listener = -1;
}
