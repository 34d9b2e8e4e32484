/* Many clients at once in one process: what becomes of those that are served and of those that are refused.
 */
#ifndef SANDPOOL_BENCH_CROWD_H
#define SANDPOOL_BENCH_CROWD_H

#include "fcgi/base/error.h"
#include "tests/bench/samples.h"

#define CROWD_MAX 1024

struct crowd_counts {
        size_t served, refused, other; /* 200, 503, anything else or nothing */
        double seconds;
        struct samples served_us, refused_us; /* a random choice where there were more than samples hold */
};

/* clients keep a connection each to 127.0.0.1:port open and ask over and over for ms milliseconds, again at
 * once whatever the answer was: POST /api/execute with the JSON body. 0/-1. */
int crowd_run(
        int port, const char *body, unsigned clients, int ms, struct crowd_counts *counts, struct error *err);

#endif
