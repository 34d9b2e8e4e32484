/* The fixture under load: at rest first, then clients that ask while a test breaks something, then at rest
 * again with nothing left. What goes wrong between start and stop fails the test. */
#ifndef SANDPOOL_TEST_LOADED_H
#define SANDPOOL_TEST_LOADED_H

#include "tests/integration/fixture.h"
#include "tests/integration/load.h"
#include "tests/integration/remains.h"

#include <stdbool.h>
#include <stddef.h>

#define LOADED_PATIENCE_MS 120000

struct loaded {
        struct load load; /* the clients, between begin and end */
        int may;          /* what the fault may do to requests, as of load_end */
        bool is_broken;
        struct remains before; /* of the service that did nothing yet */
};

/* The one of this test program. */
extern struct loaded loaded;

/* fixture_start, and wait for the rest. 0/-1; loaded_stop is due in either case. */
int loaded_start(const struct service_options *options);

/* A group teardown, as fixture_stop. */
int loaded_stop(void **state);

/* The teardown of a test: the clients of one that failed. */
int loaded_kill(void **state);

#define LOADED_TEST(test) cmocka_unit_test_teardown(test, loaded_kill)

/* So many clients begin with short programs (load_quick). Returns when as many answers were there. */
void loaded_begin(size_t clients);

/* So many clients, of which the first program of each runs for longer than any test needs (load_held).
 * Returns when all of these do. */
void loaded_begin_held(size_t clients);

/* So many more are served. */
void loaded_await_served(unsigned more);

/* So many more are sent away. */
void loaded_await_refused(unsigned more);

/* The test breaks something next. may: what may befall the requests that are under way from now until it is
 * whole again, as of load_end; at any other time nothing may. */
void loaded_break(int may);

/* What was broken is mended: wait until the service says that it is ready. From then on every request has its
 * result, or a 503. */
void loaded_whole(void);

/* So many more are served; then nobody asks any more, all answers were right, and nothing is left. What was
 * broken is whole. */
struct load_counts loaded_end(unsigned more);

/* As it was before. */
void loaded_nothing_is_left(void);

#endif
