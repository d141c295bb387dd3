/* Namespaces by hand: clone3(2), the id maps, the mount plan, then every privilege is given up and
 * a little init (pid 1) runs the program, passes signals on, reaps orphans, and ends with it.
 * user_namespaces(7), pid_namespaces(7). A failure on the way travels through a pipe that an exec
 * closes: no word is success. */
#include "ns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "confine.h"
#include "fs.h"
#include "scope.h"

extern char **environ;

enum { SETUP_FAILED = 125, HEAP_STEP = 4096 };

typedef struct Channel {
    int failure; /* write end: a MountFailure, or nothing */
    int reader;  /* its read end, which only the caller may hold: so its end is seen */
    int status;  /* write end: the program's wait status */
    int stdio[3];
} Channel;

static int write_text(const char *path, const char *text) {
    scoped_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    return fs_write_all(fd, text, strlen(text));
}

/* A process may map exactly itself without any privilege, once setgroups(2) is denied for good. */
static int map_ids(const NsOptions *options, uid_t outer_uid, gid_t outer_gid,
                   MountFailure *failure) {
    char text[64];
    int result = write_text("/proc/self/setgroups", "deny");
    if (result < 0) return mount_fail(failure, -result, "step setgroups");
    snprintf(text, sizeof text, "%u %u 1", options->uid, outer_uid);
    result = write_text("/proc/self/uid_map", text);
    if (result < 0) return mount_fail(failure, -result, "step uid_map %s", text);
    snprintf(text, sizeof text, "%u %u 1", options->gid, outer_gid);
    result = write_text("/proc/self/gid_map", text);
    if (result < 0) return mount_fail(failure, -result, "step gid_map %s", text);
    /* In another one inside ours the program would have every capability again. */
    result = write_text("/proc/sys/user/max_user_namespaces", "0");
    return result < 0 ? mount_fail(failure, -result, "step no namespaces inside") : 0;
}

static int make_view(const NsOptions *options, MountFailure *failure) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return mount_fail(failure, errno, "step private mounts");
    if (mount_apply(&options->plan, failure) < 0) return -failure->error;
    const char *hostname = options->hostname;
    if (hostname && sethostname(hostname, strlen(hostname)) < 0)
        return mount_fail(failure, errno, "step host name %s", hostname);
    const char *cwd = options->command.cwd;
    if (cwd && chdir(cwd) < 0) return mount_fail(failure, errno, "step chdir %s", cwd);
    return 0;
}

static int drop_privileges(MountFailure *failure) {
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
        ;
    if (errno != EINVAL) return mount_fail(failure, errno, "step drop capabilities");
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    if (syscall(SYS_capset, &header, none) < 0)
        return mount_fail(failure, errno, "step drop capabilities");
    int result = confine();
    return result < 0 ? mount_fail(failure, -result, "step confine") : 0;
}

static int set_limits(const NsOptions *options, MountFailure *failure) {
    for (size_t i = 0; i < options->limit_count; i++) {
        const NsLimit *limit = &options->limits[i];
        struct rlimit value = {.rlim_cur = limit->value, .rlim_max = limit->value};
        struct rlimit now;
        if (getrlimit(limit->resource, &now) == 0 && value.rlim_max > now.rlim_max)
            value.rlim_cur = value.rlim_max = now.rlim_max;
        if (setrlimit(limit->resource, &value) < 0)
            return mount_fail(failure, errno, "step limit %d", limit->resource);
    }
    return 0;
}

static int place_stdio(const int stdio[3]) {
    int fds[3];
    for (int i = 0; i < 3; i++) { /* above 2 first, so that none overwrites another */
        fds[i] = fcntl(stdio[i], F_DUPFD_CLOEXEC, 3);
        if (fds[i] < 0) return -errno;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(fds[i], i) < 0) return -errno;
    return 0;
}

static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void leave(const Channel *channel, const MountFailure *failure) {
    (void)fs_write_all(channel->failure, (const char *)failure, sizeof *failure);
    _exit(SETUP_FAILED);
}

static _Noreturn void run_program(const NsOptions *options, const Channel *channel) {
    MountFailure failure = {0};
    const ProcOptions *command = &options->command;
    char *const *env = command->env ? command->env : environ;
    int result = place_stdio(channel->stdio);
    if (result < 0) mount_fail(&failure, -result, "step stdio");
    if (result == 0) result = set_limits(options, &failure);
    if (result == 0) {
        setsid();
        reset_signals();
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        execvpe(command->argv[0], command->argv, env);
        mount_fail(&failure, errno, "step run %s", command->argv[0]);
    }
    leave(channel, &failure);
}

/* Everything is asked to end, as a service manager would do: the program may be a shell around the
 * game. */
static void forward(int number) { kill(-1, number); }

static _Noreturn void end_with(int status, int status_fd) {
    (void)!write(status_fd, &status, sizeof status);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void reap(pid_t program, int status_fd) {
    int status = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (pid == program) end_with(status, status_fd);
}

/* Nothing in here needs what the caller had allocated: the break goes back to where it began. */
static void shed_heap(void) {
    void *end = NULL;
    do {
        end = sbrk(0);
        sbrk(-HEAP_STEP);
    } while (sbrk(0) != end);
}

static _Noreturn void run_init(pid_t program, int status_fd, const sigset_t *watched) {
    if (status_fd != 0) dup2(status_fd, 0);
    close_range(1, ~0U, 0); /* no pipe, lock or file of ours may live on in here */
    prctl(PR_SET_NAME, "left4me-init", 0, 0, 0);
    shed_heap();
    for (;;) {
        reap(program, 0);
        siginfo_t info;
        int number = sigwaitinfo(watched, &info);
        if (number > 0 && number != SIGCHLD) forward(number);
    }
}

/* Nothing runs on unwatched: we end with our parent, and at once if it is gone already (the failures
 * have no reader then). */
static void watch_parent(const Channel *channel) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    struct pollfd reader = {.fd = channel->failure};
    if (poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR)) _exit(SETUP_FAILED);
}

static void watch_signals(sigset_t *watched) {
    static const int numbers[] = {SIGCHLD, SIGINT,  SIGTERM, SIGHUP,
                                  SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT};
    sigemptyset(watched);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(watched, numbers[i]);
    sigprocmask(SIG_BLOCK, watched, NULL);
}

/* The first process of the namespace, from the clone to its end. */
static _Noreturn void first_process(const NsOptions *options, const Channel *channel, uid_t uid,
                                    gid_t gid) {
    MountFailure failure = {0};
    sigset_t watched;
    close(channel->reader);
    reset_signals();
    watch_signals(&watched);
    int result = map_ids(options, uid, gid, &failure);
    if (result == 0) result = make_view(options, &failure);
    if (result == 0) result = drop_privileges(&failure);
    if (result < 0) leave(channel, &failure);
    watch_parent(channel);
    /* Nobody in there may look into us: /proc/1 would lead to our file, environment and memory. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    pid_t program = fork();
    if (program == 0) run_program(options, channel);
    if (program < 0) {
        mount_fail(&failure, errno, "step fork");
        leave(channel, &failure);
    }
    run_init(program, channel->status, &watched);
}

/* --- the caller's side --- */

bool ns_single_threaded(void) {
    struct stat st;
    return stat("/proc/self/task", &st) == 0 && st.st_nlink == 3;
}

static pid_t clone_into(int *ret_pidfd) {
    struct clone_args args = {
        .flags =
            CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)ret_pidfd,
        .exit_signal = SIGCHLD,
    };
    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

/* The failure the child wrote, if any. The pipe ends without a word when the program runs. */
static int read_failure(int fd, MountFailure *failure) {
    size_t got = 0;
    int result = fs_read_all(fd, (char *)failure, sizeof *failure, &got);
    if (result < 0) return mount_fail(failure, -result, "step wait for the namespace");
    if (got == 0) return 0;
    if (got < sizeof *failure) return mount_fail(failure, EPROTO, "step wait for the namespace");
    return -failure->error;
}

static int explain_clone(MountFailure *failure, int error) {
    if (error == EPERM || error == ENOSPC || error == EACCES)
        return mount_fail(failure, error,
                          "step namespaces: this host does not permit user namespaces to this user "
                          "(kernel.unprivileged_userns_clone, user.max_user_namespaces)");
    return mount_fail(failure, error, "step namespaces");
}

static int open_streams(const NsOptions *options, Proc *proc, int child[3], MountFailure *failure) {
    for (int i = 0; i < 3; i++) {
        int choice = options->command.stdio[i];
        int result = proc_open_stdio(choice, i, &child[i], &proc->stdio[i]);
        if (result < 0) return mount_fail(failure, -result, "step stdio");
    }
    return 0;
}

static int start(const NsOptions *options, Proc *proc, const int child[3], MountFailure *failure) {
    int failed[2], status[2];
    if (pipe2(failed, O_CLOEXEC) < 0) return mount_fail(failure, errno, "step pipe");
    scoped_fd int failed_read = failed[0], failed_write = failed[1];
    if (pipe2(status, O_CLOEXEC | O_NONBLOCK) < 0) return mount_fail(failure, errno, "step pipe");
    scoped_fd int status_read = status[0], status_write = status[1];
    Channel channel = {
        .failure = failed_write, .reader = failed_read, .status = status_write};
    for (int i = 0; i < 3; i++) {
        int choice = options->command.stdio[i];
        channel.stdio[i] = child[i] >= 0 ? child[i] : choice >= 0 ? choice : i;
        if (choice == PROC_STDOUT) channel.stdio[i] = channel.stdio[1];
    }
    uid_t uid = geteuid();
    gid_t gid = getegid();
    proc->pid = clone_into(&proc->pidfd);
    if (proc->pid == 0) first_process(options, &channel, uid, gid);
    if (proc->pid < 0) return explain_clone(failure, errno);
    close(steal_fd(&failed_write));
    int result = read_failure(failed_read, failure);
    if (result < 0) {
        syscall(SYS_pidfd_send_signal, proc->pidfd, SIGKILL, NULL, 0);
        waitpid(proc->pid, NULL, 0);
        return result;
    }
    proc->status_fd = steal_fd(&status_read);
    return 0;
}

int ns_spawn(const NsOptions *options, Proc *ret_proc, MountFailure *failure) {
    if (!ns_single_threaded())
        return mount_fail(failure, EBUSY,
                          "step namespaces: only a process with one thread may do this");
    Proc proc = PROC_NONE;
    int child[3] = {-1, -1, -1};
    int result = open_streams(options, &proc, child, failure);
    if (result == 0) result = start(options, &proc, child, failure);
    for (int i = 0; i < 3; i++)
        if (child[i] >= 0) close(child[i]);
    if (result < 0) {
        proc_close(&proc);
        return result;
    }
    *ret_proc = proc;
    return 0;
}
