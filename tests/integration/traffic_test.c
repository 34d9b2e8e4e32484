/* Many clients, clients that leave, clients that ask too often; and the log of all that. */
#include "tests/integration/allowance.h"
#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"
#include "tests/integration/guests.h"
#include "tests/integration/http.h"
#include "tests/integration/must.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
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
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS 40
#define POOL 4
#define WORKERS 32 /* of the service, and max_conns of nginx */
#define WAIT_MS 90000

static struct remains before;

static int start(void **state)
{
        struct service_options options = {.pool_max = POOL, .queue_timeout_s = 80};
        (void)state;
        return fixture_start_at_rest(&options, &before, WAIT_MS);
}

static int stop(void **state)
{
        remains_clear(&before);
        return fixture_stop(state);
}

static void nothing_is_left(void)
{
        struct error err = {0};
        must(remains_check(&fixture, &before, WAIT_MS, &err), &err);
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
        assert_true(served >= WORKERS);
        nothing_is_left();
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

static void wait_for(const char *state, int number)
{
        struct wanted wanted = {state, number};
        if (!service_until(has, &wanted, WAIT_MS))
                fail_msg("not %d sandboxes %s", number, state);
}

static bool no_guests(void *context)
{
        (void)context;
        return guests_count(&fixture) == 0;
}

static bool some_guests(void *context)
{
        (void)context;
        return guests_count(&fixture) > 0;
}

/* Whether so many requests have a worker: their programs wait to be told, or they wait for a sandbox. */
static bool have_workers(void *count)
{
        json_t *health = service_get(&fixture, "/api/health", NULL);
        json_t *pool = json_object_get(json_object_get(health, "checks"), "pool");
        json_int_t in_line = json_integer_value(json_object_get(pool, "waiting"));
        json_decref(health);
        return guests_waiting(&fixture) + in_line == *(int *)count;
}

/* So many requests, in a process of its own whose exit status is how many were served. */
static pid_t ask_aside(int count, const char *body)
{
        struct http_request requests[WORKERS];
        struct http_response responses[WORKERS] = {0};
        struct error err = {0};
        int served = 0;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid)
                return pid;
        for (int i = 0; i < count; i++)
                requests[i] =
                        (struct http_request){.port = fixture.port, .path = "/api/execute", .body = body};
        if (http_send(requests, (size_t)count, responses, &err))
                _exit(0);
        for (int i = 0; i < count; i++)
                served += responses[i].status == 200 && !answer_check(&responses[i], &err);
        _exit(served);
}

struct asking {
        pid_t pid;
        int status;
};

/* Programs that wait are told. */
static bool is_over(void *context)
{
        struct asking *asking = context;
        guests_release(&fixture);
        return waitpid(asking->pid, &asking->status, WNOHANG) == asking->pid;
}

static void were_served(pid_t pid, int count)
{
        struct asking asking = {.pid = pid};
        assert_true(service_until(is_over, &asking, WAIT_MS));
        assert_true(WIFEXITED(asking.status));
        assert_int_equal(WEXITSTATUS(asking.status), count);
}

static bool pool_is_in_bounds(void *context)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count = service_containers(&fixture, ids, NULL);
        (void)context;
        return count >= 1 && count <= POOL;
}

/* Many at once while every worker has a request: each gets a 503 without waiting. Those that have a worker
 * are served; then all is as before. */
static void five_hundred_at_once(void **state)
{
        static const char long_one[] =
                "{\"code\": \"" GUEST_WAITS "\", \"policy\": \"off\", \"timeout\": 30, \"testCases\": ["
                "{\"expectedOutput\": \"\"}, {\"expectedOutput\": \"\"}, {\"expectedOutput\": \"\"}]}";
        enum { MANY = 500 };
        static struct http_request requests[MANY];
        static struct http_response responses[MANY];
        struct rlimit files = {4096, 4096};
        struct error err = {0};
        (void)state;
        setrlimit(RLIMIT_NOFILE, &files);
        for (int i = 0; i < MANY; i++)
                requests[i] = (struct http_request){
                        .port = fixture.port, .path = "/api/execute", .body = "{\"code\": \"print(1)\"}"};
        /* Those that are asked first have all sandboxes that there may be, each for up to a minute. */
        int first = POOL, all = WORKERS;
        pid_t running = ask_aside(POOL, long_one);
        assert_true(service_until(have_workers, &first, WAIT_MS));
        pid_t waiting = ask_aside(WORKERS - POOL, "{\"code\": \"print(1)\"}");
        assert_true(service_until(have_workers, &all, WAIT_MS));
        assert_int_equal(http_send(requests, MANY, responses, &err), 0);
        for (int i = 0; i < MANY; i++) {
                if (answer_check(&responses[i], &err))
                        fail_msg("client %d: %s", i, err.text);
                assert_int_equal(responses[i].status, 503);
                http_clear(&responses[i]);
        }
        were_served(running, POOL);
        were_served(waiting, WORKERS - POOL);
        json_t *answer = fixture_run("python", "print(2)", NULL);
        assert_non_null(answer);
        json_decref(answer);
        assert_true(service_until(pool_is_in_bounds, NULL, WAIT_MS)); /* one may be on its way out */
        nothing_is_left();
}

/* The log says that the client left: else the program ended by itself, or with its time. */
static bool is_noticed(void *user)
{
        return service_logged(&fixture, (const char *const[]){user, "\"http\":499", NULL}, NULL, 0);
}

/* user: whose request it is, as the log has it; in the body as "userId". */
static void leave_while_it_runs(const char *body, char *user)
{
        char request[4096];
        struct error err = {0};
        wait_for("leased", 0);
        snprintf(request, sizeof request,
                "POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Content-Length: %zu\r\n\r\n%s",
                strlen(body), body);
        int fd = http_connect(fixture.port, &err);
        assert_true(fd >= 0);
        assert_int_equal(io_write_all(fd, request, strlen(request), clock_ms() + WAIT_MS, &err), 0);
        assert_true(service_until(some_guests, NULL, WAIT_MS));
        io_close(&fd);
        assert_true(service_until(is_noticed, user, WAIT_MS));
        wait_for("leased", 0);
        assert_true(service_until(no_guests, NULL, WAIT_MS));
        nothing_is_left();
}

static void a_client_that_leaves(void **state)
{
        static char user[] = "\"user\":\"leaver\"";
        (void)state;
        leave_while_it_runs("{\"code\": \"import time\\nwhile True: time.sleep(1)\", \"timeout\": 30, "
                            "\"userId\": \"leaver\"}",
                user);
}

/* While it compiles, too: constants that take long and no memory. */
static void a_client_that_leaves_the_compiler(void **state)
{
        static char user[] = "\"user\":\"leaver-of-compiler\"";
        struct buffer code = BUFFER_MAX(8192);
        char line[64];
        (void)state;
        buffer_add_string(&code,
                "template <int n> constexpr int f()\n{\n    int s = n;\n"
                "    for (int i = 0; i < 1000; i++)\n        for (int j = 0; j < 2000; j++)\n"
                "            s ^= j;\n    return s;\n}\n");
        for (int i = 0; i < 100; i++) {
                snprintf(line, sizeof line, "constexpr int v%d = f<%d>();\n", i, i);
                buffer_add_string(&code, line);
        }
        buffer_add_string(&code, "int main() {}\n");
        json_t *body = json_pack("{s:s, s:s#, s:s}", "language", "cpp", "code", code.data, (int)code.size,
                "userId", "leaver-of-compiler");
        char *text = json_dumps(body, JSON_COMPACT);
        leave_while_it_runs(text, user);
        free(text);
        json_decref(body);
        buffer_clear(&code);
}

/* Test cases after the first, too: it ends at once, the others never. */
static void a_client_that_leaves_the_test_cases(void **state)
{
        static char user[] = "\"user\":\"leaver-of-cases\"";
        static const char body[] =
                "{\"code\": \"import time\\ntime.sleep(int(input()))\", \"timeout\": 30, \"testCases\": ["
                "{\"input\": \"0\", \"expectedOutput\": \"\"}, {\"input\": \"99\", \"expectedOutput\": \"\"},"
                "{\"input\": \"99\", \"expectedOutput\": \"\"}], \"userId\": \"leaver-of-cases\"}";
        (void)state;
        leave_while_it_runs(body, user);
}

/* Every line of the log is JSON with the fields that all lines have. */
static void the_log_is_json(void **state)
{
        char *text = NULL;
        struct error err = {0};
        size_t lines = 0;
        (void)state;
        assert_true(io_read_file(fixture.log, 16 << 20, &text, &err) > 0);
        char *end = strrchr(text, '\n'); /* half a line may be there while it is written */
        assert_non_null(end);
        *end = '\0';
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

/* All of a client's, of which the first are let through and no more than may be since the first. */
static int used_up(struct http_request *request, const char *client, int64_t began_ms)
{
        struct http_response responses[20] = {0};
        request->headers[0] = client;
        int through = passed(request, 20, responses);
        assert_in_range(through, ALLOWANCE_BURST + 1, allowance_since(began_ms));
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
        int64_t began_ms = clock_ms();
        int through = used_up(&request, "X-Forwarded-For: 198.51.100.7", began_ms);
        request.path = "/api/run-code"; /* one allowance for all three paths */
        through += passed(&request, 5, responses);
        assert_in_range(through, 0, allowance_since(began_ms));
        request.headers[0] = "X-Forwarded-For: 198.51.100.8";
        assert_int_equal(passed(&request, 5, responses), 5);
        began_ms = clock_ms();
        through = used_up(&request, "X-Forwarded-For: 2001:db8:1:2::1", began_ms);
        request.headers[0] = "X-Forwarded-For: 2001:db8:1:2:ffff::2"; /* the same customer's /64 */
        through += passed(&request, 5, responses);
        assert_in_range(through, 0, allowance_since(began_ms));
        request.headers[0] = NULL; /* this machine itself */
        assert_int_equal(passed(&request, 20, responses), 20);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_answer_is_mixed_up),
                cmocka_unit_test(five_hundred_at_once),
                cmocka_unit_test(a_client_that_leaves),
                cmocka_unit_test(a_client_that_leaves_the_compiler),
                cmocka_unit_test(a_client_that_leaves_the_test_cases),
                cmocka_unit_test(rate_limit),
                cmocka_unit_test(the_log_is_json),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
