/* Single files beneath a root: open, atomic write, copy, rename, modes, locks. */
#include "fs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "scope.h"

enum { RETRIES = 128 };

/* The kernel answers EAGAIN when a rename elsewhere raced a ".." of ours. */
int fs_open(int root, const char *rel, int flags, mode_t mode, uint64_t resolve) {
    if (!rel) return -EINVAL;
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC),
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = resolve};
    for (int i = 0; i < RETRIES; i++) {
        long fd = syscall(SYS_openat2, root, rel, &how, sizeof how);
        if (fd >= 0) return (int)fd;
        if (errno != EAGAIN && errno != EINTR) return -errno;
    }
    return -EAGAIN;
}

int fs_open_file(int root, const char *rel, int flags, mode_t mode, uint64_t resolve) {
    scoped_fd int fd = fs_open(root, rel, flags | O_NONBLOCK | O_NOCTTY, mode, resolve);
    if (fd == -ENXIO) return -EINVAL; /* a pipe without a reader, or a socket */
    if (fd < 0) return fd;
    struct stat st;
    if (fstat(fd, &st) < 0) return -errno;
    if (S_ISDIR(st.st_mode)) return -EISDIR;
    if (!S_ISREG(st.st_mode)) return -EINVAL;
    return steal_fd(&fd);
}

int fs_open_parent(int root, const char *rel, const char **ret_name) {
    if (!rel) return -EINVAL;
    char parent[PATH_MAX];
    size_t length = strlen(rel);
    if (length >= sizeof parent) return -ENAMETOOLONG;
    const char *slash = strrchr(rel, '/');
    const char *name = slash ? slash + 1 : rel;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return -EINVAL;
    if (slash == rel) return -EXDEV;
    size_t parent_length = slash ? (size_t)(slash - rel) : 1;
    memcpy(parent, slash ? rel : ".", parent_length);
    parent[parent_length] = '\0';
    int fd = fs_open(root, parent, O_PATH | O_DIRECTORY, 0, FS_STRICT);
    if (fd >= 0) *ret_name = name;
    return fd;
}

int fs_stat(int root, const char *rel, struct stat *ret_stat) {
    scoped_fd int fd = fs_open(root, rel, O_PATH | O_NOFOLLOW, 0, FS_FOLLOW);
    if (fd < 0) return fd;
    return fstat(fd, ret_stat) < 0 ? -errno : 0;
}

int fs_read_all(int fd, char *bytes, size_t size, size_t *ret_read) {
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        if (got == 0) break;
        done += (size_t)got;
    }
    *ret_read = done;
    return 0;
}

int fs_write_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return -errno;
        bytes += put;
        size -= (size_t)put;
    }
    return 0;
}

/* A new file beside the one to replace; its name says what it is when a crash leaves it behind. */
static int open_temporary(int parent, char *name, size_t size, mode_t mode) {
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) return -EIO;
    snprintf(name, size, ".left4me-%016llx.tmp", (unsigned long long)number);
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    scoped_fd int fd = openat(parent, name, flags, 0600);
    if (fd < 0) return -errno;
    if (fchmod(fd, mode) < 0) {
        int err = errno;
        unlinkat(parent, name, 0);
        return -err;
    }
    return steal_fd(&fd);
}

/* Make the temporary file the file, or leave nothing of it. */
static int put_in_place(int parent, const char *temporary, const char *name, int result) {
    if (result == 0 && renameat(parent, temporary, parent, name) < 0) result = -errno;
    if (result < 0) unlinkat(parent, temporary, 0);
    return result;
}

static int sync_directory(int parent) {
    scoped_fd int directory = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return -errno;
    return fsync(directory) < 0 ? -errno : 0;
}

int fs_write_file(int root, const char *rel, const char *bytes, size_t size, mode_t mode, bool sync) {
    const char *name = NULL;
    scoped_fd int parent = fs_open_parent(root, rel, &name);
    if (parent < 0) return parent;
    char temporary[64];
    scoped_fd int fd = open_temporary(parent, temporary, sizeof temporary, mode);
    if (fd < 0) return fd;
    int result = fs_write_all(fd, bytes, size);
    if (result == 0 && sync && fsync(fd) < 0) result = -errno;
    result = put_in_place(parent, temporary, name, result);
    return result == 0 && sync ? sync_directory(parent) : result;
}

static int copy_bytes(int from, int to) {
    for (;;) {
        ssize_t moved = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
        if (moved < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
            moved = sendfile(to, from, NULL, 1 << 30);
        if (moved < 0 && errno == EINTR) continue;
        if (moved <= 0) return moved < 0 ? -errno : 0;
    }
}

int fs_copy(int root, const char *from, const char *to, mode_t mode) {
    scoped_fd int source = fs_open_file(root, from, O_RDONLY, 0, FS_FOLLOW);
    if (source < 0) return source;
    const char *name = NULL;
    scoped_fd int parent = fs_open_parent(root, to, &name);
    if (parent < 0) return parent;
    char temporary[64];
    scoped_fd int fd = open_temporary(parent, temporary, sizeof temporary, mode);
    if (fd < 0) return fd;
    return put_in_place(parent, temporary, name, copy_bytes(source, fd));
}

int fs_mkdir(int root, const char *rel, mode_t mode) {
    const char *name = NULL;
    scoped_fd int parent = fs_open_parent(root, rel, &name);
    if (parent < 0) return parent;
    return mkdirat(parent, name, mode) < 0 ? -errno : 0;
}

int fs_mkdirs(int root, const char *rel, mode_t mode) {
    if (!rel || !*rel) return -EINVAL;
    char path[PATH_MAX];
    size_t length = strlen(rel);
    if (length >= sizeof path) return -ENAMETOOLONG;
    for (size_t end = 1; end <= length; end++) {
        if (end < length && rel[end] != '/') continue;
        if (rel[end - 1] == '/') continue;
        memcpy(path, rel, end);
        path[end] = '\0';
        int result = fs_mkdir(root, path, mode);
        if (result < 0 && result != -EEXIST) return result;
    }
    scoped_fd int made = fs_open(root, rel, O_PATH | O_DIRECTORY, 0, FS_STRICT);
    return made < 0 ? made : 0;
}

int fs_remove(int root, const char *rel) {
    const char *name = NULL;
    scoped_fd int parent = fs_open_parent(root, rel, &name);
    if (parent < 0) return parent;
    if (unlinkat(parent, name, 0) == 0) return 0;
    if (errno != EISDIR) return -errno;
    return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int fs_rename(int root, const char *from, const char *to, unsigned flags) {
    const char *from_name = NULL, *to_name = NULL;
    scoped_fd int from_parent = fs_open_parent(root, from, &from_name);
    if (from_parent < 0) return from_parent;
    scoped_fd int to_parent = fs_open_parent(root, to, &to_name);
    if (to_parent < 0) return to_parent;
    return renameat2(from_parent, from_name, to_parent, to_name, flags) < 0 ? -errno : 0;
}

int fs_symlink(int root, const char *target, const char *rel) {
    if (!target) return -EINVAL;
    const char *name = NULL;
    scoped_fd int parent = fs_open_parent(root, rel, &name);
    if (parent < 0) return parent;
    return symlinkat(target, parent, name) < 0 ? -errno : 0;
}

int fs_readlink(int root, const char *rel, char *target, size_t size) {
    scoped_fd int fd = fs_open(root, rel, O_PATH | O_NOFOLLOW, 0, FS_FOLLOW);
    if (fd < 0) return fd;
    ssize_t length = readlinkat(fd, "", target, size - 1);
    if (length < 0) return errno == ENOENT ? -EINVAL : -errno; /* ENOENT: not a link */
    target[length] = '\0';
    return 0;
}

/* There is no fchmod on an O_PATH descriptor; its /proc name leads to the very same file. */
int fs_chmod(int root, const char *rel, mode_t mode) {
    scoped_fd int fd = fs_open(root, rel, O_PATH | O_NOFOLLOW, 0, FS_STRICT);
    if (fd < 0) return fd;
    struct stat st;
    if (fstat(fd, &st) < 0) return -errno;
    if (S_ISLNK(st.st_mode)) return -ELOOP;
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    return chmod(name, mode) < 0 ? -errno : 0;
}

static int read_holder(int fd, char *holder, size_t size) {
    ssize_t got = pread(fd, holder, size - 1, 0);
    holder[got > 0 ? got : 0] = '\0';
    return -EWOULDBLOCK;
}

/* Whether the path still names the locked file: its last holder may have removed it meanwhile. */
static bool still_there(int root, const char *rel, int fd) {
    struct stat named, locked;
    return fstat(fd, &locked) == 0 && fs_stat(root, rel, &named) == 0 &&
           named.st_ino == locked.st_ino && named.st_dev == locked.st_dev;
}

int fs_lock(int root, const char *rel, const char *text, char *holder, size_t holder_size) {
    holder[0] = '\0'; /* EWOULDBLOCK is EAGAIN, which fs_open gives too */
    for (int i = 0; i < RETRIES; i++) {
        scoped_fd int fd = fs_open_file(root, rel, O_RDWR | O_CREAT, 0640, FS_STRICT);
        if (fd < 0) return fd;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
            return errno == EWOULDBLOCK ? read_holder(fd, holder, holder_size) : -errno;
        if (!still_there(root, rel, fd)) continue;
        if (ftruncate(fd, 0) < 0) return -errno;
        int result = fs_write_all(fd, text, strlen(text));
        return result < 0 ? result : steal_fd(&fd);
    }
    return -EAGAIN;
}

int fs_lock_holder(int root, const char *rel, char *holder, size_t holder_size) {
    scoped_fd int fd = fs_open_file(root, rel, O_RDONLY, 0, FS_STRICT);
    if (fd < 0) return fd == -ENOENT ? 0 : fd;
    if (flock(fd, LOCK_SH | LOCK_NB) == 0) return 0;
    if (errno != EWOULDBLOCK) return -errno;
    read_holder(fd, holder, holder_size);
    return 1;
}

int fs_opaque(int directory) {
    static const char *const names[] = {"user.overlay.opaque", "trusted.overlay.opaque", NULL};
    scoped_fd int fd = fs_open(directory, ".", O_RDONLY | O_DIRECTORY, 0, FS_STRICT);
    if (fd < 0) return fd;
    for (const char *const *name = names; *name; name++) {
        char value = 0;
        if (fgetxattr(fd, *name, &value, 1) == 1 && value == 'y') return 1;
    }
    return 0;
}
