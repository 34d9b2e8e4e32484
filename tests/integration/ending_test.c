/* How a service ends: told once, told again, told while it starts, killed. */
#include "tests/integration/background.h"
#include "tests/integration/fixture.h"
#include "tests/integration/guests.h"
#include "tests/integration/must.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define WAIT_MS BACKGROUND_WAIT_MS
#define UPGRADE_MS 300000
#define DRAIN_S 2

/* Each of these tests ends its service itself, one way or another. */
static int start(void **state)
{
        struct service_options options = {.pool_max = 4};
        (void)state;
        return fixture_start(&options);
}

static int start_impatient(void **state)
{
        struct service_options options = {.pool_max = 4, .drain_timeout_s = DRAIN_S};
        (void)state;
        return fixture_start(&options);
}

static bool one_waits(void *context)
{
        (void)context;
        return guests_waiting(&fixture) == 1;
}

static bool is_ending(void *context)
{
        (void)context;
        return service_logged(&fixture, (const char *const[]){"service.ending", NULL}, NULL, 0);
}

/* SIGTERM in mid-run: the request ends as it should, and then nothing is left. */
static void it_drains(void **state)
{
        char text[256];
        struct error err = {0};
        (void)state;
        struct background request = background_ask(BACKGROUND_WAITS);
        assert_true(service_until(one_waits, NULL, WAIT_MS));
        service_end(&fixture);
        assert_true(service_until(is_ending, NULL, WAIT_MS));
        guests_release(&fixture);
        background_finish(request, text, sizeof text);
        assert_string_equal(text, "200 success slept\n");
        if (service_stop(&fixture, &err))
                fail_msg("%s", err.text);
}

/* SIGTERM, once: who takes longer than drain_timeout is not waited for, but has that long. */
static void it_drains_no_longer_than_it_may(void **state)
{
        char text[256], body[256];
        struct error err = {0};
        (void)state;
        snprintf(body, sizeof body, BACKGROUND_SLEEPS, 29);
        struct background request = background_ask(body);
        assert_true(fixture_await_leased(1, BACKGROUND_WAIT_MS));
        int64_t told_ms = clock_ms();
        service_end(&fixture);
        background_finish(request, text, sizeof text);
        assert_string_equal(text, "503 error ");
        assert_true(clock_ms() - told_ms >= DRAIN_S * 1000);
        if (service_stop(&fixture, &err))
                fail_msg("%s", err.text);
}

static bool impatient(void *context)
{
        struct process list[PROCESSES_MAX];
        (void)context;
        kill(fixture.supervisor, SIGTERM);
        return processes_descriptors(fixture.supervisor) < 0 || service_workers(&fixture, list) == 0;
}

/* Told again and again, it does not wait for requests any longer, but cleans up all the same. It would have
 * waited for this one: drain_timeout is longer than the program. */
static void told_again_it_hurries_and_cleans_up(void **state)
{
        char text[256], body[256];
        struct error err = {0};
        (void)state;
        snprintf(body, sizeof body, BACKGROUND_SLEEPS, 25);
        struct background request = background_ask(body);
        assert_true(fixture_await_leased(1, BACKGROUND_WAIT_MS));
        service_end(&fixture);
        assert_true(service_until(impatient, NULL, WAIT_MS));
        for (int i = 0; i < 5; i++)
                kill(fixture.supervisor, SIGTERM);
        if (service_stop(&fixture, &err))
                fail_msg("%s", err.text);
        background_finish(request, text, sizeof text);
        assert_string_equal(text, "503 error ");
}

static bool has_no_worker(void *context)
{
        struct process list[PROCESSES_MAX];
        (void)context;
        return service_workers(&fixture, list) == 0;
}

/* Told to end when the broker has just died, and nobody knows yet: its containers are removed all the same.
 */
static void the_broker_died_before(void **state)
{
        struct error err = {0};
        pid_t broker = service_process(&fixture, "broker");
        (void)state;
        assert_true(broker > 0);
        assert_int_equal(kill(fixture.supervisor, SIGSTOP), 0);
        assert_int_equal(kill(broker, SIGKILL), 0);
        service_end(&fixture);
        assert_int_equal(kill(fixture.supervisor, SIGCONT), 0);
        must(service_stop(&fixture, &err), &err);
}

/* It dies when it is to remove them: so does another. */
static void the_broker_dies_at_the_end(void **state)
{
        struct error err = {0};
        pid_t broker = service_process(&fixture, "broker");
        (void)state;
        assert_true(broker > 0);
        assert_int_equal(kill(broker, SIGSTOP), 0);
        service_end(&fixture);
        assert_true(service_until(has_no_worker, NULL, WAIT_MS));
        assert_int_equal(kill(broker, SIGKILL), 0);
        must(service_stop(&fixture, &err), &err);
}

#define STARTS 8

static bool is_up(void *context)
{
        return service_logged(context, (const char *const[]){"docker.up", NULL}, NULL, 0);
}

static bool something_appears(void *context)
{
        struct service *services = context;
        char ids[SERVICE_CONTAINERS_MAX][65];
        int sum = 0;
        for (int i = 0; i < STARTS; i++)
                sum += service_containers(&services[i], ids, NULL);
        return sum > 0;
}

/* Told to end while its first containers are being made: what Docker was asked for and had not answered yet
 * must not come into being afterwards. Each turn is told a little later. */
static void ended_while_it_starts(void **state)
{
        static struct service services[STARTS];
        const struct service_options options = {.pool_max = 4};
        (void)state;
        for (int i = 0; i < STARTS; i++) {
                struct error err = {0};
                if (service_prepare(&services[i], &options, &err) || service_launch(&services[i], &err))
                        fail_msg("%s", err.text);
                assert_true(service_until(is_up, &services[i], WAIT_MS));
                poll(NULL, 0, i * 25);
                if (service_stop(&services[i], &err))
                        fail_msg("turn %d: %s", i, err.text);
        }
        assert_false(service_until(something_appears, services, 1500));
}

static bool waits_for_elder(void *context)
{
        (void)context;
        return service_logged(
                &fixture, (const char *const[]){"service.waiting", "\"for\":\"elder\"", NULL}, NULL, 0);
}

/* In mid-request. Returns the process of before. */
static pid_t upgrade(struct background *request)
{
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "upgrade", NULL};
        struct error err = {0};
        struct buffer said = BUFFER_MAX(1024);
        pid_t elder = fixture.supervisor;
        prctl(PR_SET_CHILD_SUBREAPER, 1); /* the heir is this process's child */
        *request = background_ask(BACKGROUND_WAITS);
        assert_true(service_until(one_waits, NULL, WAIT_MS));
        assert_int_equal(spawn_run(argv, UPGRADE_MS, &said, NULL, &err), 0);
        buffer_clear(&said);
        fixture.supervisor = service_named(&fixture);
        assert_int_not_equal(fixture.supervisor, elder);
        return elder;
}

/* Its request, too, and nothing is left. */
static void both_end_in_order(struct background request, pid_t elder)
{
        char text[256];
        struct error err = {0};
        int status;
        assert_true(service_until(waits_for_elder, NULL, WAIT_MS));
        assert_int_equal(waitpid(elder, NULL, WNOHANG), 0);
        guests_release(&fixture);
        background_finish(request, text, sizeof text);
        assert_string_equal(text, "200 success slept\n");
        assert_int_equal(spawn_wait(elder, clock_ms() + WAIT_MS, &status, &err), 0);
        assert_int_equal(status, 0);
        fixture.ending = true; /* it is not told again */
        must(service_stop(&fixture, &err), &err);
}

/* Told right after an upgrade, while the process of before finishes a request: who was told waits for it,
 * because a service manager would kill whom the main process leaves behind. */
static void it_waits_for_whom_it_took_over_from(void **state)
{
        struct background request;
        pid_t elder = upgrade(&request);
        (void)state;
        service_end(&fixture);
        both_end_in_order(request, elder);
}

/* The process of before is told, by somebody who has read the pid file a moment too early: both end, and the
 * first time is no second one. */
static void whom_it_took_over_from_may_be_told(void **state)
{
        struct background request;
        pid_t elder = upgrade(&request);
        (void)state;
        assert_int_equal(kill(elder, SIGTERM), 0);
        both_end_in_order(request, elder);
}

/* And both may be, as by a terminal's Ctrl-C. */
static void both_may_be_told(void **state)
{
        struct background request;
        pid_t elder = upgrade(&request);
        (void)state;
        assert_int_equal(kill(elder, SIGINT), 0);
        assert_int_equal(kill(fixture.supervisor, SIGINT), 0);
        both_end_in_order(request, elder);
}

/* The supervisor cannot clean up when it is killed; its children do. */
static void all_follow_a_killed_supervisor(void **state)
{
        char body[256], text[256];
        struct error err = {0};
        (void)state;
        snprintf(body, sizeof body, BACKGROUND_SLEEPS, 25);
        struct background request = background_ask(body);
        assert_true(fixture_await_leased(1, BACKGROUND_WAIT_MS));
        assert_int_equal(kill(fixture.supervisor, SIGKILL), 0);
        if (service_gone(&fixture, clock_ms() + WAIT_MS, &err))
                fail_msg("%s", err.text);
        background_finish(request, text, sizeof text);
        assert_string_equal(text, "503 error ");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(it_drains, start, fixture_stop),
                cmocka_unit_test_setup_teardown(
                        it_drains_no_longer_than_it_may, start_impatient, fixture_stop),
                cmocka_unit_test_setup_teardown(told_again_it_hurries_and_cleans_up, start, fixture_stop),
                cmocka_unit_test_setup_teardown(the_broker_died_before, start, fixture_stop),
                cmocka_unit_test_setup_teardown(the_broker_dies_at_the_end, start, fixture_stop),
                cmocka_unit_test(ended_while_it_starts),
                cmocka_unit_test_setup_teardown(it_waits_for_whom_it_took_over_from, start, fixture_stop),
                cmocka_unit_test_setup_teardown(whom_it_took_over_from_may_be_told, start, fixture_stop),
                cmocka_unit_test_setup_teardown(both_may_be_told, start, fixture_stop),
                cmocka_unit_test_setup_teardown(all_follow_a_killed_supervisor, start, fixture_stop),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
