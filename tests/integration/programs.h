/* The programs of tests/programs, run on the fixture's service several at a time. */
#ifndef SANDPOOL_TEST_PROGRAMS_H
#define SANDPOOL_TEST_PROGRAMS_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define PROGRAMS_MAX 800

struct program {
        char language[64];
        char name[160]; /* language/case */
        char folder[600];
        struct error err; /* why it did not do what was expected; "" when it did */
        char said[512];   /* the beginning of its stderr then */
};

/* Find the folders <root>/<language>/<case>/ with a request.json, in order, those that are wanted: "language"
 * or "language/case", NULL-terminated; an empty list wants all. Returns their number, at most room, or -1
 * when there are more. */
int programs_find(const char *root, char *const *wanted, struct program *list, size_t room);

/* Whether a language is among the wanted ones, with a case or without. */
bool programs_want(char *const *wanted, const char *language);

/* Run each, as often as its expect.json says, and keep what went wrong in it. */
void programs_run(struct program *list, size_t count);

#endif
