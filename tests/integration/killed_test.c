/* Processes killed while they are at work: the broker with every sandbox leased, the supervisor, all of them
 * at once, nginx. Each time every request gets its own result or an error, nothing is left over, and the
 * service serves again by itself, or as soon as it was started again. */
#include "tests/integration/control_groups.h"
#include "tests/integration/loaded.h"
#include "tests/integration/must.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "images/runner/protocol.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 8
#define CGROUP_V2 "/sys/fs/cgroup/cgroup.controllers"

static struct service abandoned;
static int64_t abandoned_at_ms;

static bool are_both_idle(void *context)
{
        (void)context;
        return service_sandboxes(&abandoned, "idle", NULL) == 2;
}

/* A service that is killed whole at the beginning and not started again for long: the last tests look for its
 * containers, and for what else it left. */
static int abandon(void)
{
        struct error err = {0};
        struct service_options options = {
                .workers = 2, .pool_max = 2, .warm = {{"python", 2}, {"javascript", 0}, {"cpp", 0}}};
        struct remains remains = {0};
        /* At rest: in a container that was made and not started yet there is no runner that could end. */
        int rc = service_start(&abandoned, &options, &err);
        if (rc == 0 && !service_until(are_both_idle, NULL, LOADED_PATIENCE_MS))
                rc = error_set(&err, "not two sandboxes idle");
        if (rc == 0)
                rc = remains_take(&abandoned, &remains, LOADED_PATIENCE_MS, &err);
        remains_clear(&remains);
        if (rc) {
                fprintf(stderr, "abandon: %s\n", err.text);
                service_stop(&abandoned, NULL);
                return -1;
        }
        processes_kill_session(abandoned.session, abandoned.supervisor);
        abandoned.supervisor = 0;
        abandoned_at_ms = clock_ms();
        return 0;
}

static int start(void **state)
{
        struct service_options options = {
                .pool_max = AT_ONCE, .warm = {{"python", AT_ONCE}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return abandon() ? -1 : loaded_start(&options);
}

static int stop(void **state)
{
        service_stop(&abandoned, NULL);
        return loaded_stop(state);
}

/* Every client's first program runs, and will for longer than any of this takes; what is killed is killed
 * under them. */
static void begin(void)
{
        loaded_begin_held(AT_ONCE);
}

/* All is whole and serves again; then nobody asks any more, and nothing is left. */
static struct load_counts end(void)
{
        loaded_whole();
        return loaded_end(2 * AT_ONCE);
}

/* The requests that ran get an error: the result of what was taken away is nobody's. */
static void the_broker_with_eight_in_flight(void **state)
{
        (void)state;
        for (int round = 0; round < 3; round++) {
                begin();
                loaded_break(LOAD_MAY_FAIL);
                pid_t broker = service_process(&fixture, "broker");
                assert_true(broker > 0 && !kill(broker, SIGKILL));
                struct load_counts counts = end();
                assert_true(counts.failed + counts.refused >= AT_ONCE);
                assert_int_not_equal(service_process(&fixture, "broker"), broker);
        }
}

static void every_worker(void **state)
{
        struct process list[PROCESSES_MAX];
        (void)state;
        begin();
        size_t count = service_workers(&fixture, list);
        for (size_t i = 0; i < count; i++)
                kill(list[i].pid, SIGKILL);
        struct load_counts counts = end();
        assert_true(counts.refused >= AT_ONCE);
}

static void start_again(void)
{
        struct error err = {0};
        must(service_launch(&fixture, &err), &err);
        must(service_await_ready(&fixture, &err), &err);
}

static void the_supervisor(void **state)
{
        struct error err = {0};
        (void)state;
        begin();
        loaded_break(LOAD_MAY_FAIL);
        assert_int_equal(kill(fixture.supervisor, SIGKILL), 0);
        must(service_gone(&fixture, clock_ms() + LOADED_PATIENCE_MS, &err), &err);
        start_again();
        struct load_counts counts = end();
        assert_true(counts.failed + counts.refused >= AT_ONCE);
}

/* Nobody removes the containers until the next start, which does so before it serves. */
static void all_of_them_at_once(void **state)
{
        char ids[SERVICE_CONTAINERS_MAX][65], now[SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        (void)state;
        begin();
        int count = service_containers(&fixture, ids, &err);
        assert_true(count >= AT_ONCE);
        loaded_break(LOAD_MAY_FAIL);
        processes_kill_session(fixture.session, fixture.supervisor);
        start_again();
        int now_count = service_containers(&fixture, now, &err);
        for (int i = 0; i < count; i++)
                for (int j = 0; j < now_count; j++)
                        assert_string_not_equal(ids[i], now[j]);
        end();
}

/* Without nginx nobody can ask for health: a worker at work holds its client's connection and a stream. */
static bool all_workers_idle(void *context)
{
        struct process list[PROCESSES_MAX];
        size_t count = service_workers(&fixture, list);
        (void)context;
        for (size_t i = 0; i < count; i++)
                if (processes_descriptors(list[i].pid) > loaded.before.worker_fds + 1)
                        return false;
        return true;
}

/* With nginx the clients' connections are gone, and so are their runs. */
static void nginx(void **state)
{
        struct error err = {0};
        (void)state;
        begin();
        loaded_break(LOAD_MAY_END);
        processes_kill_session(fixture.nginx, fixture.nginx);
        assert_true(service_until(all_workers_idle, NULL, LOADED_PATIENCE_MS));
        must(service_launch_nginx(&fixture, &err), &err);
        struct load_counts counts = end();
        assert_true(counts.ended >= AT_ONCE);
}

static bool none_left(void *context)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        return service_containers(context, ids, NULL) == 0;
}

/* A runner that has not heard from a broker for so long ends by itself, and its container is removed. */
static void containers_that_nobody_comes_back_for(void **state)
{
        (void)state;
        int64_t patience_ms = abandoned_at_ms + PROTOCOL_SILENCE_S * 1000 + LOADED_PATIENCE_MS - clock_ms();
        if (!service_until(none_left, &abandoned, patience_ms > 0 ? (int)patience_ms : 0))
                fail_msg("a container of %s is left", abandoned.instance);
}

/* It removes the control group at its end like all else that it made itself, also when it has no use for it
 * any more. */
static void the_next_start_of_what_was_abandoned(void **state)
{
        struct error err = {0};
        (void)state;
        if (access(CGROUP_V2, F_OK)) /* else it may be systemd's */
                assert_int_not_equal(control_groups_of(abandoned.instance).own, 0);
        char *made =
                spawn_text(&err, "sed", "-i", "s/^pool:$/pool:\\n  cpu_weight: 0/", abandoned.settings, NULL);
        must(made ? 0 : -1, &err);
        free(made);
        must(service_launch(&abandoned, &err), &err);
        must(service_await_ready(&abandoned, &err), &err);
        must(service_stop(&abandoned, &err), &err);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                LOADED_TEST(the_broker_with_eight_in_flight),
                LOADED_TEST(every_worker),
                LOADED_TEST(the_supervisor),
                LOADED_TEST(all_of_them_at_once),
                LOADED_TEST(nginx),
                cmocka_unit_test(containers_that_nobody_comes_back_for),
                cmocka_unit_test(the_next_start_of_what_was_abandoned),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
