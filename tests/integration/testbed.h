/* A container with the full hardening that the tests of a runner share: each asks it to run programs of
 * tests/attacks/ and leaves it clean. What goes wrong fails the test. */
#ifndef SANDPOOL_TEST_TESTBED_H
#define SANDPOOL_TEST_TESTBED_H

#include "tests/integration/runner_container.h"

#include <stdbool.h>

#define TESTBED_AMPLE_MS 60000 /* of what ends by itself, or by another limit */
#define TESTBED_INODES 4096

/* The one of this test program, and what came of the last step. */
extern struct testbed {
        struct container container;
        struct outcome outcome;
} testbed;

/* A test's setup: a fresh container where the test before left none, or failed. */
int testbed_begin(void **state);

/* The teardown of a test that wants a container of its own, and of the group. */
int testbed_end(void **state);

/* The built program of tests/attacks/; valid until the next call. */
const char *testbed_path(const char *name);

/* A step of one process with the usual limits. */
struct protocol_step testbed_step(enum step_kind kind, uint32_t wall_ms);

/* Run such a program with one argument or none, to its end or the container's. */
void testbed_run(const char *name, const char *argument, const struct protocol_step *step, const char *in,
        size_t in_size);

/* The last step has ended with a report. */
void testbed_expect_over(void);

/* Reset, and nothing is left that a program could find; the next test may have this container. */
void testbed_expect_clean(void);

#endif
