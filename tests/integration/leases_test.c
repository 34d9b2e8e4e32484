/* Leases on the real Docker, asked for as a worker would: their order, their memory, and every way in which
 * one ends. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/model/language.h"
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define TRIES 10

/* Two children wait for the only sandbox; each writes its letter when it gets it. */
static pid_t wait_in_line(int to, char letter)
{
        pid_t pid = fork();
        if (pid)
                return pid;
        struct lease lease;
        struct broker_link *link = broker_link_new(broker.path, LONE_BROKER_PATIENCE_MS);
        struct error err = {0};
        int answer = lease_acquire(
                link, lone_broker_language("python"), 128, LESSEE_HOLD_MS, "line", -1, &lease, &err);
        if (answer == LEASE_GRANTED && write(to, &letter, 1) == 1)
                lease_release(link, &lease, true);
        _exit(answer);
}

static bool waits(void *context)
{
        struct broker_status status;
        struct broker_link *link = lessee_link();
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
        lessee_acquire(link, "python", &lease);
        assert_int_equal(pipe(ends), 0);
        pid_t first = wait_in_line(ends[1], 'a');
        assert_true(service_until(waits, &(uint32_t){1}, LONE_BROKER_PATIENCE_MS));
        pid_t second = wait_in_line(ends[1], 'b');
        assert_true(service_until(waits, &(uint32_t){2}, LONE_BROKER_PATIENCE_MS));
        lessee_release(link, &lease);
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
        lessee_await_idle("python", 1);
        struct broker_link *link = lessee_link();
        int tries = 0;
        do {
                lessee_acquire_with(link, "python", 64, LESSEE_HOLD_MS, &lease);
                assert_int_equal(memory_mib(lease.sandbox), 64);
                assert_int_equal(lease_resize(link, &lease, 96, &err), 0);
                assert_int_equal(memory_mib(lease.sandbox), 96);
                /* Clamped to what the settings allow. */
                assert_int_equal(lease_resize(link, &lease, 1000000, &err), 0);
                assert_int_equal(memory_mib(lease.sandbox), lone_broker_language("python")->memory_mib.max);
                lessee_release(link, &lease);
                assert_true(++tries < TRIES);
        } while (!lessee_is_kept(&lease));
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
        lessee_await_idle("python", 1);
        struct broker_link *link = lessee_link();
        lessee_acquire_with(link, "python", 128, 100, &lease);
        assert_true(stream_ends(lease.fd));
        lessee_await_gone(lease.sandbox);
        lessee_release(link, &lease);
        lessee_acquire(link, "python", &lease);
        lessee_release(link, &lease);
        broker_link_free(link);
        lone_broker_stop();
}

static void a_worker_that_goes_loses_its_sandbox(void **state)
{
        (void)state;
        struct lease lease;
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        lessee_await_idle("python", 1);
        struct broker_link *link = lessee_link();
        lessee_acquire(link, "python", &lease);
        broker_link_free(link);
        assert_true(stream_ends(lease.fd));
        lessee_await_gone(lease.sandbox);
        io_close(&lease.fd);
        lessee_await_idle("python", 1);
        lone_broker_stop();
}

static void a_returned_stream_is_dead(void **state)
{
        (void)state;
        struct lease lease;
        lone_broker_language("python")->warm = 1;
        lone_broker_start(0);
        lessee_await_idle("python", 1);
        struct broker_link *link = lessee_link();
        lessee_acquire(link, "python", &lease);
        int copy = dup(lease.fd);
        lessee_release(link, &lease);
        assert_true(stream_ends(copy));
        lessee_await_idle("python", 1);
        assert_true(send(copy, "x", 1, MSG_NOSIGNAL) < 0);
        close(copy);
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
        broker.settings->drain_timeout_ms = LESSEE_HOLD_MS;
        lone_broker_start(0);
        lessee_await_idle("python", 1);
        struct broker_link *link = lessee_link(), *other = lessee_link();
        lessee_acquire(link, "python", &lease);
        kill(broker.pid, SIGTERM);
        int64_t deadline = clock_ms() + LONE_BROKER_PATIENCE_MS;
        int answer;
        while ((answer = lessee_try(other, "python", 128, LESSEE_HOLD_MS, &none)) != LEASE_SHUTTING_DOWN) {
                if (answer == LEASE_GRANTED)
                        lease_release(other, &none, true);
                assert_true(clock_ms() < deadline);
        }
        /* The lease is still good. */
        assert_int_equal(recv(lease.fd, &status, 1, MSG_DONTWAIT | MSG_PEEK), -1);
        assert_int_equal(spawn_wait(broker.pid, clock_ms() + 100, &status, &err), -1);
        lessee_release(link, &lease);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                LESSEE_TEST(leases_come_first_come_first_served),
                LESSEE_TEST(memory_limits_are_changed_and_restored),
                LESSEE_TEST(a_lease_held_too_long_is_taken_away),
                LESSEE_TEST(a_worker_that_goes_loses_its_sandbox),
                LESSEE_TEST(a_returned_stream_is_dead),
                LESSEE_TEST(leases_end_before_the_broker_does),
                LESSEE_TEST(strangers_are_turned_away),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
