/* The broker and its pool on the real Docker, asked directly as a worker would: leases, their order and their
 * end, what is kept warm, what is replaced, what is swept. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/model/language.h"
#include "fcgi/sandbox/lease.h"
#include "tests/integration/lone_broker.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define QUEUE_TIMEOUT_MS 700 /* the broker's: "busy" comes soon */
#define HOLD_MS 80000        /* of a lease that nobody is to take away */
#define TRIES 10

static struct broker_link *link_new(void)
{
        struct broker_link *link = broker_link_new(broker.path, LONE_BROKER_PATIENCE_MS);
        assert_non_null(link);
        return link;
}

struct wanted {
        const char *language;
        uint32_t idle;
};

static bool has_idle(void *context)
{
        const struct wanted *wanted = context;
        struct broker_status status;
        struct broker_link *link = broker_link_new(broker.path, LONE_BROKER_PATIENCE_MS);
        bool has = false;
        if (!broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL))
                for (uint32_t i = 0; i < status.language_count; i++)
                        if (!strcmp(status.languages[i].id, wanted->language))
                                has = status.languages[i].idle == wanted->idle &&
                                      !status.languages[i].leased && !status.languages[i].starting;
        broker_link_free(link);
        return has;
}

static void await_idle(const char *id, uint32_t idle)
{
        struct wanted wanted = {id, idle};
        if (!service_until(has_idle, &wanted, 4 * LONE_BROKER_PATIENCE_MS))
                fail_msg("%s never had %u idle sandboxes", id, idle);
}

static int acquire(
        struct broker_link *link, const char *id, uint32_t memory_mib, uint32_t hold_ms, struct lease *lease)
{
        struct error err = {0};
        int answer = lease_acquire(
                link, lone_broker_language(id), memory_mib, hold_ms, "pool-test", -1, lease, &err);
        assert_string_equal(err.text, "");
        return answer;
}

/* On a machine with much else to do, making a sandbox, or Docker's first answer, may take longer than the
 * queue has time. */
static void must_acquire_with(
        struct broker_link *link, const char *id, uint32_t memory_mib, uint32_t hold_ms, struct lease *lease)
{
        int64_t deadline_ms = clock_ms() + 4 * LONE_BROKER_PATIENCE_MS;
        int answer;
        do
                answer = acquire(link, id, memory_mib, hold_ms, lease);
        while ((answer == LEASE_BUSY || answer == LEASE_UNAVAILABLE) && clock_ms() < deadline_ms);
        assert_int_equal(answer, LEASE_GRANTED);
        assert_true(lease->fd >= 0);
}

static void must_acquire(struct broker_link *link, const char *id, struct lease *lease)
{
        must_acquire_with(link, id, 128, HOLD_MS, lease);
}

static void release(struct broker_link *link, struct lease *lease)
{
        lease_release(link, lease, true);
}

struct container {
        const char *id;
        bool there;
};

static bool container_is(void *context)
{
        const struct container *container = context;
        char *list = lone_broker_containers("{{.ID}}");
        bool there = strstr(list, container->id) != NULL;
        free(list);
        return there == container->there;
}

/* Whether the one that was given back is lent again: one whose reset takes too long, on a machine with much
 * else to do, is replaced instead. */
static bool is_kept(const struct lease *lease)
{
        struct container kept = {lease->sandbox, true};
        await_idle("python", 1);
        return container_is(&kept);
}

static void await_gone(const char *id)
{
        struct container gone = {id, false};
        assert_true(service_until(container_is, &gone, LONE_BROKER_PATIENCE_MS));
}

static int setup(void **state)
{
        (void)state;
        return lone_broker_prepare(QUEUE_TIMEOUT_MS, 3);
}

static void the_warm_minimum_is_kept(void **state)
{
        (void)state;
        struct lease lease;
        lone_broker_language("python")->warm = 2;
        lone_broker_start(0);
        await_idle("python", 2);
        await_idle("javascript", 0);
        /* One that dies by itself is replaced. */
        struct error err = {0};
        char *list = lone_broker_containers("{{.Label \"sandpool.language\"}} {{.ID}}"), *killed;
        char *one = strstr(list, "python "); /* the newest: the first, that proved the sample, may be going */
        assert_non_null(one);
        one += strlen("python ");
        one[12] = '\0';
        killed = spawn_text(&err, "docker", "kill", one, NULL);
        assert_non_null(killed);
        await_gone(one);
        await_idle("python", 2);
        struct broker_link *link = link_new();
        must_acquire(link, "python", &lease);
        release(link, &lease);
        await_idle("python", 2);
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
        for (int i = 0; i < 3; i++) {
                links[i] = link_new();
                broker.settings->queue_timeout_ms = QUEUE_TIMEOUT_MS;
        }
        links[3] = link_new();
        for (int i = 0; i < 3; i++)
                must_acquire(links[i], "python", &leases[i]);
        assert_int_equal(acquire(links[3], "python", 128, HOLD_MS, &leases[3]), LEASE_BUSY);
        assert_int_equal(leases[3].fd, -1);
        assert_string_not_equal(leases[0].sandbox, leases[1].sandbox);
        assert_string_not_equal(leases[1].sandbox, leases[2].sandbox);
        release(links[1], &leases[1]);
        must_acquire(links[3], "python", &leases[3]);
        assert_string_not_equal(leases[3].sandbox, leases[0].sandbox);
        assert_string_not_equal(leases[3].sandbox, leases[2].sandbox);
        release(links[0], &leases[0]);
        release(links[2], &leases[2]);
        release(links[3], &leases[3]);
        for (int i = 0; i < 4; i++)
                broker_link_free(links[i]);
        lone_broker_stop();
}

/* Two children wait for the only sandbox; each writes its letter when it gets it. */
static pid_t wait_in_line(int to, char letter)
{
        pid_t pid = fork();
        if (pid)
                return pid;
        struct lease lease;
        struct broker_link *link = broker_link_new(broker.path, LONE_BROKER_PATIENCE_MS);
        struct error err = {0};
        int answer =
                lease_acquire(link, lone_broker_language("python"), 128, HOLD_MS, "line", -1, &lease, &err);
        if (answer == LEASE_GRANTED && write(to, &letter, 1) == 1)
                lease_release(link, &lease, true);
        _exit(answer);
}

static bool waits(void *context)
{
        struct broker_status status;
        struct broker_link *link = link_new();
        bool there = !broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL) &&
                     status.waiting == *(uint32_t *)context;
        broker_link_free(link);
        return there;
}

static void leases_come_first_come_first_served(void **state)
{
        (void)state;
        struct lease lease;
        char order[3] = "";
        int ends[2];
        broker.settings->pool_max = 1;
        broker.settings->queue_timeout_ms = 2 * LONE_BROKER_PATIENCE_MS;
        lone_broker_start(0);
        struct broker_link *link = broker_link_new(broker.path, 2 * LONE_BROKER_PATIENCE_MS);
        must_acquire(link, "python", &lease);
        assert_int_equal(pipe(ends), 0);
        pid_t first = wait_in_line(ends[1], 'a');
        assert_true(service_until(waits, &(uint32_t){1}, LONE_BROKER_PATIENCE_MS));
        pid_t second = wait_in_line(ends[1], 'b');
        assert_true(service_until(waits, &(uint32_t){2}, LONE_BROKER_PATIENCE_MS));
        release(link, &lease);
        int status[2];
        assert_int_equal(waitpid(first, &status[0], 0), first);
        assert_int_equal(waitpid(second, &status[1], 0), second);
        assert_int_equal(status[0], 0);
        assert_int_equal(status[1], 0);
        assert_int_equal(read(ends[0], order, 2), 2);
        assert_string_equal(order, "ab");
        close(ends[0]);
        close(ends[1]);
        broker_link_free(link);
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
        must_acquire(link, "python", &python);
        release(link, &python);
        must_acquire(link, "javascript", &javascript);
        await_gone(python.sandbox);
        release(link, &javascript);
        broker_link_free(link);
        lone_broker_stop();
}

static void a_worn_out_sandbox_is_replaced(void **state)
{
        (void)state;
        struct lease lease;
        char first[13];
        lone_broker_language("python")->warm = 1;
        lone_broker_language("python")->reuse = 2;
        lone_broker_start(0);
        await_idle("python", 1);
        struct broker_link *link = link_new();
        int tries = 0;
        do {
                must_acquire(link, "python", &lease);
                release(link, &lease);
                assert_true(++tries < TRIES);
        } while (!is_kept(&lease));
        memcpy(first, lease.sandbox, sizeof first);
        must_acquire(link, "python", &lease);
        assert_string_equal(lease.sandbox, first);
        release(link, &lease);
        await_gone(first);
        await_idle("python", 1);
        must_acquire(link, "python", &lease);
        assert_string_not_equal(lease.sandbox, first);
        release(link, &lease);
        broker_link_free(link);
        lone_broker_stop();
}

static void one_above_the_minimum_goes_when_it_is_idle(void **state)
{
        (void)state;
        struct lease lease;
        broker.settings->idle_ms = 300;
        broker.settings->queue_timeout_ms = 2 * LONE_BROKER_PATIENCE_MS;
        lone_broker_start(0);
        struct broker_link *link = broker_link_new(broker.path, 2 * LONE_BROKER_PATIENCE_MS);
        must_acquire(link, "python", &lease);
        release(link, &lease);
        await_gone(lease.sandbox);
        await_idle("python", 0);
        broker_link_free(link);
        lone_broker_stop();
}

static long memory_mib(const char *id)
{
        struct error err = {0};
        char *text = spawn_text(&err, "docker", "inspect", "--format",
                "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}", id, NULL);
        long memory = 0, swap = 0;
        assert_non_null(text);
        assert_int_equal(sscanf(text, "%ld %ld", &memory, &swap), 2);
        assert_int_equal(memory, swap);
        free(text);
        return memory >> 20;
}

static void memory_limits_are_changed_and_restored(void **state)
{
        (void)state;
        struct lease lease;
        struct error err = {0};
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        await_idle("python", 1);
        struct broker_link *link = link_new();
        int tries = 0;
        do {
                must_acquire_with(link, "python", 64, HOLD_MS, &lease);
                assert_int_equal(memory_mib(lease.sandbox), 64);
                assert_int_equal(lease_resize(link, &lease, 96, &err), 0);
                assert_int_equal(memory_mib(lease.sandbox), 96);
                /* Clamped to what the settings allow. */
                assert_int_equal(lease_resize(link, &lease, 1000000, &err), 0);
                assert_int_equal(memory_mib(lease.sandbox), lone_broker_language("python")->memory_mib.max);
                release(link, &lease);
                assert_true(++tries < TRIES);
        } while (!is_kept(&lease));
        assert_int_equal(memory_mib(lease.sandbox), 128);
        broker_link_free(link);
        lone_broker_stop();
}

/* Whether the stream ends (is shut down under our hands) in time. */
static bool stream_ends(int fd)
{
        char bytes[4096];
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        for (;;) {
                struct pollfd wait = {.fd = fd, .events = POLLIN};
                if (io_poll(&wait, 1, deadline) <= 0)
                        return false;
                if (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0)
                        return true;
        }
}

static void a_lease_held_too_long_is_taken_away(void **state)
{
        (void)state;
        struct lease lease;
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        await_idle("python", 1);
        struct broker_link *link = link_new();
        must_acquire_with(link, "python", 128, 100, &lease);
        assert_true(stream_ends(lease.fd));
        await_gone(lease.sandbox);
        release(link, &lease);
        must_acquire(link, "python", &lease);
        release(link, &lease);
        broker_link_free(link);
        lone_broker_stop();
}

static void a_worker_that_goes_loses_its_sandbox(void **state)
{
        (void)state;
        struct lease lease;
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        await_idle("python", 1);
        struct broker_link *link = link_new();
        must_acquire(link, "python", &lease);
        broker_link_free(link);
        assert_true(stream_ends(lease.fd));
        await_gone(lease.sandbox);
        io_close(&lease.fd);
        await_idle("python", 1);
        lone_broker_stop();
}

static void a_returned_stream_is_dead(void **state)
{
        (void)state;
        struct lease lease;
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        await_idle("python", 1);
        struct broker_link *link = link_new();
        must_acquire(link, "python", &lease);
        int copy = dup(lease.fd);
        release(link, &lease);
        assert_true(stream_ends(copy));
        await_idle("python", 1);
        assert_true(send(copy, "x", 1, MSG_NOSIGNAL) < 0);
        close(copy);
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
        await_idle("python", 1);
        left[12] = '\0';
        await_gone(left);
        free(left);
        lone_broker_stop();
}

static bool is_over(void *second)
{
        return time(NULL) > *(time_t *)second;
}

/* Told to end before it could look, and when something was left since it looked last: lone_broker_stop finds
 * nothing in either case. */
/* One of an earlier second: Docker names no fraction of it. */
static void leave_old_container(void)
{
        free(leave_container());
        time_t second = time(NULL);
        assert_true(service_until(is_over, &second, LONE_BROKER_PATIENCE_MS));
}

static void leftovers_are_swept_at_the_end_too(void **state)
{
        (void)state;
        struct broker_status status;
        lone_broker_language("python")->warm = 1;
        leave_old_container();
        lone_broker_start(0);
        struct broker_link *link = link_new();
        assert_int_equal(broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL), 0);
        lone_broker_stop();
        lone_broker_start(0);
        await_idle("python", 1);
        leave_old_container();
        lone_broker_stop();
        broker_link_free(link);
}

static bool drains(void *context)
{
        struct broker_status status;
        struct broker_link *link = link_new();
        bool does = !broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL) && status.draining;
        (void)context;
        broker_link_free(link);
        return does;
}

/* What was made since it was told to end is another broker's. */
static void a_successors_containers_stay(void **state)
{
        (void)state;
        struct lease lease;
        int status;
        struct error err = {0};
        lone_broker_language("python")->warm = 1;
        broker.settings->drain_timeout_ms = HOLD_MS;
        lone_broker_start(0);
        await_idle("python", 1);
        struct broker_link *link = link_new();
        must_acquire(link, "python", &lease);
        kill(broker.pid, SIGTERM);
        assert_true(service_until(drains, NULL, LONE_BROKER_PATIENCE_MS));
        char *theirs = leave_container(), *list, *removed;
        release(link, &lease);
        assert_int_equal(spawn_wait(broker.pid, clock_ms() + LONE_BROKER_PATIENCE_MS, &status, &err), 0);
        broker.pid = 0;
        io_close(&broker.listen_fd);
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
        struct broker_link *link = link_new();
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        int answer;
        while ((answer = acquire(link, "python", 128, HOLD_MS, &lease)) == LEASE_UNAVAILABLE ||
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
        struct broker_link *link = link_new();
        assert_int_equal(acquire(link, "python", 128, HOLD_MS, &lease), LEASE_UNAVAILABLE);
        assert_int_equal(broker_status_get(link, &status, LONE_BROKER_PATIENCE_MS, NULL), 0);
        assert_false(status.docker_ok);
        broker_link_free(link);
        lone_broker_stop();
}

static void leases_end_before_the_broker_does(void **state)
{
        (void)state;
        struct lease lease, none;
        int status;
        struct error err = {0};
        lone_broker_language("python")->warm = 1;
        broker.settings->drain_timeout_ms = HOLD_MS;
        lone_broker_start(0);
        await_idle("python", 1);
        struct broker_link *link = link_new(), *other = link_new();
        must_acquire(link, "python", &lease);
        kill(broker.pid, SIGTERM);
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        int answer;
        while ((answer = acquire(other, "python", 128, HOLD_MS, &none)) != LEASE_SHUTTING_DOWN) {
                if (answer == LEASE_GRANTED)
                        lease_release(other, &none, true);
                assert_true(clock_ms() < deadline);
        }
        /* The lease is still good. */
        assert_int_equal(recv(lease.fd, &status, 1, MSG_DONTWAIT | MSG_PEEK), -1);
        assert_int_equal(spawn_wait(broker.pid, clock_ms() + 100, &status, &err), -1);
        release(link, &lease);
        lone_broker_stop();
        broker_link_free(link);
        broker_link_free(other);
}

/* Everybody else's uid is refused: the socket's mode is not what this relies on. */
static void strangers_are_turned_away(void **state)
{
        (void)state;
        lone_broker_start(0);
        assert_int_equal(chmod(broker.folder, 0755), 0);
        assert_int_equal(chmod(broker.path, 0666), 0);
        int status;
        pid_t pid = fork();
        if (!pid) {
                struct broker_status got;
                if (setuid(65534))
                        _exit(2);
                struct broker_link *link = broker_link_new(broker.path, LONE_BROKER_PATIENCE_MS);
                _exit(broker_status_get(link, &got, LONE_BROKER_PATIENCE_MS, NULL) ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        lone_broker_stop();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, lone_broker_clear)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_warm_minimum_is_kept),
                TEST(it_grows_to_the_maximum_and_then_is_busy),
                TEST(leases_come_first_come_first_served),
                TEST(one_language_makes_room_for_another),
                TEST(a_worn_out_sandbox_is_replaced),
                TEST(one_above_the_minimum_goes_when_it_is_idle),
                TEST(memory_limits_are_changed_and_restored),
                TEST(a_lease_held_too_long_is_taken_away),
                TEST(a_worker_that_goes_loses_its_sandbox),
                TEST(a_returned_stream_is_dead),
                TEST(leftovers_are_swept),
                TEST(leftovers_are_swept_at_the_end_too),
                TEST(a_successors_containers_stay),
                TEST(a_missing_image_is_said),
                TEST(without_docker_there_is_an_answer_too),
                TEST(leases_end_before_the_broker_does),
                TEST(strangers_are_turned_away),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
