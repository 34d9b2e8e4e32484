/* An image run by hand, `docker run --rm -i --network none sandpool/python`: JSON in, JSON out. Needs Docker
 * and the images (RUNNER_ONCE_PYTHON and RUNNER_ONCE_CPP name others). */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *image(const char *variable, const char *usual)
{
        const char *name = getenv(variable);
        return name ? name : usual;
}

#define PYTHON image("RUNNER_ONCE_PYTHON", "sandpool/python")
#define CPP image("RUNNER_ONCE_CPP", "sandpool/cpp")

/* The answer to a request, which goes through a file so that no pipe can fill up. */
static json_t *run(const char *name, const char *request, size_t size)
{
        char path[] = "/tmp/once-XXXXXX", command[400];
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, request, size), size);
        close(fd);
        snprintf(command, sizeof command, "docker run --rm -i --network none --memory=128m --cpus=0.5 %s <%s",
                name, path);
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        json_error_t problem;
        json_t *answer = json_loadf(pipe, JSON_ALLOW_NUL, &problem);
        int status = pclose(pipe);
        unlink(path);
        if (!answer)
                print_error("no JSON: %s\n", problem.text);
        assert_non_null(answer);
        assert_int_equal(WEXITSTATUS(status), 0);
        return answer;
}

static json_t *run_text(const char *name, const char *request)
{
        return run(name, request, strlen(request));
}

static const char *text_of(json_t *answer, const char *key)
{
        const char *text = json_string_value(json_object_get(answer, key));
        return text ? text : "";
}

static const struct expectation {
        const char *request, *status, *reason, *output;
} expectations[] = {
        {"{\"code\": \"print(1)\"}", "success", "", "1\n"},
        {"{\"code\": \"import sys; print(sys.argv[1:], input())\", \"stdin\": \"in\", \"args\": [\"a b\", "
         "\"\"]}",
                "success", "", "['a b', ''] in\n"},
        {"{\"files\": [{\"name\": \"a.py\", \"content\": \"import b.c\"}, {\"name\": \"b/c.py\", "
         "\"content\": \"print(2)\"}]}",
                "success", "", "2\n"},
        {"{\"code\": \"1/0\"}", "error", "runtime_error", ""},
        {"{\"code\": \"import sys; sys.exit(3)\"}", "error", "runtime_error", ""},
        {"{\"code\": \"print(5, flush=True)\\nwhile 1: pass\", \"timeout\": 10}", "timeout", "time_limit",
                "5\n"},
        {"{\"code\": \"x = bytearray(10**9)\\nx[::4096] = b'1' * len(x[::4096])\"}", "error", "memory_limit",
                ""},
        {"{\"code\": \"while 1: print('x' * 1000)\"}", "error", "output_limit", NULL},
        {"{\"code\": \"import os; print(os.getuid() > 65536, os.getcwd())\"}", "success", "",
                "True /workspace\n"},
        {"not json", "error", "invalid_json", ""},
        {"{\"code\": \"\", \"code\": \"\"}", "error", "invalid_json", ""},
        {"{\"cdoe\": \"\"}", "error", "invalid_request", ""},
        {"", "error", "invalid_json", ""},
};

static void test_python(void **state)
{
        const struct expectation *expected = *state;
        json_t *answer = run_text(PYTHON, expected->request);
        if (strcmp(text_of(answer, "status"), expected->status))
                print_error("%s: %s\n", expected->request, text_of(answer, "error"));
        assert_string_equal(text_of(answer, "status"), expected->status);
        assert_string_equal(text_of(answer, "reason"), expected->reason);
        assert_int_equal(json_is_true(json_object_get(answer, "success")), !*expected->reason);
        if (expected->output)
                assert_string_equal(text_of(answer, "output"), expected->output);
        assert_int_equal(*text_of(answer, "error") != '\0', *expected->reason != '\0');
        json_decref(answer);
}

/* Any byte may come out of a program. */
static void test_bytes(void **state)
{
        (void)state;
        json_t *answer = run_text(PYTHON, "{\"code\": \"import os; os.write(1, bytes([255, 0, 10]))\"}");
        json_t *output = json_object_get(answer, "output");
        assert_int_equal(json_string_length(output), 5);
        assert_memory_equal(json_string_value(output), "\xef\xbf\xbd\0\n", 5);
        json_decref(answer);
}

static void test_cases(void **state)
{
        (void)state;
        json_t *answer = run_text(PYTHON, "{\"code\": \"import os\\nn = int(input())\\nprint(n * n, "
                                          "len(os.listdir('.')))\\nopen('left', 'w')\","
                                          " \"test_cases\": [{\"input\": \"2\", \"expected_output\": \"4 "
                                          "1\"}, {\"input\": \"3\", \"expectedOutput\": \"9 1\\n\"},"
                                          " {\"input\": \"4\", \"expected_output\": \"17 1\"}]}");
        json_t *tests = json_object_get(answer, "tests");
        assert_string_equal(text_of(answer, "status"), "failed");
        assert_string_equal(text_of(answer, "reason"), "wrong_answer");
        assert_string_equal(text_of(answer, "output"), "16 1\n");
        assert_int_equal(json_integer_value(json_object_get(tests, "passed")), 2);
        assert_int_equal(json_integer_value(json_object_get(tests, "total")), 3);
        assert_int_equal(json_array_size(json_object_get(tests, "results")), 3);
        json_decref(answer);
}

static json_t *result_at(json_t *answer, size_t index)
{
        json_t *results = json_object_get(json_object_get(answer, "tests"), "results");
        return json_array_get(results, index);
}

/* Limits and arguments of single cases, a hidden one, another way to compare, the end after the first that
 * fails. */
static void test_cases_in_full(void **state)
{
        (void)state;
        json_t *answer = run_text(PYTHON, "{\"code\": \"import sys\\nx = input()\\nwhile x == 'loop': "
                                          "pass\\nprint(x, *sys.argv[1:])\", "
                                          "\"stdin\": \"1.0\", \"args\": [\"a\"], \"compare\": {\"float\": "
                                          "0.01}, \"stopOnFailure\": true, "
                                          "\"testCases\": [{\"name\": \"n\", \"expectedOutput\": \"1 a\"},"
                                          " {\"input\": \"2\", \"args\": [], \"expectedOutput\": \"2.001\"},"
                                          " {\"input\": \"loop\", \"expectedOutput\": \"secret\", "
                                          "\"isHidden\": true, \"timeout\": 0.5},"
                                          " {\"input\": \"3\", \"expectedOutput\": \"3 a\"}]}");
        json_t *tests = json_object_get(answer, "tests");
        assert_string_equal(text_of(answer, "status"), "timeout");
        assert_string_equal(text_of(answer, "error"), "Execution exceeded 0.5 second timeout");
        assert_int_equal(json_integer_value(json_object_get(tests, "passed")), 2);
        assert_int_equal(json_integer_value(json_object_get(tests, "skipped")), 1);
        assert_string_equal(text_of(result_at(answer, 0), "name"), "n");
        assert_string_equal(text_of(result_at(answer, 0), "input"), "1.0");
        assert_string_equal(text_of(result_at(answer, 1), "name"), "Test 2");
        assert_true(json_is_true(json_object_get(result_at(answer, 2), "isHidden")));
        assert_null(json_object_get(result_at(answer, 2), "expectedOutput"));
        assert_string_equal(text_of(result_at(answer, 3), "status"), "skipped");
        json_decref(answer);
}

/* What earlier systems' callers send and read. */
static void test_contract(void **state)
{
        static const struct {
                const char *variable, *image, *request, *output;
        } calls[] = {
                {"RUNNER_ONCE_PYTHON", "sandpool/python",
                        "{\"code\": \"print(\\\"Hello World!\\\")\", \"test_cases\": []}", "Hello World!\n"},
                {"RUNNER_ONCE_PYTHON", "sandpool/python",
                        "{\"code\": \"print(\\\"Hello World!\\\")\", \"timeout\": 5}", "Hello World!\n"},
                {"RUNNER_ONCE_JAVASCRIPT", "sandpool/javascript",
                        "{\"code\": \"console.log(\\\"Hello World!\\\")\", \"test_cases\": []}",
                        "Hello World!\n"},
                {"RUNNER_ONCE_JAVASCRIPT", "sandpool/javascript",
                        "{\"code\": \"console.log(\\\"Hello World!\\\")\", \"timeout\": 5}",
                        "Hello World!\n"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
                json_t *answer = run_text(image(calls[i].variable, calls[i].image), calls[i].request);
                assert_true(json_is_true(json_object_get(answer, "success")));
                assert_string_equal(text_of(answer, "status"), "success");
                assert_string_equal(text_of(answer, "stdout"), calls[i].output);
                assert_string_equal(text_of(answer, "output"), calls[i].output);
                assert_true(json_is_null(json_object_get(answer, "error")));
                assert_true(json_integer_value(json_object_get(answer, "execution_time")) > 0);
                assert_true(json_is_null(json_object_get(answer, "tests")));
                json_decref(answer);
        }
}

static void test_too_large(void **state)
{
        size_t size = (2 << 20) + 1;
        char *request = malloc(size);
        (void)state;
        assert_non_null(request);
        memset(request, ' ', size);
        json_t *answer = run(PYTHON, request, size);
        assert_string_equal(text_of(answer, "reason"), "too_large");
        json_decref(answer);
        free(request);
}

static void test_compiled(void **state)
{
        (void)state;
        json_t *answer =
                run_text(CPP, "{\"code\": \"#include <cstdio>\\nint main() { std::puts(\\\"hi\\\"); }\"}");
        assert_string_equal(text_of(answer, "output"), "hi\n");
        assert_int_equal(
                json_integer_value(json_object_get(json_object_get(answer, "compile"), "exitCode")), 0);
        json_decref(answer);
        answer = run_text(CPP, "{\"code\": \"int main() { return x; }\"}");
        assert_string_equal(text_of(answer, "reason"), "compile_error");
        assert_non_null(strstr(text_of(answer, "error"), "not declared"));
        assert_string_equal(text_of(answer, "output"), "");
        assert_true(json_is_null(json_object_get(answer, "exitCode")));
        json_decref(answer);
}

#define COUNT (sizeof expectations / sizeof *expectations)

int main(void)
{
        struct CMUnitTest tests[COUNT + 6];
        for (size_t i = 0; i < COUNT; i++)
                tests[i] = (struct CMUnitTest){expectations[i].request, test_python, NULL, NULL,
                        (void *)(uintptr_t)&expectations[i]};
        tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(test_cases);
        tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(test_too_large);
        tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(test_compiled);
        tests[COUNT + 3] = (struct CMUnitTest)cmocka_unit_test(test_bytes);
        tests[COUNT + 4] = (struct CMUnitTest)cmocka_unit_test(test_cases_in_full);
        tests[COUNT + 5] = (struct CMUnitTest)cmocka_unit_test(test_contract);
        return _cmocka_run_group_tests("runner_once", tests, COUNT + 6, NULL, NULL);
}
