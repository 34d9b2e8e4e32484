/* Eight clients at once, and as many `docker run` at once. */
#ifndef SANDPOOL_BENCH_THROUGHPUT_H
#define SANDPOOL_BENCH_THROUGHPUT_H

#include "tests/bench/bench.h"

/* Measure one after the other, print the table. 0/-1. */
int throughput_table(struct bench *bench, struct error *err);

#endif
