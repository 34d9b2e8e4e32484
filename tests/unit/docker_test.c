/* Keeping in touch with a daemon that has lost its head: a small fake one, because a real one comes to that
 * by chance alone. */
#include "fcgi/sandbox/docker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "tests/unit/fake_daemon.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 60000
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* It lists a container that it does not know when it is to remove it. So does one that was killed in the
 * middle of that. */
static const struct {
        const char *request, *answer;
        bool hang;
} answers[] = {
        {"/version",
                "HTTP/1.1 200 "
                "OK\r\n\r\n{\"Version\":\"20.10\",\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"}",
                false},
        {"/info", "HTTP/1.1 200 OK\r\n\r\n{\"CgroupDriver\":\"cgroupfs\"}", false},
        {"/events", "HTTP/1.1 200 OK\r\n\r\n", true},
        {"/containers/json",
                "HTTP/1.1 200 OK\r\n\r\n[{\"Id\":\"" ID
                "\",\"Names\":[\"/lost\"],\"Created\":1,\"Labels\":{}}]",
                false},
        {"DELETE", "HTTP/1.1 404 Not Found\r\n\r\n{\"message\":\"No such container\"}", false},
};

static struct fake_daemon lost;
static int listed[2]; /* a pipe: when it was asked for its list, an int64_t each */

static void serve(int fd, const char *request)
{
        int64_t now_ms = clock_ms();
        if (strstr(request, "/containers/json") && write(listed[1], &now_ms, sizeof now_ms) < 0)
                return;
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
                char byte;
                if (!strstr(request, answers[i].request))
                        continue;
                io_write_all(fd, answers[i].answer, strlen(answers[i].answer), -1, NULL);
                while (answers[i].hang && read(fd, &byte, 1) > 0)
                        ;
        }
}

static int start(void **state)
{
        (void)state;
        log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
        return pipe(listed) ? -1 : fake_daemon_start(&lost, serve);
}

static int stop(void **state)
{
        (void)state;
        return fake_daemon_stop(&lost);
}

static bool on_known(void *context, const char *name)
{
        (void)context;
        (void)name;
        return false;
}

static void on_event(void *context, const char *id, const char *action)
{
        (void)context;
        (void)id;
        (void)action;
}

static void on_changed(void *context)
{
        (void)context;
}

/* The next time it is asked for its list. */
static int64_t next_list(struct docker *docker, struct engine *engine)
{
        int64_t at_ms = 0, deadline_ms = clock_ms() + PATIENCE_MS;
        struct pollfd came = {.fd = listed[0], .events = POLLIN};
        while (!(came.revents & POLLIN) && clock_ms() < deadline_ms) {
                int64_t next_ms = clock_earlier(docker_tick(docker), deadline_ms);
                assert_int_equal(engine_wait(engine, &came, 1, clock_left_ms(next_ms), NULL), 0);
        }
        assert_int_equal(read(listed[0], &at_ms, sizeof at_ms), sizeof at_ms);
        return at_ms;
}

/* Asked again without a pause, it would keep a processor busy, and the broker from ever being ready. */
static void what_cannot_be_removed_is_asked_for_less_and_less(void **state)
{
        (void)state;
        struct settings settings = {.instance = "docker-test"};
        struct docker_hooks hooks = {.known = on_known, .event = on_event, .changed = on_changed};
        struct engine *engine = engine_new(lost.path, PATIENCE_MS, NULL);
        struct docker *docker = docker_new(engine, &settings, &hooks, DOCKER_SPARE_NONE, NULL);
        assert_non_null(docker);
        int64_t before_ms = next_list(docker, engine);
        for (int64_t pause_ms = 200; pause_ms <= 800; pause_ms *= 2) {
                int64_t at_ms = next_list(docker, engine);
                assert_true(at_ms - before_ms >= pause_ms);
                assert_false(docker_ok(docker));
                before_ms = at_ms;
        }
        docker_free(docker);
        engine_free(engine);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_cannot_be_removed_is_asked_for_less_and_less),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
