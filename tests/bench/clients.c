/* One crowd after the other, from one client to 512. */
#include "tests/bench/clients.h"

#include "tests/bench/crowd.h"
#include "tests/bench/programs.h"

#include <stdio.h>
#include <string.h>

static const unsigned crowds[] = {1, 8, 32, 128, 512};

static int measure(const struct bench *bench, const struct program *program, struct error *err)
{
        static struct crowd_counts counts; /* its samples are too large for a stack */
        struct question question = programs_question(program, bench->service.port);
        int rc = 0;
        for (size_t i = 0; rc == 0 && i < sizeof crowds / sizeof *crowds; i++) {
                struct crowd_plan plan = {.port = bench->service.port,
                        .body = question.body,
                        .clients = crowds[i],
                        .ms = bench->plan->clients_ms,
                        .think_ms = bench->think_ms};
                fprintf(stderr, "%s, %u clients\n", program->language, crowds[i]);
                memset(&counts, 0, sizeof counts);
                rc = crowd_run(&plan, &counts, err);
                if (rc == 0)
                        crowd_print(program->language, crowds[i], &counts);
        }
        question_free(&question);
        return rc;
}

int clients_table(struct bench *bench, struct error *err)
{
        printf("\n| language" CROWD_HEADING);
        for (const struct program *const *program = programs_all; *program; program++)
                if (measure(bench, *program, err))
                        return -1;
        if (bench->think_ms)
                printf("\nA client asks again about %d ms after its answer", bench->think_ms);
        else
                printf("\nA client asks again at once, whatever the answer was");
        printf("; %d s each, from the same processors, at a low priority.\n", bench->plan->clients_ms / 1000);
        return 0;
}
