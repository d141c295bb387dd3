/* The bare system calls of an overlay mount and umount, timed: the limit host.mount is measured against. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int mount_once(char **argv) {
    int fs = fsopen("overlay", FSOPEN_CLOEXEC);
    if (fs < 0) return -1;
    char lower[8192];
    snprintf(lower, sizeof lower, "%s:%s", argv[1], argv[2]);
    fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", lower, 0);
    fsconfig(fs, FSCONFIG_SET_STRING, "upperdir", argv[3], 0);
    fsconfig(fs, FSCONFIG_SET_STRING, "workdir", argv[4], 0);
    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) return -1;
    int mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
    if (mount < 0) return -1;
    int moved = move_mount(mount, "", AT_FDCWD, argv[5], MOVE_MOUNT_F_EMPTY_PATH);
    close(mount);
    close(fs);
    return moved;
}

/* bench_mount_bare LOWER1 LOWER2 UPPER WORK MERGED COUNT: prints the median of mount + umount in ms. */
int main(int argc, char **argv) {
    int count = argc == 7 ? atoi(argv[6]) : 0;
    if (count < 1 || count > 10000) return 2;
    double *times = calloc((size_t)count, sizeof *times);
    if (!times) return 1;
    for (int i = 0; i < count; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        if (mount_once(argv) < 0 || umount2(argv[5], 0) < 0) {
            perror("overlay");
            free(times);
            return 1;
        }
        clock_gettime(CLOCK_MONOTONIC, &b);
        times[i] = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.3f\n", times[count / 2]);
    free(times);
    return 0;
}
