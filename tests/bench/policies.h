/* How long the rules of a policy take on code that is made to take long. */
#ifndef TESTS_BENCH_POLICIES_H
#define TESTS_BENCH_POLICIES_H

#include "tests/bench/bench.h"

/* Print a table of every language under `strict`. Needs no service. 0/-1. */
int policies_table(struct bench *bench, struct error *err);

#endif
