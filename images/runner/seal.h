/* Making what a compile step made read-only for the runs after it. */
#ifndef RUNNER_SEAL_H
#define RUNNER_SEAL_H

#include <sys/types.h>

/* Take group's and others' write permission from everything that owner has in the directory at path (root's,
 * 1777); what is deeper than 16 levels is closed to others altogether. A fault when that fails. Nothing may
 * run meanwhile. */
void seal_tree(const char *path, uid_t owner);

#endif
