/* What it costs to have a fresh container for each request. */
#ifndef SANDPOOL_BENCH_REUSE_H
#define SANDPOOL_BENCH_REUSE_H

#include "tests/bench/bench.h"

/* Print python's times with `reuse` as shipped beside those of a second service with `reuse: 1`. 0/-1. */
int reuse_table(struct bench *bench, struct error *err);

#endif
