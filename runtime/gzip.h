/* Compresses whole texts with gzip (RFC 1952). */
#ifndef LEFT4ME_GZIP_H
#define LEFT4ME_GZIP_H

#include <stdbool.h>

#include "buffer.h"

/* Add the bytes, compressed at a level of zlib, to an empty buffer. Returns false, and leaves it
 * empty, when that saves less than a tenth or there is no memory. */
bool gzip_bytes(const void *data, size_t length, int level, Buffer *ret);

#endif
