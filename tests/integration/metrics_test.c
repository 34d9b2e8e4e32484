/* /metrics after real requests: what promtool says about it, and whether it counted what happened. */
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/metrics_page.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"
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

static bool all_are_ready(void *context)
{
        (void)context;
        return metrics_page_now("sandpool_language_ready{language=\"python\"}") == 1 &&
               metrics_page_now("sandpool_language_ready{language=\"javascript\"}") == 1 &&
               metrics_page_now("sandpool_language_ready{language=\"cpp\"}") == 1;
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
        double leased = 9, reset = metrics_page_value(text, "sandpool_reset_seconds_count"), lost = 0;
        for (size_t i = 0; i < sizeof otherwise / sizeof *otherwise; i++) {
                char series[80];
                snprintf(series, sizeof series, "sandpool_sandboxes_removed_total{why=\"%s\"}", otherwise[i]);
                lost += metrics_page_count(text, series);
        }
        return reset > 0 && reset <= leased && reset + lost >= leased;
}

/* Besides the requests: their parts and what the broker does come a little earlier or later than their
 * answers. The last text that was looked at is put into *text, the caller's. */
static bool all_is_counted(void *text)
{
        static const struct {
                const char *series;
                double value;
        } counts[] = {
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
        *now = metrics_page_get();
        double created = metrics_page_value(*now, "sandpool_sandboxes_created_total");
        bool all = created >= 6; /* a primer and a warm one of each language */
        all &= metrics_page_value(*now, "sandpool_engine_calls_total{call=\"create\",result=\"ok\"}") ==
               created;
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
                all &= metrics_page_value(*now, counts[i].series) == counts[i].value;
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
                metrics_page_await(cases[i].series, cases[i].times);
                expected += cases[i].times;
        }
        char *text = NULL;
        if (!service_until(all_is_counted, &text, WAIT_MS))
                fail_msg("not counted as it should be:\n%s", text);
        for (char *at = text; (at = strstr(at, "\nsandpool_requests_total{")); at++)
                sum += strtod(strchr(at, '}') + 1, NULL);
        assert_true(sum == expected);
        double whole = metrics_page_value(text, "sandpool_request_duration_seconds_sum{language=\"python\"}");
        double ran = metrics_page_value(text, "sandpool_run_duration_seconds_sum{language=\"python\"}");
        assert_true(ran >= 0.3 && whole > ran);
        assert_true(metrics_page_value(text, "sandpool_reset_seconds_sum") > 0);
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
        metrics_page_await("sandpool_process_restarts_total{process=\"worker\"}", 1);
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        assert_int_equal(spawn_run(argv, 300000, NULL, NULL, &err), 0);
        assert_true(metrics_page_now("sandpool_configuration_reloads_total{result=\"ok\"}") == 1);
        assert_true(metrics_page_now("sandpool_configuration_ok") == 1);
        run("{\"code\": \"print(1)\"}",
                200); /* by a worker of the new configuration, into the same counter */
        metrics_page_await(REQUESTS("python", "success", "none"), 6);
}

/* The check of Prometheus's own tool: form, names, units. It says nothing when all is well. */
static void promtool_has_nothing_to_say(void **state)
{
        struct error err = {0};
        char tool[512], path[128], script[800];
        (void)state;
        char *text = metrics_page_get();
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
        json_t *check, *health = service_await(&fixture, "/api/health", &err);
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
