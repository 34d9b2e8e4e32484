/* The private memory of every process of the service. */
#ifndef SANDPOOL_BENCH_MEMORY_H
#define SANDPOOL_BENCH_MEMORY_H

#include "tests/bench/bench.h"

/* Take stock of a service that has done nothing yet. 0/-1. */
int memory_begin(struct bench *bench, struct error *err);

/* Put every worker to work, take stock again, print the table. 0/-1. */
int memory_table(struct bench *bench, struct error *err);

#endif
