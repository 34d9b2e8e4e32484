/* Measures a language's sample: what a client waits for, and the same commands, compiling too, started bare
 * in the same image without a CPU quota. The two alternate. */
#include "tests/bench/languages.h"

#include "fcgi/model/language.h"
#include "tests/bench/bare_start.h"
#include "tests/bench/options.h"
#include "tests/bench/question.h"
#include "tests/bench/samples.h"
#include "tests/integration/service_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 3
#define COMMAND_SIZE 4000

/* Samples are too large for a stack. */
static struct samples inside, bare;

static bool is_wanted(const char *wanted, const char *id)
{
        return !strcmp(wanted, "all") || options_has_word(wanted, id);
}

static bool is_served(const json_t *served, const char *id)
{
        size_t i;
        json_t *language;
        json_array_foreach(json_object_get(served, "languages"), i, language)
        {
                if (!strcmp(json_string_value(json_object_get(language, "id")), id))
                        return true;
        }
        return false;
}

static int write_sample(const char *folder, const struct language *language, struct error *err)
{
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, language->source);
        FILE *file = fopen(path, "we");
        if (!file || fputs(language->sample_code, file) < 0 || fclose(file))
                return error_errno(err, "%s", path);
        return 0;
}

/* A command's words with blanks between them, as a bare container takes them. */
static int command_line(const struct language *language, const struct command *command,
        char line[COMMAND_SIZE], struct error *err)
{
        const char *names[] = {language->source};
        char **argv = language_argv(language, command, names, 1);
        size_t size = 0;
        line[0] = '\0';
        for (size_t i = 0; argv && argv[i] && size < COMMAND_SIZE; i++)
                size += (size_t)snprintf(line + size, COMMAND_SIZE - size, "%s%s", i ? " " : "", argv[i]);
        language_argv_free(argv);
        return *line && size < COMMAND_SIZE ? 0 : error_set(err, "%s: the command is too long", language->id);
}

struct measured {
        const struct language *language;
        struct question question;
        struct bare_start start;
        char compile[COMMAND_SIZE], run[COMMAND_SIZE];
};

static int turn_inside(struct measured *m, struct error *err)
{
        int64_t taken = question_ask(&m->question, err);
        if (taken >= 0)
                samples_add(&inside, taken);
        return taken < 0 ? -1 : 0;
}

static int turn_bare(struct measured *m, struct error *err)
{
        int64_t compiled = *m->compile ? bare_start_run(&m->start, m->compile, NULL, err) : 0;
        int64_t ran = compiled < 0 ? -1 : bare_start_run(&m->start, m->run, NULL, err);
        if (ran >= 0)
                samples_add(&bare, compiled + ran);
        return ran < 0 ? -1 : 0;
}

/* The first of each loads what the later ones find loaded. */
static int take_turns(struct measured *m, int turns, struct error *err)
{
        int rc = 0;
        inside.count = bare.count = 0;
        for (int i = -WARM_UP; rc == 0 && i < turns; i++) {
                if (i == 0)
                        inside.count = bare.count = 0;
                rc = i % 2 ? turn_inside(m, err) || turn_bare(m, err)
                           : turn_bare(m, err) || turn_inside(m, err);
        }
        return rc ? -1 : 0;
}

static int measure(const struct bench *bench, const struct language *language, struct error *err)
{
        struct measured m = {.language = language};
        char copy[600];
        int rc = -1;
        m.question = question_new(
                bench->service.port, language->id, language->sample_code, language->sample_expected);
        snprintf(copy, sizeof copy, "/bin/cp /src/%s .", language->source);
        if (write_sample(bench->sources, language, err) ||
                (language->compile.argv && command_line(language, &language->compile, m.compile, err)) ||
                command_line(language, &language->run, m.run, err) ||
                bare_start_open(&m.start, language->image, bench->sources, (const char *const *)language->env,
                        NULL, err) ||
                bare_start_run(&m.start, copy, NULL, err) < 0)
                goto out;
        rc = take_turns(&m, bench->plan->languages, err);
out:
        if (rc)
                error_wrap(err, "%s", language->id);
        bare_start_close(&m.start);
        question_free(&m.question);
        return rc;
}

static void print_row(const struct language *language)
{
        double ours = samples_ms(&inside, 50), theirs = samples_ms(&bare, 50);
        printf("| %s, %s | %s | %.1f | %.1f | %.1f | %.1f | %+.1f ms |\n", language->name, language->version,
                language->compile.argv ? "compiled, run" : "run", ours, samples_ms(&inside, 99), theirs,
                samples_ms(&bare, 99), ours - theirs);
        fflush(stdout);
}

int languages_table(struct bench *bench, struct error *err)
{
        struct registry *registry = NULL;
        struct settings *settings = settings_load(bench->service.settings, err);
        json_t *served = service_get(&bench->service, "/api/languages", err);
        int rc = -1;
        if (settings)
                registry = registry_load(settings, err);
        if (!registry || !served)
                goto out;
        printf("\n| hello, world | steps | over HTTP: p50 ms | p99 ms | bare: p50 ms | p99 ms | more |\n"
               "| --- | --- | --- | --- | --- | --- | --- |\n");
        rc = 0;
        for (size_t i = 0; rc == 0 && i < registry->count; i++) {
                const struct language *language = &registry->languages[i];
                if (!is_wanted(bench->languages, language->id) || !is_served(served, language->id))
                        continue;
                rc = measure(bench, language, err);
                if (rc == 0)
                        print_row(language);
        }
        if (rc == 0)
                printf("\n%d of each, in turns.\n", bench->plan->languages);
out:
        json_decref(served);
        registry_free(registry);
        settings_free(settings);
        return rc;
}
