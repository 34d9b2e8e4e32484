/* What a hundred test cases cost on top of a hundred bare starts. */
#ifndef SANDPOOL_BENCH_JUDGING_H
#define SANDPOOL_BENCH_JUDGING_H

#include "fcgi/base/error.h"
#include "tests/bench/samples.h"

#define JUDGING_CASES 100

/* Of one language; the commands are run bare, the first one once. */
struct judging {
        const char *language, *image, *code;
        const char *prepare; /* NULL: none */
        const char *command;
        const char *cpus;       /* the language's own CPU quota, to start under too; NULL: not measured */
        struct samples ours;    /* a whole request without its compiling, microseconds */
        struct samples compile; /* microseconds */
        struct samples bare;    /* one start */
        struct samples limited; /* one under the quota */
};

/* Send requests to the service behind port in turn with bare starts, from sources. 0/-1. */
int judging_measure(struct judging *what, int turns, int port, const char *sources, struct error *err);

/* The rows of the table of what was measured. */
void judging_print(struct judging *compiled, struct judging *interpreted);

#endif
