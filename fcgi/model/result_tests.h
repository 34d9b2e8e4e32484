/* The tests of an answer as JSON; a part of result.c. */
#ifndef SANDPOOL_RESULT_TESTS_H
#define SANDPOOL_RESULT_TESTS_H

#include "fcgi/model/result.h"

/* The value of "tests": null without any. A hidden test shows nothing of what it put in, wanted and got.
 * 0/-1 as json_write. */
int result_tests_json(struct buffer *out, const struct test_results *tests, bool output_base64);

void result_tests_free(struct test_results *tests);

#endif
