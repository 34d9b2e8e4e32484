/* Runs test cases: a step each, compared here, so that what is expected never enters the sandbox. */
#include "fcgi/execute/cases.h"
#include "fcgi/base/clock.h"
#include "fcgi/execute/judge.h"

/* A case that could not even have this is not begun. */
#define LEAST_MS 100

int cases_prepare(struct work *w)
{
        return judge_prepare(w->result, w->request) ? error_set(w->err, "out of memory") : 0;
}

/* Whether the budget, and not the case's own limit, ended it is for the judge to say. */
static enum execute_outcome run_case(
        struct work *w, struct judge *judge, size_t index, uint32_t left_ms, bool *go_on)
{
        const struct test_case *test = &w->request->tests->cases[index];
        uint32_t own_ms = test->timeout_ms ? test->timeout_ms : w->request->timeout_ms;
        uint32_t wall_ms = own_ms < left_ms ? own_ms : left_ms;
        struct verdict verdict = {0};
        char text[512] = "";
        struct work_step step = {
                .kind = STEP_RUN,
                .limits = work_run_limits(w, wall_ms),
                .late_ms = PLAN_LATE_MS + PLAN_FORK_MS + (index ? PLAN_CLEAN_MS : 0),
                .verdict = &verdict,
                .text = text,
        };
        enum execute_outcome outcome = EXECUTE_FAILED;
        if (!plan_run(&w->plan, w->request, w->settings, test, wall_ms, w->err))
                outcome = work_do(w, &step);
        if (outcome == EXECUTE_DONE && wall_ms < own_ms && verdict.status == STATUS_TIMEOUT)
                judge_say_budget(w->plan.budget_ms, text);
        if (outcome == EXECUTE_DONE && judge_case(judge, index, &verdict, text)) {
                error_set(w->err, "out of memory");
                outcome = EXECUTE_FAILED;
        }
        *go_on = !step.lost && !(w->request->stop_on_failure && judge->failed);
        buffer_clear(&verdict.out);
        buffer_clear(&verdict.err);
        return outcome;
}

enum execute_outcome cases_run(struct work *w, int64_t until_ms)
{
        struct judge judge = {.result = w->result, .compare = &w->request->tests->compare};
        enum execute_outcome outcome = EXECUTE_DONE;
        bool go_on = true;
        for (size_t i = 0; outcome == EXECUTE_DONE && go_on && i < w->request->tests->count; i++) {
                int left_ms = clock_left_ms(until_ms);
                if (left_ms < LEAST_MS)
                        break;
                outcome = run_case(w, &judge, i, (uint32_t)left_ms, &go_on);
        }
        work_release(w);
        judge_end(&judge, w->plan.budget_ms);
        return outcome;
}
