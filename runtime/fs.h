/* Files beneath a directory: every path is resolved by the kernel (openat2 RESOLVE_BENEATH), none is checked
 * as text. Readers follow links that stay beneath; whatever writes, removes or renames meets no link on its
 * way. Functions return 0 or a descriptor, or a negative errno; a NULL path is EINVAL. */
#ifndef LEFT4ME_FS_H
#define LEFT4ME_FS_H

#include <linux/openat2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define FS_FOLLOW (RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS)
#define FS_STRICT (FS_FOLLOW | RESOLVE_NO_SYMLINKS)

int fs_open(int root, const char *rel, int flags, mode_t mode, uint64_t resolve);
/* A regular file only; a pipe or device planted at the path neither blocks nor opens. */
int fs_open_file(int root, const char *rel, int flags, mode_t mode, uint64_t resolve);
/* The directory that holds the last component, for *at calls on *ret_name (a part of rel). */
int fs_open_parent(int root, const char *rel, const char **ret_name);

int fs_stat(int root, const char *rel, struct stat *ret_stat);
int fs_read_all(int fd, char *bytes, size_t size, size_t *ret_read);
int fs_write_all(int fd, const char *bytes, size_t size);
int fs_write_file(int root, const char *rel, const char *bytes, size_t size, mode_t mode, bool sync);
int fs_copy(int root, const char *from, const char *to, mode_t mode);
int fs_mkdir(int root, const char *rel, mode_t mode);
int fs_mkdirs(int root, const char *rel, mode_t mode);
int fs_remove(int root, const char *rel);
int fs_rename(int root, const char *from, const char *to, unsigned flags);
int fs_symlink(int root, const char *target, const char *rel);
int fs_readlink(int root, const char *rel, char *target, size_t size);
int fs_chmod(int root, const char *rel, mode_t mode);
/* Takes the lock and writes the text, or -EWOULDBLOCK with the holder's text ("" when there is none to read).
 */
int fs_lock(int root, const char *rel, const char *text, char *holder, size_t holder_size);
/* 1 and the text of who holds the lock, 0 when nobody does. */
int fs_lock_holder(int root, const char *rel, char *holder, size_t holder_size);

/* Whether overlayfs is to show nothing of lower layers in the directory: 1 or 0. */
int fs_opaque(int directory);

int fs_remove_tree(int root, const char *rel);

typedef struct FsEntry {
    char *name;
    mode_t type; /* S_IFMT bits */
} FsEntry;

typedef struct FsList {
    FsEntry *entries;
    size_t count, room;
    bool truncated;
} FsList;

/* At most max entries, sorted by name. The caller frees it with fs_list_free. */
int fs_list(int root, const char *rel, size_t max, FsList **ret_list);
void fs_list_free(FsList *list);

typedef struct FsWalk FsWalk;

int fs_walk_open(int root, const char *rel, FsWalk **ret_walk);
/* 1 and the next path (valid until the next call), 0 at the end. A directory that may not be read is named
 * like any other and only counted. */
int fs_walk_next(FsWalk *walk, const char **ret_path, struct stat *ret_stat);
size_t fs_walk_unreadable(const FsWalk *walk);
void fs_walk_close(FsWalk *walk);

typedef struct FsUsage {
    uint64_t bytes, files, unreadable;
} FsUsage;

/* Allocated bytes of the tree, a file with several links counted once. */
int fs_usage(int root, const char *rel, FsUsage *ret_usage);

#endif
