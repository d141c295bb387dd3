/* Runs mount plans: first every source becomes a detached mount, then each is attached in order. */
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "become.h"
#include "fs.h"
#include "scope.h"

enum { NO_MOUNT = -1, LEFT_OUT = -2, DEV_SIZE = 64 << 20 };

int mount_fail(MountFailure *failure, int error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(failure->text, sizeof failure->text - 64, format, args);
    va_end(args);
    size_t at = length < 0 ? 0 : strlen(failure->text);
    snprintf(failure->text + at, sizeof failure->text - at, ": %.60s", strerror(error));
    failure->error = error;
    return -error;
}

static const char *kind_name(MountKind kind) {
    static const char *const names[] = {
        [MOUNT_BIND] = "bind",   [MOUNT_DEV] = "dev",           [MOUNT_DIR] = "dir",
        [MOUNT_FILE] = "file",   [MOUNT_OVERLAY] = "overlay",   [MOUNT_PIVOT] = "pivot",
        [MOUNT_PROC] = "proc",   [MOUNT_READONLY] = "readonly", [MOUNT_SYMLINK] = "symlink",
        [MOUNT_TMPFS] = "tmpfs",
    };
    return names[kind];
}

static int fail(MountFailure *failure, const MountOp *op, int error) {
    if (op->kind == MOUNT_BIND)
        return mount_fail(failure, error, "bind %s from %s", op->to, op->from);
    return mount_fail(failure, error, "%s %s", kind_name(op->kind), op->to);
}

/* --- making detached mounts --- */

/* Through /proc a link would lead to what this process has open. */
static int open_as_user(const MountOp *op) {
    int result = become_for_files(op->uid, op->gid);
    if (result < 0) return result;
    int fd = fs_open(AT_FDCWD, op->from, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_MAGICLINKS);
    scoped_fd int source = fd;
    result = become_for_files(0, 0);
    return result < 0 ? result : fd < 0 ? fd : steal_fd(&source);
}

/* What others own is taken as it is, without anything that is mounted in it. */
static int open_bind_beneath(const MountOp *op) {
    scoped_fd int source = op->as_user
                               ? open_as_user(op)
                               : fs_open(op->from_root, op->from, O_PATH, 0, FS_STRICT);
    if (source < 0) return source;
    scoped_fd int fd = open_tree(source, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (fd < 0) return -errno;
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (op->ro) attr.attr_set |= MOUNT_ATTR_RDONLY;
    if (mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0) return -errno;
    int result = op->mapped ? idmap_apply(fd, &op->idmap) : 0;
    return result < 0 ? result : steal_fd(&fd);
}

/* Recursive, because a namespace of less privilege may not uncover what lies beneath a mount. */
static int open_bind(const char *from, bool ro, bool devices) {
    int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
    scoped_fd int fd = open_tree(AT_FDCWD, from, (unsigned)flags);
    if (fd < 0) return -errno;
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID};
    if (ro) attr.attr_set |= MOUNT_ATTR_RDONLY;
    if (!devices) attr.attr_set |= MOUNT_ATTR_NODEV;
    if (mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) < 0) return -errno;
    return steal_fd(&fd);
}

static int make_filesystem(const char *type, long long size, mode_t mode, unsigned attributes) {
    scoped_fd int fs = fsopen(type, FSOPEN_CLOEXEC);
    if (fs < 0) return -errno;
    char text[32];
    if (size > 0) {
        snprintf(text, sizeof text, "%lld", size);
        if (fsconfig(fs, FSCONFIG_SET_STRING, "size", text, 0) < 0) return -errno;
    }
    if (mode) {
        snprintf(text, sizeof text, "%o", (unsigned)mode);
        if (fsconfig(fs, FSCONFIG_SET_STRING, "mode", text, 0) < 0) return -errno;
    }
    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) return -errno;
    int fd = fsmount(fs, FSMOUNT_CLOEXEC, attributes);
    return fd < 0 ? -errno : fd;
}

/* A descriptor of a detached mount, NO_MOUNT or LEFT_OUT in *ret_fd. */
static int prepare(const MountOp *op, int *ret_fd, MountFailure *failure) {
    const unsigned safe = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    int fd = 0;
    switch (op->kind) {
    case MOUNT_BIND:
        fd = op->from_root >= 0 || op->as_user ? open_bind_beneath(op)
                                               : open_bind(op->from, op->ro, false);
        break;
    case MOUNT_TMPFS:
        fd = make_filesystem("tmpfs", op->size, op->mode, safe);
        break;
    case MOUNT_PROC:
        /* Read-only: root's files in it obey the user who runs us, when that user is root. */
        fd = make_filesystem("proc", 0, 0, safe | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY);
        break;
    case MOUNT_DEV:
        fd = make_filesystem("tmpfs", DEV_SIZE, 0755, safe);
        break;
    case MOUNT_OVERLAY:
        return mount_overlay(op, ret_fd, failure);
    default:
        *ret_fd = NO_MOUNT;
        return 0;
    }
    if (fd == -ENOENT && op->optional)
        fd = LEFT_OUT;
    else if (fd < 0)
        return fail(failure, op, -fd);
    *ret_fd = fd;
    return 0;
}

/* --- attaching --- */

static int make_parents(const char *path) {
    char parent[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof parent) return -ENAMETOOLONG;
    memcpy(parent, path, length + 1);
    char *last = strrchr(parent, '/');
    if (last) *last = '\0';
    if (access(parent, F_OK) == 0) return 0;
    for (size_t i = 1; i < length; i++) {
        if (path[i] != '/') continue;
        memcpy(parent, path, i);
        parent[i] = '\0';
        if (mkdir(parent, 0755) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return -errno;
    }
    return 0;
}

static int make_directory(const char *path, mode_t mode) {
    int result = make_parents(path);
    if (result < 0) return result;
    struct stat st;
    if (stat(path, &st) == 0) return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
    return mkdir(path, mode) < 0 ? -errno : 0;
}

static int make_file(const char *path, const char *data, size_t size, mode_t mode) {
    int result = make_parents(path);
    if (result < 0) return result;
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    scoped_fd int fd = open(path, flags, mode);
    if (fd < 0) return -errno;
    return fs_write_all(fd, data, size);
}

static int attach_beneath(int fd, int root, const char *to) {
    scoped_fd int target = fs_open(root, to, O_PATH, 0, FS_STRICT);
    if (target < 0) return target;
    const unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
    return move_mount(fd, "", target, "", flags) < 0 ? -errno : 0;
}

static int attach(int fd, const char *to) {
    struct stat source, target;
    if (fstat(fd, &source) < 0) return -errno;
    int result = 0;
    if (S_ISDIR(source.st_mode))
        result = make_directory(to, 0755);
    else if (stat(to, &target) < 0)
        result = make_file(to, "", 0, 0444);
    if (result < 0) return result;
    return move_mount(fd, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS) < 0
               ? -errno
               : 0;
}

static int make_symlink(const char *target, const char *path) {
    int result = make_parents(path);
    if (result < 0) return result;
    return symlink(target, path) < 0 ? -errno : 0;
}

static int add_device(const char *name, const char *to) {
    char from[64], path[PATH_MAX];
    snprintf(from, sizeof from, "/dev/%s", name);
    if (snprintf(path, sizeof path, "%s/%s", to, name) >= (int)sizeof path) return -ENAMETOOLONG;
    scoped_fd int fd = open_bind(from, false, true);
    return fd < 0 ? fd : attach(fd, path);
}

static int fill_dev(const char *to) {
    static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};
    static const char *const links[][2] = {{"fd", "/proc/self/fd"},
                                           {"stdin", "/proc/self/fd/0"},
                                           {"stdout", "/proc/self/fd/1"},
                                           {"stderr", "/proc/self/fd/2"}};
    char path[PATH_MAX];
    int result = 0;
    for (size_t i = 0; i < sizeof devices / sizeof *devices && result == 0; i++)
        result = add_device(devices[i], to);
    for (size_t i = 0; i < sizeof links / sizeof *links && result == 0; i++) {
        snprintf(path, sizeof path, "%s/%s", to, links[i][0]);
        result = make_symlink(links[i][1], path);
    }
    if (result < 0) return result;
    snprintf(path, sizeof path, "%s/shm", to);
    if (mkdir(path, 0700) < 0 || chmod(path, 01777) < 0) return -errno;
    return 0;
}

/* The old root ends up over the new one and is taken away: pivot_root(2), "pivot_root(".", ".")".
 */
static int pivot(const char *to) {
    if (chdir(to) < 0) return -errno;
    if (syscall(SYS_pivot_root, ".", ".") < 0) return -errno;
    if (umount2(".", MNT_DETACH) < 0) return -errno;
    return chdir("/") < 0 ? -errno : 0;
}

static int make_readonly(const char *path) {
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    return mount_setattr(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &attr, sizeof attr) < 0 ? -errno : 0;
}

static int perform(const MountOp *op, int fd) {
    if (fd == LEFT_OUT) return 0;
    if (op->root >= 0) return fd >= 0 ? attach_beneath(fd, op->root, op->to) : 0;
    int result = fd >= 0 ? attach(fd, op->to) : 0;
    if (result < 0) return result;
    switch (op->kind) {
    case MOUNT_DEV:
        return fill_dev(op->to);
    case MOUNT_DIR:
        return make_directory(op->to, op->mode);
    case MOUNT_FILE:
        return make_file(op->to, op->data, op->data_size, op->mode);
    case MOUNT_SYMLINK:
        return make_symlink(op->from, op->to);
    case MOUNT_PIVOT:
        return pivot(op->to);
    case MOUNT_READONLY:
        return make_readonly(op->to);
    default:
        return 0;
    }
}

static void close_all(int *fds, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0) close(fds[i]);
}

static int number_step(MountFailure *failure, size_t step) {
    char text[sizeof failure->text];
    memcpy(text, failure->text, sizeof text);
    snprintf(failure->text, sizeof failure->text, "step %zu: %.740s", step, text);
    return -failure->error;
}

static int run_plan(const MountPlan *plan, int *fds, MountFailure *failure) {
    for (size_t i = 0; i < plan->count; i++)
        if (prepare(&plan->ops[i], &fds[i], failure) < 0) return number_step(failure, i + 1);
    for (size_t i = 0; i < plan->count; i++) {
        int result = perform(&plan->ops[i], fds[i]);
        if (result == 0) continue;
        fail(failure, &plan->ops[i], -result);
        return number_step(failure, i + 1);
    }
    return 0;
}

int mount_apply(const MountPlan *plan, MountFailure *failure) {
    int *fds = malloc((plan->count + 1) * sizeof *fds);
    if (!fds) return mount_fail(failure, ENOMEM, "mount plan");
    for (size_t i = 0; i < plan->count; i++) fds[i] = NO_MOUNT;
    int result = run_plan(plan, fds, failure);
    close_all(fds, plan->count);
    free(fds);
    return result;
}

int mount_mounted(int root, const char *path) {
    struct statx st;
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    scoped_fd int fd = -1;
    if (root >= 0) {
        fd = fs_open(root, path, O_PATH | O_NOFOLLOW, 0, FS_STRICT);
        if (fd < 0) return fd;
        path = "";
        flags |= AT_EMPTY_PATH;
    }
    if (statx(fd < 0 ? AT_FDCWD : fd, path, flags, 0, &st) < 0) return -errno;
    return (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* umount2(2) takes no descriptor, and one of the mount itself would keep it busy: the last name is
 * given from the directory that holds it. */
static int umount_beneath(int root, const char *path, int flags) {
    const char *name = NULL;
    scoped_fd int parent = fs_open_parent(root, path, &name);
    if (parent < 0) return parent;
    scoped_fd int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (here < 0 || fchdir(parent) < 0) return -errno;
    int result = umount2(name, flags) < 0 ? -errno : 0;
    if (fchdir(here) < 0 && result == 0) result = -errno;
    return result;
}

int mount_umount(int root, const char *path, bool detach) {
    int flags = UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0);
    int result = 0;
    if (root >= 0)
        result = umount_beneath(root, path, flags);
    else if (umount2(path, flags) < 0)
        result = -errno;
    if (result == -ENOENT || (result != -EBUSY && mount_mounted(root, path) == 0)) return 0;
    return result;
}
