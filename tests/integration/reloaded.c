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
                "docker ps -q --no-trunc --filter label=sandpool.instance=%s --filter "
                "label=sandpool.language=%s | sort",
                fixture.instance, language);
        char *said = spawn_text(&err, "sh", "-c", script, NULL);
        if (!said)
                fail_msg("%s", err.text);
        return said;
}

struct containers {
        const char *language;
        const char *ids; /* one a line */
};

/* Whether none of these is there any more. */
static bool are_gone(void *context)
{
        const struct containers *before = context;
        char *now = reloaded_containers(before->language), *ids = strdup(before->ids), *rest = ids, *id;
        bool gone = true;
        while ((id = strsep(&rest, "\n")))
                gone = gone && !(*id && strstr(now, id));
        free(now);
        free(ids);
        return gone;
}

void reloaded_await_gone(const char *language, char *ids)
{
        struct containers before = {language, ids};
        assert_true(service_until(are_gone, &before, RELOADED_PATIENCE_MS));
        free(ids);
}

int reloaded_replaced(const char *language)
{
        char *text = conf_edit_read("sandpool.log"), *rest = text, *line, word[64];
        int count = 0;
        snprintf(word, sizeof word, "\"language\":\"%s\"", language);
        while ((line = strsep(&rest, "\n")))
                count += strstr(line, "sandbox.removed") && strstr(line, "the configuration changed") &&
                         strstr(line, word);
        free(text);
        return count;
}
