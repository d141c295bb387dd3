/* Reads share_dir/static once: every file, its hash, the hash of all; compresses a file when it is
 * first asked for like that. */
#include "assets.h"

#include <fcntl.h>
#include <fts.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "gzip.h"
#include "scope.h"

#define FILE_MAX (16 << 20)
#define HASH_BYTES 8 /* shown as 16 hex digits */

struct Asset {
    struct Asset *next;
    AssetBytes plain, gzip;
    pthread_mutex_t packing;
    bool packed;
    char path[];
};

static struct {
    pthread_once_t once;
    Asset *first;
    char hash[2 * HASH_BYTES + 1];
} tree = {.once = PTHREAD_ONCE_INIT};

static bool read_all(const char *path, size_t length, unsigned char *data) {
    scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size_t had = 0;
    while (fd >= 0 && had < length) {
        ssize_t got = read(fd, data + had, length - had);
        if (got <= 0) break;
        had += (size_t)got;
    }
    return fd >= 0 && had == length;
}

static void hex_of(const unsigned char digest[crypto_hash_sha256_BYTES], char *ret_hex) {
    sodium_bin2hex(ret_hex, 2 * HASH_BYTES + 1, digest, HASH_BYTES);
}

static Asset *read_asset(const char *path, const char *name, size_t length) {
    size_t name_size = strlen(name) + 1;
    Asset *asset = calloc(1, sizeof *asset + name_size);
    unsigned char *data = malloc(length + 1);
    if (!asset || !data || length > FILE_MAX || !read_all(path, length, data)) {
        free(asset);
        free(data);
        return NULL;
    }
    memcpy(asset->path, name, name_size);
    pthread_mutex_init(&asset->packing, NULL);
    asset->plain.data = data;
    asset->plain.length = length;
    return asset;
}

static void add(Asset *asset, crypto_hash_sha256_state *all) {
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * HASH_BYTES + 1];
    crypto_hash_sha256(digest, asset->plain.data, asset->plain.length);
    crypto_hash_sha256_update(all, (const unsigned char *)asset->path, strlen(asset->path) + 1);
    crypto_hash_sha256_update(all, digest, sizeof digest);
    hex_of(digest, hex);
    snprintf(asset->plain.etag, sizeof asset->plain.etag, "\"%s\"", hex);
    snprintf(asset->gzip.etag, sizeof asset->gzip.etag, "\"%s-gzip\"", hex);
    asset->next = tree.first;
    tree.first = asset;
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* No link is followed, and a name that begins with a dot is nobody's business. */
static void read_tree(void) {
    static char root[] = LEFT4ME_SHARE_DIR "/static";
    char *const roots[] = {root, NULL};
    crypto_hash_sha256_state all;
    crypto_hash_sha256_init(&all);
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
            fts_set(walk, entry, FTS_SKIP);
        } else if (entry->fts_info == FTS_F) {
            Asset *asset = read_asset(entry->fts_accpath, entry->fts_path + sizeof root,
                                      (size_t)entry->fts_statp->st_size);
            if (asset) add(asset, &all);
        }
    }
    if (walk) fts_close(walk);
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&all, digest);
    hex_of(digest, tree.hash);
}

const char *assets_hash(void) {
    pthread_once(&tree.once, read_tree);
    return tree.hash;
}

Asset *assets_find(const char *path) {
    pthread_once(&tree.once, read_tree);
    for (Asset *asset = tree.first; asset; asset = asset->next)
        if (strcmp(asset->path, path) == 0) return asset;
    return NULL;
}

const char *asset_path(const Asset *asset) { return asset->path; }

const AssetBytes *asset_plain(const Asset *asset) { return &asset->plain; }

static void pack(Asset *asset) {
    Buffer packed = {0};
    if (!gzip_bytes(asset->plain.data, asset->plain.length, Z_BEST_COMPRESSION, &packed)) return;
    asset->gzip.data = (unsigned char *)packed.data;
    asset->gzip.length = packed.length;
}

const AssetBytes *asset_gzip(Asset *asset) {
    pthread_mutex_lock(&asset->packing);
    if (!asset->packed) pack(asset);
    asset->packed = true;
    pthread_mutex_unlock(&asset->packing);
    return asset->gzip.data ? &asset->gzip : NULL;
}
