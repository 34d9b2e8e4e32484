/* /metrics after real requests: what promtool says about it, and whether it counted what happened. */
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/io.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GET /metrics, NUL-terminated. The caller's. */
static char *metrics(void)
{
        struct http_request request = {.port = fixture.port, .path = "/metrics"};
        struct http_response response = {0};
        struct error err = {0};
        char type[64];
        assert_int_equal(http_send(&request, 1, &response, &err), 0);
        assert_int_equal(response.status, 200);
        assert_int_equal(http_header(&response, "Content-Type", type, sizeof type), 1);
        assert_string_equal(type, "text/plain; version=0.0.4; charset=utf-8");
        char *text = strndup(response.body.data, response.body.size);
        http_clear(&response);
        return text;
}

/* The value of a series as it is written; 0 when it is not there. */
static double value_in(const char *text, const char *series)
{
        char whole[300];
        snprintf(whole, sizeof whole, "\n%s ", series);
        const char *at = strstr(text, whole);
        return at ? strtod(at + strlen(whole), NULL) : 0;
}

static double value(const char *series)
{
        char *text = metrics();
        double number = value_in(text, series);
        free(text);
        return number;
}

struct expected {
        const char *series;
        double value;
};

static bool is_there(void *context)
{
        const struct expected *expected = context;
        return value(expected->series) == expected->value;
}

/* What becomes of a request is counted when its answer has been sent, which may be after it was read. */
static void await(const char *series, double number)
{
        struct expected expected = {series, number};
        if (!service_until(is_there, &expected, 10000))
                fail_msg("%s is %g and not %g", series, value(series), number);
}

static bool all_are_ready(void *context)
{
        (void)context;
        return value("sandpool_language_ready{language=\"python\"}") == 1 &&
               value("sandpool_language_ready{language=\"javascript\"}") == 1 &&
               value("sandpool_language_ready{language=\"cpp\"}") == 1;
}

/* On a busy machine, a language may not be there within the time of a request's queue. */
static int start(void **state)
{
        struct service_options options = {.pool_max = 4};
        (void)state;
        if (fixture_start(&options))
                return -1;
        return service_until(all_are_ready, NULL, 60000) ? 0 : -1;
}

static void run(const char *body, int status)
{
        struct http_request request = {.port = fixture.port, .path = "/api/execute", .body = body};
        struct http_response response = {0};
        struct error err = {0};
        assert_int_equal(http_send(&request, 1, &response, &err), 0);
        assert_int_equal(response.status, status);
        http_clear(&response);
}

#define REQUESTS(language, status, reason)                                                                   \
        "sandpool_requests_total{language=\"" language "\",status=\"" status "\",reason=\"" reason "\"}"

static void what_happened_is_counted(void **state)
{
        static const struct {
                const char *body;
                int status, times;
                const char *series;
        } cases[] = {
                {"{\"code\": \"print(1)\"}", 200, 5, REQUESTS("python", "success", "none")},
                {"{\"code\": \"1/0\"}", 200, 2, REQUESTS("python", "error", "runtime_error")},
                {"{\"code\": \"while True: pass\", \"timeout\": 0.3}", 200, 1,
                        REQUESTS("python", "timeout", "time_limit")},
                {"{\"code\": \"import socket\"}", 200, 1, REQUESTS("python", "blocked", "policy")},
                {"{\"language\": \"cpp\", \"code\": \"int main() { return x; }\"}", 200, 1,
                        REQUESTS("cpp", "error", "compile_error")},
                {"{\"language\": \"klingon\", \"code\": \"x\"}", 422, 3,
                        REQUESTS("none", "refused", "unknown_language")},
                {"{\"code\"", 400, 1, REQUESTS("none", "refused", "invalid_json")},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                for (int n = 0; n < cases[i].times; n++)
                        run(cases[i].body, cases[i].status);
        double sum = 0, expected = 0;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                await(cases[i].series, cases[i].times);
                expected += cases[i].times;
        }
        await("sandpool_reset_seconds_count", 9);
        char *text = metrics();
        for (char *at = text; (at = strstr(at, "\nsandpool_requests_total{")); at++)
                sum += strtod(strchr(at, '}') + 1, NULL);
        assert_true(sum == expected);
        assert_true(value_in(text, "sandpool_policy_blocks_total{language=\"python\"}") == 1);
        assert_true(value_in(text, "sandpool_leases_total{answer=\"granted\"}") == 9);
        assert_true(value_in(text, "sandpool_run_duration_seconds_count{language=\"python\"}") == 8);
        assert_true(value_in(text, "sandpool_compile_duration_seconds_count{language=\"cpp\"}") == 1);
        double whole = value_in(text, "sandpool_request_duration_seconds_sum{language=\"python\"}");
        double ran = value_in(text, "sandpool_run_duration_seconds_sum{language=\"python\"}");
        assert_true(ran >= 0.3 && whole > ran);
        assert_true(value_in(text, "sandpool_reset_seconds_sum") > 0);
        assert_true(value_in(text, "sandpool_docker_up") == 1);
        assert_true(value_in(text, "sandpool_language_ready{language=\"python\"}") == 1);
        double created = value_in(text, "sandpool_sandboxes_created_total");
        assert_true(created >= 6); /* a primer and a warm one of each language */
        assert_true(value_in(text, "sandpool_engine_calls_total{call=\"create\",result=\"ok\"}") == created);
        assert_true(value_in(text, "sandpool_sandboxes_removed_total{why=\"proven\"}") == 3);
        free(text);
}

static json_int_t sum_of(const json_t *line, const char *const *fields)
{
        json_int_t sum = 0;
        for (; *fields; fields++) {
                const json_t *field = json_object_get(line, *fields);
                if (!json_is_integer(field))
                        fail_msg("the log line has no %s", *fields);
                sum += json_integer_value(field);
        }
        return sum;
}

/* The parts are parts: they do not add up to more than the whole. */
static void a_log_line_says_where_time_went(void **state)
{
        static const char *const whole[] = {"total_us", NULL}, *const steps[] = {"steps_us", NULL};
        static const char *const parts[] = {
                "read_us", "parse_us", "policy_us", "queue_us", "steps_us", "answer_us", NULL};
        static const char *const of_steps[] = {"start_us", "compile_us", "run_us", "finish_us", NULL};
        (void)state;
        json_t *answer = fixture_run("cpp", "int main() { return 0; }", NULL);
        json_t *line = answer ? fixture_log_line(fixture_text(answer, "requestId")) : NULL;
        assert_non_null(line);
        for (size_t i = 0; of_steps[i]; i++)
                assert_true(sum_of(line, (const char *const[]){of_steps[i], NULL}) > 0);
        assert_true(sum_of(line, of_steps) < sum_of(line, steps));
        assert_true(sum_of(line, parts) <= sum_of(line, whole));
        json_decref(line);
        json_decref(answer);
}

static void deaths_and_reloads_are_counted(void **state)
{
        struct error err = {0};
        (void)state;
        pid_t worker = service_process(&fixture, "worker-1");
        assert_true(worker > 0 && !kill(worker, SIGKILL));
        await("sandpool_process_restarts_total{process=\"worker\"}", 1);
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        assert_int_equal(spawn_run(argv, 60000, NULL, NULL, &err), 0);
        assert_true(value("sandpool_configuration_reloads_total{result=\"ok\"}") == 1);
        assert_true(value("sandpool_configuration_ok") == 1);
        run("{\"code\": \"print(1)\"}",
                200); /* by a worker of the new configuration, into the same counter */
        await(REQUESTS("python", "success", "none"), 6);
}

/* The check of Prometheus's own tool: form, names, units. It says nothing when all is well. */
static void promtool_has_nothing_to_say(void **state)
{
        struct error err = {0};
        char tool[512], path[128], script[800];
        (void)state;
        char *text = metrics();
        service_built_path("tools/promtool", tool, sizeof tool);
        snprintf(path, sizeof path, "%s/metrics", fixture.dir);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        assert_int_equal(io_write_all(fd, text, strlen(text), -1, &err), 0);
        close(fd);
        free(text);
        snprintf(script, sizeof script, "%s check metrics <%s 2>&1", tool, path);
        char *said = spawn_text(&err, "sh", "-c", script, NULL);
        if (!said)
                fail_msg("%s", err.text);
        assert_string_equal(said, "");
        free(said);
}

static void has_a_time(const char *name, const json_t *check)
{
        if (!json_is_true(json_object_get(check, "ok")))
                fail_msg("%s is not ok", name);
        if (!(json_number_value(json_object_get(check, "time")) > 0))
                fail_msg("%s has no time", name);
}

/* Each check of /api/health says how long it took; languages are checked one by one. */
static void health_names_times(void **state)
{
        struct error err = {0};
        const char *name;
        json_t *check, *health = service_get(&fixture, "/api/health", &err);
        json_t *checks = json_object_get(health, "checks"), *languages = json_object_get(checks, "languages");
        (void)state;
        if (!health)
                fail_msg("%s", err.text);
        assert_int_equal(json_object_size(checks), 5);
        assert_int_equal(json_object_size(languages), 3);
        json_object_foreach(checks, name, check)
        {
                if (check != languages)
                        has_a_time(name, check);
        }
        json_object_foreach(languages, name, check)
        {
                has_a_time(name, check);
        }
        json_decref(health);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_happened_is_counted),
                cmocka_unit_test(a_log_line_says_where_time_went),
                cmocka_unit_test(deaths_and_reloads_are_counted),
                cmocka_unit_test(promtool_has_nothing_to_say),
                cmocka_unit_test(health_names_times),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
