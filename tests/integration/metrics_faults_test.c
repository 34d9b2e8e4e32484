/* The values of /metrics when something is wrong: Docker, the configuration, the broker, the control worker.
 * Docker's faults are those of a proxy between the broker and the real daemon, which knows what it spoilt. */
#include "tests/integration/conf_edit.h"
#include "tests/integration/docker_proxy.h"
#include "tests/integration/fixture.h"
#include "tests/integration/held.h"
#include "tests/integration/http.h"
#include "tests/integration/metrics_page.h"
#include "tests/integration/must.h"
#include "tests/integration/one_sandbox.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/stopped_broker.h"

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 120000
#define DAEMON "/var/run/docker.sock"
#define SPOILT_ENOUGH 3

/* More than a sandbox has while it is idle: to lend it takes a call of Docker's. */
#define LARGER "{\"code\": \"print(1)\", \"memoryLimit\": 256}"

#define CALLS "sandpool_engine_calls_total"
#define RESTARTS(process) "sandpool_process_restarts_total{process=\"" process "\"}"
#define RELOADS(result) "sandpool_configuration_reloads_total{result=\"" result "\"}"
#define LOADED "sandpool_configuration_loaded_timestamp_seconds"

static struct docker_proxy proxy;

static int start(void **state)
{
        char path[64];
        struct error err = {0};
        struct service_options options = {.pool_max = 1,
                .queue_timeout_s = 50,
                .docker = path,
                .docker_timeout_s = 60,
                .warm = {{"python", 1}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        snprintf(path, sizeof path, "/tmp/sandpool-docker-%d.sock", (int)getpid());
        if (docker_proxy_start(&proxy, path, DAEMON, &err)) {
                print_error("proxy: %s\n", err.text);
                return -1;
        }
        return fixture_start(&options);
}

static int stop(void **state)
{
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        int rc = fixture_stop(state);
        docker_proxy_stop(&proxy);
        return rc;
}

static int mend(void **state)
{
        (void)state;
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        return 0;
}

/* Each kind of call has been made, none has failed, and each was timed. */
static bool calls_are_timed(void *context)
{
        static const char *const kinds[] = {
                "create", "start", "inspect", "attach", "update", "remove", "list", "image", "other"};
        char *page = metrics_page_get(), series[120];
        bool all = metrics_page_sum(page, CALLS, "result=\"failed\"") == 0;
        (void)context;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                snprintf(series, sizeof series, CALLS "{call=\"%s\",result=\"ok\"}", kinds[i]);
                double made = metrics_page_value(page, series);
                snprintf(series, sizeof series, "sandpool_engine_call_duration_seconds_count{call=\"%s\"}",
                        kinds[i]);
                double timed = metrics_page_value(page, series);
                snprintf(series, sizeof series, "sandpool_engine_call_duration_seconds_sum{call=\"%s\"}",
                        kinds[i]);
                all = all && made > 0 && timed == made && metrics_page_value(page, series) > 0;
        }
        free(page);
        return all;
}

static void calls_of_docker_are_timed(void **state)
{
        json_t *answer = fixture_run("python", "print(1)", "\"memoryLimit\": 256");
        (void)state;
        assert_non_null(answer);
        json_decref(answer);
        one_sandbox_rest();
        if (!service_until(calls_are_timed, NULL, WAIT_MS))
                fail_msg("%s", metrics_page_get());
}

/* What the proxy answered 500 is what failed, to the last call. */
static bool failed_calls_are_those_spoilt(void *context)
{
        unsigned before = docker_proxy_spoilt(&proxy);
        char *page = metrics_page_get();
        double failed = metrics_page_sum(page, CALLS, "result=\"failed\"");
        (void)context;
        free(page);
        return before >= SPOILT_ENOUGH && failed == before && docker_proxy_spoilt(&proxy) == before;
}

/* Errors in answer to calls do not mean that Docker is gone. */
static void failed_calls_are_counted(void **state)
{
        (void)state;
        docker_proxy_set(&proxy, DOCKER_FAULT_ERRORS);
        int asked = held_begin(LARGER);
        assert_true(service_until(failed_calls_are_those_spoilt, NULL, WAIT_MS));
        metrics_page_await("sandpool_docker_up", 1);
        held_leave(&asked);
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        one_sandbox_rest();
}

/* The client leaves while Docker is about to make the sandbox larger for it. */
static void a_sandbox_that_nobody_wants_any_more(void **state)
{
        static const char not_wanted[] = "sandpool_sandboxes_removed_total{why=\"not_wanted\"}";
        (void)state;
        assert_true(isnan(metrics_page_now(not_wanted)));
        docker_proxy_set(&proxy, DOCKER_FAULT_SILENT);
        int asked = held_begin(LARGER);
        metrics_page_await(ONE_SANDBOX("leased"), 1);
        held_leave(&asked);
        metrics_page_await(not_wanted, 1);
        metrics_page_await(ONE_SANDBOX("leased"), 0);
        metrics_page_await(ONE_SANDBOX("removing"), 1);
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        one_sandbox_rest();
}

/* What /api/health answers: its status, and whether its check of Docker is ok. */
static void health_is(int status, bool docker)
{
        struct error err = {0};
        struct http_request request = {.port = fixture.port, .path = "/api/health"};
        struct http_response response = {0};
        must(http_send(&request, 1, &response, &err), &err);
        json_t *checks = json_object_get(response.json, "checks");
        assert_int_equal(response.status, status);
        assert_int_equal(json_is_true(json_object_get(json_object_get(checks, "docker"), "ok")), docker);
        http_clear(&response);
}

static bool docker_is_down(void *context)
{
        char *page = metrics_page_whole();
        bool down = metrics_page_value(page, "sandpool_docker_up") == 0;
        (void)context;
        free(page);
        return down;
}

/* The broker knows, and tells. */
static void docker_is_gone(void **state)
{
        struct error err = {0};
        (void)state;
        docker_proxy_set(&proxy, DOCKER_FAULT_GONE);
        assert_true(service_until(docker_is_down, NULL, WAIT_MS));
        health_is(503, false);
        docker_proxy_set(&proxy, DOCKER_FAULT_NONE);
        metrics_page_await("sandpool_docker_up", 1);
        one_sandbox_rest();
        json_t *health = service_await(&fixture, "/api/health", &err);
        if (!health)
                fail_msg("%s", err.text);
        json_decref(health);
}

static void a_wrong_reload(void **state)
{
        char why[1024], *before = conf_edit_read("sandpool.yaml");
        double loaded = metrics_page_now(LOADED);
        (void)state;
        conf_edit("sandpool.yaml", "\n  reuse: ", "\n  resue: ");
        for (int i = 1; i <= 2; i++) {
                conf_edit_await_refusal(why, sizeof why);
                metrics_page_await("sandpool_configuration_ok", 0);
                metrics_page_await(RELOADS("failed"), i);
        }
        assert_true(metrics_page_now(LOADED) == loaded);
        assert_true(isnan(metrics_page_now(RELOADS("ok"))));
        conf_edit_write("sandpool.yaml", before);
        free(before);
        double began = (double)time(NULL);
        conf_edit_reload();
        metrics_page_await("sandpool_configuration_ok", 1);
        metrics_page_await(RELOADS("ok"), 1);
        assert_true(metrics_page_now(RELOADS("failed")) == 2);
        assert_true(metrics_page_now(LOADED) >= began && metrics_page_now(LOADED) <= (double)time(NULL));
}

/* Nobody knows then how Docker is, or the pool. */
static void a_broker_that_does_not_answer(void **state)
{
        (void)state;
        pid_t broker = stopped_broker_begin(&fixture);
        assert_true(broker > 0);
        metrics_page_await("sandpool_broker_up", 0);
        char *page = metrics_page_get();
        assert_true(metrics_page_value(page, "sandpool_docker_up") == 0);
        assert_true(isnan(metrics_page_value(page, "sandpool_leases_waiting")));
        assert_true(isnan(metrics_page_value(page, ONE_SANDBOX("idle"))));
        assert_true(metrics_page_value(page, "sandpool_workers") == 32);
        free(page);
        health_is(503, false);
        assert_int_equal(stopped_broker_end(&fixture, broker), 0);
        metrics_page_await("sandpool_broker_up", 1);
        metrics_page_await("sandpool_docker_up", 1);
        one_sandbox_rest();
        assert_true(isnan(metrics_page_now(RESTARTS("broker"))));
}

static void deaths_are_counted_by_process(void **state)
{
        (void)state;
        for (int i = 1; i <= 2; i++) {
                pid_t broker = service_process(&fixture, "broker");
                assert_true(broker > 0 && !kill(broker, SIGKILL));
                metrics_page_await(RESTARTS("broker"), i);
                metrics_page_await("sandpool_broker_up", 1);
        }
        one_sandbox_rest();
        pid_t control = service_process(&fixture, "control");
        assert_true(control > 0 && !kill(control, SIGKILL));
        metrics_page_await(RESTARTS("control"), 1);
        assert_true(metrics_page_now(RESTARTS("broker")) == 2);
        assert_true(isnan(metrics_page_now(RESTARTS("worker"))));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(calls_of_docker_are_timed, mend),
                cmocka_unit_test_teardown(failed_calls_are_counted, mend),
                cmocka_unit_test_teardown(a_sandbox_that_nobody_wants_any_more, mend),
                cmocka_unit_test_teardown(docker_is_gone, mend),
                cmocka_unit_test_teardown(a_wrong_reload, mend),
                cmocka_unit_test_teardown(a_broker_that_does_not_answer, mend),
                cmocka_unit_test_teardown(deaths_are_counted_by_process, mend),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
