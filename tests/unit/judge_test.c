/* Judging test cases: which one the answer shows, what is kept, what a hidden one gives away. */
#include "fcgi/execute/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CASES 100

static struct test_case cases[CASES];
static struct test_set set = {.cases = cases, .count = 3};
static struct request request = {.tests = &set};
static struct result result;
static struct judge judge;

static int begin(void **state)
{
        (void)state;
        static char expected[] = "ok";
        set.count = 3;
        for (size_t i = 0; i < CASES; i++)
                cases[i] = (struct test_case){.expected = expected, .expected_size = 2};
        result = (struct result){0};
        judge = (struct judge){.result = &result, .compare = &set.compare};
        return 0;
}

static int end(void **state)
{
        (void)state;
        result_free(&result);
        return 0;
}

static void put(struct buffer *buffer, const char *text, size_t size)
{
        *buffer = BUFFER_MAX(4 << 20);
        assert_int_equal(buffer_add(buffer, text, size), 0);
}

/* Judge case index as a run that wrote this and ended so. */
static void judge_run(size_t index, enum status status, enum reason reason, const char *out, const char *text)
{
        struct verdict verdict = {.status = status,
                .reason = reason,
                .exit_code = status == STATUS_SUCCESS ? 0 : 7,
                .wall_ms = 10,
                .cpu_ms = 5,
                .memory_kib = 100 * (index + 1)};
        put(&verdict.out, out, strlen(out));
        put(&verdict.err, "secret stderr", 13);
        assert_int_equal(judge_case(&judge, index, &verdict, text), 0);
        buffer_clear(&verdict.out);
        buffer_clear(&verdict.err);
}

static void assert_shown(enum status status, enum reason reason, const char *error, const char *out)
{
        assert_int_equal(result.status, status);
        assert_int_equal(result.reason, reason);
        assert_string_equal(result.error, error);
        assert_int_equal(result.run.out.size, strlen(out));
        if (*out)
                assert_memory_equal(result.run.out.data, out, strlen(out));
}

static void all_pass(void **state)
{
        (void)state;
        assert_int_equal(judge_prepare(&result, &request), 0);
        judge_run(0, STATUS_SUCCESS, REASON_NONE, "ok", "");
        judge_run(1, STATUS_SUCCESS, REASON_NONE, "ok\n", "");
        judge_run(2, STATUS_SUCCESS, REASON_NONE, "ok \n\n", "");
        judge_end(&judge, 60000);
        assert_shown(STATUS_SUCCESS, REASON_NONE, "", "ok \n\n");
        assert_int_equal(result.tests.passed, 3);
        assert_int_equal(result.tests.skipped, 0);
        assert_int_equal(result.run.wall_ms, 30);
        assert_int_equal(result.run.cpu_ms, 15);
        assert_int_equal(result.run.memory_kib, 300);
        assert_null(result.tests.list[2].error);
}

static void the_first_failure_is_shown(void **state)
{
        (void)state;
        assert_int_equal(judge_prepare(&result, &request), 0);
        judge_run(0, STATUS_SUCCESS, REASON_NONE, "ok", "");
        judge_run(1, STATUS_SUCCESS, REASON_NONE, "no", "");
        judge_run(2, STATUS_TIMEOUT, REASON_TIME_LIMIT, "ok", "too slow");
        judge_end(&judge, 60000);
        assert_shown(STATUS_FAILED, REASON_WRONG_ANSWER, "line 1: expected \"ok\", got \"no\"", "no");
        assert_int_equal(result.run.wall_ms, 30);
        assert_int_equal(result.tests.passed, 1);
        assert_string_equal(result.tests.list[1].error, "line 1: expected \"ok\", got \"no\"");
        assert_int_equal(result.tests.list[2].status, STATUS_TIMEOUT);
        assert_string_equal(result.tests.list[2].error, "too slow");
}

/* Right output does not help a program that failed. */
static void its_own_words(void **state)
{
        (void)state;
        assert_int_equal(judge_prepare(&result, &request), 0);
        judge_run(0, STATUS_ERROR, REASON_RUNTIME_ERROR, "ok", "");
        assert_string_equal(result.tests.list[0].error, "secret stderr");
        assert_shown(STATUS_ERROR, REASON_RUNTIME_ERROR, "", "ok");
        assert_int_equal(result.run.err.size, 13);
}

static void skipped_for_want_of_time(void **state)
{
        (void)state;
        assert_int_equal(judge_prepare(&result, &request), 0);
        judge_run(0, STATUS_SUCCESS, REASON_NONE, "ok", "");
        judge_end(&judge, 2500);
        assert_shown(STATUS_TIMEOUT, REASON_TIME_LIMIT, "All test cases together exceeded 2.5 second timeout",
                "ok");
        assert_int_equal(result.tests.skipped, 2);
        assert_true(result.tests.list[1].skipped);
}

/* Whatever its ending, and whether it is the first, the last or the only one. */
static void a_hidden_case_gives_nothing_away(void **state)
{
        static const struct {
                enum status status;
                enum reason reason;
                const char *text, *shown;
        } endings[] = {
                {STATUS_SUCCESS, REASON_NONE, "", "The output in a hidden test case is not the expected one"},
                {STATUS_ERROR, REASON_RUNTIME_ERROR, "secret text", "Your code failed in a hidden test case"},
                {STATUS_TIMEOUT, REASON_TIME_LIMIT, "limit", "limit"},
                {STATUS_ERROR, REASON_MEMORY_LIMIT, "limit", "limit"},
                {STATUS_ERROR, REASON_OUTPUT_LIMIT, "limit", "limit"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
                begin(NULL);
                cases[0].hidden = true;
                assert_int_equal(judge_prepare(&result, &request), 0);
                judge_run(0, endings[i].status, endings[i].reason, "secret", endings[i].text);
                judge_run(1, STATUS_SUCCESS, REASON_NONE, "ok", "");
                judge_end(&judge, 1000);
                assert_string_equal(result.error, endings[i].shown);
                assert_int_equal(result.run.out.size + result.run.err.size, 0);
                assert_int_equal(result.run.exit_code, -1);
                assert_int_equal(result.run.signal, 0);
                assert_true(result.tests.list[0].hidden);
                assert_int_equal(result.tests.list[0].output.size, 0);
                assert_null(result.tests.list[0].error);
                end(NULL);
        }
}

/* A hundred megabytes come out; one case's and a bounded part of the others' are kept. */
static void outputs_do_not_pile_up(void **state)
{
        char *big = malloc((1 << 20) + 1);
        size_t kept = 0;
        (void)state;
        assert_non_null(big);
        memset(big, 'x', 1 << 20);
        big[1 << 20] = 0;
        set.count = CASES;
        assert_int_equal(judge_prepare(&result, &request), 0);
        for (size_t i = 0; i < CASES; i++) {
                judge_run(i, STATUS_SUCCESS, REASON_NONE, big, "");
                assert_true(result.tests.list[i].truncated);
                assert_true(result.tests.list[i].output.size <= RESULT_TEST_MAX);
                kept += result.tests.list[i].output.capacity;
        }
        assert_in_range(kept, RESULT_TESTS_MAX, RESULT_TESTS_MAX + CASES * 256);
        assert_int_equal(result.run.out.size, 1 << 20);
        free(big);
}

static size_t answer_size(void)
{
        struct language language = {.id = "toy", .version = "1"};
        size_t size;
        char *text = result_json(&result, &language, false, "id", &size);
        assert_non_null(text);
        free(text);
        return size;
}

/* A hundred cases read the request's megabyte of stdin: it is not shown a hundred times. */
static void stdin_does_not_pile_up(void **state)
{
        enum { SIZE = 1 << 20 };
        char *big = malloc(SIZE);
        (void)state;
        assert_non_null(big);
        for (size_t i = 0; i + 1 < SIZE; i += 2)
                memcpy(big + i, "\xC3\xA9", 2);
        set.count = CASES;
        cases[7].input = big;
        cases[7].input_size = SIZE;
        cases[8].hidden = true;
        request.input = big;
        request.input_size = SIZE - 1;
        assert_int_equal(judge_prepare(&result, &request), 0);
        assert_int_equal(result.tests.list[0].input_size, RESULT_TEST_MAX);
        assert_int_equal(result.tests.list[7].input_size, SIZE);
        assert_int_equal(result.tests.list[8].input_size, 0);
        assert_true(answer_size() < SIZE + RESULT_TESTS_MAX + CASES * 256);
        request.input = NULL;
        request.input_size = 0;
        free(big);
}

static void what_cases_do_not_have_is_the_request_s(void **state)
{
        static char stdin_text[] = "in", own[] = "own", name[] = "named";
        (void)state;
        request.input = stdin_text;
        request.input_size = 2;
        cases[1].input = own;
        cases[1].input_size = 3;
        cases[1].name = name;
        assert_int_equal(judge_prepare(&result, &request), 0);
        request.input = NULL;
        request.input_size = 0;
        assert_string_equal(result.tests.list[0].input, "in");
        assert_null(result.tests.list[0].name);
        assert_string_equal(result.tests.list[1].input, "own");
        assert_string_equal(result.tests.list[1].name, "named");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(all_pass, begin, end),
                cmocka_unit_test_setup_teardown(the_first_failure_is_shown, begin, end),
                cmocka_unit_test_setup_teardown(its_own_words, begin, end),
                cmocka_unit_test_setup_teardown(skipped_for_want_of_time, begin, end),
                cmocka_unit_test(a_hidden_case_gives_nothing_away),
                cmocka_unit_test_setup_teardown(outputs_do_not_pile_up, begin, end),
                cmocka_unit_test_setup_teardown(stdin_does_not_pile_up, begin, end),
                cmocka_unit_test_setup_teardown(what_cases_do_not_have_is_the_request_s, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
