/* The broker and its pool on the real Docker, asked directly as a worker would: what is kept warm, what is
 * replaced, what is swept, and what is said when there is nothing to lend. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/model/language.h"
#include "fcgi/sandbox/container.h"
#include "fcgi/sandbox/lease.h"
#include "tests/integration/lessee.h"
#include "tests/integration/lone_broker.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TRIES 10

static void the_warm_minimum_is_kept(void **state)
{
        (void)state;
        struct lease lease;
        lone_broker_language("python")->warm = 2;
        lone_broker_start(0);
        lessee_await_idle("python", 2);
        lessee_await_idle("javascript", 0);
        /* One that dies by itself is replaced. */
        struct error err = {0};
        char *list = lone_broker_containers("{{.Label \"sandpool.language\"}} {{.ID}}"), *killed;
        char *one = strstr(list, "python "); /* the newest: the first, that proved the sample, may be going */
        assert_non_null(one);
        one += strlen("python ");
        one[12] = '\0';
        killed = spawn_text(&err, "docker", "kill", one, NULL);
        assert_non_null(killed);
        lessee_await_gone(one);
        lessee_await_idle("python", 2);
        struct broker_link *link = lessee_link();
        lessee_acquire(link, "python", &lease);
        lessee_release(link, &lease);
        lessee_await_idle("python", 2);
        broker_link_free(link);
        free(list);
        free(killed);
        lone_broker_stop();
}

static void it_grows_to_the_maximum_and_then_is_busy(void **state)
{
        (void)state;
        struct broker_link *links[4];
        struct lease leases[4];
        lone_broker_start(0);
        for (int i = 0; i < 4; i++)
                links[i] = lessee_link();
        for (int i = 0; i < 3; i++)
                lessee_acquire(links[i], "python", &leases[i]);
        assert_int_equal(lessee_try(links[3], "python", 128, LESSEE_HOLD_MS, &leases[3]), LEASE_BUSY);
        assert_int_equal(leases[3].fd, -1);
        assert_string_not_equal(leases[0].sandbox, leases[1].sandbox);
        assert_string_not_equal(leases[1].sandbox, leases[2].sandbox);
        lessee_release(links[1], &leases[1]);
        lessee_acquire(links[3], "python", &leases[3]);
        assert_string_not_equal(leases[3].sandbox, leases[0].sandbox);
        assert_string_not_equal(leases[3].sandbox, leases[2].sandbox);
        lessee_release(links[0], &leases[0]);
        lessee_release(links[2], &leases[2]);
        lessee_release(links[3], &leases[3]);
        for (int i = 0; i < 4; i++)
                broker_link_free(links[i]);
        lone_broker_stop();
}

static void one_language_makes_room_for_another(void **state)
{
        (void)state;
        struct lease python, javascript;
        broker.settings->pool_max = 1;
        broker.settings->queue_timeout_ms = 2 * LONE_BROKER_PATIENCE_MS;
        lone_broker_start(0);
        struct broker_link *link = broker_link_new(broker.path, 2 * LONE_BROKER_PATIENCE_MS);
        lessee_acquire(link, "python", &python);
        lessee_release(link, &python);
        lessee_acquire(link, "javascript", &javascript);
        lessee_await_gone(python.sandbox);
        lessee_release(link, &javascript);
        broker_link_free(link);
        lone_broker_stop();
}

static void is_replaced_after_two(void)
{
        struct lease lease;
        char first[13];
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        lessee_await_idle("python", 1);
        struct broker_link *link = lessee_link();
        int tries = 0;
        do {
                lessee_acquire(link, "python", &lease);
                lessee_release(link, &lease);
                assert_true(++tries < TRIES);
        } while (!lessee_is_kept(&lease));
        memcpy(first, lease.sandbox, sizeof first);
        lessee_acquire(link, "python", &lease);
        assert_string_equal(lease.sandbox, first);
        lessee_release(link, &lease);
        lessee_await_gone(first);
        lessee_await_idle("python", 1);
        lessee_acquire(link, "python", &lease);
        assert_string_not_equal(lease.sandbox, first);
        lessee_release(link, &lease);
        broker_link_free(link);
        lone_broker_stop();
}

static void a_worn_out_sandbox_is_replaced(void **state)
{
        (void)state;
        lone_broker_language("python")->reuse = 2;
        is_replaced_after_two();
}

static void one_whose_uids_might_not_last_is_replaced(void **state)
{
        (void)state;
        broker.settings->limits.test_cases = CONTAINER_UIDS / 3;
        is_replaced_after_two();
}

static void one_above_the_minimum_goes_when_it_is_idle(void **state)
{
        (void)state;
        struct lease lease;
        broker.settings->idle_ms = 300;
        broker.settings->queue_timeout_ms = 2 * LONE_BROKER_PATIENCE_MS;
        lone_broker_start(0);
        struct broker_link *link = broker_link_new(broker.path, 2 * LONE_BROKER_PATIENCE_MS);
        lessee_acquire(link, "python", &lease);
        lessee_release(link, &lease);
        lessee_await_gone(lease.sandbox);
        lessee_await_idle("python", 0);
        broker_link_free(link);
        lone_broker_stop();
}

/* A container as an earlier broker leaves one that dies. The caller's id of it. */
static char *leave_container(void)
{
        struct error err = {0};
        char label[80];
        snprintf(label, sizeof label, "sandpool.instance=%s", broker.settings->instance);
        char *left = spawn_text(&err, "docker", "run", "-d", "-i", "--network", "none", "--label", label,
                "sandpool/base", "--serve", "--uid-base=1000000", NULL);
        assert_non_null(left);
        return left;
}

static void leftovers_are_swept(void **state)
{
        (void)state;
        char *left = leave_container();
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        lessee_await_idle("python", 1);
        left[12] = '\0';
        lessee_await_gone(left);
        free(left);
        lone_broker_stop();
}

/* Told to end before it could look, and when something was left since it looked last, as young as may be:
 * lone_broker_stop finds nothing in either case. */
static void leftovers_are_swept_at_the_end_too(void **state)
{
        (void)state;
        struct broker_status status;
        lone_broker_language("python")->warm = 1;
        free(leave_container());
        lone_broker_start(0);
        struct broker_link *link = lessee_link();
        assert_int_equal(broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL), 0);
        lone_broker_stop();
        lone_broker_start(0);
        lessee_await_idle("python", 1);
        free(leave_container());
        lone_broker_stop();
        broker_link_free(link);
}

static bool drains(void *context)
{
        struct broker_status status;
        struct broker_link *link = lessee_link();
        bool does = !broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL) && status.draining;
        (void)context;
        broker_link_free(link);
        return does;
}

/* Below a process that stands for the supervisor. Returns that. */
static pid_t start_below_another(void)
{
        int line[2];
        prctl(PR_SET_CHILD_SUBREAPER, 1); /* the broker becomes a child of this process when that one dies */
        assert_int_equal(pipe(line), 0);
        pid_t supervisor = fork();
        if (supervisor == 0) {
                lone_broker_start(0);
                if (write(line[1], &broker.pid, sizeof broker.pid) == (ssize_t)sizeof broker.pid)
                        pause();
                _exit(1);
        }
        close(line[1]);
        assert_true(supervisor > 0 &&
                    read(line[0], &broker.pid, sizeof broker.pid) == (ssize_t)sizeof broker.pid);
        close(line[0]);
        return supervisor;
}

/* What was made since the supervisor died may be another broker's. */
static void a_successors_containers_stay(void **state)
{
        (void)state;
        struct lease lease;
        int status;
        struct error err = {0};
        lone_broker_language("python")->warm = 1;
        broker.settings->drain_timeout_ms = LESSEE_HOLD_MS;
        pid_t supervisor = start_below_another();
        lessee_await_idle("python", 1);
        struct broker_link *link = lessee_link();
        lessee_acquire(link, "python", &lease);
        kill(supervisor, SIGKILL);
        waitpid(supervisor, NULL, 0);
        assert_true(service_until(drains, NULL, LONE_BROKER_PATIENCE_MS));
        char *theirs = leave_container(), *list, *removed;
        lessee_release(link, &lease);
        assert_int_equal(spawn_wait(broker.pid, clock_ms() + LONE_BROKER_PATIENCE_MS, &status, &err), 0);
        broker.pid = 0;
        list = lone_broker_containers("{{.ID}}");
        assert_int_equal(strlen(list), 12);
        assert_memory_equal(list, theirs, 12);
        removed = spawn_text(&err, "docker", "rm", "-f", theirs, NULL);
        free(list);
        free(theirs);
        free(removed);
        broker_link_free(link);
}

static void a_missing_image_is_said(void **state)
{
        (void)state;
        struct lease lease;
        struct language *python = lone_broker_language("python");
        free(python->image);
        python->image = strdup("sandpool/there-is-no-such-image");
        lone_broker_start(0);
        struct broker_link *link = lessee_link();
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        int answer;
        while ((answer = lessee_try(link, "python", 128, LESSEE_HOLD_MS, &lease)) == LEASE_UNAVAILABLE ||
                answer == LEASE_BUSY)
                assert_true(clock_ms() < deadline);
        assert_int_equal(answer, LEASE_NO_IMAGE);
        broker_link_free(link);
        lone_broker_stop();
}

static void without_docker_there_is_an_answer_too(void **state)
{
        (void)state;
        struct lease lease;
        struct broker_status status;
        snprintf(broker.settings->docker_socket, sizeof broker.settings->docker_socket, "%s/no-docker",
                broker.folder);
        lone_broker_start(0);
        struct broker_link *link = lessee_link();
        assert_int_equal(lessee_try(link, "python", 128, LESSEE_HOLD_MS, &lease), LEASE_UNAVAILABLE);
        assert_int_equal(broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL), 0);
        assert_false(status.docker_ok);
        broker_link_free(link);
        lone_broker_stop();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                LESSEE_TEST(the_warm_minimum_is_kept),
                LESSEE_TEST(it_grows_to_the_maximum_and_then_is_busy),
                LESSEE_TEST(one_language_makes_room_for_another),
                LESSEE_TEST(a_worn_out_sandbox_is_replaced),
                LESSEE_TEST(one_whose_uids_might_not_last_is_replaced),
                LESSEE_TEST(one_above_the_minimum_goes_when_it_is_idle),
                LESSEE_TEST(leftovers_are_swept),
                LESSEE_TEST(leftovers_are_swept_at_the_end_too),
                LESSEE_TEST(a_successors_containers_stay),
                LESSEE_TEST(a_missing_image_is_said),
                LESSEE_TEST(without_docker_there_is_an_answer_too),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
