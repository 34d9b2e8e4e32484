/* What --once reads and writes: the request's fields, the language's commands, comparing, the result. */
#include "images/runner/answer.h"
#include "images/runner/ask.h"
#include "images/runner/recipe.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct recipe recipe = {.id = "python",
        .name = "Python",
        .version = "3",
        .source = "main.py",
        .timeout = 10,
        .timeout_max = 30};

static const char *reason_of(const char *text)
{
        static struct ask ask;
        static struct ask_problem problem;
        int rc = ask_parse(&ask, &recipe, text, strlen(text), &problem);
        ask_free(&ask);
        return rc ? problem.reason : "fine";
}

static void test_requests(void **state)
{
        static const struct {
                const char *text, *reason;
        } cases[] = {
                {"{\"code\": \"x\"}", "fine"},
                {"{\"code\": \"a\\u0000b\", \"stdin\": \"\\u0000\"}", "fine"},
                {"{\"files\": [{\"name\": \"a\", \"content\": \"\"}, {\"name\": \"b\", \"content\": \"\"}], "
                 "\"args\": [\"x\"]}",
                        "fine"},
                {"{\"code\": \"\", \"timeout\": 0.5}", "fine"},
                {"{\"code\": \"\", \"time_limit\": 30}", "fine"},
                {"{\"code\": \"\", \"testCases\": [{\"input\": \"1\", \"expectedOutput\": \"2\"}]}", "fine"},
                {"{\"code\": \"\", \"test_cases\": [{\"expected_output\": \"2\"}]}", "fine"},
                {"{\"code\": \"\", \"language\": \"python\"}", "fine"},
                {"{\"code\": \"\", \"test_cases\": []}", "fine"},
                {"{\"code\": \"\", \"stdin\": \"\", \"testCases\": [{\"expectedOutput\": \"2\"}]}", "fine"},
                {"{\"code\": \"\", \"compare\": {\"float\": 0.1}, \"stop_on_failure\": true, \"testCases\": "
                 "[{\"name\": "
                 "\"n\", \"args\": [\"a\"], \"expectedOutput\": \"2\", \"is_hidden\": true, \"timeout\": 1, "
                 "\"input\": null}]}",
                        "fine"},
                {"", "invalid_json"},
                {"[]", "invalid_json"},
                {"3", "invalid_json"},
                {"{\"code\": \"x\"", "invalid_json"},
                {"{\"code\": \"x\", \"code\": \"y\"}", "invalid_json"},
                {"{\"code\": \"\xff\"}", "invalid_json"},
                {"{\"code\": \"x\"} {}", "invalid_json"},
                {"{}", "invalid_request"},
                {"{\"code\": 3}", "invalid_request"},
                {"{\"code\": \"x\", \"files\": [{\"name\": \"b\", \"content\": \"\"}]}", "invalid_request"},
                {"{\"files\": []}", "invalid_request"},
                {"{\"files\": [{\"name\": \"a\"}]}", "invalid_request"},
                {"{\"files\": [{\"name\": \"/a\", \"content\": \"\"}]}", "invalid_request"},
                {"{\"files\": [{\"name\": \"a\", \"content\": \"\"}, {\"name\": \"a\", \"content\": \"\"}]}",
                        "invalid_request"},
                {"{\"code\": \"\", \"tmieout\": 3}", "invalid_request"},
                {"{\"code\": \"\", \"timeout\": 0}", "invalid_request"},
                {"{\"code\": \"\", \"timeout\": -1}", "invalid_request"},
                {"{\"code\": \"\", \"timeout\": 1e308}", "invalid_request"},
                {"{\"code\": \"\", \"timeout\": \"5\"}", "invalid_request"},
                {"{\"code\": \"\", \"timeout\": 5, \"timeLimit\": 5}", "invalid_request"},
                {"{\"code\": \"\", \"args\": \"x\"}", "invalid_request"},
                {"{\"code\": \"\", \"args\": [\"a\\u0000\"]}", "invalid_request"},
                {"{\"code\": \"\", \"testCases\": {}}", "invalid_request"},
                {"{\"code\": \"\", \"testCases\": [{\"expectedOutput\": \"2\", \"name\": 1}]}",
                        "invalid_request"},
                {"{\"code\": \"\", \"testCases\": [{\"expectedOutput\": \"2\", \"isHidden\": 1}]}",
                        "invalid_request"},
                {"{\"code\": \"\", \"testCases\": [{\"expectedOutput\": \"2\", \"timeout\": 99}]}",
                        "invalid_request"},
                {"{\"code\": \"\", \"testCases\": [{\"expectedOutput\": \"2\", \"args\": [1]}]}",
                        "invalid_request"},
                {"{\"code\": \"\", \"testCases\": [{\"expectedOutput\": \"2\", \"zebra\": 1}]}",
                        "invalid_request"},
                {"{\"code\": \"\", \"compare\": \"line\"}", "invalid_request"},
                {"{\"code\": \"\", \"compare\": {\"float\": -1}}", "invalid_request"},
                {"{\"code\": \"\", \"stopOnFailure\": 1}", "invalid_request"},
                {"{\"code\": \"\", \"testCases\": [{\"input\": \"1\"}]}", "invalid_request"},
                {"{\"code\": \"\", \"testCases\": [3]}", "invalid_request"},
                {"{\"code\": \"\", \"language\": \"ruby\"}", "invalid_request"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                if (strcmp(reason_of(cases[i].text), cases[i].reason))
                        print_error("%s\n", cases[i].text);
                assert_string_equal(reason_of(cases[i].text), cases[i].reason);
        }
}

/* Judge a run that wrote this; what is left of it. */
static struct answer_step judged(const char *out, struct ask_case test, struct protocol_report report)
{
        static const struct ask ask = {.files = 1};
        struct answer_step step = {.report = report, .out = strdup(out), .out_size = strlen(out)};
        answer_judge(&step, &ask, &test);
        return step;
}

static void test_judging(void **state)
{
        const struct protocol_report fine = {.kind = STEP_RUN}, bad = {.kind = STEP_RUN, .exit_code = 3};
        const struct ask_case four = {.expected = {"4", 1}};
        struct ask_case hidden = four;
        (void)state;
        hidden.hidden = true;
        struct answer_step step = judged("4 \r\n\n", four, fine);
        assert_string_equal(step.status, "success");
        assert_null(step.reason);
        answer_step_free(&step);
        step = judged("5", four, fine);
        assert_string_equal(step.status, "failed");
        assert_string_equal(step.reason, "wrong_answer");
        assert_string_equal(step.text, "line 1: expected \"4\", got \"5\"");
        answer_step_free(&step);
        step = judged("4", four, bad);
        assert_string_equal(step.status, "error");
        assert_string_equal(step.reason, "runtime_error");
        answer_step_free(&step);
        step = judged("secret", hidden, bad);
        assert_string_equal(step.reason, "runtime_error");
        assert_null(step.out);
        assert_int_equal(step.out_size, 0);
        assert_int_equal(step.report.exit_code, -1);
        assert_string_equal(step.text, "Your code did not pass a hidden test case");
}

static void test_cutting(void **state)
{
        struct answer_step step = {.out = strdup("0123456789"), .out_size = 10};
        (void)state;
        answer_cut(&step, 10);
        assert_false(step.cut);
        answer_cut(&step, 4);
        assert_true(step.cut);
        assert_int_equal(step.out_size, 4);
        answer_step_free(&step);
}

static json_t *answer_for(struct answer_step *run)
{
        struct ask ask = {.files = 1};
        json_t *answer = answer_json(&recipe, &ask, NULL, run, 1, 128);
        assert_non_null(answer);
        return answer;
}

static void expect(struct answer_step run, const char *status, const char *reason, const char *error)
{
        run.report.kind = STEP_RUN;
        run.limits.wall_ms = 2500;
        run.limits.output_bytes = 1 << 20;
        json_t *answer = answer_for(&run);
        assert_string_equal(json_string_value(json_object_get(answer, "status")), status);
        if (reason)
                assert_string_equal(json_string_value(json_object_get(answer, "reason")), reason);
        else
                assert_true(json_is_null(json_object_get(answer, "reason")));
        if (error)
                assert_string_equal(json_string_value(json_object_get(answer, "error")), error);
        else
                assert_true(json_is_null(json_object_get(answer, "error")));
        json_decref(answer);
}

static void test_results(void **state)
{
        char trouble[] = "Trace\xff";
        (void)state;
        expect((struct answer_step){.report = {.exit_code = 0}}, "success", NULL, NULL);
        expect((struct answer_step){.report = {.exit_code = 3}}, "error", "runtime_error",
                "Your code ended with exit code 3");
        expect((struct answer_step){.report = {.exit_code = 1}, .err = trouble, .err_size = 6}, "error",
                "runtime_error", "Trace\xef\xbf\xbd");
        expect((struct answer_step){.report = {.exit_code = -1, .signal = SIGSEGV}}, "error", "runtime_error",
                "Your code was ended by SIGSEGV");
        expect(
                (struct answer_step){
                        .report = {.exit_code = -1, .signal = SIGKILL, .ended_by = ENDED_BY_WALL}},
                "timeout", "time_limit", "Execution exceeded 2.5 second timeout");
        expect((struct answer_step){.report = {.exit_code = 0, .ended_by = ENDED_BY_MEMORY}}, "error",
                "memory_limit", "Your code used too much memory (limit 128 MB)");
        expect((struct answer_step){.report = {.ended_by = ENDED_BY_OUTPUT}}, "error", "output_limit",
                "Your code wrote more than 1 MB of output");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_requests),
                cmocka_unit_test(test_judging),
                cmocka_unit_test(test_cutting),
                cmocka_unit_test(test_results),
        };
        return cmocka_run_group_tests_name("runner_once", tests, NULL, NULL);
}
