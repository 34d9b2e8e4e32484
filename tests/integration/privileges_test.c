/* What each process of the service may do while it lives, and who reaches its sockets. */
#include "tests/integration/fixture.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/io.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOCKER_SOCKET "/var/run/docker.sock"
#define WAIT_MS 90000

static int start(void **state)
{
        struct service_options options = {
                .pool_max = 1, .warm = {{"python", 1}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return fixture_start(&options);
}

/* Ids of a process as another process may take them. */
struct ids {
        uid_t uids[4]; /* real, effective, saved, file system */
        gid_t gids[4];
        gid_t groups[64];
        int group_count;
};

static void read_ids(pid_t pid, struct ids *ids)
{
        char text[1024];
        assert_int_equal(processes_status(pid, "Uid", text, sizeof text), 0);
        assert_int_equal(
                sscanf(text, "%u %u %u %u", &ids->uids[0], &ids->uids[1], &ids->uids[2], &ids->uids[3]), 4);
        assert_int_equal(processes_status(pid, "Gid", text, sizeof text), 0);
        assert_int_equal(
                sscanf(text, "%u %u %u %u", &ids->gids[0], &ids->gids[1], &ids->gids[2], &ids->gids[3]), 4);
        assert_int_equal(processes_status(pid, "Groups", text, sizeof text), 0);
        ids->group_count = 0;
        for (char *at = strtok(text, " "); at && ids->group_count < 64; at = strtok(NULL, " "))
                ids->groups[ids->group_count++] = (gid_t)strtoul(at, NULL, 10);
}

/* errno of connecting to the Docker socket with these ids; 0 when it succeeds. */
static int docker_as(const struct ids *ids)
{
        int status;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                if (setgroups((size_t)ids->group_count, ids->groups) ||
                        setresgid(ids->gids[0], ids->gids[1], ids->gids[2]) ||
                        setresuid(ids->uids[0], ids->uids[1], ids->uids[2]))
                        _exit(255);
                int fd = io_connect_unix(DOCKER_SOCKET, SOCK_STREAM, NULL);
                _exit(fd >= 0 ? 0 : errno);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

/* It holds requests, or the line to Docker: no handler of the machine's gets that. */
static void leaves_no_core(pid_t pid)
{
        char path[64], *text = NULL;
        struct error err = {0};
        snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
        assert_true(io_read_file(path, 8192, &text, &err) > 0);
        const char *at = strstr(text, "Max core file size");
        unsigned soft = 0, hard = 0;
        assert_true(at && sscanf(at, "Max core file size %u %u bytes", &soft, &hard) == 2);
        free(text);
        assert_int_equal(soft, 1);
        assert_int_equal(hard, 1);
}

static void a_process_may_no_more_than_it_must(const char *name, int docker_errno)
{
        char text[128];
        struct ids ids;
        pid_t pid = service_process(&fixture, name);
        if (pid <= 0)
                fail_msg("there is no %s", name);
        read_ids(pid, &ids);
        for (int i = 0; i < 4; i++) {
                assert_int_not_equal(ids.uids[i], 0);
                assert_int_not_equal(ids.gids[i], 0);
        }
        assert_int_equal(docker_as(&ids), docker_errno);
        static const char *const capabilities[] = {"CapInh", "CapPrm", "CapEff", "CapAmb"};
        for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
                assert_int_equal(processes_status(pid, capabilities[i], text, sizeof text), 0);
                assert_string_equal(text, "0000000000000000");
        }
        assert_int_equal(processes_status(pid, "NoNewPrivs", text, sizeof text), 0);
        assert_string_equal(text, "1");
        leaves_no_core(pid);
}

#ifdef SANDPOOL_UNCONFINED /* a build for sanitizers */
#define LAST_KEY "NoNewPrivs"
#define LAST_VALUE "1"
#else
#define LAST_KEY "Seccomp"
#define LAST_VALUE "2"
#endif

static bool has_dropped_all(void *name)
{
        char text[128];
        pid_t pid = service_process(&fixture, name);
        return pid > 0 && !processes_status(pid, LAST_KEY, text, sizeof text) && !strcmp(text, LAST_VALUE);
}

/* Its filter is the last thing that a worker puts on before it serves: some may serve, and others not be so
 * far. */
static void await_dropped(char *name)
{
        if (!service_until(has_dropped_all, name, WAIT_MS))
                fail_msg("%s has no filter", name);
}

/* Its system calls are confined: what that means is tests/unit/confine_test.c's. */
static void has_a_filter(const char *name)
{
#ifdef SANDPOOL_UNCONFINED
        return; /* a build for sanitizers */
#endif
        char text[128];
        assert_int_equal(processes_status(service_process(&fixture, name), "Seccomp", text, sizeof text), 0);
        assert_string_equal(text, "2");
}

static void workers_cannot_open_the_docker_socket(void **state)
{
        static char first[] = "worker-1", last[] = "worker-32";
        (void)state;
        await_dropped(first);
        await_dropped(last);
        a_process_may_no_more_than_it_must("worker-1", EACCES);
        a_process_may_no_more_than_it_must("worker-32", EACCES);
        a_process_may_no_more_than_it_must("control", EACCES);
        a_process_may_no_more_than_it_must("broker", 0);
        has_a_filter("control");
        /* Whoever reads a test's log may not drop in on a worker's own connection either. */
        struct ids ids;
        read_ids(service_process(&fixture, "worker-1"), &ids);
        assert_int_equal(ids.group_count, 0);
}

/* nobody: neither the broker's socket nor the FastCGI ones are theirs. */
static void strangers_reach_no_socket(void **state)
{
        static const char *const names[] = {"broker.sock", "fastcgi.sock", "control.sock"};
        (void)state;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                char path[128];
                int status;
                snprintf(path, sizeof path, "%s/%s", fixture.run_dir, names[i]);
                pid_t pid = fork();
                assert_true(pid >= 0);
                if (pid == 0) {
                        if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
                                setresuid(65534, 65534, 65534))
                                _exit(255);
                        int fd = io_connect_unix(
                                path, strcmp(names[i], "broker.sock") ? SOCK_STREAM : SOCK_SEQPACKET, NULL);
                        _exit(fd >= 0 ? 0 : errno);
                }
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_true(WIFEXITED(status));
                assert_int_equal(WEXITSTATUS(status), EACCES);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(workers_cannot_open_the_docker_socket),
                cmocka_unit_test(strangers_reach_no_socket),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
