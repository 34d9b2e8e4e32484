/* One crowd after the other, from one client to 512. */
#include "tests/bench/clients.h"

#include "tests/bench/crowd.h"

#include <stdio.h>

static const unsigned crowds[] = {1, 8, 32, 128, 512};

static void print_row(const char *name, unsigned clients, struct crowd_counts *counts)
{
        printf("| %s | %u | %.0f/s | %.0f | %.0f | %.0f/s | ", name, clients,
                (double)counts->served / counts->seconds, samples_ms(&counts->served_us, 50),
                samples_ms(&counts->served_us, 99), (double)counts->refused / counts->seconds);
        if (counts->refused)
                printf("%.1f | %.1f |", samples_ms(&counts->refused_us, 50),
                        samples_ms(&counts->refused_us, 99));
        else
                printf("- | - |");
        printf(counts->other ? " %zu others |\n" : "\n", counts->other);
}

int clients_table(int port, const char *const *names, const char *const *bodies, int ms, struct error *err)
{
        static struct crowd_counts counts; /* its samples are too large for a stack */
        printf("\n| language | clients | served | p50 ms | p99 ms | refused (503) | p50 ms | p99 ms |\n"
               "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for (size_t i = 0; names[i]; i++)
                for (size_t j = 0; j < sizeof crowds / sizeof *crowds; j++) {
                        fprintf(stderr, "%s, %u clients\n", names[i], crowds[j]);
                        if (crowd_run(port, bodies[i], crowds[j], ms, &counts, err))
                                return -1;
                        print_row(names[i], crowds[j], &counts);
                }
        return 0;
}
