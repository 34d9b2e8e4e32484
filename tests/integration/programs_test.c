/* Runs every program of tests/programs through nginx and compares the answers, and sees to it that every
 * language that is enabled is served and has its programs. Arguments limit it to languages ("python") or
 * cases ("python/hello"). */
#include "tests/integration/corpus.h"
#include "tests/integration/fixture.h"
#include "tests/integration/openapi.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"

#include "fcgi/model/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What every language has to prove. */
static const struct {
        const char *name, *instead; /* one of the two */
        const char *without;        /* languages that have no such thing */
} required[] = {
        {"hello", NULL, ""},
        {"stdin-echo", NULL, ""},
        {"args", NULL, ""},
        {"several-files", NULL, ""},
        {"compile-error", "syntax-error", ""},
        {"uncaught-exception", NULL, ""},
        {"exit-code-3", NULL, ""},
        {"infinite-loop", NULL, ""},
        {"memory-exhaustion", NULL, ""},
        {"output-flood", NULL, ""},
        {"recursion-10000", NULL, ""},
        {"cpu-second", NULL, ""},
        {"threads", NULL, ""},
        {"time-and-random", NULL, ""},
        {"stdin-1mib", NULL, ""},
        {"file-append", NULL, ""},
        {"json-and-regex", "regex", " rust "},
};

static char **wanted; /* NULL-terminated; empty: all */
static struct settings *settings;
static struct registry *registry;
static json_t *served; /* the answer of /api/languages */

static void look_what_there_is(void **state)
{
        struct error err = {""};
        (void)state;
        settings = settings_load(fixture.settings, &err);
        if (settings)
                registry = registry_load(settings, &err);
        if (registry)
                served = service_await(&fixture, "/api/languages", &err);
        if (!served || openapi_check("GET", "/api/languages", 200, served, &err))
                fail_msg("%s", err.text);
}

static bool is_served(const char *id)
{
        size_t i;
        json_t *language;
        json_array_foreach(json_object_get(served, "languages"), i, language)
        {
                if (!strcmp(fixture_text(language, "id"), id))
                        return true;
        }
        return false;
}

static void every_enabled_language_is_served(void **state)
{
        (void)state;
        for (size_t i = 0; registry && i < registry->count; i++) {
                const struct language *language = &registry->languages[i];
                if (language->enabled == LANGUAGE_ON && corpus_wants(wanted, language->id) &&
                        !is_served(language->id))
                        fail_msg("%s is enabled and not served: is there no image?", language->id);
        }
}

static void what_is_served_is_enabled(void **state)
{
        size_t i;
        json_t *item;
        (void)state;
        json_array_foreach(json_object_get(served, "languages"), i, item)
        {
                const struct language *language = registry_get(registry, fixture_text(item, "id"));
                if (!language || language->enabled == LANGUAGE_OFF)
                        fail_msg("%s is served", fixture_text(item, "id"));
        }
}

static bool has_case(const char *language, const char *name)
{
        char relative[300], path[700];
        snprintf(relative, sizeof relative, "tests/programs/%s/%s/request.json", language, name ? name : "");
        service_source_path(relative, path, sizeof path);
        return name && access(path, R_OK) == 0;
}

static void every_language_has_its_programs(void **state)
{
        int missing = 0;
        (void)state;
        for (size_t i = 0; registry && i < registry->count; i++) {
                const char *id = registry->languages[i].id;
                char word[LANGUAGE_ID_SIZE + 2];
                if (registry->languages[i].enabled != LANGUAGE_ON || !corpus_wants(wanted, id))
                        continue;
                snprintf(word, sizeof word, " %s ", id);
                for (size_t j = 0; j < sizeof required / sizeof *required; j++) {
                        if (has_case(id, required[j].name) || has_case(id, required[j].instead) ||
                                strstr(required[j].without, word))
                                continue;
                        print_error("tests/programs/%s/%s is missing\n", id, required[j].name);
                        missing++;
                }
        }
        assert_int_equal(missing, 0);
}

int main(int argc, char **argv)
{
        const struct service_options options = {.pool_max = 8, .all_languages = true, .queue_timeout_s = 50};
        const struct CMUnitTest also[] = {cmocka_unit_test(look_what_there_is),
                cmocka_unit_test(every_enabled_language_is_served),
                cmocka_unit_test(what_is_served_is_enabled),
                cmocka_unit_test(every_language_has_its_programs), {.name = NULL}};
        (void)argc;
        wanted = argv + 1;
        int failed = corpus_run("tests/programs", wanted, &options, also);
        json_decref(served);
        registry_free(registry);
        settings_free(settings);
        return failed;
}
