/* What is sent to a sandbox for one request, and for how long the sandbox is needed. */
#ifndef SANDPOOL_EXECUTE_PLAN_H
#define SANDPOOL_EXECUTE_PLAN_H

#include "fcgi/base/buffer.h"
#include "fcgi/model/request.h"

#include <stdbool.h>
#include <stdint.h>

/* How long after a step's own limit its report may come. The runner keeps the limit; this is for a runner
 * that does not. */
#define PLAN_LATE_MS 1000

/* How long the runner may clean up after a run before it reads the next step (images/runner/clean.c). */
#define PLAN_CLEAN_MS 5000

/* How long it may try, before it starts one of several runs, to have a fork server do that
 * (images/runner/fork_server.c). */
#define PLAN_FORK_MS 3000

struct plan {
        bool compiles;
        struct buffer frames; /* what is to be sent next; emptied as it is written */
        uint32_t compile_memory_mib;
        uint32_t run_memory_mib;
        uint32_t compile_ms; /* wall limit */
        uint32_t budget_ms;  /* with test cases: of compiling and all runs together, from the lease on */
        uint32_t hold_ms;    /* for the lease */
};

/* Fill plan (zero-initialised by the caller, freed by plan_free in every case); its frames are the job, its
 * files and the compile step, if there is one. -1: memory, or the job does not fit the protocol. */
int plan_make(
        struct plan *plan, const struct request *request, const struct settings *settings, struct error *err);

/* Append a run step of at most wall_ms to the frames. test (NULL: none): whose input and arguments it has, if
 * it has some of its own. Where the request's exercise has a suite, the step is
 * that and the program beside it. 0/-1 as plan_make. */
int plan_run(struct plan *plan, const struct request *request, const struct settings *settings,
        const struct test_case *test, uint32_t wall_ms, struct error *err);
void plan_free(struct plan *plan);

#endif
