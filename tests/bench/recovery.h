/* How long nobody is served after something was killed. */
#ifndef SANDPOOL_BENCH_RECOVERY_H
#define SANDPOOL_BENCH_RECOVERY_H

#include "tests/bench/bench.h"

/* Print the table. 0/-1. */
int recovery_table(struct bench *bench, struct error *err);

#endif
