/* Children: posix_spawn in a session of their own, pidfds instead of SIGCHLD, non-blocking pipes.
 */
#ifndef LEFT4ME_PROC_H
#define LEFT4ME_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    PROC_PIPE = -2,
    PROC_NULL = -3,
    PROC_INHERIT = -4,
    PROC_STDOUT = -5 /* stderr: where stdout goes */
};

typedef struct ProcOptions {
    char *const *argv, *const *env; /* env NULL: inherit */
    const char *cwd;                /* NULL: inherit */
    int stdio[3];                   /* a descriptor, or one of the PROC_ values */
    bool session;                   /* setsid: the group id is the pid */
} ProcOptions;

typedef struct Proc {
    pid_t pid;
    int pidfd;
    int stdio[3];  /* our ends of the pipes, -1 where there is none */
    int status_fd; /* a namespace's first process tells its program's end here; else -1 */
    bool adopted;  /* not our child: no wait status */
    bool session;  /* kill may go to the group */
    bool killed;   /* SIGKILL is on its way */
    bool ended;
    bool signalled; /* how it ended, once ended */
    int code;       /* exit code or signal number */
} Proc;

typedef struct ProcRun {
    char *text[2]; /* stdout and stderr, malloc'd */
    size_t length[2];
    bool timed_out;
} ProcRun;

/* A Proc that holds nothing, for proc_close to meet. */
#define PROC_NONE ((Proc){.pidfd = -1, .stdio = {-1, -1, -1}, .status_fd = -1})

/* All return 0 or a negative errno. */
int proc_spawn(const ProcOptions *options, Proc *ret_proc);
int proc_adopt(pid_t pid, long long start_time, Proc *ret_proc);
int proc_start_time(pid_t pid, long long *ret_ticks);
/* Returns -EAGAIN while it runs. */
int proc_wait(Proc *proc);
int proc_kill(Proc *proc, int signal, bool group);
/* Ends a child that nobody will ask about, and its group. Returns when it has ended. */
void proc_abandon(Proc *proc);
/* Closes our descriptors; the child goes on. One that has ended or was killed leaves no zombie. */
void proc_close(Proc *proc);
/* What descriptor `target` of a child shall be: *ret_child to give it (-1: as chosen), our end in
 * *ret_ours. */
int proc_open_stdio(int choice, int target, int *ret_child, int *ret_ours);
/* Feed input, collect output (each stream bounded by max bytes), end the group after timeout_ms (-1:
 * never); blocks. A descendant that holds the pipes is not waited for once the child has ended. On
 * failure the child is ended too. */
int proc_communicate(Proc *proc, const char *input, size_t input_length, int timeout_ms, size_t max,
                     ProcRun *ret_run);

#endif
