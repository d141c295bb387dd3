/* The kernel takes the map from a user namespace, which lives only as long as something holds it: a
 * child is made in one, its maps are written, and it ends as soon as the mount has them. */
#include "idmap.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fs.h"
#include "scope.h"

/* Not by clone3(2): a unit's RestrictNamespaces= cannot look into its arguments and takes it away. */
static pid_t start_holder(void) {
    pid_t parent = getpid();
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid != 0) return pid < 0 ? -errno : pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(0);
    for (;;) pause();
}

static int write_map(pid_t holder, const char *name, unsigned from, unsigned to) {
    char path[64], text[64];
    snprintf(path, sizeof path, "/proc/%d/%s", holder, name);
    int length = snprintf(text, sizeof text, "%u %u 1", from, to);
    scoped_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    return fs_write_all(fd, text, (size_t)length);
}

static int apply(int mount_fd, pid_t holder, const IdMap *map) {
    int result = write_map(holder, "uid_map", map->uid_from, map->uid_to);
    if (result == 0) result = write_map(holder, "gid_map", map->gid_from, map->gid_to);
    if (result < 0) return result;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/user", holder);
    scoped_fd int space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0) return -errno;
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (unsigned)space};
    return mount_setattr(mount_fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0 ? -errno : 0;
}

/* Whoever dealt with files as someone else cannot be looked into any more, nor can its child: then the
 * namespace would need one more capability. Only root's own processes can look for this moment. */
static pid_t start_visible_holder(void) {
    int before = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    pid_t holder = start_holder();
    if (before != 1) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return holder;
}

int idmap_apply(int mount_fd, const IdMap *map) {
    pid_t holder = start_visible_holder();
    if (holder < 0) return holder;
    int result = apply(mount_fd, holder, map);
    kill(holder, SIGKILL);
    while (waitpid(holder, NULL, 0) < 0 && errno == EINTR)
        ;
    return result;
}
