/* Closes what no namespace divides: kernel keys, which obey their user wherever he is; the host's
 * abstract Unix sockets; and calls that a game or a build has no use for but an attacker of the
 * kernel has. seccomp(2), landlock(7), keyrings(7). */
#include "confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scope.h"

#ifdef __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define X32_BIT 0x40000000u /* the third set of numbers of x86-64; nobody needs it */

enum { SCOPE_ABI = 6, ABSTRACT_UNIX_SOCKET = 1, FILTER_MAX = 64 };

typedef struct Table {
    uint32_t architecture;
    unsigned char count;
    uint32_t calls[12];
} Table;

static const Table tables[] = {
    {NATIVE,
     9,
     {SYS_add_key, SYS_request_key, SYS_keyctl, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
      SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register}},
#ifdef __x86_64__
    /* The game is a 32-bit program: the same calls (arch/x86/entry/syscalls/syscall_32.tbl). */
    {AUDIT_ARCH_I386, 9, {286, 287, 288, 357, 336, 374, 425, 426, 427}},
#endif
};

typedef struct Filter {
    struct sock_filter code[FILTER_MAX];
    unsigned short length;
} Filter;

static void add(Filter *filter, struct sock_filter instruction) {
    filter->code[filter->length++] = instruction;
}

/* Each table is one block: another architecture jumps over it, a call in it to its last line. */
static void add_table(Filter *filter, const Table *table) {
    unsigned char left = table->count, block = (unsigned char)(left + 4);
    add(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, arch)));
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, table->architecture, 0,
                                             block));
    add(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, nr)));
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT,
                                             (unsigned char)(left + 1), 0));
    for (; left > 0; left--)
        add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                 table->calls[left - 1], left, 0));
    add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, REFUSE));
}

static int refuse_calls(void) {
    Filter filter = {.length = 0};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) add_table(&filter, &tables[i]);
    add(&filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, REFUSE));
    struct sock_fprog program = {.len = filter.length, .filter = filter.code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}

bool confine_divides_sockets(void) {
    const unsigned ask_version = 1;
    return syscall(SYS_landlock_create_ruleset, NULL, 0, ask_version) >= SCOPE_ABI;
}

/* A scope alone: it takes nothing else away, mounting neither. */
static int leave_sockets(void) {
    const struct {
        uint64_t fs, net, scoped; /* struct landlock_ruleset_attr of Linux 6.12 */
    } rules = {.scoped = ABSTRACT_UNIX_SOCKET};
    scoped_fd int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) < 0) return -errno;
    return 0;
}

int confine(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    int result = confine_divides_sockets() ? leave_sockets() : 0;
    return result < 0 ? result : refuse_calls();
}
