/* A2S_INFO, A2S_PLAYER and A2S_RULES with challenge, rate limit and split packets; every packet is
 * read within bounds. */
#include "a2s.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console.h"
#include "cvar.h"
#include "files.h"
#include "switches.h"
#include "world.h"

enum {
    MAX_DATAGRAM = 1260,
    SPLIT_SIZE = 1248,
    MAX_REPLY = 200 * SPLIT_SIZE,
    ASKERS = 32,
    READS = 256
};

static const char info_query[] = "TSource Engine Query";

typedef struct Asker {
    int64_t since;
    unsigned address;
    int count;
} Asker;

static int sock = -1;
static unsigned secret, split_id = 1;
static Asker askers[ASKERS];

int a2s_open(const char *ip, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
        return -EINVAL;
    }
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int err = errno;
        close(fd);
        return -err;
    }
    if (getrandom(&secret, sizeof secret, 0) != (ssize_t)sizeof secret) {
        secret = (unsigned)now_ms();
    }
    sock = fd;
    return fd;
}

void a2s_close(void) {
    if (sock >= 0) {
        close(sock);
    }
    sock = -1;
}

/* A number only the owner of the address learns. Never -1, which asks for one. */
static unsigned challenge_for(const struct sockaddr_in *from) {
    unsigned hash = secret ^ from->sin_addr.s_addr;
    hash = (hash ^ hash >> 16) * 0x45d9f3bu + from->sin_port;
    hash = (hash ^ hash >> 16) * 0x45d9f3bu;
    return (hash ^ hash >> 16) & 0x7fffffffu;
}

static bool too_many(const struct sockaddr_in *from) {
    double rate = cvar_number("sv_max_queries_sec"), window = cvar_number("sv_max_queries_window");
    if (rate <= 0 || window <= 0) {
        return false;
    }
    Asker *asker = &askers[ntohl(from->sin_addr.s_addr) % ASKERS];
    if (asker->address != from->sin_addr.s_addr ||
        (double)(now_ms() - asker->since) > window * 1000) {
        *asker = (Asker){.address = from->sin_addr.s_addr, .since = now_ms()};
    }
    return ++asker->count > rate * window;
}

static void send_bytes(const struct sockaddr_in *to, const Text *packet) {
    sendto(sock, packet->data, packet->length, 0, (const struct sockaddr *)to, sizeof *to);
}

static void send_split(const struct sockaddr_in *to, const Text *reply) {
    int total = (int)((reply->length + SPLIT_SIZE - 1) / SPLIT_SIZE);
    unsigned id = split_id++ & 0x7fffffffu;
    for (int i = 0; i < total; i++) {
        int number = switches.shuffle_splits ? total - 1 - i : i;
        size_t from = (size_t)number * SPLIT_SIZE, left = reply->length - from;
        Text packet = {0};
        text_int32(&packet, 0xfffffffeu);
        text_int32(&packet, id);
        text_byte(&packet, (unsigned)total);
        text_byte(&packet, (unsigned)number);
        text_int16(&packet, SPLIT_SIZE);
        text_add(&packet, reply->data + from, left < SPLIT_SIZE ? left : SPLIT_SIZE);
        send_bytes(to, &packet);
        text_free(&packet);
    }
}

static void send_reply(const struct sockaddr_in *to, const Text *reply) {
    if (reply->length > MAX_DATAGRAM) {
        send_split(to, reply);
    } else {
        send_bytes(to, reply);
    }
}

static void write_info(Text *reply) {
    const char *tags = cvar_string("sv_tags");
    text_byte(reply, 'I');
    text_byte(reply, 17);
    text_string(reply, cvar_string("hostname"));
    text_string(reply, world.map);
    text_string(reply, files_game());
    text_string(reply, "Left 4 Dead 2");
    text_int16(reply, 550);
    text_byte(reply, (unsigned)(world_count(false) + world_count(true)));
    text_byte(reply, (unsigned)world.max_players);
    text_byte(reply, (unsigned)world_count(true));
    text_byte(reply, 'd');
    text_byte(reply, 'l');
    text_byte(reply, *cvar_string("sv_password") ? 1 : 0);
    text_byte(reply, 1);
    text_string(reply, "2.2.4.3");
    text_byte(reply, 0x80 | 0x10 | 0x01 | (*tags ? 0x20 : 0));
    text_int16(reply, (unsigned)world.port);
    text_int32(reply, 0x00001234u);
    text_int32(reply, 0x01400001u);
    if (*tags) {
        text_string(reply, tags);
    }
    text_int32(reply, 550);
    text_int32(reply, 0);
}

static void write_players(Text *reply) {
    text_byte(reply, 'D');
    text_byte(reply, (unsigned)(world_count(false) + world_count(true)));
    for (int i = 0; i < MAX_PLAYERS; i++) {
        const Player *player = &world.players[i];
        if (!player->used) {
            continue;
        }
        float seconds = (float)(now_ms() - player->since) / 1000.0f;
        unsigned bits;
        memcpy(&bits, &seconds, sizeof bits);
        text_byte(reply, 0);
        text_string(reply, player->name);
        text_int32(reply, (unsigned)player->score);
        text_int32(reply, bits);
    }
}

static void write_rules(Text *reply) {
    Text rules = {.limit = MAX_REPLY - 16};
    unsigned count = 0;
    const Cvar *cvar;
    for (int i = 0; (cvar = cvar_at(i)); i++) {
        if (cvar->flags & CVAR_NOTIFY && count < (unsigned)switches.rules) {
            bool secret_one = strstr(cvar->name, "password") && *cvar_value(cvar);
            text_string(&rules, cvar->name);
            text_string(&rules, secret_one ? "1" : cvar_value(cvar));
            count++;
        }
    }
    text_byte(reply, 'E');
    text_int16(reply, count);
    text_add(reply, rules.data, rules.length);
    text_free(&rules);
}

static void answer(const struct sockaddr_in *from, unsigned char kind,
                   const unsigned char *challenge) {
    unsigned expected = challenge_for(from);
    Text reply = {.limit = MAX_REPLY};
    text_int32(&reply, 0xffffffffu);
    unsigned given = 0xffffffffu;
    if (challenge) {
        given = challenge[0] | (unsigned)challenge[1] << 8 | (unsigned)challenge[2] << 16 |
                (unsigned)challenge[3] << 24;
    }
    if (given != expected) {
        text_byte(&reply, 'A');
        text_int32(&reply, expected);
    } else if (kind == 'T') {
        write_info(&reply);
    } else if (kind == 'U') {
        write_players(&reply);
    } else {
        write_rules(&reply);
    }
    send_reply(from, &reply);
    text_free(&reply);
}

static bool refused(const struct sockaddr_in *from) {
    if (switches.drop_queries != 0) {
        switches.drop_queries -= switches.drop_queries > 0;
        return true;
    }
    if (switches.no_loopback && ntohl(from->sin_addr.s_addr) >> 24 == 127) {
        return true;
    }
    return (switches.silent_asleep && world_hibernating()) || too_many(from);
}

static void handle(const struct sockaddr_in *from, const unsigned char *packet, size_t length) {
    if (!*world.map || length < 9 || memcmp(packet, "\xff\xff\xff\xff", 4) != 0 || refused(from)) {
        return;
    }
    const unsigned char *body = packet + 4;
    length -= 4;
    if (length >= sizeof info_query && memcmp(body, info_query, sizeof info_query) == 0) {
        answer(from, 'T', length >= sizeof info_query + 4 ? body + sizeof info_query : NULL);
    } else if (*body == 'U' || *body == 'V') {
        answer(from, *body, body + 1);
    }
}

void a2s_read(void) {
    unsigned char packet[2048];
    for (int i = 0; i < READS; i++) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(sock, packet, sizeof packet, 0, (struct sockaddr *)&from, &size);
        if (length < 0) {
            return;
        }
        handle(&from, packet, (size_t)length);
    }
}
