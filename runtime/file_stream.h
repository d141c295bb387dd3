/* A file beneath a directory, opened when its stream begins and read bit by bit. */
#ifndef LEFT4ME_FILE_STREAM_H
#define LEFT4ME_FILE_STREAM_H

#include <sys/types.h>

#include "stream.h"

typedef struct FileStream FileStream;

/* Only a regular file, never through a link, never outside the directory; nothing planted there
 * blocks. Returns 0 or a negative errno. */
int file_stream_open(const StreamSpec *spec, FileStream **ret);
/* How many bytes it had when it was opened: no more are read. */
long long file_stream_size(const FileStream *file);
/* The next bytes; they stay until the next call. Returns their number, 0 at the end (which comes
 * early when the file got shorter), or a negative errno. */
ssize_t file_stream_next(FileStream *file, const char **ret);
void file_stream_close(FileStream *file);

#endif
