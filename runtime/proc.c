/* The engine of host.proc. In a threaded process nothing of ours runs between fork and exec: posix_spawn does
 * it all and reports a failed exec as a return value. pidfd_open(2), waitid(2) with P_PIDFD, proc(5). */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "scope.h"

extern char **environ;

enum { DYING_MS = 1000 }; /* how long closing waits for one that was killed */

static int pidfd_of(pid_t pid) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

int proc_open_stdio(int choice, int target, int *ret_child, int *ret_ours) {
    if (choice == PROC_NULL) {
        *ret_child = open("/dev/null", (target == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
        return *ret_child < 0 ? -errno : 0;
    }
    if (choice != PROC_PIPE) return 0;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    *ret_child = ends[target == 0 ? 0 : 1];
    *ret_ours = ends[target == 0 ? 1 : 0];
    return fcntl(*ret_ours, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int set_attributes(posix_spawnattr_t *attributes, bool session) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (session) flags |= POSIX_SPAWN_SETSID;
    return -posix_spawnattr_setflags(attributes, flags);
}

static int add_actions(posix_spawn_file_actions_t *actions, const ProcOptions *options,
                       const int child[3]) {
    int err = 0;
    for (int target = 0; target < 3 && !err; target++) {
        int from = child[target] >= 0 ? child[target] : options->stdio[target];
        if (from == PROC_STDOUT) from = 1; /* in its place already */
        if (from >= 0) err = posix_spawn_file_actions_adddup2(actions, from, target);
    }
    if (!err) err = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (!err && options->cwd) err = posix_spawn_file_actions_addchdir_np(actions, options->cwd);
    return -err;
}

static int spawn_with(const ProcOptions *options, const int child[3], pid_t *ret_pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0) return -ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -ENOMEM;
    }
    int err = set_attributes(&attributes, options->session);
    if (!err) err = add_actions(&actions, options, child);
    if (!err)
        err = -posix_spawnp(ret_pid, options->argv[0], &actions, &attributes, options->argv,
                            options->env ? options->env : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return err;
}

int proc_spawn(const ProcOptions *options, Proc *ret_proc) {
    scoped_fd int child0 = -1, child1 = -1, child2 = -1;
    int *const slots[3] = {&child0, &child1, &child2};
    Proc proc = PROC_NONE;
    proc.session = options->session;
    int err = 0;
    for (int i = 0; i < 3 && !err; i++)
        err = proc_open_stdio(options->stdio[i], i, slots[i], &proc.stdio[i]);
    const int child[3] = {child0, child1, child2};
    if (!err) err = spawn_with(options, child, &proc.pid);
    if (!err) {
        proc.pidfd = pidfd_of(proc.pid);
        if (proc.pidfd < 0) {
            err = proc.pidfd;
            proc_abandon(&proc);
        }
    }
    if (err) {
        proc_close(&proc);
        return err;
    }
    *ret_proc = proc;
    return 0;
}

int proc_start_time(pid_t pid, long long *ret_ticks) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? -ESRCH : -errno;
    ssize_t length = read(fd, text, sizeof text - 1);
    if (length <= 0) return -ESRCH;
    text[length] = '\0';
    const char *field = strrchr(text, ')'); /* the name may hold anything; field 3 follows it */
    for (int number = 2; field && number < 22; number++) {
        field = strchr(field, ' ');
        if (field) field++;
    }
    if (!field) return -ESRCH;
    *ret_ticks = strtoll(field, NULL, 10);
    return 0;
}

int proc_adopt(pid_t pid, long long start_time, Proc *ret_proc) {
    scoped_fd int pidfd = pidfd_of(pid);
    if (pidfd < 0) return pidfd;
    long long ticks = 0;
    int err = proc_start_time(pid, &ticks);
    if (err < 0) return err;
    if (ticks != start_time) return -ESRCH;
    *ret_proc = PROC_NONE;
    ret_proc->pid = pid;
    ret_proc->pidfd = steal_fd(&pidfd);
    ret_proc->adopted = true;
    return 0;
}

/* A namespace's first process cannot die of its program's signal, so it passes the wait status on. */
static void take_status(Proc *proc) {
    int status = 0;
    if (proc->status_fd < 0 || read(proc->status_fd, &status, sizeof status) != sizeof status) return;
    proc->signalled = WIFSIGNALED(status);
    proc->code = proc->signalled ? WTERMSIG(status) : WEXITSTATUS(status);
}

int proc_wait(Proc *proc) {
    if (proc->ended) return 0;
    if (proc->adopted) {
        /* Readable also for one its parent has not waited for yet: that one has ended too. */
        struct pollfd end = {.fd = proc->pidfd, .events = POLLIN};
        int ready = poll(&end, 1, 0);
        if (ready <= 0) return ready < 0 ? -errno : -EAGAIN;
        proc->ended = true;
        return 0;
    }
    siginfo_t info = {0};
    if (waitid(P_PIDFD, (id_t)proc->pidfd, &info, WEXITED | WNOHANG) < 0) return -errno;
    if (info.si_pid == 0) return -EAGAIN;
    proc->ended = true;
    proc->signalled = info.si_code != CLD_EXITED;
    proc->code = info.si_status;
    take_status(proc);
    return 0;
}

int proc_kill(Proc *proc, int signal, bool group) {
    long result = group && proc->session
                      ? kill(-proc->pid, signal)
                      : syscall(SYS_pidfd_send_signal, proc->pidfd, signal, NULL, 0);
    if (result < 0) return -errno;
    if (signal == SIGKILL) proc->killed = true;
    return 0;
}

void proc_abandon(Proc *proc) {
    if (proc->ended) return;
    kill(proc->session ? -proc->pid : proc->pid, SIGKILL);
    while (waitpid(proc->pid, NULL, 0) < 0 && errno == EINTR) continue;
    proc->ended = true;
}

/* Its wait status, lest a zombie stays; a killed process dies at once unless the kernel holds it. */
static void reap(Proc *proc) {
    if (proc->pidfd < 0 || proc->ended || proc->adopted) return;
    struct pollfd end = {.fd = proc->pidfd, .events = POLLIN};
    if (proc->killed) poll(&end, 1, DYING_MS);
    (void)proc_wait(proc);
}

void proc_close(Proc *proc) {
    reap(proc);
    for (int i = 0; i < 3; i++) {
        if (proc->stdio[i] >= 0) close(proc->stdio[i]);
        proc->stdio[i] = -1;
    }
    if (proc->pidfd >= 0) close(proc->pidfd);
    if (proc->status_fd >= 0) close(proc->status_fd);
    proc->pidfd = proc->status_fd = -1;
}
