/* Many clients at once in one process: what becomes of those that are served and of those that are refused.
 */
#ifndef SANDPOOL_BENCH_CROWD_H
#define SANDPOOL_BENCH_CROWD_H

#include "fcgi/base/error.h"
#include "tests/bench/samples.h"

struct crowd_plan {
        int port;         /* on 127.0.0.1 */
        const char *body; /* of POST /api/execute */
        unsigned clients; /* a connection each, kept open */
        int ms;           /* for how long they ask; then the last answers are waited for */
        int think_ms; /* between an answer and the client's next request: half of it to one and a half times,
                         by chance; 0: at once */
};

struct crowd_counts {
        size_t served, refused, errors; /* 200; 503; anything else or nothing */
        double seconds;
        struct samples served_us, refused_us; /* a random choice where there were more than samples hold */
};

/* Have them ask over and over; what happened is added to counts. The arrival of an answer is the kernel's
 * time, so that it is not late because this process, which has a low priority meanwhile, is. 0/-1. */
int crowd_run(const struct crowd_plan *plan, struct crowd_counts *counts, struct error *err);

/* A row of a Markdown table, and the table's heading from the second column on. */
void crowd_print(const char *name, unsigned clients, struct crowd_counts *counts);
#define CROWD_HEADING                                                                                        \
        " | clients | served | p50 ms | p99 ms | refused (503) | p50 ms | p99 ms | errors |\n"               \
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"

#endif
