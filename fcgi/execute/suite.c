/* Test suites.
 *
 * The suite is process 0 of the step and the program process 1, each with a user of its own: what comes on
 * the step's stdout comes from the suite alone. So a program cannot say that it passed; it can only make the
 * suite fail, stall or be ended with it, and then the report is not whole. */
#include "fcgi/execute/suite.h"

#include "fcgi/base/text.h"
#include "fcgi/model/suite_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char stopped[] = "The tests of this exercise did not come to their end";
static const char broken[] = "The tests of this exercise cannot be run; the service's log says why";

static void conclude(struct result *result, enum status status, enum reason reason, const char *text)
{
        result->status = status;
        result->reason = reason;
        snprintf(result->error, sizeof result->error, "%.*s",
                (int)text_cut(text, strlen(text), sizeof result->error - 1), text);
}

/* Whether the step was ended by a limit: then that is what there is to say. */
static bool ended_by_limit(const struct verdict *verdict)
{
        return verdict->reason == REASON_TIME_LIMIT || verdict->reason == REASON_MEMORY_LIMIT ||
               verdict->reason == REASON_OUTPUT_LIMIT;
}

static void enter_ending(
        struct result *result, struct test_result *entry, enum status status, enum reason reason)
{
        entry->skipped = false;
        entry->status = status;
        entry->reason = reason;
        result->tests.skipped--;
        result->tests.passed += status == STATUS_SUCCESS;
}

/* The tests that were told, and the first of the others as the one in the midst of which a limit was hit.
 * Those of a suite that cannot be run mean nothing. */
static int enter_tests(struct result *result, struct suite_report *report, const char *text)
{
        bool limit = ended_by_limit(&result->run);
        if (!report->count || report->broken)
                return 0;
        if (result_tests_make(result, report->count))
                return -1;
        for (size_t i = 0; i < report->count; i++) {
                struct suite_test *test = &report->tests[i];
                struct test_result *entry = &result->tests.list[i];
                entry->name = test->name;
                entry->error = test->message;
                test->name = test->message = NULL;
                if (test->outcome == SUITE_PASSED) {
                        enter_ending(result, entry, STATUS_SUCCESS, REASON_NONE);
                } else if (test->outcome == SUITE_FAILED) {
                        enter_ending(result, entry, STATUS_FAILED, REASON_WRONG_ANSWER);
                } else if (test->outcome == SUITE_UNTOLD && limit) {
                        limit = false;
                        enter_ending(result, entry, result->run.status, result->run.reason);
                        if (!(entry->error = strdup(text)))
                                return -1;
                }
        }
        return 0;
}

static const struct test_result *first_failed(const struct result *result)
{
        for (size_t i = 0; i < result->tests.count; i++)
                if (!result->tests.list[i].skipped && result->tests.list[i].status != STATUS_SUCCESS)
                        return &result->tests.list[i];
        return NULL;
}

/* The first test that the suite itself skipped: it says why. */
static const struct test_result *first_left_out(const struct result *result)
{
        for (size_t i = 0; i < result->tests.count; i++)
                if (result->tests.list[i].skipped && result->tests.list[i].error)
                        return &result->tests.list[i];
        return NULL;
}

static void judge(struct result *result, const struct suite_report *report, const struct verdict *verdict,
        const char *text)
{
        const struct test_result *failed = first_failed(result), *left_out = first_left_out(result);
        bool exited = verdict->status == STATUS_SUCCESS; /* with code 0 */
        if (ended_by_limit(verdict))
                conclude(result, verdict->status, verdict->reason, text);
        else if (failed)
                conclude(result, failed->status, failed->reason,
                        failed->error ? failed->error : "A test did not pass");
        else if (exited && report->whole && result->tests.passed == report->count && report->count)
                conclude(result, STATUS_SUCCESS, REASON_NONE, "");
        else if (report->broken)
                conclude(result, STATUS_ERROR, REASON_SUITE_ERROR, broken);
        else if (report->whole && left_out)
                conclude(result, STATUS_FAILED, REASON_WRONG_ANSWER, left_out->error);
        else
                conclude(result, STATUS_ERROR, REASON_RUNTIME_ERROR, stopped);
}

/* For the log. */
static void say_why(const struct result *result, const struct suite_report *report, struct error *err)
{
        const struct buffer *said = &result->run.err;
        if (report->broken)
                error_set(err, "suite: %s: %.*s", report->broken, (int)said->size,
                        said->data ? said->data : "");
        else
                error_set(err, "suite: %s", report->whole ? "its exit code" : report->problem);
}

int suite_judge(struct result *result, struct verdict *verdict, const char *text, struct error *err)
{
        struct suite_report report;
        int rc = suite_report_read(verdict->out.data, verdict->out.size, &report, err);
        result->ran = true;
        result->run = *verdict;
        *verdict = (struct verdict){.status = result->run.status, .reason = result->run.reason};
        /* The suite's own output and ending are nothing that the user's program made. */
        buffer_clear(&result->run.out);
        result->run.out = report.output;
        report.output = BUFFER_MAX(0);
        result->run.truncated |= report.output_cut;
        result->run.exit_code = -1;
        result->run.signal = 0;
        if (!rc && enter_tests(result, &report, text))
                rc = error_set(err, "out of memory");
        judge(result, &report, verdict, text);
        if (!rc && result->status == STATUS_ERROR && !ended_by_limit(&result->run))
                say_why(result, &report, err);
        /* What a suite that cannot be run has printed, a compiler's message say, may show the tests. */
        if (report.broken)
                buffer_clear(&result->run.err);
        suite_report_clear(&report);
        return rc;
}

enum execute_outcome suite_run(struct work *w)
{
        struct verdict verdict = {0};
        char text[512] = "";
        struct work_step step = {
                .kind = STEP_RUN,
                .limits = work_run_limits(w, w->request->timeout_ms),
                .late_ms = PLAN_LATE_MS,
                .verdict = &verdict,
                .text = text,
        };
        enum execute_outcome outcome = EXECUTE_FAILED;
        if (!plan_run(&w->plan, w->request, w->settings, NULL, w->request->timeout_ms, w->err))
                outcome = work_do(w, &step);
        work_release(w);
        if (outcome == EXECUTE_DONE && suite_judge(w->result, &verdict, text, w->err))
                outcome = EXECUTE_FAILED;
        buffer_clear(&verdict.out);
        buffer_clear(&verdict.err);
        return outcome;
}
