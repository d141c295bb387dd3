/* Mount plans: a list of operations made in Lua (domain.overlay, domain.sandbox) and run here. */
#ifndef LEFT4ME_MOUNT_H
#define LEFT4ME_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

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

/* The detached overlay of an operation, as a descriptor to move_mount. */
int mount_overlay(const MountOp *op, MountFailure *ret_failure);

int mount_umount(const char *path, bool detach);
/* 1 when something is mounted at the path itself, 0 when not. */
int mount_mounted(const char *path);
/* 1 when overlay layers can be given one by one, 0 when not, -EPERM for whoever may not mount here.
 */
int mount_can_append(void);

#endif
