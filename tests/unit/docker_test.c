/* Keeping in touch with a daemon that has lost its head: a small fake one, because a real one comes to that
 * by chance alone. */
#include "fcgi/sandbox/docker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "tests/unit/fake_daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 60000
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Both list a container. One refuses to remove it; the other does not know it when it is to remove it, as one
 * that was killed in the middle of that. */
struct answer {
        const char *request, *answer;
        bool hang;
};

static const struct answer answers[] = {
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
};

static const char *const refusal =
        "HTTP/1.1 409 Conflict\r\n\r\n{\"message\":\"removal is already in progress\"}";
static const char *const ignorance = "HTTP/1.1 404 Not Found\r\n\r\n{\"message\":\"No such container\"}";

static struct fake_daemon stubborn, lost;
static int listed[2]; /* a pipe: when it was asked for its list, an int64_t each */

static void serve(int fd, const char *request, const char *removal)
{
        int64_t now_ms = clock_ms();
        char byte;
        if (strstr(request, "/containers/json") && write(listed[1], &now_ms, sizeof now_ms) < 0)
                return;
        if (strstr(request, "DELETE"))
                io_write_all(fd, removal, strlen(removal), -1, NULL);
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
                if (!strstr(request, answers[i].request))
                        continue;
                io_write_all(fd, answers[i].answer, strlen(answers[i].answer), -1, NULL);
                while (answers[i].hang && read(fd, &byte, 1) > 0)
                        ;
        }
}

static void serve_stubborn(int fd, const char *request)
{
        serve(fd, request, refusal);
}

static void serve_lost(int fd, const char *request)
{
        serve(fd, request, ignorance);
}

static int start(void **state)
{
        (void)state;
        log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
        return pipe2(listed, O_NONBLOCK) || fake_daemon_start(&stubborn, serve_stubborn) ||
                               fake_daemon_start(&lost, serve_lost)
                       ? -1
                       : 0;
}

static int stop(void **state)
{
        (void)state;
        return fake_daemon_stop(&stubborn) | fake_daemon_stop(&lost);
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

struct link {
        struct engine *engine;
        struct docker *docker;
};

static struct link link_to(const struct fake_daemon *daemon)
{
        static const struct settings settings = {.instance = "docker-test"};
        struct docker_hooks hooks = {.known = on_known, .event = on_event, .changed = on_changed};
        struct link link = {.engine = engine_new(daemon->path, PATIENCE_MS, NULL)};
        assert_non_null(link.engine);
        link.docker = docker_new(link.engine, &settings, &hooks, DOCKER_SPARE_NONE, NULL);
        assert_non_null(link.docker);
        return link;
}

static void link_end(struct link *link)
{
        docker_free(link->docker);
        engine_free(link->engine);
}

/* The next time it is asked for its list; 0 when the link is up instead. */
static int64_t next_list(const struct link *link)
{
        int64_t at_ms = 0, deadline_ms = clock_ms() + PATIENCE_MS;
        while (read(listed[0], &at_ms, sizeof at_ms) < 0 && clock_ms() < deadline_ms) {
                struct pollfd came = {.fd = listed[0], .events = POLLIN};
                int64_t next_ms = clock_earlier(docker_tick(link->docker), deadline_ms);
                if (docker_ok(link->docker))
                        break;
                assert_int_equal(engine_wait(link->engine, &came, 1, clock_left_ms(next_ms), NULL), 0);
        }
        return at_ms;
}

/* Asked again without a pause, it would keep a processor busy. */
static void what_is_not_removed_is_asked_for_less_and_less(void **state)
{
        (void)state;
        struct link link = link_to(&stubborn);
        int64_t before_ms = next_list(&link);
        for (int64_t pause_ms = 200; pause_ms <= 800; pause_ms *= 2) {
                int64_t at_ms = next_list(&link);
                assert_true(before_ms > 0 && at_ms - before_ms >= pause_ms);
                before_ms = at_ms;
        }
        link_end(&link);
}

/* It is looked for once more, and then not waited for. */
static void what_is_listed_and_not_there_holds_up_nobody(void **state)
{
        (void)state;
        struct link link = link_to(&lost);
        int64_t first_ms = next_list(&link), second_ms = next_list(&link);
        assert_true(first_ms > 0 && second_ms - first_ms >= 200);
        assert_int_equal(next_list(&link), 0);
        assert_true(docker_ok(link.docker));
        docker_finish(link.docker, INT64_MAX);
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        while (!docker_finished(link.docker) && clock_ms() < deadline_ms) {
                int64_t next_ms = clock_earlier(docker_tick(link.docker), deadline_ms);
                assert_int_equal(engine_wait(link.engine, NULL, 0, clock_left_ms(next_ms), NULL), 0);
        }
        assert_true(docker_finished(link.docker));
        link_end(&link);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_not_removed_is_asked_for_less_and_less),
                cmocka_unit_test(what_is_listed_and_not_there_holds_up_nobody),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
