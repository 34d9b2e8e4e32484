/* Keeping in touch with a daemon that has lost its head: a small fake one, because a real one comes to that
 * by chance alone. */
#include "fcgi/sandbox/docker.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

static char folder[] = "/tmp/sandpool-docker-XXXXXX", path[64];
static int listed[2]; /* a pipe: when it was asked for its list, an int64_t each */
static pid_t daemon_pid;

static void serve(int fd)
{
        char request[4096];
        ssize_t size = read(fd, request, sizeof request - 1);
        request[size > 0 ? size : 0] = '\0';
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
                if (!strstr(request, answers[i].request))
                        continue;
                int64_t now_ms = clock_ms();
                if (strstr(request, "/containers/json") && write(listed[1], &now_ms, sizeof now_ms) < 0)
                        _exit(1);
                io_write_all(fd, answers[i].answer, strlen(answers[i].answer), -1, NULL);
                while (answers[i].hang && read(fd, request, sizeof request) > 0)
                        ;
        }
        close(fd);
        _exit(0);
}

static int start_daemon(void **state)
{
        (void)state;
        if (!mkdtemp(folder) || pipe(listed))
                return -1;
        snprintf(path, sizeof path, "%s/docker.sock", folder);
        int listener = io_listen_unix(path, SOCK_STREAM, 0600, (gid_t)-1, 16, NULL);
        if (listener < 0 || io_set_nonblocking(listener, 0))
                return -1;
        log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
        daemon_pid = fork();
        if (daemon_pid) {
                close(listener);
                return daemon_pid < 0 ? -1 : 0;
        }
        signal(SIGCHLD, SIG_IGN);
        for (;;) {
                int fd = accept(listener, NULL, NULL);
                if (fork() == 0)
                        serve(fd);
                close(fd);
        }
}

static int stop_daemon(void **state)
{
        (void)state;
        kill(daemon_pid, SIGKILL);
        waitpid(daemon_pid, NULL, 0);
        unlink(path);
        return rmdir(folder);
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
        struct engine *engine = engine_new(path, PATIENCE_MS, NULL);
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
        return cmocka_run_group_tests(tests, start_daemon, stop_daemon);
}
