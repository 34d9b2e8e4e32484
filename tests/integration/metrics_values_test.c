/* The values of /metrics while a pool of one sandbox is full. What can be told exactly is compared exactly:
 * with the number of requests, with what clients saw, and with the log, which has the same times. */
#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/held.h"
#include "tests/integration/log_lines.h"
#include "tests/integration/metrics_page.h"
#include "tests/integration/must.h"
#include "tests/integration/one_sandbox.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_MS 120000
#define WORKERS 32
#define TRIES 20

#define READY(language) "sandpool_language_ready{language=\"" language "\"}"
#define LEASES(answer) "sandpool_leases_total{answer=\"" answer "\"}"
#define REQUESTS(status, reason)                                                                             \
        "sandpool_requests_total{language=\"python\",status=\"" status "\",reason=\"" reason "\"}"
#define CLIENT_GONE REQUESTS("refused", "client_gone")
#define SHED "sandpool_requests_shed_total"
#define WAITING "sandpool_leases_waiting"
#define LOADED "sandpool_configuration_loaded_timestamp_seconds"

static time_t before_start;

static int start(void **state)
{
        before_start = time(NULL);
        return one_sandbox_start(state);
}

static void nobody_asked_yet(void **state)
{
        static const struct {
                const char *series;
                double value;
        } gauges[] = {{READY("python"), 1}, {READY("javascript"), 1}, {READY("cpp"), 1},
                {ONE_SANDBOX("removing"), 0}, {ONE_SANDBOX("idle"), 0}, {ONE_SANDBOX("leased"), 0},
                {ONE_SANDBOX("starting"), 0}, {WAITING, 0}, {SHED, 0}, {"sandpool_broker_up", 1},
                {"sandpool_docker_up", 1}, {"sandpool_workers", WORKERS}, {"sandpool_configuration_ok", 1}};
        (void)state;
        for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
                metrics_page_await(gauges[i].series, gauges[i].value);
        double loaded = metrics_page_now(LOADED);
        assert_true(loaded >= (double)before_start && loaded <= (double)time(NULL));
}

static void one_runs_and_another_waits(void **state)
{
        (void)state;
        int running = one_sandbox_lease(), waiting = held_begin(HELD_QUICK);
        metrics_page_await(WAITING, 1);
        char *page = metrics_page_whole();
        assert_true(metrics_page_value(page, ONE_SANDBOX("leased")) == 1);
        assert_true(metrics_page_value(page, ONE_SANDBOX("idle")) == 0);
        assert_true(metrics_page_value(page, ONE_SANDBOX("starting")) == 0);
        assert_true(metrics_page_value(page, LEASES("granted")) == 1);
        free(page);
        held_leave(&running);
        json_t *answer = held_answer(&waiting);
        assert_string_equal(fixture_text(answer, "output"), "1\n");
        json_decref(answer);
        metrics_page_await(LEASES("granted"), 2);
        metrics_page_await(CLIENT_GONE, 1);
        metrics_page_await(REQUESTS("success", "none"), 1);
        metrics_page_await(ONE_SANDBOX("leased"), 0);
        assert_true(isnan(metrics_page_now(LEASES("cancelled"))));
        one_sandbox_rest();
}

static void who_leaves_the_queue_is_counted(void **state)
{
        (void)state;
        int running = one_sandbox_lease(), waiting = held_begin(HELD_QUICK);
        metrics_page_await(WAITING, 1);
        held_leave(&waiting);
        metrics_page_await(WAITING, 0);
        metrics_page_await(LEASES("cancelled"), 1);
        metrics_page_await(CLIENT_GONE, 2);
        held_leave(&running);
        metrics_page_await(CLIENT_GONE, 3);
        one_sandbox_rest();
}

/* The answer to a request while the pool is full. */
static json_t *ask_the_full_pool(void)
{
        int running = one_sandbox_lease(), waiting = held_begin(HELD_QUICK);
        json_t *answer = held_answer(&waiting);
        held_leave(&running);
        return answer;
}

/* A worker that hears nothing of the broker for seconds, on a machine with much else to do, says
 * "unavailable" instead. */
static void who_waits_too_long_is_shed(void **state)
{
        bool busy = false;
        (void)state;
        conf_edit("sandpool.yaml", "queue_timeout: 50", "queue_timeout: 1");
        conf_edit_reload();
        for (int i = 0; i < TRIES && !busy; i++) {
                json_t *answer = ask_the_full_pool();
                busy = !strcmp(fixture_text(answer, "reason"), "busy");
                json_decref(answer);
                one_sandbox_rest();
        }
        assert_true(busy);
        metrics_page_await(SHED, 1);
        metrics_page_await(REQUESTS("refused", "busy"), 1);
        assert_true(metrics_page_now(LEASES("busy")) >= 1);
        conf_edit("sandpool.yaml", "queue_timeout: 1", "queue_timeout: 50");
        conf_edit_reload();
}

/* What nginx's log has about requests for which no worker was free, by the README's own line. */
static int shed_by_nginx(void)
{
        struct error err = {0};
        char readme[512], script[1200];
        service_source_path("README.md", readme, sizeof readme);
        snprintf(script, sizeof script,
                "line=$(sed -n 's#^\\(grep -c .*\\) /run/sandpool\\(/nginx/access.log\\)$#\\1 %s\\2#p' %s); "
                "test -n \"$line\"; eval \"$line\" || test $? = 1",
                fixture.run_dir, readme);
        char *said = spawn_text(&err, "sh", "-ec", script, NULL);
        if (!said)
                fail_msg("%s", err.text);
        int count = atoi(said);
        free(said);
        return count;
}

/* With a request in each worker, nginx sends the next one away, and the service hears nothing of it. */
static void what_nginx_sheds_is_in_its_log(void **state)
{
        int waiting[WORKERS - 1];
        (void)state;
        one_sandbox_rest();
        assert_int_equal(shed_by_nginx(), 0);
        double gone = metrics_page_now(CLIENT_GONE), cancelled = metrics_page_now(LEASES("cancelled"));
        int running = one_sandbox_lease();
        for (int i = 0; i < WORKERS - 1; i++)
                waiting[i] = held_begin(HELD_QUICK);
        metrics_page_await(WAITING, WORKERS - 1);
        char *page = metrics_page_whole();
        int one_more = held_begin(HELD_QUICK);
        json_t *answer = held_answer(&one_more);
        assert_string_equal(fixture_text(answer, "reason"), "busy");
        json_decref(answer);
        assert_int_equal(shed_by_nginx(), 1);
        char *after = metrics_page_whole();
        assert_true(metrics_page_sum(page, "sandpool_requests_total", "") ==
                    metrics_page_sum(after, "sandpool_requests_total", ""));
        assert_true(metrics_page_value(after, SHED) == metrics_page_value(page, SHED));
        assert_true(metrics_page_value(after, WAITING) == WORKERS - 1);
        free(page);
        free(after);
        for (int i = 0; i < WORKERS - 1; i++)
                held_leave(&waiting[i]);
        metrics_page_await(LEASES("cancelled"), cancelled + WORKERS - 1);
        metrics_page_await(WAITING, 0);
        held_leave(&running);
        metrics_page_await(CLIENT_GONE, gone + WORKERS);
        one_sandbox_rest();
}

/* Durations by language, and what a line of the log says that went into each. */
enum { WHOLE, QUEUE, RUN, OVERHEAD, COMPILE, DURATIONS };
static const char *const durations[DURATIONS] = {"sandpool_request_duration_seconds",
        "sandpool_queue_duration_seconds", "sandpool_run_duration_seconds",
        "sandpool_overhead_duration_seconds", "sandpool_compile_duration_seconds"};

static int64_t us_of(const json_t *line, const char *key)
{
        return json_integer_value(json_object_get(line, key));
}

static int64_t duration_of(const json_t *line, int which)
{
        int64_t whole = us_of(line, "total_us"), queue = us_of(line, "queue_us"), run = us_of(line, "run_us"),
                compile = us_of(line, "compile_us"), rest = whole - queue - run - compile;
        const int64_t of[DURATIONS] = {[WHOLE] = whole,
                [QUEUE] = queue,
                [RUN] = run,
                [OVERHEAD] = rest < 0 ? 0 : rest,
                [COMPILE] = compile};
        return of[which];
}

/* A program of the language was compiled or run for it. */
static bool is_counted(const json_t *line, const char *language)
{
        const char *status = fixture_text(line, "status");
        return !strcmp(fixture_text(line, "language"), language) && *status && strcmp(status, "blocked");
}

static bool says(const char *page, const char *language, const char *name, const char *suffix,
        const char *more, int64_t number)
{
        char series[200];
        snprintf(series, sizeof series, "%s%s{language=\"%s\"%s}", name, suffix, language, more);
        double value = metrics_page_value(page, series);
        if ((int64_t)(value * (strcmp(suffix, "_sum") ? 1 : 1000000) + 0.5) == number)
                return true;
        fprintf(stderr, "%s is %f, the log says %" PRId64 "\n", series, value, number);
        return false;
}

static bool histogram_is(const char *page, const json_t *lines, const char *language, int which)
{
        static const struct {
                const char *le;
                int64_t us;
        } bounds[] = {{"0.001", 1000}, {"0.005", 5000}, {"0.025", 25000}, {"0.1", 100000}, {"1", 1000000},
                {"10", 10000000}, {"60", 60000000}, {"+Inf", INT64_MAX}};
        int64_t sum = 0, count = 0, below[sizeof bounds / sizeof *bounds] = {0};
        size_t i;
        json_t *line;
        json_array_foreach(lines, i, line)
        {
                int64_t us = duration_of(line, which);
                if (!is_counted(line, language))
                        continue;
                sum += us;
                count++;
                for (size_t n = 0; n < sizeof bounds / sizeof *bounds; n++)
                        below[n] += us <= bounds[n].us;
        }
        bool is = count > 0 && says(page, language, durations[which], "_sum", "", sum) &&
                  says(page, language, durations[which], "_count", "", count);
        for (size_t n = 0; n < sizeof bounds / sizeof *bounds; n++) {
                char more[40];
                snprintf(more, sizeof more, ",le=\"%s\"", bounds[n].le);
                is = is && says(page, language, durations[which], "_bucket", more, below[n]);
        }
        return is;
}

/* Returns when the log has its line: by then it is counted. */
static void run(const char *language, const char *code)
{
        json_t *answer = fixture_run(language, code, NULL);
        json_t *line = answer ? fixture_log_line(fixture_text(answer, "requestId")) : NULL;
        assert_non_null(line);
        json_decref(line);
        json_decref(answer);
}

/* Who waited did so for as long as another ran: the queue's times are not all nothing. */
static void durations_are_those_of_the_log(void **state)
{
        (void)state;
        one_sandbox_rest();
        run("python", "print(1)");
        json_t *lines = log_lines_of(0, "request");
        char *page = metrics_page_get();
        for (int i = 0; i < COMPILE; i++)
                assert_true(histogram_is(page, lines, "python", i));
        assert_true(metrics_page_value(page, "sandpool_queue_duration_seconds_sum{language=\"python\"}") > 0);
        assert_null(strstr(page, "sandpool_compile_duration_seconds_count{language=\"python\"}"));
        free(page);
        json_decref(lines);
}

/* Compiling counts for itself, also where nothing ran after it. */
static void so_is_what_compiling_took(void **state)
{
        (void)state;
        run("cpp", "#include <cstdio>\nint main() { puts(\"compiled\"); }\n");
        run("cpp", "int main() { return not_declared; }\n");
        run("cpp", "#include <bits/stdc++.h>\nint main() { return 3; }\n");
        json_t *lines = log_lines_of(0, "request");
        char *page = metrics_page_get();
        for (int i = 0; i < DURATIONS; i++)
                assert_true(histogram_is(page, lines, "cpp", i));
        assert_true(
                metrics_page_value(page, "sandpool_compile_duration_seconds_count{language=\"cpp\"}") == 3);
        assert_true(
                metrics_page_value(page, "sandpool_compile_duration_seconds_sum{language=\"cpp\"}") > 0.01);
        free(page);
        json_decref(lines);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nobody_asked_yet),
                cmocka_unit_test(one_runs_and_another_waits),
                cmocka_unit_test(who_leaves_the_queue_is_counted),
                cmocka_unit_test(who_waits_too_long_is_shed),
                cmocka_unit_test(what_nginx_sheds_is_in_its_log),
                cmocka_unit_test(durations_are_those_of_the_log),
                cmocka_unit_test(so_is_what_compiling_took),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
