/* A program in namespaces of its own (user, mount, PID, IPC, UTS) behind a little first process. */
#ifndef LEFT4ME_NS_H
#define LEFT4ME_NS_H

#include <sys/resource.h>

#include "mount.h"
#include "proc.h"

enum { NS_LIMITS_MAX = 16 };

typedef struct NsLimit {
    int resource;
    rlim_t value;
} NsLimit;

typedef struct NsOptions {
    ProcOptions command; /* cwd is a path in the new view */
    MountPlan plan;
    const char *hostname;
    uid_t uid; /* inside; outside it is the caller */
    gid_t gid;
    NsLimit limits[NS_LIMITS_MAX];
    size_t limit_count;
} NsOptions;

bool ns_single_threaded(void);

/* The process given back is the namespace's first one: killing it ends everything inside, and it
 * ends with its program. Only for a process with one thread (-EBUSY otherwise): the child runs our
 * code after a fork. */
int ns_spawn(const NsOptions *options, Proc *ret_proc, MountFailure *ret_failure);

#endif
