/* Starts a fixture to be reloaded, and looks at its sandboxes. */
#include "tests/integration/reloaded.h"

#include "tests/integration/conf_edit.h"
#include "tests/integration/must.h"
#include "tests/integration/remains.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"
#include "tests/integration/toy_language.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct remains at_start;

/* Every language has proved its sample, and what is kept warm is there, and nothing else. */
static bool is_at_rest(void *context)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        json_t *health = service_get(&fixture, "/api/health", &err);
        bool ok = !strcmp(fixture_text(health, "status"), "ok");
        (void)context;
        json_decref(health);
        return ok && service_sandboxes(&fixture, "idle", &err) == 3 &&
               service_containers(&fixture, ids, &err) == 3;
}

int reloaded_start(void **state)
{
        struct service_options options = {.pool_max = 12,
                .queue_timeout_s = 50,
                .reuse = 1000000,
                .warm = {{"python", 2}, {"javascript", 1}, {"cpp", 0}}};
        (void)state;
        if (fixture_start(&options) || !service_until(is_at_rest, NULL, RELOADED_PATIENCE_MS))
                return -1;
        conf_edit("sandpool.yaml", "pool:\n", "pool:\n  max_age: 86400\n");
        conf_edit_reload();
        /* A first reload leaves its notes in the run directory, which stay. */
        return remains_take(&fixture, &at_start, RELOADED_PATIENCE_MS, NULL);
}

int reloaded_stop(void **state)
{
        int rc = fixture_stop(state);
        remains_clear(&at_start);
        toy_language_clear();
        return rc;
}

void reloaded_nothing_is_left(void)
{
        struct error err = {0};
        char script[128];
        snprintf(script, sizeof script, "cd %s && rm -rf toy slept own.log*", fixture.dir);
        char *said = spawn_text(&err, "sh", "-c", script, NULL);
        must(!said, &err);
        free(said);
        must(remains_check(&fixture, &at_start, RELOADED_PATIENCE_MS, &err), &err);
}

void reloaded_says(const char *language, const char *code, const char *output)
{
        json_t *answer = fixture_run(language, code, NULL);
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "output"), output);
        json_decref(answer);
}

char *reloaded_containers(const char *language)
{
        char script[256];
        struct error err = {0};
        snprintf(script, sizeof script,
                "docker ps --format '{{.Names}}' --filter label=sandpool.instance=%s --filter "
                "label=sandpool.language=%s | sort",
                fixture.instance, language);
        char *said = spawn_text(&err, "sh", "-c", script, NULL);
        if (!said)
                fail_msg("%s", err.text);
        return said;
}

struct containers {
        const char *language;
        const char *names; /* one a line */
};

/* Whether none of these is there any more. */
static bool are_gone(void *context)
{
        const struct containers *before = context;
        char *now = reloaded_containers(before->language), *names = strdup(before->names), *rest = names,
             *name;
        bool gone = true;
        while ((name = strsep(&rest, "\n")))
                gone = gone && !(*name && strstr(now, name));
        free(now);
        free(names);
        return gone;
}

void reloaded_await_gone(const char *language, char *names)
{
        struct containers before = {language, names};
        assert_true(service_until(are_gone, &before, RELOADED_PATIENCE_MS));
        free(names);
}

/* Why a sandbox may go while nobody touches its language, by its line in the log. */
static const char *const blameless[] = {
        "\"why\":\"took too long\"", "\"why\":\"made room for another language\""};

static bool may_be_gone(const char *name)
{
        char line[600] = "nothing";
        const char *const words[] = {"\"sandbox.removed\"", name, NULL};
        if (service_logged(&fixture, words, line, sizeof line))
                for (size_t i = 0; i < sizeof blameless / sizeof *blameless; i++)
                        if (strstr(line, blameless[i]))
                                return true;
        print_error("%s is gone; the log says: %s\n", name, line);
        return false;
}

void reloaded_stayed(const char *language, char *names)
{
        char *now = reloaded_containers(language), *rest = names, *name;
        bool stayed = *names;
        while ((name = strsep(&rest, "\n")))
                stayed = (strstr(now, name) || may_be_gone(name)) && stayed;
        assert_true(stayed);
        free(now);
        free(names);
}

struct inspection {
        const char *language, *format, *expected;
        char last[200]; /* that one container said else */
};

/* Whether there are containers, and each of them is as expected. */
static bool are_as_expected(void *context)
{
        struct inspection *inspection = context;
        char *names = reloaded_containers(inspection->language), *rest = names, *name;
        bool all = *names;
        while (all && (name = strsep(&rest, "\n"))) {
                char *said = spawn_text(NULL, "docker", "inspect", "-f", inspection->format, name, NULL);
                all = said && !strcmp(said, inspection->expected);
                if (!all)
                        snprintf(inspection->last, sizeof inspection->last, "%s", said ? said : "gone");
                free(said);
        }
        free(names);
        return all;
}

void reloaded_await_inspected(const char *language, const char *format, const char *expected)
{
        struct inspection inspection = {language, format, expected, "no container"};
        if (!service_until(are_as_expected, &inspection, RELOADED_PATIENCE_MS))
                fail_msg("a container of %s has %s, not %s", language, inspection.last, expected);
}
