/* One program that the service is asked to run over and over. */
#ifndef SANDPOOL_BENCH_QUESTION_H
#define SANDPOOL_BENCH_QUESTION_H

#include "fcgi/base/error.h"

#include <stdint.h>

struct question {
        int port;
        struct http_connection *connection; /* NULL: one is made in each process */
        char *body;
        const char *expected; /* output; borrowed */
};

struct question question_new(int port, const char *language, const char *code, const char *expected);
void question_free(struct question *question);

/* context: a question. Ask it; 200 and the expected output are required. Microseconds, or -1. */
int64_t question_ask(void *context, struct error *err);

#endif
