/* Measures what the design promises, side by side in one run, and prints it as Markdown tables.
 *
 * A section is a table or two. It asserts nothing but that programs are answered as they should: whether a
 * budget is met stands in a table's last column. */
#include "tests/bench/bench.h"

#include "fcgi/base/clock.h"
#include "tests/bench/clients.h"
#include "tests/bench/judging.h"
#include "tests/bench/languages.h"
#include "tests/bench/memory.h"
#include "tests/bench/options.h"
#include "tests/bench/overload.h"
#include "tests/bench/parts.h"
#include "tests/bench/policies.h"
#include "tests/bench/programs.h"
#include "tests/bench/recovery.h"
#include "tests/bench/reuse.h"
#include "tests/bench/starts.h"
#include "tests/bench/throughput.h"
#include "tests/integration/service_ask.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define WARM 8 /* sandboxes of the three languages, as they are kept below */
#define WARM_MS 60000

static const struct bench_plan full = {.python = 100,
        .javascript = 60,
        .cpp = 12,
        .judging = 8,
        .load_ms = 10000,
        .docker_ms = 6000,
        .parts = 300,
        .clients_ms = 5000,
        .reuse_turns = 1,
        .reuse_ms = 5000,
        .recovery = 10,
        .languages = 30};
static const struct bench_plan quick = {.python = 10,
        .javascript = 6,
        .cpp = 3,
        .judging = 2,
        .load_ms = 2000,
        .docker_ms = 2000,
        .parts = 30,
        .clients_ms = 1000,
        .reuse_turns = 1,
        .reuse_ms = 1000,
        .recovery = 2,
        .languages = 3};

/* Which service a section wants. */
enum wants { NOTHING, USUAL_LANGUAGES, ALL_LANGUAGES };

static const struct section {
        const char *name;
        enum wants wants;
        bool usual;                                           /* without --only */
        int (*begin)(struct bench *bench, struct error *err); /* before all that is measured; may be NULL */
        int (*table)(struct bench *bench, struct error *err);
} sections[] = {
        {"starts", USUAL_LANGUAGES, true, NULL, starts_table},
        {"judging", USUAL_LANGUAGES, true, NULL, judging_table},
        {"throughput", USUAL_LANGUAGES, true, NULL, throughput_table},
        {"parts", USUAL_LANGUAGES, true, NULL, parts_table},
        {"clients", USUAL_LANGUAGES, true, NULL, clients_table},
        {"overload", NOTHING, true, NULL, overload_table},
        {"reuse", USUAL_LANGUAGES, true, NULL, reuse_table},
        {"memory", USUAL_LANGUAGES, true, memory_begin, memory_table},
        {"recovery", NOTHING, true, NULL, recovery_table},
        {"policies", NOTHING, true, NULL, policies_table},
        {"languages", ALL_LANGUAGES, false, NULL, languages_table},
};
#define SECTIONS (sizeof sections / sizeof *sections)

static bool is_chosen(const struct section *section, const struct options *options)
{
        if (options->only)
                return options_has_word(options->only, section->name);
        return options->languages ? section->wants == ALL_LANGUAGES : section->usual;
}

/* Every word of --only must be a section's name. */
static int check_names(const struct options *options, struct error *err)
{
        size_t letters = 0, known = 0;
        for (const char *at = options->only ? options->only : ""; *at; at++)
                letters += *at != ' ';
        for (size_t i = 0; options->only && i < SECTIONS; i++)
                known += is_chosen(&sections[i], options) ? strlen(sections[i].name) : 0;
        if (letters == known)
                return 0;
        error_set(err, "--only '%s': the sections are", options->only);
        for (size_t i = 0; i < SECTIONS; i++) {
                size_t size = strlen(err->text);
                snprintf(err->text + size, sizeof err->text - size, " %s", sections[i].name);
        }
        return -1;
}

static bool is_warm(void *context)
{
        return service_sandboxes(context, "idle", NULL) >= WARM;
}

static int start(struct bench *bench, enum wants wants, struct error *err)
{
        struct service_options options = {.warm = {{"python", 5}}, .all_languages = wants == ALL_LANGUAGES};
        if (service_start(&bench->service, &options, err))
                return -1;
        snprintf(bench->sources, sizeof bench->sources, "%s/src", bench->service.dir);
        if (mkdir(bench->sources, 0755))
                return error_errno(err, "%s", bench->sources);
        if (programs_write(bench->sources, err))
                return -1;
        return wants == ALL_LANGUAGES || service_until(is_warm, &bench->service, WARM_MS)
                       ? 0
                       : error_set(err, "the pool does not get warm");
}

static int run(struct bench *bench, const struct options *options, struct error *err)
{
        enum wants wants = NOTHING;
        for (size_t i = 0; i < SECTIONS; i++)
                if (is_chosen(&sections[i], options) && sections[i].wants > wants)
                        wants = sections[i].wants;
        if (wants != NOTHING && start(bench, wants, err))
                return -1;
        for (size_t i = 0; i < SECTIONS; i++)
                if (is_chosen(&sections[i], options) && sections[i].begin && sections[i].begin(bench, err))
                        return error_wrap(err, "%s", sections[i].name);
        for (size_t i = 0; i < SECTIONS; i++) {
                int64_t began_ms = clock_ms();
                if (!is_chosen(&sections[i], options))
                        continue;
                if (sections[i].table(bench, err))
                        return error_wrap(err, "%s", sections[i].name);
                fprintf(stderr, "%s: %d s\n", sections[i].name, (int)((clock_ms() - began_ms) / 1000));
        }
        return 0;
}

int main(int argc, char **argv)
{
        static struct bench bench;
        struct error err = {0}, stop_err = {0};
        struct options options = {0};
        (void)argc;
        if (options_read(argv, &options, &err) || check_names(&options, &err)) {
                fprintf(stderr, "bench: %s\n", err.text);
                return 2;
        }
        bench.plan = options.quick ? &quick : &full;
        bench.think_ms = options.think_ms;
        bench.languages = options.languages ? options.languages : "all";
        int rc = run(&bench, &options, &err);
        if (service_stop(&bench.service, &stop_err))
                fprintf(stderr, "stop: %s\n", stop_err.text);
        if (rc)
                fprintf(stderr, "bench: %s\n", err.text);
        return rc ? 1 : 0;
}
