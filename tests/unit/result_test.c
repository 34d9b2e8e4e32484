/* Answers: every field, what `error` says, hostile output, speed. */
#include "fcgi/model/result.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct language language = {.id = "toy", .version = "1"};

static void put(struct buffer *buffer, const void *bytes, size_t size)
{
        buffer->max = 64 * 1024 * 1024;
        assert_int_equal(buffer_add(buffer, bytes, size), 0);
}

static void put_text(struct buffer *buffer, const char *text)
{
        put(buffer, text, strlen(text));
}

/* The answer, parsed; the result is freed. */
static json_t *answer_as(struct result *result, bool base64)
{
        json_error_t problem;
        size_t size = 0;
        char *text = result_json(result, &language, base64, "id-1", &size);
        json_t *root;

        assert_non_null(text);
        assert_int_equal(text[size], '\0');
        root = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &problem);
        if (root == NULL)
                fail_msg("%s in %s", problem.text, text);
        free(text);
        result_free(result);
        return root;
}

static json_t *answer(struct result *result)
{
        return answer_as(result, false);
}

static void expect(json_t *root, const char *expected)
{
        json_error_t problem;
        json_t *other = json_loads(expected, JSON_REJECT_DUPLICATES, &problem);
        char *found = json_dumps(root, JSON_SORT_KEYS), *wanted;

        if (other == NULL)
                fail_msg("%s", problem.text);
        wanted = json_dumps(other, JSON_SORT_KEYS);
        assert_string_equal(found, wanted);
        free(found);
        free(wanted);
        json_decref(root);
        json_decref(other);
}

/* The `error` of an answer; "absent" when it is not there. Static storage. */
static const char *error_of(struct result *result)
{
        static char text[3 * 65536 + 1];
        json_t *root = answer(result);
        const char *error = json_string_value(json_object_get(root, "error"));

        snprintf(text, sizeof text, "%s", error != NULL ? error : "absent");
        json_decref(root);
        return text;
}

static void success_has_every_field(void **state)
{
        struct result result = {.status = STATUS_SUCCESS,
                .ran = true,
                .run = {.exit_code = 0, .wall_ms = 12, .cpu_ms = 9, .memory_kib = 9000}};
        (void)state;

        put_text(&result.run.out, "hi \xe2\x82\xac\n\"\\\t");
        put_text(&result.run.err, "warning");
        expect(answer(&result),
                "{\"status\":\"success\",\"success\":true,\"reason\":null,\"output\":\"hi "
                "\xe2\x82\xac\\n\\\"\\\\\\t\","
                "\"stdout\":\"hi \xe2\x82\xac\\n\\\"\\\\\\t\",\"stderr\":\"warning\",\"executionTime\":12,"
                "\"cpuTime\":9,\"memory\":9000,\"exitCode\":0,\"signal\":null,\"truncated\":false,"
                "\"compile\":null,\"tests\":null,\"violations\":[],\"language\":\"toy\",\"version\":\"1\","
                "\"requestId\":\"id-1\"}");
}

static void compile_error_has_the_compiler_s_words(void **state)
{
        struct result result = {.status = STATUS_ERROR,
                .reason = REASON_COMPILE_ERROR,
                .compiled = true,
                .compile = {.status = STATUS_ERROR, .exit_code = 1, .wall_ms = 80}};
        (void)state;

        put_text(&result.compile.out, "o");
        put_text(&result.compile.err, "main.cpp:1: no\n\n");
        expect(answer(&result),
                "{\"status\":\"error\",\"success\":false,\"reason\":\"compile_error\",\"output\":\"\","
                "\"stdout\":\"\","
                "\"stderr\":\"\",\"error\":\"main.cpp:1: no\",\"executionTime\":0,\"cpuTime\":0,\"memory\":0,"
                "\"exitCode\":null,\"signal\":null,\"truncated\":false,"
                "\"compile\":{\"stdout\":\"o\",\"stderr\":\"main.cpp:1: "
                "no\\n\\n\",\"exitCode\":1,\"time\":80},"
                "\"tests\":null,\"violations\":[],\"language\":\"toy\",\"version\":\"1\",\"requestId\":\"id-"
                "1\"}");
}

static void blocked_shows_the_violations(void **state)
{
        struct result result = {.status = STATUS_BLOCKED, .reason = REASON_POLICY};
        (void)state;

        result.violations.list = calloc(2, sizeof *result.violations.list);
        result.violations.count = 2;
        result.violations.list[0] = (struct violation){.rule = "r",
                .severity = SEVERITY_ERROR,
                .message = "No \"r\".",
                .line = 2,
                .column = 3,
                .snippet = "import r"};
        result.violations.list[1] = (struct violation){.rule = "n",
                .severity = SEVERITY_INFO,
                .message = "N.",
                .file = "a/b",
                .line = 1,
                .column = 1};
        expect(answer(&result),
                "{\"status\":\"blocked\",\"success\":false,\"reason\":\"policy\",\"output\":\"\",\"stdout\":"
                "\"\","
                "\"stderr\":\"\",\"error\":\"No \\\"r\\\".\",\"executionTime\":0,\"cpuTime\":0,\"memory\":0,"
                "\"exitCode\":null,\"signal\":null,\"truncated\":false,\"compile\":null,\"tests\":null,"
                "\"violations\":[{\"rule\":\"r\",\"severity\":\"ERROR\",\"message\":\"No "
                "\\\"r\\\".\",\"line\":2,"
                "\"column\":3,\"snippet\":\"import "
                "r\"},{\"rule\":\"n\",\"severity\":\"INFO\",\"message\":\"N.\","
                "\"file\":\"a/b\",\"line\":1,\"column\":1,\"snippet\":\"\"}],\"language\":\"toy\","
                "\"version\":\"1\",\"requestId\":\"id-1\"}");
}

static void signals_have_names(void **state)
{
        struct result result = {.status = STATUS_ERROR,
                .reason = REASON_RUNTIME_ERROR,
                .ran = true,
                .run = {.exit_code = -1, .signal = 11, .truncated = true}};
        char name[16];
        json_t *root = answer(&result);
        (void)state;

        assert_string_equal(json_string_value(json_object_get(root, "signal")), "SIGSEGV");
        assert_true(json_is_null(json_object_get(root, "exitCode")));
        assert_true(json_is_true(json_object_get(root, "truncated")));
        assert_string_equal(
                json_string_value(json_object_get(root, "error")), "Program was ended by signal SIGSEGV");
        json_decref(root);
        assert_string_equal(result_signal_name(9, name), "SIGKILL");
        assert_string_equal(result_signal_name(40, name), "SIG40");
        assert_string_equal(result_signal_name(-1, name), "SIG-1");
}

static void error_says_what_helps(void **state)
{
        struct result result;
        (void)state;

        result = (struct result){.ran = true, .run.exit_code = 0};
        put_text(&result.run.err, "only a warning");
        assert_string_equal(error_of(&result), "absent");

        result = (struct result){.status = STATUS_ERROR, .ran = true, .run.exit_code = 3};
        put_text(&result.run.err, "Traceback\nValueError\n\n");
        assert_string_equal(error_of(&result), "Traceback\nValueError");

        result = (struct result){.status = STATUS_ERROR, .ran = true, .run.exit_code = 3};
        put_text(&result.run.err, " \n");
        put_text(&result.run.out, "something");
        assert_string_equal(error_of(&result), "Program exited with code 3");

        result = (struct result){
                .status = STATUS_TIMEOUT, .ran = true, .error = "Execution exceeded 5 second timeout"};
        put_text(&result.run.err, "noise");
        assert_string_equal(error_of(&result), "Execution exceeded 5 second timeout");

        result = (struct result){.status = STATUS_ERROR, .compiled = true, .compile.exit_code = 2};
        put_text(&result.compile.out, "said on stdout\n");
        assert_string_equal(error_of(&result), "said on stdout");

        result = (struct result){.status = STATUS_ERROR, .compiled = true, .compile.exit_code = 2};
        assert_string_equal(error_of(&result), "Compiler exited with code 2");

        /* Compiled with a warning, then failed: the run is what counts. */
        result = (struct result){.status = STATUS_ERROR, .compiled = true, .ran = true, .run.exit_code = 1};
        put_text(&result.compile.err, "warning");
        assert_string_equal(error_of(&result), "Program exited with code 1");
}

static void error_is_cut_between_characters(void **state)
{
        struct result result = {.status = STATUS_ERROR, .ran = true};
        const char *error;
        (void)state;

        put_text(&result.run.err, "x");
        for (int i = 0; i < 50000; i++)
                put_text(&result.run.err, "\xc3\xa9");
        error = error_of(&result);
        assert_int_equal(strlen(error), 65535);
        assert_string_equal(error + 65533, "\xc3\xa9");
}

/* No character begins near the cut: it is made where it is. */
static void error_that_is_no_text_is_there_all_the_same(void **state)
{
        struct result result = {.status = STATUS_ERROR, .ran = true};
        (void)state;

        for (int i = 0; i < 70000; i++)
                put(&result.run.err, "\x80", 1);
        assert_int_equal(strlen(error_of(&result)), 65536 * strlen("\xef\xbf\xbd"));
}

static void any_bytes_make_json(void **state)
{
        struct result result = {.ran = true, .compiled = true};
        unsigned char bytes[256];
        json_t *root, *output;
        (void)state;

        for (int i = 0; i < 256; i++)
                bytes[i] = (unsigned char)i;
        put(&result.run.out, bytes, 256);
        put(&result.run.err, "a\0\xf0\x9f\x98\x80\xf0\x9f\xed\xa0\x80", 11);
        put(&result.compile.err, "\xff", 1);
        root = answer(&result);
        output = json_object_get(root, "output");
        assert_int_equal(json_string_length(output), 128 + 3 * 128);
        assert_memory_equal(json_string_value(output), bytes, 128);
        assert_memory_equal(json_string_value(output) + 128, "\xef\xbf\xbd", 3);
        assert_true(json_equal(output, json_object_get(root, "stdout")));
        assert_memory_equal(json_string_value(json_object_get(root, "stderr")),
                "a\0\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 19);
        assert_string_equal(json_string_value(json_object_get(json_object_get(root, "compile"), "stderr")),
                "\xef\xbf\xbd");
        json_decref(root);
}

static void base64_keeps_every_byte(void **state)
{
        struct result result = {.status = STATUS_ERROR, .ran = true, .compiled = true};
        json_t *root;
        (void)state;

        put(&result.run.out, "\x00\xff\x01", 3);
        put(&result.run.err, "no\xff", 3);
        put(&result.compile.out, "f", 1);
        root = answer_as(&result, true);
        assert_string_equal(json_string_value(json_object_get(root, "output")), "AP8B");
        assert_string_equal(json_string_value(json_object_get(root, "stdout")), "AP8B");
        assert_string_equal(json_string_value(json_object_get(root, "stderr")), "bm//");
        assert_string_equal(
                json_string_value(json_object_get(json_object_get(root, "compile"), "stdout")), "Zg==");
        assert_string_equal(
                json_string_value(json_object_get(json_object_get(root, "compile"), "stderr")), "");
        /* `error` is for people: text all the same. */
        assert_string_equal(json_string_value(json_object_get(root, "error")), "no\xef\xbf\xbd");
        json_decref(root);
}

static void errors_share_the_shape(void **state)
{
        size_t size;
        char *text = result_error_json("invalid_request", "code \"x\"", "files[0].name", "id", &size);
        (void)state;

        assert_string_equal(text, "{\"status\":\"error\",\"success\":false,\"reason\":\"invalid_request\","
                                  "\"error\":\"code \\\"x\\\"\","
                                  "\"field\":\"files[0].name\",\"requestId\":\"id\"}\n");
        assert_int_equal(size, strlen(text));
        free(text);
        text = result_error_json("busy", "later", "", "id", &size);
        assert_string_equal(text, "{\"status\":\"error\",\"success\":false,\"reason\":\"busy\",\"error\":"
                                  "\"later\",\"requestId\":\"id\"}\n");
        free(text);
        text = result_error_json("busy", "later", NULL, NULL, &size);
        assert_non_null(strstr(text, "\"requestId\":null"));
        free(text);
}

static void tests_show_each_case(void **state)
{
        static char input[] = "secret in", wanted[] = "secret wanted", got[] = "g\xff";
        const struct test_case cases[] = {{.expected = wanted, .expected_size = 13},
                {.hidden = true, .expected = wanted, .expected_size = 13}, {.expected = NULL}};
        struct result result = {.status = STATUS_FAILED, .reason = REASON_WRONG_ANSWER, .error = "e"};
        json_t *root;
        (void)state;

        assert_int_equal(result_tests_make(&result, 4), 0);
        assert_int_equal(result.tests.skipped, 4);
        for (size_t i = 0; i < 3; i++) {
                result.tests.list[i].test = &cases[i];
                result.tests.list[i].input = input;
                result.tests.list[i].input_size = 9;
        }
        result.tests.passed = 1;
        result.tests.skipped = 1;
        result.tests.list[0].skipped = false;
        result.tests.list[0].status = STATUS_FAILED;
        result.tests.list[0].reason = REASON_WRONG_ANSWER;
        result.tests.list[0].error = strdup("differs");
        result.tests.list[0].wall_ms = 5;
        result.tests.list[0].memory_kib = 6;
        result.tests.list[0].truncated = true;
        put(&result.tests.list[0].output, got, 2);
        result.tests.list[1].skipped = false;
        result.tests.list[1].hidden = true;
        result.tests.list[1].name = strdup("h");
        result.tests.list[3].skipped = false;
        root = answer(&result);
        expect(json_incref(json_object_get(root, "tests")),
                "{\"passed\":1,\"total\":4,\"skipped\":1,\"results\":["
                "{\"name\":\"Test 1\",\"passed\":false,\"status\":\"failed\",\"reason\":\"wrong_answer\","
                "\"input\":\"secret in\",\"expectedOutput\":\"secret wanted\",\"output\":\"g\xef\xbf\xbd\","
                "\"truncated\":true,\"error\":\"differs\",\"executionTime\":5,\"memory\":6},"
                "{\"name\":\"h\",\"passed\":true,\"status\":\"success\",\"reason\":null,"
                "\"executionTime\":0,\"memory\":0,\"isHidden\":true},"
                "{\"name\":\"Test 3\",\"passed\":false,\"status\":\"skipped\",\"reason\":null,"
                "\"input\":\"secret in\",\"expectedOutput\":\"\",\"output\":\"\",\"truncated\":false,"
                "\"executionTime\":0,\"memory\":0},"
                "{\"name\":\"Test 4\",\"passed\":true,\"status\":\"success\",\"reason\":null,"
                "\"input\":null,\"expectedOutput\":null,\"output\":\"\",\"truncated\":false,"
                "\"executionTime\":0,\"memory\":0}]}");
        json_decref(root);
}

/* A megabyte of text, of line ends, of NULs, of rubbish, and as many bytes as each becomes. */
static void a_megabyte_is_whole(void **state)
{
        static const struct {
                unsigned char byte;
                size_t becomes;
        } fills[] = {{'x', 1}, {'\n', 2}, {0, 6}, {0xff, 3}};
        enum { SIZE = 1024 * 1024 };
        char *bytes = malloc(SIZE);
        (void)state;

        assert_non_null(bytes);
        for (size_t f = 0; f < sizeof fills / sizeof *fills; f++) {
                struct result result = {.ran = true};
                size_t size;
                char *text;

                memset(bytes, fills[f].byte, SIZE);
                put(&result.run.out, bytes, SIZE);
                text = result_json(&result, &language, false, "id", &size);
                assert_non_null(text);
                assert_in_range(size, 2 * SIZE * fills[f].becomes, 2 * SIZE * fills[f].becomes + 1000);
                free(text);
                result_free(&result);
        }
        free(bytes);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(success_has_every_field),
                cmocka_unit_test(compile_error_has_the_compiler_s_words),
                cmocka_unit_test(blocked_shows_the_violations),
                cmocka_unit_test(signals_have_names),
                cmocka_unit_test(error_says_what_helps),
                cmocka_unit_test(error_is_cut_between_characters),
                cmocka_unit_test(error_that_is_no_text_is_there_all_the_same),
                cmocka_unit_test(any_bytes_make_json),
                cmocka_unit_test(base64_keeps_every_byte),
                cmocka_unit_test(errors_share_the_shape),
                cmocka_unit_test(tests_show_each_case),
                cmocka_unit_test(a_megabyte_is_whole),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
