/* When a worker counts as hanging, and when what died is started again. */
#include "fcgi/base/clock.h"
#include "fcgi/service/children.h"
#include "fcgi/service/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void phases(void **state)
{
        (void)state;
        assert_false(watchdog_hangs(WATCH_IDLE, INT64_MAX, 1000));
        assert_false(watchdog_hangs(WATCH_READING, 15000, 1000));
        assert_true(watchdog_hangs(WATCH_READING, 15001, 1000000));
        assert_true(watchdog_hangs(WATCH_WRITING, 15001, 1000000));
        assert_false(watchdog_hangs(WATCH_BUSY, 60000, 60000));
        assert_true(watchdog_hangs(WATCH_BUSY, 60001, 60000));
}

static void notes_are_shared_and_dated(void **state)
{
        (void)state;
        struct error err = {0};
        enum watch_phase phase;
        struct watch *watches = watchdog_new(2, &err);
        assert_non_null(watches);
        int64_t before = clock_ms();
        watchdog_note(&watches[1], WATCH_BUSY);
        int64_t after = clock_ms();
        assert_true(watchdog_age(&watches[1], before + 5000, &phase) <= 5000);
        assert_true(watchdog_age(&watches[1], after + 5000, &phase) >= 5000);
        assert_int_equal(phase, WATCH_BUSY);
        watchdog_age(&watches[0], after, &phase);
        assert_int_equal(phase, WATCH_IDLE);
        watchdog_note(NULL, WATCH_BUSY); /* nobody watches: no harm */
}

/* A second each from *now_ms on; whether one of them found that it stands still. */
static bool look(struct watch_look *seen, const struct watch *watch, int64_t *now_ms, int times)
{
        bool still = false;
        while (times--)
                still |= watchdog_stands_still(seen, watch, *now_ms += 1000);
        return still;
}

static void thirty_looks_that_see_the_same(void **state)
{
        (void)state;
        struct watch_look seen = {0};
        struct watch *watch = watchdog_new(1, NULL);
        int64_t now_ms = 5000;
        assert_non_null(watch);
        atomic_store(&watch->word, 4);
        assert_false(look(&seen, watch, &now_ms, 30)); /* the first saw it change */
        assert_true(look(&seen, watch, &now_ms, 1));
        atomic_store(&watch->word, 8);
        assert_false(look(&seen, watch, &now_ms, 30));
        atomic_store(&watch->word, 12);
        assert_false(look(&seen, watch, &now_ms, 30));
}

/* Time alone says nothing: nobody ran while the machine slept. */
static void looks_count_and_not_time(void **state)
{
        (void)state;
        struct watch_look seen = {0};
        struct watch *watch = watchdog_new(1, NULL);
        int64_t now_ms = 5000;
        assert_non_null(watch);
        atomic_store(&watch->word, 4);
        assert_false(look(&seen, watch, &now_ms, 1));
        now_ms += 3600 * 1000;
        for (int i = 0; i < 1000; i++) /* whoever is woken often looks no more often */
                assert_false(watchdog_stands_still(&seen, watch, now_ms));
        assert_false(look(&seen, watch, &now_ms, 28));
        assert_true(look(&seen, watch, &now_ms, 1));
}

/* Whether a process of its own can write into one of them. */
static bool can_write(struct watch *watches, const struct watch *own, size_t which)
{
        int status;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                signal(SIGSEGV, SIG_DFL);
                if (watchdog_keep(watches, 3, own, NULL))
                        _exit(1);
                watchdog_note(&watches[which], WATCH_READING);
                _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGSEGV : WEXITSTATUS(status) == 0);
        return WIFEXITED(status);
}

static void a_worker_has_its_own_alone(void **state)
{
        (void)state;
        struct error err = {0};
        enum watch_phase phase;
        struct watch *watches = watchdog_new(3, &err);
        assert_non_null(watches);
        for (size_t own = 0; own < 3; own++)
                for (size_t which = 0; which < 3; which++)
                        assert_int_equal(can_write(watches, &watches[own], which), own == which);
        for (size_t which = 0; which < 3; which++)
                assert_false(can_write(watches, NULL, which));
        watchdog_age(&watches[1], 0, &phase);
        assert_int_equal(phase, WATCH_READING);
}

static void backoff_grows_to_five_seconds_and_starts_anew(void **state)
{
        (void)state;
        static const int64_t delays[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
        struct child child = {.kind = CHILD_WORKER, .pid = 4711};
        for (size_t i = 0; i < sizeof(delays) / sizeof(*delays); i++) {
                child.started_ms = 1000;
                child_ended(&child, 2000);
                assert_int_equal(child.start_at_ms, 2000 + delays[i]);
                assert_int_equal(child.pid, 0);
        }
        child.started_ms = 1000;
        child_ended(&child, 11000); /* it lived for 10 s */
        assert_int_equal(child.start_at_ms, 11100);
}

static void names(void **state)
{
        (void)state;
        char name[16];
        struct child worker = {.kind = CHILD_WORKER, .number = 3}, broker = {.kind = CHILD_BROKER},
                     control = {.kind = CHILD_CONTROL};
        child_name(&worker, name);
        assert_string_equal(name, "worker-3");
        child_name(&broker, name);
        assert_string_equal(name, "broker");
        child_name(&control, name);
        assert_string_equal(name, "control");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(phases),
                cmocka_unit_test(notes_are_shared_and_dated),
                cmocka_unit_test(thirty_looks_that_see_the_same),
                cmocka_unit_test(looks_count_and_not_time),
                cmocka_unit_test(a_worker_has_its_own_alone),
                cmocka_unit_test(backoff_grows_to_five_seconds_and_starts_anew),
                cmocka_unit_test(names),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
