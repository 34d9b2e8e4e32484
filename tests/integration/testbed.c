/* Keeps a container for a runner's tests, and proves after each of them that it is clean. */
#include "tests/integration/testbed.h"

#include "tests/integration/service_places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct testbed testbed;

static bool sound; /* the container is as after a reset: the test before went through */

const char *testbed_path(const char *name)
{
        static char path[600];
        char relative[128];
        snprintf(relative, sizeof relative, "attacks/%s", name);
        service_built_path(relative, path, sizeof path);
        return path;
}

struct protocol_step testbed_step(enum step_kind kind, uint32_t wall_ms)
{
        return (struct protocol_step){.kind = (uint8_t)kind,
                .processes = 1,
                .wall_ms = wall_ms,
                .output_bytes = 1 << 20,
                .file_bytes = 16 << 20,
                .open_files = 256};
}

void testbed_run(const char *name, const char *argument, const struct protocol_step *step, const char *in,
        size_t in_size)
{
        const char *const argv[] = {"./attack", argument, NULL};
        container_send_file(&testbed.container, testbed_path(name), "attack");
        container_send_step(&testbed.container, step, argv, NULL, in, in_size);
        container_collect(&testbed.container, &testbed.outcome);
}

void testbed_expect_over(void)
{
        if (!testbed.outcome.over)
                print_error("no report: %s\n",
                        *testbed.outcome.fault ? testbed.outcome.fault : "the container ended");
        assert_true(testbed.outcome.over);
}

void testbed_expect_clean(void)
{
        struct protocol_step step = testbed_step(STEP_RUN, TESTBED_AMPLE_MS);
        assert_true(container_reset(&testbed.container));
        testbed_run("canary", NULL, &step, NULL, 0);
        testbed_expect_over();
        if (strncmp(testbed.outcome.out, "clean", 5))
                print_error("the canary says: %s", testbed.outcome.out);
        assert_int_equal(strncmp(testbed.outcome.out, "clean", 5), 0);
        assert_int_equal(testbed.outcome.report.ended_by, ENDED_BY_ITSELF);
        assert_true(container_reset(&testbed.container));
        sound = true;
}

int testbed_end(void **state)
{
        (void)state;
        if (testbed.container.pid > 0)
                container_stop(&testbed.container);
        testbed.container.pid = 0;
        sound = false;
        return 0;
}

int testbed_begin(void **state)
{
        if (!sound) {
                testbed_end(state);
                container_start(&testbed.container, 0, TESTBED_INODES);
                if (!container_reset(&testbed.container))
                        return -1;
        }
        sound = false;
        return 0;
}
