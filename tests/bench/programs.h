/* The programs that are measured most: "Hello, World!" in three languages, for the service and bare. */
#ifndef SANDPOOL_BENCH_PROGRAMS_H
#define SANDPOOL_BENCH_PROGRAMS_H

#include "fcgi/base/error.h"
#include "tests/bench/question.h"

struct program {
        const char *language, *image, *code;
        const char *source;  /* its file in the folder of sources */
        const char *compile; /* bare, in a container that sees that folder as /src; NULL: not needed */
        const char *run;     /* the same, after it */
};

extern const struct program programs_python, programs_javascript, programs_cpp;

/* The three of them; ends with NULL. */
extern const struct program *const programs_all[];

/* Write their sources into a folder. 0/-1. */
int programs_write(const char *folder, struct error *err);

/* The program as the service behind port is asked for it; to be freed by question_free. */
struct question programs_question(const struct program *program, int port);

#endif
