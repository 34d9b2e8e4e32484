/* Three languages under more and more clients. */
#ifndef SANDPOOL_BENCH_CLIENTS_H
#define SANDPOOL_BENCH_CLIENTS_H

#include "tests/bench/bench.h"

/* Print a row for each language and number of clients. 0/-1. */
int clients_table(struct bench *bench, struct error *err);

#endif
