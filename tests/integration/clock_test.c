/* The clock jumps an hour forward, back, and back once more, under load: neither results nor times nor the
 * life of a sandbox care, because nothing but the log tells the time of day. */
#include "tests/integration/loaded.h"
#include "tests/integration/must.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 4
#define HOUR 3600
#define LOG_MAX (16 << 20)

static char path[64];
static volatile int64_t *shift;

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
                .queue_timeout_s = 60,
                .preload = object,
                .warm = {{"python", 4}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        service_built_path("tests/clock/shift.so", object, sizeof object);
        return make_shift() ? -1 : loaded_start(&options);
}

static int stop(void **state)
{
        unlink(path);
        return loaded_stop(state);
}

struct jump {
        ssize_t log_size; /* before it */
        time_t there;
};

static bool has_request_in(const char *log, time_t then)
{
        char hour[16]; /* "2026-11-21T09", as a line of the log begins its time */
        struct tm utc;
        strftime(hour, sizeof hour, "%Y-%m-%dT%H", gmtime_r(&then, &utc));
        for (const char *at = log; (at = strstr(at, hour)); at++) {
                const char *event = strstr(at, "\"event\":\"request\"");
                if (event && event < at + strcspn(at, "\n"))
                        return true;
        }
        return false;
}

/* A request's line of that hour, or of the next when that has begun, written after the clock jumped by a
 * worker that was there before. */
static bool is_logged(void *context)
{
        const struct jump *jump = context;
        char *text = NULL;
        ssize_t size = io_read_file(fixture.log, LOG_MAX, &text, NULL);
        bool is =
                size > jump->log_size && (has_request_in(text + jump->log_size, jump->there) ||
                                                 has_request_in(text + jump->log_size, time(NULL) + *shift));
        free(text);
        return is;
}

static void jump_by(int64_t seconds)
{
        char *text = NULL;
        struct jump jump = {.log_size = io_read_file(fixture.log, LOG_MAX, &text, NULL)};
        free(text);
        jump.there = time(NULL) + seconds;
        *shift = seconds;
        loaded_await_served(4 * CLIENTS);
        assert_true(service_until(is_logged, &jump, LOADED_PATIENCE_MS));
}

/* As measured from outside, by a clock that does not jump: no answer names more time than it took. */
static void times_are_right(void)
{
        int64_t began_ms = clock_ms();
        json_t *answer = fixture_run("python", "import time\ntime.sleep(0.2)\nprint(1)", "\"timeout\": 30");
        assert_non_null(answer);
        json_int_t took = json_integer_value(json_object_get(answer, "executionTime"));
        assert_in_range(took, 200, clock_ms() - began_ms + 1);
        json_decref(answer);
}

static void the_clock_jumps(void **state)
{
        static const int64_t jumps[] = {HOUR, 0, -HOUR, 0, 24 * HOUR, -24 * HOUR, 0};
        char ids[2][SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        (void)state;
        int count = service_containers(&fixture, ids[0], &err);
        loaded_begin(CLIENTS);
        for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
                jump_by(jumps[i]);
                times_are_right();
        }
        struct load_counts counts = loaded_end(0);
        assert_int_equal(counts.refused, 0);
        /* None is older than it may be, or idle for too long. */
        assert_int_equal(service_containers(&fixture, ids[1], &err), count);
        assert_memory_equal(ids[0], ids[1], (size_t)count * sizeof *ids[0]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(the_clock_jumps)};
        return cmocka_run_group_tests(tests, start, stop);
}
