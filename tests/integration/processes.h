/* What /proc says about the processes of this machine. */
#ifndef SANDPOOL_TEST_PROCESSES_H
#define SANDPOOL_TEST_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCESSES_MAX 1024

struct process {
        pid_t pid, parent, session;
        char state; /* R, S, D, Z, ... */
        char name[32];
};

/* Those that are not zombies and belong to the session (0: any) and have the parent (0: any). Returns how
 * many, at most PROCESSES_MAX. */
size_t processes_list(pid_t session, pid_t parent, struct process list[PROCESSES_MAX]);

/* kill -9 of a whole session, the caller's child in it first: nobody is left to put anything in order. Waits
 * for the child. */
void processes_kill_session(pid_t session, pid_t child);

/* Whether it was started with this argument; one that was forked and did not start anything has its parent's.
 */
bool processes_has_argument(pid_t pid, const char *argument);

/* How many descriptors the process has open; -1 when it is gone. */
int processes_descriptors(pid_t pid);

/* A line of /proc/<pid>/status, "Uid" say, without its name and leading blanks, into value. 0/-1. */
int processes_status(pid_t pid, const char *key, char *value, size_t size);

/* Memory that only this process has (Private_* of smaps_rollup), KiB; -1 when it cannot be read. */
long processes_private_kib(pid_t pid);

#endif
