/* Starting one process of a step. */
#ifndef RUNNER_START_H
#define RUNNER_START_H

#include "images/runner/plan.h"

#define START_FDS 5
#define START_FD_FIRST_FREE                                                                                  \
        10 /* the runner keeps 3 to 9 occupied, so that no descriptor it makes collides with a target */

/* Keep descriptors 3 to 9 occupied. Once, at the start, before any other descriptor is opened. */
void start_reserve_fds(void);

/* Start the program in its directory: a session, a uid and a gid of its own, no supplementary groups, no
 * capability (uid 0, a fork server: root with RIGHTS_FORKING), nice 19, first in line for the out-of-memory
 * killer, its limits, default signals, fds[i] as descriptor i (-1: not open), nothing else open. Returns its
 * pid once it runs the program; or -1 and *reason the errno of exec, which is the job's concern. What fails
 * before exec is a fault. */
pid_t start_program(const struct program *program, const struct protocol_step *limits,
        const int fds[START_FDS], int *reason);

#endif
