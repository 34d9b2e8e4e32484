/* What the sections of the benchmark share. */
#ifndef SANDPOOL_BENCH_H
#define SANDPOOL_BENCH_H

#include "fcgi/base/error.h"
#include "tests/integration/service.h"

/* How much of each; milliseconds where it says so, else how many. */
struct bench_plan {
        int python, javascript, cpp, judging, load_ms, docker_ms, parts, clients_ms, reuse_turns, reuse_ms,
                recovery, languages;
};

struct bench {
        struct service service;
        char sources[80]; /* where the programs' sources are */
        const struct bench_plan *plan;
        int think_ms;          /* between a client's answer and its next request, in "clients" */
        const char *languages; /* "all", or ids with blanks between them */
};

#endif
