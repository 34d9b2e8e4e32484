/* One request's work, in order: policy, lease, compile, run or test cases, release, verdict.
 *
 * Two kinds of failing are kept apart everywhere: the program's is a verdict, ours is an outcome with an
 * error. The lease is given back as soon as the last report is in, so that the broker resets the sandbox
 * while the answer is made. */
#include "fcgi/execute/execute.h"
#include "fcgi/base/clock.h"
#include "fcgi/execute/cases.h"
#include "fcgi/execute/suite.h"
#include "fcgi/execute/work.h"

#include <stdio.h>
#include <string.h>

static int check_files(struct work *w)
{
        struct violations *violations = &w->result->violations;
        for (size_t i = 0; i < w->request->file_count; i++) {
                const struct request_file *file = &w->request->files[i];
                if (policy_check(w->request->policy, w->request->language,
                            w->request->single ? "" : file->name, file->data, file->size, violations, w->err))
                        return error_wrap(w->err, "policy");
        }
        if (violations->blocked) {
                w->result->status = STATUS_BLOCKED;
                w->result->reason = REASON_POLICY;
                if (violations->count)
                        snprintf(w->result->error, sizeof(w->result->error), "%s",
                                violations->list[0].message);
        }
        return 0;
}

static int check_policy(struct work *w)
{
        int64_t start = clock_us();
        int rc = check_files(w);
        w->times->policy_us = (uint32_t)(clock_us() - start);
        return rc;
}

static void conclude(struct result *result, const struct verdict *verdict)
{
        result->status = verdict->status;
        result->reason = verdict->reason;
}

static enum execute_outcome compile(struct work *w)
{
        struct work_step step = {
                .kind = STEP_COMPILE,
                .limits = {w->plan.compile_ms, w->plan.compile_memory_mib, w->settings->limits.output_bytes},
                .late_ms = PLAN_LATE_MS,
                .verdict = &w->result->compile,
                .text = w->result->error,
        };
        w->result->compiled = true;
        enum execute_outcome outcome = work_do(w, &step);
        conclude(w->result, step.verdict);
        return outcome;
}

static enum execute_outcome run(struct work *w)
{
        struct work_step step = {
                .kind = STEP_RUN,
                .limits = work_run_limits(w, w->request->timeout_ms),
                .late_ms = PLAN_LATE_MS,
                .verdict = &w->result->run,
                .text = w->result->error,
        };
        if (plan_run(&w->plan, w->request, w->settings, NULL, w->request->timeout_ms, w->err))
                return EXECUTE_FAILED;
        w->result->ran = true;
        enum execute_outcome outcome = work_do(w, &step);
        work_release(w);
        conclude(w->result, step.verdict);
        return outcome;
}

/* What compiling left behind may be more than the run may have: then the run has used too much memory before
 * it began. */
static enum execute_outcome resize(struct work *w)
{
        struct verdict_limits limits = work_run_limits(w, w->request->timeout_ms);
        bool too_small;
        enum execute_outcome outcome = work_resize(w, &too_small);
        if (outcome == EXECUTE_DONE && too_small) {
                w->result->ran = true;
                verdict_died_of_memory(&w->result->run, STEP_RUN, &limits, 0, w->result->error);
                conclude(w->result, &w->result->run);
        }
        return outcome;
}

static enum execute_outcome steps(struct work *w)
{
        enum execute_outcome outcome = work_lease(w);
        int64_t until_ms = clock_ms() + w->plan.budget_ms;
        if (outcome != EXECUTE_DONE)
                return outcome;
        if (w->plan.compiles) {
                outcome = compile(w);
                if (outcome != EXECUTE_DONE || w->result->status != STATUS_SUCCESS)
                        return outcome;
                outcome = resize(w);
                if (outcome != EXECUTE_DONE || w->result->ran)
                        return outcome;
        }
        if (w->request->tests)
                return cases_run(w, until_ms);
        return w->request->exercise ? suite_run(w) : run(w);
}

enum execute_outcome execute_request(struct broker_link *link, const struct settings *settings,
        const struct request *request, const char *request_id, int cancel_fd, struct result *result,
        struct execute_times *times, struct error *err)
{
        struct work w = {
                .link = link,
                .settings = settings,
                .request = request,
                .request_id = request_id,
                .cancel_fd = cancel_fd,
                .result = result,
                .times = times,
                .err = err,
                .lease = {.fd = -1},
        };
        enum execute_outcome outcome = EXECUTE_FAILED;
        int64_t start = clock_us();
        memset(times, 0, sizeof(*times));
        if (check_policy(&w) || (request->tests && cases_prepare(&w)))
                goto out;
        if (result->violations.blocked) {
                outcome = EXECUTE_DONE;
                goto out;
        }
        if (plan_make(&w.plan, request, settings, err))
                goto out;
        outcome = steps(&w);
out:
        work_end(&w);
        times->total_us = (uint32_t)(clock_us() - start);
        return outcome;
}
