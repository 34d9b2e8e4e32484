/* Removing what programs left in a directory. */
#ifndef RUNNER_REMOVE_H
#define RUNNER_REMOVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Remove everything in the directory at path (owned by root, mode 1777), but not itself; with count > 0 only
 * those of its entries that one of these uids owns, with all that is in them. Works on trees of any depth and
 * any modes, with two descriptors and without recursion. Nothing may run meanwhile. A missing path is fine.
 * Returns 0, or -1 (errno; ETIME when the deadline, as of ticks_us, is over). */
int remove_contents(const char *path, const uid_t *uids, size_t count, int64_t deadline);

#endif
