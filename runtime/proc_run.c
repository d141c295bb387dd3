/* Runs a child to its end: feeds its input, collects its output within bounds, ends its group at the deadline. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "clock.h"
#include "proc.h"
#include "scope.h"

enum {
    KILL_MS = 1000,  /* between one SIGKILL and the next */
    IDLE_MS = 100,   /* the child has ended: so long a silence is the end of its output */
    DRAIN_MS = 1000, /* and this the end even if a descendant goes on writing */
};

static void shut(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

/* Writes what fits; closes the pipe when all is written or the child no longer reads. */
static void feed(Proc *proc, const char **input, size_t *left) {
    ssize_t written = *left ? write(proc->stdio[0], *input, *left) : 0;
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (written > 0) {
        *input += written;
        *left -= (size_t)written;
    }
    if (written < 0 || *left == 0) shut(&proc->stdio[0]);
}

/* Reads a block; beyond max it is read and dropped, so the child never blocks on us. */
static int collect(Proc *proc, int stream, size_t max, ProcRun *run) {
    char block[16384];
    ssize_t got = read(proc->stdio[stream + 1], block, sizeof block);
    if (got < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (got == 0) {
        shut(&proc->stdio[stream + 1]);
        return 0;
    }
    size_t room = max - run->length[stream], keep = (size_t)got < room ? (size_t)got : room;
    if (keep == 0) return 0;
    char *grown = realloc(run->text[stream], run->length[stream] + keep);
    if (!grown) return -ENOMEM;
    memcpy(grown + run->length[stream], block, keep);
    run->text[stream] = grown;
    run->length[stream] += keep;
    return 0;
}

/* One turn of waiting. Returns 1 when the child has ended and its pipes are drained, 0 to go on. */
static int turn(Proc *proc, const char **input, size_t *left, int wait_ms, size_t max,
                ProcRun *run) {
    struct pollfd fds[4] = {
        {.fd = proc->stdio[0], .events = POLLOUT},
        {.fd = proc->stdio[1], .events = POLLIN},
        {.fd = proc->stdio[2], .events = POLLIN},
        {.fd = proc->ended ? -1 : proc->pidfd, .events = POLLIN},
    };
    int ready = poll(fds, 4, wait_ms);
    if (ready < 0) return errno == EINTR ? 0 : -errno;
    if (fds[0].revents) feed(proc, input, left);
    for (int stream = 0; stream < 2; stream++) {
        int err = fds[stream + 1].revents ? collect(proc, stream, max, run) : 0;
        if (err < 0) return err;
    }
    if (fds[3].revents) {
        int err = proc_wait(proc);
        if (err < 0 && err != -EAGAIN) return err;
    }
    /* A descendant may keep the pipes open for ever: once the child has ended, an idle turn is the end. */
    return proc->ended && (ready == 0 || (proc->stdio[1] < 0 && proc->stdio[2] < 0));
}

int proc_communicate(Proc *proc, const char *input, size_t input_length, int timeout_ms, size_t max,
                     ProcRun *ret_run) {
    int64_t deadline = timeout_ms < 0 ? INT64_MAX : monotonic_ms() + timeout_ms;
    int64_t drained = INT64_MAX;
    int done = 0;
    while (done == 0 && monotonic_ms() < drained) {
        int64_t left_ms = deadline - monotonic_ms();
        int wait_ms = left_ms > INT_MAX ? -1 : (int)left_ms;
        if (proc->ended) {
            wait_ms = IDLE_MS;
        } else if (left_ms <= 0) {
            ret_run->timed_out = true;
            proc_kill(proc, SIGKILL, true);
            wait_ms = KILL_MS;
        }
        done = turn(proc, &input, &input_length, wait_ms, max, ret_run);
        if (proc->ended && drained == INT64_MAX) drained = monotonic_ms() + DRAIN_MS;
    }
    if (done < 0) proc_abandon(proc);
    return done < 0 ? done : 0;
}
