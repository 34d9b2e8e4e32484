/* The self-test: which hardening is really there. */
#ifndef RUNNER_INSPECT_H
#define RUNNER_INSPECT_H

#include "images/runner/cgroup.h"

#include <stdbool.h>
#include <stdint.h>

/* Look from inside at what the container was promised. Returns the bits of enum hardening that are missing.
 */
uint32_t inspect_missing(const struct cgroup *cgroup);

/* Whether a line of /proc/self/mountinfo (it is cut up) shows path as a tmpfs with nosuid, nodev, a size and
 * an inode limit. proc(5). */
bool inspect_mount_is_limited(char *line, const char *path);

/* Whether it is the mount of path at all (the line is left as it is). */
bool inspect_mount_is_of(const char *line, const char *path);

#endif
