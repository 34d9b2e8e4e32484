/* Leases a sandbox and has steps done in it. */
#include "fcgi/execute/work.h"
#include "fcgi/base/clock.h"
#include "fcgi/execute/converse.h"

#include <string.h>

struct verdict_limits work_run_limits(const struct work *w, uint32_t wall_ms)
{
        return (struct verdict_limits){wall_ms, w->plan.run_memory_mib, w->settings->limits.output_bytes};
}

enum execute_outcome work_lease(struct work *w)
{
        uint32_t memory = w->plan.compiles ? w->plan.compile_memory_mib : w->plan.run_memory_mib;
        w->frames = frames_new();
        if (!w->frames) {
                error_set(w->err, "out of memory");
                return EXECUTE_FAILED;
        }
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

void work_release(struct work *w)
{
        if (w->leased)
                lease_release(w->link, &w->lease, w->clean);
        w->leased = false;
}

void work_end(struct work *w)
{
        work_release(w);
        frames_free(w->frames);
        plan_free(&w->plan);
}

static enum execute_outcome lost(struct work *w, struct work_step *step)
{
        w->clean = false;
        step->lost = true;
        return EXECUTE_DONE;
}

/* The sandbox died under the step: of the program's hunger, or of our doing? */
static enum execute_outcome died(struct work *w, struct work_step *step, uint32_t elapsed_ms)
{
        w->clean = false;
        if (lease_died_of_memory(w->link, &w->lease, w->err) == 1) {
                verdict_died_of_memory(step->verdict, step->kind, &step->limits, elapsed_ms, step->text);
                return lost(w, step);
        }
        error_set(w->err, "sandbox %s died", w->lease.sandbox);
        return EXECUTE_FAILED;
}

/* A report that tells of our failure: the sandbox behind it is not to be trusted. */
static enum execute_outcome judge(
        struct work *w, struct work_step *step, const struct protocol_report *report)
{
        int failed = step->kind == STEP_COMPILE
                             ? verdict_of_compile(step->verdict, report, &step->limits, step->text, w->err)
                             : verdict_of_run(step->verdict, report, w->request->language, &step->limits,
                                       step->text, w->err);
        if (!failed)
                return EXECUTE_DONE;
        w->clean = false;
        error_wrap(w->err, "sandbox %s", w->lease.sandbox);
        return EXECUTE_FAILED;
}

static void add_us(uint32_t *noted, uint64_t us)
{
        *noted = us < UINT32_MAX - *noted ? *noted + (uint32_t)us : UINT32_MAX;
}

/* report: NULL when none came, which may be after any part of the step. */
static void note_times(struct execute_times *times, enum step_kind kind, uint64_t elapsed_us,
        const struct protocol_report *report)
{
        add_us(kind == STEP_COMPILE ? &times->compile_us : &times->run_us,
                report ? report->wall_us : elapsed_us);
        add_us(&times->steps_us, elapsed_us);
        if (!report)
                return;
        add_us(&times->start_us, report->start_us);
        add_us(&times->finish_us, report->finish_us);
}

enum execute_outcome work_do(struct work *w, struct work_step *step)
{
        int64_t start_us = clock_us();
        size_t whole = w->plan.frames.size;
        struct protocol_report report;
        struct verdict *verdict = step->verdict;
        struct conversation with = {
                .fd = w->lease.fd,
                .cancel_fd = w->cancel_fd,
                .frames = w->frames,
                .kind = step->kind,
                .deadline_ms = start_us / 1000 + step->limits.wall_ms + step->late_ms,
                .output_bytes = step->limits.output_bytes,
                .out = &verdict->out,
                .err = &verdict->err,
        };
        verdict->out = BUFFER_MAX(step->limits.output_bytes);
        verdict->err = BUFFER_MAX(step->limits.output_bytes);
        enum converse_end end = converse(&with, &w->plan.frames, &report, w->err);
        uint64_t elapsed_us = (uint64_t)(clock_us() - start_us);
        uint32_t elapsed_ms = (uint32_t)(elapsed_us / 1000);
        note_times(w->times, step->kind, elapsed_us, end == CONVERSE_REPORT ? &report : NULL);
        switch (end) {
        case CONVERSE_REPORT:
                return judge(w, step, &report);
        case CONVERSE_LATE:
                verdict_late(verdict, step->kind, &step->limits, elapsed_ms, step->text);
                return lost(w, step);
        case CONVERSE_ENDED:
                return died(w, step, elapsed_ms);
        case CONVERSE_CANCELLED:
                /* A reset ends whatever runs, but only where it is not read as the rest of a frame. */
                w->clean = w->plan.frames.size == 0 || w->plan.frames.size == whole;
                return EXECUTE_CLIENT_GONE;
        case CONVERSE_BROKEN:
        default:
                w->clean = false;
                error_wrap(w->err, "sandbox %s", w->lease.sandbox);
                return EXECUTE_FAILED;
        }
}

enum execute_outcome work_resize(struct work *w, bool *too_small)
{
        *too_small = false;
        if (w->plan.run_memory_mib == w->plan.compile_memory_mib)
                return EXECUTE_DONE;
        int rc = lease_resize(w->link, &w->lease, w->plan.run_memory_mib, w->err);
        *too_small = rc > 0;
        if (rc >= 0)
                return EXECUTE_DONE;
        w->clean = false;
        error_wrap(w->err, "sandbox %s", w->lease.sandbox);
        return EXECUTE_FAILED;
}
