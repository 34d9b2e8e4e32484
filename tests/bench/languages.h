/* Each language's sample through the service and bare, a row of a Markdown table each. */
#ifndef SANDPOOL_BENCH_LANGUAGES_H
#define SANDPOOL_BENCH_LANGUAGES_H

#include "tests/bench/bench.h"

/* Each of bench->languages that is enabled and has an image is measured. Prints the table. 0/-1. */
int languages_table(struct bench *bench, struct error *err);

#endif
