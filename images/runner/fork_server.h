/* Runs of one job without the start of an interpreter for each. */
#ifndef RUNNER_FORK_SERVER_H
#define RUNNER_FORK_SERVER_H

#include "images/runner/plan.h"

/* Before a run: start the server that the plan asks for, unless it is there. Where that does not work there
 * is none, and runs start as any other. Nothing of a job may run. */
void fork_server_prepare(const struct plan *plan);

/* Have the server fork the plan's program, with fds as its stdin, stdout and stderr. Returns its pid once it
 * runs with no more rights than one that start_program started; or -1 when there is no server for this
 * program, and then nothing was started. What has more rights than it may is a fault. */
pid_t fork_server_run(const struct plan *plan, const int fds[3]);

/* How many sockets the runner and the server have between two runs; 0: there is no server. */
unsigned fork_server_sockets(void);

#endif
