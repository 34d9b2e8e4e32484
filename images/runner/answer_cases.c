/* Judges the test cases of --once, and writes what became of them. */
#include "images/runner/answer.h"

#include <stdio.h>
#include <stdlib.h>

static void cut(char **bytes, size_t *size, size_t most)
{
        if (*size <= most)
                return;
        char *less = realloc(*bytes, most);
        *bytes = less ? less : *bytes;
        *size = most;
}

void answer_cut(struct answer_step *step, size_t most)
{
        step->cut = step->out_size > most;
        cut(&step->out, &step->out_size, most);
        cut(&step->err, &step->err_size, most);
}

static void hide(struct answer_step *step)
{
        answer_step_free(step);
        step->out_size = step->err_size = 0;
        step->report.exit_code = -1;
        step->report.signal = 0;
        step->report.truncated = 0;
        if (step->reason && step->report.ended_by == ENDED_BY_ITSELF)
                snprintf(step->text, sizeof step->text, "Your code did not pass a hidden test case");
}

void answer_judge(struct answer_step *step, const struct ask *ask, const struct ask_case *test)
{
        step->status = answer_status(step, &step->reason);
        if (!step->reason && !compare_outputs(&ask->compare, test->expected.data, test->expected.size,
                                     step->out, step->out_size, step->text)) {
                step->status = "failed";
                step->reason = "wrong_answer";
        }
        if (test->hidden)
                hide(step);
}

static json_t *name_of(const struct ask_case *test, size_t index)
{
        return test->name ? json_string(test->name) : json_sprintf("Test %zu", index + 1);
}

/* run NULL: it was skipped. */
static json_t *case_json(
        const struct ask *ask, size_t index, const struct answer_step *run, uint64_t memory_limit_mib)
{
        const struct ask_case *test = &ask->cases[index];
        const struct ask_text input = test->input.data ? test->input : ask->input;
        json_t *result = json_pack("{s:o, s:b, s:s, s:s?, s:I, s:I}", "name", name_of(test, index), "passed",
                run && !run->reason, "status", run ? run->status : "skipped", "reason",
                run ? run->reason : NULL, "executionTime",
                run ? (json_int_t)((run->report.wall_us + 500) / 1000) : 0, "memory",
                run ? (json_int_t)run->report.peak_kib : 0);
        if (test->hidden) {
                json_object_set_new(result, "isHidden", json_true());
                return result;
        }
        json_object_set_new(result, "input", answer_string(input.data, input.size));
        json_object_set_new(
                result, "expectedOutput", answer_string(test->expected.data, test->expected.size));
        json_object_set_new(result, "output", run ? answer_string(run->out, run->out_size) : json_string(""));
        json_object_set_new(result, "truncated", json_boolean(run && (run->cut || run->report.truncated)));
        if (run && run->reason)
                json_object_set_new(result, "error", answer_text(run, memory_limit_mib));
        return result;
}

json_t *answer_tests(const struct ask *ask, const struct answer_step *runs, size_t count,
        uint64_t memory_limit_mib, size_t *shown)
{
        json_t *results = json_array();
        size_t passed = 0, first = count;
        for (size_t i = 0; i < ask->case_count; i++) {
                const struct answer_step *run = i < count ? &runs[i] : NULL;
                passed += run && !run->reason;
                if (run && run->reason && first == count)
                        first = i;
                json_array_append_new(results, case_json(ask, i, run, memory_limit_mib));
        }
        *shown = first < count ? first : count ? count - 1 : 0;
        if (!ask->case_count) {
                json_decref(results);
                return json_null();
        }
        return json_pack("{s:I, s:I, s:I, s:o}", "passed", (json_int_t)passed, "total",
                (json_int_t)ask->case_count, "skipped", (json_int_t)(ask->case_count - count), "results",
                results);
}
