/* Our own static files, in memory as they were when first asked for: an upgrade may swap the
 * directory under a running service, whose pages go on naming the old ones. */
#ifndef LEFT4ME_ASSETS_H
#define LEFT4ME_ASSETS_H

#include <stddef.h>

typedef struct AssetBytes {
    unsigned char *data;
    size_t length;
    char etag[32];
} AssetBytes;

typedef struct Asset Asset;

/* A hash of all names and contents: an address with it never changes its content. */
const char *assets_hash(void);
/* The file of a path below share_dir/static, or NULL. */
Asset *assets_find(const char *path);
const char *asset_path(const Asset *asset);
const AssetBytes *asset_plain(const Asset *asset);
/* The file compressed with gzip, or NULL when that saves less than a tenth. */
const AssetBytes *asset_gzip(Asset *asset);

#endif
