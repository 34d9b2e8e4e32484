/* The clock jumps an hour forward, back, and back once more, under load: neither results nor times nor the
 * life of a sandbox care, because nothing but the log tells the time of day. */
#include "tests/integration/fixture.h"
#include "tests/integration/load.h"
#include "tests/integration/must.h"
#include "tests/integration/remains.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 4
#define PATIENCE_MS 60000
#define HOUR 3600

static char path[64];
static volatile int64_t *shift;
static struct load load;
static struct remains before;

static int make_shift(void)
{
        snprintf(path, sizeof path, "/tmp/sandpool-clock-%d", (int)getpid());
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd < 0 || ftruncate(fd, sizeof *shift))
                return -1;
        shift = mmap(NULL, sizeof *shift, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        return setenv("SANDPOOL_TEST_CLOCK", path, 1);
}

static int start(void **state)
{
        char object[256];
        struct service_options options = {.pool_max = 4,
                .reuse = 1000000,
                .preload = object,
                .warm = {{"python", 4}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        service_built_path("tests/clock/shift.so", object, sizeof object);
        return make_shift() ? -1 : fixture_start_at_rest(&options, &before, PATIENCE_MS);
}

static int stop(void **state)
{
        load_kill(&load);
        remains_clear(&before);
        unlink(path);
        return fixture_stop(state);
}

struct hour {
        char text[16]; /* "2026-11-21T09", as a line of the log begins its time */
};

/* A request's line, written by a worker that was there before the clock jumped. */
static bool is_logged(void *context)
{
        const char *words[] = {((struct hour *)context)->text, "\"event\":\"request\"", NULL};
        return service_logged(&fixture, words, NULL, 0);
}

static void jump_by(int64_t seconds)
{
        struct hour hour;
        struct tm utc;
        *shift = seconds;
        time_t there = time(NULL) + seconds;
        strftime(hour.text, sizeof hour.text, "%Y-%m-%dT%H", gmtime_r(&there, &utc));
        assert_true(load_served(&load, 4 * CLIENTS, PATIENCE_MS));
        assert_true(service_until(is_logged, &hour, PATIENCE_MS));
}

/* As measured from outside, by a clock that does not jump: no answer names more time than it took. */
static void times_are_right(void)
{
        json_t *answer = fixture_run("python", "import time\ntime.sleep(0.2)\nprint(1)", NULL);
        assert_non_null(answer);
        json_int_t took = json_integer_value(json_object_get(answer, "executionTime"));
        assert_in_range(took, 200, 30000);
        json_decref(answer);
}

static void the_clock_jumps(void **state)
{
        static const int64_t jumps[] = {HOUR, 0, -HOUR, 0, 24 * HOUR, -24 * HOUR, 0};
        char ids[2][SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        struct load_counts counts;
        (void)state;
        int count = service_containers(&fixture, ids[0], &err);
        must(load_start(&load, fixture.port, CLIENTS, load_quick, &err), &err);
        for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
                jump_by(jumps[i]);
                times_are_right();
        }
        must(load_end(&load, 0, &counts, &err), &err);
        assert_int_equal(counts.refused, 0);
        must(remains_check(&fixture, &before, PATIENCE_MS, &err), &err);
        /* None is older than it may be, or idle for too long. */
        assert_int_equal(service_containers(&fixture, ids[1], &err), count);
        assert_memory_equal(ids[0], ids[1], (size_t)count * sizeof *ids[0]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(the_clock_jumps)};
        return cmocka_run_group_tests(tests, start, stop);
}
