/* The command line. */
#ifndef SANDPOOL_BENCH_OPTIONS_H
#define SANDPOOL_BENCH_OPTIONS_H

#include "fcgi/base/error.h"

#include <stdbool.h>

/* Strings are argv's. */
struct options {
        bool quick;
        const char *only;      /* names of sections with blanks between them; NULL: the usual ones */
        const char *languages; /* for the section of that name, which this chooses; NULL: not given */
        int think_ms;
};

/* 0/-1 with err: what is wrong, and how it is used. */
int options_read(char **argv, struct options *options, struct error *err);

/* Whether a word stands in a list with blanks between its words. */
bool options_has_word(const char *list, const char *word);

#endif
