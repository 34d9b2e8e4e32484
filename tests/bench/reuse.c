/* Two services, of which one is asked at a time, in turns; whoever comes next has its sandboxes ready then.
 */
#include "tests/bench/reuse.h"

#include "tests/bench/crowd.h"
#include "tests/bench/programs.h"
#include "tests/integration/service_ask.h"

#include <stdio.h>
#include <string.h>

#define WARM 8 /* sandboxes of the three languages in either, as bench.c has them */
#define PATIENCE_MS 60000
#define LANGUAGES 3

static const unsigned crowds[] = {1, 8, 32, 128, 512};
#define CROWDS (sizeof crowds / sizeof *crowds)

struct side {
        const char *name;
        const struct service *service;
        struct crowd_counts counts[LANGUAGES][CROWDS];
};

static bool is_ready(void *context)
{
        return service_sandboxes(context, "idle", NULL) >= WARM &&
               service_sandboxes(context, "starting", NULL) == 0 &&
               service_sandboxes(context, "leased", NULL) == 0;
}

static int turn(struct side *side, size_t language, size_t crowd, int ms, struct error *err)
{
        struct question question = programs_question(programs_all[language], side->service->port);
        struct crowd_plan plan = {
                .port = side->service->port, .body = question.body, .clients = crowds[crowd], .ms = ms};
        int rc = service_until(is_ready, (void *)side->service, PATIENCE_MS)
                         ? crowd_run(&plan, &side->counts[language][crowd], err)
                         : error_set(err, "the pool of %s does not get warm", side->name);
        question_free(&question);
        return rc;
}

static void print_row(struct side *side, size_t language, size_t crowd)
{
        struct crowd_counts *counts = &side->counts[language][crowd];
        printf("| %s | %u | %s | %.1f/s | %.1f | %.1f | %.0f/s | %zu |\n", programs_all[language]->language,
                crowds[crowd], side->name, (double)counts->served / counts->seconds,
                samples_ms(&counts->served_us, 50), samples_ms(&counts->served_us, 99),
                (double)counts->refused / counts->seconds, counts->errors);
}

static int measure(struct side sides[2], const struct bench_plan *plan, struct error *err)
{
        for (int i = 0; i < plan->reuse_turns; i++)
                for (size_t language = 0; language < LANGUAGES; language++)
                        for (size_t crowd = 0; crowd < CROWDS; crowd++)
                                for (int side = 0; side < 2; side++)
                                        if (turn(&sides[side], language, crowd, plan->reuse_ms, err))
                                                return -1;
        return 0;
}

int reuse_table(struct bench *bench, struct error *err)
{
        static struct side sides[2] = {{.name = "`reuse: 200`"}, {.name = "`reuse: 1`"}}; /* large */
        static struct service fresh;
        struct service_options options = {.reuse = 1, .warm = {{"python", 5}}};
        struct error stop_err = {0};
        sides[0].service = &bench->service;
        sides[1].service = &fresh;
        fprintf(stderr, "reuse: 200 and 1, %d turns\n", bench->plan->reuse_turns);
        int rc = service_start(&fresh, &options, err);
        if (rc == 0)
                rc = measure(sides, bench->plan, err);
        if (service_stop(&fresh, &stop_err) && rc == 0)
                rc = error_set(err, "%s", stop_err.text);
        if (rc)
                return -1;
        printf("\n| language | clients | sandboxes | served | p50 ms | p99 ms | refused (503) | errors |\n"
               "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for (size_t language = 0; language < LANGUAGES; language++)
                for (size_t crowd = 0; crowd < CROWDS; crowd++)
                        for (int side = 0; side < 2; side++)
                                print_row(&sides[side], language, crowd);
        printf("\n%d turns of %.1f s each; %d warm sandboxes of the three languages at the beginning of "
               "each.\n",
                bench->plan->reuse_turns, bench->plan->reuse_ms / 1000.0, WARM);
        return 0;
}
