/* Compresses whole texts with gzip, by zlib. */
#include "gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16)
/* With 9 a page takes a tenth longer and gets no smaller: tables of 128 KiB are mapped anew each
 * time. */
#define MEMORY_LEVEL 8

bool gzip_bytes(const void *data, size_t length, int level, Buffer *ret) {
    if (length > UINT_MAX) return false;
    z_stream stream = {.next_in = (Bytef *)data, .avail_in = (uInt)length};
    uInt room = (uInt)(length / 10 * 9);
    if (deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return false;
    char *packed = malloc(room + 1);
    stream.next_out = (Bytef *)packed;
    stream.avail_out = room;
    bool fits = packed && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    if (fits) *ret = (Buffer){.data = packed, .length = stream.total_out, .capacity = room + 1};
    if (!fits) free(packed);
    deflateEnd(&stream);
    return fits;
}
