/* What a process may do, by the kernel's word (proc_pid_status(5)). */
#ifndef RUNNER_RIGHTS_H
#define RUNNER_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

/* The capabilities of the runner, and of a fork server: as bits, as /proc shows them. */
#define RIGHTS_RUNNER (1ULL << 5 | 1ULL << 6 | 1ULL << 7) /* CAP_KILL, CAP_SETGID, CAP_SETUID */
#define RIGHTS_FORKING (1ULL << 6 | 1ULL << 7)

/* The number behind "key:" in the status of a process (0: the caller); -1 when there is none. */
long long rights_number(pid_t pid, const char *key, int base);

/* Whether all ids of the process are uid, it is in no other group, has no capability, and can get none by
 * executing something. */
bool rights_are_none(pid_t pid, uid_t uid);

/* Whether it is root with RIGHTS_FORKING and can get no more. */
bool rights_are_for_forking(pid_t pid);

#endif
