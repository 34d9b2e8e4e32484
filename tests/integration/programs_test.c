/* Runs every program of tests/programs through nginx and compares the answers, and sees to it that every
 * language that is enabled is served and has its programs. Arguments limit it to languages ("python") or
 * cases ("python/hello"). */
#include "tests/integration/fixture.h"
#include "tests/integration/openapi.h"
#include "tests/integration/programs.h"

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

static struct program programs[PROGRAMS_MAX];
static size_t count;
static char **wanted; /* NULL-terminated; empty: all */
static char root[400];
static struct settings *settings;
static struct registry *registry;
static json_t *served; /* the answer of /api/languages */

static int start(void **state)
{
        struct service_options options = {.pool_max = 8};
        struct error err = {""};
        (void)state;
        if (fixture_start(&options))
                return -1;
        settings = settings_load(fixture.settings, &err);
        if (settings)
                registry = registry_load(settings, &err);
        if (registry)
                served = service_get(&fixture, "/api/languages", &err);
        if (served && openapi_check("GET", "/api/languages", 200, served, &err) == 0) {
                programs_run(programs, count);
                return 0;
        }
        fprintf(stderr, "%s\n", err.text);
        fixture_stop(NULL);
        return -1;
}

static int stop(void **state)
{
        json_decref(served);
        registry_free(registry);
        settings_free(settings);
        return fixture_stop(state);
}

static void run_program(void **state)
{
        const struct program *program = *state;
        if (*program->said)
                print_error("stderr: %s\n", program->said);
        if (*program->err.text)
                fail_msg("%s, %s", program->name, program->err.text);
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
        for (size_t i = 0; i < registry->count; i++) {
                const struct language *language = &registry->languages[i];
                if (language->enabled == LANGUAGE_ON && programs_want(wanted, language->id) &&
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
        char path[700];
        snprintf(path, sizeof path, "%s/%s/%s/request.json", root, language, name ? name : "");
        return name && access(path, R_OK) == 0;
}

static void every_language_has_its_programs(void **state)
{
        int missing = 0;
        (void)state;
        for (size_t i = 0; i < registry->count; i++) {
                const char *id = registry->languages[i].id;
                char word[LANGUAGE_ID_SIZE + 2];
                if (registry->languages[i].enabled != LANGUAGE_ON || !programs_want(wanted, id))
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
        static struct CMUnitTest tests[PROGRAMS_MAX + 3] = {
                cmocka_unit_test(every_enabled_language_is_served),
                cmocka_unit_test(what_is_served_is_enabled),
                cmocka_unit_test(every_language_has_its_programs)};
        (void)argc;
        wanted = argv + 1;
        service_source_path("tests/programs", root, sizeof root);
        int found = programs_find(root, wanted, programs, PROGRAMS_MAX);
        if (found <= 0) {
                fprintf(stderr, "%s in %s\n", found ? "too many programs" : "no program", root);
                return 1;
        }
        count = (size_t)found;
        for (size_t i = 0; i < count; i++)
                tests[i + 3] = (struct CMUnitTest){
                        .name = programs[i].name, .test_func = run_program, .initial_state = &programs[i]};
        return _cmocka_run_group_tests("programs", tests, count + 3, start, stop);
}
