/* One request's work, in order: policy, lease, compile, run, release, verdict.
 *
 * Two kinds of failing are kept apart everywhere: the program's is a verdict, ours is an outcome with an
 * error. The lease is given back as soon as the last report is in, so that the broker resets the sandbox
 * while the answer is made. */
#include "fcgi/execute/execute.h"
#include "fcgi/base/clock.h"
#include "fcgi/execute/converse.h"
#include "fcgi/execute/plan.h"
#include "fcgi/execute/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
        bool clean; /* the leased sandbox may be used again */
        struct frames *frames;
};

static int check_policy(struct work *w)
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

static enum execute_outcome lease(struct work *w)
{
        uint32_t memory = w->plan.compiles ? w->plan.compile_memory_mib : w->plan.run_memory_mib;
        int answer = lease_acquire(w->link, w->request->language, memory, w->plan.hold_ms, w->request_id,
                w->cancel_fd, &w->lease, w->err);
        switch (answer) {
        case LEASE_GRANTED:
                w->leased = true;
                w->clean = true;
                w->times->queue_us = w->lease.wait_us;
                memcpy(w->times->sandbox, w->lease.sandbox, sizeof(w->times->sandbox));
                return EXECUTE_DONE;
        case LEASE_BUSY:
                return EXECUTE_BUSY;
        case LEASE_SHUTTING_DOWN:
                return EXECUTE_SHUTTING_DOWN;
        case LEASE_CANCELLED:
                return EXECUTE_CLIENT_GONE;
        case LEASE_NO_IMAGE:
                error_set(
                        w->err, "the image of %s does not exist or does not work", w->request->language->id);
                return EXECUTE_UNAVAILABLE;
        case LEASE_UNAVAILABLE:
                error_set(w->err, "no sandbox of %s can be had now", w->request->language->id);
                return EXECUTE_UNAVAILABLE;
        default:
                error_set(w->err, "the broker cannot be reached");
                return EXECUTE_UNAVAILABLE;
        }
}

static void release(struct work *w)
{
        if (w->leased)
                lease_release(w->link, &w->lease, w->clean);
        w->leased = false;
}

/* The sandbox died under the step: of the program's hunger, or of our doing? */
static enum execute_outcome step_died(struct work *w, enum step_kind kind, struct verdict *verdict,
        const struct verdict_limits *limits, uint32_t elapsed_ms)
{
        w->clean = false;
        if (lease_died_of_memory(w->link, &w->lease, w->err) == 1) {
                verdict_died_of_memory(verdict, kind, limits, elapsed_ms, w->result->error);
                return EXECUTE_DONE;
        }
        error_set(w->err, "sandbox %s died", w->lease.sandbox);
        return EXECUTE_FAILED;
}

/* Send one step and take in its output and report. With EXECUTE_DONE, *reported says whether report is to be
 * judged; where it is not, verdict is complete. */
static enum execute_outcome do_step(struct work *w, enum step_kind kind, struct buffer *send,
        struct verdict *verdict, const struct verdict_limits *limits, struct protocol_report *report,
        bool *reported)
{
        int64_t start = clock_ms();
        struct conversation with = {
                .fd = w->lease.fd,
                .cancel_fd = w->cancel_fd,
                .frames = w->frames,
                .kind = kind,
                .deadline_ms = start + limits->wall_ms + PLAN_LATE_MS,
                .output_bytes = limits->output_bytes,
                .out = &verdict->out,
                .err = &verdict->err,
        };
        verdict->out = BUFFER_MAX(limits->output_bytes);
        verdict->err = BUFFER_MAX(limits->output_bytes);
        enum converse_end end = converse(&with, send, report, w->err);
        uint32_t elapsed_ms = (uint32_t)(clock_ms() - start);
        uint64_t spent_us = end == CONVERSE_REPORT ? report->wall_us : (uint64_t)elapsed_ms * 1000;
        uint32_t *noted = kind == STEP_COMPILE ? &w->times->compile_us : &w->times->run_us;
        *noted = spent_us < UINT32_MAX ? (uint32_t)spent_us : UINT32_MAX;
        *reported = end == CONVERSE_REPORT;
        switch (end) {
        case CONVERSE_REPORT:
                return EXECUTE_DONE;
        case CONVERSE_LATE:
                w->clean = false;
                verdict_late(verdict, kind, limits, elapsed_ms, w->result->error);
                return EXECUTE_DONE;
        case CONVERSE_ENDED:
                return step_died(w, kind, verdict, limits, elapsed_ms);
        case CONVERSE_CANCELLED:
                /* A reset ends whatever runs, but only where it is not read as the rest of a frame. */
                w->clean = send->size == 0;
                return EXECUTE_CLIENT_GONE;
        case CONVERSE_BROKEN:
        default:
                w->clean = false;
                error_wrap(w->err, "sandbox %s", w->lease.sandbox);
                return EXECUTE_FAILED;
        }
}

/* A report that tells of our failure: the sandbox behind it is not to be trusted. */
static enum execute_outcome judged(struct work *w, int failed)
{
        if (!failed)
                return EXECUTE_DONE;
        error_wrap(w->err, "sandbox %s", w->lease.sandbox);
        return EXECUTE_FAILED;
}

static void conclude(struct result *result, const struct verdict *verdict)
{
        result->status = verdict->status;
        result->reason = verdict->reason;
}

static enum execute_outcome compile(struct work *w)
{
        struct verdict *verdict = &w->result->compile;
        struct verdict_limits limits = {
                w->plan.compile_ms, w->plan.compile_memory_mib, w->settings->limits.output_bytes};
        struct protocol_report report;
        bool reported;
        w->result->compiled = true;
        enum execute_outcome outcome =
                do_step(w, STEP_COMPILE, &w->plan.first, verdict, &limits, &report, &reported);
        if (outcome == EXECUTE_DONE && reported)
                outcome = judged(w, verdict_of_compile(verdict, &report, &limits, w->result->error, w->err));
        conclude(w->result, verdict);
        return outcome;
}

static enum execute_outcome run(struct work *w)
{
        struct verdict *verdict = &w->result->run;
        struct verdict_limits limits = {
                w->plan.run_ms, w->plan.run_memory_mib, w->settings->limits.output_bytes};
        struct protocol_report report;
        bool reported;
        w->result->ran = true;
        enum execute_outcome outcome = do_step(w, STEP_RUN,
                w->plan.compiles ? &w->plan.second : &w->plan.first, verdict, &limits, &report, &reported);
        release(w);
        if (outcome == EXECUTE_DONE && reported)
                outcome = judged(w, verdict_of_run(verdict, &report, w->request->language, &limits,
                                            w->result->error, w->err));
        conclude(w->result, verdict);
        return outcome;
}

/* What compiling left behind may be more than the run may have: then the run has used too much memory before
 * it began. */
static enum execute_outcome resize(struct work *w)
{
        struct verdict *verdict = &w->result->run;
        struct verdict_limits limits = {
                w->plan.run_ms, w->plan.run_memory_mib, w->settings->limits.output_bytes};
        if (w->plan.run_memory_mib == w->plan.compile_memory_mib)
                return EXECUTE_DONE;
        int rc = lease_resize(w->link, &w->lease, w->plan.run_memory_mib, w->err);
        if (!rc)
                return EXECUTE_DONE;
        if (rc > 0) {
                w->result->ran = true;
                verdict_died_of_memory(verdict, STEP_RUN, &limits, 0, w->result->error);
                conclude(w->result, verdict);
                return EXECUTE_DONE;
        }
        w->clean = false;
        error_wrap(w->err, "sandbox %s", w->lease.sandbox);
        return EXECUTE_FAILED;
}

static enum execute_outcome steps(struct work *w)
{
        enum execute_outcome outcome = lease(w);
        if (outcome != EXECUTE_DONE)
                return outcome;
        w->frames = frames_new();
        if (!w->frames) {
                error_set(w->err, "out of memory");
                return EXECUTE_FAILED;
        }
        if (w->plan.compiles) {
                outcome = compile(w);
                if (outcome != EXECUTE_DONE || w->result->status != STATUS_SUCCESS)
                        return outcome;
                outcome = resize(w);
                if (outcome != EXECUTE_DONE || w->result->ran)
                        return outcome;
        }
        return run(w);
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
        if (check_policy(&w))
                goto out;
        if (result->violations.blocked) {
                outcome = EXECUTE_DONE;
                goto out;
        }
        if (plan_make(&w.plan, request, settings, err))
                goto out;
        outcome = steps(&w);
out:
        release(&w);
        frames_free(w.frames);
        plan_free(&w.plan);
        times->total_us = (uint32_t)(clock_us() - start);
        return outcome;
}
