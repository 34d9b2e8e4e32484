/* The tests of an answer. */
#include "fcgi/model/result_tests.h"

#include "fcgi/model/json_write.h"

#include <stdio.h>
#include <stdlib.h>

int result_tests_make(struct result *result, size_t count)
{
        result->tests.list = calloc(count, sizeof *result->tests.list);
        if (result->tests.list == NULL)
                return -1;
        result->tests.count = result->tests.skipped = count;
        for (size_t i = 0; i < count; i++)
                result->tests.list[i].skipped = true;
        return 0;
}

void result_tests_free(struct test_results *tests)
{
        for (size_t i = 0; i < tests->count; i++) {
                free(tests->list[i].name);
                buffer_clear(&tests->list[i].output);
                free(tests->list[i].error);
        }
        free(tests->list);
        *tests = (struct test_results){0};
}

/* What went into a test, what it should have said and what it said; a suite's test has none of it. */
static int add_texts(struct buffer *out, const struct test_result *result, bool base64)
{
        const struct test_case *test = result->test;

        if (test == NULL) {
                if (json_write_raw(out, ",\"input\":null,\"expectedOutput\":null") < 0)
                        return -1;
        } else if (json_write_key_bytes(out, ",\"input\":", result->input, result->input_size, false) < 0 ||
                   json_write_key_bytes(
                           out, ",\"expectedOutput\":", test->expected, test->expected_size, false) < 0) {
                return -1;
        }
        if (json_write_key_bytes(out, ",\"output\":", result->output.data, result->output.size, base64) < 0 ||
                json_write_key_flag(out, ",\"truncated\":", result->truncated) < 0)
                return -1;
        return result->error != NULL ? json_write_key_word(out, ",\"error\":", result->error) : 0;
}

static int add_test(struct buffer *out, const struct test_result *result, size_t number, bool base64)
{
        const char *status = result->skipped ? "skipped" : status_names[result->status];
        const char *reason = result->skipped ? NULL : reason_names[result->reason];
        char name[32];

        snprintf(name, sizeof name, "Test %zu", number);
        if (json_write_key_word(out, "{\"name\":", result->name != NULL ? result->name : name) < 0 ||
                json_write_key_flag(
                        out, ",\"passed\":", !result->skipped && result->status == STATUS_SUCCESS) < 0 ||
                json_write_key_word(out, ",\"status\":", status) < 0 ||
                json_write_key_word(out, ",\"reason\":", reason) < 0 ||
                (!result->hidden && add_texts(out, result, base64) < 0) ||
                json_write_key_number(out, ",\"executionTime\":", result->wall_ms) < 0 ||
                json_write_key_number(out, ",\"memory\":", (int64_t)result->memory_kib) < 0 ||
                (result->hidden && json_write_raw(out, ",\"isHidden\":true") < 0))
                return -1;
        return json_write_raw(out, "}");
}

int result_tests_json(struct buffer *out, const struct test_results *tests, bool base64)
{
        if (tests->list == NULL)
                return json_write_raw(out, "null");
        if (json_write_key_number(out, "{\"passed\":", (int64_t)tests->passed) < 0 ||
                json_write_key_number(out, ",\"total\":", (int64_t)tests->count) < 0 ||
                json_write_key_number(out, ",\"skipped\":", (int64_t)tests->skipped) < 0 ||
                json_write_raw(out, ",\"results\":[") < 0)
                return -1;
        for (size_t i = 0; i < tests->count; i++)
                if ((i > 0 && json_write_raw(out, ",") < 0) ||
                        add_test(out, &tests->list[i], i + 1, base64) < 0)
                        return -1;
        return json_write_raw(out, "]}");
}
