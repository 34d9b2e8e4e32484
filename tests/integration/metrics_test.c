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

#define WAIT_MS 120000

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
        if (!service_until(is_there, &expected, WAIT_MS))
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
        struct service_options options = {.pool_max = 4, .queue_timeout_s = 50};
        (void)state;
        if (fixture_start(&options))
                return -1;
        return service_until(all_are_ready, NULL, WAIT_MS) ? 0 : -1;
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

/* A sandbox that was leased is reset; or else, where that takes too long on a machine with much else to do,
 * it is removed, and not for another's sake. */
static bool all_are_reset(const char *text)
{
        static const char *const otherwise[] = {"unclean", "late", "failed", "held_too_long"};
        double leased = 9, reset = value_in(text, "sandpool_reset_seconds_count"), lost = 0;
        for (size_t i = 0; i < sizeof otherwise / sizeof *otherwise; i++) {
                char series[80];
                snprintf(series, sizeof series, "sandpool_sandboxes_removed_total{why=\"%s\"}", otherwise[i]);
                lost += value_in(text, series);
        }
        return reset > 0 && reset <= leased && reset + lost >= leased;
}

/* Besides the requests: their parts and what the broker does come a little earlier or later than their
 * answers. The last text that was looked at is put into *text, the caller's. */
static bool all_is_counted(void *text)
{
        static const struct expected counts[] = {
                {"sandpool_policy_blocks_total{language=\"python\"}", 1},
                {"sandpool_leases_total{answer=\"granted\"}", 9},
                {"sandpool_run_duration_seconds_count{language=\"python\"}", 8},
                {"sandpool_compile_duration_seconds_count{language=\"cpp\"}", 1},
                {"sandpool_sandboxes_removed_total{why=\"proven\"}", 3},
                {"sandpool_docker_up", 1},
                {"sandpool_language_ready{language=\"python\"}", 1},
        };
        char **now = text;
        free(*now);
        *now = metrics();
        double created = value_in(*now, "sandpool_sandboxes_created_total");
        bool all = created >= 6; /* a primer and a warm one of each language */
        all &= value_in(*now, "sandpool_engine_calls_total{call=\"create\",result=\"ok\"}") == created;
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
                all &= value_in(*now, counts[i].series) == counts[i].value;
        return all && all_are_reset(*now);
}

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
        char *text = NULL;
        if (!service_until(all_is_counted, &text, WAIT_MS))
                fail_msg("not counted as it should be:\n%s", text);
        for (char *at = text; (at = strstr(at, "\nsandpool_requests_total{")); at++)
                sum += strtod(strchr(at, '}') + 1, NULL);
        assert_true(sum == expected);
        double whole = value_in(text, "sandpool_request_duration_seconds_sum{language=\"python\"}");
        double ran = value_in(text, "sandpool_run_duration_seconds_sum{language=\"python\"}");
        assert_true(ran >= 0.3 && whole > ran);
        assert_true(value_in(text, "sandpool_reset_seconds_sum") > 0);
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

static bool first_worker(void *pid)
{
        return (*(pid_t *)pid = service_process(&fixture, "worker-1")) > 0;
}

static void deaths_and_reloads_are_counted(void **state)
{
        struct error err = {0};
        (void)state;
        pid_t worker = 0;
        assert_true(service_until(first_worker, &worker, WAIT_MS) && !kill(worker, SIGKILL));
        await("sandpool_process_restarts_total{process=\"worker\"}", 1);
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        assert_int_equal(spawn_run(argv, 300000, NULL, NULL, &err), 0);
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

/* Each check of /api/health says how long it took. */
static void health_names_times(void **state)
{
        static const char *const checks[] = {"broker", "docker"};
        struct error err = {0};
        (void)state;
        json_t *health = service_await(&fixture, "/api/health", &err),
               *all = json_object_get(health, "checks");
        for (size_t i = 0; i < 2; i++)
                assert_true(json_number_value(json_object_get(json_object_get(all, checks[i]), "time")) > 0);
        json_t *python = json_object_get(json_object_get(all, "languages"), "python");
        assert_true(json_integer_value(json_object_get(python, "time")) > 0);
        assert_true(json_is_true(json_object_get(json_object_get(all, "configuration"), "ok")));
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
