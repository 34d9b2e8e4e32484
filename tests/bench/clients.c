/* One crowd after the other, from one client to 512. */
#include "tests/bench/clients.h"

#include "tests/bench/crowd.h"
#include "tests/bench/programs.h"

#include <stdio.h>
#include <string.h>

static const unsigned crowds[] = {1, 8, 32, 128, 512};

static void print_row(const char *name, unsigned clients, struct crowd_counts *counts)
{
        printf("| %s | %u | %.1f/s | %.0f | %.0f | %.0f/s | ", name, clients,
                (double)counts->served / counts->seconds, samples_ms(&counts->served_us, 50),
                samples_ms(&counts->served_us, 99), (double)counts->refused / counts->seconds);
        if (counts->refused)
                printf("%.1f | %.1f | ", samples_ms(&counts->refused_us, 50),
                        samples_ms(&counts->refused_us, 99));
        else
                printf("- | - | ");
        printf("%zu |\n", counts->errors);
        fflush(stdout);
}

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
                        print_row(program->language, crowds[i], &counts);
        }
        question_free(&question);
        return rc;
}

int clients_table(struct bench *bench, struct error *err)
{
        printf("\n| language | clients | served | p50 ms | p99 ms | refused (503) | p50 ms | p99 ms | errors "
               "|\n"
               "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
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
