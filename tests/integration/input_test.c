/* Bodies of requests that must be refused, and in which words: over HTTP, through nginx. */
#include "tests/integration/expected.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_MAX 50000 /* as shipped in conf/sandpool.yaml, as are the next three */
#define BODY_MAX (2 << 20)
#define STDIN_MAX (1 << 20)
#define FILES_MAX 32

#define PATIENCE_MS 60000

static int start(void **state)
{
        struct service_options options = {.pool_max = 2, .queue_timeout_s = 60};
        (void)state;
        return fixture_start(&options);
}

/* n times the text, between two others: malloc'd. */
static char *repeat(const char *before, const char *text, size_t n, const char *after)
{
        size_t length = strlen(text), head = strlen(before);
        char *made = malloc(head + n * length + strlen(after) + 1);
        assert_non_null(made);
        strcpy(made, before);
        for (size_t i = 0; i < n; i++)
                memcpy(made + head + i * length, text, length);
        strcpy(made + head + n * length, after);
        return made;
}

struct row {
        const char *body;
        struct expected expected;
};

static void check_rows(const struct row *rows, size_t count)
{
        size_t failed = 0;
        for (size_t i = 0; i < count; i++) {
                struct http_request request = {.body = rows[i].body};
                failed += !expected_answer(&request, &rows[i].expected, rows[i].body);
        }
        assert_int_equal(failed, 0);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void what_is_not_json(void **state)
{
        static const struct row rows[] = {
                {"", {400, "invalid_json", "", NULL}},
                {"hello", {400, "invalid_json", "", "line 1"}},
                {"{\"code\": \"print(1)", {400, "invalid_json", "", "line 1"}},
                {"{\"code\": \"print(1)\"", {400, "invalid_json", "", NULL}},
                {"{\n\"code\": tru\n}", {400, "invalid_json", "", "line 2"}},
                {"{\"code\": \"print(1)\"} x", {400, "invalid_json", "", NULL}},
                {"{\"code\": \"print(1)\"}{}", {400, "invalid_json", "", NULL}},
                {"{'code': 1}", {400, "invalid_json", "", NULL}},
                {"{\"code\": \"1\", \"timeout\": NaN}", {400, "invalid_json", "", NULL}},
                {"[]", {400, "invalid_json", "", "object"}},
                {"\"code\"", {400, "invalid_json", "", NULL}},
                {"null", {400, "invalid_json", "", NULL}},
                {"12", {400, "invalid_json", "", NULL}},
                {"{\"code\": \"1\", \"code\": \"2\"}", {400, "invalid_json", "", "uplicate"}},
                {"{\"files\": [{\"name\": \"a\", \"name\": \"b\", \"content\": \"1\"}]}",
                        {400, "invalid_json", "", "uplicate"}},
                {"{\"code\": \"\xff\xfe\"}", {400, "invalid_json", "", NULL}},
                {"{\"code\": \"\xc0\x80\"}", {400, "invalid_json", "", NULL}},
                {"{\"code\": \"\xed\xa0\x80\"}", {400, "invalid_json", "", NULL}},
                {"{\"code\": \"\\ud800\"}", {400, "invalid_json", "", NULL}},
                {"{\"code\": \"a\nb\"}", {400, "invalid_json", "", NULL}},
        };
        (void)state;
        CHECK_ROWS(rows);
}

static void nesting_10000_deep(void **state)
{
        (void)state;
        static const char *const shapes[][3] = {{"", "[", ""}, {"", "{\"a\":", ""}, {"{\"code\":", "[", "}"}};
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
                char *body = repeat(shapes[i][0], shapes[i][1], 10000, shapes[i][2]);
                struct http_request request = {.body = body};
                bool ok = expected_answer(
                        &request, &(struct expected){400, "invalid_json", "", NULL}, "nesting");
                free(body);
                assert_true(ok);
        }
}

/* A value of every other type, for each field. */
static void wrong_types(void **state)
{
        static const struct {
                const char *field, *good; /* good: the type that is right */
        } fields[] = {{"language", "string"}, {"code", "string"}, {"files", "array"}, {"stdin", "string"},
                {"args", "array"}, {"timeout", "number"}, {"timeLimit", "number"}, {"time_limit", "number"},
                {"timeoutMs", "number"}, {"timeout_ms", "number"}, {"memoryLimit", "number"},
                {"memory_limit", "number"}, {"memoryLimitMb", "number"}, {"memory_limit_mb", "number"},
                {"policy", "string"}, {"userId", "string"}, {"user_id", "string"},
                {"outputEncoding", "string"}, {"output_encoding", "string"}};
        static const struct {
                const char *type, *value;
        } values[] = {{"string", "\"5\""}, {"number", "5"}, {"boolean", "true"}, {"array", "[5]"},
                {"object", "{\"a\": 5}"}};
        size_t failed = 0;
        (void)state;
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
                for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
                        char body[256];
                        bool program = !strcmp(fields[i].field, "code") || !strcmp(fields[i].field, "files");
                        if (!strcmp(fields[i].good, values[j].type))
                                continue;
                        snprintf(body, sizeof body, "{%s\"%s\": %s}", program ? "" : "\"code\": \"1\", ",
                                fields[i].field, values[j].value);
                        struct http_request request = {.body = body};
                        struct expected expected = {422, "invalid_request", fields[i].field, NULL};
                        failed += !expected_answer(&request, &expected, body);
                }
        assert_int_equal(failed, 0);
}

static void wrong_values(void **state)
{
        static const struct row rows[] = {
                {"{}", {422, "invalid_request", "code", NULL}},
                {"{\"code\": null}", {422, "invalid_request", "code", NULL}},
                {"{\"code\": \"\"}", {422, "invalid_request", "code", "empty"}},
                {"{\"code\": \"1\", \"tmeout\": 1}", {422, "invalid_request", "tmeout", "timeout"}},
                {"{\"code\": \"1\", \"zzzzzz\": 1}", {422, "invalid_request", "zzzzzz", NULL}},
                {"{\"code\": \"1\", \"language\": \"pyhton\"}",
                        {422, "unknown_language", "language", "python"}},
                {"{\"code\": \"1\", \"language\": \"\"}", {422, "unknown_language", "language", NULL}},
                {"{\"code\": \"1\", \"language\": \"../python\"}",
                        {422, "unknown_language", "language", NULL}},
                {"{\"code\": \"1\", \"language\": \"python\\u0000\"}",
                        {422, "unknown_language", "language", NULL}},
                {"{\"code\": \"1\", \"timeout\": 0}", {422, "invalid_request", "timeout", "0.1 and 30"}},
                {"{\"code\": \"1\", \"timeout\": -1}", {422, "invalid_request", "timeout", "30"}},
                {"{\"code\": \"1\", \"timeout\": 1e308}", {422, "invalid_request", "timeout", "30"}},
                {"{\"code\": \"1\", \"timeout\": -1e308}", {422, "invalid_request", "timeout", NULL}},
                {"{\"code\": \"1\", \"timeout\": 30.01}", {422, "invalid_request", "timeout", "30"}},
                {"{\"code\": \"1\", \"timeout\": 99999999999999999999999}",
                        {422, "invalid_request", "timeout", NULL}},
                {"{\"code\": \"1\", \"timeoutMs\": 30001}", {422, "invalid_request", "timeoutMs", "30000"}},
                {"{\"code\": \"1\", \"timeLimit\": 0.01}", {422, "invalid_request", "timeLimit", NULL}},
                {"{\"code\": \"1\", \"timeout\": 1, \"timeLimit\": 1}",
                        {422, "invalid_request", "timeLimit", NULL}},
                {"{\"code\": \"1\", \"memoryLimit\": 31}", {422, "invalid_request", "memoryLimit", "32"}},
                {"{\"code\": \"1\", \"memoryLimit\": 513}", {422, "invalid_request", "memoryLimit", "512"}},
                {"{\"code\": \"1\", \"memoryLimit\": 0}", {422, "invalid_request", "memoryLimit", NULL}},
                {"{\"code\": \"1\", \"memoryLimit\": -128}", {422, "invalid_request", "memoryLimit", NULL}},
                {"{\"code\": \"1\", \"memoryLimit\": 64.5}", {422, "invalid_request", "memoryLimit", NULL}},
                {"{\"code\": \"1\", \"memoryLimit\": 1e308}", {422, "invalid_request", "memoryLimit", NULL}},
                {"{\"code\": \"1\", \"policy\": \"lenient\"}", {422, "invalid_request", "policy", NULL}},
                {"{\"code\": \"1\", \"outputEncoding\": \"latin1\"}",
                        {422, "invalid_request", "outputEncoding", NULL}},
                {"{\"code\": \"1\", \"args\": [1]}", {422, "invalid_request", "args[0]", NULL}},
                {"{\"code\": \"1\", \"args\": [\"a\\u0000b\"]}", {422, "invalid_request", "args[0]", NULL}},
                {"{\"code\": \"1\", \"userId\": \"a\\u0000b\"}", {422, "invalid_request", "userId", NULL}},
                {"{\"code\": \"1\", \"entry\": \"a.py\"}", {422, "invalid_request", "entry", NULL}},
                {"{\"code\": \"1\", \"testCases\": 1}", {422, "invalid_request", "testCases", "list"}},
                {"{\"code\": \"1\", \"testCases\": [{\"input\": \"\"}]}",
                        {422, "invalid_request", "testCases[0].expectedOutput", "missing"}},
                {"{\"code\": \"1\", \"test_cases\": [{\"expected_output\": \"\"}, {\"expected_output\": "
                 "\"\"}, {"
                 "\"expected_output\": \"\", \"input\": 1}]}",
                        {422, "invalid_request", "test_cases[2].input", "string"}},
                {"{\"code\": \"1\", \"compare\": \"line\"}", {422, "invalid_request", "compare", "tokens"}},
                {"{\"code\": \"1\", \"stop_on_failure\": 1}",
                        {422, "invalid_request", "stop_on_failure", "true"}},
                {"{\"exercise\": \"redis-step-2\"}",
                        {422, "unknown_exercise", "exercise", "did you mean 'redis-step-1'?"}},
                {"{\"code\": \"1\", \"exercise\": \"redis-step-1\", \"stdin\": \"1\"}",
                        {422, "invalid_request", "stdin", "redis-step-1"}},
        };
        (void)state;
        CHECK_ROWS(rows);
}

#define FILES(list) "{\"files\": [" list "]}"
#define NAMED(name) "{\"name\": \"" name "\", \"content\": \"1\"}"

static void wrong_files(void **state)
{
        static const struct row rows[] = {
                {"{\"files\": []}", {422, "invalid_request", "files", NULL}},
                {"{\"code\": \"1\", \"files\": []}", {422, "invalid_request", "files", NULL}},
                {FILES("1"), {422, "invalid_request", "files[0]", NULL}},
                {FILES("{\"content\": \"1\"}"), {422, "invalid_request", "files[0].name", NULL}},
                {FILES("{\"name\": 1, \"content\": \"1\"}"), {422, "invalid_request", "files[0].name", NULL}},
                {FILES("{\"name\": \"a\"}"), {422, "invalid_request", "files[0].content", NULL}},
                {FILES("{\"name\": \"a\", \"content\": 1}"),
                        {422, "invalid_request", "files[0].content", NULL}},
                {FILES("{\"name\": \"a\", \"content\": \"\"}"), {422, "invalid_request", "files", "empty"}},
                {FILES("{\"name\": \"a\", \"content\": \"1\", \"mode\": 1}"),
                        {422, "invalid_request", "files[0].mode", NULL}},
                {FILES("{\"name\": \"a\", \"content\": \"*\", \"encoding\": \"base64\"}"),
                        {422, "invalid_request", "files[0].content", "base64"}},
                {FILES("{\"name\": \"a\", \"content\": \"1\", \"encoding\": \"rot13\"}"),
                        {422, "invalid_request", "files[0].encoding", NULL}},
                {FILES(NAMED("")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("..")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("../a")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a/../../b")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a/..")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("./a")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a//b")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a/")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("/etc/passwd")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a\\nb")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a\\u0000b")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a\\u007fb")), {422, "invalid_request", "files[0].name", NULL}},
                {FILES(NAMED("a") ", " NAMED("b") ", " NAMED("a")),
                        {422, "invalid_request", "files[2].name", "twice"}},
                {FILES(NAMED("a") ", " NAMED("a/b")), {422, "invalid_request", "files[1].name", NULL}},
                {"{\"entry\": \"b\", \"files\": [" NAMED("a") "]}", {422, "invalid_request", "entry", NULL}},
        };
        (void)state;
        CHECK_ROWS(rows);
}

static void files_32_are_taken_and_33_are_not(void **state)
{
        (void)state;
        for (int count = FILES_MAX; count <= FILES_MAX + 1; count++) {
                json_t *files = json_array();
                for (int i = 0; i < count; i++) {
                        char name[16];
                        snprintf(name, sizeof name, "f%d.py", i);
                        json_array_append_new(
                                files, json_pack("{s:s, s:s}", "name", name, "content", "print(32)"));
                }
                json_t *body = json_pack("{s:o}", "files", files);
                char *text = json_dumps(body, 0);
                struct http_request request = {.body = text};
                struct expected taken = {200, NULL, NULL, NULL};
                struct expected not = {422, "invalid_request", "files", "32"};
                bool ok = expected_answer(&request, count == FILES_MAX ? &taken : &not, "files");
                free(text);
                json_decref(body);
                assert_true(ok);
        }
}

static void code_at_its_limit_and_one_byte_over(void **state)
{
        (void)state;
        for (int over = 0; over <= 1; over++) {
                /* Two bytes a character: the limit counts bytes. */
                char *body =
                        repeat("{\"code\": \"#", "\xc3\xa9", (CODE_MAX - 2) / 2, over ? "ab\"}" : "a\"}");
                struct http_request request = {.body = body};
                struct expected taken = {200, NULL, NULL, NULL};
                struct expected not = {422, "invalid_request", "code", "50000"};
                bool ok =
                        expected_answer(&request, over ? &not : &taken, over ? "code over" : "code at limit");
                free(body);
                assert_true(ok);
        }
}

static void stdin_one_byte_over(void **state)
{
        (void)state;
        char *body = repeat("{\"code\": \"1\", \"stdin\": \"", "x", STDIN_MAX + 1, "\"}");
        struct http_request request = {.body = body};
        bool ok = expected_answer(
                &request, &(struct expected){422, "invalid_request", "stdin", "1048576"}, "stdin");
        free(body);
        assert_true(ok);
}

static void args_over_their_limits(void **state)
{
        (void)state;
        char *many = repeat("{\"code\": \"1\", \"args\": [\"a\"", ", \"a\"", 64, "]}");
        char *large = repeat("{\"code\": \"1\", \"args\": [\"", "a", 4097, "\"]}");
        struct http_request first = {.body = many}, second = {.body = large};
        bool ok =
                expected_answer(&first, &(struct expected){422, "invalid_request", "args", "64"}, "65 args");
        ok &= expected_answer(
                &second, &(struct expected){422, "invalid_request", "args[0]", "4096"}, "large arg");
        free(many);
        free(large);
        assert_true(ok);
}

static void user_id_over_its_limit(void **state)
{
        (void)state;
        char *body = repeat("{\"code\": \"1\", \"userId\": \"", "u", 129, "\"}");
        struct http_request request = {.body = body};
        bool ok = expected_answer(
                &request, &(struct expected){422, "invalid_request", "userId", "128"}, "userId");
        free(body);
        assert_true(ok);
}

static void body_over_the_limit(void **state)
{
        (void)state;
        char *body = repeat("{\"code\": \"", "x", BODY_MAX + 1, "\"}");
        struct http_request request = {.body = body};
        bool ok = expected_answer(&request, &(struct expected){413, "too_large", "", NULL}, "body");
        free(body);
        assert_true(ok);
}

/* All that was refused above cost nothing: not one sandbox is out, but for that of a program that was run,
 * which comes back after its answer. */
static void nothing_is_leased_afterwards(void **state)
{
        (void)state;
        assert_true(fixture_await_leased(0, PATIENCE_MS));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_not_json),
                cmocka_unit_test(nesting_10000_deep),
                cmocka_unit_test(wrong_types),
                cmocka_unit_test(wrong_values),
                cmocka_unit_test(wrong_files),
                cmocka_unit_test(files_32_are_taken_and_33_are_not),
                cmocka_unit_test(code_at_its_limit_and_one_byte_over),
                cmocka_unit_test(stdin_one_byte_over),
                cmocka_unit_test(args_over_their_limits),
                cmocka_unit_test(user_id_over_its_limit),
                cmocka_unit_test(body_over_the_limit),
                cmocka_unit_test(nothing_is_leased_afterwards),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
