/* Whole trees beneath a root: list, walk, disk usage, removal. No link is followed, no mount is crossed. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs.h"
#include "scope.h"

#define FS_INSIDE (FS_STRICT | RESOLVE_NO_XDEV)

enum { DEPTH_MAX = 64, PASSES = 64, PENDING_MAX = 16 << 20 };

static bool is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

/* Takes the descriptor over, which may be a negative errno. NULL and the errno in *ret_result on failure. */
static DIR *directory_stream(int fd, int *ret_result) {
    *ret_result = fd < 0 ? fd : 0;
    if (fd < 0) return NULL;
    DIR *stream = fdopendir(fd);
    if (!stream) {
        int err = errno;
        close(fd);
        *ret_result = err > 0 ? -err : -ENOMEM;
    }
    return stream;
}

static DIR *open_stream(int root, const char *rel, uint64_t resolve, int *ret_result) {
    return directory_stream(fs_open(root, rel, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0, resolve),
                            ret_result);
}

/* 1 and the next entry, 0 at the end. */
static int next_entry(DIR *stream, struct dirent **ret_entry) {
    do {
        errno = 0;
        *ret_entry = readdir(stream);
        if (!*ret_entry) return errno ? -errno : 0;
    } while (is_dots((*ret_entry)->d_name));
    return 1;
}

static mode_t entry_type(DIR *stream, const struct dirent *entry) {
    if (entry->d_type != DT_UNKNOWN) return DTTOIF(entry->d_type);
    struct stat st;
    if (fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) return 0;
    return st.st_mode & S_IFMT;
}

/* --- list --- */

void fs_list_free(FsList *list) {
    for (size_t i = 0; i < list->count; i++) free(list->entries[i].name);
    free(list->entries);
    free(list);
}

static int list_add(FsList *list, const char *name, mode_t type) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 32;
        FsEntry *entries = reallocarray(list->entries, room, sizeof *entries);
        if (!entries) return -ENOMEM;
        list->entries = entries;
        list->room = room;
    }
    char *copy = strdup(name);
    if (!copy) return -ENOMEM;
    list->entries[list->count++] = (FsEntry){.name = copy, .type = type};
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const FsEntry *)a)->name, ((const FsEntry *)b)->name);
}

static int list_fill(FsList *list, DIR *stream, size_t max) {
    struct dirent *entry = NULL;
    int result = 0;
    while ((result = next_entry(stream, &entry)) > 0 && entry) {
        list->truncated = list->count == max;
        if (list->truncated) return 0;
        result = list_add(list, entry->d_name, entry_type(stream, entry));
        if (result < 0) return result;
    }
    return result;
}

int fs_list(int root, const char *rel, size_t max, FsList **ret_list) {
    int result = 0;
    scoped_dir DIR *stream = open_stream(root, rel, FS_FOLLOW, &result);
    if (!stream) return result;
    FsList *list = calloc(1, sizeof *list);
    if (!list) return -ENOMEM;
    result = list_fill(list, stream, max);
    if (result < 0) {
        fs_list_free(list);
        return result;
    }
    if (list->count > 1) qsort(list->entries, list->count, sizeof *list->entries, by_name);
    *ret_list = list;
    return 0;
}

/* --- walk ---
 * Directories still to be read are remembered by path and opened anew from the top, so that a tree of any
 * depth needs one descriptor; a path longer than the kernel takes ends the walk with ENAMETOOLONG. */

struct FsWalk {
    int top;
    DIR *stream;
    char *current;   /* path of the directory being read, "" for the top */
    char **pending;  /* paths of directories still to be read */
    size_t count, room;
    size_t pending_bytes; /* of all paths: others choose how many there are, and how long */
    size_t unreadable;
    char path[PATH_MAX];
};

int fs_walk_open(int root, const char *rel, FsWalk **ret_walk) {
    scoped_fd int top = fs_open(root, rel, O_PATH | O_DIRECTORY, 0, FS_FOLLOW);
    if (top < 0) return top;
    int result = 0;
    DIR *stream = open_stream(top, ".", FS_INSIDE, &result);
    if (!stream) return result;
    FsWalk *walk = calloc(1, sizeof *walk);
    char *current = walk ? strdup("") : NULL;
    if (!current) {
        closedir(stream);
        free(walk);
        return -ENOMEM;
    }
    walk->top = steal_fd(&top);
    walk->stream = stream;
    walk->current = current;
    *ret_walk = walk;
    return 0;
}

void fs_walk_close(FsWalk *walk) {
    for (size_t i = 0; i < walk->count; i++) free(walk->pending[i]);
    free(walk->pending);
    free(walk->current);
    if (walk->stream) closedir(walk->stream);
    close(walk->top);
    free(walk);
}

size_t fs_walk_unreadable(const FsWalk *walk) { return walk->unreadable; }

static int walk_remember(FsWalk *walk) {
    if (walk->count == walk->room) {
        size_t room = walk->room ? walk->room * 2 : 16;
        char **pending = reallocarray(walk->pending, room, sizeof *pending);
        if (!pending) return -ENOMEM;
        walk->pending = pending;
        walk->room = room;
    }
    walk->pending_bytes += strlen(walk->path) + 1;
    if (walk->pending_bytes > PENDING_MAX) return -E2BIG;
    char *copy = strdup(walk->path);
    if (!copy) return -ENOMEM;
    walk->pending[walk->count++] = copy;
    return 0;
}

/* Go on with a remembered directory: 1, or 0 when none is left. One that vanished is passed over. */
static int walk_descend(FsWalk *walk) {
    if (walk->stream) closedir(walk->stream);
    walk->stream = NULL;
    while (walk->count > 0) {
        free(walk->current);
        walk->current = walk->pending[--walk->count];
        walk->pending_bytes -= strlen(walk->current) + 1;
        int result = 0;
        walk->stream = open_stream(walk->top, walk->current, FS_INSIDE, &result);
        if (walk->stream) return 1;
        if (result == -EACCES || result == -EXDEV)
            walk->unreadable++;
        else if (result != -ENOENT && result != -ENOTDIR && result != -ELOOP)
            return result;
    }
    return 0;
}

static int walk_visit(FsWalk *walk, const char *name, struct stat *ret_stat) {
    const char *slash = *walk->current ? "/" : "";
    int length = snprintf(walk->path, sizeof walk->path, "%s%s%s", walk->current, slash, name);
    if (length < 0 || (size_t)length >= sizeof walk->path) return -ENAMETOOLONG;
    if (fstatat(dirfd(walk->stream), name, ret_stat, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno == EACCES) walk->unreadable++;
        return errno == ENOENT || errno == EACCES ? 0 : -errno;
    }
    int result = S_ISDIR(ret_stat->st_mode) ? walk_remember(walk) : 0;
    return result < 0 ? result : 1;
}

int fs_walk_next(FsWalk *walk, const char **ret_path, struct stat *ret_stat) {
    while (walk->stream) {
        struct dirent *entry = NULL;
        int result = next_entry(walk->stream, &entry);
        if (result > 0) {
            result = walk_visit(walk, entry->d_name, ret_stat);
            if (result == 0) continue;
            if (result > 0) *ret_path = walk->path;
            return result;
        }
        if (result == 0) result = walk_descend(walk);
        if (result < 0) return result;
    }
    return 0;
}

/* --- usage --- */

typedef struct Seen {
    dev_t device;
    ino_t inode;
} Seen;

typedef struct SeenSet {
    Seen *slots; /* inode 0 is an empty slot */
    size_t count, room;
} SeenSet;

static Seen *seen_slot(const SeenSet *set, Seen key) {
    size_t at = (key.inode * 0x9E3779B97F4A7C15u ^ key.device) & (set->room - 1);
    for (;; at = (at + 1) & (set->room - 1)) {
        Seen *slot = &set->slots[at];
        if (!slot->inode || (slot->inode == key.inode && slot->device == key.device)) return slot;
    }
}

static int seen_grow(SeenSet *set) {
    SeenSet bigger = {.count = set->count, .room = set->room ? set->room * 2 : 64};
    bigger.slots = calloc(bigger.room, sizeof *bigger.slots);
    if (!bigger.slots) return -ENOMEM;
    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i].inode) *seen_slot(&bigger, set->slots[i]) = set->slots[i];
    free(set->slots);
    *set = bigger;
    return 0;
}

/* 1 the first time, 0 afterwards. */
static int seen_first(SeenSet *set, const struct stat *st) {
    if (set->count * 2 >= set->room) {
        int result = seen_grow(set);
        if (result < 0) return result;
    }
    Seen key = {.device = st->st_dev, .inode = st->st_ino};
    Seen *slot = seen_slot(set, key);
    if (slot->inode) return 0;
    *slot = key;
    set->count++;
    return 1;
}

static int add_usage(FsWalk *walk, SeenSet *seen, FsUsage *usage) {
    const char *path = NULL;
    struct stat st;
    int result = 0;
    while ((result = fs_walk_next(walk, &path, &st)) > 0) {
        bool shared = !S_ISDIR(st.st_mode) && st.st_nlink > 1;
        int first = shared ? seen_first(seen, &st) : 1;
        if (first < 0) return first;
        if (!first) continue;
        usage->bytes += (uint64_t)st.st_blocks * 512;
        if (!S_ISDIR(st.st_mode)) usage->files++;
    }
    usage->unreadable = fs_walk_unreadable(walk);
    return result;
}

int fs_usage(int root, const char *rel, FsUsage *ret_usage) {
    FsWalk *walk = NULL;
    int result = fs_walk_open(root, rel, &walk);
    if (!walk) return result;
    SeenSet seen = {0};
    FsUsage usage = {0};
    result = add_usage(walk, &seen, &usage);
    free(seen.slots);
    fs_walk_close(walk);
    if (result == 0) *ret_usage = usage;
    return result;
}

/* --- removal ---
 * Directories are emptied depth first, each held open while its children go. Below DEPTH_MAX a directory is
 * moved up to the top of the tree and taken from there, so that a tree of any depth needs few descriptors. */

typedef struct Removal {
    int top;
    unsigned long moved;
} Removal;

/* Open a directory that its owner may not read, after giving the right back. */
static int open_forbidden(int parent, const char *name) {
    scoped_fd int handle = fs_open(parent, name, O_PATH | O_DIRECTORY, 0, FS_INSIDE);
    if (handle < 0) return handle;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    if (chmod(path, 0700) < 0) return -EACCES;
    return fs_open(handle, ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0, FS_INSIDE);
}

/* Open a directory to empty it. A build may have taken our own rights away (overlayfs does: work/work). */
static DIR *open_to_empty(int parent, const char *name, int *ret_result) {
    int fd = fs_open(parent, name, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0, FS_INSIDE);
    if (fd == -EACCES) fd = open_forbidden(parent, name);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700) (void)fchmod(fd, 0700);
    return directory_stream(fd, ret_result);
}

static int move_up(Removal *removal, int parent, const char *name) {
    char new_name[64];
    for (int i = 0; i < PASSES; i++) {
        snprintf(new_name, sizeof new_name, ".left4me-removed-%lu", removal->moved++);
        if (renameat2(parent, name, removal->top, new_name, RENAME_NOREPLACE) == 0) return 0;
        if (errno != EEXIST) return -errno;
    }
    return -EEXIST;
}

static int remove_entry(Removal *removal, int parent, const char *name, int depth);

static int empty_stream(Removal *removal, DIR *stream, int depth) {
    struct dirent *entry = NULL;
    int result = 0;
    while ((result = next_entry(stream, &entry)) > 0 && entry) {
        result = remove_entry(removal, dirfd(stream), entry->d_name, depth + 1);
        if (result < 0) return result;
    }
    return result;
}

static int remove_directory(Removal *removal, int parent, const char *name, int depth) {
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0) return 0;
    if (errno != ENOTEMPTY && errno != EEXIST) return -errno;
    int result = 0;
    scoped_dir DIR *stream = open_to_empty(parent, name, &result);
    if (!stream) return result == -EXDEV ? -EBUSY : result; /* EXDEV: something is mounted there */
    if (depth > DEPTH_MAX) return move_up(removal, parent, name);
    for (unsigned long pass = 0; pass < PASSES + removal->moved; pass++) {
        rewinddir(stream);
        result = empty_stream(removal, stream, depth);
        if (result < 0) return result;
        if (unlinkat(parent, name, AT_REMOVEDIR) == 0) return 0;
        if (errno != ENOTEMPTY && errno != EEXIST) return -errno;
    }
    return -ENOTEMPTY;
}

/* An entry that somebody else removed meanwhile is as good as removed. */
static int remove_entry(Removal *removal, int parent, const char *name, int depth) {
    int result = unlinkat(parent, name, 0) == 0 ? 0 : -errno;
    if (result == -EISDIR) result = remove_directory(removal, parent, name, depth);
    return result == -ENOENT ? 0 : result;
}

int fs_remove_tree(int root, const char *rel) {
    const char *name = NULL;
    scoped_fd int parent = fs_open_parent(root, rel, &name);
    if (parent < 0 || !name) return parent == -ENOENT ? 0 : parent;
    scoped_fd int top = fs_open(parent, name, O_PATH | O_DIRECTORY, 0, FS_INSIDE);
    Removal removal = {.top = top};
    return remove_entry(&removal, parent, name, 0);
}
