/* Sustained load by several clients at once. */
#ifndef SANDPOOL_BENCH_LOAD_H
#define SANDPOOL_BENCH_LOAD_H

#include "fcgi/base/error.h"
#include "tests/bench/samples.h"

/* One unit of work: microseconds it took, or -1. context is load_run's. Called in a process of its own. */
typedef int64_t load_work(void *context, struct error *err);

/* clients processes do the work over and over for ms milliseconds. The times of what was done go to samples.
 * Returns how many a second, or -1 with err when one of them failed. */
double load_run(
        unsigned clients, int ms, load_work *work, void *context, struct samples *samples, struct error *err);

#endif
