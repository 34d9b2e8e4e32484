/* What may die while the service lives: a worker, the broker, a sandbox; or the service, which is started
 * again. */
#include "tests/integration/background.h"
#include "tests/integration/loaded.h"
#include "tests/integration/must.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS 8
#define HANG_PATIENCE_MS 240000 /* the supervisor looks 30 times, each a second after the other or later */

/* Nobody is sent away because others take long. */
static int start(void **state)
{
        struct service_options options = {
                .pool_max = 4, .queue_timeout_s = 50, .warm = {{"python", 4}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return loaded_start(&options);
}

static void runs(void)
{
        json_t *answer = fixture_run("python", "print(6 * 7)", NULL);
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "output"), "42\n");
        json_decref(answer);
}

static bool runs_again(void *context)
{
        struct error err = {0};
        (void)context;
        json_t *answer = service_execute(&fixture, json_pack("{s:s}", "code", "print(6 * 7)"), &err);
        bool ok = answer && !strcmp(fixture_text(answer, "output"), "42\n");
        json_decref(answer);
        return ok;
}

/* The worker at work is the one with the most descriptors: the client's connection and the sandbox's stream,
 * beside its line to the broker, which others may have too. One that did nothing yet has none of them. */
static bool is_busy(void *worker)
{
        struct process list[PROCESSES_MAX];
        size_t count = service_workers(&fixture, list);
        int most = 0, least = 0;
        for (size_t i = 0; i < count; i++) {
                int descriptors = processes_descriptors(list[i].pid);
                if (descriptors < 0)
                        continue;
                if (!least || descriptors < least)
                        least = descriptors;
                if (descriptors > most) {
                        most = descriptors;
                        *(pid_t *)worker = list[i].pid;
                }
        }
        return most - least >= 3;
}

/* The broker noticed by itself, before the program's time was over. */
static bool is_removed_with_its_worker(void *context)
{
        (void)context;
        return service_logged(
                &fixture, (const char *const[]){"sandbox.removed", "its worker is gone", NULL}, NULL, 0);
}

struct containers {
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count;
        int gone; /* how many of them must go */
};

static bool are_gone(void *context)
{
        struct containers *these = context;
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count = service_containers(&fixture, ids, NULL), gone = 0;
        for (int i = 0; count >= 0 && i < these->count; i++) {
                bool there = false;
                for (int j = 0; j < count; j++)
                        there |= !strcmp(these->ids[i], ids[j]);
                gone += !there;
        }
        return gone >= these->gone;
}

static bool all_workers(void *context)
{
        struct process list[PROCESSES_MAX];
        (void)context;
        return service_workers(&fixture, list) == 32;
}

/* The one container in which a program runs, beside its runner. */
static bool one_is_at_work(void *context)
{
        struct containers *one = context;
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct process list[PROCESSES_MAX];
        int count = service_containers(&fixture, ids, NULL);
        one->count = 0;
        for (int i = 0; i < count; i++) {
                char *runner = spawn_text(NULL, "docker", "inspect", "-f", "{{.State.Pid}}", ids[i], NULL);
                if (runner && atoi(runner) > 0 && processes_list(0, atoi(runner), list) > 0)
                        strcpy(one->ids[one->count++], ids[i]);
                free(runner);
        }
        return one->count == 1;
}

/* Its client alone hears of it, and its sandbox alone goes: nobody else gets as much as a 503. */
static void a_worker_is_killed_in_mid_run(void **state)
{
        char text[256], body[256];
        struct containers one = {.gone = 1};
        pid_t worker = 0;
        (void)state;
        assert_true(fixture_await_leased(0, BACKGROUND_WAIT_MS));
        snprintf(body, sizeof body, BACKGROUND_SLEEPS, 29);
        struct background request = background_ask(body);
        assert_true(service_until(one_is_at_work, &one, LOADED_PATIENCE_MS));
        assert_true(service_until(is_busy, &worker, LOADED_PATIENCE_MS));
        loaded_begin(CLIENTS);
        assert_int_equal(kill(worker, SIGKILL), 0);
        background_finish(request, text, sizeof text);
        assert_string_equal(text, "503 error ");
        assert_true(service_until(is_removed_with_its_worker, NULL, LOADED_PATIENCE_MS));
        assert_true(service_until(are_gone, &one, LOADED_PATIENCE_MS));
        assert_true(service_until(all_workers, NULL, LOADED_PATIENCE_MS));
        struct load_counts counts = loaded_end(2 * CLIENTS);
        assert_int_equal(counts.refused, 0);
}

static void the_broker_is_killed(void **state)
{
        char text[256], body[256];
        struct containers all = {0};
        struct error err = {0};
        (void)state;
        runs();
        assert_true(fixture_await_leased(0, BACKGROUND_WAIT_MS));
        snprintf(body, sizeof body, BACKGROUND_SLEEPS, 25);
        struct background request = background_ask(body);
        assert_true(fixture_await_leased(1, BACKGROUND_WAIT_MS));
        all.count = all.gone = service_containers(&fixture, all.ids, &err);
        assert_true(all.count > 0);
        pid_t broker = service_process(&fixture, "broker");
        assert_true(broker > 0);
        assert_int_equal(kill(broker, SIGKILL), 0);
        /* Its sandbox goes with all the others: no result, and no other request's result. */
        background_finish(request, text, sizeof text);
        if (strncmp(text, "500 error ", 10) && strncmp(text, "503 error ", 10))
                fail_msg("the interrupted request: %s", text);
        assert_true(service_until(runs_again, NULL, LOADED_PATIENCE_MS));
        assert_true(service_until(are_gone, &all, LOADED_PATIENCE_MS));
        pid_t next = service_process(&fixture, "broker");
        assert_true(next > 0 && next != broker);
        runs();
        loaded_nothing_is_left();
}

static bool is_another_broker(void *broker)
{
        pid_t now = service_process(&fixture, "broker");
        return now > 0 && now != *(pid_t *)broker;
}

/* Its connections stay open, and nobody's death tells of it: the supervisor sees that it stands still. */
static void the_broker_hangs(void **state)
{
        struct containers all = {0};
        struct error err = {0};
        (void)state;
        runs();
        assert_true(fixture_await_leased(0, BACKGROUND_WAIT_MS));
        all.count = all.gone = service_containers(&fixture, all.ids, &err);
        assert_true(all.count > 0);
        pid_t broker = service_process(&fixture, "broker");
        assert_true(broker > 0 && !kill(broker, SIGSTOP));
        if (!service_until(is_another_broker, &broker, HANG_PATIENCE_MS)) {
                kill(broker, SIGCONT);
                fail_msg("nobody noticed");
        }
        assert_true(service_until(runs_again, NULL, LOADED_PATIENCE_MS));
        assert_true(service_until(are_gone, &all, LOADED_PATIENCE_MS));
        assert_true(service_logged(
                &fixture, (const char *const[]){"process.hangs", "\"broker\"", NULL}, NULL, 0));
        runs();
        loaded_nothing_is_left();
}

static void a_sandbox_is_removed_by_hand(void **state)
{
        char text[256], body[256], ids[SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        (void)state;
        assert_true(fixture_await_leased(0, BACKGROUND_WAIT_MS));
        snprintf(body, sizeof body, BACKGROUND_SLEEPS, 25);
        struct background request = background_ask(body);
        assert_true(fixture_await_leased(1, BACKGROUND_WAIT_MS));
        int count = service_containers(&fixture, ids, &err);
        for (int i = 0; i < count; i++)
                free(spawn_text(&err, "docker", "rm", "-f", ids[i], NULL));
        background_finish(request, text, sizeof text);
        if (strncmp(text, "500 error ", 10) && strncmp(text, "503 error ", 10))
                fail_msg("the interrupted request: %s", text);
        assert_true(service_until(runs_again, NULL, LOADED_PATIENCE_MS));
        loaded_nothing_is_left();
}

/* The service ends and comes back while requests keep coming: each is answered, with its own result or a 503.
 */
static void restarted_under_load(void **state)
{
        struct error err = {0};
        int status = -1;
        (void)state;
        loaded_begin(CLIENTS);
        service_end(&fixture);
        must(spawn_wait(fixture.supervisor, clock_ms() + LOADED_PATIENCE_MS, &status, &err), &err);
        assert_int_equal(status, 0);
        loaded_await_refused(CLIENTS);
        fixture.ending = false;
        must(service_launch(&fixture, &err), &err);
        must(service_await_ready(&fixture, &err), &err);
        loaded_end(2 * CLIENTS);
}

static void a_second_service_in_the_same_place_is_refused(void **state)
{
        char binary[512];
        struct buffer said = BUFFER_MAX(65536);
        struct error err = {0};
        (void)state;
        service_binary_path(binary, sizeof binary);
        const char *const argv[] = {binary, "--config", fixture.settings, "serve", NULL};
        int code = spawn_run(argv, LOADED_PATIENCE_MS, &said, NULL, &err);
        if (code <= 0)
                fail_msg("exit code %d %s", code, err.text);
        assert_true(said.size > 0);
        buffer_clear(&said);
        runs();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_second_service_in_the_same_place_is_refused),
                LOADED_TEST(a_worker_is_killed_in_mid_run),
                cmocka_unit_test(a_sandbox_is_removed_by_hand),
                cmocka_unit_test(the_broker_is_killed),
                cmocka_unit_test(the_broker_hangs),
                LOADED_TEST(restarted_under_load),
        };
        return cmocka_run_group_tests(tests, start, loaded_stop);
}
