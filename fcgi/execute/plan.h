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

struct plan {
        bool compiles;
        struct buffer first;  /* the job, its files and the first step; emptied as it is written */
        struct buffer second; /* the run step, when the first one compiles */
        uint32_t compile_memory_mib;
        uint32_t run_memory_mib;
        uint32_t compile_ms; /* wall limits */
        uint32_t run_ms;
        uint32_t hold_ms; /* for the lease */
};

/* Fill plan (zero-initialised by the caller, freed by plan_free in every case). -1: memory, or the job does
 * not fit the protocol. */
int plan_make(
        struct plan *plan, const struct request *request, const struct settings *settings, struct error *err);
void plan_free(struct plan *plan);

#endif
