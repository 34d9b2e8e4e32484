/* One job after the other, as frames tell. */
#ifndef RUNNER_JOB_H
#define RUNNER_JOB_H

#include "images/runner/cgroup.h"
#include "images/runner/step.h"

#include <stddef.h>
#include <stdint.h>

/* Before anything else; missing are the self-test's bits that READY tells. cgroup stays the caller's and must
 * live on. */
void job_begin(const struct cgroup *cgroup, uint32_t missing);

/* Act on one frame. What is out of order or malformed is a fault. */
void job_frame(uint8_t type, const uint8_t *payload, size_t size);

/* The step of the job, to be polled; and what is to be done once it is over: report, then clean up behind it.
 */
struct step *job_step(void);
void job_finish_step(void (*flush)(void));

#endif
