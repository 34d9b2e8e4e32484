/* One request's hold of a sandbox: the lease and the steps done in it. */
#ifndef SANDPOOL_EXECUTE_WORK_H
#define SANDPOOL_EXECUTE_WORK_H

#include "fcgi/execute/execute.h"
#include "fcgi/execute/plan.h"
#include "fcgi/execute/verdict.h"
#include "fcgi/sandbox/frames.h"

struct work {
        struct broker_link *link;
        const struct settings *settings;
        const struct request *request;
        const char *request_id;
        int cancel_fd;
        struct result *result;
        struct execute_times *times;
        struct error *err;

        struct plan plan;
        struct lease lease;
        bool leased;
        bool clean;            /* the leased sandbox may be used again */
        struct frames *frames; /* of the lease */
};

/* A step to be done, and what became of it. */
struct work_step {
        enum step_kind kind;
        struct verdict_limits limits;
        uint32_t late_ms;        /* how long after its limit the report may come */
        struct verdict *verdict; /* zero-initialised; its buffers are the caller's to free */
        char *text;              /* 512 bytes, "" when the step's own stderr says what is to be said */
        bool lost;               /* set: the sandbox is not there for another step */
};

/* The limits of a run of wall_ms. */
struct verdict_limits work_run_limits(const struct work *work, uint32_t wall_ms);

/* Ask for a sandbox: EXECUTE_DONE when it is had. */
enum execute_outcome work_lease(struct work *work);

/* Send what the plan holds and take in the step's output and report; with EXECUTE_DONE, verdict and text are
 * filled. The time it took is added to work->times. */
enum execute_outcome work_do(struct work *work, struct work_step *step);

/* Give the sandbox the memory of the runs. What compiling left behind may be more than that: then *too_small
 * is true and nothing can be run. */
enum execute_outcome work_resize(struct work *work, bool *too_small);

/* Give the sandbox back, if it is still had, so that the broker resets it while the answer is made. */
void work_release(struct work *work);

/* Free what the work holds, after giving the sandbox back. */
void work_end(struct work *work);

#endif
