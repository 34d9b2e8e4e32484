/* What the kernel counts about the sandbox, by cgroup v1 or v2, as seen from inside the container. */
#ifndef RUNNER_CGROUP_H
#define RUNNER_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

/* Opaque to callers. The descriptors stay open, because reading again from one costs a fraction of opening.
 */
struct cgroup {
        const struct cgroup_files *files; /* NULL: no cgroup to be seen (gVisor) */
        int oom_fd, cpu_fd, stat_fd, memory_fd, pids_fd;
};

/* Find out the version from what lies under root (v2 has a cgroup.controllers there) and open the counters.
 * Those that are missing only make their function below fail. */
void cgroup_open(struct cgroup *cgroup, const char *root);
void cgroup_close(struct cgroup *cgroup);

/* Each returns 0, or -1 when the counter does not exist or cannot be understood.
 *
 * Out-of-memory kills since the container began: oom_kill of memory.oom_control (v1), memory.events (v2).
 * CPU time: cpuacct.usage (v1, ns), usage_usec of cpu.stat (v2).
 * File pages that were thrown out and read again: workingset_refault_file of memory.stat.
 * The limits: UINT64_MAX for none (v1 writes a number near LONG_MAX, which is returned as it is).
 * (Linux Documentation/admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst.) */
int cgroup_oom_kills(const struct cgroup *cgroup, uint64_t *count);
int cgroup_cpu_us(const struct cgroup *cgroup, uint64_t *us);
int cgroup_refaults(const struct cgroup *cgroup, uint64_t *pages);
int cgroup_memory_limit(const struct cgroup *cgroup, uint64_t *bytes);
int cgroup_pids_limit(const struct cgroup *cgroup, uint64_t *count);

/* Whether since the count before more file pages were read again than memory may hold: a program for whose
 * file pages there is no room is not killed, it reads them for ever. False where it cannot be known. */
bool cgroup_thrashed(const struct cgroup *cgroup, uint64_t refaults_before);

#endif
