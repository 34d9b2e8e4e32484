/* The table that sets ours against theirs. */
#ifndef SANDPOOL_BENCH_COMPARISON_H
#define SANDPOOL_BENCH_COMPARISON_H

#include "tests/bench/samples.h"

void comparison_head(void);

/* A row: median and p99 of both in ms (theirs NULL: none), how they compare, and what was promised and
 * whether that is met ("-": nothing was). */
struct comparison {
        const char *what;
        struct samples *ours;
        const char *than;
        struct samples *theirs;
        const char *so, *budget, *met;
};
void comparison_row(const struct comparison *row);

/* What stands in the last column. */
const char *comparison_met(int is_met);

#endif
