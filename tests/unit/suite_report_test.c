/* What a test suite says: whole reports, everything that makes one not whole, and what is judged by it. */
#include "fcgi/execute/suite.h"
#include "fcgi/model/suite_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLAN "{\"plan\": [\"a\", \"b\"]}\n"
#define A "{\"test\": \"a\", \"passed\": true}\n"
#define B "{\"test\": \"b\", \"passed\": true}\n"
#define LATER "{\"plan\": [\"c\"]}\n"
#define C "{\"test\": \"c\", \"skipped\": true, \"message\": \"todo\"}\n"
#define BROKEN "{\"broken\": \"line 1: \\u20ac\"}\n"
#define DONE "{\"done\": true}\n"

static struct suite_report read_bytes(const char *bytes, size_t size)
{
        struct suite_report report;
        struct error err = {""};
        assert_int_equal(suite_report_read(bytes, size, &report, &err), 0);
        assert_string_equal(err.text, "");
        return report;
}

static struct suite_report read_text(const char *text)
{
        return read_bytes(text, strlen(text));
}

static void whole(void **state)
{
        struct suite_report report =
                read_text(PLAN "{\"output\": \"x\\u0000\"}\n" A
                               "{\"message\": \"no \\u20ac\", \"passed\": false, \"test\": \"b\"}\n"
                               "{\"output\": \"y\"}\n" DONE);
        (void)state;
        assert_true(report.whole);
        assert_string_equal(report.problem, "");
        assert_int_equal(report.count, 2);
        assert_int_equal(report.told, 2);
        assert_int_equal(report.tests[0].outcome, SUITE_PASSED);
        assert_int_equal(report.tests[1].outcome, SUITE_FAILED);
        assert_null(report.tests[0].message);
        assert_string_equal(report.tests[1].name, "b");
        assert_string_equal(report.tests[1].message, "no \xe2\x82\xac");
        assert_int_equal(report.output.size, 3);
        assert_memory_equal(report.output.data, "x\0y", 3);
        assert_false(report.output_cut);
        suite_report_clear(&report);
}

/* Tests become known one after the other, and end in any order. */
static void planned_bit_by_bit(void **state)
{
        struct suite_report report = read_text(PLAN B LATER C A DONE);
        (void)state;
        assert_true(report.whole);
        assert_int_equal(report.count, 3);
        assert_int_equal(report.told, 3);
        assert_int_equal(report.tests[1].outcome, SUITE_PASSED);
        assert_string_equal(report.tests[2].name, "c");
        assert_int_equal(report.tests[2].outcome, SUITE_SKIPPED);
        assert_string_equal(report.tests[2].message, "todo");
        suite_report_clear(&report);
}

static void says_that_it_is_broken(void **state)
{
        struct suite_report report = read_text(BROKEN);
        (void)state;
        assert_false(report.whole);
        assert_string_equal(report.broken, "line 1: \xe2\x82\xac");
        suite_report_clear(&report);
}

static void not_whole(void **state)
{
        static const struct {
                const char *text;
                size_t told;
                const char *problem;
        } rows[] = {
                {"", 0, "no last line"},
                {PLAN, 0, "no last line"},
                {PLAN A B, 2, "no last line"},
                {PLAN A DONE, 1, "an end before the last test"},
                {PLAN DONE, 0, "an end before the last test"},
                {PLAN A B "{\"done\": true}", 2, "an end in the midst of a line"},
                {PLAN A B DONE " ", 2, "an end in the midst of a line"},
                {PLAN A B DONE "\n", 2, "something behind its last line"},
                {PLAN A B DONE DONE, 2, "something behind its last line"},
                {PLAN A B DONE "{\"output\": \"\"}\n", 2, "something behind its last line"},
                {PLAN A B "{\"done\": false}\n", 2, "a last line with something else in it"},
                {PLAN A B "{\"done\": true, \"x\": 1}\n", 2, "a last line with something else in it"},
                {A B DONE, 0, "no plan"},
                {DONE, 0, "no plan"},
                {"{\"output\": \"x\"}\n", 0, "no plan"},
                {PLAN PLAN A B DONE, 0, "two tests of one name"},
                {PLAN A B LATER DONE, 2, "an end before the last test"},
                {PLAN A B DONE LATER, 2, "something behind its last line"},
                {PLAN A A B DONE, 1, "a test that was told before"},
                {PLAN A B B DONE, 2, "a test that was told before"},
                {PLAN A C DONE, 1, "a test that was not planned"},
                {PLAN "{\"test\": 1, \"passed\": true}\n", 0, "a test that was not planned"},
                {PLAN "{\"test\": \"a\", \"skipped\": true}\n", 0, "a test's line with something else in it"},
                {PLAN "{\"test\": \"a\", \"skipped\": false, \"message\": \"\"}\n", 0,
                        "a test's line with something else in it"},
                {PLAN "{\"test\": \"a\", \"skipped\": true, \"passed\": true}\n", 0,
                        "a test's line with something else in it"},
                {PLAN A B BROKEN DONE, 2, "it cannot be run"},
                {BROKEN, 0, "it cannot be run"},
                {"{\"broken\": 1}\n", 0, "a complaint with something else in it"},
                {PLAN A B "{\"broken\": \"\", \"done\": true}\n", 2, "a last line with something else in it"},
                {PLAN "{\"test\": \"a\"}\n", 0, "a test's line with something else in it"},
                {PLAN "{\"test\": \"a\", \"passed\": 1}\n", 0, "a test's line with something else in it"},
                {PLAN "{\"test\": \"a\", \"passed\": true, \"message\": 1}\n", 0,
                        "a test's line with something else in it"},
                {PLAN "{\"test\": \"a\", \"passed\": true, \"x\": 1}\n", 0,
                        "a test's line with something else in it"},
                {PLAN "{\"output\": 1}\n", 0, "an output's line with something else in it"},
                {PLAN "{\"output\": \"\", \"x\": 1}\n", 0, "an output's line with something else in it"},
                {"{\"plan\": []}\n" DONE, 0, "a plan that is no list of tests, or too long a one"},
                {"{\"plan\": \"a\"}\n", 0, "a plan that is no list of tests, or too long a one"},
                {"{\"plan\": [\"a\"], \"x\": 1}\n", 0, "a plan that is no list of tests, or too long a one"},
                {"{\"plan\": [1]}\n", 0, "a test without a proper name"},
                {"{\"plan\": [\"\"]}\n", 0, "a test without a proper name"},
                {"{\"plan\": [\"a\\n\"]}\n", 0, "a test without a proper name"},
                {"{\"plan\": [\"a\\u0000b\"]}\n", 0, "a test without a proper name"},
                {"{\"plan\": [\"a\", \"b\", \"a\"]}\n", 0, "two tests of one name"},
                {PLAN "\n", 0, "a line that is none of a report's"},
                {PLAN "hello\n", 0, "a line that is none of a report's"},
                {PLAN "[]\n", 0, "a line that is none of a report's"},
                {PLAN "{}\n", 0, "a line that is none of a report's"},
                {PLAN "{\"tset\": \"a\", \"passed\": true}\n", 0, "a line that is none of a report's"},
                {PLAN "{\"test\": \"a\", \"test\": \"a\", \"passed\": true}\n", 0,
                        "a line that is none of a report's"},
                {PLAN A B "\xff\n" DONE, 2, "a line that is none of a report's"},
                {PLAN A B "{\"output\": \"\\ud800\"}\n" DONE, 2, "a line that is none of a report's"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct suite_report report = read_text(rows[i].text);
                if (report.whole || report.told != rows[i].told ||
                        strcmp(report.problem, rows[i].problem) != 0)
                        fail_msg("%s: %zu told, '%s'", rows[i].text, report.told, report.problem);
                suite_report_clear(&report);
        }
}

/* Every beginning of a whole report is none. */
static void truncated_anywhere(void **state)
{
        static const char text[] = PLAN A "{\"output\": \"x\"}\n" B DONE;
        (void)state;
        for (size_t size = 0; size < sizeof text - 1; size++) {
                struct suite_report report = read_bytes(text, size);
                assert_false(report.whole);
                assert_true(report.problem[0] != '\0');
                suite_report_clear(&report);
        }
}

static char *repeated(const char *before, const char *piece, size_t times, const char *after)
{
        char *text = malloc(strlen(before) + strlen(piece) * times + strlen(after) + 1), *at = text;
        assert_non_null(text);
        at = stpcpy(at, before);
        for (size_t i = 0; i < times; i++)
                at = stpcpy(at, piece);
        strcpy(at, after);
        return text;
}

static void bounds(void **state)
{
        char *text = repeated("{\"plan\": [\"a\"]}\n{\"test\": \"a\", \"passed\": false, \"message\": \"",
                "\xe2\x82\xac", 4000, "\"}\n" DONE);
        struct suite_report report = read_text(text);
        (void)state;
        assert_true(report.whole);
        assert_int_equal(strlen(report.tests[0].message), SUITE_MESSAGE_MAX - SUITE_MESSAGE_MAX % 3);
        suite_report_clear(&report);
        free(text);
        text = repeated("{\"plan\": [\"a\"]}\n{\"output\": \"", "\xe2\x82\xac", SUITE_OUTPUT_MAX,
                "\"}\n"
                "{\"output\": \"more\"}\n{\"test\": \"a\", \"passed\": true}\n" DONE);
        report = read_text(text);
        assert_true(report.whole && report.output_cut);
        assert_in_range(report.output.size, SUITE_OUTPUT_MAX - 3, SUITE_OUTPUT_MAX);
        suite_report_clear(&report);
        free(text);
        text = repeated("{\"plan\": [\"first\"", ",1", SUITE_TESTS_MAX, "]}\n");
        report = read_text(text);
        assert_string_equal(report.problem, "a plan that is no list of tests, or too long a one");
        suite_report_clear(&report);
        free(text);
        text = repeated("{\"plan\": [\"", "n", SUITE_NAME_MAX + 1, "\"]}\n");
        report = read_text(text);
        assert_string_equal(report.problem, "a test without a proper name");
        suite_report_clear(&report);
        free(text);
        text = repeated(PLAN, "[", 100000, "\n");
        report = read_text(text);
        assert_string_equal(report.problem, "a line that is none of a report's");
        suite_report_clear(&report);
        free(text);
        /* not even parsed; behind the last line it makes a report none, like any other */
        text = repeated(PLAN A B "{\"output\": [", "{},", 300000, "{}]}\n");
        report = read_text(text);
        assert_string_equal(report.problem, "a line that is none of a report's");
        suite_report_clear(&report);
        free(text);
        text = repeated(PLAN A B DONE "[", "{},", 300000, "{}]\n");
        report = read_text(text);
        assert_false(report.whole);
        assert_string_equal(report.problem, "something behind its last line");
        suite_report_clear(&report);
        free(text);
}

/* The verdict of a suite's step that wrote text. */
static struct result judged(const char *text, struct verdict verdict, const char *said)
{
        struct result result = {0};
        struct error err = {""};
        verdict.out = BUFFER_MAX(1 << 20);
        assert_int_equal(buffer_add_string(&verdict.out, text), 0);
        assert_int_equal(suite_judge(&result, &verdict, said, &err), 0);
        assert_null(verdict.out.data);
        return result;
}

static const struct verdict ended = {.status = STATUS_SUCCESS, .wall_ms = 5};
static const struct verdict ended_with_1 = {
        .status = STATUS_ERROR, .reason = REASON_RUNTIME_ERROR, .exit_code = 1};
static const struct verdict killed = {
        .status = STATUS_ERROR, .reason = REASON_RUNTIME_ERROR, .exit_code = -1, .signal = 9};
static const struct verdict timed_out = {.status = STATUS_TIMEOUT, .reason = REASON_TIME_LIMIT, .signal = 9};
static const struct verdict hungry = {.status = STATUS_ERROR, .reason = REASON_MEMORY_LIMIT};
static const struct verdict loud = {.status = STATUS_ERROR, .reason = REASON_OUTPUT_LIMIT, .truncated = true};

static void judges(void **state)
{
        static const char broken[] = "The tests of this exercise did not come to their end";
        static const char cannot[] = "The tests of this exercise cannot be run; the service's log says why";
        static const struct {
                const char *text;
                const struct verdict *verdict;
                enum status status;
                enum reason reason;
                size_t passed, skipped;
                const char *error;
        } rows[] = {
                {PLAN A B DONE, &ended, STATUS_SUCCESS, REASON_NONE, 2, 0, ""},
                {PLAN A "{\"test\": \"b\", \"passed\": false, \"message\": \"2 != 3\"}\n" DONE, &ended_with_1,
                        STATUS_FAILED, REASON_WRONG_ANSWER, 1, 0, "2 != 3"},
                {PLAN A "{\"test\": \"b\", \"passed\": false}\n" DONE, &ended_with_1, STATUS_FAILED,
                        REASON_WRONG_ANSWER, 1, 0, "A test did not pass"},
                /* Whatever is wrong with its end, it did not pass. */
                {PLAN A B DONE, &ended_with_1, STATUS_ERROR, REASON_RUNTIME_ERROR, 2, 0, broken},
                {PLAN A B DONE, &killed, STATUS_ERROR, REASON_RUNTIME_ERROR, 2, 0, broken},
                {PLAN A B, &ended, STATUS_ERROR, REASON_RUNTIME_ERROR, 2, 0, broken},
                {PLAN A, &ended, STATUS_ERROR, REASON_RUNTIME_ERROR, 1, 1, broken},
                {PLAN DONE, &ended, STATUS_ERROR, REASON_RUNTIME_ERROR, 0, 2, broken},
                {PLAN A B DONE "x\n", &ended, STATUS_ERROR, REASON_RUNTIME_ERROR, 2, 0, broken},
                {"", &ended, STATUS_ERROR, REASON_RUNTIME_ERROR, 0, 0, broken},
                {"", &killed, STATUS_ERROR, REASON_RUNTIME_ERROR, 0, 0, broken},
                {DONE, &ended, STATUS_ERROR, REASON_RUNTIME_ERROR, 0, 0, broken},
                {PLAN A B DONE, &timed_out, STATUS_TIMEOUT, REASON_TIME_LIMIT, 2, 0, "limit"},
                {PLAN A, &timed_out, STATUS_TIMEOUT, REASON_TIME_LIMIT, 1, 0, "limit"},
                {PLAN, &timed_out, STATUS_TIMEOUT, REASON_TIME_LIMIT, 0, 1, "limit"},
                {PLAN, &hungry, STATUS_ERROR, REASON_MEMORY_LIMIT, 0, 1, "limit"},
                {PLAN A, &loud, STATUS_ERROR, REASON_OUTPUT_LIMIT, 1, 0, "limit"},
                /* Skipping is not passing. */
                {PLAN A B LATER C DONE, &ended, STATUS_FAILED, REASON_WRONG_ANSWER, 2, 1, "todo"},
                {PLAN A B LATER C DONE, &ended_with_1, STATUS_FAILED, REASON_WRONG_ANSWER, 2, 1, "todo"},
                {PLAN A B LATER C, &ended, STATUS_ERROR, REASON_RUNTIME_ERROR, 2, 1, broken},
                {LATER C DONE, &ended, STATUS_FAILED, REASON_WRONG_ANSWER, 0, 1, "todo"},
                {PLAN B, &timed_out, STATUS_TIMEOUT, REASON_TIME_LIMIT, 1, 0, "limit"},
                {BROKEN, &ended_with_1, STATUS_ERROR, REASON_SUITE_ERROR, 0, 0, cannot},
                {BROKEN, &ended, STATUS_ERROR, REASON_SUITE_ERROR, 0, 0, cannot},
                {PLAN A B BROKEN, &ended, STATUS_ERROR, REASON_SUITE_ERROR, 0, 0, cannot},
                {BROKEN DONE, &ended, STATUS_ERROR, REASON_SUITE_ERROR, 0, 0, cannot},
                {BROKEN, &timed_out, STATUS_TIMEOUT, REASON_TIME_LIMIT, 0, 0, "limit"},
                /* A test that failed before says more than that the suite then broke. */
                {PLAN "{\"test\": \"a\", \"passed\": false, \"message\": \"no\"}\n", &killed, STATUS_FAILED,
                        REASON_WRONG_ANSWER, 0, 1, "no"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct result result = judged(rows[i].text, *rows[i].verdict, "limit");
                if (result.status != rows[i].status || result.reason != rows[i].reason ||
                        result.tests.passed != rows[i].passed || result.tests.skipped != rows[i].skipped ||
                        strcmp(result.error, rows[i].error) != 0)
                        fail_msg("%s: %s, %zu passed, %zu skipped, '%s'", rows[i].text,
                                status_names[result.status], result.tests.passed, result.tests.skipped,
                                result.error);
                assert_true(result.ran);
                assert_int_equal(result.run.exit_code, -1);
                assert_int_equal(result.run.signal, 0);
                result_free(&result);
        }
}

/* Where a suite cannot be run, what it printed is for the log alone; where it ran, for the answer. */
static void shows_no_compiler_message(void **state)
{
        static const struct {
                const char *text, *logged;
                size_t shown;
        } rows[] = {
                {BROKEN, "secret.java:3", 0},
                {PLAN A B, "suite: ", sizeof "secret.java:3" - 1},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct result result = {0};
                struct verdict verdict = ended_with_1;
                struct error err = {""};
                verdict.out = verdict.err = BUFFER_MAX(1 << 20);
                assert_int_equal(buffer_add_string(&verdict.out, rows[i].text), 0);
                assert_int_equal(buffer_add_string(&verdict.err, "secret.java:3"), 0);
                assert_int_equal(suite_judge(&result, &verdict, "", &err), 0);
                assert_int_equal(result.run.err.size, rows[i].shown);
                assert_non_null(strstr(err.text, rows[i].logged));
                result_free(&result);
        }
}

/* What the answer shows: the program's output, not the report; an error of whole characters. */
static void shows(void **state)
{
        char *long_message = repeated("{\"plan\": [\"a\"]}\n{\"output\": \"hello\"}\n{\"test\": \"a\", "
                                      "\"passed\": false, \"message\": \"x",
                "\xe2\x82\xac", 400, "\"}\n" DONE);
        struct result result = judged(long_message, ended_with_1, "");
        (void)state;
        assert_int_equal(result.run.out.size, 5);
        assert_memory_equal(result.run.out.data, "hello", 5);
        assert_int_equal(strlen(result.error), 1 + (sizeof result.error - 2) / 3 * 3);
        assert_string_equal(result.tests.list[0].name, "a");
        assert_int_equal(strlen(result.tests.list[0].error), 1 + 1200);
        result_free(&result);
        free(long_message);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(whole),
                cmocka_unit_test(planned_bit_by_bit),
                cmocka_unit_test(says_that_it_is_broken),
                cmocka_unit_test(not_whole),
                cmocka_unit_test(truncated_anywhere),
                cmocka_unit_test(bounds),
                cmocka_unit_test(judges),
                cmocka_unit_test(shows_no_compiler_message),
                cmocka_unit_test(shows),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
