/* What sandboxes are removed for is counted: each of the reasons that a test can bring about, and then all of
 * them against the log. */
#include "tests/integration/conf_edit.h"
#include "tests/integration/fixture.h"
#include "tests/integration/held.h"
#include "tests/integration/log_lines.h"
#include "tests/integration/metrics_page.h"
#include "tests/integration/must.h"
#include "tests/integration/one_sandbox.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 120000
#define WORKERS 32

/* Why a sandbox goes, as the log says, and what that is counted as. */
static const struct removal {
        const char *why, *word;
} removals[] = {{"reuse reached", "reuse"}, {"max_age reached", "max_age"}, {"idle too long", "idle"},
        {"made room for another language", "room"}, {"the configuration changed", "configuration"},
        {"its worker is gone", "worker_gone"}, {"not given back clean", "unclean"}, {"done", "proven"},
        {"it ended by itself", "failed"}, {"took too long", "late"}};
#define REMOVALS (sizeof removals / sizeof *removals)

static double removed(const char *page, const char *word)
{
        char series[80];
        snprintf(series, sizeof series, "sandpool_sandboxes_removed_total{why=\"%s\"}", word);
        return metrics_page_count(page, series);
}

static double removed_now(const char *word)
{
        char *page = metrics_page_get();
        double count = removed(page, word);
        free(page);
        return count;
}

struct increase {
        const char *word;
        double from;
};

static bool is_more(void *context)
{
        const struct increase *increase = context;
        return removed_now(increase->word) > increase->from;
}

static void await_removal(const char *word, double from)
{
        struct increase increase = {word, from};
        if (!service_until(is_more, &increase, WAIT_MS))
                fail_msg("no sandbox was removed for '%s'", word);
}

static void run(const char *language, const char *code)
{
        json_t *answer = fixture_run(language, code, NULL);
        assert_non_null(answer);
        json_decref(answer);
}

static void kill_containers(void)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        int count = service_containers(&fixture, ids, &err);
        assert_true(count > 0);
        for (int i = 0; i < count; i++)
                free(spawn_text(NULL, "docker", "kill", ids[i], NULL));
}

static void kill_workers(void)
{
        struct process list[PROCESSES_MAX];
        size_t count = service_workers(&fixture, list), killed = 0;
        for (size_t i = 0; i < count; i++)
                killed += !kill(list[i].pid, SIGKILL);
        assert_int_equal(killed, WORKERS);
        metrics_page_await("sandpool_process_restarts_total{process=\"worker\"}", WORKERS);
}

/* The things that a sandbox can be removed for. */
static void for_room(void)
{
        run("javascript", "console.log(1)");
}

static void for_dying_idle(void)
{
        kill_containers();
}

static void for_dying_leased(void)
{
        int running = one_sandbox_lease();
        kill_containers();
        json_t *answer = held_answer(&running);
        assert_string_equal(fixture_text(answer, "reason"), "internal");
        json_decref(answer);
}

static void for_its_worker(void)
{
        int running = one_sandbox_lease();
        kill_workers();
        held_leave(&running);
}

static void for_the_configuration(void)
{
        conf_edit("languages/python.yaml", "limits:\n", "limits:\n  processes: 77\n");
        conf_edit_reload();
}

static void for_its_runs(void)
{
        conf_edit("sandpool.yaml", "reuse: 200", "reuse: 1");
        conf_edit_reload();
}

static void for_idling(void)
{
        conf_edit("sandpool.yaml", "  queue_timeout:", "  idle: 1\n  queue_timeout:");
        conf_edit_reload();
}

static void for_its_age(void)
{
        conf_edit("sandpool.yaml", "  queue_timeout:", "  max_age: 1\n  queue_timeout:");
        conf_edit_reload();
}

/* As they were, if they are not. */
static void put_back(const char *settings)
{
        char *now = conf_edit_read("sandpool.yaml");
        bool changed = strcmp(now, settings);
        free(now);
        if (!changed)
                return;
        conf_edit_write("sandpool.yaml", settings);
        conf_edit_reload();
}

/* Each from rest, that is, with one sandbox that has run something and is idle. */
static void removals_are_counted_by_why(void **state)
{
        static const struct {
                void (*cause)(void);
                const char *word;
        } causes[] = {{for_room, "room"}, {for_dying_idle, "failed"}, {for_dying_leased, "unclean"},
                {for_its_worker, "worker_gone"}, {for_the_configuration, "configuration"},
                {for_its_runs, "reuse"}, {for_idling, "idle"}, {for_its_age, "max_age"}};
        char *settings = conf_edit_read("sandpool.yaml");
        (void)state;
        for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
                one_sandbox_rest();
                double before = removed_now(causes[i].word);
                causes[i].cause();
                await_removal(causes[i].word, before);
                put_back(settings);
        }
        free(settings);
}

static const char *word_of(const char *why)
{
        for (size_t i = 0; i < REMOVALS; i++)
                if (!strcmp(why, removals[i].why))
                        return removals[i].word;
        return "failed";
}

/* All removals that the log tells of are on the page under their word, and nothing else is. */
static bool removals_agree(void *context)
{
        char *page = metrics_page_get();
        size_t n;
        json_t *lines = log_lines_of(0, "sandbox.removed"), *line;
        bool agree = json_array_size(lines) ==
                     (size_t)metrics_page_sum(page, "sandpool_sandboxes_removed_total", "");
        (void)context;
        for (size_t i = 0; i < REMOVALS; i++) {
                double logged = 0;
                json_array_foreach(lines, n, line)
                {
                        logged += !strcmp(word_of(fixture_text(line, "why")), removals[i].word);
                }
                agree = agree && logged == removed(page, removals[i].word);
        }
        json_decref(lines);
        free(page);
        return agree;
}

static void the_log_tells_of_the_same_removals(void **state)
{
        (void)state;
        assert_true(service_until(removals_agree, NULL, WAIT_MS));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(removals_are_counted_by_why),
                cmocka_unit_test(the_log_tells_of_the_same_removals),
        };
        return cmocka_run_group_tests(tests, one_sandbox_start, fixture_stop);
}
