/* Id-mapped mounts: files owned by one user on disk belong to another one in the mount (mount_setattr(2)). */
#ifndef LEFT4ME_IDMAP_H
#define LEFT4ME_IDMAP_H

#include <sys/types.h>

typedef struct IdMap {
    uid_t uid_from, uid_to; /* on disk, in the mount */
    gid_t gid_from, gid_to;
} IdMap;

/* Maps the one user and the one group in a detached mount; everyone else's files have no owner in it.
 * Needs CAP_SYS_ADMIN, CAP_SETUID and CAP_SETGID. Returns 0 or a negative errno. */
int idmap_apply(int mount_fd, const IdMap *map);

#endif
