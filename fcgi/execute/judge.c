/* Judges test cases.
 *
 * What is kept: of the case that the answer shows, everything; of each other one, the beginning of its output
 * and error, up to RESULT_TEST_MAX, and RESULT_TESTS_MAX over all. Of a hidden case, nothing but its ending,
 * time and memory: it is dropped here, so that nothing after this can give it away. The request's stdin,
 * which each case without an input of its own reads, is shown within bounds of the same size. */
#include "fcgi/execute/judge.h"
#include "fcgi/base/compare.h"
#include "fcgi/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 512

/* How much more of a case's text may be kept, at most size. */
static size_t share(size_t kept, size_t size)
{
        size_t left = RESULT_TESTS_MAX - kept;
        size_t most = left < RESULT_TEST_MAX ? left : RESULT_TEST_MAX;
        return size < most ? size : most;
}

static void set_input(struct test_result *entry, const struct request *request, size_t *borrowed)
{
        if (entry->test->input) {
                entry->input = entry->test->input;
                entry->input_size = entry->test->input_size;
                return;
        }
        entry->input = request->input;
        entry->input_size =
                text_cut(request->input, request->input_size, share(*borrowed, request->input_size));
        *borrowed += entry->input_size;
}

int judge_prepare(struct result *result, const struct request *request)
{
        size_t borrowed = 0;
        if (result_tests_make(result, request->tests->count))
                return -1;
        for (size_t i = 0; i < request->tests->count; i++) {
                const struct test_case *test = &request->tests->cases[i];
                struct test_result *entry = &result->tests.list[i];
                entry->test = test;
                entry->hidden = test->hidden;
                if (!test->hidden)
                        set_input(entry, request, &borrowed);
                if (test->name && !(entry->name = strdup(test->name)))
                        return -1;
        }
        return 0;
}

void judge_say_budget(uint32_t budget_ms, char text[512])
{
        snprintf(text, TEXT_SIZE, "All test cases together exceeded %.10g second timeout",
                (double)budget_ms / 1000);
}

static int keep_output(struct judge *judge, struct test_result *entry, const struct verdict *verdict)
{
        size_t size = share(judge->kept, verdict->out.size);
        entry->truncated = verdict->truncated || size < verdict->out.size;
        entry->output = BUFFER_MAX(size);
        if (buffer_add(&entry->output, verdict->out.data, size))
                return -1;
        judge->kept += size;
        return 0;
}

static int keep_error(
        struct judge *judge, struct test_result *entry, const struct verdict *verdict, const char *text)
{
        size_t size;
        if (verdict->status == STATUS_SUCCESS)
                return 0;
        if (*text)
                entry->error = strdup(text);
        else
                entry->error =
                        result_stream_text(&verdict->err, share(judge->kept, verdict->err.size), &size);
        if (!entry->error)
                return -1;
        if (!*text)
                judge->kept += share(judge->kept, size);
        if (*entry->error)
                return 0;
        free(entry->error);
        entry->error = strdup("The program failed");
        return entry->error ? 0 : -1;
}

static int enter(
        struct judge *judge, struct test_result *entry, const struct verdict *verdict, const char *text)
{
        entry->skipped = false;
        entry->status = verdict->status;
        entry->reason = verdict->reason;
        entry->wall_ms = verdict->wall_ms;
        entry->memory_kib = verdict->memory_kib;
        judge->result->tests.skipped--;
        judge->result->tests.passed += verdict->status == STATUS_SUCCESS;
        if (entry->hidden)
                return 0;
        return keep_output(judge, entry, verdict) || keep_error(judge, entry, verdict, text) ? -1 : 0;
}

/* Texts about a hidden case: those about limits name the limits alone. */
static const char *hidden_text(const struct verdict *verdict, const char *text)
{
        switch (verdict->reason) {
        case REASON_WRONG_ANSWER:
                return "The output in a hidden test case is not the expected one";
        case REASON_RUNTIME_ERROR:
                return "Your code failed in a hidden test case";
        default:
                return text;
        }
}

/* The answer shows this case, until another one fails. */
static void show(
        struct judge *judge, const struct test_result *entry, struct verdict *verdict, const char *text)
{
        struct result *result = judge->result;
        const struct verdict last = result->run;
        result->ran = true;
        result->status = verdict->status;
        result->reason = verdict->reason;
        result->run = *verdict;
        verdict->out = last.out;
        verdict->err = last.err;
        if (entry->hidden) {
                text = hidden_text(verdict, text);
                buffer_clear(&result->run.out);
                buffer_clear(&result->run.err);
                result->run.exit_code = -1;
                result->run.signal = 0;
                result->run.truncated = false;
        }
        snprintf(result->error, sizeof result->error, "%s", text);
}

static void add_up(struct judge *judge, const struct verdict *verdict)
{
        judge->wall_ms += verdict->wall_ms;
        judge->cpu_ms += verdict->cpu_ms;
        if (verdict->memory_kib > judge->memory_kib)
                judge->memory_kib = verdict->memory_kib;
}

int judge_case(struct judge *judge, size_t index, struct verdict *verdict, const char *text)
{
        struct test_result *entry = &judge->result->tests.list[index];
        const struct test_case *test = entry->test;
        char difference[COMPARE_TEXT_SIZE];
        if (verdict->status == STATUS_SUCCESS &&
                !compare_outputs(judge->compare, test->expected, test->expected_size, verdict->out.data,
                        verdict->out.size, difference)) {
                verdict->status = STATUS_FAILED;
                verdict->reason = REASON_WRONG_ANSWER;
                text = difference;
        }
        if (enter(judge, entry, verdict, text))
                return -1;
        add_up(judge, verdict);
        if (!judge->failed)
                show(judge, entry, verdict, text);
        judge->failed |= entry->status != STATUS_SUCCESS;
        return 0;
}

void judge_end(struct judge *judge, uint32_t budget_ms)
{
        struct result *result = judge->result;
        result->run.wall_ms = judge->wall_ms;
        result->run.cpu_ms = judge->cpu_ms;
        result->run.memory_kib = judge->memory_kib;
        if (judge->failed || !result->tests.skipped)
                return;
        result->status = STATUS_TIMEOUT;
        result->reason = REASON_TIME_LIMIT;
        judge_say_budget(budget_ms, result->error);
}
