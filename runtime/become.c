/* Identities: setresuid(2) with everything around it that would be a way back, and setfsuid(2). */
#include "become.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ns.h"

static int drop_capabilities(void) {
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return -errno;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    if (syscall(SYS_capset, &header, none) < 0) return -errno;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static bool has_capability(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct now[2] = {{0}, {0}};
    if (syscall(SYS_capget, &header, now) < 0) return true;
    return now[0].permitted || now[1].permitted || now[0].inheritable || now[1].inheritable;
}

/* Asks the kernel, and tries the way back. */
static bool is_for_good(uid_t uid, gid_t gid) {
    uid_t uids[3];
    gid_t gids[3];
    if (getresuid(&uids[0], &uids[1], &uids[2]) < 0) return false;
    if (getresgid(&gids[0], &gids[1], &gids[2]) < 0) return false;
    for (int i = 0; i < 3; i++)
        if (uids[i] != uid || gids[i] != gid) return false;
    if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0 || setgroups(0, NULL) == 0) return false;
    return !has_capability() && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static int find_group(const char *name, gid_t *ret_gid) {
    errno = 0;
    const struct group *group = getgrnam(name);
    if (!group) return errno ? -errno : -ENOENT;
    *ret_gid = group->gr_gid;
    return 0;
}

static int find_user(const char *name, const struct passwd **ret_user) {
    errno = 0;
    *ret_user = getpwnam(name);
    if (*ret_user) return (*ret_user)->pw_uid == 0 || (*ret_user)->pw_gid == 0 ? -EPERM : 0;
    return errno ? -errno : -ENOENT;
}

static int set_environment(const struct passwd *user) {
    if (setenv("HOME", user->pw_dir, 1) < 0 || setenv("USER", user->pw_name, 1) < 0 ||
        setenv("LOGNAME", user->pw_name, 1) < 0)
        return -errno;
    return 0;
}

int become_user(const char *name, const char *extra_group, const char **ret_step) {
    const struct passwd *user = NULL;
    gid_t groups[2] = {0};
    *ret_step = "threads";
    if (!ns_single_threaded()) return -EBUSY;
    *ret_step = "the group";
    int result = extra_group ? find_group(extra_group, &groups[1]) : 0;
    if (result < 0) return result;
    *ret_step = "the user";
    result = find_user(name, &user);
    if (result < 0) return result;
    uid_t uid = user->pw_uid;
    gid_t gid = groups[0] = user->pw_gid;
    *ret_step = "setgroups";
    if (setgroups(extra_group ? 2 : 1, groups) < 0) return -errno;
    *ret_step = "setresgid";
    if (setresgid(gid, gid, gid) < 0) return -errno;
    *ret_step = "setresuid";
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0 || setresuid(uid, uid, uid) < 0) return -errno;
    *ret_step = "capabilities";
    result = drop_capabilities();
    if (result < 0) return result;
    *ret_step = "a way back";
    if (!is_for_good(uid, gid)) return -EPERM;
    *ret_step = "the environment";
    return set_environment(user);
}

int become_for_files(uid_t uid, gid_t gid) {
    if (!ns_single_threaded()) return -EBUSY;
    /* Back to root the user comes first, or there would be no right to change the group. */
    if (uid == 0) setfsuid(uid);
    setfsgid(gid);
    setfsuid(uid);
    /* Both tell the former id and no failure; an id that is none changes nothing. */
    bool done = setfsuid((uid_t)-1) == (int)uid && setfsgid((gid_t)-1) == (int)gid;
    return done ? 0 : -EPERM;
}

int become_unseen(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0; }
