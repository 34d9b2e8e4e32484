/* Far more clients than can be served: what those that are served notice of the others. */
#ifndef SANDPOOL_BENCH_OVERLOAD_H
#define SANDPOOL_BENCH_OVERLOAD_H

#include "tests/bench/bench.h"

/* Print the table. 0/-1. */
int overload_table(struct bench *bench, struct error *err);

#endif
