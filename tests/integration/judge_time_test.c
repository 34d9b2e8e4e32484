/* What a whole request with test cases may take, and what its log lines may say. */
#include "tests/integration/fixture.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

static int start(void **state)
{
        struct service_options options = {.pool_max = 2, .request_time_s = 10, .queue_timeout_s = 60};
        (void)state;
        return fixture_start(&options);
}

/* The statuses of all cases, a letter each: success, failed, error, timeout, - for skipped. */
static void statuses(const json_t *answer, char letters[101])
{
        size_t i;
        json_t *result;
        memset(letters, 0, 101);
        json_array_foreach(json_object_get(json_object_get(answer, "tests"), "results"), i, result)
        {
                const char *status = json_string_value(json_object_get(result, "status"));
                letters[i] = strcmp(status, "skipped") ? *status : '-';
        }
}

static const char budget_text[] = "All test cases together exceeded 10 second timeout";

/* Each takes more than a third of the budget, so that the third at most is the last to begin: it is ended, or
 * could not begin. The first has time to spare. */
static void cases_beyond_the_budget_are_skipped(void **state)
{
        char letters[101];
        (void)state;
        json_t *answer = fixture_run("python", "import time\ntime.sleep(3.4)\nprint(1)\n",
                "\"timeout\": 20, \"testCases\": [{\"expectedOutput\": \"1\"}, {\"expectedOutput\": \"1\"},"
                "{\"expectedOutput\": \"1\"}, {\"expectedOutput\": \"1\"}, {\"expectedOutput\": \"1\"},"
                "{\"expectedOutput\": \"1\"}]");
        assert_non_null(answer);
        statuses(answer, letters);
        assert_int_equal(strlen(letters), 6);
        size_t passed = strspn(letters, "s"), ended = strspn(letters + passed, "t");
        assert_in_range(passed, 1, 2);
        assert_in_range(ended, 0, 1);
        assert_int_equal(strspn(letters + passed + ended, "-"), 6 - passed - ended);
        assert_string_equal(fixture_text(answer, "status"), "timeout");
        assert_string_equal(fixture_text(answer, "reason"), "time_limit");
        assert_string_equal(fixture_text(answer, "error"), budget_text);
        assert_string_equal(fixture_text(answer, "output"), ended ? "" : "1\n");
        json_decref(answer);
}

/* A case that is ended by the budget says so, not its own limit. */
static void a_case_that_takes_it_all(void **state)
{
        char letters[101];
        (void)state;
        json_t *answer = fixture_run("python", "print('begun', flush=True)\nwhile True:\n    pass\n",
                "\"timeout\": 20, \"testCases\": [{\"expectedOutput\": \"\"}, {\"expectedOutput\": \"\"}]");
        assert_non_null(answer);
        statuses(answer, letters);
        assert_string_equal(letters, "t-");
        assert_string_equal(fixture_text(answer, "error"), budget_text);
        assert_string_equal(fixture_text(answer, "output"), "begun\n");
        json_decref(answer);
}

/* The first that did not pass decides, not that others were not reached. */
static void a_failure_before_it(void **state)
{
        char letters[101];
        (void)state;
        json_t *answer =
                fixture_run("python", "n = int(input())\nprint(n, flush=True)\nwhile n > 1:\n    pass\n",
                        "\"timeout\": 20, \"testCases\": [{\"input\": \"1\", \"expectedOutput\": \"2\"},"
                        "{\"input\": \"2\", \"expectedOutput\": \"2\"}, {\"input\": \"3\", "
                        "\"expectedOutput\": \"3\"}]");
        assert_non_null(answer);
        statuses(answer, letters);
        assert_string_equal(letters, "ft-");
        assert_string_equal(fixture_text(answer, "status"), "failed");
        assert_string_equal(fixture_text(answer, "error"), "line 1: expected \"2\", got \"1\"");
        json_decref(answer);
}

/* A request without test cases has the limits of its steps alone. */
static void without_cases_it_does_not_count(void **state)
{
        (void)state;
        json_t *answer =
                fixture_run("python", "import time\ntime.sleep(10.5)\nprint(1)\n", "\"timeout\": 30");
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "status"), "success");
        json_decref(answer);
}

/* Neither of hidden nor of visible cases. */
static void nothing_is_in_the_log(void **state)
{
        char line[4200], status[32];
        (void)state;
        json_t *answer = fixture_run("python", "import sys\nx = input()\nprint(x)\nsys.exit(x)\n",
                "\"testCases\": [{\"input\": \"very-secret-input\", \"expectedOutput\": "
                "\"very-secret-output\","
                " \"isHidden\": true}, {\"input\": \"very-secret-too\", \"expectedOutput\": "
                "\"very-secret\"}]");
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "status"), "error");
        assert_int_equal(
                fixture_log_field(fixture_text(answer, "requestId"), "status", status, sizeof status), 0);
        assert_false(service_logged(&fixture, (const char *const[]){"very-secret", NULL}, line, sizeof line));
        json_decref(answer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cases_beyond_the_budget_are_skipped),
                cmocka_unit_test(a_case_that_takes_it_all),
                cmocka_unit_test(a_failure_before_it),
                cmocka_unit_test(without_cases_it_does_not_count),
                cmocka_unit_test(nothing_is_in_the_log),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
