/* Exercises as frontends ask for them: the list, one of them, the default one of POST /api/run-code. */
#include "tests/integration/answer.h"
#include "tests/integration/exercise_folder.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/openapi.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct exercise_folder folder;

static int start(void **state)
{
        const struct service_options options = {
                .pool_max = 4, .queue_timeout_s = 60, .exercises = folder.path};
        struct error err = {0};
        (void)state;
        if (exercise_folder_make(&folder, &err)) {
                print_error("%s\n", err.text);
                return -1;
        }
        return fixture_start(&options);
}

static int stop(void **state)
{
        int rc = fixture_stop(state);
        exercise_folder_remove(&folder);
        return rc;
}

/* An answer that must be a 200; the caller clears it. */
static void get(const char *path, struct http_response *response)
{
        struct http_request request = {.port = fixture.port, .path = path};
        struct error err = {0};
        *response = (struct http_response){0};
        if (http_send(&request, 1, response, &err) || response->status != 200 ||
                openapi_check("GET", path, 200, response->json, &err))
                fail_msg("%s: %d %s", path, response->status, err.text);
}

static void run_code(const char *body, struct http_response *response)
{
        struct http_request request = {.port = fixture.port, .path = "/api/run-code", .body = body};
        struct error err = {0};
        *response = (struct http_response){0};
        if (http_send(&request, 1, response, &err) || answer_check(response, &err) || response->status != 200)
                fail_msg("%s: %d %s", body, response->status, err.text);
}

static void expect_text(const struct http_response *response, const char *key, const char *value)
{
        assert_string_equal(fixture_text(response->json, key), value);
}

/* The literal body of an earlier frontend, and what it reads of the answer. */
static void literal_body(void **state)
{
        static const char body[] = "{\"code\": \"import socket\\nserver = socket.socket()\\n"
                                   "server.bind((\\\"localhost\\\", 6379))\\nserver.listen(1)\"}";
        struct http_response response;
        (void)state;
        run_code(body, &response);
        expect_text(&response, "status", "success");
        assert_true(json_is_true(json_object_get(response.json, "success")));
        assert_true(json_is_string(json_object_get(response.json, "output")));
        assert_null(json_object_get(response.json, "error"));
        assert_true(json_is_integer(json_object_get(response.json, "executionTime")));
        http_clear(&response);
}

static void never_binds(void **state)
{
        struct http_response response;
        (void)state;
        run_code("{\"code\": \"print(1)\", \"test_cases\": []}", &response);
        expect_text(&response, "status", "failed");
        expect_text(&response, "output", "1\n");
        assert_non_null(strstr(fixture_text(response.json, "error"),
                "Bind a socket to (\"localhost\", 6379) and call listen()"));
        http_clear(&response);
}

/* Another exercise, or test cases of its own, go before the default. */
static void default_gives_way(void **state)
{
        struct http_response response;
        (void)state;
        run_code("{\"code\": \"def add(a, b):\\n    return a + b\", \"exercise\": \"adder\"}", &response);
        expect_text(&response, "status", "success");
        http_clear(&response);
        run_code("{\"code\": \"print(1)\", \"testCases\": [{\"expectedOutput\": \"1\"}]}", &response);
        expect_text(&response, "status", "success");
        http_clear(&response);
}

static void lists(void **state)
{
        struct http_response response, one;
        char path[100];
        size_t i, found = 0;
        json_t *exercise;
        (void)state;
        get("/api/exercises", &response);
        json_array_foreach(json_object_get(response.json, "exercises"), i, exercise)
        {
                snprintf(path, sizeof path, "/api/exercises/%s", fixture_text(exercise, "id"));
                get(path, &one);
                expect_text(&one, "title", fixture_text(exercise, "title"));
                assert_int_equal(json_array_size(json_object_get(one.json, "languages")),
                        json_array_size(json_object_get(exercise, "languages")));
                http_clear(&one);
                found++;
        }
        /* The shipped four and the tests' own, but for three in Java, which this service does not offer. */
        assert_int_equal(found, 17);
        http_clear(&response);
}

static void must_lack(const struct http_response *response, const char *path, const char *const *words)
{
        for (; *words; words++)
                if (memmem(response->body.data, response->body.size, *words, strlen(*words)))
                        fail_msg("%s shows %s", path, *words);
}

/* Nothing of hidden cases, harnesses and suites in any byte, neither of the exercise nor of the list. */
static void hidden_stays_hidden(void **state)
{
        static const struct {
                const char *path, *words[7];
        } rows[] = {
                {"/api/exercises/two-sum", {"-1, -2", "[2,4]", "1000000000", "[0,15]", "json.loads"}},
                {"/api/exercises/reverse-linked-list",
                        {"[1, 2]", "[2,1]", "5, 5", "-100", "a cycle", "json.loads"}},
                {"/api/exercises/fizzbuzz", {"FizzBuzz\\n", "\\n31", "15\\n"}},
                {"/api/exercises/adder", {"2**70", "assertEqual", "TestCase", "assert.equal", "Suite.test"}},
                {"/api/exercises/redis-step-1", {"create_connection", "pytest", "deadline"}},
        };
        struct http_response all, one;
        (void)state;
        get("/api/exercises", &all);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                get(rows[i].path, &one);
                must_lack(&one, rows[i].path, rows[i].words);
                must_lack(&all, "/api/exercises", rows[i].words);
                http_clear(&one);
        }
        http_clear(&all);
}

static void write_text(const char *name, const char *text)
{
        char path[200];
        struct error err = {0};
        snprintf(path, sizeof path, "%s/fresh/%s", folder.path, name);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0 || io_write_all(fd, text, strlen(text), -1, &err))
                fail_msg("%s %s", path, err.text);
        close(fd);
}

/* `sandpool reload`: its exit status, what it said into said. */
static int reload(char said[1024])
{
        char binary[512];
        struct error err = {0};
        service_binary_path(binary, sizeof binary);
        const char *argv[] = {binary, "--config", fixture.settings, "reload", NULL};
        struct buffer out = BUFFER_MAX(1023);
        int code = spawn_run(argv, 300000, &out, NULL, &err);
        snprintf(said, 1024, "%.*s", (int)out.size, out.data ? out.data : "");
        buffer_clear(&out);
        if (code < 0)
                fail_msg("%s", err.text);
        return code;
}

static int ask_fresh(struct http_response *response)
{
        struct http_request request = {.port = fixture.port,
                .path = "/api/execute",
                .body = "{\"exercise\": \"fresh\", \"code\": \"print(input()[::-1])\"}"};
        struct error err = {0};
        *response = (struct http_response){0};
        if (http_send(&request, 1, response, &err) || answer_check(response, &err))
                fail_msg("%d %s", response->status, err.text);
        return response->status;
}

#define FRESH                                                                                                \
        "id: fresh\ntitle: Backwards\ndescription: Print the line backwards.\n"                              \
        "languages: {python: {starter_file: start.py}}\n"
#define FRESH_CASES "cases:\n  - {input: ab, expected: ba}\n"

/* YAML and files, and a reload; one that is wrong leaves what was. */
static void comes_and_goes_by_reload(void **state)
{
        struct http_response response;
        char place[100], said[1024];
        (void)state;
        snprintf(place, sizeof place, "%s/fresh", folder.path);
        assert_int_equal(mkdir(place, 0755), 0);
        write_text("exercise.yaml", FRESH FRESH_CASES);
        write_text("start.py", "print(input())\n");
        assert_int_equal(ask_fresh(&response), 422);
        expect_text(&response, "reason", "unknown_exercise");
        http_clear(&response);
        assert_int_equal(reload(said), 0);
        assert_int_equal(ask_fresh(&response), 200);
        expect_text(&response, "status", "success");
        http_clear(&response);
        get("/api/exercises/fresh", &response);
        assert_non_null(memmem(response.body.data, response.body.size, "print(input())\\n", 16));
        http_clear(&response);

        write_text("exercise.yaml", FRESH "cases:\n  - {input: ab, expcted: ba}\n");
        assert_int_equal(reload(said), 1);
        assert_non_null(
                strstr(said, "fresh/exercise.yaml:6: unknown key 'expcted' (did you mean 'expected'?)"));
        assert_int_equal(ask_fresh(&response), 200);
        http_clear(&response);

        write_text("exercise.yaml", FRESH FRESH_CASES);
        snprintf(place, sizeof place, "%s/fresh/exercise.yaml", folder.path);
        assert_int_equal(unlink(place), 0);
        snprintf(place, sizeof place, "%s/fresh/start.py", folder.path);
        assert_int_equal(unlink(place), 0);
        snprintf(place, sizeof place, "%s/fresh", folder.path);
        assert_int_equal(rmdir(place), 0);
        assert_int_equal(reload(said), 0);
        assert_int_equal(ask_fresh(&response), 422);
        http_clear(&response);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(literal_body),
                cmocka_unit_test(never_binds),
                cmocka_unit_test(default_gives_way),
                cmocka_unit_test(lists),
                cmocka_unit_test(hidden_stays_hidden),
                cmocka_unit_test(comes_and_goes_by_reload),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
