/* Where the time of one request goes. */
#ifndef SANDPOOL_BENCH_PARTS_H
#define SANDPOOL_BENCH_PARTS_H

#include "tests/bench/bench.h"

/* Ask for python's `print` over and over, by one client, and print the share of each part. 0/-1. */
int parts_table(struct bench *bench, struct error *err);

#endif
