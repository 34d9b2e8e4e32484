/* Many clients, clients that leave, clients that ask too often; and what the service says about itself. */
#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/processes.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CLIENTS 40
#define POOL 4

static int start(void **state)
{
        struct service_options options = {.pool_max = POOL};
        (void)state;
        return fixture_start(&options);
}

/* Forty at once on four sandboxes: each is answered, with its own output or with "busy". */
static void no_answer_is_mixed_up(void **state)
{
        static const struct {
                const char *language, *before, *after;
        } kinds[] = {{"python", "import time\ntime.sleep(0.1)\nprint('token-", "')"},
                {"javascript", "setTimeout(() => console.log('token-", "'), 100)"},
                {"cpp", "#include <cstdio>\nint main() { puts(\"token-", "\"); }"}};
        struct http_request requests[CLIENTS] = {0};
        struct http_response responses[CLIENTS] = {0};
        struct error err = {0};
        int served = 0, busy = 0;
        (void)state;
        for (int i = 0; i < CLIENTS; i++) {
                /* Mostly python, so that all of them fit into the queue's time. */
                int kind = i % 10 == 1 ? 1 : i % 10 == 2 ? 2 : 0;
                char code[256];
                snprintf(code, sizeof code, "%s%d%s", kinds[kind].before, i, kinds[kind].after);
                json_t *body = json_pack("{s:s, s:s}", "language", kinds[kind].language, "code", code);
                requests[i] = (struct http_request){
                        .port = fixture.port, .path = "/api/execute", .body = json_dumps(body, 0)};
                json_decref(body);
        }
        assert_int_equal(http_send(requests, CLIENTS, responses, &err), 0);
        for (int i = 0; i < CLIENTS; i++) {
                char token[32];
                snprintf(token, sizeof token, "token-%d\n", i);
                if (answer_check(&responses[i], &err))
                        fail_msg("client %d: %s", i, err.text);
                if (responses[i].status == 200) {
                        assert_string_equal(fixture_text(responses[i].json, "output"), token);
                        served++;
                } else {
                        assert_int_equal(responses[i].status, 503);
                        assert_string_equal(fixture_text(responses[i].json, "reason"), "busy");
                        busy++;
                }
                http_clear(&responses[i]);
                free((char *)requests[i].body);
        }
        assert_int_equal(served + busy, CLIENTS);
        /* 32 workers: so many wait for their turn, and are served. */
        assert_true(served >= 32);
}

struct wanted {
        const char *state;
        int number;
};

static bool has(void *context)
{
        struct wanted *wanted = context;
        return service_sandboxes(&fixture, wanted->state, NULL) == wanted->number;
}

static void wait_for(const char *state, int number, int timeout_ms)
{
        struct wanted wanted = {state, number};
        if (!service_until(has, &wanted, timeout_ms))
                fail_msg("not %d sandboxes %s in %d ms", number, state, timeout_ms);
}

/* How many processes the sandboxes have beside their runners. */
static int guests(void)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct process list[PROCESSES_MAX];
        int sum = 0, count = service_containers(&fixture, ids, NULL);
        for (int i = 0; i < count; i++) {
                char *pid = spawn_text(NULL, "docker", "inspect", "-f", "{{.State.Pid}}", ids[i], NULL);
                if (pid && atoi(pid) > 0)
                        sum += (int)processes_list(0, atoi(pid), list);
                free(pid);
        }
        return sum;
}

static bool no_guests(void *context)
{
        (void)context;
        return guests() == 0;
}

static bool some_guests(void *context)
{
        (void)context;
        return guests() > 0;
}

/* Five hundred at once: as many as there are workers get their turn, the others a 503 without waiting; then
 * all is as before. */
static void five_hundred_at_once(void **state)
{
        enum { MANY = 500, WORKERS = 32 };
        static struct http_request requests[MANY];
        static struct http_response responses[MANY];
        struct rlimit files = {4096, 4096};
        struct error err = {0};
        int served = 0;
        (void)state;
        setrlimit(RLIMIT_NOFILE, &files);
        for (int i = 0; i < MANY; i++)
                requests[i] = (struct http_request){.port = fixture.port,
                        .path = "/api/execute",
                        .body = "{\"code\": \"import time\\ntime.sleep(0.2)\\nprint(1)\"}"};
        assert_int_equal(http_send(requests, MANY, responses, &err), 0);
        for (int i = 0; i < MANY; i++) {
                if (answer_check(&responses[i], &err))
                        fail_msg("client %d: %s", i, err.text);
                assert_true(responses[i].status == 200 || responses[i].status == 503);
                served += responses[i].status == 200;
                http_clear(&responses[i]);
        }
        assert_in_range(served, WORKERS, 2 * WORKERS);
        int64_t began_ms = clock_ms();
        json_t *answer = fixture_run("python", "print(2)", NULL);
        assert_non_null(answer);
        assert_true(clock_ms() - began_ms < 2000);
        json_decref(answer);
        char ids[SERVICE_CONTAINERS_MAX][65];
        assert_in_range(service_containers(&fixture, ids, &err), 1, POOL + 1); /* one may be on its way out */
}

static void leave_while_it_runs(const char *body)
{
        char request[1024];
        struct error err = {0};
        wait_for("leased", 0, 10000);
        snprintf(request, sizeof request,
                "POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Content-Length: %zu\r\n\r\n%s",
                strlen(body), body);
        int fd = http_connect(fixture.port, &err);
        assert_true(fd >= 0);
        assert_int_equal(io_write_all(fd, request, strlen(request), clock_ms() + 5000, &err), 0);
        wait_for("leased", 1, 10000);
        assert_true(service_until(some_guests, NULL, 10000));
        io_close(&fd);
        wait_for("leased", 0, 5000);
        assert_true(service_until(no_guests, NULL, 5000));
}

static void a_client_that_leaves(void **state)
{
        (void)state;
        leave_while_it_runs("{\"code\": \"import time\\nwhile True: time.sleep(1)\", \"timeout\": 30}");
}

/* While it compiles, too. */
static void a_client_that_leaves_the_compiler(void **state)
{
        struct error err = {0};
        json_t *body = json_pack("{s:s, s:s}", "language", "cpp", "code",
                "template <int a, int b> struct deep {\n"
                "        static constexpr unsigned long value = deep<a - 1, b>::value + deep<a - 1, b + "
                "1>::value;\n"
                "};\n"
                "template <int b> struct deep<0, b> { static constexpr unsigned long value = b; };\n"
                "int main() { return deep<800, 0>::value & 1; }\n");
        char *text = json_dumps(body, JSON_COMPACT), request[2048];
        (void)state;
        wait_for("leased", 0, 10000);
        snprintf(request, sizeof request,
                "POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Content-Length: %zu\r\n\r\n%s",
                strlen(text), text);
        free(text);
        json_decref(body);
        int fd = http_connect(fixture.port, &err);
        assert_true(fd >= 0);
        assert_int_equal(io_write_all(fd, request, strlen(request), clock_ms() + 5000, &err), 0);
        assert_true(service_until(some_guests, NULL, 10000));
        io_close(&fd);
        wait_for("leased", 0, 5000);
        assert_true(service_until(no_guests, NULL, 5000));
}

/* Test cases after the first, too: it ends at once, the others never. */
static void a_client_that_leaves_the_test_cases(void **state)
{
        static const char body[] =
                "{\"code\": \"import time\\ntime.sleep(int(input()))\", \"timeout\": 30, \"testCases\": ["
                "{\"input\": \"0\", \"expectedOutput\": \"\"}, {\"input\": \"99\", \"expectedOutput\": \"\"},"
                "{\"input\": \"99\", \"expectedOutput\": \"\"}]}";
        (void)state;
        leave_while_it_runs(body);
}

static void the_request_id_is_everywhere_and_the_code_nowhere(void **state)
{
        char id[64], line[4200], process[64];
        struct error err = {0};
        struct http_response response = {0};
        struct http_request request = {.port = fixture.port,
                .path = "/api/v1/execute",
                .body = "{\"code\": \"print('very-secret-words', input())\", \"stdin\": "
                        "\"very-secret-input\","
                        " \"args\": [\"very-secret-arg\"]}"};
        (void)state;
        assert_int_equal(http_send(&request, 1, &response, &err), 0);
        assert_int_equal(response.status, 200);
        assert_int_equal(answer_check(&response, &err), 0);
        assert_int_equal(http_header(&response, "X-Request-Id", id, sizeof id), 1);
        assert_int_equal(strlen(id), 32);
        assert_int_equal(fixture_log_field(id, "process", process, sizeof process), 0);
        assert_memory_equal(process, "worker-", 7);
        assert_false(service_logged(&fixture, (const char *const[]){"very-secret", NULL}, line, sizeof line));
        http_clear(&response);
}

/* Every line of the log is JSON with the fields that all lines have. */
static void the_log_is_json(void **state)
{
        char *text = NULL;
        struct error err = {0};
        size_t lines = 0;
        (void)state;
        assert_true(io_read_file(fixture.log, 16 << 20, &text, &err) > 0);
        for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n"), lines++) {
                json_t *line = json_loads(at, JSON_REJECT_DUPLICATES, NULL);
                if (!json_is_string(json_object_get(line, "time")) ||
                        !json_is_string(json_object_get(line, "level")) ||
                        !json_is_string(json_object_get(line, "process")) ||
                        !json_is_integer(json_object_get(line, "pid")) ||
                        !json_is_string(json_object_get(line, "event")))
                        fail_msg("no log line: %s", at);
                json_decref(line);
        }
        free(text);
        assert_true(lines > CLIENTS);
}

static void get_is(const char *path, const char *word)
{
        struct error err = {0};
        json_t *json = service_get(&fixture, path, &err);
        if (!json)
                fail_msg("%s", err.text);
        assert_string_equal(fixture_text(json, "status"), word);
        json_decref(json);
}

static bool is_healthy(void *context)
{
        json_t *health = service_get(&fixture, "/api/health", NULL);
        bool ok = !strcmp(fixture_text(health, "status"), "ok");
        (void)context;
        json_decref(health);
        return ok;
}

static void probes(void **state)
{
        (void)state;
        get_is("/livez", "ok");
        get_is("/readyz", "ready");
        /* Ready is who can run something; healthy, who can run everything. */
        assert_true(service_until(is_healthy, NULL, 20000));
        get_is("/api/health", "ok");
        get_is("/api/v1/health", "ok");
        json_t *health = service_get(&fixture, "/api/health", NULL);
        json_t *checks = json_object_get(health, "checks");
        static const char *const must[] = {"docker", "pool", "languages"};
        for (size_t i = 0; i < sizeof must / sizeof *must; i++)
                assert_true(json_is_object(json_object_get(checks, must[i])));
        assert_true(json_is_true(json_object_get(json_object_get(checks, "docker"), "ok")));
        json_decref(health);
}

static bool is_range(const json_t *limits, const char *name)
{
        const json_t *range = json_object_get(limits, name);
        double min = json_number_value(json_object_get(range, "min"));
        double usual = json_number_value(json_object_get(range, "default"));
        double max = json_number_value(json_object_get(range, "max"));
        return min > 0 && min <= usual && usual <= max;
}

static void languages(void **state)
{
        static const char *const known[] = {"cpp", "javascript", "python"};
        struct error err = {0};
        size_t i;
        json_t *language;
        (void)state;
        json_t *answer = service_get(&fixture, "/api/languages", &err);
        json_t *again = service_get(&fixture, "/api/v1/languages", &err);
        if (!answer || !again)
                fail_msg("%s", err.text);
        assert_true(json_equal(answer, again));
        json_t *list = json_object_get(answer, "languages");
        assert_int_equal(json_array_size(list), sizeof known / sizeof *known);
        json_array_foreach(list, i, language)
        {
                assert_string_equal(fixture_text(language, "id"), known[i]);
                assert_true(*fixture_text(language, "name") && *fixture_text(language, "version"));
                assert_true(*fixture_text(language, "extension") == '.' && *fixture_text(language, "sample"));
                assert_true(json_array_size(json_object_get(language, "aliases")) > 0);
                assert_int_equal(json_is_true(json_object_get(language, "compiled")), i == 0);
                assert_true(is_range(json_object_get(language, "limits"), "timeout"));
                assert_true(is_range(json_object_get(language, "limits"), "memoryLimit"));
                /* What is offered as a sample runs, under each of the language's names. */
                json_t *ran = fixture_run(
                        json_string_value(json_array_get(json_object_get(language, "aliases"), 0)),
                        fixture_text(language, "sample"), NULL);
                assert_non_null(ran);
                assert_string_equal(fixture_text(ran, "status"), "success");
                assert_string_equal(fixture_text(ran, "language"), known[i]);
                json_decref(ran);
        }
        json_decref(answer);
        json_decref(again);
}

static int passed(const struct http_request *request, int count, struct http_response responses[])
{
        struct error err = {0};
        int through = 0;
        for (int i = 0; i < count; i++) {
                assert_int_equal(http_send(request, 1, &responses[i], &err), 0);
                if (answer_check(&responses[i], &err))
                        fail_msg("%s", err.text);
                if (responses[i].status == 429)
                        assert_string_equal(fixture_text(responses[i].json, "reason"), "rate_limited");
                else
                        assert_int_equal(responses[i].status, 422);
                through += responses[i].status == 422;
                http_clear(&responses[i]);
        }
        return through;
}

/* Refused for their language, so that they cost nothing: nginx counts them all the same. */
static void rate_limit(void **state)
{
        struct http_response responses[20] = {0};
        struct http_request request = {.port = fixture.port,
                .path = "/api/execute",
                .body = "{\"code\": \"1\", \"language\": \"none\"}"};
        (void)state;
        request.headers[0] = "X-Forwarded-For: 198.51.100.7";
        assert_int_equal(passed(&request, 20, responses), 11);
        request.path = "/api/run-code"; /* one allowance for all three paths */
        assert_int_equal(passed(&request, 5, responses), 0);
        request.headers[0] = "X-Forwarded-For: 198.51.100.8";
        assert_int_equal(passed(&request, 5, responses), 5);
        request.headers[0] = "X-Forwarded-For: 2001:db8:1:2::1";
        assert_int_equal(passed(&request, 20, responses), 11);
        request.headers[0] = "X-Forwarded-For: 2001:db8:1:2:ffff::2"; /* the same customer's /64 */
        assert_int_equal(passed(&request, 5, responses), 0);
        request.headers[0] = NULL; /* this machine itself */
        assert_int_equal(passed(&request, 20, responses), 20);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(probes),
                cmocka_unit_test(languages),
                cmocka_unit_test(no_answer_is_mixed_up),
                cmocka_unit_test(five_hundred_at_once),
                cmocka_unit_test(a_client_that_leaves),
                cmocka_unit_test(a_client_that_leaves_the_compiler),
                cmocka_unit_test(a_client_that_leaves_the_test_cases),
                cmocka_unit_test(the_request_id_is_everywhere_and_the_code_nowhere),
                cmocka_unit_test(rate_limit),
                cmocka_unit_test(the_log_is_json),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
