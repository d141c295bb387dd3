/* Reads someone's file for a stream: whoever wrote the tree may have planted links, pipes and
 * devices. */
#include "file_stream.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs.h"
#include "scope.h"

#define CHUNK 65536

struct FileStream {
    int fd;
    long long size, left;
    char bytes[CHUNK];
};

int file_stream_open(const StreamSpec *spec, FileStream **ret) {
    scoped_fd int directory = open(spec->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return -errno;
    scoped_fd int fd = fs_open_file(directory, spec->file, O_RDONLY, 0, FS_STRICT);
    if (fd < 0) return fd;
    struct stat st;
    if (fstat(fd, &st) < 0) return -errno;
    FileStream *file = malloc(sizeof *file);
    if (!file) return -ENOMEM;
    file->size = file->left = st.st_size;
    file->fd = steal_fd(&fd);
    *ret = file;
    return 0;
}

long long file_stream_size(const FileStream *file) { return file->size; }

ssize_t file_stream_next(FileStream *file, const char **ret) {
    size_t most = file->left < CHUNK ? (size_t)file->left : CHUNK;
    ssize_t got = 0;
    do got = read(file->fd, file->bytes, most);
    while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    file->left -= got;
    *ret = file->bytes;
    return got;
}

void file_stream_close(FileStream *file) {
    close(file->fd);
    free(file);
}
