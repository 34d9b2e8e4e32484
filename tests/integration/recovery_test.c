/* What may die: a worker, the broker, all of them; and what each may do while it lives. */
#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"
#include "tests/integration/guests.h"
#include "tests/integration/http.h"
#include "tests/integration/processes.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOCKER_SOCKET "/var/run/docker.sock"
#define WAIT_MS 90000
#define WAITS "{\"code\": \"" GUEST_WAITS "print('slept')\", \"policy\": \"off\", \"timeout\": 30}"
#define SLEEPS "{\"code\": \"import time\\ntime.sleep(%d)\\nprint('slept')\", \"timeout\": 30}"

static int start(void **state)
{
        struct service_options options = {.pool_max = 4, .queue_timeout_s = 50};
        (void)state;
        return fixture_start(&options);
}

/* Each of these tests ends its service itself, one way or another. */
static int start_each(void **state)
{
        return start(state);
}

static bool has_leased(void *context)
{
        return service_sandboxes(&fixture, "leased", NULL) == *(int *)context;
}

static void wait_leased(int number)
{
        if (!service_until(has_leased, &number, WAIT_MS))
                fail_msg("not %d sandboxes leased", number);
}

/* A request that is on its way: a process of its own, so that the test can do something meanwhile. */
struct background {
        pid_t pid;
        int fd;
};

static struct background in_background(const char *body)
{
        int ends[2];
        struct background background;
        assert_int_equal(pipe(ends), 0);
        background.pid = fork();
        assert_true(background.pid >= 0);
        if (background.pid == 0) {
                struct http_request request = {.port = fixture.port, .path = "/api/execute", .body = body};
                struct http_response response = {0};
                struct error err = {0};
                char text[256] = "no answer";
                int rc = http_send(&request, 1, &response, &err);
                if (rc == 0 && !answer_check(&response, &err))
                        snprintf(text, sizeof text, "%d %s %.100s", response.status,
                                fixture_text(response.json, "status"), fixture_text(response.json, "output"));
                else
                        snprintf(text, sizeof text, "%.250s", err.text);
                _exit(io_write_all(ends[1], text, strlen(text), clock_ms() + WAIT_MS, NULL) ? 1 : 0);
        }
        close(ends[1]);
        background.fd = ends[0];
        return background;
}

/* "200 success slept\n", say. */
static void finish(struct background background, char *text, size_t size)
{
        struct buffer out = BUFFER_MAX(4096);
        int closed = http_read_to_end(background.fd, &out, clock_ms() + WAIT_MS);
        snprintf(text, size, "%.*s", (int)out.size, out.data ? out.data : "");
        buffer_clear(&out);
        close(background.fd);
        if (closed)
                kill(background.pid, SIGKILL);
        waitpid(background.pid, NULL, 0);
        assert_int_equal(closed, 0);
}

static void runs(void)
{
        json_t *answer = fixture_run("python", "print(6 * 7)", NULL);
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "output"), "42\n");
        json_decref(answer);
}

static bool runs_again(void *context)
{
        struct error err = {0};
        (void)context;
        json_t *answer = service_execute(&fixture, json_pack("{s:s}", "code", "print(6 * 7)"), &err);
        bool ok = answer && !strcmp(fixture_text(answer, "output"), "42\n");
        json_decref(answer);
        return ok;
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

/* The worker at work is the one with the most descriptors: the client's connection and the sandbox's stream,
 * beside its line to the broker, which others may have too. One that did nothing yet has none of them. */
static bool is_busy(void *worker)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(0, fixture.supervisor, list);
        int most = 0, least = 0;
        for (size_t i = 0; i < count; i++) {
                int descriptors = processes_descriptors(list[i].pid);
                if (strncmp(list[i].name, "sp-worker", 9) || descriptors < 0)
                        continue;
                if (!least || descriptors < least)
                        least = descriptors;
                if (descriptors > most) {
                        most = descriptors;
                        *(pid_t *)worker = list[i].pid;
                }
        }
        return most - least >= 3;
}

/* The broker noticed by itself, before the program's time was over. */
static bool is_removed_with_its_worker(void *context)
{
        (void)context;
        return service_logged(
                &fixture, (const char *const[]){"sandbox.removed", "its worker is gone", NULL}, NULL, 0);
}

struct before {
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count;
        int gone; /* how many of them must go */
};

static bool are_gone(void *context)
{
        struct before *before = context;
        char ids[SERVICE_CONTAINERS_MAX][65];
        int count = service_containers(&fixture, ids, NULL), gone = 0;
        for (int i = 0; count >= 0 && i < before->count; i++) {
                bool there = false;
                for (int j = 0; j < count; j++)
                        there |= !strcmp(before->ids[i], ids[j]);
                gone += !there;
        }
        return gone >= before->gone;
}

static size_t worker_count(void)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(0, fixture.supervisor, list), workers = 0;
        for (size_t i = 0; i < count; i++)
                workers += !strncmp(list[i].name, "sp-worker", 9);
        return workers;
}

static bool all_workers(void *context)
{
        (void)context;
        return worker_count() == 32;
}

static void a_worker_is_killed_in_mid_run(void **state)
{
        char text[256], body[256];
        struct before before = {.gone = 1};
        struct error err = {0};
        (void)state;
        wait_leased(0);
        snprintf(body, sizeof body, SLEEPS, 25);
        struct background request = in_background(body);
        wait_leased(1);
        before.count = service_containers(&fixture, before.ids, &err);
        assert_true(before.count > 0);
        pid_t worker = 0;
        assert_true(service_until(is_busy, &worker, WAIT_MS));
        assert_int_equal(kill(worker, SIGKILL), 0);
        finish(request, text, sizeof text);
        assert_string_equal(text, "503 error ");
        assert_true(service_until(is_removed_with_its_worker, NULL, WAIT_MS));
        assert_true(service_until(are_gone, &before, WAIT_MS));
        wait_leased(0);
        assert_true(service_until(all_workers, NULL, WAIT_MS));
        runs();
}

static void the_broker_is_killed(void **state)
{
        char text[256], body[256];
        struct before before = {0};
        struct error err = {0};
        (void)state;
        runs();
        wait_leased(0);
        snprintf(body, sizeof body, SLEEPS, 25);
        struct background request = in_background(body);
        wait_leased(1);
        before.count = before.gone = service_containers(&fixture, before.ids, &err);
        assert_true(before.count > 0);
        pid_t broker = service_process(&fixture, "broker");
        assert_true(broker > 0);
        assert_int_equal(kill(broker, SIGKILL), 0);
        /* Its sandbox goes with all the others: no result, and no other request's result. */
        finish(request, text, sizeof text);
        if (strncmp(text, "500 error ", 10) && strncmp(text, "503 error ", 10))
                fail_msg("the interrupted request: %s", text);
        assert_true(service_until(runs_again, NULL, WAIT_MS));
        assert_true(service_until(are_gone, &before, WAIT_MS));
        pid_t next = service_process(&fixture, "broker");
        assert_true(next > 0 && next != broker);
        runs();
}

static void a_sandbox_is_removed_by_hand(void **state)
{
        char text[256], body[256], ids[SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        (void)state;
        wait_leased(0);
        snprintf(body, sizeof body, SLEEPS, 25);
        struct background request = in_background(body);
        wait_leased(1);
        int count = service_containers(&fixture, ids, &err);
        for (int i = 0; i < count; i++)
                free(spawn_text(&err, "docker", "rm", "-f", ids[i], NULL));
        finish(request, text, sizeof text);
        if (strncmp(text, "500 error ", 10) && strncmp(text, "503 error ", 10))
                fail_msg("the interrupted request: %s", text);
        assert_true(service_until(runs_again, NULL, WAIT_MS));
}

/* What is asked while nothing runs. */
static int ask_nobody(void)
{
        struct http_request request = {
                .port = fixture.port, .path = "/api/execute", .body = "{\"code\": \"print(1)\"}"};
        struct http_response response = {0};
        struct error err = {0};
        if (http_send(&request, 1, &response, &err) || answer_check(&response, &err))
                fail_msg("%s", err.text);
        int status = response.status;
        http_clear(&response);
        return status;
}

/* The service ends and comes back while requests keep coming: each is answered, with its result or a 503. */
static void restarted_under_load(void **state)
{
        enum { RUNNING, ENDING, BACK } stage = RUNNING;
        struct http_request requests[8];
        int status;
        int64_t deadline_ms = clock_ms() + 5 * WAIT_MS;
        (void)state;
        for (size_t i = 0; i < 8; i++)
                requests[i] = (struct http_request){
                        .port = fixture.port, .path = "/api/execute", .body = "{\"code\": \"print(1)\"}"};
        for (int round = 0, served = 8; stage != BACK || served < 8; round++) {
                struct http_response responses[8] = {0};
                struct error err = {0};
                assert_true(clock_ms() < deadline_ms);
                assert_int_equal(http_send(requests, 8, responses, &err), 0);
                served = 0;
                for (size_t i = 0; i < 8; i++) {
                        if (answer_check(&responses[i], &err)) /* a 503 has Retry-After */
                                fail_msg("%s", err.text);
                        assert_true(responses[i].status == 200 || responses[i].status == 503);
                        served += responses[i].status == 200;
                        http_clear(&responses[i]);
                }
                if (stage == RUNNING && round == 5) {
                        service_end(&fixture);
                        stage = ENDING;
                } else if (stage == ENDING && waitpid(fixture.supervisor, &status, WNOHANG) > 0) {
                        assert_int_equal(status, 0);
                        assert_int_equal(ask_nobody(), 503);
                        fixture.ending = false;
                        if (service_launch(&fixture, &err))
                                fail_msg("%s", err.text);
                        stage = BACK;
                }
        }
}

static void a_second_service_in_the_same_place_is_refused(void **state)
{
        char binary[512];
        struct buffer said = BUFFER_MAX(65536);
        struct error err = {0};
        (void)state;
        service_binary_path(binary, sizeof binary);
        const char *const argv[] = {binary, "--config", fixture.settings, "serve", NULL};
        int code = spawn_run(argv, WAIT_MS, &said, NULL, &err);
        if (code <= 0)
                fail_msg("exit code %d %s", code, err.text);
        assert_true(said.size > 0);
        buffer_clear(&said);
        runs();
}

static bool one_waits(void *context)
{
        (void)context;
        return guests_waiting(&fixture) == 1;
}

static bool is_ending(void *context)
{
        (void)context;
        return service_logged(&fixture, (const char *const[]){"service.ending", NULL}, NULL, 0);
}

/* SIGTERM in mid-run: the request ends as it should, and then nothing is left. */
static void it_drains(void **state)
{
        char text[256];
        struct error err = {0};
        (void)state;
        struct background request = in_background(WAITS);
        assert_true(service_until(one_waits, NULL, WAIT_MS));
        service_end(&fixture);
        assert_true(service_until(is_ending, NULL, WAIT_MS));
        guests_release(&fixture);
        finish(request, text, sizeof text);
        assert_string_equal(text, "200 success slept\n");
        if (service_stop(&fixture, &err))
                fail_msg("%s", err.text);
}

static bool impatient(void *context)
{
        (void)context;
        kill(fixture.supervisor, SIGTERM);
        return processes_descriptors(fixture.supervisor) < 0 || worker_count() == 0;
}

/* Told again and again, it does not wait for requests any longer, but cleans up all the same. It would have
 * waited for this one: drain_timeout is longer than the program. */
static void told_again_it_hurries_and_cleans_up(void **state)
{
        char text[256], body[256];
        struct error err = {0};
        (void)state;
        snprintf(body, sizeof body, SLEEPS, 25);
        struct background request = in_background(body);
        wait_leased(1);
        service_end(&fixture);
        assert_true(service_until(impatient, NULL, WAIT_MS));
        for (int i = 0; i < 5; i++)
                kill(fixture.supervisor, SIGTERM);
        if (service_stop(&fixture, &err))
                fail_msg("%s", err.text);
        finish(request, text, sizeof text);
        assert_string_equal(text, "503 error ");
}

#define STARTS 8

static bool is_up(void *context)
{
        return service_logged(context, (const char *const[]){"docker.up", NULL}, NULL, 0);
}

static bool something_appears(void *context)
{
        struct service *services = context;
        char ids[SERVICE_CONTAINERS_MAX][65];
        int sum = 0;
        for (int i = 0; i < STARTS; i++)
                sum += service_containers(&services[i], ids, NULL);
        return sum > 0;
}

/* Told to end while its first containers are being made: what Docker was asked for and had not answered yet
 * must not come into being afterwards. Each turn is told a little later. */
static void ended_while_it_starts(void **state)
{
        static struct service services[STARTS];
        const struct service_options options = {.pool_max = 4};
        (void)state;
        for (int i = 0; i < STARTS; i++) {
                struct error err = {0};
                if (service_prepare(&services[i], &options, &err) || service_launch(&services[i], &err))
                        fail_msg("%s", err.text);
                assert_true(service_until(is_up, &services[i], WAIT_MS));
                poll(NULL, 0, i * 25);
                if (service_stop(&services[i], &err))
                        fail_msg("turn %d: %s", i, err.text);
        }
        assert_false(service_until(something_appears, services, 1500));
}

/* The supervisor cannot clean up when it is killed; its children do. */
static void all_follow_a_killed_supervisor(void **state)
{
        char body[256], text[256];
        struct error err = {0};
        (void)state;
        snprintf(body, sizeof body, SLEEPS, 25);
        struct background request = in_background(body);
        wait_leased(1);
        assert_int_equal(kill(fixture.supervisor, SIGKILL), 0);
        if (service_gone(&fixture, clock_ms() + WAIT_MS, &err))
                fail_msg("%s", err.text);
        finish(request, text, sizeof text);
        assert_string_equal(text, "503 error ");
}

int main(void)
{
        const struct CMUnitTest living[] = {
                cmocka_unit_test(workers_cannot_open_the_docker_socket),
                cmocka_unit_test(strangers_reach_no_socket),
                cmocka_unit_test(a_second_service_in_the_same_place_is_refused),
                cmocka_unit_test(a_worker_is_killed_in_mid_run),
                cmocka_unit_test(a_sandbox_is_removed_by_hand),
                cmocka_unit_test(the_broker_is_killed),
                cmocka_unit_test(restarted_under_load),
        };
        const struct CMUnitTest dying[] = {
                cmocka_unit_test_setup_teardown(it_drains, start_each, fixture_stop),
                cmocka_unit_test_setup_teardown(
                        told_again_it_hurries_and_cleans_up, start_each, fixture_stop),
                cmocka_unit_test(ended_while_it_starts),
                cmocka_unit_test_setup_teardown(all_follow_a_killed_supervisor, start_each, fixture_stop),
        };
        return cmocka_run_group_tests(living, start, fixture_stop) +
               cmocka_run_group_tests(dying, NULL, NULL);
}
