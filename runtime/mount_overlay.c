/* Overlay mounts by the new mount API. Layers are opened first and named to the kernel by descriptor
 * (/proc/self/fd/N), so no path is ever quoted or cut: an option string has no room for ',' ':' '\\'
 * and an fsconfig value none for more than 255 bytes. Kernels before 6.7 cannot append layers one by
 * one; there mount(2) gets them as bare numbers with /proc/self/fd as the working directory, and 500
 * fit one page. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#include "fs.h"
#include "mount.h"
#include "scope.h"

enum { OPTIONS_MAX = 4096, LAYERS_MAX = 500, UPPER_ENTRIES_MAX = 10000 };

/* What an upper layer holds must stay right when other layers are laid beneath it the next time, which
 * the kernel promises only without these; where they are on by default is up to the host. */
static const char *const PLAIN[][2] = {
    {"redirect_dir", "nofollow"}, {"index", "off"}, {"metacopy", "off"}};

static const char FUSE_PREFIX[] = "user.fuseoverlayfs.";

/* Outside the first user namespace the kernel keeps overlay's marks in user.overlay.* attributes.
 * The first one maps every id to itself, which user_namespaces(7) prints as this line. */
static bool in_user_namespace(void) {
    static const char first[] = "         0          0 4294967295\n";
    char line[64] = "";
    scoped_fd int map = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (map < 0) return true;
    ssize_t length = read(map, line, sizeof line - 1);
    return length != sizeof first - 1 || memcmp(line, first, sizeof first - 1) != 0;
}

static bool has_fuse_attribute(int directory) {
    char path[64], names[4096];
    snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    ssize_t length = listxattr(path, names, sizeof names);
    for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1)
        if (strncmp(names + at, FUSE_PREFIX, sizeof FUSE_PREFIX - 1) == 0) return true;
    return false;
}

static bool entry_has_fuse_attribute(int upper, const char *name) {
    scoped_fd int fd = fs_open(upper, name, O_PATH | O_DIRECTORY, 0, FS_STRICT);
    return fd >= 0 && has_fuse_attribute(fd);
}

/* Whether fuse-overlayfs wrote this layer: its marks mean nothing to the kernel, so what was
 * deleted would come back. It marks directories; the first ones tell. */
static bool written_by_fuse(int upper) {
    if (has_fuse_attribute(upper)) return true;
    FsWalk *walk = NULL;
    if (fs_walk_open(upper, ".", &walk) < 0) return false;
    const char *name = NULL;
    struct stat st;
    bool found = false;
    for (int i = 0; i < UPPER_ENTRIES_MAX && !found && fs_walk_next(walk, &name, &st) > 0; i++)
        found = S_ISDIR(st.st_mode) && entry_has_fuse_attribute(upper, name);
    fs_walk_close(walk);
    return found;
}

static int open_layer(int root, const char *path) {
    if (root >= 0) return fs_open(root, path, O_PATH | O_DIRECTORY, 0, FS_STRICT);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Others write into layers: a link of theirs must not bring something else in as one. */
static int open_lower(const MountOp *op, const char *path) {
    size_t length = op->beneath ? strlen(op->beneath) : 0;
    if (length == 0 || strncmp(path, op->beneath, length) != 0 || path[length] != '/')
        return open_layer(op->root, path);
    scoped_fd int top = open_layer(-1, op->beneath);
    return top < 0 ? top : fs_open(top, path + length + 1, O_PATH | O_DIRECTORY, 0, FS_FOLLOW);
}

/* What the kernel says about a failure, after the errno: it leaves lines such as "e overlay: …". */
static int explain(MountFailure *failure, const MountOp *op, int fs, int error) {
    char said[256] = "";
    ssize_t length = read(fs, said, sizeof said - 1);
    said[length > 0 ? length : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    if (length > 2) return mount_fail(failure, error, "overlay %s (%s)", op->to, said + 2);
    return mount_fail(failure, error, "overlay %s", op->to);
}

static int set_layer(int fs, const char *key, int layer) {
    char name[32];
    snprintf(name, sizeof name, "/proc/self/fd/%d", layer);
    return fsconfig(fs, FSCONFIG_SET_STRING, key, name, 0) < 0 ? -errno : 0;
}

/* Before 6.5 fsconfig(2) takes any word for overlay, lowerdir+ too, and only the mount fails. */
static bool takes_any_word(int fs) {
    char said[256];
    if (fsconfig(fs, FSCONFIG_SET_FLAG, "no-such-word", NULL, 0) == 0) return true;
    /* The kernel's complaint must not explain another failure later. */
    while (read(fs, said, sizeof said) > 0) continue;
    return false;
}

/* 1 when all layers were taken, 0 when this kernel cannot append. */
static int append_layers(int fs, const MountOp *op, MountFailure *failure) {
    if (takes_any_word(fs)) return 0;
    for (size_t i = 0; i < op->lower_count; i++) {
        scoped_fd int layer = open_lower(op, op->lower[i]);
        if (layer < 0)
            return mount_fail(failure, -layer, "overlay %s: layer %s", op->to, op->lower[i]);
        int result = set_layer(fs, "lowerdir+", layer);
        if (result == -EINVAL && i == 0) return 0;
        if (result < 0) return explain(failure, op, fs, -result);
    }
    return 1;
}

static int set_options(int fs) {
    if (in_user_namespace())
        return fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) < 0 ? -errno : 0;
    for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
        if (fsconfig(fs, FSCONFIG_SET_STRING, PLAIN[i][0], PLAIN[i][1], 0) < 0) return -errno;
    return 0;
}

static int create(int fs, const MountOp *op, int upper, int work, MountFailure *failure) {
    int result = set_layer(fs, "upperdir", upper);
    if (result == 0) result = set_layer(fs, "workdir", work);
    if (result == 0) result = set_options(fs);
    if (result == 0 && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) result = -errno;
    if (result < 0) return explain(failure, op, fs, -result);
    int mounted = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    return mounted < 0 ? explain(failure, op, fs, errno) : mounted;
}

static void close_layers(int *layers, size_t count) {
    for (size_t i = 0; i < count; i++) close(layers[i]);
}

static int open_layers(const MountOp *op, int *layers, MountFailure *failure) {
    for (size_t i = 0; i < op->lower_count; i++) {
        layers[i] = open_lower(op, op->lower[i]);
        if (layers[i] >= 0) continue;
        int error = -layers[i];
        close_layers(layers, i);
        return mount_fail(failure, error, "overlay %s: layer %s", op->to, op->lower[i]);
    }
    return 0;
}

static int option_string(char *text, size_t size, const int *layers, size_t count, int upper,
                         int work) {
    bool plain = !in_user_namespace();
    size_t at = plain ? 0 : (size_t)snprintf(text, size, "userxattr,");
    for (size_t i = 0; plain && i < sizeof PLAIN / sizeof *PLAIN; i++)
        at += (size_t)snprintf(text + at, size - at, "%s=%s,", PLAIN[i][0], PLAIN[i][1]);
    at += (size_t)snprintf(text + at, size - at, "lowerdir=");
    for (size_t i = 0; i < count && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, i ? ":%d" : "%d", layers[i]);
    if (at < size)
        at += (size_t)snprintf(text + at, size - at, ",upperdir=%d,workdir=%d", upper, work);
    return at < size ? 0 : -E2BIG;
}

/* mount(2) by bare descriptor numbers, the target among them. */
static int mount_on(int target, const char *options) {
    char to[16];
    snprintf(to, sizeof to, "%d", target);
    scoped_fd int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (here < 0 || chdir("/proc/self/fd") < 0) return -errno;
    int result = mount("overlay", to, "overlay", MS_NOSUID | MS_NODEV, options) < 0 ? -errno : 0;
    if (fchdir(here) < 0 && result == 0) result = -errno;
    return result;
}

/* mount(2) has no detached mounts: it goes over the upper directory, is cloned from there and taken
 * away. Where that name is someone else's to change, it goes where it belongs at once. */
static int mount_and_detach(const MountOp *op, int upper, const char *options, int *ret_fd) {
    if (op->root >= 0) {
        scoped_fd int target = open_layer(op->root, op->to);
        return target < 0 ? target : mount_on(target, options);
    }
    int result = mount_on(upper, options);
    if (result < 0) return result;
    int cloned = open_tree(AT_FDCWD, op->upper, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (cloned < 0) result = -errno;
    umount2(op->upper, MNT_DETACH);
    *ret_fd = cloned;
    return result;
}

static int mount_by_string(const MountOp *op, int upper, int work, int *ret_fd,
                           MountFailure *failure) {
    int layers[LAYERS_MAX] = {0};
    char options[OPTIONS_MAX];
    int result = open_layers(op, layers, failure);
    if (result < 0) return result;
    result = option_string(options, sizeof options, layers, op->lower_count, upper, work);
    if (result == 0) result = mount_and_detach(op, upper, options, ret_fd);
    close_layers(layers, op->lower_count);
    return result < 0 ? mount_fail(failure, -result, "overlay %s", op->to) : 0;
}

int mount_overlay(const MountOp *op, int *ret_fd, MountFailure *failure) {
    *ret_fd = -1;
    if (op->lower_count == 0 || op->lower_count > LAYERS_MAX)
        return mount_fail(failure, EINVAL, "overlay %s: 1 to %d layers, not %zu", op->to,
                          LAYERS_MAX, op->lower_count);
    scoped_fd int upper = open_layer(op->root, op->upper);
    if (upper < 0)
        return mount_fail(failure, -upper, "overlay %s: upper layer %s", op->to, op->upper);
    scoped_fd int work = open_layer(op->root, op->work);
    if (work < 0)
        return mount_fail(failure, -work, "overlay %s: work directory %s", op->to, op->work);
    if (written_by_fuse(upper))
        return mount_fail(failure, EUCLEAN,
                          "overlay %s: %s was written by fuse-overlayfs, reset it first", op->to,
                          op->upper);
    scoped_fd int fs = fsopen("overlay", FSOPEN_CLOEXEC);
    if (fs < 0) return mount_fail(failure, errno, "overlay %s: the overlay file system", op->to);
    int appended = op->append ? append_layers(fs, op, failure) : 0;
    if (appended < 0) return appended;
    if (!appended) return mount_by_string(op, upper, work, ret_fd, failure);
    int fd = create(fs, op, upper, work, failure);
    if (fd < 0) return fd;
    *ret_fd = fd;
    return 0;
}

int mount_can_append(void) {
    scoped_fd int fs = fsopen("overlay", FSOPEN_CLOEXEC);
    if (fs < 0) return -errno;
    scoped_fd int layer = open_layer(-1, "/");
    if (layer < 0) return layer;
    return !takes_any_word(fs) && set_layer(fs, "lowerdir+", layer) == 0;
}
