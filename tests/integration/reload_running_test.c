/* A configuration taken anew while programs run: no request notices, those that run go on to their end, and a
 * broker that dies meanwhile ends the reload and nothing else. */
#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/guests.h"
#include "tests/integration/reloaded.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"
#include "tests/integration/steady.h"
#include "tests/integration/toy_language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define RELOAD_MS 300000
#define RELOADS 20

/* Every second reload changes what a javascript sandbox is; none changes python's. */
static void no_request_notices(void **state)
{
        struct error err = {0};
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        unsigned number = 0;
        (void)state;
        conf_edit_reload();
        char *python = reloaded_containers("python");
        char *original = conf_edit_read("languages/javascript.yaml");
        for (int round = 0; round < RELOADS; round++) {
                char *javascript = reloaded_containers("javascript");
                if (round % 2) {
                        char limits[64];
                        snprintf(limits, sizeof limits, "limits:\n  processes: %d\n", 100 + round);
                        conf_edit_write("languages/javascript.yaml", original);
                        conf_edit("languages/javascript.yaml", "limits:\n", limits);
                }
                pid_t reloading = spawn_start(argv, -1, &err);
                assert_true(reloading > 0);
                steady_until(reloading, &number);
                if (round % 2)
                        reloaded_await_gone("javascript", javascript);
                else
                        free(javascript);
        }
        reloaded_stayed("python", python);
        conf_edit_write("languages/javascript.yaml", original);
        free(original);
        conf_edit_reload();
        reloaded_nothing_is_left();
}

static bool one_waits(void *context)
{
        (void)context;
        return guests_waiting(&fixture) == 1;
}

/* A request whose program waits to be told; its answer goes to a file. Returns when it does. */
static pid_t begin_slow_request(const char *body)
{
        struct error err = {0};
        static char url[64], path[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/api/execute", fixture.port);
        snprintf(path, sizeof path, "%s/slept", fixture.dir);
        const char *const argv[] = {"curl", "-s", "-m", "120", "-o", path, "-H",
                "Content-Type: application/json", "-d", body, url, NULL};
        pid_t client = spawn_start(argv, -1, &err);
        assert_true(client > 0 && service_until(one_waits, NULL, RELOADED_PATIENCE_MS));
        return client;
}

/* It runs until now, or, where a reload took long, it has ended by itself. */
static void ends_well(pid_t client)
{
        struct error err = {0};
        int status;
        guests_release(&fixture);
        assert_int_equal(spawn_wait(client, clock_ms() + RELOADED_PATIENCE_MS, &status, &err), 0);
        char *answer = conf_edit_read("slept");
        if (!strstr(answer, "\"output\":\"slept\\n\""))
                fail_msg("%s", answer);
        free(answer);
}

/* A request that runs while its language changes ends as it would have; then its sandbox goes. */
static void what_runs_is_not_disturbed(void **state)
{
        (void)state;
        char *before = reloaded_containers("python");
        pid_t client = begin_slow_request(
                "{\"code\": \"" GUEST_WAITS "print('slept')\", \"policy\": \"off\", \"timeout\": 30}");
        conf_edit("languages/python.yaml", "limits:\n", "limits:\n  processes: 77\n");
        conf_edit_reload();
        reloaded_says("python", "print('beside it')", "beside it\n");
        ends_well(client);
        reloaded_await_gone("python", before);
        conf_edit("languages/python.yaml", "  processes: 77\n", "");
        conf_edit_reload();
        reloaded_nothing_is_left();
}

/* Even one whose language is not there any more. */
static void what_runs_outlives_its_language(void **state)
{
        (void)state;
        toy_language_build("");
        toy_language_write("hello");
        conf_edit_reload();
        char *before = reloaded_containers("toy");
        pid_t client = begin_slow_request(
                "{\"language\": \"toy\", \"code\": \"" GUEST_WAITS_IN_SHELL "\", \"timeout\": 30}");
        toy_language_remove();
        conf_edit_reload();
        ends_well(client);
        reloaded_await_gone("toy", before);
        reloaded_nothing_is_left();
}

static bool has_begun(void *context)
{
        char path[128];
        char *text = NULL;
        (void)context;
        snprintf(path, sizeof path, "%s/reload", fixture.run_dir);
        bool begun = io_read_file(path, 1024, &text, NULL) > 0 && strstr(text, " running ");
        free(text);
        return begun;
}

static bool serves(void *context)
{
        struct error err = {0};
        json_t *ready = service_get(&fixture, "/readyz", &err);
        (void)context;
        json_decref(ready);
        return ready != NULL;
}

/* The broker dies while it tries the new configuration: the old one holds, and a new broker serves it. */
static void a_broker_that_dies_ends_the_reload(void **state)
{
        struct error err = {0};
        int status;
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        (void)state;
        toy_language_build(".");
        toy_language_write("hello.");
        conf_edit("languages/toy.yaml", "code: say hello", "code: sleep 20; say hello");
        pid_t reloading = spawn_start(argv, -1, &err);
        assert_true(reloading > 0 && service_until(has_begun, NULL, RELOADED_PATIENCE_MS));
        pid_t broker = service_process(&fixture, "broker");
        assert_true(broker > 0 && !kill(broker, SIGKILL));
        assert_int_equal(spawn_wait(reloading, clock_ms() + RELOAD_MS, &status, &err), 0);
        assert_int_equal(WEXITSTATUS(status), 1);
        assert_true(service_until(serves, NULL, RELOADED_PATIENCE_MS));
        reloaded_says("python", "print('alive')", "alive\n");
        toy_language_remove();
        conf_edit_reload();
        reloaded_nothing_is_left();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_request_notices),
                cmocka_unit_test(what_runs_is_not_disturbed),
                cmocka_unit_test(what_runs_outlives_its_language),
                cmocka_unit_test(a_broker_that_dies_ends_the_reload),
        };
        return cmocka_run_group_tests(tests, reloaded_start, reloaded_stop);
}
