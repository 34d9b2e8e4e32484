/* Removing what programs left behind, after a step and after a job. */
#ifndef RUNNER_CLEAN_H
#define RUNNER_CLEAN_H

#include <stddef.h>
#include <sys/types.h>

#define CLEAN_WORKSPACE "/workspace"

/* Every place of the sandbox in which a program can leave a file, the workspace first; NULL-terminated. */
extern const char *const clean_places[];

/* After a step, when nothing runs: empty all places but the workspace, and all System V IPC. With count > 0
 * also remove from the workspace what these uids own. A fault when it fails or takes longer than 5 s. */
void clean_after_step(const uid_t *uids, size_t count);

/* The same after a compile step while a test suite waits in /tmp for its run: only what these uids own goes.
 */
void clean_beside_suite(const uid_t *uids, size_t count);

/* After a job, when nothing runs: the same with the whole workspace. */
void clean_everything(void);

#endif
