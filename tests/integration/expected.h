/* What the answer to a request of the fixture must be, in a row of a table. */
#ifndef SANDPOOL_TEST_EXPECTED_H
#define SANDPOOL_TEST_EXPECTED_H

#include "tests/integration/http.h"

#include <stdbool.h>

struct expected {
        int status;
        const char *reason; /* NULL: any */
        const char *field;  /* NULL: none looked for; "": there must be none */
        const char *says;   /* in error; NULL: any text */
};

/* Send it (path: /api/execute, if NULL) and compare. Returns whether the answer is well formed and as
 * expected; else prints what is wrong, with the name. */
bool expected_answer(const struct http_request *given, const struct expected *expected, const char *name);

#endif
