/* Ending and collecting every process of the sandbox. */
#ifndef RUNNER_REAP_H
#define RUNNER_REAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What is told of each process collected; any of it may be NULL. */
typedef void reap_note(void *context, pid_t pid, int status, const struct rusage *usage);

/* Collect at most max processes that have ended, without waiting. Returns how many. */
unsigned reap_some(unsigned max, reap_note *note, void *context);

/* Kill everything, the one that is kept too, and collect it until nothing is left: the proof that nothing
 * runs. Must be called by PID 1 itself: with the process limit full nobody else can be started to do it. A
 * fault when 5 s do not suffice. SIGCHLD must be blocked; those pending may be taken. */
void reap_everything(reap_note *note, void *context);

/* Keep this child (a fork server) where nothing else is left; and the one that is kept, as long as it lives
 * and was not killed: 0 when there is none. */
void reap_keep(pid_t pid);
pid_t reap_kept(void);

/* Collect what has ended. When nothing is left then but the one that is kept, it lives on; otherwise as
 * reap_everything. */
void reap_rest(reap_note *note, void *context);

/* Whether no process exists in the sandbox but the runner and the one that is kept. */
bool reap_nothing_runs(void);

#endif
