/* Running one step: its processes, their output, its limits, the report. */
#ifndef RUNNER_STEP_H
#define RUNNER_STEP_H

#include "images/runner/cgroup.h"
#include "images/runner/plan.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Where output goes. */
struct step_sink {
        /* Room for output: where the next bytes may be written, *room how many (0: none now, ask again
         * later). */
        char *(*reserve)(size_t *room);
        /* length bytes (> 0) stand there now; stream is 1 or 2. */
        void (*commit)(int stream, size_t length);
};

struct step {
        enum step_state { STEP_IDLE, STEP_RUNNING, STEP_DRAINING, STEP_OVER } state;
        struct protocol_step limits;
        const struct cgroup *cgroup;
        const struct step_sink *sink;
        struct protocol_report report; /* complete when OVER */

        /* private */
        int pipes[2]; /* stdout, stderr: reading ends, -1 after their end */
        pid_t pids[PROTOCOL_PROCESSES_MAX];
        bool first_ended;
        int64_t started, wall_deadline, next_cpu_look, next_sockets_look; /* ticks_us */
        uint64_t cpu_before, oom_before, refaults_before;
        bool cpu_counted, oom_counted, refaults_counted;
        uint64_t rusage_us;
};

/* Start the plan's programs. Afterwards the step is RUNNING, or OVER with ENDED_BY_NO_START. Our own failure
 * is a fault. The plan stays the caller's and is not needed any more. */
void step_start(struct step *step, const struct plan *plan, const struct cgroup *cgroup,
        const struct step_sink *sink);

/* Which pipes the step wants to be polled for (fd -1: not that one), and until when at the latest (ticks_us).
 */
void step_poll(const struct step *step, struct pollfd fds[2]);
int64_t step_deadline(const struct step *step);

/* Read what there is, collect children that ended, look at the limits, go on to the next state. To be called
 * after every poll while the step is RUNNING or DRAINING. After process 0 ended, or a limit was hit, nothing
 * of the step runs any more when it returns. Returns true when there is more to do at once. */
bool step_work(struct step *step);

/* End it now: by FRAME_KILL, with a report to follow; or without any, at a reset. */
void step_kill(struct step *step);
void step_abandon(struct step *step);

#endif
