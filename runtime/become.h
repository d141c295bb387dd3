/* Root gives up being root: for good, or for its dealings with files only. Single-threaded processes only. */
#ifndef LEFT4ME_BECOME_H
#define LEFT4ME_BECOME_H

#include <sys/types.h>

/* Becomes the user for good, with the user's own group and, when given, one more: no capability, none to
 * be gained (no_new_privs), HOME, USER and LOGNAME of the user. Returns 0, or a negative errno with the
 * failing step in *ret_step: the process is then neither one nor the other and must end. */
int become_user(const char *user, const char *extra_group, const char **ret_step);
/* Opens, makes and removes files as this user from now on, with no right over files that it does not have;
 * files_as(0, 0) is the way back. */
int become_for_files(uid_t uid, gid_t gid);
/* No other process of our user may look into this one (ptrace(2), /proc/PID, pidfd_getfd(2)). */
int become_unseen(void);

#endif
