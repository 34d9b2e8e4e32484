/* What a test suite says of its tests, on its standard output: lines of JSON, each an object.
 *
 *   {"plan": ["name", ...]}                                  tests that there are; again when more become
 * known
 *   {"test": "name", "passed": false, "message": "..."}      how a planned one ended; message only if it did
 *                                                            not pass
 *   {"test": "name", "skipped": true, "message": "..."}      the suite left it out, which is not passing it;
 * why
 *   {"output": "..."}                                        what the program wrote; any number of times
 *   {"done": true}                                           last, when every test was told
 *   {"broken": "..."}                                        instead of done: the suite cannot be run, and
 * why
 *
 * Only a report that keeps to this to its end is whole: a suite that was ended early, or that lost control of
 * its output, has no last word. */
#ifndef SANDPOOL_SUITE_REPORT_H
#define SANDPOOL_SUITE_REPORT_H

#include "fcgi/base/buffer.h"
#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define SUITE_TESTS_MAX 200
#define SUITE_NAME_MAX 200            /* bytes */
#define SUITE_MESSAGE_MAX 4096        /* bytes; what is longer is cut */
#define SUITE_OUTPUT_MAX (256 * 1024) /* bytes; what is more is cut */

enum suite_outcome { SUITE_UNTOLD, SUITE_PASSED, SUITE_FAILED, SUITE_SKIPPED };

struct suite_test {
        char *name;
        enum suite_outcome outcome;
        char *message; /* NULL: none */
};

struct suite_report {
        struct suite_test *tests; /* as planned */
        size_t count;
        size_t told; /* how many of them have ended */
        bool whole;
        char *broken;         /* why the suite cannot be run, by its own word; NULL: it said no such thing */
        char problem[160];    /* what is wrong with it, for our log; "" when it is whole */
        struct buffer output; /* UTF-8 */
        bool output_cut;
};

/* Read all that the suite wrote into report, which is freed by suite_report_clear in either case. 0; or -1
 * when memory is out. A report that is not whole is no failure. */
int suite_report_read(const char *bytes, size_t size, struct suite_report *report, struct error *err);
void suite_report_clear(struct suite_report *report);

#endif
