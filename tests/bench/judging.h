/* What a hundred test cases of one request cost, against a hundred bare starts one right after the other:
 * totals against totals. */
#ifndef SANDPOOL_BENCH_JUDGING_H
#define SANDPOOL_BENCH_JUDGING_H

#include "tests/bench/bench.h"

/* Measure C++ and python in turns with bare starts without a CPU quota and within the language's own, print
 * the table. 0/-1. */
int judging_table(struct bench *bench, struct error *err);

#endif
