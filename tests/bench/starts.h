/* One client's "Hello, World!" in three languages against the bare start, and python's against `docker run`.
 */
#ifndef SANDPOOL_BENCH_STARTS_H
#define SANDPOOL_BENCH_STARTS_H

#include "tests/bench/bench.h"

/* Measure in turns, print the table. 0/-1. */
int starts_table(struct bench *bench, struct error *err);

#endif
