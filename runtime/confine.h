/* Closes to this process and all its children what no namespace divides. */
#ifndef LEFT4ME_CONFINE_H
#define LEFT4ME_CONFINE_H

#include <stdbool.h>

/* For good, and only for a process with one thread; it can gain no privilege afterwards. */
int confine(void);

/* Whether the kernel can keep us from the host's abstract Unix sockets (Linux 6.12 with Landlock). */
bool confine_divides_sockets(void);

#endif
