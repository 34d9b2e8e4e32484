/* Programs kept as folders: tests/programs/<language>/<case>/ with request.json, maybe a source file, and
 * expect.json. README.md there says what may stand in them. */
#ifndef SANDPOOL_TEST_CASE_H
#define SANDPOOL_TEST_CASE_H

#include "fcgi/base/error.h"

#include <jansson.h>

/* Read <folder>/request.json as the body of POST /api/execute, {"$repeat": [value, n]} written out, the file
 * code.* as its "code", and language as its language if it names none. The caller's; NULL with err. */
json_t *case_request(const char *folder, const char *language, struct error *err);

/* Read <folder>/expect.json. "$times" (default 1): how often the case is to be run. */
json_t *case_expectation(const char *folder, struct error *err);

/* Compare an answer with what was expected: 0, or -1 with err naming the first field that differs. */
int case_compare(const json_t *expected, const json_t *answer, struct error *err);

/* "$rawLacks" of the expectation, a list of texts: none of them may stand anywhere in these bytes, which are
 * fewer than its "$shorterThan". 0/-1. */
int case_compare_raw(const json_t *expected, const char *bytes, size_t size, struct error *err);

#endif
