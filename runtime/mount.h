/* Mount plans: a list of operations made in Lua (domain.overlay, domain.sandbox) and run here. */
#ifndef LEFT4ME_MOUNT_H
#define LEFT4ME_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "idmap.h"

typedef enum MountKind {
    MOUNT_BIND,
    MOUNT_DEV,
    MOUNT_DIR,
    MOUNT_FILE,
    MOUNT_OVERLAY,
    MOUNT_PIVOT,
    MOUNT_PROC,
    MOUNT_READONLY,
    MOUNT_SYMLINK,
    MOUNT_TMPFS,
} MountKind;

typedef struct MountOp {
    MountKind kind;
    const char *to;
    const char *from;         /* bind: the source; symlink: the target's text */
    const char *upper, *work; /* overlay */
    const char *const *lower; /* overlay: highest first */
    const char *beneath;      /* overlay: no link leads a layer named below this out of it; or NULL */
    size_t lower_count;
    const char *data; /* file */
    size_t data_size;
    long long size;    /* tmpfs: bytes, 0 for the kernel's default */
    mode_t mode;       /* tmpfs, dir, file */
    bool ro, optional; /* bind */
    bool mapped;       /* bind: by idmap */
    IdMap idmap;
    bool as_user;      /* bind: only what this user can reach, whatever links lead there */
    unsigned uid, gid;
    /* Directories whose owner is not trusted, or -1. Every path of the operation is then beneath root
     * (a bind's source beneath from_root), without a link on the way, and must be there. */
    int root, from_root;
    bool append;       /* overlay: lower layers one by one where the kernel can */
} MountOp;

typedef struct MountPlan {
    const MountOp *ops;
    size_t count;
} MountPlan;

/* What went wrong: "step 2: bind /x: No such file or directory" and the errno. */
typedef struct MountFailure {
    int error;
    char text[768];
} MountFailure;

/* Fill a failure and return -error; the errno's words are added to the text. */
int mount_fail(MountFailure *failure, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs the plan in the mount namespace of the caller. Every source is opened and every file system
 * made before the first one is attached, so that a plan may cover the very directories it takes
 * things from. */
int mount_apply(const MountPlan *plan, MountFailure *ret_failure);

/* The overlay of an operation: detached, as a descriptor to move_mount, or -1 in *ret_fd when it had
 * to be mounted where it belongs at once. */
int mount_overlay(const MountOp *op, int *ret_fd, MountFailure *ret_failure);

/* The path is beneath root without a link on the way; root -1: absolute. Changes the working directory
 * for a moment. */
int mount_umount(int root, const char *path, bool detach);
/* 1 when something is mounted at the path itself, 0 when not. */
int mount_mounted(int root, const char *path);
/* 1 when overlay layers can be given one by one, 0 when not, -EPERM for whoever may not mount here.
 */
int mount_can_append(void);

#endif
